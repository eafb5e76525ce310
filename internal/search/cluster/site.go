package cluster

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"whyfix/internal/han"
	"whyfix/internal/record"
	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/terms"
)

// siteFile is, in the folder of an index that is in a cluster, what is known of
// all its articles together. With it a process starts though the cluster is not
// there.
const siteFile = "cluster"

// site is what the file says.
type site struct {
	Schema    int
	Index     string
	Addresses []string // where it was written to
	Articles  int
	Languages []string
	Analyzers []uint8
	Synonyms  string
	Counts    string
	Measured  bool
	Least     float32
	Posts     bool // some documents are no pages of the site
	Places    int  // titles and symptoms of which a sample is taken
	// The average lengths of the counting fields, by which articles that come
	// later are counted.
	Averages []float32
}

// Found reports whether the index of a folder is in a cluster.
func Found(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, siteFile))
	return err == nil
}

// Addresses are where the index of a folder was written to.
func Addresses(dir string) ([]string, error) {
	s, err := readSite(dir)
	if err != nil {
		return nil, err
	}
	return s.Addresses, nil
}

// SynonymsOf are those that the index of a folder was made with.
func SynonymsOf(dir string) ([]terms.Synonyms, error) {
	s, err := readSite(dir)
	if err != nil {
		return nil, err
	}
	known, err := s.known()
	return known.Synonyms, err
}

// ErrSchema is returned for an index that another version made.
var ErrSchema = errors.New("search: the index in the cluster was made by another version of whyfix; build the site again")

func readSite(dir string) (*site, error) {
	data, err := os.ReadFile(filepath.Join(dir, siteFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("search: there is no index: %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	var s site
	rest, err := record.Read(string(data), &s)
	if err == nil && rest == "" && s.Schema != Schema {
		return nil, fmt.Errorf("%w (its schema is %d, this version reads %d)", ErrSchema, s.Schema, Schema)
	}
	if err != nil || rest != "" || len(s.Averages) != len(engine.Counting) {
		return nil, fmt.Errorf("%w: %s", engine.ErrDamaged, siteFile)
	}
	return &s, nil
}

func (s *site) write(dir string) error {
	if err := os.WriteFile(filepath.Join(dir, siteFile), record.Append(nil, s), 0o644); err != nil {
		return fmt.Errorf("search: %w", err)
	}
	return nil
}

// known is what the site file says, as the search knows it.
func (s *site) known() (engine.Site, error) {
	out := engine.Site{Articles: s.Articles, Languages: s.Languages}
	for _, a := range s.Analyzers {
		out.Analyzers = append(out.Analyzers, han.Analyzer(a))
	}
	var err error
	if out.Synonyms, err = terms.DecodeSynonyms([]byte(s.Synonyms)); err != nil {
		return out, fmt.Errorf("%w: %w", engine.ErrDamaged, err)
	}
	if out.Counts, err = article.ReadCounts([]byte(s.Counts)); err != nil {
		return out, fmt.Errorf("%w: %w", engine.ErrDamaged, err)
	}
	if s.Measured {
		out.Scale = engine.Scale{Measured: true, Least: s.Least}
	}
	return out, nil
}

// WriteScale adds what was measured with the index.
func WriteScale(dir string, scale engine.Scale) error {
	s, err := readSite(dir)
	if err != nil {
		return err
	}
	s.Measured, s.Least = true, scale.Least
	return s.write(dir)
}

// languagesOf are languages and analyzers of so many articles each, as the
// search wants them.
func languagesOf(languages map[string]int, analyzers [han.Analyzers]int) (tags []string, kinds []uint8) {
	for tag := range languages {
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	for a, n := range analyzers {
		if n > 0 {
			kinds = append(kinds, uint8(a))
		}
	}
	slices.SortStableFunc(kinds, func(a, b uint8) int { return analyzers[b] - analyzers[a] })
	return tags, kinds
}
