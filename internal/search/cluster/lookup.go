package cluster

import (
	"context"
	"net/http"
	"slices"
)

// What the index of posts tells of its documents to whoever feeds it.

// Post is what is known of a document beside the articles without reading it.
type Post struct {
	URL     string
	Stamp   [16]byte
	Source  string
	Expires int64  // in seconds since 1970; 0: never
	From    string // the file that it is from; "": it was fed
}

// Named tells those that are there of some addresses.
func (p *PostsIndex) Named(ctx context.Context, urls []string, visit func(Post)) error {
	for some := range slices.Chunk(urls, mostAtOnce) {
		if err := p.each(ctx, havingAny(fieldURL, some), visit); err != nil {
			return err
		}
	}
	return nil
}

// From tells those that are from a file.
func (p *PostsIndex) From(ctx context.Context, file string, visit func(Post)) error {
	return p.each(ctx, having(fieldFrom, file), visit)
}

// Expired tells those that nobody finds any more.
func (p *PostsIndex) Expired(ctx context.Context, now int64, visit func(Post)) error {
	return p.each(ctx, query{"range": query{fieldExpires: query{"lte": now}}}, visit)
}

// postsAtOnce is how many posts are told in one answer.
const postsAtOnce = 5000

func (p *PostsIndex) each(ctx context.Context, of query, visit func(Post)) error {
	if p.site == nil {
		return nil
	}
	after := ""
	for {
		q := query{
			"size": postsAtOnce, "sort": []string{fieldURL}, "query": all(of), "stored_fields": "_none_", "track_total_hits": false,
			"docvalue_fields": []string{fieldURL, fieldStamp, fieldSource, fieldExpires, fieldFrom},
		}
		if after != "" {
			q["search_after"] = []string{after}
		}
		var a answer
		if err := p.do(ctx, http.MethodPost, "/"+p.site.Index+"/_search", marshal(q), &a); err != nil {
			return err
		}
		if !a.whole() || a.TimedOut {
			return a.lost()
		}
		for i := range a.Hits.Hits {
			f := &a.Hits.Hits[i].Fields
			known := Post{URL: first(f.URL), Source: first(f.Source), From: first(f.From)}
			if len(f.Expires) > 0 {
				known.Expires = f.Expires[0]
			}
			if stamp, err := decode(first(f.Stamp)); err == nil {
				copy(known.Stamp[:], stamp)
			}
			after = known.URL
			visit(known)
		}
		if len(a.Hits.Hits) < postsAtOnce {
			return nil
		}
	}
}

// Tally counts the posts.
type Tally struct {
	Documents, Expiring, Expired int
	Sources, Files               map[string]int // by what they are, and by the file that they are from
}

// mostFiles is how many files a tally tells apart.
const mostFiles = 10_000

// Tally counts them as they are at a time, in seconds since 1970.
func (p *PostsIndex) Tally(ctx context.Context, now int64) (Tally, error) {
	t := Tally{Sources: map[string]int{}, Files: map[string]int{}}
	if p.site == nil {
		return t, nil
	}
	by := func(field string) query {
		return query{"terms": query{"field": field, "size": mostFiles, "missing": ""}}
	}
	q := query{
		"size": 0, "track_total_hits": true,
		"aggs": query{
			fieldSource: by(fieldSource), fieldFrom: by(fieldFrom),
			"expiring": query{"filter": query{"exists": query{"field": fieldExpires}}}, "expired": query{"filter": query{"range": query{fieldExpires: query{"lte": now}}}},
		},
	}
	var a answer
	if err := p.do(ctx, http.MethodPost, "/"+p.site.Index+"/_search", marshal(q), &a); err != nil {
		return t, err
	}
	if !a.whole() || a.TimedOut {
		return t, a.lost()
	}
	t.Documents, t.Expiring, t.Expired = a.Hits.Total.Value, a.Aggregations["expiring"].Count, a.Aggregations["expired"].Count
	for field, counted := range map[string]map[string]int{fieldSource: t.Sources, fieldFrom: t.Files} {
		for _, b := range a.Aggregations[field].Buckets {
			counted[b.Key] = b.Count
		}
	}
	return t, nil
}
