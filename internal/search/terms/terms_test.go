package terms_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whyfix/internal/han"
	"whyfix/internal/search/terms"
)

// written is a term as the tests have it: its form and its text.
func written(runes []rune, t terms.Term) string { return t.Form.String() + " " + t.Text(runes) }

// each are the terms of a text.
func each(a han.Analyzer, text string) []string {
	var out []string
	runes := han.AppendMarked(nil, text)
	terms.NewCutter().Each(a, runes, func(t terms.Term) { out = append(out, written(runes, t)) })
	return out
}

// anyOrder compares lists as sets that may have a thing twice.
var anyOrder = cmpopts.SortSlices(strings.Compare)

func TestEach(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		want       string // divided by commas
	}{
		{"nothing", "", ""},
		{"punctuation alone", " ，。!? \n", ""},
		{"one character", "卡", "char 卡"},
		{"characters", "打不开", "char 打,char 不,char 开,char 打不,char 不开"},
		{"characters across punctuation and spaces", "打，不 开", "char 打,char 不,char 开,char 打不,char 不开"},
		{"characters not across lines", "打\n开", "char 打,char 开"},
		{"characters across a sign", "打#开", "char 打,char #,char 开,char 打开"},
		{"characters not across a word", "打a开", "char 打,word a,char 开"},
		{"traditional characters", "儲值", "char 储,char 值,char 储值"},
		{"a word", "login", "word login"},
		{"a word in full width", "ＡＰＰ", "word app"},
		{"two words", "log in", "word log,word in,join login"},
		{"two words across lines", "log\nin", "word log,word in"},
		{"two words across a character", "log到in", "word log,char 到,word in"},
		{"a hyphen", "Wi-Fi", "word wi,word fi,join wifi"},
		{"an apostrophe", "don't", "word don,word t,join dont"},
		{"an ending", "refunded", "ended refunded,stem refund"},
		{"a word too short for an ending", "is", "word is"},
		{"digits have no ending", "err1s", "word err1s,part err,part 1,part s,join err1,join 1s"},
		{"a telephone number", "400-810-1234", "word 400,word 810,word 1234,join 400810,join 8101234,join 4008101234"},
		{"… with spaces", "400 810 1234", "word 400,word 810,word 1234,join 400810,join 8101234,join 4008101234"},
		{"words with spaces are no chain", "sign up now", "word sign,word up,word now,join signup,join upnow"},
		{"a version", "1.2.1", "word 1,word 2,word 1,join 12,join 21,join 121,join 1.2.1"},
		{"another version", "1.2.10", "word 1,word 2,word 10,join 12,join 210,join 1210,join 1.2.10"},
		{"a version of two", "2.0", "word 2,word 0,join 20,join 2.0"},
		{"a version in a text", "升到1.2版", "char 升,char 到,char 升到,word 1,word 2,join 12,join 1.2,char 版,unit 2版"},
		{"a name in a name", "getUserById", "word getuserbyid,part get,part user,part by,part id,join getuser,join userby,join byid"},
		{"large letters in a name", "HTTPServer", "word httpserver,part http,part server"},
		{"letters and digits", "iphone15", "word iphone15,part iphone,stem iphon,part 15"},
		{"a code", "ERR_1042", "word err,word 1042,join err1042"},
		{"too many parts", "ab12cd34ef56gh78ij", "word ab12cd34ef56gh78ij"},
		{"a chain too long", "a-b-c-d-e-f-g", "word a,word b,word c,word d,word e,word f,word g,join ab,join bc,join cd,join de,join ef,join fg"},
		{"the longest chain", "a-b-c-d-e-f", "word a,word b,word c,word d,word e,word f,join ab,join bc,join cd,join de,join ef,join abcdef"},
		{"a unit", "7天", "word 7,char 天,unit 7天"},
		{"a unit after a space", "7 天", "word 7,char 天,unit 7天"},
		{"a unit not across lines", "7\n天", "word 7,char 天"},
		{"no unit after letters", "x7天", "word x7,part x,part 7,char 天"},
		{"signs", "C# 5% 😀", "word c,char #,word 5,join c5,char %,char 😀"},
		{"marks are no signs", "(a), b!", "word a,word b,join ab"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var want []string
			if tt.want != "" {
				want = strings.Split(tt.want, ",")
			}
			if diff := cmp.Diff(want, each(han.Stemming, tt.text), anyOrder); diff != "" {
				t.Errorf("terms of %q (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

// Words of other languages than English stay as they are.
func TestEachWithoutEndings(t *testing.T) {
	t.Parallel()
	want := []string{"word refunded", "word runs", "join refundedruns"}
	if diff := cmp.Diff(want, each(han.Whole, "refunded runs"), anyOrder); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Ways to write one thing have a term in common, which other things lack.
func TestWaysToWriteMeet(t *testing.T) {
	t.Parallel()
	long := "B" + strings.Repeat("c", 70) // with what is before it longer than a term
	for _, tt := range []struct {
		name, a, b, term string
		meet             bool
	}{
		{"one word or two", "log in", "login", "login", true},
		{"a hyphen or none", "Wi-Fi", "wifi", "wifi", true},
		{"a hyphen or a space", "Wi-Fi", "wi fi", "wifi", true},
		{"a telephone number", "400-810-1234", "4008101234", "4008101234", true},
		{"a name in a name", "getUserById", "getuserbyid", "getuserbyid", true},
		{"a long name in a name", "a" + long, "a" + strings.ToLower(long), "a" + strings.ToLower(long[:63]), true},
		{"a part of a name", "getUserById", "user", "user", true},
		{"a product and its number", "iphone15", "iPhone 15", "iphone15", true},
		{"a code", "err_1042", "ERR1042", "err1042", true},
		{"an ending", "refunds", "refunded", "refund", true},
		{"a number with its unit", "7天", "7 天", "7天", true},
		{"versions", "1.2.1", "1.2.10", "1.2.1", false},
		{"a version and a number", "1.2.1", "121", "1.2.1", false},
		{"units", "7天", "7月", "7天", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			has := func(text string) bool {
				return slices.ContainsFunc(each(han.Stemming, text), func(s string) bool { _, own, _ := strings.Cut(s, " "); return own == tt.term })
			}
			if got := has(tt.a) && has(tt.b); got != tt.meet {
				t.Errorf("%q has %q: %v, %q: %v; want both: %v", tt.a, tt.term, has(tt.a), tt.b, has(tt.b), tt.meet)
			}
		})
	}
}

// Of a word that is too long, the beginning is a term, and what it is joined
// to is none.
func TestLongWords(t *testing.T) {
	t.Parallel()
	a := strings.Repeat("a", 64)
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"as long as a term", a, []string{"word " + a}},
		{"longer", a + "bc", []string{"word " + a}},
		{"joined", a + " bc", []string{"word " + a, "word bc"}},
		{"just joined", a[:38] + " bc", []string{"word " + a[:38], "word bc"}}, // with the space 41 characters
		{"joined to a number", strings.Repeat("1", 41) + "天", []string{"word " + strings.Repeat("1", 41), "char 天"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, each(han.Stemming, tt.text)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	type key struct {
		Class  terms.Class
		Name   string
		Rune   rune
		Number int
	}
	of := func(k terms.Key) key {
		out := key{Class: k.Class(), Name: k.Class().String()}
		switch out.Class {
		case terms.Single:
			out.Rune = k.Rune()
		case terms.Meaning:
			out.Number = k.Number()
		}
		return out
	}
	for _, tt := range []struct {
		name string
		key  terms.Key
		want key
	}{
		{"a character", terms.SingleKey('卡'), key{terms.Single, "single", '卡', 0}},
		{"a rare character", terms.SingleKey(0x2A6A5), key{terms.Single, "single", 0x2A6A5, 0}},
		{"two characters", terms.PairKey(0x2A6A5, 0x2A6A4), key{terms.Pair, "pair", 0, 0}},
		{"a word", terms.WordKey("iphone"), key{terms.Word, "word", 0, 0}},
		{"a meaning", terms.MeaningKey(17), key{terms.Meaning, "meaning", 0, 17}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, of(tt.key)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Signs, for those who ask whether a term may start so: a character that was
// added is always there, and nil are all characters.
func TestStarts(t *testing.T) {
	t.Parallel()
	var none *terms.Starts
	var some terms.Starts
	if !none.Has('a') || some.Has('a') {
		t.Error("nil has not every character, or an empty one has one")
	}
	for _, r := range "az09卡😀\U0010FFFF" {
		some.Add(r)
		if !some.Has(r) {
			t.Errorf("%q was added and is not there", r)
		}
	}
	if some.Has('b') || some.Has('%') {
		t.Error("it has characters that were not added, nor share their low bits")
	}
}

// The synonyms of a site are meanings behind the general ones.
func TestLexicon(t *testing.T) {
	t.Parallel()
	list := []terms.Synonyms{{Asked: []string{"花花"}, Found: []string{"花呗"}}, {Asked: []string{"kettle", "壶"}, Found: []string{"kettle", "壶"}}}
	data, err := terms.EncodeSynonyms(list)
	if err != nil {
		t.Fatal(err)
	}
	read, err := terms.DecodeSynonyms(data)
	if diff := cmp.Diff(list, read); diff != "" || err != nil {
		t.Errorf("synonyms written and read: %v (-want +got):\n%s", err, diff)
	}
	if _, err := terms.DecodeSynonyms([]byte("{")); err == nil {
		t.Error("damaged synonyms are read without an error")
	}
	l := terms.NewLexicon(read)
	if l.Groups() != 2 {
		t.Errorf("%d groups, want 2", l.Groups())
	}
	texts := func(find func([]rune, func(terms.Term)), text string) []string {
		out := []string{}
		find([]rune(text), func(t terms.Term) { out = append(out, terms.MeaningText(t.Key)) })
		return out
	}
	for _, tt := range []struct {
		name, text            string
		asked, found, general []string
	}{
		{"asked", "花花", []string{"#0"}, []string{}, []string{}},
		{"found", "花呗", []string{}, []string{"#0"}, []string{}},
		{"both ways", "a kettle", []string{"#1"}, []string{"#1"}, []string{}},
		{"general", "为什么", []string{}, []string{}, []string{"why"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.asked, texts(l.Asked, tt.text)); diff != "" {
				t.Errorf("asked by %q (-want +got):\n%s", tt.text, diff)
			}
			if diff := cmp.Diff(tt.found, texts(l.Found, tt.text)); diff != "" {
				t.Errorf("found in %q (-want +got):\n%s", tt.text, diff)
			}
			for _, name := range tt.general {
				if got := texts(l.Meanings, tt.text); !slices.Contains(got, name) {
					t.Errorf("meanings of %q are %v, want %s among them", tt.text, got, name)
				}
			}
		})
	}
}
