package importer

import (
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"

	"whyfix/internal/diag"
	"whyfix/internal/markdown"
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
		found := im.broken(im.pages)
		mended := false
		own := map[string]diag.List{}
		for _, d := range found {
			if d.Severity == diag.Error {
				own[d.File] = append(own[d.File], d)
			}
		}
		for _, p := range im.pages {
			own := own[p.target]
			for _, d := range p.diags {
				if d.Severity == diag.Error {
					own = append(own, d)
				}
			}
			if len(own) > 0 && im.mend(p, own.Sort(), round) {
				mended = true
			}
		}
		if mended {
			continue
		}
		for _, d := range found {
			if d.Severity == diag.Error && !before.has(d) {
				im.refused(d)
			}
		}
		break
	}
	for _, p := range im.pages {
		if p.parsed == nil { // the article is too large
			for _, d := range p.diags {
				im.mistakeAt(p.shown, d.Code, d.Message, d.Hint)
			}
		}
	}
	return nil
}

// refused is what the site would not build and the import cannot mend.
func (im *importing) refused(d diag.Diagnostic) {
	from := "the import"
	for _, p := range im.pages {
		if p.target == d.File {
			from = p.shown
		}
	}
	im.mistakeAt(from, d.Code, "the site would not build: "+d.Pos.String()+": "+d.Message, d.Hint)
}

// mistakeAt is a mistake of a page as the person names it.
func (im *importing) mistakeAt(shown, code, message, hint string) {
	im.diags = append(im.diags, diag.Diagnostic{Pos: diag.Pos{File: shown}, Code: code, Message: message, Hint: hint})
}

// broken is what the model says of the content folder together with pages.
func (im *importing) broken(pages []*page) found {
	in := im.input
	in.Articles, in.Assets = slices.Clone(in.Articles), slices.Clone(in.Assets)
	for _, p := range pages {
		if p.parsed != nil {
			in.Articles = append(in.Articles, p.parsed)
		} else {
			in.Unread = append(in.Unread, p.target)
		}
	}
	if pages != nil {
		for _, a := range im.assets {
			in.Assets = append(in.Assets, site.Asset{Path: a.Path})
		}
	}
	slices.SortFunc(in.Assets, func(a, b site.Asset) int { return strings.Compare(a.Path, b.Path) })
	in.Options.Drafts = false
	_, out := site.Resolve(in)
	hidden := map[string]bool{}
	for _, p := range pages {
		hidden[p.target] = p.parsed != nil && (p.parsed.Draft || p.parsed.Date.After(im.options.Now) || !p.parsed.Expires.IsZero() && !p.parsed.Expires.After(im.options.Now))
	}
	// Drafts are looked at as they will be: published with all others.
	in.Options.Drafts = true
	_, all := site.Resolve(in)
	for _, d := range all {
		if hidden[d.File] {
			out = append(out, d)
		}
	}
	return found(out.Sort())
}

// found is a list of diagnostics that can be asked for one.
type found diag.List

func (f found) has(d diag.Diagnostic) bool {
	return slices.ContainsFunc(f, func(o diag.Diagnostic) bool {
		return o.Pos == d.Pos && o.Code == d.Code && o.Message == d.Message
	})
}

// aliasesOf makes the old addresses of a page its aliases.
func (im *importing) aliasesOf(p *page) {
	own := "/" + p.target
	own = strings.TrimSuffix(strings.TrimSuffix(own, ".md"), "index")
	if p.slug != "" {
		if !usableSlug(p.slug) {
			p.slug = ""
		} else if path.Base(p.target) != "index.md" {
			own = path.Join(path.Dir("/"+p.target), p.slug)
		}
	}
	var out []string
	for _, a := range append(slices.Clone(p.old), p.aliases...) {
		a = line(a)
		if i := strings.IndexAny(a, "?#"); i >= 0 {
			a = a[:i]
		}
		if plain, err := url.PathUnescape(a); err == nil {
			a = plain
		}
		if im.prefix != "" {
			if inside, ok := strings.CutPrefix(a, im.prefix+"/"); ok {
				a = "/" + inside
			}
		}
		if !strings.HasPrefix(a, "/") || strings.HasPrefix(a, "//") || strings.ContainsAny(a, `\%`) {
			continue
		}
		key := strings.TrimSuffix(path.Clean(a), "/")
		if strings.HasSuffix(key, "/index.html") && path.Base(p.target) == "index.md" {
			key = strings.TrimSuffix(key, "/index.html")
		}
		if key == "" || key == strings.TrimSuffix(path.Clean(own), "/") {
			continue
		}
		if path.Ext(key) == "" {
			key += "/"
		}
		out = append(out, key)
	}
	p.aliases = unique(out)
	im.refront(p)
}

// refront writes the front matter again over the text whose links lead.
func (im *importing) refront(p *page) {
	_, rest, found := strings.Cut(p.text, "\n---\n")
	if !found {
		return
	}
	p.text = p.front() + rest
	im.parse(p)
}

func usableSlug(s string) bool {
	return s != "." && s != ".." && !strings.ContainsAny(s, `/\?#%&<>"'`) && !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) })
}

// mend takes back what the site refuses of one page, and reports whether
// there was something. It works from the end of the file to its start, so that
// the places of what comes before stay.
func (im *importing) mend(p *page, own diag.List, round int) bool {
	before := p.text
	lines := diag.NewLines(p.target, []byte(p.text))
	front := false
	for i := len(own) - 1; i >= 0; i-- {
		switch d := own[i]; d.Code {
		case "alias", "duplicate-url", "long-url", "slug", "tag-name", "file-name":
			front = im.withdraw(p, lines.Text(d.Line), d) || front
		}
	}
	if front {
		im.refront(p)
		return p.text != before
	}
	var refs []markdown.Ref
	if p.parsed != nil {
		refs = p.parsed.Doc.Refs
	}
	spots := findSpots(p.text, refs)
	last := len(p.text) + 1
	for i := len(own) - 1; i >= 0; i-- {
		d := own[i]
		at := lines.Offset(d.Line, d.Col)
		if d.Line == 0 || at >= last {
			continue
		}
		switch d.Code {
		case "link-target", "link-anchor", "image-target", "link-scheme":
			n := slices.IndexFunc(refs, func(r markdown.Ref) bool { return r.Pos == d.Pos })
			if n >= 0 && spots[n].close > last {
				continue // what is inside of it has just changed: the next round
			}
			last = at
			switch {
			case n < 0 || spots[n].end == 0 || spots[n].close == 0 || round >= rounds/2:
				im.disarm(p, at)
			case d.Code == "link-anchor":
				im.aim(p, refs[n], spots[n])
			default:
				im.unlink(p, refs[n], spots[n])
			}
		case "heading-id", "duplicate-id", "section-kind", "item-tag", "item-for":
			last = lines.Offset(d.Line, 1)
			source := lines.Text(d.Line)
			bare := attributes.ReplaceAllString(source, "")
			if bare == source || round >= rounds/2 {
				continue
			}
			p.text = p.text[:last] + bare + p.text[last+len(source):]
			p.ask(strings.TrimSpace(bare), "the attributes of this heading were left out: "+shorten(d.Message, 100), "")
		}
	}
	if p.text == before {
		return false
	}
	im.parse(p)
	return true
}

// withdraw takes one value out of the front matter.
func (im *importing) withdraw(p *page, source string, d diag.Diagnostic) bool {
	for i, a := range p.aliases {
		if strings.Contains(source, quoted(a)) && strings.HasPrefix(source, "  - ") {
			p.aliases = slices.Delete(p.aliases, i, i+1)
			p.ask("", "the old address "+shorten(a, 120)+" could not be kept: "+d.Message, "")
			return true
		}
	}
	if strings.HasPrefix(source, "slug:") && p.slug != "" {
		p.ask("", "the slug "+quoted(p.slug)+" could not be kept: "+d.Message, "")
		p.slug = ""
		return true
	}
	if strings.HasPrefix(source, "products:") {
		for i, t := range p.tags {
			if strings.Contains(d.Message, t) || len(t) > 100 {
				p.tags = slices.Delete(p.tags, i, i+1)
				p.ask("", "the tag "+quoted(shorten(t, 60))+" was left out: "+d.Message, "")
				return true
			}
		}
	}
	return false
}

// unlink makes a link that leads nowhere text, with the old address beside it.
func (im *importing) unlink(p *page, ref markdown.Ref, s spot) {
	dest := ref.Dest
	if dest == "" {
		dest = strings.TrimSpace(p.text[s.start:s.end])
	}
	start := s.open
	inside := p.text[start:s.close]
	with := ""
	if ref.Image {
		alt := escape(line(ref.Alt))
		if with = "(" + im.words.noImage + code(dest) + ")"; alt != "" {
			with = alt + " " + with
		}
		p.ask(code(dest), "this image was not found: "+shorten(dest, 120), "put the file beside the article and write ![…](its name)")
	} else {
		text := strings.TrimPrefix(inside, "[")
		if i := strings.LastIndex(text[:max(s.start-start-1, 0)], "]("); i >= 0 {
			text = text[:i]
		}
		with = text + " (" + code(dest) + ")"
		if text == dest || strings.TrimSpace(text) == "" {
			with = code(dest)
		}
		p.ask(code(dest), "this link leads to nothing that was imported: "+shorten(dest, 120), "link to an article, or take the address out")
	}
	with = strings.TrimPrefix(with, " ")
	p.text = p.text[:start] + with + p.text[s.close:]
}

// disarm makes whatever starts at a byte text.
func (im *importing) disarm(p *page, at int) {
	p.text = p.text[:at] + `\` + p.text[at:]
	end := min(at+60, len(p.text))
	p.ask(strings.ToValidUTF8(p.text[at:end], ""), "a link that leads nowhere stands as text", "mend it by hand")
}

// aim finds the anchor that a link means among those of the page it leads to:
// each program makes its own anchors from a heading's words.
func (im *importing) aim(p *page, ref markdown.Ref, s spot) {
	dest, fragment, _ := strings.Cut(ref.Dest, "#")
	doc := p.parsed.Doc
	if dest != "" {
		doc = nil
		plain, err := url.PathUnescape(dest)
		if err == nil {
			target := path.Join(path.Dir(p.target), plain)
			if q := im.byTarget[target]; q != nil && q.parsed != nil {
				doc = q.parsed.Doc
			}
			for _, a := range im.input.Articles {
				if a.Path == target {
					doc = a.Doc
				}
			}
		}
	}
	if f, err := url.PathUnescape(fragment); err == nil {
		fragment = f
	}
	match := ""
	if doc != nil {
		want := letters(fragment)
		for _, id := range doc.IDs {
			if letters(id) == want && want != "" {
				match = id
				break
			}
		}
	}
	switch {
	case match != "":
		p.text = p.text[:s.start] + dest + "#" + address(match) + p.text[s.end:]
	case dest != "":
		p.text = p.text[:s.start] + dest + p.text[s.end:]
		p.ask(dest, "the place #"+shorten(fragment, 60)+" is not on that page: the link leads to its top", "")
	default:
		im.unlink(p, ref, s)
	}
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
