package render

import (
	"bytes"
	"iter"
	"path"
	"slices"
	"strings"

	"whyfix/internal/content"
	"whyfix/internal/markdown"
	"whyfix/internal/site"
)

// What a language model reads: a list of the pages, and each page as Markdown.

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

// SourceURL is the address of a page as Markdown.
func SourceURL(u string) string { return u + "index.md" }

// sourceView is what a page as Markdown is made of, beside the text of its
// file.
type sourceView struct {
	Head  string   // before the text: title, summary, symptoms
	Title bool     // the text has the title as its first heading
	Pairs []string // what stands for what in the text: addresses of the site for files
	Names []string // the same for links by a name, which begin with [[
	// Links are those of a text with pieces, in which one path may lead to two
	// places: each where it stands.
	Links []sourceLink
	Tail  string // behind the text: what is in the folder
	// Comments are not for readers: where they stand in the text.
	Comments []markdown.Span
	Edits    []markdown.Edit // signs that become plain text
}

// sourceLink is what stands for a link in the page as Markdown.
type sourceLink struct {
	At   int    // where it starts in the text
	Dest string // of the file; of a link by a name empty
	Wiki string // [[name]]
	To   string
}

// Sources lists the pages as Markdown: every article, and every category with
// the list of what is in it.
func (r *Renderer) Sources() []Output { return slices.Collect(iter.Seq[Output](r.eachSource)) }

// eachSource calls yield with every page as Markdown until that has enough.
func (r *Renderer) eachSource(yield func(Output) bool) {
	enough := false
	add := func(v *languageRenderer, p site.Page, text *content.Article, view func() any) {
		file := path.Join(path.Dir(p.File), "index.md")
		var texts func() []shownText
		if text != nil {
			texts = func() []shownText { return []shownText{{Article: text}} }
		}
		enough = enough || !yield(Output{
			URL: r.site.Prefix + file, File: file, Language: v.in.Tag, texts: texts,
			view: view,
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
		v := r.byLanguage[l]
		for _, c := range l.HomeAndCategories() {
			add(v, c.Page, c.Index, func() any { return v.categorySource(c) })
			for _, a := range c.Articles {
				add(v, a.Page, a.Article, func() any { return v.articleSource(a) })
			}
		}
	}
}

// articleSource is an article for a reader of plain text: its title and
// summary instead of the front matter, and links that lead somewhere.
func (r *languageRenderer) articleSource(a *site.Article) *sourceView {
	v := r.source(a.Title.Value, a.Summary, a.Article, a.Targets)
	for _, s := range a.Symptoms {
		v.Head += "- “" + oneLine(s.Value) + "”\n"
	}
	if len(a.Symptoms) > 0 {
		v.Head += "\n"
	}
	return v
}

func (r *languageRenderer) categorySource(c *site.Category) *sourceView {
	v := r.source(c.Title, c.Summary, c.Index, c.Targets)
	v.Tail = strings.Join(append(each(c.Children, r.categoryItem), each(c.Articles, r.articleItem)...), "")
	return v
}

func (r *languageRenderer) source(title, summary string, text *content.Article, targets []markdown.Target) *sourceView {
	v := &sourceView{Head: head(title, summary)}
	if text == nil {
		return v
	}
	v.Title, v.Comments = text.Doc.Title != "", text.Doc.Comments
	for _, e := range text.Doc.Edits {
		v.Edits = append(v.Edits, e.In(r.theme.words))
	}
	pieces := slices.ContainsFunc(text.Doc.Refs, func(ref markdown.Ref) bool { return ref.Pos.File != text.Path })
	for i, ref := range text.Doc.Refs {
		to := targets[i].URL
		switch {
		case ref.Dest == "":
			continue
		case strings.HasPrefix(to, "/"):
			p, rest := to, ""
			if at := strings.IndexAny(to, "?#"); at >= 0 && !ref.Image {
				p, rest = to[:at], to[at:]
			}
			to = r.whole(p) + rest
		case ref.Wiki == "" || !strings.HasPrefix(to, "#"):
			continue
		}
		if pieces {
			l := sourceLink{ref.At, ref.Dest, "", to}
			if ref.Wiki != "" {
				l = sourceLink{ref.At, "", ref.Wiki, ref.Plain(to)}
			}
			v.Links = append(v.Links, l)
		}
		if ref.Wiki != "" {
			v.Names = append(v.Names, ref.Wiki, ref.Plain(to))
			continue
		}
		if strings.ContainsAny(ref.Dest, " ()") {
			v.Pairs = append(v.Pairs, "](<"+ref.Dest+">", "]("+to)
		}
		for _, end := range []string{")", " "} {
			v.Pairs = append(v.Pairs, "]("+ref.Dest+end, "]("+to+end)
		}
		v.Pairs = append(v.Pairs, "]: "+ref.Dest+"\n", "]: "+to+"\n")
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

// maxLinkText is how far behind its start the address of a link is looked for.
const maxLinkText = 10_000

// linked are the edits of a text, with those for links that are replaced where
// they stand. An address belongs to the last link before it that has it.
func (v *sourceView) linked(body []byte) []markdown.Edit {
	if len(v.Links) == 0 {
		return v.Edits
	}
	next := map[string]int{} // where the same address is written again
	edits := slices.Clone(v.Edits)
	byPlace := slices.SortedFunc(slices.Values(v.Links), func(a, b sourceLink) int { return b.At - a.At })
	for _, l := range byPlace {
		if l.At < 0 || l.At > len(body) {
			continue
		}
		end := min(len(body), l.At+maxLinkText)
		if again, found := next[l.Dest+l.Wiki]; found {
			end = min(end, again)
		}
		next[l.Dest+l.Wiki] = l.At
		if start, stop := l.written(body[l.At:end]); stop > 0 {
			edits = append(edits, markdown.Edit{Span: markdown.Span{Start: l.At + start, End: l.At + stop}, Before: l.To})
		}
	}
	slices.SortStableFunc(edits, func(a, b markdown.Edit) int { return a.Start - b.Start })
	return edits
}

// written is where in a text that starts with the link stands what is replaced;
// nowhere: 0, 0.
func (l sourceLink) written(text []byte) (start, end int) {
	if l.Wiki != "" {
		if bytes.HasPrefix(text, []byte(l.Wiki)) {
			return 0, len(l.Wiki)
		}
		return 0, 0
	}
	for at := 0; ; at++ {
		next := bytes.IndexByte(text[at:], ']')
		if next < 0 {
			return 0, 0
		}
		at += next
		for _, form := range []struct {
			before, behind string
			skip, more     int // what of the form stays before the address, and what behind it goes
		}{{"](", ")", 2, 0}, {"](", " ", 2, 0}, {"](<", ">", 2, 1}, {"]: ", "\n", 3, 0}} {
			rest, found := bytes.CutPrefix(text[at:], []byte(form.before))
			if !found {
				continue
			}
			if rest, found = bytes.CutPrefix(rest, []byte(l.Dest)); found && bytes.HasPrefix(rest, []byte(form.behind)) {
				return at + form.skip, at + len(form.before) + len(l.Dest) + form.more
			}
		}
	}
}

// append writes the page of a file behind out.
func (v *sourceView) append(out, file []byte) []byte {
	from := len(out)
	out = append(out, v.Head...)
	body := content.Body(file)
	text := strings.TrimLeft(string(markdown.Edited(body, v.Comments, v.linked(body))), "\n")
	if v.Title { // the heading that became the title
		if first, rest, _ := strings.Cut(strings.TrimLeft(text, "\n"), "\n"); strings.HasPrefix(first, "# ") {
			text = strings.TrimLeft(rest, "\n")
		}
	}
	if len(v.Pairs) > 0 {
		text = relink(text, v.Pairs)
	}
	if len(v.Names) > 0 {
		text = strings.NewReplacer(v.Names...).Replace(text)
	}
	if v.Tail != "" {
		if text = strings.TrimRight(text, "\n"); text != "" {
			text += "\n\n"
		}
	}
	out = append(append(out, text...), v.Tail...)
	return append(out[:from+len(bytes.TrimRight(out[from:], "\n"))], '\n')
}

func head(title, summary string) string {
	h := "# " + oneLine(title) + "\n\n"
	if summary != "" {
		h += "> " + oneLine(summary) + "\n\n"
	}
	return h
}

func (r *languageRenderer) articleItem(a *site.Article) string {
	return item(a.Title.Value, r.whole(SourceURL(a.URL)), a.Summary)
}

func (r *languageRenderer) categoryItem(c *site.Category) string {
	return item(c.Title, r.whole(SourceURL(c.URL)), c.Summary)
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
