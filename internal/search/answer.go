package search

import (
	"html"
	"net/url"
	"strings"

	"whyfix/internal/han"
	"whyfix/internal/search/weigh"
)

// Limits of what is looked at and shown of one hit.
const (
	snippetLength = 110     // characters, unless one sentence is longer
	longSentence  = 180     // a longer sentence is cut
	mostText      = 1 << 16 // bytes of an article that are looked at for its best section
)

// hits makes what is shown of candidates.
func (x *Index) hits(q *asked, found []candidate, kind string) ([]Hit, error) {
	hits := make([]Hit, len(found))
	r := sectionReader{q: q, has: make([]int, len(q.terms))}
	for i, c := range found {
		var err error
		if hits[i], err = x.hit(q, &r, c, kind); err != nil {
			return nil, err
		}
	}
	return hits, nil
}

// hit makes what is shown of a candidate.
func (x *Index) hit(q *asked, r *sectionReader, c candidate, kind string) (Hit, error) {
	a := x.articles[c.doc]
	summary, sections, err := x.body(a)
	if err != nil {
		return Hit{}, err
	}
	h := Hit{
		URL: a.url, Title: x.passages[a.texts[0]].text, Summary: summary, Score: c.score,
		Products: x.tagNames(a, productTag), Causes: x.tagNames(a, causeTag), Solutions: x.tagNames(a, solutionTag),
	}
	best := r.best(sections, kind, a.analyzer)
	if best >= 0 {
		s := sections[best]
		h.Section = Place{URL: a.url, Title: s.Title, Kind: s.Kind}
		if s.Anchor != "" {
			h.Section.URL += "#" + escapeFragment(s.Anchor)
		}
		h.Snippet = q.snippet(s.Text, a.analyzer)
		// A heading alone: what stands below it.
		for _, below := range sections[best+1:] {
			if h.Snippet != "" || below.Kind != s.Kind {
				break
			}
			h.Snippet = q.snippet(below.Text, a.analyzer)
		}
	}
	if h.Snippet == "" {
		h.Snippet = q.snippet(summary, a.analyzer)
	}
	for i := 0; h.Snippet == "" && i < len(sections); i++ {
		h.Snippet = q.snippet(sections[i].Text, a.analyzer)
	}
	p := c.parts
	passage := x.passages[p.passage].text
	h.Parts = []Part{
		{"question in " + p.source.String(), p.best, passage},
		{"less what else the " + p.source.String() + " says", p.named, passage},
		{"question as typed", p.run, passage},
		{"question in title, symptoms, tags, headings", p.short, ""},
		{"question in article", p.whole, ""},
	}
	return h, nil
}

// tagNames are the names of an article's tags of one family.
func (x *Index) tagNames(a *article, family int) []string {
	names := []string{}
	for _, id := range a.tags {
		if t := &x.tags[id]; t.family == family {
			names = append(names, t.name)
		}
	}
	return names
}

func escapeFragment(s string) string { return (&url.URL{Fragment: s}).String()[1:] }

// kindShare puts the kinds in the order of the chain where the words do not
// decide: who asks by a symptom wants to know why first, and a case last.
var kindShare = map[string]float32{"cause": 0.05, "check": 0.03, "solution": 0.04, "case": -0.05}

// best is the section that has most of the question, its heading
// counting double; what is nearly equal stands in the order of the chain.
func (r *sectionReader) best(sections []Section, kind string, analyzer han.Analyzer) int {
	best, bestScore := -1, float32(-1)
	left := mostText
	r.analyzer = analyzer
	for i, s := range sections {
		if kind != "" && s.Kind != kind {
			continue
		}
		text := s.Text
		if len(text) > left {
			text = strings.ToValidUTF8(text[:left], "")
		}
		left -= len(text)
		score := r.coverage(text) + 2*r.coverage(s.Title)
		score += kindShare[s.Kind] * r.q.body
		if score > bestScore {
			best, bestScore = i, score
		}
	}
	return best
}

// sectionReader measures how much of a question sections have.
type sectionReader struct {
	q        *asked
	analyzer han.Analyzer
	buf      []rune
	has      []int // by term: the section that had it last
	tick     int
}

// coverage is the weight of the question's terms that a text has.
func (r *sectionReader) coverage(text string) float32 {
	r.tick++
	r.buf = han.AppendFolded(r.buf[:0], text)
	var sum float32
	hit := func(k weigh.Key) bool {
		n, ok := r.q.byKey.find(k)
		if ok && r.has[n] != r.tick {
			r.has[n] = r.tick
			sum += r.q.terms[n].body
		}
		return ok
	}
	last := false
	for i, c := range r.buf {
		if !r.q.seen[c&1023] {
			last = false
			continue
		}
		if !hit(weigh.SingleKey(c)) {
			last = false
			if han.ClassOf(c) == han.Word && (i == 0 || han.ClassOf(r.buf[i-1]) != han.Word) {
				end := i + 1
				for end < len(r.buf) && han.ClassOf(r.buf[end]) == han.Word {
					end++
				}
				hit(weigh.WordKey(r.analyzer.Word(string(r.buf[i:end]))))
			}
			continue
		}
		if last {
			hit(weigh.PairKey(r.buf[i-1], c))
		}
		last = true
	}
	r.q.synonyms.found.Find(r.buf, func(n, _, _ int) { hit(synonymKey(n)) })
	return sum
}

// matches calls visit for every occurrence of a term in folded text.
func (q *asked) matches(analyzer han.Analyzer, runes []rune, visit func(term, start, end int)) {
	q.synonyms.found.Find(runes, func(n, start, end int) {
		if i, ok := q.byKey.find(synonymKey(n)); ok {
			visit(i, start, end)
		}
	})
	weigh.Features(analyzer, runes, func(k weigh.Key, start, end int) {
		if k.Class() != weigh.Meaning && !q.seen[runes[start]&1023] {
			return
		}
		if n, ok := q.byKey.find(k); ok {
			visit(n, start, end)
		}
	})
}

// snippet is the run of whole sentences that has most of the question, its
// matches marked. The result is HTML in which nothing else is.
func (q *asked) snippet(text string, analyzer han.Analyzer) string {
	if len(text) > mostText {
		text = strings.ToValidUTF8(text[:mostText], "")
	}
	if strings.TrimSpace(text) == "" {
		return ""
	}
	f := han.FoldMap(text)
	if len(f.Runes) == 0 {
		return "" // nothing that anybody could see
	}
	weight := make([]float32, len(f.Runes)) // of what matches here
	marked := make([]bool, len(f.Runes))
	q.matches(analyzer, f.Runes, func(n, start, end int) {
		t := q.terms[n]
		weight[start] += t.body + 0.1*t.matched
		if t.weak && len(q.terms) > 1 || t.single() && q.pairs || t.meaning() && end-start < 2 {
			return
		}
		for i := start; i < end; i++ {
			marked[i] = true
		}
	})
	// Several folded characters may come from one that was written: they are
	// marked together.
	for i := 1; i < len(marked); i++ {
		if f.Starts[i] == f.Starts[i-1] && marked[i-1] {
			marked[i] = true
		}
	}
	for i := len(marked) - 1; i > 0; i-- {
		if f.Starts[i] == f.Starts[i-1] && marked[i] {
			marked[i-1] = true
		}
	}
	start, end := bestWindow(f.Runes, weight)
	return mark(text, f, marked, start, end)
}

// bestWindow chooses sentences: those around the one with most weight, as many
// as fit.
func bestWindow(runes []rune, weight []float32) (start, end int) {
	type sentence struct {
		start, end int
		weight     float32
	}
	var all []sentence
	from := 0
	for i, r := range runes {
		if i+1 == len(runes) || ends(runes, i, r) {
			s := sentence{start: from, end: i + 1}
			for _, w := range weight[from : i+1] {
				s.weight += w
			}
			all = append(all, s)
			from = i + 1
		}
	}
	best := 0
	for i, s := range all {
		if s.weight > all[best].weight {
			best = i
		}
	}
	first, last := best, best
	length := all[best].end - all[best].start
	for last+1 < len(all) && length+all[last+1].end-all[last+1].start <= snippetLength {
		last++
		length += all[last].end - all[last].start
	}
	for first > 0 && length+all[first-1].end-all[first-1].start <= snippetLength {
		first--
		length += all[first].end - all[first].start
	}
	start, end = all[first].start, all[last].end
	if end-start > longSentence { // one long sentence: the part around its matches
		heaviest := start
		var sum, most float32
		for i := start; i < end; i++ {
			sum += weight[i]
			if i-start >= longSentence/2 {
				sum -= weight[i-longSentence/2]
			}
			if sum > most {
				most, heaviest = sum, max(i-longSentence/2, start)
			}
		}
		start = heaviest
		end = min(start+longSentence, end)
	}
	return start, end
}

// ends reports whether a sentence ends with the character at i. The text is
// folded: full stops of full width have become half width.
func ends(runes []rune, i int, r rune) bool {
	switch r {
	case '。', '!', '?', ';', '…':
		return i+1 == len(runes) || runes[i+1] != r
	case '\n':
		return true
	case '.':
		return i+1 < len(runes) && runes[i+1] == ' '
	}
	return false
}

// mark writes the original text between two folded places.
func mark(text string, f han.Folded, marked []bool, start, end int) string {
	var b strings.Builder
	if start > 0 && !ends(f.Runes, start-1, f.Runes[start-1]) {
		b.WriteString("…")
	}
	write := func(from, to int) {
		n := 0
		for word := range strings.FieldsSeq(text[f.Starts[from]:f.Starts[to]]) {
			if n++; n > 1 {
				b.WriteByte(' ')
			}
			b.WriteString(html.EscapeString(word))
		}
	}
	space := func(i int) bool { return i > start && i < end && (blank(f.Runes[i]) || blank(f.Runes[i-1])) }
	for i := start; i < end; {
		j := i
		for j < end && marked[j] == marked[i] {
			j++
		}
		if space(i) && !strings.HasSuffix(b.String(), " ") {
			b.WriteByte(' ')
		}
		if marked[i] {
			b.WriteString("<mark>")
			write(i, j)
			b.WriteString("</mark>")
		} else {
			write(i, j)
		}
		i = j
	}
	if end < len(f.Runes) && !ends(f.Runes, end-1, f.Runes[end-1]) {
		b.WriteString("…")
	}
	return strings.TrimSpace(b.String())
}

func blank(r rune) bool { return r == ' ' || r == '\n' }
