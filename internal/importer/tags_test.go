package importer

import (
	"strings"
	"testing"
)

func TestReadTag(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text, source string // "" when it is no tag
		attrs        map[string]string
	}{
		{"<b>x", "<b>", nil},
		{"</B >x", "</B >", nil},
		{"<br/>", "<br/>", nil},
		{`<a href="x>y" title='"'>z`, `<a href="x>y" title='"'>`, map[string]string{"href": "x>y", "title": `"`}},
		{"<img src=x.png alt>", "<img src=x.png alt>", map[string]string{"src": "x.png"}},
		{"<A size={{ a: 1 }} f={() => g('>')} {...rest}/>x", "<A size={{ a: 1 }} f={() => g('>')} {...rest}/>", map[string]string{"size": "{ a: 1 }"}},
		{"<T label={'x'} label=\"y\" n = \"&amp;\">", "<T label={'x'} label=\"y\" n = \"&amp;\">", map[string]string{"label": "x", "n": "&"}},
		{"<Card\n  a=\"1\"\n/>", "<Card\n  a=\"1\"\n/>", map[string]string{"a": "1"}},
		{`<X :to="a" @click="b" #c>`, `<X :to="a" @click="b" #c>`, map[string]string{"to": "a", "click": "b"}},
		{"<b", "", nil},
		{"<1>", "", nil},
		{"< b>", "", nil},
		{"<b <c>", "", nil},
		{"<n $ 和 m>", "", nil},
		{"<a href=\"x>", "", nil},
		{"<A b={>", "", nil},
		{"<甲>", "", nil},
		{"x<b>", "", nil},
	} {
		got, ok := readTag(tt.text)
		if ok != (tt.source != "") || ok && got.source != tt.source {
			t.Errorf("%q: got %q, %v, want %q", tt.text, got.source, ok, tt.source)
		}
		for k, v := range tt.attrs {
			if got.attrs[k] != v {
				t.Errorf("%q: %s is %q, want %q", tt.text, k, got.attrs[k], v)
			}
		}
	}
}

func TestCodeSpans(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text string
		want string // the spans, with | between them
	}{
		{"abc", ""}, {"a `b` c", "`b`"}, {"``a`b`` c", "``a`b``"}, {"`a``b` c `d`", "`a``b`|`d`"}, {"`a", ""}, {"```a``", ""}, {"`a ``b``", "``b``"}, {"", ""},
	} {
		var got []string
		for _, s := range codeSpans(tt.text) {
			got = append(got, tt.text[s[0]:s[1]])
		}
		if strings.Join(got, "|") != tt.want {
			t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
		}
	}
}

// What is not in a tag, a comment or an element stays as it is, whatever the
// text.
func FuzzTags(f *testing.F) {
	for _, seed := range []string{"a <b>c</b> <br>", "<A b={`>`}/> 1 < 2", "<!-- x --> {/* y */} {z}", "<code>a`b</code>", "<a href=x>y", "</x></b><", "<i><b>x</i></b>", "`<b>`"} {
		f.Add(seed)
	}
	im := &importing{words: wordsOf("en")}
	f.Fuzz(func(t *testing.T, text string) {
		if tag, ok := readTag(text); ok && (!strings.HasPrefix(text, tag.source) || !strings.HasPrefix(tag.source, "<") || !strings.HasSuffix(tag.source, ">")) {
			t.Errorf("the tag %q is not what %q starts with", tag.source, text)
		}
		w := &writing{im: im, p: &page{}, dialect: &docusaurus, droppings: droppings{}}
		got := w.inline(text)
		if !strings.ContainsAny(text, "<{`") && got != text {
			t.Errorf("got %q, want %q", got, text)
		}
	})
}
