package article

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"

	"whyfix/internal/search/terms"
)

// Counts may be kept by an engine that does not read all articles when it is
// opened: how many articles there are, then the terms in the order of their
// keys, each by its distance from the one before, with its count.

// Append appends the counts.
func (c *Counts) Append(to []byte) []byte {
	type counted struct {
		key      terms.Key
		articles int
	}
	var list []counted
	c.Each(func(k terms.Key, n int) { list = append(list, counted{k, n}) })
	slices.SortFunc(list, func(a, b counted) int { return cmp.Compare(a.key, b.key) })
	to = binary.AppendUvarint(to, uint64(c.articles))
	to = binary.AppendUvarint(to, uint64(len(list)))
	last := terms.Key(0)
	for _, t := range list {
		to = binary.AppendUvarint(to, uint64(t.key-last))
		to = binary.AppendUvarint(to, uint64(t.articles))
		last = t.key
	}
	return to
}

// ReadCounts reads what Append wrote. The error is ErrRecord.
func ReadCounts(data []byte) (*Counts, error) {
	damaged := false
	next := func() uint64 {
		v, n := binary.Uvarint(data)
		if n <= 0 {
			damaged, data = true, nil
			return 0
		}
		data = data[n:]
		return v
	}
	c := NewCounts()
	c.articles = int(next())
	key := terms.Key(0)
	for range next() {
		if damaged {
			break
		}
		key += terms.Key(next())
		s := seen{articles: int32(next())}
		if key >= commonFirst && key <= commonLast {
			c.common[key-commonFirst] = s
		} else {
			c.rest[key] = s
		}
	}
	if damaged || len(data) > 0 {
		return nil, fmt.Errorf("%w: counts", ErrRecord)
	}
	return c, nil
}
