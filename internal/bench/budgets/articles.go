package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"whyfix/internal/bench"
)

// folder is a content folder to measure with.
type folder struct {
	dir       string
	articles  []bench.Listed
	questions []string
}

// made makes a folder of articles, or copies one: edits change it.
func made(o options, dir, from string, n int) (*folder, error) {
	var err error
	if from == "" {
		err = bench.Write(dir, n)
	} else {
		err = os.CopyFS(dir, os.DirFS(from))
	}
	if err != nil {
		return nil, err
	}
	f := &folder{dir: dir}
	if f.articles, err = bench.List(dir); err != nil {
		return nil, err
	}
	for _, a := range f.articles {
		if err := os.Chtimes(a.File, past(0), past(0)); err != nil {
			return nil, err
		}
	}
	switch {
	case o.questions != "":
		data, err := os.ReadFile(o.questions)
		for line := range strings.Lines(string(data)) {
			if q, _, _ := strings.Cut(strings.TrimRight(line, "\r\n"), "\t"); q != "" {
				f.ask(q)
			}
		}
		return f, err
	case from == "":
		for i := range 1000 {
			f.ask(bench.Question(i))
		}
	default: // titles: half as they are, half with words around them
		for i := 0; i < len(f.articles); i += max(len(f.articles)/1000, 1) {
			switch q := f.articles[i].Title; {
			case q == "":
			case i%2 > 0:
				f.ask("请问" + q + "怎么办呢")
			default:
				f.ask(q)
			}
		}
	}
	return f, nil
}

// ask adds as much of a question as the endpoint of any version takes.
func (f *folder) ask(q string) {
	runes := []rune(q)
	f.questions = append(f.questions, string(runes[:min(len(runes), 200)]))
}

// past is a time a while ago: what was written a moment ago is read again
// whatever its time says.
func past(n int) time.Time {
	return time.Now().Add(-24*time.Hour + time.Duration(n)*time.Minute)
}

// edit changes a text of an article in a way that no other edit does. The time
// becomes the file's, unless it is zero. It returns the address of the page.
func (f *folder) edit(n int, at time.Time) (page string, err error) {
	a := f.articles[n*197%len(f.articles)]
	data, err := os.ReadFile(a.File)
	if err == nil {
		err = os.WriteFile(a.File, fmt.Appendf(data, "\n%s。\n", bench.Edition(n)), 0o644)
	}
	if err == nil && !at.IsZero() {
		err = os.Chtimes(a.File, at, at)
	}
	return a.Page, err
}
