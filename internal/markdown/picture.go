package markdown

import (
	"regexp"
	"strconv"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// widthParser reads how wide a picture is shown, behind it: {width=300} in
// pixels, {width=50%} of the text.
type widthParser struct{}

// wanted is how wide a writer wants a picture.
type wanted struct {
	pixels, percent int // one of the two; 0: as it is
	written         Span
}

var (
	widthAttribute = []byte("whyfix-width")
	firstAttribute = []byte("whyfix-first") // of the first picture of a text
	widthWritten   = regexp.MustCompile(`^\{\s*width\s*=\s*"?([1-9]\d{0,3})(px|%)?"?\s*\}`)
)

func (widthParser) Trigger() []byte { return []byte{'{'} }

func (widthParser) Parse(parent ast.Node, block text.Reader, _ parser.Context) ast.Node {
	image, ok := parent.LastChild().(*ast.Image)
	if !ok {
		return nil
	}
	line, segment := block.PeekLine()
	m := widthWritten.FindSubmatch(line)
	if m == nil {
		return nil
	}
	w := wanted{written: Span{segment.Start, segment.Start + len(m[0])}}
	switch n, _ := strconv.Atoi(string(m[1])); {
	case string(m[2]) != "%":
		w.pixels = n
	case n < 100:
		w.percent = max(5*((n+2)/5), 5)
	}
	image.SetAttribute(widthAttribute, w)
	block.Advance(len(m[0]))
	return image // it is the last child once more: nothing is added for the braces
}

func wantedOf(n ast.Node) wanted {
	v, _ := n.Attribute(widthAttribute)
	w, _ := v.(wanted)
	return w
}

// shrunk is a width that shows less than the file has, as far as is known here.
func (w wanted) shrunk() int {
	if w.percent > 0 {
		return 1
	}
	return w.pixels
}

// picturesAlone are the pictures of a paragraph in which nothing else stands.
func picturesAlone(p *ast.Paragraph, source []byte) []*ast.Image {
	var out []*ast.Image
	for c := p.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Image:
			out = append(out, c)
		case *ast.Text:
			if !util.IsBlank(c.Segment.Value(source)) {
				return nil
			}
		default:
			return nil
		}
	}
	return out
}

// galleryNode has figures that stand side by side.
type galleryNode struct{ ast.BaseBlock }

var kindGallery = ast.NewNodeKind("Gallery")

func (n *galleryNode) Kind() ast.NodeKind { return kindGallery }

func (n *galleryNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// figure makes figures of a paragraph of pictures; the first number that is
// free is returned.
func (r *reading) figure(p *ast.Paragraph, images []*ast.Image, number int) int {
	gallery := &galleryNode{}
	var only ast.Node
	for _, image := range images {
		f := Figure{Caption: unescape(image.Title), Pos: r.at(image.Pos())}
		if f.Caption != "" {
			number++
			f.Number = number
		}
		if f.Caption != "" || len(images) == 1 { // of several, the text around may speak
			r.doc.Figures = append(r.doc.Figures, f)
		}
		image.Title = nil // it is the caption, not a tooltip
		only = newFigureNode(f, image)
		gallery.AppendChild(gallery, only)
	}
	if len(images) > 1 {
		only = gallery
	}
	p.Parent().ReplaceChild(p.Parent(), p, only)
	return number
}

func (r *nodeRenderer) gallery(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString(`<div class="pictures">` + "\n")
	} else {
		_, _ = w.WriteString("</div>\n")
	}
	return ast.WalkContinue, nil
}

// Smaller pictures are as large on the page as they are.
const enlarged = 400

// opens reports whether a link to a picture's file shows more of it than the
// page does.
func (t Target) opens(wanted int) bool {
	return t.Width > enlarged || wanted > 0 && wanted < t.Width
}

// appendSize writes the attributes that keep a page from jumping when a picture
// arrives.
func appendSize(out []byte, t Target, wanted int) []byte {
	width, height := t.Width, t.Height
	if wanted > 0 {
		if width > 0 {
			height = max((height*wanted+width/2)/width, 1)
		}
		width = wanted
	}
	if width > 0 {
		out = append(out, ` width="`...)
		out = append(strconv.AppendInt(out, int64(width), 10), '"')
		if height > 0 {
			out = append(out, ` height="`...)
			out = append(strconv.AppendInt(out, int64(height), 10), '"')
		}
	}
	return out
}
