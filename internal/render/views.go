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
// the smallest theme is one changed file; of a file of words only those that
// differ. docs/themes.md has examples.
//
//	layout.html      the frame of every page; it calls {{template "main" .}}
//	partials/*.html  pieces that several templates use
//	home.html        defines "main" for a HomeView
//	category.html    … for a CategoryView
//	article.html     … for an ArticleView
//	tag.html         … for a TagView
//	family.html      … for a FamilyView
//	symptoms.html    … for a SymptomsView
//	search.html      … for a SearchView; see below
//	404.html         … for a Page
//	gone.html        … for a GoneView
//	redirect.html    a whole page for a RedirectView, without the layout
//	words/LANG.json  the theme's words: {"search": "搜索", …}
//	assets/*         copied with a fingerprint in their names
//
// Templates are those of html/template, with these functions:
//
//	{{word "search"}}            a word in the site's language
//	{{word "articles" 12}}       … with values for its %d and %s
//	{{quoted "results"}}         a word as a string for an action of search.html: [[printf {{quoted "results"}} .Total]]
//	{{address .URL}}             an address that may be a phone number (tel:)
//	{{(asset "style.css").URL}}  the address of a file in assets/, with its fingerprint
//	{{(asset "site.js").Integrity}}  its hash for the integrity attribute
//	{{with assetIf "custom.css"}}…{{end}}  the same of a file that may be missing
//
// The program itself asks for the words title_search, title_404, title_gone, title_symptoms, title_page, other_articles, all_articles, figure, fold,
// callout_note and so on for each kind of callout, date (a time layout of Go), family_product, family_cause, family_solution and
// family_case. What a language lacks is taken from English.
//
// search.html is filled twice: {{…}} when the site is built, like any other,
// and [[…]] when a reader searches, with a publish.SearchView.
//
// A form to {{.Site.Base}}api/feedback asks whether an article helped. Its fields
// are url, helped (true or false), perhaps section, the id of the case that it is
// about, and, of a no, perhaps reason: not_my_case, unclear, outdated or
// did_not_work. The server leads back to the page, to the
// element with the id wf-thanks.
package render

import "html/template"

// Page is what every view has.
type Page struct {
	Site        Site
	Kind        string // "home", "category", "article", "tag", "family", "symptoms", "search", "404" or "gone"
	URL         string
	Canonical   string // the whole address; empty when the site's base is not known
	Title       string
	Description string
	Breadcrumbs []Link         // from the home page to the page above; empty on the home page
	Languages   []LanguageLink // of the site, the default first; empty when it has only one
	Source      string         // address of the page as Markdown; empty when it has none
	Image       string         // whole address of a picture for those who share the page; empty when there is none
	// Data tells machines what the page is: JSON-LD for a data block of the
	// type application/ld+json. Empty where the site's address is not known.
	Data template.JS
}

// LanguageLink leads to a page in a language of the site.
type LanguageLink struct {
	Language   string // for the lang and hreflang attributes
	Direction  string // "ltr" or "rtl"
	Name       string // of the language, in the language
	URL        string // of the same page, or of the language's home page
	Current    bool   // the language of this page
	Translated bool   // the page is there in this language
	Alternate  string // the page's address for <link rel="alternate">; empty when it is not translated
}

// Site is what every page knows of the site.
type Site struct {
	Title       string
	Description string
	Language    string // for the lang attribute
	Direction   string // for the dir attribute: "ltr" or "rtl"
	Words       string // the language of the theme's words where it is not that of the site: "en"; else empty
	Locale      string // the language as Open Graph writes it: "zh_CN"
	Base        string // the path before every address: "/" or "/help/"
	API         string // where the search endpoint answers: "/api/", or "https://search.example.org/api/"
	Home        string // address of the home page in the page's language
	Search      string // address of the search page, and of the form's action
	Symptoms    string // address of the index of symptoms; empty when there are none
	Private     bool   // for those alone who have logged in: nobody else should list it
	Feed        string // address of the Atom feed; empty when the site's address or no article's day is known
	Brand       *Asset // a stylesheet with the colours of site.yaml; nil when it names none
	Logo        *Image // of site.yaml; nil when it names none
	Icon        *Icon  // for the browser's tab: the logo, the site's first character in its colour, or the theme's; nil when there is none
	Example     string // a symptom that is short enough to stand in a search box as an example; may be empty
	SearchList  string // address of the list for searching without the endpoint
	Nav         []Link
	Families    []Link // the lists of tags that are not empty
	Notices     []string
	Footer      string
	Contact     *Link          // what a reader can do who finds nothing; its URL may be empty
	Params      map[string]any // from site.yaml, for this theme only
}

// Image is an image of the content folder.
type Image struct {
	URL           string
	Width, Height int // in pixels; 0 when not known
}

// Icon is a small picture for the browser's tab.
type Icon struct {
	URL string
	SVG bool
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
	Icon                *Image // nil when it has none
	Count               int
	Articles            []Link // the first few
}

// Pager leads through the pages of a list that is too long for one. What stands
// above such a list is on its first page only.
type Pager struct {
	Number, Of     int   // of this page, from 1, and of all; both 0 where the list has only this one
	First          bool  // the list's first page, or its only one
	Total          int   // entries on all pages
	Previous, Next *Link // nil at the ends
	Pages          []PagerLink
}

// PagerLink leads to a page of a list: the first, the last, or one near this.
type PagerLink struct {
	Number  int
	URL     string
	Current bool // this page
	After   bool // pages before it are left out
}

// HomeView is the home page.
type HomeView struct {
	Page
	Pager
	Intro      template.HTML
	Symptoms   []Link // what readers ask, and the article that answers
	Popular    bool   // the writer says that these are asked most; else they are some of each category
	Categories []CategoryCard
	Newest     []Card // those with a day
	Articles   []Card // those that are in no category; where there are categories, without the newest
}

// CategoryView is the page of a folder, or a further page of its articles or of
// those beside the home page.
type CategoryView struct {
	Page
	Pager
	Summary  string
	Icon     *Image // nil when it has none
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
	Map       *ChainMap // nil when nothing is connected
	Guide     *Guide    // nil when there are no cases to tell apart: then the article is read from top to bottom
	Intro     template.HTML
	Sections  []Section     // without what stands in the guide
	Notes     template.HTML // footnotes
	Tags      []TagGroup
	Related   []Card
	Previous  *Link // within the category
	Next      *Link
}

// ContentsEntry is a section in the contents list, with its items.
type ContentsEntry struct {
	Link
	Items   []Link
	Anchors []string // ids of a section that stands here alone, because all of it is in the answers
}

// ChainMap is a drawing of the chain: symptom, causes, solutions, and a line
// wherever one leads to the other. All numbers are in units of the drawing, at
// 16 units to the line of text.
type ChainMap struct {
	Width, Height int
	Lines         []string  // values of the d attribute of <path>
	Heads         []MapHead // what the columns hold
	Nodes         []MapNode
}

// MapHead is where the name of a column stands: of its first baseline point.
type MapHead struct {
	Kind string // "cause" or "solution"
	X, Y int
}

// MapNode is a box of the drawing, with its words broken into lines.
type MapNode struct {
	Link
	X, Y, Width, Height int
	Text                []MapLine
}

// MapLine is a line of words, from its first baseline point.
type MapLine struct {
	X, Y int
	Text string
}

// Guide asks which case is the reader's. Each answer holds all that the article
// says for it.
type Guide struct {
	Lead    template.HTML // short sentences above the items that stand in the answers; may be empty
	Answers []Answer
	// Anchors are the ids of sections that the answers took over: links that name
	// them lead to the question. Those of other sections are with the contents.
	Anchors []string
}

// Answer is one case: what a reader sees then, why it is so, what to do, where
// it happened.
type Answer struct {
	ID    string   // of its first part
	Signs []string // by which a reader knows that it is his: the headings of its checks, or else of its cause
	Parts []Part   // in the order of reading
}

// Part is an item of the article that stands in an answer.
type Part struct {
	Kind    string   // "cause", "check", "solution" or "case"
	ID      string   // of the heading; of a part that is told again, that of the first time
	Anchors []string // ids of a section of which this is the first or only item
	Title   string
	Heading template.HTML // empty where it is the only sign of its answer
	Body    template.HTML
	Note    template.HTML // what the section of a case says of all its cases
	Again   bool          // it stands elsewhere on the page, too
	Away    bool          // it stands only there, because it is long: no body here
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
	ID      string
	Title   string
	Heading template.HTML
	Body    template.HTML
}

// TagGroup is an article's tags of one family.
type TagGroup struct {
	Family Link
	Tags   []Link
}

// TagView is the page of a tag.
type TagView struct {
	Page
	Pager     // of the articles
	Family    Link
	Names     []string      // other names
	Summary   string        // what the tag means
	Steps     []TagStep     // the items that are about the tag, of its own kind; those that say the same once
	Checks    []TagStep     // of a cause: how to tell that it is this one
	Fixes     []TagStep     // of a cause: what to do then; those with one tag are one
	Sayings   []SayingGroup // of a product: what readers say of it
	Solutions []Link        // of a product: the solutions that its articles name, most frequent first
	Articles  []Card
}

// TagStep is what articles say about the tag: a cause, a check, a solution or a
// case.
type TagStep struct {
	Title string
	Parts []TagPart // one, or several ways of one solution
	For   []Link    // of a solution: the causes that it is for
	Also  []Link    // other articles that say it as one of the parts does
	Told  bool      // the texts of the parts stand here
}

// TagPart is an item of an article that is about the tag.
type TagPart struct {
	Step    Link
	Article Link
	Body    template.HTML // may be empty
}

// SayingGroup is what readers say of a product where one cause is likely.
type SayingGroup struct {
	Cause   Link // empty for those that share none
	Alone   bool // those that share none, where there are no other groups
	Count   int  // of articles
	Sayings []Saying
}

// Saying is what readers say, and the article that answers.
type Saying struct {
	Symptom string
	Article Link
}

// SymptomsView is a page of the index of symptoms.
type SymptomsView struct {
	Page
	Pager  // of one group; without numbers
	Groups []SymptomGroup
}

// SymptomGroup is what readers say about one category.
type SymptomGroup struct {
	Category Link   // its Count is that of the symptoms in the whole group
	All      string // address of the group's own pages; then no symptoms stand here
	Symptoms []SymptomLink
}

// SymptomLink is what readers say, and the article that answers.
type SymptomLink struct {
	Title, URL string
	Sound      string // in pinyin, its syllables divided by blanks; empty where it has no Chinese characters
}

// FamilyView lists the tags of a family.
type FamilyView struct {
	Page
	Pager
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
	Symptoms   []Link // what readers ask, for one whose search finds nothing
	Popular    bool   // as in HomeView
	Categories []Link
}

// GoneView is the page at the address of a page that was withdrawn, and the one
// that web servers show for those that cannot have a page of their own.
type GoneView struct {
	Page
	Category *Link // where it was; nil when it was in none
}

// RedirectView is the page at an old address.
type RedirectView struct {
	Language  string
	Direction string
	Title     string
	To        string
	Canonical string
}
