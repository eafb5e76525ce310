package server

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"whyfix/internal/limit"
)

// with serves the plain site with options.
func with(t *testing.T, o Options) (*Server, *logBook) {
	t.Helper()
	public, err := plainSite()
	if err != nil {
		t.Fatal(err)
	}
	_, h, book := open(t, public, nil)
	return New(h, slog.New(slog.NewTextHandler(book, nil)), o), book
}

// As many searches as there are slots run, as many as the queue has room for
// wait, and the next one is told to come back.
func TestBusy(t *testing.T) {
	t.Parallel()
	s, _ := with(t, Options{})
	s.queue = limit.NewQueue(2, 3, s.clients)
	leave := occupy(t, s, 2)
	answers := make(chan answer, 3)
	for range 3 {
		go func() { answers <- get(t, s, query("/api/search", "q", "指纹锁打不开门")) }()
	}
	until(t, "three in the queue", func() bool { _, n := s.queue.State(); return n == 3 })
	for _, target := range []string{"/api/search?q=a", "/api/suggest?q=a"} {
		a := get(t, s, target)
		if code, err := problemOf(a); a.status != http.StatusServiceUnavailable || code != "busy" || err != nil || a.header.Get("Retry-After") == "" {
			t.Errorf("%s: status %d, code %q, %v, Retry-After %q; want 503, busy, and a time", target, a.status, code, err, a.header.Get("Retry-After"))
		}
		if a.header.Get("ETag") != "" || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: a refusal may be held: %v", target, a.header)
		}
	}
	if a := get(t, s, "/search?q=a"); a.status != http.StatusServiceUnavailable || !strings.Contains(a.body, "<form") || a.header.Get("Retry-After") == "" || a.header.Get("ETag") != "" {
		t.Errorf("/search: status %d, headers %v; want a page of the theme with 503 and a time", a.status, a.header)
	}
	// What does not search is answered as ever.
	for _, target := range []string{"/", "/healthz", "/readyz", "/search", "/api/search?q="} {
		if a := get(t, s, target); a.status != http.StatusOK {
			t.Errorf("%s: status %d while searches wait", target, a.status)
		}
	}
	leave() // those that wait follow each other
	for range 3 {
		if a := <-answers; a.status != http.StatusOK {
			t.Errorf("one that waited: status %d: %s", a.status, a.body)
		}
	}
	until(t, "nothing in the queue", func() bool { n, w := s.queue.State(); return n == 0 && w == 0 })
}

// from asks as a client.
func from(t *testing.T, h http.Handler, method, target, client string, header ...string) answer {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, nil)
	r.RemoteAddr = client
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return answer{w.Code, w.Header(), w.Body.String()}
}

// clientAt is who asks from an address.
func clientAt(t *testing.T, s *Server, address string) limit.Client {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.RemoteAddr = address
	return s.clients.Who(r)
}

// occupy runs searches of as many clients, until the function is called.
func occupy(t *testing.T, s *Server, n int) (leave func()) {
	t.Helper()
	var all []func()
	for i := range n {
		leave, how := s.queue.Enter(t.Context(), clientAt(t, s, fmt.Sprintf("198.51.100.%d:1", i)))
		if how != limit.Entered {
			t.Fatalf("search %d does not run: %v", i, how)
		}
		all = append(all, leave)
	}
	return func() {
		for _, leave := range all {
			leave()
		}
	}
}

// atClock gives the counting of clients a clock that stands, and is moved.
func atClock(s *Server) (move func(time.Duration)) {
	clock := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	s.clients = limit.NewClients(s.options.Limits, s.options.Trusted, func() time.Time { return clock })
	s.queue = limit.NewQueue(2, 64, s.clients)
	return func(d time.Duration) { clock = clock.Add(d) }
}

// A client that has used up its time is told when to come back; others, and
// what does not search, are answered as ever.
func TestClientIsLimited(t *testing.T) {
	t.Parallel()
	s, _ := with(t, Options{Limits: limit.Limits{Rate: 2, Burst: 4}})
	move := atClock(s)
	const one, other = "203.0.113.7:1000", "203.0.113.8:1000"
	targets := []string{"/api/search?q=a", "/api/suggest?q=a", "/search?q=a", "/api/search?q=b"}
	for _, target := range targets {
		if a := from(t, s, http.MethodGet, target, one); a.status != http.StatusOK {
			t.Fatalf("%s in the burst: status %d", target, a.status)
		}
	}
	move(time.Hour) // in which all is forgiven: one long search counts as 24, of which 20 are too many
	s.clients.Charge(clientAt(t, s, one), 24*limit.Ordinary)
	for _, target := range targets[:2] {
		a := from(t, s, http.MethodGet, target, strings.Replace(one, "1000", "2000", 1)) // another connection, the same client
		if code, err := problemOf(a); a.status != http.StatusTooManyRequests || code != "too_many_requests" || err != nil || a.header.Get("Retry-After") != "10" {
			t.Errorf("%s after the burst: status %d, code %q, %v, Retry-After %q", target, a.status, code, err, a.header.Get("Retry-After"))
		}
	}
	if a := from(t, s, http.MethodGet, "/search?q=a", one); a.status != http.StatusTooManyRequests || !strings.Contains(a.body, "<form") || a.header.Get("Retry-After") != "10" {
		t.Errorf("/search after the burst: status %d: want a page of the theme with 429", a.status)
	}
	if a := from(t, s, http.MethodPost, "/api/feedback", one); a.status != http.StatusTooManyRequests {
		t.Errorf("feedback after the burst: status %d", a.status)
	}
	for _, target := range []string{"/", "/lock/fingerprint/", "/healthz", "/nothing/"} {
		if a := from(t, s, http.MethodGet, target, one); a.status == http.StatusTooManyRequests {
			t.Errorf("%s is limited too", target)
		}
	}
	if a := from(t, s, http.MethodGet, targets[0], other); a.status != http.StatusOK {
		t.Errorf("another client: status %d", a.status)
	}
	move(9 * time.Second)
	if a := from(t, s, http.MethodGet, targets[0], one); a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") != "1" {
		t.Errorf("before its time: status %d, Retry-After %s", a.status, a.header.Get("Retry-After"))
	}
	move(time.Second + time.Millisecond)
	for i, want := range []int{200, 429} {
		if a := from(t, s, http.MethodGet, targets[0], one); a.status != want {
			t.Errorf("ten seconds later, search %d: status %d, want %d", i+1, a.status, want)
		}
	}
}

// This machine itself is not limited, but who comes through a trusted proxy on
// it is, whatever the client says of itself.
func TestClientBehindAProxyHere(t *testing.T) {
	t.Parallel()
	limits := limit.Limits{Rate: 1, Burst: 3}
	alone, _ := with(t, Options{Limits: limits})
	atClock(alone)
	for i := range 20 {
		if a := from(t, alone, http.MethodGet, "/api/search?q=a", "127.0.0.1:1", fmt.Sprintf("X-Forwarded-For: 198.51.100.%d", i%2)); a.status != http.StatusOK {
			t.Fatalf("this machine: status %d", a.status)
		}
	}
	proxied, _ := with(t, Options{Limits: limits, Trusted: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	atClock(proxied)
	for _, header := range []string{"1.2.3.%d, 198.51.100.1", "who knows"} {
		refused := 0
		for i := range 20 {
			if a := from(t, proxied, http.MethodGet, "/api/search?q=a", "127.0.0.1:1", "X-Forwarded-For: "+strings.Replace(header, "%d", strconv.Itoa(i), 1)); a.status == http.StatusTooManyRequests {
				refused++
			}
		}
		// Of the cheapest a burst has twelve.
		if refused < 8 {
			t.Errorf("behind a trusted proxy that says %s, %d of 20 were refused", header, refused)
		}
	}
}

// lines of a request log.
func requestLines(book *logBook) []string {
	var out []string
	for line := range strings.Lines(book.String()) {
		if strings.Contains(line, "msg=request ") {
			out = append(out, strings.TrimSpace(line))
		}
	}
	return out
}

// One line for each request, which says all but who asked and what.
func TestRequestLog(t *testing.T) {
	t.Parallel()
	for _, tell := range []bool{false, true} {
		book := &logBook{}
		s, _ := with(t, Options{LogQueries: tell, Requests: slog.New(slog.NewTextHandler(book, nil))})
		first := from(t, s, http.MethodGet, query("/api/search", "q", "指纹锁打不开门"), "203.0.113.7:1", "X-Request-Id: mine")
		from(t, s, http.MethodGet, "/nothing/?secret=1", "203.0.113.7:1", "Referer: https://secret.example/")
		from(t, s, "BREW", "/", "203.0.113.7:1")
		from(t, s, http.MethodGet, "/healthz", "203.0.113.7:1")
		got := requestLines(book)
		if len(got) != 4 {
			t.Fatalf("%d lines for 4 requests:\n%s", len(got), strings.Join(got, "\n"))
		}
		id := first.header.Get("X-Request-Id")
		if len(id) != 16 || id == "mine" {
			t.Errorf("the id is %q: anybody's is taken", id)
		}
		live, done := s.holder.Acquire()
		done()
		for _, want := range []string{"id=" + id, "method=GET", "path=/api/search", "status=200", "mode=exact", "hits=1", "release=" + live.ID, "bytes=", "ms="} {
			if !strings.Contains(got[0], want) {
				t.Errorf("the line has no %s: %s", want, got[0])
			}
		}
		if asked := strings.Contains(book.String(), "指纹锁打不开门"); asked != tell {
			t.Errorf("LogQueries %v: what was asked is in the log: %v", tell, asked)
		}
		if !strings.Contains(got[1], "status=404") || !strings.Contains(got[2], "method=other") {
			t.Errorf("lines:\n%s", strings.Join(got, "\n"))
		}
		if strings.Contains(book.String(), "203.0.113") || strings.Contains(book.String(), "secret") {
			t.Errorf("the log says who asked:\n%s", book)
		}
	}
}

// The id of a trusted proxy goes through, if it is one.
func TestRequestID(t *testing.T) {
	t.Parallel()
	s, _ := with(t, Options{Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.1/32")}})
	for _, tt := range []struct {
		remote, id string
		taken      bool
	}{
		{"10.0.0.1:1", "0af7651916cd43dd8448eb211c80319c", true},
		{"10.0.0.1:1", "a-b_C9", true},
		{"10.0.0.2:1", "a-b_C9", false},
		{"10.0.0.1:1", "", false},
		{"10.0.0.1:1", "a b", false},
		{"10.0.0.1:1", "level=ERROR", false},
		{"10.0.0.1:1", strings.Repeat("a", 65), false},
	} {
		if got := from(t, s, http.MethodGet, "/", tt.remote, "X-Request-Id: "+tt.id).header.Get("X-Request-Id"); (got == tt.id) != tt.taken || got == "" {
			t.Errorf("from %s with %q: the id is %q", tt.remote, tt.id, got)
		}
	}
}

// Answers of the search may be held by a CDN, as long as the release is the same.
func TestSharedAnswers(t *testing.T) {
	t.Parallel()
	s, _ := with(t, Options{Version: "1.2.3"})
	live, done := s.holder.Acquire()
	done()
	for _, target := range []string{query("/api/search", "q", "指纹锁打不开门"), "/api/suggest?q=a", "/search?q=a", "/search", "/api/search?q="} {
		a := get(t, s, target)
		tag := a.header.Get("ETag")
		if a.status != http.StatusOK || tag != `W/"`+live.ID+`.1.2.3"` || !strings.Contains(a.header.Get("Cache-Control"), "s-maxage=60") {
			t.Errorf("%s: status %d, ETag %q, Cache-Control %q", target, a.status, tag, a.header.Get("Cache-Control"))
		}
		for _, held := range []string{tag, strings.TrimPrefix(tag, "W/"), `"x", ` + tag, "*"} {
			again := get(t, s, target, "If-None-Match: "+held)
			if again.status != http.StatusNotModified || again.body != "" || again.header.Get("ETag") != tag {
				t.Errorf("%s with If-None-Match %s: status %d, body %.50q", target, held, again.status, again.body)
			}
			for _, name := range []string{"Content-Security-Policy", "Cache-Control"} { // they take the place of those that are held
				if got, want := again.header.Get(name), a.header.Get(name); got != want {
					t.Errorf("%s with 304: %s is %q, and was %q", target, name, got, want)
				}
			}
		}
		if again := get(t, s, target, `If-None-Match: W/"another.1.2.3"`); again.status != http.StatusOK {
			t.Errorf("%s of another release: status %d", target, again.status)
		}
	}
	for _, target := range []string{"/api/search?size=0", "/search?size=0", "/api/other"} {
		if a := get(t, s, target, "If-None-Match: *"); a.status == http.StatusNotModified || a.header.Get("ETag") != "" || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: status %d, ETag %q, Cache-Control %q: an error may be held", target, a.status, a.header.Get("ETag"), a.header.Get("Cache-Control"))
		}
	}
}

// No answer lets a browser do more than it needs.
func TestProtection(t *testing.T) {
	t.Parallel()
	s, _ := with(t, Options{})
	for _, target := range []string{"/", "/nothing/", "/search?q=a", "/api/search?q=a", "/api/search?size=0", "/api/other", "/healthz", "/readyz", "/lock"} {
		h := get(t, s, target).header
		policy := h.Get("Content-Security-Policy")
		if policy == "" || strings.Contains(policy, "unsafe") || !strings.Contains(policy, "frame-ancestors") || !strings.Contains(policy, "default-src") {
			t.Errorf("%s: Content-Security-Policy is %q", target, policy)
		}
		if strings.HasPrefix(h.Get("Content-Type"), "application/json") && strings.HasPrefix(target, "/api/") && !strings.Contains(policy, "default-src 'none'") {
			t.Errorf("%s: an answer that is no page may do something: %q", target, policy)
		}
		for _, name := range []string{"X-Content-Type-Options", "Referrer-Policy", "Permissions-Policy", "X-Request-Id"} {
			if h.Get(name) == "" {
				t.Errorf("%s: no %s", target, name)
			}
		}
		if h.Get("Server") != "" || h.Get("X-Powered-By") != "" {
			t.Errorf("%s: the answer says what program it is", target)
		}
	}
}

// What a writer has put beside the articles runs nowhere, and no page can run it;
// the theme can.
func TestUploadsRunNowhere(t *testing.T) {
	t.Parallel()
	s, _ := with(t, Options{})
	page := get(t, s, "/lock/fingerprint/")
	asset := func(pattern string) string { return regexp.MustCompile(pattern).FindString(page.body) }
	const page1, file = "default-src 'self';", "default-src 'none'; style-src 'unsafe-inline'; sandbox;"
	for _, tt := range []struct{ target, kind, policy string }{
		{"/lock/fingerprint/", "text/html; charset=utf-8", page1},
		{"/nothing/", "text/html; charset=utf-8", page1},
		{"/lock/picture.svg", "image/svg+xml", file},
		{"/lock/form.html", "text/html; charset=utf-8", file},
		{"/lock/script.js", "text/plain; charset=utf-8", file},
		{"/lock/Module.MJS", "text/plain; charset=utf-8", file},
		{"/lock/data.csv", "application/octet-stream", file},
		{"/lock/manual.pdf", "application/pdf", page1},
		{"/search-lite.json", "application/json; charset=utf-8", file},
		{asset(`/assets/site\.[0-9a-f]{10}\.js`), "text/javascript; charset=utf-8", page1},
		{asset(`/assets/favicon\.[0-9a-f]{10}\.svg`), "image/svg+xml", page1},
	} {
		h := get(t, s, tt.target).header
		if kind, policy := h.Get("Content-Type"), h.Get("Content-Security-Policy"); kind != tt.kind || !strings.HasPrefix(policy, tt.policy) {
			t.Errorf("%s: %s with the policy %q; want %s, %s", tt.target, kind, policy, tt.kind, tt.policy)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: a browser may guess what it is", tt.target)
		}
	}
}

// Metrics and profiles are on their own handler only.
func TestMetrics(t *testing.T) {
	t.Parallel()
	s, _ := with(t, Options{Limits: limit.Limits{Rate: 1, Burst: 2}})
	atClock(s)
	live, done := s.holder.Acquire()
	done()
	for _, target := range []string{"/metrics", "/debug/pprof/", "/debug/pprof/heap", "/debug/vars"} {
		if a := get(t, s, target); a.status != http.StatusNotFound || strings.Contains(a.body, "goroutine") {
			t.Errorf("%s is open to everybody: status %d", target, a.status)
		}
	}
	from(t, s, http.MethodGet, query("/api/search", "q", "指纹锁打不开门"), "203.0.113.7:1")
	from(t, s, http.MethodGet, query("/api/search", "q", "qwertyuiop"), "203.0.113.7:1")
	s.clients.Charge(clientAt(t, s, "203.0.113.7:1"), time.Second)
	from(t, s, http.MethodGet, "/api/search?q=a", "203.0.113.7:1") // one too many
	a := get(t, s.Inside(), "/metrics")
	for _, want := range []string{
		`whyfix_requests_total{route="search",status="200"} 2`, `whyfix_requests_total{route="search",status="429"} 1`, `whyfix_requests_total{route="file",status="404"} 4`,
		`whyfix_search_seconds_count{mode="exact"}`, `whyfix_search_zero_results_total 1`, `whyfix_search_unanswered_total 1`, `whyfix_rejected_total{reason="client"} 1`, `whyfix_rejected_total{reason="busy"} 0`,
		`whyfix_release_info{release="` + live.ID + `"} 1`, `whyfix_release_articles `, `whyfix_index_bytes `, `whyfix_searches_running 0`, `whyfix_search_processor_seconds_total `, `go_goroutines `,
	} {
		if !strings.Contains(a.body, want) {
			t.Errorf("/metrics has no %s", want)
		}
	}
	if strings.Contains(a.body, "whyfix_index_bytes 0\n") || strings.Contains(a.body, "whyfix_release_articles 0\n") {
		t.Error("/metrics does not know the release")
	}
	if strings.Contains(a.body, "指纹") || strings.Contains(a.body, "203.0.113") {
		t.Error("/metrics says who asked, or what")
	}
	if a := get(t, s.Inside(), "/debug/pprof/goroutine?debug=1"); a.status != http.StatusOK || !strings.Contains(a.body, "goroutine profile") {
		t.Errorf("/debug/pprof/goroutine: status %d", a.status)
	}
}

// slow questions are those that could be thought to cost much.
func deadly() map[string]string {
	rare := make([]rune, 0, 200)
	for r := rune(0x4E00); len(rare) < 200; r += 97 {
		rare = append(rare, r)
	}
	return map[string]string{
		"many characters":     string(rare),
		"one character":       strings.Repeat("打", 200),
		"two characters":      strings.Repeat("打不", 100),
		"all question words":  strings.Repeat("怎么办为什么", 33),
		"quotes":              strings.Repeat(`"'“`, 66),
		"brackets":            strings.Repeat("((", 100),
		"operators":           strings.Repeat("+a -b AND OR NOT ~2 ", 10),
		"stars":               strings.Repeat("*?", 100),
		"words":               strings.TrimSpace(strings.Repeat("ab cd ", 33)),
		"letters":             strings.Repeat("zhi", 66),
		"initials":            strings.Repeat("z", 200),
		"syllables":           strings.Repeat("xian", 50),
		"zalgo":               "指" + strings.Repeat("\u0301\u0327", 99),
		"marks that turn":     strings.Repeat("\u202e指\u200f", 60),
		"zero width":          strings.Repeat("指\u200b", 100),
		"traditional":         strings.Repeat("臺灣", 100),
		"numbers":             strings.Repeat("0123456789", 20),
		"emoji":               strings.Repeat("👩‍👩‍👧‍👦", 28),
		"compatibility":       strings.Repeat("㍿ﷺ", 100),
		"broken":              strings.Repeat("\xff\xfe", 50),
		"spaces":              strings.Repeat(" \u3000", 99) + "指",
		"lone surrogates":     strings.Repeat("\xed\xa0\x80", 60),
		"a slip in each pair": strings.Repeat("纹指", 100),
	}
}

// A question that is made to hurt costs no more than ten normal ones, and
// nothing comes of it but an answer.
func TestDeadlyQueries(t *testing.T) {
	t.Parallel()
	s, _ := with(t, Options{})
	for name, q := range deadly() {
		for _, path := range []string{"/api/search", "/api/suggest", "/search"} {
			a := get(t, s, query(path, "q", q))
			if a.status != http.StatusOK && a.status != http.StatusBadRequest {
				t.Errorf("%s at %s: status %d: %.200s", name, path, a.status, a.body)
			}
			if strings.Contains(a.body, `"partial":true`) {
				t.Errorf("%s at %s: the time ran out", name, path)
			}
			if err := leaks(a); err != nil {
				t.Errorf("%s at %s: %v", name, path, err)
			}
		}
	}
}

// raw sends what a client that follows no rules would, and returns the answer's
// status, 0 if the connection is cut.
func raw(t *testing.T, address, text string) int {
	t.Helper()
	var d net.Dialer
	c, err := d.DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(c, text) // the server may have closed it already
	response, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	if err := leaks(answer{response.StatusCode, response.Header, string(body)}); err != nil {
		t.Errorf("%.60q: %v", text, err)
	}
	return response.StatusCode
}

// Requests that are made to confuse get a refusal, and the next one is served.
func TestAttacks(t *testing.T) {
	t.Parallel()
	s, _ := with(t, Options{})
	srv := httptest.NewUnstartedServer(s)
	srv.Config.MaxHeaderBytes = 40 << 10 // as in serve
	srv.Start()
	defer srv.Close()
	address := srv.Listener.Addr().String()
	long := strings.Repeat("a", 64<<10)
	for _, tt := range []struct {
		name, text string
		want       []int // 0: the connection is cut
	}{
		{"a long address", "GET /" + long + " HTTP/1.1\r\nHost: x\r\n\r\n", []int{400, 414, 431}},
		{"a long question", "GET /api/search?q=" + strings.Repeat("%41", 10_000) + " HTTP/1.1\r\nHost: x\r\n\r\n", []int{414}},
		{"a long header", "GET / HTTP/1.1\r\nHost: x\r\nX: " + long + "\r\n\r\n", []int{431}},
		{"many headers", "GET / HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("X: y\r\n", 10_000) + "\r\n", []int{431}},
		{"no host", "GET / HTTP/1.1\r\n\r\n", []int{400}},
		{"two hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", []int{400}},
		{"two lengths", "POST /api/feedback HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na", []int{400}},
		{"a length and chunks", "POST /api/feedback HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", []int{400}},
		{"a negative length", "POST /api/feedback HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", []int{400}},
		{"a huge body", "POST /api/feedback HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 65536\r\n\r\n" + long, []int{413}},
		{"a huge body in chunks", "POST /api/click HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n10000\r\n" + long + "\r\n0\r\n\r\n", []int{413}},
		{"a body on GET", "GET /api/search?q=a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", []int{200}},
		{"a line break in the address", "GET /%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: x\r\n\r\n", []int{404}},
		{"a line break in a redirect", "GET /lock%0d%0aX:%20y HTTP/1.1\r\nHost: x\r\n\r\n", []int{404}},
		{"a line break in a query", "GET /lock?a=%0d%0ab HTTP/1.1\r\nHost: x\r\n\r\n", []int{301}},
		{"another host", "GET http://evil.example/lock HTTP/1.1\r\nHost: evil.example\r\n\r\n", []int{301}},
		{"a null in a header", "GET / HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n", []int{400}},
		{"a header name with a space", "GET / HTTP/1.1\r\nHost: x\r\nX : a\r\n\r\n", []int{400}},
		{"CONNECT", "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n", []int{404, 405}},
		{"OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", []int{200, 405}},
		{"TRACE", "TRACE / HTTP/1.1\r\nHost: x\r\nCookie: secret\r\n\r\n", []int{405}},
		{"HTTP/2 without asking", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", []int{0, 400, 404, 405, 505}},
		{"not HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n", []int{0, 400}},
		{"a range of nothing", "GET / HTTP/1.1\r\nHost: x\r\nRange: bytes=9999999999-\r\n\r\n", []int{416}},
		{"many ranges", "GET / HTTP/1.1\r\nHost: x\r\nRange: bytes=" + strings.Repeat("0-,", 2000) + "0-\r\n\r\n", []int{200, 206, 416}},
		{"a lone surrogate", "GET /api/search?q=%ED%A0%80 HTTP/1.1\r\nHost: x\r\n\r\n", []int{200}},
		{"broken escapes", "GET /api/search?q=%E6%8 HTTP/1.1\r\nHost: x\r\n\r\n", []int{400}},
		{"a semicolon", "GET /api/search?q=a;q=b HTTP/1.1\r\nHost: x\r\n\r\n", []int{400}},
		{"a thousand parameters", "GET /api/search?" + strings.Repeat("q=a&", 1000) + " HTTP/1.1\r\nHost: x\r\n\r\n", []int{200}},
	} {
		if got := raw(t, address, tt.text); !slices.Contains(tt.want, got) {
			t.Errorf("%s: status %d, want one of %v", tt.name, got, tt.want)
		}
		if got := raw(t, address, "GET /lock/fingerprint/ HTTP/1.1\r\nHost: x\r\n\r\n"); got != http.StatusOK {
			t.Fatalf("after %s a page has status %d", tt.name, got)
		}
	}
	// A redirect leads nowhere else, whatever host the client names.
	if a := get(t, s, "//evil.example/lock"); strings.Contains(a.header.Get("Location"), "evil") {
		t.Errorf("a redirect leads to %q", a.header.Get("Location"))
	}
}

// Connections that are cut, at any moment, leave nothing behind.
func TestCutConnections(t *testing.T) {
	s, _ := with(t, Options{})
	srv := httptest.NewServer(s)
	defer srv.Close()
	before := runtime.NumGoroutine()
	whole := "GET /api/search?q=%E6%8C%87 HTTP/1.1\r\nHost: x\r\n\r\n"
	for n := 1; n < len(whole); n += 3 {
		var d net.Dialer
		c, err := d.DialContext(t.Context(), "tcp", srv.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, whole[:n]); err != nil {
			t.Fatal(err)
		}
		c.Close()
	}
	until(t, "rid of the connections", func() bool { return runtime.NumGoroutine() <= before+2 })
	if n, w := s.queue.State(); n != 0 || w != 0 {
		t.Errorf("%d searches still run, and %d wait", n, w)
	}
}

// Pages whose endpoint is elsewhere may ask it, and nobody else.
func TestPolicyWithAnEndpoint(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := buildSite(dir, map[string]string{
		"site.yaml": "endpoint: https://search.example.org\n",
		"a.md":      "---\ntitle: 题目\nupdated: 2026-01-02\n---\n正文\n",
	}, "", true); err != nil {
		t.Fatal(err)
	}
	s, _, _ := open(t, filepath.Join(dir, "public"), nil)
	for _, target := range []string{"/a/", "/search?q=a", "/nothing/"} {
		policy := get(t, s, target).header.Get("Content-Security-Policy")
		for _, want := range []string{"connect-src 'self' https://search.example.org;", "form-action 'self' https://search.example.org;", "default-src 'self';"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: the policy has no %s: %s", target, want, policy)
			}
		}
	}
}

// A search that runs until its client goes away ends then, and its place is free.
func TestGoneClientFreesItsPlace(t *testing.T) {
	t.Parallel()
	s, _ := with(t, Options{})
	running, stopped := make(chan struct{}), make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = s.query(s.begin(w, r), r, func(ctx context.Context) error {
			close(running)
			<-ctx.Done()
			close(stopped)
			return ctx.Err()
		})
	}))
	defer srv.Close()
	var d net.Dialer
	c, err := d.DialContext(t.Context(), "tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	<-running
	c.Close()
	<-stopped
	until(t, "a free place", func() bool { n, _ := s.queue.State(); return n == 0 })
}

// One client asks what is long, as much as it can; others ask what readers ask.
// None of these is lost.
func TestOthersAreServedUnderAttack(t *testing.T) {
	t.Parallel()
	s, _ := with(t, Options{Limits: limit.Limits{Rate: 5, Burst: 25}})
	stop := make(chan struct{})
	var refused atomic.Int64
	var attackers sync.WaitGroup
	for n := range 4 {
		attackers.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				q := strings.Repeat(string(rune('一'+i%100))+"\"", 66)
				if a := from(t, s, http.MethodGet, query("/api/search", "q", q, "product", "nothing"), fmt.Sprintf("203.0.113.7:%d", n)); a.status == http.StatusTooManyRequests {
					refused.Add(1)
				}
			}
		})
	}
	defer attackers.Wait()
	defer close(stop)
	for i := range 100 {
		if a := from(t, s, http.MethodGet, query("/api/search", "q", "指纹锁打不开门"), fmt.Sprintf("198.51.100.%d:1", i%50)); a.status != http.StatusOK {
			t.Errorf("a reader's question: status %d: %s", a.status, a.body)
		}
	}
	until(t, "the client that asks as much as it can told to come back", func() bool { return refused.Load() > 0 })
}

// Connections that send nothing, or a body byte by byte, keep nobody out, however
// many there are: the oldest make room.
func TestSlowConnections(t *testing.T) {
	t.Parallel()
	const most, slow, asked = 50, 400, 100
	s, _ := with(t, Options{})
	srv := httptest.NewUnstartedServer(s)
	limit.Connections{Most: most}.On(srv.Config)
	srv.Start()
	t.Cleanup(srv.Close) // after the slow ones have gone: it waits for what they ask
	to := srv.Listener.Addr().String()
	open := func(n int) {
		var d net.Dialer
		c, err := d.DialContext(t.Context(), "tcp", to)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		switch n % 4 {
		case 0: // silent
		case 1:
			fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
		case 2:
			fmt.Fprint(c, "POST /api/feedback HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
		case 3:
			fmt.Fprint(c, "POST /api/click HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n")
		}
	}
	for n := range slow {
		open(n)
	}
	good := 0
	for n := range asked {
		if raw(t, to, "GET / HTTP/1.1\r\nHost: x\r\n\r\n") == http.StatusOK {
			good++
		}
		open(n) // and they go on
		open(n + 1)
	}
	if good < asked*95/100 {
		t.Errorf("of %d requests %d were answered while %d connections were slow", asked, good, slow)
	}
}
