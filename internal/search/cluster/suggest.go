package cluster

import (
	"context"
	"errors"
	"slices"
	"strings"

	"whyfix/internal/han"
	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/terms"
)

// The cluster lists the wordings that may complete what was typed, in each of
// the ways in which they may; which do, and in what order, is decided by
// engine.Suggest as everywhere.

// Marks in a run's terms: its start and its end.
const (
	startMark = "^^"
	endMark   = "$$"
)

// marked are the terms of a run: its characters, between marks.
func marked(letters []rune) string { return startMark + " " + spaced(letters) + " " + endMark }

func spaced(letters []rune) string {
	var b strings.Builder
	for i, r := range letters {
		if i > 0 {
			b.WriteByte(' ')
		}
		if r == '\n' {
			b.WriteString("\\n")
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// wholeOf is a run as one term; "" where it is longer than a term may be.
func wholeOf(letters []rune) string {
	if len(letters) > longestWhole {
		return ""
	}
	return string(letters)
}

// longestWhole is how many characters a wording has that may be looked for as
// the beginning of what was typed.
const longestWhole = 200

// Initials are what pinyin starts with, so that wordings are found by the
// letters of each way to read what was typed: of each character, and of each
// two neighbours; those of the first also with a mark before. Of each character
// there is every start of its syllables, for the one that is not finished.

// initialsOf are those of a wording.
func initialsOf(letters []rune) []string {
	known := map[string]bool{}
	var last []rune
	for i, r := range letters {
		var now []rune
		start := func(s string) {
			known["="+s] = true
			if i == 0 {
				known[startMark+s] = true
			}
		}
		for _, s := range han.Sounds(r) {
			name := s.String()
			now = append(now, rune(name[0]))
			for n := range name {
				start(name[:n+1])
			}
		}
		if len(now) == 0 || r < 0x80 {
			now = append(now, r)
			start(string(r))
		}
		for _, a := range last {
			for _, b := range now {
				known[string(a)+string(b)] = true
			}
		}
		last = now
		if i == mostInitials {
			break
		}
	}
	out := make([]string, 0, len(known))
	for t := range known {
		out = append(out, t)
	}
	slices.Sort(out)
	return out
}

const (
	mostInitials = 60 // characters of a wording that are found by their sounds
	mostRead     = 5  // syllables by which wordings are looked for
	mostWays     = 60 // to read what was typed
)

// ways are what wordings have, each of the ways to read letters as whole
// syllables, their first letters and an unfinished last one.
func ways(letters string, first bool) []query {
	known := map[string]bool{}
	var out []query
	var walk func(rest string, tokens []string, last string)
	add := func(tokens []string) {
		key := strings.Join(tokens, " ")
		if known[key] || len(out) == mostWays {
			return
		}
		known[key] = true
		var filters []query
		for _, t := range tokens {
			filters = append(filters, having(fieldInitials, t))
		}
		out = append(out, all(filters...))
	}
	walk = func(rest string, tokens []string, last string) {
		if len(out) == mostWays {
			return
		}
		next := func(n int, unfinished bool) {
			own := slices.Clone(tokens)
			initial := rest[:1]
			switch {
			case last == "" && first:
				own = append(own, startMark+rest[:n])
			case last == "" || unfinished:
				own = append(own, "="+rest[:n])
			}
			if last != "" {
				own = append(own, last+initial)
			}
			if n == len(rest) || len(own) >= mostRead {
				add(own)
				return
			}
			walk(rest[n:], own, initial)
		}
		for n := min(len(rest), 6); n > 1; n-- {
			if n == len(rest) || isSyllable(rest[:n]) {
				next(n, n == len(rest))
			}
		}
		next(1, false)
	}
	walk(letters, nil, "")
	return out
}

func isSyllable(letters string) bool {
	list := han.SplitPinyin(letters)
	return len(list) > 0 && len(list[0]) == 1
}

// Suggest completes what a reader has typed so far.
func (x *Index) Suggest(ctx context.Context, typed engine.Typed) ([]engine.Wording, error) {
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return nil, err
	}
	run := terms.RunOf(typed.Text)
	if len(run) == 0 || typed.Size <= 0 {
		return []engine.Wording{}, nil
	}
	entries, err := x.candidates(ctx, run, typed)
	switch {
	case err == nil:
		return engine.Suggest(ctx, &x.site, entries, typed), nil
	case errors.Is(ctx.Err(), context.DeadlineExceeded), errors.Is(err, errLate):
		return []engine.Wording{}, nil
	}
	return nil, err
}

// candidates are the wordings that may complete what was typed: in each way
// more than are wanted, since some are not what they seem.
func (x *Index) candidates(ctx context.Context, run terms.Run, typed engine.Typed) ([]engine.Entry, error) {
	var filters []query
	if len(x.site.Languages) > 1 && slices.Contains(x.site.Languages, typed.Language) {
		filters = append(filters, having(fieldIn, typed.Language))
	}
	size := 4*typed.Size*max(len(x.site.Languages), 1) + 50
	letters := terms.Letters(run)
	phrase := func(text string) query { return query{"match_phrase": query{fieldRun: text}} }
	var list []query
	ask := func(filter query) {
		list = append(list, query{
			"size": min(size, 1000), "track_total_hits": false, "query": all(append([]query{filter}, filters...)...),
			"sort":          []any{fieldEntry, query{fieldUses: "desc"}, fieldLength},
			"stored_fields": "_none_", "docvalue_fields": wordingFields,
		})
	}
	ask(phrase(startMark + " " + spaced(letters) + " " + endMark))
	ask(phrase(startMark + " " + spaced(letters)))
	ask(phrase(spaced(letters)))
	var each []query
	for part := range strings.FieldsSeq(typed.Text) {
		if r := terms.RunOf(part); len(r) > 0 && len(each) < 32 {
			each = append(each, phrase(spaced(terms.Letters(r))))
		}
	}
	if len(each) > 1 {
		ask(all(each...))
	}
	plain := strings.ToLower(string(letters))
	if isPlain(plain) && len(plain) <= 120 {
		ask(anyOf(ways(plain, true)...))
		if len(plain) > 1 {
			ask(anyOf(ways(plain, false)...))
		}
	}
	var starts []string
	for n := 2; n < min(len(letters), longestWhole); n++ {
		starts = append(starts, string(letters[:n]))
	}
	if len(starts) > 0 {
		ask(query{"terms": query{fieldWhole: starts}})
	}
	answers, err := x.sure(ctx, list)
	if err != nil {
		return nil, err
	}
	var out []engine.Entry
	type key struct{ text, language string }
	known := map[key]bool{}
	for i := range answers {
		for k := range answers[i].Hits.Hits {
			f := &answers[i].Hits.Hits[k].Fields
			if at := (key{first(f.Wording), first(f.In)}); !known[at] {
				known[at] = true
				out = append(out, entryOf(f))
			}
		}
	}
	return out, nil
}

var wordingFields = []string{fieldWording, fieldLeads, fieldEntry, fieldUses, fieldIn}

// isPlain reports whether letters may be pinyin of something.
func isPlain(letters string) bool {
	letter := false
	for _, r := range letters {
		if r >= 0x80 {
			return false
		}
		letter = letter || r >= 'a' && r <= 'z'
	}
	return letter
}

func entryOf(f *fields) engine.Entry {
	text := first(f.Wording)
	return engine.Entry{
		Passage: &article.Passage{Text: text, Run: terms.AppendRun(nil, han.AppendMarked(nil, text))},
		URL:     first(f.Leads), Language: first(f.In), Uses: uint32(firstOf(f.Uses)), Kind: engine.EntryKind(firstOf(f.Entry)),
	}
}

// mostSample bounds a sample.
const mostSample = 500

// Sample are some wordings of titles and symptoms, spread over all articles.
func (x *Index) Sample(ctx context.Context, n int) ([]engine.Wording, error) {
	n = min(n, x.places, mostSample)
	if n <= 0 {
		return nil, nil
	}
	places := make([]int, n)
	for i := range places {
		places[i] = i * x.places / n
	}
	answers, err := x.sure(ctx, []query{{
		"size": n, "track_total_hits": false, "sort": []string{fieldPlace}, "query": all(query{"terms": query{fieldPlace: places}}),
		"stored_fields": "_none_", "docvalue_fields": wordingFields,
	}})
	if err != nil {
		return nil, err
	}
	var out []engine.Wording
	for i := range answers[0].Hits.Hits {
		e := entryOf(&answers[0].Hits.Hits[i].Fields)
		out = append(out, e.Wording())
	}
	return out, nil
}
