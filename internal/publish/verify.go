package publish

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"whyfix/internal/disk"
)

// ErrDamaged says that a release does not hold what its manifest says: it is
// still being copied, or somebody changed it.
var ErrDamaged = errors.New("the release is damaged or not all there")

// named is a file of a release and its content hash.
type named struct {
	name, sum string
	before    bool // a release that is known to be whole has it with this hash
}

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
	// Readers are answered meanwhile: half of the processors are theirs.
	workers := max(runtime.GOMAXPROCS(0)/2, 1)
	group, ctx := errgroup.WithContext(ctx)
	lots := make(chan []named, workers)
	for range workers {
		group.Go(func() error {
			buffer := make([]byte, 64<<10)
			for lot := range lots {
				for _, file := range lot {
					if err := ctx.Err(); err != nil {
						return err
					}
					if err := r.verifyFile(file, known, buffer); err != nil {
						return err
					}
				}
			}
			return nil
		})
	}
	group.Go(func() error {
		defer close(lots)
		return r.files(ctx, known, lots)
	})
	if err := group.Wait(); err != nil {
		return err
	}
	if err := r.verifyCounts(); err != nil {
		return err
	}
	r.verified = verified
	return nil
}

// lotSize is how many files one after the other are verified by one processor.
const lotSize = 256

// files sends those that the manifest names, in lots: the pages in the order of
// their addresses, which is about that of the disk, then the others.
func (r *Release) files(ctx context.Context, known *Release, lots chan<- []named) error {
	lot := make([]named, 0, lotSize)
	send := func() bool {
		select {
		case lots <- lot:
			lot = make([]named, 0, lotSize)
			return true
		case <-ctx.Done():
			return false
		}
	}
	if known == nil {
		known = &Release{manifest: &Manifest{}}
	}
	before, stop := known.hashes.beside()
	defer stop()
	var bad error
	err := r.hashes.Each(func(address, sum string) bool {
		name := FileOf(address)
		if checkPath(name) != nil {
			bad = r.damaged(manifestName, fmt.Sprintf("names %q, which is no address", address))
			return false
		}
		lot = append(lot, named{wwwName + "/" + name, sum, before.hash(address) == sum})
		return len(lot) < lotSize || send()
	})
	if err = errors.Join(bad, err, ctx.Err()); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(r.manifest.Index)) {
		if checkPath(name) != nil {
			return r.damaged(manifestName, fmt.Sprintf("names %q, which is no file of an index", name))
		}
		sum := r.manifest.Index[name]
		lot = append(lot, named{searchName + "/" + name, sum, known.manifest.Index[name] == sum})
	}
	if sum := r.manifest.Template; sum != "" {
		lot = append(lot, named{templateName, sum, known.manifest.Template == sum})
	}
	if r.manifest.Copies != "" {
		lot = append(lot, named{name: copiesName, sum: r.manifest.Copies})
	}
	send()
	return ctx.Err()
}

func (r *Release) damaged(name, what string) error {
	return fmt.Errorf("publish: %s: %w: %s %s", r.dir, ErrDamaged, name, what)
}

// cannot is the error of a file that may be as it should, or not.
func (r *Release) cannot(name string, err error) error {
	return fmt.Errorf("publish: %s: %s: %w", r.dir, name, err)
}

func (r *Release) verifyFile(file named, known *Release, buffer []byte) error {
	if file.before && r.shares(known, file) {
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
	f, err := r.root.OpenFile(file.name, os.O_RDONLY|disk.WithoutWaiting, 0)
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
	if known.verified.IsZero() || known.verified.After(time.Now().Round(0)) {
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
