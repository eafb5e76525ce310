package posts

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"whyfix/internal/publish"
	"whyfix/internal/search"
)

// Status says what posts there are.
type Status struct {
	Documents, Expired int
	Sources            []Counted // by what they are
	Files              []Counted // of sources:, by the file; those that were fed have ""
	Time               time.Time // of the last change
	Bytes              int64     // of the index, if it is here
	Died               bool      // a feed into a cluster was not finished, or is at work
}

// Counted is a name and how many documents have it.
type Counted struct {
	Name  string
	Count int
}

// Look says what posts a folder of releases has. It locks nothing. The error is
// publish.ErrNoRelease, wrapped, where there are none.
func Look(ctx context.Context, o Options) (Status, error) {
	p, err := publish.OpenPosts(publish.PostsDir(o.Public))
	if err != nil {
		return Status{}, err
	}
	if p.Manifest().Engine == search.OpenSearch {
		return lookInCluster(ctx, o, p)
	}
	k, err := readKnown(p.Folder())
	if err != nil {
		return Status{}, err
	}
	s := Status{Documents: len(k.Entries), Time: p.Manifest().Time, Bytes: search.Size(p.SearchDir())}
	sources, files := map[string]int{}, map[string]int{}
	for i := range k.Entries {
		e := &k.Entries[i]
		if e.expired(o.Now) {
			s.Expired++
		}
		sources[e.Source]++
		files[e.From]++
	}
	s.Sources, s.Files = counted(sources), counted(files)
	return s, nil
}

func lookInCluster(ctx context.Context, o Options, p *publish.Posts) (Status, error) {
	f := newFeed(o)
	if err := f.read(); err != nil {
		return Status{}, err
	}
	if f.articles == "" {
		return Status{}, ErrMoved
	}
	x, err := search.LookAtPosts(f.options.Cluster, p.SearchDir())
	if err != nil {
		return Status{}, inWords(err)
	}
	defer x.Close()
	died, err := f.readJournal()
	if err != nil {
		return Status{}, err
	}
	t, err := x.Tally(ctx, o.Now.Unix())
	return Status{
		Documents: t.Documents, Expired: t.Expired, Time: p.Manifest().Time, Sources: counted(t.Sources), Files: counted(t.Files), Died: died != nil,
	}, inWords(err)
}

func counted(m map[string]int) []Counted {
	var out []Counted
	for name, n := range m {
		out = append(out, Counted{name, n})
	}
	slices.SortFunc(out, func(a, b Counted) int { return cmp.Or(b.Count-a.Count, strings.Compare(a.Name, b.Name)) })
	return out
}
