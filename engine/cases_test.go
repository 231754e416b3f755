package engine_test

import (
	"os"
	"path/filepath"
	"testing"

	"outturn/contracts"
	"outturn/contracts/language"
	"outturn/contracts/money"
	"outturn/engine"
	"outturn/engine/evidence"
	"outturn/engine/ingest"
)

// settlesAgainToNothing settles an example once more with its own statement in the position: nothing is due.
func settlesAgainToNothing(t *testing.T, c *contracts.Contract, ex *contracts.Example, s evidence.Snapshot) {
	t.Helper()
	on := engine.Occasion{Through: ex.AsAt, CutOff: ex.AsAt, Final: true}
	first, err := settleOn(c, on, s, engine.Position{})
	if err != nil {
		t.Fatal(err)
	}
	again, err := settleOn(c, on, s, engine.Position{Prior: []engine.Prior{first.prior(c)}})
	if err != nil {
		t.Fatalf("%q: %v", ex.It, err)
	}
	for _, sum := range again.statement.Due {
		if !sum.Due.IsZero() {
			t.Errorf("%q: settled again, %s is due %s", ex.It, sum.Party, sum.Due)
		}
	}
}

// TestCasesSettleAsTheySay settles the examples of small contracts that once came out wrong. Each carries its own sum.
func TestCasesSettleAsTheySay(t *testing.T) {
	files, err := filepath.Glob("testdata/cases/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		document, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c, err := language.Decode(file, document)
		if err != nil {
			t.Fatal(err)
		}
		for _, ex := range c.Examples {
			s, err := ingest.FromExamples(c, ex.Evidence, ex.AsAt)
			if err != nil {
				t.Fatalf("%s, %q: %v", file, ex.It, err)
			}
			st, err := engine.Settle(c, engine.Occasion{Through: ex.AsAt, CutOff: ex.AsAt, Final: true}, s, engine.Position{}, nil)
			if err != nil {
				t.Fatalf("%s, %q: %v", file, ex.It, err)
			}
			settlesAgainToNothing(t, c, &ex, s)
			for _, want := range ex.Due {
				found := money.FromMinor(c.Currency, 0)
				for _, sum := range st.Due {
					if sum.Party == want.Party {
						found = sum.Due
					}
				}
				if !found.Equal(want.Amount) {
					t.Errorf("%s, %q: %s is due %s, expected %s", file, ex.It, want.Party, found, want.Amount)
				}
			}
		}
	}
}
