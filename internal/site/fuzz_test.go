package site

import (
	"strings"
	"testing"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/markdown"
)

// FuzzLinks writes any address into a link, an image, related articles and
// redirects: whatever it is, it leads to this site or plainly elsewhere, and
// what leads nowhere is said at its place.
func FuzzLinks(f *testing.F) {
	for _, address := range []string{
		"b.md", "pay/b.md#cause", "/pay/b.md?x=1#y", "../b.md", "%E4%B9%99.md", "乙 丙.md", "#own", "#", "", "/", ".", "..", "//evil.example/x", "javascript:x", "data:text/html,x",
		"https://example.org/a b", "mailto:a@b", "\\b.md", "b.md\x00", "%", "%zz", "a:b", "/a:b", "#a:b", "pay", "pay/", "pay/step.svg", "?q", "b.md#", strings.Repeat("../", 99), "C:\\b.md", "file:///etc/passwd",
	} {
		f.Add(address)
	}
	f.Fuzz(func(t *testing.T, address string) {
		written := strings.NewReplacer("\\", "\\\\", "<", "\\<", ">", "\\>", "\n", "%0A", "\r", "%0D").Replace(address)
		quoted := "'" + strings.NewReplacer("'", "''", "\n", " ", "\r", " ").Replace(address) + "'"
		in := Input{Settings: content.DefaultSettings(), Options: Options{Now: now}}
		in.Settings.Redirects = []content.Redirect{{From: content.Text{Value: "/from/"}, To: content.Text{Value: address}}}
		parser := markdown.NewParser(markdown.Options{Words: in.Settings.Kinds})
		for name, text := range map[string]string{
			"a.md":     "---\ntitle: 甲\nrelated: [" + quoted + "]\n---\n\n[x](<" + written + ">) ![y](<" + written + "> \"z\")\n",
			"pay/b.md": "---\ntitle: 乙\n---\n\n## 原因 {#y}\n\n慢。\n",
		} {
			a, _ := content.ParseArticle(name, []byte(text), parser)
			if a == nil {
				return // no YAML
			}
			in.Articles = append(in.Articles, a)
		}
		in.Assets = []Asset{{Path: "pay/step.svg"}}
		s, diags := Resolve(in)
		for _, d := range diags {
			if d.Message.En == "" || d.Hint.En == "" && d.Severity == diag.Error {
				t.Errorf("%q: a mistake without words: %+v", address, d)
			}
		}
		for _, a := range s.Articles {
			for _, target := range a.Targets {
				u := strings.ToLower(target.URL)
				if strings.HasPrefix(u, "javascript:") || strings.HasPrefix(u, "data:") || strings.HasPrefix(u, "vbscript:") {
					t.Errorf("%q leads to %q", address, target.URL)
				}
			}
		}
	})
}
