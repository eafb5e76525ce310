// Package draft starts articles.
//
// In: what is known of a new article, and a content folder that may have
// templates of its own; else the program's, in the language of the folder that
// the article is for. Out: the article's text, and its file. What a person asked
// for and cannot have is an error with a hint; mistakes in a template are
// diagnostics, where they stand in it.
package draft

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"
	"unicode"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/site"
)

// Article is what is known of a new article.
type Article struct {
	Title string
	Lists map[string][]string // by Lists
	Date  time.Time
}

// Lists are the placeholders of a template that are any number of texts.
func Lists() []string { return []string{"symptoms", "products", "causes", "solutions"} }

// Line reports whether a text is one line, as a title is and each text of a list.
func Line(s string) bool { return s != "" && !strings.ContainsFunc(s, unicode.IsControl) }

// File is the file that an article with a path in the content folder gets.
func File(name string) (string, error) {
	if strings.HasSuffix(name, "/") {
		return "", diag.Misuse(diag.Say("%q is not a path inside the content folder", name), diag.Say("write it like huabei/cannot-use.md"))
	}
	switch content.Classify(name) {
	case content.ClassArticle:
		return name, nil
	case content.ClassIndex:
		return "", diag.Misuse(diag.Say("index.md is the page of its folder, not an article"), diag.Say("choose another name, or write index.md by hand"))
	}
	return File(name + ".md")
}

// FileFor proposes a file for an article with a title.
func FileFor(title string) string {
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

// Text is the text of an article that will be a file, made of the template with
// a name, or of the standard one.
func (a Article) Text(folder fs.FS, file, template string) (string, diag.List, error) {
	at := placeOf(folder, file)
	t, diags, err := findTemplate(folder, at, template)
	if err != nil || diags.Errors() > 0 {
		return "", diags, err
	}
	text, diags := t.fill(a)
	if diags.Errors() > 0 {
		return "", diags, nil
	}
	_, found := content.ParseArticle(file, []byte(text), at.settings.Parser())
	return text, t.blame(text, at.settings.Foreign(found)), nil
}

// Create makes the file of an article in a content folder, which need not be
// there yet. The error wraps fs.ErrExist where there is something already. A link
// in the folder does not lead the file out of it.
func Create(dir, file, text string) error {
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
	f, err := root.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Close()); err != nil {
		err = errors.Join(err, root.Remove(file))
	}
	return err
}
