package generate

import (
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/google/go-cmp/cmp"

	"whyfix/internal/compress"
	"whyfix/internal/search"
)

// After an edit the index is made from that of the live release, which a
// server may have open: it shares files with it, answers for the new content,
// and leaves the old one as it was.
func TestIndexIsMadeFromTheLast(t *testing.T) {
	withoutDetector(t)
	t.Parallel()
	dir, public := t.TempDir(), filepath.Join(t.TempDir(), "public")
	write(t, dir, sample(60))
	incremental := keeping(t, dir, public)
	first := released(t, reload(t, incremental), public)
	open := func(release string) *search.Searcher {
		x, err := search.Open(filepath.Join(release, "search"), search.Cluster{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { x.Close() })
		return x
	}
	hits := func(x *search.Searcher, text string) int {
		r, err := x.Search(t.Context(), search.Query{Text: text, Size: 10})
		if err != nil {
			t.Fatal(err)
		}
		if r.Mode != search.Exact {
			return 0
		}
		return r.Total
	}
	before := open(first.Dir)
	write(t, dir, map[string]string{"c0/brand-new.md": "---\ntitle: 窗户漏风嗡嗡响\n---\n\n## 原因\n\n密封条老化。\n"})
	second := released(t, reload(t, incremental), public)
	after := open(second.Dir)
	for x, want := range map[*search.Searcher]int{before: 0, after: 1} {
		if got := hits(x, "窗户漏风"); got != want {
			t.Errorf("an index of %d articles has %d hits, want %d", x.Count(), got, want)
		}
	}
	if before.Count()+1 != after.Count() {
		t.Errorf("%d articles, then %d", before.Count(), after.Count())
	}
	for n, want := range map[int]bool{2: true, 3: false} {
		name := filepath.Join("search", "store", fmt.Sprintf("%012x.zap", n))
		new, err := os.Stat(filepath.Join(second.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		old, err := os.Stat(filepath.Join(first.Dir, name))
		if got := err == nil && os.SameFile(old, new); got != want {
			t.Errorf("%s is shared: %v, want %v", name, got, want)
		}
	}
}

var update = flag.Bool("update-ranking", false, "write testdata/ranking.golden anew")

// TestRanking asks what readers ask and compares the ranks with those of the
// last time, so that a change of the ranking shows in review. Each rung of the
// ladder has questions: as typed, in other words, traditional, pinyin,
// sound-alikes, slips.
func TestRanking(t *testing.T) {
	withoutDetector(t)
	t.Parallel()
	l, err := NewLoader(Options{Content: "../../content", Now: func() time.Time { return time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	loaded, err := l.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	live, err := search.NewLive(loaded.Synonyms)
	if err != nil {
		t.Fatal(err)
	}
	defer live.Close()
	docs, err := Documents(loaded)
	if err != nil {
		t.Fatal(err)
	}
	x, err := live.Apply(docs, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()

	questions, err := os.ReadFile("testdata/questions.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	var n, found int
	var reciprocal float64
	for line := range strings.Lines(string(questions)) {
		question, wanted, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok {
			continue
		}
		n++
		r, err := x.Search(t.Context(), search.Query{Text: question, Size: 10, Page: 1})
		if err != nil {
			t.Fatal(err)
		}
		rank := 0
		for i, h := range r.Hits {
			if h.URL == "/"+wanted+"/" {
				rank = i + 1
			}
		}
		if rank > 0 {
			found++
			reciprocal += 1 / float64(rank)
		}
		fmt.Fprintf(&got, "%s\t%s\t%d\t%s\n", question, wanted, rank, strings.TrimSpace(string(r.Mode)+" "+r.Corrected))
	}
	fmt.Fprintf(&got, "questions %d, recall@10 %.3f, MRR@10 %.3f\n", n, float64(found)/float64(n), reciprocal/float64(n))
	if *update {
		if err := os.WriteFile("testdata/ranking.golden", []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/ranking.golden")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); diff != "" {
		t.Errorf("the ranking changed; if it is better, run: go test ./internal/generate -run TestRanking -update-ranking\n(-want +got)\n%s", diff)
	}
}

// Every text file has its compressed copies, which give it back; only those of
// changed files are made again; and what the writer has put in the place of a
// copy stays, as long as it is there.
func TestCompressedCopies(t *testing.T) {
	t.Parallel()
	dir, public := t.TempDir(), filepath.Join(t.TempDir(), "public")
	write(t, dir, sample(6))
	table := "[\"" + strings.Repeat("一行数据", 500) + "\"]\n"
	write(t, dir, map[string]string{"c0/table.json": table, "c0/table.json.br": "the writer's own"})
	l := loader(t, dir)
	first := released(t, reload(t, l), public)
	copies(t, first, "c0/table.json.br")

	write(t, dir, map[string]string{"c0/a0.md": sampleArticle(0, 6, 1)})
	if err := os.Remove(filepath.Join(dir, "c0/table.json.br")); err != nil {
		t.Fatal(err)
	}
	second := released(t, reload(t, l), public)
	copies(t, second)
	was, is, kept := tree(t, filepath.Join(first.Dir, "www")), tree(t, filepath.Join(second.Dir, "www")), 0
	for name, text := range was {
		ext := filepath.Ext(name)
		base := strings.TrimSuffix(name, ext)
		if ext != ".br" && ext != ".gz" || name == "c0/table.json.br" {
			continue
		}
		same := was[base] == is[base]
		if got := sameFile(t, first, second, name); got != same {
			t.Errorf("%s is the same file: %v, want %v", name, got, same)
		}
		if same {
			kept++
		} else if is[name] == text {
			t.Errorf("%s is the old copy", name)
		}
	}
	if kept < 10 || was["c0/a0/index.html"] == is["c0/a0/index.html"] {
		t.Errorf("%d copies stayed: the test tests little", kept)
	}
	// Those that are missing are made, also where no page is.
	for _, name := range []string{"c1/a1/index.html.br", "c0/table.json.gz"} {
		if err := os.Remove(filepath.Join(second.Dir, "www", name)); err != nil {
			t.Fatal(err)
		}
	}
	third := released(t, reload(t, l), public)
	if !third.Changed {
		t.Error("copies are missing, and no release was made")
	}
	copies(t, third)
}

// copies looks at all files of a release, but for those of the writer.
func copies(t *testing.T, r Result, own ...string) {
	t.Helper()
	www, n := tree(t, filepath.Join(r.Dir, "www")), 0
	for name, text := range www {
		if ext := filepath.Ext(name); ext == ".br" || ext == ".gz" {
			base, ok := www[strings.TrimSuffix(name, ext)]
			if !ok || len(text) >= len(base) {
				t.Errorf("%s has %d bytes, of %d", name, len(text), len(base))
			}
			continue
		}
		for _, ext := range []string{".br", ".gz"} {
			packed, ok := www[name+ext]
			if want := compress.Worth(name, int64(len(text))); ok != want {
				t.Errorf("%s: %v, want %v", name+ext, ok, want)
			}
			if !ok || slices.Contains(own, name+ext) {
				continue
			}
			n++
			if got, err := unpack(ext, packed); err != nil || got != text {
				t.Errorf("%s is not what is in %s: %v", name, name+ext, err)
			}
		}
	}
	for _, name := range own {
		if www[name] != "the writer's own" {
			t.Errorf("%s is not the writer's", name)
		}
	}
	if n < 20 {
		t.Errorf("only %d copies", n)
	}
}

func unpack(ext, data string) (string, error) {
	var in io.Reader = brotli.NewReader(strings.NewReader(data))
	if ext == ".gz" {
		var err error
		if in, err = gzip.NewReader(strings.NewReader(data)); err != nil {
			return "", fmt.Errorf("not gzip: %w", err)
		}
	}
	var b bytes.Buffer
	_, err := io.Copy(&b, in)
	return b.String(), err
}

func sameFile(t *testing.T, a, b Result, name string) bool {
	t.Helper()
	var infos [2]os.FileInfo
	for i, r := range []Result{a, b} {
		info, err := os.Stat(filepath.Join(r.Dir, "www", filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		infos[i] = info
	}
	return os.SameFile(infos[0], infos[1])
}

// On a large site a symptom that more articles have than can be first is told once,
// and as long as it is so; one that a title has, too, is searched.
func TestPromisesOfMany(t *testing.T) {
	withoutDetector(t)
	t.Parallel()
	dir, public := t.TempDir(), filepath.Join(t.TempDir(), "public")
	files := map[string]string{}
	for i := range 320 {
		symptom := fmt.Sprintf("第%d扇窗漏风", i)
		if i < 6 {
			symptom = "窗户关不严"
		}
		files[fmt.Sprintf("w%03d.md", i)] = fmt.Sprintf("---\ntitle: 第%d扇窗\nsymptoms: [%s]\n---\n\n正文。\n", i, symptom)
	}
	write(t, dir, files)
	loader := keeping(t, dir, public)
	told := func(l *Loaded) (out []string) {
		for _, d := range l.Diags {
			if d.Code == "promise" {
				out = append(out, d.Pos.String()+": "+d.Message.En)
			}
		}
		return out
	}
	for _, edited := range []string{"", "w300.md", "w002.md"} {
		if edited != "" {
			write(t, dir, map[string]string{edited: files[edited] + "更多。\n"})
		}
		r := released(t, reload(t, loader), public)
		want := []string{"w003.md:3:12: 6 articles have this symptom, and only 3 can be the first that readers see: it stands in w000.md, w001.md, w002.md, 2 others, too"}
		if diff := cmp.Diff(want, told(r.Loaded)); diff != "" {
			t.Errorf("after an edit of %q (-want +got):\n%s", edited, diff)
		}
	}
	strict := releaseOptions(public)
	strict.Full, strict.Strict = true, true
	if _, err := releaseLoaded(t.Context(), reload(t, loader), strict); !errors.Is(err, ErrPromise) {
		t.Errorf("a strict build: %v, want %v", err, ErrPromise)
	}
	// Three may promise it. That a fourth has it as its title is for the search to weigh.
	write(t, dir, map[string]string{
		"w003.md": strings.Replace(files["w003.md"], "窗户关不严", "漏雨", 1), "w004.md": strings.Replace(files["w004.md"], "窗户关不严", "漏雪", 1),
		"w005.md": strings.Replace(files["w005.md"], "窗户关不严", "漏光", 1),
	})
	if r := released(t, reload(t, loader), public); told(r.Loaded) != nil {
		t.Errorf("three articles have the symptom: %v", told(r.Loaded))
	}
	for i := range 2 {
		write(t, dir, map[string]string{fmt.Sprintf("w10%d.md", i): "---\ntitle: 窗户关不严\n---\n\n窗户关不严，先看合页。\n"})
	}
	if r := released(t, reload(t, loader), public); len(told(r.Loaded)) != 2 || !strings.Contains(told(r.Loaded)[0], "does not find its article") {
		t.Errorf("two titles and three symptoms: %v", told(r.Loaded))
	}
}
