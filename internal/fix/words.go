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
	if quote != "" {
		return put(text, offset, end, quote+value+quote), true
	}
	if end < len(text) && strings.IndexByte(",]} \t\n\r#", text[end]) < 0 {
		return text, false
	}
	return put(text, offset, end, flow(value)), true
}

// Attribute puts another word into the tag="…" and for="…" of the heading that
// starts at a byte of a Markdown text, where it stands as a whole.
func Attribute(text []byte, offset int, old, word string) ([]byte, bool) {
	if offset < 0 || offset > len(text) || strings.ContainsAny(word, "\"{}\n") {
		return text, false
	}
	line := text[offset:]
	if n := bytes.IndexByte(line, '\n'); n >= 0 {
		line = line[:n]
	}
	open := bytes.LastIndexByte(line, '{')
	if open < 0 {
		return text, false
	}
	changed := tagAttribute.ReplaceAllFunc(line[open:], func(attribute []byte) []byte {
		name, value, _ := strings.Cut(string(attribute), "=")
		if name == "tag" && strings.Trim(value, `" \t`) != old {
			return attribute
		}
		return []byte(name + "=" + listed.ReplaceAllStringFunc(value, func(item string) string {
			if strings.TrimSpace(item) == old {
				return strings.Replace(item, old, word, 1)
			}
			return item
		}))
	})
	return put(text, offset+open, offset+len(line), string(changed)), !bytes.Equal(changed, line[open:])
}

// A heading has one tag, and what it is for are several, with commas between
// them.
var (
	tagAttribute = regexp.MustCompile(`\b(?:tag|for)="[^"]*"`)
	listed       = regexp.MustCompile(`[^",，、;；]+`)
)

func put(text []byte, start, end int, word string) []byte {
	out := make([]byte, 0, len(text)+len(word))
	out = append(out, text[:start]...)
	out = append(out, word...)
	return append(out, text[end:]...)
}
