package generate

import (
	"context"
	"fmt"
	"strconv"
	"sync"

	"whyfix/internal/content"
	"whyfix/internal/site"
)

// dating asks git for dates, once in the life of a Loader, while the articles
// are read: from the first on that needs it, and never where none does.
type dating struct {
	loader *Loader
	ctx    context.Context
	once   sync.Once
	wg     sync.WaitGroup
}

// look is shown every article, from many goroutines.
func (d *dating) look(a *content.Article) {
	if a == nil || a.Index || !a.Updated.IsZero() || a.Draft && !d.loader.options.Drafts {
		return
	}
	d.once.Do(func() {
		if d.loader.history != nil {
			return
		}
		var paths []string
		for _, f := range d.loader.listing.files {
			if f.Class == content.ClassArticle {
				paths = append(paths, f.Path)
			}
		}
		d.wg.Go(func() {
			store := d.loader.store
			var known *history
			if store != nil {
				known = store.History
			}
			h := readHistory(d.ctx, d.loader.options.Content, paths, known)
			if d.ctx.Err() != nil {
				return
			}
			d.loader.history = h
			if store != nil && (h.Gap == "" || h.Lost != nil) {
				store.History = h
			}
		})
	})
}

// wait returns when git has answered, if it was asked.
func (d *dating) wait() { d.wg.Wait() }

// note says in one line what could not be known of the articles of a site; ""
// when nothing is missing.
func (h *history) note(s *site.Site) string {
	if h == nil || h.Gap == "" {
		return ""
	}
	n := 0
	for _, a := range s.Articles {
		if a.Updated.IsZero() && (h.Lost == nil || h.Lost[a.Path]) {
			n++
		}
	}
	articles := "1 article"
	switch n {
	case 0:
		return ""
	case 1:
	default:
		articles = strconv.Itoa(n) + " articles"
	}
	return fmt.Sprintf("dates: %s, so the last change of %s without `updated` is not known; %s", h.Gap, articles, h.Mend)
}
