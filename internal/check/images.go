package check

import (
	"strings"

	"whyfix/internal/markdown"
	"whyfix/internal/site"
)

// documents calls look with each text of the site: articles, and what folders
// say.
func documents(s *site.Site, look func(*markdown.Document)) {
	for _, a := range s.Texts() {
		look(a.Doc)
	}
}

func imagesWithoutAlt(s *site.Site, say report) {
	documents(s, func(d *markdown.Document) {
		for _, r := range d.Refs {
			if r.Image && !r.Refused && strings.TrimSpace(r.Alt) == "" {
				say(r.Pos, "this image has no alternative text", "say between the brackets what it shows, for those who cannot see it")
			}
		}
	})
}

func figuresWithoutCaption(s *site.Site, say report) {
	documents(s, func(d *markdown.Document) {
		for _, f := range d.Figures {
			if f.Caption == "" {
				say(f.Pos, "this figure has no caption", `write one behind the address, in quotes: ![…](way.svg "…")`)
			}
		}
	})
}

// imagesBlocked finds what the policy of the pages keeps browsers from loading.
func imagesBlocked(s *site.Site, say report) {
	allow := s.Settings.Allow
	documents(s, func(d *markdown.Document) {
		for _, r := range d.Refs {
			if !r.Image || r.Refused {
				continue
			}
			kind, key, loadsFrom := "image", "images", allow.LoadsImage
			switch {
			case markdown.IsVideo(r.Dest):
				kind, key, loadsFrom = "film", "media", allow.LoadsMedia
			case markdown.IsAudio(r.Dest):
				kind, key, loadsFrom = "recording", "media", allow.LoadsMedia
			}
			origin, loads := loadsFrom(r.Dest)
			if loads {
				continue
			}
			beside := "copy the " + kind + " beside the article"
			if host, plain := strings.CutPrefix(origin, "http://"); plain {
				say(r.Pos, "browsers do not load this "+kind+": pages load by https alone", "write https://"+host+"… if the "+kind+" is there, too, or "+beside)
				continue
			}
			say(r.Pos, "browsers do not load this "+kind+": site.yaml names the hosts for "+key+", and not this one",
				"write in site.yaml, beside the others: allow: {"+key+": ["+origin+"]}; or "+beside)
		}
	})
}
