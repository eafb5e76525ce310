package check_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"whyfix/internal/diag"
	"whyfix/internal/generate"
	"whyfix/internal/rules"
)

// The examples of docs/checks.md show what they say: the bad one breaks its
// rule, the good one has nothing wrong with it.
func TestExamples(t *testing.T) {
	t.Parallel()
	for _, r := range rules.All() {
		if r.Told {
			continue
		}
		t.Run(r.Code, func(t *testing.T) {
			t.Parallel()
			if bad := codes(checked(t, r, r.Bad)); !slices.Contains(bad, r.Code) {
				t.Errorf("the bad example breaks %q, not this rule", bad)
			}
			if good := checked(t, r, r.Good); len(good) > 0 {
				t.Errorf("the good example is not: %+v", good)
			}
		})
	}
}

func codes(list diag.List) []string {
	var out []string
	for _, d := range list {
		out = append(out, d.Code)
	}
	return out
}

// checked is what check says of an example, with its rule on.
func checked(t *testing.T, r rules.Rule, example string) diag.List {
	t.Helper()
	dir := t.TempDir()
	name := "a.md"
	files := map[string]string{}
	for line := range strings.Lines(example) {
		if head, ok := strings.CutPrefix(line, "-- "); ok && strings.HasSuffix(head, " --\n") {
			name = strings.TrimSuffix(head, " --\n")
			files[name] = ""
			continue
		}
		files[name] += line
	}
	if r.Default == diag.Off {
		files["site.yaml"] = "checks: {" + r.Code + ": warning}\n"
	}
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
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
	list := loaded.Diags
	if list.Errors() == 0 {
		broken, err := generate.Promises(t.Context(), loaded)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, broken...)
	}
	if r.Code != "article-empty" { // most examples are about front matter, and show no more
		list = slices.DeleteFunc(list, func(d diag.Diagnostic) bool { return d.Code == "article-empty" })
	}
	for _, d := range list {
		if rule, ok := rules.Find(d.Code); !ok || rule.Code != r.Code && d.Severity != rule.Default {
			t.Errorf("%s is not declared, or not as serious as it is: %+v", d.Code, d)
		}
	}
	return list
}
