package publish

import (
	"context"
	"io/fs"
	"sync"
)

// Doubt makes the Writer read all of the live release, as a server does before
// it serves one, and take nothing over that is not what its manifest says. It is
// for a release that is not as the last build left it, and must be called
// before the first file is put. Otherwise hashes are trusted, and sizes of pages
// compared.
func (w *Writer) Doubt(ctx context.Context) error {
	if w.live == nil {
		return nil
	}
	r, err := openRelease(w.live.dir, w.live.id)
	if err != nil { // nobody can serve it
		w.live = nil
		return nil
	}
	defer r.Close()
	r.index = w.index
	files, err := r.files()
	if err != nil {
		w.live = nil
		return nil
	}
	var mu sync.Mutex
	damaged := map[string]bool{}
	err = each(ctx, files, func(f named, buffer []byte) error {
		if r.verifyFile(f, nil, buffer) != nil {
			mu.Lock()
			damaged[f.name] = true
			mu.Unlock()
		}
		return nil
	})
	w.live.damaged, w.live.noSearch = damaged, !r.holdsIndex(damaged)
	return err
}

// holdsIndex reports whether the files of the index are those that the manifest
// names, and no other, and none is damaged.
func (r *Release) holdsIndex(damaged map[string]bool) bool {
	found := 0
	err := fs.WalkDir(r.root.FS(), searchName, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if r.sumOf(name) == "" || damaged[name] || !entry.Type().IsRegular() {
			return ErrDamaged
		}
		found++
		return nil
	})
	return err == nil && found > 0 && found == len(r.manifest.Index)
}
