//go:build unix

package cli_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"whyfix/internal/search/cluster"
	"whyfix/internal/search/cluster/clustertest"
)

// indexesOf are those that a cluster has of a site.
func indexesOf(t *testing.T, c *clustertest.Cluster, name string) []string {
	t.Helper()
	var list []struct{ Index string }
	tell(t, c.Nodes[0], "/_cat/indices/whyfix-"+name+"-*?format=json&expand_wildcards=open,closed", &list)
	var out []string
	for _, x := range list {
		out = append(out, x.Index)
	}
	slices.Sort(out)
	return out
}

// postsOf is the newest index that a cluster has of a site's posts, and how many
// it has.
func postsOf(t *testing.T, c *clustertest.Cluster, name string) (newest string, all int) {
	t.Helper()
	list := indexesOf(t, c, name+"-posts")
	if len(list) == 0 {
		t.Fatalf("the cluster has no posts of %s", name)
	}
	return list[len(list)-1], len(list)
}

// postsCounted is how many posts that index has.
func postsCounted(t *testing.T, c *clustertest.Cluster, name string) int {
	t.Helper()
	newest, _ := postsOf(t, c, name)
	var counted struct{ Count int }
	tell(t, c.Nodes[0], "/"+newest+"/_count", &counted)
	return counted.Count
}

// tell asks a node for something.
func tell(t *testing.T, node, path string, out any) {
	t.Helper()
	response, err := http.Get(node + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(out); err != nil {
		t.Fatal(err)
	}
}

// What a site has with its index in a cluster of three nodes, and what becomes of
// it when things go wrong there. The tests share the cluster; those that take
// nodes away come last.
func TestCluster(t *testing.T) {
	t.Parallel()
	c := clustertest.Start(t, 3)
	t.Run("beside each other", func(t *testing.T) {
		for name, test := range map[string]func(*testing.T, *clustertest.Cluster){
			"releases": releasesInCluster, "a build is killed": buildKilled, "back to bleve": backToBleve, "lost": indexLost,
			"full": diskFull, "trust": clusterTrust, "not fit": clusterNotFit, "slow": slowNetwork,
			"posts": postsInCluster, "feeds die": feedsDie,
		} {
			t.Run(name, func(t *testing.T) { t.Parallel(); test(t, c) })
		}
	})
	t.Run("nodes", func(t *testing.T) { nodesGo(t, c) })
}

// Posts are in one index of the cluster, which changes in place and which no
// build takes away.
func postsInCluster(t *testing.T, c *clustertest.Cluster) {
	content, public := site(t)
	inCluster(t, c, content, "beside", "title: 帮助")
	writeFile(t, filepath.Join(content, "synonyms.yaml"), "- [垫圈, gasket]\n")
	run(t, 0, "build", "-content", content, "-out", public)
	lines := filepath.Join(t.TempDir(), "posts.jsonl")
	feed := func(text string) string {
		t.Helper()
		writeFile(t, lines, text)
		_, said := run(t, 0, "feed", "-public", public, lines)
		return said
	}
	finds := func(asked string) []string {
		t.Helper()
		out, _ := run(t, 0, "search", "-public", public, "-json", asked)
		return hitsOf(t, out)
	}
	feed(`{"id": "a", "url": "https://forum.example.org/a", "title": "指示灯一直闪", "text": "指示灯一直闪，是固件。"}
{"id": "b", "url": "https://forum.example.org/b", "title": "风扇转速", "text": "风扇转速太高。"}
{"id": "c", "url": "https://forum.example.org/c", "title": "指示灯一直闪的老办法", "expires": "2001-01-01"}
{"id": "d", "url": "https://forum.example.org/d", "title": "花呗用不了"}
`)
	if got := finds("指示灯一直闪"); len(got) == 0 || got[0] != "https://forum.example.org/a" || slices.Contains(got, "https://forum.example.org/c") {
		t.Errorf("a post is found as %v", got)
	}
	if got := finds("花呗用不了"); len(got) < 2 || got[0] != "/huabei/cannot-use/" || !slices.Contains(got, "https://forum.example.org/d") {
		t.Errorf("an article and a post are found as %v", got)
	}
	// What sounds so, in posts alone.
	if got := finds("丰扇转速"); !slices.Contains(got, "https://forum.example.org/b") {
		t.Errorf("a slip finds %v", got)
	}
	if said := feed(`{"id": "a", "url": "https://forum.example.org/a2", "title": "指示灯一直闪，修好了"}` + "\n"); !strings.Contains(said, "1 replaced; 4 in all") {
		t.Errorf("feed says %s", said)
	}
	if got := finds("指示灯一直闪"); len(got) == 0 || got[0] != "https://forum.example.org/a2" || slices.Contains(got, "https://forum.example.org/a") {
		t.Errorf("a post that was replaced is found as %v", got)
	}
	// A build leaves them alone; what is gone is gone.
	writeFile(t, filepath.Join(content, "more.md"), "# 又一篇文章\n\n有一些字。\n")
	run(t, 0, "build", "-content", content, "-out", public)
	if n := postsCounted(t, c, "beside"); n != 4 {
		t.Errorf("after a build the cluster has %d posts, want 4", n)
	}
	run(t, 0, "feed", "-public", public, "-delete", "a")
	run(t, 0, "feed", "-public", public, "-prune")
	if got := finds("指示灯一直闪"); len(got) > 0 && strings.HasPrefix(got[0], "https://") {
		t.Errorf("a post that was taken away is found as %v", got)
	}
	if n := postsCounted(t, c, "beside"); n != 2 {
		t.Errorf("the cluster has %d posts, want 2", n)
	}
	// Synonyms are numbers in the index: it keeps its own for what comes later, too.
	writeFile(t, filepath.Join(content, "synonyms.yaml"), "- [转速, 快慢]\n- [垫圈, gasket]\n")
	run(t, 0, "build", "-content", content, "-out", public)
	feed(`{"id": "e", "url": "https://forum.example.org/e", "title": "快慢不匀"}` + "\n")
	if got := finds("gasket"); slices.Contains(got, "https://forum.example.org/e") {
		t.Errorf("with the number of another synonym it finds %v", got)
	}
	// A fresh folder of releases does not know them: a build and a feed leave them alone.
	fresh := filepath.Join(t.TempDir(), "public")
	writeFile(t, filepath.Join(content, "..", "forum.jsonl"), `{"id": "s", "url": "https://forum.example.org/s", "title": "垫圈坏了"}`+"\n")
	inCluster(t, c, content, "beside", "title: 帮助\nsources: [{files: ../forum.jsonl}]")
	if _, said := run(t, 0, "build", "-content", content, "-out", fresh); !strings.Contains(said, "has some that are not known here: they stay, and sources: are not read") {
		t.Errorf("a build from a fresh folder says %s", said)
	}
	if _, said := run(t, 1, "feed", "-public", fresh, lines); !strings.Contains(said, "begin with nothing: whyfix feed -anew FILE …") {
		t.Errorf("a feed from a fresh folder says %s", said)
	}
	if n := postsCounted(t, c, "beside"); n != 3 {
		t.Errorf("the cluster has %d posts, want 3", n)
	}
	public = fresh
	run(t, 0, "feed", "-public", public, "-content", content, "-anew")
	if got := finds("gasket坏了"); len(got) == 0 || got[0] != "https://forum.example.org/s" {
		t.Errorf("a post that was fed with new synonyms is found as %v", got)
	}
}

// What a feed had sent when it died is there, and the next one goes on from it:
// what it knows of all documents is what it would know had it been fed them anew.
func feedsDie(t *testing.T, c *clustertest.Cluster) {
	content, public := site(t)
	var dying atomic.Pointer[string] // the request at which whoever feeds is cut off
	way := through(t, c.Nodes[0], func(w http.ResponseWriter, r *http.Request) bool {
		if at := dying.Load(); at != nil && strings.HasSuffix(r.URL.Path, *at) {
			w.WriteHeader(http.StatusForbidden)
			return false
		}
		return true
	})
	way.Start()
	writeFile(t, filepath.Join(content, "site.yaml"), fmt.Sprintf("title: 帮助\nengine: {name: opensearch, addresses: [%s], index: dying}\n", way.URL))
	run(t, 0, "build", "-content", content, "-out", public)
	lines := filepath.Join(t.TempDir(), "posts.jsonl")
	now := map[string]string{} // id → title
	put := func(code int, docs map[string]string) {
		t.Helper()
		var text strings.Builder
		for id, title := range docs {
			fmt.Fprintf(&text, "{\"id\": %q, \"url\": \"https://forum.example.org/%s\", \"title\": %q}\n", id, id, title)
			now[id] = title
		}
		writeFile(t, lines, text.String())
		run(t, code, "feed", "-public", public, lines)
	}
	remove := func(code int, id string) {
		t.Helper()
		delete(now, id)
		run(t, code, "feed", "-public", public, "-delete", id)
	}
	counts := func(public string) string {
		t.Helper()
		x, err := cluster.Open(filepath.Join(public, "posts", "current", "search"), cluster.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		return string(x.Site().Counts.Append(nil))
	}
	refresh, sending, live := "/_refresh", "/_bulk", "/_mapping" // when all is sent, before anything is, and before others may not remove it
	feedAll := func(code int, more ...string) (said string) {
		t.Helper()
		var text strings.Builder
		for id, title := range now {
			fmt.Fprintf(&text, "{\"id\": %q, \"url\": \"https://forum.example.org/%s\", \"title\": %q}\n", id, id, title)
		}
		writeFile(t, lines, text.String())
		_, said = run(t, code, append([]string{"feed", "-public", public}, append(more, lines)...)...)
		return said
	}
	status := func() string {
		t.Helper()
		out, _ := run(t, 0, "feed", "-public", public, "-status")
		return out
	}
	// The first of all feeds dies: there is nothing yet. Those that replace, add and
	// take away die when all is sent.
	dying.Store(&refresh)
	put(1, map[string]string{"a": "水泵不转", "b": "水泵漏水", "c": "风扇转速"})
	dying.Store(nil)
	put(0, map[string]string{"a": "水泵不转", "b": "水泵漏水", "c": "风扇转速", "d": "风扇不转"})
	dying.Store(&refresh)
	put(1, map[string]string{"a": "马达不转", "e": "马达漏油"})
	if out := status(); !strings.Contains(out, "or was not finished: then some of its documents may be missing") {
		t.Errorf("after a feed that died it says %s", out)
	}
	dying.Store(nil)
	put(0, map[string]string{"e": "马达漏油了"})
	dying.Store(&refresh)
	remove(1, "b")
	dying.Store(nil)
	put(0, map[string]string{"f": "阀门卡住"})
	dying.Store(&refresh)
	put(1, map[string]string{"a": "马达不转了", "d": "风扇不转了"})
	dying.Store(nil)
	was := maps.Clone(now)
	dying.Store(&sending)
	put(1, map[string]string{"f": "阀门又卡住", "z": "谁也没有见过"})
	dying.Store(nil)
	now = was
	remove(0, "c")
	got := counts(public)
	if out := status(); !strings.HasPrefix(out, "4 documents") || len(now) != 4 || strings.Contains(out, "not finished") {
		t.Errorf("of %d documents it says %s", len(now), out)
	}
	if said := feedAll(0, "-n"); !strings.Contains(said, "nothing changed: 4 documents") {
		t.Errorf("of the same documents it says %s", said)
	}
	dying.Store(&live)
	feedAll(1, "-anew")
	dying.Store(nil)
	if said := feedAll(0); !strings.Contains(said, "nothing changed: 4 documents") {
		t.Errorf("after a feed anew that died when it was known it says %s", said)
	}
	// All of them anew, in two files, and in other shards: another index, beside the
	// one that readers ask.
	feedAll(0, "-anew")
	if want := counts(public); got != want {
		t.Errorf("after feeds that died %d bytes are known of all documents, and %d of the same anew", len(got), len(want))
	}
	second := filepath.Join(t.TempDir(), "more.jsonl")
	writeFile(t, second, `{"id": "a", "url": "https://forum.example.org/a", "title": "马达不转了"}`+"\n"+`{"id": "g", "url": "https://forum.example.org/g", "title": "滤芯堵了"}`+"\n")
	now["g"] = "滤芯堵了"
	if said := feedAll(0, "-anew", "-shards", "3", second); !strings.Contains(said, "5 added, 2 as they were; 5 in all") {
		t.Errorf("anew, of two files, it says %s", said)
	}
	name, all := postsOf(t, c, "dying")
	var settings map[string]struct {
		Settings struct {
			Index struct {
				Shards string `json:"number_of_shards"`
			}
		}
	}
	tell(t, c.Nodes[0], "/"+name+"/_settings", &settings)
	if shards := settings[name].Settings.Index.Shards; shards != "3" || all != 2 {
		t.Errorf("anew in three shards it has %s, and there are %d indexes, want that of before, too", shards, all)
	}
	finds := func(asked, id string) {
		t.Helper()
		if out, _ := run(t, 0, "search", "-public", public, "-json", asked); !slices.Contains(hitsOf(t, out), "https://forum.example.org/"+id) {
			t.Errorf("%s: it finds %s", asked, out)
		}
	}
	finds("马达漏油", "e")
	// One that dies while it makes an index anew changes nothing.
	dying.Store(&refresh)
	feedAll(1, "-anew")
	dying.Store(nil)
	finds("滤芯堵了", "g")
	if said := feedAll(0); !strings.Contains(said, "nothing changed: 5 documents") {
		t.Errorf("after a feed anew that died it says %s", said)
	}
	if said := feedAll(1, "-shards", "2"); !strings.Contains(said, "-shards is for an index that is made in a cluster") {
		t.Errorf("of shards of an index that is there it says %s", said)
	}
	// All of them changed: they stay where they are.
	for id := range now {
		now[id] += "？"
	}
	feedAll(0)
	if again, all := postsOf(t, c, "dying"); again != name || all != 1 {
		t.Errorf("a change of all is in %s, one of %d, want %s alone", again, all, name)
	}
	// Somebody closes it, changes it, takes it away: nothing is done, until all is fed
	// anew.
	change := func(want string) {
		t.Helper()
		before := maps.Clone(now)
		for range 2 {
			writeFile(t, lines, `{"id": "h", "url": "https://forum.example.org/h", "title": "又一个"}`+"\n")
			if _, said := run(t, 1, "feed", "-public", public, lines); !strings.Contains(said, want) {
				t.Errorf("it says %s, want %s", said, want)
			}
		}
		now = before
	}
	ask(t, http.MethodPost, c.Nodes[0]+"/"+name+"/_close", "")
	change("the index of the documents beside the articles is closed in the cluster")
	ask(t, http.MethodPost, c.Nodes[0]+"/"+name+"/_open", "")
	ask(t, http.MethodGet, c.Nodes[0]+"/_cluster/health/"+name+"?wait_for_status=yellow&timeout=60s", "")
	finds("滤芯堵了", "g")
	ask(t, http.MethodPut, c.Nodes[0]+"/"+name+"/_doc/x?refresh=true", `{"url":"x"}`)
	change("somebody else has changed the documents beside the articles in the cluster")
	ask(t, http.MethodDelete, c.Nodes[0]+"/"+name, "")
	change("the index of the documents beside the articles is not in the cluster any more")
	feedAll(0, "-anew")
	finds("滤芯堵了", "g")
	// Builds die that read a file: it is read again, and what it has no more goes.
	forum := filepath.Join(filepath.Dir(content), "forum.jsonl")
	writeFile(t, filepath.Join(content, "site.yaml"), fmt.Sprintf("title: 帮助\nsources: [{files: ../forum.jsonl}]\nengine: {name: opensearch, addresses: [%s], index: dying}\n", way.URL))
	build := func(code int, titles ...string) string {
		t.Helper()
		var text strings.Builder
		for i, title := range titles {
			fmt.Fprintf(&text, "{\"id\": \"s%d\", \"url\": \"https://forum.example.org/s%d\", \"title\": %q}\n", i, i, title)
		}
		writeFile(t, forum, text.String())
		_, said := run(t, code, "build", "-content", content, "-out", public)
		return said
	}
	dying.Store(&refresh)
	if said := build(1, "转轴松了", "转轴断了"); !strings.Contains(said, "the release is live; documents beside its articles stay as they were") {
		t.Errorf("a build whose feed dies says %s", said)
	}
	dying.Store(nil)
	if said := build(0, "转轴松了"); !strings.Contains(said, "1 taken away, 1 as they were; 6 in all") {
		t.Errorf("the next one says %s", said)
	}
	finds("转轴松了", "s0")
	if said := build(0, "转轴松了"); strings.Contains(said, "documents beside") {
		t.Errorf("when nothing has changed it says %s", said)
	}
}

// inCluster writes into site.yaml that the index is in the cluster.
func inCluster(t *testing.T, c *clustertest.Cluster, content, name, more string) {
	t.Helper()
	writeFile(t, filepath.Join(content, "site.yaml"), fmt.Sprintf("%s\nengine: {name: opensearch, addresses: [%s], index: %s, replicas: 1}\n", more, strings.Join(c.Nodes, ", "), name))
}

// indexOf is the index that a site's live release has.
func indexOf(t *testing.T, name, public string) string {
	return "whyfix-" + name + "-" + strings.ToLower(live(t, public))
}

// Releases have indexes of their own, which go with them.
func releasesInCluster(t *testing.T, c *clustertest.Cluster) {
	content, public := site(t)
	run(t, 0, "build", "-content", content, "-out", public)
	want, _ := run(t, 0, "search", "-public", public, "-json", "退款")

	inCluster(t, c, content, "help", "title: 帮助")
	run(t, 0, "build", "-content", content, "-out", public)
	name := indexOf(t, "help", public)
	if got := indexesOf(t, c, "help"); !slices.Equal(got, []string{name}) {
		t.Fatalf("the cluster has %v, want %s", got, name)
	}
	got, _ := run(t, 0, "search", "-public", public, "-json", "退款")
	if a, b := hitsOf(t, want), hitsOf(t, got); !slices.Equal(a, b) || len(a) == 0 {
		t.Errorf("it finds %v, and with an index of its own %v", b, a)
	}

	// Nothing has changed; then pages alone; then an article.
	run(t, 0, "build", "-content", content, "-out", public)
	inCluster(t, c, content, "help", "title: 帮助\nfooter: 又一行")
	run(t, 0, "build", "-content", content, "-out", public)
	if got := indexesOf(t, c, "help"); !slices.Equal(got, []string{name}) {
		t.Errorf("after a build of pages alone the cluster has %v, want %s", got, name)
	}
	// An index of another site, whose name starts as ours do, is not touched.
	ask(t, http.MethodPut, c.Nodes[0]+"/whyfix-help-me-x", `{"mappings":{"_meta":{"whyfix":{"schema":1,"site":"help-me","release":"x","live":false}}},"settings":{"number_of_replicas":0}}`)
	edit := func(i int) {
		t.Helper()
		writeFile(t, filepath.Join(content, "new.md"), fmt.Sprintf("# 新的文章 %d\n\n退款没有到账怎么办。\n", i))
		run(t, 0, "build", "-content", content, "-out", public)
	}
	edit(1)
	edit(2)
	// The first has gone with the releases that named it.
	if got := indexesOf(t, c, "help"); len(got) != 3 || slices.Contains(got, name) || !slices.Contains(got, "whyfix-help-me-x") {
		t.Errorf("after two more builds the cluster has %v, want two others than %s, and that of the other site", got, name)
	}
	run(t, 0, "rollback", "-public", public)
	if out, _ := run(t, 0, "search", "-public", public, "-json", "新的文章"); !strings.Contains(out, "新的文章 1") {
		t.Errorf("after a rollback it finds %s", out)
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
	if said, _ := io.ReadAll(response.Body); response.StatusCode/100 != 2 {
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
