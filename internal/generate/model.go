package generate

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"

	"whyfix/internal/content"
	"whyfix/internal/diag"
)

// model stands for all that the model of the site and the theme say: pages of
// the same model have the same views, and only those whose own text changed
// have to be made again. To make the views of a large site, and to find them
// the same, takes longer than all the rest of a build after a small edit.
type model struct {
	Key [32]byte
	// Parts that a person would name as the reason that many pages changed.
	Theme    string   // its digest
	Settings [32]byte // of site.yaml and tags.yaml
}

// modelOf is made of the settings, of what each file says to other pages, and
// of what the clock and git say, and of nothing else. Positions do not count: a
// line more in a text changes them all.
func modelOf(l *Loaded) (model, error) {
	h, settings := sha256.New(), sha256.New()
	fmt.Fprintf(h, "%q %q %q %q\n", l.Theme.Digest(), l.parsing, l.Site.Origin, l.Site.Prefix)
	for _, name := range []string{content.SiteFile, content.TagsFile} {
		data, err := fs.ReadFile(l.Files, name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return model{}, fmt.Errorf("generate: %w", err)
		}
		fmt.Fprintf(settings, "%s %d\n%s\n", name, len(data), data)
	}
	m := model{Theme: l.Theme.Digest(), Settings: [32]byte(settings.Sum(nil))}
	h.Write(m.Settings[:])
	for _, a := range l.Site.Articles {
		fmt.Fprintf(h, "%s %t %d ", a.Path, a.Stale, a.Updated.Unix())
		h.Write(l.sources[a.Path].Facts[:])
	}
	index := func(path string, a *content.Article) {
		facts := ""
		if a != nil {
			facts = a.Path + string(l.sources[a.Path].Facts[:])
		}
		fmt.Fprintf(h, "%q %q ", path, facts)
	}
	for _, c := range l.Site.Categories {
		index(c.Path, c.Index)
	}
	for _, language := range l.Site.Languages {
		index(language.Root.Path, language.Root.Index)
	}
	for _, a := range l.Site.Copied {
		fmt.Fprintf(h, "%q %d %d\n", a.Path, a.Width, a.Height)
	}
	for _, d := range l.Site.Redirects {
		fmt.Fprintf(h, "%q %q %q\n", d.URL, d.To, d.Language)
	}
	for _, g := range l.Site.Gone {
		fmt.Fprintf(h, "%q %q %q\n", g.URL, g.Category.Path, g.Language)
	}
	m.Key = [32]byte(h.Sum(nil))
	return m, nil
}

// delta counts articles that are not as they were.
type delta struct{ added, changed, gone int }

// count is shown what is not as it was, and what was there before, if anything.
func (d *delta) count(now, was *source) {
	switch {
	case now.Article == nil:
	case was == nil || was.Article == nil:
		d.added++
	case was.Sum != now.Sum:
		d.changed++
	}
}

// reason says in few words why pages were made again.
func (m model) reason(was model, d delta) diag.Text {
	var why []diag.Text
	if was.Theme != m.Theme {
		why = append(why, diag.Say("theme"))
	}
	if was.Settings != m.Settings {
		why = append(why, diag.Say("settings"))
	}
	if d.changed > 0 {
		why = append(why, diag.Count(d.changed, "%d article changed", "%d articles changed"))
	}
	if d.added > 0 {
		why = append(why, diag.Count(d.added, "%d article new", "%d articles new"))
	}
	if d.gone > 0 {
		why = append(why, diag.Count(d.gone, "%d article gone", "%d articles gone"))
	}
	if len(why) == 0 {
		return diag.Say("options, dates or files beside the articles")
	}
	return diag.Join(why)
}
