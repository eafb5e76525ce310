package e2e

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// What docs/writing.md shows, seen from a package of internal, and what the
// writer of its examples has beside them: pictures and a film.
const (
	WritingFile  = "../../docs/writing.md"
	examplesSide = "../e2e/testdata/forms"
)

// FormsFolder is the folder of the examples that show one form each.
const FormsFolder = "forms"

// Example is a block of docs/writing.md that is a file of a content folder.
type Example struct {
	Path, Text string
}

// Form is the title of an example of one form, as its first line has it, and
// what stands below; empty for other examples.
func (e Example) Form() (title, text string) {
	if path.Dir(e.Path) != FormsFolder {
		return "", ""
	}
	title, text, _ = strings.Cut(strings.TrimPrefix(e.Text, "# "), "\n")
	return title, strings.TrimLeft(text, "\n")
}

var exampleBlock = regexp.MustCompile("(?ms)^```(?:markdown|yaml) (\\S+)\n(.*?)^```$")

// Examples are the files of docs/writing.md, in its order.
func Examples() ([]Example, error) {
	text, err := os.ReadFile(WritingFile)
	if err != nil {
		return nil, err
	}
	var out []Example
	for _, m := range exampleBlock.FindAllSubmatch(text, -1) {
		out = append(out, Example{string(m[1]), string(m[2])})
	}
	if len(out) < 10 {
		return nil, errors.New(WritingFile + " has next to no examples")
	}
	return out, nil
}

// WriteExamples makes a content folder of examples and of what lies beside them.
func WriteExamples(dir string, examples []Example) error {
	if err := os.CopyFS(filepath.Join(dir, FormsFolder), os.DirFS(examplesSide)); err != nil {
		return err
	}
	bill, err := fs.ReadFile(os.DirFS(examplesSide), "bill.svg")
	if err != nil {
		return err
	}
	for _, e := range append([]Example{{"pay/refund.svg", string(bill)}}, examples...) {
		name := filepath.Join(dir, filepath.FromSlash(e.Path))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte(e.Text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// FormsGolden has of every form what it becomes on the page, and in the page as
// Markdown; seen from a package of internal.
const FormsGolden = "../e2e/testdata/forms.txtar"

var pictureMark = regexp.MustCompile(`<!-- picture of the forms: [0-9a-f]{16} -->`)

// FormsMark is the comment above the picture of the forms in docs/writing.md: it
// says which forms the picture shows, and what they become.
func FormsMark(examples []Example) (string, error) {
	sum := sha256.New()
	for _, e := range examples {
		if title, text := e.Form(); title != "" {
			fmt.Fprintf(sum, "%q %q\n", title, text)
		}
	}
	golden, err := os.ReadFile(FormsGolden)
	if err != nil {
		return "", err
	}
	sum.Write(golden)
	return fmt.Sprintf("<!-- picture of the forms: %x -->", sum.Sum(nil)[:8]), nil
}

// Mark puts another comment above the picture of the forms; text is that of
// docs/writing.md.
func Mark(text []byte, mark string) []byte { return pictureMark.ReplaceAll(text, []byte(mark)) }
