package main

import (
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSitesOfSets(t *testing.T) {
	t.Parallel()
	sets, dir := t.TempDir(), t.TempDir()
	writeFile(t, filepath.Join(sets, "rain", "docs.tsv"), "0\tWhy does it rain?\tBecause of *clouds*.\n7\tIt's late\n")
	writeFile(t, filepath.Join(sets, "rain", "queries.tsv"), "why is there rain\t0\nlate\t7\n")
	writeFile(t, filepath.Join(sets, "rain", "more.tsv"), "what is late\t7\n")
	writeFile(t, filepath.Join(sets, "fields", "水壶", "docs.tsv"), "3\t水壶不热\n")
	sites, err := sitesOf(options{content: []string{"help"}, n: 2, bench: sets, dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range sites {
		names = append(names, s.name)
	}
	if diff := cmp.Diff([]string{"help", "made", "rain", "fields-水壶"}, names); diff != "" {
		t.Fatalf("sites (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"what is late", "why is there rain", "late"}, sites[2].asked); diff != "" {
		t.Errorf("questions (-want +got):\n%s", diff)
	}
	for name, want := range map[string]string{
		"rain/content/0000.md":        "---\ntitle: 'Why does it rain?'\n---\n\nBecause of \\*clouds\\*.\n",
		"rain/content/0007.md":        "---\ntitle: 'It''s late'\n---\n\nIt's late\n",
		"rain/content/site.yaml":      "language: en\n",
		"fields-水壶/content/0003.md":   "---\ntitle: '水壶不热'\n---\n\n水壶不热\n",
		"fields-水壶/content/site.yaml": "",
	} {
		got, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil || string(got) != want {
			t.Errorf("%s: %v, %q, want %q", name, err, got, want)
		}
	}
	if _, err := sitesOf(options{content: []string{"some/made"}, n: 2, dir: dir}); err == nil {
		t.Error("two sites of one name")
	}
	if _, err := sitesOf(options{bench: t.TempDir(), dir: dir}); err == nil {
		t.Error("a folder without a set of questions")
	}
}

func TestRequests(t *testing.T) {
	t.Parallel()
	content := t.TempDir()
	writeFile(t, filepath.Join(content, "a.md"), "---\ntitle: 水壶不热\nsymptoms: [不热, '烧不开']\nproducts: [水壶, 电]\nrelated:\n  - b/c.md\n---\n\n  - 正文\n")
	writeFile(t, filepath.Join(content, "b.md"), "---\ntitle: \"No light\"\nsymptoms:\n  - it is dark\n---\n")
	writeFile(t, filepath.Join(content, "site.yaml"), "title: 帮助\n")
	wordings, products, err := wordingsOf(content)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"水壶不热", "不热", "烧不开", "No light", "it is dark"}, wordings); diff != "" {
		t.Errorf("wordings (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"水壶"}, products); diff != "" {
		t.Errorf("products (-want +got):\n%s", diff)
	}
	got := requests([]string{"为何"}, wordings[:1], products)
	for _, want := range []string{"search?q=为何", "search?q=水壶", "search?q=水不壶热", "search?q=水壶不热&page=2&size=1", "search?q=水壶不热&product=水壶", "suggest?q=水"} {
		if !slices.ContainsFunc(got, func(address string) bool { readable, _ := url.QueryUnescape(address); return readable == "/api/"+want }) {
			t.Errorf("%s is not asked: %q", want, got)
		}
	}
}
