package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// compare tells how a record differs from an older one, a line for each
// difference: site, kind, what, how. Of each site and kind it tells the first
// ones, and how many more there are.
func compare(old, now record, most int) (out []string) {
	both := maps.Clone(old)
	maps.Copy(both, now)
	for _, file := range slices.Sorted(maps.Keys(both)) {
		name := strings.TrimSuffix(file, ".txt")
		kind := name[strings.LastIndex(name, ".")+1:]
		where := strings.TrimSuffix(name, "."+kind) + " " + kind + ": "
		all := differences(old[file], now[file])
		switch {
		case now[file] == nil:
			all = []string{"missing"}
		case old[file] == nil:
			all = []string{"added"}
		}
		for _, line := range all[:min(most, len(all))] {
			out = append(out, where+line)
		}
		if left := len(all) - most; left > 0 {
			out = append(out, fmt.Sprintf("%sand %d more", where, left))
		}
	}
	return out
}

// differences tells what is missing, changed or added; if nothing is, the first
// line that stands in another place.
func differences(old, now []entry) (out []string) {
	oldNames, was := numbered(old)
	names, is := numbered(now)
	for _, name := range oldNames {
		after, there := is[name]
		switch before := was[name]; {
		case !there:
			out = append(out, strings.TrimSuffix(name+": missing: "+short(before), ": "))
		case after != before:
			out = append(out, name+": "+change(before, after))
		}
	}
	for _, name := range names {
		if _, there := was[name]; !there {
			out = append(out, strings.TrimSuffix(name+": added: "+short(is[name]), ": "))
		}
	}
	for i, name := range names {
		if len(out) == 0 && name != oldNames[i] {
			out = append(out, fmt.Sprintf("%s: moved: there was %s", name, oldNames[i]))
		}
	}
	return out
}

// numbered are the names of lines, in order, and what they say. A line that is
// there twice has a number the second time.
func numbered(list []entry) (names []string, is map[string]string) {
	is, times := make(map[string]string, len(list)), make(map[string]int, len(list))
	for _, e := range list {
		name := e.what
		if times[e.what]++; times[e.what] > 1 {
			name += fmt.Sprintf(" #%d", times[e.what])
		}
		names, is[name] = append(names, name), e.is
	}
	return names, is
}

// change tells how two values differ: where both are of JSON, their first
// difference.
func change(was, is string) string {
	if strings.HasPrefix(was, "{") && strings.HasPrefix(is, "{") || strings.HasPrefix(was, "[") && strings.HasPrefix(is, "[") {
		before, err := decode([]byte(was))
		after, afterErr := decode([]byte(is))
		if inner := differences(leaves("", before), leaves("", after)); err == nil && afterErr == nil && len(inner) > 0 {
			return inner[0]
		}
	}
	return "changed: " + short(was) + " → " + short(is)
}

// short is the beginning of what is too long for a line.
func short(text string) string {
	if runes := []rune(text); len(runes) > 80 {
		return string(runes[:80]) + "…"
	}
	return text
}
