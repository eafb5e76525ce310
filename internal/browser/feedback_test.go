package browser

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// letterBox keeps what is sent as feedback.
type letterBox struct {
	mu   sync.Mutex
	sent []string
}

func (l *letterBox) between(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/feedback" {
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
