package rank

import (
	_ "embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// Model says how much each feature counts: in an article that has other text
// than its title and symptoms, and in one that they are all of. Between the
// two it is in between.
type Model struct {
	Long, Short Vector
}

// weight is how much a feature counts for an article of which so much is its
// title and symptoms.
func (m *Model) weight(f Feature, alone float32) float32 {
	return m.Long[f]*(1-alone) + m.Short[f]*alone
}

func (m *Model) score(v *Vector, alone float32) float32 {
	var sum float32
	for f, x := range v {
		sum += m.weight(Feature(f), alone) * x
	}
	return rounded(sum)
}

//go:embed model.txt
var modelText string

// Default is the model of model.txt.
var Default = sync.OnceValue(func() *Model {
	m, err := ParseModel(modelText)
	if err != nil {
		panic(err) // the file is part of the program
	}
	return m
})

// ParseModel reads a model: a line for each feature, its name and its weight
// in articles with other text and without.
func ParseModel(text string) (*Model, error) {
	m := &Model{}
	n := 0
	for line := range strings.Lines(text) {
		n++
		f := strings.Fields(line)
		if len(f) == 0 || f[0] == "#" {
			continue
		}
		known := false
		for i := range Features {
			if len(f) != 3 || i.String() != f[0] {
				continue
			}
			long, err := strconv.ParseFloat(f[1], 32)
			short, err2 := strconv.ParseFloat(f[2], 32)
			if err := errors.Join(err, err2); err != nil {
				return nil, fmt.Errorf("rank: line %d: %w", n, err)
			}
			m.Long[i], m.Short[i], known = float32(long), float32(short), true
		}
		if !known {
			return nil, fmt.Errorf("rank: line %d: %q", n, line)
		}
	}
	return m, nil
}
