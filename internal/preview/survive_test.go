package preview

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSurvives: whatever editors and other programs do to the folder, the pages
// show it in the end.
func TestSurvives(t *testing.T) {
	t.Parallel()
	article := func(text string) string {
		return "---\ntitle: 退款没到\nsymptoms: [退款怎么还没到]\nupdated: 2026-01-01\n---\n" + text + "。\n"
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, tt := range map[string]struct {
		do      func(at func(string) string)
		address string
		has     string // "" when there is to be no such page
	}{
		"saved by a rename": {func(at func(string) string) {
			must(os.WriteFile(at("pay/.late.md.tmp"), []byte(article("改名保存")), 0o644))
			must(os.Rename(at("pay/.late.md.tmp"), at("pay/late.md")))
		}, "/pay/late/", "改名保存"},
		"saved beside a backup and a swap file": {func(at func(string) string) {
			must(os.WriteFile(at("pay/.late.md.swp"), []byte("x"), 0o644))
			must(os.Rename(at("pay/late.md"), at("pay/late.md~")))
			must(os.WriteFile(at("pay/late.md"), []byte(article("有备份")), 0o644))
			must(os.Remove(at("pay/.late.md.swp")))
		}, "/pay/late/", "有备份"},
		"a folder moves": {func(at func(string) string) {
			must(os.WriteFile(at("pay/failed.md"), []byte("---\ntitle: 付款失败\n---\n没有链接。\n"), 0o644))
			must(os.Rename(at("pay"), at("money")))
		}, "/money/late/", "银行慢"},
		"a new folder in a new folder": {func(at func(string) string) {
			must(os.MkdirAll(at("one/two"), 0o755))
			must(os.WriteFile(at("one/two/deep.md"), []byte(article("很深")), 0o644))
		}, "/one/two/deep/", "很深"},
		"a hundred files at once": {func(at func(string) string) {
			for i := range 100 {
				must(os.WriteFile(at(fmt.Sprintf("pay/n%d.md", i)), fmt.Appendf(nil, "---\ntitle: 第%d篇\n---\n一次很多。\n", i), 0o644))
			}
		}, "/pay/n99/", "一次很多"},
		"the folder is deleted and comes back": {func(at func(string) string) {
			must(os.Rename(at(""), at("")+".away"))
			must(os.MkdirAll(at("pay"), 0o755))
			must(os.WriteFile(at("pay/late.md"), []byte(article("又回来了")), 0o644))
		}, "/pay/late/", "又回来了"},
		"the settings break and are mended": {func(at func(string) string) {
			must(os.WriteFile(at("site.yaml"), []byte("titel: x\n"), 0o644))
			must(os.WriteFile(at("site.yaml"), []byte("title: 修好的站\n"), 0o644))
		}, "/pay/late/", "修好的站"},
		"a theme is made that the settings name": {func(at func(string) string) {
			must(os.WriteFile(at("site.yaml"), []byte("title: 站\ntheme: own\n"), 0o644))
			must(os.MkdirAll(at("../themes/own/assets"), 0o755))
			must(os.WriteFile(at("../themes/own/assets/theme.css"), []byte("h1 { color: red }"), 0o644))
			must(os.WriteFile(at("../themes/own/404.html"), []byte(`{{define "main"}}<p>自己的主题</p>{{end}}`), 0o644))
		}, "/nothing/", "自己的主题"},
		"deleted": {func(at func(string) string) { must(os.Remove(at("pay/failed.md"))) }, "/pay/failed/", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, small)
			d.options.Report = nil
			if err := d.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			e := listen(t, d)
			e.next()
			tt.do(func(name string) string { return filepath.Join(d.content, filepath.FromSlash(name)) })
			builds := 0
			for {
				m := e.next()
				builds++
				status, page := get(t, d, tt.address)
				if m.Good && (tt.has == "" && status == 404 || tt.has != "" && strings.Contains(page, tt.has)) {
					break
				}
			}
			if builds > 20 {
				t.Errorf("it took %d builds", builds)
			}
		})
	}
}
