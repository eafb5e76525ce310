package render

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"whyfix/internal/content"
	"whyfix/internal/diag"
)

// Word is one of the theme's words.
func (e *Edition) Word(key string, args ...any) (string, error) {
	w, ok := e.words[key]
	if !ok {
		return "", fmt.Errorf("no word %q in the theme's words/", key)
	}
	if len(args) == 0 {
		return w, nil
	}
	return fmt.Sprintf(w, args...), nil
}

// quoted is one of the theme's words as a string for an action of the search
// page, which escapes it where it is shown.
func (e *Edition) quoted(key string) (template.HTML, error) {
	w, err := e.Word(key)
	return template.HTML(strconv.Quote(strings.ReplaceAll(w, bracket, ""))), err
}

// loadWords reads the words of a language over those of English. A theme's own
// file names only the words that it changes.
func (t *Theme) loadWords(e *Edition, language string) (diag.List, error) {
	layers := []fs.FS{t.fsys}
	if both, ok := t.fsys.(overlay); ok {
		layers = []fs.FS{both.under, both.over}
	}
	var said diag.List
	e.english = !strings.HasPrefix(strings.ToLower(language), "en")
	for i, name := range wordFiles(language) {
		for j, layer := range layers {
			words, data, diags, err := t.readWords(layer, name)
			if err != nil || diags != nil {
				return diags, err
			}
			if j > 0 {
				bad, err := t.judgeWords(layers[0], name, data, words)
				if err != nil {
					return nil, err
				}
				said = append(said, bad...)
			}
			e.english = e.english && (i == 0 || len(words) == 0)
			maps.Copy(e.words, words)
			// English stands in for what a language lacks, but not for its name.
			if name := words["language_name"]; name != "" && (i > 0 || strings.HasPrefix(strings.ToLower(language), "en")) {
				e.name = name
			}
		}
	}
	return said, nil
}

// readWords reads one file of words; none is no mistake.
func (t *Theme) readWords(fsys fs.FS, name string) (map[string]string, []byte, diag.List, error) {
	data, err := fs.ReadFile(fsys, name)
	if errors.Is(err, fs.ErrNotExist) || !fs.ValidPath(name) {
		return nil, nil, nil, nil
	}
	if err != nil {
		return nil, nil, nil, fmt.Errorf("render: %w", err)
	}
	var words map[string]string
	if err := json.Unmarshal(data, &words); err != nil {
		lines := diag.NewLines(path.Join(t.folder, name), data)
		p := diag.Pos{Line: 1, Col: 1}
		var syntax *json.SyntaxError
		var shape *json.UnmarshalTypeError
		if errors.As(err, &syntax) {
			p = lines.At(int(syntax.Offset) - 1)
		} else if errors.As(err, &shape) {
			p = lines.At(int(shape.Offset) - 1)
		}
		return nil, nil, diag.List{lines.New(p, diag.Error, "theme-words", diag.Say("this is not a list of words: %s", err.Error()), diag.Say(`write {"key": "word", …}`))}, nil
	}
	return words, data, nil, nil
}

// wordFiles are the files with words for a language, the most special last.
func wordFiles(language string) []string {
	files := []string{"words/en.json"}
	primary, _, _ := strings.Cut(language, "-")
	files = append(files, "words/"+strings.ToLower(primary)+".json")
	if content.Traditional(language) {
		files = append(files, "words/zh-Hant.json")
	}
	return append(files, "words/"+language+".json")
}

var (
	verb      = regexp.MustCompile(`%.?`)
	askedWord = regexp.MustCompile(`\b(?:word|quoted)\s+"([^"]+)"`)
)

// judgeWords finds what is wrong with a theme's own words, beside the built-in
// ones: a key that nothing asks for, and a word that has no place for its values.
func (t *Theme) judgeWords(builtIn fs.FS, name string, data []byte, words map[string]string) (diag.List, error) {
	if len(words) == 0 {
		return nil, nil
	}
	model, _, _, err := t.readWords(builtIn, "words/en.json")
	if err != nil {
		return nil, err
	}
	known := slices.Sorted(maps.Keys(model))
	asked, err := t.askedWords()
	if err != nil {
		return nil, err
	}
	lines := diag.NewLines(path.Join(t.folder, name), data)
	var out diag.List
	for key, at := range keyOffsets(data) {
		want, ok := model[key]
		if !ok && !asked[key] {
			hint := diag.Say("take it out, or ask for it in a template")
			if near := diag.Nearest(key, known); near != "" {
				hint = diag.Meant(near)
			}
			out = append(out, lines.New(lines.At(at), diag.Warning, "theme-words", diag.Say("no template asks for the word %q", key), hint))
		}
		if values := verb.FindAllString(want, -1); len(values) > 0 && !slices.Equal(values, verb.FindAllString(words[key], -1)) {
			out = append(out, lines.New(lines.At(at), diag.Error, "theme-words",
				diag.Say("the word %q has no place for its values: it needs %s", key, strings.Join(values, " and ")),
				diag.Say("the built-in one in English is: %s", want)))
		}
	}
	return out, nil
}

// askedWords are the words that the theme's templates name.
func (t *Theme) askedWords() (map[string]bool, error) {
	out := map[string]bool{}
	for _, pattern := range []string{"*.html", "partials/*.html"} {
		names, err := fs.Glob(t.fsys, pattern)
		if err != nil {
			return nil, fmt.Errorf("render: %w", err)
		}
		for _, name := range names {
			data, _ := fs.ReadFile(t.fsys, name) // what cannot be read is reported as a template
			for _, m := range askedWord.FindAllSubmatch(data, -1) {
				out[string(m[1])] = true
			}
		}
	}
	return out, nil
}

// keyOffsets are the places of the keys of a JSON object whose values are texts.
func keyOffsets(data []byte) map[string]int {
	out := map[string]int{}
	d := json.NewDecoder(bytes.NewReader(data))
	for isKey := false; ; isKey = !isKey {
		token, err := d.Token()
		if err != nil {
			return out
		}
		if key, ok := token.(string); ok && isKey {
			end := int(d.InputOffset())
			out[key] = end - 1 - max(0, end-1-bytes.LastIndexByte(data[:end-1], '"'))
		}
	}
}
