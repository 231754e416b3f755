package money

import "math/big"

// Root returns the square root of x rounded to a multiple of r.Unit, exactly: whichever side of a tie it lies on is
// decided by squares and never by an approximation. It is false for x below nought. A rounding that Check refuses
// panics, and so does none at all: a root has no last digit to be exact by.
func (x Exact) Root(r Rounding) (Exact, bool) {
	if err := r.Check(); err != nil {
		panic("money: a root that cannot be rounded: " + err.Error())
	}
	if x.Sign() < 0 {
		return Exact{}, false
	}
	square, _ := x.Quo(r.Unit.Mul(r.Unit)) // of the root in units
	q := square.Rat()
	whole := new(big.Int).Sqrt(new(big.Int).Quo(q.Num(), q.Denom()))
	below := shrink(new(big.Rat).SetInt(whole))
	if rest := square.Cmp(below.Mul(below)); rest > 0 {
		half := below.Add(Frac(1, 2))
		if awayFromNought(r.Mode, r.Ties, square.Cmp(half.Mul(half)), whole.Bit(0) == 1) {
			below = below.Add(Int(1))
		}
	}
	return below.Mul(r.Unit), true
}
