package generate

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"strings"
)

// The files of the store's folder end in a sum of all before, and are put into
// place by a rename. Whatever else is in the folder by their names, a pipe or a
// folder, is as good as nothing and makes way: nothing there is anybody's.

// readScratch reads a file, all but its sum.
func readScratch(name string) (string, error) {
	f, err := openScratch(name, os.O_RDONLY)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	size := info.Size() - crc32.Size
	if size < 0 {
		return "", errIndex
	}
	var text strings.Builder
	text.Grow(int(size))
	sum := crc32.New(checksums)
	if _, err := io.CopyN(io.MultiWriter(&text, sum), f, size); err != nil {
		return "", err
	}
	var want [crc32.Size]byte
	if _, err := io.ReadFull(f, want[:]); err != nil {
		return "", err
	}
	if binary.LittleEndian.Uint32(want[:]) != sum.Sum32() {
		return "", errIndex
	}
	return text.String(), nil
}

// openScratch opens a plain file, but nothing else: who opens a pipe waits for
// ever.
func openScratch(name string, flag int) (*os.File, error) {
	info, err := os.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a plain file: %w", name, os.ErrNotExist)
	}
	return os.OpenFile(name, flag, 0)
}

// writeScratch writes a file anew, with its sum.
func writeScratch(name string, fill func(io.Writer) error) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("generate: %w", err)
		}
	}()
	temp := name + ".tmp"
	if err := os.RemoveAll(temp); err != nil {
		return err
	}
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	sum := crc32.New(checksums)
	w := bufio.NewWriterSize(io.MultiWriter(f, sum), 1<<18)
	err = fill(w)
	if err = errors.Join(err, w.Flush()); err == nil {
		_, err = f.Write(binary.LittleEndian.AppendUint32(nil, sum.Sum32()))
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if info, err := os.Lstat(name); err == nil && info.IsDir() {
		if err := os.RemoveAll(name); err != nil {
			return err
		}
	}
	return os.Rename(temp, name)
}
