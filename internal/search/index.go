package search

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"sync"

	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"whyfix/internal/han"
	"whyfix/internal/search/weigh"
)

// ErrSchema is returned by Open for an index that another version made.
var ErrSchema = errors.New("search: the index was made by another version of whyfix; build the site again")

// Index answers questions. It is safe for concurrent use and never changes.
type Index struct {
	segments []part
	articles []*article // by document number; nil where one was deleted
	count    int
	entries  []entry   // the wordings that are suggested
	tagNames []tagName // by the numbers in article.tagIDs
	rarity   rarities
	synonyms synonyms
	bySound  map[han.Syllable][]rune // the characters of short texts
	snapshot *scorch.IndexSnapshot
	scratch  sync.Pool
	close    func() error
}

// part is a segment of bleve's index and where its document numbers start.
type part struct {
	segment *scorch.SegmentSnapshot
	first   uint64
}

// article is what ranking knows of an article without asking the index.
type article struct {
	url   string
	texts []passage // title first, then symptoms, tags, headings
	kinds uint8     // bit k is set when it has a section of kindNames[k]
	tags  [4][]string
	links []Tag // its tags, for suggestions

	// Set for each Index: the number among the URLs, and those of its tags.
	place  int
	tagIDs []uint32
}

// tagName is a product, cause or solution.
type tagName struct {
	family int
	name   string
}

// passage is a short text that an article can be found by.
type passage struct {
	of      source
	text    string // as written
	folded  []rune
	terms   []weigh.Key // what it says, once each: characters, words and meanings
	singles int         // how many of the terms, which come first, are characters
	missed  float32     // what it loses when nothing of it is in the question
	shared  int32       // the same number for the same tag or heading of several articles; 0: of one
}

// source is where a passage comes from.
type source uint8

const (
	ofTitle source = iota
	ofSymptom
	ofTag
	ofHeading
)

func (s source) String() string { return [...]string{"title", "symptom", "tag", "heading"}[s] }

var kindNames = [...]string{"cause", "check", "solution", "case"}

// Open opens the index in a folder for reading. Several processes may.
func Open(dir string) (*Index, error) {
	if _, err := os.Stat(filepath.Join(dir, "store")); err != nil {
		return nil, fmt.Errorf("search: there is no index: %w", err)
	}
	queue := index.NewAnalysisQueue(1)
	s, err := scorch.NewScorch(scorch.Name, map[string]any{
		"path": filepath.Join(dir, "store"), "read_only": true, "bolt_timeout": "2s",
	}, queue)
	if err != nil {
		queue.Close()
		return nil, fmt.Errorf("search: %w", err)
	}
	if err := s.Open(); err != nil {
		queue.Close()
		return nil, fmt.Errorf("search: opening the index: %w", err)
	}
	x, err := snapshot(s, nil)
	if err != nil {
		s.Close()
		queue.Close()
		return nil, err
	}
	release := x.close
	x.close = func() error {
		err := errors.Join(release(), s.Close())
		queue.Close()
		return err
	}
	return x, nil
}

// snapshot makes an Index of what bleve's index holds now. Known has the
// articles that need not be read again, by URL; it may be nil.
func snapshot(s index.Index, known map[string]*article) (*Index, error) {
	reader, err := s.Reader()
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	x := &Index{close: reader.Close}
	if err := x.load(reader, known); err != nil {
		reader.Close()
		return nil, err
	}
	return x, nil
}

func (x *Index) load(reader index.IndexReader, known map[string]*article) error {
	version, err := reader.GetInternal([]byte(schemaKey))
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	if string(version) != strconv.Itoa(Schema) {
		return fmt.Errorf("%w (its schema is %q, this version reads %d)", ErrSchema, version, Schema)
	}
	data, err := reader.GetInternal([]byte(synonymsKey))
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	list, err := decodeSynonyms(data)
	if err != nil {
		return err
	}
	x.synonyms = newSynonyms(list)
	snap, ok := reader.(*scorch.IndexSnapshot)
	if !ok {
		return fmt.Errorf("search: unexpected index reader %T", reader)
	}
	x.snapshot = snap
	first := uint64(0)
	for _, s := range snap.Segments() {
		x.segments = append(x.segments, part{segment: s, first: first})
		size := uint64(s.FullSize())
		deleted := s.Deleted()
		for n := range size {
			if deleted != nil && deleted.Contains(uint32(n)) {
				x.articles = append(x.articles, nil)
				continue
			}
			a, err := x.loadArticle(s, n, known)
			if err != nil {
				return err
			}
			x.articles = append(x.articles, a)
			x.count++
		}
		first += size
	}
	x.rarity = learnRarities(x.articles, x.count)
	x.bySound = map[han.Syllable][]rune{}
	for k := range x.rarity.byKey {
		if k.Class() == weigh.Single {
			for _, s := range han.Sounds(k.Rune()) {
				x.bySound[s] = append(x.bySound[s], k.Rune())
			}
		}
	}
	for _, list := range x.bySound {
		slices.Sort(list)
	}
	for _, a := range x.articles {
		if a == nil {
			continue
		}
		for i := range a.texts {
			a.texts[i].missed = x.rarity.missed(a.texts[i].terms)
		}
	}
	x.entries = entries(x.number())
	x.scratch.New = func() any {
		return &tally{scores: make([]gained, len(x.articles))}
	}
	return nil
}

// number gives every article its place in the order of URLs, and its tags
// numbers, so that a search compares and counts numbers alone. It returns the
// articles in that order.
func (x *Index) number() []*article {
	sorted := make([]*article, 0, x.count)
	ids := map[tagName]uint32{}
	texts := map[string]int32{}
	for _, a := range x.articles {
		if a == nil {
			continue
		}
		sorted = append(sorted, a)
		a.tagIDs = nil
		for i := range a.texts {
			p := &a.texts[i]
			if p.shared = 0; p.of != ofTag && p.of != ofHeading {
				continue
			}
			if p.shared = texts[p.text]; p.shared == 0 {
				p.shared = int32(len(texts) + 1)
				texts[p.text] = p.shared
			}
		}
		for family, names := range a.tags[:3] {
			for _, name := range names {
				t := tagName{family, name}
				id, known := ids[t]
				if !known {
					id = uint32(len(x.tagNames))
					ids[t] = id
					x.tagNames = append(x.tagNames, t)
				}
				a.tagIDs = append(a.tagIDs, id)
			}
		}
	}
	slices.SortFunc(sorted, func(a, b *article) int { return cmp.Compare(a.url, b.url) })
	for i, a := range sorted {
		a.place = i
	}
	return sorted
}

func (x *Index) loadArticle(s *scorch.SegmentSnapshot, n uint64, known map[string]*article) (*article, error) {
	if known != nil {
		id, err := s.DocID(n)
		if err != nil {
			return nil, fmt.Errorf("search: %w", err)
		}
		if a := known[string(id)]; a != nil {
			return a.copy(), nil
		}
	}
	data, err := stored(s, n, storeHead)
	if err != nil {
		return nil, err
	}
	d, err := decodeHead(data)
	if err != nil {
		return nil, err
	}
	return newArticle(d, x.synonyms), nil
}

// stored reads one stored record of a document.
func stored(s *scorch.SegmentSnapshot, n uint64, field string) ([]byte, error) {
	var out []byte
	err := s.VisitDocument(n, func(name string, _ byte, value []byte, _ []uint64) bool {
		if name == field {
			out = append([]byte(nil), value...)
			return false
		}
		return true
	})
	if err != nil {
		return nil, fmt.Errorf("search: reading an article: %w", err)
	}
	return out, nil
}

func newArticle(d *Document, syn synonyms) *article {
	a := &article{url: d.URL}
	add := func(of source, text string) {
		if text != "" || of == ofTitle { // the title is the first, whatever it says
			folded := []rune(han.Fold(text))
			terms := termsOf(folded, syn)
			singles := sort.Search(len(terms), func(i int) bool { return terms[i].Class() > weigh.Single })
			a.texts = append(a.texts, passage{of: of, text: text, folded: folded, terms: terms, singles: singles})
		}
	}
	add(ofTitle, d.Title)
	for _, s := range d.Symptoms {
		add(ofSymptom, s)
	}
	for k, tags := range [4][]Tag{d.Products, d.Causes, d.Solutions, d.Cases} {
		for _, t := range tags {
			a.tags[k] = append(a.tags[k], t.Name)
			a.links = append(a.links, t)
			add(ofTag, t.Name)
			for _, n := range t.Names {
				add(ofTag, n)
			}
		}
	}
	for _, s := range d.Sections {
		add(ofHeading, s.Title)
		for k, name := range kindNames {
			if s.Kind == name {
				a.kinds |= 1 << k
			}
		}
	}
	return a
}

// termsOf are the characters, words and meanings of folded text, once each.
func termsOf(runes []rune, syn synonyms) []weigh.Key {
	out := make([]weigh.Key, 0, len(runes)+4)
	weigh.Features(runes, func(k weigh.Key, _, _ int) {
		if k.Class() != weigh.Pair {
			out = append(out, k)
		}
	})
	syn.found.Find(runes, func(n, _, _ int) { out = append(out, synonymKey(n)) })
	slices.Sort(out)
	return slices.Clip(slices.Compact(out))
}

// copy is for a new snapshot, whose weights differ: an Index never changes.
func (a *article) copy() *article {
	c := *a
	c.texts = append([]passage(nil), a.texts...)
	return &c
}

// Close gives the index's files back. No method may run then or later.
func (x *Index) Close() error { return x.close() }

// Count is the number of articles.
func (x *Index) Count() int { return x.count }

// rarities are the rarities of terms among the articles' short texts. Pairs of
// characters are left out: there are too many to keep, and the index knows.
type rarities struct {
	byKey map[weigh.Key]float32
	most  float32 // of a term that no article has
	count int
}

func learnRarities(articles []*article, count int) rarities {
	type tally struct{ articles, last int }
	df := map[weigh.Key]tally{}
	for n, a := range articles {
		if a == nil {
			continue
		}
		for _, p := range a.texts {
			for _, k := range p.terms {
				if t := df[k]; t.last != n+1 {
					df[k] = tally{t.articles + 1, n + 1}
				}
			}
		}
	}
	r := rarities{byKey: make(map[weigh.Key]float32, len(df)), most: weigh.Rarity(count, 0), count: count}
	for k, t := range df {
		r.byKey[k] = weigh.Rarity(count, t.articles)
	}
	return r
}

func (r *rarities) of(k weigh.Key) float32 {
	if w, ok := r.byKey[k]; ok {
		return w
	}
	return r.most
}

// missed is what a passage loses when nothing of it is in the question.
func (r *rarities) missed(terms []weigh.Key) float32 {
	table := weigh.Default()
	var sum float32
	for _, k := range terms {
		if !isSynonym(k) {
			sum += table.Missed(k, r.of(k))
		}
	}
	return sum
}

// postings calls visit with the bitmaps of the documents that have a term in a
// field, segment by segment, and returns how many there are.
func (x *Index) postings(dicts []segment.TermDictionary, term []byte, visit func(first uint64, it segment.PostingsIterator) error) (int, error) {
	total := 0
	for i, p := range x.segments {
		list, err := dicts[i].PostingsList(term, p.segment.Deleted(), nil)
		if err != nil {
			return 0, fmt.Errorf("search: %w", err)
		}
		total += int(list.Count())
		if visit != nil && list.Count() > 0 {
			if err := visit(p.first, list.Iterator(false, false, false, nil)); err != nil {
				return 0, err
			}
		}
	}
	return total, nil
}

// dictionaries opens a field's dictionary in every segment. They serve one
// query: they may not be shared.
func (x *Index) dictionaries(field string) ([]segment.TermDictionary, error) {
	out := make([]segment.TermDictionary, len(x.segments))
	for i, p := range x.segments {
		d, err := p.segment.Segment().Dictionary(field)
		if err != nil {
			return nil, fmt.Errorf("search: %w", err)
		}
		out[i] = d
	}
	return out, nil
}

// document finds the segment of a document number.
func (x *Index) document(n uint32) (*scorch.SegmentSnapshot, uint64) {
	for i := len(x.segments) - 1; i >= 0; i-- {
		if p := x.segments[i]; uint64(n) >= p.first {
			return p.segment, uint64(n) - p.first
		}
	}
	return nil, 0
}
