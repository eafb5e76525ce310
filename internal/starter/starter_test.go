package starter

import (
	"os"
	"path/filepath"
	"testing"
)

// A file that cannot be written leaves none of the others behind.
func TestNothingHalfWritten(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "site")
	files := []File{{"content/a.md", []byte("a")}, {"README.md", []byte("b")}, {"README.md/c.md", []byte("c")}}
	if err := Write(dir, files); err == nil {
		t.Fatal("a file became a folder")
	}
	if _, err := os.Stat(filepath.Dir(dir)); !os.IsNotExist(err) {
		t.Errorf("something was left: %v", err)
	}
	for _, language := range []string{"zh-CN", "en-GB"} {
		files, err := Site{Language: language}.Files()
		if err != nil || len(files) != 10 {
			t.Fatalf("%s: %d files, %v", language, len(files), err)
		}
		if err := Write(filepath.Join(t.TempDir(), language), files); err != nil {
			t.Error(err)
		}
	}
}
