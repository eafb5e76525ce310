// Package store writes the folders in which bleve keeps its indexes: segments,
// and the root that says which of them are the index.
//
// In: the terms of documents, gathered in runs of some documents each, with how
// often they stand there, and the values that are given back. Out: a folder
// that bleve opens and ranks like any of its own; and what the root of such a
// folder says, whoever wrote it last.
//
// bleve can write them itself. But it wants a map of all terms for every field
// of every document, and that alone is more than a build may cost. Whoever has
// the terms sorted already writes the same file in a fraction of the time.
// Files are of bleve's format zap 17 (zap.md in
// github.com/blevesearch/zapx/v17); the tests compare them with those of bleve.
package store

import (
	"fmt"
	"os"
)

// MetaFile lies beside the folder of the index and tells bleve how to open it.
const MetaFile = "index_meta.json"

// Meta is what it holds. bleve.Open reads only, and does not wait for ever for
// somebody who writes; who insists on writing, as the command bleve does even
// to count documents, merges no segments: files of a release are not made new.
const Meta = `{"storage":"scorch","index_type":"scorch","config":{` +
	`"read_only":true,"bolt_timeout":"2s","scorchMergePlanOptions":{"MaxSegmentSize":1}}}`

// create makes a file that nobody had.
func create(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return f, nil
}
