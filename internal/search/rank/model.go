package rank

import (
	_ "embed"
	"sync"

	"whyfix/internal/search/learnt"
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
var Default = sync.OnceValue(func() *Model { return learnt.Must(ParseModel(modelText)) })

// ParseModel reads a model: a line for each feature, its name and its weight
// in articles with other text and without.
func ParseModel(text string) (*Model, error) {
	m := &Model{}
	return m, learnt.Read("model.txt", text, func(l *learnt.Line) bool {
		for f := range Features {
			if l.Is(f.String(), 3) {
				m.Long[f], m.Short[f] = l.Number(1), l.Number(2)
				return true
			}
		}
		return false
	})
}
