package content

import (
	"slices"
	"strconv"
	"strings"

	"whyfix/internal/diag"
)

// Keys of front matter that are other programs'. In a folder that was made for
// one of them each of thousands of files has the same few, so they are told once
// for all files, and site.yaml may allow them.

// frontName is what mistakes call front matter.
func frontName() diag.Text { return diag.Say("front matter") }

// unknownKey is what is said of a key that is not known.
func unknownKey(key string, what diag.Text) diag.Text {
	return diag.Say("unknown key %q in %s", key, what)
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
			v.problem(t.Pos, "foreign-key", diag.Say("%q is a key that is read here", t.Value), diag.Say("take it out of %s", v.key))
		case near != "":
			v.problem(t.Pos, "foreign-key", diag.Say("%q cannot be allowed: it may be a slip for %q, and a page would be published that should not be", t.Value, near), diag.Say("rename the key in the files"))
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
	allowed := map[diag.Text]bool{}
	for _, key := range s.ForeignKeys {
		allowed[unknownKey(key, frontName())] = true
	}
	first, files := map[diag.Text]int{}, map[diag.Text]int{}
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
		out[i].Message = diag.Say("%s; %d files have it", message, files[message])
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
		if key, err := strconv.QuotedPrefix(strings.TrimPrefix(d.Message.En, "unknown key ")); err == nil {
			key, _ = strconv.Unquote(key)
			out = append(out, key)
		}
	}
	return out
}
