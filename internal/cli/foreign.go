package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/generate"
	"whyfix/internal/importer"
)

// mostKeys is how many keys of another program are named in one line.
const mostKeys = 30

// madeForAnother says in one screen that a folder was made for another program,
// how to import it, and what would let it be built as it is. It reports whether
// it is one. A folder with a site.yaml is whyfix's own, whatever lies about.
func madeForAnother(e *env, dir string, articles int, diags diag.List) bool {
	if _, err := os.Stat(filepath.Join(dir, content.SiteFile)); err == nil || diags.Errors() == 0 && articles > 0 {
		return false
	}
	made, ok := importer.Recognise(dir)
	if !ok {
		return false
	}
	shown := filepath.ToSlash(filepath.Clean(dir))
	what := shown
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		what = made.Source
	}
	e.say("%s looks as if it was made for %s: there is %s", what, made.Program, made.Sign)
	if n := diags.Errors(); n > 0 {
		e.say("as it is, it has %s in %s", plural(n, "error"), plural(filesOf(diags), "file"))
	}
	if made.From != importer.Guess {
		fmt.Fprintf(e.stderr, `
  To make articles of its pages, in a folder of their own; the first line only says what would be written:
      whyfix import -dry-run -from %[1]s -content ../help/content %[2]s
      whyfix import -from %[1]s -content ../help/content %[2]s
      cd ../help && whyfix dev
`, made.From, shellWord(made.Source))
	}
	if articles > 0 {
		fmt.Fprintf(e.stderr, "\n  To build it as it is, put %s into %s:\n", content.SiteFile, shown)
		if made.Program == "Obsidian" {
			fmt.Fprintln(e.stderr, "      wikilinks: true")
		}
		if keys := content.ForeignKeys(diags); len(keys) > 0 {
			more := ""
			if len(keys) > mostKeys {
				keys, more = keys[:mostKeys], fmt.Sprintf("   # and %d more", len(keys)-mostKeys)
			}
			fmt.Fprintf(e.stderr, "      foreign_keys: [%s]%s\n", diag.Clean(strings.Join(keys, ", ")), more)
		} else {
			fmt.Fprintln(e.stderr, "      title: Help")
		}
		if rest := kinds(diags); rest != "" {
			fmt.Fprintf(e.stderr, "  What is left then: %s.\n", rest)
		}
	}
	if len(diags) > 0 {
		fmt.Fprint(e.stderr, "\n  whyfix check -all lists every mistake.\n")
	}
	return true
}

// kinds tells how many errors there are of each kind but for keys of other
// programs.
func kinds(diags diag.List) string {
	count := map[string]int{}
	var order []string
	for _, d := range diags {
		if d.Severity != diag.Error || d.Code == "foreign-key" {
			continue
		}
		if count[d.Code]++; count[d.Code] == 1 {
			order = append(order, d.Code)
		}
	}
	var parts []string
	for _, code := range order {
		parts = append(parts, fmt.Sprintf("%d of %s", count[code], code))
	}
	const most = 8
	if len(parts) > most {
		parts = append(parts[:most], fmt.Sprintf("%d other kinds", len(parts)-most))
	}
	return strings.Join(parts, ", ")
}

// filesOf counts the files that diagnostics are about.
func filesOf(diags diag.List) int {
	files := map[string]bool{}
	for _, d := range diags {
		if d.Severity == diag.Error {
			files[d.File] = true
		}
	}
	return len(files)
}

// noContent says what to do about a content folder that is not there: the one
// above may be another program's.
func noContent(e *env, err error, dir string) error {
	if errors.Is(err, generate.ErrNoContent) && madeForAnother(e, dir, 0, nil) {
		return errSilent
	}
	return loadError(err, dir)
}
