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
func guide(chain *site.Chain) *Guide {
	if len(chain.Checks) == 0 {
		return nil
	}
	g := &Guide{}
	for _, check := range chain.Checks {
		g.Choices = append(g.Choices, Choice{Check: here(check), Causes: chainCauses(check.For, here)})
	}
	g.Rest = chainCauses(without(chain.Causes, func(c *site.Step) int { return len(c.Checks) }), here)
	g.Cases = each(without(chain.Cases, func(c *site.Step) int { return len(c.For) }), here)
	return g
}

// without are the steps that have none of something.
func without(steps []*site.Step, count func(*site.Step) int) []*site.Step {
	return slices.DeleteFunc(slices.Clone(steps), func(s *site.Step) bool { return count(s) > 0 })
}

// chainCauses are causes and what follows from each, seen from their own page or
// from another.
func chainCauses(causes []*site.Step, from func(*site.Step) Link) []ChainCause {
	return each(causes, func(c *site.Step) ChainCause {
		return ChainCause{Cause: from(c), Checks: each(c.Checks, from), Solutions: each(c.Solutions, from), Cases: each(c.Cases, from)}
	})
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
func situations(t *site.Tag) []Situation {
	var out []Situation
	for _, a := range t.Articles {
		if len(a.Symptoms) > 0 && len(out) < maxSituations {
			out = append(out, Situation{
				Article: articleLink(a), Symptoms: each(a.Symptoms[:min(len(a.Symptoms), shownSituation)], text),
				Causes: chainCauses(a.Chain().Causes, there),
			})
		}
	}
	return out
}
