package fix

import (
	"bytes"
	"regexp"
	"strings"

	"whyfix/internal/diag"
	"whyfix/internal/markdown"
)

// Quotes are the edits for values that were found to need quotes.
func Quotes(found diag.List) []Edit {
	var out []Edit
	seen := map[diag.Pos]bool{}
	add := func(at diag.Pos, as Writing) {
		line := diag.Pos{File: at.File, Line: at.Line}
		if !seen[line] { // two signs in one value
			seen[line] = true
			out = append(out, Edit{At: at, As: as, What: diag.Say("the value → the same in quotes")})
		}
	}
	for _, d := range found {
		switch {
		case d.Line == 0:
		case d.Code == "heading-attribute" && strings.HasPrefix(d.Hint.En, "put the value in quotes"):
			add(d.Pos, quoteAttributes)
		case d.Code == "value-lost" && d.Hint.En == "put the value in quotes",
			d.Code == "yaml-syntax" && strings.Contains(d.Hint.En, "in quotes") && !strings.Contains(d.Hint.En, "single quotes"):
			add(d.Pos, quoteValue)
		case d.Code == "value-shape" && strings.HasSuffix(d.Hint.En, "put it in quotes"):
			add(d.Pos, quoteItem)
		case d.Code == "value-shape" && d.Hint.En == "write a blank behind each -":
			out = append(out, Edit{At: d.Pos, As: divideItems, What: diag.Say("the lines → a list")})
		}
	}
	return out
}

// What stands before a value in its line: the key of a setting, the dash of an
// item, or both.
var (
	beforeValue = regexp.MustCompile(`^\s*(?:(?:- +)+(?:[A-Za-z_]+: +)?|[^\s"'#\[{-][^:]*: +)`)
	beforeItem  = regexp.MustCompile(`^\s*(?:- +)+`)
)

// commentBehind is a comment behind a value. Where no blank stands behind the #, it
// is most likely a part of the value.
var commentBehind = regexp.MustCompile(`[ \t]+#(?:[ \t]|$)`)

// quoteValue puts the value in quotes in whose line a byte of a YAML text is.
func quoteValue(text []byte, offset int, _, _ string) ([]byte, bool) {
	return quoteBehind(text, offset, beforeValue)
}

// quoteItem does the same with a whole item of a list.
func quoteItem(text []byte, offset int, _, _ string) ([]byte, bool) {
	return quoteBehind(text, offset, beforeItem)
}

// divideItems puts a blank behind each - that begins a line, from a byte of a YAML
// text on, as long as the lines have one indent.
func divideItems(text []byte, offset int, _, _ string) ([]byte, bool) {
	if offset < 0 || offset > len(text) {
		return text, false
	}
	start := bytes.LastIndexByte(text[:offset], '\n') + 1
	indent := text[start:offset]
	if len(bytes.Trim(indent, " ")) > 0 {
		return text, false // behind its key
	}
	made := false
	for {
		rest := text[start:]
		if !bytes.HasPrefix(rest, indent) || len(rest) < len(indent)+2 || rest[len(indent)] != '-' || rest[len(indent)+1] == '-' {
			return text, made
		}
		if at := start + len(indent) + 1; text[at] != ' ' {
			text, made = put(text, at, at, " "), true
		}
		n := bytes.IndexByte(text[start:], '\n')
		if n < 0 {
			return text, made
		}
		start += n + 1
	}
}

func quoteBehind(text []byte, offset int, before *regexp.Regexp) ([]byte, bool) {
	if offset < 0 || offset > len(text) {
		return text, false
	}
	start := bytes.LastIndexByte(text[:offset], '\n') + 1
	end := len(text)
	if n := bytes.IndexByte(text[start:], '\n'); n >= 0 {
		end = start + n
	}
	at := before.FindIndex(text[start:end])
	if at == nil || strings.TrimSpace(string(text[start:end])) == "" {
		return text, false
	}
	indent := len(text[start:end]) - len(bytes.TrimLeft(text[start:end], " "))
	next := text[min(end+1, len(text)):]
	if deeper := len(next) - len(bytes.TrimLeft(next, " ")); deeper > indent+2 || deeper > indent && text[start+indent] != '-' {
		return text, false // the value goes on in the next line, or is a list
	}
	start += at[1]
	value := string(text[start:end])
	if comment := commentBehind.FindStringIndex(value); comment != nil {
		value = value[:comment[0]]
	}
	value = strings.TrimRight(value, " \t\r")
	quoted := ""
	switch {
	case value == "" || strings.ContainsAny(value[:1], `"'`):
		return text, false // somebody has tried
	case (value[0] == '[' || value[0] == '{') && strings.ContainsAny(value[len(value)-1:], "]}"):
		return text, false // a list: nobody can tell which part is meant
	case !strings.ContainsAny(value, `"\`):
		quoted = `"` + value + `"`
	case !strings.Contains(value, "'"):
		quoted = "'" + value + "'"
	default:
		quoted = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
	}
	return put(text, start, start+len(value), quoted), true
}

// quoteAttributes puts values in the braces behind a heading in quotes.
func quoteAttributes(text []byte, offset int, _, _ string) ([]byte, bool) {
	if offset < 0 || offset > len(text) {
		return text, false
	}
	end := len(text)
	if n := bytes.IndexByte(text[offset:], '\n'); n >= 0 {
		end = offset + n
	}
	open, stop := bytes.LastIndexByte(text[offset:end], '{'), bytes.LastIndexByte(text[offset:end], '}')
	if open < 0 || stop < open {
		return text, false
	}
	inside := string(text[offset+open+1 : offset+stop])
	quoted := markdown.QuotedAttributes(inside)
	return put(text, offset+open+1, offset+stop, quoted), quoted != inside
}
