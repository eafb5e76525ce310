package publish

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"whyfix/internal/disk"
)

// Left is how a build left the live release: which files, and what the file
// system said of each. To read all that is taken over would make a build after
// one edit half as long again; what is as it was left need not be read, and all
// else is compared by its hash. Whoever builds keeps it for the next build.
//
// Linking a file and taking a link away change its inode, so it is taken when
// the old releases are gone.
type Left struct {
	Release string
	Root    string // what the root of the index says; "" without one
	// Files, see appendFile: those that every look looks at, and all others, in
	// lots.
	Near string
	Far  []string
}

// lots is in how many parts a release is looked at while nothing changes. To
// look at each file of 10,000 articles takes as long as all else that such a
// build does.
const lots = 32

// leftFile is a file of a release, or a folder.
type leftFile struct {
	name string
	stat disk.Stat
}

func appendFile(out []byte, f leftFile) []byte {
	out = binary.AppendUvarint(out, uint64(len(f.name)))
	out = append(out, f.name...)
	for _, n := range []uint64{f.stat.Number, uint64(f.stat.Size), uint64(f.stat.Modified), uint64(f.stat.Changed)} {
		out = binary.LittleEndian.AppendUint64(out, n)
	}
	return out
}

// eachFile calls visit for all files of a text until it returns false. It
// reports whether it never did, and the text was whole.
func eachFile(text string, visit func(leftFile) bool) bool {
	const numbers = 4 * 8
	for text != "" {
		size, n := binary.Uvarint([]byte(text[:min(len(text), binary.MaxVarintLen64)]))
		if n <= 0 || size > uint64(len(text)) || len(text) < n+int(size)+numbers {
			return false
		}
		f, rest := leftFile{name: text[n : n+int(size)]}, text[n+int(size):]
		number := func(i int) uint64 { return binary.LittleEndian.Uint64([]byte(rest[8*i : 8*i+8])) }
		f.stat = disk.Stat{Number: number(0), Size: int64(number(1)), Modified: int64(number(2)), Changed: int64(number(3))}
		if text = rest[numbers:]; !visit(f) {
			return false
		}
	}
	return true
}

// Holds tells at a look whether the live release of a folder is the one that was
// left, and as it was: its manifest and what lies beside the pages, what the
// root of its index says, and some of the pages, which change from look to look.
func (l *Left) Holds(dir string, index IndexRoot) bool {
	live, err := Current(dir)
	if err != nil || !disk.KnowsChanges || live != l.Release || len(l.Far) == 0 {
		return false
	}
	release := filepath.Join(dir, live)
	folder, err := disk.OpenFolder(release)
	if err != nil {
		return false
	}
	defer folder.Close()
	known := map[string]bool{}
	as := func(f leftFile) bool {
		known[f.name] = true
		now, _, err := folder.Look(f.name)
		return err == nil && now == f.stat
	}
	if !eachFile(l.Near, as) {
		return false
	}
	search := filepath.Join(release, searchName)
	more := false
	err = filepath.WalkDir(search, func(name string, entry fs.DirEntry, err error) error {
		if name == search && errors.Is(err, fs.ErrNotExist) {
			return nil // made without an index
		}
		if err != nil || entry.IsDir() { // its time is that of any visitor
			return err
		}
		rel, err := filepath.Rel(release, name)
		rel = filepath.ToSlash(rel)
		more = more || !known[rel] && !isIndexRoot(index, rel)
		return err
	})
	if err != nil || more {
		return false
	}
	if l.Root != "" && index != nil {
		if says, err := index.Digest(search); err != nil || says != l.Root {
			return false
		}
	}
	return eachFile(l.Far[rand.IntN(len(l.Far))], as)
}

// Trust lets the Writer take over without reading it what is as the last build
// left it. Otherwise it reads all that it takes over. It must be called before
// the first file is put.
func (w *Writer) Trust(left Left) {
	if w.live == nil || left.Release != w.live.id || !disk.KnowsChanges {
		return
	}
	w.live.left = make(map[string]disk.Stat, len(w.live.manifest.URLs))
	for _, text := range append([]string{left.Near}, left.Far...) {
		whole := eachFile(text, func(f leftFile) bool {
			w.live.left[f.name] = f.stat
			return true
		})
		if !whole {
			w.live.left = nil
			return
		}
	}
}

// Left is how Commit left the live release; the zero Left if that cannot be told.
func (w *Writer) Left() Left { return w.left }

// errTouched says that somebody changed a release while it was made.
var errTouched = errors.New("it was changed while the release was made; build again")

// look notes how a release is left: that of an id, with the files that were put
// and those of the index. A file that is not the one that was written, or was
// taken over, is an error.
func (w *Writer) look(id string, index map[string]string) error {
	w.left = Left{}
	if !disk.KnowsChanges {
		return nil
	}
	racy, err := w.tick()
	if err != nil {
		return err
	}
	dir := filepath.Join(w.dir, id)
	stat := func(name string, was disk.Stat) (disk.Stat, error) {
		now, _, err := w.folder.Look(id + "/" + name)
		if err == nil && was != (disk.Stat{}) && !was.Same(now) {
			err = fmt.Errorf("%s: %w", name, errTouched)
		}
		if now.Changed >= racy {
			now.Changed = 0 // the next look will not find it so, and read it
		}
		return now, err
	}
	var near []byte
	left := Left{Release: id}
	nearNames := []string{manifestName, movedName, goneName, wwwName}
	if w.files[templateName].sum != "" {
		nearNames = append(nearNames, templateName)
	}
	if _, err := os.Lstat(filepath.Join(dir, copiesName)); err == nil {
		nearNames = append(nearNames, copiesName)
	}
	for name, sum := range index {
		if name = searchName + "/" + name; isIndexRoot(w.index, name) {
			left.Root = strings.TrimPrefix(sum, saysPrefix)
		} else {
			nearNames = append(nearNames, name)
		}
	}
	for _, name := range nearNames {
		was, ok := w.indexStats[name]
		if !ok {
			was = w.files[name].stat
		}
		now, err := stat(name, was)
		if err != nil {
			return err
		}
		near = appendFile(near, leftFile{name, now})
	}
	left.Near = string(near)
	names := slices.DeleteFunc(slices.Clone(w.names), func(name string) bool { return name == templateName })
	stats := make([]disk.Stat, len(names))
	err = onAll(names, func(i int) (err error) {
		stats[i], err = stat(names[i], w.files[names[i]].stat)
		return err
	})
	if err != nil {
		return err
	}
	// Each lot has some of every folder.
	left.Far = make([]string, lots)
	for lot := range lots {
		var out []byte
		for i := lot; i < len(names); i += lots {
			out = appendFile(out, leftFile{names[i], stats[i]})
		}
		left.Far[lot] = string(out)
	}
	w.left = left
	return nil
}

// tick waits for the next tick of the file system's clock, some milliseconds: a
// file that somebody changes after it was looked at must not have the time that
// it had before. Where the clock ticks more seldom, it returns the time from
// which on files may still be changed unseen.
func (w *Writer) tick() (racy int64, err error) {
	first := int64(0)
	for range 30 {
		if err := w.root.RemoveAll(tickTemp); err != nil {
			return 0, err
		}
		f, err := w.root.OpenFile(tickTemp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
		if err != nil {
			return 0, err
		}
		info, err := f.Stat()
		if err = errors.Join(err, f.Close(), w.root.Remove(tickTemp)); err != nil {
			return 0, err
		}
		switch now := disk.StatOf(info).Changed; {
		case first == 0:
			first = now
		case now > first:
			return math.MaxInt64, nil
		}
		time.Sleep(time.Millisecond)
	}
	return first, nil
}
