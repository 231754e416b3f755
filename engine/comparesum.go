package engine

import (
	"outturn/contracts"
	"outturn/contracts/estimators"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/contracts/sentences"
	"outturn/engine/counterfactual"
	"outturn/engine/statements"
)

// This file writes what a statement says of comparisons.

// Places at which a statement shows figures that are only looked at. Those that money may turn on are shown as used, too.
const (
	foundPlaces   = 12
	balancePlaces = 4
	extraPlaces   = 6
)

// comparisonSums says every comparison at every cohort that has opened, once the whole is concluded.
func (st *settlement) comparisonSums(w *whole) ([]statements.ComparisonSum, error) {
	var out []statements.ComparisonSum
	for ci := range st.c.Comparisons {
		for _, k := range w.domain(st.c.Comparisons[ci].Per) {
			sum, err := w.comparisonSum(ci, k)
			if err != nil {
				return nil, err
			}
			out = append(out, sum)
		}
	}
	return out, nil
}

func (w *whole) comparisonSum(ci int, k key) (statements.ComparisonSum, error) {
	c := &w.c.Comparisons[ci]
	sum := statements.ComparisonSum{Comparison: c.Name, Clause: c.Clause, Sentence: c.Sentence, Cohort: int(k.cohort), Estimator: string(c.Estimator),
		Selection: string(c.Selection), Grade: c.Grade}
	e, err := w.estimate(ci, k)
	if err != nil {
		return sum, err
	}
	if sum.State = stateWords[e.state]; e.state != formula.Known {
		return sum, nil
	}
	sum.Known, sum.Covers, sum.Refused, sum.Trend = e.known.String(), e.covers, e.refused, e.trend
	w.sumSides(c, e, &sum)
	if err := w.sumFigures(ci, k, e, &sum); err != nil {
		return sum, err
	}
	w.sumResult(c, e, &sum)
	sum.Gates, err = w.gates(ci, k)
	return sum, err
}

var stateWords = map[formula.State]string{formula.Known: "known", formula.NotYet: "not yet", formula.Unknown: "unknown", formula.Neutral: "left out"}

// sumSides says who was compared with whom.
func (w *whole) sumSides(c *contracts.Comparison, e *estimate, sum *statements.ComparisonSum) {
	of := w.c.Compares(c)
	if c.Estimator == contracts.EstimatorCarried {
		of = c
	}
	count := func(f contracts.CompareField) string {
		if !e.has[f] {
			return ""
		}
		return e.found[f].String()
	}
	sum.Treated = &statements.ComparedSide{Cohort: w.c.Cohorts[c.Treated].Name, Units: count(contracts.CompareUnits)}
	switch {
	case of.Against >= 0:
		sum.Against = &statements.ComparedSide{Cohort: w.c.Cohorts[of.Against].Name, Units: count(contracts.CompareAgainst)}
	case of.Control != nil:
		sum.Against = &statements.ComparedSide{Units: count(contracts.CompareAgainst)}
	}
	if e.asked != nil && e.asked.Data.Benchmark != nil {
		sum.Benchmark = formula.Figure{Type: c.Benchmark.Type, Num: *e.asked.Data.Benchmark}.Format(w.c.Currency)
	}
}

// sumFigures says each figure as it was found and as it is used, the effect first.
func (w *whole) sumFigures(ci int, k key, e *estimate, sum *statements.ComparisonSum) error {
	for f := contracts.CompareEffect; f <= contracts.CompareContrary; f++ {
		switch f {
		case contracts.CompareUnits, contracts.CompareAgainst, contracts.CompareSignificant, contracts.CompareContrary:
			continue // said with the sides, and by the gates
		default: // said here
		}
		one := statements.ComparedFigure{Name: compareNames[f], Found: e.foundText(f)}
		if e.means && f == contracts.CompareEffect && one.Found == "" {
			continue // over a comparison of nought: an error only where something reads it
		}
		if settles := w.c.Settled(ci, f); settles && (e.has[f] || e.means) {
			used, err := w.compared(ci, f, k)
			if err != nil {
				return err
			}
			if used.State == formula.Known {
				one.Used = used.Format(w.c.Currency)
				if one.Found == "" && !e.stated[f] {
					one.Found = decimalAt(used.Num, foundPlaces)
				}
			}
		}
		if one.Found != "" || one.Used != "" {
			sum.Figures = append(sum.Figures, one)
		}
	}
	return nil
}

// foundText is a figure before any rounding of the contract's, at places to be looked at; "" where there is none.
func (e *estimate) foundText(f contracts.CompareField) string {
	if e.means && f == contracts.CompareEffect && !e.has[f] {
		ratio, ok := e.found[contracts.CompareTreated].Quo(e.found[contracts.CompareComparison])
		if !ok {
			return ""
		}
		return decimalAt(money.Int(1).Sub(ratio), foundPlaces)
	}
	if e.stated[f] && e.result == nil {
		return "" // certified, and nothing worked out
	}
	if e.result != nil {
		for _, one := range []struct {
			f contracts.CompareField
			n counterfactual.Number
		}{{contracts.CompareEffect, e.result.Estimate}, {contracts.CompareLow, e.result.CILow}, {contracts.CompareHigh, e.result.CIHigh},
			{contracts.CompareP, e.result.POneSided}, {contracts.CompareSE, e.result.SE}} {
			if one.f == f {
				return numberText(one.n, foundPlaces)
			}
		}
	}
	if !e.has[f] {
		return ""
	}
	return decimalAt(e.found[f], foundPlaces)
}

// numberText is a number as decimal text at so many places. A real too near half-way there is shown at fewer.
func numberText(n counterfactual.Number, places int) string {
	if !n.Known() {
		return ""
	}
	for ; places >= 0; places-- {
		if text, err := n.Text(places); err == nil {
			if x, err := money.ParseExact(text); err == nil {
				return x.String()
			}
		}
	}
	return ""
}

// sumResult says what the estimator said beside its figures, and what was certified.
func (w *whole) sumResult(c *contracts.Comparison, e *estimate, sum *statements.ComparisonSum) {
	if o := c.Option("conf_level"); o != nil {
		sum.Level = formula.Figure{Type: formula.Rate, Num: o.Figures[0]}.Format(w.c.Currency)
	}
	if e.asked != nil {
		sum.Null = nullText(w.c, c)
	}
	if r := e.result; r != nil {
		for _, b := range r.Balance {
			sum.Balance = append(sum.Balance, statements.ComparedBalance{Covariate: b.Covariate, Before: numberText(b.Before, balancePlaces), After: numberText(b.After, balancePlaces)})
		}
		for _, x := range r.Extra {
			if one := (statements.ComparedExtra{Name: x.Name, Found: x.Text}); x.Single || x.Text != "" {
				if x.Single {
					one.Found = numberText(x.Values[0], extraPlaces)
				}
				sum.Extra = append(sum.Extra, one)
			}
		}
		for _, one := range r.Warnings {
			sum.Warnings = append(sum.Warnings, statements.ComparedWarning(one))
		}
	}
	if c.CertifiedBy < 0 || !estimators.Estimates(c) {
		return
	}
	used := e.found[contracts.CompareEffect]
	certified, worked := &used, e.beside[contracts.CompareEffect]
	sum.Certified = &statements.ComparedCertified{Used: c.PaysOn == contracts.PaysCertified}
	if !sum.Certified.Used {
		if certified, worked = worked, certified; certified == nil {
			sum.Certified = nil // nothing is certified yet
			return
		}
	}
	sum.Certified.Effect = decimalAt(*certified, foundPlaces)
	if worked != nil {
		sum.Certified.Difference = decimalAt(certified.Sub(*worked), foundPlaces)
	}
}

// nullText is the effect that the test is against: as the contract states it, else nought, or one for a ratio.
func nullText(of *contracts.Contract, c *contracts.Comparison) string {
	if o := c.Option("null_value"); o != nil {
		return o.Figures[0].String()
	}
	if estimators.IsRatio(of, c) {
		return "1"
	}
	return "0"
}

// gates are the tests of a comparison's figures that payments turn on, with their numbers.
func (w *whole) gates(ci int, k key) ([]statements.ComparedGate, error) {
	var out []statements.ComparedGate
	sc := w.scope(k)
	saved := w.reader.trace
	w.reader.trace = nil
	defer func() { w.reader.trace = saved }()
	for i := range w.c.Payments {
		pay := &w.c.Payments[i]
		var tests []*contracts.Condition
		collect := func(t *contracts.Condition) {
			if ref := &w.c.Refs[t.Slot]; ref.Kind == contracts.RefComparison && ref.Index == ci && (t.Bound == nil || t.Bound.Op == formula.OpLiteral || pay.Per.Unit < 0) {
				tests = append(tests, t)
			}
		}
		seen := map[int]bool{}
		w.eachTest(pay.When, seen, collect)
		w.eachTest(pay.Unless, seen, collect)
		w.eachTest(pay.Eligible, seen, collect)
		if pay.Hurdle != nil {
			w.eachTest(&pay.Hurdle.Test, seen, collect)
		}
		for _, t := range tests {
			h, err := w.reader.holds(t, &sc)
			if err != nil {
				return nil, err
			}
			f, err := w.reader.ref(t.Slot, &sc)
			if err != nil {
				return nil, err
			}
			gate := statements.ComparedGate{Payment: pay.Name, Clause: pay.Clause, Test: sentences.Condition(w.reader.c, t), Figure: figureText(f, w.c.Currency), Passed: h == holdsYes}
			if t.Bound != nil && t.Bound.Op == formula.OpLiteral {
				gate.Reads, gate.Threshold = compareNames[w.c.Refs[t.Slot].Field], decimalAt(t.Bound.Literal.Num, foundPlaces)
			}
			out = append(out, gate)
		}
	}
	return out, nil
}

// eachTest visits every test of a condition, and of the yes/no figures that it tests.
func (w *whole) eachTest(k *contracts.Condition, seen map[int]bool, visit func(*contracts.Condition)) {
	if k == nil {
		return
	}
	for i := range k.Parts {
		w.eachTest(&k.Parts[i], seen, visit)
	}
	if k.Op != contracts.Test {
		return
	}
	visit(k)
	if ref := &w.c.Refs[k.Slot]; ref.Kind == contracts.RefQuantity && !seen[k.Slot] {
		seen[k.Slot] = true
		w.eachTest(w.c.Quantities[ref.Index].Met, seen, visit)
	}
}
