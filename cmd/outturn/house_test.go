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
	pure  bool     // values in, values out: nothing of the outside world (housePureBans)
	lone  bool     // imports only embed and io/fs: it holds assets
	may   []string // packages of this module
	tests []string // further ones that its tests may import, besides fixtures
}

var (
	houseTerms = []string{"contracts", "contracts/calendar", "contracts/formula", "contracts/money"}
	houseCore  = append([]string{"contracts/estimators", "contracts/sentences", "engine", "engine/counterfactual", "engine/evidence", "engine/statements"}, houseTerms...)
	houseRead  = append([]string{"contracts/document", "contracts/language"}, houseCore...) // and what reads contracts
)

// housePlaces is who may import whom. A package that is not here has no place, and fails. Folders below cmd/outturn are
// as cmd/outturn, which joins everything.
var housePlaces = map[string]housePlace{
	"contracts/money":        {pure: true},
	"contracts/calendar":     {pure: true},
	"contracts/formula":      {pure: true, may: []string{"contracts/calendar", "contracts/money"}},
	"contracts":              {pure: true, may: []string{"contracts/calendar", "contracts/formula", "contracts/money"}},
	"contracts/wording":      {pure: true},
	"contracts/document":     {pure: true, may: []string{"contracts/wording"}},
	"contracts/estimators":   {pure: true, may: append([]string{"contracts/wording"}, houseTerms...)},
	"contracts/sentences":    {pure: true, may: append([]string{"contracts/estimators", "contracts/wording"}, houseTerms...)},
	"contracts/language":     {pure: true, may: append([]string{"contracts/document", "contracts/estimators", "contracts/sentences", "contracts/wording"}, houseTerms...)},
	"engine/statements":      {pure: true, may: append([]string{"engine/evidence"}, houseTerms...)},
	"engine/bookkeeping":     {pure: true, may: append([]string{"engine/evidence", "engine/ledger", "engine/statements"}, houseTerms...)},
	"engine/discount":        {pure: true, may: []string{"contracts/money"}},
	"engine/evidence":        {pure: true, may: houseTerms},
	"engine/counterfactual":  {pure: true, may: []string{"contracts/money"}},
	"engine/disclosure":      {pure: true, may: []string{"contracts/money"}},
	"engine/ledger":          {pure: true, may: []string{"contracts/money"}},
	"engine/plot":            {pure: true, may: []string{"contracts/money"}},
	"engine":                 {pure: true, may: houseCore, tests: []string{"contracts/language", "engine/bookkeeping", "engine/ingest", "engine/ledger"}},
	"engine/ingest":          {may: append([]string{"engine/evidence"}, houseTerms...)},
	"engine/whatif":          {may: append([]string{"engine/ingest"}, houseRead...)},
	"engine/report":          {pure: true, may: append([]string{"engine/bookkeeping", "engine/disclosure", "engine/discount", "engine/evidence", "engine/ledger", "engine/statements"}, houseTerms...), tests: []string{"contracts/language", "engine", "engine/ingest", "engine/proof"}},
	"engine/proof":           {may: append([]string{"engine/ingest"}, houseRead...)},
	"engine/bench":           {may: append([]string{"engine/ingest", "engine/whatif"}, houseRead...)},
	"engine/schedule":        {may: append([]string{"engine/ingest", "engine/store"}, houseRead...), tests: []string{"engine/store/storetest"}},
	"engine/store":           {may: append([]string{"engine/ingest", "engine/proof", "migrations"}, houseRead...), tests: []string{"engine/store/private", "engine/store/storetest", "engine/whatif"}},
	"engine/store/private":   {},
	"engine/store/storetest": {may: []string{"engine/store", "engine/store/private"}},
	"api":                    {may: append([]string{"api/client", "api/console", "engine/ingest", "engine/proof", "engine/report", "engine/schedule", "engine/whatif"}, houseRead...)},
	"api/client":             {},
	"api/console":            {lone: true},
	"migrations":             {lone: true},
	"fixtures":               {lone: true},
	"cmd/outturn":            {},
}

// housePureBans are what no pure package imports, each with everything below it. math/big and math/bits are exact.
var (
	housePureBans   = []string{"context", "database/sql", "log", "math", "net", "os", "github.com/jackc/pgx", "github.com/labstack/echo"}
	housePureAllows = []string{"math/big", "math/bits"}
)

// houseOwners are libraries with one home, besides cmd/outturn for the first.
var houseOwners = []struct {
	library string
	owners  []string
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
	file string
	line int
	what string
}

func (b houseBreach) String() string {
	if b.line == 0 {
		return b.file + ": " + b.what
	}
	return b.file + ":" + strconv.Itoa(b.line) + ": " + b.what
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
	name     string
	pkg      string // its folder within the module
	place    housePlace
	test     bool
	set      *token.FileSet
	tree     *ast.File
	breaches []houseBreach
}

func (f *houseFile) breach(at token.Pos, format string, args ...any) {
	f.breaches = append(f.breaches, houseBreach{f.name, f.set.Position(at).Line, fmt.Sprintf(format, args...)})
}

func (f *houseFile) line(at token.Pos) int { return f.set.Position(at).Line }

// checkGo looks at one Go file: its imports, its words, its lengths and its comments.
func checkGo(name string, text []byte) []houseBreach {
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, name, text, parser.ParseComments)
	if err != nil {
		return []houseBreach{{name, 0, "cannot be read as Go: " + err.Error()}}
	}
	f := &houseFile{name: name, pkg: path.Dir(name), test: strings.HasSuffix(name, "_test.go"), set: set, tree: tree}
	if strings.HasPrefix(f.pkg, "cmd/outturn/") {
		f.pkg = "cmd/outturn"
	}
	place, ok := housePlaces[f.pkg]
	if !ok {
		f.breach(tree.Package, "package %s has no place: give it one in housePlaces and in CONTRIBUTING.md", f.pkg)
	}
	f.place = place
	f.checkImports()
	f.checkCode()
	f.checkToDo()
	if !ast.IsGenerated(tree) {
		f.checkLengths(text)
		f.checkDocs()
	}
	return f.breaches
}

// under reports whether the import is the package or lies below it.
func under(imported, pkg string) bool {
	return imported == pkg || strings.HasPrefix(imported, pkg+"/")
}

func (f *houseFile) checkImports() {
	for _, spec := range f.tree.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			f.breach(spec.Pos(), "import %s cannot be read", spec.Path.Value)
			continue
		}
		if inside, ok := strings.CutPrefix(imported, houseModule+"/"); ok {
			f.checkInside(spec, inside)
			continue
		}
		isUnder := func(pkg string) bool { return under(imported, pkg) }
		if f.place.pure && !f.test && slices.ContainsFunc(housePureBans, isUnder) && !slices.Contains(housePureAllows, imported) {
			if !(imported == "math" && f.pkg == "engine/counterfactual") {
				f.breach(spec.Pos(), "%s is pure and imports %s: pass what it needs as values", f.pkg, imported)
			}
		}
		if f.place.lone && !f.test && imported != "embed" && imported != "io/fs" {
			f.breach(spec.Pos(), "%s imports %s: it holds assets, and imports only embed", f.pkg, imported)
		}
		for _, library := range houseOwners {
			if under(imported, library.library) && !f.test && !f.place.pure && !slices.Contains(library.owners, f.pkg) {
				f.breach(spec.Pos(), "%s imports %s: only %s does", f.pkg, imported, strings.Join(library.owners, " and "))
			}
		}
	}
}

// checkInside checks an import of this module against the table.
func (f *houseFile) checkInside(spec *ast.ImportSpec, imported string) {
	switch {
	case f.pkg == "cmd/outturn", slices.Contains(f.place.may, imported):
		return
	case f.test && (imported == f.pkg || imported == "fixtures" || slices.Contains(f.place.tests, imported)):
		return
	}
	f.breach(spec.Pos(), "%s imports %s: expected only %s", f.pkg, imported, orNothing(f.place.may))
}

func orNothing(packages []string) string {
	if len(packages) == 0 {
		return "nothing of this module"
	}
	return strings.Join(packages, ", ")
}

// checkCode looks for floats, implicit division, goroutines and calls to the outside world.
func (f *houseFile) checkCode() {
	if f.test {
		return
	}
	exact := f.place.pure && f.pkg != "engine/counterfactual"
	money := f.pkg == "engine" || under(f.pkg, "contracts")
	ast.Inspect(f.tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			if exact && (strings.Contains(n.Name, "float") || strings.Contains(n.Name, "Float") || strings.HasPrefix(n.Name, "complex")) {
				f.breach(n.Pos(), "%s in %s: money is exact, and floats live in engine/counterfactual", n.Name, f.pkg)
			}
		case *ast.BasicLit:
			if exact && (n.Kind == token.FLOAT || n.Kind == token.IMAG) {
				f.breach(n.Pos(), "%s is a float in %s: write it as a whole number or a fraction", n.Value, f.pkg)
			}
		case *ast.GoStmt:
			if f.place.pure && f.name != "engine/parallel.go" {
				f.breach(n.Pos(), "a goroutine in %s: only engine/parallel.go starts any", f.pkg)
			}
		case *ast.SelectorExpr:
			if on, ok := n.X.(*ast.Ident); ok && f.pkg != "cmd/outturn" && houseOutside[on.Name+"."+n.Sel.Name] {
				f.breach(n.Pos(), "%s.%s in %s: only cmd/outturn holds the clock, reads the environment and exits", on.Name, n.Sel.Name, f.pkg)
			}
		case *ast.CallExpr:
			// A decimal's Div takes one argument and rounds where nobody said so; big.Int's takes two, and is exact.
			if on, ok := n.Fun.(*ast.SelectorExpr); ok && money && on.Sel.Name == "Div" && len(n.Args) == 1 {
				f.breach(n.Pos(), "Div in %s rounds without saying how: keep the fraction (money.Exact) until its one rounding", f.pkg)
			}
		}
		return true
	})
}

// checkToDo looks for work put off that names no issue.
func (f *houseFile) checkToDo() {
	for _, group := range f.tree.Comments {
		for _, comment := range group.List {
			if houseToDo.MatchString(comment.Text) && !houseIssue.MatchString(comment.Text) {
				f.breach(comment.Pos(), "work put off without an issue: name one (#12), or do it")
			}
		}
	}
}

// checkLengths counts the lines of functions and of files. A test's functions are not counted, nor its tables.
func (f *houseFile) checkLengths(text []byte) {
	lines := bytes.Count(text, []byte("\n"))
	if f.test {
		lines -= f.tableLines()
	}
	if lines > houseFileMax {
		f.breaches = append(f.breaches, houseBreach{f.name, 0, fmt.Sprintf("%d lines: expected at most %d; split it by what it holds", lines, houseFileMax)})
	}
	if f.test {
		return
	}
	for _, decl := range f.tree.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok {
			if n := f.line(fn.End()) - f.line(fn.Pos()) + 1; n > houseFunctionMax {
				f.breach(fn.Pos(), "%s has %d lines: expected at most %d; the parent decides, the leaves compute", fn.Name.Name, n, houseFunctionMax)
			}
		}
	}
}

// tableLines counts the lines within the outermost slices, arrays and maps that are written out.
func (f *houseFile) tableLines() int {
	lines := 0
	ast.Inspect(f.tree, func(n ast.Node) bool {
		table, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		switch table.Type.(type) {
		case *ast.ArrayType, *ast.MapType:
			lines += f.line(table.Rbrace) - f.line(table.Lbrace)
			return false
		}
		return true
	})
	return lines
}

// checkDocs looks for exported names without a comment. A group's comment serves the names in it.
func (f *houseFile) checkDocs() {
	if f.test {
		return
	}
	for _, decl := range f.tree.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Name.IsExported() && onExported(decl.Recv) && decl.Doc == nil {
				f.breach(decl.Pos(), "%s has no comment: say what comes back, in what unit, and which errors", decl.Name.Name)
			}
		case *ast.GenDecl:
			f.checkDocsOf(decl)
		}
	}
}

func (f *houseFile) checkDocsOf(decl *ast.GenDecl) {
	for _, spec := range decl.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			if spec.Name.IsExported() && decl.Doc == nil && spec.Doc == nil {
				f.breach(spec.Pos(), "%s has no comment: say what it is", spec.Name.Name)
			}
		case *ast.ValueSpec:
			for _, name := range spec.Names {
				if name.IsExported() && decl.Doc == nil && spec.Doc == nil && spec.Comment == nil {
					f.breach(name.Pos(), "%s has no comment: say what it is, and its unit", name.Name)
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
		for _, other := range place.may {
			at, ok := housePlaces[other]
			if !ok {
				t.Errorf("%s may import %s, which has no place", pkg, other)
			}
			if place.pure && !at.pure {
				t.Errorf("%s is pure and may import %s, which is not", pkg, other)
			}
			if other != pkg && slices.Contains(at.may, pkg) {
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
