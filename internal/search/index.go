package search

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"

	"whyfix/internal/han"
)

// ErrSchema is returned by Open for an index that another version made.
var ErrSchema = errors.New("search: the index was made by another version of whyfix; build the site again")

// ErrDamaged says that an index is not what was made.
var ErrDamaged = errors.New("search: the index is damaged or not all there")

// Index answers questions. It is safe for concurrent use and never changes.
type Index struct {
	segments []part
	articles []*article // by document number; nil where one was deleted
	places   []int32    // by document number: the place in the order of URLs
	count    int
	passages []passage       // the articles' short texts
	missed   []atomic.Uint32 // by passage: the bits of what it loses when nothing of it is in the question, once somebody asked
	tags     []siteTag
	// The kinds and tags of all articles by document number, one after the
	// other: facets count those of thousands.
	facetKinds  []uint8
	facetTags   []uint32
	facetStarts []uint32
	languages   []string       // of the articles
	entries     func() []entry // the wordings that are suggested, listed when first wanted
	analyzers   []han.Analyzer
	rarity      *rarities
	synonyms    synonyms
	bySound     map[han.Syllable][]rune // the characters of short texts
	snapshot    *scorch.IndexSnapshot
	texts       []*os.File // what is shown of the articles, by part; none when they hold it themselves
	desks       sync.Pool  // of *desk
	close       func() error
}

// part is a segment of bleve's index and where its document numbers start.
type part struct {
	segment *scorch.SegmentSnapshot
	first   uint64
}

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
	x := &Index{}
	x.close = func() error {
		var errs []error
		for _, f := range x.texts {
			errs = append(errs, f.Close())
		}
		if x.snapshot != nil {
			errs = append(errs, x.snapshot.Close())
		}
		errs = append(errs, s.Close())
		queue.Close()
		return errors.Join(errs...)
	}
	opened := false
	defer func() {
		if !opened { // also after a panic of the libraries, over a damaged index
			_ = x.close()
		}
	}()
	if err := s.Open(); err != nil {
		return nil, fmt.Errorf("search: opening the index: %w", err)
	}
	if x.snapshot, err = reader(s); err == nil {
		err = x.read(dir)
	}
	if err != nil {
		return nil, err
	}
	x.entries() // no reader waits for it
	opened = true
	return x, nil
}

// reader is what bleve's index holds now.
func reader(s index.Index) (*scorch.IndexSnapshot, error) {
	r, err := s.Reader()
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	snapshot, ok := r.(*scorch.IndexSnapshot)
	if !ok {
		r.Close()
		return nil, fmt.Errorf("search: unexpected index reader %T", r)
	}
	return snapshot, nil
}

// read checks that this version made the index and reads what lies beside it.
func (x *Index) read(dir string) error {
	version, err := x.snapshot.GetInternal([]byte(schemaKey))
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	if string(version) != strconv.Itoa(Schema) {
		return fmt.Errorf("%w (its schema is %q, this version reads %d)", ErrSchema, version, Schema)
	}
	data, err := x.snapshot.GetInternal([]byte(synonymsKey))
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	list, err := decodeSynonyms(data)
	if err != nil {
		return err
	}
	w := newWordings(newSynonyms(list))
	var articles []*article
	for n, s := range x.snapshot.Segments() {
		first := len(articles)
		articles = append(articles, make([]*article, s.FullSize())...)
		if n >= len(partSuffixes) {
			return errTexts
		}
		deleted := s.Deleted()
		gone := func(n int) bool { return deleted != nil && deleted.Contains(uint32(n)) }
		size, err := readArticles(dir, partSuffixes[n], gone, func(i int, head *Document, b body) {
			if first+i < len(articles) { // else there are too many, and load will say so
				a := w.article(head)
				a.body = b
				a.body.part = uint32(n)
				articles[first+i] = a
			}
		})
		if err != nil {
			return err
		}
		f, err := openTexts(dir, partSuffixes[n], size)
		if err != nil {
			return err
		}
		x.texts = append(x.texts, f)
	}
	x.take(w)
	w.done()
	known := newFrequencies()
	for _, a := range articles {
		if a != nil {
			known.add(a, x.passages, 1)
		}
	}
	return x.load(known, func(n int, url []byte) *article {
		if a := articles[n]; a != nil && a.url == string(url) {
			return a
		}
		return nil
	})
}

// take sees what the wordings hold now; they may grow afterwards.
func (x *Index) take(w *wordings) {
	x.passages, x.tags, x.languages, x.synonyms = w.passages, w.tags, w.languages, w.synonyms
}

// load numbers the articles as bleve's index does: find tells the one that has
// a document's URL. The frequencies are those of the articles' terms.
func (x *Index) load(known *frequencies, find func(n int, url []byte) *article) error {
	first := uint64(0)
	var analyzers [han.Analyzers]int
	for _, s := range x.snapshot.Segments() {
		x.segments = append(x.segments, part{segment: s, first: first})
		size := uint64(s.FullSize())
		deleted := s.Deleted()
		for n := range size {
			if deleted != nil && deleted.Contains(uint32(n)) {
				x.articles = append(x.articles, nil)
				continue
			}
			url, err := s.DocID(n)
			if err != nil {
				return fmt.Errorf("search: %w", err)
			}
			a := find(len(x.articles), url)
			if a == nil {
				return fmt.Errorf("%w: nothing is known of %s", errTexts, url)
			}
			x.articles = append(x.articles, a)
			analyzers[a.analyzer]++
			x.count++
		}
		first += size
	}
	for a, articles := range analyzers {
		if articles > 0 {
			x.analyzers = append(x.analyzers, han.Analyzer(a))
		}
	}
	slices.SortStableFunc(x.analyzers, func(a, b han.Analyzer) int { return cmp.Compare(analyzers[b], analyzers[a]) })
	x.rarity = known.rarities(x.count)
	x.missed = make([]atomic.Uint32, len(x.passages))
	x.bySound = x.rarity.sounds()
	for _, a := range x.articles {
		x.facetStarts = append(x.facetStarts, uint32(len(x.facetTags)))
		if a == nil {
			a = &article{}
		}
		x.facetKinds = append(x.facetKinds, a.kinds)
		x.facetTags = append(x.facetTags, a.tags...)
	}
	x.facetStarts = append(x.facetStarts, uint32(len(x.facetTags)))
	docs := x.order()
	x.entries = sync.OnceValue(func() []entry { return x.listEntries(docs) })
	x.desks.New = func() any { return newDesk(x) }
	return nil
}

// lost is what a passage loses when nothing of it is in the question. It is
// found when somebody asks: a preview's index lives for a few questions.
func (x *Index) lost(text uint32) float32 {
	known := &x.missed[text]
	if bits := known.Load(); bits != 0 {
		return math.Float32frombits(bits)
	}
	lost := x.rarity.missed(&x.passages[text])
	known.Store(math.Float32bits(lost))
	return lost
}

// order numbers the articles by their URLs and returns their documents' numbers
// in that order.
func (x *Index) order() []uint32 {
	docs := make([]uint32, 0, x.count)
	for n, a := range x.articles {
		if a != nil {
			docs = append(docs, uint32(n))
		}
	}
	slices.SortFunc(docs, func(a, b uint32) int { return cmp.Compare(x.articles[a].url, x.articles[b].url) })
	x.places = make([]int32, len(x.articles))
	for place, n := range docs {
		x.places[n] = int32(place)
	}
	return docs
}

// Close gives the index's files back. No method may run then or later.
func (x *Index) Close() error { return x.close() }

// Count is the number of articles.
func (x *Index) Count() int { return x.count }
