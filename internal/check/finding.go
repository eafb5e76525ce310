package check

import (
	"path"
	"strings"
	"time"

	"whyfix/internal/diag"
	"whyfix/internal/site"
)

// overdue finds articles whose date of review has passed.
func overdue(s *site.Site, say report) {
	for _, a := range s.Articles {
		if a.Stale {
			say(a.Title.Pos, diag.Say("this article was to be reviewed by %s, and its page says so", a.ReviewBy.Format(time.DateOnly)),
				diag.Say("read it again, then set updated and a new review_by"))
		}
	}
}

func leaving(s *site.Site, say report) {
	for _, a := range s.Articles {
		if a.Leaving {
			say(a.ExpiresAt, diag.Say("this article expires on %s", a.Expires.Format(time.DateOnly)), diag.Say("move the date, or take out the links to it before"))
		}
	}
}

// sameTitle finds articles that readers cannot tell apart in a list.
func sameTitle(s *site.Site, say report) {
	first := make(map[string]*site.Article, len(s.Articles))
	for _, a := range s.Articles {
		if b := first[a.Title.Value]; b != nil {
			say(a.Title.Pos, diag.Say("%s has the same title", b.Path), diag.Say("say what is special about this one, or make them one article"))
			continue
		}
		first[a.Title.Value] = a
	}
}

// sameSymptom finds phrases that promise to find two articles.
func sameSymptom(s *site.Site, say report) {
	type earlier struct {
		in   *site.Article
		said diag.Text // of all others that have it
	}
	first := make(map[string]earlier, len(s.Articles))
	for _, a := range s.Articles {
		for _, symptom := range a.Symptoms {
			b := first[symptom.Value]
			switch b.in {
			case nil:
				first[symptom.Value] = earlier{in: a}
			case a:
				say(symptom.Pos, diag.Say("the same symptom already stands in this article"), diag.Say("keep it where it fits best"))
			default:
				if b.said == (diag.Text{}) {
					b.said = diag.Say("the same symptom already stands in %s", b.in.Path)
					first[symptom.Value] = b
				}
				say(symptom.Pos, b.said, diag.Say("keep it where it fits best"))
			}
		}
	}
}

// orphans finds articles that nobody's words lead to: no other article, no
// text of a category or a home page, no navigation. Lists do not count, else
// there would be none.
func orphans(s *site.Site, say report) {
	linked := map[string]bool{}
	add := func(address string) {
		address, _, _ = strings.Cut(address, "#")
		address, _, _ = strings.Cut(address, "?")
		linked[address] = true
	}
	folders := append([]*site.Category{}, s.Categories...)
	for _, l := range s.Languages {
		folders = append(folders, l.Root)
		for _, n := range l.Nav {
			add(n.URL)
		}
		add(l.Contact.URL)
	}
	for _, c := range folders {
		for _, t := range c.Targets {
			add(t.URL)
		}
	}
	chosen := map[string]bool{} // by the writer, as a path from the content folder
	for _, a := range s.Articles {
		for _, t := range a.Article.Related {
			chosen[path.Clean(strings.TrimPrefix(t.Value, "/"))] = true
			chosen[path.Join(path.Dir(a.Path), t.Value)] = true
		}
	}
	for _, a := range s.Articles {
		if len(a.Backlinks) == 0 && !linked[a.URL] && !chosen[a.Path] {
			say(a.Title.Pos, diag.Say("no other page's text links to this article"), diag.Say("link to it where it helps, or name it under related of another article"))
		}
	}
}
