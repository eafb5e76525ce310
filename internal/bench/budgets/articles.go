package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"whyfix/internal/bench"
)

// folder is a content folder to measure with.
type folder struct {
	dir       string
	files     []string // articles, as OS paths
	questions []string
}

// made makes a folder of articles, or copies one: edits change it.
func made(o options, dir, from string, n int) (*folder, error) {
	f := &folder{dir: dir}
	if from == "" {
		if err := bench.Write(dir, n); err != nil {
			return nil, err
		}
	} else if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		return nil, err
	}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".md") {
			return err
		}
		f.files = append(f.files, name)
		at := past(0)
		return os.Chtimes(name, at, at)
	})
	if err != nil {
		return nil, err
	}
	switch {
	case o.questions != "":
		err = f.askFile(o.questions)
	case from != "":
		err = f.askTitles()
	default:
		for i := range 1000 {
			f.questions = append(f.questions, bench.Question(i))
		}
	}
	return f, err
}

// askFile takes the questions of a file: a line each, before the first tab.
func (f *folder) askFile(name string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(data)) {
		if q, _, _ := strings.Cut(strings.TrimRight(line, "\r\n"), "\t"); q != "" {
			f.questions = append(f.questions, allowed(q))
		}
	}
	return nil
}

// allowed is as much of a question as the endpoint takes.
func allowed(q string) string {
	runes := []rune(q)
	return string(runes[:min(len(runes), 200)])
}

var title = regexp.MustCompile(`(?m)^title: (.*)$`)

// askTitles makes questions of the titles of articles: half as they are, half with
// words around them.
func (f *folder) askTitles() error {
	for i := 0; i < len(f.files); i += max(len(f.files)/1000, 1) {
		data, err := os.ReadFile(f.files[i])
		if err != nil {
			return err
		}
		m := title.FindSubmatch(data)
		if m == nil {
			continue
		}
		q := strings.Trim(string(m[1]), `'"`)
		if i%2 > 0 {
			q = "请问" + q + "怎么办呢"
		}
		f.questions = append(f.questions, allowed(q))
	}
	return nil
}

// past is a time a while ago: what was written a moment ago is read again
// whatever its time says.
func past(n int) time.Time {
	return time.Now().Add(-24*time.Hour + time.Duration(n)*time.Minute)
}

// edit changes a text of an article in a way that no other edit does. The time
// becomes the file's, unless it is zero.
func (f *folder) edit(n int, at time.Time) (file string, err error) {
	file = f.files[n*197%len(f.files)]
	data, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, fmt.Appendf(data, "\n%s。\n", bench.Edition(n)), 0o644)
	}
	if err == nil && !at.IsZero() {
		err = os.Chtimes(file, at, at)
	}
	return file, err
}

// page is the address of a file's page.
func (f *folder) page(file string) (string, error) {
	rel, err := filepath.Rel(f.dir, file)
	return "/" + strings.TrimSuffix(filepath.ToSlash(rel), ".md") + "/", err
}
