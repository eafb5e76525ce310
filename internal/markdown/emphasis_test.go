package markdown

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
)

// emphasis shows what is bold, slanted and struck out in one line of text, with
// the marks of the test: [b], [i] and [s].
func emphasis(t *testing.T, line string) string {
	t.Helper()
	doc := good(t, options, line+"\n")
	h := strings.TrimSuffix(strings.TrimPrefix(filled(doc, doc.Intro.HTML), "<p>"), "</p>\n")
	return strings.NewReplacer("<strong>", "[b]", "</strong>", "[/b]", "<em>", "[i]", "</em>", "[/i]", "<del>", "[s]", "</del>", "[/s]", "&quot;", `"`).Replace(h)
}

func TestEmphasisBesideWideText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"a full-width colon inside", "**注意：**先备份", "[b]注意：[/b]先备份"},
		{"a full stop inside", "**先备份。**再重装", "[b]先备份。[/b]再重装"},
		{"quotation marks inside", "提示**“系统繁忙”**时等十分钟", "提示[b]“系统繁忙”[/b]时等十分钟"},
		{"single quotation marks", "提示**‘稍后再试’**时", "提示[b]‘稍后再试’[/b]时"},
		{"brackets of headings", "再点**【确定】**按钮", "再点[b]【确定】[/b]按钮"},
		{"three in one line", "**注意：**先备份。提示**“系统繁忙”**时等十分钟，再点**【确定】**按钮。", "[b]注意：[/b]先备份。提示[b]“系统繁忙”[/b]时等十分钟，再点[b]【确定】[/b]按钮。"},
		{"brackets at the end", "请看**账单（本月）**里", "请看[b]账单（本月）[/b]里"},
		{"brackets at the start", "余额**（可用）**不足", "余额[b]（可用）[/b]不足"},
		{"corner brackets", "选**「退款」**即可", "选[b]「退款」[/b]即可"},
		{"book title", "见**《用户协议》**第三条", "见[b]《用户协议》[/b]第三条"},
		{"latin brackets", "错误**(E1042)**表示", "错误[b](E1042)[/b]表示"},
		{"latin quotes", `提示**"稍后"**再试`, `提示[b]"稍后"[/b]再试`},
		{"latin full stop", "打开**设置.**再退出", "打开[b]设置.[/b]再退出"},
		{"a currency sign", "最低**¥100**起", "最低[b]¥100[/b]起"},
		{"a percent sign", "涨了**5%**左右", "涨了[b]5%[/b]左右"},
		{"a dash", "**注意——**先备份", "[b]注意——[/b]先备份"},
		{"an ellipsis", "**请稍等……**然后", "[b]请稍等……[/b]然后"},
		{"code at the end", "运行**命令`rm`**之前", "运行[b]命令<code>rm</code>[/b]之前"},
		{"a link inside", "请看**[怎么判断](https://example.org/)**一节", `请看[b]<a href="https://example.org/">怎么判断</a>[/b]一节`},
		{"one star", "*注意：*先备份", "[i]注意：[/i]先备份"},
		{"three stars", "***注意：***先备份", "[i][b]注意：[/b][/i]先备份"},
		{"underscores beside punctuation", "__注意__：先备份", "[b]注意[/b]：先备份"},
		{"underscores behind punctuation", "注意：__先备份__", "注意：[b]先备份[/b]"},
		{"underscores in words stay", "文件_名称_里", "文件_名称_里"},
		{"struck out", "原价~~（100元）~~现价", "原价[s]（100元）[/s]现价"},
		{"struck out between", "~~旧~~：~~新~~", "[s]旧[/s]：[s]新[/s]"},
		{"kana", "これは**私の。**だから", "これは[b]私の。[/b]だから"},
		{"kana and latin", "太郎は**\"Hello\"**といった", `太郎は[b]"Hello"[/b]といった`},
		{"hangul", "**스크립트(script)**라고", "[b]스크립트(script)[/b]라고"},
		{"a rare character", "𠮟**(正字)**与叱", "𠮟[b](正字)[/b]与叱"},
		{"a variant by a selector", "葛󠄀**(城市名)**区", "葛󠄀[b](城市名)[/b]区"},
		{"a standard variant", "大塚︀**(旧字)**", "大塚︀[b](旧字)[/b]"},
		{"full-width quotation marks", "**“︁提示”︁**App", "[b]“︁提示”︁[/b]App"},
		{"underscore behind a variant of punctuation", "正体字。︁_Note._", "正体字。︁[i]Note.[/i]"},
		{"blanks inside are no emphasis", "** 注意 **先备份", "** 注意 **先备份"},
		{"latin rules beside latin text", "a**(b)**c", "a**(b)**c"},
		{"an emoji is no wide text", "a**✨(b)**c", "a**✨(b)**c"},
		{"multiplication", "3*4*5", "3[i]4[/i]5"},
	} {
		if got := emphasis(t, c.in); got != c.want {
			t.Errorf("%s: %s\n got %s\nwant %s", c.name, c.in, got, c.want)
		}
	}
}

func TestOneTildeStrikesNothing(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"一般3~5天内可以上门，最迟7~10天": "一般3~5天内可以上门，最迟7~10天",
		"~旧~ 新":     "~旧~ 新",
		"a ~b~ c":   "a ~b~ c",
		"~~旧~~ 新":   "[s]旧[/s] 新",
		"见 ~~~旧~~~": "见 ~~~旧~~~",
		"好的~~谢谢~":   "好的~~谢谢~",
	} {
		if got := emphasis(t, in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

// CommonMark's own examples are read as CommonMark says.
func TestCommonMarkExamples(t *testing.T) {
	t.Parallel()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/yuin/goldmark").Output()
	if err != nil {
		t.Fatal("the module's folder is not known: ", err)
	}
	data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "_test", "spec.json"))
	if err != nil {
		t.Fatal("the module comes without its examples: ", err)
	}
	var examples []struct {
		Markdown, HTML string
		Example        int
	}
	if err := json.Unmarshal(data, &examples); err != nil {
		t.Fatal(err)
	}
	if len(examples) < 600 {
		t.Fatalf("got %d examples, want all of them", len(examples))
	}
	md := goldmark.New(goldmark.WithParser(parser.NewParser(
		parser.WithBlockParsers(blockParsers(true)...),
		parser.WithInlineParsers(inlineParsers()...),
		parser.WithParagraphTransformers(paragraphTransformers()...),
	)), goldmark.WithRendererOptions(html.WithXHTML(), html.WithUnsafe()))
	for _, e := range examples {
		var out strings.Builder
		if err := md.Convert([]byte(e.Markdown), &out); err != nil {
			t.Fatal(err)
		}
		if out.String() != e.HTML {
			t.Errorf("example %d: %q\n got %q\nwant %q", e.Example, e.Markdown, out.String(), e.HTML)
		}
	}
}
