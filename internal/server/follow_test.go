package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/blevesearch/bleve/v2"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/cjk" // the default analyzer of an index

	"whyfix/internal/publish"
	"whyfix/internal/search"
	"whyfix/internal/search/store"
)

// wordSite builds a site of one article, which says a word, below dir, and
// returns the folder of its release.
func wordSite(t *testing.T, dir, word string) string {
	t.Helper()
	return wordSiteAt(t, dir, word, now.Add(time.Since(started)))
}

func wordSiteAt(t *testing.T, dir, word string, at time.Time) string {
	t.Helper()
	if _, err := buildSiteAt(dir, map[string]string{
		"a.md": "---\ntitle: 题目" + word + "\nsymptoms: [现象" + word + "]\nupdated: 2026-01-02\n---\n正文" + word + "\n",
	}, "", true, at); err != nil {
		t.Fatal(err)
	}
	public := filepath.Join(dir, "public")
	id, err := publish.Current(public)
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(public, id)
}

// shows reports whether pages and search are those of a word.
func shows(t *testing.T, s *Server, word string) bool {
	t.Helper()
	page, found := get(t, s, "/a/"), searched(t, s, query("/api/search", "q", "现象"+word))
	return strings.Contains(page.body, "正文"+word) && len(found.Hits) == 1 && found.Hits[0].Title == "题目"+word
}

// following serves a path and follows it until the test ends.
func following(t *testing.T, path string) (*Server, *logBook) {
	t.Helper()
	s, _, book := open(t, path, nil)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); s.Follow(ctx, path) }()
	t.Cleanup(func() { cancel(); <-done })
	return s, book
}

// link makes a link lead to a target in one step.
func link(t *testing.T, target, name string) {
	t.Helper()
	if err := errors.Join(os.Symlink(target, name+".next"), os.Rename(name+".next", name)); err != nil {
		t.Fatal(err)
	}
}

// Hashes of pages are read in the manifest when they are asked for. What somebody
// writes into it then is not taken for what was proven: pages go on, without a
// validator.
func TestManifestWrittenWhileServed(t *testing.T) {
	t.Parallel()
	dir := wordSite(t, t.TempDir(), "甲")
	s, _, book := open(t, dir, nil)
	if page := get(t, s, "/a/"); page.status != 200 || page.header.Get("ETag") == "" {
		t.Fatalf("got %d, %v", page.status, page.header)
	}
	name := filepath.Join(dir, "manifest.json")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(data, []byte(`"/a/": "`)) + len(`"/a/": "`)
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt([]byte{data[at] ^ 1}, int64(at))
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		page := get(t, s, "/a/")
		if page.status != 200 || !strings.Contains(page.body, "正文甲") || page.header.Get("ETag") != "" || page.header.Get("Content-Encoding") != "" {
			t.Errorf("got %d, %v", page.status, page.header)
		}
	}
	if said := strings.Count(book.String(), "written into the manifest"); said != 1 {
		t.Errorf("it is said %d times", said)
	}
}

// Operators switch a link between two releases, or between two folders of them.
func TestFollowsALink(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("making links needs a right there")
	}
	for _, folders := range []bool{false, true} {
		dirs := []string{t.TempDir(), t.TempDir()}
		targets := []string{wordSite(t, dirs[0], "甲"), wordSite(t, dirs[1], "乙")}
		if folders {
			targets = []string{filepath.Join(dirs[0], "public"), filepath.Join(dirs[1], "public")}
		}
		live := filepath.Join(t.TempDir(), "live")
		link(t, targets[0], live)
		s, book := following(t, live)
		if !shows(t, s, "甲") {
			t.Fatalf("folders %v: the first release is not shown", folders)
		}
		for range 2 {
			link(t, targets[1], live)
			until(t, "showing the second release", func() bool { return shows(t, s, "乙") })
			link(t, targets[0], live)
			until(t, "showing the first release", func() bool { return shows(t, s, "甲") })
		}
		if strings.Contains(book.String(), "level=ERROR") {
			t.Errorf("folders %v: the log: %s", folders, book)
		}
	}
}

// copyTree copies a release file by file, the manifest and the index first, as
// rsync does; after each file it calls step.
func copyTree(t *testing.T, from, to string, step func()) {
	t.Helper()
	var names []string
	err := filepath.WalkDir(from, func(name string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			name, err = filepath.Rel(from, name)
			names = append(names, name)
		}
		return err
	})
	slices.SortFunc(names, func(a, b string) int {
		if c := strings.Count(a, string(filepath.Separator)) - strings.Count(b, string(filepath.Separator)); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	for _, name := range names {
		data, errRead := os.ReadFile(filepath.Join(from, name))
		out := filepath.Join(to, name)
		if err = errors.Join(err, errRead, os.MkdirAll(filepath.Dir(out), 0o755), os.WriteFile(out+".part", data, 0o644), os.Rename(out+".part", out)); err != nil {
			t.Fatal(err)
		}
		step()
	}
}

// A release that is copied here while current leads to it already is refused
// until all of it is there, and then it is served; the log says so once.
func TestFollowsACopy(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("what follows moves the link by hand")
	}
	here, there := t.TempDir(), t.TempDir()
	wordSite(t, here, "甲")
	release := wordSite(t, there, "乙")
	public := filepath.Join(here, "public")
	s, book := following(t, public)
	point(t, public, filepath.Base(release))
	copyTree(t, release, filepath.Join(public, filepath.Base(release)), func() {
		if !shows(t, s, "甲") && !shows(t, s, "乙") {
			t.Error("while a release is copied, neither is shown")
		}
	})
	until(t, "showing the copied release", func() bool { return shows(t, s, "乙") })
	if n := strings.Count(book.String(), "level=ERROR"); n > 3 {
		t.Errorf("one copy made %d lines in the log: %s", n, book)
	}
}

// What a checksum must find: one changed byte in the index, a page cut short or
// changed, one that is missing, a compressed copy cut short.
func TestFollowRefusesDamage(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("what follows moves the link by hand")
	}
	here := t.TempDir()
	good := wordSite(t, here, "甲")
	public := filepath.Join(here, "public")
	s, book := following(t, public)
	change := func(name string, with func([]byte) []byte) func(string) error {
		return func(release string) error {
			names, err := filepath.Glob(filepath.Join(release, filepath.FromSlash(name)))
			if err != nil || len(names) == 0 {
				return errors.Join(err, errors.New("there is no "+name))
			}
			data, err := os.ReadFile(names[0])
			return errors.Join(err, os.WriteFile(names[0], with(data), 0o600))
		}
	}
	flip := func(data []byte) []byte { data[len(data)/2] ^= 1; return data }
	half := func(data []byte) []byte { return data[:len(data)/2] }
	for _, tt := range []struct {
		name, why string
		spoil     func(release string) error
	}{
		{"a flipped bit in a segment", "search/store/", change("search/store/*.zap", flip)},
		{"no segment", "is missing", func(r string) error { return os.RemoveAll(filepath.Join(r, "search", "store")) }},
		{"no root of the index", "search/store/root.bolt is missing", func(r string) error { return os.Remove(filepath.Join(r, "search", "store", "root.bolt")) }},
		{"a quarter of a root of the index", "search/store/root.bolt does not say what was published", change("search/store/root.bolt", func(data []byte) []byte { return data[:len(data)/4] })},
		{"a root of the index that names another segment", "search/store/root.bolt does not say what was published", change("search/store/root.bolt", func(data []byte) []byte {
			return bytes.ReplaceAll(data, []byte(store.SegmentFile(2)), []byte(store.SegmentFile(3)))
		})},
		{"the root of an index with other synonyms", "search/store/root.bolt does not say what was published", func(r string) error {
			dir := filepath.Join(r, "search", "store")
			root, err := store.ReadRoot(dir)
			if err != nil {
				return err
			}
			root.Internal["whyfix-synonyms"] = append(root.Internal["whyfix-synonyms"], ' ')
			return errors.Join(os.Remove(filepath.Join(dir, store.RootFile)), store.WriteRoot(dir, root))
		}},
		{"texts of zeros", "search/texts is not what was published", change("search/texts", func(data []byte) []byte { return make([]byte, len(data)) })},
		{"half a segment", "", change("search/store/*.zap", half)},
		{"an empty segment", "", change("search/store/*.zap", func([]byte) []byte { return nil })},
		{"half of what ranking keeps", "", change("search/articles", half)},
		{"half of the texts", "", change("search/texts", half)},
		{"half a page", "www/a/index.html is not what was published", change("www/a/index.html", half)},
		{"a flipped bit in a page", "www/a/index.html is not what was published", change("www/a/index.html", flip)},
		{"no page", "www/a/index.html is missing", func(r string) error { return os.Remove(filepath.Join(r, "www", "a", "index.html")) }},
		{"another template", "search.html is not what was published", change("search.html", flip)},
		{"an older schema", "another version", change("manifest.json", func(data []byte) []byte {
			return bytes.Replace(data, []byte(`"schema": `), []byte(`"schema": 9`), 1)
		})},
		{"half a manifest", "", change("manifest.json", half)},
		{"an address out of the release", "digest", change("manifest.json", func(data []byte) []byte {
			return bytes.Replace(data, []byte(`"/a/"`), []byte(`"/../../a/"`), 1)
		})},
		{"another number of articles", "digest", change("manifest.json", func(data []byte) []byte {
			return bytes.Replace(data, []byte(`"documents": 1`), []byte(`"documents": 2`), 1)
		})},
		{"a pipe among the pages", "is not a plain file", func(r string) error {
			return exec.CommandContext(t.Context(), "mkfifo", filepath.Join(r, "www", "pipe.txt")).Run()
		}},
		{"a pipe in place of a page", "www/a/index.html is not a plain file", func(r string) error {
			page := filepath.Join(r, "www", "a", "index.html")
			return errors.Join(os.Remove(page), exec.CommandContext(t.Context(), "mkfifo", page).Run())
		}},
		{"a pipe in place of the texts", "search/texts is not a plain file", func(r string) error {
			texts := filepath.Join(r, "search", "texts")
			return errors.Join(os.Remove(texts), exec.CommandContext(t.Context(), "mkfifo", texts).Run())
		}},
		{"a pipe in place of the manifest", "manifest.json is not a plain file", func(r string) error {
			manifest := filepath.Join(r, "manifest.json")
			return errors.Join(os.Remove(manifest), exec.CommandContext(t.Context(), "mkfifo", manifest).Run())
		}},
		{"a pipe in place of the search page", "search.html is not a plain file", func(r string) error {
			page := filepath.Join(r, "search.html")
			return errors.Join(os.Remove(page), exec.CommandContext(t.Context(), "mkfifo", page).Run())
		}},
		{"a link in a circle in place of a page", "www/a/index.html", func(r string) error {
			page := filepath.Join(r, "www", "a", "index.html")
			return errors.Join(os.Remove(page), os.Symlink("index.html", page))
		}},
		{"a device in place of the manifest", "", func(r string) error {
			manifest := filepath.Join(r, "manifest.json")
			return errors.Join(os.Remove(manifest), os.Symlink("/dev/zero", manifest))
		}},
		{"a folder in place of a page", "www/a/index.html is not a plain file", func(r string) error {
			page := filepath.Join(r, "www", "a", "index.html")
			return errors.Join(os.Remove(page), os.Mkdir(page, 0o755))
		}},
		{"nothing at all", "", os.RemoveAll},
	} {
		other := t.TempDir()
		broken := wordSite(t, other, "坏")
		if err := tt.spoil(broken); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		id := filepath.Base(broken)
		if err := os.Rename(broken, filepath.Join(public, id)); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		before := len(book.String())
		point(t, public, id)
		until(t, "refusing "+tt.name, func() bool { return strings.Contains(book.String()[before:], "refused") })
		if got := book.String()[before:]; !strings.Contains(got, tt.why) || strings.Contains(got, "panic") {
			t.Errorf("%s: the log does not say why:\n%s", tt.name, got)
		}
		if !shows(t, s, "甲") {
			t.Errorf("%s: the good release is not served any more", tt.name)
		}
		before = len(book.String())
		point(t, public, filepath.Base(good))
		if err := os.RemoveAll(filepath.Join(public, id)); err != nil {
			t.Fatal(err)
		}
	}
	if got := searched(t, s, query("/api/search", "q", "现象甲")).Release; got != filepath.Base(good) {
		t.Errorf("answers come from %s, want %s", got, filepath.Base(good))
	}
}

// A release that was put back under its own name is opened anew, at the latest
// when the operator says so.
func TestReload(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	release := wordSite(t, dir, "甲")
	s, h, book := open(t, filepath.Join(dir, "public"), nil)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); s.Follow(ctx, filepath.Join(dir, "public")) }()
	defer func() { cancel(); <-done }()
	live, leave := h.Acquire()
	leave()
	s.Reload()
	until(t, "loading anew", func() bool {
		now, leave := h.Acquire()
		defer leave()
		return now != live && now.ID == live.ID
	})
	if err := os.WriteFile(filepath.Join(release, "www", "a", "index.html"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Reload()
	until(t, "refusing what was damaged since", func() bool { return strings.Contains(book.String(), "refused") })
	if a := searched(t, s, query("/api/search", "q", "现象甲")); len(a.Hits) != 1 {
		t.Error("a refused reload took the search away")
	}
}

// Files that both releases share are not read again.
func TestVerifySharesFiles(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("there a file that is open cannot be replaced")
	}
	dir := t.TempDir()
	first := wordSite(t, dir, "甲")
	known, closeKnown, err := Load(t.Context(), first, search.Cluster{})
	if err != nil {
		t.Fatal(err)
	}
	defer closeKnown()
	// A link to the same files, one of them damaged in a way that does not show:
	// who reads it notices.
	second := filepath.Join(t.TempDir(), "copy")
	linkTree(t, first, second)
	page := filepath.Join(first, "www", "a", "index.html")
	data, err := os.ReadFile(page)
	long := time.Now().Add(-time.Hour)
	if err = errors.Join(err, os.WriteFile(page, bytes.ToUpper(data), 0o600), os.Chtimes(page, long, long)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Load(t.Context(), second, search.Cluster{}); !errors.Is(err, publish.ErrDamaged) {
		t.Errorf("without a known release the damage is not found: %v", err)
	}
	r, closeRelease, err := load(t.Context(), second, search.Cluster{}, known, true)
	if err != nil {
		t.Fatalf("with a known release shared files are read all the same: %v", err)
	}
	defer closeRelease()
	if r.ID != known.ID {
		t.Errorf("the release is %s", r.ID)
	}
	// What was written since the known one was looked at is read.
	now := time.Now().Add(time.Second)
	if err := os.Chtimes(page, now, now); err != nil {
		t.Fatal(err)
	}
	if _, _, err := load(t.Context(), second, search.Cluster{}, known, true); !errors.Is(err, publish.ErrDamaged) {
		t.Errorf("a shared file that was written since is not read: %v", err)
	}
}

// An index that nothing was known of, and that is not what it seems, is refused
// by what opens it, and does not end the process.
func TestDamagedIndexWithoutHashes(t *testing.T) {
	t.Parallel()
	for _, part := range []int{0, 8, 4, 3, 2} {
		release := wordSite(t, t.TempDir(), "甲")
		manifest, root := filepath.Join(release, "manifest.json"), filepath.Join(release, "search", "store", "root.bolt")
		text, err := os.ReadFile(manifest)
		if err != nil {
			t.Fatal(err)
		}
		without := regexp.MustCompile(`(?s) "index": \{.*?\},\n`).ReplaceAll(text, nil)
		if len(without) == len(text) {
			t.Fatalf("the manifest has no hashes of the index: %.600s", text)
		}
		data, errRoot := os.ReadFile(root)
		if part > 0 {
			data = data[:len(data)/part]
		} else {
			data = nil
		}
		if err := errors.Join(errRoot, os.WriteFile(manifest, without, 0o600), os.WriteFile(root, data, 0o600)); err != nil {
			t.Fatal(err)
		}
		if r, closeRelease, err := Load(t.Context(), release, search.Cluster{}); err == nil {
			if a, errSearch := r.Search.Search(t.Context(), search.Query{Text: "现象甲", Size: 1, Page: 1}); errSearch != nil || a.Total != 1 {
				t.Errorf("1/%d of the root: it opens, and answers %v, %v", part, a, errSearch)
			}
			closeRelease()
		}
	}
}

// Each answer says which release it is from.
func TestReleaseIsSaid(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	id := filepath.Base(wordSite(t, dir, "甲"))
	s, _, _ := open(t, filepath.Join(dir, "public"), nil)
	for _, target := range []string{"/", "/a/", "/nothing/", "/search?q=a", "/api/search?q=a", "/api/search?size=0", "/api/suggest?q=a", "/search-lite.json", "/healthz"} {
		if got := get(t, s, target).header.Get("X-Whyfix-Release"); got != id {
			t.Errorf("%s: X-Whyfix-Release is %q, want %q", target, got, id)
		}
	}
	var found struct{ Release string }
	if err := json.Unmarshal([]byte(get(t, s, query("/api/search", "q", "现象甲")).body), &found); err != nil || found.Release != id {
		t.Errorf("the answer's release is %q, want %q (%v)", found.Release, id, err)
	}
}

// foreign opens the index of a release for writing, as the command bleve does
// even to count documents. Its end comes when the root was written again.
func foreign(t *testing.T, release string) (end func()) {
	t.Helper()
	name := filepath.Join(release, "search", "store", store.RootFile)
	root := func() []byte {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	before := root()
	x, err := bleve.OpenUsing(filepath.Join(release, "search"), map[string]any{"read_only": false})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := x.DocCount(); err != nil || n != 1 {
		t.Errorf("bleve counts %d, %v, want 1", n, err)
	}
	return func() {
		t.Helper()
		until(t, "writing the root again", func() bool { return !bytes.Equal(before, root()) })
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// What somebody opened with a stock bleve is served: at the start, when it is
// followed, when it is loaded anew, and after a rollback.
func TestServesWhatOthersOpened(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("what follows moves the link by hand")
	}
	dir, elsewhere := t.TempDir(), t.TempDir()
	first := wordSite(t, dir, "甲")
	public := filepath.Join(dir, "public")
	foreign(t, first)()
	s, book := following(t, public)
	if !shows(t, s, "甲") {
		t.Fatal("a release is not served that somebody opened before")
	}
	foreign(t, first)() // while it is served
	s.Reload()
	until(t, "loading anew", func() bool { return strings.Contains(book.String(), "new release") })
	if !shows(t, s, "甲") {
		t.Error("a release is not served that somebody opened since")
	}

	// Two folders know nothing of each other: the names of releases of the same
	// second do not say which is older.
	second := wordSiteAt(t, elsewhere, "乙", now.Add(time.Since(started)+time.Minute))
	foreign(t, second)()
	id := filepath.Base(second)
	if err := os.Rename(second, filepath.Join(public, id)); err != nil {
		t.Fatal(err)
	}
	point(t, public, id)
	until(t, "showing a release that somebody opened", func() bool { return shows(t, s, "乙") })
	foreign(t, first)()
	if from, to, err := publish.Rollback(t.Context(), public, search.Root{}); err != nil || from != id || to != filepath.Base(first) {
		t.Fatalf("rollback from %s to %s, %v", from, to, err)
	}
	until(t, "showing the release before", func() bool { return shows(t, s, "甲") })
	if strings.Contains(book.String(), "level=ERROR") {
		t.Errorf("the log: %s", book)
	}
}

// While somebody has the index open for writing a release is not taken; it is
// not damaged either, and it is served as soon as it can be read.
func TestWaitsForWhoWrites(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("what follows moves the link by hand")
	}
	dir, elsewhere := t.TempDir(), t.TempDir()
	wordSite(t, dir, "甲")
	public := filepath.Join(dir, "public")
	s, book := following(t, public)
	second := wordSite(t, elsewhere, "乙")
	id := filepath.Base(second)
	if err := os.Rename(second, filepath.Join(public, id)); err != nil {
		t.Fatal(err)
	}
	end := foreign(t, filepath.Join(public, id))
	if _, _, err := Load(t.Context(), filepath.Join(public, id), search.Cluster{}); !errors.Is(err, store.ErrLocked) || errors.Is(err, publish.ErrDamaged) {
		t.Errorf("got %v, want %v", err, store.ErrLocked)
	}
	point(t, public, id)
	until(t, "refusing it", func() bool { return strings.Contains(book.String(), "open for writing elsewhere") })
	if !shows(t, s, "甲") {
		t.Error("the release before is not served any more")
	}
	end()
	until(t, "showing it", func() bool { return shows(t, s, "乙") })
}
