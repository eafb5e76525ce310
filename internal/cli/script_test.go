package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"

	"whyfix/internal/cli"
	"whyfix/internal/disk"
)

// TestMain makes the test binary serve as the program, too: called by the name
// whyfix, it is main.
func TestMain(m *testing.M) {
	if !strings.HasPrefix(filepath.Base(os.Args[0]), "whyfix") { // as which a script has an environment of its own
		os.Setenv("LC_ALL", "C") // whoever runs the tests may speak Chinese
	}
	testscript.Main(m, map[string]func(){"whyfix": func() {
		os.Exit(cli.Main(os.Args[1:]))
	}})
}

// quickRace keeps the race detector from waiting a second at the end of each
// process.
const quickRace = "atexit_sleep_ms=0"

func TestScripts(t *testing.T) {
	t.Parallel()
	exports, err := filepath.Abs(filepath.Join("..", "importer", "testdata"))
	if err != nil {
		t.Fatal(err)
	}
	hosting, err := filepath.Abs(filepath.Join("..", "..", "docs", "hosting"))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                filepath.Join("testdata", "script"),
		RequireUniqueNames: true,
		ContinueOnError:    true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("LANG", "C")
			env.Setenv("GOTRACEBACK", "single") // a panic is a failure whose first lines say it all
			env.Setenv("GORACE", quickRace)
			env.Setenv("HOSTING", hosting) // samples for hosts
			env.Setenv("EXPORTS", exports) // help pages of other programs, to import
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":    exits,
			"samefile": samefile,
			"readlink": readlink,
			"releases": releases,
			"isjson":   isJSON,
			"replace":  replace,
			"undraft":  undraft,
			"repeat":   repeat,
			"many":     many,
			"takeport": takePort,
			"bytes":    writeBytes,
			"age":      ageFiles,
		},
	})
}

// exits runs a program that must end with an exit code: exits 2 whyfix -x
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARGUMENT…]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code: got %d, want %d", got, want)
	}
}

// samefile demands that two names are, or are not, one file on the disk.
func samefile(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: [!] samefile A B")
	}
	a, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	b, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got, want := os.SameFile(a, b), !neg; got != want {
		ts.Fatalf("one file: got %v, want %v", got, want)
	}
}

// readlink puts the target of a link into a variable: readlink FIRST public/current
func readlink(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: readlink VARIABLE LINK")
	}
	target, err := os.Readlink(ts.MkAbs(args[1]))
	ts.Check(err)
	ts.Setenv(args[0], target)
}

// releases counts the release folders: releases public 2
func releases(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: releases DIR N")
	}
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	var got []string
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	if !errors.Is(err, fs.ErrNotExist) {
		ts.Check(err)
	}
	for _, e := range entries {
		if e.IsDir() && e.Name()[0] != '.' {
			got = append(got, e.Name())
		}
	}
	if len(got) != want {
		ts.Fatalf("releases: got %d (%q), want %d", len(got), got, want)
	}
}

// isJSON demands that a file, or stdout, is one JSON value: isjson stdout
func isJSON(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: [!] isjson FILE")
	}
	if got, want := json.Valid([]byte(ts.ReadFile(args[0]))), !neg; got != want {
		ts.Fatalf("valid JSON: got %v, want %v", got, want)
	}
}

// replace puts one text in the place of another: replace FILE OLD NEW
func replace(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: replace FILE OLD NEW")
	}
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s does not contain %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(text, args[1], args[2], 1)), 0o644))
}

var draftLine = regexp.MustCompile(`(?m)^draft: true.*\n`)

// undraft deletes the line draft: true, as a writer does in the end.
func undraft(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: undraft FILE")
	}
	text := ts.ReadFile(args[0])
	if !draftLine.MatchString(text) {
		ts.Fatalf("%s is no draft", args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(draftLine.ReplaceAllString(text, "")), 0o644))
}

// repeat puts a text, many times over, into a variable: repeat LONG 10000 花
func repeat(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: repeat VARIABLE N TEXT")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Setenv(args[0], strings.Repeat(args[2], n))
}

// many copies a file many times over, with numbers from 0 in place of N in name
// and text: many article.md 61 content/pay/N.md
func many(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: many FILE COPIES NAME")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	text := ts.ReadFile(args[0])
	for i := range n {
		name := ts.MkAbs(strings.ReplaceAll(args[2], "N", strconv.Itoa(i)))
		ts.Check(os.MkdirAll(filepath.Dir(name), 0o755))
		ts.Check(os.WriteFile(name, []byte(strings.ReplaceAll(text, "N", strconv.Itoa(i))), 0o644))
	}
}

// takePort listens on a free port until the end of the script and puts the
// address into a variable: takeport ADDR
func takePort(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: takeport VARIABLE")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { l.Close() })
	ts.Setenv(args[0], l.Addr().String())
}

// writeBytes writes a file that no text file can hold: bytes a.md '\xff\n'
func writeBytes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: bytes FILE QUOTED")
	}
	text, err := strconv.Unquote(`"` + args[1] + `"`)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

// ageFiles sets the times of all files below a folder an hour back: age content
func ageFiles(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: age DIR")
	}
	ts.Check(setBack(ts.MkAbs(args[0]), time.Hour))
}

// setBack sets the times of all files below a folder back: what was written a
// moment ago counts as still changing, so a build looks closer.
func setBack(dir string, by time.Duration) error {
	at := time.Now().Add(-by)
	return filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if err := os.Chtimes(name, at, at); err != nil {
			return err
		}
		for { // until another change would be seen
			info, err := os.Lstat(name)
			if err != nil || disk.StatOf(info).Settled(time.Now()) {
				return err
			}
			time.Sleep(time.Millisecond)
		}
	})
}

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
