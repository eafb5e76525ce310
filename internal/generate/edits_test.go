package generate

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/content"
	"whyfix/internal/markdown"
	"whyfix/internal/publish"
	"whyfix/internal/search"
)

// folder is a content folder under edit, with a theme beside it. Each change has
// a time of its own, and all are older than a moment, so that what was read
// before is taken over.
type folder struct {
	t       *testing.T
	base    string // content/ and themes/ are in it
	files   map[string]string
	changes int
}

func newFolder(t *testing.T, files map[string]string) *folder {
	f := &folder{t: t, base: t.TempDir(), files: map[string]string{}}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f.put("content/"+name, files[name])
	}
	return f
}

func (f *folder) content() string { return filepath.Join(f.base, "content") }

func (f *folder) put(name, text string) {
	f.t.Helper()
	f.files[name] = text
	write(f.t, f.base, map[string]string{name: text})
	f.changes++
	at := time.Now().Add(-24 * time.Hour).Add(time.Duration(f.changes) * time.Minute)
	file := filepath.Join(f.base, filepath.FromSlash(name))
	if err := os.Chtimes(file, at, at); err != nil {
		f.t.Fatal(err)
	}
	settle(f.t, file)
}

func (f *folder) remove(name string) {
	f.t.Helper()
	delete(f.files, name)
	if err := os.Remove(filepath.Join(f.base, filepath.FromSlash(name))); err != nil {
		f.t.Fatal(err)
	}
}

// rename keeps a file's time, as systems do.
func (f *folder) rename(name, to string) {
	f.t.Helper()
	f.files[to] = f.files[name]
	delete(f.files, name)
	if err := os.Rename(filepath.Join(f.base, filepath.FromSlash(name)), filepath.Join(f.base, filepath.FromSlash(to))); err != nil {
		f.t.Fatal(err)
	}
}

func (f *folder) articles() []string {
	var out []string
	for name := range f.files {
		if filepath.Ext(name) == ".md" && filepath.Base(name) != "index.md" {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// edits are the kinds of changes. Each says what it did.
var edits = []func(f *folder, r *rand.Rand, step int) string{
	func(f *folder, r *rand.Rand, step int) string {
		f.put(fmt.Sprintf("content/c%d/new%d.md", r.IntN(4), step), fmt.Sprintf("---\ntitle: 新的%d\nsymptoms: [门铃%d不响]\nproducts: [产品%d]\naliases: [/old/%d/]\n---\n\n## 原因\n\n### 新原因%d\n\n电池没电了。\n", step, step, r.IntN(12), step, step))
		return "add"
	},
	func(f *folder, r *rand.Rand, step int) string { // what several articles have in them
		f.put("content/_pieces/contact.md", fmt.Sprintf("联系我们，第%d次，拨打{{phone}}。\n", step))
		one := fmt.Sprintf("content/c%d/uses.md", r.IntN(3))
		f.put(one, fmt.Sprintf("---\ntitle: 有片段的%d\n---\n\n{{phone}}\n\n![[_pieces/contact.md]]\n", step%2))
		return "change a piece, and " + one
	},
	func(f *folder, r *rand.Rand, step int) string {
		one := f.articles()[r.IntN(len(f.articles()))]
		f.put(one, f.files[one]+fmt.Sprintf("\n又一句%d，窗户漏风。\n", step))
		return "change " + one
	},
	func(f *folder, r *rand.Rand, _ int) string {
		one := f.articles()[r.IntN(len(f.articles()))]
		f.remove(one) // and perhaps a link to it breaks
		return "delete " + one
	},
	func(f *folder, r *rand.Rand, step int) string {
		one, to := f.articles()[r.IntN(len(f.articles()))], fmt.Sprintf("content/c%d/moved%d.md", r.IntN(3), step)
		f.rename(one, to)
		return "rename " + one + " to " + to
	},
	func(f *folder, _ *rand.Rand, step int) string {
		theme := []string{"mine", "default"}[step%2]
		f.put("content/site.yaml", fmt.Sprintf("title: 第%d版\nkinds: {cause: [为什么, 原因, 词%d]}\nvalues: {phone: \"%d\"}\ntheme: %s\n", step, step%2, step%3, theme))
		return "settings, theme " + theme
	},
	func(f *folder, _ *rand.Rand, step int) string {
		f.put("content/tags.yaml", fmt.Sprintf("花呗: {description: 说明%d, slug: huabei%d, names: [别名%d]}\n", step, step%3, step))
		return "tags"
	},
	func(f *folder, _ *rand.Rand, step int) string {
		to := fmt.Sprintf("蚂蚁%d", step) // the tag has a new name, and keeps the old
		f.put("content/tags.yaml", fmt.Sprintf("%s: {description: 先消费后还款, slug: huabei, names: [花呗]}\n", to))
		return "rename a tag to " + to
	},
	func(f *folder, _ *rand.Rand, step int) string {
		f.put("content/synonyms.yaml", fmt.Sprintf("- [维护, 检修%d]\n- {ask: [坏了], find: [打不开]}\n", step))
		return "synonyms"
	},
	func(f *folder, r *rand.Rand, step int) string {
		f.put(fmt.Sprintf("content/c%d/step.svg", r.IntN(3)), fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d 9"/>`, step+1))
		return "image"
	},
	func(f *folder, _ *rand.Rand, step int) string {
		f.put("themes/mine/partials/contact.html", fmt.Sprintf("{{define \"contact\"}}<p>版%d</p>{{end}}\n", step))
		return "a theme's template"
	},
	func(f *folder, _ *rand.Rand, step int) string {
		f.put("themes/mine/assets/_own.css", fmt.Sprintf("a { width: %dpx }\n", step))
		return "a theme's asset"
	},
	func(f *folder, _ *rand.Rand, step int) string {
		f.put("themes/mine/words/zh.json", fmt.Sprintf("{\"languages\": \"语言%d\"}\n", step))
		return "a theme's word"
	},
}

// After any edits the release that was made step by step is that of a clean
// build: byte for byte, and answer for answer. One is made by a process that
// runs on, one by a process of its own each time.
func TestRandomEdits(t *testing.T) {
	withoutDetector(t)
	t.Parallel()
	steps := 2 * len(edits)
	r := rand.New(rand.NewPCG(7, 30))
	f := newFolder(t, sample(8))
	f.put("themes/mine/words/zh.json", "{}")
	f.put("content/site.yaml", "theme: mine\n")
	incremental := loader(t, f.content())
	public, kept := filepath.Join(t.TempDir(), "public"), filepath.Join(t.TempDir(), "public")
	// Every kind occurs, in any order.
	order := append(r.Perm(len(edits)), r.Perm(len(edits))...)
	good := 0
	for step := range steps {
		what := edits[order[step]](f, r, step)
		now, clean := reload(t, incremental), load(t, f.content())
		if diff := cmp.Diff(said(clean.Diags), said(now.Diags)); diff != "" {
			t.Fatalf("step %d, %s: diagnostics (-clean +incremental):\n%s", step, what, diff)
		}
		if now.Diags.Errors() > 0 {
			// The writer mends what broke: links to what is no longer there.
			for _, name := range f.articles() {
				f.put(name, mended(name, step))
			}
			f.put("content/index.md", "---\ntitle: 首页\n---\n\n欢迎。\n")
			now, clean = reload(t, incremental), load(t, f.content())
		} else {
			good++
		}
		packed := step%6 == 3 // copies come and go
		want := releaseOf(t, clean, filepath.Join(t.TempDir(), "public"), packed)
		answers := answersOf(t, want.Dir, f)
		for name, got := range map[string]string{
			"loader":  releaseOf(t, now, public, packed).Dir,
			"process": process(t, f.content(), kept, packed, step%7 == 3),
		} {
			sameTree(t, tree(t, filepath.Join(want.Dir, "www")), tree(t, filepath.Join(got, "www")))
			if diff := cmp.Diff(live(t, want.Dir).Manifest().Search, live(t, got).Manifest().Search); diff != "" {
				t.Errorf("%s: index (-clean +incremental):\n%s", name, diff)
			}
			if diff := cmp.Diff(answers, answersOf(t, got, f)); diff != "" {
				t.Errorf("%s: answers (-clean +incremental):\n%s", name, diff)
			}
		}
		if step%4 == 0 { // nor does a look find what is not there
			o := releaseOptions(kept)
			o.Compress = packed
			seen, _ := lookAt(t, f.content(), o)
			if _, same := seen.unchanged(kept); !same {
				t.Errorf("nothing was edited, and a look cannot tell")
			}
		}
		if t.Failed() {
			t.Fatalf("step %d: %s", step, what)
		}
	}
	if good < steps/2 {
		t.Errorf("only %d of %d steps were good: the test tests little", good, steps)
	}
}

func releaseOf(t *testing.T, l *Loaded, public string, packed bool) Result {
	t.Helper()
	o := releaseOptions(public)
	o.Compress = packed
	report, err := releaseLoaded(t.Context(), l, o)
	if err != nil {
		t.Fatalf("%v\n%s", err, said(l.Diags))
	}
	return report
}

// answers are what an index says to one question.
type answers struct {
	Result  *search.Result
	Suggest []search.Suggestion
}

// answersOf asks an index what readers of these articles might: their own words,
// parts of them, with slips and by sound.
func answersOf(t *testing.T, release string, f *folder) map[string]answers {
	t.Helper()
	x, err := search.Open(filepath.Join(release, "search"), search.Cluster{})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	out := map[string]answers{}
	ask := func(q search.Query) {
		q.Size = 10
		result, err := x.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		suggestions, err := x.Suggest(t.Context(), q.Text, q.Language, 8)
		if err != nil {
			t.Fatal(err)
		}
		out[fmt.Sprintf("%+v", q)] = answers{result, suggestions}
	}
	for _, text := range []string{
		"维护", "打不开", "坏了", "检修", "窗户漏风", "电池没电", "门铃不响", "第一类", "怎么办", "没有这样的东西", "花", "了", "1", // words and parts
		"花唄用不了", "升級", "“打不开”", // traditional, quoted
		"weihu", "huabei", "dengyideng", "hb", "yong bu liao", "menling", // pinyin
		"维户", "用补了", "门玲不响", "花被", // by sound
		"护维", "门铃响不", "用不乐", "电池没典", // slips
		"别名", "蚂蚁", "产品1", // tags
	} {
		ask(search.Query{Text: text})
	}
	ask(search.Query{Text: "维护", Filter: search.Filter{Kind: "cause"}})
	ask(search.Query{Text: "维护", Filter: search.Filter{Product: "花呗"}, Page: 2})
	ask(search.Query{Text: "打不开", Filter: search.Filter{Solution: "等待"}, Language: "zh-CN"})
	parser := markdown.NewParser(markdown.Options{})
	for i, name := range f.articles() {
		a, _ := content.ParseArticle(name, []byte(f.files[name]), parser)
		if a == nil || i%2 == 1 {
			continue
		}
		title := []rune(a.Title.Value)
		ask(search.Query{Text: a.Title.Value})
		ask(search.Query{Text: string(title[len(title)/2:])})
		for _, s := range a.Symptoms {
			ask(search.Query{Text: s.Value})
		}
	}
	return out
}

// lookAt looks at a folder as a build does before it begins.
func lookAt(t *testing.T, dir string, o ReleaseOptions) (seen, *listing) {
	t.Helper()
	l, err := NewLoader(Options{Content: dir, Now: clock, Release: o})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s, listed, err := look(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	return s, listed
}

// process is a build by a new process, which knows of the last one only what
// that kept, and builds nothing if a look shows that nothing has changed. If it
// is damaged, what was kept of the texts is no use. It returns the live release.
func process(t *testing.T, dir, public string, packed, damaged bool) string {
	t.Helper()
	if damaged {
		texts, err := filepath.Glob(filepath.Join(public, ".build", "texts-*"))
		if err != nil || len(texts) != 1 {
			t.Fatalf("texts %v, %v", texts, err)
		}
		if err := os.WriteFile(texts[0], []byte("damaged"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	o := releaseOptions(public)
	o.Compress = packed
	if err := buildKept(t.Context(), dir, o); err != nil {
		t.Fatal(err)
	}
	id, err := publish.Current(public)
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(public, id)
}

// buildKept is a whole build as the command makes it.
func buildKept(ctx context.Context, dir string, o ReleaseOptions) error {
	result, err := Run(ctx, Options{Content: dir, Now: clock, Release: o})
	return errors.Join(err, result.NotKept)
}

// mended is an article without links.
func mended(name string, step int) string {
	return fmt.Sprintf("---\ntitle: %s\nsymptoms: [%s用不了]\nproducts: [花呗, 产品%d]\ncauses: [维护]\n---\n\n## 原因\n\n### 维护\n\n第%d步，打不开。\n\n![步骤](step.svg)\n", filepath.Base(name), filepath.Base(name), len(name)%4, step)
}

// TestSameInAnyOrder: neither the order in which files are listed nor the number
// of processors makes a difference. It changes what all tests share, so it does
// not run beside others.
func TestSameInAnyOrder(t *testing.T) {
	articles := 40
	if underDetector() {
		articles = 12 // more of them meet no other way, and without the detector there are forty
	}
	f := newFolder(t, sample(articles))
	want := released(t, load(t, f.content()), t.TempDir())
	same := func(name string, got Result) {
		t.Helper()
		sameTree(t, tree(t, filepath.Join(want.Dir, "www")), tree(t, filepath.Join(got.Dir, "www")))
		if diff := cmp.Diff(live(t, want.Dir).Manifest().Search, live(t, got.Dir).Manifest().Search); diff != "" {
			t.Errorf("%s: index (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(answersOf(t, want.Dir, f), answersOf(t, got.Dir, f)); diff != "" {
			t.Errorf("%s: answers (-want +got):\n%s", name, diff)
		}
	}

	was := runtime.GOMAXPROCS(1)
	one := released(t, load(t, f.content()), t.TempDir())
	runtime.GOMAXPROCS(was)
	same("one processor", one)

	_, listed := lookAt(t, f.content(), ReleaseOptions{})
	r := rand.New(rand.NewPCG(5, 5))
	r.Shuffle(len(listed.files), func(i, j int) { listed.files[i], listed.files[j] = listed.files[j], listed.files[i] })
	l := loader(t, f.content())
	folder, err := l.read(t.Context(), listed)
	if err != nil {
		t.Fatal(err)
	}
	shuffled, err := l.resolve(folder)
	if err != nil {
		t.Fatal(err)
	}
	same("shuffled", released(t, shuffled, t.TempDir()))
}
