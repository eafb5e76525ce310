//go:build ignore

// genregional makes regional.txt from OpenCC's tables TWPhrasesRev.txt and
// HKPhrasesRev.txt:
//
//	go run genregional.go path/to/dictionary > regional.txt
package main

import (
	"bufio"
	_ "embed"
	"fmt"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"whyfix/internal/han"
)

//go:embed regional.changes.txt
var changes string

func main() {
	t, no := table{}, map[string]bool{}
	words := func(mark string) (out [][]string) {
		for line := range strings.Lines(changes) {
			if f := strings.Fields(line); len(f) > 0 && f[0] == mark {
				out = append(out, f[1:])
			}
		}
		return out
	}
	for _, f := range words("-") {
		for _, w := range f {
			no[w] = true
		}
	}
	for _, name := range []string{"TWPhrasesRev.txt", "HKPhrasesRev.txt"} {
		f, err := os.Open(filepath.Join(os.Args[1], name))
		if err != nil {
			log.Fatal(err)
		}
		in := bufio.NewScanner(f)
		for in.Scan() {
			from, to, ok := strings.Cut(in.Text(), "\t")
			if from = han.Fold(from); ok && !strings.HasPrefix(from, "#") && !no[from] {
				t.add(from, strings.Fields(to))
			}
		}
		if err := in.Err(); err != nil {
			log.Fatal(err)
		}
		f.Close()
	}
	for _, f := range words("+") {
		t.add(f[0], f[1:])
	}
	for _, f := range words("=") {
		for _, w := range f {
			t.keep(w)
		}
	}
	t.keepMainland()

	fmt.Println("# Words of Taiwan and Hong Kong, and what the mainland says, folded. A line of one")
	fmt.Println("# word is mainland text that only looks as if it had such a word in it.")
	fmt.Println("# Made by genregional.go from TWPhrasesRev.txt and HKPhrasesRev.txt of OpenCC (Open")
	fmt.Println("# Chinese Convert), Copyright BYVoid and contributors, Apache License 2.0, with changes:")
	fmt.Println("# words taken out and added, which regional.changes.txt lists.")
	for _, w := range slices.Sorted(maps.Keys(t)) {
		if to := t[w]; len(to) > 0 {
			fmt.Printf("%s\t%s\n", w, strings.Join(to, " "))
		} else {
			fmt.Println(w)
		}
	}
}

// table has the mainland words by the regional one; none for what is kept.
type table map[string][]string

// add leaves out single characters, which stand in too many words.
func (t table) add(from string, to []string) {
	if utf8.RuneCountInString(from) < 2 {
		return
	}
	for _, w := range to {
		const half = "以太网路" // regional, and no word of the mainland
		if w = han.Fold(w); w != from && w != half && !slices.Contains(t[from], w) {
			t[from] = append(t[from], w)
		}
	}
}

func (t table) keep(w string) {
	if t[w] == nil {
		t[w] = []string{}
	}
}

// keepMainland keeps the mainland words that have a regional one in them:
// 塔吉克 is the regional word for 塔吉克斯坦.
func (t table) keepMainland() {
	regional := slices.Collect(maps.Keys(t))
	for _, from := range regional {
		for _, w := range t[from] {
			if slices.ContainsFunc(regional, func(r string) bool { return len(t[r]) > 0 && strings.Contains(w, r) }) {
				t.keep(w)
			}
		}
	}
}
