package check

import (
	"strings"

	"whyfix/internal/diag"
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
	look := func(at diag.Pos, kind, key, address string, loadsFrom func(string) (string, bool)) {
		origin, loads := loadsFrom(address)
		if loads {
			return
		}
		beside := "; or copy the " + kind + " beside the article"
		if kind == "frame" || kind == "script" {
			beside = ""
		}
		if host, plain := strings.CutPrefix(origin, "http://"); plain {
			say(at, "browsers do not load this "+kind+": pages load by https alone", "write https://"+host+"… if the "+kind+" is there, too"+beside)
			return
		}
		say(at, "browsers do not load this "+kind+": site.yaml names the hosts for "+key+", and not this one",
			"write in site.yaml, beside the others: allow: {"+key+": ["+origin+"]}"+beside)
	}
	documents(s, func(d *markdown.Document) {
		for _, r := range d.Refs {
			switch {
			case !r.Image || r.Refused:
			case markdown.IsVideo(r.Dest):
				look(r.Pos, "film", "media", r.Dest, allow.LoadsMedia)
			case markdown.IsAudio(r.Dest):
				look(r.Pos, "recording", "media", r.Dest, allow.LoadsMedia)
			default:
				look(r.Pos, "image", "images", r.Dest, allow.LoadsImage)
			}
		}
		for _, l := range d.Loads {
			switch l.Element {
			case "img":
				look(l.Pos, "image", "images", l.Address, allow.LoadsImage)
			case "iframe":
				look(l.Pos, "frame", "frames", l.Address, s.Settings.LoadsFrame)
			case "script":
				look(l.Pos, "script", "scripts", l.Address, allow.LoadsScript)
			default:
				look(l.Pos, "film or recording", "media", l.Address, allow.LoadsMedia)
			}
		}
	})
}
