package browser

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// letterBox keeps what is sent about a page.
type letterBox struct {
	mu   sync.Mutex
	sent []string
}

func (l *letterBox) between(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/feedback" || r.URL.Path == "/api/click" {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				panic(http.ErrAbortHandler)
			}
			l.mu.Lock()
			l.sent = append(l.sent, r.Method+" "+r.Header.Get("Content-Type")+" "+r.Header.Get("Cookie")+string(body))
			l.mu.Unlock()
			r.Body = io.NopCloser(strings.NewReader(string(body)))
		}
		next.ServeHTTP(w, r)
	})
}

func (l *letterBox) letters() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string{}, l.sent...)
}

// One press answers, nothing else is sent, and the page stays.
func TestFeedback(t *testing.T) {
	t.Parallel()
	letters := &letterBox{}
	s := served(t, letters.between)
	p := open(t, s)
	p.goTo("/pay/huabei/")
	p.mark()
	p.click("button", "解决了")
	p.untilTrue("it says thank you", `document.activeElement.getAttribute("role") === "status" && document.activeElement.innerText.includes("谢谢")`)
	if len(p.find("button", "解决了")) > 0 {
		t.Error("it asks again at once")
	}
	p.mustBeSamePage()
	p.goTo("/products/花呗/")
	if len(p.find("button", "解决了")) > 0 {
		t.Error("a page that is no article asks, too")
	}
	p.goTo("/pay/refund/")
	p.click("DisclosureTriangle", "还没有")
	p.click("button", "没有我的情况")
	p.untilTrue("it says thank you", `document.activeElement.innerText.includes("谢谢")`)
	want := []string{
		`POST application/json {"url":"/pay/huabei/","helped":true}`,
		`POST application/json {"url":"/pay/refund/","helped":false,"reason":"not_my_case"}`,
	}
	if diff := cmp.Diff(want, letters.letters()); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	for _, line := range []string{"url=/pay/huabei/ helped=true", "url=/pay/refund/ helped=false reason=not_my_case"} {
		if !strings.Contains(s.log.String(), line) {
			t.Errorf("the log lacks %q: %s", line, s.log.String())
		}
	}
}

func TestFeedbackThatCannotBeSent(t *testing.T) {
	t.Parallel()
	p := open(t, served(t, unreachable))
	p.expect(func(line string) bool {
		return strings.Contains(line, "Failed to load resource") && strings.Contains(line, "/api/feedback")
	})
	p.goTo("/pay/huabei/")
	p.click("button", "解决了")
	p.untilTrue("it says so", `document.activeElement.innerText.includes("没有发送成功")`)
	p.one("button", "解决了") // to try again
}

// The endpoint is told which hit is opened, also of further pages of results and
// of those that came with the page; of the list without the endpoint it is not.
func TestOpenedHits(t *testing.T) {
	t.Parallel()
	letters := &letterBox{}
	p := open(t, served(t, letters.between))
	opened := func(expression, want string) {
		t.Helper()
		before := len(letters.letters())
		p.eval(expression, nil)
		p.until("it is told", func() bool { return len(letters.letters()) > before })
		if got := letters.letters()[before:]; len(got) != 1 || got[0] != "POST application/json "+want {
			t.Errorf("sent is %q, want %s", got, want)
		}
	}
	p.goTo("/search/?q=台灯不亮") // as the server fills it
	path := p.text(`document.querySelectorAll(".hit-title a")[1].pathname`)
	opened(`document.querySelectorAll(".hit-title a")[1].click()`, `{"query":"台灯不亮","url":"`+path+`","position":2}`)
	p.at(path)
	p.goTo("/search/?q=台灯不亮&page=2")
	path = p.text(`document.querySelector(".hit-title a").pathname`)
	opened(`document.querySelector(".hit-title a").click()`, `{"query":"台灯不亮","url":"`+path+`","position":11}`)
	p.at(path)
	// The section that is shown under a hit is a way to it, too.
	p.goTo("/search/?q=花呗用不了")
	opened(`document.querySelector(".hit-section a").click()`, `{"query":"花呗用不了","url":"/pay/huabei/","position":1}`)
}
