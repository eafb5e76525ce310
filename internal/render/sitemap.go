package render

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"whyfix/internal/site"
)

// Files that programs look for at known addresses: a sitemap, robots.txt,
// feeds, llms.txt. What needs whole addresses is made only where the site's own
// is known.

// sitemapMost is how many addresses are in one file: the format allows no more.
const sitemapMost = 50_000

// WellKnownFiles are the files that programs look for.
func (r *Renderer) WellKnownFiles() ([]File, error) {
	var out []File
	robots := "User-agent: *\nDisallow: " + r.site.Prefix + "api/\n"
	private := r.site.Settings.Private()
	if private {
		robots = "User-agent: *\nDisallow: " + r.site.Prefix + "\n"
	}
	if r.site.Origin != "" && !private {
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
		v := r.byLanguage[l]
		if v.view.Feed != "" {
			feed, err := v.feed()
			if err != nil {
				return nil, err
			}
			out = append(out, File{Path: l.Home() + site.FeedFile, Data: feed})
		}
		if !private {
			out = append(out, File{Path: l.Home() + site.LLMsFile, Data: v.llms()})
		}
	}
	// The writer's own file of that name comes first.
	return slices.DeleteFunc(out, func(f File) bool {
		return slices.ContainsFunc(r.site.Copied, func(a site.Asset) bool { return a.Path == f.Path })
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
			add(c.Page, c.Newest())
		}
		for _, c := range l.HomeAndCategories() {
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
