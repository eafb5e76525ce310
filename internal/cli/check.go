package cli

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"whyfix/internal/build"
	"whyfix/internal/diag"
	"whyfix/internal/publish"
	"whyfix/internal/site"
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
		r, err := publish.Open(*against)
		if err != nil {
			return openError(err, *against)
		}
		diags = append(diags, vanished(loaded.Site, r.Manifest())...).Sort()
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

// vanished finds pages of a release that the content no longer has.
func vanished(s *site.Site, m *publish.Manifest) diag.List {
	have := map[string]bool{"/": true, "/search/": true}
	keep := func(p site.Page) { have["/"+strings.TrimSuffix(p.File, "index.html")] = true }
	for _, a := range s.Articles {
		keep(a.Page)
	}
	for _, c := range s.Categories {
		keep(c.Page)
	}
	for _, r := range s.Redirects {
		keep(r.Page)
	}
	for _, family := range s.Families {
		keep(family.Page)
		for _, t := range family.Tags {
			keep(t.Page)
		}
	}
	var out diag.List
	for u := range m.URLs {
		if strings.HasSuffix(u, "/") && !have[u] {
			out = append(out, diag.Diagnostic{
				Pos: diag.Pos{File: "."}, Code: "vanished-url",
				Message: "the address " + u + " of the live release would vanish", Hint: "add it to aliases of the article that takes its place",
			})
		}
	}
	slices.SortFunc(out, func(a, b diag.Diagnostic) int { return strings.Compare(a.Message, b.Message) })
	return out
}
