package check

import (
	"whyfix/internal/diag"
	"whyfix/internal/markdown"
	"whyfix/internal/site"
)

// How long a title and a summary may be, in letters; a Chinese character is as
// wide as two. docs/checks.md names the same limits.
const (
	maxTitle   = 80
	maxSummary = 240
)

func longTitles(s *site.Site, say report) {
	for _, a := range s.Articles {
		if n := width(a.Title.Value); n > maxTitle {
			say(a.Title.Pos, diag.Say("the title is too long for lists and results: %s", excess(n, maxTitle)),
				diag.Say("keep what tells this problem apart; the rest fits into the summary"))
		}
	}
}

func longSummaries(s *site.Site, say report) {
	for _, a := range s.Articles {
		if n := width(a.Summary); n > maxSummary {
			say(a.SummaryAt, diag.Say("the summary is too long for lists and results: %s", excess(n, maxSummary)), diag.Say("one or two sentences are enough"))
		}
	}
}

func excess(n, limit int) diag.Text {
	return diag.Say("it is as wide as %d Chinese characters, and %d fit", (n+1)/2, limit/2)
}

// width is about how many letters wide a text is.
func width(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r >= 0x1100 { // Han, kana, Hangul and full-width signs
			n++
		}
	}
	return n
}

// headingJumps finds the first heading of each article that is two levels
// below the one above it. Where an article starts with ###, so be it: the page
// makes the levels of its sections itself.
func headingJumps(s *site.Site, say report) {
	for _, a := range s.Articles {
		if h := a.Doc.Jump; h != nil {
			say(h.Pos, diag.Say("this heading is of level %d, and the one above it of level %d", h.Level, h.Above),
				diag.Say("make it level %d, as it belongs to the one above", h.Above+1))
		}
	}
}

// shownAsSource finds what was meant as markup and is shown as text. Reading the
// text below front matter has found it already.
func shownAsSource(s *site.Site, say report) {
	frontMatter(s, func(in frontText, text string, at diag.Pos) {
		if found, plain := markdown.ShownPlain(text); found != "" {
			hint := diag.Say("write it without signs")
			if width(plain) <= maxTitle {
				hint = diag.Say("%s: %s", hint, plain)
			}
			say(at, in.asWritten(found), hint)
		}
	})
	hashed, underlined := 0, 0
	documents(s, func(d *markdown.Document) {
		hashed, underlined = hashed+d.Hashed, underlined+len(d.Underlined)
	})
	documents(s, func(d *markdown.Document) {
		for _, shown := range d.Shown {
			say(shown.Pos, shown.Message, shown.Hint)
		}
		// Where headings are written with a line below them, these are meant.
		if underlined <= hashed && (len(d.Underlined) < 2 || len(d.Underlined) <= d.Hashed) {
			for _, heading := range d.Underlined {
				say(heading.Pos, heading.Message, heading.Hint)
			}
		}
	})
}

// frontText is a kind of text of front matter.
type frontText uint8

const (
	inTitle frontText = iota
	inSummary
	inSymptom
)

// asWritten says that readers see signs in it.
func (in frontText) asWritten(signs string) diag.Text {
	switch in {
	case inTitle:
		return diag.Say("“%s” is shown as text: a title is shown as it is written", signs)
	case inSummary:
		return diag.Say("“%s” is shown as text: a summary is shown as it is written", signs)
	}
	return diag.Say("“%s” is shown as text: a symptom is shown as it is written", signs)
}

// frontMatter calls look with each text of front matter that readers see: of
// articles, and of what folders say. A title that is a heading is none of them.
func frontMatter(s *site.Site, look func(in frontText, text string, at diag.Pos)) {
	for _, a := range s.Texts() {
		if a.Title.Pos != a.Doc.TitlePos {
			look(inTitle, a.Title.Value, a.Title.Pos)
		}
		look(inSummary, a.Summary, a.SummaryAt)
		for _, t := range a.Symptoms {
			look(inSymptom, t.Value, t.Pos)
		}
	}
}
