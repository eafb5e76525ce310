package enginetest

import (
	_ "embed"
	"fmt"
	"strings"

	"whyfix/internal/search/article"
	"whyfix/internal/search/terms"
)

// documentsText has a document between empty lines. Its first line is "=", the
// address, the language and the title, "-" for none; then symptoms (~), tags
// with other names (p, c, s), the summary (.), and sections: a heading with its
// kind, and the lines of its text.
//
//go:embed documents.txt
var documentsText string

// Documents is a small site in Chinese and English, with a little of other
// languages: things at home that do not work. Each call gives new documents.
func Documents() []*article.Document {
	var out []*article.Document
	for text := range strings.SplitSeq(strings.TrimSpace(documentsText), "\n\n") {
		d := &article.Document{}
		for line := range strings.SplitSeq(text, "\n") {
			mark, rest, _ := strings.Cut(line, " ")
			switch {
			case mark == "=":
				f := strings.SplitN(rest, " ", 3)
				d.URL, d.Language, d.Title = f[0], f[1], strings.TrimPrefix(f[2], "-")
			case mark == "~":
				d.Symptoms = append(d.Symptoms, rest)
			case mark == "p":
				d.Products = append(d.Products, tag(d, "products", rest))
			case mark == "c":
				d.Causes = append(d.Causes, tag(d, "causes", rest))
			case mark == "s":
				d.Solutions = append(d.Solutions, tag(d, "solutions", rest))
			case mark == ".":
				d.Summary = rest
			case strings.HasPrefix(mark, "#"):
				d.Sections = append(d.Sections, article.Section{Anchor: fmt.Sprint("s", len(d.Sections)), Title: rest, Kind: mark[1:]})
			default:
				s := &d.Sections[len(d.Sections)-1]
				s.Text = strings.TrimPrefix(s.Text+"\n"+line, "\n")
			}
		}
		out = append(out, d)
	}
	return out
}

// tag has a page for each language.
func tag(d *article.Document, family, text string) article.Tag {
	names := strings.Split(text, " / ")
	return article.Tag{Name: names[0], URL: "/" + d.Language + "/" + family + "/" + names[0] + "/", Names: names[1:]}
}

// Synonyms are those of the site.
func Synonyms() []terms.Synonyms {
	return []terms.Synonyms{
		{Asked: []string{"热水壶", "烧水壶", "电水壶"}, Found: []string{"热水壶", "烧水壶", "电水壶"}},
		{Asked: []string{"柜员机", "提款机"}, Found: []string{"取款机"}},
	}
}

// written are questions as readers may put them.
var written = strings.Split(strings.TrimSpace(`
电水壶
烧水壶没反应
热水壶漏水
水壶 漏水
怎么办
为什么
的
冰箱 响
冰箱为什么半夜响
冰箱结冰了怎么处理
wifi密码
wi-fi 密码
Wi-Fi
WIFI 很慢
E-204
e204
错误码 5003
错误码5003
192.168.1.1
192.168
netsh wlan
key=clear
C#
C++
100%
#
？
2.4GHz
5 GHz
5GHz
30%
v1.2.3
1.2.3
验证码
驗證碼收不到
收不到验证马
演证码收不到
yanzhengma
shou bu dao yanzhengma
yzm
dianshuihu
dayinji tuoji
打印鸡脱机
打印机脱鸡
打机印脱机
印表機
列印机乱码
悠游卡储值失败
餘額
柜员机吞卡
提款机吃了卡
ATM
atm 扣款
“验证码”
「密码错误」怎么办
"refund issued"
"blank pages" printer
“没有这句话” 冰箱
“冰箱” “温度”
refund
refunds
refudn
my refund is pending
kettle
kettel boiling
boiling kettle never stops
log in
login
login failed
logging in
cannot log into account
AUTH_401
AUTH 401
cookies blocked
printer blank
prnter
blank-pages
example.com
wifi bedroom
slow wifi
wireles network
how to compile c++
toolchain
Kinderausweis
Kinder Ausweise
business
手机 存储空间
手机内存满了怎么清理空间
照片
加湿器
加湿器 水箱
没有标题的文章
限额
转账超过限额 U盾
U 盾
三十秒
30秒
60秒
六十秒
十秒
没有这样的东西
xyzzy
路由器 信道 11
重启设备
重启 路由器 打印机
一直转圈 看视频
换密封圈
螺丝 密封圈 老化
密封圈老化换一个就好
声音很大 冰箱 晚上 压缩机 脚垫 墙
Café
cafe terminals
身份证
身份证 网点 吞卡
脚垫
白醋
vinegar
`), "\n")

// Questions are many questions to the site: written ones, and the site's own
// wordings as they are, in part, quoted, and with a slip.
func Questions() []string {
	out := append([]string(nil), written...)
	for i, d := range Documents() {
		if d.Title != "" {
			out = append(out, d.Title)
		}
		for _, s := range d.Symptoms {
			runes := []rune(s)
			half := len(runes) / 2
			switch i % 4 {
			case 0:
				out = append(out, s)
			case 1:
				out = append(out, string(runes[half/2:]))
			case 2:
				if words := strings.Fields(s); len(words) > 2 {
					out = append(out, "“"+words[0]+" "+words[1]+"” "+strings.Join(words[2:], " "))
				} else {
					out = append(out, "“"+string(runes[:half])+"”"+string(runes[half:]))
				}
			default:
				runes[half-1], runes[half] = runes[half], runes[half-1]
				out = append(out, string(runes))
			}
		}
	}
	return out
}
