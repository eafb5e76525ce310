package posts

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"whyfix/internal/diag"
	"whyfix/internal/disk"
	"whyfix/internal/search"
)

// Read is what became of one file.
type Read struct {
	Scanned
	Name  string
	Taken bool // its documents are
}

// Take reads documents from JSON lines, all or, if one is none and the bad are
// not to be skipped, nothing of them.
func (f *Feed) Take(name string, r io.Reader, d Defaults, skipBad bool) (Read, error) {
	docs, scanned, err := scan(name, r, d)
	if err != nil || scanned.Bad > 0 && !skipBad {
		return Read{Scanned: scanned, Name: name}, err
	}
	for _, doc := range docs {
		f.Put(doc, "")
	}
	return Read{scanned, name, true}, nil
}

// scan gives the documents of a file, of those with one id the last.
func scan(name string, r io.Reader, d Defaults) (map[string]*search.Document, Scanned, error) {
	docs := map[string]*search.Document{}
	scanned, err := Scan(name, r, d, func(doc *search.Document) error {
		docs[doc.URL] = doc
		return nil
	})
	return docs, scanned, err
}

// TakeSources reads the files that the site names under sources:, from the content
// folder, those that have changed. Such a file is all that it says: documents that
// it has no more go, and those of a file that is gone. A pattern that no file
// matches is a mistake, and takes nothing away.
func (f *Feed) TakeSources(ctx context.Context, dir string) (out []Read, mistakes diag.List, err error) {
	before := f.files
	f.files = nil
	named := map[string]bool{}
	for _, source := range f.settings.Sources {
		if named[source.Pattern] {
			continue
		}
		named[source.Pattern] = true
		matches, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(source.Pattern)))
		if filepath.IsAbs(filepath.FromSlash(source.Pattern)) {
			matches, err = filepath.Glob(filepath.FromSlash(source.Pattern))
		}
		if err != nil || len(matches) == 0 {
			mistakes = append(mistakes, diag.Diagnostic{
				Pos: diag.Pos{File: "site.yaml"}, Severity: diag.Error,
				Message: diag.Say("sources: no file matches %q", source.Pattern),
				Hint:    diag.Say("write a path, or a pattern such as ../forum/*.jsonl, from the content folder; what was read before stays"),
			})
			for _, file := range before {
				if file.Pattern == source.Pattern {
					f.files = append(f.files, file)
				}
			}
			continue
		}
		for _, name := range matches {
			if err := ctx.Err(); err != nil {
				return nil, nil, err
			}
			d := Defaults{Kind: source.Kind, Language: source.Language, Zone: f.settings.Zone}
			if d.Language == "" {
				d.Language = f.settings.Language
			}
			file := File{Path: filepath.ToSlash(name), Pattern: source.Pattern}
			if rel, err := filepath.Rel(dir, name); err == nil {
				file.Path = filepath.ToSlash(rel)
			}
			if slices.ContainsFunc(f.files, func(other File) bool { return other.Path == file.Path }) {
				continue // two patterns match it
			}
			read, err := f.takeFile(name, &file, before, d)
			if err != nil {
				return nil, nil, err
			}
			if read != nil {
				out = append(out, *read)
			}
			f.files = append(f.files, file)
		}
	}
	for _, file := range before {
		if !slices.ContainsFunc(f.files, func(other File) bool { return other.Path == file.Path }) {
			f.keepOnly(file.Path, nil)
			f.touched = true
		}
	}
	f.touched = f.touched || !slices.Equal(before, f.files)
	return out, mistakes, nil
}

// takeFile reads a file of sources:, unless it is as it was; then it gives nil.
func (f *Feed) takeFile(name string, file *File, before []File, d Defaults) (*Read, error) {
	in, err := os.OpenFile(name, os.O_RDONLY|disk.WithoutWaiting, 0)
	if err != nil {
		return nil, fmt.Errorf("posts: %w", err)
	}
	defer in.Close()
	info, err := in.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is %s, not a plain file", name, disk.Kind(info.Mode()))
	}
	if err != nil {
		return nil, fmt.Errorf("posts: %w", err)
	}
	if now := disk.StatOf(info); now.Settled(f.options.Now) { // else another change could follow that nobody sees
		file.Stamp = fmt.Sprint(now, d.Kind, d.Language, d.Zone)
	}
	was := slices.IndexFunc(before, func(other File) bool { return other.Path == file.Path })
	if was >= 0 && file.Stamp != "" && before[was].Stamp == file.Stamp {
		return nil, nil
	}
	docs, scanned, err := scan(filepath.ToSlash(name), in, d)
	if err != nil {
		return nil, err
	}
	read := &Read{scanned, filepath.ToSlash(name), scanned.Bad == 0}
	if !read.Taken {
		file.Stamp = ""
		return read, nil
	}
	ids := make(map[string]bool, len(docs))
	for id, doc := range docs {
		ids[id] = true
		f.Put(doc, file.Path)
	}
	f.keepOnly(file.Path, ids)
	return read, nil
}
