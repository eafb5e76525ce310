// Package render makes pages from the site's model and a theme.
//
// In: a resolved site and a theme's file system. Out: the bytes of each page,
// one at a time. The types in this file are the whole interface of a theme:
// a template is given one of the views and nothing else, so what a page
// depends on can be seen, and hashed.
//
// # For authors of themes
//
// A theme is a folder. Whatever it lacks is taken from the built-in theme, so
// the smallest theme is one changed file:
//
//	layout.html      the frame of every page; it calls {{template "main" .}}
//	partials/*.html  pieces that several templates use
//	home.html        defines "main" for a HomeView
//	category.html    … for a CategoryView
//	article.html     … for an ArticleView
//	tag.html         … for a TagView
//	family.html      … for a FamilyView
//	search.html      … for a SearchView; see below
//	404.html         … for a Page
//	redirect.html    a whole page for a RedirectView, without the layout
//	words/LANG.json  the theme's words: {"search": "搜索", …}
//	assets/*         copied with a fingerprint in their names
//
// Templates are those of html/template, with these functions:
//
//	{{word "search"}}            a word in the site's language
//	{{word "articles" 12}}       … with values for its %d and %s
//	{{(asset "style.css").URL}}  the address of a file in assets/, with its fingerprint
//	{{(asset "site.js").Integrity}}  its hash for the integrity attribute
//
// The program itself asks for the words title_search, title_404, figure, date
// (a time layout of Go), family_product, family_cause, family_solution and
// family_case. What a language lacks is taken from English.
//
// search.html is filled twice: {{…}} when the site is built, like any other,
// and [[…]] when a reader searches, with a publish.SearchView.
package render

import "html/template"

// Page is what every view has.
type Page struct {
	Site        Site
	Kind        string // "home", "category", "article", "tag", "family", "search" or "404"
	URL         string
	Canonical   string // the whole address; empty when the site's base is not known
	Title       string
	Description string
	Breadcrumbs []Link // from the home page to the page above; empty on the home page
}

// Site is what every page knows of the site.
type Site struct {
	Title       string
	Description string
	Language    string // for the lang attribute
	Home        string // address of the home page; every address starts with it
	Search      string // address of the search page, and of the form's action
	Nav         []Link
	Families    []Link // the lists of tags that are not empty
	Notices     []string
	Footer      string
	Params      map[string]any // from site.yaml, for this theme only
}

// Link is a title and where it leads.
type Link struct {
	Title, URL string
	Kind       string // of a section: "cause", "check", "solution", "case"; of a tag: its family; else empty
	External   bool
	Count      int // articles behind it, where that is known
}

// Date is a day: for the datetime attribute, and for people.
type Date struct {
	ISO, Text string // both empty when there is none
}

// Card is an article in a list.
type Card struct {
	Title, URL, Summary string
	Symptoms            []string // the first few
	Category            Link
	Updated             Date
}

// CategoryCard is a category in a list.
type CategoryCard struct {
	Title, URL, Summary string
	Count               int
	Articles            []Link // the first few
}

// HomeView is the home page.
type HomeView struct {
	Page
	Intro      template.HTML
	Symptoms   []Link // what readers ask, and the article that answers
	Categories []CategoryCard
	Newest     []Card
	Articles   []Card // those that are in no category
}

// CategoryView is the page of a folder.
type CategoryView struct {
	Page
	Summary  string
	Intro    template.HTML
	Children []CategoryCard
	Articles []Card
}

// ArticleView is an article.
type ArticleView struct {
	Page
	Summary   string
	Author    string
	Published Date
	Updated   Date
	ReviewBy  Date
	Stale     bool // review_by has passed
	Symptoms  []string
	Category  Link
	Contents  []ContentsEntry
	Chain     []ChainCause // empty when the article has no items below a cause
	Intro     template.HTML
	Sections  []Section
	Notes     template.HTML // footnotes
	Tags      []TagGroup
	Related   []Card
	Previous  *Link // within the category
	Next      *Link
}

// ContentsEntry is a section in the contents list, with its items.
type ContentsEntry struct {
	Link
	Items []Link
}

// ChainCause is one cause with what tells it and what helps: the way from the
// symptom to the solution. Links lead to places on the same page.
type ChainCause struct {
	Cause     Link
	Checks    []Link
	Solutions []Link
}

// Section is a section of an article.
type Section struct {
	Kind    string // "cause", "check", "solution", "case" or ""
	Level   int    // of its heading: 2 or more
	ID      string // of the heading
	Anchor  string // a second id, for the element around the section; may be empty
	Title   string
	Heading template.HTML
	Body    template.HTML
	Items   []Item
}

// Item is one cause, check, solution or case.
type Item struct {
	ID        string
	Title     string
	Heading   template.HTML
	Body      template.HTML
	Tag       *Link  // the page of the tag that it is about
	For       []Link // of a check or a solution: the causes on this page that it is for
	Checks    []Link // of a cause
	Solutions []Link // of a cause
}

// TagGroup is an article's tags of one family.
type TagGroup struct {
	Family Link
	Tags   []Link
}

// TagView is the page of a tag.
type TagView struct {
	Page
	Family    Link
	Names     []string // other names
	Summary   string   // what the tag means
	Steps     []TagStep
	Causes    []Link // of a product: the causes that its articles name, most frequent first
	Solutions []Link // of a product: the solutions that its articles name
	Articles  []Card
}

// TagStep is an item of an article that is about the tag.
type TagStep struct {
	Step      Link
	Article   Link
	For       []Link
	Checks    []Link
	Solutions []Link
}

// FamilyView lists the tags of a family.
type FamilyView struct {
	Page
	Tags []TagCard
}

// TagCard is a tag in a list.
type TagCard struct {
	Link
	Summary string
}

// SearchView is the frame of the search page.
type SearchView struct {
	Page
}

// RedirectView is the page at an old address.
type RedirectView struct {
	Language  string
	Title     string
	To        string
	Canonical string
}
