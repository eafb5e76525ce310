package rules

import "whyfix/internal/diag"

func linkRules() []Rule {
	return []Rule{
		{
			Code: "link-target", Needed: true,
			Summary: "a link leads to nothing",
			Why:     "A reader who follows it is lost. Link to the Markdown file; its page's address is the program's business. `whyfix check -fix` mends a link to an article that was moved.",
			Bad:     "# 退款没到\n\n看[还款](pay/late.md)。\n",
			Good:    "-- a.md --\n# 退款没到\n\n看[还款](pay/late.md)。\n-- pay/late.md --\n# 还款晚了\n",
		},
		{
			Code:    "link-anchor",
			Summary: "a link names an anchor that its page does not have",
			Why:     "The reader comes to the top of the page and must search. #cause, #check, #solution and #case always work where there is such a section.",
			Bad:     "# 退款没到\n\n看[怎么办](#solution)。\n",
			Good:    "# 退款没到\n\n看[怎么办](#solution)。\n\n## 怎么办\n\n等三天。\n",
		},
		{
			Code: "link-scheme", Needed: true,
			Summary: "a link could run a program in the reader's browser",
			Why:     "javascript:, data: and file: addresses have no place on a help page.",
			Bad:     "# 退款没到\n\n[点这里](javascript:alert)\n",
			Good:    "# 退款没到\n\n[打电话](tel:95188)\n",
		},
		{
			Code:    "related",
			Summary: "related: names an article that there is not",
			Why:     "It is left out on the page.",
			Bad:     "---\ntitle: 退款没到\nrelated: [pay/late.md]\n---\n",
			Good:    "-- a.md --\n---\ntitle: 退款没到\nrelated: [pay/late.md]\n---\n-- pay/late.md --\n# 还款晚了\n",
		},
		{
			Code: "related-hidden", Default: diag.Warning,
			Summary: "related: names an article that is not published",
			Why:     "It is left out until that article is published.",
			Bad:     "-- a.md --\n---\ntitle: 退款没到\nrelated: [b.md]\n---\n-- b.md --\n---\ntitle: 还款晚了\ndraft: true\n---\n",
			Good:    "-- a.md --\n---\ntitle: 退款没到\nrelated: [b.md]\n---\n-- b.md --\n# 还款晚了\n",
		},
		{
			Code: "translation-missing", Default: diag.Warning,
			Summary: "an article is not there in a language that has most of the others",
			Why: "Who reads that language finds less than others do, and nobody is told. It is said of a language that has at least three in five of the articles that other languages have, " +
				"and where those are at least five: of one that has just begun nothing is expected. A draft counts as being written. `untranslated: true` in front matter says that an article is meant " +
				"for its language alone, and in an index.md so for all in its folder. A warning, because what is there is right.",
			Bad:  fiveInChinese + fourInEnglish,
			Good: fiveInChinese + fourInEnglish + "-- en/e.md --\n# My invoice is late\n",
		},
		{
			Code: "duplicate-url", Needed: true,
			Summary: "two pages want one address",
			Why:     "One of the two could not be read by anybody. Addresses that differ in case alone are one on some systems.",
			Bad:     "-- refund.md --\n# 退款没到\n-- late.md --\n---\ntitle: 还款晚了\nslug: refund\n---\n",
			Good:    "-- refund.md --\n# 退款没到\n-- late.md --\n# 还款晚了\n",
		},
		{
			Code: "long-url", Needed: true, Told: true,
			Summary: "a part of an address is too long for a file's name",
			Why:     "File systems hold 255 bytes in one name, which are 80 Chinese characters.",
			Bad:     "A slug of 100 Chinese characters.",
			Good:    "A slug of at most 80.",
		},
		{
			Code: "two-indexes", Needed: true,
			Summary: "a folder has two index files",
			Why:     "A folder has one page: index.md.",
			Bad:     "-- pay/index.md --\n# 支付\n-- pay/index.markdown --\n# 付款\n-- pay/a.md --\n# 退款没到\n",
			Good:    "-- pay/index.md --\n# 支付\n-- pay/a.md --\n# 退款没到\n",
		},
		{
			Code: "vanished-url", Needed: true, Told: true,
			Summary: "an address that was published leads nowhere now (in check only with -against; in build a warning)",
			Why:     "Others link to it, and readers have kept it. An alias in the article that takes its place, or redirects: in site.yaml, leads them there; gone: says that nothing takes its place. A release remembers such addresses until one of these is written.",
			Bad:     "A file was renamed, and `whyfix check -against public` looks at the release from before.",
			Good:    "The renamed article has the old address under aliases, as `whyfix mv` writes it.",
		},
		{
			Code: "orphan", Default: diag.Off,
			Summary: "no other article, category text, home text or navigation links to an article",
			Why:     "A link in a text tells when an article helps; lists of categories and tags do not. Off, because readers of a help site come by search, and a new site has few links between articles.",
			Bad:     "-- index.md --\n# 帮助\n-- a.md --\n# 退款没到\n",
			Good:    "-- index.md --\n# 帮助\n\n先看[退款没到](a.md)。\n-- a.md --\n# 退款没到\n",
		},
	}
}
