// Package snippet chooses what is shown of an article: the section that answers
// best, and the sentences of it that have most of the question.
//
// In: a question and the texts of an article. Out: the number of a section, and
// snippets of HTML in which nothing but <mark> is markup.
package snippet

import (
	"sort"
	"strings"

	"whyfix/internal/han"
	"whyfix/internal/search/article"
	"whyfix/internal/search/question"
	"whyfix/internal/search/terms"
)

// mostText is how many bytes of an article are looked at.
const mostText = 1 << 16

// Maker makes what is shown of the hits of one question. It is not safe for
// concurrent use.
type Maker struct {
	q       *question.Question
	lexicon *terms.Lexicon
	cutter  *terms.Cutter
	pairs   bool    // the question has pairs of characters
	weak    bool    // it has nothing but weak words
	total   float32 // what all its terms gain
	runes   []rune
	hits    []hit
	seen    []int // by term: the text or sentence that had it last
	turn    int
	texts   []run // the question's
	run     terms.Run
	none    bool // the article has none of texts
}

// Look says whether an article that is shown next has one of the question's
// runs: where none is there, none need be looked for. It is looked for unless
// this was called.
func (m *Maker) Look(has bool) { m.none = !has && len(m.q.Quoted) == 0 }

// New makes a Maker for a question.
func New(q *question.Question, lexicon *terms.Lexicon, cutter *terms.Cutter) *Maker {
	m := &Maker{q: q, lexicon: lexicon, cutter: cutter, weak: true, seen: make([]int, len(q.Terms))}
	for i := range q.Terms {
		t := &q.Terms[i]
		m.pairs = m.pairs || t.Key.Class() == terms.Pair
		m.weak = m.weak && t.Weak
		m.total += gain(t)
	}
	m.listRuns()
	return m
}

// hit is an occurrence of a term of the question.
type hit struct {
	start, end int     // in the text that was read
	term       int     // or runHit
	chain      float32 // share of the question's neighbours that stand together up to here
	first      int     // where these start
}

// read finds what a text has of the question. Spans are of the runes; a text
// that questions put in another way is found by that, where it stands.
func (m *Maker) read(a han.Analyzer, runes []rune) {
	m.hits = m.hits[:0]
	var chain float32
	word, first, second, asked := -1, 0, -1, -1 // second and asked: where the second of the last neighbours starts, in the text and the question
	rewritten := false
	m.cutter.Among(a, runes, &m.q.Table.Starts, m.q.Elsewise, func(of []rune, t terms.Term) {
		if &of[0] != &runes[0] && !rewritten {
			rewritten, word, second, asked = true, -1, -1, -1
		}
		if t.Form.IsWord() {
			word = t.Start
		}
		n, ok := m.q.Table.Find(t.Key)
		if !ok {
			return
		}
		term := &m.q.Terms[n]
		h := hit{start: t.Start, end: t.End, term: n}
		if rewritten {
			h.start, h.end = original(m.cutter.Changes(), t.Start, t.End)
		}
		if term.Second > 0 {
			if t.Start != second || term.Start != asked {
				chain, first = 0, h.start
			}
			chain += m.neighbours(term)
			asked, second = term.Second, t.End-1
			if t.Form == terms.Join {
				second = word
			}
			h.chain, h.first = chain, first
		}
		m.hits = append(m.hits, h)
	})
}

// original is the span, in a text as it was, of one in the text as it is asked.
// What has a part of a change has all of it.
func original(changes []terms.Change, start, end int) (from, to int) {
	from, to = start, end
	last := sort.Search(len(changes), func(i int) bool { return changes[i].End > start }) - 1 // before the span
	for _, x := range changes[max(last, 0):] {
		if x.Start >= end {
			break
		}
		switch {
		case x.End <= start:
			from = start - x.End + x.To
		case x.Start <= start:
			from = x.From
		}
		if x.End < end {
			to = end - x.End + x.To
		} else {
			to = x.To
		}
	}
	return from, to
}

// meanings finds the meanings that a text shares with the question.
func (m *Maker) meanings(runes []rune) {
	add := func(t terms.Term) {
		if n, ok := m.q.Table.Find(t.Key); ok {
			m.hits = append(m.hits, hit{start: t.Start, end: t.End, term: n})
		}
	}
	m.lexicon.Meanings(runes, add)
	m.lexicon.Found(runes, add)
}

// gain is what a term counts once.
func gain(t *question.Term) float32 { return t.Body + t.Short/10 }

// share is which share of the question a term is. Shares of its words and of
// its neighbours are compared, so neither may depend on what the other weighs.
func (m *Maker) share(t *question.Term) float32 { return gain(t) / max(m.total, 1e-6) }

// neighbours is which share of the question's neighbours a term is.
func (m *Maker) neighbours(t *question.Term) float32 { return t.Body / max(m.q.Neighbours, 1e-6) }

// kindShare puts the kinds in the order of the chain where the words do not
// decide: who asks by a symptom wants to know why first, and a case last.
func kindShare(kind string) float32 {
	switch kind {
	case "cause":
		return 0.05
	case "solution":
		return 0.04
	case "check":
		return 0.03
	case "case":
		return -0.05
	}
	return 0
}

// How much more a heading counts than what stands below it, and the longest run
// of the question than the words that it is made of.
const (
	headingShare = 2
	runShare     = 0.5
)

// Section is the number of the section that has most of the question; what is
// nearly equal stands in the order of the chain. It is -1 when there is none of
// the kind, where one is asked for.
func (m *Maker) Section(sections []article.Section, kind string, a han.Analyzer) int {
	best, most := -1, float32(0)
	left := mostText
	for i := range sections {
		s := &sections[i]
		if kind != "" && s.Kind != kind {
			continue
		}
		text := shorten(s.Text, left)
		left -= len(text)
		score := m.has(text, a, false) + headingShare*m.has(s.Title, a, true) + kindShare(s.Kind)
		if best < 0 || score > most {
			best, most = i, score
		}
	}
	return best
}

// has is which share of the question a text has.
func (m *Maker) has(text string, a han.Analyzer, short bool) float32 {
	m.runes = han.AppendMarked(m.runes[:0], text)
	if len(m.runes) == 0 {
		return 0
	}
	m.read(a, m.runes)
	if short { // what a long text means is no matter of a word
		m.meanings(m.runes)
	}
	m.findRuns(m.runes)
	m.turn++
	var sum, run float32
	for _, h := range m.hits {
		if m.first(h) {
			sum += m.share(&m.q.Terms[h.term])
		}
		run = max(run, h.chain)
	}
	return sum + runShare*run
}

// first reports whether a hit is the first of its term in this turn.
func (m *Maker) first(h hit) bool {
	if h.term == runHit || m.seen[h.term] == m.turn {
		return false
	}
	m.seen[h.term] = m.turn
	return true
}

// shorten keeps the beginning of a text, in whole characters.
func shorten(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "")
}

// Snippet is the part of a text that has most of the question, in whole
// sentences, its matches marked: HTML in which nothing else is markup. Lines
// that are shown beside it, a title or heading, are left out where there is
// other text. It is empty where nobody could see anything.
func (m *Maker) Snippet(text string, a han.Analyzer, shown ...string) string {
	text = strings.ToValidUTF8(shorten(text, mostText), "")
	if strings.TrimSpace(text) == "" {
		return ""
	}
	f := han.FoldMap(text)
	if len(f.Runes) == 0 {
		return ""
	}
	runes, places := m.jointed(text, f)
	m.read(a, runes)
	for i := range m.hits {
		h := &m.hits[i]
		h.start, h.end, h.first = places[h.start], places[h.end], places[h.first]
	}
	m.meanings(f.Runes)
	m.findRuns(f.Runes)
	all := sentences(f.Runes)
	m.weigh(all, f.Runes)
	hide(all, f.Runes, shown)
	start, end := m.window(all, f.Runes)
	return mark(text, f, m.marked(f), start, end)
}

// jointed puts Joints into folded text as han.AppendMarked does, and tells the
// place of each character without them, and of the end.
func (m *Maker) jointed(text string, f han.Folded) (runes []rune, places []int) {
	runes, places = m.runes[:0], make([]int, 0, len(f.Runes)+1)
	for i, r := range f.Runes {
		at := f.Starts[i]
		if at > 0 && (i == 0 || f.Starts[i-1] < at) && changes(text, at) {
			runes, places = append(runes, han.Joint), append(places, i)
		}
		runes, places = append(runes, r), append(places, i)
	}
	m.runes = runes
	return runes, append(places, len(f.Runes))
}

// changes reports whether a name changes from small letters to large ones at a
// place of text.
func changes(text string, i int) bool {
	large := func(c byte) bool { return c >= 'A' && c <= 'Z' }
	small := func(c byte) bool { return c >= 'a' && c <= 'z' }
	return large(text[i]) && (small(text[i-1]) || large(text[i-1]) && i+1 < len(text) && small(text[i+1]))
}

// marked tells which characters of a text are marked.
func (m *Maker) marked(f han.Folded) []bool {
	out := make([]bool, len(f.Runes))
	span := func(h hit) {
		for i := h.start; i < h.end; i++ {
			out[i] = true
		}
	}
	for _, h := range m.hits {
		if h.term == runHit {
			span(h)
			continue
		}
		t := &m.q.Terms[h.term]
		switch {
		case t.Weak && !m.weak, h.end-h.start < 2 && (t.Form == terms.Mean || t.Form == terms.Part):
		case t.Key.Class() == terms.Single && m.pairs:
		case t.Key.Class() == terms.Pair && h.end-h.start > 2 && m.pairOf(h, f.Runes):
			out[h.start], out[h.end-1] = true, true // not what stands between
		default:
			span(h)
		}
	}
	// Several folded characters may come from one that was written: they are
	// marked together.
	for i := 1; i < len(out); i++ {
		if f.Starts[i] == f.Starts[i-1] && out[i-1] {
			out[i] = true
		}
	}
	for i := len(out) - 1; i > 0; i-- {
		if f.Starts[i] == f.Starts[i-1] && out[i] {
			out[i-1] = true
		}
	}
	return out
}

// pairOf reports whether a hit is the two characters of its term, with
// something between them, and not a word that is another way to put it.
func (m *Maker) pairOf(h hit, runes []rune) bool {
	return terms.PairKey(runes[h.start], runes[h.end-1]) == m.q.Terms[h.term].Key
}
