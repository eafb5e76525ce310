package main

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"strings"
)

var placeholder = regexp.MustCompile(`@[A-Z0-9_]+@`)

// formula fills in packaging/whyfix.rb. Where the archives will be had is not for
// the project to guess: without -downloads there is none, which is said. Nor is
// there one where an archive that it names was not made.
func (r *release) formula(template string, made map[string][]byte) (string, error) {
	if r.downloads == "" {
		fmt.Println("no formula for Homebrew: DOWNLOADS=https://… says where the archives will be had")
		return "", nil
	}
	values := map[string]string{"@VERSION@": r.version, "@DOWNLOADS@": strings.TrimRight(r.downloads, "/")}
	for name, data := range made {
		if rest, ok := strings.CutSuffix(name, ".tar.gz"); ok {
			target := strings.ReplaceAll(strings.TrimPrefix(rest, "whyfix-"+r.version+"-"), "-", "_")
			values["@SHA256_"+strings.ToUpper(target)+"@"] = fmt.Sprintf("%x", sha256.Sum256(data))
		}
	}
	missing := ""
	text := placeholder.ReplaceAllStringFunc(template, func(name string) string {
		if values[name] == "" {
			missing = name
		}
		return values[name]
	})
	if missing != "" {
		fmt.Println("no formula for Homebrew: there is no archive for " + missing)
		return "", nil
	}
	return text, nil
}
