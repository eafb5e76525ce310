// Learn makes the files that the search has learnt, and tells how good it is.
//
//	go run ./internal/search/rank/learn -eval SETS.tsv
//	go run ./internal/search/rank/learn -stands PAIRS.tsv … >internal/search/standin/standins.txt
//
// SETS.tsv has lines: name TAB docs.tsv TAB queries.tsv TAB language TAB field.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"sync"
	"time"

	"whyfix/internal/search/rank"
	"whyfix/internal/search/weigh"
)

// candidates is how many an engine is asked for.
const candidates = 96

func main() {
	parts := flag.Bool("parts", false, "tell what each part of the ranking adds, as Markdown")
	eval := flag.Bool("eval", false, "tell how good the model is")
	most := flag.Int("most", 3000, "questions of each set")
	learnt := flag.Bool("terms", false, "learn the weights of terms from files of pairs")
	stands := flag.Bool("stands", false, "learn what stands for what from files of pairs")
	misses := flag.Bool("misses", false, "print questions whose first hit is wrong")
	evidence := flag.Bool("evidence", false, "learn the weights of clues from sets")
	answered := flag.Bool("answered", false, "tell how well questions that a site cannot answer are told apart")
	model := flag.Bool("model", false, "learn the weights of features from sets")
	flag.Parse()
	ctx := context.Background()
	if *learnt {
		if err := learnTerms(os.Stdout, flag.Args()); err != nil {
			log.Fatal(err)
		}
		return
	}
	if *stands {
		if err := learnStands(os.Stdout, flag.Args()); err != nil {
			log.Fatal(err)
		}
		return
	}
	var sets []*set
	err := lines(flag.Arg(0), func(f []string) error {
		s, err := readSet(f[0], f[1], f[2], f[3])
		if s.field = f[0]; len(f) > 4 {
			s.field = f[4]
		}
		sets = append(sets, s)
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	if *evidence {
		if err := learnEvidence(ctx, os.Stdout, sets, *most); err != nil {
			log.Fatal(err)
		}
		return
	}
	if *answered {
		if err := judged(ctx, sets, *most); err != nil {
			log.Fatal(err)
		}
		return
	}
	for _, s := range sets {
		s.queries = s.queries[:min(len(s.queries), *most)]
	}
	if *misses {
		for _, s := range sets {
			if err := s.open(ctx, weigh.Default(), rank.Default()); err != nil {
				log.Fatal(err)
			}
			for _, q := range s.queries {
				s.miss(ctx, q)
			}
		}
		return
	}
	if *model {
		if err := learnModel(ctx, os.Stdout, sets); err != nil {
			log.Fatal(err)
		}
		return
	}
	if *parts {
		if err := leaveOut(ctx, os.Stdout, sets); err != nil {
			log.Fatal(err)
		}
		return
	}
	if *eval {
		for _, s := range sets {
			if err := evaluate(ctx, s); err != nil {
				log.Fatal(err)
			}
		}
	}
}

// measures of a set.
type measures struct{ mrr, r1, r5, r10, found float64 }

func evaluate(ctx context.Context, s *set) error {
	start := time.Now()
	m, err := s.measure(ctx, weigh.Default(), rank.Default())
	if err != nil {
		return err
	}
	n := len(s.queries)
	fmt.Printf("%-20s n %4d MRR %.4f R@1 %.4f R@5 %.4f R@10 %.4f found %.4f  %.2f ms\n", s.name, n, m.mrr, m.r1, m.r5, m.r10, m.found, time.Since(start).Seconds()*2e3/float64(n))
	return nil
}

// measure ranks a set's questions.
func (s *set) measure(ctx context.Context, weights *weigh.Table, model *rank.Model) (m measures, err error) {
	if err := s.open(ctx, weights, model); err != nil {
		return m, err
	}
	ranks := make([]int, len(s.queries))
	var wg sync.WaitGroup
	for w := range 2 {
		wg.Go(func() {
			for i := w; i < len(s.queries); i += 2 {
				ranks[i] = s.rankOf(ctx, s.queries[i])
			}
		})
	}
	wg.Wait()
	n := float64(len(ranks))
	for _, r := range ranks {
		switch {
		case r < 0:
			continue
		case r < 10:
			m.mrr += 1 / float64(r+1) / n
			m.r10 += 1 / n
			if r < 5 {
				m.r5 += 1 / n
			}
			if r < 1 {
				m.r1 += 1 / n
			}
		}
		m.found += 1 / n
	}
	return m, nil
}

// rankOf is the rank of the first wanted article, from 0; -1: it is not found.
func (s *set) rankOf(ctx context.Context, q query) int {
	_, ranked := s.answer(ctx, q.text)
	for i, c := range ranked {
		if q.wanted[c.Facts.URL] {
			return i
		}
	}
	return -1
}

// miss prints a question whose first hit is wrong.
func (s *set) miss(ctx context.Context, q query) {
	_, ranked := s.answer(ctx, q.text)
	for i, c := range ranked {
		if !q.wanted[c.Facts.URL] {
			continue
		}
		if i > 0 {
			f := ranked[0]
			fmt.Printf("%s\n  %d %s  %.2f %.2v\n  first %s  %.2f %.2v\n", q.text, i+1, c.Facts.Title(), c.Score, c.Vector, f.Facts.Title(), f.Score, f.Vector)
		}
		return
	}
	fmt.Printf("%s\n  not found\n", q.text)
}
