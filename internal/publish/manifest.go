package publish

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Schema is the version of the manifest. A release of another schema is not
// served and not linked from; of the one before, a Writer still reads which
// addresses were published.
//
//	1: the first
//	2: the digest over itself; the hashes of compressed copies
const Schema = 2

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
	Feed       Feed              `json:"feed,omitzero"`      // what posts beside the release are told
	Private    bool              `json:"private,omitempty"`  // for those alone whom a web server lets in
	Allow      Allow             `json:"allow,omitzero"`     // what else they may use
	Counts     Counts            `json:"counts"`
	Search     *SearchInfo       `json:"search,omitempty"`   // nil: made without an index
	Index      map[string]string `json:"index,omitempty"`    // file below search/ → its content hash, or what it says; see IndexRoot
	Template   string            `json:"template"`           // content hash of search.html, "" if there is none
	Variants   map[string]string `json:"variants,omitempty"` // extension of the precompressed variants that were made, such as ".gz" → how
	Copies     string            `json:"copies,omitempty"`   // content hash of the list of these variants' hashes, "" if there are none
	// Old addresses, like those of URLs: where each leads, as HTTP writes it;
	// which say that their page was withdrawn; and which lead nowhere any more,
	// with what was known of the page. Releases without these keys are read as
	// well: they had no such addresses that anybody has to know of.
	Redirects map[string]string `json:"redirects,omitempty"`
	Gone      []string          `json:"gone,omitempty"` // sorted
	Vanished  map[string]Lost   `json:"vanished,omitempty"`
	URLs      map[string]string `json:"urls"` // address such as "/pay/x/" or "/assets/a.css" → content hash of its file
}

// Feed is what a site says of documents beside it that are no pages.
type Feed struct {
	Language string `json:"language"`           // of those that say none
	Timezone string `json:"timezone,omitempty"` // in which their days begin; empty: the machine's
	// Labels are what readers read of a kind: by language, then kind. What has none
	// is called by its name.
	Labels map[string]map[string]string `json:"labels,omitempty"`
	// Sources are files with such documents, which a build reads.
	Sources []FeedSource `json:"sources,omitempty"`
}

// FeedSource is a pattern of paths, from the content folder, and what documents
// in such a file have that do not say it.
type FeedSource struct {
	Pattern  string `json:"pattern"`
	Kind     string `json:"kind,omitempty"`
	Language string `json:"language,omitempty"`
}

// Languages are those of the site, as it spells them, in order.
func (f *Feed) Languages() []string { return slices.Sorted(maps.Keys(f.Labels)) }

// Zone is the time zone in which a day begins.
func (f *Feed) Zone() *time.Location {
	if zone, err := time.LoadLocation(f.Timezone); err == nil && f.Timezone != "" {
		return zone
	}
	return time.Local
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
	// Of an index that is in a cluster: which engine has it, and its name there.
	Engine string `json:"engine,omitempty"`
	Index  string `json:"index,omitempty"`
}

// sameSite reports whether two releases hold the same site: all but their id,
// time, next change and the files of the index, whose digest says what is in
// them. Bytes are counted because a variant that was cut short has no hash that
// would tell.
func sameSite(a, b *Manifest) bool {
	sameSearch := a.Search == b.Search || a.Search != nil && b.Search != nil && *a.Search == *b.Search
	return a.Schema == b.Schema && a.Generator == b.Generator && a.Base == b.Base && a.Endpoint == b.Endpoint &&
		slices.Equal(a.Origins, b.Origins) && slices.Equal(a.Frames, b.Frames) && a.Private == b.Private && a.Allow.same(b.Allow) && a.Counts == b.Counts && sameSearch && reflect.DeepEqual(a.Feed, b.Feed) &&
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

// The manifest vouches for every file of a release, and its first line for the
// manifest: the content hash of all that is in it without that line. So whatever
// happened to it is seen, also where what is left could be read.
const (
	manifestHead = "{\n "
	digestHead   = manifestHead + `"digest": "`
	digestTail   = "\",\n "
)

// encodeManifest writes one address a line, sorted, so that two releases can
// be compared with diff.
func encodeManifest(m *Manifest) ([]byte, error) {
	head := *m
	if len(m.URLs) > 0 {
		head.URLs = nil // which go behind it line by line
	}
	data, err := json.MarshalIndent(&head, "", " ")
	if err != nil {
		return nil, fmt.Errorf("publish: manifest: %w", err)
	}
	size := len(digestHead) + 2*sumSize + len(digestTail) + len(data) + 64
	for address, sum := range m.URLs {
		size += len(address) + len(sum) + len("  \"\": \"\",\n")
	}
	// The digest is known when all else is there.
	out := append(make([]byte, 0, size), digestHead...)
	at := len(out)
	out = append(append(out, make([]byte, 2*sumSize)...), digestTail...)
	begin := len(out) - len(manifestHead)
	out = append(out, data[len(manifestHead):]...)
	if len(m.URLs) > 0 {
		out = append(bytes.TrimSuffix(out, []byte(" \"urls\": null\n}")), addressesBegin...)
		for i, address := range slices.Sorted(maps.Keys(m.URLs)) {
			if i > 0 {
				out = append(out, ",\n"...)
			}
			out = appendQuoted(append(appendQuoted(append(out, "  "...), address), ": "...), m.URLs[address])
		}
		out = append(out, "\n }\n}"...)
	}
	out = append(out, '\n')
	sum := sha256.New()
	sum.Write([]byte(manifestHead))
	sum.Write(out[begin+len(manifestHead):])
	hex.Encode(out[at:], sum.Sum(nil)[:sumSize])
	return out, nil
}

// cutDigest is the manifest without the line of its digest. It reports whether
// the digest is there and right.
func cutDigest(data []byte) (rest []byte, ok bool) {
	rest, ok = bytes.CutPrefix(data, []byte(digestHead))
	if !ok || len(rest) < 2*sumSize {
		return nil, false
	}
	digest := string(rest[:2*sumSize])
	if rest, ok = bytes.CutPrefix(rest[2*sumSize:], []byte(digestTail)); !ok {
		return nil, false
	}
	rest = append([]byte(manifestHead), rest...)
	return rest, Sum(rest) == digest
}

// decodeManifest reads a manifest of this schema. The error is ErrSchema or
// ErrDamaged, wrapped.
func decodeManifest(data []byte) (*Manifest, error) {
	rest, whole := cutDigest(data)
	var m *Manifest
	err := fmt.Errorf("publish: manifest: %w: it does not fit its own digest", ErrDamaged)
	if whole {
		if m, err = readManifest(rest); err == nil && m.Schema == Schema {
			return m, nil
		}
	}
	// Another schema may have other keys, of other types, and no digest.
	var other struct {
		Schema int `json:"schema"`
	}
	if err := json.Unmarshal(data, &other); err != nil {
		return nil, fmt.Errorf("publish: manifest: %w: %w", ErrDamaged, err)
	}
	if other.Schema != Schema {
		return nil, fmt.Errorf("%w (it has schema %d, this program reads %d)", ErrSchema, other.Schema, Schema)
	}
	return nil, err
}

// decodeOldManifest reads a manifest of the schema before, for the addresses
// that were published.
func decodeOldManifest(data []byte) (*Manifest, error) {
	m, err := readManifest(data)
	if err == nil && m.Schema != Schema-1 {
		err = ErrSchema
	}
	return m, err
}

// readManifest reads a manifest without its digest. A key that nobody knows may
// be one that was damaged, and another one missing for it.
func readManifest(data []byte) (*Manifest, error) {
	var m Manifest
	in := json.NewDecoder(bytes.NewReader(data))
	in.DisallowUnknownFields()
	err := in.Decode(&m)
	if err == nil {
		if _, behind := in.Token(); !errors.Is(behind, io.EOF) {
			err = errors.New("there is more behind it")
		}
	}
	switch y := m.Time.Year(); {
	case err != nil:
	case !validID(m.ID):
		err = fmt.Errorf("%q is not the id of a release", m.ID)
	case y < 1 || y > 9999 || m.Time.UTC().Year() < 1 || m.Time.UTC().Year() > 9999:
		err = fmt.Errorf("the year %d is out of range", y)
	}
	if err != nil {
		return nil, fmt.Errorf("publish: manifest: %w: %w", ErrDamaged, err)
	}
	m.Time, m.NextChange = m.Time.UTC(), m.NextChange.UTC()
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
	return hex.EncodeToString(sum[:sumSize])
}

// sumSize is how many bytes of a SHA-256 a content hash has.
const sumSize = 16

// SumReader is the same of all that a reader gives.
func SumReader(r io.Reader) (string, error) {
	h := sha256.New()
	_, err := io.Copy(h, r)
	return sumOfHash(h), err
}

// sumOfHash is the same for a SHA-256 that was fed piece by piece.
func sumOfHash(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)[:sumSize]) }
