package search_test

import (
	"slices"
	"testing"

	"whyfix/internal/search"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/local"
)

// The language of a document picks how its words are cut, and one question
// finds all.
func TestLanguages(t *testing.T) {
	t.Parallel()
	docs := []*search.Document{
		{URL: "/en/refund/", Language: "en", Title: "My refund has not arrived", Symptoms: []string{"payment declined"}, Sections: []search.Section{{Text: "Banks post refunds within ten days."}}},
		{URL: "/en/router/", Language: "en-GB", Title: "The router restarts by itself", Symptoms: []string{"wifi drops every evening"}, Sections: []search.Section{{Text: "It overheats."}}},
		{URL: "/de/kinder/", Language: "de", Title: "Ausweise der Kinder verlängern", Symptoms: []string{"Kinderausweis abgelaufen"}, Sections: []search.Section{{Text: "Die Behörde braucht ein neues Lichtbild."}}},
		{URL: "/de/business/", Language: "de", Title: "Business des Jahres", Symptoms: []string{"Steuernummer fehlt"}, Sections: []search.Section{{Text: "Fragen Sie das Finanzamt."}}},
		{URL: "/ru/card/", Language: "ru", Title: "Карта не работает", Symptoms: []string{"платёж отклонён"}, Sections: []search.Section{{Text: "Проверьте срок действия."}}},
		{URL: "/zh/wifi/", Language: "zh-CN", Title: "WiFi 连上了却上不了网", Symptoms: []string{"connected 但打不开网页"}, Sections: []search.Section{{Text: "重启 router 再试。"}}},
	}
	x := open(t, docs)
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
		got := urls(ask(t, x, search.Query{Text: tt.ask, Size: 3}).Hits)
		if len(got) == 0 || got[0] != tt.want {
			t.Errorf("%q finds %v, want %s first", tt.ask, got, tt.want)
		}
	}
	// German words keep their endings, English ones do not.
	index, err := local.New(t.Context(), docs, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	words := []string{"business", "busi", "refund", "arriv"}
	counts, err := index.Counts(t.Context(), engine.InBody, words)
	if want := []int{1, 0, 1, 1}; err != nil || !slices.Equal(counts, want) {
		t.Errorf("%v articles have the terms %q, %v; want %v", counts, words, err, want)
	}
}

// A reader's language comes first, in hits and suggestions; where it has no
// answer, another is better than none.
func TestPreferredLanguage(t *testing.T) {
	t.Parallel()
	x := open(t, []*search.Document{
		{URL: "/wifi/", Language: "zh-CN", Title: "WiFi 连不上", Symptoms: []string{"wifi 打不开"}, Products: []search.Tag{{Name: "WiFi", URL: "/products/wifi/"}}},
		{URL: "/en/wifi/", Language: "en", Title: "WiFi does not connect", Products: []search.Tag{{Name: "WiFi", URL: "/en/products/wifi/"}}},
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
		got := urls(ask(t, x, search.Query{Text: tt.ask, Language: tt.language, Size: 5}).Hits)
		slices.Sort(got)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%q in %q finds %v, want %v", tt.ask, tt.language, got, tt.want)
		}
	}
	if f := ask(t, x, search.Query{Text: "wifi", Size: 5}).Facets.Product; len(f) != 1 || f[0] != (search.Count{Value: "WiFi", Count: 2}) {
		t.Errorf("the facet counts %v, want WiFi 2", f)
	}
	if got := urls(ask(t, x, search.Query{Text: "wifi", Size: 5, Filter: search.Filter{Product: "WiFi"}}).Hits); len(got) != 2 {
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
