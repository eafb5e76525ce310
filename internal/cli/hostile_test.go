package cli_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"whyfix/internal/bench"
)

// runMeasured runs the program and returns what it said, its exit code, and how
// much memory it took at most, in bytes; 0 where nobody tells.
func runMeasured(t *testing.T, args ...string) (said string, code int, memory int64) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "whyfix", args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), cmd.ProcessState.ExitCode(), bench.Peak(cmd.ProcessState)
}

// Small files that would eat the machine: each is answered, or refused with its
// line, and a whole folder of them costs neither time nor memory.
func TestHostileFolder(t *testing.T) {
	t.Parallel()
	r := func(s string, n int) string { return strings.Repeat(s, n/len(s)) }
	numbered := func(each string, n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(each, "#", fmt.Sprint(i)))
		}
		return b.String()
	}
	const mega = 1_000_000
	front := func(s string) string { return "---\ntitle: 甲\n" + s + "---\n正文。\n" }
	refused := map[string]struct{ text, place string }{
		"links":       {r("[a](", 200_000), "links.md:1:"},
		"emphasis":    {r("a**b_c*", 350_000), "emphasis.md:1:"},
		"references":  {"# 甲\n\n" + numbered("[a#] ", 20_000) + "\n\n[a1]: https://example.org/\n", "references.md:3:"},
		"expansion":   {"# 甲\n\n" + r("[a] ", 16_000) + "\n\n[a]: https://example.org/" + r("b", 60_000), "expansion.md:3:"},
		"quotes":      {"# 甲\n\n" + r("> ", 2000) + "乙\n", "quotes.md:3:"},
		"lists":       {"# 甲\n\n" + deepList(1000), "lists.md:"},
		"columns":     {"# 甲\n\n|" + r("a|", 40_000) + "\n|" + r("-|", 40_000) + "\n", "columns.md:4:"},
		"cells":       {"# 甲\n\n|" + r("a|", 300) + "\n|" + r("-|", 300) + "\n" + r("|\n", mega), "cells.md:4:"},
		"rows-many":   {"# 甲\n\n|a|b|\n|-|-|\n" + r("|a|b|\n", mega), "rows-many.md:4:"},
		"title":       {"---\ntitle: " + r("字", 9_000) + "\n---\n正文。\n", "title.md:2:8"},
		"long-title":  {"---\ntitle: " + r("字", mega) + "\n---\n正文。\n", "long-title.md:1:1"},
		"heading":     {"# " + r("字", 9_000) + "\n正文。\n", "heading.md:1:1"},
		"symptom":     {front("symptoms: [" + r("没", 9_000) + "]\n"), "symptom.md:3:12"},
		"front":       {front("symptoms: [" + numbered("没#, ", 100_000) + "x]\n"), "front.md:1:1"},
		"brackets":    {"# 甲\n\n" + r("[", mega), "brackets.md:3:"},
		"long-line":   {"# 甲\n\n" + r("[a](b \"c", mega), "long-line.md:3:"},
		"definitions": {"# 甲\n\n" + r("[a]: b \"\n", mega), "definitions.md:"},
		"footnotes":   {"# 甲\n\n" + numbered("[^a#]\n\n[^a#]: 注\n\n", 20_000), "footnotes.md:"},
	}
	answered := map[string]string{
		"line":     "# 甲\n\n" + r("字", mega) + "\n",
		"headings": "# 甲\n\n" + numbered("## 怎么办#\n\n正文。\n\n", 5000),
		"perl":     "# 甲\n\n```perl\n" + r("m{m{", 60_000) + "\n```\n",
		"rows":     "# 甲\n\n|a|b|\n|-|-|\n" + r("|a|b|\n", mega/8),
		"tags":     "# 甲\n\n" + r("<a b=\"\n", mega),
		"words":    "# 甲\n\n" + r("some words ", mega) + "\n",
	}
	bad, good := filepath.Join(t.TempDir(), "content"), filepath.Join(t.TempDir(), "content")
	for _, dir := range []string{bad, good} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range refused {
		writeFile(t, filepath.Join(bad, name+".md"), c.text)
	}
	for name, text := range answered {
		writeFile(t, filepath.Join(bad, name+".md"), text)
		writeFile(t, filepath.Join(good, name+".md"), text)
	}

	start := time.Now()
	said, code, memory := runMeasured(t, "check", "-all", "-content", bad)
	if took := time.Since(start); took > 30*time.Second*slack() {
		t.Errorf("check took %v", took)
	}
	if memory > 500<<20*int64(slack()) {
		t.Errorf("check took %d MB", memory>>20)
	}
	t.Logf("check: %v, %d MB", time.Since(start).Round(time.Millisecond), memory>>20)
	if code != 1 {
		t.Errorf("check: exit code %d", code)
	}
	for name, c := range refused {
		if !strings.Contains(said, "/"+c.place) {
			t.Errorf("%s: nothing is said of %s", name, c.place)
		}
	}

	start = time.Now()
	said, code, memory = runMeasured(t, "build", "-content", good, "-out", filepath.Join(filepath.Dir(good), "public"))
	if took := time.Since(start); code != 0 || took > 30*time.Second*slack() || memory > 500<<20*int64(slack()) {
		t.Errorf("build: exit code %d, %v, %d MB\n%.2000s", code, took, memory>>20, said)
	}
	t.Logf("build: %v, %d MB", time.Since(start).Round(time.Millisecond), memory>>20)
}

// A build does not hold the texts of a site. What it takes at most is little more
// than what it takes anyway, and far less than these have as pages, as documents and as
// they were written: a busy machine collects later, and a build that holds them takes more than
// three times their size.
func TestMemoryOfTexts(t *testing.T) {
	t.Parallel()
	if underDetector() {
		t.Skip("the detector takes more memory than the program")
	}
	const articles, size, most = 1000, 100_000, 200 << 20
	dir := t.TempDir()
	content := filepath.Join(dir, "content")
	if err := os.Mkdir(content, 0o755); err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat(strings.Repeat("-", 99)+"\n", size/100) // no words: this is not about the index
	for i := range articles {
		writeFile(t, filepath.Join(content, fmt.Sprintf("a%d.md", i)), fmt.Sprintf("---\ntitle: 第%d题\n---\n怎么办。\n\n```\n%s```\n", i, text))
	}
	said, code, memory := runMeasured(t, "build", "-compress=false", "-content", content, "-out", filepath.Join(dir, "public"))
	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, said)
	}
	t.Logf("%d MB of articles: %d MB", articles*size>>20, memory>>20)
	if memory > most {
		t.Errorf("a build of %d MB of articles takes %d MB", articles*size>>20, memory>>20)
	}
}

func deepList(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat("  ", i) + "- 乙\n")
	}
	return b.String()
}

// An import with cells that span a table that no machine can hold.
func TestImportOfHugeSpans(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	from := filepath.Join(dir, "old")
	if err := os.Mkdir(from, 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(from, "a.html"), `<title>甲</title><main><h1>甲</h1><table><tr><td colspan=999999999 rowspan="999999999">乙</td><td>丙</td></tr></table></main>`)
	said, _, memory := runMeasured(t, "import", "-from", "html", "-content", filepath.Join(dir, "content"), from)
	if memory > 500<<20*int64(slack()) {
		t.Errorf("%d MB\n%s", memory>>20, said)
	}
	data, err := os.ReadFile(filepath.Join(dir, "content", "a.md"))
	if err != nil || !bytes.Contains(data, []byte("乙")) || !bytes.Contains(data, []byte("丙")) {
		t.Errorf("%v\n%.500s\n%s", err, data, said)
	}
}

// A command ends soon after somebody has asked for it, whatever it does.
func TestCommandsEndWhenAsked(t *testing.T) {
	t.Parallel()
	content := filepath.Join(t.TempDir(), "content")
	if err := os.Mkdir(content, 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range 1500 {
		writeFile(t, filepath.Join(content, fmt.Sprintf("a%d.md", i)), fmt.Sprintf("---\ntitle: 第%d篇\nsymptoms: [症状%d]\n---\n\n%s\n", i, i, strings.Repeat("正文。", 300)))
	}
	for _, sign := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		for _, args := range [][]string{{"build", "-content", content, "-out", filepath.Join(t.TempDir(), "public")}, {"dev", "-addr", "127.0.0.1:0", "-content", content}} {
			cmd := exec.CommandContext(t.Context(), "whyfix", args...)
			hasBegun := func() { // a build says nothing until it is done
				for !isThere(args[len(args)-1]) && t.Context().Err() == nil {
					time.Sleep(time.Millisecond)
				}
			}
			if args[0] == "dev" {
				stderr, err := cmd.StderrPipe()
				if err != nil {
					t.Fatal(err)
				}
				hasBegun = func() { _, _ = stderr.Read(make([]byte, 1)) }
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			hasBegun()
			start := time.Now()
			if err := cmd.Process.Signal(sign); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			if took := time.Since(start); took > 10*time.Second*slack() {
				t.Errorf("%s took %v to end after %v", args[0], took, sign)
			}
		}
	}
}

func isThere(name string) bool { _, err := os.Stat(name); return err == nil }

// slack is how many times longer and larger a test may be than it should: the
// race detector makes it so.
func slack() time.Duration {
	if underDetector() {
		return 10
	}
	return 1
}

func underDetector() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}
