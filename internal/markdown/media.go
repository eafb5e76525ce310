package markdown

import (
	"bytes"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Media is what stands beside a film or a recording: the picture that is shown
// before it plays, and the files with what is said in it.
type Media struct {
	Poster   string // not escaped; may be empty
	Captions []Captions
}

// Captions are the address of a file of subtitles and its language.
type Captions struct{ URL, Language string }

// IsVideo and IsAudio tell from its address what a player plays.
func IsVideo(dest string) bool {
	switch ending(dest) {
	case ".mp4", ".webm", ".mov", ".m4v", ".ogv":
		return true
	}
	return false
}

// IsAudio tells recordings.
func IsAudio(dest string) bool {
	switch ending(dest) {
	case ".mp3", ".m4a", ".ogg", ".oga", ".opus", ".wav":
		return true
	}
	return false
}

func ending(dest string) string {
	if i := strings.IndexAny(dest, "?#"); i >= 0 {
		dest = dest[:i]
	}
	return strings.ToLower(path.Ext(dest))
}

// player shows a film or a recording. It takes no more from the network than
// its length before somebody starts it, and who cannot play it has a link.
func (r *nodeRenderer) player(s *sink, source []byte, n *ast.Image, element string) {
	alt := textWriter{rawHTML: r.rawHTML}
	alt.inline(n, source)
	name := htmlText(alt.String())
	_, _ = s.WriteString("<" + element + ` controls preload="metadata" src="`)
	s.hole(hole{Ref: refOf(n), With: withFile})
	_ = s.WriteByte('"')
	if name != "" {
		_, _ = s.WriteString(` aria-label="` + name + `"`)
	}
	if len(n.Title) > 0 {
		_, _ = s.WriteString(` title="` + htmlText(unescape(n.Title)) + `"`)
	}
	if element == "video" {
		_, _ = s.WriteString(" playsinline")
		wanted := wantedOf(n)
		s.hole(hole{Ref: refOf(n), With: withPoster})
		s.hole(hole{Ref: refOf(n), With: withSize, Width: wanted.pixels})
		if wanted.percent > 0 {
			_, _ = s.WriteString(` class="width-` + itoa(wanted.percent) + `"`)
		}
	}
	_ = s.WriteByte('>')
	s.hole(hole{Ref: refOf(n), With: withCaptions})
	_, _ = s.WriteString(`<a href="`)
	s.hole(hole{Ref: refOf(n), With: withFile})
	if name == "" {
		name = htmlText(path.Base(unescape(n.Destination)))
	}
	_, _ = s.WriteString(`">` + name + "</a></" + element + ">")
}

func appendPoster(out []byte, m *Media) []byte {
	if m == nil || m.Poster == "" {
		return out
	}
	return append(appendURL(append(out, ` poster="`...), m.Poster, true), '"')
}

func appendCaptions(out []byte, m *Media) []byte {
	if m == nil {
		return out
	}
	for i, c := range m.Captions {
		out = appendURL(append(out, `<track kind="captions" src="`...), c.URL, true)
		language := util.EscapeHTML([]byte(c.Language))
		out = append(append(append(out, `" srclang="`...), language...), `" label="`...)
		out = append(append(out, language...), '"')
		if i == 0 {
			out = append(out, " default"...)
		}
		out = append(out, '>')
	}
	return out
}

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

// widthInWords reads how wide a picture is wanted from the end of its words, as
// Obsidian writes it: ![words|300](way.png).
func (r *reading) widthInWords(image *ast.Image) {
	last, ok := image.LastChild().(*ast.Text)
	if _, set := image.Attribute(widthAttribute); !ok || set || bytes.IndexByte(last.Segment.Value(r.source), '|') < 0 {
		return
	}
	words := last.Segment.Value(r.source)
	wide, rest := widthBehind(words, false)
	if wide.pixels == 0 {
		return
	}
	stop := last.Segment.Start + len(rest)
	if _, wiki := image.Attribute(wikiAttribute); !wiki {
		wide.written = Span{stop, last.Segment.Stop}
	}
	last.Segment = last.Segment.WithStop(stop)
	image.SetAttribute(widthAttribute, wide)
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

// host is a site whose films a page can play in a frame.
type host struct {
	name  string                  // as site.yaml allows it
	frame string                  // what the frame is loaded from
	film  func(u *url.URL) string // the address in the frame; "" where the page has no film
}

var hosts = []host{
	{"bilibili.com", "https://player.bilibili.com", bilibili},
	{"youku.com", "https://player.youku.com", youku},
	{"youtube.com", "https://www.youtube-nocookie.com", youtube},
	{"vimeo.com", "https://player.vimeo.com", vimeo},
}

// EmbedHosts are the sites that site.yaml can allow to be framed.
func EmbedHosts() []string {
	var out []string
	for _, h := range hosts {
		out = append(out, h.name)
	}
	return out
}

// Frames are the origins that frames of these sites are loaded from.
func Frames(names []string) []string {
	var out []string
	for _, h := range hosts {
		if slices.Contains(names, h.name) {
			out = append(out, h.frame)
		}
	}
	return out
}

var (
	bilibiliFilm = regexp.MustCompile(`^/video/(?:(BV[0-9A-Za-z]{10})|av([0-9]{1,15}))/?$`)
	youkuFilm    = regexp.MustCompile(`^/v_show/id_([0-9A-Za-z=]{1,40})\.html$`)
	youtubeFilm  = regexp.MustCompile(`^[0-9A-Za-z_-]{11}$`)
	vimeoFilm    = regexp.MustCompile(`^/([0-9]{1,15})/?$`)
	digits       = regexp.MustCompile(`^[0-9]{1,6}$`)
)

func bilibili(u *url.URL) string {
	m := bilibiliFilm.FindStringSubmatch(u.Path)
	if m == nil {
		return ""
	}
	film := "bvid=" + m[1]
	if m[1] == "" {
		film = "aid=" + m[2]
	}
	if part := u.Query().Get("p"); digits.MatchString(part) {
		film += "&page=" + part
	}
	return "https://player.bilibili.com/player.html?" + film + "&autoplay=1"
}

func youku(u *url.URL) string {
	if m := youkuFilm.FindStringSubmatch(u.Path); m != nil {
		return "https://player.youku.com/embed/" + m[1]
	}
	return ""
}

func youtube(u *url.URL) string {
	id := u.Query().Get("v")
	if strings.HasSuffix(u.Hostname(), "youtu.be") {
		id = strings.Trim(u.Path, "/")
	} else if rest, short := strings.CutPrefix(u.Path, "/shorts/"); short {
		id = rest
	} else if u.Path != "/watch" {
		return ""
	}
	if !youtubeFilm.MatchString(id) {
		return ""
	}
	start := ""
	if t := strings.TrimSuffix(u.Query().Get("t"), "s"); digits.MatchString(t) {
		start = "&start=" + t
	}
	return "https://www.youtube-nocookie.com/embed/" + id + "?autoplay=1" + start
}

func vimeo(u *url.URL) string {
	if m := vimeoFilm.FindStringSubmatch(u.Path); m != nil {
		return "https://player.vimeo.com/video/" + m[1] + "?autoplay=1"
	}
	return ""
}

// framed is the address in a frame of the film that a page of an allowed site
// shows, or "".
func framed(address string, allowed []string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Port() != "" {
		return ""
	}
	name := strings.ToLower(u.Hostname())
	if name == "youtu.be" {
		name = "youtube.com"
	}
	for _, h := range hosts {
		if (name == h.name || strings.HasSuffix(name, "."+h.name)) && slices.Contains(allowed, h.name) {
			return h.film(u)
		}
	}
	return ""
}

// IsFilmPage reports whether an address is that of a page with a film on a site
// that can be framed.
func IsFilmPage(address string) bool { return framed(address, EmbedHosts()) != "" }

// embedNode is a link alone in a paragraph to a film elsewhere.
type embedNode struct {
	ast.BaseBlock
	frame string
}

var kindEmbed = ast.NewNodeKind("Embed")

func (n *embedNode) Kind() ast.NodeKind { return kindEmbed }

func (n *embedNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// embed makes a film's place of a paragraph that is nothing but a link to it.
func (r *reading) embed(p *ast.Paragraph) {
	address := ""
	switch n := p.FirstChild().(type) {
	case *ast.Link:
		address = unescape(n.Destination)
	case *ast.AutoLink:
		address = string(n.URL(r.source))
	}
	frame := framed(address, r.parser.options.Embeds)
	if frame == "" || p.ChildCount() != 1 {
		return
	}
	node := &embedNode{frame: frame}
	node.AppendChild(node, p.FirstChild())
	p.Parent().ReplaceChild(p.Parent(), p, node)
}

// embedBlock is a link that the page's script makes a frame of when it is
// pressed: before that, nothing is asked of the other site.
func (r *nodeRenderer) embedBlock(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString(`<div class="embed" data-frame="` + htmlText(node.(*embedNode).frame) + `">`)
	} else {
		_, _ = w.WriteString("</div>\n")
	}
	return ast.WalkContinue, nil
}
