package plot

import (
	"fmt"
	"math/big"
	"strings"

	"outturn/contracts/money"
)

// stretch is what an axis must reach: the least and the greatest value that stands on it.
type stretch struct {
	low, high *big.Rat
}

// reach widens the stretch to hold a value.
func (s *stretch) reach(v *big.Rat) {
	if s.low == nil || v.Cmp(s.low) < 0 {
		s.low = v
	}
	if s.high == nil || v.Cmp(s.high) > 0 {
		s.high = v
	}
}

// axis carries values to whole pixels, exactly: low stands at pixel from, high at pixel to, which may be the lesser.
type axis struct {
	low, high *big.Rat
	step      *big.Rat
	from, to  int
	percent   bool
}

// ticksMax is how many steps an axis has at most.
const ticksMax = 6

// newAxis lays an axis over a stretch. It begins and ends on a tick, and its ticks are 1, 2 or 5 times a power of ten.
func newAxis(s stretch, from, to int, percent bool) axis {
	low, high := s.low, s.high
	if low == nil {
		low, high = new(big.Rat), big.NewRat(1, 1)
	}
	if low.Cmp(high) == 0 { // one value alone stands in the middle
		half := new(big.Rat).Abs(low)
		if half.Sign() == 0 {
			half.SetInt64(1)
		}
		low, high = new(big.Rat).Sub(low, half), new(big.Rat).Add(high, half)
	}
	step := stepOver(new(big.Rat).Sub(high, low))
	first := floor(new(big.Rat).Quo(low, step))
	last := new(big.Int).Neg(floor(new(big.Rat).Quo(new(big.Rat).Neg(high), step)))
	multiple := func(n *big.Int) *big.Rat { return new(big.Rat).Mul(new(big.Rat).SetInt(n), step) }
	return axis{low: multiple(first), high: multiple(last), step: step, from: from, to: to, percent: percent}
}

// stepOver is the least of 1, 2 and 5 times a power of ten that goes at most ticksMax times into a width above nought.
func stepOver(width *big.Rat) *big.Rat {
	least := new(big.Rat).Quo(width, big.NewRat(ticksMax, 1))
	ten := big.NewRat(10, 1)
	step := big.NewRat(1, 1)
	for step.Cmp(least) < 0 {
		step.Mul(step, ten)
	}
	for step.Cmp(least) >= 0 {
		step.Quo(step, ten)
	}
	for _, times := range []int64{2, 5} { // step itself is too small by now, and ten times it is not
		if wider := new(big.Rat).Mul(step, big.NewRat(times, 1)); wider.Cmp(least) >= 0 {
			return wider
		}
	}
	return step.Mul(step, ten)
}

// floor is the greatest whole number that is not above r.
func floor(r *big.Rat) *big.Int {
	return new(big.Int).Div(r.Num(), r.Denom()) // big.Int.Div goes down for a divisor above nought
}

// at is the pixel of a value, to the nearest.
func (a axis) at(v *big.Rat) int {
	part := new(big.Rat).Quo(new(big.Rat).Sub(v, a.low), new(big.Rat).Sub(a.high, a.low))
	part.Mul(part, big.NewRat(int64(a.to-a.from), 1))
	part.Add(part, big.NewRat(1, 2))
	return a.from + int(floor(part).Int64())
}

// tick is one mark of an axis.
type tick struct {
	At   int
	Text string
}

// ticks are the marks from the low end to the high.
func (a axis) ticks() []tick {
	var ticks []tick
	for v := a.low; v.Cmp(a.high) <= 0; v = new(big.Rat).Add(v, a.step) {
		ticks = append(ticks, tick{At: a.at(v), Text: a.text(v)})
	}
	return ticks
}

// text writes the value of a tick with as many places as the step has.
func (a axis) text(v *big.Rat) string {
	step, sign := new(big.Rat).Set(a.step), ""
	v = new(big.Rat).Set(v)
	if a.percent {
		hundred := big.NewRat(100, 1)
		v.Mul(v, hundred)
		step.Mul(step, hundred)
		sign = "%"
	}
	places := 0
	for ten := big.NewRat(10, 1); !step.IsInt(); places++ { // a step is whole in the end: it is 1, 2 or 5 at some place
		step.Mul(step, ten)
		v.Mul(v, ten)
	}
	digits := new(big.Int).Abs(v.Num()).String()
	if short := places + 1 - len(digits); short > 0 {
		digits = strings.Repeat("0", short) + digits
	}
	whole, rest := digits[:len(digits)-places], digits[len(digits)-places:]
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if v.Sign() < 0 {
		whole = "-" + whole
	}
	if places > 0 {
		whole += "." + rest
	}
	return whole + sign
}

// value reads a decimal as a statement writes it. What is not there is nil.
func value(what, text string) (*big.Rat, error) {
	if text == "" {
		return nil, nil
	}
	exact, err := money.ParseExact(text)
	if err != nil {
		return nil, fmt.Errorf("%s is %q and cannot be drawn: expected a decimal such as 0.084: %w", what, text, err)
	}
	return exact.Rat(), nil
}
