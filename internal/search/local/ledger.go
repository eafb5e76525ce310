package local

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"

	"whyfix/internal/search/article"
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
	common Stamp // of what all terms depend on
	urls   []string
	stamps []Stamp
}

// writeLedger notes the documents of a base.
func writeLedger(dir string, c *Content) error {
	common := commonStamp(c.synonyms)
	w := article.RecordWriter(append([]byte(ledgerMagic), common[:]...))
	w.Count(len(c.docs))
	for _, d := range c.docs {
		w.Text(d.URL)
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
	r := article.RecordReader{Rest: string(rest)}
	l := &ledger{common: readStamp(&r)}
	count := r.Count()
	l.urls, l.stamps = make([]string, count), make([]Stamp, count)
	for i := range count {
		l.urls[i], l.stamps[i] = r.Text(), readStamp(&r)
	}
	if r.Bad {
		return nil, damaged
	}
	return l, nil
}

func readStamp(r *article.RecordReader) (s Stamp) {
	if len(r.Rest) < len(s) {
		r.Bad, r.Rest = true, ""
		return s
	}
	r.Rest = r.Rest[copy(s[:], r.Rest):]
	return s
}
