package money

// Minor rounds an exact sum by the contract's rule and returns it in the currency's smallest units. It is Amount for
// places where millions of lines are added: the same rounding and the same limit, without an allocation. The rule is
// one that Amount would take; whoever settles makes sure of that once.
func (x Exact) Minor(c Currency, r Rounding) (int64, error) {
	minor, ok := x.Round(r).minor(c)
	if !ok {
		return 0, tooLarge(x.String(), c)
	}
	return minor, nil
}
