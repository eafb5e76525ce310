package server

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// fingerprinted are the files whose name changes with their content.
var fingerprinted = regexp.MustCompile(`^/assets/.*\.[0-9a-f]{10}\.[a-z0-9]+$`)

// file answers with a file of the release, or its 404 page.
func (s *Server) file(w *exchange, r *http.Request, release *Release, p string) {
	if f := readOnly(w, r); f != nil {
		s.refuse(w, f)
		return
	}
	clean := path.Clean(p)
	if strings.HasSuffix(p, "/") && clean != "/" {
		clean += "/"
	}
	name := strings.TrimPrefix(clean, "/")
	folder := name == "" || strings.HasSuffix(name, "/")
	if folder {
		name += "index.html"
	}
	if !fs.ValidPath(name) || strings.ContainsAny(name, "\\\x00") || clean != p {
		s.missing(w, r, release, p)
		return
	}
	if s.redirected(w, r, release, clean) || s.open(w, r, release, name, http.StatusOK) || s.openBefore(w, r, release, name) {
		return
	}
	if !folder && isFile(release.WWW, name+"/index.html") {
		to := url.URL{Path: strings.TrimSuffix(release.Base, "/") + p + "/", RawQuery: r.URL.RawQuery}
		http.Redirect(w, r, to.String(), http.StatusMovedPermanently)
		return
	}
	s.missing(w, r, release, p)
}

// PageError is a page that its file system cannot make, with a message that
// the reader may see: the preview shows its writer what is wrong with a theme.
type PageError struct{ Message string }

func (e *PageError) Error() string { return e.Message }

func isFile(fsys fs.FS, name string) bool {
	info, err := fs.Stat(fsys, name)
	return err == nil && info.Mode().IsRegular()
}

// missing answers with the 404 page.
func (s *Server) missing(w *exchange, r *http.Request, release *Release, p string) {
	if !s.open(w, r, release, inLanguage(release, "404.html", p), http.StatusNotFound) {
		s.fail(w, http.StatusNotFound, "not_found", "there is no such page")
	}
}

// inLanguage is a page of the language that the path starts with, if it starts
// with one.
func inLanguage(release *Release, name, p string) string {
	if home, _, ok := strings.Cut(strings.TrimPrefix(p, "/"), "/"); ok && fs.ValidPath(home) && isFile(release.WWW, home+"/"+name) {
		return home + "/" + name
	}
	return name
}

// redirected answers for an old address: it sends the reader to where the page is
// now, with the query of the request, or says that it was withdrawn. It reports
// whether the address is an old one.
func (s *Server) redirected(w *exchange, r *http.Request, release *Release, p string) bool {
	if len(release.Redirects) == 0 && len(release.Gone) == 0 {
		return false
	}
	address := p
	if path.Base(p) == "index.html" {
		address = strings.TrimSuffix(p, "index.html")
	}
	for _, a := range []string{address, address + "/"} { // one step instead of two where the slash is missing
		if to, ok := release.Redirects[a]; ok {
			// The page may come back one day, and browsers remember a 301 for good.
			w.Header().Set("Cache-Control", asksEachTime(release))
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

// open answers with a file; it returns false when there is none.
func (s *Server) open(w *exchange, r *http.Request, release *Release, name string, status int) bool {
	f, size, err := regular(release.WWW, name)
	var page *PageError
	switch {
	case errors.As(err, &page):
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, page.Message+"\n")
		return true
	case err != nil:
		s.log.Error("file", "name", name, "error", err)
		s.refuse(w, wentWrong())
		return true
	case f == nil:
		return false
	}
	h := w.Header()
	kind := contentType(name)
	h.Set("Content-Type", kind)
	h.Set("Content-Security-Policy", release.policyOf(name))
	h.Set("Cache-Control", asksEachTime(release))
	if fingerprinted.MatchString("/" + name) {
		h.Set("Cache-Control", lasting(release))
	}
	address := "/" + name
	if path.Base(name) == "index.html" {
		address = strings.TrimSuffix(address, "index.html")
	}
	tag, sure := release.Hashes.Hash(address)
	if !sure {
		release.unsure.Do(func() {
			s.log.Error("somebody has written into the manifest of the release that is served: pages go out without validators", "release", release.ID)
		})
	}
	sent := s.choose(r, release, name, representation{file: f, size: size, tag: tag, unsure: !sure})
	defer sent.file.Close()
	if sent.varies {
		h.Add("Vary", "Accept-Encoding")
	}
	if sent.coding != "" {
		h.Set("Content-Encoding", sent.coding)
	}
	if sent.tag != "" && status == http.StatusOK {
		h.Set("ETag", `"`+sent.tag+`"`)
	}
	send(w, r, sent, status)
	return true
}

// send sends a file whose headers are set.
func send(w *exchange, r *http.Request, sent representation, status int) {
	h, length := w.Header(), strconv.FormatInt(sent.size, 10)
	if status == http.StatusOK {
		// ServeContent tells no length of what is compressed, since it may be
		// compressed on the way. A refusal, which If-Match may bring, has none.
		if sent.coding != "" && r.Header.Get("If-Match") == "" {
			h.Set("Content-Length", length)
		}
		http.ServeContent(w, r, "", time.Time{}, sent.file)
		return
	}
	h.Set("Content-Length", length)
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = io.Copy(w, sent.file)
	}
}

// regular opens a regular file; it returns nil without an error when there is
// none.
func regular(fsys fs.FS, name string) (io.ReadSeekCloser, int64, error) {
	f, err := fsys.Open(name)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrInvalid), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.ENAMETOOLONG), errors.Is(err, syscall.ELOOP):
		return nil, 0, nil
	case err != nil && strings.Contains(err.Error(), "escapes"): // a link out of the release
		return nil, 0, nil
	case err != nil:
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		f.Close()
		return nil, 0, nil
	}
	file, ok := f.(io.ReadSeekCloser)
	if !ok {
		f.Close()
		return nil, 0, errors.ErrUnsupported
	}
	return file, info.Size(), nil
}

// contentTypes are fixed here, because the system's table differs between
// machines.
var contentTypes = map[string]string{
	".html":        "text/html; charset=utf-8",
	".css":         "text/css; charset=utf-8",
	".js":          "text/javascript; charset=utf-8",
	".mjs":         "text/javascript; charset=utf-8",
	".json":        "application/json; charset=utf-8",
	".xml":         "application/xml; charset=utf-8",
	".txt":         "text/plain; charset=utf-8",
	".md":          "text/markdown; charset=utf-8",
	".svg":         "image/svg+xml",
	".png":         "image/png",
	".jpg":         "image/jpeg",
	".jpeg":        "image/jpeg",
	".gif":         "image/gif",
	".webp":        "image/webp",
	".avif":        "image/avif",
	".ico":         "image/x-icon",
	".pdf":         "application/pdf",
	".mp4":         "video/mp4",
	".webm":        "video/webm",
	".mov":         "video/quicktime",
	".m4v":         "video/mp4",
	".ogv":         "video/ogg",
	".mp3":         "audio/mpeg",
	".m4a":         "audio/mp4",
	".ogg":         "audio/ogg",
	".oga":         "audio/ogg",
	".opus":        "audio/ogg",
	".wav":         "audio/wav",
	".vtt":         "text/vtt; charset=utf-8",
	".woff2":       "font/woff2",
	".webmanifest": "application/manifest+json",
}

// contentType is what a file is. Scripts are those of the theme alone: any other
// file that looks like one is a text, which no browser runs (the answer says
// nosniff). A policy could name the folder of the theme only with the site's host
// before it, and which host that is to a browser is not known behind a proxy.
func contentType(name string) string {
	ext := strings.ToLower(path.Ext(name))
	if (ext == ".js" || ext == ".mjs") && !isTheme(name) {
		ext = ".txt"
	}
	return cmp.Or(contentTypes[ext], "application/octet-stream")
}
