package publish

import (
	"bytes"
	"fmt"
	"testing"
)

// BenchmarkRelease measures releases of 10,000 pages of 8 kB with two
// variants each: from nothing, without a change, and with one changed page.
func BenchmarkRelease(b *testing.B) {
	const pages = 10_000
	page := bytes.Repeat([]byte("0123456789abcde\n"), 512)
	small := page[:2048]
	run := func(b *testing.B, dir string, edit int) Result {
		w, err := Create(dir, noon, nil)
		if err != nil {
			b.Fatal(err)
		}
		defer w.Abort()
		for i := range pages {
			path := fmt.Sprintf("c%d/article-%d/index.html", i%40, i)
			data := fmt.Appendf(nil, "%d", i)
			if i == 0 {
				data = fmt.Appendf(nil, "edit %d", edit)
			}
			if err := w.Put(path, append(data, page...)); err != nil {
				b.Fatal(err)
			}
			for _, ext := range []string{".gz", ".zst"} {
				if err := w.Variant(path+ext, "test", compressed(string(small))); err != nil {
					b.Fatal(err)
				}
			}
		}
		result, err := w.Commit(Manifest{}, 1)
		if err != nil {
			b.Fatal(err)
		}
		return result
	}
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			run(b, b.TempDir(), 0)
		}
	})
	b.Run("no change", func(b *testing.B) {
		dir := b.TempDir()
		run(b, dir, 0)
		for b.Loop() {
			run(b, dir, 0)
		}
	})
	b.Run("one page", func(b *testing.B) {
		dir, n := b.TempDir(), 0
		for b.Loop() {
			run(b, dir, n)
			n++
		}
	})
}
