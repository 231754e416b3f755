package counterfactual

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// exactEverywhere are the functions of math whose answers are the same bits on every machine: those that only move or
// look at bits, and those that the standard says are rounded rightly. Exp and Log are assembly on some machines, and differ.
var exactEverywhere = []string{"Abs", "Copysign", "FMA", "Floor", "Frexp", "Inf", "IsInf", "IsNaN", "Ldexp", "Max", "Pow10", "RoundToEven", "Sqrt"}

// A compiler may fuse a product and a sum, in one expression or across statements, and the last bits are then others. So
// every product of floats is rounded where it stands, by float64(), and nothing is asked of math that differs by machine.
func TestFloatsAreTheSameEverywhere(t *testing.T) {
	set := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
	if _, err := (&types.Config{Importer: importer.ForCompiler(set, "source", nil)}).Check("counterfactual", set, files, info); err != nil {
		t.Fatal(err)
	}
	float := func(e ast.Expr) bool {
		b, ok := info.Types[e].Type.Underlying().(*types.Basic)
		return ok && b.Info()&(types.IsFloat|types.IsComplex) != 0 && info.Types[e].Value == nil
	}
	products := 0
	rounded := map[ast.Expr]bool{}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if info.Types[n.Fun].IsType() { // a conversion, seen before what it converts
					rounded[ast.Unparen(n.Args[0])] = true
				}
			case *ast.BinaryExpr:
				if n.Op == token.MUL && float(n) {
					if products++; !rounded[n] {
						t.Errorf("%s: a product of floats that is not rounded where it stands: write float64(x*y)", set.Position(n.Pos()))
					}
				}
			case *ast.AssignStmt:
				if n.Tok == token.MUL_ASSIGN && float(n.Lhs[0]) {
					t.Errorf("%s: a product of floats that is not rounded where it stands: write x = float64(x*y)", set.Position(n.Pos()))
				}
			case *ast.Ident:
				if f, ok := info.Uses[n].(*types.Func); ok && f.Pkg() != nil && f.Pkg().Path() == "math" && !slices.Contains(exactEverywhere, f.Name()) {
					t.Errorf("%s: math.%s may have other last bits on another machine: work it out on reals or pairs", set.Position(n.Pos()), f.Name())
				}
			}
			return true
		})
	}
	if products == 0 {
		t.Error("no product of floats was found: the test looks in the wrong place")
	}
}
