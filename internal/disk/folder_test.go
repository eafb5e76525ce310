package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// What a folder makes, it reads, links and looks at; it makes no file twice, and
// reads no link.
func TestFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f, err := OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Make("a", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := f.Make("a", 0o700); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a folder made again: got %v", err)
	}
	text := strings.Repeat("甲", 1000)
	if err := f.Write("a/one", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.Write("a/one", []byte("乙"), 0o600); !errors.Is(err, fs.ErrExist) {
		t.Errorf("made again: got %v", err)
	}
	if err := f.Link("a/one", "two"); err != nil {
		t.Fatal(err)
	}
	got := ""
	read, err := f.Read("two", make([]byte, 100), func(part []byte) { got += string(part) })
	if got != text || err != nil {
		t.Errorf("read %d bytes, %v", len(got), err)
	}
	if info, err := os.Lstat(filepath.Join(dir, "two")); err != nil || StatOf(info) != read {
		t.Errorf("read as %v, %v", read, err)
	}
	if now, plain, err := f.Look("a/one"); now != read || !plain || err != nil {
		t.Errorf("looked at: got %v, %v, %v, want %v", now, plain, err, read)
	}
	if _, plain, err := f.Look("a"); plain || err != nil {
		t.Errorf("a folder: got %v, %v", plain, err)
	}
	if _, _, err := f.Look("b"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: got %v", err)
	}
	if runtime.GOOS != "windows" { // lets only some users make links
		if err := os.Symlink("two", filepath.Join(dir, "link")); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Read("link", make([]byte, 100), func([]byte) {}); err == nil {
			t.Error("a link was read")
		}
	}
	if _, err := f.Read("a", make([]byte, 100), func([]byte) {}); err == nil {
		t.Error("a folder was read")
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// Files are read through links that stay in the folder, and through no others.
func TestFiles(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("lets only some users make links")
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"secret": "乙", "in/a/one": "甲", "in/a/empty": ""} {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for name, to := range map[string]string{"inside": "a", "outside": "..", "away": filepath.Join(dir, "secret"), "secret": "../secret"} {
		if err := os.Symlink(to, filepath.Join(dir, "in", name)); err != nil {
			t.Fatal(err)
		}
	}
	f, err := OpenFiles(filepath.Join(dir, "in"))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"a/one": "甲", "inside/one": "甲", "a/empty": ""} {
		if got, err := f.ReadFile(name); string(got) != want || err != nil {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
	for _, name := range []string{"outside/secret", "away", "secret", "../secret", "a", "b"} {
		if got, err := f.ReadFile(name); err == nil {
			t.Errorf("%s: got %q", name, got)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := f.ReadFile("a/one"); err == nil {
		t.Error("read when it was closed")
	}
}
