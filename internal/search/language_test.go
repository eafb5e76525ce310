package search

import (
	"slices"
	"testing"
)

// The language of a document picks how its words are cut, and one question
// finds all.
func TestLanguages(t *testing.T) {
	t.Parallel()
	docs := []*Document{
		{URL: "/en/refund/", Language: "en", Title: "My refund has not arrived", Symptoms: []string{"payment declined"}, Sections: []Section{{Text: "Banks post refunds within ten days."}}},
		{URL: "/en/router/", Language: "en-GB", Title: "The router restarts by itself", Symptoms: []string{"wifi drops every evening"}, Sections: []Section{{Text: "It overheats."}}},
		{URL: "/de/kinder/", Language: "de", Title: "Ausweise der Kinder verlängern", Symptoms: []string{"Kinderausweis abgelaufen"}, Sections: []Section{{Text: "Die Behörde braucht ein neues Lichtbild."}}},
		{URL: "/de/business/", Language: "de", Title: "Business des Jahres", Symptoms: []string{"Steuernummer fehlt"}, Sections: []Section{{Text: "Fragen Sie das Finanzamt."}}},
		{URL: "/ru/card/", Language: "ru", Title: "Карта не работает", Symptoms: []string{"платёж отклонён"}, Sections: []Section{{Text: "Проверьте срок действия."}}},
		{URL: "/zh/wifi/", Language: "zh-CN", Title: "WiFi 连上了却上不了网", Symptoms: []string{"connected 但打不开网页"}, Sections: []Section{{Text: "重启 router 再试。"}}},
	}
	x := built(t, docs)
	for _, tt := range []struct{ ask, want string }{
		{"refunds not arriving", "/en/refund/"},
		{"declined payments", "/en/refund/"},
		{"router restarting", "/en/router/"},
		{"reffund", "/en/refund/"}, // one letter too many
		{"rotuer restarts", "/en/router/"},
		{"Kindrausweis", "/de/kinder/"},
		{"Stuernumer", "/de/business/"}, // two mistakes in a long word
		{"Kinder", "/de/kinder/"},
		{"Jahres", "/de/business/"},
		{"verlangern", "/de/kinder/"}, // typed without the dots
		{"карта", "/ru/card/"},
		{"платеж отклонен", "/ru/card/"},
		{"wifi 上不了网", "/zh/wifi/"},
		{"connecting 打不开", "/zh/wifi/"},
	} {
		got := urls(ask(t, x, Query{Text: tt.ask, Size: 3}).Hits)
		if len(got) == 0 || got[0] != tt.want {
			t.Errorf("%q finds %v, want %s first", tt.ask, got, tt.want)
		}
	}
	// German words keep their endings, English ones do not.
	for term, want := range map[string]int{"business": 1, "busi": 0, "refund": 1, "refunds": 0} {
		if got, err := x.fields().all.count(term); err != nil || got != want {
			t.Errorf("%d articles have the term %q, %v; want %d", got, term, err, want)
		}
	}
}

// A reader's language comes first, in hits and suggestions; where it has no
// answer, another is better than none.
func TestPreferredLanguage(t *testing.T) {
	t.Parallel()
	x := built(t, []*Document{
		{URL: "/wifi/", Language: "zh-CN", Title: "WiFi 连不上", Symptoms: []string{"wifi 打不开"}, Products: []Tag{{Name: "WiFi", URL: "/products/wifi/"}}},
		{URL: "/en/wifi/", Language: "en", Title: "WiFi does not connect", Products: []Tag{{Name: "WiFi", URL: "/en/products/wifi/"}}},
		{URL: "/refund/", Language: "zh-CN", Title: "退款没到"},
	})
	for _, tt := range []struct {
		ask, language string
		want          []string
	}{
		{"wifi", "en", []string{"/en/wifi/"}},
		{"wifi", "zh-CN", []string{"/wifi/"}},
		{"wifi", "fr", []string{"/en/wifi/", "/wifi/"}}, // which the site does not have
		{"退款", "en", []string{"/refund/"}},
	} {
		got := urls(ask(t, x, Query{Text: tt.ask, Language: tt.language, Size: 5}).Hits)
		slices.Sort(got)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%q in %q finds %v, want %v", tt.ask, tt.language, got, tt.want)
		}
	}
	if f := ask(t, x, Query{Text: "wifi", Size: 5}).Facets.Product; len(f) != 1 || f[0] != (Count{"WiFi", 2}) {
		t.Errorf("the facet counts %v, want WiFi 2", f)
	}
	if got := urls(ask(t, x, Query{Text: "wifi", Size: 5, Filter: Filter{Product: "WiFi"}}).Hits); len(got) != 2 {
		t.Errorf("the filter WiFi keeps %v, want both", got)
	}
	for language, want := range map[string]string{"en": "/en/", "zh-CN": "/"} {
		found, err := x.Suggest(t.Context(), "wifi", language, 8)
		if err != nil || len(found) == 0 {
			t.Fatalf("suggestions in %s: %v, %v", language, found, err)
		}
		for _, s := range found {
			if en := len(s.URL) > 4 && s.URL[:4] == "/en/"; en != (want == "/en/") {
				t.Errorf("in %s %s is suggested", language, s.URL)
			}
		}
	}
}
