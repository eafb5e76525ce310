package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"whyfix/internal/cli"
	"whyfix/internal/publish"
)

// program is the real program, running.
type program struct {
	*exec.Cmd
	stderr *output
	base   string
}

// launch runs a command as a process of its own until it serves.
func launch(t *testing.T, args ...string) *program {
	t.Helper()
	p := &program{Cmd: exec.CommandContext(t.Context(), "whyfix", args...), stderr: newOutput()}
	p.Stderr = p.stderr
	p.Env = append(os.Environ(), "GORACE="+quickRace)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.Process.Kill() // mostly it has ended
		_ = p.Wait()
	})
	p.base = p.stderr.wait(t, `^whyfix: serving (http://[0-9.:]+)/$`)[1]
	return p
}

func (p *program) get(t *testing.T, path string) (int, string) {
	t.Helper()
	return (&service{base: p.base}).get(t, path)
}

func question(q string) string { return "/api/search?q=" + url.QueryEscape(q) }

// What an operator can switch on is there, and nothing of it is when it is off.
func TestServeForOperators(t *testing.T) {
	t.Parallel()
	content, public := site(t)
	run(t, 0, "build", "-content", content, "-out", public)
	events := filepath.Join(t.TempDir(), "events")
	s := start(t, "serve", "-public", public, "-addr", "127.0.0.1:0", "-metrics-addr", "127.0.0.1:0", "-log", "json", "-log-queries", "-events", events)
	inside := &service{base: s.stderr.wait(t, `^whyfix: metrics at (http://127\.0\.0\.1:[0-9]+)/metrics$`)[1]}
	if status, body := s.get(t, question("花呗用不了")); status != http.StatusOK || !strings.Contains(body, "/huabei/cannot-use/") {
		t.Fatalf("a search: status %d: %s", status, body)
	}
	line := s.stderr.wait(t, `^(\{.*"path":"/api/search".*\})$`)[1]
	var request struct {
		Msg, ID, Method, Path, Query, Mode, Release string
		Status, Hits                                int
		MS                                          float64
	}
	if err := json.Unmarshal([]byte(line), &request); err != nil || request.Msg != "request" || request.ID == "" || request.Status != 200 || request.Query != "花呗用不了" || request.Hits == 0 || request.Release == "" {
		t.Errorf("the log line is %s (%v)", line, err)
	}
	if status, body := inside.get(t, "/metrics"); status != http.StatusOK || !strings.Contains(body, `whyfix_requests_total{route="search",status="200"} 1`) {
		t.Errorf("/metrics: status %d", status)
	}
	if status, _ := inside.get(t, "/debug/pprof/cmdline"); status != http.StatusOK {
		t.Errorf("/debug/pprof/cmdline: status %d", status)
	}
	if status, _ := inside.get(t, "/huabei/cannot-use/"); status != http.StatusNotFound {
		t.Errorf("pages are served at the address for metrics: status %d", status)
	}
	for _, path := range []string{"/metrics", "/debug/pprof/"} {
		if status, _ := s.get(t, path); status != http.StatusNotFound {
			t.Errorf("%s is public: status %d", path, status)
		}
	}
	s.stop(t)
	names, err := filepath.Glob(filepath.Join(events, "events-*.jsonl"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no events: %v", err)
	}
	data, err := os.ReadFile(names[0])
	if err != nil || !strings.Contains(string(data), `"event":"search"`) || !strings.Contains(string(data), `"query":"花呗用不了"`) {
		t.Errorf("events are %s (%v)", data, err)
	}

	quiet := start(t, "serve", "-public", public, "-addr", "127.0.0.1:0", "-log-requests=false")
	quiet.get(t, question("花呗用不了"))
	quiet.stop(t)
	if got := quiet.stderr.String(); strings.Contains(got, "msg=request") || strings.Contains(got, "metrics") {
		t.Errorf("without being asked it says: %s", got)
	}
}

// blocked is a log that nobody reads.
type blocked struct {
	first chan string
	n     atomic.Int32
	free  chan struct{}
}

func (b *blocked) Write(p []byte) (int, error) {
	if b.n.Add(1) == 1 {
		b.first <- string(p)
		return len(p), nil
	}
	<-b.free
	return len(p), nil
}

// A log whose reader is gone holds up no answer, and not the end either.
func TestLogThatNobodyReads(t *testing.T) {
	t.Parallel()
	content, public := site(t)
	run(t, 0, "build", "-content", content, "-out", public)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	log := &blocked{first: make(chan string, 1), free: make(chan struct{})}
	defer close(log.free)
	code := make(chan int, 1)
	go func() {
		code <- cli.Run(ctx, []string{"serve", "-public", public, "-addr", "127.0.0.1:0"}, strings.NewReader(""), io.Discard, log)
	}()
	s := &service{base: regexp.MustCompile(`http://[0-9.:]+`).FindString(<-log.first)}
	for range 10_000 {
		if status, _ := s.get(t, "/healthz"); status != http.StatusOK {
			t.Fatalf("status %d", status)
		}
	}
	cancel()
	select {
	case got := <-code:
		if got != 0 {
			t.Errorf("exit code %d", got)
		}
	case <-time.After(patience):
		t.Fatal("it does not end")
	}
}

func TestHealthCommand(t *testing.T) {
	t.Parallel()
	content, public := site(t)
	run(t, 0, "build", "-content", content, "-out", public)
	s := start(t, "serve", "-public", public, "-addr", "127.0.0.1:0")
	address := strings.TrimPrefix(s.base, "http://")
	if _, stderr := run(t, 0, "health", "-addr", address); !strings.Contains(stderr, "is well") {
		t.Errorf("it says %s", stderr)
	}
	if _, stderr := run(t, 0, "health", "-addr", address[strings.LastIndex(address, ":"):]); !strings.Contains(stderr, "is well") {
		t.Errorf("with the port alone it says %s", stderr)
	}
	s.stop(t)
	if _, stderr := run(t, 1, "health", "-addr", address); !strings.Contains(stderr, "nobody answers at "+address) || !strings.Contains(stderr, "hint:") {
		t.Errorf("of one that is gone it says %s", stderr)
	}
	if _, stderr := run(t, 2, "health", "-addr", "a b"); !strings.Contains(stderr, "hint:") {
		t.Errorf("of no address it says %s", stderr)
	}
}

// SIGHUP loads the release anew, and SIGTERM lets an open request end first.
func TestServeHangup(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("there are no such signals")
	}
	content, public := site(t)
	run(t, 0, "build", "-content", content, "-out", public)
	p := launch(t, "serve", "-public", public, "-addr", "127.0.0.1:0")
	if err := p.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	p.stderr.wait(t, `msg="new release"`)
	// A request whose body is still on its way when the end is near. The answer
	// 100 says that it is being read.
	const body = `{"url":"/refund/","helped":true}`
	var d net.Dialer
	c, err := d.DialContext(t.Context(), "tcp", strings.TrimPrefix(p.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "POST /api/feedback HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", len(body))
	answers := bufio.NewReader(c)
	if line, err := answers.ReadString('\n'); err != nil || !strings.Contains(line, "100") {
		t.Fatalf("it does not want the body: %q, %v", line, err)
	}
	began := time.Now()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() (string, bool) { // it takes no more connections
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.base+"/readyz", nil)
		if err != nil {
			return err.Error(), false
		}
		answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
		if err != nil {
			return "", true
		}
		answer.Body.Close()
		return answer.Status, answer.StatusCode == http.StatusServiceUnavailable
	})
	if _, err := io.WriteString(c, body); err != nil {
		t.Fatal(err)
	}
	if _, err := answers.ReadString('\n'); err != nil { // the empty line behind 100
		t.Fatal(err)
	}
	if line, err := answers.ReadString('\n'); err != nil || !strings.Contains(line, "204") {
		t.Errorf("the open request got %q, %v; want 204", line, err)
	}
	if err := p.Wait(); err != nil {
		t.Errorf("it ended with %v; stderr:\n%s", err, p.stderr)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %v to end", took)
	}
}

// Who serves a release need not be who made it.
func TestReleaseIsReadable(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("there are no such modes")
	}
	content, public := site(t)
	run(t, 0, "build", "-content", content, "-out", public)
	id, err := publish.Current(public)
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(filepath.Join(public, id), func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		want := fs.FileMode(0o044)
		if entry.IsDir() {
			want = 0o055
		}
		if err == nil && info.Mode().Perm()&want != want {
			t.Errorf("%s: %v: others may not read it", name, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Feeds are killed at random moments: what was live before is found, or what was
// fed, and the next one clears up.
func TestFeedKilled(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it starts many processes")
	}
	content, public := site(t)
	run(t, 0, "build", "-content", content, "-out", public)
	word := func(n int) string { return fmt.Sprintf("现象%c%c", '一'+rune(n), '丁'+rune(n)) }
	var many strings.Builder
	for n := range 3000 {
		fmt.Fprintf(&many, `{"id": "%d", "url": "https://forum.example.org/%d", "title": "帖子%c%c的灯", "text": "灯不亮，第%d次。"}`+"\n", n, n, '一'+rune(n), '万'+rune(n), n)
	}
	posts, one := filepath.Join(t.TempDir(), "posts.jsonl"), filepath.Join(t.TempDir(), "one.jsonl")
	writeFile(t, posts, many.String())
	run(t, 0, "feed", "-public", public, posts)
	p := start(t, "serve", "-public", public, "-addr", "127.0.0.1:0")
	random := rand.New(rand.NewPCG(3, 4))
	const rounds = 8
	for n := range rounds {
		writeFile(t, one, `{"id": "0", "url": "https://forum.example.org/0", "title": "`+word(n)+`"}`+"\n")
		f := exec.CommandContext(t.Context(), "whyfix", "feed", "-public", public, one)
		f.Env = append(os.Environ(), "GORACE="+quickRace)
		if err := f.Start(); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Duration(random.IntN(250))*time.Millisecond, func() { _ = f.Process.Kill() })
		_ = f.Wait()
		if status, body := p.get(t, question("花呗用不了")); status != http.StatusOK || !strings.Contains(body, "/huabei/cannot-use/") {
			t.Fatalf("round %d: after a killed feed: status %d: %s", n, status, body)
		}
		if status, body := p.get(t, question("灯不亮")); status != http.StatusOK || !strings.Contains(body, "forum.example.org") {
			t.Fatalf("round %d: after a killed feed no post is found: status %d: %s", n, status, body)
		}
	}
	run(t, 0, "feed", "-public", public, one)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(20 * time.Second); ; <-tick.C {
		_, body := p.get(t, question(word(rounds-1)))
		if strings.Contains(body, `"total":1,`) {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("what was fed at the end is not found: %s", body)
		}
	}
	if strings.Contains(p.stderr.String(), "refused") {
		t.Errorf("a killed feed left what is refused: %s", p.stderr)
	}
	p.stop(t)
	entries, err := os.ReadDir(filepath.Join(public, "posts"))
	if err != nil {
		t.Fatal(err)
	}
	generations := 0
	for _, e := range entries {
		if e.IsDir() {
			generations++
		}
	}
	if generations > 3 {
		t.Errorf("%d generations are left", generations)
	}
}

// Builds and servers are killed at random moments, again and again: whatever is
// left, a release is live, whole, and served by the next process.
func TestKilledAgainAndAgain(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it starts many processes")
	}
	content, public := site(t)
	run(t, 0, "build", "-content", content, "-out", public)
	word := func(n int) string { return fmt.Sprintf("现象%c%c", '一'+rune(n), '丁'+rune(n)) }
	events := filepath.Join(t.TempDir(), "events")
	const rounds = 12
	random := rand.New(rand.NewPCG(1, 2))
	kill := func(c *exec.Cmd, after time.Duration) {
		time.AfterFunc(after, func() { _ = c.Process.Kill() })
		_ = c.Wait()
	}
	for n := range rounds {
		p := launch(t, "serve", "-public", public, "-addr", "127.0.0.1:0", "-events", events)
		writeFile(t, filepath.Join(content, "late.md"), "---\ntitle: 后来"+word(n)+"\nsymptoms: ["+word(n)+"]\n---\n\n正文。\n")
		b := exec.CommandContext(t.Context(), "whyfix", "build", "-content", content, "-out", public)
		b.Env = append(os.Environ(), "GORACE="+quickRace)
		if err := b.Start(); err != nil {
			t.Fatal(err)
		}
		kill(b, time.Duration(random.IntN(600))*time.Millisecond)
		if status, body := p.get(t, question("花呗用不了")); status != http.StatusOK || !strings.Contains(body, "/huabei/cannot-use/") {
			t.Fatalf("round %d: after a killed build: status %d: %s", n, status, body)
		}
		if strings.Contains(p.stderr.String(), "refused") {
			t.Errorf("round %d: a killed build left what is refused: %s", n, p.stderr)
		}
		kill(p.Cmd, time.Duration(random.IntN(20))*time.Millisecond)
	}
	run(t, 0, "build", "-content", content, "-out", public)
	s := start(t, "serve", "-public", public, "-addr", "127.0.0.1:0", "-events", events)
	if status, body := s.get(t, question(word(rounds-1))); status != http.StatusOK || !strings.Contains(body, "/late/") {
		t.Errorf("at the end: status %d: %s", status, body)
	}
	s.stop(t)
	// Every line of events is whole.
	names, err := filepath.Glob(filepath.Join(events, "*"))
	if err != nil {
		t.Fatal(err)
	}
	searches := 0
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(data) {
			if !json.Valid(line) {
				t.Errorf("%s has half a line: %s", filepath.Base(name), line)
			}
			searches++
		}
	}
	if searches == 0 {
		t.Error("no events are left")
	}
	left, err := os.ReadDir(public)
	if err != nil {
		t.Fatal(err)
	}
	var releases []string
	for _, e := range left {
		if _, err := os.Stat(filepath.Join(public, e.Name(), "manifest.json")); err == nil {
			releases = append(releases, e.Name())
		} else if !errors.Is(err, fs.ErrNotExist) && !strings.Contains(err.Error(), "not a directory") {
			t.Error(err)
		}
	}
	if slices.Sort(releases); len(releases) > 3 { // two, and current itself
		t.Errorf("killed builds left %v", releases)
	}
}
