package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"

	"whyfix/internal/diag"
	"whyfix/internal/rules"
)

// The formats of review tools: they show a problem beside the line of a
// change, instead of in a terminal.

// printGitHub writes one workflow command for each diagnostic.
func printGitHub(w io.Writer, p diag.Printer, list diag.List) error {
	// What a command's text and its properties cannot hold as it is.
	text := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	var b strings.Builder
	for _, d := range list {
		fmt.Fprintf(&b, "::%s file=%s", d.Severity, property.Replace(p.File(d.File)))
		if d.Line > 0 {
			fmt.Fprintf(&b, ",line=%d", d.Line)
			if d.Col > 0 {
				fmt.Fprintf(&b, ",col=%d", d.Col)
			}
		}
		message := d.Message
		if d.Hint != "" {
			message += "\nhint: " + d.Hint
		}
		fmt.Fprintf(&b, ",title=%s::%s\n", property.Replace(d.Code), text.Replace(message))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// What SARIF 2.1.0 wants, as far as it is used here.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"` // ours count characters
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string       `json:"id"`
		Short   sarifText    `json:"shortDescription"`
		Full    sarifText    `json:"fullDescription"`
		Default sarifDefault `json:"defaultConfiguration"`
	}
	sarifDefault struct {
		Enabled bool   `json:"enabled"`
		Level   string `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int        `json:"startLine"`
		StartColumn int        `json:"startColumn,omitempty"`
		Snippet     *sarifText `json:"snippet,omitempty"`
	}
)

// printSARIF writes one SARIF log with one run. Only the rules that were broken
// are told: a reader of the log sees no others.
func printSARIF(w io.Writer, p diag.Printer, list diag.List) error {
	run := sarifRun{Tool: sarifTool{sarifDriver{Name: "whyfix", Version: version, Rules: []sarifRule{}}}, ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	at := map[string]int{}
	for _, d := range list {
		index, known := at[d.Code]
		if !known {
			index = len(run.Tool.Driver.Rules)
			at[d.Code] = index
			r, _ := rules.Find(d.Code)
			level := "warning"
			if r.Default == diag.Error {
				level = "error"
			}
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{
				ID: d.Code, Short: sarifText{r.Summary}, Full: sarifText{r.Why},
				Default: sarifDefault{Enabled: r.Default != diag.Off, Level: level},
			})
		}
		message := d.Message
		if d.Hint != "" {
			message += " (" + d.Hint + ")"
		}
		place := sarifPhysical{Artifact: sarifArtifact{fileURI(p.File(d.File))}}
		if d.Line > 0 {
			place.Region = &sarifRegion{StartLine: d.Line, StartColumn: d.Col}
			if d.Source != "" {
				place.Region.Snippet = &sarifText{d.Source}
			}
		}
		run.Results = append(run.Results, sarifResult{
			RuleID: d.Code, RuleIndex: index, Level: d.Severity.String(), Message: sarifText{message},
			Locations: []sarifLocation{{place}},
		})
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}})
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
