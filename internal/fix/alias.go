package fix

import (
	"bytes"
	"regexp"
	"strings"
)

// emptyAliases is a line of front matter that has the key and no value.
var emptyAliases = regexp.MustCompile(`(?m)^aliases:[ \t]*(?:\[[ \t]*\]|~|null)?[ \t]*(#.*)?$`)

// Alias adds an old address to the front matter of an article. First is the
// byte at which its first alias stands, -1 if it has none. A text without front
// matter gets one.
func Alias(text []byte, first int, _, address string) ([]byte, bool) {
	if first >= 0 {
		return besideAlias(text, first, address)
	}
	mark := len(text) - len(bytes.TrimPrefix(text, []byte("\xEF\xBB\xBF")))
	end := "\n"
	if i := bytes.IndexByte(text, '\n'); i > 0 && text[i-1] == '\r' {
		end = "\r\n"
	}
	line := "aliases: [" + flow(address) + "]"
	first = len("---" + end)
	if !bytes.HasPrefix(text[mark:], []byte("---"+end)) {
		return put(text, mark, mark, "---"+end+line+end+"---"+end+end), true
	}
	inside := text[mark+first:]
	close := closing(inside)
	if close < 0 {
		return text, false
	}
	if at := emptyAliases.FindSubmatchIndex(bytes.ReplaceAll(inside[:close], []byte("\r"), []byte(" "))); at != nil {
		if at[2] >= 0 {
			line += " " + strings.TrimRight(string(inside[at[2]:at[3]]), "\r ")
		}
		stop := at[1]
		if stop > at[0] && inside[stop-1] == '\r' {
			stop--
		}
		return put(text, mark+first+at[0], mark+first+stop, line), true
	}
	return put(text, mark+first+close, mark+first+close, line+end), true
}

// closing is where the line begins that ends front matter, or -1.
func closing(inside []byte) int {
	at := 0
	for line := range bytes.Lines(inside) {
		if bytes.Equal(bytes.TrimRight(line, " \t\r\n"), []byte("---")) {
			return at
		}
		at += len(line)
	}
	return -1
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

// flow is an address as an entry of a YAML list in brackets.
func flow(address string) string {
	if strings.ContainsAny(address, ",[]{}#:\"'&*!|>%@` ") {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(address) + `"`
	}
	return address
}
