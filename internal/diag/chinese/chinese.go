// Package chinese is what the program says in Chinese.
//
// In: an English format, as the place has it that says it. Out: the Chinese one,
// whose arguments are those of the English, by their numbers (%[2]s) where their
// order differs; what English puts into quotes by %q may stand between “ and ”.
// The files beside this one have a line in English, the line in Chinese below it,
// and a blank line between two pairs. A test looks through the source: each format
// of the program stands here once, and nothing else does.
package chinese

import (
	"embed"
	"iter"
	"strings"
	"sync"
)

//go:embed *.txt
var files embed.FS

// Of is the Chinese format for an English one.
func Of(english string) (format string, known bool) {
	format, known = table()[english]
	return format, known
}

// Pairs are all formats, English and Chinese, as the files have them.
func Pairs() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		entries, _ := files.ReadDir(".") // they are in the program
		for _, e := range entries {
			text, _ := files.ReadFile(e.Name())
			for pair := range strings.SplitSeq(strings.TrimSuffix(string(text), "\n"), "\n\n") {
				english, format, _ := strings.Cut(pair, "\n")
				if !yield(english, format) {
					return
				}
			}
		}
	}
}

// table is made once, by whoever has the first thing to say.
var table = sync.OnceValue(func() map[string]string {
	out := make(map[string]string, 1<<11)
	for english, format := range Pairs() {
		out[english] = format
	}
	return out
})
