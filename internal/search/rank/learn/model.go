package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"

	"whyfix/internal/search/rank"
	"whyfix/internal/search/weigh"
)

// The weights of features: of the candidates that an engine finds for a
// question, the wanted one is to be the first. Every set counts the same,
// however many questions it has.

// example is a question's candidates and which of them are wanted.
type example struct {
	vectors []rank.Vector
	alone   []float32
	wanted  []bool
}

// examples of a set.
func examples(ctx context.Context, s *set, most int) ([]example, error) {
	if err := s.open(ctx, weigh.Default(), rank.Default()); err != nil {
		return nil, err
	}
	all := make([]example, len(s.queries))
	s.each(most, func(i int, q query) { all[i] = s.example(ctx, q) })
	var out []example
	for _, e := range all {
		wanted := 0
		for _, w := range e.wanted {
			if w {
				wanted++
			}
		}
		if wanted > 0 && wanted < len(e.wanted) {
			out = append(out, e)
		}
	}
	return out, nil
}

func (s *set) example(ctx context.Context, q query) (e example) {
	_, ranked := s.answer(ctx, q.text)
	for _, c := range ranked {
		if c.Read {
			e.vectors = append(e.vectors, c.Vector)
			e.alone = append(e.alone, c.Facts.Alone)
			e.wanted = append(e.wanted, q.wanted[c.Facts.URL])
		}
	}
	return e
}

const (
	passes    = 60
	modelRate = 0.02
	pull      = 2e-4 // towards nothing
	heat      = 6    // what a score of 1 is worth in the softmax
)

// weights are those that are learnt: of long articles, then of short ones.
type weights [2 * rank.Features]parameter

// inputs are what the weights are for.
func inputs(v *rank.Vector, alone float32) (x [2 * rank.Features]float64) {
	for f, value := range v {
		x[f] = float64(value * (1 - alone))
		x[int(rank.Features)+f] = float64(value * alone)
	}
	return x
}

// given reports whether weight i is no matter of learning: what was typed as it
// stands comes first; what asks for something else or names another number is
// rare in pairs of questions that mean the same; and how often a short article
// says a word is worth more in English than the sets, most of them Chinese, say.
func given(i int) bool {
	f := rank.Feature(i) % rank.Features
	return f >= rank.Is && f <= rank.Opposite || f == rank.OtherNumber || i == int(rank.Features+rank.Frequency)
}

func learnModel(ctx context.Context, out io.Writer, sets []*set, most int) error {
	var all [][]example
	for _, s := range sets {
		e, err := examples(ctx, s, most)
		if err != nil {
			return err
		}
		if len(e) > 0 {
			all = append(all, e)
		}
	}
	model := rank.Default()
	var w weights
	for f := range rank.Features {
		w[f].value, w[f+rank.Features].value = float64(model.Long[f]), float64(model.Short[f])
	}
	random := rand.New(rand.NewPCG(1, 1))
	step := 0
	const batch = 8
	for pass := range passes {
		var loss float64
		for range 100 {
			for _, list := range all {
				for range batch {
					loss += descend(&w, &list[random.IntN(len(list))]) / float64(len(all)*100*batch)
				}
			}
			step++
			rate := modelRate / (1 + float64(pass)/10)
			for i := range w {
				p := &w[i]
				p.grad = p.grad/float64(batch*len(all)) + pull*p.value
				if given(i) {
					p.grad = 0
					continue
				}
				p.step(step, rate)
				p.value = max(p.value, 0) // each is good to have
			}
		}
		if pass%10 == 9 {
			fmt.Fprintf(os.Stderr, "pass %d: loss %.4f\n", pass+1, loss)
		}
	}
	fmt.Fprintln(out, "# How much each part of a score counts, learnt by the command learn, but for those from is to opposite, other-number, and frequency in short ones, which were given.")
	fmt.Fprintln(out, "# NAME LONG SHORT: in an article that has other text than its title and symptoms, and in one that has not.")
	for f := range rank.Features {
		fmt.Fprintf(out, "%s %.3f %.3f\n", f, w[f].value, w[f+rank.Features].value)
	}
	return nil
}

// descend adds the gradient of an example and returns its loss.
func descend(w *weights, e *example) float64 {
	scores := make([]float64, len(e.vectors))
	in := make([][2 * rank.Features]float64, len(e.vectors))
	top := math.Inf(-1)
	for i := range e.vectors {
		in[i] = inputs(&e.vectors[i], e.alone[i])
		for f, x := range in[i] {
			scores[i] += heat * w[f].value * x
		}
		top = max(top, scores[i])
	}
	var sum, right float64
	for i := range scores {
		scores[i] = math.Exp(scores[i] - top)
		sum += scores[i]
		if e.wanted[i] {
			right += scores[i]
		}
	}
	for i := range in {
		g := scores[i] / sum
		if e.wanted[i] {
			g -= scores[i] / right
		}
		for f, x := range in[i] {
			w[f].grad += heat * g * x
		}
	}
	return -math.Log(right/sum + 1e-12)
}
