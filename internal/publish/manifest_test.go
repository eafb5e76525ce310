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

func TestMaps(t *testing.T) {
	for _, tt := range []struct {
		name        string
		m           Manifest
		moved, gone string
	}{
		{"nothing", Manifest{Base: "/"}, "", ""},
		{
			"decoded keys, encoded targets",
			Manifest{Base: "/", Redirects: map[string]string{"/旧 址/": "/%E6%96%B0/"}, Gone: []string{"/撤/"}},
			"\"/旧 址/\" \"/%E6%96%B0/$is_args$args\";\n", "\"/撤/\" 1;\n",
		},
		{
			"below a path",
			Manifest{Base: "/help/", Redirects: map[string]string{"/old/": "/help/new/"}, Gone: []string{"/x/"}},
			"\"/help/old/\" \"/help/new/$is_args$args\";\n", "\"/help/x/\" 1;\n",
		},
		{
			"signs of nginx",
			Manifest{Base: "/", Redirects: map[string]string{`/a"b\c;{$d/`: "https://example.org/$x/?y=$z"}},
			`"/a\"b\\c;{$d/" "https://example.org/%24x/?y=%24z";` + "\n", "",
		},
		{
			"an anchor",
			Manifest{Base: "/", Redirects: map[string]string{"/b/": "/c/#d", "/a/": "/b/?c#d"}},
			"\"/a/\" \"/b/?c#d\";\n\"/b/\" \"/c/$is_args$args#d\";\n", "",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := map[string][]byte{movedName: []byte(tt.moved), goneName: []byte(tt.gone)}
			got := mapsOf(&tt.m)
			for name := range want {
				if diff := cmp.Diff(string(want[name]), string(got[name])); diff != "" {
					t.Errorf("%s (-want +got):\n%s", name, diff)
				}
			}
			if len(got) != len(want) {
				t.Errorf("got %d files, want %d", len(got), len(want))
			}
		})
	}
}

// A manifest of before has no old addresses, and is read all the same.
func TestOldManifest(t *testing.T) {
	m, err := decodeManifest([]byte(`{"schema": 1, "id": "20260102T150405-8f3a01bc", "time": "2026-01-02T15:04:05Z", "generator": "whyfix", "base": "/", "counts": {}, "template": "", "urls": {"/": "x"}}`))
	if err != nil || m.Redirects != nil || m.Gone != nil || m.Vanished != nil || m.URLs["/"] != "x" {
		t.Errorf("got %+v, %v", m, err)
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
