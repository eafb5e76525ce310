// Learn makes the files that the search has learnt, and tells what each part of
// the ranking adds.
//
//	go run ./internal/search/rank/learn -terms PAIRS.tsv … >internal/search/weigh/weights.txt
//	go run ./internal/search/rank/learn -stands PAIRS.tsv … >internal/search/standin/standins.txt
//	go run ./internal/search/rank/learn -model SETS.tsv >internal/search/rank/model.txt
//	go run ./internal/search/rank/learn -evidence SETS.tsv >internal/search/rank/evidence.txt
//	go run ./internal/search/rank/learn -parts SETS.tsv
//
// SETS.tsv has lines: name TAB docs.tsv TAB queries.tsv TAB language TAB field;
// PAIRS.tsv: question TAB question [TAB 0], where 0 is said of two that do not
// mean the same. -most N takes no more questions of a set.
package main

import (
	"context"
	"flag"
	"io"
	"log"
	"os"
)

func main() {
	most := flag.Int("most", 3000, "questions of each set")
	ofSets := func(do func(ctx context.Context, out io.Writer, sets []*set, most int) error) func(io.Writer, []string) error {
		return func(out io.Writer, files []string) error {
			sets, err := readSets(files)
			if err != nil {
				return err
			}
			return do(context.Background(), out, sets, *most)
		}
	}
	commands := []struct {
		name, usage string
		do          func(out io.Writer, files []string) error
		chosen      *bool
	}{
		{"terms", "learn the weights of terms from files of pairs", learnTerms, nil},
		{"stands", "learn what stands for what from files of pairs", learnStands, nil},
		{"model", "learn the weights of features from sets", ofSets(learnModel), nil},
		{"evidence", "learn the weights of clues from sets", ofSets(learnEvidence), nil},
		{"parts", "tell what each part of the ranking adds, as Markdown", ofSets(leaveOut), nil},
	}
	for i := range commands {
		commands[i].chosen = flag.Bool(commands[i].name, false, commands[i].usage)
	}
	flag.Parse()
	for _, c := range commands {
		if *c.chosen {
			if err := c.do(os.Stdout, flag.Args()); err != nil {
				log.Fatal(err)
			}
			return
		}
	}
	flag.Usage()
	os.Exit(2)
}
