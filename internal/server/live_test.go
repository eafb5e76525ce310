package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"
	"weak"

	"whyfix/internal/publish"
	"whyfix/internal/search"
)

// Within its time of grace a release is found by its id, and is closed once after it.
func TestHolderGrace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := Holder{Grace: time.Minute}
		var closed []string
		swap := func(id string) { h.Swap(&Release{ID: id}, func() { closed = append(closed, id) }) }
		answers := func(asked, want string) {
			t.Helper()
			r, done := h.AcquireOr(asked)
			defer done()
			if r.ID != want {
				t.Errorf("asked for %q it gives %q, want %q", asked, r.ID, want)
			}
		}
		swap("a")
		swap("b")
		answers("a", "a")
		answers("", "b")
		answers("x", "b")
		time.Sleep(59 * time.Second)
		swap("b") // loaded anew: that is no release before
		answers("a", "b")
		swap("c")
		answers("b", "b")
		time.Sleep(2 * time.Second) // that of a has ended long since
		answers("b", "b")
		time.Sleep(time.Minute)
		answers("b", "c")
		synctest.Wait() // for what the clock alone has closed
		if want := []string{"a", "b", "b"}; !slices.Equal(closed, want) {
			t.Errorf("closed are %v, want %v", closed, want)
		}
		swap("d")
		h.Swap(nil, nil)
		if len(closed) != 5 {
			t.Errorf("at the end closed are %v", closed)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if len(closed) != 5 {
			t.Errorf("closed are %v: one of them twice", closed)
		}
	})
}

// Only a search is answered from the release before: a page is the live one's,
// whatever its folders are called.
func TestReleaseIsForSearchesAlone(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"/", "/help/"} {
		h := Holder{Grace: time.Minute}
		for _, id := range []string{"old", "new"} {
			h.Swap(&Release{ID: id, Base: base, WWW: fstest.MapFS{"wifi/api/x/index.html": {Data: []byte(id)}}}, nil)
		}
		s := New(&h, slog.New(slog.DiscardHandler), Options{})
		for target, want := range map[string]string{
			"wifi/api/x/?release=old": "new", "?release=old": "new", "search?release=old&q=a": "new",
			"api/search?q=a": "new", "api/search?q=a&release=old": "old", "api/search?q=a&release=older": "new",
		} {
			a := get(t, s, base+target)
			if got := a.header.Get("X-Whyfix-Release"); got != want {
				t.Errorf("%s%s is answered from %q, want %q: %s", base, target, got, want, a.body)
			}
		}
		h.Swap(nil, nil)
	}
}

// A cluster that refuses some questions and answers others fills no log, and is
// said to answer again only when it has done so for a while.
func TestComplaintComesAndGoes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var book logBook
		s := Server{log: slog.New(slog.NewTextHandler(&book, nil))}
		said := func(when, want string) {
			t.Helper()
			var got strings.Builder
			for line := range strings.Lines(book.String()) {
				level, _, _ := strings.Cut(line[strings.Index(line, "level=")+len("level="):], " ")
				got.WriteString(level + " ")
			}
			if got.String() != want {
				t.Errorf("%s: got %s, want %s:\n%s", when, &got, want, &book)
			}
		}
		s.searchesSucceed()
		said("at first", "")
		for range 1000 { // 15 s
			s.searchesFail(errors.New("refused"))
			s.searchesSucceed()
			time.Sleep(15 * time.Millisecond)
		}
		said("after a thousand changes", "ERROR ERROR ")
		time.Sleep(complainEvery - 20*time.Millisecond)
		s.searchesSucceed()
		said("when it is well", "ERROR ERROR ")
		time.Sleep(5 * time.Millisecond)
		s.searchesSucceed()
		s.searchesSucceed()
		said("when it is well for a while", "ERROR ERROR INFO ")
		s.searchesFail(errors.New("refused"))
		s.searchesSucceed()
		said("when it goes wrong again", "ERROR ERROR INFO ERROR ")
	})
}

// A release that others have replaced costs no memory, however long its time of
// grace would be.
func TestHolderGraceFrees(t *testing.T) {
	t.Parallel()
	h := Holder{Grace: time.Hour}
	var all []weak.Pointer[Release]
	for i := range 20 {
		r := &Release{ID: strconv.Itoa(i)}
		all = append(all, weak.Make(r))
		h.Swap(r, nil)
	}
	until(t, "freeing all but two", func() bool {
		runtime.GC()
		return !slices.ContainsFunc(all[:18], func(p weak.Pointer[Release]) bool { return p.Value() != nil })
	})
	if r, done := h.AcquireOr("18"); r.ID != "18" {
		t.Errorf("the one before is not kept: %s is given", r.ID)
	} else {
		done()
	}
	h.Swap(nil, nil)
}

func TestHolder(t *testing.T) {
	t.Parallel()
	var h Holder
	if r, done := h.Acquire(); r != nil {
		t.Errorf("an empty Holder gives %v", r)
	} else {
		done()
	}
	closed := map[string]int{}
	swap := func(id string) { h.Swap(&Release{ID: id}, func() { closed[id]++ }) }
	swap("a")
	a1, doneA1 := h.Acquire()
	a2, doneA2 := h.Acquire()
	swap("b")
	if a1.ID != "a" || a2.ID != "a" || closed["a"] != 0 {
		t.Errorf("releases %q and %q, closed %v", a1.ID, a2.ID, closed)
	}
	b, doneB := h.Acquire()
	doneA1()
	if closed["a"] != 0 {
		t.Error("a is closed while a request uses it")
	}
	doneA2()
	if closed["a"] != 1 {
		t.Errorf("a is closed %d times after its last request", closed["a"])
	}
	h.Swap(nil, nil)
	if r, done := h.Acquire(); r != nil || closed["b"] != 0 {
		t.Errorf("an emptied Holder gives %v, closed %v", r, closed)
	} else {
		done()
	}
	if doneB(); b.ID != "b" || closed["b"] != 1 {
		t.Errorf("b is %q, closed %d times", b.ID, closed["b"])
	}
	h.Swap(&Release{ID: "c"}, nil) // nothing to close
	h.Swap(nil, nil)
}

// watchedFS fails the test when a file is read after its release was closed.
type watchedFS struct {
	fs.FS
	closed atomic.Int32
	late   *atomic.Int32
}

func (w *watchedFS) Open(name string) (fs.File, error) {
	f, err := w.FS.Open(name)
	if err != nil {
		return nil, err
	}
	return &watchedFile{f.(seekableFile), w}, nil
}

type watchedFile struct {
	seekableFile
	of *watchedFS
}

func (f *watchedFile) Read(p []byte) (int, error) {
	if f.of.closed.Load() > 0 {
		f.of.late.Add(1)
	}
	return f.seekableFile.Read(p)
}

// While releases change, each request is answered from one of them, and each
// release is closed once, after its last request.
func TestSwapUnderLoad(t *testing.T) {
	t.Parallel()
	var (
		h        Holder
		late     atomic.Int32
		releases []*watchedFS
		wg       sync.WaitGroup
		stop     = make(chan struct{})
	)
	swap := func(n int) {
		text := strings.Repeat(fmt.Sprintf("release %d. ", n), 200)
		w := &watchedFS{FS: fstest.MapFS{"index.html": {Data: []byte(text)}}, late: &late}
		releases = append(releases, w)
		h.Swap(&Release{ID: fmt.Sprint(n), Base: "/", WWW: w}, func() { w.closed.Add(1) })
	}
	swap(0)
	s := New(&h, slog.New(slog.DiscardHandler), Options{})
	var asked atomic.Int32
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				a := get(t, s, "/")
				first, _, _ := strings.Cut(a.body, ". ")
				if a.status != http.StatusOK || a.body != strings.Repeat(first+". ", 200) {
					t.Errorf("status %d, a page of two releases: %.80s", a.status, a.body)
					return
				}
				asked.Add(1)
			}
		})
	}
	for n := 1; n <= 300; n++ {
		swap(n)
		if n%30 == 0 { // let requests in between
			before := asked.Load()
			until(t, "answered", func() bool { return asked.Load() > before || t.Failed() })
		}
	}
	close(stop)
	wg.Wait()
	h.Swap(nil, nil)
	if n := late.Load(); n > 0 {
		t.Errorf("%d reads of a release that was closed", n)
	}
	for n, r := range releases {
		if got := r.closed.Load(); got != 1 {
			t.Errorf("release %d was closed %d times", n, got)
		}
	}
}

// The same with real indexes, which must not be closed while they are asked.
func TestSwapIndexesUnderLoad(t *testing.T) {
	t.Parallel()
	public, err := plainSite()
	if err != nil {
		t.Fatal(err)
	}
	s, h, _ := open(t, public, nil)
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range 3 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				a := get(t, s, query("/api/search", "q", "加湿器毛病"))
				if a.status != http.StatusOK || !strings.Contains(a.body, `"total":37`) {
					t.Errorf("status %d: %.200s", a.status, a.body)
					return
				}
			}
		})
	}
	for range 15 {
		r, closeRelease, err := Load(t.Context(), public, search.Cluster{})
		if err != nil {
			t.Error(err)
			break
		}
		h.Swap(r, closeRelease)
	}
	close(stop)
	wg.Wait()
}

// A release is served while the files of the one before it are removed.
func TestFollow(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	site := func(word string) map[string]string {
		return map[string]string{
			"a.md": "---\ntitle: 题目" + word + "\nsymptoms: [现象" + word + "]\nupdated: 2026-01-02\n---\n正文" + word + "\n",
		}
	}
	publishSite := func(word string) {
		t.Helper()
		if _, err := buildSite(dir, site(word), "", true); err != nil {
			t.Fatal(err)
		}
	}
	publishSite("甲")
	public := filepath.Join(dir, "public")
	s, _, book := open(t, public, nil)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); s.Follow(ctx, public) }()
	defer func() { cancel(); <-done }()
	shows := func(word string) bool {
		page, found := get(t, s, "/a/"), searched(t, s, query("/api/search", "q", "现象"+word))
		return strings.Contains(page.body, "正文"+word) && len(found.Hits) == 1 && found.Hits[0].Title == "题目"+word
	}
	if !shows("甲") {
		t.Fatal("the first release is not shown")
	}

	publishSite("乙")
	until(t, "showing the second release", func() bool { return shows("乙") })
	if strings.Contains(book.String(), "level=ERROR") {
		t.Errorf("the log: %s", book)
	}
	good, err := publish.Current(public)
	if err != nil {
		t.Fatal(err)
	}

	if runtime.GOOS == "windows" {
		return // what follows moves the link by hand
	}
	for _, tt := range []struct {
		name  string
		spoil func(release string) error
	}{
		{"no index", func(r string) error { return os.RemoveAll(filepath.Join(r, "search", "store")) }},
		{"broken index", func(r string) error {
			return os.WriteFile(filepath.Join(r, "search", "store", "root.bolt"), []byte("x"), 0o644)
		}},
		{"no template", func(r string) error { return os.Remove(filepath.Join(r, "search.html")) }},
		{"broken template", func(r string) error {
			return errors.Join(os.Remove(filepath.Join(r, "search.html")), os.WriteFile(filepath.Join(r, "search.html"), []byte("[[if]]"), 0o644))
		}},
		{"no manifest", func(r string) error { return os.Remove(filepath.Join(r, "manifest.json")) }},
		{"no pages", func(r string) error { return os.RemoveAll(filepath.Join(r, "www")) }},
	} {
		other := t.TempDir()
		if _, err := buildSite(other, site("坏"), "", true); err != nil {
			t.Fatal(err)
		}
		id, err := publish.Current(filepath.Join(other, "public"))
		if err != nil {
			t.Fatal(err)
		}
		broken := filepath.Join(other, "public", id)
		if err := tt.spoil(broken); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(broken, filepath.Join(public, id)); err != nil {
			t.Fatal(err)
		}
		point(t, public, id)
		until(t, "refusing a release with "+tt.name, func() bool { return strings.Contains(book.String(), id) })
		if !strings.Contains(book.String(), "refused") || !shows("乙") {
			t.Errorf("%s: the log says %s", tt.name, book)
		}
		point(t, public, good)
		if err := os.RemoveAll(filepath.Join(public, id)); err != nil {
			t.Fatal(err)
		}
	}

	publishSite("丙")
	until(t, "showing a good release after broken ones", func() bool { return shows("丙") })
	if _, _, err := publish.Rollback(t.Context(), public, search.Root{}); err != nil {
		t.Fatal(err)
	}
	until(t, "showing the release that was rolled back to", func() bool { return shows("乙") })
}

// point makes a release live the way a commit does.
func point(t *testing.T, public, id string) {
	t.Helper()
	link := filepath.Join(public, "next")
	if err := os.Symlink(id, link); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(link, filepath.Join(public, "current")); err != nil {
		t.Fatal(err)
	}
}

// Without a new release, and with one release folder alone, nothing happens.
func TestFollowNothing(t *testing.T) {
	t.Parallel()
	public, err := plainSite()
	if err != nil {
		t.Fatal(err)
	}
	r, err := publish.Open(public)
	if err != nil {
		t.Fatal(err)
	}
	one := r.Dir()
	r.Close()
	for _, dir := range []string{public, one} {
		s, h, book := open(t, dir, nil)
		ctx, cancel := context.WithTimeout(t.Context(), 3*pollEvery)
		defer cancel()
		s.Follow(ctx, dir)
		live, done := h.Acquire()
		done()
		if live == nil || strings.Contains(book.String(), "release") {
			t.Errorf("%s: live is %v, the log says %s", filepath.Base(dir), live, book)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		dir  string
		want error
	}{
		{"an empty folder", t.TempDir(), publish.ErrNoRelease},
		{"no folder", filepath.Join(t.TempDir(), "nothing"), publish.ErrNoRelease},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := Load(t.Context(), tt.dir, search.Cluster{})
			if !errors.Is(err, tt.want) {
				t.Errorf("Load gives %v, want %v", err, tt.want)
			}
		})
	}
}

// A slow reader keeps the release that the answer is made from.
func TestSlowReaderKeepsTheRelease(t *testing.T) {
	t.Parallel()
	var h Holder
	reading, goOn := make(chan struct{}), make(chan struct{})
	closed := make(chan struct{})
	h.Swap(&Release{ID: "a", Base: "/", WWW: slowFS{reading, goOn}}, func() { close(closed) })
	s := New(&h, slog.New(slog.DiscardHandler), Options{})
	result := make(chan answer, 1)
	go func() { result <- get(t, s, "/") }()
	<-reading
	h.Swap(&Release{ID: "b", Base: "/", WWW: fstest.MapFS{"index.html": {Data: []byte("new")}}}, nil)
	if a := get(t, s, "/"); a.body != "new" {
		t.Errorf("a request beside the slow one gets %q", a.body)
	}
	select {
	case <-closed:
		t.Error("the old release is closed while a request reads it")
	default:
	}
	close(goOn)
	if a := <-result; a.body != "old" {
		t.Errorf("the slow request gets %q", a.body)
	}
	select {
	case <-closed:
	case <-time.After(10 * time.Second):
		t.Error("the old release is never closed")
	}
}

// slowFS has one page, which is read when it is told to.
type slowFS struct{ reading, goOn chan struct{} }

func (f slowFS) Open(name string) (fs.File, error) {
	if name != "index.html" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	file, err := fstest.MapFS{name: {Data: []byte("old")}}.Open(name)
	return &slowFile{file, f, bytes.NewReader([]byte("old"))}, err
}

type slowFile struct {
	fs.File
	of   slowFS
	data io.ReadSeeker
}

func (f *slowFile) Read(p []byte) (int, error) {
	select {
	case <-f.of.reading:
	default:
		close(f.of.reading)
	}
	<-f.of.goOn
	return f.data.Read(p)
}

func (f *slowFile) Seek(offset int64, whence int) (int64, error) { return f.data.Seek(offset, whence) }
