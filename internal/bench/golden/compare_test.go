package main

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	one := func(file string, list ...entry) record { return record{file: list} }
	answer := func(is string) record { return one("s.answers.txt", entry{"/api/search?q=a", is}) }
	tests := []struct {
		name     string
		old, now record
		want     []string
	}{
		{"the same", one("s.files.txt", entry{"a", "1"}), one("s.files.txt", entry{"a", "1"}), nil},
		{
			"files",
			one("s.files.txt", entry{"changed", "1"}, entry{"gone", "2"}, entry{"kept", "3"}),
			one("s.files.txt", entry{"changed", "9"}, entry{"kept", "3"}, entry{"new", "4"}),
			[]string{"s files: changed: changed: 1 → 9", "s files: gone: missing: 2", "s files: new: added: 4"},
		},
		{
			"a line that is said twice, and then once",
			one("s.build.txt", entry{"warning", ""}, entry{"warning", ""}),
			one("s.build.txt", entry{"warning", ""}),
			[]string{"s build: warning #2: missing"},
		},
		{
			"another order",
			one("s.check.txt", entry{"a", ""}, entry{"b", ""}, entry{"c", ""}),
			one("s.check.txt", entry{"a", ""}, entry{"c", ""}, entry{"b", ""}),
			[]string{"s check: c: moved: there was b"},
		},
		{
			"more than are told",
			one("s.files.txt", entry{"a", "1"}, entry{"b", "1"}, entry{"c", "1"}, entry{"d", "1"}, entry{"e", "1"}),
			one("s.files.txt", entry{"a", "2"}, entry{"b", "2"}, entry{"c", "2"}, entry{"d", "2"}, entry{"e", "2"}),
			[]string{"s files: a: changed: 1 → 2", "s files: b: changed: 1 → 2", "s files: c: changed: 1 → 2", "s files: and 2 more"},
		},
		{"a site that is no more", one("a.b.files.txt", entry{"a", "1"}), record{}, []string{"a.b files: missing"}},
		{"a site that is new", record{}, one("s.files.txt", entry{"a", "1"}), []string{"s files: added"}},
		{
			"a value within an answer",
			answer(`{"hits":[{"score":1,"url":"/a/"},{"score":0.5,"url":"/b/"}],"total":2}`),
			answer(`{"hits":[{"score":1,"url":"/a/"},{"score":0.5,"url":"/c/"}],"total":3}`),
			[]string{`s answers: /api/search?q=a: hits[1].url: changed: "/b/" → "/c/"`},
		},
		{
			"numbers as they are written", answer(`{"score":0.30000001}`), answer(`{"score":0.3}`),
			[]string{`s answers: /api/search?q=a: score: changed: 0.30000001 → 0.3`},
		},
		{"a key less", answer(`{"mode":"exact","total":2}`), answer(`{"total":2}`), []string{`s answers: /api/search?q=a: mode: missing: "exact"`}},
		{"a hit more", answer(`{"hits":["a"]}`), answer(`{"hits":["a","b"]}`), []string{`s answers: /api/search?q=a: hits[1]: added: "b"`}},
		{"an empty list is not none", answer(`{"hits":[]}`), answer(`{"hits":null}`), []string{`s answers: /api/search?q=a: hits: changed: [] → null`}},
		{"another type", answer(`{}`), answer(`[]`), []string{`s answers: /api/search?q=a: changed: {} → []`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, compare(tt.old, tt.now, 3)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestRecordIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	r, dir := record{}, filepath.Join(t.TempDir(), "record")
	r.add("s.build.txt", "\tline with\ttabs\r\nand more", "")
	r.add("s.build.txt", "", "")
	r.add("s.answers.txt", "问题？", `{"hits":["\n"]}`)
	if err := r.write(dir); err != nil {
		t.Fatal(err)
	}
	got, err := read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if differences := compare(r, got, 9); differences != nil {
		t.Errorf("what was read differs from what was written: %q", differences)
	}
	if _, err := read(t.TempDir()); err == nil {
		t.Error("an empty folder was read as a record")
	}
}
