package e2e

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"whyfix/internal/cli"
)

// hosting is where the samples for hosts are.
const hosting = "../../docs/hosting"

// The samples for hosts are what they say: YAML is read, every command of whyfix in
// them has options that there are, and docs/hosting.md names each file.
func TestHosting(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/hosting.md")
	if err != nil {
		t.Fatal(err)
	}
	names, err := os.ReadDir(hosting)
	if err != nil {
		t.Fatal(err)
	}
	commands := 0
	for _, e := range names {
		t.Run(e.Name(), func(t *testing.T) {
			if !bytes.Contains(page, []byte("(hosting/"+e.Name()+")")) {
				t.Error("docs/hosting.md does not name it")
			}
			data, err := os.ReadFile(filepath.Join(hosting, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			if ext := filepath.Ext(e.Name()); ext == ".yml" || ext == ".yaml" {
				in := yaml.NewDecoder(bytes.NewReader(data))
				for {
					var document yaml.Node
					if err := in.Decode(&document); errors.Is(err, io.EOF) {
						break
					} else if err != nil {
						t.Fatal(err)
					}
					for _, args := range argumentsIn(&document) {
						commands++
						known(t, args)
					}
				}
			}
			for _, args := range linesIn(string(data)) {
				commands++
				known(t, args)
			}
		})
	}
	for _, args := range linesIn(string(page)) {
		known(t, args)
	}
	if commands < 10 {
		t.Errorf("only %d commands were found", commands)
	}
}

// known runs a command's help behind its options, which are read first.
func known(t *testing.T, args []string) {
	t.Helper()
	var out bytes.Buffer
	if code := cli.Run(t.Context(), append(slices.Clone(args), "-h"), nil, &out, &out); code != 0 {
		t.Errorf("whyfix %s: %s", strings.Join(args, " "), out.String())
	}
}

// commandLine is a call of whyfix in a script or a setting.
var commandLine = regexp.MustCompile(`(?m)^(?:[- \t]*|.*(?:run: |build |=/usr/local/bin/|-n 1\)" ))(?:whyfix )?((?:build|check|serve|rollback|health)\b[^#&|;\n]*)`)

func linesIn(text string) [][]string {
	var out [][]string
	for _, m := range commandLine.FindAllStringSubmatch(text, -1) {
		if !strings.Contains(m[0], "whyfix ") && !strings.Contains(m[0], `-n 1)"`) {
			continue
		}
		line, _, _ := strings.Cut(strings.TrimSpace(m[1]), "  ") // what is said of it stands behind two spaces
		var args []string
		for _, word := range strings.Fields(line) {
			args = append(args, strings.Trim(word, `"'`))
		}
		out = append(out, args)
	}
	return out
}

// argumentsIn are the lists of arguments in a document.
func argumentsIn(n *yaml.Node) [][]string {
	var out [][]string
	if n.Kind == yaml.SequenceNode && len(n.Content) > 0 && (n.Content[0].Value == "build" || n.Content[0].Value == "serve") && len(n.Content) > 1 {
		var args []string
		for _, c := range n.Content {
			args = append(args, c.Value)
		}
		return [][]string{args}
	}
	for _, c := range n.Content {
		out = append(out, argumentsIn(c)...)
	}
	return out
}
