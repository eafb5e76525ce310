package search

import (
	"context"
	"net/url"
	"time"

	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/question"
	"whyfix/internal/search/rank"
	"whyfix/internal/search/snippet"
	"whyfix/internal/search/terms"
)

// Mode says how near the hits are to what was typed.
type Mode string

// The rungs of the ladder.
const (
	Exact   Mode = "exact"   // the best hit has what was typed
	Relaxed Mode = "relaxed" // no article has all of it: the nearest ones
	// Corrected: nothing has what was typed, but something has what sounds or
	// looks like it.
	Corrected Mode = "corrected"
)

// Result is the answer to a Query.
type Result struct {
	Query string
	Mode  Mode
	// Corrected is what was searched instead, in folded form; empty unless
	// that is the Mode.
	Corrected string
	// Pinyin: what was typed are the sounds of that, or their first letters.
	Pinyin bool
	// Answered tells whether the best hit is likely to answer at all.
	Answered bool
	Total    int
	// Partial: time ran out, and these are the best that were found until then.
	Partial bool
	Hits    []Hit
	Facets  Facets
	Terms   []Term // of the question, for people who ask why
	// Candidates is how many articles had anything of the question, if the query asks to explain.
	Candidates int
	// Posts is why posts were left out that there are; nil: they were not.
	Posts error
}

// Term is a piece of the question and how much it weighs.
type Term struct {
	Text     string  `json:"text"`
	Weight   float32 `json:"weight"`
	Weak     bool    `json:"question_word"` // a question word or particle
	Articles int     `json:"articles"`      // how many have it
}

// Hit is an article that answers, as GET /api/search tells it.
type Hit struct {
	URL       string   `json:"url"`
	Title     string   `json:"title"`
	Summary   string   `json:"summary"`
	Snippet   string   `json:"snippet"` // HTML: escaped, but for <mark>
	Section   Place    `json:"section"`
	Products  []string `json:"products"`
	Causes    []string `json:"causes"`
	Solutions []string `json:"solutions"`
	Score     float32  `json:"score"`
	// Of a post: what it is, how that is called, and when it was written.
	Source string    `json:"source,omitempty"`
	Label  string    `json:"label,omitempty"` // for who answers to fill in
	Date   time.Time `json:"date,omitzero"`
	// Parts are the shares that made the score, for people who ask why.
	Parts []Part `json:"-"`
}

// Place is the section of a hit that answers best.
type Place struct {
	URL   string `json:"url"`
	Title string `json:"title"`
	Kind  string `json:"kind"`
}

// Part is one share of a hit's score.
type Part struct {
	Name  string  `json:"name"`
	Share float32 `json:"share"`           // of the score
	Value float32 `json:"value"`           // of the feature: 1 is all of it
	Text  string  `json:"text,omitempty"`  // the passage that it was found in, where there is one
	Words string  `json:"words,omitempty"` // what of the question it was found for
}

// Facets count the articles of a whole result.
type Facets struct {
	Kind     []Count `json:"kind"`
	Product  []Count `json:"product"`
	Cause    []Count `json:"cause"`
	Solution []Count `json:"solution"`
	// Source counts pages of the site and posts; nil where there are no posts.
	Source []Count `json:"source,omitempty"`
}

// Count is one value and how many articles have it.
type Count struct {
	Value string `json:"value"`
	Count int    `json:"count"`
	Label string `json:"label,omitempty"` // how it is called, where the value is not its name
}

func facetsOf(f engine.Facets) Facets {
	of := func(list []engine.Count) []Count {
		out := make([]Count, len(list))
		for i, c := range list {
			out[i] = Count{Value: c.Value, Count: c.Count}
		}
		return out
	}
	return Facets{of(f.Kind), of(f.Product), of(f.Cause), of(f.Solution), of(f.Source)}
}

func termsOf(q *question.Question) []Term {
	var out []Term
	for _, t := range q.Terms {
		out = append(out, Term{t.Text, t.Body, t.Weak, t.Count})
	}
	return out
}

// hits are what is shown of articles.
func (s *Searcher) hits(ctx context.Context, q *question.Question, ranked []rank.Scored, query Query) ([]Hit, error) {
	var missing []string
	for _, c := range ranked {
		if !c.Read {
			missing = append(missing, c.Facts.URL)
		}
	}
	bodies, err := s.engine.Bodies(ctx, missing)
	if err != nil {
		return nil, err
	}
	cutter, back := s.asker.Cutter()
	defer back()
	maker := snippet.New(q, s.lexicon, cutter)
	out := make([]Hit, 0, len(ranked))
	for i := range ranked {
		c := &ranked[i]
		if !c.Read {
			c.Body, bodies = bodies[0], bodies[1:]
		}
		h := hit(maker, c, query.Filter.Kind)
		if query.Explain {
			h.Parts = s.parts(q, c)
		}
		out = append(out, h)
	}
	return out, nil
}

// hit is what is shown of an article.
func hit(maker *snippet.Maker, c *rank.Scored, kind string) Hit {
	f, sections := c.Facts, c.Body.Sections
	maker.Look(c.Whole > terms.Nowhere || c.Parts > 0)
	h := Hit{
		URL: f.URL, Title: f.Title(), Summary: c.Body.Summary, Score: c.Score,
		Products: names(f, article.Product), Causes: names(f, article.Cause), Solutions: names(f, article.Solution),
	}
	if o := f.Origin; o != nil {
		h.URL, h.Source = o.URL, o.Source
		if o.Date != 0 {
			h.Date = time.Unix(o.Date, 0).UTC()
		}
	}
	best := maker.Section(sections, kind, f.Analyzer)
	if best >= 0 {
		section := &sections[best]
		h.Snippet = maker.Snippet(section.Text, f.Analyzer, h.Title, section.Title)
		// A heading alone: what stands below it, which is where the reader is led.
		for i := best + 1; i < len(sections) && h.Snippet == "" && sections[i].Kind == sections[best].Kind; i++ {
			section = &sections[i]
			h.Snippet = maker.Snippet(section.Text, f.Analyzer, h.Title, sections[best].Title)
		}
		if h.Snippet == "" {
			section = &sections[best]
		}
		h.Section = Place{URL: h.URL, Title: section.Title, Kind: section.Kind}
		if section.Anchor != "" {
			h.Section.URL += "#" + escapeFragment(section.Anchor)
		}
	}
	if h.Snippet == "" {
		h.Snippet = maker.Snippet(h.Summary, f.Analyzer)
	}
	for i := 0; h.Snippet == "" && i < len(sections); i++ {
		h.Snippet = maker.Snippet(sections[i].Text, f.Analyzer)
	}
	return h
}

// names are the names of an article's tags of one family.
func names(f *article.Facts, family int) []string {
	out := []string{}
	for _, t := range f.Tags {
		if t.Family == family {
			out = append(out, t.Name)
		}
	}
	return out
}

func escapeFragment(s string) string { return (&url.URL{Fragment: s}).String()[1:] }
