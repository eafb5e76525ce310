package preview

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"whyfix/internal/search"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/diag"
	"whyfix/internal/generate"
	"whyfix/internal/publish"
	"whyfix/internal/server"
)

// desk is a preview of a content folder that a test edits.
type desk struct {
	changed []string // since the last build
	*Preview
	t       *testing.T
	content string
	states  []State
}

var small = map[string]string{
	"site.yaml":     "title: 站\norigins: [https://reader.example.org]\n",
	"pay/index.md":  "---\ntitle: 支付\nupdated: 2026-01-01\n---\n",
	"pay/late.md":   "---\ntitle: 退款没到\nsymptoms: [退款怎么还没到]\nproducts: [订单]\naliases: [/old/]\nupdated: 2026-01-01\n---\n开头。\n\n## 原因\n\n银行慢。\n\n![图](map.svg \"路线\")\n",
	"pay/map.svg":   "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 10 10\"/>",
	"pay/failed.md": "---\ntitle: 付款失败\nsymptoms: [付款失败怎么办]\nproducts: [订单]\nupdated: 2026-01-01\n---\n正文，见[退款](late.md)。\n",
	"draft.md":      "---\ntitle: 草稿\ndraft: true\n---\n",
}

// newDesk starts no watching: a test says when to build.
func newDesk(t *testing.T, files map[string]string, change ...func(*generate.Options)) *desk {
	t.Helper()
	d := &desk{t: t, content: filepath.Join(t.TempDir(), "content")}
	if err := os.MkdirAll(d.content, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		d.write(name, text)
	}
	o := generate.Options{Content: d.content, Base: "/", Now: func() time.Time { return time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC) }}
	for _, c := range change {
		c(&o)
	}
	p, err := New(Options{Build: o, Log: slog.New(slog.DiscardHandler), Report: func(s State) { d.states = append(d.states, s) }})
	if err != nil {
		t.Fatal(err)
	}
	d.Preview = p
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return d
}

// release builds the folder as it is, and returns the folder of releases.
func (d *desk) release() string {
	d.t.Helper()
	o := d.options.Build
	o.Release = generate.ReleaseOptions{Public: filepath.Join(d.t.TempDir(), "public"), Keep: 1, Index: true, Generator: "test"}
	if _, err := generate.Run(d.t.Context(), o); err != nil {
		d.t.Fatal(err)
	}
	return o.Release.Public
}

func (d *desk) write(name, text string) {
	d.t.Helper()
	name = d.touched(name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) remove(name string) {
	d.t.Helper()
	if err := os.Remove(d.touched(name)); err != nil {
		d.t.Fatal(err)
	}
}

// touched is the path of a file that the next build is told of.
func (d *desk) touched(name string) string {
	name = filepath.Join(d.content, filepath.FromSlash(name))
	d.changed = append(d.changed, name)
	return name
}

// made builds once and returns what was reported.
func (d *desk) made() State {
	d.t.Helper()
	before := len(d.states)
	defer func() { d.changed = nil }()
	if err := d.build(d.t.Context(), d.changed); err != nil {
		d.t.Fatal(err)
	}
	<-d.last.Load().checked
	if len(d.states) != before+1 {
		d.t.Fatalf("%d reports of one build", len(d.states)-before)
	}
	return d.states[before]
}

// get returns status and body.
func get(t *testing.T, h http.Handler, target string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil))
	return w.Code, w.Body.String()
}

func ask(t *testing.T, h http.Handler, q string) []string {
	t.Helper()
	_, body := get(t, h, "/api/search?"+url.Values{"q": {q}}.Encode())
	var answer struct{ Hits []struct{ URL string } }
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	out := []string{}
	for _, h := range answer.Hits {
		out = append(out, h.URL)
	}
	return out
}

var scripts = regexp.MustCompile(`<script src="/_whyfix/preview\.js\?run=[A-Z0-9]+&amp;build=(\d+)" defer></script>`)

// shown is the number of the build in a page's script; it fails the test
// unless there is one.
func shown(t *testing.T, page string) string {
	t.Helper()
	m := scripts.FindAllStringSubmatchIndex(page, -1)
	if len(m) != 1 {
		t.Errorf("the page has the preview's script %d times: %.300s", len(m), page)
		return ""
	}
	if rest := strings.TrimSpace(page[m[0][1]:]); !strings.HasPrefix(rest, "</body>") {
		t.Errorf("behind the script stands %.100s", rest)
	}
	return page[m[0][2]:m[0][3]]
}

func TestPagesHaveTheScript(t *testing.T) {
	t.Parallel()
	d := newDesk(t, small)
	for _, number := range []string{"1", "2"} {
		if s := d.made(); !s.Good {
			t.Fatalf("the build is not good: %+v", s.Loaded.Diags)
		}
		for target, status := range map[string]int{
			"/": 200, "/pay/": 200, "/pay/late/": 200, "/products/": 200, "/search/": 200, "/search": 200, "/search?q=%E9%80%80": 200, "/search?size=0": 400,
			"/nothing/": 404, "/404.html": 200,
		} {
			got, page := get(t, d, target)
			if got != status {
				t.Errorf("%s: status %d, want %d", target, got, status)
			}
			if n := shown(t, page); n != number {
				t.Errorf("%s: the script says build %s, want %s", target, n, number)
			}
		}
	}
	if status, _ := get(t, d, "/old/"); status != 301 {
		t.Errorf("/old/: status %d, want 301", status)
	}
	for _, target := range []string{"/api/search?q=a", "/pay/map.svg", "/search-lite.json", "/_whyfix/preview.js"} {
		if status, body := get(t, d, target); status != 200 || scripts.MatchString(body) {
			t.Errorf("%s: status %d, with a script: %v", target, status, scripts.MatchString(body))
		}
	}
}

// A page of the preview is the page of a release, but for the script.
func TestPagesAreThoseOfARelease(t *testing.T) {
	t.Parallel()
	d := newDesk(t, small)
	d.made()
	public := d.release()
	r, err := publish.Open(public)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	compared := 0
	err = fs.WalkDir(r.WWW(), ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		if r.Manifest().Redirects["/"+strings.TrimSuffix(p, "index.html")] != "" {
			return nil // the server sends readers on, and shows it to nobody
		}
		want, err := fs.ReadFile(r.WWW(), p)
		if err != nil {
			return err
		}
		_, got := get(t, d, (&url.URL{Path: "/" + p}).EscapedPath())
		if diff := cmp.Diff(string(want), scripts.ReplaceAllString(got, "")); diff != "" {
			t.Errorf("%s (-release +preview):\n%s", p, diff)
		}
		compared++
		return nil
	})
	if err != nil || compared < 15 {
		t.Errorf("%d files compared, %v", compared, err)
	}
	release, closeRelease, err := server.Load(t.Context(), public, search.Cluster{})
	if err != nil {
		t.Fatal(err)
	}
	defer closeRelease()
	var h server.Holder
	h.Swap(release, nil)
	served := server.New(&h, slog.New(slog.DiscardHandler), server.Options{})
	for _, q := range []string{"退款", "付款失败", "订单", "银行"} {
		if diff := cmp.Diff(ask(t, served, q), ask(t, d, q)); diff != "" {
			t.Errorf("%q (-release +preview):\n%s", q, diff)
		}
	}
}

func TestEditsShow(t *testing.T) {
	t.Parallel()
	d := newDesk(t, small)
	d.made()

	d.write("pay/late.md", strings.ReplaceAll(small["pay/late.md"], "银行慢", "快递慢"))
	d.write("pay/new.md", "---\ntitle: 新写的一篇\nsymptoms: [刚刚发生的事]\nupdated: 2026-01-01\n---\n")
	d.made()
	if _, page := get(t, d, "/pay/late/"); !strings.Contains(page, "快递慢") || strings.Contains(page, "银行慢") {
		t.Error("the edited page is not shown")
	}
	if got := ask(t, d, "快递慢"); len(got) == 0 || got[0] != "/pay/late/" {
		t.Errorf("the edited text finds %v", got)
	}
	if got := ask(t, d, "刚刚发生的事"); len(got) == 0 || got[0] != "/pay/new/" {
		t.Errorf("the new symptom finds %v", got)
	}

	d.remove("pay/failed.md")
	d.made()
	if status, _ := get(t, d, "/pay/failed/"); status != 404 {
		t.Errorf("a page whose file is gone: status %d", status)
	}
	for _, u := range ask(t, d, "付款失败") {
		if u == "/pay/failed/" {
			t.Error("a page whose file is gone is still found")
		}
	}

	d.write("pay/sub/late.md", small["pay/late.md"])
	d.remove("pay/late.md")
	d.write("pay/sub/map.svg", small["pay/map.svg"])
	d.made()
	if status, _ := get(t, d, "/pay/sub/late/"); status != 200 {
		t.Errorf("a page whose file moved: status %d", status)
	}
}

func TestNothingElseIsServed(t *testing.T) {
	t.Parallel()
	d := newDesk(t, small)
	d.made()
	for _, target := range []string{"/pay/late.md", "/site.yaml", "/draft/", "/draft.md", "/pay", "/assets/", "/../content/site.yaml"} {
		status, body := get(t, d, target)
		if status == 200 || strings.Contains(body, "origins:") {
			t.Errorf("%s: status %d", target, status)
		}
	}
	drafts := newDesk(t, small, func(o *generate.Options) { o.Drafts = true })
	drafts.made()
	if status, _ := get(t, drafts, "/draft/"); status != 200 {
		t.Errorf("with drafts, the draft has status %d", status)
	}
}

// A mistake leaves the last good site as it was.
func TestLastGoodPagesStay(t *testing.T) {
	t.Parallel()
	d := newDesk(t, small)
	d.made()
	d.write("pay/late.md", "---\ntitle: 变了\ndraf: true\n---\n")
	if s := d.made(); s.Good || s.Number != 2 || s.Loaded.Diags.Errors() != 1 {
		t.Errorf("state is %+v, want the second build, not good, one error", s)
	}
	_, page := get(t, d, "/pay/late/")
	if !strings.Contains(page, "银行慢") || shown(t, page) != "1" {
		t.Error("the last good page is not shown")
	}
	if got := ask(t, d, "退款怎么还没到"); len(got) == 0 || got[0] != "/pay/late/" {
		t.Errorf("search finds %v", got)
	}
	d.write("pay/late.md", small["pay/late.md"])
	if s := d.made(); !s.Good || s.Number != 3 {
		t.Errorf("state is %+v, want the third build, good", s)
	}
	if _, page := get(t, d, "/pay/late/"); shown(t, page) != "3" {
		t.Error("the page is not of the third build")
	}
}

// A site that is wrong from the start has one page, on which the script shows
// why.
func TestNothingGoodYet(t *testing.T) {
	t.Parallel()
	d := newDesk(t, map[string]string{"a.md": "---\ntitel: 题\n---\n"})
	if s := d.made(); s.Good {
		t.Fatal("the build is good")
	}
	for _, target := range []string{"/", "/a/", "/search/"} {
		if _, page := get(t, d, target); shown(t, page) != "0" {
			t.Errorf("%s: the page is %s", target, page)
		}
	}
	if status, _ := get(t, d, "/api/search?q=a"); status != http.StatusServiceUnavailable {
		t.Errorf("/api/search: status %d", status)
	}
	d.write("a.md", "---\ntitle: 题\n---\n")
	if s := d.made(); !s.Good {
		t.Errorf("mended, the build is not good: %+v", s.Loaded.Diags)
	}
	if status, page := get(t, d, "/a/"); status != 200 || shown(t, page) != "2" {
		t.Errorf("status %d", status)
	}
}

// events reads a stream of server-sent events; next fails the test when none
// comes.
type events struct {
	t      *testing.T
	header http.Header
	lines  chan string
	close  func()
}

func listen(t *testing.T, h http.Handler) *events {
	t.Helper()
	srv := httptest.NewServer(h)
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+"/_whyfix/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := srv.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	e := &events{t: t, header: response.Header, lines: make(chan string, 100)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(e.lines)
		for s := bufio.NewScanner(response.Body); s.Scan(); {
			if line := s.Text(); line != "" {
				e.lines <- line
			}
		}
	}()
	e.close = func() {
		cancel()
		response.Body.Close()
		<-done
		srv.Close()
	}
	t.Cleanup(e.close)
	return e
}

func (e *events) next() message {
	e.t.Helper()
	select {
	case line, ok := <-e.lines:
		data, isData := strings.CutPrefix(line, "data: ")
		if !ok || !isData {
			e.t.Fatalf("the stream gives %q, open: %v", line, ok)
		}
		var m message
		if err := json.Unmarshal([]byte(data), &m); err != nil {
			e.t.Fatalf("%v: %s", err, data)
		}
		if !strings.Contains(data, `"problems":[`) {
			e.t.Errorf("problems are not a list: %s", data)
		}
		return m
	case <-time.After(10 * time.Second):
		e.t.Fatal("no event in 10 s")
		return message{}
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	d := newDesk(t, small)
	d.made()
	e := listen(t, d)
	if got := e.header.Get("Content-Type"); got != "text/event-stream" {
		t.Errorf("Content-Type is %q", got)
	}
	if got := e.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control is %q", got)
	}
	if diff := cmp.Diff(message{Run: d.run, Build: 1, Good: true, Problems: []problem{}}, e.next()); diff != "" {
		t.Errorf("the state at once (-want +got):\n%s", diff)
	}

	d.write("pay/late.md", "---\ntitle: 题\ndraf: true\n---\n见[那里](nowhere.md)。\n")
	d.made()
	file := filepath.ToSlash(filepath.Join(d.content, "pay/late.md"))
	want := message{Run: d.run, Build: 2, Good: false, Problems: []problem{
		{Place: file + ":3:1", Line: 3, Severity: "error", Source: "draf: true"},
		{Place: file + ":5:2", Line: 5, Severity: "error", Source: "见[那里](nowhere.md)。"},
	}}
	got := e.next()
	for i, p := range got.Problems {
		if p.Message == "" || p.Hint == "" {
			t.Errorf("a problem without words: %+v", p)
		}
		got.Problems[i].Message, got.Problems[i].Hint = "", ""
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("after a mistake (-want +got):\n%s", diff)
	}

	late := listen(t, d)
	if m := late.next(); m.Build != 2 || m.Good || len(m.Problems) != 2 {
		t.Errorf("a page that is opened now is told %+v", m)
	}

	d.write("pay/late.md", small["pay/late.md"])
	d.made()
	for _, each := range []*events{e, late} {
		if m := each.next(); m.Build != 3 || !m.Good || len(m.Problems) != 0 {
			t.Errorf("after mending, a page is told %+v", m)
		}
	}
}

// The last state is what counts: a page that slept gets it, not all before.
func TestEventsOfAGoneReaderEnd(t *testing.T) {
	t.Parallel()
	d := newDesk(t, small)
	d.made()
	e := listen(t, d)
	e.next()
	e.close()
	for range 3 {
		d.made() // tells nobody
	}
	if m := listen(t, d).next(); m.Build != 4 {
		t.Errorf("the last state is %+v", m)
	}
}

func TestCloseEndsEvents(t *testing.T) {
	t.Parallel()
	d := newDesk(t, small)
	d.made()
	e := listen(t, d)
	e.next()
	d.pages.close()
	select {
	case line, ok := <-e.lines:
		if ok {
			t.Errorf("the stream gives %q", line)
		}
	case <-time.After(10 * time.Second):
		t.Error("the stream does not end in 10 s")
	}
}

// When the context of Start ends, open pages let go: the server that waits for
// its last request must not wait for them.
func TestEventsEndWithTheContext(t *testing.T) {
	t.Parallel()
	d := newDesk(t, small)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if err := d.Start(ctx); err != nil {
		t.Fatal(err)
	}
	e := listen(t, d)
	e.next()
	cancel()
	select {
	case line, ok := <-e.lines:
		if ok {
			t.Errorf("the stream gives %q", line)
		}
	case <-time.After(10 * time.Second):
		t.Error("the stream does not end in 10 s")
	}
}

func TestOverlayFiles(t *testing.T) {
	t.Parallel()
	d := newDesk(t, small)
	for target, want := range map[string]string{
		"/_whyfix/preview.js":         "text/javascript; charset=utf-8",
		"/_whyfix/preview.js?build=7": "text/javascript; charset=utf-8",
		"/_whyfix/preview.css":        "text/css; charset=utf-8",
	} {
		w := httptest.NewRecorder()
		d.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil))
		if w.Code != 200 || w.Header().Get("Content-Type") != want || w.Body.Len() == 0 || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: status %d, %v", target, w.Code, w.Header())
		}
	}
	for _, target := range []string{"/_whyfix/", "/_whyfix/nothing", "/_whyfix/../site.yaml"} {
		if status, _ := get(t, d, target); status != 404 {
			t.Errorf("%s: status %d, want 404", target, status)
		}
	}
}

// An edit costs what it touches: pages are made when somebody asks for them,
// once.
func TestPagesAreMadeWhenAskedFor(t *testing.T) {
	t.Parallel()
	d := newDesk(t, small)
	d.made()
	release, done := d.holder.Acquire()
	defer done()
	www := release.WWW.(*files)
	count := func() (made []string) {
		for name, p := range www.pages() {
			if p.data != nil {
				made = append(made, name)
			}
		}
		return made
	}
	if got := count(); len(got) > 0 {
		t.Errorf("before any request these are made: %v", got)
	}
	for range 2 {
		get(t, d, "/pay/late/")
		if diff := cmp.Diff([]string{"pay/late/index.html"}, count()); diff != "" {
			t.Errorf("after one page (-want +got):\n%s", diff)
		}
	}
	first := &www.pages()["pay/late/index.html"].data[0]
	get(t, d, "/pay/late/")
	if again := &www.pages()["pay/late/index.html"].data[0]; first != again {
		t.Error("the page is made again")
	}
}

// A theme's mistake is told like the content's.
func TestBrokenTheme(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, file, text, place string
		page                    string // that is asked for, if the build alone does not tell
	}{
		{"syntax", "home.html", "{{define \"main\"}}\n{{if}}{{end}}", "home.html:2", ""},
		{"the search page fails", "search.html", "{{define \"main\"}}\n{{.Nope}}{{end}}", "search.html:2:3", ""},
		{"the server's part of the search page", "search.html", "{{define \"main\"}}\n[[.Nope]]{{end}}", "search.html:", ""},
		{"a page fails", "article.html", "{{define \"main\"}}\n{{.Nope}}{{end}}", "article.html:2:3", "/pay/late/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			theme := t.TempDir()
			d := newDesk(t, small, func(o *generate.Options) { o.Theme = theme })
			if s := d.made(); !s.Good {
				t.Fatalf("an empty theme over the built-in one is not good: %+v", s.Loaded.Diags)
			}
			broken := filepath.Join(theme, tt.file)
			if err := os.WriteFile(broken, []byte(tt.text), 0o644); err != nil {
				t.Fatal(err)
			}
			d.changed = []string{broken}
			d.made()
			e := listen(t, d)
			body := ""
			if tt.page != "" {
				var status int
				if status, body = get(t, d, tt.page); status == 404 {
					t.Errorf("%s: status 404: the page exists, its template fails", tt.page)
				}
			}
			m := e.next()
			told := body
			for _, p := range m.Problems {
				told += " " + p.Place + " " + p.Message
			}
			if !strings.Contains(told, tt.place) {
				t.Errorf("the writer is told %+v and shown %.300s, want %s named", m, body, tt.place)
			}
		})
	}
}

// Requests and edits go on at the same time.
func TestRequestsBesideEdits(t *testing.T) {
	t.Parallel()
	d := newDesk(t, small)
	d.made()
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for _, target := range []string{"/", "/pay/late/", "/search?q=%E9%80%80%E6%AC%BE", "/api/search?q=%E9%80%80%E6%AC%BE", "/api/suggest?q=%E9%80%80"} {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if status, body := get(t, d, target); status != 200 {
					t.Errorf("%s: status %d: %.200s", target, status, body)
					return
				}
			}
		})
	}
	for i := range 20 {
		text := small["pay/late.md"]
		if i%4 == 3 {
			text = "---\ndraf: true\n---\n"
		} else {
			text += strings.Repeat("又一句。\n", i)
		}
		d.write("pay/late.md", text)
		d.made()
	}
	close(stop)
	wg.Wait()
}

// Start builds, and follows what is edited after that. An edit may be seen in
// several steps.
func TestStartFollowsEdits(t *testing.T) {
	t.Parallel()
	d := newDesk(t, small)
	d.options.Report = nil
	if err := d.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	e := listen(t, d)
	if m := e.next(); m.Build != 1 || !m.Good {
		t.Fatalf("the first state is %+v", m)
	}
	d.write("pay/late.md", strings.ReplaceAll(small["pay/late.md"], "银行慢", "快递慢"))
	for {
		m := e.next()
		if _, page := get(t, d, "/pay/late/"); m.Good && strings.Contains(page, "快递慢") {
			break
		}
	}
	d.write("site.yaml", "titel: x\n")
	m := e.next()
	for m.Good {
		m = e.next()
	}
	if len(m.Problems) != 1 || !strings.HasSuffix(m.Problems[0].Place, "/content/site.yaml:1:1") {
		t.Errorf("after a mistake, pages are told %+v", m)
	}
	d.remove("site.yaml")
	for m = e.next(); !m.Good; {
		m = e.next()
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	_, err := New(Options{Build: generate.Options{Content: filepath.Join(t.TempDir(), "nothing")}, Log: slog.New(slog.DiscardHandler)})
	if !errors.Is(err, generate.ErrNoContent) {
		t.Errorf("New gives %v, want generate.ErrNoContent", err)
	}
}

// What is reported has the numbers that the pages are told.
func TestReport(t *testing.T) {
	t.Parallel()
	d := newDesk(t, small)
	s := d.made()
	if s.Number != 1 || !s.Good || s.Took <= 0 || len(s.Loaded.Site.Articles) != 2 || len(s.Loaded.Diags) != 0 {
		t.Errorf("state is %+v, %v", s, s.Loaded.Diags)
	}
	d.write("pay/late.md", small["pay/late.md"]+"\n[x](gone.md)\n")
	if s := d.made(); s.Good || s.Loaded.Diags.Errors() != 1 || s.Loaded.Diags[0].Severity != diag.Error {
		t.Errorf("state is %+v, %v", s, s.Loaded.Diags)
	}
}
