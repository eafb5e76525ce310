package publish

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"whyfix/internal/disk"
)

// Writer makes one release. Any number of goroutines may put files into it.
// It holds the lock of the folder until Commit succeeds or Abort.
type Writer struct {
	dir   string // the folder of releases, as an OS path
	id    string
	now   time.Time
	index IndexRoot
	root  *os.Root // dir
	lock  *os.File
	// The same, for what is done to each file: os.Root opens every folder on the
	// way again for each call, three times what the file itself costs. Paths were
	// checked; what is removed, renamed or replaced goes through root.
	folder *disk.Folder
	seed   maphash.Seed // of file.written

	before   string    // id of the live release, "" if none
	previous *Manifest // of the same; nil if it cannot be read
	live     *live     // the same, to compare with and link from; nil if it is no use

	// For tests: fault is called before each step with its name, and an error
	// from it is that step's; link and symlink stand for the file system's.
	fault         func(step string) error
	link, symlink func(old, new string) error
	sync          func() error // forces all that was written to the disk

	gate sync.RWMutex // held for reading while a file is put, for writing while the release is finished
	done bool         // committed or given up

	mu       sync.Mutex
	files    map[string]file   // every file that was put, by its name in the release
	names    []string          // of the same, sorted, in Commit
	variants map[string]string // how they were made, by extension; see Variant
	folders  map[string]bool   // folders that exist, by their names in the release
	search   searchState
	// The files of the index, by name in the release, as they were when their
	// hashes were known.
	indexStats map[string]disk.Stat
	written    int      // files written new
	copies     []byte   // the list of the variants' hashes; see fillIn
	copied     []string // files of the live release that could not be linked
	left       Left     // see look
	failed     error    // the first file that could not be written: the release must not be committed
}

// file is what a Writer knows about one file.
type file struct {
	sum     string // content hash; of a variant the whole SHA-256
	size    int64
	state   fileState
	variant bool      // put by Variant
	written uint64    // hash of what was written, of this process alone; see verifyWritten
	stat    disk.Stat // how it was when its content was known
}

type fileState uint8

const (
	unsettled fileState = iota // being put, or could not be
	written                    // in its place
	taken                      // the live release's file, linked in Commit
)

type searchState uint8

const (
	searchNone  searchState = iota
	searchMade              // SearchDir: the caller fills it
	searchTaken             // LinkSearch: the live release's, linked in Commit
)

// Create begins a release in dir, which is made if need be. The time becomes
// the release's. Folders of builds that died are removed. The live release, if
// it can be read, is the one to compare with and to link from.
//
// The error is ErrBusy, wrapped, while another Writer or Rollback is at work.
func Create(dir string, now time.Time, index IndexRoot) (_ *Writer, err error) {
	if err := os.MkdirAll(dir, dirMode); err != nil {
		return nil, fmt.Errorf("publish: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("publish: %w", err)
	}
	folder, err := disk.OpenFolder(dir)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("publish: %w", err), root.Close())
	}
	w := &Writer{
		dir: dir, now: now.UTC().Round(0), index: index, root: root, folder: folder, seed: maphash.MakeSeed(),
		fault: func(string) error { return nil },
		link:  folder.Link, symlink: root.Symlink,
		files: map[string]file{}, variants: map[string]string{}, folders: map[string]bool{".": true, wwwName: true},
		indexStats: map[string]disk.Stat{},
	}
	w.sync = w.syncAll
	defer func() {
		if err != nil {
			w.unlock()
		}
	}()
	// A copy that followed the link has a folder in its place, and the rename
	// at the very end of the build would fail on it.
	if info, err := root.Lstat(currentName); err == nil && info.IsDir() {
		return nil, fmt.Errorf("publish: %s is a folder where a link should be; remove it",
			filepath.Join(dir, currentName))
	}
	if w.lock, err = lockDir(root); err != nil {
		return nil, err
	}
	ids, err := releaseIDs(root)
	if err != nil {
		return nil, err
	}
	// A link that cannot be read is no reason to stop: Commit makes a new one.
	w.before, _ = Current(dir)
	w.live, w.previous = openLive(dir, folder, w.before, index)
	if err := removeDead(root, ids, w.before); err != nil {
		return nil, err
	}
	newest := ""
	if len(ids) > 0 {
		newest = ids[0]
	}
	if w.id, err = newID(now, newest); err != nil {
		return nil, err
	}
	if err := root.MkdirAll(w.id+"/"+wwwName, dirMode); err != nil {
		return nil, fmt.Errorf("publish: %w", err)
	}
	return w, nil
}

// ID is the release's.
func (w *Writer) ID() string { return w.id }

// Previous is the manifest of the live release, nil if there is none or it
// cannot be read. It must not be changed.
func (w *Writer) Previous() *Manifest { return w.previous }

// Put puts a file below www/. A file that the live release holds at the same
// path with the same content is linked from there.
//
// The errors, wrapped, are ErrPath, ErrDuplicate, ErrClosed, and those of the
// disk, after which Commit refuses too.
func (w *Writer) Put(path string, data []byte) error {
	if err := checkPath(path); err != nil {
		return err
	}
	return w.putData(wwwName+"/"+path, data)
}

// PutSearchTemplate is Put for search.html, the template of the search page.
func (w *Writer) PutSearchTemplate(data []byte) error { return w.putData(templateName, data) }

func (w *Writer) putData(name string, data []byte) error {
	return w.put(name, func() (file, error) {
		f, ok := file{sum: Sum(data), size: int64(len(data)), state: taken}, false
		if f.stat, ok = w.live.holds(name, f.sum, f.size); ok {
			return f, nil
		}
		f.state, f.written = written, maphash.Bytes(w.seed, data)
		if err := w.ready(name); err != nil {
			return f, err
		}
		return f, w.folder.Write(w.id+"/"+name, data, fileMode)
	})
}

// Keep puts a file that the live release holds with this content, which the
// caller knows without having it. It reports whether the live release does;
// otherwise nothing was put.
func (w *Writer) Keep(path, sum string, size int64) (bool, error) {
	name := wwwName + "/" + path
	if sum == "" || checkPath(path) != nil {
		return false, nil
	}
	stat, ok := w.live.holds(name, sum, size)
	if !ok {
		return false, nil
	}
	return true, w.put(name, func() (file, error) { return file{sum: sum, size: size, state: taken, stat: stat}, nil })
}

// Holds tells the content hash and the size of a file that was put.
func (w *Writer) Holds(path string) (sum string, size int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.files[wwwName+"/"+path]
	return f.sum, f.size
}

// PutFrom is Put for a big file, which is never in memory as a whole. It is
// read once more if it has to be compared and turns out to be another.
func (w *Writer) PutFrom(path string, open func() (io.ReadCloser, error)) error {
	if err := checkPath(path); err != nil {
		return err
	}
	name := wwwName + "/" + path
	return w.put(name, func() (file, error) {
		if w.live.has(name) {
			f, ok := file{state: taken}, false
			if err := f.copyFrom(open, io.Discard); err != nil {
				return f, err
			}
			if f.stat, ok = w.live.holds(name, f.sum, f.size); ok {
				return f, nil
			}
		}
		// The source may have changed since: what is written counts.
		f := file{state: written}
		err := w.write(name, &f, func(out io.Writer) error { return f.copyFrom(open, out) })
		return f, err
	})
}

// copyFrom copies a source and notes its hash and size.
func (f *file) copyFrom(open func() (io.ReadCloser, error), out io.Writer) error {
	in, err := open()
	if err != nil {
		return err
	}
	hash := sha256.New()
	f.size, err = io.Copy(io.MultiWriter(hash, out), in)
	f.sum = sumOfHash(hash)
	return errors.Join(err, in.Close())
}

// Variant puts a precompressed variant, such as "a/index.html.gz", of a file
// that has been put, "a/index.html". If that file is unchanged, and the live
// release's variants are made in the same way, how, its variant is linked;
// otherwise compress writes it. All variants of one extension are made in one
// way.
func (w *Writer) Variant(path, how string, compress func(io.Writer) error) error {
	if err := checkPath(path); err != nil {
		return err
	}
	name := wwwName + "/" + path
	return w.put(name, func() (_ file, err error) {
		base, ext, ok := cutVariant(name)
		w.mu.Lock()
		baseFile := w.files[base]
		w.mu.Unlock()
		if !ok || baseFile.state == unsettled {
			return file{}, errors.New("a variant of no file that was put")
		}
		if err := w.claimVariants(ext, how); err != nil {
			return file{}, err
		}
		if baseFile.state == taken {
			if f, ok := w.live.variant(name, how); ok {
				return f, nil
			}
		}
		f := file{state: written, variant: true}
		err = w.write(name, &f, func(out io.Writer) error {
			hash := sha256.New()
			err := compress(io.MultiWriter(hash, out))
			f.sum = hex.EncodeToString(hash.Sum(nil))
			return err
		})
		if err == nil && f.size == 0 {
			err = errors.New("an empty variant") // no reader could unpack it
		}
		return f, err
	})
}

// claimVariants notes how the variants of an extension are made.
func (w *Writer) claimVariants(ext, how string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if was, ok := w.variants[ext]; ok && was != how {
		return fmt.Errorf("variants %s made in two ways, %s and %s", ext, was, how)
	}
	w.variants[ext] = how
	return nil
}

// put reserves the name of a file, makes it with add, and notes what came of it.
func (w *Writer) put(name string, add func() (file, error)) error {
	w.gate.RLock()
	defer w.gate.RUnlock()
	if w.done {
		return fmt.Errorf("publish: put %s: %w", name, ErrClosed)
	}
	w.mu.Lock()
	_, twice := w.files[name]
	if !twice {
		w.files[name] = file{}
	}
	w.mu.Unlock()
	if twice {
		return fmt.Errorf("publish: %s: %w", name, ErrDuplicate)
	}

	f, err := add()
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		err = fmt.Errorf("publish: put %s: %w", name, err)
		if w.failed == nil {
			w.failed = err
		}
		return err
	}
	w.files[name] = f
	if f.state == written {
		w.written++
	}
	return nil
}

// ready makes the folder that a new file needs.
func (w *Writer) ready(name string) error {
	if err := w.fault("write"); err != nil {
		return err
	}
	return w.makeFolder(path.Dir(name))
}

// write makes a new file of what fill writes, and notes its size and what was
// written.
func (w *Writer) write(name string, into *file, fill func(io.Writer) error) error {
	if err := w.ready(name); err != nil {
		return err
	}
	f, err := os.OpenFile(w.osPath(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return err
	}
	var told maphash.Hash
	told.SetSeed(w.seed)
	err = fill(io.MultiWriter(f, &told))
	into.written = told.Sum64()
	size, errSize := f.Seek(0, io.SeekCurrent)
	into.size = size
	return errors.Join(err, errSize, f.Close())
}

// osPath is the path of a file of the release.
func (w *Writer) osPath(name string) string {
	return filepath.Join(w.dir, w.id, filepath.FromSlash(name))
}

// makeFolder makes a folder of the release and those above it.
func (w *Writer) makeFolder(name string) error {
	w.mu.Lock()
	exists := w.folders[name]
	w.mu.Unlock()
	if exists {
		return nil
	}
	err := w.folder.Make(w.id+"/"+name, dirMode)
	if err != nil {
		err = w.root.MkdirAll(w.id+"/"+name, dirMode)
	}
	if err != nil {
		return err
	}
	w.mu.Lock()
	w.folders[name] = true
	w.mu.Unlock()
	return nil
}

// SearchDir makes the folder of the search index and returns its OS path. The
// caller fills it before Commit.
func (w *Writer) SearchDir() (string, error) {
	if err := w.claimSearch(searchMade); err != nil {
		return "", err
	}
	if err := w.root.Mkdir(w.id+"/"+searchName, dirMode); err != nil {
		return "", fmt.Errorf("publish: search: %w", err)
	}
	return w.osPath(searchName), nil
}

// LinkSearch takes over the search index of the live release as it is. The
// error wraps fs.ErrNotExist if it has none that is of use; see LastSearch.
func (w *Writer) LinkSearch() error {
	if w.LastSearch() == "" {
		return fmt.Errorf("publish: search: the live release has no index: %w", fs.ErrNotExist)
	}
	return w.claimSearch(searchTaken)
}

// LastSearch is the OS path of the live release's index, to make the next of;
// "" if it has none, in its manifest or on the disk, or a damaged one. One whose
// root is known by its bytes is no use: nobody can tell whether it has been
// written again since.
func (w *Writer) LastSearch() string {
	if w.live == nil || w.live.manifest.Search == nil {
		return ""
	}
	if w.index != nil && w.live.manifest.Search.Engine == "" && !strings.HasPrefix(w.live.manifest.Index[w.index.Name()], saysPrefix) {
		return ""
	}
	dir := filepath.Join(w.live.dir, searchName)
	if info, err := os.Lstat(dir); err != nil || !info.IsDir() || !w.live.index() {
		return ""
	}
	return dir
}

func (w *Writer) claimSearch(how searchState) error {
	w.gate.Lock()
	defer w.gate.Unlock()
	switch {
	case w.done:
		return fmt.Errorf("publish: search: %w", ErrClosed)
	case w.search != searchNone:
		return fmt.Errorf("publish: search: %w", ErrDuplicate)
	}
	w.search = how
	return nil
}

// unlock lets go of the folder and its lock.
func (w *Writer) unlock() error {
	err := errors.Join(w.root.Close(), w.folder.Close())
	if w.lock != nil {
		err = errors.Join(err, unlockDir(w.lock))
	}
	return err
}
