//go:build ignore

// gen makes t2s.txt from OpenCC's table TSCharacters.txt:
//
//	go run gen.go path/to/TSCharacters.txt > t2s.txt
package main

import (
	"bufio"
	"fmt"
	"log"
	"maps"
	"os"
	"slices"
	"strings"
)

func main() {
	f, err := os.Open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	simple := map[rune]rune{}
	for in := bufio.NewScanner(f); in.Scan(); {
		from, to, ok := strings.Cut(in.Text(), "\t")
		if !ok || from[0] == '#' {
			continue
		}
		// The first choice is the common one. Characters that simplified text
		// itself uses with another meaning still fold: index and query are
		// folded alike, so nothing is lost.
		t, s := []rune(from), []rune(to)
		if t[0] != s[0] {
			simple[t[0]] = s[0]
		}
	}
	groups := map[rune][]rune{}
	for t, s := range simple {
		for simple[s] != 0 && s != t { // folding twice must change nothing
			s = simple[s]
		}
		groups[s] = append(groups[s], t)
	}
	fmt.Println("# Each line: a simplified character, then the traditional ones that it stands for.")
	fmt.Println("# Made by gen.go from TSCharacters.txt of OpenCC (Open Chinese Convert),")
	fmt.Println("# Copyright BYVoid and contributors, Apache License 2.0.")
	for _, s := range slices.Sorted(maps.Keys(groups)) {
		slices.Sort(groups[s])
		fmt.Printf("%c%s\n", s, string(groups[s]))
	}
}
