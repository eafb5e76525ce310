package server

import (
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
)

// moved answers for an old address: it sends the reader to where the page is
// now, with the query of the request, or says that it was withdrawn. It reports
// whether the address is an old one.
func (s *Server) moved(w *exchange, r *http.Request, release *Release, p string) bool {
	if len(release.Moved) == 0 && len(release.Gone) == 0 {
		return false
	}
	address := p
	if path.Base(p) == "index.html" {
		address = strings.TrimSuffix(p, "index.html")
	}
	for _, a := range []string{address, address + "/"} { // one step instead of two where the slash is missing
		if to, ok := release.Moved[a]; ok {
			// The page may come back one day, and browsers remember a 301 for good.
			w.Header().Set("Cache-Control", "no-cache")
			http.Redirect(w, r, withQuery(to, r.URL.RawQuery), http.StatusMovedPermanently)
			return true
		}
		if _, ok := slices.BinarySearch(release.Gone, a); ok {
			s.gone(w, r, release, a)
			return true
		}
	}
	return false
}

// gone answers with the page that says so: the address's own where it has one,
// else that of the language.
func (s *Server) gone(w *exchange, r *http.Request, release *Release, address string) {
	name := strings.TrimPrefix(address, "/")
	if strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	if strings.HasPrefix(contentType(name), "text/html") && s.open(w, r, release, name, http.StatusGone) {
		return
	}
	if !s.open(w, r, release, inLanguage(release, "410.html", address), http.StatusGone) {
		s.fail(w, http.StatusGone, "gone", "this page was withdrawn")
	}
}

// withQuery adds a query to an address, behind its own and before its anchor.
func withQuery(to, query string) string {
	u, err := url.Parse(to)
	if query == "" || err != nil {
		return to
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += query
	return u.String()
}
