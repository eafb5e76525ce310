package cluster

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"

	"whyfix/internal/record"
	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/terms"
)

// Posts are documents beside the articles, which change one by one. They are in
// an index of the cluster whose documents are put and deleted in place, by their
// ids, and which knows of each what a feed has to know; in a folder is what is
// known of all of them together, as of the articles. So a change costs what it
// changes, however many there are. There is no list of their words and wordings,
// since every change would have to count them again: nothing of posts is
// suggested, and a mistyped word of letters is not corrected by them.
//
// An index that is made anew is another one, beside that which readers ask. It
// says of itself that it is not live until somebody knows it.

// Posted is a document that comes.
type Posted struct {
	*article.Document
	Stamp [16]byte
	From  string
}

// Known says what a folder knows of the index of its posts.
type Known struct {
	Folder string // of the last change; empty if there was none
	Anew   bool   // it wants to begin with nothing, whatever is there
	// Journal is what a feed began that died, see Change; "": none did.
	Journal string
}

var (
	// ErrPostsThere says that there are posts in the cluster of which the folder
	// knows nothing: they were fed from elsewhere.
	ErrPostsThere = errors.New("search: the OpenSearch cluster has documents beside the articles that are not known here")
	// ErrPostsLost says that the index which the folder knows is not there.
	ErrPostsLost = errors.New("search: the index of the documents beside the articles is not in the OpenSearch cluster")
	// ErrPostsClosed says that somebody has closed it.
	ErrPostsClosed = errors.New("search: the index of the documents beside the articles is closed in the OpenSearch cluster")
	// ErrPostsChanged says that somebody else has changed it.
	ErrPostsChanged = errors.New("search: somebody else has changed the documents beside the articles in the OpenSearch cluster")
)

// PostsIndex is the index of the posts of a site, for whoever feeds it.
type PostsIndex struct {
	cluster   *Cluster
	options   Options
	about     string // what its indexes say whose they are
	prefix    string // of their names
	site      *site  // what is known of all; nil if there is no index yet
	before    string // the index that readers ask until now
	counts    *article.Counts
	documents int
	left      []string // URLs of what a feed was changing that died
}

// postsOf is whose the indexes of a site's posts say they are, and how their names
// begin, by the name of the index of its articles.
func postsOf(articles string) (about, begin string, err error) {
	site := SiteOf(articles)
	if prefix+site == articles || !strings.HasPrefix(articles, prefix) {
		return "", "", errNoPlace
	}
	return site + " posts", prefix + site + "-posts", nil
}

// errNoPlace is for a release whose index has no name of ours.
var errNoPlace = errors.New("search: the index of the release in the cluster has not the name of a site's")

// OpenPosts finds the index of the posts of a site, by the name of its articles'
// one and by what the folder of the posts knows. The error may be ErrPostsThere,
// ErrPostsLost, ErrPostsChanged or ErrSchema.
func OpenPosts(ctx context.Context, o Options, articles string, known Known) (_ *PostsIndex, err error) {
	p := &PostsIndex{options: o, counts: article.NewCounts()}
	if p.about, p.prefix, err = postsOf(articles); err != nil {
		return nil, err
	}
	if p.cluster, err = connectToWrite(ctx, o); err != nil {
		return nil, err
	}
	if err := p.find(ctx, known); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// LookAtPosts opens the index that a folder knows, for looking alone.
func LookAtPosts(o Options, dir string) (*PostsIndex, error) {
	s, err := readSite(dir)
	if err != nil {
		return nil, err
	}
	c, err := Connect(o)
	if err != nil {
		return nil, err
	}
	return &PostsIndex{cluster: c, options: o, site: s}, nil
}

func (p *PostsIndex) find(ctx context.Context, known Known) error {
	s, err := readSite(known.Folder)
	switch {
	case known.Anew:
		if err == nil {
			p.before = s.Index
		}
		return nil
	case known.Folder == "":
		return p.nobodys(ctx)
	case err != nil:
		return err
	}
	p.site, p.before = s, s.Index
	list, err := p.cluster.indexes(ctx, s.Index, "")
	switch {
	case err != nil:
		return err
	case len(list) == 0:
		return ErrPostsLost
	case !list[0].Live: // whoever made it died when its folder was known
		if err := p.cluster.live(ctx, list[0]); err != nil {
			return err
		}
	}
	left, err := readJournal(known.Journal, s.Index)
	if err != nil {
		return err
	}
	if left != nil {
		p.site, p.left = &left.Site, left.URLs
		if err := p.do(ctx, http.MethodPost, "/"+s.Index+"/_refresh", nil, nil); err != nil {
			return err
		}
	}
	if p.documents, err = p.count(ctx, s.Index); err != nil {
		return err
	}
	if p.counts, err = article.ReadCounts([]byte(p.site.Counts)); err != nil {
		return fmt.Errorf("%w: %w", engine.ErrDamaged, err)
	}
	if err := p.facts(ctx, p.left, p.counts.Add); err != nil {
		return err
	}
	if n := p.counts.Articles(); n != p.documents {
		return fmt.Errorf("%w: there are %d, and should be %d", ErrPostsChanged, p.documents, n)
	}
	return nil
}

// nobodys is an error if somebody's index has a document: others may find what it
// has.
func (p *PostsIndex) nobodys(ctx context.Context) error {
	list, err := p.cluster.indexes(ctx, p.prefix+"*", p.about)
	for _, x := range list {
		if !x.Live { // a feed died that made it
			continue
		}
		n, err := p.count(ctx, x.name)
		switch {
		case err != nil:
			return err
		case n > 0:
			return ErrPostsThere
		}
	}
	return err
}

// do asks the cluster about the index.
func (p *PostsIndex) do(ctx context.Context, method, path string, body []byte, out any) error {
	err := p.cluster.do(ctx, method, path, body, out)
	var f *Failure
	if errors.As(err, &f) {
		switch f.Type {
		case "index_not_found_exception":
			return ErrPostsLost
		case "index_closed_exception":
			return ErrPostsClosed
		}
	}
	return err
}

// count is how many documents an index has, all of it.
func (p *PostsIndex) count(ctx context.Context, name string) (int, error) {
	var a answer
	err := p.do(ctx, http.MethodPost, "/"+name+"/_search", marshal(query{"size": 0, "track_total_hits": true}), &a)
	if err == nil && (!a.whole() || a.TimedOut) {
		err = a.lost()
	}
	return a.Hits.Total.Value, err
}

// Close gives the connections back.
func (p *PostsIndex) Close() error { return p.cluster.Close() }

// Documents is how many there are.
func (p *PostsIndex) Documents() int { return p.documents }

// Change is what changes in the index.
type Change struct {
	ID      string   // of the change, as NameOf takes it; it names an index that is made
	Put     []Posted // no two with the same URL
	Gone    []string // URLs
	Counted []string // URLs of both that were there before
	All     int      // documents after the change
	// Of an index that is made, which is where there is none:
	Synonyms []terms.Synonyms
	Shards   int // at least 1
	// Begin is told, before the first document of an index that is there is changed,
	// what is on its way: whoever keeps the folder writes it down until the change is
	// known. If that never is, it is the Journal of Known, and what was done of it
	// counts.
	Begin func(journal []byte) error
}

// journal says what a feed is about to change.
type journal struct {
	Site site     // what will be known, but that its counts are without the documents that change
	URLs []string // of these
}

// readJournal reads what a feed began that died, if that was about an index.
func readJournal(text, name string) (*journal, error) {
	if text == "" {
		return nil, nil
	}
	var j journal
	if rest, err := record.Read(text, &j); err != nil || rest != "" {
		return nil, fmt.Errorf("%w: what a feed began cannot be read", engine.ErrDamaged)
	}
	if j.Site.Schema != Schema {
		return nil, ErrSchema
	}
	if j.Site.Index != name {
		return nil, nil
	}
	return &j, nil
}

// Update changes the index and writes into a folder what is known of it then. It
// returns when the change can be found. Whoever has made the folder known calls
// Live.
func (p *PostsIndex) Update(ctx context.Context, dir string, w Change) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("search: %w", err)
	}
	made := p.site == nil
	if made {
		synonyms, err := terms.EncodeSynonyms(w.Synonyms)
		if err != nil {
			return fmt.Errorf("search: %w", err)
		}
		p.site = &site{Schema: Schema, Index: NameOf(strings.TrimPrefix(p.prefix, prefix), w.ID), Synonyms: string(synonyms), Counts: string(p.counts.Append(nil))}
	}
	if p.documents == 0 { // what was measured of others says nothing
		p.site.Averages, p.site.Measured, p.site.Languages, p.site.Analyzers = nil, false, nil, nil
	}
	without, err := p.without(ctx, w)
	if err != nil {
		return err
	}
	s := p.site
	// The meanings of synonyms are numbers in the index: those that it was made with
	// hold for all of it, for who asks, too.
	synonyms, err := terms.DecodeSynonyms([]byte(s.Synonyms))
	if err != nil {
		return fmt.Errorf("%w: %w", engine.ErrDamaged, err)
	}
	lexicon := terms.NewLexicon(synonyms)
	if err := s.learn(ctx, w, lexicon, p.counts); err != nil {
		return err
	}
	s.Articles, s.Posts, s.Addresses = w.All, true, p.options.Addresses
	j := journal{Site: *s, URLs: slices.Concat(p.left, w.Gone)}
	j.Site.Counts = without
	for _, d := range w.Put {
		j.URLs = append(j.URLs, d.URL)
	}
	if made {
		err = p.create(ctx, w)
	} else {
		err = w.Begin(record.Append(nil, &j))
	}
	if err == nil {
		err = p.change(ctx, w, lexicon, s.Averages)
	}
	if err == nil {
		err = p.settle(ctx, w)
	}
	if err != nil {
		if made {
			p.cluster.drop(ctx, s.Index)
		}
		return err
	}
	s.Counts = string(p.counts.Append(nil))
	return s.write(dir)
}

// without are the counts without the documents that change, and those that a feed
// changed that died: some of it may still be on its way. It takes those that change
// out of the counts.
func (p *PostsIndex) without(ctx context.Context, w Change) (string, error) {
	without, err := article.ReadCounts([]byte(p.site.Counts))
	if err != nil {
		return "", fmt.Errorf("%w: %w", engine.ErrDamaged, err)
	}
	left := make(map[string]bool, len(p.left))
	for _, url := range p.left {
		left[url] = true
	}
	err = p.facts(ctx, w.Counted, func(f *article.Facts) {
		p.counts.Remove(f)
		if !left[f.URL] {
			without.Remove(f)
		}
	})
	return string(without.Append(nil)), err
}

// Measured reports whether it is known what counts as an answer.
func (p *PostsIndex) Measured() bool { return p.site.Measured }

// facts gives what ranking knows of documents, as they are in the index.
func (p *PostsIndex) facts(ctx context.Context, urls []string, do func(*article.Facts)) error {
	if len(urls) == 0 || p.documents == 0 {
		return nil
	}
	urls = slices.Compact(slices.Sorted(slices.Values(urls)))
	x, err := p.site.open(p.options)
	if err != nil {
		return err
	}
	defer x.Close()
	for some := range slices.Chunk(urls, mostAtOnce) {
		if err := x.fetch(ctx, fieldHead, some, func(_ string, f *article.Facts, _ string) { do(f) }); err != nil {
			return err
		}
	}
	return nil
}

// create makes the index.
func (p *PostsIndex) create(ctx context.Context, w Change) error {
	definition := definition(meta{Schema: Schema, Site: p.about, Release: w.ID}, max(w.Shards, 1))
	definition["settings"].(query)["auto_expand_replicas"] = "0-1"
	return p.cluster.do(ctx, http.MethodPut, "/"+p.site.Index, marshal(definition), nil)
}

// Live is called when the folder of the last Update is what is known: nobody
// removes its index from now on. Others of the site go, but that of before, which
// somebody may still ask.
func (p *PostsIndex) Live(ctx context.Context) error {
	list, err := p.cluster.indexes(ctx, p.prefix+"*", p.about)
	for _, x := range list {
		switch {
		case err != nil || x.name == p.before && x.name != p.site.Index || x.name == p.site.Index && x.Live:
		case x.name == p.site.Index:
			err = p.cluster.live(ctx, x)
		default:
			err = p.cluster.do(ctx, http.MethodDelete, "/"+x.name, nil, nil)
		}
	}
	return err
}

// learn counts the documents that come. The averages of lengths are those of the
// first lot: what came later is counted by them, too, so that scores stay
// comparable.
func (s *site) learn(ctx context.Context, w Change, lexicon *terms.Lexicon, counts *article.Counts) error {
	readers := newReaders(lexicon)
	var sums, having [len(engine.Counting)]uint64
	for lot := range slices.Chunk(w.Put, readAtOnce) {
		found := make([]read, len(lot))
		err := parallel(ctx, len(lot), func(i int) error {
			r := <-readers
			defer func() { readers <- r }()
			found[i] = r.study(lot[i].Document)
			return nil
		})
		if err != nil {
			return err
		}
		for i := range found {
			f := found[i].facts
			counts.Add(f)
			if !slices.Contains(s.Languages, f.Language) {
				s.Languages = append(s.Languages, f.Language)
			}
			if !slices.Contains(s.Analyzers, uint8(f.Analyzer)) {
				s.Analyzers = append(s.Analyzers, uint8(f.Analyzer))
			}
			for f, n := range found[i].lengths {
				if n > 0 {
					sums[f] += uint64(n)
					having[f]++
				}
			}
		}
	}
	slices.Sort(s.Languages)
	if len(s.Averages) == 0 {
		for f := range sums {
			s.Averages = append(s.Averages, float32(float64(sums[f])/float64(max(having[f], 1))))
		}
	}
	return nil
}

// postKey is the id of a post in the index.
func postKey(url string) string {
	sum := sha256.Sum256([]byte("a " + url))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// change sends what comes and goes, in lots. One that is sent again does no harm.
func (p *PostsIndex) change(ctx context.Context, w Change, lexicon *terms.Lexicon, averages []float32) error {
	r := <-newReaders(lexicon)
	var lot [][]byte
	size := 0
	flush := func() error {
		if len(lot) == 0 {
			return nil
		}
		err := p.cluster.sendLot(ctx, p.site.Index, lot)
		lot, size = nil, 0
		return err
	}
	add := func(lines []byte) error {
		lot, size = append(lot, lines), size+len(lines)
		if size < lotBytes {
			return nil
		}
		return flush()
	}
	for _, url := range w.Gone {
		if err := add(fmt.Appendf(nil, `{"delete":{"_id":%q}}`+"\n", postKey(url))); err != nil {
			return err
		}
	}
	for _, d := range w.Put {
		document := r.document(d.Document, averages)
		document.Stamp, document.From = encode(d.Stamp[:]), d.From
		lines := fmt.Appendf(nil, `{"index":{"_id":%q}}`+"\n", postKey(d.URL))
		lines = append(append(lines, marshal(document)...), '\n')
		if err := add(lines); err != nil {
			return err
		}
	}
	return flush()
}

// settle makes the change visible, and counts.
func (p *PostsIndex) settle(ctx context.Context, w Change) error {
	if err := p.do(ctx, http.MethodPost, "/"+p.site.Index+"/_refresh", nil, nil); err != nil {
		return err
	}
	n, err := p.count(ctx, p.site.Index)
	if err == nil && n != w.All { // the next feed finds out why
		err = fmt.Errorf("search: the index of the documents beside the articles has %d of them, and should have %d: feed the same again", n, w.All)
	}
	return err
}
