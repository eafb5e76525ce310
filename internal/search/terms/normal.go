package terms

import (
	"strings"

	"whyfix/internal/han"
)

// Normal is a question in the one form that its spellings have in common: one
// width, one case, simplified characters, single spaces.
func Normal(text string) string { return strings.Join(strings.Fields(han.Fold(text)), " ") }
