package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/flat"
	"whyfix/internal/generate"
	"whyfix/internal/publish"
	"whyfix/internal/search"
	"whyfix/internal/site"
	"whyfix/internal/version"
)

const buildHelp = `usage: whyfix build [options]

Makes a release of the content folder. Readers see the old release until the
new one is complete; if anything is wrong, the old one stays.

  -content DIR   the articles (default: content)
  -out DIR       the folder of releases (default: public)
  -flat DIR      bring this folder to the plain files of the site, too, for
                 hosts that take no more; docs/hosting.md tells of some
  -flat-root     DIR is the root of the host: the pages of a site below a path,
                 such as /help/, go into DIR/help/
  -theme NAME    a folder in themes/ beside the content folder, or any folder
  -base URL      the site's address, such as https://example.org/help/
  -drafts        build drafts and articles of the future, too
  -full          make everything again, even what did not change
  -strict        fail when a symptom does not find its article
  -keep N        how many releases stay, for rollback (default: 2)
  -index=false   no search index
  -compress=false  no compressed copies for web servers
  -engine NAME   what holds the search index: bleve, which is in the release,
                 or opensearch (default: what site.yaml says, else bleve)
` + clusterHelp + `
examples:
  whyfix build
  whyfix build -base https://example.org/help/ -out /srv/help
  whyfix build -flat site -index=false -compress=false
  whyfix build -engine opensearch -opensearch https://search.example.org:9200
`

func runBuild(ctx context.Context, e *env, args []string) error {
	f := e.flags("build")
	o := generate.Options{Progress: &generate.Progress{}}
	r := &o.Release
	r.Generator = version.Program()
	f.StringVar(&o.Content, "content", "content", "")
	f.StringVar(&r.Public, "out", "public", "")
	f.StringVar(&o.Theme, "theme", "", "")
	f.StringVar(&o.Base, "base", "", "")
	f.BoolVar(&o.Drafts, "drafts", false, "")
	f.BoolVar(&r.Full, "full", false, "")
	f.BoolVar(&r.Strict, "strict", false, "")
	f.IntVar(&r.Keep, "keep", 2, "")
	f.BoolVar(&r.Index, "index", true, "")
	f.BoolVar(&r.Compress, "compress", true, "")
	f.StringVar(&r.Engine, "engine", "", "")
	var plain plainFolder
	f.StringVar(&plain.dir, "flat", "", "")
	f.BoolVar(&plain.options.Root, "flat-root", false, "")
	at := clusterFlags(f)
	if _, err := parse(f, args, 0, 0, diag.Text{}); err != nil {
		return err
	}
	if o.Base != "" {
		if message, hint := content.CheckBase(o.Base); message != (diag.Text{}) {
			return diag.Misuse(diag.Say("-base: %s", message), hint)
		}
	}
	if r.Engine != "" && r.Engine != content.Bleve && r.Engine != content.OpenSearch {
		return diag.Misuse(diag.Say("-engine: there is no engine %q", r.Engine), diag.Say("write bleve or opensearch"))
	}
	var err error
	if r.Cluster, err = at.cluster(); err != nil {
		return err
	}
	if r.Keep < 1 {
		return diag.Misuse(diag.Say("-keep must be at least 1"), diag.Say("2 keeps one release to roll back to"))
	}
	if err := checkTheme(o); err != nil {
		return err
	}
	if err := apart(o.Content, r.Public); err != nil {
		return err
	}
	if err := plain.check(o); err != nil {
		return err
	}
	start := time.Now()
	stopProgress := showProgress(e.stderr, o.Progress)
	built, err := generate.Run(ctx, o)
	stopProgress()
	took := time.Since(start).Round(time.Millisecond)
	if err := sayBuilt(e, built, o, err); err != nil {
		return err
	}
	articles, pages, files := diag.Count(built.Articles, "%d article", "%d articles"), diag.Count(built.Pages, "%d page", "%d pages"), diag.Count(built.Written, "%d file", "%d files")
	switch {
	case !built.Changed:
		e.say("nothing changed: %s, release %s stays live (%s)", articles, built.ID, took)
	case built.Why == (diag.Text{}):
		e.say("%s, %s: %s written, %d unchanged; release %s is live (%s)", articles, pages, files, built.Linked, built.ID, took)
	default:
		e.say("%s, %d of %s changed: %s; %s written, %d unchanged; release %s is live (%s)",
			articles, built.Made, pages, built.Why, files, built.Linked, built.ID, took)
	}
	sayLeftOut(e, built.LeftOut)
	switch {
	case built.Loaded != nil:
		if next := built.Loaded.Site.NextChange; !next.At.IsZero() {
			next.At = next.At.In(built.Loaded.Site.Settings.Zone())
			e.say("build again at the next change: %s", nextChange(next, o.Content))
		}
	case built.Warnings > 0:
		e.say("%s as before: whyfix check lists them", diag.Count(built.Warnings, "%d warning", "%d warnings"))
	}
	// The release is live whatever comes of these, and neither needs the other.
	errFlat := plain.write(ctx, e, r.Public)
	err = feedBuilt(ctx, e, o, built.Sources)
	if errFlat == nil {
		return err
	}
	if err != nil && !errors.Is(err, errSilent) && ctx.Err() == nil {
		e.say("%s", diag.Of(err))
	}
	return errFlat
}

// plainFolder is where a build leaves the plain files of its site.
type plainFolder struct {
	dir     string
	options flat.Options
}

// check refuses a folder in which something of somebody else's would be in the way.
func (p plainFolder) check(o generate.Options) error {
	switch {
	case p.dir == "" && p.options.Root:
		return diag.Misuse(diag.Say("-flat-root says how -flat lays out a folder"), diag.Say("name one: -flat site -flat-root"))
	case p.dir == "":
		return nil
	}
	for _, other := range []struct {
		name diag.Text
		dir  string
	}{{diag.Say("the content folder"), o.Content}, {diag.Say("the folder of releases"), o.Release.Public}} {
		in, err := within(p.dir, other.dir)
		if err == nil && !in {
			in, err = within(other.dir, p.dir)
		}
		if err != nil {
			return err
		}
		if in {
			return diag.Misuse(diag.Say("-flat %s and %s %s lie in each other", p.dir, other.name, other.dir), diag.Say("name a folder beside them, such as -flat site"))
		}
	}
	if err := folder("-flat", p.dir); err != nil {
		return err
	}
	return p.explain(flat.Check(p.dir))
}

// write brings the folder to the live release.
func (p plainFolder) write(ctx context.Context, e *env, public string) error {
	if p.dir == "" {
		return nil
	}
	r, err := publish.Open(public)
	if err != nil {
		return openError(err, public)
	}
	defer r.Close()
	done, err := flat.Write(ctx, r, p.dir, p.options)
	if err != nil {
		return p.explain(openError(err, public))
	}
	for _, note := range done.Notes {
		e.say("%s", note)
	}
	if done.Written+done.Removed == 0 {
		e.say("%s has its %s as they were", p.dir, diag.Count(done.Files, "%d file", "%d files"))
	} else {
		e.say("%s has %s: %d written, %d removed", p.dir, diag.Count(done.Files, "%d file", "%d files"), done.Written, done.Removed)
	}
	return nil
}

func (p plainFolder) explain(err error) error {
	var foreign *flat.ForeignError
	if errors.As(err, &foreign) {
		return diag.WithHint(diag.Say("-flat %s: %s was not written by this program", p.dir, foreign.Name), diag.Say("nothing there was touched; name a new or an empty folder, or move that file away"))
	}
	return err
}

// sayLeftOut says in one line which articles are not built, and why.
func sayLeftOut(e *env, n site.LeftOut) {
	var parts []diag.Text
	for _, p := range []struct {
		n    int
		text diag.Text
	}{
		{n.Drafts, diag.Count(n.Drafts, "%d draft", "%d drafts")},
		{n.Awaited, diag.Say("%d whose date is to come", n.Awaited)},
		{n.Expired, diag.Count(n.Expired, "%d that has expired", "%d that have expired")},
		{n.Withdrawn, diag.Say("%d withdrawn", n.Withdrawn)},
	} {
		if p.n > 0 {
			parts = append(parts, p.text)
		}
	}
	switch out := diag.Join(parts); {
	case len(parts) == 0:
	case n.Drafts+n.Awaited+n.Expired == 0:
		e.say("left out: %s", out)
	case n.Withdrawn > 0:
		e.say("left out: %s; whyfix dev shows them but for what is withdrawn", out)
	default:
		e.say("left out: %s; whyfix dev shows them, with a badge", out)
	}
}

// dated reports whether an article names a day on which something happens to it.
func dated(a *site.Article) bool {
	return !a.Date.IsZero() || !a.Expires.IsZero() || !a.ReviewBy.IsZero()
}

// sayBuilt prints what there is to say about the content, and turns the error
// of a build into words.
func sayBuilt(e *env, built generate.Result, o generate.Options, err error) error {
	l := built.Loaded
	if l == nil { // nothing was read
		return openError(noContent(e, err, o.Content), o.Release.Public)
	}
	if madeForAnother(e, l.Dir, len(l.Input.Articles), l.Diags) && err != nil {
		return errSilent
	}
	few, rest := l.Diags.Fold()
	shown, left := fewWarnings(few)
	if printErr := e.printer(l.Dir).Print(e.stderr, l.WithLines(shown)); printErr != nil {
		return printErr
	}
	if left > 0 {
		e.say("and %s: whyfix check lists them", diag.Count(left, "%d more warning", "%d more warnings"))
	}
	e.sayRest(rest)
	switch {
	case errors.Is(err, generate.ErrContent):
		e.say("nothing was built: %s", count(l.Diags))
		return errSilent
	case errors.Is(err, generate.ErrPromise):
		e.say("nothing was built: -strict, and some symptoms do not find their article")
		return errSilent
	case err != nil:
		return openError(err, o.Release.Public)
	}
	if l.Dates != (diag.Text{}) && built.Changed {
		e.say("%s", l.Dates)
	}
	if l.Site.Settings.Timezone.Value == "" && built.Changed && slices.ContainsFunc(l.Site.Articles, dated) {
		e.say("days begin at midnight of this machine, %s; timezone: in site.yaml names another time zone", time.Now().Format("UTC-07:00"))
	}
	switch {
	case len(built.LeftInCluster) > 0:
		e.say("the index is in the release now, and those of old releases are still in the cluster: %v", built.NotTidied)
		for _, at := range built.LeftInCluster {
			e.say("no later build removes it: curl -X DELETE %s", at)
		}
	case built.NotTidied != nil:
		e.say("indexes of old releases are still in the cluster; the next build tries again: %v", built.NotTidied)
	}
	if built.NotKept != nil {
		e.say("the next build will be slower: %v", built.NotKept)
	}
	return nil
}

// checkTheme refuses the name of a theme that is not there.
func checkTheme(o generate.Options) error {
	if o.Theme == "" || o.Theme == "default" || generate.ThemeDir(o.Theme, o.Content) != "" {
		return nil
	}
	return diag.Misuse(diag.Say("there is no theme %q", o.Theme), diag.Say("name a folder in themes/ beside the content folder, or the path of a folder"))
}

// nextChange says when the site changes without an edit, and why.
func nextChange(c site.Change, dir string) diag.Text {
	s := diag.Say("%s: %s %s", c.At.Format("2006-01-02 15:04"), path.Join(filepath.ToSlash(dir), c.Path), c.What)
	if c.More > 0 {
		s = diag.Say("%s, and %d more", s, c.More)
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
	for _, lost := range []bool{true, false} {
		for _, d := range l {
			if (d.Code == "vanished-url") != lost {
				continue
			}
			if d.Severity == diag.Warning {
				if warnings++; warnings > mostWarnings {
					left++
					continue
				}
			}
			shown = append(shown, d)
		}
	}
	return shown, left
}

// apart refuses to write releases into the content folder, by whatever name,
// because the next build would read them; and in the place of a file.
func apart(contentDir, public string) error {
	in, err := within(public, contentDir)
	if err != nil {
		return err
	}
	if in {
		return diag.Misuse(diag.Say("-out %s lies inside the content folder %s", public, contentDir), diag.Say("put the releases beside it"))
	}
	return folder("-out", public)
}

// within reports whether a folder is another one or lies in it, by whatever name.
func within(dir, outer string) (bool, error) {
	a, err := resolve(outer)
	if err != nil {
		return false, err
	}
	b, err := resolve(dir)
	if err != nil {
		return false, err
	}
	rel, err := filepath.Rel(a, b)
	return err == nil && filepath.IsLocal(rel), nil
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
func count(l diag.List) diag.Text {
	n := l.Errors()
	parts := []diag.Text{diag.Count(n, "%d error", "%d errors")}
	if w := len(l) - n; w > 0 {
		parts = append(parts, diag.Count(w, "%d warning", "%d warnings"))
	}
	return diag.Join(parts)
}

const rollbackHelp = `usage: whyfix rollback [-public DIR]

Makes the release before the live one live again. A running whyfix serve
follows at once. The next build makes a new release as usual.

  -public DIR    the folder of releases (default: public)

example:
  whyfix rollback -public /srv/help
`

func runRollback(ctx context.Context, e *env, args []string) error {
	f := e.flags("rollback")
	dir := f.String("public", "public", "")
	if _, err := parse(f, args, 0, 0, diag.Text{}); err != nil {
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
		return diag.WithHint(fmt.Errorf("no release before the live one in %s can be served: %w", *dir, err), diag.Say("take the content back, and build"))
	}
	if errors.Is(err, publish.ErrNothingOlder) {
		return diag.WithHint(diag.Say("there is no release before the live one in %s", *dir), diag.Say("build -keep 2 or more keeps one"))
	}
	if err != nil {
		return openError(err, *dir)
	}
	e.say("release %s is live again instead of %s", to, from)
	return nil
}
