package money

import (
	"errors"
	"fmt"
	"math/big"
)

// Mode says which way a rounding goes. The zero value is no rounding at all, and nothing can be paid by it.
type Mode uint8

// The modes. Up is away from nought and Down towards it, so that a debt rounds as the claim it mirrors.
const (
	NoRounding Mode = iota
	Nearest
	Up
	Down
)

// Ties says where Nearest sends a value that lies half way.
type Ties uint8

// The ties. TiesUp is away from nought, TiesDown towards it, TiesEven to the even multiple of the unit.
const (
	NoTies Ties = iota
	TiesUp
	TiesDown
	TiesEven
)

// Rounding is one named rounding of a contract: to a multiple of Unit. The zero value rounds nothing.
type Rounding struct {
	Mode Mode
	Ties Ties  // for Nearest only
	Unit Exact // 0.01 for pence, 1 for whole units; in major units of the currency when money is rounded
}

// Check returns an error that names what is missing or contrary in the rounding: a mode, a way with ties
// for Nearest and for no other, a unit above nought.
func (r Rounding) Check() error {
	switch {
	case r.Mode == NoRounding:
		return errors.New("no rounding is stated: say nearest, up or down, and to what unit")
	case r.Mode > Down || r.Ties > TiesEven:
		return fmt.Errorf("rounding mode %d with ties %d is not known", r.Mode, r.Ties)
	case r.Unit.Sign() <= 0:
		return fmt.Errorf("the rounding unit is %s, and must be above nought, such as 0.01 or 1", r.Unit)
	case r.Mode == Nearest && r.Ties == NoTies:
		return fmt.Errorf("rounding to the nearest %s does not say where ties go: say up, down or even", r.Unit)
	case r.Mode != Nearest && r.Ties != NoTies:
		return fmt.Errorf("rounding %s has ties; only rounding to the nearest has them", r.Mode)
	}
	return nil
}

// String names the mode: "nearest", "up", "down" or "none".
func (m Mode) String() string {
	switch m {
	case NoRounding:
		return "none"
	case Nearest:
		return "nearest"
	case Up:
		return "up"
	case Down:
		return "down"
	}
	return fmt.Sprintf("mode %d", uint8(m))
}

// String names the way with ties: "up", "down", "even" or "none".
func (t Ties) String() string {
	switch t {
	case NoTies:
		return "none"
	case TiesUp:
		return "up"
	case TiesDown:
		return "down"
	case TiesEven:
		return "even"
	}
	return fmt.Sprintf("ties %d", uint8(t))
}

// String says the rounding as a contract would: "to the nearest 0.01, ties up", "up to a multiple of 1",
// "down to a multiple of 0.01", "not rounded".
func (r Rounding) String() string {
	switch r.Mode {
	case NoRounding:
		return "not rounded"
	case Nearest:
		return fmt.Sprintf("to the nearest %s, ties %s", r.Unit, r.Ties)
	default:
		return fmt.Sprintf("%s to a multiple of %s", r.Mode, r.Unit)
	}
}

// Round returns x rounded to a multiple of r.Unit, exactly; NoRounding returns x as it is. Small
// values do not allocate. A rounding that Check refuses panics: it was refused where the contract was read.
func (x Exact) Round(r Rounding) Exact {
	if r.Mode == NoRounding {
		return x
	}
	if r.Mode > Down || r.Ties > TiesEven || r.Unit.Sign() <= 0 || (r.Mode == Nearest) != (r.Ties != NoTies) {
		panic("money: a rounding that cannot be carried out: " + fmt.Sprint(r.Check()))
	}
	q, _ := x.Quo(r.Unit)
	if q.r != nil {
		return roundBig(q.r, r.Mode, r.Ties).Mul(r.Unit)
	}
	if q.d == 0 {
		return x
	}
	negative := q.n < 0
	size, d := magnitude(q.n), uint64(q.d)
	whole, rest := size/d, size%d
	// rest is never nought here, and twice rest fits 64 bits because d fits 63.
	if awayFromNought(r.Mode, r.Ties, compare(int64(rest), int64(d-rest)), whole&1 == 1) {
		whole++
	}
	k := int64(whole)
	if negative {
		k = -k
	}
	return Int(k).Mul(r.Unit)
}

// roundBig returns q rounded to a whole number.
func roundBig(q *big.Rat, mode Mode, ties Ties) Exact {
	whole, rest := new(big.Int).QuoRem(new(big.Int).Abs(q.Num()), q.Denom(), new(big.Int))
	if rest.Sign() != 0 {
		half := rest.Lsh(rest, 1).Cmp(q.Denom())
		if awayFromNought(mode, ties, half, whole.Bit(0) == 1) {
			whole.Add(whole, big.NewInt(1))
		}
	}
	if q.Sign() < 0 {
		whole.Neg(whole)
	}
	return shrink(new(big.Rat).SetInt(whole))
}

// awayFromNought decides one rounding of a value that is not whole. half is -1, 0 or 1 as what is over
// is less than, exactly or more than half; odd says whether the whole part is.
func awayFromNought(mode Mode, ties Ties, half int, odd bool) bool {
	switch mode {
	case Up:
		return true
	case Down:
		return false
	case Nearest:
		if half != 0 {
			return half > 0
		}
		return ties == TiesUp || ties == TiesEven && odd
	default:
		panic("money: a rounding without a mode has nothing to decide")
	}
}
