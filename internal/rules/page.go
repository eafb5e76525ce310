package rules

import (
	"fmt"
	"strings"
)

//go:generate go run gen.go

// Page is docs/checks.md.
func Page() string {
	var b strings.Builder
	b.WriteString(`# Checks

` + "`whyfix check`" + ` lists every problem in the content, with file, line, column, the line itself and what to do. ` + "`whyfix build`" + ` and
` + "`whyfix dev`" + ` go by the same rules. An error stops a build, a warning does not. (This page is made of the program's own
list of rules: ` + "`go generate ./internal/rules`" + `.)

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

| code | default | what is wrong |
|---|---|---|
`)
	for _, r := range All() {
		fmt.Fprintf(&b, "| [`%s`](#%s) | %s | %s |\n", r.Code, r.Code, level(r), strings.ReplaceAll(r.Summary, "|", `\|`))
	}
	for _, f := range Families() {
		fmt.Fprintf(&b, "\n## %s\n", f.Title)
		for _, r := range f.Rules {
			fmt.Fprintf(&b, "\n### %s\n\n%s: %s.\n\n%s\n", r.Code, upper(level(r)), r.Summary, r.Why)
			b.WriteString(example("Not so", r.Bad, r.Told))
			b.WriteString(example("But so", r.Good, r.Told))
		}
	}
	return b.String()
}

func level(r Rule) string {
	if r.Needed {
		return "error, needed"
	}
	return r.Default.String()
}

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func example(title, text string, told bool) string {
	if told {
		return "\n" + title + ": " + text + "\n"
	}
	return "\n" + title + ":\n\n```text\n" + strings.TrimRight(text, "\n") + "\n```\n"
}

// Link is where a rule is explained, from the top of the documentation.
func (r Rule) Link() string { return "docs/checks.md#" + r.Code }
