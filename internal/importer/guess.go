package importer

import (
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"whyfix/internal/content"
)

// look finds out what the source is and how it is laid out.
func (im *importing) look() error {
	p := &im.project
	*p = project{dialect: dialectOf(im.options.From), pages: ".", start: im.src.Start}
	found, file := im.src.settings()
	if p.dialect == nil && (found == nil || !im.src.isFile(p.start) || found.owns(p.start)) {
		p.dialect = found
	}
	if p.dialect == nil {
		p.dialect = im.guess()
	}
	if p.dialect == nil {
		return ErrNoPages
	}
	var s settings
	if found == p.dialect {
		s = im.readSettings(file)
	}
	if u, err := url.Parse(s.first("baseURL", "baseurl", "site_url", "url")); err == nil && u.Host != "" {
		p.host, p.prefix = u.Host, strings.TrimSuffix(u.Path, "/")
	}
	if p.look != nil {
		p.look(im, p, s)
	}
	p.math, p.params = mathSetting.MatchString(s[wholeFile]), map[string]string{}
	for key, value := range s {
		if name, ok := strings.CutPrefix(key, "params."); ok {
			p.params[strings.ToLower(name)] = value
		}
	}
	im.readValues()
	if p.start == "." {
		p.start = p.pages
	}
	if p.start != p.pages && p.pages != "." && !strings.HasPrefix(p.start, p.pages+"/") {
		p.pages = "." // another folder than the program's own
		if im.src.isDir(p.start) {
			p.pages = p.start
		}
	}
	return nil
}

// settings are the texts of a settings file by their keys.
type settings map[string]string

// wholeFile is the key of the settings file's whole text.
const wholeFile = ""

// mathSetting tells that a program shows formulas.
var mathSetting = regexp.MustCompile(`(?i)arithmatex|katex|mathjax|remark-?math|passthrough|\bmath\s*[:=]\s*true`)

func (s settings) first(keys ...string) string {
	for _, k := range keys {
		if s[k] != "" {
			return s[k]
		}
	}
	return ""
}

// scriptSetting is a key of a settings file that is a program: there it may
// stand at any depth.
var scriptSetting = regexp.MustCompile(`(?m)(?:^|[\s,{])["']?(\w+)["']?\s*:\s*(?:["']([^"'\n]*)["']|(true|false)\b)`)

// readSettings reads a settings file in YAML, TOML or a program.
func (im *importing) readSettings(file string) settings {
	out := settings{}
	data, _ := im.src.read(file)
	lines, text, bad := content.Decode(file, data)
	if bad != nil {
		return out
	}
	out[wholeFile] = string(text)
	var entries []content.Entry
	switch path.Ext(file) {
	case ".toml":
		entries, _ = tomlEntries(lines, text, 0)
	case ".yml", ".yaml":
		entries, _ = content.Entries(lines, text, 0)
	default:
		for _, m := range scriptSetting.FindAllStringSubmatch(string(text), -1) {
			if _, twice := out[m[1]]; !twice {
				out[m[1]] = m[2] + m[3]
			}
		}
	}
	for _, e := range entries {
		if len(e.Values) > 0 {
			out[e.Key.Value] = e.Values[0].Value
		}
		for _, i := range e.Inner {
			if len(i.Values) > 0 {
				out[e.Key.Value+"."+i.Key.Value] = i.Values[0].Value
			}
		}
	}
	return out
}

// firstDir is the first folder that is there, else the top.
func (im *importing) firstDir(names ...string) string {
	for _, n := range names {
		if n = path.Clean(n); n != "." && fs.ValidPath(n) && im.src.isDir(n) {
			return n
		}
	}
	return "."
}

// telling is how many files of Markdown tell enough of who wrote them.
const telling = 200

// guess tells the dialect by the files: by their endings, and for Markdown by
// what is written in them.
func (im *importing) guess() *dialect {
	files, signs, read := map[*dialect]int{}, map[*dialect]int{}, 0
	_ = im.src.walk(im.ctx, im.src.Start, nil, func(p string, hidden bool, err error) {
		if err != nil || hidden {
			return
		}
		var data []byte
		isMarkdown := slices.ContainsFunc(dialects, func(d *dialect) bool { return d.isMarkdown() && d.owns(p) })
		if isMarkdown {
			files[&mkdocs]++ // without any sign it is nearest to that
			read++
		}
		if isMarkdown && read <= telling || zendesk.owns(p) {
			data, _ = im.src.read(p)
			data = data[:min(len(data), 1<<20)]
		}
		for _, d := range dialects {
			signed := d.sign != nil && d.sign.Match(data)
			switch {
			case d.isMarkdown() && isMarkdown:
				if signed {
					signs[d]++
				}
				if d.signed != "" && strings.HasSuffix(p, d.signed) {
					signs[d] += 3
				}
			case !d.isMarkdown() && d.owns(p) && (signed || d.sign == nil):
				files[d]++
			}
		}
	})
	best := most(files, nil)
	if best == &mkdocs {
		best = most(signs, best)
	}
	return best
}

// most is the dialect that counts most, and more than the one that is best
// so far.
func most(count map[*dialect]int, best *dialect) *dialect {
	for _, d := range dialects {
		if count[d] > count[best] {
			best = d
		}
	}
	return best
}

// path is a setting that is a path of the site.
func (s settings) path(key string) string {
	if strings.HasPrefix(s[key], "/") {
		return s[key]
	}
	return ""
}

// Recognised is the program that a folder was made for.
type Recognised struct {
	Program string // its name, for people
	Sign    string // the file that tells, as a person would name it
	From    Family // how it is imported; Guess where its pages are read as they are
	Source  string // what to import
}

// programs are the names of those that dialects are of.
var programs = map[Family]string{"hugo": "Hugo", "mkdocs": "MkDocs", "docusaurus": "Docusaurus", "vitepress": "VitePress", "zendesk": "a Zendesk export", "html": "a folder of HTML pages"}

// obsidian is the folder in which Obsidian keeps what it knows of a vault. Its
// pages need no import.
const obsidian = ".obsidian"

// mostLooked is how many files are looked at for exports: whoever has more pages
// than that knows what they are.
const mostLooked = 1000

// Recognise tells by the names of files whether a folder, or the one that it is
// in, was made for another program. It reads no page but what may be an export.
func Recognise(dir string) (Recognised, bool) {
	for _, at := range []string{dir, filepath.Join(dir, "..")} {
		src := &Source{FS: os.DirFS(at), Start: "."}
		if d, file := src.settings(); d != nil {
			return Recognised{programs[d.name], filepath.ToSlash(filepath.Join(at, file)), d.name, filepath.ToSlash(filepath.Clean(at))}, true
		}
		if src.isDir(obsidian) {
			return Recognised{Program: "Obsidian", Sign: filepath.ToSlash(filepath.Join(at, obsidian)), Source: filepath.ToSlash(filepath.Clean(at))}, true
		}
	}
	return exported(dir)
}

// exported recognises a folder without Markdown that has what another program
// gave out.
func exported(dir string) (Recognised, bool) {
	src := &Source{FS: os.DirFS(dir), Start: "."}
	var found *dialect
	sign, looked := "", 0
	_ = fs.WalkDir(src.FS, ".", func(p string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			if err == nil && p != "." && hiddenName(path.Base(p)) {
				return fs.SkipDir
			}
			return nil
		}
		looked++
		switch {
		case looked > mostLooked || slices.Contains([]string{".md", ".markdown"}, strings.ToLower(path.Ext(p))):
			found = nil
			return fs.SkipAll
		case found != nil:
		case htmlPages.owns(p):
			found, sign = &htmlPages, p
		case zendesk.owns(p):
			if data, err := src.read(p); err == nil && zendesk.sign.Match(data[:min(len(data), 1<<20)]) {
				found, sign = &zendesk, p
			}
		}
		return nil
	})
	if found == nil {
		return Recognised{}, false
	}
	return Recognised{programs[found.name], filepath.ToSlash(filepath.Join(dir, sign)), found.name, filepath.ToSlash(filepath.Clean(dir))}, true
}
