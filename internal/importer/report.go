package importer

import (
	"fmt"
	"slices"
	"strings"

	"whyfix/internal/diag"
	"whyfix/internal/importer/markup"
	"whyfix/internal/markdown"
)

// ask leaves something to a person; find are the words of the file that it is
// about.
func (p *page) ask(find, message, hint string) {
	p.todos = append(p.todos, markup.Todo{Find: find, Message: message, Hint: hint})
}

// report lists what a person must do in an article.
func (p *page) report() diag.List {
	if left := markup.Unique(p.left); len(left) > 0 {
		p.ask("", "keys of the source that have no place here: "+markup.Shorten(strings.Join(left, ", "), 200), "")
	}
	if len(p.tags) > 0 {
		p.ask("products:", "all tags of the source stand under products", "move those that name a cause, a solution or a case")
	}
	if !p.parsed.Index {
		p.chain()
	}
	var out diag.List
	used := map[string]int{}
	for _, t := range p.todos {
		out = append(out, diag.Diagnostic{Pos: p.at(t.Find, used), Severity: diag.Warning, Code: "import", Message: t.Message, Hint: t.Hint})
	}
	for _, d := range p.diags {
		if d.Severity == diag.Error {
			d.Message, d.Source = "not converted well: "+d.Message, ""
			out = append(out, d)
		}
	}
	return out.Sort()
}

// at is where the words of a todo stand in the file, else its first line. Of
// equal words each todo gets its own.
func (p *page) at(words string, used map[string]int) diag.Pos {
	words = strings.Join(strings.Fields(words), " ")
	if r := []rune(words); len(r) > 40 {
		words = string(r[:40])
	}
	from := used[words]
	i := strings.Index(p.text[from:], words)
	if words == "" || i < 0 {
		return diag.Pos{File: p.target, Line: 1, Col: 1}
	}
	used[words] = from + i + len(words)
	return diag.NewLines(p.target, []byte(p.text)).At(from + i)
}

// chain says what the article lacks of the way from the symptom to the
// solution.
func (p *page) chain() {
	if len(p.parsed.Symptoms) == 0 {
		p.ask("", "no symptoms", "write what readers say, in their words, under symptoms")
	}
	count, heading, related := map[markdown.Kind]int{}, "", false
	for _, s := range p.parsed.Doc.Sections {
		count[s.Kind] += max(1, len(s.Items))
		if s.Kind == markdown.Cause {
			heading = s.Title
		}
		related = related || len(s.For) > 0 || slices.ContainsFunc(s.Items, func(i markdown.Item) bool { return len(i.For) > 0 })
	}
	causes, solutions := count[markdown.Cause], count[markdown.Solution]
	switch {
	case causes == 0 && solutions == 0:
		p.ask("", "no heading tells the causes or the solutions", "add the sections {.cause} and {.solution}")
	case solutions == 0:
		p.ask(heading, "causes without a solution", "add a section {.solution}, and say with {for=\"…\"} which cause each part is for")
	case causes == 0:
		p.ask("", "solutions without a cause", "add a section {.cause} that says why it happens")
	case causes > 1 && !related:
		p.ask(heading, fmt.Sprintf("%d causes, and no solution says which of them it is for", causes), "write {for=\"the cause\"} behind the heading of each solution")
	}
	if causes > 0 && count[markdown.Check] == 0 {
		p.ask("", "nothing tells how to find out which cause it is", "add a section {.check}")
	}
}
