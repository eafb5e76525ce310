package rules

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"whyfix/internal/diag"
)

//go:generate go run gen.go

const head = `# Checks

` + "`whyfix check`" + ` lists every problem in the content, with file, line, column, the line itself and what to do. ` + "`whyfix build`" + ` and
` + "`whyfix dev`" + ` go by the same rules. An error stops a build, a warning does not. (This page is made of the program's own
list of rules: ` + "`go generate ./internal/rules`" + `. [中文](checks.zh.md))

A site can take a rule more or less seriously, in site.yaml:

    checks:
      tag-once: warning
      duplicate-title: error
      image-alt: off

Rules marked *needed* stay errors, because every reader would meet what they find. Rules that a plain folder of Markdown files
would break on every page are off by default; each says why.

Of one rule ten findings are printed, and how many more there are; ` + "`whyfix check -all`" + ` prints all. What is for machines always has all:
` + "`whyfix check -json`" + ` is for programs, ` + "`-sarif`" + ` for review tools, ` + "`-github`" + ` for annotations in a workflow. ` + "`-fix`" + ` mends links
and images whose file was moved, values that need quotes, headings, lists and links that are shown as source, and, after asking, tags that differ in one character.
` + "`whyfix check -explain CODE`" + ` prints what this page says of a rule.

Messages are in English or Chinese, as the system of the person says (LC_ALL, LC_MESSAGES, LANG), or ` + "`-lang zh`" + ` or ` + "`-lang en`" + ` behind any command.
The texts in JSON, SARIF and annotations are in that language, too, because people read them there; codes, places, severities and the names of fields are always the same.

| code | default | what is wrong |
|---|---|---|
`

const chineseHead = `# 检查

` + "`whyfix check`" + ` 列出内容里的所有问题：文件、行、列、那一行的原文，以及该怎么办。` + "`whyfix build`" + ` 和 ` + "`whyfix dev`" + ` 用同样的规则。
有错误就不会构建，警告不影响构建。（本页由程序自己的规则表生成：` + "`go generate ./internal/rules`" + `。[English](checks.md)）

每个网站可以在 site.yaml 里调整规则的轻重：

    checks:
      tag-once: warning
      duplicate-title: error
      image-alt: off

标着“必须”的规则一直算错误，因为每个读者都会碰到那些问题。普通的 Markdown 文件夹里每一页都会违反的规则默认关闭，各条都说明了原因。

同一条规则只显示十处，并说明还有多少；` + "`whyfix check -all`" + ` 全部显示。给机器看的总是全部：` + "`-json`" + ` 给程序，` + "`-sarif`" + ` 给审阅工具，
` + "`-github`" + ` 给工作流里的批注。` + "`-fix`" + ` 会改好文件移动过的链接和图片、需要引号的值、会原样显示的标题、列表和链接，以及（问过以后）只差一个字的标签。
` + "`whyfix check -explain 规则`" + ` 显示本页对一条规则的说明。

信息用中文还是英文由系统的 LC_ALL、LC_MESSAGES 和 LANG 决定，也可以在任何命令后面写 ` + "`-lang zh` 或 `-lang en`" + `。
JSON、SARIF 和批注里的文字也跟着变，因为那也是给人看的；规则的代码、位置、轻重和字段名不变。

| 代码 | 默认 | 哪里不对 |
|---|---|---|
`

// Page is docs/checks.md, or docs/checks.zh.md.
func Page(l diag.Language) string {
	var b strings.Builder
	if l == diag.Chinese {
		b.WriteString(chineseHead)
	} else {
		b.WriteString(head)
	}
	for _, r := range All() {
		fmt.Fprintf(&b, "| [`%s`](#%s) | %s | %s |\n", r.Code, r.Code, level(r).In(l), strings.ReplaceAll(r.In(l).Summary, "|", `\|`))
	}
	for _, f := range Families() {
		fmt.Fprintf(&b, "\n## %s\n", f.Title.In(l))
		for _, r := range f.Rules {
			fmt.Fprintf(&b, "\n### %s\n\n%s", r.Code, r.Page(l))
		}
	}
	return b.String()
}

// Page is what the documentation says of a rule.
func (r Rule) Page(l diag.Language) string {
	r = r.In(l)
	colon, stop := ": ", "."
	if l == diag.Chinese {
		colon, stop = "：", "。"
	}
	return upper(level(r).In(l)) + colon + r.Summary + stop + "\n\n" + r.Why + "\n" +
		example(diag.Say("Not so").In(l), colon, r.Bad, r.Told) + example(diag.Say("But so").In(l), colon, r.Good, r.Told)
}

func level(r Rule) diag.Text {
	switch {
	case r.Needed:
		return diag.Say("error, needed")
	case r.Default == diag.Error:
		return diag.Say("error")
	case r.Default == diag.Warning:
		return diag.Say("warning")
	}
	return diag.Say("off")
}

func upper(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	return strings.ToUpper(s[:n]) + s[n:]
}

func example(title, colon, text string, told bool) string {
	if told {
		return "\n" + title + colon + text + "\n"
	}
	return "\n" + title + strings.TrimSpace(colon) + "\n\n```text\n" + strings.TrimRight(text, "\n") + "\n```\n"
}

// Link is where a rule is explained, from the top of the documentation.
func (r Rule) Link() string { return "docs/checks.md#" + r.Code }
