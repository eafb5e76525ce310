package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// licenceName is what files are called whose words have to go with a program.
var licenceName = regexp.MustCompile(`(?i)^(licen[cs]es?|copying|notice|copyright|patents|attrib|unlicense)([._-].*)?$`)

// compiled is a package that is compiled in, as go list -json tells it.
type compiled struct {
	ImportPath, Dir string
	Standard        bool
	Module          *struct {
		Path, Version, Dir string
		Main               bool
	}
}

// thirdParty are the licences of all that is compiled into the program for any
// of the systems: those of the Go library and of each module, and those that lie
// in the folders of packages.
func thirdParty(ctx context.Context, targets []string) ([]byte, error) {
	root, err := output(ctx, os.Environ(), "go", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	goRoot := strings.TrimSpace(string(root))
	folders := map[string]map[string]bool{} // module and version → folders with packages of it
	tops := map[string]string{}
	for _, target := range targets {
		list, err := output(ctx, environment(target), "go", "list", "-deps", "-json=ImportPath,Dir,Standard,Module", "./cmd/whyfix")
		if err != nil {
			return nil, err
		}
		for decoder := json.NewDecoder(bytes.NewReader(list)); ; {
			var p compiled
			if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, fmt.Errorf("go list: %w", err)
			}
			name, top := "The Go programming language and its library", goRoot
			if !p.Standard {
				if p.Module == nil || p.Module.Main {
					continue
				}
				name, top = p.Module.Path+" "+p.Module.Version, p.Module.Dir
			}
			if folders[name] == nil {
				folders[name], tops[name] = map[string]bool{".": true}, top
			}
			if below, err := filepath.Rel(top, p.Dir); err == nil && !p.Standard {
				for below = filepath.ToSlash(below); below != "."; below = path.Dir(below) {
					folders[name][below] = true
				}
			}
		}
	}
	var out bytes.Buffer
	out.WriteString("whyfix is under the Apache License 2.0 (see LICENSE). Compiled into it are the following, under licences of their own. The tables\n" +
		"of traditional characters and of regional words are made from OpenCC, under the Apache License 2.0, too.\n")
	line := strings.Repeat("=", 80)
	var names []string
	for name := range folders {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		texts, err := licencesIn(os.DirFS(tops[name]), folders[name])
		if err != nil {
			return nil, err
		}
		if len(texts) == 0 {
			return nil, fmt.Errorf("%s has no licence in %s: nobody may hand it out", name, tops[name])
		}
		for _, t := range texts {
			text := bytes.TrimSpace(bytes.ReplaceAll(t.data, []byte("\r\n"), []byte("\n")))
			fmt.Fprintf(&out, "\n%s\n%s: %s\n%s\n\n%s\n", line, name, t.name, line, text)
		}
	}
	return out.Bytes(), nil
}

// licencesIn are the licences in folders of a module, each text once, that of the
// module itself first.
func licencesIn(module fs.FS, folders map[string]bool) (out []file, err error) {
	var sorted []string
	for folder := range folders {
		sorted = append(sorted, folder)
	}
	slices.Sort(sorted)
	for _, folder := range sorted {
		entries, err := fs.ReadDir(module, folder)
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			if entry.IsDir() || !licenceName.MatchString(entry.Name()) || strings.HasSuffix(entry.Name(), ".go") {
				continue
			}
			name := path.Join(folder, entry.Name())
			data, err := fs.ReadFile(module, name)
			if err != nil {
				return nil, err
			}
			if !slices.ContainsFunc(out, func(f file) bool { return bytes.Equal(f.data, data) }) {
				out = append(out, file{name: name, data: data})
			}
		}
	}
	return out, nil
}

// output runs a program and returns what it says.
func output(ctx context.Context, env []string, program string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = env
	var wrong bytes.Buffer
	cmd.Stderr = &wrong
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w\n%s", program, strings.Join(args, " "), err, wrong.Bytes())
	}
	return out, nil
}
