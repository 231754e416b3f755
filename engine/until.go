package engine

import (
	"outturn/contracts"
	"outturn/contracts/calendar"
)

// What a root comes to is worked out as at the last day settled. Settled through a later day it may come to something
// else though nothing was told of it: a window ends, money held back falls free, another period begins. The reader notes,
// with every day that it holds against the last day settled, until when its answer stands.

// come reports whether a day has come by another. Where it has not, what is worked out holds until the day before.
func (r *reader) come(day, asAt calendar.Date) bool {
	if day <= asAt {
		return true
	}
	if day > r.through {
		r.until = min(r.until, day-1)
	}
	return false
}

// moves notes that what is worked out may be another on any later day.
func (r *reader) moves() { r.until = min(r.until, r.through) }

// turnsWithWhole notes the items of a kind, about no unit, that are to come.
func (r *reader) turnsWithWhole(kind int) {
	for i := range r.whole.items {
		if it := &r.whole.items[i]; it.Kind == kind {
			r.come(it.First, r.through)
		}
	}
}

// Separable says why what the roots of a contract come to cannot be told apart from one another, or "" where it can: then
// the statement of the whole is their sum, and a root of which nothing was told since can be left as it was.
func Separable(c *contracts.Contract, on Occasion) (why string, err error) {
	p, err := newPlan(c, on)
	if err != nil {
		return "", err
	}
	return p.inseparable(), nil
}

func (p *plan) inseparable() string {
	for i := range p.c.Caps {
		if k := &p.c.Caps[i]; k.Places == contracts.PlacesStand {
			return "what was settled keeps its place under " + k.Name
		}
	}
	for i, closes := range p.closing {
		if closes {
			return "the cohort " + p.c.Cohorts[i].Name + " closes"
		}
	}
	switch {
	case p.c.HasShadow():
		return "what is in its shadow is worked out by settling twice"
	case len(p.c.ExclusiveWith) > 0:
		return "what the register of claims suppressed is summed over all units"
	case len(p.crossCaps) > 0:
		return p.c.Caps[p.crossCaps[0]].Name + " stands over several units"
	case len(p.c.Accounts) > 0:
		return "it keeps the account " + p.c.Accounts[0].Name
	case len(p.c.Stakes) > 0:
		return "it pays the stake " + p.c.Stakes[0].Name
	case len(p.gathers) > 0 || p.last > 0:
		return "figures of the whole are gathered from the units"
	}
	return ""
}
