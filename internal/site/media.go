package site

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"whyfix/internal/markdown"
)

// media adds to a film or a recording what lies beside it under the same name:
// way.jpg or way.png is shown before way.mp4 plays, way.vtt and way.en.vtt are
// what is said in it. A file without a language is in that of the page.
func (r *resolver) media(t markdown.Target, p, file string) markdown.Target {
	if r.tracks == nil {
		r.tracks = map[string][]string{}
		for _, a := range r.in.Assets {
			if name, ok := strings.CutSuffix(a.Path, ".vtt"); ok {
				r.tracks[name] = append(r.tracks[name], a.Path)
				if language := path.Ext(name); len(language) > 1 {
					name = strings.TrimSuffix(name, language)
					r.tracks[name] = append(r.tracks[name], a.Path)
				}
			}
		}
	}
	own := r.site.Root.Language
	if c := r.folders[folderOf(file)]; c != nil {
		own = c.Language
	}
	name, m := withoutExt(p), &markdown.Media{}
	for _, end := range []string{".jpg", ".jpeg", ".png", ".webp"} {
		if poster, ok := r.asset(name + end); ok && markdown.IsVideo(p) {
			m.Poster = r.site.Prefix + poster.Path
			if t.Width == 0 {
				t.Width, t.Height = poster.Width, poster.Height
			}
			break
		}
	}
	for _, track := range r.tracks[name] {
		r.used[track] = true
		language := strings.TrimPrefix(strings.TrimSuffix(strings.TrimPrefix(track, name), ".vtt"), ".")
		m.Captions = append(m.Captions, markdown.Captions{URL: r.site.Prefix + track, Language: cmp.Or(language, own)})
	}
	near := func(c markdown.Captions) int { // the first is shown at once
		switch {
		case strings.EqualFold(c.Language, own):
			return 0
		case strings.EqualFold(firstTag(c.Language), firstTag(own)):
			return 1
		}
		return 2
	}
	slices.SortStableFunc(m.Captions, func(a, b markdown.Captions) int {
		return cmp.Or(near(a)-near(b), cmp.Compare(a.Language, b.Language), cmp.Compare(a.URL, b.URL))
	})
	t.Media = m
	return t
}

// firstTag is the language of a tag without script and region.
func firstTag(tag string) string {
	first, _, _ := strings.Cut(tag, "-")
	return first
}
