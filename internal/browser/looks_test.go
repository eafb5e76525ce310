package browser

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

// notFound is the line that the browser itself writes when a page is missing.
func notFound(line string) bool {
	return strings.Contains(line, "404 (Not Found)") && strings.Contains(line, "/no/such/page/")
}

func TestThemeIsKept(t *testing.T) {
	t.Parallel()
	p := open(t, served(t, nil))
	p.media("screen", "light")
	p.goTo("/")
	ground := func() string {
		return p.text("getComputedStyle(document.documentElement).backgroundColor + getComputedStyle(document.body).backgroundColor")
	}
	light := ground()
	p.media("screen", "dark")
	p.untilTrue("the page follows the system", "getComputedStyle(document.documentElement).backgroundColor + getComputedStyle(document.body).backgroundColor !== "+quote(light))
	dark := ground()
	p.click("button", "外观*") // from the system's to light
	p.until("light by choice", func() bool { return ground() == light })
	for _, address := range []string{"/", "/pay/huabei/", "/search/?q=花呗"} {
		p.goTo(address)
		if ground() != light {
			t.Errorf("%s does not keep the choice", address)
		}
	}
	p.click("button", "外观*") // to dark
	p.until("dark by choice", func() bool { return ground() == dark })
	p.media("screen", "light")
	p.goTo("/pay/huabei/")
	if ground() != dark {
		t.Error("the choice is not kept when the system changes")
	}
	p.click("button", "外观*") // back to the system's
	p.until("as the system again", func() bool { return ground() == light })
	p.goTo("/")
	if ground() != light {
		t.Error("the choice of the system is not kept")
	}
}

// outside lists what reaches beyond the window's width.
const outside = `(() => {
	const width = document.documentElement.clientWidth;
	const out = [];
	if (document.documentElement.scrollWidth > width) {
		for (const e of document.body.querySelectorAll("*")) {
			const box = e.getBoundingClientRect();
			if (box.width && box.right > width + 1) out.push(e.tagName.toLowerCase() + " " + (e.className.baseVal ?? e.className) + " to " + Math.round(box.right));
		}
		out.unshift("scrolls to " + document.documentElement.scrollWidth + " of " + width);
	}
	return out.slice(0, 8);
})()`

// No page scrolls sideways, on a phone, on a small one, or on a desk.
func TestNothingIsTooWide(t *testing.T) {
	t.Parallel()
	all := kinds(t)
	p := open(t, served(t, nil))
	p.expect(notFound)
	for _, name := range sortedKeys(all) {
		p.goTo(all[name])
		for _, tt := range []struct {
			width int64
			phone bool
		}{{390, true}, {320, true}, {768, false}, {1280, false}} {
			p.screen(tt.width, 844, tt.phone)
			p.untilTrue("as wide as set", fmt.Sprintf("innerWidth === %d || document.documentElement.scrollWidth > %d", tt.width, tt.width))
			var wide []string
			if p.eval(outside, &wide); len(wide) > 0 {
				t.Errorf("%s (%s), %d px: %s", name, all[name], tt.width, strings.Join(wide, "; "))
			}
		}
	}
}

// Titles, tags and words without an end fit, too, wherever they stand: on the
// pages of the article and its tags, among suggestions and among results.
func TestLongTitlesFit(t *testing.T) {
	t.Parallel()
	p := open(t, served(t, nil))
	for _, width := range []int64{390, 1280} {
		p.screen(width, 844, width < 500)
		fits := func(where string) {
			t.Helper()
			var wide []string
			if p.eval(outside, &wide); len(wide) > 0 {
				t.Errorf("%d px, %s: %s", width, where, strings.Join(wide, "; "))
			}
		}
		p.goTo("/network/long/")
		fits("the article")
		var tags []string
		p.eval(`[...document.querySelectorAll("article dl a")].map((a) => a.pathname).filter((path) => path.split("/").length === 4)`, &tags)
		if len(tags) < 4 {
			t.Fatalf("the article has the tags %v, want one of each family", tags)
		}
		for _, address := range append(tags, "/network/", "/products/", "/symptoms/") {
			p.goTo(address)
			fits(address)
		}
		p.goTo("/")
		p.click(box, boxName)
		p.write("升级")
		p.until("the suggestion with the long title", func() bool { return len(p.options()) > 0 })
		fits("suggestions")
		p.press("Enter", 0)
		p.at("/search/?q=升级")
		if got := p.results(); len(got.Titles) == 0 || !strings.Contains(got.Titles[0], "应该怎么办？") {
			t.Errorf("results are %v", got.Titles)
		}
		fits("results")
	}
}

// Buttons and fields are large enough for a thumb.
func TestTouchTargets(t *testing.T) {
	t.Parallel()
	p := open(t, served(t, nil))
	p.expect(notFound)
	p.screen(390, 844, true)
	all := kinds(t)
	for _, name := range sortedKeys(all) {
		p.goTo(all[name])
		var small []string
		p.eval(`[...document.querySelectorAll("button, summary, input:not([type=hidden]):not([disabled]), [role=option]")]
			.map((e) => [e, e.getBoundingClientRect()])
			.filter(([e, box]) => box.width && e.checkVisibility() && (box.height < 43.5 || box.width < 43.5))
			.map(([e, box]) => e.tagName + " " + (e.innerText || e.name) + " " + Math.round(box.width) + "×" + Math.round(box.height))`, &small)
		if len(small) > 0 {
			t.Errorf("%s (%s): smaller than 44 px: %s", name, all[name], strings.Join(small, "; "))
		}
	}
}

// On paper there is the article, and nothing to press.
func TestPrint(t *testing.T) {
	t.Parallel()
	p := open(t, served(t, nil))
	p.goTo("/pay/huabei/")
	p.media("print", "dark")
	var shown []string
	p.eval(`[...document.querySelectorAll("nav, button, input, form, header, .site-footer, [role=search]")]
		.filter((e) => e.checkVisibility() && e.getBoundingClientRect().height > 0 && !(e.tagName === "INPUT" && e.type === "checkbox"))
		.map((e) => e.tagName + " " + e.innerText.slice(0, 30))`, &shown)
	if len(shown) > 0 {
		t.Errorf("printed are %v", shown)
	}
	text := p.text("document.body.innerText")
	for _, want := range []string{"花呗突然用不了，怎么办？", "系统会定期评估", "看提示里有没有", "补上职业和住址", "一个月换了三次手机号", "图 1"} {
		if !strings.Contains(text, want) {
			t.Errorf("the paper lacks %q", want)
		}
	}
	var colours []string
	p.eval("[getComputedStyle(document.documentElement).backgroundColor, getComputedStyle(document.body).color]", &colours)
	if !slices.ContainsFunc(colours[:1], func(c string) bool { return strings.Contains(c, "255, 255, 255") || strings.Contains(c, "0, 0, 0, 0") }) {
		t.Errorf("the paper of a reader who likes it dark has the colours %v", colours)
	}
}

// Without JavaScript the site is whole: reading, searching, answering.
func TestWithoutJavaScript(t *testing.T) {
	t.Parallel()
	s := served(t, nil)
	p := open(t, s)
	call(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	p.goTo("/")
	p.click("searchbox", boxName)
	p.write("花呗用不了")
	p.press("Enter", 0)
	p.at("/search/?q=花呗用不了")
	if got := p.results(); len(got.Titles) == 0 || got.Titles[0] != "花呗突然用不了，怎么办？" {
		t.Fatalf("results are %+v", got)
	}
	p.click("DisclosureTriangle", "筛选*")
	p.clickOn(p.oneIn(p.one("navigation", "缩小范围"), "link", "信用评估未通过 *")) // a filter
	p.untilTrue("the filter is in the address", `new URLSearchParams(location.search).get("cause") === "信用评估未通过"`)
	p.click("link", "花呗突然用不了，怎么办？")
	p.at("/pay/huabei/")
	if len(p.find("button", "外观*")) > 0 {
		t.Error("there is a switch that cannot switch")
	}
	for _, script := range p.requests("/assets/") {
		if strings.HasSuffix(script, ".js") {
			t.Errorf("asked for %s", script)
		}
	}
	// Every place that the page links to on itself is there.
	var lost []string
	p.eval(`[...document.querySelectorAll('a[href^="#"]')].map((a) => a.getAttribute("href")).filter((h) => !document.getElementById(decodeURIComponent(h.slice(1))))`, &lost)
	if len(lost) > 0 {
		t.Errorf("links lead to no place: %v", lost)
	}
	// “Did it help?” is two plain forms.
	p.click("DisclosureTriangle", "还没有")
	p.click("button", "照做没用")
	p.at("/pay/huabei/#wf-thanks")
	p.untilTrue("the page says thank you", `document.body.innerText.includes("谢谢")`)
	if len(p.find("button", "解决了")) > 0 {
		t.Error("it asks again at once")
	}
	p.until("the answer is logged", func() bool {
		return strings.Contains(s.log.String(), "url=/pay/huabei/ helped=false reason=did_not_work")
	})
	p.goTo("/pay/refund/")
	p.click("button", "解决了")
	p.at("/pay/refund/#wf-thanks")
	p.until("the answer is logged", func() bool { return strings.Contains(s.log.String(), "url=/pay/refund/ helped=true") })
}

// axeResult is what the checker found.
type axeResult []struct {
	ID, Impact, Help string
	Nodes            []struct {
		Target json.RawMessage
		HTML   string
		Any    []struct{ Message string }
	}
}

// What axe looks for: all that it knows, or one rule alone.
const (
	everything = `{ resultTypes: ["violations"] }`
	colours    = `{ resultTypes: ["violations"], runOnly: ["color-contrast", "link-in-text-block"] }`
)

// axe demands that the accessibility checker finds nothing on the page.
func (p *page) axe(script, options, where string) {
	p.t.Helper()
	p.eval(script+"; 0", nil)
	var found axeResult
	p.eval("axe.run(document, "+options+").then((r) => r.violations)", &found)
	for _, v := range found {
		for i, n := range v.Nodes {
			if i == 4 {
				p.t.Errorf("%s: … %d more of %s", where, len(v.Nodes)-4, v.ID)
				break
			}
			why := ""
			if len(n.Any) > 0 {
				why = n.Any[0].Message
			}
			p.t.Errorf("%s: %s (%s): %s %s\n\t%.300s\n\t%s", where, v.ID, v.Impact, v.Help, n.Target, n.HTML, why)
		}
	}
}

func TestAccessibility(t *testing.T) {
	t.Parallel()
	script := needAxe(t)
	all := kinds(t)
	for _, tt := range []struct {
		name, scheme string
		width        int64
		options      string
	}{
		{"light", "light", 1280, everything},
		{"dark, a phone", "dark", 390, everything},
		// What is left differs from these in its colours alone.
		{"dark", "dark", 1280, colours},
		{"light, a phone", "light", 390, colours},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := open(t, served(t, nil))
			p.expect(notFound)
			p.screen(tt.width, 900, tt.width < 500)
			p.media("screen", tt.scheme)
			for _, kind := range sortedKeys(all) {
				p.goTo(all[kind])
				p.axe(script, tt.options, kind+" ("+all[kind]+")")
			}
		})
	}
	t.Run("while it is used", func(t *testing.T) {
		t.Parallel()
		p := open(t, served(t, nil))
		for _, scheme := range []string{"light", "dark"} {
			p.media("screen", scheme)
			p.goTo("/pay/huabei/")
			p.press("/", 0)
			p.write("花呗")
			p.until("suggestions", func() bool { return len(p.options()) > 0 })
			p.press("ArrowDown", 0)
			p.axe(script, everything, "suggestions")
			for _, address := range []string{"/pay/huabei/", "/causes/系统维护/", "/search/?q=台灯不亮&product=台灯", "/symptoms/"} {
				p.goTo(address)
				p.eval(`document.querySelectorAll("main details").forEach((box) => { box.open = true; })`, nil)
				p.axe(script, everything, address+", all open")
			}
			p.goTo("/pay/huabei/")
			p.click("DisclosureTriangle", "还没有")
			p.one("button", "看不懂")
			p.axe(script, everything, "reasons")
			p.click("button", "看不懂")
			p.untilTrue("thanks", `document.body.innerText.includes("谢谢")`)
			p.axe(script, everything, "thanks")
		}
	})
}
