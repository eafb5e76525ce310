package main

import "fmt"

// row is one budget.
type row struct {
	what, peer, measured, ratio, budget string
	held                                string // "yes", "no", "not measured", or "" where there is no budget
}

// show writes a figure in its unit: seconds and bytes are what is measured in.
type show func(float64) string

func seconds(s float64) string   { return fmt.Sprintf("%.2f s", s) }
func millis(s float64) string    { return fmt.Sprintf("%.2f ms", s*1000) }
func kilobytes(n float64) string { return fmt.Sprintf("%.1f kB", n/1000) }
func megabytes(n float64) string { return fmt.Sprintf("%.1f MB", n/(1<<20)) }

// beside is a row whose budget is a ratio to a peer; the figure of a peer that
// was not run is zero, and a budget of zero is none.
func beside(what, peer string, theirs, ours, budget float64, in show) row {
	r := row{what: what, peer: peer, measured: in(ours), ratio: "–", budget: "–"}
	if budget > 0 {
		r.budget, r.held = fmt.Sprintf("%g ×", budget), "not measured"
	}
	if theirs > 0 {
		r.peer += ": " + in(theirs)
		r.ratio = fmt.Sprintf("%.3f ×", ours/theirs)
		if budget > 0 {
			r.held = within(ours/theirs, budget)
		}
	}
	return r
}

// limit is a row whose budget is a figure; one that nobody tells is zero.
func limit(what string, measured, budget float64, in show) row {
	if measured <= 0 {
		return row{what, "–", "–", "–", in(budget), "not measured"}
	}
	return row{what, "–", in(measured), "–", in(budget), within(measured, budget)}
}

// within is a row's last column.
func within(measured, budget float64) string {
	if measured <= budget {
		return "yes"
	}
	return "no"
}
