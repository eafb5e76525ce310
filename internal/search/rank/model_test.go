package rank_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/search/rank"
)

// named are the names of a list, in the order of the first words of its lines.
func named(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) > 0 && f[0] != "#" {
			out = append(out, f[0])
		}
	}
	return out
}

func TestParseModel(t *testing.T) {
	t.Parallel()
	got, err := rank.ParseModel("# a remark\n\nfrequency 1.5 -2\nother-number 0.25 .5")
	if err != nil {
		t.Fatal(err)
	}
	want := &rank.Model{}
	want.Long[rank.Frequency], want.Short[rank.Frequency] = 1.5, -2
	want.Long[rank.OtherNumber], want.Short[rank.OtherNumber] = 0.25, 0.5
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestParseJudge(t *testing.T) {
	t.Parallel()
	got, err := rank.ParseJudge("# a remark\n\nalways -1.5\nrare 2")
	if err != nil {
		t.Fatal(err)
	}
	want := &rank.Judge{}
	want.Weights[rank.Always], want.Weights[rank.Rare] = -1.5, 2
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var e rank.Evidence
	e[rank.Always], e[rank.Rare], e[rank.Matter] = 1, 0.5, 1
	if sum := got.Weigh(e); sum != -0.5 {
		t.Errorf("evidence weighs %f, want -0.5", sum)
	}
}

func TestParseTellsTheLine(t *testing.T) {
	t.Parallel()
	model := func(text string) error { _, err := rank.ParseModel(text); return err }
	judge := func(text string) error { _, err := rank.ParseJudge(text); return err }
	for _, tt := range []struct {
		name  string
		parse func(string) error
		text  string
		line  string
	}{
		{"a model with an unknown feature", model, "is 1 1\nwas 1 1\n", "line 2"},
		{"a model with one weight", model, "# weights\n\nis 1\n", "line 3"},
		{"a model with three weights", model, "is 1 1 1\n", "line 1"},
		{"a model with no number", model, "is 1 1\nin-text 1 x\n", "line 2"},
		{"a model with no first number", model, "in-text x 1\n", "line 1"},
		{"a judge with an unknown clue", judge, "always 1\nnever 1\n", "line 2"},
		{"a judge without a weight", judge, "always\n", "line 1"},
		{"a judge with two weights", judge, "\nalways 1 2\n", "line 2"},
		{"a judge with no number", judge, "rare 1\nalways one\n", "line 2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if err := tt.parse(tt.text); err == nil || !strings.Contains(err.Error(), tt.line) {
				t.Errorf("error is %v, want one about %s", err, tt.line)
			}
		})
	}
}

// The shipped files name each feature and clue once, and they read.
func TestShippedFiles(t *testing.T) {
	t.Parallel()
	var features, clues []string
	tells := map[string]bool{}
	for f := range rank.Features {
		features = append(features, f.String())
		tells[f.Tells()] = true
	}
	for c := range rank.Clues {
		clues = append(clues, c.String())
	}
	if len(tells) != len(features) || tells[""] {
		t.Errorf("%d features are told in %d ways", len(features), len(tells))
	}
	for _, tt := range []struct {
		name string
		want []string
	}{{"model.txt", features}, {"evidence.txt", clues}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, named(read(t, tt.name)), sorted); diff != "" {
				t.Errorf("names (-want +got):\n%s", diff)
			}
		})
	}
	if rank.Default().Long == (rank.Vector{}) || rank.DefaultJudge().Weights == (rank.Evidence{}) {
		t.Error("a shipped file says nothing")
	}
}
