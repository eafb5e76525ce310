package server

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"whyfix/internal/search"
)

// styled builds a site whose brand's colour, and so a stylesheet, is of its own.
func styled(t *testing.T, dir, color string) string {
	t.Helper()
	if _, err := buildSite(dir, map[string]string{
		"site.yaml": "title: 站\nbrand: \"" + color + "\"\n",
		"a.md":      "---\ntitle: 题目\nupdated: 2026-01-02\n---\n正文\n",
	}, "", true); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "public")
}

// A page that was loaded just before a switch keeps its looks for a day: from a
// process that saw the release before, and from one that was started since.
func TestStylesOfBefore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	public := styled(t, dir, "#0a7a3b")
	s, _ := following(t, public)
	clock := time.Now()
	sheet := regexp.MustCompile(`/assets/brand\.[0-9a-f]{10}\.css`).FindString(get(t, s, "/a/").body)
	first := get(t, s, sheet)
	if first.status != http.StatusOK || sheet == "" {
		t.Fatalf("%q: status %d", sheet, first.status)
	}
	styled(t, dir, "#7a0a3b")
	until(t, "another sheet", func() bool { return !strings.Contains(get(t, s, "/a/").body, sheet) })
	check := func(who string, s *Server, want int) {
		t.Helper()
		a := get(t, s, sheet)
		if a.status != want {
			t.Errorf("%s: the sheet of before has status %d, want %d", who, a.status, want)
		}
		if want != http.StatusOK {
			return
		}
		for _, name := range []string{"Content-Type", "Cache-Control", "Etag", "Content-Security-Policy"} {
			if got, was := a.header.Get(name), first.header.Get(name); got != was {
				t.Errorf("%s: %s is %q, and was %q", who, name, got, was)
			}
		}
		if a.body != first.body {
			t.Errorf("%s: it is another sheet", who)
		}
		if a := get(t, s, sheet, "If-None-Match: "+first.header.Get("ETag")); a.status != http.StatusNotModified {
			t.Errorf("%s: a browser that has it gets %d", who, a.status)
		}
	}
	check("who saw both", s, http.StatusOK)
	for _, path := range []string{"/assets/brand.0000000000.css", "/assets/../" + sheet[1:], sheet + "x", "/a" + sheet} {
		if a := get(t, s, path); a.status == http.StatusOK {
			t.Errorf("%s is there", path)
		}
	}
	later, _ := following(t, public)
	until(t, "the sheet of a kept release", func() bool { return get(t, later, sheet).status == http.StatusOK })
	check("who was started since", later, http.StatusOK)

	for _, at := range []struct {
		after time.Duration
		want  int
	}{{keptFor - time.Hour, http.StatusOK}, {-30 * 24 * time.Hour, http.StatusOK}, {keptFor + time.Hour, http.StatusNotFound}} {
		for who, s := range map[string]*Server{"who saw both": s, "who was started since": later} {
			s.before.mu.Lock()
			s.before.now = func() time.Time { return clock.Add(at.after) }
			s.before.mu.Unlock()
			check(who+", "+at.after.String()+" later", s, at.want)
		}
	}
}

// What is kept of releases of before is what they say, and bounded.
func TestStylesOfBeforeAreBounded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	public := styled(t, dir, "#0a7a3b")
	was, closeWas, err := Load(t.Context(), public, search.Cluster{})
	if err != nil {
		t.Fatal(err)
	}
	defer closeWas()
	sheets, err := filepath.Glob(filepath.Join(public, "current", "www", "assets", "brand.*.css"))
	if err != nil || len(sheets) != 1 {
		t.Fatal(sheets, err)
	}
	if err := os.WriteFile(sheets[0], []byte("*{display:none}"), 0o600); err != nil {
		t.Fatal(err)
	}
	b := before{now: time.Now}
	b.keep(was, nil, time.Now().Add(time.Hour))
	if _, ok := b.file("/assets/" + filepath.Base(sheets[0])); ok {
		t.Error("a damaged sheet is kept")
	}
	if len(b.files) == 0 || b.size > mostKept {
		t.Errorf("%d files of %d bytes are kept", len(b.files), b.size)
	}
}
