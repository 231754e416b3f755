// Package disclosure says which counts of a table are too small to be shown to those who may not see the units that they
// count, and which others must go with them so that nobody can work the small ones out.
package disclosure

import (
	"slices"

	"outturn/contracts/money"
)

// Hidden is what of a table is not shown.
type Hidden struct {
	Parts []bool // by part
	Total bool   // nor what they come to together
}

// Any reports whether any part is hidden.
func (h Hidden) Any() bool { return slices.Contains(h.Parts, true) }

// Small reports whether a count is above nought and below a threshold. Nought is not small: it counts nobody. Nothing is
// small below a threshold of 0.
func Small(threshold int, count money.Exact) bool {
	return count.Sign() > 0 && count.Cmp(money.Int(int64(threshold))) < 0
}

// Hide says what of the parts of one total is not shown under a threshold. Small parts are hidden. Then the smallest of
// the others, the first of equals, until each hidden part could be anything from 1 to the threshold for all that the rest
// says: whoever takes what is shown from the total then learns nothing of any of them that its being hidden does not say.
// Where all parts do not suffice the total is hidden with them.
func Hide(threshold int, parts []money.Exact) Hidden {
	h := Hidden{Parts: make([]bool, len(parts))}
	var order []int // those that may go with the small ones, the smallest first
	sum, hidden := money.Exact{}, int64(0)
	hide := func(i int) {
		h.Parts[i] = true
		sum, hidden = sum.Add(parts[i]), hidden+1
	}
	for i, part := range parts {
		switch {
		case Small(threshold, part):
			hide(i)
		case part.Sign() > 0:
			order = append(order, i)
		}
	}
	if hidden == 0 {
		return h
	}
	slices.SortStableFunc(order, func(a, b int) int { return parts[a].Cmp(parts[b]) })
	// The others are at least 1 each, so that one of them is at most the sum less one for each other.
	open := func() bool { return hidden > 1 && sum.Sub(money.Int(hidden-1)).Cmp(money.Int(int64(threshold))) >= 0 }
	for _, i := range order {
		if open() {
			return h
		}
		hide(i)
	}
	h.Total = !open()
	return h
}
