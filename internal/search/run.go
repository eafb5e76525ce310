package search

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"whyfix/internal/han"
	"whyfix/internal/search/weigh"
)

// Containment: which articles have a run of characters exactly as typed. The
// index holds no positions, so this too goes in two steps: the articles that
// have every piece of the run, then a look at the texts of the few that are
// not proved by it.

// piecePrefix marks the terms of one and two characters inside a word, which
// find the parts of words that a run may start or end with, and signs.
const piecePrefix = "\x02"

// How many articles' texts are read to prove containment; what is left has all
// the pieces and counts as proved. Quotes ask for proof.
const (
	someProofs  = 24
	quoteProofs = 400
)

// level says where an article has a run.
type level uint8

const (
	nowhere level = iota
	inBody        // somewhere
	inShort       // in a title, symptom, tag or heading
	isShort       // one of these is the run
)

// proof says that an article has a run, and where.
type proof struct {
	doc uint32
	at  level
}

// run finds the articles that have the run, reading at most so many texts.
func (x *Index) run(ctx context.Context, runes []rune, in *fields, mostProofs int) ([]proof, error) {
	pieces, cjk := pieces(runes)
	if len(pieces) == 0 {
		return nil, nil
	}
	docs, err := in.all.having(pieces)
	if err != nil || len(docs) == 0 {
		return nil, err
	}
	short := docs // those that may have it in a short text
	if cjk {
		if short, err = in.head.having(pieces); err != nil {
			return nil, err
		}
	}
	whole := utf8.RuneCountInString(strings.TrimPrefix(pieces[0], piecePrefix))
	found := make([]proof, 0, len(docs))
	has := make([]level, len(x.passages)) // what is known of them: a tag stands in many articles
	var doubtful []uint32
	for i, n := range docs {
		if i&255 == 255 && ctx.Err() != nil {
			return found, nil
		}
		a := x.articles[n]
		if a == nil {
			continue
		}
		at := nowhere
		for len(short) > 0 && short[0] < n {
			short = short[1:]
		}
		if len(short) > 0 && short[0] == n {
			for _, text := range a.texts {
				if has[text] == nowhere {
					has[text] = x.passages[text].level(runes)
				}
				if l := has[text]; l > inBody {
					at = max(at, l)
				}
			}
		}
		switch {
		case at > nowhere:
			found = append(found, proof{n, at})
		case len(pieces) == 1 && len(runes) == whole: // it is the run
			found = append(found, proof{n, inBody})
		default:
			doubtful = append(doubtful, n)
		}
	}
	if len(doubtful) > mostProofs {
		// Which texts are read must not depend on the order of the index.
		slices.SortFunc(doubtful, func(a, b uint32) int { return cmp.Compare(x.places[a], x.places[b]) })
	}
	for i, n := range doubtful {
		if i < mostProofs {
			if ctx.Err() != nil {
				break
			}
			has, err := x.bodyHas(n, runes)
			if err != nil {
				return nil, err
			}
			if !has {
				continue
			}
		}
		found = append(found, proof{n, inBody})
	}
	return found, nil
}

// level says whether a short text has a run: inBody that it has not.
func (p *passage) level(runes []rune) level {
	switch {
	case len(p.folded) < len(runes) || !contains(p.folded, runes):
		return inBody
	case len(p.folded) == len(runes):
		return isShort
	}
	return inShort
}

// pieces are the terms that an article with the run must have, and whether
// all are of CJK characters: short texts have those terms, too.
func pieces(runes []rune) (out []string, cjk bool) {
	cjk = true
	for i := 0; i < len(runes); {
		class := han.ClassOf(runes[i])
		if class == han.Other {
			if isSign(runes[i]) {
				out, cjk = append(out, piecePrefix+string(runes[i])), false
			}
			i++
			continue
		}
		start := i
		for i < len(runes) && han.ClassOf(runes[i]) == class {
			i++
		}
		part := runes[start:i]
		cjk = cjk && class == han.CJK
		switch {
		case class == han.CJK && len(part) == 1:
			out = append(out, string(part))
		case class == han.CJK:
			for j := range len(part) - 1 {
				out = append(out, string(part[j:j+2]))
			}
		case len(part) == 1:
			out = append(out, piecePrefix+string(part))
		default:
			for j := range len(part) - 1 {
				out = append(out, piecePrefix+string(part[j:j+2]))
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out), cjk
}

// isSign tells the signs that people look for (C#, 5%, 😀) from punctuation,
// which they leave out or type as it comes.
func isSign(r rune) bool { return unicode.IsSymbol(r) || strings.ContainsRune("#%&*/@\\_", r) }

// eachPiece calls emit with the bounds of every piece inside words, and of
// every sign.
func eachPiece(runes []rune, emit func(start, end int)) {
	for i, r := range runes {
		if isCommon(weigh.SingleKey(r)) {
			continue // nearly all of a Chinese text
		}
		if han.ClassOf(r) != han.Word {
			if isSign(r) {
				emit(i, i+1)
			}
			continue
		}
		emit(i, i+1)
		if i+1 < len(runes) && han.ClassOf(runes[i+1]) == han.Word {
			emit(i, i+2)
		}
	}
}

// bodyHas reads an article and looks for the run.
func (x *Index) bodyHas(n uint32, runes []rune) (bool, error) {
	summary, sections, err := x.body(x.articles[n])
	if err != nil {
		return false, err
	}
	buf := han.AppendFolded(make([]rune, 0, 512), summary)
	for _, s := range sections {
		if contains(buf, runes) {
			return true, nil
		}
		buf = han.AppendFolded(buf[:0], s.Text)
	}
	return contains(buf, runes), nil
}
