package api

import (
	"testing"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/money"
)

// What a trust received and paid is its successor's once a statement through the day of the succession stands.
func TestBalancesAreCarriedOverToASuccessor(t *testing.T) {
	pounds, _ := money.LookupCurrency("GBP")
	c := &contracts.Contract{Currency: pounds, Parties: []contracts.Party{{ID: "trust", SucceededBy: 1, SucceededOn: calendar.MustDate("2026-07-01")}, {ID: "group", SucceededBy: -1}, {ID: "charity", SucceededBy: -1}}}
	balances := func(sums ...int64) []Balance {
		var all []Balance
		for i, sum := range sums {
			all = append(all, Balance{Party: []string{"charity", "group", "trust"}[i], Amount: money.FromMinor(pounds, sum)})
		}
		return all
	}
	for _, k := range []struct {
		through string
		want    map[string]string
	}{
		{"2026-06-30", map[string]string{"charity": "9.00", "group": "-2.00", "trust": "-7.00"}},
		{"2026-07-01", map[string]string{"charity": "9.00", "group": "-9.00"}},
	} {
		found := carriedOver(c, balances(900, -200, -700), calendar.MustDate(k.through))
		if len(found) != len(k.want) {
			t.Errorf("through %s: %v", k.through, found)
		}
		for _, b := range found {
			if b.Amount.String() != k.want[b.Party] {
				t.Errorf("through %s the %s has %s, expected %s", k.through, b.Party, b.Amount, k.want[b.Party])
			}
		}
	}
}
