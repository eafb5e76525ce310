package site

import (
	"path"
	"slices"
	"strings"

	"whyfix/internal/content"
	"whyfix/internal/diag"
)

// Files beside the articles are published when something of the site leads to
// them, or when their kind is one that belongs on a site. What else lies in a
// folder that people work in (drafts in another program's form, locks of an
// office, thumbnails) is nobody's to read.

// fileKinds are the endings of files that are published whether or not
// something leads to them: pictures, documents, archives, films, recordings.
func fileKinds() []string {
	return []string{
		".avif", ".bmp", ".gif", ".ico", ".jpeg", ".jpg", ".png", ".svg", ".webp",
		".pdf",
		".7z", ".bz2", ".gz", ".rar", ".tar", ".tgz", ".xz", ".zip",
		".m4a", ".m4v", ".mov", ".mp3", ".mp4", ".oga", ".ogg", ".ogv", ".opus", ".wav", ".webm",
		".srt", ".vtt",
	}
}

// askedByName reports whether other programs ask for a file by its name: at the
// top of the site such as CNAME or a text that proves whose it is, beside each
// home page what the program itself would write there.
func askedByName(p string) bool {
	if !strings.Contains(p, "/") {
		return p == "CNAME" || slices.Contains([]string{".txt", ".xml", ".html", ".json", ".webmanifest"}, path.Ext(p))
	}
	return slices.Contains([]string{SitemapFile, RobotsFile, FeedFile, LLMsFile}, path.Base(p))
}

// leftover reports whether a file is what a program leaves behind while somebody
// works: it has the ending of another file, and nothing in it for readers.
func leftover(p string) bool {
	base := strings.ToLower(path.Base(p))
	return strings.HasPrefix(base, "~$") || slices.Contains([]string{"thumbs.db", "desktop.ini", "ehthumbs.db"}, base)
}

// asset finds a file that a page or a setting leads to, which is then published.
func (r *resolver) asset(p string) (Asset, bool) {
	a, ok := r.assets[p]
	if ok {
		r.used[p] = true
	}
	return a, ok
}

// kinds are the endings of files that are published although nothing leads to
// them; ".*" is every file.
func (r *resolver) kinds() map[string]bool {
	kinds := map[string]bool{".*": r.in.Settings.RawHTML} // with which nobody knows what pages lead to
	for _, end := range fileKinds() {
		kinds[end] = true
	}
	for _, kind := range r.in.Settings.Files {
		kinds["."+kind] = true
	}
	return kinds
}

// files tells, when all links are known, which files are published, and names
// the others.
func (r *resolver) files() {
	var left []string
	r.site.Copied = make([]Asset, 0, len(r.in.Assets))
	for _, a := range r.in.Assets {
		p := a.Path
		switch {
		case r.reserved[p]:
			r.site.Copied = append(r.site.Copied, a)
		case r.used[p] || r.in.Mentioned != nil && r.in.Mentioned(p):
			r.copied(a)
			r.site.Copied = append(r.site.Copied, a)
		case content.Meant(p) != "": // which was said
		default:
			left = append(left, p)
		}
	}
	if left = r.unpromised(left); len(left) == 0 {
		return
	}
	slices.Sort(left)
	const most = 10
	names := diag.Names(left[:min(len(left), most)])
	if len(left) > most {
		names = diag.Say("%s and %d more", names, len(left)-most)
	}
	message, hint := diag.Say("this file is not published, because nothing leads to it: %s", names), diag.Say("take it out of the folder, or link to it")
	if len(left) > 1 {
		hint = diag.Say("take them out of the folder, or link to those that belong there")
		message = diag.Say("%d files are not published, because nothing leads to them: %s", len(left), names)
	}
	if ends := r.kindsOf(left); ends != "" {
		hint = diag.Say("%s; files: [%s] in site.yaml publishes all of a kind", hint, ends)
	}
	r.problem(diag.Pos{File: "."}, diag.Warning, "file-left-out", message, hint)
}

// unpromised are the files to which no article leads that is still to be
// published: whoever writes it has reason to keep them.
func (r *resolver) unpromised(files []string) []string {
	if len(files) == 0 {
		return nil
	}
	promised := map[string]bool{}
	for _, w := range r.site.Withheld {
		for i := range w.Doc.Refs {
			ref := &w.Doc.Refs[i]
			dest, _, _ := cutLink(ref.Dest)
			promised[resolvePath(dest, writtenIn(ref, w.Path))] = true
		}
	}
	return slices.DeleteFunc(files, func(p string) bool { return promised[p] })
}

// kindsOf are the endings of files, but for those of leftovers.
func (r *resolver) kindsOf(files []string) string {
	var ends []string
	for _, p := range files {
		if end := strings.ToLower(strings.TrimPrefix(path.Ext(p), ".")); end != "" && !leftover(p) && !slices.Contains(ends, end) {
			ends = append(ends, end)
		}
	}
	slices.Sort(ends)
	return strings.Join(firstOf(ends, 8), ", ")
}
