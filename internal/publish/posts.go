package publish

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"whyfix/internal/disk"
)

// Posts are documents that are found beside the articles and are no pages. They
// change without a build, so they are in no release, but in a folder beside them
// that is kept in the same way: a generation is a folder that never changes once
// it is complete, and one link says which is live.
//
//	<dir>/posts/<id>/search/       the index of the posts, or where it is
//	<dir>/posts/<id>/known         what whoever makes the next one knows of them
//	<dir>/posts/<id>/manifest.json what the generation holds, written last
//	<dir>/posts/current            the live generation: a link to its <id>
//	<dir>/posts/changing           what a feed is changing in a cluster, until it is done

// postsName is the folder of the posts, beside the releases.
const postsName = "posts"

// PostsDir is the folder of the posts of a folder of releases.
func PostsDir(dir string) string { return filepath.Join(dir, postsName) }

// PostsSchema is the version of what a generation of posts is.
const PostsSchema = 1

// PostsManifest says what a generation of posts holds.
type PostsManifest struct {
	Schema    int            `json:"schema"`
	ID        string         `json:"id"`
	Time      time.Time      `json:"time"`
	Generator string         `json:"generator"`
	Documents int            `json:"documents"`        // in the index, expired ones too
	Sources   map[string]int `json:"sources"`          // how many of them there are, by what they are
	Expiring  int            `json:"expiring"`         // how many of them will not be found some day
	Engine    string         `json:"engine,omitempty"` // of an index that is in a cluster
	// Files are all files beside this one, by their names, with their content
	// hashes; of the index's root what it says.
	Files map[string]string `json:"files"`
}

// encode writes it as a release's manifest is written, with its own digest first.
func (m *PostsManifest) encode() ([]byte, error) {
	data, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "%s%s%s%s", digestHead, Sum(data), digestTail, data[len(manifestHead):]), nil
}

// PostsWriter makes a generation of posts. It holds the lock of the folder until
// Commit or Abort.
type PostsWriter struct {
	dir   string
	id    string
	now   time.Time
	index IndexRoot
	root  *os.Root
	lock  *os.File
	last  *Posts
	done  bool
	// For tests: it is called before each step of Commit with its name, and its
	// error is that step's.
	fault func(step string) error
}

// Posts is a generation of posts, for reading.
type Posts struct {
	dir      string
	manifest PostsManifest
	verified time.Time              // zero: never
	files    map[string]os.FileInfo // as they were then
}

// EditPosts begins a generation of the posts of a folder of releases, which must
// have a live one. Generations that died are removed. The error is ErrBusy,
// wrapped, while another is at work.
func EditPosts(dir string, now time.Time, index IndexRoot) (_ *PostsWriter, err error) {
	if _, err := Current(dir); err != nil {
		return nil, err
	}
	dir = PostsDir(dir)
	if err := os.MkdirAll(dir, dirMode); err != nil {
		return nil, fmt.Errorf("publish: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("publish: %w", err)
	}
	w := &PostsWriter{dir: dir, now: now.UTC().Round(0), index: index, root: root, fault: func(string) error { return nil }}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.unlock())
		}
	}()
	if w.lock, err = lockDir(root); err != nil {
		return nil, err
	}
	live, err := Current(dir)
	if err != nil && !errors.Is(err, ErrNoRelease) {
		return nil, err
	}
	ids, err := releaseIDs(root)
	if err == nil {
		err = removeDead(root, ids, live)
	}
	if err != nil {
		return nil, err
	}
	newest := ""
	if len(ids) > 0 {
		newest = ids[0]
	}
	if w.id, err = newID(now, newest); err != nil {
		return nil, err
	}
	if live != "" {
		if w.last, err = openPosts(filepath.Join(dir, live)); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// ID is the name of the new generation.
func (w *PostsWriter) ID() string { return w.id }

// Last is the live generation; nil if there is none yet.
func (w *PostsWriter) Last() *Posts { return w.last }

// Folder makes the folder of the new generation, as an OS path. The caller fills
// it; files of the last generation may be linked into it.
func (w *PostsWriter) Folder() (string, error) {
	if err := w.root.Mkdir(w.id, dirMode); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("publish: %w", err)
	}
	return filepath.Join(w.dir, w.id), nil
}

// keptPosts is how many generations stay: who serves one has it open, and who is
// about to open one finds it.
const keptPosts = 3

// Commit completes the generation and makes it live. The caller sets Generator,
// Documents, Sources, Expiring and Engine of m. After an error the live generation is as it
// was, unless the switch itself was done.
func (w *PostsWriter) Commit(m PostsManifest) error {
	steps := []struct {
		name string
		do   func() error
	}{
		{"write manifest", func() (err error) {
			m.Schema, m.ID, m.Time = PostsSchema, w.id, w.now
			if m.Files, err = w.sums(); err != nil {
				return err
			}
			data, err := m.encode()
			if err != nil {
				return err
			}
			return createFile(w.root, w.id+"/"+manifestTemp, data)
		}},
		{"sync files", func() error { return w.sync(m.Files) }},
		{"rename manifest", func() error {
			return w.root.Rename(w.id+"/"+manifestTemp, w.id+"/"+manifestName)
		}},
		{"sync generation", func() error { return syncDir(w.root, w.id) }},
		{"switch", func() error { return switchTo(w.root, w.id, w.root.Symlink) }},
		{"sync switch", func() error { return syncDir(w.root, ".") }},
		{"prune", func() error {
			_, err := prune(w.root, w.id, "", keptPosts)
			return err
		}},
	}
	for _, step := range steps {
		err := w.fault(step.name)
		if err == nil {
			err = step.do()
		}
		if err != nil {
			return fmt.Errorf("publish: posts: %s: %w", step.name, err)
		}
	}
	w.done = true
	return w.unlock()
}

// sums are the content hashes of the files of the generation. What is linked to
// the last one has the hash that it has there.
func (w *PostsWriter) sums() (map[string]string, error) {
	out := map[string]string{}
	err := postFiles(w.root, w.id, func(name string, info fs.FileInfo) error {
		if w.last != nil {
			if was, err := os.Lstat(filepath.Join(w.last.dir, filepath.FromSlash(name))); err == nil && os.SameFile(was, info) {
				if sum, known := w.last.manifest.Files[name]; known {
					out[name] = sum
					return nil
				}
			}
		}
		sum, err := sumOfFile(filepath.Join(w.dir, w.id), name, w.index)
		out[name] = sum
		return err
	})
	return out, err
}

// postFiles calls visit for the files of a generation, by their names in it, but
// for its manifest.
func postFiles(root *os.Root, id string, visit func(name string, info fs.FileInfo) error) error {
	return fs.WalkDir(root.FS(), id, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		rest := strings.TrimPrefix(name, id+"/")
		if rest == manifestName || rest == manifestTemp {
			return nil
		}
		info, err := entry.Info()
		if err == nil && !info.Mode().IsRegular() {
			err = fmt.Errorf("%s is %s, not a plain file", rest, disk.Kind(info.Mode()))
		}
		if err != nil {
			return err
		}
		return visit(rest, info)
	})
}

// sumOfFile is the content hash of a file of a generation, or what it says.
func sumOfFile(dir, name string, index IndexRoot) (string, error) {
	if isIndexRoot(index, name) {
		says, err := index.Digest(filepath.Join(dir, searchName))
		return saysPrefix + says, err
	}
	f, err := os.OpenFile(filepath.Join(dir, filepath.FromSlash(name)), os.O_RDONLY|disk.WithoutWaiting, 0)
	if err != nil {
		return "", err
	}
	sum, err := SumReader(f)
	return sum, errors.Join(err, f.Close())
}

// sync forces the generation to the disk, but for its manifest's name.
func (w *PostsWriter) sync(files map[string]string) error {
	if err := disk.SyncFileSystem(filepath.Join(w.dir, w.id)); !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	folders := []string{w.id}
	for name := range files {
		if err := disk.SyncFile(filepath.Join(w.dir, w.id, filepath.FromSlash(name))); err != nil {
			return err
		}
		for at := strings.LastIndexByte(name, '/'); at > 0; at = strings.LastIndexByte(name[:at], '/') {
			folders = append(folders, w.id+"/"+name[:at])
		}
	}
	if err := disk.SyncFile(filepath.Join(w.dir, w.id, manifestTemp)); err != nil {
		return err
	}
	slices.Sort(folders)
	for _, name := range slices.Compact(folders) {
		if err := syncDir(w.root, name); err != nil {
			return err
		}
	}
	return nil
}

// Abort gives the generation up and lets go of the lock. After Commit it does
// nothing, so it can be deferred.
func (w *PostsWriter) Abort() error {
	if w.done {
		return nil
	}
	w.done = true
	if live, err := Current(w.dir); err == nil && live == w.id { // the switch was done all the same
		return w.unlock()
	}
	err := remove(w.root, w.id)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, w.unlock())
}

func (w *PostsWriter) unlock() error {
	err := w.root.Close()
	if w.lock != nil {
		err = errors.Join(err, unlockDir(w.lock))
	}
	return err
}

// OpenPosts opens the live generation of a folder of posts. The error is
// ErrNoRelease, wrapped, where there is none.
func OpenPosts(dir string) (*Posts, error) {
	for {
		id, err := Current(dir)
		if err != nil {
			return nil, err
		}
		p, err := openPosts(filepath.Join(dir, id))
		if err == nil {
			return p, nil
		}
		if again, errAgain := Current(dir); errAgain != nil || again == id {
			return nil, err
		}
	}
}

func openPosts(dir string) (*Posts, error) {
	p := &Posts{dir: dir}
	data, err := disk.ReadPlain(filepath.Join(dir, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("publish: %s: %w: it has no %s", dir, ErrIncomplete, manifestName)
	}
	if err != nil {
		return nil, fmt.Errorf("publish: %w", err)
	}
	rest, whole := cutDigest(data)
	if whole {
		in := json.NewDecoder(bytes.NewReader(rest))
		in.DisallowUnknownFields()
		if in.Decode(&p.manifest) != nil {
			whole = false
		} else if _, behind := in.Token(); !errors.Is(behind, io.EOF) {
			whole = false
		}
	}
	if whole && p.manifest.Schema == PostsSchema {
		return p, nil
	}
	var other struct {
		Schema int `json:"schema"`
	}
	if json.Unmarshal(data, &other) == nil && other.Schema != PostsSchema {
		return nil, fmt.Errorf("publish: %s: %w (the posts have schema %d, this program reads %d)", dir, ErrSchema, other.Schema, PostsSchema)
	}
	return nil, fmt.Errorf("publish: %s: %w: %s does not fit its own digest", dir, ErrDamaged, manifestName)
}

// Manifest says what the generation holds.
func (p *Posts) Manifest() PostsManifest { return p.manifest }

// Folder is the generation's, as an OS path.
func (p *Posts) Folder() string { return p.dir }

// SearchDir is the folder of the index.
func (p *Posts) SearchDir() string { return filepath.Join(p.dir, searchName) }

// Verify reads every file of the generation and compares it with its hash, but
// those that a known one has, which was verified; it may be nil. The error is
// ErrDamaged, wrapped, for what is not as it should be.
func (p *Posts) Verify(ctx context.Context, index IndexRoot, known *Posts) error {
	verified := time.Now().Round(0)
	files := make(map[string]os.FileInfo, len(p.manifest.Files))
	for name, want := range p.manifest.Files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if checkPath(name) != nil {
			return fmt.Errorf("publish: %s: %w: %s names %q", p.dir, ErrDamaged, manifestName, name)
		}
		file := filepath.Join(p.dir, filepath.FromSlash(name))
		info, err := os.Lstat(file)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("publish: %s: %w: %s is missing", p.dir, ErrDamaged, name)
		case err == nil && !info.Mode().IsRegular():
			return fmt.Errorf("publish: %s: %w: %s is not a plain file", p.dir, ErrDamaged, name)
		case err != nil:
			return fmt.Errorf("publish: %w", err)
		}
		if known != nil && !known.verified.IsZero() && !known.verified.After(verified) && known.manifest.Files[name] == want {
			was := known.files[name]
			if was != nil && os.SameFile(was, info) && was.Size() == info.Size() && was.ModTime().Equal(info.ModTime()) && info.ModTime().Before(known.verified) {
				files[name] = info
				continue
			}
		}
		sum, err := sumOfFile(p.dir, name, index)
		if err != nil {
			return fmt.Errorf("publish: %s: %s: %w", p.dir, name, err)
		}
		if sum != want || sum == saysPrefix {
			return fmt.Errorf("publish: %s: %w: %s is not what was written", p.dir, ErrDamaged, name)
		}
		files[name] = info
	}
	p.verified, p.files = verified, files
	return nil
}
