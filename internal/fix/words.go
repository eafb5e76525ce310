package fix

import (
	"bytes"
	"regexp"
	"strings"
)

// Link puts another address into the link or image that starts at a byte of a
// Markdown text. A link whose address stands elsewhere ([text][name]) is found
// at its definition.
func Link(text []byte, offset int, old, address string) ([]byte, bool) {
	if offset < 0 || offset > len(text) || old == "" {
		return text, false
	}
	for _, before := range []string{"](", "](<"} {
		if start := find(text, offset, before, old); start >= 0 {
			return put(text, start, start+len(old), shape(before, address)), true
		}
	}
	for _, before := range definitions() {
		if start := find(text, 0, before, old); start >= 0 {
			return put(text, start, start+len(old), shape(before, address)), true
		}
	}
	for _, before := range definitions() {
		if find(text, 0, before, address) >= 0 {
			return text, true // another link with the same definition was first
		}
	}
	return text, false
}

// definitions are what stands before an address at the end of a text.
func definitions() []string { return []string{"]: ", "]: <"} }

// find is where an address stands whole behind something, or -1.
func find(text []byte, from int, before, address string) int {
	for {
		i := bytes.Index(text[from:], []byte(before+address))
		if i < 0 {
			return -1
		}
		from += i + len(before)
		if end := from + len(address); end == len(text) || strings.IndexByte(")> \t\n\r", text[end]) >= 0 {
			return from
		}
	}
}

// shape writes an address so that Markdown reads it whole.
func shape(before, address string) string {
	if strings.HasSuffix(before, "<") || !strings.ContainsAny(address, " ()") {
		return address
	}
	return "<" + address + ">"
}

// Value puts another value into the place of one that starts at a byte of a
// YAML text, in quotes or not.
func Value(text []byte, offset int, old, value string) ([]byte, bool) {
	if offset < 0 || offset >= len(text) {
		return text, false
	}
	quote := ""
	if text[offset] == '"' || text[offset] == '\'' {
		quote = string(text[offset])
	}
	whole := quote + old + quote
	if !bytes.HasPrefix(text[offset:], []byte(whole)) || strings.ContainsAny(value, "\"'\\\n") {
		return text, false
	}
	end := offset + len(whole)
	if quote == "" && end < len(text) && strings.IndexByte(",]} \t\n\r#", text[end]) < 0 {
		return text, false
	}
	if quote == "" && strings.ContainsAny(value, ":#,[]{}&*!|>%@`-?") {
		quote = `"`
	}
	return put(text, offset, end, quote+value+quote), true
}

// Attribute puts another word into the tag="…" and for="…" of the heading that
// starts at a byte of a Markdown text, where it stands as a whole.
func Attribute(text []byte, offset int, old, word string) ([]byte, bool) {
	if offset < 0 || offset > len(text) || strings.ContainsAny(word, "\"{}\n") {
		return text, false
	}
	end := len(text)
	if n := bytes.IndexByte(text[offset:], '\n'); n >= 0 {
		end = offset + n
	}
	line := string(text[offset:end])
	open := strings.LastIndexByte(line, '{')
	if open < 0 {
		return text, false
	}
	changed := line[:open] + attributes(line[open:], old, word)
	return put(text, offset, end, changed), changed != line
}

func attributes(s, old, word string) string {
	parts := strings.Split(s, `"`)
	for i := 1; i < len(parts); i += 2 {
		switch {
		case strings.HasSuffix(parts[i-1], "tag=") && strings.TrimSpace(parts[i]) == old:
			parts[i] = word
		case strings.HasSuffix(parts[i-1], "for="):
			parts[i] = listed(parts[i], old, word)
		}
	}
	return strings.Join(parts, `"`)
}

// commas divide the causes that an item is for.
var commas = regexp.MustCompile(`[,，、;；]`)

// listed replaces one word of a list such as "甲，乙".
func listed(list, old, word string) string {
	var b strings.Builder
	from := 0
	for _, comma := range append(commas.FindAllStringIndex(list, -1), []int{len(list), len(list)}) {
		item := list[from:comma[0]]
		if strings.TrimSpace(item) == old {
			item = strings.Replace(item, old, word, 1)
		}
		b.WriteString(item)
		b.WriteString(list[comma[0]:comma[1]])
		from = comma[1]
	}
	return b.String()
}

func put(text []byte, start, end int, word string) []byte {
	out := make([]byte, 0, len(text)+len(word))
	out = append(out, text[:start]...)
	out = append(out, word...)
	return append(out, text[end:]...)
}
