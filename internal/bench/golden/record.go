package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"whyfix/internal/bench"
)

// record is all that was seen: lines by the name of their file, SITE.KIND.txt.
type record map[string][]entry

// entry is a line of a record: what was looked at, and what it was.
type entry struct{ what, is string }

// separators would end a column or a line before its end.
var separators = strings.NewReplacer("\t", " ", "\n", " ", "\r", " ")

func (r record) add(file, what, is string) {
	r[file] = append(r[file], entry{separators.Replace(what), separators.Replace(is)})
}

func (r record) write(dir string) error {
	err := os.MkdirAll(dir, 0o755)
	for file, list := range r {
		var text bytes.Buffer
		for _, e := range list {
			fmt.Fprintf(&text, "%s\t%s\n", e.what, e.is)
		}
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, file), text.Bytes(), 0o644))
	}
	return err
}

// read reads what write wrote.
func read(dir string) (record, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("there is no record in %s", dir)
	}
	r := record{}
	for _, file := range files {
		lines, readErr := bench.Columns(file)
		err = errors.Join(err, readErr)
		for _, line := range lines {
			if len(line) != 2 {
				return nil, fmt.Errorf("%s: %q is not WHAT TAB IS", file, line)
			}
			r.add(filepath.Base(file), line[0], line[1])
		}
	}
	return r, err
}

// decode reads JSON, numbers as they are written.
func decode(text []byte) (value any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err = d.Decode(&value)
	return value, err
}

// encode writes what decode read in one line, keys sorted.
func encode(value any) string {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return err.Error() // never: it was JSON
	}
	return strings.TrimSuffix(text.String(), "\n")
}

// leaves are the values within a JSON value that have none within, by their path.
func leaves(path string, value any) (out []entry) {
	switch v := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			out = append(out, leaves(strings.TrimPrefix(path+"."+key, "."), v[key])...)
		}
	case []any:
		for i, inner := range v {
			out = append(out, leaves(fmt.Sprintf("%s[%d]", path, i), inner)...)
		}
	}
	if out == nil {
		out = []entry{{path, encode(value)}}
	}
	return out
}
