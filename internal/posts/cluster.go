package posts

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"whyfix/internal/disk"
	"whyfix/internal/publish"
	"whyfix/internal/record"
	"whyfix/internal/search"
)

// Posts that are in a cluster are changed in place: who asks meanwhile may find
// some of a change. The folder has counts of all, and which files were read; of
// each document the cluster tells.

// journalFile says, beside the generations, what is on its way to the cluster.
const journalFile = "changing"

// journal is what it says.
type journal struct {
	Files  []File
	Change string // the cluster's own
}

const journalMagic = "whyfix feed 1\n"

func (f *Feed) journal() string {
	return filepath.Join(publish.PostsDir(f.options.Public), journalFile)
}

// readJournal is what a feed began that died; nil: none did.
func (f *Feed) readJournal() (*journal, error) {
	data, err := os.ReadFile(f.journal())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("posts: %w", err)
	}
	var j journal
	text, ok := strings.CutPrefix(string(data), journalMagic)
	rest, err := record.Read(text, &j)
	if !ok || err != nil || rest != "" {
		return nil, fmt.Errorf("posts: %w: %s cannot be read", publish.ErrDamaged, f.journal())
	}
	return &j, nil
}

// begin leaves on the disk what is about to change, whole or not at all.
func (f *Feed) begin(change []byte) error {
	files := slices.Clone(f.files)
	if f.died != nil {
		for _, file := range f.died.Files { // some of its documents may be there still
			if !slices.ContainsFunc(files, func(other File) bool { return other.Path == file.Path }) {
				files = append(files, File{file.Path, file.Pattern, ""})
			}
		}
	}
	temp := f.journal() + ".tmp"
	err := os.WriteFile(temp, record.Append([]byte(journalMagic), &journal{files, string(change)}), 0o644)
	if err == nil {
		err = disk.SyncFile(temp)
	}
	if err == nil {
		err = os.Rename(temp, f.journal())
	}
	if err == nil {
		var root *os.Root
		if root, err = os.OpenRoot(publish.PostsDir(f.options.Public)); err == nil {
			err = errors.Join(disk.SyncFolder(root, "."), root.Close())
		}
	}
	if err != nil {
		return fmt.Errorf("posts: %w", err)
	}
	return nil
}

// done forgets what was begun: it is known. Should it stay, the next feed counts
// again what is counted.
func (f *Feed) done() error {
	if err := os.Remove(f.journal()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("posts: %w", err)
	}
	return nil
}

// moved reports whether the posts are in another engine than the articles.
func (f *Feed) moved() bool {
	last := f.writer.Last()
	return last != nil && !f.options.Anew && (f.articles != "") != (last.Manifest().Engine == search.OpenSearch)
}

// posts is the index of the posts.
func (f *Feed) posts(ctx context.Context) (*search.PostsIndex, error) {
	if f.cluster != nil {
		return f.cluster, nil
	}
	known := search.PostsKnown{Anew: f.options.Anew}
	if last := f.writer.Last(); last != nil && !f.moved() && search.InCluster(last.SearchDir()) {
		known.Folder = last.SearchDir()
	}
	if f.died != nil {
		known.Journal = f.died.Change
	}
	x, err := search.OpenPosts(ctx, f.options.Cluster, f.articles, known)
	if err != nil {
		return nil, inWords(err)
	}
	f.cluster = x
	return x, nil
}

// inWords are the errors of an index in a cluster as people are told them.
func inWords(err error) error {
	for of, said := range map[error]error{
		search.ErrPostsThere: ErrThere, search.ErrPostsLost: ErrLost, search.ErrPostsClosed: ErrClosed,
		search.ErrPostsChanged: ErrChanged, search.ErrClusterSchema: ErrOlder,
	} {
		if errors.Is(err, of) {
			return said
		}
	}
	return err
}

// goOn goes on where a feed died: what it has done is there. Files that it had read
// are read again.
func (f *Feed) goOn(ctx context.Context) (err error) {
	if f.articles == "" || f.options.Anew || f.moved() {
		return nil
	}
	if f.died, err = f.readJournal(); f.died == nil || err != nil {
		return err
	}
	x, err := f.posts(ctx)
	if err != nil {
		return err
	}
	f.all, f.touched = x.Documents(), true
	for i := range f.files {
		if !slices.Contains(f.died.Files, f.files[i]) {
			f.files[i].Stamp = ""
		}
	}
	for _, file := range f.died.Files {
		if !slices.ContainsFunc(f.files, func(other File) bool { return other.Path == file.Path }) {
			file.Stamp = ""
			f.files = append(f.files, file)
		}
	}
	return nil
}

// learn takes what the cluster tells of a document, unless it is known.
func (f *Feed) learn(p search.Post) {
	if !f.asked[p.URL] {
		f.asked[p.URL] = true
		f.entries[p.URL] = entry{ID: p.URL, Stamp: p.Stamp, Source: p.Source, Expires: p.Expires, From: p.From}
	}
}

// ask asks the cluster for documents, if that is where they are.
func (f *Feed) ask(ctx context.Context, do func(*search.PostsIndex) error) error {
	switch {
	case f.moved():
		return ErrMoved
	case f.articles == "" || f.options.Anew:
		return nil
	}
	x, err := f.posts(ctx)
	if err != nil {
		return err
	}
	return inWords(do(x))
}

// know lets entries have those documents of some ids that are there.
func (f *Feed) know(ctx context.Context, ids iter.Seq[string]) error {
	var list []string
	for id := range ids {
		if _, is := f.entries[id]; !is && !f.asked[id] {
			list = append(list, id)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return f.ask(ctx, func(x *search.PostsIndex) error {
		if err := x.Named(ctx, list, f.learn); err != nil {
			return err
		}
		for _, id := range list {
			f.asked[id] = true // those that are not there, too
		}
		return nil
	})
}

// knowFrom lets entries have all documents of some files.
func (f *Feed) knowFrom(ctx context.Context, files []string) error {
	if len(files) == 0 {
		return nil
	}
	return f.ask(ctx, func(x *search.PostsIndex) error {
		for _, file := range files {
			if err := x.From(ctx, file, f.learn); err != nil {
				return err
			}
		}
		return nil
	})
}

// knowExpired lets entries have all documents that have expired.
func (f *Feed) knowExpired(ctx context.Context) error {
	return f.ask(ctx, func(x *search.PostsIndex) error { return x.Expired(ctx, f.options.Now.Unix(), f.learn) })
}

// commitToCluster changes the posts there. Documents that stay are only there, so
// posts that were in the folder are to be fed again.
func (f *Feed) commitToCluster(ctx context.Context) error {
	if !f.changes.Any() && !f.touched {
		return nil
	}
	if f.moved() {
		return ErrMoved
	}
	x, err := f.posts(ctx)
	if err != nil {
		return err
	}
	folder, err := f.writer.Folder()
	if err != nil {
		return err
	}
	change := search.PostsChange{
		ID: f.writer.ID(), Gone: slices.Sorted(maps.Keys(f.gone)), Counted: slices.Sorted(maps.Keys(f.counted)), All: f.all,
		Synonyms: f.synonyms, Shards: f.options.Shards, Begin: f.begin,
	}
	for _, id := range slices.Sorted(maps.Keys(f.put)) {
		e := f.entries[id]
		change.Put = append(change.Put, search.Posted{Document: f.put[id], Stamp: e.Stamp, From: e.From})
	}
	dir := filepath.Join(folder, "search")
	if err := x.Update(ctx, dir, change); err != nil {
		return inWords(err)
	}
	if !x.Measured() {
		if err := measure(ctx, dir, f.options.Cluster); err != nil {
			return err
		}
	}
	k := known{Files: f.files}
	if err := k.write(folder); err != nil {
		return err
	}
	t, err := x.Tally(ctx, f.options.Now.Unix())
	if err != nil {
		return err
	}
	err = f.writer.Commit(publish.PostsManifest{Generator: f.options.Generator, Documents: f.all, Sources: t.Sources, Expiring: t.Expiring, Engine: search.OpenSearch})
	if err != nil {
		return err
	}
	return errors.Join(x.Live(ctx), f.done())
}
