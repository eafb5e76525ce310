package check

import (
	"strings"
	"unicode"

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

// emptyArticles finds articles with nothing below their front matter.
func emptyArticles(s *site.Site, say report) {
	for _, a := range s.Articles {
		if a.Empty && !a.Misread {
			say(a.Title.Pos, diag.Say("this article is empty"), diag.Say("write its text; draft: true in its front matter keeps it unpublished until then"))
		}
	}
}

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

// otherLetters are the primary subtags of languages that are not written with Latin
// letters.
var otherLetters = map[string]bool{
	"zh": true, "ja": true, "ko": true, "yue": true, "ru": true, "uk": true, "be": true, "bg": true, "mk": true, "el": true, "he": true, "ar": true, "fa": true, "ur": true,
	"hi": true, "bn": true, "ta": true, "te": true, "mr": true, "th": true, "lo": true, "km": true, "my": true, "ka": true, "hy": true, "am": true, "mn": true, "kk": true, "ky": true,
}

// foldersWithoutTitle finds folders that readers see by the Latin letters of their
// names, in a language that is written otherwise. It has to be said which language
// that is: the one that a site has when nobody says it may be wrong.
func foldersWithoutTitle(s *site.Site, say report) {
	for _, c := range s.Categories {
		primary, _, _ := strings.Cut(strings.ToLower(c.In.Tag), "-")
		said := s.Settings.LanguageSaid
		if home := c.In.Root.Index; home != nil && home.InLanguage.Value != "" {
			said = true
		}
		if !said || !otherLetters[primary] || c.Index != nil && !c.Index.Untitled || strings.ContainsFunc(c.Title, func(r rune) bool { return unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) }) {
			continue
		}
		message := diag.Say("this folder has no title: readers see “%s”", c.Title)
		if c.Index != nil {
			say(diag.Pos{File: c.Index.Path}, message, diag.Say("say in its front matter what it is called: title: …"))
			continue
		}
		say(diag.Pos{File: c.Path}, message, diag.Say("write %s/index.md, and in it what the folder is called: title: …, between two lines of ---", c.Path))
	}
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
	for _, a := range s.Articles {
		for _, section := range a.Doc.Sections {
			for _, it := range section.Items {
				if markdown.OfTemplate(section.Kind, it.Title) {
					say(it.Pos, diag.Say("this is a heading of the template"), diag.Say("write the article's own: a cause by its name, a check as what the reader sees, a solution as what to do"))
				}
			}
		}
	}
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
