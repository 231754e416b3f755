package engine

import (
	"slices"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
)

// membership is a unit's place in a cohort: counted, or not with one reason.
type membership struct {
	counted bool
	joined  bool // joined, whether counted or only compared
	day     calendar.Date
	why     reason
}

type memoJoin struct {
	stamp uint32
	j     membership
}

// join says whether a unit counts in a cohort, worked out once a unit.
func (r *reader) join(ci, u int) (membership, error) {
	at := u*len(r.c.Cohorts) + ci
	if cell := &r.joined[at]; cell.stamp == r.stamp {
		return cell.j, nil
	}
	j, err := r.admit(&r.c.Cohorts[ci], u)
	if k := &r.c.Cohorts[ci]; err == nil && j.joined && r.closing[ci] && !k.NextOpens && r.whole.done > 0 && r.whole.numbers[ci].of(place{j.day, r.ordinal, u}) == 0 {
		j = membership{day: j.day, why: joinedClosed}
	}
	if err == nil {
		r.joined[at] = memoJoin{r.stamp, j}
	}
	return j, err
}

func (r *reader) admit(k *contracts.Cohort, u int) (membership, error) {
	i := r.firstItem(k.JoinedBy, u, r.through)
	if i < 0 {
		return membership{why: notJoined}, nil
	}
	r.use(u, i)
	it := &r.tree.Units[u].Items[i]
	j := membership{day: it.First}
	switch {
	case it.First < k.Between.First:
		j.why = joinedBefore
		return j, nil
	case it.First > k.Between.Last:
		j.why = joinedAfter
		return j, nil
	}
	sc := scope{unit: u, item: it, itemUnit: u, asAt: r.through}
	for _, cond := range []*contracts.Condition{k.Where, k.CountsWhere} {
		if cond == nil {
			continue
		}
		if sc.asAt = r.through; cond == k.Where { // asked of the day of joining
			sc.asAt = it.First
		}
		h, err := r.holds(cond, &sc)
		switch {
		case err != nil:
			return j, err
		case h == holdsUnknown:
			j.why = eligibilityUnknown
			return j, nil
		case h != holdsYes && cond == k.CountsWhere:
			j.joined, j.why = true, notCounted
			return j, nil
		case h != holdsYes:
			j.why = notEligible
			return j, nil
		}
	}
	j.joined, j.counted = true, k.Counts != contracts.CountsComparedOnly
	if !j.counted {
		j.why = comparedOnly
	}
	return j, nil
}

// isMember is a unit's membership of a cohort as a yes/no figure.
func (r *reader) isMember(ci int, sc *scope) (formula.Figure, error) {
	u := r.unitFor(r.c.Cohorts[ci].Unit, sc.unit)
	if u < 0 {
		return inState(formula.YesNo, formula.Unknown), nil
	}
	j, err := r.join(ci, u)
	return yesNo(j.counted), err
}

// place is where a unit stands in the order of joining.
type place struct {
	day     calendar.Date
	ordinal int // of the root
	unit    int // within the tree
}

func (a place) compare(b place) int {
	switch {
	case a.day != b.day:
		return int(a.day) - int(b.day)
	case a.ordinal != b.ordinal:
		return a.ordinal - b.ordinal
	}
	return a.unit - b.unit
}

// numbering is how a closing cohort divided into numbered ones.
type numbering struct {
	cohorts []numbered
}

type numbered struct {
	first  calendar.Date
	last   place         // the last member
	closed calendar.Date // zero while it is open
	units  int
}

// number divides the members of a cohort, in order of joining, by its closing rule: at so many members, or after so
// long, whichever comes first. The next opens with the next member where the contract says so; if it does not, whoever
// joins later is in none.
func (p *plan) number(k *contracts.Cohort, members []place) numbering {
	slices.SortFunc(members, place.compare)
	var out numbering
	var end calendar.Date
	for _, m := range members {
		open := len(out.cohorts) > 0 && out.cohorts[len(out.cohorts)-1].closed.IsZero()
		if open && !end.IsZero() && m.day > end {
			out.cohorts[len(out.cohorts)-1].closed = end
			open = false
		}
		if !open {
			if len(out.cohorts) > 0 && !k.NextOpens {
				break
			}
			out.cohorts = append(out.cohorts, numbered{first: m.day})
			if k.CloseAfter != nil {
				end = k.CloseAfter.BeginningWith(m.day, p.c.Calendar.Holidays).Last
			}
		}
		now := &out.cohorts[len(out.cohorts)-1]
		now.last, now.units = m, now.units+1
		if k.CloseAt > 0 && now.units == k.CloseAt {
			now.closed = m.day
		}
	}
	if n := len(out.cohorts); n > 0 && out.cohorts[n-1].closed.IsZero() {
		switch last := &out.cohorts[n-1]; {
		case !end.IsZero() && end <= p.through:
			last.closed = end
		case k.Between.Last <= p.through:
			last.closed = k.Between.Last
		}
	}
	return out
}

// of is the number of the cohort a place falls in, 0 for none.
func (n *numbering) of(at place) int32 {
	for i := range n.cohorts {
		if at.compare(n.cohorts[i].last) <= 0 {
			return int32(i) + 1
		}
	}
	return 0
}

// byDay is the number of the cohort that was open on a day, for those who are only compared with its members.
func (n *numbering) byDay(day calendar.Date) int32 {
	for i := range n.cohorts {
		if k := &n.cohorts[i]; day >= k.first && (k.closed.IsZero() || day <= k.closed) {
			return int32(i) + 1
		}
	}
	return 0
}

// cohortNumber is the number of the cohort a unit is in: 1 where cohorts do not close, 0 where it is in none.
func (r *reader) cohortNumber(ci, unit int) int32 {
	u := r.unitFor(r.c.Cohorts[ci].Unit, unit)
	if u < 0 {
		return 0
	}
	j, err := r.join(ci, u)
	switch {
	case err != nil || !j.joined:
		return 0
	case !r.closing[ci]:
		return 1
	}
	return r.whole.numbers[ci].of(place{j.day, r.ordinal, u})
}
