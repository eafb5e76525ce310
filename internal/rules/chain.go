package rules

import "whyfix/internal/diag"

func chainRules() []Rule {
	const front = "---\ntitle: 退款没到\nsymptoms: [退款没到]\n---\n"
	const cause = "\n## 原因\n\n### 银行在处理\n\n慢。\n"
	return []Rule{
		{
			Code:    "item-tag",
			Summary: "an item is about a tag that its article does not have",
			Why:     "{tag=…} puts the item on that tag's page; without the tag there is no such page.",
			Bad:     front + "\n## 原因\n\n### 银行慢 {tag=\"银行处理\"}\n\n慢。\n\n## 怎么办\n\n等。\n",
			Good:    "---\ntitle: 退款没到\ncauses: [银行处理]\n---\n\n## 原因\n\n### 银行慢 {tag=\"银行处理\"}\n\n慢。\n\n## 怎么办\n\n等。\n",
		},
		{
			Code:    "item-for",
			Summary: "an item is for a cause that its article does not have",
			Why:     "{for=…} says which cause a check, a solution or a case belongs to.",
			Bad:     front + cause + "\n## 怎么办\n\n### 等 {for=\"银行处理\"}\n\n等。\n",
			Good:    front + cause + "\n## 怎么办\n\n### 等 {for=\"银行在处理\"}\n\n等。\n",
		},
		{
			Code: "cause-solution", Default: diag.Warning,
			Summary: "nothing says what to do about a cause",
			Why:     "A reader who has found the cause must not be left there. Write {for=\"…\"} behind a heading of the solutions; a solution without it counts for all causes. Articles without symptoms and without cause tags are not looked at: a plain page may tell reasons and no more.",
			Bad:     front + cause + "\n### 商家没退\n\n没退。\n\n## 怎么办\n\n### 等三天 {for=\"银行在处理\"}\n\n等。\n",
			Good:    front + cause + "\n### 商家没退\n\n没退。\n\n## 怎么办\n\n### 等三天 {for=\"银行在处理\"}\n\n等。\n\n### 找商家 {for=\"商家没退\"}\n\n找。\n",
		},
		{
			Code: "tag-section", Default: diag.Warning,
			Summary: "no heading of an article is about one of its tags, and there are headings about others",
			Why:     "The page of a cause, a solution or a case shows what articles say about it. An item is about a tag if its heading is the tag, or says so by {tag=…}. It is said where headings of the same kind are about other tags, or one nearly has the tag's words. Articles whose headings are no tags at all, or that have a text without headings there, are not meant.",
			Bad:     "---\ntitle: 退款没到\ncauses: [银行处理, 商家没退]\n---\n" + cause + "\n## 怎么办\n\n等。\n",
			Good:    "---\ntitle: 退款没到\ncauses: [银行在处理]\n---\n" + cause + "\n## 怎么办\n\n等。\n",
		},
		{
			Code: "solution-cause", Default: diag.Off,
			Summary: "a solution does not say which cause it is for, and others do",
			Why:     "The guided diagnosis leads from a cause to its solutions; one for no cause stands aside. Off, because “ask support” helps with every cause, and says so by naming none.",
			Bad:     front + cause + "\n## 怎么办\n\n### 等三天 {for=\"银行在处理\"}\n\n等。\n\n### 找商家\n\n找。\n",
			Good:    front + cause + "\n### 商家没退\n\n没退。\n\n## 怎么办\n\n### 等三天 {for=\"银行在处理\"}\n\n等。\n\n### 找商家 {for=\"商家没退\"}\n\n找。\n",
		},
		{
			Code: "check-cause", Default: diag.Warning,
			Summary: "a check or a case does not say which cause it is for, and others do",
			Why:     "The page asks “which case is like yours?”, and an answer holds what is for its cause. A check or a case for none stands outside of the answers, most often because {for=\"…\"} was forgotten. Articles with a single cause, and those where no check says what it is for, are not meant.",
			Bad:     "---\ntitle: 退款没到\n---\n" + cause + "\n### 商家没退\n\n没退。\n\n## 怎么判断\n\n### 账单写着成功 {for=\"银行在处理\"}\n\n看日期。\n\n### 账单写着待处理\n\n看订单。\n\n## 怎么办\n\n等。\n",
			Good:    "---\ntitle: 退款没到\n---\n" + cause + "\n### 商家没退\n\n没退。\n\n## 怎么判断\n\n### 账单写着成功 {for=\"银行在处理\"}\n\n看日期。\n\n### 账单写着待处理 {for=\"商家没退\"}\n\n看订单。\n\n## 怎么办\n\n等。\n",
		},
		{
			Code: "cause-check", Default: diag.Warning,
			Summary: "nothing says how to tell a cause, and of others it is said",
			Why:     "Its answer shows the bare cause, which a reader does not know yet. Write a check for it, or {for=…} behind the heading of one that tells it, too: several causes are divided by commas. Articles that tell no cause apart in this way are not meant.",
			Bad:     "---\ntitle: 退款没到\n---\n" + cause + "\n### 商家没退\n\n没退。\n\n## 怎么判断\n\n### 账单写着成功 {for=\"银行在处理\"}\n\n看日期。\n\n## 怎么办\n\n等。\n",
			Good:    "---\ntitle: 退款没到\n---\n" + cause + "\n### 商家没退\n\n没退。\n\n## 怎么判断\n\n### 账单里有没有这一笔 {for=\"银行在处理, 商家没退\"}\n\n有，是银行；没有，是商家。\n\n## 怎么办\n\n等。\n",
		},
		{
			Code: "article-symptoms", Default: diag.Off,
			Summary: "an article names no symptoms",
			Why:     "Symptoms are what readers say, and count most in the search. Off, because a plain folder of Markdown files has none; turn it on where every article is about a problem.",
			Bad:     "---\ntitle: 退款没到\n---\n",
			Good:    "---\ntitle: 退款没到\nsymptoms: [退款没到]\n---\n",
		},
		{
			Code: "article-check", Default: diag.Off,
			Summary: "an article names causes and no way to tell which it is",
			Why:     "With two causes a reader must choose. Off, because a single cause needs no choice, and a symptom may tell enough.",
			Bad:     front + cause + "\n## 怎么办\n\n等。\n",
			Good:    front + cause + "\n## 怎么判断\n\n看订单。\n\n## 怎么办\n\n等。\n",
		},
		{
			Code: "article-case", Default: diag.Off,
			Summary: "an article names causes and no case where it happened",
			Why:     "A case shows a reader that others had it, and how it ended. Off, because a case must have happened: none is better than one made up.",
			Bad:     front + cause + "\n## 怎么办\n\n等。\n",
			Good:    front + cause + "\n## 怎么办\n\n等。\n\n## 案例\n\n小王等了两天。\n",
		},
	}
}
