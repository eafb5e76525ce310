package engine

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"whyfix/internal/han"
	"whyfix/internal/search/article"
	"whyfix/internal/search/terms"
)

// Suggesting is the same over whatever an engine lists its wordings in, so it
// stands here.

// Entry is a wording that may be suggested. A wording is an entry once for each
// language in which articles have it.
type Entry struct {
	Passage  *article.Passage
	URL      string
	Language string
	Uses     uint32 // how often articles have the wording
	Kind     EntryKind
}

// EntryKind is what a suggestion is, in the order in which they come.
type EntryKind uint8

// The kinds.
const (
	ASymptom EntryKind = iota
	ATitle
	ATag
)

func (k EntryKind) String() string { return [...]string{"symptom", "title", "tag"}[k] }

// Wording is what is told of an entry.
func (e *Entry) Wording() Wording {
	return Wording{Text: e.Passage.Text, URL: e.URL, Kind: e.Kind.String()}
}

// EachEntry calls visit for what an article may be suggested by, with Uses 1:
// its symptoms, its title and those tags that have a page.
func EachEntry(f *article.Facts, visit func(Entry)) {
	add := func(kind EntryKind, p *article.Passage, url, language string) {
		if len(p.Run) > 0 {
			visit(Entry{p, url, language, 1, kind})
		}
	}
	for i, p := range f.Passages[:1+f.Symptoms] {
		kind := ASymptom
		if i == 0 {
			kind = ATitle
		}
		add(kind, p, f.URL, f.Language)
	}
	names := f.Passages[1+f.Symptoms : 1+f.Symptoms+f.Names]
	for _, t := range f.Tags {
		if t.URL == "" {
			continue
		}
		if i := slices.IndexFunc(names, func(p *article.Passage) bool { return p.Text == t.Name }); i >= 0 {
			add(ATag, names[i], t.URL, t.Language)
		}
	}
}

// Also counts an entry of the same wording and language. Where the wording
// leads is where the first in the order of kinds does, and among those the
// first that came.
func (e *Entry) Also(other *Entry) {
	uses := e.Uses + other.Uses
	if other.Kind < e.Kind {
		*e = *other
	}
	e.Uses = uses
}

// How a wording answers what was typed, best first.
const (
	byAll = iota // it is the wording
	byPrefix
	byContaining
	byParts
	bySoundPrefix
	bySoundInside
	byBeginning // the other way round: what was typed starts with the wording
	notAtAll
)

// longestTyped is how many letters may be pinyin of a wording.
const longestTyped = 120

// Suggest chooses from the entries of a site those that complete what was
// typed: the wording that it is, those that start with it, those that contain
// it, with or without the spaces and punctuation, those that contain all parts
// that spaces divide, wherever, then those that are spelled so in pinyin, in
// whole syllables, their first letters, or an unfinished one. When there is
// none, wordings that it starts with. Symptoms come before titles before tags,
// what several articles have and what is short first. No wording comes twice. A
// language that the site has keeps its wordings alone. When time runs out they
// are the best of those that were seen.
func Suggest(ctx context.Context, site *Site, entries []Entry, typed Typed) []Wording {
	run := terms.RunOf(typed.Text)
	if len(run) == 0 || typed.Size <= 0 {
		return []Wording{}
	}
	spelled := terms.Letters(run)
	letters := slices.ContainsFunc(spelled, func(r rune) bool { return r >= 'a' && r <= 'z' }) && len(spelled) <= longestTyped
	only := ""
	if len(site.Languages) > 1 && slices.Contains(site.Languages, typed.Language) {
		only = typed.Language
	}
	// A wording is an entry once for each language: so many have all that is told.
	room := typed.Size * max(len(site.Languages), 1)
	found, begun := best{room: room}, best{room: room}
	var parts []terms.Run
	for part := range strings.FieldsSeq(typed.Text) {
		if r := terms.RunOf(part); len(r) > 0 {
			parts = append(parts, r)
		}
	}
	var plain []rune
	for i := range entries {
		if i&4095 == 4095 && ctx.Err() != nil {
			break // what was found so far
		}
		e := &entries[i]
		if only != "" && e.Language != only {
			continue
		}
		how := notAtAll
		wording := e.Passage.Run
		switch at, fit := run.Find(wording); {
		case fit == terms.All:
			how = byAll
		case fit > terms.Nowhere && at == 0:
			how = byPrefix
		case fit > terms.Nowhere:
			how = byContaining
		case len(parts) > 1 && allIn(parts, wording):
			how = byParts
		case len(wording) > 1 && len(wording) < len(run) && slices.Equal(run[:len(wording)], wording):
			how = byBeginning
		case letters:
			plain = terms.AppendLetters(plain[:0], wording)
			how = spelledAs(spelled, plain)
		}
		switch how {
		case notAtAll:
		case byBeginning:
			begun.add(answering{e, how})
		default:
			found.add(answering{e, how})
		}
	}
	// What was typed may go on where the wording ends; that is a suggestion only
	// when nothing else is.
	if len(found.list) == 0 {
		found = begun
	}
	out := make([]Wording, 0, typed.Size)
	var told []terms.Run
	for _, s := range found.sorted() {
		if len(out) == typed.Size {
			break
		}
		if run := s.Passage.Run; !slices.ContainsFunc(told, func(other terms.Run) bool { return slices.Equal(run, other) }) {
			out, told = append(out, s.Wording()), append(told, run)
		}
	}
	return out
}

// answering is an entry that answers what was typed in one of the ways.
type answering struct {
	*Entry
	how int
}

func (a answering) compare(b answering) int {
	return cmp.Or(
		a.how-b.how, int(a.Kind)-int(b.Kind), int(b.Uses)-int(a.Uses), len(a.Passage.Run)-len(b.Passage.Run),
		cmp.Compare(a.Passage.Text, b.Passage.Text), cmp.Compare(a.URL, b.URL),
	)
}

// best keeps the first entries in order: a character that every title has must
// not cost the sorting of all titles.
type best struct {
	room int // how many are wanted
	list []answering
	last *answering // who comes behind this one is not wanted; nil: not known
}

func (b *best) add(a answering) {
	if b.last != nil && a.compare(*b.last) > 0 {
		return
	}
	if b.list = append(b.list, a); len(b.list) == 4*b.room {
		last := b.sorted()[b.room-1]
		b.list, b.last = b.list[:b.room], &last
	}
}

func (b *best) sorted() []answering {
	slices.SortFunc(b.list, answering.compare)
	return b.list
}

func allIn(parts []terms.Run, wording terms.Run) bool {
	for _, p := range parts {
		if p.In(wording) == terms.Nowhere {
			return false
		}
	}
	return true
}

// spelledAs tells how a wording answers letters that may be pinyin.
func spelledAs(letters, wording []rune) int {
	switch {
	case han.TypedAs(letters, wording):
		return bySoundPrefix
	case len(letters) > 1 && han.TypedIn(letters, wording):
		return bySoundInside
	}
	return notAtAll
}
