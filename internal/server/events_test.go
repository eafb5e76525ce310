package server

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/events"
)

// What readers do is kept, without anything about them, and each thing once.
func TestEventsOfReaders(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	kept, err := events.Open(dir, 0, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	s, _ := with(t, Options{Events: kept})
	get(t, s, query("/api/search", "q", "　指紋鎖打不開門 "))
	get(t, s, query("/search", "q", "WiFi"))
	get(t, s, query("/api/search", "q", "打电话给 13800138000 或 a.b@example.org，订单 2026112900001"))
	get(t, s, query("/api/search", "q", strings.Repeat("花", 2_000)))
	get(t, s, query("/api/search", "q", "qwertyuiop"))
	post(t, s, "/api/click", `{"query": "`+strings.Repeat("花", 300)+`", "url": "/lock/fingerprint/", "position": 1}`, asJSON)
	post(t, s, "/api/click", `{"query": "指紋鎖打不開門", "url": "/lock/fingerprint/", "position": 1}`, asJSON)
	post(t, s, "/api/feedback", `{"url": "/lock/fingerprint/", "helped": false, "reason": "outdated"}`, asJSON)
	post(t, s, "/api/feedback", "url=%2Flock%2Ffingerprint%2F&helped=true", asForm)
	// These are no questions, or none of their own.
	get(t, s, "/api/search?q=")
	get(t, s, "/search")
	get(t, s, "/api/suggest?q=a")
	get(t, s, query("/api/search", "q", "指纹", "page", "2"))
	get(t, s, query("/api/search", "q", "指纹", "kind", "cause"))
	get(t, s, "/api/search?q=a&size=0")
	request(t, s, http.MethodHead, query("/api/search", "q", "指纹"))
	post(t, s, "/api/click", `{"query": "a", "url": "/nothing/", "position": 1}`, asJSON)
	if err := kept.Close(); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	var got []events.Event
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			var e events.Event
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			if e.Time.IsZero() || e.Release == "" {
				t.Errorf("when was it, and of which release: %s", line)
			}
			got = append(got, e)
		}
	}
	live, done := s.holder.Acquire()
	done()
	none, one, no, yes := 0, 1, false, true
	long := strings.Repeat("花", longestKept) + "…"
	want := []events.Event{
		{Kind: events.Search, Query: "指纹锁打不开门", Mode: "exact", Hits: &one, Answered: &yes},
		{Kind: events.Search, Query: "wifi", Mode: got[1].Mode, Hits: got[1].Hits, Answered: got[1].Answered},
		{Kind: events.Search, Query: "打电话给 # 或 @,订单 #", Mode: got[2].Mode, Hits: got[2].Hits, Answered: got[2].Answered},
		{Kind: events.Search, Query: long, Mode: got[3].Mode, Hits: got[3].Hits, Answered: got[3].Answered},
		{Kind: events.Search, Query: "qwertyuiop", Mode: got[4].Mode, Hits: &none, Answered: &no},
		{Kind: events.Click, Query: long, Page: "/lock/fingerprint/", Position: 1},
		{Kind: events.Click, Query: "指纹锁打不开门", Page: "/lock/fingerprint/", Position: 1},
		{Kind: events.Feedback, Page: "/lock/fingerprint/", Helped: &no, Reason: "outdated"},
		{Kind: events.Feedback, Page: "/lock/fingerprint/", Helped: &yes},
	}
	for i := range got {
		got[i].Time = want[0].Time
		if got[i].Release == live.ID {
			got[i].Release = ""
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// What may name a person is not kept, however it is typed; the matter is.
func TestPrivate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"花呗用不了":                         "花呗用不了",
		"13800138000 收不到验证码":            "# 收不到验证码",
		"138 1234 5678收不到验证码":           "#收不到验证码",
		"138-1234-5678":                 "#",
		"(010) 6655-4433 打不通":           "(# 打不通",
		"卡号6222 0212 3456 7890":         "卡号#",
		"订单2026112900001没到":             "订单#没到",
		"身份证 11010519491231002X":        "身份证 #x",
		"我的邮箱张三@qq.com收不到":              "我的@收不到",
		"a.b-c+d@example.org 登录不了":      "@ 登录不了",
		"１３８００１３８０００":                   "#",
		"138,1234,5678、138·1234·5678":   "#",
		"138_1234_5678 和 138~1234—5678": "# 和 #",
		"o'brien%x@example.org":         "@",
		"错误代码 5003":                     "错误代码 5003",
		"iPhone 15 打不开":                 "iphone 15 打不开",
		strings.Repeat("花呗", 100):       strings.Repeat("花呗", 100),
		strings.Repeat("花呗", 100) + "了": strings.Repeat("花呗", 100) + "…",
	} {
		if got := private(text); got != want {
			t.Errorf("%q is kept as %q, want %q", text, got, want)
		}
	}
}

func TestClickRefuses(t *testing.T) {
	t.Parallel()
	s, _ := with(t, Options{})
	const good = `{"query": "指纹", "url": "/lock/fingerprint/", "position": 1}`
	for _, tt := range []struct {
		name, kind, body string
		status           int
		code             string
	}{
		{"good, though no events are kept", "application/json", good, 204, ""},
		{"a form", "application/x-www-form-urlencoded", "query=a", 415, "bad_content_type"},
		{"text", "text/plain", good, 415, "bad_content_type"},
		{"no JSON", "application/json", "{", 400, "bad_body"},
		{"another key", "application/json", `{"query": "a", "url": "/", "position": 1, "who": "me"}`, 400, "bad_body"},
		{"something after it", "application/json", good + good, 400, "bad_body"},
		{"no query", "application/json", `{"url": "/", "position": 1}`, 400, "bad_query"},
		{"a long query", "application/json", `{"query": "` + strings.Repeat("a", 2_001) + `", "url": "/", "position": 1}`, 400, "query_too_long"},
		{"no position", "application/json", `{"query": "a", "url": "/"}`, 400, "bad_position"},
		{"a great position", "application/json", `{"query": "a", "url": "/", "position": 100000}`, 400, "bad_position"},
		{"no page", "application/json", `{"query": "a", "url": "/nothing/", "position": 1}`, 400, "unknown_page"},
		{"a file that is no page", "application/json", `{"query": "a", "url": "/search-lite.json", "position": 1}`, 400, "unknown_page"},
		{"an address elsewhere", "application/json", `{"query": "a", "url": "https://evil.example/", "position": 1}`, 400, "unknown_page"},
		{"a way out", "application/json", `{"query": "a", "url": "/../", "position": 1}`, 400, "unknown_page"},
		{"too large", "application/json", `{"query": "` + strings.Repeat("a", 8<<10) + `"}`, 413, "too_large"},
	} {
		a := post(t, s, "/api/click", tt.body, "Content-Type: "+tt.kind)
		if a.status != tt.status {
			t.Errorf("%s: status %d, want %d: %s", tt.name, a.status, tt.status, a.body)
		}
		if tt.code == "" {
			continue
		}
		if code, err := problemOf(a); code != tt.code || err != nil {
			t.Errorf("%s: code %q, %v, want %q", tt.name, code, err, tt.code)
		}
	}
	if a := post(t, s, "/api/click", good, asJSON, "Sec-Fetch-Site: cross-site"); a.status != http.StatusForbidden {
		t.Errorf("of another site: status %d", a.status)
	}
	if a := post(t, s, "/api/click", good, asJSON, "Origin: https://reader.example.org", "Sec-Fetch-Site: cross-site"); a.status != http.StatusNoContent || a.header.Get("Access-Control-Allow-Origin") == "" {
		t.Errorf("of a listed site: status %d", a.status)
	}
	if a := get(t, s, "/api/click"); a.status != http.StatusMethodNotAllowed || a.header.Get("Allow") != "POST" {
		t.Errorf("GET: status %d, Allow %q", a.status, a.header.Get("Allow"))
	}
}
