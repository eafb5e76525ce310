package snippet

import (
	"cmp"
	"slices"

	"whyfix/internal/han"
	"whyfix/internal/search/terms"
)

// Lengths of snippets, in characters.
const (
	usual   = 110 // sentences are added up to here
	longest = 180 // a longer sentence is cut
	cutOff  = 20  // … not inside a word, if one ends so near
)

// together is how much the longest run of the question counts more, in a
// sentence, than the words that it is made of: a sentence that has it stands
// before one that has more words, but here and there.
const together = 4

// sentence is one of a text, with what ends it.
type sentence struct {
	start, end int
	weight     float32
	shown      bool // beside the snippet
}

// sentences are those of folded text.
func sentences(runes []rune) []sentence {
	var all []sentence
	from := 0
	for i, r := range runes {
		if i+1 == len(runes) || ends(runes, i, r) {
			all = append(all, sentence{start: from, end: i + 1})
			from = i + 1
		}
	}
	return all
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

// weigh tells what each sentence has of the question.
func (m *Maker) weigh(all []sentence, runes []rune) {
	slices.SortStableFunc(m.hits, func(a, b hit) int { return cmp.Compare(a.start, b.start) })
	next := 0
	for i := range all {
		s := &all[i]
		m.turn++
		var run float32
		for ; next < len(m.hits) && m.hits[next].start < s.end; next++ {
			h := m.hits[next]
			if h.end > s.end {
				continue
			}
			if m.first(h) {
				s.weight += m.share(&m.q.Terms[h.term])
			}
			if h.first >= s.start {
				run = max(run, h.chain)
			}
		}
		s.weight += together * run
		if !slices.ContainsFunc(runes[s.start:s.end], func(r rune) bool { return !blank(r) }) {
			s.weight = -1
		}
	}
}

// hide finds the sentences of lines that are shown beside the snippet. When
// these are all that there is, they stay.
func hide(all []sentence, runes []rune, shown []string) {
	if len(shown) == 0 {
		return
	}
	lines := make([][]rune, len(shown))
	for i, text := range shown {
		lines[i] = terms.Letters(terms.RunOf(text))
	}
	other := false
	var run terms.Run
	for i := 0; i < len(all); {
		last := i
		for last+1 < len(all) && runes[all[last].end-1] != '\n' {
			last++
		}
		run = terms.AppendRun(run[:0], runes[all[i].start:all[last].end])
		if n := len(run); n > 0 && run[n-1] == '\n' {
			run = run[:n-1]
		}
		letters := terms.Letters(run)
		is := slices.ContainsFunc(lines, func(l []rune) bool { return slices.Equal(l, letters) })
		for k := i; k <= last; k++ {
			all[k].shown = is
		}
		other = other || !is && len(run) > 0
		i = last + 1
	}
	if !other {
		for i := range all {
			all[i].shown = false
		}
	}
}

// window chooses sentences: those around the one with most weight, as many as
// fit.
func (m *Maker) window(all []sentence, runes []rune) (start, end int) {
	best := -1
	for i, s := range all {
		if !s.shown && (best < 0 || s.weight > all[best].weight) {
			best = i
		}
	}
	first, last := best, best
	length := all[best].end - all[best].start
	fits := func(i int) bool {
		return i >= 0 && i < len(all) && !all[i].shown && length+all[i].end-all[i].start <= usual
	}
	for ; fits(last + 1); last++ {
		length += all[last+1].end - all[last+1].start
	}
	for ; fits(first - 1); first-- {
		length += all[first-1].end - all[first-1].start
	}
	start, end = all[first].start, all[last].end
	if end-start > longest { // one long sentence
		start, end = m.densest(runes, start, end)
	}
	return start, end
}

// densest is the part of a long sentence around most of its matches.
func (m *Maker) densest(runes []rune, start, end int) (from, to int) {
	weight := make([]float32, end-start)
	for _, h := range m.hits {
		if h.start < start || h.end > end {
			continue
		}
		w := &weight[h.start-start]
		if h.term == runHit {
			*w += together * h.chain
			continue
		}
		t := &m.q.Terms[h.term]
		if *w += m.share(t); h.chain > 0 {
			*w += together * m.neighbours(t)
		}
	}
	from = start
	var sum, most float32
	for i, w := range weight {
		sum += w
		if i >= longest/2 {
			sum -= weight[i-longest/2]
		}
		if sum > most {
			most, from = sum, start+max(i-longest/2, 0)
		}
	}
	to = min(from+longest, end)
	inside := func(i int) bool {
		return i > start && i < end && han.ClassOf(runes[i-1]) == han.Word && han.ClassOf(runes[i]) == han.Word
	}
	for i := from; i > max(from-cutOff, start-1); i-- {
		if !inside(i) {
			from = i
			break
		}
	}
	for i := to; i < min(to+cutOff, end+1); i++ {
		if !inside(i) {
			to = i
			break
		}
	}
	return from, to
}
