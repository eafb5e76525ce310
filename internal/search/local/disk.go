package local

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"unsafe"

	"whyfix/internal/record"
	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/store"
)

// diskSegment is a segment on a disk, and the texts that lie beside it.
type diskSegment struct {
	*store.Segment
	sizes  [headings + 1][]uint32
	gone   []uint32 // sorted
	texts  *os.File
	places []place // of texts
}

func (z *diskSegment) articles() int { return z.Documents() }

func (z *diskSegment) lengths(field engine.Field) []uint32 {
	for f, name := range fields[:len(z.sizes)] {
		if name == field {
			return z.sizes[f]
		}
	}
	return nil
}

func (z *diskSegment) postings(field engine.Field, term string) (postings, error) {
	p, err := z.Postings(string(field), term)
	if err != nil {
		return nil, damaged(err)
	}
	if p == nil {
		return noPostings{}, nil
	}
	left, err := z.left(p)
	return &diskPostings{p, left}, err
}

// left is how many documents of postings are not gone.
func (z *diskSegment) left(p *store.Postings) (int, error) {
	n, err := p.Among(z.gone)
	return p.Count() - n, damaged(err)
}

func (z *diskSegment) vocabulary(field engine.Field, from, before string, visit func(term string, count int) bool) error {
	var failed error
	err := z.Vocabulary(string(field), from, before, func(term string, p *store.Postings) bool {
		left, err := z.left(p)
		if failed = err; err != nil {
			return false
		}
		return left == 0 || visit(term, left)
	})
	if failed != nil {
		return failed
	}
	return damaged(err)
}

func (z *diskSegment) body(n uint32) (engine.Body, error) {
	data := make([]byte, z.places[n].size)
	if _, err := z.texts.ReadAt(data, int64(z.places[n].at)); err != nil {
		return engine.Body{}, fmt.Errorf("%w: %w", errArticles, err)
	}
	// Nobody else has the data, and its parts are what the body is made of: to
	// copy it would be a quarter of what a question allocates.
	summary, sections, err := article.ReadBody(unsafe.String(unsafe.SliceData(data), len(data)))
	if err != nil {
		return engine.Body{}, fmt.Errorf("%w: %w", errArticles, err)
	}
	return engine.Body{Summary: summary, Sections: sections}, nil
}

// diskPostings are postings on a disk.
type diskPostings struct {
	list *store.Postings
	left int
}

func (p *diskPostings) count() int { return p.left }
func (p *diskPostings) each(visit func(docs, counts []uint32)) error {
	return damaged(p.list.Each(visit))
}

func (p *diskPostings) find(docs, counts []uint32) error { return damaged(p.list.Find(docs, counts)) }

// damaged says of an error of the store that the index is damaged.
func damaged(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", engine.ErrDamaged, err)
}

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
	Lengths [headings + 1][]uint32 // by counting field, then article
	Segment uint32                 // the sum of the segment they belong to
	Texts   uint64                 // how long the texts are
}

// encoded are articles that follow each other, as the two files have them: of
// each how long its text is, then its record; and its text.
type encoded struct{ articles, texts []byte }

func (e *encoded) add(d *article.Document) {
	before := len(e.texts)
	e.texts = d.AppendBody(e.texts)
	size := uint32(len(e.texts) - before)
	e.articles = d.AppendHead(record.Append(e.articles, &size))
}

// waitingPart is a part, or the beginning of one, that is not to be written yet.
type waitingPart struct {
	encoded
	whole bool
}

// How much of a part is written at a time, and how much of parts may wait for
// their turn; beyond that those who make them wait, too.
const (
	someEncoded = 1 << 20
	mostWaiting = 16 << 20
)

func (e *encoded) size() int { return len(e.articles) + len(e.texts) }

// articleWriter writes the two files.
type articleWriter struct {
	articles, texts *os.File
	mu              sync.Mutex
	turn            sync.Cond            // of mu: another part is to be written, or none any more
	next            int                  // the part to be written
	waiting         map[int]*waitingPart // parts that came before their turn
	held            int                  // bytes of these
	stopped         error                // why a part will not be put; nil: all will
	sum             uint32               // of the articles so far
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
	w := &articleWriter{articles: articles, texts: texts, waiting: map[int]*waitingPart{}}
	w.turn.L = &w.mu
	if err := w.write([]byte(articlesMagic)); err != nil {
		return nil, errors.Join(err, w.drop())
	}
	return w, nil
}

// put writes articles of a part, counted from 0, as soon as those of all parts
// before it are written; whole says that there are no more of it. Several parts may
// be put side by side, if they are begun in their order.
func (w *articleWriter) put(part int, e *encoded, whole bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for part != w.next && w.held > mostWaiting && w.stopped == nil {
		w.turn.Wait()
	}
	if w.stopped != nil {
		return w.stopped
	}
	if part != w.next {
		at := w.waiting[part]
		if at == nil {
			at = &waitingPart{}
			w.waiting[part] = at
		}
		at.articles, at.texts, at.whole = append(at.articles, e.articles...), append(at.texts, e.texts...), whole
		w.held += e.size()
		return nil
	}
	err := w.append(e)
	for err == nil && whole {
		w.next++
		w.turn.Broadcast()
		at := w.waiting[w.next]
		if at == nil {
			break
		}
		delete(w.waiting, w.next)
		w.held -= at.size()
		err, whole = w.append(&at.encoded), at.whole
	}
	return err
}

// stop lets nobody wait any more: a part could not be made.
func (w *articleWriter) stop(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = cmp.Or(w.stopped, err)
	w.turn.Broadcast()
}

func (w *articleWriter) append(e *encoded) error {
	w.textLength += uint64(len(e.texts))
	err := w.write(e.articles)
	if err == nil {
		_, err = w.texts.Write(e.texts)
	}
	return err
}

func (w *articleWriter) write(data []byte) error {
	w.sum = crc32.Update(w.sum, crc32.IEEETable, data)
	_, err := w.articles.Write(data)
	return err
}

// close completes the files: the tail, and the sum of all.
func (w *articleWriter) close(t tail) error {
	t.Texts = w.textLength
	err := w.write(record.Append(nil, &t))
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

// readArticles calls visit for so many articles, in the order in which they
// were written. What a document is made of are parts of what was read of the file,
// some megabytes at a time: all of it is a hundred megabytes for each hundred
// thousand articles.
func readArticles(dir, suffix string, count int, visit func(n int, d *article.Document, text place) error) (t tail, err error) {
	file, err := os.Open(filepath.Join(dir, articlesFile+suffix))
	if err != nil {
		return tail{}, fmt.Errorf("%w: %w", errArticles, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || info.Size() < crc32.Size {
		return tail{}, errArticles
	}
	in := recordReader{in: file, left: info.Size() - crc32.Size}
	err = in.next(func(data string) (string, error) {
		rest, ok := strings.CutPrefix(data, articlesMagic)
		if !ok {
			return "", errArticles
		}
		return rest, nil
	})
	if err != nil {
		return tail{}, errArticles
	}
	at := uint64(0)
	for n := range count {
		var size uint32
		var d *article.Document
		err := in.next(func(data string) (rest string, err error) {
			if rest, err = record.Read(data, &size); err == nil {
				d, rest, err = article.ReadHead(rest)
			}
			return rest, err
		})
		if err != nil {
			return tail{}, fmt.Errorf("%w: %w", errArticles, err)
		}
		if err := visit(n, d, place{at, size}); err != nil {
			return tail{}, err
		}
		at += uint64(size)
	}
	err = in.next(func(data string) (string, error) { return record.Read(data, &t) })
	if err != nil || in.rest != "" || in.left > 0 || at != t.Texts {
		return tail{}, errArticles
	}
	var sum [crc32.Size]byte
	if _, err := io.ReadFull(file, sum[:]); err != nil || binary.BigEndian.Uint32(sum[:]) != in.sum {
		return tail{}, errArticles
	}
	return t, nil
}

// recordReader reads a file of records one after the other, without having all of
// it. Nothing that it gave may be used for good before the sum was compared.
type recordReader struct {
	in   io.Reader
	left int64  // bytes that were not read
	rest string // that were read, and are in no record yet
	sum  uint32 // of all that was read
}

// recordsRead is how much is read at a time.
const recordsRead = 1 << 20

// next reads a record, and returns what stands behind it. A record that is not all
// there cannot be read, so more is read until it can.
func (r *recordReader) next(read func(data string) (rest string, err error)) error {
	for {
		rest, err := read(r.rest)
		if err == nil {
			r.rest = rest
			return nil
		}
		if r.left == 0 {
			return err
		}
		had := len(r.rest)
		data := make([]byte, int64(had)+min(max(recordsRead, int64(had)), r.left))
		copy(data, r.rest)
		if _, err := io.ReadFull(r.in, data[had:]); err != nil {
			return err
		}
		r.sum = crc32.Update(r.sum, crc32.IEEETable, data[had:])
		r.left -= int64(len(data) - had)
		r.rest = unsafe.String(unsafe.SliceData(data), len(data)) // nobody else has it
	}
}
