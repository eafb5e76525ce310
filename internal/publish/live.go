package publish

import (
	"context"
	"os"
	"path/filepath"
)

// live is the release that was live when a Writer began. All methods may be
// called on nil, which holds nothing.
//
// It is asked about every file of every build, so it uses plain paths, one
// system call each; nothing is written through them.
type live struct {
	id       string
	dir      string // as an OS path
	manifest *Manifest
}

// Fresh makes the Writer compare with nothing and link from nothing: every
// file is written again, and Commit makes a release even if nothing changed.
// It must be called before the first file is put.
func (w *Writer) Fresh() { w.live = nil }

// Doubt makes the Writer read all of the live release, as a server does before
// it serves one, and take nothing over from one that a server would refuse. It
// is for a release that is not as the last build left it, and must be called
// before the first file is put. Otherwise hashes are trusted, and sizes of pages
// compared.
func (w *Writer) Doubt(ctx context.Context) error {
	if w.live != nil && tryRelease(ctx, w.dir, w.live.id, w.index) != nil {
		w.Fresh()
	}
	return ctx.Err()
}

// openLive reads the manifest of the live release. One that cannot be read, or
// is of another schema, is nil: the release is then made from nothing.
func openLive(dir, id string) *live {
	if id == "" {
		return nil
	}
	l := &live{id: id, dir: filepath.Join(dir, id)}
	data, err := readPlain(filepath.Join(l.dir, manifestName))
	if err != nil {
		return nil
	}
	if l.manifest, err = decodeManifest(data); err != nil {
		return nil
	}
	return l
}

// size is the size of a file, by its name in the release; -1 if it is not
// there.
func (l *live) size(name string) int64 {
	if l == nil {
		return -1
	}
	info, err := os.Lstat(filepath.Join(l.dir, filepath.FromSlash(name)))
	if err != nil || !info.Mode().IsRegular() {
		return -1
	}
	return info.Size()
}

// holds reports whether a file has this content. The manifest is trusted for
// the hash but not for the length: a file can have been cut short by a power
// cut, and must not be handed on from release to release.
func (l *live) holds(name, sum string, size int64) bool {
	return l != nil && l.manifest.sumOf(name) == sum && l.size(name) == size
}

// made reports whether a variant was made in this way, and not put as a file of
// its own, whose content may be any.
func (l *live) made(name, how string) bool {
	_, ext, _ := cutVariant(name)
	return l != nil && l.manifest.sumOf(name) == "" && l.manifest.Variants[ext] == how
}
