package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"whyfix/internal/diag"
)

var (
	verb      = regexp.MustCompile(`%.?`)
	askedWord = regexp.MustCompile(`\b(?:word|quoted)\s+"([^"]+)"`)
)

// judgeWords finds what is wrong with a theme's own words, beside the built-in
// ones: a key that nothing asks for, and a word that has no place for its values.
func (t *Theme) judgeWords(builtIn fs.FS, name string, data []byte, words map[string]string) (diag.List, error) {
	if len(words) == 0 {
		return nil, nil
	}
	model, _, _, err := t.readWords(builtIn, "words/en.json")
	if err != nil {
		return nil, err
	}
	known := slices.Sorted(maps.Keys(model))
	asked, err := t.askedWords()
	if err != nil {
		return nil, err
	}
	lines := diag.NewLines(path.Join(t.folder, name), data)
	var out diag.List
	for key, at := range keyOffsets(data) {
		want, ok := model[key]
		if !ok && !asked[key] {
			hint := "take it out, or ask for it in a template"
			if near := diag.Nearest(key, known); near != "" {
				hint = "did you mean " + strconv.Quote(near) + "?"
			}
			out = append(out, lines.New(lines.At(at), diag.Warning, "theme-words", fmt.Sprintf("no template asks for the word %q", key), hint))
		}
		if values := verb.FindAllString(want, -1); len(values) > 0 && !slices.Equal(values, verb.FindAllString(words[key], -1)) {
			out = append(out, lines.New(lines.At(at), diag.Error, "theme-words",
				fmt.Sprintf("the word %q has no place for its values: it needs %s", key, strings.Join(values, " and ")),
				"the built-in one in English is: "+want))
		}
	}
	return out, nil
}

// askedWords are the words that the theme's templates name.
func (t *Theme) askedWords() (map[string]bool, error) {
	out := map[string]bool{}
	for _, pattern := range []string{"*.html", "partials/*.html"} {
		names, err := fs.Glob(t.fsys, pattern)
		if err != nil {
			return nil, fmt.Errorf("render: %w", err)
		}
		for _, name := range names {
			data, _ := fs.ReadFile(t.fsys, name) // what cannot be read is reported as a template
			for _, m := range askedWord.FindAllSubmatch(data, -1) {
				out[string(m[1])] = true
			}
		}
	}
	return out, nil
}

// keyOffsets are the places of the keys of a JSON object whose values are texts.
func keyOffsets(data []byte) map[string]int {
	out := map[string]int{}
	d := json.NewDecoder(bytes.NewReader(data))
	for isKey := false; ; isKey = !isKey {
		token, err := d.Token()
		if err != nil {
			return out
		}
		if key, ok := token.(string); ok && isKey {
			end := int(d.InputOffset())
			out[key] = end - 1 - max(0, end-1-bytes.LastIndexByte(data[:end-1], '"'))
		}
	}
}
