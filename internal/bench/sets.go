package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// Sets of questions are folders with docs.tsv, the articles, and what is asked
// of them in other files .tsv.

// Columns are the lines of a table.
func Columns(file string) (lines [][]string, err error) {
	data, err := os.ReadFile(file)
	for line := range strings.Lines(string(data)) {
		lines = append(lines, strings.Split(strings.TrimRight(line, "\r\n"), "\t"))
	}
	return lines, err
}

// markup is what means more in Markdown than its character.
var markup = regexp.MustCompile("([\\\\`*_{}\\[\\]<>#|~!])")

// WriteSet writes the articles of a set, ID TAB TITLE [TAB BODY] a line, into a
// content folder.
func WriteSet(docs, content string) error {
	lines, err := Columns(docs)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(content, 0o755); err != nil {
		return err
	}
	settings := "language: en\n"
	for _, line := range lines {
		id, err := strconv.Atoi(line[0])
		if err != nil || len(line) < 2 {
			return fmt.Errorf("docs.tsv: %q is not ID TAB TITLE", line)
		}
		title, text := line[1], line[1]
		if len(line) > 2 {
			text = markup.ReplaceAllString(line[2], `\$1`)
		}
		if strings.ContainsFunc(title, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			settings = ""
		}
		article := fmt.Sprintf("---\ntitle: '%s'\n---\n\n%s\n", strings.ReplaceAll(title, "'", "''"), text)
		if err := os.WriteFile(filepath.Join(content, fmt.Sprintf("%04d.md", id)), []byte(article), 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(content, "site.yaml"), []byte(settings), 0o644)
}
