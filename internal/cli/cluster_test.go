//go:build unix

package cli_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"whyfix/internal/publish"
	"whyfix/internal/search/cluster/clustertest"
)

// indexesOf are those that a cluster has.
func indexesOf(t *testing.T, node string) []string {
	t.Helper()
	response, err := http.Get(node + "/_cat/indices/whyfix-*?format=json")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var list []struct{ Index string }
	if err := json.NewDecoder(response.Body).Decode(&list); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, x := range list {
		out = append(out, x.Index)
	}
	slices.Sort(out)
	return out
}

// A site with its index in a cluster of two nodes: releases have indexes of
// their own, which go with them, and answers come as long as a node is there.
func TestCluster(t *testing.T) {
	t.Parallel()
	c := clustertest.Start(t, 2)
	nodes := strings.Join(c.Nodes, ",")
	content, public := site(t)
	setting := func(text string) {
		t.Helper()
		writeFile(t, filepath.Join(content, "site.yaml"), text+fmt.Sprintf("\nengine: {name: opensearch, addresses: [%q, %q], index: help, replicas: 1}\n", c.Nodes[0], c.Nodes[1]))
	}
	run(t, 0, "build", "-content", content, "-out", public)
	want, _ := run(t, 0, "search", "-public", public, "-json", "退款")

	// The engine of site.yaml, with a copy on each node.
	setting("title: 帮助")
	run(t, 0, "build", "-content", content, "-out", public)
	first, err := publish.Current(public)
	if err != nil {
		t.Fatal(err)
	}
	name := "whyfix-help-" + strings.ToLower(first)
	if got := indexesOf(t, c.Nodes[0]); !slices.Equal(got, []string{name}) {
		t.Fatalf("the cluster has %v, want %s", got, name)
	}
	got, _ := run(t, 0, "search", "-public", public, "-json", "退款")
	if a, b := hitsOf(t, want), hitsOf(t, got); !slices.Equal(a, b) || len(a) == 0 {
		t.Errorf("it finds %v, and with an index of its own %v", b, a)
	}

	// Nothing has changed; then pages alone; then an article.
	run(t, 0, "build", "-content", content, "-out", public)
	setting("title: 帮助\nfooter: 又一行")
	run(t, 0, "build", "-content", content, "-out", public)
	if got := indexesOf(t, c.Nodes[0]); !slices.Equal(got, []string{name}) {
		t.Errorf("after a build of pages alone the cluster has %v, want %s", got, name)
	}
	edit := func(i int) {
		t.Helper()
		writeFile(t, filepath.Join(content, "new.md"), fmt.Sprintf("# 新的文章 %d\n\n退款没有到账怎么办。\n", i))
		run(t, 0, "build", "-content", content, "-out", public)
	}
	edit(1)
	edit(2)
	// The first has gone with the releases that named it.
	if got := indexesOf(t, c.Nodes[0]); len(got) != 2 || slices.Contains(got, name) {
		t.Errorf("after two more builds the cluster has %v, want two others than %s", got, name)
	}
	run(t, 0, "rollback", "-public", public)
	if out, _ := run(t, 0, "search", "-public", public, "-json", "新的文章"); !strings.Contains(out, "新的文章 1") {
		t.Errorf("after a rollback it finds %s", out)
	}

	// A build that dies leaves an index that the next one removes.
	before := indexesOf(t, c.Nodes[0])
	left := "whyfix-help-20990101t000000-00000000"
	ask(t, http.MethodPut, c.Nodes[0]+"/"+left, `{"mappings":{"_meta":{"whyfix":{"schema":1,"site":"help","release":"20990101T000000-00000000","live":false}}},"settings":{"number_of_replicas":0}}`)
	ask(t, http.MethodPut, c.Nodes[0]+"/whyfix-help-me-x", `{"mappings":{"_meta":{"whyfix":{"schema":1,"site":"help-me","release":"x","live":false}}},"settings":{"number_of_replicas":0}}`)
	edit(3)
	now := indexesOf(t, c.Nodes[0])
	if slices.Contains(now, left) || !slices.Contains(now, "whyfix-help-me-x") || len(now) > len(before)+1 {
		t.Errorf("the cluster has %v", now)
	}

	// One node dies in the middle of questions, another hangs: nobody notices.
	s := start(t, "serve", "-public", public, "-addr", "127.0.0.1:0", "-opensearch", nodes, "-rate", "0", "-log-requests=false")
	for _, signal := range []syscall.Signal{syscall.SIGSTOP, syscall.SIGKILL} {
		asked, failed := questions(t, s, 2, func() {
			if err := syscall.Kill(c.Pid(t, 2), signal); err != nil {
				t.Error(err)
			}
		})
		t.Logf("%v of a node during %d questions", signal, asked)
		if len(failed) > 0 {
			t.Errorf("%v: %d of %d questions failed: %s", signal, len(failed), asked, failed[0])
		}
	}

	// All are gone: pages go on, and searches say when to come again.
	if err := syscall.Kill(c.Pid(t, 1), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() (string, bool) {
		code, body := s.get(t, question("退款"))
		ready, _ := s.get(t, "/readyz?search")
		return body, code == http.StatusServiceUnavailable && strings.Contains(body, "search_unavailable") && ready == http.StatusServiceUnavailable
	})
	response, err := http.Get(s.base + question("退款没到"))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" {
		t.Errorf("with no cluster a search is %d, Retry-After %q", response.StatusCode, response.Header.Get("Retry-After"))
	}
	for path, code := range map[string]int{"/": 200, "/readyz": 200, "/readyz?search": 503, "/healthz": 200} {
		if got, body := s.get(t, path); got != code {
			t.Errorf("%s is %d, want %d: %s", path, got, code, body)
		}
	}
	// A process that starts now serves pages, too.
	other := start(t, "serve", "-public", public, "-addr", "127.0.0.1:0", "-opensearch", nodes, "-log-requests=false")
	if code, _ := other.get(t, "/"); code != http.StatusOK {
		t.Errorf("a process that starts without a cluster answers %d", code)
	}
	if out, said := run(t, 1, "build", "-content", content, "-out", public, "-full"); !strings.Contains(said, "the OpenSearch cluster does not answer") {
		t.Errorf("a build without a cluster: %s%s", out, said)
	}
	// And back: a node takes its time.
	c.Restart(t, 1)
	c.Restart(t, 2)
	for _, s := range []*service{s, other} {
		end := time.Now().Add(9 * patience)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			code, body := s.get(t, question("退款"))
			if code == http.StatusOK {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("it never came back: %s", body)
			}
			<-tick.C
		}
	}
}

func ask(t *testing.T, method, url, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if said, _ := io.ReadAll(response.Body); response.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %s", method, url, said)
	}
}

// hitsOf are the addresses of an answer.
func hitsOf(t *testing.T, text string) (out []string) {
	t.Helper()
	var a answer
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	for _, h := range a.Hits {
		out = append(out, h.URL)
	}
	return out
}

// questions asks for some seconds, no two the same, and does something in the
// middle. It tells how many it asked, and what was no answer.
func questions(t *testing.T, s *service, seconds int, middle func()) (int, []string) {
	t.Helper()
	var asked atomic.Int32
	var mu sync.Mutex
	var failed []string
	end := time.Now().Add(time.Duration(seconds) * time.Second)
	var wg sync.WaitGroup
	for worker := range 2 {
		wg.Go(func() {
			for i := 0; time.Now().Before(end); i++ {
				asked.Add(1)
				code, body := s.get(t, question(fmt.Sprintf("退款没有到账 %d", worker*100_000+i)))
				if code != http.StatusOK || strings.Contains(body, `"partial":true`) {
					mu.Lock()
					failed = append(failed, fmt.Sprint(code, " ", body))
					mu.Unlock()
				}
			}
		})
	}
	half := time.NewTimer(time.Duration(seconds) * time.Second / 2)
	<-half.C
	middle()
	wg.Wait()
	return int(asked.Load()), failed
}
