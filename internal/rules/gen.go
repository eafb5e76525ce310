//go:build ignore

// gen writes docs/checks.md: go generate ./internal/rules
package main

import (
	"log"
	"os"

	"whyfix/internal/rules"
)

func main() {
	if err := os.WriteFile("../../docs/checks.md", []byte(rules.Page()), 0o644); err != nil {
		log.Fatal(err)
	}
}
