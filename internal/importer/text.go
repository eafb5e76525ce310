package importer

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"whyfix/internal/diag"
	"whyfix/internal/importer/markup"
	"whyfix/internal/markdown"
)

// plainText is text as people type it: the first line is the title, short
// lines that stand alone and say what follows are headings, the rest is as it
// is.
var plainText = dialect{
	name:    "text",
	endings: []string{".txt", ".text"},
	read:    (*importing).textPage,
}

// What a line of plain text can be.
var (
	underline  = regexp.MustCompile(`^\s*(={3,}|-{3,}|~{3,}|\*{3,}|#{3,})\s*$`)
	bullet     = regexp.MustCompile(`^\s{0,3}([-*+•·●○▪■◆–—])\s+(\S.*)$`)
	numbered   = regexp.MustCompile(`^\s{0,3}(?:(\d{1,3})[.)、．]|[(（](\d{1,3})[)）])\s*(\S.*)$`)
	chapter    = regexp.MustCompile(`^(?:[一二三四五六七八九十]{1,3}[、.．]|第[一二三四五六七八九十\d]{1,3}[章节部分步]+[：:、\s]*)\s*(\S.*)$`)
	bracketed  = regexp.MustCompile(`^[【\[［](.+)[】\]］]\s*$`)
	sentence   = regexp.MustCompile(`[。！.!；;，,、]$`)
	lastColon  = regexp.MustCompile(`\s*[：:]\s*$`)
	atxHeading = regexp.MustCompile(`^(#{1,6})\s+(\S.*?)\s*#*$`)
)

func (im *importing) textPage(in *input) {
	p := in.page()
	lines := strings.Split(markup.Printable(string(in.text)), "\n")
	for len(lines) > 0 && isBlank(lines[0]) {
		lines = lines[1:]
	}
	if len(lines) > 0 {
		first := strings.TrimSpace(lines[0])
		if m := bracketed.FindStringSubmatch(first); m != nil {
			first = m[1]
		}
		underlined := len(lines) > 1 && underline.MatchString(lines[1])
		alone := len(lines) == 1 || underlined || isBlank(lines[1])
		if n := utf8.RuneCountInString(first); n <= 80 && (alone || n <= 30) && !bullet.MatchString(first) && !underline.MatchString(first) {
			p.title = markup.Line(strings.TrimLeft(first, "# "))
			if lines = lines[1:]; underlined {
				lines = lines[1:]
			}
		}
	}
	t := typed{im: im}
	for len(lines) > 0 {
		lines = lines[t.next(lines):]
	}
	if t.guessed {
		p.ask("", diag.Say("the headings were guessed from short lines"), diag.Say("look whether each is one"))
	}
	p.body = strings.TrimSpace(strings.Join(t.out, "\n")) + "\n"
	im.pages = append(im.pages, p)
}

// typed is text on its way to Markdown that reads like it.
type typed struct {
	im      *importing
	out     []string
	text    bool // the line before has text
	list    bool // the lines before are a list
	guessed bool // a heading is not marked as one
}

// block adds a block with blank lines around it. Of several one will stay.
func (t *typed) block(lines ...string) { t.out = append(t.out, apart(lines...)...) }

// next rewrites what the lines start with and returns how many lines that is.
func (t *typed) next(lines []string) int {
	l := strings.TrimRight(strings.ReplaceAll(lines[0], "\t", "    "), " \u3000")
	text := strings.Trim(l, " \u3000")
	before, after := !t.text, len(lines) == 1 || isBlank(lines[1])
	underlined := len(lines) > 1 && underline.MatchString(lines[1])
	heading := t.im.headingIn(text, before, after)
	bulleted, number := bullet.FindStringSubmatch(l), numbered.FindStringSubmatch(l)
	t.text = !isBlank(lines[0])
	switch {
	case text == "" && t.list && !after && (bullet.MatchString(lines[1]) || numbered.MatchString(lines[1])):
		// A list with blank lines between its items.
	case text == "":
		t.list = false
		t.out = append(t.out, "")
	case underlined && utf8.RuneCountInString(text) <= 60:
		t.block("## " + markup.Escape(text))
		return 2
	case heading != "" && (before || !t.list):
		t.list, t.guessed = false, true
		t.block("## " + markup.Escape(heading))
	case underline.MatchString(text):
		t.block("* * *")
	case before && strings.HasPrefix(l, "    ") && !t.list:
		var code []string
		for _, l := range lines {
			if l = strings.ReplaceAll(l, "\t", "    "); !isBlank(l) && !strings.HasPrefix(l, "    ") {
				break
			}
			code = append(code, strings.TrimRight(strings.TrimPrefix(l, "    "), " "))
		}
		t.block(markup.Fenced("", strings.Trim(strings.Join(code, "\n"), "\n"))...)
		t.text = !isBlank(lines[len(code)-1])
		return len(code)
	case bulleted != nil && (before || t.list || bulleted[1] != "—"):
		t.item("- " + markup.Escape(bulleted[2]))
	case number != nil:
		t.item(number[1] + number[2] + ". " + markup.Escape(number[3]))
	case t.list:
		t.out = append(t.out, "   "+markup.Escape(text))
	default:
		t.out = append(t.out, markup.Escape(text))
	}
	return 1
}

// item adds an item to a list.
func (t *typed) item(l string) {
	if !t.list {
		t.out = append(t.out, "")
	}
	t.list = true
	t.out = append(t.out, l)
}

// headingIn is the heading that a line of plain text is, or "".
func (im *importing) headingIn(text string, before, after bool) string {
	if utf8.RuneCountInString(text) > 40 || !before && !after {
		return ""
	}
	if m := atxHeading.FindStringSubmatch(text); m != nil {
		return m[2]
	}
	if m := bracketed.FindStringSubmatch(text); m != nil && before {
		return m[1]
	}
	said := lastColon.ReplaceAllString(text, "")
	if !before || sentence.MatchString(said) {
		return ""
	}
	if m := chapter.FindStringSubmatch(said); m != nil {
		return m[1]
	}
	short := utf8.RuneCountInString(said) <= 20 && !bullet.MatchString(text) && !numbered.MatchString(text)
	if short && (after || said != text) && (im.kinds.Kind(said) != markdown.None || symptomHeading(said)) {
		return said
	}
	return ""
}
