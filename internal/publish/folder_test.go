package publish

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
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
		next := newID(clock, id)
		if !validID(next) {
			t.Fatalf("%q is not valid", next)
		}
		if next <= id {
			t.Fatalf("%s does not sort after %s", next, id)
		}
		id = next
	}
	if got, want := newID(noon.In(time.FixedZone("", 8*3600)), ""), "20260102T120000-"; !strings.HasPrefix(got, want) {
		t.Errorf("newID: got %s, want UTC, %s…", got, want)
	}
	// The second after is the next day's.
	if got, want := newID(noon, "20261231T235959-ffffffff"), "20270101T000000-"; !strings.HasPrefix(got, want) {
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
