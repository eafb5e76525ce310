package cli_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
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
	code := cli.Run(t.Context(), []string{"check", "-content", filepath.Join(dir, "content")}, strings.NewReader(""), &stdout, &stderr)
	// The folder is not in git, which is said each time; that has its own script.
	said := regexp.MustCompile(`(?m)^whyfix: dates: .*\n`).ReplaceAllString(stderr.String(), "")
	out := stdout.String() + said + fmt.Sprintf("exit %d\n", code)
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
