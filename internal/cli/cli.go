// Package cli reads command lines and runs the commands.
//
// In: arguments and the standard streams. Out: an exit code: 0 done, 1 the
// content or the run has errors, 2 the command line is wrong. What a command
// was asked for goes to stdout, what it did and what went wrong to stderr.
package cli

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/term"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/generate"
	"whyfix/internal/publish"
	"whyfix/internal/search"
	"whyfix/internal/version"
)

// Exit codes.
const (
	exitDone  = 0
	exitError = 1
	exitUsage = 2
)

// env is what every command is given.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	language       diag.Language // of what it says to people
	chosen         bool          // the system or the person has said which
	writing        *atomic.Bool  // files of the writer are being written
}

// write does what must not be left half done.
func (e *env) write(do func() error) error {
	e.writing.Store(true)
	defer e.writing.Store(false)
	return do()
}

// say says a line, in the language of the person.
func (e *env) say(format string, args ...any) {
	fmt.Fprintf(e.stderr, "whyfix: %s\n", e.in(diag.Say(format, args...)))
}

// in is a text in the language of the person.
func (e *env) in(t diag.Text) string { return t.In(e.language) }

// print prints a line as it is.
func (e *env) print(format string, args ...any) {
	fmt.Fprintln(e.stderr, e.in(diag.Say(format, args...)))
}

// hint says what to do.
func (e *env) hint(t diag.Text) {
	fmt.Fprintf(e.stderr, "    %s\n", e.in(diag.Say("hint: %s", t)))
}

// spoken is the language that the environment of a process names, as its system
// does: that of messages goes before that of everything.
func spoken(getenv func(string) string) (l diag.Language, known bool) {
	return diag.LanguageOf(cmp.Or(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG")))
}

// command is one command of the program. A flag set is made for each run, so
// that nothing of one run is left for the next.
type command struct {
	name, short, help string
	run               func(ctx context.Context, e *env, args []string) error
}

func commands() []command {
	return []command{
		{"init", "start a site of your own", initHelp, runInit},
		{"dev", "write: build, serve, watch, reload the browser", devHelp, runDev},
		{"build", "make a release", buildHelp, runBuild},
		{"serve", "serve a release and follow the next ones", serveHelp, runServe},
		{"check", "list every problem in the content", checkHelp, runCheck},
		{"new", "start a new article", newHelp, runNew},
		{"mv", "move an article or a folder, and all that leads to it", mvHelp, runMv},
		{"import", "turn the pages of another program into articles", importHelp, runImport},
		{"feed", "change what is found beside the articles: posts, tickets, notes", feedHelp, runFeed},
		{"search", "ask the index from a terminal", searchHelp, runSearch},
		{"health", "ask a running serve whether it is well", healthHelp, runHealth},
		{"rollback", "make the release before the live one live again", rollbackHelp, runRollback},
		{"version", "print the version", versionHelp, runVersion},
	}
}

// errSilent has said everything already.
var errSilent = errors.New("")

// Run runs one command line and returns the exit code.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return run(ctx, &env{stdin: stdin, stdout: stdout, stderr: stderr, writing: &atomic.Bool{}}, args)
}

func run(ctx context.Context, e *env, args []string) int {
	if len(args) == 0 {
		fmt.Fprint(e.stderr, overview())
		return exitUsage
	}
	name := args[0]
	switch {
	case asksHelp(name):
		if len(args) > 2 {
			return e.finish(command{name: "help"}, diag.Misuse(diag.Say("unexpected argument %q: it takes one command", args[2]), diag.Say("whyfix help lists the commands")))
		}
		if len(args) > 1 && !asksHelp(args[1]) {
			return run(ctx, e, []string{args[1], "-h"})
		}
		fmt.Fprint(e.stdout, overview())
		return exitDone
	case name == "-version" || name == "--version":
		name = "version"
	}
	var known []string
	for _, c := range commands() {
		known = append(known, c.name)
		if c.name == name {
			return e.finish(c, c.run(ctx, e, args[1:]))
		}
	}
	e.say("unknown command %q", name)
	e.hint(diag.DidYouMean(name, known, diag.Say("whyfix help lists the commands")))
	return exitUsage
}

// asksHelp reports whether a word stands for help.
func asksHelp(word string) bool {
	return word == "help" || word == "-h" || word == "-help" || word == "--help"
}

// finish turns a command's error into words and an exit code.
func (e *env) finish(c command, err error) int {
	var h *diag.Hinted
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(e.stdout, c.help)
		if !strings.Contains(c.help, "-lang ") {
			fmt.Fprint(e.stdout, languageHelp)
		}
		return exitDone
	case errors.Is(err, errSilent):
	case errors.As(err, &h):
		fmt.Fprintf(e.stderr, "whyfix %s: %s\n", c.name, e.in(diag.Of(err)))
		e.hint(h.Hint.Or(diag.Say("whyfix %s -h shows how it is used", c.name)))
		if h.Misuse {
			return exitUsage
		}
	case errors.Is(err, context.Canceled):
		fmt.Fprintf(e.stderr, "whyfix %s: %s\n", c.name, e.in(diag.Say("stopped")))
	default:
		fmt.Fprintf(e.stderr, "whyfix %s: %s\n", c.name, e.in(diag.Of(err)))
	}
	return exitError
}

// printer prints diagnostics about a content folder.
func (e *env) printer(dir string) diag.Printer {
	return diag.Printer{Dir: filepath.ToSlash(dir), Language: e.language}
}

// sayRest says how many diagnostics were not printed, and how to see them.
func (e *env) sayRest(rest []diag.Folded) {
	if len(rest) > 0 {
		e.say("and %s: whyfix check -all lists them all", diag.Rest(rest))
	}
}

// refuse says for which mistakes a command has done nothing.
func (e *env) refuse(p diag.Printer, mistakes diag.List, undone diag.Text) error {
	if err := p.Print(e.stderr, mistakes); err != nil {
		return err
	}
	e.say("%s", undone)
	return errSilent
}

// terminal reports whether a person sits at the other end.
func terminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func overview() string {
	var b strings.Builder
	b.WriteString("whyfix makes a help site of Markdown articles, with search that understands symptoms.\n\nusage: whyfix COMMAND [options]\n\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "  %-9s %s\n", c.name, c.short)
	}
	b.WriteString("\nwhyfix COMMAND -h shows options and examples.\nStart with: whyfix init\n")
	return b.String()
}

// languageHelp stands below the help of every command.
const languageHelp = `
Every command takes -lang zh or -lang en, the language of what it says
(default: the system's).
`

// flags starts a command's flag set. Each has -lang.
func (e *env) flags(name string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.Usage = func() {}
	f.Func("lang", "", func(s string) error {
		l, known := diag.LanguageOf(s)
		if !known {
			return errLanguage
		}
		e.language, e.chosen = l, true
		return nil
	})
	return f
}

var errLanguage = errors.New("no language of the program")

// parse reads options and positional arguments in any order.
func parse(f *flag.FlagSet, args []string, least, most int, what diag.Text) ([]string, error) {
	var positional []string
	for {
		if err := f.Parse(args); err != nil {
			return nil, flagError(f, err)
		}
		rest := f.Args()
		if len(rest) == 0 {
			break
		}
		if n := len(args) - len(rest); n > 0 && args[n-1] == "--" {
			positional = append(positional, rest...)
			break
		}
		positional = append(positional, rest[0])
		args = rest[1:]
	}
	switch {
	case len(positional) < least:
		return nil, diag.Misuse(diag.Say("it needs %s", what), diag.Text{})
	case len(positional) > most && most == 0:
		return nil, diag.Misuse(diag.Say("unexpected argument %q", positional[0]), diag.Text{})
	case len(positional) > most:
		return nil, diag.Misuse(diag.Say("unexpected argument %q: it takes %s", positional[most], what), diag.Text{})
	}
	return positional, nil
}

func flagError(f *flag.FlagSet, err error) error {
	if errors.Is(err, flag.ErrHelp) {
		return err
	}
	message := err.Error()
	if name, ok := strings.CutPrefix(message, "flag provided but not defined: -"); ok {
		var known []string
		f.VisitAll(func(x *flag.Flag) { known = append(known, x.Name) })
		hint := diag.Text{}
		if near := diag.Nearest(strings.TrimLeft(name, "-"), known); near != "" {
			hint = diag.Say("did you mean -%s?", near)
		}
		return diag.Misuse(diag.Say("unknown option -%s", name), hint)
	}
	if wrong, ok := strings.CutPrefix(message, "invalid value "); ok {
		want := diag.Say("a whole number")
		switch {
		case strings.HasSuffix(wrong, errLanguage.Error()):
			want = diag.Say("zh or en")
		case strings.HasSuffix(wrong, "value out of range"):
			want = diag.Say("a number of fewer digits")
		}
		return valueError(wrong, want)
	}
	if wrong, ok := strings.CutPrefix(message, "invalid boolean value "); ok {
		return valueError(wrong, diag.Say("true or false"))
	}
	if word, ok := strings.CutPrefix(message, "bad flag syntax: "); ok {
		return diag.Misuse(diag.Say("unknown option %s", word), diag.Text{})
	}
	if name, ok := strings.CutPrefix(message, "flag needs an argument: "); ok {
		return diag.Misuse(diag.Say("a value is missing after %s", name), diag.Text{})
	}
	return diag.Misuse(diag.Verbatim(message), diag.Text{})
}

// valueError puts what package flag says after "invalid value" into words:
// the value in quotes, the name of the option, the reason.
func valueError(wrong string, want diag.Text) error {
	value, err := strconv.QuotedPrefix(wrong)
	if err != nil {
		return diag.Misuse(diag.Say("a wrong value: %s", wrong), diag.Text{})
	}
	_, name, _ := strings.Cut(wrong[len(value):], "-")
	name, _, _ = strings.Cut(name, ":")
	return diag.Misuse(diag.Say("-%s must be %s, not %s", name, want, value), diag.Text{})
}

// loadError puts the errors of opening a content folder into words.
func loadError(err error, dir string) error {
	if errors.Is(err, generate.ErrNoContent) {
		return diag.WithHint(diag.Say("there is no content folder %s", dir), diag.Say("start a site of your own: whyfix init, in an empty folder; or name a folder with -content"))
	}
	return err
}

// openContent opens a content folder to read from, which is nil if it is not
// there yet.
func openContent(dir string) (files fs.FS, closeFiles func() error, err error) {
	root, err := os.OpenRoot(dir)
	if err == nil {
		return root.FS(), root.Close, nil
	}
	if info, statErr := os.Stat(dir); statErr == nil && !info.IsDir() {
		return nil, nil, diag.WithHint(diag.Say("%s is a file, not a content folder", dir), diag.Say("name a folder with -content"))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, func() error { return nil }, nil
	}
	return nil, nil, err
}

// folder refuses a file in the place of a folder of releases. A folder that is
// not there is none of its business.
func folder(option, dir string) error {
	for name := filepath.Clean(dir); ; name = filepath.Dir(name) {
		info, err := os.Stat(name)
		switch {
		case err == nil && !info.IsDir():
			return diag.WithHint(diag.Say("%s is a file, not a folder of releases", name), diag.Say("name a folder with %s", option))
		case err == nil || name == filepath.Dir(name):
			return nil
		}
	}
}

// completed is a word as it is from the content folder on: a shell may have
// completed it to ./content/pay/refund.md.
func completed(word, dir string) string {
	name := strings.TrimPrefix(filepath.ToSlash(word), "./")
	if rest, ok := strings.CutPrefix(name, filepath.ToSlash(filepath.Clean(dir))+"/"); ok {
		return rest
	}
	return name
}

// inContent is the path in the content folder that a word of the command line
// names. A slash at its end stays.
func inContent(word, dir string) (string, error) {
	name := completed(word, dir)
	clean := path.Clean(name)
	switch {
	case clean == "." || !filepath.IsLocal(name):
		return "", diag.Misuse(diag.Say("%q is not a path inside the content folder", word), diag.Say("write it like huabei/cannot-use.md"))
	case content.Hidden(clean):
		return "", diag.Misuse(diag.Say("%q would not be built: names that start with . _ or # are left out", word), diag.Say("choose another name"))
	case strings.HasSuffix(name, "/"):
		clean += "/"
	}
	return clean, nil
}

// openError puts the errors of opening a release into words.
func openError(err error, dir string) error {
	var failed *fs.PathError
	switch {
	case errors.Is(err, publish.ErrBusy):
		return diag.WithHint(diag.Say("another build is at work in %s", dir), diag.Say("wait until it is done"))
	case errors.Is(err, publish.ErrNoRelease):
		return diag.WithHint(diag.Say("there is no release in %s", dir), diag.Say("make one: whyfix build -out %s, or name another folder with -public", dir))
	case errors.Is(err, publish.ErrIncomplete):
		return diag.WithHint(diag.Say("the release in %s is not complete", dir), diag.Say("build it again: whyfix build -out %s", dir))
	case errors.Is(err, publish.ErrDamaged), errors.Is(err, search.ErrDamaged):
		return diag.WithHint(err, diag.Say("copy it again, or build it anew: whyfix build -full -out %s", dir))
	case errors.As(err, &failed) && strings.HasPrefix(failed.Op, "mkdir"):
		return diag.WithHint(diag.Say("cannot make the folder %s: %s", failed.Path, failed.Err), diag.Say("name one that you may write with -out, or have it made for you"))
	case errors.Is(err, publish.ErrSchema):
		return diag.WithHint(err, diag.Say("build it again with this version: whyfix build -out %s", dir))
	}
	return err
}

const versionHelp = `usage: whyfix version

Prints the version, the commit it was built from and its date, and the Go
version. A program that was built with changes that are in no commit says so.
`

func runVersion(_ context.Context, e *env, args []string) error {
	if _, err := parse(e.flags("version"), args, 0, 0, diag.Text{}); err != nil {
		return err
	}
	fmt.Fprintln(e.stdout, version.Line())
	return nil
}

// patience is how long a command may take to end by itself once somebody has
// asked for it.
const patience = 700 * time.Millisecond

// Main runs the command line of this process and returns its exit code. SIGINT
// and SIGTERM end a command: by itself, else after a moment all the same,
// because whatever it was in the middle of can be left there: a release is live
// only when it is whole. Two may take longer: serve ends the answers it has
// begun, and what writes into the writer's folder writes all of it.
func Main(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	e := &env{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, writing: &atomic.Bool{}}
	e.language, e.chosen = spoken(os.Getenv)
	done := make(chan int, 1)
	go func() { done <- run(ctx, e, args) }()
	select {
	case code := <-done:
		return code
	case <-ctx.Done():
	}
	stop() // a second signal ends the process at once, whatever it waits for
	if len(args) > 0 && args[0] == "serve" {
		return <-done
	}
	for {
		select {
		case code := <-done:
			return code
		case <-time.After(patience):
			if !e.writing.Load() {
				lastWord(e.in(diag.Say("stopped")))
				return exitError
			}
		}
	}
}

// lastWord says why a process ends, unless nobody reads it: a full pipe must not
// keep it.
func lastWord(text string) {
	said := make(chan struct{})
	go func() {
		defer close(said)
		fmt.Fprintln(os.Stderr, "whyfix: "+text)
	}()
	select {
	case <-said:
	case <-time.After(100 * time.Millisecond):
	}
}
