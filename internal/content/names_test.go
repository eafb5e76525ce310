package content

import (
	"io/fs"
	"testing"
	"testing/fstest"
)

// Both forms of é, as different systems write them.
const (
	composed   = "caf\u00e9"
	decomposed = "cafe\u0301"
)

func TestNamesAreFoundInBothForms(t *testing.T) {
	t.Parallel()
	disk := fstest.MapFS{decomposed + "/" + decomposed + ".md": {Data: []byte("# a\n")}, "z.md": {}, "が.md": {Data: []byte("# b\n")}}
	files, diags, err := Scan(Names(disk))
	if err != nil || len(diags) > 0 || len(files) != 3 || files[0].Path != composed+"/"+composed+".md" || files[2].Path != "が.md" {
		t.Fatalf("got %+v, %s, %v", files, said(diags), err)
	}
	for _, f := range files {
		if _, err := fs.ReadFile(Names(disk), f.Path); err != nil {
			t.Errorf("%s: %v", f.Path, err)
		}
		if _, err := fs.Stat(Names(disk), f.Path); err != nil {
			t.Errorf("%s: %v", f.Path, err)
		}
	}
	if got := OnDisk(disk, composed+"/"+composed+".md"); got != decomposed+"/"+decomposed+".md" {
		t.Errorf("on the disk it is %q", got)
	}
	if _, err := fs.Stat(Names(disk), composed+".md"); err == nil {
		t.Error("a file is found that is not there")
	}
}

func TestNamesThatAreOneElsewhere(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		disk fstest.MapFS
		at   []string
		n    int
	}{
		"case":                {fstest.MapFS{"A.md": {}, "a.md": {}}, []string{"a.md"}, 2},
		"ending":              {fstest.MapFS{"a.MD": {}, "a.md": {}}, []string{"a.md"}, 2},
		"folders":             {fstest.MapFS{"IMG/a.png": {}, "IMG/b.png": {}, "img/a.png": {}, "img/x/a.png": {}}, []string{"img"}, 4},
		"accents":             {fstest.MapFS{composed + ".md": {}, decomposed + ".md": {}}, []string{composed + ".md"}, 1},
		"accents of a folder": {fstest.MapFS{composed + "/a.md": {}, decomposed + "/b.md": {}}, []string{composed}, 2},
		"neither":             {fstest.MapFS{"a.md": {}, "b.md": {}, "a/a.md": {}, "á.md": {}}, nil, 4},
	} {
		files, diags, err := Scan(Names(tt.disk))
		var at []string
		for _, d := range diags {
			if d.Code != "file-case" {
				t.Errorf("%s: %s", name, said(diags))
			}
			at = append(at, d.File)
		}
		if err != nil || len(files) != tt.n || len(at) != len(tt.at) || len(at) > 0 && at[0] != tt.at[0] {
			t.Errorf("%s: got %d files and %q, want %d and %q (%v)", name, len(files), at, tt.n, tt.at, err)
		}
	}
}
