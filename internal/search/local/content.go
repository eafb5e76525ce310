package local

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"whyfix/internal/search/article"
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

// Sources are documents that are there already.
func Sources(docs []*article.Document) []Source {
	out := unstamped(docs)
	var record []byte
	for i, d := range docs {
		record = d.AppendBody(d.AppendHead(record[:0]))
		sum := sha256.Sum256(record)
		out[i].Stamp = Stamp(sum[:16])
	}
	return out
}

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
