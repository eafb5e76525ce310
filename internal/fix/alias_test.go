package fix_test

import (
	"strings"
	"testing"

	"whyfix/internal/fix"
)

// TestAlias: an alias is added in the form that the list has, and nothing else
// changes.
func TestAlias(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"none", "---\ntitle: 甲\n---\n\n文\n", "---\ntitle: 甲\naliases: [/old/]\n---\n\n文\n"},
		{"no front matter", "# 甲\n", "---\naliases: [/old/]\n---\n\n# 甲\n"},
		{"a byte order mark", "\xEF\xBB\xBF# 甲\n", "\xEF\xBB\xBF---\naliases: [/old/]\n---\n\n# 甲\n"},
		{"an empty list", "---\naliases: []\ntitle: 甲\n---\n", "---\naliases: [/old/]\ntitle: 甲\n---\n"},
		{"an empty value", "---\naliases:   # 旧地址\ntitle: 甲\n---\n", "---\naliases: [/old/] # 旧地址\ntitle: 甲\n---\n"},
		{"in brackets", "---\naliases: [^/a/, /b/]\n---\n", "---\naliases: [/old/, /a/, /b/]\n---\n"},
		{"in quotes", "---\naliases: [^\"/a/\"]\n---\n", "---\naliases: [/old/, \"/a/\"]\n---\n"},
		{"over lines", "---\naliases: [\n  ^/a/,\n]\n---\n", "---\naliases: [\n  /old/, /a/,\n]\n---\n"},
		{"with dashes", "---\naliases:\n  - ^/a/\n  - /b/\n---\n", "---\naliases:\n  - /old/\n  - /a/\n  - /b/\n---\n"},
		{"one value", "---\naliases: ^/a/ # 旧\n---\n", "---\naliases: [/old/, /a/] # 旧\n---\n"},
		{"Windows", "---\r\ntitle: 甲\r\n---\r\n", "---\r\ntitle: 甲\r\naliases: [/old/]\r\n---\r\n"},
		{"Windows, empty", "---\r\naliases:\r\ntitle: 甲\r\n---\r\n", "---\r\naliases: [/old/]\r\ntitle: 甲\r\n---\r\n"},
		{"Windows, dashes", "---\r\naliases:\r\n- ^/a/\r\n---\r\n", "---\r\naliases:\r\n- /old/\r\n- /a/\r\n---\r\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			first := strings.IndexByte(tt.text, '^') // where the first alias stands
			got, ok := fix.Alias([]byte(strings.Replace(tt.text, "^", "", 1)), first, "", "/old/")
			if !ok || string(got) != tt.want {
				t.Errorf("got %t %q, want %q", ok, got, tt.want)
			}
		})
	}
	if got, ok := fix.Alias([]byte("---\ntitle: 甲\n"), -1, "", "/old/"); ok {
		t.Errorf("front matter without an end became %q", got)
	}
	if got, _ := fix.Alias([]byte("# 甲\n"), -1, "", "/a,b: c/"); !strings.Contains(string(got), `["/a,b: c/"]`) {
		t.Errorf("an address with signs became %q", got)
	}
}
