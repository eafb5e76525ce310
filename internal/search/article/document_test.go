package article_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whyfix/internal/search/article"
	"whyfix/internal/search/engine/enginetest"
)

// printer is a document that has everything.
func printer() *article.Document {
	return &article.Document{
		URL: "/printer/%E8%84%B1/", Language: "zh-Hant", Title: "打印机脱机", Summary: "先看电源。",
		Symptoms:  []string{"打印没有反应", "printer offline"},
		Products:  []article.Tag{{Name: "打印机", URL: "/products/a/", Names: []string{"列表机", "printer"}}},
		Causes:    []article.Tag{{Name: "网络断开", URL: "/causes/b/"}, {Name: "没电"}},
		Solutions: []article.Tag{{Name: "重启", URL: "/solutions/c/"}},
		Cases:     []article.Tag{{Name: "一家公司", URL: "/cases/d/"}},
		Sections: []article.Section{
			{Text: "开头。"},
			{Anchor: "why", Title: "原因", Kind: "cause", Text: "换了密码。\n没有电。"},
			{Anchor: "做", Title: "处理", Kind: "solution", Text: "重新添加。"},
		},
	}
}

// empty stands for what a document may lack.
var empty = cmpopts.EquateEmpty()

func TestRecords(t *testing.T) {
	t.Parallel()
	docs := map[string]*article.Document{
		"nothing":          {},
		"everything":       printer(),
		"a title alone":    {URL: "/a/", Title: "甲"},
		"not text":         {URL: "/\xff/", Title: "\x00\n\U0010FFFF", Symptoms: []string{""}, Products: []article.Tag{{}}, Sections: []article.Section{{}}},
		"longer than 127":  {URL: "/long/", Title: strings.Repeat("长", 50_000), Summary: strings.Repeat("s", 300)},
		"more than 127":    {URL: "/many/", Symptoms: strings.Split(strings.Repeat("甲 ", 300), " ")},
		"one of the shelf": enginetest.Corpus()[0],
	}
	for name, d := range docs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			head := d.AppendHead([]byte("before"))
			if !strings.HasPrefix(string(head), "before") {
				t.Fatal("the head was not appended")
			}
			got, rest, err := article.ReadHead(string(head[len("before"):]) + "behind")
			if err != nil || rest != "behind" {
				t.Fatalf("%q is left, %v", rest, err)
			}
			want := *d
			want.Summary, want.Sections = "", nil
			for _, s := range d.Sections {
				want.Sections = append(want.Sections, article.Section{Title: s.Title, Kind: s.Kind})
			}
			if diff := cmp.Diff(&want, got, empty, cmpopts.IgnoreUnexported(article.Document{})); diff != "" {
				t.Errorf("head (-want +got):\n%s", diff)
			}
			if got.Length() != d.Length() {
				t.Errorf("length of the head is %d, want %d", got.Length(), d.Length())
			}
			summary, sections, err := article.ReadBody(string(d.AppendBody(nil)))
			if err != nil || summary != d.Summary {
				t.Errorf("summary is %q, %v; want %q", summary, err, d.Summary)
			}
			if diff := cmp.Diff(d.Sections, sections, empty); diff != "" {
				t.Errorf("sections (-want +got):\n%s", diff)
			}
		})
	}
}

// A record that was cut off, wherever, is none.
func TestCutRecords(t *testing.T) {
	t.Parallel()
	head, body := string(printer().AppendHead(nil)), string(printer().AppendBody(nil))
	for n := range head {
		if d, _, err := article.ReadHead(head[:n]); !errors.Is(err, article.ErrRecord) || d != nil {
			t.Errorf("%d bytes of a head of %d: %v, %v", n, len(head), d, err)
		}
	}
	for n := range body {
		if summary, sections, err := article.ReadBody(body[:n]); !errors.Is(err, article.ErrRecord) || summary != "" || sections != nil {
			t.Errorf("%d bytes of a body of %d: %q, %v, %v", n, len(body), summary, sections, err)
		}
	}
}

func TestDamagedRecords(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, record string }{
		{"nothing", ""},
		{"longer than it is", "\x05abc"},
		{"a length without an end", "\xff"},
		{"a length that no number has", strings.Repeat("\xff", 12)},
		{"a length that is negative", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"},
		{"more than there can be", "\x00\x7f"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, _, err := article.ReadHead(tt.record); !errors.Is(err, article.ErrRecord) {
				t.Errorf("head: %v, want %v", err, article.ErrRecord)
			}
			if _, _, err := article.ReadBody(tt.record); !errors.Is(err, article.ErrRecord) {
				t.Errorf("body: %v, want %v", err, article.ErrRecord)
			}
		})
	}
}

// FuzzRecords reads anything: what reads says the same when it is written
// again.
func FuzzRecords(f *testing.F) {
	for _, d := range []*article.Document{{}, printer(), enginetest.Corpus()[1]} {
		f.Add(string(d.AppendHead(nil)))
		f.Add(string(d.AppendBody(nil)))
	}
	f.Add("\x01a\x00\x00\x01\x7f")
	f.Add(strings.Repeat("\xff", 20))
	f.Fuzz(func(t *testing.T, record string) {
		if d, _, err := article.ReadHead(record); err == nil {
			again, _, err := article.ReadHead(string(d.AppendHead(nil)))
			if err != nil {
				t.Fatalf("head: %v", err)
			}
			if diff := cmp.Diff(d, again, empty, cmp.AllowUnexported(article.Document{})); diff != "" {
				t.Fatalf("head read and read again (-first +second):\n%s", diff)
			}
		}
		if summary, sections, err := article.ReadBody(record); err == nil {
			d := &article.Document{Summary: summary, Sections: sections}
			summary2, sections2, err := article.ReadBody(string(d.AppendBody(nil)))
			if err != nil || summary2 != summary {
				t.Fatalf("summary %q, then %q, %v", summary, summary2, err)
			}
			if diff := cmp.Diff(sections, sections2, empty); diff != "" {
				t.Fatalf("sections read and read again (-first +second):\n%s", diff)
			}
		}
	})
}
