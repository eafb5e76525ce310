package cli

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/importer"
)

const importHelp = `usage: whyfix import [options] FILE or DIR

Turns the help pages of another program into articles: Markdown of Hugo,
MkDocs, Docusaurus and VitePress, HTML pages, plain text, and the JSON export
of a Zendesk Help Center. Images come along, old addresses become aliases.
What could not be kept stands in the article as a note. The report lists each
new file and, below it, what needs a human hand.

Everything is looked at first. An existing file is never overwritten: if one
is in the way, or a source cannot be read, nothing is written.

  -content DIR   the articles (default: content)
  -into FOLDER   put everything into this folder of the content folder
  -from NAME     hugo, mkdocs, docusaurus, vitepress, html, text or zendesk
                 (default: guessed from the files)
  -dry-run       only say what would be written

examples:
  whyfix import -dry-run ../old-docs
  whyfix import -into legacy ../old-docs
  whyfix import -from zendesk help-center.json
`

func runImport(ctx context.Context, e *env, args []string) error {
	f := e.flags("import")
	dir := f.String("content", "content", "")
	into := f.String("into", "", "")
	from := f.String("from", "", "")
	dry := f.Bool("dry-run", false, "")
	words, err := parse(f, args, 1, 1, diag.Say("a FILE or a DIR"))
	if err != nil {
		return err
	}
	family, err := familyOf(*from)
	if err != nil {
		return err
	}
	below, err := intoFolder(*into, *dir)
	if err != nil {
		return err
	}
	source, done, err := importer.Open(words[0])
	switch {
	case errors.Is(err, importer.ErrNoSource):
		return diag.WithHint(err, diag.Say("name the file or the folder with the pages to import"))
	case err != nil:
		return err
	}
	defer done()

	existing, closeExisting, err := openContent(*dir)
	if err != nil {
		return err
	}
	defer closeExisting()
	plan, diags, err := importer.Plan(ctx, source, existing, importer.Options{From: family, Into: below, Now: time.Now()})
	if errors.Is(err, importer.ErrNoPages) {
		return diag.WithHint(err, diag.Say("name a folder with pages, or say what they are with -from"))
	}
	if err != nil {
		return err
	}
	if diags.Errors() > 0 {
		return e.refuse(diag.Printer{}, diags, diag.Say("nothing was written: %s", diag.Count(diags.Errors(), "%d mistake", "%d mistakes")))
	}
	if family == importer.Guess {
		e.say("this looks like %s: if it is not, say so with -from", plan.From)
	}
	if !*dry {
		if err := os.MkdirAll(*dir, 0o755); err != nil {
			return err
		}
		root, err := os.OpenRoot(*dir)
		if err != nil {
			return err
		}
		defer root.Close()
		if err := e.write(func() error { return plan.Write(root) }); err != nil {
			if errors.Is(err, fs.ErrExist) {
				return diag.WithHint(err, diag.Say("nothing was written; choose another folder with -into, or move that file away"))
			}
			return err
		}
	}
	hands, err := e.printImport(plan, *dir)
	if err != nil {
		return err
	}
	pages, others := plan.Count()
	written, more := diag.Count(pages, "%d page", "%d pages"), diag.Count(others, "%d other file", "%d other files")
	folder := filepath.ToSlash(filepath.Join(*dir, below))
	need := diag.Count(hands, "%d needs a human hand", "%d need a human hand")
	if *dry {
		e.say("%s and %s would be written to %s; %s", written, more, folder, need)
	} else {
		e.say("%s and %s written to %s; %s", written, more, folder, need)
	}
	if n := len(plan.Left); n > 0 {
		const most = 5
		names := diag.Names(plan.Left[:min(n, most)])
		if n > most {
			names = diag.Say("%s and %d more", names, n-most)
		}
		e.say("not taken: %s", names)
	}
	return nil
}

func familyOf(name string) (importer.Family, error) {
	if name == "" {
		return importer.Guess, nil
	}
	var known []string
	for _, f := range importer.Families() {
		if string(f) == name {
			return f, nil
		}
		known = append(known, string(f))
	}
	return "", diag.Misuse(diag.Say("-from: %q is nothing that can be imported", name), diag.DidYouMean(name, known, diag.Say("write one of %s", diag.Names(known))))
}

// intoFolder is the folder below the content folder, which a shell may have
// completed.
func intoFolder(name, dir string) (string, error) {
	into := strings.TrimRight(completed(name+"/", dir), "/")
	switch {
	case into == "" || into == ".":
		return "", nil
	case !filepath.IsLocal(into) || into != path.Clean(into):
		return "", diag.Misuse(diag.Say("-into: %q is not a folder inside the content folder", name), diag.Say("write it like -into legacy"))
	case content.Hidden(into):
		return "", diag.Misuse(diag.Say("-into: %q would not be built: names that start with . _ or # are left out", name), diag.Say("choose another name"))
	}
	return into, nil
}

// printImport lists the files and what a person must do in each, and returns
// how many need one. The texts are from files of somebody else.
func (e *env) printImport(plan *importer.Import, dir string) (hands int, err error) {
	var b strings.Builder
	tell := func(format string, args ...any) { b.WriteString(diag.Clean(e.in(diag.Say(format, args...))) + "\n") }
	for _, f := range plan.Files {
		tell("%s  (from %s)", filepath.ToSlash(filepath.Join(dir, f.Path)), f.Source)
		if len(f.Todo) > 0 {
			hands++
		}
		for _, d := range f.Todo {
			if d.Hint == (diag.Text{}) {
				tell("    line %d: %s", d.Line, d.Message)
			} else {
				tell("    line %d: %s – %s", d.Line, d.Message, d.Hint)
			}
		}
	}
	_, err = io.WriteString(e.stdout, b.String())
	return hands, err
}
