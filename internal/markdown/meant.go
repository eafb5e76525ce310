package markdown

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"

	"whyfix/internal/diag"
)

// look finds what was meant as markup in one run. What a line starts with is
// looked at first, then what stands anywhere.
func (m *meant) look() {
	if bytes.IndexByte(m.seen, '$') >= 0 {
		m.formulas()
	}
	_, heading := m.block.(*ast.Heading)
	_, cell := m.block.(*east.TableCell)
	m.wrongComments()
	if !heading && !cell {
		m.ruled = false
		m.eachLine(m.lineStart)
		if !m.ruled {
			m.rows()
		}
	}
	if len(m.run.tags) > 0 {
		m.tags()
	}
	if bytes.Contains(m.seen, []byte("<o:p")) || bytes.Contains(m.seen, []byte("<w:")) {
		for _, at := range officeTag.FindAllIndex(m.seen, maxShown) {
			m.say(m.offset(at[0]), diag.Say("“%s” is shown as text: it came with a text from Word", short(string(m.seen[at[0]:at[1]]))), diag.Say("take it out"), m.instead(at[0], at[1], ""))
		}
	}
	t := m.seen
	m.signsOfLinks()
	if bytes.IndexByte(t, ']') >= 0 || bytes.Contains(t, []byte("】")) {
		m.links()
	}
	if m.product > 0 {
		m.say(m.product, diag.Say("this * is read as the start of slanted words, and not shown"), diag.Say(`write × (3×4×5), or \* for the sign`))
	}
	m.strays()
	if !cell && !heading {
		m.terms()
	}
	if bytes.IndexByte(t, '{') >= 0 || bytes.Contains(t, []byte("｛")) {
		m.braces(heading)
	}
	if !cell && templateWords[string(t)] {
		m.say(m.offset(0), diag.Say("these are the words of the template"), diag.Say("write the article's own, or take them out"))
	}
}

var officeTag = regexp.MustCompile(`</?[ow]:[A-Za-z]+ ?/?>(?:</[ow]:[A-Za-z]+>)?`)

// templateWords are texts that a new article has where the writer's belong, in
// all languages. A test of package draft holds them to the templates.
var templateWords = map[string]bool{
	"先用一两句话回答读者。": true, "怎么回事。": true, "看到什么说明是第一种原因。": true, "看到什么说明是这种原因。": true, "第一步。": true,
	"先用一兩句話回答讀者。": true, "怎麼回事。": true, "看到什麼說明是第一種原因。": true, "看到什麼說明是這種原因。": true,
	"Answer the reader in a sentence or two.": true, "What goes on.": true, "What you see when it is the first cause.": true,
	"What you see when it is this cause.": true, "The first step.": true,
	"谁遇到了什么，是哪种情况，最后怎么办好的。": true, "誰遇到了什麼，是哪種情況，最後怎麼辦好的。": true, "Who met it, which case it was, and what helped in the end.": true,
}

// templateHeadings are the headings of items that a new article has where the
// writer's belong, likewise.
var templateHeadings = map[Kind][]string{
	Cause:    {"第一种原因", "第一種原因", "The first cause"},
	Check:    {"看什么", "看什麼", "What to look at"},
	Solution: {"做什么", "做什麼", "The first remedy"},
	Case:     {"谁遇到了什么", "誰遇到了什麼", "Who met what"},
}

// OfTemplate reports whether the heading of an item is the template's.
func OfTemplate(k Kind, heading string) bool { return slices.Contains(templateHeadings[k], heading) }

var (
	hashes    = regexp.MustCompile(`^(?:#{1,6}|＃{1,6})[\x{3000}\x{A0}]*`)
	box       = regexp.MustCompile(`^(?:!!!|\?\?\?\+?)\s+[a-z]`)
	signal    = regexp.MustCompile(`^[\[【［][!！]\s*(\pL+)[\]】］]`)
	underline = regexp.MustCompile(`^={3,}\s*$`)
	tab       = regexp.MustCompile(`^={3,}[+!]?\s+["“]`)
	bareTab   = regexp.MustCompile(`^===[+!]?[ \t]+[^\s=][^=]{0,30}$`)
	contents  = regexp.MustCompile(`(?i)^\[\[?_?toc_?\]?\]$`)
	tableRule = regexp.MustCompile(`^[|｜]?\s*:?[-—－]{2,}:?\s*[|｜][-—－|｜:\s]*$`)
	fence     = regexp.MustCompile("^(?:···|｀｀｀)")
)

// beginsMarkup tells the characters with which all begins that lineStart finds.
// Most lines begin with none of them.
func beginsMarkup(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= '0' && r <= '9' || strings.IndexByte("#:!?[=|-+*( \t\f\r@", byte(r)) >= 0
	}
	return strings.ContainsRune("＃：！【［＝｜—－·｀（", r) || beginsItem(r)
}

// lineStart looks at what a line of a paragraph starts with.
func (m *meant) lineStart(start, end int) {
	line := m.seen[start:end]
	if len(line) == 0 || m.full() {
		return
	}
	first, _ := utf8.DecodeRune(line)
	if !beginsMarkup(first) {
		return
	}
	at := m.offset(start)
	switch {
	case m.told[at]:
	case first == '#' || first == '＃':
		m.heading(start, end)
	case (first == '=' || first == '＝' || first == '@') && m.tabLine(start, end):
	case first == '：' || first == ':':
		m.colonLine(start, end)
	case box.Match(line):
		m.say(at, diag.Say("“%s” is shown as text: this box is not read", short(string(line))), diag.Say("write a callout: > [!注意], or :::warning … :::"))
	case signal.Match(line) && start > 0 && m.inAlert():
		m.say(at, diag.Say("“%s” is shown as text: it stands in the callout above", string(signal.Find(line))), diag.Say("leave a blank line between the two, without a > in it"))
	case signal.Match(line):
		m.say(at, diag.Say("“%s” is shown as text: this box is not read", string(signal.Find(line))), diag.Say("write a callout: > [!注意], or :::warning … :::"))
	case tab.Match(line) || start == 0 && bareTab.Match(line):
		m.say(at, diag.Say("“%s” is shown as text: these tabs are not read", short(string(line))), diag.Say("write :::tabs, == 标题 before each tab, and :::"))
	case underline.Match(line):
		m.say(at, diag.Say("a line of = is shown as text"), diag.Say("write --- for a line; the = of a heading stand right below its words"))
	case contents.Match(line):
		m.say(at, diag.Say("“%s” is shown as text", string(line)), diag.Say("take it out: every page has its table of contents"))
	case tableRule.Match(line):
		m.ruled = true
		m.say(at, diag.Say("this table is shown as text"), diag.Say("the line of - needs a line above it with as many columns, and that a blank line above it; write | and - of the Latin keyboard"))
	case fence.Match(line):
		m.say(at, diag.Say("code is shown as text"), diag.Say("begin and end it with ``` of the Latin keyboard, on a line of its own"))
	default:
		m.item(start, end)
	}
}

// inAlert reports whether the run is of a callout that is a quote.
func (m *meant) inAlert() bool {
	b, ok := m.block.Parent().(*boxNode)
	return ok && b.colons == 0 && b.kind != tabBox && b.ends == ""
}

// bareTab reports whether a heading is the line above two = in a tab, and says
// so.
func (m *meant) bareTab(h *ast.Heading) bool {
	tab, ok := h.Parent().(*boxNode)
	if h.Level != 1 || !ok || tab.kind != tabBox || h.Lines().Len() == 0 {
		return false
	}
	last := h.Lines().At(h.Lines().Len() - 1)
	_, below, _ := bytes.Cut(m.source[last.Start:], []byte("\n"))
	line, _, _ := bytes.Cut(below, []byte("\n"))
	if string(bytes.TrimSpace(line)) != "==" {
		return false
	}
	m.say(last.Start, diag.Say("this line becomes a heading, because == stands below it"), diag.Say("write the name of the next tab behind the ==: == iPhone; or take the line out"))
	return true
}

// colonLine is a line of a paragraph that begins with three colons or more: a
// box that is not read, or the end of one.
type colonLine struct {
	offset     int
	opens      bool
	full, open bool // written with full-width colons; in a box that goes on
	written    string
	mend       Mend
}

var colonSigns = regexp.MustCompile(`^[:：]{3,}[ \t\x{3000}]*`)

// colonLine notes such a line, or finds the meaning of a term that is not read.
func (m *meant) colonLine(start, end int) {
	line := m.seen[start:end]
	signs := colonSigns.Find(line)
	if signs == nil {
		return
	}
	x := colonLine{offset: m.offset(start), written: short(string(line))}
	n := strings.Count(string(signs), ":") + strings.Count(string(signs), "：")
	x.full = n < len(bytes.TrimRight(signs, " \t　"))
	words := strings.TrimSpace(strings.ReplaceAll(string(line[len(signs):]), "　", " "))
	right := strings.Repeat(":", n) + words
	x.opens = words != ""
	if b, ok := m.block.Parent().(*boxNode); ok {
		x.open = b.colons > 0 && !b.ended
	}
	if x.full && bytes.IndexByte(line, masked) < 0 && bytes.IndexByte(line, maskedAddress) < 0 {
		word, _, _ := strings.Cut(words, " ")
		if kind := boxKind(word); words == "" || kind != "" && kind != tabsBox {
			x.mend = m.instead(start, end, right)
		}
	}
	m.colons = append(m.colons, x)
}

// colonLines tells what the lines of colons are that no box has read. Those of
// full-width colons that open and end a box are mended together.
func (m *meant) colonLines() {
	var open []int
	closes := map[int]int{}
	for i, x := range m.colons {
		switch {
		case x.opens:
			open = append(open, i)
		case len(open) > 0:
			closes[open[len(open)-1]] = i
			closes[i] = -1
			open = open[:len(open)-1]
		}
	}
	for i, x := range m.colons {
		end, paired := closes[i]
		message := diag.Say("“%s” is shown as text: this box is not read", x.written)
		switch {
		case paired && end < 0:
		case x.opens && x.full:
			var mends []Mend
			if paired && x.mend.Old != "" {
				mends = append(mends, x.mend)
				if last := m.colons[end]; last.mend.Old != "" {
					mends = append(mends, last.mend)
				}
			}
			m.say(x.offset, message, diag.Say("write the colons of the Latin keyboard: :::tip 标题, and ::: below its last line"), mends...)
		case x.opens:
			m.say(x.offset, message, diag.Say("write a callout: > [!注意], or :::warning … :::"))
		case x.full && x.open:
			m.say(x.offset, diag.Say("“%s” is shown as text, and ends no box", x.written), diag.Say("write the colons of the Latin keyboard: :::"), x.mend)
		default:
			m.say(x.offset, diag.Say("“%s” is shown as text: no box is open here", x.written), diag.Say("take it out, or write above it the line that begins its box, such as :::tip"))
		}
	}
}

// heading finds one whose signs touch its words. With one sign it may be a tag
// as people write it (#退款), so that more must speak for a heading.
func (m *meant) heading(start, end int) {
	line := m.seen[start:end]
	signs := hashes.Find(line)
	words := line[len(signs):]
	next, _ := utf8.DecodeRune(words)
	n := strings.Count(string(signs), "#") + strings.Count(string(signs), "＃")
	full := signs[0] != '#'
	apart := utf8.RuneCount(signs) > n || full && next == ' ' // with a blank, but one that is none here
	switch {
	case len(words) == 0 || next == '#' || next == '＃' || !apart && !unicode.IsLetter(next) && !unicode.IsDigit(next) && next != masked && !isWide(next):
		return
	case n == 1 && bytes.ContainsAny(words, "#＃"):
		return // #退款 #花呗, #话题#
	case n == 1 && !apart && !m.likelyHeading(start, end, next):
		return
	}
	level, written := strings.Repeat("#", n), short(m.written(start, end))
	shut := bytes.TrimSuffix(bytes.TrimRight(words, " "), []byte(level)) // ##原因##
	right := level + " " + strings.TrimSpace(m.written(end-len(bytes.TrimLeft(words, " ")), start+len(signs)+len(shut)))
	message := diag.Say("“%s” is shown as text, not as a heading", written)
	hint := diag.Say("write a blank of the Latin keyboard behind the signs: %s", short(right))
	if n == 1 {
		m.say(m.offset(start), message, diag.Say(`%s; if a sign is meant, \#`, hint))
		return
	}
	m.say(m.offset(start), message, hint, m.instead(start, start+len(signs)+len(bytes.TrimRight(words, " ")), right))
}

// likelyHeading reports whether a line with one # begins its paragraph, and is short
// and no sentence. Rows of tags have no other text below them.
func (m *meant) likelyHeading(start, end int, next rune) bool {
	if _, item := m.block.Parent().(*ast.ListItem); item || start > 0 || !isWide(next) && !unicode.IsUpper(next) {
		return false
	}
	if end < len(m.seen) && (!isWide(next) || bytes.ContainsAny(m.seen[end:], "#＃")) {
		return false
	}
	last, _ := utf8.DecodeLastRune(m.seen[:end])
	return utf8.RuneCount(m.seen[:end]) <= 30 && !strings.ContainsRune("。；，.;,", last)
}

var (
	parentheses = regexp.MustCompile(`(.)(\]|】|］)( *)([（(])([^()（）\n]*)([）)])`)
	openEnd     = regexp.MustCompile(`\]\(([^\s()（）]+)(?:\n|$)`)
	reference   = regexp.MustCompile(`\[([^\[\]\n\x01\x02]+)\]\[([^\[\]\n\x01\x02]*)\]`)
	lostNote    = regexp.MustCompile(`\[\^[\pL\pN_-]+\]`)
	wikiLink    = regexp.MustCompile(`!?\[\[([^\s\[\]][^\[\]\n]*)\]\]`)
	leads       = regexp.MustCompile(`^(?:\x01|https?:|mailto:|tel:|www\.|\.\.?/|/[\pL\pN])|(?i)\.(?:md|markdown|html?|png|jpe?g|gif|svg|webp|avif|pdf|docx?|xlsx?|pptx?|zip|mp4|webm|mp3)(?:[?#]\S*)?$`)
	behind      = regexp.MustCompile(`^(\S(?:.*\S)?)\s+(["'“”‘’].*["'“”‘’])$`) // an address and a title
)

// links finds links and images that are not read as such.
func (m *meant) links() {
	for _, at := range parentheses.FindAllSubmatchIndex(m.seen, maxShown) {
		group := func(i int) string { return string(m.seen[at[2*i]:at[2*i+1]]) }
		dest, title := group(5), ""
		if t := behind.FindStringSubmatch(dest); t != nil {
			dest, title = t[1], t[2]
		}
		dest = strings.TrimSpace(dest)
		open := m.opening(at[4], group(2))
		if open < 0 || m.pictureSize(open, at) {
			continue
		}
		if !leads.MatchString(dest) {
			continue
		}
		start, end := at[6], at[1] // from the blank on, if there is one
		message := diag.Say("this link is shown as text")
		text := short(m.written(open, at[4]))
		if open > 0 && m.seen[open-1] == '!' {
			message, text = diag.Say("this picture is shown as text"), "!"+text
		}
		if group(2) != "]" {
			m.say(m.offset(open), diag.Say("%s: a link has the brackets of the Latin keyboard", message), diag.Say("write [%s](%s)", strings.Trim(text, "【［"), short(m.written(at[10], at[11]))))
			continue
		}
		if number := strings.Trim(text, "[]"); group(3) != "" && strings.Trim(number, "0123456789") == "" {
			continue // [1] (https://…) is a source
		}
		whole := m.written(at[10], at[11])
		address := whole
		if title != "" {
			written := strings.TrimSpace(whole)
			address = strings.TrimSpace(strings.TrimSuffix(written, title))
			if address == written {
				continue
			}
			title = ` "` + strings.Trim(title, `"'“”‘’`) + `"`
		}
		address = strings.TrimSpace(address)
		if strings.ContainsAny(address, " \u3000") && !strings.ContainsAny(address, "<>") {
			address = "<" + address + ">"
		}
		right := "(" + address + title + ")"
		if right == m.written(start, end) {
			if strings.Count(title, `"`) > 2 {
				m.say(m.offset(open), diag.Say("%s: there are quotes in the title between its quotes", message), diag.Say(`write “…” or \" inside the title`))
				continue
			}
			m.say(m.offset(open), message, diag.Say("look at the brackets before it: a link stands in no link, and each [ has its ]"))
			continue
		}
		reason := diag.Say("brackets and quotes are those of the Latin keyboard")
		switch {
		case group(3) != "":
			reason = diag.Say("nothing stands between ] and (")
		case address[0] == '<' && group(4) == "(" && group(6) == ")":
			reason = diag.Say("an address with a blank stands between < and >")
		}
		m.say(m.offset(open), diag.Say("%s: %s", message, reason), diag.Say("write %s]%s", text, short(right)), m.instead(start, end, right))
	}
	for _, at := range openEnd.FindAllSubmatchIndex(m.seen, maxShown) {
		if open := m.opening(at[0], "]"); open >= 0 && leads.Match(m.seen[at[2]:at[3]]) {
			m.say(m.offset(open), diag.Say("this link is shown as text: its ( is never closed"), diag.Say("write ) behind the address"))
		}
	}
	if !bytes.Contains(m.seen, []byte("[")) {
		return
	}
	for _, at := range reference.FindAllSubmatchIndex(m.seen, maxShown) {
		name := string(m.seen[at[4]:at[5]])
		if name == "" {
			name = string(m.seen[at[2]:at[3]])
		}
		if !m.indexes(at[0], at[1]) && strings.Trim(name, "0123456789 ,+-*:ijknm") != "" {
			m.say(m.offset(at[0]), diag.Say("this link is shown as text: nothing on this page says where [%s] leads", short(name)), diag.Say("write the address behind it: [文字](b.md)"))
		}
	}
	for _, at := range lostNote.FindAllIndex(m.seen, maxShown) {
		if !m.indexes(at[0], at[1]) {
			m.lostNote(at[0], at[1])
		}
	}
	for _, at := range wikiLink.FindAllSubmatchIndex(m.seen, maxShown) {
		name := string(m.seen[at[2]:at[3]])
		if pieceFolder.MatchString(name) {
			m.say(m.offset(at[0]), diag.Say("“%s” is shown as text: a piece stands alone in a paragraph", short(string(m.seen[at[0]:at[1]]))), diag.Say("write ![[%s]] on a line of its own, with a blank line above and below", name))
			continue
		}
		if m.parser.options.Wikilinks && halfWiki.Match(m.seen[:at[0]]) {
			continue // it is read as soon as that has its end
		}
		if !latinBefore(m.seen, at[0]) && strings.Trim(name, "0123456789 ,.-") != "" && !contents.Match(m.seen[at[0]:at[1]]) {
			m.say(m.offset(at[0]), diag.Say("“%s” is shown as text", short(string(m.seen[at[0]:at[1]]))), diag.Say("write a link: [文字](b.md), or say wikilinks: true in site.yaml"))
		}
	}
}

var (
	addressFirst = regexp.MustCompile(`^([^\s()<>]+\.(?i:png|jpe?g|gif|svg|webp|avif|mp4|webm|mov))[ \t]+([^\s"'“”(].*)$`)
	sizeWritten  = regexp.MustCompile(`^=([0-9]{1,4})(?:px)?[xX*]?[0-9]*$`)
)

// pictureSize finds a picture with something behind its address that is neither a
// title nor a width: =300x200, or a title without quotes.
func (m *meant) pictureSize(open int, at []int) bool {
	if open == 0 || m.seen[open-1] != '!' || at[6] != at[7] {
		return false
	}
	found := addressFirst.FindSubmatch(m.seen[at[10]:at[11]])
	if found == nil || leads.Match(found[2]) || bytes.IndexByte(found[2], masked) >= 0 {
		return false
	}
	address := string(found[1])
	if size := sizeWritten.FindSubmatch(found[2]); size != nil {
		right := "(" + address + "){width=" + string(size[1]) + "}"
		m.say(m.offset(open-1), diag.Say("this picture is shown as text: its width does not stand in the brackets"), diag.Say("write the width behind it: %s", right), m.instead(at[8], at[1], right))
		return true
	}
	right := "(" + address + ` "` + string(bytes.TrimSpace(found[2])) + `")`
	m.say(m.offset(open-1), diag.Say("this picture is shown as text: its title has no quotes"), diag.Say("write %s", short(right)), m.instead(at[8], at[1], right))
	return true
}

// signsOfLinks finds links by a name and pictures whose first or last signs are not
// those that are read.
func (m *meant) signsOfLinks() {
	wiki := m.parser.options.Wikilinks
	if wiki && bytes.Contains(m.seen, []byte("【【")) {
		for _, at := range fullWiki.FindAllSubmatchIndex(m.seen, maxShown) {
			right := "[[" + string(m.seen[at[2]:at[3]]) + "]]"
			m.say(m.offset(at[0]), diag.Say("“%s” is shown as text", short(string(m.seen[at[0]:at[1]]))), diag.Say("write brackets of the Latin keyboard: %s", short(right)), m.instead(at[0], at[1], right))
		}
	}
	if wiki && bytes.Contains(m.seen, []byte("[[")) {
		for _, at := range halfWiki.FindAllIndex(m.seen, maxShown) {
			if !latinBefore(m.seen, at[0]) {
				m.say(m.offset(at[0]), diag.Say("“%s” is shown as text: its second ] is missing", short(string(m.seen[at[0]:at[1]]))), diag.Say("write ]] behind the name or the words"))
			}
		}
	}
	for from := 0; ; {
		n := bytes.Index(m.seen[from:], []byte("！"))
		if n < 0 {
			return
		}
		from += n + len("！")
		if from >= len(m.seen) || m.seen[from] != masked {
			continue
		}
		at := m.offset(from - len("！")) // of the sign
		rest := m.source[at+len("！"):]
		if line := bytes.IndexByte(rest, '\n'); line >= 0 {
			rest = rest[:line]
		}
		found := fullPicture.Find(rest)
		if found == nil {
			continue
		}
		hint := diag.Say("write ! of the Latin keyboard before it: !%s", short(string(found)))
		if n := from - len("！"); n == 0 || m.seen[n-1] == '\n' {
			m.say(at, diag.Say("this is a link to a picture, not the picture"), hint, Mend{Pos: m.at(at), Old: "！", New: "!"})
		} else {
			m.say(at, diag.Say("this is a link to a picture, not the picture"), hint)
		}
	}
}

var (
	fullWiki    = regexp.MustCompile(`【【([^【】\n\x01\x02]+)】】`)
	halfWiki    = regexp.MustCompile(`\[\[[^\s\[\]\n\x01\x02][^\[\]\n]{0,60}\](?:$|[^\](\[])`)
	fullPicture = regexp.MustCompile(`^(?:\[[^\[\]\n]*\]\([^)\n]*\.(?i:png|jpe?g|gif|svg|webp|avif|mp4|webm|mov)[^)\n]*\)|\[\[[^\]\n]*\.(?i:png|jpe?g|gif|svg|webp|avif|mp4|webm|mov)[^\]\n]*\]\])`)
)

// maxLinkText is how far from its end the text of a link may begin.
const maxLinkText = 1000

// opening is where the bracket that a closing one belongs to stands, or -1.
func (m *meant) opening(closing int, sign string) int {
	open := map[string]string{"]": "[", "】": "【", "］": "［"}[sign]
	from := max(closing-maxLinkText, 0)
	from += bytes.LastIndexByte(m.seen[from:closing], '\n') + 1
	at := bytes.LastIndex(m.seen[from:closing], []byte(open))
	if at < 0 {
		return -1
	}
	return from + at
}

// indexes reports whether a part of the run with brackets stands in a row of
// others, or touches Latin letters: a[i][j] is no link.
func (m *meant) indexes(start, end int) bool {
	return latinBefore(m.seen, start) || end < len(m.seen) && (latin(m.seen[end]) || m.seen[end] == '[' || m.seen[end] == '(')
}

func latin(c byte) bool { return isLetter(c) || c >= '0' && c <= '9' || c == '_' }

func latinBefore(text []byte, at int) bool {
	return at > 0 && (latin(text[at-1]) || text[at-1] == ']' || text[at-1] == ')')
}

var term = regexp.MustCompile(`^([^\n]{1,60})\n(?:：[ \t\x{3000}]*|:)([^\s:：\x00-\x7f])`)

// terms finds what a term means that is not read: below the term, : and a blank.
func (m *meant) terms() {
	if bytes.Contains(m.seen, []byte("\n:")) || bytes.Contains(m.seen, []byte("\n：")) {
		if at := term.FindSubmatchIndex(m.seen); at != nil {
			last, _ := utf8.DecodeLastRune(m.seen[:at[3]])
			if utf8.RuneCount(m.seen[:at[3]]) > 20 || strings.ContainsRune("。！？；，：:,;", last) {
				return
			}
			start := at[3] + 1
			m.say(m.offset(start), diag.Say("this line is shown as text, not as what the term above means"), diag.Say("begin it with a colon and a blank of the Latin keyboard: “: %s”", short(string(bytes.TrimSpace(m.seen[at[4]:lineEnd(m.seen, at[4])])))),
				m.instead(start, at[4], ": "))
		}
	}
}

func lineEnd(text []byte, at int) int {
	if n := bytes.IndexByte(text[at:], '\n'); n >= 0 {
		return at + n
	}
	return len(text)
}

// signs are runs of a sign in a text.
type signs struct{ start, end int }

func runsOf(text []byte, sign byte) []signs {
	var out []signs
	for i := 0; i < len(text); i++ {
		if text[i] != sign {
			continue
		}
		from := i
		for i < len(text) && text[i] == sign {
			i++
		}
		out = append(out, signs{from, i})
	}
	return out
}

// strays finds signs of emphasis that have no partner, or a blank where they
// should touch their words. One is said for each run: the rest often follows.
func (m *meant) strays() {
	t := m.seen
	if bytes.Contains(t, []byte("＊＊")) {
		for _, at := range fullStars.FindAllIndex(t, maxShown) {
			m.say(m.offset(at[0]), diag.Say("“%s” is shown as text: bold is not read here", short(string(t[at[0]:at[1]]))), diag.Say("write stars of the Latin keyboard: **…**"),
				m.instead(at[0], at[0]+len("＊＊"), "**"), m.instead(at[1]-len("＊＊"), at[1], "**"))
		}
	}
	if bytes.Contains(t, []byte("**")) {
		var pair []signs
		for _, s := range runsOf(t, '*') {
			if s.end-s.start == 2 { // *** stands for what was made unreadable: ***号
				pair = append(pair, s)
			}
		}
		for _, s := range pair {
			before, after := around(t, s)
			single := len(pair) == 1 && !isWide(before) && !isWide(after) // 2 ** 3, **kwargs, log-**.txt
			power := latinRune(before) && latinRune(after) || before == '*' || after == '/' || before == '/' || before == ')' && latinRune(after)
			if power || single {
				continue
			}
			m.say(m.offset(s.start), diag.Say("“**” is shown as text: bold is not read here"), diag.Say("write ** at both ends of the bold words, without blanks between: **注意**"))
			break
		}
	}
	if bytes.Contains(t, []byte("~~")) {
		for _, s := range runsOf(t, '~') {
			before, after := around(t, s)
			opens := s.start == 0 || unicode.IsSpace(before) || before == masked
			if s.end-s.start == 2 && opens && s.end < len(t) && after != '\n' { // 好的~~ is a tone
				m.say(m.offset(s.start), diag.Say("“~~” is shown as text: nothing is struck out here"), diag.Say("write ~~ at both ends of the words, without blanks between: ~~旧价~~"))
				break
			}
		}
	}
	if bytes.Contains(t, []byte("==")) {
		var open *signs
		if at := spacedMark.FindSubmatchIndex(t); at != nil && bytes.ContainsFunc(t[at[2]:at[3]], isWide) {
			m.say(m.offset(at[2]), diag.Say("“%s” is shown as text: this mark is not read", short(string(t[at[2]:at[3]]))), diag.Say("write ==…== without blanks inside"))
		}
		for _, s := range runsOf(t, '=') {
			if s.end-s.start != 2 {
				open = nil
				continue
			}
			before, after := around(t, s)
			switch {
			case open != nil && !unicode.IsSpace(before) && !latinRune(after) && bytes.IndexByte(t[open.end:s.start], '\n') < 0:
				m.say(m.offset(open.start), diag.Say("“%s” is shown as text: this mark is not read", short(string(t[open.start:s.end]))), diag.Say("write ==…== without blanks inside"))
				open = nil
			case !latinRune(before) && before != ')' && before != ']' && before != '!' && before != '<' && before != '>' && after != '\n' && !unicode.IsSpace(after) && s.end < len(t):
				open = &s
			default:
				open = nil
			}
		}
	}
}

var (
	fullStars  = regexp.MustCompile(`＊＊[^＊\n]+＊＊`)
	spacedMark = regexp.MustCompile(`(?:^|\n|[^\x00-\x7f])(== [^=\n]*[^=\n ] ==)(?:$|\n|[^\x00-\x7f])`)
)

// around are the characters before and behind a run of signs; '\n' for none.
func around(t []byte, s signs) (before, after rune) {
	before, after = '\n', '\n'
	if s.start > 0 {
		before, _ = utf8.DecodeLastRune(t[:s.start])
	}
	if s.end < len(t) {
		after, _ = utf8.DecodeRune(t[s.end:])
	}
	return before, after
}

func latinRune(r rune) bool { return r < utf8.RuneSelf && latin(byte(r)) }

var (
	fullBraces = regexp.MustCompile(`[｛{][^{}｛｝\n]*[｝}]`)
	shortCode  = regexp.MustCompile(`\{\{[<%][^\n]*?[>%]\}\}|\{%[^\n]*?%\}`)
	values     = regexp.MustCompile(`\{{2,3}[^{}\n\x01\x02]+\}{2,3}`)
	attributes = regexp.MustCompile(`^\{:?\s*(?:[.#][\pL][\pL\pN_-]*|[A-Za-z-]+=(?:"[^"]*"|[^\s{}"]+))(?:\s+(?:[.#][\pL][\pL\pN_-]*|[A-Za-z-]+=(?:"[^"]*"|[^\s{}"]+)))*\s*\}`)
	meantFull  = regexp.MustCompile(`^\s*(?:[.#][^\s.#]|[A-Za-z]+\s*=)`)
)

// latinSigns are those that an attribute has in place of full-width ones.
var latinSigns = strings.NewReplacer("｛", "{", "｝", "}", "＝", "=", "＃", "#", "．", ".", "。", ".", "“", `"`, "”", `"`, "　", " ")

// braces finds attributes, shortcodes and values of other programs.
func (m *meant) braces(heading bool) {
	m.valuesMeant()
	for _, at := range fullBraces.FindAllIndex(m.seen, maxShown) {
		text := string(m.seen[at[0]:at[1]])
		if !strings.ContainsAny(text, "｛｝") {
			continue
		}
		inside := strings.Trim(latinSigns.Replace(text), "{}")
		if !meantFull.MatchString(inside) {
			continue
		}
		right := "{" + QuotedAttributes(inside) + "}"
		hint := diag.Say("write it with signs of the Latin keyboard: %s", right)
		if heading && at[1] == len(m.seen) {
			m.say(m.offset(at[0]), diag.Say("“%s” is shown as text, and not read", short(text)), hint, m.instead(at[0], at[1], right))
		} else {
			m.say(m.offset(at[0]), diag.Say("“%s” is shown as text, and not read", short(text)), hint)
		}
	}
	found := shortCode.FindAllIndex(m.seen, -1)
	for _, at := range found {
		m.sayOnce("{{<", m.offset(at[0]), diag.Say("shortcodes of another program are shown as text, such as “%s”", nameOf(string(m.seen[at[0]:at[1]]))), diag.Say("write in Markdown what it stood for, or put it into `code` if it is meant as it is"))
	}
	if len(found) == 0 && len(m.reading.parser.options.Values) == 0 {
		for _, at := range values.FindAllIndex(m.seen, maxShown) {
			m.sayOnce(string(m.seen[at[0]:at[1]]), m.offset(at[0]), diag.Say("“%s” is shown as text", short(string(m.seen[at[0]:at[1]]))), diag.Say("write what it stands for, say it under values in site.yaml, or put it into `code` if it is meant as it is"))
		}
	}
	for i, c := range m.seen {
		if _, title := m.block.(*boxTitle); c != '{' || heading || title {
			continue
		}
		if m.widthMeant(i) {
			continue
		}
		attached := i > 0 && m.seen[i-1] == masked
		line := i == 0 || m.seen[i-1] == '\n'
		if !attached && !line {
			continue
		}
		if text := attributes.Find(m.seen[i:]); text != nil && (attached || i+len(text) == len(m.seen) || m.seen[i+len(text)] == '\n') {
			m.say(m.offset(i), diag.Say("“%s” is shown as text: nothing but a heading has attributes here", short(string(text))), diag.Say("take it out"))
		}
	}
}

var (
	widthBraces = regexp.MustCompile(`^\{:?([^{}\n]*width[^{}\n]*)\}`)
	widthNumber = regexp.MustCompile(`width\s*[=＝:：]\s*["“”'‘]?([1-9][0-9]{0,3})\s*(?:px)?(%|％)?["“”'’]?\s*`)
	picture     = regexp.MustCompile(`!\[[^\n]*(?:\)|\]\])$`)
)

// widthMeant finds a width behind a picture that is not read.
func (m *meant) widthMeant(i int) bool {
	found := widthBraces.FindSubmatch(m.seen[i:])
	if found == nil {
		return false
	}
	at := m.offset(i)
	before := bytes.TrimRight(m.source[max(at-maxLinkText, 0):at], " \t\n>")
	if !picture.Match(before) {
		return false
	}
	hint := diag.Say("write {width=300} right behind the picture")
	if n := widthNumber.FindSubmatch(found[1]); n != nil {
		right := "{width=" + string(n[1])
		if len(n[2]) > 0 {
			right += "%"
		}
		right += "}"
		hint = diag.Say("write it right behind the picture, with no blank between: %s", right)
		from := at - len(m.source[max(at-maxLinkText, 0):at]) + len(before)
		if between := m.source[from:at]; len(bytes.TrimSpace(n[0])) == len(bytes.TrimSpace(found[1])) && bytes.IndexByte(between, '\n') < 0 {
			old := string(m.source[from : at+len(found[0])])
			m.say(at, diag.Say("“%s” is shown as text, and the picture is as wide as it is", short(string(found[0]))), hint, Mend{Pos: m.at(from), Old: old, New: right})
			return true
		}
	}
	m.say(at, diag.Say("“%s” is shown as text, and the picture is as wide as it is", short(string(found[0]))), hint)
	return true
}

var (
	fullValue = regexp.MustCompile(`(?:｛｛|\{｛|｛\{)\s*([\pL_][\pL\pN_.-]*)\s*(?:｝｝|\}｝|｝\})`)
	halfValue = regexp.MustCompile(`\{{1,2}[ \t]*([\pL_][\pL\pN_.-]*)[ \t]*\}{1,2}`)
)

// valuesMeant finds values of the site whose braces are not those that are read.
func (m *meant) valuesMeant() {
	known := m.parser.options.Values
	if len(known) == 0 {
		return
	}
	if bytes.Contains(m.seen, []byte("｛")) {
		for _, at := range fullValue.FindAllSubmatchIndex(m.seen, maxShown) {
			name := string(m.seen[at[2]:at[3]])
			right := "{{" + name + "}}"
			var mends []Mend
			if slices.Contains(known, name) {
				mends = append(mends, m.instead(at[0], at[1], right))
			}
			m.say(m.offset(at[0]), diag.Say("“%s” is shown as text, not as a value", short(string(m.seen[at[0]:at[1]]))), diag.Say("write it with braces of the Latin keyboard: %s", right), mends...)
		}
	}
	for _, at := range halfValue.FindAllSubmatchIndex(m.seen, maxShown) {
		if off := m.offset(at[0]); off > 1 && m.source[off-1] == '{' && m.source[off-2] == '\\' {
			continue // \{{phone}}
		}
		if name := string(m.seen[at[2]:at[3]]); slices.Contains(known, name) &&
			!(bytes.HasPrefix(m.seen[at[0]:], []byte("{{")) && bytes.HasSuffix(m.seen[:at[1]], []byte("}}"))) {
			m.say(m.offset(at[0]), diag.Say("“%s” is shown as text, not as a value", short(string(m.seen[at[0]:at[1]]))), diag.Say("write two braces on both sides: {{%s}}", name))
		}
	}
}

// nameOf is a shortcode up to its name.
func nameOf(code string) string {
	words := strings.Fields(code)
	if len(words) > 2 {
		return words[0] + " " + words[1] + " …"
	}
	return short(code)
}

var (
	formula  = regexp.MustCompile(`\$\$[^$]+\$\$|\$(?:[^\s$\d]|[^\s$][^$\n]*[^\s$])\$`)
	command  = regexp.MustCompile(`\\[A-Za-z]+`)
	unspoken = regexp.MustCompile(`[{}\\^_=+*<>|]`)
)

// formulas finds mathematics in the language of TeX, and masks it: its signs are
// its own. An amount of money is none.
func (m *meant) formulas() {
	for _, at := range formula.FindAllIndex(m.seen, -1) {
		inside := m.seen[at[0]:at[1]]
		double := bytes.HasPrefix(inside, []byte("$$"))
		if !unspoken.Match(inside) || !double && bytes.ContainsFunc(inside, isWide) && !command.Match(inside) {
			continue
		}
		if double || command.Match(inside) {
			m.sayOnce("$", m.offset(at[0]), diag.Say("formulas in TeX are shown as text"), diag.Say("write them in words and signs (x² + 1), as `code`, or as a picture"))
		}
		for i := range inside {
			inside[i] = masked
		}
	}
}

// voidTags have no end.
var voidTags = []string{"br", "hr", "img", "input", "wbr", "source", "track", "embed"}

// knownTags are the elements of HTML that people write into Markdown. Others are
// most often places for words: <name>, or components of another program.
var knownTags = strings.Fields(`a abbr article aside audio b big blockquote br button caption center cite code col colgroup dd del details
	dfn div dl dt em embed figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i iframe img input ins kbd label li mark nav ol p
	picture pre q s samp script section small source span strike strong style sub summary sup svg table tbody td textarea tfoot th thead
	tr tt track u ul var video wbr`)

// tagName is the name of a tag, if it is one that people write into Markdown.
func tagName(tag string) string {
	name := strings.TrimLeft(tag, "</")
	if end := strings.IndexFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }); end >= 0 {
		if strings.ContainsRune("-.:@_", rune(name[end])) {
			return "" // <a-button> is a component, <a@example.org> an address
		}
		name = name[:end]
	}
	lower := strings.ToLower(name)
	if name != lower && name != strings.ToUpper(name) || !slices.Contains(knownTags, lower) {
		return "" // <Button> is a component
	}
	return lower
}

// tags finds HTML in a run. A name in < and > that nothing ends may be a place for
// words.
func (m *meant) tags() {
	ends := map[string]bool{}
	for _, t := range m.run.tags {
		if strings.HasPrefix(t.tag, "</") {
			ends[tagName(t.tag)] = true
		}
	}
	for _, t := range m.run.tags {
		name := tagName(t.tag)
		if name == "" || strings.HasPrefix(t.tag, "</") {
			continue
		}
		if _, read := readTags[name]; read && !ends[name] && name != "br" && (len(name) > 1 || !m.latinAt(t.offset)) {
			m.sayOnce("<"+name, t.offset, diag.Say("<%s> is shown as text: it is never closed in its paragraph", name), diag.Say("write </%s> behind its words; for the sign itself write `<%s>`", name, name))
			continue
		}
		if ends[name] || slices.Contains(voidTags, name) || strings.Contains(t.tag, "=") {
			m.tag(name, t.offset)
		}
	}
}

// latinAt reports whether a place of the body stands behind a Latin letter or a
// digit: a<b is a comparison, vector<s> a type.
func (m *meant) latinAt(offset int) bool { return offset > 0 && latin(m.source[offset-1]) }

// htmlBlock finds HTML that is a block of its own.
func (m *meant) htmlBlock(n *ast.HTMLBlock) {
	if n.Lines().Len() == 0 {
		return
	}
	source, said := htmlSource(n, m.source), false
	eachPart(source, func(part htmlPart, from, to int) {
		if part != htmlTag || said {
			return
		}
		if name := tagName(source[from:to]); name != "" {
			said = true
			m.tag(name, n.Lines().At(0).Start+from)
		}
	})
}

func (m *meant) tag(name string, offset int) {
	hint := diag.Say("write it in Markdown, or put it into `code` if it is meant as it is; raw_html: true in site.yaml lets HTML through")
	switch name {
	case "br":
		hint = diag.Say(`end the line with \ or two blanks; in a cell, make two rows`)
	case "b", "strong":
		hint = diag.Say("write **…**")
	case "i", "em":
		hint = diag.Say("write *…*")
	case "img":
		hint = diag.Say("write ![what it shows](picture.png)")
	case "a":
		hint = diag.Say("write [the words](b.md); a place of its own is a heading with {#name}")
	}
	m.sayOnce("<"+name, offset, diag.Say("<%s> is shown as text", name), hint)
}
