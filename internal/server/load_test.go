package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/fstest"
)

// linkTree makes a copy of a release whose files are those of the first.
func linkTree(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rest, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return os.Mkdir(filepath.Join(to, rest), 0o755)
		}
		return os.Link(name, filepath.Join(to, rest))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// spoil replaces a file of a release by half of it.
func spoil(t *testing.T, pattern string) {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatal("nothing to spoil at ", pattern, err)
	}
	data, err := os.ReadFile(names[0])
	if err = errors.Join(err, os.Remove(names[0]), os.WriteFile(names[0], data[:len(data)/2], 0o600)); err != nil {
		t.Fatal(err)
	}
}

// descriptors is how many files this process has open, -1 where that cannot be
// seen.
func descriptors() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return -1
	}
	return len(entries)
}

// Many clients ask while fifty releases come and go, some of them broken. No
// question fails, each answer is of one release, and nothing stays behind.
// It is not parallel, because it counts what the process holds.
func TestManyReleasesUnderLoad(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the link is moved by hand")
	}
	const releases, clients = 50, 8
	sources := map[string]string{"甲": wordSite(t, t.TempDir(), "甲"), "乙": wordSite(t, t.TempDir(), "乙")}
	public := t.TempDir()
	name := func(n int) string { return fmt.Sprintf("20260101T%02d%02d00-%08x", n/60, n%60, n) }
	var words sync.Map // by release: what its one article says
	put := func(n int, word string) string {
		id := name(n)
		linkTree(t, sources[word], filepath.Join(public, id))
		words.Store(id, word)
		return id
	}
	first := put(0, "甲")
	if err := os.Symlink(first, filepath.Join(public, "current")); err != nil {
		t.Fatal(err)
	}
	s, h, book := open(t, public, nil)
	srv := httptest.NewServer(s)
	defer srv.Close()
	follow, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { s.Follow(follow, public) })
	var asked atomic.Int64
	ask := func(client *http.Client, word string) error {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+query("/api/search", "q", "现象"+word), nil)
		if err != nil {
			return err
		}
		response, err := client.Do(r)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		var found reply
		if err == nil && response.StatusCode == http.StatusOK {
			err = json.Unmarshal(body, &found)
		}
		if err != nil || response.StatusCode != http.StatusOK {
			return fmt.Errorf("status %d, %w: %.200s", response.StatusCode, err, body)
		}
		says, known := words.Load(found.Release)
		if !known || response.Header.Get("X-Whyfix-Release") != found.Release {
			return fmt.Errorf("an answer of release %q, headers of %q", found.Release, response.Header.Get("X-Whyfix-Release"))
		}
		for _, hit := range found.Hits {
			if hit.URL != "/a/" || hit.Title != "题目"+says.(string) {
				return fmt.Errorf("release %s says %s, and its hit is %s %s", found.Release, says, hit.URL, hit.Title)
			}
		}
		asked.Add(1)
		return nil
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	if err := ask(client, "甲"); err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	goroutines, files := runtime.NumGoroutine(), descriptors()
	done := make(chan struct{})
	var load sync.WaitGroup
	for i := range clients {
		load.Go(func() {
			for n := i; ; n++ {
				select {
				case <-done:
					return
				default:
				}
				if err := ask(client, []string{"甲", "乙"}[n%2]); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	live := func() string {
		r, leave := h.Acquire()
		defer leave()
		return r.ID
	}
	var heap [2]runtime.MemStats
	good, broken, old := first, 0, ""
	for n := 1; n <= releases && !t.Failed(); n++ {
		word := []string{"乙", "甲"}[n%2]
		id := put(n, word)
		switch n % 10 {
		case 3:
			spoil(t, filepath.Join(public, id, "search", "store", "*.zap"))
		case 6:
			spoil(t, filepath.Join(public, id, "www", "a", "index.html"))
		case 9:
			spoil(t, filepath.Join(public, id, "manifest.json"))
		}
		before := len(book.String())
		point(t, public, id)
		if n%10 == 3 || n%10 == 6 || n%10 == 9 {
			broken++
			until(t, "refusing", func() bool { return strings.Contains(book.String()[before:], "refused") })
			if got := live(); got != good {
				t.Fatalf("after a broken release %s is live, want %s", got, good)
			}
			point(t, public, good)
			old = id
		} else {
			until(t, "serving", func() bool { return live() == id })
			old, good = good, id
		}
		// Gone from the disk while the last requests may still be answered from it.
		if err := os.RemoveAll(filepath.Join(public, old)); err != nil {
			t.Fatal(err)
		}
		switch n {
		case releases / 2:
			runtime.GC()
			runtime.ReadMemStats(&heap[0])
		case releases:
			runtime.GC()
			runtime.ReadMemStats(&heap[1])
		}
	}
	close(done)
	load.Wait()
	t.Logf("%d questions were answered while %d releases came, %d of them broken", asked.Load(), releases, broken)
	if asked.Load() < 500 {
		t.Errorf("only %d questions were asked", asked.Load())
	}
	if strings.Contains(book.String(), "panic") {
		t.Errorf("the log: %s", book)
	}
	if before, after := heap[0].HeapAlloc, heap[1].HeapAlloc; after > before+before/2+8<<20 {
		t.Errorf("the heap grew from %d kB to %d kB in 25 releases", before>>10, after>>10)
	}
	until(t, "closing what is not live", func() bool {
		client.CloseIdleConnections()
		return runtime.NumGoroutine() <= goroutines+2 && descriptors() <= files+2
	})
	stop()
	wg.Wait()
}

// A segment that is cut short on the disk while it is served fails its
// questions, and not the process; the next release mends it.
func TestSegmentCutShortUnderIt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there an open file cannot be cut")
	}
	dir := t.TempDir()
	release := wordSite(t, dir, "甲")
	public := filepath.Join(dir, "public")
	s, book := following(t, public)
	names, err := filepath.Glob(filepath.Join(release, "search", "store", "*.zap"))
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		if err := os.Truncate(name, 0); err != nil {
			t.Fatal(err)
		}
	}
	a := get(t, s, query("/api/search", "q", "现象甲正文"))
	if a.status == http.StatusOK && !strings.Contains(a.body, `"total":1`) {
		t.Errorf("an answer without what is there: %s", a.body)
	}
	if a.status != http.StatusOK {
		if _, err := problemOf(a); err != nil {
			t.Error(err)
		}
	}
	if a := get(t, s, "/healthz"); a.status != http.StatusServiceUnavailable && a.status != http.StatusOK {
		t.Errorf("/healthz: status %d", a.status)
	}
	t.Logf("status %d; the log: %.300s", a.status, book)
	if a := get(t, s, "/a/"); a.status != http.StatusOK {
		t.Errorf("a page: status %d", a.status)
	}
	if n, _ := s.gate.state(); n != 0 {
		t.Errorf("%d slots are never left", n)
	}
	wordSite(t, dir, "乙")
	until(t, "mended by the next release", func() bool {
		a := get(t, s, query("/api/search", "q", "现象乙"))
		return a.status == http.StatusOK && strings.Contains(a.body, "题目乙")
	})
}

// failingFS cannot read on after some bytes.
type failingFS struct {
	fs.FS
	after int
}

func (f failingFS) Open(name string) (fs.File, error) {
	file, err := f.FS.Open(name)
	if err != nil {
		return nil, err
	}
	seekable, ok := file.(seekableFile)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	return &failingFile{seekable, f.after}, nil
}

type seekableFile interface {
	fs.File
	io.ReadSeeker
}

type failingFile struct {
	seekableFile
	left int
}

func (f *failingFile) Read(p []byte) (int, error) {
	if f.left <= 0 {
		return 0, syscall.EIO
	}
	n, err := f.seekableFile.Read(p[:min(len(p), f.left)])
	f.left -= n
	return n, err
}

// A disk that fails in the middle of a page cuts the answer; nobody takes half
// of one for a whole.
func TestReadErrors(t *testing.T) {
	t.Parallel()
	for _, after := range []int{0, 1, 5000} {
		var h Holder
		h.Swap(&Release{ID: "a", Base: "/", WWW: failingFS{fstest.MapFS{"index.html": {Data: []byte(strings.Repeat("x", 9000))}}, after}}, nil)
		srv := httptest.NewServer(New(&h, slog.New(slog.DiscardHandler), Options{}))
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := srv.Client().Do(r)
		if err == nil {
			var body []byte
			body, err = io.ReadAll(response.Body)
			response.Body.Close()
			if err == nil && response.StatusCode == http.StatusOK {
				t.Errorf("after %d bytes: half a page of %d bytes looks whole", after, len(body))
			}
		}
		srv.Close()
		h.Swap(nil, nil)
	}
}

// Whatever is sent to whichever interface, the answer is one of those that
// there are, and the process lives.
func FuzzHandlers(f *testing.F) {
	for _, path := range []string{"/", "/api/search", "/api/suggest", "/api/feedback", "/api/click", "/search", "/lock/fingerprint/", "/healthz", "/%2e%2e/", "/search/?q=a", "/assets/"} {
		f.Add("GET", path, "q=%E6%8C%87&size=1", "", "")
	}
	f.Add("POST", "/api/feedback", "", "application/json", `{"url": "/lock/fingerprint/", "helped": false, "reason": "outdated"}`)
	f.Add("POST", "/api/feedback", "", "application/x-www-form-urlencoded", "url=/&helped=true")
	f.Add("POST", "/api/click", "", "application/json", `{"query": "a", "url": "/", "position": 1}`)
	f.Add("OPTIONS", "/api/click", "", "", "")
	public, err := plainSite()
	if err != nil {
		f.Fatal(err)
	}
	s, _, book := open(f, public, nil)
	answers := []int{200, 204, 206, 301, 302, 303, 304, 400, 403, 404, 405, 410, 413, 414, 415, 416}
	f.Fuzz(func(t *testing.T, method, path, parameters, kind, body string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", strings.NewReader(body))
		r.Method, r.URL.Path, r.URL.RawQuery, r.RequestURI = method, path, parameters, path+"?"+parameters
		for _, name := range []string{"Content-Type", "Accept-Encoding", "Range", "If-None-Match", "Origin", "X-Forwarded-For"} {
			r.Header.Set(name, kind)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if !slices.Contains(answers, w.Code) {
			t.Errorf("%s %q?%q: status %d", method, path, parameters, w.Code)
		}
		if err := leaks(answer{w.Code, w.Header(), w.Body.String()}); err != nil && !strings.Contains(path+parameters+body+kind, "panic") {
			t.Errorf("%s %q?%q: %v", method, path, parameters, err)
		}
		if strings.Contains(book.String(), "msg=panic") {
			t.Fatalf("%s %q?%q: %s", method, path, parameters, book)
		}
	})
}
