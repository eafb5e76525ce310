package rules

import (
	"encoding/json"
	"io"
	"net/url"
	"path"

	"whyfix/internal/diag"
)

// PrintSARIF writes a log in SARIF 2.1.0, for review tools, with the version of
// the program that found the diagnostics. Only the rules that were broken are
// told: a reader of the log sees no others.
func PrintSARIF(w io.Writer, p diag.Printer, list diag.List, version string) error {
	type object = map[string]any
	broken, results := []object{}, []object{}
	at := map[string]int{}
	for _, d := range list {
		if _, known := at[d.Code]; !known {
			at[d.Code] = len(broken)
			r, _ := Find(d.Code)
			r = r.In(p.Language)
			level := "warning"
			if r.Default == diag.Error {
				level = "error"
			}
			broken = append(broken, object{
				"id": d.Code, "shortDescription": object{"text": r.Summary}, "fullDescription": object{"text": r.Why},
				"defaultConfiguration": object{"enabled": r.Default != diag.Off, "level": level},
			})
		}
		message := d.Message
		if d.Hint != (diag.Text{}) {
			message = diag.Say("%s (%s)", d.Message, d.Hint)
		}
		place := object{"artifactLocation": object{"uri": fileURI(p.File(d.File))}}
		if d.Line > 0 {
			region := object{"startLine": d.Line}
			if d.Col > 0 {
				region["startColumn"] = d.Col
			}
			if d.Source != "" {
				region["snippet"] = object{"text": d.Source}
			}
			place["region"] = region
		}
		results = append(results, object{
			"ruleId": d.Code, "ruleIndex": at[d.Code], "level": d.Severity.String(), "message": object{"text": message.In(p.Language)},
			"locations": []object{{"physicalLocation": place}},
		})
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(object{
		"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
		"runs": []object{{
			"tool":       object{"driver": object{"name": "whyfix", "version": version, "rules": broken}},
			"columnKind": "unicodeCodePoints", // ours count characters
			"results":    results,
		}},
	})
}

// fileURI is a file's name as a URI: relative to where the program ran, as the
// name is, or with its scheme.
func fileURI(name string) string {
	u := url.URL{Path: name}
	if path.IsAbs(name) {
		u.Scheme = "file"
	}
	return u.String()
}
