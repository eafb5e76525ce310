package check

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"whyfix/internal/diag"
	"whyfix/internal/site"
)

// eachTag calls look with every tag, family by family in each language.
func eachTag(s *site.Site, look func(*site.Tag)) {
	for _, l := range s.Languages {
		for _, f := range l.Families {
			for _, t := range f.Tags {
				look(t)
			}
		}
	}
}

// use is where the first article names a tag: a tag has no place of its own.
func use(t *site.Tag) diag.Pos {
	return named(slices.MinFunc(t.Articles, func(a, b *site.Article) int { return cmp.Compare(a.Path, b.Path) }), t)
}

// named is where an article names one of its tags.
func named(a *site.Article, t *site.Tag) diag.Pos {
	family := a.Products
	switch t.Family {
	case site.Cause:
		family = a.Causes
	case site.Solution:
		family = a.Solutions
	case site.Case:
		family = a.Cases
	}
	for _, text := range family {
		if names(t, text.Value) {
			return text.Pos
		}
	}
	return a.Title.Pos
}

// names reports whether a word is one of a tag's names.
func names(t *site.Tag, word string) bool {
	return strings.EqualFold(word, t.Name) || slices.ContainsFunc(t.Names, func(n string) bool { return strings.EqualFold(n, word) })
}

func tagsUsedOnce(s *site.Site, say report) {
	eachTag(s, func(t *site.Tag) {
		if len(t.Articles) == 1 {
			say(use(t), diag.Say("no other article has the tag %q", t.Name), diag.Say("use a tag that others have, or take it out"))
		}
	})
}

func tagsWithoutDescription(s *site.Site, say report) {
	eachTag(s, func(t *site.Tag) {
		if t.Description == "" && len(t.Articles) > 0 {
			say(use(t), diag.Say("the tag %q has no description", t.Name), diag.Say("write one into tags.yaml: “%s: …”", t.Name))
		}
	})
}

// Tags shorter than leastNear say different things when they differ in one
// character (花呗, 借呗). And more than mostNear that are alike but for one
// character are a series that somebody meant, not slips.
const (
	leastNear = 4
	mostNear  = 12
)

// tagsNearlyAlike finds tags that differ in one character. To compare each
// with each would be slow for thousands: two such tags have a text in common
// when one character is taken out of either, so tags meet by these texts.
func tagsNearlyAlike(s *site.Site, say report) {
	for _, t := range Twins(s) {
		write := diag.Example(strconv.Quote(t.Often.Name))
		if t.Even() {
			write = diag.Say("one of the two")
		}
		say(use(t.Rare), diag.Say("%q and %q differ in one character, and are two tags", t.Rare.Name, t.Often.Name),
			diag.Say("write %s if both are one thing; if not, describe both in tags.yaml", write))
	}
}

// Twin is a tag that may be a slip of another.
type Twin struct{ Rare, Often *site.Tag }

// Even reports whether as many articles have the one as the other: nobody can
// tell by that which is the slip.
func (t Twin) Even() bool { return len(t.Rare.Articles) == len(t.Often.Articles) }

// Twins are the tags that differ in one character.
func Twins(s *site.Site) []Twin {
	var out []Twin
	for _, l := range s.Languages {
		for _, f := range l.Families {
			out = append(out, near(f.Tags)...)
		}
	}
	return out
}

// near pairs each tag that may be a slip with the one that it may stand for,
// in the order of the tags.
func near(tags []*site.Tag) []Twin {
	meet := map[string][]int{}
	names := make([][]rune, len(tags))
	for i, t := range tags {
		names[i] = []rune(strings.ToLower(t.Name))
		if len(names[i]) < leastNear-1 {
			continue
		}
		last := ""
		for _, key := range append(shortened(names[i]), string(names[i])) {
			if key != last { // 宝宝 gives the same text twice
				meet[key] = append(meet[key], i)
			}
			last = key
		}
	}
	twin := map[int]int{} // the rarer → the more frequent
	for _, group := range meet {
		if len(group) < 2 || len(group) > mostNear {
			continue
		}
		for x, i := range group {
			for _, j := range group[x+1:] {
				if i == j || !slip(names[i], names[j]) || meant(tags[i], tags[j]) {
					continue
				}
				often, rare := min(i, j), max(i, j) // tags are sorted by use, then by name
				if known, ok := twin[rare]; !ok || often < known {
					twin[rare] = often
				}
			}
		}
	}
	var out []Twin
	for i := range tags {
		if often, ok := twin[i]; ok && len(tags[i].Articles) > 0 {
			out = append(out, Twin{Rare: tags[i], Often: tags[often]})
		}
	}
	return out
}

// meant reports whether somebody knows of both tags: tags.yaml describes them,
// or one article has both.
func meant(a, b *site.Tag) bool {
	if described(a) && described(b) {
		return true
	}
	for _, x := range a.Articles {
		if slices.Contains(x.Tags[a.Family], b) {
			return true
		}
	}
	return false
}

func described(t *site.Tag) bool { return t.Description != "" || len(t.Names) > 0 }

// shortened are the texts with one character taken out.
func shortened(name []rune) []string {
	out := make([]string, 0, len(name)+1)
	for i := range name {
		out = append(out, string(name[:i])+string(name[i+1:]))
	}
	return out
}

// slip reports whether two names differ in one character that does not turn
// their meaning: one in another's place, one too many, or two swapped.
func slip(a, b []rune) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b) < leastNear {
		return false
	}
	start := 0
	for start < len(a) && a[start] == b[start] {
		start++
	}
	end := 0
	for end < len(a)-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	x, y := a[start:len(a)-end], b[start:len(b)-end]
	switch {
	case len(x) == 0 && len(y) == 1:
		return telling(y[0]) && !strings.ContainsRune("不未没非无能可已再反", y[0])
	case len(x) == 1 && len(y) == 1:
		return telling(x[0]) && telling(y[0]) && !opposite(x[0], y[0])
	case len(x) == 2 && len(y) == 2:
		return x[0] == y[1] && x[1] == y[0] && telling(x[0]) && telling(x[1])
	}
	return false
}

// telling leaves out numbers: iOS 15 and iOS 16 are two things.
func telling(r rune) bool {
	return !unicode.IsNumber(r) && !strings.ContainsRune("一二两三四五六七八九十百千万甲乙丙丁", r)
}

// contrasts are characters that make two tags of one frame: 转入失败 and
// 转出失败. Any two of a group are meant.
var contrasts = []string{
	"入出进退来去回", "开关闭停启", "上下", "前后先", "左右", "内外", "大小", "多少", "高低", "长短", "新旧老", "早晚迟", "快慢",
	"有无没", "是否非", "不未已可能被", "增减加降升", "买卖", "收付支", "存取", "借还贷", "充提", "绑解换", "男女", "手自", "线网",
	"单双", "主副", "公私", "满缺", "对错误", "正反负", "首末", "年月日周", "我他你",
}

func opposite(a, b rune) bool {
	return slices.ContainsFunc(contrasts, func(group string) bool {
		return strings.ContainsRune(group, a) && strings.ContainsRune(group, b)
	})
}
