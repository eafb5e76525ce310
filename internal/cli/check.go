package cli

import (
	"context"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"whyfix/internal/build"
	"whyfix/internal/diag"
	"whyfix/internal/publish"
)

const checkHelp = `usage: whyfix check [options]

Lists every problem in the content as file:line:col, with the line and what to
do. Exits with 1 if there is an error; warnings alone exit with 0.

  -content DIR   the articles (default: content)
  -against DIR   also report addresses of the live release that would vanish
  -json          one JSON array instead of text

examples:
  whyfix check
  whyfix check -against public
  whyfix check -json | jq -r '.[].file' | sort | uniq -c
`

func runCheck(ctx context.Context, e *env, args []string) error {
	f := flags("check")
	dir := f.String("content", "content", "")
	against := f.String("against", "", "")
	asJSON := f.Bool("json", false, "")
	if _, err := parse(f, args, 0, 0, ""); err != nil {
		return err
	}
	l, err := build.NewLoader(build.Options{Content: *dir})
	if err != nil {
		return loadError(err, *dir)
	}
	defer l.Close()
	loaded, err := l.Load(ctx)
	if err != nil {
		return err
	}
	diags := loaded.Diags
	if diags.Errors() == 0 {
		broken, err := build.Promises(ctx, loaded)
		if err != nil {
			return err
		}
		diags = build.WithSource(loaded, append(diags, broken...)).Sort()
	}
	if *against != "" {
		if err := folder("-against", *against); err != nil {
			return err
		}
		r, err := publish.Open(*against)
		if err != nil {
			return openError(err, *against)
		}
		diags = append(diags, vanished(loaded, r.Manifest())...).Sort()
		r.Close()
	}
	p := diag.Printer{Dir: filepath.ToSlash(*dir)}
	if *asJSON {
		err = p.PrintJSON(e.stdout, diags)
	} else {
		err = p.Print(e.stdout, diags)
	}
	if err != nil {
		return err
	}
	if len(diags) == 0 {
		e.say("%s, no problems", plural(len(loaded.Site.Articles), "article"))
		return nil
	}
	e.say("%s: %s", plural(len(loaded.Site.Articles), "article"), count(diags))
	if diags.Errors() > 0 {
		return errSilent
	}
	return nil
}

// themeFile is an address of a theme's file: the name has a fingerprint, so
// that it changes with the file and nobody keeps it.
var themeFile = regexp.MustCompile(`^/assets/.+\.[0-9a-f]{10}(\.[^./]*)?$`)

// vanished finds pages and files of a release that the content no longer has.
// With a broken theme nobody knows the pages; its error comes first.
func vanished(l *build.Loaded, m *publish.Manifest) diag.List {
	if l.Renderer == nil {
		return nil
	}
	have := map[string]bool{}
	keep := func(file string) {
		if path.Base(file) == "index.html" {
			file = strings.TrimSuffix(file, "index.html")
		}
		have["/"+file] = true
	}
	for _, p := range l.Renderer.Pages() {
		keep(p.File)
	}
	for _, a := range l.Site.Assets {
		keep(a.Path)
	}
	extras, _, err := build.Extras(l)
	if err != nil {
		return nil // of the theme's search page, which a build reports
	}
	for _, f := range extras {
		keep(f.Path)
	}
	var out diag.List
	for u := range m.URLs {
		// A page as Markdown goes where the page goes.
		if have[u] || themeFile.MatchString(u) || path.Base(u) == "index.md" {
			continue
		}
		hint := "add it to aliases of the article that takes its place"
		if !strings.HasSuffix(u, "/") && path.Ext(u) != ".html" {
			hint = "put the file back, for those who have its address"
		}
		out = append(out, diag.Diagnostic{
			Pos: diag.Pos{File: "."}, Code: "vanished-url",
			Message: "the address " + u + " of the live release would vanish", Hint: hint,
		})
	}
	slices.SortFunc(out, func(a, b diag.Diagnostic) int { return strings.Compare(a.Message, b.Message) })
	return out
}
