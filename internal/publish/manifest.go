package publish

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Schema is the version of the manifest. A release of another schema is not
// read and not linked from.
//
//	1: the first
const Schema = 1

// Manifest says what a release holds. It never changes after it is returned.
type Manifest struct {
	Schema int       `json:"schema"`
	ID     string    `json:"id"`
	Time   time.Time `json:"time"`
	// NextChange is when the clock alone will change the site; zero: never. It
	// says nothing about what the release holds, so it is no reason for another
	// one, and the one value that Commit writes anew into the live release.
	NextChange time.Time         `json:"next_change,omitzero"`
	Generator  string            `json:"generator"`          // the program and its version: "whyfix 0.1.0"
	Base       string            `json:"base"`               // path prefix of every link, "/" or "/help/"
	Origins    []string          `json:"origins,omitempty"`  // sites that may read /api/ from a browser
	Endpoint   string            `json:"endpoint,omitempty"` // where pages ask, "https://search.example.org"; "": where they are
	Frames     []string          `json:"frames,omitempty"`   // origins that pages may frame
	Counts     Counts            `json:"counts"`
	Search     *SearchInfo       `json:"search,omitempty"`   // nil: made without an index
	Index      map[string]string `json:"index,omitempty"`    // file below search/ → its content hash, or what it says; see IndexRoot
	Template   string            `json:"template"`           // content hash of search.html, "" if there is none
	Variants   map[string]string `json:"variants,omitempty"` // extension of the precompressed variants that were made, such as ".gz" → how
	// Old addresses, like those of URLs: where each leads, as HTTP writes it;
	// which say that their page was withdrawn; and which lead nowhere any more,
	// with what was known of the page. Releases without these keys are read as
	// well: they had no such addresses that anybody has to know of.
	Redirects map[string]string `json:"redirects,omitempty"`
	Gone      []string          `json:"gone,omitempty"` // sorted
	Vanished  map[string]Lost   `json:"vanished,omitempty"`
	URLs      map[string]string `json:"urls"` // address such as "/pay/x/" or "/assets/a.css" → content hash of its file
}

// Lost is what was known of a page that vanished: enough to find the one that
// takes its place long after its release was removed.
type Lost struct {
	Title string `json:"title,omitempty"`
	Hash  string `json:"hash,omitempty"` // content hash of the page as Markdown, or of the file
}

// Counts says how much a release holds.
type Counts struct {
	Articles int   `json:"articles"`
	Pages    int   `json:"pages"` // addresses of HTML files
	Files    int   `json:"files"` // files below www/, precompressed variants included
	Bytes    int64 `json:"bytes"` // their total size
}

// SearchInfo says what the search index of a release holds.
type SearchInfo struct {
	Schema    int    `json:"schema"`    // of the index, not of the manifest
	Documents int    `json:"documents"` // documents in it
	Digest    string `json:"digest"`    // of what was indexed: equal digests, equal answers
}

// sameSite reports whether two releases hold the same site: all but their id,
// time, next change and the files of the index, whose digest says what is in
// them. Bytes are counted because a variant that was cut short has no hash that
// would tell.
func sameSite(a, b *Manifest) bool {
	sameSearch := a.Search == b.Search || a.Search != nil && b.Search != nil && *a.Search == *b.Search
	return a.Schema == b.Schema && a.Generator == b.Generator && a.Base == b.Base && a.Endpoint == b.Endpoint &&
		slices.Equal(a.Origins, b.Origins) && slices.Equal(a.Frames, b.Frames) && a.Counts == b.Counts && sameSearch &&
		a.Template == b.Template && maps.Equal(a.Variants, b.Variants) && maps.Equal(a.URLs, b.URLs) &&
		maps.Equal(a.Redirects, b.Redirects) && slices.Equal(a.Gone, b.Gone) && maps.Equal(a.Vanished, b.Vanished)
}

// sumOf is the hash of a file, by its name in the release; "" if the manifest
// names no such file.
func (m *Manifest) sumOf(name string) string {
	if name == templateName {
		return m.Template
	}
	if path, ok := strings.CutPrefix(name, wwwName+"/"); ok {
		return m.URLs[urlOf(path)]
	}
	return m.Index[strings.TrimPrefix(name, searchName+"/")]
}

// encodeManifest writes one address a line, sorted, so that two releases can
// be compared with diff.
func encodeManifest(m *Manifest) ([]byte, error) {
	data, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return nil, fmt.Errorf("publish: manifest: %w", err)
	}
	return append(data, '\n'), nil
}

// decodeManifest reads a manifest of this schema.
func decodeManifest(data []byte) (*Manifest, error) {
	var m Manifest
	err := json.Unmarshal(data, &m)
	if err != nil {
		// Another schema may give a key another type, so ask for the number alone.
		var other struct {
			Schema int `json:"schema"`
		}
		if json.Unmarshal(data, &other) != nil {
			return nil, fmt.Errorf("publish: manifest: %w", err)
		}
		m.Schema = other.Schema
	}
	switch {
	case m.Schema != Schema:
		return nil, fmt.Errorf("%w (it has schema %d, this program reads %d)", ErrSchema, m.Schema, Schema)
	case err != nil:
		return nil, fmt.Errorf("publish: manifest: %w", err)
	case !validID(m.ID):
		return nil, fmt.Errorf("publish: manifest: %q is not the id of a release", m.ID)
	}
	m.Time, m.NextChange = m.Time.UTC(), m.NextChange.UTC()
	if y := m.Time.Year(); y < 1 || y > 9999 {
		return nil, fmt.Errorf("publish: manifest: the year %d is out of range", y)
	}
	return &m, nil
}

// checkPath says whether a path may be written below www/: slash-separated,
// relative, clean, and inside on every system that a release may be copied to.
func checkPath(path string) error {
	if path == "." || !fs.ValidPath(path) || strings.ContainsAny(path, "\\\x00") ||
		!filepath.IsLocal(filepath.FromSlash(path)) {
		return fmt.Errorf("publish: %q: %w", path, ErrPath)
	}
	return nil
}

// urlOf is the address of a file below www/: "pay/x/index.html" is at
// "/pay/x/", any other file at "/" and its path. It is not percent-encoded.
func urlOf(path string) string {
	if path == "index.html" {
		return "/"
	}
	if folder, ok := strings.CutSuffix(path, "/index.html"); ok {
		return "/" + folder + "/"
	}
	return "/" + path
}

// FileOf is the file of an address; see urlOf.
func FileOf(u string) string {
	name := strings.TrimPrefix(u, "/")
	if name == "" || strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	return name
}

// cutVariant is the file that path would be a precompressed variant of, and
// what its name ends in: "a.css" and ".gz" for "a.css.gz".
func cutVariant(path string) (base, ext string, ok bool) {
	for _, ext := range []string{".gz", ".br", ".zst"} {
		base, ok := strings.CutSuffix(path, ext)
		if ok && base != "" && !strings.HasSuffix(base, "/") {
			return base, ext, true
		}
	}
	return "", "", false
}

// isPage reports whether a file is an HTML page.
func isPage(path string) bool { return strings.HasSuffix(path, ".html") }

// Sum is the content hash of a file: the first 16 bytes of its SHA-256 in hex.
// Half of the digest halves the manifest and is still far from chance.
func Sum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16])
}

// SumReader is the same of all that a reader gives.
func SumReader(r io.Reader) (string, error) {
	h := sha256.New()
	_, err := io.Copy(h, r)
	return sumOfHash(h), err
}

// sumOfHash is the same for a SHA-256 that was fed piece by piece.
func sumOfHash(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)[:16]) }
