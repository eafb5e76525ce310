package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"whyfix/internal/han"
	"whyfix/internal/search/terms"
	"whyfix/internal/search/weigh"
)

// The weights of terms: pairs of texts that ask the same. Each is to find its
// partner among the others of its set: the weights go down the gradient of the
// softmax loss over all of a batch. Only terms that are common in several
// fields get a weight of their own, since they say how people ask, not what
// about, and the meanings of the lexicon. It is pulled back to the line of its
// row, so that what one field says alone counts little.

const (
	epochs      = 24
	batch       = 1024
	rate        = 0.015
	decay       = 2e-3 // pulls a term's own weight back to its class's line
	common      = 30   // occurrences that a meaning needs to get a weight of its own
	often       = 8    // … that another term needs in one field
	inFields    = 3    // … and in how many
	inEnglish   = 2    // … of which fewer are English
	significant = 0.02 // smaller offsets are not worth a line in the file
)

// feature is a term of a text.
type feature struct {
	key terms.Key
	row weigh.Row
}

type text []feature // each key once, sorted

// pairs are texts of one set that ask the same.
type pairs struct {
	left, right []text
	count       map[terms.Key]int
	rarity      map[terms.Key]float64
}

func isNumber(s string) bool { return strings.Trim(s, "0123456789.") == "" }

func learnTerms(out io.Writer, files []string) error {
	l := &learner{names: map[terms.Key]string{}, rows: map[terms.Key]weigh.Row{}, match: map[terms.Key]*parameter{}, missed: map[terms.Key]*parameter{}, count: map[terms.Key]int{}, cutter: terms.NewCutter(), lexicon: terms.NewLexicon(nil)}
	for _, name := range files {
		p := &pairs{}
		err := lines(name, func(f []string) error {
			p.left, p.right = append(p.left, l.features(f[0])), append(p.right, l.features(f[1]))
			return nil
		})
		if err != nil {
			return err
		}
		l.sets = append(l.sets, p)
	}
	l.start()
	for e := range epochs {
		fmt.Fprintf(os.Stderr, "epoch %d: loss %.4f\n", e+1, l.epoch(uint64(e)))
	}
	l.print(out)
	return nil
}

func (l *learner) features(s string) text {
	runes := han.AppendMarked(nil, s)
	var out text
	add := func(runes []rune, t terms.Term) {
		row := weigh.RowOf(t.Key, t.Form)
		out = append(out, feature{t.Key, row})
		if _, known := l.names[t.Key]; !known {
			l.names[t.Key], l.rows[t.Key] = t.Text(runes), row
		}
	}
	l.cutter.All(han.Stemming, runes, add)
	l.lexicon.Meanings(runes, func(t terms.Term) {
		out = append(out, feature{t.Key, weigh.RowOf(t.Key, t.Form)})
		l.names[t.Key], l.rows[t.Key] = "@"+terms.MeaningText(t.Key), weigh.RowOf(t.Key, t.Form)
	})
	slices.SortFunc(out, func(a, b feature) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.row, b.row)) })
	return slices.CompactFunc(out, func(a, b feature) bool { return a.key == b.key })
}

// parameter is one number that is learnt, with the state of Adam.
type parameter struct{ value, m, v, grad float64 }

func (p *parameter) step(t int, rate float64) {
	p.m, p.v = 0.9*p.m+0.1*p.grad, 0.999*p.v+0.001*p.grad*p.grad
	p.value -= rate * (p.m / (1 - math.Pow(0.9, float64(t)))) / (math.Sqrt(p.v/(1-math.Pow(0.999, float64(t)))) + 1e-8)
	p.grad = 0
}

type learner struct {
	sets                  []*pairs
	cutter                *terms.Cutter
	lexicon               *terms.Lexicon
	names                 map[terms.Key]string
	rows                  map[terms.Key]weigh.Row
	slope, begin, penalty [weigh.Rows]parameter
	match, missed         map[terms.Key]*parameter // terms with weights of their own
	count                 map[terms.Key]int
	steps                 int
	rate                  float64
}

// start counts the terms and gives the common ones weights of their own.
func (l *learner) start() {
	for _, p := range l.sets {
		p.count = map[terms.Key]int{}
		count := p.count
		for _, t := range slices.Concat(p.left, p.right) {
			for _, f := range t {
				count[f.key]++
			}
		}
		p.rarity = make(map[terms.Key]float64, len(count))
		for k, n := range count {
			p.rarity[k] = float64(weigh.Rarity(2*len(p.left), n))
			l.count[k] += n
		}
	}
	for k, n := range l.count {
		fields := 0
		for _, p := range l.sets {
			if p.count[k] >= often {
				fields++
			}
		}
		if k.Class() == terms.Meaning && n >= common || fields >= inFields || fields >= inEnglish && k.Class() == terms.Word && !isNumber(l.names[k]) {
			l.match[k], l.missed[k] = &parameter{}, &parameter{}
		}
	}
	table := weigh.Default()
	for r := range weigh.Rows {
		l.slope[r].value, l.begin[r].value, l.penalty[r].value = float64(table.Lines[r].Slope), float64(table.Lines[r].Start), float64(table.Lines[r].Penalty)
	}
}

func (l *learner) matched(f feature, rarity float64) float64 {
	w := l.slope[f.row].value*rarity + l.begin[f.row].value
	if p := l.match[f.key]; p != nil {
		w += p.value * rarity
	}
	return max(w, 0)
}

// penalised reports whether a text loses by a term that the question has not:
// not by what is another form of one that counts already.
func penalised(r weigh.Row) bool {
	return r == weigh.Single || r == weigh.RowOf(terms.WordKey("a"), terms.Whole) || r == weigh.RowOf(terms.WordKey("a"), terms.Ended) || r == weigh.RowOf(terms.MeaningKey(0), terms.Mean)
}

func (l *learner) lost(f feature, rarity float64) float64 {
	if !penalised(f.row) {
		return 0
	}
	w := l.penalty[f.row].value * rarity
	if p := l.missed[f.key]; p != nil {
		w += p.value * rarity
	}
	return max(w, 0)
}

// largest is how many batches of a set an epoch takes: a large set must not
// outvote the others.
const largest = 12

func (l *learner) epoch(seed uint64) float64 {
	random := rand.New(rand.NewPCG(seed, 1))
	type job struct {
		set  *pairs
		rows []int
	}
	var jobs []job
	for _, p := range l.sets {
		order := random.Perm(len(p.left))
		size := min(batch, len(order))
		for n := 0; n < largest && size*(n+1) <= len(order); n++ {
			jobs = append(jobs, job{p, order[n*size : (n+1)*size]})
		}
	}
	random.Shuffle(len(jobs), func(i, j int) { jobs[i], jobs[j] = jobs[j], jobs[i] })
	var loss float64
	for _, j := range jobs {
		var a, b []text
		for _, x := range j.rows {
			a, b = append(a, j.set.left[x]), append(b, j.set.right[x])
		}
		l.rate = rate / (1 + float64(seed)/3)
		loss += l.learn(j.set, a, b) + l.learn(j.set, b, a)
	}
	return loss / float64(2*len(jobs))
}

// learn makes one step on questions that are to find the answers of the same
// number, and returns the loss before it.
func (l *learner) learn(set *pairs, questions, answers []text) float64 {
	postings := map[terms.Key][]int{}
	base := make([]float64, len(answers))
	for j, t := range answers {
		for _, f := range t {
			postings[f.key] = append(postings[f.key], j)
			base[j] -= l.lost(f, set.rarity[f.key])
		}
	}
	perAnswer := make([]float64, len(answers)) // gradient of the loss by base score
	gradMatch := map[feature]float64{}
	score := make([]float64, len(answers))
	var loss float64
	for i, q := range questions {
		copy(score, base)
		for _, f := range q {
			w := l.matched(f, set.rarity[f.key])
			for _, j := range postings[f.key] {
				score[j] += w
			}
		}
		top := slices.Max(score)
		var sum float64
		for j := range score {
			score[j] = math.Exp(score[j] - top)
			sum += score[j]
		}
		loss -= math.Log(score[i]/sum + 1e-12)
		for j := range score {
			score[j] /= sum
		}
		score[i]--
		for j := range score {
			perAnswer[j] += score[j]
		}
		for _, f := range q {
			var g float64
			for _, j := range postings[f.key] {
				g += score[j]
			}
			gradMatch[f] += g
		}
	}
	n := float64(len(questions))
	for f, g := range gradMatch {
		g /= n
		rarity := set.rarity[f.key]
		if l.matched(f, rarity) == 0 && g > 0 {
			continue // it cannot count less than nothing
		}
		l.slope[f.row].grad += g * rarity
		l.begin[f.row].grad += g
		if p := l.match[f.key]; p != nil {
			p.grad += g * rarity
		}
	}
	for j, t := range answers {
		g := -perAnswer[j] / n
		for _, f := range t {
			if !penalised(f.row) || g > 0 && l.lost(f, set.rarity[f.key]) == 0 {
				continue
			}
			l.penalty[f.row].grad += g * set.rarity[f.key]
			if p := l.missed[f.key]; p != nil {
				p.grad += g * set.rarity[f.key]
			}
		}
	}
	l.steps++
	for r := range weigh.Rows {
		for _, p := range []*parameter{&l.slope[r], &l.begin[r], &l.penalty[r]} {
			p.step(l.steps, l.rate/1.5)
		}
	}
	for _, own := range []map[terms.Key]*parameter{l.match, l.missed} {
		for _, p := range own {
			p.grad += decay * p.value
			p.step(l.steps, l.rate)
		}
	}
	return loss / n
}

func (l *learner) print(out io.Writer) {
	table := weigh.Default()
	fmt.Fprintln(out, "# How much a term counts, learnt by the command internal/search/rank/learn.")
	fmt.Fprintln(out, "# row NAME SLOPE START PENALTY BODY: a match in a short text counts SLOPE × rarity + START, a miss PENALTY × rarity, a match in a body BODY × rarity at most.")
	for r := range weigh.Rows {
		if name := weigh.Row(r).String(); name != "char" {
			penalty := l.penalty[r].value
			if !penalised(weigh.Row(r)) {
				penalty = 0
			}
			fmt.Fprintf(out, "row %s %.3f %.3f %.3f %.2f\n", name, l.slope[r].value, l.begin[r].value, penalty, table.Lines[r].Body)
		}
	}
	fmt.Fprintln(out, "# weak SHARE: what question words and particles count in a body.")
	fmt.Fprintf(out, "weak %.2f\n", table.Weak)
	fmt.Fprintln(out, "# frame SHARE: how much of a common term's offset counts in a body.")
	fmt.Fprintf(out, "frame %.2f\n", table.Frame)
	fmt.Fprintln(out, "# TERM MATCH PENALTY: what is added to the slopes for a common term; @ is a meaning of the lexicon.")
	var keys []terms.Key
	for k := range l.match {
		if math.Abs(l.match[k].value) >= significant || math.Abs(l.missed[k].value) >= significant {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b terms.Key) int { return cmp.Or(l.count[b]-l.count[a], cmp.Compare(a, b)) })
	for _, k := range keys {
		missed := l.missed[k].value
		if !penalised(l.rows[k]) {
			missed = 0
		}
		fmt.Fprintf(out, "%s %.2f %.2f\n", l.names[k], l.match[k].value, missed)
	}
}
