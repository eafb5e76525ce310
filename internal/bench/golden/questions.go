package main

import (
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var (
	// wording is a title, symptoms in a row, or an item of a list.
	wording = regexp.MustCompile(`(?m)^(?:title: |symptoms: \[|  - )(.*?)\]?$`)
	product = regexp.MustCompile(`(?m)^products: \[([^],]*)`)
)

// wordingsOf reads what articles say of themselves, and their products. It asks
// their files, not what whyfix made of them: what gets lost there must still be
// asked for.
func wordingsOf(content string) (wordings, products []string, err error) {
	err = filepath.WalkDir(content, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".md" {
			return err
		}
		text, err := os.ReadFile(name)
		front, _, _ := strings.Cut(string(text), "\n---\n")
		for _, m := range wording.FindAllStringSubmatch(front, -1) {
			for item := range strings.SplitSeq(m[1], ", ") {
				if !strings.HasSuffix(item, ".md") { // a related article
					wordings = append(wordings, strings.Trim(item, ` '"`))
				}
			}
		}
		if m := product.FindStringSubmatch(front); m != nil {
			products = append(products, m[1])
		}
		return err
	})
	return wordings, products, err
}

// odd is what is asked of every site: nothing, one character, signs, sounds,
// initials, traditional characters, quotes, other fields, and mistakes.
var odd = []string{
	"/api/search", "/api/search?q=", "/api/search?q=+", "/api/search?q=？", "/api/search?q=花", "/api/search?q=a", "/api/search?q=5%25", "/api/search?q=😀",
	"/api/search?q=huabei", "/api/search?q=zhuanzhang", "/api/search?q=yhk", "/api/search?q=重復扣款", "/api/search?q=“退款”", "/api/search?q=E17",
	"/api/search?q=今天天气怎么样", "/api/search?q=how+do+I+change+a+tyre", "/api/search?q=为什么", "/api/search?q=" + strings.Repeat("怎么办", 100),
	"/api/search?q=退款&page=0", "/api/search?q=退款&size=1000", "/api/search?q=退款&page=1000", "/api/search?q=退款&kind=none", "/api/search?q=%ff", "/api/search?q=%zz",
	"/api/suggest", "/api/suggest?q=hua", "/api/suggest?q=yhk", "/api/suggest?q=退&size=20", "/api/suggest?q=w", "/search/", "/nowhere/",
}

// requests are the addresses that a site is asked for, some perhaps twice.
func requests(asked, wordings, products []string) []string {
	out := append([]string{}, odd...)
	add := func(address, text, more string) { out = append(out, address+"?q="+url.QueryEscape(text)+more) }
	for _, text := range asked {
		add("/api/search", text, "")
	}
	for i, text := range spread(wordings, 40) {
		add("/api/search", text, "")
		add("/api/search", part(text, i, 2+i%4), "")
		add("/api/search", slip(part(text, i, 5)), "")
		add("/api/suggest", part(text, 0, 1+i%5), "")
	}
	for i, text := range spread(wordings, 10) {
		add("/api/search", text, "&explain=1")
		add("/api/search", text, fmt.Sprintf("&page=2&size=%d", 1+i))
		add("/api/search", text, "&kind="+[]string{"cause", "check", "solution", "case"}[i%4])
		add("/api/search", text, "&language="+[]string{"en", "zh-CN"}[i%2])
		for _, p := range spread(products, 3) {
			add("/api/search", text, "&product="+url.QueryEscape(p))
		}
		add("/search/", text, "")
	}
	return out
}

// part is some characters in a row, from somewhere in a text.
func part(text string, from, length int) string {
	runes := []rune(text)
	length = min(length, len(runes))
	from %= len(runes) - length + 1
	return string(runes[from : from+length])
}

// slip swaps two neighbours.
func slip(text string) string {
	runes := []rune(text)
	if len(runes) > 2 {
		runes[1], runes[2] = runes[2], runes[1]
	}
	return string(runes)
}
