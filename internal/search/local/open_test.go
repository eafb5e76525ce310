package local

import (
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/question"
	"whyfix/internal/search/store"
	"whyfix/internal/search/weigh"
)

// Nothing is left in the folder but the index.
func TestWriteLeavesNoScratch(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "search")
	write(t, dir, corpus())
	for name := range files(t, dir) {
		if !strings.HasPrefix(name, "store/") && !slices.Contains([]string{"index_meta.json", articlesFile, textsFile}, name) {
			t.Errorf("%s is left in the index's folder", name)
		}
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
		if got := urls(find(t, x, asked{text: "打印机脱机", limit: 5})); len(got) == 0 || got[0] != "/printer/offline/" {
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
	for _, q := range questions {
		find(t, x, q)
	}
	known(t, x)
	x.Close()
	if diff := gocmp.Diff(before, files(t, dir)); diff != "" {
		t.Errorf("the folder has changed (-before +after):\n%s", diff)
	}
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
			if _, err := NewContent(sources(corpus()), nil).Write(ctx, dir, "", nil); !errors.Is(err, context.Canceled) {
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
		}, errArticles, "build the site again"},
		{"articles without their last byte", func(t *testing.T) string {
			return damage(t, "../articles", func(data []byte) []byte { return data[:len(data)-1] })
		}, errArticles, "damaged"},
		{"articles with one bit changed", func(t *testing.T) string {
			return damage(t, "../articles", func(data []byte) []byte { data[len(data)/2] ^= 4; return data })
		}, errArticles, "damaged"},
		{"articles of something else", func(t *testing.T) string {
			return damage(t, "../articles", func([]byte) []byte { return []byte(strings.Repeat("no articles. ", 1000)) })
		}, errArticles, "damaged"},
		{"texts without their last byte", func(t *testing.T) string {
			return damage(t, "../texts", func(data []byte) []byte { return data[:len(data)-1] })
		}, errArticles, "damaged"},
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
		}, errArticles, "of another index"},
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
	write(t, dir, corpus())
	root := store.Root{Parts: []store.Part{{Number: baseSegment}}, Internal: map[string][]byte{mappingKey: []byte("{}")}}
	if schema != nil {
		root.Internal[schemaKey] = schema
	}
	err := os.Remove(filepath.Join(dir, storeFolder, store.RootFile))
	if err == nil {
		err = store.WriteRoot(filepath.Join(dir, storeFolder), root)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// Bytes of a segment or of texts that change later are an error, or other
// answers; they are never the end of the program.
func TestDamagedLater(t *testing.T) {
	withoutDetector(t)
	t.Parallel()
	r := rand.New(rand.NewPCG(41, 42))
	dir := t.TempDir()
	write(t, dir, village(r, 150))
	failed := 0
	for _, name := range []string{filepath.Join(storeFolder, store.SegmentFile(baseSegment)), textsFile} {
		name = filepath.Join(dir, name)
		whole, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for n := range 60 {
			data := slices.Clone(whole)
			for range 1 + n*n {
				data[r.IntN(len(data)-40)] = byte(r.Uint32()) // the end says what it is
			}
			if err := os.WriteFile(name, data, 0o600); err != nil {
				t.Fatal(err)
			}
			failed += damagedAnswers(t, dir)
		}
		if err := os.WriteFile(name, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if failed == 0 {
		t.Error("nothing fails: the test tests little")
	}
}

// damagedAnswers asks an index and returns how often that fails.
func damagedAnswers(t *testing.T, dir string) (failed int) {
	t.Helper()
	defer calm(t)
	check := func(err error) bool {
		if err != nil && !errors.Is(err, engine.ErrDamaged) {
			t.Errorf("%v, want %v", err, engine.ErrDamaged)
		}
		if err != nil {
			failed++
		}
		return err == nil
	}
	x, err := Open(dir)
	if !check(err) {
		return failed
	}
	defer x.Close()
	asker := question.NewAsker(x, weigh.Default())
	for _, q := range questions {
		asking, err := asker.Ask(t.Context(), q.text)
		if !check(err) {
			continue
		}
		found, err := x.Find(t.Context(), asking.Ask(q.filter, q.language, q.limit))
		if check(err) {
			_, err = x.Bodies(t.Context(), urls(found))
			check(err)
		}
	}
	_, err = x.Words(t.Context(), engine.Like{Near: "refnud", Mistakes: 2, Limit: 10})
	check(err)
	_, err = x.Sounding(t.Context(), [][]string{{"da"}, {"yin ji"}}, 10)
	check(err)
	return failed
}

// Many may ask at once.
func TestConcurrentFinds(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(43, 44))
	docs, dir := village(r, 150), t.TempDir()
	write(t, dir, docs)
	x := opened(t, dir)
	var want []*engine.Found
	for _, q := range questions {
		want = append(want, find(t, x, q))
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			ask := finder(t, x)
			for i, q := range questions {
				if got := ask(q); !reflect.DeepEqual(got, want[i]) {
					t.Errorf("%+v has another answer beside others", q)
				}
			}
		})
	}
	wg.Wait()
}

func TestScale(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, corpus())
	if got := opened(t, dir).Site().Scale; got != (engine.Scale{}) {
		t.Errorf("before it was measured it is %v", got)
	}
	for _, want := range []engine.Scale{{Measured: true, Least: 0.123}, {Measured: true, Least: -1. / 3}, {Measured: true}} {
		if err := WriteScale(dir, want); err != nil {
			t.Fatal(err)
		}
		if got := opened(t, dir).Site().Scale; got != want {
			t.Errorf("it is %v, want %v", got, want)
		}
	}
	for _, text := range []string{"", "least", "least x\n", "most 1\n"} {
		if err := os.WriteFile(filepath.Join(dir, scaleFile), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir); !errors.Is(err, engine.ErrDamaged) {
			t.Errorf("%q: %v, want %v", text, err, engine.ErrDamaged)
		}
	}
}

func TestSize(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, corpus())
	want := 0
	for _, data := range files(t, dir) {
		want += len(data)
	}
	if got := Size(dir); got != int64(want) || Size(filepath.Join(dir, "nothing")) != 0 {
		t.Errorf("it is %d, want %d", got, want)
	}
}

func TestDigest(t *testing.T) {
	t.Parallel()
	base := NewContent(sources(corpus()), nil).Digest()
	if got := NewContent(sources(corpus()), nil).Digest(); got != base {
		t.Errorf("the same documents have the digests %s and %s", base, got)
	}
	for name, change := range map[string]func([]*article.Document) []*article.Document{
		"url":     func(d []*article.Document) []*article.Document { d[3].URL += "x"; return d },
		"title":   func(d []*article.Document) []*article.Document { d[3].Title += "x"; return d },
		"summary": func(d []*article.Document) []*article.Document { d[3].Summary += "x"; return d },
		"symptom": func(d []*article.Document) []*article.Document { d[3].Symptoms[0] += "x"; return d },
		"symptoms joined": func(d []*article.Document) []*article.Document {
			d[3].Symptoms = []string{strings.Join(d[3].Symptoms, "")}
			return d
		},
		"product":        func(d []*article.Document) []*article.Document { d[3].Products[0].Name += "x"; return d },
		"tag's page":     func(d []*article.Document) []*article.Document { d[3].Products[0].URL += "x"; return d },
		"tag's names":    func(d []*article.Document) []*article.Document { d[3].Products[0].Names = []string{"x"}; return d },
		"other family":   func(d []*article.Document) []*article.Document { d[3].Cases, d[3].Causes = d[3].Causes, nil; return d },
		"section's text": func(d []*article.Document) []*article.Document { d[3].Sections[1].Text += "x"; return d },
		"section's kind": func(d []*article.Document) []*article.Document { d[3].Sections[1].Kind = "case"; return d },
		"section's id":   func(d []*article.Document) []*article.Document { d[3].Sections[1].Anchor += "x"; return d },
		"one less":       func(d []*article.Document) []*article.Document { return d[1:] },
		"one more":       func(d []*article.Document) []*article.Document { return append(d, &article.Document{}) },
		"order":          func(d []*article.Document) []*article.Document { slices.Reverse(d); return d },
	} {
		if NewContent(sources(change(corpus())), nil).Digest() == base {
			t.Errorf("%s changed, the digest did not", name)
		}
	}
}
