package markdown

import (
	"strings"
	"testing"
	"time"

	"whyfix/internal/diag"
)

// A line with very many tags is read and copied in a time that grows with its length.
func TestManyEdits(t *testing.T) {
	t.Parallel()
	body := []byte(strings.Repeat("<b>甲</b>", 60_000))
	start := time.Now()
	doc, _ := NewParser(Options{}).Parse(diag.NewLines("a.md", body), body, 0)
	Edited(body, doc.Comments, doc.Edits)
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
}
