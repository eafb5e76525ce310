package cli

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"whyfix/internal/diag"
	"whyfix/internal/draft"
	"whyfix/internal/starter"
)

const initHelp = `usage: whyfix init [options] [DIR]

Starts a site of your own in an empty folder: settings, a home page, a category
with two articles as examples, tags, synonyms, a recipe that checks every
change, and a README for those who write. It builds without a problem. On a
terminal it asks for what you did not say; Enter takes what stands in brackets.

DIR is the folder (default: the one you are in). One in which there is
something is left as it is.

  -title TEXT     the site's name
  -language TAG   of the articles: zh-CN or en (default: zh-CN)
  -about TEXT     one sentence: what the site is about
  -n              only say what would be written

examples:
  whyfix init help
  whyfix init -language en -title "Help" -about "Everything about your router." help
  whyfix init -n
`

func runInit(ctx context.Context, e *env, args []string) error {
	f := e.flags("init")
	var s starter.Site
	f.StringVar(&s.Title, "title", "", "")
	f.StringVar(&s.Language, "language", "", "")
	f.StringVar(&s.About, "about", "", "")
	dry := f.Bool("n", false, "")
	words, err := parse(f, args, 0, 1, diag.Say("one DIR"))
	if err != nil {
		return err
	}
	dir := "."
	if len(words) > 0 {
		dir = cmp.Or(words[0], ".")
	}
	if err := checkNewSite(s); err != nil {
		return err
	}
	other, err := starter.InTheWay(dir)
	switch {
	case err != nil:
		return diag.WithHint(err, diag.Say("name a new folder: whyfix init my-help"))
	case other != "":
		return diag.WithHint(diag.Say("%s is not empty: there is %s in it", dir, other), diag.Say("name a new folder, such as whyfix init my-help; articles are added to a site by whyfix new, and pages of another program by whyfix import"))
	}
	if terminal(e.stdin) {
		if err := newQuestions(ctx, e).site(&s); err != nil {
			return err
		}
	}
	if l, known := diag.LanguageOf(s.Language); known && !e.chosen { // who writes in it reads it
		e.language = l
	}
	s.Language = cmp.Or(s.Language, defaultLanguage)
	files, err := s.Files()
	if err != nil {
		return err
	}
	if !*dry {
		if err := e.write(func() error { return starter.Write(dir, files) }); err != nil {
			return diag.WithHint(err, diag.Say("nothing was written"))
		}
	}
	for _, file := range files {
		fmt.Fprintln(e.stdout, filepath.ToSlash(filepath.Join(dir, filepath.FromSlash(file.Path))))
	}
	if *dry {
		e.say("these %s would be written", diag.Count(len(files), "%d file", "%d files"))
		return nil
	}
	enter, article := "", `"I forgot the Wi-Fi password"`
	if filepath.Clean(dir) != "." {
		enter = "cd " + shellWord(dir) + " && "
	}
	if chinese(s.Language) {
		article = `"忘了 WiFi 密码怎么办？"`
	}
	e.say("a new site, %s. What to do next:", diag.Count(len(files), "%d file", "%d files"))
	e.print("  see it, and every edit:  %swhyfix dev", enter)
	e.print("  start an article:        whyfix new wifi/password.md %s", article)
	e.print("  publish:                 whyfix build, then whyfix serve")
	return nil
}

// defaultLanguage is that of a site whose site.yaml names none, too.
const defaultLanguage = "zh-CN"

func chinese(language string) bool { return strings.HasPrefix(strings.ToLower(language), "zh") }

// checkNewSite refuses what no site can have.
func checkNewSite(s starter.Site) error {
	switch {
	case s.Language != "" && !starter.Speaks(s.Language):
		return diag.Misuse(diag.Say("-language: there are no examples in %q", s.Language), diag.Say("take zh-CN or en, write your articles, then change language: in site.yaml"))
	case s.Title != "" && !draft.Line(s.Title):
		return diag.Misuse(diag.Say("-title must be one line of text"), diag.Text{})
	case s.About != "" && !draft.Line(s.About):
		return diag.Misuse(diag.Say("-about must be one line of text"), diag.Text{})
	}
	return nil
}

// site asks for what a new site lacks. The end of the input takes what is
// proposed for all the rest.
func (q *questions) site(s *starter.Site) error {
	for s.Language == "" {
		line, err := q.line(diag.Example("语言 / language: zh-CN, en [" + defaultLanguage + "]: "))
		if err != nil {
			return err
		}
		if line = cmp.Or(line, defaultLanguage); starter.Speaks(line) {
			s.Language = line
		}
	}
	title, about := starter.Defaults(s.Language)
	words := [2]string{"The site's name", "What it is about, in one sentence"}
	if chinese(s.Language) {
		words = [2]string{"网站的名字", "一句话：这个网站讲什么"}
	}
	for i, text := range []*string{&s.Title, &s.About} {
		if *text != "" {
			continue
		}
		line, err := q.line(diag.Example(words[i] + " [" + [2]string{title, about}[i] + "]: "))
		if err != nil {
			return err
		}
		if draft.Line(line) {
			*text = line
		}
	}
	return nil
}

// shellWord is a word as a shell reads it.
func shellWord(s string) string {
	if strings.ContainsAny(s, " \t'\"$`\\&;|<>()*?[]#~!{}") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}
