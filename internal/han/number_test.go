package han

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func numbersOf(text string) string {
	var out []string
	runes := []rune(Fold(text))
	EachNumber(runes, func(start, end int, value []rune) {
		out = append(out, fmt.Sprintf("%s=%s", string(runes[start:end]), string(value)))
	})
	return strings.Join(out, " ")
}

func TestEachNumber(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"digits", "7天内", "7=7"},
		{"full width", "１０００元", "1000=1000"},
		{"thousands", "1,000 和 1,000,000.50", "1,000=1000 1,000,000.50=1000000.5"},
		{"no thousands", "1,00 和 1234,567", "1=1 00=00 1234=1234 567=567"},
		{"decimals", "3.5倍，0.50", "3.5=3.5 0.50=0.5"},
		{"codes", "区号0571", "0571=0571"},
		{"month and day with zeros", "08月06日", "08=8 06=6"},
		{"percent", "5%的", "5%=5"},
		{"in letters", "err1042 iPhone15 v2 5g 1000ms", ""},
		{"versions", "1.2.1版，v1.2，10.3版", "10.3=10.3"},
		{"end of a sentence", "共3.", "3=3"},
		{"long ones", "卡号6222021234567890123456", "6222021234567890123456=6222021234567890123456"},

		{"digits with units", "5万、1千、3.5万、2千万、1.25亿、3.555百", "5万=50000 1千=1000 3.5万=35000 2千万=20000000 1.25亿=125000000 3.555百=355.5"},
		{"less than one with a unit", "0.5万", "0.5万=5000"},
		{"digits with two units", "1亿5000万，3万5千，3万5000，5万2", "1亿5000万=150000000 3万5千=35000 3万5000=35000 5万=50000 2=2"},
		{"two numbers", "满5万30天内", "5万=50000 30=30"},
		{"digits and characters", "5万两千", "5万两千=52000"},
		{"a space before the unit", "共 5 万元，第 2 万一", "5 万=50000 2=2"},
		{"thousands with a unit", "1,000万", "1,000万=10000000"},

		{"tens", "未满十八岁、三百二十、四十", "十八=18 三百二十=320 四十=40"},
		{"zeros between", "一百零五、一万零五、一千零二十、三亿零四", "一百零五=105 一万零五=10005 一千零二十=1020 三亿零四=300000004"},
		{"without the last unit", "一百二、三万五、一千二百五", "一百二=120 三万五=35000 一千二百五=1250"},
		{"big", "五万、三百万、一亿五千万、一万亿、两千", "五万=50000 三百万=3000000 一亿五千万=150000000 一万亿=1000000000000 两千=2000"},
		{"digit by digit", "二零二六年、二〇二六、二○二六、一零零八六、一九九八", "二零二六=2026 二〇二六=2026 二○二六=2026 一零零八六=10086 一九九八=1998"},
		{"two digits", "九零后、九五后、八八折、九八年", "九零=90 九五=95 八八=88 九八=98"},
		{"about", "三四天、两三个、七八百、三五天、七八折、七八年、几十个、数十万、十七八个、三四十", ""},
		{"more or less", "十几个、十多天、二十多天", "十=10 十=10 二十=20"},
		{"cheques", "伍仟元、壹万贰仟、陆路、伍", "伍仟=5000 壹万贰仟=12000"},
		{"decimals in characters", "三点五倍、一点二万、零点五、十二点五", "三点五=3.5 一点二万=12000 零点五=0.5 十二点五=12.5"},
		{"times", "三点五分、八点二十、两点半、十点", "三=3 五=5 八=8 二十=20 两=2 十=10"},
		{"percent in characters", "百分之五、百分之十二、百分之3.5、百分之三点五、百分之百", "百分之五=5 百分之十二=12 百分之3.5=3.5 百分之三点五=3.5 百分之百=100"},
		{"percentage", "百分比、百分百、百分之", ""},
		{"parts", "三分之一、万分之五", "三=3 一=1 五=5"},

		{"ordinals", "第三步、第十条、第二十一", "三=3 十=10 二十一=21"},
		{"measure words", "七天、两个小时、三个工作日、一小时、九折、二类账户", "七=7 两=2 三=3 一=1 九=9 二=2"},
		{"longer measure words", "三工作日、两公里", "三=3 两=2"},
		{"no measure word", "三方、四川、六安、二维码、一键、二手", ""},
		{"idioms", "一下、一直、一样、一起、一些、一般、统一、唯一、万一、十分、千万别、一旦", ""},
		{"words with a measure word", "一点、进一步、下一步、上一页、同一个、每一次、统一级别、一部分、一次性、第三方、第一时间", ""},
		{"minutes", "十分钟、十分满意", "十=10"},
		{"measure words in other words", "周三时间、三日常、一条件、三级别", ""},
		{"days of the week", "周三、星期一次日到账、每周三次、一周两次", "三=3 一=1 两=2"},
		{"not well formed", "一五一十、三三两两、九九八十一、千千万万、一百一百、二十两、一百零", ""},
		{"what is one for what follows", "五千万一年、这三点一定要", "五千万=50000000 一=1 三=3"},
		{"half stays", "半小时、两个半小时", "两=2"},
		{"zero", "零元、零钱、零部件", "零=0"},
		{"a bullet", "○一、○三天", "三=3"},
		{"empty", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, numbersOf(tt.in)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.in, diff)
			}
		})
	}
}

// What is written in two ways has one value.
func TestNumbersOfOneValue(t *testing.T) {
	values := func(text string) string {
		var out []string
		EachNumber([]rune(Fold(text)), func(_, _ int, value []rune) { out = append(out, string(value)) })
		return strings.Join(out, " ")
	}
	for _, pair := range [][2]string{
		{"7天", "七天"},
		{"第3步", "第三步"},
		{"5万", "五万"},
		{"五万", "50000"},
		{"未满18岁", "未满十八岁"},
		{"1千", "1000"},
		{"三百二十", "320"},
		{"两个小时", "2个小时"},
		{"二零二六年", "2026年"},
		{"百分之五", "5%"},
		{"1,000", "１０００"},
		{"三萬五千", "35000"},
		{"双十一", "双11"},
		{"九折", "9折"},
		{"十月一日", "10月01日"},
	} {
		if a, b := values(pair[0]), values(pair[1]); a != b || a == "" {
			t.Errorf("%s is %q, %s is %q", pair[0], a, pair[1], b)
		}
	}
}

func TestEachNumberAllocates(t *testing.T) {
	n := 0
	if got := testing.AllocsPerRun(20, func() {
		EachNumber(helpText, func(_, _ int, value []rune) { n += len(value) })
		EachRegional(helpText, func(_, _ int, mainland []rune) { n += len(mainland) })
	}); got >= 1 {
		t.Errorf("%v allocations", got)
	}
}

func FuzzEachNumber(f *testing.F) {
	for _, s := range []string{"7天", "1,000.50%", "1.2.1", "3万5千", "一亿五千万", "百分之三点五", "百分之百", "二零二六年", "三点一", "0.05万", "5 万", "○", "第", "零", "一万万", "1亿2亿", "百分之"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		runes := AppendFolded(nil, s)
		last := 0
		EachNumber(runes, func(start, end int, value []rune) {
			if start < last || end <= start || end > len(runes) {
				t.Errorf("%q: number from %d to %d after %d", s, start, end, last)
			}
			last = end
			digits := strings.Replace(string(value), ".", "", 1)
			if digits == "" || strings.Trim(digits, "0123456789") != "" || value[0] == '.' || value[len(value)-1] == '.' {
				t.Errorf("%q: value %q", s, string(value))
			}
		})
		last = 0
		EachRegional(runes, func(start, end int, mainland []rune) {
			if start < last && start != last || end <= start || end > len(runes) || len(mainland) == 0 {
				t.Errorf("%q: word from %d to %d after %d", s, start, end, last)
			}
			last = start
		})
	})
}

func BenchmarkEachNumber(b *testing.B) {
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		EachNumber(helpText, func(_, _ int, value []rune) { n += len(value) })
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(helpText)), "ns/char")
}
