package article_test

import (
	"errors"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whyfix/internal/search/article"
	"whyfix/internal/search/engine/enginetest"
	"whyfix/internal/search/terms"
)

// Counts that were kept are those that were made, and facts that lie by
// themselves those that share.
func TestCountsKept(t *testing.T) {
	t.Parallel()
	lexicon := terms.NewLexicon(enginetest.Synonyms())
	together, apart := article.NewWordings(lexicon), article.NewApart(lexicon)
	counts := article.NewCounts()
	for _, d := range enginetest.Documents() {
		f := together.Facts(d)
		counts.Add(f)
		if diff := gocmp.Diff(f, apart.Facts(d), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-together +apart):\n%s", d.URL, diff)
		}
	}
	data := counts.Append(nil)
	read, err := article.ReadCounts(data)
	if err != nil {
		t.Fatal(err)
	}
	all := func(c *article.Counts) map[terms.Key]int {
		out := map[terms.Key]int{}
		c.Each(func(k terms.Key, n int) { out[k] = n })
		return out
	}
	if diff := gocmp.Diff(all(counts), all(read)); diff != "" || read.Articles() != counts.Articles() {
		t.Errorf("of %d articles, want %d (-made +kept):\n%s", read.Articles(), counts.Articles(), diff)
	}
	for _, damaged := range [][]byte{nil, data[:len(data)-1], append(data, 0)} {
		if _, err := article.ReadCounts(damaged); !errors.Is(err, article.ErrRecord) {
			t.Errorf("%d bytes of %d: %v", len(damaged), len(data), err)
		}
	}
}
