// Package version tells which program this is: its version, the commit that it
// was built from, that commit's date, and what it was built for.
//
// In: what the linker was told, else what the go command notes in each program
// that it builds in a checkout. Out: one line for people, and the number by which
// releases and review tools know the program.
package version

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// What the linker is told by make: the number of a release, the commit, with
// “-dirty” behind it if there are changes that are in none, and its date. The go
// command notes the last two by itself, but not in a second work tree of a
// repository, and not without one.
var released, commit, date string

// unnamed is the number of what was built from files that nobody has named.
const unnamed = "0.0.0"

// Number is the program's version, such as 1.2.3, or between two releases
// 0.0.0-20261201101112-0123456789ab.
func Number() string { return known().number }

// Program is the name and version by which releases say what made them.
func Program() string { return "whyfix " + Number() }

// Line is all that is known, in one line.
func Line() string { return known().line() }

// build is what is known of how a program was built.
type build struct {
	number, commit, date string
	dirty                bool // with changes that are in no commit
}

func known() build {
	info, _ := debug.ReadBuildInfo()
	return of(info, build{number: released, commit: commit, date: date})
}

// of is what a program knows, of which what it was told stands before what the
// go command noted. A commit that it was told goes with the date that it was told.
func of(info *debug.BuildInfo, told build) build {
	var noted build
	if info != nil {
		noted.number, _ = strings.CutPrefix(info.Main.Version, "v")
		if noted.number == info.Main.Version {
			noted.number = "" // (devel)
		}
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				noted.commit = s.Value
			case "vcs.time":
				noted.date = s.Value
			case "vcs.modified":
				noted.dirty = s.Value == "true"
			}
		}
	}
	noted.number = cmp.Or(told.number, noted.number, unnamed)
	if told.commit != "" {
		noted.commit, noted.dirty = strings.CutSuffix(told.commit, "-dirty")
		noted.date = told.date
	}
	return noted
}

func (b build) line() string {
	parts := []string{"whyfix " + b.number, "commit " + cmp.Or(b.commit, "unknown")}
	if b.dirty {
		parts[1] += " with changes that are in no commit (dirty)"
	}
	if day, _, _ := strings.Cut(b.date, "T"); day != "" {
		parts = append(parts, day)
	}
	return strings.Join(append(parts, fmt.Sprintf("%s %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH)), ", ")
}
