package main

import (
	"context"
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// hugoSite makes a site for Hugo of the same articles: pages with the chain's
// sections, three families of tags with a page each, lists, a frame.
func hugoSite(dir, articles string) error {
	files := map[string]string{
		"hugo.toml":                      "baseURL = 'https://example.org/'\nlanguageCode = 'zh-CN'\ntitle = '帮助'\n[taxonomies]\nproduct = 'products'\ncause = 'causes'\nsolution = 'solutions'\n[markup.goldmark.parser.attribute]\nblock = true\ntitle = true\n[outputs]\nhome = ['html']\nsection = ['html']\nterm = ['html']\ntaxonomy = ['html']\n",
		"layouts/_default/baseof.html":   "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>{{ .Title }}</title><link rel=\"canonical\" href=\"{{ .Permalink }}\"></head><body><header><a href=\"/\">{{ .Site.Title }}</a><form action=\"/search/\"><input name=\"q\"></form></header><main>{{ block \"main\" . }}{{ end }}</main><footer>{{ range .Site.Taxonomies.products }}<a href=\"{{ .Page.RelPermalink }}\">{{ .Page.Title }}</a> {{ end }}</footer></body></html>\n",
		"layouts/_default/single.html":   "{{ define \"main\" }}<article data-pagefind-body><h1>{{ .Title }}</h1><ul>{{ range .Params.symptoms }}<li>{{ . }}</li>{{ end }}</ul>{{ .TableOfContents }}{{ .Content }}{{ range slice \"products\" \"causes\" \"solutions\" }}<ul>{{ range $.GetTerms . }}<li><a href=\"{{ .RelPermalink }}\">{{ .LinkTitle }}</a></li>{{ end }}</ul>{{ end }}{{ with .PrevInSection }}<a href=\"{{ .RelPermalink }}\">{{ .Title }}</a>{{ end }}{{ with .NextInSection }}<a href=\"{{ .RelPermalink }}\">{{ .Title }}</a>{{ end }}</article>{{ end }}\n",
		"layouts/_default/list.html":     "{{ define \"main\" }}<h1>{{ .Title }}</h1><ul>{{ range .Pages }}<li><a href=\"{{ .RelPermalink }}\">{{ .Title }}</a> {{ .Date.Format \"2006-01-02\" }}</li>{{ end }}</ul>{{ end }}\n",
		"layouts/_default/taxonomy.html": "{{ define \"main\" }}<h1>{{ .Title }}</h1><ul>{{ range .Pages }}<li><a href=\"{{ .RelPermalink }}\">{{ .Title }}</a></li>{{ end }}</ul>{{ end }}\n",
		"layouts/index.html":             "{{ define \"main\" }}<h1>{{ .Site.Title }}</h1><ul>{{ range first 20 .Site.RegularPages }}<li><a href=\"{{ .RelPermalink }}\">{{ .Title }}</a></li>{{ end }}</ul>{{ end }}\n",
	}
	if err := writeAll(dir, files); err != nil {
		return err
	}
	return os.CopyFS(filepath.Join(dir, "content"), os.DirFS(articles))
}

// peer is a program among the peers, or one that the machine has.
func (p *place) peer(name string, at ...string) (string, error) {
	file := filepath.Join(append([]string{p.peers}, at...)...)
	if _, err := os.Stat(file); err == nil {
		return file, nil
	}
	return exec.LookPath(name)
}

// hugoAndPagefind measures the two one after the other, each time from nothing.
// Of one that is not there or fails there is no figure.
func hugoAndPagefind(ctx context.Context, p *place, articles string) (hugo, pagefind cost) {
	dir := filepath.Join(p.dir, "hugo")
	program, err := p.peer("hugo", "bin", "hugo")
	if err == nil {
		err = hugoSite(dir, articles)
	}
	if err == nil {
		hugo, err = repeat(p.runs, func(i int) (cost, error) {
			return spend(ctx, dir, program, "--quiet", "--ignoreCache", "--destination", fmt.Sprint("public", i))
		})
	}
	if err != nil {
		log.Printf("Hugo: %v", err)
		return cost{}, cost{}
	}
	if program, err = p.peer("pagefind", "node_modules", ".bin", "pagefind"); err == nil {
		pagefind, err = repeat(p.runs, func(i int) (cost, error) {
			return spend(ctx, dir, program, "--site", fmt.Sprint("public", i))
		})
	}
	if err != nil {
		log.Printf("Pagefind: %v", err)
	}
	return hugo, pagefind
}

var attribute = regexp.MustCompile(`(?m)^(#+ .*?) \{[^}\n]*\}$`)

// vitePress measures a site of the same articles with its local search, once. It
// finds itself only in a folder above the site.
func vitePress(ctx context.Context, p *place, articles string) (cost, error) {
	program, err := p.peer("vitepress", "node_modules", ".bin", "vitepress")
	if err != nil {
		return cost{}, err
	}
	dir := filepath.Join(p.dir, "vitepress")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return cost{}, err
	}
	if err := os.Symlink(filepath.Join(p.peers, "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		return cost{}, err
	}
	files := map[string]string{
		"index.md":                  "# 帮助\n",
		".vitepress/config.mjs":     "export default {lang: 'zh-CN', ignoreDeadLinks: true, themeConfig: {search: {provider: 'local'}}}\n",
		".vitepress/theme/index.js": "import Theme from 'vitepress/theme'\nexport default Theme\n",
	}
	err = fs.WalkDir(os.DirFS(articles), ".", func(p string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(p, ".md") {
			return err
		}
		data, err := os.ReadFile(filepath.Join(articles, p))
		files[p] = attribute.ReplaceAllString(string(data), "$1")
		return err
	})
	if err == nil {
		err = writeAll(dir, files)
	}
	if err != nil {
		return cost{}, err
	}
	return spend(ctx, dir, program, "build", dir)
}

func writeAll(dir string, files map[string]string) error {
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
