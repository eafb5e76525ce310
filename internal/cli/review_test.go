package cli_test

import (
	"bytes"
	"encoding/json"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"whyfix/internal/cli"
)

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
