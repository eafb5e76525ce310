package local

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"whyfix/internal/search/store"
)

// patch is what makes an index of now out of a base.
type patch struct {
	docs []Source // that the base has not, or not so
	gone []uint32 // the base's documents that are not, or not so, any more
}

// When a base is no longer worth keeping: the patch is made anew each time,
// and questions read both.
const (
	mostPatched = 10 // the patch is at most this part of the base
	mostGone    = 5  // and this part of it is gone
)

// patch compares the content with the base of the last index. It is nil when
// there is no base that could be kept, and then says why.
func (c *Content) patch(last string, base *Base) (p *patch, why string) {
	if last == "" {
		return nil, "there is no index yet"
	}
	if base == nil {
		return nil, "nothing is known of the last index"
	}
	if base.Common != commonStamp(c.synonyms) {
		return nil, "synonyms, or the program, have changed"
	}
	for _, name := range baseFiles {
		if _, err := os.Stat(filepath.Join(last, name)); err != nil {
			return nil, "the last index is not complete"
		}
	}
	if sum, err := store.SegmentSum(filepath.Join(last, storeFolder), baseSegment); err != nil || sum != base.Segment {
		return nil, "what is known is of another index"
	}
	p = &patch{}
	now := make(map[string]int, len(c.docs))
	for i, d := range c.docs {
		now[d.URL] = i
	}
	kept := make([]bool, len(c.docs))
	for n, url := range base.URLs {
		if i, is := now[url]; is && c.docs[i].Stamp == base.Stamps[n] {
			kept[i] = true
		} else {
			p.gone = append(p.gone, uint32(n))
		}
	}
	for i, d := range c.docs {
		if !kept[i] {
			p.docs = append(p.docs, d)
		}
	}
	if mostPatched*len(p.docs) > len(base.URLs) || mostGone*len(p.gone) > len(base.URLs) {
		return nil, "much has changed since the index was last made from nothing"
	}
	return p, ""
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
