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
	"time"

	"whyfix/internal/content"
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
	Options Options
}

// Options are what the command line and the clock say.
type Options struct {
	Base   string    // instead of the settings' base; empty: theirs
	Drafts bool      // build drafts and articles of the future, too
	Now    time.Time // decides what is in the future and what is out of date
}

// Asset is a file that is copied beside the pages.
type Asset struct {
	Path          string
	Width, Height int // of an image in pixels; 0 when not known
}

// Site is the resolved model.
type Site struct {
	Settings content.Settings
	Origin   string // "https://example.org", or "" when only a path is known
	Prefix   string // the path before every address: "/" or "/help/"
	Title    string

	Root       *Category   // the home page and the articles beside it
	Categories []*Category // every other category, parents before children
	Articles   []*Article  // in the order of their paths
	Newest     []*Article  // by date, newest first
	Families   [4]*Family
	Nav        []Link
	Redirects  []Redirect
	Assets     []Asset
	// NextChange is when an article that waits for its date would appear;
	// zero when none waits.
	NextChange time.Time
}

// Page is a place in the site.
type Page struct {
	URL  string // with the prefix, not percent-encoded: "/help/pay/refund-late/"
	File string // below www/: "pay/refund-late/index.html"
}

// Link is a title and where it leads.
type Link struct {
	Title, URL string
	External   bool
}

// Redirect is an old address of a page.
type Redirect struct {
	Page
	To string // URL of the page
}

// Category is a folder.
type Category struct {
	Page
	Path     string // "" for the root
	Title    string
	Summary  string
	Index    *content.Article // its index.md, or nil
	Targets  []markdown.Target
	Parent   *Category // nil for the root
	Children []*Category
	Articles []*Article // newest first
}

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
	Category  *Category
	Tags      [4][]*Tag // by FamilyKind
	Targets   []markdown.Target
	Chain     Chain
	Related   []*Article
	Backlinks []*Article // articles that link here, in the order of their paths
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

// Folder is the first part of the addresses of its tags: "products".
func (k FamilyKind) Folder() string {
	return [...]string{"products", "causes", "solutions", "cases"}[k]
}

// Family is one of the four kinds of tags.
type Family struct {
	Page
	Kind FamilyKind
	Tags []*Tag // most used first, then by name
}

// Tag is a tag in one family.
type Tag struct {
	Page
	Family      FamilyKind
	Name        string
	Names       []string // other names
	Description string
	Articles    []*Article // newest first
	Steps       []*Step    // the items of articles that are about it
}

// Chain is how an article leads from its causes to what to do.
type Chain struct {
	Causes, Checks, Solutions, Cases []*Step
}

// Step is one item of the chain: a cause, a check, a solution or a case.
type Step struct {
	Article   *Article
	Kind      markdown.Kind
	ID        string
	Title     string
	Tag       *Tag    // what it is about, or nil
	For       []*Step // of a check or solution: the causes that it is for
	Checks    []*Step // of a cause: how to tell that it is this one
	Solutions []*Step // of a cause: what to do then
}

// URL is the address of the step on its article's page.
func (s *Step) URL() string { return s.Article.URL + "#" + s.ID }
