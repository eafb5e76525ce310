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

	"whyfix/internal/disk"
	"whyfix/internal/publish"
	"whyfix/internal/search"
)

// Posts that are in a cluster are changed in place: who asks meanwhile may find
// some of a change. The folder has counts of all, and which files were read; of
// each document the cluster tells.

// journalFile says, beside the generations, what is on its way to the cluster.
const journalFile = "changing"

func (f *Feed) journal() string {
	return filepath.Join(publish.PostsDir(f.options.Public), journalFile)
}

// left is what a feed began that died; "": none did.
func (f *Feed) left() (string, error) {
	data, err := os.ReadFile(f.journal())
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err == nil && len(data) == 0 {
		err = fmt.Errorf("%w: %s is empty", publish.ErrDamaged, f.journal())
	}
	return string(data), err
}

// begin leaves on the disk what is about to change, whole or not at all.
func (f *Feed) begin(journal []byte) error {
	temp := f.journal() + ".tmp"
	err := os.WriteFile(temp, journal, 0o644)
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

// inCluster reports whether what is known of documents is in the cluster.
func (f *Feed) inCluster() bool {
	if f.articles == "" {
		return false
	}
	last := f.writer.Last()
	return last == nil || f.options.Anew || last.Manifest().Engine == search.OpenSearch
}

// posts is the index of the posts.
func (f *Feed) posts(ctx context.Context) (_ *search.PostsIndex, err error) {
	if f.cluster == nil {
		f.cluster, err = search.OpenPosts(ctx, f.options.Cluster, f.articles)
	}
	return f.cluster, err
}

// takeUp goes on where a feed died: what it has done is there, and is counted when
// this one commits.
func (f *Feed) takeUp(ctx context.Context) error {
	if !f.inCluster() || f.options.Anew {
		return nil
	}
	if left, err := f.left(); left == "" || err != nil {
		return err
	}
	x, err := f.posts(ctx)
	if err == nil {
		err = x.Refresh(ctx)
	}
	if err != nil {
		return err
	}
	t, err := x.Tally(ctx, f.options.Now.Unix())
	if err != nil {
		return err
	}
	f.all, f.touched = t.Documents, true
	// What it had read is not written down; how a file was read is, if it is as it was.
	for path := range t.Files {
		if path != "" && !slices.ContainsFunc(f.files, func(file File) bool { return file.Path == path }) {
			f.files = append(f.files, File{Path: path})
		}
	}
	for i := range f.files {
		f.files[i].Stamp = ""
	}
	return nil
}

// learn takes what the cluster tells of a document, unless this feed changed it.
func (f *Feed) learn(p search.Post) {
	if !f.asked[p.URL] {
		f.asked[p.URL] = true
		f.entries[p.URL] = entry{ID: p.URL, Stamp: p.Stamp, Source: p.Source, Expires: p.Expires, From: p.From}
	}
}

// know lets entries have those documents of some ids that are there.
func (f *Feed) know(ctx context.Context, ids iter.Seq[string]) error {
	if f.all == 0 || !f.inCluster() {
		return nil
	}
	var list []string
	for id := range ids {
		if _, is := f.entries[id]; !is && !f.asked[id] {
			list = append(list, id)
		}
	}
	if len(list) == 0 {
		return nil
	}
	x, err := f.posts(ctx)
	if err == nil {
		err = x.Named(ctx, list, f.learn)
	}
	for _, id := range list {
		f.asked[id] = true // those that are not there, too
	}
	return err
}

// knowFrom lets entries have all documents of some files.
func (f *Feed) knowFrom(ctx context.Context, files []string) error {
	if f.all == 0 || len(files) == 0 || !f.inCluster() {
		return nil
	}
	x, err := f.posts(ctx)
	for _, file := range files {
		if err == nil {
			err = x.From(ctx, file, f.learn)
		}
	}
	return err
}

// knowExpired lets entries have all documents that have expired.
func (f *Feed) knowExpired(ctx context.Context) error {
	if f.all == 0 || !f.inCluster() {
		return nil
	}
	x, err := f.posts(ctx)
	if err == nil {
		err = x.Expired(ctx, f.options.Now.Unix(), f.learn)
	}
	return err
}

// commitToCluster changes the posts there. Documents that stay are only there, so
// posts that were in the folder, or in another cluster, are to be fed again.
func (f *Feed) commitToCluster(ctx context.Context, last string) error {
	if !f.changes.Any() && !f.touched {
		return nil
	}
	renewed := len(f.put) == f.all
	if !f.inCluster() && !renewed {
		return ErrMoved
	}
	folder, err := f.writer.Folder()
	if err != nil {
		return err
	}
	if !search.InCluster(last) {
		last = ""
	}
	change := search.PostsChange{
		Synonyms: f.synonyms, Gone: slices.Sorted(maps.Keys(f.gone)), Counted: slices.Sorted(maps.Keys(f.counted)), All: f.all,
		Renewed: renewed, Anew: f.options.Anew, Shards: f.options.Shards, Begin: f.begin,
	}
	if !f.options.Anew {
		if change.Left, err = f.left(); err != nil {
			return err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(f.put)) {
		e := f.entries[id]
		change.Put = append(change.Put, search.Posted{Document: f.put[id], Stamp: e.Stamp, From: e.From})
	}
	x, err := f.posts(ctx)
	if err != nil {
		return err
	}
	dir := filepath.Join(folder, "search")
	if err := x.Update(ctx, dir, last, change); err != nil {
		switch {
		case errors.Is(err, search.ErrPostsThere):
			return ErrThere
		case errors.Is(err, search.ErrClusterSchema):
			return ErrOlder
		}
		return err
	}
	if renewed {
		made, err := search.Open(dir, f.options.Cluster)
		if err != nil {
			return err
		}
		if err := errors.Join(made.Measure(ctx, dir), made.Close()); err != nil {
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
	err = f.writer.Commit(publish.PostsManifest{Generator: f.options.Generator, Documents: t.Documents, Sources: t.Sources, Expiring: t.Expiring, Engine: search.OpenSearch})
	if err != nil {
		return err
	}
	// Should it stay, the next feed counts again what is counted.
	if err := os.Remove(f.journal()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("posts: %w", err)
	}
	return nil
}
