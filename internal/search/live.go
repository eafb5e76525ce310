package search

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"
)

// Live is an index in memory that changes, for the writer's preview. Each
// change gives a new Index with the same answers as one built from nothing.
// It is not safe for concurrent use; the Indexes are.
type Live struct {
	scorch index.Index
	queue  *index.AnalysisQueue
	known  map[string]*article // by URL
	words  *wordings
	terms  *frequencies // of what is known
	// One for each processor: a whole site is analysed by all.
	analyses []*analysis
}

// NewLive makes an empty index in memory. Other synonyms need another Live.
func NewLive(list []Synonyms) (*Live, error) {
	queue := index.NewAnalysisQueue(2)
	s, err := scorch.NewScorch(scorch.Name, map[string]any{"path": "", "unsafe_batch": true}, queue)
	if err == nil {
		err = s.Open()
	}
	if err != nil {
		queue.Close()
		return nil, fmt.Errorf("search: %w", err)
	}
	l := &Live{scorch: s, queue: queue, known: map[string]*article{}, words: newWordings(newSynonyms(list)), terms: newFrequencies()}
	for range runtime.GOMAXPROCS(0) {
		l.analyses = append(l.analyses, newAnalysis(l.words.synonyms))
	}
	internal, err := internals(list)
	if err == nil {
		batch := index.NewBatch()
		for k, v := range internal {
			batch.SetInternal([]byte(k), v)
		}
		err = s.Batch(batch)
	}
	if err != nil {
		l.Close()
		return nil, fmt.Errorf("search: %w", err)
	}
	return l, nil
}

// atOnce is how many documents one processor makes into a segment.
const atOnce = 2500

// Apply adds or replaces documents and deletes those with the URLs gone. The
// caller closes the Index before the Live.
func (l *Live) Apply(changed []*Document, gone []string) (*Index, error) {
	for _, d := range changed {
		a := l.words.article(d)
		a.body.text = string(d.appendBody(nil))
		l.forget(d.URL)
		l.known[d.URL] = a
		l.terms.add(a, l.words.passages, 1)
	}
	for _, url := range gone {
		l.forget(url)
	}
	if err := l.batch(changed, gone); err != nil {
		return nil, err
	}
	snapshot, err := reader(l.scorch)
	if err != nil {
		return nil, err
	}
	x := &Index{snapshot: snapshot, close: snapshot.Close}
	x.take(l.words)
	if err := x.load(l.terms, func(_ int, url []byte) *article { return l.known[string(url)] }); err != nil {
		_ = snapshot.Close()
		return nil, err
	}
	return x, nil
}

// batch tells bleve what changed. Of a whole site, all processors take a part.
func (l *Live) batch(changed []*Document, gone []string) error {
	var wg sync.WaitGroup
	errs := make([]error, len(l.analyses))
	var next atomic.Int64
	for w, analysis := range l.analyses {
		work := func() {
			for {
				first := int(next.Add(1)-1) * atOnce
				if first >= len(changed) && (first > 0 || len(gone) == 0) || errs[w] != nil {
					return
				}
				batch := index.NewBatch()
				for _, d := range changed[first:min(first+atOnce, len(changed))] {
					batch.Update(analysis.indexed(d))
				}
				if first == 0 {
					for _, url := range gone {
						batch.Delete(url)
					}
				}
				errs[w] = l.scorch.Batch(batch)
			}
		}
		wg.Go(work)
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("search: %w", err)
	}
	return nil
}

// forget takes an article out of what is known.
func (l *Live) forget(url string) {
	if a := l.known[url]; a != nil {
		l.terms.add(a, l.words.passages, -1)
		delete(l.known, url)
	}
}

// Close drops the index.
func (l *Live) Close() error {
	err := l.scorch.Close()
	l.queue.Close()
	return err
}
