package site

import (
	"testing"

	"whyfix/internal/bench"
	"whyfix/internal/content"
	"whyfix/internal/markdown"
)

// large is how many articles the benchmarked site has.
const large = 10_000

// BenchmarkResolve is what every edit pays whatever it changed: the model of
// the whole site is made anew.
func BenchmarkResolve(b *testing.B) {
	in := Input{Settings: content.DefaultSettings(), Options: Options{Now: now.AddDate(1, 0, 0)}}
	parser := markdown.NewParser(markdown.Options{Words: in.Settings.Kinds})
	for n := range large {
		a, diags := content.ParseArticle(bench.Path(n), []byte(bench.Article(n, large, 0)), parser)
		if len(diags) > 0 {
			b.Fatal(said(diags))
		}
		outlined := *a
		outlined.Doc = a.Doc.Outline()
		in.Articles = append(in.Articles, &outlined)
	}
	b.ReportAllocs()
	for b.Loop() {
		if s, diags := Resolve(in); len(s.Articles) != large || diags.Errors() > 0 {
			b.Fatal(said(diags))
		}
	}
}
