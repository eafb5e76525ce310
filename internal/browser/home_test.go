package browser

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"whyfix/internal/generate"
)

// screenful is the height of a phone, 390 pixels wide.
const screenful = 844

// manyCategories is a site with 20 folders of six articles, two of them with a
// long name and one with an icon.
func manyCategories() map[string]string {
	files := map[string]string{
		"site.yaml":   "title: 家电帮助\ndescription: 从看到的现象找原因和办法：家里的二十种电器。\ntimezone: UTC\n",
		"index.md":    "---\ntitle: 哪样电器出了问题？\nsummary: 说出你看到的现象，找到可能的原因、判断的方法和处理的办法。\n---\n\n把看到的提示直接打进搜索框，像跟人说话那样写就行。\n",
		"c00/one.svg": `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><circle cx="20" cy="20" r="16"/></svg>`,
	}
	for i := range 20 {
		name := fmt.Sprintf("第%d种电器", i+1)
		front := "title: " + name + "\nsummary: 开不了机、声音大、连不上网、提示看不懂，先看这里。\n"
		if i == 0 {
			front += "icon: one.svg\n"
		}
		if i%10 == 1 {
			front = "title: " + name + "和配件还有遥控器\n"
		}
		files[fmt.Sprintf("c%02d/index.md", i)] = "---\n" + front + "---\n"
		for j := range 6 {
			files[fmt.Sprintf("c%02d/a%d.md", i, j)] = fmt.Sprintf("---\ntitle: %s的第%d种毛病，应该怎么办才好？\nsummary: 先看电源和提示灯，多数情况几分钟就能自己解决；解决不了再找售后。\nsymptoms: [%[1]s突然开不了机%[2]d]\ndate: 2026-01-%02d\n---\n\n先看电源。\n", name, j, i+1)
		}
	}
	return files
}

// filesOf builds a content folder and serves its pages as plain files.
func filesOf(t *testing.T, content string) *site {
	t.Helper()
	public := filepath.Join(t.TempDir(), "public")
	built, err := generate.Run(context.Background(), generate.Options{Content: content, Now: now, Release: generate.ReleaseOptions{Public: public, Keep: 1, Generator: "test"}})
	if errors.Is(err, generate.ErrContent) {
		t.Fatalf("the site has mistakes: %+v", built.Loaded.Diags)
	}
	if err != nil {
		t.Fatal(err)
	}
	s := &site{httptest.NewServer(http.FileServer(http.Dir(filepath.Join(public, "current", "www")))), &logBook{}}
	t.Cleanup(s.Close)
	return s
}

// The home page of a phone is at most three screens high, also with 20
// categories, and nothing on it is too wide or too small for a thumb.
func TestHomeIsShort(t *testing.T) {
	t.Parallel()
	many := t.TempDir()
	for name, text := range manyCategories() {
		file := filepath.Join(many, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name, content string
		pages         []string
	}{
		{"the content of this project", filepath.Join("..", "..", "content"), []string{"/", "/en/"}},
		{"20 categories", many, []string{"/"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := open(t, filesOf(t, tt.content))
			for _, address := range tt.pages {
				p.screen(390, screenful, true)
				p.goTo(address)
				p.untilTrue("as wide as a phone", "innerWidth === 390")
				var height int
				if p.eval("document.documentElement.scrollHeight", &height); height > 3*screenful {
					t.Errorf("%s is %d px high, more than three screens of %d", address, height, screenful)
				}
				var hidden []string // a way to each category, and to what is newest
				p.eval(`[...document.querySelectorAll("#wf-categories ~ ul > li > h3 a")].filter((e) => !e.checkVisibility() || e.closest("li").getBoundingClientRect().height < 43.5).map((e) => e.innerText)`, &hidden)
				if len(hidden) > 0 {
					t.Errorf("%s: categories that cannot be seen or touched: %v", address, hidden)
				}
				for _, width := range []int64{390, 320} {
					p.screen(width, screenful, true)
					p.untilTrue("as wide as set", fmt.Sprintf("innerWidth === %d || document.documentElement.scrollWidth > %[1]d", width))
					var wide []string
					if p.eval(outside, &wide); len(wide) > 0 {
						t.Errorf("%s, %d px: %s", address, width, strings.Join(wide, "; "))
					}
				}
			}
		})
	}
}
