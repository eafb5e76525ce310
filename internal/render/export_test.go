package render

import "maps"

// UseLibrary makes a theme whose pages are all made by html/template, to
// compare with.
func (t *Theme) UseLibrary() {
	for _, e := range t.editions {
		for _, f := range e.pages {
			f.once.Do(func() {})
		}
	}
}

// Compiled tells which kinds of pages a program makes, in one language at least.
func (t *Theme) Compiled() map[string]bool {
	out := map[string]bool{}
	for _, e := range t.editions {
		for kind, f := range e.pages {
			out[kind] = out[kind] || f.program.Load() != nil
		}
	}
	return maps.Clone(out)
}
