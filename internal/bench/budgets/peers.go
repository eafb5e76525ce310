package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
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

// hugoAndPagefind measures the two one after the other, each time from nothing.
func hugoAndPagefind(ctx context.Context, o options, articles string) (hugo, pagefind cost, err error) {
	dir := filepath.Join(o.dir, "hugo")
	if err := hugoSite(dir, articles); err != nil {
		return cost{}, cost{}, err
	}
	var pagefinds []cost
	hugo, err = repeat(o.runs, func(i int) (cost, error) {
		public := filepath.Join(dir, fmt.Sprint("public", i))
		c, err := spend(ctx, dir, o.hugo, "--quiet", "--ignoreCache", "--destination", public)
		if err == nil && o.pagefind != "" {
			p, errPagefind := spend(ctx, dir, o.pagefind, "--site", public)
			pagefinds, err = append(pagefinds, p), errPagefind
		}
		return c, err
	})
	return hugo, median(pagefinds), err
}

var attribute = regexp.MustCompile(`(?m)^(#+ .*?) \{[^}\n]*\}$`)

// vitePress measures a site of the same articles with its local search.
func vitePress(ctx context.Context, o options, articles string) (cost, error) {
	dir := filepath.Join(o.vitepress, "bench-site")
	defer os.RemoveAll(dir)
	files := map[string]string{
		"index.md":                  "# 帮助\n",
		".vitepress/config.mjs":     "export default {lang: 'zh-CN', ignoreDeadLinks: true, themeConfig: {search: {provider: 'local'}}}\n",
		".vitepress/theme/index.js": "import Theme from 'vitepress/theme'\nexport default Theme\n",
	}
	err := fs.WalkDir(os.DirFS(articles), ".", func(p string, entry fs.DirEntry, err error) error {
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
	return spend(ctx, o.vitepress, filepath.Join(o.vitepress, "node_modules", ".bin", "vitepress"), "build", dir)
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
