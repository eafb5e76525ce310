package cli_test

import (
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"whyfix/internal/publish"
)

// operating is where the samples for operators are.
const operating = "../../docs/operating"

// oldAddresses is a site with every kind of address that has changed, at a base.
func oldAddresses(t *testing.T, base string) (content, public string) {
	t.Helper()
	dir := t.TempDir()
	content, public = filepath.Join(dir, "content"), filepath.Join(dir, "public")
	for name, text := range map[string]string{
		"site.yaml":      "title: 帮助\nbase: " + base + "\nfiles: [\"*\"]\nallow: {frames: [\"https://films.example.org\"]}\nredirects: {/form.pdf: pay/refund.md, /out/: \"https://www.example.org/x?a=1\"}\ngone: [/never/again.pdf]\n",
		"pay/index.md":   "---\ntitle: 支付\n---\n",
		"pay/refund.md":  "---\ntitle: 退款没到账\ndate: 2026-01-02\nsymptoms: [退款没到]\naliases: [/old/, /旧/地址/, /old.php]\n---\n\n正文。\n",
		"pay/way.svg":    "<svg xmlns=\"http://www.w3.org/2000/svg\"><script href=\"way.js\"/></svg>",
		"pay/way.js":     "document.title = 'taken'\n",
		"pay/form.html":  "<!doctype html><title>form</title><script src=\"way.js\"></script>",
		"pay/way.pdf":    "%PDF-1.4\n",
		"en/index.md":    "---\ntitle: Help\nlanguage: en\n---\n",
		"en/fee.md":      "---\ntitle: A fee is too high\n---\n\nAsk.\n",
		"pay/old-fee.md": "---\ntitle: 手续费\ngone: true\n---\n\n不再有了。\n",
	} {
		file := filepath.Join(content, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	run(t, 0, "build", "-content", content, "-out", public)
	return content, public
}

// nginx runs it with the blocks of an http block, and returns its address.
func nginx(t *testing.T, address, blocks string, files map[string]string) {
	t.Helper()
	program, err := exec.LookPath("nginx")
	if _, errSbin := os.Stat("/usr/sbin/nginx"); err != nil && errSbin == nil {
		program, err = "/usr/sbin/nginx", nil // where Debian has it, and not every user's path
	}
	if err != nil && os.Getenv("CI") != "" {
		t.Fatal("nginx is not there; tools/setup.sh installs it")
	}
	if err != nil {
		t.Skip("nginx is not there")
	}
	dir := t.TempDir()
	user := ""
	if os.Getuid() == 0 {
		user = "user root;" // or its workers may not read what tests make
	}
	files["nginx.conf"] = fmt.Sprintf(`daemon off; worker_processes 1; pid %[1]s/pid; error_log %[1]s/error.log; %[2]s
events { worker_connections 64; }
http {
types { text/html html; text/css css; text/javascript js; application/json json; application/xml xml; text/plain txt; application/pdf pdf; }
default_type application/octet-stream; access_log off;
client_body_temp_path %[1]s; proxy_temp_path %[1]s; fastcgi_temp_path %[1]s; uwsgi_temp_path %[1]s; scgi_temp_path %[1]s;
%[3]s
}
`, dir, user, blocks)
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	webServer(t, address, dir, exec.Command(program, "-p", dir, "-c", filepath.Join(dir, "nginx.conf")), func() string {
		log, _ := os.ReadFile(filepath.Join(dir, "error.log"))
		return string(log)
	})
}

// caddySample runs the sample for Caddy, with the change that it names where the
// site is below a path.
func caddySample(path string) func(t *testing.T, public, endpoint string) string {
	return func(t *testing.T, public, endpoint string) string {
		address := freeAddress(t)
		conf := sample(t, "Caddyfile", "/srv/help/", public+"/", "help.example.org {\n", "http://"+address+" {\n\tbind 127.0.0.1\n", "127.0.0.1:8080", endpoint)
		if path != "/" {
			conf = strings.Replace(conf, "\thandle {\n", "\tredir "+strings.TrimSuffix(path, "/")+" "+path+"\n\thandle_path "+path+"* {\n", 1)
		}
		caddy(t, address, conf)
		return address
	}
}

// caddy runs it with some sites, until it answers at an address.
func caddy(t *testing.T, address, sites string) {
	t.Helper()
	program, err := exec.LookPath("caddy")
	if err != nil && os.Getenv("CI") != "" {
		t.Fatal("caddy is not there; tools/setup.sh installs it")
	}
	if err != nil {
		t.Skip("caddy is not there")
	}
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "Caddyfile"), "{\n\tadmin off\n}\n"+sites)
	webServer(t, address, dir, exec.Command(program, "run", "--config", filepath.Join(dir, "Caddyfile"), "--adapter", "caddyfile"), func() string { return "" })
}

// webServer runs until the test ends, and is waited for at its address.
func webServer(t *testing.T, address, dir string, cmd *exec.Cmd, log func() string) {
	t.Helper()
	out := newOutput()
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, out, out
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			_ = cmd.Process.Kill()
			<-ended
		}
	})
	eventually(t, func() (string, bool) {
		var d net.Dialer
		c, err := d.DialContext(t.Context(), "tcp", address)
		if err != nil {
			return fmt.Sprint(err, out, log()), false
		}
		c.Close()
		return "", true
	})
}

// freeAddress is one at which nobody listens now, and whose port is none of those
// that the system gives to whoever calls somebody.
func freeAddress(t *testing.T) string {
	t.Helper()
	var lc net.ListenConfig
	for range 100 {
		l, err := lc.Listen(t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", 20_000+rand.IntN(10_000)))
		if err == nil {
			defer l.Close()
			return l.Addr().String()
		}
	}
	t.Fatal("no port is free")
	return ""
}

// fetched is an answer, without following where it leads.
type fetched struct {
	status int
	header http.Header
	body   string
}

func fetch(t *testing.T, address string, header ...string) fetched {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	var dialer net.Dialer
	if runtime.GOOS == "linux" { // where all of 127.0.0.0/8 is this machine
		dialer.LocalAddr = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)} // not the address of a proxy
	}
	client := &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{DisableCompression: true, DisableKeepAlives: true, DialContext: dialer.DialContext},
	}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fetched{answer.StatusCode, answer.Header, string(body)}
}

// oldOnes is where old addresses lead, from whichever server.
var oldOnes = []struct {
	path   string
	status int
	to     string
}{
	{"/pay/refund/", 200, ""},
	{"/old/", 301, "/pay/refund/"},
	{"/old/?a=1&b=2", 301, "/pay/refund/?a=1&b=2"},
	{"/old.php", 301, "/pay/refund/"},
	{"/%E6%97%A7/%E5%9C%B0%E5%9D%80/", 301, "/pay/refund/"},
	{"/form.pdf", 301, "/pay/refund/"},
	{"/out/", 301, "https://www.example.org/x?a=1"},
	{"/pay/old-fee/", 410, ""},
	{"/never/again.pdf", 410, ""},
	{"/nothing/", 404, ""},
}

// checkOld asks a server, at an address with the site's path and without a slash
// at its end, for all of them.
func checkOld(t *testing.T, server, base string) {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range oldOnes {
		a := fetch(t, base+tt.path)
		if to := strings.TrimPrefix(strings.TrimPrefix(a.header.Get("Location"), u.Scheme+"://"+u.Host), u.Path); a.status != tt.status || to != tt.to {
			t.Errorf("%s: %s: status %d to %q, want %d to %q", server, tt.path, a.status, to, tt.status, tt.to)
		}
		if (tt.status == 404 || tt.status == 410) && !strings.Contains(a.body, "<main") {
			t.Errorf("%s: %s: no page of the theme: %.100s", server, tt.path, a.body)
		}
	}
}

// The lines of docs/redirects.md for nginx do what serve does.
func TestRedirectsByNginx(t *testing.T) {
	t.Parallel()
	_, public := oldAddresses(t, "/")
	checkOld(t, "serve", start(t, "serve", "-public", public, "-addr", "127.0.0.1:0").base)
	text, err := os.ReadFile("../../docs/redirects.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), "    http {\n")
	block, _, ok2 := strings.Cut(rest, "\n    }\n")
	if !ok || !ok2 {
		t.Fatal("docs/redirects.md has no block for nginx any more")
	}
	address := freeAddress(t)
	block = strings.NewReplacer("/srv/help", public, "server {", "server { listen "+address+"; index index.html;").Replace(block)
	nginx(t, address, block, map[string]string{})
	checkOld(t, "nginx", "http://"+address)
}

// behind is a web server before serve, as one of the samples sets it up, for a
// site at a path.
type behind struct {
	name, path string // "/", "/help/"
	start      func(t *testing.T, public, endpoint string) (address string)
	whole      bool // it knows old addresses, and does all else as serve does
}

// sample is a file of docs/operating with what a test has in place of the
// machine's own.
func sample(t *testing.T, name string, instead ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(operating, name))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(instead); i += 2 {
		if !strings.Contains(string(data), instead[i]) {
			t.Fatalf("%s has no %s any more", name, instead[i])
		}
	}
	return strings.NewReplacer(instead...).Replace(string(data))
}

func nginxSample(name string) func(t *testing.T, public, endpoint string) string {
	return func(t *testing.T, public, endpoint string) string {
		address := freeAddress(t)
		conf := sample(t, name, "/srv/help/", public+"/", "listen 80;", "listen "+address+";", "127.0.0.1:8080", endpoint)
		nginx(t, address, conf, map[string]string{"help_proxy.conf": sample(t, "help_proxy.conf")})
		return address
	}
}

// The samples for web servers, whole: files from the disk, searches passed on,
// headers, compressed copies, and what is left when the endpoint is away; for a
// site at the root of its host and for one below a path.
func TestSamples(t *testing.T) {
	t.Parallel()
	for _, b := range []behind{
		{"nginx", "/", nginxSample("nginx.conf"), true},
		{"nginx", "/help/", nginxSample("nginx-path.conf"), true},
		{"Caddy", "/", caddySample("/"), false},
		{"Caddy", "/help/", caddySample("/help/"), false},
	} {
		t.Run(b.name+" "+strings.Trim(b.path, "/"), func(t *testing.T) { b.test(t) })
	}
}

func (b behind) test(t *testing.T) {
	t.Parallel()
	content, public := oldAddresses(t, "https://example.com"+b.path)
	s := start(t, "serve", "-public", public, "-addr", "127.0.0.1:0", "-trusted-proxy", "127.0.0.1", "-rate", "5")
	path := strings.TrimSuffix(b.path, "/")
	endpoint := s.base + path
	base := "http://" + b.start(t, public, strings.TrimPrefix(s.base, "http://")) + path
	checkOld(t, "serve", endpoint)
	if b.whole {
		checkOld(t, b.name, base)
	} else if a := fetch(t, base+"/old/"); a.status != 200 || !strings.Contains(a.body, path+"/pay/refund/") {
		t.Errorf("/old/: status %d: %s", a.status, a.body)
	}
	for _, tt := range []struct{ path, to string }{
		{"/pay", "/pay/"}, {"/pay/refund", "/pay/refund/"}, {"/pay?a=1", "/pay/?a=1"}, {"", "/"},
	} {
		if tt.path == "" && path == "" {
			continue
		}
		if a := fetch(t, base+tt.path); a.status/100 != 3 || a.header.Get("Location") != path+tt.to && (b.whole || !strings.Contains(tt.path, "?")) {
			t.Errorf("%s: status %d to %q, want %s", tt.path, a.status, a.header.Get("Location"), path+tt.to)
		}
	}
	if a := fetch(t, base+"/nothing/"); a.status != 404 || !strings.Contains(a.body, "<main") || !strings.Contains(a.body, `"`+path+`/assets/`) {
		t.Errorf("a page that is not there: status %d: %.100s", a.status, a.body)
	}
	for _, name := range []string{"/sitemap.xml", "/feed.xml", "/llms.txt", "/robots.txt"} {
		if a := fetch(t, base+name); a.status != 200 || !strings.Contains(a.body, path+"/") || b.whole && a.header.Get("Content-Type") != fetch(t, endpoint+name).header.Get("Content-Type") {
			t.Errorf("%s: status %d, %s: %.200s", name, a.status, a.header.Get("Content-Type"), a.body)
		}
	}

	page := fetch(t, base+"/pay/refund/", "Accept-Encoding: gzip")
	if page.header.Get("Content-Encoding") != "gzip" || page.header.Get("Content-Type") != "text/html; charset=utf-8" || page.header.Get("Cache-Control") != "no-cache" {
		t.Errorf("a page: %v", page.header)
	}
	style := regexp.MustCompile(`/assets/style\.[0-9a-f]{10}\.css`).FindString(fetch(t, base+"/pay/refund/").body)
	if a := fetch(t, base+style); a.status != 200 || !strings.Contains(a.header.Get("Cache-Control"), "immutable") || a.header.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("%s: status %d, %v", style, a.status, a.header)
	}
	if a := fetch(t, base+"/pay/refund/index.md"); a.status != 200 || a.header.Get("Content-Type") != "text/markdown; charset=utf-8" {
		t.Errorf("a page as Markdown: status %d, %v", a.status, a.header)
	}
	for _, path := range []string{"/pay/refund/", "/nothing/", "/api/search?q=%E9%80%80%E6%AC%BE", "/search/?q=%E9%80%80%E6%AC%BE"} {
		a := fetch(t, base+path)
		for _, name := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Permissions-Policy"} {
			if n := len(a.header.Values(name)); n != 1 {
				t.Errorf("%s has %s %d times", path, name, n)
			}
		}
		if got := a.header.Get("Content-Security-Policy"); strings.Contains(got, "unsafe") {
			t.Errorf("%s: %s", path, got)
		}
	}
	// A style of the release before is still there, from the endpoint.
	brand := regexp.MustCompile(`/assets/brand\.[0-9a-f]{10}\.css`)
	settings, err := os.ReadFile(filepath.Join(content, "site.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var was, now string
	for _, color := range []string{"#0a7a3b", "#7a0a3b"} {
		was = now
		writeFile(t, filepath.Join(content, "site.yaml"), string(settings)+"brand: \""+color+"\"\n")
		run(t, 0, "build", "-content", content, "-out", public)
		eventually(t, func() (string, bool) {
			now = brand.FindString(fetch(t, endpoint+"/pay/refund/").body)
			return now, now != was && now != ""
		})
	}
	if a := fetch(t, base+was); was == "" || a.status != 200 || !strings.Contains(a.header.Get("Cache-Control"), "immutable") || len(a.header.Values("Content-Security-Policy")) != 1 {
		t.Errorf("%q of the release before: status %d, %v", was, a.status, a.header)
	}
	// What writers upload runs nowhere, as it is with serve.
	script := regexp.MustCompile(`/assets/site\.[0-9a-f]{10}\.js`).FindString(fetch(t, base+"/pay/refund/").body)
	for _, path := range []string{"/", "/pay/refund/", "/nothing/", "/pay/way.svg", "/pay/way.js", "/pay/form.html", "/pay/way.pdf", style, script} {
		ours, theirs := fetch(t, endpoint+path), fetch(t, base+path)
		if o, t2 := ours.header.Get("Content-Security-Policy"), theirs.header.Get("Content-Security-Policy"); o != t2 {
			t.Errorf("%s: serve sends the policy\n%s\n, the web server\n%s", path, o, t2)
		}
		sandboxed := func(a fetched) bool { return strings.Contains(a.header.Get("Content-Security-Policy"), "; sandbox") }
		if runs := strings.Contains(theirs.header.Get("Content-Type"), "javascript"); sandboxed(ours) != sandboxed(theirs) || runs != (path == script) {
			t.Errorf("%s: serve sends %q, the web server %q as %s", path, ours.header.Get("Content-Security-Policy"), theirs.header.Get("Content-Security-Policy"), theirs.header.Get("Content-Type"))
		}
	}
	if a := fetch(t, base+"/api/search?q=%E9%80%80%E6%AC%BE%E6%B2%A1%E5%88%B0"); a.status != 200 || !strings.Contains(a.body, `"url":"`+path+`/pay/refund/"`) {
		t.Errorf("a search: status %d: %s", a.status, a.body)
	}
	// Caddy leaves as it is what has fewer than 512 bytes.
	if a := fetch(t, base+"/api/search?q=%E9%80%80%E6%AC%BE%E6%B2%A1%E5%88%B0", "Accept-Encoding: gzip"); b.whole && a.header.Get("Content-Encoding") != "gzip" || !strings.HasPrefix(a.header.Get("ETag"), "W/") {
		t.Errorf("a search is not compressed on the way: %v", a.header)
	}
	if a := fetch(t, base+"/search/?q=%E9%80%80%E6%AC%BE%E6%B2%A1%E5%88%B0"); a.status != 200 || !strings.Contains(a.body, `href="`+path+`/pay/refund/"`) {
		t.Errorf("a page of results: status %d: %.300s", a.status, a.body)
	}
	if a := fetch(t, base+"/search/?q=%E9%80%80%E6%AC%BE%E6%B2%A1%E5%88%B0", "Accept-Encoding: gzip"); a.header.Get("Content-Encoding") != "gzip" {
		t.Errorf("a page of results is not compressed on the way: %v", a.header)
	}
	if a := fetch(t, base+"/en/search/?q=fee"); a.status != 200 || !strings.Contains(a.body, `href="`+path+`/en/fee/"`) || !strings.Contains(a.body, `<html lang="en"`) {
		t.Errorf("a page of results in another language: status %d: %.300s", a.status, a.body)
	}
	// A whole text, also in characters of which each takes four bytes, as far as serve takes it.
	for _, tt := range []struct {
		path, text string
		status     int
	}{
		{"/api/search", strings.Repeat("谢", 1_995) + "退款没到。", 200},
		{"/search/", strings.Repeat("谢", 1_995) + "退款没到。", 200},
		{"/search/", strings.Repeat("𠮷", 1_995) + "退款没到。", 200},
		{"/search/", strings.Repeat("谢", 2_001), 400},
	} {
		q := url.QueryEscape(tt.text)
		if a := fetch(t, base+tt.path+"?q="+q); a.status != tt.status || tt.status == 200 && !strings.Contains(a.body, "/pay/refund/") {
			t.Errorf("%s with %d kB: status %d, want %d: %.200s", tt.path, len(q)>>10, a.status, tt.status, a.body)
		}
	}
	// The client is who the web server says it is; what it says of itself counts for nothing.
	refused := false
	for i := 0; i < 1000 && !refused; i++ {
		refused = fetch(t, base+"/api/suggest?q=a", fmt.Sprintf("X-Forwarded-For: 198.51.100.%d", i)).status == http.StatusTooManyRequests
	}
	if !refused && runtime.GOOS == "linux" {
		t.Error("a client behind a web server is not limited when it makes up whom it speaks for")
	}

	s.stop(t)
	for _, page := range []string{"/search/?q=a", "/search?q=a", "/en/search/?q=a"} {
		if a := fetch(t, base+page); a.status != 200 || !strings.Contains(a.body, "<form") || strings.Contains(a.body, `<html lang="en"`) != strings.HasPrefix(page, "/en/") {
			t.Errorf("without the endpoint %s has status %d: %.200s", page, a.status, a.body)
		}
	}
	if a := fetch(t, base+"/api/search?q=a"); a.status != http.StatusBadGateway {
		t.Errorf("without the endpoint /api/ has status %d", a.status)
	}
	if a := fetch(t, base+"/pay/refund/"); a.status != 200 {
		t.Errorf("without the endpoint a page has status %d", a.status)
	}
}

// A private site behind a login: without it nobody gets a page, a file, an answer
// or an old address, whichever way the web server asks; with it all is as it was.
func TestLogin(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/", "/help/"} {
		t.Run("at "+strings.Trim(path, "/"), func(t *testing.T) { login(t, path) })
	}
}

func login(t *testing.T, path string) {
	t.Parallel()
	content, public := oldAddresses(t, "https://example.com"+path)
	settings := filepath.Join(content, "site.yaml")
	text, err := os.ReadFile(settings)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, settings, string(text)+"access: private\n")
	run(t, 0, "build", "-content", content, "-out", public)
	s := start(t, "serve", "-public", public, "-addr", "127.0.0.1:0", "-trusted-proxy", "127.0.0.1")
	asked := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/oauth2/start"):
			_, _ = io.WriteString(w, "log in")
		case !strings.Contains(r.Header.Get("Cookie"), "login=yes"):
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(asked.Close)
	endpoint, login := strings.TrimPrefix(s.base, "http://"), strings.TrimPrefix(asked.URL, "http://")
	// The password is “help”.
	const hash, basic = "$2a$04$abcdefghijklmnopqrstuuWQNFv4QKUc3auhpMI6y/.jJjs/7jiLu", "Authorization: Basic cmVhZGVyOmhlbHA="
	nginxWith := func(text string) func(t *testing.T) string {
		return func(t *testing.T) string {
			address := freeAddress(t)
			rules, locations := text, ""
			if path == "/" {
				rules, locations = "", text
			} else if i := strings.Index(text, "\nlocation "); i >= 0 {
				rules, locations = text[:i], text[i:]
			}
			name := map[string]string{"/": "nginx.conf", "/help/": "nginx-path.conf"}[path]
			conf := sample(t, name, "/srv/help/", public+"/", "listen 80;", "listen "+address+";\n"+locations, "127.0.0.1:8080", endpoint)
			conf = strings.Replace(conf, "location ^~ /help/ {", "location ^~ /help/ {\n"+rules, 1)
			nginx(t, address, conf, map[string]string{"help_proxy.conf": sample(t, "help_proxy.conf")})
			return address
		}
	}
	caddyWith := func(lines string) func(t *testing.T) string {
		return func(t *testing.T) string {
			address := freeAddress(t)
			conf := sample(t, "Caddyfile", "/srv/help/", public+"/", "help.example.org {\n", "http://"+address+" {\n\tbind 127.0.0.1\n"+lines+"\n", "127.0.0.1:8080", endpoint)
			if path != "/" {
				conf = strings.Replace(conf, "\thandle {\n", "\thandle_path "+path+"* {\n", 1)
			}
			caddy(t, address, conf)
			return address
		}
	}
	passwords := filepath.Join(t.TempDir(), "help.htpasswd")
	sum := sha1.Sum([]byte("help")) // a form that nginx reads wherever it runs
	writeFile(t, passwords, "reader:{SHA}"+base64.StdEncoding.EncodeToString(sum[:])+"\n")
	for _, tt := range []struct {
		name    string
		login   string // what a reader who has logged in sends
		refused int    // a page for who has not
		start   func(t *testing.T) string
	}{
		{"nginx asks for a password", basic, 401, nginxWith(sample(t, "help_basic.conf", "/etc/nginx/help.htpasswd", passwords))},
		{"nginx asks a program", "Cookie: login=yes", 302, nginxWith(sample(t, "help_forward.conf", "127.0.0.1:4180", login))},
		{"Caddy asks for a password", basic, 401, caddyWith("basicauth {\n reader " + hash + "\n}")},
		{"Caddy asks a program", "Cookie: login=yes", 401, caddyWith("forward_auth " + login + " {\n uri /oauth2/auth\n}")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			site := strings.TrimSuffix(path, "/")
			base := "http://" + tt.start(t) + site
			script := regexp.MustCompile(`/assets/site\.[0-9a-f]{10}\.js`).FindString(fetch(t, s.base+site+"/pay/refund/").body)
			for _, path := range []string{"/", "/pay/refund/", "/pay/refund", "/pay/refund/index.md", "/pay/way.pdf", "/old/", "/form.pdf", "/pay/old-fee/", "/nothing/", "/404.html", "/robots.txt", "/feed.xml", "/search-lite.json", script, "/assets/site.0123456789.js", "/search/?q=a", "/en/search/", "/api/search?q=a", "/api/suggest?q=a", "//pay/refund/", "/pay/../pay/refund/"} {
				a := fetch(t, base+path)
				want := tt.refused
				if tt.refused == 302 && (strings.HasPrefix(path, "/api/") || a.status == 401 && strings.HasPrefix(path, "/assets/")) {
					want = 401 // who asks for that is no reader
				}
				if a.status != want || strings.Contains(a.body, "退款") {
					t.Errorf("%s without a login: status %d, want %d: %.100s", path, a.status, want, a.body)
				}
				if to := a.header.Get("Location"); to != "" && !strings.HasPrefix(to, "/oauth2/start?rd=/") {
					t.Errorf("%s without a login leads to %s", path, to)
				}
			}
			for path, has := range map[string]string{"/pay/refund/": "退款没到账", "/old/": "/pay/refund/", "/pay/refund/index.md": "退款", "/search/?q=%E9%80%80%E6%AC%BE": "退款没到账", "/api/search?q=%E9%80%80%E6%AC%BE": "退款没到账"} {
				a := fetch(t, base+path, tt.login)
				if a.status != 200 || !strings.Contains(a.body, has) {
					t.Errorf("%s with a login: status %d: %.200s", path, a.status, a.body)
				}
				if strings.Contains(a.header.Get("Cache-Control"), "public") || a.header.Get("Access-Control-Allow-Origin") != "" {
					t.Errorf("%s with a login: %v", path, a.header)
				}
			}
			if a := fetch(t, base+"/api/search?q=a", tt.login); a.header.Get("Cache-Control") != "private, no-cache" || a.header.Get("X-Robots-Tag") != "noindex" {
				t.Errorf("an answer: %v", a.header)
			}
			if a := fetch(t, base+"/sitemap.xml", tt.login); a.status != 404 {
				t.Errorf("the sitemap has status %d", a.status)
			}
		})
	}
}

const moved = `allow: {frames: ["https://films.example.org"]}
gone: [/no/file/]
redirects: {/旧/: refund.md#top, /old.pdf: "https://example.org/new.pdf"}
`

// Old addresses lead on, and withdrawn ones say so, whether a release is served
// or the writer's preview.
func TestOldAddresses(t *testing.T) {
	t.Parallel()
	content, public := site(t)
	writeFile(t, filepath.Join(content, "site.yaml"), moved)
	writeFile(t, filepath.Join(content, "fee.md"), "---\ntitle: 手续费\naliases: [/fees/]\ngone: true\n---\n")
	writeFile(t, filepath.Join(content, "card.md"), "---\ntitle: 绑不上卡\naliases: [/cards/]\n---\n")
	run(t, 0, "build", "-content", content, "-out", public)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, s := range []*service{
		start(t, "serve", "-public", public, "-addr", "127.0.0.1:0"),
		start(t, "dev", "-content", content, "-addr", "127.0.0.1:0"),
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			for _, tt := range []struct {
				path     string
				status   int
				location string
			}{
				{"/cards/?a=b", 301, "/card/?a=b"},
				{"/%E6%97%A7/?a=b", 301, "/refund/?a=b#top"},
				{"/old.pdf", 301, "https://example.org/new.pdf"},
				{"/fee/", 410, ""},
				{"/fees/", 410, ""},
				{"/no/file/", 410, ""},
				{"/no/", 404, ""},
				{"/card/", 200, ""},
			} {
				r, err := http.NewRequestWithContext(t.Context(), method, s.base+tt.path, nil)
				if err != nil {
					t.Fatal(err)
				}
				answer, err := client.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				answer.Body.Close()
				if tt.status == http.StatusOK && !strings.Contains(answer.Header.Get("Content-Security-Policy"), "frame-src 'self' https://films.example.org;") {
					t.Errorf("%s: the policy is %s", s.base, answer.Header.Get("Content-Security-Policy"))
				}
				if got := answer.Header.Get("Location"); answer.StatusCode != tt.status || got != tt.location {
					t.Errorf("%s %s: got %d to %q, want %d to %q", method, tt.path, answer.StatusCode, got, tt.status, tt.location)
				}
			}
		}
	}
}

// Three processes behind nginx, each with releases of its own, which go from one
// to the next: no answer is a failure, none mixes two releases, and more of a
// question comes from the release that answered it where that is still known.
func TestFrontsRoll(t *testing.T) {
	t.Parallel()
	content, public := site(t)
	generation := func(n int) string {
		t.Helper()
		writeFile(t, filepath.Join(content, "site.yaml"), fmt.Sprintf("title: 帮助\nbrand: \"#0a7a%02x\"\n", n))
		for i := range 25 {
			writeFile(t, filepath.Join(content, "pay", fmt.Sprintf("refund%d.md", i)), fmt.Sprintf("---\ntitle: 退款没到账 情形%d 第%d代\nproducts: [第%d代产品]\n---\n\n退款没到账，第%d代的办法。\n", i, n, n, n))
		}
		run(t, 0, "build", "-content", content, "-out", public, "-keep", "9")
		id, err := os.Readlink(filepath.Join(public, "current"))
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	// bring brings a release to a front end: all of it first, then the link.
	bring := func(id, to string) {
		t.Helper()
		next := filepath.Join(to, "current.next")
		err := errors.Join(os.CopyFS(filepath.Join(to, id), os.DirFS(filepath.Join(public, id))), os.Symlink(id, next), os.Rename(next, filepath.Join(to, "current")))
		if err != nil {
			t.Fatal(err)
		}
	}
	ids := []string{generation(1)}
	var fronts []*service
	var folders []string
	data, err := os.ReadFile(filepath.Join(operating, "nginx-fronts.conf"))
	if err != nil {
		t.Fatal(err)
	}
	proxy, err := os.ReadFile(filepath.Join(operating, "help_proxy.conf"))
	if err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	conf := strings.ReplaceAll(string(data), "listen 80;", "listen "+address+";")
	for i := range 3 {
		dir := t.TempDir()
		bring(ids[0], dir)
		s := start(t, "serve", "-public", dir, "-addr", "127.0.0.1:0", "-rate", "0", "-log-requests=false")
		fronts, folders = append(fronts, s), append(folders, dir)
		conf = strings.ReplaceAll(conf, fmt.Sprintf("127.0.0.1:808%d", i+1), strings.TrimPrefix(s.base, "http://"))
	}
	nginx(t, address, conf, map[string]string{"help_proxy.conf": string(proxy)})
	base := "http://" + address

	var answers, same, others atomic.Int32
	numbers := map[string]int{}
	var mu sync.Mutex
	known := func(id string, n int) { mu.Lock(); numbers[id] = n; mu.Unlock() }
	known(ids[0], 1)
	marks := regexp.MustCompile(`第(?:<mark>)?([0-9]+)(?:</mark>)?代`)
	// asked is an answer through nginx: all of it must be of the release that it names.
	asked := func(query string) (release string) {
		a := fetch(t, base+"/api/search?q="+url.QueryEscape("退款没到账")+query)
		answers.Add(1)
		var told answer
		if err := json.Unmarshal([]byte(a.body), &told); a.status != http.StatusOK || err != nil || a.header.Get("X-Whyfix-Release") != told.Release {
			t.Errorf("%s: status %d, release %s: %.300s", query, a.status, a.header.Get("X-Whyfix-Release"), a.body)
			return ""
		}
		mu.Lock()
		n := strconv.Itoa(numbers[told.Release])
		mu.Unlock()
		found := marks.FindAllStringSubmatch(a.body, -1)
		for _, m := range found {
			if m[1] != n {
				t.Errorf("%s: an answer of release %s, which is number %s, has %s", query, told.Release, n, m[0])
			}
		}
		if len(found) == 0 || told.Total < 25 && !strings.Contains(query, "product") {
			t.Errorf("%s: %.300s", query, a.body)
		}
		return told.Release
	}
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				release := asked("")
				for _, more := range []string{"&page=2", "&kind=", "&page=3"} {
					if asked(more+"&release="+release) == release {
						same.Add(1)
					} else {
						others.Add(1)
					}
				}
				page := fetch(t, base+"/")
				style := regexp.MustCompile(`/assets/brand\.[0-9a-f]{10}\.css`).FindString(page.body)
				if a := fetch(t, base+style); page.status != 200 || style == "" || a.status != 200 {
					t.Errorf("the first page has status %d, its style %q %d", page.status, style, a.status)
				}
				if a := fetch(t, base+"/search/?q="+url.QueryEscape("退款没到账")); a.status != 200 || !strings.Contains(a.body, "data-served=\"2") {
					t.Errorf("a page of results has status %d: %.300s", a.status, a.body)
				}
			}
		})
	}
	for n := 2; n <= 3; n++ {
		id := generation(n)
		ids = append(ids, id)
		known(id, n)
		for i, s := range fronts {
			before := answers.Load()
			bring(id, folders[i])
			eventually(t, func() (string, bool) { r := s.search(t, "退款没到账").Release; return r, r == id })
			eventually(t, func() (string, bool) { return "no reader asked", answers.Load() > before+8 })
			// What a page has of the release before it can still have more of.
			if a := s.searchOf(t, "退款没到账", ids[n-2]); a.Release != ids[n-2] {
				t.Errorf("asked for more of %s it answers from %s", ids[n-2], a.Release)
			}
		}
	}
	close(stop)
	readers.Wait()
	t.Logf("%d answers; of those to more of a question %d were of its release, %d of another and said so", answers.Load(), same.Load(), others.Load())
	if same.Load() <= others.Load() {
		t.Error("most of the answers should be of one release")
	}
	// Of one that is known no more the live one takes the place, and says so; without grace at once.
	if a := fronts[0].searchOf(t, "退款没到账", ids[0]); a.Release != ids[2] {
		t.Errorf("asked for more of %s, which is gone, it answers from %s", ids[0], a.Release)
	}
	s := start(t, "serve", "-public", folders[0], "-addr", "127.0.0.1:0", "-grace", "0")
	last := generation(4)
	bring(last, folders[0])
	eventually(t, func() (string, bool) { r := s.search(t, "退款没到账").Release; return r, r == last })
	if a := s.searchOf(t, "退款没到账", ids[2]); a.Release != last {
		t.Errorf("without grace it answers from %s", a.Release)
	}
}

// Releases go through an object store by the scripts of docs/operating; one that
// is half there, or half fetched, is never live.
func TestReleasesThroughStore(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("rclone"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("rclone is not there; tools/setup.sh installs it")
		}
		t.Skip("rclone is not there")
	}
	content, public := site(t)
	dir := t.TempDir()
	stored, folder := filepath.Join(dir, "stored"), filepath.Join(dir, "front")
	if err := os.Mkdir(stored, 0o755); err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	ctx, cancel := context.WithCancel(context.Background())
	served := exec.CommandContext(ctx, "rclone", "serve", "webdav", "--config", os.DevNull, "--addr", address, stored)
	if err := served.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = served.Wait() })
	eventually(t, func() (string, bool) {
		var d net.Dialer
		c, err := d.DialContext(t.Context(), "tcp", address)
		if err == nil {
			c.Close()
		}
		return fmt.Sprint(err), err == nil
	})
	rclone := func(good bool, name string, args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Env = append(os.Environ(), "RCLONE_CONFIG="+os.DevNull, "RCLONE_CONFIG_STORE_TYPE=webdav", "RCLONE_CONFIG_STORE_URL=http://"+address)
		if out, err := cmd.CombinedOutput(); (err == nil) != good {
			t.Fatalf("%s %v: %v: %s", name, args, err, out)
		}
	}
	send := func(good bool) {
		t.Helper()
		rclone(good, filepath.Join(operating, "release-to-store.sh"), public, "store:help")
	}
	take := func(good bool) {
		t.Helper()
		rclone(good, filepath.Join(operating, "release-from-store.sh"), "store:help", folder)
	}
	current := func() string { id, _ := os.Readlink(filepath.Join(folder, "current")); return id }

	take(false) // there is nothing
	run(t, 0, "build", "-content", content, "-out", public)
	send(true)
	take(true)
	first := live(t, public)
	s := start(t, "serve", "-public", folder, "-addr", "127.0.0.1:0", "-log-requests=false")
	if a := s.search(t, "退款没到账"); a.Release != first || a.first() != "/refund/" {
		t.Errorf("it answers %+v", a)
	}

	// A release of which a part was sent, before the sender died.
	writeFile(t, filepath.Join(content, "refund.md"), strings.ReplaceAll(refund, "退款没到账", "提现一直处理中"))
	run(t, 0, "build", "-content", content, "-out", public)
	second := live(t, public)
	rclone(true, "rclone", "copy", filepath.Join(public, second, "www"), "store:help/"+second+"/www")
	take(true)
	if current() != first {
		t.Errorf("half a release is live: %s", current())
	}
	// All of it; of which a part was fetched, before that died.
	send(true)
	rclone(true, "rclone", "copy", "store:help/"+second+"/www", filepath.Join(folder, second, "www"))
	if got := s.search(t, "退款没到账").Release; got != first || current() != first {
		t.Errorf("with half a release here %s is served, %s is live", got, current())
	}
	take(true)
	eventually(t, func() (string, bool) {
		a := s.search(t, "提现一直处理中")
		return fmt.Sprintf("%+v %s", a, s.stderr), a.Release == second && a.first() == "/refund/"
	})
	if said := s.stderr.String(); strings.Contains(said, "refused") {
		t.Errorf("serve has met what was not whole: %s", said)
	}
	// In the wrong order: what is named is not there. Nothing changes.
	name := func(id string) {
		t.Helper()
		writeFile(t, filepath.Join(dir, "current"), id)
		rclone(true, "rclone", "copy", "--ignore-times", filepath.Join(dir, "current"), "store:help")
	}
	name("20990101T000000-00000000")
	take(false)
	if current() != second {
		t.Errorf("%s is live", current())
	}
	name(second)
	writeFile(t, filepath.Join(content, "new.md"), "# 新的文章\n")
	run(t, 0, "build", "-content", content, "-out", public)
	send(true)
	take(true)
	for _, where := range []string{filepath.Join(stored, "help"), folder} {
		entries, err := os.ReadDir(where)
		if err != nil || len(entries) != 3 { // current, and two releases
			t.Errorf("%s has %v, %v", where, entries, err)
		}
	}
}

// searchOf asks for more of what a release has answered.
func (s *service) searchOf(t *testing.T, query, release string) answer {
	t.Helper()
	_, body := s.get(t, question(query)+"&release="+release)
	var a answer
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// live is the release that is live.
func live(t *testing.T, public string) string {
	t.Helper()
	id, err := publish.Current(public)
	if err != nil {
		t.Fatal(err)
	}
	return id
}
