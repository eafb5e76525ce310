package importer

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write what the dialects give into their cases")

// Each row of the table has a case: a source, recognised by itself, behind
// that every file that it becomes, and the report.
func TestDialects(t *testing.T) {
	t.Parallel()
	for _, d := range dialects {
		t.Run(string(d.name), func(t *testing.T) {
			t.Parallel()
			name := filepath.Join("testdata", "dialects", string(d.name)+".txtar")
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			source, want := map[string]string{}, ""
			kept := archive.Files[:0:0]
			for _, f := range archive.Files {
				if strings.HasPrefix(f.Name, "want") {
					want += "-- " + f.Name + " --\n" + string(f.Data)
					continue
				}
				source[f.Name] = string(f.Data)
				kept = append(kept, f)
			}
			out, diags, err := plan(t, Options{}, ".", source)
			if err != nil || len(diags) > 0 {
				t.Fatalf("got %v and %v", err, diags)
			}
			if out.From != d.name {
				t.Errorf("it was taken for %s", out.From)
			}
			holds(t, out)
			got := txtar.Archive{Comment: archive.Comment, Files: kept}
			report := ""
			for _, f := range out.Files {
				if f.copyOf != "" {
					f.Text = []byte("a copy of " + f.copyOf + "\n")
				} else if f.Source != "" && filepath.Ext(f.Path) != ".md" {
					f.Text = []byte("from " + f.Source + "\n")
				}
				got.Files = append(got.Files, txtar.File{Name: "want/" + f.Path, Data: f.Text})
				for _, todo := range f.Todo {
					report += fmt.Sprintf("%s:%d: %s\n", f.Path, todo.Line, todo.Message)
				}
			}
			for _, left := range out.Left {
				report += left + " was not taken\n"
			}
			got.Files = append(got.Files, txtar.File{Name: "want-report", Data: []byte(report)})
			all := txtar.Format(&got)
			if *update {
				if err := os.WriteFile(name, all, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			_, gotText, _ := strings.Cut(string(all), "-- want/")
			if diff := cmp.Diff(want, "-- want/"+gotText); diff != "" {
				t.Errorf("-want +got (-update writes it):\n%s", diff)
			}
		})
	}
}
