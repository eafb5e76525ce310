package browser

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"whyfix/internal/server"
)

// uploads are what somebody may have put beside an article, each with a script
// that says that it ran: in the title, or by asking for a file.
func uploads() fstest.MapFS {
	const run = "document.title='ran';document.documentElement.setAttribute('data-ran','1');fetch('/ran')"
	files := fstest.MapFS{}
	for name, text := range map[string]string{
		"run.js":          run,
		"run.mjs":         run,
		"run.json":        run,
		"run":             run,
		"drawing.svg":     `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>` + run + `</script><script href="run.js"/><rect width="9" height="9" fill="red" onload="` + run + `"/></svg>`,
		"form.html":       `<!doctype html><title>form</title><script>` + run + `</script><script src="run.js"></script><img src=x onerror="` + run + `">`,
		"page.xml":        `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>xml</title></head><body><script>` + run + `</script></body></html>`,
		"index.html":      `<!doctype html><title>page</title><script src="/run.js"></script><script type="module" src="/run.mjs"></script><script src="/run.json"></script><script src="/run"></script><script>` + run + `</script><script src="/assets/theme.js"></script><img id="drawing" src="/drawing.svg">`,
		"assets/theme.js": "document.documentElement.setAttribute('data-theme-ran','1')",
	} {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

// Nothing that a writer uploads runs, opened by itself or from a page, even one
// that names it; the theme's scripts do, and a drawing is shown in a page.
func TestUploadsDoNotRun(t *testing.T) {
	t.Parallel()
	need(t)
	holder := &server.Holder{}
	holder.Swap(&server.Release{ID: "a", Base: "/", WWW: uploads()}, nil)
	s := served(t, func(http.Handler) http.Handler {
		return server.New(holder, slog.New(slog.DiscardHandler), server.Options{})
	})
	p := open(t, s)
	p.expect(func(string) bool { return true }) // the browser notes all that it refuses
	for _, address := range []string{"/drawing.svg", "/form.html", "/page.xml", "/"} {
		p.goTo(address)
		if p.text("String(document.title === 'ran' || document.documentElement.hasAttribute('data-ran'))") == "true" {
			t.Errorf("%s: a script of a writer's ran", address)
		}
	}
	if p.text("String(document.documentElement.hasAttribute('data-theme-ran'))") != "true" {
		t.Error("the theme's script did not run")
	}
	p.untilTrue("a drawing that is shown", "document.getElementById('drawing').naturalWidth === 9")
	for _, asked := range p.requests("/ran") {
		if strings.HasPrefix(asked, "/ran") {
			t.Errorf("a script of a writer's asked %s", asked)
		}
	}
}
