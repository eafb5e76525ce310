package generate

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/bench"
	"whyfix/internal/diag"
	"whyfix/internal/publish"
	"whyfix/internal/search"
)

// now is when these sites are built.
var now = time.Date(2026, 12, 31, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return now }

// sample is a site of n articles in which everything occurs: tags, chains,
// links, anchors, figures, code, aliases, settings.
func sample(n int) map[string]string {
	files := map[string]string{
		"site.yaml": "title: 对症帮助\nfiles: [\"*\"]\nnav:\n  - {title: 第一类, link: c0/index.md}\nnotices: [案例均为虚构。]\nfooter: 最后一行\n",
		"tags.yaml": "花呗: {description: 先消费后还款, slug: huabei, names: [蚂蚁花呗]}\n维护: 系统正在升级\n",
		"index.md":  "---\ntitle: 首页\nsummary: 照着提示找办法\n---\n\n欢迎，先看[第一篇](c0/a0.md)。\n",
		"logo.svg":  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect width="40" height="20"/></svg>`,
	}
	for i := range n {
		files[fmt.Sprintf("c%d/a%d.md", i%3, i)] = sampleArticle(i, n, 0)
	}
	for i := range 3 {
		files[fmt.Sprintf("c%d/index.md", i)] = fmt.Sprintf("---\ntitle: 第%d类\n---\n\n这一类有几篇。\n", i+1)
		files[fmt.Sprintf("c%d/step.svg", i)] = fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d 10"><text>%s</text></svg>`, 10+i, strings.Repeat("步骤", 400))
	}
	return files
}

// sampleArticle is the article number i of n, as it is after some edits.
func sampleArticle(i, n, edits int) string {
	other := (i + 1) % n
	return fmt.Sprintf(`---
title: 第%[1]d个问题第%[5]d版
summary: 问题%[1]d的说明
symptoms: [第%[1]d种用不了, "提示%[1]d: 未开通"]
products: [花呗, 产品%[2]d]
causes: [维护, 原因%[1]d]
solutions: [等待]
date: 2026-0%[2]d-01
related: [c%[4]d/a%[3]d.md]
---

先看提示%[5]d。再看[下一篇](../c%[4]d/a%[3]d.md#cause)。

## 为什么会这样

### 系统在维护 {tag="维护"}

升级的时候打不开。

### 原因%[1]d

说不清。

## 怎么判断

| 看到 | 多半是 |
| --- | --- |
| 维护中 | 维护 |

![步骤](step.svg "三步")

## 怎么解决

### 等一等 {tag="等待" for="维护"}

过一会儿[^1]再试：

`+"```go\nvar x = %[1]d\n```"+`

[^1]: 一般半小时。
`, i, i%9+1, other, other%3, edits)
}

// write puts files into a folder.
func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// load reads a content folder with a new Loader.
func load(t *testing.T, dir string) *Loaded {
	t.Helper()
	l := loader(t, dir)
	return reload(t, l)
}

func loader(t *testing.T, dir string) *Loader {
	t.Helper()
	l, err := NewLoader(Options{Content: dir, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// keeping is a loader as the command has it, with a store beside the releases.
func keeping(t *testing.T, dir, public string) *Loader {
	t.Helper()
	scratch, release, err := publish.Scratch(public)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { release() })
	store, err := openStore(scratch, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.texts.close() })
	l := loader(t, dir)
	l.keepIn(store)
	return l
}

func reload(t *testing.T, l *Loader) *Loaded {
	t.Helper()
	loaded, err := l.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

// said is what a person reads.
func said(diags diag.List) string {
	var b strings.Builder
	_ = diag.Printer{}.Print(&b, diags)
	return b.String()
}

func releaseOptions(public string) ReleaseOptions {
	return ReleaseOptions{Public: public, Keep: 2, Index: true, Compress: true, Generator: "test"}
}

// releaseLoaded makes a release of what was loaded.
func releaseLoaded(ctx context.Context, l *Loaded, o ReleaseOptions) (Result, error) {
	r := &release{Loaded: l, options: o}
	err := r.run(ctx, now)
	return r.result, err
}

// released builds and must succeed.
func released(t *testing.T, l *Loaded, public string) Result {
	t.Helper()
	report, err := releaseLoaded(t.Context(), l, releaseOptions(public))
	if err != nil {
		t.Fatalf("%v\n%s", err, said(l.Diags))
	}
	return report
}

// tree reads every file below a folder; of a link, where it leads.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name := filepath.Join(dir, filepath.FromSlash(p))
		if e.Type()&fs.ModeSymlink != 0 {
			target, err := os.Readlink(name)
			files[p] = "→ " + target
			return err
		}
		data, err := os.ReadFile(name)
		files[p] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// sameTree demands that two folders hold the same files, byte for byte.
func sameTree(t *testing.T, want, got map[string]string) {
	t.Helper()
	for name, text := range want {
		other, ok := got[name]
		switch {
		case !ok:
			t.Errorf("%s is missing", name)
		case other != text && !utf8.ValidString(text):
			t.Errorf("%s differs", name)
		case other != text:
			t.Errorf("%s differs (-want +got):\n%s", name, cmp.Diff(text, other))
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%s is too many", name)
		}
	}
}

// live opens the live release, whole: every file of its manifest, and an index
// that answers.
func live(t *testing.T, public string) *publish.Release {
	t.Helper()
	r, err := publish.Open(public)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	urls, err := r.Addresses().All()
	if err != nil || len(urls) == 0 {
		t.Errorf("the release has %d addresses, %v", len(urls), err)
	}
	for u := range urls {
		name := strings.TrimPrefix(u, "/")
		if strings.HasSuffix(u, "/") {
			name += "index.html"
		}
		if _, err := fs.Stat(r.WWW(), name); err != nil {
			t.Errorf("%s is in the manifest: %v", u, err)
		}
	}
	if r.Manifest().Search != nil {
		x, err := search.Open(r.SearchDir(), search.Cluster{})
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		if _, err := x.Search(t.Context(), search.Query{Text: "花呗用不了", Size: 10, Page: 1}); err != nil {
			t.Error(err)
		}
	}
	return r
}

// Two builds of the same content are the same, on one processor, too.
func TestBuildsAreEqual(t *testing.T) {
	withoutDetector(t)
	sampled := t.TempDir()
	write(t, sampled, sample(16))
	for _, tt := range []struct{ name, content string }{
		{"sample", sampled},
		{"the project's own content", filepath.Join("..", "..", "content")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var want map[string]string
			var digest publish.SearchInfo
			for i, processors := range []int{runtime.GOMAXPROCS(0), runtime.GOMAXPROCS(0), 1} {
				before := runtime.GOMAXPROCS(processors)
				report := released(t, load(t, tt.content), filepath.Join(t.TempDir(), "public"))
				runtime.GOMAXPROCS(before)
				got := tree(t, filepath.Join(report.Dir, "www"))
				r := live(t, report.Dir)
				if i == 0 {
					want, digest = got, *r.Manifest().Search
					continue
				}
				sameTree(t, want, got)
				if diff := cmp.Diff(digest, *r.Manifest().Search); diff != "" {
					t.Errorf("index (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestReleaseReport(t *testing.T) {
	t.Parallel()
	dir, public := t.TempDir(), filepath.Join(t.TempDir(), "public")
	write(t, dir, sample(6))
	first := released(t, load(t, dir), public)
	if !first.Changed || !first.Indexed || first.Articles != 6 || first.Linked != 0 || first.Written == 0 {
		t.Errorf("first: got %+v", first)
	}
	same := released(t, load(t, dir), public)
	if same.Changed || same.ID != first.ID {
		t.Errorf("nothing changed: got %+v, want release %s unchanged", same, first.ID)
	}
	// A page that is not in the index: the index is taken over.
	write(t, dir, map[string]string{"site.yaml": "title: 对症帮助\nfooter: 另一行\n"})
	footer := released(t, load(t, dir), public)
	if !footer.Changed || footer.Indexed || footer.Linked == 0 {
		t.Errorf("another footer: got %+v, want a change and the index taken over", footer)
	}
	write(t, dir, map[string]string{"c0/a0.md": sampleArticle(0, 6, 1)})
	edited := released(t, load(t, dir), public)
	if !edited.Changed || !edited.Indexed || edited.Linked == 0 {
		t.Errorf("another article: got %+v, want a change and a new index", edited)
	}
	if n := releases(t, public); n != 2 {
		t.Errorf("got %d releases, want 2", n)
	}
	live(t, public)
}

// Without an index and without compressed copies.
func TestReleaseOptions(t *testing.T) {
	t.Parallel()
	dir, public := t.TempDir(), filepath.Join(t.TempDir(), "public")
	write(t, dir, sample(3))
	o := releaseOptions(public)
	o.Index, o.Compress = false, false
	report, err := releaseLoaded(t.Context(), load(t, dir), o)
	if err != nil {
		t.Fatal(err)
	}
	for name := range tree(t, report.Dir) {
		if strings.HasSuffix(name, ".gz") || strings.HasSuffix(name, ".br") || strings.HasPrefix(name, "search/") {
			t.Errorf("%s is too many", name)
		}
	}
	if r := live(t, public); r.Manifest().Search != nil {
		t.Errorf("got an index: %+v", r.Manifest().Search)
	}
}

// Content with mistakes makes no release and leaves the live one alone.
func TestReleaseOfMistakes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, file, text, want string }{
		{"invalid UTF-8", "c0/a0.md", "---\ntitle: \xff\n---\n", "c0/a0.md:2:8: this byte is not UTF-8 text"},
		{"broken YAML", "c0/a0.md", "---\ntitle: a: b\n---\n", "c0/a0.md:2:9: a second “: ” in one value"},
		{"a link to nowhere", "c0/new.md", "[x](nowhere.md)\n", `c0/new.md:1:1: there is no article "nowhere.md"`},
		{"settings", "site.yaml", "titel: x\n", `site.yaml:1:1: unknown key "titel" in site.yaml`},
		{"a folder of the program", "assets/x.css", "a{}", "assets: the folder assets/ belongs to the program"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir, public := t.TempDir(), filepath.Join(t.TempDir(), "public")
			write(t, dir, sample(4))
			first := released(t, load(t, dir), public)
			want := tree(t, public)

			write(t, dir, map[string]string{tt.file: tt.text})
			l := load(t, dir)
			if got := said(l.Diags); !strings.Contains(got, tt.want) {
				t.Errorf("got:\n%swant %q", got, tt.want)
			}
			if _, err := releaseLoaded(t.Context(), l, releaseOptions(public)); !errors.Is(err, ErrContent) {
				t.Errorf("got %v, want ErrContent", err)
			}
			sameTree(t, want, tree(t, public))
			if got := live(t, public).ID(); got != first.ID {
				t.Errorf("live: got %s, want %s", got, first.ID)
			}
		})
	}
}

func TestLoaderFolders(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := NewLoader(Options{Content: filepath.Join(dir, "nowhere")}); !errors.Is(err, ErrNoContent) {
		t.Errorf("a missing folder: got %v, want ErrNoContent", err)
	}
	write(t, dir, map[string]string{"a.md": "x"})
	if _, err := NewLoader(Options{Content: filepath.Join(dir, "a.md")}); err == nil || !strings.Contains(err.Error(), "is a file, not a content folder") {
		t.Errorf("a file: got %v", err)
	}
	if got, want := said(load(t, t.TempDir()).Diags), ".: warning: there is no article in this folder\n"; !strings.HasPrefix(got, want) {
		t.Errorf("an empty folder: got %q, want %q", got, want)
	}
}

func TestLoaderCanceled(t *testing.T) {
	t.Parallel()
	dir, public := t.TempDir(), filepath.Join(t.TempDir(), "public")
	write(t, dir, sample(6))
	first := released(t, load(t, dir), public)
	want := tree(t, public)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	l := loader(t, dir)
	if _, err := l.Load(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Load: got %v, want context.Canceled", err)
	}
	write(t, dir, map[string]string{"c0/a0.md": sampleArticle(0, 6, 1)})
	if _, err := releaseLoaded(ctx, reload(t, l), releaseOptions(public)); !errors.Is(err, context.Canceled) {
		t.Errorf("Release: got %v, want context.Canceled", err)
	}
	sameTree(t, want, tree(t, public))
	if got := live(t, public).ID(); got != first.ID {
		t.Errorf("live: got %s, want %s", got, first.ID)
	}
}

// A file without permission is said, and does not hide the rest.
func TestLoaderPermission(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.md": "一\n", "b.md": "[x](nowhere.md)\n", "c/d.svg": "<svg/>", "site.yaml": "title: x\n", "e/f.md": "二\n"})
	for _, name := range []string{"a.md", "c/d.svg", "site.yaml", "e"} {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.Chmod(name, 0); err != nil {
			t.Skip(err)
		}
		t.Cleanup(func() { os.Chmod(name, 0o755) })
	}
	if f, err := os.Open(filepath.Join(dir, "a.md")); err == nil {
		f.Close()
		t.Skip("this user may read every file")
	}
	const denied = ": cannot be read: permission denied\n    hint: give your user the right to read it (chmod +r)\n"
	want := "a.md" + denied + "b.md:1:1: there is no article \"nowhere.md\"\n    1 | [x](nowhere.md)\n      | ^\n    hint: mend the path: it is relative to this file\n" + "c/d.svg" + denied + "e" + denied + "site.yaml" + denied
	if diff := cmp.Diff(want, said(load(t, dir).Diags)); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
}

// Links inside the folder are followed, none leads out of it.
func TestLoaderLinks(t *testing.T) {
	t.Parallel()
	dir, outside := t.TempDir(), t.TempDir()
	write(t, dir, map[string]string{"a.md": "# 甲\n\n![x](pic.svg)\n", "img/real.svg": `<svg viewBox="0 0 3 4"/>`})
	write(t, outside, map[string]string{"secret.txt": "secret", "more/b.md": "# 乙\n"})
	for name, target := range map[string]string{
		"pic.svg": filepath.Join("img", "real.svg"), "b.md": "a.md", "secret.txt": filepath.Join(outside, "secret.txt"), "nowhere.md": "gone.md", "circle.md": "circle.md",
	} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Skip(err)
		}
	}
	l := load(t, dir)
	var got []string
	for _, d := range l.Diags {
		if d.Severity == diag.Error {
			got = append(got, d.File)
		}
	}
	if diff := cmp.Diff([]string{"circle.md", "nowhere.md", "secret.txt"}, got); diff != "" {
		t.Errorf("files with mistakes (-want +got):\n%s\n%s", diff, said(l.Diags))
	}
	for _, name := range []string{"secret.txt", "nowhere.md", "circle.md"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	report := released(t, load(t, dir), filepath.Join(t.TempDir(), "public"))
	info, err := os.Lstat(filepath.Join(report.Dir, "www", "pic.svg"))
	if err != nil || !info.Mode().IsRegular() {
		t.Errorf("the image: got %v, %v; want a plain file", info, err)
	}
	if html := tree(t, filepath.Join(report.Dir, "www"))["a/index.html"]; !strings.Contains(html, `src="/pic.svg" alt="x" width="3" height="4"`) {
		t.Errorf("the page lacks the image with its size:\n%s", html)
	}
}

// Whatever was read before, a change is seen: of a file's text even when size
// and time stay the same within a moment, and of settings that all files
// depend on.
func TestLoaderSeesChanges(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	long := time.Now().Add(-time.Hour)
	put := func(name, text string, at time.Time) {
		write(t, dir, map[string]string{name: text})
		if err := os.Chtimes(filepath.Join(dir, name), at, at); err != nil {
			t.Fatal(err)
		}
	}
	put("a.md", "# 甲\n\n## How so\n\n### x\n\n<b>\n", long)
	l := loader(t, dir)
	first := reload(t, l).Site.Articles[0]
	if again := reload(t, l).Site.Articles[0]; again.Doc != first.Doc {
		t.Error("a file that did not change was read again")
	}

	just := time.Now()
	put("a.md", "# 乙\n\n## How so\n\n### x\n\n<b>\n", just)
	if got := reload(t, l).Site.Articles[0].Title.Value; got != "乙" {
		t.Errorf("title: got %q, want 乙", got)
	}
	put("a.md", "# 丙\n\n## How so\n\n### x\n\n<b>\n", just)
	if got := reload(t, l).Site.Articles[0].Title.Value; got != "丙" {
		t.Errorf("title, same size and time: got %q, want 丙", got)
	}

	for _, tt := range []struct{ name, yaml, kind, html string }{
		{"another kind", "kinds: {check: [how so]}\n", "check", "&lt;b&gt;"},
		{"raw HTML", "raw_html: true\nkinds: {check: [how so]}\n", "check", "<b>"},
		{"other words", "kinds: {check: [how, so]}\n", "check", "&lt;b&gt;"},
		{"no word of these", "kinds: {check: [how such]}\n", "", "&lt;b&gt;"},
		{"neither word", "kinds: {check: [why not, such]}\n", "", "&lt;b&gt;"},
	} {
		put("a.md", "# 丙\n\n## How so\n\n### x\n\n<b>\n", long)
		put("site.yaml", tt.yaml, time.Now())
		doc := reload(t, l).Site.Articles[0].Doc
		if got := doc.Sections[0].Kind.String(); got != tt.kind {
			t.Errorf("%s: got kind %q, want %q", tt.name, got, tt.kind)
		}
		text := doc.Sections[0].Body.HTML.HTML(nil, nil)
		for _, it := range doc.Sections[0].Items {
			text += it.Body.HTML.HTML(nil, nil)
		}
		for _, s := range doc.Sections[1:] {
			text += s.Body.HTML.HTML(nil, nil)
		}
		if !strings.Contains(text, tt.html) {
			t.Errorf("%s: got %q, want %q in it", tt.name, text, tt.html)
		}
	}

	// One phrase, then two words: not the same.
	put("a.md", "# 丙\n\n## Why ask\n", long)
	put("site.yaml", "kinds: {check: [ask me why]}\n", time.Now())
	if got := reload(t, l).Site.Articles[0].Doc.Sections[0].Kind.String(); got != "cause" {
		t.Errorf("phrase: got kind %q, want cause", got)
	}
	put("site.yaml", "kinds: {check: [ask, me, why]}\n", time.Now())
	if got := reload(t, l).Site.Articles[0].Doc.Sections[0].Kind.String(); got != "check" {
		t.Errorf("words: got kind %q, want check", got)
	}
}

// The folder may go and come back.
func TestLoaderReopen(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "content")
	write(t, dir, map[string]string{"a.md": "# 甲\n"})
	l := loader(t, dir)
	reload(t, l)
	if err := os.Rename(dir, dir+".old"); err != nil {
		t.Fatal(err)
	}
	if err := l.Reopen(); !errors.Is(err, ErrNoContent) {
		t.Errorf("while it is away: got %v, want ErrNoContent", err)
	}
	write(t, dir, map[string]string{"b.md": "# 乙\n"})
	if err := l.Reopen(); err != nil {
		t.Fatal(err)
	}
	if got := reload(t, l).Site.Articles[0].Title.Value; got != "乙" {
		t.Errorf("title: got %q, want 乙", got)
	}
}

// A folder that is away when it is read must not end the program.
func TestLoadWhileAway(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "content")
	write(t, dir, map[string]string{"a.md": "# 甲\n"})
	l := loader(t, dir)
	if err := os.Rename(dir, dir+".old"); err != nil {
		t.Fatal(err)
	}
	if err := l.Reopen(); err == nil {
		t.Fatal("Reopen: got no error")
	}
	defer func() {
		if p := recover(); p != nil {
			t.Errorf("Load: got a panic: %v", p)
		}
	}()
	if _, err := l.Load(t.Context()); err == nil {
		t.Error("Load: got no error")
	}
}

// Two builds of one folder: the second is told, and the first is not harmed.
func TestReleaseBusy(t *testing.T) {
	t.Parallel()
	dir, public := t.TempDir(), filepath.Join(t.TempDir(), "public")
	write(t, dir, sample(6))
	l := load(t, dir)
	w, err := publish.Create(public, now, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := releaseLoaded(t.Context(), l, releaseOptions(public)); !errors.Is(err, publish.ErrBusy) {
		t.Errorf("while another is at work: got %v, want ErrBusy", err)
	}
	_, unlock, err := publish.Scratch(public)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), Options{Content: dir, Now: func() time.Time { return now }, Release: releaseOptions(public)}); !errors.Is(err, publish.ErrBusy) {
		t.Errorf("while another has what builds keep: got %v, want ErrBusy", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	if err := w.Abort(); err != nil {
		t.Fatal(err)
	}

	var wg sync.WaitGroup
	results := make([]error, 6)
	for i := range results {
		wg.Go(func() { _, results[i] = releaseLoaded(t.Context(), l, releaseOptions(public)) })
	}
	wg.Wait()
	done := 0
	for _, err := range results {
		switch {
		case err == nil:
			done++
		case !errors.Is(err, publish.ErrBusy):
			t.Errorf("got %v, want nil or ErrBusy", err)
		}
	}
	if done == 0 {
		t.Error("not one of six builds was done")
	}
	live(t, public)
	if n := releases(t, public); n != 1 {
		t.Errorf("got %d releases, want 1", n)
	}
}

// An article of five megabytes is an article.
func TestBigArticle(t *testing.T) {
	withoutDetector(t)
	t.Parallel()
	dir, public := t.TempDir(), filepath.Join(t.TempDir(), "public")
	var b bytes.Buffer
	b.WriteString("---\ntitle: 很长的一篇\n---\n\n")
	for i := 0; b.Len() < 5<<20; i++ {
		fmt.Fprintf(&b, "## 第%d节\n\n%s\n\n- 一\n- 二\n\n", i, strings.Repeat("先看页面上的提示，再看账单里有没有没还清的尾数。", 40))
	}
	b.WriteString("最后一句话独一无二。\n")
	write(t, dir, map[string]string{"big.md": b.String(), "a.md": "# 甲\n\n见[长文](big.md#第7节)。\n"})
	l := load(t, dir)
	if len(l.Diags) > 0 {
		t.Fatal(said(l.Diags))
	}
	report := released(t, l, public)
	page, err := os.ReadFile(filepath.Join(report.Dir, "www", "big", "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(page, []byte("最后一句话独一无二。")) || len(page) < 5<<20 {
		t.Errorf("the page has %d bytes and lacks the end", len(page))
	}
	r := live(t, public)
	x, err := search.Open(r.SearchDir(), search.Cluster{})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	result, err := x.Search(t.Context(), search.Query{Text: "独一无二", Size: 10, Page: 1})
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Hits) != 1 || result.Hits[0].URL != "/big/" {
		t.Errorf("search: got %+v, want /big/", result.Hits)
	}
}

// More than eight megabytes are an accident.
func TestTooBigArticle(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{"big.md": strings.Repeat("很长的一行文字。\n", 400_000)})
	if got, want := said(load(t, dir).Diags), "big.md: the file has 9.5 MB; an article may have at most 8 MB\n    hint: split it into several articles, one problem each\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Sizes of images are read from their first bytes; what cannot be read has none.
func TestMeasure(t *testing.T) {
	t.Parallel()
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 2, 3))); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"a.svg": `<?xml version="1.0"?><svg width="1" viewBox="0 0 640 480">`, "b.svg": `<svg viewBox='-5,-5,12.6,7.4'/>`, "c.svg": "<svg/>", "d.svg": "",
		"a.png": picture.String(), "b.png": "no image", "a.gif": "GIF89a\x04\x00\x05\x00\x00\x00\x00", "c.webp": "RIFF", "d.SVG": `<svg viewBox="0 0 3 4"/>`,
	})
	fsys := os.DirFS(dir)
	for name, want := range map[string][2]int{
		"a.svg": {1, 1}, "b.svg": {13, 7}, "c.svg": {}, "d.svg": {}, "a.png": {2, 3}, "b.png": {}, "a.gif": {4, 5}, "c.webp": {}, "d.SVG": {3, 4}, "gone.svg": {}, "gone.png": {},
	} {
		got := measure(fsys, name)
		if got.Width != want[0] || got.Height != want[1] || got.Path != name {
			t.Errorf("%s: got %+v, want %v", name, got, want)
		}
	}
}

// Files of every kind of name that can be an address arrive in the release.
func TestAssetNames(t *testing.T) {
	t.Parallel()
	dir, public := t.TempDir(), filepath.Join(t.TempDir(), "public")
	names := []string{"a b.txt", "步骤.txt", "100%.txt", "a#b.txt", "a+b&c.txt", "x.tar.gz", "noext", "CAPS.TXT", "deep/er/x.txt", "data.json"}
	files := map[string]string{"site.yaml": "files: [\"*\"]\n", "a.md": "# 甲\n", ".hidden": "x", "_draft.md": "x"}
	for _, n := range names {
		files[n] = "text of " + n
	}
	write(t, dir, files)
	report := released(t, load(t, dir), public)
	got := tree(t, filepath.Join(report.Dir, "www"))
	for _, n := range names {
		if got[n] != files[n] {
			t.Errorf("%s: got %q", n, got[n])
		}
	}
	if slices.ContainsFunc([]string{".hidden", "_draft.md", "a.md"}, func(n string) bool { _, ok := got[n]; return ok }) {
		t.Error("hidden files, or the Markdown, are in the release")
	}
}

// When most of what is kept of texts is of no use, it is made anew, and the site
// stays as it is.
func TestTextsOfNoUse(t *testing.T) {
	t.Parallel()
	dir, public := t.TempDir(), filepath.Join(t.TempDir(), "public")
	write(t, dir, sample(6))
	texts := func() string {
		t.Helper()
		names, err := filepath.Glob(filepath.Join(public, ".build", "texts-*"))
		if err != nil || len(names) != 1 {
			t.Fatalf("texts: %v, %v", names, err)
		}
		return names[0]
	}
	if err := buildKept(t.Context(), dir, releaseOptions(public)); err != nil {
		t.Fatal(err)
	}
	old := texts()
	if err := os.Truncate(old, 2*leastWaste); err != nil {
		t.Fatal(err)
	}
	write(t, dir, map[string]string{"c0/a0.md": sampleArticle(0, 6, 1)})
	result, err := Run(t.Context(), Options{Content: dir, Now: clock, Release: releaseOptions(public)})
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(texts()); err != nil || texts() == old || info.Size() > leastWaste {
		t.Errorf("the texts are kept: %v, %v", info, err)
	}
	clean := released(t, load(t, dir), t.TempDir())
	sameTree(t, tree(t, filepath.Join(clean.Dir, "www")), tree(t, filepath.Join(result.Dir, "www")))
}

func TestSizes(t *testing.T) {
	t.Parallel()
	var png300 bytes.Buffer
	if err := png.Encode(&png300, image.NewGray(image.Rect(0, 0, 300, 200))); err != nil {
		t.Fatal(err)
	}
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 300, 200)), nil); err != nil {
		t.Fatal(err)
	}
	riff := func(kind string, data ...byte) string {
		return "RIFF\x00\x00\x00\x00WEBP" + kind + "\x00\x00\x00\x00" + string(data) + "\x00\x00\x00\x00\x00\x00\x00\x00"
	}
	box := func(kind, data string) string {
		return string(binary.BigEndian.AppendUint32(nil, uint32(8+len(data)))) + kind + data
	}
	ispe := func(w, h uint32) string {
		return box("ispe", string(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(make([]byte, 4), w), h)))
	}
	avif := box("ftyp", "avif\x00\x00\x00\x00") + box("meta", "\x00\x00\x00\x00"+box("iprp", box("ipco", ispe(64, 64)+ispe(300, 200))))
	film := func(straight, w, h uint32) string {
		tkhd := make([]byte, 40)
		for _, n := range []uint32{straight, 0x10000 - straight, 0, 0, 0, 0, 0, 0, 0, w << 16, h << 16} {
			tkhd = binary.BigEndian.AppendUint32(tkhd, n)
		}
		sound := box("trak", box("tkhd", string(make([]byte, 84))))
		return box("ftyp", "isom") + box("mdat", "frames") + box("moov", box("mvhd", "x")+sound+box("trak", box("tkhd", string(tkhd))))
	}
	turned := func(orientation byte) string {
		exif := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string([]byte{orientation}) + "\x00\x00\x00\x00\x00\x00"
		part := "\xFF\xE1" + string(binary.BigEndian.AppendUint16(nil, uint16(2+len(exif)))) + exif
		return photo.String()[:2] + part + photo.String()[2:]
	}
	for _, c := range []struct {
		name, file, data string
		width, height    int
	}{
		{"png", "a.png", png300.String(), 300, 200},
		{"an end in capitals", "a.PNG", png300.String(), 300, 200},
		{"jpeg", "a.jpg", photo.String(), 300, 200},
		{"a photo that stands", "a.jpg", turned(6), 200, 300},
		{"a photo on its head", "a.jpg", turned(3), 300, 200},
		{"webp with losses", "a.webp", riff("VP8 ", 0, 0, 0, 0x9D, 1, 0x2A, 0x2C, 0x41, 200, 0), 300, 200},
		{"webp without", "a.webp", riff("VP8L", 0x2F, 0x2B, 0xC1, 0x31, 0), 300, 200},
		{"webp with more in it", "a.webp", riff("VP8X", 0, 0, 0, 0, 0x2B, 1, 0, 199, 0, 0), 300, 200},
		{"avif", "a.avif", avif, 300, 200},
		{"avif that is turned", "a.avif", avif + box("irot", "\x01"), 200, 300},
		{"film", "a.mp4", film(0x10000, 300, 200), 300, 200},
		{"film that was turned", "a.MOV", film(0, 300, 200), 200, 300},
		{"sound alone", "a.mp4", film(0x10000, 0, 0), 0, 0},
		{"a film that is cut short", "a.mp4", film(0x10000, 300, 200)[:80], 0, 0},
		{"svg with a size", "a.svg", `<?xml version="1.0"?><!-- <x> --><svg width="300" height="200px" viewBox="0 0 30 20">`, 300, 200},
		{"svg with a width", "a.svg", `<svg viewBox="0 0 30 20" width="300">`, 300, 200},
		{"svg with a height", "a.svg", `<svg viewBox='0,0,30,20' height='200'>`, 300, 200},
		{"svg with proportions", "a.svg", "<svg\n viewBox=\"0 0 299.6 200\">", 300, 200},
		{"svg as wide as there is room", "a.svg", `<svg width="100%" height="100%" viewBox="0 0 300 200">`, 300, 200},
		{"svg without any", "a.svg", `<svg stroke-width="3">`, 0, 0},
		{"svg of a size that is none", "a.svg", `<svg viewBox="0 0 1e300 1">`, 0, 0},
		{"cut short", "a.webp", "RIFF", 0, 0},
		{"cut short", "a.avif", box("ftyp", "avif") + "ispe", 0, 0},
		{"cut short", "a.png", "\x89PNG", 0, 0},
		{"no image", "a.webp", "<html>", 0, 0},
		{"no image", "a.txt", "a", 0, 0},
	} {
		a := measure(fstest.MapFS{c.file: {Data: []byte(c.data)}}, c.file)
		if a.Width != c.width || a.Height != c.height {
			t.Errorf("%s: %s has %d × %d, want %d × %d", c.name, c.file, a.Width, a.Height, c.width, c.height)
		}
	}
}

func FuzzMeasure(f *testing.F) {
	for _, s := range []string{"RIFF\x00\x00\x00\x00WEBPVP8X\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", "\x00\x00\x00\x0Cftypavif\x00\x00\x00\x14ispe", "<svg width='1' viewBox='0 0 1 1'>", "\xFF\xD8\xFF\xE1\x00\x10Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01"} {
		f.Add([]byte(s))
	}
	f.Add([]byte("\x00\x00\x00\x01moov\x00\x00\x00\x00\x00\x00\x00\x10"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, name := range []string{"a.webp", "a.avif", "a.svg", "a.jpg", "a.mp4"} {
			if a := measure(fstest.MapFS{name: {Data: data}}, name); a.Width < 0 || a.Height < 0 {
				t.Errorf("%s has %d × %d", name, a.Width, a.Height)
			}
		}
	})
}

// What stays in memory of an article while its site is made is bounded: what it
// says of itself and of others, not its text. Who adds a field to a section, or to
// a link, pays for it some hundred thousand times.
func TestMemoryOfAnArticle(t *testing.T) { // not beside others: it looks at the heap
	const articles, most = 2000, 8_500 // bytes
	dir := t.TempDir()
	content := filepath.Join(dir, "content")
	if err := bench.Write(content, articles); err != nil {
		t.Fatal(err)
	}
	store, err := openStore(filepath.Join(dir, "store"), true)
	if err != nil {
		t.Fatal(err)
	}
	defer store.texts.close()
	l, err := NewLoader(Options{Content: content, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	l.keepIn(store)
	live := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC() // what pools keep is gone after two
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := live()
	loaded, err := l.Follow(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	loaded.Check(t.Context())
	after := live()
	each := (after - before) / articles
	t.Logf("%d bytes for each article", each)
	if each > most {
		t.Errorf("an article takes %d bytes of memory; it may take %d", each, most)
	}
	runtime.KeepAlive(loaded)
}
