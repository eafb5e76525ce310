package publish

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"whyfix/internal/disk"
)

// Result says what Commit did.
type Result struct {
	Changed bool   // a release was made and is live
	ID      string // the live release, new or not
	Dir     string // its folder, as an OS path
	Written int    // files that are new in it
	Linked  int    // files taken over from the release before, the search index included
	Removed int    // old releases that were removed
}

// Commit completes the release, makes it live and removes the oldest releases
// until keep are left (less than 1 means 1); the live one is never removed.
// Releases that were rolled back from go before older ones. If the site is the
// same as the live release's, the new folder is removed and Changed is false.
//
// The caller sets NextChange, Generator, Base, Origins, Endpoint, Private, Frames,
// Allow, Search, Counts.Articles, Redirects, Gone and Vanished of m; the rest is filled in.
// Search must be set exactly if there is an index.
//
// After an error with Changed false the live release is as it was, and Abort
// cleans up. An error with Changed true came after the switch: the new release
// is live, but old ones may not have been removed.
func (w *Writer) Commit(m Manifest, keep int) (Result, error) {
	w.gate.Lock()
	defer w.gate.Unlock()
	if w.done {
		return Result{}, fmt.Errorf("publish: commit: %w", ErrClosed)
	}
	if w.failed != nil {
		return Result{}, fmt.Errorf("publish: commit: a file is missing: %w", w.failed)
	}
	if (m.Search != nil) != (w.search != searchNone) {
		return Result{}, errors.New("publish: commit: the manifest and the search folder disagree on whether there is an index")
	}
	// Neighbours in one folder, one after the other: the system finds those in half
	// of the time.
	w.names = slices.Sorted(maps.Keys(w.files))
	w.fillIn(&m)
	if w.live != nil && w.written == 0 && sameSite(&m, w.live.manifest) && !w.mendsSearch() && w.live.holdsMaps(&m) && w.live.counts() {
		return w.unchanged(&m, keep)
	}
	result, err := w.commit(&m, keep)
	if err != nil && !result.Changed {
		w.failed = err // half-done: it can only be given up
		return Result{}, fmt.Errorf("publish: commit: %w", err)
	}
	w.done = true
	return result, errors.Join(err, w.unlock())
}

// mendsSearch reports whether the live release has lost its index, or has a
// damaged one, and this one has made it again.
func (w *Writer) mendsSearch() bool {
	return w.search == searchMade && w.LastSearch() == ""
}

// fillIn sets what the Writer knows about the release.
func (w *Writer) fillIn(m *Manifest) {
	m.Schema, m.ID, m.Time, m.Template = Schema, w.id, w.now, w.files[templateName].sum
	if m.NextChange = m.NextChange.UTC(); m.NextChange.Year() > 9999 { // JSON has no such year
		m.NextChange = time.Time{}
	}
	m.Variants = maps.Clone(w.variants)
	if m.Copies = ""; len(m.Variants) > 0 {
		w.copies = encodeCopies(w.copySums())
		m.Copies = Sum(w.copies)
	}
	m.URLs = make(map[string]string, len(w.files))
	m.Counts.Pages, m.Counts.Files, m.Counts.Bytes = 0, 0, 0
	for name, f := range w.files {
		path, ok := strings.CutPrefix(name, wwwName+"/")
		if !ok {
			continue
		}
		m.Counts.Files++
		m.Counts.Bytes += f.size
		if f.variant {
			continue
		}
		m.URLs[urlOf(path)] = f.sum
		if isPage(path) {
			m.Counts.Pages++
		}
	}
}

// unchanged gives up the new folder for the live release, and lets that say
// when it will change: an article that waits for its day is in no file yet.
func (w *Writer) unchanged(m *Manifest, keep int) (Result, error) {
	result := Result{ID: w.live.id, Dir: w.live.dir}
	err := w.discard()
	if err == nil && !m.NextChange.Equal(w.live.manifest.NextChange) {
		err = w.retell(m.NextChange)
	}
	if err == nil {
		result.Removed, err = prune(w.root, w.live.id, w.before, keep)
	}
	if err == nil {
		w.indexStats = w.live.stats
		err = w.look(w.live.id, w.live.manifest.Index)
	}
	return result, errors.Join(err, w.unlock())
}

// retell writes the live release's manifest with another next change. The
// manifest is replaced in one rename, so the release is whole at any moment.
func (w *Writer) retell(next time.Time) error {
	told := *w.live.manifest
	told.NextChange = next
	data, err := encodeManifest(&told)
	if err != nil {
		return err
	}
	temp := w.live.id + "/" + manifestTemp
	if err = w.root.RemoveAll(temp); err == nil { // of a build that died
		err = writeFile(w.root, temp, data)
	}
	if err == nil {
		err = w.root.Rename(temp, w.live.id+"/"+manifestName)
	}
	if err != nil {
		return fmt.Errorf("publish: next change: %w", err)
	}
	return syncDir(w.root, w.live.id)
}

// commit does the steps of which any may fail or be the last one.
func (w *Writer) commit(m *Manifest, keep int) (Result, error) {
	result := Result{ID: w.id, Dir: filepath.Join(w.dir, w.id), Written: w.written}
	var told []byte // the manifest
	steps := []struct {
		name string
		do   func() error
	}{
		{"link files", func() (err error) {
			result.Linked, err = w.takeOver()
			return err
		}},
		{"write maps", func() error { return w.putBeside(m) }},
		{"write manifest", func() error {
			var err error
			if m.Index, err = w.indexSums(); err != nil {
				return err
			}
			if told, err = encodeManifest(m); err != nil {
				return err
			}
			return createFile(w.root, w.id+"/"+manifestTemp, told)
		}},
		{"sync files", func() error { return w.sync() }},
		{"verify", func() error { return w.verifyWritten(told) }},
		{"rename manifest", func() error {
			return w.root.Rename(w.id+"/"+manifestTemp, w.id+"/"+manifestName)
		}},
		{"sync release", func() error { return syncDir(w.root, w.id) }},
		{"switch", func() error {
			err := switchTo(w.root, w.id, w.symlink)
			result.Changed = err == nil
			return err
		}},
		{"sync switch", func() error { return syncDir(w.root, ".") }},
		{"prune", func() (err error) {
			result.Removed, err = prune(w.root, w.id, w.before, keep)
			return err
		}},
		{"look", func() error { return w.look(w.id, m.Index) }},
	}
	for _, step := range steps {
		err := w.fault(step.name)
		if err == nil {
			err = step.do()
		}
		if err != nil {
			return result, fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return result, nil
}

// indexSums are the content hashes of the files of the index, and the digest of
// what its root says. One that the live release has, too, has the hash that it
// had there: a file that was damaged since must not become right.
func (w *Writer) indexSums() (map[string]string, error) {
	switch w.search {
	case searchNone:
		return nil, nil
	case searchTaken:
		w.indexStats = w.live.stats
		return w.live.manifest.Index, nil
	}
	dir := w.osPath(searchName)
	sums := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		rest, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		rest = filepath.ToSlash(rest)
		info, err := os.Lstat(name)
		if err == nil && !info.Mode().IsRegular() {
			err = fmt.Errorf("%s is not a plain file", name)
		}
		if err != nil {
			return err
		}
		full := searchName + "/" + rest
		w.indexStats[full] = disk.StatOf(info)
		if w.live != nil {
			known, ok := w.live.manifest.Index[rest]
			if ok && disk.KnowsChanges && w.live.stats[full].Same(w.indexStats[full]) {
				sums[rest] = known
				return nil
			}
		}
		if isIndexRoot(w.index, searchName+"/"+rest) {
			says, err := w.index.Digest(dir)
			sums[rest] = saysPrefix + says
			return err
		}
		sum, _, err := sumFile(w.folder, w.id+"/"+full)
		sums[rest] = sum[:min(len(sum), 2*sumSize)]
		return err
	})
	return sums, err
}

// verifyWritten reads every file that was written or copied, and the manifest,
// as a server does before it serves a release: what is linked was compared
// before. What was written is known by a hash of 64 bits with a key that nobody
// has but this process, so that it need not be SHA-256 a second time.
func (w *Writer) verifyWritten(manifest []byte) error {
	for name, want := range map[string][]byte{manifestTemp: manifest, copiesName: w.copies} {
		if want == nil { // there are no copies
			continue
		}
		data, err := disk.ReadPlain(w.osPath(name))
		if err == nil && !bytes.Equal(data, want) {
			err = fmt.Errorf("%s: %w", name, errTouched)
		}
		if err != nil {
			return err
		}
	}
	var names []string
	for _, name := range w.names {
		if w.files[name].state == written {
			names = append(names, name)
		}
	}
	sums := make(map[string]string, len(w.copied))
	for _, name := range w.copied {
		if sum := cmp.Or(w.files[name].sum, w.live.manifest.sumOf(name)); sum != "" { // else it is beside www/, and was compared
			sums[name] = sum
			names = append(names, name)
		}
	}
	stats := make([]disk.Stat, len(names))
	err := onAll(names, func(i int) (err error) {
		same := false
		stats[i], same, err = w.readsAs(names[i], sums[names[i]])
		if err == nil && !same {
			err = fmt.Errorf("%s: %w", names[i], errTouched)
		}
		return err
	})
	if err != nil {
		return err
	}
	for i, name := range names {
		if f, ok := w.files[name]; ok {
			f.stat = stats[i]
			w.files[name] = f
		} else {
			w.indexStats[name] = stats[i]
		}
	}
	return nil
}

// readsAs reports whether a file has this content hash or, without one, is what
// was written.
func (w *Writer) readsAs(name, sum string) (disk.Stat, bool, error) {
	file := w.id + "/" + name
	if sum != "" {
		is, stat, err := sumFile(w.folder, file)
		return stat, strings.HasPrefix(is, sum), err
	}
	var told maphash.Hash
	told.SetSeed(w.seed)
	stat, err := readFile(w.folder, file, func(part []byte) { told.Write(part) })
	return stat, told.Sum64() == w.files[name].written, err
}

// onAll does something with each of some files on all CPUs, with neighbours one
// after the other.
func onAll(names []string, do func(i int) error) error {
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	const some = 256
	for from := 0; from < len(names); from += some {
		group.Go(func() error {
			for i := from; i < min(from+some, len(names)); i++ {
				if err := do(i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// takeOver links everything that comes from the live release, and says how
// many files these were.
func (w *Writer) takeOver() (int, error) {
	var names []string
	for _, name := range w.names {
		if w.files[name].state == taken {
			names = append(names, name)
		}
	}
	root := ""
	if w.search == searchTaken {
		for name := range w.live.manifest.Index {
			if err := checkPath(name); err != nil {
				return 0, err
			}
			if name = searchName + "/" + name; isIndexRoot(w.index, name) {
				root = name
			} else {
				names = append(names, name)
			}
		}
	}
	err := onAll(names, func(i int) error { return w.linkOne(names[i]) })
	if err != nil || root == "" {
		return len(names), err
	}
	if err := w.makeFolder(path.Dir(root)); err != nil {
		return 0, err
	}
	return len(names) + 1, w.index.Copy(filepath.Join(w.live.dir, searchName), w.osPath(searchName))
}

// linkOne links one file, or copies it where the file system refuses: it knows
// no links, or the file has as many as it may have.
func (w *Writer) linkOne(name string) error {
	if err := w.makeFolder(path.Dir(name)); err != nil {
		return err
	}
	from, to := w.live.id+"/"+name, w.id+"/"+name
	err := w.link(from, to)
	if err == nil {
		return nil
	}
	if errCopy := copyFile(w.root, from, to); errCopy != nil {
		return fmt.Errorf("%w; and the copy: %w", err, errCopy)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.copied = append(w.copied, name)
	return nil
}

func copyFile(root *os.Root, from, to string) error {
	in, err := root.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := root.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// Abort gives the release up: it removes the unfinished folder and lets go of
// the lock. After Commit has succeeded, or a first Abort, it does nothing, so
// it can be deferred.
func (w *Writer) Abort() error {
	w.gate.Lock()
	defer w.gate.Unlock()
	if w.done {
		return nil
	}
	if live, err := Current(w.dir); err == nil && live == w.id {
		// The switch reported an error and happened all the same.
		w.done = true
		return w.unlock()
	}
	return errors.Join(w.discard(), w.unlock())
}

// discard removes the new folder.
func (w *Writer) discard() error {
	w.done = true
	return remove(w.root, w.id)
}
