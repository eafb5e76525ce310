package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"whyfix/internal/diag"
)

// questions are put to a person at a terminal, one after the other.
type questions struct {
	ctx   context.Context
	env   *env
	words builtIn
	lines chan string // what was typed; closed at the end of the input
	ended bool
}

// newQuestions begins to read what is typed. The reader is left alone when the
// command is stopped: nobody can take back a read from a terminal.
func newQuestions(ctx context.Context, e *env, words builtIn) *questions {
	q := &questions{ctx: ctx, env: e, words: words, lines: make(chan string)}
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
			if errors.Is(err, io.EOF) || err != nil {
				return
			}
		}
	}()
	return q
}

// line asks for one line. At the end of the input it is empty.
func (q *questions) line(prompt string) (string, error) {
	if q.ended {
		return "", nil
	}
	fmt.Fprint(q.env.stderr, prompt)
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
		line, err := q.line(prompt)
		if err != nil || line == "" {
			return out, err
		}
		out = append(out, line)
		prompt = "  "
	}
}

// fill asks for what an article lacks. Only a title and a path must be given.
// Place is shown the path before anything else is asked: nobody writes for
// nothing.
func (q *questions) fill(d *draft, file *string, place func(string) error) error {
	var err error
	for strings.TrimSpace(d.title) == "" {
		if q.ended {
			return diag.WithHint(errors.New("nothing was written: an article needs a title"), "write it on the command line: whyfix new PATH TITLE")
		}
		if d.title, err = q.line(q.words.ask["title"]); err != nil {
			return err
		}
	}
	if *file == "" {
		proposed := fileFor(d.title)
		if *file, err = q.line(fmt.Sprintf(q.words.ask["path"], proposed)); err != nil {
			return err
		}
		if q.ended && *file == "" {
			return diag.WithHint(errors.New("nothing was written"), "Enter takes the proposed file")
		}
		*file = cmp.Or(*file, proposed)
	}
	if err := place(*file); err != nil {
		return err
	}
	for _, name := range listNames() {
		if len(d.lists[name]) > 0 {
			continue
		}
		if d.lists[name], err = q.list(q.words.ask[name]); err != nil {
			return err
		}
	}
	return nil
}
