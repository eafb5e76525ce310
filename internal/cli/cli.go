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
	writing        *atomic.Bool // files of the writer are being written
}

// write does what must not be left half done.
func (e *env) write(do func() error) error {
	e.writing.Store(true)
	defer e.writing.Store(false)
	return do()
}

func (e *env) say(format string, args ...any) { fmt.Fprintf(e.stderr, "whyfix: "+format+"\n", args...) }

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
			return e.finish(command{name: "help"}, diag.Misuse(fmt.Sprintf("unexpected argument %q: it takes one command", args[2]), "whyfix help lists the commands"))
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
	fmt.Fprintf(e.stderr, "    hint: %s\n", diag.DidYouMean(name, known, "whyfix help lists the commands"))
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
		return exitDone
	case errors.Is(err, errSilent):
	case errors.As(err, &h):
		hint := cmp.Or(h.Hint, "whyfix "+c.name+" -h shows how it is used")
		fmt.Fprintf(e.stderr, "whyfix %s: %v\n    hint: %s\n", c.name, err, hint)
		if h.Misuse {
			return exitUsage
		}
	case errors.Is(err, context.Canceled):
		fmt.Fprintf(e.stderr, "whyfix %s: stopped\n", c.name)
	default:
		fmt.Fprintf(e.stderr, "whyfix %s: %v\n", c.name, err)
	}
	return exitError
}

// printer prints diagnostics about a content folder.
func printer(dir string) diag.Printer { return diag.Printer{Dir: filepath.ToSlash(dir)} }

// sayRest says how many diagnostics were not printed, and how to see them.
func (e *env) sayRest(rest []diag.Folded) {
	if len(rest) > 0 {
		e.say("and %s: whyfix check -all lists them all", diag.Rest(rest))
	}
}

// refuse says for which mistakes a command has done nothing.
func (e *env) refuse(p diag.Printer, mistakes diag.List, undone string) error {
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

// flags starts a command's flag set.
func flags(name string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.Usage = func() {}
	return f
}

// parse reads options and positional arguments in any order.
func parse(f *flag.FlagSet, args []string, least, most int, what string) ([]string, error) {
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
		return nil, diag.Misuse("it needs "+what, "")
	case len(positional) > most && most == 0:
		return nil, diag.Misuse(fmt.Sprintf("unexpected argument %q", positional[0]), "")
	case len(positional) > most:
		return nil, diag.Misuse(fmt.Sprintf("unexpected argument %q: it takes %s", positional[most], what), "")
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
		hint := ""
		if near := diag.Nearest(strings.TrimLeft(name, "-"), known); near != "" {
			hint = "did you mean -" + near + "?"
		}
		return diag.Misuse("unknown option -"+name, hint)
	}
	if wrong, ok := strings.CutPrefix(message, "invalid value "); ok {
		want := "a whole number"
		if strings.HasSuffix(wrong, "value out of range") {
			want = "a number of fewer digits"
		}
		return valueError(wrong, want)
	}
	if wrong, ok := strings.CutPrefix(message, "invalid boolean value "); ok {
		return valueError(wrong, "true or false")
	}
	if word, ok := strings.CutPrefix(message, "bad flag syntax: "); ok {
		return diag.Misuse("unknown option "+word, "")
	}
	return diag.Misuse(strings.Replace(message, "flag needs an argument:", "a value is missing after", 1), "")
}

// valueError puts what package flag says after "invalid value" into words:
// the value in quotes, the name of the option, the reason.
func valueError(wrong, want string) error {
	value, err := strconv.QuotedPrefix(wrong)
	if err != nil {
		return diag.Misuse("a wrong value: "+wrong, "")
	}
	_, name, _ := strings.Cut(wrong[len(value):], "-")
	name, _, _ = strings.Cut(name, ":")
	return diag.Misuse(fmt.Sprintf("-%s must be %s, not %s", name, want, value), "")
}

// loadError puts the errors of opening a content folder into words.
func loadError(err error, dir string) error {
	if errors.Is(err, generate.ErrNoContent) {
		return diag.WithHint(err, "start a site of your own: whyfix init, in an empty folder; or name a folder with -content")
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
		return nil, nil, diag.WithHint(fmt.Errorf("%s is a file, not a content folder", dir), "name a folder with -content")
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
			return diag.WithHint(fmt.Errorf("%s is a file, not a folder of releases", name), "name a folder with "+option)
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
		return "", diag.Misuse(fmt.Sprintf("%q is not a path inside the content folder", word), "write it like huabei/cannot-use.md")
	case content.Hidden(clean):
		return "", diag.Misuse(fmt.Sprintf("%q would not be built: names that start with . _ or # are left out", word), "choose another name")
	case strings.HasSuffix(name, "/"):
		clean += "/"
	}
	return clean, nil
}

// openError puts the errors of opening a release into words.
func openError(err error, dir string) error {
	switch {
	case errors.Is(err, publish.ErrBusy):
		return diag.WithHint(fmt.Errorf("another build is at work in %s", dir), "wait until it is done")
	case errors.Is(err, publish.ErrNoRelease):
		return diag.WithHint(fmt.Errorf("there is no release in %s", dir), "make one: whyfix build -out "+dir+", or name another folder with -public")
	case errors.Is(err, publish.ErrIncomplete):
		return diag.WithHint(fmt.Errorf("the release in %s is not complete", dir), "build it again: whyfix build -out "+dir)
	case errors.Is(err, publish.ErrDamaged), errors.Is(err, search.ErrDamaged):
		return diag.WithHint(err, "copy it again, or build it anew: whyfix build -full -out "+dir)
	case errors.Is(err, publish.ErrSchema):
		return diag.WithHint(err, "build it again with this version: whyfix build -out "+dir)
	}
	return err
}

const versionHelp = `usage: whyfix version

Prints the version, the commit it was built from and its date, and the Go
version. A program that was built with changes that are in no commit says so.
`

func runVersion(_ context.Context, e *env, args []string) error {
	if _, err := parse(flags("version"), args, 0, 0, ""); err != nil {
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
				lastWord("stopped")
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
