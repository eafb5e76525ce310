package browser

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	pagecdp "github.com/chromedp/cdproto/page"
)

// TestPictures makes the pictures of README.md: a search and the article that it
// finds, of the project's own content, as a phone shows them by day and by night.
// They change with the theme and the content, so nothing compares them.
func TestPictures(t *testing.T) {
	if !*picture {
		t.Skip("make pictures")
	}
	need(t)
	content, public := filepath.Join("..", "..", "content"), filepath.Join(scratch, "pictures")
	if err := built(content, public); err != nil {
		t.Fatal(err)
	}
	p := open(t, serve(t, public, nil))
	for _, shown := range [][2]string{{"search", "/search/?q=花呗用不了"}, {"article", "/huabei/cannot-use/"}} {
		for _, scheme := range []string{"light", "dark"} {
			p.media("screen", scheme)
			call(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 400, Height: 780, DeviceScaleFactor: 1.5, Mobile: true})
			p.goTo(shown[1])
			p.untilTrue("the page is complete", `document.readyState === "complete" && !document.querySelector("[aria-busy=true]")`)
			shot := call(p, pagecdp.CaptureScreenshot, pagecdp.CaptureScreenshotParams{Format: "webp", Quality: new(int64(60))})
			file := filepath.Join("..", "..", "docs", "pictures", shown[0]+"-"+scheme+".webp")
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, shot.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
