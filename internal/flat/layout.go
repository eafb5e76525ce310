package flat

import (
	"bytes"
	"io/fs"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"whyfix/internal/diag"
	"whyfix/internal/publish"
)

// Files that hosts read at their root.
const (
	headersFile   = "_headers"
	redirectsFile = "_redirects"
	// noJekyll keeps the host that would from leaving out what begins with _.
	noJekyll = ".nojekyll"
)

// Limits of Cloudflare Pages, which leaves out what is over them without a word.
const (
	mostRedirects     = 2_000
	mostRedirectBytes = 100_000
	mostRules         = 100
	longestHeader     = 2_000
)

// layout is which files a folder has.
type layout struct {
	manifest *publish.Manifest
	hashes   map[string]string // by address
	below    string            // the folder of the pages: "", or "help/"
	files    map[string]file
	notes    []diag.Text
}

func newLayout(r *publish.Release, o Options) (*layout, error) {
	m := r.Manifest()
	hashes, err := r.Addresses().All()
	if err != nil {
		return nil, err
	}
	l := &layout{manifest: m, hashes: hashes, files: make(map[string]file, len(hashes)+3)}
	if o.Root {
		l.below = strings.TrimPrefix(m.Base, "/")
	}
	for address, sum := range hashes {
		name := publish.FileOf(address)
		l.files[l.below+name] = file{from: name, sum: sum}
	}
	return l, nil
}

func (l *layout) put(name string, data []byte) {
	l.files[name] = file{data: data, sum: publish.Sum(data)}
}

// hosts adds what hosts read. What a writer has put under such a name stays.
func (l *layout) hosts(www fs.FS) error {
	l.put(noJekyll, nil)
	for _, name := range []string{"404.html", "robots.txt"} { // hosts look for them at the root alone
		if f, ok := l.files[l.below+name]; ok {
			l.files[name] = f
		}
	}
	if own, ok := l.files[l.below+headersFile]; ok {
		delete(l.files, l.below+headersFile)
		l.files[headersFile] = own
	} else {
		l.put(headersFile, l.headers())
	}
	old, ok := l.files[l.below+redirectsFile]
	if !ok && l.below == "" {
		return nil
	}
	var lines []byte
	if ok {
		var err error
		if lines, err = fs.ReadFile(www, old.from); err != nil {
			return err
		}
		delete(l.files, l.below+redirectsFile)
	}
	if l.below != "" {
		lines = append(lines, "/ "+escaped(l.manifest.Base)+" 302\n"...)
	}
	l.put(redirectsFile, lines)
	if n := bytes.Count(lines, []byte("\n")); n > mostRedirects || len(lines) > mostRedirectBytes {
		l.notes = append(l.notes, diag.Say("_redirects has %d lines and %d kB: Cloudflare Pages reads 2,000 and 100 kB; at the other old addresses pages lead on", n, len(lines)/1000))
	}
	return nil
}

// headers is the file of headers. A rule adds to those before it, and hosts
// differ in what becomes of a header that two rules name: it is sent twice, or the
// later one holds. Either way what may be anybody's runs nothing: of two policies a
// browser keeps both.
func (l *layout) headers() []byte {
	m, base := l.manifest, escaped(l.manifest.Base)
	var b bytes.Buffer
	rules := 0
	rule := func(path string, headers ...string) {
		b.WriteString(path + "\n")
		for _, h := range headers {
			b.WriteString("  " + h + "\n")
		}
		rules++
	}
	policy := "Content-Security-Policy: " + publish.PagePolicy(m.Endpoint, m.Frames, m.Allow)
	sandbox := "Content-Security-Policy: " + publish.FilePolicy
	all := []string{policy, "Permissions-Policy: " + publish.Permissions, "Referrer-Policy: strict-origin-when-cross-origin", "X-Content-Type-Options: nosniff"}
	if m.Private {
		rule(base+"*", append(all, "Cache-Control: private, no-cache", "X-Robots-Tag: noindex")...)
	} else {
		rule(base+"*", all...)
		rule(base+"assets/*", "Cache-Control: public, max-age=31536000, immutable")
	}
	var drawings []string
	for _, address := range slices.Sorted(maps.Keys(l.hashes)) {
		if strings.HasPrefix(address, "/assets/") || strings.HasSuffix(address, "/") || address == "/404.html" || strings.HasSuffix(address, "/404.html") || strings.HasSuffix(address, "/410.html") {
			continue
		}
		here := base + strings.TrimPrefix(escaped(address), "/")
		switch strings.ToLower(path.Ext(address)) {
		case ".svg":
			drawings = append(drawings, here)
		case ".html", ".htm": // some hosts serve them without their ending
			rule(here, sandbox)
			rule(here[:len(here)-len(path.Ext(here))], sandbox)
		case ".xml", ".xhtml":
			if base := path.Base(address); base != "feed.xml" && !strings.HasPrefix(base, "sitemap") {
				rule(here, sandbox)
			}
		case ".js", ".mjs":
			rule(here, "Content-Type: text/plain; charset=utf-8")
		}
	}
	if rules+len(drawings) > mostRules { // not every host knows such a pattern
		drawings = []string{base + "*.svg"}
	}
	for _, path := range drawings {
		rule(path, sandbox)
	}
	if rules > mostRules {
		l.notes = append(l.notes, diag.Say("_headers has %d rules, for files that could run a script: Cloudflare Pages reads %d", rules, mostRules))
	}
	if len(policy) > longestHeader {
		l.notes = append(l.notes, diag.Say("the policy in _headers has %d characters: Cloudflare Pages reads lines of %d; name fewer hosts under allow: in site.yaml", len(policy), longestHeader))
	}
	return b.Bytes()
}

// escaped is a path as addresses have it, and as patterns of these files take it
// for itself.
func escaped(p string) string {
	return strings.NewReplacer("*", "%2A", ":", "%3A").Replace((&url.URL{Path: p}).EscapedPath())
}
