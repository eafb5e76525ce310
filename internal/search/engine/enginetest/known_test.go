package enginetest

import (
	"maps"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/terms"
)

// What an engine knows of its documents, whatever the question.

func (s *suite) site(t *testing.T) {
	want, got := *s.oracle.Site(), *s.engine.Site()
	if diff := gocmp.Diff(countsOf(want.Counts), countsOf(got.Counts)); diff != "" {
		t.Errorf("counts of short texts (-want +got):\n%s", diff)
	}
	if got.Counts.Articles() != len(s.docs) {
		t.Errorf("counts of %d articles, want %d", got.Counts.Articles(), len(s.docs))
	}
	want.Counts, got.Counts = nil, nil
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("site (-want +got):\n%s", diff)
	}
}

func countsOf(c *article.Counts) map[terms.Key]int {
	out := map[terms.Key]int{}
	c.Each(func(k terms.Key, n int) { out[k] = n })
	return out
}

func (s *suite) facts(t *testing.T) {
	for _, d := range s.docs {
		q := &engine.Question{Only: []string{d.URL}, Limit: 1}
		want, got := candidate(find(t, s.oracle, q), d.URL), candidate(find(t, s.engine, q), d.URL)
		if got == nil {
			t.Errorf("%s is no candidate when it is asked for", d.URL)
			continue
		}
		if diff := gocmp.Diff(want.Facts, got.Facts, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("facts of %s (-want +got):\n%s", d.URL, diff)
		}
	}
}

func (s *suite) counts(t *testing.T) {
	known := wordsOf(s.docs, Synonyms())
	for f, field := range engine.Fields {
		list := append(slices.Sorted(maps.Keys(known[f])), "潜水艇", "")
		got, err := s.engine.Counts(t.Context(), field, list)
		if err != nil || len(got) != len(list) {
			t.Fatalf("%s: %d counts of %d terms, %v", field, len(got), len(list), err)
		}
		for i, term := range list {
			if got[i] != known[f][term] {
				t.Errorf("%d articles have %q in %s, want %d", got[i], term, field, known[f][term])
			}
		}
		if len(list) < 10 {
			t.Errorf("the documents have %d terms in %s", len(list), field)
		}
	}
	if got, err := s.engine.Counts(t.Context(), engine.InBody, nil); len(got) != 0 || err != nil {
		t.Errorf("Counts of nothing: %v, %v", got, err)
	}
}

func (s *suite) bodies(t *testing.T) {
	var list []string
	var want []engine.Body
	for _, d := range slices.Backward(s.docs) {
		list, want = append(list, d.URL, s.docs[0].URL), append(want, body(d), body(s.docs[0]))
	}
	got, err := s.engine.Bodies(t.Context(), list)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("bodies (-want +got):\n%s", diff)
	}
	if got, err := s.engine.Bodies(t.Context(), nil); len(got) != 0 || err != nil {
		t.Errorf("bodies of nothing: %v, %v", got, err)
	}
	for _, url := range []string{"/no/such/", "", s.docs[0].URL[:3], s.docs[0].URL + "x"} {
		if got, err := s.engine.Bodies(t.Context(), []string{s.docs[0].URL, url}); err == nil {
			t.Errorf("the body of %q is %v, want an error", url, got)
		}
	}
}

func body(d *article.Document) engine.Body {
	return engine.Body{Summary: d.Summary, Sections: d.Sections}
}

func (s *suite) orderOfDocuments(t *testing.T) {
	docs := Documents()
	slices.Reverse(docs)
	docs = append(docs[len(docs)/3:], docs[:len(docs)/3]...)
	other := s.open(t, docs, Synonyms())
	for _, text := range []string{"怎么办", "打印机 脱机", "“密封圈”", "refund", "Wi-Fi 很慢", "的", "log in"} {
		q := s.ask(t, text).Ask(engine.Filter{}, "", 5)
		want, got := find(t, s.engine, q), find(t, other, q)
		if diff := gocmp.Diff(byScore(want), byScore(got), cmpopts.EquateApprox(0, scoreError), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%q in another order of documents (-want +got):\n%s", text, diff)
		}
		if want.Hits != got.Hits || want.Total != got.Total {
			t.Errorf("%q: %d hits of %d, in another order %d of %d", text, want.Hits, want.Total, got.Hits, got.Total)
		}
		if diff := gocmp.Diff(want.Facets, got.Facets); diff != "" {
			t.Errorf("%q: facets in another order of documents (-want +got):\n%s", text, diff)
		}
	}
	for _, text := range []string{"", "打", "w", "p"} {
		typed := engine.Typed{Text: text, Size: 5}
		if diff := gocmp.Diff(suggested(t, s.engine, typed), suggested(t, other, typed)); diff != "" {
			t.Errorf("suggestions for %q in another order of documents (-want +got):\n%s", text, diff)
		}
	}
	if diff := gocmp.Diff(sampled(t, s.engine, 10), sampled(t, other, 10)); diff != "" {
		t.Errorf("sample in another order of documents (-want +got):\n%s", diff)
	}
}
