package engine

import (
	"cmp"
	"errors"
	"slices"

	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine/evidence"
)

// errTooMuch is returned where sums leave the range in which they are exact.
var errTooMuch = errors.New("the sums of this statement are beyond what can be added in the currency's smallest unit; split the contract")

// totals is what a statement's head adds up. Each shard has its own; they are merged in order.
type totals struct {
	pay       []payTotal
	parties   []moved         // by party
	paid      []int64         // by party, to date: what it gave, received money aside
	gave      map[gaveAt]gave // where a partnership's positions are worked out by period
	postings  map[posted]int64
	cohorts   [][reasonCount]int
	items     [reasonCount]int
	waits     waits
	binds     []bindTotal // by cap
	overlaps  []overlap   // by cap that counts payments
	elsewhere map[toldAt]toldSum
	gates     map[gateAt]int
	matched   []int // by prior statement: roots it settled that are in the evidence
	overflow  bool
}

type payTotal struct {
	lines, adjusted int
	count           money.Exact
	held            int64
	moved
}

// moved is settled and to date, in minor units.
type moved struct{ toDate, settled int64 }

type posted struct{ from, to, payment int }

// gaveAt is a party and a settlement period, and gave what it paid and received in it, to date, in so many lines.
type (
	gaveAt struct{ party, period int }
	gave   struct {
		lines          int
		paid, received int64
	}
)

type bindTotal struct {
	lines int
	took  int64
}

type gateAt struct {
	payment int
	text    string
}

func newTotals(p *plan) *totals {
	return &totals{pay: make([]payTotal, len(p.c.Payments)), parties: make([]moved, len(p.c.Parties)), paid: make([]int64, len(p.c.Parties)), postings: map[posted]int64{}, gave: map[gaveAt]gave{},
		cohorts: make([][reasonCount]int, len(p.c.Cohorts)), waits: waits{make([][reasonCount]int, len(p.c.Payments)), make([]int64, len(p.c.Payments))},
		binds: make([]bindTotal, len(p.c.Caps)), gates: map[gateAt]int{}, overlaps: newOverlaps(p.c), elsewhere: map[toldAt]toldSum{}}
}

func (t *totals) took(ci, lines int, minor int64) {
	t.binds[ci].lines += lines
	t.add(&t.binds[ci].took, minor)
}

// add adds minor units and notes when they leave their range.
func (t *totals) add(to *int64, minor int64) {
	sum := *to + minor
	if (sum > *to) != (minor > 0) && minor != 0 {
		t.overflow = true
	}
	*to = sum
}

func (t *totals) move(m *moved, toDate, settled int64) {
	t.add(&m.toDate, toDate)
	t.add(&m.settled, settled)
}

// give adds what a party paid and received of a settlement period. What lines are taken off again from comes to none.
func (t *totals) give(party, period int, more gave) {
	at := gaveAt{party, period}
	sum := t.gave[at]
	sum.lines += more.lines
	t.add(&sum.paid, more.paid)
	t.add(&sum.received, more.received)
	if t.gave[at] = sum; sum == (gave{}) {
		delete(t.gave, at)
	}
}

func (t *totals) merge(o *totals) {
	for i := range t.pay {
		a, b := &t.pay[i], &o.pay[i]
		a.lines, a.adjusted, a.count = a.lines+b.lines, a.adjusted+b.adjusted, a.count.Add(b.count)
		t.move(&a.moved, b.toDate, b.settled)
		t.add(&a.held, b.held)
		for why, n := range o.waits.count[i] {
			t.waits.count[i][why] += n
		}
		t.add(&t.waits.claimed[i], o.waits.claimed[i])
	}
	for i := range t.parties {
		t.move(&t.parties[i], o.parties[i].toDate, o.parties[i].settled)
		t.add(&t.paid[i], o.paid[i])
	}
	for k, v := range o.gave {
		t.give(k.party, k.period, v)
	}
	for k, v := range o.postings {
		sum := t.postings[k]
		t.add(&sum, v)
		t.postings[k] = sum
	}
	for i := range t.cohorts {
		for why, n := range o.cohorts[i] {
			t.cohorts[i][why] += n
		}
	}
	for why, n := range o.items {
		t.items[why] += n
	}
	for i := range t.binds {
		t.took(i, o.binds[i].lines, o.binds[i].took)
	}
	for k, n := range o.gates {
		t.gates[k] += n
	}
	for i, n := range o.matched {
		if i == len(t.matched) {
			t.matched = append(t.matched, 0)
		}
		t.matched[i] += n
	}
	t.mergeOverlaps(o)
	t.overflow = t.overflow || o.overflow
}

// emit writes the record of one root in the last pass: what is due for each line, against what was settled.
func (st *settlement) emit(r *reader, out *shardResult) error {
	lines, err := st.outLines(r, out.totals)
	if err != nil {
		return err
	}
	st.count(r, out.totals) // now that lines are done, which read items too: what is kept back, and among whom it falls
	if out.totals.overflow {
		return errTooMuch
	}
	if len(lines) == 0 {
		return nil
	}
	from := len(out.bytes)
	root := &r.tree.Units[0]
	out.bytes = openRecord(out.bytes, st.c, root.Type, root.Key)
	for i := range lines {
		out.bytes = appendLine(out.bytes, st.c, &lines[i], i == 0)
	}
	out.bytes = closeRecord(out.bytes)
	out.leaves = append(out.leaves, evidence.UnitDigest(out.bytes[from:]))
	out.lines += len(lines)
	return nil
}

// count counts the tree's units by cohort and its items by what became of them.
func (st *settlement) count(r *reader, t *totals) {
	for u := range r.tree.Units {
		unit := &r.tree.Units[u]
		for ci := range st.c.Cohorts {
			if st.c.Cohorts[ci].Unit == unit.Type {
				if j, err := r.join(ci, u); err == nil {
					t.cohorts[ci][j.why]++
				}
			}
		}
		for i := range unit.Items {
			t.items[r.itemReason(u, i)]++
		}
	}
}

// outLines are the lines of a tree that move money now, in canonical order: by payment, what they are of, and period.
func (st *settlement) outLines(r *reader, t *totals) ([]outLine, error) {
	r.out = r.out[:0]
	for i := range r.lines {
		l := &r.lines[i]
		held, err := st.hold(r, l)
		if err != nil {
			return nil, err
		}
		o := outLine{payment: l.payment, of: r.ofText(l), period: l.period, count: l.count, toDate: l.toDate, held: held, notes: l.notes, parts: l.parts}
		for j := range r.settled {
			if s := &r.settled[j]; s.payment == l.payment && s.period == l.period && s.of == o.of {
				s.met = true
				st.against(&o, s, r)
			}
		}
		st.ends(r, l, &o)
		if err := st.finishLine(r, &o, l.unit, &l.key, t); err != nil {
			return nil, err
		}
	}
	for j := range r.settled {
		if s := &r.settled[j]; !s.met && (s.minor != 0 || len(s.legs) > 0) {
			o := outLine{payment: s.payment, of: s.of, period: s.period, from: s.from, to: s.to}
			st.against(&o, s, r)
			if err := st.finishLine(r, &o, 0, &key{}, t); err != nil {
				return nil, err
			}
		}
	}
	if !slices.IsSortedFunc(r.out, compareLines) {
		slices.SortStableFunc(r.out, compareLines)
	}
	return r.out, nil
}

func compareLines(a, b outLine) int {
	return cmp.Or(cmp.Compare(a.payment, b.payment), cmp.Compare(a.of, b.of), cmp.Compare(a.period, b.period))
}

// against sets a line against what was settled of it.
func (st *settlement) against(o *outLine, s *settledLine, r *reader) {
	o.settled, o.before, o.settledBy = s.minor, s.legs, s.number
	if o.toDate != s.minor {
		o.corrects = s.number
		o.reason = r.why(st.position.Prior[s.number-1].CutOff)
	}
}

// ends names the payer and payee where a payment does not name one party for all its lines.
func (st *settlement) ends(r *reader, l *rawLine, o *outLine) {
	pay := &st.c.Payments[l.payment]
	o.from, o.to = st.endOf(r, &pay.From, l), st.endOf(r, &pay.To, l)
}

func (st *settlement) endOf(r *reader, e *contracts.Payee, l *rawLine) string {
	switch {
	case e.Party >= 0 && st.c.Parties[e.Party].Each >= 0 && l.unit >= 0:
		if u := r.unitFor(st.c.Parties[e.Party].Each, l.unit); u >= 0 {
			return r.tree.Units[u].Key
		}
	case e.Party < 0 && e.Division < 0 && l.key.party > 0:
		return st.c.Parties[l.key.party-1].ID
	}
	return ""
}

// finishLine divides a line where its payment says so, adds it to the totals, and keeps it when it moves money now.
func (st *settlement) finishLine(r *reader, o *outLine, unit int, k *key, t *totals) error {
	if err := st.divide(r, o, unit, k); err != nil {
		return err
	}
	moves := o.toDate != o.settled
	for _, leg := range o.legs {
		moves = moves || leg.toDate != leg.settled
	}
	if moves && o.corrects == 0 && o.settledBy > 0 { // only its parts move: it is shared anew
		o.corrects, o.reason = o.settledBy, r.why(st.position.Prior[o.settledBy-1].CutOff)
	}
	if st.c.Payments[o.payment].Held != nil && o.held == 0 && o.toDate > o.settled && o.reason == reworked {
		o.reason = "held back before, and now released"
	}
	p := &t.pay[o.payment]
	if o.toDate != 0 {
		p.lines++
		p.count = p.count.Add(o.count)
	}
	if o.corrects != 0 {
		p.adjusted++
	}
	t.move(&p.moved, o.toDate, o.settled)
	t.add(&p.held, o.held)
	st.post(o, k, t)
	if moves {
		r.out = append(r.out, *o)
	}
	return nil
}

// post adds a line to what its parties give and receive, and to what each payer pays each payee.
func (st *settlement) post(o *outLine, k *key, t *totals) {
	pay := &st.c.Payments[o.payment]
	if len(o.legs) == 0 { // one payer and one payee: nothing to divide, and no allocation
		from, to := st.heir[partyOf(&pay.From, k)], st.heir[partyOf(&pay.To, k)]
		t.move(&t.parties[from], -o.toDate, -o.settled)
		t.add(&t.paid[from], o.toDate)
		t.move(&t.parties[to], o.toDate, o.settled)
		if st.byPeriods && o.toDate != 0 {
			t.give(from, o.period, gave{1, o.toDate, 0})
			t.give(to, o.period, gave{1, 0, o.toDate})
		}
		at := posted{from, to, o.payment}
		sum := t.postings[at]
		t.add(&sum, o.toDate-o.settled)
		t.postings[at] = sum
		return
	}
	st.postLegs(pay, o, k, t)
}

// postLegs posts a divided line: each payer's leg to the payees' legs.
func (st *settlement) postLegs(pay *contracts.Payment, o *outLine, k *key, t *totals) {
	from, to := []outLeg{{toDate: o.toDate, settled: o.settled}}, []outLeg{{toDate: o.toDate, settled: o.settled}}
	if legs := side(o.legs, "from"); len(legs) > 0 {
		from = legs
	}
	if legs := side(o.legs, "to"); len(legs) > 0 {
		to = legs
	}
	payer := func(l *outLeg) int { return st.legParty(l, &pay.From, k) }
	payee := func(l *outLeg) int { return st.legParty(l, &pay.To, k) }
	for i := range from {
		t.move(&t.parties[payer(&from[i])], -from[i].toDate, -from[i].settled)
		t.add(&t.paid[payer(&from[i])], from[i].toDate)
		if st.byPeriods && from[i].toDate != 0 {
			t.give(payer(&from[i]), o.period, gave{1, from[i].toDate, 0})
		}
	}
	for j := range to {
		t.move(&t.parties[payee(&to[j])], to[j].toDate, to[j].settled)
		if st.byPeriods && to[j].toDate != 0 {
			t.give(payee(&to[j]), o.period, gave{1, 0, to[j].toDate})
		}
	}
	give := func(i, j int, part int64) {
		at := posted{payer(&from[i]), payee(&to[j]), o.payment}
		if part == 0 || at.from == at.to && pay.For == contracts.ForLosses { // a body and its successor are one: what it gives itself moves nothing
			return
		}
		sum := t.postings[at]
		t.add(&sum, part)
		t.postings[at] = sum
	}
	if pay.For != contracts.ForLosses {
		meet(from, to, give)
		return
	}
	// Whoever made losses good may have its own made good later: what it gave comes back from whom it went to, and never from itself.
	meet(legsAt(from, func(l outLeg) int64 { return l.toDate }), legsAt(to, func(l outLeg) int64 { return l.toDate }), give)
	meet(legsAt(from, func(l outLeg) int64 { return -l.settled }), legsAt(to, func(l outLeg) int64 { return -l.settled }), give)
}

// legsAt are legs as if so much of each moved.
func legsAt(legs []outLeg, moves func(outLeg) int64) []outLeg {
	out := make([]outLeg, len(legs))
	for i, l := range legs {
		out[i] = outLeg{side: l.side, party: l.party, toDate: moves(l)}
	}
	return out
}

// meet has what each payer now pays, and each payee now has, make up one another. Where both ends are divided, payers meet
// payees in the order of the parties: each fills the first with room. Where a payee gives back while others have more, or
// a payer has back while others pay, what moves is more than the sum.
func meet(from, to []outLeg, give func(i, j int, part int64)) {
	due := func(legs []outLeg, at int) int64 { return legs[at].toDate - legs[at].settled }
	i, j := 0, 0
	left, room := due(from, 0), due(to, 0)
	for {
		part, lastPayer, lastPayee := left, i == len(from)-1, j == len(to)-1
		filled := !lastPayee && (lastPayer || room == 0 || (room > 0) == (left > 0) && abs(room) < abs(left))
		if filled {
			part = room
		}
		give(i, j, part)
		left, room = left-part, room-part
		switch {
		case filled:
			j++
			room = due(to, j)
		case lastPayer:
			return
		default:
			i++
			left = due(from, i)
		}
	}
}

func side(legs []outLeg, name string) []outLeg {
	var out []outLeg
	for _, l := range legs {
		if l.side == name {
			out = append(out, l)
		}
	}
	return out
}

func abs(n int64) int64 { return max(n, -n) }

// legParty is the party of a leg, or the one party of an end that is not divided; or whoever has succeeded it. Lines name
// parties as the contract does, whoever stands in their place.
func (st *settlement) legParty(l *outLeg, e *contracts.Payee, k *key) int {
	if l.side != "" {
		return st.heir[st.partyNamed(l.party)]
	}
	return st.heir[partyOf(e, k)]
}

func partyOf(e *contracts.Payee, k *key) int {
	if e.Party >= 0 {
		return e.Party
	}
	return max(int(k.party)-1, 0)
}

func (st *settlement) partyNamed(id string) int {
	for i := range st.c.Parties {
		if st.c.Parties[i].ID == id {
			return i
		}
	}
	return 0
}
