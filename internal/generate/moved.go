package generate

import "whyfix/internal/site"

// Moved is the site as it would be if its files had other paths. Links to a
// file under its old path lead nowhere in it, so only its addresses are of use.
func (l *Loaded) Moved(to func(path string) string) *site.Site {
	in := l.input
	in.Articles, in.Assets = nil, nil
	for _, a := range l.input.Articles {
		moved := *a
		moved.Path = to(a.Path)
		in.Articles = append(in.Articles, &moved)
	}
	for _, a := range l.input.Assets {
		a.Path = to(a.Path)
		in.Assets = append(in.Assets, a)
	}
	in.Commits = nil
	out, _ := site.Resolve(in)
	return out
}
