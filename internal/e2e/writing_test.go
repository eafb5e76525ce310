package e2e

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"whyfix/internal/content"
	"whyfix/internal/generate"
)

// writing is the site of the examples of docs/writing.md.
var writing = sync.OnceValues(func() (*site, error) {
	examples, err := Examples()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(scratch, "writing-content")
	if err := WriteExamples(dir, examples); err != nil {
		return nil, err
	}
	return buildSite(dir, "writing", time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC))
})

// TestWritingExamples: the examples of docs/writing.md are a site without any
// problem, whose symptoms find their articles.
func TestWritingExamples(t *testing.T) {
	t.Parallel()
	s, err := writing()
	if err != nil {
		t.Fatal(err)
	}
	promises, err := generate.Promises(t.Context(), s.loaded)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range append(s.loaded.Diags, promises...) {
		t.Errorf("%s:%d: %s", d.File, d.Line, d.Message)
	}
	if n := len(s.loaded.Site.Articles); n < 10 {
		t.Errorf("got %d articles", n)
	}
}

// TestWritingForms: every form of docs/writing.md is what it was. With -update
// the golden file is written.
func TestWritingForms(t *testing.T) {
	t.Parallel()
	s, err := writing()
	if err != nil {
		t.Fatal(err)
	}
	examples, err := Examples()
	if err != nil {
		t.Fatal(err)
	}
	www := s.www(t)
	all := pages(t, www)
	made := &txtar.Archive{Comment: []byte("What the forms of docs/writing.md become: go test ./internal/e2e -run WritingForms -update\n")}
	for _, e := range examples {
		if title, _ := e.Form(); title == "" {
			continue
		}
		folder := strings.TrimSuffix(e.Path, ".md")
		page := all[folder+"/index.html"]
		if page == nil {
			t.Fatalf("%s has no page", e.Path)
		}
		var text strings.Builder
		for _, part := range page.root.all("div") {
			if class, _ := part.attr("class"); slices.Contains(strings.Fields(class), "prose") {
				for _, c := range part.children {
					text.WriteString(normal(c))
				}
			}
		}
		if text.Len() == 0 {
			t.Errorf("nothing is shown of %s", e.Path)
		}
		plain, err := fs.ReadFile(www, folder+"/index.md")
		if err != nil {
			t.Fatal(err)
		}
		made.Files = append(made.Files, txtar.File{Name: folder + ".html", Data: []byte(text.String())}, txtar.File{Name: folder + ".md", Data: plain})
	}
	got := string(txtar.Format(made))
	if *update {
		if err := os.WriteFile(FormsGolden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(FormsGolden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("forms of docs/writing.md are not what they were (-golden +got); if it is meant, go test ./internal/e2e -run WritingForms -update, and make forms for the picture\n%s", diff)
	}
}

// TestWritingPicture: the picture of the forms is of these forms.
func TestWritingPicture(t *testing.T) {
	t.Parallel()
	examples, err := Examples()
	if err != nil {
		t.Fatal(err)
	}
	mark, err := FormsMark(examples)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(WritingFile)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), mark) {
		t.Error("the picture in docs/writing.md is of other forms, or of what they were: make forms")
	}
}

// TestWritingKeys: the tables of keys are those of the program. With -update
// they are written.
func TestWritingKeys(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(WritingFile)
	if err != nil {
		t.Fatal(err)
	}
	was := string(data)
	now := was
	for name, keys := range map[string][]content.Key{
		"front matter": content.ArticleKeys(), content.SiteFile: content.SettingsKeys(), content.TagsFile: content.TagKeys(),
	} {
		var b strings.Builder
		fmt.Fprintf(&b, "<!-- keys of %s -->\n\n| key | value | what it is |\n|---|---|---|\n", name)
		for _, k := range keys {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", k.Name, k.Shape, strings.ReplaceAll(k.Doc, "|", `\|`))
		}
		b.WriteString("\n<!-- end -->")
		at := strings.Index(now, "<!-- keys of "+name+" -->")
		if at < 0 {
			t.Fatalf("no table for %s", name)
		}
		end := at + strings.Index(now[at:], "<!-- end -->") + len("<!-- end -->")
		now = now[:at] + b.String() + now[end:]
	}
	if now == was {
		return
	}
	if !*update {
		t.Fatal("the tables of keys in docs/writing.md are not those of the program: go test ./internal/e2e -run TestWritingKeys -update")
	}
	if err := os.WriteFile(WritingFile, []byte(now), 0o644); err != nil {
		t.Fatal(err)
	}
}
