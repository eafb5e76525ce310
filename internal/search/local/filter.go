package local

import (
	"slices"

	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
)

// filter is an engine.Filter for an index.
type filter struct {
	all      bool   // it keeps every article
	language string // empty: any
	kind     uint8
	none     bool // it asks for what no article has
	tags     [article.Families]string
}

func (x *Index) filter(f engine.Filter, language string) filter {
	out := filter{tags: [article.Families]string{article.Product: f.Product, article.Cause: f.Cause, article.Solution: f.Solution}}
	if len(x.site.Languages) > 1 && slices.Contains(x.site.Languages, language) {
		out.language = language
	}
	if f.Kind != "" {
		k := slices.Index(article.Kinds[:], f.Kind)
		out.none = k < 0
		out.kind = 1 << max(k, 0)
	}
	out.all = f == engine.Filter{} && out.language == ""
	return out
}

func (f *filter) accepts(a *article.Facts) bool {
	switch {
	case f.all:
		return true
	case f.none || f.language != "" && a.Language != f.language || f.kind != 0 && a.Kinds&f.kind == 0:
		return false
	}
	for family, name := range f.tags {
		if name != "" && !slices.ContainsFunc(a.Tags, func(t *article.SiteTag) bool { return t.Family == family && t.Name == name }) {
			return false
		}
	}
	return true
}
