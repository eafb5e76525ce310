package terms_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/han"
	"whyfix/internal/search/terms"
)

// canon is a text as it is asked.
func canon(text string) string {
	out, _ := terms.NewCutter().Canon(nil, han.AppendMarked(nil, text))
	return string(out)
}

func TestCanon(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"nothing to change", "打不开 login 7天", "打不开 login 7天"},
		{"a numeral before a measure word", "三天", "3天"},
		{"a numeral after 第", "第一步", "第1步"},
		{"one thing is no number", "等一个月", "等一个月"},
		{"a numeral that counts nothing", "一直", "一直"},
		{"a large number", "三万五千元", "35000元"},
		{"digits and a unit", "5万元", "50000元"},
		{"a year", "二零二六年", "2026年"},
		{"commas", "1,000元", "1000元"},
		{"a percentage", "百分之五", "5"},
		{"a leading zero stays", "0571", "0571"},
		{"a version is none", "1.2.1", "1.2.1"},
		{"a word of Taiwan", "印表機", "打印机"},
		{"of another length", "乙太網路", "以太网"},
		{"between other text", "我的軟體更新了", "我的软件更新了"},
		{"numbers and words", "七天和印表機", "7天和打印机"},
		{"a word that only looks so", "上傳送", "上传送"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := canon(tt.text); got != tt.want {
				t.Errorf("%q as asked is %q, want %q", tt.text, got, tt.want)
			}
			if got := canon(tt.want); got != tt.want {
				t.Errorf("%q as asked is %q, want no change", tt.want, got)
			}
		})
	}
}

func TestCanonTellsChanges(t *testing.T) {
	t.Parallel()
	runes := []rune("七天和乙太网路")
	got, changes := terms.NewCutter().Canon([]rune("之前"), runes)
	if string(got) != "之前7天和以太网" {
		t.Errorf("appended: %q", string(got))
	}
	want := []terms.Change{{From: 0, To: 1, Start: 0, End: 1}, {From: 3, To: 7, Start: 3, End: 6}}
	if diff := cmp.Diff(want, changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

// checkCanon checks that changes lie in both texts, one behind the other, and
// that outside of them both are the same.
func checkCanon(t *testing.T, text string) {
	t.Helper()
	c := terms.NewCutter()
	runes := han.AppendMarked(nil, text)
	before := slices.Clone(runes)
	asked, changes := c.Canon(nil, runes)
	if !slices.Equal(runes, before) {
		t.Fatalf("%q was changed itself", text)
	}
	from, start := 0, 0
	for _, x := range changes {
		if x.From < from || x.To <= x.From || x.To > len(runes) || x.Start < start || x.End < x.Start || x.End > len(asked) {
			t.Fatalf("%q of %d as %q of %d: changes %v", text, len(runes), string(asked), len(asked), changes)
		}
		if !slices.Equal(runes[from:x.From], asked[start:x.Start]) {
			t.Fatalf("%q as %q: something changed that changes %v do not tell", text, string(asked), changes)
		}
		if slices.Equal(runes[x.From:x.To], asked[x.Start:x.End]) {
			t.Fatalf("%q as %q: change %v changes nothing", text, string(asked), x)
		}
		from, start = x.To, x.End
	}
	if !slices.Equal(runes[from:], asked[start:]) {
		t.Fatalf("%q as %q: something changed that changes %v do not tell", text, string(asked), changes)
	}
}

func FuzzCanon(f *testing.F) {
	for _, text := range []string{
		"七天和印表機", "第一百二十三步，百分之五", "1,000,000元 二零二六年", "乙太網路路由器", "上傳送 一點", "三万.....元",
		"getUserById iphone15", "\xff五万", "八○年 ○", "两三天 几十个",
	} {
		f.Add(text)
	}
	f.Fuzz(checkCanon)
}
