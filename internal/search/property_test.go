//go:build !race

// Many questions, one after the other: the race detector would make them ten times
// as long. What it is for, TestConcurrentSearches tries.

package search_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/han"
	"whyfix/internal/search"
	"whyfix/internal/search/engine/enginetest"
)

// varied is the corpus and some articles that have nearly the same words.
func varied(seed uint64, more int) []*search.Document {
	r := rand.New(rand.NewPCG(seed, 5))
	docs := enginetest.Corpus()
	for i := range more {
		docs = append(docs, enginetest.Generated(r, fmt.Sprintf("/g/%d/", i)))
	}
	return docs
}

// marks are what people put between words, or leave out.
var marks = strings.Split("，|。|！|？|、|；|：|…|（|）|《|》|—|,|.|!|?|;|:|(|)|~", "|")

func cjk(text string) bool {
	return !slices.ContainsFunc([]rune(han.Fold(text)), func(r rune) bool { return han.ClassOf(r) != han.CJK })
}

// Punctuation between words, before and behind changes neither what is found
// first nor what was meant. (Where no mark divides two words a third may be seen
// across them, 收不到账户: 到账; that moves what stands further below.)
func TestPunctuationNeverMatters(t *testing.T) {
	t.Parallel()
	s := open(t, varied(1, 60))
	words := slices.DeleteFunc(slices.Clone(enginetest.Vocabulary), func(w string) bool { return !cjk(w) || len([]rune(w)) < 2 })
	found := func(text string) []any {
		r := ask(t, s, search.Query{Text: text, Size: 1, Page: 1})
		return []any{urls(r.Hits), r.Mode, r.Corrected, r.Answered}
	}
	r := rand.New(rand.NewPCG(2, 3))
	for range 300 {
		plain := ""
		var b strings.Builder
		for range 2 + r.IntN(5) {
			word := words[r.IntN(len(words))]
			plain += word
			b.WriteString(marks[r.IntN(len(marks))] + word)
		}
		b.WriteString(marks[r.IntN(len(marks))])
		if diff := cmp.Diff(found(plain), found(b.String())); diff != "" {
			t.Errorf("%q and %q (-without +with):\n%s", plain, b.String(), diff)
		}
	}
}

// Punctuation in the middle of words, in the question or in the article, does
// not keep an article's own words from finding it.
func TestPunctuationInsideWords(t *testing.T) {
	t.Parallel()
	docs := varied(1, 60)
	r := rand.New(rand.NewPCG(4, 5))
	sprinkled := func(text string) string {
		var b strings.Builder
		for _, c := range text {
			if r.IntN(3) == 0 {
				b.WriteString(marks[r.IntN(len(marks))])
			}
			b.WriteRune(c)
		}
		return b.String()
	}
	dotted := make([]*search.Document, len(docs))
	for i, d := range docs {
		other := *d
		other.Title, other.Symptoms = sprinkled(d.Title), nil
		for _, text := range d.Symptoms {
			other.Symptoms = append(other.Symptoms, sprinkled(text))
		}
		dotted[i] = &other
	}
	plain, marked := open(t, docs), open(t, dotted)
	for _, d := range docs {
		for _, text := range append([]string{d.Title}, d.Symptoms...) {
			if !cjk(text) {
				continue // between letters a mark may join, or divide
			}
			if got := first(t, plain, sprinkled(text), 3); !slices.Contains(got, d.URL) {
				t.Errorf("%q finds %v, want %s among them", sprinkled(text), got, d.URL)
			}
			if got := first(t, marked, text, 3); !slices.Contains(got, d.URL) {
				t.Errorf("%q, which is written with marks, finds %v, want %s among them", text, got, d.URL)
			}
		}
	}
}

// An article that shares no character with a question, nor with what answers
// it, moves nothing past the first three, unless it is as good: it makes the
// words of the question rarer, all alike.
func TestOtherArticlesDoNotReorder(t *testing.T) {
	t.Parallel()
	docs := varied(4, 40)
	used := map[rune]bool{}
	for _, d := range docs {
		for _, r := range han.Fold(fmt.Sprint(*d)) {
			used[r] = true
		}
	}
	var free []rune
	for r := rune(0x5000); len(free) < 60; r += 7 {
		if f := []rune(han.Fold(string(r))); len(f) == 1 && han.ClassOf(f[0]) == han.CJK && !used[f[0]] {
			free = append(free, f[0])
		}
	}
	other := func(i int) *search.Document {
		word := func(k int) string { return string([]rune{free[(i+k)%60], free[(i+k+1)%60], free[(i+k+2)%60]}) }
		return with(document(fmt.Sprintf("/zz/%d/", i), word(0), word(3)), word(6)+"。"+word(9))
	}
	var questions []string
	for i, d := range docs {
		if i%3 == 0 {
			questions = append(questions, d.Title)
		}
		if i%4 == 0 && len(d.Symptoms) > 0 {
			questions = append(questions, "请问"+d.Symptoms[0]+"怎么办")
		}
	}
	before := open(t, docs)
	more := slices.Clone(docs)
	for i := range 3 {
		more = append(more, other(i))
	}
	after := open(t, more)
	// How much the scores of two may come nearer: rarities grow by what three
	// more articles make of them, of which each score is a weighed share.
	const nearer = 0.1
	compared := 0
	for _, q := range questions {
		was, is := all(t, before, search.Query{Text: q}), all(t, after, search.Query{Text: q})
		at := map[string]int{}
		for i, h := range is {
			at[h.URL] = i
		}
		for i, a := range was[:min(len(was), 3)] {
			for _, b := range was[i+1:] {
				x, okX := at[a.URL]
				y, okY := at[b.URL]
				if !okX || !okY || a.Score-b.Score <= nearer {
					continue
				}
				compared++
				if x > y {
					t.Errorf("%q: %s (%v) stood before %s (%v), and does not any more (%v, %v)", q, a.URL, a.Score, b.URL, b.Score, is[x].Score, is[y].Score)
				}
			}
		}
	}
	if compared < 1000 {
		t.Errorf("only %d pairs were compared", compared)
	}
}

// A sentence of an article, as it stands, finds the article: first when no
// other has it, and among the first three in any case.
func TestOwnSentenceFindsItsArticle(t *testing.T) {
	t.Parallel()
	docs := enginetest.Corpus()
	s := open(t, append(varied(6, 80), with(document("/zz/", "别的事情", "都不相干"), "没有什么。")))
	sentences := 0
	for _, d := range docs {
		texts := []string{d.Title, d.Summary}
		texts = append(texts, d.Symptoms...)
		for _, section := range d.Sections {
			texts = append(texts, section.Text)
		}
		for _, text := range texts {
			for sentence := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune("。！？\n", r) }) {
				owners := 0
				for _, other := range docs {
					if strings.Contains(fmt.Sprint(*other), sentence) {
						owners++
					}
				}
				if len([]rune(sentence)) < 6 || owners > 1 {
					continue
				}
				sentences++
				got := first(t, s, sentence, 3)
				if len(got) == 0 || got[0] != d.URL {
					t.Errorf("%q finds %v, want %s first: it stands there alone", sentence, got, d.URL)
				}
				// Without its first and last character it is still the article's.
				runes := []rune(sentence)
				if got := first(t, s, string(runes[1:len(runes)-1]), 3); !slices.Contains(got, d.URL) {
					t.Errorf("%q finds %v, want %s among them", string(runes[1:len(runes)-1]), got, d.URL)
				}
			}
		}
	}
	if sentences < 80 {
		t.Errorf("only %d sentences", sentences)
	}
}
