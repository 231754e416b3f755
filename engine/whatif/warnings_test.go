package whatif

import (
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"outturn/contracts"
	"outturn/contracts/language"
)

func decoded(t testing.TB, path string) *contracts.Contract {
	t.Helper()
	document, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c, err := language.Decode(path, document)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Every warning has a contract that draws it and a near twin, a few words away, that does not. Figures are worked out
// by hand.
var warned = []struct{ file, kind, where, what string }{
	{"cliff-hurdle", WarnCliff, "payment bonus", "£4,000.00; any other outcome moves £100.00"}, // 40 x £100
	{"cliff-example", WarnCliff, "payment share", "£450.00 in the example that pays half of a saving"},
	{"cliff-bands", WarnCliff, "table yearly_return", "from 3% to 7.5%: £4,500.00 of payment interest"}, // 4.5% of £100,000
	{"unreachable-window", WarnUnreachable, "measure job", "has at most 181 days"},                      // 26 weeks are 182
	{"unreachable-term", WarnUnreachable, "measure job", "they end on 1 January 2028"},                  // 29 + 31 + 30 + 31 + 30 + 31 = 182 days to 31 December
	{"unreachable-run", WarnUnreachable, "measure month_kept", "has at most 27 days"},
	{"unreachable-conditions", WarnUnreachable, "payment fee", "no value of quality"},
	{"unreachable-period", WarnUnreachable, "payment fee", "no value of contract year"},
	{"unread-quantity", WarnUnreachable, "quantity surveys", "nothing that is paid reads it"},
	{"unread-beside", WarnUnreachable, "quantity usual", "nothing that is paid reads it"}, // columns and benchmarks are read
	{"unread-kind", WarnUnreachable, "evidence survey", "gathers it for nothing"},
	{"twice-measure", WarnTwice, "payment entry_fee", "each into work is paid by job fee as well"},
	{"twice-kind", WarnTwice, "payment part_fee", "one job start meets into work and part time"},
	{"twice-cohorts", WarnTwice, "cohort second_wave", "is in first wave too"},
	{"twice-sides", WarnTwice, "cohort others", "both sides of a comparison"},
	{"idle-cap", WarnIdleCap, "cap 1", "£1,200.00, and it allows £1,200.00"}, // £300 + 6 x £150
	{"idle-places", WarnIdleCap, "cap 1", "100 places"},
	{"idle-ceiling", WarnIdleCap, "payment fee", "at most £800.00"}, // 80% of £1,000
	{"runs-out-table", WarnRunsOut, "table fees", "no row for contract year 2"},
	{"runs-out-dated", WarnRunsOut, "table fees", "applies from 2 January 2026"},
	{"runs-out-term", WarnRunsOut, "contract example", "after 30 June 2027"}, // 6 months beginning with 31 December 2026
	{"runs-out-evidence", WarnRunsOut, "calendar", "until 15 January 2028"},
	{"cream", WarnCream, "payment job_fee", "40% x £1,200.00 = £480.00 for easy, and 15% x £1,200.00 = £180.00 for hard"},
	{"denominator", WarnDenominator, "payment bonus", "referred, which counts participants, who join by attachment"},
	{"chance", WarnChance, "payment fee", "at least 18 times in 100"}, // at most 45 of 100 at a half: 18.4%
}

func TestWarnings(t *testing.T) {
	for _, w := range warned {
		t.Run(w.file, func(t *testing.T) {
			drawn := 0
			for _, found := range Warnings(decoded(t, filepath.Join("testdata", "warnings", w.file+".yaml"))) {
				if found.Kind != w.kind {
					continue
				}
				drawn++
				if found.Where != w.where || !strings.Contains(found.What, w.what) || found.WhatToDo == "" {
					t.Errorf("%+v: expected %s, %q", found, w.where, w.what)
				}
			}
			if drawn != 1 {
				t.Errorf("%d warnings of %s, expected 1", drawn, w.kind)
			}
			for _, found := range Warnings(decoded(t, filepath.Join("testdata", "warnings", w.file+"-twin.yaml"))) {
				if found.Kind == w.kind {
					t.Errorf("the twin draws it too: %+v", found)
				}
			}
		})
	}
}

// A pair whose two contracts are not alike would show nothing about where the line is, and a file that no case names
// would show nothing at all.
func TestWarningTwinsAreNear(t *testing.T) {
	named := map[string]bool{}
	for _, w := range warned {
		named[w.file+".yaml"], named[w.file+"-twin.yaml"] = true, true
		var lines [2]map[string]bool
		for i, file := range []string{w.file, w.file + "-twin"} {
			text, err := os.ReadFile(filepath.Join("testdata", "warnings", file+".yaml"))
			if err != nil {
				t.Fatal(err)
			}
			lines[i] = map[string]bool{}
			for line := range strings.SplitSeq(string(text), "\n") {
				lines[i][line] = true
			}
		}
		apart := 0
		for line := range lines[0] {
			if !lines[1][line] {
				apart++
			}
		}
		if apart > 2 {
			t.Errorf("%s: %d lines of it are not in its twin", w.file, apart)
		}
	}
	files, _ := filepath.Glob(filepath.Join("testdata", "warnings", "*.yaml"))
	for _, file := range files {
		if !named[filepath.Base(file)] {
			t.Errorf("%s is in no case", file)
		}
	}
}

// The figures of published schemes, against the sums of their own stories.
func TestWarningsOfFixtures(t *testing.T) {
	for _, want := range []struct{ fixture, kind, where, what string }{
		{"doncaster", WarnCliff, "payment refund", "£2,000,000.00"},                     // a tenth of £20,000,000
		{"peterborough", WarnCliff, "payment cohort_reduction", "£1,085,000.00"},        // 10% of 1.55 x 1,000 = 155 events at £7,000
		{"work-programme", WarnCream, "payment job_outcome_fee", "= £480.00 for jsa"},   // 40% of £1,200
		{"work-programme", WarnDenominator, "payment incentive", "counts participants"}, // 1.3 x rate x referrals
	} {
		found := false
		for _, w := range Warnings(fixture(t, want.fixture)) {
			found = found || w.Kind == want.kind && w.Where == want.where && strings.Contains(w.What, want.what)
		}
		if !found {
			t.Errorf("%s: no warning of %s, %s, %q", want.fixture, want.kind, want.where, want.what)
		}
	}
}

// Worked by hand: 386 of the 1,024 ways of ten coins have at most four heads; of two events expected, at most one
// comes with chance 3 e^-2 = 0.40600.
func TestChance(t *testing.T) {
	for _, one := range []struct {
		name       string
		found      *big.Float
		low, under float64
	}{
		{"four of ten", binomialAtMost(10, big.NewRat(1, 2), 4), 0.37695, 0.37696}, // 386/1024 = 0.376953
		{"none of one", binomialAtMost(1, big.NewRat(1, 4), 0), 0.75, 0.7500001},
		{"all of them", binomialAtMost(3, big.NewRat(1, 4), 3), 1, 1.0000001},
		{"certain", binomialAtMost(3, big.NewRat(1, 1), 2), 0, 0.0000001},
		{"one of two", poissonAtMost(big.NewRat(2, 1), 1), 0.40600, 0.40601},
		{"none of a half", poissonAtMost(big.NewRat(1, 2), 0), 0.60653, 0.60654}, // e^-0.5
	} {
		if x, _ := one.found.Float64(); x < one.low || x >= one.under {
			t.Errorf("%s: %v, expected %v to %v", one.name, x, one.low, one.under)
		}
	}
}

// Every contract of a real scheme can be looked through, and a warning says where, what and what to do.
func TestWarningsAreWhole(t *testing.T) {
	for _, name := range fixtures(t) {
		c, err := language.Decode(name, documentOf(t, name))
		if err != nil {
			continue // its own test says so
		}
		for _, w := range Warnings(c) {
			if w.Where == "" || w.What == "" || w.WhatToDo == "" || !strings.Contains(strings.Join(warnKinds, "/"), w.Kind) {
				t.Errorf("%s: %+v", name, w)
			}
		}
	}
}

// £600 + £1,500 + £1,500 + £2,600 + £2,500 + £1,800 for a home, 3 x £100, and £200 + £600 + £100 + £1,100: £12,800 of the £19,000
// that the published maximum allows, since the card's other rows are not in the contract.
func TestIdleCapOfAPublishedScheme(t *testing.T) {
	found := false
	for _, w := range Warnings(fixture(t, "entrenched-rough-sleeping")) {
		found = found || w.Kind == WarnIdleCap && strings.Contains(w.What, "£12,800.00, and it allows £19,000.00")
	}
	if !found {
		t.Error("the maximum for a person is not said to be beyond reach")
	}
}

// Conditions on, just under and just over the edge at which they exclude each other.
func TestTogether(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "warnings", "unreachable-conditions.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range []struct {
		when, unless string
		contrary     bool
	}{
		{"{quality: {at_least: 80%, at_most: 4/5}}", "{quality: {less_than: 10%}}", false}, // 80% itself
		{"{quality: {at_least: 80%, less_than: 4/5}}", "{quality: {less_than: 10%}}", true},
		{"{quality: {more_than: 80%, at_most: 4/5}}", "{quality: {less_than: 10%}}", true},
		{"{quality: {at_least: 80%, at_most: 79.99%}}", "{quality: {less_than: 10%}}", true},
		{"{quality: {at_least: 80%}}", "{any_of: [{quality: {more_than: 90%}}, {quality: {less_than: 85%}}]}", false}, // from 85% to 90%
		{"{quality: {at_least: 80%}}", "{any_of: [{quality: {at_least: 85%}}, {quality: {less_than: 85%}}]}", true},
		{"{quality: {at_least: 80%}}", "{quality: {at_least: 80%}, served: {at_least: 1}}", false}, // where nobody was served
		{"{contract_year: {more_than: 2}}", "{quality: {less_than: 10%}}", true},                   // the term has two
		{"{contract_year: {more_than: 1}}", "{quality: {less_than: 10%}}", false},
		{"{not: {quality: {at_least: 80%}}}", "{quality: {less_than: 80%}}", true},
	} {
		changed := strings.Replace(string(text), "when: {quality: {at_least: 80%}}, unless: {quality: {more_than: 79%}}", "when: "+one.when+", unless: "+one.unless, 1)
		c, err := language.Decode("it", []byte(changed))
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, w := range Warnings(c) {
			found = found || w.Kind == WarnUnreachable
		}
		if found != one.contrary {
			t.Errorf("when %s, unless %s: contrary %v", one.when, one.unless, found)
		}
	}
}

// What a partnership or a baseline reads stands on the statement, and is not read for nothing.
func TestWhatAStatementShowsIsNotUnread(t *testing.T) {
	for _, name := range []string{"essex-family", "partnership-board", "west-cheshire-early-support", "west-cheshire-families-together"} {
		for _, w := range Warnings(fixture(t, name)) {
			if w.Kind == WarnUnreachable {
				t.Errorf("%s: %s, %s", name, w.Where, w.What)
			}
		}
	}
}
