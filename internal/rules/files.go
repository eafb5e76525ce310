package rules

import "whyfix/internal/diag"

func fileRules() []Rule {
	return []Rule{
		{
			Code: "file-read", Needed: true, Told: true,
			Summary: "a file cannot be read",
			Why:     "What cannot be read cannot be published. A link inside the content folder that leads out of it is not followed, so that no page shows what lies elsewhere on the machine.",
			Bad:     "A file without the right to read it, or a symbolic link to a place outside the content folder.",
			Good:    "A copy of the file in the content folder.",
		},
		{
			Code: "file-encoding", Needed: true, Told: true,
			Summary: "a text file is not UTF-8",
			Why:     "In another encoding Chinese text would be shown as signs that nobody can read.",
			Bad:     "An article saved as GBK or UTF-16.",
			Good:    "The same article saved as UTF-8.",
		},
		{
			Code: "file-size", Needed: true, Told: true,
			Summary: "an article is larger than 8 MB",
			Why:     "Nobody reads it to the end, and it is most often something else under the name of an article.",
			Bad:     "A log of 9 MB named log.md.",
			Good:    "Several articles, one problem each.",
		},
		{
			Code: "file-name", Needed: true,
			Summary: "no address can be made of a file's name",
			Why:     "A page's address is made of its file's name. It needs at least one letter or digit that can stand in an address.",
			Bad:     "-- %.md --\n# 退款没到\n",
			Good:    "-- refund.md --\n# 退款没到\n",
		},
		{
			Code: "file-case", Needed: true, Told: true,
			Summary: "two names differ only by case, or in how an accent is written",
			Why:     "On macOS and Windows they are one file, and one of the two would be lost as soon as somebody works there. A name with an accent is the same name in both ways to write it (é as one character, or e with an accent behind it): links find it in either.",
			Bad:     "Refund.md and refund.md, or the folders Pay and pay.",
			Good:    "refund.md and refund-late.md.",
		},
		{
			Code: "settings-name", Default: diag.Warning,
			Summary: "a file's name is nearly that of a settings file",
			Why:     "Nobody reads Site.yaml and site.yml, and their settings do not count.",
			Bad:     "-- site.yml --\ntitle: 帮助\n-- a.md --\n# 退款没到\n",
			Good:    "-- site.yaml --\ntitle: 帮助\n-- a.md --\n# 退款没到\n",
		},
		{
			Code: "file-left-out", Default: diag.Warning,
			Summary: "files beside the articles are not published, because nothing leads to them",
			Why:     "A folder that people work in has more in it than readers should get: locks of an office (~$plan.docx), Thumbs.db, notes. Published is what an article, site.yaml or the theme leads to; pictures, PDF, archives, films and recordings; and at the top what other programs ask for by its name, such as robots.txt and CNAME. `files: [docx]` in site.yaml publishes all of a kind, and `files: [\"*\"]` everything but leftovers; so does `raw_html`, with which nobody knows where pages lead.",
			Bad:     "-- a.md --\n# 退款没到\n-- plan.docx --\nx\n",
			Good:    "-- a.md --\n# 退款没到\n\n看[表格](form.docx)。\n-- form.docx --\nx\n-- guide.pdf --\nx\n",
		},
		{
			Code: "folder-title", Default: diag.Warning,
			Summary: "readers of a language that has other letters see a folder by its Latin name",
			Why:     "A folder without an index.md, or whose index.md has no title, is called by its name: “Milk” stands among Chinese words in lists and above its articles. Only on sites that say their language, in site.yaml or in an index.md, once for each folder.",
			Bad:     "-- site.yaml --\nlanguage: zh-CN\n-- milk/a.md --\n# 打不出奶泡\n",
			Good:    "-- site.yaml --\nlanguage: zh-CN\n-- milk/index.md --\n---\ntitle: 打奶泡\n---\n-- milk/a.md --\n# 打不出奶泡\n",
		},
		{
			Code: "empty", Default: diag.Warning,
			Summary: "there is no article in the content folder",
			Why:     "Most often -content names another folder than was meant.",
			Bad:     "-- site.yaml --\ntitle: 帮助\n",
			Good:    "-- a.md --\n# 退款没到\n",
		},
	}
}
