package publish

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

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
