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
				say(r.Pos, diag.Say("this image has no alternative text"), diag.Say("say between the brackets what it shows, for those who cannot see it"))
			}
		}
	})
}

func figuresWithoutCaption(s *site.Site, say report) {
	documents(s, func(d *markdown.Document) {
		for _, f := range d.Figures {
			if f.Caption == "" {
				say(f.Pos, diag.Say("this figure has no caption"), diag.Say(`write one behind the address, in quotes: ![…](way.svg "…")`))
			}
		}
	})
}

// imagesBlocked finds what the policy of the pages keeps browsers from loading.
func imagesBlocked(s *site.Site, say report) {
	allow := s.Settings.Allow
	look := func(at diag.Pos, kind diag.Text, key, address string, loadsFrom func(string) (string, bool)) {
		origin, loads := loadsFrom(address)
		if loads {
			return
		}
		host, plain := strings.CutPrefix(origin, "http://")
		copied := key == "images" || key == "media" // what can lie beside the article
		message := diag.Say("browsers do not load this %s: site.yaml names the hosts for %s, and not this one", kind, key)
		if plain {
			message = diag.Say("browsers do not load this %s: pages load by https alone", kind)
		}
		hint := diag.Say("write in site.yaml, beside the others: allow: {%s: [%s]}", key, origin)
		switch {
		case plain && copied:
			hint = diag.Say("write https://%s… if the %s is there, too, or copy the %s beside the article", host, kind, kind)
		case plain:
			hint = diag.Say("write https://%s… if the %s is there, too", host, kind)
		case copied:
			hint = diag.Say("write in site.yaml, beside the others: allow: {%s: [%s]}; or copy the %s beside the article", key, origin, kind)
		}
		say(at, message, hint)
	}
	image, film, recording := diag.Say("image"), diag.Say("film"), diag.Say("recording")
	documents(s, func(d *markdown.Document) {
		for _, r := range d.Refs {
			switch {
			case !r.Image || r.Refused:
			case markdown.IsVideo(r.Dest):
				look(r.Pos, film, "media", r.Dest, allow.LoadsMedia)
			case markdown.IsAudio(r.Dest):
				look(r.Pos, recording, "media", r.Dest, allow.LoadsMedia)
			default:
				look(r.Pos, image, "images", r.Dest, allow.LoadsImage)
			}
		}
		for _, l := range d.Loads {
			switch {
			case l.Element == "img":
				look(l.Pos, image, "images", l.Address, allow.LoadsImage)
			case l.Element == "iframe":
				look(l.Pos, diag.Say("frame"), "frames", l.Address, s.Settings.LoadsFrame)
			case l.Element == "script":
				look(l.Pos, diag.Say("script"), "scripts", l.Address, allow.LoadsScript)
			case l.Element == "audio" || markdown.IsAudio(l.Address):
				look(l.Pos, recording, "media", l.Address, allow.LoadsMedia)
			default:
				look(l.Pos, film, "media", l.Address, allow.LoadsMedia)
			}
		}
	})
}
