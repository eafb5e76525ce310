package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestMain works in the project's folder, as the command does.
func TestMain(m *testing.M) {
	if err := os.Chdir("../.."); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

func TestVersion(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ version, commit, want string }{
		{"1.2.3", "0123456789abcdef", "1.2.3"},
		{"v1.2.3-rc.1", "", "1.2.3-rc.1"},
		{"", "0123456789abcdef", "0.0.0-0123456789ab"},
		{"", "0123456789abcdef-dirty", "0.0.0-0123456789ab-dirty"},
		{"", "", "0.0.0-unknown"},
		{"1.2", "", "!"},
		{"../1.2.3", "", "!"},
	} {
		r := release{version: tt.version, commit: tt.commit}
		if err := r.complete(); (err != nil) != (tt.want == "!") || err == nil && r.version != tt.want {
			t.Errorf("%q of %q: got %q, %v", tt.version, tt.commit, r.version, err)
		}
	}
}

// An archive has one folder, whose files are everybody's: sorted, owned by
// nobody, of the commit's day; so it has the same bytes each time.
func TestArchives(t *testing.T) {
	t.Parallel()
	r := release{version: "1.2.3", date: "2026-12-01"}
	shared := []file{{name: "docs/a.md", data: []byte("a")}, {name: "LICENSE", data: []byte("free")}}
	for target, want := range map[string][]string{
		"linux/arm64":   {"whyfix-1.2.3-linux-arm64.tar.gz", "LICENSE 644", "docs/a.md 644", "packaging/whyfix.service 644", "whyfix 755"},
		"darwin/amd64":  {"whyfix-1.2.3-darwin-amd64.tar.gz", "LICENSE 644", "docs/a.md 644", "whyfix 755"},
		"windows/amd64": {"whyfix-1.2.3-windows-amd64.zip", "LICENSE 644", "docs/a.md 644", "whyfix.exe 755"},
	} {
		name, data, err := r.archive(target, []byte("program"), slices.Clone(shared))
		if err != nil {
			t.Fatal(err)
		}
		got := []string{name}
		folder := strings.TrimSuffix(strings.TrimSuffix(name, ".zip"), ".tar.gz") + "/"
		for _, f := range unpacked(t, name, data) {
			if f.when.UTC() != r.when() {
				t.Errorf("%s: %s is of %v", name, f.name, f.when)
			}
			got = append(got, strings.TrimPrefix(f.name, folder)+" "+f.mode)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", target, diff)
		}
		if _, again, err := r.archive(target, []byte("program"), slices.Clone(shared)); err != nil || !bytes.Equal(data, again) {
			t.Errorf("%s: other bytes the second time: %v", target, err)
		}
	}
}

// entry is a file of an archive as whoever unpacks it sees it.
type entry struct {
	name, mode string
	when       time.Time
}

func unpacked(t *testing.T, name string, data []byte) (out []entry) {
	t.Helper()
	if strings.HasSuffix(name, ".zip") {
		r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.File {
			out = append(out, entry{f.Name, octal(int64(f.Mode().Perm())), f.Modified})
		}
		return out
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if !z.ModTime.IsZero() || z.Name != "" {
		t.Errorf("%s: the compressed file tells %v and %q", name, z.ModTime, z.Name)
	}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Uid != 0 || h.Gid != 0 || h.Uname != "" || h.Gname != "" {
			t.Errorf("%s: %s belongs to %d %q", name, h.Name, h.Uid, h.Uname)
		}
		out = append(out, entry{h.Name, octal(h.Mode), h.ModTime})
	}
}

func octal(mode int64) string {
	return string([]byte{'0' + byte(mode>>6&7), '0' + byte(mode>>3&7), '0' + byte(mode&7)})
}

// The formula has the checksum of each archive, and there is none of which
// something is not known.
func TestFormula(t *testing.T) {
	t.Parallel()
	template, err := os.ReadFile("packaging/whyfix.rb")
	if err != nil {
		t.Fatal(err)
	}
	made := map[string][]byte{}
	for _, target := range []string{"linux-amd64", "linux-arm64", "darwin-amd64", "darwin-arm64"} {
		made["whyfix-1.2.3-"+target+".tar.gz"] = []byte(target)
	}
	r := release{version: "1.2.3", downloads: "https://example.org/1.2.3/"}
	text, err := r.formula(string(template), made)
	if err != nil {
		t.Fatal(err)
	}
	sums := checksums(made)
	for _, line := range strings.Split(strings.TrimSpace(sums), "\n") {
		sum, name, _ := strings.Cut(line, "  ")
		if !strings.Contains(text, "url \"https://example.org/1.2.3/"+name+"\"\n      sha256 \""+sum+"\"") {
			t.Errorf("the formula has not %s", line)
		}
	}
	if placeholder.MatchString(strings.ReplaceAll(text, "#{bin}", "")) {
		t.Errorf("placeholders are left:\n%s", text)
	}
	if text, err := (&release{version: "1.2.3"}).formula(string(template), made); text != "" || err != nil {
		t.Errorf("a formula without an address: %v", err)
	}
	delete(made, "whyfix-1.2.3-darwin-arm64.tar.gz")
	if text, err := r.formula(string(template), made); text != "" || err != nil {
		t.Errorf("a formula without an archive: %v", err)
	}
}

// Whatever is compiled in has its licence in the archive.
func TestThirdParty(t *testing.T) {
	t.Parallel()
	text, err := thirdParty(t.Context(), []string{runtime.GOOS + "/" + runtime.GOARCH})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"library: LICENSE\n", "github.com/yuin/goldmark v", "github.com/blevesearch/bleve/v2 v", "klauspost/compress", "Apache License", "Permission is hereby granted", "Redistributions in binary form"} {
		if !bytes.Contains(text, []byte(want)) {
			t.Errorf("%q is not in the licences", want)
		}
	}
	if bytes.Contains(text, []byte("chromedp")) {
		t.Error("what tests alone use is among the licences")
	}
}

// The unit is one that systemd reads, and it shuts in what it starts.
func TestUnit(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("packaging/whyfix.service")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"DynamicUser=yes", "ProtectSystem=strict", "CapabilityBoundingSet=", "NoNewPrivileges=yes"} {
		if !strings.Contains(string(text), "\n"+line+"\n") {
			t.Errorf("the unit has not %s", line)
		}
	}
	program, err := exec.LookPath("systemd-analyze")
	if err != nil && runtime.GOOS == "linux" && os.Getenv("CI") != "" {
		t.Fatal("systemd-analyze is not there; tools/setup.sh installs it")
	}
	if err != nil {
		t.Skip("systemd-analyze is not there")
	}
	unit := filepath.Join(t.TempDir(), "whyfix.service")
	if err := os.WriteFile(unit, bytes.ReplaceAll(text, []byte("/usr/local/bin/whyfix"), []byte(program)), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), program, "verify", "--man=no", unit).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}
