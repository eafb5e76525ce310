package enginetest

import (
	"cmp"
	"runtime/debug"
	"slices"
	"testing"

	"whyfix/internal/han"
	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/engine/naive"
	"whyfix/internal/search/question"
	"whyfix/internal/search/terms"
	"whyfix/internal/search/weigh"
)

// open opens an engine of documents, no two with the same URL. It closes it at
// the end of the test.
type open func(t *testing.T, docs []*article.Document, synonyms []terms.Synonyms) engine.Engine

// sideBySide are the tests that the race detector has something to say to. It
// makes the others, which ask one question after the other, ten times as long.
var sideBySide = []string{"Cancelled", "OutOfTime", "Concurrent", "NoDocuments"}

// run tests an engine: what it says is compared with the documents themselves
// and with package naive, which reads them for every answer. Under the race
// detector it asks only what is asked side by side.
func run(t *testing.T, open open, asWritten bool) {
	info, ok := debug.ReadBuildInfo()
	detector := ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
	docs := Documents()
	s := &suite{
		open: open, asWritten: asWritten,
		docs: docs, engine: open(t, docs, Synonyms()), oracle: naive.New(docs, Synonyms()),
		asked: map[string]*question.Question{},
	}
	for _, test := range []struct {
		name string
		run  func(t *testing.T)
	}{
		{"Site", s.site},
		{"Facts", s.facts},
		{"Counts", s.counts},
		{"Bodies", s.bodies},
		{"Scores", s.scores},
		{"ScoresInOrder", s.scoresInOrder},
		{"Runs", s.runs},
		{"Quoted", s.quoted},
		{"Filters", s.filters},
		{"Languages", s.languages},
		{"Only", s.only},
		{"Limit", s.limit},
		{"ManyWithARun", s.manyWithARun},
		{"Facets", s.facets},
		{"Words", s.words},
		{"Sounding", s.sounding},
		{"Characters", s.characters},
		{"Suggest", s.suggest},
		{"Sample", s.sample},
		{"OrderOfDocuments", s.orderOfDocuments},
		{"Cancelled", s.cancelled},
		{"OutOfTime", s.outOfTime},
		{"Concurrent", s.concurrent},
		{"NoDocuments", s.noDocuments},
		{"OddDocuments", s.oddDocuments},
		{"TagInTwoLanguages", s.tagInTwoLanguages},
		{"LongText", s.longText},
		{"Sources", s.sources},
	} {
		if detector && !slices.Contains(sideBySide, test.name) {
			continue
		}
		t.Run(test.name, test.run)
	}
}

// suite is an engine under test, and one that is right.
type suite struct {
	open      open
	asWritten bool
	docs      []*article.Document
	engine    engine.Engine
	oracle    *naive.Engine
	asked     map[string]*question.Question
}

// ask takes a question to the engine apart, once: some engines are slow.
func (s *suite) ask(t *testing.T, text string) *question.Question {
	t.Helper()
	if s.asked[text] == nil {
		s.asked[text] = asker(t, s.engine)(text)
	}
	return s.asked[text]
}

// asker takes questions to an engine apart.
func asker(t *testing.T, e engine.Engine) func(text string) *question.Question {
	a := question.NewAsker(e, weigh.Default())
	return func(text string) *question.Question {
		t.Helper()
		q, err := a.Ask(t.Context(), text)
		if err != nil {
			t.Fatalf("asking %q: %v", text, err)
		}
		return q
	}
}

// everything is more articles than a site of these tests has.
const everything = 10_000

// find asks an engine.
func find(t *testing.T, e engine.Engine, q *engine.Question) *engine.Found {
	t.Helper()
	found, err := e.Find(t.Context(), q)
	if err != nil {
		t.Fatalf("Find: %v", err)
	}
	if found.Partial {
		t.Error("Find is partial, and had all the time that there is")
	}
	seen := map[string]bool{}
	for _, c := range found.Candidates {
		if seen[c.Facts.URL] {
			t.Errorf("%s is a candidate twice", c.Facts.URL)
		}
		seen[c.Facts.URL] = true
		if !(c.Score >= 0 && c.Score <= 1.0001) {
			t.Errorf("%s has the score %v, want one between 0 and 1", c.Facts.URL, c.Score)
		}
	}
	return found
}

// byScore are the candidates, the best first.
func byScore(found *engine.Found) []engine.Candidate {
	return slices.SortedFunc(slices.Values(found.Candidates), func(a, b engine.Candidate) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Facts.URL, b.Facts.URL))
	})
}

// urls are those of candidates, in order.
func urls(found *engine.Found) []string {
	var out []string
	for _, c := range found.Candidates {
		out = append(out, c.Facts.URL)
	}
	slices.Sort(out)
	return out
}

// candidate is that of an article; nil where it is none.
func candidate(found *engine.Found, url string) *engine.Candidate {
	i := slices.IndexFunc(found.Candidates, func(c engine.Candidate) bool { return c.Facts.URL == url })
	if i < 0 {
		return nil
	}
	return &found.Candidates[i]
}

// texts are all texts of a document.
func texts(d *article.Document) []string {
	out := append([]string{d.Title, d.Summary}, d.Symptoms...)
	for _, list := range d.Tags() {
		for _, t := range list {
			out = append(append(out, t.Name), t.Names...)
		}
	}
	for _, s := range d.Sections {
		out = append(out, s.Title, s.Text)
	}
	return out
}

// has tells how well a document has a run.
func has(d *article.Document, run terms.Run) terms.Fit {
	best := terms.Nowhere
	for _, text := range texts(d) {
		best = max(best, run.In(terms.AppendRun(nil, han.AppendMarked(nil, text))))
	}
	return best
}

// vocabulary is how many documents have each term, by field.
type vocabulary [len(engine.Fields)]map[string]int

// words are those of documents.
func wordsOf(docs []*article.Document, synonyms []terms.Synonyms) *vocabulary {
	out := &vocabulary{}
	for f := range out {
		out[f] = map[string]int{}
	}
	reader := engine.NewReader(terms.NewLexicon(synonyms))
	for _, d := range docs {
		own := &vocabulary{}
		reader.Read(d, own)
		for f, list := range own {
			for term := range list {
				out[f][term]++
			}
		}
	}
	return out
}

func (v *vocabulary) add(within engine.FieldSet, term string) {
	for ; within != 0; within &= within - 1 {
		f := within.First()
		if v[f] == nil {
			v[f] = map[string]int{}
		}
		v[f][term]++
	}
}

// Term takes a term of a document.
func (v *vocabulary) Term(within engine.FieldSet, runes []rune, t terms.Term) {
	v.add(within, t.Text(runes))
}

// Meaning takes a meaning.
func (v *vocabulary) Meaning(within engine.FieldSet, k terms.Key) {
	v.add(within, terms.MeaningText(k))
}

// Sounds takes syllables.
func (v *vocabulary) Sounds(within engine.FieldSet, a, b han.Syllable) {
	v.add(within, engine.SoundTerm(a, b))
}
