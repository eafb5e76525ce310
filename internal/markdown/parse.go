package markdown

import (
	"bytes"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"whyfix/internal/diag"
)

// Options are what the site's settings say about Markdown. They belong to the
// key under which a Document is cached.
type Options struct {
	RawHTML   bool      // pass HTML through instead of showing it as text
	Embeds    []string  // sites whose films may be framed, of EmbedHosts
	Wikilinks bool      // [[name]] is a link
	Values    []string  // the names of the site's values; where it has some, a {{name}} that is none of them was said by who put them in
	Words     KindWords // which words in a heading tell its kind
	Plain     bool      // no syntax colours: for whoever needs the facts and not the HTML
}

// Parser reads bodies. It may be used by many goroutines at once.
type Parser struct {
	options Options
	md      goldmark.Markdown
}

// NewParser makes a Parser.
func NewParser(o Options) *Parser {
	inline := append(inlineParsers(), util.Prioritized(boundedNoteLinks{extension.NewFootnoteParser()}, 101))
	if o.Wikilinks {
		inline = append(inline, util.Prioritized(wikilinks{}, 150))
	}
	md := goldmark.New(
		goldmark.WithParser(parser.NewParser(
			parser.WithBlockParsers(append(blockParsers(o.RawHTML), boxParsers(o.RawHTML)...)...),
			parser.WithInlineParsers(inline...),
			parser.WithParagraphTransformers(paragraphTransformers()...),
			parser.WithAttribute(),
		)),
		goldmark.WithExtensions(tablesAndNotes{}, extension.TaskList, extension.Linkify),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(
			util.Prioritized(&nodeRenderer{rawHTML: o.RawHTML, plain: o.Plain}, 100),
			util.Prioritized(boxRenderer{}, 100),
			util.Prioritized(markRenderer{}, 100),
			util.Prioritized(tagRenderer{}, 100),
			util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
		)),
	)
	return &Parser{options: o, md: md}
}

// inlineParsers are goldmark's, but for those of this package, in their order.
func inlineParsers() []util.PrioritizedValue {
	return []util.PrioritizedValue{
		util.Prioritized(boundedCode{parser.NewCodeSpanParser()}, 100),
		util.Prioritized(boundedLinks{parser.NewLinkParser()}, 200),
		util.Prioritized(parser.NewAutoLinkParser(), 300),
		util.Prioritized(parser.NewRawHTMLParser(), 400),
		util.Prioritized(&emphasisParser{}, 500),
		util.Prioritized(widthParser{}, 600),
		util.Prioritized(newBareAddresses(), 1000), // behind the library's
	}
}

// Parse reads the body of a file, which starts at the byte offset start of
// lines' text (front matter stands before it). It always returns a Document.
func (p *Parser) Parse(lines *diag.Lines, source []byte, start int) (*Document, diag.List) {
	body := source[start:]
	pc := parser.NewContext()
	root := p.md.Parser().Parse(text.NewReader(body), parser.WithContext(pc))
	r := &reading{parser: p, source: body, doc: &Document{Ends: &Ends{}}, lines: lines, start: start, slow: map[string]bool{}, told: map[int]bool{}}
	r.tooMuch(pc)
	if bytes.Contains(body, []byte("<!--")) || bytes.Contains(body, []byte("[//]:")) || bytes.Contains(body, []byte("[comment]:")) {
		r.comments(root)
	}
	if !p.options.RawHTML && bytes.IndexByte(body, '<') >= 0 {
		r.tags(root)
	}
	r.boxes(pc)
	r.footnotes(pc)
	r.shown(root)
	r.prepare(root)
	r.sortEdits()
	r.name()
	r.split(root)
	for _, id := range r.raw {
		r.claim(id)
	}
	slices.Sort(r.doc.IDs)
	return r.doc, r.diags
}

// Tree is a text as the library's tree, for whoever rewrites it.
func (p *Parser) Tree(body []byte) ast.Node { return p.md.Parser().Parse(text.NewReader(body)) }

// reading is the state of one Parse.
type reading struct {
	parser   *Parser
	source   []byte
	lines    *diag.Lines
	start    int   // of the body in its file
	last     place // that was asked for
	doc      *Document
	diags    diag.List
	headings []*ast.Heading
	inside   []*ast.Heading // those in boxes, quotes and lists
	ids      map[string]bool
	notes    bool              // there are footnotes, with ids of their own
	raw      []string          // ids in raw HTML
	told     map[int]bool      // places of which something was said, so that it is not said twice
	blamed   map[ast.Node]bool // blocks of code of which a box has said that they are not closed
	slow     map[string]bool   // languages whose colours take too long
}

// place is a byte of the body and its position.
type place struct {
	offset int
	pos    diag.Pos
}

// at is the position of a byte of the body. Of several in one line each is
// counted from the one before: a line may be long.
func (r *reading) at(offset int) diag.Pos {
	offset = min(max(offset, 0), len(r.source))
	if last := &r.last; last.pos.Line > 0 && r.lines.Whole() && offset >= last.offset && bytes.IndexByte(r.source[last.offset:offset], '\n') < 0 {
		last.pos.Col += utf8.RuneCount(r.source[last.offset:offset])
		last.offset = offset
		return last.pos
	}
	r.last = place{offset: offset, pos: r.lines.At(r.start + offset)}
	return r.last.pos
}

func (r *reading) problem(p diag.Pos, s diag.Severity, code string, message, hint diag.Text) {
	r.diags = append(r.diags, r.lines.New(p, s, code, message, hint))
}

// prepare walks the tree once: it numbers links, images and figures, and
// collects headings.
func (r *reading) prepare(root ast.Node) {
	var figures, films []*ast.Paragraph
	first, above := true, 0
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Paragraph:
			if len(r.parser.options.Embeds) > 0 && n.ChildCount() == 1 {
				films = append(films, n)
			}
		case *ast.Heading:
			r.headings = append(r.headings, n)
			r.withoutAttributes(n)
			if n.Parent().Kind() != ast.KindDocument {
				r.inside = append(r.inside, n)
			} else if !r.isTitle(n) {
				if r.doc.Jump == nil && above > 0 && n.Level > above+1 {
					r.doc.Jump = &Jump{Pos: r.at(n.Pos()), Level: n.Level, Above: above}
				}
				above = n.Level
			}
		case *ast.Text:
			// A line break in the source between two Han characters is not a
			// space.
			if n.SoftLineBreak() && joins(n, r.source) {
				n.SetSoftLineBreak(false)
			}
		case *markNode:
			r.edit(Span{n.Pos(), n.Pos() + 2}, "", "", "")
			r.edit(Span{n.end, n.end + 2}, "", "", "")
		case *ast.AutoLink:
			r.dangerous(string(n.URL(r.source)), r.at(n.Pos()))
		case *east.FootnoteList:
			r.notes = true
		case *ast.RawHTML:
			r.rawIDs(n.Segments.Value(r.source))
			r.rawLoads(n.Segments)
		case *ast.HTMLBlock:
			r.rawIDs([]byte(withoutComments(htmlSource(n, r.source))))
			r.rawLoads(n.Lines())
		case *ast.Link:
			r.noComment(n.Title, n.Pos(), func() diag.Text { return diag.Say("readers would see the comment in the title of a link") })
			r.ref(n, n.Destination, false)
		case *ast.Image:
			r.widthInWords(n)
			r.noComment(n.Title, n.Pos(), func() diag.Text { return diag.Say("readers would see the comment in the title of a picture") })
			r.ref(n, n.Destination, true)
			if w := wantedOf(n); w.written.End > 0 {
				r.doc.Comments = append(r.doc.Comments, w.written)
			}
			if first && !IsVideo(string(n.Destination)) && !IsAudio(string(n.Destination)) {
				n.SetAttribute(firstAttribute, true)
				first = false
			}
			if p, ok := n.Parent().(*ast.Paragraph); ok && p.FirstChild() == ast.Node(n) {
				figures = append(figures, p)
			}
		}
		return ast.WalkContinue, nil
	})
	for _, p := range films {
		r.embed(p)
	}
	number := 0
	for _, p := range figures {
		if images := picturesAlone(p, r.source); images != nil {
			number = r.figure(p, images, number)
		}
	}
	slices.SortFunc(r.doc.Comments, func(a, b Span) int { return a.Start - b.Start })
}

// refAttribute carries a link's index in Document.Refs to the renderer.
var refAttribute = []byte("whyfix-ref")

func (r *reading) ref(n ast.Node, dest []byte, image bool) {
	ref := Ref{Image: image, Dest: unescape(dest), Pos: r.at(n.Pos()), At: n.Pos()}
	if image {
		ref.Alt = r.plain(n)
	}
	if written, wiki := n.Attribute(wikiAttribute); wiki {
		ref.Wiki, ref.Alt = written.(string), r.plain(n)
	}
	if _, refused := n.Attribute(refusedAttribute); refused || r.dangerous(ref.Dest, ref.Pos) {
		ref.Dest, ref.Refused = "", true
	}
	n.SetAttribute(refAttribute, len(r.doc.Refs))
	r.doc.Refs = append(r.doc.Refs, ref)
}

// idAttribute finds the anchors of HTML that a writer may use.
var idAttribute = regexp.MustCompile(`(?i)\s(?:id|name)\s*=\s*(?:"([^"]+)"|'([^']+)')`)

// rawIDs notes the anchors in raw HTML, where the site allows that.
func (r *reading) rawIDs(html []byte) {
	if !r.parser.options.RawHTML {
		return
	}
	for _, m := range idAttribute.FindAllSubmatch(html, -1) {
		r.raw = append(r.raw, string(m[1])+string(m[2]))
	}
}

var (
	loadingTag   = regexp.MustCompile(`(?i)^<(img|video|audio|source|iframe|script)\s`)
	srcAttribute = regexp.MustCompile(`(?i)\ssrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))`)
)

// rawLoads notes what raw HTML loads from other hosts, where the site allows HTML.
func (r *reading) rawLoads(lines *text.Segments) {
	if !r.parser.options.RawHTML {
		return
	}
	source := string(lines.Value(r.source))
	eachPart(source, func(part htmlPart, start, end int) {
		if part != htmlTag {
			return
		}
		tag := source[start:end]
		element, src := loadingTag.FindStringSubmatch(tag), srcAttribute.FindStringSubmatch(tag)
		if element == nil || src == nil {
			return
		}
		address := strings.TrimSpace(html.UnescapeString(src[1] + src[2] + src[3]))
		if u, err := url.Parse(address); err != nil || u.Host == "" {
			return
		}
		at := start
		for i := range lines.Len() {
			if s := lines.At(i); at < s.Len() {
				r.doc.Loads = append(r.doc.Loads, Load{Element: strings.ToLower(element[1]), Address: address, Pos: r.at(s.Start + at)})
				return
			} else {
				at -= s.Len()
			}
		}
	})
}

// dangerous reports addresses that run code in the reader's browser.
func (r *reading) dangerous(dest string, at diag.Pos) bool {
	if !dangerous(dest) {
		return false
	}
	r.problem(at, diag.Error, "link-scheme", diag.Say("this kind of address could run a program in the reader's browser"),
		diag.Say("use an address that starts with https:, mailto: or tel:, or a path"))
	return true
}

// name gives each heading its id: first those that the writer chose, so that a
// heading's words never take one of them away.
func (r *reading) name() {
	r.ids = make(map[string]bool, len(r.headings)+4)
	example := diag.Say("write one such as {#why}")
	for _, h := range r.headings {
		if length(h) > maxHeading && utf8.RuneCountInString(r.plain(h)) > maxHeading {
			r.problem(r.at(h.Pos()), diag.Error, "text-limit", tooLongHeading(), shortHeading())
		}
		r.lostAttributes(h)
		id, ok := stringAttribute(h, "id")
		switch {
		case !ok || r.isTitle(h):
			continue
		case id == "":
			r.problem(r.at(h.Pos()), diag.Error, "heading-id", diag.Say("this id is empty"), example)
		case strings.ContainsFunc(id, unicode.IsSpace):
			r.problem(r.at(h.Pos()), diag.Error, "heading-id", diag.Say("the id %q has a blank in it", id), example)
		case ofTheme(id):
			r.problem(r.at(h.Pos()), diag.Error, "heading-id", diag.Say("the id %q begins like those of the theme, %q", id, themeIDs), example)
		case r.ids[id], r.notes && (strings.HasPrefix(id, "fn:") || strings.HasPrefix(id, "fnref:")):
			r.problem(r.at(h.Pos()), diag.Error, "duplicate-id", diag.Say("the id %q is used twice on this page", id), diag.Say("give one of the headings another id"))
		}
		r.claim(id)
	}
	next := map[string]int{} // the number to try for a heading of the same words
	for _, h := range r.headings {
		if id, ok := stringAttribute(h, "id"); ok && id != "" || r.isTitle(h) {
			continue
		}
		base := Slug(r.plain(h))
		if base == "" {
			base = "section"
		}
		if ofTheme(base) {
			base = "section-" + base
		}
		id := base
		for n := max(next[base], 2); r.ids[id]; n++ {
			id = base + "-" + itoa(n)
			next[base] = n + 1
		}
		r.claim(id)
		h.SetAttributeString("id", []byte(id))
	}
}

// themeIDs is how the ids of a theme's own elements begin: its scripts look for
// them, so that none of a heading may.
const themeIDs = "wf-"

func ofTheme(id string) bool {
	return len(id) >= len(themeIDs) && strings.EqualFold(id[:len(themeIDs)], themeIDs)
}

// length is how many bytes a heading has in its file.
func length(h *ast.Heading) int {
	n := 0
	for i := range h.Lines().Len() {
		line := h.Lines().At(i)
		n += line.Len()
	}
	return n
}

func (r *reading) claim(id string) {
	if id != "" && !r.ids[id] {
		r.ids[id] = true
		r.doc.IDs = append(r.doc.IDs, id)
	}
}

// isTitle tells a level-one heading at the very top: the page's title.
func (r *reading) isTitle(h *ast.Heading) bool {
	return h.Level == 1 && h.PreviousSibling() == nil && h.Parent().Kind() == ast.KindDocument
}

// split cuts the top level of the tree into sections and items and renders
// each. A heading below a section of a kind is an item of it, unless it has a
// kind of its own by attribute; deeper headings belong to the item's text.
func (r *reading) split(root ast.Node) {
	var (
		block     = &r.doc.Intro
		kind      *Section // the section of a kind that we are in
		itemLevel int
		pending   []ast.Node
	)
	flush := func() {
		*block = r.block(pending)
		pending = pending[:0]
	}
	r.doc.Sections = make([]Section, 0, r.likelySections())
	for n := root.FirstChild(); n != nil; n = n.NextSibling() {
		if notes, ok := n.(*east.FootnoteList); ok {
			r.doc.Notes = r.block([]ast.Node{notes})
			continue
		}
		h, ok := n.(*ast.Heading)
		if !ok {
			r.headingsInside(n, kind, itemLevel)
			pending = append(pending, n)
			continue
		}
		if r.isTitle(h) {
			r.doc.Title, r.doc.TitlePos = r.plain(h), r.at(h.Pos())
			continue
		}
		explicit := r.kindAttribute(h)
		if kind != nil && h.Level > int(kind.Level) && explicit == None {
			if itemLevel != 0 && h.Level > itemLevel {
				r.tooDeep(h, itemLevel)
				pending = append(pending, h)
				continue
			}
			flush()
			itemLevel = h.Level
			kind.Items = append(kind.Items, r.item(h))
			block = &kind.Items[len(kind.Items)-1].Body
			continue
		}
		flush()
		it := r.item(h)
		s := Section{Kind: explicit, Level: uint8(h.Level), ID: it.ID, Title: it.Title, Pos: it.Pos, Tag: it.Tag, For: it.For, Told: it.Told}
		if s.Kind == None {
			s.Kind = r.parser.options.Words.Kind(s.Title)
		}
		r.doc.Sections = append(r.doc.Sections, s)
		last := &r.doc.Sections[len(r.doc.Sections)-1]
		if name := s.Kind.String(); name != "" && !r.ids[name] {
			last.Anchor = name
			r.claim(name)
		}
		kind, itemLevel, block = nil, 0, &last.Body
		if s.Kind != None {
			kind = last
		}
	}
	flush()
}

// likelySections is how many headings are of the level of the first section's,
// or above: about as many as there will be sections.
func (r *reading) likelySections() int {
	n, level := 0, 0
	for _, h := range r.headings {
		if level == 0 && !r.isTitle(h) {
			level = h.Level
		}
		if h.Level <= level {
			n++
		}
	}
	return n
}

func (r *reading) item(h *ast.Heading) Item {
	it := Item{Title: r.plain(h), Pos: r.at(h.Pos()), Told: &Told{Heading: r.inline(h)}}
	it.ID, _ = stringAttribute(h, "id")
	it.Tag, _ = stringAttribute(h, "tag")
	if f, ok := stringAttribute(h, "for"); ok {
		it.For = strings.FieldsFunc(f, func(c rune) bool { return strings.ContainsRune(",，、;；", c) })
		for i := range it.For {
			it.For[i] = strings.TrimSpace(it.For[i])
		}
	}
	return it
}

// kindAttribute is the kind that `{.cause}` names.
func (r *reading) kindAttribute(h *ast.Heading) Kind {
	class, _ := stringAttribute(h, "class")
	for name := range strings.FieldsSeq(class) {
		known := make([]string, 0, 4)
		for _, k := range Kinds() {
			if k.String() == name {
				return k
			}
			known = append(known, k.String())
		}
		if k := r.parser.options.Words.Kind(name); k != None && len(name) >= utf8.UTFMax-1 && name[0] >= utf8.RuneSelf { // {.原因}
			r.problem(r.at(h.Pos()), diag.Error, "section-kind", diag.Say("unknown kind of section %q", "."+name), diag.Say("write {.%s}", k.String()))
			continue
		}
		if near := diag.Nearest(name, known); near != "" {
			r.problem(r.at(h.Pos()), diag.Error, "section-kind", diag.Say("unknown kind of section %q", "."+name), diag.Meant("."+near))
		}
	}
	return None
}

// block renders a run of top-level nodes.
func (r *reading) block(nodes []ast.Node) Block {
	if len(nodes) == 0 {
		return Block{}
	}
	t := r.text()
	for _, n := range nodes {
		t.block(n, r.source)
	}
	return Block{HTML: r.render(nodes...), Text: t.String()}
}

func (r *reading) render(nodes ...ast.Node) Fragment {
	s := sink{slow: r.slow}
	for _, n := range nodes {
		// The sink cannot fail, and our renderers return no error.
		_ = r.parser.md.Renderer().Render(&s, r.source, n)
	}
	return s.fragment()
}

// inline renders what stands inside a heading.
func (r *reading) inline(n ast.Node) Fragment {
	var children []ast.Node
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		children = append(children, c)
	}
	return r.render(children...)
}

func (r *reading) plain(n ast.Node) string {
	t := r.text()
	t.inline(n, r.source)
	return t.String()
}

func (r *reading) text() textWriter { return textWriter{rawHTML: r.parser.options.RawHTML} }

func stringAttribute(n ast.Node, name string) (string, bool) {
	v, ok := n.AttributeString(name)
	if !ok {
		return "", false
	}
	switch v := v.(type) {
	case []byte:
		return strings.TrimSpace(string(v)), true
	case string:
		return strings.TrimSpace(v), true
	}
	return fmt.Sprint(v), true // {#1} is a number
}
