package preview

import (
	"encoding/json"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/generate"
	"whyfix/internal/render"
	"whyfix/internal/search"
	"whyfix/internal/site"
)

// about is what the bar says of a page: what is wrong with its file, and which
// of its symptoms find it.
type about struct {
	File     string    `json:"file"`  // as the writer named the folder; empty for a page that is made of no file
	Badge    string    `json:"badge"` // why readers do not see the page; empty where they do
	Problems []problem `json:"problems"`
	Promises []promise `json:"promises"`
}

// promise is a symptom of the page.
type promise struct {
	Text    string   `json:"text"`
	Holds   bool     `json:"holds"`
	Instead []string `json:"instead"` // titles of what is found first, where it does not hold
}

// page tells about the page at an address. It is asked for by an open page, so
// that an edit does not wait for it.
func (p *Preview) page(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	out, err := p.about(r)
	if err != nil {
		p.options.Log.Warn("asking about a page", "error", err)
		w.WriteHeader(http.StatusInternalServerError)
	}
	_ = json.NewEncoder(w).Encode(out)
}

func (p *Preview) about(r *http.Request) (about, error) {
	out := about{Problems: []problem{}, Promises: []promise{}}
	last := p.last.Load()
	if last == nil {
		return out, nil
	}
	select {
	case <-last.checked:
	case <-r.Context().Done():
		return out, nil
	}
	l := last.Loaded
	address := r.URL.Query().Get("url")
	if plain, err := url.PathUnescape(address); err == nil {
		address = plain
	}
	address = strings.TrimSuffix(address, "index.html")
	file, promises := fileAt(l, address)
	if file == nil {
		p.withheld(&out, l, address)
		return out, nil
	}
	out.Badge = badge(file, p.options.Build.Now()).In(p.options.Language)
	out.File = filepath.ToSlash(filepath.Join(p.options.Build.Content, file.Path))
	for _, d := range l.Diags {
		if d.File == file.Path {
			out.Problems = append(out.Problems, p.forPage(l.WithLines(diag.List{d})[0]))
		}
	}
	release, done := p.holder.Acquire()
	defer done()
	if release == nil || release.Search == nil || len(promises) == 0 {
		return out, nil
	}
	broken, err := release.Search.Try(r.Context(), promises)
	if err != nil {
		return out, err
	}
	for i, asked := range promises {
		said := promise{Text: asked.Text, Holds: true, Instead: []string{}}
		for _, b := range broken {
			if b.Symptom == i {
				said.Holds = false
				for _, h := range b.Instead {
					said.Instead = append(said.Instead, h.Title)
				}
			}
		}
		out.Promises = append(out.Promises, said)
	}
	return out, nil
}

// fileAt is the file that the page at an address is made of, and what it
// promises.
func fileAt(l *generate.Loaded, address string) (*content.Article, []search.Promise) {
	for _, a := range l.Site.Articles {
		if a.URL != address {
			continue
		}
		var promises []search.Promise
		for i, s := range a.Symptoms {
			promises = append(promises, search.Promise{URL: render.EscapeURL(a.URL), Symptom: i, Text: s.Value})
		}
		return a.Article, promises
	}
	categories := l.Site.Categories
	for _, language := range l.Site.Languages {
		if language.Root.URL == address && language.Root.Index != nil {
			return language.Root.Index, nil
		}
	}
	for _, c := range categories {
		if c.URL == address && c.Index != nil {
			return c.Index, nil
		}
	}
	return nil, nil
}

// badge says why readers do not see a page.
func badge(a *content.Article, now time.Time) diag.Text {
	switch site.StageOf(a, now) {
	case site.Drafted:
		return diag.Say("Draft: readers see it when the line draft: true is gone")
	case site.Awaited:
		return diag.Say("Readers see it from %s on", a.Date.Format("2006-01-02 15:04"))
	case site.Expired:
		return diag.Say("Expired %s: readers do not see it any more", a.Expires.Format("2006-01-02 15:04"))
	case site.Published, site.Withdrawn:
	}
	return diag.Text{}
}

// withheld says of an address that leads nowhere that it is one of an article
// that is not built.
func (p *Preview) withheld(out *about, l *generate.Loaded, address string) {
	for _, w := range l.Site.Withheld {
		if w.URL != address || w.Stage == site.Withdrawn {
			continue
		}
		out.File = filepath.ToSlash(filepath.Join(p.options.Build.Content, w.Path))
		out.Badge = diag.Say("%s %s: whyfix dev without -drafts=false shows it", out.File, w.Why).In(p.options.Language)
		return
	}
}

// forPage is a diagnostic as a page shows it.
func (p *Preview) forPage(d diag.Diagnostic) problem {
	d.File = filepath.ToSlash(filepath.Join(p.options.Build.Content, d.File))
	l := p.options.Language
	return problem{Place: d.Pos.String(), Line: d.Line, Severity: d.Severity.String(), Message: d.Message.In(l), Hint: d.Hint.In(l), Source: d.Source}
}
