package build

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// After any edits the release that was made step by step is, byte for byte,
// that of a clean build. Files are older than a moment, so that the Loader
// takes what it has read before.
func TestRandomEdits(t *testing.T) {
	t.Parallel()
	const steps = 30
	r := rand.New(rand.NewPCG(7, 30))
	dir, public := t.TempDir(), filepath.Join(t.TempDir(), "public")
	files := sample(8)
	minute := 0
	touch := func(name string) { // each change has a time of its own
		minute++
		at := time.Now().Add(-24 * time.Hour).Add(time.Duration(minute) * time.Minute)
		if err := os.Chtimes(filepath.Join(dir, filepath.FromSlash(name)), at, at); err != nil {
			t.Fatal(err)
		}
	}
	put := func(name, text string) {
		files[name] = text
		write(t, dir, map[string]string{name: text})
		touch(name)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		put(name, files[name])
	}
	articles := func() []string {
		var out []string
		for name := range files {
			if filepath.Ext(name) == ".md" && filepath.Base(name) != "index.md" {
				out = append(out, name)
			}
		}
		slices.Sort(out)
		return out
	}
	incremental, kept := loader(t, dir), filepath.Join(t.TempDir(), "public")
	next, good := 100, 0
	for step := range steps {
		var what string
		switch one := articles()[r.IntN(len(articles()))]; r.IntN(9) {
		case 0, 1:
			what = "add"
			next++
			put(fmt.Sprintf("c%d/new%d.md", r.IntN(4), next), fmt.Sprintf("---\ntitle: 新的%d\nproducts: [产品%d]\naliases: [/old/%d/]\n---\n\n## 原因\n\n### 新原因%d\n\n新。\n", next, r.IntN(12), next, next))
		case 2, 3:
			what = "change " + one
			put(one, files[one]+fmt.Sprintf("\n又一句%d。\n", step))
		case 4:
			what = "delete " + one // and perhaps a link to it breaks
			delete(files, one)
			if err := os.Remove(filepath.Join(dir, filepath.FromSlash(one))); err != nil {
				t.Fatal(err)
			}
		case 5:
			to := fmt.Sprintf("c%d/moved%d.md", r.IntN(3), step)
			what = "rename " + one + " to " + to
			files[to] = files[one]
			delete(files, one)
			if err := os.Rename(filepath.Join(dir, filepath.FromSlash(one)), filepath.Join(dir, filepath.FromSlash(to))); err != nil {
				t.Fatal(err)
			}
		case 6:
			what = "settings"
			put("site.yaml", fmt.Sprintf("title: 第%d版\nkinds: {cause: [为什么, 原因, 词%d]}\n", step, step%2))
		case 7:
			what = "tags"
			put("tags.yaml", fmt.Sprintf("花呗: {description: 说明%d, slug: huabei%d}\n", step, step%3))
		case 8:
			what = "image"
			put(fmt.Sprintf("c%d/step.svg", r.IntN(3)), fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d 9"/>`, step+1))
		}
		now, clean := reload(t, incremental), load(t, dir)
		if diff := cmp.Diff(said(clean.Diags), said(now.Diags)); diff != "" {
			t.Fatalf("step %d, %s: diagnostics (-clean +incremental):\n%s", step, what, diff)
		}
		if now.Diags.Errors() > 0 {
			// The writer mends what broke: links to what is no longer there.
			for _, name := range articles() {
				put(name, mended(name, step))
			}
			now, clean = reload(t, incremental), load(t, dir)
		} else {
			good++
		}
		want := release(t, clean, filepath.Join(t.TempDir(), "public"))
		for name, got := range map[string]Report{
			"loader":  release(t, now, public),
			"process": process(t, dir, kept, step%7 == 3),
		} {
			if t.Failed() {
				return
			}
			sameTree(t, tree(t, filepath.Join(want.Dir, "www")), tree(t, filepath.Join(got.Dir, "www")))
			if diff := cmp.Diff(live(t, want.Dir).Manifest().Search, live(t, got.Dir).Manifest().Search); diff != "" {
				t.Errorf("%s: index (-clean +incremental):\n%s", name, diff)
			}
		}
		if t.Failed() {
			t.Fatalf("step %d: %s", step, what)
		}
	}
	if good < steps/2 {
		t.Errorf("only %d of %d steps were good: the test tests little", good, steps)
	}
}

// process is a build by a new process, which knows of the last one only what
// that kept. If it is damaged, what was kept of the texts is no use.
func process(t *testing.T, dir, public string, damaged bool) Report {
	t.Helper()
	store, err := OpenStore(filepath.Join(public, ".build"), false)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if damaged {
		texts, err := filepath.Glob(filepath.Join(public, ".build", "texts-*"))
		if err != nil || len(texts) != 1 {
			t.Fatalf("texts %v, %v", texts, err)
		}
		if err := os.WriteFile(texts[0], []byte("damaged"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	l, err := NewLoader(Options{Content: dir, Store: store, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	report := release(t, reload(t, l), public)
	if report.NotKept != nil {
		t.Fatal(report.NotKept)
	}
	return report
}

// mended is an article without links.
func mended(name string, step int) string {
	return fmt.Sprintf("---\ntitle: %s\nproducts: [花呗, 产品%d]\ncauses: [维护]\n---\n\n## 原因\n\n### 维护\n\n第%d步。\n\n![步骤](step.svg)\n", name, len(name)%4, step)
}
