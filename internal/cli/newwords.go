package cli

import (
	"embed"
	"strings"
)

//go:embed articles
var articles embed.FS

// builtIn is what `whyfix new` says and writes in a language.
type builtIn struct {
	file               string            // the template of articles
	cause, causeText   string            // a cause that is not known yet
	remedy, remedyText string            // and a solution
	ask                map[string]string // questions by placeholder; path has the proposed one in it
}

// article is the template.
func (b builtIn) article() []byte {
	data, err := articles.ReadFile(b.file)
	if err != nil {
		panic(err) // it is in the program
	}
	return data
}

// builtInFor is that of the language that is nearest.
func builtInFor(language string) builtIn {
	switch l := strings.ToLower(language); {
	case strings.HasPrefix(l, "zh-hant"), strings.HasPrefix(l, "zh-tw"), strings.HasPrefix(l, "zh-hk"), strings.HasPrefix(l, "zh-mo"):
		return traditional()
	case strings.HasPrefix(l, "zh"):
		return simplified()
	}
	return english()
}

func simplified() builtIn {
	return builtIn{
		file:  "articles/zh-Hans.md",
		cause: "第一种原因", causeText: "怎么回事。", remedy: "做什么", remedyText: "1. 第一步。",
		ask: map[string]string{
			"title": "标题，照读者的问法写：", "path": "文件，在内容文件夹里（回车：%s）：",
			"symptoms": "读者怎么说，一行一句，空行结束：\n  ", "products": "涉及的产品，一行一个，空行结束：\n  ",
			"causes": "可能的原因，一行一个，空行结束：\n  ", "solutions": "处理办法，一行一个，空行结束：\n  ",
		},
	}
}

func traditional() builtIn {
	return builtIn{
		file:  "articles/zh-Hant.md",
		cause: "第一種原因", causeText: "怎麼回事。", remedy: "做什麼", remedyText: "1. 第一步。",
		ask: map[string]string{
			"title": "標題，照讀者的問法寫：", "path": "檔案，在內容資料夾裡（Enter：%s）：",
			"symptoms": "讀者怎麼說，一行一句，空行結束：\n  ", "products": "涉及的產品，一行一個，空行結束：\n  ",
			"causes": "可能的原因，一行一個，空行結束：\n  ", "solutions": "處理辦法，一行一個，空行結束：\n  ",
		},
	}
}

func english() builtIn {
	return builtIn{
		file:  "articles/en.md",
		cause: "The first cause", causeText: "What goes on.", remedy: "The first remedy", remedyText: "1. The first step.",
		ask: map[string]string{
			"title": "Title, as a reader would ask: ", "path": "File, in the content folder (Enter: %s): ",
			"symptoms": "What readers say, one a line, an empty line ends:\n  ", "products": "Products, one a line, an empty line ends:\n  ",
			"causes": "Possible causes, one a line, an empty line ends:\n  ", "solutions": "What helps, one a line, an empty line ends:\n  ",
		},
	}
}
