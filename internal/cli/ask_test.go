//go:build linux

package cli_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"whyfix/internal/cli"
)

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
