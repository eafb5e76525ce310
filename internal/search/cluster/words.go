package cluster

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
)

// mostWords is how many words are looked at for those that are near.
const mostWords = 1000

// Words are words of letters that the articles have.
func (x *Index) Words(ctx context.Context, like engine.Like) ([]engine.Counted, error) {
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return nil, err
	}
	filter, field := wordsLike(like)
	if filter == nil || like.Limit <= 0 {
		return nil, nil
	}
	answers, err := x.sure(ctx, []query{{
		"size": mostWords, "track_total_hits": false, "query": all(filter...),
		"sort":          []any{query{fieldArticles: "desc"}, query{field: "asc"}},
		"stored_fields": "_none_", "docvalue_fields": []string{field, fieldArticles},
	}})
	switch {
	case err == nil:
	case errors.Is(ctx.Err(), context.DeadlineExceeded), errors.Is(err, errLate): // it has none by now
		return nil, nil
	default:
		return nil, err
	}
	var out []engine.Counted
	for i := range answers[0].Hits.Hits {
		f := &answers[0].Hits.Hits[i].Fields
		text := first(f.Word)
		if field == fieldTerm {
			text = first(f.Term)
		}
		if len(out) < like.Limit && (like.Holding != "" || utf8.RuneCountInString(text) > 1) {
			out = append(out, engine.Counted{Text: text, Count: firstOf(f.Articles)})
		}
	}
	return out, nil
}

// wordsLike are the words that are wanted, and the field that has them.
func wordsLike(like engine.Like) (filter []query, field string) {
	switch {
	case like.Holding == "":
		near := []rune(like.Near)
		if len(near) < 2 {
			return nil, ""
		}
		// Its first letter is right, or its first two are the wrong way round.
		starts := []query{{"prefix": query{fieldWord: string(near[0])}}}
		if near[0] != near[1] {
			starts = append(starts, query{"prefix": query{fieldWord: string(near[1]) + string(near[0])}})
		}
		return []query{
			{"fuzzy": query{fieldWord: query{
				"value": like.Near, "fuzziness": min(like.Mistakes, 2), "transpositions": true, "rewrite": "constant_score",
			}}},
			anyOf(starts...),
		}, fieldWord
	case like.Starting && utf8.RuneCountInString(like.Holding) >= engine.LongStart:
		return []query{{"prefix": query{fieldTerm: like.Holding}}}, fieldTerm
	case like.Starting:
		return []query{{"prefix": query{fieldWord: like.Holding}}}, fieldWord
	}
	return []query{{"wildcard": query{fieldWord: "*" + wild.Replace(like.Holding) + "*"}}}, fieldWord
}

// wild writes a text for a pattern.
var wild = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`)

// mostHeard bounds what Sounding gives.
const mostHeard = 1000

// Sounding are articles that have, for each place, one of its pairs of
// syllables.
func (x *Index) Sounding(ctx context.Context, places [][]string, limit int) ([]*article.Facts, error) {
	if err := ctx.Err(); err != nil || len(places) == 0 || limit <= 0 {
		return nil, err
	}
	var filters []query
	for _, alternatives := range places {
		if len(alternatives) == 0 {
			return nil, nil
		}
		ways := []query{havingAny(string(engine.InSounds), alternatives)}
		for _, a := range alternatives {
			if !strings.Contains(a, " ") { // the rest are pairs that start so
				ways = append(ways, query{"prefix": query{string(engine.InSounds): a + " "}})
			}
		}
		filters = append(filters, anyOf(ways...))
	}
	answers, err := x.sure(ctx, []query{{
		"size": min(limit, mostHeard), "track_total_hits": false, "query": all(filters...), "sort": []string{fieldURL},
		"stored_fields": "_none_", "docvalue_fields": []string{fieldURL},
	}})
	if err != nil {
		return nil, err
	}
	var urls []string
	for i := range answers[0].Hits.Hits {
		urls = append(urls, first(answers[0].Hits.Hits[i].Fields.URL))
	}
	facts, err := x.factsOf(ctx, urls)
	if err != nil {
		return nil, err
	}
	var out []*article.Facts
	for _, url := range slices.SortedFunc(slices.Values(urls), cmp.Compare[string]) {
		out = append(out, facts[url])
	}
	return out, nil
}
