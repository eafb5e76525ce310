package importer

import (
	"path"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"whyfix/internal/content"
	"whyfix/internal/markdown"
)

// printable takes away what no text has: control characters, and the
// characters that the import itself marks places with.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == utf8.RuneError, unicode.IsControl(r), r >= 0xE0F0 && r <= 0xE0FF, r == 0xFEFF, r == 0xFFFE, r == 0xFFFF, r == 0x2028, r == 0x2029:
			return -1
		}
		return r
	}, s)
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

// textPage reads plain text: its first line is the title, short lines that
// stand alone and say what follows are headings, the rest is as it is.
func (im *importing) textPage(name string, data []byte) {
	_, source, bad := content.Decode(im.src.show(name), data)
	if bad != nil {
		im.diags = append(im.diags, *bad)
		return
	}
	p := &page{source: name, shown: im.src.show(name), dir: path.Dir(name), name: stem(name), into: path.Dir(name)}
	lines := strings.Split(printable(string(source)), "\n")
	at := 0
	for at < len(lines) && strings.TrimSpace(lines[at]) == "" {
		at++
	}
	if at < len(lines) {
		first := strings.TrimSpace(lines[at])
		if m := bracketed.FindStringSubmatch(first); m != nil {
			first = m[1]
		}
		alone := at+1 >= len(lines) || strings.TrimSpace(lines[at+1]) == "" || underline.MatchString(lines[at+1])
		if n := utf8.RuneCountInString(first); n <= 80 && (alone || n <= 30) && !bullet.MatchString(first) && !underline.MatchString(first) {
			p.title = line(strings.TrimLeft(first, "# "))
			at++
			if at < len(lines) && underline.MatchString(lines[at]) {
				at++
			}
		}
	}
	p.body = im.plainText(p, lines[min(at, len(lines)):])
	im.pages = append(im.pages, p)
}

// plainText makes Markdown that reads like the lines.
func (im *importing) plainText(p *page, lines []string) string {
	var out []string
	blank := func() {
		if len(out) > 0 && out[len(out)-1] != "" {
			out = append(out, "")
		}
	}
	list := false
	guessed := 0
	for i := 0; i < len(lines); i++ {
		l := strings.TrimRight(strings.ReplaceAll(lines[i], "\t", "    "), " \u3000")
		text := strings.Trim(l, " \u3000")
		before := i == 0 || strings.TrimSpace(lines[i-1]) == ""
		after := i+1 >= len(lines) || strings.TrimSpace(lines[i+1]) == ""
		if text == "" {
			if list && i+1 < len(lines) && (bullet.MatchString(lines[i+1]) || numbered.MatchString(lines[i+1])) {
				continue // a list with blank lines between its items
			}
			list = false
			blank()
			continue
		}
		if i+1 < len(lines) && underline.MatchString(lines[i+1]) && utf8.RuneCountInString(text) <= 60 {
			blank()
			out = append(out, "## "+escape(text), "")
			i++
			continue
		}
		if heading := im.headingIn(text, before, after); heading != "" && !(list && !before) {
			list = false
			blank()
			out = append(out, "## "+escape(heading), "")
			guessed++
			continue
		}
		if underline.MatchString(text) {
			blank()
			out = append(out, "* * *", "")
			continue
		}
		if before && strings.HasPrefix(l, "    ") && !list {
			blank()
			var block []string
			for ; i < len(lines); i++ {
				l := strings.ReplaceAll(lines[i], "\t", "    ")
				if strings.TrimSpace(l) != "" && !strings.HasPrefix(l, "    ") {
					break
				}
				block = append(block, strings.TrimRight(strings.TrimPrefix(l, "    "), " "))
			}
			i--
			out = append(out, fenced("", strings.Trim(strings.Join(block, "\n"), "\n"))...)
			out = append(out, "")
			continue
		}
		if m := bullet.FindStringSubmatch(l); m != nil && (before || list || m[1] != "—") {
			if !list {
				blank()
			}
			list = true
			out = append(out, "- "+escape(m[2]))
			continue
		}
		if m := numbered.FindStringSubmatch(l); m != nil {
			if !list {
				blank()
			}
			list = true
			out = append(out, m[1]+m[2]+". "+escape(m[3]))
			continue
		}
		if list {
			out = append(out, "   "+escape(text))
			continue
		}
		out = append(out, escape(text))
	}
	if guessed > 0 {
		p.ask("", "the headings were guessed from short lines", "look whether each is one")
	}
	return strings.TrimSpace(strings.Join(out, "\n")) + "\n"
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
	if m := chapter.FindStringSubmatch(said); m != nil && before && !sentence.MatchString(said) {
		return m[1]
	}
	short := utf8.RuneCountInString(said) <= 20 && !sentence.MatchString(said) && !bullet.MatchString(text) && !numbered.MatchString(text)
	if short && before && im.kinds.Kind(said) != markdown.None && (after || said != text) {
		return said
	}
	if short && before && symptomHeading(said) && (after || said != text) {
		return said
	}
	return ""
}

var special = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "|", `\|`, "~", `\~`, "{", `\{`, "&", `\&`, "!", `\!`,
)

var (
	blockStart  = regexp.MustCompile(`^(#{1,6}(?:\s|$)|[-+](?:\s|$)|=+\s*$|-+\s*$)`)
	numberStart = regexp.MustCompile(`^(\d{1,9})([.)])(\s|$)`)
)

// escape makes a line of plain text mean nothing to Markdown.
func escape(s string) string {
	s = strings.TrimSpace(special.Replace(s))
	s = strings.ReplaceAll(strings.ReplaceAll(s, `\!`, "!"), `!\[`, `\!\[`)
	s = blockStart.ReplaceAllString(s, `\$1`)
	return numberStart.ReplaceAllString(s, `$1\$2$3`)
}

// fenced is a block of code, as lines.
func fenced(info, text string) []string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return append(append([]string{fence + info}, strings.Split(text, "\n")...), fence)
}

// symptomHeading tells headings below which stands what readers say.
func symptomHeading(s string) bool {
	s = strings.ToLower(strings.TrimSpace(s))
	switch strings.Trim(s, "？?：: ") {
	case "症状", "问题现象", "现象", "故障现象", "常见说法", "用户怎么说", "问题描述", "症狀", "問題現象", "symptom", "symptoms", "what you see", "what users say":
		return true
	}
	return false
}
