package fix

import (
	"bytes"
	"regexp"
	"strings"
)

var (
	frontMatter = regexp.MustCompile(`(?m)\A\x{FEFF}?---\r?\n((?s:.*?))^---[ \t]*\r?$`)
	// emptyAliases is a line of it that has the key and no value.
	emptyAliases = regexp.MustCompile(`(?m)^aliases:([ \t]*(?:\[[ \t]*\]|~|null)?[ \t]*?)(?: #.*)?\r?$`)
)

// Alias adds an old address to the front matter of an article. First is the
// byte at which its first alias stands, -1 if it has none. A text without front
// matter gets one.
func Alias(text []byte, first int, _, address string) ([]byte, bool) {
	if first >= 0 {
		return besideAlias(text, first, address)
	}
	end := "\n"
	if i := bytes.IndexByte(text, '\n'); i > 0 && text[i-1] == '\r' {
		end = "\r\n"
	}
	list := " [" + flow(address) + "]"
	front := frontMatter.FindSubmatchIndex(text)
	if front == nil {
		mark := len(text) - len(bytes.TrimPrefix(text, []byte("\xEF\xBB\xBF")))
		if bytes.HasPrefix(text[mark:], []byte("---"+end)) {
			return text, false // it has no end
		}
		return put(text, mark, mark, "---"+end+"aliases:"+list+end+"---"+end+end), true
	}
	if empty := emptyAliases.FindSubmatchIndex(text[front[2]:front[3]]); empty != nil {
		return put(text, front[2]+empty[2], front[2]+empty[3], list), true
	}
	return put(text, front[3], front[3], "aliases:"+list+end), true
}

// besideAlias adds an address to a list that has one, in the list's own form.
func besideAlias(text []byte, first int, address string) ([]byte, bool) {
	if first > len(text) {
		return text, false
	}
	start := bytes.LastIndexByte(text[:first], '\n') + 1
	switch before := strings.TrimRight(string(text[start:first]), " \t"); {
	case strings.HasSuffix(before, "[") || strings.HasSuffix(before, ",") || before == "":
		return put(text, first, first, flow(address)+", "), true
	case strings.HasSuffix(before, "-"):
		end := "\n"
		if i := bytes.IndexByte(text[first:], '\n'); i > 0 && text[first+i-1] == '\r' {
			end = "\r\n"
		}
		return put(text, start, start, string(text[start:first])+flow(address)+end), true
	case strings.HasSuffix(before, ":"): // one alias, not in a list
		stop := len(text)
		if i := bytes.IndexAny(text[first:], "\r\n"); i >= 0 {
			stop = first + i
		}
		value, comment := string(text[first:stop]), ""
		if i := strings.Index(value, " #"); i >= 0 {
			value, comment = value[:i], value[i:]
		}
		return put(text, first, stop, "["+flow(address)+", "+strings.TrimRight(value, " \t")+"]"+comment), true
	}
	return text, false
}

// flow is a text as an entry of a YAML list in brackets.
func flow(s string) string {
	if strings.ContainsAny(s, ",[]{}#:\"'&*!|>%@` ") || strings.HasPrefix(s, "-") || strings.HasPrefix(s, "?") {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
	}
	return s
}
