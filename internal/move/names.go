package move

import (
	"path"
	"strings"

	"whyfix/internal/content"
	"whyfix/internal/fix"
	"whyfix/internal/markdown"
)

// named makes a link by a name lead to what it means, where that gets another
// name. One by a title, or by the end of a path that stays, leads there anyway.
func (m *move) named(ref markdown.Ref) {
	name, heading, _ := strings.Cut(ref.Dest, "#")
	written := content.Composed(strings.TrimSpace(name))
	old := strings.ToLower(strings.TrimSuffix(written, ".md"))
	for _, p := range m.files() {
		now := m.to(p)
		was := strings.ToLower(withoutEnd(p))
		if now == p || was != old && !strings.HasSuffix(was, "/"+old) {
			continue
		}
		if after := strings.ToLower(withoutEnd(now)); after == old || strings.HasSuffix(after, "/"+old) {
			continue
		}
		to := withoutEnd(now)
		if !strings.Contains(written, "/") {
			to = path.Base(to)
		}
		if heading != "" {
			to += "#" + heading
		}
		m.edits = append(m.edits, fix.Edit{At: ref.Pos, Old: ref.Dest, New: to, As: fix.Name})
		return
	}
}

// files are the paths that a name may mean.
func (m *move) files() []string {
	var out []string
	for _, a := range m.site.Articles {
		out = append(out, a.Path)
	}
	for _, a := range m.site.Assets {
		out = append(out, a.Path)
	}
	return out
}

func withoutEnd(p string) string {
	if content.Classify(p) == content.ClassAsset {
		return p
	}
	return strings.TrimSuffix(p, path.Ext(p))
}
