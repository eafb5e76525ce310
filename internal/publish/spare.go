package publish

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
)

// A release that goes out of the window leaves its www/ as a spare, of which
// the next release is made: most of its files are the same, so only what
// differs has to be linked, written or removed. To make and remove tens of
// thousands of names for each small change would take most of a build, and
// some file systems are slow where many files have just been removed.
//
//	.spare/www/      what was the www/ of a release
//	.spare/was.json  its manifest, which makes it no release
//
// A spare is never changed in place: its files are other releases', too. And
// whoever has a release open has a lock on its manifest; while somebody still
// reads what became the spare, it is not used.
const (
	spareName = ".spare"
	spareWas  = spareName + "/was.json"
	spareWWW  = spareName + "/" + wwwName
)

// spare is what a release is made of.
type spare struct {
	manifest *Manifest
	used     bool         // it is not what it was any more
	mu       sync.Mutex   // held while room is made for a file
	met      atomic.Int64 // files of it that are in their place, or made way
}

// setAside makes a spare of a release that is complete and not needed, and
// removes the rest of it. It reports whether it did: one spare is enough.
func setAside(root *os.Root, id string) (bool, error) {
	if _, err := root.Lstat(spareWWW); err == nil {
		return false, nil
	}
	if info, err := root.Lstat(id + "/" + wwwName); err != nil || !info.IsDir() { // such as a link, out of here
		return false, nil
	}
	if err := root.Mkdir(spareName, dirMode); err != nil && !errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	// The first rename ends the release, as removing the manifest does.
	if root.Rename(id+"/"+manifestName, spareWas) != nil || root.Rename(id+"/"+wwwName, spareWWW) != nil {
		return false, nil // remove does it, then
	}
	return true, remove(root, id)
}

// openSite makes the folder of the site's files, of the spare if there is one.
func (w *Writer) openSite() error {
	w.site.Do(func() { w.siteErr = w.makeSite() })
	return w.siteErr
}

func (w *Writer) makeSite() error {
	www := w.id + "/" + wwwName
	if err := w.takeSpare(www); err != nil {
		return err
	}
	if w.spare == nil {
		if err := w.root.Mkdir(www, dirMode); err != nil {
			return err
		}
	}
	var err error
	w.www, err = w.root.OpenRoot(www)
	return err
}

// takeSpare makes the folder of the spare, if there is one that nobody reads.
func (w *Writer) takeSpare(www string) error {
	if w.live == nil {
		return nil
	}
	was, err := w.root.Open(spareWas)
	if err != nil {
		return nil // there is none
	}
	defer was.Close()
	if !unused(was) {
		return nil
	}
	defer unlock(was)
	if err := w.fault("take spare"); err != nil {
		return err
	}
	data, err := io.ReadAll(was)
	if err != nil || w.root.Rename(spareWWW, www) != nil {
		return nil
	}
	if err := w.fault("took spare"); err != nil {
		return err
	}
	w.spare = &spare{}
	w.spare.manifest, _ = decodeManifest(data) // without it, everything is looked at
	return nil                                 // the manifest stays until there is no way back
}

// useSpare gives the spare up: there is no way back from here.
func (w *Writer) useSpare() error {
	if w.spare == nil {
		return nil
	}
	w.spare.used = true
	return w.root.Remove(spareWas)
}

// giveBack makes the site's folder the spare again, as long as it is unchanged.
func (w *Writer) giveBack() {
	if w.spare != nil && !w.spare.used && w.written == 0 && w.failed == nil {
		_ = w.root.Rename(w.id+"/"+wwwName, spareWWW) // else it is removed with the release
	}
}

// spares reports whether the spare has a file with this content, which then is
// in its place. The manifest is trusted as that of the live release; see
// live.holds. What was damaged in the live release may be the same file.
func (w *Writer) spares(path, sum string, size int64) (bool, error) {
	if err := w.openSite(); err != nil {
		return false, err
	}
	if w.spare == nil || w.spare.manifest == nil || w.live.isDamaged(path) || w.spare.manifest.URLs[urlOf(path)] != sum || sizeOf(w.osPath(path)) != size {
		return false, nil
	}
	w.spare.met.Add(1)
	return true, nil
}

// osPath is the path of a file below www/.
func (w *Writer) osPath(path string) string {
	return w.wwwPath + filepath.FromSlash(path)
}

// place makes the folder of a file below www/, and room for the file.
func (w *Writer) place(name string) error {
	if w.spare != nil {
		// One at a time: what is in the way of two files is removed once.
		w.spare.mu.Lock()
		defer w.spare.mu.Unlock()
		if err := w.makeWay(name); err != nil {
			return err
		}
	}
	return w.makeFolder(path.Join(wwwName, path.Dir(name)))
}

// makeWay removes what the spare has where a file has to be: the file itself, a
// folder of its name, or a file where one of its folders belongs.
func (w *Writer) makeWay(name string) error {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if info, err := w.www.Lstat(dir); err == nil {
			if info.IsDir() {
				break
			}
			return w.www.Remove(dir)
		}
	}
	info, err := w.www.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.IsDir():
		return w.www.RemoveAll(name)
	}
	w.spare.met.Add(1)
	return w.www.Remove(name)
}

// inPlace reports whether the spare has a file of the live release in its place.
func (w *Writer) inPlace(name string) bool {
	if w.spare == nil {
		return false
	}
	was, err := os.Lstat(filepath.Join(w.live.dir, filepath.FromSlash(name)))
	if err != nil {
		return false
	}
	now, err := os.Lstat(filepath.Join(w.dir, w.id, filepath.FromSlash(name)))
	if err != nil || !os.SameFile(was, now) {
		return false
	}
	if strings.HasPrefix(name, wwwName+"/") {
		w.spare.met.Add(1)
	}
	return true
}

// clear removes the files of the spare that the release does not have. Its
// manifest tells them; if any are left that it does not know, such as
// compressed copies that are no longer wanted, they are looked for.
func (w *Writer) clear() error {
	if w.spare == nil {
		return nil
	}
	met := int(w.spare.met.Load())
	if m := w.spare.manifest; m != nil {
		for u := range m.URLs {
			file := FileOf(u)
			for _, ext := range []string{"", ".gz", ".br", ".zst"} {
				if _, wanted := w.files[file+ext]; wanted {
					continue
				}
				if ext != "" && w.hasFile(file) {
					continue // looked for below, if any are left
				}
				switch err := w.removeFile(file + ext); {
				case err == nil:
					met++
				case !errors.Is(err, fs.ErrNotExist):
					return err
				}
			}
		}
		if met == m.Counts.Files {
			return nil
		}
	}
	var gone []string
	err := fs.WalkDir(w.www.FS(), ".", func(p string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && !w.hasFile(p) {
			gone = append(gone, p)
		}
		return err
	})
	for _, p := range gone {
		err = errors.Join(err, w.removeFile(p))
	}
	return err
}

func (w *Writer) hasFile(name string) bool {
	_, has := w.files[name]
	return has
}

// removeFile removes a file and the folders that it leaves empty.
func (w *Writer) removeFile(name string) error {
	if info, err := w.www.Lstat(name); err != nil || info.IsDir() {
		return fs.ErrNotExist // something else is where it was
	}
	if err := w.www.Remove(name); err != nil {
		return err
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if w.www.Remove(dir) != nil {
			break // it has other files
		}
	}
	return nil
}

// FileOf is the file of an address; see urlOf.
func FileOf(u string) string {
	name := strings.TrimPrefix(u, "/")
	if name == "" || strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	return name
}
