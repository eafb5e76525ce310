package e2e

import (
	"fmt"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	module = "whyfix"
	root   = "../.." // of the module, seen from this folder
)

// allowed is what one package may import: packages of the project without
// their module and internal/, and outside code by the start of its path.
type allowed struct {
	project []string
	outside []string
}

// importTable is the table of docs/architecture.md. Whatever is not in it is
// an error: change both, with the reason.
var importTable = map[string]allowed{
	"cmd/whyfix":      {project: []string{"cli"}},
	"cli":             {project: []string{"check", "compress", "content", "diag", "draft", "events", "fix", "flat", "generate", "importer", "limit", "listen", "move", "posts", "preview", "publish", "rules", "search", "server", "site", "starter", "version"}, outside: []string{"golang.org/x/term"}},
	"draft":           {project: []string{"content", "diag", "site"}, outside: []string{"gopkg.in/yaml.v3", "text/template"}},
	"flat":            {project: []string{"diag", "publish"}},
	"starter":         {outside: []string{"text/template"}},
	"move":            {project: []string{"content", "diag", "fix", "generate", "markdown", "site"}},
	"posts":           {project: []string{"content", "diag", "disk", "publish", "record", "search"}},
	"listen":          {project: []string{"diag", "limit"}},
	"fix":             {project: []string{"check", "content", "diag", "markdown", "site"}},
	"preview":         {project: []string{"content", "diag", "generate", "publish", "render", "search", "server", "site", "watch"}},
	"generate":        {project: []string{"check", "compress", "content", "diag", "disk", "markdown", "publish", "record", "render", "search", "site", "themes"}, outside: []string{"golang.org/x/sync/errgroup"}},
	"content":         {project: []string{"diag", "disk", "markdown", "rules"}, outside: []string{"gopkg.in/yaml.v3", "golang.org/x/text"}},
	"markdown":        {project: []string{"diag", "record"}, outside: []string{"github.com/yuin/goldmark", "github.com/alecthomas/chroma/v2"}},
	"site":            {project: []string{"content", "diag", "markdown"}},
	"check":           {project: []string{"content", "diag", "markdown", "rules", "site"}},
	"rules":           {project: []string{"diag"}},
	"importer":        {project: []string{"content", "diag", "importer/markup", "markdown", "site"}, outside: []string{"github.com/yuin/goldmark", "github.com/BurntSushi/toml"}},
	"importer/markup": {project: []string{"diag"}, outside: []string{"github.com/JohannesKaufmann/html-to-markdown/v2", "github.com/JohannesKaufmann/dom", "golang.org/x/net/html"}},
	"record":          {},
	"bench":           {},
	"search/learnt":   {},
	"bench/budgets":   {project: []string{"bench", "content", "markdown"}, outside: []string{"github.com/blevesearch/bleve/v2"}},
	"bench/load":      {project: []string{"bench"}},
	"bench/fronts":    {project: []string{"bench"}},
	"bench/golden":    {project: []string{"bench"}},
	"dist":            {},
	"render/program":  {project: []string{"diag"}, outside: []string{"html/template"}},
	"render":          {project: []string{"content", "diag", "han", "markdown", "render/program", "site"}, outside: []string{"html/template"}},
	"han":             {outside: []string{"golang.org/x/text", "github.com/mozillazg/go-pinyin", "github.com/blevesearch/snowballstem"}},
	"search": {project: []string{
		"search/article", "search/cluster", "search/correct", "search/engine", "search/local", "search/question", "search/rank", "search/snippet", "search/terms", "search/weigh",
	}, outside: []string{"golang.org/x/sync/errgroup"}},
	"search/snippet":  {project: []string{"han", "search/article", "search/question", "search/terms"}},
	"search/correct":  {project: []string{"han", "search/article", "search/engine", "search/question", "search/terms"}},
	"search/rank":     {project: []string{"han", "search/article", "search/engine", "search/learnt", "search/question", "search/terms", "search/weigh"}},
	"search/question": {project: []string{"han", "search/engine", "search/standin", "search/terms", "search/weigh"}},
	"search/weigh":    {project: []string{"han", "search/learnt", "search/standin", "search/terms"}},
	"search/standin":  {project: []string{"search/learnt", "search/terms"}},
	"search/local": {project: []string{"han", "record", "search/article", "search/engine", "search/store", "search/terms"}, outside: []string{
		"github.com/blevesearch/bleve/v2", "github.com/blevesearch/bleve_index_api", "golang.org/x/sync/errgroup",
	}},
	"search/cluster": {project: []string{"han", "record", "search/article", "search/engine", "search/terms"}, outside: []string{
		"github.com/opensearch-project/opensearch-go/v4", "golang.org/x/sync/errgroup",
	}},
	"search/cluster/clustertest": {},
	"search/engine/naive":        {project: []string{"han", "search/article", "search/engine", "search/terms"}},
	"search/engine/enginetest":   {project: []string{"search/article", "search/terms"}},
	"search/rank/learn":          {project: []string{"han", "search/article", "search/engine", "search/local", "search/question", "search/rank", "search/terms", "search/weigh"}},
	"search/engine":              {project: []string{"han", "search/article", "search/terms"}},
	"search/article":             {project: []string{"han", "record", "search/terms"}},
	"search/terms":               {project: []string{"han"}},
	"search/store": {outside: []string{
		"github.com/blevesearch/bleve/v2", "github.com/blevesearch/bleve_index_api", "github.com/blevesearch/mmap-go", "github.com/blevesearch/vellum",
		"github.com/RoaringBitmap/roaring/v2", "github.com/golang/snappy", "go.etcd.io/bbolt", "golang.org/x/sys",
	}},
	"compress":     {outside: []string{"github.com/andybalholm/brotli", "github.com/klauspost/compress/gzip"}},
	"publish":      {project: []string{"disk"}, outside: []string{"html/template", "golang.org/x/sync/errgroup"}},
	"disk":         {outside: []string{"golang.org/x/sys"}},
	"limit":        {},
	"server":       {project: []string{"disk", "events", "limit", "publish", "search"}, outside: []string{"github.com/prometheus/client_golang"}},
	"events":       {project: []string{"disk"}},
	"watch":        {outside: []string{"github.com/fsnotify/fsnotify"}},
	"diag":         {project: []string{"diag/chinese"}},
	"diag/chinese": {},
	"version":      {},
	"themes":       {},
	"e2e":          {},
	"browser":      {}, // its tests alone drive a browser
}

// beyondEndpoint is what the endpoint must not reach, however many imports
// lie between.
var beyondEndpoint = []string{
	module + "/internal/content", module + "/internal/markdown", module + "/internal/site", module + "/internal/check",
	module + "/internal/render", module + "/internal/generate", module + "/internal/compress", module + "/themes",
	"github.com/yuin/goldmark", "github.com/alecthomas/chroma", "gopkg.in/yaml.v3", "github.com/fsnotify/fsnotify",
}

// sourcePackage is one package of the project, without its tests, with the
// files of every operating system.
type sourcePackage struct {
	path  string // with the module
	files []*ast.File
	fset  *token.FileSet
}

// short is the package's name in the table.
func short(importPath string) string {
	p := strings.TrimPrefix(importPath, module+"/")
	return strings.TrimPrefix(p, "internal/")
}

func (p *sourcePackage) where(n ast.Node) string {
	at := p.fset.Position(n.Pos())
	return strings.TrimPrefix(filepath.ToSlash(at.Filename), root+"/") + ":" + strconv.Itoa(at.Line)
}

// packages parses the tree. What go build ignores is left out.
func packages(t *testing.T) []*sourcePackage {
	t.Helper()
	byPath := map[string]*sourcePackage{}
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := entry.Name()
		if entry.IsDir() {
			if name != root && (base[0] == '.' || base[0] == '_' || base == "testdata" || base == "tools" || base == "public") {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(base) != ".go" || strings.HasSuffix(base, "_test.go") {
			return nil
		}
		dir, err := filepath.Rel(root, filepath.Dir(name))
		if err != nil {
			return err
		}
		importPath := path.Join(module, filepath.ToSlash(dir))
		p := byPath[importPath]
		if p == nil {
			p = &sourcePackage{path: importPath, fset: token.NewFileSet()}
			byPath[importPath] = p
		}
		file, err := parser.ParseFile(p.fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		if !ignored(file) {
			p.files = append(p.files, file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var out []*sourcePackage
	for _, p := range byPath {
		if len(p.files) > 0 {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b *sourcePackage) int { return strings.Compare(a.path, b.path) })
	if len(out) < 10 {
		t.Fatalf("found only %d packages below %s", len(out), root)
	}
	return out
}

// ignored reports whether a file is a program of its own, run by hand.
func ignored(f *ast.File) bool {
	for _, group := range f.Comments {
		if group.Pos() > f.Package {
			break
		}
		for _, c := range group.List {
			if x, err := constraint.Parse(c.Text); err == nil && !x.Eval(func(tag string) bool { return tag != "ignore" }) {
				return true
			}
		}
	}
	return false
}

func importsOf(f *ast.File) map[string]ast.Node {
	out := map[string]ast.Node{}
	for _, spec := range f.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err == nil {
			out[p] = spec
		}
	}
	return out
}

// guarded is the standard library's packages that the table speaks of.
var guarded = []string{"html/template", "text/template"}

func isOutside(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return strings.Contains(first, ".") || slices.Contains(guarded, importPath)
}

func within(importPath, start string) bool {
	return importPath == start || strings.HasPrefix(importPath, start+"/")
}

func TestImportTable(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		name := short(p.path)
		t.Run(name, func(t *testing.T) {
			rule, ok := importTable[name]
			if !ok {
				t.Fatalf("package %s is not in the import table: add it here and in docs/architecture.md, with the reason", p.path)
			}
			for _, f := range p.files {
				for imported, at := range importsOf(f) {
					switch {
					case within(imported, module):
						if !slices.Contains(rule.project, short(imported)) {
							t.Errorf("%s: %s may not import %s\nrule: %s imports of the project only %v", p.where(at), name, imported, name, rule.project)
						}
					case isOutside(imported):
						if !slices.ContainsFunc(rule.outside, func(start string) bool { return within(imported, start) }) {
							t.Errorf("%s: %s may not import %s\nrule: %s", p.where(at), name, imported, ownersOf(imported))
						}
					}
				}
			}
		})
	}
}

// ownersOf says where an outside package is allowed.
func ownersOf(imported string) string {
	var owners []string
	for name, rule := range importTable {
		if slices.ContainsFunc(rule.outside, func(start string) bool { return within(imported, start) }) {
			owners = append(owners, name)
		}
	}
	if len(owners) == 0 {
		return "no package has leave to import it: third-party code needs a line in the import table"
	}
	slices.Sort(owners)
	return "it belongs to " + strings.Join(owners, " and ") + " and to nothing else"
}

func TestImportTableHasNoLeftovers(t *testing.T) {
	t.Parallel()
	there := map[string]bool{}
	for _, p := range packages(t) {
		there[short(p.path)] = true
	}
	for name, rule := range importTable {
		if !there[name] {
			t.Errorf("the import table has %q, which does not exist", name)
		}
		for _, other := range rule.project {
			if !there[other] {
				t.Errorf("the import table lets %s import %q, which does not exist", name, other)
			}
		}
	}
}

// The table in the documentation is the one that holds.
func TestImportTableIsDocumented(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join(root, "docs", "architecture.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(data), "| package | imports of the project |")
	if !found {
		t.Fatal("docs/architecture.md has no table of imports")
	}
	got := map[string][]string{}
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) < 4 {
			if len(got) > 0 {
				break
			}
			continue
		}
		names := strings.FieldsFunc(strings.ReplaceAll(cells[1], "`", ""), func(r rune) bool { return r == ',' || r == ' ' })
		imports := strings.FieldsFunc(cells[2], func(r rune) bool { return r == ',' || r == ' ' || r == '–' })
		for _, n := range names {
			if !strings.HasPrefix(n, "---") {
				got[n] = imports
			}
		}
	}
	want := map[string][]string{}
	for name, rule := range importTable {
		if name != "e2e" { // it has no code
			want[name] = append([]string{}, rule.project...)
		}
	}
	for name := range got {
		got[name] = append([]string{}, got[name]...)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the table of docs/architecture.md differs from the one that is held (-held +documented):\n%s", diff)
	}
}

// The endpoint reads a release folder; nothing of the builder is in it.
func TestServerReachesNothingOfTheBuilder(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "./internal/server")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	deps := strings.Fields(string(out))
	if !slices.Contains(deps, module+"/internal/search") {
		t.Fatalf("go list -deps does not know that server imports search: %d packages", len(deps))
	}
	for _, d := range deps {
		for _, b := range beyondEndpoint {
			if d == b || strings.HasPrefix(d, b+"/") {
				t.Errorf("internal/server reaches %s\nrule: the endpoint and the builder meet only in the release folder", d)
			}
		}
	}
}

func TestNoLooseName(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, f := range p.files {
			switch name := f.Name.Name; {
			case slices.Contains([]string{"util", "utils", "common", "helper", "helpers", "misc"}, name):
				t.Errorf("%s: a package named %s\nrule: a package's name is a word of the field", p.where(f.Name), name)
			case name != "main" && name != path.Base(p.path):
				t.Errorf("%s: package %s in the folder %s", p.where(f.Name), name, p.path)
			}
		}
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		doc := 0
		for _, f := range p.files {
			if f.Doc != nil {
				doc++
			}
		}
		if doc != 1 {
			t.Errorf("%s has %d package comments, want 1", p.path, doc)
		}
	}
}

// main makes one call into the project and decides nothing.
func TestMainIsOneCall(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if p.path != module+"/cmd/whyfix" {
			continue
		}
		functions, calls := 0, 0
		for _, f := range p.files {
			for _, d := range f.Decls {
				if _, ok := d.(*ast.FuncDecl); ok {
					functions++
				}
			}
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
					t.Errorf("%s: a decision in main\nrule: main is one call", p.where(n))
				case *ast.CallExpr:
					if s, ok := n.Fun.(*ast.SelectorExpr); ok {
						if x, ok := s.X.(*ast.Ident); ok && x.Name == "cli" {
							calls++
						}
					}
				}
				return true
			})
		}
		if functions != 1 || calls != 1 {
			t.Errorf("%s has %d functions and %d calls into the project, want 1 and 1", p.path, functions, calls)
		}
	}
}

// emptyImporter gives a package without content for every path: enough to
// know which names are a package's own.
type emptyImporter map[string]*types.Package

func (i emptyImporter) Import(p string) (*types.Package, error) {
	if i[p] == nil {
		i[p] = types.NewPackage(p, path.Base(p))
		i[p].MarkComplete()
	}
	return i[p], nil
}

// A package-level variable is set where it is declared and nowhere else.
func TestNoPackageVariableChanges(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
		config := types.Config{Importer: emptyImporter{}, Error: func(error) {}} // what is imported is unknown: errors say nothing
		checked, _ := config.Check(p.path, p.fset, p.files, info)
		changed := func(n ast.Node, target ast.Expr) {
			id := rootIdent(target)
			if id == nil {
				return
			}
			if v, ok := info.Uses[id].(*types.Var); ok && v.Parent() == checked.Scope() {
				t.Errorf("%s: the package-level variable %s changes\nrule: no package-level variable changes", p.where(n), id.Name)
			}
		}
		for _, f := range p.files {
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.AssignStmt:
					for _, target := range n.Lhs {
						changed(n, target)
					}
				case *ast.IncDecStmt:
					changed(n, n.X)
				case *ast.RangeStmt:
					if n.Tok == token.ASSIGN {
						changed(n, n.Key)
						changed(n, n.Value)
					}
				case *ast.CallExpr:
					if f, ok := n.Fun.(*ast.Ident); ok && (f.Name == "delete" || f.Name == "clear") && len(n.Args) > 0 {
						changed(n, n.Args[0])
					}
				}
				return true
			})
		}
	}
}

// rootIdent is the variable that an assignment's target is part of: x in
// x, x[i], x.f and *x.
func rootIdent(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// No value of unknown shape crosses a package's border, but for what only a
// theme knows.
func TestNoUntypedBorders(t *testing.T) {
	t.Parallel()
	themeOnly := []string{"content.Settings.Params", "render.Site.Params"}
	untyped := func(e ast.Expr) bool {
		m, ok := e.(*ast.MapType)
		return ok && fmt.Sprint(m.Key) == "string" && (fmt.Sprint(m.Value) == "any" || isEmptyInterface(m.Value))
	}
	for _, p := range packages(t) {
		for _, f := range p.files {
			for _, d := range f.Decls {
				switch d := d.(type) {
				case *ast.FuncDecl:
					if !d.Name.IsExported() {
						continue
					}
					for _, list := range []*ast.FieldList{d.Type.Params, d.Type.Results} {
						for _, field := range fields(list) {
							if untyped(field.Type) {
								t.Errorf("%s: %s.%s takes or gives map[string]any\nrule: none crosses a package border but theme parameters", p.where(field), short(p.path), d.Name)
							}
						}
					}
				case *ast.GenDecl:
					for _, s := range d.Specs {
						spec, ok := s.(*ast.TypeSpec)
						if !ok || !spec.Name.IsExported() {
							continue
						}
						shape, ok := spec.Type.(*ast.StructType)
						if !ok {
							continue
						}
						for _, field := range fields(shape.Fields) {
							for _, name := range field.Names {
								full := short(p.path) + "." + spec.Name.Name + "." + name.Name
								if name.IsExported() && untyped(field.Type) && !slices.Contains(themeOnly, full) {
									t.Errorf("%s: %s is a map[string]any\nrule: none crosses a package border but theme parameters", p.where(field), full)
								}
							}
						}
					}
				}
			}
		}
	}
}

func fields(l *ast.FieldList) []*ast.Field {
	if l == nil {
		return nil
	}
	return l.List
}

func isEmptyInterface(e ast.Expr) bool {
	i, ok := e.(*ast.InterfaceType)
	return ok && len(i.Methods.List) == 0
}
