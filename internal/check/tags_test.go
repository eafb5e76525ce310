package check

import (
	"fmt"
	"testing"

	"whyfix/internal/site"
)

func TestSlip(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"账户被冻结", "帐户被冻结", true},
		{"信用评估未通过", "信用评估没通过", true},
		{"补充资料", "补充资料料", true},
		{"完善资料", "完善料资", true},
		{"installment", "instalment", true},
		{"bank card", "bankcard", true},
		{"花呗", "借呗", false},   // too short to be a slip
		{"信用卡", "信用分", false}, // so is this
		{"转入失败", "转出失败", false},
		{"开启免密支付", "关闭免密支付", false},
		{"可提前还款", "不可提前还款", false},
		{"系统版本15", "系统版本16", false},
		{"第一次申请", "第二次申请", false},
		{"提升信用额度", "完善信用资料", false},
		{"系统维护", "系统维护", false},
	} {
		for _, pair := range [][2]string{{tt.a, tt.b}, {tt.b, tt.a}} {
			if got := slip([]rune(pair[0]), []rune(pair[1])); got != tt.want {
				t.Errorf("%s and %s: got %v, want %v", pair[0], pair[1], got, tt.want)
			}
			tags := []*site.Tag{tagOf(pair[0], 2), tagOf(pair[1], 1)}
			if got := len(near(tags)) == 1; got != tt.want {
				t.Errorf("%s and %s as tags: got %v, want %v", pair[0], pair[1], got, tt.want)
			}
		}
	}
}

func tagOf(name string, articles int) *site.Tag {
	t := &site.Tag{Name: name}
	for range articles {
		t.Articles = append(t.Articles, &site.Article{})
	}
	return t
}

// Thousands of tags meet few others, and a series is nobody's slip.
func TestManyTags(t *testing.T) {
	t.Parallel()
	var tags []*site.Tag
	for i := range 20_000 {
		tags = append(tags, tagOf(fmt.Sprintf("原因%c号的情况", rune(0x4E00+i)), 1))
	}
	tags = append(tags, tagOf("账户被冻结", 2), tagOf("帐户被冻结", 1))
	pairs := near(tags)
	if len(pairs) != 1 || pairs[0].Rare.Name != "帐户被冻结" || pairs[0].Often.Name != "账户被冻结" {
		t.Errorf("got %d pairs, want the one", len(pairs))
	}
}
