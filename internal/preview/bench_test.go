package preview

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"whyfix/internal/build"
)

// large is how many articles the benchmark's site has.
const large = 10_000

// One of each makes a made article; the numbers keep the articles apart.
var (
	benchProducts  = strings.Fields("花呗 借呗 余额宝 转账 退款 提现 红包 银行卡 会员 发票 物流 优惠券")
	benchTroubles  = strings.Fields("用不了 打不开 一直没到账 显示系统繁忙 额度变少了 被限制使用 还款失败 关闭不了 找不到入口 收不到验证码")
	benchCauses    = strings.Fields("风险控制 系统维护 额度不足 信息不全 网络不稳 余额不足 逾期未还 版本过旧")
	benchSolutions = strings.Fields("完善个人信息 联系客服 重新登录 更新版本 更换网络 补足余额")
)

// benchArticle is the made article n, at its edit-th state.
func benchArticle(n, edit int) string {
	of := func(words []string, salt int) string { return words[(n*31+salt*17+n/97)%len(words)] }
	product, trouble, place := of(benchProducts, 1), of(benchTroubles, 2), fmt.Sprintf("%d号门店", n)
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: %s在%s%s，怎么办？\nsymptoms: [%s%s%s, %s提示异常代码%d]\nproducts: [%s]\ncauses: [%s, %s]\nsolutions: [%s]\nupdated: 2026-%02d-%02d\n---\n\n",
		product, place, trouble, place, product, trouble, product, n, product, of(benchCauses, 3), of(benchCauses, 4), of(benchSolutions, 5), n%12+1, n%28+1)
	fmt.Fprintf(&b, "先看%s是否%s，再按下面的办法处理。%s。\n\n## 为什么会这样 {.cause}\n\n", product, trouble, benchEdit(edit))
	for i := range 3 {
		cause := of(benchCauses, 3+i)
		fmt.Fprintf(&b, "### %s\n\n%s遇到%s时，%s的页面会说明原因，通常在一两天里恢复；期间不要反复提交，也不要把验证码告诉别人。\n\n- 记下提示的原话\n- **看清时间**和金额\n\n", cause, product, cause, place)
	}
	fmt.Fprintf(&b, "## 怎么判断 {.check}\n\n1. 打开%s的账单\n2. 看有没有%s的提示\n\n## 怎么解决 {.solution}\n\n### %s\n\n在设置里找到%s，按提示完成；见[相近的问题](../p%02d/a%05d.md)。\n\n| 项目 | 说明 |\n|---|---|\n| %s | %d 元 |\n",
		product, of(benchCauses, 3), of(benchSolutions, 5), product, (n*7)%large/100, (n*7)%large, product, n)
	return b.String()
}

// benchEdit is a phrase that no other edit has.
func benchEdit(n int) string {
	name := "修订之"
	for ; n > 0; n /= 10 {
		name += string([]rune("甲乙丙丁戊己庚辛壬癸")[n%10])
	}
	return name
}

// BenchmarkEdit measures what a writer waits for on a site of 10,000 articles:
// from the save of a file until the open page is told to load again. Then the
// page and the search must have the edit.
//
//	go test ./internal/preview -run '^$' -bench Edit -benchtime 50x
func BenchmarkEdit(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "content")
	file := func(n int) string {
		return filepath.Join(dir, fmt.Sprintf("p%02d", n/100), fmt.Sprintf("a%05d.md", n))
	}
	for n := range large {
		if err := os.MkdirAll(filepath.Dir(file(n)), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(file(n), []byte(benchArticle(n, 0)), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	p, err := New(Options{Build: build.Options{Content: dir, Base: "/"}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	defer p.Close()
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	if err := p.Start(ctx); err != nil {
		b.Fatal(err)
	}
	srv := httptest.NewServer(p)
	defer srv.Close()
	open := func(address string) *http.Response {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+address, nil)
		if err != nil {
			b.Fatal(err)
		}
		response, err := srv.Client().Do(r)
		if err != nil {
			b.Fatal(err)
		}
		return response
	}
	stream := open("/_whyfix/events")
	defer stream.Body.Close()
	told := bufio.NewScanner(stream.Body)
	told.Buffer(nil, 1<<20)
	next := func() {
		for told.Scan() {
			if strings.HasPrefix(told.Text(), "data: ") {
				return
			}
		}
		b.Fatal("the stream ended")
	}
	next() // what was built before

	waited := make([]time.Duration, 0, b.N)
	edit := 0
	for b.Loop() {
		edit++
		n := edit * 197 % large
		text := benchArticle(n, edit)
		asked := benchEdit(edit)
		if edit%2 == 0 { // what other pages show, too
			text = strings.Replace(text, "symptoms: [", "symptoms: ["+asked+", ", 1)
			text = strings.Replace(text, "，怎么办", "，如何是好", 1)
		}
		start := time.Now()
		if err := os.WriteFile(file(n), []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
		next()
		waited = append(waited, time.Since(start))
		for _, address := range []string{fmt.Sprintf("/p%02d/a%05d/", n/100, n), "/api/search?size=50&q=" + url.QueryEscape(asked)} {
			response := open(address)
			body, err := io.ReadAll(response.Body)
			response.Body.Close()
			if want := fmt.Sprintf("/a%05d/", n); err != nil || !strings.Contains(string(body), want) || strings.HasPrefix(address, "/p") && !strings.Contains(string(body), asked) {
				b.Fatalf("edit %d: %s does not show it: %.3000s", edit, address, body)
			}
		}
	}
	slices.Sort(waited)
	milliseconds := func(part float64) float64 {
		return float64(waited[min(int(part*float64(len(waited))), len(waited)-1)].Microseconds()) / 1000
	}
	b.ReportMetric(milliseconds(0.5), "p50-ms")
	b.ReportMetric(milliseconds(0.99), "p99-ms")
}
