package browser

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"whyfix/internal/generate"
)

// Another host is of use to pages as far as site.yaml allows it: a script that
// counts visits runs and tells it, a film plays in a frame, a picture is shown.
// Of a host that is not allowed nothing is loaded.
func TestAllowedHosts(t *testing.T) {
	t.Parallel()
	need(t)
	var mu sync.Mutex
	asked := map[string]bool{}
	others := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked["http://"+r.Host+r.URL.Path] = true
		mu.Unlock()
		switch r.URL.Path {
		case "/count.js":
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = io.WriteString(w, `fetch(new URL("/visit", document.currentScript.src), {method: "POST", body: location.pathname}).then(() => document.documentElement.dataset.counted = "yes")`)
		case "/visit":
			w.Header().Set("Access-Control-Allow-Origin", "*")
		case "/film":
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, `<!doctype html><title>film</title><script>parent.postMessage("plays", "*")</script>`)
		case "/way.svg":
			w.Header().Set("Content-Type", "image/svg+xml")
			_, _ = io.WriteString(w, `<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"><rect width="30" height="20"/></svg>`)
		}
	})
	allowed, other := httptest.NewServer(others), httptest.NewServer(others)
	t.Cleanup(allowed.Close)
	t.Cleanup(other.Close)
	host := allowed.URL
	dir := t.TempDir()
	content, public := filepath.Join(dir, "content"), filepath.Join(dir, "public")
	page := "---\ntitle: 退款没到账\nupdated: 2026-01-02\n---\n\n看：![路](%[1]s/way.svg)\n\n<iframe src=\"%[1]s/film\" title=\"片子\"></iframe>\n"
	for name, text := range map[string]string{
		"content/site.yaml":             "title: 帮助\nraw_html: true\ntheme: counted\nallow: {frames: [" + host + "], scripts: [" + host + "], connections: [" + host + "], images: [" + host + "]}\n",
		"content/refund.md":             fmt.Sprintf(page, host),
		"content/late.md":               strings.Replace(fmt.Sprintf(page, other.URL), "退款没到账", "还款晚了", 1),
		"themes/counted/assets/here.js": `addEventListener("message", (e) => { document.documentElement.dataset.film = e.data })`,
		"themes/counted/partials/scripts.html": `{{define "scripts"}}
{{with asset "here.js"}}<script src="{{.URL}}" integrity="{{.Integrity}}"></script>{{end}}
<script src="` + host + `/count.js" data-site="help"></script>
{{end}}`,
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	made, err := generate.Run(t.Context(), generate.Options{Content: content, Now: now, Release: generate.ReleaseOptions{Public: public, Keep: 1, Generator: "test"}})
	if err != nil {
		t.Fatalf("%v: %+v", err, made.Loaded)
	}
	p := open(t, serve(t, public, nil))
	p.others = []string{host, other.URL} // the browser also names what it does not load
	p.goTo("/refund/")
	p.untilTrue("the visit is counted", `document.documentElement.dataset.counted === "yes"`)
	p.untilTrue("the film plays", `document.documentElement.dataset.film === "plays"`)
	p.untilTrue("the picture is there", `[...document.images].some((i) => i.src.startsWith("`+host+`") && i.naturalWidth === 30)`)

	p.expect(func(line string) bool { return strings.Contains(line, "Content Security Policy") })
	p.goTo("/late/")
	p.untilTrue("the visit is counted", `document.documentElement.dataset.counted === "yes"`)
	p.untilTrue("there is no picture", `[...document.images].every((i) => i.complete && i.naturalWidth === 0)`)
	mu.Lock()
	defer mu.Unlock()
	for what := range asked {
		if strings.HasPrefix(what, other.URL) {
			t.Errorf("%s was asked for", what)
		}
	}
}
