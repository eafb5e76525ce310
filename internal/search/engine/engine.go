// Package engine is the seam between the search and what holds the articles.
//
// In: a Question, whose words are cut into terms and weighed already. Out: the
// articles that may answer, each with a score, the facts of it, and which of
// the question's runs its text has. What the best answer is, is decided above:
// an engine finds, counts and reads.
//
// Nothing here assumes that articles have numbers, lie in memory or on this
// machine; the tests of package enginetest hold what every engine must do.
package engine

import (
	"context"
	"errors"
	"math/bits"
	"time"

	"whyfix/internal/han"
	"whyfix/internal/search/article"
	"whyfix/internal/search/terms"
)

// Engine finds articles. It is safe for concurrent use, and what it holds
// never changes.
//
// When its context is cancelled a method may give the context's error, else its
// answer. When time runs out Find, Words and Suggest give what they have, and
// Bodies gives all the same: what was found is shown. What is given is true
// whenever it is given.
type Engine interface {
	// Site is what is known of all articles together.
	Site() *Site
	// Counts tells how many articles have each of the terms in a field.
	Counts(ctx context.Context, field Field, list []string) ([]int, error)
	// Find finds the articles that may answer a question. When time runs out it
	// gives the best that it has until then, with Partial set.
	Find(ctx context.Context, q *Question) (*Found, error)
	// Bodies are the texts of articles, in the order of their addresses. An
	// address that no article has is an error.
	Bodies(ctx context.Context, urls []string) ([]Body, error)
	// Words are words of letters that the articles have, those that most
	// articles have first.
	Words(ctx context.Context, like Like) ([]Counted, error)
	// Sounding are articles that have, for each place, one of its pairs of
	// syllables in a title, symptom, tag or heading, at most so many.
	Sounding(ctx context.Context, places [][]string, limit int) ([]*article.Facts, error)
	// Characters are those of titles, symptoms, tags and headings that sound so,
	// those that most articles have first.
	Characters(ctx context.Context, sound han.Syllable) ([]rune, error)
	// Suggest completes what a reader has typed so far.
	Suggest(ctx context.Context, typed Typed) ([]Wording, error)
	// Sample are some wordings of titles and symptoms, spread over all articles
	// and always the same.
	Sample(ctx context.Context, n int) ([]Wording, error)
	// Close gives back what the engine holds. No method may run then or later.
	Close() error
}

// Site is what is known of all articles together.
type Site struct {
	Articles  int
	Languages []string       // of the articles, as BCP 47 tags, sorted
	Analyzers []han.Analyzer // in use, the most frequent first
	Synonyms  []terms.Synonyms
	Counts    *article.Counts // of terms in short texts
	// Scale tells what answers on this site and what only happens to share
	// words; the zero Scale before it was measured.
	Scale Scale
}

// Field is a part of the articles that terms stand in.
type Field string

// The fields. InBody is all that an article says, the others included.
const (
	InTitle    Field = "title"
	InSymptoms Field = "symptoms"
	InTags     Field = "tags"
	InHeadings Field = "headings"
	InBody     Field = "body"
	InMeanings Field = "meanings" // of titles, symptoms, tags and headings; synonyms of all
	InSounds   Field = "sounds"   // of titles, symptoms, tags and headings
	InWords    Field = "words"    // words of letters as they are written
)

// Counting are the fields with frequencies and lengths, InBody first.
var Counting = [...]Field{InBody, InTitle, InSymptoms, InTags, InHeadings}

// Question is what an engine is asked.
type Question struct {
	Terms []Term
	// Whole is the question as one run; Parts are its parts when it has spaces.
	// Articles are told apart by them whatever their score.
	Whole Run
	Parts []Run
	// Quoted runs must stand in an article.
	Quoted   []Run // at most MostRuns, as of the parts
	Filter   Filter
	Language string   // empty: any
	Only     []string // addresses of articles that are asked about, whatever the filter; none: all
	Limit    int      // candidates at most
	NoTotal  bool     // nobody wants to know Found.Total
	Later    bool     // who asks calls Found.Settle, when the candidates are ranked
	// Now, in seconds since 1970, leaves out what has expired by then, whatever the
	// filter; 0 leaves out nothing.
	Now int64
}

// Holds is 1 for an article that has the whole question, or all its parts, else
// 0. Engines put those before all others.
func (q *Question) Holds(c *Candidate) int {
	if c.Whole > terms.Nowhere || len(q.Parts) > 0 && bits.OnesCount8(c.Parts) == len(q.Parts) {
		return 1
	}
	return 0
}

// MostRuns is how many parts or quoted runs a question may have.
const MostRuns = 8

// Term is a term of a question.
type Term struct {
	Text   string
	Field  Field   // InBody or InMeanings
	Weight float32 // what an article gains at most by it
}

// Run is a run of characters that an article may have. An article has it that
// has, of each of the pieces, one of the terms in InBody, and the run in one of
// its texts. A run without pieces asks for nothing.
type Run struct {
	Text   terms.Run
	Pieces [][]string
	// Proof is how well an article that has the only piece has the run; Nowhere
	// where its text must be read.
	Proof terms.Fit
}

// Filter keeps only some articles. Empty values keep all.
type Filter struct {
	Kind     string // has a section of this kind
	Product  string
	Cause    string
	Solution string
	Source   string // is of this source; article.Page: of the site itself
}

// Found is what an engine found.
type Found struct {
	// Candidates, in no order: those with the highest scores and, beyond the
	// limit, those that have a run.
	Candidates []Candidate
	Total      int // articles that have anything of the question; it may be 0 where nobody wants it
	Partial    bool
	Facets     Facets // of all that count as hits, see Tail; Only changes nothing
	Hits       int    // how many these are
	// Settle waits for what was not counted yet: Facets, Hits, Partial. Nil: all is.
	Settle func() error
}

// Tail is the share of the best score that an article needs to count as a hit
// when it has no run of the question: not the whole, nor all parts, nor what is
// quoted. One without any score is none.
const Tail = 0.35

// Candidate is an article that may answer.
type Candidate struct {
	Facts *article.Facts
	Score float32   // between 0 and 1: of what it could gain
	Whole terms.Fit // how well it has the whole question
	Parts uint8     // bit i: it has part i
	Hit   bool      // it counts as a hit: see Tail
}

// Body is the text of an article.
type Body struct {
	Summary  string
	Sections []article.Section
}

// Counted is a text and how many articles have it.
type Counted struct {
	Text  string
	Count int
}

// LongStart is how many letters a start of a word has that few words have.
const LongStart = 4

// Like says which words of InWords are wanted: those near a word that may be
// mistyped, or those that hold a part of a word. One of both is set. A start of
// LongStart letters or more is looked for in InBody: that has also what is two
// words here and written as one there, of which there are too many to look
// through for less.
//
// A near word has two letters or more and starts with the same letter, or with
// the first two the other way round: who mistypes a word gets so much right.
type Like struct {
	Near     string
	Mistakes int // at most; letters too many, too few, wrong or swapped
	Holding  string
	Starting bool // … at their start
	Limit    int
}

// Typed is what a reader has typed so far.
type Typed struct {
	Text     string
	Language string // keeps the wordings in it, on a site that has it
	Size     int
}

// Wording is how a title, symptom or tag is put, and where it leads.
type Wording struct {
	Text string
	URL  string
	Kind string // "symptom", "title" or "tag"
}

// Facets count the articles of a whole result: kinds in the order of the chain,
// of the rest the most frequent values, the most frequent first.
type Facets struct {
	Kind, Product, Cause, Solution []Count
	Source                         []Count // article.Page for what is of the site itself
}

// MostValues is how many values of a facet are counted out at most.
const MostValues = 20

// Count is one value and how many articles have it.
type Count struct {
	Value string
	Count int
}

// Scale tells what answers on a site.
type Scale struct {
	Measured bool
	Least    float32 // the evidence that an answer has at least: see rank.Judge
}

// ErrDamaged says that an index is not what was made.
var ErrDamaged = errors.New("search: the index is damaged or not all there")

// Unavailable says that what holds the articles cannot be asked for now, and
// when it is worth another try.
type Unavailable struct {
	After time.Duration
	// Lasting says in a few words what stays as it is until somebody mends it,
	// such as "its index was deleted"; empty: it may pass.
	Lasting string
	Err     error // why
}

func (e *Unavailable) Error() string { return e.Err.Error() }

func (e *Unavailable) Unwrap() error { return e.Err }
