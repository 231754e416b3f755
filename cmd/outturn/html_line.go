package main

import (
	"slices"

	"outturn/contracts"
	"outturn/contracts/estimators"
	"outturn/contracts/money"
	"outturn/engine/statements"
)

// lineBefore is the line that a series was on before the programme began, carried on: that of least squares through the
// periods before, exact, and rounded where it is drawn. An interrupted time series whose level and slope may both change is
// held against this very line, since what comes after has columns of its own; with a season or a logarithm there is no such
// line, and for the others no comparison of it. It is a picture: nothing is paid on it.
func (v view) lineBefore(sum statements.ComparisonSum) []string {
	at := slices.IndexFunc(v.contract.Comparisons, func(c contracts.Comparison) bool { return c.Name == sum.Comparison })
	if at < 0 || len(sum.Trend) == 0 {
		return nil
	}
	c := &v.contract.Comparisons[at]
	if terms, ok := estimators.All[c.Estimator]; !ok || c.Estimator != "its" || c.Option("season") != nil || terms.IsReal(c) {
		return nil
	}
	var n, x, y, xx, xy money.Exact
	for i, row := range sum.Trend {
		value, err := money.ParseExact(row.Treated)
		if err != nil {
			return nil
		}
		if t := money.Int(int64(i)); !row.After {
			n, x, y, xx, xy = n.Add(money.Int(1)), x.Add(t), y.Add(value), xx.Add(t.Mul(t)), xy.Add(t.Mul(value))
		}
	}
	slope, ok := n.Mul(xy).Sub(x.Mul(y)).Quo(n.Mul(xx).Sub(x.Mul(x)))
	if !ok {
		return nil // fewer than two periods before
	}
	begin, _ := y.Sub(slope.Mul(x)).Quo(n) // there are some
	line := make([]string, len(sum.Trend))
	for i := range line {
		line[i] = begin.Add(slope.Mul(money.Int(int64(i)))).Round(money.Rounding{Mode: money.Nearest, Ties: money.TiesEven, Unit: money.Frac(1, 1_000_000)}).String()
	}
	return line
}

// Line is the line before, carried on, in one period, shortened for reading; "" where there is none.
func (c compared) Line(i int) string {
	if c.line == nil {
		return ""
	}
	return c.Mean(c.line[i])
}

// Lined reports whether there is such a line.
func (c compared) Lined() bool { return c.line != nil }
