package local

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"whyfix/internal/search/article"
	"whyfix/internal/search/store"
	"whyfix/internal/search/terms"
)

// Stored gives back the documents of an index on a disk as they were put in, for
// who makes the next index of most of them. It reads a segment when a document
// of it is first wanted: the patch is small, the base may not be wanted at all.
// It is safe for concurrent use.
type Stored struct {
	dir   string
	parts []store.Part // the last first
	mu    sync.Mutex
	read  []*storedPart // of those parts; nil: not yet
}

type storedPart struct {
	heads  map[string]*article.Document
	places map[string]place
	texts  *os.File
}

// OpenStored opens the documents of an index. The errors are those of Open.
func OpenStored(dir string) (*Stored, error) {
	root, err := readRoot(dir)
	if err != nil {
		return nil, err
	}
	s := &Stored{dir: dir, parts: slices.Clone(root.Parts), read: make([]*storedPart, len(root.Parts))}
	slices.Reverse(s.parts)
	return s, nil
}

// Document is the document with a URL.
func (s *Stored) Document(url string) (*article.Document, error) {
	for i := range s.parts {
		p, err := s.part(i)
		if err != nil {
			return nil, err
		}
		head, is := p.heads[url]
		if !is {
			continue
		}
		at := p.places[url]
		data := make([]byte, at.size)
		if _, err := p.texts.ReadAt(data, int64(at.at)); err != nil {
			return nil, fmt.Errorf("%w: %w", errArticles, err)
		}
		d, err := head.WithBody(string(data))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errArticles, err)
		}
		return d, nil
	}
	return nil, fmt.Errorf("search: %s: there is no document %q", s.dir, url)
}

func (s *Stored) part(i int) (*storedPart, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.read[i] != nil {
		return s.read[i], nil
	}
	suffix, known := suffixOf(s.parts[i].Number)
	if !known {
		return nil, damaged(fmt.Errorf("it has a segment %d", s.parts[i].Number))
	}
	z, err := store.OpenSegment(filepath.Join(s.dir, storeFolder), s.parts[i].Number)
	if err != nil {
		return nil, damaged(err)
	}
	defer z.Close()
	p := &storedPart{heads: map[string]*article.Document{}, places: map[string]place{}}
	gone := s.parts[i].Deleted
	end, err := readArticles(s.dir, suffix, z.Documents(), func(n int, d *article.Document, text place) error {
		if len(gone) > 0 && gone[0] == uint32(n) {
			gone = gone[1:]
			return nil
		}
		p.heads[d.URL], p.places[d.URL] = d, text
		return nil
	})
	if err != nil {
		return nil, err
	}
	if p.texts, err = openTexts(s.dir, suffix, end.Texts); err != nil {
		return nil, err
	}
	s.read[i] = p
	return p, nil
}

// Close gives the files back.
func (s *Stored) Close() error {
	var errs []error
	for _, p := range s.read {
		if p != nil {
			errs = append(errs, p.texts.Close())
		}
	}
	return errors.Join(errs...)
}

// SynonymsOf are those that the index in a folder was made with.
func SynonymsOf(dir string) ([]terms.Synonyms, error) {
	root, err := readRoot(dir)
	if err != nil {
		return nil, err
	}
	list, err := terms.DecodeSynonyms(root.Internal[synonymsKey])
	return list, damaged(err)
}

// TakeScale gives an index the scale of the last one, whose base it has.
func TakeScale(last, dir string) error {
	s, err := readScale(last)
	if err != nil || !s.Measured {
		return err
	}
	return WriteScale(dir, s)
}
