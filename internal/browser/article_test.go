package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

// places are the ids of all headings that the writer of /pay/huabei/ wrote, and
// of the kinds, each with whether an answer holds it.
const places = `[...document.querySelectorAll(".guide [id], .section, .section [id]")].filter((e) => e.id && !e.id.startsWith("wf-") && !e.id.startsWith("fn"))
	.map((e) => [e.id, !!e.closest(".choice")])`

// A reader sees the writer's first sentence, then the question; what belongs to
// his case opens in place, with the steps.
func TestArticleAnswersFromTheTop(t *testing.T) {
	t.Parallel()
	letters := &letterBox{}
	p := open(t, served(t, letters.between))
	p.screen(390, 844, true)
	p.goTo("/pay/huabei/")
	var tops []float64
	p.eval(`["h1", ".intro p", "#wf-guide", ".beside", ".section", ".feedback", ".about"].map((s) => document.querySelector(s).getBoundingClientRect().top + scrollY)`, &tops)
	for i := range tops[1:] {
		if tops[i] >= tops[i+1] {
			t.Fatalf("what the page has is in another order: %v", tops)
		}
	}
	if tops[1] > 844 || tops[2] > 1.2*844 {
		t.Errorf("the first sentence is at %v, the question at %v", tops[1], tops[2])
	}
	if p.text("String(document.querySelectorAll('.choice[open]').length)") != "0" {
		t.Error("an answer is open")
	}
	p.click("DisclosureTriangle", "看提示里有没有“综合评估”")
	var steps float64
	p.eval(`(() => { const s = document.querySelector(".choice[open] .part.kind-solution"); return s.checkVisibility() ? s.getBoundingClientRect().top + scrollY : -1; })()`, &steps)
	if steps < tops[2] || steps > 2*844 {
		t.Errorf("the steps are at %v", steps)
	}
	text := p.text(`document.querySelector(".choice[open]").innerText`)
	for _, want := range []string{"有这四个字", "信用评估没有通过", "最近资料变动多", "补上职业和住址", "解决了吗？"} {
		if !strings.Contains(text, want) {
			t.Errorf("the answer lacks %q", want)
		}
	}
	// Whoever copies the address gives away the answer that is open.
	p.untilTrue("the address names the case", `decodeURIComponent(location.hash) === "#看提示里有没有综合评估"`)
	// One press says that it helped; the case is named, and the page stays.
	p.mark()
	p.clickOn(p.find("button", "解决了")[0]) // the last asks about the article
	p.untilTrue("the answer says thank you", `document.querySelector(".choice[open]").innerText.includes("谢谢")`)
	p.mustBeSamePage()
	if got := letters.letters(); len(got) != 1 || !strings.Contains(got[0], `"section":"看提示里有没有综合评估"`) || !strings.Contains(got[0], `"helped":true`) {
		t.Errorf("sent was %q", got)
	}
}

// Every address of the article leads to what it names, also when that is closed.
func TestEveryPlaceOpens(t *testing.T) {
	t.Parallel()
	for _, scripts := range []bool{true, false} {
		t.Run(fmt.Sprintf("scripts=%v", scripts), func(t *testing.T) {
			t.Parallel()
			p := open(t, served(t, nil))
			p.screen(390, 844, true)
			call(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !scripts})
			p.goTo("/pay/huabei/")
			var all [][]any
			p.eval(places, &all)
			held := 0
			for _, place := range all {
				id := fmt.Sprint(place[0])
				p.goTo("/")
				p.goTo("/pay/huabei/#" + id)
				p.untilTrue("the place "+id+" is shown", `(() => {
					const e = document.getElementById(decodeURIComponent(location.hash.slice(1)));
					const r = (e.getClientRects().length ? e : e.parentElement).getBoundingClientRect();
					return r.top > -2 && r.top < innerHeight && [...e.children].every((c) => c.checkVisibility({contentVisibilityAuto: true}));
				})()`)
				if place[1] == true {
					held++
				}
			}
			if held < 6 || len(all) < 12 {
				t.Errorf("only %d places, %d in answers", len(all), held)
			}
			if !scripts {
				return
			}
			// From the page itself, and a second time after it was closed.
			for range 2 {
				p.eval(`document.querySelectorAll(".choice").forEach((c) => { c.open = false; })`, nil)
				p.eval(`document.querySelector(".map a.kind-solution").dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }))`, nil)
				p.untilTrue("the drawing leads to the steps", `document.querySelector(".choice[open] .part.kind-solution")?.checkVisibility() === true`)
			}
		})
	}
}

// The browser's own search opens what it finds, and paper has everything once.
func TestClosedTextIsFoundAndPrinted(t *testing.T) {
	t.Parallel()
	p := open(t, served(t, nil))
	p.goTo("/pay/huabei/")
	p.media("print", "light")
	p.eval(`window.dispatchEvent(new Event("beforeprint"))`, nil)
	text := p.text("document.body.innerText")
	for _, want := range []string{"有这四个字", "最近资料变动多", "补上职业和住址", "公告的时间过了", "资料稳定了两个月"} {
		if n := strings.Count(text, want); n != 1 {
			t.Errorf("%q is printed %d times", want, n)
		}
	}
	p.eval(`window.dispatchEvent(new Event("afterprint"))`, nil)
	p.media("screen", "light")
	if p.text(`String(document.querySelectorAll(".choice[open]").length)`) != "0" {
		t.Error("what was opened for paper stays open")
	}
	var found bool
	p.eval(`window.find("补上职业和住址")`, &found)
	if !found {
		t.Error("the browser does not find what is closed")
	}
}

// The index of symptoms is filtered by what is typed: words, pinyin, first letters.
func TestSymptomsAreFiltered(t *testing.T) {
	t.Parallel()
	p := open(t, served(t, nil))
	p.screen(390, 844, true)
	p.goTo("/symptoms/")
	var height float64
	if p.eval("document.documentElement.scrollHeight", &height); height > 2*844 {
		t.Errorf("the index is %v high", height)
	}
	for typed, want := range map[string]string{
		"不亮 第3": "台灯第3种不亮", "huabeiyongbuliao": "花呗用不了", "HBYBL": "花呗用不了", "洗衣机漏水": "", "花呗用": "花呗用不了",
	} {
		p.eval(`(() => { const box = document.getElementById("wf-filter"); box.value = `+quote(typed)+`; box.dispatchEvent(new Event("input")); })()`, nil)
		if got := p.text(`[...document.querySelectorAll(".sayings li")].filter((e) => e.checkVisibility()).map((e) => e.innerText).join("|")`); got != want {
			t.Errorf("%q shows %q, want %q", typed, got, want)
		}
		if none := p.text(`document.querySelector(".filter-none").innerText`); (none != "") != (want == "") {
			t.Errorf("%q says %q", typed, none)
		}
	}
}

// Nothing moves while a page is loaded.
func TestNothingMoves(t *testing.T) {
	t.Parallel()
	all := kinds(t)
	p := open(t, served(t, nil))
	p.expect(notFound)
	for _, name := range sortedKeys(all) {
		for _, width := range []int64{390, 1280} {
			p.screen(width, 844, width < 500)
			p.untilTrue("as wide as set", fmt.Sprintf("innerWidth === %d || document.documentElement.scrollWidth > %[1]d", width))
			// What moves by itself moves each time; a busy machine may paint half a page.
			var moved struct {
				By  float64
				Who []string
			}
			for range 10 {
				p.goTo(all[name])
				p.eval(`new Promise((done) => {
					const moved = { By: 0, Who: [] };
					new PerformanceObserver((list) => {
						for (const e of list.getEntries()) {
							moved.By += e.value;
							for (const { node } of e.sources) if (node) moved.Who.push(node.nodeName + "." + node.className);
						}
					}).observe({ type: "layout-shift", buffered: true });
					requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(moved))));
				})`, &moved)
				if moved.By <= 0.005 {
					break
				}
			}
			if moved.By > 0.005 {
				t.Errorf("%s (%s), %d px: moved by %v: %v", name, all[name], width, moved.By, moved.Who)
			}
		}
	}
}

// An article of the demo answers within two taps and two screens of a phone,
// and is not long while its answers are closed.
func TestTheDemoIsShort(t *testing.T) {
	t.Parallel()
	content := filepath.Join("..", "..", "content")
	files, err := filepath.Glob(filepath.Join(content, "*", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(files, func(a, b string) int { return int(size(t, b) - size(t, a)) })
	p := open(t, filesOf(t, content))
	p.expect(notFound)
	p.screen(390, screenful, true)
	for _, name := range files[:10] {
		address := "/" + strings.TrimSuffix(filepath.ToSlash(strings.TrimPrefix(name, content+string(filepath.Separator))), ".md") + "/"
		p.goTo(address)
		var got struct {
			Height, Intro, Question, Steps float64
			Answers, Links                 int
		}
		p.eval(`(() => {
			const top = (e) => e.getBoundingClientRect().top + scrollY;
			const answers = [...document.querySelectorAll(".guide .choice:not(.choice-none)")];
			const out = { Height: document.documentElement.scrollHeight, Intro: top(document.querySelector(".intro p")), Question: top(document.querySelector("#wf-guide")),
				Answers: answers.length, Links: document.querySelectorAll("main a").length, Steps: 0 };
			for (const answer of answers) {
				answer.open = true;
				const steps = answer.querySelector(".part.kind-solution");
				if (steps) out.Steps = Math.max(out.Steps, top(steps));
				answer.open = false;
			}
			return out;
		})()`, &got)
		if got.Height > 4500 || got.Intro > screenful || got.Question > 1.2*screenful || got.Steps > 2*screenful || got.Steps == 0 || got.Answers < 2 || got.Links > 60 {
			t.Errorf("%s: %+v", address, got)
		}
	}
}

func size(t *testing.T, name string) int64 {
	t.Helper()
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
