package render

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"whyfix/internal/diag"
	"whyfix/internal/render/program"
)

// TemplateError is a page that a theme could not make.
type TemplateError struct {
	File string // the template of the page, which need not be the one with the mistake
	Made []byte // of the search page: what is between the theme and the reader; the lines of Err are its
	Err  error
}

func (e *TemplateError) Error() string { return fmt.Sprintf("render: %s: %v", e.File, e.Err) }

// Unwrap is what the template said.
func (e *TemplateError) Unwrap() error { return e.Err }

// Hints for whoever writes a theme.
var (
	themeHint = diag.Say("docs/themes.md tells what a template is given")
	copyIt    = diag.Say("copy it from the built-in theme")
	slowHint  = diag.Say("it is right, and only slower; docs/themes.md tells what keeps a theme fast")
)

var templateError = regexp.MustCompile(`template: ?([^:\s]+)(?::(\d+))?(?::(\d+))?: (.*)`)

// parts are an error of a template: all of it, the file, the line, the column and
// the words; nil when it is not one that names a place.
func parts(err error) []string {
	return templateError.FindStringSubmatch(strings.ReplaceAll(err.Error(), "\n", " "))
}

// mistake is a diagnostic for a file of the theme.
func (t *Theme) mistake(name string, message, hint diag.Text) diag.Diagnostic {
	return diag.Diagnostic{Pos: diag.Pos{File: path.Join(t.folder, name)}, Code: "theme-template", Message: message, Hint: hint}
}

// Problem is a diagnostic for a page that the theme could not make.
func (t *Theme) Problem(e *TemplateError) diag.Diagnostic {
	if e.Made != nil {
		return t.searchProblem(e)
	}
	return t.problem(e.File, e.Err)
}

// problem puts an error of a template into the form of other diagnostics.
func (t *Theme) problem(name string, err error) diag.Diagnostic {
	if errors.Is(err, fs.ErrNotExist) {
		return t.mistake(name, diag.Say("the theme lacks this template"), copyIt)
	}
	m := parts(err)
	var unsafe *template.Error
	if m == nil || errors.As(err, &unsafe) && unsafe.Node == nil {
		// Nobody knows where: at most which template the page began with.
		return t.mistake(t.suspect(name), message(err), themeHint)
	}
	asked := name
	if path.Base(name) != m[1] {
		if partial := "partials/" + m[1]; exists(t.fsys, partial) {
			name = partial
		} else if exists(t.fsys, m[1]) {
			name = m[1]
		}
	}
	if unsafe != nil && !exists(t.own(), name) {
		// What one template leaves open is found in a later one, which is not the theme's.
		return t.mistake(t.suspect(asked), message(err), themeHint)
	}
	line, _ := strconv.Atoi(m[2])
	col, _ := strconv.Atoi(m[3])
	data, _ := fs.ReadFile(t.fsys, name)
	lines := diag.NewLines(path.Join(t.folder, name), data)
	if line > 0 { // the column counts bytes, from 0
		text := lines.Text(line)
		col = utf8.RuneCountInString(text[:min(col, len(text))]) + 1
	}
	return lines.New(diag.Pos{Line: line, Col: col}, diag.Error, "theme-template", message(err), themeHint)
}

// suspect is the file of a theme that most likely has a mistake: the page's own
// when the theme has it, else what it has of the frame.
func (t *Theme) suspect(name string) string {
	own := t.own()
	partials, _ := fs.Glob(own, "partials/*.html")
	switch {
	case exists(own, name):
	case exists(own, layoutFile):
		return layoutFile
	case len(partials) == 1:
		return partials[0]
	}
	return name
}

// own are the files that are the theme's and not the built-in one's.
func (t *Theme) own() fs.FS {
	if both, ok := t.fsys.(overlay); ok {
		return both.over
	}
	return t.fsys
}

// searchProblem finds an action of the search page in the theme's own files.
func (t *Theme) searchProblem(e *TemplateError) diag.Diagnostic {
	d := t.mistake("search.html", message(e.Err), themeHint)
	m := parts(e.Err)
	if m == nil {
		return d
	}
	line, _ := strconv.Atoi(m[2])
	col, _ := strconv.Atoi(m[3])
	action, nth := actionAt(e.Made, line, col, m[3] != "", m[4])
	if action == "" {
		return d
	}
	partials, _ := fs.Glob(t.fsys, "partials/*.html")
	where, in := "", []byte(nil)
	for _, name := range append([]string{"search.html", layoutFile}, partials...) {
		if data, err := fs.ReadFile(t.fsys, name); err == nil && bytes.Contains(data, []byte(action)) {
			if where != "" {
				return d // it stands in several files
			}
			where, in = name, data
		}
	}
	times := bytes.Count(in, []byte(action))
	if where == "" || bytes.Count(e.Made, []byte(action))%times != 0 {
		return d
	}
	at := bytes.Index(in, []byte(action))
	for range nth % times { // each language has the same ones
		at += len(action)
		at += bytes.Index(in[at:], []byte(action))
	}
	lines := diag.NewLines(path.Join(t.folder, where), in)
	return lines.New(lines.At(at), diag.Error, d.Code, d.Message, d.Hint)
}

var (
	quotedWord = regexp.MustCompile(`"([^"]+)"`)
	filledIn   = regexp.MustCompile(`\[\[.*?(?:\]\]|$)`) // an action of the search page
)

// actionAt is the action at a place of the search page, and how many like it
// stand before. Where the column is not known, it is the one that the message
// speaks of.
func actionAt(page []byte, line, col int, exact bool, message string) (action string, nth int) {
	start := diag.NewLines("", page).Offset(line, 1)
	text, _, _ := bytes.Cut(page[start:], []byte("\n"))
	word := quotedWord.FindStringSubmatch(message)
	var found []int
	for _, at := range filledIn.FindAllIndex(text, -1) {
		one := string(text[at[0]:at[1]])
		if exact && at[0] <= col && col < at[1] || !exact && (word == nil || strings.Contains(one, word[1])) {
			found, action = append(found, at[0]), one
		}
	}
	if len(found) != 1 {
		return "", 0
	}
	return action, bytes.Count(page[:start+found[0]], []byte(action))
}

// message says what a template said in words that need no knowledge of how
// templates are escaped.
func message(err error) diag.Text {
	m := parts(err)
	said := err.Error()
	if m != nil {
		said = m[4]
	}
	var refusal *program.Refusal
	var unsafe *template.Error
	switch {
	case errors.As(err, &refusal):
		return refusal.Reason
	case !errors.As(err, &unsafe):
		return diag.Verbatim(said)
	}
	switch unsafe.ErrorCode {
	case template.ErrEndContext:
		return diag.Say("a tag, an attribute, a comment or a script of this page is never closed")
	case template.ErrBranchEnd, template.ErrRangeLoopReentry:
		return diag.Say("one way through an {{if}}, {{with}} or {{range}} leaves a tag, an attribute or a script open that the other closes")
	case template.ErrAmbigContext:
		return diag.Say("a value may stand at different places of an address here: write the whole address in one piece")
	case template.ErrOutputContext, template.ErrPartialCharset, template.ErrPartialEscape, template.ErrSlashAmbig:
		return diag.Say("it cannot be told what a value means in this script, style or address")
	case template.ErrBadHTML:
		if i := strings.Index(unsafe.Description, " in unquoted attr"); i > 0 && slices.Contains([]byte(unsafe.Description[:1]), '"') {
			return diag.Say("an attribute's value without quotation marks has %s in it", unsafe.Description[:i])
		}
	}
	if strings.Contains(unsafe.Description, "{state") {
		return diag.Say("the HTML around a value is not whole")
	}
	return diag.Verbatim(unsafe.Description)
}
