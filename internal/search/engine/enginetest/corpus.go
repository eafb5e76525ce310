package enginetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"whyfix/internal/search/article"
)

// What tests of other packages search through.

// Tagged makes tags that have a page.
func Tagged(family string, names ...string) []article.Tag {
	var out []article.Tag
	for _, n := range names {
		out = append(out, article.Tag{Name: n, URL: "/" + family + "/" + n + "/"})
	}
	return out
}

// Vocabulary is what Generated documents are made of.
var Vocabulary = strings.Fields(`
	打印机 路由器 门锁 洗衣机 交通卡 图书馆 邮箱 相册 耳机 验证码 快递 会议 字体 密码 余额 电源 屏幕 设备 网络 账户
	打不开 连不上 用不了 没反应 收不到 不更新 很慢 有回声 变了样 不排水 提示错误 登录失败 一直转圈 突然停了
	为什么 怎么办 怎么回事 多久 吗 呢 了 的 请问 突然
	重新添加 重启 清理 更换 充值 检查 等待 联系客服 升级 退款 申诉 核对 备份
	Wi-Fi ERR_1042 iPhone refund card 5G
`)

// Generated is a document of random words, the same for the same source.
func Generated(r *rand.Rand, url string) *article.Document {
	some := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteString(Vocabulary[r.IntN(len(Vocabulary))])
		}
		return b.String()
	}
	d := &article.Document{
		URL: url, Title: some(3 + r.IntN(3)), Summary: some(6),
		Products: Tagged("products", Vocabulary[r.IntN(10)]), Causes: Tagged("causes", Vocabulary[20+r.IntN(8)]), Solutions: Tagged("solutions", Vocabulary[44+r.IntN(8)]),
	}
	for range 1 + r.IntN(3) {
		d.Symptoms = append(d.Symptoms, some(2+r.IntN(2)))
	}
	for i, kind := range []string{"", "cause", "check", "solution", "case"}[:2+r.IntN(4)] {
		d.Sections = append(d.Sections, article.Section{Anchor: fmt.Sprintf("s%d", i), Title: some(2), Kind: kind, Text: some(8) + "。" + some(8) + "。\n" + some(6)})
	}
	return d
}

// Made are whole articles, about 3 kB each, whose words are as
// unequally frequent as those of a language.
func Made(n int) []*article.Document {
	r := rand.New(rand.NewPCG(31, 32))
	characters := rand.NewZipf(r, 1.1, 20, 2999)
	words := slices.Clone(Vocabulary)
	for range 8000 {
		var word strings.Builder
		for range 2 + r.IntN(2) {
			word.WriteRune(rune(0x4E00 + 6*characters.Uint64())) // of all over the table
		}
		words = append(words, word.String())
	}
	rank := rand.NewZipf(r, 1.05, 50, uint64(len(words)-1))
	sentence := func(most int) string {
		var b strings.Builder
		for range 2 + r.IntN(most) {
			b.WriteString(words[rank.Uint64()])
		}
		return b.String()
	}
	paragraph := func() string {
		return sentence(6) + "，" + sentence(8) + "，" + sentence(6) + "，" + sentence(8) + "。\n" + sentence(8)
	}
	docs := make([]*article.Document, n)
	for i := range docs {
		causes, solutions := []string{words[r.IntN(20)], words[20+r.IntN(20)]}, []string{words[40+r.IntN(15)]}
		d := &article.Document{
			URL: fmt.Sprintf("/p%03d/a%06d/", i/1000, i), Language: "zh-CN", Title: sentence(4), Symptoms: []string{sentence(4), sentence(3)}, Summary: sentence(10),
			Products: Tagged("products", words[r.IntN(10)]), Causes: Tagged("causes", causes...), Solutions: Tagged("solutions", solutions...),
			Sections: []article.Section{{Text: paragraph()}},
		}
		for k, kind := range []string{"cause", "cause", "cause", "check", "solution", "solution", "solution", "case"} {
			d.Sections = append(d.Sections, article.Section{Anchor: "s" + strconv.Itoa(k), Title: causes[k%2], Kind: kind, Text: paragraph()})
		}
		docs[i] = d
	}
	return docs
}
