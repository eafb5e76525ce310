package browser

import (
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	pagecdp "github.com/chromedp/cdproto/page"

	"whyfix/internal/e2e"
)

var picture = flag.Bool("picture", false, "make the pictures of the docs anew: make forms, make pictures")

// allForms is the address of a page that has every form of docs/writing.md.
const allForms = "/forms/all/"

// forms is the site of the examples of docs/writing.md, built once, with a page
// that has all forms below each other.
var forms = sync.OnceValues(func() (public string, err error) {
	examples, err := e2e.Examples()
	if err != nil {
		return "", err
	}
	content, public := filepath.Join(scratch, "forms-content"), filepath.Join(scratch, "forms")
	if err := e2e.WriteExamples(content, examples); err != nil {
		return "", err
	}
	all := strings.Builder{}
	all.WriteString("# 所有的写法\n")
	for _, e := range examples {
		if title, text := e.Form(); title != "" {
			fmt.Fprintf(&all, "\n## %s\n\n%s", title, text)
		}
	}
	all.WriteString("\n## 录音\n\n![客服的录音](call.wav)\n")
	for name, text := range map[string]string{"all.md": all.String(), "call.wav": tone()} {
		if err := os.WriteFile(filepath.Join(content, e2e.FormsFolder, name), []byte(text), 0o644); err != nil {
			return "", err
		}
	}
	return public, built(content, public)
})

// openForms opens a window on the site of the forms.
func openForms(t *testing.T) *page {
	t.Helper()
	need(t)
	public, err := forms()
	if err != nil {
		t.Fatal(err)
	}
	return open(t, serve(t, public, nil))
}

// tone is a recording of half a second, of one channel with a byte for each of
// 8,000 samples a second.
func tone() string {
	const samples = 4000
	out := []byte("RIFF")
	number := func(n uint32) { out = binary.LittleEndian.AppendUint32(out, n) }
	number(36 + samples)
	out = append(out, "WAVEfmt "...)
	number(16)
	number(1 | 1<<16) // PCM, one channel
	number(8000)
	number(8000)
	number(1 | 8<<16) // a byte for each sample, of 8 bits
	out = append(out, "data"...)
	number(samples)
	for i := range samples {
		out = append(out, 128+byte(i%16))
	}
	return string(out)
}

// A page with all forms is for everybody: in light and in dark, on a desk and on a
// phone, with its folds open.
func TestFormsAccessibility(t *testing.T) {
	t.Parallel()
	script := needAxe(t)
	p := openForms(t)
	for _, tt := range []struct {
		scheme  string
		width   int64
		options string
	}{{"light", 1280, everything}, {"dark", 390, everything}, {"dark", 1280, colours}, {"light", 390, colours}} {
		where := fmt.Sprintf("all forms, %s, %d px", tt.scheme, tt.width)
		p.screen(tt.width, 900, tt.width < 500)
		p.media("screen", tt.scheme)
		p.goTo(allForms)
		p.eval(`for (const fold of document.querySelectorAll("details.fold")) fold.open = true`, nil)
		p.axe(script, tt.options, where)
		var wide []string
		if p.eval(outside, &wide); len(wide) > 0 {
			t.Errorf("%s: %s", where, strings.Join(wide, "; "))
		}
	}
}

// The columns of a table stand where its writer wants them.
func TestFormsTable(t *testing.T) {
	t.Parallel()
	p := openForms(t)
	p.goTo("/forms/tables/")
	if got := p.text(`[...document.querySelectorAll("th, tbody tr:first-child td")].map((c) => getComputedStyle(c).textAlign.replace("-webkit-", "")).join(" ")`); got != "start start right start start right" {
		t.Errorf("cells are aligned %s", got)
	}
}

// A film and a recording play under the policy of the site, and the film has its
// poster and what is said in it.
func TestFormsPlay(t *testing.T) {
	t.Parallel()
	p := openForms(t)
	p.goTo(allForms)
	if got := p.text(`new URL(document.querySelector("video").poster).pathname`); got != "/forms/way.png" {
		t.Errorf("the poster is %s", got)
	}
	p.untilTrue("what is said is there", `document.querySelector("video").textTracks[0].cues?.length === 1`)
	p.click("heading", "所有的写法") // only who has touched a page may hear it
	for _, player := range []string{"video", "audio"} {
		p.eval(`(() => { const e = document.querySelector("`+player+`"); return e.play().then(() => 0) })()`, nil)
		p.untilTrue("the "+player+" has played", `document.querySelector("`+player+`").ended && document.querySelector("`+player+`").currentTime > 0.3`)
	}
}

// sideBySide makes of a page of the site one that has for each form a row: what
// is written, and what readers see of it.
const sideBySide = `((forms) => {
	const style = new CSSStyleSheet();
	style.replaceSync("body { margin: 0; width: 960px; background: #fff; font-size: 14px } section { display: grid; grid-template-columns: 400px 528px; gap: 0 16px; padding: 8px; border-top: 1px solid #c5ced6 }"
		+ "section > h2 { grid-column: 1 / 3; font-size: 15px; margin: 0 0 6px } section > pre { margin: 0; font-size: 12.5px; line-height: 1.5; white-space: pre-wrap; background: #f5f7f9; padding: 8px; border: 0 } .seen { min-width: 0 } .seen .prose, .seen .prose > :first-child { margin-top: 0 } .seen .embed a { aspect-ratio: auto }");
	document.adoptedStyleSheets.push(style);
	document.body.replaceChildren(...forms.map(({ title, text, seen }) => {
		const row = document.createElement("section");
		const name = document.createElement("h2");
		const source = document.createElement("pre");
		const result = document.createElement("div");
		name.textContent = title;
		source.textContent = text;
		result.className = "seen";
		result.innerHTML = seen;
		for (const image of result.querySelectorAll("img")) image.loading = "eager";
		row.append(name, source, result);
		return row;
	}));
})`

// The picture of docs/writing.md can be made: each form has a row, and what is
// seen of it fits. With -picture it is made.
func TestFormsPicture(t *testing.T) {
	t.Parallel()
	p := openForms(t)
	examples, err := e2e.Examples()
	if err != nil {
		t.Fatal(err)
	}
	type form struct {
		Title string `json:"title"`
		Text  string `json:"text"`
		Seen  string `json:"seen"`
	}
	var rows []form
	for _, e := range examples {
		title, text := e.Form()
		if title == "" {
			continue
		}
		p.goTo("/" + strings.TrimSuffix(e.Path, ".md") + "/")
		f := form{title, strings.TrimRight(text, "\n"), p.text(`[...document.querySelectorAll(".prose")].map((e) => e.outerHTML).join("")`)}
		if f.Seen == "" {
			t.Errorf("nothing is seen of %s", e.Path)
		}
		rows = append(rows, f)
	}
	p.goTo("/search/")
	p.eval(sideBySide+"("+asJSON(t, rows)+")", nil)
	p.untilTrue("pictures are there", `[...document.images].every((i) => i.complete && i.naturalWidth)`)
	var wrong []string
	p.eval(`[...document.querySelectorAll("section")].filter((row) => [...row.children].some((c) => c.offsetHeight < 12 || c.scrollWidth > c.offsetWidth)).map((row) => row.innerText)`, &wrong)
	for _, row := range wrong {
		t.Errorf("what is seen is too wide, or nothing:\n%s", row)
	}
	var n int
	if p.eval(`document.querySelectorAll("section").length`, &n); n != len(rows) || n < 10 {
		t.Errorf("%d rows of %d forms", n, len(rows))
	}
	const file = "../../docs/forms.webp"
	if *picture {
		var box pagecdp.Viewport
		p.eval(`({ x: 0, y: 0, width: 960, height: document.body.scrollHeight, scale: 1 })`, &box)
		shot := call(p, pagecdp.CaptureScreenshot, pagecdp.CaptureScreenshotParams{Format: "webp", Quality: new(int64(60)), Clip: &box, CaptureBeyondViewport: new(true)})
		if err := os.WriteFile(file, shot.Data, 0o644); err != nil {
			t.Fatal(err)
		}
		mark, err := e2e.FormsMark(examples)
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(e2e.WritingFile)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(e2e.WritingFile, e2e.Mark(text, mark), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(file); err != nil || info.Size() > 150<<10 {
		t.Errorf("docs/forms.webp is larger than 150 kB, or not there: %v; make forms", err)
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
