package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// plant writes a tree of files below a new folder.
func plant(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		at := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// TestHouseRulesBite plants each breach in a tree of one file, and beside it the nearest thing that is allowed.
func TestHouseRulesBite(t *testing.T) {
	toDo := "TO" + "DO"
	for _, c := range []struct {
		name, file, text string
		want             string // a part of the one breach expected; none when empty
	}{
		{"an import to the right", "engine/a.go", "package engine\nimport _ \"outturn/contracts/money\"\n", ""},
		{"an import to the left", "contracts/a.go", "package contracts\nimport _ \"outturn/engine\"\n", "a.go:2: contracts imports engine: expected only contracts/calendar"},
		{"the model reading documents", "contracts/a.go", "package contracts\nimport _ \"outturn/contracts/document\"\n", "contracts imports contracts/document"},
		{"the engine reading the language", "engine/a.go", "package engine\nimport _ \"outturn/contracts/language\"\n", "engine imports contracts/language"},
		{"an import of a sibling", "contracts/money/a.go", "package money\nimport _ \"outturn/contracts/calendar\"\n", "expected only nothing of this module"},
		{"the engine reading files", "engine/a.go", "package engine\nimport _ \"outturn/engine/ingest\"\n", "engine imports engine/ingest"},
		{"the engine's tests reading files", "engine/a_test.go", "package engine_test\nimport _ \"outturn/engine/ingest\"\n", ""},
		{"the engine's tests reading the store", "engine/a_test.go", "package engine_test\nimport _ \"outturn/engine/store\"\n", "engine imports engine/store"},
		{"tests reading fixtures", "engine/proof/a_test.go", "package proof\nimport _ \"outturn/fixtures\"\n", ""},
		{"code reading fixtures", "engine/proof/a.go", "package proof\nimport _ \"outturn/fixtures\"\n", "engine/proof imports fixtures"},
		{"the api reading the store", "api/a.go", "package api\nimport _ \"outturn/engine/store\"\n", "api imports engine/store"},
		{"the program joining them", "cmd/outturn/a.go", "package main\nimport _ \"outturn/engine/store\"\n", ""},
		{"a folder of the program", "cmd/outturn/make/a.go", "package make\nimport _ \"outturn/fixtures\"\n", ""},
		{"a package without a place", "engine/misc/a.go", "package misc\n", "package engine/misc has no place"},
		{"a package at the top", "a.go", "package outturn\n", "package . has no place"},
		{"assets alone", "migrations/a.go", "package migrations\nimport _ \"embed\"\n", ""},
		{"assets and more", "migrations/a.go", "package migrations\nimport _ \"strings\"\n", "imports only embed"},

		{"a context in the core", "engine/a.go", "package engine\nimport _ \"context\"\n", "is pure and imports context"},
		{"files in the core", "engine/a.go", "package engine\nimport _ \"os\"\n", "imports os"},
		{"a log in the core", "engine/a.go", "package engine\nimport _ \"log/slog\"\n", "imports log/slog"},
		{"the network in the core", "contracts/a.go", "package contracts\nimport _ \"net/http\"\n", "imports net/http"},
		{"a database in the core", "engine/ledger/a.go", "package ledger\nimport _ \"database/sql\"\n", "imports database/sql"},
		{"chance in the core", "engine/a.go", "package engine\nimport _ \"math/rand/v2\"\n", "imports math/rand/v2"},
		{"chance in the estimators", "engine/counterfactual/a.go", "package counterfactual\nimport _ \"math/rand\"\n", "imports math/rand"},
		{"pgx in the core", "engine/a.go", "package engine\nimport _ \"github.com/jackc/pgx/v5\"\n", "imports github.com/jackc/pgx/v5"},
		{"echo in the core", "engine/a.go", "package engine\nimport _ \"github.com/labstack/echo/v4\"\n", "imports github.com/labstack/echo/v4"},
		{"echo in the store", "engine/store/a.go", "package store\nimport _ \"github.com/labstack/echo/v4\"\n", "only api does"},
		{"pgx in the store", "engine/store/a.go", "package store\nimport _ \"github.com/jackc/pgx/v5\"\n", ""},
		{"pgx in the api", "api/a.go", "package api\nimport _ \"github.com/jackc/pgx/v5\"\n", "only engine/store and engine/store/storetest and cmd/outturn does"},
		{"a name that only begins alike", "engine/a.go", "package engine\nimport _ \"mathematics\"\n", ""},
		{"files in the core's tests", "engine/a_test.go", "package engine\nimport _ \"os\"\n", ""},

		{"math in the core", "contracts/money/a.go", "package money\nimport _ \"math\"\n", "imports math"},
		{"exact math", "contracts/money/a.go", "package money\nimport _ \"math/big\"\nimport _ \"math/bits\"\n", ""},
		{"math in the estimators", "engine/counterfactual/a.go", "package counterfactual\nimport _ \"math\"\nvar x float64 = 1.5\n", ""},
		{"a float", "engine/evidence/a.go", "package evidence\nvar x float64\n", "a.go:2: float64 in engine/evidence"},
		{"a small float", "contracts/a.go", "package contracts\nfunc f(x float32) {}\n", "float32 in contracts"},
		{"a float without its name", "engine/a.go", "package engine\nvar x = 1.5\n", "1.5 is a float"},
		{"a float through a method", "engine/a.go", "package engine\nvar x = y.InexactFloat64()\n", "InexactFloat64 in engine"},
		{"a float in a test", "engine/a_test.go", "package engine\nvar x float64\n", ""},
		{"a float in the console's api", "api/a.go", "package api\nvar x float64\n", ""},

		{"a decimal's division", "contracts/money/a.go", "package money\nvar x = y.Div(z)\n", "Div in contracts/money rounds"},
		{"and in the engine", "engine/a.go", "package engine\nvar x = y.Div(z)\n", "Div in engine"},
		{"and in formulas", "contracts/formula/a.go", "package formula\nvar x = y.Div(z)\n", "Div in contracts/formula"},
		{"a whole number's", "contracts/money/a.go", "package money\nvar x = new(big.Int).Div(y, z)\n", ""},
		{"a stated precision", "contracts/money/a.go", "package money\nvar x = y.DivRound(z, 9)\n", ""},

		{"a function of 70 lines", "api/a.go", "package api\nfunc f() {\n" + strings.Repeat("g()\n", 68) + "}\n", ""},
		{"a function of 71", "api/a.go", "package api\nfunc f() {\n" + strings.Repeat("g()\n", 69) + "}\n", "f has 71 lines: expected at most 70"},
		{"a long test", "api/a_test.go", "package api\nfunc f() {\n" + strings.Repeat("g()\n", 100) + "}\n", ""},
		{"a file of 500 lines", "api/a.go", "package api\n" + strings.Repeat("\n", 499), ""},
		{"a file of 501", "api/a.go", "package api\n" + strings.Repeat("\n", 500), "501 lines: expected at most 500"},
		{"a test of 501", "api/a_test.go", "package api\n" + strings.Repeat("\n", 500), "501 lines"},
		{"a test with a long table", "api/a_test.go", "package api\nvar x = []int{\n" + strings.Repeat("1,\n", 600) + "}\n", ""},
		{"a table outside a test", "api/a.go", "package api\nvar x = []int{\n" + strings.Repeat("1,\n", 600) + "}\n", "603 lines"},
		{"generated code", "engine/store/a.go", "// Code generated by sqlc. DO NOT EDIT.\npackage store\nfunc F() {}\n" + strings.Repeat("\n", 600), ""},

		{"a function said", "api/a.go", "package api\n// F does.\nfunc F() {}\n", ""},
		{"a function unsaid", "api/a.go", "package api\nfunc F() {}\n", "F has no comment"},
		{"a method unsaid", "api/a.go", "package api\n// T is.\ntype T int\nfunc (t *T) M() {}\n", "M has no comment"},
		{"a method of nobody's", "api/a.go", "package api\ntype t int\nfunc (t *t) M() {}\n", ""},
		{"a type unsaid", "api/a.go", "package api\ntype T int\n", "T has no comment"},
		{"a constant unsaid", "api/a.go", "package api\nconst C = 1\n", "C has no comment"},
		{"a variable unsaid", "api/a.go", "package api\nvar (\n\ta = 1\n\tB = 2\n)\n", "B has no comment"},
		{"a group said", "api/a.go", "package api\n// The bounds.\nconst (\n\tA = 1\n\tB = 2\n)\n", ""},
		{"a constant said beside it", "api/a.go", "package api\nconst C = 1 // pence\n", ""},

		{"a goroutine in the core", "engine/a.go", "package engine\nfunc f() { go g() }\n", "a goroutine in engine"},
		{"a goroutine where it may be", "engine/parallel.go", "package engine\nfunc f() { go g() }\n", ""},
		{"a goroutine in the contract", "contracts/a.go", "package contracts\nfunc f() { go g() }\n", "a goroutine in contracts"},
		{"a goroutine in the api", "api/a.go", "package api\nfunc f() { go g() }\n", ""},

		{"the time", "engine/a.go", "package engine\nimport \"time\"\nvar x = time.Now()\n", "time.Now in engine"},
		{"a time", "engine/a.go", "package engine\nimport \"time\"\nvar x time.Duration\n", ""},
		{"the time in the program", "cmd/outturn/a.go", "package main\nimport \"time\"\nvar x = time.Now()\n", ""},
		{"the environment", "api/a.go", "package api\nimport \"os\"\nvar x = os.Getenv(\"X\")\n", "os.Getenv in api"},

		{"a path", "README.md", "See\n/wo" + "rk/main.\n", "README.md:2:"},
		{"another", "fixtures/a/README.md", "See ../sh" + "ared.\n", "README.md:1:"},
		{"a framework/ is no path", "README.md", "See framework/main.\n", ""},
		{"bytes that are no text", "fixtures/a.bin", "\x00/wo" + "rk/", ""},

		{"work put off", "api/a.go", "package api\n\n// " + toDo + ": later\n", "a.go:3: work put off without an issue"},
		{"with an issue", "api/a.go", "package api\n\n// " + toDo + "(#12): later\n", ""},
		{"what cannot be read", "api/a.go", "package", "cannot be read as Go"},
	} {
		breaches, files, err := checkHouse(plant(t, map[string]string{c.file: c.text}))
		if err != nil || files != 1 {
			t.Fatalf("%s: %d files read, %v", c.name, files, err)
		}
		switch {
		case c.want == "" && len(breaches) > 0:
			t.Errorf("%s: %v, want no breach", c.name, breaches)
		case c.want != "" && (len(breaches) != 1 || !strings.Contains(breaches[0].String(), c.want)):
			t.Errorf("%s: %v, want one breach with %q", c.name, breaches, c.want)
		}
	}
}
