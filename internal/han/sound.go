package han

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

// Syllable is a sound of Chinese without its tone. Zero is none.
type Syllable uint16

// maxReadings is how many readings of a character count. Those after are
// names and old uses, and would make everything sound like everything.
const maxReadings = 3

// sounds has the readings of the characters in use.
type sounds struct {
	readings  [hanLast - hanFirst + 1][maxReadings]Syllable
	names     []string // by syllable
	syllables map[string]Syllable
	longest   int // letters of the longest syllable
}

var theSounds = sync.OnceValue(func() *sounds {
	s := &sounds{names: []string{""}, syllables: map[string]Syllable{}}
	without := map[string]string{} // a reading → the same without its tone: there are few
	for r := rune(hanFirst); r <= hanLast; r++ {
		n := 0
		for reading := range strings.SplitSeq(pinyin.PinyinDict[int(r)], ",") {
			name, known := without[reading]
			if !known {
				name = toneless(reading)
				without[reading] = name
			}
			if name == "" || n == maxReadings {
				continue
			}
			id, known := s.syllables[name]
			if !known {
				id = Syllable(len(s.names))
				s.names = append(s.names, name)
				s.syllables[name] = id
				s.longest = max(s.longest, len(name))
			}
			if !slices.Contains(s.readings[r-hanFirst][:n], id) {
				s.readings[r-hanFirst][n] = id
				n++
			}
		}
	}
	return s
})

// toneless is a reading as people type it: nǚ is nv.
func toneless(reading string) string {
	var b strings.Builder
	for _, r := range reading {
		switch {
		case strings.ContainsRune("üǖǘǚǜ", r):
			b.WriteByte('v')
		case r < 0x80:
			b.WriteRune(r)
		default:
			b.WriteRune(plainLatin(r))
		}
	}
	name := b.String()
	for i := range len(name) {
		if name[i] < 'a' || name[i] > 'z' {
			return "" // ê and its like
		}
	}
	return name
}

// Sounds are the readings of a folded character, the usual one first; none
// for what is not a character in use. The result must not be changed.
func Sounds(r rune) []Syllable {
	if r < hanFirst || r > hanLast {
		return nil
	}
	all := &theSounds().readings[r-hanFirst]
	n := 0
	for n < maxReadings && all[n] != 0 {
		n++
	}
	return all[:n]
}

// String is the syllable as people type it.
func (s Syllable) String() string { return theSounds().names[s] }

// Pinyin is a text as people may type it by its sound: the readings of each
// character, such as le/liao, and words and numbers as they are, divided by
// blanks. Empty for a text without a character that has one.
func Pinyin(text string) string {
	var out []string
	word, chinese := "", false
	for _, c := range Fold(text) {
		if read := Sounds(c); len(read) > 0 {
			names := read[0].String()
			for _, r := range read[1:] {
				names += "/" + r.String()
			}
			out, word, chinese = append(out, word, names), "", true
		} else if unicode.IsLetter(c) || unicode.IsDigit(c) {
			word += string(c)
		} else {
			out, word = append(out, word), ""
		}
	}
	if !chinese {
		return ""
	}
	return strings.Join(slices.DeleteFunc(append(out, word), func(s string) bool { return s == "" }), " ")
}

// Limits of SplitPinyin: how many ways are looked at, and how many returned.
const (
	maxSplits  = 512
	bestSplits = 12
)

// SplitPinyin cuts letters into syllables in the ways that are most likely
// meant, those with the fewest syllables first: “xian” is xian and xi an. None
// means that they are not pinyin.
func SplitPinyin(letters string) [][]Syllable {
	s := theSounds()
	if len(letters) > 120 {
		return nil
	}
	// dead[i]: no way leads from here to the end.
	dead := make([]bool, len(letters)+1)
	var out [][]Syllable
	var way []Syllable
	var walk func(i int) bool
	walk = func(i int) bool {
		if i == len(letters) {
			out = append(out, slices.Clone(way))
			return true
		}
		if dead[i] {
			return false
		}
		any := false
		for n := min(s.longest, len(letters)-i); n > 0 && len(out) < maxSplits; n-- {
			id, ok := s.syllables[letters[i:i+n]]
			if !ok || n == 1 && !strings.Contains("aoe", letters[i:i+1]) {
				continue
			}
			way = append(way, id)
			any = walk(i+n) || any
			way = way[:len(way)-1]
		}
		dead[i] = !any && len(out) < maxSplits
		return any
	}
	walk(0)
	slices.SortStableFunc(out, func(a, b []Syllable) int { return len(a) - len(b) })
	return out[:min(len(out), bestSplits)]
}

// TypedAs reports whether letters may be how someone begins to type a text:
// whole syllables, their first letters, and an unfinished last one, in any
// mix; characters stand for themselves. Both are folded.
func TypedAs(typed, text []rune) bool { return typedAs(typed, text, false) }

// TypedIn reports whether that is so for a text from any of its characters on.
func TypedIn(typed, text []rune) bool { return typedAs(typed, text, true) }

// typedAs goes over a text once, with all ways to read the letters side by
// side, so that none can be made that takes long.
func typedAs(typed, text []rune, anywhere bool) bool {
	if len(typed) == 0 {
		return true
	}
	// How many letters may have been read before a character, and behind it.
	var room [2][16]int
	before, behind := append(room[0][:0], 0), room[1][:0]
	for _, r := range text {
		behind = behind[:0]
		if anywhere {
			behind = append(behind, 0)
		}
		reach := func(n int) {
			if !slices.Contains(behind, n) {
				behind = append(behind, n)
			}
		}
		for _, n := range before {
			rest := typed[n:]
			if rest[0] == r {
				reach(n + 1)
			}
			for _, id := range Sounds(r) {
				name := theSounds().names[id]
				same := 0
				for same < len(name) && same < len(rest) && rune(name[same]) == rest[same] {
					same++
				}
				switch {
				case same == 0:
				case same == len(rest): // the last syllable may be unfinished
					return true
				default:
					reach(n + 1)
					if same == len(name) {
						reach(n + same)
					}
				}
			}
		}
		if slices.Contains(behind, len(typed)) {
			return true
		}
		if before, behind = behind, before; len(before) == 0 {
			return false
		}
	}
	return false
}
