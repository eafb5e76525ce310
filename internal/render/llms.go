package render

import (
	"strings"

	"whyfix/internal/site"
)

// llmsArticles is how many articles one llms.txt lists; of a larger site it names
// the categories.
const llmsArticles = 1000

// llms is the site for a language model that looks for the right page: a list
// of the articles as Markdown.
func (r *languageRenderer) llms() []byte {
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
				b.WriteString(item(r.byLanguage[l].theme.name, r.whole(r.site.Prefix+l.Home()+site.LLMsFile), l.Title))
			}
		}
	}
	return []byte(strings.TrimRight(b.String(), "\n") + "\n")
}
