package generate

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"

	"whyfix/internal/content"
)

// mentions tells of files in the content folder whether the site's own theme, or
// params: in site.yaml, name them. The theme is read when somebody asks for the
// first time: mostly nobody does.
func (l *Loader) mentions(settings content.Settings) func(string) bool {
	texts := sync.OnceValue(func() [][]byte {
		out := [][]byte{fmt.Append(nil, settings.Params)}
		dir := ThemeDir(cmp.Or(l.options.Theme, settings.Theme.Value, "default"), l.options.Content)
		if dir == "" {
			return out
		}
		files := os.DirFS(dir)
		// What cannot be read is told when the theme is loaded.
		_ = fs.WalkDir(files, ".", func(p string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && slices.Contains([]string{".html", ".css", ".js", ".json", ".svg"}, strings.ToLower(path.Ext(p))) {
				if text, err := fs.ReadFile(files, p); err == nil {
					out = append(out, text)
				}
			}
			return nil
		})
		return out
	})
	return func(p string) bool {
		return slices.ContainsFunc(texts(), func(text []byte) bool { return bytes.Contains(text, []byte(p)) })
	}
}
