package markdown

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

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
