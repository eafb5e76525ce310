package search

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// Content is all that an index is made of. Neither it nor its documents may
// change as long as one is.
type Content struct {
	docs     []*Document
	synonyms []Synonyms
	digests  []digest // of the documents
}

// digest tells apart what differs: equal digests, equal answers.
type digest [16]byte

// NewContent takes documents, no two with the same URL, and the site's
// synonyms.
func NewContent(docs []*Document, list []Synonyms) *Content {
	c := &Content{docs: docs, synonyms: list, digests: make([]digest, len(docs))}
	inParts(len(docs), func() func(first, end int) {
		var record []byte
		return func(first, end int) {
			for i := first; i < end; i++ {
				record = docs[i].appendBody(docs[i].appendHead(record[:0]))
				sum := sha256.Sum256(record)
				c.digests[i] = digest(sum[:])
			}
		}
	})
	return c
}

// Digest identifies what an index of the content answers: equal digests, equal
// answers.
func (c *Content) Digest() string {
	h := sha256.New()
	common := commonDigest(c.synonyms)
	h.Write(common[:])
	for i := range c.digests {
		h.Write(c.digests[i][:])
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// commonDigest is of what every document's terms depend on.
func commonDigest(list []Synonyms) digest {
	sum := sha256.Sum256(fmt.Appendf(nil, "schema %d\n%q\n", Schema, list))
	return digest(sum[:])
}

// partSize is how many documents a processor takes at a time.
const partSize = 512

// inParts hands out the numbers below n in parts to as many workers as there
// are processors.
func inParts(n int, worker func() func(first, end int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (n+partSize-1)/partSize) {
		wg.Go(func() {
			work := worker()
			for {
				end := int(next.Add(partSize))
				if end-partSize >= n {
					return
				}
				work(end-partSize, min(end, n))
			}
		})
	}
	wg.Wait()
}
