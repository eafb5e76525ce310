package publish

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCreateBusy(t *testing.T) {
	dir := t.TempDir()
	first := build(t, dir, siteA, 2)
	build(t, dir, siteB, 2)
	w := begin(t, dir)
	_, err := Create(dir, noon, nil)
	if !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), dir) {
		t.Errorf("second Create: got %v, want ErrBusy and the folder", err)
	}
	if _, _, err := Rollback(t.Context(), dir, nil); !errors.Is(err, ErrBusy) {
		t.Errorf("Rollback: got %v, want ErrBusy", err)
	}
	if err := w.Abort(); err != nil {
		t.Fatal(err)
	}
	if _, to, err := Rollback(t.Context(), dir, nil); err != nil || to != first.ID {
		t.Errorf("Rollback after Abort: got %s, %v, want %s", to, err, first.ID)
	}
}

func TestCreateClearsUp(t *testing.T) {
	dir := t.TempDir()
	live := build(t, dir, siteA, 2)
	dead := "20250101T000000-00000000"
	writeOS(t, filepath.Join(dir, dead, wwwName, "index.html"), "half")
	kept := []string{"notes.txt", "20250101T000000-0000000g", "20251341T000000-00000000"}
	for _, name := range kept {
		writeOS(t, filepath.Join(dir, name, "x"), "not ours")
	}
	if err := begin(t, dir).Abort(); err != nil {
		t.Fatal(err)
	}
	checkNames(t, dir, append(kept, live.ID)...)
}

func TestCreateCurrentIsFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, currentName), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(dir, noon, nil); err == nil || !strings.Contains(err.Error(), "remove it") {
		t.Errorf("Create: got %v, want a hint", err)
	}
}

func TestWriterClosed(t *testing.T) {
	commit := func(w *Writer) error { _, err := w.Commit(Manifest{}, 2); return err }
	for name, end := range map[string]func(*Writer) error{"Commit": commit, "Abort": (*Writer).Abort} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			w := begin(t, dir)
			if err := end(w); err != nil {
				t.Fatal(err)
			}
			before := names(t, dir)
			_, errSearch := w.SearchDir()
			for call, err := range map[string]error{
				"Put": w.Put("a", nil), "PutSearchTemplate": w.PutSearchTemplate(nil),
				"SearchDir": errSearch, "Commit": commit(w),
			} {
				if !errors.Is(err, ErrClosed) {
					t.Errorf("%s: got %v, want ErrClosed", call, err)
				}
			}
			if err := w.Abort(); err != nil {
				t.Errorf("Abort: %v", err)
			}
			if diff := cmp.Diff(before, names(t, dir)); diff != "" {
				t.Errorf("folder (-before +after):\n%s", diff)
			}
			begin(t, dir) // the lock is free
		})
	}
}
