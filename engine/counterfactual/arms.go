package counterfactual

import (
	"math/big"

	"outturn/contracts/money"
)

// Counts: what an arm of events among people, or over an exposure, must be before anything is worked out from it.

// countMax bounds every count, so that products of two fit what they are worked out in.
const countMax = 1 << 40

// share is an arm of events among people: 0 <= events <= n, n > 0.
type share struct{ events, n int64 }

func (s share) rate() *big.Rat { return big.NewRat(s.events, s.n) }

// spread is pq/n.
func (s share) spread() *big.Rat {
	r := new(big.Rat).Mul(s.rate(), big.NewRat(s.n-s.events, s.n))
	return r.Quo(r, big.NewRat(s.n, 1))
}

// exposed is an arm of events over an exposure above 0.
type exposed struct {
	events   int64
	exposure *big.Rat
	n        *big.Rat // nil when the data do not say
}

func (e exposed) rate() *big.Rat { return new(big.Rat).Quo(big.NewRat(e.events, 1), e.exposure) }

// wholeCount reads a count that must be stated, whole and not negative.
func wholeCount(what string, x *money.Exact) (int64, error) {
	if x == nil {
		return 0, invalid("%s is not stated: write a whole number", what)
	}
	n, ok := x.Int64()
	if !ok || n < 0 || n > countMax {
		return 0, invalid("%s is %s: expected a whole number from 0 to %d", what, x, int64(countMax))
	}
	return n, nil
}

// shareOf reads an arm of events among people. An arm with nobody in it has no rate.
func shareOf(name string, a *Arm, mayBeEmpty bool) (share, error) {
	if a == nil {
		return share{}, invalid("the arm %s is not stated: write its events and n", name)
	}
	if a.Exposure != nil {
		return share{}, invalid("the arm %s has an exposure, which this estimator does not use: write its events and n", name)
	}
	n, err := wholeCount(name+".n", a.N)
	if err != nil {
		return share{}, err
	}
	events, err := wholeCount(name+".events", a.Events)
	if err != nil {
		return share{}, err
	}
	if events > n {
		return share{}, invalid("%s has %d events among %d people: count people with the event, at most one each", name, events, n)
	}
	if n == 0 && !mayBeEmpty {
		return share{}, undefined("%s has nobody in it, so it has no rate", name)
	}
	return share{events, n}, nil
}

// exposedOf reads an arm of events over an exposure.
func exposedOf(name string, a *Arm) (exposed, error) {
	if a == nil {
		return exposed{}, invalid("the arm %s is not stated: write its events and exposure", name)
	}
	events, err := wholeCount(name+".events", a.Events)
	if err != nil {
		return exposed{}, err
	}
	if a.Exposure == nil {
		return exposed{}, invalid("%s.exposure is not stated: write the time at risk", name)
	}
	switch a.Exposure.Sign() {
	case -1:
		return exposed{}, invalid("%s.exposure is %s: expected a time above 0", name, a.Exposure)
	case 0:
		return exposed{}, undefined("%s was not exposed at all, so it has no rate", name)
	}
	e := exposed{events: events, exposure: a.Exposure.Rat()}
	if a.N != nil {
		n, err := wholeCount(name+".n", a.N)
		if err != nil {
			return exposed{}, err
		}
		e.n = big.NewRat(n, 1)
	}
	return e, nil
}

// shares reads both arms of the case.
func (s *study) shares() (treated, control share, err error) {
	if treated, err = shareOf("treated", s.Data.Treated, false); err != nil {
		return
	}
	if control, err = shareOf("control", s.Data.Control, false); err != nil {
		return
	}
	s.out.NTreated, s.out.NControl = big.NewRat(treated.n, 1), big.NewRat(control.n, 1)
	for _, cell := range []int64{treated.events, treated.n - treated.events, control.events, control.n - control.events} {
		s.tinyCell(cell)
	}
	return
}

// exposures reads both arms of the case.
func (s *study) exposures() (treated, control exposed, err error) {
	if treated, err = exposedOf("treated", s.Data.Treated); err != nil {
		return
	}
	if control, err = exposedOf("control", s.Data.Control); err != nil {
		return
	}
	s.out.NTreated, s.out.NControl = treated.n, control.n
	s.tinyCell(treated.events)
	s.tinyCell(control.events)
	return
}

// tinyCellMax is the count below which normal approximations to it are doubted.
const tinyCellMax = 5

// tinyCell warns, once, of a count too small for a normal approximation.
func (s *study) tinyCell(count int64) {
	if count >= tinyCellMax {
		return
	}
	for _, w := range s.out.Warnings {
		if w.Code == "tiny_cell" {
			return
		}
	}
	s.out.warn("tiny_cell", "a cell counts fewer than 5: an interval or test by normal approximation is doubtful")
}

// benchmark reads the fixed rate or mean of a contract.
func (s *study) benchmark() (*big.Rat, error) {
	if s.Data.Benchmark == nil {
		return nil, invalid("benchmark is not stated: write the contract's figure as decimal text")
	}
	return s.Data.Benchmark.Rat(), nil
}

// settleExact records the fraction of counts.
func (s *study) settleExact() {
	if r, ok := s.out.Estimate.Rat(); ok {
		s.out.EstimateExact = r.RatString()
	}
}

func ratSum(a, b *big.Rat) *big.Rat        { return new(big.Rat).Add(a, b) }
func ratDifference(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }
func ratProduct(a, b *big.Rat) *big.Rat    { return new(big.Rat).Mul(a, b) }
func ratQuotient(a, b *big.Rat) *big.Rat   { return new(big.Rat).Quo(a, b) }
func ratInt(n int64) *big.Rat              { return big.NewRat(n, 1) }
