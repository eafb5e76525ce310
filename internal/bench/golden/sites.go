package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"whyfix/internal/bench"
)

// site is a content folder, where its releases go, and what readers ask there.
type site struct {
	name            string
	content, public string // absolute
	asked           []string
}

// asked is how many questions of readers a site is asked.
const asked = 150

// sitesOf finds the sites of a command line, and makes those that have no
// content folder of their own.
func sitesOf(o options) (sites []site, err error) {
	if o.dir, err = filepath.Abs(o.dir); err != nil {
		return nil, err
	}
	for _, dir := range o.content {
		if dir, err = filepath.Abs(dir); err != nil {
			return nil, err
		}
		sites = append(sites, site{name: filepath.Base(dir), content: dir})
	}
	if o.n > 0 {
		made := site{name: "made", content: filepath.Join(o.dir, "made", "content")}
		for i := range asked {
			made.asked = append(made.asked, bench.Question(i))
		}
		if err := bench.Write(made.content, o.n); err != nil {
			return nil, err
		}
		sites = append(sites, made)
	}
	if o.bench != "" {
		sets, err := sitesOfSets(o.bench, o.dir)
		if err != nil {
			return nil, err
		}
		sites = append(sites, sets...)
	}
	for i := range sites {
		s := &sites[i]
		if slices.ContainsFunc(sites[:i], func(other site) bool { return other.name == s.name }) {
			return nil, fmt.Errorf("two sites are named %s, as their folders are", s.name)
		}
		s.public = filepath.Join(o.dir, s.name, "public")
	}
	return sites, nil
}

// sitesOfSets makes a site in dir of each folder with docs.tsv.
func sitesOfSets(sets, dir string) (sites []site, err error) {
	near, _ := filepath.Glob(filepath.Join(sets, "*", "docs.tsv"))
	far, _ := filepath.Glob(filepath.Join(sets, "*", "*", "docs.tsv"))
	for _, docs := range append(near, far...) {
		set := filepath.Dir(docs)
		rel, err := filepath.Rel(sets, set)
		if err != nil {
			return nil, err
		}
		name := strings.ReplaceAll(filepath.ToSlash(rel), "/", "-")
		s := site{name: name, content: filepath.Join(dir, name, "content")}
		if s.asked, err = questionsOf(set); err == nil {
			err = bench.WriteSet(docs, s.content)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", set, err)
		}
		sites = append(sites, s)
	}
	if len(sites) == 0 {
		return nil, fmt.Errorf("no set of questions below %s", sets)
	}
	return sites, nil
}

// questionsOf takes some of what the files of a set ask, QUESTION TAB … a line.
func questionsOf(set string) (questions []string, err error) {
	files, err := filepath.Glob(filepath.Join(set, "*.tsv"))
	for _, file := range files {
		if filepath.Base(file) == "docs.tsv" {
			continue
		}
		lines, readErr := bench.Columns(file)
		err = errors.Join(err, readErr)
		for _, line := range spread(lines, asked/(len(files)-1)) {
			questions = append(questions, line[0])
		}
	}
	return questions, err
}

// spread takes n of a list at equal distances, or all if it has no more.
func spread[T any](list []T, n int) []T {
	out := make([]T, min(n, len(list)))
	for i := range out {
		out[i] = list[i*len(list)/len(out)]
	}
	return out
}
