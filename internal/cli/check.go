package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"whyfix/internal/check"
	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/fix"
	"whyfix/internal/generate"
	"whyfix/internal/importer"
	"whyfix/internal/publish"
	"whyfix/internal/rules"
	"whyfix/internal/version"
)

const checkHelp = `usage: whyfix check [options]

Lists every problem in the content as file:line:col, with the line and what to
do. Exits with 1 if there is an error; warnings alone exit with 0.

  -content DIR   the articles (default: content)
  -all           more than ten of one kind, too; the other forms always have all
  -against DIR   also report addresses of the live release that would vanish
  -json          one JSON array instead of text
  -sarif         SARIF 2.1.0, for review tools
  -github        workflow commands, for annotations beside a change's lines
  -fix           mend what is safe first: links and images whose file was
                 moved, values that need quotes, headings, lists and links that
                 are shown as source, and, after asking, tags that differ in one
                 character
  -yes           with -fix: do not ask
  -explain CODE  what a rule is about, why, and two examples
  -lang zh|en    the language of what it says (default: the system's, by LC_ALL,
                 LC_MESSAGES or LANG); the texts in JSON and SARIF, too

Each rule can be an error, a warning or off: checks: in site.yaml, and
docs/checks.md, which lists the rules.

examples:
  whyfix check
  whyfix check -fix
  whyfix check -against public
  whyfix check -json | jq -r '.[].file' | sort | uniq -c
`

// checkingGC is how much the heap may grow, in percent, between two collections:
// check ends soon, and time is worth more than memory.
const checkingGC = 200

func runCheck(ctx context.Context, e *env, args []string) error {
	f := e.flags("check")
	dir := f.String("content", "content", "")
	against := f.String("against", "", "")
	asJSON := f.Bool("json", false, "")
	asSARIF := f.Bool("sarif", false, "")
	asGitHub := f.Bool("github", false, "")
	fixing := f.Bool("fix", false, "")
	all := f.Bool("all", false, "")
	yes := f.Bool("yes", false, "")
	explain := f.String("explain", "", "")
	if _, err := parse(f, args, 0, 0, diag.Text{}); err != nil {
		return err
	}
	switch {
	case *asJSON && *asSARIF || *asJSON && *asGitHub || *asSARIF && *asGitHub:
		return diag.Misuse(diag.Say("-json, -sarif and -github are three forms of one output"), diag.Say("choose one of them"))
	case *yes && !*fixing:
		return diag.Misuse(diag.Say("-yes answers what -fix asks"), diag.Example("whyfix check -fix -yes"))
	}
	if *explain != "" {
		r, known := rules.Find(*explain)
		if !known {
			return diag.Misuse(diag.Say("there is no rule %q", *explain), diag.DidYouMean(*explain, rules.Codes(), diag.Say("docs/checks.md lists the rules")))
		}
		fmt.Fprintf(e.stdout, "%s\n\n%s", r.Code, r.Page(e.language))
		return nil
	}
	debug.SetGCPercent(checkingGC)
	p := e.printer(*dir)
	l, err := generate.NewLoader(generate.Options{Content: *dir, Uncoloured: true})
	if err != nil {
		return noContent(e, err, *dir)
	}
	defer l.Close()
	loaded, err := l.Load(ctx)
	if err != nil {
		return err
	}
	if *fixing {
		total := 0
		for first := true; ; first = false { // what is mended may show what is wrong behind it
			n, err := fixContent(ctx, e, loaded, p, first, *yes)
			if err != nil {
				return err
			}
			if total += n; n == 0 {
				break
			}
			if loaded, err = l.Load(ctx); err != nil {
				return err
			}
		}
		e.say("%s mended", diag.Count(total, "%d place", "%d places"))
	}
	diags := loaded.Diags
	tried, err := generate.TryTheme(loaded)
	if err != nil {
		return err
	}
	diags = append(diags, tried...).Sort()
	if diags.Errors() == 0 {
		broken, err := generate.Promises(ctx, loaded)
		if err != nil {
			return err
		}
		diags = append(diags, broken...).Sort()
	}
	if *against != "" {
		if err := folder("-against", *against); err != nil {
			return err
		}
		r, err := publish.Open(*against)
		if err != nil {
			return openError(err, *against)
		}
		before := *r.Manifest()
		var lost diag.List
		if before.URLs, err = r.Addresses().All(); err == nil {
			lost, err = generate.Vanished(loaded, generate.Before{Manifest: &before, WWW: r.WWW()})
		}
		r.Close()
		if err != nil {
			return err
		}
		diags = append(diags, lost...)
	}
	diags = diags.Sort()
	machine := *asJSON || *asSARIF || *asGitHub
	if !*all && !machine && madeForAnother(e, *dir, len(loaded.Input.Articles), diags) {
		return errSilent
	}
	shown, rest := diags, []diag.Folded(nil)
	if !*all && !machine {
		shown, rest = diags.Fold()
	}
	shown = loaded.WithLines(shown).Sort()
	switch {
	case *asJSON:
		err = p.PrintJSON(e.stdout, shown)
	case *asSARIF:
		err = rules.PrintSARIF(e.stdout, p, shown, version.Number())
	case *asGitHub:
		err = p.PrintGitHub(e.stdout, shown)
	default:
		err = p.Print(e.stdout, shown)
	}
	if err != nil {
		return err
	}
	e.sayRest(rest)
	sayLeftOut(e, loaded.Site.LeftOut())
	if len(diags) == 0 {
		e.say("%s, no problems", diag.Count(len(loaded.Site.Articles), "%d article", "%d articles"))
		return nil
	}
	e.say("%s: %s", diag.Count(len(loaded.Site.Articles), "%d article", "%d articles"), count(diags))
	if diags.Errors() > 0 {
		return errSilent
	}
	return nil
}

// fixContent fixes what is safe, and, the first time, what the writer agrees to,
// and returns in how many places.
func fixContent(ctx context.Context, e *env, loaded *generate.Loaded, p diag.Printer, first, yes bool) (int, error) {
	var tags []fix.Edit
	var err error
	if first {
		if tags, err = agreedTags(ctx, e, loaded, yes); err != nil {
			return 0, err
		}
	}
	root, err := os.OpenRoot(loaded.Dir)
	if err != nil {
		return 0, err
	}
	defer root.Close()
	edits := append(fix.Links(loaded.Site, loaded.Files, loaded.Diags), fix.Quotes(loaded.Diags)...)
	edits = append(edits, fix.Shown(loaded.Site, loaded.Diags)...)
	files, err := fix.Files(root, append(edits, tags...))
	if err != nil {
		return 0, err
	}
	if err := e.write(func() error { return fix.Write(root, files) }); err != nil {
		return 0, diag.Say("nothing was mended: %s", err)
	}
	n := 0
	for _, f := range files {
		for _, x := range f.Made {
			x.At.File = p.File(x.At.File)
			e.say("mended %s: %s", x.At, what(x))
			n++
		}
	}
	return n, nil
}

// what is what an edit does.
func what(x fix.Edit) diag.Text { return x.What.Or(diag.Example(x.Old + " → " + x.New)) }

// agreedTags are the edits for tags that differ in one character, of which the
// writer agrees that they are one.
func agreedTags(ctx context.Context, e *env, loaded *generate.Loaded, yes bool) (edits []fix.Edit, err error) {
	if !loaded.Site.Settings.Checks.On("tag-near") {
		return nil, nil
	}
	var ask *questions
	for _, t := range check.Twins(loaded.Site) {
		retag, why := fix.Retag(t, loaded.Diags)
		if why == nil && yes && t.Even() {
			why = diag.Say("as many articles have it as %q, so somebody must say which is meant", t.Often.Name)
		}
		answer := "y"
		switch {
		case why != nil:
			e.say("the tag %q is left as it is: %s", t.Rare.Name, why)
			continue
		case yes:
		case !terminal(e.stdin):
			e.say("the tag %q may be %q: -yes mends it without asking", t.Rare.Name, t.Often.Name)
			continue
		default:
			if ask == nil {
				ask = newQuestions(ctx, e)
			}
			answer, err = ask.line(diag.Say("Write the tag %q (%s) instead of %q (%s)? [y/N]",
				t.Often.Name, diag.Count(len(t.Often.Articles), "%d article", "%d articles"), t.Rare.Name, diag.Count(len(t.Rare.Articles), "%d article", "%d articles")).With(func(s string) string { return s + " " }))
			if err != nil {
				return nil, err
			}
		}
		if answer = strings.ToLower(answer); answer == "y" || answer == "yes" {
			edits = append(edits, retag...)
		}
	}
	return edits, nil
}

// mostKeys is how many keys of another program are named in one line.
const mostKeys = 30

// madeForAnother says in one screen that a folder was made for another program,
// how to import it, and what would let it be built as it is. It reports whether
// it is one. A folder with a site.yaml is whyfix's own, whatever lies about.
func madeForAnother(e *env, dir string, articles int, diags diag.List) bool {
	if _, err := os.Stat(filepath.Join(dir, content.SiteFile)); err == nil || diags.Errors() == 0 && articles > 0 {
		return false
	}
	made, ok := importer.Recognise(dir)
	if !ok {
		return false
	}
	shown := filepath.ToSlash(filepath.Clean(dir))
	what := shown
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		what = made.Source
	}
	e.say("%s looks as if it was made for %s: there is %s", what, made.Program, made.Sign)
	if n := diags.Errors(); n > 0 {
		e.say("as it is, it has %s in %s", diag.Count(n, "%d error", "%d errors"), diag.Count(filesOf(diags), "%d file", "%d files"))
	}
	if made.From != importer.Guess {
		fmt.Fprintln(e.stderr)
		e.print("  To make articles of its pages, in a folder of their own; the first line only says what would be written:")
		fmt.Fprintf(e.stderr, `      whyfix import -dry-run -from %[1]s -content ../help/content %[2]s
      whyfix import -from %[1]s -content ../help/content %[2]s
      cd ../help && whyfix dev
`, made.From, shellWord(made.Source))
	}
	if articles > 0 {
		fmt.Fprintln(e.stderr)
		e.print("  To build it as it is, put site.yaml into %s:", shown)
		if made.Program == "Obsidian" {
			fmt.Fprintln(e.stderr, "      wikilinks: true")
		}
		if keys := content.ForeignKeys(diags); len(keys) > 0 {
			more := diag.Text{}
			if len(keys) > mostKeys {
				keys, more = keys[:mostKeys], diag.Say("   # and %d more", len(keys)-mostKeys)
			}
			fmt.Fprintf(e.stderr, "      foreign_keys: [%s]%s\n", diag.Clean(strings.Join(keys, ", ")), e.in(more))
		} else {
			e.print("      title: Help")
		}
		if rest := kinds(diags); rest != (diag.Text{}) {
			e.print("  What is left then: %s.", rest)
		}
	}
	if len(diags) > 0 {
		fmt.Fprintln(e.stderr)
		e.print("  whyfix check -all lists every mistake.")
	}
	return true
}

// kinds tells how many errors there are of each kind but for keys of other
// programs.
func kinds(diags diag.List) diag.Text {
	count := map[string]int{}
	var order []string
	for _, d := range diags {
		if d.Severity != diag.Error || d.Code == "foreign-key" {
			continue
		}
		if count[d.Code]++; count[d.Code] == 1 {
			order = append(order, d.Code)
		}
	}
	var parts []diag.Text
	for _, code := range order {
		parts = append(parts, diag.Say("%d of %s", count[code], code))
	}
	const most = 8
	if len(parts) > most {
		parts = append(parts[:most], diag.Say("%d other kinds", len(parts)-most))
	}
	return diag.Join(parts)
}

// filesOf counts the files that diagnostics are about.
func filesOf(diags diag.List) int {
	files := map[string]bool{}
	for _, d := range diags {
		if d.Severity == diag.Error {
			files[d.File] = true
		}
	}
	return len(files)
}

// noContent says what to do about a content folder that is not there: the one
// above may be another program's.
func noContent(e *env, err error, dir string) error {
	if errors.Is(err, generate.ErrNoContent) && madeForAnother(e, dir, 0, nil) {
		return errSilent
	}
	return loadError(err, dir)
}
