package search

import (
	"encoding/json"
	"fmt"
	"strconv"

	"whyfix/internal/han"
	"whyfix/internal/search/weigh"
)

// Synonyms are words that a site's writers say mean the same: any of Asked in
// a question also finds any of Found in an article. Where both hold the same
// words it works in both directions.
type Synonyms struct {
	Asked []string
	Found []string
}

// synonyms are the groups as lexicons: one for questions, one for articles.
type synonyms struct {
	asked, found *han.Lexicon
}

func newSynonyms(list []Synonyms) synonyms {
	var asked, found []han.Group
	for n, s := range list {
		name := "#" + strconv.Itoa(n)
		asked, found = append(asked, han.Group{Name: name, Words: s.Asked}), append(found, han.Group{Name: name, Words: s.Found})
	}
	return synonyms{han.NewLexicon(asked), han.NewLexicon(found)}
}

// synonymKey is the key of a group's term. Its numbers follow those of the
// general lexicon.
func synonymKey(n int) weigh.Key { return weigh.MeaningKey(han.General().Count() + n) }

// isSynonym tells the terms of the site's own groups.
func isSynonym(k weigh.Key) bool {
	return k.Class() == weigh.Meaning && k.Number() >= han.General().Count()
}

// synonymTerm is how a group's term is written in the index.
func synonymTerm(n int) string { return "\x01#" + strconv.Itoa(n) }

const synonymsKey = "whyfix-synonyms"

func encodeSynonyms(list []Synonyms) ([]byte, error) {
	data, err := json.Marshal(list)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return data, nil
}

func decodeSynonyms(data []byte) ([]Synonyms, error) {
	var list []Synonyms
	if len(data) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("search: the index's synonyms: %w", err)
	}
	return list, nil
}
