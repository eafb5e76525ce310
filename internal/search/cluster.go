package search

import (
	"context"

	"whyfix/internal/search/cluster"
	"whyfix/internal/search/engine"
)

// An index may be in a cluster, which several processes ask; these are the names
// by which builder and endpoint know it.
type (
	// Cluster says where a cluster is, and who asks.
	Cluster = cluster.Options
	// ClusterIndex says which index is written there.
	ClusterIndex = cluster.Placing
	// ClusterKept says which indexes of a site stay there.
	ClusterKept = cluster.Kept
	// Unavailable says that what holds the articles cannot be asked now.
	Unavailable = engine.Unavailable
)

// OpenSearch is the engine of an index that is in a cluster.
const OpenSearch = "opensearch"

// ClusterSchema is the version of what such an index holds.
const ClusterSchema = cluster.Schema

// ClusterName is the name of the index of a site's release.
func ClusterName(site, release string) string { return cluster.NameOf(site, release) }

// ClusterSite is the site whose index has that name.
func ClusterSite(index string) string { return cluster.SiteOf(index) }

// InCluster reports whether the index of a folder is in a cluster.
func InCluster(dir string) bool { return cluster.Found(dir) }

// ClusterAddresses are where the index of a folder was written to.
func ClusterAddresses(dir string) ([]string, error) { return cluster.Addresses(dir) }

// WriteTo makes an index of content in a cluster, and in a folder what is known
// of all of it. Progress is told how many documents are there.
func WriteTo(ctx context.Context, at Cluster, content *Content, dir string, index ClusterIndex, progress func(done, all int)) error {
	sources := content.Sources()
	w := cluster.Writing{Placing: index, Synonyms: content.Synonyms(), Progress: progress, Docs: make([]cluster.Source, len(sources))}
	for i, s := range sources {
		w.Docs[i] = cluster.Source{URL: s.URL, Make: s.Make}
	}
	return cluster.Write(ctx, dir, at, w)
}

// Posts in a cluster are fed one by one.
type (
	// PostsIndex is the index of the posts of a site.
	PostsIndex = cluster.PostsIndex
	// PostsKnown is what a folder knows of it.
	PostsKnown = cluster.Known
	// PostsChange is what changes in it.
	PostsChange = cluster.Change
	// Post is what is known of a document there without reading it.
	Post = cluster.Post
	// Posted is one that comes.
	Posted = cluster.Posted
)

// Why the index of posts in a cluster cannot be changed.
var (
	ErrPostsThere   = cluster.ErrPostsThere
	ErrPostsLost    = cluster.ErrPostsLost
	ErrPostsClosed  = cluster.ErrPostsClosed
	ErrPostsChanged = cluster.ErrPostsChanged
)

// OpenPosts finds the index of the posts of a site, by the name of its articles'
// one and by what the folder of the posts knows.
func OpenPosts(ctx context.Context, at Cluster, articles string, known PostsKnown) (*PostsIndex, error) {
	return cluster.OpenPosts(ctx, at, articles, known)
}

// LookAtPosts opens the index that a folder knows, for counting its posts.
func LookAtPosts(at Cluster, dir string) (*PostsIndex, error) { return cluster.LookAtPosts(at, dir) }

// Tidy removes the indexes of a site that nobody needs any more, and names them.
func Tidy(ctx context.Context, at Cluster, site string, kept ClusterKept) ([]string, error) {
	return cluster.Tidy(ctx, at, site, kept)
}

// Holds reports whether the index of a folder is whole in its cluster; one in
// the folder itself is.
func Holds(ctx context.Context, at Cluster, dir string) (bool, error) {
	if !cluster.Found(dir) {
		return true, nil
	}
	return cluster.Holds(ctx, dir, at)
}

// Away says why nobody can be asked at present; nil: somebody can.
func (s *Searcher) Away() *Unavailable {
	if x, is := s.engine.(*cluster.Index); is {
		return x.Down()
	}
	return nil
}

// Clustered reports whether the articles are in a cluster.
func (s *Searcher) Clustered() bool {
	_, is := s.engine.(*cluster.Index)
	return is
}
