package local

import (
	"context"
	"slices"

	"whyfix/internal/search/article"
	"whyfix/internal/search/terms"
)

// New makes an index of documents in memory, no two with the same URL.
func New(ctx context.Context, docs []*article.Document, synonyms []terms.Synonyms) (*Index, error) {
	l := newLive(synonyms)
	list := make([]filed, len(docs))
	for i, d := range docs {
		list[i].doc = d
	}
	if err := l.put(ctx, list); err != nil {
		return nil, err
	}
	return l.index(), nil
}

// Live is an index in memory that changes, for the writer's preview. Each
// change gives a new Index with the same answers as one that is made from
// nothing. It is not safe for concurrent use; the Indexes are.
//
// The first segment is the base, the others are what has changed since, the
// last change last. Of those, each is at least twice as large as the next: so there
// are few, and what is made anew for an edit is mostly small.
type Live struct {
	synonyms []terms.Synonyms
	lexicon  *terms.Lexicon
	wordings *article.Wordings
	tags     *tagNumbers
	counts   *article.Counts
	segments []currentSegment
	known    map[string]spot // by URL
}

// spot is where an article is.
type spot struct {
	segment *loadedSegment
	number  uint32
}

// NewLive makes an empty index in memory. Other synonyms need another Live.
func NewLive(synonyms []terms.Synonyms) (*Live, error) { return newLive(synonyms), nil }

func newLive(synonyms []terms.Synonyms) *Live {
	lexicon := terms.NewLexicon(synonyms)
	return &Live{
		synonyms: synonyms, lexicon: lexicon, wordings: article.NewWordings(lexicon), tags: newTagNumbers(),
		counts: article.NewCounts(), known: map[string]spot{},
	}
}

// Apply adds or replaces documents and deletes those with the URLs gone. Each
// Index is valid until it is closed, whatever comes after it.
func (l *Live) Apply(changed []*article.Document, gone []string) (*Index, error) {
	l.counts = l.counts.Clone() // the last Index has what there was
	var list []filed
	last := make(map[string]int, len(changed))
	for i, d := range changed {
		last[d.URL] = i
	}
	for _, url := range gone {
		l.forget(url)
		delete(last, url)
	}
	for i, d := range changed {
		if at, is := last[d.URL]; is && at == i {
			l.forget(d.URL)
			list = append(list, filed{doc: d})
		}
	}
	if err := l.add(list); err != nil {
		return nil, err
	}
	return l.index(), nil
}

// forget takes an article out of what is known.
func (l *Live) forget(url string) {
	at, is := l.known[url]
	if !is {
		return
	}
	delete(l.known, url)
	l.counts.Remove(at.segment.facts[at.number])
	s := &l.segments[slices.IndexFunc(l.segments, func(s currentSegment) bool { return s.loadedSegment == at.segment })]
	i, _ := slices.BinarySearch(s.gone, at.number)
	s.gone = slices.Insert(slices.Clone(s.gone), i, at.number) // an Index has the list
}

// filed is a document, and what is known of it once it was counted.
type filed struct {
	doc   *article.Document
	facts *article.Facts
}

// add puts documents into a segment of their own, with those of the last ones
// where these are not much larger. When much has changed, all are a new base.
func (l *Live) add(docs []filed) error {
	first := len(l.segments)
	for first > 1 && l.segments[first-1].left() <= 2*len(docs) {
		first--
		docs = slices.Concat(l.segments[first].docs(), docs)
	}
	if first > 0 {
		base, changed := &l.segments[0], len(docs)
		for _, s := range l.segments[1:first] {
			changed += s.left()
		}
		if mostPatched*changed > len(base.facts) || mostGone*len(base.gone) > len(base.facts) {
			for first > 0 {
				first--
				docs = slices.Concat(l.segments[first].docs(), docs)
			}
		}
	}
	l.segments = l.segments[:first]
	return l.put(context.Background(), docs)
}

// docs are those of a segment that are left.
func (p *currentSegment) docs() []filed {
	out := make([]filed, 0, p.left())
	gone := p.gone
	for n, d := range p.segment.(*memorySegment).docs {
		if len(gone) > 0 && gone[0] == uint32(n) {
			gone = gone[1:]
			continue
		}
		out = append(out, filed{d, p.facts[n]})
	}
	return out
}

// put makes a segment.
func (l *Live) put(ctx context.Context, list []filed) error {
	if len(list) == 0 {
		return nil
	}
	docs, facts := make([]*article.Document, len(list)), make([]*article.Facts, len(list))
	for n, d := range list {
		docs[n], facts[n] = d.doc, d.facts
	}
	m, err := newMemorySegment(ctx, docs, l.lexicon)
	if err != nil {
		return err
	}
	for n, f := range facts {
		if f == nil {
			facts[n] = l.wordings.Facts(docs[n])
			l.counts.Add(facts[n])
		}
	}
	s := loadSegment(m, facts, l.tags)
	for n, d := range docs {
		l.known[d.URL] = spot{s, uint32(n)}
	}
	l.segments = append(l.segments, currentSegment{loadedSegment: s})
	return nil
}

// index is what there is now.
func (l *Live) index() *Index {
	now := slices.Clone(l.segments)
	for i, s := range now {
		if len(s.gone) > 0 {
			less := *s.loadedSegment
			less.segment = s.segment.(*memorySegment).without(s.gone)
			now[i].loadedSegment = &less
		}
	}
	return newIndex(now, l.counts, slices.Clip(l.tags.list), l.synonyms)
}

// Close drops the index. Indexes that it gave stay.
func (l *Live) Close() error {
	*l = Live{}
	return nil
}
