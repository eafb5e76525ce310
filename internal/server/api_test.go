package server

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// shapeOf describes a JSON value: the keys of objects, the kind of the rest,
// and of arrays the shape of their first element.
func shapeOf(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, e := range v {
			out[k] = shapeOf(e)
		}
		return out
	case []any:
		if len(v) == 0 {
			return []any{}
		}
		return []any{shapeOf(v[0])}
	case nil:
		return "null"
	}
	return fmt.Sprintf("%T", v)
}

func TestSearchHasTheShapeOfTheDesign(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	const text, number, yes = "string", "float64", "bool"
	count := []any{map[string]any{"value": text, "count": number}}
	none := []any{}
	facets := func(kind, product, cause, solution []any) map[string]any {
		return map[string]any{"kind": kind, "product": product, "cause": cause, "solution": solution}
	}
	hit := map[string]any{
		"url": text, "title": text, "summary": text, "snippet": text, "score": number,
		"section":  map[string]any{"url": text, "title": text, "kind": text},
		"products": []any{text}, "causes": []any{text}, "solutions": []any{text},
	}
	bare := maps.Clone(hit)
	bare["solutions"] = none
	for _, tt := range []struct {
		name, query  string
		hits, facets any
	}{
		{"hits", "指纹锁打不开门", []any{hit}, facets(count, count, count, count)},
		{"a hit without solutions", "加湿器毛病3号", []any{bare}, nil},
		{"no hits", "鲸鱼", none, facets(none, none, none, none)},
		{"no question", "", none, facets(none, none, none, none)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := get(t, s, query("/api/search", "q", tt.query))
			if a.status != http.StatusOK || a.header.Get("Content-Type") != "application/json; charset=utf-8" {
				t.Fatalf("status %d, Content-Type %q", a.status, a.header.Get("Content-Type"))
			}
			var got map[string]any
			if err := json.Unmarshal([]byte(a.body), &got); err != nil {
				t.Fatal(err)
			}
			want := map[string]any{
				"query": text, "mode": text, "corrected": text, "answered": yes, "total": number, "took_ms": number, "release": text,
				"hits": tt.hits, "facets": tt.facets,
			}
			shape := shapeOf(got).(map[string]any)
			if tt.facets == nil {
				want["facets"] = shape["facets"]
			}
			if diff := cmp.Diff(want, shape); diff != "" {
				t.Errorf("shape (-want +got):\n%s", diff)
			}
		})
	}
	r := searched(t, s, query("/api/search", "q", "指纹锁打不开门"))
	if r.Query != "指纹锁打不开门" || r.Mode != "exact" || r.Release == "" || r.TookMS <= 0 {
		t.Errorf("answer is %+v", r)
	}
	if !r.Answered || searched(t, s, query("/api/search", "q", "鲸鱼")).Answered {
		t.Error("answered is not true of an answer, or true of none")
	}
	h := r.Hits[0]
	if h.URL != "/lock/fingerprint/" || h.Title != "智能门锁认不出指纹，怎么办？" || !strings.HasPrefix(h.Section.URL, h.URL+"#") || !strings.Contains(h.Snippet, "<mark>") {
		t.Errorf("hit is %+v", h)
	}
}

func TestSearchRefuses(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	for _, tt := range []struct{ name, parameters, want string }{
		{"2,001 characters", "q=" + strings.Repeat("%E8%8A%B1", 2_001), "query_too_long"},
		{"10,000 characters", "q=" + strings.Repeat("a", 10_000), "query_too_long"},
		{"2,001 spaces", "q=" + strings.Repeat("+", 2_001), "query_too_long"},
		{"bad encoding", "q=%zz", "bad_encoding"},
		{"cut encoding", "q=%e8%8", "bad_encoding"},
		{"bad encoding elsewhere", "q=a&size=%", "bad_encoding"},
		{"size below 0", "q=a&size=-1", "bad_size"},
		{"size 0", "q=a&size=0", "bad_size"},
		{"size 51", "q=a&size=51", "bad_size"},
		{"size of letters", "q=a&size=abc", "bad_size"},
		{"size with a fraction", "q=a&size=1.5", "bad_size"},
		{"size that overflows", "q=a&size=99999999999999999999", "bad_size"},
		{"size of NUL", "q=a&size=%00", "bad_size"},
		{"page 0", "q=a&page=0", "bad_page"},
		{"page below 0", "q=a&page=-3", "bad_page"},
		{"page of letters", "q=a&page=two", "bad_page"},
		{"page that overflows", "q=a&page=9223372036854775807", "bad_page"},
		{"size × page above 1,000", "q=a&size=50&page=21", "too_far"},
		{"page alone too far", "q=a&page=101", "too_far"},
		{"unknown kind", "q=a&kind=nonsense", "bad_kind"},
		{"long language", "q=a&language=" + strings.Repeat("a", 201), "bad_language"},
		{"long product", "q=a&product=" + strings.Repeat("a", 201), "bad_product"},
		{"kind in another case", "q=a&kind=Cause", "bad_kind"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := get(t, s, "/api/search?"+tt.parameters)
			if a.status != http.StatusBadRequest {
				t.Errorf("status %d, want 400: %s", a.status, a.body)
			}
			code, err := problemOf(a)
			if err != nil {
				t.Fatal(err)
			}
			if code != tt.want {
				t.Errorf("code is %q, want %q", code, tt.want)
			}
			page := get(t, s, "/search?"+tt.parameters)
			if page.status != http.StatusBadRequest || !strings.HasPrefix(page.header.Get("Content-Type"), "text/html") {
				t.Errorf("/search: status %d, %s, want a page with 400", page.status, page.header.Get("Content-Type"))
			}
			if err := leaks(page); err != nil {
				t.Errorf("/search: %v", err)
			}
		})
	}
}

// oddQueries are parameters that look wrong and are not.
var oddQueries = []struct {
	name, parameters, query string
	empty                   bool // nothing can be found
}{
	{"none", "", "", true},
	{"empty", "q=", "", true},
	{"NUL", "q=%00", "\x00", true},
	{"quote", "q=%22", `"`, true},
	{"raw quote", `q="`, `"`, true},
	{"invalid UTF-8", "q=%ff", "\uFFFD", true},
	{"cut UTF-8", "q=%e8%8a", "\uFFFD", true},
	{"spaces", "q=%20%20%E3%80%80", "  　", true},
	{"punctuation", "q=%EF%BC%9F%EF%BC%81%E3%80%82", "？！。", true},
	{"emoji", "q=%F0%9F%98%80", "😀", true},
	{"right-to-left marks", "q=%E2%80%AE%E2%80%8F", "\u202e\u200f", true},
	{"marks around words", "q=%E2%80%AE%E6%8C%87%E7%BA%B9", "\u202e指纹", false},
	{"NUL between words", "q=%E6%8C%87%00%E7%BA%B9", "指\x00纹", false},
	{"2,000 characters", "q=" + strings.Repeat("%E7%BA%B9", 2_000), strings.Repeat("纹", 2_000), false},
	{"2,000 of the rarest characters", "q=%E7%BA%B9" + strings.Repeat("%F0%A0%AE%B7", 1_999), "纹" + strings.Repeat("𠮷", 1_999), false},
	{"markup", "q=%3Cscript%3Ealert(1)%3C%2Fscript%3E", "<script>alert(1)</script>", false},
	{"template of the server", "q=%5B%5B.Query%5D%5D", "[[.Query]]", false},
	{"template of the builder", "q=%7B%7B.%7D%7D", "{{.}}", true},
	{"format verbs", "q=%25s%25d%25!v", "%s%d%!v", false},
	{"plus", "q=a%2Bb", "a+b", false},
	{"twice", "q=%E6%8C%87%E7%BA%B9&q=x", "指纹", false},
	{"empty size and page", "q=%E6%8C%87%E7%BA%B9&size=&page=", "指纹", false},
	{"unknown parameter", "q=%E6%8C%87%E7%BA%B9&utm=1", "指纹", false},
	{"tag that nothing has", "q=%E6%8C%87%E7%BA%B9&product=%00", "指纹", true},
	{"farthest page", "q=%E6%8C%87%E7%BA%B9&size=50&page=20", "指纹", true},
}

func TestSearchAnswersOddQueries(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	for _, tt := range oddQueries {
		t.Run(tt.name, func(t *testing.T) {
			r := searched(t, s, "/api/search?"+tt.parameters)
			if r.Query != tt.query {
				t.Errorf("query is %q, want %q", r.Query, tt.query)
			}
			if tt.empty && len(r.Hits) > 0 {
				t.Errorf("hits are %v, want none", r.urls())
			}
			a := get(t, s, "/api/suggest?"+tt.parameters)
			if a.status != http.StatusOK && !strings.Contains(tt.parameters, "size=50") {
				t.Errorf("/api/suggest: status %d: %s", a.status, a.body)
			}
		})
	}
}

func TestSearchFilters(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	for _, tt := range []struct {
		name, target string
		total        int
	}{
		{"no filter", query("/api/search", "q", "加湿器毛病"), 37},
		{"kind", query("/api/search", "q", "加湿器毛病", "kind", "solution"), 13},
		{"product", query("/api/search", "q", "加湿器毛病", "product", "水箱"), 19},
		{"cause", query("/api/search", "q", "加湿器毛病", "cause", "结垢"), 37},
		{"solution", query("/api/search", "q", "加湿器毛病", "solution", "重新录入"), 0},
		{"two", query("/api/search", "q", "加湿器毛病", "kind", "solution", "product", "水箱"), 7},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if r := searched(t, s, tt.target); r.Total != tt.total {
				t.Errorf("total is %d, want %d", r.Total, tt.total)
			}
		})
	}
	r := searched(t, s, query("/api/search", "q", "指纹", "kind", "solution"))
	if len(r.Hits) != 1 || r.Hits[0].Section.Kind != "solution" {
		t.Errorf("hits with kind=solution are %+v", r.Hits)
	}
}

func TestSearchFacets(t *testing.T) {
	t.Parallel()
	r := searched(t, plainServer(t), query("/api/search", "q", "加湿器毛病", "size", "3"))
	got := map[string]int{}
	for family, counts := range r.Facets {
		for _, c := range counts {
			got[family+" "+c.Value] = c.Count
		}
	}
	want := map[string]int{"kind cause": 24, "kind solution": 13, "product 加湿器": 18, "product 水箱": 19, "cause 结垢": 37}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("facets (-want +got):\n%s", diff)
	}
	if len(r.Facets["product"]) == 2 && r.Facets["product"][0].Value != "水箱" {
		t.Errorf("products are %v, want the most frequent first", r.Facets["product"])
	}
}

func TestSearchPages(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	whole := searched(t, s, query("/api/search", "q", "加湿器毛病", "size", "50")).urls()
	if len(whole) != 37 {
		t.Fatalf("%d hits, want 37", len(whole))
	}
	for _, size := range []int{1, 7, 10} {
		var paged []string
		for page := 1; ; page++ {
			r := searched(t, s, query("/api/search", "q", "加湿器毛病", "size", fmt.Sprint(size), "page", fmt.Sprint(page)))
			if r.Total != 37 || len(r.Hits) > size {
				t.Errorf("size %d, page %d: %d hits of %d", size, page, len(r.Hits), r.Total)
			}
			if len(r.Hits) == 0 {
				break
			}
			paged = append(paged, r.urls()...)
		}
		if diff := cmp.Diff(whole, paged); diff != "" {
			t.Errorf("pages of %d together (-whole +paged):\n%s", size, diff)
		}
	}
	if got := len(searched(t, s, query("/api/search", "q", "加湿器毛病")).Hits); got != 10 {
		t.Errorf("without a size there are %d hits, want 10", got)
	}
}

// A hit's page exists, and so does the anchor of its section.
func TestHitsLeadSomewhere(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, base string
		site       func() (string, error)
	}{{"at the top", "/", plainSite}, {"below a base", "/help/", helpSite}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			public, err := tt.site()
			s, _, _ := open(t, public, err)
			seen := 0
			for _, q := range []string{"指纹锁打不开门", "冬天手指", "低电提示", "网页显示代码", "转义错误", "加湿器", "案例"} {
				for _, h := range searched(t, s, query(tt.base+"api/search", "q", q)).Hits {
					if !strings.HasPrefix(h.URL, tt.base) {
						t.Errorf("%q: %s does not start with the base %s", q, h.URL, tt.base)
					}
					for _, address := range []string{h.URL, h.Section.URL} {
						if err := checkLink(t, s, address); err != nil {
							t.Errorf("%q: %v", q, err)
						}
					}
					seen++
				}
			}
			if seen < 10 {
				t.Errorf("only %d hits were looked at", seen)
			}
		})
	}
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	type suggestion struct{ Text, URL, Kind string }
	suggested := func(target string) (string, []suggestion) {
		t.Helper()
		a := get(t, s, target)
		if a.status != http.StatusOK {
			t.Fatalf("%s: status %d: %s", target, a.status, a.body)
		}
		var out struct {
			Query       string       `json:"query"`
			Suggestions []suggestion `json:"suggestions"`
		}
		if err := json.Unmarshal([]byte(a.body), &out); err != nil {
			t.Fatal(err)
		}
		if out.Suggestions == nil {
			t.Errorf("%s: suggestions are null", target)
		}
		return out.Query, out.Suggestions
	}
	q, got := suggested(query("/api/suggest", "q", "指纹"))
	if q != "指纹" || len(got) == 0 || got[0] != (suggestion{"指纹锁打不开门", "/lock/fingerprint/", "symptom"}) {
		t.Errorf("suggestions for %q are %+v", q, got)
	}
	for _, g := range got {
		if !slices.Contains([]string{"symptom", "title", "tag"}, g.Kind) {
			t.Errorf("kind is %q", g.Kind)
		}
		if err := checkLink(t, s, g.URL); err != nil {
			t.Error(err)
		}
	}
	for _, tt := range []struct {
		name, target string
		want         int
	}{
		{"default size", query("/api/suggest", "q", "加湿器"), 8},
		{"size 3", query("/api/suggest", "q", "加湿器", "size", "3"), 3},
		{"size 20", query("/api/suggest", "q", "加湿器", "size", "20"), 20},
		{"nothing typed", "/api/suggest", 0},
		{"unknown", query("/api/suggest", "q", "潜水艇"), 0},
		{"as long as a wording can be", query("/api/suggest", "q", "加湿器毛病3号"+strings.Repeat(" ", 93)), 1},
		{"longer than one", query("/api/suggest", "q", "加湿器毛病3号"+strings.Repeat(" ", 94)), 0},
	} {
		if _, got := suggested(tt.target); len(got) != tt.want {
			t.Errorf("%s: %d suggestions, want %d", tt.name, len(got), tt.want)
		}
	}
	_, tags := suggested(query("/api/suggest", "q", "A & B"))
	if len(tags) != 1 || tags[0].Kind != "tag" {
		t.Errorf("suggestions for a tag are %+v", tags)
	} else if err := checkLink(t, s, tags[0].URL); err != nil {
		t.Error(err)
	}
	for _, tt := range []struct{ name, parameters, want string }{
		{"2,001 characters", "q=" + strings.Repeat("a", 2_001), "query_too_long"},
		{"10,000 characters", "q=" + strings.Repeat("a", 10_000), "query_too_long"},
		{"bad encoding", "q=%zz", "bad_encoding"},
		{"size below 0", "q=a&size=-1", "bad_size"},
		{"size 0", "q=a&size=0", "bad_size"},
		{"size 21", "q=a&size=21", "bad_size"},
		{"size of letters", "q=a&size=abc", "bad_size"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := get(t, s, "/api/suggest?"+tt.parameters)
			code, err := problemOf(a)
			if err != nil {
				t.Fatal(err)
			}
			if a.status != http.StatusBadRequest || code != tt.want {
				t.Errorf("status %d, code %q, want 400 and %q", a.status, code, tt.want)
			}
		})
	}
}

func TestMethods(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	for _, target := range []string{"/api/search?q=a", "/api/suggest?q=a", "/search?q=a", "/", "/lock/fingerprint/"} {
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch, "BREW"} {
			a := request(t, s, method, target)
			if a.status != http.StatusMethodNotAllowed || a.header.Get("Allow") != "GET, HEAD" {
				t.Errorf("%s %s: status %d, Allow %q", method, target, a.status, a.header.Get("Allow"))
			}
			if code, err := problemOf(a); err != nil || code != "method_not_allowed" {
				t.Errorf("%s %s: code %q, %v", method, target, code, err)
			}
		}
	}
}

// HEAD says what GET would, without the body.
func TestHead(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(plainServer(t))
	defer srv.Close()
	for _, target := range []string{"/", "/lock/fingerprint/", "/nothing/", "/search?q=a", "/api/search?q=a", "/api/search?size=0", "/api/suggest?q=a", "/healthz", "/readyz"} {
		ask := func(method string) *http.Response {
			r, err := http.NewRequestWithContext(t.Context(), method, srv.URL+target, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept-Encoding", "identity")
			response, err := srv.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			return response
		}
		g, h := ask(http.MethodGet), ask(http.MethodHead)
		body := readAll(t, g.Body)
		if got := readAll(t, h.Body); got != "" {
			t.Errorf("HEAD %s has a body: %.100s", target, got)
		}
		if body == "" {
			t.Errorf("GET %s has no body", target)
		}
		if h.StatusCode != g.StatusCode || h.Header.Get("Content-Type") != g.Header.Get("Content-Type") {
			t.Errorf("HEAD %s: %s, %q; GET: %s, %q", target, h.Status, h.Header.Get("Content-Type"), g.Status, g.Header.Get("Content-Type"))
		}
	}
}

func TestUnknownInterface(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	for _, target := range []string{"/api/other", "/api/", "/api/search/", "/api/searches", "/api/../api/other", "/api/search.json", "/api/%00"} {
		a := get(t, s, target)
		code, err := problemOf(a)
		if err != nil {
			t.Errorf("%s: %v", target, err)
		}
		if a.status != http.StatusNotFound || code != "not_found" {
			t.Errorf("%s: status %d, code %q, want 404 and not_found", target, a.status, code)
		}
	}
}

func TestCrossOrigin(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	for _, tt := range []struct {
		name, target, origin, want string
		varies                     bool
	}{
		{"listed", "/api/search?q=a", "https://reader.example.org", "https://reader.example.org", true},
		{"listed, suggestions", "/api/suggest?q=a", "https://other.example.org", "https://other.example.org", true},
		{"listed, an error", "/api/search?size=0", "https://reader.example.org", "https://reader.example.org", true},
		{"not listed", "/api/search?q=a", "https://evil.example.org", "", true},
		{"listed, other scheme", "/api/search?q=a", "http://reader.example.org", "", true},
		{"starts like a listed one", "/api/search?q=a", "https://reader.example.org.evil.example", "", true},
		{"null", "/api/search?q=a", "null", "", true},
		{"no origin", "/api/search?q=a", "", "", true},
		{"a file", "/", "https://reader.example.org", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := get(t, s, tt.target, "Origin: "+tt.origin)
			if got := a.header.Get("Access-Control-Allow-Origin"); got != tt.want {
				t.Errorf("Access-Control-Allow-Origin is %q, want %q", got, tt.want)
			}
			if a.header.Get("Access-Control-Allow-Credentials") != "" {
				t.Error("credentials are allowed")
			}
			if got := slices.Contains(a.header.Values("Vary"), "Origin"); got != tt.varies {
				t.Errorf("Vary is %q", a.header.Values("Vary"))
			}
		})
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	var h Holder
	empty := New(&h, slog.New(slog.DiscardHandler), Options{})
	public, err := noIndexSite()
	noIndex, _, _ := open(t, public, err)
	for _, tt := range []struct {
		name           string
		handler        http.Handler
		healthy, ready int
	}{
		{"before a release", empty, 200, 503},
		{"with a release", plainServer(t), 200, 200},
		{"with a release without an index", noIndex, 200, 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for target, want := range map[string]int{"/healthz": tt.healthy, "/readyz": tt.ready} {
				a := get(t, tt.handler, target)
				if a.status != want {
					t.Errorf("%s: status %d, want %d: %s", target, a.status, want, a.body)
				}
				if got := a.header.Get("Cache-Control"); got != "no-store" {
					t.Errorf("%s: Cache-Control is %q", target, got)
				}
				if want == 503 {
					if code, err := problemOf(a); err != nil || code != "not_ready" {
						t.Errorf("%s: code %q, %v", target, code, err)
					}
				}
			}
		})
	}
}

func TestBeforeARelease(t *testing.T) {
	t.Parallel()
	var h Holder
	s := New(&h, slog.New(slog.DiscardHandler), Options{})
	for _, target := range []string{"/", "/lock/fingerprint/", "/api/search?q=a", "/api/suggest?q=a", "/search?q=a", "/api/other"} {
		a := get(t, s, target)
		if code, err := problemOf(a); a.status != http.StatusServiceUnavailable || code != "not_ready" || err != nil {
			t.Errorf("%s: status %d, code %q, %v", target, a.status, code, err)
		}
		if a.header.Get("Retry-After") == "" {
			t.Errorf("%s: no Retry-After", target)
		}
	}
}

func TestWithoutAnIndex(t *testing.T) {
	t.Parallel()
	public, err := noIndexSite()
	s, _, _ := open(t, public, err)
	for _, tt := range []struct {
		target string
		status int
		code   string // of an error in JSON
	}{
		{"/api/search?q=a", 503, "no_index"},
		{"/api/search?q=", 200, ""},
		{"/api/search?size=0", 400, "bad_size"},
		{"/api/suggest?q=a", 200, ""},
		{"/search?q=a", 503, ""},
		{"/search", 200, ""},
		{"/search/", 200, ""},
		{"/", 200, ""},
		{"/lock/fingerprint/", 200, ""},
		{"/search-lite.json", 200, ""},
	} {
		a := get(t, s, tt.target)
		if a.status != tt.status {
			t.Errorf("%s: status %d, want %d", tt.target, a.status, tt.status)
		}
		if err := leaks(a); err != nil {
			t.Errorf("%s: %v", tt.target, err)
		}
		if tt.code != "" {
			if code, err := problemOf(a); err != nil || code != tt.code {
				t.Errorf("%s: code %q, %v, want %q", tt.target, code, err, tt.code)
			}
		}
	}
}

// brokenFS is a file system with a mistake in it.
type brokenFS struct{}

func (brokenFS) Open(string) (fs.File, error) { panic("at " + scratch) }

// What goes wrong inside is logged and not shown.
func TestInsideStaysInside(t *testing.T) {
	t.Parallel()
	book := &logBook{}
	var h Holder
	h.Swap(&Release{ID: "x", Base: "/", WWW: brokenFS{}}, nil)
	s := New(&h, slog.New(slog.NewTextHandler(book, nil)), Options{})
	a := get(t, s, "/")
	if code, err := problemOf(a); a.status != http.StatusInternalServerError || code != "internal" || err != nil {
		t.Errorf("status %d, code %q, %v", a.status, code, err)
	}
	if !strings.Contains(book.String(), "panic") {
		t.Errorf("the log says only %q", book.String())
	}
}

// An answer is never half of one: what is asked for in a bad state is an
// error, not a broken page.
func TestCommonHeaders(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	for _, target := range []string{"/", "/nothing/", "/api/search?q=a", "/api/search?size=0", "/api/other", "/search?q=a", "/lock/picture.svg", "/healthz"} {
		h := get(t, s, target).header
		if got := h.Get("X-Content-Type-Options"); got != "nosniff" {
			t.Errorf("%s: X-Content-Type-Options is %q", target, got)
		}
		if h.Get("Content-Type") == "" {
			t.Errorf("%s: no Content-Type", target)
		}
		if h.Get("Cache-Control") == "" {
			t.Errorf("%s: no Cache-Control", target)
		}
		if strings.HasPrefix(h.Get("Content-Type"), "text/html") && !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'self'") {
			t.Errorf("%s: Content-Security-Policy is %q", target, h.Get("Content-Security-Policy"))
		}
		if h.Get("Set-Cookie") != "" {
			t.Errorf("%s: a cookie", target)
		}
	}
}

func FuzzSearchHandler(f *testing.F) {
	for _, tt := range oddQueries {
		f.Add(tt.parameters)
	}
	for _, s := range []string{"q=%zz", "q=a&size=-1", "q=a&page=0", "size=50&page=20&q=加湿器", "q=a;b", "q=a&kind=case&product=%ff", "&&==", "q[]=1", "q=%E6%8C%87&solution=%22"} {
		f.Add(s)
	}
	s := plainServer(f)
	f.Fuzz(func(t *testing.T, parameters string) {
		for _, path := range []string{"/api/search", "/api/suggest", "/search"} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
			r.URL.RawQuery = parameters
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code != http.StatusOK && w.Code != http.StatusBadRequest {
				t.Errorf("%s?%s: status %d", path, parameters, w.Code)
			}
			if strings.HasPrefix(path, "/api/") && !json.Valid(w.Body.Bytes()) {
				t.Errorf("%s?%s: not JSON: %.300s", path, parameters, w.Body)
			}
			if w.Code == http.StatusBadRequest && strings.HasPrefix(path, "/api/") {
				if _, err := problemOf(answer{w.Code, w.Header(), w.Body.String()}); err != nil {
					t.Errorf("%s?%s: %v", path, parameters, err)
				}
			}
			if path == "/search" && strings.Count(w.Body.String(), "<script") != scriptsOfSearchPage(t, s) {
				t.Errorf("%s?%s: another number of scripts", path, parameters)
			}
		}
	})
}

// scriptsOfSearchPage is how many scripts the page has without a question.
func scriptsOfSearchPage(tb testing.TB, s *Server) int {
	tb.Helper()
	return strings.Count(get(tb, s, "/search").body, "<script")
}

// What was searched instead is part of the answer.
func TestSearchSaysWhatItCorrected(t *testing.T) {
	t.Parallel()
	r := searched(t, plainServer(t), query("/api/search", "q", "加湿气"))
	if r.Mode != "corrected" || r.Corrected != "加湿器" || len(r.Hits) == 0 {
		t.Errorf("the answer is %s, corrected to %q, with %d hits", r.Mode, r.Corrected, len(r.Hits))
	}
}
