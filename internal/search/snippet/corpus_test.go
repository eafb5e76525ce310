package snippet_test

import (
	"fmt"
	"html"
	"strings"
	"testing"
	"unicode/utf8"

	"whyfix/internal/han"
	"whyfix/internal/search/article"
	"whyfix/internal/search/local"
	"whyfix/internal/search/question"
	"whyfix/internal/search/snippet"
	"whyfix/internal/search/terms"
	"whyfix/internal/search/weigh"
)

// chain is an article's sections, in the order of the chain.
func chain(cause, check, solution string) []article.Section {
	return []article.Section{
		{Text: "先看清楚屏幕上写了什么，再往下读。"},
		{Anchor: "cause", Title: "为什么会这样", Kind: "cause"},
		{Anchor: "c1", Title: "常见的一种", Kind: "cause", Text: cause},
		{Anchor: "check", Title: "怎么判断", Kind: "check", Text: check},
		{Anchor: "solution", Title: "怎么处理", Kind: "solution", Text: solution},
	}
}

func corpus() []*article.Document {
	return []*article.Document{
		{
			URL: "/lock/", Title: "智能门锁认不出指纹", Summary: "擦干净手指和感应面，再录一次指纹。",
			Symptoms: []string{"指纹锁打不开门", "门锁一直提示指纹不匹配"},
			Sections: chain("冬天手指干燥脱皮，纹路变浅。", "换一个家人的手指试试，都不行就是感应面脏了。", "用备用钥匙开门，再到管理界面重新录入三根手指。"),
		},
		{
			URL: "/washer/", Title: "洗衣机不排水", Summary: "多半是过滤网堵了。",
			Symptoms: []string{"洗完衣服桶里还有水", "洗衣机停在排水不动"},
			Sections: chain("硬币和线头堵住了过滤网。", "听一听水泵有没有嗡嗡的声音。", "关电源，拧开右下角的盖子，把脏东西掏出来。"),
		},
		{
			URL: "/escape/", Title: `网页上出现 <script> & "引号" 怎么回事`, Summary: `页面把 <b>代码</b> 当成了文字 & 显示出来。`,
			Symptoms: []string{"网页显示一堆 <div> 代码", "页面出现 &amp; 符号"},
			Sections: chain(`模板里写了 <script>alert("花")</script> 又没有转义，A & B 变成了 A &amp; B。`, "按右键查看源代码，找 <mark>尖括号</mark> 附近的文字。", "告诉站长是哪一页，附上截图。"),
		},
		{
			URL: "/topup/", Title: "悠遊卡儲值失敗怎麼辦", Summary: "換一臺機器，或到櫃檯處理。",
			Symptoms: []string{"儲值機吃了錢", "卡片儲值後餘額沒變"},
			Sections: chain("機器的讀卡區壞了，錢已經收進去。", "按「查詢餘額」，看最後一筆紀錄。", "記下機器編號，到櫃檯請站務人員補登。"),
		},
		{
			URL: "/refund/", Language: "en", Title: "Why is my refund still pending?", Summary: "Banks need a few days.",
			Symptoms: []string{"refund not received", "money not back on my card"},
			Sections: []article.Section{
				{Anchor: "why", Title: "Why it takes so long", Kind: "cause", Text: "Banks post refunds in batches. Café terminals are slower."},
				{Anchor: "check", Title: "How to tell", Kind: "check", Text: "Open the order and look for the words “refund issued”."},
				{Anchor: "fix", Title: "What to do", Kind: "solution", Text: "Wait five working days, then call the number on your card."},
			},
		},
		{
			URL: "/font/", Title: "文档换台电脑就变了样子", Summary: "另一台电脑没有这个字体。",
			Symptoms: []string{"字体变成了宋体", "排版全乱了"},
			Sections: chain("另一台电脑上没有装这个字体。", "打开字体列表，看名字后面有没有问号。", "保存的时候选择嵌入字体，或者改成 ＰＤＦ 格式。"),
		},
	}
}

// site asks about articles.
type site struct {
	asker   *question.Asker
	lexicon *terms.Lexicon
	docs    []*article.Document
}

func open(tb testing.TB, docs []*article.Document, synonyms ...terms.Synonyms) *site {
	tb.Helper()
	x, err := local.New(tb.Context(), docs, synonyms)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { x.Close() })
	return &site{question.NewAsker(x, weigh.Default()), terms.NewLexicon(synonyms), docs}
}

func (s *site) maker(tb testing.TB, text string) *snippet.Maker {
	tb.Helper()
	q, err := s.asker.Ask(tb.Context(), text)
	if err != nil {
		tb.Fatalf("Ask(%q): %v", text, err)
	}
	return snippet.New(q, s.lexicon, terms.NewCutter())
}

func (s *site) document(tb testing.TB, url string) *article.Document {
	tb.Helper()
	for _, d := range s.docs {
		if d.URL == url {
			return d
		}
	}
	tb.Fatalf("there is no %s", url)
	return nil
}

// shown are the section and snippet of an article, as a result page shows them.
func shown(m *snippet.Maker, d *article.Document, kind string) (section int, text string) {
	a := han.AnalyzerOf(d.Language)
	section = m.Section(d.Sections, kind, a)
	for i := max(section, 0); text == "" && i < len(d.Sections); i++ {
		text = m.Snippet(d.Sections[i].Text, a, d.Title, d.Sections[i].Title)
	}
	if text == "" {
		text = m.Snippet(d.Summary, a, d.Title)
	}
	return section, text
}

// checkSnippet says what is wrong with a snippet: it is escaped text in which
// nothing but <mark> is HTML.
func checkSnippet(s string) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("bytes that are not UTF-8")
	}
	inside := false
	for rest := s; rest != ""; {
		text, after, found := strings.Cut(rest, "<")
		if strings.ContainsAny(text, `>"'`) || html.EscapeString(html.UnescapeString(text)) != text {
			return fmt.Errorf("text that is not escaped: %q", text)
		}
		if !found {
			break
		}
		if inside && text == "" {
			return fmt.Errorf("a mark around nothing")
		}
		tag, next, _ := strings.Cut(after, ">")
		switch {
		case tag == "mark" && !inside:
			inside = true
		case tag == "/mark" && inside:
			inside = false
		default:
			return fmt.Errorf("the tag <%s>", tag)
		}
		rest = next
	}
	if inside {
		return fmt.Errorf("a mark that does not end")
	}
	return nil
}

// marked is what stands inside a snippet's marks.
func marked(snippet string) []string {
	var out []string
	for part := range strings.SplitSeq(snippet, "<mark>") {
		if in, _, ok := strings.Cut(part, "</mark>"); ok {
			out = append(out, html.UnescapeString(in))
		}
	}
	return out
}
