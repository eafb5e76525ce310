package content

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// dateForm are the forms of a day, alone or with a time: with - / . or 年月日,
// the time behind T or a blank, to the minute or the second, with or without a
// zone.
var dateForm = regexp.MustCompile(`^(\d{4})(?:-(\d{1,2})-|/(\d{1,2})/|\.(\d{1,2})\.|年(\d{1,2})月)(\d{1,2})日?` +
	`(?:[Tt ]? *(\d{1,2})[:：](\d{2})(?:[:：](\d{2})(?:[.,]\d+)?)? *(Z|z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?(?: [A-Z]{3,5})?)?$`)

// ParseDate reads a day, or a day with a time, in a time zone that holds where
// the text names none. A day means its first moment.
func ParseDate(s string, zone *time.Location) (time.Time, bool) {
	m := dateForm.FindStringSubmatch(s)
	if m == nil {
		return time.Time{}, false
	}
	number := func(s string) int { n, _ := strconv.Atoi(s); return n }
	year, month, day := number(m[1]), time.Month(number(m[2]+m[3]+m[4]+m[5])), number(m[6])
	hour, minute, second := number(m[7]), number(m[8]), number(m[9])
	if m[7] != "" && m[6] != "" && !strings.ContainsAny(s, "Tt 日") { // 2026-11-0120:00
		return time.Time{}, false
	}
	in := zone
	switch z := m[10]; {
	case z == "":
	case len(z) < 4 && z[0] != '+' && z[0] != '-':
		in = time.UTC
	default:
		digits := strings.ReplaceAll(z[1:], ":", "")
		offset := number(digits[:2]) * 3600
		if len(digits) == 4 {
			offset += number(digits[2:]) * 60
		}
		if z[0] == '-' {
			offset = -offset
		}
		in = time.FixedZone("", offset)
	}
	t := time.Date(year, month, day, hour, minute, second, 0, in)
	if t.Day() != day || t.Month() != month || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false // the 31st of November
	}
	return t.In(zone), true
}
