package cli_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"whyfix/internal/publish"
)

// stock returns the command bleve, as its authors ship it, for an index.
func stock(t *testing.T, index string) func(command string, args ...string) string {
	t.Helper()
	run := func(args ...string) (string, error) {
		var stdout, stderr bytes.Buffer
		cmd := exec.CommandContext(t.Context(), "go", append([]string{"tool", "-modfile=../../tools/go.mod", "bleve"}, args...)...)
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		err := cmd.Run()
		if err != nil {
			t.Logf("bleve %s: %v\n%s%s", strings.Join(args, " "), err, &stdout, &stderr)
		}
		return stdout.String(), err
	}
	if _, err := run("--help"); err != nil && os.Getenv("CI") == "" {
		t.Skip("the command bleve cannot be built here")
	}
	return func(command string, args ...string) string {
		t.Helper()
		out, err := run(append([]string{command, index}, args...)...)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// What docs/operating.md says of the index: the command bleve counts, asks and
// lists it while it is served. It opens it for writing each time, and writes its
// root again; all the same the release is served, and a build finds nothing to
// do.
func TestStockBleve(t *testing.T) {
	t.Parallel()
	content, public := site(t)
	run(t, 0, "build", "-content", content, "-out", public)
	id, err := publish.Current(public)
	if err != nil {
		t.Fatal(err)
	}
	index := filepath.Join(public, id, "search")
	served := start(t, "serve", "-public", public, "-addr", "127.0.0.1:0")
	bleve := stock(t, index)
	root, err := os.ReadFile(filepath.Join(index, "store", "root.bolt"))
	if err != nil {
		t.Fatal(err)
	}

	if got := bleve("count"); got != "2\n" {
		t.Errorf("count says %q, want 2", got)
	}
	var fields []string
	for line := range strings.Lines(bleve("fields")) {
		_, name, _ := strings.Cut(strings.TrimSpace(line), " - ")
		fields = append(fields, name)
	}
	slices.Sort(fields)
	want := strings.Fields("_id body cause headings kind language meanings product solution sounds summary symptoms tags title url words")
	if !slices.Equal(fields, want) {
		t.Errorf("fields are\n%q, want\n%q", fields, want)
	}
	hits := regexp.MustCompile(`(?m)^ +\d+\. (\S+) \(([0-9.]+)\)$`)
	for _, tt := range []struct {
		args []string
		want string // addresses, best first
	}{
		{[]string{"花呗用不了"}, "/huabei/cannot-use/ /refund/"},
		{[]string{"退款"}, "/refund/"},
		{[]string{"symptoms:花呗打不开"}, "/huabei/cannot-use/"},
		{[]string{"+product:花呗 +kind:cause"}, "/huabei/cannot-use/"},
		{[]string{"-t", "term", "-f", "cause", "系统维护"}, "/huabei/cannot-use/"},
		{[]string{"-t", "prefix", "-f", "url", "/ref"}, ""}, // stored, not indexed
		{[]string{"绿皮火车"}, ""},
	} {
		out := bleve("query", tt.args...)
		var got []string
		for _, hit := range hits.FindAllStringSubmatch(out, -1) {
			got = append(got, hit[1])
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("query %q finds %q, want %q:\n%s", tt.args, got, tt.want, out)
		}
	}
	if out := bleve("query", "--fields", "退款"); !strings.Contains(out, "退款没到账") || !strings.Contains(out, "/refund/") {
		t.Errorf("query --fields says:\n%s", out)
	}
	if now, err := os.ReadFile(filepath.Join(index, "store", "root.bolt")); err != nil || bytes.Equal(root, now) {
		t.Errorf("bleve has not written the root (%v): then this test is of nothing", err)
	}

	if status, body := served.get(t, "/api/search?q=花呗用不了"); status != 200 || !strings.Contains(body, `"url":"/huabei/cannot-use/"`) {
		t.Errorf("while it is served: %d, %.300s", status, body)
	}
	served.stop(t)
	again := start(t, "serve", "-public", public, "-addr", "127.0.0.1:0")
	if status, body := again.get(t, "/api/search?q=花呗用不了"); status != 200 || !strings.Contains(body, `"url":"/huabei/cannot-use/"`) {
		t.Errorf("afterwards: %d, %.300s", status, body)
	}
	if _, said := run(t, 0, "build", "-content", content, "-out", public); !strings.Contains(said, "nothing changed") {
		t.Errorf("a build says %s", said)
	}
}
