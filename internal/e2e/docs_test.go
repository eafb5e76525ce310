package e2e

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var (
	codeBlock   = regexp.MustCompile("(?ms)^ *```.*?^ *```$|^    .*?$|<!--.*?-->")
	codeSpan    = regexp.MustCompile("`[^`\n]*`")
	docLink     = regexp.MustCompile(`\]\(([^()\s]+)(?: "[^"]*")?\)`)
	docSource   = regexp.MustCompile(`(?:src|srcset|href)="([^"]+)"`)
	docHeading  = regexp.MustCompile(`(?m)^#+ (.*)$`)
	notInAnchor = func(r rune) bool {
		return r != '-' && r != '_' && r != ' ' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}
)

// prose is a document without what it shows as code.
func prose(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return codeBlock.ReplaceAllString(string(data), "")
}

// linksOf are the addresses to which a document leads.
func linksOf(text string) (out []string) {
	text = codeSpan.ReplaceAllString(text, "``")
	for _, shape := range []*regexp.Regexp{docLink, docSource} {
		for _, m := range shape.FindAllStringSubmatch(text, -1) {
			out = append(out, m[1])
		}
	}
	return out
}

// anchorsOf are the ids that forges give to the headings of a document.
func anchorsOf(text string) map[string]bool {
	out := map[string]bool{}
	for _, m := range docHeading.FindAllStringSubmatch(text, -1) {
		title := docLink.ReplaceAllString(strings.TrimSpace(m[1]), "]")
		words := strings.Map(func(r rune) rune {
			if notInAnchor(r) {
				return -1
			}
			return unicode.ToLower(r)
		}, title)
		out[strings.ReplaceAll(words, " ", "-")] = true
	}
	return out
}

// documents are the project's own texts.
func documents(t *testing.T) (out []string) {
	t.Helper()
	for _, pattern := range []string{"*.md", "docs/*.md", ".github/*.md"} {
		names, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			name, err := filepath.Rel(root, name)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, filepath.ToSlash(name))
		}
	}
	return out
}

// What README.md, the docs and their like lead to is there, files as well as
// headings.
func TestDocsLinks(t *testing.T) {
	t.Parallel()
	texts := map[string]string{}
	for _, name := range documents(t) {
		texts[name] = prose(t, name)
	}
	seen := 0
	for name, text := range texts {
		for _, link := range linksOf(text) {
			address, err := url.Parse(link)
			if err != nil {
				t.Errorf("%s: the link %s: %v", name, link, err)
				continue
			}
			if address.Scheme != "" || address.Host != "" {
				continue
			}
			seen++
			to := name
			if address.Path != "" {
				to = path.Join(path.Dir(name), address.Path)
			}
			if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(to))); errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s leads to %s, which is not there", name, link)
				continue
			}
			if address.Fragment == "" {
				continue
			}
			if texts[to] == "" {
				texts[to] = prose(t, to)
			}
			if !anchorsOf(texts[to])[address.Fragment] {
				t.Errorf("%s leads to %s, which has no such heading", name, link)
			}
		}
	}
	if seen < 30 {
		t.Errorf("only %d links were found", seen)
	}
}

// Every document of docs/ is to be found from its first page.
func TestDocsIndex(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, link := range linksOf(prose(t, "docs/README.md")) {
		file, _, _ := strings.Cut(link, "#")
		listed[path.Join("docs", file)] = true
	}
	for _, name := range documents(t) {
		if strings.HasPrefix(name, "docs/") && name != "docs/README.md" && !listed[name] {
			t.Errorf("docs/README.md does not lead to %s", name)
		}
	}
}

// The pictures of README.md are there for light and dark, and light to load.
func TestPicturesAreSmall(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob(filepath.Join(root, "docs", "pictures", "*.webp"))
	if err != nil || len(names) != 4 {
		t.Fatalf("there are %d pictures, not 4: %v; make pictures", len(names), err)
	}
	sum := int64(0)
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		sum += info.Size()
	}
	if sum > 200_000 {
		t.Errorf("the pictures have %d bytes, more than 200 kB", sum)
	}
}
