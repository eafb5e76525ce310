package publish

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"whyfix/internal/disk"
)

// Release is an open release, for reading. It may be used by several
// goroutines, until Close.
type Release struct {
	id       string
	dir      string
	root     *os.Root
	www      *os.Root
	told     *os.File   // the manifest, open so that no other file can be taken for it; see Place.Holds
	manifest *Manifest  // without its addresses
	hashes   *Addresses // these
	index    IndexRoot  // for Verify
	verified time.Time  // when Verify began that found it whole; zero: never
}

// Open opens a release for reading. The path is a folder of releases, whose
// live one is opened, or the folder of one release.
//
// The errors, wrapped, are ErrNoRelease (nothing has been built here),
// ErrIncomplete (no manifest) and ErrSchema (made by another version).
func Open(path string) (*Release, error) {
	switch _, err := os.Stat(filepath.Join(path, manifestName)); {
	case err == nil:
		return openOne(path)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("publish: open: %w", err)
	}
	id, err := Current(path)
	if errors.Is(err, ErrNoRelease) && isUnfinished(path) {
		return nil, fmt.Errorf("publish: %s: %w", path, ErrIncomplete)
	}
	for err == nil {
		var r *Release
		if r, err = openRelease(filepath.Join(path, id), id); err == nil {
			return r, nil
		}
		// A build may have made another release live and removed this one
		// since the link was read. Then that one is meant.
		again, errAgain := Current(path)
		if errAgain != nil || again == id {
			break
		}
		id, err = again, nil
	}
	return nil, err
}

// isUnfinished reports whether a folder looks like one release, not like a
// folder of them.
func isUnfinished(path string) bool {
	info, err := os.Stat(filepath.Join(path, wwwName))
	return validID(filepath.Base(path)) || err == nil && info.IsDir()
}

// openOne opens the folder of one release. Links in its path are resolved
// first, so that SearchDir stays in this release when the path is `current`.
func openOne(path string) (*Release, error) {
	dir, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, fmt.Errorf("publish: open: %w", err)
	}
	return openRelease(dir, "")
}

// openRelease opens a release folder. Without an id, the manifest says it.
func openRelease(dir, id string) (_ *Release, err error) {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("publish: %s: %w: its folder is gone", dir, ErrIncomplete)
	}
	if err != nil {
		return nil, fmt.Errorf("publish: open: %w", err)
	}
	r := &Release{id: id, dir: dir, root: root}
	defer func() {
		if err != nil {
			r.Close()
		}
	}()
	if info, errStat := root.Stat(manifestName); errStat == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("publish: %s: %w: %s is not a plain file", dir, ErrDamaged, manifestName)
	}
	r.told, err = disk.OpenPlain(root, manifestName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("publish: %s: %w: it has no %s", dir, ErrIncomplete, manifestName)
	}
	if err != nil {
		return nil, fmt.Errorf("publish: open: %w", err)
	}
	info, err := r.told.Stat()
	if err != nil {
		return nil, fmt.Errorf("publish: open: %w", err)
	}
	if r.manifest, r.hashes, err = openManifest(r.told, info.Size()); err != nil {
		return nil, fmt.Errorf("publish: %s: %w", dir, err)
	}
	if id == "" {
		r.id = r.manifest.ID
	}
	if r.www, err = root.OpenRoot(wwwName); err != nil {
		return nil, fmt.Errorf("publish: %s: %w: %w", dir, ErrIncomplete, err)
	}
	// The manifest is the first file to be removed: if it is still there, all
	// that was opened above was whole.
	if _, err = root.Lstat(manifestName); err != nil {
		return nil, fmt.Errorf("publish: %s: %w: it is being removed", dir, ErrIncomplete)
	}
	return r, nil
}

// Manifest says what the release holds, all but its addresses. It must not be
// changed.
func (r *Release) Manifest() *Manifest { return r.manifest }

// Addresses are those of the release, until Close.
func (r *Release) Addresses() *Addresses { return r.hashes }

// ID is the name of the release, such as "20260102T150405-8f3a01bc".
func (r *Release) ID() string { return r.id }

// Dir is the folder of the release as an OS path.
func (r *Release) Dir() string { return r.dir }

// WWW is the site's files. No symbolic link leads out of it, and to open
// something that is no file never waits, whatever somebody has put there since
// the release was verified.
func (r *Release) WWW() fs.FS { return plainFS{r.www.FS(), r.www} }

// plainFS is a folder whose files are opened without waiting.
type plainFS struct {
	fs.FS
	root *os.Root
}

func (p plainFS) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	info, err := p.root.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return p.FS.Open(name)
	case !info.Mode().IsRegular(): // to open a device may do more than to wait
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return p.root.OpenFile(name, os.O_RDONLY|disk.WithoutWaiting, 0)
}

func (p plainFS) Stat(name string) (fs.FileInfo, error) { return fs.Stat(p.FS, name) }

// SearchDir is the OS path of the search index, "" if the release has none.
func (r *Release) SearchDir() string {
	if r.manifest.Search == nil {
		return ""
	}
	return filepath.Join(r.dir, searchName)
}

// SearchTemplate reads the template of the search page. The error wraps
// fs.ErrNotExist if the release has none.
func (r *Release) SearchTemplate() ([]byte, error) {
	f, err := disk.OpenPlain(r.root, templateName)
	if err != nil {
		return nil, fmt.Errorf("publish: release %s: %w", r.id, err)
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("publish: release %s: %w", r.id, err)
	}
	return data, nil
}

// Close lets go of the folder. What WWW returned can no longer be read.
func (r *Release) Close() error {
	err := r.root.Close()
	if r.www != nil {
		err = errors.Join(err, r.www.Close())
	}
	if r.told != nil {
		err = errors.Join(err, r.told.Close())
	}
	if err != nil {
		return fmt.Errorf("publish: close release %s: %w", r.id, err)
	}
	return nil
}

// Kept are the folders of the complete releases beside the live one, the newest
// first, and when that one went live by the clock of the disk. A path that is no
// folder of releases has none.
func Kept(path string) (others []string, switched time.Time) {
	live, err := Current(path)
	if err != nil {
		return nil, time.Time{}
	}
	if info, err := os.Lstat(filepath.Join(path, currentName)); err == nil {
		switched = info.ModTime()
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, switched
	}
	defer root.Close()
	ids, _ := releaseIDs(root) // a folder that cannot be read has none
	for _, id := range ids {
		if id != live && complete(root, id) {
			others = append(others, filepath.Join(path, id))
		}
	}
	return others, switched
}

// Place is where a path leads at one moment: to which folder, and to which
// manifest in it.
type Place struct {
	dir      string
	manifest os.FileInfo
}

// Find says where a path leads, which is a folder of releases, one release, or
// a link to either. It reads links and looks at one file, so it is cheap
// enough to poll. The errors are those of Open.
func Find(path string) (Place, error) {
	info, err := os.Stat(filepath.Join(path, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		id, errID := Current(path)
		if errID != nil {
			return Place{}, errID
		}
		path = filepath.Join(path, id)
		info, err = os.Stat(filepath.Join(path, manifestName))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return Place{}, fmt.Errorf("publish: %s: %w: it has no %s", path, ErrIncomplete, manifestName)
	}
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a plain file", manifestName)
	}
	if err != nil {
		return Place{}, fmt.Errorf("publish: open: %w", err)
	}
	dir, err := filepath.EvalSymlinks(path)
	if err != nil {
		return Place{}, fmt.Errorf("publish: open: %w", err)
	}
	return Place{dir: dir, manifest: info}, nil
}

// Is reports whether two places are one: the same folder with the same
// manifest, which nobody has written since.
func (p Place) Is(q Place) bool {
	return p.manifest != nil && q.manifest != nil && p.dir == q.dir && os.SameFile(p.manifest, q.manifest) &&
		p.manifest.Size() == q.manifest.Size() && p.manifest.ModTime().Equal(q.manifest.ModTime())
}

// Holds reports whether a release was opened from here.
func (p Place) Holds(r *Release) bool {
	if p.manifest == nil {
		return false
	}
	info, err := r.told.Stat()
	return err == nil && os.SameFile(p.manifest, info)
}

// String is the folder, as an OS path; "" for the zero Place.
func (p Place) String() string { return p.dir }

// Name is the name of the folder, which is mostly the release's id.
func (p Place) Name() string {
	if p.dir == "" {
		return ""
	}
	return filepath.Base(p.dir)
}
