package enginetest

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"whyfix/internal/search/article"
	"whyfix/internal/search/cluster"
	"whyfix/internal/search/cluster/clustertest"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/engine/naive"
	"whyfix/internal/search/local"
	"whyfix/internal/search/terms"
)

// TestEngines holds every engine to the same answers, in whatever way it was
// made. An engine is a row here.
func TestEngines(t *testing.T) {
	t.Parallel()
	for _, e := range []struct {
		name string
		open open
		// Scores are BM25F as package engine has it, and so all that follows from
		// them.
		asWritten bool
	}{
		{"naive", openNaive, true},
		{"memory", openMemory, true},
		{"disk", openDisk, true},
		{"patched", openPatched, true},
		{"live", openLive, true},
		{"cluster", openCluster, true},
	} {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			run(t, e.open, e.asWritten)
		})
	}
}

func TestMain(m *testing.M) { os.Exit(clustertest.Main(m)) }

func openNaive(_ *testing.T, docs []*article.Document, synonyms []terms.Synonyms) engine.Engine {
	return naive.New(docs, synonyms)
}

func openMemory(t *testing.T, docs []*article.Document, synonyms []terms.Synonyms) engine.Engine {
	x, err := local.New(t.Context(), docs, synonyms)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func openDisk(t *testing.T, docs []*article.Document, synonyms []terms.Synonyms) engine.Engine {
	dir := t.TempDir()
	write(t, dir, "", nil, docs, synonyms)
	return opened(t, dir)
}

// openPatched is what a release finds that was made from the last one.
func openPatched(t *testing.T, docs []*article.Document, synonyms []terms.Synonyms) engine.Engine {
	dir := t.TempDir()
	base, now := filepath.Join(dir, "base"), filepath.Join(dir, "now")
	old, gone := before(docs)
	made := write(t, base, "", nil, old, synonyms)
	made = write(t, now, base, made.Base, docs, synonyms)
	if len(gone) > 0 && !made.Patched {
		t.Fatalf("%+v", made)
	}
	return opened(t, now)
}

// openLive is what a preview finds after some edits.
func openLive(t *testing.T, docs []*article.Document, synonyms []terms.Synonyms) engine.Engine {
	live, err := local.NewLive(synonyms)
	if err != nil {
		t.Fatal(err)
	}
	apply := func(docs []*article.Document, gone []string) *local.Index {
		x, err := live.Apply(docs, gone)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	old, gone := before(docs)
	x := apply(old, nil)
	for i := 3; i < len(docs); i += 12 {
		x = apply(docs[i:i+1], nil)
	}
	if len(gone) > 0 {
		x = apply(nil, gone)
	}
	return x
}

// write makes an index in a folder, from the last one if there is one.
func write(t *testing.T, dir, last string, base *local.Base, docs []*article.Document, synonyms []terms.Synonyms) local.Made {
	t.Helper()
	var sources []local.Source
	for _, d := range docs {
		sum := sha256.Sum256(d.AppendBody(d.AppendHead(nil)))
		sources = append(sources, local.Source{URL: d.URL, Stamp: local.Stamp(sum[:16]), Make: func() (*article.Document, error) { return d, nil }})
	}
	made, err := local.NewContent(sources, synonyms).Write(t.Context(), dir, last, base)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func opened(t *testing.T, dir string) engine.Engine {
	t.Helper()
	x, err := local.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

// indexes numbers those that are written to the cluster.
var indexes atomic.Int32

func openCluster(t *testing.T, docs []*article.Document, synonyms []terms.Synonyms) engine.Engine {
	options := cluster.Options{Addresses: clustertest.Shared(t).Nodes}
	var sources []cluster.Source
	for _, d := range docs {
		sources = append(sources, cluster.Source{URL: d.URL, Make: func() (*article.Document, error) { return d, nil }})
	}
	dir := t.TempDir()
	name := fmt.Sprintf("whyfix-enginetest-%d", indexes.Add(1))
	err := cluster.Write(t.Context(), dir, options, cluster.Writing{
		Placing: cluster.Placing{Name: name, Site: "enginetest", Release: name, Shards: 1 + len(docs)%2}, Docs: sources, Synonyms: synonyms,
	})
	if err != nil {
		t.Fatal(err)
	}
	x, err := cluster.Open(dir, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

// before are documents as they may have been: some were others, some are gone.
func before(docs []*article.Document) (old []*article.Document, gone []string) {
	old = slices.Clone(docs)
	for i := 3; i < len(old); i += 12 {
		other := *old[i]
		other.Title, other.Language = "以前的题目："+other.Title, "fr"
		other.Symptoms = append([]string{"以前的说法 kettle"}, other.Symptoms...)
		other.Products = Tagged("products", "以前的标签")
		old[i] = &other
	}
	for i := range len(docs) / 12 {
		d := *docs[i]
		d.URL = fmt.Sprintf("/gone/%d/", i)
		gone = append(gone, d.URL)
		old = slices.Insert(old, 5*i, &d)
	}
	return old, gone
}
