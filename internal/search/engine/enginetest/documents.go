// Package enginetest has the documents and questions that engines, and the
// search above them, are tested with. Its own tests hold every engine to the
// same answers.
//
// In: texts beside it. Out: documents, new ones at each call.
package enginetest

import (
	_ "embed"
	"fmt"
	"path"
	"strings"

	"whyfix/internal/search/article"
	"whyfix/internal/search/terms"
)

// The texts have a document between empty lines. Its first line is "=", the
// address, the language and the title, "-" for none; then symptoms (~), tags
// with other names (p, c, s), the summary (.), and sections: a heading with its
// kind, perhaps "@" and its anchor, and the lines of its text.
var (
	//go:embed documents.txt
	documentsText string
	//go:embed corpus.txt
	corpusText string
	//go:embed questions.txt
	questionsText string
)

// Documents is a small site in Chinese and English, with a little of other
// languages: things at home that do not work. Each call gives new documents.
func Documents() []*article.Document { return parse(documentsText) }

// Corpus is a small help site about things at home and on the way. Each call
// gives new documents.
func Corpus() []*article.Document { return parse(corpusText) }

func parse(texts string) []*article.Document {
	var out []*article.Document
	for text := range strings.SplitSeq(strings.TrimSpace(texts), "\n\n") {
		d := &article.Document{}
		for line := range strings.SplitSeq(text, "\n") {
			mark, rest, _ := strings.Cut(line, " ")
			switch {
			case mark == "=":
				f := strings.SplitN(rest, " ", 3)
				d.URL, d.Language, d.Title = f[0], strings.TrimPrefix(f[1], "-"), strings.TrimPrefix(f[2], "-")
			case mark == "~":
				d.Symptoms = append(d.Symptoms, rest)
			case mark == "p":
				d.Products = append(d.Products, tag(d, "products", rest))
			case mark == "c":
				d.Causes = append(d.Causes, tag(d, "causes", rest))
			case mark == "s":
				d.Solutions = append(d.Solutions, tag(d, "solutions", rest))
			case mark == ".":
				d.Summary = rest
			case strings.HasPrefix(mark, "#"):
				kind, anchor, named := strings.Cut(mark[1:], "@")
				if !named {
					anchor = fmt.Sprint("s", len(d.Sections))
				}
				d.Sections = append(d.Sections, article.Section{Anchor: anchor, Title: rest, Kind: kind})
			default:
				s := &d.Sections[len(d.Sections)-1]
				s.Text = strings.TrimPrefix(s.Text+"\n"+line, "\n")
			}
		}
		out = append(out, d)
	}
	return out
}

// tag has a page for each language.
func tag(d *article.Document, family, text string) article.Tag {
	names := strings.Split(text, " / ")
	t := article.Tag{Name: names[0], URL: path.Join("/", d.Language, family, names[0]) + "/"}
	if len(names) > 1 {
		t.Names = names[1:]
	}
	return t
}

// Synonyms are those of the site.
func Synonyms() []terms.Synonyms {
	return []terms.Synonyms{
		{Asked: []string{"热水壶", "烧水壶", "电水壶"}, Found: []string{"热水壶", "烧水壶", "电水壶"}},
		{Asked: []string{"柜员机", "提款机"}, Found: []string{"取款机"}},
	}
}

// Questions are many questions to the site: written ones, and the site's own
// wordings as they are, in part, quoted, and with a slip.
func Questions() []string {
	out := strings.Split(strings.TrimSpace(questionsText), "\n")
	for i, d := range Documents() {
		if d.Title != "" {
			out = append(out, d.Title)
		}
		for _, s := range d.Symptoms {
			runes := []rune(s)
			half := len(runes) / 2
			switch i % 4 {
			case 0:
				out = append(out, s)
			case 1:
				out = append(out, string(runes[half/2:]))
			case 2:
				if words := strings.Fields(s); len(words) > 2 {
					out = append(out, "“"+words[0]+" "+words[1]+"” "+strings.Join(words[2:], " "))
				} else {
					out = append(out, "“"+string(runes[:half])+"”"+string(runes[half:]))
				}
			default:
				runes[half-1], runes[half] = runes[half], runes[half-1]
				out = append(out, string(runes))
			}
		}
	}
	return out
}
