package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/mend"
	"whyfix/internal/site"
)

const newHelp = `usage: whyfix new [options] PATH TITLE

Starts a new article with all the sections of the chain. It is a draft until
you take out the line "draft: true". On a terminal it asks for what you did not
say; Enter leaves something out. An existing file is never overwritten.

  -content DIR     the articles (default: content)
  -title TEXT      the title, as TITLE
  -symptom TEXT    what a reader says; again for another one
  -product TEXT    what it is about; again for another one
  -cause TEXT      why it happens; again for another one
  -solution TEXT   what helps; again for another one
  -template NAME   made of content/_templates/NAME.md (default: article)

A template is an article with {{title}}, {{symptoms}}, {{products}}, {{causes}},
{{solutions}}, {{date}} or {{review_by}} where these belong: docs/writing.md.

examples:
  whyfix new huabei/cannot-use.md "花呗突然用不了，怎么办？"
  whyfix new -symptom 退款没到 pay/refund-late "退款怎么还没到？"
  whyfix new
`

func runNew(ctx context.Context, e *env, args []string) error {
	f := flags("new")
	dir := f.String("content", "content", "")
	d := draft{lists: map[string][]string{}, date: time.Now()}
	f.StringVar(&d.title, "title", "", "")
	name := f.String("template", "", "")
	for flag, list := range map[string]string{"symptom": "symptoms", "product": "products", "cause": "causes", "solution": "solutions"} {
		f.Func(flag, "", func(s string) error {
			d.lists[list] = append(d.lists[list], strings.TrimSpace(s))
			return nil
		})
	}
	words, err := parse(f, args, 0, 2, "a PATH and a TITLE (in quotes)")
	if err != nil {
		return err
	}
	for _, list := range d.lists {
		for _, s := range list {
			if s == "" || strings.ContainsFunc(s, unicode.IsControl) {
				return diag.Misuse(fmt.Sprintf("%q is not one line of text", s), "write what readers say, in quotes")
			}
		}
	}
	file := ""
	if len(words) > 0 {
		file = words[0]
	}
	if len(words) == 2 {
		if d.title != "" {
			return diag.Misuse("the title is given twice", "-title or TITLE, not both")
		}
		d.title = words[1]
	}
	given := len(words) == 2 || len(words) == 1 && d.title != ""
	if !given && !terminal(e) {
		return diag.Misuse("it needs a PATH and a TITLE (in quotes)", "")
	}

	root, err := os.OpenRoot(*dir)
	switch {
	case err == nil:
		defer root.Close()
	case !errors.Is(err, fs.ErrNotExist):
		if info, statErr := os.Stat(*dir); statErr == nil && !info.IsDir() {
			return fmt.Errorf("%s is a file, not a content folder", *dir)
		}
		return loadError(err, *dir)
	}
	var fsys fs.FS
	if root != nil {
		fsys = root.FS()
	}
	place := func(word string) (err error) {
		if file, err = articlePath(word, *dir); err == nil && root != nil {
			if _, found := root.Lstat(file); found == nil {
				err = taken(*dir, file)
			}
		}
		return err
	}
	if given {
		if err := place(file); err != nil {
			return err
		}
	}
	if terminal(e) {
		language, _, _ := tongue(fsys, file)
		ask := newQuestions(ctx, e, builtInFor(language))
		if err := ask.fill(&d, &file, place); err != nil {
			return err
		}
	}
	if d.title = strings.TrimSpace(d.title); d.title == "" || strings.ContainsFunc(d.title, unicode.IsControl) {
		return diag.Misuse("the title must be one line of text", "write the reader's question, in quotes")
	}
	text, diags, err := write(fsys, file, *name, d)
	if err != nil {
		return err
	}
	if diags.Errors() > 0 {
		if err := (diag.Printer{Dir: filepath.ToSlash(*dir)}).Print(e.stderr, diags); err != nil {
			return err
		}
		e.say("nothing was written: mend the template")
		return errSilent
	}
	target := filepath.Join(*dir, filepath.FromSlash(file))
	if err := create(*dir, file, []byte(text)); err != nil {
		if errors.Is(err, fs.ErrExist) { // since a moment ago
			return taken(*dir, file)
		}
		return cannotWrite(target, err)
	}
	fmt.Fprintln(e.stdout, target)
	if strings.Contains(text, "\ndraft: true") {
		e.say("a draft: fill it in, then delete the line draft: true")
	}
	return nil
}

// taken says that there is such a file.
func taken(dir, file string) error {
	return diag.WithHint(fmt.Errorf("%s exists already", filepath.Join(dir, filepath.FromSlash(file))), "choose another name, or edit that file")
}

// articlePath is the path in the content folder that a word names.
func articlePath(word, dir string) (string, error) {
	// A path as a shell completes it may start with ./ and the content folder.
	name := strings.TrimPrefix(filepath.ToSlash(word), "./")
	if rest, ok := strings.CutPrefix(name, filepath.ToSlash(filepath.Clean(dir))+"/"); ok {
		name = rest
	}
	noFile := name == "" || strings.HasSuffix(name, "/") || path.Base(name) == "." || path.Base(name) == ".."
	if ext := strings.ToLower(path.Ext(name)); ext != ".md" && ext != ".markdown" {
		name += ".md"
	}
	switch {
	case noFile || !filepath.IsLocal(name) || name != path.Clean(name):
		return "", diag.Misuse(fmt.Sprintf("%q is not a path inside the content folder", word), "write it like huabei/cannot-use.md")
	case content.Hidden(name):
		return "", diag.Misuse(fmt.Sprintf("%q would not be built: names that start with . _ or # are left out", word), "choose another name")
	case content.Classify(name) == content.ClassIndex:
		return "", diag.Misuse("index.md is the page of its folder, not an article", "choose another name, or write index.md by hand")
	}
	return name, nil
}

// write makes the text of a new article, of the template with a name. Mistakes
// of the template are in the list, where they stand in it.
func write(fsys fs.FS, file, name string, d draft) (string, diag.List, error) {
	language, home, settings := tongue(fsys, file)
	p, diags, err := findTemplate(fsys, home, language, name)
	if err != nil || diags.Errors() > 0 {
		return "", diags, err
	}
	text, diags := p.fill(d)
	if diags.Errors() > 0 {
		return "", diags, nil
	}
	_, found := content.ParseArticle(file, []byte(text), settings.Parser())
	return text, p.blame(text, found), nil
}

// create makes a file with its text, or none. A link in the folder does not
// lead it out of it.
func create(dir, file string, text []byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := root.MkdirAll(path.Dir(file), 0o755); err != nil {
		return err
	}
	return mend.Create(root, file, text)
}

// cannotWrite names the file by its whole path: os.Root knows only the part
// inside the folder.
func cannotWrite(target string, err error) error {
	for inside := (*fs.PathError)(nil); errors.As(err, &inside); {
		err = inside.Err
	}
	return fmt.Errorf("cannot write %s: %w", target, err)
}

// fileFor proposes a file for an article with a title.
func fileFor(title string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-':
			return r
		case unicode.IsSpace(r):
			return '-'
		}
		return -1
	}, strings.TrimSpace(title))
	return site.FileSlug(strings.ToLower(name)+".md") + ".md"
}
