package publish

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"path/filepath"
	"strings"
	"sync"

	"whyfix/internal/disk"
)

// live is the release that was live when a Writer began. All methods may be
// called on nil, which holds nothing.
//
// Nothing of it is taken over by its name and size: a file is as the last build
// left it, or it is read and has the hash that the manifest has.
//
// It is asked about every file of every build, which costs a call to the system
// each; nothing is written.
type live struct {
	id       string
	dir      string       // as an OS path
	folder   *disk.Folder // of the releases
	manifest *Manifest
	left     map[string]disk.Stat     // see Trust; nil: nothing is known
	copies   func() map[string]string // the hashes of its variants, by name
	index    func() bool              // its index is as it was published
	stats    map[string]disk.Stat     // of the files of the index, when it was proven
}

// Fresh makes the Writer compare with nothing and link from nothing: every
// file is written again, and Commit makes a release even if nothing changed.
// It must be called before the first file is put.
func (w *Writer) Fresh() { w.live = nil }

// openLive reads the manifest of the live release. One that cannot be read is
// nil: the release is then made from nothing. Of one of the schema before, the
// manifest alone is of use.
func openLive(dir string, folder *disk.Folder, id string, index IndexRoot) (*live, *Manifest) {
	if id == "" {
		return nil, nil
	}
	l := &live{id: id, dir: filepath.Join(dir, id), folder: folder, stats: map[string]disk.Stat{}}
	data, err := disk.ReadPlain(filepath.Join(l.dir, manifestName))
	if err != nil {
		return nil, nil
	}
	if l.manifest, err = decodeManifest(data); err != nil {
		old, err := decodeOldManifest(data)
		if err != nil {
			return nil, nil
		}
		return nil, old
	}
	l.copies = sync.OnceValue(l.readCopies)
	l.index = sync.OnceValue(func() bool { return l.provesIndex(index) })
	return l, l.manifest
}

// readCopies are the hashes of the release's variants; none if they cannot be
// relied on.
func (l *live) readCopies() map[string]string {
	data, err := disk.ReadPlain(filepath.Join(l.dir, copiesName))
	if err != nil || Sum(data) != l.manifest.Copies {
		return nil
	}
	return decodeCopies(string(data))
}

// provesIndex reports whether all files of the index are as they were published.
func (l *live) provesIndex(index IndexRoot) bool {
	for name, sum := range l.manifest.Index {
		if checkPath(name) != nil {
			return false
		}
		if name = searchName + "/" + name; isIndexRoot(index, name) {
			says, err := index.Digest(filepath.Join(l.dir, searchName))
			if err != nil || saysPrefix+says != sum {
				return false
			}
			continue
		}
		stat, ok := l.proves(name, sum)
		if !ok {
			return false
		}
		l.stats[name] = stat
	}
	return true
}

// hashBuffers are used again for the files that are read.
var hashBuffers = sync.Pool{New: func() any { return new([64 << 10]byte) }}

// proves reports whether a file, by its name in the release, has the content
// with this hash, and how it was when that was known.
func (l *live) proves(name, sum string) (disk.Stat, bool) {
	file := l.id + "/" + name
	now, plain, err := l.folder.Look(file)
	if err != nil || !plain {
		return disk.Stat{}, false
	}
	if was, ok := l.left[name]; ok && was == now {
		return now, true
	}
	is, _, err := sumFile(l.folder, file)
	return now, err == nil && strings.HasPrefix(is, sum)
}

// sumFile is the SHA-256 of a file, and how that was.
func sumFile(folder *disk.Folder, name string) (string, disk.Stat, error) {
	h := sha256.New()
	stat, err := readFile(folder, name, func(part []byte) { h.Write(part) })
	return hex.EncodeToString(h.Sum(nil)), stat, err
}

// readFile gives what is in a file to visit, in parts.
func readFile(folder *disk.Folder, name string, visit func([]byte)) (disk.Stat, error) {
	buffer := hashBuffers.Get().(*[64 << 10]byte)
	defer hashBuffers.Put(buffer)
	return folder.Read(name, buffer[:], visit)
}

// has reports whether there is a file, by its name in the release.
func (l *live) has(name string) bool {
	return l != nil && l.manifest.sumOf(name) != ""
}

// holds reports whether a file has this content, and how it was when that was
// known.
func (l *live) holds(name, sum string, size int64) (disk.Stat, bool) {
	if l == nil || sum == "" || l.manifest.sumOf(name) != sum {
		return disk.Stat{}, false
	}
	stat, ok := l.proves(name, sum)
	return stat, ok && stat.Size == size
}

// variant is the variant of a file that is as it was, if it was made in this
// way, and not put as a file of its own, whose content may be any.
func (l *live) variant(name, how string) (f file, ok bool) {
	_, ext, _ := cutVariant(name)
	if l == nil || l.manifest.sumOf(name) != "" || l.manifest.Variants[ext] != how {
		return file{}, false
	}
	f = file{sum: l.copies()[name], state: taken, variant: true}
	if len(f.sum) != 2*sha256.Size {
		return file{}, false
	}
	f.stat, ok = l.proves(name, f.sum)
	f.size = f.stat.Size
	return f, ok
}

// counts reports whether there is nothing among the pages for which a server
// would refuse the release, though the manifest does not name it.
func (l *live) counts() bool {
	r, err := openRelease(l.dir, l.id)
	if err != nil {
		return false
	}
	return errors.Join(r.verifyCounts(), r.Close()) == nil
}
