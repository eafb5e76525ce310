package local

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whyfix/internal/han"
	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/engine/enginetest"
	"whyfix/internal/search/question"
	"whyfix/internal/search/terms"
	"whyfix/internal/search/weigh"
)

// What is searched here is searched elsewhere too.
var (
	tagged        = enginetest.Tagged
	corpus        = enginetest.Corpus
	vocabulary    = enginetest.Vocabulary
	generated     = enginetest.Generated
	madeDocuments = enginetest.Made
)

// village is a site of that many articles in three languages.
func village(r *rand.Rand, n int) []*article.Document {
	docs := corpus()
	for _, d := range docs {
		d.Language = "zh-CN"
		if strings.HasPrefix(d.URL, "/en/") {
			d.Language = "en"
		}
	}
	docs = append(docs,
		&article.Document{URL: "/de/kinder/", Language: "de", Title: "Ausweise der Kinder verlängern", Symptoms: []string{"Kinderausweis abgelaufen"}},
		&article.Document{URL: "/de/business/", Language: "de", Title: "Business des Jahres", Products: tagged("de/products", "WLAN")})
	for len(docs) < n {
		d := generated(r, fmt.Sprintf("/v/%d/", len(docs)))
		d.Language = "zh-CN"
		docs = append(docs, d)
	}
	return docs
}

// change edits a few documents, which are never changed in place, and says how.
func change(r *rand.Rand, docs []*article.Document, step int) ([]*article.Document, string) {
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
		d.Sections = append(slices.Clone(d.Sections), article.Section{Anchor: "x", Title: "改过的一节", Kind: "case", Text: "改过的文字，refund 也在。"})
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

// write makes an index from nothing, and returns what the next can be made
// from.
func write(tb testing.TB, dir string, docs []*article.Document) *Base {
	tb.Helper()
	made, err := NewContent(sources(docs), nil).Write(tb.Context(), dir, "", nil)
	if err != nil {
		tb.Fatalf("Write: %v", err)
	}
	if made.Patched || made.Documents != len(docs) {
		tb.Errorf("Write of %d documents from nothing: %+v", len(docs), made)
	}
	return made.Base
}

// opened opens an index for the test.
func opened(tb testing.TB, dir string) *Index {
	tb.Helper()
	x, err := Open(dir)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := x.Close(); err != nil {
			tb.Error(err)
		}
	})
	return x
}

// remembered is an index in memory.
func remembered(tb testing.TB, docs []*article.Document, synonyms []terms.Synonyms) *Index {
	tb.Helper()
	x, err := New(tb.Context(), docs, synonyms)
	if err != nil {
		tb.Fatal(err)
	}
	return x
}

// calm turns a panic into a failure, so that one mistake does not hide the
// other tests.
func calm(tb testing.TB) {
	tb.Helper()
	if p := recover(); p != nil {
		tb.Errorf("panic: %v\n%s", p, debug.Stack())
	}
}

// withoutDetector skips a test of many questions, one after the other, under the
// race detector: make test runs all tests of this package without it, too. Those
// that are asked side by side are in TestConcurrentFinds, enginetest's Concurrent,
// and package preview, which edits beside them.
func withoutDetector(tb testing.TB) {
	tb.Helper()
	if info, ok := debug.ReadBuildInfo(); ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		tb.Skip("not under the race detector: it runs without, in make test too")
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

// asked is a question as a reader puts it.
type asked struct {
	text, language string
	filter         engine.Filter
	limit          int
}

// questions are of all kinds: whole sentences, single characters, quotes, parts,
// words of letters, in scripts and languages, with filters and limits.
var questions = func() []asked {
	var out []asked
	for _, text := range []string{
		"打印机连不上", "怎么办", "重启 设备", "Wi-Fi 很慢", "ERR_1042", "5G", "没有这样的东西", "共同的说法",
		"請問餘額為什麼不更新", "驗證碼收不到", "打", "网", "n", "了", "#", "“验证码”", "「重新添加」 打印机", "\"refund\"",
		"dayinji", "iPhnoe", "打印鸡连不上", "改过的", "说法", "新词", "挪了", "Kinder verlängern", "refunds not arriving",
		"business", "打不开", "草 花", "的 设备 refund 打印机 密码 退款", "“设备”", "“突然”",
	} {
		out = append(out, asked{text: text, limit: 50}, asked{text: text, limit: 1000})
	}
	return append(out,
		asked{text: "设备", limit: 10, filter: engine.Filter{Kind: "cause"}},
		asked{text: "重启", limit: 10, filter: engine.Filter{Product: "打印机"}},
		asked{text: "怎么回事", limit: 10, filter: engine.Filter{Solution: "重启", Kind: "solution"}},
		asked{text: "改过的", limit: 10, filter: engine.Filter{Cause: "新标签"}},
		asked{text: "business", limit: 10, language: "de"},
		asked{text: "refund", limit: 10, language: "en"},
		asked{text: "验证码", limit: 10, language: "zh-CN"},
	)
}()

// find asks an index.
func find(tb testing.TB, x *Index, q asked) *engine.Found {
	tb.Helper()
	return finder(tb, x)(q)
}

// finder asks an index many questions.
func finder(tb testing.TB, x *Index) func(q asked) *engine.Found {
	asker := question.NewAsker(x, weigh.Default())
	return func(q asked) *engine.Found {
		tb.Helper()
		asking, err := asker.Ask(tb.Context(), q.text)
		if err != nil {
			tb.Fatal(err)
		}
		found, err := x.Find(tb.Context(), asking.Ask(q.filter, q.language, q.limit))
		if err != nil {
			tb.Fatalf("Find(%q): %v", q.text, err)
		}
		slices.SortFunc(found.Candidates, func(a, b engine.Candidate) int {
			return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Facts.URL, b.Facts.URL))
		})
		return found
	}
}

// urls are those of what was found, the best first.
func urls(found *engine.Found) []string {
	var out []string
	for _, c := range found.Candidates {
		out = append(out, c.Facts.URL)
	}
	return out
}

// equal compares all that two indexes answer, scores to the last bit.
func equal(t *testing.T, what string, want, got *Index) {
	t.Helper()
	some := 0
	wanted, found := finder(t, want), finder(t, got)
	for _, q := range questions {
		a, b := wanted(q), found(q)
		some += len(a.Candidates)
		if !reflect.DeepEqual(a, b) { // a difference takes long to find where there is none
			t.Errorf("%s: %+v (-want +got):\n%s", what, q, gocmp.Diff(a, b))
			return
		}
	}
	if some == 0 && want.site.Articles > 100 {
		t.Errorf("%s: the questions find nothing", what)
	}
	if diff := gocmp.Diff(known(t, want), known(t, got), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// known is what an index says beside what it finds.
func known(t *testing.T, x *Index) map[string]any {
	t.Helper()
	s := x.Site()
	counts := map[terms.Key]int{}
	s.Counts.Each(func(k terms.Key, n int) { counts[k] = n })
	out := map[string]any{
		"articles": s.Articles, "languages": s.Languages, "analyzers": s.Analyzers, "synonyms": s.Synonyms, "scale": s.Scale,
		"counted": s.Counts.Articles(), "counts": counts,
	}
	note := func(what string, value any, err error) {
		if err != nil {
			t.Fatal(err)
		}
		out[what] = value
	}
	ctx := t.Context()
	sample, err := x.Sample(ctx, 20)
	note("sample", sample, err)
	for _, text := range []string{"共同", "打", "验证", "改过", "dy", "yzm", "ref", "Kin"} {
		for _, language := range []string{"", "zh-CN", "en"} {
			list, err := x.Suggest(ctx, engine.Typed{Text: text, Language: language, Size: 8})
			note("suggest "+text+language, list, err)
		}
	}
	for _, like := range []engine.Like{{Near: "refnud", Mistakes: 2, Limit: 10}, {Near: "iphnoe", Mistakes: 2, Limit: 10}, {Holding: "fi", Limit: 30}, {Holding: "re", Starting: true, Limit: 30}} {
		list, err := x.Words(ctx, like)
		note(fmt.Sprint("words ", like), list, err)
	}
	for _, sound := range []string{"da", "ji", "ma"} {
		list, err := x.Characters(ctx, han.Sounds([]rune(map[string]string{"da": "打", "ji": "机", "ma": "码"}[sound])[0])[0])
		note("characters "+sound, list, err)
	}
	list, err := x.Sounding(ctx, [][]string{{"da yin"}, {"yin ji", "ji"}}, 1000)
	var sounding []string
	for _, f := range list {
		sounding = append(sounding, f.URL)
	}
	slices.Sort(sounding)
	note("sounding", sounding, err)
	var all []string
	for _, n := range x.docs {
		all = append(all, x.facts[n].URL)
	}
	bodies, err := x.Bodies(ctx, all)
	note("bodies", bodies, err)
	return out
}

// sources are documents that are there already.
func sources(docs []*article.Document) []Source {
	out := unstamped(docs)
	var record []byte
	for i, d := range docs {
		record = d.AppendBody(d.AppendHead(record[:0]))
		sum := sha256.Sum256(record)
		out[i].Stamp = Stamp(sum[:16])
	}
	return out
}
