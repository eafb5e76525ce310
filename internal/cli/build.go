package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"

	"whyfix/internal/build"
	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/publish"
	"whyfix/internal/search"
	"whyfix/internal/site"
)

const buildHelp = `usage: whyfix build [options]

Makes a release of the content folder. Readers see the old release until the
new one is complete; if anything is wrong, the old one stays.

  -content DIR   the articles (default: content)
  -out DIR       the folder of releases (default: public)
  -theme NAME    a folder in themes/ beside the content folder, or any folder
  -base URL      the site's address, such as https://example.org/help/
  -drafts        build drafts and articles of the future, too
  -full          make everything again, even what did not change
  -strict        fail when a symptom does not find its article
  -keep N        how many releases stay, for rollback (default: 2)
  -index=false   no search index
  -compress=false  no compressed copies for web servers

examples:
  whyfix build
  whyfix build -base https://example.org/help/ -out /srv/help
`

func runBuild(ctx context.Context, e *env, args []string) error {
	f := flags("build")
	dir := f.String("content", "content", "")
	o := build.ReleaseOptions{Generator: program()}
	f.StringVar(&o.Public, "out", "public", "")
	var load build.Options
	f.StringVar(&load.Theme, "theme", "", "")
	f.StringVar(&load.Base, "base", "", "")
	f.BoolVar(&load.Drafts, "drafts", false, "")
	f.BoolVar(&o.Full, "full", false, "")
	f.BoolVar(&o.Strict, "strict", false, "")
	f.IntVar(&o.Keep, "keep", 2, "")
	f.BoolVar(&o.Index, "index", true, "")
	f.BoolVar(&o.Compress, "compress", true, "")
	if _, err := parse(f, args, 0, 0, ""); err != nil {
		return err
	}
	if load.Base != "" {
		if message, hint := content.CheckBase(load.Base); message != "" {
			return diag.Misuse("-base: "+message, hint)
		}
	}
	if o.Keep < 1 {
		return diag.Misuse("-keep must be at least 1", "2 keeps one release to roll back to")
	}
	if load.Theme != "" && load.Theme != "default" && build.ThemeDir(load.Theme, *dir) == "" {
		return diag.Misuse(fmt.Sprintf("there is no theme %q", load.Theme), "name a folder in themes/ beside the content folder, or the path of a folder")
	}
	if err := apart(*dir, o.Public); err != nil {
		return err
	}
	if err := folder("-out", o.Public); err != nil {
		return err
	}
	load.Content, load.Plain = *dir, true
	return makeRelease(ctx, e, load, o)
}

// makeRelease builds, unless a look shows that nothing has changed, and says
// what was done.
func makeRelease(ctx context.Context, e *env, load build.Options, o build.ReleaseOptions) error {
	start := time.Now()
	seen, seenErr := build.Look(ctx, load, fmt.Sprintln(o.Index, o.Compress, o.Strict, o.Keep))
	if seenErr == nil && !o.Full {
		if last, same := seen.Unchanged(o.Public); same {
			e.say("nothing changed: %s, release %s stays live (%s)", plural(last.Articles, "article"), last.Left.Release, since(start))
			if last.Warnings > 0 {
				e.say("%s as before: whyfix check lists them", plural(last.Warnings, "warning"))
			}
			return nil
		}
	}
	if _, err := os.Stat(load.Content); err == nil { // else the loader says so
		var closeStore func()
		if load.Store, closeStore, err = openStore(o.Public, o.Full); err != nil {
			return err
		}
		defer closeStore()
	}
	load.Progress, load.Listing = &build.Progress{}, seen.Listing()
	l, err := build.NewLoader(load)
	if err != nil {
		return loadError(err, load.Content)
	}
	defer l.Close()
	stopProgress := showProgress(e.stderr, load.Progress)
	reading, making := readingGC, makingGC
	if !o.Index && load.Listing.Len() < largeSite {
		reading, making = readingAloneGC, makingAloneGC
	}
	gc := reading
	if load.Store != nil && !load.Store.Empty() {
		gc = fewGC
	}
	defer collect(gc)()
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(mostBuilding))
	loaded, err := l.LoadUnchecked(ctx)
	if err != nil {
		stopProgress()
		return err
	}
	if !loaded.SameModel() {
		collect(making)
	}
	report, err := build.Release(ctx, loaded, o, start)
	stopProgress()
	if err := sayBuilt(e, loaded, o, err); err != nil {
		return err
	}
	if loaded.Dates != "" {
		e.say("%s", loaded.Dates)
	}
	switch {
	case report.NotKept != nil:
		e.say("the next build will be slower: %v", report.NotKept)
	case load.Store != nil && seenErr == nil:
		_ = seen.Remember(o.Public, loaded, report) // else the next build looks closer
	}
	switch {
	case !report.Changed:
		e.say("nothing changed: %s, release %s stays live (%s)", plural(report.Articles, "article"), report.ID, since(start))
	case report.Why == "":
		e.say("%s, %s: %s written, %d unchanged; release %s is live (%s)",
			plural(report.Articles, "article"), plural(report.Pages, "page"), plural(report.Written, "file"), report.Linked, report.ID, since(start))
	default:
		e.say("%s, %d of %s changed: %s; %s written, %d unchanged; release %s is live (%s)",
			plural(report.Articles, "article"), report.Made, plural(report.Pages, "page"), report.Why, plural(report.Written, "file"), report.Linked, report.ID, since(start))
	}
	if next := loaded.Site.NextChange; !next.At.IsZero() {
		e.say("build again at the next change: %s", nextChange(next, load.Content))
	}
	return nil
}

func since(start time.Time) time.Duration { return time.Since(start).Round(time.Millisecond) }

// sayBuilt prints what there is to say about the content, and turns the error
// of a build into words.
func sayBuilt(e *env, loaded *build.Loaded, o build.ReleaseOptions, err error) error {
	if d, ok := build.ThemeProblem(loaded, err); ok {
		loaded.Diags, err = append(loaded.Diags, d), build.ErrContent
	}
	shown, left := fewWarnings(loaded.Diags)
	shown = loaded.WithLines(shown)
	if printErr := printer(loaded.Dir).Print(e.stderr, shown); printErr != nil {
		return printErr
	}
	if left > 0 {
		e.say("and %s: whyfix check lists them all", plural(left, "more warning"))
	}
	switch {
	case errors.Is(err, build.ErrContent):
		e.say("nothing was built: %s", count(loaded.Diags))
		return errSilent
	case errors.Is(err, build.ErrPromise):
		e.say("nothing was built: -strict, and some symptoms do not find their article")
		return errSilent
	case err != nil:
		return openError(err, o.Public)
	}
	return nil
}

// openStore opens what the last build kept for this one. It is nil while
// another build is at work; that one will be refused soon enough.
func openStore(public string, full bool) (*build.Store, func(), error) {
	_, err := os.Stat(public)
	first := errors.Is(err, fs.ErrNotExist)
	dir, release, err := publish.Scratch(public)
	if errors.Is(err, publish.ErrBusy) {
		return nil, func() {}, nil
	}
	if err != nil {
		return nil, nil, err
	}
	store, err := build.OpenStore(dir, full)
	if err != nil {
		return nil, nil, errors.Join(err, release())
	}
	return store, func() {
		_ = store.Close()
		_ = release()
		if _, err := publish.Current(public); first && err != nil { // nothing was built: as it was
			_ = os.RemoveAll(dir)
			_ = os.Remove(public)
		}
	}, nil
}

// nextChange says when the site changes without an edit, and why.
func nextChange(c site.Change, dir string) string {
	s := fmt.Sprintf("%s: %s %s", c.At.Local().Format("2006-01-02 15:04"), path.Join(filepath.ToSlash(dir), c.Path), c.What)
	if c.More > 0 {
		s += fmt.Sprintf(", and %d more", c.More)
	}
	return s
}

// mostWarnings is how many warnings a build prints: it must not bury what it
// did. check prints all.
const mostWarnings = 20

// fewWarnings keeps all errors and the first warnings, and counts the rest.
func fewWarnings(l diag.List) (shown diag.List, left int) {
	warnings := 0
	// What this build did to readers' addresses must not be among those left out.
	lost := func(d diag.Diagnostic) bool { return d.Code == "vanished-url" }
	l = slices.Concat(filter(l, lost), filter(l, func(d diag.Diagnostic) bool { return !lost(d) }))
	for _, d := range l {
		if d.Severity == diag.Warning {
			if warnings++; warnings > mostWarnings {
				left++
				continue
			}
		}
		shown = append(shown, d)
	}
	return shown, left
}

func filter(l diag.List, keep func(diag.Diagnostic) bool) diag.List {
	return slices.DeleteFunc(slices.Clone(l), func(d diag.Diagnostic) bool { return !keep(d) })
}

// apart refuses to write releases into the content folder, by whatever name,
// because the next build would read them.
func apart(contentDir, public string) error {
	a, err := resolve(contentDir)
	if err != nil {
		return err
	}
	b, err := resolve(public)
	if err != nil {
		return err
	}
	if rel, err := filepath.Rel(a, b); err == nil && filepath.IsLocal(rel) {
		return diag.Misuse(fmt.Sprintf("-out %s lies inside the content folder %s", public, contentDir), "put the releases beside it")
	}
	return nil
}

// resolve is a path without symbolic links. The end of it need not exist.
func resolve(name string) (string, error) {
	name, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	for there := name; ; there = filepath.Dir(there) {
		real, err := filepath.EvalSymlinks(there)
		if err == nil {
			return filepath.Join(real, name[len(there):]), nil
		}
		if there == filepath.Dir(there) {
			return name, nil
		}
	}
}

// count says how many errors and warnings there are.
func count(l diag.List) string {
	n := l.Errors()
	s := plural(n, "error")
	if w := len(l) - n; w > 0 {
		s += ", " + plural(w, "warning")
	}
	return s
}

func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

const rollbackHelp = `usage: whyfix rollback [-public DIR]

Makes the release before the live one live again. A running whyfix serve
follows at once. The next build makes a new release as usual.

  -public DIR    the folder of releases (default: public)

example:
  whyfix rollback -public /srv/help
`

func runRollback(ctx context.Context, e *env, args []string) error {
	f := flags("rollback")
	dir := f.String("public", "public", "")
	if _, err := parse(f, args, 0, 0, ""); err != nil {
		return err
	}
	if err := folder("-public", *dir); err != nil {
		return err
	}
	if _, err := os.Stat(*dir); err != nil {
		return openError(publish.ErrNoRelease, *dir)
	}
	from, to, err := publish.Rollback(ctx, *dir, search.Root{})
	if errors.Is(err, publish.ErrNothingOlder) && (errors.Is(err, publish.ErrDamaged) || errors.Is(err, publish.ErrIncomplete) || errors.Is(err, publish.ErrSchema)) {
		return diag.WithHint(fmt.Errorf("no release before the live one in %s can be served: %w", *dir, err), "take the content back, and build")
	}
	if errors.Is(err, publish.ErrNothingOlder) {
		return diag.WithHint(fmt.Errorf("there is no release before the live one in %s", *dir), "build -keep 2 or more keeps one")
	}
	if err != nil {
		return openError(err, *dir)
	}
	e.say("release %s is live again instead of %s", to, from)
	return nil
}
