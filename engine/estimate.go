package engine

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/engine/counterfactual"
)

// This file asks the estimators of engine/counterfactual what a contract's comparison asks of them: it lays what was
// gathered of both sides out as they take it, and takes their answer at the contract's places.

// estimated works a comparison out by its estimator, beside what the evaluator certified where the contract has that.
func (w *whole) estimated(ci int, c *contracts.Comparison, k key) (*estimate, error) {
	e := &estimate{}
	if err := w.ask(ci, c, k, e); err != nil {
		return nil, err
	}
	if e.state == formula.Known {
		if err := w.answer(c, k, e); err != nil {
			return nil, err
		}
	}
	if c.CertifiedBy >= 0 {
		w.beside(c, k, e)
	}
	return e, nil
}

// beside reads what was certified. Where the contract pays on that, it takes the place of what was worked out, and an
// estimate that the data do not have no longer stands in the way.
func (w *whole) beside(c *contracts.Comparison, k key, e *estimate) {
	var effect, units money.Exact
	worked, known := e.known, e.known
	e.known = 0
	certified := w.certify(e, c, k, contracts.CompareEffect, &effect)
	said := w.certify(e, c, k, contracts.CompareUnits, &units)
	if certified {
		e.beside[contracts.CompareEffect] = &effect
	}
	if c.PaysOn != contracts.PaysCertified {
		e.known = worked
		return
	}
	e.known = max(e.known, known)
	if !certified {
		e.state = formula.NotYet
		return
	}
	e.state = formula.Known
	was := e.found[contracts.CompareEffect]
	if e.has[contracts.CompareEffect] {
		e.beside[contracts.CompareEffect] = &was // what was worked out, beside what is paid on
	} else {
		e.beside[contracts.CompareEffect] = nil
	}
	e.set(contracts.CompareEffect, effect)
	e.stated[contracts.CompareEffect] = true
	if said {
		e.set(contracts.CompareUnits, units)
		e.stated[contracts.CompareUnits] = true
	}
}

// ask lays out the case of a comparison at a key; it leaves the state of what is not yet known.
func (w *whole) ask(ci int, c *contracts.Comparison, k key, e *estimate) error {
	asked := &counterfactual.Case{ID: c.Name + keyText(w.plan, c.Per, k), Estimator: string(c.Estimator)}
	if c.Estimator == "its" {
		if err := w.series(c, e, asked); err != nil || e.state != formula.Known {
			return err
		}
	} else {
		treated, against, err := w.sides(ci, c, k, e)
		if err != nil || e.state != formula.Known {
			return err
		}
		if err := w.layOut(c, k, e, asked, treated, against); err != nil || e.state != formula.Known {
			return err
		}
	}
	if c.Benchmark != nil {
		f, err := w.readAt(c.Benchmark, k, e)
		if err != nil || e.state != formula.Known {
			return err
		}
		asked.Data.Benchmark = &f
	}
	w.setOptions(c, &asked.Options)
	e.asked = asked
	return nil
}

// readAt works out a formula at the comparison's level, and takes its state.
func (w *whole) readAt(expr *formula.Expr, k key, e *estimate) (money.Exact, error) {
	sc := w.scope(k)
	f, err := w.reader.eval(expr, &sc)
	if err == nil && f.State != formula.Known {
		e.state = f.State
	}
	e.known = max(e.known, f.Known)
	return f.Num, err
}

// answer asks the estimator and takes what it found. A refusal stops the settlement, and names what to do, unless the
// contract pays on a certified figure, beside which it is shown.
func (w *whole) answer(c *contracts.Comparison, k key, e *estimate) error {
	result, err := counterfactual.Estimate(*e.asked)
	if err == nil {
		e.result = &result
		err = w.take(c, e, &result)
	}
	var refusal *counterfactual.Refusal
	if err == nil || !errors.As(err, &refusal) {
		return err
	}
	if c.PaysOn == contracts.PaysCertified {
		e.result, e.refused = nil, refusal.Error()
		return nil
	}
	return fmt.Errorf("comparison %s%s (%s): %s refuses it as %s: %s; withdraw or correct the evidence at fault, or vary the contract so that an evaluator certifies the figure",
		c.Name, keyText(w.plan, c.Per, k), c.Clause, c.Estimator, refusal.Class, refusal.Reason)
}

// take takes the figures of a result. One that is a fraction is held exact; one that is not is rounded here, by the
// contract's rule, and is not read where the contract has none.
func (w *whole) take(c *contracts.Comparison, e *estimate, r *counterfactual.Result) error {
	for _, one := range []struct {
		f contracts.CompareField
		n counterfactual.Number
	}{{contracts.CompareEffect, r.Estimate}, {contracts.CompareLow, r.CILow}, {contracts.CompareHigh, r.CIHigh}, {contracts.CompareP, r.POneSided}, {contracts.CompareSE, r.SE}} {
		if !one.n.Known() {
			continue
		}
		if exact, ok := one.n.Rat(); ok {
			e.set(one.f, money.FromRat(exact))
		} else if rule := c.Settles[one.f]; rule.Mode != money.NoRounding {
			x, err := one.n.Round(rule)
			if err != nil {
				return err
			}
			e.set(one.f, x)
		}
	}
	if r.NTreated != nil && !twoWaves(c) {
		e.set(contracts.CompareUnits, money.FromRat(r.NTreated))
	}
	if r.NControl != nil && !twoWaves(c) {
		e.set(contracts.CompareAgainst, money.FromRat(r.NControl))
	}
	for _, x := range r.Extra {
		for f, name := range map[contracts.CompareField]string{contracts.CompareTreated: "treated_mean", contracts.CompareComparison: "control_mean"} {
			if exact, ok := x.Values[0].Rat(); ok && x.Name == name && c.Estimator == "psm" {
				e.set(f, money.FromRat(exact))
			}
		}
	}
	return significant(c, e, r)
}

// significant says whether the effect lies beyond the null, either way, by the contract's critical value.
func significant(c *contracts.Comparison, e *estimate, r *counterfactual.Result) error {
	o := c.Option("critical")
	if o == nil {
		return nil
	}
	for _, one := range []struct {
		f   contracts.CompareField
		ask func(money.Exact) (bool, error)
	}{{contracts.CompareSignificant, r.Beyond}, {contracts.CompareContrary, r.Contrary}} {
		yes, err := one.ask(o.Figures[0])
		if err != nil {
			return err
		}
		e.set(one.f, yesNo(yes).Num)
	}
	return nil
}

// twoWaves says whether an estimator counts each unit before and after: the contract counts it once.
func twoWaves(c *contracts.Comparison) bool {
	return c.Estimator == "did_2x2" || c.Estimator == "did_cells"
}

// layOut puts both sides into the shape that the estimator takes: counts, or rows of a table.
func (w *whole) layOut(c *contracts.Comparison, k key, e *estimate, asked *counterfactual.Case, treated, against *tally) error {
	at := columnsOf(c)
	if twoWaves(c) {
		e.set(contracts.CompareUnits, money.Int(treated.n))
		e.set(contracts.CompareAgainst, money.Int(against.n))
	}
	switch c.Estimator {
	case "prop_diff", "prop_ratio", "rate_diff", "rate_ratio", "baseline_prop", "baseline_rate":
		asked.Data.Treated = at.arm(treated.cells, -1, money.Exact{})
		if against != nil {
			asked.Data.Control = at.arm(against.cells, -1, money.Exact{})
		} else if c.Control != nil {
			arm, err := w.stated(c.Control, k, e)
			if err != nil {
				return err
			}
			asked.Data.Control = arm
		}
		armMeans(e, asked)
		return nil
	case "did_cells":
		asked.Data.TreatedPost, asked.Data.ControlPost = at.arm(treated.cells, -1, money.Exact{}), at.arm(against.cells, -1, money.Exact{})
		at.outcome = at.before
		asked.Data.TreatedPre, asked.Data.ControlPre = at.arm(treated.cells, -1, money.Exact{}), at.arm(against.cells, -1, money.Exact{})
		return nil
	case "stratified":
		asked.Data.Strata = at.strata(treated.cells, against.cells)
		return nil
	default: // rows of a table
	}
	table, err := at.table(c, treated, against)
	if err != nil {
		return err
	}
	asked.Data.Table, asked.Data.Columns = table, at.roles(c, against != nil)
	if c.Estimator == "mean_diff" || c.Estimator == "baseline_mean" {
		e.set(contracts.CompareTreated, at.mean(treated.cells))
		if against != nil {
			e.set(contracts.CompareComparison, at.mean(against.cells))
		}
	}
	if c.Estimator == "did_panel" {
		e.trend = w.panelTrend(c, at, treated, against)
	}
	return nil
}

// stated is the other side as the counts that the contract has for it.
func (w *whole) stated(counts *contracts.CompareCounts, k key, e *estimate) (*counterfactual.Arm, error) {
	arm := &counterfactual.Arm{}
	for _, one := range []struct {
		expr *formula.Expr
		into **money.Exact
	}{{counts.Events, &arm.Events}, {counts.N, &arm.N}, {counts.Exposure, &arm.Exposure}} {
		if one.expr == nil {
			continue
		}
		x, err := w.readAt(one.expr, k, e)
		if err != nil {
			return nil, err
		}
		*one.into = &x
	}
	return arm, nil
}

// armMeans sets the two means of counts: events over people, or over exposure.
func armMeans(e *estimate, asked *counterfactual.Case) {
	for f, arm := range map[contracts.CompareField]*counterfactual.Arm{contracts.CompareTreated: asked.Data.Treated, contracts.CompareComparison: asked.Data.Control} {
		if arm == nil || e.state != formula.Known {
			continue
		}
		over := arm.N
		if arm.Exposure != nil {
			over = arm.Exposure
		}
		if mean, ok := arm.Events.Quo(*over); ok {
			e.set(f, mean)
		}
	}
}

// columns says where the figures of a row stand among its cells: the unit's own number is the first.
type columns struct {
	width                                                 int
	outcome, exposure, before, stratum, cluster, expected int
	received, now                                         int
}

func columnsOf(c *contracts.Comparison) columns {
	at := columns{width: 1 + len(c.Columns), exposure: -1, before: -1, stratum: -1, cluster: -1, expected: -1, received: -1, now: -1}
	if estimatorOverPeriods(c) {
		at.width++ // the period's number is the last
	}
	for i := range c.Columns {
		switch c.Columns[i].Role {
		case "outcome":
			at.outcome = i + 1
		case "exposure":
			at.exposure = i + 1
		case "before":
			at.before = i + 1
		case "stratum":
			at.stratum = i + 1
		case "cluster":
			at.cluster = i + 1
		case "expected":
			at.expected = i + 1
		case "received":
			at.received = i + 1
		case "treated_now":
			at.now = i + 1
		}
	}
	return at
}

func estimatorOverPeriods(c *contracts.Comparison) bool { return c.Estimator == "did_panel" }

// arm adds the rows up: of one stratum, or of all where its column is -1.
func (at *columns) arm(cells []money.Exact, column int, is money.Exact) *counterfactual.Arm {
	var events, n, exposure money.Exact
	for r := 0; r < len(cells); r += at.width {
		if column >= 0 && !cells[r+column].Equal(is) {
			continue
		}
		events, n = events.Add(cells[r+at.outcome]), n.Add(money.Int(1))
		if at.exposure >= 0 {
			exposure = exposure.Add(cells[r+at.exposure])
		}
	}
	arm := &counterfactual.Arm{Events: &events, N: &n}
	if at.exposure >= 0 {
		arm.Exposure = &exposure
	}
	return arm
}

// strata divides both sides by the stratum's column, in the order of its values.
func (at *columns) strata(treated, against []money.Exact) []counterfactual.Stratum {
	var values []money.Exact
	for _, cells := range [][]money.Exact{treated, against} {
		for r := 0; r < len(cells); r += at.width {
			v := cells[r+at.stratum]
			if i, found := slices.BinarySearchFunc(values, v, money.Exact.Cmp); !found {
				values = slices.Insert(values, i, v)
			}
		}
	}
	var out []counterfactual.Stratum
	for _, v := range values {
		out = append(out, counterfactual.Stratum{Name: v.String(), Treated: *at.arm(treated, at.stratum, v), Control: *at.arm(against, at.stratum, v)})
	}
	return out
}

func (at *columns) mean(cells []money.Exact) money.Exact {
	var sum money.Exact
	for r := 0; r < len(cells); r += at.width {
		sum = sum.Add(cells[r+at.outcome])
	}
	mean, _ := sum.Quo(money.Int(int64(len(cells) / at.width)))
	return mean
}

// table writes the rows of both sides as columns of decimal text. Units are numbered in canonical order over both, so
// that a tie settled by number is settled by key.
func (at *columns) table(c *contracts.Comparison, treated, against *tally) (counterfactual.Table, error) {
	sides := []*tally{treated}
	if against != nil {
		sides = append(sides, against)
	}
	ids := at.numbered(sides)
	clusters := map[string]string{}
	if at.cluster >= 0 && c.Columns[at.cluster-1].Unit >= 0 {
		clusters = at.ranks(sides, at.cluster)
	}
	waves := 1
	if c.Estimator == "did_2x2" {
		waves = 2
	}
	t := counterfactual.Table{Columns: map[string][]string{}}
	add := func(name, text string) { t.Columns[name] = append(t.Columns[name], text) }
	for s, side := range sides {
		for r := 0; r < len(side.cells); r += at.width {
			row := side.cells[r : r+at.width]
			for wave := range waves {
				t.Rows++
				add("id", strconv.Itoa(ids[s][r/at.width]))
				add("treat", strconv.Itoa(1-s))
				if waves > 1 {
					add("post", strconv.Itoa(1-wave))
				}
				if estimatorOverPeriods(c) {
					add("time", row[at.width-1].String())
				}
				for i := range c.Columns {
					text, err := cellText(c, i, row, wave, at, clusters)
					if err != nil {
						return t, err
					}
					add(columnName(c, i), text)
				}
			}
		}
	}
	return t, nil
}

// numbered numbers the units of both sides from 1 in canonical order, in which each side already stands.
func (at *columns) numbered(sides []*tally) [][]int {
	out := make([][]int, len(sides))
	next := make([]int, len(sides))
	var last money.Exact
	for n := 0; ; {
		least := -1
		for s, side := range sides {
			if next[s] < len(side.cells) && (least < 0 || side.cells[next[s]].Cmp(sides[least].cells[next[least]]) < 0) {
				least = s
			}
		}
		if least < 0 {
			return out
		}
		id := sides[least].cells[next[least]]
		if n == 0 || !id.Equal(last) {
			n, last = n+1, id
		}
		out[least] = append(out[least], n)
		next[least] += at.width
	}
}

// columnName names a column of the table: covariates by their own names, others by the part they play.
func columnName(c *contracts.Comparison, i int) string {
	if role := c.Columns[i].Role; role != "" {
		return "as " + role
	}
	return c.Columns[i].Name
}

// cellText is one figure of a row as decimal text. In the wave before, the outcome is the figure before.
func cellText(c *contracts.Comparison, i int, row []money.Exact, wave int, at *columns, clusters map[string]string) (string, error) {
	x := row[i+1]
	if wave == 1 && i+1 == at.outcome {
		x = row[at.before]
	}
	if c.Columns[i].Unit >= 0 {
		return clusters[x.String()], nil
	}
	if _, finite := x.Decimal(); !finite {
		return "", fmt.Errorf("comparison %s (%s): %s is %s for a unit, which no decimal holds: say how it is rounded", c.Name, c.Clause, c.Columns[i].Name, x)
	}
	return x.String(), nil
}

// ranks numbers the values of a column from 1 in order.
func (at *columns) ranks(sides []*tally, column int) map[string]string {
	var values []money.Exact
	for _, side := range sides {
		for r := 0; r < len(side.cells); r += at.width {
			values = append(values, side.cells[r+column])
		}
	}
	slices.SortFunc(values, money.Exact.Cmp)
	out := make(map[string]string, len(values))
	for _, v := range values {
		if text := v.String(); out[text] == "" {
			out[text] = strconv.Itoa(len(out) + 1)
		}
	}
	return out
}

// roles names the columns by the parts they play for the estimator.
func (at *columns) roles(c *contracts.Comparison, compared bool) map[string]string {
	out := map[string]string{"outcome": "as outcome"}
	as := func(role, column string, is bool) {
		if is {
			out[role] = column
		}
	}
	as("exposure", "as exposure", at.exposure >= 0)
	as("cluster", "as cluster", at.cluster >= 0)
	as("expected", "as expected", at.expected >= 0)
	switch c.Estimator {
	case "cuped":
		out["pre"] = "as before"
	case "did_2x2":
		out["post"] = "post"
	case "cace":
		out["assigned"], out["received"] = "treat", "as received"
		return out
	case "did_panel":
		out["treated_now"], out["unit"], out["time"] = "as treated_now", "id", "time"
		return out
	case "psm":
		out["id"] = "id"
	default: // no columns of its own
	}
	as("treat", "treat", compared)
	return out
}
