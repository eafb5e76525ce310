package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"whyfix/internal/cli"
	"whyfix/internal/publish"
)

// patience is how long a test waits for what must happen. It is long, because
// the machine may be busy; nothing waits longer than it has to.
const patience = 20 * time.Second

// output collects what a program writes and lets a test wait for a line.
type output struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

func newOutput() *output { return &output{changed: make(chan struct{})} }

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.changed)
	o.changed = make(chan struct{})
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// wait returns the first match of a pattern, with its groups.
func (o *output) wait(t *testing.T, pattern string) []string {
	t.Helper()
	re := regexp.MustCompile(`(?m)` + pattern)
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		o.mu.Lock()
		match, changed := re.FindStringSubmatch(o.text.String()), o.changed
		o.mu.Unlock()
		if match != nil {
			return match
		}
		select {
		case <-changed:
		case <-late.C:
			t.Fatalf("output never matched %q:\n%s", pattern, o)
		}
	}
}

// eventually asks again and again until the answer is good.
func eventually(t *testing.T, ask func() (got string, good bool)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		got, good := ask()
		if good {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("it never came; last got:\n%s", got)
		}
	}
}

// service is a running serve or dev.
type service struct {
	base   string // http://host:port
	stderr *output
	cancel context.CancelFunc
	code   chan int
}

// start runs a command until it serves. It is stopped at the end of the test,
// and must then end with 0.
func start(t *testing.T, args ...string) *service {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s := &service{stderr: newOutput(), cancel: cancel, code: make(chan int, 1)}
	stdout := newOutput()
	go func() { s.code <- cli.Run(ctx, args, strings.NewReader(""), stdout, s.stderr) }()
	t.Cleanup(func() {
		s.stop(t)
		if got := stdout.String(); got != "" {
			t.Errorf("stdout: got %q, want nothing", got)
		}
	})
	s.base = s.stderr.wait(t, `^whyfix: serving (http://127\.0\.0\.1:[0-9]+)/$`)[1]
	return s
}

// stop ends the service, once.
func (s *service) stop(t *testing.T) {
	t.Helper()
	if s.cancel == nil {
		return
	}
	s.cancel()
	s.cancel = nil
	select {
	case code := <-s.code:
		if code != 0 {
			t.Errorf("exit code: got %d, want 0; stderr:\n%s", code, s.stderr)
		}
	case <-time.After(patience):
		t.Fatalf("it does not stop; stderr:\n%s", s.stderr)
	}
}

// get asks for a path and returns status and body.
func (s *service) get(t *testing.T, path string) (int, string) {
	t.Helper()
	return s.do(t, http.MethodGet, path)
}

func (s *service) do(t *testing.T, method, path string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// answer is what GET /api/search gives, as far as these tests look.
type answer struct {
	Query   string `json:"query"`
	Mode    string `json:"mode"`
	Total   int    `json:"total"`
	Release string `json:"release"`
	Hits    []struct {
		URL, Title string
		Section    struct{ URL, Kind string }
	} `json:"hits"`
	Error struct{ Code, Message string } `json:"error"`
}

func (s *service) search(t *testing.T, query string) answer {
	t.Helper()
	status, body := s.get(t, "/api/search?q="+url.QueryEscape(query))
	if status != http.StatusOK {
		t.Fatalf("search %q: got status %d: %s", query, status, body)
	}
	var a answer
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		t.Fatalf("search %q: %v in %s", query, err, body)
	}
	return a
}

// first is the address of the first hit, "" when there is none.
func (a answer) first() string {
	if len(a.Hits) == 0 {
		return ""
	}
	return a.Hits[0].URL
}

// run runs a command that ends by itself.
func run(t *testing.T, want int, args ...string) (stdout, stderr string) {
	t.Helper()
	var o, e bytes.Buffer
	if got := cli.Run(t.Context(), args, strings.NewReader(""), &o, &e); got != want {
		t.Fatalf("whyfix %s: got exit code %d, want %d; stderr:\n%s", strings.Join(args, " "), got, want, &e)
	}
	return o.String(), e.String()
}

const huabei = `---
title: 花呗突然用不了，怎么办？
symptoms: [花呗用不了, 花呗打不开]
products: [花呗]
causes: [系统维护]
---

先看页面上的提示。

## 为什么会这样

### 系统维护

升级的时候打不开。

## 怎么解决

### 等一等 {for="系统维护"}

过一会儿再试。
`

const refund = `---
title: 退款没到账
symptoms: [退款怎么还没到]
---

先看订单，再看[花呗](huabei/cannot-use.md#solution)。
`

// site writes a small content folder and returns it and a folder for releases.
func site(t *testing.T) (content, public string) {
	t.Helper()
	dir := t.TempDir()
	content, public = filepath.Join(dir, "content"), filepath.Join(dir, "public")
	writeFile(t, filepath.Join(content, "huabei", "cannot-use.md"), huabei)
	writeFile(t, filepath.Join(content, "refund.md"), refund)
	return content, public
}

func TestServe(t *testing.T) {
	t.Parallel()
	content, public := site(t)
	run(t, 0, "build", "-content", content, "-out", public)
	s := start(t, "serve", "-public", public, "-addr", "127.0.0.1:0")

	for _, tt := range []struct {
		path   string
		status int
		want   string // in the body
	}{
		{"/", 200, "花呗"},
		{"/huabei/", 200, "花呗突然用不了，怎么办？"},
		{"/huabei/cannot-use/", 200, "<h1>花呗突然用不了，怎么办？</h1>"},
		{"/refund/", 200, `href="/huabei/cannot-use/#solution"`},
		{"/products/%E8%8A%B1%E5%91%97/", 200, "花呗"},
		{"/search?q=花呗用不了", 200, "/huabei/cannot-use/"},
		{"/search/?q=打不开", 200, "<mark>打不开</mark>"},
		{"/search?q=", 200, "<form"},
		{"/search-lite.json", 200, "退款怎么还没到"},
		{"/api/search?q=花呗用不了", 200, `"url":"/huabei/cannot-use/"`},
		{"/api/suggest?q=花呗", 200, "花呗用不了"},
		{"/api/search?q=", 200, `"hits":[]`},
		{"/api/search?q=%22", 200, `"query":"\""`},
		{"/api/search?q=%00", 200, `"hits":[`},
		{"/api/search?q=%FF", 200, `"hits":[`},
		{"/api/search?q=" + strings.Repeat("a", 10_000), 400, `"code":"query_too_long"`},
		{"/search?q=" + strings.Repeat("a", 10_000), 400, "<form"},
		{"/api/search?q=a&size=-1", 400, `"code":"bad_size"`},
		{"/api/search?q=a&size=51", 400, `"code":"bad_size"`},
		{"/api/search?q=a&size=50&page=21", 400, `"code":`},
		{"/api/search?q=a&page=0", 400, `"code":"bad_page"`},
		{"/api/search?q=a&kind=x", 400, `"code":"bad_kind"`},
		{"/api/search?q=%zz", 400, `"code":"bad_encoding"`},
		{"/api/nothing", 404, `"code":"not_found"`},
		{"/healthz", 200, "ok"},
		{"/readyz", 200, "ready"},
		{"/nothing/", 404, "<h1"},
		{"/../../etc/passwd", 404, ""},
		{"/%2e%2e/%2e%2e/manifest.json", 404, ""},
		{"/manifest.json", 404, ""},
		{"/huabei/cannot-use/index.html.gz/", 404, ""},
	} {
		status, body := s.get(t, tt.path)
		if status != tt.status || !strings.Contains(body, tt.want) {
			t.Errorf("GET %.60s: got %d, want %d and %q in %.300s", tt.path, status, tt.status, tt.want, body)
		}
		for _, inner := range []string{public, "goroutine ", "internal/"} {
			if strings.Contains(body, inner) {
				t.Errorf("GET %.60s: the answer shows %q", tt.path, inner)
			}
		}
	}
	for _, path := range []string{"/api/search?q=a", "/search?q=a", "/", "/refund/"} {
		if status, _ := s.do(t, http.MethodPost, path); status != http.StatusMethodNotAllowed {
			t.Errorf("POST %s: got %d, want 405", path, status)
		}
		if status, body := s.do(t, http.MethodHead, path); status != http.StatusOK || body != "" {
			t.Errorf("HEAD %s: got %d and %d bytes, want 200 and none", path, status, len(body))
		}
	}
}

// Every hit's page exists and has the anchor that the hit names.
func TestServeHits(t *testing.T) {
	t.Parallel()
	content, public := site(t)
	run(t, 0, "build", "-content", content, "-out", public)
	s := start(t, "serve", "-public", public, "-addr", "127.0.0.1:0")
	for query, want := range map[string]string{
		"花呗用不了": "/huabei/cannot-use/", "花唄打不開": "/huabei/cannot-use/", "升级的时候": "/huabei/cannot-use/",
		"过一会儿再试": "/huabei/cannot-use/", "退款怎么还没到": "/refund/", "退款 没到账": "/refund/", "系统维护": "/huabei/cannot-use/",
	} {
		a := s.search(t, query)
		if got := a.first(); got != want {
			t.Errorf("%s: got %q first, want %q", query, got, want)
		}
		for _, h := range a.Hits {
			for _, address := range []string{h.URL, h.Section.URL} {
				page, anchor, _ := strings.Cut(address, "#")
				if page == "" {
					continue
				}
				status, body := s.get(t, page)
				if status != http.StatusOK {
					t.Errorf("%s: hit %s: got status %d", query, address, status)
				}
				anchor, err := url.PathUnescape(anchor)
				if err != nil {
					t.Error(err)
				}
				if anchor != "" && !strings.Contains(body, `id="`+anchor+`"`) {
					t.Errorf("%s: hit %s: the page has no such anchor", query, address)
				}
			}
		}
	}
}

// A running serve follows builds and rollbacks.
func TestServeFollows(t *testing.T) {
	t.Parallel()
	content, public := site(t)
	run(t, 0, "build", "-content", content, "-out", public)
	s := start(t, "serve", "-public", public, "-addr", "127.0.0.1:0")
	first := s.search(t, "退款没到账").Release

	writeFile(t, filepath.Join(content, "refund.md"), strings.ReplaceAll(refund, "退款没到账", "提现一直处理中"))
	run(t, 0, "build", "-content", content, "-out", public)
	eventually(t, func() (string, bool) {
		a := s.search(t, "提现一直处理中")
		return fmt.Sprintf("%+v", a), a.Release != first && a.first() == "/refund/"
	})
	if _, body := s.get(t, "/refund/"); !strings.Contains(body, "<h1>提现一直处理中</h1>") {
		t.Errorf("the page is not that of the new release:\n%s", body)
	}

	run(t, 0, "rollback", "-public", public)
	eventually(t, func() (string, bool) {
		a := s.search(t, "退款没到账")
		return fmt.Sprintf("%+v", a), a.Release == first
	})
	if _, body := s.get(t, "/refund/"); !strings.Contains(body, "<h1>退款没到账</h1>") {
		t.Errorf("the page is not that of the release before:\n%s", body)
	}

	// A build that fails changes nothing.
	writeFile(t, filepath.Join(content, "broken.md"), "---\ntitle: [\n---\n")
	run(t, 1, "build", "-content", content, "-out", public)
	if got := s.search(t, "退款没到账").Release; got != first {
		t.Errorf("release after a failed build: got %s, want %s", got, first)
	}
	s.stop(t)
	if _, err := http.Get(s.base + "/"); err == nil {
		t.Error("it answers after it was stopped")
	}
}

// One release folder is served as it is; without an index the pages are there
// and the search says that it is not.
func TestServeOneRelease(t *testing.T) {
	t.Parallel()
	content, public := site(t)
	run(t, 0, "build", "-content", content, "-out", public, "-index=false")
	id, err := os.Readlink(filepath.Join(public, "current"))
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, "serve", "-public", filepath.Join(public, id), "-addr", "127.0.0.1:0")
	if status, _ := s.get(t, "/refund/"); status != http.StatusOK {
		t.Errorf("page: got %d, want 200", status)
	}
	for _, path := range []string{"/api/search?q=a", "/search?q=a"} {
		if status, body := s.get(t, path); status != http.StatusServiceUnavailable {
			t.Errorf("GET %s: got %d, want 503: %s", path, status, body)
		}
	}
	if status, _ := s.get(t, "/api/search?q="); status != http.StatusOK {
		t.Errorf("empty question: got %d, want 200", status)
	}
}

// The real process says where it serves, and a signal ends it with 0.
func TestServeSignals(t *testing.T) {
	t.Parallel()
	content, public := site(t)
	run(t, 0, "build", "-content", content, "-out", public)
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		for _, args := range [][]string{
			{"serve", "-public", public, "-addr", "127.0.0.1:0"},
			{"dev", "-content", content, "-addr", "127.0.0.1:0"},
		} {
			t.Run(args[0]+" "+signal.String(), func(t *testing.T) {
				t.Parallel()
				stderr := newOutput()
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				cmd := exec.CommandContext(ctx, "whyfix", args...)
				cmd.Stderr = stderr
				cmd.Env = append(os.Environ(), "GORACE="+quickRace)
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				base := stderr.wait(t, `^whyfix: serving (http://[0-9.:]+)/$`)[1]
				if status, _ := (&service{base: base}).get(t, "/refund/"); status != http.StatusOK {
					t.Errorf("page: got %d, want 200", status)
				}
				if err := cmd.Process.Signal(signal); err != nil {
					t.Fatal(err)
				}
				if err := cmd.Wait(); err != nil {
					t.Errorf("after %s: %v; stderr:\n%s", signal, err, stderr)
				}
			})
		}
	}
}

// While another build is at work, the second is told so and does no harm.
func TestBuildBusy(t *testing.T) {
	t.Parallel()
	content, public := site(t)
	run(t, 0, "build", "-content", content, "-out", public)
	before, err := publish.Current(public)
	if err != nil {
		t.Fatal(err)
	}
	w, err := publish.Create(public, time.Now(), nil)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(content, "new.md"), "# 新\n")
	for _, args := range [][]string{{"build", "-content", content, "-out", public}, {"rollback", "-public", public}} {
		_, stderr := run(t, 1, args...)
		want := "whyfix " + args[0] + ": another build is at work in " + public + "\n    hint: wait until it is done\n"
		if stderr != want {
			t.Errorf("%s: got %q, want %q", args[0], stderr, want)
		}
	}
	if err := w.Abort(); err != nil {
		t.Fatal(err)
	}
	if after, err := publish.Current(public); err != nil || after != before {
		t.Errorf("live: got %s, %v; want %s", after, err, before)
	}
	run(t, 0, "build", "-content", content, "-out", public)
}
