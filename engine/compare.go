package engine

import (
	"fmt"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/estimators"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/engine/counterfactual"
	"outturn/engine/statements"
)

// This file answers what a comparison found at a key. How an estimator of engine/counterfactual is asked is in
// estimate.go, and what a statement says of all this in compared.go.

// comparedFields is how many figures a comparison has.
const comparedFields = int(contracts.CompareContrary) + 1

// estimate is what a comparison found.
type estimate struct {
	state   formula.State
	known   calendar.Date
	has     [comparedFields]bool
	found   [comparedFields]money.Exact  // as found; a figure that is no fraction, as the contract rounds it
	means   bool                         // the effect is 1 - treated / comparison, worked out when it is read
	result  *counterfactual.Result       // of an estimator, nil where it was refused or there is none
	asked   *counterfactual.Case         // what the estimator was asked
	refused string                       // why the data have no estimate, where a certified figure is paid on
	beside  [comparedFields]*money.Exact // certified figures that are shown beside
	stated  [comparedFields]bool         // figures certified in place of what was worked out
	trend   []statements.ComparedTrend
	covers  []int  // of a pool
	from    string // what an effect that is carried was, and among whom
}

func (e *estimate) set(f contracts.CompareField, x money.Exact) { e.found[f], e.has[f] = x, true }

// compared reads one figure of a comparison, rounded as the contract says it settles.
func (w *whole) compared(ci int, f contracts.CompareField, k key) (formula.Figure, error) {
	c := &w.c.Comparisons[ci]
	out := formula.Figure{Type: estimators.ComparedType(w.c, ci, f)}
	e, err := w.estimate(ci, k)
	if err != nil {
		return out, err
	}
	out.State, out.Known = e.state, e.known
	if e.state != formula.Known {
		return out, nil
	}
	if f == contracts.CompareEffect && e.means && !e.has[f] {
		ratio, ok := e.found[contracts.CompareTreated].Quo(e.found[contracts.CompareComparison])
		if !ok {
			return out, fmt.Errorf("comparison %s%s (%s): the comparison is nought, so there is no relative effect", c.Name, keyText(w.plan, c.Per, k), c.Clause)
		}
		out.Num = money.Int(1).Sub(ratio)
	} else if !e.has[f] {
		out.State = formula.Unknown
		return out, nil
	} else {
		out.Num = e.found[f]
	}
	exact := out.Num
	if r := c.Settles[f]; r.Mode != money.NoRounding {
		out.Num = out.Num.Round(r)
	}
	if t := w.reader.trace; t != nil {
		exactly := out
		exactly.Num = exact
		t.say(c.Name+"."+compareNames[f]+keyText(w.plan, c.Per, k), w.comparedText(e, f, exactly), figureText(out, w.c.Currency))
	}
	return out, nil
}

// compareNames are the figures of a comparison by the names that formulas read them by.
var compareNames = [comparedFields]string{"effect", "treated", "comparison", "units", "compared", "low", "high", "p", "se", "significant", "contrary"}

// comparedText is how a figure came about, in a line that can be redone where it is a sum.
func (w *whole) comparedText(e *estimate, f contracts.CompareField, exactly formula.Figure) string {
	treated, against, units := e.found[contracts.CompareTreated], e.found[contracts.CompareComparison], e.found[contracts.CompareUnits]
	switch {
	case e.stated[f]:
		text := "certified: " + figureText(exactly, w.c.Currency)
		if worked := e.beside[f]; worked != nil {
			exactly.Num = *worked
			text += fmt.Sprintf("; %s: %s", e.result.Estimator, figureText(exactly, w.c.Currency))
		}
		return text
	case e.means && f == contracts.CompareEffect:
		n, _ := units.Int64()
		return fmt.Sprintf("100%% - %s / %s = %s; %d units", treated, against, figureText(exactly, w.c.Currency), n)
	case e.means:
		return fmt.Sprintf("treated %s, comparison %s, units %s", treated, against, units)
	case e.from != "" && f == contracts.CompareEffect:
		return e.from
	case e.result == nil:
		return figureText(exactly, w.c.Currency)
	}
	text := fmt.Sprintf("%s: %s; %s units", e.result.Estimator, figureText(exactly, w.c.Currency), units)
	if e.found[contracts.CompareAgainst].Sign() > 0 { // against a benchmark nobody is
		text += fmt.Sprintf(" and %s compared", e.found[contracts.CompareAgainst])
	}
	return text
}

// compareAt is one comparison at a key.
type compareAt struct {
	comparison int
	key        key
}

// estimate works a comparison out by its estimator, once, or takes it as an example gives it.
func (w *whole) estimate(ci int, k key) (*estimate, error) {
	c := &w.c.Comparisons[ci]
	for i := range w.on.Given {
		if g := &w.on.Given[i]; g.Comparison == ci && (c.Per.Cohort < 0 || int32(g.Cohort) == k.cohort) {
			return w.given(c, g), nil
		}
	}
	at := compareAt{ci, k}
	if e := w.gathered.estimates[at]; e != nil {
		return e, nil
	}
	if e := w.estimates[at]; e != nil {
		return e, nil
	}
	e, err := w.newEstimate(ci, c, k)
	if err != nil {
		return nil, err
	}
	w.estimates[at] = e
	return e, nil
}

func (w *whole) newEstimate(ci int, c *contracts.Comparison, k key) (*estimate, error) {
	switch c.Estimator {
	case contracts.EstimatorCertified:
		return w.certified(c, k), nil
	case contracts.EstimatorMeans:
		return w.meansOf(ci, c, k)
	case contracts.EstimatorPooled:
		return w.pooled(ci, c)
	case contracts.EstimatorCarried:
		return w.carried(ci, c)
	}
	return w.estimated(ci, c, k)
}

// given takes the figures that an example states.
func (w *whole) given(c *contracts.Comparison, g *contracts.Given) *estimate {
	e := &estimate{known: w.through, means: !estimators.Estimates(w.c.Compares(c)) && c.Estimator != contracts.EstimatorCarried}
	for f, figure := range g.Figures {
		e.set(f, figure.Num)
	}
	return e
}

// compareAfter works out, after a pass, the comparisons that can then be known, once for all workers of the passes to come.
func (st *settlement) compareAfter(pass int, w *whole) error {
	for i := range st.c.Comparisons {
		if st.compareStage[i] != pass+1 {
			continue
		}
		for _, k := range w.domain(st.c.Comparisons[i].Per) {
			e, err := w.estimate(i, k)
			if err != nil {
				return err
			}
			st.gathered.estimates[compareAt{i, k}] = e
		}
	}
	return nil
}

// certified takes the figures the contract's evaluator certified.
func (w *whole) certified(c *contracts.Comparison, k key) *estimate {
	e := &estimate{means: true}
	for _, f := range []contracts.CompareField{contracts.CompareTreated, contracts.CompareComparison, contracts.CompareUnits} {
		if !w.certify(e, c, k, f, &e.found[f]) {
			e.state = formula.NotYet // nothing certified yet
		}
		e.has[f] = true
	}
	return e
}

// certify reads one figure of the evaluator's reading; false where none stands.
func (w *whole) certify(e *estimate, c *contracts.Comparison, k key, f contracts.CompareField, into *money.Exact) bool {
	for i, says := range w.c.Evidence[c.CertifiedBy].Says {
		if says.Name != compareNames[f] {
			continue
		}
		read := w.field(&contracts.Ref{Index: c.CertifiedBy, Field: i, Type: says.Type}, k, w.through)
		if read.State != formula.Known {
			return false
		}
		*into, e.known = read.Num, max(e.known, read.Known)
		return true
	}
	return false
}

// sides returns what both sides came to, and in what state that is: it stands once the cohort has closed and every
// member's window has ended.
func (w *whole) sides(ci int, c *contracts.Comparison, k key, e *estimate) (treated, against *tally, err error) {
	if w.gathers[w.byTreated[ci]].stage >= w.done {
		return nil, nil, fmt.Errorf("comparison %s was read before all units were gone through", c.Name)
	}
	e.state = formula.NotYet
	closed, ok := w.sidesClosed(c, k)
	if !ok {
		return nil, nil, nil
	}
	e.known = closed
	sides := []*tally{w.tallies[w.byTreated[ci]][k]}
	if w.byAgainst[ci] >= 0 {
		sides = append(sides, w.tallies[w.byAgainst[ci]][k])
	}
	for _, t := range sides {
		switch {
		case t == nil:
			e.state = formula.Unknown
			return nil, nil, nil
		case t.notYet > 0:
			return nil, nil, nil
		case t.unknown > 0 || t.n == 0:
			e.state = formula.Unknown
			return nil, nil, nil
		}
		e.known = max(e.known, t.known)
	}
	e.state = formula.Known
	if len(sides) == 1 {
		return sides[0], nil, nil
	}
	return sides[0], sides[1], nil
}

// sidesClosed is the day from which nobody more can join what is compared: the cohort in hand, or, of a comparison for
// the contract, both sides.
func (w *whole) sidesClosed(c *contracts.Comparison, k key) (calendar.Date, bool) {
	if c.Per.Cohort >= 0 {
		return w.closedOn(c.Treated, k.cohort)
	}
	last := w.c.Cohorts[c.Treated].Between.Last
	if c.Against >= 0 {
		last = max(last, w.c.Cohorts[c.Against].Between.Last)
	}
	return last, last <= w.through
}

// meansOf compares the mean of a figure over the treated cohort with that over those it is compared with.
func (w *whole) meansOf(ci int, c *contracts.Comparison, k key) (*estimate, error) {
	e := &estimate{means: true}
	a, b, err := w.sides(ci, c, k, e)
	if err != nil || e.state != formula.Known {
		return e, err
	}
	e.set(contracts.CompareUnits, money.Int(a.n))
	e.set(contracts.CompareAgainst, money.Int(b.n))
	treated, _ := a.sum.Quo(money.Int(a.n))
	against, _ := b.sum.Quo(money.Int(b.n))
	e.set(contracts.CompareTreated, treated)
	e.set(contracts.CompareComparison, against)
	return e, nil
}

// closedOn is the day a cohort closed; one that is not numbered closes with its last joining day.
func (w *whole) closedOn(ci int, number int32) (calendar.Date, bool) {
	if !w.closing[ci] {
		last := w.c.Cohorts[ci].Between.Last
		return last, last <= w.through
	}
	if number < 1 || int(number) > len(w.numbers[ci].cohorts) {
		return 0, false
	}
	closed := w.numbers[ci].cohorts[number-1].closed
	return closed, !closed.IsZero()
}

// pooled takes the cohorts of another comparison together. It stands once no more can join and every cohort it covers
// is known.
func (w *whole) pooled(ci int, c *contracts.Comparison) (*estimate, error) {
	of := &w.c.Comparisons[c.Pools]
	out := &estimate{means: !estimators.Estimates(of)}
	if len(w.on.Given) == 0 {
		if out.known = w.c.Cohorts[of.Treated].Between.Last; out.known > w.through {
			out.state = formula.NotYet
			return out, nil
		}
	}
	var parts []*estimate
	for n := 1; n <= w.cohorts(of.Treated); n++ {
		k := key{cohort: int32(n)}
		if c.Covers == contracts.CoversUnpaid {
			if paid, err := w.paidOn(c.Pools, k); err != nil || paid {
				if err != nil {
					return out, err
				}
				continue
			}
		}
		e, err := w.estimate(c.Pools, k)
		if err != nil {
			return nil, err
		}
		if e.state != formula.Known {
			out.state = e.state
			return out, nil
		}
		parts, out.covers = append(parts, e), append(out.covers, n)
		out.known = max(out.known, e.known)
	}
	if len(parts) == 0 {
		out.state = formula.Unknown
		return out, nil
	}
	if out.means {
		pooledMeans(out, parts)
	} else if err := w.pooledEstimates(c, out, parts); err != nil {
		return nil, err
	}
	pooledAgainst(out, parts)
	return out, nil
}

// pooledAgainst counts those compared with all the cohorts, where that is known of each.
func pooledAgainst(out *estimate, parts []*estimate) {
	var all money.Exact
	for _, e := range parts {
		if !e.has[contracts.CompareAgainst] {
			return
		}
		all = all.Add(e.found[contracts.CompareAgainst])
	}
	out.set(contracts.CompareAgainst, all)
}

// pooledMeans weights the means of cohorts by their treated units.
func pooledMeans(out *estimate, parts []*estimate) {
	var treated, against, units money.Exact
	for _, e := range parts {
		n := e.found[contracts.CompareUnits]
		treated = treated.Add(e.found[contracts.CompareTreated].Mul(n))
		against = against.Add(e.found[contracts.CompareComparison].Mul(n))
		units = units.Add(n)
	}
	mean, ok := treated.Quo(units)
	if !ok {
		out.state = formula.Unknown
		return
	}
	out.set(contracts.CompareTreated, mean)
	mean, _ = against.Quo(units)
	out.set(contracts.CompareComparison, mean)
	out.set(contracts.CompareUnits, units)
}

// carried takes the effect found elsewhere, less the contract's discount, for the units that it is carried to.
func (w *whole) carried(ci int, c *contracts.Comparison) (*estimate, error) {
	e := &estimate{}
	members, _, err := w.sides(ci, c, key{}, e)
	if err != nil || e.state != formula.Known {
		return e, err
	}
	found, err := w.compared(c.Pools, contracts.CompareEffect, key{})
	if err != nil || found.State != formula.Known {
		e.state = found.State
		return e, err
	}
	e.known = max(e.known, found.Known)
	e.set(contracts.CompareEffect, found.Num.Mul(money.Int(1).Sub(c.Discount)))
	e.from = fmt.Sprintf("%s of %s, less %s", figureText(found, w.c.Currency), w.c.Comparisons[c.Pools].Name, figureText(formula.Figure{Type: formula.Rate, Num: c.Discount}, w.c.Currency))
	e.set(contracts.CompareUnits, money.Int(members.n))
	return e, nil
}

// paidOn says whether a payment with a hurdle on a comparison paid for a cohort by itself.
func (w *whole) paidOn(ci int, k key) (bool, error) {
	for i := range w.c.Payments {
		pay := &w.c.Payments[i]
		if pay.Hurdle == nil || pay.Per.Cohort < 0 {
			continue
		}
		ref := &w.c.Refs[pay.Hurdle.Test.Slot]
		if ref.Kind != contracts.RefComparison || ref.Index != ci {
			continue
		}
		lines, err := w.payLines(i)
		if err != nil {
			return false, err
		}
		for _, l := range lines {
			if l.key.cohort == k.cohort && l.toDate > 0 {
				return true, nil
			}
		}
	}
	return false, nil
}
