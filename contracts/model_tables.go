package contracts

import (
	"slices"

	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// This file says which rows of a table are the more particular, and which meet.

// MoreParticular reports whether row a names every column that b names, and more.
func MoreParticular(a, b *Row) bool {
	more := false
	for i := range a.Match {
		switch {
		case a.Match[i].Any && !b.Match[i].Any:
			return false
		case !a.Match[i].Any && b.Match[i].Any:
			more = true
		}
	}
	return more
}

// RowsMeet reports whether some combination of figures is matched by both rows.
func RowsMeet(a, b *Row) bool {
	for i := range a.Match {
		if !meets(&a.Match[i], &b.Match[i]) {
			return false
		}
	}
	return true
}

// meets reports whether some figure is matched by both. Tests against figures that are only known later are taken to
// be apart: a settlement that finds both to hold stops there.
func meets(x, y *Match) bool {
	switch {
	case x.Any || y.Any:
		return true
	case x.Test == nil && y.Test == nil:
		return slices.ContainsFunc(x.Texts, func(s string) bool { return slices.Contains(y.Texts, s) }) ||
			slices.ContainsFunc(x.Values, func(f formula.Figure) bool {
				return slices.ContainsFunc(y.Values, func(g formula.Figure) bool { return f.Num.Cmp(g.Num) == 0 })
			})
	case x.Test == nil:
		return slices.ContainsFunc(x.Values, func(f formula.Figure) bool { return inside(f.Num, y.Test) })
	case y.Test == nil:
		return slices.ContainsFunc(y.Values, func(f formula.Figure) bool { return inside(f.Num, x.Test) })
	}
	// Two stretches meet if one end of either, or a figure just within it, lies in both.
	for _, end := range append(ends(x.Test), ends(y.Test)...) {
		if inside(end, x.Test) && inside(end, y.Test) {
			return true
		}
	}
	return false
}

// inside reports whether a figure passes tests against literals.
func inside(x money.Exact, c *Condition) bool {
	if c.Op == AllOf {
		return !slices.ContainsFunc(c.Parts, func(part Condition) bool { return !inside(x, &part) })
	}
	if c.Op != Test || c.Bound == nil || c.Bound.Op != formula.OpLiteral {
		return false
	}
	return c.Test.Passes(x.Cmp(c.Bound.Literal.Num))
}

// ends returns the literals of a test, and a figure a little to each side of them.
func ends(c *Condition) []money.Exact {
	if c.Op == AllOf {
		var all []money.Exact
		for i := range c.Parts {
			all = append(all, ends(&c.Parts[i])...)
		}
		return all
	}
	if c.Op != Test || c.Bound == nil || c.Bound.Op != formula.OpLiteral {
		return nil
	}
	x, little := c.Bound.Literal.Num, money.Frac(1, 1_000_000_000)
	return []money.Exact{x.Sub(little), x, x.Add(little)}
}
