// Package han knows Chinese text: how to fold what means the same into one
// form, and how to cut it into terms.
//
// In: text as people write it. Out: folded text, and terms. Index and query
// are cut by the same functions, so that whatever stands on a page can be
// found by typing it.
package han

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

//go:embed t2s.txt
var t2sText string

// The CJK unified ideographs, nearly all characters in use.
const hanFirst, hanLast = 0x4E00, 0x9FFF

// simplified maps a traditional character to the simplified one: a table for
// the characters in use, a map for the rare rest.
var simplified = sync.OnceValue(func() *simplification {
	s := &simplification{rare: map[rune]rune{}}
	for line := range tableLines(t2sText) {
		runes := []rune(line)
		for _, t := range runes[1:] {
			if t >= hanFirst && t <= hanLast && runes[0] <= hanLast {
				s.common[t-hanFirst] = uint16(runes[0])
			} else {
				s.rare[t] = runes[0]
			}
		}
	}
	return s
})

type simplification struct {
	common [hanLast - hanFirst + 1]uint16
	rare   map[rune]rune
}

func (s *simplification) of(r rune) rune {
	if r >= hanFirst && r <= hanLast {
		if c := s.common[r-hanFirst]; c != 0 {
			return rune(c)
		}
		return r
	}
	if c, ok := s.rare[r]; ok {
		return c
	}
	return r
}

// Fold gives the form in which texts are compared: Unicode NFKC (so full width
// becomes half width), lower case, Latin letters without accents, simplified
// characters, no invisible characters, every kind of space a space; line ends
// stay. Folding twice changes nothing.
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	fold(s, func(r rune, _ int) { b.WriteRune(r) })
	return b.String()
}

// AppendFolded appends the characters of folded text. It is Fold for those who
// read much and keep nothing.
func AppendFolded(dst []rune, s string) []rune {
	table := simplified()
	for i := 0; i < len(s); {
		// Most are these, and most of the time of a search's snippets is here.
		if c := s[i]; c >= 0xE4 && c <= 0xE9 && i+2 < len(s) && s[i+1]&0xC0 == 0x80 && s[i+2]&0xC0 == 0x80 {
			if r := rune(c&0x0F)<<12 | rune(s[i+1]&0x3F)<<6 | rune(s[i+2]&0x3F); r >= hanFirst && r <= hanLast {
				if t := table.common[r-hanFirst]; t != 0 {
					r = rune(t)
				}
				dst = append(dst, r)
				i += 3
				continue
			}
		}
		if r, size := table.plain(s[i:]); size > 0 {
			dst = append(dst, r)
			i += size
			continue
		}
		// The rest takes its time, up to the next character that does not.
		_, size := utf8.DecodeRuneInString(s[i:])
		end := i + size
		for end < len(s) {
			r, size := utf8.DecodeRuneInString(s[end:])
			if r >= hanFirst && r <= hanLast || r == '\n' {
				break
			}
			end += size
		}
		fold(s[i:end], func(r rune, _ int) { dst = append(dst, r) })
		i = end
	}
	return dst
}

// Joint stands in marked text where a name that is written as one changes from
// small letters to large ones: getUserById is get, User, By, Id.
const Joint = '\x1F'

// AppendMarked appends the characters of folded text as AppendFolded does, and
// a Joint at each such place. What compares text leaves Joints out.
func AppendMarked(dst []rune, s string) []rune {
	from := 0
	for i := 1; i < len(s); i++ {
		if c := s[i]; c < 'A' || c > 'Z' {
			continue
		}
		before := s[i-1]
		small := before >= 'a' && before <= 'z'
		last := before >= 'A' && before <= 'Z' && i+1 < len(s) && s[i+1] >= 'a' && s[i+1] <= 'z' // HTTPServer
		if small || last {
			dst = append(AppendFolded(dst, s[from:i]), Joint)
			from = i
		}
	}
	return AppendFolded(dst, s[from:])
}

// plain folds the first character of text when that is simple: when it is in
// use in Chinese text, and what follows cannot change it. Size is 0 otherwise.
// Nearly all characters are so.
func (s *simplification) plain(text string) (r rune, size int) {
	c := text[0]
	if c < utf8.RuneSelf {
		switch {
		case len(text) > 1 && !settled(text[1:]):
			return 0, 0
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		case c == 0x7F:
			return 0, 0
		case c < ' ' && c != '\n':
			c = ' '
		}
		return rune(c), 1
	}
	r, size = utf8.DecodeRuneInString(text)
	switch {
	case r >= hanFirst && r <= hanLast:
		return s.of(r), size
	case r >= 0xFF01 && r <= 0xFF5E: // of full width
		r -= 0xFF01 - '!'
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
	case r == '、' || r == '。' || r >= '《' && r <= '】' || r >= '‘' && r <= '’' || r >= '“' && r <= '”' || r == '—':
	default:
		return 0, 0
	}
	if len(text) > size && !settled(text[size:]) {
		return 0, 0
	}
	return r, size
}

// settled reports whether text starts with a character that never joins the
// one before it.
func settled(text string) bool {
	if c := text[0]; c < utf8.RuneSelf {
		return c != 0x7F // which is taken out
	}
	r, _ := utf8.DecodeRuneInString(text)
	return r >= hanFirst && r <= hanLast || r >= 0x3000 && r <= 0x3029 || r >= 0xFF01 && r <= 0xFF5E || r >= 0x2010 && r <= 0x2026
}

// Folded is folded text that remembers where each of its characters came from.
type Folded struct {
	Runes  []rune
	Starts []int // byte offset in the original of each rune, and of the end
}

// FoldMap folds and keeps the offsets.
func FoldMap(s string) Folded {
	f := Folded{Runes: make([]rune, 0, len(s)/2), Starts: make([]int, 0, len(s)/2+1)}
	fold(s, func(r rune, at int) {
		f.Runes = append(f.Runes, r)
		f.Starts = append(f.Starts, at)
	})
	f.Starts = append(f.Starts, len(s))
	return f
}

// fold calls emit for each folded character with the byte offset at which the
// text that it came from starts.
func fold(s string, emit func(r rune, at int)) {
	if clean, places := visible(s); places != nil {
		foldVisible(clean, func(r rune, at int) { emit(r, places[at]) })
		return
	}
	foldVisible(s, emit)
}

// visible takes out what nobody sees or types: broken bytes, joiners,
// direction marks, soft hyphens, variation selectors. It goes first, because
// what stood on both sides may belong together. Places are byte offsets in s
// for those in the result; nil when nothing was taken out.
func visible(s string) (clean string, places []int) {
	if !strings.ContainsFunc(s, invisible) {
		return s, nil
	}
	var b strings.Builder
	for i, r := range s {
		if invisible(r) {
			continue
		}
		for range utf8.RuneLen(r) {
			places = append(places, i)
		}
		b.WriteRune(r)
	}
	return b.String(), append(places, len(s))
}

func invisible(r rune) bool {
	return r >= 0x7F && !(r >= hanFirst && r <= hanLast) && (r == utf8.RuneError || r == 0x7F || unicode.In(r, unicode.Cf, unicode.Variation_Selector))
}

func foldVisible(s string, emit func(r rune, at int)) {
	table := simplified()
	for i := 0; i < len(s); {
		if r, size := table.plain(s[i:]); size > 0 {
			emit(r, i)
			i += size
			continue
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		// One normalisation segment: a character with all its marks.
		n := norm.NFKC.NextBoundaryInString(s[i:], true)
		if n <= 0 {
			n = size
		}
		foldSegment(s[i:i+n], i, table, emit)
		i += n
	}
}

func foldSegment(segment string, at int, table *simplification, emit func(r rune, at int)) {
	base := rune(0)
	for _, r := range norm.NFKC.String(segment) {
		for _, l := range strings.ToLower(string(r)) { // İ becomes two characters
			switch {
			case l == '\n':
			case unicode.IsSpace(l) || l < ' ':
				l = ' '
			case unicode.Is(unicode.Mn, l) && (latin(base) || unicode.In(base, unicode.Arabic, unicode.Hebrew)):
				continue
			case l == 'ß':
				emit('s', at)
				l = 's'
			case l > utf8.RuneSelf && latin(l):
				l = plainLatin(l)
			}
			base = l
			emit(table.of(l), at)
		}
	}
}

func latin(r rune) bool { return unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic) }

// plainLatin is a letter without its accents.
func plainLatin(r rune) rune {
	for _, d := range norm.NFKD.String(string(r)) {
		return unicode.ToLower(d)
	}
	return r
}
