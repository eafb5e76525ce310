package rules

import "whyfix/internal/diag"

func findingRules() []Rule {
	const alike = "-- a.md --\n---\ntitle: 花呗用不了\nsymptoms: [花呗用不了]\n---\n\n花呗用不了。\n" +
		"-- b.md --\n---\ntitle: 花呗用不了啦\nsymptoms: [花呗用不了]\n---\n\n花呗用不了。\n" +
		"-- c.md --\n---\ntitle: 花呗用不了了\nsymptoms: [花呗用不了]\n---\n\n花呗用不了。\n"
	return []Rule{
		{
			Code: "promise", Default: diag.Warning,
			Summary: "a symptom does not find its article among the first three",
			Why:     "A symptom is a promise: who types it finds this article. `whyfix build -strict` fails where one is broken, and so does every build with “promise: error”.",
			Bad:     alike + "-- d.md --\n---\ntitle: 别的问题\nsymptoms: [花呗用不了]\n---\n\n正文。\n",
			Good:    "-- a.md --\n---\ntitle: 花呗用不了\nsymptoms: [花呗用不了]\n---\n\n花呗用不了。\n-- d.md --\n---\ntitle: 别的问题\nsymptoms: [扫码付不了]\n---\n\n正文。\n",
		},
		{
			Code: "duplicate-symptom", Default: diag.Warning,
			Summary: "one symptom stands in two articles",
			Why:     "It promises to find both, and a reader opens one. Keep it where it fits best, or say what is special in the other.",
			Bad:     "-- a.md --\n---\ntitle: 退款没到\nsymptoms: [钱没到]\n---\n-- b.md --\n---\ntitle: 提现没到\nsymptoms: [钱没到]\n---\n",
			Good:    "-- a.md --\n---\ntitle: 退款没到\nsymptoms: [退款的钱没到]\n---\n-- b.md --\n---\ntitle: 提现没到\nsymptoms: [提现的钱没到]\n---\n",
		},
		{
			Code: "duplicate-title", Default: diag.Warning,
			Summary: "two articles have one title",
			Why:     "Readers cannot tell them apart in a list.",
			Bad:     "-- a.md --\n# 退款没到\n-- b.md --\n# 退款没到\n",
			Good:    "-- a.md --\n# 退款没到\n-- b.md --\n# 提现没到\n",
		},
	}
}

// Five articles in two languages, but for one in the second.
const (
	fiveInChinese = "-- a.md --\n# 退款没到\n-- b.md --\n# 提现没到\n-- c.md --\n# 收不到验证码\n-- d.md --\n# 登录不上\n-- e.md --\n# 发票没到\n"
	fourInEnglish = "-- en/index.md --\n---\nlanguage: en\n---\n-- en/a.md --\n# My refund is late\n-- en/b.md --\n# My money is late\n-- en/c.md --\n# No code comes\n-- en/d.md --\n# I cannot log in\n"
)

func themeRules() []Rule {
	return []Rule{
		{
			Code: "theme", Needed: true,
			Summary: "the theme is not there",
			Why:     "site.yaml or -theme names a folder in themes/ beside the content folder, or the path of a folder.",
			Bad:     "-- site.yaml --\ntheme: none\n-- a.md --\n# 退款没到\n",
			Good:    "-- site.yaml --\ntheme: default\n-- a.md --\n# 退款没到\n",
		},
		{
			Code: "theme-template", Needed: true, Told: true,
			Summary: "a template of the theme is broken",
			Why:     "No page could be made with it. docs/themes.md tells what a template is given.",
			Bad:     "A template with `{{.Nothing}}`.",
			Good:    "A template with the fields of its view alone.",
		},
		{
			Code: "theme-slow", Default: diag.Warning, Told: true,
			Summary: "a template of the theme is one of the slow ones",
			Why: "Pages are made by a program of the theme's templates. What it does not know is left to html/template, which makes the same pages in two to five " +
				"times the time, all pages of the template. docs/themes.md tells what it knows. A site of a few hundred articles may well turn this rule off.",
			Bad:  "A template with `{{slice .Title 1}}`, or with `{{break}}`.",
			Good: "A template with fields, words, assets, comparisons, and templates that are called between tags.",
		},
		{
			Code: "theme-words", Needed: true, Told: true,
			Summary: "a file of the theme's words is broken",
			Why:     "It is JSON: one object from names to words.",
			Bad:     "`{search: 搜索}`, without quotes.",
			Good:    "`{\"search\": \"搜索\"}`.",
		},
	}
}
