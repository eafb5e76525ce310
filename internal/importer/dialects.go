package importer

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// Family names a dialect: the program that made the source, or the kind of its
// files.
type Family string

// Guess is the dialect that the files tell.
const Guess Family = ""

// dialects is all that can be imported: a row and a file for each.
var dialects = []*dialect{&hugo, &mkdocs, &docusaurus, &vitepress, &htmlPages, &plainText, &zendesk}

// dialect is what one program writes. What a row leaves out, it has not.
type dialect struct {
	name    Family
	endings []string // of its pages

	// How a source is known to be of this dialect.
	settings []string       // files at the top of a project
	sign     *regexp.Regexp // what its pages alone have
	signed   string         // the name or ending of files that are a sign by themselves

	// How a project of it is laid out.
	look    func(im *importing, p *project, s settings)
	placed  bool                                                           // the reader itself says where each page belongs
	bundles bool                                                           // a page called index is an article with its images beside it
	address func(f *project, p *page, dir, name string, index bool) string // the old address

	// How a page is read: by the row's own reader, or as Markdown by rules.
	read      func(im *importing, in *input)
	whole     func(im *importing) // when all files are read
	blocks    []blockRule         // what starts at a line, tried in this order
	texts     []textRule          // within a line, outside of code
	code      func(string) string // a line of code
	snippets  bool                // --8<-- stands for a part of another file, in code as well
	mustaches bool                // {{ }} is a value, in HTML as well
}

// Families are all that can be named.
func Families() []Family {
	var out []Family
	for _, d := range dialects {
		out = append(out, d.name)
	}
	return out
}

// dialectOf is the dialect of a name, nil for Guess.
func dialectOf(f Family) *dialect {
	for _, d := range dialects {
		if d.name == f {
			return d
		}
	}
	return nil
}

func (d *dialect) owns(file string) bool {
	return slices.Contains(d.endings, strings.ToLower(path.Ext(file)))
}

func (d *dialect) isMarkdown() bool { return d.blocks != nil }

// project is what is known of the source as a whole.
type project struct {
	*dialect
	pages    string            // the folder whose pages' addresses start at the top
	start    string            // the folder or file to import
	public   []string          // folders whose files' addresses start at the top
	host     string            // of the old site
	prefix   string            // path of the old site's pages, without the last slash
	numbers  bool              // numbers before names are an order, not part of the address
	html     bool              // addresses end with .html
	math     bool              // it shows formulas
	params   map[string]string // what its pages may call by a name, in lower case
	values   map[string]string // what stands in variables.json
	appended []definition      // of links, below every page
}

// at is where a page of the old site was: in a folder of its own, or a file.
func (f *project) at(dir, name string, index bool) string {
	switch {
	case index:
		return strings.TrimSuffix(path.Join("/", f.prefix, dir), "/") + "/"
	case f.html:
		return path.Join("/", f.prefix, dir, name) + ".html"
	}
	return path.Join("/", f.prefix, dir, name) + "/"
}

// standardAddress is an address that is the place of the file.
func standardAddress(f *project, _ *page, dir, name string, index bool) string {
	return f.at(dir, name, index)
}
