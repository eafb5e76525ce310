package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
)

// What a cluster says is told with what to do. What stays so until somebody
// mends it opens the circuit at once.
func TestFailures(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name          string
		status        int
		answer        string
		want, lasting string
	}{
		{"no such user", 401, "Unauthorized", "the OpenSearch cluster does not know this user, or not this password (401): say them with -opensearch-user FILE, or OPENSEARCH_USERNAME and OPENSEARCH_PASSWORD", "its cluster does not let this process ask"},
		{"not allowed", 403, `{"error":{"type":"security_exception","reason":"no permissions for [indices:data/write/bulk]"},"status":403}`, "the user may not do this in the OpenSearch cluster (403): no permissions for [indices:data/write/bulk]", "its cluster does not let this process ask"},
		{"deleted", 404, `{"error":{"root_cause":[{"type":"index_not_found_exception","reason":"no such index [x]"}],"type":"index_not_found_exception"},"status":404}`, "the index is not in the OpenSearch cluster any more: somebody has deleted it. Build the site again, or go back to a release whose index is there: no such index [x]", "its index was deleted"},
		{"closed", 400, `{"error":{"type":"index_closed_exception","reason":"closed"},"status":400}`, "the index is closed in the OpenSearch cluster: open it again, or build the site again: closed", "its index is closed"},
		{"full", 429, `{"error":{"type":"cluster_block_exception","reason":"index [x] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block];"},"status":429}`, "a disk of the OpenSearch cluster is full, so it takes nothing more: make room, and try again: index [x] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block];", ""},
		{"all disks full", 403, `{"error":{"type":"index_create_block_exception","reason":"blocked by: [FORBIDDEN/10/cluster create-index blocked (api)];"},"status":403}`, "a disk of the OpenSearch cluster is full, so it takes nothing more: make room, and try again: blocked by: [FORBIDDEN/10/cluster create-index blocked (api)];", ""},
		{"no room", 503, `{"error":{"type":"unavailable_shards_exception","reason":"primary shard is not active"},"status":503}`, "the index finds no place in the OpenSearch cluster: too few nodes are up, or their disks are full; GET /_cluster/allocation/explain tells which: primary shard is not active", ""},
		{"a page", 200, "<html>", "what answers is no OpenSearch cluster: invalid character '<' looking for beginning of value", "what answers is no OpenSearch cluster"},
		{"no page", 404, "<html>", "what answers is no OpenSearch cluster (404): <html>", "what answers is no OpenSearch cluster"},
		{"a proxy", 502, "<html>", "the OpenSearch cluster says 502: : <html>", ""},
		{"a mistake of ours", 400, `{"error":{"type":"parsing_exception","reason":"[term] query"},"status":400}`, "the OpenSearch cluster says 400: parsing_exception: [term] query", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := saying(t, tt.status, tt.answer)
			var out struct{}
			if err := c.do(t.Context(), http.MethodGet, "/x/_count", nil, &out); err == nil || err.Error() != "search: "+tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			lasting := ""
			if away := c.circuit.open(); away != nil {
				lasting = away.Lasting
			}
			if lasting != tt.lasting {
				t.Errorf("the circuit says %q, want %q", lasting, tt.lasting)
			}
		})
	}
}

// saying is a connection to something that always says the same.
func saying(t *testing.T, status int, answer string) *Cluster {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	c, err := Connect(Options{Addresses: []string{server.URL}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// What is not OpenSearch, or too old, is told apart before anything is done.
func TestFit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		status       int
		answer, want string
	}{
		{200, `{"version":{"distribution":"opensearch","number":"2.19.6"}}`, ""},
		{200, `{"version":{"distribution":"opensearch","number":"3.1.0"}}`, ""},
		{403, `{"error":{"type":"security_exception","reason":"no permissions for [cluster:monitor/main]"},"status":403}`, ""},
		{200, `{"version":{"distribution":"opensearch","number":"2.18.0"}}`, "this OpenSearch is too old: it is 2.18.0, and 2.19 or newer is needed"},
		{200, `{"version":{"distribution":"opensearch","number":"1.3.20"}}`, "this OpenSearch is too old: it is 1.3.20, and 2.19 or newer is needed"},
		{200, `{"version":{"number":"8.13.0"}}`, "what answers is no OpenSearch cluster: it calls itself Elasticsearch 8.13.0, and OpenSearch 2.19 or newer is needed"},
		{200, `{"hello":"world"}`, "what answers is no OpenSearch cluster: it tells no version"},
		{200, "<html>", "what answers is no OpenSearch cluster: invalid character '<' looking for beginning of value"},
	} {
		err := saying(t, tt.status, tt.answer).fit(t.Context())
		if (err == nil) != (tt.want == "") || err != nil && err.Error() != "search: "+tt.want {
			t.Errorf("%s: got %v, want %s", tt.answer, err, tt.want)
		}
	}
}

// What a cluster is too busy for is sent again, and that alone.
func TestBusyCluster(t *testing.T) {
	t.Parallel()
	var bulks atomic.Int32
	sent := map[string]int{} // one request at a time
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/_count"):
			fmt.Fprintf(w, `{"count":%d}`, len(sent))
		case strings.HasSuffix(r.URL.Path, "/_bulk"):
			body, _ := io.ReadAll(r.Body)
			turn := bulks.Add(1)
			if turn == 1 { // the whole is refused
				w.WriteHeader(http.StatusTooManyRequests)
				_, _ = io.WriteString(w, `{"error":{"type":"circuit_breaking_exception","reason":"data too large"},"status":429}`)
				return
			}
			var items []string
			lines := bytes.Split(bytes.TrimSpace(body), []byte("\n"))
			for i := 0; i < len(lines); i += 2 {
				var action struct {
					Create struct {
						ID string `json:"_id"`
					}
				}
				if err := json.Unmarshal(lines[i], &action); err != nil {
					t.Error(err)
				}
				status := http.StatusCreated
				if turn == 2 && i%4 == 0 {
					status = http.StatusTooManyRequests
				} else {
					sent[action.Create.ID]++
				}
				items = append(items, fmt.Sprintf(`{"create":{"status":%d,"error":{"type":"rejected","reason":"queue"}}}`, status))
			}
			fmt.Fprintf(w, `{"errors":true,"items":[%s]}`, strings.Join(items, ","))
		default:
			_, _ = io.WriteString(w, `{"version":{"distribution":"opensearch","number":"2.19.6"}}`)
		}
	}))
	defer server.Close()
	var docs []Source
	for i := range 5 {
		d := &article.Document{URL: fmt.Sprintf("/%d/", i), Language: "zh-CN", Title: "灯不亮", Summary: "检查电源"}
		docs = append(docs, Source{URL: d.URL, Make: func() (*article.Document, error) { return d, nil }})
	}
	told := 0
	err := Write(t.Context(), t.TempDir(), Options{Addresses: []string{server.URL}}, Writing{
		Placing: Placing{Name: "x"}, Docs: docs, Progress: func(done, all int) { told = done*10 + all },
	})
	if err != nil {
		t.Fatal(err)
	}
	for id, n := range sent {
		if n != 1 {
			t.Errorf("%s was taken %d times", id, n)
		}
	}
	if told != 55 {
		t.Errorf("the progress ended with %d, want 5 of 5", told)
	}
}

// A cluster that is away is not asked at every question, and is asked again.
func TestCircuit(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	var well atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		if !well.Load() {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		_, _ = io.WriteString(w, `{"count":1}`)
	}))
	defer server.Close()
	c, err := Connect(Options{Addresses: []string{server.URL}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ask := func() error { return c.do(t.Context(), http.MethodGet, "/x/_count", nil, nil) }
	for range 20 {
		var away *engine.Unavailable
		if err := ask(); !errors.As(err, &away) || away.After <= 0 {
			t.Fatalf("got %v, want that it is not available, and until when", err)
		}
	}
	if n := asked.Load(); n != mostFailures {
		t.Errorf("it was asked %d times, want %d", n, mostFailures)
	}
	if c.circuit.open() == nil {
		t.Error("the circuit is not open")
	}
	well.Store(true)
	ctx, cancel := context.WithTimeout(t.Context(), mostWait)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for ask() != nil {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("it was never asked again")
		}
	}
	if err := c.circuit.open(); err != nil {
		t.Errorf("the circuit is open: %v", err)
	}
}

// Addresses and credentials are looked at before anybody is asked.
func TestOptions(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]Options{
		"no address of an OpenSearch cluster is known": {},
		`"search:9200" is no address`:                  {Addresses: []string{"search:9200"}},
		"has a user in it":                             {Addresses: []string{"https://a:b@search:9200"}},
		"needs its key":                                {Addresses: []string{"https://search:9200"}, Cert: "c.pem"},
		"the certificates that are trusted":            {Addresses: []string{"https://search:9200"}, CA: "/no/such/file"},
	} {
		if _, err := Connect(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want %q", o, err, want)
		}
	}
}

// The cluster is known by the certificates that are trusted, and knows who asks.
func TestSecure(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "help" || password != "secret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, "{}")
	}))
	defer server.Close()
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, o := range map[string]Options{
		"":                                       {CA: ca, User: "help", Password: "secret"},
		"does not know this user":                {CA: ca, User: "help", Password: "wrong"},
		"cannot be asked: its certificate is of": {User: "help", Password: "secret"},
	} {
		o.Addresses = []string{server.URL}
		c, err := Connect(o)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		err = c.do(t.Context(), http.MethodGet, "/", nil, nil)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want %q", o, err, want)
		}
	}
}

// What is kept has bounds, and keeps what is wanted again.
func TestKept(t *testing.T) {
	t.Parallel()
	k := newKept[int](1000)
	for i := range 1000 {
		k.put(fmt.Sprint(i), i, 10)
		if _, known := k.get("0"); known {
			k.put("0", 0, 10)
		}
	}
	if n := len(k.young) + len(k.old); n > 100 {
		t.Errorf("%d are kept, want what has room", n)
	}
	if _, known := k.get("0"); !known {
		t.Error("what was wanted each time is not kept")
	}
	if _, known := k.get("10"); known {
		t.Error("what nobody wanted is kept")
	}
}

// The indexes of the posts are named as that of the articles is, and say that they
// are others.
func TestPostsOf(t *testing.T) {
	t.Parallel()
	for articles, want := range map[string]string{
		"whyfix-help-20261101t120000-0a1b2c3d":  "whyfix-help-posts help posts",
		"whyfix-a-b-1-20261101t120000-0a1b2c3d": "whyfix-a-b-1-posts a-b-1 posts",
		"whyfix-help":                           " ",
		"other-help-20261101t120000-0a1b2c3d":   " ",
		NameOf("x", "20261101T120000-0a1b2c3d"): "whyfix-x-posts x posts",
	} {
		about, begin, err := postsOf(articles)
		if got := begin + " " + about; got != want || (err != nil) != (want == " ") {
			t.Errorf("%s: got %q, %v, want %q", articles, got, err, want)
		}
	}
}
