package search

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

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
	// Language keeps the articles in it, a BCP 47 tag, unless none of them
	// answers. Empty keeps all.
	Language string
}

// Filter keeps only some articles. Empty values keep all.
type Filter struct {
	Kind     string // has a section of this kind
	Product  string
	Cause    string
	Solution string
}

// filter is a Filter in an index's numbers.
type filter struct {
	all      bool // it keeps every article
	language int  // by the index's number; negative: any
	none     bool // it asks for what the site does not have
	kind     uint8
	tagged   [][]uint32 // of each list an article must have one
}

func (x *Index) filter(f Filter, language string) filter {
	out := filter{language: -1}
	if len(x.languages) > 1 {
		out.language = slices.Index(x.languages, language)
	}
	out.all = f == Filter{} && out.language < 0
	if f.Kind != "" {
		k := slices.Index(kindNames[:], f.Kind)
		if k < 0 {
			out.none = true
			return out
		}
		out.kind = 1 << k
	}
	for family, want := range [...]string{productTag: f.Product, causeTag: f.Cause, solutionTag: f.Solution} {
		if want == "" {
			continue
		}
		var ids []uint32
		for id, t := range x.tags {
			if t.family == family && t.name == want {
				ids = append(ids, uint32(id))
			}
		}
		if len(ids) == 0 {
			out.none = true
		}
		out.tagged = append(out.tagged, ids)
	}
	return out
}

func (f *filter) accepts(a *article) bool {
	if f.none || f.language >= 0 && int(a.language) != f.language || f.kind != 0 && a.kinds&f.kind == 0 {
		return false
	}
	for _, ids := range f.tagged {
		if !slices.ContainsFunc(a.tags, func(t uint32) bool { return slices.Contains(ids, t) }) {
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
	r, err := x.search(ctx, query)
	if err == nil && r.Total == 0 && query.Language != "" && len(x.languages) > 1 {
		query.Language = ""
		return x.search(ctx, query)
	}
	return r, err
}

func (x *Index) search(ctx context.Context, query Query) (*Result, error) {
	text := strings.TrimSpace(query.Text)
	if utf8.RuneCountInString(text) > MaxQuery {
		text = string([]rune(text)[:MaxQuery])
	}
	result := &Result{Query: query.Text, Mode: Exact, Hits: []Hit{}}
	in := x.fields()
	text, quoted := unquote(text)
	// What was meant is decided on all articles of the language: a filter must
	// not change the question.
	all := x.filter(Filter{}, query.Language)
	r, err := x.answer(ctx, text, in, all)
	if err != nil || r == nil {
		return result, err
	}
	defer func() { x.giveBack(r.desk) }()
	if len(quoted) > 0 {
		if err := x.keepQuoted(ctx, r, quoted, in); err != nil {
			return nil, err
		}
	}
	result.Mode = r.mode()
	// What stands somewhere exactly as typed was no slip.
	if len(quoted) == 0 && len(r.runs) == 0 && (len(r.top) == 0 || r.top[0].parts.whole < 0.999) {
		c, err := x.correct(ctx, r.q, in)
		if err != nil {
			return nil, err
		}
		if c != nil {
			other, err := x.answer(ctx, c.text, in, all, c.proved...)
			if err != nil {
				return nil, err
			}
			if other != nil {
				if better(other.top, r.top, c) {
					r, other = other, r
					result.Mode, result.Corrected = Corrected, c.text
				}
				x.giveBack(other.desk)
			}
		}
	}
	if query.Filter != (Filter{}) {
		kept, err := x.rank(ctx, r.q, x.filter(query.Filter, query.Language), r.runs...)
		if err != nil {
			return nil, err
		}
		kept, r = r, kept
		x.giveBack(kept.desk)
		if len(quoted) > 0 {
			if err := x.keepQuoted(ctx, r, quoted, in); err != nil {
				return nil, err
			}
		}
	}
	for _, t := range r.q.terms {
		result.Terms = append(result.Terms, Term{t.name(), t.matched, t.weak, t.articles()})
	}
	result.Partial = ctx.Err() != nil
	result.Total, result.Candidates = r.count(), len(r.touched)
	result.Facets = x.facets(r)
	size := min(max(query.Size, 0), MaxSize)
	from := min((max(query.Page, 1)-1)*size, r.count())
	to := min(from+size, r.count())
	if to > len(r.top) {
		slices.SortFunc(r.rest, x.compareReached)
	}
	shown := make([]candidate, 0, to-from)
	for i := from; i < to; i++ {
		if i < len(r.top) {
			shown = append(shown, r.top[i])
		} else {
			shown = append(shown, x.beyond(r, r.rest[i-len(r.top)]))
		}
	}
	result.Hits, err = x.hits(r.q, shown, query.Filter.Kind)
	return result, err
}

// beyond is a candidate that had no second pass.
func (x *Index) beyond(r *ranking, c reached) candidate {
	return candidate{doc: c.doc, parts: parts{whole: r.scores[c.doc].all, passage: x.articles[c.doc].texts[0]}}
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
func (x *Index) keepQuoted(ctx context.Context, r *ranking, quoted []string, in *fields) error {
	for _, text := range quoted {
		proofs, err := x.run(ctx, []rune(strings.TrimSpace(han.Fold(text))), in, quoteProofs)
		if err != nil {
			return err
		}
		has := make(map[uint32]bool, len(proofs))
		for _, p := range proofs {
			has[p.doc] = true
		}
		r.top = slices.DeleteFunc(r.top, func(c candidate) bool { return !has[c.doc] })
		r.rest = slices.DeleteFunc(r.rest, func(c reached) bool { return !has[c.doc] })
	}
	return nil
}

// answer ranks the articles for a text. Proved are articles that are known to
// have it, beside those that turn out to. It is nil when the text has nothing
// to look for.
func (x *Index) answer(ctx context.Context, text string, in *fields, f filter, proved ...proof) (*ranking, error) {
	q, err := x.ask(strings.TrimSpace(text), in)
	if err != nil {
		return nil, err
	}
	runs, err := x.run(ctx, q.runes, in, someProofs)
	if err != nil || len(q.terms) == 0 && len(runs) == 0 {
		return nil, err // no terms, but runs: signs alone
	}
	return x.rank(ctx, q, f, append(runs, proved...)...)
}

// clearly is how much better the answer to a correction must be that no
// article proves.
const clearly = 0.2

// better reports whether a correction answers better than what was typed.
func better(corrected, typed []candidate, c *correction) bool {
	switch {
	case len(corrected) == 0:
		return false
	case len(typed) == 0 || len(c.proved) > 0:
		return true
	}
	return corrected[0].score > typed[0].score+clearly
}

// mode is Exact when the best article has every term of the matter: question
// words may be missing.
func (r *ranking) mode() Mode {
	if len(r.top) == 0 {
		return Exact
	}
	var weak float32
	for _, t := range r.q.terms {
		if t.partly {
			weak += t.body
		}
	}
	if r.top[0].parts.whole*r.q.body >= (r.q.body-weak)*0.999 {
		return Exact
	}
	return Relaxed
}

// facets counts over all hits, most frequent first.
func (x *Index) facets(r *ranking) Facets {
	var kinds [len(kindNames)]int
	counts := make([]int, len(x.tags))
	count := func(doc uint32) {
		for k := range kinds {
			kinds[k] += int(x.facetKinds[doc] >> k & 1)
		}
		for _, id := range x.facetTags[x.facetStarts[doc]:x.facetStarts[doc+1]] {
			counts[id]++
		}
	}
	for _, c := range r.top {
		count(c.doc)
	}
	for _, c := range r.rest {
		count(c.doc)
	}
	f := Facets{Kind: []Count{}, Product: x.tagCounts(counts, productTag), Cause: x.tagCounts(counts, causeTag), Solution: x.tagCounts(counts, solutionTag)}
	for k, n := range kinds {
		if n > 0 {
			f.Kind = append(f.Kind, Count{kindNames[k], n})
		}
	}
	return f
}

// mergeCounts adds up what is written the same: a word that is a tag in several
// languages.
func mergeCounts(counts []Count) []Count {
	at := make(map[string]int, len(counts))
	out := counts[:0]
	for _, c := range counts {
		if i, twice := at[c.Value]; twice {
			out[i].Count += c.Count
			continue
		}
		at[c.Value] = len(out)
		out = append(out, c)
	}
	return out
}

// mostFacets is how many values of a facet are worth showing.
const mostFacets = 20

func (x *Index) tagCounts(counts []int, family int) []Count {
	out := []Count{}
	for id, n := range counts {
		if n > 0 && x.tags[id].family == family {
			out = append(out, Count{x.tags[id].name, n})
		}
	}
	out = mergeCounts(out)
	slices.SortFunc(out, func(a, b Count) int { return cmp.Or(b.Count-a.Count, strings.Compare(a.Value, b.Value)) })
	return out[:min(len(out), mostFacets)]
}
