package cluster

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"

	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/terms"
)

// Posts are documents beside the articles, which change one by one. They are in
// one index of the cluster, whose documents are put and deleted in place, by their
// ids; what is known of all of them is in a folder, as of the articles. There is
// no list of their words and wordings, so that a change touches nothing but the
// document: nothing of posts is suggested, and a mistyped word of letters is not
// corrected by them.

// Change is what changes in an index of posts.
type Change struct {
	Placing  // its Release is not used
	Synonyms []terms.Synonyms
	Put      []*article.Document // no two with the same URL
	Gone     []string            // URLs
	Counted  []string            // URLs of both that were there before
	All      int                 // documents after the change
	Has      func(url string) bool
	Renewed  bool // the index is made anew, of the documents of Put alone
	Anew     bool // … even if it has some of which nothing is known here
}

// ErrPostsThere says that an index of posts has documents of which the folder of
// posts knows nothing: they were fed from elsewhere, or by a feed that died.
var ErrPostsThere = errors.New("search: the index of posts in the OpenSearch cluster has documents that are not known here")

// Update changes an index of posts and writes into a folder what is known of it
// then; last is the folder of before, empty if there is none. It returns when the
// change can be found.
func Update(ctx context.Context, dir, last string, o Options, w Change) error {
	c, err := connectToWrite(ctx, o)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("search: %w", err)
	}
	s, counts, err := c.begun(ctx, last, w)
	if err != nil {
		return err
	}
	if s.Articles > 0 {
		if err := forget(ctx, last, o, w, counts); err != nil {
			return err
		}
	}
	// The meanings of synonyms are numbers in the index: those that it was made with
	// hold for all of it, for who asks, too.
	synonyms, err := terms.DecodeSynonyms([]byte(s.Synonyms))
	if err != nil {
		return fmt.Errorf("%w: %w", engine.ErrDamaged, err)
	}
	lexicon := terms.NewLexicon(synonyms)
	if err := s.learn(ctx, w, lexicon, counts); err != nil {
		return err
	}
	if err := c.change(ctx, w, lexicon, s.Averages); err != nil {
		return err
	}
	if err := c.settle(ctx, w, o); err != nil {
		return err
	}
	s.Articles, s.Posts, s.Counts, s.Addresses = w.All, true, string(counts.Append(nil)), o.Addresses
	return s.write(dir)
}

// begun is what was known before; the index is made if it is not there. One of
// which nothing is known here is not emptied by the way: others may find what it
// has.
func (c *Cluster) begun(ctx context.Context, last string, w Change) (*site, *article.Counts, error) {
	if last != "" && !w.Renewed {
		s, err := readSite(last)
		if err != nil {
			return nil, nil, err
		}
		counts, err := article.ReadCounts([]byte(s.Counts))
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", engine.ErrDamaged, err)
		}
		return s, counts, nil
	}
	if last == "" && !w.Anew {
		var counted struct{ Count int }
		if err := c.do(ctx, http.MethodGet, "/"+w.Name+"/_count?ignore_unavailable=true", nil, &counted); err != nil {
			return nil, nil, err
		}
		if counted.Count > 0 {
			return nil, nil, ErrPostsThere
		}
	}
	if err := c.do(ctx, http.MethodDelete, "/"+w.Name+"?ignore_unavailable=true", nil, nil); err != nil {
		return nil, nil, err
	}
	about := meta{Schema: Schema, Site: w.Site + " posts", Live: true} // no build tidies it away
	definition := definition(about, max(w.Shards, 1))
	definition["settings"].(query)["auto_expand_replicas"] = "0-1"
	if err := c.do(ctx, http.MethodPut, "/"+w.Name, marshal(definition), nil); err != nil {
		return nil, nil, err
	}
	synonyms, err := terms.EncodeSynonyms(w.Synonyms)
	if err != nil {
		return nil, nil, fmt.Errorf("search: %w", err)
	}
	return &site{Schema: Schema, Index: w.Name, Synonyms: string(synonyms)}, article.NewCounts(), nil
}

// forget takes out of the counts what was there of the documents that change: not
// of those that are new, which a feed that died may have sent and nobody counted.
func forget(ctx context.Context, last string, o Options, w Change, counts *article.Counts) error {
	x, err := Open(last, o)
	if err != nil {
		return err
	}
	defer x.Close()
	for some := range slices.Chunk(w.Counted, mostAtOnce) {
		facts, err := x.factsOf(ctx, some)
		if err != nil {
			return err
		}
		for _, f := range facts {
			if f != nil {
				counts.Remove(f)
			}
		}
	}
	return nil
}

// learn counts the documents that come. The averages of lengths are those of the
// first lot: what came later is counted by them, too, so that scores stay
// comparable.
func (s *site) learn(ctx context.Context, w Change, lexicon *terms.Lexicon, counts *article.Counts) error {
	readers := newReaders(lexicon)
	found := make([]read, len(w.Put))
	err := parallel(ctx, len(w.Put), func(i int) error {
		r := <-readers
		defer func() { readers <- r }()
		found[i] = r.study(w.Put[i])
		return nil
	})
	if err != nil {
		return err
	}
	var sums, having [len(engine.Counting)]uint64
	for i := range found {
		f := found[i].facts
		counts.Add(f)
		if !slices.Contains(s.Languages, f.Language) {
			s.Languages = append(s.Languages, f.Language)
		}
		if !slices.Contains(s.Analyzers, uint8(f.Analyzer)) {
			s.Analyzers = append(s.Analyzers, uint8(f.Analyzer))
		}
		for f, n := range found[i].lengths {
			if n > 0 {
				sums[f] += uint64(n)
				having[f]++
			}
		}
	}
	slices.Sort(s.Languages)
	if len(s.Averages) == 0 {
		for f := range sums {
			s.Averages = append(s.Averages, float32(float64(sums[f])/float64(max(having[f], 1))))
		}
	}
	return nil
}

// postKey is the id of a post in the index.
func postKey(url string) string {
	sum := sha256.Sum256([]byte("a " + url))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// change sends what comes and goes, in lots. One that is sent again does no harm.
func (c *Cluster) change(ctx context.Context, w Change, lexicon *terms.Lexicon, averages []float32) error {
	r := <-newReaders(lexicon)
	var lot [][]byte
	size := 0
	flush := func() error {
		if len(lot) == 0 {
			return nil
		}
		err := c.sendLot(ctx, w.Name, lot, http.StatusNotFound)
		lot, size = nil, 0
		return err
	}
	add := func(lines []byte) error {
		lot, size = append(lot, lines), size+len(lines)
		if size < lotBytes {
			return nil
		}
		return flush()
	}
	for _, url := range w.Gone {
		if err := add(fmt.Appendf(nil, `{"delete":{"_id":%q}}`+"\n", postKey(url))); err != nil {
			return err
		}
	}
	for _, d := range w.Put {
		lines := fmt.Appendf(nil, `{"index":{"_id":%q}}`+"\n", postKey(d.URL))
		lines = append(append(lines, marshal(r.document(d, averages))...), '\n')
		if err := add(lines); err != nil {
			return err
		}
	}
	return flush()
}

// settle makes the change visible, and counts. A feed that died may have left
// documents that nobody knows: they go.
func (c *Cluster) settle(ctx context.Context, w Change, o Options) error {
	for range 2 {
		if err := c.do(ctx, http.MethodPost, "/"+w.Name+"/_refresh", nil, nil); err != nil {
			return err
		}
		var counted struct{ Count int }
		if err := c.do(ctx, http.MethodGet, "/"+w.Name+"/_count", nil, &counted); err != nil {
			return err
		}
		switch {
		case counted.Count == w.All:
			return nil
		case counted.Count < w.All:
			return fmt.Errorf("search: the index %s in the OpenSearch cluster has %d documents of %d: somebody has deleted some; remove the folder of the posts, and feed everything again", w.Name, counted.Count, w.All)
		}
		if err := c.unknown(ctx, w); err != nil {
			return err
		}
	}
	return fmt.Errorf("search: the index %s in the OpenSearch cluster has not the %d documents that it should", w.Name, w.All)
}

// unknown deletes the documents of the index that nobody knows.
func (c *Cluster) unknown(ctx context.Context, w Change) error {
	after := ""
	for {
		q := query{"size": mostAtOnce, "sort": []string{fieldURL}, "query": all(query{"exists": query{"field": fieldHead}}), "stored_fields": "_none_", "docvalue_fields": []string{fieldURL}}
		if after != "" {
			q["search_after"] = []string{after}
		}
		var a answer
		if err := c.do(ctx, http.MethodPost, "/"+w.Name+"/_search", marshal(q), &a); err != nil {
			return err
		}
		var gone [][]byte
		for i := range a.Hits.Hits {
			after = first(a.Hits.Hits[i].Fields.URL)
			if !w.Has(after) {
				gone = append(gone, fmt.Appendf(nil, `{"delete":{"_id":%q}}`+"\n", postKey(after)))
			}
		}
		if len(gone) > 0 {
			if err := c.sendLot(ctx, w.Name, gone, http.StatusNotFound); err != nil {
				return err
			}
		}
		if len(a.Hits.Hits) < mostAtOnce {
			return nil
		}
	}
}

// errNoPlace is for a release whose index has no name of ours.
var errNoPlace = errors.New("search: the index of the release in the cluster has not the name of a site's")

// PostsName is the name of the index of the posts of a site, by that of its
// articles.
func PostsName(articles string) (name, site string, err error) {
	site = SiteOf(articles)
	if prefix+site == articles || !strings.HasPrefix(articles, prefix) {
		return "", "", errNoPlace
	}
	return prefix + site + "-posts", site, nil
}
