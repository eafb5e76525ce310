package standin_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/search/standin"
	"whyfix/internal/search/terms"
)

func TestParse(t *testing.T) {
	t.Parallel()
	table, err := standin.Parse("# WORD WORD WEIGHT\n\n雨伞 阳伞 0.50\nfix 修 0.25\n雨伞 伞 0.10\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		of   string
		want []standin.Standin
	}{
		{"雨伞", []standin.Standin{{"阳伞", terms.KeyOf("阳伞"), 0.5}, {"伞", terms.KeyOf("伞"), 0.1}}},
		{"阳伞", []standin.Standin{{"雨伞", terms.KeyOf("雨伞"), 0.5}}},
		{"修", []standin.Standin{{"fix", terms.KeyOf("fix"), 0.25}}},
		{"fix", []standin.Standin{{"修", terms.KeyOf("修"), 0.25}}},
		{"雨", nil},
	} {
		if diff := cmp.Diff(tt.want, table.Of(terms.KeyOf(tt.of))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.of, diff)
		}
	}
	if got := (*standin.Table)(nil).Of(terms.KeyOf("雨伞")); got != nil {
		t.Errorf("no table has %v", got)
	}
}

func TestParseMistakes(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"雨伞 阳伞", "雨伞 阳伞 0.5 1", "雨伞 雨伞 0.5", "雨伞 阳伞 x", "雨伞 阳伞 0", "雨伞 阳伞 1", "雨伞 阳伞 NaN"} {
		if _, err := standin.Parse("# a table\n" + text); err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%q: %v, want an error that names line 2", text, err)
		}
	}
}

// The file of the program is a table, and each line of it works both ways.
func TestDefault(t *testing.T) {
	t.Parallel()
	table := standin.Default()
	for _, p := range [][2]string{{"早饭", "早餐"}, {"取现", "提现"}} {
		for i := range p {
			found := false
			for _, s := range table.Of(terms.KeyOf(p[i])) {
				found = found || s.Text == p[1-i]
			}
			if !found {
				t.Errorf("%s does not stand for %s", p[1-i], p[i])
			}
		}
	}
}
