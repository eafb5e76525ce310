package disk

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// A lock keeps out who opens the file once more, until it is given back.
func TestLock(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "lock")
	open := func() *os.File {
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	first, second := open(), open()
	if err := Lock(first); err != nil {
		t.Fatal(err)
	}
	if err := Lock(second); !errors.Is(err, ErrLocked) {
		t.Errorf("while another has the lock: got %v, want ErrLocked", err)
	}
	Unlock(first)
	if err := errors.Join(first.Close(), Lock(second)); err != nil {
		t.Errorf("when it was given back: %v", err)
	}
}

// A file is read; a folder or a link in its place is named.
func TestReadPlain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := os.WriteFile(file, []byte("甲"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadPlain(file); string(got) != "甲" || err != nil {
		t.Errorf("a file: got %q, %v", got, err)
	}
	if _, err := ReadPlain(dir); err == nil || !strings.HasSuffix(err.Error(), " is a folder, not a plain file") {
		t.Errorf("a folder: got %v", err)
	}
	if runtime.GOOS == "windows" { // lets only some users make links
		return
	}
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadPlain(link); err == nil || !strings.HasSuffix(err.Error(), " is a link, not a plain file") {
		t.Errorf("a link: got %v", err)
	}
}
