package cli

import (
	"context"
	"log/slog"
	"time"

	"whyfix/internal/diag"
	"whyfix/internal/generate"
	"whyfix/internal/limit"
	"whyfix/internal/listen"
	"whyfix/internal/preview"
	"whyfix/internal/version"
)

const devHelp = `usage: whyfix dev [options]

For the writer: builds the site, serves it, and shows every edit in the
browser. Mistakes show in the terminal and on the page, where they are.
Search works as it will for readers.

  -content DIR   the articles (default: content)
  -out DIR       also keep a release of the last good state there
                 (default: everything stays in memory)
  -addr ADDR     where to listen (default: 127.0.0.1:8080; port 0 picks one).
                 Who names another host than this one is refused
  -theme NAME    a folder in themes/ beside the content folder, or any folder
  -drafts=false  hide drafts, and articles whose date is to come or is over.
                 They are shown with a badge, which readers never see; what
                 -out keeps is without them

examples:
  whyfix dev
  whyfix dev -drafts=false -addr 127.0.0.1:0
`

func runDev(ctx context.Context, e *env, args []string) error {
	f := e.flags("dev")
	o := generate.Options{Base: "/"} // a preview lives at the top of its own address
	f.StringVar(&o.Content, "content", "content", "")
	f.StringVar(&o.Theme, "theme", "", "")
	f.BoolVar(&o.Drafts, "drafts", true, "")
	out := f.String("out", "", "")
	addr := f.String("addr", "127.0.0.1:8080", "")
	if _, err := parse(f, args, 0, 0, diag.Text{}); err != nil {
		return err
	}
	if *out != "" {
		if err := apart(o.Content, *out); err != nil {
			return err
		}
	}
	if err := checkTheme(o); err != nil {
		return err
	}
	kept := o
	kept.Drafts = false // a release is for readers
	kept.Release = generate.ReleaseOptions{Public: *out, Keep: 1, Index: true, Generator: version.Program()}
	p := e.printer(o.Content)
	another := false // that the folder is another program's was said
	told := false    // what is not known of dates
	log := slog.New(slog.NewTextHandler(e.stderr, nil))
	shown, err := preview.New(preview.Options{
		Build: o, Log: log, Language: e.language,
		Report: func(s preview.State) {
			l := s.Loaded
			if another || !madeForAnother(e, o.Content, len(l.Input.Articles), l.Diags) {
				few, rest := l.Diags.Fold()
				_ = p.Print(e.stderr, l.WithLines(few))
				e.sayRest(rest)
			} else {
				another = true
			}
			if l.Dates != (diag.Text{}) && !told {
				e.say("%s", l.Dates)
				told = true
			}
			articles := diag.Say("%s in %s", diag.Count(len(l.Site.Articles), "%d article", "%d articles"), s.Took.Round(time.Millisecond))
			if n := l.Site.NotYet(time.Now()); n > 0 {
				articles = diag.Say("%s, %d of which readers do not see", articles, n)
			}
			switch {
			case !s.Good:
				e.say("%s; the last good pages stay", count(l.Diags))
			case len(l.Diags) > 0:
				e.say("%s (%s)", articles, count(l.Diags))
			default:
				e.say("%s", articles)
			}
			if s.Good && *out != "" {
				if _, err := generate.Run(ctx, kept); err != nil {
					e.say("-out %s: %s", *out, openError(err, *out))
				}
			}
		},
	})
	if err != nil {
		return noContent(e, err, o.Content)
	}
	defer shown.Close()
	if err := shown.Start(ctx); err != nil {
		return noContent(e, err, o.Content)
	}
	l, err := listen.At("-addr", *addr)
	if err != nil {
		return err
	}
	e.say("serving http://%s/", l.Addr())
	return listen.Serve(ctx, l, listen.NamesOf(l, *addr).Only("-addr", shown), log, limit.Connections{}, nil)
}
