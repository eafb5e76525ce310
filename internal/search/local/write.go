package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"whyfix/internal/search/store"
	"whyfix/internal/search/terms"
)

// Schema changes whenever an index of before would give other answers, or none.
const Schema = 5

// Keys of the index's own storage.
const (
	schemaKey   = "whyfix-schema"
	synonymsKey = "whyfix-synonyms"
	mappingKey  = "_mapping" // bleve's
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

// suffixOf ends the names of the files beside the store, by segment.
func suffixOf(segment int) (suffix string, known bool) {
	switch segment {
	case baseSegment:
		return "", true
	case patchSegment:
		return patchSuffix, true
	}
	return "", false
}

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
	lexicon := terms.NewLexicon(c.synonyms)
	p, why := c.patch(last)
	made := Made{Documents: len(c.docs), Why: why}
	var parts []store.Part
	if p != nil {
		if err := p.takeOver(last, dir, os.Link); err != nil {
			return Made{}, err
		}
		made.Documents, made.Patched = len(p.docs), true
		parts = append(parts, store.Part{Number: baseSegment, Deleted: p.gone})
		if len(p.docs) > 0 {
			if err := writePart(ctx, dir, patchSegment, p.docs, lexicon); err != nil {
				return Made{}, err
			}
			parts = append(parts, store.Part{Number: patchSegment})
		}
	} else {
		if err := writeLedger(dir, c); err != nil {
			return Made{}, err
		}
		if err := writePart(ctx, dir, baseSegment, c.docs, lexicon); err != nil {
			return Made{}, err
		}
		if len(c.docs) > 0 {
			parts = append(parts, store.Part{Number: baseSegment})
		}
	}
	return made, complete(dir, parts, c.synonyms)
}

// complete makes an index of the parts.
func complete(dir string, parts []store.Part, synonyms []terms.Synonyms) error {
	mapping, err := mappingForBleve()
	if err != nil {
		return err
	}
	encoded, err := terms.EncodeSynonyms(synonyms)
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	root := store.Root{Parts: parts, Internal: map[string][]byte{
		mappingKey: mapping, schemaKey: []byte(strconv.Itoa(Schema)), synonymsKey: encoded,
	}}
	if err := store.WriteRoot(filepath.Join(dir, storeFolder), root); err != nil {
		return fmt.Errorf("search: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, store.MetaFile), []byte(store.Meta), 0o644); err != nil {
		return fmt.Errorf("search: %w", err)
	}
	return nil
}

// writePart writes a segment of the terms of documents, unless there are none,
// and what lies beside it.
func writePart(ctx context.Context, dir string, segment int, docs []Source, lexicon *terms.Lexicon) error {
	suffix, _ := suffixOf(segment)
	w, err := newArticleWriter(dir, suffix)
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var beside sync.WaitGroup
	var articlesErr error
	beside.Go(func() {
		if articlesErr = w.all(ctx, docs); articlesErr != nil {
			stop(articlesErr)
		}
	})
	end, err := writeSegment(ctx, filepath.Join(dir, storeFolder), segment, docs, lexicon)
	if err != nil {
		stop(err)
	}
	beside.Wait()
	if err = errors.Join(err, articlesErr); err != nil {
		err = errors.Join(context.Cause(ctx), w.drop()) // what failed first
	} else {
		err = w.close(end)
	}
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	return nil
}

// writeSegment writes a segment, and returns what the articles beside it say of
// it.
func writeSegment(ctx context.Context, dir string, number int, docs []Source, lexicon *terms.Lexicon) (tail, error) {
	list := storeFields()
	g, err := gather(ctx, docs, lexicon, list)
	if err != nil || len(docs) == 0 {
		return tail{}, err
	}
	if err := store.WriteSegment(dir, number, g.stored, list, g.runs); err != nil {
		return tail{}, err
	}
	sum, err := store.SegmentSum(dir, number)
	return tail{lengths: g.lengths, segment: sum}, err
}
