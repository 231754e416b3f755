package engine

import (
	"outturn/contracts"
	"outturn/contracts/estimators"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/engine/counterfactual"
	"outturn/engine/statements"
)

// This file turns the options that a contract states into those that an estimator takes, and lays out what stands per
// period: a series that was interrupted, and the trend of a panel.

// setOptions turns a contract's options into the estimator's. The critical value is none of them: the settlement tests
// by it itself.
func (w *whole) setOptions(c *contracts.Comparison, o *counterfactual.Options) {
	texts := map[string]*string{"alternative": &o.Alternative, "ci": &o.CI, "test": &o.Test, "measure": &o.Measure, "method": &o.Method, "variance": &o.Variance, "family": &o.Family,
		"se": &o.SE, "weights": &o.Weights, "estimand": &o.Estimand, "score": &o.Score, "order": &o.Order, "caliper_units": &o.CaliperUnits}
	figures := map[string]**money.Exact{"conf_level": &o.ConfLevel, "null_value": &o.NullValue, "caliper": &o.Caliper, "horizon": &o.Horizon}
	counts := map[string]**int64{"moments": &o.Moments, "score_decimals": &o.ScoreDecimals, "ratio": &o.Ratio, "lag": &o.Lag}
	flags := map[string]**bool{"interactions": &o.Interactions, "replace": &o.Replace, "adjust": &o.Adjust, "log_outcome": &o.LogOutcome}
	columns := map[string]*[]string{"covariates": &o.Covariates, "factors": &o.Factors, "exact": &o.Exact}
	for i := range c.Options {
		one := &c.Options[i]
		switch {
		case texts[one.Name] != nil:
			*texts[one.Name] = one.Text
		case figures[one.Name] != nil:
			*figures[one.Name] = &one.Figures[0]
		case counts[one.Name] != nil:
			n, _ := one.Figures[0].Int64()
			*counts[one.Name] = &n
		case flags[one.Name] != nil:
			*flags[one.Name] = &one.Yes
		case columns[one.Name] != nil:
			names := []string{}
			for _, at := range one.Columns {
				names = append(names, columnName(c, at))
			}
			*columns[one.Name] = names
		case one.Name == "trim":
			o.Trim = &[2]money.Exact{one.Figures[0], one.Figures[1]}
		case one.Name == "season":
			o.SeasonColumn = "season"
		case one.Name == "harmonics":
			o.Harmonics = harmonics(c)
		case one.Name == "start":
			o.Start = w.startOf(c, one)
		}
	}
	if o.Covariates == nil && estimators.Takes(c.Estimator, "covariates") {
		o.Covariates = []string{}
	}
}

func harmonics(c *contracts.Comparison) *counterfactual.Harmonics {
	count, _ := c.Option("harmonics").Figures[0].Int64()
	h := &counterfactual.Harmonics{Count: count}
	if p := c.Option("harmonics_period"); p != nil {
		h.Period = p.Figures[0]
	}
	return h
}

// startOf is the number of the period in which the programme began.
func (w *whole) startOf(c *contracts.Comparison, o *contracts.CompareOption) *money.Exact {
	n, _ := w.c.Periods[w.c.Quantities[c.Of].Per.Periods[0]].Series.Number(o.Date)
	x := money.Int(int64(n))
	return &x
}

// series lays out one figure per period, with the round of the season.
func (w *whole) series(c *contracts.Comparison, e *estimate, asked *counterfactual.Case) error {
	s := w.c.Quantities[c.Of].Per.Periods[0]
	numbers, ended := w.periodsIn(c, s)
	if !ended || len(numbers) == 0 {
		e.state = formula.NotYet
		return nil
	}
	t := counterfactual.Table{Columns: map[string][]string{}}
	start, _ := w.startOf(c, c.Option("start")).Int64()
	for _, n := range numbers {
		k := key{}
		k.periods[s] = int16(n)
		f, err := w.quantity(c.Of, k)
		if err != nil {
			return err
		}
		if f.State != formula.Known {
			e.state = f.State
			return nil
		}
		e.known = max(e.known, f.Known)
		if _, finite := f.Num.Decimal(); !finite {
			f.Num = f.Num.Round(money.Rounding{Mode: money.Nearest, Ties: money.TiesEven, Unit: money.Frac(1, 1_000_000_000_000)})
		}
		t.Rows++
		t.Columns["outcome"] = append(t.Columns["outcome"], f.Num.String())
		t.Columns["time"] = append(t.Columns["time"], money.Int(int64(n)).String())
		if o := c.Option("season"); o != nil {
			round, _ := o.Figures[0].Int64()
			t.Columns["season"] = append(t.Columns["season"], money.Int((int64(n)-1)%max(round, 1)+1).String())
		}
		span, _ := w.c.Periods[s].Series.Span(n)
		e.trend = append(e.trend, statements.ComparedTrend{Period: span.First.String(), Treated: decimalAt(f.Num, trendPlaces), After: int64(n) >= start})
	}
	asked.Data.Table, asked.Data.Columns = t, map[string]string{"outcome": "outcome", "time": "time"}
	return nil
}

// periodsIn are the numbers of the periods that a comparison is over, and whether the last has ended.
func (w *whole) periodsIn(c *contracts.Comparison, series int) (numbers []int, ended bool) {
	s := &w.c.Periods[series].Series
	ended = true
	for n := 1; n <= s.Len(); n++ {
		if span, _ := s.Span(n); c.In.Contains(span.First) && c.In.Contains(span.Last) {
			numbers = append(numbers, n)
			ended = ended && span.Last <= w.through
		}
	}
	return numbers, ended
}

// panelTrend is the mean of both sides in each period of a panel.
func (w *whole) panelTrend(c *contracts.Comparison, at columns, treated, against *tally) []statements.ComparedTrend {
	s := w.c.Quantities[c.Of].Per.Periods[0]
	numbers, _ := w.periodsIn(c, s)
	var out []statements.ComparedTrend
	for _, n := range numbers {
		span, _ := w.c.Periods[s].Series.Span(n)
		one := statements.ComparedTrend{Period: span.First.String()}
		number := money.Int(int64(n))
		for side, text := range map[*tally]*string{treated: &one.Treated, against: &one.Comparison} {
			var sum, count money.Exact
			for r := 0; r < len(side.cells); r += at.width {
				row := side.cells[r : r+at.width]
				if row[at.width-1].Equal(number) {
					sum, count = sum.Add(row[at.outcome]), count.Add(money.Int(1))
					one.After = one.After || row[at.now].Sign() > 0
				}
			}
			if mean, ok := sum.Quo(count); ok {
				*text = decimalAt(mean, trendPlaces)
			}
		}
		out = append(out, one)
	}
	return out
}

// trendPlaces are the decimal places of a trend, which is only looked at.
const trendPlaces = 6

// decimalAt is a figure as decimal text at so many places, half to even.
func decimalAt(x money.Exact, places int) string {
	unit := money.Int(1)
	for range places {
		unit, _ = unit.Quo(money.Int(10))
	}
	return x.Round(money.Rounding{Mode: money.Nearest, Ties: money.TiesEven, Unit: unit}).String()
}

// pooledEstimates pools estimates that have standard errors. By their numbers it pools those that have none, or none but
// noughts, too: the estimate then stands, without an interval.
func (w *whole) pooledEstimates(c *contracts.Comparison, out *estimate, parts []*estimate) error {
	var units, weighted money.Exact
	asked := &counterfactual.Case{ID: c.Name, Estimator: counterfactual.Pooled}
	errs, spread := true, false // every part has a standard error; one of them is not nought
	for i, e := range parts {
		effect, n := e.found[contracts.CompareEffect], e.found[contracts.CompareUnits]
		units, weighted = units.Add(n), weighted.Add(effect.Mul(n))
		se, known := standardError(e)
		errs, spread = errs && known, spread || se.Sign() != 0
		asked.Data.Cohorts = append(asked.Data.Cohorts, counterfactual.Cohort{Name: money.Int(int64(out.covers[i])).String(), Estimate: &effect, SE: &se, N: &n})
	}
	out.set(contracts.CompareUnits, units)
	if errs && spread {
		w.setOptions(c, &asked.Options)
		out.asked = asked
		if err := w.answer(c, key{}, out); err != nil {
			return err
		}
		out.set(contracts.CompareUnits, units)
		return nil
	}
	mean, ok := weighted.Quo(units)
	if method := c.Option("method"); !ok || method.Text != "n_weighted" {
		out.state = formula.Unknown
		return nil
	}
	out.set(contracts.CompareEffect, mean)
	return nil
}

// standardErrorPlaces are the decimal places at which a standard error weighs a cohort.
const standardErrorPlaces = 12

// standardError is a cohort's standard error as a pool weighs by it; false where there is none.
func standardError(e *estimate) (money.Exact, bool) {
	if e.has[contracts.CompareSE] {
		return e.found[contracts.CompareSE], true
	}
	if e.result == nil || !e.result.SE.Known() {
		return money.Exact{}, false
	}
	text, err := e.result.SE.Text(standardErrorPlaces)
	if err != nil {
		return money.Exact{}, false
	}
	x, err := money.ParseExact(text)
	return x, err == nil
}
