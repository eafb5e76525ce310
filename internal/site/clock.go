package site

import (
	"time"

	"whyfix/internal/content"
	"whyfix/internal/diag"
)

// hiding is why a page is not built, and what mends a link to it.
type hiding struct{ what, mend diag.Text }

// Stage is where an article is between its first draft and its end.
type Stage uint8

// The stages. Only what is published is built.
const (
	Published Stage = iota
	Drafted         // draft: true
	Awaited         // its date is still to come
	Expired         // its time is over
	Withdrawn       // gone: true
)

// StageOf is the stage of an article at a moment.
func StageOf(a *content.Article, now time.Time) Stage {
	switch {
	case a.Gone && !a.Index:
		return Withdrawn
	case a.Draft:
		return Drafted
	case a.Date.After(now):
		return Awaited
	case !a.Expires.IsZero() && !a.Expires.After(now):
		return Expired
	}
	return Published
}

// LeftOut counts the files that are not built, by why that is.
type LeftOut struct{ Drafts, Awaited, Expired, Withdrawn int }

// LeftOut counts what is withheld.
func (s *Site) LeftOut() LeftOut {
	var n LeftOut
	for _, w := range s.Withheld {
		switch w.Stage {
		case Drafted:
			n.Drafts++
		case Awaited:
			n.Awaited++
		case Expired:
			n.Expired++
		case Withdrawn:
			n.Withdrawn++
		case Published:
		}
	}
	return n
}

// NotYet counts the articles that are built for the writer alone.
func (s *Site) NotYet(now time.Time) int {
	n := 0
	for _, a := range s.Articles {
		if StageOf(a.Article, now) != Published {
			n++
		}
	}
	return n
}

// due reports whether the clock lets a page be seen, and notes when that
// changes.
func (r *resolver) due(a *content.Article) bool {
	now := r.in.Options.Now
	switch {
	case r.in.Options.Drafts:
	case a.Date.After(now):
		r.hidden[a.Path] = hiding{diag.Say("is not published before %s", a.Date.Format(time.DateOnly)), diag.Say("publish it, or take the link out")}
		r.later(a.Date, a.Path, appears)
		return false
	case !a.Expires.IsZero() && !a.Expires.After(now):
		r.hidden[a.Path] = hiding{diag.Say("has expired since %s", a.Expires.Format(time.DateOnly)), diag.Say("take the link out, or move the date in expires")}
		return false
	case !a.Expires.IsZero():
		r.later(a.Expires, a.Path, expires)
	}
	return true
}

// leavingDays is how long before it expires an article counts as leaving.
const leavingDays = 14

// dates tells what the clock says of an article that is built.
func (r *resolver) dates(a *Article) {
	now := r.in.Options.Now
	if !a.ReviewBy.IsZero() {
		end := a.ReviewBy.AddDate(0, 0, 1) // the day itself is still good
		a.Stale = !now.Before(end)
		r.later(end, a.Path, dueForReview)
	}
	a.Leaving = a.Expires.After(now) && a.Expires.Before(now.AddDate(0, 0, leavingDays))
}

// happening is what the clock does to a page.
type happening uint8

const (
	appears happening = iota
	expires
	dueForReview
)

func (h happening) text() diag.Text {
	switch h {
	case appears:
		return diag.Say("appears")
	case expires:
		return diag.Say("expires")
	}
	return diag.Say("is due for review")
}

// later notes that a page changes at a moment, if that is still to come. Of
// several at one moment the first path is told.
func (r *resolver) later(at time.Time, path string, what happening) {
	next := &r.site.NextChange
	switch {
	case !at.After(r.in.Options.Now):
	case next.At.IsZero() || at.Before(next.At):
		*next = Change{At: at, Path: path, What: what.text()}
	case at.Equal(next.At):
		next.More++
	}
}
