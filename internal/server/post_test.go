package server

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/events"
)

const (
	asJSON = "Content-Type: application/json"
	asForm = "Content-Type: application/x-www-form-urlencoded"
)

// post sends a body to a handler; header lines are "Name: value".
func post(tb testing.TB, h http.Handler, target, body string, header ...string) answer {
	tb.Helper()
	r := httptest.NewRequestWithContext(tb.Context(), http.MethodPost, target, strings.NewReader(body))
	r.RemoteAddr = "198.51.100.7:4711"
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return answer{w.Code, w.Header(), w.Body.String()}
}

// What is taken is one line of the log, with nothing about the reader.
func TestFeedbackIsLogged(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, base, kind, body, line, back string }{
		{"yes", "/", asJSON, `{"url": "/lock/fingerprint/", "helped": true}`, `url=/lock/fingerprint/ helped=true reason=""`, ""},
		{"no, and why", "/", asJSON + "; charset=utf-8", `{"url":"/lock/fingerprint/","helped":false,"reason":"outdated"}`, "url=/lock/fingerprint/ helped=false reason=outdated", ""},
		{"no, without a reason", "/", asJSON, `{"url":"/lock/fingerprint/","helped":false}`, `helped=false reason=""`, ""},
		{"an address as links have it", "/", asJSON, `{"url":"/causes/%E7%94%B5%E9%87%8F%E4%B8%8D%E8%B6%B3/","helped":true}`, "url=/causes/电量不足/ helped=true", ""},
		{"a form's yes", "/", asForm, "url=%2Flock%2Ffingerprint%2F&helped=true", "url=/lock/fingerprint/ helped=true", "/lock/fingerprint/#wf-thanks"},
		{"a form's no", "/", asForm, "url=/lock/fingerprint/&helped=false&reason=did_not_work", "helped=false reason=did_not_work", "/lock/fingerprint/#wf-thanks"},
		{"on one case", "/", asJSON, `{"url":"/lock/fingerprint/","helped":true,"section":"指纹不认"}`, `helped=true reason="" section=指纹不认`, ""},
		{"a form on one case", "/", asForm, "url=/lock/fingerprint/&helped=false&section=wet", `helped=false reason="" section=wet`, "/lock/fingerprint/#wf-thanks"},
		{"a form on a page with a Chinese address", "/", asForm, "url=/causes/电量不足/&helped=true", "url=/causes/电量不足/", "/causes/%E7%94%B5%E9%87%8F%E4%B8%8D%E8%B6%B3/#wf-thanks"},
		{"below a base", "/help/", asForm, "url=/help/lock/fingerprint/&helped=true", "url=/help/lock/fingerprint/", "/help/lock/fingerprint/#wf-thanks"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			site := plainSite
			if tt.base != "/" {
				site = helpSite
			}
			public, err := site()
			s, _, book := open(t, public, err)
			a := post(t, s, tt.base+"api/feedback", tt.body, tt.kind, "User-Agent: a browser", "Cookie: who=me", "Referer: https://reader.example.org/secret")
			want := http.StatusNoContent
			if tt.back != "" {
				want = http.StatusSeeOther
			}
			if a.status != want || a.header.Get("Location") != tt.back || a.body != "" || a.header.Get("Cache-Control") != "no-store" {
				t.Errorf("status %d, Location %q, body %q, want %d and %q", a.status, a.header.Get("Location"), a.body, want, tt.back)
			}
			log := book.String()
			if strings.Count(log, "\n") != 1 || !strings.Contains(log, "msg=feedback") || !strings.Contains(log, tt.line) {
				t.Errorf("the log has %q, want one line with %q", log, tt.line)
			}
			for _, private := range []string{"198.51.100.7", "browser", "who=me", "secret"} {
				if strings.Contains(log, private) {
					t.Errorf("the log has %q: %s", private, log)
				}
			}
		})
	}
}

func TestFeedbackRefuses(t *testing.T) {
	t.Parallel()
	public, err := plainSite()
	s, _, book := open(t, public, err)
	const good = `{"url":"/lock/fingerprint/","helped":true}`
	for _, tt := range []struct {
		name, body string
		header     []string
		status     int
		code       string
	}{
		{"no content type", good, nil, 415, "bad_content_type"},
		{"plain text", good, []string{"Content-Type: text/plain"}, 415, "bad_content_type"},
		{"a file upload", good, []string{"Content-Type: multipart/form-data; boundary=x"}, 415, "bad_content_type"},
		{"a broken content type", good, []string{"Content-Type: application/json; ;"}, 415, "bad_content_type"},
		{"too large", `{"url":"` + strings.Repeat("/", 5000) + `","helped":true}`, []string{asJSON}, 413, "too_large"},
		{"a form too large", "url=" + strings.Repeat("/", 5000), []string{asForm}, 413, "too_large"},
		{"empty", "", []string{asJSON}, 400, "bad_body"},
		{"not JSON", "url=/lock/", []string{asJSON}, 400, "bad_body"},
		{"a list", "[]", []string{asJSON}, 400, "bad_body"},
		{"null", "null", []string{asJSON}, 400, "bad_helped"},
		{"two objects", good + good, []string{asJSON}, 400, "bad_body"},
		{"an unknown field", `{"url":"/lock/fingerprint/","helped":true,"name":"我"}`, []string{asJSON}, 400, "bad_body"},
		{"helped as text", `{"url":"/lock/fingerprint/","helped":"true"}`, []string{asJSON}, 400, "bad_body"},
		{"without helped", `{"url":"/lock/fingerprint/"}`, []string{asJSON}, 400, "bad_helped"},
		{"an unknown reason", `{"url":"/lock/fingerprint/","helped":false,"reason":"其他"}`, []string{asJSON}, 400, "bad_reason"},
		{"a reason for a yes", `{"url":"/lock/fingerprint/","helped":true,"reason":"outdated"}`, []string{asJSON}, 400, "bad_reason"},
		{"a section with a blank", `{"url":"/lock/fingerprint/","helped":true,"section":"a b"}`, []string{asJSON}, 400, "bad_section"},
		{"a section with a line break", `{"url":"/lock/fingerprint/","helped":true,"section":"a\nmsg=x"}`, []string{asJSON}, 400, "bad_section"},
		{"a long section", `{"url":"/lock/fingerprint/","helped":true,"section":"` + strings.Repeat("长", 101) + `"}`, []string{asJSON}, 400, "bad_section"},
		{"a form's broken section", "url=/lock/fingerprint/&helped=true&section=%ff", []string{asForm}, 400, "bad_section"},
		{"no page", `{"url":"/lock/gone/","helped":true}`, []string{asJSON}, 400, "unknown_page"},
		{"no address", `{"url":"","helped":true}`, []string{asJSON}, 400, "unknown_page"},
		{"a file", `{"url":"/lock/picture.svg","helped":true}`, []string{asJSON}, 400, "unknown_page"},
		{"a page without its slash", `{"url":"/lock/fingerprint","helped":true}`, []string{asJSON}, 400, "unknown_page"},
		{"a place on a page", `{"url":"/lock/fingerprint/#check","helped":true}`, []string{asJSON}, 400, "unknown_page"},
		{"a page with a question", `{"url":"/lock/fingerprint/?a=b","helped":true}`, []string{asJSON}, 400, "unknown_page"},
		{"another site", `{"url":"https://example.org/lock/fingerprint/","helped":true}`, []string{asJSON}, 400, "unknown_page"},
		{"a host alone", `{"url":"//example.org/","helped":true}`, []string{asJSON}, 400, "unknown_page"},
		{"a way out", `{"url":"/lock/../../","helped":true}`, []string{asJSON}, 400, "unknown_page"},
		{"a hidden way out", `{"url":"/lock/%2e%2e/%2e%2e/","helped":true}`, []string{asJSON}, 400, "unknown_page"},
		{"a line break", `{"url":"/lock/\nmsg=x/","helped":true}`, []string{asJSON}, 400, "unknown_page"},
		{"bad encoding", `{"url":"/%zz/","helped":true}`, []string{asJSON}, 400, "unknown_page"},
		{"a form's unknown field", "url=/lock/fingerprint/&helped=true&q=1", []string{asForm}, 400, "bad_body"},
		{"a form's field twice", "url=/lock/fingerprint/&helped=true&helped=false", []string{asForm}, 400, "bad_body"},
		{"a form's bad encoding", "url=%zz&helped=true", []string{asForm}, 400, "bad_encoding"},
		{"a form without helped", "url=/lock/fingerprint/", []string{asForm}, 400, "bad_helped"},
		{"a form's other no", "url=/lock/fingerprint/&helped=no", []string{asForm}, 400, "bad_helped"},
		{"a form's reason for a yes", "url=/lock/fingerprint/&helped=true&reason=unclear", []string{asForm}, 400, "bad_reason"},
		{"another site's form", "url=/lock/fingerprint/&helped=true", []string{asForm, "Sec-Fetch-Site: cross-site", "Origin: https://elsewhere.example.org"}, 403, "cross_origin"},
		{"another site's form, an old browser", "url=/lock/fingerprint/&helped=true", []string{asForm, "Origin: https://elsewhere.example.org"}, 403, "cross_origin"},
		{"a form without an origin", "url=/lock/fingerprint/&helped=true", []string{asForm, "Sec-Fetch-Site: cross-site", "Origin: null"}, 403, "cross_origin"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := post(t, s, "/api/feedback", tt.body, tt.header...)
			code, err := problemOf(a)
			if err != nil || a.status != tt.status || code != tt.code {
				t.Errorf("%d %s, %v, want %d %s", a.status, code, err, tt.status, tt.code)
			}
		})
	}
	if log := book.String(); log != "" {
		t.Errorf("what is refused is logged: %s", log)
	}
}

// A page that a reader still has open may be gone from the live release.
func TestFeedbackOnAPageThatIsGone(t *testing.T) {
	t.Parallel()
	a := post(t, plainServer(t), "/api/feedback", "url=/lock/gone/&helped=true", asForm)
	if a.status != http.StatusNotFound || !strings.Contains(a.body, "找不到这个页面") {
		t.Errorf("status %d, body %.200s", a.status, a.body)
	}
}

func TestFeedbackMethods(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	for _, method := range []string{"GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"} {
		a := request(t, s, method, "/api/feedback")
		if code, err := problemOf(a); err != nil || a.status != http.StatusMethodNotAllowed || a.header.Get("Allow") != "POST" || code != "method_not_allowed" {
			t.Errorf("%s: status %d, Allow %q, %v", method, a.status, a.header.Get("Allow"), err)
		}
	}
}

// The site may live elsewhere, on an origin that site.yaml names.
func TestFeedbackAcrossOrigins(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	const friend, stranger = "Origin: https://reader.example.org", "Origin: https://elsewhere.example.org"
	asked := request(t, s, http.MethodOptions, "/api/feedback", friend, "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: content-type")
	if asked.status != http.StatusNoContent || asked.header.Get("Access-Control-Allow-Origin") != "https://reader.example.org" ||
		asked.header.Get("Access-Control-Allow-Methods") != "POST" || asked.header.Get("Access-Control-Allow-Headers") != "Content-Type" {
		t.Errorf("before it sends: %d, %v", asked.status, asked.header)
	}
	const body = `{"url":"/lock/fingerprint/","helped":true}`
	sent := post(t, s, "/api/feedback", body, asJSON, friend, "Sec-Fetch-Site: cross-site")
	if sent.status != http.StatusNoContent || sent.header.Get("Access-Control-Allow-Origin") != "https://reader.example.org" {
		t.Errorf("sent: %d, %v", sent.status, sent.header)
	}
	for _, a := range []answer{
		request(t, s, http.MethodOptions, "/api/feedback", stranger, "Access-Control-Request-Method: POST"),
		post(t, s, "/api/feedback", body, asJSON, stranger, "Sec-Fetch-Site: cross-site"),
	} {
		if a.status < 400 || a.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("a stranger: %d, %v", a.status, a.header)
		}
	}
	if own := post(t, s, "/api/feedback", body, asJSON, "Origin: http://example.com", "Sec-Fetch-Site: same-origin"); own.status != http.StatusNoContent {
		t.Errorf("the site's own page: %d", own.status)
	}
}

// A form of a page that is served from elsewhere leads back there, if the site
// knows it.
func TestFeedbackFormAcrossOrigins(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	for origin, want := range map[string]string{
		"https://reader.example.org": "https://reader.example.org/lock/fingerprint/#wf-thanks",
		"http://example.com":         "/lock/fingerprint/#wf-thanks",
	} {
		a := post(t, s, "/api/feedback", "url=/lock/fingerprint/&helped=true", asForm, "Origin: "+origin)
		if got := a.header.Get("Location"); a.status != http.StatusSeeOther || got != want {
			t.Errorf("from %s: status %d to %q, want %q", origin, a.status, got, want)
		}
	}
	if a := post(t, s, "/api/feedback", "url=/lock/fingerprint/&helped=true", asForm, "Origin: https://evil.example"); a.status != http.StatusForbidden {
		t.Errorf("from a stranger: status %d to %q", a.status, a.header.Get("Location"))
	}
}

// What readers do is kept, without anything about them, and each thing once.
func TestEventsOfReaders(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	kept, err := events.Open(dir, 0, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	s, _ := with(t, Options{Events: kept})
	get(t, s, query("/api/search", "q", "　指紋鎖打不開門 "))
	get(t, s, query("/search", "q", "WiFi"))
	get(t, s, query("/api/search", "q", "打电话给 13800138000 或 a.b@example.org，订单 2026112900001"))
	get(t, s, query("/api/search", "q", strings.Repeat("花", 2_000)))
	get(t, s, query("/api/search", "q", "qwertyuiop"))
	post(t, s, "/api/click", `{"query": "`+strings.Repeat("花", 300)+`", "url": "/lock/fingerprint/", "position": 1}`, asJSON)
	post(t, s, "/api/click", `{"query": "指紋鎖打不開門", "url": "/lock/fingerprint/", "position": 1}`, asJSON)
	post(t, s, "/api/feedback", `{"url": "/lock/fingerprint/", "helped": false, "reason": "outdated"}`, asJSON)
	post(t, s, "/api/feedback", "url=%2Flock%2Ffingerprint%2F&helped=true", asForm)
	// These are no questions, or none of their own.
	get(t, s, "/api/search?q=")
	get(t, s, "/search")
	get(t, s, "/api/suggest?q=a")
	get(t, s, query("/api/search", "q", "指纹", "page", "2"))
	get(t, s, query("/api/search", "q", "指纹", "kind", "cause"))
	get(t, s, "/api/search?q=a&size=0")
	request(t, s, http.MethodHead, query("/api/search", "q", "指纹"))
	post(t, s, "/api/click", `{"query": "a", "url": "/nothing/", "position": 1}`, asJSON)
	if err := kept.Close(); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	var got []events.Event
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			var e events.Event
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			if e.Time.IsZero() || e.Release == "" {
				t.Errorf("when was it, and of which release: %s", line)
			}
			got = append(got, e)
		}
	}
	live, done := s.holder.Acquire()
	done()
	none, one, no, yes := 0, 1, false, true
	long := strings.Repeat("花", longestKept) + "…"
	want := []events.Event{
		{Kind: events.Search, Query: "指纹锁打不开门", Mode: "exact", Hits: &one, Answered: &yes},
		{Kind: events.Search, Query: "wifi", Mode: got[1].Mode, Hits: got[1].Hits, Answered: got[1].Answered},
		{Kind: events.Search, Query: "打电话给 # 或 @,订单 #", Mode: got[2].Mode, Hits: got[2].Hits, Answered: got[2].Answered},
		{Kind: events.Search, Query: long, Mode: got[3].Mode, Hits: got[3].Hits, Answered: got[3].Answered},
		{Kind: events.Search, Query: "qwertyuiop", Mode: got[4].Mode, Hits: &none, Answered: &no},
		{Kind: events.Click, Query: long, Page: "/lock/fingerprint/", Position: 1},
		{Kind: events.Click, Query: "指纹锁打不开门", Page: "/lock/fingerprint/", Position: 1},
		{Kind: events.Feedback, Page: "/lock/fingerprint/", Helped: &no, Reason: "outdated"},
		{Kind: events.Feedback, Page: "/lock/fingerprint/", Helped: &yes},
	}
	for i := range got {
		got[i].Time = want[0].Time
		if got[i].Release == live.ID {
			got[i].Release = ""
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// What may name a person is not kept, however it is typed; the matter is.
func TestPrivate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"花呗用不了":                         "花呗用不了",
		"13800138000 收不到验证码":            "# 收不到验证码",
		"138 1234 5678收不到验证码":           "#收不到验证码",
		"138-1234-5678":                 "#",
		"(010) 6655-4433 打不通":           "(# 打不通",
		"卡号6222 0212 3456 7890":         "卡号#",
		"订单2026112900001没到":             "订单#没到",
		"身份证 11010519491231002X":        "身份证 #x",
		"我的邮箱张三@qq.com收不到":              "我的@收不到",
		"a.b-c+d@example.org 登录不了":      "@ 登录不了",
		"１３８００１３８０００":                   "#",
		"138,1234,5678、138·1234·5678":   "#",
		"138_1234_5678 和 138~1234—5678": "# 和 #",
		"o'brien%x@example.org":         "@",
		"错误代码 5003":                     "错误代码 5003",
		"iPhone 15 打不开":                 "iphone 15 打不开",
		strings.Repeat("花呗", 100):       strings.Repeat("花呗", 100),
		strings.Repeat("花呗", 100) + "了": strings.Repeat("花呗", 100) + "…",
	} {
		if got := private(text); got != want {
			t.Errorf("%q is kept as %q, want %q", text, got, want)
		}
	}
}

func TestClickRefuses(t *testing.T) {
	t.Parallel()
	s, _ := with(t, Options{})
	const good = `{"query": "指纹", "url": "/lock/fingerprint/", "position": 1}`
	for _, tt := range []struct {
		name, kind, body string
		status           int
		code             string
	}{
		{"good, though no events are kept", "application/json", good, 204, ""},
		{"a form", "application/x-www-form-urlencoded", "query=a", 415, "bad_content_type"},
		{"text", "text/plain", good, 415, "bad_content_type"},
		{"no JSON", "application/json", "{", 400, "bad_body"},
		{"another key", "application/json", `{"query": "a", "url": "/", "position": 1, "who": "me"}`, 400, "bad_body"},
		{"something after it", "application/json", good + good, 400, "bad_body"},
		{"no query", "application/json", `{"url": "/", "position": 1}`, 400, "bad_query"},
		{"a long query", "application/json", `{"query": "` + strings.Repeat("a", 2_001) + `", "url": "/", "position": 1}`, 400, "query_too_long"},
		{"no position", "application/json", `{"query": "a", "url": "/"}`, 400, "bad_position"},
		{"a great position", "application/json", `{"query": "a", "url": "/", "position": 100000}`, 400, "bad_position"},
		{"no page", "application/json", `{"query": "a", "url": "/nothing/", "position": 1}`, 400, "unknown_page"},
		{"a file that is no page", "application/json", `{"query": "a", "url": "/search-lite.json", "position": 1}`, 400, "unknown_page"},
		{"an address elsewhere", "application/json", `{"query": "a", "url": "https://evil.example/", "position": 1}`, 400, "unknown_page"},
		{"a way out", "application/json", `{"query": "a", "url": "/../", "position": 1}`, 400, "unknown_page"},
		{"too large", "application/json", `{"query": "` + strings.Repeat("a", 8<<10) + `"}`, 413, "too_large"},
	} {
		a := post(t, s, "/api/click", tt.body, "Content-Type: "+tt.kind)
		if a.status != tt.status {
			t.Errorf("%s: status %d, want %d: %s", tt.name, a.status, tt.status, a.body)
		}
		if tt.code == "" {
			continue
		}
		if code, err := problemOf(a); code != tt.code || err != nil {
			t.Errorf("%s: code %q, %v, want %q", tt.name, code, err, tt.code)
		}
	}
	if a := post(t, s, "/api/click", good, asJSON, "Sec-Fetch-Site: cross-site"); a.status != http.StatusForbidden {
		t.Errorf("of another site: status %d", a.status)
	}
	if a := post(t, s, "/api/click", good, asJSON, "Origin: https://reader.example.org", "Sec-Fetch-Site: cross-site"); a.status != http.StatusNoContent || a.header.Get("Access-Control-Allow-Origin") == "" {
		t.Errorf("of a listed site: status %d", a.status)
	}
	if a := get(t, s, "/api/click"); a.status != http.StatusMethodNotAllowed || a.header.Get("Allow") != "POST" {
		t.Errorf("GET: status %d, Allow %q", a.status, a.header.Get("Allow"))
	}
}
