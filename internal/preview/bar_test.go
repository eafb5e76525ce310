package preview

import (
	"encoding/json"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/search"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/server"
)

// aboutPage is what the bar of a page is told.
func aboutPage(t *testing.T, d *desk, address string) about {
	t.Helper()
	status, body := get(t, d, "/_whyfix/page?url="+url.QueryEscape(address))
	var out about
	if err := json.Unmarshal([]byte(body), &out); err != nil || status != 200 {
		t.Fatalf("%d %v: %s", status, err, body)
	}
	if strings.Contains(body, "null") {
		t.Errorf("a list is null: %s", body)
	}
	return out
}

// TestAbout: a page is told what is wrong with its file, and which of its
// symptoms find it; and again after each edit.
func TestAbout(t *testing.T) {
	t.Parallel()
	d := newDesk(t, small)
	if a := aboutPage(t, d, "/pay/late/"); a.File != "" {
		t.Errorf("before the first build: %+v", a)
	}
	d.made()
	a := aboutPage(t, d, "/pay/late/")
	if !strings.HasSuffix(a.File, "/content/pay/late.md") {
		t.Errorf("the file is %q", a.File)
	}
	if want := []promise{{"退款怎么还没到", true, []string{}}}; cmp.Diff(want, a.Promises) != "" {
		t.Errorf("promises: got %+v, want %+v", a.Promises, want)
	}
	if a := aboutPage(t, d, "/pay/"); !strings.HasSuffix(a.File, "/content/pay/index.md") || len(a.Promises) > 0 {
		t.Errorf("a category: %+v", a)
	}
	for _, address := range []string{"", "/", "/nowhere/", "/search/", "/products/%E8%AE%A2%E5%8D%95/", "%zz"} {
		if a := aboutPage(t, d, address); a.File != "" || len(a.Problems)+len(a.Promises) > 0 {
			t.Errorf("%q: %+v", address, a)
		}
	}
	// Four others promise the same in fewer words, and the file has a mistake.
	for _, n := range []string{"a", "b", "c", "d"} {
		d.write("other/"+n+".md", "---\ntitle: 退款怎么还没到\nsymptoms: [退款怎么还没到]\nupdated: 2026-01-01\n---\n退款怎么还没到。\n")
	}
	d.write("pay/late.md", "---\ntitle: 别的"+strings.Repeat("很长的题目", 20)+"\nsymptoms: [退款怎么还没到, 别的]\nupdated: 2026-01-01\n---\n开头。\n")
	d.made()
	a = aboutPage(t, d, "/pay/late/")
	if len(a.Promises) != 2 || a.Promises[0].Holds || len(a.Promises[0].Instead) == 0 || !a.Promises[1].Holds {
		t.Errorf("promises: %+v", a.Promises)
	}
	found := false
	for _, p := range a.Problems {
		if !strings.Contains(p.Place, "/content/pay/late.md:") {
			t.Errorf("a problem of another file: %+v", p)
		}
		found = found || strings.Contains(p.Message, "too long") && strings.Contains(p.Source, "很长的题目") && p.Hint != ""
	}
	if !found {
		t.Errorf("the long title is not among the problems: %+v", a.Problems)
	}
}

// TestAnswersAreThoseOfARelease: after every edit the search of the preview says
// what that of a release of the same folder says.
func TestAnswersAreThoseOfARelease(t *testing.T) {
	t.Parallel()
	d := newDesk(t, small)
	for i, edit := range []func(){
		func() {},
		func() {
			d.write("pay/late.md", strings.ReplaceAll(small["pay/late.md"], "银行慢", "快递慢，门铃不响"))
		},
		func() {
			d.write("new.md", "---\ntitle: 门铃不响\nsymptoms: [按了没声音]\nproducts: [门铃]\n---\n换电池。\n")
		},
		func() { d.write("synonyms.yaml", "- [没到, 未到]\n") },
		func() { d.write("tags.yaml", "订单: {names: [单子]}\n") },
		func() { d.remove("new.md") },
	} {
		edit()
		d.made()
		public := d.release()
		release, closeRelease, err := server.Load(t.Context(), public, search.Cluster{})
		if err != nil {
			t.Fatal(err)
		}
		var h server.Holder
		h.Swap(release, closeRelease)
		served := server.New(&h, slog.New(slog.DiscardHandler), server.Options{})
		for _, q := range []string{
			"退款", "付款失败", "订单", "银行", "快递慢", "门铃不响", "按了没声音", "mlbx", "menling", "单子", "退款未到", "退款怎么还末到", "没有", "款", "“退款”", "fukuan",
		} {
			for _, path := range []string{"/api/search?", "/api/suggest?"} {
				_, want := get(t, served, path+url.Values{"q": {q}}.Encode())
				_, got := get(t, d, path+url.Values{"q": {q}}.Encode())
				if diff := cmp.Diff(answerOf(t, want), answerOf(t, got)); diff != "" {
					t.Errorf("edit %d, %s%s (-release +preview):\n%s", i, path, q, diff)
				}
			}
		}
		h.Swap(nil, nil)
	}
}

// answerOf is an answer without what differs from run to run.
func answerOf(t *testing.T, body string) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	delete(out, "took_ms")
	delete(out, "release")
	return out
}

// TestRestart: a page of a preview that was started before knows that this is
// another one.
func TestRestart(t *testing.T) {
	t.Parallel()
	first, second := newDesk(t, small), newDesk(t, small)
	first.made()
	second.made()
	_, page := get(t, first, "/pay/late/")
	if m := listen(t, first).next(); m.Run == "" || !strings.Contains(page, "run="+m.Run+"&amp;build=1") {
		t.Errorf("the page does not say which preview it is of: %q", m.Run)
	} else if other := listen(t, second).next(); other.Run == m.Run {
		t.Errorf("two previews are both %q", m.Run)
	}
}

// The script speaks the language of whoever writes.
func TestScriptSpeaks(t *testing.T) {
	t.Parallel()
	for l, want := range map[diag.Language]string{
		diag.English: `"problems":["{n} problem","{n} problems"],"noProblems":"no problems"`,
		diag.Chinese: `"problems":["{n} 个问题","{n} 个问题"],"noProblems":"没有问题"`,
	} {
		if got := string(newHub(l).script); !strings.Contains(got, want) || strings.Contains(got, "/* words */") {
			t.Errorf("%s is not in the script", want)
		}
	}
	if got, want := badge(&content.Article{Draft: true}, time.Now()).Zh, "草稿：删掉 draft: true 这一行，读者才能看到"; got != want {
		t.Errorf("the badge says %q, want %q", got, want)
	}
}
