package content

import (
	"cmp"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // time zones are the same on every machine

	"gopkg.in/yaml.v3"

	"whyfix/internal/diag"
	"whyfix/internal/markdown"
	"whyfix/internal/rules"
)

// Settings is site.yaml.
type Settings struct {
	Title       string
	Description string
	Language    string // a BCP 47 tag such as zh-CN; default zh-CN
	Base        Text   // the site's address, such as https://example.org/help/
	Theme       Text   // name or folder of a theme
	Nav         []NavItem
	Notices     []string
	Footer      string
	Contact     Contact
	Brand       Text   // a colour: #rgb or #rrggbb; empty: the theme's own
	Logo        Text   // a file in the content folder; empty: the theme's own
	Popular     []Text // what readers ask most: symptoms, or paths of articles
	Languages   []LanguageSettings
	Timezone    Text // a name such as Asia/Shanghai; empty: that of the machine
	Kinds       markdown.KindWords
	RawHTML     bool
	Wikilinks   bool
	Values      map[string]string // what stands for {{name}} in texts
	ForeignKeys []string          // keys of front matter that are allowed and mean nothing
	Files       []string          // endings of files that are published whether or not something leads to them; "*" is all
	Embeds      []string          // sites whose films may be played in a frame
	Allow       Allow             // hosts of which pages may load something
	Redirects   []Redirect        // old addresses that lead elsewhere
	Gone        []Text            // old addresses whose pages were withdrawn
	Access      Text              // public or private: for those alone whom a web server lets in; empty: public
	Endpoint    string            // scheme and host of the search endpoint, where it is another than the pages'; else empty
	Origins     []string          // sites that may ask the search endpoint from a browser
	Engine      EngineSettings    // what holds the search index
	Sources     []SourceSettings  // documents that are found beside the articles
	Checks      rules.Levels      // how serious the site takes the rules
	// Params are the theme's own settings: the one place where untyped values
	// cross a border, because only the theme knows them.
	Params map[string]any

	LanguageSaid bool // somebody wrote Language
}

// EngineSettings say what holds the search index.
type EngineSettings struct {
	Name      string   // "bleve", "opensearch" or empty
	Addresses []string // of the cluster; credentials never stand in content
	Index     string   // what the site's indexes are called there; empty: by its address
	Shards    int      // 0: not said
	Replicas  int
}

// Allow is which hosts pages may load from, beside their own and those of
// embeds. Each is an origin such as https://stats.example.org, or all below a
// host: https://*.example.org. Images and Media are nil where the site says nothing
// of them: then any host will do, by https.
type Allow struct {
	Frames, Scripts, Connections []string
	Images, Media                []string
}

// Redirect is an old address and where it leads.
type Redirect struct {
	From Text // from “/”
	To   Text // a Markdown file, an address on this site, or a URL
}

// NavItem is an entry of the navigation.
type NavItem struct {
	Title string
	Link  Text // a Markdown file, an address on this site, or a URL
}

// Contact is where readers turn when they find nothing.
type Contact struct {
	Text string
	Link Text // a Markdown file, an address on this site, or a URL; may be empty
}

// LanguageSettings is what the part of the site in another language has of its
// own. What is empty is taken from the index.md of its folder, or left out.
type LanguageSettings struct {
	Tag         Text
	Title       string
	Description string
	Nav         []NavItem
	Notices     []string
	Footer      string
	Contact     Contact
	Popular     []Text
}

var settingsKeys = []key[Settings]{
	{"title", "text", "The site's name.", func(s *Settings, v value) { s.Title = v.text().Value }},
	{"description", "text", "One sentence about the site.", func(s *Settings, v value) { s.Description = v.text().Value }},
	{"language", "text", "Language of the articles, such as zh-CN or en. Default: zh-CN.", func(s *Settings, v value) {
		t := v.language()
		s.Language, s.LanguageSaid = cmp.Or(t.Value, s.Language), t.Value != ""
	}},
	{"base", "text", "The site's address, such as https://example.org/help/. Its path is put before every link.", func(s *Settings, v value) { s.Base = v.base() }},
	{"theme", "text", "Name of a folder in themes/ beside the content folder. Default: the built-in theme.", func(s *Settings, v value) { s.Theme = v.text() }},
	{"nav", "list of title and link", "The navigation. A link is a Markdown file, an address from “/”, or a URL.", func(s *Settings, v value) { s.Nav = v.nav() }},
	{"notices", "list", "Sentences that every article shows.", func(s *Settings, v value) { s.Notices = v.strings() }},
	{"footer", "text", "The last line of every page.", func(s *Settings, v value) { s.Footer = v.text().Value }},
	{"contact", "text, or text and link", "What a reader can do who finds nothing, such as {text: 联系客服, link: tel:95188}.", func(s *Settings, v value) { s.Contact = v.contact() }},
	{"brand", "colour", "The site's colour, such as #0a6286. Where it would be hard to read, a darker or a lighter one stands for it.", func(s *Settings, v value) { s.Brand = v.colour() }},
	{"logo", "text", "An image in the content folder, shown beside the site's name. An SVG or a square one is also the sign in the browser's tab.", func(s *Settings, v value) { s.Logo = v.text() }},
	{"popular", "list", "What readers ask most, for the home page: symptoms as articles have them, or paths of articles. Without it, the home page shows symptoms of each category.", func(s *Settings, v value) { s.Popular = v.list() }},
	{"languages", "mapping", "For the other languages of the site: {en: {title, description, nav, notices, footer, contact, popular}}.", func(s *Settings, v value) { s.Languages = v.languages() }},
	{"timezone", "text", "Where a day begins, such as Asia/Shanghai or UTC. Default: as on the machine that builds, which then says which that is.", func(s *Settings, v value) { s.Timezone = v.timezone() }},
	{"kinds", "mapping", "For cause, check, solution and case: the words in a heading that tell it. They replace the default of that kind.", func(s *Settings, v value) { s.Kinds = v.kinds() }},
	{"raw_html", "true or false", "Pass HTML in articles through instead of showing it as text.", func(s *Settings, v value) { s.RawHTML = v.bool() }},
	{"wikilinks", "true or false", "Read [[name]] as a link to the article of that name, as Obsidian writes it.", func(s *Settings, v value) { s.Wikilinks = v.bool() }},
	{"values", "mapping", "What articles call by a name, such as {phone: 95188}: {{phone}} in a text is 95188.", func(s *Settings, v value) { s.Values = v.texts() }},
	{"foreign_keys", "list", "Keys of other programs that front matter may have and that mean nothing here, such as [layout, sidebar_position].", func(s *Settings, v value) { s.ForeignKeys = v.foreign() }},
	{"files", "list", "Endings of files beside the articles, such as [docx, csv], that are published although nothing leads to them; \"*\" is all. Pictures, PDF, archives, films and recordings always are.", func(s *Settings, v value) { s.Files = v.endings() }},
	{"embeds", "list", "Sites whose films a page may play in a frame: bilibili.com, youku.com, youtube.com, vimeo.com.", func(s *Settings, v value) { s.Embeds = v.embeds() }},
	{"allow", "mapping", "Other hosts that pages may load from, such as {scripts: [https://stats.example.org], connections: [https://stats.example.org]}: frames, scripts, connections; and images and media, which may come from any host by https until they are named here.", func(s *Settings, v value) { s.Allow = v.allow() }},
	{"redirects", "mapping", "Old addresses and where they lead, such as {/old/: pay/refund.md}: a Markdown file, an address on this site, or a URL.", func(s *Settings, v value) { s.Redirects = v.redirects() }},
	{"gone", "list", "Old addresses, from “/”, whose pages were withdrawn.", func(s *Settings, v value) { s.Gone = v.addresses("gone", diag.Say("a withdrawn page")) }},
	{"access", "text", "public, which is the default, or private: for those alone whom a web server before it lets in. See docs/operating.md.", func(s *Settings, v value) { s.Access = v.access() }},
	{"endpoint", "text", "The site, such as https://search.example.org, at which the search endpoint answers when the pages are served from elsewhere. Its own pages go into origins.", func(s *Settings, v value) { s.Endpoint = v.origin(v.text()) }},
	{"origins", "list", "Sites, such as https://www.example.org, whose pages may ask the search endpoint.", func(s *Settings, v value) { s.Origins = v.origins() }},
	{"engine", "text or mapping", "What holds the search index: bleve, which is the default, or opensearch; also {name: opensearch, addresses, index, shards, replicas}, see docs/scale.md.", func(s *Settings, v value) { s.Engine = v.engine() }},
	{"sources", "list", "Documents that are found beside the articles and are no pages: {files, kind, language, label} for each; see docs/operating.md.", func(s *Settings, v value) { s.Sources = v.sources() }},
	{"checks", "mapping", "For a rule of docs/checks.md: error, warning or off, such as {tag-once: warning}.", func(s *Settings, v value) { s.Checks = v.checks() }},
	{"params", "mapping", "Whatever the theme wants to know.", func(s *Settings, v value) { s.Params = v.params() }},
}

// SettingsKeys are the keys of site.yaml.
func SettingsKeys() []Key { return documented(settingsKeys) }

// DefaultSettings are those of a folder without site.yaml.
func DefaultSettings() Settings {
	return Settings{Language: "zh-CN", Kinds: defaultKinds(), Checks: rules.NewLevels(nil)}
}

// defaultKinds are the words of the languages that the program knows. They
// live side by side, because articles in both languages stand on one site.
func defaultKinds() markdown.KindWords {
	return markdown.KindWords{
		markdown.Cause: {
			"原因", "为什么", "为何", "为啥", "成因", "怎么回事", "為什麼", "為何", "怎麼回事",
			"cause", "causes", "why", "reason", "reasons",
		},
		markdown.Check: {
			"排查", "诊断", "判断", "自查", "检查", "怎么看是", "診斷", "判斷", "自查", "檢查",
			"check", "checks", "diagnose", "diagnosis", "diagnosing", "how to tell",
		},
		markdown.Solution: {
			"解决", "处理", "怎么办", "怎么做", "办法", "解決", "處理", "怎麼辦", "怎麼做", "辦法",
			"solution", "solutions", "fix", "fixes", "solve", "resolve", "resolution", "what to do",
		},
		markdown.Case: {"案例", "实例", "實例", "case", "cases", "case study"},
	}
}

// Parser is the parser for articles of a site with these settings.
func (s Settings) Parser() *markdown.Parser {
	return markdown.NewParser(s.Markdown())
}

// Markdown is how Markdown is read on a site with these settings.
func (s Settings) Markdown() markdown.Options {
	return markdown.Options{RawHTML: s.RawHTML, Wikilinks: s.Wikilinks, Values: slices.Sorted(maps.Keys(s.Values)), Embeds: s.Embeds, Words: s.Kinds}
}

// Zone is the time zone in which a day begins.
func (s Settings) Zone() *time.Location {
	if zone, err := time.LoadLocation(s.Timezone.Value); err == nil && s.Timezone.Value != "" {
		return zone
	}
	return time.Local
}

var ending = regexp.MustCompile(`^(?:[a-z0-9]+|\*)$`)

// endings reads endings of files, with or without their dots.
func (v value) endings() []string {
	var out []string
	for _, t := range v.list() {
		end := strings.ToLower(t.Value)
		if rest := strings.TrimPrefix(strings.TrimPrefix(end, "*"), "."); rest != "" {
			end = rest
		}
		if !ending.MatchString(end) {
			v.problem(t.Pos, "value-shape", diag.Say("%q is not the ending of a file's name", t.Value), diag.Say(`write it as docx; "*", in quotes, is all`))
			continue
		}
		out = append(out, end)
	}
	return out
}

// timezone reads the name of a time zone; what is none is as if it were not
// given.
func (v value) timezone() Text {
	t := v.text()
	if _, err := time.LoadLocation(t.Value); err != nil || t.Value == "Local" {
		v.problem(t.Pos, "timezone", diag.Say("%q is not the name of a time zone", t.Value), diag.Say("write one such as Asia/Shanghai, Europe/Berlin or UTC"))
		return Text{}
	}
	return t
}

// ParseSettings reads site.yaml over the defaults.
func ParseSettings(data []byte) (Settings, diag.List) {
	s := DefaultSettings()
	lines, source, bad := text(SiteFile, data)
	if bad != nil {
		return s, diag.List{*bad}
	}
	kinds := s.Kinds
	s.Kinds = nil
	diags := readMapping(&mapping{lines: lines, zone: time.Local}, source, func() diag.Text { return diag.Example(SiteFile) }, settingsKeys, &s)
	maps.Copy(kinds, s.Kinds)
	s.Kinds = kinds
	if s.Private() && (s.Endpoint != "" || len(s.Origins) > 0) {
		m := mapping{lines: lines}
		m.problem(s.Access.Pos, "access", diag.Say("a private site cannot be asked from elsewhere: no browser sends its reader's login along"), diag.Say("take endpoint: and origins: away, and let the web server that asks for the login pass /api/ on as well; or write access: public"))
		diags = append(diags, m.diags...)
	}
	return s, diags
}

// A tag of BCP 47 begins with a code of ISO 639, or with x- where people have made
// it up.
var languageTag = regexp.MustCompile(`^(?:[A-Za-z]{2,3}|[Xx]-[A-Za-z0-9]{1,8})(-[A-Za-z0-9]{1,8})*$`)

// languageNames are what people write for the tag of a language: its name, or the
// code of a country.
var languageNames = map[string]string{
	"english": "en", "英文": "en", "英语": "en", "英語": "en", "eng": "en", "英": "en",
	"chinese": "zh-CN", "mandarin": "zh-CN", "中文": "zh-CN", "汉语": "zh-CN", "漢語": "zh-CN", "简体": "zh-CN", "简体中文": "zh-CN", "中": "zh-CN", "cn": "zh-CN", "chi": "zh-CN", "zho": "zh-CN",
	"simplified": "zh-CN", "traditional": "zh-Hant", "繁体": "zh-Hant", "繁體": "zh-Hant", "繁体中文": "zh-Hant", "繁體中文": "zh-Hant", "正體中文": "zh-Hant", "tw": "zh-TW", "hk": "zh-HK",
	"japanese": "ja", "日文": "ja", "日语": "ja", "日語": "ja", "日本語": "ja", "jp": "ja", "korean": "ko", "韩文": "ko", "韩语": "ko", "韓文": "ko", "한국어": "ko", "kr": "ko",
	"french": "fr", "法文": "fr", "法语": "fr", "français": "fr", "german": "de", "德文": "de", "德语": "de", "deutsch": "de", "spanish": "es", "西班牙语": "es", "español": "es",
	"russian": "ru", "俄文": "ru", "俄语": "ru", "русский": "ru", "portuguese": "pt", "葡萄牙语": "pt", "italian": "it", "意大利语": "it", "arabic": "ar", "阿拉伯语": "ar",
	"vietnamese": "vi", "越南语": "vi", "thai": "th", "泰语": "th", "indonesian": "id", "印尼语": "id", "malay": "ms", "马来语": "ms", "hindi": "hi", "印地语": "hi",
}

// language reads a language tag. It goes into the pages and finds the theme's
// words, so what is none is as if it were not given.
func (v value) language() Text { return v.checkLanguage(v.text()) }

func (v value) checkLanguage(t Text) Text {
	if t.Value != "" && !IsLanguage(t.Value) {
		v.problem(t.Pos, "language", diag.Say("%q is not the tag of a language", t.Value), LanguageHint(t.Value))
		return Text{}
	}
	return t
}

// IsLanguage reports whether a text is the tag of a language.
func IsLanguage(tag string) bool {
	return languageTag.MatchString(tag) && languageNames[strings.ToLower(tag)] == ""
}

// LanguageHint says what to write for what is no tag.
func LanguageHint(written string) diag.Text {
	if tag := languageNames[strings.ToLower(written)]; tag != "" {
		return diag.Meant(tag)
	}
	return diag.Say("a tag begins with two or three letters, such as zh-CN, zh-Hant or en")
}

// Private reports whether the site is for those alone whom a web server lets in.
func (s Settings) Private() bool { return s.Access.Value == "private" }

// access reads who may read the site.
func (v value) access() Text {
	t := v.text()
	if t.Value != "private" && t.Value != "public" {
		v.problem(t.Pos, "access", diag.Say("%q does not say who may read the site", t.Value), diag.Say("write public or private"))
	}
	return t
}

// languages reads the settings of the other languages, by their tags.
func (v value) languages() []LanguageSettings {
	if v.node.Kind != yaml.MappingNode {
		v.wrong(v.node, diag.Say("a mapping"), diag.Example("languages: {en: {title: Help}}"))
		return nil
	}
	keys := []key[LanguageSettings]{
		{"title", "text", "", func(l *LanguageSettings, v value) { l.Title = v.text().Value }},
		{"description", "text", "", func(l *LanguageSettings, v value) { l.Description = v.text().Value }},
		{"nav", "list of title and link", "", func(l *LanguageSettings, v value) { l.Nav = v.nav() }},
		{"notices", "list", "", func(l *LanguageSettings, v value) { l.Notices = v.strings() }},
		{"footer", "text", "", func(l *LanguageSettings, v value) { l.Footer = v.text().Value }},
		{"contact", "text, or text and link", "", func(l *LanguageSettings, v value) { l.Contact = v.contact() }},
		{"popular", "list", "", func(l *LanguageSettings, v value) { l.Popular = v.list() }},
	}
	var out []LanguageSettings
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		name, node := v.node.Content[i], v.node.Content[i+1]
		tag := v.checkLanguage(Text{Value: name.Value, Pos: v.at(name)})
		switch {
		case tag.Value == "":
		case slices.ContainsFunc(out, func(l LanguageSettings) bool { return strings.EqualFold(l.Tag.Value, tag.Value) }):
			v.problem(tag.Pos, "key-twice", diag.Say("the language %q stands here twice", tag.Value), diag.Say("keep one of the two"))
		case node.Kind != yaml.MappingNode:
			v.wrong(node, diag.Say("a mapping"), diag.Example("languages: {"+tag.Value+": {title: Help}}"))
		default:
			l := LanguageSettings{Tag: tag}
			eachEntry(v.mapping, node, v.named, keys, &l)
			out = append(out, l)
		}
	}
	return out
}

// contact reads a text, or a text with a link.
func (v value) contact() Contact {
	var c Contact
	if v.node.Kind != yaml.MappingNode {
		c.Text = v.text().Value
		return c
	}
	eachEntry(v.mapping, v.node, v.named, []key[Contact]{
		{"text", "text", "", func(c *Contact, v value) { c.Text = v.text().Value }},
		{"link", "text", "", func(c *Contact, v value) { c.Link = v.text() }},
	}, &c)
	if c.Text == "" {
		v.wrong(v.node, diag.Say("text, or text and link"), diag.Example("contact: {text: …, link: …}"))
		return Contact{}
	}
	return c
}

// Engines that may hold the index.
const (
	Bleve      = "bleve"
	OpenSearch = "opensearch"
)

func (v value) engine() EngineSettings {
	var e EngineSettings
	name := func(v value) string {
		t := v.text()
		if t.Value != Bleve && t.Value != OpenSearch {
			v.wrong(v.node, diag.Say("bleve or opensearch"), diag.DidYouMean(t.Value, []string{Bleve, OpenSearch}, diag.Say("bleve is in the program; docs/scale.md tells of opensearch")))
			return ""
		}
		return t.Value
	}
	number := func(v value, least, most int) int {
		n, err := strconv.Atoi(v.text().Value)
		if err != nil || n < least || n > most {
			v.wrong(v.node, diag.Say("a number from %d to %d", least, most), diag.Say("docs/scale.md tells how many are good"))
			return least
		}
		return n
	}
	if v.node.Kind != yaml.MappingNode {
		e.Name = name(v)
		return e
	}
	eachEntry(v.mapping, v.node, v.named, []key[EngineSettings]{
		{"name", "text", "", func(e *EngineSettings, v value) { e.Name = name(v) }},
		{"addresses", "list", "", func(e *EngineSettings, v value) {
			for _, t := range v.list() {
				if o := v.origin(t); o != "" {
					e.Addresses = append(e.Addresses, o)
				}
			}
		}},
		{"index", "text", "", func(e *EngineSettings, v value) {
			if t := v.text(); IndexName.MatchString(t.Value) {
				e.Index = t.Value
			} else {
				v.wrong(v.node, diag.Say("a name of small letters, digits, “-” and “.”"), diag.Say("such as index: help"))
			}
		}},
		{"shards", "number", "", func(e *EngineSettings, v value) { e.Shards = number(v, 1, 100) }},
		{"replicas", "number", "", func(e *EngineSettings, v value) { e.Replicas = number(v, 0, 10) }},
	}, &e)
	return e
}

// IndexName is what the indexes of a site may be called in a cluster.
var IndexName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,99}$`)

var hexColour = regexp.MustCompile(`^#(?:[0-9A-Fa-f]{3}){1,2}$`)

func (v value) colour() Text {
	t := v.text()
	if t.Value != "" && !hexColour.MatchString(t.Value) {
		v.problem(t.Pos, "colour", diag.Say("%q is not a colour", t.Value), diag.Say(`write it as “%s: "#0a6286"”: six digits, in quotes because YAML reads a comment behind #`, v.key))
		return Text{}
	}
	return t
}

func (v value) base() Text {
	t := v.text()
	if message, hint := CheckBase(t.Value); message != (diag.Text{}) {
		v.problem(t.Pos, "base", message, hint)
		return Text{}
	}
	return t
}

// CheckBase says what is wrong with a site's address, and what to write.
func CheckBase(s string) (message, hint diag.Text) {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http" && !strings.HasPrefix(s, "/")) || (u.Scheme != "" && u.Host == "") || u.RawQuery != "" || u.Fragment != "" || strings.HasPrefix(s, "//") {
		return diag.Say("%q is not the address of a site", s), diag.Say("write a whole address such as https://example.org/help/, or only its path such as /help/")
	}
	return diag.Text{}, diag.Text{}
}

func (v value) nav() []NavItem {
	if v.node.Kind != yaml.SequenceNode {
		v.wrong(v.node, diag.Say("a list"), diag.Say("one line for each entry: - {title: …, link: …}"))
		return nil
	}
	keys := []key[NavItem]{
		{"title", "text", "", func(n *NavItem, v value) { n.Title = v.text().Value }},
		{"link", "text", "", func(n *NavItem, v value) { n.Link = v.text() }},
	}
	var out []NavItem
	for _, c := range v.node.Content {
		if c.Kind != yaml.MappingNode {
			v.wrong(c, diag.Say("a list of title and link"), diag.Example("- {title: …, link: …}"))
			continue
		}
		var item NavItem
		eachEntry(v.mapping, c, v.named, keys, &item)
		if item.Title == "" || item.Link.Value == "" {
			v.wrong(c, diag.Say("a list of title and link"), diag.Say("give both: - {title: …, link: …}"))
			continue
		}
		out = append(out, item)
	}
	return out
}

// redirects reads a mapping from old addresses to where they lead.
func (v value) redirects() []Redirect {
	if v.node.Kind != yaml.MappingNode {
		v.wrong(v.node, diag.Say("a mapping"), diag.Example("redirects: {/old/address/: pay/refund.md}"))
		return nil
	}
	var out []Redirect
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		name, node := v.node.Content[i], v.node.Content[i+1]
		from, ok := v.address(Text{Value: name.Value, Pos: v.at(name)}, "redirect", diag.Say("a redirect"))
		to, isText := scalar(node)
		at := v.at(node)
		switch {
		case !ok:
		case slices.ContainsFunc(out, func(r Redirect) bool { return r.From.Value == from.Value }):
			v.problem(from.Pos, "key-twice", diag.Say("the address %q stands here twice", from.Value), diag.Say("keep one of the two"))
		case !isText || to == "":
			v.wrong(node, diag.Say("an address behind each address"), diag.Example(name.Value+": pay/refund.md"))
		case elsewhere(to):
			v.problem(at, "redirect", diag.Say("%q is no place that a page can lead to", to), diag.Say("name a Markdown file, an address on this site, or a whole URL that starts with https://"))
		default:
			out = append(out, Redirect{From: from, To: Text{Value: to, Pos: at}})
		}
	}
	return out
}

// elsewhere reports whether an address is neither on this site nor a whole
// address of another.
func elsewhere(to string) bool {
	u, err := url.Parse(to)
	return err != nil || strings.HasPrefix(to, "//") || u.Scheme != "" && (u.Scheme != "https" && u.Scheme != "http" || u.Host == "")
}

func (v value) kinds() markdown.KindWords {
	if v.node.Kind != yaml.MappingNode {
		v.wrong(v.node, diag.Say("a mapping"), diag.Example("kinds: {cause: [原因, 为什么]}"))
		return nil
	}
	out := markdown.KindWords{}
	var keys []key[markdown.KindWords]
	for _, k := range markdown.Kinds() {
		keys = append(keys, key[markdown.KindWords]{k.String(), "list", "", func(w *markdown.KindWords, v value) { (*w)[k] = v.strings() }})
	}
	eachEntry(v.mapping, v.node, v.named, keys, &out)
	return out
}

// origin is a scheme and a host; "" when a text is none, which it says.
func (v value) origin(t Text) string {
	u, err := url.Parse(t.Value)
	switch {
	case t.Value == "":
		return ""
	case err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		v.problem(t.Pos, "origin", diag.Say("%q is not an origin", t.Value), diag.Say("write scheme and host only, such as https://www.example.org"))
		return ""
	}
	return u.Scheme + "://" + strings.ToLower(u.Host)
}

func (v value) origins() []string {
	var out []string
	for _, t := range v.list() {
		if o := v.origin(t); o != "" {
			out = append(out, o)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Frames are the origins that pages may frame.
func (s Settings) Frames() []string {
	out := slices.Concat(markdown.Frames(s.Embeds), s.Allow.Frames)
	slices.Sort(out)
	return slices.Compact(out)
}

// allow reads the hosts that pages may load from.
func (v value) allow() Allow {
	var a Allow
	if v.node.Kind != yaml.MappingNode {
		v.wrong(v.node, diag.Say("a mapping"), diag.Example("allow: {scripts: [https://stats.example.org]}"))
		return a
	}
	hosts := func(v value) []string {
		out := []string{} // not nil: what is named is all there is
		for _, t := range v.list() {
			if h := v.allowed(t); h != "" {
				out = append(out, h)
			}
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	eachEntry(v.mapping, v.node, v.named, []key[Allow]{
		{"frames", "list", "", func(a *Allow, v value) { a.Frames = hosts(v) }},
		{"scripts", "list", "", func(a *Allow, v value) { a.Scripts = hosts(v) }},
		{"connections", "list", "", func(a *Allow, v value) { a.Connections = hosts(v) }},
		{"images", "list", "", func(a *Allow, v value) { a.Images = hosts(v) }},
		{"media", "list", "", func(a *Allow, v value) { a.Media = hosts(v) }},
	}, &a)
	return a
}

// LoadsImage reports whether a page may show a picture from an address, and which
// host that is on. What is on the site itself it may.
func (a Allow) LoadsImage(address string) (origin string, may bool) { return loads(a.Images, address) }

// LoadsMedia is the same for films and recordings.
func (a Allow) LoadsMedia(address string) (origin string, may bool) { return loads(a.Media, address) }

// LoadsScript is the same for scripts, which come from hosts that are named alone.
func (a Allow) LoadsScript(address string) (origin string, may bool) {
	return loads(append([]string{}, a.Scripts...), address) // not nil: nil is any host
}

// LoadsFrame is the same for frames.
func (s Settings) LoadsFrame(address string) (origin string, may bool) {
	return loads(append([]string{}, s.Frames()...), address)
}

func loads(hosts []string, address string) (origin string, may bool) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "" && u.Scheme != "https" && u.Scheme != "http" {
		return "", true
	}
	scheme, host := cmp.Or(u.Scheme, "https"), strings.ToLower(u.Host)
	origin = scheme + "://" + host
	if hosts == nil {
		return origin, scheme == "https"
	}
	for _, allowed := range hosts {
		if below, wild := strings.CutPrefix(allowed, "https://*."); allowed == origin || wild && scheme == "https" && strings.HasSuffix(host, "."+below) {
			return origin, true
		}
	}
	return origin, false
}

// allowedHost is a host of a policy: of letters, digits, hyphens and dots, with
// or without a port; or all hosts below one, which has a dot itself.
var allowedHost = regexp.MustCompile(`^(?:\*\.[a-z0-9-]+(?:\.[a-z0-9-]+)+|[a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::[0-9]{1,5})?$`)

// allowed is a host as a policy names it; "" when a text is none, which it says.
func (v value) allowed(t Text) string {
	name := strings.ToLower(strings.TrimSuffix(t.Value, "/"))
	scheme, host, whole := strings.Cut(name, "://")
	plain := host
	if i := strings.IndexAny(plain, ":/"); i >= 0 {
		plain = plain[:i]
	}
	here := plain == "localhost" || plain == "127.0.0.1"
	hint := diag.Say("write scheme and host, such as https://stats.example.org, or https://*.example.org for all hosts below one")
	refuse := func(message, hint diag.Text) string {
		v.problem(t.Pos, "allow", message, hint)
		return ""
	}
	switch {
	case strings.Contains(name, "unsafe-"):
		return refuse(diag.Say("%q would let anything run that gets into a page: it cannot be allowed", t.Value), diag.Say("put the script into a file, at a host that is named here or in the theme's assets/"))
	case strings.HasPrefix(name, "'") || !whole && strings.HasSuffix(name, ":") || name == "*" || host == "*":
		return refuse(diag.Say("%q is no host", t.Value), hint)
	case scheme == "https" && strings.Contains(host, "/") && allowedHost.MatchString(host[:strings.IndexByte(host, '/')]):
		return refuse(diag.Say("%q is an address, not a host", t.Value), diag.Say("write https://%s", host[:strings.IndexByte(host, '/')]))
	case !whole && allowedHost.MatchString(name):
		return refuse(diag.Say("%q is a host without its scheme", t.Value), diag.Say("write https://%s", name))
	case scheme == "http" && allowedHost.MatchString(host) && !here:
		return refuse(diag.Say("%q could be read and changed on its way", t.Value), diag.Say("write https://%s; http is for localhost alone", host))
	case scheme != "https" && scheme != "http", !allowedHost.MatchString(host):
		return refuse(diag.Say("%q is no host", t.Value), hint)
	}
	return name
}

var nameOfValue = regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}_.-]*$`)

// texts reads texts by their names.
func (v value) texts() map[string]string {
	example := diag.Example(`values: {phone: "95188"}`)
	if v.node.Kind != yaml.MappingNode {
		v.wrong(v.node, diag.Say("a mapping"), example)
		return nil
	}
	out := map[string]string{}
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		name, node := v.node.Content[i], v.node.Content[i+1]
		s, ok := scalar(node)
		switch {
		case !nameOfValue.MatchString(name.Value):
			v.problem(v.at(name), "value", diag.Say("%q cannot be the name of a value", name.Value), diag.Say("write letters, digits, _ and -, such as phone"))
		case !ok || strings.Contains(s, "\n"):
			v.wrong(node, diag.Say("a text of one line for each name"), example)
		default:
			out[name.Value] = s
		}
	}
	return out
}

// embeds reads the sites whose films may be framed.
func (v value) embeds() []string {
	var out []string
	for _, t := range v.list() {
		name := strings.TrimPrefix(strings.ToLower(t.Value), "www.")
		if known := markdown.EmbedHosts(); !slices.Contains(known, name) {
			v.problem(t.Pos, "embed-host", diag.Say("%q is no site whose films can be framed", t.Value), diag.DidYouMean(name, known, diag.Say("these can: %s", diag.Names(known))))
			continue
		}
		out = append(out, name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// checks reads how serious the site takes the rules, by their codes.
func (v value) checks() rules.Levels {
	if v.node.Kind != yaml.MappingNode {
		v.wrong(v.node, diag.Say("a mapping"), diag.Example("checks: {tag-once: warning}"))
		return rules.NewLevels(nil)
	}
	set := map[string]diag.Severity{}
	seen := map[string]bool{}
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		name, node := v.node.Content[i], v.node.Content[i+1]
		code := name.Value
		rule, known := rules.Find(code)
		level, ok := levelOf(node)
		switch {
		case seen[code]:
			v.problem(v.at(name), "key-twice", diag.Say("the rule %q stands here twice", code), diag.Say("keep one of the two"))
		case !known:
			v.problem(v.at(name), "unknown-check", diag.Say("there is no rule %q", code),
				diag.DidYouMean(code, rules.Codes(), diag.Say("docs/checks.md lists the rules")))
		case !ok:
			v.wrong(node, diag.Say("error, warning or off for each rule"), diag.Example(code+": warning"))
		case rule.Needed && level != diag.Error:
			v.problem(v.at(node), "needed-check", diag.Say("the rule %q stays an error: where %s, every reader meets it", code, rule.Wrong()),
				diag.Say("take this line out, and mend what whyfix check lists"))
		default:
			set[code] = level
		}
		seen[code] = true
	}
	return rules.NewLevels(set)
}

func levelOf(n *yaml.Node) (diag.Severity, bool) {
	s, _ := scalar(n)
	switch s {
	case "error":
		return diag.Error, true
	case "warning":
		return diag.Warning, true
	case "off", "false": // some editors write one for the other
		return diag.Off, true
	}
	return diag.Error, false
}

func (v value) params() map[string]any {
	out := map[string]any{}
	if err := v.node.Decode(&out); err != nil {
		v.wrong(v.node, diag.Say("a mapping"), diag.Example("params: {colour: teal}"))
	}
	return out
}
