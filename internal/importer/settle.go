package importer

import (
	"maps"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/importer/markup"
	"whyfix/internal/site"
)

// rounds is how often what the site refuses is taken back: an alias that goes
// may free an address for another, a link that goes may show one inside of it.
const rounds = 12

// settle asks the model of the whole site whether the import builds, and takes
// back what does not: a link to a page that was not imported becomes text with
// the old address beside it, an alias of somebody else's address goes. Each is
// in the report.
func (im *importing) settle() error {
	for _, p := range im.pages {
		im.aliasesOf(p)
	}
	before := im.broken(nil)
	for round := range rounds {
		if err := im.ctx.Err(); err != nil {
			return err
		}
		found, mended := im.broken(im.pages), false
		own := map[string]diag.List{}
		for _, d := range found {
			own[d.File] = append(own[d.File], d)
		}
		for _, p := range im.pages {
			own := append(own[p.target], slices.DeleteFunc(slices.Clone(p.diags), isNoError)...)
			if len(own) > 0 && im.mend(p, own.Sort(), round) {
				mended = true
			}
		}
		if mended {
			continue
		}
		for _, d := range found {
			if !slices.ContainsFunc(before, func(o diag.Diagnostic) bool { return o.Pos == d.Pos && o.Code == d.Code && o.Message == d.Message }) {
				from := "the import"
				if p := im.byTarget[d.File]; p != nil {
					from = p.shown
				}
				im.mistake(diag.Pos{File: from}, d.Code, diag.Say("the site would not build: %s: %s", d.Pos.String(), d.Message), d.Hint)
			}
		}
		break
	}
	return nil
}

// shortened is what was said as a part of what is said.
func shortened(said string) string { return markup.Shorten(said, 100) }

func isNoError(d diag.Diagnostic) bool { return d.Severity != diag.Error }

// broken is what keeps the content folder together with pages from building.
// Drafts are looked at as they will be: published with all others.
func (im *importing) broken(pages []*page) diag.List {
	in, hidden := im.input, map[string]bool{}
	in.Articles, in.Assets = slices.Clone(in.Articles), slices.Clone(in.Assets)
	for _, p := range pages {
		a := p.parsed
		in.Articles = append(in.Articles, a)
		hidden[p.target] = a.Draft || a.Date.After(im.options.Now) || !a.Expires.IsZero() && !a.Expires.After(im.options.Now)
	}
	if pages != nil {
		for _, a := range im.assets {
			in.Assets = append(in.Assets, site.Asset{Path: a.Path})
		}
	}
	slices.SortFunc(in.Assets, func(a, b site.Asset) int { return strings.Compare(a.Path, b.Path) })
	_, out := site.Resolve(in)
	in.Options.Drafts = true
	_, published := site.Resolve(in)
	for _, d := range published {
		if hidden[d.File] {
			out = append(out, d)
		}
	}
	return slices.DeleteFunc(out.Sort(), isNoError)
}

// aliasesOf makes the old addresses of a page its aliases.
func (im *importing) aliasesOf(p *page) {
	isIndex := path.Base(p.target) == "index.md"
	own := strings.TrimSuffix(strings.TrimSuffix("/"+p.target, ".md"), "index")
	if p.slug != "" && !usableSlug(p.slug) {
		p.slug = ""
	} else if p.slug != "" && !isIndex {
		own = path.Join(path.Dir("/"+p.target), p.slug)
	}
	var out []string
	for _, a := range slices.Concat(p.old, p.aliases) {
		a = markup.Line(a)
		if i := strings.IndexAny(a, "?#"); i >= 0 {
			a = a[:i]
		}
		if plain, err := url.PathUnescape(a); err == nil {
			a = plain
		}
		if inside, ok := strings.CutPrefix(a, im.prefix+"/"); ok {
			a = "/" + inside
		}
		if !strings.HasPrefix(a, "/") || strings.HasPrefix(a, "//") || strings.ContainsAny(a, `\%`) {
			continue
		}
		key := strings.TrimSuffix(path.Clean(a), "/")
		if isIndex {
			key = strings.TrimSuffix(key, "/index.html")
		}
		if key == "" || key == strings.TrimSuffix(path.Clean(own), "/") {
			continue
		}
		if path.Ext(key) == "" {
			key += "/"
		}
		if im.redirects[addressKey(key)] {
			p.ask("", diag.Say("the old address %s could not be kept: an article that is there has it", markup.Shorten(key, 120)), diag.Text{})
			continue
		}
		out = append(out, key)
	}
	p.aliases = markup.Unique(out)
	im.refront(p)
}

// refront writes the front matter again over the text whose links lead.
func (im *importing) refront(p *page) {
	if _, rest, found := strings.Cut(p.text, "\n---\n"); found {
		p.text = p.front() + rest
		im.parse(p)
	}
}

func usableSlug(s string) bool {
	return s != "." && s != ".." && !strings.ContainsAny(s, `/\?#%&<>"'`) && !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) })
}

// mend takes back what the site refuses of one page, and reports whether
// there was something: first in its front matter, then in its headings, whose
// ids links may mean, then its links.
func (im *importing) mend(p *page, own diag.List, round int) bool {
	before, front := p.text, false
	lines := diag.NewLines(p.target, []byte(p.text))
	links := map[diag.Pos]string{}
	for _, d := range slices.Backward(own) {
		switch d.Code {
		case "alias", "duplicate-url", "long-url", "slug", "tag-name", "file-name":
			front = im.withdraw(p, lines.Text(d.Line), d) || front
		case "link-target", "link-anchor", "image-target", "link-scheme":
			links[d.Pos] = d.Code
		case "heading-id", "duplicate-id", "section-kind", "item-tag", "item-for":
			at, source := lines.Offset(d.Line, 1), lines.Text(d.Line)
			if bare := attributes.ReplaceAllString(source, ""); bare != source && strings.HasPrefix(p.text[at:], source) {
				p.text = p.text[:at] + bare + p.text[at+len(source):]
				p.ask(strings.TrimSpace(bare), diag.Say("the attributes of this heading were left out: %s", d.Message.With(shortened)), diag.Text{})
			}
		case "box-open", "box-kind", "tabs-empty", "comment-open":
			at := lines.Offset(d.Line, d.Col)
			if d.Code == "tabs-empty" { // told at a line in them
				if begins := strings.LastIndex(p.text[:min(at+3, len(p.text))], ":::"); begins >= 0 {
					at = begins
				}
			}
			p.text = p.text[:at] + `\` + p.text[at:]
			p.ask(p.text[at:min(at+20, len(p.text))], diag.Say("this stands as text: %s", d.Message.With(shortened)), diag.Say("mend it by hand"))
		case "comment-shown":
			at := lines.Offset(d.Line, d.Col)
			sign := strings.IndexAny(p.text[at:], "<!-%{>")
			if sign < 0 {
				continue
			}
			at += sign
			p.text = p.text[:at] + `\` + p.text[at:]
			p.ask(p.text[at:min(at+20, len(p.text))], diag.Say("this stands as text: %s", d.Message.With(shortened)), diag.Say("mend it by hand"))
		}
	}
	switch {
	case front:
		im.refront(p)
	case p.text != before:
		im.parse(p)
	case len(links) > 0:
		im.mendLinks(p, lines, links, round)
	}
	return p.text != before
}

// mendLinks takes back links that lead nowhere, by the codes of what the site
// says of each. In the second half of the rounds it tries nothing fine any
// more.
func (im *importing) mendLinks(p *page, lines *diag.Lines, links map[diag.Pos]string, round int) {
	before, last := p.text, len(p.text)+1
	im.edit(p, func(s spot) {
		switch code := links[s.Pos]; {
		case code == "" || s.close == 0 || s.close > last || round >= rounds/2:
			return
		case code == "link-anchor":
			im.aim(p, s)
		default:
			im.unlink(p, s)
		}
		last = s.open
	})
	if p.text != before {
		return
	}
	// What has no spot of its own, or cannot be mended, becomes text.
	places := slices.SortedFunc(maps.Keys(links), func(a, b diag.Pos) int { return lines.Offset(b.Line, b.Col) - lines.Offset(a.Line, a.Col) })
	for _, pos := range places {
		at := lines.Offset(pos.Line, pos.Col)
		p.text = p.text[:at] + `\` + p.text[at:]
		p.ask(strings.ToValidUTF8(p.text[at:min(at+60, len(p.text))], ""), diag.Say("a link that leads nowhere stands as text"), diag.Say("mend it by hand"))
	}
	im.parse(p)
}

// withdraw takes one value out of the front matter.
func (im *importing) withdraw(p *page, source string, d diag.Diagnostic) bool {
	for i, a := range p.aliases {
		if source == "  - "+quoted(a) {
			p.aliases = slices.Delete(p.aliases, i, i+1)
			p.ask("", diag.Say("the old address %s could not be kept: %s", markup.Shorten(a, 120), d.Message), diag.Text{})
			return true
		}
	}
	if strings.HasPrefix(source, "slug:") && p.slug != "" {
		p.ask("", diag.Say("the slug %s could not be kept: %s", quoted(p.slug), d.Message), diag.Text{})
		p.slug = ""
		return true
	}
	for i, t := range p.tags {
		if strings.HasPrefix(source, "products:") && (strings.Contains(d.Message.En, t) || len(t) > 100) {
			p.tags = slices.Delete(p.tags, i, i+1)
			p.ask("", diag.Say("the tag %s was left out: %s", quoted(markup.Shorten(t, 60)), d.Message), diag.Text{})
			return true
		}
	}
	return false
}

// unlink makes a link that leads nowhere text, with the old address beside it.
func (im *importing) unlink(p *page, s spot) {
	dest := s.Dest
	if dest == "" {
		dest = strings.TrimSpace(p.text[s.start:s.end])
	}
	with := ""
	if s.Image {
		with = strings.TrimPrefix(markup.Escape(markup.Line(s.Alt))+" ("+im.words.noImage+markup.Code(dest)+")", " ")
		p.ask(markup.Code(dest), diag.Say("this image was not found: %s", markup.Shorten(dest, 120)), diag.Say("put the file beside the article and write ![…](its name)"))
	} else {
		text := strings.TrimPrefix(p.text[s.open:s.start], "[")
		text = text[:max(strings.LastIndex(text, "]("), 0)]
		if with = markup.Code(dest); text != dest && !isBlank(text) {
			with = strings.TrimPrefix(text, " ") + " (" + with + ")"
		}
		p.ask(markup.Code(dest), diag.Say("this link leads to nothing that was imported: %s", markup.Shorten(dest, 120)), diag.Say("link to an article, or take the address out"))
	}
	behind := p.text[s.close:]
	if s.Image {
		behind = behind[len(widthBehind.FindString(behind)):]
	}
	p.text = p.text[:s.open] + with + behind
}

// widthBehind is how wide a picture is, which no text has.
var widthBehind = regexp.MustCompile(`^\{width=[^{}\n]*\}`)

// aim finds the anchor that a link means among those of the page it leads to:
// each program makes its own anchors from a heading's words.
func (im *importing) aim(p *page, s spot) {
	dest, fragment, _ := strings.Cut(s.Dest, "#")
	if f, err := url.PathUnescape(fragment); err == nil {
		fragment = f
	}
	article := p.parsed
	if plain, err := url.PathUnescape(dest); err == nil && dest != "" {
		article = im.articleAt(path.Join(path.Dir(p.target), plain))
	}
	want, match := letters(fragment), ""
	if article != nil && want != "" {
		ids := article.Doc.AllIDs()
		if i := slices.IndexFunc(ids, func(id string) bool { return letters(id) == want }); i >= 0 {
			match = ids[i]
		}
	}
	switch {
	case match != "":
		p.text = p.text[:s.start] + dest + "#" + markup.Address(match) + p.text[s.end:]
	case dest != "":
		p.text = p.text[:s.start] + dest + p.text[s.end:]
		p.ask(dest, diag.Say("the place #%s is not on that page: the link leads to its top", markup.Shorten(fragment, 60)), diag.Text{})
	default:
		im.unlink(p, s)
	}
}

// articleAt is the article at a path of the content folder, imported or not.
func (im *importing) articleAt(target string) *content.Article {
	if p := im.byTarget[target]; p != nil {
		return p.parsed
	}
	if i := slices.IndexFunc(im.input.Articles, func(a *content.Article) bool { return a.Path == target }); i >= 0 {
		return im.input.Articles[i]
	}
	return nil
}

// letters are the letters and digits of an anchor: programs differ in the rest.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}
