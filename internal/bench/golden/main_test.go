package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"whyfix/internal/cli"
)

func TestMain(m *testing.M) {
	os.Setenv("GORACE", "atexit_sleep_ms=0") // else the race detector waits a second at the end of each process
	testscript.Main(m, map[string]func(){"whyfix": func() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		code := cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
		stop()
		os.Exit(code)
	}})
}

// A record is the same wherever the site is made; an edit shows in all that it
// changes, and in nothing else.
func TestRecordAndCompare(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("whyfix")
	if err != nil {
		t.Fatal(err)
	}
	content, record := filepath.Join(t.TempDir(), "help"), filepath.Join(t.TempDir(), "record")
	const kettle = "---\ntitle: 水壶不加热\nsymptoms:\n  - 水壶不热\nproducts: [水壶]\nupdated: 2026-01-02\n---\n\n"
	writeFile(t, filepath.Join(content, "kettle.md"), kettle+"先看电源。\n")
	writeFile(t, filepath.Join(content, "lamp.md"), "---\ntitle: 灯不亮\nsymptoms: [灯坏了]\nupdated: 2026-01-02\n---\n\n换灯泡。\n")
	golden := func(command string) (string, error) {
		var out strings.Builder
		err := run(t.Context(), []string{command, "-whyfix", program, "-content", content, "-n", "0", record}, &out)
		return out.String(), err
	}
	if _, err := golden("record"); err != nil {
		t.Fatal(err)
	}
	if out, err := golden("compare"); err != nil || !strings.HasPrefix(out, "the same: ") {
		t.Errorf("without a change: %v\n%s", err, out)
	}
	writeFile(t, filepath.Join(content, "kettle.md"), kettle+"先看插座。\n")
	out, err := golden("compare")
	if !errors.Is(err, errDiffers) {
		t.Errorf("with a change: %v", err)
	}
	for _, want := range []string{
		"help files: www/kettle/index.html: changed: ", "help manifest: search.digest: changed: ",
		`help answers: /api/search?q=水壶不热: answer.hits[0].snippet: changed: "先看电源。" → "先看插座。"`,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("not told: %s", want)
		}
	}
	if strings.Contains(out, "lamp") || strings.Contains(out, "help check") || strings.Contains(out, "help build") || t.Failed() {
		t.Errorf("what was told:\n%s", out)
	}
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"record"}, {"other", "dir"}, {"compare", "a", "b"}, {"record", "-none", "dir"}} {
		if err := run(t.Context(), args, io.Discard); !errors.Is(err, errUsage) {
			t.Errorf("%q: %v", args, err)
		}
	}
	if err := run(t.Context(), []string{"record", t.TempDir()}, io.Discard); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("into a folder that is there: %v", err)
	}
}
