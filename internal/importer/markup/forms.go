package markup

import (
	"bytes"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/JohannesKaufmann/dom"
	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"whyfix/internal/diag"
)

// What HTML has and CommonMark has not, in the forms that articles have for it:
// callouts, folds, definition lists, players, films of other sites, and the few
// tags that are read within a text.

// The elements that stand for these forms until they are written.
const (
	calloutElement = "whyfix-box"   // its attribute kind; its first child may be a title
	titleElement   = "whyfix-title" // of a box, on one line
	termElement    = "whyfix-term"
	meaningElement = "whyfix-meaning"
	tagElement     = "whyfix-tag" // its attribute name; written as that tag
)

// forms registers how these elements are written.
func forms(conv *converter.Converter) {
	inside := func(ctx converter.Context, n *html.Node) string {
		var b bytes.Buffer
		ctx.RenderChildNodes(ctx, &b, n)
		return b.String()
	}
	write := func(name string, inline bool, make func(ctx converter.Context, n *html.Node) string) {
		kind := converter.TagTypeBlock
		if inline {
			kind = converter.TagTypeInline
		}
		conv.Register.RendererFor(name, kind, func(ctx converter.Context, w converter.Writer, n *html.Node) converter.RenderStatus {
			_, _ = w.WriteString(make(ctx, n))
			return converter.RenderSuccess
		}, converter.PriorityEarly)
	}
	write(asIs, true, func(_ converter.Context, n *html.Node) string { return n.FirstChild.Data })
	write(tagElement, true, func(ctx converter.Context, n *html.Node) string {
		name, text := attr(n, "name"), inside(ctx, n)
		if isBlank(text) {
			return text
		}
		return "<" + name + ">" + text + "</" + name + ">"
	})
	write(calloutElement, false, func(ctx converter.Context, n *html.Node) string {
		first := ":::" + attr(n, "kind")
		if t := n.FirstChild; t != nil && t.Data == titleElement {
			title := strings.Join(strings.Fields(inside(ctx, t)), " ")
			n.RemoveChild(t)
			if strings.HasPrefix(title, "[") && strings.HasSuffix(title, "]") {
				title = "[" + title + "]"
			}
			first = strings.TrimSpace(first + " " + title)
		}
		if attr(n, "open") != "" {
			first += "{open}"
		}
		return "\n\n" + first + "\n" + strings.Trim(inside(ctx, n), "\n") + "\n:::\n\n"
	})
	write(termElement, false, func(ctx converter.Context, n *html.Node) string {
		return "\n\n" + strings.Join(strings.Fields(inside(ctx, n)), " ") + "\n"
	})
	write(meaningElement, false, func(ctx converter.Context, n *html.Node) string {
		lines := strings.Split(strings.Trim(inside(ctx, n), "\n "), "\n")
		for i := range lines {
			if i > 0 && lines[i] != "" {
				lines[i] = "  " + lines[i]
			}
		}
		return ": " + strings.Join(lines, "\n") + "\n"
	})
}

// readTags are the tags that articles have within a text, by the names of HTML's
// elements.
var readTags = map[string]string{"sub": "sub", "sup": "sup", "u": "u", "ins": "u", "mark": "mark", "kbd": "kbd", "small": "small"}

// keepTag makes an element one of those that are read, or leaves its text alone
// when it holds more than a text may.
func (t *tree) keepTag(n *html.Node, name string) {
	if dom.FindFirstNode(n, is(blocksInRow...)) != nil {
		t.drop(diag.Say("the look of <%s>", n.Data))
		t.prepare(n)
		dom.UnwrapNode(n)
		return
	}
	t.prepare(n)
	rename(n, tagElement)
	setAttr(n, "name", name)
}

// emphasis keeps signs that would not be read where they stand as tags.
func (t *tree) emphasis(n *html.Node) {
	t.prepare(n)
	text := strings.TrimSpace(dom.CollectText(n))
	if text == "" || dom.FindFirstNode(n, is(blocksInRow...)) != nil {
		return
	}
	first, _ := utf8.DecodeRuneInString(text)
	last, _ := utf8.DecodeLastRuneInString(text)
	if Flanks(beside(n, false), first) && Flanks(beside(n, true), last) {
		return
	}
	name := n.Data
	rename(n, tagElement)
	setAttr(n, "name", name)
}

// beside is the character before or behind an inline element; a blank for none.
func beside(n *html.Node, behind bool) rune {
	for ; n != nil && !is(blocksInRow...)(n); n = n.Parent {
		next := func(n *html.Node) *html.Node {
			if behind {
				return n.NextSibling
			}
			return n.PrevSibling
		}
		for s := next(n); s != nil; s = next(s) {
			if is(blocksInRow...)(s) {
				return ' '
			}
			text := dom.CollectText(s)
			if text == "" {
				continue
			}
			r, _ := utf8.DecodeLastRuneInString(text)
			if behind {
				r, _ = utf8.DecodeRuneInString(text)
			}
			return r
		}
	}
	return ' '
}

// Flanks reports whether a sign of emphasis is read between the character outside
// of it and the one inside.
func Flanks(outside, inside rune) bool {
	latinPunct := func(r rune) bool { return (unicode.IsPunct(r) || unicode.IsSymbol(r)) && !wide(r) }
	return !unicode.IsSpace(inside) && (!latinPunct(inside) || unicode.IsSpace(outside) || latinPunct(outside) || wide(outside))
}

// wide are the characters of Chinese, Japanese and Korean text, most of them.
func wide(r rune) bool {
	return r >= 0x3000 && r <= 0x303F || r >= 0xFF01 && r <= 0xFF60 || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// Bold is a line of Markdown in bold.
func Bold(s string) string {
	if s = strings.TrimSpace(s); s == "" || strings.Contains(s, "*") {
		return s
	}
	return "**" + s + "**"
}

// boxKinds are what the classes of boxes say of their kind.
var boxKinds = []string{"note", "tip", "warning", "danger", "info", "important", "caution", "hint", "attention", "error", "success", "example", "question", "help", "faq", "summary", "abstract", "todo", "quote", "bug", "failure", "seealso", "primary", "secondary"}

var wordsOfClass = regexp.MustCompile(`[a-z]+`)

// kindOfBox is the kind that an element's classes tell.
func kindOfBox(n *html.Node) string {
	for _, class := range dom.GetClasses(n) {
		for _, word := range wordsOfClass.FindAllString(strings.ToLower(class), -1) {
			if slices.Contains(boxKinds, word) {
				return word
			}
		}
	}
	return "note"
}

// KindOfClass is the kind of box that a class names; "" when it names none.
func KindOfClass(class string) string {
	n := &html.Node{Type: html.ElementNode, Data: "div", Attr: []html.Attribute{{Key: "class", Val: class}}}
	if !hasClass(n, boxes) {
		return ""
	}
	return kindOfBox(n)
}

// callout makes a callout of a box.
func (t *tree) callout(n *html.Node) {
	title := boxTitle(n)
	t.prepare(n)
	kind, word := kindOfBox(n), ""
	if t.Callout != nil {
		kind, word = t.Callout(kind, "")
	}
	rename(n, calloutElement)
	n.Attr = []html.Attribute{{Key: "kind", Val: kind}}
	switch {
	case title != nil:
		t.title(n, title)
	case word != "":
		n.InsertBefore(newElement(titleElement, newText(word)), n.FirstChild)
	}
}

// boxTitle is the element that has a box's title: its first, if it is a heading
// or says so.
func boxTitle(n *html.Node) *html.Node {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch {
		case c.Type == html.TextNode && isBlank(c.Data), c.Type == html.CommentNode:
			continue
		case c.Type != html.ElementNode:
			return nil
		case is(headings...)(c), is("p", "div", "span")(c) && slices.ContainsFunc(dom.GetClasses(c), func(s string) bool {
			return strings.Contains(s, "title") || strings.Contains(s, "heading")
		}):
			if !isBlank(dom.CollectText(c)) && dom.FindFirstNode(c, is("img")) == nil {
				return c
			}
		}
		return nil
	}
	return nil
}

// title makes an element the title of a box.
func (t *tree) title(box, n *html.Node) {
	for _, c := range dom.FindAllNodes(n, is(asIs)) { // the id of what was a heading
		dom.RemoveNode(c)
	}
	for _, c := range dom.FindAllNodes(n, is(blocksInRow...)) {
		if c != n {
			dom.UnwrapNode(c)
		}
	}
	dom.RemoveNode(n)
	rename(n, titleElement)
	box.InsertBefore(n, box.FirstChild)
}

// fold makes a fold of <details>.
func (t *tree) fold(n *html.Node) {
	t.prepare(n)
	kind := []html.Attribute{{Key: "kind", Val: "details"}}
	if slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "open" }) {
		kind = append(kind, html.Attribute{Key: "open", Val: "open"})
	}
	summary := dom.FindFirstNode(n, is("summary"))
	rename(n, calloutElement)
	n.Attr = kind
	if summary != nil && !isBlank(dom.CollectText(summary)) {
		t.title(n, summary)
	}
}

// definitions makes a list of definitions of <dl>, if it is one: terms and what
// they mean, one after the other, and no blocks in the terms.
func (t *tree) definitions(n *html.Node) {
	for _, c := range dom.FindAllNodes(n, is("div")) {
		if c.Parent == n {
			dom.UnwrapNode(c)
		}
	}
	var before string
	ok := true
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode {
			ok = ok && (c.Data == "dt" && dom.FindFirstNode(c, is(blocksInRow...)) == nil && !isBlank(dom.CollectText(c)) || c.Data == "dd" && before != "" && !isBlank(dom.CollectText(c)))
			before = c.Data
		}
	}
	ok = ok && before == "dd"
	t.prepare(n)
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		switch {
		case c.Type == html.TextNode && ok:
			n.RemoveChild(c)
		case c.Data == "dt" && ok:
			rename(c, termElement)
		case c.Data == "dd" && ok:
			rename(c, meaningElement)
		case c.Data == "dt":
			wrap(c, "strong")
			rename(c, "p")
		case c.Data == "dd":
			rename(c, "div")
		}
		c = next
	}
	rename(n, "div")
}

// Player reports whether an address is that of a film or a recording that a page
// plays.
func Player(address string) bool {
	if u, err := url.Parse(address); err == nil {
		address = u.Path
	}
	switch strings.ToLower(path.Ext(address)) {
	case ".mp4", ".webm", ".mov", ".m4v", ".ogv", ".mp3", ".m4a", ".ogg", ".oga", ".opus", ".wav":
		return true
	}
	return false
}

// player makes a player of <video> and <audio>, or a link when it is not known
// what it plays; nil when nothing is known at all.
func (t *tree) player(n *html.Node) *html.Node {
	var sources []string
	for _, s := range append([]*html.Node{n}, dom.FindAllNodes(n, is("source"))...) {
		if src := strings.TrimSpace(attr(s, "src")); src != "" && !strings.HasPrefix(src, "data:") && !strings.HasPrefix(src, "blob:") {
			sources = append(sources, src)
		}
	}
	if len(sources) == 0 {
		return nil
	}
	if attr(n, "poster") != "" || dom.FindFirstNode(n, is("track")) != nil {
		t.drop(diag.Say("the poster or the captions of a film"))
	}
	name := FirstLine(attr(n, "aria-label"), attr(n, "title"))
	if i := slices.IndexFunc(sources, Player); i >= 0 {
		return newText("![" + Escape(name) + "](" + Destination(sources[i]) + ")" + Width(attr(n, "width")))
	}
	return newText("[" + Escape(FirstLine(name, t.Film)) + "](" + Destination(sources[0]) + ")")
}

// Width is how wide a picture is shown, as it stands behind it: in pixels, or
// percent of the text.
func Width(s string) string {
	m := widthValue.FindStringSubmatch(s)
	if m == nil || m[1]+m[2] == "100%" {
		return ""
	}
	return "{width=" + m[1] + strings.TrimSuffix(m[2], "px") + "}"
}

var (
	widthValue   = regexp.MustCompile(`^\s*([1-9]\d{0,3})(?:\.\d+)?(px|%)?\s*$`)
	widthInStyle = regexp.MustCompile(`(?:^|[;\s])width\s*:\s*([\d.]+(?:px|%))`)
)

// WidthOf is Width for an element's attributes.
func WidthOf(width, style string) string {
	if w := Width(width); w != "" {
		return w
	}
	if m := widthInStyle.FindStringSubmatch(style); m != nil {
		return Width(m[1])
	}
	return ""
}

// FilmLink is a link to a film of another site, which alone in a paragraph becomes
// the place where it plays.
func (o Options) FilmLink(title, address string) string {
	return "[" + Escape(FirstLine(title, o.Film)) + "](" + Destination(address) + ")"
}

// Film is the address of a film by its name on a site.
func Film(site, id string) string {
	switch {
	case strings.HasPrefix(id, "http"):
		return id
	case id == "" || !plainID.MatchString(id):
		return ""
	case site == "youtube":
		return "https://www.youtube.com/watch?v=" + id
	case site == "vimeo":
		return "https://vimeo.com/" + id
	case site == "bilibili" && strings.Trim(id, "0123456789") == "":
		return "https://www.bilibili.com/video/av" + id
	case site == "bilibili":
		return "https://www.bilibili.com/video/" + id
	case site == "youku":
		return "https://v.youku.com/v_show/id_" + id + ".html"
	}
	return ""
}

var plainID = regexp.MustCompile(`^[\w=-]{1,60}$`)

// Framed is the address of the film that a frame plays; "" for another frame.
func Framed(src string) string {
	u, err := url.Parse(strings.TrimSpace(src))
	if err != nil {
		return ""
	}
	last := path.Base(u.Path)
	switch host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www."); {
	case (host == "youtube.com" || host == "youtube-nocookie.com") && strings.HasPrefix(u.Path, "/embed/") && last != "videoseries":
		return Film("youtube", last)
	case host == "player.vimeo.com":
		return Film("vimeo", last)
	case host == "player.bilibili.com" && u.Query().Get("bvid") != "":
		return Film("bilibili", u.Query().Get("bvid"))
	case host == "player.bilibili.com":
		return Film("bilibili", u.Query().Get("aid"))
	case host == "player.youku.com":
		return Film("youku", last)
	}
	return ""
}

// put puts a line of Markdown into the place of an element: a paragraph of its
// own, where one can be.
func (t *tree) put(parent, n, markdown *html.Node) {
	line := newElement(asIs, markdown)
	if parent.DataAtom != atom.P && !inOneLine(parent) && !is("span", "strong", "em", "b", "i", "li")(parent) {
		line = newElement("p", line)
	}
	parent.InsertBefore(line, n)
	parent.RemoveChild(n)
}
