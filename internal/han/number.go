package han

import (
	"slices"
	"strconv"
	"strings"
	"sync"
)

// The characters of Chinese numbers. Those on cheques count, but never alone:
// 陆 and 伍 are also other words.
const (
	digitChars  = "零一二三四五六七八九〇两○"
	chequeChars = "壹贰叁肆伍陆柒捌玖"
	unitChars   = "十百千万亿拾佰仟"
)

// measureWords follow a number: with one of them a single numeral is a number.
// Those of one character are no measure words before the characters that are
// given with them: 时 is one in 三时, but not in 周三时间.
const measureWords = `
天津猫气 日常期志历 月 年 周期围边 时间期段候常刻而辰 分享类析配别期布开 秒杀 点击开选 季
个性体 次数 步 级别 期间限待望 笔记 条件款 页面 项目 张 台湾 部分署件 位置于 名称字 份 种 款项 套餐 件 只 支 句 章 段 届 遍 组织合 封 代码理表付扣收办
元旦素 块 岁 折叠扣 号码 楼 层 路由径 倍 米 克隆 斤 吨 寸 升级 类型似别 档案 人工民员 家里长庭 胎 孩
`

const longMeasureWords = `小时 公里 公斤 公分 公尺 公升 公顷 工作日 自然日 交易日 星期 礼拜 季度 世纪 学期 美元 欧元 日元 港元 港币 英镑 英寸 英里
毫米 毫升 毫克 厘米 平方 平米 立方 要素 公交`

// noNumbers are words in which a numeral before a measure word, or after 第,
// is none.
const noNumbers = `一点 一时 一路 一块儿 一块去 一次性 一步到位 一步步 一步一步 一部分 一条龙 一人之 十分 二次元 五台山 三元桥 三元里 三部曲 八路军
第三方 第三者 第一时间 第一手 第一线 第二天性`

// yesNumbers are words that begin like one of noNumbers.
const yesNumbers = `十分钟 十分之 十分制`

// notBeforeOne are the characters after which 一 counts nothing, measure word
// or not: 下一页, 同一个, 统一级别.
const notBeforeOne = "每某任同这那另哪上下前后进统唯惟逐单合不其专"

type numeralKind uint8

const (
	noNumeral numeralKind = iota
	digit
	unit
)

type numeral struct {
	kind   numeralKind
	value  uint8 // of a digit; for a unit, how many zeros it adds
	cheque bool
}

type numberWords struct {
	bits     [0xA000 / 64]uint64 // of the numerals
	numerals [0xA000]numeral
	measures map[rune][]rune // of one character: those before which it is another word
	longer   wordSet         // measure words of several
	none     wordSet
	yes      wordSet
	buffers  sync.Pool
}

var theNumberWords = sync.OnceValue(func() *numberWords {
	w := &numberWords{
		measures: map[rune][]rune{},
		longer:   wordsIn(longMeasureWords),
		none:     wordsIn(noNumbers),
		yes:      wordsIn(yesNumbers),
		buffers:  sync.Pool{New: func() any { b := make([]rune, 0, 64); return &b }},
	}
	add := func(chars string, n numeral, values ...uint8) {
		for i, r := range []rune(chars) {
			n.value = values[i]
			w.numerals[r] = n
			w.bits[r/64] |= 1 << (r % 64)
		}
	}
	add(digitChars, numeral{kind: digit}, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 2, 0)
	add(chequeChars, numeral{kind: digit, cheque: true}, 1, 2, 3, 4, 5, 6, 7, 8, 9)
	add(unitChars, numeral{kind: unit}, 1, 2, 3, 4, 8, 1, 2, 3)
	for f := range strings.FieldsSeq(measureWords) {
		r := []rune(f)
		w.measures[r[0]] = r[1:]
	}
	return w
})

// EachNumber calls emit for the numbers of folded text, with their bounds and
// their value, so that what is written in different ways becomes one: 7天 and
// 七天, 5万 and 50000, 二零二六年 and 2026年, 1,000 and 1000, 百分之五 and 5%. The
// value has ASCII digits and maybe a decimal point, and is valid only during
// the call.
//
// Zeros that lead stay, because codes have them (0571), but not in 08月. A
// digit next to a letter, or in what has two points, is part of a name or of a
// version (v2, 1.2.1) and no number. A single Chinese numeral is a number only
// after 第 or 分之 or before a measure word; 三四 and 几十 are no numbers.
func EachNumber(runes []rune, emit func(start, end int, value []rune)) {
	w := theNumberWords()
	var buffer *[]rune
	for i := 0; i < len(runes); {
		if r := runes[i]; !isDigit(r) && !w.isNumeral(r) {
			i++
			continue
		}
		if buffer == nil {
			buffer = w.buffers.Get().(*[]rune)
		}
		start, end, value := w.number(runes, i, (*buffer)[:0])
		if len(value) > 0 {
			emit(start, end, value)
		}
		i = end
	}
	if buffer != nil {
		w.buffers.Put(buffer)
	}
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func (w *numberWords) isNumeral(r rune) bool {
	return uint32(r) < 0xA000 && w.bits[r/64]>>(r%64)&1 != 0
}

func (w *numberWords) numeral(r rune) numeral {
	if !w.isNumeral(r) {
		return numeral{}
	}
	return w.numerals[r]
}

// number reads the number that begins at i, a digit or a numeral. Without a
// value there is none up to end. The value is in buffer, or part of runes.
func (w *numberWords) number(runes []rune, i int, buffer []rune) (start, end int, value []rune) {
	if isDigit(runes[i]) {
		end, value = w.arabic(runes, i, buffer)
		return i, end, value
	}
	if runes[i] == '百' && hasRunes(runes, i+1, '分', '之') && i+3 < len(runes) {
		switch next := i + 3; {
		case isDigit(runes[next]):
			end, value = w.arabic(runes, next, buffer)
			return i, end, value
		case runes[next] == '百':
			return i, next + 1, append(buffer, '1', '0', '0')
		case w.isNumeral(runes[next]):
			end, value = w.chinese(runes, next, buffer)
			return i, end, value
		}
	}
	end, value = w.chinese(runes, i, buffer)
	return i, end, value
}

// arabic reads a number that begins with the digit at i.
func (w *numberWords) arabic(runes []rune, i int, buffer []rune) (end int, value []rune) {
	whole := digitsEnd(runes, i)
	plain := true
	if whole-i <= 3 && runes[i] != '0' {
		for whole < len(runes) && runes[whole] == ',' && digitsEnd(runes, whole+1) == whole+4 {
			whole += 4
			plain = false
		}
	}
	end = whole
	if pointAt(runes, end) {
		end = digitsEnd(runes, end+1)
		plain = false
	}
	version := false
	for pointAt(runes, end) {
		version = true
		end = digitsEnd(runes, end+1)
	}
	if version || i > 0 && letter(runes[i-1]) || end < len(runes) && letter(runes[end]) {
		return end, nil
	}
	zeros, after := w.units(runes, end)
	if zeros == 0 && plain {
		value = runes[i:end]
		if len(value) == 2 && value[0] == '0' && end < len(runes) && strings.ContainsRune("月日号时分秒点", runes[end]) {
			value = value[1:]
		}
		return skipPercent(runes, end), value
	}
	value = buffer
	for _, r := range runes[i:whole] {
		if r != ',' {
			value = append(value, r)
		}
	}
	fraction := runes[min(whole+1, end):end]
	if zeros == 0 {
		return skipPercent(runes, end), decimal(value, fraction, 0)
	}
	value = decimal(value, fraction, zeros)
	if len(fraction) == 0 {
		return w.filled(runes, after, value, zeros)
	}
	return after, value
}

// units reads the units after a number: 千万 adds seven zeros.
func (w *numberWords) units(runes []rune, i int) (zeros, end int) {
	if i+1 < len(runes) && runes[i] == ' ' && (runes[i+1] == '万' || runes[i+1] == '亿') {
		if i+2 < len(runes) && strings.ContainsRune("一能圣维科事般分", runes[i+2]) {
			return 0, i
		}
		i++ // many put a space between digits and Chinese
	}
	last := uint8(0)
	for i < len(runes) && w.isNumeral(runes[i]) {
		n := w.numeral(runes[i])
		if n.kind != unit || n.value <= last || last > 0 && n.value < 4 {
			break
		}
		if runes[i] == '百' && (hasRunes(runes, i+1, '分', '之') || hasRunes(runes, i+1, '分', '点') || hasRunes(runes, i+1, '分', '比')) {
			break
		}
		zeros += int(n.value)
		last = n.value
		i++
	}
	return zeros, i
}

// filled puts what follows a number with a unit into its zeros, as long as it
// fits: 3万5千, 1亿5000万, 3万5000.
func (w *numberWords) filled(runes []rune, i int, value []rune, zeros int) (end int, filled []rune) {
	for i < len(runes) {
		part, more, after := runes[i:i], 0, 0
		one := [1]rune{}
		if isDigit(runes[i]) {
			part = runes[i:digitsEnd(runes, i)]
			more, after = w.units(runes, i+len(part))
			if more == 0 && (len(part) != zeros || !endsHere(runes, after)) {
				break
			}
		} else if n := w.numeral(runes[i]); n.kind == digit && n.value > 0 {
			one[0] = '0' + rune(n.value)
			part = one[:]
			if more, after = w.units(runes, i+1); more == 0 {
				break
			}
		}
		if len(part) == 0 || len(part)+more > zeros {
			break
		}
		copy(value[len(value)-more-len(part):], part)
		zeros, i = more, after
	}
	return i, value
}

// endsHere reports whether digits before i are all of a number.
func endsHere(runes []rune, i int) bool {
	return i == len(runes) || !letter(runes[i]) && !pointAt(runes, i) && !(runes[i] == ',' && digitsEnd(runes, i+1) == i+4)
}

// decimal appends a fraction to the digits of a whole number and moves the
// point to the right.
func decimal(value, fraction []rune, zeros int) []rune {
	moved := min(zeros, len(fraction))
	value = append(value, fraction[:moved]...)
	if len(value) > 1 && zeros > 0 {
		lead := 0
		for lead < len(value)-1 && value[lead] == '0' {
			lead++
		}
		value = slices.Delete(value, 0, lead)
	}
	for range zeros - moved {
		value = append(value, '0')
	}
	fraction = fraction[moved:]
	for len(fraction) > 0 && fraction[len(fraction)-1] == '0' {
		fraction = fraction[:len(fraction)-1]
	}
	if len(fraction) > 0 {
		value = append(append(value, '.'), fraction...)
	}
	return value
}

// chinese reads a number that begins with the numeral at i.
func (w *numberWords) chinese(runes []rune, i int, buffer []rune) (end int, value []rune) {
	if runes[i] == '○' { // more likely a bullet
		return i + 1, nil
	}
	end = i
	hasUnit := false
	for end < len(runes) && w.isNumeral(runes[end]) {
		hasUnit = hasUnit || w.numeral(runes[end]).kind == unit
		end++
	}
	first := w.numeral(runes[i])
	if first.kind == unit && (first.value != 1 || i > 0 && strings.ContainsRune("几数好", runes[i-1])) {
		return end, nil // 千万别, 几十
	}
	switch single := end == i+1; {
	case single && first.kind == unit:
		value = append(buffer, '1', '0')
	case single:
		value = append(buffer, '0'+rune(first.value))
	case hasUnit:
		n, to, ok := w.amount(runes, i, end)
		if !ok {
			return end, nil
		}
		end, value = to, appendNumber(buffer, n)
	default:
		value = w.oneByOne(runes, i, end, buffer)
		if value == nil {
			return end, nil
		}
	}
	if to, with := w.withFraction(runes, end, value); to > end {
		return to, with
	}
	if end == i+1 && !w.counts(runes, i) {
		return end, nil
	}
	return end, value
}

// amount reads a number with units: 三百二十, 一万零五, 三万五. It is all up to the
// end, or none; only a 一 at the end may belong to what follows, as in 五千万一年.
func (w *numberWords) amount(runes []rune, i, end int) (n uint64, to int, ok bool) {
	var total, section uint64 // section is what 万 and 亿 are yet to multiply
	const none = 99
	var (
		pending     = uint64(none)
		small       = uint8(none) // the last unit in the section
		big         = uint8(none) // the last of 万 and 亿
		last        = uint8(0)    // the last unit of all
		zero, yiWas bool
	)
	for k := i; k < end; k++ {
		c := w.numeral(runes[k])
		switch {
		case c.kind == digit && c.value == 0:
			if zero || pending != none || k == i {
				return 0, 0, false
			}
			zero = true
			continue
		case c.kind == digit:
			if pending != none || runes[k] == '两' && (k+1 == end || w.numeral(runes[k+1]).value < 2) {
				return 0, 0, false
			}
			pending = uint64(c.value)
			continue
		case c.value < 4:
			if pending == none && c.value == 1 {
				pending = 1 // 十八
			}
			if pending == none || c.value >= small {
				return 0, 0, false
			}
			section += pending * power(c.value)
			small = c.value
		default:
			if pending != none {
				section += pending
			}
			if c.value == 4 {
				if section == 0 || big <= 4 {
					return 0, 0, false
				}
				total += section * power(4)
			} else {
				if yiWas || total+section == 0 {
					return 0, 0, false
				}
				total = (total + section) * power(8)
				yiWas = true
			}
			section, small, big = 0, none, c.value
		}
		last, pending, zero = c.value, none, false
	}
	switch {
	case pending == none:
		if zero {
			return 0, 0, false
		}
	case zero || last == 1:
		section += pending
	case pending == 1 && end < len(runes) && (w.measureAt(runes, end) || strings.ContainsRune("定样般些起直共致旦切下律并", runes[end])):
		end--
	default: // 三万五 is 三万五千
		section += pending * power(last-1)
	}
	return total + section, end, true
}

func power(zeros uint8) uint64 {
	n := uint64(1)
	for range zeros {
		n *= 10
	}
	return n
}

func appendNumber(dst []rune, n uint64) []rune {
	var digits [20]byte
	for _, c := range strconv.AppendUint(digits[:0], n, 10) {
		dst = append(dst, rune(c))
	}
	return dst
}

// oneByOne reads digits that stand one after the other, as years and phone
// numbers do. Two of them mostly mean that it is about so many, 三四 or 三五; so
// there must be a zero with them, or a word that such digits stand before.
func (w *numberWords) oneByOne(runes []rune, i, end int, buffer []rune) []rune {
	value := buffer
	zero, rising := false, true
	for _, r := range runes[i:end] {
		n := w.numeral(r)
		if r == '两' {
			return nil
		}
		d := '0' + rune(n.value)
		zero = zero || d == '0'
		rising = rising && (len(value) == 0 || d == value[len(value)-1]+1)
		value = append(value, d)
	}
	next := rune(0)
	if end < len(runes) {
		next = runes[end]
	}
	switch {
	case zero:
	case rising:
		return nil // 一二三级, 七八折
	case len(value) == 2:
		if next != '折' && next != '后' && (next != '年' || value[0] < '5') {
			return nil
		}
	case len(value) == 3 && i > 0 && strings.ContainsRune("周期拜逢", runes[i-1]):
		return nil // the days of a week
	}
	return value
}

// withFraction reads what follows the point of a number: 三点五, 一点二万. But
// 三点五分 is a time. It ends where it begins when there is none.
func (w *numberWords) withFraction(runes []rune, i int, value []rune) (end int, with []rune) {
	if i >= len(runes) || runes[i] != '点' {
		return i, nil
	}
	var digits [16]rune
	fraction := digits[:0]
	end = i + 1
	for end < len(runes) && w.isNumeral(runes[end]) && len(fraction) < len(digits) {
		n := w.numeral(runes[end])
		if n.kind != digit || n.cheque || runes[end] == '两' {
			break
		}
		fraction = append(fraction, '0'+rune(n.value))
		end++
	}
	zeros := 0
	if len(fraction) > 0 && end < len(runes) && (runes[end] == '万' || runes[end] == '亿') {
		zeros = int(w.numeral(runes[end]).value)
		end++
	}
	switch {
	case len(fraction) == 0, end < len(runes) && (w.isNumeral(runes[end]) || strings.ContainsRune("分刻半钟点", runes[end])):
		return i, nil
	case len(fraction) == 1 && fraction[0] == '1' && zeros == 0 && end < len(runes) && ClassOf(runes[end]) == CJK && !w.measureAt(runes, end):
		return i, nil // 这三点一定要
	}
	return end, decimal(value, fraction, zeros)
}

// counts reports whether the single numeral at i is a number.
func (w *numberWords) counts(runes []rune, i int) bool {
	r := runes[i]
	before, next := rune(0), rune(0)
	if i > 0 {
		before = runes[i-1]
	}
	if i+1 < len(runes) {
		next = runes[i+1]
	}
	switch {
	case w.numeral(r).cheque, r == '〇':
		return false
	case before == '第':
		return !w.none.begins(runes, i-1)
	case before == '之' && i > 1 && runes[i-2] == '分':
		return true
	case w.none.begins(runes, i) && !w.yes.begins(runes, i):
		return false
	case r == '零':
		return next != 0 && strings.ContainsRune("元点时岁次", next)
	case r == '一' && strings.ContainsRune(notBeforeOne, before):
		return false
	case r == '十' && next != 0 && strings.ContainsRune("几多余来", next):
		return true
	}
	// 周三 is a day, but 每周三次 and 一周三次 are not about it.
	week := 0
	if before == '周' {
		week = 1
	} else if i > 1 && (before == '期' && runes[i-2] == '星' || before == '拜' && runes[i-2] == '礼') {
		week = 2
	}
	if week > 0 && (i == week || runes[i-week-1] != '每' && !w.isNumeral(runes[i-week-1])) {
		return false
	}
	return w.measureAt(runes, i+1)
}

// measureAt reports whether a measure word begins at i.
func (w *numberWords) measureAt(runes []rune, i int) bool {
	if i >= len(runes) {
		return false
	}
	before, alone := w.measures[runes[i]]
	return alone && (i+1 == len(runes) || !slices.Contains(before, runes[i+1])) || w.longer.begins(runes, i)
}

func digitsEnd(runes []rune, i int) int {
	for i < len(runes) && isDigit(runes[i]) {
		i++
	}
	return i
}

// pointAt reports whether a point and a digit stand at i.
func pointAt(runes []rune, i int) bool {
	return i+1 < len(runes) && runes[i] == '.' && isDigit(runes[i+1])
}

func skipPercent(runes []rune, i int) int {
	if i < len(runes) && runes[i] == '%' {
		return i + 1
	}
	return i
}

func letter(r rune) bool { return !isDigit(r) && ClassOf(r) == Word }

func hasRunes(runes []rune, i int, a, b rune) bool {
	return i+1 < len(runes) && runes[i] == a && runes[i+1] == b
}
