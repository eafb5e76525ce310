package cli

import "strings"

// builtIn is what `whyfix new` says and writes in a language.
type builtIn struct {
	article            string            // the template
	cause, causeText   string            // a cause that is not known yet
	remedy, remedyText string            // and a solution
	between            string            // two texts of a list in a sentence
	ask                map[string]string // questions by placeholder; path has the proposed one in it
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
		article: `---
title: {{title}}
summary:            # 一句话：这篇文章帮读者解决什么
symptoms:           # 读者怎么说，照他们的原话写，每句都要能搜到这篇文章
  - {{symptoms}}
products: {{products}}   # 标签：涉及的产品
causes: {{causes}}       # 标签：可能的原因
solutions: {{solutions}} # 标签：处理办法
cases: []           # 标签：发生过的情形
author:
date: {{date}}
review_by: {{review_by}}
draft: true         # 写好后删掉这一行，文章才会发布
---

先用一两句话回答读者。

## 为什么会这样 {.cause}

{{causes}}

## 怎么判断是哪一种 {.check}

### 看什么

看到什么说明是第一种原因。

## 怎么解决 {.solution}

{{solutions}}

## 案例 {.case}

以下案例为虚构。
`,
		cause: "第一种原因", causeText: "怎么回事。", remedy: "做什么", remedyText: "1. 第一步。", between: "、",
		ask: map[string]string{
			"title": "标题，照读者的问法写：", "path": "文件，在内容文件夹里（回车：%s）：",
			"symptoms": "读者怎么说，一行一句，空行结束：\n  ", "products": "涉及的产品，一行一个，空行结束：\n  ",
			"causes": "可能的原因，一行一个，空行结束：\n  ", "solutions": "处理办法，一行一个，空行结束：\n  ",
		},
	}
}

func traditional() builtIn {
	return builtIn{
		article: `---
title: {{title}}
summary:            # 一句話：這篇文章幫讀者解決什麼
symptoms:           # 讀者怎麼說，照他們的原話寫，每句都要能搜到這篇文章
  - {{symptoms}}
products: {{products}}   # 標籤：涉及的產品
causes: {{causes}}       # 標籤：可能的原因
solutions: {{solutions}} # 標籤：處理辦法
cases: []           # 標籤：發生過的情形
author:
date: {{date}}
review_by: {{review_by}}
draft: true         # 寫好後刪掉這一行，文章才會發布
---

先用一兩句話回答讀者。

## 為什麼會這樣 {.cause}

{{causes}}

## 怎麼判斷是哪一種 {.check}

### 看什麼

看到什麼說明是第一種原因。

## 怎麼解決 {.solution}

{{solutions}}

## 案例 {.case}

以下案例為虛構。
`,
		cause: "第一種原因", causeText: "怎麼回事。", remedy: "做什麼", remedyText: "1. 第一步。", between: "、",
		ask: map[string]string{
			"title": "標題，照讀者的問法寫：", "path": "檔案，在內容資料夾裡（Enter：%s）：",
			"symptoms": "讀者怎麼說，一行一句，空行結束：\n  ", "products": "涉及的產品，一行一個，空行結束：\n  ",
			"causes": "可能的原因，一行一個，空行結束：\n  ", "solutions": "處理辦法，一行一個，空行結束：\n  ",
		},
	}
}

func english() builtIn {
	return builtIn{
		article: `---
title: {{title}}
summary:            # one sentence: what this article helps with
symptoms:           # what readers say, in their words; each must find this article
  - {{symptoms}}
products: {{products}}   # tags: what it is about
causes: {{causes}}       # tags: why it happens
solutions: {{solutions}} # tags: what helps
cases: []           # tags: where it happened
author:
date: {{date}}
review_by: {{review_by}}
draft: true         # delete this line to publish the article
---

Answer the reader in a sentence or two.

## Why it happens {.cause}

{{causes}}

## How to tell which {.check}

### What to look at

What you see when it is the first cause.

## What to do {.solution}

{{solutions}}

## A case {.case}

This case is fictional.
`,
		cause: "The first cause", causeText: "What goes on.", remedy: "The first remedy", remedyText: "1. The first step.", between: ", ",
		ask: map[string]string{
			"title": "Title, as a reader would ask: ", "path": "File, in the content folder (Enter: %s): ",
			"symptoms": "What readers say, one a line, an empty line ends:\n  ", "products": "Products, one a line, an empty line ends:\n  ",
			"causes": "Possible causes, one a line, an empty line ends:\n  ", "solutions": "What helps, one a line, an empty line ends:\n  ",
		},
	}
}
