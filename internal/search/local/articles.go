package local

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"

	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
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

// errArticles is returned for files beside the store that do not read.
var errArticles = fmt.Errorf("%w: the articles beside it cannot be read; build the site again", engine.ErrDamaged)

// place is where the text of an article is in the file of texts.
type place struct {
	at   uint64
	size uint32
}

// tail ends the file of articles: what is only known when their segment was
// written.
type tail struct {
	lengths [headings + 1][]uint32 // by counting field, then article
	segment uint32                 // the sum of the segment they belong to
	texts   uint64                 // how long the texts are
}

// articleWriter writes the two files.
type articleWriter struct {
	articles, texts     *os.File
	toArticles, toTexts *bufio.Writer
	sum                 uint32
	count               int
	textLength          uint64
	head, body          []byte // of the last article
	record              article.RecordWriter
}

func newArticleWriter(dir, suffix string) (*articleWriter, error) {
	articles, err := os.Create(filepath.Join(dir, articlesFile+suffix))
	if err != nil {
		return nil, err
	}
	texts, err := os.Create(filepath.Join(dir, textsFile+suffix))
	if err != nil {
		return nil, errors.Join(err, articles.Close())
	}
	w := &articleWriter{articles: articles, texts: texts, toArticles: bufio.NewWriterSize(articles, 1<<16), toTexts: bufio.NewWriterSize(texts, 1<<16)}
	if err := w.write([]byte(articlesMagic)); err != nil {
		return nil, errors.Join(err, w.drop())
	}
	return w, nil
}

// all writes all articles.
func (w *articleWriter) all(ctx context.Context, docs []Source) error {
	for _, source := range docs {
		if err := ctx.Err(); err != nil {
			return err
		}
		d, err := source.Make()
		if err == nil {
			err = w.add(d)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// add writes one article.
func (w *articleWriter) add(d *article.Document) error {
	w.head, w.body = d.AppendHead(w.head[:0]), d.AppendBody(w.body[:0])
	record := w.record[:0]
	record.Count(len(w.head))
	record = append(record, w.head...)
	record = binary.AppendUvarint(record, w.textLength)
	record.Count(len(w.body))
	w.record = record
	w.count++
	w.textLength += uint64(len(w.body))
	if err := w.write(binary.AppendUvarint(w.head[:0], uint64(len(record)))); err != nil {
		return err
	}
	if err := w.write(record); err != nil {
		return err
	}
	_, err := w.toTexts.Write(w.body)
	return err
}

func (w *articleWriter) write(data []byte) error {
	w.sum = crc32.Update(w.sum, crc32.IEEETable, data)
	_, err := w.toArticles.Write(data)
	return err
}

// close completes the files: a record of length 0, the tail, and the sum of
// all.
func (w *articleWriter) close(t tail) error {
	end := []byte{0}
	end = binary.BigEndian.AppendUint64(end, uint64(w.count))
	end = binary.BigEndian.AppendUint64(end, w.textLength)
	end = binary.BigEndian.AppendUint32(end, t.segment)
	for _, list := range t.lengths {
		for _, n := range list {
			end = binary.AppendUvarint(end, uint64(n))
		}
	}
	err := w.write(end)
	if err == nil {
		_, err = w.toArticles.Write(binary.BigEndian.AppendUint32(nil, w.sum))
	}
	return errors.Join(err, w.toArticles.Flush(), w.toTexts.Flush(), w.drop())
}

// drop closes the files as they are.
func (w *articleWriter) drop() error { return errors.Join(w.articles.Close(), w.texts.Close()) }

// openTexts opens a file of texts that is so long.
func openTexts(dir, suffix string, size uint64) (*os.File, error) {
	f, err := os.Open(filepath.Join(dir, textsFile+suffix))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errArticles, err)
	}
	if info, err := f.Stat(); err != nil || uint64(info.Size()) != size {
		return nil, errors.Join(errArticles, f.Close())
	}
	return f, nil
}

// readArticles calls visit for every article in the order in which they were
// written. Head is valid until it returns.
func readArticles(dir, suffix string, visit func(n int, head []byte, text place) error) (tail, error) {
	f, err := os.Open(filepath.Join(dir, articlesFile+suffix))
	if err != nil {
		return tail{}, fmt.Errorf("%w: %w", errArticles, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return tail{}, fmt.Errorf("search: %w", err)
	}
	in := &summed{in: bufio.NewReaderSize(f, 1<<16), left: info.Size()}
	count := 0
	if string(in.take(uint64(len(articlesMagic)))) != articlesMagic {
		return tail{}, errArticles
	}
	for ; ; count++ {
		size := in.number()
		if size == 0 {
			break
		}
		record := in.take(size)
		head, rest := cut(record)
		at, n := binary.Uvarint(rest)
		if in.bad || head == nil || n <= 0 {
			return tail{}, errArticles
		}
		length, n := binary.Uvarint(rest[n:])
		if n <= 0 || length > 1<<32-1 {
			return tail{}, errArticles
		}
		if err := visit(count, head, place{at, uint32(length)}); err != nil {
			return tail{}, err
		}
	}
	t := tail{}
	written := in.place()
	t.texts = in.place()
	if segment := in.take(4); segment != nil {
		t.segment = binary.BigEndian.Uint32(segment)
	}
	if in.bad || written != uint64(count) {
		return tail{}, errArticles
	}
	for field := range t.lengths {
		t.lengths[field] = make([]uint32, count)
		for n := range count {
			t.lengths[field][n] = uint32(in.number())
		}
	}
	want := in.sum
	if sum := in.take(crc32.Size); in.bad || binary.BigEndian.Uint32(sum) != want || in.left != 0 {
		return tail{}, errArticles
	}
	return t, nil
}

// cut cuts a text with its length from the start of a record; nil is none.
func cut(record []byte) (text, rest []byte) {
	size, n := binary.Uvarint(record)
	if n <= 0 || size > uint64(len(record)-n) {
		return nil, nil
	}
	end := n + int(size)
	return record[n:end], record[end:]
}

// summed reads a file and sums it up. What is not there is 0.
type summed struct {
	in   *bufio.Reader
	left int64 // bytes
	sum  uint32
	room []byte
	bad  bool
}

// take reads so many bytes, which are valid until the next call.
func (s *summed) take(size uint64) []byte {
	if s.bad || size > uint64(s.left) {
		s.bad = true
		return nil
	}
	if uint64(cap(s.room)) < size {
		s.room = make([]byte, size)
	}
	return s.read(s.room[:size])
}

func (s *summed) read(to []byte) []byte {
	for n := 0; n < len(to); {
		k, err := s.in.Read(to[n:])
		if n += k; n < len(to) && err != nil {
			s.bad = true
			return nil
		}
	}
	s.left -= int64(len(to))
	s.sum = crc32.Update(s.sum, crc32.IEEETable, to)
	return to
}

func (s *summed) place() uint64 {
	if b := s.take(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

// number reads a number as binary.AppendUvarint writes it.
func (s *summed) number() uint64 {
	data, _ := s.in.Peek(int(min(binary.MaxVarintLen64, max(s.left, 0))))
	n, size := binary.Uvarint(data)
	if s.bad || size <= 0 {
		s.bad = true
		return 0
	}
	s.take(uint64(size))
	return n
}
