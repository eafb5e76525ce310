package server

import (
	"bytes"
	"compress/gzip"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/andybalholm/brotli"

	"whyfix/internal/compress"
	"whyfix/internal/publish"
)

func TestPages(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	for _, tt := range []struct{ target, contentType, has string }{
		{"/", "text/html; charset=utf-8", "家用帮助"},
		{"/index.html", "text/html; charset=utf-8", "家用帮助"},
		{"/lock/", "text/html; charset=utf-8", "门锁的问题"},
		{"/lock/fingerprint/", "text/html; charset=utf-8", "手指太干"},
		{"/products/%E6%99%BA%E8%83%BD%E9%97%A8%E9%94%81/", "text/html; charset=utf-8", "智能门锁"},
		{"/lock/picture.svg", "image/svg+xml", "<svg"},
		{"/lock/data.csv", "application/octet-stream", "a,b"},
		{"/search-lite.json", "application/json; charset=utf-8", "/lock/fingerprint/"},
		{"/404.html", "text/html; charset=utf-8", "</html>"},
	} {
		a := get(t, s, tt.target)
		if a.status != http.StatusOK || a.header.Get("Content-Type") != tt.contentType || !strings.Contains(a.body, tt.has) {
			t.Errorf("%s: status %d, %q, want 200, %q and %q in it", tt.target, a.status, a.header.Get("Content-Type"), tt.contentType, tt.has)
		}
		if got := a.header.Get("Cache-Control"); got != "no-cache" {
			t.Errorf("%s: Cache-Control is %q, want no-cache", tt.target, got)
		}
	}
}

func TestContentTypes(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"404.html": {Data: []byte("none")}}
	types := map[string]string{
		"a.html": "text/html; charset=utf-8", "a.css": "text/css; charset=utf-8", "a.js": "text/plain; charset=utf-8", "a.mjs": "text/plain; charset=utf-8",
		"a.json": "application/json; charset=utf-8", "a.xml": "application/xml; charset=utf-8", "a.txt": "text/plain; charset=utf-8", "a.md": "text/markdown; charset=utf-8",
		"a.svg": "image/svg+xml", "a.png": "image/png", "a.jpg": "image/jpeg", "A.JPEG": "image/jpeg", "a.gif": "image/gif", "a.webp": "image/webp", "a.avif": "image/avif",
		"a.ico": "image/x-icon", "a.pdf": "application/pdf", "a.mp4": "video/mp4", "a.webm": "video/webm", "a.woff2": "font/woff2", "a.webmanifest": "application/manifest+json",
		"assets/a.js": "text/javascript; charset=utf-8", "assets/x/a.mjs": "text/javascript; charset=utf-8", "b/assets/a.js": "text/plain; charset=utf-8",
		"a.exe": "application/octet-stream", "a": "application/octet-stream", "a.html.txt": "text/plain; charset=utf-8",
	}
	for name := range types {
		files[name] = &fstest.MapFile{Data: []byte("<script>1</script>")}
	}
	var h Holder
	h.Swap(&Release{ID: "x", Base: "/", WWW: files}, nil)
	s := New(&h, slog.New(slog.DiscardHandler), Options{})
	for name, want := range types {
		if got := get(t, s, "/"+name).header.Get("Content-Type"); got != want {
			t.Errorf("%s: Content-Type is %q, want %q", name, got, want)
		}
	}
}

func TestFolderWithoutSlash(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	for target, want := range map[string]string{
		"/lock":                          "/lock/",
		"/lock/fingerprint":              "/lock/fingerprint/",
		"/lock/fingerprint?a=1&b=%20%E9": "/lock/fingerprint/?a=1&b=%20%E9",
		"/products/%E6%99%BA%E8%83%BD%E9%97%A8%E9%94%81": "/products/%E6%99%BA%E8%83%BD%E9%97%A8%E9%94%81/",
	} {
		a := get(t, s, target)
		if a.status != http.StatusMovedPermanently || a.header.Get("Location") != want {
			t.Errorf("%s: status %d to %q, want 301 to %q", target, a.status, a.header.Get("Location"), want)
		}
	}
}

func TestMissingPage(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	page := get(t, s, "/404.html").body
	for _, target := range []string{"/nothing", "/nothing/", "/lock/nothing.html", "/lock/picture.svg/", "/nothing?q=a", "/%E6%B2%A1%E6%9C%89/", "/assets/", "/assets", "/api", "/searching", "/healthz/", "/manifest.json", "/current"} {
		a := get(t, s, target)
		if a.status != http.StatusNotFound || a.header.Get("Content-Type") != "text/html; charset=utf-8" || a.body != page {
			t.Errorf("%s: status %d, %s, want 404 and the site's page for it", target, a.status, a.header.Get("Content-Type"))
		}
		if a.header.Get("ETag") != "" {
			t.Errorf("%s: a missing page has the ETag %s", target, a.header.Get("ETag"))
		}
	}
	var h Holder
	h.Swap(&Release{ID: "x", Base: "/", WWW: fstest.MapFS{}}, nil)
	a := get(t, New(&h, slog.New(slog.DiscardHandler), Options{}), "/nothing")
	if code, err := problemOf(a); a.status != http.StatusNotFound || code != "not_found" || err != nil {
		t.Errorf("without a page for it: status %d, code %q, %v", a.status, code, err)
	}
}

func TestCompression(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	plain := get(t, s, "/")
	for _, tt := range []struct{ name, header, want string }{
		{"none", "", ""},
		{"gzip", "gzip", "gzip"},
		{"brotli", "br", "br"},
		{"both", "gzip, br", "br"},
		{"browser", "gzip, deflate, br, zstd", "br"},
		{"upper case", "GZIP, deflate", "gzip"},
		{"gzip liked better", "br;q=0.5, gzip;q=0.8", "gzip"},
		{"brotli liked better", "gzip;q=0.5,br;q=0.501", "br"},
		{"one refused", "gzip;q=0, br", "br"},
		{"the other refused", "br;q=0, gzip", "gzip"},
		{"refused with zeros", "br; q=0.000, gzip ; Q=0", ""},
		{"anything", "*", "br"},
		{"anything else", "br;q=0, *;q=0.1", "gzip"},
		{"nothing else", "gzip, *;q=0", "gzip"},
		{"hardly", "gzip;q=0.001", "gzip"},
		{"identity", "identity", ""},
		{"identity liked better", "identity, gzip;q=0.5, br;q=0.9", ""},
		{"identity liked as much", "identity, gzip", "gzip"},
		{"identity refused", "identity;q=0, gzip;q=0.1", "gzip"},
		{"all refused", "*;q=0", ""},
		{"the old name", "x-gzip", "gzip"},
		{"another word", "xgzip, brotli", ""},
		{"no number", "br;q=much", "br"},
		{"less than nothing", "br;q=-1", ""},
		{"nonsense", ";;,,=q", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, target := range []string{"/", "/nothing/"} {
				for _, method := range []string{http.MethodGet, http.MethodHead} {
					a := request(t, s, method, target, "Accept-Encoding: "+tt.header)
					if got := a.header.Get("Content-Encoding"); got != tt.want {
						t.Errorf("%s: Content-Encoding is %q, want %q", target, got, tt.want)
					}
					if !strings.Contains(strings.Join(a.header.Values("Vary"), ","), "Accept-Encoding") {
						t.Errorf("%s: Vary is %q", target, a.header.Values("Vary"))
					}
					if got := a.header.Get("Content-Type"); got != "text/html; charset=utf-8" {
						t.Errorf("%s: Content-Type is %q", target, got)
					}
					whole := get(t, s, target, "Accept-Encoding: "+tt.header).body
					if got := a.header.Get("Content-Length"); got != strconv.Itoa(len(whole)) {
						t.Errorf("%s %s: Content-Length is %q, of %d bytes", method, target, got, len(whole))
					}
					if body := unpacked(t, tt.want, whole); target == "/" && body != plain.body {
						t.Errorf("%s: the page differs from the one that is not compressed", target)
					}
					if method == http.MethodHead && a.body != "" {
						t.Errorf("HEAD %s: %d bytes", target, len(a.body))
					}
				}
			}
		})
	}
	small := get(t, s, "/lock/picture.svg", "Accept-Encoding: gzip")
	if small.header.Get("Content-Encoding") != "" {
		t.Error("a file without a compressed copy is sent as one")
	}
}

// unpacked takes a coding off.
func unpacked(t *testing.T, coding, body string) string {
	t.Helper()
	var in io.Reader = strings.NewReader(body)
	switch coding {
	case "br":
		in = brotli.NewReader(in)
	case "gzip":
		z, err := gzip.NewReader(in)
		if err != nil {
			t.Fatal(err)
		}
		in = z
	}
	return readAll(t, io.NopCloser(in))
}

// Two header lines are one list.
func TestAcceptedInTwoLines(t *testing.T) {
	t.Parallel()
	got := accepted([]string{"gzip;q=0.2", "br;q=0.1"})
	if len(got) != 2 || got[0].name != "gzip" || got[1].name != "br" {
		t.Errorf("got %v", got)
	}
}

// A copy that is missing is no copy; a copy of the writer's has a validator of
// its own, and what made the others is part of theirs.
func TestCopies(t *testing.T) {
	t.Parallel()
	var h Holder
	h.Swap(&Release{
		ID: "x", Base: "/",
		WWW: fstest.MapFS{
			"made.css": {Data: []byte("made")}, "made.css.gz": {Data: []byte("made gz")}, "made.css.br": {Data: []byte("made br")},
			"half.css": {Data: []byte("half")}, "half.css.gz": {Data: []byte("half gz")},
			"own.csv": {Data: []byte("own")}, "own.csv.br": {Data: []byte("own br")},
			"none.css": {Data: []byte("none")},
		},
		Hashes:   publish.AddressesOf(map[string]string{"/made.css": "1", "/half.css": "2", "/own.csv": "3", "/own.csv.br": "4", "/none.css": "5"}),
		Variants: map[string]string{".gz": "gz7", ".br": "br5"},
	}, nil)
	s := New(&h, slog.New(slog.DiscardHandler), Options{})
	for _, tt := range []struct{ target, accept, body, tag, vary string }{
		{"/made.css", "gzip, br", "made br", `"1-br5"`, "Accept-Encoding"},
		{"/made.css", "gzip", "made gz", `"1-gz7"`, "Accept-Encoding"},
		{"/made.css", "", "made", `"1"`, "Accept-Encoding"},
		{"/half.css", "gzip, br", "half gz", `"2-gz7"`, "Accept-Encoding"},
		{"/half.css", "br", "half", `"2"`, "Accept-Encoding"},
		{"/own.csv", "gzip, br", "own br", `"4-br"`, "Accept-Encoding"},
		{"/own.csv", "gzip", "own", `"3"`, "Accept-Encoding"},
		{"/own.csv.br", "gzip, br", "own br", `"4"`, ""},
		{"/none.css", "gzip, br", "none", `"5"`, ""},
	} {
		a := get(t, s, tt.target, "Accept-Encoding: "+tt.accept)
		if a.body != tt.body || a.header.Get("ETag") != tt.tag || a.header.Get("Vary") != tt.vary {
			t.Errorf("%s for %q: got %q, ETag %s, Vary %q, want %q, %s, %q", tt.target, tt.accept,
				a.body, a.header.Get("ETag"), a.header.Get("Vary"), tt.body, tt.tag, tt.vary)
		}
	}
}

// A copy is sent only if the file is in it; that is found out once.
func TestDamagedCopies(t *testing.T) {
	t.Parallel()
	gz := func(text string) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = w.Write([]byte(text))
		_ = w.Close()
		return b.Bytes()
	}
	br := func(text string) []byte {
		var b bytes.Buffer
		w := brotli.NewWriter(&b)
		_, _ = w.Write([]byte(text))
		_ = w.Close()
		return b.Bytes()
	}
	text := strings.Repeat("body { color: red }\n", 100)
	cut, flipped := br(text), gz(text)
	cut, flipped[len(flipped)/2] = cut[:len(cut)/2], flipped[len(flipped)/2]^1
	var h Holder
	tag := publish.Sum([]byte(text))
	h.Swap(&Release{
		ID: "x", Base: "/",
		WWW: fstest.MapFS{
			"good.css": {Data: []byte(text)}, "good.css.gz": {Data: gz(text)}, "good.css.br": {Data: br(text)},
			"cut.css": {Data: []byte(text)}, "cut.css.gz": {Data: gz(text)}, "cut.css.br": {Data: cut},
			"flipped.css": {Data: []byte(text)}, "flipped.css.gz": {Data: flipped},
			"other.css": {Data: []byte(text)}, "other.css.gz": {Data: gz(text + "more")}, "other.css.br": {Data: br("less")},
			"none.css": {Data: []byte(text)}, "none.css.gz": {}, "none.css.br": {},
		},
		Hashes:   publish.AddressesOf(map[string]string{"/good.css": tag, "/cut.css": tag, "/flipped.css": tag, "/other.css": tag, "/none.css": tag}),
		Variants: map[string]string{".gz": "gz7", ".br": "br5"},
	}, nil)
	book := &logBook{}
	s := New(&h, slog.New(slog.NewTextHandler(book, nil)), Options{Unpack: compress.Unpack})
	for range 3 {
		for target, want := range map[string]string{"/good.css": "br", "/cut.css": "gzip", "/flipped.css": "", "/other.css": "", "/none.css": ""} {
			a := get(t, s, target, "Accept-Encoding: br, gzip")
			if got := a.header.Get("Content-Encoding"); a.status != http.StatusOK || got != want || want == "" && a.body != text {
				t.Errorf("%s: status %d, coding %q, want %q", target, a.status, got, want)
			}
		}
	}
	if n := strings.Count(book.String(), "copy is damaged"); n != 6 {
		t.Errorf("the log has %d lines for 6 damaged copies: %s", n, book)
	}
}

func TestValidators(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	plain, packed := get(t, s, "/"), get(t, s, "/", "Accept-Encoding: gzip")
	tag, packedTag := plain.header.Get("ETag"), packed.header.Get("ETag")
	smallTag := get(t, s, "/", "Accept-Encoding: br").header.Get("ETag")
	for _, one := range []string{tag, packedTag, smallTag} {
		if len(one) < 10 || one[0] != '"' {
			t.Errorf("ETag %s is not strong", one)
		}
	}
	if tag == packedTag || tag == smallTag || packedTag == smallTag {
		t.Fatalf("ETags are %q, %q and %q: want three", tag, packedTag, smallTag)
	}
	if plain.header.Get("Last-Modified") != "" {
		t.Error("Last-Modified tells of the machine")
	}
	for _, tt := range []struct {
		name, match, encoding string
		status                int
	}{
		{"the same", tag, "", 304},
		{"the same, compressed", packedTag, "gzip", 304},
		{"the same, compressed more", smallTag, "gzip, br", 304},
		{"the other form", packedTag, "", 200},
		{"the other compressed form", packedTag, "gzip, br", 200},
		{"weak", "W/" + tag, "", 304},
		{"in a list", `"x", ` + tag, "", 304},
		{"any", "*", "", 304},
		{"another", `"x"`, "", 200},
		{"nonsense", "x y", "", 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := get(t, s, "/", "If-None-Match: "+tt.match, "Accept-Encoding: "+tt.encoding)
			if a.status != tt.status {
				t.Errorf("status %d, want %d", a.status, tt.status)
			}
			if tt.status == 304 && (a.body != "" || a.header.Get("ETag") == "" || a.header.Get("Cache-Control") == "") {
				t.Errorf("304 has %d bytes, ETag %q, Cache-Control %q", len(a.body), a.header.Get("ETag"), a.header.Get("Cache-Control"))
			}
		})
	}
	if other := get(t, s, "/lock/").header.Get("ETag"); other == tag || other == "" {
		t.Errorf("two pages have the ETags %q and %q", tag, other)
	}
	if a := get(t, s, "/nothing/", "If-None-Match: *"); a.status != 404 {
		t.Errorf("a missing page with If-None-Match: status %d, want 404", a.status)
	}
}

// The validator of a file is its own, whatever its neighbours are called.
func TestValidatorIsOfTheFile(t *testing.T) {
	t.Parallel()
	var h Holder
	h.Swap(&Release{
		ID: "x", Base: "/",
		WWW:    fstest.MapFS{"a/my": {Data: []byte("one")}, "a/myindex.html": {Data: []byte("two")}, "a/index.html": {Data: []byte("three")}},
		Hashes: publish.AddressesOf(map[string]string{"/a/my": "1", "/a/myindex.html": "2", "/a/": "3"}),
	}, nil)
	s := New(&h, slog.New(slog.DiscardHandler), Options{})
	for target, want := range map[string]string{"/a/my": `"1"`, "/a/myindex.html": `"2"`, "/a/": `"3"`, "/a/index.html": `"3"`} {
		if got := get(t, s, target).header.Get("ETag"); got != want {
			t.Errorf("%s: ETag is %s, want %s", target, got, want)
		}
	}
}

func TestRange(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	whole := get(t, s, "/lock/picture.svg").body
	for _, tt := range []struct {
		name, header string
		status       int
		want         string
	}{
		{"the first", "bytes=0-3", 206, whole[:4]},
		{"the last", "bytes=-5", 206, whole[len(whole)-5:]},
		{"from one on", "bytes=10-", 206, whole[10:]},
		{"beyond the end", "bytes=100000-", 416, ""},
		{"nonsense", "lines=1-2", 416, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := get(t, s, "/lock/picture.svg", "Range: "+tt.header)
			if a.status != tt.status || tt.want != "" && a.body != tt.want {
				t.Errorf("status %d with %q, want %d with %q", a.status, a.body, tt.status, tt.want)
			}
			if err := leaks(a); err != nil {
				t.Error(err)
			}
		})
	}
	for _, coding := range []string{"gzip", "br"} {
		packed := get(t, s, "/", "Accept-Encoding: "+coding)
		part := get(t, s, "/", "Accept-Encoding: "+coding, "Range: bytes=5-9", "If-Range: "+packed.header.Get("ETag"))
		if part.status != 206 || part.body != packed.body[5:10] || part.header.Get("Content-Encoding") != coding || part.header.Get("Content-Length") != "5" {
			t.Errorf("a range of a page in %s: status %d, %d bytes, %v", coding, part.status, len(part.body), part.header)
		}
		other := get(t, s, "/", "Accept-Encoding: "+coding, "Range: bytes=5-9", "If-Range: "+get(t, s, "/").header.Get("ETag"))
		if other.status != 200 || other.body != packed.body {
			t.Errorf("a range of another form than %s: status %d, %d bytes, want the whole", coding, other.status, len(other.body))
		}
		refused := get(t, s, "/", "Accept-Encoding: "+coding, `If-Match: "x"`)
		if refused.status != 412 || refused.header.Get("Content-Length") != "" {
			t.Errorf("If-Match: status %d, Content-Length %q", refused.status, refused.header.Get("Content-Length"))
		}
	}
}

func TestFingerprintedFilesStay(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	found := 0
	for _, m := range regexp.MustCompile(`(?:href|src)="(/assets/[^"]+)"`).FindAllStringSubmatch(get(t, s, "/").body, -1) {
		found++
		a := get(t, s, m[1])
		if a.status != http.StatusOK || a.header.Get("Cache-Control") != "public, max-age=31536000, immutable" || a.header.Get("ETag") == "" {
			t.Errorf("%s: status %d, Cache-Control %q, ETag %q", m[1], a.status, a.header.Get("Cache-Control"), a.header.Get("ETag"))
		}
	}
	if found < 3 {
		t.Errorf("the home page has %d files of the theme", found)
	}
}

// No path leads out of www/, and none has two forms.
func TestTraversal(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	for _, target := range []string{
		"/%2e%2e/manifest.json", "/..%2fmanifest.json", "/lock/..%2f..%2fmanifest.json", "/..%5cmanifest.json", "/%2e%2e%5cmanifest.json", "/lock%5cfingerprint/",
		"/lock/%2e%2e/%2e%2e/manifest.json", "/lock/../../manifest.json", "/../../../../../../etc/passwd", "/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
		"/%00", "/lock/%00", "/lock%00/fingerprint/", "/index.html%00.svg", "/lock/picture.svg%00",
		"//", "//lock/", "/lock//fingerprint/", "//evil.example/%2e%2e", "/./", "/./lock/", "/lock/./", "/lock/../lock/", "/lock/fingerprint/..",
		"/index.html.", "/lock./", "/lock/picture.svg.", "/lock/picture.svg%20", "/lock/ ", "/LOCK/", "/lock/picture.svg::$DATA",
		"/.", "/..", "/...", "/lock/..", "/~/", "/C:/", "/lock/%ff/", "/%c0%ae%c0%ae/manifest.json",
	} {
		a := get(t, s, strings.ReplaceAll(target, " ", "%20"))
		if a.status != http.StatusNotFound {
			t.Errorf("%s: status %d to %q, want 404", target, a.status, a.header.Get("Location"))
		}
		if strings.Contains(a.body, `"schema"`) || strings.Contains(a.body, "root:") {
			t.Errorf("%s shows a file from outside www/", target)
		}
	}
	for _, path := range []string{"", "../manifest.json", "*", "\\", "/\\evil.example", "/lock/\x00"} {
		if a := rawPath(t, s, path); a.status != http.StatusNotFound {
			t.Errorf("path %q: status %d, want 404", path, a.status)
		}
	}
}

// The same through a connection, where the HTTP server of the library stands
// before the handler.
func TestTraversalOverAConnection(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(plainServer(t))
	defer srv.Close()
	for _, target := range []string{"/../manifest.json", "/%2e%2e/manifest.json", "/..%2fmanifest.json", "/%00", "/%zz", "http://x/../manifest.json", "*", "\\", "/lock/../../manifest.json"} {
		var d net.Dialer
		c, err := d.DialContext(t.Context(), "tcp", srv.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, "GET "+target+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		got := readAll(t, c)
		if status, _, _ := strings.Cut(got, "\r\n"); !strings.Contains(status, " 40") {
			t.Errorf("%s: %s", target, status)
		}
		if strings.Contains(got, `"schema"`) {
			t.Errorf("%s shows the manifest", target)
		}
	}
}

// A link in www/ that leads out of it leads nowhere.
func TestSymbolicLinks(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("needs symbolic links")
	}
	public, err := buildSite(t.TempDir(), map[string]string{"a.md": "---\ntitle: 题\nupdated: 2026-01-02\n---\n文\n"}, "", true)
	if err != nil {
		t.Fatal(err)
	}
	r, err := publish.Open(public)
	if err != nil {
		t.Fatal(err)
	}
	www := filepath.Join(r.Dir(), "www")
	r.Close()
	secret := filepath.Join(t.TempDir(), "secret.txt")
	if err := os.WriteFile(secret, []byte("secret"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, to := range map[string]string{
		"out.txt": secret, "up.txt": "../manifest.json", "far.txt": "../../../../../../../../etc/passwd", "dir": filepath.Dir(secret), "loop": "loop", "gone.txt": "nothing",
		"a.txt": "a/index.html", // stays inside, and is not the compressed copy of the next
	} {
		if err := os.Symlink(to, filepath.Join(www, name)); err != nil {
			t.Fatal(err)
		}
	}
	s, _, _ := open(t, public, nil)
	for _, target := range []string{"/out.txt", "/up.txt", "/far.txt", "/dir/secret.txt", "/dir/", "/dir", "/loop", "/loop/", "/gone.txt"} {
		a := get(t, s, target)
		if a.status != http.StatusNotFound || strings.Contains(a.body, "secret") {
			t.Errorf("%s: status %d, want 404", target, a.status)
		}
		if err := leaks(a); err != nil {
			t.Errorf("%s: %v", target, err)
		}
	}
	if a := get(t, s, "/a/"); a.status != http.StatusOK {
		t.Errorf("the page beside them: status %d", a.status)
	}
}

func TestBelowABase(t *testing.T) {
	t.Parallel()
	public, err := helpSite()
	s, _, _ := open(t, public, err)
	for _, tt := range []struct {
		target   string
		status   int
		location string
	}{
		{"/help/", 200, ""},
		{"/help/lock/fingerprint/", 200, ""},
		{"/help/search?q=a", 200, ""},
		{"/help/search/", 200, ""},
		{"/help/api/search?q=a", 200, ""},
		{"/help/api/suggest?q=a", 200, ""},
		{"/help/api/other", 404, ""},
		{"/help/nothing/", 404, ""},
		{"/helpful/", 404, ""},
		{"/help/../help/", 404, ""},
		{"/help/lock", 301, "/help/lock/"},
		{"/help/lock/fingerprint?a=1", 301, "/help/lock/fingerprint/?a=1"},
		{"/", 302, "/help/"},
		{"/help", 301, "/help/"},
		{"/healthz", 200, ""},
		{"/readyz", 200, ""},
	} {
		a := get(t, s, tt.target)
		if a.status != tt.status || a.header.Get("Location") != tt.location {
			t.Errorf("%s: status %d to %q, want %d to %q", tt.target, a.status, a.header.Get("Location"), tt.status, tt.location)
		}
	}
	for _, m := range regexp.MustCompile(`(?:href|src|action)="(/[^"]*)"`).FindAllStringSubmatch(get(t, s, "/help/").body, -1) {
		if !strings.HasPrefix(m[1], "/help/") {
			t.Errorf("the home page has the address %s", m[1])
		}
	}
	a := get(t, s, "/help/")
	if a.header.Get("ETag") == "" || get(t, s, "/help/", "If-None-Match: "+a.header.Get("ETag")).status != http.StatusNotModified {
		t.Errorf("ETag %q does not work below the base", a.header.Get("ETag"))
	}
}

// A large file is sent whole, with its length.
func TestLargeFile(t *testing.T) {
	t.Parallel()
	data := bytes.Repeat([]byte("0123456789abcdef"), 1<<17)
	var h Holder
	h.Swap(&Release{ID: "x", Base: "/", WWW: fstest.MapFS{"big.pdf": {Data: data}}}, nil)
	srv := httptest.NewServer(New(&h, slog.New(slog.DiscardHandler), Options{}))
	defer srv.Close()
	r, err := srv.Client().Get(srv.URL + "/big.pdf")
	if err != nil {
		t.Fatal(err)
	}
	if got := readAll(t, r.Body); got != string(data) || r.ContentLength != int64(len(data)) {
		t.Errorf("%d bytes, Content-Length %d, want %d", len(got), r.ContentLength, len(data))
	}
}

func TestOldAddresses(t *testing.T) {
	t.Parallel()
	page := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	files := fstest.MapFS{
		"old/index.html": page("a page that leads on"), "x/index.html": page("withdrawn here"), "x/more/index.html": page("more"),
		"410.html": page("withdrawn"), "en/410.html": page("withdrawn in English"), "404.html": page("nothing"),
	}
	var h Holder
	h.Swap(&Release{
		ID: "x", Base: "/help/", WWW: files,
		Redirects: map[string]string{
			"/old/": "/help/new/", "/旧/": "/help/%E6%96%B0/?a=1#check", "/old.pdf": "https://example.org/f.pdf",
		},
		Gone: []string{"/en/y.pdf", "/x/", "/z/"},
	}, nil)
	s := New(&h, slog.New(slog.DiscardHandler), Options{})
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		for _, tt := range []struct {
			target   string
			status   int
			location string
			body     string
		}{
			{"/help/old/", 301, "/help/new/", ""},
			{"/help/old", 301, "/help/new/", ""},
			{"/help/old/index.html", 301, "/help/new/", ""},
			{"/help/old/?b=%E9%92%B1&c", 301, "/help/new/?b=%E9%92%B1&c", ""},
			{"/help/%E6%97%A7/?b=2", 301, "/help/%E6%96%B0/?a=1&b=2#check", ""},
			{"/help/old.pdf", 301, "https://example.org/f.pdf", ""},
			{"/help/x/", 410, "", "withdrawn here"},
			{"/help/x", 410, "", "withdrawn here"},
			{"/help/x/?a=1", 410, "", "withdrawn here"},
			{"/help/x/more/", 200, "", "more"},
			{"/help/z/", 410, "", "withdrawn"},
			{"/help/en/y.pdf", 410, "", "withdrawn in English"},
			{"/help/older/", 404, "", "nothing"},
		} {
			a := request(t, s, method, tt.target)
			if a.status != tt.status || a.header.Get("Location") != tt.location {
				t.Errorf("%s %s: status %d to %q, want %d to %q", method, tt.target, a.status, a.header.Get("Location"), tt.status, tt.location)
			}
			if method == http.MethodHead && a.body != "" || method == http.MethodGet && tt.body != "" && a.body != tt.body {
				t.Errorf("%s %s: got %q, want %q", method, tt.target, a.body, tt.body)
			}
			if tt.status == 410 && a.header.Get("ETag") != "" {
				t.Errorf("%s: a withdrawn page has an ETag", tt.target)
			}
			if got := a.header.Get("Cache-Control"); got != "no-cache" {
				t.Errorf("%s: Cache-Control is %q", tt.target, got)
			}
		}
	}
	if a := request(t, s, http.MethodPost, "/help/old/"); a.status != http.StatusMethodNotAllowed {
		t.Errorf("POST: status %d", a.status)
	}
	// Without a page that says so, the status does.
	h.Swap(&Release{ID: "y", Base: "/", WWW: fstest.MapFS{}, Gone: []string{"/x/"}}, nil)
	if a := get(t, s, "/x/"); a.status != http.StatusGone || !strings.Contains(a.body, `"code":"gone"`) {
		t.Errorf("without a page: status %d, %s", a.status, a.body)
	}
}
