package server

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"whyfix/internal/posts"
	"whyfix/internal/publish"
)

// fed puts documents beside the articles of a folder of releases.
func fed(t *testing.T, public string, lines ...string) {
	t.Helper()
	f, err := posts.Open(t.Context(), posts.Options{Public: public, Generator: "test", Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, line := range lines {
		if id, gone := strings.CutPrefix(line, "-"); gone {
			if _, err := f.Delete(t.Context(), []string{id}); err != nil {
				t.Fatal(err)
			}
			continue
		}
		read, err := f.Take(t.Context(), "posts.jsonl", strings.NewReader(line), f.Settings().Defaults("", ""), false)
		if err != nil || !read.Taken {
			t.Fatalf("%s: %v %+v", line, err, read.Diags)
		}
	}
	if err := f.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// besidePosts serves a site and its posts, and follows both.
func besidePosts(t *testing.T, lines ...string) (s *Server, book *logBook, public string) {
	t.Helper()
	public, err := buildSite(t.TempDir(), map[string]string{
		"site.yaml": "sources:\n  - {kind: note, label: {zh-CN: 便签}}\n",
		"jam.md":    "---\ntitle: 打印机卡纸怎么办\nsymptoms: [打印机卡纸]\nproducts: [打印机]\n---\n\n先关电源，再从后面抽出纸。\n",
		"ink.md":    "---\ntitle: 墨盒不识别\nproducts: [打印机]\n---\n\n取出墨盒，再装回去。\n",
	}, "", true)
	if err == nil && len(lines) > 0 {
		fed(t, public, lines...)
	}
	s, _, book = open(t, public, err)
	s.options.Posts = publish.PostsDir(public)
	s.LoadPosts(t.Context())
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); s.Follow(ctx, public) }()
	t.Cleanup(func() { cancel(); <-done })
	return s, book, public
}

const (
	jamPost  = `{"id": "t-1", "url": "https://forum.example.org/t/1", "title": "打印机卡纸", "text": "我也是：打印机卡纸，换了搓纸轮。", "product": "打印机", "date": "2026-03-01"}`
	fanPost  = `{"id": "t-2", "url": "https://forum.example.org/t/2?a=1&b=2", "title": "<b>风扇</b>一直响", "text": "<script>alert(1)</script>风扇一直响，清灰。"}`
	fanNote  = `{"id": "n-1", "url": "/ink/", "language": "zh-cn", "title": "风扇型号", "text": "风扇的型号写在背面。", "kind": "note", "expires": "2999-01-01"}`
	oldTrick = `{"id": "o-1", "url": "https://forum.example.org/o/1", "title": "风扇一直响的老办法", "text": "敲一下。", "expires": "2001-01-01"}`
)

func TestPostsAreFoundBesideArticles(t *testing.T) {
	t.Parallel()
	s, _, _ := besidePosts(t, jamPost, fanPost, fanNote, oldTrick)
	for _, tt := range []struct {
		name, query string
		filter      []string
		want        []string
	}{
		{"an article that answers as well stands first", "打印机卡纸", nil, []string{"/jam/", "https://forum.example.org/t/1"}},
		{"posts alone", "打印机卡纸", []string{"source", "post"}, []string{"https://forum.example.org/t/1"}},
		{"articles alone", "打印机卡纸", []string{"source", "article"}, []string{"/jam/"}},
		{"a post answers what no article does; the expired is not found", "风扇一直响", []string{"source", "post"}, []string{"https://forum.example.org/t/2?a=1&b=2"}},
		{"a note", "风扇型号", []string{"source", "note"}, []string{"/ink/"}},
		{"a language as the site spells it", "风扇型号", []string{"language", "zh-CN", "source", "note"}, []string{"/ink/"}},
		{"what is of no source", "风扇型号", []string{"source", "ticket"}, nil},
		{"by product", "换了搓纸轮", []string{"product", "打印机", "source", "post"}, []string{"https://forum.example.org/t/1"}},
		{"by language", "打印机卡纸", []string{"language", "zh-CN"}, []string{"/jam/", "https://forum.example.org/t/1"}},
	} {
		got := searched(t, s, query("/api/search", append([]string{"q", tt.query}, tt.filter...)...))
		if strings.Join(got.urls(), " ") != strings.Join(tt.want, " ") || got.Total != len(tt.want) {
			t.Errorf("%s: %q finds %d: %q, want %q", tt.name, tt.query, got.Total, got.urls(), tt.want)
		}
	}
	a := get(t, s, query("/api/search", "q", "风扇"))
	for _, want := range []string{
		`"source":"post","label":"论坛帖子"`, `"source":"note","label":"便签"`,
		`"source":[{"value":"note","count":1,"label":"便签"},{"value":"post","count":1,"label":"论坛帖子"}]`,
		`"mode":"exact"`, `"answered":true`,
	} {
		if !strings.Contains(a.body, want) {
			t.Errorf("there is no %s in\n%s", want, a.body)
		}
	}
	if strings.Contains(a.body, "<script>") {
		t.Errorf("a text became HTML:\n%s", a.body)
	}
	// Suggestions are the articles'.
	if a := get(t, s, query("/api/suggest", "q", "风扇")); !strings.Contains(a.body, `"suggestions":[]`) {
		t.Errorf("posts are suggested: %s", a.body)
	}
	if a := get(t, s, "/readyz"); !strings.HasPrefix(a.body, "ready\nposts: 4, changed 20") {
		t.Errorf("/readyz says %q", a.body)
	}
	page := mainOf(t, get(t, s, query("/search", "q", "风扇")).body)
	for _, want := range []string{
		`<a href="https://forum.example.org/t/2?a=1&amp;b=2" rel="external nofollow noopener">&lt;b&gt;风扇&lt;/b&gt;一直响</a>`,
		`<span class="badge">论坛帖子</span>`, `<span class="hit-host">forum.example.org</span>`, `<a href="/ink/">风扇型号</a>`, `<section data-facet="source">`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("there is no %s in\n%s", want, page)
		}
	}
	if strings.Contains(page, "<script>alert") {
		t.Error("a text became HTML")
	}
	if page := mainOf(t, get(t, s, query("/search", "q", "打印机卡纸")).body); !strings.Contains(page, `<time datetime="2026-03-01">2026-03-01</time>`) {
		t.Errorf("there is no date in\n%s", page)
	}
}

func TestPostsChangeWithoutARelease(t *testing.T) {
	t.Parallel()
	s, _, public := besidePosts(t)
	ask := func() *reply { return searched(t, s, query("/api/search", "q", "风扇一直响")) }
	before := get(t, s, query("/api/search", "q", "风扇一直响"))
	if strings.Contains(before.body, `"source"`) {
		t.Errorf("a site without posts tells of sources: %s", before.body)
	}
	fed(t, public, fanPost)
	until(t, "the post is found", func() bool { return ask().Total == 1 })
	after := get(t, s, query("/api/search", "q", "风扇一直响"), "If-None-Match", before.header.Get("ETag"))
	if after.status != http.StatusOK {
		t.Errorf("who holds the answer of before is told %d", after.status)
	}
	fed(t, public, "-t-2", fanNote)
	until(t, "it is gone again", func() bool {
		got := ask()
		return got.Total == 1 && got.urls()[0] == "/ink/"
	})
}

// Whatever is wrong with the posts, articles are found.
func TestDamagedPostsTakeNoArticlesAway(t *testing.T) {
	t.Parallel()
	s, book, public := besidePosts(t, jamPost)
	dir := publish.PostsDir(public)
	both := func() bool { return searched(t, s, query("/api/search", "q", "打印机卡纸")).Total == 2 }
	if !both() {
		t.Fatal("the post is not found")
	}
	// Those that come are damaged: the ones before stay.
	fed(t, public, "-t-1")
	until(t, "the change is taken", func() bool { return !both() })
	fed(t, public, jamPost, fanNote)
	until(t, "so is the next", both)
	id, err := publish.Current(dir)
	if err != nil {
		t.Fatal(err)
	}
	fed(t, public, "-n-1")
	next, err := publish.Current(dir)
	if err != nil || next == id {
		t.Fatal(next, err)
	}
	if err := os.WriteFile(filepath.Join(dir, next, "search", "texts"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	// A server that starts now has articles alone, and says so.
	second, _, secondBook := open(t, public, nil)
	second.options.Posts = dir
	second.LoadPosts(t.Context())
	if got := searched(t, second, query("/api/search", "q", "打印机卡纸")); got.Total != 1 || got.urls()[0] != "/jam/" {
		t.Errorf("beside damaged posts it finds %q", got.urls())
	}
	if !strings.Contains(secondBook.String(), "new posts refused, articles are found all the same") {
		t.Errorf("the log says %s", secondBook)
	}
	if a := get(t, second, "/readyz"); a.body != "ready\n" {
		t.Errorf("/readyz says %q", a.body)
	}
	if !strings.Contains(book.String(), "new posts") {
		t.Errorf("the log says %s", book)
	}
}
