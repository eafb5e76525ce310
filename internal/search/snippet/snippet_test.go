package snippet_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/han"
	"whyfix/internal/search/article"
	"whyfix/internal/search/terms"
)

func TestSnippetIsSafe(t *testing.T) {
	t.Parallel()
	docs := corpus()
	s := open(t, docs)
	queries := []string{
		"script", "alert", "<script>", "代码", "amp", "&amp;", "引号", "尖括号", "A & B", `"`, "mark", "转义", "网页显示一堆 <div> 代码",
		"", "？！", "#", "\x00", "\xff", "为什么怎么办", `"查询余额"`, strings.Repeat("打印机连不上", 400),
	}
	for _, d := range docs {
		queries = append(queries, d.Title)
		queries = append(queries, d.Symptoms...)
	}
	for _, q := range queries {
		m := s.maker(t, q)
		for _, d := range docs {
			_, text := shown(m, d, "")
			if err := checkSnippet(text); err != nil {
				t.Errorf("%q: the snippet of %s has %v: %s", q, d.URL, err, text)
			}
			if text == "" {
				t.Errorf("%q: %s has no snippet", q, d.URL)
			}
		}
	}
}

func TestSnippetMarksTheWords(t *testing.T) {
	t.Parallel()
	s := open(t, append(corpus(), &article.Document{URL: "/other/", Title: "用户和软件"}), terms.Synonyms{Asked: []string{"冰箱"}, Found: []string{"雪柜"}})
	for _, tt := range []struct {
		name, query, text string
		want              []string
	}{
		{"as written", "过滤网", "硬币堵住了过滤网。", []string{"过滤网"}},
		{"traditional query", "過濾網", "硬币堵住了过滤网。", []string{"过滤网"}},
		{"traditional text", "机器编号", "記下機器編號。", []string{"機器編號"}},
		{"full width text", "pdf", "改成 ＰＤＦ 格式。", []string{"ＰＤＦ"}},
		{"accents", "cafe", "Café terminals are slower.", []string{"Café"}},
		{"single character", "泵", "听一听水泵的声音。", []string{"泵"}},
		{"single characters beside pairs are not marked", "水泵", "水很多，泵在响，水泵坏了。", []string{"水泵"}},
		{"plural", "batch", "Banks post refunds in batches.", []string{"batches"}},
		{"one character that stands for four", "株式", "合同上写着㍿田中。", []string{"㍿"}},
		{"a word of two, written as one", "log in", "Then login again.", []string{"login"}},
		{"a word of one, written as two", "login", "Then log in again.", []string{"log in"}},
		{"a name joined by a sign", "wifi", "重启 Wi-Fi 再试。", []string{"Wi-Fi"}},
		{"a part of a name in one word", "user", "call getUserById first", []string{"User"}},
		{"a name in one word", "getuserbyid", "call getUserById first", []string{"getUserById"}},
		{"a name in one word, apart", "get user by id", "call getUserById first", []string{"getUserById"}},
		{"letters and digits, apart", "iphone15", "用 iPhone 15 的人", []string{"iPhone 15"}},
		{"letters and digits, as one", "iphone 15", "用 iPhone15 的人", []string{"iPhone15"}},
		{"a number in characters", "7天", "等七天再看。", []string{"七天"}},
		{"a number in digits", "七天", "等 7 天再看。", []string{"7 天"}},
		{"a large number", "50000", "上限是五万元。", []string{"五万"}},
		{"a large number with a comma", "5万", "上限是50,000元。", []string{"50,000"}},
		{"a word of Taiwan in the text", "软件", "更新軟體以後就好了。", []string{"軟體"}},
		{"a word of Taiwan in the question", "軟體", "更新软件以后就好了。", []string{"软件"}},
		{"what comes after a longer number stays in place", "网络", "等二十五天，再看网络。", []string{"网络"}},
		{"a synonym", "冰箱", "先把雪柜关掉。", []string{"雪柜"}},
		{"weak words alone", "过滤网为什么", "为什么堵，看过滤网。", []string{"过滤网"}},
		{"weak words where nothing else was asked", "为什么", "为什么堵，看过滤网。", []string{"为什么"}},
		{"a part of a word", "config", "the configuration is broken", []string{"config"}},
		{"a word is no part of another", "refund not received", "another refund, nothing received", []string{"refund", "received"}},
		{"a sign", "C#", "打开 C# 项目。", []string{"C#"}},
		{"a sign after a number", "5%", "年利率 5% 是怎么算的", []string{"5%"}},
		{"a sign alone", "😀", "利率😀很高", []string{"😀"}},
		{"what nobody sees", "过滤网", "堵住了过\u200b滤\u00ad网。", []string{"过\u200b滤\u00ad网"}},
		{"spaces between", "过滤 网", "堵住了过滤网。", []string{"过滤网"}},
		{"punctuation between", "过滤网堵", "过滤网，堵了。", []string{"过滤网，堵"}},
		{"nothing", "潜水艇", "硬币堵住了过滤网。", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := s.maker(t, tt.query).Snippet(tt.text, han.Stemming)
			if err := checkSnippet(got); err != nil {
				t.Errorf("%v in %s", err, got)
			}
			if diff := cmp.Diff(tt.want, marked(got)); diff != "" {
				t.Errorf("marks in %s (-want +got):\n%s", got, diff)
			}
		})
	}
}

func TestSnippet(t *testing.T) {
	t.Parallel()
	s := open(t, corpus())
	filler := strings.Repeat("这一句什么也没有说但是很长", 10) + "。"
	for _, tt := range []struct {
		name, query, text string
		beside            []string
		want              string
	}{
		{"whole sentences around", "过滤网", "第一句。看过滤网。第三句！", nil, "第一句。看<mark>过滤网</mark>。第三句！"},
		{"the sentence that has most", "过滤网", filler + "看过滤网。" + filler, nil, "看<mark>过滤网</mark>。"},
		{"spaces become one", "过滤网", "看  \n 过滤网 \t 吧", nil, "看 <mark>过滤网</mark> 吧"},
		{"markup is text", "过滤网", `<b>过滤网</b> & "x"`, nil, `&lt;b&gt;<mark>过滤网</mark>&lt;/b&gt; &amp; &#34;x&#34;`},
		{"nothing to see", "过滤网", "\u200b\ufeff", nil, ""},
		{"spaces alone", "过滤网", " \n　", nil, ""},
		{"control characters", "过滤网", "看\x00过滤网\x1b吧\u202e啊", nil, "看 <mark>过滤网</mark> 吧啊"},
		{
			"the longest run before scattered words", "过滤网堵住了硬币",
			"硬币，网，滤，住，过滤，了堵，堵了。" + filler + "这里过滤网堵住。", nil,
			"这里<mark>过滤网堵住</mark>。",
		},
		{
			"letters: the longest run before scattered words", "reset your network settings now",
			"Settings now, network, your, reset: words. " + strings.Repeat("This sentence says nothing at all ", 5) + "here. Then reset your network settings.", nil,
			"Then <mark>reset your network settings</mark>.",
		},
		{"a title is not said again", "洗衣机不排水", "洗衣机不排水\n过滤网堵了。", []string{"洗衣机不排水？"}, "过滤网堵了。"},
		{"a heading is not said again", "怎么处理", "先关电源。\n怎么处理\n掏出来。", []string{"洗衣机", "怎么处理"}, "先关电源。"},
		{"a heading in a name of one word", "getuser", "GetUser API\nCall it.", []string{"GetUser API"}, "Call it."},
		{"a title stays where there is nothing else", "洗衣机不排水", "洗衣机不排水\n。\n", []string{"洗衣机不排水"}, "<mark>洗衣机不排水</mark> 。"},
		{"a line that only starts like a title", "洗衣机不排水", "洗衣机不排水的原因\n过滤网", []string{"洗衣机不排水"}, "<mark>洗衣机不排水</mark>的原因 过滤网"},
		{"empty lines before", "洗衣机", "\n\n洗衣机\n\n过滤网", []string{"洗衣机"}, "过滤网"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, s.maker(t, tt.query).Snippet(tt.text, han.Stemming, tt.beside...)); diff != "" {
				t.Errorf("snippet (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSnippetIsShort(t *testing.T) {
	t.Parallel()
	s := open(t, corpus())
	long := strings.Repeat("这一句没有标点而且很长", 400)
	for _, tt := range []struct{ name, text string }{
		{"one sentence", long + "除湿机结冰" + long},
		{"at the start", "除湿机结冰" + long},
		{"at the end", long + "除湿机结冰"},
		{"many lines", strings.Repeat("每一行都有除湿机三个字。\n", 2000)},
		{"one word", strings.Repeat("x", 1<<16-100) + " 除湿机 " + strings.Repeat("y", 1<<20)},
		{"words", strings.Repeat("word ", 200) + "除湿机 " + strings.Repeat("word ", 200)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := s.maker(t, "除湿机").Snippet(tt.text, han.Stemming)
			if n := utf8.RuneCountInString(got); n > 300 {
				t.Errorf("the snippet has %d characters", n)
			}
			if m := marked(got); len(m) == 0 || m[0] != "除湿机" {
				t.Errorf("the snippet does not show what was found: %s", got)
			}
		})
	}
	if got := s.maker(t, "除湿机").Snippet(strings.Repeat("word ", 200)+"除湿机", han.Stemming); strings.Trim(got, "…") == got || !strings.HasPrefix(strings.TrimPrefix(got, "…"), "word") {
		t.Errorf("a long sentence is cut inside a word: %s", got)
	}
}

func TestBestSectionFollowsTheWords(t *testing.T) {
	t.Parallel()
	s := open(t, corpus())
	for _, tt := range []struct{ name, query, kind, url, want string }{
		{"cause", "冬天手指干燥脱皮", "", "/lock/", "c1"},
		{"check", "换一个家人的手指", "", "/lock/", "check"},
		{"solution", "备用钥匙开门", "", "/lock/", "solution"},
		{"heading", "why it takes so long", "", "/refund/", "why"},
		{"traditional", "看最后一笔纪录", "", "/topup/", "check"},
		{"kind asked for", "冬天手指干燥", "solution", "/lock/", "solution"},
		{"nothing of it: in the order of the chain", "潜水艇", "", "/lock/", "cause"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := s.document(t, tt.url)
			n, _ := shown(s.maker(t, tt.query), d, tt.kind)
			if n < 0 || d.Sections[n].Anchor != tt.want {
				t.Errorf("section is %d, want %s", n, tt.want)
			}
		})
	}
	m := s.maker(t, "手指")
	if n := m.Section(s.document(t, "/lock/").Sections, "case", han.Stemming); n != -1 {
		t.Errorf("section of a kind that there is not is %d", n)
	}
	if n := m.Section(nil, "", han.Stemming); n != -1 {
		t.Errorf("section of none is %d", n)
	}
	// What stands together says more than the same words here and there.
	sections := []article.Section{{Text: "网络，重置，手机，设置，重新"}, {Text: "重新设置手机网络"}}
	if n := s.maker(t, "重新设置手机网络").Section(sections, "", han.Stemming); n != 1 {
		t.Errorf("section with scattered words is chosen: %d", n)
	}
	if n := s.maker(t, "C++").Section([]article.Section{{Text: "c 键"}, {Text: "C++ 编译"}}, "", han.Stemming); n != 1 {
		t.Errorf("section without the sign is chosen: %d", n)
	}
}

// A hit has words to read even when what matched is its title alone.
func TestSnippetBelowAHeading(t *testing.T) {
	t.Parallel()
	d := &article.Document{URL: "/a/", Title: "ERR_1042", Sections: []article.Section{
		{Anchor: "cause", Title: "原因", Kind: "cause"}, {Anchor: "c1", Title: "端口被占用", Kind: "cause", Text: "另一个程序占着端口。"},
	}}
	if _, got := shown(open(t, []*article.Document{d}).maker(t, "ERR_1042"), d, ""); !strings.Contains(got, "占着端口") {
		t.Errorf("the snippet is %q", got)
	}
}

// Where a text has a run many times, or nearly, it is found in no time.
func TestManyPlaces(t *testing.T) {
	t.Parallel()
	s := open(t, corpus())
	for _, tt := range []struct{ name, query, text, mark string }{
		{"inside one word", "aaa", strings.Repeat("a", 1<<16), strings.Repeat("a", 100)},
		{"inside words", "bcd", strings.Repeat("abcde ", 1<<14), "bcd"},
		{"far on", "C++", strings.Repeat("c+ ", 1<<13) + "C++", "C++"},
		{"rewritten", "3天", strings.Repeat("等三天吧", 1<<13), "三天"},
		{"not inside a short word", "b", strings.Repeat("a", 255) + "b" + strings.Repeat("a", 300) + " b", "b"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := s.maker(t, tt.query).Snippet(tt.text, han.Stemming)
			if m := marked(got); len(m) == 0 || !strings.HasPrefix(m[len(m)-1], tt.mark) {
				t.Errorf("marks %q in %s, want %s", m, got, tt.mark)
			}
			if strings.Contains(got, "a<mark>b</mark>") {
				t.Errorf("a letter inside a word is marked: %s", got)
			}
		})
	}
}

func BenchmarkSnippet(b *testing.B) {
	docs := corpus()
	s := open(b, docs)
	m := s.maker(b, "洗衣机过滤网堵住了不排水怎么办")
	text := strings.Repeat("硬币和线头堵住了过滤网。听一听水泵有没有嗡嗡的声音。Wait five working days.\n", 40)
	sections := []article.Section{{Title: "怎么处理", Text: text}}
	b.ReportAllocs()
	for b.Loop() {
		m.Section(sections, "", han.Stemming)
		m.Snippet(text, han.Stemming, "怎么处理")
	}
}

// One maker is for all hits of a question.
func TestMakerIsUsedAgain(t *testing.T) {
	t.Parallel()
	docs := corpus()
	s := open(t, docs)
	m := s.maker(t, "三根手指开门")
	for range 2 {
		for _, d := range docs {
			n, text := shown(m, d, "")
			wantN, want := shown(s.maker(t, "三根手指开门"), d, "")
			if n != wantN || text != want {
				t.Errorf("%s: section %d and %s, with a new maker %d and %s", d.URL, n, text, wantN, want)
			}
		}
	}
}

// FuzzSnippet asks for a piece of a text that is itself arbitrary.
func FuzzSnippet(f *testing.F) {
	for _, text := range []string{
		"合同上写着㍿田中", "a\u200bb", "e\u0301é", "<mark>&lt;", "\u200b", "一。二！三\n\n四", "①②½㎡", "\r\n", "İ", "\xff\xfe", "ﷺ", "\u0301\u0301", "a\u00adb",
		"AAAA", "\xc4b\x83A\x17\xb1\xb0", "ABBBBBBB", "YABBBB", "000\uf0fc\x81", "亸   三", "a\xa9Á", "getUserById", "二十五天軟體5万", "C++ 5%",
		"1,000元三點半", "ﬀiA", "aA\u0301Bc",
	} {
		f.Add(text, 0, 2)
		f.Add(text, 1, 9)
	}
	s := open(f, corpus())
	f.Fuzz(func(t *testing.T, text string, from, n int) {
		runes := []rune(text)
		if len(runes) == 0 || len(runes) > 2000 {
			return
		}
		from = max(from, 0) % len(runes)
		run := string(runes[from : from+min(max(n, 1), len(runes)-from)])
		for _, q := range []string{run, "打印机", text} {
			m := s.maker(t, q)
			sections := []article.Section{{Title: text, Text: text}, {Text: text + "打印机"}}
			if i := m.Section(sections, "", han.Stemming); i < 0 {
				t.Errorf("%q has no section for %q", text, q)
			}
			for _, got := range []string{
				m.Snippet(text, han.Whole), m.Snippet(text+"打印机", han.Stemming, text), m.Snippet(text+"\n"+run, han.Stemming, run), m.Snippet(strings.Repeat(text, 20), han.Stemming),
			} {
				if err := checkSnippet(got); err != nil {
					t.Errorf("the snippet of %q for %q has %v: %s", text, q, err, got)
				}
			}
		}
	})
}
