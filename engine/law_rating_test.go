package engine_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine/statements"
)

// Laws of a rated saving: it is validated for no more than was avoided, cashable for no more than is valid, cashed for no
// more than is cashable; the rating follows from the tests alone, and lets through its share of that to the penny; and one
// test more that is passed never lets less through, where a better rating does not pay less.
func TestLawRatingsLetThroughTheirShare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		families := rapid.Int64Range(0, 3000).Draw(t, "families")
		valid, told := rapid.Int64Range(0, 4000_00).Draw(t, "valid"), rapid.Int64Range(0, 4000_00).Draw(t, "told")
		cashable := rapid.Int64Range(0, 100).Draw(t, "cashable")
		var pays [contracts.RatingCount]int64
		left := int64(100)
		for i := range pays {
			left = rapid.Int64Range(0, left).Draw(t, "pays")
			pays[i] = left
		}
		var passes, needed [len(contracts.SavingTests)]bool
		for i := range passes {
			passes[i], needed[i] = rapid.Bool().Draw(t, "passes"), rapid.Bool().Draw(t, "needed")
		}
		needed[rapid.IntRange(0, len(needed)-1).Draw(t, "one")] = true
		f := ratedBy(t, families, valid, told, cashable, pays, passes, needed)

		expected := contracts.RatingSufficient
		for i := range passes {
			if !passes[i] && expected == contracts.RatingSufficient {
				expected = contracts.RatingPartial
			}
			if !passes[i] && needed[i] {
				expected = contracts.RatingInsufficient
			}
			if f.Tests[i].Passed != passes[i] {
				t.Errorf("%s: passed %v, drawn %v", f.Tests[i].Test, f.Tests[i].Passed, passes[i])
			}
		}
		if f.Rating != expected.String() {
			t.Errorf("rated %s, and the tests make it %s", f.Rating, expected)
		}
		pence := big.NewRat(families*100, 1)
		least := func(x *big.Rat, y int64) *big.Rat {
			if other := big.NewRat(y, 1); other.Cmp(x) < 0 {
				return other
			}
			return x
		}
		pence = least(pence, valid)
		pence = least(new(big.Rat).Mul(pence, big.NewRat(cashable, 100)), told)
		want := halfUp(new(big.Rat).Mul(pence, big.NewRat(pays[expected], 100)))
		got, _ := f.ComesTo.Minor()
		if got != want {
			t.Errorf("it lets %d pence through, and a calculator makes it %d", got, want)
		}
		if i := rapid.IntRange(0, len(passes)-1).Draw(t, "further"); !passes[i] {
			passes[i] = true
			further := ratedBy(t, families, valid, told, cashable, pays, passes, needed)
			if more, _ := further.ComesTo.Minor(); more < got {
				t.Errorf("with %s passed too it lets %d pence through, and %d without", contracts.SavingTests[i].Name, more, got)
			}
		}
	})
}

// ratedBy settles a saving of £1.00 a family whose tests are passed as drawn.
func ratedBy(t *rapid.T, families, valid, told, cashable int64, pays [contracts.RatingCount]int64, passes, needed [len(contracts.SavingTests)]bool) statements.SavingFigure {
	var tests, partial []string
	for i, test := range contracts.SavingTests {
		tests = append(tests, fmt.Sprintf("%s: {index: %d}", test.Name, map[bool]int{true: 1, false: 2}[passes[i]]))
		if needed[i] {
			partial = append(partial, test.Name)
		}
	}
	saving := fmt.Sprintf("of: families, beneficiaries: nhs, worth: £1.00, grade: 1, class: fiscal, counterfactual: gross, validated: finding, cashable: %d%%, cashed: cut, rating: {partial: [%s], pays: {sufficient: %d%%, partial: %d%%, insufficient: %d%%}, tests: {%s}}",
		cashable, strings.Join(partial, ", "), pays[0], pays[1], pays[2], strings.Join(tests, ", "))
	amount := func(pence int64) string { return "£" + money.FromMinor(pounds, pence).String() }
	return saved(t, saving, fmt.Sprintf("{told: 2026-12-31, families: %d, planned: £0.00, spent: £0.00, index: 1, places: 1}, {finding: 2026-06-01, party: host, amount: %s}, {cut: 2026-06-01, party: nhs, amount: %s}", families, amount(valid), amount(told))).Figures[0]
}
