package cluster

import (
	"cmp"
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// The index of a release is never changed once the release is live; what is not
// needed any more is removed whole.

// prefix starts the names of all indexes that this program makes.
const prefix = "whyfix-"

// NameOf is the name of the index of a site's release.
func NameOf(site, release string) string { return prefix + site + "-" + strings.ToLower(release) }

// SiteOf is the site whose index has that name.
func SiteOf(index string) string {
	return releaseOf.ReplaceAllString(strings.TrimPrefix(index, prefix), "")
}

// releaseOf is how the name of an index ends.
var releaseOf = regexp.MustCompile(`-\d{8}t\d{6}-[0-9a-f]+$`)

// Kept says which indexes of a site stay.
type Kept struct {
	Names []string // those of releases that are there
	Least int      // so many stay in any case, the newest of releases that were live: they may lie elsewhere
}

// Tidy removes the indexes of a site that nobody needs any more: those whose
// release never was live, since their build died, and the oldest. It gives their
// names. Those of releases that are there say from now on that they were live.
func Tidy(ctx context.Context, o Options, site string, kept Kept) (removed []string, err error) {
	c, err := connectToWrite(ctx, o)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	list, err := c.indexes(ctx, prefix+site+"-*", site)
	if err != nil {
		return nil, err
	}
	staying := 0
	for _, x := range list {
		if slices.Contains(kept.Names, x.name) {
			staying++
		}
	}
	for _, x := range list {
		switch {
		case slices.Contains(kept.Names, x.name):
			if x.Live {
				continue
			}
			if err := c.live(ctx, x); err != nil {
				return removed, err
			}
			continue
		case !x.Live:
		case staying < kept.Least:
			staying++
			continue
		}
		if err := c.do(ctx, http.MethodDelete, "/"+x.name, nil, nil); err != nil {
			return removed, err
		}
		removed = append(removed, x.name)
	}
	return removed, nil
}

// index is one that the cluster has.
type index struct {
	name string
	meta
}

// live lets an index say that somebody knows it.
func (c *Cluster) live(ctx context.Context, x index) error {
	x.Live = true
	return c.do(ctx, http.MethodPut, "/"+x.name+"/_mapping", marshal(query{"_meta": query{"whyfix": x.meta}}), nil)
}

// indexes are those with such names that say they are of a site, the newest first;
// one that is named alone, whosever it is.
func (c *Cluster) indexes(ctx context.Context, names, site string) ([]index, error) {
	var answer map[string]struct {
		Mappings struct {
			Meta struct {
				Whyfix meta `json:"whyfix"`
			} `json:"_meta"`
		}
	}
	// A pattern that no index has is no error; one that somebody closed counts, too.
	if err := c.do(ctx, http.MethodGet, "/"+names+"/_mapping?expand_wildcards=open,closed&ignore_unavailable=true&filter_path=*.mappings._meta", nil, &answer); err != nil {
		return nil, err
	}
	var out []index
	for name, x := range answer {
		if about := x.Mappings.Meta.Whyfix; about.Site == site || name == names { // another site's name may start so
			out = append(out, index{name, about})
		}
	}
	slices.SortFunc(out, func(a, b index) int { return cmp.Compare(b.Release, a.Release) })
	return out, nil
}

// Holds reports whether the index of a folder is in its cluster, and complete.
func Holds(ctx context.Context, dir string, o Options) (bool, error) {
	s, err := readSite(dir)
	if err != nil {
		return false, err
	}
	if len(o.Addresses) == 0 {
		o.Addresses = s.Addresses
	}
	c, err := Connect(o)
	if err != nil {
		return false, err
	}
	defer c.Close()
	var counted struct{ Count int }
	err = c.do(ctx, http.MethodPost, "/"+s.Index+"/_count", marshal(query{"query": query{"exists": query{"field": fieldHead}}}), &counted)
	if isLost(err) {
		return false, nil
	}
	return counted.Count == s.Articles, err
}
