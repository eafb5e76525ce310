package local

import (
	"context"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"whyfix/internal/search/article"
	"whyfix/internal/search/store"
	"whyfix/internal/search/terms"
)

// inverted is what documents are made into.
type inverted struct {
	runs    []store.Run
	lengths [headings + 1][]uint32 // by counting field, then document
	stored  []store.Document
}

// partSize is how many documents are inverted at a time: they become a run.
const partSize = 512

// invert finds the terms of documents in fields, which are searchFields or
// storeFields. All processors work on it, in parts of fixed size: what comes out
// does not depend on who is done first. Beside takes the documents of each part
// for the files beside a segment, and aside the runs; nil where there are no such
// files, and where all stays in memory.
func invert(ctx context.Context, docs []Source, lexicon *terms.Lexicon, list []store.Field, beside *articleWriter, aside *store.Aside) (*inverted, error) {
	out := &inverted{runs: make([]store.Run, (len(docs)+partSize-1)/partSize), stored: make([]store.Document, len(docs))}
	for f := range out.lengths {
		out.lengths[f] = make([]uint32, len(docs))
	}
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(runtime.GOMAXPROCS(0))
	inverters := sync.Pool{New: func() any { return newInverter(lexicon, list) }}
	for part := range out.runs {
		work.Go(func() error {
			g := inverters.Get().(*inverter)
			defer inverters.Put(g)
			err := g.part(ctx, docs, part, out, beside, aside)
			if err != nil && beside != nil {
				beside.stop(err)
			}
			return err
		})
	}
	return out, work.Wait()
}

// part gathers a part of the documents.
func (g *inverter) part(ctx context.Context, docs []Source, part int, out *inverted, beside *articleWriter, aside *store.Aside) error {
	first, end := part*partSize, min((part+1)*partSize, len(docs))
	var texts encoded
	for n := first; n < end; n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		d, err := docs[n].Make()
		if err != nil {
			return err
		}
		g.add(d)
		for f := range out.lengths {
			out.lengths[f][n] = g.analysis.lengths[f]
		}
		out.stored[n] = g.stored(docs[n].URL, d)
		if beside == nil {
			continue
		}
		if texts.add(d); texts.size() >= someEncoded {
			if err := beside.put(part, &texts, false); err != nil {
				return err
			}
			texts.articles, texts.texts = texts.articles[:0], texts.texts[:0]
		}
	}
	out.runs[part] = g.batch.Run(first, g.analysis.texts)
	if aside != nil {
		if err := aside.Put(&out.runs[part]); err != nil {
			return err
		}
	}
	if beside == nil {
		return nil
	}
	return beside.put(part, &texts, true)
}

// inverter gathers the terms of documents.
type inverter struct {
	analysis *analysis
	batch    *store.Batch
	labelled bool
	labels   map[string]uint32 // numbers of terms
	postings [][]store.Posting
	lengths  []uint32
	seen     map[uint32]bool
}

func newInverter(lexicon *terms.Lexicon, list []store.Field) *inverter {
	return &inverter{
		analysis: newAnalysis(lexicon), batch: store.NewBatch(list), labelled: len(list) > fieldCount,
		labels: map[string]uint32{}, postings: make([][]store.Posting, len(list)), lengths: make([]uint32, len(list)), seen: map[uint32]bool{},
	}
}

func (g *inverter) add(d *article.Document) {
	a := g.analysis
	a.document(d)
	for f, found := range a.found {
		list := g.postings[f][:0]
		for _, term := range found {
			list = append(list, store.Posting{Term: term, Count: a.count(f, term)})
		}
		g.postings[f], g.lengths[f] = list, a.lengths[f]
	}
	if g.labelled {
		for i, values := range labels(d) {
			clear(g.seen)
			list := g.postings[fieldCount+i][:0]
			for _, v := range values {
				n, known := g.labels[v]
				if !known {
					v = strings.Clone(v)
					n = a.add(v)
					g.labels[v] = n
				}
				if !g.seen[n] {
					g.seen[n] = true
					list = append(list, store.Posting{Term: n, Count: 1})
				}
			}
			g.postings[fieldCount+i] = list
		}
	}
	g.batch.Add(g.postings, g.lengths)
}

// stored is what bleve gives back of a document.
func (g *inverter) stored(url string, d *article.Document) store.Document {
	if !g.labelled {
		return store.Document{}
	}
	// Copies: what they are parts of is as large as the document.
	return store.Document{ID: url, Stored: []store.Value{
		{Field: titleField, Text: strings.Clone(d.Title)}, {Field: urlField, Text: url}, {Field: summaryField, Text: strings.Clone(d.Summary)},
	}}
}
