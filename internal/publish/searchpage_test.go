package publish

import "testing"

// A mistake that only one kind of answer meets is found before any reader does.
func TestEveryAnswerIsTried(t *testing.T) {
	t.Parallel()
	const wrong = `[[template "nothing"]]`
	for name, text := range map[string]string{
		"hits that answer":               `[[if and .Hits .Answered]]` + wrong + `[[end]]`,
		"hits that do not":               `[[if and .Hits (not .Answered)]]` + wrong + `[[end]]`,
		"one that does not":              `[[if and (eq .Total 1) .Hits (not .Answered)]]` + wrong + `[[end]]`,
		"corrected, and still no answer": `[[if and .Hits .Corrected (not .Answered)]]` + wrong + `[[end]]`,
		"filters of what does not":       `[[if and .Facets .Hits (not .Answered)]]` + wrong + `[[end]]`,
		"nothing found":                  `[[if and .Asked (not .Hits) (not .First)]]` + wrong + `[[end]]`,
	} {
		page, err := ParseSearchTemplate([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if page.Try() == nil {
			t.Errorf("%s: the mistake is not found", name)
		}
	}
	page, err := ParseSearchTemplate([]byte(`[[if .Answered]]a[[else]]b[[end]]`))
	if err != nil {
		t.Fatal(err)
	}
	if err := page.Try(); err != nil {
		t.Errorf("a page without a mistake: %v", err)
	}
}
