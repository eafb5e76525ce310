//go:build ignore

// gen writes docs/checks.md and docs/checks.zh.md: go generate ./internal/rules
package main

import (
	"log"
	"os"

	"whyfix/internal/diag"
	"whyfix/internal/rules"
)

func main() {
	for name, l := range map[string]diag.Language{"checks.md": diag.English, "checks.zh.md": diag.Chinese} {
		if err := os.WriteFile("../../docs/"+name, []byte(rules.Page(l)), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}
