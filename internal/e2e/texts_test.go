package e2e

import (
	"go/ast"
	"go/token"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"whyfix/internal/diag"
	"whyfix/internal/diag/chinese"
	"whyfix/internal/search/rank"
)

// speakers are the functions that say something, and where they take formats.
type speakers map[string][]int

// name is what a call, or a function, is known by: methods of one name in one
// package are one.
func (s speakers) of(p *sourcePackage, call *ast.CallExpr) []int {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return s[short(p.path)+"."+f.Name]
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok && x.Name == "diag" {
			return s["diag."+f.Sel.Name]
		}
		return s[short(p.path)+"."+f.Sel.Name]
	}
	return nil
}

// eachFunction calls visit with each function of a package that has a name, with
// its parameters.
func eachFunction(p *sourcePackage, visit func(name string, parameters *ast.FieldList, body *ast.BlockStmt)) {
	for _, f := range p.files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Body != nil {
					visit(n.Name.Name, n.Type.Params, n.Body)
				}
			case *ast.AssignStmt:
				for i, r := range n.Rhs {
					if lit, ok := r.(*ast.FuncLit); ok && i < len(n.Lhs) {
						if name, ok := n.Lhs[i].(*ast.Ident); ok {
							visit(name.Name, lit.Type.Params, lit.Body)
						}
					}
				}
			}
			return true
		})
	}
}

// allSpeakers finds the functions that hand a format on to one that says it.
func allSpeakers(all []*sourcePackage) speakers {
	said := speakers{"diag.Say": {0}, "diag.Count": {1, 2}}
	for more := true; more; {
		more = false
		for _, p := range all {
			eachFunction(p, func(name string, parameters *ast.FieldList, body *ast.BlockStmt) {
				at, places := 0, map[string]int{}
				for _, field := range parameters.List {
					for _, n := range field.Names {
						places[n.Name] = at
						at++
					}
				}
				ast.Inspect(body, func(n ast.Node) bool {
					call, ok := n.(*ast.CallExpr)
					if !ok {
						return true
					}
					for _, i := range said.of(p, call) {
						if i >= len(call.Args) {
							continue
						}
						format, ok := call.Args[i].(*ast.Ident)
						if !ok {
							continue
						}
						if place, ok := places[format.Name]; ok && !slices.Contains(said[short(p.path)+"."+name], place) {
							said[short(p.path)+"."+name] = append(said[short(p.path)+"."+name], place)
							more = true
						}
					}
					return true
				})
			})
		}
	}
	return said
}

// constants are the texts that a package's constants have.
func constants(p *sourcePackage) map[string]string {
	out := map[string]string{}
	for _, f := range p.files {
		ast.Inspect(f, func(n ast.Node) bool {
			if d, ok := n.(*ast.GenDecl); ok && d.Tok == token.CONST {
				for _, spec := range d.Specs {
					for i, value := range spec.(*ast.ValueSpec).Values {
						if s, ok := literal(value); ok {
							out[spec.(*ast.ValueSpec).Names[i].Name] = s
						}
					}
				}
			}
			return true
		})
	}
	return out
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

// Whatever the program says has a Chinese form, and every Chinese form is of
// something that the program says.
func TestEveryTextHasAChineseForm(t *testing.T) {
	t.Parallel()
	all := packages(t)
	said := allSpeakers(all)
	used := map[string]bool{}
	for _, p := range all {
		known := constants(p)
		inside := map[string]map[string]bool{} // parameters of the functions that hand formats on
		eachFunction(p, func(name string, parameters *ast.FieldList, _ *ast.BlockStmt) {
			for _, field := range parameters.List {
				for _, n := range field.Names {
					if len(said[short(p.path)+"."+name]) > 0 {
						if inside[name] == nil {
							inside[name] = map[string]bool{}
						}
						inside[name][n.Name] = true
					}
				}
			}
		})
		for _, f := range p.files {
			ast.Inspect(f, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				for _, i := range said.of(p, call) {
					if i >= len(call.Args) {
						continue
					}
					format, constant := literal(call.Args[i])
					if name, ok := call.Args[i].(*ast.Ident); ok && !constant {
						if format, constant = known[name.Name]; !constant {
							handed := slices.ContainsFunc(slices.Collect(maps.Values(inside)), func(names map[string]bool) bool { return names[name.Name] })
							if handed {
								continue
							}
						}
					}
					if !constant {
						t.Errorf("%s: what is said is no constant: nobody can look up its Chinese form", p.where(call))
						continue
					}
					used[format] = true
					if _, ok := chinese.Of(format); !ok {
						t.Errorf("%s: %q has no Chinese form: add it to a file of internal/diag/chinese", p.where(call), format)
					}
				}
				return true
			})
		}
	}
	seen := map[string]bool{}
	for english := range chinese.Pairs() {
		if !used[english] {
			t.Errorf("internal/diag/chinese has %q, which nothing says", english)
		}
		if seen[english] {
			t.Errorf("internal/diag/chinese has %q twice", english)
		}
		seen[english] = true
	}
}

// plainly are what may be said as it is, in any language. What else the program
// says to people goes through diag.Say.
var plainly = regexp.MustCompile(`^(?:[a-z_]+: \S.*|- \{.*|\S+: \{.*|whyfix check -fix -yes|语言 / .*|a file of the theme.*)$`)

// No text is made beside the table: neither as a literal, nor as something that
// somebody else has said.
func TestNoTextIsMadeBesideTheTable(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if short(p.path) == "diag" || short(p.path) == "rules" { // whose rules are in Chinese beside them
			continue
		}
		for _, f := range p.files {
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CompositeLit:
					if s, ok := n.Type.(*ast.SelectorExpr); ok && len(n.Elts) > 0 && s.Sel.Name == "Text" {
						if x, ok := s.X.(*ast.Ident); ok && x.Name == "diag" {
							t.Errorf("%s: a text in one place: use diag.Say", p.where(n))
						}
					}
				case *ast.CallExpr:
					s, ok := n.Fun.(*ast.SelectorExpr)
					if !ok || s.Sel.Name != "Example" && s.Sel.Name != "Verbatim" || len(n.Args) != 1 {
						return true
					}
					if said, ok := literal(n.Args[0]); ok && said != "" && (s.Sel.Name == "Verbatim" || !plainly.MatchString(said)) {
						t.Errorf("%s: %q is said to people as it is: use diag.Say", p.where(n), said)
					}
				}
				return true
			})
		}
	}
}

var verb = regexp.MustCompile(`%(?:\[(\d+)\])?[-+# 0]*[\d.]*([a-zA-Z%])`)

// arguments are which arguments a format has, and how it writes each.
func arguments(format string) map[int]string {
	out := map[int]string{}
	next := 1
	for _, m := range verb.FindAllStringSubmatch(format, -1) {
		if m[2] == "%" {
			continue
		}
		if m[1] != "" {
			next, _ = strconv.Atoi(m[1])
		}
		out[next] = m[2]
		next++
	}
	return out
}

var (
	halfWidth = regexp.MustCompile(`\p{Han}[,;:?!]|[,;?!]\p{Han}`)
	code      = regexp.MustCompile(`\[[^\]]*\]|名称: 值|用户名:密码|主机:端口`) // as it has to be written
)

// Both forms say the same arguments, each as it is; the Chinese one has the signs
// of Chinese.
func TestChineseFormsAreWhole(t *testing.T) {
	t.Parallel()
	for english, format := range chinese.Pairs() {
		if english == "" || format == "" || strings.Contains(format, "\n") {
			t.Errorf("%q and %q are no pair of lines", english, format)
			continue
		}
		en, zh := arguments(english), arguments(format)
		for i, v := range en {
			if z, ok := zh[i]; !ok || z != v && !(v == "q" && z == "s") {
				t.Errorf("%q says argument %d by %%%s, and %q by %q", english, i, v, format, z)
			}
		}
		if len(zh) != len(en) {
			t.Errorf("%q has %d arguments, and %q %d", english, len(en), format, len(zh))
		}
		if strings.Count(english, "{n}")+strings.Count(english, "{kept}") != strings.Count(format, "{n}")+strings.Count(format, "{kept}") {
			t.Errorf("%q and %q have not the same places for numbers", english, format)
		}
		words := regexp.MustCompile(`%(?:\[\d+\])?[\d.]*[a-zA-Z]`).ReplaceAllString(english, "")
		if strings.IndexFunc(format, func(r rune) bool { return unicode.Is(unicode.Han, r) }) < 0 && format != english && strings.ContainsFunc(words, unicode.IsLetter) && len(strings.Fields(words)) > 3 {
			t.Errorf("%q is not said in Chinese: %q", english, format)
		}
		if m := halfWidth.FindString(code.ReplaceAllString(format, "")); m != "" {
			t.Errorf("%q has the half-width sign %q", format, m)
		}
		if strings.HasSuffix(format, "。") != strings.HasSuffix(english, ".") {
			t.Errorf("%q ends as a sentence, or should: %q", format, english)
		}
		if strings.Count(format, "“") != strings.Count(format, "”") || strings.Count(format, "（") != strings.Count(format, "）") {
			t.Errorf("%q has quotes or parentheses that do not close", format)
		}
	}
}

// What the search calls its features is said in Chinese, too: a diagnostic of a
// promise names one.
func TestFeaturesHaveAChineseForm(t *testing.T) {
	t.Parallel()
	for f := range rank.Features {
		if _, ok := chinese.Of(rank.Feature(f).Tells()); !ok {
			t.Errorf("%q has no Chinese form", rank.Feature(f).Tells())
		}
	}
}

// A text says in each language what its parts say in it.
func TestTextsHoldTexts(t *testing.T) {
	t.Parallel()
	inner := diag.Say("it stands at place %d", 4)
	got := diag.Say("nothing was built: %s", inner)
	if got.En != "nothing was built: it stands at place 4" || got.Zh != "没有构建：它排在第 4 位" {
		t.Errorf("got %+v", got)
	}
}
