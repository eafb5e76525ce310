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
	"sync"
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
	info, err := r.lock.Stat()
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

// Verify reads every file that the manifest names and compares it with its
// hash. What a known whole release has under the same hash as the very same
// file, through a hard link, is not read again; known may be nil. The error is
// ErrDamaged, wrapped with the first file that is not as it should be.
func (r *Release) Verify(ctx context.Context, known *Release) error {
	var addresses []string
	for address := range r.manifest.URLs {
		addresses = append(addresses, address)
	}
	slices.Sort(addresses)
	if err := r.verifyTemplate(); err != nil {
		return err
	}
	// Readers are answered meanwhile: half of the processors are theirs.
	workers := max(runtime.GOMAXPROCS(0)/2, 1)
	faults := make([]error, workers)
	var wg sync.WaitGroup
	for n := range workers {
		wg.Go(func() {
			buffer := make([]byte, 64<<10)
			for i := n; i < len(addresses) && faults[n] == nil; i += workers {
				if faults[n] = ctx.Err(); faults[n] == nil {
					faults[n] = r.verifyFile(addresses[i], known, buffer)
				}
			}
		})
	}
	wg.Wait()
	for _, err := range faults {
		if err != nil {
			return err
		}
	}
	return r.verifyCounts()
}

func (r *Release) damaged(name, what string) error {
	return fmt.Errorf("publish: %s: %w: %s %s", r.dir, ErrDamaged, name, what)
}

func (r *Release) verifyTemplate() error {
	if r.manifest.Template == "" {
		return nil
	}
	data, err := r.root.ReadFile(templateName)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return r.damaged(templateName, "is missing")
	case err != nil:
		return fmt.Errorf("publish: %s: %w", r.dir, err)
	case sumOf(data) != r.manifest.Template:
		return r.damaged(templateName, "is not what was published")
	}
	return nil
}

func (r *Release) verifyFile(address string, known *Release, buffer []byte) error {
	name := strings.TrimPrefix(address, "/")
	if name == "" || strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	if checkPath(name) != nil {
		return r.damaged(manifestName, fmt.Sprintf("names %q, which is no address", address))
	}
	sum := r.manifest.URLs[address]
	if known != nil && known.manifest.URLs[address] == sum && r.shares(known, name) {
		return nil
	}
	f, err := r.www.Open(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return r.damaged(wwwName+"/"+name, "is missing")
	case err != nil:
		return fmt.Errorf("publish: %s: %w", r.dir, err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.CopyBuffer(h, struct{ io.Reader }{f}, buffer); err != nil {
		return fmt.Errorf("publish: %s: %s: %w", r.dir, name, err)
	}
	if sumOfHash(h) != sum {
		return r.damaged(wwwName+"/"+name, "is not what was published")
	}
	return nil
}

// shares reports whether two releases have one file under a name.
func (r *Release) shares(known *Release, name string) bool {
	name = filepath.FromSlash(name)
	a, errA := os.Lstat(filepath.Join(r.dir, wwwName, name))
	b, errB := os.Lstat(filepath.Join(known.dir, wwwName, name))
	return errA == nil && errB == nil && a.Mode().IsRegular() && os.SameFile(a, b)
}

// verifyCounts finds compressed copies that were cut short: the manifest has no
// hash of them, but knows how much there is of everything. Fewer files are no
// fault, since a reader without them gets the plain ones.
func (r *Release) verifyCounts() error {
	files, bytes := 0, int64(0)
	err := fs.WalkDir(r.WWW(), ".", func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			files, bytes = files+1, bytes+info.Size()
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("publish: %s: %w", r.dir, err)
	}
	if files == r.manifest.Counts.Files && bytes < r.manifest.Counts.Bytes {
		return r.damaged(wwwName, fmt.Sprintf("holds %d bytes of %d", bytes, r.manifest.Counts.Bytes))
	}
	return nil
}
