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
	documents(s, func(d *markdown.Document) {
		for _, r := range d.Refs {
			if !r.Image || r.Refused {
				continue
			}
			key, loadsFrom := "images", allow.LoadsImage
			if markdown.IsVideo(r.Dest) || markdown.IsAudio(r.Dest) {
				key, loadsFrom = "media", allow.LoadsMedia
			}
			origin, loads := loadsFrom(r.Dest)
			if loads {
				continue
			}
			kind := diag.Say("image")
			switch {
			case markdown.IsVideo(r.Dest):
				kind = diag.Say("film")
			case markdown.IsAudio(r.Dest):
				kind = diag.Say("recording")
			}
			if host, plain := strings.CutPrefix(origin, "http://"); plain {
				say(r.Pos, diag.Say("browsers do not load this %s: pages load by https alone", kind), diag.Say("write https://%s… if the %s is there, too, or copy the %s beside the article", host, kind, kind))
				continue
			}
			say(r.Pos, diag.Say("browsers do not load this %s: site.yaml names the hosts for %s, and not this one", kind, key),
				diag.Say("write in site.yaml, beside the others: allow: {%s: [%s]}; or copy the %s beside the article", key, origin, kind))
		}
	})
}
