package content

import (
	"bytes"
	"path"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"whyfix/internal/diag"
	"whyfix/internal/markdown"
)

// Article is one Markdown file: an article, or the index.md of a folder.
type Article struct {
	Path  string
	Index bool // index.md: the page of its folder

	Empty        bool // nothing stands below front matter
	Misread      bool // front matter has an error: it may say more than what is here
	Title        Text
	Untitled     bool // nobody wrote a title: it is made of the name of the file
	Summary      string
	SummaryAt    diag.Pos
	Symptoms     []Text
	Products     []Text
	Causes       []Text
	Solutions    []Text
	Cases        []Text
	Author       string
	Date         time.Time // zero: not given
	Updated      time.Time
	ReviewBy     time.Time
	Expires      time.Time // from this moment on it is not built
	ExpiresAt    diag.Pos
	Draft        bool
	Gone         bool   // withdrawn: its address says so, whatever else is said here
	Untranslated bool   // in its language alone, on purpose; of index.md, all in its folder
	Aliases      []Text // addresses on this site, from "/"
	Related      []Text // paths as written
	Slug         Text
	Weighted     bool    // the writer gave it a weight
	Weight       float64 // its place in its folder, smaller first; of index.md, the folder's place in the one above
	// InLanguage is what index.md says about everything below its folder; its
	// Value is empty where that is the language of the folder above.
	InLanguage Text
	Folder     *Folder // nil where index.md says nothing about its folder, and for articles

	Doc *markdown.Document
}

// Folder is what index.md says about what is in its folder.
type Folder struct {
	Articles   []Text // paths in the order in which they are listed
	Categories []Text // folders in it, likewise
	Icon       Text   // a picture beside it
}

// articleKeys are the keys of front matter, in the order in which the
// documentation and a new article list them.
var articleKeys = []key[Article]{
	{
		"title", "text", "The reader's question, as the page's title. Default: a level-one heading at the top, else the file's name.",
		func(a *Article, v value) { a.Title = v.text() },
	},
	{
		"summary", "text", "One sentence for lists and search results.",
		func(a *Article, v value) { t := v.text(); a.Summary, a.SummaryAt = t.Value, t.Pos },
	},
	{
		"symptoms", "list", "What readers say, in their words. Each must find this article.",
		func(a *Article, v value) { a.Symptoms = v.list() },
	},
	{"products", "list", "Tags: what it is about.", func(a *Article, v value) { a.Products = v.tags() }},
	{"causes", "list", "Tags: why it happens.", func(a *Article, v value) { a.Causes = v.tags() }},
	{"solutions", "list", "Tags: what helps.", func(a *Article, v value) { a.Solutions = v.tags() }},
	{"cases", "list", "Tags: in what situations it happened.", func(a *Article, v value) { a.Cases = v.tags() }},
	{"author", "text", "Who answers for it.", func(a *Article, v value) { a.Author = v.text().Value }},
	{
		"date", "date", "When it was published. In the future: not built until then. A day means its first moment, in the timezone of site.yaml. A time may follow: 2026-03-01 20:00, also with a zone of its own, +08:00.",
		func(a *Article, v value) { a.Date = v.date() },
	},
	{
		"updated", "date", "When it was last changed. Default: the last commit that changed what is in the file, whatever its name was.",
		func(a *Article, v value) { a.Updated = v.date() },
	},
	{
		"review_by", "date", "After this day the page says that it may be out of date.",
		func(a *Article, v value) { a.ReviewBy = v.date() },
	},
	{
		"expires", "date", "From this moment on it is not built. A day means its first moment, as for date: on that day it is gone.",
		func(a *Article, v value) { a.Expires, a.ExpiresAt = v.date(), v.at(v.node) },
	},
	{"draft", "true or false", "Not built without -drafts; whyfix dev shows it to whoever writes.", func(a *Article, v value) { a.Draft = v.bool() }},
	{
		"gone", "true or false", "Withdrawn: its address, and its aliases, only say so. Nothing else of it is published.",
		func(a *Article, v value) {
			if a.Gone = v.bool(); a.Gone && a.Index {
				v.problem(v.at(v.node), "gone", diag.Say("the page of a folder cannot be withdrawn"), diag.Say("withdraw its articles, or name its address in site.yaml: gone: [/old/address/]"))
			}
		},
	},
	{"aliases", "list", "Old addresses, from “/”, which lead here.", func(a *Article, v value) { a.Aliases = v.addresses("alias", diag.Say("an alias")) }},
	{
		"untranslated", "true or false", "Only in this language, on purpose: whyfix check asks for no translation. In index.md: all in its folder.",
		func(a *Article, v value) { a.Untranslated = v.bool() },
	},
	{"related", "list", "Other articles worth reading: paths of Markdown files.", func(a *Article, v value) { a.Related = v.list() }},
	{
		"weight", "number", "Its place among the articles of its folder: smaller first, those without one behind. In index.md: the folder's place among those beside it.",
		func(a *Article, v value) { a.Weight, a.Weighted = v.number() },
	},
	{
		"articles", "list", "Only in index.md: paths of the folder's articles in the order in which readers see them; the others follow. Default: those with most symptoms first, then the newest.",
		func(a *Article, v value) { a.folder(v, func(f *Folder) { f.Articles = v.list() }) },
	},
	{
		"categories", "list", "Only in index.md: the folders in its folder in the order in which readers see them; the others follow.",
		func(a *Article, v value) { a.folder(v, func(f *Folder) { f.Categories = v.list() }) },
	},
	{
		"icon", "text", "Only in index.md: a picture beside it, such as phone.svg, that stands for the folder. At most 64 kB.",
		func(a *Article, v value) { a.folder(v, func(f *Folder) { f.Icon = v.text() }) },
	},
	{"slug", "text", "The last part of the address. Default: the file's name.", func(a *Article, v value) { a.Slug = v.slug() }},
	{
		"language", "text", "Only in index.md: the language of everything in its folder, such as en.",
		func(a *Article, v value) {
			t := v.language()
			if t.Value != "" && !a.Index {
				v.problem(t.Pos, "language-place", diag.Say("an article has the language of its folder"), diag.Say("write it into the folder's index.md, such as en/index.md"))
				return
			}
			a.InLanguage = t
		},
	},
}

// folder lets a key say something about the folder; an article cannot.
func (a *Article) folder(v value, say func(*Folder)) {
	if !a.Index {
		hint := diag.Say("write it into the folder's index.md")
		if v.key == "categories" {
			hint = diag.Say("an article's tags are products, causes, solutions and cases; the order of folders stands in index.md")
		}
		v.problem(v.at(v.node), "folder-key", diag.Say("an article has no %s", v.key), hint)
		return
	}
	if a.Folder == nil {
		a.Folder = &Folder{}
	}
	say(a.Folder)
}

// ParseArticle reads one Markdown file, as it is on a site without pieces and
// values. The Article is nil only when the file is not text; otherwise what
// could be read is there, so that one mistake does not hide the next.
func ParseArticle(p string, data []byte, parser *markdown.Parser) (*Article, diag.List) {
	return (&Reader{Parser: parser, Zone: time.Local}).Read(p, data).article()
}

// Reader reads articles.
type Reader struct {
	Parser *markdown.Parser
	Zone   *time.Location    // in which a day is one where front matter names no other
	Values map[string]string // what stands for {{name}} in texts
	// Piece is a file that articles may have as a piece of their text. It may be nil: there are none.
	Piece func(path string) (data []byte, found bool)
}

// Read is an article as it was read.
type Read struct {
	Article *Article // nil where the file is no text
	Diags   diag.List
	Whole   []byte   // the text with pieces and values in it; nil where it is the file's
	Asked   []string // pieces that it depends on, those that are not there among them
}

func (r Read) article() (*Article, diag.List) { return r.Article, r.Diags }

// Read reads one Markdown file.
func (r *Reader) Read(p string, data []byte) Read {
	if len(data) > MaxArticle {
		return Read{Diags: diag.List{{
			Pos: diag.Pos{File: p}, Code: "file-size",
			Message: diag.Say("the file has %.1f MB; an article may have at most %d MB", float64(len(data))/(1<<20), MaxArticle>>20),
			Hint:    diag.Say("split it into several articles, one problem each"),
		}}}
	}
	lines, source, bad := text(p, data)
	if bad != nil {
		return Read{Diags: diag.List{*bad}}
	}
	a := &Article{Path: p, Index: Classify(p) == ClassIndex}
	var diags diag.List
	front, start, d := splitFront(lines, source)
	if d != nil {
		diags = append(diags, *d)
	}
	if len(front) > maxFront {
		diags = append(diags, lines.New(diag.Pos{File: p, Line: 1, Col: 1}, diag.Error, "text-limit",
			diag.Say("front matter has %d kB; it may have %d", len(front)>>10, maxFront>>10), diag.Say("put what is text below it")))
		front = nil
	}
	var emptyTitle diag.Pos
	if front != nil {
		m := &mapping{lines: lines, before: 1, zone: r.Zone}
		diags = append(diags, readMapping(m, front, frontName, articleKeys, a)...)
		if !a.Draft && !a.Gone && diags.Errors() == 0 {
			diags = append(diags, m.leftEmpty()...)
			emptyTitle = m.emptyKey("title")
		}
	}
	a.Misread = diags.Errors() > 0
	if !a.Expires.IsZero() && !a.Expires.After(a.Date) {
		diags = append(diags, lines.New(a.ExpiresAt, diag.Error, "expires",
			diag.Say("it would be gone before it is published"), diag.Say("write a day after its date, %s", a.Date.Format(time.DateOnly))))
	}
	out := Read{Article: a}
	diags = append(diags, r.fill(lines, a)...)
	if c := r.compose(p, lines, source, start); c != nil {
		lines, source = diag.Composed(lines, c.parts), c.text
		out.Whole, out.Asked = c.text, c.asked
		diags = append(diags, c.diags...)
	}
	doc, found := r.Parser.Parse(lines, source, start)
	a.Doc = doc
	if d != nil {
		doc.Underlined = nil // front matter that is none, which was said
	}
	diags = append(diags, found...)
	switch {
	case a.Title.Value == "" && doc.Title != "":
		a.Title = Text{Value: doc.Title, Pos: doc.TitlePos}
	case a.Title.Value == "":
		a.Title, a.Untitled = Text{Value: titleFromPath(p), Pos: diag.Pos{File: p, Line: 1, Col: 1}}, true
		if a.Title.Value == "" && !a.Index {
			diags = append(diags, lines.New(a.Title.Pos, diag.Error, "no-title", diag.Say("this article has no title"), diag.Say("write title: … in the front matter")))
		} else if emptyTitle.Line > 0 && !a.Index {
			diags = append(diags, lines.New(emptyTitle, diag.Warning, "front-empty", diag.Say("this title is empty, so readers see the name of the file: “%s”", a.Title.Value), diag.Say("say what the problem is, as readers would")))
		}
	case doc.Title != "" && doc.Title != a.Title.Value:
		diags = append(diags, lines.New(doc.TitlePos, diag.Warning, "two-titles",
			diag.Say("this heading is not shown, because front matter has another title"), diag.Say("delete one of the two, or make the heading level two (##)")))
	}
	a.Empty = len(bytes.TrimSpace(source[start:])) == 0
	out.Diags = diags
	return out
}

// Body is what stands below the front matter of a file that was read before.
func Body(data []byte) []byte {
	lines, source, bad := text("", data)
	if bad != nil {
		return nil
	}
	_, start, _ := splitFront(lines, source)
	return source[start:]
}

// splitFront finds front matter: its text, and where the body starts.
func splitFront(lines *diag.Lines, source []byte) (front []byte, body int, d *diag.Diagnostic) {
	if bytes.HasPrefix(source, []byte("+++\n")) {
		d := lines.New(diag.Pos{Line: 1, Col: 1}, diag.Error, "front-matter", diag.Say("front matter in TOML (+++) is not read here"), diag.Say("write it in YAML, between two lines of ---"))
		return nil, 0, &d
	}
	first, rest, found := bytes.Cut(source, []byte("\n"))
	if !found || string(bytes.TrimRight(first, " \t")) != "---" {
		return nil, 0, misplacedFront(lines, source)
	}
	offset := len(first) + 1
	for at := 0; at < len(rest); {
		end := bytes.IndexByte(rest[at:], '\n')
		next := at + end + 1
		if end < 0 {
			end, next = len(rest)-at, len(rest)
		}
		switch string(bytes.TrimRight(rest[at:at+end], " \t")) {
		case "---", "...":
			return rest[:at:at], offset + next, nil
		}
		at = next
	}
	if second, _, _ := bytes.Cut(rest, []byte("\n")); len(bytes.TrimSpace(second)) == 0 {
		return nil, 0, misplacedFront(lines, source) // a thematic break at the top of a file without front matter
	}
	bad := lines.New(diag.Pos{Line: 1, Col: 1}, diag.Error, "front-matter", diag.Say("front matter starts here and never ends"), diag.Say("put a line of --- below its last key"))
	return nil, len(source), &bad
}

var (
	dashRow = regexp.MustCompile(`^[-–—―－─]+$`)
	keyLine = regexp.MustCompile(`^([A-Za-z_]+)[ \t]*[:：]`)
	codeRow = regexp.MustCompile("^ {0,3}(`{3,}|~{3,})")
)

// nearTop is how far down front matter is looked for, in bytes: behind a remark or
// a heading, not in the middle of a text about it.
const nearTop = 2_000

// misplacedFront reports front matter that is not read because it does not
// stand between two lines of --- at the very top: it would be shown as text,
// and a draft would be published. At the very top, keys are enough; below
// something else they stand between rows of dashes.
func misplacedFront(lines *diag.Lines, source []byte) *diag.Diagnostic {
	if d := frontAt(lines, source, 0, false); d != nil {
		return d
	}
	at, code := 0, ""
	for line := range bytes.SplitAfterSeq(source[:min(nearTop, len(source))], []byte("\n")) {
		at += len(line)
		fence := codeRow.FindSubmatch(line)
		switch {
		case code != "":
			if fence != nil && strings.HasPrefix(string(fence[1]), code) {
				code = ""
			}
		case fence != nil:
			code = string(fence[1])
		case dashRow.Match(bytes.TrimSpace(line)) && (line[0] == '-' || line[0] >= utf8.RuneSelf):
			if d := frontAt(lines, source, at, true); d != nil {
				return d
			}
		}
	}
	return nil
}

// frontAt looks for front matter in the lines from a byte on, as long as they look
// like keys. Below other text it begins behind a row of dashes, and it ends with
// one, or has two keys of articles.
func frontAt(lines *diag.Lines, source []byte, at int, below bool) *diag.Diagnostic {
	started, dashes, known := false, below, 0
	first := -1
	for line := range bytes.SplitAfterSeq(source[at:min(at+nearTop, len(source))], []byte("\n")) {
		start := at
		at += len(line)
		text := bytes.TrimSpace(line)
		switch {
		case len(text) == 0 && !started:
			continue
		case dashRow.Match(text) && !started && !dashes:
			dashes = true
			continue
		case dashRow.Match(text) && below && known > 0:
			known++
		}
		started = true
		if dashRow.Match(text) {
			if known < 2 {
				return nil
			}
		} else if m := keyLine.FindSubmatch(text); m != nil {
			// Prose may start with “Summary:”; below dashes it is a key.
			for _, k := range articleKeys {
				if string(m[1]) == k.name || dashes && strings.EqualFold(string(m[1]), k.name) {
					if known++; first < 0 {
						first = start + bytes.Index(line, text)
					}
				}
			}
		} else if len(text) == 0 || text[0] != '#' && !bytes.HasPrefix(text, []byte("- ")) && (!below || line[0] != ' ') {
			return nil
		}
		if known > 1 || known > 0 && !below {
			d := lines.New(lines.At(first), diag.Error, "front-matter",
				diag.Say("this looks like front matter, but is not read as such here"), diag.Say("put it at the very top of the file, between two lines of ---"))
			return &d
		}
	}
	return nil
}

// leftEmpty warns of what readers are to see and nobody wrote. A writer who means
// that says so: summary: "".
func (m *mapping) leftEmpty() diag.List {
	var out diag.List
	for _, t := range m.empty {
		switch t.Value {
		case "summary":
			out = append(out, m.lines.New(t.Pos, diag.Warning, "front-empty", diag.Say("this summary is empty"), diag.Say("say in one sentence what the article helps with, or take the line out")))
		case "symptoms":
			out = append(out, m.lines.New(t.Pos, diag.Warning, "front-empty", diag.Say("there is no symptom here"), diag.Say("write what readers say, in their words, or take the line out")))
		}
	}
	return out
}

// emptyKey is where a key stands that has nothing behind it.
func (m *mapping) emptyKey(name string) diag.Pos {
	for _, t := range m.empty {
		if t.Value == name {
			return t.Pos
		}
	}
	return diag.Pos{}
}

func titleFromPath(p string) string {
	name := strings.TrimSuffix(path.Base(p), path.Ext(p))
	if Classify(p) == ClassIndex {
		name = path.Base(path.Dir(p))
		if name == "." {
			return ""
		}
	}
	return FolderTitle(name)
}

// FolderTitle makes a title of a file's or folder's name.
func FolderTitle(name string) string {
	name = strings.TrimSpace(strings.NewReplacer("-", " ", "_", " ").Replace(name))
	r := []rune(name)
	if len(r) > 0 {
		r[0] = unicode.ToUpper(r[0])
	}
	return string(r)
}

// Key documents one key for the reference tables.
type Key struct {
	Name, Shape, Doc string
}

// ArticleKeys are the keys of front matter.
func ArticleKeys() []Key { return documented(articleKeys) }

func documented[T any](keys []key[T]) []Key {
	out := make([]Key, len(keys))
	for i, k := range keys {
		out[i] = Key{k.name, k.shape, k.doc}
	}
	return out
}

// scalar is the text of a YAML node that is one value, following an alias.
func scalar(n *yaml.Node) (string, bool) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.ScalarNode {
		return "", false
	}
	if n.Tag == "!!null" {
		return "", true
	}
	return strings.TrimSpace(n.Value), true
}
