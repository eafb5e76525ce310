package content

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What stands in front matter as a text is that text.
func TestTextsStayWhole(t *testing.T) {
	t.Parallel()
	a := parse(t, "a.md", `---
title: 1.10
summary: 2026-11-01
symptoms: [1042, yes, 1e3, 0x1F, 012, "~", 'null', "提示 #404", C#, a#b, .5, 12:30]
author: true
date: 2026-11-01 # 定时
products:
  # 上面的注释
  - 支付宝
---
`)
	got := append([]string{a.Title.Value, a.Summary, a.Author}, values(a.Symptoms)...)
	want := []string{"1.10", "2026-11-01", "true", "1042", "yes", "1e3", "0x1F", "012", "~", "null", "提示 #404", "C#", "a#b", ".5", "12:30"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("texts (-want +got):\n%s", diff)
	}
}

func TestLostTexts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, front, want string }{
		{"in a title", "title: 版本说明 #2 里的问题", "a.md:2:13: YAML reads “#2 里的问题” as a comment, and it would be missing"},
		{"as a whole title", "title: #2 里的问题", "a.md:2:8: YAML reads “#2 里的问题” as a comment, and it would be missing"},
		{"in an item", "title: x\nsymptoms:\n  - 提示 #404 打不开\n  - b", "a.md:4:8: YAML reads “#404 打不开” as a comment, and it would be missing"},
		{"as a whole item", "title: x\nsymptoms:\n  - #404 打不开\n  - b", "a.md:4:5: YAML reads “#404 打不开” as a comment, and it would be missing"},
		{"as the last item", "title: x\nsymptoms:\n  - b\n  - #404 打不开", "a.md:5:5: YAML reads “#404 打不开” as a comment, and it would be missing"},
		{"in a list", "title: x\nsymptoms: [错误 #1042, b]", "a.md:3:15: YAML reads what stands behind this # as a comment"},
		{"in a list of lines", "title: x\nsymptoms: [错误 #1042\n  , b]", "a.md:3:15: YAML reads “#1042” as a comment, and it would be missing"},
		{"in the second line", "title: 版本\n  说明 #2", "a.md:3:6: YAML reads “#2” as a comment, and it would be missing"},
		{"a comment", "title: 版本说明 # 待改", "a.md:2:13: YAML reads “# 待改” as a comment"},
		{"null", "title: null", `a.md:2:8: YAML reads "null" as nothing`},
		{"a tilde", "title: x\nsymptoms: [~, b]", `a.md:3:12: YAML reads "~" as nothing`},
	} {
		_, diags := ParseArticle("a.md", []byte("---\n"+tt.front+"\n---\n"), DefaultSettings().Parser())
		got := ""
		if len(diags) > 0 {
			got = diags[0].Pos.String() + ": " + diags[0].Message.En
		}
		if len(diags) != 1 || got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, said(diags), tt.want)
		}
	}
	for _, good := range []string{"title: x\ndraft: true\nauthor:\nsummary: # 待填", "title: x\ndraft: true # 先别发", "title: \"x\" # 待改", "title: x\nsymptoms: [a, b] # 最常见"} {
		if _, diags := ParseArticle("a.md", []byte("---\n"+good+"\n---\n"), DefaultSettings().Parser()); len(diags) > 0 {
			t.Errorf("%s: got %s, want nothing", good, said(diags))
		}
	}
	// In the settings, # and a blank are a comment.
	if _, diags := ParseSettings([]byte("title: 帮助 # 站名\n")); len(diags) > 0 {
		t.Errorf("a comment in the settings: got %s", said(diags))
	}
	if _, diags := ParseSettings([]byte("title: 帮助 #1\n")); len(diags) != 1 {
		t.Errorf("a text in the settings: got %s, want one mistake", said(diags))
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{
		"2026-11-01": "2026-11-01T00:00:00+08:00", "2026-1-2": "2026-01-02T00:00:00+08:00", "2026/11/01": "2026-11-01T00:00:00+08:00",
		"2026.11.1": "2026-11-01T00:00:00+08:00", "2026年11月1日": "2026-11-01T00:00:00+08:00", "2026年11月1日 20:00": "2026-11-01T20:00:00+08:00",
		"2026年11月1日20:05": "2026-11-01T20:05:00+08:00", "2026-11-01 20:00": "2026-11-01T20:00:00+08:00", "2026-11-01 20:00:30": "2026-11-01T20:00:30+08:00",
		"2026-11-01T20:00": "2026-11-01T20:00:00+08:00", "2026-11-01T20:00:00": "2026-11-01T20:00:00+08:00", "2026/11/01 8:05": "2026-11-01T08:05:00+08:00",
		"2026-11-01 20:00:00 +0800": "2026-11-01T20:00:00+08:00", "2026-11-01 20:00:00 +08:00": "2026-11-01T20:00:00+08:00", "2026-11-01T20:00:00+08:00": "2026-11-01T20:00:00+08:00",
		"2026-11-01 20:00 +08": "2026-11-01T20:00:00+08:00", "2026-11-01T20:00:00Z": "2026-11-02T04:00:00+08:00", "2026-11-01T20:00:00.123Z": "2026-11-02T04:00:00+08:00",
		"2026-11-01 20:00:00 UTC": "2026-11-02T04:00:00+08:00", "2026-11-01 20:00:00 -0330": "2026-11-02T07:30:00+08:00", "2026-11-01 20:00:00 +0800 CST": "2026-11-01T20:00:00+08:00",
		"2026-11-31": "", "2026-13-01": "", "2026-11-01 25:00": "", "2026-11-01 20:61": "", "11-01-2026": "", "2026-11/01": "", "2026-11-0120:00": "", "三月一日": "", "2026": "", "20261101": "",
	} {
		got := ""
		if d, ok := ParseDate(in, shanghai); ok {
			got = d.Format(time.RFC3339)
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}

func TestTimezone(t *testing.T) {
	t.Parallel()
	for name, good := range map[string]bool{"Asia/Shanghai": true, "UTC": true, "Europe/Berlin": true, "北京": false, "Local": false, "../etc/passwd": false, "GMT+8": false} {
		s, diags := ParseSettings([]byte("timezone: " + name + "\n"))
		if (len(diags) == 0) != good || good && s.Zone().String() != name {
			t.Errorf("%s: got %s and %s", name, s.Zone(), said(diags))
		}
	}
	s, _ := ParseSettings([]byte("timezone: Asia/Shanghai\n"))
	read := (&Reader{Parser: DefaultSettings().Parser(), Zone: s.Zone()}).Read("a.md", []byte("---\ntitle: x\ndate: 2026-11-01\n---\n"))
	a, diags := read.Article, read.Diags
	if len(diags) > 0 || a.Date.UTC().Format(time.RFC3339) != "2026-10-31T16:00:00Z" || !strings.Contains(a.Date.String(), "+0800") {
		t.Errorf("got %s and %s", a.Date, said(diags))
	}
}
