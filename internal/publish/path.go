package publish

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
)

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
