package cli_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// event is what an open page is told after each build.
type event struct {
	Build    int  `json:"build"`
	Good     bool `json:"good"`
	Problems []struct {
		Place   string `json:"place"`
		Line    int    `json:"line"`
		Message string `json:"message"`
		Hint    string `json:"hint"`
		Source  string `json:"source"`
	} `json:"problems"`
}

// listen opens /_whyfix/events and returns what it tells, until the test ends.
func (s *service) listen(t *testing.T) <-chan event {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+"/_whyfix/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := answer.Header.Get("Content-Type"), "text/event-stream"; got != want {
		t.Errorf("events: got Content-Type %q, want %q", got, want)
	}
	events := make(chan event, 100)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(events)
		defer answer.Body.Close()
		lines := bufio.NewScanner(answer.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			data, ok := strings.CutPrefix(lines.Text(), "data: ")
			if !ok {
				continue
			}
			var e event
			if err := json.Unmarshal([]byte(data), &e); err != nil {
				t.Errorf("event %q: %v", data, err)
				return
			}
			events <- e
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return events
}

// await takes events until one is as wanted.
func await(t *testing.T, events <-chan event, what string, good func(event) bool) event {
	t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	var last event
	for {
		select {
		case e, open := <-events:
			if !open {
				t.Fatalf("waiting for %s: the stream ended; last event: %+v", what, last)
			}
			if last = e; good(e) {
				return e
			}
		case <-late.C:
			t.Fatalf("waiting for %s: it never came; last event: %+v", what, last)
		}
	}
}

func isGood(e event) bool { return e.Good }
func isBad(e event) bool  { return !e.Good }

// after is a good build later than another.
func after(n int) func(event) bool {
	return func(e event) bool { return e.Good && e.Build > n }
}

// shows waits until a page has a text.
func (s *service) shows(t *testing.T, path, text string) {
	t.Helper()
	eventually(t, func() (string, bool) {
		status, body := s.get(t, path)
		return fmt.Sprint(path, " ", status, "\n", body), status == http.StatusOK && strings.Contains(body, text)
	})
}

// finds waits until a question's first hit is a page.
func (s *service) finds(t *testing.T, query, page string) {
	t.Helper()
	eventually(t, func() (string, bool) {
		a := s.search(t, query)
		return fmt.Sprintf("%+v", a), a.first() == page
	})
}

// status waits until a page answers with a status.
func (s *service) status(t *testing.T, path string, want int) {
	t.Helper()
	eventually(t, func() (string, bool) {
		got, body := s.get(t, path)
		return fmt.Sprint(path, " ", got, "\n", body), got == want
	})
}

func TestDevEdits(t *testing.T) {
	t.Parallel()
	content, _ := site(t)
	file := filepath.Join(content, "refund.md")
	s := start(t, "dev", "-content", content, "-addr", "127.0.0.1:0")
	s.stderr.wait(t, `^whyfix: 2 articles in `)
	events := s.listen(t)
	e := await(t, events, "the first build", isGood)

	// The site is whole, and each page asks for the preview's script.
	s.shows(t, "/", "花呗")
	s.shows(t, "/refund/", "<h1>退款没到账</h1>")
	s.shows(t, "/refund/", "/_whyfix/preview.js")
	s.shows(t, "/search?q=退款", "/refund/")
	s.shows(t, "/_whyfix/preview.js", "/_whyfix/events")
	s.finds(t, "退款没到账", "/refund/")
	s.status(t, "/nothing/", http.StatusNotFound)
	s.status(t, "/_whyfix/nothing", http.StatusNotFound)

	// An edit shows on the page and in the search, and the old words are gone.
	writeFile(t, file, strings.ReplaceAll(refund, "退款没到账", "提现一直处理中"))
	e = await(t, events, "the edit", after(e.Build))
	s.shows(t, "/refund/", "<h1>提现一直处理中</h1>")
	s.shows(t, "/", "提现一直处理中")
	s.finds(t, "提现一直处理中", "/refund/")

	// Editors replace a file by renaming another over it.
	elsewhere := filepath.Join(t.TempDir(), "new.md")
	writeFile(t, elsewhere, strings.ReplaceAll(refund, "退款没到账", "余额宝转不出来"))
	if err := os.Rename(elsewhere, file); err != nil {
		t.Fatal(err)
	}
	e = await(t, events, "the renamed file", after(e.Build))
	s.shows(t, "/refund/", "<h1>余额宝转不出来</h1>")
	s.finds(t, "余额宝转不出来", "/refund/")

	// A new article in a new folder, with an image.
	writeFile(t, filepath.Join(content, "credit", "step.svg"), `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>`)
	writeFile(t, filepath.Join(content, "credit", "report.md"), "---\ntitle: 征信报告怎么查\n---\n\n![步骤](step.svg)\n")
	await(t, events, "the new article", after(e.Build))
	s.shows(t, "/credit/report/", `src="/credit/step.svg"`)
	s.shows(t, "/credit/step.svg", "<svg")
	s.finds(t, "征信报告怎么查", "/credit/report/")

	// It moves, and it goes.
	if err := os.Rename(filepath.Join(content, "credit"), filepath.Join(content, "zhengxin")); err != nil {
		t.Fatal(err)
	}
	s.shows(t, "/zhengxin/report/", "征信报告怎么查")
	s.status(t, "/credit/report/", http.StatusNotFound)
	s.finds(t, "征信报告怎么查", "/zhengxin/report/")
	if err := os.RemoveAll(filepath.Join(content, "zhengxin")); err != nil {
		t.Fatal(err)
	}
	s.status(t, "/zhengxin/report/", http.StatusNotFound)
	eventually(t, func() (string, bool) {
		a := s.search(t, "征信报告怎么查")
		return fmt.Sprintf("%+v", a), a.first() != "/zhengxin/report/"
	})

	// Settings and tags are watched as well.
	writeFile(t, filepath.Join(content, "site.yaml"), "title: 对症帮助\n")
	s.shows(t, "/", "对症帮助")
	writeFile(t, filepath.Join(content, "tags.yaml"), "花呗: {description: 先消费后还款, names: [蚂蚁信用付]}\n")
	s.shows(t, "/products/花呗/", "先消费后还款")
	s.finds(t, "蚂蚁信用付", "/huabei/cannot-use/")
}

func TestDevBrokenEdit(t *testing.T) {
	t.Parallel()
	content, _ := site(t)
	file := filepath.Join(content, "refund.md")
	s := start(t, "dev", "-content", content, "-addr", "127.0.0.1:0")
	events := s.listen(t)
	await(t, events, "the first build", isGood)

	// A mistake: the page and the terminal say where, the last good page stays.
	writeFile(t, file, strings.Replace(refund, "title:", "titel:", 1))
	e := await(t, events, "the mistake", func(e event) bool { return !e.Good && len(e.Problems) == 1 })
	if got, want := e.Problems[0].Place, filepath.ToSlash(file)+":2:1"; got != want {
		t.Errorf("place: got %q, want %q", got, want)
	}
	if got, want := e.Problems[0].Message, `unknown key "titel" in front matter`; got != want {
		t.Errorf("message: got %q, want %q", got, want)
	}
	if got, want := e.Problems[0].Hint, `did you mean "title"?`; got != want {
		t.Errorf("hint: got %q, want %q", got, want)
	}
	if got, want := e.Problems[0].Source, "titel: 退款没到账"; got != want {
		t.Errorf("source: got %q, want %q", got, want)
	}
	s.stderr.wait(t, `refund\.md:2:1: unknown key "titel"`)
	s.stderr.wait(t, `^whyfix: 1 error; the last good pages stay$`)
	s.shows(t, "/refund/", "<h1>退款没到账</h1>")
	s.shows(t, "/", "退款没到账")
	s.finds(t, "退款没到账", "/refund/")

	// A page that is opened now is told, too.
	late := s.listen(t)
	await(t, late, "the mistake, later", isBad)

	// Mended.
	writeFile(t, file, strings.ReplaceAll(refund, "退款没到账", "提现一直处理中"))
	e = await(t, events, "the mended file", after(e.Build))
	if len(e.Problems) != 0 {
		t.Errorf("problems after mending: got %+v, want none", e.Problems)
	}
	await(t, late, "the mended file, later", isGood)
	s.shows(t, "/refund/", "<h1>提现一直处理中</h1>")
	s.finds(t, "提现一直处理中", "/refund/")

	// A link to an article that goes breaks the article that has the link.
	if err := os.Rename(filepath.Join(content, "huabei"), filepath.Join(content, "hb")); err != nil {
		t.Fatal(err)
	}
	e = await(t, events, "the broken link", func(e event) bool { return !e.Good && len(e.Problems) == 1 })
	if got, want := e.Problems[0].Place, filepath.ToSlash(file)+":6:8"; got != want {
		t.Errorf("place: got %q, want %q", got, want)
	}
	s.shows(t, "/huabei/cannot-use/", "<h1>花呗突然用不了")
}

// A site that is broken from the start is served as soon as it is mended.
func TestDevStartsBroken(t *testing.T) {
	t.Parallel()
	content, _ := site(t)
	file := filepath.Join(content, "refund.md")
	writeFile(t, file, "---\ntitle: a: b\n---\n")
	s := start(t, "dev", "-content", content, "-addr", "127.0.0.1:0")
	events := s.listen(t)
	e := await(t, events, "the mistake", isBad)
	if len(e.Problems) != 1 || !strings.HasSuffix(e.Problems[0].Place, "refund.md:2:9") {
		t.Errorf("problems: got %+v, want one at refund.md:2:9", e.Problems)
	}
	s.stderr.wait(t, `^whyfix: 1 error; there are no pages until that is mended$`)
	if _, body := s.get(t, "/api/search?q=x"); !strings.Contains(body, "nothing to search in yet") {
		t.Errorf("GET /api/search: got %s", body)
	}
	// Any page that a browser has open must load the script that shows it.
	for _, path := range []string{"/", "/refund/"} {
		if _, body := s.get(t, path); !strings.Contains(body, "/_whyfix/preview.js") {
			t.Errorf("GET %s: got no preview script:\n%s", path, body)
		}
	}
	writeFile(t, file, refund)
	await(t, events, "the mended file", isGood)
	s.shows(t, "/refund/", "<h1>退款没到账</h1>")
	s.finds(t, "退款没到账", "/refund/")
}

func TestDevEmpty(t *testing.T) {
	t.Parallel()
	content := t.TempDir()
	s := start(t, "dev", "-content", content, "-addr", "127.0.0.1:0")
	s.stderr.wait(t, `there is no article in this folder`)
	s.status(t, "/", http.StatusOK)
	if got := s.search(t, "花呗"); len(got.Hits) != 0 {
		t.Errorf("hits: got %+v, want none", got.Hits)
	}
	writeFile(t, filepath.Join(content, "refund.md"), "# 退款没到账\n\n先看订单。\n")
	s.shows(t, "/refund/", "<h1>退款没到账</h1>")
	s.finds(t, "退款没到账", "/refund/")
}

func TestDevDrafts(t *testing.T) {
	t.Parallel()
	content, public := site(t)
	writeFile(t, filepath.Join(content, "draft.md"), "---\ntitle: 这是草稿\ndraft: true\n---\n")
	writeFile(t, filepath.Join(content, "later.md"), "---\ntitle: 以后才有\ndate: 2999-01-01\n---\n")
	s := start(t, "dev", "-content", content, "-addr", "127.0.0.1:0", "-drafts=false")
	s.status(t, "/draft/", http.StatusNotFound)
	s.status(t, "/later/", http.StatusNotFound)
	s.shows(t, "/_whyfix/page?url=/draft/", `draft.md is a draft: whyfix dev without -drafts=false shows it"`)
	s.shows(t, "/_whyfix/page?url=/later/", `later.md is not published before`)
	// Where they are, a badge says so; what is kept for readers has none of them.
	s = start(t, "dev", "-content", content, "-addr", "127.0.0.1:0", "-out", public)
	s.stderr.wait(t, `^whyfix: \d+ articles in .*, 2 of which readers do not see`)
	s.shows(t, "/_whyfix/page?url=/draft/", `"badge":"Draft: `)
	s.shows(t, "/_whyfix/page?url=/later/", `"badge":"Readers see it from `)
	s.shows(t, "/_whyfix/page?url=/refund/", `"badge":""`)
	eventually(t, func() (string, bool) {
		_, err := os.Stat(filepath.Join(public, "current", "www", "refund"))
		return fmt.Sprint(err), err == nil
	})
	if _, err := os.Stat(filepath.Join(public, "current", "www", "draft")); err == nil {
		t.Error("the release has a draft")
	}
	s.shows(t, "/draft/", "这是草稿")
	s.shows(t, "/later/", "以后才有")
	s.finds(t, "这是草稿", "/draft/")
}

// -out keeps a release of the last good state.
func TestDevOut(t *testing.T) {
	t.Parallel()
	content, public := site(t)
	s := start(t, "dev", "-content", content, "-addr", "127.0.0.1:0", "-out", public)
	page := filepath.Join(public, "current", "www", "refund", "index.html")
	has := func(text string) func() (string, bool) {
		return func() (string, bool) {
			data, err := os.ReadFile(page)
			return fmt.Sprint(string(data), err), strings.Contains(string(data), text)
		}
	}
	eventually(t, has("<h1>退款没到账</h1>"))
	writeFile(t, filepath.Join(content, "refund.md"), strings.ReplaceAll(refund, "退款没到账", "提现一直处理中"))
	eventually(t, has("<h1>提现一直处理中</h1>"))
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), "_whyfix") {
		t.Error("the release's page has the preview's script")
	}
	if got, _ := run(t, 0, "search", "-public", public, "提现一直处理中"); !strings.Contains(got, "/refund/") {
		t.Errorf("search: got %q, want /refund/ in it", got)
	}
	s.stop(t)
}

// A theme beside the content is watched, and a mistake in it says where.
func TestDevTheme(t *testing.T) {
	t.Parallel()
	content, _ := site(t)
	footer := filepath.Join(filepath.Dir(content), "themes", "own", "partials", "footer.html")
	writeFile(t, footer, `{{define "footer"}}<footer>FIRST</footer>{{end}}`)
	s := start(t, "dev", "-content", content, "-addr", "127.0.0.1:0", "-theme", "own")
	events := s.listen(t)
	await(t, events, "the first build", isGood)
	s.shows(t, "/refund/", "<footer>FIRST</footer>")
	writeFile(t, footer, `{{define "footer"}}<footer>SECOND</footer>{{end}}`)
	s.shows(t, "/refund/", "<footer>SECOND</footer>")
	writeFile(t, footer, "{{define \"footer\"}}\n{{if}}{{end}}")
	e := await(t, events, "the mistake", func(e event) bool { return !e.Good && len(e.Problems) == 1 })
	if got, want := e.Problems[0].Place, "themes/own/partials/footer.html:2:"; !strings.Contains(got, want) {
		t.Errorf("place: got %q, want %q in it", got, want)
	}
	s.shows(t, "/refund/", "<footer>SECOND</footer>")
	writeFile(t, footer, `{{define "footer"}}<footer>THIRD</footer>{{end}}`)
	s.shows(t, "/refund/", "<footer>THIRD</footer>")

	// A field that is not there shows only when a page is made.
	writeFile(t, footer, "{{define \"footer\"}}\n{{.Site.Nothing}}{{end}}")
	e = await(t, events, "the mistake in a field", isBad)
	if len(e.Problems) != 1 || !strings.Contains(e.Problems[0].Place, "themes/own/partials/footer.html:2:") {
		t.Errorf("problems: got %+v, want one in footer.html:2", e.Problems)
	}
	s.shows(t, "/refund/", "<footer>THIRD</footer>")
}

// A browser that has a page open must not hold up the end.
func TestDevStopsWithOpenPage(t *testing.T) {
	t.Parallel()
	content, _ := site(t)
	s := start(t, "dev", "-content", content, "-addr", "127.0.0.1:0")
	await(t, s.listen(t), "the first build", isGood)
	begin := time.Now()
	s.stop(t)
	// Open requests are given drainTime; an end before it did not wait for them.
	if took := time.Since(begin); took >= 5*time.Second {
		t.Errorf("stopping took %s: it waited for the open page", took)
	}
}

// The content folder may go for a while, as when a branch is switched: the last
// good pages stay, and what comes back is shown.
func TestDevFolderAway(t *testing.T) {
	t.Parallel()
	content, _ := site(t)
	s := start(t, "dev", "-content", content, "-addr", "127.0.0.1:0")
	events := s.listen(t)
	e := await(t, events, "the first build", isGood)
	if err := os.Rename(content, content+".away"); err != nil {
		t.Fatal(err)
	}
	s.stderr.wait(t, `the content folder cannot be read`)
	s.shows(t, "/refund/", "<h1>退款没到账</h1>")
	s.finds(t, "退款没到账", "/refund/")

	writeFile(t, filepath.Join(content+".away", "refund.md"), strings.ReplaceAll(refund, "退款没到账", "提现一直处理中"))
	if err := os.Rename(content+".away", content); err != nil {
		t.Fatal(err)
	}
	e = await(t, events, "the folder that is back", after(e.Build))
	s.shows(t, "/refund/", "<h1>提现一直处理中</h1>")
	writeFile(t, filepath.Join(content, "refund.md"), strings.ReplaceAll(refund, "退款没到账", "余额宝转不出来"))
	await(t, events, "an edit in the new folder", after(e.Build))
	s.shows(t, "/refund/", "<h1>余额宝转不出来</h1>")
}

// What is not known of dates is said once, not with every edit.
func TestDevDates(t *testing.T) {
	t.Parallel()
	content, _ := site(t)
	s := start(t, "dev", "-content", content, "-addr", "127.0.0.1:0")
	s.stderr.wait(t, `^whyfix: dates: the content folder is not in git, so the last change of 2 articles `)
	events := s.listen(t)
	e := await(t, events, "the first build", isGood)
	writeFile(t, filepath.Join(content, "more.md"), "# 更多\n")
	await(t, events, "a third article", after(e.Build))
	s.shows(t, "/more/", "更多")
	if got := strings.Count(s.stderr.String(), "dates: "); got != 1 {
		t.Errorf("it is said %d times, want once:\n%s", got, s.stderr)
	}
}

// A website that lets its name lead to this machine reads nothing here, neither
// drafts of the preview nor what serve has inside.
func TestOnlyByItsOwnName(t *testing.T) {
	t.Parallel()
	content, public := site(t)
	run(t, 0, "build", "-content", content, "-out", public)
	dev := start(t, "dev", "-content", content, "-addr", "127.0.0.1:0")
	served := start(t, "serve", "-public", public, "-addr", "127.0.0.1:0", "-metrics-addr", "127.0.0.1:0")
	inside := &service{base: served.stderr.wait(t, `^whyfix: metrics at (http://127\.0\.0\.1:[0-9]+)/metrics$`)[1]}
	for _, tt := range []struct {
		at     *service
		path   string
		public bool
	}{
		{dev, "/refund/", false},
		{dev, "/api/search?q=a", false},
		{dev, "/_whyfix/events", false},
		{dev, "/_whyfix/page?url=/refund/", false},
		{inside, "/metrics", false},
		{inside, "/debug/pprof/heap", false},
		{served, "/refund/", true},
	} {
		port := tt.at.base[strings.LastIndex(tt.at.base, ":"):]
		for host, own := range map[string]bool{"evil.example" + port: false, "127.0.0.1.evil.example": false, "localhost" + port: true, "127.0.0.1" + port: true, "[::1]" + port: true} {
			ctx, cancel := context.WithCancel(t.Context())
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, tt.at.base+tt.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Host = host
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			want := http.StatusOK
			if !own && !tt.public {
				want = http.StatusMisdirectedRequest
			}
			if answer.StatusCode != want {
				t.Errorf("%s as %s: status %d, want %d", tt.path, host, answer.StatusCode, want)
			}
			cancel() // the events would go on
			answer.Body.Close()
		}
	}
}
