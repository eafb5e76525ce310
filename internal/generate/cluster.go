package generate

import (
	"context"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"whyfix/internal/content"
	"whyfix/internal/publish"
	"whyfix/internal/search"
)

// An index may be in a cluster. Then a release has one there of its own, which
// is complete before the release is; its name is in the manifest.

// placing is where the index of a release is put.
type placing struct {
	at    search.Cluster
	index search.ClusterIndex
}

// placing says which engine holds the index; nil: bleve, in the release.
func (r *release) placing(info *publish.SearchInfo) (*placing, error) {
	settings := r.Site.Settings.Engine
	engine := settings.Name
	if r.options.Engine != "" {
		engine = r.options.Engine
	}
	if engine != content.OpenSearch {
		return nil, nil
	}
	at := r.options.Cluster
	if len(at.Addresses) == 0 {
		at.Addresses = settings.Addresses
	}
	p := &placing{at: at, index: search.ClusterIndex{
		Site: siteName(settings, r.Site.Settings.Base.Value, r.Site.Prefix), Release: r.writer.ID(), Shards: max(settings.Shards, 1), Replicas: settings.Replicas,
	}}
	p.index.Name = search.ClusterName(p.index.Site, p.index.Release)
	info.Schema, info.Engine, info.Index = search.ClusterSchema, search.OpenSearch, p.index.Name
	r.place = p
	return p, nil
}

// notInNames is what a name in a cluster may not have.
var notInNames = regexp.MustCompile(`[^a-z0-9.]+`)

// siteName is what the indexes of a site are called: two sites of one cluster
// must not have the same.
func siteName(settings content.EngineSettings, base, prefix string) string {
	if settings.Index != "" {
		return settings.Index
	}
	name := "site"
	if u, err := url.Parse(base); err == nil && u.Host != "" {
		name = u.Host + prefix
	}
	return strings.Trim(notInNames.ReplaceAllString(strings.ToLower(name), "-"), "-.")
}

// sendIndex makes an index in the cluster. What builds left there that died goes
// first: it takes room.
func (r *release) sendIndex(ctx context.Context, content *search.Content, p *placing) (dir string, err error) {
	if err := r.tidyWith(ctx, p); err != nil {
		return "", err
	}
	r.indexing.all = len(content.Sources())
	if dir, err = r.writer.SearchDir(); err != nil {
		return "", err
	}
	return dir, search.WriteTo(ctx, p.at, content, dir, p.index, r.indexing.told)
}

// tidyWith removes indexes that nobody needs.
func (r *release) tidyWith(ctx context.Context, p *placing) error {
	kept, err := publish.Indexes(r.options.Public)
	if err != nil {
		return err
	}
	_, err = search.Tidy(ctx, p.at, p.index.Site, search.ClusterKept{Names: namesOf(kept), Least: max(r.options.Keep, 1)})
	return err
}

func namesOf(list []publish.Indexed) (out []string) {
	for _, x := range list {
		out = append(out, x.Index)
	}
	return out
}

// tidyTime bounds what is done when the release is live already.
const tidyTime = 30 * time.Second

// tidy removes the indexes of releases that are gone. That it cannot is no
// reason to call a release that is live a failure.
func (r *release) tidy(committed error) {
	if committed != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), tidyTime)
	defer cancel()
	switch {
	case r.place != nil:
		r.result.NotTidied = r.tidyWith(ctx, r.place)
	case r.left != nil:
		r.result.NotTidied = r.left.remove(ctx, r.options.Public, &r.result)
	}
}

// leaving is the cluster that a site has left, whose releases of before had their
// indexes there. These stay as long as a release is there that names them.
type leaving struct {
	at    search.Cluster
	site  string
	names []string
	err   error // why it is not known where it is
}

// leave looks whether releases of a folder have their index in a cluster, when
// the one that is made has not. A record of theirs that cannot be read keeps no
// release from being made: it is needed for tidying alone.
func (r *release) leave() *leaving {
	folders, err := filepath.Glob(filepath.Join(r.options.Public, "*", "search"))
	if err != nil || r.place != nil || !slices.ContainsFunc(folders, search.InCluster) { // manifests are not read for nothing
		return nil
	}
	list, err := publish.Indexes(r.options.Public)
	if err != nil {
		return &leaving{err: err}
	}
	if len(list) == 0 {
		return nil
	}
	out := &leaving{at: r.options.Cluster, names: namesOf(list), site: search.ClusterSite(list[0].Index)}
	if len(out.at.Addresses) == 0 {
		out.at.Addresses, out.err = search.ClusterAddresses(filepath.Join(r.options.Public, list[0].Release, "search"))
	}
	return out
}

// remove removes the indexes that no release names any more.
func (l *leaving) remove(ctx context.Context, public string, result *Result) error {
	list, err := publish.Indexes(public)
	if err != nil {
		return err
	}
	address := "http://CLUSTER" // it is not known which
	if len(l.at.Addresses) > 0 {
		address = l.at.Addresses[0]
	}
	kept := namesOf(list)
	for _, name := range l.names {
		if !slices.Contains(kept, name) {
			result.LeftInCluster = append(result.LeftInCluster, address+"/"+name)
		}
	}
	if l.err != nil || len(result.LeftInCluster) == 0 {
		return l.err
	}
	_, err = search.Tidy(ctx, l.at, l.site, search.ClusterKept{Names: kept})
	if err == nil {
		result.LeftInCluster = nil
	}
	return err
}

// indexing is how far an index is, which is made beside the pages: it is shown
// when these are done.
type indexing struct {
	mu        sync.Mutex
	done, all int
	tick      func()
}

// told is called with how much of an index is done.
func (x *indexing) told(done, all int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for ; x.done < done; x.done++ {
		if x.tick != nil {
			x.tick()
		}
	}
	x.all = all
}

// show shows it from now on.
func (x *indexing) show(p *Progress) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.tick = p.Begin(PhaseIndex, x.all)
	for range x.done {
		x.tick()
	}
}
