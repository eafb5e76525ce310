package browser

import (
	"os"
	"path/filepath"
	"testing"
)

const tabsArticle = `---
title: 分平台的说明
---

::::tabs
== iPhone
苹果第一段。
== 安卓
安卓第一段。

#### 深处 {#deep}

:::tip
提示。
:::
::::

=== "安卓"

    安卓第二段。

=== "iPhone"

    苹果第二段。
`

// Tabs show one of their texts. The choice holds for all tabs of the page, and for
// the pages that follow; without scripts, and on paper, all texts are there.
func TestTabs(t *testing.T) {
	t.Parallel()
	need(t)
	dir := t.TempDir()
	for _, name := range []string{"a", "b"} {
		if err := os.WriteFile(filepath.Join(dir, name+".md"), []byte(tabsArticle), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	public := t.TempDir()
	if err := built(dir, public); err != nil {
		t.Fatal(err)
	}
	p := open(t, serve(t, public, nil))
	p.screen(390, 844, true)
	p.goTo("/a/")
	shown := func() string {
		return p.text("[...document.querySelectorAll('.tab p:not(.tab-title)')].filter((e) => e.checkVisibility()).map((e) => e.textContent).join('|')")
	}
	want := func(what, texts string) {
		t.Helper()
		p.until(what+": "+texts, func() bool { return shown() == texts })
	}
	want("the first of each", "苹果第一段。|安卓第二段。")
	p.eval("document.querySelectorAll('[role=tab]')[1].focus()", nil)
	p.press("ArrowLeft", 0)
	want("what was chosen, in all tabs", "苹果第一段。|苹果第二段。")
	p.press("End", 0)
	want("what was chosen, in all tabs", "安卓第一段。|提示|提示。|安卓第二段。")
	if got := p.text("document.activeElement.textContent + document.activeElement.getAttribute('aria-selected') + document.querySelectorAll('[role=tab][tabindex=\"0\"]').length"); got != "安卓true2" {
		t.Errorf("the focus is on %s", got)
	}
	p.eval("document.querySelectorAll('[role=tab]')[0].click()", nil)
	want("what was pressed", "苹果第一段。|苹果第二段。")
	p.goTo("/b/")
	want("on the next page", "苹果第一段。|苹果第二段。")
	p.eval("location.hash = 'deep'", nil)
	want("an address in a tab", "安卓第一段。|提示|提示。|苹果第二段。")
	p.media("print", "light")
	want("on paper", "苹果第一段。|安卓第一段。|提示|提示。|安卓第二段。|苹果第二段。")
	if got := p.text("[...document.querySelectorAll('.tab-title')].filter((e) => e.checkVisibility()).length + ' ' + document.querySelector('.tab-list').checkVisibility()"); got != "4 false" {
		t.Errorf("on paper: %s", got)
	}
}
