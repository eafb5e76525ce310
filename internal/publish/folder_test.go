package publish

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestCurrent(t *testing.T) {
	dir := t.TempDir()
	if _, err := Current(dir); !errors.Is(err, ErrNoRelease) {
		t.Errorf("nothing built: got %v, want ErrNoRelease", err)
	}
	build(t, dir, siteA, 9)
	second := build(t, dir, siteB, 9)
	writeOS(t, filepath.Join(dir, "20990101T000000-00000000", wwwName, "x"), "being made")
	if got, err := Current(dir); got != second.ID || err != nil {
		t.Errorf("got %s, %v, want %s", got, err, second.ID)
	}
}

func TestRollback(t *testing.T) {
	dir := t.TempDir()
	if _, _, err := Rollback(t.Context(), dir, nil); !errors.Is(err, ErrNoRelease) {
		t.Errorf("empty folder: got %v, want ErrNoRelease", err)
	}
	if got := names(t, dir); got != nil {
		t.Errorf("a rollback without releases left %q", got)
	}
	siteC := maps.Clone(siteA)
	siteC["c.html"] = "c"
	first := build(t, dir, siteA, 2)
	second := build(t, dir, siteB, 2)

	from, to, err := Rollback(t.Context(), dir, nil)
	if got, want := fmt.Sprint(from, to, err), fmt.Sprint(second.ID, first.ID, nil); got != want {
		t.Errorf("Rollback: got %s, want %s", got, want)
	}
	checkLive(t, dir, first.ID, siteA)
	if _, _, err := Rollback(t.Context(), dir, nil); !errors.Is(err, ErrNothingOlder) {
		t.Errorf("Rollback again: got %v, want ErrNothingOlder", err)
	}
	checkLive(t, dir, first.ID, siteA)

	// The next build drops the release that was rolled back from, not the good
	// one before it, so that the next rollback leads to the good one.
	third := build(t, dir, siteC, 2)
	checkNames(t, dir, first.ID, third.ID)
	if _, to, err := Rollback(t.Context(), dir, nil); to != first.ID || err != nil {
		t.Errorf("Rollback after a build: got %s, %v, want %s", to, err, first.ID)
	}
	checkLive(t, dir, first.ID, siteA)
}

// A rollback reads a release before it makes it live.
func TestRollbackPassesOverDamage(t *testing.T) {
	dir := t.TempDir()
	first := build(t, dir, siteA, 3)
	second := build(t, dir, siteB, 3)
	third := build(t, dir, siteA, 3)
	if err := lose("search/store/root.bolt").do(second.Dir); err != nil {
		t.Fatal(err)
	}
	if from, to, err := Rollback(t.Context(), dir, nil); err != nil || from != third.ID || to != first.ID {
		t.Errorf("got %s to %s, %v, want %s to %s", from, to, err, third.ID, first.ID)
	}
	build(t, dir, siteB, 3)
	if err := put("www/404.html", "NOTHING HERE").do(first.Dir); err != nil {
		t.Fatal(err)
	}
	if _, to, err := Rollback(t.Context(), dir, nil); !errors.Is(err, ErrNothingOlder) || !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "404.html") {
		t.Errorf("got %s, %v, want what is damaged", to, err)
	}
}

func TestNewID(t *testing.T) {
	// Ids must ascend whatever the clock does.
	id := ""
	clock := noon
	for i := range 2000 {
		switch i {
		case 500:
			clock = clock.Add(time.Second)
		case 1000:
			clock = clock.Add(-time.Hour)
		case 1500:
			clock = clock.Add(24 * time.Hour)
		}
		next, err := newID(clock, id)
		if err != nil {
			t.Fatal(err)
		}
		if !validID(next) {
			t.Fatalf("%q is not valid", next)
		}
		if next <= id {
			t.Fatalf("%s does not sort after %s", next, id)
		}
		id = next
	}
	if got, want := mustID(t, noon.In(time.FixedZone("", 8*3600)), ""), "20260102T120000-"; !strings.HasPrefix(got, want) {
		t.Errorf("newID: got %s, want UTC, %s…", got, want)
	}
	// The second after is the next day's.
	if got, want := mustID(t, noon, "20261231T235959-ffffffff"), "20270101T000000-"; !strings.HasPrefix(got, want) {
		t.Errorf("newID: got %s, want %s…", got, want)
	}
}

func TestValidID(t *testing.T) {
	for id, want := range map[string]bool{
		"20260102T150405-8f3a01bc":  true,
		"20260102T150405-8f3a01bC":  false,
		"20260102T150405-8f3a01b":   false,
		"20260102T150405-8f3a01bc0": false,
		"20260102T150405_8f3a01bc":  false,
		"20260132T150405-8f3a01bc":  false,
		"20260102T150405-8f3a01b/":  false,
		"current":                   false,
		"":                          false,
	} {
		if got := validID(id); got != want {
			t.Errorf("validID(%q): got %v, want %v", id, got, want)
		}
	}
}

func mustID(t *testing.T, now time.Time, newest string) string {
	t.Helper()
	id, err := newID(now, newest)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestLastID(t *testing.T) {
	const last = "99991231T235959-00000041"
	if got, want := mustID(t, noon, last), "99991231T235959-00000042"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := mustID(t, time.Date(12026, 1, 2, 12, 0, 0, 0, time.UTC), "20260102T120000-00000041"); !strings.HasPrefix(got, "20260102T120001-") {
		t.Errorf("a clock beyond all ids: got %s", got)
	}
	for _, tt := range []struct {
		now    time.Time
		newest string
	}{{noon, "99991231T235959-ffffffff"}, {time.Date(12026, 1, 2, 12, 0, 0, 0, time.UTC), ""}} {
		if id, err := newID(tt.now, tt.newest); err == nil || !strings.Contains(err.Error(), "set the clock") {
			t.Errorf("got %s, %v", id, err)
		}
	}
}

// Whatever the clock does, releases come in the order in which they were made: the
// newest is live, a rollback leads to the one before, and the oldest go.
func TestClockJumps(t *testing.T) {
	dir := t.TempDir()
	var made []string
	for n, now := range []time.Time{
		noon, noon.Add(time.Hour), noon.Add(-48 * time.Hour), {}, time.Unix(0, 0), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), noon, noon.AddDate(100, 0, 0), noon.Add(-time.Second),
	} {
		w, err := Create(dir, now, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { w.Abort() })
		w.sync = func() error { return nil }
		s := site{"index.html": fmt.Sprint("edition ", n)}
		fill(t, w, s)
		m := manifestOf(s)
		m.Redirects = map[string]string{"/old/": "/pay/x/"}
		result, err := w.Commit(m, 3)
		if err != nil {
			t.Fatalf("%s: %v", now, err)
		}
		if n > 0 && result.ID <= made[n-1] {
			t.Errorf("%s is made after %s", result.ID, made[n-1])
		}
		made = append(made, result.ID)
		checkLive(t, dir, result.ID, s)
		want := slices.Clone(made[max(len(made)-3, 0):])
		slices.Reverse(want)
		if got := releases(t, dir); !slices.Equal(got, want) {
			t.Errorf("at %s: kept %q, want %q", now, got, want)
		}
	}
	for n := len(made) - 2; n >= len(made)-3; n-- {
		if _, to, err := Rollback(t.Context(), dir, nil); err != nil || to != made[n] {
			t.Errorf("back to %s, %v, want %s", to, err, made[n])
		}
	}
}

// Odd files where a link, a lock or a folder should be are refused at once, or
// make way.
func TestOddFiles(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("it has no pipes among files")
	}
	pipe := func(name string) error { return exec.CommandContext(t.Context(), "mkfifo", name).Run() }
	loop := func(name string) error { return os.Symlink(filepath.Base(name), name) }
	folder := func(name string) error { return os.MkdirAll(filepath.Join(name, "x"), 0o755) }
	device := func(name string) error { return os.Symlink("/dev/zero", name) }
	for _, tt := range []struct {
		name string
		odd  func(name string) error
		says string // what refuses it; "": it makes way
	}{
		{currentName, pipe, ""},
		{currentName, loop, ""},
		{currentName, device, ""},
		{currentName, folder, "a folder where a link should be"},
		{currentTemp, pipe, ""},
		{currentTemp, folder, ""},
		{currentTemp, loop, ""},
		{tickTemp, pipe, ""},
		{tickTemp, folder, ""},
		{lockName, pipe, "a pipe where a file should be"},
		{lockName, folder, "a folder where a file should be"},
		{lockName, loop, "a link where"},
		{"ID/manifest.json", pipe, ""},
		{"ID/manifest.json", loop, ""},
		{"ID/manifest.json", device, ""},
		{"ID/manifest.json", folder, ""},
		{"ID/www/index.html", pipe, ""},
		{"ID/www/index.html.gz", device, ""},
		{"ID/copies.sha256", pipe, ""},
		{"ID/search.html", pipe, ""},
		{"ID/gone.map", pipe, ""},
		{"ID/search/store/root.bolt", pipe, ""},
		{"ID/www", loop, ""},
		{"ID/search", loop, ""},
		{"ID/www/more", pipe, ""},
		{"20990101T000000-00000000", pipe, ""},
		{"20990101T000000-00000000", loop, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			live := build(t, dir, siteA, 2)
			name := filepath.Join(dir, filepath.FromSlash(strings.Replace(tt.name, "ID", live.ID, 1)))
			if err := errors.Join(os.RemoveAll(name), tt.odd(name)); err != nil {
				t.Fatal(err)
			}
			w, err := Create(dir, noon, nil)
			if tt.says != "" {
				if err == nil || !strings.Contains(err.Error(), tt.says) {
					t.Fatalf("got %v, want %q", err, tt.says)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { w.Abort() })
			fill(t, w, siteA)
			result, err := w.Commit(manifestOf(siteA), 2)
			if err != nil {
				t.Fatal(err)
			}
			checkLive(t, dir, result.ID, siteA)
			if err := tryRelease(t.Context(), dir, result.ID, nil); err != nil {
				t.Error(err)
			}
		})
	}
}
