package generate

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"whyfix/internal/compress"
)

// Every text file has its compressed copies, which give it back; only those of
// changed files are made again; and what the writer has put in the place of a
// copy stays, as long as it is there.
func TestCompressedCopies(t *testing.T) {
	t.Parallel()
	dir, public := t.TempDir(), filepath.Join(t.TempDir(), "public")
	write(t, dir, sample(6))
	table := "[\"" + strings.Repeat("一行数据", 500) + "\"]\n"
	write(t, dir, map[string]string{"c0/table.json": table, "c0/table.json.br": "the writer's own"})
	l := loader(t, dir)
	first := released(t, reload(t, l), public)
	copies(t, first, "c0/table.json.br")

	write(t, dir, map[string]string{"c0/a0.md": sampleArticle(0, 6, 1)})
	if err := os.Remove(filepath.Join(dir, "c0/table.json.br")); err != nil {
		t.Fatal(err)
	}
	second := released(t, reload(t, l), public)
	copies(t, second)
	was, is, kept := tree(t, filepath.Join(first.Dir, "www")), tree(t, filepath.Join(second.Dir, "www")), 0
	for name, text := range was {
		ext := filepath.Ext(name)
		base := strings.TrimSuffix(name, ext)
		if ext != ".br" && ext != ".gz" || name == "c0/table.json.br" {
			continue
		}
		same := was[base] == is[base]
		if got := sameFile(t, first, second, name); got != same {
			t.Errorf("%s is the same file: %v, want %v", name, got, same)
		}
		if same {
			kept++
		} else if is[name] == text {
			t.Errorf("%s is the old copy", name)
		}
	}
	if kept < 10 || was["c0/a0/index.html"] == is["c0/a0/index.html"] {
		t.Errorf("%d copies stayed: the test tests little", kept)
	}
	// Those that are missing are made, also where no page is.
	for _, name := range []string{"c1/a1/index.html.br", "c0/table.json.gz"} {
		if err := os.Remove(filepath.Join(second.Dir, "www", name)); err != nil {
			t.Fatal(err)
		}
	}
	third := released(t, reload(t, l), public)
	if !third.Changed {
		t.Error("copies are missing, and no release was made")
	}
	copies(t, third)
}

// copies looks at all files of a release, but for those of the writer.
func copies(t *testing.T, r Result, own ...string) {
	t.Helper()
	www, n := tree(t, filepath.Join(r.Dir, "www")), 0
	for name, text := range www {
		if ext := filepath.Ext(name); ext == ".br" || ext == ".gz" {
			base, ok := www[strings.TrimSuffix(name, ext)]
			if !ok || len(text) >= len(base) {
				t.Errorf("%s has %d bytes, of %d", name, len(text), len(base))
			}
			continue
		}
		for _, ext := range []string{".br", ".gz"} {
			packed, ok := www[name+ext]
			if want := compress.Worth(name, int64(len(text))); ok != want {
				t.Errorf("%s: %v, want %v", name+ext, ok, want)
			}
			if !ok || slices.Contains(own, name+ext) {
				continue
			}
			n++
			if got, err := unpack(ext, packed); err != nil || got != text {
				t.Errorf("%s is not what is in %s: %v", name, name+ext, err)
			}
		}
	}
	for _, name := range own {
		if www[name] != "the writer's own" {
			t.Errorf("%s is not the writer's", name)
		}
	}
	if n < 20 {
		t.Errorf("only %d copies", n)
	}
}

func unpack(ext, data string) (string, error) {
	var in io.Reader = brotli.NewReader(strings.NewReader(data))
	if ext == ".gz" {
		var err error
		if in, err = gzip.NewReader(strings.NewReader(data)); err != nil {
			return "", fmt.Errorf("not gzip: %w", err)
		}
	}
	var b bytes.Buffer
	_, err := io.Copy(&b, in)
	return b.String(), err
}

func sameFile(t *testing.T, a, b Result, name string) bool {
	t.Helper()
	var infos [2]os.FileInfo
	for i, r := range []Result{a, b} {
		info, err := os.Stat(filepath.Join(r.Dir, "www", filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		infos[i] = info
	}
	return os.SameFile(infos[0], infos[1])
}
