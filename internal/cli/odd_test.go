//go:build unix

package cli_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A pipe as current, among the events or in place of a page is refused at once,
// and SIGTERM ends the process whatever stands there.
func TestPipesAndTheEnd(t *testing.T) {
	t.Parallel()
	content, public := site(t)
	run(t, 0, "build", "-content", content, "-out", public)
	p := launch(t, "serve", "-public", public, "-addr", "127.0.0.1:0", "-events", filepath.Join(t.TempDir(), "events"))
	pipe := func(name string) {
		t.Helper()
		if err := errors.Join(os.Remove(name), syscall.Mkfifo(name, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	pipe(filepath.Join(public, "current", "www", "refund", "index.html"))
	for range 20 {
		if status, _ := p.get(t, "/refund/"); status != 404 {
			t.Fatalf("a pipe in place of a page has status %d", status)
		}
	}
	pipe(filepath.Join(public, "current"))
	p.stderr.wait(t, `new release refused`)
	if status, _ := p.get(t, "/healthz"); status != 200 {
		t.Errorf("/healthz: status %d", status)
	}
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v\n%s", err, p.stderr)
	}
	if _, stderr := run(t, 1, "serve", "-public", public, "-addr", "127.0.0.1:0"); !strings.Contains(stderr, "is not a plain file") {
		t.Errorf("a pipe as current at the start: %s", stderr)
	}
}
