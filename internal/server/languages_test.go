package server

import (
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// twoLanguages is a site in Chinese with a part in English.
var twoLanguages = sync.OnceValues(func() (string, error) {
	return buildSite(filepath.Join(scratch, "two"), map[string]string{
		"site.yaml":      "title: 帮助\nlanguage: zh-CN\n",
		"pay/index.md":   "---\ntitle: 支付\nupdated: 2026-01-02\n---\n",
		"pay/late.md":    "---\ntitle: 退款没到\nsymptoms: [退款没到账]\nproducts: [银行卡]\nupdated: 2026-01-02\n---\n\n## 原因\n\n银行慢。\n",
		"en/index.md":    "---\ntitle: Help\nlanguage: en\nupdated: 2026-01-02\n---\n",
		"en/pay/late.md": "---\ntitle: Refund late\nsymptoms: [the refund has not arrived]\nproducts: [Card]\nupdated: 2026-01-02\n---\n\n## Why\n\nThe bank is slow.\n",
	}, "/help/", true)
})

// Each language has a search page and a 404 page of its own.
func TestLanguages(t *testing.T) {
	t.Parallel()
	public, err := twoLanguages()
	s, _, _ := open(t, public, err)
	for _, tt := range []struct {
		target string
		status int
		text   string
		none   string
	}{
		{"/help/search/?q=refund", 200, `lang="zh-CN"`, `href="/help/en/search/?`},
		{"/help/en/search/?q=refund", 200, `lang="en"`, `href="/help/search/?q=`},
		{"/help/en/search/?q=refund", 200, `href="/help/en/search/?`, ""},
		{"/help/en/search/?q=refund&product=none", 200, `href="/help/en/search/?q=refund"`, ""},
		{"/help/en/nothing/here/", 404, `lang="en"`, ""},
		{"/help/nothing/here/", 404, `lang="zh-CN"`, ""},
		{"/help/enough/", 404, `lang="zh-CN"`, ""},
	} {
		a := get(t, s, tt.target)
		if a.status != tt.status || !strings.Contains(a.body, tt.text) || tt.none != "" && strings.Contains(a.body, tt.none) {
			t.Errorf("%s: status %d, want %d with %s and without %q", tt.target, a.status, tt.status, tt.text, tt.none)
		}
	}
	if a := get(t, s, "/help/en/search?q=refund"); a.status != http.StatusMovedPermanently || a.header.Get("Location") != "/help/en/search/?q=refund" {
		t.Errorf("without its slash: %d to %q", a.status, a.header.Get("Location"))
	}
	gone := post(t, s, "/help/api/feedback", "url=/help/en/gone/&helped=true", asForm)
	if gone.status != http.StatusNotFound || !strings.Contains(gone.body, `lang="en"`) {
		t.Errorf("feedback on a page that is gone: %d", gone.status)
	}
}
