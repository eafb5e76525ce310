// Package bench is what the programs that measure whyfix have in common: content
// folders of any size, and whyfix itself, built and serving. The articles are
// whole: all kinds of sections, relations, links, tables, tags. They say nothing;
// numbers keep them apart.
//
// In: a number of articles, or a command. Out: their files, the same for the same
// number; a process that answers.
package bench

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// One of each makes an article.
var (
	products  = strings.Fields("花呗 借呗 余额宝 转账 退款 提现 红包 银行卡 会员 发票 物流 优惠券")
	troubles  = strings.Fields("用不了 打不开 一直没到账 显示系统繁忙 额度变少了 被限制使用 还款失败 关闭不了 找不到入口 收不到验证码")
	causes    = strings.Fields("风险控制 系统维护 额度不足 信息不全 网络不稳 余额不足 逾期未还 版本过旧")
	solutions = strings.Fields("完善个人信息 联系客服 重新登录 更新版本 更换网络 补足余额")
	places    = strings.Fields("超市 地铁站 网店 加油站 餐厅 药店 书店 电影院 便利店 菜市场 停车场 图书馆")
	details   = strings.Fields("昨天晚上 付款的时候 换了手机以后 刚刚 更新之后 输完密码 点确认时 第二次试 扫码以后 月底 出差在外 绑定新卡后")
)

// Path is where article n lies in a folder of articles.
func Path(n int) string { return fmt.Sprintf("p%03d/a%06d.md", n/1000, n) }

// Article is article n of a site of a number of them, in one of its editions.
func Article(n, of, edition int) string {
	one := func(words []string, salt int) string { return words[(n*31+salt*17+n/97)%len(words)] }
	product, trouble, place := one(products, 1), one(troubles, 2), fmt.Sprintf("%d号%s", n, one(places, 9))
	sentence := func(salt int) string {
		return fmt.Sprintf("%s在%s%s%s，先记下%s的提示和%d元的金额，再看%s里有没有说明，不要反复提交",
			one(details, salt), one(places, salt+3), one(products, salt+5), one(troubles, salt+7), one(causes, salt+11), (n*7+salt*13)%9999, one(products, salt+2))
	}
	paragraph := func(salt int) string { return sentence(salt) + "；" + sentence(salt+31) + "。" }
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: %s在%s%s，怎么办？\nsymptoms: [%s%s%s, %s提示异常代码%d]\nproducts: [%s]\ncauses: [%s, %s, %s]\nsolutions: [%s]\ndate: 2026-%02d-%02d\nupdated: 2026-%02d-%02d\n---\n\n",
		product, place, trouble, place, product, trouble, product, n, product, one(causes, 3), one(causes, 4), one(causes, 5), one(solutions, 5), n%9+1, n%28+1, n%9+2, n%28+1)
	fmt.Fprintf(&b, "%s%s。\n\n## 为什么会这样 {.cause}\n\n", paragraph(1), Edition(edition))
	for i := range 3 {
		cause := one(causes, 3+i)
		fmt.Fprintf(&b, "### %s\n\n%s\n\n- %s\n- **%s**\n- `E%d`\n\n", cause, paragraph(20+i), one(details, 40+i), one(places, 50+i), n)
	}
	fmt.Fprintf(&b, "## 怎么判断 {.check}\n\n1. 打开%s的账单\n2. 看有没有%s的提示\n3. %s\n\n## 怎么解决 {.solution}\n\n", product, one(causes, 3), sentence(60))
	for i := range 3 {
		fmt.Fprintf(&b, "### %s，第%d步\n\n%s见[相近的问题](../%s)。\n\n", one(solutions, 5+i), i+1, paragraph(70+i), Path((n*7+i*1013)%of))
	}
	fmt.Fprintf(&b, "| 项目 | 说明 |\n|---|---|\n| %s | %d 元 |\n| %s | %s |\n\n## 案例 {.case}\n\n> 以下案例为虚构。%s\n\n%s\n",
		product, n, place, one(troubles, 8), paragraph(90), paragraph(95))
	return b.String()
}

// Edition is a phrase that no other edition has.
func Edition(n int) string {
	name := "修订之"
	for ; n > 0; n /= 10 {
		name += string([]rune("甲乙丙丁戊己庚辛壬癸")[n%10])
	}
	return name
}

// Write writes the articles of a site into a content folder.
func Write(dir string, of int) error {
	for n := range of {
		name := filepath.Join(dir, filepath.FromSlash(Path(n)))
		if n%1000 == 0 {
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				return fmt.Errorf("bench: %w", err)
			}
		}
		if err := os.WriteFile(name, []byte(Article(n, of, 0)), 0o644); err != nil {
			return fmt.Errorf("bench: %w", err)
		}
	}
	return nil
}

// Listed is an article of a content folder.
type Listed struct {
	File, Page string // an OS path; the address of its page
	Title      string // as front matter has it, or ""
}

var title = regexp.MustCompile(`(?m)^title: (.*)$`)

// List lists the articles of a content folder.
func List(dir string) (list []Listed, err error) {
	err = filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		page, article := strings.CutSuffix(name, ".md")
		if err != nil || entry.IsDir() || !article || filepath.Base(name) == "index.md" {
			return err
		}
		rel, err := filepath.Rel(dir, page)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(name)
		a := Listed{File: name, Page: "/" + filepath.ToSlash(rel) + "/"}
		if m := title.FindSubmatch(text); m != nil {
			a.Title = strings.Trim(string(m[1]), `'"`)
		}
		list = append(list, a)
		return err
	})
	return list, err
}

// Question is what somebody asks a site of these articles: whole sentences,
// some with words that no article has.
func Question(n int) string {
	one := func(words []string, salt int) string { return words[(n*13+salt*7+n/29)%len(words)] }
	forms := []string{
		one(details, 1) + one(products, 2) + one(troubles, 3) + "怎么办",
		"为什么我的" + one(products, 2) + one(troubles, 4) + "呢",
		one(products, 5) + "是不是" + one(causes, 6) + "了",
		"在" + one(places, 7) + "用" + one(products, 8) + "提示" + one(causes, 9) + "，请问怎么解决",
		one(troubles, 10) + one(solutions, 11) + "有用吗",
	}
	return forms[n%len(forms)]
}
