package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"whyfix/internal/build"
	"whyfix/internal/content"
)

const newHelp = `usage: whyfix new [options] PATH TITLE

Starts a new article with all the sections of the chain. It is a draft until
you take out the line "draft: true". An existing file is never overwritten.

  -content DIR   the articles (default: content)

examples:
  whyfix new huabei/cannot-use.md "花呗突然用不了，怎么办？"
  whyfix new pay/refund-late "退款怎么还没到？"
`

func runNew(ctx context.Context, e *env, args []string) error {
	f := flags("new")
	dir := f.String("content", "content", "")
	words, err := parse(f, args, 2, 2, "a PATH and a TITLE (in quotes)")
	if err != nil {
		return err
	}
	// A path as a shell completes it may start with ./ and the content folder.
	name, title := strings.TrimPrefix(filepath.ToSlash(words[0]), "./"), strings.TrimSpace(words[1])
	if rest, ok := strings.CutPrefix(name, filepath.ToSlash(filepath.Clean(*dir))+"/"); ok {
		name = rest
	}
	noFile := name == "" || strings.HasSuffix(name, "/") || path.Base(name) == "." || path.Base(name) == ".."
	if ext := strings.ToLower(path.Ext(name)); ext != ".md" && ext != ".markdown" {
		name += ".md"
	}
	switch {
	case title == "" || strings.ContainsAny(title, "\n\r"):
		return errUsage{"the title must be one line of text", "write the reader's question, in quotes"}
	case noFile || !filepath.IsLocal(name) || name != path.Clean(name):
		return errUsage{fmt.Sprintf("%q is not a path inside the content folder", words[0]), "write it like huabei/cannot-use.md"}
	case content.Hidden(name):
		return errUsage{fmt.Sprintf("%q would not be built: names that start with . _ or # are left out", words[0]), "choose another name"}
	case content.Classify(name) == content.ClassIndex:
		return errUsage{"index.md is the page of its folder, not an article", "choose another name, or write index.md by hand"}
	}
	language := "zh"
	if l, err := build.NewLoader(build.Options{Content: *dir}); err == nil {
		if loaded, err := l.Load(ctx); err == nil {
			language = loaded.Site.Settings.Language
		}
		l.Close()
	} else if !errors.Is(err, build.ErrNoContent) {
		return err
	}
	target := filepath.Join(*dir, filepath.FromSlash(name))
	if err := os.MkdirAll(*dir, 0o755); err != nil {
		return err
	}
	// A link in the folder must not lead the file out of it.
	root, err := os.OpenRoot(*dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return cannotWrite(target, err)
	}
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return hinted{fmt.Errorf("%s exists already", target), "choose another name, or edit that file"}
	}
	if err != nil {
		return cannotWrite(target, err)
	}
	if _, err := file.WriteString(template(language, title, time.Now())); err != nil {
		file.Close()
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	fmt.Fprintln(e.stdout, target)
	e.say("a draft: fill it in, then delete the line draft: true")
	return nil
}

// cannotWrite names the file by its whole path: os.Root knows only the part
// inside the folder.
func cannotWrite(target string, err error) error {
	for inside := (*fs.PathError)(nil); errors.As(err, &inside); {
		err = inside.Err
	}
	return fmt.Errorf("cannot write %s: %w", target, err)
}

func template(language, title string, now time.Time) string {
	text := articleZH
	if !strings.HasPrefix(strings.ToLower(language), "zh") {
		text = articleEN
	}
	return strings.NewReplacer("TITLE", strconv.Quote(title), "DATE", now.Format(time.DateOnly), "REVIEW", now.AddDate(1, 0, 0).Format(time.DateOnly)).Replace(text)
}

const articleZH = `---
title: TITLE
summary:            # 一句话：这篇文章帮读者解决什么
symptoms:           # 读者怎么说，照他们的原话写，每句都要能搜到这篇文章
  - 
products: []        # 标签：涉及的产品
causes: []          # 标签：可能的原因
solutions: []       # 标签：处理办法
cases: []           # 标签：发生过的情形
author:
date: DATE
review_by: REVIEW
draft: true         # 写好后删掉这一行，文章才会发布
---

先用一两句话回答读者。

## 为什么会这样 {.cause}

### 第一种原因

怎么回事。

## 怎么判断是哪一种 {.check}

### 看什么

看到什么说明是第一种原因。

## 怎么解决 {.solution}

### 做什么

1. 第一步。

## 案例 {.case}

以下案例为虚构。
`

const articleEN = `---
title: TITLE
summary:            # one sentence: what this article helps with
symptoms:           # what readers say, in their words; each must find this article
  - 
products: []        # tags: what it is about
causes: []          # tags: why it happens
solutions: []       # tags: what helps
cases: []           # tags: where it happened
author:
date: DATE
review_by: REVIEW
draft: true         # delete this line to publish the article
---

Answer the reader in a sentence or two.

## Why it happens {.cause}

### The first cause

What goes on.

## How to tell which {.check}

### What to look at

What you see when it is the first cause.

## What to do {.solution}

### The first remedy

1. The first step.

## A case {.case}

This case is fictional.
`
