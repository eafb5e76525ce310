package cli_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"whyfix/internal/cli"
)

// commands are all of them; serve and dev are among them because help and
// mistakes end before anything is served.
var commands = []string{"dev", "build", "serve", "check", "new", "import", "search", "rollback", "version"}

// Wrong command lines: exit code 2, nothing on stdout, what is wrong and what
// to do on stderr, and nothing done.
func TestWrongCommandLine(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ line, want, hint string }{
		// A slip in an option.
		{"build -contant x", "whyfix build: unknown option -contant", "did you mean -content?"},
		{"build --drafs", "whyfix build: unknown option -drafs", "did you mean -drafts?"},
		{"build -fulll", "whyfix build: unknown option -fulll", "did you mean -full?"},
		{"serve -adr :0", "whyfix serve: unknown option -adr", "did you mean -addr?"},
		{"dev -draft", "whyfix dev: unknown option -draft", "did you mean -drafts?"},
		{"check -jsn", "whyfix check: unknown option -jsn", "did you mean -json?"},
		{"new -contents x a b", "whyfix new: unknown option -contents", "did you mean -content?"},
		{"search -explian 花呗", "whyfix search: unknown option -explian", "did you mean -explain?"},
		{"rollback -pubic x", "whyfix rollback: unknown option -pubic", "did you mean -public?"},
		{"version -v", "whyfix version: unknown option -v", "whyfix version -h shows how it is used"},
		{"build -frobnicate", "whyfix build: unknown option -frobnicate", "whyfix build -h shows how it is used"},
		{"search 花呗 -frobnicate", "whyfix search: unknown option -frobnicate", "whyfix search -h shows how it is used"},
		// A value that is missing, or of another kind.
		{"build -content", "whyfix build: a value is missing after -content", ""},
		{"serve -addr", "whyfix serve: a value is missing after -addr", ""},
		{"build -keep 0", "whyfix build: -keep must be at least 1", "2 keeps one release to roll back to"},
		{"build -keep -1", "whyfix build: -keep must be at least 1", ""},
		{"search -size 0 花呗", "whyfix search: -size must be from 1 to 50", ""},
		{"search -size -1 花呗", "whyfix search: -size must be from 1 to 50", ""},
		{"search -size 51 花呗", "whyfix search: -size must be from 1 to 50", ""},
		{"build -base example.org", `whyfix build: -base: "example.org" is not the address of a site`, "write a whole address such as https://example.org/help/"},
		{"build -base //example.org/", `"//example.org/" is not the address of a site`, ""},
		{"build -base ftp://example.org/", `"ftp://example.org/" is not the address of a site`, ""},
		{"build -base https://", `"https://" is not the address of a site`, ""},
		{"build -base https://example.org/?x", "is not the address of a site", ""},
		{"build -theme fancy", `whyfix build: there is no theme "fancy"`, "name a folder in themes/ beside the content folder"},
		{"dev -theme fancy", `whyfix dev: there is no theme "fancy"`, "name a folder in themes/ beside the content folder"},
		// Arguments that no command wants, or too few.
		{"build content", `whyfix build: unexpected argument "content"`, "whyfix build -h shows how it is used"},
		{"serve public", `whyfix serve: unexpected argument "public"`, ""},
		{"dev content", `whyfix dev: unexpected argument "content"`, ""},
		{"check content", `whyfix check: unexpected argument "content"`, ""},
		{"rollback public", `whyfix rollback: unexpected argument "public"`, ""},
		{"version now", `whyfix version: unexpected argument "now"`, ""},
		{"new a", "whyfix new: it needs a PATH and a TITLE", ""},
		{"new", "whyfix new: it needs a PATH and a TITLE", ""},
		{"new a b c", `whyfix new: unexpected argument "c": it takes a PATH and a TITLE`, ""},
		{"search", "whyfix search: it needs a QUERY", ""},
		{"search -- ", "whyfix search: it needs a QUERY", ""},
		// Paths outside the content folder, or of no article.
		{"new /outside.md 外面", `whyfix new: "/outside.md" is not a path inside the content folder`, "write it like huabei/cannot-use.md"},
		{"new a/../../outside.md 外面", `"a/../../outside.md" is not a path inside the content folder`, ""},
		{"new content/../outside.md 外面", `"content/../outside.md" is not a path inside the content folder`, ""},
		{"new . 空", `"." is not a path inside the content folder`, ""},
		{"new content/ 空", `"content/" is not a path inside the content folder`, ""},
		{"new .hidden.md 藏", `whyfix new: ".hidden.md" would not be built: names that start with . _ or # are left out`, "choose another name"},
		{"new _drafts/a.md 藏", `"_drafts/a.md" would not be built`, ""},
		{"new pay/index.md 付款", "whyfix new: index.md is the page of its folder, not an article", ""},
		{"import", "whyfix import: it needs a FILE or a DIR", ""},
		{"import a b", `whyfix import: unexpected argument "b": it takes a FILE or a DIR`, ""},
		{"import -dryrun a", "whyfix import: unknown option -dryrun", "did you mean -dry-run?"},
		{"import -from hugoo a", `whyfix import: -from: "hugoo" is nothing that can be imported`, `did you mean "hugo"?`},
		{"import -into /x a", `whyfix import: -into: "/x" is not a folder inside the content folder`, "write it like -into legacy"},
		{"import -into a/../../b a", `"a/../../b" is not a folder inside the content folder`, ""},
		{"import -into _x a", `whyfix import: -into: "_x" would not be built`, "choose another name"},
		// Values of another kind.
		{"build -keep many", `whyfix build: -keep must be a whole number, not "many"`, "whyfix build -h shows how it is used"},
		{"build -keep 99999999999999999999", "-keep must be a number of fewer digits", ""},
		{"build -drafts=maybe", `whyfix build: -drafts must be true or false, not "maybe"`, ""},
		{"serve -rate lots", `whyfix serve: -rate must be a whole number, not "lots"`, ""},
		{"serve -rate -1", "whyfix serve: -rate: -1 is not a number of searches a second", "or 0 for no limit"},
		{"serve -events-size -1", "whyfix serve: -events-size: -1 is not a number of megabytes", "or 0 for no limit"},
		{"serve -ipv6-prefix 24", "whyfix serve: -ipv6-prefix: 24 bits do not tell clients apart", "write a number from 32 to 128"},
		{"serve -log xml", `whyfix serve: -log: there is no format "xml"`, "write text or json"},
		{"serve -trusted-proxy 10.0.0/8", `whyfix serve: -trusted-proxy: "10.0.0/8" is no address or network`, "networks such as 10.0.0.0/8"},
		{"serve -metric-addr :9", "whyfix serve: unknown option -metric-addr", "did you mean -metrics-addr?"},
		{"build ---full", "whyfix build: unknown option ---full", ""},
		// Commands that do not exist, or too many.
		{"help build serve", `whyfix help: unexpected argument "serve": it takes one command`, "whyfix help lists the commands"},
		{"serch 花呗", `whyfix: unknown command "serch"`, `did you mean "search"?`},
		{"Build", `whyfix: unknown command "Build"`, `did you mean "build"?`},
		{"frobnicate", `whyfix: unknown command "frobnicate"`, "whyfix help lists the commands"},
		{"-x", `whyfix: unknown command "-x"`, "whyfix help lists the commands"},
		{"help bild", `whyfix: unknown command "bild"`, `did you mean "build"?`},
		{"search -size 10 " + strings.Repeat("花", 10_000), "whyfix search: the query has 10000 characters; at most 2000 are allowed", "keep the part that says what is wrong"},
	} {
		name := tt.line
		if len(name) > 60 {
			name = name[:60]
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			if got := cli.Run(t.Context(), strings.Fields(tt.line), strings.NewReader(""), &stdout, &stderr); got != 2 {
				t.Errorf("exit code: got %d, want 2", got)
			}
			if stdout.Len() > 0 {
				t.Errorf("stdout: got %q, want nothing", &stdout)
			}
			lines := strings.Split(strings.TrimSuffix(stderr.String(), "\n"), "\n")
			if len(lines) != 2 || !strings.HasPrefix(lines[1], "    hint: ") {
				t.Fatalf("stderr: got %q, want a line and a hint", lines)
			}
			if !strings.Contains(lines[0], tt.want) || !strings.HasPrefix(lines[0], "whyfix") {
				t.Errorf("got %q, want %q", lines[0], tt.want)
			}
			if !strings.Contains(lines[1], tt.hint) {
				t.Errorf("got %q, want %q", lines[1], tt.hint)
			}
		})
	}
	t.Cleanup(func() {
		for _, name := range []string{"public", "content"} {
			if _, err := os.Stat(name); err == nil {
				t.Errorf("a wrong command line has made %s", name)
			}
		}
	})
}

// A value of another kind is said in plain words, not the library's.
func TestWrongValue(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"build", "-keep", "many"}, {"build", "-keep", "99999999999999999999"}, {"build", "-drafts=maybe"}, {"search", "-size", "x", "花呗"}, {"search", "-json=1.5", "花呗"}} {
		_, stderr := run(t, 2, args...)
		for _, bad := range []string{"strconv", "parse error", "invalid syntax", "for flag", "invalid boolean", "value out of range"} {
			if strings.Contains(stderr, bad) {
				t.Errorf("%s: got %q, which says %q", strings.Join(args, " "), stderr, bad)
			}
		}
	}
}

// Each command has help on stdout: how it is used, every option, examples.
func TestHelp(t *testing.T) {
	t.Parallel()
	option := regexp.MustCompile(`(?m)^  -([a-z0-9-]+)`)
	for _, command := range commands {
		for _, args := range [][]string{{command, "-h"}, {command, "-help"}, {command, "--help"}, {"help", command}} {
			stdout, stderr := run(t, 0, args...)
			if stderr != "" || !strings.HasPrefix(stdout, "usage: whyfix "+command) {
				t.Errorf("%q: got %q and %q", args, stdout, stderr)
			}
			if command != "version" && !regexp.MustCompile(`(?m)^examples?:\n  whyfix `+command).MatchString(stdout) {
				t.Errorf("%q: got no examples:\n%s", args, stdout)
			}
			for _, line := range strings.Split(stdout, "\n") {
				if len(line) > 82 {
					t.Errorf("%q: the line is too long: %s", args, line)
				}
			}
		}
		// What help says is an option is one: with one argument too many, the
		// command complains of the argument and not of the option.
		stdout, _ := run(t, 0, command, "-h")
		for _, m := range option.FindAllStringSubmatch(stdout, -1) {
			var stderr bytes.Buffer
			code := cli.Run(t.Context(), []string{command, "-" + m[1] + "=1", "-frobnicate"}, strings.NewReader(""), &bytes.Buffer{}, &stderr)
			if code != 2 || strings.Contains(stderr.String(), "unknown option -"+m[1]+"\n") {
				t.Errorf("%s: help names -%s: got exit code %d and %q", command, m[1], code, &stderr)
			}
		}
	}
	overview, _ := run(t, 0, "help")
	for _, command := range commands {
		if !regexp.MustCompile(`(?m)^  ` + command + ` +\S`).MatchString(overview) {
			t.Errorf("the overview lacks %s:\n%s", command, overview)
		}
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
