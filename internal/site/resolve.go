package site

import (
	"cmp"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"unicode"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/markdown"
)

// resolver is the state of one Resolve.
type resolver struct {
	in       Input
	site     *Site
	diags    diag.List
	pages    map[string]*claim    // file below www/, in lower case → whose it is
	dirs     map[string]*claim    // folder below www/, in lower case → whose file made it one
	blocked  map[string]bool      // file that stands where a folder is needed, which was said
	byPath   map[string]*Article  // Markdown path → article
	folders  map[string]*Category // folder path → category
	hidden   map[string]hiding    // Markdown path → why it is not built
	places   map[string]*Category // address below the root → category
	slugs    map[string]string    // folder path → its part of an address, where a hidden index.md names it
	lost     map[string]bool      // Markdown path → it has no address, which was said at its own place
	tags     map[tagKey]*Tag
	words    map[wordKey]*Tag // as tags, by the word as it was written
	infos    map[string]*content.TagInfo
	assets   map[string]Asset
	used     map[string]bool     // assets that something leads to, by path
	reserved map[string]bool     // assets that have their address
	names    map[string][]string // see called; nil: not asked for yet
	tracks   map[string][]string // see media; nil: not asked for yet
	hints    int                 // how many broken links were compared with all paths
	path     []byte              // of the link that linked looks at
	claims   []claim             // room for more; see kept
}

// Resolve makes a Site.
func Resolve(in Input) (*Site, diag.List) {
	r := &resolver{
		in: in, site: &Site{Settings: in.Settings, Title: in.Settings.Title, Assets: in.Assets},
		pages: make(map[string]*claim, len(in.Articles)+len(in.Assets)), dirs: map[string]*claim{}, blocked: map[string]bool{}, byPath: make(map[string]*Article, len(in.Articles)), folders: map[string]*Category{},
		hidden: map[string]hiding{}, slugs: map[string]string{}, lost: map[string]bool{}, tags: map[tagKey]*Tag{}, words: map[wordKey]*Tag{}, infos: map[string]*content.TagInfo{}, assets: map[string]Asset{}, used: map[string]bool{}, reserved: make(map[string]bool, len(in.Assets)),
	}
	r.base()
	r.reserve()
	r.place()
	r.withdraw()
	r.tag()
	// What the items and most links say has nothing to do with the order, and is
	// about as much work.
	items := *r
	items.diags = nil
	var wg sync.WaitGroup
	wg.Go(func() {
		items.linkArticles()
		items.relations()
	})
	r.order()
	r.symptoms()
	r.lists()
	wg.Wait()
	r.diags = append(r.diags, items.diags...)
	r.links()
	r.relate()
	r.redirects()
	r.settings()
	r.translate()
	r.files()
	return r.site, r.diags.Sort()
}

func (r *resolver) problem(p diag.Pos, s diag.Severity, code string, message, hint diag.Text) {
	r.diags = append(r.diags, diag.Diagnostic{Pos: p, Severity: s, Code: code, Message: message, Hint: hint})
}

func (r *resolver) base() {
	base := cmp.Or(r.in.Options.Base, r.in.Settings.Base.Value, "/")
	u, err := url.Parse(base)
	if err != nil { // settings and command line were checked before
		u = &url.URL{Path: "/"}
	}
	if u.Host != "" {
		r.site.Origin = u.Scheme + "://" + u.Host
	}
	r.site.Prefix = path.Clean("/"+u.Path) + "/"
	if r.site.Prefix == "//" {
		r.site.Prefix = "/"
	}
}

// page makes the Page of a path below the site's root: "pay/refund-late/", or
// a file such as "old.html".
func (r *resolver) page(p, language string) Page {
	file := p
	if p == "" || strings.HasSuffix(p, "/") {
		file = p + "index.html"
	}
	return Page{URL: r.site.Prefix + p, File: file, Language: language}
}

// claim is what owns a file below www/.
type claim struct {
	file  string    // of the page, where a file is its owner
	tag   *Tag      // of whose page it is
	owner diag.Text // what else it is, for people
	gone  bool      // a page that only says that it was withdrawn
	at    diag.Pos  // where that was said
	free  diag.Text // the hint that frees the address
	doc   *markdown.Document
}

// called is what people call the owner.
func (c *claim) called() diag.Text {
	switch {
	case c.tag != nil:
		return diag.Say("the tag %q (%s)", c.tag.Name, c.tag.Family.called())
	case c.file != "":
		return diag.Example(c.file)
	}
	return c.owner
}

// Hints that free an address.
var (
	freeName   = diag.Say("give one of the two another name or slug")
	freeAlias  = diag.Say("take this alias out, or give the other page another address")
	renameSlug = diag.Say("give it another name or slug")
	renameDir  = diag.Say("rename the folder, or give its index.md another slug")
	dropAlias  = diag.Say("take this alias out")
)

// maxName is how many bytes a file system holds in one name; a page also needs
// room for the ending of its compressed variants.
const maxName = 255 - len(".zst")

// take claims a page's file for one owner. The hint is for an address that
// somebody else has.
func (r *resolver) take(p Page, c claim, hint diag.Text) bool {
	if programs(p.File) {
		r.problem(c.at, diag.Error, "duplicate-url", diag.Say("the address %s belongs to the program", p.URL), c.free)
		return false
	}
	if len(p.File) > maxName && slices.ContainsFunc(strings.Split(p.File, "/"), func(name string) bool { return len(name) > maxName }) {
		r.problem(c.at, diag.Error, "long-url", diag.Say("the address is too long"), diag.Say("use at most 80 characters between two “/”"))
		return false
	}
	if other, file := r.claimed(p); file != "" {
		// Once for all pages of a folder that cannot be; each alias has its own.
		if !r.blocked[file] || c.free == dropAlias {
			shown := p.URL
			if path.Base(shown) == "index.html" {
				shown = strings.TrimSuffix(shown, "index.html")
			}
			r.problem(c.at, diag.Error, "duplicate-url", diag.Say("the address %s is already taken by %s", shown, other.called()), hint)
		}
		r.block(p, file)
		return false
	}
	if _, own := r.assets[p.File]; !own {
		for _, ext := range []string{".gz", ".br"} {
			if r.reserved[p.File+ext] {
				r.copyOfPage(p.File + ext)
			}
		}
	}
	r.claim(p, r.kept(c))
	return true
}

// kept is a claim of its own; many lie in one piece of memory.
func (r *resolver) kept(c claim) *claim {
	if len(r.claims) == cap(r.claims) {
		r.claims = make([]claim, 0, 256)
	}
	r.claims = append(r.claims, c)
	return &r.claims[len(r.claims)-1]
}

// programFolders are those folders, for people: the theme's files are in one, and
// the other is asked of the search endpoint.
func programFolders() diag.Text { return diag.Say("%s and %s", "assets/", "api/") }

// programs reports whether a file lies in a folder that the program fills.
func programs(file string) bool {
	top := firstPart(file)
	return strings.EqualFold(top, "assets") || strings.EqualFold(top, "api")
}

// ownFiles are what the program writes beside each home page, and its search page.
func ownFiles() []string { return []string{"404.html", "410.html", "search-lite.json"} }

// Reserved reports whether a name at the top of the site belongs to the program.
func Reserved(name string) bool {
	name = strings.ToLower(name)
	for k := Product; k <= Case; k++ {
		if name == k.Folder() {
			return true
		}
	}
	return name == "search" || programs(name) || slices.Contains(ownFiles(), name)
}

// claimed finds who has a page's file already, or what makes it impossible: a
// folder of that name, or a file where one of its folders would be. It also
// returns that file or folder, "" when the page is free.
func (r *resolver) claimed(p Page) (*claim, string) {
	key := strings.ToLower(p.File) // two that differ in case alone are one file on some systems
	if c, taken := r.pages[key]; taken {
		return c, key
	}
	if c, taken := r.dirs[key]; taken {
		return c, key
	}
	for dir := folderAbove(key); dir != ""; dir = folderAbove(dir) {
		if c, taken := r.pages[dir]; taken {
			return c, dir
		}
	}
	return nil, ""
}

// block notes that a file stands where a page's folder is needed.
func (r *resolver) block(p Page, file string) {
	if strings.HasPrefix(strings.ToLower(p.File), file+"/") {
		r.blocked[file] = true
	}
}

func (r *resolver) claim(p Page, c *claim) {
	key := strings.ToLower(p.File)
	r.pages[key] = c
	for dir := folderAbove(key); dir != ""; dir = folderAbove(dir) {
		if _, known := r.dirs[dir]; known {
			break // and so are those above it
		}
		r.dirs[dir] = c
	}
}

func firstPart(p string) string {
	top, _, _ := strings.Cut(p, "/")
	return top
}

// reserve claims what the program itself writes.
func (r *resolver) reserve() {
	program := diag.Say("the program")
	for _, f := range append(ownFiles(), "search/index.html") {
		r.claim(Page{File: f}, &claim{owner: program})
	}
	r.claim(r.page("", ""), &claim{owner: diag.Say("the home page")})
	kinds := r.kinds()
	for _, a := range r.in.Assets {
		r.assets[a.Path] = a
		if !leftover(a.Path) && (kinds[".*"] || kinds[strings.ToLower(path.Ext(a.Path))] || askedByName(a.Path)) {
			r.copied(a)
		}
	}
}

// copied gives a file its address, which is that of the file.
func (r *resolver) copied(a Asset) {
	r.reserved[a.Path] = true
	at := diag.Pos{File: a.Path}
	if strings.ContainsRune(a.Path, '\\') { // it would be a folder on some systems
		r.problem(at, diag.Error, "file-name", diag.Say("a file's name cannot have a backslash"), diag.Say("rename the file"))
		return
	}
	if top := firstPart(a.Path); strings.Contains(a.Path, "/") && programs(a.Path) {
		if !r.blocked[top+"/"] { // once for all files in it
			r.blocked[top+"/"] = true
			r.problem(diag.Pos{File: top}, diag.Error, "duplicate-url", diag.Say("the folder %s/ belongs to the program", top), diag.Say("rename the folder: at the top, %s are the program's", programFolders()))
		}
		return
	}
	if base := strings.TrimSuffix(strings.TrimSuffix(a.Path, ".gz"), ".br"); base != a.Path && r.pages[strings.ToLower(base)] != nil {
		if _, own := r.assets[base]; !own {
			r.copyOfPage(a.Path)
			return
		}
	}
	r.take(Page{URL: r.site.Prefix + a.Path, File: a.Path}, claim{file: a.Path, at: at, free: diag.Say("rename the file")}, freeName)
}

// copyOfPage says that a writer's file has the name of a compressed copy of what
// the program makes: browsers would get it in place of that.
func (r *resolver) copyOfPage(file string) {
	r.problem(diag.Pos{File: file}, diag.Error, "duplicate-url", diag.Say("web servers send %s in place of %s, which the program makes", path.Base(file), strings.TrimSuffix(path.Base(file), path.Ext(file))), diag.Say("rename the file"))
}

// claimWellKnown claims the files that programs look for beside a home page. A writer's own file
// of that name comes first.
func (r *resolver) claimWellKnown(home string, files ...string) {
	for _, f := range files {
		if _, own := r.assets[home+f]; !own {
			r.claimList(r.page(home+f, ""), diag.Say("the program"))
		}
	}
}

// place gives every article and folder its address.
func (r *resolver) place() {
	sorted := slices.Clone(r.in.Articles)
	slices.SortFunc(sorted, func(a, b *content.Article) int { return cmp.Compare(a.Path, b.Path) })
	r.site.Root = &Category{Page: r.page("", r.in.Settings.Language), Title: r.site.Title}
	r.folders[""] = r.site.Root
	for _, p := range r.in.Unread {
		r.lost[p] = true
	}

	var visible []*content.Article
	indexes := map[string]*content.Article{}
	folderLanguages := map[string]content.Text{} // folder → its language; of a draft, too
	for _, a := range sorted {
		if a.Index {
			folderLanguages[folderOf(a.Path)] = a.InLanguage
		}
		switch {
		case a.Gone && !a.Index:
			r.hidden[a.Path] = hiding{diag.Say("is withdrawn (gone: true)"), leadElsewhere}
		case a.Draft && !r.in.Options.Drafts:
			r.hidden[a.Path] = hiding{diag.Say("is a draft"), diag.Say("publish it, or take the link out")}
		case !r.due(a):
		case a.Index && indexes[folderOf(a.Path)] != nil:
			r.problem(diag.Pos{File: a.Path}, diag.Error, "two-indexes", diag.Say("the folder has two index files: %s is the other", indexes[folderOf(a.Path)].Path), diag.Say("delete one of the two"))
			r.lost[a.Path] = true
		default:
			if a.Index {
				indexes[folderOf(a.Path)] = a
			}
			visible = append(visible, a)
		}
	}
	for _, a := range sorted {
		why, hidden := r.hidden[a.Path]
		if !hidden {
			continue
		}
		r.site.Withheld = append(r.site.Withheld, Withheld{Article: a, Why: why.what, Stage: StageOf(a, r.in.Options.Now)})
		if a.Index && a.Slug.Value != "" {
			r.slugs[folderOf(a.Path)] = a.Slug.Value
		}
	}
	r.claimWellKnown("", SitemapFile, RobotsFile)
	r.language(r.site.Root, cmp.Or(folderLanguages[""].Value, r.in.Settings.Language))
	if index := indexes[""]; index != nil {
		r.home(index)
	}
	r.site.Articles = make([]*Article, 0, len(visible))
	room := make([]Article, len(visible))
	for i, a := range visible {
		c := r.folder(folderAbove(a.Path), indexes, folderLanguages)
		if a.Index {
			continue
		}
		name, at := FileSlug(a.Path), diag.Pos{File: a.Path}
		if a.Slug.Value != "" {
			name, at = a.Slug.Value, a.Slug.Pos
		}
		if !usable(name) {
			r.problem(at, diag.Error, "file-name", diag.Say(noAddress), diag.Say("rename it, with letters or digits"))
			r.lost[a.Path] = true
			continue
		}
		p := r.page(c.below()+name+"/", c.Language)
		// Of a folder that belongs to the program, its own place tells.
		if !(c.Path != "" && programs(p.File)) && !r.take(p, claim{file: a.Path, at: at, free: renameSlug, doc: a.Doc}, freeName) {
			r.lost[a.Path] = true
			continue
		}
		article := &room[i]
		article.Page, article.Article, article.Category, article.Updated = p, a, c, a.Updated
		if article.Updated.IsZero() {
			article.Updated = r.in.Commits[a.Path]
		}
		r.dates(article)
		c.Articles = append(c.Articles, article)
		r.byPath[a.Path] = article
		r.site.Articles = append(r.site.Articles, article)
	}
	if r.site.Title == "" { // then that of the home page, if it has one
		r.site.Title = cmp.Or(r.site.Root.Title, "whyfix")
		r.site.Root.Title = r.site.Title
	}
}

func folderOf(p string) string {
	if d := path.Dir(p); d != "." {
		return d
	}
	return ""
}

// folderAbove is the folder of a path that is clean.
func folderAbove(p string) string { return p[:max(strings.LastIndexByte(p, '/'), 0)] }

// FileSlug is the last part of an article's address, from its file's name.
func FileSlug(p string) string {
	name := strings.TrimSuffix(path.Base(p), path.Ext(p))
	return strings.Map(func(c rune) rune {
		switch {
		case unicode.IsSpace(c):
			return '-'
		case unicode.IsControl(c) || strings.ContainsRune(`\?#%&<>"'`, c):
			return -1
		}
		return c
	}, name)
}

const noAddress = "no address can be made of this name"

// usable reports whether a name can be a part of an address.
func usable(name string) bool { return name != "" && name != "." && name != ".." }

// below is the category's address below the site's root.
func (c *Category) below() string { return strings.TrimSuffix(c.File, "index.html") }

// folder returns the category of a folder, made with those above it.
func (r *resolver) folder(dir string, indexes map[string]*content.Article, folderLanguages map[string]content.Text) *Category {
	if c := r.folders[dir]; c != nil {
		return c
	}
	index := indexes[dir]
	parent := r.folder(folderOf(dir), indexes, folderLanguages)
	c := &Category{Path: dir, Parent: parent, In: parent.In, Title: content.FolderTitle(path.Base(dir))}
	name := FileSlug(path.Base(dir) + ".md")
	own := claim{owner: diag.Say("the folder %s", dir), at: diag.Pos{File: dir}, free: renameDir}
	if index != nil {
		c.Index, c.Title, c.Summary = index, index.Title.Value, index.Summary
		own.file, own.doc, own.at = index.Path, index.Doc, diag.Pos{File: index.Path}
		if index.Slug.Value != "" {
			name, own.at = index.Slug.Value, index.Slug.Pos
		}
	}
	if !usable(name) {
		r.problem(own.at, diag.Error, "file-name", diag.Say(noAddress), diag.Say("rename it, with letters or digits"))
		name = path.Base(dir) // so that the articles below it are still looked at
	}
	c.Page = r.page(parent.below()+name+"/", parent.Language)
	switch {
	case !programs(c.File):
		r.take(c.Page, own, freeName)
	case parent.Path == "":
		r.problem(own.at, diag.Error, "duplicate-url", diag.Say("the folder %s/ belongs to the program", name), diag.Say("%s: at the top, %s are the program's", renameDir, programFolders()))
	}
	r.folders[dir] = c
	if tag := folderLanguages[dir]; tag.Value != "" && !strings.EqualFold(tag.Value, parent.Language) && r.otherLanguage(c, tag) {
		return c
	}
	parent.Children = append(parent.Children, c)
	r.site.Categories = append(r.site.Categories, c)
	c.In.Categories = append(c.In.Categories, c)
	return c
}

// order sorts what readers see. The articles are sorted once, newest first;
// every list of some of them is then filled in that order, and those of
// categories are put into theirs.
func (r *resolver) order() {
	sorted := newestFirst(r.site.Articles)
	for _, t := range r.tags {
		t.Articles = t.Articles[:0]
	}
	for _, c := range r.categories() {
		c.Articles = c.Articles[:0]
	}
	for age, a := range sorted {
		a.age = int32(age)
		a.Category.Articles = append(a.Category.Articles, a)
		a.Category.In.Newest = append(a.Category.In.Newest, a)
		for _, tags := range a.Tags {
			for _, t := range tags {
				t.Articles = append(t.Articles, a)
			}
		}
	}
	for _, c := range r.categories() {
		r.orderArticles(c)
	}
	for _, l := range r.site.Languages {
		r.arrange(l)
		for _, f := range l.Families {
			slices.SortFunc(f.Tags, func(a, b *Tag) int {
				return cmp.Or(len(b.Articles)-len(a.Articles), cmp.Compare(a.Name, b.Name))
			})
		}
	}
}

// newestFirst sorts articles that are in the order of their paths. Most share
// their day with many others: dates are compared as numbers, and paths never.
func newestFirst(articles []*Article) []*Article {
	type dated struct {
		seconds int64
		nanos   int32
		place   int32
		article *Article
	}
	all := make([]dated, len(articles))
	for i, a := range articles {
		at := a.Shown()
		all[i] = dated{at.Unix(), int32(at.Nanosecond()), int32(i), a}
	}
	slices.SortFunc(all, func(a, b dated) int {
		return cmp.Or(cmp.Compare(b.seconds, a.seconds), cmp.Compare(b.nanos, a.nanos), cmp.Compare(a.place, b.place))
	})
	out := make([]*Article, len(all))
	for i, d := range all {
		out[i] = d.article
	}
	return out
}

// newest compares articles by their age.
func newest(a, b *Article) int { return cmp.Compare(a.age, b.age) }
