package publish

import (
	"bytes"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"whyfix/internal/disk"
)

// What the manifest says once more, for web servers that include it in their
// settings: old addresses, as entries of two maps of nginx from $uri, which is
// decoded; and the policy of pages, as the entry of a map of nginx and as a field
// of a header block of Caddy. They lie beside www/, because no reader asks for
// them, and are there in every release, because a web server refuses to start
// without a file that its settings include.

// mapsOf are these files of a release, by their names.
func mapsOf(m *Manifest) map[string][]byte {
	prefix := strings.TrimSuffix(m.Base, "/")
	var moved, gone bytes.Buffer
	redirects, withdrawn := m.Redirects, m.Gone
	if m.Private { // nginx answers by its maps before it asks for a password: the pages there lead on, behind it
		redirects, withdrawn = nil, nil
	}
	for _, old := range slices.Sorted(maps.Keys(redirects)) {
		moved.WriteString(nginxQuote(prefix+old) + " " + nginxQuote(nginxTarget(redirects[old])) + ";\n")
	}
	for _, old := range withdrawn {
		gone.WriteString(nginxQuote(prefix+old) + " 1;\n")
	}
	return map[string][]byte{
		movedName: moved.Bytes(), goneName: gone.Bytes(),
		policyName: []byte("default " + nginxQuote(m.policy()) + ";\n"),
		caddyName:  []byte("Content-Security-Policy " + nginxQuote(m.policy()) + "\n"),
	}
}

// nginxQuote is a text as one word of nginx's settings.
func nginxQuote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// nginxTarget is where a redirect leads, with the reader's own query in its
// place: before an anchor, and not behind another query. A dollar sign of the
// address would be read as the name of a variable.
func nginxTarget(to string) string {
	to = strings.ReplaceAll(to, "$", "%24")
	address, anchor, anchored := strings.Cut(to, "#")
	if !strings.Contains(address, "?") {
		address += "$is_args$args"
	}
	if anchored {
		address += "#" + anchor
	}
	return address
}

// holdsBeside reports whether the live release has a file with this content
// beside www/.
func (l *live) holdsBeside(name string, data []byte) bool {
	if l == nil {
		return false
	}
	have, err := disk.ReadPlain(filepath.Join(l.dir, name))
	return err == nil && bytes.Equal(have, data)
}

// holdsMaps reports whether the live release has the maps of a manifest.
func (l *live) holdsMaps(m *Manifest) bool {
	for name, data := range mapsOf(m) {
		if !l.holdsBeside(name, data) {
			return false
		}
	}
	return true
}

// putBeside puts the maps and the hashes of the copies beside www/: links where
// the live release has the same.
func (w *Writer) putBeside(m *Manifest) error {
	files := mapsOf(m)
	if m.Copies != "" {
		files[copiesName] = w.copies
	}
	for name, data := range files {
		var err error
		if w.live.holdsBeside(name, data) {
			err = w.linkOne(name)
		} else {
			err = createFile(w.root, w.id+"/"+name, data)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
