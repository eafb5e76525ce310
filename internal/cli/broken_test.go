package cli_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"whyfix/internal/cli"
)

var update = flag.Bool("update", false, "rewrite want.txt in testdata/broken; read the difference afterwards")

// Each archive in testdata/broken is a site with mistakes. Its want.txt is
// what `whyfix check` says about it, to the letter: stdout, stderr, exit code.
//
// A file whose name ends in .quoted is written as Go string literals, one a
// line: for bytes that an editor would hide or refuse.
func TestBroken(t *testing.T) {
	t.Parallel()
	archives, err := filepath.Glob(filepath.Join("testdata", "broken", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	if len(archives) < 30 {
		t.Fatalf("got %d archives, want at least 30", len(archives))
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			want := unpack(t, archive, dir)
			got := checkOutput(t, dir)
			if *update {
				setFile(archive, "want.txt", got)
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("what check says (-want +got):\n%s", diff)
			}
		})
	}
}

// checkOutput runs check on dir/content and names that folder as if the
// program stood in dir.
func checkOutput(t *testing.T, dir string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := cli.Run(t.Context(), []string{"check", "-all", "-content", filepath.Join(dir, "content")}, strings.NewReader(""), &stdout, &stderr)
	out := stdout.String() + stderr.String() + fmt.Sprintf("exit %d\n", code)
	return strings.ReplaceAll(out, filepath.ToSlash(dir)+"/", "")
}

// unpack writes the files of an archive below dir and returns its want.txt.
func unpack(t *testing.T, archive *txtar.Archive, dir string) (want string) {
	t.Helper()
	if err := os.Mkdir(filepath.Join(dir, "content"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		if runtime.GOOS == "windows" && strings.ContainsAny(f.Name, `?\`) {
			t.Skipf("this system has no files named %s", f.Name)
		}
		if f.Name == "want.txt" {
			want = string(f.Data)
			continue
		}
		name, data := f.Name, f.Data
		if plain, ok := strings.CutSuffix(name, ".quoted"); ok {
			name, data = plain, nil
			for line := range strings.Lines(string(f.Data)) {
				s, err := strconv.Unquote(strings.TrimSpace(line))
				if err != nil {
					t.Fatalf("%s: %s: %v", f.Name, line, err)
				}
				data = append(data, s...)
			}
		}
		writeFile(t, filepath.Join(dir, filepath.FromSlash(name)), string(data))
	}
	return want
}

func setFile(archive *txtar.Archive, name, text string) {
	for i := range archive.Files {
		if archive.Files[i].Name == name {
			archive.Files[i].Data = []byte(text)
			return
		}
	}
	archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(text)})
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// What SARIF 2.1.0 demands of a log, and what readers of it need: the fields
// are read as any reader would, not as the program writes them.
func TestSARIF(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "a.md"), "---\ntitle: 退款\ndraf: true\n---\n\n看[甲](b.md)，[乙](c.md)。\n")
	writeFile(t, filepath.Join(dir, "d.md"), "---\ntitle: 退款\n---\n")
	writeFile(t, filepath.Join(dir, "#.md"), "# 甲\n")
	var stdout, stderr bytes.Buffer
	if code := cli.Run(t.Context(), []string{"check", "-sarif", "-content", dir}, strings.NewReader(""), &stdout, &stderr); code != 1 {
		t.Fatalf("exit %d: %s", code, stderr.String())
	}
	var log struct {
		Schema  string `json:"$schema"`
		Version string
		Runs    []struct {
			ColumnKind string
			Tool       struct {
				Driver struct {
					Name  string
					Rules []struct {
						ID               string
						ShortDescription struct{ Text string }
					}
				}
			}
			Results []struct {
				RuleID    string
				RuleIndex *int
				Level     string
				Message   struct{ Text string }
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           *struct{ StartLine, StartColumn int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal(stdout.Bytes(), &log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || !strings.Contains(log.Schema, "sarif-2.1.0") || len(log.Runs) != 1 {
		t.Fatalf("not a log of SARIF 2.1.0 with one run: %s", stdout.String())
	}
	run := log.Runs[0]
	if run.Tool.Driver.Name != "whyfix" || run.ColumnKind != "unicodeCodePoints" || len(run.Results) < 4 {
		t.Errorf("driver %q, columns %q, %d results", run.Tool.Driver.Name, run.ColumnKind, len(run.Results))
	}
	seen := map[string]bool{}
	for _, r := range run.Tool.Driver.Rules {
		if r.ID == "" || r.ShortDescription.Text == "" || seen[r.ID] {
			t.Errorf("a rule without a name or a text, or twice: %+v", r)
		}
		seen[r.ID] = true
	}
	for _, r := range run.Results {
		if r.RuleIndex == nil || *r.RuleIndex >= len(run.Tool.Driver.Rules) || run.Tool.Driver.Rules[*r.RuleIndex].ID != r.RuleID {
			t.Errorf("a result of no rule: %+v", r)
		}
		if r.Message.Text == "" || r.Level != "error" && r.Level != "warning" || len(r.Locations) != 1 {
			t.Errorf("not a result: %+v", r)
			continue
		}
		place := r.Locations[0].PhysicalLocation
		if u, err := url.Parse(place.ArtifactLocation.URI); err != nil || u.Scheme != "file" || u.Fragment != "" || !strings.HasPrefix(u.Path, filepath.ToSlash(dir)) {
			t.Errorf("not the URI of a file below %s: %q", dir, place.ArtifactLocation.URI)
		}
		if place.Region != nil && (place.Region.StartLine < 1 || place.Region.StartColumn < 0) {
			t.Errorf("not a place: %+v", place.Region)
		}
	}
}
