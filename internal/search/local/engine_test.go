package local

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/engine/enginetest"
	"whyfix/internal/search/terms"
)

// The index does what every engine must do, in whatever way it was made.

func TestEngineInMemory(t *testing.T) {
	t.Parallel()
	enginetest.Run(t, func(t *testing.T, docs []*article.Document, synonyms []terms.Synonyms) engine.Engine {
		return remembered(t, docs, synonyms)
	}, enginetest.AsWritten)
}

func TestEngineOnDisk(t *testing.T) {
	t.Parallel()
	enginetest.Run(t, func(t *testing.T, docs []*article.Document, synonyms []terms.Synonyms) engine.Engine {
		dir := t.TempDir()
		if _, err := NewContent(sources(docs), synonyms).Write(t.Context(), dir, "", nil); err != nil {
			t.Fatal(err)
		}
		return opened(t, dir)
	}, enginetest.AsWritten)
}

// before are documents as they may have been: some were others, some are gone.
func before(docs []*article.Document) (old []*article.Document, gone []string) {
	old = slices.Clone(docs)
	for i := 3; i < len(old); i += 12 {
		other := *old[i]
		other.Title, other.Language = "以前的题目："+other.Title, "fr"
		other.Symptoms = append([]string{"以前的说法 kettle"}, other.Symptoms...)
		other.Products = tagged("products", "以前的标签")
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

func TestEnginePatched(t *testing.T) {
	t.Parallel()
	enginetest.Run(t, func(t *testing.T, docs []*article.Document, synonyms []terms.Synonyms) engine.Engine {
		dir := t.TempDir()
		base, now := filepath.Join(dir, "base"), filepath.Join(dir, "now")
		old, gone := before(docs)
		made, err := NewContent(sources(old), synonyms).Write(t.Context(), base, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		made, err = NewContent(sources(docs), synonyms).Write(t.Context(), now, base, made.Base)
		if err != nil || len(gone) > 0 && !made.Patched {
			t.Fatalf("%+v, %v", made, err)
		}
		return opened(t, now)
	}, enginetest.AsWritten)
}

func TestEngineLive(t *testing.T) {
	t.Parallel()
	enginetest.Run(t, func(t *testing.T, docs []*article.Document, synonyms []terms.Synonyms) engine.Engine {
		live, err := NewLive(synonyms)
		if err != nil {
			t.Fatal(err)
		}
		old, gone := before(docs)
		x, err := live.Apply(old, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := 3; i < len(docs); i += 12 {
			if x, err = live.Apply(docs[i:i+1], nil); err != nil {
				t.Fatal(err)
			}
		}
		if len(gone) > 0 {
			if x, err = live.Apply(nil, gone); err != nil {
				t.Fatal(err)
			}
		}
		return x
	}, enginetest.AsWritten)
}
