// Package mend changes a writer's files: one word at one place, and nothing
// else.
//
// In: the bytes of a file, a place and a word. Out: the bytes with another word
// there, or that the word does not stand there: then nothing is changed.
// Replace writes a file so that nobody ever reads half of it.
package mend

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
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
	for _, before := range []string{"](", "](<", "]: ", "]: <"} {
		from := offset
		if strings.HasPrefix(before, "]:") {
			from = 0
		}
		for {
			i := bytes.Index(text[from:], []byte(before+old))
			if i < 0 {
				break
			}
			start := from + i + len(before)
			if end := start + len(old); end == len(text) || strings.IndexByte(")> \t\n\r", text[end]) >= 0 {
				return put(text, start, end, shape(before, address)), true
			}
			from = start
		}
	}
	return text, false
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
	mended := line[:open] + attributes(line[open:], old, word)
	return put(text, offset, end, mended), mended != line
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

// Create makes a file of a folder with its text, or none: nobody reads half of
// it. The error wraps fs.ErrExist where there is something already.
func Create(root *os.Root, name string, data []byte) error {
	temp := path.Join(path.Dir(name), "."+path.Base(name)+".mending")
	f, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = root.Link(temp, name) // unlike a rename it replaces nothing
		if err != nil && !errors.Is(err, fs.ErrExist) {
			err = writeNew(root, name, data) // a file system without links
		}
	}
	if removed := root.Remove(temp); err == nil {
		err = removed
	}
	return err
}

// writeNew writes a file that is not there yet, and takes it away again if that
// fails.
func writeNew(root *os.Root, name string, data []byte) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		err = errors.Join(err, root.Remove(name))
	}
	return err
}

// Replace writes a file of a folder in one step: under another name first,
// which then becomes its own. Whoever reads it meanwhile has the old text or
// the new one. It keeps the file's rights.
func Replace(root *os.Root, name string, was, data []byte) error {
	info, err := root.Lstat(name)
	if err != nil {
		return fmt.Errorf("mend: %w", err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("mend: %s is a link to another file", name)
	}
	// Nobody's edit of the last moment is lost.
	if now, err := root.ReadFile(name); err != nil || !bytes.Equal(now, was) {
		return fmt.Errorf("mend: %s has just changed", name)
	}
	temp := path.Join(path.Dir(name), "."+path.Base(name)+".mending")
	f, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, info.Mode().Perm())
	if err != nil {
		return fmt.Errorf("mend: %w", err)
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = root.Rename(temp, name)
	}
	if err != nil {
		_ = root.Remove(temp)
		return fmt.Errorf("mend: %w", err)
	}
	return nil
}
