package counterfactual

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The description of every estimator gives its formula, the unit, what it assumes, when it refuses, and where it comes from.
func TestEveryEstimatorIsDescribed(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "estimators.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var described []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		name, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		described = append(described, name)
		text := strings.Join(strings.Fields(spec.Doc.Text()), " ")
		for what, words := range map[string][]string{
			"a formula":       {"est = ", "least squares of", "least squares on", "theta = ", "sum("},
			"a unit":          {"unit", "points of probability"},
			"what it assumes": {"It assumes", "taken as known"},
			"when it refuses": {"It refuses", "it refuses"},
			"what it is in R": {"In R:", "In R, "},
		} {
			if !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) }) {
				t.Errorf("%s does not say %s", name, what)
			}
		}
		return true
	})
	slices.Sort(described)
	if !slices.Equal(described, Estimators()) {
		t.Errorf("described are %v, and there are %v", described, Estimators())
	}
}
