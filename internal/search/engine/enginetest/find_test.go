package enginetest

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/terms"
)

// What an engine finds.

// scoreError is how much scores may be off: sums of the same in another order
// differ a little.
const scoreError = 1e-4

// sameFound compares what was found with what is right. How well a run stands
// is compared as far as it tells articles apart.
func sameFound(t *testing.T, what string, want, got *engine.Found) {
	t.Helper()
	plain := func(found *engine.Found) []engine.Candidate {
		list := slices.Clone(found.Candidates)
		for i := range list {
			list[i].Whole = min(list[i].Whole, terms.Clean)
		}
		slices.SortFunc(list, func(a, b engine.Candidate) int { return cmp.Compare(a.Facts.URL, b.Facts.URL) })
		return list
	}
	if diff := gocmp.Diff(plain(want), plain(got), cmpopts.EquateApprox(0, scoreError), cmpopts.EquateEmpty(), cmpopts.IgnoreFields(engine.Candidate{}, "Facts.Passages", "Facts.Tags")); diff != "" {
		t.Errorf("%s: candidates (-want +got):\n%s", what, diff)
	}
	if diff := gocmp.Diff(want.Facets, got.Facets); diff != "" {
		t.Errorf("%s: facets (-want +got):\n%s", what, diff)
	}
	if want.Total != got.Total || want.Hits != got.Hits {
		t.Errorf("%s: %d hits of %d, want %d of %d", what, got.Hits, got.Total, want.Hits, want.Total)
	}
}

// scores are those of the formula, where they are to be.
func (s *suite) scores(t *testing.T) {
	for i, text := range Questions() {
		if i%2 == 1 {
			continue
		}
		q := s.ask(t, text).Ask(engine.Filter{}, "", []int{200, 3}[i/2%2])
		got := find(t, s.engine, q)
		if s.asWritten {
			sameFound(t, text, find(t, s.oracle, q), got)
		}
		for _, c := range got.Candidates {
			if q.Filter == (engine.Filter{}) && c.Score == 0 && c.Whole == terms.Nowhere && c.Parts == 0 && len(q.Quoted) == 0 {
				t.Errorf("%q: %s has nothing of it and is a candidate", text, c.Facts.URL)
			}
		}
	}
}

// scoresInOrder are clear cases, by whatever formula.
func (s *suite) scoresInOrder(t *testing.T) {
	filler := "水 电 门 窗 灯 桌 椅 杯 壶 锅"
	page := func(url, title, text string) *article.Document {
		return &article.Document{URL: url, Language: "zh-CN", Title: title, Sections: []article.Section{{Text: text}}}
	}
	docs := []*article.Document{
		page("/twice/", "甲", filler+" 熨斗 熨斗"), page("/once/", "甲", filler+" 熨斗 电"),
		page("/both/", "乙", filler+" 扫帚 簸箕"), page("/one/", "乙", filler+" 扫帚 电"),
		page("/short/", "丙", "梯子"), page("/long/", "丙", "梯子 "+filler+filler+filler),
		page("/titled/", "雨伞", filler), page("/inside/", "丁", filler+" 雨伞"),
	}
	e := s.open(t, docs, nil)
	ask := asker(t, e)
	for _, tt := range []struct{ text, first, second string }{
		{"熨斗", "/twice/", "/once/"},
		{"扫帚簸箕", "/both/", "/one/"},
		{"梯子", "/short/", "/long/"},
		{"雨伞", "/titled/", "/inside/"},
	} {
		found := find(t, e, ask(tt.text).Ask(engine.Filter{}, "", 10))
		first, second := candidate(found, tt.first), candidate(found, tt.second)
		if first == nil || second == nil || first.Score <= second.Score {
			t.Errorf("%s: %+v is not before %+v", tt.text, first, second)
		}
	}
}

// runs are claimed where they stand in whole words, and where they do not stand
// they are not. Inside words it depends on what else the site has, as does what
// a part of a word stands for.
func (s *suite) runs(t *testing.T) {
	for _, text := range Questions() {
		q := s.ask(t, text).Ask(engine.Filter{}, "", everything)
		q.Quoted = nil
		found := find(t, s.engine, q)
		for _, d := range s.docs {
			c := candidate(found, d.URL)
			whole, parts := terms.Nowhere, uint8(0)
			if c != nil {
				whole, parts = c.Whole, c.Parts
			}
			check := func(what string, run engine.Run, claimed bool) {
				switch is := has(d, run.Text); {
				case len(run.Pieces) == 0 && claimed:
					t.Errorf("%q: %s is said to have %s, which has no pieces", text, d.URL, what)
				case len(run.Pieces) > 0 && is >= terms.Clean && !claimed:
					t.Errorf("%q: %s has %s %q, and is not said to", text, d.URL, what, run.Text)
				case is == terms.Nowhere && claimed && run.Proof != terms.Inside:
					t.Errorf("%q: %s is said to have %s %q, and has not", text, d.URL, what, run.Text)
				}
			}
			check("the whole", q.Whole, whole > terms.Nowhere)
			for i, part := range q.Parts {
				check("the part", part, parts&(1<<i) != 0)
			}
		}
	}
}

// quoted runs must stand in all that is found.
func (s *suite) quoted(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []string
	}{
		{"“密封圈”怎么办", []string{"/kettle/leak/"}},
		{"「重启设备」 “换一个信道”", []string{"/wifi/slow/"}},
		{"“重启设备”", []string{"/print/offline/", "/wifi/slow/"}},
		{"“重 启，设 备”", []string{"/print/offline/", "/wifi/slow/"}},
		{"\"REFUND ISSUED\"", []string{"/en/refund/"}},
		{"\"refundissued\"", []string{"/en/refund/"}},
		{"“没有这句话” 冰箱", nil},
		{"“冰箱晚上”“温度调高”", nil},
	} {
		found := find(t, s.engine, s.ask(t, tt.text).Ask(engine.Filter{}, "", everything))
		if diff := gocmp.Diff(tt.want, urls(found), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.text, diff)
		}
		if found.Hits > len(tt.want) {
			t.Errorf("%s has %d hits, want no more than %d", tt.text, found.Hits, len(tt.want))
		}
	}
}

// filters keep what they say, and do not change what a hit is.
func (s *suite) filters(t *testing.T) {
	byURL := map[string]*article.Document{}
	for _, d := range s.docs {
		byURL[d.URL] = d
	}
	named := func(list []article.Tag, name string) bool {
		return name == "" || slices.ContainsFunc(list, func(t article.Tag) bool { return t.Name == name })
	}
	for _, text := range []string{"怎么办", "打印机", "重启", "Wi-Fi", "refund", "“设备”", "打印机 脱机"} {
		open := find(t, s.engine, s.ask(t, text).Ask(engine.Filter{}, "", everything))
		for _, filter := range []engine.Filter{
			{Kind: "cause"},
			{Kind: "case"},
			{Kind: "nonsense"},
			{Product: "打印机"},
			{Product: "Wi-Fi"},
			{Cause: "网络断开"},
			{Solution: "重启设备"},
			{Product: "Wi-Fi", Kind: "solution", Solution: "重启设备"},
			{Product: "水垢过厚"},
			{Product: "热水壶"},
		} {
			keeps := func(url string) bool {
				d := byURL[url]
				return named(d.Products, filter.Product) && named(d.Causes, filter.Cause) && named(d.Solutions, filter.Solution) &&
					(filter.Kind == "" || slices.ContainsFunc(d.Sections, func(s article.Section) bool { return s.Kind == filter.Kind }))
			}
			q := s.ask(t, text).Ask(filter, "", everything)
			found := find(t, s.engine, q)
			if s.asWritten {
				sameFound(t, text, find(t, s.oracle, q), found)
			}
			var want []string
			for _, url := range urls(open) {
				if keeps(url) {
					want = append(want, url)
				}
			}
			if diff := gocmp.Diff(want, urls(found), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s of %+v (-want +got):\n%s", text, filter, diff)
			}
			for _, c := range found.Candidates {
				if before := candidate(open, c.Facts.URL); before != nil && before.Hit != c.Hit {
					t.Errorf("%s: with the filter %+v %s is a hit: %v, without: %v", text, filter, c.Facts.URL, c.Hit, before.Hit)
				}
			}
		}
	}
}

// languages are kept like filters; one that the site has not keeps all.
func (s *suite) languages(t *testing.T) {
	for _, text := range []string{"Wi-Fi", "打印机", "printer"} {
		all := find(t, s.engine, s.ask(t, text).Ask(engine.Filter{}, "", everything))
		for _, language := range []string{"zh-CN", "en", "de", "fr", "zh"} {
			q := s.ask(t, text).Ask(engine.Filter{}, language, everything)
			found := find(t, s.engine, q)
			if s.asWritten {
				sameFound(t, text, find(t, s.oracle, q), found)
			}
			var want []string
			for _, c := range all.Candidates {
				if !slices.Contains(s.engine.Site().Languages, language) || c.Facts.Language == language {
					want = append(want, c.Facts.URL)
				}
			}
			slices.Sort(want)
			if diff := gocmp.Diff(want, urls(found), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s in %s (-want +got):\n%s", text, language, diff)
			}
		}
	}
}

// only asks about articles, whether or not they answer.
func (s *suite) only(t *testing.T) {
	all := find(t, s.engine, s.ask(t, "冷藏室结冰").Ask(engine.Filter{}, "", everything))
	for _, filter := range []engine.Filter{{}, {Product: "打印机"}} {
		q := s.ask(t, "冷藏室结冰").Ask(filter, "", everything)
		q.Only = []string{"/wifi/slow/", "/fridge/ice/", "/no/such/", "/en/refund/", "/fridge/ice/"}
		found := find(t, s.engine, q)
		if diff := gocmp.Diff([]string{"/en/refund/", "/fridge/ice/", "/wifi/slow/"}, urls(found)); diff != "" {
			t.Errorf("candidates of %+v (-want +got):\n%s", filter, diff)
			continue
		}
		ice, refund := candidate(found, "/fridge/ice/"), candidate(found, "/en/refund/")
		if before := candidate(all, "/fridge/ice/"); math.Abs(float64(ice.Score-before.Score)) > scoreError || ice.Whole != before.Whole || ice.Parts != before.Parts {
			t.Errorf("asked alone, with the filter %+v, it is %+v, else %+v", filter, ice, before)
		}
		if refund.Score != 0 || refund.Hit {
			t.Errorf("an article that has nothing of the question: %+v", refund)
		}
	}
	q := s.ask(t, "xyzzy").Ask(engine.Filter{}, "", 1)
	q.Only = []string{"/fridge/ice/"}
	found := find(t, s.engine, q)
	if len(found.Candidates) != 1 || found.Candidates[0].Hit || found.Hits != 0 {
		t.Errorf("asked for what is nowhere: %+v", found)
	}
}

// limit bounds the candidates, but for those that have a run, and changes
// nothing else.
func (s *suite) limit(t *testing.T) {
	for _, text := range []string{"怎么办", "打印机", "打印机 脱机", "冰箱嗡嗡响", "refund"} {
		all := find(t, s.engine, s.ask(t, text).Ask(engine.Filter{}, "", everything))
		parts := len(s.ask(t, text).Parts)
		for _, limit := range []int{1, 2, 5, 50} {
			found := find(t, s.engine, s.ask(t, text).Ask(engine.Filter{}, "", limit))
			best := byScore(all)
			for i, c := range byScore(all) {
				got := candidate(found, c.Facts.URL)
				holds := c.Whole > terms.Nowhere || parts > 0 && c.Parts == 1<<parts-1
				if wanted := i < limit || holds; (got != nil) != wanted && !(i > 0 && best[i-1].Score-c.Score < scoreError) {
					t.Errorf("%s, at most %d: is number %d, %s, a candidate: %v, want %v", text, limit, i+1, c.Facts.URL, got != nil, wanted)
				}
			}
			if found.Hits != all.Hits || found.Total != all.Total {
				t.Errorf("%s: %d hits of %d, without a limit %d of %d", text, found.Hits, found.Total, all.Hits, all.Total)
			}
			if diff := gocmp.Diff(all.Facets, found.Facets); diff != "" {
				t.Errorf("%s: facets without and with a limit (-want +got):\n%s", text, diff)
			}
		}
	}
}

// manyWithARun: an article that has what was quoted, or all parts, is found
// and is a hit, however many gain more by the other words.
func (s *suite) manyWithARun(t *testing.T) {
	const common = "电水壶冰箱打印机密码路由器转账"
	var docs []*article.Document
	for i := range 560 {
		d := &article.Document{URL: fmt.Sprintf("/many/%d/", i), Language: "zh-CN", Title: "灯不亮"}
		if i%2 == 0 {
			d.Title, d.Symptoms = common, []string{common}
		}
		docs = append(docs, d)
	}
	docs[5].Title, docs[5].Sections = "说明", []article.Section{{Text: long(400) + "垫圈在工具箱里"}}
	e := s.open(t, docs, nil)
	ask := asker(t, e)
	for _, text := range []string{"“垫圈”" + common, "“工具箱”" + common, "工具箱 垫圈"} {
		found := find(t, e, ask(text).Ask(engine.Filter{}, "", 20))
		if candidate(found, docs[5].URL) == nil {
			t.Errorf("%s: the article that has it is not among %d candidates", text, len(found.Candidates))
		}
		if len(ask(text).Quoted) > 0 && (len(found.Candidates) != 1 || found.Hits != 1) {
			t.Errorf("%s: %d candidates, %d hits, want the one that has it", text, len(found.Candidates), found.Hits)
		}
	}
}

// facets count the hits.
func (s *suite) facets(t *testing.T) {
	byURL := map[string]*article.Document{}
	for _, d := range s.docs {
		byURL[d.URL] = d
	}
	for _, text := range []string{"怎么办", "Wi-Fi", "打印机", "refund", "电水壶 漏水"} {
		found := find(t, s.engine, s.ask(t, text).Ask(engine.Filter{}, "", everything))
		hits := 0
		products, ofKind := map[string]int{}, map[string]int{}
		for _, c := range found.Candidates {
			if !c.Hit {
				continue
			}
			hits++
			d := byURL[c.Facts.URL]
			for _, tag := range d.Products {
				products[tag.Name]++
			}
			for _, kind := range article.Kinds {
				if slices.ContainsFunc(d.Sections, func(s article.Section) bool { return s.Kind == kind }) {
					ofKind[kind]++
				}
			}
		}
		if hits != found.Hits || hits == 0 {
			t.Errorf("%s: %d hits, and %d candidates are", text, found.Hits, hits)
		}
		if diff := gocmp.Diff(products, asMap(found.Facets.Product)); diff != "" {
			t.Errorf("%s: products of the hits (-want +got):\n%s", text, diff)
		}
		if diff := gocmp.Diff(ofKind, asMap(found.Facets.Kind)); diff != "" {
			t.Errorf("%s: kinds of the hits (-want +got):\n%s", text, diff)
		}
		for _, list := range [][]engine.Count{found.Facets.Product, found.Facets.Cause, found.Facets.Solution} {
			if !slices.IsSortedFunc(list, func(a, b engine.Count) int { return b.Count - a.Count }) {
				t.Errorf("%s: a facet is not in order: %v", text, list)
			}
		}
	}
}

func asMap(list []engine.Count) map[string]int {
	out := map[string]int{}
	for _, c := range list {
		out[c.Value] = c.Count
	}
	return out
}
