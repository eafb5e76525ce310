package render

import (
	"slices"
	"strings"
	"unicode/utf8"

	"whyfix/internal/markdown"
	"whyfix/internal/site"
)

const (
	hintLength     = 90 // characters of a check's text in the guide
	maxSituations  = 24 // of a product
	shownSituation = 5  // symptoms of one
)

// guide leads from what the reader sees to the cause and on, by the checks of
// an article. Nothing of it is written for it; where the writer did not say
// what a check is for, it leads to the check itself. The hints come with the text.
func guide(a *site.Article) *Guide {
	if len(a.Chain().Checks) == 0 {
		return nil
	}
	g := &Guide{}
	for _, check := range a.Chain().Checks {
		c := Choice{Check: here(check)}
		for _, cause := range check.For {
			c.Causes = append(c.Causes, chainCause(cause, here))
		}
		g.Choices = append(g.Choices, c)
	}
	for _, cause := range a.Chain().Causes {
		if len(cause.Checks) == 0 {
			g.Rest = append(g.Rest, chainCause(cause, here))
		}
	}
	for _, c := range a.Chain().Cases {
		if len(c.For) == 0 {
			g.Cases = append(g.Cases, here(c))
		}
	}
	return g
}

// chainCause is a cause and what follows from it, seen from its own page or
// from another.
func chainCause(cause *site.Step, from func(*site.Step) Link) ChainCause {
	links := func(steps []*site.Step) []Link {
		var out []Link
		for _, s := range steps {
			out = append(out, from(s))
		}
		return out
	}
	return ChainCause{Cause: from(cause), Checks: links(cause.Checks), Solutions: links(cause.Solutions), Cases: links(cause.Cases)}
}

// hint is how the text below a check begins: whole sentences, as many as have
// room, else as many words.
func hint(doc *markdown.Document, check *site.Step) string {
	text := ""
	for i := range doc.Sections {
		s := &doc.Sections[i]
		if s.Kind != markdown.Check {
			continue
		}
		if at := slices.IndexFunc(s.Items, func(it markdown.Item) bool { return it.ID == check.ID }); at >= 0 {
			text, _, _ = strings.Cut(s.Items[at].Body.Text, "\n")
		}
	}
	return firstWords(text, hintLength)
}

// firstWords cuts a text behind a sentence, or else before a word.
func firstWords(text string, length int) string {
	if utf8.RuneCountInString(text) <= length {
		return text
	}
	head := string([]rune(text)[:length])
	if at := strings.LastIndexAny(head, "。！？；"); at > len(head)/3 {
		_, size := utf8.DecodeRuneInString(head[at:])
		return head[:at+size]
	}
	if at := strings.LastIndex(head, ". "); at > len(head)/3 {
		return head[:at+1]
	}
	if at := strings.LastIndexAny(head, " ，、"); at > len(head)/2 {
		head = head[:at]
	}
	return head + "…"
}

// situations are what readers say of a product: for each article its symptoms
// and its causes.
func (r *languageRenderer) situations(t *site.Tag) []Situation {
	var out []Situation
	for _, a := range t.Articles {
		if len(a.Symptoms) == 0 {
			continue
		}
		if len(out) == maxSituations {
			break
		}
		s := Situation{Article: Link{Title: a.Title.Value, URL: a.URL}}
		for _, symptom := range a.Symptoms[:min(len(a.Symptoms), shownSituation)] {
			s.Symptoms = append(s.Symptoms, symptom.Value)
		}
		for _, cause := range a.Chain().Causes {
			s.Causes = append(s.Causes, chainCause(cause, there))
		}
		out = append(out, s)
	}
	return out
}
