package whatif

import (
	"cmp"
	"slices"

	"outturn/contracts/money"
)

// Change is one figure in two settlements. Move is after less before.
type Change struct {
	Name                string
	Before, After, Move money.Amount
}

// LineChange is one line in two settlements; one that stands only in the other is nought in this.
type LineChange struct {
	Key                     LineKey
	Before, After, Move     money.Amount
	CountBefore, CountAfter string
}

// Compared is two settlements of the same evidence, side by side.
type Compared struct {
	Name              string
	Payments, Parties []Change     // every payment and party of either, in the order of the first and then of the second
	Total             Change       // what is received to date, net
	Lines             []LineChange // those that differ, by how much, the largest first
	Same              int          // lines that do not differ
	More              int          // lines that were not held, of either
}

// Compare sets two settlements of the same evidence side by side.
func Compare(a, b *Settled) Compared {
	nought := money.FromMinor(a.Contract.Currency, 0)
	out := Compared{Name: a.Name, More: a.More + b.More, Total: changed("total", a.Total(), b.Total())}
	sums := [2]map[string]money.Amount{{}, {}}
	var names []string
	for i, s := range []*Settled{a, b} {
		for _, p := range s.Statement.Payments {
			if _, known := sums[0][p.Payment]; !known || i == 0 {
				names = append(names, p.Payment)
			}
			sums[i][p.Payment] = p.ToDate
		}
	}
	for _, name := range names {
		out.Payments = append(out.Payments, changed(name, or(sums[0], name, nought), or(sums[1], name, nought)))
	}
	for _, name := range partyNames(a, b) {
		out.Parties = append(out.Parties, changed(name, or(a.Parties, name, nought), or(b.Parties, name, nought)))
	}
	for key, before := range a.Lines {
		after, ok := b.Lines[key]
		if !ok {
			after = LineSum{ToDate: nought}
		}
		out.line(key, before, after)
	}
	for key, after := range b.Lines {
		if _, ok := a.Lines[key]; !ok {
			out.line(key, LineSum{ToDate: nought}, after)
		}
	}
	slices.SortFunc(out.Lines, func(x, y LineChange) int {
		return cmp.Or(-x.Move.Exact().Abs().Cmp(y.Move.Exact().Abs()), cmp.Compare(x.Key.Payment, y.Key.Payment), cmp.Compare(x.Key.Unit, y.Key.Unit),
			cmp.Compare(x.Key.Of, y.Key.Of), cmp.Compare(x.Key.Period, y.Key.Period))
	})
	return out
}

func (c *Compared) line(key LineKey, before, after LineSum) {
	if before.ToDate.Equal(after.ToDate) {
		c.Same++
		return
	}
	c.Lines = append(c.Lines, LineChange{key, before.ToDate, after.ToDate, after.ToDate.Sub(before.ToDate), before.Count, after.Count})
}

func changed(name string, before, after money.Amount) Change {
	return Change{name, before, after, after.Sub(before)}
}

func or(sums map[string]money.Amount, name string, nought money.Amount) money.Amount {
	if amount, ok := sums[name]; ok {
		return amount
	}
	return nought
}

// partyNames lists the parties of both settlements: the contracts' own in their order, then units that are parties by
// key. Those that are due nothing in either are left out.
func partyNames(a, b *Settled) []string {
	var names, units []string
	seen := map[string]bool{}
	for _, s := range []*Settled{a, b} {
		for i := range s.Contract.Parties {
			if id := s.Contract.Parties[i].ID; !seen[id] && s.Contract.Parties[i].Each < 0 {
				seen[id] = true
				names = append(names, id)
			}
		}
	}
	for _, s := range []*Settled{a, b} {
		for name := range s.Parties {
			if !seen[name] {
				seen[name] = true
				units = append(units, name)
			}
		}
	}
	slices.Sort(units)
	return slices.DeleteFunc(append(names, units...), func(name string) bool {
		x, known := a.Parties[name]
		y, known2 := b.Parties[name]
		return (!known || x.IsZero()) && (!known2 || y.IsZero())
	})
}
