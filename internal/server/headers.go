package server

import (
	"fmt"
	"net/http"
	"path"
	"strings"
	"time"
)

// What pages and other answers let a browser do. A page uses what its own site
// serves, and images, films and recordings from anywhere; no other site may frame it; an answer
// that is no page needs nothing at all.
const (
	pagePolicy   = "default-src 'self'; connect-src 'self'%[1]s; img-src 'self' data: https:; media-src 'self' https:; frame-src 'self'%[2]s; object-src 'none'; base-uri 'self'; form-action 'self'%[1]s; frame-ancestors 'self'"
	answerPolicy = "default-src 'none'; frame-ancestors 'none'"
	// What a writer has put beside the articles may be anybody's: a drawing or a
	// page that came with a script would run it with all that the site may do.
	filePolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"
	// No page of a help site needs a camera or the like, nor does what it embeds.
	permissions = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
)

// policy is what pages of a release may do; they may ask its endpoint, and show
// the frames that the site allows.
func (r *Release) policy() string {
	endpoint, frames := "", ""
	if r.Endpoint != "" {
		endpoint = " " + r.Endpoint
	}
	if len(r.Frames) > 0 {
		frames = " " + strings.Join(r.Frames, " ")
	}
	return fmt.Sprintf(pagePolicy, endpoint, frames)
}

// policyOf is what a file may do. Files of the theme are below assets/, which no
// writer has, and pages are called index.html, but for those of errors. A PDF is
// shown by a program of the browser's own, which a sandbox keeps from starting;
// what a PDF does is not done in the name of the site.
func (r *Release) policyOf(name string) string {
	switch base := path.Base(name); {
	case isTheme(name), base == "index.html", base == "404.html", base == "410.html", strings.EqualFold(path.Ext(base), ".pdf"):
		return r.policy()
	}
	return filePolicy
}

// isTheme reports whether a file is one of the theme's folder of assets.
func isTheme(name string) bool { return strings.HasPrefix(name, "assets/") }

// protect sets what every answer has. Files of the site loosen the policy.
func protect(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	h.Set("Permissions-Policy", permissions)
	h.Set("Content-Security-Policy", answerPolicy)
}

// shared lets caches between here and the reader hold an answer that depends on
// its address, the release and the posts alone: a CDN for a minute, and longer while
// nobody answers it here; a browser asks each time. It reports whether the
// client has this very answer already, and then has answered.
func (s *Server) shared(w *exchange, r *http.Request, release *Release) bool {
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=0, s-maxage=60, stale-if-error=600")
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
