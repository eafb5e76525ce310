// Command dist makes what a release of whyfix is handed out as: an archive for
// each system, the licences of all that is compiled in, SHA256SUMS, and a
// formula for Homebrew. Run it by make dist, which tells it version and commit.
//
// In: the source of the project in the working folder, and the go command. Out:
// the files in the folder -out, which depend on the source, the version and the
// go command alone: not on the folder, the time or the machine.
package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// main is to be run in the project's folder.
func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var r release
	flag.StringVar(&r.version, "version", "", "the version, such as 1.2.3")
	flag.StringVar(&r.commit, "commit", "", "the commit that is built")
	flag.StringVar(&r.date, "date", "", "its date, such as 2026-12-01")
	flag.StringVar(&r.downloads, "downloads", "", "where the archives will be had, for the formula: https://…")
	flag.StringVar(&r.out, "out", "dist", "folder for what is made")
	targets := flag.String("targets", "linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64", "systems and processors")
	flag.Parse()
	r.targets = strings.Fields(*targets)
	if err := r.make(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "dist:", err)
		os.Exit(1)
	}
}

// release is what is to be made.
type release struct {
	version, commit, date string
	downloads             string
	out                   string
	targets               []string // such as linux/amd64
}

var versionShape = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$`)

// complete fills in what was not said: a version that no release has.
func (r *release) complete() error {
	r.version = strings.TrimPrefix(r.version, "v")
	if r.version == "" {
		hash, dirty, _ := strings.Cut(r.commit, "-")
		r.version = "0.0.0-" + cmp.Or(hash[:min(len(hash), 12)], "unknown")
		if dirty != "" {
			r.version += "-" + dirty
		}
	}
	if !versionShape.MatchString(r.version) {
		return fmt.Errorf("%q is no version; write it like 1.2.3", r.version)
	}
	return nil
}

// when is the time of every file in an archive.
func (r *release) when() time.Time {
	if t, err := time.Parse(time.DateOnly, r.date); err == nil {
		return t
	}
	return time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC) // the first day that a zip archive knows
}

// make makes everything in a folder beside -out, and then puts it into its
// place.
func (r *release) make(ctx context.Context) error {
	if err := r.complete(); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(r.out), 0o755); err != nil {
		return err
	}
	scratch, err := os.MkdirTemp(filepath.Dir(r.out), ".dist-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	licences, err := thirdParty(ctx, r.targets)
	if err != nil {
		return err
	}
	shared, err := sharedFiles(os.DirFS("."))
	if err != nil {
		return err
	}
	shared = append(shared, file{name: "THIRD_PARTY.txt", data: licences})

	made := map[string][]byte{}
	for _, target := range r.targets {
		fmt.Println("== " + target)
		program, err := r.build(ctx, target, filepath.Join(scratch, "whyfix"))
		if err != nil {
			return err
		}
		name, data, err := r.archive(target, program, shared)
		if err != nil {
			return err
		}
		made[name] = data
	}
	sums := checksums(made)
	formula, err := os.ReadFile("packaging/whyfix.rb")
	if err != nil {
		return err
	}
	made["SHA256SUMS"] = []byte(sums)
	text, err := r.formula(string(formula), made)
	if err != nil {
		return err
	}
	if text != "" {
		made["whyfix.rb"] = []byte(text)
	}
	return r.put(made)
}

// build compiles the program for one system and returns it.
func (r *release) build(ctx context.Context, target, output string) ([]byte, error) {
	linker := "-s -w"
	for _, told := range [][2]string{{"released", r.version}, {"commit", r.commit}, {"date", r.date}} {
		linker += fmt.Sprintf(" -X whyfix/internal/version.%s=%s", told[0], told[1])
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", linker, "-o", output, "./cmd/whyfix")
	cmd.Env = environment(target)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("go build for %s: %w", target, err)
	}
	return os.ReadFile(output)
}

// environment is that of the go command for a system: without C, and for every
// processor of the kind.
func environment(target string) []string {
	system, processor, _ := strings.Cut(target, "/")
	return append(os.Environ(), "GOOS="+system, "GOARCH="+processor, "CGO_ENABLED=0", "GOAMD64=v1", "GOARM64=v8.0", "GOEXPERIMENT=", "GOFLAGS=")
}

// sharedFiles are the files that every archive has beside the program.
func sharedFiles(source fs.FS) ([]file, error) {
	names := []string{"LICENSE", "README.md", "CHANGELOG.md", "SECURITY.md"}
	err := fs.WalkDir(source, "docs", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && !strings.HasPrefix(path.Base(name), ".") {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return read(source, names...)
}

func read(source fs.FS, names ...string) (out []file, err error) {
	for _, name := range names {
		data, err := fs.ReadFile(source, name)
		if err != nil {
			return nil, err
		}
		out = append(out, file{name: name, data: data})
	}
	return out, nil
}

// checksums is what sha256sum -c reads.
func checksums(made map[string][]byte) string {
	var b strings.Builder
	for _, name := range sortedNames(made) {
		fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(made[name]), name)
	}
	return b.String()
}

func sortedNames(files map[string][]byte) []string {
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// put writes what was made, and takes away what an earlier release left.
func (r *release) put(made map[string][]byte) error {
	if err := os.MkdirAll(r.out, 0o755); err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(r.out, "whyfix*"))
	if err != nil {
		return err
	}
	for _, name := range old {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for _, name := range sortedNames(made) {
		if err := os.WriteFile(filepath.Join(r.out, name), made[name], 0o644); err != nil {
			return err
		}
		fmt.Printf("%s  %d kB\n", filepath.ToSlash(filepath.Join(r.out, name)), (len(made[name])+999)/1000)
	}
	return nil
}
