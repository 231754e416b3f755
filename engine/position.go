package engine

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine/evidence"
	"outturn/engine/statements"
)

// settledLine is what prior statements settled of one line: the sum of what each found due.
type settledLine struct {
	payment int
	of      string
	period  int
	minor   int64
	legs    []settledLeg
	number  int // of the last statement that moved it
	from    string
	to      string
	met     bool // found again in this settlement
}

type settledLeg struct {
	side, party string
	minor       int64
}

// settler reads, for each root in order, what prior statements settled of it: one cursor over each statement's records.
type settler struct {
	p       *plan
	cursors []cursor
	matched []int // by prior statement: roots it settled that are in the evidence now
	some    bool  // only some roots are asked for: what was settled of others is passed over
	line    settledLine
}

type cursor struct {
	next func() (statements.Record, error, bool)
	stop func()
	at   statements.Record
	ok   bool
}

// newSettler opens the prior statements at the first root that will be asked for.
func newSettler(p *plan, pos Position, unitType int, unitKey string) (*settler, error) {
	s := &settler{p: p, matched: make([]int, len(pos.Prior))}
	for i := range pos.Prior {
		next, stop := iter.Pull2(pos.Prior[i].Lines(unitType, unitKey))
		s.cursors = append(s.cursors, cursor{next: func() (statements.Record, error, bool) { r, err, ok := next(); return r, err, ok }, stop: stop})
		if err := s.advance(i); err != nil {
			return s, err
		}
	}
	return s, nil
}

func (s *settler) close() {
	for i := range s.cursors {
		s.cursors[i].stop()
	}
}

func (s *settler) advance(i int) error {
	c := &s.cursors[i]
	r, err, ok := c.next()
	c.at, c.ok = r, ok
	if err != nil {
		return fmt.Errorf("prior statement %d: %w", i+1, err)
	}
	return nil
}

// take appends what was settled of a root. A root that was settled before and is in no evidence now is refused: evidence
// is withdrawn, never removed.
func (s *settler) take(dst []settledLine, unitType int, unitKey string) ([]settledLine, error) {
	for i := range s.cursors {
		c := &s.cursors[i]
		for s.some && c.ok && s.p.rootOrder(c.at.UnitType, c.at.Unit, unitType, unitKey) < 0 {
			if err := s.advance(i); err != nil {
				return dst, err
			}
		}
		if c.ok && s.p.rootOrder(c.at.UnitType, c.at.Unit, unitType, unitKey) < 0 {
			return dst, s.missing(i)
		}
		if c.ok && c.at.UnitType == unitType && c.at.Unit == unitKey {
			var err error
			if dst, err = s.fold(dst, &c.at, i+1); err != nil {
				return dst, err
			}
			s.matched[i]++
			if err := s.advance(i); err != nil {
				return dst, err
			}
		}
	}
	return dst, nil
}

func (s *settler) missing(i int) error {
	at := &s.cursors[i].at
	return fmt.Errorf("statement %d settled %s %s, of which there is now no evidence: evidence is corrected or withdrawn by a further item, never removed; put it back",
		i+1, s.p.c.Units[at.UnitType].Name, at.Unit)
}

// rootOrder compares roots in the snapshot's canonical order; the record of the whole comes after all.
func (p *plan) rootOrder(typeA int, a string, typeB int, b string) int {
	switch {
	case typeA == typeB:
		return strings.Compare(a, b)
	case typeA == len(p.c.Units) || typeB == len(p.c.Units):
		return typeA - typeB
	}
	return evidence.CompareUnits(p.c, &evidence.Unit{Type: typeA, Key: a}, &evidence.Unit{Type: typeB, Key: b})
}

// fold adds a record's lines to what was settled.
func (s *settler) fold(dst []settledLine, r *statements.Record, number int) ([]settledLine, error) {
	for i := range r.Lines {
		l := &r.Lines[i]
		pay := s.p.c.PaymentIndex(l.Payment)
		if pay < 0 {
			return dst, fmt.Errorf("statement %d settled a payment %s that the contract no longer has: a variation dates a payment out, it does not remove it", number, l.Payment)
		}
		due, ok := l.Due.Minor()
		if !ok {
			return dst, fmt.Errorf("statement %d, payment %s: %s is too large an amount", number, l.Payment, l.Due)
		}
		s.line = settledLine{payment: pay, of: l.Of, period: l.Period, minor: due, legs: s.line.legs[:0], number: number, from: l.From, to: l.To}
		for _, leg := range l.Legs {
			m, _ := leg.Due.Minor()
			s.line.legs = append(s.line.legs, settledLeg{leg.Side, leg.Party, m})
		}
		dst = s.p.settleLine(dst, &s.line)
	}
	return dst, nil
}

// settleLine adds what one statement found due of a line to what was settled by those before it.
func (p *plan) settleLine(dst []settledLine, due *settledLine) []settledLine {
	at := slices.IndexFunc(dst, func(s settledLine) bool {
		return s.payment == due.payment && s.period == due.period && s.of == due.of
	})
	if at < 0 {
		dst = append(dst, settledLine{payment: due.payment, of: due.of, period: due.period, from: due.from, to: due.to})
		at = len(dst) - 1
	}
	sum := &dst[at]
	if from := &p.c.Payments[due.payment].From; from.Division < 0 { // shared or not from one statement to the next, as a cap on its payer has it
		own := p.c.EndName(from)
		if due.from != "" {
			own = due.from
		}
		shared, before := parted(due.legs, "from"), parted(sum.legs, "from")
		switch {
		case shared && !before && sum.minor != 0:
			sum.addLeg("from", own, sum.minor)
		case before && !shared:
			sum.addLeg("from", own, due.minor)
		}
	}
	sum.minor += due.minor
	sum.number = due.number
	for _, leg := range due.legs {
		sum.addLeg(leg.side, leg.party, leg.minor)
	}
	return dst
}

// settle adds what this statement has of the tree in hand to what was settled of it.
func (r *reader) settle(number int) {
	var due settledLine
	for i := range r.out {
		o := &r.out[i]
		due = settledLine{payment: o.payment, of: o.of, period: o.period, minor: o.toDate - o.settled, legs: due.legs[:0], number: number, from: o.from, to: o.to}
		for _, leg := range o.legs {
			due.legs = append(due.legs, settledLeg{leg.side, leg.party, leg.toDate - leg.settled})
		}
		r.settled = r.settleLine(r.settled, &due)
	}
}

func (l *settledLine) addLeg(side, party string, minor int64) {
	for i := range l.legs {
		if l.legs[i].side == side && l.legs[i].party == party {
			l.legs[i].minor += minor
			return
		}
	}
	l.legs = append(l.legs, settledLeg{side, party, minor})
}

// settledOf is what prior statements settled of a line of the tree in hand, or of one payer's part of it (-1: all).
func (r *reader) settledOf(l *rawLine, payer int) int64 {
	if len(r.settled) == 0 {
		return 0
	}
	of := r.ofText(l)
	for i := range r.settled {
		s := &r.settled[i]
		if s.payment == l.payment && s.period == l.period && s.of == of {
			return r.settledBy(s, l, payer)
		}
	}
	return 0
}

// settledBy is a payer's part of what was settled of a line, or all of it.
func (r *reader) settledBy(s *settledLine, l *rawLine, payer int) int64 {
	switch {
	case payer < 0:
		return s.minor
	case !parted(s.legs, "from"):
		if from := &r.c.Payments[l.payment].From; from.Division < 0 && partyOf(from, &l.key) == payer {
			return s.minor
		}
		return 0
	}
	for _, leg := range s.legs {
		if leg.side == "from" && leg.party == r.c.Parties[payer].ID {
			return leg.minor
		}
	}
	return 0
}

// ofText names a line within its root's record: the member, and the level's periods; nothing for the root itself.
func (r *reader) ofText(l *rawLine) string {
	text := levelText(r.plan, contracts.Level{FactOf: -1, Cohort: -1, Periods: r.c.Payments[l.payment].Per.Periods}, l.key)
	if l.unit <= 0 {
		return text
	}
	if text == "" {
		return r.tree.Units[l.unit].Key
	}
	return r.tree.Units[l.unit].Key + " / " + text
}

// reworked is the reason where nothing was learned of a unit: something of the whole moved.
const reworked = "worked out again with the whole"

// why says in words why a line differs from what an earlier statement settled, from the items learned since.
func (r *reader) why(cutOff calendar.Date) string {
	late, text := false, ""
	for u := range r.tree.Units {
		for i := range r.tree.Units[u].Items {
			it := &r.tree.Units[u].Items[i]
			if it.Learned <= cutOff {
				continue
			}
			kind := r.c.Evidence[it.Kind].Name
			switch {
			case it.Points != "":
				text = "evidence corrected or withdrawn: " + kind + " " + it.Points + ", learned " + it.Learned.String()
			case text == "":
				late = true
			}
		}
	}
	switch {
	case text != "":
		return text
	case late:
		return "later evidence"
	}
	return reworked
}
