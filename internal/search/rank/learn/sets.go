package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"

	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/local"
	"whyfix/internal/search/question"
	"whyfix/internal/search/rank"
	"whyfix/internal/search/weigh"
)

// set is a site and what is asked of it.
type set struct {
	name            string
	language, field string
	docs            []*article.Document
	queries         []query
	index           *local.Index
	asker           *question.Asker
	ranker          *rank.Ranker
}

type query struct {
	text   string
	wanted map[string]bool // URLs
}

// candidates is how many an engine is asked for.
const candidates = 96

// readSets reads files of sets.
func readSets(files []string) (sets []*set, err error) {
	for _, file := range files {
		err = lines(file, func(f []string) error {
			if len(f) < 4 {
				return fmt.Errorf("%s: %q is no set", file, f)
			}
			s, err := readSet(f[0], f[1], f[2], f[3])
			if s.field = f[0]; len(f) > 4 {
				s.field = f[4]
			}
			sets = append(sets, s)
			return err
		})
		if err != nil {
			break
		}
	}
	return sets, err
}

// readSet reads docs.tsv (id TAB title [TAB body]) and queries (text TAB ids).
func readSet(name, docs, queries, language string) (*set, error) {
	s := &set{name: name, language: language}
	err := lines(docs, func(f []string) error {
		d := &article.Document{URL: url(f[0]), Title: f[1], Language: language}
		text := f[1]
		if len(f) > 2 {
			text = strings.Join(f[2:], "\n")
		}
		d.Sections = []article.Section{{Text: text}}
		s.docs = append(s.docs, d)
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = lines(queries, func(f []string) error {
		q := query{f[0], map[string]bool{}}
		for id := range strings.SplitSeq(f[1], ",") {
			q.wanted[url(id)] = true
		}
		s.queries = append(s.queries, q)
		return nil
	})
	return s, err
}

func url(id string) string {
	n, err := strconv.Atoi(id)
	if err != nil {
		return "/" + id + "/"
	}
	return fmt.Sprintf("/%04d/", n)
}

func lines(name string, visit func(fields []string) error) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<22)
	for in.Scan() {
		if fields := strings.Split(in.Text(), "\t"); len(fields) > 1 {
			if err := visit(fields); err != nil {
				return err
			}
		}
	}
	return in.Err()
}

// open makes the index.
func (s *set) open(ctx context.Context, weights *weigh.Table, model *rank.Model) (err error) {
	if s.index == nil {
		if s.index, err = local.New(ctx, s.docs, nil); err != nil {
			return err
		}
	}
	s.asker = question.NewAsker(s.index, weights)
	s.ranker = rank.NewRanker(s.index, s.asker, weights, model)
	return nil
}

// each does something for each of the first questions, two at a time.
func (s *set) each(most int, do func(i int, q query)) {
	var wg sync.WaitGroup
	for w := range 2 {
		wg.Go(func() {
			for i := w; i < min(len(s.queries), most); i += 2 {
				do(i, s.queries[i])
			}
		})
	}
	wg.Wait()
}

// answer ranks the articles for a question. What fails here is the program.
func (s *set) answer(ctx context.Context, text string) (*question.Question, []rank.Scored) {
	asked, err := s.asker.Ask(ctx, text)
	if err != nil {
		panic(err)
	}
	found, err := s.index.Find(ctx, asked.Ask(engine.Filter{}, "", candidates))
	if err != nil {
		panic(err)
	}
	ranked, err := s.ranker.Rank(ctx, asked, found.Candidates)
	if err != nil {
		panic(err)
	}
	return asked, ranked
}
