package content

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestClassify(t *testing.T) {
	for path, want := range map[string]Class{
		"a.md":                 ClassArticle,
		"pay/refund-late.md":   ClassArticle,
		"A.MD":                 ClassArticle,
		"a.markdown":           ClassArticle,
		"退款.md":                ClassArticle,
		"a.b.md":               ClassArticle,
		"indexes.md":           ClassArticle,
		"index.md":             ClassIndex,
		"pay/index.md":         ClassIndex,
		"pay/INDEX.MD":         ClassIndex,
		"pay/index.markdown":   ClassIndex,
		"site.yaml":            ClassSetting,
		"tags.yaml":            ClassSetting,
		"synonyms.yaml":        ClassSetting,
		"pay/site.yaml":        ClassAsset,
		"step1.svg":            ClassAsset,
		"a.md.bak":             ClassAsset,
		"md":                   ClassAsset,
		"pay/README":           ClassAsset,
		"a.html":               ClassAsset,
		"pay.md/step.svg":      ClassAsset,
		"folder.md/article.md": ClassArticle,
	} {
		if got := Classify(path); got != want {
			t.Errorf("Classify(%q): got %d, want %d", path, got, want)
		}
	}
}

func TestHidden(t *testing.T) {
	for path, want := range map[string]bool{
		".":                 false,
		"a.md":              false,
		"pay/a.md":          false,
		"a_b.md":            false,
		"a#b.md":            false,
		"a~b.md":            false,
		".git":              true,
		".git/config":       true,
		"pay/.hidden.md":    true,
		"_drafts/a.md":      true,
		"pay/_a.md":         true,
		"pay/_more/deep/a":  true,
		"a.md~":             true,
		"#a.md#":            true,
		"pay/.#a.md":        true,
		".DS_Store":         true,
		"...":               true,
		"pay/..hidden/a.md": true,
	} {
		if got := Hidden(path); got != want {
			t.Errorf("Hidden(%q): got %v, want %v", path, got, want)
		}
	}
}

func TestScan(t *testing.T) {
	text := &fstest.MapFile{Data: []byte("text")}
	fsys := fstest.MapFS{
		"b.md": text, "a.md": text, "index.md": text, "site.yaml": text, "pay/step.svg": text, "pay/refund.md": text,
		".git/config": text, "_drafts/x.md": text, "pay/a.md~": text, "pay/.a.md.swp": text, "bad\xff.md": text,
		"socket": &fstest.MapFile{Mode: fs.ModeSocket},
	}
	files, diags, err := Scan(fsys)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		got = append(got, f.Path)
		if f.Size != 4 {
			t.Errorf("%s: got size %d, want 4", f.Path, f.Size)
		}
	}
	want := []string{"a.md", "b.md", "index.md", "pay/refund.md", "pay/step.svg", "site.yaml"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if got, want := said(diags), "\nbad\uFFFD.md: the file's name is not UTF-8\n    hint: rename the file\n"; got != want {
		t.Errorf("diagnostics: got %q, want %q", got, want)
	}
}

// A settings file under a name that is nearly right would silently not be read.
func TestScanNearlySettings(t *testing.T) {
	text := &fstest.MapFile{Data: []byte("text")}
	_, diags, err := Scan(fstest.MapFS{"site.yml": text, "Tags.yaml": text, "synonyms.yaml": text, "pay/site.yml": text, "other.yml": text})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range diags {
		got = append(got, d.File+": "+d.Hint.En)
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"Tags.yaml: rename the file to tags.yaml", "site.yml: rename the file to site.yaml"}, got); diff != "" || diags.Errors() > 0 {
		t.Errorf("hints (-want +got):\n%s", diff)
	}
}

// brokenFS has a file and a folder that cannot be read.
type brokenFS struct {
	fstest.MapFS
	broken string
}

func (b brokenFS) Open(name string) (fs.File, error) {
	if name == b.broken {
		return nil, &fs.PathError{Op: "open", Path: "/home/writer/" + name, Err: errors.New("permission denied")}
	}
	return b.MapFS.Open(name)
}

func (b brokenFS) ReadDir(name string) ([]fs.DirEntry, error) {
	if name == b.broken {
		return nil, &fs.PathError{Op: "open", Path: "/home/writer/" + name, Err: errors.New("permission denied")}
	}
	return b.MapFS.ReadDir(name)
}

func (b brokenFS) ReadFile(name string) ([]byte, error) {
	if name == b.broken {
		return nil, &fs.PathError{Op: "open", Path: "/home/writer/" + name, Err: errors.New("permission denied")}
	}
	return b.MapFS.ReadFile(name)
}

// What cannot be read is said in the writer's words, without the paths of the
// machine, and does not hide the rest.
func TestScanUnreadable(t *testing.T) {
	text := &fstest.MapFile{Data: []byte("text")}
	files := fstest.MapFS{"a.md": text, "pay/b.md": text, "z.md": text}

	got, diags, err := Scan(brokenFS{files, "pay"})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || len(diags) != 1 {
		t.Fatalf("got %d files and %s, want 2 files and one diagnostic", len(got), said(diags))
	}
	if got, want := diags[0].String()+": "+diags[0].Message.En+" / "+diags[0].Hint.En, "pay: cannot be read: permission denied / give your user the right to read it (chmod +r)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}

	if _, d := ReadFile(brokenFS{files, "a.md"}, "a.md"); d == nil || d.Message.En != "cannot be read: permission denied" {
		t.Errorf("ReadFile: got %+v, want “cannot be read: permission denied”", d)
	}
	if _, _, err := Scan(brokenFS{files, "."}); err == nil {
		t.Error("a folder that cannot be read at all: got no error")
	}
}

func TestFolderTitle(t *testing.T) {
	for name, want := range map[string]string{
		"pay": "Pay", "refund-late": "Refund late", "bank_card": "Bank card", "花呗": "花呗", "": "", "-": "", "élan": "Élan",
	} {
		if got := FolderTitle(name); got != want {
			t.Errorf("FolderTitle(%q): got %q, want %q", name, got, want)
		}
	}
}

// The tables of keys are what the documentation is made from: each key has a
// shape and a sentence, and no two are the same.
func TestKeysAreDocumented(t *testing.T) {
	for table, keys := range map[string][]Key{"article": ArticleKeys(), "settings": SettingsKeys(), "tag": TagKeys()} {
		var names []string
		for _, k := range keys {
			if k.Name == "" || k.Shape == "" || !strings.HasSuffix(k.Doc, ".") {
				t.Errorf("%s: %+v lacks a name, a shape or a sentence", table, k)
			}
			names = append(names, k.Name)
		}
		slices.Sort(names)
		if got, want := len(slices.Compact(names)), len(keys); got != want {
			t.Errorf("%s: got %d different names, want %d", table, got, want)
		}
	}
}
