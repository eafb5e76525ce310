package publish

import (
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// site is the files of a site: path below www/ → content.
type site map[string]string

var (
	noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

	siteA = site{
		"index.html":       "home",
		"404.html":         "nothing here",
		"pay/x/index.html": "how to pay",
		"assets/a.css":     "p{}",
	}
	siteB = site{
		"index.html":       "home",
		"404.html":         "nothing here",
		"pay/x/index.html": "how to pay, second edition",
		"assets/b.css":     "p{}",
	}
)

// begin starts a release that is given up at the end of the test. It waits for
// no disk: that is a test of its own.
func begin(t *testing.T, dir string) *Writer {
	t.Helper()
	w, err := Create(dir, noon, nil)
	if err != nil {
		t.Fatalf("Create: %v", err)
	}
	w.sync = func() error { return nil }
	t.Cleanup(func() { w.Abort() })
	return w
}

// compressed is a compressor that makes this of any file.
func compressed(text string) func(io.Writer) error {
	return func(out io.Writer) error {
		_, err := io.WriteString(out, text)
		return err
	}
}

// fill puts a site, a template and an index that holds the same pages.
func fill(t *testing.T, w *Writer, s site) {
	t.Helper()
	for path, text := range s {
		kept := false
		if len(path)%2 == 0 { // as one whose caller knows what was there
			var err error
			if kept, err = w.Keep(path, Sum([]byte(text)), int64(len(text))); err != nil {
				t.Fatalf("Keep: %v", err)
			}
		}
		if !kept {
			if err := w.Put(path, []byte(text)); err != nil {
				t.Fatalf("Put: %v", err)
			}
		}
		if strings.HasSuffix(path, ".html") {
			err := w.Variant(path+".gz", "test", compressed("gz:"+text))
			if err != nil {
				t.Fatalf("Variant: %v", err)
			}
		}
	}
	if err := w.PutSearchTemplate([]byte("<form>")); err != nil {
		t.Fatalf("PutSearchTemplate: %v", err)
	}
	dir, err := w.SearchDir()
	if err != nil {
		t.Fatalf("SearchDir: %v", err)
	}
	writeOS(t, filepath.Join(dir, "store", "root.bolt"), indexOf(s))
}

// indexOf stands for the search index of a site.
func indexOf(s site) string { return fmt.Sprint(map[string]string(s)) }

// manifestOf is what a caller of Commit says about a site.
func manifestOf(s site) Manifest {
	redirects := map[string]string{"/old/": "/pay/x/"}
	if s["assets/b.css"] != "" {
		redirects["/older/"] = "/pay/x/#check"
	}
	return Manifest{
		Redirects: redirects, Gone: []string{"/away/"}, Vanished: map[string]Lost{"/lost/": {Title: "lost"}},
		Generator: "whyfix test", Base: "/", Origins: []string{"https://example.org"},
		Counts: Counts{Articles: 1},
		Search: &SearchInfo{Schema: 1, Documents: 1, Digest: Sum([]byte(indexOf(s)))},
	}
}

// build makes a release.
func build(t *testing.T, dir string, s site, keep int) Result {
	t.Helper()
	w := begin(t, dir)
	fill(t, w, s)
	result, err := w.Commit(manifestOf(s), keep)
	if err != nil {
		t.Fatalf("Commit: %v", err)
	}
	return result
}

// checkLive opens the live release and compares it with a site: manifest,
// every file, template and index.
func checkLive(t *testing.T, dir, id string, s site) {
	t.Helper()
	r, err := Open(dir)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	defer r.Close()
	if got, want := r.ID(), id; got != want {
		t.Errorf("live release: got %s, want %s", got, want)
	}
	want := map[string]string{
		"manifest.json":          "",
		"search.html":            "<form>",
		"gone.map":               `"/away/" 1;` + "\n",
		"policy.map":             "default \"" + PagePolicy("", nil, Allow{}) + "\";\n",
		"policy.caddy":           "Content-Security-Policy \"" + PagePolicy("", nil, Allow{}) + "\"\n",
		"redirects.map":          `"/old/" "/pay/x/$is_args$args";` + "\n",
		"search/":                "",
		"search/store/":          "",
		"search/store/root.bolt": indexOf(s),
	}
	if s["assets/b.css"] != "" {
		want["redirects.map"] += `"/older/" "/pay/x/$is_args$args#check";` + "\n"
	}
	urls, copies := map[string]string{}, map[string]string{}
	for path, text := range s {
		want["www/"+path] = text
		for folder := filepath.Dir("www/" + path); folder != "."; folder = filepath.Dir(folder) {
			want[folder+"/"] = ""
		}
		urls[urlOf(path)] = Sum([]byte(text))
		if strings.HasSuffix(path, ".html") {
			want["www/"+path+".gz"] = "gz:" + text
			copies["www/"+path+".gz"] = fmt.Sprintf("%x", sha256.Sum256([]byte("gz:"+text)))
		}
	}
	want["copies.sha256"] = string(encodeCopies(copies))
	got := readTree(t, r.Dir())
	got["manifest.json"] = ""
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("release (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(urls, addressesOf(t, r)); diff != "" {
		t.Errorf("addresses (-want +got):\n%s", diff)
	}
}

// addressesOf are all addresses of a release.
func addressesOf(t *testing.T, r *Release) map[string]string {
	t.Helper()
	all, err := r.Addresses().All()
	if err != nil {
		t.Error(err)
	}
	return all
}

// readTree reads every file below a folder and where every link leads; names
// of folders end in a slash.
func readTree(t *testing.T, dir string) map[string]string {
	t.Helper()
	tree := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(p string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case p == ".":
			return nil
		case entry.IsDir():
			tree[p+"/"] = ""
			return nil
		case entry.Type()&fs.ModeSymlink != 0:
			tree[p], err = os.Readlink(filepath.Join(dir, p))
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, p))
		tree[p] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// names lists what is in a folder.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, entry := range entries {
		list = append(list, entry.Name())
	}
	return list
}

// checkNames compares the folder of releases with the ids that should be there.
func checkNames(t *testing.T, dir string, ids ...string) {
	t.Helper()
	want := append([]string{currentName, lockName}, ids...)
	slices.Sort(want)
	got := names(t, dir)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("folder of releases (-want +got):\n%s", diff)
	}
}

// releases lists the complete releases of a folder, newest first.
func releases(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*-*", manifestName))
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, name := range slices.Backward(found) {
		ids = append(ids, filepath.Base(filepath.Dir(name)))
	}
	return ids
}

func writeOS(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// sameFile reports whether two releases share a file on the disk.
func sameFile(t *testing.T, a, b string) bool {
	t.Helper()
	ia, err := os.Stat(a)
	if err != nil {
		t.Fatal(err)
	}
	ib, err := os.Stat(b)
	if err != nil {
		t.Fatal(err)
	}
	return os.SameFile(ia, ib)
}

// A mistake that only one kind of answer meets is found before any reader does.
func TestEveryAnswerIsTried(t *testing.T) {
	t.Parallel()
	const wrong = `[[template "nothing"]]`
	for name, text := range map[string]string{
		"hits that answer":               `[[if and .Hits .Answered]]` + wrong + `[[end]]`,
		"hits that do not":               `[[if and .Hits (not .Answered)]]` + wrong + `[[end]]`,
		"one that does not":              `[[if and (eq .Total 1) .Hits (not .Answered)]]` + wrong + `[[end]]`,
		"corrected, and still no answer": `[[if and .Hits .Corrected (not .Answered)]]` + wrong + `[[end]]`,
		"filters of what does not":       `[[if and .Facets .Hits (not .Answered)]]` + wrong + `[[end]]`,
		"nothing found":                  `[[if and .Asked (not .Hits) (not .First)]]` + wrong + `[[end]]`,
	} {
		page, err := ParseSearchTemplate([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if page.Try() == nil {
			t.Errorf("%s: the mistake is not found", name)
		}
	}
	page, err := ParseSearchTemplate([]byte(`[[if .Answered]]a[[else]]b[[end]]`))
	if err != nil {
		t.Fatal(err)
	}
	if err := page.Try(); err != nil {
		t.Errorf("a page without a mistake: %v", err)
	}
}
