package content

import (
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"whyfix/internal/diag"
)

// SourceSettings is an entry of sources: documents that are found beside the
// articles and are no pages.
type SourceSettings struct {
	Files    []Text // patterns of paths, from the content folder; none: it only names a kind
	Kind     string // of documents that say none; empty: "post"
	Language string // … and their language
	// Label is what readers read of the kind, by language; "" is for all.
	Label map[string]string
}

// PageKind is what the site's own pages are among documents of other kinds.
const PageKind = "article"

// PostKind is what a document is that says nothing else.
const PostKind = "post"

var kindForm = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{M}\p{N} _-]{0,39}$`)

// IsKind reports whether documents that are no pages may be of a kind.
func IsKind(s string) bool { return kindForm.MatchString(s) && s != PageKind }

// KindHint says what a kind may be called.
func KindHint() diag.Text {
	return diag.Say("a kind has up to 40 letters, digits, blanks, “-” and “_”, such as post; \"article\" is what the site's own pages are")
}

func sourcesExample() diag.Text {
	return diag.Say("one entry for each: %s", "- {files: ../forum/*.jsonl, kind: post, label: 论坛}")
}

// sources reads the list of what is found beside the articles.
func (v value) sources() []SourceSettings {
	if v.node.Kind != yaml.SequenceNode {
		v.wrong(v.node, diag.Say("a list"), sourcesExample())
		return nil
	}
	keys := []key[SourceSettings]{
		{"files", "list", "", func(s *SourceSettings, v value) { s.Files = v.list() }},
		{"kind", "text", "", func(s *SourceSettings, v value) {
			t := v.text()
			if t.Value != PageKind && !IsKind(t.Value) {
				v.problem(t.Pos, "value-shape", diag.Say("%q cannot be a kind", t.Value), KindHint())
				return
			}
			s.Kind = t.Value
		}},
		{"language", "text", "", func(s *SourceSettings, v value) { s.Language = v.language().Value }},
		{"label", "text or mapping", "", func(s *SourceSettings, v value) { s.Label = v.label() }},
	}
	var out []SourceSettings
	for _, c := range v.node.Content {
		if c.Kind != yaml.MappingNode {
			v.wrong(c, diag.Say("a list of mappings"), sourcesExample())
			continue
		}
		s := SourceSettings{}
		eachEntry(v.mapping, c, v.named, keys, &s)
		switch {
		case s.Kind == PageKind && len(s.Files) > 0:
			v.problem(v.at(c), "value-shape", diag.Say("documents of files cannot be of the kind %q", PageKind), KindHint())
		case len(s.Files) == 0 && len(s.Label) == 0:
			v.wrong(c, diag.Say("files, a label, or both"), sourcesExample())
		default:
			out = append(out, s)
		}
	}
	return out
}

// label reads a text, or texts by language.
func (v value) label() map[string]string {
	if v.node.Kind != yaml.MappingNode {
		return map[string]string{"": v.text().Value}
	}
	out := map[string]string{}
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		name, node := v.node.Content[i], v.node.Content[i+1]
		tag := v.checkLanguage(Text{Value: name.Value, Pos: v.at(name)})
		s, ok := scalar(node)
		switch {
		case tag.Value == "":
		case !ok || strings.TrimSpace(s) == "":
			v.wrong(node, diag.Say("a text for each language"), diag.Example("label: {zh-CN: 论坛, en: Forum}"))
		default:
			out[tag.Value] = s
		}
	}
	return out
}

// labels are what kinds are called where site.yaml does not say it, by the start
// of a language's tag; "en" is for all others.
func labels() map[string]map[string]string {
	return map[string]map[string]string{
		"zh-Hant": {PageKind: "說明文章", PostKind: "論壇貼文", "ticket": "客服紀錄", "note": "筆記"},
		"zh":      {PageKind: "帮助文章", PostKind: "论坛帖子", "ticket": "工单", "note": "笔记"},
		"en":      {PageKind: "Help article", PostKind: "Forum post", "ticket": "Ticket", "note": "Note"},
	}
}

// Labels are what kinds of documents are called, by each of some languages.
func (s Settings) Labels(languages []string) map[string]map[string]string {
	out := map[string]map[string]string{}
	for _, tag := range languages {
		known := labels()
		own := known["en"]
		switch primary, _, _ := strings.Cut(strings.ToLower(tag), "-"); {
		case Traditional(tag):
			own = known["zh-Hant"]
		case primary == "zh":
			own = known["zh"]
		}
		for _, source := range s.Sources {
			label := labelIn(source.Label, tag)
			if label == "" {
				continue
			}
			kind := source.Kind
			if kind == "" {
				kind = PostKind
			}
			own[kind] = label
		}
		out[tag] = own
	}
	return out
}

// labelIn is the label for a language: that of its tag, in any case of letters,
// else of the longest tag that it begins with, such as zh for zh-CN; else the one
// for all.
func labelIn(labels map[string]string, tag string) string {
	for start := strings.ToLower(tag); start != ""; start = start[:max(strings.LastIndexByte(start, '-'), 0)] {
		for of, label := range labels {
			if strings.EqualFold(of, start) {
				return label
			}
		}
	}
	return labels[""]
}

// Traditional reports whether a language is Chinese in traditional characters, by
// the script of its tag or else by its region.
func Traditional(tag string) bool {
	parts := strings.Split(strings.ToLower(tag), "-")
	return parts[0] == "zh" && !slices.Contains(parts, "hans") &&
		slices.ContainsFunc(parts[1:], func(p string) bool { return p == "hant" || p == "tw" || p == "hk" || p == "mo" })
}
