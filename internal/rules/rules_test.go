package rules_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/diag"
	"whyfix/internal/rules"
)

func TestPageIsFresh(t *testing.T) {
	t.Parallel()
	for name, l := range map[string]diag.Language{"checks.md": diag.English, "checks.zh.md": diag.Chinese} {
		data, err := os.ReadFile("../../docs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(rules.Page(l), string(data)); diff != "" {
			t.Errorf("docs/%s is stale: go generate ./internal/rules\n(-want +got):\n%s", name, diff)
		}
	}
}

func TestRulesAreWhole(t *testing.T) {
	t.Parallel()
	name := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	seen := map[string]bool{}
	for _, r := range rules.All() {
		if !name.MatchString(r.Code) || seen[r.Code] {
			t.Errorf("%q is no code, or stands twice", r.Code)
		}
		seen[r.Code] = true
		if r.Summary == "" || r.Why == "" || r.Bad == "" || r.Good == "" || strings.HasSuffix(r.Summary, ".") || !strings.HasSuffix(r.Why, ".") && !strings.HasSuffix(r.Why, ".)") {
			t.Errorf("%s is not told whole: %+v", r.Code, r)
		}
		zh := r.In(diag.Chinese)
		if zh.Summary == r.Summary || zh.Why == r.Why || r.Told && (zh.Bad == r.Bad && !strings.HasPrefix(r.Bad, "`")) || !strings.HasSuffix(zh.Why, "。") || strings.HasSuffix(zh.Summary, "。") {
			t.Errorf("%s is not told in Chinese: a code, what is wrong, the reason, and examples in words belong into internal/rules/chinese.txt", r.Code)
		}
		if r.Default == diag.Off && !strings.Contains(zh.Why, "默认关闭，因为") {
			t.Errorf("%s is off, and nobody says why in Chinese", r.Code)
		}
		if r.Needed && r.Default != diag.Error {
			t.Errorf("%s is needed, and no error", r.Code)
		}
		if r.Default == diag.Off && !strings.Contains(r.Why, "Off, because") {
			t.Errorf("%s is off, and nobody says why", r.Code)
		}
	}
	if !slices.IsSorted(rules.Codes()) {
		t.Error("the codes are not sorted")
	}
}

func TestLevels(t *testing.T) {
	t.Parallel()
	l := rules.NewLevels(map[string]diag.Severity{
		"tag-once": diag.Warning, "duplicate-title": diag.Error, "image-alt": diag.Off, "link-anchor": diag.Warning, "link-target": diag.Off,
	})
	list := diag.List{{Code: "tag-once"}, {Code: "duplicate-title", Severity: diag.Warning}, {Code: "image-alt"}, {Code: "link-anchor"}, {Code: "link-target"}, {Code: "orphan"}}
	want := diag.List{
		{Code: "tag-once", Severity: diag.Warning},
		{Code: "duplicate-title", Severity: diag.Error},
		{Code: "link-anchor", Severity: diag.Warning},
		{Code: "link-target", Severity: diag.Error},
	}
	if diff := cmp.Diff(want, l.Settle(list)); diff != "" {
		t.Errorf("settled (-want +got):\n%s", diff)
	}
	if l.On("image-alt") || l.On("orphan") || !l.On("tag-once") {
		t.Error("On does not say what Of says")
	}
}
