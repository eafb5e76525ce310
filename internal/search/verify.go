package search

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrDamaged is returned by Verify for an index that is not as it was written.
var ErrDamaged = errors.New("search: the index is damaged or not all there")

// Verify reads the segments of the index in a folder once and compares each
// with the checksum at its end. Nobody else ever does: a segment is mapped into
// memory, and a damaged one would answer wrongly, or not at all, when a
// question first comes upon the place. What lies beside the segments is
// checked by Open.
func Verify(ctx context.Context, dir string) error {
	segments, err := filepath.Glob(filepath.Join(dir, "store", "*.zap"))
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	for _, name := range segments {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := verifySegment(name); err != nil {
			return err
		}
	}
	return nil
}

// Size is how many bytes the files of an index have; of what cannot be read,
// none.
func Size(dir string) (bytes int64) {
	_ = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil
		}
		if info, err := entry.Info(); err == nil {
			bytes += info.Size()
		}
		return nil
	})
	return bytes
}

func verifySegment(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	const sumSize = 4
	h := crc32.NewIEEE()
	if info.Size() < sumSize {
		return fmt.Errorf("%w: segment %s", ErrDamaged, filepath.Base(name))
	}
	if _, err := io.CopyBuffer(h, struct{ io.Reader }{io.LimitReader(f, info.Size()-sumSize)}, make([]byte, 256<<10)); err != nil {
		return fmt.Errorf("search: %s: %w", filepath.Base(name), err)
	}
	var sum [sumSize]byte
	if _, err := io.ReadFull(f, sum[:]); err != nil {
		return fmt.Errorf("search: %s: %w", filepath.Base(name), err)
	}
	if binary.BigEndian.Uint32(sum[:]) != h.Sum32() {
		return fmt.Errorf("%w: segment %s", ErrDamaged, filepath.Base(name))
	}
	return nil
}
