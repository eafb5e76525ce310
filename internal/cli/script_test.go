package cli_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

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
	testscript.Run(t, testscript.Params{
		Dir:                filepath.Join("testdata", "script"),
		RequireUniqueNames: true,
		ContinueOnError:    true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("LANG", "C")
			env.Setenv("GOTRACEBACK", "single") // a panic is a failure whose first lines say it all
			env.Setenv("GORACE", quickRace)
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
