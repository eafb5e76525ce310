package search_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"whyfix/internal/search"
)

// asked is a question and the article that is to stand first.
type asked struct{ text, want string }

func checkFirst(t *testing.T, s *search.Searcher, list []asked) {
	t.Helper()
	for _, tt := range list {
		if got := first(t, s, tt.text, 3); len(got) == 0 || got[0] != tt.want {
			t.Errorf("%q finds %v, want %s first", tt.text, got, tt.want)
		}
	}
}

// punctuated are articles whose texts have punctuation where readers type none,
// and others that share their words.
func punctuated() []*search.Document {
	return []*search.Document{
		with(document("/update/", "更新到一半停住了", "更新停住"), "如果屏幕写着“空间不足，无法继续安装”，先删几张照片。"),
		with(document("/space/", "空间怎么清理", "手机空间太小"), "无法删除的先留着，以后继续。"),
		with(document("/install/", "安装以后打不开", "继续安装没反应"), "重新安装一次。"),
		with(document("/quote/", "提示：「网络异常（代码：7）」", "出现《网络异常》，请重试"), "等一等。"),
		with(document("/net/", "网络很慢", "网页打不开"), "异常的时候看代码。"),
	}
}

// Whatever punctuation stands in the question or in the text, it is the same
// question: runs of characters go across it.
func TestPunctuationIsNotAsked(t *testing.T) {
	t.Parallel()
	s := open(t, punctuated())
	checkFirst(t, s, []asked{
		{"空间不足无法继续安装", "/update/"},
		{"空间不足，无法继续安装", "/update/"},
		{"空间不足 无法继续安装", "/update/"},
		{"写着空间不足", "/update/"},
		{"不足无法", "/update/"},
		{"「空间不足」无法继续安装", "/update/"},
		{"“空间不足无法继续安装”", "/update/"},
		{"\"空间不足，无法继续安装\"", "/update/"},
		{"网络异常代码7", "/quote/"},
		{"网络异常(代码:7)", "/quote/"},
		{"出现网络异常请重试", "/quote/"},
		{"“网络异常，代码7”", "/quote/"},
	})
	for _, text := range []string{"空间不足无法继续安装", "空间不足，无法继续安装", "空间不足……无法、继续；安装！"} {
		r := ask(t, s, search.Query{Text: text, Size: 1, Page: 1})
		if r.Mode != search.Exact || !r.Answered {
			t.Errorf("%q is %s, answered %v; it stands in the text", text, r.Mode, r.Answered)
		}
	}
}

// The snippet marks the run in the text as it is written there.
func TestRunsAreMarkedAcrossPunctuation(t *testing.T) {
	t.Parallel()
	s := open(t, punctuated())
	for _, h := range ask(t, s, search.Query{Text: "空间不足无法继续安装", Size: 1, Page: 1}).Hits {
		if got := strings.Join(marked(h.Snippet), ""); !strings.Contains(got, "空间不足") || !strings.Contains(got, "无法继续安装") {
			t.Errorf("marked in %s: %q", h.Snippet, marked(h.Snippet))
		}
	}
}

// A symptom with punctuation promises what readers type without, and the other
// way round.
func TestPromisesWithoutPunctuation(t *testing.T) {
	t.Parallel()
	docs := append(punctuated(),
		document("/p/1/", "一件事", "提示“余额不足，请先充值”"), document("/p/2/", "另一件事", "提示先充值请看余额"),
	)
	s := open(t, docs)
	for _, text := range []string{"提示余额不足请先充值", "提示“余额不足，请先充值”", "提示 余额不足 请先充值", "余额不足请先充值"} {
		broken, err := s.Try(t.Context(), []search.Promise{{URL: "/p/1/", Symptom: 0, Text: text}})
		if err != nil || len(broken) > 0 {
			t.Errorf("%q: %+v, %v", text, broken, err)
		}
	}
	broken, err := s.Try(t.Context(), []search.Promise{{URL: "/net/", Symptom: 0, Text: "提示余额不足请先充值"}})
	if err != nil || len(broken) != 1 || len(broken[0].Instead) == 0 || broken[0].Instead[0].URL != "/p/1/" {
		t.Errorf("a promise of another article: %+v, %v; want it broken, and /p/1/ instead", broken, err)
	}
}

func TestSuggestionsWithoutPunctuation(t *testing.T) {
	t.Parallel()
	s := open(t, punctuated())
	for typed, want := range map[string]string{
		"提示网络异":      "提示：「网络异常（代码：7）」",
		"网络异常代":      "提示：「网络异常（代码：7）」",
		"出现网络异常，请":   "出现《网络异常》，请重试",
		"“出现网络":      "出现《网络异常》，请重试",
		"更新，到一半":     "更新到一半停住了",
		"更新 到一半停住了？": "更新到一半停住了",
	} {
		if got := suggested(t, s, typed, 5); len(got) == 0 || got[0] != want {
			t.Errorf("%q suggests %q, want %q first", typed, got, want)
		}
	}
}

// One word that people write in two ways is one word.
func TestOneWordInTwoWays(t *testing.T) {
	t.Parallel()
	s := open(t, []*search.Document{
		with(document("/hotspot/", "Wi-Fi 热点搜不到", "Wi-Fi 列表是空的"), "关了再开。"),
		with(document("/phone/", "Galaxy S24 黑屏", "Galaxy S24 按了没反应"), "长按十秒。"),
		with(document("/phone/old/", "Galaxy S9 黑屏", "Galaxy S9 按了没反应"), "换电池。"),
		with(document("/code/", "付款时提示 PAY_2057", "提示 PAY_2057"), "换一张卡。"),
		with(document("/code/near/", "付款时提示 PAY_2075", "提示 PAY_2075"), "晚点再付。"),
		with(document("/mail/", "收不到通知", "通知没来"), "登记 e-mail 之后 sign in 一次，或者打 021-555-0199。"),
		with(document("/api/", "接口报错", "接口没反应"), "先叫 fetchOrderItems，再叫 closeHttpSession。"),
		with(document("/build/1210/", "升到 3.4.10 以后变慢"), "等下一版。"),
		with(document("/build/121/", "升到 3.4.1 以后变慢"), "等下一版。"),
		with(document("/build/2341/", "升到 13.4.1 以后变慢"), "等下一版。"),
	})
	checkFirst(t, s, []asked{
		{"wifi", "/hotspot/"},
		{"WiFi热点", "/hotspot/"},
		{"wi fi 热点搜不到", "/hotspot/"},
		{"wi-fi", "/hotspot/"},
		{"galaxys24", "/phone/"},
		{"GalaxyS24黑屏", "/phone/"},
		{"galaxy s 24", "/phone/"},
		{"s24黑屏", "/phone/"},
		{"galaxys9", "/phone/old/"},
		{"pay2057", "/code/"},
		{"PAY-2057", "/code/"},
		{"pay 2057", "/code/"},
		{"提示pay2057", "/code/"},
		{"pay2075", "/code/near/"},
		{"email", "/mail/"},
		{"e mail", "/mail/"},
		{"signin", "/mail/"},
		{"0215550199", "/mail/"},
		{"021 555 0199", "/mail/"},
		{"021-555-0199", "/mail/"},
		{"order", "/api/"},
		{"fetch order items", "/api/"},
		{"fetchorderitems", "/api/"},
		{"http session", "/api/"},
		{"closeHTTPSession", "/api/"},
		{"3.4.1", "/build/121/"},
		{"3.4.10", "/build/1210/"},
		{"13.4.1", "/build/2341/"},
	})
	got := first(t, s, "3.4.1", 3)
	if want := []string{"/build/121/", "/build/1210/", "/build/2341/"}; !slices.Equal(got, want) && len(got) > 1 {
		t.Errorf("3.4.1 finds %v, want %v: what starts with it before what ends with it", got, want)
	}
}

// A number is what it is worth, whatever it is written with.
func TestNumbersAreNumbers(t *testing.T) {
	t.Parallel()
	s := open(t, []*search.Document{
		with(document("/wait/9/", "换货超过九天没寄出", "换货九天没寄"), "找店家。"),
		with(document("/wait/4/", "换货超过四天没寄出", "换货四天没寄"), "等。"),
		with(document("/step/2/", "第二步卡住了", "第二步过不去"), "退回去。"),
		with(document("/step/5/", "第五步卡住了", "第五步过不去"), "退回去。"),
		with(document("/limit/3/", "单笔最多三万", "超过三万转不了"), "分两次。"),
		with(document("/limit/8/", "单笔最多 80000", "超过 80000 转不了"), "分两次。"),
		with(document("/age/16/", "未满十六岁不能注册", "未满十六岁"), "请家长来。"),
		with(document("/age/70/", "满七十岁怎么办理", "满七十岁"), "请家人来。"),
	})
	checkFirst(t, s, []asked{
		{"换货9天没寄", "/wait/9/"},
		{"换货9 天没寄出", "/wait/9/"},
		{"换货九天没寄出", "/wait/9/"},
		{"换货９天没寄", "/wait/9/"},
		{"换货4天没寄", "/wait/4/"},
		{"换货 ４ 天", "/wait/4/"},
		{"9天", "/wait/9/"},
		{"九天", "/wait/9/"},
		{"4 天没寄出", "/wait/4/"},
		{"第2步", "/step/2/"},
		{"第二步", "/step/2/"},
		{"第 ２ 步卡住", "/step/2/"},
		{"第5步过不去", "/step/5/"},
		{"3万", "/limit/3/"},
		{"三万", "/limit/3/"},
		{"30000", "/limit/3/"},
		{"30,000 转不了", "/limit/3/"},
		{"８万", "/limit/8/"},
		{"八万转不了", "/limit/8/"},
		{"80000", "/limit/8/"},
		{"未满16岁", "/age/16/"},
		{"满70岁", "/age/70/"},
	})
}

// Another number is never better than the one that was asked for, however much
// else an article has of the question.
func TestAnotherNumberIsNotFirst(t *testing.T) {
	t.Parallel()
	s := open(t, []*search.Document{
		with(document("/a/", "保修六天之内能退吗", "保修六天"), "六天之内能退，保修也算。"),
		with(document("/b/", "退货", "退货要多久"), "保修满 12 天就不能退了。"),
	})
	for _, text := range []string{"12天", "十二天", "保修12天", "保修十二天还能退吗"} {
		if got := first(t, s, text, 1); !slices.Equal(got, []string{"/b/"}) {
			t.Errorf("%q finds %v first, want /b/, which has that number", text, got)
		}
	}
}

// Words of Taiwan find those of the mainland, and the other way round.
func TestWordsOfTaiwan(t *testing.T) {
	t.Parallel()
	mainland := []*search.Document{
		with(document("/printer/", "打印机卡纸", "打印机一直响"), "打开后盖。"),
		with(document("/usb/", "U盘读不出来", "电脑认不到U盘"), "换个口。"),
		with(document("/net/", "网络断断续续", "网络老是掉线"), "换根网线。"),
		with(document("/soft/", "软件闪退", "软件一打开就关"), "升级软件。"),
		with(document("/mouse/", "鼠标乱跳", "鼠标不动"), "换电池。"),
		with(document("/video/", "视频没有声音", "视频卡顿"), "看音量。"),
	}
	checkFirst(t, open(t, mainland), []asked{
		{"印表機卡紙", "/printer/"},
		{"隨身碟", "/usb/"},
		{"隨身碟讀不出來", "/usb/"},
		{"網路", "/net/"},
		{"網路斷線", "/net/"},
		{"軟體閃退", "/soft/"},
		{"滑鼠不動", "/mouse/"},
		{"影片沒有聲音", "/video/"},
	})
	taiwan := []*search.Document{
		{URL: "/printer/", Language: "zh-TW", Title: "印表機卡紙", Symptoms: []string{"印表機一直響"}},
		{URL: "/usb/", Language: "zh-TW", Title: "隨身碟讀不到", Symptoms: []string{"電腦找不到隨身碟"}},
		{URL: "/net/", Language: "zh-TW", Title: "網路時好時壞", Symptoms: []string{"網路一直斷線"}},
		{URL: "/soft/", Language: "zh-TW", Title: "軟體閃退", Symptoms: []string{"軟體一開就關"}},
		{URL: "/mouse/", Language: "zh-TW", Title: "滑鼠亂跳", Symptoms: []string{"滑鼠不動"}},
		{URL: "/video/", Language: "zh-TW", Title: "影片沒有聲音", Symptoms: []string{"影片會卡"}},
	}
	s := open(t, taiwan)
	checkFirst(t, s, []asked{
		{"打印机卡纸", "/printer/"},
		{"U盘", "/usb/"},
		{"电脑找不到U盘", "/usb/"},
		{"网络", "/net/"},
		{"网络一直断线", "/net/"},
		{"软件闪退", "/soft/"},
		{"鼠标", "/mouse/"},
		{"视频没有声音", "/video/"},
		{"印表機", "/printer/"},
		{"印表机卡纸", "/printer/"},
	})
	// What was asked in one way and written in another is shown where it stands.
	if h := ask(t, s, search.Query{Text: "打印机一直响", Size: 1, Page: 1}).Hits; len(h) != 1 || h[0].URL != "/printer/" {
		t.Errorf("hits are %v", urls(h))
	}
}

// Marks that quote nothing on the site are as good as none; those that do quote
// keep what they quote.
func TestQuotesThatQuoteNothing(t *testing.T) {
	t.Parallel()
	s := open(t, punctuated())
	for _, marks := range []string{"“%s”", "\"%s\"", "「%s」", "『%s』"} {
		text := fmt.Sprintf("更新"+marks+"怎么办", "停在一半了")
		r := ask(t, s, search.Query{Text: text, Size: 3, Page: 1})
		if got := urls(r.Hits); len(got) == 0 || got[0] != "/update/" {
			t.Errorf("%s finds %v, want /update/ first", text, got)
		}
		if r.Total == 0 || r.Mode == search.Exact {
			t.Errorf("%s: %d hits, %s; nothing on the site has it", text, r.Total, r.Mode)
		}
		text = fmt.Sprintf(marks, "继续安装")
		for _, url := range urls(all(t, s, search.Query{Text: text})) {
			if url != "/update/" && url != "/install/" {
				t.Errorf("%s finds %s, which does not have it", text, url)
			}
		}
		if got := len(all(t, s, search.Query{Text: text})); got != 2 {
			t.Errorf("%s finds %d articles, want 2", text, got)
		}
	}
}

// Chinese, English and pinyin in one question, or one for the other.
func TestMixedLanguages(t *testing.T) {
	t.Parallel()
	s := open(t, []*search.Document{
		with(document("/huabei/", "花呗用不了", "花呗不能付款", "花呗点不进去"), "看看额度。"),
		with(document("/jiebei/", "借呗用不了", "借呗打不开"), "看看额度。"),
		with(document("/wifi/", "Wi-Fi 连上了但是打不开网页", "连上 Wi-Fi 没有网"), "换一个 DNS。"),
		with(document("/wifi/password/", "Wi-Fi 密码不对", "wifi 连不上"), "重新输一次。"),
		{URL: "/en/card/", Language: "en", Title: "I cannot use my card", Symptoms: []string{"card declined"}, Sections: []search.Section{{Text: "Call the bank."}}},
	})
	checkFirst(t, s, []asked{
		{"cannot use huabei", "/huabei/"},
		{"huabei cannot use", "/huabei/"},
		{"huabei用不了", "/huabei/"},
		{"花呗 cannot use", "/huabei/"},
		{"hbybl", "/huabei/"},
		{"jbybl", "/jiebei/"},
		{"jiebei dabukai", "/jiebei/"},
		{"wifi连上了但是打不开网页", "/wifi/"},
		{"WIFI 连上了 但是打不开网页", "/wifi/"},
		{"wifi密码不对", "/wifi/password/"},
		{"cannot use my card", "/en/card/"},
	})
}
