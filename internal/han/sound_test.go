package han

import (
	"fmt"
	"strings"
	"testing"
)

func TestSounds(t *testing.T) {
	for in, want := range map[rune]string{'花': "[hua]", '呗': "[bei bai]", '还': "[hai huan fu]", '女': "[nv ru]", 'a': "[]", '了': "[le liao]"} {
		if got := fmt.Sprint(Sounds(in)); got != want {
			t.Errorf("Sounds(%c) = %s, want %s", in, got, want)
		}
	}
}

func TestSplitPinyin(t *testing.T) {
	for in, want := range map[string]string{
		"huabei": "[[hua bei] [hu a bei]]", "xian": "[[xian] [xi an]]", "nv": "[[nv]]", "refund": "[]", "": "[[]]", "b": "[]",
	} {
		if got := fmt.Sprint(SplitPinyin(in)); got != want {
			t.Errorf("SplitPinyin(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestTypedAs(t *testing.T) {
	for _, tt := range []struct {
		typed, text string
		want        bool
	}{
		{"hua", "花呗用不了", true},
		{"huab", "花呗用不了", true},
		{"hb", "花呗用不了", true},
		{"huabyong", "花呗用不了", true},
		{"花b", "花呗用不了", true},
		{"hua呗", "花呗用不了", true},
		{"huankuan", "还款失败", true},
		{"hk", "还款失败", true},
		{"bei", "花呗", false},
		{"huabeix", "花呗", false},
		{"iph", "iphone", true},
	} {
		if got := TypedAs([]rune(tt.typed), []rune(tt.text)); got != tt.want {
			t.Errorf("TypedAs(%q, %q) = %v, want %v", tt.typed, tt.text, got, tt.want)
		}
	}
}

func TestTypedIn(t *testing.T) {
	for _, tt := range []struct {
		typed, text string
		want        bool
	}{
		{"hua", "花呗用不了", true},
		{"bei", "花呗", true},
		{"yblm", "花呗用不了吗", true},
		{"yongbul", "花呗用不了", true},
		{"yongl", "花呗用不了", false},
		{"beih", "花呗", false},
	} {
		if got := TypedIn([]rune(tt.typed), []rune(tt.text)); got != tt.want {
			t.Errorf("TypedIn(%q, %q) = %v, want %v", tt.typed, tt.text, got, tt.want)
		}
	}
}

// Letters that can be read in many ways, and end as the text does not, take no
// longer than others: with a step for each way this would not end.
func TestTypedManyWays(t *testing.T) {
	text := []rune(strings.Repeat("啊", 60))
	typed := []rune(strings.Repeat("a", 59) + "b")
	if TypedAs(typed, text) || TypedIn(typed, text) {
		t.Error("b is no way to type 啊")
	}
}

func TestPinyin(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "Wi-Fi 5": "", "花呗": "hua bei/bai", "ETC花": "etc hua", "收到 OK 码": "shou dao ok ma", "了": "le/liao",
	} {
		if got := Pinyin(text); got != want {
			t.Errorf("Pinyin(%q) = %q, want %q", text, got, want)
		}
	}
}
