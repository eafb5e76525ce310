package e2e

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden pages anew: go test ./internal/e2e -run Golden -update")

// fixture is the site in testdata/site: a page of each kind, and an article
// with everything that an article can have. It is built from a copy outside
// the repository, so that no date on its pages is that of a commit.
var fixture = sync.OnceValues(func() (*site, error) {
	dir := filepath.Join(scratch, "fixture-content")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "site"))); err != nil {
		return nil, err
	}
	return buildSite(dir, "fixture", time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC))
})

// goldenPages are the pages that are compared: file below www/ → golden file.
var goldenPages = map[string]string{
	"index.html":                     "home.html",
	"water/index.html":               "category.html",
	"power/index.html":               "category-with-children.html",
	"water/heater/index.html":        "article.html",
	"power/outage/index.html":        "article-short.html",
	"power/meter/read/index.html":    "article-bare.html",
	"products/index.html":            "family.html",
	"products/heater/index.html":     "tag-product.html",
	"causes/low-pressure/index.html": "tag-cause.html",
	"solutions/请人维修/index.html":      "tag-solution.html",
	"cases/冬天第一次用/index.html":        "tag-case.html",
	"search/index.html":              "search.html",
	"404.html":                       "404.html",
	"symptoms/index.html":            "symptoms.html",
	"en/index.html":                  "home-en.html",
	"en/water/heater/index.html":     "article-en.html",
	"old/heater/index.html":          "redirect.html",
}

var (
	fingerprint = regexp.MustCompile(`\.[0-9a-f]{10}\.`)
	integrity   = regexp.MustCompile(`sha384-[A-Za-z0-9+/=]+`)
)

// inlineElements stand within a line of text.
var inlineElements = strings.Fields("a b code del em img input q s span strong sub sup time mark br")

// normal writes an element with one block element a line, indented, so that a
// difference of blanks is none, and one of content shows as one line. What
// changes with each edit of the theme's assets is left out.
func normal(n *node) string {
	var b strings.Builder
	write(&b, n, 0)
	s := fingerprint.ReplaceAllString(b.String(), ".HASH.")
	return integrity.ReplaceAllString(s, "HASH")
}

func write(b *strings.Builder, n *node, depth int) {
	line := func(s string) { b.WriteString(strings.Repeat("  ", depth) + s + "\n") }
	if inline(n) || n.name == "pre" || n.name == "svg" {
		if s := flat(n); s != "" {
			line(s)
		}
		return
	}
	text := !slices.ContainsFunc(n.children, func(c *node) bool { return !inline(c) })
	if text { // a block of text alone is one line
		var inner strings.Builder
		for _, c := range n.children {
			inner.WriteString(flatText(c))
		}
		end := "</" + n.name + ">"
		if slices.Contains(voidElements, n.name) {
			end = ""
		}
		line(tag(n) + strings.Join(strings.Fields(inner.String()), " ") + end)
		return
	}
	line(tag(n))
	var run strings.Builder
	flush := func() {
		if s := strings.Join(strings.Fields(run.String()), " "); s != "" {
			b.WriteString(strings.Repeat("  ", depth+1) + s + "\n")
		}
		run.Reset()
	}
	for _, c := range n.children {
		if inline(c) {
			run.WriteString(flatText(c))
			continue
		}
		flush()
		write(b, c, depth+1)
	}
	flush()
	line("</" + n.name + ">")
}

func inline(n *node) bool {
	return n.name == "" || slices.Contains(inlineElements, n.name) && !slices.ContainsFunc(n.children, func(c *node) bool { return !inline(c) })
}

func tag(n *node) string {
	var b strings.Builder
	b.WriteString("<" + n.name)
	for _, a := range n.attrs {
		b.WriteString(" " + a.name)
		if a.value != "" {
			b.WriteString(`="` + strings.ReplaceAll(a.value, `"`, "&#34;") + `"`)
		}
	}
	return b.String() + ">"
}

// flat is an element on one line; of a drawing only that it is there.
func flat(n *node) string {
	if n.name == "svg" {
		return tag(&node{name: "svg", attrs: slices.DeleteFunc(slices.Clone(n.attrs), func(a attribute) bool { return a.name != "class" })}) + "…</svg>"
	}
	if n.name == "pre" {
		return flatText(n)
	}
	return strings.TrimSpace(flatText(n))
}

func flatText(n *node) string {
	if n.name == "" {
		return n.text
	}
	var b strings.Builder
	b.WriteString(tag(n))
	for _, c := range n.children {
		b.WriteString(flatText(c))
	}
	if !slices.Contains(voidElements, n.name) {
		b.WriteString("</" + n.name + ">")
	}
	return b.String()
}

// TestGoldenPages compares what stands in the main element of each kind of
// page. After a wanted change: go test ./internal/e2e -run Golden -update
func TestGoldenPages(t *testing.T) {
	t.Parallel()
	s, err := fixture()
	if err != nil {
		t.Fatal(err)
	}
	all := pages(t, s.www(t))
	kept := map[string]bool{}
	for file, golden := range goldenPages {
		kept[golden] = true
		t.Run(golden, func(t *testing.T) {
			p := all[file]
			if p == nil {
				t.Fatalf("the site has no page %s", file)
			}
			part := p.root.all("main")
			if len(part) == 0 {
				part = p.root.all("body") // a redirect has no more
			}
			got := normal(part[0])
			name := filepath.Join("testdata", "golden", golden)
			if *update {
				if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s: main (-golden +got); if it is meant, go test ./internal/e2e -run Golden -update\n%s", file, diff)
			}
		})
	}
	names, err := fs.Glob(os.DirFS(filepath.Join("testdata", "golden")), "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if !kept[name] {
			t.Errorf("testdata/golden/%s belongs to no page", name)
		}
	}
}

// The fixture's pages keep what every page must keep.
func TestFixturePages(t *testing.T) {
	t.Parallel()
	s, err := fixture()
	if err != nil {
		t.Fatal(err)
	}
	www := s.www(t)
	all := pages(t, www)
	for name, p := range all {
		checkPage(t, www, all, p)
		if strings.Contains(p.source, "还没写完") || strings.Contains(p.source, "明年才发布") {
			t.Errorf("%s speaks of an article that is not published", name)
		}
	}
	article := all["water/heater/index.html"]
	if article == nil {
		t.Fatal("no page of the article")
	}
	for name, want := range map[string]int{"table": 2, "aside": 2, "mark": 1, "kbd": 1, "figure": 3, "figcaption": 1, "pre": 2, "blockquote": 1, "del": 1, "input": 2} {
		n := 0
		for _, main := range article.root.all("main") {
			for _, e := range main.all(name) {
				if kind, _ := e.attr("type"); name != "input" || kind == "checkbox" {
					n++
				}
			}
		}
		if n != want {
			t.Errorf("the article has %d %s elements, want %d", n, name, want)
		}
	}
	for _, img := range article.root.all("img") {
		if w, _ := img.attr("width"); w == "" {
			t.Errorf("an image without its size: %v", img.attrs)
		}
	}
	for _, id := range []string{"cause", "check", "solution", "case", "call"} {
		if !article.ids[id] {
			t.Errorf("the article has no anchor #%s", id)
		}
	}
}
