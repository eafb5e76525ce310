// Learn makes weights.txt from pairs of questions that mean the same.
//
//	go run ./internal/search/weigh/learn PAIRS.tsv > internal/search/weigh/weights.txt
//
// PAIRS.tsv has lines: question TAB question. Each question is to find its
// partner among the others: the weights go down the gradient of the softmax
// loss over all of a batch. Only terms that are common in questions about
// anything get a weight of their own: words of the lexicon, particles,
// pronouns, and pairs of characters that are made of these.
package main

import (
	"bufio"
	"cmp"
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"whyfix/internal/han"
	"whyfix/internal/search/weigh"
)

const (
	epochs      = 6
	batch       = 1024
	rate        = 0.015
	decay       = 1e-3 // pulls a term's own weight back to its class's line
	common      = 30   // occurrences that a term needs to get a weight of its own
	significant = 0.02 // smaller offsets are not worth a line in the file
)

// particles are characters that mean little by themselves in any question.
const particles = "的了吗呢吧啊呀嘛么我你您他她它们是在有和与跟同把被给让从到对为以就才都也还又再很太没不未无别要想会能可应该去来上下里外中内前后多少几个些这那哪谁什怎何如样办因请问帮一二三两次回事情况时候间天日月年号点现今明昨已经过完好真只最更比较用使得着地之于而但却如果只要就是或者"

type text []weigh.Key // unique, sorted

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: learn PAIRS.tsv")
	}
	f, err := os.Open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	var left, right []text
	names := map[weigh.Key]string{}
	for in := bufio.NewScanner(f); in.Scan(); {
		a, b, ok := strings.Cut(in.Text(), "\t")
		if ok {
			left, right = append(left, features(a, names)), append(right, features(b, names))
		}
	}
	l := newLearner(left, right, names)
	for e := range epochs {
		fmt.Fprintf(os.Stderr, "epoch %d: loss %.4f\n", e+1, l.epoch(uint64(e)))
	}
	l.print()
}

func features(s string, names map[weigh.Key]string) text {
	runes := []rune(han.Fold(s))
	var out text
	weigh.Features(han.Stemming, runes, func(k weigh.Key, start, end int) {
		out = append(out, k)
		names[k] = weigh.Text(han.Stemming, k, runes, start, end)
	})
	slices.Sort(out)
	return slices.Compact(out)
}

// parameter is one number that is learnt, with the state of Adam.
type parameter struct{ value, m, v, grad float64 }

func (p *parameter) step(t int, rate float64) {
	p.m, p.v = 0.9*p.m+0.1*p.grad, 0.999*p.v+0.001*p.grad*p.grad
	p.value -= rate * (p.m / (1 - math.Pow(0.9, float64(t)))) / (math.Sqrt(p.v/(1-math.Pow(0.999, float64(t)))) + 1e-8)
	p.grad = 0
}

type learner struct {
	left, right           []text
	names                 map[weigh.Key]string
	rarity                map[weigh.Key]float64
	slope, start, penalty [4]parameter
	match, missed         map[weigh.Key]*parameter // terms with weights of their own
	count                 map[weigh.Key]int
	steps                 int
}

func newLearner(left, right []text, names map[weigh.Key]string) *learner {
	l := &learner{left: left, right: right, names: names, rarity: map[weigh.Key]float64{}, match: map[weigh.Key]*parameter{}, missed: map[weigh.Key]*parameter{}, count: map[weigh.Key]int{}}
	for _, t := range slices.Concat(left, right) {
		for _, k := range t {
			l.count[k]++
		}
	}
	for k, n := range l.count {
		l.rarity[k] = float64(weigh.Rarity(len(left)+len(right), n))
		if n >= common && general(k, names[k]) {
			l.match[k], l.missed[k] = &parameter{}, &parameter{}
		}
	}
	for c := range 4 {
		l.slope[c].value, l.penalty[c].value = 0.35, 0.05
	}
	l.penalty[weigh.Pair].value = 0
	return l
}

// general tells the terms that are common in questions about anything.
func general(k weigh.Key, name string) bool {
	if k.Class() == weigh.Meaning {
		return true
	}
	if k.Class() == weigh.Word {
		return false
	}
	for _, r := range name {
		if !strings.ContainsRune(particles, r) && !inLexicon(r) {
			return false
		}
	}
	return true
}

var lexiconRunes = func() map[rune]bool {
	m := map[rune]bool{}
	for _, w := range han.General().Words() {
		for _, r := range w {
			m[r] = true
		}
	}
	return m
}()

func inLexicon(r rune) bool { return lexiconRunes[r] }

func (l *learner) matched(k weigh.Key) float64 {
	c := k.Class()
	w := l.slope[c].value*l.rarity[k] + l.start[c].value
	if p := l.match[k]; p != nil {
		w += p.value * l.rarity[k]
	}
	return w
}

func (l *learner) lost(k weigh.Key) float64 {
	if k.Class() == weigh.Pair {
		return 0 // its characters are counted already
	}
	w := l.penalty[k.Class()].value * l.rarity[k]
	if p := l.missed[k]; p != nil {
		w += p.value * l.rarity[k]
	}
	return w
}

func (l *learner) epoch(seed uint64) float64 {
	order := rand.New(rand.NewPCG(seed, 1)).Perm(len(l.left))
	var loss float64
	var n int
	for from := 0; from+batch <= len(order); from += batch {
		a, b := make([]text, batch), make([]text, batch)
		for i, x := range order[from : from+batch] {
			a[i], b[i] = l.left[x], l.right[x]
		}
		loss += l.learn(a, b) + l.learn(b, a)
		n += 2
	}
	return loss / float64(n)
}

// learn makes one step on questions that are to find the answers of the same
// number, and returns the loss before it.
func (l *learner) learn(questions, answers []text) float64 {
	postings := map[weigh.Key][]int{}
	base := make([]float64, len(answers))
	for j, t := range answers {
		for _, k := range t {
			postings[k] = append(postings[k], j)
			base[j] -= l.lost(k)
		}
	}
	perAnswer := make([]float64, len(answers)) // gradient of the loss by base score
	gradMatch := map[weigh.Key]float64{}
	score := make([]float64, len(answers))
	var loss float64
	for i, q := range questions {
		copy(score, base)
		for _, k := range q {
			w := l.matched(k)
			for _, j := range postings[k] {
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
		for _, k := range q {
			var g float64
			for _, j := range postings[k] {
				g += score[j]
			}
			gradMatch[k] += g
		}
	}
	n := float64(len(questions))
	for k, g := range gradMatch {
		g /= n
		l.slope[k.Class()].grad += g * l.rarity[k]
		l.start[k.Class()].grad += g
		if p := l.match[k]; p != nil {
			p.grad += g * l.rarity[k]
		}
	}
	for j, t := range answers {
		g := -perAnswer[j] / n
		for _, k := range t {
			if k.Class() == weigh.Pair {
				continue
			}
			l.penalty[k.Class()].grad += g * l.rarity[k]
			if p := l.missed[k]; p != nil {
				p.grad += g * l.rarity[k]
			}
		}
	}
	l.steps++
	for c := range 4 {
		for _, p := range []*parameter{&l.slope[c], &l.start[c], &l.penalty[c]} {
			p.step(l.steps, rate/1.5)
		}
	}
	for _, own := range []map[weigh.Key]*parameter{l.match, l.missed} {
		for _, p := range own {
			p.grad += decay * p.value
			p.step(l.steps, rate)
		}
	}
	return loss / n
}

func (l *learner) print() {
	fmt.Println("# How much a term counts, learnt by the command learn beside this file.")
	fmt.Println("# class NAME SLOPE START PENALTY: a match counts SLOPE × rarity + START, a miss PENALTY × rarity.")
	for c, name := range []string{"single", "pair", "word", "meaning"} {
		fmt.Printf("class %s %.3f %.3f %.3f\n", name, l.slope[c].value, l.start[c].value, l.penalty[c].value)
	}
	fmt.Println("# TERM MATCH PENALTY: what is added to the slopes for a common term; @ is a meaning of the lexicon.")
	var keys []weigh.Key
	for k := range l.match {
		if math.Abs(l.match[k].value) >= significant || math.Abs(l.missed[k].value) >= significant {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b weigh.Key) int { return cmp.Or(l.count[b]-l.count[a], cmp.Compare(a, b)) })
	for _, k := range keys {
		fmt.Printf("%s %.2f %.2f\n", strings.Replace(l.names[k], "\x01", "@", 1), l.match[k].value, l.missed[k].value)
	}
}
