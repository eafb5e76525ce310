//go:build linux

package cli_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"whyfix/internal/publish"
)

// What is called live is on the disk: of the real program's system calls, all
// that write into the release come before the one that forces it there, then its
// manifest gets its name, then `current` is switched, each name is forced there,
// too, and only then it is said to be live. A seam in the code could show that it
// calls functions in this order, but not what they do, nor what a library writes
// beside them.
func TestDurable(t *testing.T) {
	t.Parallel()
	if out, err := exec.Command("strace", "-f", "-o", os.DevNull, "true").CombinedOutput(); err != nil {
		t.Skipf("no strace here: %v\n%s", err, out)
	}
	content, public := site(t)
	for n, name := range []string{"from nothing", "one edit"} {
		writeFile(t, filepath.Join(content, "refund.md"), fmt.Sprintf("%s\n第%d次。\n", refund, n))
		calls := trace(t, "build", "-content", content, "-out", public)
		id, err := publish.Current(public)
		if err != nil {
			t.Fatal(err)
		}
		last := 0
		for _, step := range []string{
			`syncfs\(.*` + id,
			`rename.*manifest\.json\.tmp.*manifest\.json"`,
			`fsync\(\d+<[^>]*/` + id + `>`,
			`rename.*"\.current\.tmp".*"current"`,
			`fsync\(\d+<[^>]*/public>`,
			`write\(2<.*`, // it says something
		} {
			at := slices.IndexFunc(calls[last:], regexp.MustCompile(step).MatchString)
			if at < 0 {
				t.Fatalf("%s: no %s after line %d of\n%s", name, step, last, strings.Join(calls, "\n"))
			}
			if last == 0 {
				last = at
				into := regexp.MustCompile(`^(write|pwrite64|writev|copy_file_range|ftruncate)\(\d+<[^>]*/` + id + `/|^(linkat|link|symlinkat|mkdirat|mkdir)\(.*/` + id + `/|^openat\(.*` + id + `.*O_CREAT`)
				if n := len(slices.DeleteFunc(slices.Clone(calls[:at]), func(c string) bool { return !into.MatchString(c) })); n < 10 {
					t.Errorf("%s: only %d calls write into the release", name, n)
				}
				for _, late := range calls[at:] {
					if into.MatchString(late) {
						t.Errorf("%s: after all was forced to the disk: %s", name, late)
					}
				}
				continue
			}
			last += at
		}
	}
}

// powerCuts is how many power cuts TestPowerCut makes. It has to mount a file
// system, which only root may.
var powerCuts = flag.Int("powercuts", 0, "how many power cuts TestPowerCut makes; it needs root, loop devices and mkfs.ext4")

// What a power cut leaves is what has reached the disk. Here the disk is a file
// system in a file, which is copied at the moment when a build has said what is
// live: whatever only the memory had is not in the copy.
func TestPowerCut(t *testing.T) {
	if *powerCuts == 0 {
		t.Skip("-powercuts N makes some")
	}
	do := func(name string, args ...string) {
		t.Helper()
		if out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
		}
	}
	dir := t.TempDir()
	disk, copied, at, after := filepath.Join(dir, "disk"), filepath.Join(dir, "copied"), filepath.Join(dir, "at"), filepath.Join(dir, "after")
	mount := func(disk, at string) {
		t.Helper()
		do("mkdir", "-p", at)
		do("mount", "-o", "loop", disk, at)
		t.Cleanup(func() { _ = exec.Command("umount", at).Run() })
	}
	do("truncate", "-s", "300M", disk)
	do("mkfs.ext4", "-q", "-F", disk)
	mount(disk, at)
	content, _ := site(t)
	public := filepath.Join(at, "public")
	for n := range *powerCuts {
		writeFile(t, filepath.Join(content, "refund.md"), fmt.Sprintf("%s\n第%d次。\n", refund, n))
		do("whyfix", "build", "-content", content, "-out", public)
		do("cp", "--sparse=always", disk, copied)
		mount(copied, after)
		id, err := publish.Current(public)
		if err != nil {
			t.Fatal(err)
		}
		if left, err := publish.Current(filepath.Join(after, "public")); err != nil || left != id {
			t.Errorf("cut %d: %s is live, %v; %s was called live", n, left, err, id)
		}
		do("diff", "-r", filepath.Join(public, id), filepath.Join(after, "public", id))
		do("umount", after)
	}
	do("umount", at)
}

// trace runs the program and returns its system calls on files, in order, each
// without its thread and without what it had to wait for.
func trace(t *testing.T, args ...string) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	file := filepath.Join(t.TempDir(), "trace")
	const calls = "syncfs,fsync,rename,renameat,renameat2,write,pwrite64,writev,copy_file_range,ftruncate,link,linkat,symlinkat,mkdir,mkdirat,openat"
	cmd := exec.CommandContext(ctx, "strace", append([]string{"-f", "-y", "-s", "200", "-e", "trace=" + calls, "-e", "signal=none", "-o", file, "whyfix"}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	begun := map[string]string{} // a call of each thread that has begun
	for line := range strings.Lines(string(data)) {
		thread, call, _ := strings.Cut(strings.TrimSpace(line), " ")
		call = strings.TrimSpace(call)
		if start, ok := strings.CutSuffix(call, " <unfinished ...>"); ok {
			begun[thread] = start
			if !strings.Contains(start, "sync") { // counts from when it began; but what is forced, when it is done
				out = append(out, start)
			}
			continue
		}
		if strings.HasPrefix(call, "<... ") {
			if start := begun[thread]; strings.Contains(start, "sync") {
				out = append(out, start+" = 0")
			}
			continue
		}
		out = append(out, call)
	}
	return out
}

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
	if _, stderr := run(t, 1, "serve", "-public", public, "-addr", "127.0.0.1:0"); !strings.Contains(stderr, "is a pipe, not a plain file") {
		t.Errorf("a pipe as current at the start: %s", stderr)
	}
}
