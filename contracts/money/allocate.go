package money

import (
	"errors"
	"fmt"
	"slices"
)

// PartsMax is the most parts that one amount is split into.
const PartsMax = 100_000

// Policy says who takes the units that are over when an amount does not divide evenly. The zero value is
// no policy, and splits nothing: the contract says which.
type Policy int

// LargestRemainder gives one unit each to the parts that lost most by rounding down, ties in the order of
// the parts. (Hamilton's method)
const LargestRemainder Policy = 1

// Residual gives every unit that is over to the part at index part, counted from 0.
func Residual(part int) Policy {
	if part < 0 {
		panic(fmt.Sprintf("money: the residual to part %d", part))
	}
	return Policy(2 + part)
}

// Allocate splits whole by weights, so that the parts sum to the whole and each is a multiple of unit,
// which is in major units of c. Every part first gets its exact share rounded towards nought; then the
// policy gives out the units that are over. A negative whole is split as its mirror, so that
// Allocate(-x) = -Allocate(x). The parts come back in the order of the weights.
//
// It refuses an amount not of c, a whole that is not a multiple of unit, a unit that c has no coin for,
// no weights or more than PartsMax, a weight below nought, weights that are all nought, and no policy.
func Allocate(whole Amount, c Currency, unit Exact, weights []Exact, p Policy) ([]Amount, error) {
	total, err := checkAllocation(whole, c, unit, weights, p)
	if err != nil {
		return nil, err
	}
	units, _ := whole.Exact().Abs().Quo(unit)
	shares := make([]Exact, len(weights))
	over := make([]Exact, len(weights))
	left := units
	for i, w := range weights {
		exact, _ := units.Mul(w).Quo(total)
		shares[i] = exact.Round(Rounding{Mode: Down, Unit: Int(1)})
		over[i] = exact.Sub(shares[i])
		left = left.Sub(shares[i])
	}
	spare(shares, over, left, p)

	parts := make([]Amount, len(weights))
	for i, share := range shares {
		minor, ok := share.Mul(unit).Mul(Int(powersOfTen[c.Places])).Int64()
		if !ok {
			panic("money: a part larger than the whole it was split from")
		}
		if whole.Sign() < 0 {
			minor = -minor
		}
		parts[i] = FromMinor(c, minor)
	}
	return parts, nil
}

// checkAllocation returns the sum of the weights, or what is wrong.
func checkAllocation(whole Amount, c Currency, unit Exact, weights []Exact, p Policy) (Exact, error) {
	var total Exact
	refuse := func(format string, args ...any) (Exact, error) {
		return Exact{}, fmt.Errorf("%s cannot be split: %w", whole, fmt.Errorf(format, args...))
	}
	if _, err := whole.In(c); err != nil || !c.known() {
		return refuse("it is not an amount of %q", c.Code)
	}
	if _, ok := whole.Exact().minor(c); !ok {
		return refuse("amounts stay below %d either way", int64(AmountLimit))
	}
	if unit.Sign() <= 0 || !unit.Mul(Int(powersOfTen[c.Places])).IsInt() {
		return refuse("the unit is %s, and must be a multiple of %s above nought", unit, c.unit())
	}
	if q, _ := whole.Exact().Quo(unit); !q.IsInt() {
		return refuse("it is not a multiple of %s, the unit it is split in", unit)
	}
	if len(weights) == 0 || len(weights) > PartsMax {
		return refuse("there are %d parts, and 1 to %d were expected", len(weights), PartsMax)
	}
	for i, w := range weights {
		if w.Sign() < 0 {
			return refuse("the weight of part %d is %s, and none may be below nought", i+1, w)
		}
		total = total.Add(w)
	}
	switch {
	case total.IsZero():
		return refuse("all %d weights are nought, so that nobody has a share", len(weights))
	case p <= 0:
		return Exact{}, fmt.Errorf("%s cannot be split: %w", whole, errors.New("no policy says who takes the spare units"))
	case p > LargestRemainder && int(p-2) >= len(weights):
		return refuse("the spare units go to part %d, and there are %d parts", int(p-2)+1, len(weights))
	}
	return total, nil
}

// spare gives out the units left over.
func spare(shares, over []Exact, left Exact, p Policy) {
	if p != LargestRemainder {
		i := int(p - 2)
		shares[i] = shares[i].Add(left)
		return
	}
	count, ok := left.Int64()
	if !ok || count < 0 || count >= int64(len(shares)) && count > 0 {
		panic(fmt.Sprintf("money: %s units left over among %d parts", left, len(shares)))
	}
	order := make([]int, len(shares))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return over[b].Cmp(over[a]) })
	for _, i := range order[:count] {
		shares[i] = shares[i].Add(Int(1))
	}
}
