package server

import (
	"net/http"
	"path"
	"strings"
	"time"

	"whyfix/internal/publish"
)

// What answers that are no files let a browser do: nothing.
const answerPolicy = "default-src 'none'; frame-ancestors 'none'"

// pagePolicy is what pages of a release may do.
func (r *Release) pagePolicy() string {
	if r.Policy == "" { // a release that says nothing allows nothing beside its own
		return publish.PagePolicy("", nil, publish.Allow{})
	}
	return r.Policy
}

// policyOf is what a file may do. Files of the theme are below assets/, which no
// writer has, and pages are called index.html, but for those of errors. A PDF is
// shown by a program of the browser's own, which a sandbox keeps from starting;
// what a PDF does is not done in the name of the site.
func (r *Release) policyOf(name string) string {
	switch base := path.Base(name); {
	case isTheme(name), base == "index.html", base == "404.html", base == "410.html", strings.EqualFold(path.Ext(base), ".pdf"):
		return r.pagePolicy()
	}
	return publish.FilePolicy
}

// isTheme reports whether a file is one of the theme's folder of assets.
func isTheme(name string) bool { return strings.HasPrefix(name, "assets/") }

// protect sets what every answer has. Files of the site loosen the policy.
func protect(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	h.Set("Permissions-Policy", publish.Permissions)
	h.Set("Content-Security-Policy", answerPolicy)
}

// shared lets caches between here and the reader hold an answer that depends on
// its address, the release and the posts alone: a CDN for a minute, and longer while
// nobody answers it here; a browser asks each time. It reports whether the
// client has this very answer already, and then has answered.
func (s *Server) shared(w *exchange, r *http.Request, release *Release) bool {
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=0, s-maxage=60, stale-if-error=600")
	if release.Private {
		h.Set("Cache-Control", asksEachTime(release))
	}
	// Weak: the time that a search took differs from answer to answer.
	tag := `W/"` + release.ID + w.posts.version(time.Now())
	if s.options.Version != "" {
		tag += "." + s.options.Version
	}
	tag += `"`
	h.Set("ETag", tag)
	if !matches(r.Header.Get("If-None-Match"), tag) {
		return false
	}
	w.WriteHeader(http.StatusNotModified)
	return true
}

// asksEachTime lets whoever may hold an answer ask here before it is used again:
// of a private site that is the reader's browser alone.
func asksEachTime(r *Release) string {
	if r.Private {
		return "private, no-cache"
	}
	return "no-cache"
}

// lasting is for what never changes under its name.
func lasting(r *Release) string {
	if r.Private {
		return "private, max-age=31536000, immutable"
	}
	return "public, max-age=31536000, immutable"
}

// unshared takes shared back: this answer is for one client and this moment.
func unshared(w *exchange) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Del("ETag")
}

// matches reports whether an If-None-Match names a validator. How strong either
// is does not matter to it.
func matches(header, tag string) bool {
	tag = strings.TrimPrefix(tag, "W/")
	for part := range strings.SplitSeq(header, ",") {
		part = strings.TrimSpace(part)
		if part == "*" || strings.TrimPrefix(part, "W/") == tag {
			return true
		}
	}
	return false
}
