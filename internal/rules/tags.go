package rules

import "whyfix/internal/diag"

func tagRules() []Rule {
	return []Rule{
		{
			Code: "tag-name", Needed: true,
			Summary: "a tag's name cannot be used",
			Why:     "Each tag has a page, whose address is made of its name; one name belongs to one tag.",
			Bad:     "---\ntitle: 退款没到\nproducts: [\"？？\"]\n---\n",
			Good:    "---\ntitle: 退款没到\nproducts: [花呗]\n---\n",
		},
		{
			Code: "tag-slug", Needed: true,
			Summary: "two tags have one slug",
			Why:     "Both would have the same address.",
			Bad:     "-- tags.yaml --\n花呗: {slug: pay}\n借呗: {slug: pay}\n-- a.md --\n---\ntitle: 退款没到\nproducts: [花呗, 借呗]\n---\n",
			Good:    "-- tags.yaml --\n花呗: {slug: huabei}\n借呗: {slug: jiebei}\n-- a.md --\n---\ntitle: 退款没到\nproducts: [花呗, 借呗]\n---\n",
		},
		{
			Code: "tag-comma", Default: diag.Warning,
			Summary: "a comma that divides nothing stands inside a tag or a symptom",
			Why:     "YAML divides lists at the comma of the Latin keyboard, and only between brackets, so this is one tag. Put it in quotes if that was meant.",
			Bad:     "---\ntitle: 退款没到\nproducts: [花呗，借呗]\n---\n",
			Good:    "---\ntitle: 退款没到\nproducts: [花呗, 借呗]\n---\n",
		},
		{
			Code: "tag-twice", Default: diag.Warning,
			Summary: "an article gives a tag twice",
			Why:     "The second changes nothing. Two names of one tag in tags.yaml are one tag.",
			Bad:     "---\ntitle: 退款没到\nproducts: [花呗, 花呗]\n---\n",
			Good:    "---\ntitle: 退款没到\nproducts: [花呗]\n---\n",
		},
		{
			Code: "tag-unused", Default: diag.Warning,
			Summary: "tags.yaml speaks of a tag that no article has",
			Why:     "Most often the tag was renamed in the articles alone.",
			Bad:     "-- tags.yaml --\n花呗: 先消费，后还款。\n-- a.md --\n# 退款没到\n",
			Good:    "-- tags.yaml --\n花呗: 先消费，后还款。\n-- a.md --\n---\ntitle: 退款没到\nproducts: [花呗]\n---\n",
		},
		{
			Code: "tag-near", Default: diag.Warning,
			Summary: "two tags of one family differ in one character",
			Why:     "一字之差 makes two pages of one tag, and readers see half of the articles on each. It speaks of tags of four characters and more, and not of opposites (转入失败, 转出失败), numbers, or two tags that one article has or that tags.yaml both describes: those are meant. `whyfix check -fix` makes one of the two after asking.",
			Bad:     "-- a.md --\n---\ntitle: 退款没到\ncauses: [账户被冻结]\n---\n-- b.md --\n---\ntitle: 提现没到\ncauses: [帐户被冻结]\n---\n",
			Good:    "-- a.md --\n---\ntitle: 退款没到\ncauses: [账户被冻结]\n---\n-- b.md --\n---\ntitle: 提现没到\ncauses: [账户被冻结]\n---\n",
		},
		{
			Code: "tag-once", Default: diag.Off,
			Summary: "a tag is used by one article alone",
			Why:     "Its page lists one article, which readers have just read. Off, because causes and cases are often particular, and every tag starts with one article.",
			Bad:     "-- a.md --\n---\ntitle: 退款没到\nproducts: [花呗]\n---\n-- b.md --\n# 提现没到\n",
			Good:    "-- a.md --\n---\ntitle: 退款没到\nproducts: [花呗]\n---\n-- b.md --\n---\ntitle: 还款晚了\nproducts: [花呗]\n---\n",
		},
		{
			Code: "tag-description", Default: diag.Off,
			Summary: "a tag has no description in tags.yaml",
			Why:     "The first line of its page, which tells a reader what the word means. Off, because most tags say what they mean, and a plain folder has no tags.yaml.",
			Bad:     "---\ntitle: 退款没到\nproducts: [花呗]\n---\n",
			Good:    "-- tags.yaml --\n花呗: 先消费，后还款。\n-- a.md --\n---\ntitle: 退款没到\nproducts: [花呗]\n---\n",
		},
	}
}
