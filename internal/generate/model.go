package generate

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"whyfix/internal/content"
)

// modelParts are what of the model a person would name as the reason that many
// pages changed.
type modelParts struct {
	Theme    string   // its digest
	Settings [32]byte // of site.yaml and tags.yaml
}

// delta counts articles that are not as they were.
type delta struct{ added, changed, gone int }

func (d *delta) count(now, was *kept) {
	switch {
	case was == nil || was.Article == nil:
		d.added++
	case was.Sum != now.Sum:
		d.changed++
	}
}

// reason says in few words why pages were made again.
func (l *Loaded) reason(was, now modelParts) string {
	var why []string
	if was.Theme != now.Theme {
		why = append(why, "theme")
	}
	if was.Settings != now.Settings {
		why = append(why, "settings")
	}
	d := l.store.delta
	for _, c := range []struct {
		n    int
		what string
	}{{d.changed, "changed"}, {d.added, "new"}, {d.gone, "gone"}} {
		if c.n > 0 {
			articles := "articles"
			if c.n == 1 {
				articles = "article"
			}
			why = append(why, fmt.Sprintf("%d %s %s", c.n, articles, c.what))
		}
	}
	if len(why) == 0 {
		return "options, dates or files beside the articles"
	}
	return strings.Join(why, ", ")
}

// lookAtModel notes what the site is made of, and whether the last release was
// made of the same.
func (l *Loaded) lookAtModel() (err error) {
	l.model, l.parts, err = modelKey(l)
	l.sameModel = err == nil && l.model == l.store.model
	return err
}

// SameModel reports whether the last build was of the same model: then only the
// texts of some articles have changed.
func (l *Loaded) SameModel() bool { return l.sameModel }

// modelKey stands for all that the model of the site and the theme say: pages
// of the same model have the same views, and only those whose own text changed
// have to be made again. To make the views of a large site, and to find them
// the same, takes longer than all the rest of a build after a small edit.
//
// The model is made of the settings, of what each file says to other pages,
// and of what the clock and git say, and of nothing else. Positions do not
// count: a line more in a text changes them all.
func modelKey(l *Loaded) ([32]byte, modelParts, error) {
	h, settings := sha256.New(), sha256.New()
	fmt.Fprintf(h, "%q %q %q %q\n", l.Theme.Digest(), l.key, l.Site.Origin, l.Site.Prefix)
	for _, name := range []string{content.SiteFile, content.TagsFile} {
		data, err := fs.ReadFile(l.Files, name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return [32]byte{}, modelParts{}, fmt.Errorf("generate: %w", err)
		}
		fmt.Fprintf(settings, "%s %d\n%s\n", name, len(data), data)
	}
	parts := modelParts{Theme: l.Theme.Digest(), Settings: [32]byte(settings.Sum(nil))}
	h.Write(parts.Settings[:])
	for _, a := range l.Site.Articles {
		facts := l.kept[a.Path].facts
		fmt.Fprintf(h, "%s %t %d ", a.Path, a.Stale, a.Updated.Unix())
		h.Write(facts[:])
	}
	for _, c := range l.Site.Categories {
		fmt.Fprintf(h, "%q %q ", c.Path, indexFacts(l, c.Index))
	}
	for _, language := range l.Site.Languages {
		fmt.Fprintf(h, "%q %q ", language.Root.Path, indexFacts(l, language.Root.Index))
	}
	for _, a := range l.Site.Assets {
		fmt.Fprintf(h, "%q %d %d\n", a.Path, a.Width, a.Height)
	}
	for _, d := range l.Site.Redirects {
		fmt.Fprintf(h, "%q %q %q\n", d.URL, d.To, d.Language)
	}
	for _, g := range l.Site.Gone {
		fmt.Fprintf(h, "%q %q %q\n", g.URL, g.Category.Path, g.Language)
	}
	return [32]byte(h.Sum(nil)), parts, nil
}

// indexFacts are all of the page of a folder.
func indexFacts(l *Loaded, index *content.Article) string {
	if index == nil {
		return ""
	}
	facts := l.kept[index.Path].facts
	return index.Path + string(facts[:])
}
