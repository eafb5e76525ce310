package enginetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"whyfix/internal/search/article"
)

// What tests of other packages search through.

// Tagged makes tags that have a page.
func Tagged(family string, names ...string) []article.Tag {
	var out []article.Tag
	for _, n := range names {
		out = append(out, article.Tag{Name: n, URL: "/" + family + "/" + n + "/"})
	}
	return out
}

// chain is an article's sections, in the order of the chain.
func chain(cause, check, solution string) []article.Section {
	return []article.Section{
		{Text: "先看清楚屏幕上写了什么，再往下读。"},
		{Anchor: "cause", Title: "为什么会这样", Kind: "cause"},
		{Anchor: "c1", Title: "常见的一种", Kind: "cause", Text: cause},
		{Anchor: "check", Title: "怎么判断", Kind: "check", Text: check},
		{Anchor: "solution", Title: "怎么处理", Kind: "solution", Text: solution},
	}
}

// Corpus is a small help site about things at home and on the way. Each call
// gives new documents.
func Corpus() []*article.Document {
	docs := []*article.Document{
		{
			URL: "/printer/offline/", Title: "打印机显示脱机怎么办", Summary: "先看电源和网线，再重新添加打印机。",
			Symptoms: []string{"打印机连不上电脑", "点了打印没有反应", "打印机脱机"},
			Products: Tagged("products", "打印机"), Causes: Tagged("causes", "网络断开", "驱动过旧"), Solutions: Tagged("solutions", "重新添加设备"),
			Sections: chain("路由器换了密码以后，打印机还记着旧的密码。", "在设置页里打出一张网络报告，看上面的地址。", "删掉旧的打印机，再按名称添加一次。"),
		},
		{
			URL: "/router/slow/", Title: "家里的无线网络时快时慢", Summary: "换信道、挪位置、看有没有人在下载。",
			Symptoms: []string{"晚上上网特别卡", "无线信号满格但是打不开网页"},
			Products: Tagged("products", "路由器"), Causes: Tagged("causes", "信道拥挤"), Solutions: Tagged("solutions", "更换信道", "重启设备"),
			Sections: chain("邻居的路由器挤在同一个信道上。", "用手机装一个测速软件，站在路由器旁边测一次。", "进管理页面，把信道改成一百四十九。"),
		},
		{
			URL: "/lock/fingerprint/", Title: "智能门锁认不出指纹", Summary: "擦干净手指和感应面，再录一次指纹。",
			Symptoms: []string{"指纹锁打不开门", "门锁一直提示指纹不匹配"},
			Products: Tagged("products", "智能门锁"), Causes: Tagged("causes", "手指干燥", "电量不足"), Solutions: Tagged("solutions", "重新录入", "更换电池"),
			Sections: chain("冬天手指干燥脱皮，纹路变浅。", "换一个家人的手指试试，都不行就是感应面脏了。", "用备用钥匙开门，再到管理界面重新录入三根手指。"),
		},
		{
			URL: "/washer/drain/", Title: "洗衣机不排水", Summary: "多半是过滤网堵了。",
			Symptoms: []string{"洗完衣服桶里还有水", "洗衣机停在排水不动"},
			Products: Tagged("products", "洗衣机"), Causes: Tagged("causes", "滤网堵塞"), Solutions: Tagged("solutions", "清理滤网"),
			Sections: chain("硬币和线头堵住了过滤网。", "听一听水泵有没有嗡嗡的声音。", "关电源，拧开右下角的盖子，把脏东西掏出来。"),
		},
		{
			URL: "/metro/card/", Title: "交通卡刷不了闸机", Summary: "看余额，看是不是和别的卡叠在一起。",
			Symptoms: []string{"地铁刷卡没反应", "闸机说余额不足", "进站刷了两次"},
			Products: Tagged("products", "交通卡"), Causes: Tagged("causes", "余额不足", "卡片叠放"), Solutions: Tagged("solutions", "充值", "到服务台处理"),
			Sections: chain("两张卡叠在一起，闸机不知道该读哪一张。", "把卡单独拿出来，在自助机上查一下余额。", "到服务台补登一次出站记录。"),
		},
		{
			URL: "/library/renew/", Title: "图书馆的书续借不成功", Summary: "被人预约的书不能续借。",
			Symptoms: []string{"续借按钮是灰的", "借的书快到期了续不了"},
			Products: Tagged("products", "图书馆"), Causes: Tagged("causes", "有人预约", "已经续过"), Solutions: Tagged("solutions", "按期归还"),
			Sections: chain("别的读者预约了同一本书。", "在借阅记录里看预约人数是不是零。", "先归还，再排队预约。"),
		},
		{
			URL: "/mail/spam/", Title: "重要邮件进了垃圾箱", Summary: "把发件人加进白名单。",
			Symptoms: []string{"收不到对方发的邮件", "邮件总是被当成垃圾邮件"},
			Products: Tagged("products", "电子邮箱"), Causes: Tagged("causes", "被误判"), Solutions: Tagged("solutions", "添加白名单"),
			Sections: chain("发件人的服务器名声不好，被系统误判。", "到垃圾箱里按时间找一遍。", "在设置里把对方的地址添加到白名单。"),
		},
		{
			URL: "/phone/backup/", Title: "手机相册备份停在百分之九十九", Summary: "连上电源和无线网络，让屏幕亮着。",
			Symptoms: []string{"照片备份一直不动", "相册同步卡住了"},
			Products: Tagged("products", "手机"), Causes: Tagged("causes", "存储空间满"), Solutions: Tagged("solutions", "清理空间", "重启设备"),
			Sections: chain("有一段很长的视频传不上去。", "看看剩余空间是不是只有几十兆。", "先把长视频移到电脑上，再继续备份。"),
		},
		{
			URL: "/bluetooth/headset/", Title: "蓝牙耳机只有一边有声音", Summary: "放回充电盒，重新配对。",
			Symptoms: []string{"左耳没声音", "耳机一边响一边不响", "Bluetooth 耳机断断续续"},
			Products: Tagged("products", "蓝牙耳机"), Causes: Tagged("causes", "配对错乱"), Solutions: Tagged("solutions", "重新配对"),
			Sections: chain("两只耳机各连了一台设备。", "把两只分别拿出来，看哪一只的灯在闪。", "长按充电盒的按钮十秒，等灯变白，再配对 iPhone 或电脑。"),
		},
		{
			URL: "/sms/code/", Title: "收不到短信验证码", Summary: "等一分钟，看拦截记录。",
			Symptoms: []string{"验证码一直没来", "短信验证码收不到怎么办", "提示验证码错误 ERR_1042"},
			Products: Tagged("products", "手机", "短信"), Causes: Tagged("causes", "被拦截", "号码停机"), Solutions: Tagged("solutions", "检查拦截"),
			Sections: chain("安全软件把短信当成广告拦截了。", "请家人给你发一条普通短信，看能不能收到。", "在拦截记录里把号码放出来，等六十秒再要一次验证码。"),
		},
		{
			URL: "/parcel/stuck/", Title: "快递三天没有更新", Summary: "先等，再打电话，最后找平台。",
			Symptoms: []string{"物流信息不动了", "快递一直显示运输中"},
			Products: Tagged("products", "快递"), Causes: Tagged("causes", "分拣积压"), Solutions: Tagged("solutions", "联系网点"),
			Sections: chain("节假日包裹太多，分拣中心积压。", "看最后一条记录在哪个城市。", "打网点的电话，报单号后四位，请他们查件。"),
		},
		{
			URL: "/meeting/echo/", Title: "线上会议里有回声", Summary: "只留一个麦克风。",
			Symptoms: []string{"开会的时候听到自己的声音", "会议里一直嗡嗡响"},
			Products: Tagged("products", "会议软件"), Causes: Tagged("causes", "两个麦克风"), Solutions: Tagged("solutions", "使用耳机"),
			Sections: chain("同一个房间里有两台电脑开着麦克风。", "请大家轮流静音，看谁静音以后回声没了。", "戴上耳机，或者只留一台电脑说话。"),
		},
		{
			URL: "/escape/html/", Title: `网页上出现 <script> & "引号" 怎么回事`, Summary: `页面把 <b>代码</b> 当成了文字 & 显示出来。`,
			Symptoms: []string{"网页显示一堆 <div> 代码", "页面出现 &amp; 符号"},
			Products: Tagged("products", "网页"), Causes: Tagged("causes", "转义错误"), Solutions: Tagged("solutions", "联系站长"),
			Sections: chain(`模板里写了 <script>alert("花")</script> 又没有转义，A & B 变成了 A &amp; B。`, "按右键查看源代码，找 <mark>尖括号</mark> 附近的文字。", "告诉站长是哪一页，附上截图。"),
		},
		{
			URL: "/traditional/topup/", Title: "悠遊卡儲值失敗怎麼辦", Summary: "換一臺機器，或到櫃檯處理。",
			Symptoms: []string{"儲值機吃了錢", "卡片儲值後餘額沒變"},
			Products: Tagged("products", "悠遊卡"), Causes: Tagged("causes", "機器故障"), Solutions: Tagged("solutions", "到櫃檯處理"),
			Sections: chain("機器的讀卡區壞了，錢已經收進去。", "按「查詢餘額」，看最後一筆紀錄。", "記下機器編號，到櫃檯請站務人員補登。"),
		},
		{
			URL: "/en/refund/", Title: "Why is my refund still pending?", Summary: "Banks need a few days.",
			Symptoms: []string{"refund not received", "money not back on my card"},
			Products: Tagged("products", "Orders"), Causes: Tagged("causes", "Bank processing"), Solutions: Tagged("solutions", "Wait"),
			Sections: []article.Section{
				{Anchor: "why", Title: "Why it takes so long", Kind: "cause", Text: "Banks post refunds in batches. Café terminals are slower."},
				{Anchor: "check", Title: "How to tell", Kind: "check", Text: "Open the order and look for the words “refund issued”."},
				{Anchor: "fix", Title: "What to do", Kind: "solution", Text: "Wait five working days, then call the number on your card."},
			},
		},
		{
			URL: "/font/missing/", Title: "文档换台电脑就变了样子", Summary: "另一台电脑没有这个字体。",
			Symptoms: []string{"字体变成了宋体", "排版全乱了"},
			Products: Tagged("products", "文档"), Causes: Tagged("causes", "缺少字体"), Solutions: Tagged("solutions", "嵌入字体"),
			Sections: chain("另一台电脑上没有装这个字体。", "打开字体列表，看名字后面有没有问号。", "保存的时候选择嵌入字体，或者改成 ＰＤＦ 格式。"),
		},
	}
	docs[0].Products[0].Names = []string{"列表机", "printer"}
	return docs
}

// Vocabulary is what Generated documents are made of.
var Vocabulary = strings.Fields(`
	打印机 路由器 门锁 洗衣机 交通卡 图书馆 邮箱 相册 耳机 验证码 快递 会议 字体 密码 余额 电源 屏幕 设备 网络 账户
	打不开 连不上 用不了 没反应 收不到 不更新 很慢 有回声 变了样 不排水 提示错误 登录失败 一直转圈 突然停了
	为什么 怎么办 怎么回事 多久 吗 呢 了 的 请问 突然
	重新添加 重启 清理 更换 充值 检查 等待 联系客服 升级 退款 申诉 核对 备份
	Wi-Fi ERR_1042 iPhone refund card 5G
`)

// Generated is a document of random words, the same for the same source.
func Generated(r *rand.Rand, url string) *article.Document {
	some := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteString(Vocabulary[r.IntN(len(Vocabulary))])
		}
		return b.String()
	}
	d := &article.Document{
		URL: url, Title: some(3 + r.IntN(3)), Summary: some(6),
		Products: Tagged("products", Vocabulary[r.IntN(10)]), Causes: Tagged("causes", Vocabulary[20+r.IntN(8)]), Solutions: Tagged("solutions", Vocabulary[44+r.IntN(8)]),
	}
	for range 1 + r.IntN(3) {
		d.Symptoms = append(d.Symptoms, some(2+r.IntN(2)))
	}
	for i, kind := range []string{"", "cause", "check", "solution", "case"}[:2+r.IntN(4)] {
		d.Sections = append(d.Sections, article.Section{Anchor: fmt.Sprintf("s%d", i), Title: some(2), Kind: kind, Text: some(8) + "。" + some(8) + "。\n" + some(6)})
	}
	return d
}

// Made are whole articles, about 3 kB each, whose words are as
// unequally frequent as those of a language.
func Made(n int) []*article.Document {
	r := rand.New(rand.NewPCG(31, 32))
	characters := rand.NewZipf(r, 1.1, 20, 2999)
	words := slices.Clone(Vocabulary)
	for range 8000 {
		var word strings.Builder
		for range 2 + r.IntN(2) {
			word.WriteRune(rune(0x4E00 + 6*characters.Uint64())) // of all over the table
		}
		words = append(words, word.String())
	}
	rank := rand.NewZipf(r, 1.05, 50, uint64(len(words)-1))
	sentence := func(most int) string {
		var b strings.Builder
		for range 2 + r.IntN(most) {
			b.WriteString(words[rank.Uint64()])
		}
		return b.String()
	}
	paragraph := func() string {
		return sentence(6) + "，" + sentence(8) + "，" + sentence(6) + "，" + sentence(8) + "。\n" + sentence(8)
	}
	docs := make([]*article.Document, n)
	for i := range docs {
		causes, solutions := []string{words[r.IntN(20)], words[20+r.IntN(20)]}, []string{words[40+r.IntN(15)]}
		d := &article.Document{
			URL: fmt.Sprintf("/p%03d/a%06d/", i/1000, i), Language: "zh-CN", Title: sentence(4), Symptoms: []string{sentence(4), sentence(3)}, Summary: sentence(10),
			Products: Tagged("products", words[r.IntN(10)]), Causes: Tagged("causes", causes...), Solutions: Tagged("solutions", solutions...),
			Sections: []article.Section{{Text: paragraph()}},
		}
		for k, kind := range []string{"cause", "cause", "cause", "check", "solution", "solution", "solution", "case"} {
			d.Sections = append(d.Sections, article.Section{Anchor: "s" + strconv.Itoa(k), Title: causes[k%2], Kind: kind, Text: paragraph()})
		}
		docs[i] = d
	}
	return docs
}
