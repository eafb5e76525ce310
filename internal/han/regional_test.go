package han

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func regionalOf(text string) string {
	var out []string
	runes := []rune(Fold(text))
	EachRegional(runes, func(start, end int, mainland []rune) {
		out = append(out, fmt.Sprintf("%s=%s", string(runes[start:end]), string(mainland)))
	})
	return strings.Join(out, " ")
}

func TestEachRegional(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"as it is written", "印表機連不上網路", "印表机=打印机 网路=网络"},
		{"in simplified characters", "软体更新", "软体=软件"},
		{"several mainland words", "行動電源的預設值、預設", "行动电源=充电宝 行动电源=移动电源 预设值=默认值 预设=默认 预设=缺省"},
		{"longest first", "應用程式的程式碼", "程式=程序 程式码=代码"},
		{"next to each other", "螢幕滑鼠記憶體", "萤幕=屏幕 滑鼠=鼠标 记忆体=内存"},
		{"Hong Kong", "手提電話短訊", "手提电话=手机 短讯=短信"},
		{"another spelling", "轉帳未入帳", "转帐=转账 入帐=入账"},
		{"letters", "B肝疫苗", "b肝=乙肝"},
		{"letters within a word", "ab肝", ""},
		{"across words", "参数位置、安全形势、三天内建议、优惠券补贴上限", ""},
		{"the mainland's own sense", "资料、程序、文件、汇入、存取款、查询、行程、批次、社群、核心", ""},
		{"mainland text", "打印机的默认设置", ""},
		{"a mainland word that begins like a regional one", "哈萨克斯坦和哈萨克", "哈萨克=哈萨克斯坦"},
		{"a kept word before a regional one", "語音訊息", "讯息=消息"},
		{"at the end", "用隨身碟", "随身碟=u盘"},
		{"half a word", "随身", ""},
		{"one character", "网", ""},
		{"empty", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, regionalOf(tt.in)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.in, diff)
			}
		})
	}
}

// The words are those of folded text, and lead to mainland words in one step.
func TestRegionalWords(t *testing.T) {
	seen := map[string]bool{}
	for _, words := range regional().words {
		for _, w := range words {
			text := string(w.word)
			if Fold(text) != text || len(w.word) < 2 || seen[text] {
				t.Errorf("word %q is not folded, too short, or there twice", text)
			}
			seen[text] = true
			for _, m := range w.mainland {
				if Fold(string(m)) != string(m) || len(m) == 0 {
					t.Errorf("%q: mainland word %q is not folded", text, string(m))
				}
				if again := regionalOf(string(m)); again != "" {
					t.Errorf("%q leads to %q, and that on: %s", text, string(m), again)
				}
			}
		}
	}
	if len(seen) < 700 {
		t.Errorf("only %d words", len(seen))
	}
}

// helpText is what sites of help are made of, a few kilobytes of it.
var helpText = []rune(Fold(strings.Repeat("如果您在还款日当天未能按时还款，系统会在次日上午9点再次从您绑定的银行卡扣款，最多扣3次。"+
	"请在3个工作日内补足余额，否则将产生每天万分之五的逾期利息。操作步骤：第一步，打开App 10.3以上版本，点击右下角“我的”；"+
	"第二步，选择“账单”，查看本期应还的1,250.00元；第三步，确认付款。印表機、預設和网络的说明见下一页。", 20)))

func BenchmarkEachRegional(b *testing.B) {
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		EachRegional(helpText, func(_, _ int, _ []rune) { n++ })
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(helpText)), "ns/char")
}
