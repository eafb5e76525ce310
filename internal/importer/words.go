package importer

import (
	"slices"
	"strconv"
	"strings"

	"whyfix/internal/importer/markup"
)

// words are what the import writes into articles, in the site's language.
type words struct {
	html    markup.Options // how HTML becomes Markdown
	noImage string
	boxes   map[string]string
}

// boxWords are the headings of boxes by their kinds, in Chinese and English.
var boxWords = []struct{ kinds, zh, en string }{
	{"note", "说明", "Note"},
	{"info", "信息", "Info"},
	{"tip hint", "提示", "Tip"},
	{"success check done", "成功", "Success"},
	{"important", "重要", "Important"},
	{"warning", "注意", "Warning"},
	{"caution", "注意", "Caution"},
	{"attention", "注意", "Attention"},
	{"danger", "危险", "Danger"},
	{"error", "错误", "Error"},
	{"failure", "失败", "Failure"},
	{"bug", "缺陷", "Bug"},
	{"example", "示例", "Example"},
	{"question faq help", "问题", "Question"},
	{"quote cite", "引用", "Quote"},
	{"abstract", "摘要", "Abstract"},
	{"summary tldr", "摘要", "Summary"},
	{"details", "详情", "Details"},
}

// wordsOf are the words of a language.
func wordsOf(language string) words {
	w := words{markup.Options{Left: "Not converted by the import, please mend by hand:"}, "image not found: ", map[string]string{}}
	chinese := strings.HasPrefix(strings.ToLower(language), "zh")
	if chinese {
		w.html.Left, w.noImage = "导入时没能转换，请手工处理：", "图片没有找到："
	}
	for _, b := range boxWords {
		for kind := range strings.FieldsSeq(b.kinds) {
			if w.boxes[kind] = b.en; chinese {
				w.boxes[kind] = b.zh
			}
		}
	}
	return w
}

func (w words) isBox(kind string) bool { return w.boxes[strings.ToLower(kind)] != "" }

// box is the heading of a set-off box: what the writer said, else the word for
// its kind.
func (w words) box(kind, title string) string {
	return markup.FirstLine(title, w.boxes[strings.ToLower(kind)], kind)
}

// symptomHeadings are headings below which stands what readers say.
var symptomHeadings = []string{"症状", "问题现象", "现象", "故障现象", "常见说法", "用户怎么说", "问题描述", "症狀", "問題現象", "symptom", "symptoms", "what you see", "what users say"}

func symptomHeading(s string) bool {
	return slices.Contains(symptomHeadings, strings.Trim(strings.ToLower(s), "？?：: \t"))
}

// droppings counts what was left out of a page.
type droppings map[string]int

func (d droppings) drop(what string) { d[what]++ }

// leftOut puts what was dropped into the report.
func (d droppings) leftOut(p *page) {
	var what []string
	for k, n := range d {
		if n > 1 {
			k += " (" + strconv.Itoa(n) + "×)"
		}
		what = append(what, k)
	}
	if slices.Sort(what); len(what) > 0 {
		p.ask("", "left out: "+strings.Join(what, ", "), "look whether the article misses something")
	}
}
