//go:build ignore

// genregional makes regional.txt from OpenCC's tables TWPhrasesRev.txt and
// HKPhrasesRev.txt:
//
//	go run genregional.go path/to/dictionary > regional.txt
package main

import (
	"bufio"
	"fmt"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"whyfix/internal/han"
)

// excluded are words of the tables that do more harm than good here. Each
// line: the reason, then the words.
const excluded = `
The mainland means something else by them:
	程序 资料 资料来源 资料包 文件 执行 呼叫 序列 批次 指标 核心 行程 过载 外挂 社群 向量 回拨 启用
	存取 存档 宣告 汇入 汇出 类比 模拟 通道 拨出 区域性 单核心 正规化 堆叠 列举 狮子山 整合 例项
	实体地址 简报 查询 通话记录 通话卡
The mainland says them too, as often and in the same sense; nothing is gained:
	互动 截图 复制 离线 通讯 外接 概率 心室颤动 心房颤动 心房扑动 自闭症 泡面 叮当 叮叮当 叮叮当当 乔治亚
Mainland text has the characters side by side, in other words, more often than it is meant:
	多工 多型 正子 子音 网络卡 显示卡 系结 递回 卡达 查德 目的码 拉摩 拉罗 凯吉 路兰 布林 缩图 叶门
Not what they are called:
	登出 那杜 破图
`

// added are words that the tables lack and that readers of help sites type.
const added = `
登出 退出登录
区域网路 局域网
行动电源 充电宝 移动电源
行动支付 移动支付
行动装置 移动设备
行动银行 手机银行
网路银行 网上银行 网银
智慧型手机 智能手机
笔电 笔记本电脑
手提电话 手机
手提电脑 笔记本电脑
流动电话 移动电话
流动数据 移动数据
流动网络 移动网络
流动装置 移动设备
荧幕 屏幕
萤光幕 屏幕
电邮 邮件
电子信箱 电子邮箱
短讯 短信
身分 身份
门号 手机号
大头照 证件照
重设 重置
储值 充值
提款机 取款机
刷退 退款
保固 保修
折价券 优惠券
折扣码 优惠码
便利商店 便利店
宅配 快递
社群媒体 社交媒体
社群网站 社交网站
信用咭 信用卡
连络 联系
帐号 账号
帐户 账户
帐单 账单
帐款 账款
帐目 账目
帐务 账务
转帐 转账
入帐 入账
到帐 到账
对帐 对账
记帐 记账
结帐 结账
欠帐 欠账
销帐 销账
`

// kept is mainland text in which a regional word seems to stand, mostly across
// the bounds of two words: 参数位置 is not about 数位. It stays as it is.
const kept = `
单位元 单位址
多数位 少数位 小数位 参数位 整数位 函数位 次数位 人数位 分数位 尾数位 数位于 数位置 数位客
可变数 改变数 索引数
内建议 内建立 内建行 内建设 内建筑 内建造 内建成 内建群 内建档
信用档案 人事档案 个人档案 电子档案 学籍档案 健康档案 纳税档案 原始档案 档案馆 档案袋 档案局 档案室 档案学 档案管理 登录档案
方程式 流程式 课程式 工程式 编程式 过程式
无线上 有线上 热线上 路线上 曲线上 直线上 断线上 电话线上 线上传 线上网
安排 安装置 存储 语音 尽快 赶快 加快 很快
货物件 财物件 宠物件
相容易
筛选单 可选单 选单个 选单笔 选单项 选单选 选单人 选单品 选单张 选单条
端点选 重点选 热点选 景点选 时间点选 点选择
首页首 页首次
如图示 下图示 图示例 图示意
类型别 大型别 小型别
名字首 姓字首 字首字 字首次 字首行 数字尾 数字型 汉字型
工作列表 工作列为 命令列表 状态列表 参数列表 位址列表
试卷轴
有效能 生效能
机率先
存档名 档名牌
图片语 名片语
上游标
系列印
安全形 完全形 健全形 齐全形 全形式 全形势
剪下来
茶叶门
下载入
补贴上 津贴上 粘贴上 贴上限
巴西元
除错误 删除错 移除错 解除错 扣除错 清除错
技术长期 执行长期 营运长期 资讯长期
数据机房 数据机构 数据机制
快取现 快取出 快取件 快取回
严重灌 严重设 体重设
抽取样
画素材
电影片
软体动物 软体家具 软体沙发
网路由 网路径
投资讯
宣传送 上传送
部门号
新增值 电邮政
区域网点 区域网络
`

func main() {
	t, no := table{}, map[string]bool{}
	for line := range strings.Lines(excluded) {
		if line[0] == '\t' {
			for _, w := range strings.Fields(line) {
				no[w] = true
			}
		}
	}
	for _, name := range []string{"TWPhrasesRev.txt", "HKPhrasesRev.txt"} {
		f, err := os.Open(filepath.Join(os.Args[1], name))
		if err != nil {
			log.Fatal(err)
		}
		in := bufio.NewScanner(f)
		for in.Scan() {
			from, to, ok := strings.Cut(in.Text(), "\t")
			if from = han.Fold(from); ok && !strings.HasPrefix(from, "#") && !no[from] {
				t.add(from, strings.Fields(to))
			}
		}
		if err := in.Err(); err != nil {
			log.Fatal(err)
		}
		f.Close()
	}
	for line := range strings.Lines(added) {
		if f := strings.Fields(line); len(f) > 0 {
			t.add(f[0], f[1:])
		}
	}
	for _, w := range strings.Fields(kept) {
		t.keep(w)
	}
	t.keepMainland()

	fmt.Println("# Words of Taiwan and Hong Kong, and what the mainland says, folded. A line of one")
	fmt.Println("# word is mainland text that only looks as if it had such a word in it.")
	fmt.Println("# Made by genregional.go from TWPhrasesRev.txt and HKPhrasesRev.txt of OpenCC (Open")
	fmt.Println("# Chinese Convert), Copyright BYVoid and contributors, Apache License 2.0, with changes:")
	fmt.Println("# words taken out and added, which genregional.go lists.")
	for _, w := range slices.Sorted(maps.Keys(t)) {
		if to := t[w]; len(to) > 0 {
			fmt.Printf("%s\t%s\n", w, strings.Join(to, " "))
		} else {
			fmt.Println(w)
		}
	}
}

// table has the mainland words by the regional one; none for what is kept.
type table map[string][]string

// add leaves out single characters, which stand in too many words.
func (t table) add(from string, to []string) {
	if utf8.RuneCountInString(from) < 2 {
		return
	}
	for _, w := range to {
		const half = "以太网路" // regional, and no word of the mainland
		if w = han.Fold(w); w != from && w != half && !slices.Contains(t[from], w) {
			t[from] = append(t[from], w)
		}
	}
}

func (t table) keep(w string) {
	if t[w] == nil {
		t[w] = []string{}
	}
}

// keepMainland keeps the mainland words that have a regional one in them:
// 塔吉克 is the regional word for 塔吉克斯坦.
func (t table) keepMainland() {
	regional := slices.Collect(maps.Keys(t))
	for _, from := range regional {
		for _, w := range t[from] {
			if slices.ContainsFunc(regional, func(r string) bool { return len(t[r]) > 0 && strings.Contains(w, r) }) {
				t.keep(w)
			}
		}
	}
}
