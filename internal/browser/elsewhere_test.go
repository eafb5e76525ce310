package browser

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"whyfix/internal/flat"
	"whyfix/internal/generate"
	"whyfix/internal/publish"
	"whyfix/internal/search"
	"whyfix/internal/server"
)

// Pages that are served as files, from one site, with the endpoint at another:
// suggestions, results, and a word on an article go there, and the policy of
// the pages lets nothing else through.
func TestEndpointElsewhere(t *testing.T) {
	t.Parallel()
	need(t)
	pages, endpoint := httptest.NewUnstartedServer(nil), httptest.NewUnstartedServer(nil)
	origin := "http://" + pages.Listener.Addr().String()
	elsewhere := "http://" + endpoint.Listener.Addr().String()
	dir := t.TempDir()
	content, public := filepath.Join(dir, "content"), filepath.Join(dir, "public")
	if err := os.CopyFS(content, os.DirFS(filepath.Join("testdata", "site"))); err != nil {
		t.Fatal(err)
	}
	settings := filepath.Join(content, "site.yaml")
	text, err := os.ReadFile(settings)
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, "\nendpoint: "+elsewhere+"\norigins: ["+origin+"]\n"...)
	if err := os.WriteFile(settings, text, 0o644); err != nil {
		t.Fatal(err)
	}
	built, err := generate.Run(t.Context(), generate.Options{Content: content, Now: now, Release: generate.ReleaseOptions{Public: public, Keep: 1, Index: true, Generator: "test"}})
	if err != nil {
		t.Fatalf("%v: %+v", err, built.Loaded)
	}
	r, closeRelease, err := server.Load(t.Context(), public, search.Cluster{})
	if err != nil {
		t.Fatal(err)
	}
	holder, book := &server.Holder{}, &logBook{}
	holder.Swap(r, closeRelease)
	t.Cleanup(func() { holder.Swap(nil, nil) })
	s := server.New(holder, slog.New(slog.NewTextHandler(book, nil)), server.Options{})
	letters := &letterBox{}
	pages.Config.Handler = plainFiles(s)
	endpoint.Config.Handler = letters.between(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/api/") {
			t.Errorf("the endpoint is asked for %s", r.URL.Path)
		}
		s.ServeHTTP(w, r)
	}))
	pages.Start()
	endpoint.Start()
	t.Cleanup(pages.Close)
	t.Cleanup(endpoint.Close)

	p := open(t, &site{pages, book})
	p.endpoint = elsewhere
	p.goTo("/")
	p.press("/", 0)
	p.write("花呗")
	p.untilTrue("there are suggestions", `document.querySelectorAll('[role="option"]').length > 0`)
	p.writeInstead("花呗用不了")
	p.press("Enter", 0)
	p.at("/search/?q=花呗用不了")
	p.settled()
	if got := p.results(); len(got.Titles) == 0 || got.Titles[0] != "花呗突然用不了，怎么办？" {
		t.Errorf("results are %+v", got)
	}
	p.eval(`document.querySelector(".hit-title a").click()`, nil)
	p.at("/pay/huabei/")
	p.click("button", "解决了")
	p.untilTrue("it says thank you", `document.activeElement.innerText.includes("谢谢")`)
	p.until("both are told", func() bool { return len(letters.letters()) >= 2 })
	got := strings.Join(letters.letters(), "\n")
	for _, want := range []string{`POST application/json {"query":"花呗用不了","url":"/pay/huabei/","position":1}`, `POST application/json {"url":"/pay/huabei/","helped":true}`} {
		if !strings.Contains(got, want) {
			t.Errorf("sent are\n%s\nwithout %s", got, want)
		}
	}
	if asked := p.requests("/api/"); len(asked) == 0 {
		t.Error("nobody was asked")
	}
}

// The plain folder of a site below a path, on a host that knows files alone: pages
// have their looks, and the search finds by its list, also from the page that is
// shown for what is not there.
func TestPlainFolder(t *testing.T) {
	t.Parallel()
	need(t)
	dir := t.TempDir()
	content, public, folder := filepath.Join(dir, "content"), filepath.Join(dir, "public"), filepath.Join(dir, "folder")
	if err := os.CopyFS(content, os.DirFS(filepath.Join("testdata", "site"))); err != nil {
		t.Fatal(err)
	}
	made, err := generate.Run(t.Context(), generate.Options{Content: content, Base: "https://example.com/help/", Now: now, Release: generate.ReleaseOptions{Public: public, Keep: 1, Generator: "test"}})
	if err != nil {
		t.Fatalf("%v: %+v", err, made.Loaded)
	}
	r, err := publish.Open(public)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := flat.Write(t.Context(), r, folder, flat.Options{}); err != nil {
		t.Fatal(err)
	}
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/help/")
		if _, err := os.Stat(filepath.Join(folder, filepath.FromSlash(name))); err != nil || name == r.URL.Path || r.Method != http.MethodGet {
			page, _ := os.ReadFile(filepath.Join(folder, "404.html"))
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write(page)
			return
		}
		http.StripPrefix("/help/", http.FileServer(http.Dir(folder))).ServeHTTP(w, r)
	}))
	t.Cleanup(host.Close)
	p := open(t, &site{host, &logBook{}})
	p.expect(func(line string) bool { return strings.Contains(line, "404") })
	p.goTo("/help/nothing/")
	p.untilTrue("it has its looks", `[...document.styleSheets].length > 0`)
	p.eval(`document.querySelector("input[type=search], input[name=q]").focus()`, nil)
	p.write("花呗用不了")
	p.press("Enter", 0)
	p.at("/help/search/?q=花呗用不了")
	p.settled()
	if got := p.results(); len(got.Titles) == 0 || got.Titles[0] != "花呗突然用不了，怎么办？" {
		t.Errorf("results are %+v", got)
	}
	p.eval(`document.querySelector(".hit-title a").click()`, nil)
	p.at("/help/pay/huabei/")
}
