package publish

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestManifestText(t *testing.T) {
	m := &Manifest{
		Schema: Schema, ID: "20260102T150405-8f3a01bc", Time: noon, Generator: "whyfix 0.1.0", Base: "/",
		Counts: Counts{Articles: 1, Pages: 2, Files: 3, Bytes: 4}, Template: "ab",
		Search: &SearchInfo{Schema: 5, Documents: 6, Digest: "d"},
		URLs:   map[string]string{"/": "00", "/a/": "11"},
	}
	const want = `{
 "schema": 1,
 "id": "20260102T150405-8f3a01bc",
 "time": "2026-01-02T12:00:00Z",
 "generator": "whyfix 0.1.0",
 "base": "/",
 "counts": {
  "articles": 1,
  "pages": 2,
  "files": 3,
  "bytes": 4
 },
 "search": {
  "schema": 5,
  "documents": 6,
  "digest": "d"
 },
 "template": "ab",
 "urls": {
  "/": "00",
  "/a/": "11"
 }
}
`
	data, err := encodeManifest(m)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(data)); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
	got, err := decodeManifest(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m, got); diff != "" {
		t.Errorf("read again (-want +got):\n%s", diff)
	}
}

// manifests are the cases of the next test and the corpus of the fuzz target.
var manifests = []struct {
	name, text string
	want       error  // what errors.Is must find, nil if there is only a text
	text2      string // a part of the error's text, "" if there is none
}{
	{"smallest", `{"schema":1,"id":"20260102T150405-8f3a01bc","time":"2026-01-02T12:00:00Z"}`, nil, ""},
	{"another zone", `{"schema":1,"id":"20260102T150405-8f3a01bc","time":"2026-01-02T12:00:00+08:00"}`, nil, ""},
	{"an unknown key", `{"schema":1,"id":"20260102T150405-8f3a01bc","time":"2026-01-02T12:00:00Z","x":[{}]}`, nil, ""},
	{"a null list", `{"schema":1,"id":"20260102T150405-8f3a01bc","time":"2026-01-02T12:00:00Z","urls":null,"origins":[]}`, nil, ""},
	{"another schema", `{"schema":7,"id":"20260102T150405-8f3a01bc"}`, ErrSchema, "schema 7, this program reads 1"},
	{"another schema, other types", `{"schema":7,"urls":["/"]}`, ErrSchema, "schema 7"},
	{"no schema", `{}`, ErrSchema, "schema 0"},
	{"null", `null`, ErrSchema, "schema 0"},
	{"a wrong type", `{"schema":1,"urls":["/"]}`, nil, "cannot unmarshal"},
	{"an id that leads out", `{"schema":1,"id":"../x","time":"2026-01-02T12:00:00Z"}`, nil, "not the id"},
	{"a year before all years", `{"schema":1,"id":"20260102T150405-8f3a01bc","time":"0000-01-01T00:00:00+23:00"}`, nil, "out of range"},
	{"cut short", `{"schema":1,"id":"2026`, nil, "unexpected end"},
	{"empty", ``, nil, "unexpected end"},
}

func TestDecodeManifest(t *testing.T) {
	for _, tt := range manifests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := decodeManifest([]byte(tt.text))
			if tt.text2 == "" {
				if err != nil || m.Time.Location() != time.UTC {
					t.Fatalf("got %v, %v, want a time in UTC", m, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.text2) {
				t.Errorf("got %v, want %q", err, tt.text2)
			}
			if tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

// A manifest that can be read is written as one that reads the same.
func FuzzManifest(f *testing.F) {
	for _, tt := range manifests {
		f.Add([]byte(tt.text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := decodeManifest(data)
		if err != nil {
			return
		}
		text, err := encodeManifest(m)
		if err != nil {
			t.Fatalf("encode: %v", err)
		}
		again, err := decodeManifest(text)
		if err != nil {
			t.Fatalf("decode again: %v", err)
		}
		if len(m.Origins) == 0 {
			m.Origins = nil // "[]" and nothing are the same list
		}
		if diff := cmp.Diff(m, again); diff != "" {
			t.Errorf("read again (-want +got):\n%s", diff)
		}
	})
}
