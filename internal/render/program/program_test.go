package program_test

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/render/program"
)

type link struct{ Title, URL string }

type frame struct {
	Name   string
	Params map[string]any
}

type view struct {
	Site  frame
	Title string
	Count int
	Yes   bool
	Body  template.HTML
	Data  template.JS
	Links []link
	Next  *link
	Any   any
}

var functions = template.FuncMap{
	"word": func(key string, args ...any) (string, error) {
		if key == "missing" {
			return "", errors.New("no such word")
		}
		return fmt.Sprintf(key, args...), nil
	},
	"pair": func() link { return link{"甲 & 乙", "/甲/?a=1&b=2"} },
	"any":  func(s string) any { return template.URL(s) },
}

// parse makes a set that the library has escaped.
func parse(t testing.TB, source string) *template.Template {
	t.Helper()
	set, err := template.New("page").Funcs(functions).Parse(source)
	if err != nil {
		t.Fatal(err)
	}
	_ = set.Execute(new(bytes.Buffer), &view{}) // whatever comes of it
	return set
}

// views are many kinds of values for the same templates.
func views() []*view {
	nasty := "<a href='x' title=\"y\">&amp; + %41 %zz \u2028\x00\xff 花呗"
	return []*view{
		{},
		{
			Site: frame{"名", map[string]any{"colour": "red & <blue>", "on": true}}, Title: "花呗用不了", Count: 3, Yes: true, Body: "<b>粗</b>", Data: `{"a":"<"}`,
			Links: []link{{"一", "/一/"}, {"二", "#怎么判断"}, {"三", "https://example.org/?q=1&x=花"}}, Next: &link{"下一篇", "/next/"}, Any: "文字 & more",
		},
		{
			Site: frame{nasty, map[string]any{"colour": template.HTML(nasty), "on": 0}}, Title: nasty, Count: -12, Body: template.HTML(nasty), Data: template.JS(nasty),
			Links: []link{{nasty, nasty}, {"", "javascript:alert(1)"}, {"", "//host/%2f%"}, {"", "/%E8%8A%B1/ (x)"}, {"", "a:b"}, {"", "?q=花"}}, Next: &link{"", nasty}, Any: template.URL("tel:+86 10"),
		},
		{Any: 7, Links: []link{{}}},
	}
}

// TestSameBytes compares with the library.
func TestSameBytes(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		`plain`,
		`<p title="{{.Title}}">{{.Title}}</p><title>{{.Title}}</title>`,
		`<p title='{{.Title}}' data-n="{{.Count}}">{{.Count}}</p>`,
		`{{.Body}}<p title="{{.Body}}"></p>`,
		`<script type="application/ld+json">{{.Data}}</script>`,
		`{{range .Links}}<a href="{{.URL}}">{{.Title}}</a>{{else}}none{{end}}`,
		`{{range $i, $l := .Links}}{{$i}}{{if eq $i 1}} second{{end}} {{$l.Title}} {{$.Title}};{{end}}`,
		`{{range $l := .Links}}{{with $l.URL}}<a href="{{.}}">{{$l.Title}}</a>{{end}}{{end}}`,
		`<a href="/x?q={{.Title}}">q</a><a href="#{{.Title}}">q</a>`,
		`<meta http-equiv="refresh" content="0; url={{.Title}}">{{range .Links}}<meta http-equiv="refresh" content="0; url={{.URL}}">{{end}}`,
		`{{with .Next}}<a href="{{.URL}}">{{.Title}} of {{$.Title}}</a>{{else}}nothing, {{.Count}}{{end}}`,
		`{{with $n := .Next}}{{$n.Title}}{{end}}{{if .Next}}{{.Next.Title}}{{end}}`,
		`{{if and .Yes (gt .Count 2)}}both{{else if or .Next .Links}}one{{else}}none{{end}}`,
		`{{if not (or .Title .Links)}}empty{{end}}{{if not .Yes}}no{{end}}`,
		`{{or .Title .Site.Name "neither"}}{{and .Title .Site.Name}}`,
		`{{if eq .Title "a" "花呗用不了"}}this{{end}}{{if ne .Count 3}}not 3{{end}}{{if lt (len .Links) 2}}few{{end}}{{if le .Count 3}}le{{end}}{{if ge .Count 3}}ge{{end}}`,
		`{{word "x %d" .Count}}{{word (printf "%s<" .Title)}}{{word "constant"}}{{.Title | printf "[%s]"}}`,
		`{{with pair}}<a href="{{.URL}}" title="{{.Title}}">{{$.Count}}</a>{{end}}{{pair.Title}}{{(pair).URL}}`,
		`{{if eq (word "a") "a"}}<i>folded {{.Title}}</i>{{else}}{{.Nothing}}{{end}}`,
		`{{with ""}}no{{else}}{{.Title}}{{end}}`,
		`{{$deep := gt .Count 2}}{{range .Links}}{{if $deep}}deep{{end}}{{end}}{{$n := word "w"}}{{$n}}`,
		`{{define "part"}}[{{.Title}}{{template "leaf"}}{{$.URL}}]{{end}}{{define "leaf"}}·{{end}}{{range .Links}}{{template "part" .}}{{end}}{{template "leaf" .Title}}`,
		`{{define "two"}}{{.Site.Name}}{{range .Links}}{{$.Title}}{{end}}{{end}}{{with .Title}}{{template "two" $}}{{end}}`,
		`{{if .Site.Params.on}}on{{else}}off{{end}}{{with .Site.Params.colour}}<p title="{{.}}">{{.}}</p>{{end}}`,
		`{{with .Any}}<a href="{{.}}">{{.}}</a>{{end}}<a href="{{any "tel:+86"}}">t</a>`,
		`{{/* nothing */}}<!-- gone -->{{- " trimmed " -}}`,
	} {
		set := parse(t, source)
		p, err := program.Compile(set, "page", reflect.TypeFor[view](), functions)
		if err != nil {
			t.Errorf("%s\n%v", source, err)
			continue
		}
		for i, v := range views() {
			var want bytes.Buffer
			err := set.Execute(&want, v)
			got, ok := p.Append([]byte("before "), v)
			switch {
			case ok && err != nil:
				t.Errorf("%s\nview %d: made %q, the library says %v", source, i, got, err)
			case ok && string(got) != "before "+want.String():
				t.Errorf("%s\nview %d: got  %q\nwant %q", source, i, got, want.String())
			case !ok && err == nil:
				t.Errorf("%s\nview %d: left to the library, which made %q", source, i, want.String())
			}
		}
	}
}

// TestLeftToTheLibrary: what fails or is not known is no page.
func TestLeftToTheLibrary(t *testing.T) {
	t.Parallel()
	type refusal struct {
		Place, Reason string
		Mistake       bool
	}
	for source, want := range map[string]refusal{
		`{{.Nothing}}`:                        {"page:1:2", ".Nothing of type program_test.view", true},
		`{{range .Links}}{{.Nothing}}{{end}}`: {"page:1:18", ".Nothing of type program_test.link", true},
		"\n {{range .Count}}x{{end}}":         {"page:2:9", "{{range}} of what is no list", false},
		`{{$x := 1}}{{$x = 2}}{{$x}}`:         {"page:1:13", "a new value for $x", false},
		`{{range .Links}}{{break}}{{end}}`:    {"page:1:18", "{{break}}", false},
		`<p {{template "attribute" .}}>{{define "attribute"}}title="{{.Title}}"{{end}}`:                 {"page:1:14", `{{template "attribute"}} inside a tag`, false},
		`{{define "itself"}}{{with .Next}}{{template "itself" $}}{{end}}{{end}}{{template "itself" .}}`: {"page:1:44", "a template that calls itself, or templates that call each other more than 40 deep", false},
		`<p style="color: {{.Title}}">`:         {"page:1:19", "a value in such a place of a page", false},
		`{{.Title}}{{.Count | slice .Title 1}}`: {"page:1:21", "the function slice", false},
		`{{.Next}}`:                             {"page:1:2", "a value of type *program_test.link is written", false},
		`{{if $n := .Next}}{{$n.Title}}{{end}}`: {"page:1:5", "{{if}} with a variable", false},
	} {
		p, err := program.Compile(parse(t, source), "page", reflect.TypeFor[view](), functions)
		var got *program.Refusal
		if !errors.As(err, &got) {
			t.Errorf("%s\ncompiled to %v, %v", source, p, err)
		} else if diff := cmp.Diff(want, refusal{got.Place, got.Reason.En, got.Mistake}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", source, diff)
		}
	}
	for _, source := range []string{
		`{{.Next.Title}}`,
		`{{word "missing"}}`,
		`{{word .Title}}`,
	} {
		p, err := program.Compile(parse(t, source), "page", reflect.TypeFor[view](), functions)
		if err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		if out, ok := p.Append(nil, &view{Title: "missing"}); ok {
			t.Errorf("%s\nmade %q", source, out)
		}
		if out, ok := p.Append(nil, view{}); ok {
			t.Errorf("%s\nmade %q of another type", source, out)
		}
	}
}

// FuzzEscape looks for a text that a Program escapes in another way than the
// library.
func FuzzEscape(f *testing.F) {
	for _, s := range []string{"", "花呗", "/a b?c=d&e#f", "%41%", "javascript:x", "a:b/c", "<\"'&+\x00>", "\xff\u2028", "//x/%2F", "#怎么 判断"} {
		f.Add(s)
	}
	set := parse(f, `<p title="{{.Title}}" lang='{{.Title}}'>{{.Title}}</p><title>{{.Title}}</title><a href="{{.Title}}">x</a><a href="#{{.Title}}">x</a>`)
	p, err := program.Compile(set, "page", reflect.TypeFor[view](), functions)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v := &view{Title: s}
		var want bytes.Buffer
		if err := set.Execute(&want, v); err != nil {
			t.Fatal(err)
		}
		if got, ok := p.Append(nil, v); !ok || string(got) != want.String() {
			t.Errorf("%v: got  %q\nwant %q", ok, got, want.String())
		}
	})
}
