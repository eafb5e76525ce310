package search

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/search/store"
)

// rungs are questions for every rung of the ladder, with filters, languages and
// pages.
var rungs = func() []Query {
	var out []Query
	for _, text := range []string{
		"打印机连不上", "怎么办", "重启 设备", "Wi-Fi 很慢", "ERR_1042", "5G", "没有这样的东西", "共同的说法", // as typed and relaxed
		"請問餘額為什麼不更新", "驗證碼收不到", // traditional
		"打", "网", "n", "了", "#", // single characters and signs
		"“验证码”", "「重新添加」 打印机", "\"refund\"", // quotes
		"dayinji", "yanzhengma", "chongqishebei", "lyq", "da yin ji", // pinyin
		"打音机", "验正码", "路由其", "快第", // sound alike
		"印打机", "验码证", "登失录败", // swapped
		"iPhnoe", "refnud", "reffund", "printr", "bluetoth", // mistyped
		"打印鸡连不上", "验征码", // a wrong character
		"改过的", "说法", "新词", "挪了", // of the edits
		"Kinder verlängern", "refunds not arriving", "business",
	} {
		out = append(out, Query{Text: text, Size: 10, Page: 1})
	}
	return append(out,
		Query{Text: "打印机", Size: 20, Page: 3},
		Query{Text: "设备", Size: 10, Page: 1, Filter: Filter{Kind: "cause"}},
		Query{Text: "重启", Size: 10, Page: 1, Filter: Filter{Product: "打印机"}},
		Query{Text: "怎么回事", Size: 10, Page: 2, Filter: Filter{Solution: "重启", Kind: "solution"}},
		Query{Text: "改过的", Size: 10, Page: 1, Filter: Filter{Cause: "新标签"}},
		Query{Text: "business", Size: 10, Page: 1, Language: "de"},
		Query{Text: "refund", Size: 10, Page: 1, Language: "en"},
		Query{Text: "验证码", Size: 10, Page: 1, Language: "zh-CN"},
	)
}()

// equal compares all that two indexes answer.
func equal(t *testing.T, what string, want, got *Index) {
	t.Helper()
	if want.Count() != got.Count() {
		t.Errorf("%s: %d articles, want %d", what, got.Count(), want.Count())
	}
	modes := map[Mode]int{}
	for _, q := range rungs {
		a, b := ask(t, want, q), ask(t, got, q)
		modes[a.Mode]++
		if diff := cmp.Diff(a, b); diff != "" {
			t.Errorf("%s: %+v (-clean +patched):\n%s", what, q, diff)
			return
		}
	}
	if len(modes) < 3 {
		t.Errorf("%s: the questions reach only some rungs: %v", what, modes)
	}
	for _, text := range []string{"共同", "打", "验证", "改过", "dy", "yzm", "ref", "Kin"} {
		for _, language := range []string{"", "zh-CN", "en", "de"} {
			a, errA := want.Suggest(t.Context(), text, language, 8)
			b, errB := got.Suggest(t.Context(), text, language, 8)
			if err := errors.Join(errA, errB); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(a, b); diff != "" {
				t.Errorf("%s: suggestions for %q in %q (-clean +patched):\n%s", what, text, language, diff)
			}
		}
	}
}

// village is a site of that many articles in three languages.
func village(r *rand.Rand, n int) []*Document {
	docs := corpus()
	for _, d := range docs {
		d.Language = "zh-CN"
		if strings.HasPrefix(d.URL, "/en/") {
			d.Language = "en"
		}
	}
	docs = append(docs,
		&Document{URL: "/de/kinder/", Language: "de", Title: "Ausweise der Kinder verlängern", Symptoms: []string{"Kinderausweis abgelaufen"}},
		&Document{URL: "/de/business/", Language: "de", Title: "Business des Jahres", Products: tagged("de/products", "WLAN")})
	for len(docs) < n {
		d := generated(r, fmt.Sprintf("/v/%d/", len(docs)))
		d.Language = "zh-CN"
		docs = append(docs, d)
	}
	return docs
}

// change edits a few documents, which are never changed in place, and says how.
func change(r *rand.Rand, docs []*Document, step int) ([]*Document, string) {
	docs = slices.Clone(docs)
	one := r.IntN(len(docs))
	d := *docs[one]
	switch r.IntN(7) {
	case 0:
		added := generated(r, fmt.Sprintf("/new/%d/", step))
		added.Language, added.Title = "zh-CN", "新词 "+added.Title
		return slices.Insert(docs, one, added), "add " + added.URL
	case 1:
		return slices.Delete(docs, one, one+1), "delete " + d.URL
	case 2:
		from := d.URL
		d.URL = fmt.Sprintf("/moved/%d/", step)
		d.Summary = "挪了。"
		docs[one] = &d
		return docs, "rename " + from
	case 3:
		d.Products = append(tagged("products", vocabulary[r.IntN(10)]), d.Products...)
		d.Causes = tagged("causes", "新标签")
		docs[one] = &d
		return docs, "tags of " + d.URL
	case 4:
		d.Symptoms = append(slices.Clone(d.Symptoms), "共同的说法", "改过的说法")
		docs[one] = &d
		return docs, "symptoms of " + d.URL
	case 5:
		d.Sections = append(slices.Clone(d.Sections), Section{Anchor: "x", Title: "改过的一节", Kind: "case", Text: "改过的文字，refund 也在。"})
		docs[one] = &d
		return docs, "sections of " + d.URL
	}
	if len(d.Symptoms) > 0 {
		d.Symptoms = d.Symptoms[1:]
	}
	d.Title = "改过的" + d.Title
	docs[one] = &d
	return docs, "title of " + d.URL
}

// After any edits, an index that was made from the last one answers what one
// answers that is made from nothing.
func TestPatchedAnswersTheSame(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(21, 22))
	docs := village(r, 260)
	var list []Synonyms
	dir := t.TempDir()
	last, edits, patched, whole := "", 0, 0, 0
	for step := range 34 {
		what := "nothing"
		if step%5 > 0 { // every fifth build finds nothing new
			for range 1 + r.IntN(5) {
				var one string
				edits++
				docs, one = change(r, docs, edits)
				what += ", " + one
			}
		}
		if step == 20 {
			what, list = "synonyms", []Synonyms{{Asked: []string{"连不上"}, Found: []string{"打不开"}}}
		}
		next := filepath.Join(dir, fmt.Sprint(step))
		made, err := NewContent(Sources(docs), list).Write(t.Context(), next, last)
		if err != nil {
			t.Fatalf("step %d, %s: %v", step, what, err)
		}
		if made.Patched {
			patched++
		} else {
			whole++
		}
		if (step == 0 || step == 20) && made.Patched {
			t.Errorf("step %d, %s: made from the last index", step, what)
		}
		clean := filepath.Join(dir, "clean", fmt.Sprint(step))
		if _, err := NewContent(Sources(docs), list).Write(t.Context(), clean, ""); err != nil {
			t.Fatal(err)
		}
		equal(t, fmt.Sprintf("step %d, %s", step, what), opened(t, clean), opened(t, next))
		if t.Failed() {
			return
		}
		last = next
	}
	if patched < 20 || whole < 3 {
		t.Errorf("%d of the indexes were patched and %d made from nothing: the test tests little", patched, whole)
	}
}

// opened opens an index for the test.
func opened(t *testing.T, dir string) *Index {
	t.Helper()
	x, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

// A server has the last index open while the next is made from it: it stays as
// it is, to the byte and to the time, whoever reads it.
func TestLastIndexStays(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(23, 24))
	docs := village(r, 200)
	first, second, third := filepath.Join(t.TempDir(), "1"), filepath.Join(t.TempDir(), "2"), filepath.Join(t.TempDir(), "3")
	write(t, first, docs)
	x := opened(t, first)
	question := Query{Text: "打印机连不上", Size: 10}
	want := ask(t, x, question)
	last := first
	for _, next := range []string{second, third} {
		before, at := files(t, last), times(t, last)
		docs, _ = change(r, docs, 1)
		if made, err := NewContent(Sources(docs), nil).Write(t.Context(), next, last); err != nil || !made.Patched {
			t.Fatalf("Write: %+v, %v", made, err)
		}
		if diff := cmp.Diff(before, files(t, last)); diff != "" {
			t.Errorf("the last index has changed (-before +after):\n%s", diff)
		}
		if diff := cmp.Diff(at, times(t, last)); diff != "" {
			t.Errorf("the last index was written to (-before +after):\n%s", diff)
		}
		for name, shared := range map[string]bool{"store/" + store.SegmentFile(baseSegment): true, textsFile: true, "store/root.bolt": false} {
			if got := sameFile(t, filepath.Join(last, name), filepath.Join(next, name)); got != shared {
				t.Errorf("%s is one file in both indexes: %v, want %v", name, got, shared)
			}
		}
		last = next
	}
	opened(t, third)
	if diff := cmp.Diff(want, ask(t, x, question)); diff != "" {
		t.Errorf("the open index answers otherwise (-before +after):\n%s", diff)
	}
	// The new index stands alone.
	if err := errors.Join(os.RemoveAll(first), os.RemoveAll(second)); err != nil {
		t.Fatal(err)
	}
	clean := filepath.Join(t.TempDir(), "clean")
	write(t, clean, docs)
	equal(t, "alone", opened(t, clean), opened(t, third))
}

func times(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil {
			out[p] = fmt.Sprint(info.ModTime(), info.Mode(), info.Size())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func sameFile(t *testing.T, a, b string) bool {
	t.Helper()
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	if err := errors.Join(errX, errY); err != nil {
		t.Fatal(err)
	}
	return os.SameFile(x, y)
}

// Where there are no links the files are copied.
func TestTakeOverWithoutLinks(t *testing.T) {
	t.Parallel()
	last, next := filepath.Join(t.TempDir(), "1"), t.TempDir()
	write(t, last, corpus())
	if err := os.Mkdir(filepath.Join(next, storeFolder), 0o700); err != nil {
		t.Fatal(err)
	}
	err := (&patch{}).takeOver(last, next, func(string, string) error { return errors.ErrUnsupported })
	if err != nil {
		t.Fatal(err)
	}
	want, got := files(t, last), files(t, next)
	for _, name := range baseFiles {
		name = filepath.ToSlash(name)
		if want[name] == "" || got[name] != want[name] {
			t.Errorf("%s is not a copy", name)
		}
		if sameFile(t, filepath.Join(last, name), filepath.Join(next, name)) {
			t.Errorf("%s is a link", name)
		}
	}
}

// When the last index does not serve, the next is made from nothing.
func TestWhatIsNotPatched(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(25, 26))
	docs := village(r, 120)
	many := slices.Clone(docs)
	for i := range 20 {
		d := *many[i]
		d.Title += "改"
		many[i] = &d
	}
	spoil := func(name string, how func(data []byte) []byte) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			name := filepath.Join(dir, name)
			data, err := os.ReadFile(name)
			if err == nil {
				err = os.WriteFile(name, how(data), 0o644)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	remove := func(name string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, tt := range []struct {
		name    string
		spoil   func(*testing.T, string)
		content *Content
		why     string
	}{
		{"no folder", func(t *testing.T, dir string) { os.RemoveAll(dir) }, NewContent(Sources(docs), nil), "no ledger"},
		{"no ledger", remove(ledgerFile), NewContent(Sources(docs), nil), "no ledger"},
		{"half a ledger", spoil(ledgerFile, func(b []byte) []byte { return b[:len(b)/2] }), NewContent(Sources(docs), nil), "no ledger"},
		{"empty ledger", spoil(ledgerFile, func([]byte) []byte { return nil }), NewContent(Sources(docs), nil), "no ledger"},
		{"wrong ledger", spoil(ledgerFile, func(b []byte) []byte { b[40] ^= 1; return b }), NewContent(Sources(docs), nil), "no ledger"},
		{"no segment", remove("store/" + store.SegmentFile(baseSegment)), NewContent(Sources(docs), nil), "not complete"},
		{"no texts", remove(textsFile), NewContent(Sources(docs), nil), "not complete"},
		{"synonyms", nil, NewContent(Sources(docs), []Synonyms{{Asked: []string{"花"}, Found: []string{"草"}}}), "synonyms"},
		{"much changed", nil, NewContent(Sources(many), nil), "much"},
		{"much gone", nil, NewContent(Sources(docs[:80]), nil), "much"},
		{"all gone", nil, NewContent(Sources(nil), nil), "much"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			last, next := filepath.Join(t.TempDir(), "1"), filepath.Join(t.TempDir(), "2")
			write(t, last, docs)
			if tt.spoil != nil {
				tt.spoil(t, last)
			}
			made, err := tt.content.Write(t.Context(), next, last)
			if err != nil {
				t.Fatal(err)
			}
			if made.Patched || !strings.Contains(made.Why, tt.why) {
				t.Errorf("made %+v, want it from nothing because of %q", made, tt.why)
			}
			clean := filepath.Join(t.TempDir(), "clean")
			if _, err := tt.content.Write(t.Context(), clean, ""); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(files(t, clean), files(t, next)); diff != "" {
				t.Error("the index is not that of a clean build")
			}
			opened(t, next)
		})
	}
}

// The same documents give the same files, however many processors there are.
func TestFilesAreTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(27, 28))
	docs := village(r, 4*partSize-50)
	more, _ := change(r, docs, 1)
	var want []map[string]string
	for _, processors := range []int{1, 2, 7} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
		first, second := filepath.Join(t.TempDir(), "1"), filepath.Join(t.TempDir(), "2")
		write(t, first, docs)
		if made, err := NewContent(Sources(more), nil).Write(t.Context(), second, first); err != nil || !made.Patched {
			t.Fatalf("Write: %+v, %v", made, err)
		}
		got := []map[string]string{files(t, first), files(t, second)}
		if want == nil {
			want = got
		} else if !cmp.Equal(want, got) {
			t.Errorf("%d processors make other files", processors)
		}
	}
}
