package markdown

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alecthomas/chroma/v2"
	chromahtml "github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/alecthomas/chroma/v2/styles"
	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// sink collects rendered HTML and the holes in it. goldmark writes to it
// directly because it is a util.BufWriter.
type sink struct {
	html  []byte
	holes []hole
	slow  map[string]bool // languages of the document whose colours took too long
}

func (s *sink) Write(p []byte) (int, error) { s.html = append(s.html, p...); return len(p), nil }

func (s *sink) WriteString(p string) (int, error) { s.html = append(s.html, p...); return len(p), nil }
func (s *sink) WriteByte(c byte) error            { s.html = append(s.html, c); return nil }
func (s *sink) WriteRune(r rune) (int, error) {
	n := len(s.html)
	s.html = append(s.html, string(r)...)
	return len(s.html) - n, nil
}
func (s *sink) Available() int { return 1 << 20 }
func (s *sink) Buffered() int  { return 0 }
func (s *sink) Flush() error   { return nil }

func (s *sink) hole(h hole) {
	h.At = len(s.html)
	s.holes = append(s.holes, h)
}

func (s *sink) fragment() Fragment { return Fragment{html: string(s.html), holes: s.holes} }

// figureNode is an image that stands alone in a paragraph.
type figureNode struct {
	ast.BaseBlock
	figure Figure
}

var kindFigure = ast.NewNodeKind("Figure")

func newFigureNode(f Figure, image *ast.Image) *figureNode {
	n := &figureNode{figure: f}
	n.AppendChild(n, image)
	return n
}

func (n *figureNode) Kind() ast.NodeKind { return kindFigure }

func (n *figureNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// nodeRenderer renders what this package shows otherwise than goldmark does:
// links, images and players with holes, figures, boxes of tasks, coloured code, and HTML
// as text.
type nodeRenderer struct {
	rawHTML bool
	plain   bool
	lexers  sync.Map // by the language's name: looking for one that is not there is slow
}

func (r *nodeRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindLink, r.link)
	reg.Register(ast.KindImage, r.image)
	reg.Register(kindFigure, r.figureBlock)
	reg.Register(kindGallery, r.gallery)
	reg.Register(kindEmbed, r.embedBlock)
	reg.Register(east.KindTaskCheckBox, r.taskBox)
	reg.Register(ast.KindFencedCodeBlock, r.code)
	reg.Register(ast.KindCodeBlock, r.code)
	if !r.rawHTML {
		reg.Register(ast.KindRawHTML, r.htmlInline)
		reg.Register(ast.KindHTMLBlock, r.htmlBlock)
		return
	}
	reg.Register(ast.KindRawHTML, r.rawInline)
	reg.Register(ast.KindHTMLBlock, r.rawBlock)
}

func refOf(n ast.Node) int {
	v, _ := n.Attribute(refAttribute)
	return v.(int)
}

// taskBox shows whether a task is done. The box has the task as its name: one
// without a name is a riddle to those who listen.
func (r *nodeRenderer) taskBox(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	checked := ""
	if node.(*east.TaskCheckBox).IsChecked {
		checked = "checked "
	}
	task := textWriter{rawHTML: r.rawHTML}
	task.inline(node.Parent(), source)
	_, _ = w.WriteString("<input " + checked + `disabled type="checkbox" aria-label="` + htmlText(task.String()) + `"> `)
	return ast.WalkContinue, nil
}

func (r *nodeRenderer) link(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*ast.Link)
	if !entering {
		_, _ = w.WriteString("</a>")
		return ast.WalkContinue, nil
	}
	_, _ = w.WriteString(`<a href="`)
	w.(*sink).hole(hole{Ref: refOf(n)})
	_ = w.WriteByte('"')
	if len(n.Title) > 0 {
		_, _ = w.WriteString(` title="`)
		_, _ = w.WriteString(htmlText(unescape(n.Title)))
		_ = w.WriteByte('"')
	}
	_ = w.WriteByte('>')
	return ast.WalkContinue, nil
}

func (r *nodeRenderer) image(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	n := node.(*ast.Image)
	s := w.(*sink)
	switch dest := string(n.Destination); {
	case IsVideo(dest):
		r.player(s, source, n, "video")
		return ast.WalkSkipChildren, nil
	case IsAudio(dest):
		r.player(s, source, n, "audio")
		return ast.WalkSkipChildren, nil
	}
	wanted := wantedOf(n)
	figure := n.Parent().Kind() == kindFigure
	if figure {
		s.hole(hole{Ref: refOf(n), With: withOpening, Width: wanted.shrunk()})
	}
	_, _ = w.WriteString(`<img src="`)
	s.hole(hole{Ref: refOf(n), With: withFile})
	_, _ = w.WriteString(`" alt="`)
	alt := textWriter{rawHTML: r.rawHTML}
	alt.inline(n, source)
	_, _ = w.Write(util.EscapeHTML([]byte(alt.String())))
	_ = w.WriteByte('"')
	if len(n.Title) > 0 {
		_, _ = w.WriteString(` title="`)
		_, _ = w.WriteString(htmlText(unescape(n.Title)))
		_ = w.WriteByte('"')
	}
	s.hole(hole{Ref: refOf(n), With: withSize, Width: wanted.pixels})
	if wanted.percent > 0 {
		_, _ = w.WriteString(` class="width-` + itoa(wanted.percent) + `"`)
	}
	if _, first := n.Attribute(firstAttribute); !first {
		_, _ = w.WriteString(` loading="lazy"`)
	}
	_, _ = w.WriteString(` decoding="async">`)
	if figure {
		s.hole(hole{Ref: refOf(n), With: withClosing, Width: wanted.shrunk()})
	}
	return ast.WalkSkipChildren, nil
}

func (r *nodeRenderer) figureBlock(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	f := node.(*figureNode).figure
	if entering {
		_, _ = w.WriteString("<figure>")
		return ast.WalkContinue, nil
	}
	if f.Caption != "" {
		_, _ = w.WriteString(`<figcaption><span class="figure-number">`)
		w.(*sink).hole(hole{With: withWord, Word: "figure"})
		_, _ = w.WriteString(" " + itoa(f.Number) + "</span> " + htmlText(f.Caption) + "</figcaption>")
	}
	_, _ = w.WriteString("</figure>\n")
	return ast.WalkContinue, nil
}

// classes makes chroma write class names; the theme has the colours.
var classes = chromahtml.New(chromahtml.WithClasses(true), chromahtml.PreventSurroundingPre(true))

func (r *nodeRenderer) code(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	code := string(node.Lines().Value(source))
	language := ""
	if fenced, ok := node.(*ast.FencedCodeBlock); ok {
		language = string(fenced.Language(source))
	}
	_, _ = w.WriteString(`<pre tabindex="0"><code`)
	if language != "" {
		_, _ = w.WriteString(` class="language-` + htmlText(language) + `"`)
	}
	_ = w.WriteByte('>')
	if slow := w.(*sink).slow; r.plain || slow[language] || !r.highlight(w.(*sink), code, language) {
		_, _ = w.WriteString(htmlText(code))
	}
	_, _ = w.WriteString("</code></pre>\n")
	return ast.WalkSkipChildren, nil
}

// maxHighlight is the longest code that gets colours, in bytes, and
// longestColouring how long the colours of one block may take: a lexer's time
// is not bounded by the length of its input. What takes longer is shown plain,
// and so is what follows in that language in the same text. The time is fifty
// times what the longest code takes, so that a busy machine colours the same.
const (
	maxHighlight     = 64 << 10
	longestColouring = 5 * time.Second
)

func (r *nodeRenderer) highlight(w *sink, code, language string) bool {
	if language == "" || len(code) > maxHighlight {
		return false
	}
	found, known := r.lexers.Load(language)
	if !known {
		found, _ = r.lexers.LoadOrStore(language, lexers.Get(language))
	}
	lexer, ok := found.(chroma.Lexer)
	if !ok {
		return false
	}
	tokens := coloured(lexer, code)
	if tokens == nil && w.slow != nil {
		w.slow[language] = true
	}
	return tokens != nil && classes.Format(w, styles.Fallback, chroma.Literator(tokens...)) == nil
}

// coloured is code in parts of one colour each; nil where it takes too long. The
// lexer does not look at a clock between two parts, so it is left behind then,
// and ends at the next.
func coloured(lexer chroma.Lexer, code string) []chroma.Token {
	var late atomic.Bool
	done := make(chan []chroma.Token, 1)
	go func() {
		tokens, err := chroma.Coalesce(&stoppable{lexer, &late}).Tokenise(nil, code)
		if err != nil {
			done <- nil
			return
		}
		done <- tokens.Tokens()
	}()
	timer := time.NewTimer(longestColouring)
	defer timer.Stop()
	select {
	case tokens := <-done:
		return tokens
	case <-timer.C:
		late.Store(true)
		return nil
	}
}

// stoppable is a lexer that ends early when it is late.
type stoppable struct {
	chroma.Lexer
	late *atomic.Bool
}

func (s *stoppable) Tokenise(options *chroma.TokeniseOptions, text string) (chroma.Iterator, error) {
	next, err := s.Lexer.Tokenise(options, text)
	if err != nil {
		return nil, err
	}
	return func() chroma.Token {
		if s.late.Load() {
			return chroma.EOF
		}
		return next()
	}, nil
}

func (r *nodeRenderer) htmlInline(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString(htmlText(string(node.(*ast.RawHTML).Segments.Value(source))))
	}
	return ast.WalkSkipChildren, nil
}

func (r *nodeRenderer) htmlBlock(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString("<p>" + htmlText(strings.TrimSpace(withoutComments(htmlSource(node, source)))) + "</p>\n")
	}
	return ast.WalkContinue, nil
}

func (r *nodeRenderer) rawInline(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.Write(node.(*ast.RawHTML).Segments.Value(source))
	}
	return ast.WalkSkipChildren, nil
}

func (r *nodeRenderer) rawBlock(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString(withoutComments(htmlSource(node, source)))
	}
	return ast.WalkContinue, nil
}

func htmlSource(node ast.Node, source []byte) string {
	n := node.(*ast.HTMLBlock)
	s := string(n.Lines().Value(source))
	if n.HasClosure() {
		s += string(n.ClosureLine.Value(source))
	}
	return s
}
