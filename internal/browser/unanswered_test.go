package browser

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/google/go-cmp/cmp"

	"whyfix/internal/publish"
)

// unanswered stands in for a search whose best hit never answers, on both ways
// to it: the endpoint's answers say so, and so does the page that is made on
// the server.
func unanswered(t *testing.T) func(http.Handler) http.Handler {
	t.Helper()
	public, err := release()
	if err != nil {
		t.Fatal(err)
	}
	r, err := publish.Open(public)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	source, err := r.SearchTemplate()
	if err != nil {
		t.Fatal(err)
	}
	template, err := publish.ParseSearchTemplate(source)
	if err != nil {
		t.Fatal(err)
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			api := strings.HasPrefix(r.URL.Path, "/api/search")
			page := strings.HasSuffix(r.URL.Path, "/search/") && r.URL.Query().Has("q")
			if !api && !page {
				next.ServeHTTP(w, r)
				return
			}
			asked := r.Clone(r.Context())
			asked.URL.Path = "/api/search"
			asked.Header.Del("If-None-Match")
			answer := httptest.NewRecorder()
			next.ServeHTTP(answer, asked)
			if api {
				w.Header().Set("Content-Type", "application/json")
				_, _ = w.Write([]byte(strings.ReplaceAll(answer.Body.String(), `"answered":true`, `"answered":false`)))
				return
			}
			view, err := viewOf(answer.Body.Bytes(), r.URL)
			if err == nil {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				err = template.Execute(w, view)
			}
			if err != nil {
				t.Errorf("%s: %v", r.URL, err)
			}
		})
	}
}

// viewOf is an answer of the endpoint as the server shows it on its page, but
// for what it is that it is not answered.
func viewOf(data []byte, at *url.URL) (publish.SearchView, error) {
	var answer struct {
		Query, Mode, Corrected string
		Total                  int
		Hits                   []publish.SearchHit
		Facets                 map[string][]struct {
			Value string
			Count int
		}
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return publish.SearchView{}, err
	}
	view := publish.SearchView{
		Page: strings.TrimPrefix(at.Path, "/"), Asked: true, Query: answer.Query, Mode: answer.Mode, Corrected: answer.Corrected,
		Total: answer.Total, Hits: answer.Hits,
	}
	address := func(name, value string) string {
		v := at.Query()
		v.Del("page")
		v.Set(name, value)
		return at.Path + "?" + v.Encode()
	}
	for _, name := range []string{"kind", "product", "cause", "solution"} {
		facet := publish.SearchFacet{Name: name}
		for _, c := range answer.Facets[name] {
			if c.Count < answer.Total { // else it changes nothing
				facet.Values = append(facet.Values, publish.SearchFacetValue{Value: c.Value, Count: c.Count, URL: address(name, c.Value)})
			}
		}
		if len(facet.Values) > 0 {
			view.Facets = append(view.Facets, facet)
		}
	}
	if answer.Total > 10 {
		view.Next = address("page", "2")
	}
	return view, nil
}

const (
	notHere = "本站可能没有这个问题"
	closest = "最接近的文章"
)

// inOrder demands that texts stand on the page one after the other.
func (p *page) inOrder(where string, texts ...string) {
	p.t.Helper()
	all := p.text("document.querySelector('main').innerText")
	rest := all
	for _, text := range texts {
		_, after, ok := strings.Cut(rest, text)
		if !ok {
			p.t.Errorf("%s: no %q, or not in the order of %q:\n%s", where, text, texts, all)
			return
		}
		rest = after
	}
}

// Where the best hit does not answer, server and script say so in the same
// words, before the hits.
func TestUnansweredIsSaidFirst(t *testing.T) {
	t.Parallel()
	between := unanswered(t)
	filled := open(t, served(t, between))
	scripted := open(t, served(t, func(next http.Handler) http.Handler {
		stub := between(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/search/") { // the plain file
				r = r.Clone(r.Context())
				r.URL.RawQuery = ""
			}
			stub.ServeHTTP(w, r)
		})
	}))
	for _, question := range []string{"q=花呗用不了", "q=台灯不亮", "q=花被", "q=花呗为什么在月球上用不了", "q=qwertyuiop"} {
		filled.goTo("/search/?" + question)
		scripted.goTo("/search/?" + question)
		scripted.settled()
		scripted.untilTrue("there is an answer", `document.querySelector("#wf-results [role=status]").innerText !== ""`)
		got := filled.results()
		if diff := cmp.Diff(got, scripted.results()); question != "q=qwertyuiop" && diff != "" {
			t.Errorf("%s (-server +script):\n%s", question, diff)
		}
		if question == "q=qwertyuiop" { // nothing was found: that stays as it was
			if strings.Contains(got.Text, notHere) || !strings.HasPrefix(got.Status, "没有找到") {
				t.Errorf("nothing found shows as %+v", got)
			}
			continue
		}
		if !strings.HasPrefix(got.Status, notHere) || strings.Contains(got.Text, "找到 ") || strings.Contains(got.Text, "没有完全符合") {
			t.Errorf("%s: the status is %q", question, got.Status)
		}
		for _, p := range []*page{filled, scripted} {
			p.inOrder(question, notHere, closest, got.Titles[0], "没有找到答案？ 打电话问客服")
			if n := p.text(`document.querySelectorAll("#wf-results .notice svg").length + ""`); n != "1" {
				t.Errorf("%s: the notice has %s signs", question, n)
			}
			if n := len(p.find("heading", closest)); n != 1 {
				t.Errorf("%s: %d headings above the hits, want 1", question, n)
			}
			if len(p.find("heading", "从这些现象开始")) > 0 {
				t.Errorf("%s: frequent questions stand below what is nearest", question)
			}
		}
	}
	// In the words of the page's language.
	filled.goTo("/en/search/?q=refund")
	filled.one("heading", "The closest articles")
	if got := filled.results(); !strings.HasPrefix(got.Status, "This site may not have an answer to this") {
		t.Errorf("in English the status is %q", got.Status)
	}
}

// A reader whose next question is not answered hears it, as any other result.
func TestUnansweredIsAnnounced(t *testing.T) {
	t.Parallel()
	p := open(t, served(t, unanswered(t)))
	p.goTo("/search/")
	p.mark()
	p.eval(`window.status0 = document.querySelector("#wf-results [role=status]")`, nil)
	p.click(box, boxName)
	p.write("台灯不亮")
	p.press("Enter", 0)
	p.at("/search/?q=台灯不亮")
	p.settled()
	p.mustBeSamePage()
	p.untilTrue("the same live region says it", `window.status0.isConnected && window.status0.innerText.trim() === `+quote(notHere))
	// Levels: the heading, and below it the hits.
	var levels []string
	p.eval(`[...document.querySelectorAll("#wf-results > h2, #wf-results .hit h2")].slice(0, 2).map((e) => e.getAttribute("aria-level") || e.tagName)`, &levels)
	if diff := cmp.Diff([]string{"H2", "3"}, levels); diff != "" {
		t.Errorf("the levels of the headings (-want +got):\n%s", diff)
	}
}

func TestUnansweredWithoutJavaScript(t *testing.T) {
	t.Parallel()
	p := open(t, served(t, unanswered(t)))
	call(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	for _, width := range []int64{390, 1280} {
		p.screen(width, 844, width < 500)
		p.goTo("/")
		p.click("searchbox", boxName)
		p.write("台灯不亮")
		p.press("Enter", 0)
		p.at("/search/?q=台灯不亮")
		got := p.results()
		if got.Status != notHere || len(got.Titles) != 10 {
			t.Fatalf("%d px: results are %+v", width, got)
		}
		p.inOrder("without JavaScript", notHere, closest, got.Titles[0], "没有找到答案？ 打电话问客服")
		var wide []string
		if p.eval(outside, &wide); len(wide) > 0 {
			t.Errorf("%d px: %s", width, strings.Join(wide, "; "))
		}
		p.click("link", got.Titles[0])
		p.untilTrue("a hit leads to its article", `location.pathname.startsWith("/lamp/")`)
	}
}

func TestUnansweredIsAccessible(t *testing.T) {
	t.Parallel()
	script := needAxe(t)
	p := open(t, served(t, unanswered(t)))
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{390, 1280} {
			p.media("screen", scheme)
			p.screen(width, 844, width < 500)
			for _, question := range []string{"台灯不亮", "花被"} {
				p.goTo("/search/?q=" + url.QueryEscape(question))
				if got := p.results(); !strings.HasPrefix(got.Status, notHere) {
					t.Fatalf("the status is %q", got.Status)
				}
				p.axe(script, everything, scheme+" "+question)
			}
		}
	}
}

// A whole text, pasted, is searched like a question, and nothing is suggested
// for it.
func TestPastedTextIsSearched(t *testing.T) {
	t.Parallel()
	p := open(t, served(t, nil))
	text := strings.Repeat("java.lang.Exception at xq.zw.Vkj; ", 58) + "台灯不亮"
	text += strings.Repeat("。", 2_000-len([]rune(text)))
	p.goTo("/")
	p.click(box, boxName)
	p.write(text + "而且这里已经太多了")
	if n := p.text(`document.activeElement.value.length + ""`); n != "2000" {
		t.Fatalf("the box took %s characters, want 2000", n)
	}
	p.press("Enter", 0)
	p.untilTrue("the results are there", `location.pathname === "/search/"`)
	p.settled()
	filled := p.results()
	if len(filled.Titles) == 0 || !strings.HasPrefix(filled.Titles[0], "台灯") {
		t.Errorf("results are %.300s", filled.Text)
	}
	if asked := p.requests("/api/suggest"); len(asked) > 0 {
		t.Errorf("suggestions were asked for %d times", len(asked))
	}
	// The same by the script.
	p.goTo("/search/")
	p.mark()
	p.click(box, boxName)
	p.write(text)
	p.press("Enter", 0)
	p.untilTrue("the search is in the address", `new URLSearchParams(location.search).has("q")`)
	p.settled()
	p.mustBeSamePage()
	p.until("the same results", func() bool { return cmp.Equal(filled.Titles, p.results().Titles) })
	if asked := p.requests("/api/suggest"); len(asked) > 0 {
		t.Errorf("suggestions were asked for %d times", len(asked))
	}
	var wide []string
	if p.eval(outside, &wide); len(wide) > 0 {
		t.Error(strings.Join(wide, "; "))
	}
	// Suggestions come back with a question.
	p.click(box, boxName)
	p.writeInstead("台灯")
	p.until("suggestions", func() bool { return len(p.options()) > 0 })
}

// A web server on the way that takes shorter addresses only is no endpoint that
// is away.
func TestTooLongForTheWay(t *testing.T) {
	t.Parallel()
	p := open(t, served(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if len(r.RequestURI) > 8<<10 {
				http.Error(w, "<h1>414 Request-URI Too Large</h1>", http.StatusRequestURITooLong)
				return
			}
			next.ServeHTTP(w, r)
		})
	}))
	p.expect(func(line string) bool { return strings.Contains(line, "414") })
	p.goTo("/search/")
	p.click(box, boxName)
	p.write(strings.Repeat("长", 1_500))
	p.press("Enter", 0)
	p.untilTrue("it is told what is wrong", `document.querySelector("#wf-results [role=status]").innerText.includes("问题太长了，请只留最关键的部分")`)
}

// The list beside the pages is searched without spaces and punctuation, in one
// width and case, on both sides.
func TestListWithoutPunctuation(t *testing.T) {
	t.Parallel()
	const list = `[
		{"url": "/pay/huabei/", "title": "客服电话打不通", "symptoms": ["拨 95188 转 1 没人接", "Ｃ＃ 报错"]},
		{"url": "/network/wifi/", "title": "家里的 Wi-Fi 总断", "symptoms": ["提示“系统繁忙，请稍后再试”"]},
		{"url": "/pay/refund/", "title": "ETC扣费多了，怎么退？", "symptoms": ["系统很忙"]},
		{"url": "/pay/", "title": "C 盘满了"}
	]`
	p := open(t, served(t, func(next http.Handler) http.Handler {
		next = plainFiles(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/search-lite.json" {
				w.Header().Set("Content-Type", "application/json")
				_, _ = w.Write([]byte(list))
				return
			}
			next.ServeHTTP(w, r)
		})
	}))
	p.expect(func(line string) bool {
		return strings.Contains(line, "Failed to load resource") && strings.Contains(line, "/api/")
	})
	for question, want := range map[string]string{
		"95188转1":   "客服电话打不通",
		"95188 转 1": "客服电话打不通",
		"９５１８８－转－１": "客服电话打不通",
		"95188，转1，一直没人接怎么办": "客服电话打不通",
		"C#":             "客服电话打不通",
		"wifi":           "家里的 Wi-Fi 总断",
		"WI FI":          "家里的 Wi-Fi 总断",
		"ｗｉ－ｆｉ总断":        "家里的 Wi-Fi 总断",
		"系统繁忙请稍后再试":      "家里的 Wi-Fi 总断",
		"系统 繁忙 请 稍后 再试！": "家里的 Wi-Fi 总断",
		"系统繁忙\u200b、请稍后～再试……": "家里的 Wi-Fi 总断",
		"etc 扣费多了": "ETC扣费多了，怎么退？",
		"E.T.C.扣费": "ETC扣费多了，怎么退？",
		// A whole text that has a wording in it.
		strings.Repeat("昨天下午在店里，", 200) + "系统繁忙请稍后再试": "家里的 Wi-Fi 总断",
	} {
		p.goTo("/search/?q=" + url.QueryEscape(question))
		p.settled()
		p.until("the list is searched", func() bool { return strings.Contains(p.results().Status, "搜索服务暂时连不上") })
		if got := p.results(); len(got.Titles) == 0 || got.Titles[0] != want {
			t.Errorf("%.60s finds %v, want %s first", question, got.Titles, want)
		}
	}
	p.goTo("/")
	p.press("/", 0)
	p.write("95188转")
	p.until("suggestions from the list", func() bool { return cmp.Equal(p.options(), []string{"拨 95188 转 1 没人接 现象"}) })
}
