//go:build unix

package cli_test

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"whyfix/internal/search/cluster/clustertest"
)

// What goes wrong in a cluster, between it and us, and with who builds: what is
// said, what readers see, and that nothing is ever half live.

// faultTime is how long readers ask while a node goes: WHYFIX_FAULTS=30s asks
// for longer (make faults).
func faultTime(t *testing.T) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(cmp.Or(os.Getenv("WHYFIX_FAULTS"), "4s"))
	if err != nil {
		t.Fatalf("WHYFIX_FAULTS: %v", err)
	}
	return d
}

// through is a way to a node by which a test sees what goes there. Pass may
// answer itself.
func through(t *testing.T, node string, pass func(w http.ResponseWriter, r *http.Request) bool) *httptest.Server {
	t.Helper()
	to, err := url.Parse(node)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ErrorLog = log.New(io.Discard, "", 0)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if pass(w, r) {
			proxy.ServeHTTP(w, r)
		}
	}))
	server.Config.ErrorLog = proxy.ErrorLog
	t.Cleanup(server.Close)
	return server
}

// A build that dies while it sends leaves an index that the next one removes,
// and the release before is live as if nothing had been.
func buildKilled(t *testing.T, c *clustertest.Cluster) {
	content, public := site(t)
	inCluster(t, c, content, "killed", "")
	run(t, 0, "build", "-content", content, "-out", public)
	first := live(t, public)
	sending := make(chan struct{})
	var once sync.Once
	way := through(t, c.Nodes[0], func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/_bulk") {
			once.Do(func() { close(sending) })
			_, _ = io.Copy(io.Discard, r.Body) // or nobody sees that who sent it is gone
			<-r.Context().Done()
			return false
		}
		return true
	})
	way.Start()
	writeFile(t, filepath.Join(content, "new.md"), "# 新的文章\n\n退款没有到账怎么办。\n")
	cmd := exec.CommandContext(t.Context(), "whyfix", "build", "-content", content, "-out", public, "-opensearch", way.URL)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-sending:
	case <-time.After(patience):
		t.Error("it never sent anything")
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	left := indexesOf(t, c, "killed")
	if len(left) != 2 || live(t, public) != first {
		t.Fatalf("after the kill the cluster has %v, and %s is live", left, live(t, public))
	}
	left = slices.DeleteFunc(left, func(name string) bool { return name == indexOf(t, "killed", public) })
	if got := hitsIn(t, public, "退款没到账"); got != "/refund/" {
		t.Errorf("after the kill the first hit is %q", got)
	}
	run(t, 0, "build", "-content", content, "-out", public)
	if now := indexesOf(t, c, "killed"); len(now) != 2 || slices.Contains(now, left[0]) || !slices.Contains(now, indexOf(t, "killed", public)) {
		t.Errorf("the next build leaves %v, and what the killed one left was %v", now, left)
	}
}

// hitsIn is the first hit in a folder of releases.
func hitsIn(t *testing.T, public, query string) string {
	t.Helper()
	out, _ := run(t, 0, "search", "-public", public, "-json", query)
	return append(hitsOf(t, out), "")[0]
}

// A site that leaves the cluster takes its indexes away, when no release is left
// that could be gone back to; if it cannot, it says what is left.
func backToBleve(t *testing.T, c *clustertest.Cluster) {
	content, public := site(t)
	build := func(title, index string) string {
		t.Helper()
		inCluster(t, c, content, index, "title: "+title)
		_, said := run(t, 0, "build", "-content", content, "-out", public)
		return said
	}
	bleve := func(title string) string {
		t.Helper()
		writeFile(t, filepath.Join(content, "site.yaml"), "title: "+title+"\n")
		writeFile(t, filepath.Join(content, "new.md"), "# "+title+"\n")
		_, said := run(t, 0, "build", "-content", content, "-out", public)
		return said
	}
	build("一", "leaves")
	bleve("二")
	if got := indexesOf(t, c, "leaves"); len(got) != 1 {
		t.Errorf("while its release can be gone back to, the cluster has %v", got)
	}
	run(t, 0, "rollback", "-public", public)
	if got := hitsIn(t, public, "退款没到账"); got != "/refund/" {
		t.Errorf("after going back the first hit is %q", got)
	}
	bleve("三")
	bleve("四")
	if got := indexesOf(t, c, "leaves"); len(got) != 0 {
		t.Errorf("when no release names them, the cluster has %v", got)
	}

	// The cluster is away by then.
	way := through(t, c.Nodes[0], func(http.ResponseWriter, *http.Request) bool { return true })
	way.Start()
	writeFile(t, filepath.Join(content, "site.yaml"), fmt.Sprintf("title: 五\nengine: {name: opensearch, addresses: [%q], index: stays}\n", way.URL))
	run(t, 0, "build", "-content", content, "-out", public)
	name := indexOf(t, "stays", public)
	bleve("六")
	way.Close()
	said := bleve("七")
	want := "whyfix: no later build removes it: curl -X DELETE " + way.URL + "/" + name + "\n"
	if !strings.Contains(said, "whyfix: the index is in the release now, and those of old releases are still in the cluster: search: the OpenSearch cluster does not answer: ") || !strings.Contains(said, want) {
		t.Errorf("it says %s\nwant %s", said, want)
	}
}

// An index that somebody deleted or closed: searches say that they cannot, the
// log says why, pages go on, no release without an index is taken, and a build
// makes it anew.
func indexLost(t *testing.T, c *clustertest.Cluster) {
	content, public := site(t)
	inCluster(t, c, content, "lost", "")
	run(t, 0, "build", "-content", content, "-out", public)
	p := launch(t, "serve", "-public", public, "-addr", "127.0.0.1:0", "-rate", "0", "-log-requests=false")
	s := &service{base: p.base, stderr: p.stderr}
	for _, tt := range []struct{ method, path, log, ready, build string }{
		{
			http.MethodDelete, "", "the index is not in the OpenSearch cluster any more: somebody has deleted it. Build the site again, or go back to a release whose index is there: no such index [",
			"its index was deleted", "release",
		},
		{http.MethodPost, "/_close", "the index is closed in the OpenSearch cluster: open it again, or build the site again: closed", "its index is closed", "release"},
	} {
		s.search(t, "退款没到账")
		was := live(t, public)
		ask(t, tt.method, c.Nodes[0]+"/"+indexOf(t, "lost", public)+tt.path, "")
		eventually(t, func() (string, bool) { // what is kept of answers may do for a while
			code, body := s.get(t, question("退款没到账"+strconv.FormatInt(time.Now().UnixNano(), 36)))
			return body, code == http.StatusServiceUnavailable && strings.Contains(body, `"code":"search_unavailable"`)
		})
		eventually(t, func() (string, bool) { // not more often than it says
			s.get(t, question("退款没到账"+strconv.FormatInt(time.Now().UnixNano(), 36)))
			said := s.stderr.String()
			return said, strings.Contains(said, `msg="no search is answered; pages are served" error="search: `+tt.log)
		})
		for path, want := range map[string]struct {
			code int
			body string
		}{
			"/refund/": {200, "退款没到账"}, "/readyz": {200, "ready, but for the search: " + tt.ready + "\n"}, "/healthz": {200, "ok\n"},
			"/readyz?search": {503, `"message":"the search does not answer: ` + tt.ready + `"`},
		} {
			if code, body := s.get(t, path); code != want.code || !strings.Contains(body, want.body) {
				t.Errorf("%s%s: %s is %d, want %d and %s: %s", tt.method, tt.path, path, code, want.code, want.body, body)
			}
		}
		// Nothing has changed in the content.
		run(t, 0, "build", "-content", content, "-out", public)
		if live(t, public) == was {
			t.Error("no release was built")
		}
		eventually(t, func() (string, bool) {
			code, body := s.get(t, question("退款没到账"))
			return body, code == http.StatusOK && strings.Contains(body, `"url":"/refund/"`)
		})
		s.stderr.wait(t, `msg="new release" release=`+live(t, public))
		eventually(t, func() (string, bool) {
			_, body := s.get(t, "/readyz")
			return body, body == "ready\n"
		})
	}
	// A release whose index is gone before it is served is not taken.
	was := live(t, public)
	inCluster(t, c, content, "lost", "footer: 又一行")
	writeFile(t, filepath.Join(content, "new.md"), "# 新的文章\n")
	next := t.TempDir()
	run(t, 0, "build", "-content", content, "-out", next)
	ask(t, http.MethodDelete, c.Nodes[0]+"/"+indexOf(t, "lost", next), "")
	if err := os.Rename(filepath.Join(next, live(t, next)), filepath.Join(public, live(t, next))); err != nil {
		t.Fatal(err)
	}
	current := filepath.Join(public, "current")
	if err := os.Symlink(live(t, next), current+".next"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(current+".next", current); err != nil {
		t.Fatal(err)
	}
	s.stderr.wait(t, `msg="new release refused, the old one serves on" release=`+live(t, public)+` serving=`+was+` error="search: .*the index is not in the OpenSearch cluster any more`)
	if a := s.search(t, "退款没到账"); a.Release != was || a.first() != "/refund/" {
		t.Errorf("it answers from %s, want %s: %+v", a.Release, was, a.Hits)
	}
	// Nor when it is told to load it.
	refused := func() int { return strings.Count(s.stderr.String(), `msg="new release refused`) }
	before := refused()
	if err := p.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() (string, bool) {
		return s.stderr.String(), refused() > before || strings.Contains(s.stderr.String(), `msg="new release" release=`+live(t, public))
	})
	if a := s.search(t, "退款没到账"); a.Release != was || a.first() != "/refund/" {
		t.Errorf("after SIGHUP it answers from %s, want %s: %+v", a.Release, was, a.Hits)
	}
}

// A full disk ends a build, and leaves nothing of it.
func diskFull(t *testing.T, c *clustertest.Cluster) {
	content, public := site(t)
	inCluster(t, c, content, "full", "")
	run(t, 0, "build", "-content", content, "-out", public)
	was, had := live(t, public), indexesOf(t, c, "full")
	// What a node does to an index when it comes upon its flood stage.
	template := c.Nodes[0] + "/_index_template/full"
	ask(t, http.MethodPut, template, `{"index_patterns":["whyfix-full-*"],"template":{"settings":{"index.blocks.read_only_allow_delete":true}}}`)
	writeFile(t, filepath.Join(content, "new.md"), "# 新的文章\n")
	_, said := run(t, 1, "build", "-content", content, "-out", public)
	want := regexp.MustCompile(`^whyfix build: search: a disk of the OpenSearch cluster is full, so it takes nothing more: make room, and try again: index \[whyfix-full-[^]]+\] blocked by: \[TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block\];\n$`)
	if !want.MatchString(said) {
		t.Errorf("it says %q", said)
	}
	if got := indexesOf(t, c, "full"); live(t, public) != was || !slices.Equal(got, had) {
		t.Errorf("%s is live, and the cluster has %v; before it was %s, and %v", live(t, public), got, was, had)
	}
	if got := hitsIn(t, public, "退款没到账"); got != "/refund/" {
		t.Errorf("the first hit is %q", got)
	}
	ask(t, http.MethodDelete, template, "")
	run(t, 0, "build", "-content", content, "-out", public)
	if live(t, public) == was {
		t.Error("with room it builds no release")
	}
}

// certificate makes one, signed by another or by itself.
func certificate(t *testing.T, dir, name string, by *tls.Certificate) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: by == nil, BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	parent, signer := about, any(key)
	if by != nil {
		parent, signer = by.Leaf, by.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, about, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	pair := map[string][]byte{
		"pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), "key": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}),
	}
	for ending, data := range pair {
		writeFile(t, filepath.Join(dir, name+"."+ending), string(data))
	}
	out, err := tls.X509KeyPair(pair["pem"], pair["key"])
	if err != nil {
		t.Fatal(err)
	}
	return &out
}

// A cluster behind TLS that wants a certificate and a password.
func clusterTrust(t *testing.T, c *clustertest.Cluster) {
	dir := t.TempDir()
	ca := certificate(t, dir, "ca", nil)
	own := certificate(t, dir, "cluster", ca)
	certificate(t, dir, "whyfix", ca)
	certificate(t, dir, "stranger", nil)
	writeFile(t, filepath.Join(dir, "right"), "help:secret\n")
	writeFile(t, filepath.Join(dir, "wrong"), "help:guessed\n")
	way := through(t, c.Nodes[0], func(w http.ResponseWriter, r *http.Request) bool {
		if user, password, _ := r.BasicAuth(); user == "help" && password == "secret" {
			r.Header.Del("Authorization")
			return true
		}
		http.Error(w, "Unauthorized", http.StatusUnauthorized)
		return false
	})
	clients := x509.NewCertPool()
	clients.AddCert(ca.Leaf)
	way.TLS = &tls.Config{Certificates: []tls.Certificate{*own}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients, MinVersion: tls.VersionTLS13}
	way.StartTLS()

	content, public := site(t)
	writeFile(t, filepath.Join(content, "site.yaml"), fmt.Sprintf("engine: {name: opensearch, addresses: [%q], index: trust}\n", way.URL))
	file := func(name string) string { return filepath.Join(dir, name) }
	right := []string{"-opensearch-ca", file("ca.pem"), "-opensearch-cert", file("whyfix.pem"), "-opensearch-key", file("whyfix.key"), "-opensearch-user", file("right")}
	with := func(changes ...string) []string {
		out := slices.Clone(right)
		for i := 0; i < len(changes); i += 2 {
			at := slices.Index(out, changes[i])
			out = append(slices.Delete(out, at, at+2), changes[i:i+2]...)
		}
		return out
	}
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"a wrong password", with("-opensearch-user", file("wrong")), "search: the OpenSearch cluster does not know this user, or not this password (401): say them with -opensearch-user FILE, or OPENSEARCH_USERNAME and OPENSEARCH_PASSWORD\n"},
		{"a wrong CA", with("-opensearch-ca", file("stranger.pem")), "search: the OpenSearch cluster cannot be asked: its certificate is of nobody who is trusted here: name the authority that signed it with -opensearch-ca FILE: "},
		{"no certificate", append(slices.Clone(right[:2]), right[6:]...), "search: the OpenSearch cluster cannot be asked: it wants a certificate that it knows: -opensearch-cert FILE and -opensearch-key FILE: "},
		{"a stranger's certificate", with("-opensearch-cert", file("stranger.pem"), "-opensearch-key", file("stranger.key")), "search: the OpenSearch cluster cannot be asked: it wants a certificate that it knows: -opensearch-cert FILE and -opensearch-key FILE: "},
		{"a key of another certificate", with("-opensearch-key", file("stranger.key")), "search: the certificate for the cluster: tls: private key does not match public key\n"},
		{"TLS where there is none", with("-opensearch-user", file("right"), "-opensearch-ca", file("ca.pem"))[:0], ""},
	} {
		args := append([]string{"build", "-content", content, "-out", public}, tt.args...)
		if tt.want == "" {
			args = append(args, "-opensearch", strings.Replace(c.Nodes[0], "http:", "https:", 1))
			tt.want = "search: the OpenSearch cluster cannot be asked: it speaks no TLS: write its address with http://: "
		}
		if _, said := run(t, 1, args...); !strings.HasPrefix(said, "whyfix build: "+tt.want) || strings.Count(said, "\n") != 1 {
			t.Errorf("%s: it says %s\nwant %s", tt.name, said, tt.want)
		}
	}
	if got := indexesOf(t, c, "trust"); len(got) > 0 {
		t.Errorf("the cluster has %v", got)
	}
	run(t, 0, append([]string{"build", "-content", content, "-out", public}, right...)...)
	s := start(t, append([]string{"serve", "-public", public, "-addr", "127.0.0.1:0", "-log-requests=false"}, right...)...)
	if got := s.search(t, "退款没到账").first(); got != "/refund/" {
		t.Errorf("the first hit is %q", got)
	}
	// A process that has the wrong password serves pages and says so.
	s = start(t, append([]string{"serve", "-public", public, "-addr", "127.0.0.1:0", "-log-requests=false"}, with("-opensearch-user", file("wrong"))...)...)
	s.stderr.wait(t, `msg="no search is answered; pages are served" error="search: the OpenSearch cluster does not know this user`)
	for path, want := range map[string]string{"/readyz": "ready, but for the search: its cluster does not let this process ask\n", "/refund/": "退款没到账", question("退款"): `"code":"search_unavailable"`} {
		if _, body := s.get(t, path); !strings.Contains(body, want) {
			t.Errorf("with a wrong password %s says %s", path, body)
		}
	}
}

// What is too old, or no OpenSearch at all, is told before anything is done.
func clusterNotFit(t *testing.T, _ *clustertest.Cluster) {
	content, public := site(t)
	for answer, want := range map[string]string{
		`{"version":{"distribution":"opensearch","number":"2.11.1"}}`: "search: this OpenSearch is too old: it is 2.11.1, and 2.19 or newer is needed\n",
		`{"version":{"number":"8.13.0"}}`:                             "search: what answers is no OpenSearch cluster: it calls itself Elasticsearch 8.13.0, and OpenSearch 2.19 or newer is needed\n",
		"<!doctype html><h1>It works!</h1>":                           "search: what answers is no OpenSearch cluster: invalid character '<' looking for beginning of value\n",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || r.URL.Path != "/" {
				t.Errorf("it is asked %s %s", r.Method, r.URL)
			}
			_, _ = io.WriteString(w, answer)
		}))
		_, said := run(t, 1, "build", "-content", content, "-out", public, "-engine", "opensearch", "-opensearch", server.URL)
		server.Close()
		if said != "whyfix build: "+want {
			t.Errorf("it says %s\nwant %s", said, want)
		}
	}
	if _, err := os.Stat(filepath.Join(public, "current")); err == nil {
		t.Error("a release is live")
	}
}

// line is a way to a node as long as one likes, or one on which all is lost.
type line struct {
	address string
	delay   atomic.Int64 // of what is sent, each way
	lost    atomic.Bool
}

func lineTo(t *testing.T, node string) *line {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	out := &line{address: "http://" + l.Addr().String()}
	carry := func(to, from net.Conn) {
		defer to.Close()
		data := make([]byte, 64<<10)
		for {
			n, err := from.Read(data)
			time.Sleep(time.Duration(out.delay.Load()))
			if err != nil {
				return
			}
			if out.lost.Load() {
				continue
			}
			if _, err := to.Write(data[:n]); err != nil {
				return
			}
		}
	}
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			var d net.Dialer
			far, err := d.DialContext(context.Background(), "tcp", strings.TrimPrefix(node, "http://"))
			if err != nil {
				near.Close()
				continue
			}
			go carry(far, near)
			go carry(near, far)
		}
	}()
	return out
}

// A slow network makes answers late, not wrong; where one way is lost another is
// taken; where all are, nobody waits for longer than a search has.
func slowNetwork(t *testing.T, c *clustertest.Cluster) {
	content, public := site(t)
	inCluster(t, c, content, "slow", "")
	run(t, 0, "build", "-content", content, "-out", public)
	var lines []*line
	var addresses []string
	for _, node := range c.Nodes {
		l := lineTo(t, node)
		lines, addresses = append(lines, l), append(addresses, l.address)
	}
	s := start(t, "serve", "-public", public, "-addr", "127.0.0.1:0", "-rate", "0", "-log-requests=false", "-opensearch", strings.Join(addresses, ","))
	for _, l := range lines {
		l.delay.Store(int64(40 * time.Millisecond))
	}
	if q := questions(t, time.Second, func() {}, s); len(q.failed) > 0 {
		t.Errorf("over a long way %d of %d questions failed: %s", len(q.failed), q.asked, q.failed[0])
	}
	for _, l := range lines {
		l.delay.Store(0)
	}
	if q := questions(t, 3*time.Second, func() { lines[1].lost.Store(true) }, s); len(q.failed) > 0 {
		t.Errorf("while one way was lost %d of %d questions failed: %s", len(q.failed), q.asked, q.failed[0])
	}
	for _, l := range lines {
		l.lost.Store(true)
	}
	end := time.Now().Add(patience)
	for opened := false; !opened; {
		asked := time.Now()
		code, body := s.get(t, question("退款 "+strconv.FormatInt(asked.UnixNano(), 36)))
		if took := time.Since(asked); code != http.StatusServiceUnavailable && !strings.Contains(body, `"partial":true`) || took > 4*time.Second {
			t.Fatalf("while all ways were lost a search is %d after %v: %s", code, took, body)
		}
		ready, _ := s.get(t, "/readyz?search")
		if opened = ready == http.StatusServiceUnavailable; !opened && asked.After(end) {
			t.Fatal("it never says that it is not ready for searches")
		}
	}
	s.stderr.wait(t, `msg="no search is answered; pages are served" error="search: the OpenSearch cluster does not answer: `)
	for _, l := range lines {
		l.lost.Store(false)
	}
	eventually(t, func() (string, bool) {
		code, body := s.get(t, question("退款没到账"))
		return body, code == http.StatusOK && s.saysAgain()
	})
}

// asking is what became of some questions.
type asking struct {
	asked   int
	failed  []string
	longest time.Duration
}

// questions asks processes in turn for some time, no two the same, and does
// something in the middle.
func questions(t *testing.T, d time.Duration, middle func(), processes ...*service) asking {
	t.Helper()
	var mu sync.Mutex
	var out asking
	end := time.Now().Add(d)
	var wg sync.WaitGroup
	for worker := range 2 {
		wg.Go(func() {
			for i := worker; time.Now().Before(end); i++ {
				asked := time.Now()
				code, body := processes[i%len(processes)].get(t, question(fmt.Sprintf("退款没有到账 %d", asked.UnixNano()+int64(worker))))
				mu.Lock()
				out.asked++
				out.longest = max(out.longest, time.Since(asked))
				if code != http.StatusOK || strings.Contains(body, `"partial":true`) || !strings.Contains(body, `"url":"/refund/"`) {
					out.failed = append(out.failed, fmt.Sprint(code, " after ", time.Since(asked), ": ", body))
				}
				mu.Unlock()
			}
		})
	}
	<-time.NewTimer(d / 2).C
	middle()
	wg.Wait()
	return out
}

// nodesGo takes nodes away: they hang, one is killed, two are, all are.
func nodesGo(t *testing.T, c *clustertest.Cluster) {
	content, public := site(t)
	inCluster(t, c, content, "nodes", "")
	run(t, 0, "build", "-content", content, "-out", public)
	index := indexOf(t, "nodes", public)
	// Three front ends, each of which knows all nodes.
	var processes []*service
	for range 3 {
		processes = append(processes, start(t, "serve", "-public", public, "-addr", "127.0.0.1:0", "-rate", "0", "-log-requests=false", "-opensearch", strings.Join(c.Nodes, ",")))
	}
	s := processes[0]
	signal := func(node int, how syscall.Signal) {
		t.Helper()
		if err := syscall.Kill(c.Pid(t, node), how); err != nil {
			t.Error(err)
		}
	}
	holders := func(node int) (out []int) {
		var list []struct{ Node, State string }
		tell(t, c.Nodes[node-1], "/_cat/shards/"+index+"?format=json", &list)
		for _, x := range list {
			if n, err := strconv.Atoi(strings.TrimPrefix(x.Node, "node")); err == nil && x.State == "STARTED" {
				out = append(out, n)
			}
		}
		return out
	}
	manager := func(node int) int {
		var list []struct{ Node string }
		tell(t, c.Nodes[node-1], "/_cat/cluster_manager?format=json", &list)
		n, _ := strconv.Atoi(strings.TrimPrefix(list[0].Node, "node"))
		return n
	}
	whole := func(node int) {
		t.Helper()
		end := time.Now().Add(6 * patience)
		for {
			response, err := http.Get(c.Nodes[node-1] + "/_cluster/health?wait_for_nodes=3&wait_for_status=green&wait_for_no_relocating_shards=true&timeout=5s")
			if err == nil {
				response.Body.Close()
				if response.StatusCode == http.StatusOK {
					return
				}
			}
			if time.Now().After(end) {
				t.Fatal("the cluster is not whole again")
			}
			<-time.NewTimer(100 * time.Millisecond).C
		}
	}
	none := func(what string, q asking) {
		t.Helper()
		t.Logf("%s: %d questions, %d failed, the longest took %v", what, q.asked, len(q.failed), q.longest.Round(time.Millisecond))
		if len(q.failed) > 0 {
			t.Errorf("%s: %d of %d questions failed: %s", what, len(q.failed), q.asked, q.failed[0])
		}
	}
	d := faultTime(t)
	ask(t, http.MethodPut, c.Nodes[0]+"/"+index+"/_settings", `{"index.unassigned.node_left.delayed_timeout":"10m"}`) // a copy is not made elsewhere meanwhile

	hanging := holders(1)[0]
	none("a node that has the index hangs", questions(t, d, func() { signal(hanging, syscall.SIGSTOP) }, processes...))
	signal(hanging, syscall.SIGCONT)
	whole(1)

	killed := manager(1)
	none("kill -9 of the elected manager", questions(t, d, func() { signal(killed, syscall.SIGKILL) }, processes...))
	c.Restart(t, killed)
	whole(killed%3 + 1)

	// All hang: nobody waits long, and soon nobody waits.
	for node := range 3 {
		signal(node+1, syscall.SIGSTOP)
	}
	q := questions(t, 4*time.Second, func() {}, processes...)
	t.Logf("all nodes hang: %d questions, %d failed, the longest took %v", q.asked, len(q.failed), q.longest.Round(time.Millisecond))
	if len(q.failed) != q.asked || q.longest > 4*time.Second || !strings.HasPrefix(q.failed[len(q.failed)-1], "503") {
		t.Errorf("while all nodes hang %d of %d questions failed, one after %v; the last is %s", len(q.failed), q.asked, q.longest, q.failed[len(q.failed)-1])
	}
	for node := range 3 {
		signal(node+1, syscall.SIGCONT)
	}
	answers := func(s *service) {
		t.Helper()
		end := time.Now().Add(9 * patience)
		for {
			code, body := s.get(t, question("退款没到账"))
			if code == http.StatusOK {
				return
			}
			if time.Now().After(end) {
				t.Fatalf("it never came back: %s", body)
			}
			<-time.NewTimer(50 * time.Millisecond).C
		}
	}
	for _, s := range processes {
		answers(s)
	}
	whole(1)

	// Two of three are killed at once: the one that is left has the index, and
	// cannot be elected, and yet it answers.
	has := holders(1)
	survivor := has[0]
	var two []int
	for node := 1; node <= 3; node++ {
		if node != survivor {
			two = append(two, node)
		}
	}
	none("kill -9 of two nodes of three", questions(t, d, func() {
		for _, node := range two {
			signal(node, syscall.SIGKILL)
		}
	}, processes...))

	// The last one: pages go on, and searches say when to come again.
	signal(survivor, syscall.SIGKILL)
	for _, s := range processes {
		eventually(t, func() (string, bool) {
			code, body := s.get(t, question("退款"))
			ready, _ := s.get(t, "/readyz?search")
			return body, code == http.StatusServiceUnavailable && strings.Contains(body, `"code":"search_unavailable"`) && ready == http.StatusServiceUnavailable
		})
		s.stderr.wait(t, `msg="no search is answered; pages are served" error="search: the OpenSearch cluster does not answer: `)
	}
	response, err := http.Get(s.base + question("退款没到"))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" {
		t.Errorf("with no cluster a search is %d, Retry-After %q", response.StatusCode, response.Header.Get("Retry-After"))
	}
	for path, want := range map[string]struct {
		code int
		body string
	}{
		"/": {200, "退款"}, "/readyz": {200, "ready, but for the search: its cluster does not answer\n"}, "/healthz": {200, "ok\n"},
		"/readyz?search": {503, `"message":"the search does not answer: its cluster does not answer"`},
	} {
		if code, body := s.get(t, path); code != want.code || !strings.Contains(body, want.body) {
			t.Errorf("%s is %d, want %d and %q: %s", path, code, want.code, want.body, body)
		}
	}
	// A process that starts now serves pages, too; a build says what is wrong.
	other := start(t, "serve", "-public", public, "-addr", "127.0.0.1:0", "-opensearch", strings.Join(c.Nodes, ","), "-log-requests=false")
	if code, _ := other.get(t, "/"); code != http.StatusOK {
		t.Errorf("a process that starts without a cluster answers %d", code)
	}
	was := live(t, public)
	if _, said := run(t, 1, "build", "-content", content, "-out", public, "-full"); !strings.HasPrefix(said, "whyfix build: search: the OpenSearch cluster does not answer: ") || live(t, public) != was {
		t.Errorf("a build without a cluster: %s", said)
	}
	// And back.
	for node := range 3 {
		c.Restart(t, node+1)
	}
	for _, s := range append(processes, other) {
		answers(s)
	}
	eventually(t, func() (string, bool) {
		_, body := s.get(t, question("退款"))
		return body, s.saysAgain()
	})
}

// saysAgain tells whether the log says that the cluster is back, as it does when
// searches were answered for a while.
func (s *service) saysAgain() bool {
	return strings.Contains(s.stderr.String(), `msg="searches are answered again"`)
}
