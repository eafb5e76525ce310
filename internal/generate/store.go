package generate

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
	"strings"
	"sync"
	"time"

	"whyfix/internal/content"
	"whyfix/internal/markdown"
	"whyfix/internal/record"
	"whyfix/internal/search"
)

// Store keeps, from one build to the next, what was read of each file and what
// each page was made of. It lies in a folder of its own beside the releases.
// Nothing depends on it but time: without it, or when it is of another
// program, everything is read and made again.
//
// The folder has two files. The index is written anew by each build and put
// into place by a rename; the texts only grow. When more than half of them is of
// no use, all is forgotten: the next build is as if it were the first. A build that dies leaves the index of the one before, and behind
// the texts some bytes that nobody asks for. A lost or damaged text is noticed
// by its checksum and read from its article again.
//
// The zero Store knows nothing, and is for a release that leaves nothing behind.
type Store struct {
	stored
	texts   texts
	sources map[string]*source // by path
	records map[string]string  // of sources as they were read: what has not changed is not written anew
	delta   delta              // what the sources are beside the last time
}

// stored is the index but for the sources. It is kept as a text, and the records
// of the sources as texts behind it, so that all can be read at once.
type stored struct {
	Texts   string            // the name of the file
	Parsing string            // the settings that reading sources depended on
	Model   model             // of which the pages were made
	Made    map[string]madeOf // the pages, by path below www/
	Lists   map[string]madeOf // see Lists; they show no text
	Indexed indexed
	Base    *search.Base // of the last index
	History *history     // of the files in git; nil: not known
}

type storedSource struct {
	Path   string
	Source source
}

// madeOf is a file of the site: what it was made of, and what came of it.
type madeOf struct {
	Key  [16]byte // see pageKey
	Text [16]byte // of the file of its text; zero when it shows none
	Sum  string
	Size int64
}

const indexName = "index"

// leastWaste is how many bytes of texts may always be of no use.
const leastWaste = 1 << 20

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
	shape := sha256.Sum256([]byte(record.Shape[stored]() + record.Shape[storedSource]()))
	return fmt.Sprintf("whyfix %x %x %x %s %d\n", size, sum.Sum32(), shape[:8], zone, offset), nil
})

// openStore opens the store in a folder, which is made if need be; empty: as if
// nothing had been kept. The caller sees to it that nobody else has it open.
func openStore(dir string, empty bool) (*Store, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	s := &Store{texts: texts{dir: dir}, records: map[string]string{}}
	if !empty {
		s.read()
	}
	return s, nil
}

// read reads the index. One that cannot be read, or is of another program, is
// as good as none.
func (s *Store) read() {
	rest, err := s.readIndex()
	var texts []string
	for err == nil && rest != "" {
		var text string
		rest, err = record.Read(rest, &text)
		texts = append(texts, text)
	}
	if err != nil || len(texts) == 0 {
		return
	}
	var index stored
	read := make([]storedSource, len(texts))
	err = parallel(context.Background(), len(texts), func(i int) error {
		if i == 0 {
			_, err := record.Read(texts[0], &index)
			return err
		}
		_, err := record.Read(texts[i], &read[i])
		return err
	})
	if err != nil {
		return
	}
	sources, used := make(map[string]*source, len(read)), int64(0)
	for i := 1; i < len(read); i++ {
		sources[read[i].Path] = &read[i].Source
		s.records[read[i].Path] = texts[i]
		used += read[i].Source.Text.Length
	}
	file, err := os.Stat(filepath.Join(s.texts.dir, index.Texts))
	if err == nil && file.Size() > 2*used+leastWaste {
		return
	}
	s.stored, s.texts.name, s.sources = index, index.Texts, sources
}

// readIndex reads what Save wrote behind the key, into one string, of which
// records then are parts.
func (s *Store) readIndex() (string, error) {
	key, err := storeKey()
	if err != nil {
		return "", err
	}
	text, err := readScratch(filepath.Join(s.texts.dir, indexName))
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
var errIndex = errors.New("generate: the index of what is kept is of no use")

// keep takes what was read of a folder in place of all that was kept.
func (s *Store) keep(f *Folder) {
	was := s.sources
	s.Parsing, s.sources, s.delta = f.parsing, make(map[string]*source, len(f.files)), delta{}
	for _, file := range f.files {
		now, before := f.sources[file.Path], was[file.Path]
		if now.Article == nil && file.Class != content.ClassAsset {
			continue // it is read each time
		}
		s.sources[file.Path] = now
		if now != before {
			delete(s.records, file.Path)
			s.delta.count(now, before)
		}
	}
	for p, before := range was {
		if s.sources[p] == nil && before.Article != nil {
			s.delta.gone++
		}
	}
}

// whole is an outline with its content.
func (s *Store) whole(doc *markdown.Document, at span) (*markdown.Document, error) {
	text, err := s.texts.read(at)
	if err != nil {
		return nil, err
	}
	return doc.WithContent(text)
}

// save writes the index of what is kept now.
func (s *Store) save() error {
	s.Texts = s.texts.name
	key, err := storeKey()
	if err != nil {
		return fmt.Errorf("generate: %w", err)
	}
	err = writeScratch(filepath.Join(s.texts.dir, indexName), func(w io.Writer) error {
		if _, err := io.WriteString(w, key); err != nil {
			return err
		}
		text := string(record.Append(nil, &s.stored))
		if _, err := w.Write(record.Append(nil, &text)); err != nil {
			return err
		}
		return s.writeSources(w)
	})
	if err != nil {
		return err
	}
	return s.texts.sweep()
}

// writeSources writes the records of the sources. Many are made at a time: to
// make those of a whole site takes longer than to commit it, and to have them
// all would be memory.
func (s *Store) writeSources(w io.Writer) error {
	for paths := range slices.Chunk(slices.Sorted(maps.Keys(s.sources)), 1000) {
		records := make([][]byte, len(paths))
		_ = parallel(context.Background(), len(paths), func(i int) error {
			text, known := s.records[paths[i]]
			if !known {
				buffer := buffers.Get().(*[]byte)
				defer buffers.Put(buffer)
				*buffer = record.Append((*buffer)[:0], &storedSource{paths[i], *s.sources[paths[i]]})
				text = string(*buffer)
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
