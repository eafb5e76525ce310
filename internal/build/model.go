package build

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"

	"whyfix/internal/content"
)

// modelKey stands for all that the model of the site and the theme say: pages
// of the same model have the same views, and only those whose own text changed
// have to be made again. To make the views of a large site, and to find them
// the same, takes longer than all the rest of a build after a small edit.
//
// The model is made of the settings, of what each file says to other pages,
// and of what the clock and git say, and of nothing else. Positions do not
// count: a line more in a text changes them all.
func modelKey(l *Loaded) ([32]byte, error) {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q %q\n", l.Theme.Digest(), l.key, l.Site.Origin, l.Site.Prefix)
	for _, name := range []string{content.SiteFile, content.TagsFile} {
		data, err := fs.ReadFile(l.Files, name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return [32]byte{}, fmt.Errorf("build: %w", err)
		}
		fmt.Fprintf(h, "%s %d\n%s\n", name, len(data), data)
	}
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
	return [32]byte(h.Sum(nil)), nil
}

// indexFacts are all of the page of a folder.
func indexFacts(l *Loaded, index *content.Article) string {
	if index == nil {
		return ""
	}
	facts := l.kept[index.Path].facts
	return index.Path + string(facts[:])
}
