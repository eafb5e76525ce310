package local

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"whyfix/internal/search/article"
	"whyfix/internal/search/engine/enginetest"
)

// What is searched here is searched elsewhere too.
var (
	tagged        = enginetest.Tagged
	corpus        = enginetest.Corpus
	vocabulary    = enginetest.Vocabulary
	generated     = enginetest.Generated
	madeDocuments = enginetest.Made
)

// village is a site of that many articles in three languages.
func village(r *rand.Rand, n int) []*article.Document {
	docs := corpus()
	for _, d := range docs {
		d.Language = "zh-CN"
		if strings.HasPrefix(d.URL, "/en/") {
			d.Language = "en"
		}
	}
	docs = append(docs,
		&article.Document{URL: "/de/kinder/", Language: "de", Title: "Ausweise der Kinder verlängern", Symptoms: []string{"Kinderausweis abgelaufen"}},
		&article.Document{URL: "/de/business/", Language: "de", Title: "Business des Jahres", Products: tagged("de/products", "WLAN")})
	for len(docs) < n {
		d := generated(r, fmt.Sprintf("/v/%d/", len(docs)))
		d.Language = "zh-CN"
		docs = append(docs, d)
	}
	return docs
}

// change edits a few documents, which are never changed in place, and says how.
func change(r *rand.Rand, docs []*article.Document, step int) ([]*article.Document, string) {
	docs = slices.Clone(docs)
	one := r.IntN(len(docs))
	d := *docs[one]
	switch r.IntN(7) {
	case 0:
		added := generated(r, fmt.Sprintf("/new/%d/", step))
		added.Language, added.Title = "zh-CN", "新词 "+added.Title
		return slices.Insert(docs, one, added), "add " + added.URL
	case 1:
		return slices.Delete(docs, one, one+1), "delete " + d.URL
	case 2:
		from := d.URL
		d.URL = fmt.Sprintf("/moved/%d/", step)
		d.Summary = "挪了。"
		docs[one] = &d
		return docs, "rename " + from
	case 3:
		d.Products = append(tagged("products", vocabulary[r.IntN(10)]), d.Products...)
		d.Causes = tagged("causes", "新标签")
		docs[one] = &d
		return docs, "tags of " + d.URL
	case 4:
		d.Symptoms = append(slices.Clone(d.Symptoms), "共同的说法", "改过的说法")
		docs[one] = &d
		return docs, "symptoms of " + d.URL
	case 5:
		d.Sections = append(slices.Clone(d.Sections), article.Section{Anchor: "x", Title: "改过的一节", Kind: "case", Text: "改过的文字，refund 也在。"})
		docs[one] = &d
		return docs, "sections of " + d.URL
	}
	if len(d.Symptoms) > 0 {
		d.Symptoms = d.Symptoms[1:]
	}
	d.Title = "改过的" + d.Title
	docs[one] = &d
	return docs, "title of " + d.URL
}
