package server

import (
	"context"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"whyfix/internal/limit"
	"whyfix/internal/search"
)

const (
	defaultSize    = 10
	defaultSuggest = 8
	maxSuggest     = 20
	// longestTyped is how many characters may be the beginning of a question.
	// What is longer was pasted, and looking it up is not worth the time.
	longestTyped = 100
	// longestValue is how many characters a filter or a language may have. A page
	// of results says them again in each of its links.
	longestValue = 200
	// comeBack is after how many seconds a client is told to try again.
	comeBack = 1
)

// failure is why a request was not answered.
type failure struct {
	status        int
	code, message string
	again         int // seconds after which it may be asked again; 0: it is of no use
}

// badRequest is a mistake in a request.
func badRequest(code, message string) *failure {
	return &failure{status: http.StatusBadRequest, code: code, message: message}
}

func (s *Server) refuse(w *exchange, f *failure) {
	unshared(w)
	f.retry(w)
	s.fail(w, f.status, f.code, f.message)
}

// retry says when to ask again.
func (f *failure) retry(w *exchange) {
	if f.again > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.again))
	}
}

// parameters reads the query string and the question in it; a broken one is
// refused, not guessed at.
func parameters(r *http.Request) (v url.Values, q string, f *failure) {
	v, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, "", badRequest("bad_encoding", "the query string is not correctly percent-encoded")
	}
	q, f = limited(v.Get("q"))
	return v, q, f
}

// limited is a question of a length that is allowed.
func limited(text string) (string, *failure) {
	q := strings.ToValidUTF8(text, "\uFFFD")
	if n := utf8.RuneCountInString(q); n > search.MaxQuery {
		return "", badRequest("query_too_long", "q has "+strconv.Itoa(n)+" characters; at most "+strconv.Itoa(search.MaxQuery)+" are allowed")
	}
	return q, nil
}

func number(v url.Values, name string, fallback, least, most int) (int, *failure) {
	s := v.Get(name)
	if s == "" {
		return fallback, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < least || n > most {
		return 0, badRequest("bad_"+name, name+" must be a number from "+strconv.Itoa(least)+" to "+strconv.Itoa(most))
	}
	return n, nil
}

// parseSearch reads the parameters of a search.
func parseSearch(r *http.Request) (q search.Query, f *failure) {
	v, text, f := parameters(r)
	if f != nil {
		return q, f
	}
	q.Text = text
	if q.Size, f = number(v, "size", defaultSize, 1, search.MaxSize); f != nil {
		return q, f
	}
	if q.Page, f = number(v, "page", 1, 1, search.MaxReach); f != nil {
		return q, f
	}
	if q.Size*q.Page > search.MaxReach {
		return q, badRequest("too_far", "size × page must be at most "+strconv.Itoa(search.MaxReach))
	}
	q.Language = v.Get("language")
	q.Filter = search.Filter{Kind: v.Get("kind"), Product: v.Get("product"), Cause: v.Get("cause"), Solution: v.Get("solution"), Source: v.Get("source")}
	for name, value := range map[string]string{"language": q.Language, "product": q.Filter.Product, "cause": q.Filter.Cause, "solution": q.Filter.Solution, "source": q.Filter.Source} {
		if utf8.RuneCountInString(value) > longestValue {
			return q, badRequest("bad_"+name, name+" must have at most "+strconv.Itoa(longestValue)+" characters")
		}
	}
	switch q.Filter.Kind {
	case "", "cause", "check", "solution", "case":
	default:
		return q, badRequest("bad_kind", "kind must be cause, check, solution or case")
	}
	return q, nil
}

// SearchAnswer is what GET /api/search answers.
type SearchAnswer struct {
	Query     string        `json:"query"`
	Mode      search.Mode   `json:"mode"`
	Corrected string        `json:"corrected"`
	Pinyin    bool          `json:"pinyin,omitempty"` // corrected is what was typed by its sounds
	Answered  bool          `json:"answered"`         // the best hit is likely to answer
	Total     int           `json:"total"`
	TookMS    float64       `json:"took_ms"`
	Release   string        `json:"release"`
	Partial   bool          `json:"partial,omitempty"` // time ran out: the best found until then
	Hits      []search.Hit  `json:"hits"`
	Facets    search.Facets `json:"facets"`
	Explain   *explain      `json:"explain,omitempty"`
}

// explain says why the hits are where they are.
type explain struct {
	Rung       search.Mode   `json:"rung"`
	Terms      []search.Term `json:"terms"`
	Candidates int           `json:"candidates"`
	Hits       []explainHit  `json:"hits"`
}

type explainHit struct {
	URL   string        `json:"url"`
	Score float32       `json:"score"`
	Parts []search.Part `json:"parts"`
}

func explained(r *search.Result) *explain {
	e := &explain{Rung: r.Mode, Terms: r.Terms, Candidates: r.Candidates, Hits: []explainHit{}}
	for _, h := range r.Hits {
		e.Hits = append(e.Hits, explainHit{h.URL, h.Score, h.Parts})
	}
	return e
}

func (s *Server) apiSearch(w *exchange, r *http.Request, release *Release) *failure {
	start := time.Now()
	q, f := parseSearch(r)
	if f != nil {
		return f
	}
	q.Explain = s.options.Explain && r.URL.Query().Get("explain") == "1"
	if !q.Explain && s.shared(w, r, release) {
		return nil
	}
	result, f := s.search(w, r, release, q)
	if f != nil {
		return f
	}
	answer := NewSearchAnswer(result, release.ID, time.Since(start))
	if q.Explain {
		answer.Explain = explained(result)
	}
	if q.Explain || result.Partial {
		unshared(w)
	}
	s.json(w, http.StatusOK, answer)
	return nil
}

// admit refuses a request of a client that has used up its time.
func (s *Server) admit(w *exchange, r *http.Request) *failure {
	w.client = s.clients.Who(r)
	after, ok := s.clients.Allow(w.client)
	if ok {
		return nil
	}
	return tooMany(w, after)
}

func tooMany(w *exchange, after int) *failure {
	w.rejected = rejectedClient
	return &failure{http.StatusTooManyRequests, "too_many_requests", "too many requests; try again in a moment", after}
}

// search runs a query, when its client and the others leave room for it.
func (s *Server) search(w *exchange, r *http.Request, release *Release, q search.Query) (*search.Result, *failure) {
	if strings.TrimSpace(q.Text) == "" {
		return &search.Result{Query: q.Text, Mode: search.Exact}, nil
	}
	if release.Search == nil && release.Unmade {
		return nil, &failure{http.StatusServiceUnavailable, "no_index", "there is nothing to search in yet: the site has an error", 0}
	}
	if release.Search == nil {
		return nil, &failure{http.StatusServiceUnavailable, "no_index", "this release was made without a search index", 0}
	}
	var result *search.Result
	f := s.query(w, r, func(ctx context.Context) (err error) {
		start := time.Now()
		result, err = s.federated(w, release).Search(ctx, q)
		if w.took = time.Since(start); err == nil {
			w.query, w.result = q.Text, result
		}
		return err
	})
	if f != nil {
		return nil, f
	}
	if result.Posts != nil {
		s.withoutPosts(result.Posts)
	}
	release.Label(result, q.Language)
	if r.Method != http.MethodHead {
		s.addSearch(release, q, result)
	}
	return result, nil
}

// query does something with the index for a client, within all limits.
func (s *Server) query(w *exchange, r *http.Request, do func(context.Context) error) *failure {
	if f := s.admit(w, r); f != nil {
		return f
	}
	return s.queryOn(w, r, do)
}

// queryOn does something more with the index for a request that was admitted.
func (s *Server) queryOn(w *exchange, r *http.Request, do func(context.Context) error) *failure {
	leave, how := s.queue.Enter(r.Context(), w.client)
	switch how {
	case limit.Entered:
	case limit.OwnFull:
		return tooMany(w, comeBack)
	default:
		if how != limit.Gone {
			w.rejected = rejectedBusy
		}
		return &failure{http.StatusServiceUnavailable, "busy", "too many searches at once; try again in a moment", comeBack}
	}
	defer leave() // after the time is charged, by which the next is chosen
	ctx, cancel := context.WithTimeout(r.Context(), limit.SearchTime)
	defer cancel()
	took, err := s.charged(ctx, w.client, do)
	aside := time.Duration(w.aside.Swap(0))
	s.clients.Charge(w.client, aside)
	w.processor += took + aside
	if err == nil {
		s.searchesSucceed()
	}
	if after, away := awayFor(err); away && r.Context().Err() == nil {
		s.metrics.away.Inc()
		s.searchesFail(err)
		return &failure{http.StatusServiceUnavailable, "search_unavailable", "the search does not answer at present; try again in a moment", after}
	}
	if err != nil {
		if r.Context().Err() == nil { // else the reader went away
			s.log.Error("search", "id", w.id, "error", err)
		}
		return &failure{http.StatusServiceUnavailable, "search_failed", "the search did not answer; try again", comeBack}
	}
	return nil
}

// charged does something with the index and puts the time that it took to a
// client's account, also when it goes wrong.
func (s *Server) charged(ctx context.Context, who limit.Client, do func(context.Context) error) (took time.Duration, err error) {
	took = limit.Ordinary // of one that ends in a panic
	defer func() { s.clients.Charge(who, took) }()
	// A segment that was cut short under its reader must not end the process.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	return limit.ProcessorTime(func() error { return do(ctx) })
}

type suggestAnswer struct {
	Query       string              `json:"query"`
	Suggestions []search.Suggestion `json:"suggestions"`
}

func (s *Server) apiSuggest(w *exchange, r *http.Request, release *Release) *failure {
	v, q, f := parameters(r)
	if f != nil {
		return f
	}
	size, f := number(v, "size", defaultSuggest, 1, maxSuggest)
	if f != nil || s.shared(w, r, release) {
		return f
	}
	answer := suggestAnswer{Query: q, Suggestions: []search.Suggestion{}}
	if release.Search != nil && begins(q) {
		f := s.query(w, r, func(ctx context.Context) error {
			found, err := release.Search.Suggest(ctx, q, v.Get("language"), size)
			answer.Suggestions = append(answer.Suggestions, found...)
			return err
		})
		if f != nil {
			return f
		}
	}
	s.json(w, http.StatusOK, answer)
	return nil
}

// begins tells whether a text may be the beginning of what readers ask.
func begins(text string) bool {
	return strings.TrimSpace(text) != "" && utf8.RuneCountInString(text) <= longestTyped
}

// NewSearchAnswer is the answer with a result. Each of its lists is there, if an
// empty one.
func NewSearchAnswer(result *search.Result, release string, took time.Duration) SearchAnswer {
	a := SearchAnswer{
		Query: result.Query, Mode: result.Mode, Corrected: result.Corrected, Pinyin: result.Pinyin, Answered: result.Answered, Total: result.Total, Release: release,
		TookMS: float64(took.Microseconds()) / 1000, Partial: result.Partial,
		Hits: append([]search.Hit{}, result.Hits...), Facets: result.Facets,
	}
	for _, list := range []*[]search.Count{&a.Facets.Kind, &a.Facets.Product, &a.Facets.Cause, &a.Facets.Solution} {
		if *list == nil {
			*list = []search.Count{}
		}
	}
	return a
}
