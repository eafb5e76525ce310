package render

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"whyfix/internal/content"
	"whyfix/internal/markdown"
	"whyfix/internal/site"
)

// What programs read: a sitemap, feeds, robots.txt, llms.txt, and the pages as
// Markdown. What needs whole addresses is made only where the site's own is
// known.

const (
	feedEntries  = 30
	sitemapMost  = 50_000 // addresses in one file: the format allows no more
	llmsArticles = 1000   // articles in one llms.txt; of a larger site it names the categories
)

// Machines are the files for programs that are no pages.
func (r *Renderer) Machines() ([]File, error) {
	var out []File
	robots := "User-agent: *\nDisallow: " + r.site.Prefix + "api/\n"
	if r.site.Origin != "" {
		maps, err := r.sitemap()
		if err != nil {
			return nil, err
		}
		out = append(out, maps...)
		robots += "\nSitemap: " + r.absolute(r.site.Prefix+site.SitemapFile) + "\n"
	}
	out = append(out, File{Path: site.RobotsFile, Data: []byte(robots)})
	if hosts := r.hosts(); len(hosts) > 0 {
		out = append(out, File{Path: site.HostsFile, Data: hosts})
	}
	for _, l := range r.site.Languages {
		v := r.voices[l]
		if v.view.Feed != "" {
			feed, err := v.feed()
			if err != nil {
				return nil, err
			}
			out = append(out, File{Path: l.Home() + site.FeedFile, Data: feed})
		}
		out = append(out, File{Path: l.Home() + site.LLMsFile, Data: v.llms()})
	}
	// The writer's own file of that name comes first.
	return slices.DeleteFunc(out, func(f File) bool {
		return slices.ContainsFunc(r.site.Assets, func(a site.Asset) bool { return a.Path == f.Path })
	}), nil
}

// sitemap lists every page that is worth finding, with its day.
func (r *Renderer) sitemap() ([]File, error) {
	type address struct {
		Loc     string `xml:"loc"`
		Lastmod string `xml:"lastmod,omitempty"`
	}
	var all []address
	add := func(p site.Page, t time.Time) { all = append(all, address{r.absolute(p.URL), iso(t)}) }
	for _, l := range r.site.Languages {
		add(l.Root.Page, shown(l.Newest))
		for _, c := range l.Categories {
			add(c.Page, shown(c.Articles))
		}
		for _, c := range append([]*site.Category{l.Root}, l.Categories...) {
			for _, a := range c.Articles {
				add(a.Page, a.Shown())
			}
		}
		for _, p := range l.Symptoms {
			add(p.Page, time.Time{})
		}
		for _, f := range l.Families {
			if len(f.Tags) > 0 {
				add(f.Page, time.Time{})
			}
			for _, t := range f.Tags {
				add(t.Page, shown(t.Articles))
			}
		}
	}
	const space = "http://www.sitemaps.org/schemas/sitemap/0.9"
	type urlset struct {
		XMLName xml.Name  `xml:"urlset"`
		Space   string    `xml:"xmlns,attr"`
		URLs    []address `xml:"url"`
	}
	if len(all) <= sitemapMost {
		data, err := document(urlset{Space: space, URLs: all})
		return []File{{Path: site.SitemapFile, Data: data}}, err
	}
	type index struct {
		XMLName xml.Name  `xml:"sitemapindex"`
		Space   string    `xml:"xmlns,attr"`
		Maps    []address `xml:"sitemap"`
	}
	top := index{Space: space}
	var out []File
	for part := range slices.Chunk(all, sitemapMost) {
		name := strings.TrimSuffix(site.SitemapFile, ".xml") + "-" + strconv.Itoa(len(out)+1) + ".xml"
		data, err := document(urlset{Space: space, URLs: part})
		if err != nil {
			return nil, err
		}
		out = append(out, File{Path: name, Data: data})
		top.Maps = append(top.Maps, address{Loc: r.absolute(r.site.Prefix + name)})
	}
	data, err := document(top)
	return append(out, File{Path: site.SitemapFile, Data: data}), err
}

// shown is the day of the newest of some articles, newest first.
func shown(articles []*site.Article) time.Time {
	if len(articles) == 0 {
		return time.Time{}
	}
	return articles[0].Shown()
}

func document(v any) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	e := xml.NewEncoder(&b)
	e.Indent("", " ")
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("render: %w", err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

type (
	atomLink struct {
		Rel  string `xml:"rel,attr,omitempty"`
		Type string `xml:"type,attr,omitempty"`
		Href string `xml:"href,attr"`
	}
	atomEntry struct {
		Title     string     `xml:"title"`
		Link      atomLink   `xml:"link"`
		ID        string     `xml:"id"`
		Published string     `xml:"published,omitempty"`
		Updated   string     `xml:"updated"`
		Author    *atomName  `xml:"author"`
		Category  []atomTerm `xml:"category"`
		Summary   string     `xml:"summary,omitempty"`
	}
	atomName struct {
		Name string `xml:"name"`
	}
	atomTerm struct {
		Term string `xml:"term,attr"`
	}
	atomFeed struct {
		XMLName  xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		Language string      `xml:"xml:lang,attr"`
		Title    string      `xml:"title"`
		Subtitle string      `xml:"subtitle,omitempty"`
		Links    []atomLink  `xml:"link"`
		ID       string      `xml:"id"`
		Updated  string      `xml:"updated"`
		Author   atomName    `xml:"author"`
		Entries  []atomEntry `xml:"entry"`
	}
)

// feed is the Atom feed of new and updated articles of a language. An article
// without a day has no place in it; without any that has one there is no feed.
func (r *voice) feed() ([]byte, error) {
	home := r.absolute(r.in.Root.URL)
	f := atomFeed{
		Language: r.in.Tag, Title: r.in.Title, Subtitle: r.in.Description, ID: home, Author: atomName{r.in.Title},
		Links: []atomLink{{Rel: "self", Type: "application/atom+xml", Href: r.absolute(r.view.Home + site.FeedFile)}, {Rel: "alternate", Type: "text/html", Href: home}},
	}
	for _, a := range r.in.Newest {
		if len(f.Entries) == feedEntries || a.Shown().IsZero() {
			break
		}
		u := r.absolute(a.URL)
		e := atomEntry{Title: a.Title.Value, Link: atomLink{Href: u}, ID: u, Updated: moment(a.Shown()), Summary: a.Summary}
		if !a.Date.IsZero() {
			e.Published = moment(a.Date)
		}
		if a.Author != "" {
			e.Author = &atomName{a.Author}
		}
		for _, t := range a.Tags[site.Product] {
			e.Category = append(e.Category, atomTerm{t.Name})
		}
		f.Entries = append(f.Entries, e)
	}
	if len(f.Entries) > 0 {
		f.Updated = f.Entries[0].Updated
	}
	return document(f)
}

func moment(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// llms is the site for a language model that looks for the right page: a list
// of the articles as Markdown.
func (r *voice) llms() []byte {
	var b strings.Builder
	b.WriteString("# " + oneLine(r.in.Title) + "\n\n")
	if r.in.Description != "" {
		b.WriteString("> " + oneLine(r.in.Description) + "\n\n")
	}
	many := len(r.in.Newest) > llmsArticles
	for _, c := range append([]*site.Category{r.in.Root}, r.in.Categories...) {
		if len(c.Articles) == 0 || many {
			continue
		}
		b.WriteString("## " + oneLine(c.Title) + "\n\n")
		r.listed(&b, c.Articles)
		b.WriteByte('\n')
	}
	if many {
		for _, c := range r.in.Categories {
			b.WriteString(item(c.Title, r.whole(SourceURL(c.URL)), c.Summary))
		}
		b.WriteByte('\n')
	}
	if len(r.site.Languages) > 1 {
		b.WriteString("## Optional\n\n")
		for _, l := range r.site.Languages {
			if l != r.in {
				b.WriteString(item(r.voices[l].theme.name, r.whole(r.site.Prefix+l.Home()+site.LLMsFile), l.Title))
			}
		}
	}
	return []byte(strings.TrimRight(b.String(), "\n") + "\n")
}

func (r *voice) listed(b *strings.Builder, articles []*site.Article) {
	for _, a := range articles {
		b.WriteString(item(a.Title.Value, r.whole(SourceURL(a.URL)), a.Summary))
	}
}

func item(title, u, summary string) string {
	s := "- [" + strings.NewReplacer("[", `\[`, "]", `\]`).Replace(oneLine(title)) + "](" + u + ")"
	if summary != "" {
		s += ": " + oneLine(summary)
	}
	return s + "\n"
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// whole is a page's whole address where it is known, else its path.
func (r *Renderer) whole(u string) string { return r.site.Origin + EscapeURL(u) }

// SourceURL is the address of a page as Markdown.
func SourceURL(u string) string { return u + "index.md" }

// sourceView is what a page as Markdown is made of, beside the text of its
// file.
type sourceView struct {
	Head  string   // before the text: title, summary, symptoms
	Title bool     // the text has the title as its first heading
	Pairs []string // what stands for what in the text: addresses of the site for files
	Tail  string   // behind the text: what is in the folder
}

// Sources lists the pages as Markdown: every article, and every category with
// the list of what is in it.
func (r *Renderer) Sources() []Output {
	var out []Output
	add := func(v *voice, p site.Page, text *content.Article, view func() *sourceView) {
		file := path.Join(path.Dir(p.File), "index.md")
		out = append(out, Output{
			URL: r.site.Prefix + file, File: file, Language: v.in.Tag, Text: text,
			view: func() (any, error) { return view(), nil },
			make: func(out []byte, view any, texts Texts) ([]byte, error) {
				v := view.(*sourceView)
				if text == nil {
					return v.append(out, nil), nil
				}
				file, err := texts.File(text)
				return v.append(out, file), err
			},
		})
	}
	for _, l := range r.site.Languages {
		v := r.voices[l]
		for _, c := range append([]*site.Category{l.Root}, l.Categories...) {
			add(v, c.Page, c.Index, func() *sourceView { return v.categorySource(c) })
			for _, a := range c.Articles {
				add(v, a.Page, a.Article, func() *sourceView { return v.articleSource(a) })
			}
		}
	}
	return out
}

// articleSource is an article for a reader of plain text: its title and
// summary instead of the front matter, and links that lead somewhere.
func (r *voice) articleSource(a *site.Article) *sourceView {
	v := r.source(a.Title.Value, a.Summary, a.Article, a.Targets)
	for _, s := range a.Symptoms {
		v.Head += "- “" + oneLine(s.Value) + "”\n"
	}
	if len(a.Symptoms) > 0 {
		v.Head += "\n"
	}
	return v
}

func (r *voice) categorySource(c *site.Category) *sourceView {
	v := r.source(c.Title, c.Summary, c.Index, c.Targets)
	var b strings.Builder
	for _, child := range c.Children {
		b.WriteString(item(child.Title, r.whole(SourceURL(child.URL)), child.Summary))
	}
	r.listed(&b, c.Articles)
	v.Tail = b.String()
	return v
}

func (r *voice) source(title, summary string, text *content.Article, targets []markdown.Target) *sourceView {
	v := &sourceView{Head: "# " + oneLine(title) + "\n\n"}
	if summary != "" {
		v.Head += "> " + oneLine(summary) + "\n\n"
	}
	if text == nil {
		return v
	}
	v.Title = text.Doc.Title != ""
	for i, ref := range text.Doc.Refs {
		if u := targets[i].URL; ref.Dest != "" && strings.HasPrefix(u, "/") {
			p, rest := u, ""
			if at := strings.IndexAny(u, "?#"); at >= 0 && !ref.Image {
				p, rest = u[:at], u[at:]
			}
			to := r.whole(p) + rest
			for _, end := range []string{")", " "} {
				v.Pairs = append(v.Pairs, "]("+ref.Dest+end, "]("+to+end)
			}
			v.Pairs = append(v.Pairs, "]: "+ref.Dest+"\n", "]: "+to+"\n")
		}
	}
	return v
}

// relink replaces the first of each pair by the second, as strings.Replacer
// does. All begin with “]”; to build a Replacer for one text takes longer than
// to read the text.
func relink(text string, pairs []string) string {
	var b strings.Builder
	b.Grow(len(text) + 64)
	for {
		at := strings.IndexByte(text, ']')
		if at < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:at])
		text = text[at:]
		old, now := "]", "]"
		for i := 0; i < len(pairs); i += 2 {
			if strings.HasPrefix(text, pairs[i]) {
				old, now = pairs[i], pairs[i+1]
				break
			}
		}
		b.WriteString(now)
		text = text[len(old):]
	}
}

// append writes the page of a file behind out.
func (v *sourceView) append(out, file []byte) []byte {
	from := len(out)
	out = append(out, v.Head...)
	text := content.Body(file)
	if v.Title { // the heading that became the title
		if first, rest, _ := strings.Cut(strings.TrimLeft(text, "\n"), "\n"); strings.HasPrefix(first, "# ") {
			text = strings.TrimLeft(rest, "\n")
		}
	}
	if len(v.Pairs) > 0 {
		text = relink(text, v.Pairs)
	}
	if v.Tail != "" {
		if text = strings.TrimRight(text, "\n"); text != "" {
			text += "\n\n"
		}
	}
	out = append(append(out, text...), v.Tail...)
	return append(out[:from+len(bytes.TrimRight(out[from:], "\n"))], '\n')
}
