package publish

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCommitFirst(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "yet")
	result := build(t, dir, siteA, 2)
	want := Result{Changed: true, ID: result.ID, Dir: filepath.Join(dir, result.ID), Written: 8}
	if diff := cmp.Diff(want, result); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
	checkLive(t, dir, result.ID, siteA)
	checkNames(t, dir, result.ID)

	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	m := *r.Manifest()
	m.URLs = nil
	wantManifest := manifestOf(siteA)
	wantManifest.Schema, wantManifest.ID, wantManifest.Time = Schema, result.ID, noon
	wantManifest.Template = Sum([]byte("<form>"))
	wantManifest.Variants = map[string]string{".gz": "test"}
	wantManifest.Copies = m.Copies
	wantManifest.Index = map[string]string{"store/root.bolt": Sum([]byte(indexOf(siteA)))}
	wantManifest.Counts = Counts{Articles: 1, Pages: 3, Files: 7, Bytes: m.Counts.Bytes}
	if diff := cmp.Diff(wantManifest, m); diff != "" {
		t.Errorf("manifest (-want +got):\n%s", diff)
	}
	var bytes int64
	for _, text := range readTree(t, filepath.Join(r.Dir(), "www")) {
		bytes += int64(len(text))
	}
	if got, want := m.Counts.Bytes, bytes; got != want {
		t.Errorf("bytes: got %d, want %d", got, want)
	}
}

// When the site changes by itself is no part of what a release holds: the live
// one stays, and tells the new moment.
func TestCommitNextChange(t *testing.T) {
	dir := t.TempDir()
	commit := func(next time.Time) Result {
		t.Helper()
		w := begin(t, dir)
		fill(t, w, siteA)
		m := manifestOf(siteA)
		m.NextChange = next
		result, err := w.Commit(m, 2)
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	first := commit(time.Time{})
	for _, next := range []time.Time{noon.AddDate(0, 1, 0), noon.AddDate(0, 2, 0).In(time.FixedZone("", 8*3600)), {}} {
		// What a build left that died here.
		writeOS(t, filepath.Join(dir, first.ID, manifestTemp), "{")
		got := commit(next)
		if got.Changed || got.ID != first.ID {
			t.Errorf("next change %s: got %+v, want release %s unchanged", next, got, first.ID)
		}
		checkLive(t, dir, first.ID, siteA)
		r, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if m := r.Manifest(); !m.NextChange.Equal(next) || !m.Time.Equal(noon) {
			t.Errorf("got next change %s and time %s, want %s and %s", m.NextChange, m.Time, next, noon)
		}
		r.Close()
	}
	if got := commit(time.Date(9999, 12, 31, 23, 0, 0, 0, time.FixedZone("", -3600))); got.ID != first.ID { // a year of five digits in UTC
		t.Errorf("the end of time: got %+v", got)
	}
}

func TestCommitLinks(t *testing.T) {
	refuse := func(string, string) error { return syscall.EPERM }
	for _, tt := range []struct {
		name   string
		link   func(old, new string) error
		linked bool
	}{
		{"hard links", nil, true},
		{"links refused", refuse, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			first := build(t, dir, siteA, 2)

			w := begin(t, dir)
			if tt.link != nil {
				w.link = tt.link
			}
			fill(t, w, siteB)
			second, err := w.Commit(manifestOf(siteB), 2)
			if err != nil {
				t.Fatal(err)
			}
			// The page, its variant and b.css are new; two pages, their
			// variants and the template are taken over.
			want := Result{Changed: true, ID: second.ID, Dir: second.Dir, Written: 3, Linked: 5}
			if diff := cmp.Diff(want, second); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
			checkLive(t, dir, second.ID, siteB)
			for _, name := range []string{"www/index.html", "www/index.html.gz", "search.html"} {
				got := sameFile(t, filepath.Join(first.Dir, name), filepath.Join(second.Dir, name))
				if got != tt.linked {
					t.Errorf("%s shared: got %v, want %v", name, got, tt.linked)
				}
			}
			if got := sameFile(t, filepath.Join(first.Dir, "gone.map"), filepath.Join(second.Dir, "gone.map")); got != tt.linked {
				t.Errorf("gone.map shared: got %v, want %v", got, tt.linked)
			}
			for _, name := range []string{"www/pay/x/index.html", "www/pay/x/index.html.gz", "redirects.map"} {
				if sameFile(t, filepath.Join(first.Dir, name), filepath.Join(second.Dir, name)) {
					t.Errorf("%s is shared and has changed", name)
				}
			}
		})
	}
}

func TestCommitNoChange(t *testing.T) {
	dir := t.TempDir()
	first := build(t, dir, siteA, 2)
	before := readTree(t, dir)

	again := build(t, dir, siteA, 2)
	if diff := cmp.Diff(Result{ID: first.ID, Dir: first.Dir}, again); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, readTree(t, dir)); diff != "" {
		t.Errorf("folder (-before +after):\n%s", diff)
	}
	checkNames(t, dir, first.ID)
}

func TestCommitFresh(t *testing.T) {
	dir := t.TempDir()
	first := build(t, dir, siteA, 2)
	w := begin(t, dir)
	w.Fresh()
	if m := w.Previous(); m == nil || m.ID != first.ID { // which addresses vanish is still asked
		t.Errorf("the release before: got %v, want %s", m, first.ID)
	}
	fill(t, w, siteA)
	result, err := w.Commit(manifestOf(siteA), 2)
	if err != nil {
		t.Fatal(err)
	}
	want := Result{Changed: true, ID: result.ID, Dir: result.Dir, Written: 8}
	if diff := cmp.Diff(want, result); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
	checkLive(t, dir, result.ID, siteA)
}

func TestCommitChangedManifest(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Manifest)
		want   bool
	}{
		{"nothing", func(*Manifest) {}, false},
		{"generator", func(m *Manifest) { m.Generator = "whyfix next" }, true},
		{"base", func(m *Manifest) { m.Base = "/help/" }, true},
		{"redirects", func(m *Manifest) { m.Redirects = map[string]string{"/old/": "/"} }, true},
		{"gone", func(m *Manifest) { m.Gone = append(m.Gone, "/more/") }, true},
		{"vanished", func(m *Manifest) { m.Vanished = nil }, true},
		{"origins", func(m *Manifest) { m.Origins = nil }, true},
		{"who may read", func(m *Manifest) { m.Private = true }, true},
		{"what pages may load", func(m *Manifest) { m.Allow.Scripts = []string{"https://stats.example.org"} }, true},
		{"no images of others", func(m *Manifest) { m.Allow.Images = []string{} }, true},
		{"articles", func(m *Manifest) { m.Counts.Articles++ }, true},
		{"index", func(m *Manifest) { m.Search.Digest = "other" }, true},
		{"what Commit fills in", func(m *Manifest) { m.ID, m.Counts.Bytes, m.Schema = "x", 1, 7 }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			build(t, dir, siteA, 2)
			w := begin(t, dir)
			fill(t, w, siteA)
			m := manifestOf(siteA)
			tt.change(&m)
			result, err := w.Commit(m, 2)
			if err != nil {
				t.Fatal(err)
			}
			if got := result.Changed; got != tt.want {
				t.Errorf("changed: got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestCommitMends(t *testing.T) {
	for _, tt := range []struct {
		name   string
		damage func(release string) error
	}{
		{"a page cut short", func(release string) error {
			return os.Truncate(filepath.Join(release, "www/index.html"), 0)
		}},
		{"a page gone", func(release string) error {
			return os.Remove(filepath.Join(release, "www/pay/x/index.html"))
		}},
		{"a folder in the place of a page", func(release string) error {
			name := filepath.Join(release, "www/404.html")
			return errors.Join(os.Remove(name), os.Mkdir(name, 0o755))
		}},
		{"a variant cut short", func(release string) error {
			return os.Truncate(filepath.Join(release, "www/index.html.gz"), 0)
		}},
		{"the template gone", func(release string) error {
			return os.Remove(filepath.Join(release, "search.html"))
		}},
		{"a map cut short", func(release string) error {
			return os.Truncate(filepath.Join(release, "redirects.map"), 3)
		}},
		{"a map gone", func(release string) error {
			return os.Remove(filepath.Join(release, "gone.map"))
		}},
		{"the index gone", func(release string) error {
			return os.RemoveAll(filepath.Join(release, "search"))
		}},
		{"the manifest gone", func(release string) error {
			return os.Remove(filepath.Join(release, "manifest.json"))
		}},
		{"the manifest cut short", func(release string) error {
			return os.Truncate(filepath.Join(release, "manifest.json"), 20)
		}},
		{"the release gone", os.RemoveAll},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			first := build(t, dir, siteA, 2)
			if err := tt.damage(first.Dir); err != nil {
				t.Fatal(err)
			}
			second := build(t, dir, siteA, 2)
			if !second.Changed {
				t.Error("the damaged release stays live")
			}
			checkLive(t, dir, second.ID, siteA)
		})
	}
}

// Whatever changes from one release to the next, each holds its site and no more.
func TestCommitRandom(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	dir := t.TempDir()
	for step := range 60 {
		s := site{"index.html": "home", "404.html": "nothing here"}
		for range r.IntN(8) {
			name := fmt.Sprintf("c%d/p%d/index.html", r.IntN(3), r.IntN(5))
			switch r.IntN(4) {
			case 0:
				name = fmt.Sprintf("c%d/p%d.html", r.IntN(3), r.IntN(5))
			case 1:
				name = fmt.Sprintf("d%d", r.IntN(4)) // a file here, a folder there
			case 2:
				name = fmt.Sprintf("d%d/x.css", r.IntN(4))
			}
			s[name] = fmt.Sprint("edition ", r.IntN(3))
		}
		for name := range s { // no file and folder of one name at once
			delete(s, filepath.Dir(name))
		}
		result := build(t, dir, s, 1+r.IntN(3))
		checkLive(t, dir, result.ID, s)
		if t.Failed() {
			t.Fatalf("step %d", step)
		}
	}
}

func TestCommitKeep(t *testing.T) {
	for _, tt := range []struct{ keep, want int }{{-1, 1}, {0, 1}, {1, 1}, {2, 2}, {3, 3}, {9, 4}} {
		dir := t.TempDir()
		for range 2 {
			build(t, dir, siteA, 9)
			build(t, dir, siteB, 9)
		}
		before := releases(t, dir)
		// A build without a change makes no release but tidies up all the same.
		result := build(t, dir, siteB, tt.keep)
		if result.Changed {
			t.Error("a change where there is none")
		}
		if got, want := result.Removed, 4-tt.want; got != want {
			t.Errorf("keep %d: removed %d, want %d", tt.keep, got, want)
		}
		if diff := cmp.Diff(before[:tt.want], releases(t, dir)); diff != "" {
			t.Errorf("keep %d: releases (-want +got):\n%s", tt.keep, diff)
		}
	}
}

func TestCommitSearch(t *testing.T) {
	t.Run("taken over", func(t *testing.T) {
		dir := t.TempDir()
		first := build(t, dir, siteA, 2)
		w := begin(t, dir)
		if err := w.Put("index.html", []byte("new")); err != nil {
			t.Fatal(err)
		}
		if err := w.LinkSearch(); err != nil {
			t.Fatal(err)
		}
		if err := w.LinkSearch(); !errors.Is(err, ErrDuplicate) {
			t.Errorf("second LinkSearch: got %v, want ErrDuplicate", err)
		}
		if _, err := w.SearchDir(); !errors.Is(err, ErrDuplicate) {
			t.Errorf("SearchDir after LinkSearch: got %v, want ErrDuplicate", err)
		}
		second, err := w.Commit(manifestOf(siteA), 2)
		if err != nil {
			t.Fatal(err)
		}
		name := "search/store/root.bolt"
		if !sameFile(t, filepath.Join(first.Dir, name), filepath.Join(second.Dir, name)) {
			t.Error("the index was not linked")
		}
	})
	t.Run("nothing to take over", func(t *testing.T) {
		w := begin(t, t.TempDir())
		if err := w.LinkSearch(); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("LinkSearch: got %v, want ErrNotExist", err)
		}
		if _, err := w.Commit(manifestOf(siteA), 2); err == nil {
			t.Error("Commit with the manifest of an index that was not made: no error")
		}
		if _, err := w.SearchDir(); err != nil {
			t.Errorf("SearchDir: %v", err)
		}
		if _, err := w.Commit(Manifest{}, 2); err == nil {
			t.Error("Commit of an index that the manifest does not know: no error")
		}
	})
	t.Run("no index", func(t *testing.T) {
		dir := t.TempDir()
		w := begin(t, dir)
		if _, err := w.Commit(Manifest{}, 2); err != nil {
			t.Fatal(err)
		}
		r, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if got := r.SearchDir(); got != "" {
			t.Errorf("SearchDir: got %q, want none", got)
		}
		if _, err := r.SearchTemplate(); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("SearchTemplate: got %v, want ErrNotExist", err)
		}
	})
}

// Some systems refuse symbolic links: then `current` is a text file.
func TestCommitWithoutSymlinks(t *testing.T) {
	dir := t.TempDir()
	var ids []string
	for _, s := range []site{siteA, siteB} {
		w := begin(t, dir)
		w.symlink = func(string, string) error { return syscall.EPERM }
		fill(t, w, s)
		result, err := w.Commit(manifestOf(s), 2)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, result.ID)
		checkLive(t, dir, result.ID, s)
	}
	if info, err := os.Lstat(filepath.Join(dir, currentName)); err != nil || !info.Mode().IsRegular() {
		t.Fatalf("current: got %v, %v, want a plain file", info, err)
	}
	if _, _, err := Rollback(t.Context(), dir, nil); err != nil {
		t.Fatal(err)
	}
	checkLive(t, dir, ids[0], siteA)
}

// BenchmarkRelease measures releases of 10,000 pages of 8 kB with two
// variants each: from nothing, without a change, and with one changed page.
func BenchmarkRelease(b *testing.B) {
	const pages = 10_000
	page := bytes.Repeat([]byte("0123456789abcde\n"), 512)
	small := page[:2048]
	run := func(b *testing.B, dir string, edit int) Result {
		w, err := Create(dir, noon, nil)
		if err != nil {
			b.Fatal(err)
		}
		defer w.Abort()
		for i := range pages {
			path := fmt.Sprintf("c%d/article-%d/index.html", i%40, i)
			data := fmt.Appendf(nil, "%d", i)
			if i == 0 {
				data = fmt.Appendf(nil, "edit %d", edit)
			}
			if err := w.Put(path, append(data, page...)); err != nil {
				b.Fatal(err)
			}
			for _, ext := range []string{".gz", ".zst"} {
				if err := w.Variant(path+ext, "test", compressed(string(small))); err != nil {
					b.Fatal(err)
				}
			}
		}
		result, err := w.Commit(Manifest{}, 1)
		if err != nil {
			b.Fatal(err)
		}
		return result
	}
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			run(b, b.TempDir(), 0)
		}
	})
	b.Run("no change", func(b *testing.B) {
		dir := b.TempDir()
		run(b, dir, 0)
		for b.Loop() {
			run(b, dir, 0)
		}
	})
	b.Run("one page", func(b *testing.B) {
		dir, n := b.TempDir(), 0
		for b.Loop() {
			run(b, dir, n)
			n++
		}
	})
}
