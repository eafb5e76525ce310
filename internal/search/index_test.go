package search_test

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whyfix/internal/search"
	"whyfix/internal/search/engine/enginetest"
)

// An index on a disk, with its scale and warmed, answers what one in memory
// does.
func TestOpenAnswersLikeMemory(t *testing.T) {
	t.Parallel()
	docs := enginetest.Corpus()
	dir := filepath.Join(t.TempDir(), "search")
	var sources []search.Source
	for _, d := range docs {
		sources = append(sources, search.Source{URL: d.URL, Make: func() (*search.Document, error) { return d, nil }})
	}
	if _, err := search.NewContent(sources, nil).Write(t.Context(), dir, "", nil); err != nil {
		t.Fatal(err)
	}
	made, err := search.Open(dir, search.Cluster{})
	if err != nil {
		t.Fatal(err)
	}
	if err := made.Measure(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	want, err := made.Scale(t.Context())
	if err := errors.Join(err, made.Close()); err != nil {
		t.Fatal(err)
	}
	s, err := search.Open(dir, search.Cluster{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Scale(t.Context()); err != nil || !got.Measured || got != want {
		t.Errorf("the scale is %+v, %v; want what was measured, %+v", got, err, want)
	}
	if s.Count() != len(docs) {
		t.Errorf("%d articles, want %d", s.Count(), len(docs))
	}
	memory := open(t, docs)
	for _, text := range []string{"打印机连不上", "洗衣机不排水怎么办", "refunds", "dayinji tuoji", "没有这样的东西", "煎鱼怎么不粘锅", "余额 卡"} {
		query := search.Query{Text: text, Size: 10, Page: 1, Explain: true}
		if diff := gocmp.Diff(ask(t, memory, query), ask(t, s, query), cmpopts.EquateApprox(0, 1e-3)); diff != "" {
			t.Errorf("%q (-in memory +on the disk):\n%s", text, diff)
		}
	}
	if _, err := search.Open(filepath.Join(dir, "nothing"), search.Cluster{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no index: %v", err)
	}
}

// A Searcher that was handed out answers as before while the Live goes on.
func TestLiveSearchersStay(t *testing.T) {
	t.Parallel()
	live, err := search.NewLive(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer live.Close()
	one, err := live.Apply([]*search.Document{document("/a/", "鱼缸漏水")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	two, err := live.Apply([]*search.Document{document("/b/", "鱼缸不出泡")}, []string{"/a/"})
	if err != nil {
		t.Fatal(err)
	}
	defer two.Close()
	for _, tt := range []struct {
		name string
		s    *search.Searcher
		want []string
	}{{"first", one, []string{"/a/"}}, {"second", two, []string{"/b/"}}} {
		if got := urls(all(t, tt.s, search.Query{Text: "鱼缸"})); !slices.Equal(got, tt.want) {
			t.Errorf("the %s finds %v, want %v", tt.name, got, tt.want)
		}
	}
}

// One form for all spellings of a question.
func TestNormal(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"  ＷｉＦｉ　密碼 ": "wifi 密码", "Café": "cafe", "": "", "退款": "退款"} {
		if got := search.Normal(text); got != want {
			t.Errorf("Normal(%q) = %q, want %q", text, got, want)
		}
	}
}
