package publish

import (
	"path/filepath"
	"strings"
)

// IndexRoot knows the one file of an index that does not keep its bytes. Other
// programs that open the index, even to count what is in it, may write that file
// again, so a release vouches for what it says; for all other files it vouches
// for their bytes. What such a file looks like is the search's affair: whoever
// makes or reads releases brings this along. Dir is the folder of an index.
//
// Nil stands for an index without such a file.
type IndexRoot interface {
	// Name is the file's, in the folder of an index, with slashes.
	Name() string
	// Digest tells what the file says; "" if it says nothing that can be read. An
	// error says nothing about the file, only that it could not be read now.
	Digest(dir string) (string, error)
	// Copy brings the file into a folder that has all others, as a file of its
	// own: two releases must not be locked, or written, by who opens one.
	Copy(from, to string) error
}

// saysPrefix begins the hash, in a manifest, of a file that is known by what it
// says. Manifests of before have none: there it is known by its bytes.
const saysPrefix = "says:"

// isIndexRoot reports whether a file of a release, such as "search/store/x", is
// the root of its index.
func isIndexRoot(index IndexRoot, name string) bool {
	return index != nil && name == searchName+"/"+index.Name()
}

// verifyIndexRoot is verifyFile for the root of the index.
func (r *Release) verifyIndexRoot(file named) error {
	want := strings.TrimPrefix(file.sum, saysPrefix)
	if want == "" || !isIndexRoot(r.index, file.name) {
		return r.damaged(manifestName, "tells of "+file.name+" what cannot be compared")
	}
	says, err := r.index.Digest(filepath.Join(r.dir, searchName))
	switch {
	case err != nil:
		return r.cannot(file.name, err)
	case says != want:
		return r.damaged(file.name, "does not say what was published")
	}
	return nil
}
