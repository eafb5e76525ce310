package content

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whyfix/internal/diag"
	"whyfix/internal/markdown"
	"whyfix/internal/rules"
)

func TestParseSettings(t *testing.T) {
	got, diags := ParseSettings([]byte(`title: 对症帮助
description: 照着提示找办法
language: zh-Hant
base: https://example.org/help/
theme: own
nav:
  - {title: 花呗, link: huabei/index.md}
  - title: 外部
    link: https://example.org/
notices: 案例均为虚构。
footer: 最后一行
kinds: {cause: [缘由, Grund], case: []}
raw_html: true
origins: [https://b.example.org/, http://a.example.org, https://b.example.org]
checks: {tag-once: warning, image-alt: off, duplicate-title: error}
params: {colour: teal, sizes: [1, 2], deep: {er: true}}
`))
	if len(diags) > 0 {
		t.Fatalf("diagnostics: %s", said(diags))
	}
	kinds := defaultKinds()
	kinds[markdown.Cause] = []string{"缘由", "Grund"}
	kinds[markdown.Case] = nil
	want := Settings{
		Title: "对症帮助", Description: "照着提示找办法", Language: "zh-Hant", Base: Text{Value: "https://example.org/help/"}, Theme: Text{Value: "own"},
		Nav:     []NavItem{{"花呗", Text{Value: "huabei/index.md"}}, {"外部", Text{Value: "https://example.org/"}}},
		Notices: []string{"案例均为虚构。"}, Footer: "最后一行", Kinds: kinds, RawHTML: true,
		Origins: []string{"http://a.example.org", "https://b.example.org"},
		Params:  map[string]any{"colour": "teal", "sizes": []any{1, 2}, "deep": map[string]any{"er": true}},
		Checks:  rules.NewLevels(map[string]diag.Severity{"tag-once": diag.Warning, "image-alt": diag.Off, "duplicate-title": diag.Error}),
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreTypes(diag.Pos{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	for _, empty := range []string{"", "\n", "# nothing\n", "title:\nkinds:\nnav:\nparams:\n"} {
		got, diags := ParseSettings([]byte(empty))
		if len(diags) > 0 {
			t.Errorf("%q: diagnostics: %s", empty, said(diags))
		}
		if diff := cmp.Diff(DefaultSettings(), got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%q (-want +got):\n%s", empty, diff)
		}
	}
}

// A mistake in one setting leaves the others as they are.
func TestParseSettingsMistakes(t *testing.T) {
	got, diags := ParseSettings([]byte("title: 帮助\nraw_html: vielleicht\nbase: nirgends\nfooter: 最后一行\n"))
	if len(diags) != 2 || got.Title != "帮助" || got.Footer != "最后一行" || got.RawHTML || got.Base.Value != "" {
		t.Errorf("got %+v and %s", got, said(diags))
	}
}

// A language goes into every page: what is none leaves the default.
func TestLanguage(t *testing.T) {
	for language, want := range map[string]string{"en": "en", "zh-Hant-TW": "zh-Hant-TW", "中文": "", "../zh": "", "zh_CN": "", "zh-": "", "[en]": "", "'\"><x'": ""} {
		got, diags := ParseSettings([]byte("language: " + language + "\n"))
		if bad := want == ""; bad && (got.Language != "zh-CN" || diags.Errors() != 1) || !bad && (got.Language != want || len(diags) > 0) {
			t.Errorf("%s: got %q and %s, want %q", language, got.Language, said(diags), want)
		}
	}
}

func TestCheckBase(t *testing.T) {
	for base, want := range map[string]bool{
		"https://example.org": true, "https://example.org/help/": true, "http://127.0.0.1:8080/": true, "/": true, "/help/": true, "/help": true, "https://例子.中国/帮助/": true,
		"": false, "example.org": false, "//example.org/": false, "ftp://example.org/": false, "https://": false, "https:///x": false, "help/": false,
		"https://example.org/?x": false, "https://example.org/?x=1": false, "https://example.org/#x": false, "mailto:a@b": false, "/help?x=1": false, "%": false, "javascript:x": false,
	} {
		if message, hint := CheckBase(base); (message.En == "") != want || (message.En == "") != (hint.En == "") {
			t.Errorf("CheckBase(%q): got %q and %q, want good %v", base, message, hint, want)
		}
	}
}

func TestParseTags(t *testing.T) {
	got, diags := ParseTags([]byte("花呗: 先消费后还款\n借呗:\n  description: 借款\n  slug: jiebei\n  names: [蚂蚁借呗, 借呗贷款]\n信用卡:\n"))
	if len(diags) > 0 {
		t.Fatalf("diagnostics: %s", said(diags))
	}
	want := []TagInfo{
		{Name: Text{"花呗", diag.Pos{File: TagsFile, Line: 1, Col: 1}}, Description: "先消费后还款"},
		{
			Name: Text{"借呗", diag.Pos{File: TagsFile, Line: 2, Col: 1}}, Description: "借款", Slug: Text{"jiebei", diag.Pos{File: TagsFile, Line: 4, Col: 9}},
			Names: []Text{{"蚂蚁借呗", diag.Pos{File: TagsFile, Line: 5, Col: 11}}, {"借呗贷款", diag.Pos{File: TagsFile, Line: 5, Col: 17}}},
		},
		{Name: Text{"信用卡", diag.Pos{File: TagsFile, Line: 6, Col: 1}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
	if got, diags := ParseTags(nil); got != nil || len(diags) > 0 {
		t.Errorf("an empty file: got %+v and %s", got, said(diags))
	}
	if _, diags := ParseTags([]byte("Huabei: {}\nhuabei: {}\n")); len(diags) != 1 || diags[0].Code != "tag-name" {
		t.Errorf("names that differ in capitals: got %s, want one tag-name", said(diags))
	}
}

// Two tags with one slug are reported once, where the second slug stands.
func TestTagSlugTwice(t *testing.T) {
	got, diags := ParseTags([]byte("花呗: {slug: huabei}\n借呗: {slug: Huabei}\n"))
	if len(diags) != 1 || diags[0].Pos != (diag.Pos{File: TagsFile, Line: 2, Col: 12}) || len(got) != 2 || got[1].Slug.Value != "" {
		t.Errorf("got %+v and %s, want one report at 2:12", got, said(diags))
	}
}

func TestParseSynonyms(t *testing.T) {
	got, diags := ParseSynonyms([]byte("- [打不开, 进不去]\n-\n  - 还款\n  - 还钱\n  - 还账\n"))
	if len(diags) > 0 {
		t.Fatalf("diagnostics: %s", said(diags))
	}
	var words [][]string
	for _, g := range got {
		words = append(words, values(g.Asked))
	}
	if diff := cmp.Diff([][]string{{"打不开", "进不去"}, {"还款", "还钱", "还账"}}, words); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
	if got, diags := ParseSynonyms([]byte("# nothing\n")); got != nil || len(diags) > 0 {
		t.Errorf("an empty file: got %+v and %s", got, said(diags))
	}
}
