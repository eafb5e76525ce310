package posts

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whyfix/internal/diag"
	"whyfix/internal/search"
)

// scanned are the documents of a text, and what is said of it.
func scanned(t *testing.T, text string, d Defaults) ([]*search.Document, Scanned) {
	t.Helper()
	var out []*search.Document
	s, err := Scan("a.jsonl", strings.NewReader(text), d, func(doc *search.Document) error {
		out = append(out, doc)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out, s
}

func TestScan(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", 8*3600)
	for _, tt := range []struct {
		name, text string
		want       *search.Document
	}{
		{
			"all keys", `{"id": "t-1", "url": "https://forum.example.org/t/1#a", "title": " 花呗 \n用不了 ", "text": "一\r\n\r\n 二\u0000 三 ", "language": "zh-Hant", "product": ["花呗", "花呗", ""], "date": "2026-03-01", "expires": "2026-03-02T08:00:00+08:00", "kind": "ticket"}`,
			&search.Document{
				URL: "t-1", Language: "zh-Hant", Title: "花呗 用不了", Products: []search.Tag{{Name: "花呗"}}, Sections: []search.Section{{Text: "一\n二 三"}},
				Origin: &search.Origin{Source: "ticket", URL: "https://forum.example.org/t/1#a", Date: 1772294400, Expires: 1772409600},
			},
		},
		{
			"what is needed", "\uFEFF{\"id\": 17, \"url\": \"/pay/?a=b\", \"title\": \"a\", \"product\": \"b\", \"text\": null}\r",
			&search.Document{URL: "17", Language: "en", Title: "a", Products: []search.Tag{{Name: "b"}}, Origin: &search.Origin{Source: "note", URL: "/pay/?a=b"}},
		},
		{
			"an address with letters of its own", `{"id": "u", "url": "http://forum.example.org/花 呗", "title": "a"}`,
			&search.Document{URL: "u", Language: "en", Title: "a", Origin: &search.Origin{Source: "note", URL: "http://forum.example.org/%E8%8A%B1%20%E5%91%97"}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, s := scanned(t, tt.text+"\n\n  \n", Defaults{Kind: "note", Language: "en", Zone: zone})
			if len(s.Diags) > 0 || len(got) != 1 {
				t.Fatalf("%d documents, %+v", len(got), s.Diags)
			}
			if diff := cmp.Diff(tt.want, got[0], cmpopts.IgnoreUnexported(search.Document{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestScanRefuses(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("长", longestTitle+1)
	for _, tt := range []struct{ name, text, where, want string }{
		{"a user in an address", `{"id": "a", "url": "https://me:secret@x.org/", "title": "a"}`, "a.jsonl:1:13", "is no address"},
		{"a mail address", `{"id": "a", "url": "mailto:a@example.org", "title": "a"}`, "a.jsonl:1:13", "is no address"},
		{"a backslash", `{"id": "a", "url": "/\\x.example.org/", "title": "a"}`, "a.jsonl:1:13", "is no address"},
		{"no host", `{"id": "a", "url": "https:///a", "title": "a"}`, "a.jsonl:1:13", "is no address"},
		{"blanks for a title", `{"id": "a", "url": "/a/", "title": " \t "}`, "a.jsonl:1:1", `"title" is missing`},
		{"an id of several lines", `{"id": "a\nb", "url": "/a/", "title": "a"}`, "a.jsonl:1:2", "no control characters"},
		{"a day that is not", `{"id": "a", "url": "/a/", "title": "a", "expires": "2026-02-30"}`, "a.jsonl:1:41", "is no date"},
		{"many products", `{"id": "a", "url": "/a/", "title": "a", "product": ["` + strings.Repeat(`x", "y`, 1) + `", "` + long + `"]}`, "a.jsonl:1:41", "at most"},
		{"two objects", `{"id": "a"} {"id": "b"}`, "a.jsonl:1:13", "this is no JSON"},
		{"nothing", `null`, "a.jsonl:1:1", "the line is no object"},
		{"a line without an end", `{"id": "` + strings.Repeat("x", longestLine) + `"}`, "a.jsonl:1:1", "more than 8 MB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			docs, s := scanned(t, tt.text+"\n"+`{"id": "ok", "url": "/ok/", "title": "ok"}`, Defaults{})
			if s.Bad != 1 || len(s.Diags) != 1 || len(docs) != 1 || docs[0].URL != "ok" {
				t.Fatalf("%d documents, %d bad, %+v", len(docs), s.Bad, s.Diags)
			}
			if d := s.Diags[0]; d.Pos.String() != tt.where || !strings.Contains(d.Message.En, tt.want) || d.Hint == (diag.Text{}) {
				t.Errorf("%s: %s (%s), want %s: %s", d.Pos, d.Message, d.Hint, tt.where, tt.want)
			}
		})
	}
}

// Lines that nobody will read are not kept, whatever a file has.
func TestScanKeepsFewMistakes(t *testing.T) {
	t.Parallel()
	text := strings.Repeat(`{"id": "a", "url": "/a/", "title": "a"}`+"\n{\n", 1000)
	docs, s := scanned(t, text, Defaults{})
	if len(docs) != 1000 || s.Bad != 1000 || s.Documents != 1 {
		t.Errorf("%d documents, %d different, %d bad lines", len(docs), s.Documents, s.Bad)
	}
	if len(s.Diags) != 2*MostSaid || s.Diags.Errors() != MostSaid || s.More != 1999-len(s.Diags) {
		t.Errorf("%d mistakes are kept, %d of them errors, and %d more counted", len(s.Diags), s.Diags.Errors(), s.More)
	}
}

// FuzzScan: whatever a file has, each line is a document that can be shown, or is
// named.
func FuzzScan(f *testing.F) {
	f.Add([]byte(`{"id": "t-1", "url": "https://forum.example.org/t/1", "title": "花呗", "text": "a\nb", "product": ["x"], "date": "2026-03-01", "kind": "note"}` + "\n[]\n"))
	f.Add([]byte("{\"id\": 1, \"url\": \"/a/\", \"title\": \"\\u202e\xff\"}\r\n\r\n{"))
	f.Add([]byte(`{"id":"a","url":"javascript:alert(1)","title":"a","expires":"0000-00-00","titel":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		docs := 0
		s, err := Scan("a.jsonl", bytes.NewReader(data), Defaults{}, func(d *search.Document) error {
			docs++
			u := d.Origin.URL
			switch {
			case d.URL == "" || d.Title == "" || len(d.URL) > longestID || utf8.RuneCountInString(d.Title) > longestTitle:
				t.Errorf("a document without what is needed: %+v", d)
			case !strings.HasPrefix(u, "https://") && !strings.HasPrefix(u, "http://") && (!strings.HasPrefix(u, "/") || strings.HasPrefix(u, "//")), strings.ContainsAny(u, "\\\n\r\t \"<>"):
				t.Errorf("a result would lead to %q", u)
			case strings.ContainsAny(d.Title, "\n\r\x00"):
				t.Errorf("a title of %q", d.Title)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		lines := 0
		for _, line := range bytes.Split(bytes.TrimPrefix(data, []byte("\uFEFF")), []byte("\n")) {
			if len(bytes.TrimSpace(bytes.TrimSuffix(line, []byte("\r")))) > 0 {
				lines++
			}
		}
		if docs+s.Bad != lines {
			t.Errorf("%d lines are %d documents and %d that are none", lines, docs, s.Bad)
		}
		for _, d := range s.Diags {
			if d.Message == (diag.Text{}) || d.Hint == (diag.Text{}) || d.Line < 1 {
				t.Errorf("a mistake without a place or a hint: %+v", d)
			}
		}
	})
}
