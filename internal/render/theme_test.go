package render_test

import (
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/diag"
	"whyfix/internal/publish"
	"whyfix/internal/render"
	"whyfix/themes"
)

// builtIn is a copy of the built-in theme that a test may change.
func builtIn(t *testing.T) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(themes.Default(), ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := fs.ReadFile(themes.Default(), p)
		out[p] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func loadTheme(t *testing.T, fsys fs.FS, language string) (*render.Theme, diag.List) {
	t.Helper()
	theme, diags, err := render.LoadTheme(fsys, "../themes/mine", "/", language)
	if err != nil {
		t.Fatal(err)
	}
	return theme, diags
}

// What a site is about, its articles say: the built-in theme has no example of its own.
func TestThemeSpeaksOfNoTrade(t *testing.T) {
	t.Parallel()
	trade := regexp.MustCompile(`(?i)支付|付款|扣款|退款|还款|转账|银行|花呗|借呗|验证码|驗證碼|收不到|\bpay(ment|s|ing)?\b|refund|\bbank|verification|no code`)
	for name, f := range builtIn(t) {
		if found := trade.FindAllString(string(f.Data), -1); len(found) > 0 {
			t.Errorf("%s speaks of %q", name, found)
		}
	}
}

func TestBuiltInThemeIsWhole(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"zh-CN", "zh-TW", "en", "fr", "de-CH", ""} {
		if _, diags := loadTheme(t, themes.Default(), language); len(diags) > 0 {
			t.Errorf("%q: %v", language, diags)
		}
	}
}

func TestOverlay(t *testing.T) {
	t.Parallel()
	under := fstest.MapFS{"layout.html": file("under"), "partials/a.html": file("under a"), "partials/b.html": file("under b"), "words/en.json": file("{}"), "home.html": file("under home")}
	over := fstest.MapFS{"partials/b.html": file("over b"), "partials/c.html": file("over c"), "home.html/x": file("a folder of that name")}
	both := render.Overlay(over, under)
	for name, want := range map[string]string{
		"layout.html": "under", "partials/a.html": "under a", "partials/b.html": "over b", "partials/c.html": "over c", "home.html": "under home",
	} {
		if got, err := fs.ReadFile(both, name); err != nil || string(got) != want {
			t.Errorf("%s is %q, %v, want %q", name, got, err, want)
		}
	}
	got, err := fs.Glob(both, "partials/*.html")
	if diff := cmp.Diff([]string{"partials/a.html", "partials/b.html", "partials/c.html"}, got); diff != "" || err != nil {
		t.Errorf("partials (-want +got):\n%s%v", diff, err)
	}
	if _, err := both.Open("nothing.html"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that neither has: %v", err)
	}
	var walked []string
	if err := fs.WalkDir(render.Overlay(fstest.MapFS{}, under), ".", func(p string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			walked = append(walked, p)
		}
		return err
	}); err != nil || len(walked) != len(under) {
		t.Errorf("an empty folder over a theme has %v, %v", walked, err)
	}
}

// The smallest theme is one changed file.
func TestThemeOfOneFile(t *testing.T) {
	t.Parallel()
	mine := render.Overlay(fstest.MapFS{"404.html": file(`{{define "main"}}<p>mine: {{word "title_404"}}</p>{{end}}`)}, themes.Default())
	page := string(made(t, load(t, mine, nil), "404.html"))
	if !strings.Contains(page, "<p>mine: 找不到这个页面</p>") || !strings.Contains(page, "<header") {
		t.Errorf("the page is %.800s", page)
	}
}

func TestMissingTemplate(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"layout.html", "home.html", "category.html", "article.html", "tag.html", "family.html", "symptoms.html", "search.html", "404.html", "redirect.html"} {
		t.Run(name, func(t *testing.T) {
			theme := builtIn(t)
			delete(theme, name)
			_, diags := loadTheme(t, theme, "zh-CN")
			if len(diags) != 1 || diags[0].File != "../themes/mine/"+name || diags[0].Severity != diag.Error || diags[0].Hint.En == "" {
				t.Errorf("diagnostics are %+v, want one for %s", diags, name)
			}
		})
	}
}

func TestBrokenTemplate(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, file, text string
		line             int
		message          string
	}{
		{"a page", "home.html", "{{define \"main\"}}\n<p>\n{{if}}</p>{{end}}\n", 3, "missing value for if"},
		{"a partial", "partials/mine.html", "{{define \"mine\"}}\n\n\n{{range}}\n{{end}}{{end}}", 4, "missing value for range"},
		{"the layout", "layout.html", "<!doctype html>\n{{nothing}}\n", 2, `function "nothing" not defined`},
		{"never closed", "tag.html", "{{define \"main\"}}\n<p>花呗</p>\n", 3, "unexpected EOF"},
		{"the redirect", "redirect.html", "{{end}}", 1, "unexpected {{end}}"},
		{"no main", "article.html", "<p>x</p>", 0, `does not define "main"`},
		{"an empty page", "article.html", "", 0, `does not define "main"`},
		{"an empty layout", "layout.html", "", 0, "is empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			theme := builtIn(t)
			theme[tt.file] = file(tt.text)
			_, diags := loadTheme(t, theme, "zh-CN")
			if len(diags) != 1 {
				t.Fatalf("diagnostics are %+v, want one", diags)
			}
			d := diags[0]
			if d.File != "../themes/mine/"+tt.file || d.Line != tt.line || !strings.Contains(d.Message.En, tt.message) || d.Code != "theme-template" {
				t.Errorf("diagnostic is %+v, want %s:%d with %q", d, tt.file, tt.line, tt.message)
			}
		})
	}
}

// What goes wrong only when a page is made is a diagnostic, too: where it
// stands, in characters, and the line.
func TestTemplateThatFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, file, text string
		pos              diag.Pos
		message          string
	}{
		{"no such field", "404.html", "{{define \"main\"}}\n<p>{{.Nope}}</p>{{end}}", diag.Pos{File: "404.html", Line: 2, Col: 6}, "can't evaluate field Nope"},
		{"behind Chinese text", "404.html", "{{define \"main\"}}\n<p>花呗{{.Nope}}</p>{{end}}", diag.Pos{File: "404.html", Line: 2, Col: 8}, "can't evaluate field Nope"},
		{"no such word", "404.html", "{{define \"main\"}}\n<p>{{word \"nope\"}}</p>{{end}}", diag.Pos{File: "404.html", Line: 2, Col: 6}, `no word "nope"`},
		{"no such asset", "404.html", "{{define \"main\"}}\n{{(asset \"nope.css\").URL}}{{end}}", diag.Pos{File: "404.html", Line: 2, Col: 4}, "no assets/nope.css"},
		{"in a partial", "partials/mine.html", "{{define \"mine\"}}\n{{.Nope}}{{end}}", diag.Pos{File: "partials/mine.html", Line: 2, Col: 3}, "can't evaluate field Nope"},
		{"no such partial", "404.html", "{{define \"main\"}}\n<p>{{template \"nope\" .}}</p>{{end}}", diag.Pos{File: "404.html", Line: 2}, `"nope"`},
		{"an attribute without quotes", "404.html", "{{define \"main\"}}\n<p title={{.Title}}x\"></p>{{end}}", diag.Pos{File: "404.html"}, "without quotation marks"}, // as far as html/template knows
		{"branches that differ", "404.html", "{{define \"main\"}}\n{{if .Title}}<a href=\"{{end}}</a>{{end}}", diag.Pos{File: "404.html", Line: 2}, "leaves a tag"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			theme := builtIn(t)
			theme["404.html"] = file(`{{define "main"}}{{template "mine" .}}{{end}}`)
			theme["partials/mine.html"] = file(`{{define "mine"}}{{end}}`)
			theme[tt.file] = file(tt.text)
			l := load(t, theme, nil)
			_, err := makePage(l, "404.html")
			if err == nil {
				t.Fatal("the page is made without an error")
			}
			d, ok := problem(l, err)
			if !ok {
				t.Fatalf("the program does not know this error as the theme's: %v", err)
			}
			tt.pos.File = "../themes/mine/" + tt.pos.File
			if d.File != tt.pos.File || tt.pos.Line > 0 && d.Line != tt.pos.Line || tt.pos.Col > 0 && d.Col != tt.pos.Col {
				t.Errorf("the diagnostic is at %v, want %v", d.Pos, tt.pos)
			}
			if !strings.Contains(d.Message.En, tt.message) || strings.Contains(d.Message.En, "{state") {
				t.Errorf("the message is %q, want %q in it", d.Message.En, tt.message)
			}
			if tt.pos.Line > 0 && d.Source == "" {
				t.Error("the line is not shown")
			}
		})
	}
}

// What a theme leaves open is its own mistake, though a built-in template stumbles over it.
func TestTemplateLeftOpen(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`{{define "main"}}<script>var a = {{.Title}}{{end}}`, `{{define "main"}}<p title="{{.Title}}{{end}}`} {
		l := load(t, render.Overlay(fstest.MapFS{"404.html": file(text)}, themes.Default()), nil)
		_, err := makePage(l, "404.html")
		if err == nil {
			t.Fatalf("%s: the page is made without an error", text)
		}
		if d, ok := problem(l, err); !ok || d.File != "../themes/mine/404.html" || strings.Contains(d.Message.En, "{state") {
			t.Errorf("%s: the diagnostic is %+v", text, d)
		}
	}
}

func TestBrokenWords(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		pos        diag.Pos
	}{
		{"syntax", "{\n  \"search\": \"搜索\",\n  \"home\" \"首页\"\n}", diag.Pos{Line: 3, Col: 10}},
		{"a comma too many", "{\n  \"search\": \"搜索\",\n}", diag.Pos{Line: 3, Col: 1}},
		{"not a list of words", "[1, 2]", diag.Pos{Line: 1}},
		{"a number", "{\n  \"search\": 3\n}", diag.Pos{Line: 2}},
		{"empty", "", diag.Pos{Line: 1, Col: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			theme := builtIn(t)
			theme["words/zh.json"] = file(tt.text)
			_, diags := loadTheme(t, theme, "zh-CN")
			if len(diags) != 1 {
				t.Fatalf("diagnostics are %+v, want one", diags)
			}
			if d := diags[0]; d.File != "../themes/mine/words/zh.json" || d.Line != tt.pos.Line || tt.pos.Col > 0 && d.Col != tt.pos.Col || d.Code != "theme-words" {
				t.Errorf("the diagnostic is %+v, want one at %d:%d", d, tt.pos.Line, tt.pos.Col)
			}
		})
	}
}

func TestWordsFallBack(t *testing.T) {
	t.Parallel()
	theme := builtIn(t)
	words := func(pairs ...string) *fstest.MapFile {
		m := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = pairs[i+1]
		}
		data, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return &fstest.MapFile{Data: data}
	}
	theme["words/en.json"] = words("a", "en", "b", "en", "c", "en", "d", "en")
	theme["words/zh.json"] = words("b", "zh", "c", "zh", "d", "zh")
	theme["words/zh-Hant.json"] = words("c", "zh-Hant", "d", "zh-Hant")
	theme["words/zh-TW.json"] = words("d", "zh-TW")
	theme["words/de.json"] = words("b", "de")
	for language, want := range map[string]string{
		"zh-TW":      "en zh zh-Hant zh-TW",
		"zh-HK":      "en zh zh-Hant zh-Hant",
		"zh-MO":      "en zh zh-Hant zh-Hant",
		"zh-Hant":    "en zh zh-Hant zh-Hant",
		"zh-Hant-HK": "en zh zh-Hant zh-Hant",
		"zh-hant":    "en zh zh-Hant zh-Hant",
		"zh":         "en zh zh zh",
		"ZH":         "en zh zh zh",
		"zh-CN":      "en zh zh zh",
		"zh-Hans":    "en zh zh zh",
		"zh-Hans-HK": "en zh zh zh",
		"en":         "en en en en",
		"en-GB":      "en en en en",
		"de-CH":      "en de en en",
		"fr":         "en en en en",
		"":           "en en en en",
	} {
		loaded, diags := loadTheme(t, theme, language)
		var got []string
		for _, key := range []string{"a", "b", "c", "d"} {
			w, err := loaded.In(language).Word(key)
			if err != nil {
				t.Errorf("%q: %v", language, err)
			}
			got = append(got, w)
		}
		if strings.Join(got, " ") != want || len(diags) > 0 {
			t.Errorf("%q: words come from %v, want %s; %v", language, got, want, diags)
		}
	}
	if _, err := func() (string, error) { l, _ := loadTheme(t, theme, "zh"); return l.In("zh").Word("e") }(); err == nil {
		t.Error("a word that no language has gives no error")
	}
}

// A language is a name in site.yaml, not a path.
func TestOddLanguages(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"../zh", "zh/../../x", "/", "a\\b", "zh\x00", strings.Repeat("x", 5000), "中文"} {
		theme, _, err := render.LoadTheme(themes.Default(), "(built-in theme)", "/", language)
		if err != nil {
			t.Errorf("%.40q: %v", language, err)
			continue
		}
		if _, err := theme.In(language).Word("search"); err != nil {
			t.Errorf("%.40q: %v", language, err)
		}
	}
}

func wordFiles(t *testing.T) map[string]map[string]string {
	t.Helper()
	out := map[string]map[string]string{}
	names, err := fs.Glob(themes.Default(), "words/*.json")
	if err != nil || len(names) < 3 {
		t.Fatalf("words: %v, %v", names, err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(themes.Default(), name)
		if err != nil {
			t.Fatal(err)
		}
		words := map[string]string{}
		if err := json.Unmarshal(data, &words); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[path.Base(name)] = words
	}
	return out
}

var verbs = regexp.MustCompile(`%[a-z%]`)

// Every language has every word, with the same values in it.
func TestWordFilesAreAlike(t *testing.T) {
	t.Parallel()
	files := wordFiles(t)
	english := files["en.json"]
	for name, words := range files {
		if diff := cmp.Diff(slices.Sorted(maps.Keys(english)), slices.Sorted(maps.Keys(words))); diff != "" {
			t.Errorf("%s has other keys than en.json (-en +%s):\n%s", name, name, diff)
		}
		for key, word := range words {
			if strings.TrimSpace(word) == "" {
				t.Errorf("%s: the word %s is empty", name, key)
			}
			if got, want := verbs.FindAllString(word, -1), verbs.FindAllString(english[key], -1); !slices.Equal(got, want) {
				t.Errorf("%s: %s has the values %v, in English it has %v", name, key, got, want)
			}
		}
	}
}

var wordCall = regexp.MustCompile(`\b(?:word|quoted)\s+"([^"]+)"([^}|]*)`)

// templates are the files of the built-in theme with actions.
func templates(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for name, f := range builtIn(t) {
		if path.Ext(name) == ".html" {
			out[name] = string(f.Data)
		}
	}
	return out
}

// Every word that a template asks for exists, and gets values for its verbs.
func TestWordsOfTemplatesExist(t *testing.T) {
	t.Parallel()
	words := wordFiles(t)["en.json"]
	calls := 0
	for name, text := range templates(t) {
		for _, m := range wordCall.FindAllStringSubmatch(text, -1) {
			calls++
			word, ok := words[m[1]]
			if !ok {
				t.Errorf(`%s asks for the word "%s", which does not exist`, name, m[1])
				continue
			}
			values := len(strings.Fields(strings.NewReplacer("(", " ", ")", " ").Replace(m[2])))
			if n := len(verbs.FindAllString(word, -1)); n > 0 && values == 0 && !strings.Contains(text, `"{{word "`+m[1]+`"}}"`) && !strings.Contains(text, `{{word "`+m[1]+`"}}`) && !strings.Contains(text, `{{quoted "`+m[1]+`"}}`) || n == 0 && values > 0 {
				t.Errorf(`%s gives the word "%s" (%q) %d values`, name, m[1], word, values)
			}
		}
	}
	if calls < 50 {
		t.Errorf("only %d calls of word were found", calls)
	}
	for _, key := range []string{
		"title_search", "title_404", "figure", "fold", "callout_note", "callout_info", "callout_tip", "callout_important", "callout_warning", "callout_caution", "callout_danger", "date", "family_product", "family_cause", "family_solution", "family_case",
		"kind_cause", "kind_check", "kind_solution", "kind_case",
	} {
		if words[key] == "" {
			t.Errorf("the program asks for the word %q, which does not exist", key)
		}
	}
}

// A word that the search page fills may have any character.
func TestWordsInsideActions(t *testing.T) {
	t.Parallel()
	mine := render.Overlay(fstest.MapFS{"words/zh.json": file(`{"nothing": "it's \"%s\" \\ & <none> ]]", "results": "共 \\ %d 篇", "unanswered": "没有 & <i>", "mode_corrected": "%s & %s's"}`)}, themes.Default())
	source, err := load(t, mine, nil).Renderer.SearchTemplate()
	if err != nil {
		t.Fatal(err)
	}
	page, err := publish.ParseSearchTemplate(source)
	if err != nil {
		t.Fatal(err)
	}
	if err := page.Try(); err != nil {
		t.Error(err)
	}
	hits := []publish.SearchHit{{}}
	for want, view := range map[string]publish.SearchView{
		`it&#39;s &#34;q&#34; \ &amp; &lt;none&gt; ]]`: {Query: "q", Asked: true},
		`共 \ 2 篇`:            {Query: "q", Asked: true, Answered: true, Hits: hits, Total: 2},
		"没有 &amp; &lt;i&gt;": {Query: "q", Asked: true, Hits: hits, Total: 2},
		"q &amp; r&#39;s":    {Query: "q", Asked: true, Mode: "corrected", Corrected: "r", Hits: hits, Total: 2},
	} {
		var b strings.Builder
		if err := page.Execute(&b, view); err != nil || !strings.Contains(b.String(), ">"+want+"<") {
			t.Errorf("the page lacks %q (%v)", want, err)
		}
	}
}

// A theme's own words that nothing asks for, or that lost the place of a value.
func TestWordsOfATheme(t *testing.T) {
	t.Parallel()
	mine := render.Overlay(fstest.MapFS{
		"words/zh.json": file("{\n  \"serach\": \"找\",\n  \"results\": \"有文章\",\n  \"mine\": \"我的\",\n  \"nothing\": \"没有“%s”\"\n}"),
		"404.html":      file(`{{define "main"}}{{word "mine"}}{{end}}`),
	}, themes.Default())
	_, diags := loadTheme(t, mine, "zh-CN")
	if len(diags) != 2 {
		t.Fatalf("diagnostics are %+v, want two", diags)
	}
	if d := diags[0]; d.Line != 2 || d.Col != 3 || d.Severity != diag.Warning || !strings.Contains(d.Hint.En, `"search"`) || d.File != "../themes/mine/words/zh.json" {
		t.Errorf("of the unknown key: %+v", d)
	}
	if d := diags[1]; d.Line != 3 || d.Severity != diag.Error || !strings.Contains(d.Message.En, "%d") {
		t.Errorf("of the lost value: %+v", d)
	}
}

func TestFingerprints(t *testing.T) {
	t.Parallel()
	theme := builtIn(t)
	clear(theme)
	maps.Copy(theme, fstest.MapFS{
		"assets/a.css": file("one"), "assets/fonts/b.min.woff2": file("two"), "assets/noext": file("three"), "assets/.hidden": file("no"),
		"words/en.json": file("{}"),
	})
	fingerprinted := func(fsys fs.FS) map[string]string { // data by name
		loaded, _, err := render.LoadTheme(fsys, "x", "/help/", "en")
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]string{}
		for _, f := range loaded.Files() {
			out[f.Path] = string(f.Data)
		}
		return out
	}
	before := fingerprinted(theme)
	shape := regexp.MustCompile(`^assets/(a\.[0-9a-f]{10}\.css|fonts/b\.min\.[0-9a-f]{10}\.woff2|noext\.[0-9a-f]{10})$`)
	for name := range before {
		if !shape.MatchString(name) {
			t.Errorf("a file of the theme is called %s", name)
		}
	}
	if len(before) != 3 {
		t.Errorf("files are %v, want three", slices.Sorted(maps.Keys(before)))
	}
	theme["assets/a.css"] = file("another")
	changed := 0
	for name := range fingerprinted(theme) {
		if _, there := before[name]; !there {
			changed++
		}
	}
	if changed != 1 {
		t.Errorf("one file changed, %d names did", changed)
	}
	if _, _, err := render.LoadTheme(fstest.MapFS{"words/en.json": file("{}")}, "x", "/", "en"); err == nil {
		t.Error("a theme without assets/ gives no error: then this test may go")
	}
}

// The integrity attribute is the hash of the bytes that are served.
func TestIntegrity(t *testing.T) {
	t.Parallel()
	l := load(t, themes.Default(), nil)
	sums := map[string]string{}
	for _, f := range l.Theme.Files() {
		sum := sha512.Sum384(f.Data)
		sums["/"+f.Path] = "sha384-" + base64.StdEncoding.EncodeToString(sum[:])
	}
	page := string(made(t, l, "index.html"))
	found := 0
	for _, m := range regexp.MustCompile(`(?:src|href)="(/assets/[^"]+)" integrity="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		found++
		// html/template writes + as &#43; in attributes.
		if got := strings.ReplaceAll(m[2], "&#43;", "+"); sums[m[1]] != got {
			t.Errorf("%s has the integrity %s, its hash is %s", m[1], got, sums[m[1]])
		}
	}
	if found < 3 {
		t.Errorf("%d files with an integrity attribute were found", found)
	}
}
