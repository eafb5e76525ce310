package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/blevesearch/bleve/v2/mapping"

	"whyfix/internal/search/store"
)

// Keys of the index's own storage.
const (
	schemaKey  = "whyfix-schema"
	mappingKey = "_mapping" // bleve's
)

// storeFolder is bleve's part of an index.
const storeFolder = "store"

// The segments of an index. One that was made from nothing has a base alone.
// One that was made from the last has its base, less the documents that are
// not as they were, and a patch with what took their place. It is always the
// base that is patched, so that there are never more than two.
const (
	baseSegment  = 2 // bleve's number for the first
	patchSegment = 3
)

// partSuffixes end the names of the files beside the store, by part.
var partSuffixes = [...]string{"", patchSuffix}

// Made says how an index was made.
type Made struct {
	Documents int    // that were read closely
	Patched   bool   // the rest was taken over from the last index
	Why       string // it was not
}

// Write makes an index in a folder that holds none yet: from the last one, in
// another folder, if its files can be taken over, else from nothing. Last may
// be empty. Nothing in the last folder changes, so others may read it.
//
// Until Write returns nil the folder holds nothing that opens.
func (c *Content) Write(ctx context.Context, dir, last string) (Made, error) {
	if err := os.MkdirAll(filepath.Join(dir, storeFolder), 0o755); err != nil {
		return Made{}, fmt.Errorf("search: %w", err)
	}
	p, why := c.patch(last)
	made := Made{Documents: len(c.docs), Why: why}
	parts := []store.Part{{Number: baseSegment}}
	if p != nil {
		if err := p.takeOver(last, dir, os.Link); err != nil {
			return Made{}, err
		}
		made.Documents, made.Patched = len(p.docs), true
		parts[0].Deleted = p.gone
		if len(p.docs) > 0 {
			if err := writePart(ctx, dir, patchSegment, patchSuffix, p.docs, c.synonyms); err != nil {
				return Made{}, err
			}
			parts = append(parts, store.Part{Number: patchSegment})
		}
	} else {
		err := writeLedger(dir, c)
		if err == nil && len(c.docs) == 0 {
			parts = nil
		}
		if err == nil {
			err = writePart(ctx, dir, baseSegment, "", c.docs, c.synonyms)
		}
		if err != nil {
			return Made{}, err
		}
	}
	return made, complete(dir, parts, c.synonyms)
}

// complete makes an index of the parts.
func complete(dir string, parts []store.Part, list []Synonyms) error {
	internal, err := internals(list)
	if err != nil {
		return err
	}
	root := store.Root{Parts: parts, Internal: internal}
	if err := store.WriteRoot(filepath.Join(dir, storeFolder), root); err != nil {
		return fmt.Errorf("search: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, store.MetaFile), []byte(store.Meta), 0o644); err != nil {
		return fmt.Errorf("search: %w", err)
	}
	return nil
}

// internals are what bleve and we keep beside the documents.
func internals(list []Synonyms) (map[string][]byte, error) {
	m, err := json.Marshal(mapping.NewIndexMapping())
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	s, err := encodeSynonyms(list)
	if err != nil {
		return nil, err
	}
	return map[string][]byte{mappingKey: m, schemaKey: []byte(strconv.Itoa(Schema)), synonymsKey: s}, nil
}

// writePart writes the texts of documents, and a segment of their terms unless
// there are none. The documents are analysed by all processors, in runs of
// fixed size: what is written does not depend on who is done first.
func writePart(ctx context.Context, dir string, segment int, suffix string, docs []Source, list []Synonyms) error {
	var wg sync.WaitGroup
	var textErr error
	wg.Go(func() { textErr = writeTexts(ctx, dir, suffix, docs) })
	runs, err := analyse(ctx, docs, newSynonyms(list))
	if err == nil && len(docs) > 0 {
		list := make([]store.Document, len(docs))
		for i, d := range docs {
			list[i].ID = d.URL
		}
		err = store.WriteSegment(filepath.Join(dir, storeFolder), segment, list, storeFields(), runs)
	}
	wg.Wait()
	if err := errors.Join(err, textErr); err != nil {
		return fmt.Errorf("search: %w", err)
	}
	return nil
}

// storeFields are the fields as the store writes them.
func storeFields() []store.Field {
	out := make([]store.Field, fieldCount)
	for i, name := range fieldNames {
		out[i] = store.Field{Name: name, Indexed: true}
	}
	return out
}

// analyse finds the terms of documents.
func analyse(ctx context.Context, docs []Source, syn synonyms) ([]store.Run, error) {
	runs := make([]store.Run, (len(docs)+partSize-1)/partSize)
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	inParts(len(docs), func() func(first, end int) {
		a, batch := newAnalysis(syn), store.NewBatch(storeFields())
		var postings [fieldCount][]store.Posting
		var lengths [fieldCount]uint32 // nothing is counted
		return func(first, end int) {
			for _, source := range docs[first:end] {
				if ctx.Err() != nil {
					return
				}
				d, err := source.Make()
				if err != nil {
					fail(err)
					return
				}
				a.document(d)
				for i, terms := range a.fields {
					postings[i] = postings[i][:0]
					for _, t := range terms {
						postings[i] = append(postings[i], store.Posting{Term: t})
					}
				}
				batch.Add(postings[:], lengths[:])
			}
			runs[first/partSize] = batch.Run(first, a.texts)
		}
	})
	return runs, context.Cause(ctx)
}
