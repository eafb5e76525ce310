package rules

import (
	"strings"

	"whyfix/internal/diag"
)

func textRules() []Rule {
	return []Rule{
		{
			Code: "heading-id", Needed: true,
			Summary: "a heading's id is none",
			Why:     "An id stands behind # in an address: it is not empty, has no blank, and is none of the theme's own, which begin with wf- and which its scripts look for.",
			Bad:     "# 退款没到\n\n## 为什么 {id=\"why not\"}\n",
			Good:    "# 退款没到\n\n## 为什么 {#why}\n",
		},
		{
			Code: "duplicate-id", Needed: true,
			Summary: "two headings have one id",
			Why:     "A link to it would always lead to the first.",
			Bad:     "# 退款没到\n\n## 为什么 {#why}\n\n## 怎么办 {#why}\n",
			Good:    "# 退款没到\n\n## 为什么 {#why}\n\n## 怎么办 {#fix}\n",
		},
		{
			Code:    "section-kind",
			Summary: "a section's kind is misspelt",
			Why:     "The section would not be part of the way from the symptom to the solution. A class that is near none of the four kinds is the theme's, and not looked at.",
			Bad:     "# 退款没到\n\n## 钱在路上 {.cuase}\n",
			Good:    "# 退款没到\n\n## 钱在路上 {.cause}\n",
		},
		{
			Code: "heading-jump", Default: diag.Warning,
			Summary: "a heading is more than one level below the one above it",
			Why:     "Who listens to a page goes from heading to heading, and looks for the level that is left out. Said once for each article, at its first jump: the rest often follows from it. Articles that start with ### all through are not meant, because the page makes the levels of sections itself.",
			Bad:     "# 退款没到\n\n## 钱在路上\n\n#### 跨行转账\n\n正文。\n",
			Good:    "# 退款没到\n\n## 钱在路上\n\n### 跨行转账\n\n正文。\n",
		},
		{
			Code: "heading-attribute", Needed: true,
			Summary: "what stands in braces behind a heading is not read",
			Why:     "It would be shown, and the section or step would not be what it was meant to be. A value that is not of Latin letters needs quotes of the Latin keyboard; `whyfix check -fix` puts them.",
			Bad:     "# 退款没到\n\n## 怎么判断 {for=银行慢}\n",
			Good:    "# 退款没到\n\n## 怎么判断 {for=\"银行慢\"}\n",
		},
		{
			Code: "heading-inside", Default: diag.Warning,
			Summary: "a heading that would be a cause, a check, a solution or a case stands inside of something",
			Why: "In a callout, a fold, a tab, a quote or a list, a heading is only a heading of that: it is no section and no item of one, and {tag=…} and {for=…} behind it say nothing. " +
				"The same goes for {tag=…} and {for=…} behind a heading that is deeper than the items of its section.",
			Bad:  "# 退款没到\n\n## 原因\n\n:::tip\n### 银行慢\n\n等三天。\n:::\n",
			Good: "# 退款没到\n\n## 原因\n\n### 银行慢\n\n:::tip\n等三天。\n:::\n",
		},
		{
			Code: "text-limit", Needed: true,
			Summary: "a text has more of something than a page can bear",
			Why:     "Such as a text in front matter of more than 500 characters, a heading of more than 1,000, lists in lists 50 deep, a table of more than 200 columns, or thousands of brackets that are never closed. No article that people read comes near; most often a log or a table of data was pasted. It would take the machine that builds for long, or the reader's.",
			Bad:     "# 退款没到\n\n" + strings.Repeat("> ", 120) + "正文。\n",
			Good:    "# 退款没到\n\n> > 正文。\n",
		},
		{
			Code: "shown-as-source", Default: diag.Warning,
			Summary: "readers see as text what was meant as markup",
			Why: "Such as ##原因 without a blank, a link with a blank in its address, brackets and braces of the Chinese keyboard, ** that have no partner, lines that begin with 1、, • or -甲 and run together, " +
				"points that divide the steps of a list, a table without its line of -, a block of code that is not closed, a paragraph that is code because of the blanks before it, words that are a heading because of the --- below them, " +
				"boxes, shortcodes and formulas of other programs, HTML without raw_html, a heading without words, and words of the template. It looks at what readers see, so what the site understands, " +
				"what stands in code and what is escaped (\\#, \\*) is never meant. Titles, summaries and symptoms have no markup at all, and readers see theirs as it is written. `whyfix check -fix` mends ##原因, lists such as 1、 (each whole or not at all), braces behind headings, full-width signs, and links and pictures where only one thing can be meant. " +
				"HTML, shortcodes and formulas are said once for each article, with their number. A warning, because a sign may be meant as it is.",
			Bad:  "# 退款没到\n\n##原因\n\n见[进度]（https://example.org/）。\n",
			Good: "# 退款没到\n\n## 原因\n\n见[进度](https://example.org/)。\n",
		},
		{
			Code: "comment-open", Needed: true,
			Summary: "a comment does not end where it should",
			Why:     "A comment, <!-- … -->, is for those who write, and no reader sees it. In a paragraph it ends in the paragraph; where it begins a line of its own, it may have blank lines, and ends at -->. One that does not end would be shown, or would hide all below.",
			Bad:     "# 退款没到\n\n三天到账 <!-- 待确认：\n\n财务说三十天 -->\n",
			Good:    "# 退款没到\n\n三天到账\n\n<!-- 待确认：\n\n财务说三十天 -->\n",
		},
		{
			Code: "comment-shown", Needed: true,
			Summary: "a comment stands where none is read, or is not written as one",
			Why:     "It is for those who write, and readers would see it. In front matter a comment stands behind # on a line of its own. The title of a picture and the attributes of a heading have none. In a text it begins with <!-- and ends with -->, in signs of the Latin keyboard.",
			Bad:     "# 退款没到\n\n三天到账。<！-- 财务说三十天 -->\n",
			Good:    "# 退款没到\n\n三天到账。<!-- 财务说三十天 -->\n",
		},
		{
			Code: "box-open", Needed: true,
			Summary: "a box is not closed",
			Why:     "A callout, a fold or tabs that begin with ::: end at a line of as many colons; <details> ends at </details>. All that stands below one without an end would be in it, headings too. A line of colons ends the innermost box with as many.",
			Bad:     "# 退款没到\n\n:::tip 先看这里\n账单里有进度。\n\n银行三天内到账。\n",
			Good:    "# 退款没到\n\n:::tip 先看这里\n账单里有进度。\n:::\n\n银行三天内到账。\n",
		},
		{
			Code: "box-kind", Needed: true,
			Summary: "a box is of a kind that is not known",
			Why:     "The words for callouts are note, info, tip, important, warning, caution and danger, or 注意, 说明, 提示, 重要, 警告, 小心 and 危险; ::: also knows details and tabs. A word that is none of them would be shown as text, or its box without a frame.",
			Bad:     "# 退款没到\n\n> [!WARN]\n> 卡已经注销。\n",
			Good:    "# 退款没到\n\n> [!WARNING]\n> 卡已经注销。\n",
		},
		{
			Code: "tabs-empty", Needed: true,
			Summary: "tabs have no tab",
			Why:     "Each tab begins with a line such as “== iPhone”, with a blank behind the signs. Without one there is nothing to choose from.",
			Bad:     "# 退款没到\n\n:::tabs\n苹果手机：点设置。\n:::\n",
			Good:    "# 退款没到\n\n:::tabs\n== iPhone\n点设置。\n== Android\n点更多。\n:::\n",
		},
		{
			Code: "tabs", Default: diag.Warning,
			Summary: "a tab is not as it was meant",
			Why:     "Two tabs with one name cannot be told apart; text above the first tab, or outside of a tab whose text stands four blanks to the right, belongs to none; and == 文字 == begins a tab, where a mark was meant.",
			Bad:     "# 退款没到\n\n:::tabs\n== 手机\n点设置。\n== 手机\n点更多。\n:::\n",
			Good:    "# 退款没到\n\n:::tabs\n== iPhone\n点设置。\n== Android\n点更多。\n:::\n",
		},
		{
			Code: "text-lost", Default: diag.Warning,
			Summary: "a part of the text is on no page",
			Why:     "A row of a table with more cells than its head loses those behind, and a footnote that nothing refers to is not shown. Readers miss it, and who wrote it does not see that.",
			Bad:     "# 退款没到\n\n| 灯 | 意思 |\n|---|---|\n| 红 | 断网 | 先重启 |\n",
			Good:    "# 退款没到\n\n| 灯 | 意思 | 怎么办 |\n|---|---|---|\n| 红 | 断网 | 先重启 |\n",
		},
		{
			Code: "title-length", Default: diag.Warning,
			Summary: "a title is longer than 40 Chinese characters or 80 letters",
			Why:     "Lists, results and other sites cut it off there, and the part that tells the problem apart is gone. The limit is generous: good titles have half of it.",
			Bad:     "---\ntitle: 在商家那里买了东西以后又申请了退款但是过了很多天退款一直没有到账并且商家说已经退了应该怎么办才好\n---\n",
			Good:    "---\ntitle: 商家说已退款，钱没到账怎么办？\n---\n",
		},
		{
			Code: "summary-length", Default: diag.Warning,
			Summary: "a summary is longer than 120 Chinese characters or 240 letters",
			Why:     "A summary is one or two sentences for lists and results; more is cut off, or pushes the next result off a phone.",
			Bad:     "---\ntitle: 退款没到\nsummary: 退款没有到账，可能是商家还没有真正提交退款，可能是银行还在处理，也可能是退到了另外一张卡或者退到了账户余额里。请先看订单页面上的退款状态，再看原来付款的那张卡的明细，如果是信用卡还要看是不是抵了账单；如果超过了页面上写的时间，请联系商家要退款单号，再拿着单号去问银行；如果银行也查不到，可以保留截图后申请平台介入处理。\n---\n",
			Good:    "---\ntitle: 退款没到\nsummary: 先看退款状态，再看钱退到了哪里，最后才找商家要退款单号。\n---\n",
		},
		{
			Code: "review-overdue", Default: diag.Warning,
			Summary: "the day in review_by has passed",
			Why:     "The page tells its readers that it may be out of date until somebody reads it again.",
			Bad:     "---\ntitle: 退款没到\nreview_by: 2020-01-01\n---\n",
			Good:    "---\ntitle: 退款没到\nreview_by: 2999-01-01\n---\n",
		},
		{
			Code: "expires-soon", Default: diag.Off, Told: true,
			Summary: "an article expires within the next two weeks",
			Why:     "Links to it become errors on that day. Off, because most articles that expire are meant to.",
			Bad:     "“expires:” names a day of next week.",
			Good:    "It names a day of next month.",
		},
	}
}

func imageRules() []Rule {
	return []Rule{
		{
			Code: "image-alt", Default: diag.Warning,
			Summary: "an image has no alternative text",
			Why:     "Who cannot see it is told that there is an image, and nothing else; the search does not find what it shows. Write what the image says, between the brackets.",
			Bad:     "-- a.md --\n# 退款没到\n\n![](way.svg)\n-- way.svg --\n<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"></svg>\n",
			Good:    "-- a.md --\n# 退款没到\n\n![钱从商家经银行到卡上，最多三天](way.svg)\n-- way.svg --\n<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"></svg>\n",
		},
		{
			Code: "figure-caption", Default: diag.Off,
			Summary: "an image that stands alone has no caption",
			Why:     "With a caption it gets a number that the text can name (“图 1”). Off, because a screenshot right below the step that it shows needs none.",
			Bad:     "-- a.md --\n# 退款没到\n\n![钱的路线](way.svg)\n-- way.svg --\n<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"></svg>\n",
			Good:    "-- a.md --\n# 退款没到\n\n![钱的路线](way.svg \"钱从商家回到卡上\")\n-- way.svg --\n<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"></svg>\n",
		},
		{
			Code: "image-blocked", Default: diag.Warning,
			Summary: "browsers do not load an image, a film, a recording or, in HTML, a frame or a script, because of where it is",
			Why:     "Pages load by https alone, and if `allow:` in site.yaml names hosts for images or media, from these and the site's own. Readers see a hole. A copy beside the article is the surest: it is there as long as the article is. A warning, because all else on the page is right.",
			Bad:     "# 退款没到\n\n![钱的路线](http://img.example.net/way.png)\n",
			Good:    "-- site.yaml --\nallow: {images: [\"https://img.example.net\"]}\n-- a.md --\n# 退款没到\n\n![钱的路线](https://img.example.net/way.png)\n",
		},
		{
			Code: "image-target", Needed: true,
			Summary: "an image is not there",
			Why:     "Readers would see a hole. `whyfix check -fix` mends the path of an image that was moved.",
			Bad:     "# 退款没到\n\n![钱的路线](way.svg)\n",
			Good:    "-- a.md --\n# 退款没到\n\n![钱的路线](way.svg)\n-- way.svg --\n<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"></svg>\n",
		},
	}
}
