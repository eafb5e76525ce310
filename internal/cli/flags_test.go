package cli_test

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

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
