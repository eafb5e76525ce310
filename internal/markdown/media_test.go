package markdown

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

func TestPlayers(t *testing.T) {
	t.Parallel()
	media := &Media{Poster: "/a b.jpg", Captions: []Captions{{"/a.vtt", "zh-CN"}, {"/a.en.vtt", "en"}}}
	const tracks = `<track kind="captions" src="/a.vtt" srclang="zh-CN" label="zh-CN" default><track kind="captions" src="/a.en.vtt" srclang="en" label="en">`
	for _, c := range []struct {
		name, in   string
		media      *Media
		want, text string
	}{
		{"a film", "![怎么退](a.mp4)", &Media{}, `<figure><video controls preload="metadata" src="/a.mp4" aria-label="怎么退" playsinline width="640" height="360"><a href="/a.mp4">怎么退</a></video></figure>`, "怎么退"},
		{"with all that may lie beside it", `![怎么退](a.MP4 "三步退款")`, media, `<figure><video controls preload="metadata" src="/a.MP4" aria-label="怎么退" playsinline poster="/a%20b.jpg" width="640" height="360">` + tracks + `<a href="/a.MP4">怎么退</a></video><figcaption><span class="figure-number">图 1</span> 三步退款</figcaption></figure>`, "怎么退\n三步退款"},
		{"smaller", "![怎么退](a.webm){width=320}", &Media{}, `<figure><video controls preload="metadata" src="/a.webm" aria-label="怎么退" playsinline width="320" height="180"><a href="/a.webm">怎么退</a></video></figure>`, "怎么退"},
		{"a recording", "![录音](a.mp3)", media, `<figure><audio controls preload="metadata" src="/a.mp3" aria-label="录音">` + tracks + `<a href="/a.mp3">录音</a></audio></figure>`, "录音"},
		{"without words", "![](a.m4a)", nil, `<figure><audio controls preload="metadata" src="/a.m4a"><a href="/a.m4a">a.m4a</a></audio></figure>`, ""},
		{"in a line", "听![录音](a.ogg)。", nil, `<p>听<audio controls preload="metadata" src="/a.ogg" aria-label="录音"><a href="/a.ogg">录音</a></audio>。</p>`, "听录音。"},
		{"a link is no player", "[看](a.mp4)", nil, `<p><a href="/a.mp4">看</a></p>`, "看"},
	} {
		doc := good(t, options, c.in+"\n")
		targets := make([]Target, len(doc.Refs))
		for i, ref := range doc.Refs {
			targets[i] = Target{URL: "/" + ref.Dest, Width: 640, Height: 360, Media: c.media}
		}
		if got := doc.Intro.HTML.HTML(targets, Words{"figure": "图"}); got != c.want+"\n" {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
		if doc.Intro.Text != c.text {
			t.Errorf("%s: the text is %q, want %q", c.name, doc.Intro.Text, c.text)
		}
	}
}

func TestFramed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ address, want string }{
		{"https://www.bilibili.com/video/BV1xx411c7mD", "https://player.bilibili.com/player.html?bvid=BV1xx411c7mD&autoplay=1"},
		{"https://m.bilibili.com/video/av170001/?p=2&from=x", "https://player.bilibili.com/player.html?aid=170001&page=2&autoplay=1"},
		{"https://www.bilibili.com/", ""},
		{"https://v.youku.com/v_show/id_XNDk1MjE2==.html?spm=a", "https://player.youku.com/embed/XNDk1MjE2=="},
		{"https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=42s", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?autoplay=1&start=42"},
		{"https://youtu.be/dQw4w9WgXcQ", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?autoplay=1"},
		{"https://www.youtube.com/shorts/dQw4w9WgXcQ", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?autoplay=1"},
		{"https://www.youtube.com/@channel", ""},
		{"https://vimeo.com/76979871", "https://player.vimeo.com/video/76979871?autoplay=1"},
		{"https://vimeo.com/about", ""},
		{"https://notbilibili.com/video/BV1xx411c7mD", ""},
		{"https://bilibili.com.example.org/video/BV1xx411c7mD", ""},
		{"https://bilibili.com@example.org/video/BV1xx411c7mD", ""},
		{"ftp://bilibili.com/video/BV1xx411c7mD", ""},
		{"a.md", ""},
		{"", ""},
		{"https://[", ""},
	} {
		if got := framed(c.address, EmbedHosts()); got != c.want {
			t.Errorf("%s: got %q, want %q", c.address, got, c.want)
		}
	}
	if got := framed("https://vimeo.com/76979871", []string{"bilibili.com"}); got != "" {
		t.Errorf("a site that is not allowed: got %q", got)
	}
}

func TestEmbeds(t *testing.T) {
	t.Parallel()
	o := options
	o.Embeds = []string{"bilibili.com"}
	const film, frame = "https://www.bilibili.com/video/BV1xx411c7mD", `<div class="embed" data-frame="https://player.bilibili.com/player.html?bvid=BV1xx411c7mD&amp;autoplay=1">`
	for _, c := range []struct{ name, in, want string }{
		{"a link", "[看视频](" + film + ")", frame + `<a href="` + film + `">看视频</a></div>`},
		{"a bare address", film, frame + `<a href="` + film + `">` + film + `</a></div>`},
		{"in a line", "见 [视频](" + film + ")", `<p>见 <a href="` + film + `">视频</a></p>`},
		{"of another site", "[看](https://vimeo.com/76979871)", `<p><a href="https://vimeo.com/76979871">看</a></p>`},
	} {
		doc := good(t, o, c.in+"\n")
		if got := filled(doc, doc.Intro.HTML); got != c.want+"\n" {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
	doc := good(t, options, "[看视频]("+film+")\n")
	if got := filled(doc, doc.Intro.HTML); got != `<p><a href="`+film+`">看视频</a></p>`+"\n" {
		t.Errorf("where no site is allowed: %s", got)
	}
}

func TestPictures(t *testing.T) {
	t.Parallel()
	const a, b = `<img src="/a.png" alt="甲"`, `<img src="/b.png" alt="乙"`
	for _, c := range []struct {
		name, in   string
		width      int // of the files
		want, text string
	}{
		{"larger than it is shown", "![甲](a.png)", 1000, `<figure><a class="picture" href="/a.png">` + a + ` width="1000" height="500" decoding="async"></a></figure>`, "甲"},
		{"small", "![甲](a.png)", 400, `<figure>` + a + ` width="400" height="200" decoding="async"></figure>`, "甲"},
		{"nobody knows how large", "![甲](a.png)", 0, `<figure>` + a + ` decoding="async"></figure>`, "甲"},
		{"in pixels", "![甲](a.png){width=300}", 1000, `<figure><a class="picture" href="/a.png">` + a + ` width="300" height="150" decoding="async"></a></figure>`, "甲"},
		{"in pixels, with a unit and quotes", `![甲](a.png){ width="300px" }`, 200, `<figure>` + a + ` width="300" height="150" decoding="async"></figure>`, "甲"},
		{"in pixels of what nobody knows", "![甲](a.png){width=300}", 0, `<figure>` + a + ` width="300" decoding="async"></figure>`, "甲"},
		{"as a part of the text", "![甲](a.png){width=33%}", 200, `<figure><a class="picture" href="/a.png">` + a + ` width="200" height="100" class="width-35" decoding="async"></a></figure>`, "甲"},
		{"all of the text", "![甲](a.png){width=100%}", 200, `<figure>` + a + ` width="200" height="100" decoding="async"></figure>`, "甲"},
		{"in a line", "点![甲](a.png){width=20}即可", 1000, `<p>点` + a + ` width="20" height="10" decoding="async">即可</p>`, "点甲即可"},
		{"side by side", "![甲](a.png)\n![乙](b.png \"图说\"){width=300}", 200, "<div class=\"pictures\">\n<figure>" + a + ` width="200" height="100" decoding="async"></figure>` + "\n<figure>" + b + ` width="300" height="150" loading="lazy" decoding="async"><figcaption><span class="figure-number">图 1</span> 图说</figcaption></figure>` + "\n</div>", "甲\n乙\n图说"},
		{"braces that say something else", "![甲](a.png){left}", 200, `<p>` + a + ` width="200" height="100" decoding="async">{left}</p>`, "甲{left}"},
		{"braces behind a blank", "![甲](a.png) {width=300}", 200, `<p>` + a + ` width="200" height="100" decoding="async"> {width=300}</p>`, "甲 {width=300}"},
	} {
		doc := good(t, options, c.in+"\n")
		targets := make([]Target, len(doc.Refs))
		for i, ref := range doc.Refs {
			targets[i] = Target{URL: "/" + ref.Dest, Width: c.width, Height: c.width / 2}
		}
		if got := doc.Intro.HTML.HTML(targets, Words{"figure": "图"}); got != c.want+"\n" {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
		if doc.Intro.Text != c.text {
			t.Errorf("%s: the text is %q, want %q", c.name, doc.Intro.Text, c.text)
		}
	}
}

func TestPicturesUncommented(t *testing.T) {
	t.Parallel()
	const in = "![甲](a.png){width=300}\n\n点 ![乙](b.png){width=50%} 即可 <!-- 待 -->\n"
	doc := good(t, options, in)
	if got, want := string(Uncommented([]byte(in), doc.Comments)), "![甲](a.png)\n\n点 ![乙](b.png) 即可\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Obsidian writes how wide a picture is into its words.
func TestWidthInWords(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"![[a.png|300]]\n":              "300  []",
		"![[a.png|灯|300x200]]\n":        "300 灯 []",
		"![[a.png|灯 300]]\n":            "0 灯 300 []",
		"![灯|300](a.png)\n":             "300 灯 [{5 9}]",
		"![灯|300](a.png){width=200}\n":  "200 灯|300 [{17 28}]",
		"![300](a.png)\n":               "0 300 []",
		"| ![灯\\|30](a.png) |\n|---|\n": "30 灯 [{7 11}]",
	} {
		doc := good(t, Options{Wikilinks: true}, body)
		width := 0
		doc.places(func(f *Fragment, _ *string) {
			for _, h := range f.holes {
				if h.With == withSize {
					width = h.Width
				}
			}
		})
		if got := fmt.Sprint(width, " ", doc.Refs[0].Alt, " ", doc.Comments); got != want {
			t.Errorf("%q: got %q, want %q", body, got, want)
		}
	}
}

var anchors = regexp.MustCompile(`<a href="([^"]*)">([^<]*)</a>`)

func TestBareAddresses(t *testing.T) {
	t.Parallel()
	// In what is wanted, an address that is a link stands in ‹›.
	for _, c := range []struct{ name, in, want string }{
		{"touching text on both sides", "请访问https://example.org/help查看", "请访问‹https://example.org/help›查看"},
		{"before a full stop", "打开：https://example.org/x。谢谢", "打开：‹https://example.org/x›。谢谢"},
		{"in full-width brackets", "（https://example.org/y）", "（‹https://example.org/y›）"},
		{"two in one line", "官网https://a.example.org，备用http://b.example.org/c；", "官网‹https://a.example.org›，备用‹http://b.example.org/c›；"},
		{"in quotation marks", "打开“https://example.org/a”", "打开“‹https://example.org/a›”"},
		{"percent-encoded characters are part", "见https://example.org/%E8%8A%B1?a=1&b=2#c页", "见‹https://example.org/%E8%8A%B1?a=1&amp;b=2#c›页"},
		{"behind a blank it ends the same", "见 https://example.org/帮助", "见 ‹https://example.org/›帮助"},
		{"a port", "内网http://intra.example.org:8080/a，", "内网‹http://intra.example.org:8080/a›，"},
		{"without a scheme", "官网www.example.org，欢迎", "官网‹www.example.org›，欢迎"},
		{"an address of mail", "写信到service@example.org。", "写信到‹service@example.org›。"},
		{"mail with a dot in its name", "写信到a.b-c@example.org即可", "写信到‹a.b-c@example.org›即可"},
		{"underscores are part", "见https://example.org/a_b_c。", "见‹https://example.org/a_b_c›。"},
		{"behind emphasis", "**官网**https://example.org/a。", "<strong>官网</strong>‹https://example.org/a›。"},
		{"in emphasis", "**官网：https://example.org/a。**见", "<strong>官网：‹https://example.org/a›。</strong>见"},
		{"in a Latin word", "xhttps://example.org/a", "xhttps://example.org/a"},
		{"no host", "见https://。", "见https://。"},
		{"another scheme", "见javascript://example.org/a", "见javascript://example.org/a"},
		{"time of day", "上午9:30和10:00", "上午9:30和10:00"},
		{"code", "运行`访问https://example.org/a`", "运行<code>访问https://example.org/a</code>"},
		{"the text of a link", "[请看https://example.org/a](https://example.org/b)", `<a href="https://example.org/b">请看https://example.org/a</a>`},
	} {
		doc := good(t, options, c.in+"\n")
		h := strings.TrimSuffix(strings.TrimPrefix(filled(doc, doc.Intro.HTML), "<p>"), "</p>\n")
		got := anchors.ReplaceAllStringFunc(h, func(a string) string {
			m := anchors.FindStringSubmatch(a)
			to := strings.TrimPrefix(strings.TrimPrefix(m[1], "http://"), "mailto:")
			if m[1] == m[2] || to == m[2] {
				return "‹" + m[2] + "›"
			}
			return a
		})
		if got != c.want {
			t.Errorf("%s: %s\n got %s\nwant %s", c.name, c.in, got, c.want)
		}
	}
}

func TestBareAddressText(t *testing.T) {
	t.Parallel()
	doc := good(t, options, "请访问https://example.org/help查看\n")
	if got, want := doc.Intro.Text, "请访问https://example.org/help查看"; got != want {
		t.Errorf("the text is %q, want %q", got, want)
	}
}

// A comment in a link by a name is no part of what is shown.
func TestWikilinkComment(t *testing.T) {
	t.Parallel()
	doc := good(t, Options{Wikilinks: true}, "看[[b <!-- 旧 -->|新<!-- 私 -->词 <!-- 甲 -->]]。\n")
	if got, want := filled(doc, doc.Intro.HTML), "<p>看<a href=\"b\">新词</a>。</p>\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
