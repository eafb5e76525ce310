package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"whyfix/internal/diag"
	"whyfix/internal/draft"
)

const newHelp = `usage: whyfix new [options] PATH TITLE

Starts a new article with all the sections of the chain. It is a draft until
you take out the line "draft: true". On a terminal it asks for what you did not
say; Enter leaves something out. An existing file is never overwritten.

  -content DIR     the articles (default: content)
  -title TEXT      the title, as TITLE
  -symptom TEXT    what a reader says; again for another one
  -product TEXT    what it is about; again for another one
  -cause TEXT      why it happens; again for another one
  -solution TEXT   what helps; again for another one
  -template NAME   made of content/_templates/NAME.md (default: article)

A template is an article with {{title}}, {{symptoms}}, {{products}}, {{causes}},
{{solutions}}, {{date}} or {{review_by}} where these belong: docs/writing.md.

examples:
  whyfix new huabei/cannot-use.md "花呗突然用不了，怎么办？"
  whyfix new -symptom 退款没到 pay/refund-late "退款怎么还没到？"
  whyfix new
`

func runNew(ctx context.Context, e *env, args []string) error {
	f := e.flags("new")
	dir := f.String("content", "content", "")
	a := draft.Article{Lists: map[string][]string{}, Date: time.Now()}
	f.StringVar(&a.Title, "title", "", "")
	template := f.String("template", "", "")
	for _, list := range draft.Lists() {
		f.Func(strings.TrimSuffix(list, "s"), "", func(s string) error {
			a.Lists[list] = append(a.Lists[list], strings.TrimSpace(s))
			return nil
		})
	}
	words, err := parse(f, args, 0, 2, diag.Say("a PATH and a TITLE (in quotes)"))
	if err != nil {
		return err
	}
	for _, list := range a.Lists {
		for _, s := range list {
			if !draft.Line(s) {
				return diag.Misuse(diag.Say("%q is not one line of text", s), diag.Say("write what readers say, in quotes"))
			}
		}
	}
	if len(words) == 2 {
		if a.Title != "" {
			return diag.Misuse(diag.Say("the title is given twice"), diag.Say("-title or TITLE, not both"))
		}
		a.Title = words[1]
	}
	given := len(words) == 2 || len(words) == 1 && a.Title != ""
	if !given && !terminal(e.stdin) {
		return diag.Misuse(diag.Say("it needs a PATH and a TITLE (in quotes)"), diag.Text{})
	}

	folder, closeFolder, err := openContent(*dir)
	if err != nil {
		return err
	}
	defer closeFolder()
	if folder == nil {
		folder = os.DirFS(*dir) // nothing is found in it
	}
	place := func(word string) (string, error) {
		name, err := inContent(word, *dir)
		if err != nil {
			return "", err
		}
		file, err := draft.File(name)
		if err == nil {
			if _, found := fs.Lstat(folder, file); found == nil {
				err = taken(*dir, file)
			}
		}
		return file, err
	}
	word, file := "", ""
	if len(words) > 0 {
		word = words[0]
	}
	if given {
		if file, err = place(word); err != nil {
			return err
		}
	}
	if terminal(e.stdin) {
		words := draft.Questions(folder, cmp.Or(file, word))
		if file, err = newQuestions(ctx, e).fill(words, &a, word, place); err != nil {
			return err
		}
	}
	if a.Title = strings.TrimSpace(a.Title); !draft.Line(a.Title) {
		return diag.Misuse(diag.Say("the title must be one line of text"), diag.Say("write the reader's question, in quotes"))
	}
	text, diags, err := a.Text(folder, file, *template)
	if err != nil {
		return err
	}
	if diags.Errors() > 0 {
		return e.refuse(e.printer(*dir), diags, diag.Say("nothing was written: mend the template"))
	}
	target := filepath.Join(*dir, filepath.FromSlash(file))
	switch err := draft.Create(*dir, file, text); {
	case errors.Is(err, fs.ErrExist): // since a moment ago
		return taken(*dir, file)
	case err != nil:
		return diag.Say("cannot write %s: %s", target, err)
	}
	fmt.Fprintln(e.stdout, target)
	if strings.Contains(text, "\ndraft: true") {
		e.say("a draft: fill it in, then delete the line draft: true")
	}
	return nil
}

// taken says that there is such a file.
func taken(dir, file string) error {
	return diag.WithHint(diag.Say("%s exists already", filepath.Join(dir, filepath.FromSlash(file))), diag.Say("choose another name, or edit that file"))
}

// questions are put to a person at a terminal, one after the other.
type questions struct {
	ctx   context.Context
	env   *env
	lines chan string // what was typed; closed at the end of the input
	ended bool
}

// newQuestions begins to read what is typed. The reader is left alone when the
// command is stopped: nobody can take back a read from a terminal.
func newQuestions(ctx context.Context, e *env) *questions {
	q := &questions{ctx: ctx, env: e, lines: make(chan string)}
	go func() {
		defer close(q.lines)
		in := bufio.NewReader(e.stdin)
		for {
			line, err := in.ReadString('\n')
			if err == nil || line != "" {
				select {
				case q.lines <- strings.TrimSpace(strings.ToValidUTF8(line, "")):
				case <-ctx.Done():
					return
				}
			}
			if err != nil {
				return
			}
		}
	}()
	return q
}

// line asks for one line. At the end of the input it is empty.
func (q *questions) line(prompt diag.Text) (string, error) {
	if q.ended {
		return "", nil
	}
	fmt.Fprint(q.env.stderr, q.env.in(prompt))
	select {
	case line, more := <-q.lines:
		if !more {
			q.ended = true
			fmt.Fprintln(q.env.stderr)
		}
		return line, nil
	case <-q.ctx.Done():
		fmt.Fprintln(q.env.stderr)
		return "", q.ctx.Err()
	}
}

// list asks for lines until one is empty.
func (q *questions) list(prompt string) ([]string, error) {
	var out []string
	for {
		line, err := q.line(diag.Example(prompt))
		if err != nil || line == "" {
			return out, err
		}
		out = append(out, line)
		prompt = "  "
	}
}

// fill asks, in words of a language, for what an article lacks, and returns its
// file. Only a title and a path must be given. Place is shown the path before
// anything else is asked: nobody writes for nothing.
func (q *questions) fill(words map[string]string, a *draft.Article, word string, place func(string) (string, error)) (string, error) {
	var err error
	for strings.TrimSpace(a.Title) == "" {
		if q.ended {
			return "", diag.WithHint(diag.Say("nothing was written: an article needs a title"), diag.Say("write it on the command line: whyfix new PATH TITLE"))
		}
		if a.Title, err = q.line(diag.Example(words["title"])); err != nil {
			return "", err
		}
	}
	if word == "" {
		proposed := draft.FileFor(a.Title)
		if word, err = q.line(diag.Example(fmt.Sprintf(words["path"], proposed))); err != nil {
			return "", err
		}
		if q.ended && word == "" {
			return "", diag.WithHint(diag.Say("nothing was written"), diag.Say("Enter takes the proposed file"))
		}
		word = cmp.Or(word, proposed)
	}
	file, err := place(word)
	if err != nil {
		return "", err
	}
	for _, name := range draft.Lists() {
		if len(a.Lists[name]) > 0 {
			continue
		}
		if a.Lists[name], err = q.list(words[name]); err != nil {
			return "", err
		}
	}
	return file, nil
}
