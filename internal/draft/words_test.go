package draft_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"whyfix/internal/content"
	"whyfix/internal/draft"
	"whyfix/internal/markdown"
)

// Whoever publishes a new article as it is, is told of every sentence in it that
// is the template's.
func TestWordsOfTheTemplateAreFound(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"zh-CN", "zh-TW", "en"} {
		settings := "language: " + language + "\n"
		text, diags, err := draft.Article{Title: "退款没到"}.Text(fstest.MapFS{content.SiteFile: {Data: []byte(settings)}}, "a.md", "")
		if err != nil || len(diags) > 0 {
			t.Fatal(err, diags)
		}
		parsed, _ := content.ParseSettings([]byte(settings))
		a, _ := content.ParseArticle("a.md", []byte(text), parsed.Parser())
		var want, got []int
		kept := regexp.MustCompile(`^(?:#|以下案例为虚构。|以下案例為虛構。|This case is fictional\.)`)
		line, body := 0, false
		for l := range strings.SplitSeq(text, "\n") {
			line++
			if l == "---" {
				body = line > 1
				continue
			}
			if body && l != "" && !kept.MatchString(l) {
				want = append(want, line)
			}
		}
		for _, s := range a.Doc.Shown {
			got = append(got, s.Pos.Line)
		}
		if !slices.Equal(got, want) || len(want) < 3 {
			t.Errorf("%s: found in lines %v, want %v of\n%s", language, got, want, text)
		}
		items := 0
		for _, section := range a.Doc.Sections {
			for _, it := range section.Items {
				if items++; !markdown.OfTemplate(section.Kind, it.Title) {
					t.Errorf("%s: the heading %q is not known to be the template's", language, it.Title)
				}
			}
		}
		if items < 4 {
			t.Errorf("%s: there are %d items, want one of each kind in\n%s", language, items, text)
		}
	}
}
