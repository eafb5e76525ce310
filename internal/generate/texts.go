package generate

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// texts are the contents of articles, one behind the other in a file of a
// store's folder.
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

// open returns the file, a new one when there is none. The lock is held.
func (t *texts) open() (_ *os.File, err error) {
	if t.file == nil && t.name != "" {
		t.file, err = openScratch(filepath.Join(t.dir, t.name), os.O_RDWR)
		if err == nil {
			t.size, err = t.file.Seek(0, io.SeekEnd)
		}
		if !errors.Is(err, os.ErrNotExist) {
			return t.file, err
		}
	}
	if t.file == nil {
		if t.file, err = os.CreateTemp(t.dir, "texts-*"); err != nil {
			return nil, err
		}
		t.name, t.size = filepath.Base(t.file.Name()), 0
	}
	return t.file, nil
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

// sweep removes files that no index names.
func (t *texts) sweep() error {
	names, err := filepath.Glob(filepath.Join(t.dir, "texts-*"))
	for _, name := range names {
		if filepath.Base(name) != t.name {
			err = errors.Join(err, os.RemoveAll(name))
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
