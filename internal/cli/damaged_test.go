package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"whyfix/internal/publish"
	"whyfix/internal/search"
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
				_, closeRelease, err := server.Load(t.Context(), public, search.Cluster{})
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

// stock returns the command bleve, as its authors ship it, for an index.
func stock(t *testing.T, index string) func(command string, args ...string) string {
	t.Helper()
	run := func(args ...string) (string, error) {
		var stdout, stderr bytes.Buffer
		cmd := exec.CommandContext(t.Context(), "go", append([]string{"tool", "-modfile=../../tools/go.mod", "bleve"}, args...)...)
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		err := cmd.Run()
		if err != nil {
			t.Logf("bleve %s: %v\n%s%s", strings.Join(args, " "), err, &stdout, &stderr)
		}
		return stdout.String(), err
	}
	if _, err := run("--help"); err != nil && os.Getenv("CI") == "" {
		t.Skip("the command bleve cannot be built here")
	}
	return func(command string, args ...string) string {
		t.Helper()
		out, err := run(append([]string{command, index}, args...)...)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// What docs/operating.md says of the index: the command bleve counts, asks and
// lists it while it is served. It opens it for writing each time, and writes its
// root again; all the same the release is served, and a build finds nothing to
// do.
func TestStockBleve(t *testing.T) {
	t.Parallel()
	content, public := site(t)
	run(t, 0, "build", "-content", content, "-out", public)
	id, err := publish.Current(public)
	if err != nil {
		t.Fatal(err)
	}
	index := filepath.Join(public, id, "search")
	served := start(t, "serve", "-public", public, "-addr", "127.0.0.1:0")
	bleve := stock(t, index)
	root, err := os.ReadFile(filepath.Join(index, "store", "root.bolt"))
	if err != nil {
		t.Fatal(err)
	}

	if got := bleve("count"); got != "2\n" {
		t.Errorf("count says %q, want 2", got)
	}
	var fields []string
	for line := range strings.Lines(bleve("fields")) {
		_, name, _ := strings.Cut(strings.TrimSpace(line), " - ")
		fields = append(fields, name)
	}
	slices.Sort(fields)
	want := strings.Fields("_id body cause headings kind language meanings product solution sounds summary symptoms tags title url words")
	if !slices.Equal(fields, want) {
		t.Errorf("fields are\n%q, want\n%q", fields, want)
	}
	hits := regexp.MustCompile(`(?m)^ +\d+\. (\S+) \(([0-9.]+)\)$`)
	for _, tt := range []struct {
		args []string
		want string // addresses, best first
	}{
		{[]string{"花呗用不了"}, "/huabei/cannot-use/ /refund/"},
		{[]string{"退款"}, "/refund/"},
		{[]string{"symptoms:花呗打不开"}, "/huabei/cannot-use/"},
		{[]string{"+product:花呗 +kind:cause"}, "/huabei/cannot-use/"},
		{[]string{"-t", "term", "-f", "cause", "系统维护"}, "/huabei/cannot-use/"},
		{[]string{"-t", "prefix", "-f", "url", "/ref"}, ""}, // stored, not indexed
		{[]string{"绿皮火车"}, ""},
	} {
		out := bleve("query", tt.args...)
		var got []string
		for _, hit := range hits.FindAllStringSubmatch(out, -1) {
			got = append(got, hit[1])
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("query %q finds %q, want %q:\n%s", tt.args, got, tt.want, out)
		}
	}
	if out := bleve("query", "--fields", "退款"); !strings.Contains(out, "退款没到账") || !strings.Contains(out, "/refund/") {
		t.Errorf("query --fields says:\n%s", out)
	}
	if now, err := os.ReadFile(filepath.Join(index, "store", "root.bolt")); err != nil || bytes.Equal(root, now) {
		t.Errorf("bleve has not written the root (%v): then this test is of nothing", err)
	}

	if status, body := served.get(t, "/api/search?q=花呗用不了"); status != 200 || !strings.Contains(body, `"url":"/huabei/cannot-use/"`) {
		t.Errorf("while it is served: %d, %.300s", status, body)
	}
	served.stop(t)
	again := start(t, "serve", "-public", public, "-addr", "127.0.0.1:0")
	if status, body := again.get(t, "/api/search?q=花呗用不了"); status != 200 || !strings.Contains(body, `"url":"/huabei/cannot-use/"`) {
		t.Errorf("afterwards: %d, %.300s", status, body)
	}
	if _, said := run(t, 0, "build", "-content", content, "-out", public); !strings.Contains(said, "nothing changed") {
		t.Errorf("a build says %s", said)
	}
}
