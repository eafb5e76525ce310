package content

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"whyfix/internal/diag"
)

// Keys of front matter that are other programs'. In a folder that was made for
// one of them each of thousands of files has the same few, so they are told once
// for all files, and site.yaml may allow them.

// frontName is what mistakes call front matter.
const frontName = "front matter"

// unknownKey is what is said of a key that is not known.
func unknownKey(key, what string) string {
	return "unknown key " + strconv.Quote(key) + " in " + what
}

// holding are the keys that keep a page from readers. A slip in one of them is
// never allowed.
func holding() []string { return []string{"draft", "gone", "expires", "date"} }

// slip is the one of them that a key may stand for, or "".
func slip(key string) string {
	if meant := otherKeys[key]; slices.Contains(holding(), meant) {
		return meant
	}
	return diag.Nearest(key, holding())
}

// foreign reads the keys that site.yaml allows in front matter.
func (v value) foreign() []string {
	var out []string
	for _, t := range v.list() {
		near := slip(t.Value)
		switch {
		case find(articleKeys, t.Value) != nil:
			v.problem(t.Pos, "foreign-key", strconv.Quote(t.Value)+" is a key that is read here", "take it out of "+v.key)
		case near != "":
			v.problem(t.Pos, "foreign-key", strconv.Quote(t.Value)+" cannot be allowed: it may be a slip for "+strconv.Quote(near)+", and a page would be published that should not be", "rename the key in the files")
		default:
			out = append(out, t.Value)
		}
	}
	return out
}

// Foreign are the diagnostics of all files of a folder, those about keys of
// other programs as one for each key, at its first place. Those that the site
// allows are left out.
func (s Settings) Foreign(list diag.List) diag.List {
	allowed := map[string]bool{}
	for _, key := range s.ForeignKeys {
		allowed[unknownKey(key, frontName)] = true
	}
	first, files := map[string]int{}, map[string]int{}
	out := slices.DeleteFunc(list, func(d diag.Diagnostic) bool {
		if (d.Code == "foreign-key" || d.Code == "unknown-key") && allowed[d.Message] {
			return true
		}
		if d.Code != "foreign-key" || d.File == SiteFile {
			return false
		}
		files[d.Message]++
		return files[d.Message] > 1
	})
	for i, d := range out {
		if files[d.Message] > 1 && d.Code == "foreign-key" {
			first[d.Message] = i
		}
	}
	for message, i := range first {
		out[i].Message = fmt.Sprintf("%s; %d files have it", message, files[message])
	}
	return out
}

// ForeignKeys are the keys that diagnostics are about which site.yaml could
// allow, in their order.
func ForeignKeys(list diag.List) []string {
	var out []string
	for _, d := range list {
		if d.Code != "foreign-key" || d.File == SiteFile {
			continue
		}
		if key, err := strconv.QuotedPrefix(strings.TrimPrefix(d.Message, "unknown key ")); err == nil {
			key, _ = strconv.Unquote(key)
			out = append(out, key)
		}
	}
	return out
}
