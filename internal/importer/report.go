package importer

import (
	"slices"
	"strings"

	"whyfix/internal/diag"
	"whyfix/internal/importer/markup"
	"whyfix/internal/markdown"
)

// ask leaves something to a person; find are the words of the file that it is
// about.
func (p *page) ask(find string, message, hint diag.Text) {
	p.todos = append(p.todos, markup.Todo{Find: find, Message: message, Hint: hint})
}

// report lists what a person must do in an article.
func (p *page) report() diag.List {
	if left := markup.Unique(p.left); len(left) > 0 {
		p.ask("", diag.Say("keys of the source that have no place here: %s", markup.Shorten(strings.Join(left, ", "), 200)), diag.Text{})
	}
	if len(p.tags) > 0 {
		p.ask("products:", diag.Say("all tags of the source stand under products"), diag.Say("move those that name a cause, a solution or a case"))
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
			d.Message, d.Source = diag.Say("not converted well: %s", d.Message), ""
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
		p.ask("", diag.Say("no symptoms"), diag.Say("write what readers say, in their words, under symptoms"))
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
		p.ask("", diag.Say("no heading tells the causes or the solutions"), diag.Say("add the sections {.cause} and {.solution}"))
	case solutions == 0:
		p.ask(heading, diag.Say("causes without a solution"), diag.Say(`add a section {.solution}, and say with {for="…"} which cause each part is for`))
	case causes == 0:
		p.ask("", diag.Say("solutions without a cause"), diag.Say("add a section {.cause} that says why it happens"))
	case causes > 1 && !related:
		p.ask(heading, diag.Say("%d causes, and no solution says which of them it is for", causes), diag.Say(`write {for="the cause"} behind the heading of each solution`))
	}
	if causes > 0 && count[markdown.Check] == 0 {
		p.ask("", diag.Say("nothing tells how to find out which cause it is"), diag.Say("add a section {.check}"))
	}
}

// words are what the import writes into articles, in the site's language.
type words struct {
	html    markup.Options // how HTML becomes Markdown
	noImage string
	chinese bool
	boxes   map[string]callout // by their kinds in other programs
}

// boxWords are kinds of boxes: what callout each becomes, and what is its title
// there, if the source gives none, in Chinese and English. What has no word has
// the theme's.
var boxWords = []struct{ kinds, callout, zh, en string }{
	{"note", "note", "", ""},
	{"seealso memo", "note", "参见", "See also"},
	{"quote cite", "note", "引用", "Quote"},
	{"info", "info", "", ""},
	{"example", "info", "示例", "Example"},
	{"question faq help", "info", "问题", "Question"},
	{"abstract", "info", "摘要", "Abstract"},
	{"summary tldr", "info", "摘要", "Summary"},
	{"todo", "info", "待办", "To do"},
	{"tip", "tip", "", ""},
	{"hint", "tip", "提示", "Hint"},
	{"success check done", "tip", "成功", "Success"},
	{"important", "important", "", ""},
	{"warning", "warning", "", ""},
	{"attention", "warning", "注意", "Attention"},
	{"caution", "caution", "", ""},
	{"danger", "danger", "", ""},
	{"error", "danger", "错误", "Error"},
	{"failure fail missing", "danger", "失败", "Failure"},
	{"bug", "danger", "缺陷", "Bug"},
}

// wordsOf are the words of a language.
func wordsOf(language string) words {
	w := words{html: markup.Options{Left: "Not converted by the import, please mend by hand:", Film: "Film"}, noImage: "image not found: ", boxes: map[string]callout{}}
	if w.chinese = strings.HasPrefix(strings.ToLower(language), "zh"); w.chinese {
		w.html.Left, w.html.Film, w.noImage = "导入时没能转换，请手工处理：", "视频", "图片没有找到："
	}
	for _, b := range boxWords {
		for kind := range strings.FieldsSeq(b.kinds) {
			c := callout{b.callout, b.en}
			if w.chinese {
				c.title = b.zh
			}
			w.boxes[kind] = c
		}
	}
	w.html.Callout = w.callout
	return w
}

// callout is a kind of box here, and the title of one that has none of its own.
type callout struct{ kind, title string }

func (w words) isBox(kind string) bool { return w.boxes[strings.ToLower(kind)].kind != "" }

// callout is the kind nearest to that of another program, and the title of such a
// box. The name of a kind that nobody knows is a title.
func (w words) callout(kind, title string) (string, string) {
	c, known := w.boxes[strings.ToLower(kind)]
	switch {
	case !known && title == "":
		return "note", kind
	case !known:
		return "note", title
	case title == "":
		return c.kind, c.title
	}
	return c.kind, title
}

// name is what a kind of callout is called.
func (w words) name(kind string) string {
	for _, k := range calloutNames {
		if k.kind == kind && w.chinese {
			return k.zh
		}
	}
	return strings.ToUpper(kind[:1]) + kind[1:]
}

var calloutNames = []struct{ kind, zh string }{
	{"note", "注意"}, {"info", "说明"}, {"tip", "提示"}, {"important", "重要"}, {"warning", "警告"}, {"caution", "小心"}, {"danger", "危险"},
}

// symptomHeadings are headings below which stands what readers say.
var symptomHeadings = []string{"症状", "问题现象", "现象", "故障现象", "常见说法", "用户怎么说", "问题描述", "症狀", "問題現象", "symptom", "symptoms", "what you see", "what users say"}

func symptomHeading(s string) bool {
	return slices.Contains(symptomHeadings, strings.Trim(strings.ToLower(s), "？?：: \t"))
}

// droppings counts what was left out of a page.
type droppings map[diag.Text]int

func (d droppings) drop(what diag.Text) { d[what]++ }

// leftOut puts what was dropped into the report.
func (d droppings) leftOut(p *page) {
	var what []diag.Text
	for k, n := range d {
		if n > 1 {
			k = diag.Say("%s (%d×)", k, n)
		}
		what = append(what, k)
	}
	slices.SortFunc(what, func(a, b diag.Text) int { return strings.Compare(a.En, b.En) })
	if len(what) > 0 {
		p.ask("", diag.Say("left out: %s", diag.Join(what)), diag.Say("look whether the article misses something"))
	}
}
