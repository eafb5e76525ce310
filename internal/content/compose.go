package content

import (
	"bytes"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"whyfix/internal/diag"
	"whyfix/internal/markdown"
)

// What a text may have of pieces.
const (
	maxPieces     = 500
	maxPieceDepth = 5
)

// composition is a text that is put together of a file, pieces and values. The
// parts keep where everything was written, so that a mistake in a piece is told
// at its own line.
type composition struct {
	reader *Reader
	text   []byte
	parts  []diag.Part
	asked  []string
	diags  diag.List
	pieces int
}

// compose puts pieces and values into the body of a file; nil where it has none.
func (r *Reader) compose(p string, lines *diag.Lines, source []byte, start int) *composition {
	if r.Piece == nil && len(r.Values) == 0 {
		return nil
	}
	places := r.Parser.Places(source[start:])
	if len(places) == 0 {
		return nil
	}
	c := &composition{reader: r}
	c.write(lines, 0, source[:start])
	c.add(lines, source, start, places, frame{in: []string{p}})
	return c
}

// write appends a run of a file.
func (c *composition) write(lines *diag.Lines, from int, text []byte) {
	if len(text) > 0 {
		c.parts = append(c.parts, diag.Part{At: len(c.text), Lines: lines, From: from})
		c.text = append(c.text, text...)
	}
}

// stand appends a text that stands for one place of a file.
func (c *composition) stand(lines *diag.Lines, from int, text string) {
	if text != "" {
		c.parts = append(c.parts, diag.Part{At: len(c.text), Lines: lines, From: from, Fixed: true})
		c.text = append(c.text, text...)
	}
}

// frame is what lies around a body.
type frame struct {
	indent string   // what stands before each of its lines but the first
	in     []string // the files that it lies in, the last its own
	level  int      // of the heading above it, in the file that it is put into
	deeper int      // how many levels its own headings go deeper
}

// add appends a body with its pieces and values.
func (c *composition) add(lines *diag.Lines, source []byte, start int, places []markdown.Place, around frame) {
	indent, at := around.indent, start
	run := func(end int) {
		for indent != "" {
			line := bytes.IndexByte(source[at:end], '\n')
			if line < 0 {
				break
			}
			c.write(lines, at, source[at:at+line+1])
			at += line + 1
			c.stand(lines, at, indent)
		}
		c.write(lines, at, source[at:end])
		at = end
	}
	for _, place := range places {
		run(start + place.Start)
		from := at
		at = start + place.End
		switch value, known := c.reader.Values[place.Value]; {
		case place.Signs:
			c.stand(lines, from, place.Words)
		case place.Piece != "" && c.reader.Piece != nil:
			line := bytes.LastIndexByte(source[:from], '\n') + 1
			inner := frame{indent: indent + below(source[line:from]), in: around.in, level: around.level}
			if place.Level > 0 {
				inner.level = place.Level + around.deeper
			}
			c.piece(lines, from, place.Piece, inner)
		case place.Value == "", len(c.reader.Values) == 0:
			at = from
			run(start + place.End)
		case known:
			c.stand(lines, from, value)
		default:
			c.diags = append(c.diags, c.reader.unknown(lines, lines.At(from), place.Value))
			at = from
			run(start + place.End)
		}
	}
	run(len(source))
}

// below is what has to stand before a line so that it belongs to the block that
// starts with what stands before the first.
func below(before []byte) string {
	return strings.Map(func(r rune) rune {
		if r == '>' || r == '\t' {
			return r
		}
		return ' '
	}, string(before))
}

// piece appends the text of a piece. Its headings become headings below the one
// that it is put under: what stands behind it stays where it was.
func (c *composition) piece(lines *diag.Lines, from int, name string, around frame) {
	in := around.in
	problem := func(message, hint diag.Text) {
		c.diags = append(c.diags, lines.New(lines.At(from), diag.Error, "piece", message, hint))
	}
	p, data := c.find(in[len(in)-1], name)
	if c.pieces++; c.pieces > maxPieces || len(c.text)+len(data) > MaxArticle {
		if c.pieces <= maxPieces+1 {
			c.pieces = maxPieces + 1
			problem(diag.Say("this text has more than %d pieces, or more than %d MB with them", maxPieces, MaxArticle>>20), diag.Say("write it as several articles"))
		}
		return
	}
	switch {
	case p == "":
		problem(diag.Say("there is no piece “%s”", name), diag.Say("a piece is a Markdown file in a folder whose name begins with _, beside the article or above it: mend the path, or write the file"))
		return
	case slices.Contains(in, p):
		problem(diag.Say("the piece %s would have itself in it: %s", p, strings.Join(append(in[slices.Index(in, p):], p), " → ")), diag.Say("take it out of one of them"))
		return
	case len(in) > maxPieceDepth:
		problem(diag.Say("pieces lie in each other more than %d deep", maxPieceDepth), diag.Say("put the text of one into the other"))
		return
	}
	own, source, bad := text(p, data)
	if bad != nil {
		c.diags = append(c.diags, *bad)
		return
	}
	_, start, d := splitFront(own, source)
	if d != nil {
		c.diags = append(c.diags, *d)
	}
	source = bytes.TrimRight(source, " \t\n")
	start = min(start, len(source))
	for start < len(source) && source[start] == '\n' {
		start++
	}
	places := c.reader.Parser.Places(source[start:])
	deeper, by := c.reader.Parser.Deeper(source[start:], around.level)
	if len(deeper) > 0 {
		places = append(places, deeper...)
		slices.SortStableFunc(places, func(a, b markdown.Place) int { return a.Start - b.Start })
	}
	around.in, around.deeper = append(slices.Clip(in), p), by
	c.add(own, source, start, places, around)
}

// find looks for a piece beside a file, then in each folder above it, so that a
// language may have its own.
func (c *composition) find(file, name string) (string, []byte) {
	if path.Ext(name) == "" {
		name += ".md"
	}
	for dir := path.Dir(file); ; dir = path.Dir(dir) {
		if strings.HasPrefix(name, "/") {
			dir = "."
		}
		p := Composed(path.Join(dir, name))
		if Classify(p) != ClassAsset && Hidden(p) && !strings.HasPrefix(p, "../") {
			if !slices.Contains(c.asked, p) {
				c.asked = append(c.asked, p)
			}
			if data, found := c.reader.Piece(p); found {
				return p, data
			}
		}
		if dir == "." {
			return "", nil
		}
	}
}

// fill puts values into the texts of front matter that readers see.
func (r *Reader) fill(lines *diag.Lines, a *Article) diag.List {
	if len(r.Values) == 0 {
		return nil
	}
	var diags diag.List
	fill := func(s string, at diag.Pos) string {
		if !strings.Contains(s, "{{") {
			return s
		}
		return valueName.ReplaceAllStringFunc(s, func(written string) string {
			name := strings.TrimSpace(strings.Trim(written, "{}"))
			value, known := r.Values[name]
			if !known {
				diags = append(diags, r.unknown(lines, at, name))
				return written
			}
			return value
		})
	}
	a.Title.Value, a.Summary = fill(a.Title.Value, a.Title.Pos), fill(a.Summary, a.SummaryAt)
	for i, s := range a.Symptoms {
		a.Symptoms[i].Value = fill(s.Value, s.Pos)
	}
	return diags
}

var valueName = regexp.MustCompile(`\{\{[ \t]*[\p{L}_][\p{L}\p{N}_.-]*[ \t]*\}\}`)

func (r *Reader) unknown(lines *diag.Lines, at diag.Pos, name string) diag.Diagnostic {
	known := slices.Sorted(maps.Keys(r.Values))
	return lines.New(at, diag.Error, "value", diag.Say("site.yaml has no value “%s”", name),
		diag.DidYouMean(name, known, diag.Say(`the values are: %s; for the sign itself write \{{`, diag.Names(known))))
}
