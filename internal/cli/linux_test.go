//go:build linux

// What is tested with means that Linux alone has: the calls of a program to the
// system, power cuts, a terminal.

package cli_test

import (
	"bytes"
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

	"golang.org/x/sys/unix"

	"whyfix/internal/cli"
	"whyfix/internal/publish"
)

// Nobody may make a folder there, whoever he is.
func TestFolderThatCannotBeMade(t *testing.T) {
	t.Parallel()
	content, _ := site(t)
	var out, said bytes.Buffer
	code := cli.Run(t.Context(), []string{"build", "-lang", "en", "-content", content, "-out", "/proc/help/public"}, strings.NewReader(""), &out, &said)
	want := "whyfix build: cannot make the folder /proc/help: no such file or directory\n    hint: name one that you may write with -out, or have it made for you\n"
	if code != 1 || said.String() != want {
		t.Errorf("got %d and %q, want 1 and %q", code, said.String(), want)
	}
}

// What is called live is on the disk: of the real program's system calls, all
// that write into the release come before the one that forces it there, then its
// manifest gets its name, then `current` is switched, each name is forced there,
// too, and only then it is said to be live. A seam in the code could show that it
// calls functions in this order, but not what they do, nor what a library writes
// beside them.
func TestDurable(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("strace"); err != nil && os.Getenv("CI") != "" {
		t.Fatal(err) // else nobody would notice that nothing is tested
	}
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

// terminal is one at which somebody types.
func terminal(t *testing.T, typed string) *os.File {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { keyboard.Close() })
	number, err := unix.IoctlGetInt(int(keyboard.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(keyboard.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	screen, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { screen.Close() })
	if _, err := keyboard.WriteString(typed); err != nil {
		t.Fatal(err)
	}
	return screen
}

const endOfInput = "\x04" // Ctrl-D

// TestNewAsks: at a terminal, what an article lacks is asked for.
func TestNewAsks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, typed string
		args        []string
		code        int
		file        string // that is made
		has         []string
		asked       string
	}{
		{
			"everything", "退款怎么还没到？\n\n钱没退\n退款没到\n\n支付宝\n\n银行未入账\n\n等三天\n\n", nil, 0, "退款怎么还没到.md",
			[]string{"title: \"退款怎么还没到？\"", "  - 钱没退\n  - 退款没到\n", "products: [支付宝]", "### 银行未入账 {", "### 等三天 {"},
			"标题",
		},
		{
			"only what is not said", "pay/late.md\n银行未入账\n\n\n",
			[]string{"-title", "退款", "-symptom", "钱没退", "-product", "支付宝"},
			0, "pay/late.md",
			[]string{"title: \"退款\"", "  - 钱没退\n", "causes: [银行未入账]", "solutions: []"},
			"可能的原因",
		},
		{"nothing to add", "\n\n\n\n", []string{"a.md", "退款"}, 0, "a.md", []string{"### 第一种原因"}, "读者怎么说"},
		{"the end of the input", endOfInput, []string{"a.md", "退款"}, 0, "a.md", []string{"title: \"退款\""}, "读者怎么说"},
		{"the end of the input instead of a path", "退款\n" + endOfInput, nil, 1, "", nil, "nothing was written"},
		{"no title", endOfInput, nil, 1, "", nil, "nothing was written: an article needs a title"},
		{"a path outside", "退款\n../x.md\n\n\n\n\n", nil, 2, "", nil, "is not a path inside the content folder"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "content")
			var out, said bytes.Buffer
			args := append([]string{"new", "-content", dir}, tt.args...)
			if code := cli.Run(t.Context(), args, terminal(t, tt.typed), &out, &said); code != tt.code {
				t.Errorf("exit code: got %d, want %d", code, tt.code)
			}
			if !strings.Contains(said.String(), tt.asked) {
				t.Errorf("no %q in what it said:\n%s", tt.asked, &said)
			}
			if tt.file == "" {
				if entries, _ := os.ReadDir(dir); len(entries) > 0 {
					t.Errorf("something was written: %v", entries)
				}
				return
			}
			if want := filepath.Join(dir, tt.file) + "\n"; out.String() != want {
				t.Errorf("path: got %q, want %q", &out, want)
			}
			text, err := os.ReadFile(filepath.Join(dir, tt.file))
			if err != nil {
				t.Fatal(err)
			}
			for _, has := range tt.has {
				if !strings.Contains(string(text), has) {
					t.Errorf("no %q in\n%s", has, text)
				}
			}
		})
	}
}

// TestNewAsksNothingForNothing: a file that is there is told before the questions
// about its text.
func TestNewAsksNothingForNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "b.md"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		typed string
		args  []string
	}{{"", []string{"b.md", "甲"}}, {"甲\nb.md\n", nil}} {
		var out, said bytes.Buffer
		if code := cli.Run(t.Context(), append([]string{"new", "-content", dir}, tt.args...), terminal(t, tt.typed), &out, &said); code != 1 {
			t.Errorf("%q: exit code %d", tt.args, code)
		}
		if got := said.String(); !strings.Contains(got, "b.md exists already") || strings.Contains(got, "读者怎么说") {
			t.Errorf("%q: it said\n%s", tt.args, got)
		}
	}
}

// TestInitAsks: at a terminal, what a new site has to say of itself is asked for;
// Enter, and the end of the input, take what is proposed.
func TestInitAsks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, typed string
		args        []string
		has         []string
		asked       string
	}{
		{"everything", "fr\nen\nRouter help\nAll about routers.\n", nil, []string{"title: \"Router help\"", "description: \"All about routers.\"", "language: en\n"}, "The site's name"},
		{"nothing", "\n\n\n", nil, []string{"title: \"帮助\"", "language: zh-CN\n"}, "网站的名字"},
		{"only what is not said", "路由器\n", []string{"-language", "zh", "-about", "讲路由器"}, []string{"title: \"路由器\"", "description: \"讲路由器\"", "language: zh\n"}, "网站的名字"},
		{"the end of the input", endOfInput, nil, []string{"title: \"帮助\"", "language: zh-CN\n"}, "语言"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "site")
			var out, said bytes.Buffer
			if code := cli.Run(t.Context(), append([]string{"init", dir}, tt.args...), terminal(t, tt.typed), &out, &said); code != 0 {
				t.Fatalf("exit code %d:\n%s", code, &said)
			}
			data, err := os.ReadFile(filepath.Join(dir, "content", "site.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range tt.has {
				if !strings.Contains(string(data), want) {
					t.Errorf("site.yaml lacks %q:\n%s", want, data)
				}
			}
			if !strings.Contains(said.String(), tt.asked) {
				t.Errorf("it did not ask %q:\n%s", tt.asked, &said)
			}
		})
	}
}
