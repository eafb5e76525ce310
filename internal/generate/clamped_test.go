package generate

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"whyfix/internal/inode"
)

// settle waits until another change of a file would be seen.
func settle(t *testing.T, name string) {
	t.Helper()
	for {
		info, err := os.Lstat(name)
		if err != nil {
			t.Fatal(err)
		}
		if inode.Of(info).Settled(time.Now()) {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// All files have one time, as in the layer of an image or with SOURCE_DATE_EPOCH,
// and no edit changes a size: each is seen all the same, in articles, settings,
// tags, images and themes, whether a file is written, copied with its time, or
// moved over the other.
func TestClampedTimes(t *testing.T) {
	if !inode.Tells {
		t.Skip("this system does not tell")
	}
	manyBuilds(t)
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 17))
	at := time.Unix(1_700_000_000, 0)
	base, public := t.TempDir(), filepath.Join(t.TempDir(), "public")
	clamp := func(name string) {
		t.Helper()
		if err := os.Chtimes(name, at, at); err != nil {
			t.Fatal(err)
		}
	}
	files := sample(4)
	files["site.yaml"] += "theme: mine\n"
	files["../themes/mine/words/zh.json"] = `{"search": "找"}`
	files["../themes/mine/assets/custom.css"] = "p{width:10px}"
	content := filepath.Join(base, "content")
	for name, text := range files {
		write(t, content, map[string]string{name: text})
		clamp(filepath.Join(content, filepath.FromSlash(name)))
	}
	edits := []struct{ name, old, new string }{
		{"c0/a0.md", "问题", "题问"},
		{"c1/a1.md", "第1个", "第一"},
		{"c1/a1.md", "说明", "明说"},
		{"site.yaml", "对症", "症对"},
		{"tags.yaml", "先消费后还款", "先还款后消费"},
		{"index.md", "欢迎", "迎欢"},
		{"c0/step.svg", "0 0 10 10", "0 0 90 30"},
		{"logo.svg", "40 20", "20 40"},
		{"../themes/mine/words/zh.json", "找", "搜"},
		{"../themes/mine/assets/custom.css", "10px", "90px"},
	}
	if d := load(t, content).Diags; d.Errors() > 0 {
		t.Fatal(said(d))
	}
	process(t, content, public, true, false)
	for step, n := range append(r.Perm(len(edits)), r.Perm(len(edits))...) {
		e := edits[n]
		name := filepath.Join(content, filepath.FromSlash(e.name))
		text := files[e.name]
		if !strings.Contains(text, e.old) {
			e.old, e.new = e.new, e.old
		}
		next := strings.Replace(text, e.old, e.new, 1)
		if !strings.Contains(text, e.old) {
			t.Fatalf("%s has no %s", e.name, e.old)
		}
		if d := len(text) - len(next); d > 0 {
			next += strings.Repeat("\n", d)
		} else {
			next = strings.TrimSuffix(next, strings.Repeat("\n", -d))
		}
		files[e.name] = next
		switch step % 3 {
		case 0:
			write(t, content, map[string]string{e.name: next})
		case 1: // mv over
			write(t, base, map[string]string{"new": next})
			clamp(filepath.Join(base, "new"))
			if err := os.Rename(filepath.Join(base, "new"), name); err != nil {
				t.Fatal(err)
			}
		default: // as what unpacks does
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
			write(t, content, map[string]string{e.name: next})
		}
		clamp(name)
		if step%2 == 0 {
			settle(t, name)
		}
		if d := load(t, content).Diags; d.Errors() > 0 {
			t.Fatalf("%s: %s", e.name, said(d))
		}
		got := process(t, content, public, true, false)
		want := releaseOf(t, load(t, content), filepath.Join(t.TempDir(), "public"), true)
		sameTree(t, tree(t, filepath.Join(want.Dir, "www")), tree(t, filepath.Join(got, "www")))
		if t.Failed() {
			t.Fatalf("step %d, %s: %s for %s", step, e.name, e.new, e.old)
		}
	}
}
