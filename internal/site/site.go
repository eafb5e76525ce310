// Package site turns articles into the resolved model of a whole site:
// addresses, categories, tags, the chain from cause to solution, related
// articles, links and redirects.
//
// In: what package content read, the list of other files, and a clock. Out: a
// Site, and diagnostics for what does not fit together. It is pure: no input
// or output, the same Input gives the same Site. It is made whole every time,
// because that is cheap and nothing can go stale.
//
// A Site never changes after Resolve returns it; many goroutines may read it.
package site

import (
	"sync/atomic"
	"time"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/markdown"
)

// Input is everything that a Site is made of.
type Input struct {
	Settings content.Settings
	Tags     []content.TagInfo
	Articles []*content.Article // index.md files among them, in any order
	Assets   []Asset
	// Unread are the paths of Markdown files that could not be read, which was
	// said already: a link to one is no second mistake. It may be nil.
	Unread []string
	// Commits has the time of the last commit that touched a file, by its
	// path; it may be nil.
	Commits map[string]time.Time
	// Mentioned tells of a file that nothing else leads to whether the theme names
	// it; it may be nil.
	Mentioned func(path string) bool
	Options   Options
}

// Options are what the command line and the clock say.
type Options struct {
	Base   string    // instead of the settings' base; empty: theirs
	Drafts bool      // build drafts and articles of the future, too
	Now    time.Time // decides what is in the future and what is out of date
}

// Asset is a file that may be copied beside the pages.
type Asset struct {
	Path          string
	Width, Height int // of an image in pixels; 0 when not known
	Size          int64
}

// Files for programs, beside the home page of each language; the first two
// only beside that of the default language.
const (
	SitemapFile = "sitemap.xml"
	RobotsFile  = "robots.txt"
	FeedFile    = "feed.xml"
	LLMsFile    = "llms.txt"
)

// HostsFile tells static hosts of old addresses; it is at the top of the site.
// No file of the content folder has such a name.
const HostsFile = "_redirects"

// Site is the resolved model.
type Site struct {
	Settings content.Settings
	Origin   string // "https://example.org", or "" when only a path is known
	Prefix   string // the path before every address: "/" or "/help/"
	Title    string

	Languages  []*Language // at least one: the default language, then the others by the paths of their folders
	Root       *Category   // the home page of the default language
	Categories []*Category // every category that is no home page, parents before children
	Articles   []*Article  // in the order of their paths
	Redirects  []Redirect
	Gone       []Gone     // pages that were withdrawn
	Withheld   []Withheld // drafts and all others that are not built, in the order of their paths
	Assets     []Asset    // all files that are no articles
	Copied     []Asset    // those that are published
	Logo       Asset      // zero: the theme's own
	// NextChange is what the clock alone will do to the site next; zero when
	// it will do nothing.
	NextChange Change
}

// Change is what becomes of a page at a moment when nobody touches its file.
type Change struct {
	At   time.Time
	Path string    // the page's Markdown file
	What diag.Text // “appears”, “expires” or “is due for review”
	More int       // how many other changes there are at the same moment
}

// Language is the part of the site that is in one language: everything below
// the folder whose index.md names it, or the content folder.
type Language struct {
	Tag         string // BCP 47: "zh-CN"
	Title       string // the site's name in this language
	Description string
	Notices     []string
	Footer      string
	Contact     Link // zero when there is none; its URL may be empty
	Nav         []Link
	Root        *Category   // its home page and the articles beside it
	Categories  []*Category // every other category as readers meet them: each before those in it
	Newest      []*Article  // by date, newest first
	Popular     []Asked     // what readers ask most, as the writer says; may be empty
	Families    [4]*Family
	Symptoms    []*SymptomPage // the index of what readers say; the first has all groups

	infos map[string]*content.TagInfo // by each of a tag's names, in lower case
}

// SymptomPage is a page of the index of symptoms. A site with few has one page;
// else the first only names the groups, and each group has pages of its own.
type SymptomPage struct {
	Page
	Groups         []SymptomGroup
	Previous, Next *SymptomPage // of one group
	Above          *SymptomPage // the first page; nil there
}

// SymptomGroup is what readers say about one category.
type SymptomGroup struct {
	Category *Category
	Count    int          // how many symptoms there are in the whole group
	Articles []*Article   // those with symptoms, as their categories have them; none where the group has its own page
	Own      *SymptomPage // the group's first page, or nil
}

// Home is the address of the language's home page below the site's root: "",
// or a folder with its slash, such as "en/".
func (l *Language) Home() string { return l.Root.below() }

// HomeAndCategories are the language's folders, parents before children.
func (l *Language) HomeAndCategories() []*Category {
	return append([]*Category{l.Root}, l.Categories...)
}

// Asked is what readers ask, and the article that answers.
type Asked struct {
	Words   string
	Article *Article
}

// Page is a place in the site.
type Page struct {
	URL      string // with the prefix, not percent-encoded: "/help/pay/refund-late/"
	File     string // below www/: "pay/refund-late/index.html"
	Language string // of what stands on it
	// Translations are the same page in other languages, in the order of
	// Site.Languages.
	Translations []Translation
}

// Translation is a page in another language.
type Translation struct {
	Language, URL string
}

// Link is a title and where it leads.
type Link struct {
	Title, URL string
	External   bool
}

// Redirect is an old address of a page.
type Redirect struct {
	Page
	To       string // URL of the page, on this site or elsewhere; like a link's, not escaped when on this site
	External bool   // it leads to another site
}

// Withheld is a file that is not built.
type Withheld struct {
	*content.Article
	URL   string    // where it would be, as Page.URL
	Why   diag.Text // “is a draft”
	Stage Stage
}

// Gone is the address of a page that was withdrawn.
type Gone struct {
	Page
	Category *Category // where readers may look instead: the nearest above it
	Path     string    // the withdrawn article; empty for an address without one
}

// Category is a folder.
type Category struct {
	Page
	Path     string // "" for the root
	Title    string
	Summary  string
	Index    *content.Article // its index.md, or nil
	Targets  []markdown.Target
	Parent   *Category // nil for a home page
	In       *Language
	Icon     Asset       // zero when it has none
	Children []*Category // in the order in which readers see them
	Articles []*Article  // likewise
	More     []Page      // the pages of the list of articles after the first; see OnPage

	newest time.Time // the last change of an article in it; zero when none has a date
}

// Newest is the day of the last change of an article in the category itself.
func (c *Category) Newest() time.Time { return c.newest }

// Count is the number of articles in the category and below it.
func (c *Category) Count() int {
	n := len(c.Articles)
	for _, child := range c.Children {
		n += child.Count()
	}
	return n
}

// Article is an article in its place.
type Article struct {
	Page
	*content.Article
	Updated   time.Time // from front matter, else from the last commit, else Date
	Stale     bool      // review_by has passed
	Leaving   bool      // it expires within the next two weeks
	Category  *Category
	Tags      [4][]*Tag // by FamilyKind
	Targets   []markdown.Target
	Backlinks []*Article // articles that link here, in the order of their paths

	chosen  []*Article                 // worth reading next, as the writer says
	age     int32                      // its place in the site, newest first
	related atomic.Pointer[[]*Article] // what Related found
	chain   atomic.Pointer[Chain]      // what Chain made
}

// Texts are the files that pages are made of: articles, and what folders say.
func (s *Site) Texts() []*content.Article {
	var out []*content.Article
	for _, a := range s.Articles {
		out = append(out, a.Article)
	}
	for _, l := range s.Languages {
		for _, c := range l.HomeAndCategories() {
			if c.Index != nil {
				out = append(out, c.Index)
			}
		}
	}
	return out
}

// Shown is the date to sort and show by: of the last change, else of
// publication.
func (a *Article) Shown() time.Time {
	if !a.Updated.IsZero() {
		return a.Updated
	}
	return a.Date
}

// FamilyKind tells the four families of tags apart.
type FamilyKind uint8

// The families.
const (
	Product FamilyKind = iota
	Cause
	Solution
	Case
)

// String is the name in the HTTP interface: "product".
func (k FamilyKind) String() string {
	return [...]string{"product", "cause", "solution", "case"}[k]
}

// called is the kind in words.
func (k FamilyKind) called() diag.Text {
	switch k {
	case Product:
		return diag.Say("product")
	case Cause:
		return diag.Say("cause")
	case Solution:
		return diag.Say("solution")
	}
	return diag.Say("case")
}

// Folder is the first part of the addresses of its tags: "products".
func (k FamilyKind) Folder() string {
	return [...]string{"products", "causes", "solutions", "cases"}[k]
}

// Family is one of the four kinds of tags.
type Family struct {
	Page
	Kind FamilyKind
	In   *Language
	Tags []*Tag // most used first, then by name
	More []Page // as Category.More, of the list of tags
}

// Tag is a tag in one family and one language.
type Tag struct {
	Page
	In          *Language
	Family      FamilyKind
	Name        string
	Names       []string // other names
	Description string
	Articles    []*Article // newest first
	More        []Page     // as Category.More

	word  string                  // its name, folded: what tells it from others
	steps atomic.Pointer[[]*Step] // what Steps found
}
