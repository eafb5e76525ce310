package search_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"whyfix/internal/search"
	"whyfix/internal/search/engine/enginetest"
)

// An e-mail: what is wrong stands in the middle, between greetings, a life
// story and a signature.
const (
	greeting = "您好，打扰了，不知道这个邮箱还有没有人看，先谢谢你们一直以来的工作。我姓林，住在城东，退休前在中学教地理，教了三十来年的书，平时喜欢散步、种花、看报纸。"
	story    = "孩子们都在外地上班，过年才回来一次，家里的事情都是我自己慢慢弄。上个周末天气很好，我在阳台上晒被子，顺便把柜子整理了一遍，找出来很多旧照片，看了一个下午，想起好多从前的学生。"
	farewell = "字打得慢，写得啰嗦，请不要见怪。这几天降温了，各位也多穿衣服，注意身体。等你们的回信，不急，有空的时候写就可以。再一次感谢，祝大家工作顺利，一家平安。"
)

// email is about n characters long.
func email(trouble string, n int) string {
	half := strings.Repeat(story, n/(2*utf8.RuneCountInString(story)))
	return greeting + half + "\n\n" + trouble + "\n\n" + half + farewell
}

// The problem in the middle of a letter finds its article, however long the
// letter is.
func TestProblemInTheMiddleOfALetter(t *testing.T) {
	t.Parallel()
	s := open(t, enginetest.Corpus())
	for trouble, want := range map[string]string{
		"最近洗衣机停在排水那里不动，桶里全是水，关了再开也一样。": "/washer/drain/",
		"智能门锁认不出我的指纹了，试了好几根手指都打不开。":    "/lock/fingerprint/",
		"我的交通卡刷不了闸机，地铁进不去。":            "/metro/card/",
		"蓝牙耳机只有左边有声音，右耳一点声音都没有。":       "/bluetooth/headset/",
		"我想续借图书馆的书，可是续借按钮是灰的。":         "/library/renew/",
	} {
		for _, n := range []int{300, 900, 1700} {
			text := email(trouble, n)
			if have := utf8.RuneCountInString(text); have > search.MaxQuery {
				t.Fatalf("the letter has %d characters", have)
			}
			if got := first(t, s, text, 3); len(got) == 0 || got[0] != want {
				t.Errorf("a letter of %d characters with %q finds %v, want %s first", utf8.RuneCountInString(text), trouble, got, want)
			}
		}
	}
	english := strings.Repeat("I hope this message finds you well and that the weather is kind where you live. ", 10)
	text := english + "My refund is still pending and the money is not back on my card. " + english
	if got := first(t, s, text, 3); len(got) == 0 || got[0] != "/en/refund/" {
		t.Errorf("an English letter finds %v, want /en/refund/ first", got)
	}
}

// What stands beyond the longest question is not read, and hurts nothing.
func TestQuestionsHaveAnEnd(t *testing.T) {
	t.Parallel()
	s := open(t, enginetest.Corpus())
	padding := strings.Repeat("一二三四五六七八九十", search.MaxQuery/10)
	if got := first(t, s, "洗衣机不排水。"+padding, 1); len(got) != 1 || got[0] != "/washer/drain/" {
		t.Errorf("a question with much behind it finds %v, want /washer/drain/", got)
	}
	r := ask(t, s, search.Query{Text: padding + "。洗衣机不排水", Size: 5, Page: 1})
	for _, term := range r.Terms {
		if term.Text == "洗" {
			t.Error("what stands behind the last character that is read was asked for")
		}
	}
	if r.Query != padding+"。洗衣机不排水" {
		t.Error("the answer is to another question")
	}
}
