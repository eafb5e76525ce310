package cluster

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"whyfix/internal/han"
	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/terms"
)

// Source is a document that is made when it is needed: twice.
type Source struct {
	URL  string // the document's
	Make func() (*article.Document, error)
}

// Placing says which index it is, and how it is spread over the nodes.
type Placing struct {
	Name          string // of the index
	Site, Release string
	Shards        int // at least 1
	Replicas      int // copies of each shard beside the first
}

// Writing is an index that is to be written.
type Writing struct {
	Placing
	Docs     []Source // no two with the same URL
	Synonyms []terms.Synonyms
	Progress func(done, all int) // documents that the cluster has; may be nil
}

// How an index is sent.
const (
	lotBytes   = 1 << 20          // of one bulk request, and a bit more
	lotsAtOnce = 2                // on their way: the cluster says by its answers how fast it goes
	patience   = 2 * time.Minute  // for a cluster that is too busy, or away
	readAtOnce = 256              // documents
	greenTime  = 10 * time.Minute // until all copies are there
)

// Write makes an index of documents and, in a folder, the record of what is
// known of all of them. It returns when all can be found, and not before the
// cluster has counted as many as were sent. The index says of itself that its
// release is not live yet; Tidy changes that.
func Write(ctx context.Context, dir string, o Options, w Writing) error {
	c, err := connectToWrite(ctx, o)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("search: %w", err)
	}
	slices.SortFunc(w.Docs, func(a, b Source) int { return cmp.Compare(a.URL, b.URL) })
	w.Shards = max(w.Shards, 1)
	lexicon := terms.NewLexicon(w.Synonyms)
	study, err := w.study(ctx, lexicon)
	if err != nil {
		return err
	}
	s, err := study.site(w, o.Addresses)
	if err != nil {
		return err
	}
	about := meta{Schema: Schema, Site: w.Site, Release: w.Release}
	if err := c.do(ctx, http.MethodPut, "/"+w.Name, marshal(definition(about, w.Shards)), nil); err != nil {
		return err
	}
	err = w.send(ctx, c, lexicon, study, s.Averages)
	if err == nil {
		err = c.finish(ctx, w, len(w.Docs)+len(study.words)+len(study.longTerms)+len(study.wordings))
	}
	if err != nil {
		c.drop(ctx, w.Name)
		return err
	}
	return s.write(dir)
}

// drop removes an index that will not be: it takes room. If it cannot, the next
// build does.
func (c *Cluster) drop(ctx context.Context, name string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patientTime)
	defer cancel()
	_ = c.do(ctx, http.MethodDelete, "/"+name, nil, nil)
}

// study is what is found out of all documents before the first is sent.
type study struct {
	counts    *article.Counts
	posts     bool
	languages map[string]int
	analyzers [han.Analyzers]int
	sums      [len(engine.Counting)]uint64
	having    [len(engine.Counting)]uint64
	words     map[string]int // of letters → how many articles have it
	longTerms map[string]int
	wordings  []wording
	at        map[wordingKey]int
}

type wording struct {
	text, url, language string
	run                 terms.Run
	uses                uint32
	kind                engine.EntryKind
}

type wordingKey struct{ run, language string }

// read is what one document adds to a study.
type read struct {
	facts   *article.Facts
	lengths [len(engine.Counting)]uint32
	words   []string
	long    []string
}

// study reads all documents. They are read side by side, and counted in the
// order of their addresses: it decides where a wording leads.
func (w *Writing) study(ctx context.Context, lexicon *terms.Lexicon) (*study, error) {
	out := &study{
		counts: article.NewCounts(), languages: map[string]int{},
		words: map[string]int{}, longTerms: map[string]int{}, at: map[wordingKey]int{},
	}
	readers := newReaders(lexicon)
	for lot := range slices.Chunk(w.Docs, readAtOnce) {
		done := make([]read, len(lot))
		err := parallel(ctx, len(lot), func(i int) error {
			d, err := lot[i].Make()
			if err != nil {
				return err
			}
			r := <-readers
			defer func() { readers <- r }()
			done[i] = r.study(d)
			return nil
		})
		if err != nil {
			return nil, err
		}
		for i := range done {
			out.add(&done[i])
		}
	}
	return out, nil
}

func (s *study) add(r *read) {
	s.counts.Add(r.facts)
	s.posts = s.posts || r.facts.Origin != nil
	s.languages[r.facts.Language]++
	s.analyzers[r.facts.Analyzer]++
	for f, n := range r.lengths {
		if n > 0 {
			s.sums[f] += uint64(n)
			s.having[f]++
		}
	}
	for _, word := range r.words {
		s.words[word]++
	}
	for _, term := range r.long {
		s.longTerms[term]++
	}
	engine.EachEntry(r.facts, func(e engine.Entry) {
		key := wordingKey{string(e.Passage.Run), e.Language}
		i, known := s.at[key]
		if !known {
			s.at[key] = len(s.wordings)
			s.wordings = append(s.wordings, wording{e.Passage.Text, e.URL, e.Language, e.Passage.Run, 1, e.Kind})
			return
		}
		is := &s.wordings[i]
		entry := engine.Entry{Passage: &article.Passage{Text: is.text, Run: is.run}, URL: is.url, Language: is.language, Uses: is.uses, Kind: is.kind}
		entry.Also(&e)
		*is = wording{entry.Passage.Text, entry.URL, entry.Language, entry.Passage.Run, entry.Uses, entry.Kind}
	})
}

// site is the record of what was studied.
func (s *study) site(w Writing, addresses []string) (*site, error) {
	synonyms, err := terms.EncodeSynonyms(w.Synonyms)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	out := &site{
		Schema: Schema, Index: w.Name, Addresses: addresses, Articles: len(w.Docs), Posts: s.posts,
		Synonyms: string(synonyms), Counts: string(s.counts.Append(nil)),
	}
	out.Languages, out.Analyzers = languagesOf(s.languages, s.analyzers)
	for f := range s.sums {
		out.Averages = append(out.Averages, float32(float64(s.sums[f])/float64(max(s.having[f], 1))))
	}
	for i := range s.wordings {
		if s.wordings[i].kind != engine.ATag {
			out.Places++
		}
	}
	return out, nil
}

// reader cuts one document at a time into terms.
type reader struct {
	reader   *engine.Reader
	wordings *article.Wordings
	counts   [len(engine.Fields)]map[string]int
	lengths  [len(engine.Fields)]uint32
}

// newReaders are as many as there are processors.
func newReaders(lexicon *terms.Lexicon) chan *reader {
	n := runtime.GOMAXPROCS(0)
	out := make(chan *reader, n)
	for range n {
		r := &reader{reader: engine.NewReader(lexicon), wordings: article.NewApart(lexicon)}
		for f := range r.counts {
			r.counts[f] = map[string]int{}
		}
		out <- r
	}
	return out
}

func (r *reader) read(d *article.Document) {
	for f := range r.counts {
		clear(r.counts[f])
		r.lengths[f] = 0
	}
	r.reader.Read(d, r)
}

func (r *reader) add(within engine.FieldSet, term string) {
	for ; within != 0; within &= within - 1 {
		f := within.First()
		r.counts[f][term]++
		r.lengths[f]++
	}
}

// Term takes a term.
func (r *reader) Term(within engine.FieldSet, runes []rune, t terms.Term) {
	r.add(within, t.Text(runes))
}

// Meaning takes a meaning.
func (r *reader) Meaning(within engine.FieldSet, k terms.Key) { r.add(within, terms.MeaningText(k)) }

// Sounds takes syllables.
func (r *reader) Sounds(within engine.FieldSet, a, b han.Syllable) {
	r.add(within, engine.SoundTerm(a, b))
}

var (
	bodyField  = slices.Index(engine.Fields[:], engine.InBody)
	wordsField = slices.Index(engine.Fields[:], engine.InWords)
)

func (r *reader) study(d *article.Document) (out read) {
	r.read(d)
	out.facts = r.wordings.Facts(d)
	copy(out.lengths[:], r.lengths[:])
	for word := range r.counts[wordsField] {
		out.words = append(out.words, word)
	}
	for term := range r.counts[bodyField] {
		if isLong(term) {
			out.long = append(out.long, term)
		}
	}
	return out
}

// isLong reports whether a term of the body may be looked for by its start.
func isLong(term string) bool {
	return len(term) >= engine.LongStart && utf8.RuneCountInString(term) >= engine.LongStart
}

// bodyOf is the body's terms, each with what it counts.
func (r *reader) bodyOf(averages []float32) string {
	var norms [len(engine.Counting)]float32
	for f := range norms {
		norms[f] = engine.Weights[f].Norm(float32(r.lengths[f]), averages[f])
	}
	var b strings.Builder
	for term := range r.counts[bodyField] {
		var frequency float32
		for f := range norms {
			frequency += float32(r.counts[f][term]) * norms[f]
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(term)
		b.WriteByte('|')
		b.WriteString(strconv.Itoa(max(int(frequency*parts+0.5), 1)))
	}
	return b.String()
}

// articleDocument is an article as the cluster has it.
type articleDocument struct {
	URL      string   `json:"url"`
	Language string   `json:"language"`
	Kind     []string `json:"kind,omitempty"`
	Product  []string `json:"product,omitempty"`
	Cause    []string `json:"cause,omitempty"`
	Solution []string `json:"solution,omitempty"`
	Source   string   `json:"source,omitempty"`
	Expires  int64    `json:"expires,omitempty"`
	Stamp    string   `json:"stamp,omitempty"`
	From     string   `json:"from,omitempty"`
	Head     string   `json:"head"`
	Text     string   `json:"text"`
	Body     string   `json:"body,omitempty"`
	Title    []string `json:"title,omitempty"`
	Symptoms []string `json:"symptoms,omitempty"`
	Tags     []string `json:"tags,omitempty"`
	Headings []string `json:"headings,omitempty"`
	Meanings []string `json:"meanings,omitempty"`
	Sounds   []string `json:"sounds,omitempty"`
	Words    []string `json:"words,omitempty"`
}

func (r *reader) document(d *article.Document, averages []float32) *articleDocument {
	r.read(d)
	out := &articleDocument{
		URL: d.URL, Language: d.Language, Product: names(d.Products), Cause: names(d.Causes), Solution: names(d.Solutions),
		Head: encode(d.AppendHead(nil)), Text: encode(d.AppendBody(nil)), Body: r.bodyOf(averages),
	}
	if o := d.Origin; o != nil {
		out.Source, out.Expires = o.Source, o.Expires
	}
	for _, kind := range article.Kinds {
		if slices.ContainsFunc(d.Sections, func(s article.Section) bool { return s.Kind == kind }) {
			out.Kind = append(out.Kind, kind)
		}
	}
	for f, to := range []*[]string{nil, &out.Title, &out.Symptoms, &out.Tags, &out.Headings, &out.Meanings, &out.Sounds, &out.Words} {
		if to == nil {
			continue // the body
		}
		for term := range r.counts[f] {
			*to = append(*to, term)
		}
	}
	return out
}

// names are those of tags, once each.
func names(list []article.Tag) (out []string) {
	for _, t := range list {
		if t.Name != "" && !slices.Contains(out, t.Name) {
			out = append(out, t.Name)
		}
	}
	return out
}

type wordDocument struct {
	Word     string `json:"word,omitempty"`
	Term     string `json:"long_term,omitempty"`
	Articles int    `json:"articles"`
}

type wordingDocument struct {
	Wording  string   `json:"wording"`
	Run      string   `json:"run"`
	Whole    string   `json:"whole"`
	Initials []string `json:"initials,omitempty"`
	Leads    string   `json:"leads"`
	Entry    int      `json:"entry"`
	Uses     uint32   `json:"uses"`
	Length   int      `json:"length"`
	In       string   `json:"in"`
	Place    *int     `json:"place,omitempty"`
}

// send sends everything that an index has.
func (w *Writing) send(ctx context.Context, c *Cluster, lexicon *terms.Lexicon, s *study, averages []float32) error {
	b := newBulk(ctx, c, w.Name, w.Progress, len(w.Docs))
	readers := newReaders(lexicon)
	err := parallel(b.ctx, len(w.Docs), func(i int) error {
		d, err := w.Docs[i].Make()
		if err != nil {
			return err
		}
		r := <-readers
		document := r.document(d, averages)
		readers <- r
		return b.add("a "+d.URL, document, true)
	})
	add := func(id string, document any) {
		if err == nil {
			err = b.add(id, document, false)
		}
	}
	for word, n := range s.words {
		add("w "+word, &wordDocument{Word: word, Articles: n})
	}
	for term, n := range s.longTerms {
		add("t "+term, &wordDocument{Term: term, Articles: n})
	}
	place := 0
	for i := range s.wordings {
		e := &s.wordings[i]
		letters := terms.Letters(e.run)
		document := &wordingDocument{
			Wording: e.text, Run: marked(letters), Whole: wholeOf(letters), Initials: initialsOf(letters), Leads: e.url, Entry: int(e.kind),
			Uses: e.uses, Length: len(e.run), In: e.language,
		}
		if e.kind != engine.ATag {
			at := place
			document.Place = &at
			place++
		}
		add("s "+e.language+" "+string(e.run), document)
	}
	if sent := b.close(); err == nil || sent != nil && ctx.Err() == nil {
		err = sent
	}
	return err
}

// bulk sends documents in lots.
type bulk struct {
	ctx      context.Context
	group    *errgroup.Group
	cluster  *Cluster
	index    string
	mu       sync.Mutex
	lot      lot
	done     int
	all      int
	progress func(done, all int)
}

// lot is some documents on their way, as the lines of a bulk request.
type lot struct {
	documents [][]byte
	size      int
	articles  int
}

func newBulk(ctx context.Context, c *Cluster, index string, progress func(done, all int), all int) *bulk {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(lotsAtOnce)
	return &bulk{ctx: ctx, group: g, cluster: c, index: index, progress: progress, all: all}
}

// add sends a document, soon. It waits while the cluster is behind.
func (b *bulk) add(key string, document any, isArticle bool) error {
	if err := b.ctx.Err(); err != nil {
		return context.Cause(b.ctx)
	}
	sum := sha256.Sum256([]byte(key))
	// Created, not put: a lot that is sent again must not count twice.
	var lines bytes.Buffer
	fmt.Fprintf(&lines, `{"create":{"_id":%q}}`+"\n", base64.RawURLEncoding.EncodeToString(sum[:16]))
	lines.Write(marshal(document))
	lines.WriteByte('\n')
	b.mu.Lock()
	b.lot.documents = append(b.lot.documents, lines.Bytes())
	b.lot.size += lines.Len()
	if isArticle {
		b.lot.articles++
	}
	var full lot
	if b.lot.size >= lotBytes {
		full, b.lot = b.lot, lot{}
	}
	b.mu.Unlock()
	if len(full.documents) > 0 {
		b.group.Go(func() error { return b.send(full) })
	}
	return nil
}

func (b *bulk) close() error {
	if len(b.lot.documents) > 0 {
		rest := b.lot
		b.group.Go(func() error { return b.send(rest) })
	}
	return b.group.Wait()
}

// send sends a lot.
func (b *bulk) send(l lot) error {
	if err := b.cluster.sendLot(b.ctx, b.index, l.documents); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done += l.articles
	if b.progress != nil {
		b.progress(b.done, b.all)
	}
	return nil
}

// bulkAnswer says what became of each line of a bulk request.
type bulkAnswer struct {
	Errors bool
	Items  []bulkItem
}

// bulkItem is what became of a line; one of them.
type bulkItem struct{ Create, Index, Delete bulkDone }

type bulkDone struct {
	Status int
	Error  failed
}

// refused says why a line was not done; nil: it was, or had been before.
func (i *bulkItem) refused() error {
	d := i.Index
	switch {
	case i.Create.Status == http.StatusConflict, i.Delete.Status == http.StatusNotFound && i.Delete.Error.Type == "":
		return nil
	case i.Create.Status > 0:
		d = i.Create
	case i.Delete.Status > 0:
		d = i.Delete
	}
	if d.Status < 300 {
		return nil
	}
	return fmt.Errorf("search: %w", &Failure{d.Status, d.Error.Type, d.Error.Reason})
}

// sendLot sends some lines of a bulk request, and again those of them that the
// cluster was too busy for. A line that is sent again does no harm: what is to be
// created is there, or what is to go is not.
func (c *Cluster) sendLot(ctx context.Context, index string, left [][]byte) error {
	wait, end := 100*time.Millisecond, time.Now().Add(patience)
	for {
		var answer bulkAnswer
		err := c.do(ctx, http.MethodPost, "/"+index+"/_bulk", bytes.Join(left, nil), &answer)
		if err == nil {
			left, err = answer.refused(left)
		}
		switch {
		case err == nil:
			return nil
		case !busy(err):
			return err
		case time.Now().Add(wait).After(end):
			return fmt.Errorf("search: the OpenSearch cluster took no documents for %v: %w", patience, err)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(wait):
		}
		wait = min(2*wait, 5*time.Second)
	}
}

// refused are the lines that are to be sent again. The error is why, or why not.
func (a *bulkAnswer) refused(sent [][]byte) (again [][]byte, err error) {
	if !a.Errors {
		return nil, nil
	}
	for i := range a.Items {
		if no := a.Items[i].refused(); no != nil {
			if err = no; !busy(err) {
				return sent, err
			}
			again = append(again, sent[i])
		}
	}
	return again, err
}

// finish makes all of an index ready to be found, and counts it.
func (c *Cluster) finish(ctx context.Context, w Writing, sent int) error {
	path := "/" + w.Name
	if err := c.do(ctx, http.MethodPost, path+"/_refresh", nil, nil); err != nil {
		return err
	}
	var counted struct{ Count int }
	if err := c.do(ctx, http.MethodGet, path+"/_count", nil, &counted); err != nil {
		return err
	}
	if counted.Count != sent {
		return fmt.Errorf("search: the index %s in the OpenSearch cluster has %d documents, and %d were sent: build again; if it stays so, see the cluster's log", w.Name, counted.Count, sent)
	}
	settings := query{"index": query{"number_of_replicas": w.Replicas}}
	if err := c.do(ctx, http.MethodPut, path+"/_settings", marshal(settings), nil); err != nil {
		return err
	}
	if w.Replicas == 0 {
		return nil
	}
	return c.whole(ctx, w.Name, w.Replicas)
}

// whole waits until all copies of an index are there.
func (c *Cluster) whole(ctx context.Context, name string, replicas int) error {
	end := time.Now().Add(greenTime)
	for {
		var health struct{ Status string }
		err := c.do(ctx, http.MethodGet, "/_cluster/health/"+name+"?wait_for_status=green&timeout=20s", nil, &health)
		if err == nil && health.Status == "green" {
			return nil
		}
		var f *Failure
		if err != nil && (!errors.As(err, &f) || f.Status != http.StatusRequestTimeout) {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("search: %d copies of each shard of the index %s are not there after %v: the OpenSearch cluster needs a node more than there are copies, or more room", replicas, name, greenTime)
		}
	}
}

// parallel does n things side by side.
func parallel(ctx context.Context, n int, do func(i int) error) error {
	g, all := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		if all.Err() != nil {
			break
		}
		g.Go(func() error { return do(i) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return context.Cause(ctx)
}
