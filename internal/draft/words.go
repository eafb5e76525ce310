package draft

import (
	_ "embed"
	"io/fs"
	"path"
	"strings"

	"whyfix/internal/content"
)

// place is where an article will be: its language, the folder that is the home
// of that ("" for that of the site), and the settings of the site.
type place struct {
	language, home string
	settings       content.Settings
}

// placeOf reads site.yaml and the index.md of the folders above a file, and no
// other file: on a large site one must not wait.
func placeOf(folder fs.FS, file string) place {
	settings := content.DefaultSettings()
	if data, err := fs.ReadFile(folder, content.SiteFile); err == nil {
		settings, _ = content.ParseSettings(data) // whyfix check tells what is wrong with it
	}
	at := place{language: settings.Language, settings: settings}
	for i, c := range file {
		if c != '/' {
			continue
		}
		dir := file[:i]
		entries, _ := fs.ReadDir(folder, dir)
		for _, e := range entries {
			if e.IsDir() || content.Classify(e.Name()) != content.ClassIndex {
				continue
			}
			name := path.Join(dir, e.Name())
			data, bad := content.ReadFile(folder, name)
			if bad != nil {
				continue
			}
			index, _ := content.ParseArticle(name, data, settings.Parser())
			if index != nil && index.InLanguage.Value != "" && !strings.EqualFold(index.InLanguage.Value, at.language) {
				at.language, at.home = index.InLanguage.Value, dir
			}
		}
	}
	return at
}

// wording is what the program writes and asks in a language.
type wording struct {
	article            []byte            // the standard template
	cause, causeText   string            // a cause that is not known yet
	check, checkText   string            // how to tell that it is a cause
	remedy, remedyText string            // and a solution
	questions          map[string]string // by placeholder; path has the proposed one in it
}

// Questions are what to ask a writer, in the language of the place of a file, by
// title, path (with %s for the proposed one) and the names of Lists.
func Questions(folder fs.FS, file string) map[string]string {
	return wordsIn(placeOf(folder, file).language).questions
}

var (
	//go:embed articles/zh-Hans.md
	simplifiedArticle []byte
	//go:embed articles/zh-Hant.md
	traditionalArticle []byte
	//go:embed articles/en.md
	englishArticle []byte
)

// wordsIn are those of the language that is nearest.
func wordsIn(language string) wording {
	switch l := strings.ToLower(language); {
	case content.Traditional(l):
		return wording{
			article: traditionalArticle,
			cause:   "第一種原因", causeText: "怎麼回事。", check: "看什麼", checkText: "看到什麼說明是這種原因。", remedy: "做什麼", remedyText: "1. 第一步。",
			questions: map[string]string{
				"title": "標題，照讀者的問法寫：", "path": "檔案，在內容資料夾裡（Enter：%s）：",
				"symptoms": "讀者怎麼說，一行一句，空行結束：\n  ", "products": "涉及的產品，一行一個，空行結束：\n  ",
				"causes": "可能的原因，一行一個，空行結束：\n  ", "solutions": "處理辦法，一行一個，空行結束：\n  ",
			},
		}
	case strings.HasPrefix(l, "zh"):
		return wording{
			article: simplifiedArticle,
			cause:   "第一种原因", causeText: "怎么回事。", check: "看什么", checkText: "看到什么说明是这种原因。", remedy: "做什么", remedyText: "1. 第一步。",
			questions: map[string]string{
				"title": "标题，照读者的问法写：", "path": "文件，在内容文件夹里（回车：%s）：",
				"symptoms": "读者怎么说，一行一句，空行结束：\n  ", "products": "涉及的产品，一行一个，空行结束：\n  ",
				"causes": "可能的原因，一行一个，空行结束：\n  ", "solutions": "处理办法，一行一个，空行结束：\n  ",
			},
		}
	}
	return wording{
		article: englishArticle,
		cause:   "The first cause", causeText: "What goes on.", check: "What to look at", checkText: "What you see when it is this cause.", remedy: "The first remedy", remedyText: "1. The first step.",
		questions: map[string]string{
			"title": "Title, as a reader would ask: ", "path": "File, in the content folder (Enter: %s): ",
			"symptoms": "What readers say, one a line, an empty line ends:\n  ", "products": "Products, one a line, an empty line ends:\n  ",
			"causes": "Possible causes, one a line, an empty line ends:\n  ", "solutions": "What helps, one a line, an empty line ends:\n  ",
		},
	}
}
