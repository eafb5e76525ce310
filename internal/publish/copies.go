package publish

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"strings"
)

// The hashes of the compressed copies are in a file of their own, which the
// manifest vouches for: who serves a release does not need them in memory. Its
// lines are those of sha256sum, so that somebody whose web server sends the
// copies can prove them: sha256sum -c copies.sha256.

// encodeCopies lists files by their names in the release, with their SHA-256.
func encodeCopies(sums map[string]string) []byte {
	var out bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(sums)) {
		if strings.Contains(name, "\n") {
			out.WriteByte('\\')
		}
		out.WriteString(sums[name] + "  " + strings.ReplaceAll(name, "\n", `\n`) + "\n")
	}
	return out.Bytes()
}

// decodeCopies reads what encodeCopies wrote.
func decodeCopies(text string) map[string]string {
	out := make(map[string]string, strings.Count(text, "\n"))
	for line := range strings.Lines(text) {
		line, escaped := strings.CutPrefix(strings.TrimSuffix(line, "\n"), `\`)
		sum, name, _ := strings.Cut(line, "  ")
		if escaped {
			name = strings.ReplaceAll(name, `\n`, "\n")
		}
		out[name] = sum
	}
	return out
}

// copySums are the hashes of all variants that were put.
func (w *Writer) copySums() map[string]string {
	out := map[string]string{}
	for name, f := range w.files {
		if f.variant {
			out[name] = f.sum
		}
	}
	return out
}

// verifyCopies is Verify for the compressed copies, which a server proves when
// they are first wanted; a web server beside it sends them as they are.
func (r *Release) verifyCopies(ctx context.Context) error {
	if r.manifest.Copies == "" {
		return nil
	}
	data, err := r.root.ReadFile(copiesName)
	if err != nil {
		return r.cannot(copiesName, err)
	}
	buffer := make([]byte, 64<<10)
	for name, sum := range decodeCopies(string(data)) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.verifyFile(named{name: name, sum: sum[:min(len(sum), 2*sumSize)]}, nil, buffer); err != nil {
			return err
		}
	}
	return nil
}
