package publish

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// ErrDamaged says that a release does not hold what its manifest says: it is
// still being copied, or somebody changed it.
var ErrDamaged = errors.New("the release is damaged or not all there")

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

// named is a file of a release and its content hash.
type named struct{ name, sum string }

// Verify reads every file that the manifest names and compares it with its
// hash: pages and all else below www/, the index, and the template. What a
// known release that was verified has under the same hash as the very same
// file, through a hard link, and nobody has written since, is not read again;
// known may be nil. The error is ErrDamaged, wrapped with the first file that is
// not as it should be; any other says that something could not be read now. It
// must be called before anybody else uses the Release.
func (r *Release) Verify(ctx context.Context, index IndexRoot, known *Release) error {
	r.index = index
	verified := time.Now()
	files, err := r.files()
	if err != nil {
		return err
	}
	// Readers are answered meanwhile: half of the processors are theirs.
	workers := max(runtime.GOMAXPROCS(0)/2, 1)
	group, ctx := errgroup.WithContext(ctx)
	for n := range workers {
		group.Go(func() error {
			buffer := make([]byte, 64<<10)
			for i := n; i < len(files); i += workers {
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := r.verifyFile(files[i], known, buffer); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if err := r.verifyCounts(); err != nil {
		return err
	}
	r.verified = verified
	return nil
}

// files are those that the manifest names, sorted.
func (r *Release) files() ([]named, error) {
	out := make([]named, 0, len(r.manifest.URLs)+len(r.manifest.Index)+1)
	for address, sum := range r.manifest.URLs {
		name := FileOf(address)
		if checkPath(name) != nil {
			return nil, r.damaged(manifestName, fmt.Sprintf("names %q, which is no address", address))
		}
		out = append(out, named{wwwName + "/" + name, sum})
	}
	for name, sum := range r.manifest.Index {
		if checkPath(name) != nil {
			return nil, r.damaged(manifestName, fmt.Sprintf("names %q, which is no file of an index", name))
		}
		out = append(out, named{searchName + "/" + name, sum})
	}
	if r.manifest.Template != "" {
		out = append(out, named{templateName, r.manifest.Template})
	}
	slices.SortFunc(out, func(a, b named) int { return strings.Compare(a.name, b.name) })
	return out, nil
}

func (r *Release) damaged(name, what string) error {
	return fmt.Errorf("publish: %s: %w: %s %s", r.dir, ErrDamaged, name, what)
}

// cannot is the error of a file that may be as it should, or not.
func (r *Release) cannot(name string, err error) error {
	return fmt.Errorf("publish: %s: %s: %w", r.dir, name, err)
}

func (r *Release) verifyFile(file named, known *Release, buffer []byte) error {
	if known != nil && r.shares(known, file) {
		return nil
	}
	info, err := r.root.Stat(file.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return r.damaged(file.name, "is missing")
	case err == nil && !info.Mode().IsRegular(): // who opens a pipe waits for ever
		return r.damaged(file.name, "is not a plain file")
	}
	if err == nil && strings.HasPrefix(file.sum, saysPrefix) {
		return r.verifyIndexRoot(file)
	}
	f, err := r.root.Open(file.name)
	if err != nil {
		return fmt.Errorf("publish: %s: %w", r.dir, err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.CopyBuffer(h, struct{ io.Reader }{f}, buffer); err != nil {
		return r.cannot(file.name, err)
	}
	if sumOfHash(h) != file.sum {
		return r.damaged(file.name, "is not what was published")
	}
	return nil
}

// shares reports whether a release that was verified has the same file, which
// nobody has written since.
func (r *Release) shares(known *Release, file named) bool {
	if known.verified.IsZero() || known.manifest.sumOf(file.name) != file.sum {
		return false
	}
	name := filepath.FromSlash(file.name)
	a, errA := os.Lstat(filepath.Join(r.dir, name))
	b, errB := os.Lstat(filepath.Join(known.dir, name))
	return errA == nil && errB == nil && a.Mode().IsRegular() && os.SameFile(a, b) && a.ModTime().Before(known.verified)
}

// verifyCounts finds compressed copies that were cut short: the manifest has no
// hash of them, but knows how much there is of everything. Fewer files are no
// fault, since a reader without them gets the plain ones; and whoever sends a
// copy has to look whether it unpacks to the file that it is of.
func (r *Release) verifyCounts() error {
	files, bytes := 0, int64(0)
	err := fs.WalkDir(r.WWW(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if t := entry.Type(); !t.IsRegular() && t&fs.ModeSymlink == 0 {
			return r.damaged(wwwName+"/"+name, "is not a plain file")
		}
		info, err := entry.Info()
		if err != nil {
			return fmt.Errorf("publish: %s: %w", r.dir, err)
		}
		files, bytes = files+1, bytes+info.Size()
		return nil
	})
	if err != nil {
		return err
	}
	if files == r.manifest.Counts.Files && bytes < r.manifest.Counts.Bytes {
		return r.damaged(wwwName, fmt.Sprintf("holds %d bytes of %d", bytes, r.manifest.Counts.Bytes))
	}
	return nil
}
