package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"whyfix/internal/han"
	"whyfix/internal/search/terms"
)

// What stands for what: of two questions that mean the same, what only one of
// them has was put for what only the other has. Which for which is IBM model 1
// in both directions: the probability that a term is put as another, by
// expectation and maximisation, where a term may also stand for nothing. Kept
// is what holds in both directions, often enough, in several fields, and not
// between questions that look alike and mean something else.

const (
	rounds     = 8     // of expectation and maximisation
	mostOther  = 14    // terms that only one of both has: of more, too little is known
	tooRare    = 1e-3  // times that are as good as none
	hardly     = 0.02  // … in two questions
	fewest     = 1.5   // times that one stands for the other
	oneField   = 0.5   // what is left of what only one field has
	inField    = 0.7   // times that make a field have it
	doubt      = 3.0   // times that are taken off the belief in what is rare
	leastSame  = 0.6   // how many of the questions that differ in it mean the same
	leastBoth  = 0.04  // of the probability in both directions
	spread     = 1.7   // a weight is so many times the root of the probability
	mostWeight = 0.9   // what was typed is worth more
	mostOfTerm = 5     // stand-ins of a term
	largestSet = 20000 // pairs: a larger set must not outvote the others
)

// difference is what each of two questions has that the other has not.
type difference struct {
	left, right []int32
	field       int
	weight      float64
	same        bool // both mean the same
}

// turned is the difference from the other side.
func (d difference) turned() difference {
	d.left, d.right = d.right, d.left
	return d
}

// relation is two terms, of which one may stand for the other.
type relation struct{ from, to int32 }

type standLearner struct {
	cutter  *terms.Cutter
	words   *wordFinder
	lexicon *terms.Lexicon
	names   []string // of the terms; the first is nothing
	number  map[string]int32
	all     []difference
	fields  int
}

// learnStands reads files with lines: question TAB question [TAB 0], the 0 for
// two that do not mean the same. Each file is a field.
func learnStands(out io.Writer, files []string) error {
	l := &standLearner{cutter: terms.NewCutter(), words: newWordFinder(), lexicon: terms.NewLexicon(nil), names: []string{""}, number: map[string]int32{}}
	for _, name := range files {
		err := lines(name, func(f []string) error {
			l.words.add(l.runes(f[0]))
			l.words.add(l.runes(f[1]))
			return nil
		})
		if err != nil {
			return err
		}
	}
	for _, name := range files {
		if err := l.read(name); err != nil {
			return err
		}
	}
	l.print(out)
	return nil
}

// read reads a field.
func (l *standLearner) read(name string) error {
	first := len(l.all)
	err := lines(name, func(f []string) error {
		if denies(f[0]) != denies(f[1]) {
			return nil // a word may stand for its opposite there
		}
		d := difference{field: l.fields, same: len(f) < 3 || f[2] != "0"}
		left, right := l.terms(f[0]), l.terms(f[1])
		d.left, d.right = l.only(left, right), l.only(right, left)
		if len(d.left) > 0 && len(d.right) > 0 && max(len(d.left), len(d.right)) <= mostOther {
			l.all = append(l.all, d)
		}
		return nil
	})
	same := 0
	for _, d := range l.all[first:] {
		if d.same {
			same++
		}
	}
	for i := range l.all[first:] {
		l.all[first+i].weight = min(1, largestSet/float64(max(same, 1)))
	}
	l.fields++
	return err
}

func denies(text string) bool { return strings.ContainsAny(text, "不没未无") }

func (l *standLearner) runes(text string) []rune {
	runes, _ := l.cutter.Canon(nil, han.AppendMarked(nil, text))
	return runes
}

// terms are the words of a question, of one character or two, and of letters by
// their stems, each once.
func (l *standLearner) terms(text string) []int32 {
	var out []int32
	runes := l.runes(text)
	l.cutter.Each(han.Stemming, runes, func(t terms.Term) {
		name := t.Text(runes)
		switch {
		case t.Form == terms.Char && l.words.is(t.Key):
		case t.Form == terms.Stem, t.Form == terms.Whole && !strings.ContainsAny(name, "0123456789"): // not the names of models
		default:
			return
		}
		n, known := l.number[name]
		if !known {
			n = int32(len(l.names))
			l.names, l.number[name] = append(l.names, name), n
		}
		out = append(out, n)
	})
	slices.Sort(out)
	return slices.Compact(out)
}

// only are the terms that a has and b has not. Neighbours that are only
// elsewhere in b were not put in other words.
func (l *standLearner) only(a, b []int32) []int32 {
	has := func(name string) bool {
		n, known := l.number[name]
		_, in := slices.BinarySearch(b, n)
		return known && in
	}
	var out []int32
	for _, n := range a {
		name := l.names[n]
		if has(name) {
			continue
		}
		if r := []rune(name); len(r) == 2 && han.ClassOf(r[0]) == han.CJK && has(string(r[0])) && has(string(r[1])) {
			continue
		}
		out = append(out, n)
	}
	return out
}

// translate learns with which probability each term of the left side is put as
// each of the right.
func translate(all []difference) map[relation]float64 {
	var probability map[relation]float64
	p := func(relation) float64 { return 1 }
	for range rounds {
		count, total := map[relation]float64{}, map[int32]float64{}
		for i := range all {
			if d := &all[i]; d.same {
				align(d, p, func(r relation, n float64) {
					count[r] += n
					total[r.from] += n
				})
			}
		}
		probability = make(map[relation]float64, len(count))
		for r, n := range count {
			if n > tooRare {
				probability[r] = n / total[r.from]
			}
		}
		p = func(r relation) float64 { return probability[r] }
	}
	return probability
}

// align shares each term of the right side out to those of the left, and to
// nothing, by the probability that they are put so.
func align(d *difference, p func(relation) float64, emit func(relation, float64)) {
	for _, to := range d.right {
		sum := p(relation{0, to})
		for _, from := range d.left {
			sum += p(relation{from, to})
		}
		if sum == 0 {
			continue
		}
		emit(relation{0, to}, d.weight*p(relation{0, to})/sum)
		for _, from := range d.left {
			emit(relation{from, to}, d.weight*p(relation{from, to})/sum)
		}
	}
}

// seen is how often a relation was seen.
type seen struct {
	same, other float64   // between questions that mean the same, and that do not
	fields      []float64 // same, by field
}

// count counts relations as the two directions have them: the less of both.
func (l *standLearner) count() map[relation]*seen {
	turned := make([]difference, len(l.all))
	for i, d := range l.all {
		turned[i] = d.turned()
	}
	forth, back := translate(l.all), translate(turned)
	out := map[relation]*seen{}
	for i := range l.all {
		n := map[relation]float64{}
		align(&l.all[i], func(r relation) float64 { return forth[r] }, func(r relation, x float64) { n[r] = x })
		align(&turned[i], func(r relation) float64 { return back[r] }, func(r relation, x float64) {
			r = relation{r.to, r.from}
			x = min(x, n[r])
			if x < hardly {
				return
			}
			r = relation{min(r.from, r.to), max(r.from, r.to)}
			s := out[r]
			if s == nil {
				s = &seen{fields: make([]float64, l.fields)}
				out[r] = s
			}
			if l.all[i].same {
				s.same += x
				s.fields[l.all[i].field] += x
			} else {
				s.other += x
			}
		})
	}
	return out
}

// share reports whether both terms have a meaning of the lexicon in common,
// which counts on its own.
func (l *standLearner) share(r relation) bool {
	meanings := func(text string) (out []terms.Key) {
		l.lexicon.Meanings([]rune(text), func(t terms.Term) { out = append(out, t.Key) })
		return out
	}
	from := meanings(l.names[r.from])
	return slices.ContainsFunc(meanings(l.names[r.to]), func(k terms.Key) bool { return slices.Contains(from, k) })
}

// standin is a line of the file.
type standin struct {
	a, b   string
	weight float64
}

// weight is how far the terms of a relation count as each other; false: they
// are not believed.
func (l *standLearner) weight(r relation, s *seen, differs []float64, balance float64) (float64, bool) {
	truth := s.same / (s.same + s.other*balance)
	if s.same < fewest || truth < leastSame || r.from == 0 || l.share(r) {
		return 0, false
	}
	both := truth * s.same * s.same / (s.same + doubt) / math.Sqrt(differs[r.from]*differs[r.to])
	fields := 0
	for _, n := range s.fields {
		if n >= inField {
			fields++
		}
	}
	if fields < 2 {
		both *= oneField
	}
	return min(spread*math.Sqrt(both), mostWeight), both >= leastBoth
}

func (l *standLearner) print(out io.Writer) {
	counts := l.count()
	differs := make([]float64, len(l.names)) // how often a term is what differs
	var same, other float64
	for _, d := range l.all {
		if !d.same {
			other += d.weight
			continue
		}
		same += d.weight
		for _, n := range slices.Concat(d.left, d.right) {
			differs[n] += d.weight
		}
	}
	balance := 0.0 // makes both kinds of pairs as many
	if other > 0 {
		balance = same / other
	}
	var list []standin
	for r, s := range counts {
		if weight, believed := l.weight(r, s, differs, balance); believed {
			list = append(list, standin{l.names[r.from], l.names[r.to], weight})
		}
	}
	slices.SortFunc(list, func(a, b standin) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.a, b.a), cmp.Compare(a.b, b.b))
	})
	fmt.Fprintln(out, "# Which words people put for each other when they ask, learnt by the command internal/search/rank/learn.")
	fmt.Fprintln(out, "# WORD WORD WEIGHT: how far each counts where the other was typed.")
	used := map[string]int{}
	for _, s := range list {
		if used[s.a] >= mostOfTerm || used[s.b] >= mostOfTerm {
			continue
		}
		used[s.a]++
		used[s.b]++
		fmt.Fprintf(out, "%s %s %.2f\n", s.a, s.b, s.weight)
	}
}
