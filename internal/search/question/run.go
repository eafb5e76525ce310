package question

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"whyfix/internal/han"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/terms"
)

// shortestStart is how many letters a start of a word has that tells something.
const shortestStart = 3

// expansions is how many words a part of a word may stand for.
const expansions = 64

// unquote takes the quotation marks out of a question and returns what stood
// between them.
func unquote(text string) (plain string, quoted []string) {
	var b strings.Builder
	rest := text
	for {
		start := strings.IndexAny(rest, "\"“„「『")
		if start < 0 {
			break
		}
		open, size := utf8.DecodeRuneInString(rest[start:])
		length := strings.IndexAny(rest[start+size:], closing(open))
		if length < 0 {
			break // a mark alone means nothing
		}
		inner := rest[start+size : start+size+length]
		_, last := utf8.DecodeRuneInString(rest[start+size+length:])
		if strings.TrimSpace(inner) != "" {
			quoted = append(quoted, inner)
		}
		b.WriteString(rest[:start] + " " + inner + " ")
		rest = rest[start+size+length+last:]
	}
	b.WriteString(rest)
	if len(quoted) == 0 {
		return text, nil
	}
	return strings.TrimSpace(b.String()), quoted
}

func closing(open rune) string {
	switch open {
	case '「':
		return "」"
	case '『':
		return "』"
	}
	return "\"”“"
}

// parts are the parts of a question that has spaces, less those that say
// little; none when it is one, or a whole sentence.
func (a *Asker) parts(ctx context.Context, cutter *terms.Cutter, text string) ([]engine.Run, error) {
	list := strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) })
	if len(list) < 2 {
		return nil, nil
	}
	var out []engine.Run
	for _, part := range list {
		if isWeak(part) {
			continue
		}
		r, err := a.run(ctx, cutter, part)
		if err != nil {
			return nil, err
		}
		if len(r.Pieces) > 0 {
			out = append(out, r)
		}
		if len(out) > engine.MostRuns {
			return nil, nil
		}
	}
	if len(out) < 2 {
		return nil, nil
	}
	return out, nil
}

func isWeak(text string) bool {
	runes := []rune(han.Fold(text))
	for i, w := range han.Weak(runes) {
		if !w && han.ClassOf(runes[i]) != han.Other {
			return false
		}
	}
	return true
}

// Run says what an article must have that has a text as a run.
func (a *Asker) Run(ctx context.Context, text string) (engine.Run, error) {
	cutter, back := a.Cutter()
	defer back()
	return a.run(ctx, cutter, text)
}

// run says what an article must have that has a text as a run.
func (a *Asker) run(ctx context.Context, cutter *terms.Cutter, text string) (engine.Run, error) {
	out := engine.Run{Text: terms.RunOf(text)}
	runes := han.AppendMarked(nil, text)
	var words []terms.Term
	var chars, pairs []terms.Term
	units := 0
	cutter.Each(han.Whole, runes, func(t terms.Term) {
		switch {
		case t.Form.IsWord():
			words = append(words, t)
			units++
		case t.Key.Class() == terms.Single:
			chars = append(chars, t)
			units++
		case t.Key.Class() == terms.Pair:
			pairs = append(pairs, t)
		}
	})
	paired := map[int]bool{}
	var first []string // the piece that a run of words starts with
	add := func(list ...string) { out.Pieces = append(out.Pieces, list) }
	known := map[string]bool{} // a text may say a thing a thousand times
	once := func(t terms.Term) {
		if text := t.Text(runes); !known[text] {
			known[text] = true
			add(text)
		}
	}
	for _, t := range pairs {
		once(t)
		paired[t.Start], paired[t.End-1] = true, true
	}
	for _, t := range chars {
		if !paired[t.Start] {
			once(t)
		}
	}
	for i, t := range words {
		word := t.Text(runes)
		last := i == len(words)-1 && t.End >= lastOf(runes)
		starts := i == 0 && t.Start <= firstOf(runes)
		if next := i + 1; next < len(words) && next < len(words)-1 && neighbours(runes, t, words[next]) {
			join := terms.Term{Start: t.Start, End: words[next].End, Form: terms.Join}
			add(join.Text(runes))
			if starts {
				first = out.Pieces[len(out.Pieces)-1]
			}
			continue
		}
		if i > 0 && !last && neighbours(runes, words[i-1], t) {
			continue // the join before has it
		}
		if last && i > 0 && t.End-t.Start < shortestStart {
			continue // it may be the start of too many words: the text tells
		}
		alternatives := []string{word}
		if last || starts {
			found, err := a.holding(ctx, word, last && !(starts && len(words) == 1))
			if err != nil {
				return out, err
			}
			alternatives = append(alternatives, found...)
			if next := i + 1; starts && next == len(words)-1 && neighbours(runes, t, words[next]) {
				join := terms.Term{Start: t.Start, End: words[next].End, Form: terms.Join}
				alternatives = append(alternatives, join.Text(runes))
			}
			if last && i > 0 && neighbours(runes, words[i-1], t) {
				join := terms.Term{Start: words[i-1].Start, End: t.End, Form: terms.Join}
				alternatives = append(alternatives, join.Text(runes))
			}
		}
		add(alternatives...)
	}
	if first != nil && len(out.Pieces) > 1 {
		// A run may start inside a word: then no article has its first piece.
		counts, err := a.engine.Counts(ctx, engine.InBody, first)
		if err != nil {
			return out, err
		}
		if !slices.ContainsFunc(counts, func(n int) bool { return n > 0 }) {
			out.Pieces = slices.DeleteFunc(out.Pieces, func(p []string) bool { return slices.Equal(p, first) })
		}
	}
	// One character, two, or one word is its own proof.
	if len(out.Pieces) == 1 && (units == 1 || units == 2 && len(pairs) == 1) && !hasSign(out.Text) {
		out.Proof = terms.Clean
		if len(out.Pieces[0]) > 1 {
			out.Proof = terms.Inside
		}
	}
	return out, nil
}

// holding are the words that a part of a word may stand for: those that start
// with it, or those that hold it where nothing is the word itself.
func (a *Asker) holding(ctx context.Context, word string, starting bool) ([]string, error) {
	if !starting {
		counts, err := a.engine.Counts(ctx, engine.InBody, []string{word})
		if err != nil || counts[0] > 0 {
			return nil, err
		}
	}
	found, err := a.engine.Words(ctx, engine.Like{Holding: word, Starting: starting, Limit: expansions})
	if err != nil {
		return nil, err
	}
	out := make([]string, 0, len(found))
	for _, f := range found {
		if f.Text != word {
			out = append(out, f.Text)
		}
	}
	return out, nil
}

// neighbours reports whether nothing that counts stands between two words.
func neighbours(runes []rune, a, b terms.Term) bool {
	for _, r := range runes[a.End:b.Start] {
		if han.ClassOf(r) != han.Other || r == '\n' {
			return false
		}
	}
	return true
}

func firstOf(runes []rune) int {
	for i, r := range runes {
		if han.ClassOf(r) != han.Other {
			return i
		}
	}
	return 0
}

func lastOf(runes []rune) int {
	for i := len(runes) - 1; i >= 0; i-- {
		if han.ClassOf(runes[i]) != han.Other {
			return i + 1
		}
	}
	return 0
}

func hasSign(run terms.Run) bool {
	for _, r := range terms.Letters(run) {
		if han.ClassOf(r) == han.Other {
			return true
		}
	}
	return false
}
