package engine_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"outturn/contracts/language"
	"outturn/contracts/money"
	"outturn/engine"
)

// Law: the order in which a contract lists its parties is a tie-break and nothing else. With the parties in another order
// every line is worth the same, and each party's part of it, but for the spare penny that goes by that order. Where a cap
// stands on a payer a penny more or less changes what is left to others, and where the lines of several parties fill a cap
// their order is the cap's, so these are left out; so are accounts, whose payments to several are paid in that order.
func TestLawPartiesInAnyOrder(t *testing.T) {
	law(t, func(t *rapid.T, w *drawn) {
		over := map[string]bool{}
		for _, k := range w.draft.caps {
			if k.payer != "" {
				t.Skip("a cap on a payer")
			}
			for _, p := range k.over {
				over[p] = true
			}
		}
		if len(w.draft.accounts) > 0 || slices.ContainsFunc(w.draft.payments, func(p drawnPayment) bool { return over[p.name] && strings.Contains(p.ends, "fund") }) {
			t.Skip("lines of several parties under a cap, or from an account")
		}
		source := string(w.c.Source)
		head, rest, _ := strings.Cut(source, "parties:\n")
		list, tail, _ := strings.Cut(rest, "calendar:")
		parties := strings.SplitAfter(strings.TrimSuffix(list, "\n"), "\n")
		parties[len(parties)-1] += "\n"
		again, err := language.Decode("drawn.yaml", []byte(head+"parties:\n"+strings.Join(rapid.Permutation(parties).Draw(t, "parties"), "")+"calendar:"+tail))
		if err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		one := w.settle(t, w.on, w.told, engine.Position{})
		other := (&drawn{c: again, draft: w.draft, told: w.told, on: w.on}).settle(t, w.on, w.told, engine.Position{})
		for _, legs := range []bool{false, true} {
			have, want := map[lineAt]int64{}, map[lineAt]int64{}
			other.dues(have, legs)
			one.dues(want, legs)
			penny := int64(0)
			if legs {
				penny, _ = w.c.Rounding.Unit.Mul(money.Int(100)).Int64()
			}
			for at, n := range want {
				if d := have[at] - n; d < -penny || d > penny {
					t.Fatalf("%+v: %d, and %d with the parties in another order\n%s", at, n, have[at], again.Source)
				}
				delete(have, at)
			}
			for at, n := range have {
				if n < -penny || n > penny {
					t.Fatalf("%+v: nothing, and %d with the parties in another order\n%s", at, n, again.Source)
				}
			}
		}
	})
}
