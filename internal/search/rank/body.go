package rank

import (
	"whyfix/internal/han"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/terms"
)

// What is read of a text.
const (
	windowSize = 100    // characters of a passage that are taken together
	mostText   = 60_000 // bytes of a text that are read
)

// long compares the text of an article; all has what its short texts share.
func (m *matcher) long(b *engine.Body, c *engine.Candidate, all termSet, v *Vector) termSet {
	left := mostText
	v[Window] = 0
	read := func(text string) {
		if len(text) > left {
			text = text[:left]
		}
		left -= len(text)
		m.read(c, text, &all, v)
	}
	read(b.Summary)
	for i := range b.Sections {
		read(b.Sections[i].Title)
		read(b.Sections[i].Text)
	}
	v[Whole] = share(m.weight(&all), m.q.Body)
	if v[OtherNumber] > 0 {
		for _, t := range m.q.Terms {
			if t.Form == terms.Unit && all.has(t.Number) {
				v[OtherNumber] = 0
			}
		}
	}
	return all
}

// read compares a text with the question: its lines in windows.
func (m *matcher) read(c *engine.Candidate, text string, all *termSet, v *Vector) {
	if text == "" {
		return
	}
	q := m.q
	m.buffer = han.AppendMarked(m.buffer[:0], text)
	m.hits = m.hits[:0]
	m.cutter.Among(c.Facts.Analyzer, m.buffer, &q.Table.Starts, q.Elsewise, func(_ []rune, t terms.Term) {
		if n, ok := q.Table.Find(t.Key); ok {
			all.add(n)
			m.hits = append(m.hits, hit{int32(t.End), int32(n)})
		}
	})
	if len(m.hits) > 0 {
		if w := share(m.window(), q.Body); w > v[Window] {
			v[Window] = w
		}
	}
}

// window is the most that a window of the text gains by terms that stand in it.
func (m *matcher) window() float32 {
	if len(m.counts) < len(m.q.Terms) {
		m.counts = make([]int32, len(m.q.Terms))
	}
	counts := m.counts[:len(m.q.Terms)]
	var sum, most float32
	from := 0
	for _, h := range m.hits {
		for m.hits[from].at < h.at-windowSize {
			t := m.hits[from].term
			if counts[t]--; counts[t] == 0 {
				sum -= m.q.Terms[t].Body
			}
			from++
		}
		if counts[h.term]++; counts[h.term] == 1 {
			sum += m.q.Terms[h.term].Body
		}
		most = max(most, sum)
	}
	for _, h := range m.hits[from:] {
		counts[h.term] = 0
	}
	return most
}
