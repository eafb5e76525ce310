package watch

import "strings"

// ignored reports whether a file or folder is never part of a site: what
// editors leave beside the file that they save, and what git keeps. Only the
// last part of a path counts, and never that of a watched folder itself.
func ignored(name string) bool {
	switch name {
	case ".git", ".DS_Store",
		"4913": // vim tries whether it may write into the folder
		return true
	}
	switch {
	case strings.HasPrefix(name, ".#"), strings.HasSuffix(name, "~"), // emacs: locks, backups
		strings.HasPrefix(name, "#") && strings.HasSuffix(name, "#"): // emacs: unsaved text
		return true
	case strings.HasPrefix(name, ".") && len(name) > 5: // vim: .x.swp, .x.swo, .x.swx
		return strings.HasPrefix(name[len(name)-4:], ".sw")
	}
	return false
}
