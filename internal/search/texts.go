package search

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
)

// What is shown of an article lies beside bleve's store, not in it. The store
// is mapped into memory, and what is read of it stays resident; the texts of
// the hits would soon be most of a server's memory. Two files, for the base of
// an index and for its patch:
//
//	articles  for each article what ranking keeps of it, read once
//	texts     for each article what is shown of it, read for hits only
const (
	articlesFile = "articles"
	textsFile    = "texts"
	patchSuffix  = ".patch"
)

// articlesMagic starts the file of articles.
const articlesMagic = "whyfix articles\n"

// body is where the text of an article is: in a file of texts, or here.
type body struct {
	at   int64
	size uint32
	part uint32 // of the index: whose file it is
	text string // the record itself, when the index is in memory
}

// errTexts is returned for texts that do not read.
var errTexts = errors.New("search: the texts beside the index are damaged; build the site again")

// writeTexts writes the two files.
func writeTexts(ctx context.Context, dir, suffix string, docs []Source) error {
	w, err := newTextWriter(dir, suffix)
	if err != nil {
		return err
	}
	for _, source := range docs {
		var d *Document
		if err = ctx.Err(); err == nil {
			d, err = source.Make()
		}
		if err == nil {
			err = w.add(d)
		}
		if err != nil {
			return errors.Join(err, w.articles.Close(), w.texts.Close())
		}
	}
	return w.close()
}

// textWriter writes the two files.
type textWriter struct {
	articles, texts   *os.File
	toArticles        *bufio.Writer
	toTexts           *bufio.Writer
	sum               uint32
	count, textLength int64
	head, body        []byte // of the last article
	record            recordWriter
}

func newTextWriter(dir, suffix string) (*textWriter, error) {
	articles, err := os.Create(filepath.Join(dir, articlesFile+suffix))
	if err != nil {
		return nil, err
	}
	texts, err := os.Create(filepath.Join(dir, textsFile+suffix))
	if err != nil {
		articles.Close()
		return nil, err
	}
	w := &textWriter{articles: articles, texts: texts, toArticles: bufio.NewWriterSize(articles, 1<<16), toTexts: bufio.NewWriterSize(texts, 1<<16)}
	return w, w.write([]byte(articlesMagic))
}

// add writes one article.
func (w *textWriter) add(d *Document) error {
	w.head, w.body = d.appendHead(w.head[:0]), d.appendBody(w.body[:0])
	record := w.record[:0]
	record.count(len(w.head))
	record = append(record, w.head...)
	record = binary.AppendUvarint(record, uint64(w.textLength))
	record.count(len(w.body))
	w.record = record
	w.count++
	w.textLength += int64(len(w.body))
	if err := w.write(binary.AppendUvarint(w.head[:0], uint64(len(record)))); err != nil {
		return err
	}
	if err := w.write(record); err != nil {
		return err
	}
	_, err := w.toTexts.Write(w.body)
	return err
}

func (w *textWriter) write(data []byte) error {
	w.sum = crc32.Update(w.sum, crc32.IEEETable, data)
	_, err := w.toArticles.Write(data)
	return err
}

// close completes the files: a record of length 0, then the counts.
func (w *textWriter) close() error {
	end := []byte{0}
	end = binary.BigEndian.AppendUint64(end, uint64(w.count))
	end = binary.BigEndian.AppendUint64(end, uint64(w.textLength))
	err := w.write(end)
	if err == nil {
		_, err = w.toArticles.Write(binary.BigEndian.AppendUint32(nil, w.sum))
	}
	return errors.Join(err, w.toArticles.Flush(), w.toTexts.Flush(), w.articles.Close(), w.texts.Close())
}

// openTexts opens the texts of a part of an index, which go on to so many
// bytes.
func openTexts(dir, suffix string, size uint64) (*os.File, error) {
	f, err := os.Open(filepath.Join(dir, textsFile+suffix))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errTexts, err)
	}
	if info, err := f.Stat(); err != nil || uint64(info.Size()) != size {
		f.Close()
		return nil, errTexts
	}
	return f, nil
}

// readArticles calls visit for every article that is not gone, in the order in
// which they were written, with its number, and returns the size of the texts.
func readArticles(dir, suffix string, gone func(n int) bool, visit func(n int, head *Document, b body)) (texts uint64, err error) {
	f, err := os.Open(filepath.Join(dir, articlesFile+suffix))
	if err != nil {
		return 0, fmt.Errorf("%w: %w", errTexts, err)
	}
	defer f.Close()
	sum := crc32.NewIEEE()
	in := &summed{bufio.NewReaderSize(f, 1<<16), sum}
	magic := make([]byte, len(articlesMagic))
	if _, err := io.ReadFull(in, magic); err != nil || string(magic) != articlesMagic {
		return 0, errTexts
	}
	info, err := f.Stat()
	if err != nil {
		return 0, fmt.Errorf("search: %w", err)
	}
	count := 0
	for ; ; count++ {
		size, err := binary.ReadUvarint(in)
		if err != nil || size > uint64(info.Size()) {
			return 0, errTexts
		}
		if size == 0 {
			break
		}
		record := make([]byte, size)
		if _, err := io.ReadFull(in, record); err != nil {
			return 0, errTexts
		}
		if gone(count) {
			continue
		}
		r := recordReader{rest: string(record)}
		head, err := decodeHead(r.text())
		if err != nil {
			return 0, fmt.Errorf("%w: %w", errTexts, err)
		}
		at, length := binary.Uvarint([]byte(r.rest))
		if length <= 0 {
			return 0, errTexts
		}
		bodySize, n := binary.Uvarint([]byte(r.rest[length:]))
		if n <= 0 {
			return 0, errTexts
		}
		visit(count, head, body{at: int64(at), size: uint32(bodySize)})
	}
	var end [16]byte
	if _, err := io.ReadFull(in, end[:]); err != nil || binary.BigEndian.Uint64(end[:]) != uint64(count) {
		return 0, errTexts
	}
	want := sum.Sum32()
	var stored [4]byte
	if _, err := io.ReadFull(in.in, stored[:]); err != nil || binary.BigEndian.Uint32(stored[:]) != want {
		return 0, errTexts
	}
	return binary.BigEndian.Uint64(end[8:]), nil
}

// summed is a reader that sums up what it gives.
type summed struct {
	in  *bufio.Reader
	sum io.Writer
}

func (s *summed) Read(p []byte) (int, error) {
	n, err := s.in.Read(p)
	_, _ = s.sum.Write(p[:n])
	return n, err
}

func (s *summed) ReadByte() (byte, error) {
	b, err := s.in.ReadByte()
	if err == nil {
		_, _ = s.sum.Write([]byte{b})
	}
	return b, err
}

// body reads what is shown of an article.
func (x *Index) body(a *article) (summary string, sections []Section, err error) {
	text := a.body.text
	if text == "" {
		data := make([]byte, a.body.size)
		if _, err := x.texts[a.body.part].ReadAt(data, a.body.at); err != nil {
			return "", nil, fmt.Errorf("search: reading an article: %w", err)
		}
		text = string(data)
	}
	return decodeBody(text)
}
