package posts

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

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
func (f *Feed) Take(ctx context.Context, name string, r io.Reader, d Defaults, skipBad bool) (Read, error) {
	docs, scanned, err := scan(name, r, d)
	if err != nil || scanned.Bad > 0 && !skipBad {
		return Read{Scanned: scanned, Name: name}, err
	}
	if err := f.know(ctx, maps.Keys(docs)); err != nil {
		return Read{}, err
	}
	for _, doc := range docs {
		f.place(doc, "")
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

// sourceFile is a file of sources: that is there.
type sourceFile struct {
	File
	name     string // as an OS path
	defaults Defaults
	read     *Read // nil: it is as it was
	docs     map[string]*search.Document
}

// takes reports whether what the file says now is all that it has.
func (s *sourceFile) takes() bool { return s.read != nil && s.read.Taken }

// TakeSources reads the files that the site names under sources:, from the content
// folder, those that have changed. Such a file is all that it says: documents that
// it has no more go, and those of a file that is gone. A pattern that no file
// matches is a mistake, and takes nothing away.
func (f *Feed) TakeSources(ctx context.Context, dir string) (out []Read, mistakes diag.List, err error) {
	before := f.files
	list, stay, mistakes := f.sourceFiles(dir)
	for _, file := range list {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		if err := file.scan(f.options.Now, before); err != nil {
			return nil, nil, err
		}
	}
	if err := f.scanShared(ctx, list); err != nil {
		return nil, nil, err
	}
	sayShared(list)
	f.files = stay
	for _, file := range list {
		if file.read != nil {
			out = append(out, *file.read)
		}
		f.files = append(f.files, file.File)
	}
	if err := f.takeFiles(ctx, before, list); err != nil {
		return nil, nil, err
	}
	f.touched = f.touched || !slices.Equal(before, f.files)
	return out, mistakes, nil
}

// sourceFiles are the files that the site names, in its order, and those of before
// that stay as they were since nothing matches their pattern now.
func (f *Feed) sourceFiles(dir string) (list []*sourceFile, stay []File, mistakes diag.List) {
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
			for _, file := range f.files {
				if file.Pattern == source.Pattern {
					stay = append(stay, file)
				}
			}
			continue
		}
		for _, name := range matches {
			file := File{Path: filepath.ToSlash(name), Pattern: source.Pattern}
			if rel, err := filepath.Rel(dir, name); err == nil {
				file.Path = filepath.ToSlash(rel)
			}
			if !slices.ContainsFunc(list, func(other *sourceFile) bool { return other.Path == file.Path }) { // else two patterns match it
				list = append(list, &sourceFile{File: file, name: name, defaults: f.settings.Defaults(source.Kind, source.Language)})
			}
		}
	}
	return list, stay, mistakes
}

// scan reads the file, unless it is as it was before.
func (s *sourceFile) scan(now time.Time, before []File) error {
	in, err := os.OpenFile(s.name, os.O_RDONLY|disk.WithoutWaiting, 0)
	if err != nil {
		return fmt.Errorf("posts: %w", err)
	}
	defer in.Close()
	info, err := in.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is %s, not a plain file", s.name, disk.Kind(info.Mode()))
	}
	if err != nil {
		return fmt.Errorf("posts: %w", err)
	}
	s.Stamp = ""
	if is := disk.StatOf(info); is.Settled(now) { // else another change could follow that nobody sees
		s.Stamp = fmt.Sprint(is, s.defaults.Kind, s.defaults.Language, s.defaults.Languages, s.defaults.Zone)
	}
	was := slices.IndexFunc(before, func(other File) bool { return other.Path == s.Path })
	if was >= 0 && s.Stamp != "" && before[was].Stamp == s.Stamp {
		return nil
	}
	name := filepath.ToSlash(s.name)
	docs, scanned, err := scan(name, in, s.defaults)
	if err != nil {
		return err
	}
	s.read, s.docs = &Read{scanned, name, scanned.Bad == 0}, docs
	if !s.read.Taken {
		s.Stamp, s.docs = "", nil
	}
	return nil
}

// scanShared reads the files, too, that are as they were, but have documents whose
// ids now stand in another one.
func (f *Feed) scanShared(ctx context.Context, list []*sourceFile) error {
	same := map[string]*sourceFile{}
	for _, file := range list {
		if file.read == nil {
			same[file.Path] = file
		}
	}
	left := slices.Clone(list)
	for len(left) > 0 {
		file := left[0]
		left = left[1:]
		if err := f.know(ctx, maps.Keys(file.docs)); err != nil {
			return err
		}
		for id := range file.docs {
			other := same[f.entries[id].From]
			if other == nil {
				continue
			}
			delete(same, other.Path)
			if err := other.scan(f.options.Now, nil); err != nil {
				return err
			}
			left = append(left, other)
		}
	}
	return nil
}

// sayShared says which ids stand in two files. Both are read again the next time:
// if one lets go of a document, the other still has it.
func sayShared(list []*sourceFile) {
	in := map[string]*sourceFile{} // by id, the last that has it
	for _, file := range list {
		twice := map[*sourceFile][]string{}
		for id := range file.docs {
			if other := in[id]; other != nil {
				twice[other] = append(twice[other], id)
			}
			in[id] = file
		}
		for _, other := range list {
			ids := twice[other]
			if len(ids) == 0 {
				continue
			}
			file.Stamp, other.Stamp = "", ""
			message := diag.Say("the id %q stands in %s, too: the document of this file counts", ids[0], other.read.Name)
			if len(ids) > 1 {
				message = diag.Say("%d ids, such as %q, stand in %s, too: the documents of this file count", len(ids), slices.Min(ids), other.read.Name)
			}
			file.read.Diags = slices.Insert(file.read.Diags, 0, diag.Diagnostic{
				Pos: diag.Pos{File: file.read.Name}, Severity: diag.Warning, Message: message, Hint: diag.Say("give each document an id of its own"),
			})
		}
	}
}

// takeFiles puts what the files have now, of documents with one id the last, and
// takes away what they have no more.
func (f *Feed) takeFiles(ctx context.Context, before []File, list []*sourceFile) error {
	docs, from := map[string]*search.Document{}, map[string]string{}
	changed := map[string]bool{} // files of which all is known; false: as they were
	for _, file := range f.files {
		changed[file.Path] = false
	}
	for _, file := range list {
		changed[file.Path] = file.takes()
		for id, doc := range file.docs {
			docs[id], from[id] = doc, file.Path
		}
	}
	var whole []string // files whose documents have to be known
	for _, file := range before {
		if all, is := changed[file.Path]; all || !is {
			whole = append(whole, file.Path)
		}
	}
	if err := f.knowFrom(ctx, whole); err != nil {
		return err
	}
	for id, e := range f.entries {
		if all, is := changed[e.From]; docs[id] == nil && e.From != "" && (all || !is) {
			f.remove(id)
		}
	}
	for id, doc := range docs {
		f.place(doc, from[id])
	}
	return nil
}
