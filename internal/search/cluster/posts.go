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

	"whyfix/internal/record"
	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/terms"
)

// Posts are documents beside the articles, which change one by one. They are in
// one index of the cluster, whose documents are put and deleted in place, by their
// ids, and which knows of each what a feed has to know; in a folder is what is
// known of all of them together, as of the articles. So a change costs what it
// changes, however many there are. There is no list of their words and wordings,
// since every change would have to count them again: nothing of posts is
// suggested, and a mistyped word of letters is not corrected by them.

// Post is what is known of a document beside the articles without reading it.
type Post struct {
	URL     string
	Stamp   [16]byte
	Source  string
	Expires int64  // in seconds since 1970; 0: never
	From    string // the file that it is from; "": it was fed
}

// Posted is a document that comes.
type Posted struct {
	*article.Document
	Stamp [16]byte
	From  string
}

// Change is what changes in an index of posts.
type Change struct {
	Synonyms []terms.Synonyms // of an index that is made
	Put      []Posted         // no two with the same URL
	Gone     []string         // URLs
	Counted  []string         // URLs of both that were there before
	All      int              // documents after the change
	Renewed  bool             // the index is made anew, of the documents of Put alone
	Anew     bool             // … even if it has some of which nothing is known here
	Shards   int              // of an index that is made; 0: 1
	// Begin is told, before the first document is sent, what is on its way: whoever
	// keeps the folder writes it down until the change is known. If it never is, the
	// next change has it as Left, and what was done is counted first.
	Begin func(journal []byte) error
	Left  string
}

// ErrPostsThere says that an index of posts has documents of which the folder of
// posts knows nothing: they were fed from elsewhere.
var ErrPostsThere = errors.New("search: the index of posts in the OpenSearch cluster has documents that are not known here")

// PostsIndex is the index of the posts of a site, for whoever feeds it.
type PostsIndex struct {
	cluster *Cluster
	options Options
	name    string
	site    string
}

// OpenPosts connects to the index of the posts of a site, by the name of its
// articles' one. It need not be there.
func OpenPosts(ctx context.Context, o Options, articles string) (*PostsIndex, error) {
	name, site, err := PostsName(articles)
	if err != nil {
		return nil, err
	}
	c, err := connectToWrite(ctx, o)
	if err != nil {
		return nil, err
	}
	return &PostsIndex{c, o, name, site}, nil
}

// Close gives the connections back.
func (p *PostsIndex) Close() error { return p.cluster.Close() }

// Refresh lets everybody see what a feed that died has sent.
func (p *PostsIndex) Refresh(ctx context.Context) error {
	return p.cluster.do(ctx, http.MethodPost, "/"+p.name+"/_refresh?ignore_unavailable=true", nil, nil)
}

// Count is how many documents there are.
func (p *PostsIndex) Count(ctx context.Context) (int, error) {
	var counted struct{ Count int }
	err := p.cluster.do(ctx, http.MethodGet, "/"+p.name+"/_count?ignore_unavailable=true", nil, &counted)
	return counted.Count, err
}

// Named tells those that are there of some addresses.
func (p *PostsIndex) Named(ctx context.Context, urls []string, visit func(Post)) error {
	for some := range slices.Chunk(urls, mostAtOnce) {
		if err := p.each(ctx, havingAny(fieldURL, some), visit); err != nil {
			return err
		}
	}
	return nil
}

// From tells those that are from a file.
func (p *PostsIndex) From(ctx context.Context, file string, visit func(Post)) error {
	return p.each(ctx, having(fieldFrom, file), visit)
}

// Expired tells those that nobody finds any more.
func (p *PostsIndex) Expired(ctx context.Context, now int64, visit func(Post)) error {
	return p.each(ctx, query{"range": query{fieldExpires: query{"lte": now}}}, visit)
}

// postsAtOnce is how many posts are told in one answer.
const postsAtOnce = 5000

func (p *PostsIndex) each(ctx context.Context, of query, visit func(Post)) error {
	after := ""
	for {
		q := query{
			"size": postsAtOnce, "sort": []string{fieldURL}, "query": all(of), "stored_fields": "_none_", "track_total_hits": false,
			"docvalue_fields": []string{fieldURL, fieldStamp, fieldSource, fieldExpires, fieldFrom},
		}
		if after != "" {
			q["search_after"] = []string{after}
		}
		var a answer
		if err := p.cluster.do(ctx, http.MethodPost, "/"+p.name+"/_search?ignore_unavailable=true", marshal(q), &a); err != nil {
			return err
		}
		if a.Shards.Failed > 0 || a.TimedOut {
			return a.lost()
		}
		for i := range a.Hits.Hits {
			f := &a.Hits.Hits[i].Fields
			known := Post{URL: first(f.URL), Source: first(f.Source), From: first(f.From)}
			if len(f.Expires) > 0 {
				known.Expires = f.Expires[0]
			}
			if stamp, err := decode(first(f.Stamp)); err == nil {
				copy(known.Stamp[:], stamp)
			}
			after = known.URL
			visit(known)
		}
		if len(a.Hits.Hits) < postsAtOnce {
			return nil
		}
	}
}

// Tally counts the posts.
type Tally struct {
	Documents, Expiring, Expired int
	Sources, Files               map[string]int // by what they are, and by the file that they are from
}

// mostFiles is how many files a tally tells apart.
const mostFiles = 10_000

// Tally counts them as they are at a time, in seconds since 1970.
func (p *PostsIndex) Tally(ctx context.Context, now int64) (Tally, error) {
	t := Tally{Sources: map[string]int{}, Files: map[string]int{}}
	by := func(field string) query {
		return query{"terms": query{"field": field, "size": mostFiles, "missing": ""}}
	}
	q := query{
		"size": 0, "track_total_hits": true,
		"aggs": query{
			fieldSource: by(fieldSource), fieldFrom: by(fieldFrom),
			"expiring": query{"filter": query{"exists": query{"field": fieldExpires}}}, "expired": query{"filter": query{"range": query{fieldExpires: query{"lte": now}}}},
		},
	}
	var a answer
	if err := p.cluster.do(ctx, http.MethodPost, "/"+p.name+"/_search?ignore_unavailable=true", marshal(q), &a); err != nil {
		return t, err
	}
	if a.Shards.Failed > 0 || a.TimedOut {
		return t, a.lost()
	}
	t.Documents, t.Expiring, t.Expired = a.Hits.Total.Value, a.Aggregations["expiring"].Count, a.Aggregations["expired"].Count
	for field, counted := range map[string]map[string]int{fieldSource: t.Sources, fieldFrom: t.Files} {
		for _, b := range a.Aggregations[field].Buckets {
			counted[b.Key] = b.Count
		}
	}
	return t, nil
}

// journal says what a feed is about to change.
type journal struct {
	Site site     // what will be known, but that its counts are without the documents that change
	URLs []string // of these
}

func readJournal(text string) (*journal, error) {
	var j journal
	if rest, err := record.Read(text, &j); err != nil || rest != "" {
		return nil, fmt.Errorf("%w: what a feed began cannot be read", engine.ErrDamaged)
	}
	if j.Site.Schema != Schema {
		return nil, ErrSchema
	}
	return &j, nil
}

// Update changes the index and writes into a folder what is known of it then; last
// is the folder of before, empty if there is none. It returns when the change can
// be found.
func (p *PostsIndex) Update(ctx context.Context, dir, last string, w Change) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("search: %w", err)
	}
	s, counts, err := p.before(ctx, last, w)
	if err != nil {
		return err
	}
	if !w.Renewed {
		if err := p.count(ctx, s, counts.Remove, w.Counted); err != nil {
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
	without := string(counts.Append(nil))
	if err := s.learn(ctx, w, lexicon, counts); err != nil {
		return err
	}
	s.Articles, s.Posts, s.Addresses, s.Counts = w.All, true, p.options.Addresses, without
	j := journal{Site: *s, URLs: slices.Clone(w.Gone)}
	for _, d := range w.Put {
		j.URLs = append(j.URLs, d.URL)
	}
	if err := w.Begin(record.Append(nil, &j)); err != nil {
		return err
	}
	if w.Renewed {
		if err := p.create(ctx, w.Shards); err != nil {
			return err
		}
	}
	if err := p.change(ctx, w, lexicon, s.Averages); err != nil {
		return err
	}
	if err := p.settle(ctx, w); err != nil {
		return err
	}
	s.Counts = string(counts.Append(nil))
	return s.write(dir)
}

// before is what was known, with what a feed that died has added.
func (p *PostsIndex) before(ctx context.Context, last string, w Change) (*site, *article.Counts, error) {
	var left *journal
	var err error
	if w.Left != "" && !w.Anew {
		if left, err = readJournal(w.Left); err != nil {
			return nil, nil, err
		}
	}
	var s *site
	switch {
	case w.Renewed:
		if last == "" && left == nil && !w.Anew {
			if err := p.empty(ctx); err != nil {
				return nil, nil, err
			}
		}
		synonyms, err := terms.EncodeSynonyms(w.Synonyms)
		if err != nil {
			return nil, nil, fmt.Errorf("search: %w", err)
		}
		return &site{Schema: Schema, Index: p.name, Synonyms: string(synonyms)}, article.NewCounts(), nil
	case left != nil:
		s = &left.Site
	default:
		if s, err = readSite(last); err != nil {
			return nil, nil, err
		}
	}
	counts, err := article.ReadCounts([]byte(s.Counts))
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", engine.ErrDamaged, err)
	}
	if left != nil {
		err = p.count(ctx, s, counts.Add, left.URLs)
	}
	return s, counts, err
}

// count adds documents to counts, or takes them out, as they are in the index.
func (p *PostsIndex) count(ctx context.Context, s *site, do func(*article.Facts), urls []string) error {
	x, err := s.open(p.options)
	if err != nil {
		return err
	}
	defer x.Close()
	for some := range slices.Chunk(urls, mostAtOnce) {
		found := map[string]*article.Facts{}
		if err := x.fetch(ctx, fieldHead, some, func(url string, f *article.Facts, _ string) { found[url] = f }); err != nil {
			return err
		}
		for _, f := range found {
			do(f)
		}
	}
	return nil
}

// empty is an error if the index has any document: nothing is known of it here, so
// others may find what it has.
func (p *PostsIndex) empty(ctx context.Context) error {
	n, err := p.Count(ctx)
	if err == nil && n > 0 {
		err = ErrPostsThere
	}
	return err
}

// create makes the index anew.
func (p *PostsIndex) create(ctx context.Context, shards int) error {
	if err := p.cluster.do(ctx, http.MethodDelete, "/"+p.name+"?ignore_unavailable=true", nil, nil); err != nil {
		return err
	}
	about := meta{Schema: Schema, Site: p.site + " posts", Live: true} // no build tidies it away
	definition := definition(about, max(shards, 1))
	definition["settings"].(query)["auto_expand_replicas"] = "0-1"
	return p.cluster.do(ctx, http.MethodPut, "/"+p.name, marshal(definition), nil)
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
		found[i] = r.study(w.Put[i].Document)
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
func (p *PostsIndex) change(ctx context.Context, w Change, lexicon *terms.Lexicon, averages []float32) error {
	r := <-newReaders(lexicon)
	var lot [][]byte
	size := 0
	flush := func() error {
		if len(lot) == 0 {
			return nil
		}
		err := p.cluster.sendLot(ctx, p.name, lot, http.StatusNotFound)
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
		document := r.document(d.Document, averages)
		document.Stamp, document.From = encode(d.Stamp[:]), d.From
		lines := fmt.Appendf(nil, `{"index":{"_id":%q}}`+"\n", postKey(d.URL))
		lines = append(append(lines, marshal(document)...), '\n')
		if err := add(lines); err != nil {
			return err
		}
	}
	return flush()
}

// settle makes the change visible, and counts.
func (p *PostsIndex) settle(ctx context.Context, w Change) error {
	if err := p.cluster.do(ctx, http.MethodPost, "/"+p.name+"/_refresh", nil, nil); err != nil {
		return err
	}
	n, err := p.Count(ctx)
	if err == nil && n != w.All {
		err = fmt.Errorf("search: the index %s in the OpenSearch cluster has %d documents, and should have %d: somebody else has changed it; feed everything again, with -anew", p.name, n, w.All)
	}
	return err
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
