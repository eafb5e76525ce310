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
