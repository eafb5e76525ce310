package build

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/inode"
	"whyfix/internal/markdown"
	"whyfix/internal/record"
	"whyfix/internal/search"
	"whyfix/internal/site"
)

// Store keeps, from one build to the next, what was read of each file and what
// each page was made of. It lies in a folder of its own beside the releases.
// Nothing depends on it but time: without it, or when it is of another
// program, everything is read and made again.
//
// The folder has two files. The index is written anew by each build and put
// into place by a rename; the texts only grow, until more than half of them is
// of no use. A build that dies leaves the index of the one before, and behind
// the texts some bytes that nobody asks for. A lost or damaged text is noticed
// by its checksum and read from its article again.
type Store struct {
	dir     string
	files   map[string]*kept  // by path
	made    map[string]madeOf // by path below www/
	lists   []storedPage      // see Lists; they show no text
	name    string            // of the file of texts
	model   [32]byte          // of which the pages were made; see modelKey
	parts   modelParts
	indexed indexed
	base    *search.Base // of the last index
	history *history     // of the files in git; nil: not known
	delta   delta        // what the files are beside the last time
	// Records of files as they were read: what has not changed is not written anew.
	records map[string]string
	options string // the settings that reading depended on

	mu    sync.Mutex // guards what follows, and adding
	texts *os.File   // nil before the first text is asked for or added
	size  int64
}

// kept is what was read of one file.
type kept struct {
	Stat    inode.Stat
	ReadAt  int64            // in nanoseconds since 1970
	Sum     [16]byte         // of the bytes
	Facts   [16]byte         // of what other pages may know of an article; of a folder's page: of all
	Text    span             // of an article: its content in the file of texts
	Article *content.Article // with the outline of its document; nil for what is no article
	Diags   diag.List
	Asset   site.Asset
}

// span is a part of the file of texts.
type span struct {
	At     int64
	Length int64
	Check  uint32
}

// madeOf is a file of the site: what it was made of, and what came of it.
type madeOf struct {
	Key  [16]byte // see pageKey
	Text [16]byte // of the file of its text; zero when it shows none
	Sum  string
	Size int64
}

// stored is the index but for the files. It is kept as a text, and the records
// of the files as texts behind it, so that all can be read at once.
type stored struct {
	Name    string // of the file of texts
	Options string
	Model   [32]byte
	Parts   modelParts
	Made    []storedPage
	Lists   []storedPage
	Indexed indexed
	Base    *search.Base
	History *history
}

type storedFile struct {
	Path string
	Kept kept
}

type storedPage struct {
	File string
	Made madeOf
}

const indexName = "index"

var checksums = crc32.MakeTable(crc32.Castagnoli)

// storeKey is what all that is kept depends on beside the files: the program,
// how records look, and what a day is on this machine.
var storeKey = sync.OnceValues(func() (string, error) {
	name, err := os.Executable()
	if err != nil {
		return "", err
	}
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := crc32.New(checksums)
	size, err := io.Copy(sum, f)
	if err != nil {
		return "", err
	}
	zone, offset := time.Now().Zone()
	shape := sha256.Sum256([]byte(record.Shape[stored]() + record.Shape[storedFile]()))
	return fmt.Sprintf("whyfix %x %x %x %s %d\n", size, sum.Sum32(), shape[:8], zone, offset), nil
})

// OpenStore opens the store in a folder, which is made if need be; empty: as if
// nothing had been kept. The caller sees to it that nobody else has it open.
func OpenStore(dir string, empty bool) (*Store, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("build: %w", err)
	}
	s := &Store{dir: dir, files: map[string]*kept{}, made: map[string]madeOf{}, records: map[string]string{}}
	if !empty {
		s.read()
	}
	return s, nil
}

// read reads the index. One that cannot be read, or is of another program, is
// as good as none.
func (s *Store) read() {
	rest, err := s.readIndex()
	if err != nil {
		return
	}
	var records []string
	for rest != "" {
		var text string
		if rest, err = record.Read(rest, &text); err != nil {
			return
		}
		records = append(records, text)
	}
	if len(records) == 0 {
		return
	}
	var (
		wg       sync.WaitGroup
		index    stored
		indexErr error
		made     map[string]madeOf
	)
	head, records := records[0], records[1:]
	wg.Go(func() {
		_, indexErr = record.Read(head, &index)
		made = make(map[string]madeOf, len(index.Made))
		for _, p := range index.Made {
			made[p.File] = p.Made
		}
	})
	files := make([]storedFile, len(records))
	err = parallel(context.Background(), len(files), func(i int) error {
		_, err := record.Read(records[i], &files[i])
		return err
	})
	wg.Wait()
	if err != nil || indexErr != nil {
		return
	}
	s.name, s.options, s.model, s.parts = index.Name, index.Options, index.Model, index.Parts
	s.lists, s.indexed, s.base, s.history = index.Lists, index.Indexed, index.Base, index.History
	s.made, s.files, s.records = made, make(map[string]*kept, len(files)), make(map[string]string, len(files))
	for i := range files {
		f := &files[i]
		s.files[f.Path], s.records[f.Path] = &f.Kept, records[i]
	}
}

// Empty reports whether nothing is kept.
func (s *Store) Empty() bool { return len(s.files) == 0 }

// readIndex reads what Save wrote behind the key, into one string, of which
// records then are parts.
func (s *Store) readIndex() (string, error) {
	key, err := storeKey()
	if err != nil {
		return "", err
	}
	text, err := readScratch(filepath.Join(s.dir, indexName))
	if err != nil {
		return "", err
	}
	rest, ok := strings.CutPrefix(text, key)
	if !ok {
		return "", errIndex
	}
	return rest, nil
}

// errIndex is returned for an index of another program, or a damaged one.
var errIndex = errors.New("build: the index of what is kept is of no use")

// recall are the files as they were read.
func (s *Store) recall() map[string]cached {
	out := make(map[string]cached, len(s.files))
	for p, k := range s.files {
		out[p] = cached{
			stat: k.Stat, readAt: time.Unix(0, k.ReadAt),
			article: k.Article, diags: k.Diags, asset: k.Asset, sum: k.Sum, facts: k.Facts, text: k.Text,
		}
	}
	return out
}

// keep takes what was read of the files in place of all that was kept.
func (s *Store) keep(options string, files []content.File, read []cached) {
	was := s.files
	s.delta = delta{}
	s.options, s.files = options, make(map[string]*kept, len(files))
	for i, f := range files {
		c, before := &read[i], was[f.Path]
		if f.Class == content.ClassSetting || c.article == nil && f.Class != content.ClassAsset {
			continue
		}
		if before != nil && before.ReadAt == c.readAt.UnixNano() {
			s.files[f.Path] = before
			continue
		}
		k := &kept{
			Stat: c.stat, ReadAt: c.readAt.UnixNano(), Sum: c.sum, Facts: c.facts,
			Text: c.text, Article: c.article, Diags: c.diags, Asset: c.asset,
		}
		delete(s.records, f.Path)
		s.files[f.Path] = k
		if c.article != nil {
			s.delta.count(k, before)
		}
	}
	for p, k := range was {
		if _, still := s.files[p]; !still && k.Article != nil {
			s.delta.gone++
		}
	}
}

// open opens the file of texts, a new one when there is none. The lock is held.
func (s *Store) open() error {
	if s.texts != nil {
		return nil
	}
	var err error
	if s.name != "" {
		s.texts, err = openScratch(filepath.Join(s.dir, s.name), os.O_RDWR)
		if err == nil {
			s.size, err = s.texts.Seek(0, io.SeekEnd)
		}
		if !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	s.texts, s.name, err = s.newTexts()
	s.size = 0
	return err
}

// newTexts makes a file of texts with a name that none has had.
func (s *Store) newTexts() (*os.File, string, error) {
	n, _ := strconv.Atoi(strings.TrimPrefix(s.name, "texts-"))
	for {
		n++
		name := "texts-" + strconv.Itoa(n)
		f, err := os.OpenFile(filepath.Join(s.dir, name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
		if !errors.Is(err, os.ErrExist) {
			return f, name, err
		}
	}
}

// add keeps a text.
func (s *Store) add(text []byte) (span, error) {
	s.mu.Lock()
	err := s.open()
	at, texts := s.size, s.texts
	s.size += int64(len(text))
	s.mu.Unlock()
	if err == nil {
		_, err = texts.WriteAt(text, at)
	}
	if err != nil {
		return span{}, fmt.Errorf("build: keeping a text: %w", err)
	}
	return span{at, int64(len(text)), crc32.Checksum(text, checksums)}, nil
}

// errText is returned for a text that is not what was kept.
var errText = errors.New("build: a text that was kept is damaged")

// text is a text that was kept.
func (s *Store) text(at span) (string, error) {
	s.mu.Lock()
	err := s.open()
	texts := s.texts
	s.mu.Unlock()
	if err != nil {
		return "", fmt.Errorf("build: %w", err)
	}
	data := make([]byte, at.Length)
	if _, err := texts.ReadAt(data, at.At); err != nil || crc32.Checksum(data, checksums) != at.Check {
		return "", errText
	}
	return string(data), nil
}

// Save writes the index of what is kept now.
func (s *Store) Save() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.compact(); err != nil {
		return fmt.Errorf("build: %w", err)
	}
	index := stored{Name: s.name, Options: s.options, Model: s.model, Parts: s.parts, Lists: s.lists, Indexed: s.indexed, Base: s.base, History: s.history}
	for _, p := range slices.Sorted(maps.Keys(s.made)) {
		index.Made = append(index.Made, storedPage{p, s.made[p]})
	}
	key, err := storeKey()
	if err != nil {
		return fmt.Errorf("build: %w", err)
	}
	err = writeScratch(filepath.Join(s.dir, indexName), func(w io.Writer) error {
		if _, err := io.WriteString(w, key); err != nil {
			return err
		}
		text := string(record.Append(nil, &index))
		if _, err := w.Write(record.Append(nil, &text)); err != nil {
			return err
		}
		return s.writeFiles(w)
	})
	if err != nil {
		return err
	}
	return s.sweep()
}

// writeFiles writes the records of the files. Many are made at a time: to make
// those of a whole site takes longer than to commit it, and to have them all
// would be memory.
func (s *Store) writeFiles(w io.Writer) error {
	for names := range slices.Chunk(slices.Sorted(maps.Keys(s.files)), 1000) {
		records := make([][]byte, len(names))
		_ = parallel(context.Background(), len(names), func(i int) error {
			text, known := s.records[names[i]]
			if !known {
				made := buffers.Get().(*[]byte)
				defer buffers.Put(made)
				*made = record.Append((*made)[:0], &storedFile{names[i], *s.files[names[i]]})
				text = string(*made)
			}
			records[i] = record.Append(nil, &text)
			return nil
		})
		for _, r := range records {
			if _, err := w.Write(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// compact copies the texts that are still of use into a new file when they are
// less than half of the old one.
func (s *Store) compact() error {
	var used int64
	for _, f := range s.files {
		used += f.Text.Length
	}
	if s.texts == nil || s.size <= 2*used+1<<20 {
		return nil
	}
	old := s.texts
	fresh, name, err := s.newTexts()
	if err != nil {
		return err
	}
	var at int64
	for _, p := range slices.Sorted(maps.Keys(s.files)) {
		f := s.files[p]
		if f.Text.Length == 0 {
			continue
		}
		n, err := io.Copy(io.NewOffsetWriter(fresh, at), io.NewSectionReader(old, f.Text.At, f.Text.Length))
		if err != nil || n != f.Text.Length {
			return errors.Join(err, fresh.Close(), os.Remove(fresh.Name()))
		}
		f.Text.At = at
		at += n
		delete(s.records, p)
	}
	s.texts, s.name, s.size = fresh, name, at
	return old.Close()
}

// sweep removes files of texts that no index names.
func (s *Store) sweep() error {
	names, err := filepath.Glob(filepath.Join(s.dir, "texts-*"))
	for _, name := range names {
		if filepath.Base(name) != s.name {
			err = errors.Join(err, os.RemoveAll(name))
		}
	}
	return err
}

// Close gives the store's files back. What was not saved is forgotten.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.texts == nil {
		return nil
	}
	err := s.texts.Close()
	s.texts = nil
	return err
}

// whole is an outline with its content.
func (s *Store) whole(doc *markdown.Document, at span) (*markdown.Document, error) {
	text, err := s.text(at)
	if err != nil {
		return nil, err
	}
	return doc.WithContent(text)
}
