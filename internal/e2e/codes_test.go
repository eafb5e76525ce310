package e2e

import (
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"testing"

	"whyfix/internal/rules"
)

// codeAt is where the functions that make diagnostics take the code.
var codeAt = map[string][]int{"problem": {1, 2}, "New": {2}, "broken": {1}}

var codeShape = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)

// Every code that the program can say is declared, with a severity, a reason
// and examples; and every declared code is said somewhere.
func TestEveryCodeIsDeclared(t *testing.T) {
	t.Parallel()
	said := map[string]bool{}
	for _, p := range packages(t) {
		// The importer speaks of other programs' files, for which a site has no
		// rules.
		if short(p.path) == "rules" || short(p.path) == "importer" {
			continue
		}
		for _, f := range p.files {
			if _, ok := importsOf(f)[module+"/internal/diag"]; !ok && short(p.path) != "check" {
				continue
			}
			note := func(e ast.Expr, must bool) {
				lit, ok := e.(*ast.BasicLit)
				if !ok || lit.Kind != token.STRING {
					return
				}
				code, err := strconv.Unquote(lit.Value)
				if err != nil || !must && !codeShape.MatchString(code) {
					return
				}
				if _, ok := rules.Find(code); !ok {
					t.Errorf("%s: the code %q is not declared in internal/rules", p.where(e), code)
				}
				said[code] = true
			}
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.KeyValueExpr:
					if k, ok := n.Key.(*ast.Ident); ok && k.Name == "Code" {
						note(n.Value, true)
					}
				case *ast.CallExpr:
					if s, ok := n.Fun.(*ast.SelectorExpr); ok {
						for _, i := range codeAt[s.Sel.Name] {
							if i < len(n.Args) {
								note(n.Args[i], false)
							}
						}
					}
				case *ast.CompositeLit: // the list of what package check finds
					if len(n.Elts) == 2 && n.Type == nil && short(p.path) == "check" {
						note(n.Elts[0], true)
					}
				}
				return true
			})
		}
	}
	for _, code := range rules.Codes() {
		if !said[code] {
			t.Errorf("the code %q is declared in internal/rules, and nothing says it", code)
		}
	}
}
