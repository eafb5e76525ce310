package search

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	segment "github.com/blevesearch/scorch_segment_api/v2"

	"whyfix/internal/han"
)

// Limits of a query.
const (
	MaxQuery = 200   // characters
	MaxSize  = 50    // hits on a page
	MaxReach = 1_000 // size × page
)

// Query is what a reader asks.
type Query struct {
	Text   string
	Size   int // hits on a page, from 0
	Page   int // from 1
	Filter Filter
}

// Filter keeps only some articles. Empty values keep all.
type Filter struct {
	Kind     string // has a section of this kind
	Product  string
	Cause    string
	Solution string
}

func (f Filter) accepts(a *article) bool {
	if f.Kind != "" {
		k := slices.Index(kindNames[:], f.Kind)
		if k < 0 || a.kinds&(1<<k) == 0 {
			return false
		}
	}
	for k, want := range [...]string{f.Product, f.Cause, f.Solution} {
		if want != "" && !slices.Contains(a.tags[k], want) {
			return false
		}
	}
	return true
}

// Mode says how near the hits are to what was typed.
type Mode string

// The rungs of the ladder.
const (
	Exact   Mode = "exact"   // the best hits have all that was typed
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
	Total     int
	// Partial: time ran out, and these are the best that were found until then.
	Partial bool
	Hits    []Hit
	Facets  Facets
	Terms   []Term // of the question, for people who ask why
	// Candidates is how many articles had anything of the question.
	Candidates int
}

// Term is a piece of the question and how much it weighs.
type Term struct {
	Text     string
	Weight   float32
	Weak     bool // a question word or particle
	Articles int  // how many have it
}

// Hit is an article that answers.
type Hit struct {
	URL       string
	Title     string
	Summary   string
	Snippet   string // HTML: escaped, but for <mark>
	Section   Place
	Products  []string
	Causes    []string
	Solutions []string
	Score     float32
	// Parts are the shares that made the score, for people who ask why.
	Parts []Part
}

// Place is the section of a hit that answers best.
type Place struct {
	URL, Title, Kind string
}

// Part is one share of a hit's score.
type Part struct {
	Name  string
	Share float32
	Text  string // the passage that it was found in, where there is one
}

// Facets count the articles of a whole result.
type Facets struct {
	Kind, Product, Cause, Solution []Count
}

// Count is one value and how many articles have it.
type Count struct {
	Value string
	Count int
}

// Search answers a query. An empty one has no hits and no error.
func (x *Index) Search(ctx context.Context, query Query) (*Result, error) {
	text := strings.TrimSpace(query.Text)
	if utf8.RuneCountInString(text) > MaxQuery {
		text = string([]rune(text)[:MaxQuery])
	}
	result := &Result{Query: query.Text, Mode: Exact, Hits: []Hit{}}
	head, err := x.dictionaries(fieldHead)
	if err != nil {
		return nil, err
	}
	all, err := x.dictionaries(fieldAll)
	if err != nil {
		return nil, err
	}
	text, quoted := unquote(text)
	q, found, touched, err := x.answer(ctx, text, head, all, query.Filter, nil)
	if err != nil || len(q.terms) == 0 {
		return result, err
	}
	if len(quoted) > 0 {
		if found, err = x.keepQuoted(ctx, found, quoted, all); err != nil {
			return nil, err
		}
	}
	result.Mode = q.mode(found)
	if len(quoted) == 0 && (len(found) == 0 || found[0].parts.whole < 0.999) {
		c, err := x.correct(ctx, q, all)
		if err != nil {
			return nil, err
		}
		if c != nil {
			q2, found2, touched2, err := x.answer(ctx, c.text, head, all, query.Filter, c.docs)
			if err != nil {
				return nil, err
			}
			if better(found2, found, c) {
				q, found, touched, result.Mode, result.Corrected = q2, found2, touched2, Corrected, c.text
			}
		}
	}
	for _, t := range q.terms {
		result.Terms = append(result.Terms, Term{t.name(), t.matched, t.weak, max(t.inAll, t.inHead)})
	}
	result.Partial = ctx.Err() != nil
	result.Total, result.Candidates = len(found), touched
	result.Facets = x.facets(found)
	size := min(max(query.Size, 0), MaxSize)
	from := min((max(query.Page, 1)-1)*size, len(found))
	if from+size > closely && len(found) > closely {
		rest := found[closely:]
		slices.SortFunc(rest, func(a, b candidate) int { return cmp.Or(cmp.Compare(b.first, a.first), x.order(a, b)) })
	}
	for _, c := range found[from:min(from+size, len(found))] {
		hit, err := x.hit(q, c, query.Filter.Kind)
		if err != nil {
			return nil, err
		}
		result.Hits = append(result.Hits, hit)
	}
	return result, nil
}

// unquote takes the quotation marks out of a question and returns what stood
// between them.
func unquote(text string) (plain string, quoted []string) {
	var b strings.Builder
	rest := text
	for {
		start := strings.IndexAny(rest, "\"“„「『")
		if start < 0 {
			break
		}
		open, size := utf8.DecodeRuneInString(rest[start:])
		length := strings.IndexAny(rest[start+size:], closing(open))
		if length < 0 {
			break // a mark alone means nothing
		}
		inner := rest[start+size : start+size+length]
		_, last := utf8.DecodeRuneInString(rest[start+size+length:])
		if strings.TrimSpace(inner) != "" {
			quoted = append(quoted, inner)
		}
		b.WriteString(rest[:start] + " " + inner + " ")
		rest = rest[start+size+length+last:]
	}
	b.WriteString(rest)
	if len(quoted) == 0 {
		return text, nil
	}
	return strings.TrimSpace(b.String()), quoted
}

func closing(open rune) string {
	switch open {
	case '「':
		return "」"
	case '『':
		return "』"
	}
	return "\"”“"
}

// keepQuoted keeps the articles that have every quoted run exactly.
func (x *Index) keepQuoted(ctx context.Context, found []candidate, quoted []string, all []segment.TermDictionary) ([]candidate, error) {
	for _, text := range quoted {
		runs, err := x.run(ctx, []rune(strings.TrimSpace(han.Fold(text))), all, quoteProofs)
		if err != nil {
			return nil, err
		}
		found = slices.DeleteFunc(found, func(c candidate) bool { return runs[c.doc] == nowhere })
	}
	return found, nil
}

// answer ranks the articles for a text. Proved are articles that are known to
// have it, beside those that turn out to. It also returns how many articles had
// anything of it.
func (x *Index) answer(ctx context.Context, text string, head, all []segment.TermDictionary, f Filter, proved map[uint32]level) (*asked, []candidate, int, error) {
	q, err := x.ask(text, head, all)
	if err != nil || len(q.terms) == 0 {
		return q, nil, 0, err
	}
	runs, err := x.run(ctx, q.runes, all, someProofs)
	if err != nil {
		return q, nil, 0, err
	}
	if runs == nil {
		runs = proved
	} else {
		for n, at := range proved {
			runs[n] = max(runs[n], at)
		}
	}
	found, touched, err := x.rank(ctx, q, head, all, f, runs)
	return q, found, touched, err
}

// clearly is how much better the answer to a correction must be that no
// article proves.
const clearly = 0.2

// better reports whether a correction answers better than what was typed.
func better(corrected, typed []candidate, c *correction) bool {
	switch {
	case len(corrected) == 0:
		return false
	case len(typed) == 0 || len(c.docs) > 0:
		return true
	}
	return corrected[0].score > typed[0].score+clearly
}

// mode is Exact when the best article has every term of the matter: question
// words may be missing.
func (q *asked) mode(found []candidate) Mode {
	if len(found) == 0 {
		return Exact
	}
	var weak float32
	for _, t := range q.terms {
		if t.partly {
			weak += t.body
		}
	}
	if found[0].parts.whole*q.body >= (q.body-weak)*0.999 {
		return Exact
	}
	return Relaxed
}

// facets counts over all hits, most frequent first.
func (x *Index) facets(found []candidate) Facets {
	var kinds [len(kindNames)]int
	counts := make([]int, len(x.tagNames))
	for _, c := range found {
		a := x.articles[c.doc]
		for k := range kinds {
			kinds[k] += int(a.kinds >> k & 1)
		}
		for _, id := range a.tagIDs {
			counts[id]++
		}
	}
	f := Facets{Kind: []Count{}, Product: x.tagCounts(counts, 0), Cause: x.tagCounts(counts, 1), Solution: x.tagCounts(counts, 2)}
	for k, n := range kinds {
		if n > 0 {
			f.Kind = append(f.Kind, Count{kindNames[k], n})
		}
	}
	return f
}

// mostFacets is how many values of a facet are worth showing.
const mostFacets = 20

func (x *Index) tagCounts(counts []int, family int) []Count {
	out := []Count{}
	for id, n := range counts {
		if n > 0 && x.tagNames[id].family == family {
			out = append(out, Count{x.tagNames[id].name, n})
		}
	}
	slices.SortFunc(out, func(a, b Count) int { return cmp.Or(b.Count-a.Count, strings.Compare(a.Value, b.Value)) })
	return out[:min(len(out), mostFacets)]
}
