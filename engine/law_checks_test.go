package engine_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine"
	"outturn/engine/evidence"
	"outturn/engine/statements"
)

// The laws as checks of statements, each worked out from the lines alone and not as the engine does. They say what is
// wrong, or nothing; the laws, the simulation and the fuzz target share them.

// footed checks that the last statement of a chain adds up, line by line, and that what it calls settled is what the
// statements before it found due.
func footed(c *contracts.Contract, chain []*settled) string {
	last := chain[len(chain)-1]
	before, now := map[string]int64{}, map[string]int64{}
	settledLines := map[lineAt]int64{}
	for _, s := range chain[:len(chain)-1] {
		s.dues(settledLines, false)
		for i := range s.records {
			for j := range s.records[i].Lines {
				before[s.records[i].Lines[j].Payment] += minor(s.records[i].Lines[j].Due)
			}
		}
	}
	lines := 0
	for i := range last.records {
		r := &last.records[i]
		for j := range r.Lines {
			l := &r.Lines[j]
			lines++
			now[l.Payment] += minor(l.Due)
			at := lineAt{unitType: r.UnitType, unit: r.Unit, payment: l.Payment, of: l.Of, period: l.Period}
			if fault := footedLine(l, settledLines[at], len(chain)); fault != "" {
				return fmt.Sprintf("%s %s: %s", r.Unit, l.Payment, fault)
			}
		}
	}
	st := &last.statement
	if st.Lines.Lines != lines || st.Lines.Records != len(last.records) {
		return fmt.Sprintf("the head counts %d lines in %d records; there are %d in %d", st.Lines.Lines, st.Lines.Records, lines, len(last.records))
	}
	for i := range st.Payments {
		p := &st.Payments[i]
		if minor(p.Settled) != before[p.Payment] || minor(p.Due) != now[p.Payment] || minor(p.ToDate) != minor(p.Settled)+minor(p.Due) {
			return fmt.Sprintf("payment %s: %s settled, %s due, %s to date; its lines make %d and %d", p.Payment, p.Settled, p.Due, p.ToDate, before[p.Payment], now[p.Payment])
		}
		if p.ToDate.Sign() < 0 {
			return fmt.Sprintf("payment %s is below nought to date: %s", p.Payment, p.ToDate)
		}
	}
	return footedParties(c, st, now)
}

// footedLine checks one line, its legs, and what it says of what it corrects.
func footedLine(l *statements.Line, before int64, number int) string {
	zero := minor(l.ToDate)-minor(l.Settled)-minor(l.Due) == 0
	switch {
	case !zero:
		return fmt.Sprintf("%s to date less %s settled is not %s", l.ToDate, l.Settled, l.Due)
	case minor(l.Settled) != before:
		return fmt.Sprintf("%s settled, and the statements before found %d due", l.Settled, before)
	case l.ToDate.Sign() < 0:
		return fmt.Sprintf("%s to date is below nought", l.ToDate)
	case l.Due.IsZero() && len(l.Legs) == 0:
		return "it moves nothing"
	case l.Corrects >= number || l.Corrects < 0:
		return fmt.Sprintf("it corrects statement %d in statement %d", l.Corrects, number)
	case (l.Corrects > 0) != (l.Reason != ""):
		return fmt.Sprintf("it corrects %d for the reason %q", l.Corrects, l.Reason)
	case before != 0 && !l.Due.IsZero() && l.Corrects == 0:
		return "it differs from what was settled and does not say what it corrects"
	}
	sums := map[string][3]int64{}
	for _, leg := range l.Legs {
		s := sums[leg.Side]
		sums[leg.Side] = [3]int64{s[0] + minor(leg.ToDate), s[1] + minor(leg.Settled), s[2] + minor(leg.Due)}
	}
	for side, s := range sums {
		if s != [3]int64{minor(l.ToDate), minor(l.Settled), minor(l.Due)} {
			return fmt.Sprintf("the legs of side %s make %v of %s, %s and %s", side, s, l.ToDate, l.Settled, l.Due)
		}
	}
	return ""
}

// footedParties checks that postings are the lines and sum to nought over the parties.
func footedParties(c *contracts.Contract, st *statements.Statement, due map[string]int64) string {
	posted, received := map[string]int64{}, map[string]int64{}
	for _, p := range st.Postings {
		posted[p.Payment] += minor(p.Amount)
		received[p.From] -= minor(p.Amount)
		received[p.To] += minor(p.Amount)
		if p.Amount.IsZero() || p.From == p.To {
			return fmt.Sprintf("posting %+v moves nothing", p)
		}
	}
	for i := range c.Payments {
		if name := c.Payments[i].Name; posted[name] != due[name] && st.Status == "final" {
			return fmt.Sprintf("payment %s posts %d of %d", name, posted[name], due[name])
		}
	}
	var sums [3]int64
	for i := range st.Due {
		p := &st.Due[i]
		if st.Status == "final" && minor(p.Due) != received[p.Party] {
			return fmt.Sprintf("party %s is due %s and is posted %d", p.Party, p.Due, received[p.Party])
		}
		if minor(p.Settled)+minor(p.Due) != minor(p.ToDate) {
			return fmt.Sprintf("party %s: %s settled and %s due are not %s", p.Party, p.Settled, p.Due, p.ToDate)
		}
		for j, a := range []money.Amount{p.Settled, p.Due, p.ToDate} {
			sums[j] += minor(a)
		}
	}
	if sums != [3]int64{} {
		return fmt.Sprintf("the parties together come to %v, not to nought", sums)
	}
	return ""
}

// committed checks that records read back and are written again as they were, stand in canonical order, and that the
// head's root is over them.
func committed(c *contracts.Contract, s *settled) string {
	var root evidence.Root
	var last *statements.Record
	units, size := 0, 0
	i := 0
	for line := range bytes.Lines(s.lines) {
		r := &s.records[i]
		i++
		if again := engine.AppendRecord(nil, c, r); !bytes.Equal(again, line) {
			return fmt.Sprintf("a record is written again otherwise:\n%s%s", line, again)
		}
		if last != nil && (last.UnitType == len(c.Units) || !recordBefore(c, last, r.UnitType, r.Unit)) {
			return fmt.Sprintf("the record of %s stands before that of %s", last.Unit, r.Unit)
		}
		if !slices.IsSortedFunc(r.Lines, func(a, b statements.Line) int { return lineOrder(c, &a, &b) }) {
			return fmt.Sprintf("the lines of %s are not in order: %s", r.Unit, line)
		}
		if r.UnitType < len(c.Units) {
			units++
		}
		size += len(line)
		root.Add(evidence.UnitDigest(line))
		last = r
	}
	head := &s.statement.Lines
	if head.Records != i || head.Units != units || head.Bytes != int64(size) || head.Root != root.Sum().String() {
		return fmt.Sprintf("the head commits to %+v; the lines are %d records, %d units, %d bytes, root %s", *head, i, units, size, root.Sum())
	}
	return ""
}

func lineOrder(c *contracts.Contract, a, b *statements.Line) int {
	index := func(name string) int {
		return slices.IndexFunc(c.Payments, func(p contracts.Payment) bool { return p.Name == name })
	}
	if d := index(a.Payment) - index(b.Payment); d != 0 {
		return d
	}
	if a.Of != b.Of {
		return map[bool]int{true: -1, false: 1}[a.Of < b.Of]
	}
	if a.Period == b.Period {
		return 1 // two lines of one payment, of the same, in one period
	}
	return a.Period - b.Period
}

// accounted checks that every unit is counted or excluded once a cohort, and every item used or not for one reason.
func accounted(c *contracts.Contract, e told, s *settled) string {
	types := make([]int, len(c.Units))
	units, items := 0, len(e.whole)
	for i := range e.trees {
		for u := range e.trees[i].Units {
			types[e.trees[i].Units[u].Type]++
			units++
			items += len(e.trees[i].Units[u].Items)
		}
	}
	st := &s.statement
	if st.Snapshot.Units != units || st.Snapshot.Items+st.Snapshot.Late != items {
		return fmt.Sprintf("the snapshot holds %d units and %d items, %d late, of %d and %d", st.Snapshot.Units, st.Snapshot.Items, st.Snapshot.Late, units, items)
	}
	for i := range st.Cohorts {
		k := &st.Cohorts[i]
		sum := k.Counted
		for _, out := range k.Excluded {
			sum += out.Count
		}
		if sum != types[c.Cohorts[i].Unit] {
			return fmt.Sprintf("cohort %s accounts for %d units of %d", k.Cohort, sum, types[c.Cohorts[i].Unit])
		}
	}
	sum := 0
	for _, r := range st.Items {
		sum += r.Count
	}
	if sum != st.Snapshot.Items {
		return fmt.Sprintf("%d items are accounted for of %d", sum, st.Snapshot.Items)
	}
	return ""
}

// trailed adds up the trails of all units and holds them against the statement; it says where they differ.
func trailed(c *contracts.Contract, on engine.Occasion, snapshot evidence.Snapshot, pos engine.Position, s *settled) string {
	found := map[string]int64{}
	add := func(n int64, parts ...string) { found[strings.Join(parts, " ")] += n }
	err := engine.Trails(c, on, snapshot, pos, "", func(t *engine.Trail) error {
		for _, e := range t.Earned {
			minor, _ := e.ToDate.Minor()
			add(minor, "pays", e.Payment)
		}
		for _, w := range t.Waits {
			if w.Reason != "not met so far" {
				add(1, "waits", w.Payment, w.Reason)
			}
		}
		for _, p := range t.Cohorts {
			add(1, "cohort", p.Cohort, p.Reason)
		}
		for _, i := range t.Items {
			add(1, "item", i.Use)
		}
		return nil
	})
	whole, err2 := engine.WholeUses(c, on, snapshot)
	if err = errors.Join(err, err2); err != nil {
		return err.Error()
	}
	for _, i := range whole {
		add(1, "item", i.Use)
	}
	less := func(n int64, parts ...string) { add(-n, parts...) }
	st := &s.statement
	for i, p := range st.Payments {
		if c.Payments[i].Per.Unit >= 0 {
			minor, _ := p.ToDate.Minor()
			less(minor, "pays", p.Payment)
		}
	}
	for _, w := range st.Waiting {
		if at := slices.IndexFunc(c.Payments, func(p contracts.Payment) bool { return p.Name == w.Payment }); c.Payments[at].Per.Unit >= 0 {
			less(int64(w.Count), "waits", w.Payment, w.Reason)
		}
	}
	for i, k := range st.Cohorts {
		if c.Cohorts[i].CloseAt > 0 || c.Cohorts[i].CloseAfter != nil {
			// A statement that needs one pass alone counts a cohort before it is closed; a trail comes after.
			for _, what := range slices.Collect(maps.Keys(found)) {
				if strings.HasPrefix(what, "cohort "+k.Cohort+" ") {
					delete(found, what)
				}
			}
			continue
		}
		less(int64(k.Counted), "cohort", k.Cohort, "counted")
		for _, r := range k.Excluded {
			less(int64(r.Count), "cohort", k.Cohort, r.Reason)
		}
	}
	for _, r := range st.Items {
		less(int64(r.Count), "item", r.Reason)
	}
	for _, what := range slices.Sorted(maps.Keys(found)) {
		if n := found[what]; n != 0 {
			return fmt.Sprintf("the trails say %d more than the statement of: %s", n, what)
		}
	}
	return ""
}

// overCaps adds up what a chain of statements paid under each cap, and says which limit is passed.
func overCaps(c *contracts.Contract, caps []drawnCap, chain []*settled) string {
	toDate, legs := map[lineAt]int64{}, map[lineAt]int64{}
	for _, s := range chain {
		s.dues(toDate, false)
		s.dues(legs, true)
	}
	for i := range caps {
		k := &caps[i]
		sums, counted := map[string]int64{}, map[string]bool{}
		of := toDate
		if k.payer != "" {
			of = legs
		}
		for at, n := range of {
			if n == 0 || !k.isOver(at.payment) || k.payer != "" && (at.side != "from" || at.part != k.payer) {
				continue
			}
			group := capGroup(c, k, at)
			if k.counting == "" {
				sums[group] += n
			} else if who := group + " " + placeOf(c, k, at); !counted[who] {
				counted[who] = true
				sums[group]++
			}
		}
		for group, n := range sums {
			if n > k.limit {
				return fmt.Sprintf("cap %d: %d at %q, not above %d", i+1, n, group, k.limit)
			}
		}
	}
	return ""
}

// placeOf is the unit that a line takes a place for.
func placeOf(c *contracts.Contract, k *drawnCap, at lineAt) string {
	switch k.counting {
	case "payments":
		return at.payment
	case c.Units[at.unitType].Name:
		return at.unit
	}
	return at.unit + "/" + at.of
}

// capGroup is what a line is charged to under a cap.
func capGroup(c *contracts.Contract, k *drawnCap, at lineAt) string {
	switch k.per {
	case "contract":
		return ""
	case "year":
		span, _ := c.Periods[c.Calendar.Settle].Series.Span(at.period)
		year, _, _ := span.First.Civil()
		return fmt.Sprint(year)
	case c.Periods[c.Calendar.Settle].Name:
		return fmt.Sprint(at.period)
	}
	if k.per == c.Units[at.unitType].Name {
		return at.unit
	}
	return at.unit + "/" + at.of
}

// explained checks that a record's lines are worked out again to the same penny, and that each of its items has a use.
func explained(c *contracts.Contract, on engine.Occasion, s evidence.Snapshot, pos engine.Position, r *statements.Record) string {
	lines, uses, err := engine.Explain(c, on, s, pos, r.Unit, "")
	if err != nil {
		return err.Error()
	}
	paid := map[string]int64{}
	at := func(l *statements.Line) string { return fmt.Sprintf("%s of %q in %d", l.Payment, l.Of, l.Period) }
	for i := range lines {
		paid[at(&lines[i].Line)] += minor(lines[i].Line.ToDate)
	}
	for i := range r.Lines {
		if l := &r.Lines[i]; paid[at(l)] != minor(l.ToDate) {
			return fmt.Sprintf("%s %s: %s to date, explained as %d", r.Unit, at(l), l.ToDate, paid[at(l)])
		}
		delete(paid, at(&r.Lines[i]))
	}
	for name, n := range paid {
		if n != 0 && len(pos.Prior) == 0 { // else it was settled before, and has no line now
			return fmt.Sprintf("%s %s: %d explained, and no line", r.Unit, name, n)
		}
	}
	for _, u := range uses {
		if u.Use == "" {
			return fmt.Sprintf("%s: the use of %+v is not said", r.Unit, u)
		}
	}
	return ""
}
