package search

import "context"

// warmings is how many wordings of readers a new index is asked before its
// first reader.
const warmings = 64

// Warm asks the index some of its own wordings, so that no reader is the first
// to come upon what is read or worked out once.
func (x *Index) Warm(ctx context.Context) error {
	entries := x.entries()
	step := max(len(entries)/warmings, 1)
	for i := 0; i < len(entries); i += step {
		if _, err := x.Search(ctx, Query{Text: x.passages[entries[i].passage].text, Size: 1, Page: 1}); err != nil {
			return err
		}
	}
	return nil
}
