package browser

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const box = "combobox" // the role of the search box once its script runs

// boxName is what the search box is called.
const boxName = "描述你遇到的问题"

// inBox reports whether the caret is in the search box.
const inBox = `document.activeElement.getAttribute("role") === "combobox"`

// chosen is the text of the option that the keyboard has reached, "" if none.
func (p *page) chosen() string {
	p.t.Helper()
	return p.text(`(document.getElementById(document.activeElement.getAttribute("aria-activedescendant") || " ")?.innerText || "").split("\n")[0]`)
}

// options are what is suggested, as far as the list is open.
func (p *page) options() []string {
	p.t.Helper()
	if p.text(`document.querySelector('[role="combobox"]').getAttribute("aria-expanded")`) != "true" {
		return []string{}
	}
	return names(p.find("option", ""))
}

func TestSearchOpensByKeyAndClick(t *testing.T) {
	t.Parallel()
	p := open(t, served(t, nil))
	for _, address := range []string{"/", "/pay/huabei/", "/pay/", "/products/", "/search/", "/products/花呗/"} {
		p.goTo(address)
		leave := func() {
			t.Helper()
			p.eval("document.activeElement.blur()", nil)
			p.untilTrue("the caret is elsewhere", "!("+inBox+")")
		}
		leave()
		p.press("/", 0)
		p.untilTrue("“/” leads to the search box of "+address, inBox)
		if got := p.text("document.activeElement.value"); got != "" {
			t.Errorf("%s: “/” wrote %q into the box", address, got)
		}
		p.press("/", 0) // in the box it is a character
		p.untilTrue("“/” can be typed", `document.activeElement.value === "/"`)
		p.press("Backspace", 0)
		for _, modifier := range []int64{ctrl, meta} {
			leave()
			p.press("k", modifier)
			p.untilTrue("Ctrl-K and ⌘-K lead to the search box of "+address, inBox)
		}
		leave()
		p.click(box, boxName)
		p.untilTrue("a click leads to the search box of "+address, inBox)
	}
}

func TestSuggestionsByKeyboard(t *testing.T) {
	t.Parallel()
	p := open(t, served(t, nil))
	p.goTo("/")
	p.press("/", 0)
	p.write("花呗")
	p.until("suggestions open", func() bool { return len(p.options()) >= 3 })
	all := p.options()
	e := p.one(box, boxName)
	if e.properties["expanded"] != "true" || e.properties["autocomplete"] != "list" || e.properties["hasPopup"] != "listbox" {
		t.Errorf("the box says of itself %v", e.properties)
	}
	if list := p.find("listbox", "搜索建议"); len(list) != 1 {
		t.Errorf("%d lists of suggestions, want one", len(list))
	}
	p.until("the number of suggestions is announced", func() bool {
		return strings.Contains(p.text(`[...document.querySelectorAll('[role="status"]')].map((e) => e.textContent).join()`), "条建议")
	})
	if p.chosen() != "" {
		t.Error("an option is chosen before a key was pressed")
	}
	starts := func(i int) bool { return p.chosen() != "" && strings.HasPrefix(all[i], p.chosen()) }
	p.press("ArrowDown", 0)
	if !starts(0) {
		t.Errorf("the down key reached %q, want %q", p.chosen(), all[0])
	}
	if selected := p.text(`document.querySelectorAll('[role="option"][aria-selected="true"]').length + ""`); selected != "1" {
		t.Errorf("%s options are selected, want 1", selected)
	}
	p.press("ArrowDown", 0)
	if !starts(1) {
		t.Errorf("the down key reached %q, want %q", p.chosen(), all[1])
	}
	p.press("ArrowUp", 0)
	p.press("ArrowUp", 0)
	if p.chosen() != "" {
		t.Errorf("the up key reached %q, want the text", p.chosen())
	}
	p.press("ArrowUp", 0)
	if !starts(len(all) - 1) {
		t.Errorf("the up key reached %q, want the last, %q", p.chosen(), all[len(all)-1])
	}
	for key, caret := range map[string]string{"Home": "0", "End": "2"} {
		p.press("ArrowDown", 0)
		p.press(key, 0)
		if got := p.text(`document.activeElement.selectionStart + ""`); p.chosen() != "" || got != caret {
			t.Errorf("%s: the option %q, the caret at %s, want none and %s", key, p.chosen(), got, caret)
		}
	}
	p.press("Escape", 0)
	if got := p.options(); len(got) > 0 || p.text("document.activeElement.value") != "花呗" {
		t.Errorf("Escape left the suggestions %v and the text %q", got, p.text("document.activeElement.value"))
	}
	p.press("ArrowDown", 0)
	p.until("the down key opens the list again", func() bool { return starts(0) })
	href := p.text(`new URL(document.getElementById(document.activeElement.getAttribute("aria-activedescendant")).href).pathname`)
	p.press("Enter", 0)
	p.untilTrue("Enter leads to the suggestion", "document.readyState === 'complete' && location.pathname === "+quote(href))
}

func TestSuggestionByClick(t *testing.T) {
	t.Parallel()
	p := open(t, served(t, nil))
	p.goTo("/network/")
	p.click(box, boxName)
	p.write("退款没")
	p.click("option", "退款没到账*")
	p.at("/pay/refund/")
}

// The Enter that confirms a candidate belongs to the input method.
func TestInputMethod(t *testing.T) {
	t.Parallel()
	p := open(t, served(t, nil))
	p.goTo("/")
	p.press("/", 0)
	for _, unfinished := range []string{"t", "tui", "tui k", "tui kuan"} {
		p.compose(unfinished)
	}
	p.untilTrue("the unfinished text shows", `document.activeElement.value === "tui kuan"`)
	p.pressCode("Enter", 229, 0)
	p.pressCode("ArrowDown", 229, 0)
	p.press("Enter", 0) // some send the key's own code, while the composition goes on
	if got := p.requests("/api/suggest"); len(got) > 0 {
		t.Errorf("unfinished text was asked for: %v", got)
	}
	p.write("退款") // the candidate
	p.untilTrue("the candidate shows", `document.activeElement.value === "退款"`)
	p.pressCode("Enter", 229, 0) // Safari: the composition ends before its Enter arrives
	p.until("suggestions for the candidate", func() bool { return len(p.options()) > 0 })
	if got, want := p.requests("/api/suggest"), []string{"/api/suggest?size=8&language=zh-CN&q=%E9%80%80%E6%AC%BE"}; !slices.Equal(got, want) {
		t.Errorf("asked %v, want %v", got, want)
	}
	if got := p.text("location.pathname"); got != "/" {
		t.Fatalf("confirming a candidate led to %s", got)
	}
	p.press("Enter", 0)
	p.at("/search/?q=退款")
}

// Several characters at once, as a fast typist or a pasted text gives them, are
// one question.
func TestFastTypingIsOneQuestion(t *testing.T) {
	t.Parallel()
	p := open(t, served(t, nil))
	p.goTo("/")
	p.press("/", 0)
	var took float64
	p.eval(`new Promise((done) => {
		const box = document.activeElement;
		const type = (text) => { box.value = text; box.dispatchEvent(new InputEvent("input", { bubbles: true })); };
		const list = document.getElementById(box.getAttribute("aria-controls"));
		for (const text of ["花", "花呗", "花呗用"]) type(text);
		const start = performance.now();
		const timer = setInterval(() => {
			if (box.getAttribute("aria-expanded") !== "true" || !list.children.length) return;
			clearInterval(timer);
			done(performance.now() - start);
		}, 1);
	})`, &took)
	for _, request := range p.requests("/api/suggest") {
		if !strings.HasSuffix(request, "q=%E8%8A%B1%E5%91%97%E7%94%A8") {
			t.Errorf("what was typed on the way was asked for: %s", request)
		}
	}
	t.Logf("suggestions after %.0f ms", took)
}

// gate holds back answers until a test lets them go.
type gate struct {
	mu   sync.Mutex
	held map[string]chan struct{}
}

func (g *gate) hold(q string) chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.held[q] = make(chan struct{})
	return g.held[q]
}

func (g *gate) between(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		wait := g.held[r.URL.Query().Get("q")]
		g.mu.Unlock()
		if wait != nil && strings.HasPrefix(r.URL.Path, "/api/") {
			select {
			case <-wait:
			case <-r.Context().Done():
			}
		}
		next.ServeHTTP(w, r)
	})
}

// An answer that comes after the question has changed is dropped.
func TestStaleAnswersAreDropped(t *testing.T) {
	t.Parallel()
	g := &gate{held: map[string]chan struct{}{}}
	slow := g.hold("台灯")
	p := open(t, served(t, g.between))
	p.goTo("/")
	p.press("/", 0)
	p.write("台灯")
	p.until("the first question is asked", func() bool { return len(p.requests("/api/suggest")) == 1 })
	p.writeInstead("退款")
	p.until("the second is answered", func() bool { return len(p.options()) > 0 })
	close(slow)
	want := p.options()
	p.eval(`fetch("/api/suggest?q=x").then((r) => r.text())`, nil) // a round trip later
	if got := p.options(); !slices.Equal(got, want) || !strings.Contains(got[0], "退款") {
		t.Errorf("suggestions are %v, want %v", got, want)
	}
}

// results is what the page of results shows, and how a screen reader has it.
type results struct {
	Status string
	Titles []string
	Links  []string
	Marked []string
	Text   string
}

func (p *page) results() results {
	p.t.Helper()
	var r results
	p.eval(`(() => {
		const part = document.getElementById("wf-results");
		const clean = (s) => s.replace(/\s+/g, " ").trim();
		return {
			Status: clean(part.querySelector('[role="status"]').innerText),
			Titles: [...part.querySelectorAll("li > h2 a")].map((a) => clean(a.innerText)),
			Links: [...part.querySelectorAll("a")].map((a) => a.pathname + a.search + a.hash),
			Marked: [...part.querySelectorAll("mark")].map((m) => m.innerText),
			Text: clean(part.innerText),
		};
	})()`, &r)
	return r
}

// settled waits until the results of a search stand on the page.
func (p *page) settled() {
	p.t.Helper()
	p.untilTrue("the results are there", `document.readyState === "complete" && document.getElementById("wf-results") &&
		!document.getElementById("wf-results").hasAttribute("aria-busy") && !document.getElementById("wf-results").innerText.includes("正在搜索")`)
}

// mark makes a page known again, as long as it is not loaded anew.
func (p *page) mark() { p.eval("window.sameAsBefore = true", nil) }

func (p *page) mustBeSamePage() {
	p.t.Helper()
	if p.text("String(window.sameAsBefore)") != "true" {
		p.t.Error("the page was loaded again")
	}
}

func TestResultsFiltersAndTheWayBack(t *testing.T) {
	t.Parallel()
	p := open(t, served(t, nil))
	p.goTo("/")
	p.press("/", 0)
	p.write("花呗用不了")
	p.press("Enter", 0)
	p.at("/search/?q=花呗用不了")
	p.mark()
	first := p.results()
	if len(first.Titles) == 0 || first.Titles[0] != "花呗突然用不了，怎么办？" || !strings.HasPrefix(first.Status, "找到") {
		t.Errorf("results are %+v", first)
	}
	// Another question, without loading the page.
	p.press("/", 0)
	p.writeInstead("台灯不亮")
	p.press("Enter", 0)
	p.at("/search/?q=台灯不亮")
	p.settled()
	p.mustBeSamePage()
	second := p.results()
	if len(second.Titles) != 10 || !strings.HasPrefix(second.Status, "找到 ") || p.text("document.title") != "台灯不亮 – 搜索 – 出了问题怎么办" {
		t.Errorf("results are %+v, the title is %q", second, p.text("document.title"))
	}
	if !slices.Contains(second.Marked, "台灯不亮") {
		t.Errorf("marked are %v", second.Marked)
	}
	if got := p.text(`document.querySelector("#wf-results [role=status]").getAttribute("aria-live") || "polite, by its role"`); !strings.HasPrefix(got, "polite") {
		t.Errorf("the count is announced as %s", got)
	}

	// The next page, and its top.
	p.click("link", "下一页")
	p.at("/search/?page=2&q=台灯不亮")
	p.settled()
	p.mustBeSamePage()
	third := p.results()
	if len(third.Titles) == 0 || slices.Contains(second.Titles, third.Titles[0]) {
		t.Errorf("the second page has %v", third.Titles)
	}
	// More of a question is asked of the release that answered it, another one of the live one.
	asked := p.requests("/api/search")
	if n := len(asked); n < 2 || !strings.Contains(asked[n-1], "release=2") || strings.Contains(asked[n-2], "release") {
		t.Errorf("the endpoint was asked %v", asked)
	}

	// A filter says how many it leaves, keeps the caret and starts at the first page.
	filter := p.oneIn(p.one("navigation", "缩小范围"), "link", "台灯 *")
	p.clickOn(filter)
	p.untilTrue("the address has the filter", `new URLSearchParams(location.search).get("product") === "台灯" && !location.search.includes("page")`)
	p.settled()
	p.mustBeSamePage()
	p.untilTrue("the filter is on and has the caret", `document.activeElement.getAttribute("aria-current") === "true" && document.activeElement.innerText.startsWith("台灯")`)
	count := strings.TrimPrefix(filter.name, "台灯 ")
	if got := p.results().Status; !strings.Contains(got, " "+count+" ") {
		t.Errorf("the filter promised %s articles, the status says %q", count, got)
	}
	filtered := p.results()
	p.press("Enter", 0) // on the filter, which takes it away again
	p.untilTrue("the filter is off", `!location.search.includes("product")`)
	p.settled()

	// The way back, and forth.
	for _, want := range []struct {
		address string
		results
	}{{"product=台灯", filtered}, {"page=2", third}, {"/search/?q=台灯不亮", second}, {"/search/?q=花呗用不了", first}} {
		p.eval("history.back()", nil)
		p.untilTrue("back at "+want.address, "decodeURIComponent(location.pathname + location.search).includes("+quote(want.address)+")")
		p.settled()
		p.until("the results of "+want.address, func() bool { return slices.Equal(p.results().Titles, want.Titles) })
		if got := p.text("document.querySelector('[role=combobox]').value"); !strings.Contains(p.text("decodeURIComponent(location.search)"), "q="+got) {
			t.Errorf("%s: the box has %q", want.address, got)
		}
	}
	p.mustBeSamePage()
	p.eval("history.back()", nil)
	p.at("/")
	p.eval("history.forward()", nil)
	p.at("/search/?q=花呗用不了")
	p.until("the results again", func() bool { return slices.Equal(p.results().Titles, first.Titles) })
}

// On a phone the first hit stands near the top, and one button has the filters.
func TestTheFirstHitIsNear(t *testing.T) {
	t.Parallel()
	p := open(t, served(t, nil))
	p.screen(390, 844, true)
	p.goTo("/search/?q=台灯不亮")
	var top float64
	if p.eval(`document.querySelector(".hit").getBoundingClientRect().top + scrollY`, &top); top > 220 {
		t.Errorf("the first hit is at %v", top)
	}
	if got := p.text(`document.querySelector(".facets summary").innerText.trim()`); got != "筛选" {
		t.Errorf("the button says %q", got)
	}
	p.click("DisclosureTriangle", "筛选*")
	p.clickOn(p.oneIn(p.one("navigation", "缩小范围"), "link", "台灯 *"))
	p.untilTrue("the button counts what is active, and stays open", `document.querySelector(".facets[open] > summary .count")?.innerText === "1"`)
	if p.eval(`document.querySelector(".facets > summary").getBoundingClientRect().top + scrollY`, &top); top > 220 {
		t.Errorf("the button is at %v", top)
	}
	// What all hits have is no filter.
	var counts []string
	p.eval(`[...document.querySelectorAll('.facets a:not([aria-current]) .count')].map((e) => e.innerText)`, &counts)
	if total := strings.Trim(p.results().Status, "找到篇文章 "); slices.Contains(counts, total) {
		t.Errorf("of %s hits, filters keep %v", total, counts)
	}
}

// The first filter on a page of the server keeps the caret, too.
func TestFirstFilterKeepsTheCaret(t *testing.T) {
	t.Parallel()
	p := open(t, served(t, nil))
	for _, width := range []int64{390, 1280} {
		p.screen(width, 800, width < 600)
		p.goTo("/search/?q=台灯不亮")
		p.mark()
		if width < 600 { // on a phone each filter is behind its name
			p.click("DisclosureTriangle", "筛选*")
		}
		p.clickOn(p.oneIn(p.one("navigation", "缩小范围"), "link", "台灯 *"))
		p.untilTrue("the filter is on and has the caret", `document.activeElement.getAttribute("aria-current") === "true" && document.activeElement.innerText.startsWith("台灯")`)
		p.mustBeSamePage()
	}
}

// Whether the server or the script shows a search makes no difference.
func TestServerAndScriptShowTheSame(t *testing.T) {
	t.Parallel()
	s := served(t, nil)
	filled := open(t, s)
	scripted := open(t, served(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/search/" { // the plain file
				r = r.Clone(r.Context())
				r.URL.RawQuery = ""
			}
			next.ServeHTTP(w, r)
		})
	}))
	for _, question := range []string{
		"q=花呗用不了", "q=台灯不亮", "q=台灯不亮&page=2", "q=台灯不亮&product=台灯", "q=台灯不亮&product=花呗", "q=花呗用不了&kind=cause",
		"q=花被", "q=huabei", "q=qwertyuiop", "q=台灯不亮&page=99", "q=台灯不亮&page=101", "q=花呗为什么在月球上用不了", "q=%3Cb%3E&kind=case", "q=" + strings.Repeat("长", 2_001), "q=" + strings.Repeat("台灯不亮", 500), "q=" + strings.Repeat("台灯不亮", 100) + "&product=台灯",
	} {
		filled.expect(func(line string) bool { return strings.Contains(line, "400 (Bad Request)") })
		scripted.expect(func(line string) bool { return strings.Contains(line, "400 (Bad Request)") })
		filled.goTo("/search/?" + question)
		scripted.goTo("/search/?" + question)
		scripted.settled()
		if diff := cmp.Diff(filled.results(), scripted.results()); diff != "" {
			t.Errorf("%s (-server +script):\n%s", question, diff)
		}
		if got, want := scripted.text("document.title"), filled.text("document.title"); got != want && !strings.Contains(question, "长长") {
			t.Errorf("%s: the script's title is %q, the server's %q", question, got, want)
		}
	}
}

func TestModesAreSaidInWords(t *testing.T) {
	t.Parallel()
	p := open(t, served(t, nil))
	for question, want := range map[string]string{
		"花被":          "没有找到“花被”，已显示“花呗”的结果",
		"花呗在月球上面用不了吗": "篇相近的文章",
	} {
		p.goTo("/search/")
		p.click(box, boxName)
		p.write(question)
		p.press("Enter", 0)
		p.at("/search/?q=" + question)
		p.settled()
		if got := p.results(); !strings.Contains(got.Status, want) || len(got.Titles) == 0 {
			t.Errorf("%s: the status is %q, want %q", question, got.Status, want)
		}
	}
}

func TestNothingFound(t *testing.T) {
	t.Parallel()
	p := open(t, served(t, nil))
	p.goTo("/search/?q=台灯不亮")
	if got := p.find("heading", "从这些现象开始"); len(got) > 0 {
		t.Error("frequent questions stand below results")
	}
	p.click(box, boxName)
	p.writeInstead("qwertyuiop")
	p.press("Enter", 0)
	p.at("/search/?q=qwertyuiop")
	p.settled()
	got := p.results()
	if !strings.Contains(got.Status, "没有找到和“qwertyuiop”有关的文章") || len(got.Titles) > 0 {
		t.Errorf("nothing found shows as %+v", got)
	}
	p.one("heading", "从这些现象开始") // what others ask
	p.one("heading", "也可以从这里找")
	if links := p.find("link", "花呗用不了"); len(links) != 1 {
		t.Errorf("%d links to the nearest symptom, want 1", len(links))
	}
	// Filters that leave nothing can be taken away, and what is near is shown.
	p.goTo("/search/?q=台灯不亮&product=花呗")
	p.one("heading", "不筛选时最接近的文章")
	if links := p.find("link", "台灯第 *"); len(links) != 5 {
		t.Errorf("%d articles that are near, want 5: %q", len(links), names(links))
	}
	p.click("link", "去掉筛选条件")
	p.at("/search/?q=台灯不亮")
	p.settled()
	if len(p.results().Titles) != 10 {
		t.Errorf("without the filter there are %v", p.results().Titles)
	}
}

// Where no endpoint answers, the list beside the pages does, and says so.
func TestEndpointDown(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		between func(http.Handler) http.Handler
	}{{"no answer", unreachable}, {"plain files", plainFiles}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := open(t, served(t, tt.between))
			p.expect(func(line string) bool {
				return strings.Contains(line, "Failed to load resource") && strings.Contains(line, "/api/")
			})
			p.goTo("/")
			p.press("/", 0)
			p.write("退款没到")
			p.until("suggestions from the list", func() bool { return slices.Equal(p.options(), []string{"退款没到账 现象"}) })
			p.until("it says that they are rough", func() bool {
				return strings.Contains(p.text("document.body.innerText"), "只按标题和现象粗略匹配")
			})
			p.write("账")
			p.until("suggestions for more", func() bool { return slices.Equal(p.options(), []string{"退款没到账 现象"}) })
			if asked := p.requests("/api/suggest"); len(asked) != 1 {
				t.Errorf("the endpoint was asked %d times, want once", len(asked))
			}
			p.goTo("/search/")
			p.click(box, boxName)
			p.write("请问花呗怎么用不了了")
			p.press("Enter", 0)
			p.at("/search/?q=请问花呗怎么用不了了")
			p.settled()
			got := p.results()
			if strings.Contains(got.Text, "undefined") || strings.HasSuffix(got.Text, " 0") {
				t.Errorf("the results say %s", got.Text)
			}
			if !strings.Contains(got.Status, "搜索服务暂时连不上") || len(got.Titles) == 0 || got.Titles[0] != "花呗突然用不了，怎么办？" {
				t.Errorf("results are %+v", got)
			}
			p.click(box, boxName)
			p.writeInstead("qwertyuiop")
			p.press("Enter", 0)
			p.at("/search/?q=qwertyuiop")
			p.settled()
			p.one("heading", "从这些现象开始")
			// A link to a search works, too: the page was made without the server.
			p.goTo("/search/?q=退款没到账")
			p.settled()
			if tt.name == "plain files" {
				if got := p.results(); len(got.Titles) == 0 || got.Titles[0] != "退款一直没有到账，怎么查？" {
					t.Errorf("results are %+v", got)
				}
			}
		})
	}
}

// A search that is overtaken by another one leaves nothing behind.
func TestOvertakenSearch(t *testing.T) {
	t.Parallel()
	g := &gate{held: map[string]chan struct{}{}}
	slow := g.hold("退款没到账")
	p := open(t, served(t, g.between))
	p.goTo("/search/?q=台灯不亮")
	p.mark()
	p.click(box, boxName)
	p.writeInstead("退款没到账")
	p.press("Enter", 0)
	p.until("the search is asked", func() bool { return len(p.requests("/api/search")) == 1 })
	p.untilTrue("the page is waiting", `document.getElementById("wf-results").getAttribute("aria-busy") === "true"`)
	p.click(box, boxName) // without a mouse the keyboard was put away
	p.writeInstead("花呗用不了")
	p.press("Enter", 0)
	p.at("/search/?q=花呗用不了")
	p.settled()
	want := p.results()
	if len(want.Titles) == 0 || want.Titles[0] != "花呗突然用不了，怎么办？" {
		t.Errorf("results are %+v", want)
	}
	close(slow)
	p.eval(`fetch("/api/suggest?q=x").then((r) => r.text())`, nil) // a round trip later
	if diff := cmp.Diff(want, p.results()); diff != "" {
		t.Errorf("the answer that came too late changed the page (-before +after):\n%s", diff)
	}
	p.eval("history.back()", nil)
	p.at("/search/?q=退款没到账")
	p.settled()
	p.until("its own results", func() bool {
		r := p.results()
		return len(r.Titles) > 0 && r.Titles[0] == "退款一直没有到账，怎么查？"
	})
	p.mustBeSamePage()
}

// The list must not be needed where the endpoint answers.
func TestTheListStaysAway(t *testing.T) {
	t.Parallel()
	p := open(t, served(t, nil))
	p.goTo("/")
	p.press("/", 0)
	p.write("花呗")
	p.until("suggestions", func() bool { return len(p.options()) > 0 })
	p.press("Enter", 0)
	p.at("/search/?q=花呗")
	if got := p.requests("/search-lite.json"); len(got) > 0 {
		t.Errorf("asked for %v", got)
	}
}
