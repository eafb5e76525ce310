package publish

import (
	"os"
	"path/filepath"
)

// live is the release that was live when a Writer began. All methods may be
// called on nil, which holds nothing.
//
// It is asked about every file of every build, so it uses plain paths, one
// system call each; nothing is written through them.
type live struct {
	id       string
	dir      string // as an OS path
	www      string // of its files, with a separator at the end
	manifest *Manifest
	damaged  map[string]bool // files that are not what the manifest says, by their names in the release; see Doubt
	noSearch bool            // the index is one of them
}

// openLive reads the manifest of the live release. One that cannot be read, or
// is of another schema, is nil: the release is then made from nothing.
func openLive(dir, id string) *live {
	if id == "" {
		return nil
	}
	l := &live{id: id, dir: filepath.Join(dir, id)}
	l.www = filepath.Join(l.dir, wwwName) + string(filepath.Separator)
	data, err := readPlain(filepath.Join(l.dir, manifestName))
	if err != nil {
		return nil
	}
	if l.manifest, err = decodeManifest(data); err != nil {
		return nil
	}
	return l
}

// size is the size of a file below www/, -1 if it is not there.
func (l *live) size(path string) int64 {
	if l == nil {
		return -1
	}
	return sizeOf(l.osPath(path))
}

func sizeOf(name string) int64 {
	info, err := os.Lstat(name)
	if err != nil || !info.Mode().IsRegular() {
		return -1
	}
	return info.Size()
}

func (l *live) osPath(path string) string {
	return l.www + filepath.FromSlash(path)
}

// has reports whether there is a file at path.
func (l *live) has(path string) bool { return l.size(path) >= 0 }

// holds reports whether the file at path has this content. The manifest is
// trusted for the hash but not for the length: a file can have been cut short
// by a power cut, and must not be handed on from release to release.
func (l *live) holds(path, sum string, size int64) bool {
	if l == nil {
		return false
	}
	known, ok := l.manifest.URLs[urlOf(path)]
	return ok && known == sum && !l.isDamaged(path) && l.size(path) == size
}

// isDamaged reports whether a file below www/ was found to be.
func (l *live) isDamaged(path string) bool {
	return len(l.damaged) > 0 && l.damaged[wwwName+"/"+path]
}

// made reports whether a variant was made in this way, and not put as a file of
// its own, whose content may be any.
func (l *live) made(path, how string) bool { return l != nil && l.manifest.made(path, how) }

func (m *Manifest) made(path, how string) bool {
	_, own := m.URLs[urlOf(path)]
	_, ext, _ := cutVariant(path)
	return !own && m.Variants[ext] == how
}

// holdsTemplate is holds for search.html.
func (l *live) holdsTemplate(sum string, size int64) bool {
	return l != nil && l.manifest.Template == sum && !l.damaged[templateName] && sizeOf(filepath.Join(l.dir, templateName)) == size
}

// lostSearch reports whether the folder of the index is not there, or no use.
func (l *live) lostSearch() bool {
	if l.noSearch {
		return true
	}
	info, err := os.Lstat(filepath.Join(l.dir, searchName))
	return err != nil || !info.IsDir()
}
