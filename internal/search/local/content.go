package local

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"whyfix/internal/search/article"
	"whyfix/internal/search/store"
	"whyfix/internal/search/terms"
)

// Content is all that an index is made of. Neither it nor its documents may
// change as long as one is.
type Content struct {
	docs     []Source
	synonyms []terms.Synonyms
}

// Source is a document that is made when it is needed, perhaps more than once:
// those of a large site do not fit into memory.
type Source struct {
	URL   string // the document's
	Stamp Stamp
	Make  func() (*article.Document, error)
}

// Stamp tells apart what differs: equal stamps, equal documents.
type Stamp = [16]byte

// NewContent takes documents, no two with the same URL, and the site's
// synonyms.
func NewContent(docs []Source, synonyms []terms.Synonyms) *Content { return &Content{docs, synonyms} }

// Sources are the documents.
func (c *Content) Sources() []Source { return c.docs }

// Synonyms are the site's.
func (c *Content) Synonyms() []terms.Synonyms { return c.synonyms }

// Common is what the terms of every document depend on, beside the document: see
// Base.
func (c *Content) Common() Stamp { return commonStamp(c.synonyms) }

// unstamped are documents that nobody will compare.
func unstamped(docs []*article.Document) []Source {
	out := make([]Source, len(docs))
	for i, d := range docs {
		out[i] = Source{URL: d.URL, Make: func() (*article.Document, error) { return d, nil }}
	}
	return out
}

// Digest identifies what an index of the content answers: equal digests, equal
// answers.
func (c *Content) Digest() string {
	h := sha256.New()
	common := commonStamp(c.synonyms)
	h.Write(common[:])
	for i := range c.docs {
		h.Write(c.docs[i].Stamp[:])
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// commonStamp is of what every document's terms depend on.
func commonStamp(synonyms []terms.Synonyms) Stamp {
	sum := sha256.Sum256(fmt.Appendf(nil, "schema %d\n%q\n", Schema, synonyms))
	return Stamp(sum[:16])
}

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
