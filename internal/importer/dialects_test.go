package importer

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write what the dialects give into their cases")

// Each row of the table has a case: a source, recognised by itself, behind
// that every file that it becomes, and the report.
func TestDialects(t *testing.T) {
	t.Parallel()
	for _, d := range dialects {
		t.Run(string(d.name), func(t *testing.T) {
			t.Parallel()
			name := filepath.Join("testdata", "dialects", string(d.name)+".txtar")
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			source, want := map[string]string{}, ""
			kept := archive.Files[:0:0]
			for _, f := range archive.Files {
				if strings.HasPrefix(f.Name, "want") {
					want += "-- " + f.Name + " --\n" + string(f.Data)
					continue
				}
				source[f.Name] = string(f.Data)
				kept = append(kept, f)
			}
			out, diags, err := plan(t, Options{}, ".", source)
			if err != nil || len(diags) > 0 {
				t.Fatalf("got %v and %v", err, diags)
			}
			if out.From != d.name {
				t.Errorf("it was taken for %s", out.From)
			}
			holds(t, out)
			got := txtar.Archive{Comment: archive.Comment, Files: kept}
			report := ""
			for _, f := range out.Files {
				if f.copyOf != "" {
					f.Text = []byte("a copy of " + f.copyOf + "\n")
				} else if f.Source != "" && filepath.Ext(f.Path) != ".md" {
					f.Text = []byte("from " + f.Source + "\n")
				}
				got.Files = append(got.Files, txtar.File{Name: "want/" + f.Path, Data: f.Text})
				for _, todo := range f.Todo {
					report += fmt.Sprintf("%s:%d: %s\n", f.Path, todo.Line, todo.Message.En)
				}
			}
			for _, left := range out.Left {
				report += left + " was not taken\n"
			}
			got.Files = append(got.Files, txtar.File{Name: "want-report", Data: []byte(report)})
			all := txtar.Format(&got)
			if *update {
				if err := os.WriteFile(name, all, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			_, gotText, _ := strings.Cut(string(all), "-- want/")
			if diff := cmp.Diff(want, "-- want/"+gotText); diff != "" {
				t.Errorf("-want +got (-update writes it):\n%s", diff)
			}
		})
	}
}

// form is one form of a dialect, and what becomes of it.
type form struct {
	name, text, want string
	said             string // by the report, with ; between its lines
}

// left stands before what could not be kept.
const left = "> **导入时没能转换，请手工处理：** "

// becomes tests forms of a dialect, each as a page that is imported.
func becomes(t *testing.T, from Family, forms []form) {
	t.Parallel()
	for _, tt := range forms {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, todo := body(t, from, tt.text)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if said := strings.Join(todo, "; "); said != tt.said {
				t.Errorf("the report says %q, want %q", said, tt.said)
			}
		})
	}
}

func TestHugo(t *testing.T) {
	becomes(t, Hugo, []form{
		{"notice with its own title", "{{% notice tip \"早一点\" %}}\n甲\n{{% /notice %}}", ":::tip 早一点\n甲\n:::", ""},
		{"alert whose colour is its kind", "{{< alert color=\"warning\" >}}\n甲\n\n乙\n{{< /alert >}}", ":::warning\n甲\n\n乙\n:::", ""},
		{"callout of no known kind", "{{< callout type=\"purple\" >}}甲{{< /callout >}}", ":::note\n甲\n:::", ""},
		{"callout over lines of no known kind", "{{< callout type=\"purple\" >}}\n甲\n{{< /callout >}}", ":::note\n甲\n:::", ""},
		{"box in a box", "{{< note >}}\n甲\n{{< details summary=\"细节\" >}}\n乙\n{{< /details >}}\n{{< /note >}}", ":::note\n甲\n\n:::details 细节\n乙\n:::\n:::", ""},
		{"box without an end", "{{< warning >}}\n甲", left + "`{{< warning >}}`\n\n甲", "the shortcode warning was left as a note"},
		{"figure with a caption", "{{< figure src=\"x.png\" alt=\"图\" title=\"不用\" caption=\"流程\" >}}", "![图](x.png \"流程\")", ""},
		{"figure in a list", "- 甲\n\n  {{< figure src=\"x.png\" >}}", "- 甲\n\n  ![](x.png)", ""},
		{"highlight with options", "{{< highlight go \"linenos=table\" >}}\na := 1\n{{< /highlight >}}", "```go\na := 1\n```", ""},
		{"highlight that holds backticks", "{{< highlight md >}}\n```\na\n```\n{{< /highlight >}}", "````md\n```\na\n```\n````", ""},
		{"shortcode that closes itself", "{{< youtube id=\"甲\" />}}", left + "`{{< youtube id=\"甲\" />}}`", "the shortcode youtube was left as a note"},
		{"end of a shortcode alone", "甲\n\n{{< /tabs >}}", "甲", "left out: the shortcode tabs"},
		{"shortcode in indented code", "甲\n\n    {{< x >}}", "甲\n\n    {{< x >}}", ""},
		{"shortcode that is shown", "```\n{{</* x */>}} {{%/* y */%}}\n```", "```\n{{< x >}} {{% y %}}\n```", ""},
		{"ref with a place", "[甲]({{< ref \"b.md#原因\" >}}) [乙]({{< relref \"#这里\" >}})\n\n## 这里", "[甲](b.md) [乙](#这里)\n\n## 这里", "the place #原因 is not on that page: the link leads to its top"},
		{"ref to nothing", "[甲]({{< ref \"无.md\" >}})", "甲 (`无.md`)", "this link leads to nothing that was imported: 无.md"},
		{"ref of a definition", "[甲][r]\n\n[r]: {{< ref \"b\" >}}", "[甲][r]\n\n[r]: b.md", ""},
		{"ref in HTML", "<a href=\"{{< ref \"b\" >}}\">甲</a>", "[甲](b.md)", ""},
		{"braces that are none", "{{ .Title }} {{<>}} { { < x > } }", "{{ .Title }} {{<>}} { { < x > } }", ""},
		{"notice of its kind alone", "{{% notice tip %}}\n**甲**\n{{% /notice %}}", ":::tip\n**甲**\n:::", ""},
		{"callout with an emoji", "{{< callout type=\"warning\" emoji=\"x\" >}}\n甲\n{{< /callout >}}", ":::warning\n甲\n:::", ""},
		{"tabs of docsy", "{{< tabpane text=true >}}\n{{< tab header=\"**这里**：\" disabled=true />}}\n{{% tab header=\"甲\" %}}\n- 一\n{{% /tab %}}\n{{< tab header=\"乙\" >}}\n二\n{{< /tab >}}\n{{< /tabpane >}}", "**这里**：\n\n:::tabs\n== 甲\n- 一\n\n== 乙\n二\n:::", ""},
		{"tabs of code of docsy", "{{< tabpane lang=\"toml\" >}}\n{{< tab header=\"a.toml\" >}}\n[[a]]\n{{< /tab >}}\n{{< tab header=\"a.yaml\" lang=\"yaml\" >}}\na:\n  - b\n{{< /tab >}}\n{{< /tabpane >}}", ":::tabs\n== a.toml\n```toml\n[[a]]\n```\n\n== a.yaml\n```yaml\na:\n  - b\n```\n:::", ""},
		{"tabs of Hextra in a list", "1. 甲\n\n   {{< tabs items=\"一,二\" >}}\n   {{< tab >}}\n   丙\n   {{< /tab >}}\n   {{< tab >}}丁{{< /tab >}}\n   {{< /tabs >}}", "1. 甲\n\n   :::tabs\n   == 一\n   丙\n\n   == 二\n   丁\n   :::", ""},
		{"films", "{{< youtube abcdefghijk >}}\n\n{{< vimeo id=\"123\" title=\"甲\" >}}\n\n{{< bilibili BV1xx411c7mD >}}", "[视频](https://www.youtube.com/watch?v=abcdefghijk)\n\n[甲](https://vimeo.com/123)\n\n[视频](https://www.bilibili.com/video/BV1xx411c7mD)", ""},
		{"part that is there", "{{% include \"b.md\" %}}", "b", "left out: that a part comes from another file: it stands here"},
		{"param that is nowhere", "{{< param title >}} {{% param \"none\" %}}", "`{{< param title >}}` `{{% param \"none\" %}}`", "the shortcode param was left as a note; the shortcode param was left as a note"},
		{"card of code", "{{< card code=true header=\"a.html\" lang=\"html\" >}}\n\n{{ partial \"b\" . }}\n\n{{< /card >}} <br>", "**a.html**\n\n```html\n{{ partial \"b\" . }}\n```", ""},
		{"figure with a width", "{{< figure src=\"x.png\" width=\"300\" >}}", "![](x.png){width=300}", ""},
		{"attributes below a block", "甲\n{.lead #x}\n\n| a |\n|---|\n{.table}", "甲\n\n| a |\n|---|", "left out: attributes in braces (2×)"},
	})
}

func TestMkDocs(t *testing.T) {
	becomes(t, MkDocs, []form{
		{"admonition without a title", "!!! note \"\"\n    甲", ":::note\n甲\n:::", ""},
		{"admonition with classes", "!!! danger inline end \"停\"\n    甲", ":::danger 停\n甲\n:::", ""},
		{"admonition that folds", "???+ question \"为什么？\"\n    甲\n\n    乙\n丙", ":::details 为什么？{open}\n甲\n\n乙\n:::\n\n丙", ""},
		{"admonition of an unknown kind", "!!! recipe\n    甲", ":::note recipe\n甲\n:::", ""},
		{"admonition indented by a tab", "!!! tip\n\t甲\n\n\t- 乙", ":::tip\n甲\n\n- 乙\n:::", ""},
		{"admonition with code", "!!! tip\n    ``` sh\n    a  b\n    ```", ":::tip\n```sh\na  b\n```\n:::", ""},
		{"admonition in an admonition", "!!! tip\n    !!! bug\n        甲\n    乙", ":::tip\n:::danger 缺陷\n甲\n:::\n\n乙\n:::", ""},
		{"tabs", "=== \"甲\"\n\n    一\n\n=== \"乙\"\n\n    二\n\n丙", ":::tabs\n== 甲\n一\n\n== 乙\n二\n:::\n\n丙", ""},
		{"admonition in a quote", "> 甲\n>\n> !!! tip \"乙\"\n>     丙\n>\n> ```\n> a\n>\n>\n> b\n> ```", "> 甲\n>\n> :::tip 乙\n> 丙\n> :::\n>\n> ```\n> a\n>\n>\n> b\n> ```", ""},
		{"attributes of a link", "[甲](b.md){ .md-button target=\"_blank\" } 乙", "[甲](b.md) 乙", "left out: attributes in braces"},
		{"attributes of a heading", "## 甲 { #jia .x }\n\n## 乙 {: .y }", "## 甲 {#jia}\n\n## 乙", ""},
		{"braces that are no attributes", "a {b} {1,2} `{ .c }`", "a {b} {1,2} `{ .c }`", ""},
		{"options of code", "``` py title=\"a.py\" hl_lines=\"1 2\"\nb\n```\n\n```{.sh .numberLines}\nc\n```", "**a.py**\n\n```py\nb\n```\n\n```sh\nc\n```", "left out: the options of a code block (2×)"},
		{"code in a quote", "> ``` py title=\"a\"\n> b\n> ```", "> **a**\n>\n> ```py\n> b\n> ```", "left out: the options of a code block"},
		{"code that never ends", "```\n!!! note\n    甲", "```\n!!! note\n    甲\n```", ""},
		{"snippet", "--8<-- \"a.md\"\n\n甲", left + "`a.md`\n\n甲", "a part that has itself in it was left as a note"},
		{"table of contents", "[TOC]\n\n甲", "甲", "left out: a table of contents"},
		{"Markdown inside of HTML", "<div class=\"grid\" markdown>\n\n- [甲](b.md)\n\n</div>", "- [甲](b.md)", "left out: <div>, whose content stays"},
		{"details", "<details>\n<summary>甲 <b>乙</b></summary>\n\n丙\n\n</details>", ":::details 甲 **乙**\n丙\n:::", ""},
		{"details on one line", "<details><summary>甲</summary>乙</details>", ":::details 甲\n乙\n:::", ""},
		{"figure", "<figure markdown>\n  ![甲](x.png)\n  <figcaption>乙</figcaption>\n</figure>", "![甲](x.png)\n\n  乙", "left out: <figure>, whose content stays"},
		{"table of HTML", "<table>\n<tr><th>甲</th><th>乙</th></tr>\n<tr><td>1<br>2</td><td><a href=\"b.md\">3</a></td></tr>\n</table>", "| 甲 | 乙 |\n|---|---|\n| 1<br>2 | [3](b.md) |", ""},
		{"break in a table", "| a<br>b | c |\n|---|---|\n| 1 | 2 |", "| a<br>b | c |\n|---|---|\n| 1 | 2 |", ""},
		{"keys and marks", "按 <kbd>Ctrl</kbd>，<mark>看</mark> <i>这</i> <del>里</del> <b></b>", "按 <kbd>Ctrl</kbd>，<mark>看</mark> *这* ~~里~~", ""},
		{"link of HTML", "<a href=\"b.md\" class=\"x\">甲 <em>乙</em></a> <a name=\"top\"></a>", "[甲 *乙*](b.md)", ""},
		{"image of HTML in a line", "甲 <img src=\"x.png\" alt=\"a]b\" title=\"c &quot;d&quot;\"/>", "甲 ![a\\]b](x.png \"c \\\"d\\\"\")", ""},
		{"image written into the text", "<p><img alt=\"甲\" src=\"data:image/png;base64,AAAA\"></p>", "![甲](a-1.png)", ""},
		{"image that is no image", "<p><img src=\"data:text/plain,x\"></p>", left + "`<img src=\"data:text/plain,x\"/>`", "<img> was left as a note"},
		{"frame", "<iframe src=\"https://v.example/1\" width=\"1\"></iframe>", left + "`<iframe src=\"https://v.example/1\" width=\"1\"></iframe>`", "<iframe> was left as a note"},
		{"script", "<script>\nlet a = 1\n</script>\n\n甲", "甲", "left out: <script>"},
		{"style", "<style>\n.a {}\n</style>\n甲", "甲", "left out: <style>"},
		{"comment over lines", "甲\n\n<!-- 乙\n\n丙 --> 丁", "甲\n\n 丁", "left out: a comment"},
		{"comment that never ends", "<!-- 甲", "\\<!-- 甲", "this stands as text: this comment does not end in its paragraph, and a part of it would be shown"},
		{"comment in code", "甲\n\n    <!-- 乙 -->", "甲\n\n    <!-- 乙 -->", ""},
		{"end of an element alone", "</div>\n甲", "甲", "left out: </div>"},
		{"list with HTML", "- 甲\n  <p>乙</p>\n- 丙", "- 甲\n\n  乙\n\n- 丙", ""},
		{"tabs in a list, with a box in them", "1. 甲\n\n    === \"一\"\n\n        !!! tip\n            - 乙\n\n    === \"二 **b**\"\n\n        ```py\n        c\n        ```\n\n2. 丙", "1. 甲\n\n    :::tabs\n    == 一\n    :::tip\n    - 乙\n    :::\n\n    == 二 **b**\n    ```py\n    c\n    ```\n    :::\n\n2. 丙", ""},
		{"keys, underlined words, icons", "++ctrl+alt+\"x\"++ ^^甲^^ :material-home: 乙 ==丙==", "<kbd>Ctrl</kbd>+<kbd>Alt</kbd>+<kbd>X</kbd> <u>甲</u> 乙 ==丙==", "left out: an icon"},
		{"formulas", "$\\alpha$ 和 $$b^{2}$$ 和 5$ 6$\n\n$$\n\\frac{a}{b}\n$$", "`\\alpha` 和 `b^{2}` 和 5$ 6$\n\n```tex\n\\frac{a}{b}\n```", "left out: the look of a formula, which stands as code (3×)"},
		{"reference that a plugin makes", "[甲][mkdocs.env] [乙][b]\n\n[b]: b.md", "甲 [乙][b]\n\n[b]: b.md", "nothing says where the link [mkdocs.env] leads"},
		{"text that would start a box", "甲\n:::\n== 乙\n:::note 丙", "甲\n\\:::\n\\== 乙\n\\:::note 丙", ""},
		{"links of films", "<iframe width=\"560\" src=\"https://www.youtube.com/embed/abcdefghijk\" allowfullscreen></iframe>", "[视频](https://www.youtube.com/watch?v=abcdefghijk)", ""},
	})
}

func TestDocusaurus(t *testing.T) {
	becomes(t, Docusaurus, []form{
		{"admonition with a title", ":::tip[早一点]\n\n甲\n\n:::", ":::tip 早一点\n甲\n:::", ""},
		{"admonition with attributes", ":::note{.x #y}\n甲\n:::", ":::note\n甲\n:::", "left out: the attributes of a box"},
		{"title behind a blank", ":::warning 小心\n甲\n:::", ":::warning 小心\n甲\n:::", ""},
		{"admonition in a list", "- 甲\n\n  :::info\n  乙\n  :::", "- 甲\n\n  :::info\n  乙\n  :::", ""},
		{"admonition that never ends", ":::tip\n甲", ":::tip\n甲\n:::", ""},
		{"tabs", "<Tabs groupId=\"a\">\n<TabItem value=\"x\" label=\"甲\">\n\n一\n\n</TabItem>\n<TabItem value=\"y\">二</TabItem>\n</Tabs>", ":::tabs\n== 甲\n一\n\n== y\n二\n:::", ""},
		{"imports in one note", "import A from 'a'\nimport {\n  B,\n} from 'b'\n\n甲", "甲", "left out: the import of a program"},
		{"export", "export const a = {\n  b: 1,\n}\n\n甲", "甲", "left out: the export of a program"},
		{"sentence that starts with import", "import 甲 and export 乙 are words", "import 甲 and export 乙 are words", ""},
		{"comment of JSX", "{/* 甲 */}\n乙 {/* 丙 */} 丁", "乙  丁", "left out: a comment (2×)"},
		{"comment of JSX over lines", "{/*\n甲\n*/}\n乙", "乙", "left out: a comment"},
		{"component in a line", "甲 <Icon name=\"x\" /> 乙", "甲 `<Icon name=\"x\" />` 乙", "<Icon> was left as a note"},
		{"component with text", "<Card title=\"甲\">乙</Card>", "**甲**\n\n乙", "left out: <Card>, whose content stays"},
		{"details component", "<Details>\n\n甲\n\n</Details>", ":::details\n甲\n:::", ""},
		{"value in braces", "<TabItem label={\"甲\"}>\n\n乙\n\n</TabItem>", "**甲**\n\n乙", ""},
		{"code with a title", "```js title=\"/src/a.js\" {1-2}\nb\n```", "**/src/a.js**\n\n```js\nb\n```", "left out: the options of a code block"},
		{"link with its ending", "[甲](./b.mdx) [乙](b.md#丙)", "甲 (`./b.mdx`) [乙](b.md)", "this link leads to nothing that was imported: ./b.mdx; the place #丙 is not on that page: the link leads to its top"},
		{"box in a box with fewer colons", "::::danger[停 `a`]\n\n甲\n\n:::tip\n\n乙\n\n:::\n\n::::", ":::danger 停 `a`\n甲\n\n:::tip\n乙\n:::\n:::", ""},
		{"labels in the tag of tabs", "<Tabs values={[\n  {label: '甲', value: 'a'},\n  {label: '乙', value: 'b'},\n]}>\n<TabItem value=\"a\">\n\n```js\n一\n```\n\n</TabItem>\n<TabItem value=\"b\">二</TabItem>\n</Tabs>", ":::tabs\n== 甲\n```js\n一\n```\n\n== 乙\n二\n:::", ""},
		{"tabs of another name", "<SimpleTab groupId=\"os\">\n<div label=\"甲\">\n\n1. 一\n\n    ```shell\n    a\n    ```\n\n</div>\n<div label=\"乙\">\n\n二\n\n</div>\n</SimpleTab>", ":::tabs\n== 甲\n1. 一\n\n    ```shell\n    a\n    ```\n\n== 乙\n二\n:::", ""},
		{"part that is imported", "import B from './b.md'\n\n甲\n\n<B />", "甲\n\nb", "left out: that a part comes from another file: it stands here, the import of a program"},
		{"box that is a component", "<Admonition type=\"warning\" title=\"甲\">\n  乙\n</Admonition>", ":::warning 甲\n乙\n:::", ""},
		{"quote whose first line names a kind", "> **注意：**\n>\n> 甲\n\n> **Tip**\n> 乙\n\n> **建议：**\n>\n> 丙\n\n> **注意：** 丁", "> [!注意]\n> 甲\n\n> [!TIP]\n> 乙\n\n> [!TIP] 建议\n> 丙\n\n> **注意：** 丁", ""},
		{"shortcode of no effect", "{{< copyable \"sql\" >}}\n\n```sql\na\n```", "```sql\na\n```", "left out: the shortcode copyable"},
		{"value that nobody knows", "甲 {{{ .starter }}} 乙", "甲 `{{{ .starter }}}` 乙", "the value {{{ .starter }}} was left as a note"},
	})
}

func TestVitePress(t *testing.T) {
	becomes(t, VitePress, []form{
		{"containers of four colons", ":::: danger 停\n甲\n::: tip\n乙\n:::\n::::", ":::danger 停\n甲\n\n:::tip\n乙\n:::\n:::", ""},
		{"details", "::: details 看代码\n```js{2}\na\n```\n:::", ":::details 看代码\n```js\na\n```\n:::", "left out: the options of a code block"},
		{"code group", "::: code-group\n```sh [npm]\na\n```\n```sh [yarn]\nb\n```\n:::", ":::tabs\n== npm\n```sh\na\n```\n\n== yarn\n```sh\nb\n```\n:::", "left out: the options of a code block (2×)"},
		{"raw", "::: raw\n甲\n:::", "甲", "left out: ::: raw, whose content stays"},
		{"alert with a title", "> [!WARNING] 小心\n> 甲", "> [!WARNING] 小心\n> 甲", ""},
		{"alert in a quote", "> > [!NOTE]\n> > 甲", "> > [!NOTE]\n> > 甲", ""},
		{"snippet", "<<< @/a.ts#b{1}\n\n甲", left + "`<<< @/a.ts#b{1}`\n\n甲", "a part from another file was left as a note"},
		{"table of contents", "[[toc]]\n\n甲", "甲", "left out: a table of contents"},
		{"script setup", "<script setup>\nimport A from './A.vue'\n</script>\n\n<A :b=\"1\" @click=\"c\"/>\n\n甲", left + "`<A :b=\"1\" @click=\"c\"/>`\n\n甲", "left out: <script>; the component <A> was left as a note"},
		{"badge in a heading", "## 甲 <Badge type=\"tip\" text=\"1.0\" />", "## 甲", "left out: the look of <Badge>"},
		{"id of a heading", "## 甲 {#jia}\n\n[乙](#jia)", "## 甲 {#jia}\n\n[乙](#jia)", ""},
		{"mustache", "甲 {{ 1 + 1 }} <span v-if=\"a < b\">乙</span>", "甲 `{{ 1 + 1 }}` 乙", "the value {{ 1 + 1 }} was left as a note"},
		{"tabs", ":::tabs\n== 甲\n一\n== 乙\n```js\n== c\n```\n:::", ":::tabs\n== 甲\n一\n\n== 乙\n```js\n== c\n```\n:::", ""},
		{"part of a file", "<!--@include: ./b.md-->\n\n<!--@include: ./none.md{1,2}-->", "b\n\n> **导入时没能转换，请手工处理：** `<!--@include: ./none.md{1,2}-->`", "left out: that a part comes from another file: it stands here; a part from another file was left as a note"},
		{"value of the front matter", "甲 {{ $frontmatter.none }} {{ 'b' }}", "甲 `{{ $frontmatter.none }}` b", "the value {{ $frontmatter.none }} was left as a note"},
		{"fold that is open", "::: details 甲 {open}\n乙\n:::", ":::details 甲{open}\n乙\n:::", ""},
	})
}

func TestHTML(t *testing.T) {
	becomes(t, HTML, []form{
		{"list in a list", "<ul><li>甲<ol><li>乙</ol><li>丙</ul>", "- 甲\n\n  1. 乙\n- 丙", ""},
		{"code with a language", "<pre><code class=\"language-go\">a\n  b</code></pre>", "```go\na\n  b\n```", ""},
		{"code in a line", "<p>甲 <code>a`b</code> <kbd>c</kbd></p>", "甲 ``a`b`` <kbd>c</kbd>", ""},
		{"box", "<div class=\"callout Warning\"><p>甲</p></div><div class=\"note\">乙</div>", ":::warning\n甲\n:::\n\n:::note\n乙\n:::", ""},
		{"figure", "<figure><img src=\"x.png\" alt=\"甲\"><figcaption>乙 <b>丙</b></figcaption></figure>", "![甲](x.png \"乙 丙\")", ""},
		{"image that comes late", "<img src=\"data:image/gif;base64,R0lG\" data-src=\"x.png\" alt=\"甲\">", "![甲](x.png)", ""},
		{"image without an address", "<p><img alt=\"甲\"></p>", left + "`<img alt=\"甲\"/>`", "<img> was left as a note"},
		{"anchor in a heading", "<h2><a id=\"jia\"></a>甲<a href=\"#jia\">¶</a></h2><p><a href=\"#jia\">乙</a></p>", "## 甲 {#jia}\n\n[乙](#jia)", ""},
		{"heading in a table", "<table><tr><th>甲<tr><td><h3 id=\"x\">乙</h3><ul><li>丙<li>丁</ul></table>", "| 甲 |\n|---|\n| 乙<ul><li>丙</li><li>丁</li></ul> |", ""},
		{"table without a head", "<table><tr><td>甲<td>乙<tr><td>丙<td>丁</table>", "| 甲 | 乙 |\n|---|---|\n| 丙 | 丁 |", ""},
		{"video in a paragraph", "<p><video src=\"a.mp4\"></video></p><p>甲 <video src=\"b.mp4\"></video></p>", "(图片没有找到：`a.mp4`)\n\n甲 (图片没有找到：`b.mp4`)", "this image was not found: a.mp4; this image was not found: b.mp4"},
		{"custom element", "<my-card x=\"1\">甲</my-card><p>乙</p>", left + "`<my-card x=\"1\">甲</my-card>`\n\n乙", "<my-card> was left as a note"},
		{"script and button", "<script>a</script><button>b</button><p>甲</p><noscript>c</noscript>", "甲", "left out: <button>, <noscript>"},
		{"link that runs a program", "<p><a href=\"javascript:a()\">甲</a> <a>乙</a> <a href=\"#\">丙</a></p>", "甲 (`javascript:a%28%29`) 乙 [丙](#)", "this link leads to nothing that was imported: javascript:a%28%29"},
		{"strike and quote", "<blockquote><p>甲 <del>乙</del> <s>丙</s></blockquote><hr><p>1<sup>2</sup></p>", "> 甲 ~~乙~~ ~~丙~~\n\n* * *\n\n1<sup>2</sup>", ""},
		{"text that looks like Markdown", "<p># 甲<p>- 乙<p>1. 丙<p>**丁** `戊` {己}<p>&gt; 庚", "\\# 甲\n\n\\- 乙\n\n1\\. 丙\n\n\\*\\*丁\\** \\`戊\\` {己}\n\n&gt; 庚", ""},
		{"main part beside a frame", "<body><header>甲</header><div id=\"content\"><h1>乙</h1><p>丙</div><aside>丁</aside>", "丙", ""},
		{"bold beside Chinese text", "<p><b>注意：</b>先备份，<strong>“系统繁忙”</strong>时<i>（甲）</i>乙</p>", "**注意：**先备份，**“系统繁忙”**时*（甲）*乙", ""},
		{"bold beside Latin text", "<p><b>Note:</b>text, <b>a</b>b <i>(c)</i>d</p>", "<b>Note:</b>text, **a**b <i>(c)</i>d", ""},
		{"tags within a text", "<p><kbd>Ctrl</kbd>+<mark>甲</mark><u>乙</u> H<sub>2</sub>O x<sup>2</sup></p>", "<kbd>Ctrl</kbd>+<mark>甲</mark><u>乙</u> H<sub>2</sub>O x<sup>2</sup>", ""},
		{"box with a title", "<div class=\"callout callout--warning\"><h4 class=\"callout__title\">先看<b>这里</b></h4><p>甲</p><ul><li>乙</li></ul></div>", ":::warning 先看**这里**\n甲\n\n- 乙\n:::", ""},
		{"box in a box, in a list", "<ul><li><p>甲</p><div class=\"note\"><p>乙</p><div class=\"admonition danger\"><p class=\"admonition-title\">停</p><p>丙</p></div></div></li></ul>", "- 甲\n\n  :::note\n  乙\n\n  :::danger 停\n  丙\n  :::\n  :::", ""},
		{"kind that articles have not", "<div class=\"admonition question\">甲</div>", ":::info 问题\n甲\n:::", ""},
		{"fold", "<details open><summary>甲 <code>b</code></summary><p>乙</p><details><summary>丙</summary>丁</details></details>", ":::details 甲 `b`{open}\n乙\n\n:::details 丙\n丁\n:::\n:::", ""},
		{"terms", "<dl><dt>甲<dt>乙<dd>丙<dd><p>丁</p><p>戊</p></dl>", "甲\n\n乙\n: 丙\n: 丁\n\n  戊", ""},
		{"terms that are none", "<dl><dd>甲</dd><dt>乙</dt></dl>", "甲\n\n**乙**", ""},
		{"films of other sites", "<p><iframe src=\"https://www.youtube.com/embed/abcdefghijk?rel=0\" title=\"甲\"></iframe></p><iframe src=\"//player.bilibili.com/player.html?bvid=BV1xx411c7mD&amp;page=1\"></iframe><figure><iframe src=\"https://player.vimeo.com/video/123\"></iframe></figure>", "[甲](https://www.youtube.com/watch?v=abcdefghijk)\n\n[视频](https://www.bilibili.com/video/BV1xx411c7mD)\n\n[视频](https://vimeo.com/123)", ""},
		{"widths of pictures", "<p><img src=\"x.png\" width=\"300\"><img src=\"x.png\" style=\"width: 50%\"><img src=\"x.png\" width=\"100%\"></p>", "![](x.png){width=300}![](x.png){width=50%}![](x.png)", ""},
		{"recording and film", "<audio src=\"x.mp3\"></audio><video controls poster=\"x.png\"><source src=\"x.webm\"><source src=\"x.mp4\">no</video>", "(图片没有找到：`x.mp3`)\n\n(图片没有找到：`x.webm`)", "left out: the poster or the captions of a film; this image was not found: x.mp3; this image was not found: x.webm"},
	})
}

func TestText(t *testing.T) {
	becomes(t, Text, []form{
		{"headings and lists", "打印机\n\n症状：\n- 不动\n- 有响声\n\n原因：\n没有纸。\n\n解决办法：\n1、放纸\n2、再打", "## 症状\n\n- 不动\n- 有响声\n\n## 原因 {.cause}\n\n没有纸。\n\n## 解决办法 {.solution}\n\n1. 放纸\n2. 再打", "nothing tells how to find out which cause it is; the headings were guessed from short lines; the symptoms were taken from the list below “症状”"},
		{"title and rule", "打印机\n======\n甲\n\n-----\n\n乙", "甲\n\n* * *\n\n乙", ""},
		{"underlined heading", "标题\n\n第二段\n------\n甲", "## 第二段\n\n甲", ""},
		{"code", "标题\n\n甲\n\n    a = 1\n\n    b = 2\n乙", "甲\n\n```\na = 1\n\nb = 2\n```\n\n乙", ""},
		{"chapters", "标题\n\n一、先看\n甲\n\n第二步：再看\n乙", "## 先看\n\n甲\n\n## 再看\n\n乙", "the headings were guessed from short lines"},
		{"brackets", "【标题】\n\n【原因】\n甲", "## 原因 {.cause}\n\n甲", "nothing tells how to find out which cause it is; the headings were guessed from short lines; causes without a solution"},
		{"numbers of other kinds", "标题\n\n(1) 甲\n（2）乙\n3．丙\n   丁", "1. 甲\n2. 乙\n3. 丙\n   丁", ""},
		{"list with blank lines", "标题\n\n• 甲\n\n• 乙", "- 甲\n- 乙", ""},
		{"signs", "标题\n\na*b_c <d> [e]\n# 甲", "a\\*b\\_c \\<d\\> \\[e\\]\n\n## 甲", "the headings were guessed from short lines"},
		{"no title", "这是一个很长的句子，它没有说明自己是什么标题，因为它一直一直一直说下去，说到了第一行的末尾，还没有停。\n乙", "这是一个很长的句子，它没有说明自己是什么标题，因为它一直一直一直说下去，说到了第一行的末尾，还没有停。\n乙", ""},
	})
}

// What the source says of a page stands in the front matter of its article.
func TestFrontMatter(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		from             Family
		text, want, said string
	}{
		{Hugo, "---\ntitle: 甲\ndescription: 乙\ndate: 2026-01-02\nlastmod: 2026-02-03T04:05:06+08:00\nexpiryDate: 2027-01-01\nauthor: 丙\ntags: [丁, 戊]\ncategories: 己\ndraft: true\nweight: 3\n---\n正文", "title: \"甲\"\nsummary: \"乙\"\nproducts: [\"丁\", \"戊\", \"己\"]\nauthor: \"丙\"\ndate: 2026-01-02\nupdated: 2026-02-03T04:05:06+08:00\nexpires: 2027-01-01\ndraft: true\nweight: 3", "all tags of the source stand under products"},
		{Hugo, "+++\ntitle = \"甲\"\npublishDate = 2026-01-02\nkeywords = ['乙']\n[menu.main]\nweight = 1\n+++\n正文", "title: \"甲\"\nproducts: [\"乙\"]\ndate: 2026-01-02", "keys of the source that have no place here: menu; all tags of the source stand under products"},
		{Hugo, "---\ntitle: 甲\naliases: [/旧/, beside.html, \"/b?x=1#y\", \"https://other.example/\"]\nurl: /own/\nslug: jia\n---\n正文", "title: \"甲\"\naliases:\n  - \"/own/\"\n  - \"/旧/\"\n  - \"/beside.html\"\n  - \"/b/\"\nslug: \"jia\"", ""},
		{Hugo, "---\ntitle: 甲\nslug: a/b\n---\n正文", "title: \"甲\"\naliases:\n  - \"/a/b/\"", ""},
		{Hugo, "---\ntitle: 甲\ndate: 去年\n---\n正文", "title: \"甲\"", "the date of the source is no date: 去年"},
		{Hugo, "---\ntitle: \"甲 \\\"乙\\\" \\\\ 丙\"\n---\n正文", "title: \"甲 \\\"乙\\\" \\\\ 丙\"", ""},
		{MkDocs, "---\ntitle: 甲\nauthors:\n  - 乙\n  - name: 丙\nhide: [toc]\n---\n正文", "title: \"甲\"\nauthor: \"乙、丙\"", "keys of the source that have no place here: hide"},
		{MkDocs, "# 甲\n\n正文", "title: \"甲\"", ""},
		{MkDocs, "甲\n===\n\n正文", "title: \"甲\"", ""},
		{MkDocs, "---\ntitle: 甲\n---\n# 乙\n\n正文", "title: \"甲\"", ""},
		{MkDocs, "---\ntitle: 甲\nsymptoms:\n  - 打不开\n---\n正文", "title: \"甲\"\nsymptoms:\n  - \"打不开\"", ""},
		{MkDocs, "---\ntitle: 甲\npublished: false\ncreated: 2026/1/2\n---\n正文", "title: \"甲\"\ndate: 2026-01-02\ndraft: true", ""},
		{MkDocs, "---\n\n正文", "title: \"A\"", ""},
		{MkDocs, "---\n...\n# 甲\n", "title: \"甲\"", "the article is empty"},
		{Docusaurus, "---\nid: jia\ntitle: 甲\ntags:\n  - 乙\n  - label: 丙\n    permalink: /c\nlast_update:\n  date: 2026-01-02\n  author: 丁\nsidebar_position: 2\n---\n正文", "title: \"甲\"\nproducts: [\"乙\", \"丙\"]\nauthor: \"丁\"\nupdated: 2026-01-02\naliases:\n  - \"/docs/jia/\"\nweight: 2", "all tags of the source stand under products"},
		{Docusaurus, "---\ntitle: 甲\nslug: /从头/到尾\nunlisted: true\n---\n正文", "title: \"甲\"\ndraft: true\naliases:\n  - \"/docs/从头/到尾/\"", ""},
		{VitePress, "---\nlayout: home\nhero:\n  name: 甲\n  tagline: 乙\n---\n正文", "title: \"甲\"\nsummary: \"乙\"\naliases:\n  - \"/a.html\"", "keys of the source that have no place here: layout, hero"},
		{VitePress, "---\ntitle: 甲\nlastUpdated: true\n---\n正文", "title: \"甲\"\naliases:\n  - \"/a.html\"", ""},
		{HTML, "<html><head><title>甲 | 某站</title><meta name=description content=\"乙\"><meta name=keywords content=\"丙，丁,戊\"><meta name=author content=己><meta property=article:published_time content=2026-01-02><meta name=last-modified content=\"Fri, 06 Feb 2026 10:00:00 GMT\"><link rel=canonical href=\"https://a.example/x/jia.html\"></head><body><p>正文", "title: \"甲\"\nsummary: \"乙\"\nproducts: [\"丙\", \"丁\", \"戊\"]\nauthor: \"己\"\ndate: 2026-01-02\nupdated: 2026-02-06T10:00:00Z\naliases:\n  - \"/x/jia.html\"\n  - \"/a.html\"", "all tags of the source stand under products"},
		{HTML, "<title>甲_某站</title><meta property=og:url content=\"https://a.example/y/\"><main><h1>乙</h1><time datetime=2026-01-02>昨天</time><p>正文</main>", "title: \"乙\"\ndate: 2026-01-02\naliases:\n  - \"/y/\"\n  - \"/a.html\"", ""},
		{Text, "【甲】\n正文", "title: \"甲\"", ""},
	} {
		out, diags, err := plan(t, Options{From: tt.from}, ".", map[string]string{"a" + dialectOf(tt.from).endings[0]: tt.text})
		if err != nil || len(diags) > 0 {
			t.Fatalf("%q: got %v and %v", tt.text, err, diags)
		}
		holds(t, out)
		got, _, _ := strings.Cut(strings.TrimPrefix(string(out.Files[0].Text), "---\n"), "\n---\n")
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q: -want +got:\n%s", tt.text, diff)
		}
		if said := strings.Join(reported(out.Files[0].Todo), "; "); said != tt.said {
			t.Errorf("%q: the report says %q, want %q", tt.text, said, tt.said)
		}
	}
}
