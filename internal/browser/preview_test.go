package browser

import (
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"whyfix/internal/generate"
	"whyfix/internal/preview"
)

// previewed is a preview of a small folder, and a function that writes into it.
func previewed(t *testing.T) (s *site, write func(name, text string)) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "content")
	write = func(name, text string) {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("pay/late.md", longArticle("第一版"))
	p, err := preview.New(preview.Options{Build: generate.Options{Content: dir, Base: "/"}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(p)
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		srv.Close()
	})
	return &site{srv, &logBook{}}, write
}

// longArticle is more than a screen.
func longArticle(edition string) string {
	return "---\ntitle: 退款没到\nsymptoms: [退款怎么还没到]\nupdated: 2026-01-01\n---\n\n" + edition + "。\n\n" + strings.Repeat("银行还在入账，再等一等。\n\n", 80)
}

// TestPreviewPage: an edit shows in the open page, which stays where it was; a
// mistake lies over the last good page until it is mended; the bar tells about
// this page.
func TestPreviewPage(t *testing.T) {
	t.Parallel()
	s, write := previewed(t)
	p := open(t, s)
	p.goTo("/pay/late/")
	bar := `(document.getElementById("whyfix-bar")?.shadowRoot.querySelector("summary")?.textContent ?? "")`
	p.untilTrue("the bar", bar+` === "no problems · 1 of 1 symptom finds it"`)
	for _, width := range []int64{390, 1280} {
		p.screen(width, 844, width < 400)
		p.untilTrue("the bar is in sight", `(() => { const r = document.getElementById("whyfix-bar").shadowRoot.querySelector("details").getBoundingClientRect(); return r.width > 40 && r.right <= innerWidth && r.bottom <= innerHeight && r.height < 60 })()`)
	}

	p.eval(`scrollTo(0, 700)`, nil)
	p.untilTrue("scrolled", `scrollY === 700`)
	write("pay/late.md", longArticle("第二版"))
	p.untilTrue("the edit", `document.body.textContent.includes("第二版")`)
	p.untilTrue("the same place", `scrollY === 700`)

	overlay := `(document.getElementById("whyfix-preview")?.shadowRoot.textContent ?? "")`
	write("pay/late.md", strings.Replace(longArticle("第三版"), "symptoms", "symptom", 1))
	p.untilTrue("the mistake", `(() => { const text = `+overlay+`; return text.includes("late.md:3:1") && text.includes("symptom: [") && text.includes("symptoms") })()`)
	p.untilTrue("the last good page", `document.body.textContent.includes("第二版")`)
	write("pay/late.md", longArticle("第四版"))
	p.untilTrue("the mended page", `document.body.textContent.includes("第四版") && `+overlay+` === ""`)
	p.untilTrue("still the same place", `scrollY === 700`)

	// A warning is no reason to hide the page; the bar has it, and opens.
	write("pay/late.md", strings.Replace(longArticle("第五版"), "title: 退款没到", "title: "+strings.Repeat("退款没到，", 20), 1))
	p.untilTrue("the warning", bar+`.startsWith("1 problem · ")`)
	p.eval(`document.getElementById("whyfix-bar").shadowRoot.querySelector("summary").click()`, nil)
	p.untilTrue("the words of it", `document.getElementById("whyfix-bar").shadowRoot.querySelector("li").checkVisibility() && document.getElementById("whyfix-bar").shadowRoot.querySelector("li").textContent.includes("late.md:2:")`)
	write("pay/late.md", strings.Replace(longArticle("第六版"), "title: 退款没到", "title: "+strings.Repeat("退款没到，", 20), 1))
	p.untilTrue("it stays open", `document.body.textContent.includes("第六版") && document.getElementById("whyfix-bar")?.shadowRoot.querySelector("li")?.checkVisibility()`)

	// What readers would see as source is counted, in the text and in the title, and
	// nothing else; mended, it is no more.
	write("pay/late.md", strings.Replace(longArticle("第七版")+"##原因\n\n见[进度]（late.md）。`##原因`\n", "title: 退款没到", "title: \"**退款**没到\"", 1))
	p.untilTrue("what is shown as source", bar+`.startsWith("3 problems · ")`)
	items := `[...document.getElementById("whyfix-bar").shadowRoot.querySelectorAll("li")].map((e) => e.textContent).join("|")`
	for _, want := range []string{"late.md:2:8", "“**退款**”", "late.md:169:1", "“##原因”", "late.md:171:2"} {
		p.untilTrue(want, items+`.includes(`+quote(want)+`)`)
	}
	write("pay/late.md", longArticle("第八版")+"## 原因\n\n见[进度](late.md)。`##原因`\n")
	p.untilTrue("no problem", bar+`.startsWith("no problems")`)
}
