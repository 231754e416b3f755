package main_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// The house rules that a machine can look after, checked over every file of the module. CONTRIBUTING.md says them in
// words; this is where they bite. house_planted_test.go breaks each of them once, so that none can stop looking unseen.

const (
	houseModule       = "outturn"
	houseFunctionMax  = 70      // lines, from func to its closing brace
	houseFileMax      = 500     // lines
	houseTextBytesMax = 8 << 20 // larger files are evidence, and not read for words
)

// housePlace is what one package may import of this module.
type housePlace struct {
	Pure  bool     // values in, values out: nothing of the outside world (housePureBans)
	Lone  bool     // imports only embed and io/fs: it holds assets
	May   []string // packages of this module
	Tests []string // further ones that its tests may import, besides fixtures
}

var (
	houseTerms = []string{"contracts", "contracts/calendar", "contracts/formula", "contracts/money"}
	houseCore  = append([]string{"contracts/estimators", "contracts/sentences", "engine", "engine/counterfactual", "engine/evidence", "engine/ledger"}, houseTerms...)
	houseRead  = append([]string{"contracts/document", "contracts/language"}, houseCore...) // and what reads contracts
)

// housePlaces is who may import whom. A package that is not here has no place, and fails. Folders below cmd/outturn are
// as cmd/outturn, which joins everything.
var housePlaces = map[string]housePlace{
	"contracts/money":        {Pure: true},
	"contracts/calendar":     {Pure: true},
	"contracts/formula":      {Pure: true, May: []string{"contracts/calendar", "contracts/money"}},
	"contracts":              {Pure: true, May: []string{"contracts/calendar", "contracts/formula", "contracts/money"}},
	"contracts/wording":      {Pure: true},
	"contracts/document":     {Pure: true, May: []string{"contracts/wording"}},
	"contracts/estimators":   {Pure: true, May: append([]string{"contracts/wording"}, houseTerms...)},
	"contracts/sentences":    {Pure: true, May: append([]string{"contracts/estimators", "contracts/wording"}, houseTerms...)},
	"contracts/language":     {Pure: true, May: append([]string{"contracts/document", "contracts/estimators", "contracts/sentences", "contracts/wording"}, houseTerms...)},
	"engine/evidence":        {Pure: true, May: houseTerms},
	"engine/counterfactual":  {Pure: true, May: []string{"contracts/money"}},
	"engine/disclosure":      {Pure: true, May: []string{"contracts/money"}},
	"engine/ledger":          {Pure: true, May: []string{"contracts/money"}},
	"engine/plot":            {Pure: true, May: []string{"contracts/money"}},
	"engine":                 {Pure: true, May: houseCore, Tests: []string{"contracts/language", "engine/ingest"}},
	"engine/ingest":          {May: append([]string{"engine/evidence"}, houseTerms...)},
	"engine/whatif":          {May: append([]string{"engine/ingest"}, houseRead...)},
	"engine/report":          {Pure: true, May: append([]string{"engine/disclosure"}, houseCore...), Tests: []string{"contracts/language", "engine/ingest", "engine/proof"}},
	"engine/proof":           {May: append([]string{"engine/ingest"}, houseRead...)},
	"engine/bench":           {May: append([]string{"engine/ingest", "engine/whatif"}, houseRead...)},
	"engine/schedule":        {May: append([]string{"engine/ingest", "engine/store"}, houseRead...), Tests: []string{"engine/store/storetest"}},
	"engine/store":           {May: append([]string{"engine/ingest", "engine/proof", "migrations"}, houseRead...), Tests: []string{"engine/store/private", "engine/store/storetest", "engine/whatif"}},
	"engine/store/private":   {},
	"engine/store/storetest": {May: []string{"engine/store", "engine/store/private"}},
	"api":                    {May: append([]string{"api/client", "api/console", "engine/ingest", "engine/proof", "engine/report", "engine/schedule", "engine/whatif"}, houseRead...)},
	"api/client":             {},
	"api/console":            {Lone: true},
	"migrations":             {Lone: true},
	"fixtures":               {Lone: true},
	"cmd/outturn":            {},
}

// housePureBans are what no pure package imports, each with everything below it. math/big and math/bits are exact.
var (
	housePureBans   = []string{"context", "database/sql", "log", "math", "net", "os", "github.com/jackc/pgx", "github.com/labstack/echo"}
	housePureAllows = []string{"math/big", "math/bits"}
)

// houseOwners are libraries with one home, besides cmd/outturn for the first.
var houseOwners = []struct {
	Library string
	Owners  []string
}{
	{"github.com/jackc/pgx", []string{"engine/store", "engine/store/storetest", "cmd/outturn"}},
	{"database/sql", []string{"engine/store", "cmd/outturn"}},
	{"github.com/labstack/echo", []string{"api"}},
	{"github.com/riverqueue/river", []string{"engine/store"}},
	{"github.com/robfig/cron", []string{"engine/schedule"}},
}

// houseOutside are calls to the world that only cmd/outturn makes.
var houseOutside = map[string]bool{
	"time.Now": true, "time.Since": true, "time.Until": true,
	"os.Exit": true, "os.Getenv": true, "os.LookupEnv": true, "os.Environ": true,
}

// houseWords may stand in no text file. They are put together here so that this file does not hold them.
var houseWords = []string{
	"/wo" + "rk/", "/fa" + "rm/", "/ro" + "ot/", "../sh" + "ared",
	"://pro" + "xy.", "://regi" + "stry.", "://su" + "m.", "before-" + "stop", "co-authored" + "-by",
}

var (
	houseToDo  = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b`)
	houseIssue = regexp.MustCompile(`#[0-9]+`)
)

// houseBreach is one place where a rule is broken: the file, its line (0 for the whole file) and what to do about it.
type houseBreach struct {
	File string
	Line int
	What string
}

func (b houseBreach) String() string {
	if b.Line == 0 {
		return b.File + ": " + b.What
	}
	return b.File + ":" + strconv.Itoa(b.Line) + ": " + b.What
}

func TestHouseRules(t *testing.T) {
	root := filepath.Join("..", "..")
	breaches, files, err := checkHouse(root)
	if err != nil {
		t.Fatal(err)
	}
	if files < 10 {
		t.Fatalf("%d files read below %s: expected the whole module", files, root)
	}
	for _, b := range breaches {
		t.Error(b)
	}
}

// checkHouse reads every file below root and returns each breach of the house rules, in the order of the files, and
// how many files it read.
func checkHouse(root string) (breaches []houseBreach, files int, err error) {
	err = filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if entry.IsDir() {
			if rel == ".git" || rel == "bin" || rel == "dist" || strings.HasSuffix(rel, "testdata/rapid") {
				return fs.SkipDir
			}
			return nil
		}
		info, err := entry.Info()
		if rel == ".git" { // a worktree's, which says where the checkout is
			return nil
		}
		if err != nil || !info.Mode().IsRegular() || info.Size() > houseTextBytesMax {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		files++
		breaches = append(breaches, checkWords(rel, text)...)
		if strings.HasSuffix(rel, ".go") && !strings.Contains("/"+rel, "/testdata/") {
			breaches = append(breaches, checkGo(rel, text)...)
		}
		return nil
	})
	return breaches, files, err
}

// checkWords looks for what may stand in no text file.
func checkWords(file string, text []byte) (breaches []houseBreach) {
	if bytes.IndexByte(text, 0) >= 0 || !utf8.Valid(text) {
		return nil
	}
	lower := bytes.ToLower(text)
	for _, word := range houseWords {
		if at := bytes.Index(lower, []byte(word)); at >= 0 {
			line := bytes.Count(lower[:at], []byte("\n")) + 1
			breaches = append(breaches, houseBreach{file, line, fmt.Sprintf("%q may not stand in the tree: say it without the machine it was written on", word)})
		}
	}
	return breaches
}

// houseFile is one Go file under inspection.
type houseFile struct {
	Name     string
	Pkg      string // its folder within the module
	Place    housePlace
	Test     bool
	Set      *token.FileSet
	Tree     *ast.File
	Breaches []houseBreach
}

func (f *houseFile) Breach(at token.Pos, format string, args ...any) {
	f.Breaches = append(f.Breaches, houseBreach{f.Name, f.Set.Position(at).Line, fmt.Sprintf(format, args...)})
}

func (f *houseFile) Line(at token.Pos) int { return f.Set.Position(at).Line }

// checkGo looks at one Go file: its imports, its words, its lengths and its comments.
func checkGo(name string, text []byte) []houseBreach {
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, name, text, parser.ParseComments)
	if err != nil {
		return []houseBreach{{name, 0, "cannot be read as Go: " + err.Error()}}
	}
	f := &houseFile{Name: name, Pkg: path.Dir(name), Test: strings.HasSuffix(name, "_test.go"), Set: set, Tree: tree}
	if strings.HasPrefix(f.Pkg, "cmd/outturn/") {
		f.Pkg = "cmd/outturn"
	}
	place, ok := housePlaces[f.Pkg]
	if !ok {
		f.Breach(tree.Package, "package %s has no place: give it one in housePlaces and in CONTRIBUTING.md", f.Pkg)
	}
	f.Place = place
	f.CheckImports()
	f.CheckCode()
	f.CheckToDo()
	if !ast.IsGenerated(tree) {
		f.CheckLengths(text)
		f.CheckDocs()
	}
	return f.Breaches
}

// under reports whether the import is the package or lies below it.
func under(imported, pkg string) bool {
	return imported == pkg || strings.HasPrefix(imported, pkg+"/")
}

func (f *houseFile) CheckImports() {
	for _, spec := range f.Tree.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			f.Breach(spec.Pos(), "import %s cannot be read", spec.Path.Value)
			continue
		}
		if inside, ok := strings.CutPrefix(imported, houseModule+"/"); ok {
			f.CheckInside(spec, inside)
			continue
		}
		isUnder := func(pkg string) bool { return under(imported, pkg) }
		if f.Place.Pure && !f.Test && slices.ContainsFunc(housePureBans, isUnder) && !slices.Contains(housePureAllows, imported) {
			if !(imported == "math" && f.Pkg == "engine/counterfactual") {
				f.Breach(spec.Pos(), "%s is pure and imports %s: pass what it needs as values", f.Pkg, imported)
			}
		}
		if f.Place.Lone && !f.Test && imported != "embed" && imported != "io/fs" {
			f.Breach(spec.Pos(), "%s imports %s: it holds assets, and imports only embed", f.Pkg, imported)
		}
		for _, library := range houseOwners {
			if under(imported, library.Library) && !f.Test && !f.Place.Pure && !slices.Contains(library.Owners, f.Pkg) {
				f.Breach(spec.Pos(), "%s imports %s: only %s does", f.Pkg, imported, strings.Join(library.Owners, " and "))
			}
		}
	}
}

// CheckInside checks an import of this module against the table.
func (f *houseFile) CheckInside(spec *ast.ImportSpec, imported string) {
	switch {
	case f.Pkg == "cmd/outturn", slices.Contains(f.Place.May, imported):
		return
	case f.Test && (imported == f.Pkg || imported == "fixtures" || slices.Contains(f.Place.Tests, imported)):
		return
	}
	f.Breach(spec.Pos(), "%s imports %s: expected only %s", f.Pkg, imported, orNothing(f.Place.May))
}

func orNothing(packages []string) string {
	if len(packages) == 0 {
		return "nothing of this module"
	}
	return strings.Join(packages, ", ")
}

// CheckCode looks for floats, implicit division, goroutines and calls to the outside world.
func (f *houseFile) CheckCode() {
	if f.Test {
		return
	}
	exact := f.Place.Pure && f.Pkg != "engine/counterfactual"
	money := f.Pkg == "engine" || under(f.Pkg, "contracts")
	ast.Inspect(f.Tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			if exact && (strings.Contains(n.Name, "float") || strings.Contains(n.Name, "Float") || strings.HasPrefix(n.Name, "complex")) {
				f.Breach(n.Pos(), "%s in %s: money is exact, and floats live in engine/counterfactual", n.Name, f.Pkg)
			}
		case *ast.BasicLit:
			if exact && (n.Kind == token.FLOAT || n.Kind == token.IMAG) {
				f.Breach(n.Pos(), "%s is a float in %s: write it as a whole number or a fraction", n.Value, f.Pkg)
			}
		case *ast.GoStmt:
			if f.Place.Pure && f.Name != "engine/parallel.go" {
				f.Breach(n.Pos(), "a goroutine in %s: only engine/parallel.go starts any", f.Pkg)
			}
		case *ast.SelectorExpr:
			if on, ok := n.X.(*ast.Ident); ok && f.Pkg != "cmd/outturn" && houseOutside[on.Name+"."+n.Sel.Name] {
				f.Breach(n.Pos(), "%s.%s in %s: only cmd/outturn holds the clock, reads the environment and exits", on.Name, n.Sel.Name, f.Pkg)
			}
		case *ast.CallExpr:
			// A decimal's Div takes one argument and rounds where nobody said so; big.Int's takes two, and is exact.
			if on, ok := n.Fun.(*ast.SelectorExpr); ok && money && on.Sel.Name == "Div" && len(n.Args) == 1 {
				f.Breach(n.Pos(), "Div in %s rounds without saying how: keep the fraction (money.Exact) until its one rounding", f.Pkg)
			}
		}
		return true
	})
}

// CheckToDo looks for work put off that names no issue.
func (f *houseFile) CheckToDo() {
	for _, group := range f.Tree.Comments {
		for _, comment := range group.List {
			if houseToDo.MatchString(comment.Text) && !houseIssue.MatchString(comment.Text) {
				f.Breach(comment.Pos(), "work put off without an issue: name one (#12), or do it")
			}
		}
	}
}

// CheckLengths counts the lines of functions and of files. A test's functions are not counted, nor its tables.
func (f *houseFile) CheckLengths(text []byte) {
	lines := bytes.Count(text, []byte("\n"))
	if f.Test {
		lines -= f.TableLines()
	}
	if lines > houseFileMax {
		f.Breaches = append(f.Breaches, houseBreach{f.Name, 0, fmt.Sprintf("%d lines: expected at most %d; split it by what it holds", lines, houseFileMax)})
	}
	if f.Test {
		return
	}
	for _, decl := range f.Tree.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok {
			if n := f.Line(fn.End()) - f.Line(fn.Pos()) + 1; n > houseFunctionMax {
				f.Breach(fn.Pos(), "%s has %d lines: expected at most %d; the parent decides, the leaves compute", fn.Name.Name, n, houseFunctionMax)
			}
		}
	}
}

// TableLines counts the lines within the outermost slices, arrays and maps that are written out.
func (f *houseFile) TableLines() int {
	lines := 0
	ast.Inspect(f.Tree, func(n ast.Node) bool {
		table, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		switch table.Type.(type) {
		case *ast.ArrayType, *ast.MapType:
			lines += f.Line(table.Rbrace) - f.Line(table.Lbrace)
			return false
		}
		return true
	})
	return lines
}

// CheckDocs looks for exported names without a comment. A group's comment serves the names in it.
func (f *houseFile) CheckDocs() {
	if f.Test {
		return
	}
	for _, decl := range f.Tree.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Name.IsExported() && onExported(decl.Recv) && decl.Doc == nil {
				f.Breach(decl.Pos(), "%s has no comment: say what comes back, in what unit, and which errors", decl.Name.Name)
			}
		case *ast.GenDecl:
			f.CheckDocsOf(decl)
		}
	}
}

func (f *houseFile) CheckDocsOf(decl *ast.GenDecl) {
	for _, spec := range decl.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			if spec.Name.IsExported() && decl.Doc == nil && spec.Doc == nil {
				f.Breach(spec.Pos(), "%s has no comment: say what it is", spec.Name.Name)
			}
		case *ast.ValueSpec:
			for _, name := range spec.Names {
				if name.IsExported() && decl.Doc == nil && spec.Doc == nil && spec.Comment == nil {
					f.Breach(name.Pos(), "%s has no comment: say what it is, and its unit", name.Name)
				}
			}
		}
	}
}

// onExported reports whether a receiver's type is exported, or there is none.
func onExported(recv *ast.FieldList) bool {
	if recv == nil || len(recv.List) == 0 {
		return true
	}
	of := recv.List[0].Type
	for {
		switch t := of.(type) {
		case *ast.StarExpr:
			of = t.X
		case *ast.IndexExpr:
			of = t.X
		case *ast.IndexListExpr:
			of = t.X
		case *ast.Ident:
			return t.IsExported()
		default:
			return true
		}
	}
}

// TestHousePlacesPointOneWay holds the table itself to its own law: no circle, and nothing pure leans on what is not.
func TestHousePlacesPointOneWay(t *testing.T) {
	for pkg, place := range housePlaces {
		for _, other := range place.May {
			at, ok := housePlaces[other]
			if !ok {
				t.Errorf("%s may import %s, which has no place", pkg, other)
			}
			if place.Pure && !at.Pure {
				t.Errorf("%s is pure and may import %s, which is not", pkg, other)
			}
			if other != pkg && slices.Contains(at.May, pkg) {
				t.Errorf("%s and %s may import one another", pkg, other)
			}
		}
	}
	contributing, err := os.ReadFile(filepath.Join("..", "..", "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, pkg := range slices.Sorted(maps.Keys(housePlaces)) {
		if !bytes.Contains(contributing, []byte("`"+pkg+"`")) {
			t.Errorf("CONTRIBUTING.md says nothing of %s", pkg)
		}
	}
}
