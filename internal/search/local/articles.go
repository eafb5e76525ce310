package local

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"sync"

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

// encoded are articles that follow each other, as the two files have them.
type encoded struct {
	count           int
	articles, texts []byte
	head            []byte // of the last article
}

// add appends an article: its record is what is kept of it, and how long its
// text is.
func (e *encoded) add(d *article.Document) {
	e.count++
	e.head = d.AppendHead(e.head[:0])
	before := len(e.texts)
	e.texts = d.AppendBody(e.texts)
	size := uint64(len(e.texts) - before)
	e.articles = binary.AppendUvarint(e.articles, uint64(len(e.head)))
	e.articles = binary.AppendUvarint(e.articles, size)
	e.articles = append(e.articles, e.head...)
}

// articleWriter writes the two files.
type articleWriter struct {
	articles, texts *os.File
	mu              sync.Mutex
	next            int              // the part to be written
	waiting         map[int]*encoded // parts that came before their turn
	sum             uint32           // of the articles so far
	count           int
	textLength      uint64
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
	w := &articleWriter{articles: articles, texts: texts, waiting: map[int]*encoded{}}
	if err := w.write([]byte(articlesMagic)); err != nil {
		return nil, errors.Join(err, w.drop())
	}
	return w, nil
}

// put writes the articles of a part, counted from 0, as soon as those of all
// parts before it are written. Several may be put at a time.
func (w *articleWriter) put(part int, e *encoded) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting[part] = e
	for {
		e, came := w.waiting[w.next]
		if !came {
			return nil
		}
		delete(w.waiting, w.next)
		w.next++
		w.count += e.count
		w.textLength += uint64(len(e.texts))
		if err := w.write(e.articles); err != nil {
			return err
		}
		if _, err := w.texts.Write(e.texts); err != nil {
			return err
		}
	}
}

func (w *articleWriter) write(data []byte) error {
	w.sum = crc32.Update(w.sum, crc32.IEEETable, data)
	_, err := w.articles.Write(data)
	return err
}

// close completes the files: an article of length 0, the tail, and the sum of
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
		_, err = w.articles.Write(binary.BigEndian.AppendUint32(nil, w.sum))
	}
	return errors.Join(err, w.drop())
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
	for at := uint64(0); ; count++ {
		size := in.number()
		if size == 0 {
			break
		}
		length := in.number()
		head := in.take(size)
		if in.bad || length > 1<<32-1 {
			return tail{}, errArticles
		}
		if err := visit(count, head, place{at, uint32(length)}); err != nil {
			return tail{}, err
		}
		at += length
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
