package fix_test

import (
	"os"
	"path/filepath"
	"testing"

	"whyfix/internal/diag"
	"whyfix/internal/fix"
)

// folder is a content folder with files in it.
func folder(t *testing.T, files map[string]string) (*os.Root, string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root, dir
}

// Edits are made where they belong, whatever stands before them, and those that
// are not clear are told apart.
func TestFiles(t *testing.T) {
	t.Parallel()
	root, _ := folder(t, map[string]string{
		"b.md": "\xEF\xBB\xBF# 乙\r\n\r\n[甲](a.md)和[甲](a.md)\r\n",
		"a.md": "# 甲\n",
		"c.md": "# 丙\r[甲](a.md)\r",
	})
	files, err := fix.Files(root, []fix.Edit{
		{At: diag.Pos{File: "b.md"}, New: "/old/", As: fix.Alias},
		{At: diag.Pos{File: "b.md", Line: 3, Col: 1}, Old: "a.md", New: "第一.md", As: fix.Link},
		{At: diag.Pos{File: "b.md", Line: 3, Col: 11}, Old: "a.md", New: "第二.md", As: fix.Link},
		{At: diag.Pos{File: "a.md", Line: 1, Col: 1}, Old: "a.md", New: "b.md", As: fix.Link},
		{At: diag.Pos{File: "c.md", Line: 2, Col: 1}, Old: "a.md", New: "b.md", As: fix.Link},
	})
	if err != nil || len(files) != 3 {
		t.Fatal(files, err)
	}
	for i, want := range []struct {
		now           string
		made, unclear int
	}{
		{"# 甲\n", 0, 1},
		{"\xEF\xBB\xBF---\r\naliases: [/old/]\r\n---\r\n\r\n# 乙\r\n\r\n[甲](第一.md)和[甲](第二.md)\r\n", 3, 0},
		{"# 丙\r[甲](a.md)\r", 0, 1},
	} {
		f := files[i]
		if string(f.Now) != want.now || len(f.Made) != want.made || len(f.Unclear) != want.unclear {
			t.Errorf("%s: got %q, %d made, %d unclear; want %+v", f.Name, f.Now, len(f.Made), len(f.Unclear), want)
		}
	}
	if _, err := fix.Files(root, []fix.Edit{{At: diag.Pos{File: "none.md"}}}); err == nil {
		t.Error("a file that is not there was edited")
	}
}

// All files are written, or none; nobody's text of the last moment is lost, and a
// file keeps its rights.
func TestWrite(t *testing.T) {
	t.Parallel()
	root, dir := folder(t, map[string]string{"a.md": "old", "b.md": "old"})
	change := func(name, was, now string) fix.File {
		return fix.File{Name: name, Was: []byte(was), Now: []byte(now)}
	}
	holds := func(want string) {
		t.Helper()
		for _, name := range []string{"a.md", "b.md"} {
			if got, _ := os.ReadFile(filepath.Join(dir, name)); string(got) != want {
				t.Errorf("%s has %q, want %q", name, got, want)
			}
		}
	}
	if err := fix.Write(root, []fix.File{change("a.md", "old", "new"), change("b.md", "older", "new")}); err == nil {
		t.Error("a file that has just changed was overwritten")
	}
	holds("old")
	if err := fix.Write(root, []fix.File{change("a.md", "old", "new"), change("../b.md", "", "new")}); err == nil {
		t.Error("a file outside of the folder was written")
	}
	holds("old")
	if err := fix.Write(root, []fix.File{change("a.md", "old", "new"), change("b.md", "old", "new")}); err != nil {
		t.Error(err)
	}
	holds("new")
	info, err := os.Stat(filepath.Join(dir, "a.md"))
	if err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the file's rights: %v, %v", info, err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("%d files are left", len(entries))
	}
}
