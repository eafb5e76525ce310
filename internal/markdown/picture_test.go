package markdown

import "testing"

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
