package importer

import "strings"

// words are what the import writes into articles, in the site's language.
type words struct {
	left, noImage string
	boxes         map[string]string
}

// wordsOf are the words of a language.
func wordsOf(language string) words {
	if strings.HasPrefix(strings.ToLower(language), "zh") {
		return words{
			left: "导入时没能转换，请手工处理：", noImage: "图片没有找到：",
			boxes: map[string]string{
				"note": "说明", "info": "信息", "tip": "提示", "hint": "提示", "success": "成功", "check": "成功", "done": "成功",
				"important": "重要", "warning": "注意", "caution": "注意", "attention": "注意", "danger": "危险", "error": "错误",
				"failure": "失败", "bug": "缺陷", "example": "示例", "question": "问题", "faq": "问题", "help": "问题",
				"quote": "引用", "cite": "引用", "abstract": "摘要", "summary": "摘要", "tldr": "摘要", "details": "详情",
			},
		}
	}
	return words{
		left: "Not converted by the import, please mend by hand:", noImage: "image not found: ",
		boxes: map[string]string{
			"note": "Note", "info": "Info", "tip": "Tip", "hint": "Hint", "success": "Success", "check": "Success", "done": "Success",
			"important": "Important", "warning": "Warning", "caution": "Caution", "attention": "Attention", "danger": "Danger", "error": "Error",
			"failure": "Failure", "bug": "Bug", "example": "Example", "question": "Question", "faq": "Question", "help": "Question",
			"quote": "Quote", "cite": "Quote", "abstract": "Abstract", "summary": "Summary", "tldr": "Summary", "details": "Details",
		},
	}
}

// box is the heading of a set-off box: what the writer said, else the word for
// its kind.
func (w words) box(kind, title string) string {
	if title = strings.TrimSpace(title); title != "" {
		return title
	}
	if word := w.boxes[strings.ToLower(kind)]; word != "" {
		return word
	}
	return kind
}

// note is the block that stands in the place of what could not be kept.
func (w words) note(what string) string {
	return "> **" + w.left + "** " + code(what)
}

// code shows any text as a code span, on one line.
func code(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if s == "" {
		return "` `"
	}
	s = shorten(s, maxQuoted)
	longest, run := 0, 0
	for _, r := range s {
		if r == '`' {
			run++
			longest = max(longest, run)
		} else {
			run = 0
		}
	}
	fence := strings.Repeat("`", longest+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return fence + s + fence
}

// maxQuoted is how many characters of what could not be kept are shown.
const maxQuoted = 300

func shorten(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
