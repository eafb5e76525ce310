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
	verified := time.Now().Round(0) // by the clock on the wall, as the times of files are
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
	if r.manifest.Copies != "" {
		out = append(out, named{copiesName, r.manifest.Copies})
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
	f, err := r.root.OpenFile(file.name, os.O_RDONLY|withoutWaiting, 0)
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
// nobody has written since. Where the clock was set back since, nobody knows that.
func (r *Release) shares(known *Release, file named) bool {
	if known.verified.IsZero() || known.verified.After(time.Now().Round(0)) || known.manifest.sumOf(file.name) != file.sum {
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

// IndexRoot knows the one file of an index that does not keep its bytes. Other
// programs that open the index, even to count what is in it, may write that file
// again, so a release vouches for what it says; for all other files it vouches
// for their bytes. What such a file looks like is the search's affair: whoever
// makes or reads releases brings this along. Dir is the folder of an index.
//
// Nil stands for an index without such a file.
type IndexRoot interface {
	// Name is the file's, in the folder of an index, with slashes.
	Name() string
	// Digest tells what the file says; "" if it says nothing that can be read. An
	// error says nothing about the file, only that it could not be read now.
	Digest(dir string) (string, error)
	// Copy brings the file into a folder that has all others, as a file of its
	// own: two releases must not be locked, or written, by who opens one.
	Copy(from, to string) error
}

// saysPrefix begins the hash, in a manifest, of a file that is known by what it
// says. Manifests of before have none: there it is known by its bytes.
const saysPrefix = "says:"

// isIndexRoot reports whether a file of a release, such as "search/store/x", is
// the root of its index.
func isIndexRoot(index IndexRoot, name string) bool {
	return index != nil && name == searchName+"/"+index.Name()
}

// verifyIndexRoot is verifyFile for the root of the index.
func (r *Release) verifyIndexRoot(file named) error {
	want := strings.TrimPrefix(file.sum, saysPrefix)
	if want == "" || !isIndexRoot(r.index, file.name) {
		return r.damaged(manifestName, "tells of "+file.name+" what cannot be compared")
	}
	says, err := r.index.Digest(filepath.Join(r.dir, searchName))
	switch {
	case err != nil:
		return r.cannot(file.name, err)
	case says != want:
		return r.damaged(file.name, "does not say what was published")
	}
	return nil
}
