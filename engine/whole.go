package engine

import (
	"fmt"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/engine/evidence"
)

// gathered is what the passes so far gathered from all units: shared by all workers, written only between passes.
type gathered struct {
	tallies   []map[key]*tally // by gather
	checks    []map[key]*checkTally
	numbers   []numbering             // by cohort
	allowed   map[claimant]int64      // what caps across units allow those they do not allow all
	limits    []string                // by cap, its limit as a figure
	estimates map[compareAt]*estimate // of comparisons known after the passes that are complete
	done      int                     // passes that are complete
}

// checkTally is what a check of claims found at a key.
type checkTally struct {
	claims, examined, failed    int64
	sum, sumExamined, sumFailed money.Exact
}

func (t *checkTally) add(c *claim) {
	t.claims++
	t.sum = t.sum.Add(c.sum)
	if c.examined {
		t.examined++
		t.sumExamined = t.sumExamined.Add(c.sum)
	}
	if c.failed {
		t.failed++
		t.sumFailed = t.sumFailed.Add(c.sum)
	}
}

func (t *checkTally) merge(o *checkTally) {
	t.claims, t.examined, t.failed = t.claims+o.claims, t.examined+o.examined, t.failed+o.failed
	t.sum, t.sumExamined, t.sumFailed = t.sum.Add(o.sum), t.sumExamined.Add(o.sumExamined), t.sumFailed.Add(o.sumFailed)
}

// whole works out figures of the whole: of the contract, its periods, cohorts, facts and parties. Each worker has one
// of its own over the same gathered results, so that nothing is locked.
type whole struct {
	*plan
	*gathered
	items     []evidence.Item
	reader    *reader // reads formulas where no unit is in hand
	memo      map[figureAt]formula.Figure
	lines     map[int][]rawLine // by payment for the whole, once worked out
	paidAt    map[lineAt]wholeLine
	busy      map[lineAt]bool
	capping   map[int]bool            // payments whose lines are being capped
	estimates map[compareAt]*estimate // worked out by this worker
	keys      map[int][]key           // by payment for the whole, once listed
	capped    map[int][]rawLine       // by payment into an account, after its caps
	paidSums  map[paidKey]int64       // of accounts, once worked out
	settled   []settledLine           // of the whole, from prior statements
	blocked   map[lineAt]blockedLine  // what streams were asked for and did not pay
	recording bool                    // lines of the whole carry their working
	onGate    func(pay *contracts.Payment, text string)
}

// figureAt is a figure of the whole at a key.
type figureAt struct {
	quantity int
	key      key
}

func newWhole(p *plan, g *gathered, items []evidence.Item) *whole {
	w := &whole{plan: p, gathered: g, items: items, memo: map[figureAt]formula.Figure{}, lines: map[int][]rawLine{}, busy: map[lineAt]bool{}, capping: map[int]bool{}, paidAt: map[lineAt]wholeLine{},
		estimates: map[compareAt]*estimate{}, keys: map[int][]key{}, capped: map[int][]rawLine{}, paidSums: map[paidKey]int64{}, blocked: map[lineAt]blockedLine{}}
	w.reader = newReader(p, w)
	w.reader.tree = &evidence.Tree{}
	return w
}

// scope is the whole's scope at a key.
func (w *whole) scope(k key) scope { return scope{unit: -1, itemUnit: -1, asAt: w.through, key: k} }

// quantity works out a figure of the whole at a key, once.
func (w *whole) quantity(i int, k key) (formula.Figure, error) {
	at := figureAt{i, k}
	if f, ok := w.memo[at]; ok {
		return f, nil
	}
	q := &w.c.Quantities[i]
	sc := w.scope(k)
	mark := w.reader.trace.open(q.Name+keyText(w.plan, q.Per, k), q.Clause)
	f, text, err := w.head(q, i, &sc)
	if err != nil {
		return f, err
	}
	f.Type = q.Type
	if known, ended := w.ended(q.Per, k); !ended {
		f = inState(q.Type, formula.NotYet)
	} else {
		f.Known = max(f.Known, known)
	}
	if f.State == formula.Unknown && q.IfUnknown == contracts.UnknownLeftOut {
		f.State = formula.Neutral
	}
	if f, err = w.reader.finish(q, f, &sc); err != nil {
		return f, err
	}
	w.reader.trace.closeFigure(mark, text, q, f)
	w.memo[at] = f
	return f, nil
}

// ended says whether the periods of a key have ended, and the last day of the latest.
func (w *whole) ended(l contracts.Level, k key) (calendar.Date, bool) {
	var known calendar.Date
	for _, s := range l.Periods {
		span, ok := w.c.Periods[s].Series.Span(int(k.periods[s]))
		if !ok || span.Last > w.through {
			return 0, false
		}
		known = max(known, span.Last)
	}
	return known, true
}

// head works out what a quantity of the whole gathers, combines or judges.
func (w *whole) head(q *contracts.Quantity, i int, sc *scope) (formula.Figure, string, error) {
	if q.NeutralIf != nil {
		if h, err := w.reader.holds(q.NeutralIf, sc); err != nil || h == holdsYes {
			return inState(q.Type, formula.Neutral), "left out", err
		}
	}
	switch q.Head {
	case contracts.Is, contracts.MetWhen, contracts.Standing, contracts.StandingWord:
		return w.reader.head(q, i, sc)
	case contracts.Lasting:
		return w.lasting(q, sc)
	case contracts.Root, contracts.GradeOf, contracts.CorrectionOf, contracts.Approved:
		return w.baselineStep(q, sc)
	case contracts.Rated:
		return w.rated(q, sc)
	default: // gathered, below
	}
	var t tally
	var err error
	switch {
	case w.quantities[i].fromUnits:
		g := w.byQuantity[i]
		if w.gathers[g].stage >= w.done {
			return formula.Figure{}, "", fmt.Errorf("%s was read before all units were gone through", q.Name)
		}
		w.overDates(q, sc.key, func(k key) {
			if part := w.tallies[g][k]; part != nil {
				t.merge(part)
			}
		})
	case q.Source.Kind == contracts.FromItems:
		err = w.gatherItems(q, sc, &t)
	case q.Source.Kind == contracts.FromFigure:
		err = w.gatherFiner(q, sc, &t)
	default:
		err = fmt.Errorf("%s cannot be gathered for the whole", q.Name)
	}
	text := ""
	if w.reader.trace != nil {
		if text = fmt.Sprintf("%d gathered", t.n); q.Head == contracts.Variance {
			text = fmt.Sprintf("of %d, squares over %d", t.n, t.n-1)
		}
	}
	f := t.figure(q, w.reader.silence(q))
	if err == nil && q.Head == contracts.ReadOf {
		err = w.noMoreThan(q, f, sc)
	}
	return f, text, err
}

// overDates calls take with the key, and where a quantity is to date with the same key in every earlier period.
func (w *whole) overDates(q *contracts.Quantity, k key, take func(key)) {
	if !q.ToDate || len(q.Per.Periods) == 0 {
		take(k)
		return
	}
	s := q.Per.Periods[len(q.Per.Periods)-1]
	for n := int16(1); n <= k.periods[s]; n++ {
		earlier := k
		earlier.periods[s] = n
		take(earlier)
	}
}

// gatherItems gathers items about the contract, a role or a cohort.
func (w *whole) gatherItems(q *contracts.Quantity, sc *scope, t *tally) error {
	place, err := w.reader.place(q.In, sc)
	if err != nil || !place.ok {
		t.state = place.state
		return err
	}
	if !place.open {
		if t.known = w.reader.knownOn(q, place); t.known > sc.asAt {
			t.state = formula.NotYet
			return nil
		}
	}
	for i := range w.items {
		it := &w.items[i]
		if it.Kind != q.Source.Index || !speaks(it, sc.asAt) || !place.span.Contains(it.First) || !w.about(it, sc.key) || !w.inPeriods(q, it, sc.key) {
			continue
		}
		in := *sc
		in.item = it
		if yes, err := w.reader.where(q.Where, &in, t); err != nil {
			return err
		} else if yes {
			if t.n == 0 {
				t.known = max(t.known, it.First) // it stands from the first, so that a later item does not move its line
			}
			t.add(itemValue(it, q.Source.Field), it.First)
		}
	}
	return nil
}

// about says whether an item is about the party or cohort of a key.
func (w *whole) about(it *evidence.Item, k key) bool {
	switch w.c.Evidence[it.Kind].Of {
	case contracts.OfRole:
		return k.party == 0 || w.c.Parties[k.party-1].ID == it.Party
	case contracts.OfCohort:
		return k.cohort == 0 || int32(it.Cohort) == k.cohort
	default: // an item of the contract is about every part of it
	}
	return true
}

// inPeriods says whether an item falls in the periods of a key, or before their end where the quantity is to date.
func (w *whole) inPeriods(q *contracts.Quantity, it *evidence.Item, k key) bool {
	for _, s := range q.Per.Periods {
		span, ok := w.c.Periods[s].Series.Span(int(k.periods[s]))
		if !ok || it.First > span.Last || it.First < span.First && !q.ToDate {
			return false
		}
	}
	return true
}

// gatherFiner gathers a figure of the whole that stands per something finer.
func (w *whole) gatherFiner(q *contracts.Quantity, sc *scope, t *tally) error {
	finer := w.levelOf(q.Source.Slot)
	wide := sc.key
	var upTo int16
	to := -1
	if q.ToDate && len(q.Per.Periods) > 0 {
		to = q.Per.Periods[len(q.Per.Periods)-1]
		upTo, wide.periods[to] = wide.periods[to], 0
	}
	for _, k := range w.domain(finer) {
		if !contains(k, wide) || to >= 0 && k.periods[to] > upTo {
			continue
		}
		in := w.scope(k)
		if yes, err := w.reader.where(q.Where, &in, t); err != nil {
			return err
		} else if !yes {
			continue
		}
		f, err := w.reader.ref(q.Source.Slot, &in)
		if err != nil {
			return err
		}
		t.take(q, f, f.Known)
	}
	return nil
}

// contains says whether a finer key lies within a wider one.
func contains(fine, wide key) bool {
	for i := range wide.facts {
		if wide.facts[i] != 0 && wide.facts[i] != fine.facts[i] {
			return false
		}
	}
	for i := range wide.periods {
		if wide.periods[i] != 0 && wide.periods[i] != fine.periods[i] {
			return false
		}
	}
	return (wide.cohort == 0 || wide.cohort == fine.cohort) && (wide.party == 0 || wide.party == fine.party)
}

// domain lists every key of a level in order: facts by their choices, periods that have ended, cohorts that have
// opened, parties of the role.
func (w *whole) domain(l contracts.Level) []key {
	keys := []key{{}}
	spread := func(n int, set func(k *key, i int)) {
		var out []key
		for _, k := range keys {
			for i := 0; i < n; i++ {
				next := k
				set(&next, i)
				out = append(out, next)
			}
		}
		keys = out
	}
	for _, f := range l.Facts {
		n := 2
		if choices := w.c.Units[l.FactOf].Facts[f].Choices; len(choices) > 0 {
			n = len(choices)
		}
		spread(n, func(k *key, i int) { k.facts[f] = int16(i) + 1 })
	}
	if l.Cohort >= 0 {
		spread(w.cohorts(l.Cohort), func(k *key, i int) { k.cohort = int32(i) + 1 })
	}
	if l.Role != "" {
		var roles []int32
		for i := range w.c.Parties {
			if w.c.Parties[i].Role == l.Role {
				roles = append(roles, int32(i)+1)
			}
		}
		spread(len(roles), func(k *key, i int) { k.party = roles[i] })
	}
	for _, s := range l.Periods {
		n := 0
		for ; n < w.c.Periods[s].Series.Len(); n++ {
			if span, _ := w.c.Periods[s].Series.Span(n + 1); span.Last > w.through {
				break
			}
		}
		spread(n, func(k *key, i int) { k.periods[s] = int16(i) + 1 })
	}
	return keys
}

// cohorts is how many numbered cohorts there are: those of the evidence, or those an example gives.
func (w *whole) cohorts(ci int) int {
	n := len(w.numbers[ci].cohorts)
	for _, g := range w.on.Given {
		n = max(n, g.Cohort)
	}
	if !w.closing[ci] {
		n = max(n, 1)
	}
	return n
}

// field reads a reading about the contract, a party or a cohort: the latest that stands.
func (w *whole) field(ref *contracts.Ref, k key, asAt calendar.Date) formula.Figure {
	out := inState(ref.Type, formula.Unknown)
	kind := &w.c.Evidence[ref.Index]
	for i := range w.items {
		it := &w.items[i]
		if it.Kind != ref.Index || !speaks(it, asAt) || !w.about(it, k) {
			continue
		}
		if kind.Each >= 0 && k.periods[kind.Each] != 0 {
			if span, _ := w.c.Periods[kind.Each].Series.Span(int(k.periods[kind.Each])); !span.Contains(it.First) {
				continue
			}
		}
		out = it.Values[ref.Field]
		out.Known = it.First
	}
	return out
}

// checked reads a figure of a check of claims.
func (w *whole) checked(ki int, f contracts.CheckField, k key) (formula.Figure, error) {
	c := &w.c.Checks[ki]
	t := w.checks[ki][k]
	known, ended := w.ended(c.Per, k)
	out := formula.Figure{Type: formula.Rate, Known: known}
	if f == contracts.CheckUnchecked {
		out.Type = formula.Money
	}
	switch {
	case !ended:
		out.State = formula.NotYet
		return out, nil
	case t == nil:
		return out, nil
	}
	if f == contracts.CheckUnchecked {
		if c.Recovers == contracts.RecoversExtrapolated {
			out.Num = t.sum.Sub(t.sumExamined)
		}
		return out, nil
	}
	need := money.Int(t.claims).Mul(c.SampleShare.Num).Round(money.Rounding{Mode: money.Up, Unit: money.Int(1)})
	if least := money.Int(min(int64(c.SampleAtLeast), t.claims)); need.Cmp(least) < 0 {
		need = least
	}
	if money.Int(t.examined).Cmp(need) < 0 || t.examined == 0 {
		out.State = formula.NotYet // the sample is not yet as large as the contract asks
		return out, nil
	}
	out.Num, _ = money.Int(t.failed).Quo(money.Int(t.examined))
	if c.Error == contracts.ErrorByMoney {
		rate, ok := t.sumFailed.Quo(t.sumExamined)
		if !ok {
			return out, fmt.Errorf("%s (%s): the examined claims come to nought, so there is no error rate by money", c.Name, c.Clause)
		}
		out.Num = rate
	}
	return out, nil
}
