package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"whyfix/internal/search"

	"whyfix/internal/generate"
	"whyfix/internal/publish"
	"whyfix/internal/render"
	"whyfix/internal/server"
)

// scratch is the folder of what tests share.
var scratch string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "whyfix-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	scratch = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// site is a folder of content that was built.
type site struct {
	loaded *generate.Loaded
	public string
}

// buildSite builds a content folder, as whyfix build does.
func buildSite(contentDir, name string, now time.Time) (*site, error) {
	loader, err := generate.NewLoader(generate.Options{Content: contentDir, Now: func() time.Time { return now }})
	if err != nil {
		return nil, err
	}
	defer loader.Close()
	loaded, err := loader.Load(context.Background())
	if err != nil {
		return nil, err
	}
	s := &site{loaded: loaded, public: filepath.Join(scratch, name)}
	_, err = generate.Run(context.Background(), generate.Options{
		Content: contentDir, Now: func() time.Time { return now },
		Release: generate.ReleaseOptions{Public: s.public, Keep: 1, Index: true, Compress: true, Generator: "test"},
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %+v", err, loaded.Diags)
	}
	return s, nil
}

// ownContent is the project's own content, built once for all tests.
var ownContent = sync.OnceValues(func() (*site, error) {
	return buildSite(filepath.Join(root, "content"), "content", time.Date(2026, 11, 22, 12, 0, 0, 0, time.Local))
})

// www is a site's files.
func (s *site) www(t *testing.T) fs.FS {
	t.Helper()
	r, err := publish.Open(s.public)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r.WWW()
}

// serve is the server that whyfix serve runs.
func (s *site) serve(t *testing.T) http.Handler {
	t.Helper()
	release, closeRelease, err := server.Open(s.public, search.Cluster{})
	if err != nil {
		t.Fatal(err)
	}
	var h server.Holder
	h.Swap(release, closeRelease)
	t.Cleanup(func() { h.Swap(nil, nil) })
	return server.New(&h, slog.New(slog.DiscardHandler), server.Options{})
}

// page is one HTML page of a site.
type page struct {
	file   string // below www/
	source string
	root   *node
	ids    map[string]bool
}

// pages reads every page below www/.
func pages(t *testing.T, www fs.FS) map[string]*page {
	t.Helper()
	out := map[string]*page{}
	err := fs.WalkDir(www, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".html" {
			return err
		}
		data, err := fs.ReadFile(www, name)
		if err != nil {
			return err
		}
		p := &page{file: name, source: string(data), ids: map[string]bool{}}
		var problems []string
		p.root, problems = parseHTML(p.source)
		for _, problem := range problems {
			t.Errorf("%s: %s", name, problem)
		}
		p.root.each(func(n *node) {
			if id, ok := n.attr("id"); ok {
				if p.ids[id] || id == "" || strings.ContainsAny(id, " \t\n") {
					t.Errorf("%s:%d: the id %q is empty, has a blank, or is there twice", name, n.line, id)
				}
				p.ids[id] = true
			}
		})
		out[name] = p
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// target finds the file below www/ that an address of the site leads to, and
// the anchor; it says why not.
func target(www fs.FS, all map[string]*page, from *page, address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	file := strings.TrimPrefix(u.Path, "/")
	switch {
	case u.Path == "" && from.ids[u.Fragment]:
		return from.file, nil
	case u.Path == "":
		return "", fmt.Errorf("the page has no id %q", u.Fragment)
	case !strings.HasPrefix(u.Path, "/"):
		return "", fmt.Errorf("it is relative")
	case file == "" || strings.HasSuffix(file, "/"):
		file += "index.html"
	}
	info, err := fs.Stat(www, file)
	if err != nil || !info.Mode().IsRegular() {
		return "", fmt.Errorf("there is no file %s", file)
	}
	if u.Fragment != "" {
		if all[file] == nil || !all[file].ids[u.Fragment] {
			return "", fmt.Errorf("%s has no id %q", file, u.Fragment)
		}
	}
	return file, nil
}

func isAbroad(address string) bool {
	u, err := url.Parse(address)
	return err != nil || u.Scheme != "" || u.Host != ""
}

// checkPage holds what every page of every theme and site must keep.
func checkPage(t *testing.T, www fs.FS, all map[string]*page, p *page) {
	t.Helper()
	bad := func(n *node, format string, values ...any) {
		t.Errorf("%s:%d: %s", p.file, n.line, fmt.Sprintf(format, values...))
	}
	html := p.root.all("html")
	if len(html) != 1 {
		t.Errorf("%s: %d html elements", p.file, len(html))
		return
	}
	if lang, _ := html[0].attr("lang"); lang == "" {
		bad(html[0], "no language")
	}
	if titles := p.root.all("title"); len(titles) == 0 || titles[0].words() == "" {
		t.Errorf("%s: no title", p.file)
	}
	redirect := slices.ContainsFunc(p.root.all("meta"), func(n *node) bool { v, _ := n.attr("http-equiv"); return v == "refresh" })
	if n := len(p.root.all("h1")); n != 1 && !redirect {
		t.Errorf("%s: %d h1 elements, want 1", p.file, n)
	}
	if n := len(p.root.all("main")); n != 1 && !redirect {
		t.Errorf("%s: %d main elements, want 1", p.file, n)
	}
	p.root.each(func(n *node) {
		for _, a := range n.attrs {
			switch {
			case a.name == "style", strings.HasPrefix(a.name, "on"):
				bad(n, "the attribute %s of <%s>: a Content-Security-Policy forbids it", a.name, n.name)
			case a.name == "href" && n.name == "link" && (rel(n) == "canonical" || rel(n) == "alternate" && isAbroad(a.value)):
			case a.name == "action" && strings.HasPrefix(a.value, "/api/"): // the endpoint's
			case a.name == "src", a.name == "href" && n.name == "link", a.name == "poster", a.name == "action":
				if isAbroad(a.value) {
					bad(n, "<%s> loads %s from another host", n.name, a.value)
				} else if _, err := target(www, all, p, a.value); err != nil {
					bad(n, "<%s %s=%q>: %v", n.name, a.name, a.value, err)
				}
			case a.name == "srcset":
				bad(n, "srcset: this check does not read it")
			case a.name == "href":
				low := strings.ToLower(strings.TrimSpace(a.value))
				switch {
				case low == "" || low == "#" || strings.HasPrefix(low, "javascript:") || strings.HasPrefix(low, "data:"):
					bad(n, "a link to %q", a.value)
				case isAbroad(a.value):
				default:
					if _, err := target(www, all, p, a.value); err != nil {
						bad(n, "a link to %q: %v", a.value, err)
					}
				}
			case slices.Contains([]string{"for", "aria-labelledby", "aria-describedby", "aria-controls"}, a.name):
				for id := range strings.FieldsSeq(a.value) {
					if !p.ids[id] {
						bad(n, "%s=%q: no such id on the page", a.name, id)
					}
				}
			}
		}
		switch n.name {
		case "img":
			if _, ok := n.attr("alt"); !ok {
				bad(n, "an image without alt")
			}
		case "style":
			bad(n, "an inline style")
		case "script":
			kind, _ := n.attr("type")
			if _, ok := n.attr("src"); !ok && !isData(kind) {
				bad(n, "an inline script")
			}
			if text := n.words(); isData(kind) && !json.Valid([]byte(n.children[0].text)) {
				bad(n, "not JSON: %.100s", text)
			}
		case "a", "button", "h1", "h2", "h3", "h4", "summary":
			label, _ := n.attr("aria-label")
			if n.words() == "" && label == "" && len(n.all("img")) == 0 {
				bad(n, "<%s> without words", n.name)
			}
		}
	})
	for _, left := range []string{"{{", "}}", "[[", "]]", "%!", "<no value>", "&lt;no value&gt;", "ZgotmplZ"} {
		if i := strings.Index(p.source, left); i >= 0 {
			t.Errorf("%s: %q is left over: …%.60q", p.file, left, p.source[max(i-30, 0):])
		}
	}
}

// isData tells the types of script elements that run nothing.
func isData(kind string) bool { return kind == "application/json" || kind == "application/ld+json" }

func rel(n *node) string { v, _ := n.attr("rel"); return v }

// Nothing is to be said of the content that writers follow as an example.
func TestOwnContentHasNoProblems(t *testing.T) {
	t.Parallel()
	s, err := ownContent()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range s.loaded.Diags {
		t.Errorf("%v: %s", d.Pos, d.Message)
	}
}

func TestOwnContentPages(t *testing.T) {
	t.Parallel()
	s, err := ownContent()
	if err != nil {
		t.Fatal(err)
	}
	www := s.www(t)
	all := pages(t, www)
	if len(all) < 50 {
		t.Errorf("only %d pages", len(all))
	}
	for _, p := range all {
		checkPage(t, www, all, p)
	}
	if n := len(s.loaded.Site.Articles); n < 52 {
		t.Errorf("%d articles, want at least 52", n)
	}
	figures := 0
	for _, a := range s.loaded.Site.Articles {
		if len(a.Doc.Figures) > 0 {
			figures++
		}
		if len(a.Symptoms) == 0 || len(a.Chain().Causes) == 0 || len(a.Chain().Checks) == 0 || len(a.Chain().Solutions) == 0 || a.Summary == "" {
			t.Errorf("%s lacks symptoms, causes, checks, solutions or a summary", a.Path)
		}
		p := all[a.File]
		if p == nil {
			t.Errorf("%s has no page", a.Path)
			continue
		}
		if got := p.root.all("h1")[0].words(); got != a.Title.Value {
			t.Errorf("%s: the heading is %q, want %q", a.File, got, a.Title.Value)
		}
	}
	if figures < 10 {
		t.Errorf("%d articles with a figure, want at least 10", figures)
	}
	if len(s.loaded.Site.Settings.Notices) == 0 {
		t.Error("site.yaml has no notice")
	}
}

// Every page can be reached from the home page by following links.
func TestOwnContentIsLinked(t *testing.T) {
	t.Parallel()
	s, err := ownContent()
	if err != nil {
		t.Fatal(err)
	}
	www := s.www(t)
	all := pages(t, www)
	reached := map[string]bool{"index.html": true}
	for queue := []string{"index.html"}; len(queue) > 0; queue = queue[1:] {
		p := all[queue[0]]
		if p == nil {
			continue
		}
		for _, n := range append(p.root.all("a"), p.root.all("form")...) {
			for _, name := range []string{"href", "action"} {
				address, ok := n.attr(name)
				if !ok || isAbroad(address) {
					continue
				}
				if file, err := target(www, all, p, address); err == nil && !reached[file] {
					reached[file] = true
					queue = append(queue, file)
				}
			}
		}
	}
	for name := range all {
		if !reached[name] && path.Base(name) != "404.html" {
			t.Errorf("no link leads to %s", name)
		}
	}
}

// pageBudget is the most that an article's page may weigh with all that it
// loads, compressed, in bytes.
const pageBudget = 60_000

func TestArticlesAreLight(t *testing.T) {
	t.Parallel()
	s, err := ownContent()
	if err != nil {
		t.Fatal(err)
	}
	www := s.www(t)
	all := pages(t, www)
	weigh := func(name string) int64 {
		info, err := fs.Stat(www, name+".gz")
		if err != nil {
			info, err = fs.Stat(www, name)
		}
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	for _, a := range s.loaded.Site.Articles {
		p := all[a.File]
		files := map[string]bool{a.File: true}
		p.root.each(func(n *node) {
			for _, x := range n.attrs {
				if x.name == "src" || x.name == "href" && n.name == "link" && rel(n) != "canonical" && rel(n) != "alternate" {
					if file, err := target(www, all, p, x.value); err == nil {
						files[file] = true
					}
				}
			}
		})
		var sum int64
		for f := range files {
			sum += weigh(f)
		}
		if sum > pageBudget {
			t.Errorf("%s and what it loads weigh %d bytes, at most %d are allowed", a.File, sum, pageBudget)
		}
	}
}

// found is a hit of /api/search.
type found struct {
	URL     string
	Title   string
	Section struct{ URL string }
}

func ask(t *testing.T, h http.Handler, q string, size int) []found {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/search?"+url.Values{"q": {q}, "size": {fmt.Sprint(size)}}.Encode(), nil))
	var answer struct{ Hits []found }
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%q: status %d, %v: %.300s", q, w.Code, err, w.Body)
	}
	return answer.Hits
}

func TestSearchPutsTheRightArticleFirst(t *testing.T) {
	t.Parallel()
	s, err := ownContent()
	if err != nil {
		t.Fatal(err)
	}
	h := s.serve(t)
	for _, tt := range []struct{ query, want string }{
		{"花呗用不了", "/huabei/cannot-use/"},
		{"借呗额度没了", "/jiebei/limit-zero-or-lower/"},
		{"還款失敗", "/huabei/repayment-failed/"},
		{"退款怎么还没到", "/transfer/refund-not-received/"},
	} {
		t.Run(tt.query, func(t *testing.T) {
			hits := ask(t, h, tt.query, 3)
			if len(hits) == 0 || hits[0].URL != tt.want {
				t.Errorf("hits are %+v, want %s first", hits, tt.want)
			}
		})
	}
}

// A phrase under symptoms is a promise: it finds its article among the first
// three hits. So does a title, as the first.
func TestOwnContentKeepsItsPromises(t *testing.T) {
	t.Parallel()
	s, err := ownContent()
	if err != nil {
		t.Fatal(err)
	}
	h := s.serve(t)
	promises := 0
	for _, a := range s.loaded.Site.Articles {
		for _, symptom := range a.Symptoms {
			promises++
			hits := ask(t, h, symptom.Value, 3)
			if !slices.ContainsFunc(hits, func(f found) bool { return f.URL == render.EscapeURL(a.URL) }) {
				t.Errorf("%v: %q finds %+v, want this article among the first 3", symptom.Pos, symptom.Value, hits)
			}
		}
		if hits := ask(t, h, a.Title.Value, 1); len(hits) == 0 || hits[0].URL != render.EscapeURL(a.URL) {
			t.Errorf("%v: the title finds %+v first", a.Title.Pos, hits)
		}
	}
	if promises < 300 {
		t.Errorf("only %d symptoms", promises)
	}
}

// Every hit's page exists, and so does its anchor.
func TestHitsOfOwnContentLeadSomewhere(t *testing.T) {
	t.Parallel()
	s, err := ownContent()
	if err != nil {
		t.Fatal(err)
	}
	h, www := s.serve(t), s.www(t)
	all := pages(t, www)
	checked, asked := map[string]bool{}, map[string]bool{}
	for _, a := range s.loaded.Site.Articles {
		questions := []string{a.Title.Value}
		for _, symptom := range a.Symptoms {
			questions = append(questions, symptom.Value)
		}
		for _, family := range a.Tags {
			for _, tag := range family {
				questions = append(questions, tag.Name)
			}
		}
		for _, q := range questions {
			if asked[q] {
				continue
			}
			asked[q] = true
			for _, hit := range ask(t, h, q, 5) {
				for _, address := range []string{hit.URL, hit.Section.URL} {
					if checked[address] {
						continue
					}
					checked[address] = true
					if _, err := target(www, all, nil, address); err != nil {
						t.Errorf("%q: a hit leads to %s: %v", q, address, err)
					}
				}
			}
		}
	}
	if len(checked) < 40 {
		t.Errorf("only %d addresses were looked at", len(checked))
	}
}

// Pages of results are as good as the others.
func TestResultPagesOfOwnContent(t *testing.T) {
	t.Parallel()
	s, err := ownContent()
	if err != nil {
		t.Fatal(err)
	}
	h, www := s.serve(t), s.www(t)
	all := pages(t, www)
	for _, parameters := range []string{"", "q=%E8%8A%B1%E5%91%97%E7%94%A8%E4%B8%8D%E4%BA%86", "q=%E8%BF%98%E6%AC%BE&kind=solution", "q=%E9%93%B6%E8%A1%8C&page=2&size=3", "q=%F0%9F%98%80", "q=%3Cb%3E%22%26", "size=0"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/search?"+parameters, nil))
		p := &page{file: "search/?" + parameters, source: w.Body.String(), ids: map[string]bool{}}
		var problems []string
		p.root, problems = parseHTML(p.source)
		for _, problem := range problems {
			t.Errorf("%s: %s", p.file, problem)
		}
		p.root.each(func(n *node) {
			if id, ok := n.attr("id"); ok {
				if p.ids[id] {
					t.Errorf("%s: the id %q is there twice", p.file, id)
				}
				p.ids[id] = true
			}
		})
		checkPage(t, www, all, p)
	}
}

// Two builds of the same content are the same, byte for byte.
func TestTwoBuildsAreTheSame(t *testing.T) {
	t.Parallel()
	s, err := ownContent()
	if err != nil {
		t.Fatal(err)
	}
	again, err := buildSite(filepath.Join(root, "content"), "content-again", time.Date(2026, 11, 22, 12, 0, 0, 0, time.Local))
	if err != nil {
		t.Fatal(err)
	}
	first, second := s.www(t), again.www(t)
	count := 0
	for _, pair := range [][2]fs.FS{{first, second}, {second, first}} {
		err := fs.WalkDir(pair[0], ".", func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			count++
			a, err := fs.ReadFile(pair[0], name)
			if err != nil {
				return err
			}
			if b, err := fs.ReadFile(pair[1], name); err != nil || string(a) != string(b) {
				t.Errorf("%s differs between two builds, %v", name, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if count < 200 {
		t.Errorf("only %d files were compared", count)
	}
}

// Whatever a writer wrote stands on the page, though it is sorted by cases.
func TestNothingOfAnArticleIsMissing(t *testing.T) {
	t.Parallel()
	s, err := ownContent()
	if err != nil {
		t.Fatal(err)
	}
	all, sorted := pages(t, s.www(t)), 0
	together := func(text string) string { return strings.Join(strings.Fields(text), "") }
	for _, a := range s.loaded.Site.Articles {
		doc, err := s.loaded.Whole(a.Article)
		if err != nil {
			t.Fatal(err)
		}
		p := all[a.File]
		if p == nil {
			t.Fatalf("there is no page of %s", a.Path)
		}
		shown := together(spoken(p.root.all("article")[0]))
		if strings.Contains(p.source, `class="choice"`) {
			sorted++
		}
		texts := []string{doc.Intro.Text, doc.Notes.Text}
		for _, section := range doc.Sections {
			texts = append(texts, section.Title, section.Body.Text)
			for _, it := range section.Items {
				texts = append(texts, it.Title, it.Body.Text)
			}
		}
		for _, text := range texts {
			for line := range strings.Lines(text) {
				for word := range strings.FieldsFuncSeq(line, func(c rune) bool { return unicode.IsSpace(c) || c == '|' }) {
					if !strings.Contains(shown, word) {
						t.Errorf("%s: the page lacks %q", a.Path, word)
					}
				}
			}
		}
	}
	if sorted < 30 {
		t.Errorf("only %d articles ask for the reader's case", sorted)
	}
}

// spoken is what a part of a page says: its words and those of its pictures,
// without the numbers of footnotes.
func spoken(n *node) string {
	if class, _ := n.attr("class"); strings.HasPrefix(class, "footnote-") {
		return ""
	}
	out := html.UnescapeString(n.text)
	if alt, ok := n.attr("alt"); ok {
		out += " " + alt + " "
	}
	for _, c := range n.children {
		out += spoken(c)
	}
	return out
}
