package engine

import (
	"fmt"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/engine/statements"
)

var wholeDown = money.Rounding{Mode: money.Down, Unit: money.Int(1)}

// rawLine is a line while it is worked out: in minor units, by index, without text.
type rawLine struct {
	payment int
	unit    int // within the tree; -1 for the whole
	key     key // the periods (and for the whole the rest) it stands per
	period  int // settlement period
	count   money.Exact
	sum     money.Exact
	toDate  int64
	first   calendar.Date // the first outcome in it
	notes   []string
	steps   []statements.Step
	parts   []part // what each payer pays of it, once a cap on one of them has said so; else as its payment divides it
}

// claim is one outcome as a check of claims sees it: due or withdrawn, examined or not.
type claim struct {
	payment          int
	unit             int
	day              calendar.Date
	sum              money.Exact
	examined, failed bool
}

// assess works out every line of the tree for the payments that can be read in a pass, before caps.
func (r *reader) assess(pass int) error {
	for _, pi := range r.unitPays {
		if r.payStage[pi] > pass {
			continue
		}
		if err := r.assessPayment(pi); err != nil {
			return err
		}
	}
	return nil
}

// assessPayment works out one payment for every unit of the tree, once.
func (r *reader) assessPayment(pi int) error {
	if r.assessed[pi] == r.stamp {
		return nil
	}
	pay := &r.c.Payments[pi]
	if r.asking[pi] {
		return fmt.Errorf("payment %s (%s) is worked out from itself; break the circle", pay.Name, pay.Clause)
	}
	r.asking[pi] = true
	defer func() { r.asking[pi] = false }()
	for u := range r.tree.Units {
		if r.tree.Units[u].Type != pay.Per.Unit {
			continue
		}
		if err := r.pay(pi, u); err != nil {
			return fmt.Errorf("payment %s (%s), %s %s: %w", pay.Name, pay.Clause, r.c.Units[r.tree.Units[u].Type].Name, r.tree.Units[u].Key, err)
		}
	}
	r.assessed[pi] = r.stamp
	return nil
}

// paidOf is what a payment comes to for the unit in hand and its members, in the periods in hand, before caps. The plan
// refuses to read one so that stands under a cap.
func (r *reader) paidOf(pi int, sc *scope) (formula.Figure, error) {
	out := formula.Figure{Type: formula.Money}
	if err := r.assessPayment(pi); err != nil {
		return out, err
	}
	for i := range r.lines {
		l := &r.lines[i]
		if l.payment != pi || !r.within(l.unit, sc.unit) && !r.within(sc.unit, l.unit) || !contains(r.everyPeriod(l.key, l.first), key{periods: sc.key.periods}) {
			continue
		}
		out.Num = out.Num.Add(money.FromMinor(r.c.Currency, l.toDate).Exact())
		out.Known = max(out.Known, l.first)
	}
	return out, nil
}

// pay works out one payment for one unit.
func (r *reader) pay(pi, u int) error {
	pay := &r.c.Payments[pi]
	eligible, err := r.eligible(u)
	if err != nil || !eligible {
		return err
	}
	from := len(r.lines)
	switch pay.For {
	case contracts.ForMeasure:
		err = r.payOutcomes(pi, u)
	case contracts.ForCohort:
		err = r.payJoining(pi, u)
	default:
		err = r.paySums(pi, u)
	}
	if err != nil {
		return err
	}
	if err := r.closeLines(pi, from); err != nil {
		return err
	}
	return r.dropClaimed(pi, u, from)
}

// eligible says whether a unit may be paid for: where cohorts are over units like it, it must count in one.
func (r *reader) eligible(u int) (bool, error) {
	judged := false
	for ci := range r.c.Cohorts {
		v := r.unitFor(r.c.Cohorts[ci].Unit, u)
		if v < 0 {
			continue
		}
		judged = true
		j, err := r.join(ci, v)
		if err != nil || j.counted {
			return j.counted, err
		}
	}
	return !judged, nil
}

// payOutcomes pays for each time a measure was met, at its own day's price.
func (r *reader) payOutcomes(pi, u int) error {
	pay := &r.c.Payments[pi]
	sc := r.unitScope(u)
	if !r.payVaries[pi] {
		if ok, err := r.allowed(pi, &sc); err != nil || !ok {
			return err
		}
	}
	found, state, err := r.met(pay.Index, u)
	if err != nil {
		return err
	}
	if state == formula.Unknown {
		r.wait(pi, waitUnknown)
	}
	if len(found) == 0 {
		if err := r.notMet(pi, &r.c.Measures[pay.Index], state, &sc); err != nil {
			return err
		}
	}
	var taken taken
	for i := range found {
		in := sc
		in.met, in.measure, in.item, in.itemUnit = found[i].day, pay.Index+1, found[i].item, found[i].itemUnit
		taken.first = i == 0
		if err := r.payOutcome(pi, &in, &taken); err != nil {
			return err
		}
	}
	return nil
}

// payJoining pays once for a unit that counts in a cohort, on the day it joined.
func (r *reader) payJoining(pi, u int) error {
	pay := &r.c.Payments[pi]
	v := r.unitFor(r.c.Cohorts[pay.Index].Unit, u)
	if v < 0 {
		return nil
	}
	j, err := r.join(pay.Index, v)
	if err != nil || !j.counted {
		return err
	}
	sc := r.unitScope(u)
	if !r.payVaries[pi] {
		if ok, err := r.allowed(pi, &sc); err != nil || !ok {
			return err
		}
	}
	sc.met = j.day
	return r.payOutcome(pi, &sc, &taken{first: true})
}

// payOutcome pays for the one outcome in hand: its conditions, its claim and checks, its day, its price.
func (r *reader) payOutcome(pi int, sc *scope, taken *taken) error {
	pay := &r.c.Payments[pi]
	if !within(pay, sc.met) {
		r.waitAt(pi, waitCondition, sc.met, 0)
		return nil
	}
	if r.payVaries[pi] {
		if ok, err := r.allowed(pi, sc); err != nil || !ok {
			return err
		}
	}
	due, why, err := r.due(pi, sc, taken)
	switch {
	case err != nil:
		return err
	case why != counted:
		r.waitAt(pi, why, sc.met, 0)
		return nil
	case !r.come(due, r.through):
		r.waitAt(pi, waitNotDue, sc.met, due)
		return nil
	}
	price, err := r.eval(pay.Price, sc)
	if err != nil {
		return err
	}
	if price.State != formula.Known {
		r.waitAt(pi, waitOf(price.State), sc.met, 0)
		return nil
	}
	if r.inShadow(pi, sc.met) {
		r.wait(pi, waitShadow)
		return nil
	}
	// A sample is drawn from what was claimed and validated: what failed before payment never reaches it.
	examined, failed := r.examined(pi, sc)
	r.claims = append(r.claims, claim{pi, sc.unit, sc.met, price.Num, examined, failed})
	if failed {
		r.waitAt(pi, waitFailed, sc.met, 0)
		return nil
	}
	sum, paid := price.Num, false
	if pay.For == contracts.ForMeasure {
		if sum, paid = r.afterElsewhere(sum, sc, taken.first); paid {
			r.tell(pi, price.Num.Sub(sum))
		}
		if paid && sum.IsZero() {
			r.waitAt(pi, waitElsewhere, sc.met, 0)
			return nil
		}
	}
	l := r.line(pi, sc, r.settlePeriod(sc.met))
	l.count = l.count.Add(money.Int(1))
	l.sum = l.sum.Add(sum)
	if r.trace != nil {
		r.trace.leaf("price", sc.met.String(), price, pay.Clause)
	}
	return nil
}

// afterElsewhere is an outcome's price after what another scheme paid for it: nought where the contract refuses it, the
// difference where it pays that, and never below nought.
func (r *reader) afterElsewhere(price money.Exact, sc *scope, first bool) (money.Exact, bool) {
	amount, said, paid := r.paidElsewhere(sc, first)
	switch {
	case !paid || r.c.PaidElsewhere == contracts.ElsewherePay:
		return price, false
	case r.c.PaidElsewhere == contracts.ElsewhereRefuse || !said || amount.Cmp(price) >= 0:
		return money.Exact{}, true
	}
	if r.trace != nil {
		r.trace.say("paid by another scheme", moneyText(price, r.c.Currency)+" less "+moneyText(amount, r.c.Currency), moneyText(price.Sub(amount), r.c.Currency))
	}
	return price.Sub(amount), true
}

// within says whether a payment applies on a day: one that a variation added or ended does only between its dates.
func within(pay *contracts.Payment, day calendar.Date) bool {
	return pay.Between.First.IsZero() || day.IsZero() || pay.Between.Contains(day)
}

// line is the payment's line for a unit, key and settlement period, begun if there is none yet.
func (r *reader) line(pi int, sc *scope, period int) *rawLine {
	for i := len(r.lines) - 1; i >= 0; i-- {
		l := &r.lines[i]
		if l.payment != pi {
			continue
		}
		if l.unit != sc.unit {
			break
		}
		if l.period == period && l.key == sc.key {
			return l
		}
	}
	r.lines = append(r.lines, rawLine{payment: pi, unit: sc.unit, key: sc.key, period: period, first: sc.met})
	return &r.lines[len(r.lines)-1]
}

// settlePeriod is the number of the settlement period a day falls in; days outside the contract fall in its first or last.
func (p *plan) settlePeriod(day calendar.Date) int {
	if n, ok := p.settle.Number(day); ok {
		return n
	}
	if first, ok := p.settle.Span(1); ok && day < first.First {
		return 1
	}
	return p.settle.Len()
}

// linePeriod is the settlement period of a line: the one it stands per, else the one its day falls in.
func (p *plan) linePeriod(k key, day calendar.Date) int {
	if n := k.periods[p.c.Calendar.Settle]; n > 0 {
		return int(n)
	}
	return p.settlePeriod(day)
}

// allowed tests a payment's when and unless. An unless that is not yet known does not hold back: what comes to hold
// later is taken back later.
func (r *reader) allowed(pi int, sc *scope) (bool, error) {
	pay := &r.c.Payments[pi]
	for _, k := range []*contracts.Condition{pay.When, pay.Unless} {
		if k == nil {
			continue
		}
		h, err := r.holds(k, sc)
		if err != nil {
			return false, err
		}
		if r.trace != nil {
			r.trace.say("condition", conditionText(r.c, k), figureText(h.figure(), r.c.Currency))
		}
		wanted := holdsYes
		if k == pay.Unless {
			wanted = holdsNo
		}
		switch {
		case h == wanted, k == pay.Unless && h == holdsNeutral:
		case h == holdsNotYet || h == holdsUnknown:
			if k == pay.Unless && h == holdsNotYet {
				continue
			}
			r.wait(pi, waitOf(h.figure().State))
			return false, nil
		default:
			r.wait(pi, waitCondition)
			return false, nil
		}
	}
	return true, nil
}

// paySums pays a sum that a formula gives, or a figure at a price: for the unit, or for each ended period of it.
func (r *reader) paySums(pi, u int) error {
	pay := &r.c.Payments[pi]
	sc := r.unitScope(u)
	if len(pay.Per.Periods) == 0 {
		return r.paySum(pi, &sc)
	}
	start, err := r.startOf(u)
	if err != nil {
		return err
	}
	return r.eachPeriod(pay.Per.Periods, start, &sc, func(in *scope) error { return r.paySum(pi, in) })
}

// startOf is the first day a unit joined any cohort over it.
func (r *reader) startOf(u int) (calendar.Date, error) {
	start := r.c.First
	found := false
	for ci := range r.c.Cohorts {
		v := r.unitFor(r.c.Cohorts[ci].Unit, u)
		if v < 0 {
			continue
		}
		j, err := r.join(ci, v)
		if err != nil {
			return start, err
		}
		if j.counted && (!found || j.day < start) {
			start, found = j.day, true
		}
	}
	return start, nil
}

// eachPeriod calls do for every combination of ended periods of the series, from the one that holds start.
func (r *reader) eachPeriod(series []int, start calendar.Date, sc *scope, do func(*scope) error) error {
	if len(series) == 0 {
		return do(sc)
	}
	s := &r.c.Periods[series[0]].Series
	from, ok := s.Number(start)
	if !ok {
		from = 1
	}
	for n := from; n <= s.Len(); n++ {
		span, _ := s.Span(n)
		if !r.come(span.Last, r.through) {
			break
		}
		in := *sc
		in.key.periods[series[0]] = int16(n)
		in.met = span.Last
		if err := r.eachPeriod(series[1:], start, &in, do); err != nil {
			return err
		}
	}
	return nil
}

// paySum works out one sum: of a formula, or a count at a price.
func (r *reader) paySum(pi int, sc *scope) error {
	pay := &r.c.Payments[pi]
	if !within(pay, sc.met) {
		return nil
	}
	if ok, err := r.allowed(pi, sc); err != nil || !ok {
		return err
	}
	l, why, err := r.sum(pi, sc)
	if why == counted && err == nil && (pay.Due.ClaimedBy >= 0 || pay.Due.ValidatedBy >= 0) {
		why, err = r.sumDue(pi, l.first, sc)
	}
	switch {
	case err != nil:
		return err
	case why != counted:
		r.wait(pi, why)
		return nil
	}
	if !within(pay, l.first) {
		return nil
	}
	if r.inShadow(pi, dayOf(sc.met, l.first)) {
		r.wait(pi, waitShadow)
		return nil
	}
	l.payment, l.unit, l.key, l.period = pi, sc.unit, sc.key, r.linePeriod(sc.key, l.first)
	r.lines = append(r.lines, l)
	return nil
}

// sumDue says why a unit's sum is not due: it was not claimed or validated, or not by the last day settled.
func (r *reader) sumDue(pi int, day calendar.Date, sc *scope) (reason, error) {
	at := *sc
	at.met = day
	due, why, err := r.due(pi, &at, &taken{first: true})
	if why == counted && !r.come(due, r.through) {
		why = waitNotDue
	}
	return why, err
}

// sum is a payment's exact sum before its steps, with the day from which it stands, or why there is none.
func (r *reader) sum(pi int, sc *scope) (rawLine, reason, error) {
	pay := &r.c.Payments[pi]
	var l rawLine
	e := pay.Of
	if pay.For == contracts.ForFigure {
		e = pay.Figure
	}
	f, err := r.eval(e, sc)
	if err != nil {
		return l, counted, err
	}
	if f.State != formula.Known {
		return l, waitOf(f.State), nil
	}
	r.trace.leaf("sum", r.trace.formula(e, r, sc), f, "")
	l.first = max(f.Known, sc.met)
	if l.first.IsZero() {
		l.first = r.c.First
	}
	if !r.come(r.afterWait(pi, l.first), r.through) {
		return l, waitNotDue, nil
	}
	amount := f.Num
	if pay.Hurdle != nil {
		if amount, err = r.hurdle(pay, amount, sc); err != nil {
			return l, counted, err
		}
	}
	l.sum = amount
	if pay.For == contracts.ForFigure {
		price, err := r.eval(pay.Price, sc)
		if err != nil || price.State != formula.Known {
			return l, waitOf(price.State), err
		}
		l.count, l.sum = amount, amount.Mul(price.Num)
		r.trace.say("at its price", amount.String()+" x "+figureText(price, r.c.Currency), moneyText(l.sum, r.c.Currency))
	}
	return l, counted, nil
}
