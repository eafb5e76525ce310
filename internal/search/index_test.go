package search

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/google/go-cmp/cmp"
)

func TestCount(t *testing.T) {
	t.Parallel()
	docs := corpus()
	if got := built(t, docs).Count(); got != len(docs) {
		t.Errorf("Count = %d, want %d", got, len(docs))
	}
}

// Several processes may read one index at a time.
func TestOpenTwice(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "search")
	write(t, dir, corpus())
	var open []*Index
	for range 3 {
		x, err := Open(dir)
		if err != nil {
			t.Fatalf("Open: %v", err)
		}
		open = append(open, x)
	}
	for _, x := range open {
		if got := urls(ask(t, x, Query{Text: "打印机脱机", Size: 1}).Hits); !slices.Equal(got, []string{"/printer/offline/"}) {
			t.Errorf("hits are %v", got)
		}
		if err := x.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
}

// Reading leaves a release as it is: it may lie on a disk that cannot be
// written.
func TestReadingChangesNothing(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "search")
	write(t, dir, corpus())
	before := files(t, dir)
	x, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	ask(t, x, Query{Text: "打印机", Size: 10})
	x.Close()
	if diff := cmp.Diff(before, files(t, dir)); diff != "" {
		t.Errorf("the folder has changed (-before +after):\n%s", diff)
	}
}

// files are the names and contents below a folder.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, p))
		out[p] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	damage := func(t *testing.T, pattern string, spoil func(data []byte) []byte) string {
		t.Helper()
		dir := filepath.Join(t.TempDir(), "search")
		write(t, dir, corpus())
		names, err := filepath.Glob(filepath.Join(dir, "store", pattern))
		if err != nil || len(names) == 0 {
			t.Fatalf("no file %s in the index: %v", pattern, err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, spoil(data), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	for _, tt := range []struct {
		name string
		dir  func(t *testing.T) string
		want error  // that the error wraps; nil: any
		says string // in its text
	}{
		{"no folder", func(t *testing.T) string { return filepath.Join(t.TempDir(), "nothing") }, fs.ErrNotExist, "no index"},
		{"empty folder", func(t *testing.T) string { return t.TempDir() }, fs.ErrNotExist, "no index"},
		{"empty store", func(t *testing.T) string {
			dir := t.TempDir()
			if err := os.Mkdir(filepath.Join(dir, "store"), 0o755); err != nil {
				t.Fatal(err)
			}
			return dir
		}, nil, "search: "},
		{"a file for a store", func(t *testing.T) string {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "store"), nil, 0o644); err != nil {
				t.Fatal(err)
			}
			return dir
		}, nil, "search: "},
		{"a build that was stopped", func(t *testing.T) string {
			dir := t.TempDir()
			ctx, stop := context.WithCancel(t.Context())
			stop()
			if _, err := NewContent(Sources(corpus()), nil).Write(ctx, dir, ""); !errors.Is(err, context.Canceled) {
				t.Errorf("Write gives %v", err)
			}
			return dir
		}, nil, "search: "},
		{"a build that died before its end", func(t *testing.T) string {
			dir := filepath.Join(t.TempDir(), "search")
			write(t, dir, corpus())
			if err := os.Remove(filepath.Join(dir, "store", "root.bolt")); err != nil {
				t.Fatal(err)
			}
			return dir
		}, nil, "search: "},
		{"segment cut in half", func(t *testing.T) string {
			return damage(t, "*.zap", func(data []byte) []byte { return data[:len(data)/2] })
		}, nil, "search: "},
		{"empty segment", func(t *testing.T) string { return damage(t, "*.zap", func([]byte) []byte { return nil }) }, nil, "search: "},
		{"segment without its last byte", func(t *testing.T) string {
			return damage(t, "*.zap", func(data []byte) []byte { return data[:len(data)-1] })
		}, nil, "search: "},
		{"no articles", func(t *testing.T) string {
			dir := filepath.Join(t.TempDir(), "search")
			write(t, dir, corpus())
			if err := os.Remove(filepath.Join(dir, articlesFile)); err != nil {
				t.Fatal(err)
			}
			return dir
		}, fs.ErrNotExist, "build the site again"},
		{"articles cut in half", func(t *testing.T) string {
			return damage(t, "../articles", func(data []byte) []byte { return data[:len(data)/2] })
		}, errTexts, "build the site again"},
		{"articles without their last byte", func(t *testing.T) string {
			return damage(t, "../articles", func(data []byte) []byte { return data[:len(data)-1] })
		}, errTexts, "damaged"},
		{"articles with one bit changed", func(t *testing.T) string {
			return damage(t, "../articles", func(data []byte) []byte { data[len(data)/2] ^= 4; return data })
		}, nil, "search: "},
		{"articles of something else", func(t *testing.T) string {
			return damage(t, "../articles", func([]byte) []byte { return []byte(strings.Repeat("no articles. ", 1000)) })
		}, errTexts, "damaged"},
		{"texts without their last byte", func(t *testing.T) string {
			return damage(t, "../texts", func(data []byte) []byte { return data[:len(data)-1] })
		}, errTexts, "damaged"},
		{"articles of other documents", func(t *testing.T) string {
			return damage(t, "../articles", func([]byte) []byte {
				other := filepath.Join(t.TempDir(), "search")
				docs := corpus()
				for _, d := range docs {
					d.URL = "/x" + d.URL
				}
				write(t, other, docs)
				theirs, err := os.ReadFile(filepath.Join(other, articlesFile))
				if err != nil {
					t.Fatal(err)
				}
				return theirs
			})
		}, errTexts, "nothing is known of"},
		{"empty root", func(t *testing.T) string { return damage(t, "root.bolt", func([]byte) []byte { return nil }) }, nil, "search: "},
		{"root cut to its first page", func(t *testing.T) string {
			return damage(t, "root.bolt", func(data []byte) []byte { return data[:min(len(data), 4096)] })
		}, nil, "search: "},
		{"root of zeros", func(t *testing.T) string {
			return damage(t, "root.bolt", func(data []byte) []byte { return make([]byte, len(data)) })
		}, nil, "search: "},
		{"root of something else", func(t *testing.T) string {
			return damage(t, "root.bolt", func([]byte) []byte { return []byte(strings.Repeat("not an index. ", 1000)) })
		}, nil, "search: "},
		{"another schema", func(t *testing.T) string { return foreign(t, []byte("999")) }, ErrSchema, "999"},
		{"no schema", func(t *testing.T) string { return foreign(t, nil) }, ErrSchema, "build the site again"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			defer calm(t)
			x, err := Open(tt.dir(t))
			if err == nil {
				x.Close()
				t.Fatal("Open gives no error")
			}
			if tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("Open gives %v, want it to wrap %v", err, tt.want)
			}
			if !strings.Contains(err.Error(), tt.says) {
				t.Errorf("Open gives %q, want %q in it", err, tt.says)
			}
		})
	}
}

// foreign is an index as another version of the program would write it.
func foreign(t *testing.T, schema []byte) string {
	t.Helper()
	dir := t.TempDir()
	internal := map[string][]byte{"_mapping": []byte("{}")}
	if schema != nil {
		internal["whyfix-schema"] = schema
	}
	b, err := scorch.NewBuilder(map[string]any{"path": filepath.Join(dir, "store"), "buildPathPrefix": dir, "internal": internal})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Index(document.NewDocument("/a/")); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Nothing is left in the folder but the index.
func TestWriteLeavesNoScratch(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "search")
	write(t, dir, corpus())
	for name := range files(t, dir) {
		if !strings.HasPrefix(name, "store/") && !slices.Contains([]string{"index_meta.json", articlesFile, textsFile, ledgerFile}, name) {
			t.Errorf("%s is left in the index's folder", name)
		}
	}
}

// Two builds of the same documents give the same answers.
func TestTwoBuildsAnswerTheSame(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(9, 10))
	docs := corpus()
	for i := range 100 {
		docs = append(docs, generated(r, fmt.Sprintf("/g/%d/", i)))
	}
	for i := range 8 { // several articles promise the same
		for j := range 3 {
			d := docs[len(corpus())+3*i+j]
			d.Symptoms = append(d.Symptoms, fmt.Sprintf("共同的说法%d", i))
		}
	}
	x, y := built(t, docs), built(t, docs)
	for _, q := range liveQuestions {
		same(t, "second build", x, y, q)
	}
	for _, q := range []string{"共同", "打", "验证"} {
		sameSuggestions(t, "second build", x, y, q)
	}
}

var liveQuestions = []string{
	"打印机连不上", "怎么办", "重启 设备", "Wi-Fi 很慢", "ERR_1042", "請問餘額為什麼不更新", "网", "没有这样的东西", "共同的说法",
}

// same compares what two indexes answer, scores and facets included.
func same(t *testing.T, what string, want, got *Index, text string) {
	t.Helper()
	a, b := ask(t, want, Query{Text: text, Size: 10}), ask(t, got, Query{Text: text, Size: 10})
	if a.Total != b.Total || a.Mode != b.Mode {
		t.Errorf("%s: %q gives %d hits (%s), want %d (%s)", what, text, b.Total, b.Mode, a.Total, a.Mode)
	}
	if x, y := urls(a.Hits), urls(b.Hits); !slices.Equal(x, y) {
		t.Errorf("%s: %q (-want +got):\n%s", what, text, cmp.Diff(x, y))
		return
	}
	for i := range a.Hits {
		if math.Abs(float64(a.Hits[i].Score-b.Hits[i].Score)) > 1e-4 {
			t.Errorf("%s: %q: score of %s is %v, want %v", what, text, a.Hits[i].URL, b.Hits[i].Score, a.Hits[i].Score)
		}
		if !sameHit(a.Hits[i], b.Hits[i]) {
			t.Errorf("%s: %q: hit (-want +got):\n%s", what, text, cmp.Diff(a.Hits[i], b.Hits[i]))
		}
	}
	if diff := cmp.Diff(a.Facets, b.Facets); diff != "" {
		t.Errorf("%s: %q: facets (-want +got):\n%s", what, text, diff)
	}
}

// sameHit compares all that is shown.
func sameHit(a, b Hit) bool {
	return a.URL == b.URL && a.Title == b.Title && a.Summary == b.Summary && a.Snippet == b.Snippet && a.Section == b.Section &&
		slices.Equal(a.Products, b.Products) && slices.Equal(a.Causes, b.Causes) && slices.Equal(a.Solutions, b.Solutions)
}

// sameSuggestions compares what two indexes suggest.
func sameSuggestions(t *testing.T, what string, want, got *Index, text string) {
	t.Helper()
	a, err := want.Suggest(t.Context(), text, "", 8)
	if err != nil {
		t.Fatal(err)
	}
	b, err := got.Suggest(t.Context(), text, "", 8)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("%s: suggestions for %q (-want +got):\n%s", what, text, diff)
	}
}

// edit is one change of what a Live holds.
type edit struct {
	what    string
	changed []*Document
	gone    []string
}

// edits are random changes of a set of documents, each with what the set is
// afterwards.
func edits(r *rand.Rand, n int) (steps []edit, states []map[string]*Document) {
	docs := map[string]*Document{}
	next := 0
	add := func() *Document {
		next++
		d := generated(r, fmt.Sprintf("/live/%d/", next))
		switch r.IntN(4) {
		case 0:
			d.Symptoms = append(d.Symptoms, "共同的说法") // several articles promise it
		case 1:
			d.Title = "共同的说法"
		}
		docs[d.URL] = d
		return d
	}
	pick := func() *Document {
		keys := slices.Sorted(maps.Keys(docs))
		return docs[keys[r.IntN(len(keys))]]
	}
	for range n {
		var e edit
		switch k := r.IntN(8); {
		case k < 3 || len(docs) < 3:
			e.what = "add"
			for range 1 + r.IntN(3) {
				e.changed = append(e.changed, add())
			}
		case k < 5:
			e.what = "change"
			d := generated(r, pick().URL)
			d.Title = "新的标题 " + d.Title
			docs[d.URL] = d
			e.changed = []*Document{d}
		case k < 6:
			e.what = "delete"
			url := pick().URL
			delete(docs, url)
			e.gone = []string{url}
		case k < 7:
			e.what = "add, change and delete"
			gone, changed := pick().URL, ""
			delete(docs, gone)
			d := generated(r, pick().URL)
			changed = d.URL
			docs[changed] = d
			e.changed, e.gone = []*Document{d, add()}, []string{gone}
		default:
			e.what = "nothing"
		}
		steps = append(steps, e)
		states = append(states, maps.Clone(docs))
	}
	return steps, states
}

// eachEdit applies random edits to a Live and compares the Index after each
// with one that is built from nothing, until they differ.
func eachEdit(t *testing.T, n int, compare func(what string, fresh, live *Index)) {
	t.Helper()
	steps, states := edits(rand.New(rand.NewPCG(11, 12)), n)
	live, err := NewLive(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer live.Close()
	for i, e := range steps {
		x, err := live.Apply(e.changed, e.gone)
		if err != nil {
			t.Fatalf("step %d, %s: %v", i, e.what, err)
		}
		var docs []*Document
		for _, url := range slices.Sorted(maps.Keys(states[i])) {
			docs = append(docs, states[i][url])
		}
		compare(fmt.Sprintf("step %d, %s", i, e.what), built(t, docs), x)
		if err := x.Close(); err != nil {
			t.Fatalf("step %d, %s: Close: %v", i, e.what, err)
		}
		if t.Failed() {
			return // what follows is the same difference
		}
	}
}

// What the writer's preview answers after any edits is what a release of the
// same articles answers.
func TestLiveAnswersLikeARelease(t *testing.T) {
	t.Parallel()
	eachEdit(t, 40, func(what string, fresh, live *Index) {
		if live.Count() != fresh.Count() {
			t.Errorf("%s: %d articles, want %d", what, live.Count(), fresh.Count())
		}
		for _, q := range liveQuestions {
			same(t, what, fresh, live, q)
		}
	})
}

func TestLiveSuggestsLikeARelease(t *testing.T) {
	t.Parallel()
	eachEdit(t, 15, func(what string, fresh, live *Index) {
		for _, q := range []string{"共同", "打", "验证", "新的"} {
			sameSuggestions(t, what, fresh, live, q)
		}
	})
}

// An Index that was handed out answers as before while the Live goes on.
func TestLiveIndexesStay(t *testing.T) {
	t.Parallel()
	live, err := NewLive(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer live.Close()
	a := &Document{URL: "/a/", Title: "加湿器漏水"}
	one, err := live.Apply([]*Document{a}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	two, err := live.Apply([]*Document{{URL: "/b/", Title: "加湿器不出雾"}}, []string{"/a/"})
	if err != nil {
		t.Fatal(err)
	}
	defer two.Close()
	for _, tt := range []struct {
		name string
		x    *Index
		want []string
	}{{"first", one, []string{"/a/"}}, {"second", two, []string{"/b/"}}} {
		if diff := cmp.Diff(tt.want, urls(all(t, tt.x, Query{Text: "加湿器"}))); diff != "" {
			t.Errorf("%s index (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestLiveStartsEmpty(t *testing.T) {
	t.Parallel()
	live, err := NewLive(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer live.Close()
	x, err := live.Apply(nil, []string{"/never/was/"})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if r := ask(t, x, Query{Text: "打印机", Size: 10}); r.Total != 0 || x.Count() != 0 {
		t.Errorf("%d articles, %d hits", x.Count(), r.Total)
	}
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	docs := append(corpus(),
		&Document{
			URL: "/s/1/", Title: "热水器不热", Symptoms: []string{"热水器打不着火", "洗澡时热水器忽冷忽热", "热水器响"},
			Products: tagged("products", "热水器"),
		},
		&Document{URL: "/s/2/", Title: "怎么给热水器除垢", Symptoms: []string{"热水器响"}},
	)
	x := built(t, docs)
	for _, tt := range []struct {
		name, text string
		size       int
		want       []string
	}{
		{
			"what it is first; starts before contains, symptoms before titles, short first", "热水器", 10,
			[]string{"tag 热水器", "symptom 热水器响", "symptom 热水器打不着火", "title 热水器不热", "symptom 洗澡时热水器忽冷忽热", "title 怎么给热水器除垢"},
		},
		{"no more than asked for", "热水器", 2, []string{"tag 热水器", "symptom 热水器响"}},
		{"one character", "泵", 5, nil},
		{"one character at the start", "垢", 5, []string{"title 怎么给热水器除垢"}},
		{"traditional", "熱水器響", 5, []string{"symptom 热水器响"}},
		{"full width and case", "ＢＬＵＥＴＯＯＴＨ", 5, []string{"symptom Bluetooth 耳机断断续续"}},
		{"spaces around", "  热水器响 ", 5, []string{"symptom 热水器响"}},
		{"nothing", "", 5, nil},
		{"only spaces", " 　", 5, nil},
		{"unknown", "潜水艇", 5, nil},
		{"size 0", "热水器", 0, nil},
		{"size below 0", "热水器", -3, nil},
		{"in the middle", "忽冷", 5, []string{"symptom 洗澡时热水器忽冷忽热"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found, err := x.Suggest(t.Context(), tt.text, "", tt.size)
			if err != nil {
				t.Fatal(err)
			}
			if found == nil {
				t.Error("suggestions are nil, want an empty list")
			}
			var got []string
			for _, s := range found {
				got = append(got, s.Kind+" "+s.Text)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("suggestions (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSuggestionLeadsSomewhere(t *testing.T) {
	t.Parallel()
	docs := corpus()
	x := built(t, docs)
	pages := map[string]bool{}
	for _, d := range docs {
		pages[d.URL] = true
		for _, tags := range [][]Tag{d.Products, d.Causes, d.Solutions, d.Cases} {
			for _, tag := range tags {
				pages[tag.URL] = true
			}
		}
	}
	for _, text := range []string{"打", "一", "不", "e", "设备", "网"} {
		found, err := x.Suggest(t.Context(), text, "", 20)
		if err != nil || len(found) == 0 {
			t.Errorf("Suggest(%q) = %v, %v", text, found, err)
		}
		seen := map[string]bool{}
		for _, s := range found {
			if !pages[s.URL] {
				t.Errorf("%q suggests %+v, whose page does not exist", text, s)
			}
			if seen[s.Text] {
				t.Errorf("%q suggests %q twice", text, s.Text)
			}
			seen[s.Text] = true
		}
	}
}

func TestDigest(t *testing.T) {
	t.Parallel()
	base := NewContent(Sources(corpus()), nil).Digest()
	if got := NewContent(Sources(corpus()), nil).Digest(); got != base {
		t.Errorf("the same documents have the digests %s and %s", base, got)
	}
	for name, change := range map[string]func([]*Document) []*Document{
		"url":             func(d []*Document) []*Document { d[3].URL += "x"; return d },
		"title":           func(d []*Document) []*Document { d[3].Title += "x"; return d },
		"summary":         func(d []*Document) []*Document { d[3].Summary += "x"; return d },
		"symptom":         func(d []*Document) []*Document { d[3].Symptoms[0] += "x"; return d },
		"symptoms joined": func(d []*Document) []*Document { d[3].Symptoms = []string{strings.Join(d[3].Symptoms, "")}; return d },
		"product":         func(d []*Document) []*Document { d[3].Products[0].Name += "x"; return d },
		"tag's page":      func(d []*Document) []*Document { d[3].Products[0].URL += "x"; return d },
		"tag's names":     func(d []*Document) []*Document { d[3].Products[0].Names = []string{"x"}; return d },
		"other family":    func(d []*Document) []*Document { d[3].Cases, d[3].Causes = d[3].Causes, nil; return d },
		"section's text":  func(d []*Document) []*Document { d[3].Sections[1].Text += "x"; return d },
		"section's kind":  func(d []*Document) []*Document { d[3].Sections[1].Kind = "case"; return d },
		"section's id":    func(d []*Document) []*Document { d[3].Sections[1].Anchor += "x"; return d },
		"one less":        func(d []*Document) []*Document { return d[1:] },
		"one more":        func(d []*Document) []*Document { return append(d, &Document{}) },
		"order":           func(d []*Document) []*Document { slices.Reverse(d); return d },
	} {
		if NewContent(Sources(change(corpus())), nil).Digest() == base {
			t.Errorf("%s changed, the digest did not", name)
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	r := rand.New(rand.NewPCG(13, 14))
	var docs []*Document
	for i := range 2000 {
		docs = append(docs, generated(r, fmt.Sprintf("/b/%d/", i)))
	}
	x := built(b, docs)
	for _, q := range []string{"打印机连不上怎么办", "了", "退款", "请问我的快递为什么突然一直不更新了呢", "ERR_1042"} {
		b.Run(q, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := x.Search(b.Context(), Query{Text: q, Size: 10}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSuggest(b *testing.B) {
	r := rand.New(rand.NewPCG(13, 14))
	var docs []*Document
	for i := range 2000 {
		docs = append(docs, generated(r, fmt.Sprintf("/b/%d/", i)))
	}
	x := built(b, docs)
	for b.Loop() {
		if _, err := x.Suggest(b.Context(), "打印", "", 8); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkApply(b *testing.B) {
	r := rand.New(rand.NewPCG(17, 18))
	live, err := NewLive(nil)
	if err != nil {
		b.Fatal(err)
	}
	defer live.Close()
	var docs []*Document
	for i := range 2000 {
		docs = append(docs, generated(r, fmt.Sprintf("/b/%d/", i)))
	}
	x, err := live.Apply(docs, nil)
	if err != nil {
		b.Fatal(err)
	}
	x.Close()
	for b.Loop() {
		x, err := live.Apply(docs[r.IntN(len(docs)):][:1], nil)
		if err != nil {
			b.Fatal(err)
		}
		x.Close()
	}
}
