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
	// German words keep their endings: “Jahre” is not another form of “Jahres”.
	if r := ask(t, x, Query{Text: "Busines", Size: 3}); slices.Contains(urls(r.Hits), "/de/business/") && r.Mode == Exact && r.Corrected == "" && r.Hits[0].Parts[2].Share == 0 {
		t.Errorf("“Busines” counts as a form of “Business” in German: %+v", r.Hits[0])
	}
}
