package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"whyfix/internal/search/store"
	"whyfix/internal/search/terms"
)

// Schema changes whenever an index of before would give other answers, or none.
const Schema = 8

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
	Base      *Base  // what the next index can be made from; nil: nothing
}

// Base is what the documents of an index's base were, in their order. It is
// kept by whoever makes the next index; who answers questions does not need it.
type Base struct {
	Segment uint32 // the sum of the base's segment
	Common  Stamp  // of what all terms depend on
	URLs    []string
	Stamps  []Stamp
}

// base is what is to be kept of a base that was made of the content.
func (c *Content) base(dir string) (*Base, error) {
	if len(c.docs) == 0 {
		return nil, nil
	}
	sum, err := store.SegmentSum(filepath.Join(dir, storeFolder), baseSegment)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	b := &Base{Segment: sum, Common: commonStamp(c.synonyms), URLs: make([]string, len(c.docs)), Stamps: make([]Stamp, len(c.docs))}
	for i, d := range c.docs {
		b.URLs[i], b.Stamps[i] = d.URL, d.Stamp
	}
	return b, nil
}

// Write makes an index in a folder that holds none yet: from the last one, in
// another folder, if its files can be taken over, else from nothing. Base is
// what was kept of the last one. Last may be empty, base nil. Nothing in the
// last folder changes, so others may read it.
//
// Until Write returns nil the folder holds nothing that opens.
func (c *Content) Write(ctx context.Context, dir, last string, base *Base) (Made, error) {
	if err := os.MkdirAll(filepath.Join(dir, storeFolder), 0o755); err != nil {
		return Made{}, fmt.Errorf("search: %w", err)
	}
	lexicon := terms.NewLexicon(c.synonyms)
	p, why := c.patch(last, base)
	made := Made{Documents: len(c.docs), Why: why, Base: base}
	var parts []store.Part
	if p != nil {
		if err := takeOver(last, dir, os.Link); err != nil {
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
		err := writePart(ctx, dir, baseSegment, c.docs, lexicon)
		if err == nil {
			made.Base, err = c.base(dir)
		}
		if err != nil {
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
	end, err := writeSegment(ctx, filepath.Join(dir, storeFolder), segment, docs, lexicon, w)
	if err != nil {
		err = errors.Join(err, w.drop())
	} else {
		err = w.close(end)
	}
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	return nil
}

// mostRuns is how many bytes of runs stay in memory until their segment is written:
// those of some ten thousand articles.
const mostRuns = 64 << 20

// writeSegment writes a segment, and returns what the articles beside it, which
// are put there on the way, say of it.
func writeSegment(ctx context.Context, dir string, number int, docs []Source, lexicon *terms.Lexicon, beside *articleWriter) (_ tail, err error) {
	list, aside := storeFields(), store.NewAside(dir, mostRuns)
	defer func() { err = errors.Join(err, aside.Close()) }()
	g, err := invert(ctx, docs, lexicon, list, beside, aside)
	if err != nil || len(docs) == 0 {
		return tail{}, err
	}
	if err := store.WriteSegment(dir, number, g.stored, list, g.runs); err != nil {
		return tail{}, err
	}
	sum, err := store.SegmentSum(dir, number)
	return tail{Lengths: g.lengths, Segment: sum}, err
}

// baseFiles are those that belong to the base of an index.
var baseFiles = [...]string{articlesFile, textsFile, filepath.Join(storeFolder, store.SegmentFile(baseSegment))}

// takeOver brings the base of the last index into a new folder. Its files are
// never written to, so both indexes may have the same. Link is os.Link.
func takeOver(last, dir string, link func(from, to string) error) error {
	for _, name := range baseFiles {
		from, to := filepath.Join(last, name), filepath.Join(dir, name)
		err := link(from, to)
		if err != nil && !errors.Is(err, os.ErrExist) {
			err = copyFile(from, to) // the file system has no links, or not that many
		}
		if err != nil {
			return fmt.Errorf("search: %w", err)
		}
	}
	return nil
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
