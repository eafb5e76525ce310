package publish

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"whyfix/internal/disk"
)

// Current is the id of the live release of a folder. It only reads the link,
// which is cheap enough to poll. The error is ErrNoRelease, wrapped, when
// nothing has been built there.
func Current(dir string) (id string, err error) {
	name := filepath.Join(dir, currentName)
	id, err = os.Readlink(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		// Where links are refused, `current` is a text file that holds the id.
		var text []byte
		text, err = disk.ReadPlain(name)
		id = strings.TrimSpace(string(text[:min(len(text), 100)]))
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("publish: %s: %w", dir, ErrNoRelease)
	case err != nil:
		return "", fmt.Errorf("publish: which release is live: %w", err)
	case !validID(id):
		return "", fmt.Errorf("publish: %s names %q, which is not a release", name, id)
	}
	return id, nil
}

// Rollback makes the newest complete release before the live one live again.
// It passes over releases that this version of the program cannot open, and
// those that are damaged: it reads all of one, as a server does before it serves
// it.
//
// The errors, wrapped, are ErrNothingOlder, with why the older ones were passed
// over, ErrNoRelease and ErrBusy.
func Rollback(ctx context.Context, dir string, index IndexRoot) (from, to string, err error) {
	if _, err := Current(dir); err != nil {
		return "", "", err // before the lock, which would leave a file in a folder that is none of ours
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", "", fmt.Errorf("publish: %w", err)
	}
	defer root.Close()
	lock, err := lockDir(root)
	if err != nil {
		return "", "", err
	}
	defer unlockDir(lock)

	if from, err = Current(dir); err != nil {
		return "", "", err
	}
	ids, err := releaseIDs(root)
	if err != nil {
		return from, "", err
	}
	nothing := ErrNothingOlder
	for _, id := range ids {
		if id >= from || !complete(root, id) {
			continue
		}
		if err := tryRelease(ctx, dir, id, index); err != nil {
			if ctx.Err() != nil {
				return from, "", err
			}
			nothing = fmt.Errorf("%w: %w", nothing, err)
			continue
		}
		if err := switchTo(root, id, root.Symlink); err != nil {
			return from, "", err
		}
		return from, id, syncDir(root, ".")
	}
	return from, "", fmt.Errorf("publish: roll back from %s: %w", from, nothing)
}

// tryRelease looks whether a server would take a release.
func tryRelease(ctx context.Context, dir, id string, index IndexRoot) error {
	r, err := openRelease(filepath.Join(dir, id), id)
	if err != nil {
		return err
	}
	if err = r.Verify(ctx, index, nil); err == nil {
		err = r.verifyCopies(ctx)
	}
	return errors.Join(err, r.Close())
}

// switchTo makes a release the live one in a single rename.
func switchTo(root *os.Root, id string, symlink func(target, name string) error) error {
	if err := root.RemoveAll(currentTemp); err != nil {
		return fmt.Errorf("publish: switch: %w", err)
	}
	if err := symlink(id, currentTemp); err != nil {
		// Windows makes links only for some users: a text file does as well.
		if err := writeFile(root, currentTemp, []byte(id+"\n")); err != nil {
			return fmt.Errorf("publish: switch: %w", err)
		}
	}
	if err := root.Rename(currentTemp, currentName); err != nil {
		return fmt.Errorf("publish: switch: %w", err)
	}
	return nil
}

// releaseIDs lists every folder that has the name of a release, newest first,
// complete or not.
func releaseIDs(root *os.Root) ([]string, error) {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, fmt.Errorf("publish: %s: %w", root.Name(), err)
	}
	var ids []string
	for _, entry := range entries {
		if entry.IsDir() && validID(entry.Name()) {
			ids = append(ids, entry.Name())
		}
	}
	slices.Sort(ids)
	slices.Reverse(ids)
	return ids, nil
}

// Indexed is a release whose index is in a cluster.
type Indexed struct{ Release, Index string }

// Indexes are the complete releases of a folder whose index is in a cluster, the
// newest first. A release whose manifest cannot be read is none: it is not
// served either.
func Indexes(dir string) ([]Indexed, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("publish: %w", err)
	}
	defer root.Close()
	ids, err := releaseIDs(root)
	if err != nil {
		return nil, err
	}
	var out []Indexed
	for _, id := range ids {
		data, err := disk.ReadPlain(filepath.Join(dir, id, manifestName))
		if err != nil {
			continue
		}
		if m, err := decodeManifest(data); err == nil && m.Search != nil && m.Search.Index != "" {
			out = append(out, Indexed{id, m.Search.Index})
		}
	}
	return out, nil
}

// complete reports whether a release has its manifest.
func complete(root *os.Root, id string) bool {
	info, err := root.Lstat(id + "/" + manifestName)
	return err == nil && info.Mode().IsRegular()
}

// remove deletes a release or what a dead build left. The manifest goes first:
// a removal that dies half-way leaves no release, and no reader can take a
// folder for one while files vanish from it. To remove the files takes as long
// as to link them, so that is done on all CPUs, too.
func remove(root *os.Root, id string) error {
	err := root.Remove(id + "/" + manifestName)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		www := id + "/" + wwwName
		entries, _ := fs.ReadDir(root.FS(), www) // what cannot be read, or is no folder, is removed below
		var group errgroup.Group
		group.SetLimit(runtime.GOMAXPROCS(0))
		for _, entry := range entries {
			group.Go(func() error { return root.RemoveAll(www + "/" + entry.Name()) })
		}
		if err = group.Wait(); err == nil {
			err = root.RemoveAll(id)
		}
	}
	if err != nil {
		return fmt.Errorf("publish: remove release %s: %w", id, err)
	}
	return nil
}

// removeDead deletes the folders of builds that died. The live release stays
// even if its manifest was lost, since somebody may be reading it.
func removeDead(root *os.Root, ids []string, live string) error {
	for _, id := range ids {
		if id != live && !complete(root, id) {
			if err := remove(root, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// prune deletes old releases until keep complete ones are left, and says how
// many went. The live one always stays. The first to go are those newer than
// before, the release that was live until now: they were rolled back from or
// never switched to, and a rollback must not lead to one of them.
func prune(root *os.Root, live, before string, keep int) (removed int, err error) {
	ids, err := releaseIDs(root)
	if err != nil {
		return 0, err
	}
	kept := 1 // live
	for _, id := range ids {
		if id == live || !complete(root, id) {
			continue
		}
		rejected := before != "" && id > before
		if !rejected && kept < keep {
			kept++
			continue
		}
		if err := remove(root, id); err != nil {
			return removed, err
		}
		removed++
	}
	return removed, nil
}

// An id is the time of the build in UTC and a number, such as
// "20260102T150405-8f3a01bc". Ids sort by time as strings.
const stampLayout = "20060102T150405"

var idShape = regexp.MustCompile(`^\d{8}T\d{6}-[0-9a-f]{8}$`)

// newID is an id for a build at now that sorts after newest, the last id in
// the folder or "": when that is of the same second or, because a clock was set
// back, of a later one, the id is of the second after it; after the last second
// that an id can have, of the number after its own. The number is random, so that
// two machines which publish the same site do not share ids.
func newID(now time.Time, newest string) (string, error) {
	var number [4]byte
	_, _ = rand.Read(number[:]) // documented never to fail
	stamp := now.UTC().Format(stampLayout)
	if last, lastNumber, _ := strings.Cut(newest, "-"); newest != "" && (stamp <= last || !validID(stamp+"-00000000")) {
		at, _ := time.Parse(stampLayout, last)
		if stamp = at.Add(time.Second).Format(stampLayout); at.Add(time.Second).Year() > 9999 {
			n, _ := strconv.ParseUint(lastNumber, 16, 32)
			stamp = last
			binary.BigEndian.PutUint32(number[:], uint32(n+1))
		}
	}
	id := stamp + "-" + hex.EncodeToString(number[:])
	if !validID(id) || id <= newest {
		return "", fmt.Errorf("publish: no id of a release comes after %q at %s; remove that release, or set the clock", newest, now.UTC().Format(time.DateTime))
	}
	return id, nil
}

// validID reports whether a name has the shape of an id.
func validID(s string) bool {
	stamp, _, _ := strings.Cut(s, "-")
	_, err := time.Parse(stampLayout, stamp)
	return err == nil && idShape.MatchString(s)
}

// createFile writes a new file.
func createFile(root *os.Root, name string, data []byte) error {
	return create(root, name, data, func(*os.File) error { return nil })
}

// writeFile writes a new file and forces it to the disk.
func writeFile(root *os.Root, name string, data []byte) error {
	return create(root, name, data, (*os.File).Sync)
}

func create(root *os.Root, name string, data []byte, then func(*os.File) error) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = then(f)
	}
	return errors.Join(err, f.Close())
}

// lockDir takes the exclusive lock of a folder of releases. unlockDir gives it
// back, as does the end of the process, however it ends. The file itself
// stays: removing it would let two builds lock two different files.
//
// It returns ErrBusy, wrapped, when another holds the lock.
func lockDir(root *os.Root) (*os.File, error) {
	if info, err := root.Lstat(lockName); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("publish: %s is %s where a file should be; remove it", filepath.Join(root.Name(), lockName), disk.Kind(info.Mode()))
	}
	f, err := root.OpenFile(lockName, os.O_RDWR|os.O_CREATE, fileMode)
	if err != nil {
		return nil, fmt.Errorf("publish: lock %s: %w", root.Name(), err)
	}
	err = disk.Lock(f)
	if errors.Is(err, disk.ErrLocked) {
		err = ErrBusy
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("publish: %s: %w", root.Name(), err)
	}
	return f, nil
}

// unlockDir gives a lock back. Closing the file is not enough: a process that
// was started a moment ago may still hold a copy of it, until it has become
// the other program.
func unlockDir(f *os.File) error {
	disk.Unlock(f)
	return f.Close()
}

// scratchName is the folder beside the releases in which a builder keeps what
// makes the next build faster. It is no part of any release.
const scratchName = ".build"

// ScratchDir is the builder's folder beside the releases, as an OS path.
func ScratchDir(dir string) string { return filepath.Join(dir, scratchName) }

// Scratch makes the builder's folder beside the releases and locks it until
// release is called, or the process ends. The error is ErrBusy, wrapped, while
// another has it.
func Scratch(dir string) (name string, release func() error, err error) {
	name = ScratchDir(dir)
	if info, err := os.Stat(name); err == nil && !info.IsDir() {
		return "", nil, fmt.Errorf("publish: %s is %s where a folder should be; remove it", name, disk.Kind(info.Mode()))
	}
	if err := os.MkdirAll(name, dirMode); err != nil {
		return "", nil, fmt.Errorf("publish: %w", err)
	}
	root, err := os.OpenRoot(name)
	if err != nil {
		return "", nil, fmt.Errorf("publish: %w", err)
	}
	defer root.Close()
	lock, err := lockDir(root)
	if err != nil {
		return "", nil, err
	}
	return name, func() error { return unlockDir(lock) }, nil
}
