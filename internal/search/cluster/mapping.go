package cluster

import (
	"encoding/base64"
	"strings"

	"whyfix/internal/search/engine"
)

// What a cluster is told of an index.
//
// Each article is a document. Its body has every term once, as "term|n", where
// n is what the term counts in this article by BM25F, all fields and their
// lengths included, in parts of 4096: so the one thing that is left to the
// cluster is what BM25 without lengths does, n/(n+k1). The weight that it
// multiplies by itself, from how many articles have the term, is known, and is
// taken out of the question's own. Other fields only tell which articles have
// a term.
//
// Beside the articles the index has the words that they have and the wordings
// that may be suggested, each with how many articles have it. These have none
// of the fields of articles, so no question about articles sees them.

// The fields of the index, beside those of engine.Fields.
const (
	fieldURL      = "url"
	fieldLanguage = "language"
	fieldKind     = "kind"
	fieldProduct  = "product"
	fieldCause    = "cause"
	fieldSolution = "solution"
	fieldSource   = "source"  // of what is no page of the site
	fieldExpires  = "expires" // … in seconds since 1970
	fieldStamp    = "stamp"   // … which tells two of its states apart
	fieldFrom     = "from"    // … the file that it is from
	fieldHead     = "head"    // what ranking knows, as a column: it is read for every candidate
	fieldText     = "text"    // what is read of few
	// Of words.
	fieldWord     = "word"      // of letters, as the articles have it
	fieldTerm     = "long_term" // … or a term of the body that is long enough to be looked for by its start
	fieldArticles = "articles"  // how many have it
	// Of wordings.
	fieldWording  = "wording"  // as it is written
	fieldRun      = "run"      // its characters, between marks
	fieldWhole    = "whole"    // … as one
	fieldInitials = "initials" // of its syllables, by two
	fieldLeads    = "leads"    // where
	fieldEntry    = "entry"    // engine.EntryKind
	fieldUses     = "uses"
	fieldLength   = "length"
	fieldIn       = "in"    // the language
	fieldPlace    = "place" // among titles and symptoms
)

// parts is what 1 counts for in a term's number.
const parts = 4096

// k1 is the similarity's.
const k1 = engine.K1 * parts

// definition is what an index is created with.
func definition(meta meta, shards int) query {
	words := query{"type": "keyword", "doc_values": false, "norms": false}
	column := query{"type": "keyword"}
	number := query{"type": "integer"}
	kept := query{"type": "keyword", "index": false}
	fields := query{
		string(engine.InBody): query{"type": "text", "analyzer": "counted", "search_analyzer": "keyword", "similarity": "saturating", "norms": false, "index_options": "freqs"},
		fieldURL:              column, fieldLanguage: column, fieldKind: column, fieldProduct: column, fieldCause: column, fieldSolution: column, fieldSource: column, fieldFrom: column,
		fieldStamp: kept, fieldExpires: query{"type": "long"},
		fieldHead: query{"type": "binary", "doc_values": true}, fieldText: query{"type": "binary", "store": true},
		fieldWord: column, fieldTerm: column, fieldArticles: number,
		fieldWording: kept, fieldLeads: kept, fieldWhole: query{"type": "keyword", "doc_values": false, "norms": false},
		fieldRun: query{"type": "text", "analyzer": "plain", "norms": false}, fieldInitials: query{"type": "keyword", "doc_values": false, "norms": false},
		fieldEntry: number, fieldUses: number, fieldLength: number, fieldIn: column, fieldPlace: number,
	}
	for _, f := range engine.Fields[1:] {
		fields[string(f)] = words
	}
	return query{
		"settings": query{
			"number_of_shards": shards, "number_of_replicas": 0, "refresh_interval": "-1",
			"similarity": query{"saturating": query{"type": "BM25", "k1": k1, "b": 0}},
			"analysis": query{
				"tokenizer": query{"spaces": query{"type": "whitespace", "max_token_length": 4096}},
				"filter":    query{"counts": query{"type": "delimited_term_freq", "delimiter": "|"}},
				"analyzer": query{
					"counted": query{"type": "custom", "tokenizer": "spaces", "filter": []string{"counts"}},
					"plain":   query{"type": "custom", "tokenizer": "spaces"},
				},
			},
		},
		"mappings": query{"dynamic": false, "_source": query{"enabled": false}, "_meta": query{"whyfix": meta}, "properties": fields},
	}
}

// meta is what an index says of itself.
type meta struct {
	Schema  int    `json:"schema"`
	Site    string `json:"site"`
	Release string `json:"release"`
	// Live: its release was. An index without is of a build that runs or died.
	Live bool `json:"live"`
}

// Schema changes whenever an index of before would give other answers, or none.
const Schema = 3

// The cluster takes and gives bytes so.
func encode(data []byte) string { return base64.StdEncoding.EncodeToString(data) }

func decode(text string) ([]byte, error) {
	return base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
}
