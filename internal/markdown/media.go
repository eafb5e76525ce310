package markdown

import (
	"path"
	"strings"

	"github.com/yuin/goldmark/ast"
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
