package inode

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Whatever happens to a file while its size and its time stay the same is seen.
func TestOf(t *testing.T) {
	if !Tells {
		t.Skip("this system does not tell")
	}
	at := time.Unix(1_700_000_000, 0)
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, at, at); err != nil {
			t.Fatal(err)
		}
	}
	stat := func(name string) Stat {
		t.Helper()
		info, err := os.Lstat(name)
		if err != nil {
			t.Fatal(err)
		}
		return Of(info)
	}
	for what, change := range map[string]func(name string) error{
		"written":      func(name string) error { return os.WriteFile(name, []byte("bbb"), 0o644) },
		"written over": func(name string) error { write(name+"2", "bbb"); return os.Rename(name+"2", name) },
		"made again":   func(name string) error { return os.Remove(name) },
	} {
		name := filepath.Join(t.TempDir(), "a")
		write(name, "aaa")
		was := stat(name)
		if was != stat(name) {
			t.Errorf("%s: a look changes it", what)
		}
		for !was.Settled(time.Now()) { // a clock ticks
			time.Sleep(time.Millisecond)
		}
		if err := change(name); err != nil {
			t.Fatal(err)
		}
		if what == "made again" {
			write(name, "ccc")
		}
		if err := os.Chtimes(name, at, at); err != nil {
			t.Fatal(err)
		}
		now := stat(name)
		if now == was || now.Size != was.Size || now.Modified != was.Modified {
			t.Errorf("%s: it was %+v and is %+v", what, was, now)
		}
	}
}

func TestSettled(t *testing.T) {
	at := time.Unix(1_700_000_000, 500)
	for _, tt := range []struct {
		ago   time.Duration // when it was changed
		whole bool          // times are whole seconds
		known bool          // when the inode was changed is known
		want  bool
	}{
		{time.Millisecond, false, true, false},
		{time.Second, false, true, true},
		{time.Second, true, true, false},
		{3 * time.Second, true, true, true},
		{time.Second, false, false, false},
		{3 * time.Second, false, false, true},
		{-time.Hour, false, true, false},
	} {
		changed := at.Add(-tt.ago).UnixNano()
		if tt.whole {
			changed = changed / 1e9 * 1e9
		}
		s := Stat{Modified: changed, Changed: changed}
		if !tt.known {
			s.Changed = 0
		}
		if got := s.Settled(at); got != tt.want {
			t.Errorf("%+v: got %v", tt, got)
		}
	}
}
