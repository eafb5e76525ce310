package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"whyfix/internal/search"

	"whyfix/internal/publish"
	"whyfix/internal/server"
)

func age(t *testing.T, dir string, by time.Duration) {
	t.Helper()
	if err := setBack(dir, by); err != nil {
		t.Fatal(err)
	}
}

// damage is something that happens to a release.
type damage struct {
	name string
	do   func(dir string) error
	// deep is damage to a file that a look does not reach: only a build with
	// something to do finds it.
	deep bool
	// served is damage that serve takes.
	served bool
	// key is damage to one key of the manifest: a build that looks closer has no
	// other way with it.
	key bool
}

// damages are all ways in which a release, whose files are named, can be such
// that serve refuses it.
func damages(t *testing.T, dir string) []damage {
	t.Helper()
	var out []damage
	add := func(name string, do func(dir string) error) { out = append(out, damage{name: name, do: do}) }

	manifest := func(dir string) string { return filepath.Join(dir, "manifest.json") }
	for name, text := range map[string]string{
		"empty":        "",
		"not JSON":     "whyfix",
		"another kind": "[]",
		"of nothing":   "{}",
		"of a schema":  `{"schema": 99, "id": "20260102T150405-8f3a01bc", "time": "2026-01-02T12:00:00Z"}`,
		"of nobody":    `{"schema": 1, "id": "x", "time": "2026-01-02T12:00:00Z"}`,
	} {
		add("a manifest that is "+name, func(dir string) error { return os.WriteFile(manifest(dir), []byte(text), 0o644) })
	}
	add("a manifest that is cut short", func(dir string) error { return os.Truncate(manifest(dir), 400) })
	add("no manifest", func(dir string) error { return os.Remove(manifest(dir)) })
	add("a folder for a manifest", func(dir string) error {
		return errors.Join(os.Remove(manifest(dir)), os.Mkdir(manifest(dir), 0o755))
	})
	change := func(name string, do func(m map[string]any)) damage {
		return damage{name: name, key: true, do: func(dir string) error {
			data, err := os.ReadFile(manifest(dir))
			if err != nil {
				return err
			}
			var m map[string]any
			if err := json.Unmarshal(data, &m); err != nil {
				return err
			}
			do(m)
			if data, err = json.Marshal(m); err != nil {
				return err
			}
			return os.WriteFile(manifest(dir), data, 0o644)
		}}
	}
	for key, value := range map[string]any{
		"schema": 9, "id": "y", "time": "noon", "urls": map[string]any{"/../x": "y"}, "template": "z", "search": map[string]any{"documents": 7},
		"variants": 1, "counts": map[string]any{"files": 1, "bytes": 1 << 40},
	} {
		out = append(out, change("another "+key, func(m map[string]any) { m[key] = value }))
	}
	for _, key := range []string{"schema", "id", "time", "generator", "base", "counts", "search", "index", "template", "variants", "redirects", "urls"} {
		out = append(out, change("no "+key, func(m map[string]any) { delete(m, key) }))
	}
	out = append(out,
		change("a release that should be larger", func(m map[string]any) { m["counts"].(map[string]any)["bytes"] = 1 << 40 }),
		change("another hash of the index", func(m map[string]any) { m["index"].(map[string]any)["texts"] = strings.Repeat("0", 32) }),
		change("another hash of a page", func(m map[string]any) { m["urls"].(map[string]any)["/"] = strings.Repeat("0", 32) }),
	)

	for _, name := range []string{"www", "search", "manifest.json", "search.html"} {
		if runtime.GOOS == "windows" { // lets only some users make links
			break
		}
		add("a link for "+name, func(dir string) error { // to the same, but out of the release
			away := filepath.Join(t.TempDir(), "away")
			return errors.Join(os.Rename(filepath.Join(dir, name), away), os.Symlink(away, filepath.Join(dir, name)))
		})
	}
	for _, name := range []string{"www", "search"} {
		add("no "+name, func(dir string) error { return os.RemoveAll(filepath.Join(dir, name)) })
		add("an empty "+name, func(dir string) error {
			return errors.Join(os.RemoveAll(filepath.Join(dir, name)), os.Mkdir(filepath.Join(dir, name), 0o755))
		})
		add("a file for "+name, func(dir string) error {
			return errors.Join(os.RemoveAll(filepath.Join(dir, name)), os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o644))
		})
	}
	files := []string{"search.html", "www/huabei/cannot-use/index.html", "www/refund/index.html", "www/search/index.html"}
	err := filepath.Walk(filepath.Join(dir, "search"), func(name string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			rel, errRel := filepath.Rel(dir, name)
			files, err = append(files, filepath.ToSlash(rel)), errRel
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := filepath.FromSlash(file)
		deep := strings.HasPrefix(file, "www/")
		root := file == "search/store/root.bolt" // half of it is room to grow
		out = append(out,
			damage{name: "no " + file, deep: deep, do: func(dir string) error { return os.Remove(filepath.Join(dir, name)) }},
			damage{name: "half of " + file, deep: deep, do: func(dir string) error {
				info, err := os.Stat(filepath.Join(dir, name))
				if err != nil {
					return err
				}
				size := info.Size() / 2
				if root {
					size /= 2
				}
				return os.Truncate(filepath.Join(dir, name), size)
			}},
		)
		if !deep { // a page that is as long as it was is what serve reads it for
			out = append(out, damage{name: "another " + file, do: func(dir string) error {
				data, err := os.ReadFile(filepath.Join(dir, name))
				if err != nil {
					return err
				}
				if root {
					data = bytes.ReplaceAll(data, []byte("000000000002.zap"), []byte("000000000003.zap"))
				} else {
					data[len(data)/2] ^= 0x55
				}
				return os.WriteFile(filepath.Join(dir, name), data, 0o644)
			}})
		}
	}
	out = append(out, damage{name: "half of a compressed copy", deep: true, do: func(dir string) error {
		return os.Truncate(filepath.Join(dir, "www", "refund", "index.html.gz"), 100)
	}})
	slices.SortStableFunc(out, func(a, b damage) int { return strings.Compare(a.name, b.name) })
	return out
}

// TestBuildMends: whatever happens to the live release, what the next build
// calls live is what serve takes. It holds for a build that would only look, for
// one that finds nothing to do, and for one after an edit, which takes over what
// it can.
func TestBuildMends(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(t *testing.T, content string, n int){
		"nothing happened": func(*testing.T, string, int) {},
		"a file was touched": func(t *testing.T, content string, n int) {
			age(t, content, time.Hour+time.Duration(n)*time.Minute)
		},
		"an article was edited": func(t *testing.T, content string, n int) {
			writeFile(t, filepath.Join(content, "refund.md"), fmt.Sprintf("%s\n第%d次。\n", refund, n))
			age(t, content, time.Hour)
		},
		"a page without words was edited": func(t *testing.T, content string, n int) { // its index is the same
			writeFile(t, filepath.Join(content, "site.yaml"), fmt.Sprintf("contact: {text: 第%d版, link: tel:%d}\n", n, 95188+n))
			age(t, content, time.Hour)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			content, public := site(t)
			build := func() string {
				t.Helper()
				_, said := run(t, 0, "build", "-content", content, "-out", public)
				return said
			}
			for n := range 3 {
				writeFile(t, filepath.Join(content, "more.md"), fmt.Sprintf("---\ntitle: 更多\n---\n\n第%d篇。\n", n))
				age(t, content, time.Hour)
				build()
			}
			live := func() string {
				t.Helper()
				id, err := publish.Current(public)
				if err != nil {
					t.Fatal(err)
				}
				return filepath.Join(public, id)
			}
			served := func() error {
				_, closeRelease, err := server.Load(t.Context(), public, search.Cluster{}, nil)
				if err == nil {
					closeRelease()
				}
				return err
			}
			if err := served(); err != nil {
				t.Fatal(err)
			}
			for n, d := range damages(t, live()) {
				if d.key && name != "nothing happened" {
					continue
				}
				if err := d.do(live()); err != nil {
					t.Fatalf("%s: %v", d.name, err)
				}
				if err := served(); (err == nil) != d.served {
					t.Errorf("%s: to serve it: %v", d.name, err)
				}
				before(t, content, n)
				said := build()
				if err := served(); err != nil {
					if d.deep && name == "nothing happened" {
						age(t, content, 2*time.Hour+time.Duration(n)*time.Minute)
						said += build()
						err = served()
					}
					if err != nil {
						t.Errorf("%s: %sserve refuses it: %v", d.name, said, err)
						run(t, 0, "build", "-content", content, "-out", public, "-full") // for the next
					}
				}
				// Once more a look is enough: who looks closer says that dates are not known.
				if said := build(); !strings.Contains(said, "nothing changed") || strings.Contains(said, "dates:") {
					t.Errorf("%s: after the build: %s", d.name, said)
				}
			}
		})
	}
}
