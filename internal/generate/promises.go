package generate

import (
	"context"
	"fmt"
	"strings"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/search"
)

// Promises reports the symptoms that do not find their article. It needs no
// release: where there is doubt, it asks an index in memory.
func Promises(ctx context.Context, l *Loaded) (diag.List, error) {
	if !l.Site.Settings.Checks.On("promise") {
		return nil, nil
	}
	docs, err := Documents(l)
	if err != nil {
		return nil, err
	}
	broken, err := search.TryDocuments(ctx, docs, l.Synonyms, search.Doubtful(docs))
	return told(l, broken), err
}

// aheadOf tells what stands between an article and the first.
func aheadOf(b search.Broken) string {
	if len(b.Instead) == 0 {
		return ""
	}
	place := "it is not found"
	if b.Place > 0 {
		place = fmt.Sprintf("it stands at place %d", b.Place)
	}
	if b.Ahead.Name == "" {
		return place + ", and nothing but addresses tells it apart; "
	}
	out := fmt.Sprintf("%s; what “%s” has more of: %s", place, b.Instead[len(b.Instead)-1].Title, b.Ahead.Name)
	if b.Ahead.Text != "" {
		out += " (“" + b.Ahead.Text + "”)"
	}
	return out + "; "
}

// told are broken promises as diagnostics.
func told(l *Loaded, broken []search.Broken) diag.List {
	if len(broken) == 0 {
		return nil
	}
	symptoms := map[string][]content.Text{}
	for _, p := range Searched(l.Site) {
		symptoms[p.URL] = p.Symptoms
	}
	var out diag.List
	for _, b := range broken {
		instead := "nothing is found"
		var titles []string
		for _, h := range b.Instead {
			titles = append(titles, "“"+h.Title+"” ("+h.URL+")")
		}
		if len(titles) > 0 {
			instead = "readers see first: " + strings.Join(titles, ", ")
		}
		out = append(out, diag.Diagnostic{
			Pos: symptoms[b.URL][b.Symptom].Pos, Severity: diag.Warning, Code: "promise",
			Message: "this symptom does not find its article among the first 3; " + instead,
			Hint:    aheadOf(b) + "say what is special about this problem, or take the phrase out here or there",
		})
	}
	return l.Site.Settings.Checks.Settle(out)
}
