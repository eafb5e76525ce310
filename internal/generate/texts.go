package generate

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// texts are the contents of articles, one behind the other in a file of a
// store's folder. Each new file has a name that none has had, so that an index
// never leads into another one's texts.
type texts struct {
	dir string

	mu   sync.Mutex // guards what follows, and adding
	name string     // of the file; empty: none yet
	file *os.File   // nil before the first text is asked for or added
	size int64
}

// span is a part of the file of texts.
type span struct {
	At     int64
	Length int64
	Check  uint32
}

var checksums = crc32.MakeTable(crc32.Castagnoli)

// errText is returned for a text that is not what was kept.
var errText = errors.New("generate: a text that was kept is damaged")

// open returns the file and its size, a new one when there is none. The lock is
// held.
func (t *texts) open() (*os.File, error) {
	if t.file != nil {
		return t.file, nil
	}
	var err error
	if t.name != "" {
		t.file, err = os.OpenFile(filepath.Join(t.dir, t.name), os.O_RDWR, 0)
		if err == nil {
			t.size, err = t.file.Seek(0, io.SeekEnd)
		}
		if !errors.Is(err, os.ErrNotExist) {
			return t.file, err
		}
	}
	t.file, t.name, err = t.create()
	t.size = 0
	return t.file, err
}

// create makes a file with a new name.
func (t *texts) create() (*os.File, string, error) {
	n, _ := strconv.Atoi(strings.TrimPrefix(t.name, "texts-"))
	for {
		n++
		name := "texts-" + strconv.Itoa(n)
		f, err := os.OpenFile(filepath.Join(t.dir, name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
		if !errors.Is(err, os.ErrExist) {
			return f, name, err
		}
	}
}

// add keeps a text.
func (t *texts) add(text []byte) (span, error) {
	t.mu.Lock()
	file, err := t.open()
	at := t.size
	t.size += int64(len(text))
	t.mu.Unlock()
	if err == nil {
		_, err = file.WriteAt(text, at)
	}
	if err != nil {
		return span{}, fmt.Errorf("generate: keeping a text: %w", err)
	}
	return span{at, int64(len(text)), crc32.Checksum(text, checksums)}, nil
}

// read is a text that was kept.
func (t *texts) read(at span) (string, error) {
	t.mu.Lock()
	file, err := t.open()
	t.mu.Unlock()
	if err != nil {
		return "", fmt.Errorf("generate: %w", err)
	}
	data := make([]byte, at.Length)
	if _, err := file.ReadAt(data, at.At); err != nil || crc32.Checksum(data, checksums) != at.Check {
		return "", errText
	}
	return string(data), nil
}

// compact copies the texts that are still of use into a new file when they are
// less than half of the old one. It reports whether it did: then they have other
// places.
func (t *texts) compact(used []*span) (bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var size int64
	for _, s := range used {
		size += s.Length
	}
	if t.file == nil || t.size <= 2*size+1<<20 {
		return false, nil
	}
	fresh, name, err := t.create()
	if err != nil {
		return false, err
	}
	var at int64
	places := make([]int64, len(used))
	for i, s := range used {
		n, err := io.Copy(io.NewOffsetWriter(fresh, at), io.NewSectionReader(t.file, s.At, s.Length))
		if err != nil || n != s.Length {
			return false, errors.Join(err, fresh.Close(), os.Remove(fresh.Name()))
		}
		places[i] = at
		at += n
	}
	for i, s := range used {
		s.At = places[i]
	}
	old := t.file
	t.file, t.name, t.size = fresh, name, at
	return true, old.Close()
}

// sweep removes files that no index names.
func (t *texts) sweep() error {
	names, err := filepath.Glob(filepath.Join(t.dir, "texts-*"))
	for _, name := range names {
		if filepath.Base(name) != t.name {
			err = errors.Join(err, os.Remove(name))
		}
	}
	return err
}

// close gives the file back.
func (t *texts) close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.file == nil {
		return nil
	}
	err := t.file.Close()
	t.file = nil
	return err
}
