package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/engine/evidence"
	"outturn/engine/statements"
)

// conclude works out what depends on the whole, once every unit has been gone through, and writes the record of it.
func (st *settlement) conclude() error {
	w := newWhole(st.plan, st.gathered, st.snapshot.Whole())
	w.recording = true
	w.reader.waits = &st.totals.waits
	w.onGate = func(pay *contracts.Payment, text string) {
		st.totals.gates[gateAt{st.c.PaymentIndex(pay.Name), text}]++
	}
	settled, err := st.settledWhole()
	if err != nil {
		return err
	}
	w.settled = settled
	lines, err := st.wholeLines(w)
	if err != nil {
		return err
	}
	if st.based, err = st.baselines(w); err != nil {
		return err
	}
	if st.saved, err = st.savings(w); err != nil {
		return err
	}
	if st.given, err = st.inKindSums(w); err != nil {
		return err
	}
	if st.stood, err = st.standings(w); err != nil {
		return err
	}
	if st.assumed, err = st.assumptions(w); err != nil {
		return err
	}
	if err := st.readPartners(w); err != nil {
		return err
	}
	r := w.reader
	r.out, r.settled = r.out[:0], settled
	for i := range lines {
		l := &lines[i]
		held, err := st.hold(r, l)
		if err != nil {
			return err
		}
		o := outLine{payment: l.payment, of: levelText(st.plan, st.c.Payments[l.payment].Per, l.key), period: l.period, count: l.count,
			toDate: l.toDate, held: held, notes: l.notes, steps: l.steps, parts: l.parts}
		for j := range settled {
			if s := &settled[j]; s.payment == o.payment && s.of == o.of && s.period == o.period {
				s.met = true
				st.against(&o, s, r)
			}
		}
		st.ends(r, l, &o)
		if err := st.finishLine(r, &o, -1, &l.key, st.totals); err != nil {
			return err
		}
	}
	if err := st.makeGood(r, settled); err != nil {
		return err
	}
	if err := st.reverseWhole(r, settled); err != nil {
		return err
	}
	slices.SortStableFunc(r.out, compareLines)
	if st.compared, err = st.comparisonSums(w); err != nil {
		return err
	}
	if st.streams, err = st.streamSums(w); err != nil {
		return err
	}
	return st.writeWhole(r.out)
}

// wholeLines are the lines of all payments for the whole, after caps.
func (st *settlement) wholeLines(w *whole) ([]rawLine, error) {
	var lines []rawLine
	for i := range st.c.Payments {
		if st.unitPay[i] || st.c.Payments[i].For == contracts.ForLosses { // which is made good once all else is posted
			continue
		}
		own, err := w.payLines(i)
		if err != nil {
			return nil, err
		}
		lines = append(lines, own...)
	}
	w.reader.trace = nil
	err := w.capWhole(lines, len(st.c.Caps), func(ci, n int, minor int64, limit string) {
		st.totals.took(ci, n, minor)
		st.gathered.limits[ci] = limit
	})
	return slices.DeleteFunc(lines, func(l rawLine) bool { return l.toDate == 0 && len(l.steps) == 0 }), err
}

// settledWhole is what prior statements settled of the whole.
func (st *settlement) settledWhole() ([]settledLine, error) {
	for i := range st.position.Prior {
		found := 0
		if i < len(st.totals.matched) {
			found = st.totals.matched[i]
		}
		if units := st.position.Prior[i].Units; found < units {
			return nil, fmt.Errorf("statement %d settled %d units and only %d of these are in the evidence now: evidence is corrected or withdrawn by a further item, never removed; put it back",
				i+1, units, found)
		}
	}
	return st.priorWhole()
}

// priorWhole reads the record of the whole of each prior statement.
func (st *settlement) priorWhole() ([]settledLine, error) {
	s, err := newSettler(st.plan, st.position, len(st.c.Units), "")
	defer s.close()
	if err != nil {
		return nil, err
	}
	return s.take(nil, len(st.c.Units), "")
}

// reverseWhole takes back what was settled of lines that are no longer there.
func (st *settlement) reverseWhole(r *reader, settled []settledLine) error {
	for j := range settled {
		s := &settled[j]
		if s.met || s.minor == 0 && len(s.legs) == 0 {
			continue
		}
		o := outLine{payment: s.payment, of: s.of, period: s.period, from: s.from, to: s.to}
		st.against(&o, s, r)
		var k key
		k.party = int32(st.partyNamed(s.from+s.to)) + 1
		if err := st.finishLine(r, &o, -1, &k, st.totals); err != nil {
			return err
		}
	}
	return nil
}

// writeWhole writes the last record.
func (st *settlement) writeWhole(lines []outLine) error {
	if len(lines) == 0 {
		return nil
	}
	b := openRecord(nil, st.c, len(st.c.Units), "")
	for i := range lines {
		b = appendLine(b, st.c, &lines[i], i == 0)
	}
	b = closeRecord(b)
	st.root.Add(evidence.UnitDigest(b))
	st.roll.Records++
	st.roll.Lines += len(lines)
	st.roll.Bytes += int64(len(b))
	if st.sink == nil {
		return nil
	}
	return st.sink(b)
}

// statement is the head of what was settled.
func (st *settlement) statement() (statements.Statement, error) {
	c, t := st.c, st.totals
	if t.overflow {
		return statements.Statement{}, errTooMuch
	}
	version := sha256.Sum256(c.Source)
	sum := st.snapshot.Summary()
	st.roll.Root = st.root.Sum().String()
	out := statements.Statement{Edition: c.Edition, Contract: c.ID, Version: hex.EncodeToString(version[:]), Currency: c.Currency.Code, Status: "provisional",
		Through: st.through.String(), CutOff: st.on.CutOff.String(), Number: len(st.position.Prior) + 1,
		Snapshot: statements.SnapshotSummary{Digest: sum.Digest.String(), Units: sum.Units, Items: sum.Items, Late: sum.Late}, Prior: []string{}, Lines: st.roll,
		Due: []statements.PartySum{}, Postings: []statements.Posting{}, Payments: []statements.PaymentSum{}, Cohorts: []statements.CohortSum{}, Items: []statements.ReasonCount{}, Waiting: []statements.WaitingSum{}, Binds: []statements.Bind{}}
	for i := range st.position.Prior {
		out.Prior = append(out.Prior, st.position.Prior[i].Digest.String())
	}
	for i := range c.Parties {
		m := t.parties[i]
		sum := statements.PartySum{Party: c.Parties[i].ID, Name: c.Parties[i].Name, Settled: st.amount(m.settled), Due: st.amount(m.toDate - m.settled), ToDate: st.amount(m.toDate)}
		for before := range c.Parties {
			if before != i && st.heir[before] == i {
				sum.Succeeds = append(sum.Succeeds, c.Parties[before].ID)
			}
		}
		out.Due = append(out.Due, sum)
	}
	if st.on.Final {
		out.Status = "final"
		out.Postings = st.postings()
	}
	for i := range c.Payments {
		p := &t.pay[i]
		sum := statements.PaymentSum{Payment: c.Payments[i].Name, Clause: c.Payments[i].Clause, Sentence: c.Payments[i].Sentence, Lines: p.lines, Adjusted: p.adjusted,
			Held: st.amount(p.held), Settled: st.amount(p.settled), Due: st.amount(p.toDate - p.settled), ToDate: st.amount(p.toDate)}
		if f := c.Payments[i].For; f != contracts.ForSum && f != contracts.ForLeftOver && f != contracts.ForLosses {
			sum.Count = p.count.String()
		}
		out.Payments = append(out.Payments, sum)
		for why, n := range t.waits.count[i] {
			if n > 0 {
				w := statements.WaitingSum{Payment: c.Payments[i].Name, Reason: words[why], Count: n}
				if reason(why) == waitClaimed {
					sum := st.amount(t.waits.claimed[i])
					w.Sum = &sum
				}
				out.Waiting = append(out.Waiting, w)
			}
		}
	}
	out.Comparisons = st.compared
	out.Savings, out.Figures, out.Assumptions = st.saved, st.stood, st.assumed
	out.Streams, out.InKind = st.streams, st.given
	out.Baselines = st.based
	var err error
	if out.Partnership, err = st.partnership(); err != nil {
		return statements.Statement{}, err
	}
	st.cohortSums(&out)
	st.itemSums(&out)
	st.bindSums(&out)
	return out, st.overlapSums(&out)
}

func (st *settlement) amount(minor int64) money.Amount { return money.FromMinor(st.c.Currency, minor) }

// postings lists what moves now, by payer, payee and payment in the contract's order.
func (st *settlement) postings() []statements.Posting {
	var keys []posted
	for k, v := range st.totals.postings {
		if v != 0 {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, comparePosted)
	out := []statements.Posting{}
	for _, k := range keys {
		out = append(out, statements.Posting{From: st.c.Parties[k.from].ID, To: st.c.Parties[k.to].ID, Payment: st.c.Payments[k.payment].Name, Amount: st.amount(st.totals.postings[k])})
	}
	return out
}

func (st *settlement) cohortSums(out *statements.Statement) {
	for i := range st.c.Cohorts {
		k := &st.c.Cohorts[i]
		sum := statements.CohortSum{Cohort: k.Name, Clause: k.Clause, Counted: st.totals.cohorts[i][counted], Excluded: []statements.ReasonCount{}}
		for why := notJoined; why <= comparedOnly; why++ {
			if n := st.totals.cohorts[i][why]; n > 0 {
				sum.Excluded = append(sum.Excluded, statements.ReasonCount{Reason: words[why], Count: n})
			}
		}
		for n, one := range st.gathered.numbers[i].cohorts {
			sum.Numbered = append(sum.Numbered, statements.CohortSpan{Number: n + 1, First: one.first.String(), Closed: one.closed.String(), Units: one.units})
		}
		out.Cohorts = append(out.Cohorts, sum)
	}
}

// itemSums counts the items by what became of them; those about the whole are counted with those of units.
func (st *settlement) itemSums(out *statements.Statement) {
	counts := st.totals.items
	whole := st.snapshot.Whole()
	for i := range whole {
		counts[st.wholeReason(&whole[i])]++
	}
	for why := itemUsed; why <= itemOutside; why++ {
		if counts[why] > 0 {
			out.Items = append(out.Items, statements.ReasonCount{Reason: words[why], Count: counts[why]})
		}
	}
}

func (p *plan) wholeReason(it *evidence.Item) reason {
	switch {
	case it.Standing != evidence.Stands:
		return itemUsed + reason(it.Standing)
	case it.First > p.through:
		return itemAfter
	case !p.readKinds[it.Kind]:
		return itemNoRule
	}
	return itemUsed
}

func (st *settlement) bindSums(out *statements.Statement) {
	for i := range st.c.Caps {
		b := st.totals.binds[i]
		if b.lines == 0 {
			continue
		}
		k := &st.c.Caps[i]
		limit := k.NotAbove.String()
		if found := st.gathered.limits[i]; found != "" && k.NotAbove.Op != formula.OpLiteral {
			limit += " (" + found + ")"
		}
		out.Binds = append(out.Binds, statements.Bind{Name: k.Name, Clause: k.Clause, What: st.capText(k, limit), Lines: b.lines, Took: st.amount(b.took)})
	}
	var gates []gateAt
	for g := range st.totals.gates {
		gates = append(gates, g)
	}
	slices.SortFunc(gates, func(a, b gateAt) int {
		if a.payment != b.payment {
			return a.payment - b.payment
		}
		return strings.Compare(a.text, b.text)
	})
	for _, g := range gates {
		pay := &st.c.Payments[g.payment]
		out.Binds = append(out.Binds, statements.Bind{Name: pay.Name, Clause: pay.Clause, What: "hurdle not passed: " + g.text, Lines: st.totals.gates[g], Took: st.amount(0)})
	}
}
