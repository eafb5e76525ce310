package compress

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
)

// text is n bytes of a page's kind.
func text(n int) []byte {
	var b bytes.Buffer
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "<li><a href=\"/pay/%d/\">花呗用不了，%d 怎么办</a></li>\n", i*i, i)
	}
	return b.Bytes()[:n]
}

func decode(t *testing.T, ext string, data []byte) []byte {
	t.Helper()
	var in io.Reader = brotli.NewReader(bytes.NewReader(data))
	if ext == ".gz" {
		var err error
		if in, err = gzip.NewReader(bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
	}
	out, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Whatever an encoder did before, the same file gives the same bytes, which
// give the file back; also from several goroutines at once.
func TestWrite(t *testing.T) {
	t.Parallel()
	for _, c := range Codings() {
		first := map[int]string{}
		for _, n := range []int{0, 1, 1500, 70_000, 1 << 20} {
			var b bytes.Buffer
			if err := c.Write(&b, bytes.NewReader(text(n))); err != nil {
				t.Fatal(err)
			}
			first[n] = b.String()
			if got := decode(t, c.Ext, b.Bytes()); !bytes.Equal(got, text(n)) {
				t.Errorf("%s of %d bytes gives back %d", c.Ext, n, len(got))
			}
			if n > 1000 && b.Len() > n/2 {
				t.Errorf("%s of %d bytes has %d", c.Ext, n, b.Len())
			}
		}
		for n, made := range first { // by an encoder that never saw another file
			var b bytes.Buffer
			z := c.encoder()
			z.Reset(&b)
			if _, err := z.Write(text(n)); err != nil || z.Close() != nil || n <= large && b.String() != made {
				t.Errorf("%s of %d bytes: an encoder that was used makes other bytes, %v", c.Ext, n, err)
			}
		}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for _, n := range []int{70_000, 0, 1 << 20, 1500, 1} {
					var b bytes.Buffer
					if err := c.Write(&b, bytes.NewReader(text(n))); err != nil || b.String() != first[n] {
						t.Errorf("%s of %d bytes, again: other bytes, %v", c.Ext, n, err)
					}
				}
			})
		}
		wg.Wait()
	}
}

// A failure is told, and the encoder that met it works again.
func TestWriteFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for _, c := range Codings() {
		if err := c.Write(io.Discard, iotest.ErrReader(broken)); !errors.Is(err, broken) {
			t.Errorf("%s: a file that cannot be read: %v", c.Ext, err)
		}
		if err := c.Write(failing{broken}, bytes.NewReader(text(300_000))); !errors.Is(err, broken) {
			t.Errorf("%s: a full disk: %v", c.Ext, err)
		}
		var b bytes.Buffer
		if err := c.Write(&b, strings.NewReader("whole")); err != nil || string(decode(t, c.Ext, b.Bytes())) != "whole" {
			t.Errorf("%s: after a failure: %v", c.Ext, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// An update of a library makes other copies: How must say so.
func TestVersions(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"github.com/andybalholm/brotli v" + brotliVersion + "\n", "github.com/klauspost/compress v" + gzipVersion + "\n"} {
		if !bytes.Contains(mod, []byte(want)) {
			t.Errorf("go.mod has not %q: change the version in compress.go", want)
		}
	}
}

func TestWorth(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		size int64
		want bool
	}{
		{"a/index.html", 1024, true},
		{"a/index.html", 1023, false},
		{"A.SVG", 5000, true},
		{"step.png", 5000, false},
		{"a.css.gz", 5000, false},
		{"noext", 5000, false},
	} {
		if got := Worth(tt.name, tt.size); got != tt.want {
			t.Errorf("%s, %d bytes: %v, want %v", tt.name, tt.size, got, tt.want)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	page := text(20_000)
	for _, c := range Codings() {
		b.Run(c.How, func(b *testing.B) {
			b.SetBytes(int64(len(page)))
			for b.Loop() {
				if err := c.Write(io.Discard, bytes.NewReader(page)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
