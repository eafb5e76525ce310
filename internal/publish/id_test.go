package publish

import (
	"strings"
	"testing"
	"time"
)

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
	// A second without numbers left goes over into the next.
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

func TestURLOf(t *testing.T) {
	for path, want := range map[string]string{
		"index.html":       "/",
		"pay/x/index.html": "/pay/x/",
		"404.html":         "/404.html",
		"assets/a b.css":   "/assets/a b.css",
		"支付/index.html":    "/支付/",
		"x/myindex.html":   "/x/myindex.html",
	} {
		if got := urlOf(path); got != want {
			t.Errorf("urlOf(%q): got %q, want %q", path, got, want)
		}
	}
}

func TestCutVariant(t *testing.T) {
	for path, want := range map[string]string{
		"a.css.gz": "a.css", "a/b.html.br": "a/b.html", "a.zst": "a",
		"a.css": "", ".gz": "", "a/.gz": "", "gz": "",
	} {
		got, ext, ok := cutVariant(path)
		if got != want || ok != (want != "") || ok && got+ext != path {
			t.Errorf("cutVariant(%q): got %q, %q, %v, want %q", path, got, ext, ok, want)
		}
	}
}
