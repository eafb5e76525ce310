package cli_test

import (
	"net/http"
	"path/filepath"
	"testing"
)

const moved = `gone: [/no/file/]
redirects: {/旧/: refund.md#top, /old.pdf: "https://example.org/new.pdf"}
`

// Old addresses lead on, and withdrawn ones say so, whether a release is served
// or the writer's preview.
func TestOldAddresses(t *testing.T) {
	t.Parallel()
	content, public := site(t)
	writeFile(t, filepath.Join(content, "site.yaml"), moved)
	writeFile(t, filepath.Join(content, "fee.md"), "---\ntitle: 手续费\naliases: [/fees/]\ngone: true\n---\n")
	writeFile(t, filepath.Join(content, "card.md"), "---\ntitle: 绑不上卡\naliases: [/cards/]\n---\n")
	run(t, 0, "build", "-content", content, "-out", public)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, s := range []*service{
		start(t, "serve", "-public", public, "-addr", "127.0.0.1:0"),
		start(t, "dev", "-content", content, "-addr", "127.0.0.1:0"),
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			for _, tt := range []struct {
				path     string
				status   int
				location string
			}{
				{"/cards/?a=b", 301, "/card/?a=b"},
				{"/%E6%97%A7/?a=b", 301, "/refund/?a=b#top"},
				{"/old.pdf", 301, "https://example.org/new.pdf"},
				{"/fee/", 410, ""},
				{"/fees/", 410, ""},
				{"/no/file/", 410, ""},
				{"/no/", 404, ""},
				{"/card/", 200, ""},
			} {
				r, err := http.NewRequestWithContext(t.Context(), method, s.base+tt.path, nil)
				if err != nil {
					t.Fatal(err)
				}
				answer, err := client.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				answer.Body.Close()
				if got := answer.Header.Get("Location"); answer.StatusCode != tt.status || got != tt.location {
					t.Errorf("%s %s: got %d to %q, want %d to %q", method, tt.path, answer.StatusCode, got, tt.status, tt.location)
				}
			}
		}
	}
}
