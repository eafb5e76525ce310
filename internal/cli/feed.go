package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/generate"
	"whyfix/internal/posts"
	"whyfix/internal/publish"
	"whyfix/internal/search"
	"whyfix/internal/version"
)

const feedHelp = `usage: whyfix feed [options] [FILE ...]

Takes documents that are no pages and are found beside the articles, such as
posts of a forum, tickets and notes: from files of JSON lines, one document on
each line, or from standard input if FILE is -. A document with an id that is
known takes its place. A running whyfix serve has them at once, without a build.

  {"id": "t-17", "url": "https://forum.example.org/t/17", "title": "…",
   "text": "…", "language": "zh-CN", "product": ["花呗"],
   "date": "2026-03-01", "expires": "2027-03-01", "kind": "post"}

id, url and title are needed. Without FILE it reads again, of the files that
site.yaml names under sources:, those that have changed, as a build does.

  -public DIR    the folder of releases (default: public)
  -content DIR   the articles, where the paths of sources: start (default:
                 content)
  -kind NAME     what documents are that do not say it (default: post)
  -language TAG  … and their language (default: the site's)
  -skip-bad      take what is right of a file; else a file with a bad line is
                 not taken at all
  -n             only say what would be done
  -delete        take the documents away whose ids follow instead of files
  -anew          begin with nothing: what is in no FILE, and in no file of
                 sources: if there is none, goes, whoever fed it
  -shards N      of an index that is made in a cluster, the first time or by
                 -anew (default 1)
  -prune         take those away that have expired; nobody finds them anyway
  -status        say what is there
` + clusterHelp + `
examples:
  whyfix feed posts.jsonl
  export-tickets | whyfix feed -kind ticket -
  whyfix feed -delete t-17 t-18
  whyfix feed -status -public /srv/help
`

// mostShards is more than any site needs: a slip would be hard on the cluster.
const mostShards = 100

// feedOptions are the flags of feed.
type feedOptions struct {
	public, content, kind, language             string
	skipBad, dry, delete_, prune, status_, anew bool
	shards                                      int
	words                                       []string
	cluster                                     search.Cluster
}

func parseFeed(e *env, args []string) (*feedOptions, error) {
	o := &feedOptions{}
	f := e.flags("feed")
	f.StringVar(&o.public, "public", "public", "")
	f.StringVar(&o.content, "content", "content", "")
	f.StringVar(&o.kind, "kind", "", "")
	f.StringVar(&o.language, "language", "", "")
	f.BoolVar(&o.skipBad, "skip-bad", false, "")
	f.BoolVar(&o.dry, "n", false, "")
	f.BoolVar(&o.delete_, "delete", false, "")
	f.BoolVar(&o.anew, "anew", false, "")
	f.IntVar(&o.shards, "shards", 0, "")
	f.BoolVar(&o.prune, "prune", false, "")
	f.BoolVar(&o.status_, "status", false, "")
	at := clusterFlags(f)
	var err error
	if o.words, err = parse(f, args, 0, 1<<30, diag.Text{}); err != nil {
		return nil, err
	}
	if o.cluster, err = at.cluster(); err != nil {
		return nil, err
	}
	switch {
	case o.delete_ && (o.prune || o.status_), o.prune && o.status_:
		return nil, diag.Misuse(diag.Say("-delete, -prune and -status go one at a time"), diag.Text{})
	case o.anew && (o.delete_ || o.prune || o.status_):
		return nil, diag.Misuse(diag.Say("-anew goes with files, or with sources: alone"), diag.Text{})
	case o.shards < 0 || o.shards > mostShards:
		return nil, diag.Misuse(diag.Say("-shards must be 1 to %d", mostShards), diag.Text{})
	case o.shards > 0 && (o.delete_ || o.prune || o.status_):
		return nil, diag.Misuse(diag.Say("-shards goes with files, or with sources: alone"), diag.Text{})
	case o.delete_ && len(o.words) == 0:
		return nil, diag.Misuse(diag.Say("-delete needs the id of a document"), diag.Say("write it like whyfix feed -delete t-17"))
	case (o.prune || o.status_) && len(o.words) > 0:
		return nil, diag.Misuse(diag.Say("unexpected argument %q", o.words[0]), diag.Text{})
	case o.kind != "" && !content.IsKind(o.kind):
		return nil, diag.Misuse(diag.Say("-kind: %s", diag.Say("%q cannot be a kind", o.kind)), content.KindHint())
	case o.language != "" && !content.IsLanguage(o.language):
		return nil, diag.Misuse(diag.Say("-language: %s", diag.Say("%q is not the tag of a language", o.language)), content.LanguageHint(o.language))
	}
	return o, folder("-public", o.public)
}

func runFeed(ctx context.Context, e *env, args []string) error {
	o, err := parseFeed(e, args)
	if err != nil {
		return err
	}
	if o.status_ {
		return feedStatus(ctx, e, o)
	}
	f, err := posts.Open(ctx, posts.Options{Public: o.public, Generator: version.Program(), Now: time.Now(), Cluster: o.cluster, Anew: o.anew, Shards: o.shards})
	if err != nil {
		return feedError(err, o.public)
	}
	defer f.Close()
	switch {
	case o.delete_:
		done, err := f.Delete(ctx, o.words)
		if err != nil {
			return feedError(err, o.public)
		}
		for _, d := range done {
			switch {
			case !d.Was:
				e.say("there is no document with the id %q", d.ID)
			case d.From != "":
				e.say("%q is from %s, which is read again the next time: take it out there, too, or it comes back", d.ID, d.From)
			}
		}
	case o.prune:
		if err := f.Prune(ctx); err != nil {
			return feedError(err, o.public)
		}
	case len(o.words) == 0:
		if len(f.Settings().Sources) == 0 {
			return diag.Misuse(diag.Say("it needs a FILE of JSON lines, or - for standard input"), diag.Say("or name files in site.yaml under sources:, and build"))
		}
		said := feedSources(ctx, e, f, o.content)
		switch {
		case said != nil && !errors.Is(said, errSilent):
			return feedError(said, o.public)
		case said != nil && o.anew:
			e.say("nothing was changed: what begins with nothing needs all files")
			return said
		}
		return commitFeed(ctx, e, f, o, said)
	default:
		if err := feedFiles(ctx, e, f, o); err != nil {
			return feedError(err, o.public)
		}
	}
	return commitFeed(ctx, e, f, o, nil)
}

// feedFiles takes the files of the command line: all, or none.
func feedFiles(ctx context.Context, e *env, f *posts.Feed, o *feedOptions) error {
	d := f.Settings().Defaults(o.kind, o.language)
	bad := 0
	for _, name := range o.words {
		read, err := feedFile(ctx, e, f, name, d, o.skipBad)
		if err != nil {
			return err
		}
		sayScanned(e, read)
		if !read.Taken {
			bad += read.Bad
		} else if read.Bad > 0 {
			e.say("%s: %s left out", read.Name, badLines(read.Bad))
		}
	}
	if bad > 0 {
		e.say("nothing was taken: %s; -skip-bad takes the rest", badLines(bad))
		return errSilent
	}
	return nil
}

func feedFile(ctx context.Context, e *env, f *posts.Feed, name string, d posts.Defaults, skipBad bool) (posts.Read, error) {
	if name == "-" {
		return f.Take(ctx, e.in(diag.Say("standard input")), e.stdin, d, skipBad)
	}
	in, err := os.Open(name)
	if err != nil {
		return posts.Read{}, diag.WithHint(err, diag.Say("name a file of JSON lines, or - for standard input"))
	}
	defer in.Close()
	if info, err := in.Stat(); err == nil && info.IsDir() {
		return posts.Read{}, diag.WithHint(diag.Say("%s is a folder, not a file of JSON lines", name), diag.Say("name its files: %s", filepath.ToSlash(filepath.Join(name, "*.jsonl"))))
	}
	return f.Take(ctx, filepath.ToSlash(name), in, d, skipBad)
}

func sayScanned(e *env, read posts.Read) {
	slices.SortStableFunc(read.Diags, func(a, b diag.Diagnostic) int { return cmp.Compare(a.Severity, b.Severity) })
	said := read.Diags[:min(len(read.Diags), posts.MostSaid)]
	_ = diag.Printer{Language: e.language}.Print(e.stderr, said)
	if rest := len(read.Diags) - len(said) + read.More; rest > 0 {
		e.say("and %d more in %s", rest, read.Name)
	}
}

// feedSources reads the files of sources:. What is wrong is said; the error is
// errSilent where something could not be taken.
func feedSources(ctx context.Context, e *env, f *posts.Feed, dir string) error {
	list, mistakes, err := f.TakeSources(ctx, dir)
	if err != nil {
		return err
	}
	_ = e.printer(dir).Print(e.stderr, mistakes)
	for _, read := range list {
		sayScanned(e, read)
		if !read.Taken {
			e.say("%s: %s, so its documents stay as they were", read.Name, badLines(read.Bad))
			err = errSilent
		}
	}
	if len(mistakes) > 0 {
		err = errSilent
	}
	return err
}

// commitFeed makes what changed live, and says what that is. Of what went wrong
// before, which was said, it still is the error.
func commitFeed(ctx context.Context, e *env, f *posts.Feed, o *feedOptions, before error) error {
	start := time.Now()
	if !o.dry {
		if err := f.Commit(ctx); err != nil {
			return feedError(err, o.public)
		}
	}
	sayFed(e, f, o.dry, time.Since(start))
	return before
}

// feedBuilt brings what is found beside the articles up to date after a build:
// the files of sources:, and an index that was made with other synonyms. The
// release is live whatever comes of it.
func feedBuilt(ctx context.Context, e *env, o generate.Options, sources []publish.FeedSource) error {
	public := o.Release.Public
	if _, err := os.Stat(publish.PostsDir(public)); err != nil && len(sources) == 0 {
		return nil
	}
	f, err := posts.Open(ctx, posts.Options{Public: public, Generator: version.Program(), Now: time.Now(), Cluster: o.Release.Cluster})
	if errors.Is(err, posts.ErrNoIndex) {
		return nil
	}
	if err != nil {
		e.say("the release is live; documents beside its articles stay as they were")
		return feedError(err, public)
	}
	defer f.Close()
	start := time.Now()
	said := feedSources(ctx, e, f, o.Content)
	if err = said; err == nil || errors.Is(said, errSilent) {
		err = f.Commit(ctx)
	}
	if errors.Is(err, posts.ErrThere) { // who keeps them is elsewhere, and feeds them there
		e.say("%s: they stay, and sources: are not read; %s has those of sources: alone from now on", posts.ErrThere, "whyfix feed -anew")
		if errors.Is(said, errSilent) {
			return said
		}
		return nil
	}
	if err != nil {
		e.say("the release is live; documents beside its articles stay as they were")
		return feedError(err, public)
	}
	if f.Changes().Any() || said != nil {
		sayFed(e, f, false, time.Since(start))
	}
	return said
}

// sayFed says what a feed did.
func sayFed(e *env, f *posts.Feed, dry bool, took time.Duration) {
	c := f.Changes()
	if !c.Any() {
		e.say("nothing changed: %s beside the articles", diag.Count(f.Count(), "%d document", "%d documents"))
		return
	}
	var parts []diag.Text
	for _, part := range []struct {
		n    int
		what diag.Text
	}{
		{c.Added, diag.Say("%d added", c.Added)},
		{c.Replaced, diag.Say("%d replaced", c.Replaced)},
		{c.Deleted, diag.Say("%d taken away", c.Deleted)},
		{c.Same, diag.Say("%d as they were", c.Same)},
	} {
		if part.n > 0 {
			parts = append(parts, part.what)
		}
	}
	if dry {
		e.say("documents beside the articles: would be %s; %d in all", diag.Join(parts), f.Count())
		return
	}
	e.say("documents beside the articles: %s; %d in all (%s)", diag.Join(parts), f.Count(), took.Round(time.Millisecond))
}

// badLines counts lines that are no documents.
func badLines(n int) diag.Text { return diag.Count(n, "%d bad line", "%d bad lines") }

func feedStatus(ctx context.Context, e *env, o *feedOptions) error {
	s, err := posts.Look(ctx, posts.Options{Public: o.public, Now: time.Now(), Cluster: o.cluster})
	if errors.Is(err, publish.ErrNoRelease) {
		fmt.Fprintln(e.stdout, e.in(diag.Say("no documents beside the articles")))
		return nil
	}
	if err != nil {
		return feedError(err, o.public)
	}
	where := diag.Say("in the cluster")
	if s.Bytes > 0 {
		where = diag.Say("index %.1f MB", float64(s.Bytes)/(1<<20))
	}
	fmt.Fprintln(e.stdout, e.in(diag.Say("%s beside the articles, %d of them expired; last change %s, %s",
		diag.Count(s.Documents, "%d document", "%d documents"), s.Expired, s.Time.Local().Format("2006-01-02 15:04:05"), where)))
	if s.Died {
		fmt.Fprintln(e.stdout, e.in(diag.Say("a feed is at work, or was not finished: then some of its documents may be missing; feed the same again")))
	}
	for _, c := range s.Sources {
		fmt.Fprintf(e.stdout, "  %8d %s\n", c.Count, c.Name)
	}
	for _, c := range s.Files {
		from := diag.Say("fed by hand")
		if c.Name != "" {
			from = diag.Say("from %s", c.Name)
		}
		fmt.Fprintf(e.stdout, "  %8d %s\n", c.Count, e.in(from))
	}
	return nil
}

// feedError puts the errors of posts into words.
func feedError(err error, public string) error {
	dir := filepath.ToSlash(publish.PostsDir(public))
	switch {
	case errors.Is(err, publish.ErrBusy):
		return diag.WithHint(diag.Say("another feed is at work in %s", dir), diag.Say("wait until it is done: each sees what the one before did"))
	case errors.Is(err, publish.ErrNoRelease):
		return diag.WithHint(diag.Say("there is no release in %s, beside whose articles documents could be found", public), diag.Say("make one: %s", "whyfix build -out "+public))
	case errors.Is(err, posts.ErrNoIndex):
		return diag.WithHint(diag.Say("the release in %s was made without an index", public), diag.Say("build it without -index=false"))
	case errors.Is(err, posts.ErrThere):
		return diag.WithHint(err, diag.Say("feed from the folder of releases that they were fed from; if none of them is to stay, begin with nothing: %s", "whyfix feed -anew FILE …"))
	case errors.Is(err, posts.ErrClosed):
		return diag.WithHint(err, diag.Say("open it again, or feed everything again: %s", "whyfix feed -anew FILE …"))
	case errors.Is(err, posts.ErrShards):
		return diag.WithHint(err, diag.Say("make it anew: %s", "whyfix feed -anew -shards N FILE …"))
	case errors.Is(err, posts.ErrMoved), errors.Is(err, posts.ErrOlder), errors.Is(err, posts.ErrLost), errors.Is(err, posts.ErrChanged):
		return diag.WithHint(err, diag.Say("feed everything again: %s", "whyfix feed -anew FILE …"))
	case errors.Is(err, publish.ErrDamaged), errors.Is(err, publish.ErrIncomplete), errors.Is(err, publish.ErrSchema), errors.Is(err, search.ErrDamaged):
		return diag.WithHint(err, diag.Say("remove the folder %s, and feed everything again, by %s: the articles are none of it", dir, "whyfix feed -anew FILE …"))
	}
	return err
}
