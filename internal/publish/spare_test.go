package publish

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// TestSpare: releases that are made of spares have what they would have without.
func TestSpare(t *testing.T) {
	t.Parallel()
	for keep := 1; keep <= 3; keep++ {
		t.Run(fmt.Sprint("keep ", keep), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, uint64(keep)))
			dir, reused := t.TempDir(), 0
			for step := range 60 {
				s := site{"index.html": "home", "404.html": "nothing here"}
				for range r.IntN(8) {
					name := fmt.Sprintf("c%d/p%d/index.html", r.IntN(3), r.IntN(5))
					switch r.IntN(4) {
					case 0:
						name = fmt.Sprintf("c%d/p%d.html", r.IntN(3), r.IntN(5))
					case 1:
						name = fmt.Sprintf("d%d", r.IntN(4)) // a file here, a folder there
					case 2:
						name = fmt.Sprintf("d%d/x.css", r.IntN(4))
					}
					s[name] = fmt.Sprint("edition ", r.IntN(3))
				}
				for name := range s { // no file and folder of one name at once
					delete(s, filepath.Dir(name))
				}
				s["step.txt"] = fmt.Sprint(step)
				w := begin(t, dir)
				if r.IntN(10) == 0 {
					w.Fresh()
				}
				fill(t, w, s)
				result, err := w.Commit(manifestOf(s), keep)
				if err != nil {
					t.Fatal(err)
				}
				if w.spare != nil {
					reused++
				}
				checkLive(t, dir, result.ID, s)
				if t.Failed() {
					t.Fatalf("step %d", step)
				}
			}
			if reused < 30 {
				t.Errorf("only %d releases were made of a spare: the test tests little", reused)
			}
		})
	}
}

// TestSpareWithoutVariants: compressed copies that are no longer wanted go.
func TestSpareWithoutVariants(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, text := range []string{"1", "2", "3"} {
		build(t, dir, site{"index.html": "home", "a.html": "a", "b.html": text}, 1)
	}
	w := begin(t, dir)
	for name, text := range map[string]string{"index.html": "home", "a.html": "a", "b.html": "4"} {
		if err := w.Put(name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	result, err := w.Commit(Manifest{}, 1)
	if err != nil || w.spare == nil {
		t.Fatalf("spare %v, %v", w.spare, err)
	}
	for name := range readTree(t, filepath.Join(result.Dir, wwwName)) {
		if filepath.Ext(name) == ".gz" {
			t.Errorf("%s is still there", name)
		}
	}
}

// TestSpareInUse: what somebody still reads is not changed.
func TestSpareInUse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	edition := func(n int) site { return site{"index.html": fmt.Sprint("edition ", n)} }
	build(t, dir, edition(1), 1)
	reader, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	for n := 2; n < 6; n++ {
		result := build(t, dir, edition(n), 1)
		checkLive(t, dir, result.ID, edition(n))
		f, err := reader.WWW().Open("index.html")
		if err != nil {
			continue // the release is gone, as it may be
		}
		text := make([]byte, 64)
		read, _ := f.Read(text)
		f.Close()
		if got, want := string(text[:read]), "edition 1"; got != want {
			t.Errorf("a reader of the first release got %q after %d", got, n)
		}
	}
}

// TestSpareGivenBack: a build that makes no release leaves the spare for the
// next one.
func TestSpareGivenBack(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(w *Writer) error{
		"nothing changed": func(w *Writer) error {
			result, err := w.Commit(manifestOf(site{"a.html": "a", "n.html": "4"}), 1)
			if result.Changed {
				return errors.New("a release was made")
			}
			return err
		},
		"given up": (*Writer).Abort,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s := site{"a.html": "a"}
			for _, n := range []string{"1", "2", "3", "4"} {
				s["n.html"] = n
				build(t, dir, s, 1)
			}
			before := readTree(t, filepath.Join(dir, spareName))
			w := begin(t, dir)
			fill(t, w, s)
			if w.spare == nil {
				t.Fatal("the spare was not taken")
			}
			if err := end(w); err != nil {
				t.Fatal(err)
			}
			if got := readTree(t, filepath.Join(dir, spareName)); len(before) == 0 || !maps.Equal(got, before) {
				t.Errorf("the spare was %v and is %v", before, got)
			}
			s["n.html"] = "5"
			checkLive(t, dir, build(t, dir, s, 1).ID, s)
		})
	}
}

// TestDamagedSpare: a file of the spare that was cut short is not taken.
func TestDamagedSpare(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := site{"even.html": "the same", "odd.html": "the same"}
	for _, n := range []string{"1", "2", "3"} {
		s["n.html"] = n
		build(t, dir, s, 1)
	}
	for name := range s {
		file := filepath.Join(dir, spareWWW, name)
		if err := errors.Join(os.Remove(file), os.WriteFile(file, []byte("the"), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	s["n.html"] = "4"
	checkLive(t, dir, build(t, dir, s, 1).ID, s)
}

// TestHalfASpare: what a build left that died while it set a spare aside.
func TestHalfASpare(t *testing.T) {
	t.Parallel()
	for name, left := range map[string]func(dir string) error{
		"manifest alone": func(dir string) error { return os.WriteFile(filepath.Join(dir, spareWas), []byte("{}"), 0o644) },
		"site alone":     func(dir string) error { return os.MkdirAll(filepath.Join(dir, spareWWW, "old"), 0o755) },
		"nothing":        func(string) error { return nil },
		"no manifest": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, spareWas), nil, 0o644)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.Mkdir(filepath.Join(dir, spareName), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := left(dir); err != nil {
				t.Fatal(err)
			}
			for n := range 5 {
				s := site{"index.html": "home", "n.txt": fmt.Sprint(n)}
				checkLive(t, dir, build(t, dir, s, 1).ID, s)
			}
		})
	}
}
