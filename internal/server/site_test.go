package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
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

	"whyfix/internal/generate"
)

// now is the clock of every site in these tests.
var now = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// articles are the site that is served: a few about things at home, one with
// whatever could break a page, and many that say the same.
func articles() map[string]string {
	files := map[string]string{
		"site.yaml":     "title: 家用帮助\nlanguage: zh-CN\norigins: [https://reader.example.org, https://other.example.org]\nfooter: 测试用的站点\nfiles: [html, js, mjs, csv]\n",
		"lock/index.md": "---\ntitle: 门锁\nsummary: 门锁的问题\nupdated: 2026-01-02\n---\n",
		"lock/fingerprint.md": `---
title: 智能门锁认不出指纹，怎么办？
summary: 擦干净手指和感应面，再录一次指纹。
symptoms: [指纹锁打不开门, 门锁一直提示指纹不匹配]
products: [智能门锁]
causes: [手指干燥, 电量不足]
solutions: [重新录入, 更换电池]
updated: 2026-01-02
---

先换一根手指试试。

## 为什么认不出 {.cause}

### 手指太干 {tag="手指干燥"}

冬天手指干燥脱皮，纹路变浅。

### 电池快没电了 {tag="电量不足"}

电压低的时候，感应面反应慢。

## 怎么判断 {.check}

### 看看有没有低电提示 {for="电量不足"}

唤醒面板，看红灯亮不亮。

## 怎么处理 {.solution}

### 再录一次 {tag="重新录入" for="手指干燥"}

用备用钥匙开门，到管理界面重新录入三根手指。

## 一个案例 {.case}

以下案例为虚构。有一家人冬天一直打不开门，换了一根手指就好了。
`,
		"lock/picture.svg": `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><title>门锁</title></svg>`,
		"lock/data.csv":    "a,b\n1,2\n",
		"lock/script.js":   "document.title = 'taken'\n",
		"lock/Module.MJS":  "document.title = 'taken'\n",
		"lock/form.html":   "<!doctype html><title>表</title><script>document.title = 'taken'</script><script src=\"script.js\"></script>",
		"lock/manual.pdf":  "%PDF-1.4\n",
		"odd/escape.md": `---
title: 网页出现 <script>alert(1)</script> & "引号" {{.}} [[.Query]]
summary: 页面把 <b>代码</b> 当成了文字 & 显示出来。
symptoms: ["网页显示 <div> 代码"]
products: ["A & B", "尖括号 <i>"]
causes: [转义错误]
updated: 2026-01-02
---

## 原因

模板里写了 <script>alert("花")</script> 又没有转义，{{.Title}} 和 [[.Query]] 都原样出现。
`,
	}
	for i := range 37 {
		kind, product := "cause", "加湿器"
		if i%3 == 0 {
			kind = "solution"
		}
		if i%2 == 0 {
			product = "水箱"
		}
		files[fmt.Sprintf("humid/n%02d.md", i)] = fmt.Sprintf(`---
title: 加湿器第 %d 种毛病
summary: 加湿器的第 %d 种毛病和办法。
symptoms: [加湿器毛病%d号]
products: [%s]
causes: [结垢]
updated: 2026-01-02
---

## 说明 {.%s}

加湿器有很多种毛病，这是第 %d 种。
`, i, i, i, product, kind, i)
	}
	return files
}

// scratch is the folder of the releases that tests share: a release never
// changes, so they may.
var scratch string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "whyfix-server-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	scratch = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

var (
	plainSite   = sync.OnceValues(func() (string, error) { return buildSite(filepath.Join(scratch, "plain"), articles(), "", true) })
	helpSite    = sync.OnceValues(func() (string, error) { return buildSite(filepath.Join(scratch, "help"), articles(), "/help/", true) })
	noIndexSite = sync.OnceValues(func() (string, error) { return buildSite(filepath.Join(scratch, "noindex"), articles(), "", false) })
)

// started is when the tests were: releases that are made one after the other
// have names that say so.
var started = time.Now()

// buildSite makes a release of a content folder in dir and returns the folder
// of the releases.
func buildSite(dir string, files map[string]string, base string, index bool) (string, error) {
	return buildSiteAt(dir, files, base, index, now.Add(time.Since(started)))
}

// buildSiteAt builds as if it were another time.
func buildSiteAt(dir string, files map[string]string, base string, index bool, at time.Time) (string, error) {
	contentDir := filepath.Join(dir, "content")
	for name, text := range files {
		name = filepath.Join(contentDir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return "", err
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			return "", err
		}
	}
	public := filepath.Join(dir, "public")
	built, err := generate.Run(context.Background(), generate.Options{
		Content: contentDir, Base: base, Now: func() time.Time { return at },
		Release: generate.ReleaseOptions{Public: public, Keep: 3, Index: index, Compress: true, Generator: "test"},
	})
	if errors.Is(err, generate.ErrContent) {
		err = fmt.Errorf("%w: %+v", err, built.Loaded.Diags)
	}
	return public, err
}

// open serves a folder of releases for one test; the second result has what
// the server logs.
func open(tb testing.TB, public string, err error) (*Server, *Holder, *logBook) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
	release, closeRelease, err := Load(tb.Context(), public, search.Cluster{})
	if err != nil {
		tb.Fatal(err)
	}
	h, book := &Holder{}, &logBook{}
	h.Swap(release, closeRelease)
	tb.Cleanup(func() { h.Swap(nil, nil) })
	return New(h, slog.New(slog.NewTextHandler(book, nil)), Options{}), h, book
}

func plainServer(tb testing.TB) *Server {
	tb.Helper()
	public, err := plainSite()
	s, _, _ := open(tb, public, err)
	return s
}

// logBook keeps what is logged.
type logBook struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// answer is a whole response.
type answer struct {
	status int
	header http.Header
	body   string
}

// get asks a handler. The target is as in a request line; header lines are
// "Name: value".
func get(tb testing.TB, h http.Handler, target string, header ...string) answer {
	tb.Helper()
	return request(tb, h, http.MethodGet, target, header...)
}

func request(tb testing.TB, h http.Handler, method, target string, header ...string) answer {
	tb.Helper()
	r := httptest.NewRequestWithContext(tb.Context(), method, target, nil)
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return answer{w.Code, w.Header(), w.Body.String()}
}

// rawPath asks for a path that a request line could not name as it is.
func rawPath(tb testing.TB, h http.Handler, path string) answer {
	tb.Helper()
	r := httptest.NewRequestWithContext(tb.Context(), http.MethodGet, "/", nil)
	r.URL = &url.URL{Path: path}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return answer{w.Code, w.Header(), w.Body.String()}
}

// query makes a target of a path and parameters: name, value, name, value, …
func query(path string, parameters ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(parameters); i += 2 {
		v.Add(parameters[i], parameters[i+1])
	}
	return path + "?" + v.Encode()
}

// reply is what /api/search answers.
type reply struct {
	Query     string  `json:"query"`
	Mode      string  `json:"mode"`
	Corrected string  `json:"corrected"`
	Answered  bool    `json:"answered"`
	Total     int     `json:"total"`
	TookMS    float64 `json:"took_ms"`
	Release   string  `json:"release"`
	Hits      []struct {
		URL, Title, Summary, Snippet string
		Section                      struct{ URL, Title, Kind string }
		Products, Causes, Solutions  []string
		Score                        float64
	} `json:"hits"`
	Facets map[string][]struct {
		Value string
		Count int
	} `json:"facets"`
}

func (r *reply) urls() []string {
	var out []string
	for _, h := range r.Hits {
		out = append(out, h.URL)
	}
	return out
}

// searched asks /api/search below a base and fails the test unless it answers.
func searched(tb testing.TB, h http.Handler, target string) *reply {
	tb.Helper()
	a := get(tb, h, target)
	if a.status != http.StatusOK {
		tb.Fatalf("%s: status %d: %s", target, a.status, a.body)
	}
	var out reply
	if err := json.Unmarshal([]byte(a.body), &out); err != nil {
		tb.Fatalf("%s: %v: %s", target, err, a.body)
	}
	return &out
}

// problemOf is the code of an error answer. It says what is wrong with the
// answer's form.
func problemOf(a answer) (code string, err error) {
	var e map[string]map[string]string
	if err := json.Unmarshal([]byte(a.body), &e); err != nil {
		return "", fmt.Errorf("not an error in JSON: %w: %.300s", err, a.body)
	}
	if len(e) != 1 || len(e["error"]) != 2 || e["error"]["code"] == "" || e["error"]["message"] == "" {
		return "", fmt.Errorf(`want {"error": {"code": …, "message": …}}, got %s`, a.body)
	}
	if got, want := a.header.Get("Content-Type"), "application/json; charset=utf-8"; got != want {
		return "", fmt.Errorf("Content-Type is %q, want %q", got, want)
	}
	if err := leaks(a); err != nil {
		return "", err
	}
	return e["error"]["code"], nil
}

// leaks says what an answer tells of the inside.
func leaks(a answer) error {
	all := a.body + fmt.Sprint(a.header)
	for _, inside := range []string{scratch, os.TempDir() + "/", "goroutine ", "panic", ".go:", "bleve", "scorch", "bolt", "runtime error"} {
		if strings.Contains(all, inside) {
			return fmt.Errorf("the answer speaks of %q: %.500s", inside, all)
		}
	}
	return nil
}

var (
	hrefs = regexp.MustCompile(`\bhref="([^"]*)"`)
	ids   = regexp.MustCompile(`\bid="([^"]*)"`)
	links = regexp.MustCompile(`<a\b[^>]*>`)
)

// mainOf is what stands in <main>.
func mainOf(tb testing.TB, page string) string {
	tb.Helper()
	_, rest, ok := strings.Cut(page, "<main")
	inside, _, ok2 := strings.Cut(rest, "</main>")
	if !ok || !ok2 {
		tb.Fatalf("the page has no main element: %.300s", page)
	}
	return inside
}

// linksOf are the addresses of links in a piece of HTML.
func linksOf(piece string) []string {
	var out []string
	for _, tag := range links.FindAllString(piece, -1) {
		if m := hrefs.FindStringSubmatch(tag); m != nil {
			out = append(out, html.UnescapeString(m[1]))
		}
	}
	return out
}

// relOf is the address of the link with a rel, "" if there is none.
func relOf(piece, rel string) string {
	for _, tag := range links.FindAllString(piece, -1) {
		if strings.Contains(tag, `rel="`+rel+`"`) {
			return html.UnescapeString(hrefs.FindStringSubmatch(tag)[1])
		}
	}
	return ""
}

// checkLink says why an address of the site leads nowhere: no page, or no such
// anchor on it.
func checkLink(tb testing.TB, h http.Handler, address string) error {
	tb.Helper()
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	target := u.EscapedPath()
	if u.RawQuery != "" {
		target += "?" + u.RawQuery
	}
	a := get(tb, h, target)
	if a.status != http.StatusOK {
		return fmt.Errorf("%s: status %d", address, a.status)
	}
	if u.Fragment == "" {
		return nil
	}
	for _, m := range ids.FindAllStringSubmatch(a.body, -1) {
		if html.UnescapeString(m[1]) == u.Fragment {
			return nil
		}
	}
	return fmt.Errorf("%s: the page has no element with the id %q", address, u.Fragment)
}

// until polls: it fails the test when a condition does not come true.
func until(tb testing.TB, what string, condition func() bool) {
	tb.Helper()
	deadline := time.Now().Add(20 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		if time.Now().After(deadline) {
			tb.Fatalf("in 20 s: not %s", what)
		}
		<-tick.C
	}
}

func readAll(tb testing.TB, r io.ReadCloser) string {
	tb.Helper()
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		tb.Fatal(err)
	}
	return string(data)
}
