package site

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/diag"
)

// The tests' clock stands at noon of 2026-06-15.

func TestExpired(t *testing.T) {
	day := func(front string) map[string]string {
		return map[string]string{"a.md": article("title: 甲\n"+front, "")}
	}
	for _, tt := range []struct {
		name  string
		files map[string]string
		there bool
	}{
		{"tomorrow", day("expires: 2026-06-16"), true},
		{"in a second", day("expires: 2026-06-15T12:00:01Z"), true},
		{"at this very moment", day("expires: 2026-06-15T12:00:00Z"), false},
		{"on this day", day("expires: 2026-06-15"), false},
		{"long ago", day("date: 2026-01-01\nexpires: 2026-02-01"), false},
		{"published at this very moment", day("date: 2026-06-15T12:00:00Z"), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := input(t, tt.files)
			if got := len(good(t, in).Articles) == 1; got != tt.there {
				t.Errorf("it is there: got %v, want %v", got, tt.there)
			}
			in.Options.Drafts = true
			if len(good(t, in).Articles) != 1 {
				t.Error("with drafts it is not there")
			}
		})
	}
}

// A link to an expired article is a mistake, as one to a draft is.
func TestLinksToExpired(t *testing.T) {
	in := input(t, map[string]string{
		"a.md": article("title: 甲\nrelated: [b.md]", "[x](b.md)"), "b.md": article("title: 乙\nexpires: 2026-06-01", ""),
		"c.md": article("title: 丙", "[x](d.md)"), "d.md": article("title: 丁\ndraft: true", ""),
	})
	_, diags := Resolve(in)
	var got []string
	for _, d := range diags {
		got = append(got, d.Pos.String()+" "+d.Code+": "+d.Message.En+" ("+d.Hint.En+")")
	}
	want := []string{
		`a.md:3:11 related-hidden: "b.md" has expired since 2026-06-01 and is left out ()`,
		`a.md:6:1 link-target: "b.md" has expired since 2026-06-01: readers cannot follow this link (take the link out, or move the date in expires)`,
		`c.md:5:1 link-target: "d.md" is a draft: readers cannot follow this link (publish it, or take the link out)`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
	if diags[1].Severity != diag.Error {
		t.Errorf("got %+v, want an error", diags[1])
	}
}

func TestNextChange(t *testing.T) {
	at := func(month, day int) time.Time { return time.Date(2026, time.Month(month), day, 0, 0, 0, 0, time.Local) }
	for _, tt := range []struct {
		name   string
		drafts bool
		files  map[string]string
		want   Change
	}{
		{"nothing waits", false, map[string]string{"a.md": "date: 2026-01-01", "b.md": "review_by: 2026-05-01", "c.md": "expires: 2026-05-01"}, Change{}},
		{"a date", false, map[string]string{"a.md": "date: 2026-09-01", "b.md": "date: 2026-08-01"}, Change{At: at(8, 1), Path: "b.md", What: diag.Say("appears")}},
		{"expires", false, map[string]string{"a.md": "expires: 2026-07-01", "b.md": "date: 2026-08-01"}, Change{At: at(7, 1), Path: "a.md", What: diag.Say("expires")}},
		{"review_by: the day itself is still good", false, map[string]string{"a.md": "review_by: 2026-07-01", "b.md": "expires: 2026-07-03"}, Change{At: at(7, 2), Path: "a.md", What: diag.Say("is due for review")}},
		{"review_by today", false, map[string]string{"a.md": "review_by: 2026-06-15"}, Change{At: at(6, 16), Path: "a.md", What: diag.Say("is due for review")}},
		{"several at one moment", false, map[string]string{"b.md": "date: 2026-07-01", "a.md": "expires: 2026-07-01", "c.md": "review_by: 2026-06-30"}, Change{At: at(7, 1), Path: "a.md", What: diag.Say("expires"), More: 2}},
		{"it appears before it expires", false, map[string]string{"a.md": "date: 2026-07-01\nexpires: 2026-08-01"}, Change{At: at(7, 1), Path: "a.md", What: diag.Say("appears")}},
		{"a draft waits for nobody", false, map[string]string{"a.md": "draft: true\ndate: 2026-07-01\nexpires: 2026-08-01"}, Change{}},
		{"the page of a folder", false, map[string]string{"x/index.md": "expires: 2026-08-01", "x/a.md": ""}, Change{At: at(8, 1), Path: "x/index.md", What: diag.Say("expires")}},
		{"with drafts only reviews change the site", true, map[string]string{"a.md": "date: 2026-07-01", "b.md": "expires: 2026-07-01", "c.md": "review_by: 2026-09-01"}, Change{At: at(9, 2), Path: "c.md", What: diag.Say("is due for review")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := map[string]string{}
			for name, front := range tt.files {
				files[name] = article("title: "+name+"\n"+front, "")
			}
			in := input(t, files)
			in.Options.Drafts = tt.drafts
			got := good(t, in).NextChange
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Fatalf("next change (-want +got):\n%s", diff)
			}
			// At that moment the site is another, and waits for something later.
			if !got.At.IsZero() {
				in.Options.Now = got.At
				if again := good(t, in).NextChange; !again.At.IsZero() && !again.At.After(got.At) {
					t.Errorf("at %s the next change is %+v", got.At, again)
				}
			}
		})
	}
}

// Who builds at the moment that was named gets the page that says so.
func TestReviewFallsDue(t *testing.T) {
	in := input(t, map[string]string{"a.md": article("title: 甲\nreview_by: 2026-07-01", "")})
	in.Options.Now = good(t, in).NextChange.At
	if !good(t, in).Articles[0].Stale {
		t.Errorf("at %s the article is not stale", in.Options.Now)
	}
	in.Options.Now = in.Options.Now.Add(-time.Nanosecond)
	if good(t, in).Articles[0].Stale {
		t.Errorf("at %s the article is stale", in.Options.Now)
	}
}
