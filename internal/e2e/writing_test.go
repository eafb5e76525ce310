package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"whyfix/internal/content"
	"whyfix/internal/generate"
)

const writingFile = "../../docs/writing.md"

// example is a block of docs/writing.md that is a file of a content folder.
var example = regexp.MustCompile("(?ms)^```(?:markdown|yaml) (\\S+)\n(.*?)^```$")

// TestWritingExamples: the examples of docs/writing.md are a site without any
// problem, whose symptoms find their articles.
func TestWritingExamples(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(writingFile)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	files := map[string]string{"pay/refund.svg": `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>`}
	for _, m := range example.FindAllSubmatch(text, -1) {
		files[string(m[1])] = string(m[2])
	}
	if len(files) < 6 {
		t.Fatalf("found %d examples", len(files)-1)
	}
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	l, err := generate.NewLoader(generate.Options{Content: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	loaded, err := l.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	promises, err := generate.Promises(t.Context(), loaded)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range append(loaded.Diags, promises...) {
		t.Errorf("%s:%d: %s", d.File, d.Line, d.Message)
	}
	if len(loaded.Site.Articles) != 3 {
		t.Errorf("got %d articles, want 3", len(loaded.Site.Articles))
	}
}

// TestWritingKeys: the tables of keys are those of the program. With -update
// they are written.
func TestWritingKeys(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(writingFile)
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
	if err := os.WriteFile(writingFile, []byte(now), 0o644); err != nil {
		t.Fatal(err)
	}
}
