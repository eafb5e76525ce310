package search_test

import (
	"testing"

	"whyfix/internal/search"
	"whyfix/internal/search/engine/enginetest"
)

// benchDocuments is how many articles the budgets of the design speak of.
const benchDocuments = 10_000

func BenchmarkSearch(b *testing.B) {
	s := open(b, enginetest.Made(benchDocuments))
	if err := s.Warm(b.Context()); err != nil {
		b.Fatal(err)
	}
	for _, bm := range []struct{ name, text string }{
		{"question", "打印机连不上怎么办"},
		{"character", "了"},
		{"word", "退款"},
		{"sentence", "请问我的快递为什么突然一直不更新了呢"},
		{"code", "ERR_1042"},
		{"pinyin", "dayinji lianbushang"},
		{"letter", email("打印机连不上，一直转圈，重启了也没反应。", 1500)},
	} {
		b.Run(bm.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Search(b.Context(), search.Query{Text: bm.text, Size: 10, Page: 1}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
