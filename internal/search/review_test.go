package search_test

import (
	"slices"
	"testing"

	"whyfix/internal/search"
)

// A filter keeps some of the answers; it does not ask another question.
func TestFilterKeepsTheQuestion(t *testing.T) {
	t.Parallel()
	tag := func(name string) []search.Tag { return []search.Tag{{Name: name, URL: "/products/" + name + "/"}} }
	x := open(t, []*search.Document{
		{URL: "/a/", Title: "付款失败怎么办", Products: tag("卡")},
		{URL: "/b/", Title: "还款失败", Products: tag("账户"), Sections: []search.Section{{Text: "先看付款的卡。"}}},
		{URL: "/c/", Title: "付款没有成功", Products: tag("账户"), Sections: []search.Section{{Text: "失败的原因很多。"}}},
	})
	all := ask(t, x, search.Query{Text: "付款失败", Size: 10})
	for _, f := range all.Facets.Product {
		r := ask(t, x, search.Query{Text: "付款失败", Size: 10, Filter: search.Filter{Product: f.Value}})
		if r.Total != f.Count || r.Mode != all.Mode || r.Corrected != all.Corrected {
			t.Errorf("with %s: %d hits, %s %q; want %d, %s %q", f.Value, r.Total, r.Mode, r.Corrected, f.Count, all.Mode, all.Corrected)
		}
	}
}

// Mistyped words of letters are compared as they are written, and so is what
// the reader is told.
func TestMistypedWords(t *testing.T) {
	t.Parallel()
	x := open(t, []*search.Document{
		{URL: "/refund/", Language: "en", Title: "Refund not received", Symptoms: []string{"no verification code"}},
		{URL: "/battery/", Language: "en", Title: "The battery drains", Symptoms: []string{"account closed", "transaction asked twice"}},
	})
	for _, tt := range []struct{ ask, corrected, url string }{
		{"verfication", "verification", "/refund/"},
		{"refnd not recieved", "refund not received", "/refund/"},
		{"batery", "battery", "/battery/"},
		{"cloesd", "closed", "/battery/"}, // two letters that changed places are one mistake
		{"aksed", "asked", "/battery/"},
		{"trnsaction", "transaction", "/battery/"},
	} {
		r := ask(t, x, search.Query{Text: tt.ask, Size: 3})
		if r.Corrected != tt.corrected || len(r.Hits) == 0 || r.Hits[0].URL != tt.url {
			t.Errorf("%q: corrected %q, hits %v; want %q, %s", tt.ask, r.Corrected, urls(r.Hits), tt.corrected, tt.url)
		}
	}
}

func TestQuotedSigns(t *testing.T) {
	t.Parallel()
	x := open(t, []*search.Document{
		{URL: "/sharp/", Title: "C# 项目打不开"},
		{URL: "/plus/", Title: "C++ 编译失败"},
		{URL: "/cafe/", Title: "咖啡机 c 键失灵"},
		{URL: "/rate/", Title: "利率", Sections: []search.Section{{Text: "年利率 5% 是怎么算的😀"}}},
	})
	for sign, want := range map[string]string{"#": "/sharp/", "++": "/plus/", "%": "/rate/", "😀": "/rate/", "5%": "/rate/"} {
		if got := urls(ask(t, x, search.Query{Text: sign, Size: 5}).Hits); len(got) == 0 || got[0] != want {
			t.Errorf("%s finds %v, want %s first", sign, got, want)
		}
	}
	for quoted, want := range map[string]string{`"C#"`: "/sharp/", `"C++"`: "/plus/"} {
		if got := urls(ask(t, x, search.Query{Text: quoted, Size: 5}).Hits); !slices.Equal(got, []string{want}) {
			t.Errorf("%s finds %v, want %s alone", quoted, got, want)
		}
	}
}

// Spaces and punctuation are how people type, not what they look for.
func TestSuggestBetweenSpaces(t *testing.T) {
	t.Parallel()
	x := open(t, []*search.Document{
		{URL: "/a/", Title: "花呗关不掉", Symptoms: []string{"收不到银行的验证码"}, Products: []search.Tag{{Name: "花呗", URL: "/products/huabei/"}}},
	})
	for typed, want := range map[string]string{
		"花呗 关": "花呗关不掉", "收不到 验证码": "收不到银行的验证码", "花呗关？": "花呗关不掉", "花呗": "花呗", "花呗关不掉怎么办": "花呗关不掉",
	} {
		found, err := x.Suggest(t.Context(), typed, "", 8)
		if err != nil || len(found) == 0 || found[0].Text != want {
			t.Errorf("%q suggests %v, %v; want %s first", typed, found, err, want)
		}
	}
}

// What stands in a text exactly as typed was no slip, even if the same
// characters in another order are somebody's symptom.
func TestRunInATextIsNotCorrected(t *testing.T) {
	t.Parallel()
	x := open(t, []*search.Document{
		{URL: "/a/", Title: "借呗用不了，怎么办？", Sections: []search.Section{{Text: "先看借呗。修订之乙丙。"}}},
		{URL: "/b/", Title: "提现", Symptoms: []string{"修订之丙乙"}},
	})
	r := ask(t, x, search.Query{Text: "修订之乙丙", Size: 5})
	if r.Corrected != "" || !slices.Contains(urls(r.Hits), "/a/") {
		t.Errorf("searched %q instead, and found %v; want what was typed and /a/", r.Corrected, urls(r.Hits))
	}
}
