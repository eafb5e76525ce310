package search

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
)

// The ledger lies in the folder of an index for the next build alone: what the
// documents of the base were, in their order. Who answers questions does not
// read it.
const (
	ledgerFile  = "ledger"
	ledgerMagic = "whyfix ledger\n"
)

// ledger is what is known of a base.
type ledger struct {
	common  digest // of what all terms depend on
	urls    []string
	digests []digest
}

// writeLedger notes the documents of a base.
func writeLedger(dir string, c *Content) error {
	common := commonDigest(c.synonyms)
	w := recordWriter(append([]byte(ledgerMagic), common[:]...))
	w.count(len(c.docs))
	for _, d := range c.docs {
		w.text(d.URL)
		w = append(w, d.Stamp[:]...)
	}
	w = binary.BigEndian.AppendUint32(w, crc32.ChecksumIEEE(w))
	if err := os.WriteFile(filepath.Join(dir, ledgerFile), w, 0o644); err != nil {
		return fmt.Errorf("search: %w", err)
	}
	return nil
}

// readLedger reads what writeLedger wrote.
func readLedger(dir string) (*ledger, error) {
	data, err := os.ReadFile(filepath.Join(dir, ledgerFile))
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	damaged := fmt.Errorf("search: %s is damaged", filepath.Join(dir, ledgerFile))
	const sum = crc32.Size
	if len(data) < sum || binary.BigEndian.Uint32(data[len(data)-sum:]) != crc32.ChecksumIEEE(data[:len(data)-sum]) {
		return nil, damaged
	}
	rest, ok := bytes.CutPrefix(data[:len(data)-sum], []byte(ledgerMagic))
	if !ok {
		return nil, damaged
	}
	r := recordReader{rest: string(rest)}
	l := &ledger{common: r.digest()}
	count := r.count()
	l.urls, l.digests = make([]string, count), make([]digest, count)
	for i := range count {
		l.urls[i], l.digests[i] = r.text(), r.digest()
	}
	if r.bad {
		return nil, damaged
	}
	return l, nil
}

// digest reads a digest.
func (r *recordReader) digest() (d digest) {
	if len(r.rest) < len(d) {
		r.bad, r.rest = true, ""
		return d
	}
	r.rest = r.rest[copy(d[:], r.rest):]
	return d
}
