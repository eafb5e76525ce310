// Package themes holds the built-in theme, embedded in the program.
//
// A theme is a folder of templates, words and assets; package render says what
// each file gets. Any file that a site's own theme lacks is taken from here.
package themes

import (
	"embed"
	"io/fs"
)

//go:embed all:default
var files embed.FS

// Default returns the built-in theme, with layout.html at its root.
func Default() fs.FS {
	theme, err := fs.Sub(files, "default")
	if err != nil {
		panic(err) // the name is a constant that fs.ValidPath accepts
	}
	return theme
}
