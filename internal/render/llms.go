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
	b.WriteString(head(r.in.Title, r.in.Description))
	if len(r.in.Newest) > llmsArticles {
		b.WriteString(strings.Join(each(r.in.Categories, r.categoryItem), "") + "\n")
	} else {
		for _, c := range r.in.HomeAndCategories() {
			if len(c.Articles) > 0 {
				b.WriteString("## " + oneLine(c.Title) + "\n\n" + strings.Join(each(c.Articles, r.articleItem), "") + "\n")
			}
		}
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
