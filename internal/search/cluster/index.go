package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"whyfix/internal/han"
	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/terms"
)

// Index is an engine over an index of a cluster.
type Index struct {
	cluster *Cluster
	name    string
	site    engine.Site
	places  int
	posts   bool // there are documents that are no pages of the site
	bySound func() map[han.Syllable][]rune
	// Readers of facts, which are not safe for concurrent use.
	wordings sync.Pool
	counts   *kept[int]            // by field and term
	facts    *kept[*article.Facts] // by address
	bodies   *kept[string]         // records of texts
	shards   atomic.Int32          // that the index has; 0 before an answer has told
	unknown  share                 // of the articles that are seen, those whose facts are not kept
}

var _ engine.Engine = (*Index)(nil)

// What is kept, in bytes or so.
const (
	keptCounts = 4 << 20
	keptFacts  = 12 << 20
	keptBodies = 8 << 20
)

// Open opens the index of a folder. It asks the cluster nothing: pages are
// served though the cluster is not there. Without addresses it is asked where
// it was written.
func Open(dir string, o Options) (*Index, error) {
	s, err := readSite(dir)
	if err != nil {
		return nil, err
	}
	return s.open(o)
}

func (s *site) open(o Options) (*Index, error) {
	if len(o.Addresses) == 0 {
		o.Addresses = s.Addresses
	}
	known, err := s.known()
	if err != nil {
		return nil, err
	}
	c, err := Connect(o)
	if err != nil {
		return nil, err
	}
	x := &Index{
		cluster: c, name: s.Index, site: known, places: s.Places, posts: s.Posts,
		counts: newKept[int](keptCounts), facts: newKept[*article.Facts](keptFacts), bodies: newKept[string](keptBodies),
	}
	lexicon := terms.NewLexicon(known.Synonyms)
	x.wordings.New = func() any { return article.NewApart(lexicon) }
	x.unknown.bits.Store(math.Float64bits(1))
	x.bySound = sync.OnceValue(func() map[han.Syllable][]rune { return x.site.Counts.BySound() })
	return x, nil
}

// Site is what is known of all articles together.
func (x *Index) Site() *engine.Site { return &x.site }

// Close gives the connections back.
func (x *Index) Close() error { return x.cluster.Close() }

// Down says why nobody asks the cluster at present; nil: it is asked.
func (x *Index) Down() *engine.Unavailable { return x.cluster.circuit.open() }

// answer is what a search gives.
type answer struct {
	TimedOut bool `json:"timed_out"`
	Shards   struct {
		Total, Successful, Failed int
		Failures                  []struct{ Reason failed }
	} `json:"_shards"`
	Hits struct {
		Total struct{ Value int }
		Hits  []hit
	}
	Aggregations map[string]struct {
		Count   int `json:"doc_count"`
		Buckets []struct {
			Key   string
			Count int `json:"doc_count"`
		}
	}
	Status int
	Error  json.RawMessage
}

type hit struct {
	Sort   []json.RawMessage // of scored: the score and the address
	Fields fields
	Runs   []string `json:"matched_queries"`
}

// scored marks a search for what scores most, and of that for the first
// addresses. The scores are read from the order: to be told them apart from it
// would make the cluster look at the score of every article.
const scored = "scored"

// score is what a hit of such a search has, and its address.
func (h *hit) score() (score float32, url string, err error) {
	if len(h.Sort) != 2 {
		return 0, "", fmt.Errorf("%w: a hit without a score", engine.ErrDamaged)
	}
	err = errors.Join(json.Unmarshal(h.Sort[0], &score), json.Unmarshal(h.Sort[1], &url))
	return score, url, err
}

// fields are what documents have, by the names of the fields.
type fields struct {
	URL, Head, Text, Word, In []string
	Term                      []string `json:"long_term"`
	Wording, Leads            []string
	Articles, Entry, Uses     []int
	Length, Place             []int
	// Of posts.
	Source, From, Stamp []string
	Expires             []int64
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func firstOf(list []int) int {
	if len(list) == 0 {
		return 0
	}
	return list[0]
}

// margin is what is left of a reader's time for the way back.
const margin = 30 * time.Millisecond

// search asks several searches at once. The answers are all there, and whole
// unless they say that they are not.
func (x *Index) search(ctx context.Context, list []query) ([]answer, error) {
	if len(list) == 0 {
		return nil, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var body bytes.Buffer
	// Each node reads its own copies: one that hangs keeps nobody waiting but who
	// asks it, and who does asks another next.
	head := marshal(query{"index": x.name, "preference": "_local", "search_type": "dfs_query_then_fetch"})
	plain := marshal(query{"index": x.name, "preference": "_local"})
	for _, q := range list {
		if deadline, ok := ctx.Deadline(); ok {
			q["timeout"] = fmt.Sprintf("%dms", max((time.Until(deadline)-margin).Milliseconds(), 1))
		}
		_, scores := q[scored]
		if delete(q, scored); scores {
			body.Write(head)
		} else {
			body.Write(plain)
		}
		body.WriteByte('\n')
		body.Write(marshal(q))
		body.WriteByte('\n')
	}
	var out answers
	if err := x.cluster.do(ctx, http.MethodPost, "/_msearch?max_concurrent_searches=32", body.Bytes(), &out); err != nil {
		return nil, err
	}
	if len(out.Responses) != len(list) {
		return nil, fmt.Errorf("search: the OpenSearch cluster gave %d answers to %d questions", len(out.Responses), len(list))
	}
	x.shards.Store(int32(out.Responses[0].Shards.Total))
	return out.Responses, nil
}

// answers are those to several searches at once.
type answers struct{ Responses []answer }

// half reports whether a part of the index did not answer.
func (a *answers) half() bool {
	return slices.ContainsFunc(a.Responses, func(r answer) bool { return !r.whole() })
}

// failed is what was wrong with one of them: the answer as a whole is a good
// one.
func (a *answers) failed() error {
	for i := range a.Responses {
		if r := &a.Responses[i]; len(r.Error) > 0 {
			return fmt.Errorf("search: %w", (&Failure{Status: r.Status}).read(r.Error))
		}
	}
	return nil
}

// sure is search where half an answer is none.
func (x *Index) sure(ctx context.Context, list []query) ([]answer, error) {
	out, err := x.search(ctx, list)
	for i := range out {
		switch a := &out[i]; {
		case a.TimedOut:
			return nil, errLate
		case !a.whole():
			return nil, a.lost()
		}
	}
	return out, err
}

// errLate says that a search took the reader's time, a little less his own way
// back.
var errLate = fmt.Errorf("search: the OpenSearch cluster had no time: %w", context.DeadlineExceeded)

// whole reports whether all of the index has answered. A shard that no node has at
// present is none that failed.
func (a *answer) whole() bool { return a.Shards.Failed == 0 && a.Shards.Successful >= a.Shards.Total }

// lost says that a part of an index did not answer.
func (a *answer) lost() error {
	reason := "no reason given"
	if len(a.Shards.Failures) > 0 {
		f := a.Shards.Failures[0].Reason
		reason = f.Type + ": " + f.Reason
	}
	return &engine.Unavailable{After: firstWait, Err: fmt.Errorf("search: %d shards of the index in the OpenSearch cluster do not answer: %s", a.Shards.Total-a.Shards.Successful, reason)}
}

// having are documents that have a term.
func having(field, term string) query { return query{"term": query{field: term}} }

// any are documents that have one of some terms.
func havingAny(field string, list []string) query {
	if len(list) == 1 {
		return having(field, list[0])
	}
	return query{"terms": query{field: list}}
}

func all(filters ...query) query { return query{"bool": query{"filter": filters}} }

// anyOf are documents of any of the queries, with the sum of their scores.
func anyOf(list ...query) query {
	if len(list) == 0 {
		return query{"match_none": query{}}
	}
	return query{"bool": query{"should": list, "minimum_should_match": 1}}
}

// Counts tells how many articles have each of the terms.
func (x *Index) Counts(ctx context.Context, field engine.Field, list []string) ([]int, error) {
	out := make([]int, len(list))
	var missing []string
	for i, term := range list {
		if n, known := x.counts.get(string(field) + " " + term); known {
			out[i] = n
		} else {
			out[i] = -1
			if term == "" {
				out[i] = 0
			} else if !slices.Contains(missing, term) {
				missing = append(missing, term)
			}
		}
	}
	if len(missing) == 0 {
		return out, nil
	}
	found := map[string]int{}
	if x.shards.Load() == 1 {
		var err error
		if missing, err = x.known(ctx, field, missing, found); err != nil {
			return nil, err
		}
	}
	for some := range slices.Chunk(missing, mostAtOnce) {
		var list []query
		for _, term := range some {
			list = append(list, query{"size": 0, "track_total_hits": true, "query": having(string(field), term)})
		}
		answers, err := x.sure(ctx, list)
		if err != nil {
			return nil, err
		}
		for i, term := range some {
			n := answers[i].Hits.Total.Value
			found[term] = n
			x.counts.put(string(field)+" "+term, n, 80)
		}
	}
	for i, term := range list {
		if out[i] < 0 {
			out[i] = found[term]
		}
	}
	return out, nil
}

// known takes from the dictionary of an index of one shard how many articles have
// each of the terms, which costs it next to nothing; of several shards it would
// be that of one. It gives the terms of which nothing was told.
func (x *Index) known(ctx context.Context, field engine.Field, list []string, found map[string]int) (rest []string, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var document any = list
	if field == engine.InBody {
		document = strings.Join(list, "|1 ") + "|1"
	}
	var out struct {
		Fields map[string]struct {
			Terms map[string]struct {
				Articles int `json:"doc_freq"`
			}
		} `json:"term_vectors"`
	}
	body := marshal(query{
		"doc": query{string(field): document}, "fields": []string{string(field)}, "term_statistics": true,
		"field_statistics": false, "positions": false, "offsets": false, "payloads": false,
	})
	if err := x.cluster.do(ctx, http.MethodPost, "/"+x.name+"/_termvectors?preference=_local", body, &out); err != nil {
		return nil, err
	}
	terms := out.Fields[string(field)].Terms
	for _, term := range list {
		t, told := terms[term]
		if !told {
			rest = append(rest, term)
			continue
		}
		found[term] = t.Articles
		x.counts.put(string(field)+" "+term, t.Articles, 80)
	}
	return rest, nil
}

// mostAtOnce is how many searches, or addresses, one request has.
const mostAtOnce = 500

// idf is what BM25 multiplies a term with that so many of the documents have
// that have any.
func idf(documents, having int) float64 {
	return math.Log(1 + (float64(documents)-float64(having)+0.5)/(float64(having)+0.5))
}

// fetching asks for one field of articles, by their addresses.
func fetching(field string, urls []string) query {
	q := query{"size": len(urls), "track_total_hits": false, "sort": []string{"_doc"}, "query": all(havingAny(fieldURL, urls))}
	switch field {
	case fieldHead:
		q["stored_fields"], q["docvalue_fields"] = "_none_", []string{fieldURL, fieldHead}
	default:
		q["stored_fields"], q["docvalue_fields"] = []string{field}, []string{fieldURL}
	}
	return q
}

// fetch asks for one field of articles, keeps what comes, and gives it, unless
// take is nil.
func (x *Index) fetch(ctx context.Context, field string, urls []string, take func(url string, f *article.Facts, text string)) error {
	var list []query
	for some := range slices.Chunk(urls, mostAtOnce) {
		list = append(list, fetching(field, some))
	}
	answers, err := x.sure(ctx, list)
	for i := range answers {
		if err == nil {
			err = x.takeFetched(field, &answers[i], take)
		}
	}
	return err
}

// takeFetched keeps what was asked for by fetching.
func (x *Index) takeFetched(field string, a *answer, take func(url string, f *article.Facts, text string)) error {
	for i := range a.Hits.Hits {
		h := &a.Hits.Hits[i]
		if field == fieldHead {
			if err := x.takeHead(h, take); err != nil {
				return err
			}
			continue
		}
		url := first(h.Fields.URL)
		data, err := decode(first(h.Fields.Text))
		if err != nil {
			return fmt.Errorf("%w: text of %s: %w", engine.ErrDamaged, url, err)
		}
		x.bodies.put(url, string(data), len(data))
		if take != nil {
			take(url, nil, string(data))
		}
	}
	return nil
}

// takeHead keeps what is known of an article.
func (x *Index) takeHead(h *hit, take func(url string, f *article.Facts, text string)) error {
	url := first(h.Fields.URL)
	data, err := decode(first(h.Fields.Head))
	if err != nil {
		return fmt.Errorf("%w: head of %s: %w", engine.ErrDamaged, url, err)
	}
	d, rest, err := article.ReadHead(string(data))
	if err != nil || rest != "" || d.URL != url {
		return fmt.Errorf("%w: head of %s", engine.ErrDamaged, url)
	}
	w := x.wordings.Get().(*article.Wordings)
	f := w.Facts(d)
	x.wordings.Put(w)
	x.facts.put(url, f, factsSize(f))
	if take != nil {
		take(url, f, "")
	}
	return nil
}

// share is how large a part of something is lately.
type share struct{ bits atomic.Uint64 }

// add tells that n of so many are.
func (s *share) add(n, of int) {
	if of > 0 { // two at once may count as one
		s.bits.Store(math.Float64bits(0.95*math.Float64frombits(s.bits.Load()) + 0.05*float64(n)/float64(of)))
	}
}

// mostly reports whether it is worth asking for before it is known.
func (s *share) mostly() bool { return math.Float64frombits(s.bits.Load()) > 0.6 }

// factsOf are the facts of articles, by their addresses.
func (x *Index) factsOf(ctx context.Context, urls []string) (map[string]*article.Facts, error) {
	out := make(map[string]*article.Facts, len(urls))
	var missing []string
	for _, url := range urls {
		if _, twice := out[url]; twice {
			continue
		}
		f, known := x.facts.get(url)
		if known {
			x.facts.put(url, f, factsSize(f))
		} else {
			missing = append(missing, url)
		}
		out[url] = f
	}
	if len(missing) == 0 {
		return out, nil
	}
	err := x.fetch(ctx, fieldHead, missing, func(url string, f *article.Facts, _ string) { out[url] = f })
	return out, err
}

// factsSize is what facts take of memory, about.
func factsSize(f *article.Facts) int {
	n := 400
	for _, p := range f.Passages {
		n += 100 + len(p.Text) + 4*len(p.Run) + 8*len(p.Words)
	}
	return n
}

// bodyTime is how long texts may take where the reader's time is over: what was
// found is shown.
const bodyTime = time.Second

// Bodies are the texts of articles.
func (x *Index) Bodies(ctx context.Context, urls []string) ([]engine.Body, error) {
	if errors.Is(ctx.Err(), context.Canceled) {
		return nil, ctx.Err()
	}
	deadline, ok := ctx.Deadline()
	if ok && time.Until(deadline) < bodyTime {
		var cancel func()
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), bodyTime)
		defer cancel()
	}
	records := make(map[string]string, len(urls))
	var missing []string
	for _, url := range urls {
		if _, twice := records[url]; twice {
			continue
		}
		r, known := x.bodies.get(url)
		if known {
			x.bodies.put(url, r, len(r))
		} else {
			missing = append(missing, url)
		}
		records[url] = r
	}
	err := x.fetch(ctx, fieldText, missing, func(url string, _ *article.Facts, text string) { records[url] = text })
	if err != nil {
		return nil, err
	}
	out := make([]engine.Body, len(urls))
	for i, url := range urls {
		r := records[url]
		if r == "" {
			return nil, fmt.Errorf("search: there is no article %s", url)
		}
		b := &out[i]
		if b.Summary, b.Sections, err = article.ReadBody(r); err != nil {
			return nil, fmt.Errorf("search: reading %s: %w", url, err)
		}
	}
	return out, nil
}

// Characters are those of short texts that sound so.
func (x *Index) Characters(_ context.Context, sound han.Syllable) ([]rune, error) {
	return x.bySound()[sound], nil
}
