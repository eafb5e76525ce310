package cli

import (
	"context"

	"whyfix/internal/diag"
	"whyfix/internal/move"
)

const mvHelp = `usage: whyfix mv [options] OLD NEW

Moves an article, an image or a whole folder inside the content folder: every
link to it is mended, in articles and in site.yaml, and the old address becomes
an alias, so that readers who have it still arrive. NEW may be a folder that
exists. Translations, which other languages have at the same path, move along to
the same new one. Nothing is overwritten, and if something goes wrong, everything is as
it was.

  -content DIR   the articles (default: content)
  -n             only say what would be done
  -only          leave the translations where they are

examples:
  whyfix mv pay/refund.md pay/money-back.md
  whyfix mv huabei credit/huabei
  whyfix mv -n pay/refund.md refunds/
`

func runMv(ctx context.Context, e *env, args []string) error {
	f := e.flags("mv")
	dir := f.String("content", "content", "")
	dry := f.Bool("n", false, "")
	only := f.Bool("only", false, "")
	words, err := parse(f, args, 2, 2, diag.Say("OLD and NEW, two paths inside the content folder"))
	if err != nil {
		return err
	}
	from, err := inContent(words[0], *dir)
	if err != nil {
		return err
	}
	to, err := inContent(words[1], *dir)
	if err != nil {
		return err
	}
	plan, diags, err := move.New(ctx, *dir, from, to, move.Options{Only: *only})
	if err != nil {
		return loadError(err, *dir)
	}
	p := e.printer(*dir)
	if diags.Errors() > 0 {
		return e.refuse(p, diags, diag.Say("nothing was moved: mend these first, so that every link is known"))
	}
	if !*dry {
		if err := e.write(plan.Do); err != nil {
			return err
		}
	}
	for _, x := range plan.Moves {
		if *dry {
			e.say("would move %s → %s", p.File(x.Old), p.File(x.New))
		} else {
			e.say("moved %s → %s", p.File(x.Old), p.File(x.New))
		}
	}
	for _, f := range plan.Files {
		name := p.File(f.Name)
		for _, x := range f.Made {
			x.At.File = name
			switch {
			case x.Old == "" && *dry:
				e.say("would add the alias %s to %s", x.New, name)
			case x.Old == "":
				e.say("added the alias %s to %s", x.New, name)
			case *dry:
				e.say("would mend %s: %s → %s", x.At, x.Old, x.New)
			default:
				e.say("mended %s: %s → %s", x.At, x.Old, x.New)
			}
		}
	}
	for _, note := range plan.Notes {
		e.say("%s", note)
	}
	return nil
}
