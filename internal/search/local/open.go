package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/store"
	"whyfix/internal/search/terms"
)

// ErrSchema is returned by Open for an index that another version made.
var ErrSchema = errors.New("search: the index was made by another version of whyfix; build the site again")

// Open opens the index in a folder for reading. Several processes may. The
// error may be fs.ErrNotExist, ErrSchema or engine.ErrDamaged.
func Open(dir string) (*Index, error) {
	root, err := readRoot(dir)
	if err != nil {
		return nil, err
	}
	synonyms, err := terms.DecodeSynonyms(root.Internal[synonymsKey])
	if err != nil {
		return nil, damaged(err)
	}
	o := opening{dir: dir, wordings: article.NewWordings(terms.NewLexicon(synonyms)), tags: newTagNumbers(), counts: article.NewCounts()}
	x, err := o.index(root.Parts, synonyms)
	if err == nil {
		x.site.Scale, err = readScale(dir)
	}
	if err != nil {
		return nil, errors.Join(err, o.close())
	}
	x.close = o.close
	x.entries() // no reader waits for them
	x.bySound()
	return x, nil
}

// readRoot reads what the root of an index says, if it is of this version.
func readRoot(dir string) (store.Root, error) {
	root, err := store.ReadRoot(filepath.Join(dir, storeFolder))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return root, fmt.Errorf("search: there is no index: %w", err)
	case errors.Is(err, store.ErrRoot):
		return root, damaged(err)
	case err != nil:
		return root, fmt.Errorf("search: opening the index: %w", err)
	}
	if version := root.Internal[schemaKey]; string(version) != strconv.Itoa(Schema) {
		return root, fmt.Errorf("%w (its schema is %q, this version reads %d)", ErrSchema, version, Schema)
	}
	return root, nil
}

// opening is an index that is being opened.
type opening struct {
	dir      string
	wordings *article.Wordings
	tags     *tagNumbers
	counts   *article.Counts
	segments []currentSegment
	closers  []func() error
}

func (o *opening) close() error {
	var errs []error
	for _, c := range o.closers {
		errs = append(errs, c())
	}
	return errors.Join(errs...)
}

func (o *opening) index(parts []store.Part, synonyms []terms.Synonyms) (*Index, error) {
	for _, p := range parts {
		if err := o.open(p); err != nil {
			return nil, err
		}
	}
	return newIndex(o.segments, o.counts, o.tags.list, synonyms), nil
}

// open opens a segment and what lies beside it.
func (o *opening) open(p store.Part) error {
	suffix, known := suffixOf(p.Number)
	if !known {
		return damaged(fmt.Errorf("it has a segment %d", p.Number))
	}
	s, err := store.OpenSegment(filepath.Join(o.dir, storeFolder), p.Number)
	switch {
	case errors.Is(err, store.ErrSegment), errors.Is(err, fs.ErrNotExist):
		return damaged(err)
	case err != nil:
		return fmt.Errorf("search: %w", err)
	}
	o.closers = append(o.closers, s.Close)
	z := &diskSegment{Segment: s, gone: p.Deleted, places: make([]place, s.Documents())}
	facts := make([]*article.Facts, s.Documents())
	gone := p.Deleted
	end, err := readArticles(o.dir, suffix, len(facts), func(n int, d *article.Document, text place) error {
		z.places[n] = text
		if len(gone) > 0 && gone[0] == uint32(n) {
			gone = gone[1:]
			return nil
		}
		facts[n] = o.wordings.Facts(d)
		o.counts.Add(facts[n])
		return nil
	})
	if err != nil {
		return err
	}
	for _, lengths := range end.Lengths {
		if len(lengths) != len(facts) {
			return errArticles
		}
	}
	if len(gone) > 0 || end.Segment != s.Sum() {
		return fmt.Errorf("%w: they are of another index", errArticles)
	}
	if z.texts, err = openTexts(o.dir, suffix, end.Texts); err != nil {
		return err
	}
	o.closers = append(o.closers, z.texts.Close)
	z.sizes = end.Lengths
	o.segments = append(o.segments, currentSegment{loadSegment(z, facts, o.tags), p.Deleted})
	return nil
}

// Size is how many bytes the files of an index have; of what cannot be read,
// none.
func Size(dir string) (bytes int64) {
	_ = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil
		}
		if info, err := entry.Info(); err == nil {
			bytes += info.Size()
		}
		return nil
	})
	return bytes
}

// scaleFile is measured with the index, so it is written after it.
const scaleFile = "scale"

// WriteScale adds to an index what was measured with it. Nobody else may read
// the index yet.
func WriteScale(dir string, s engine.Scale) error {
	data := fmt.Appendf(nil, "least %s\n", strconv.FormatFloat(float64(s.Least), 'g', -1, 32))
	if err := os.WriteFile(filepath.Join(dir, scaleFile), data, 0o644); err != nil {
		return fmt.Errorf("search: %w", err)
	}
	return nil
}

// readScale reads what WriteScale wrote; the zero Scale where nothing was.
func readScale(dir string) (s engine.Scale, err error) {
	data, err := os.ReadFile(filepath.Join(dir, scaleFile))
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("search: %w", err)
	}
	if _, err := fmt.Sscanf(string(data), "least %g\n", &s.Least); err != nil {
		return engine.Scale{}, damaged(fmt.Errorf("%s: %w", scaleFile, err))
	}
	s.Measured = true
	return s, nil
}
