// Package schedule settles contracts when their calendars say so, and reads evidence from where it is put for them.
//
// What is due is decided from stored facts alone: the contract in force, the periods that are settled, the runs that are
// noted. Nothing is remembered between two looks, so a look that was missed, or made twice, or made by another process,
// changes nothing. A Worker looks and works; any number of them share a database.
package schedule

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine"
)

// Kind says what a run makes.
type Kind string

// The kinds of run.
const (
	Provisional Kind = "provisional"
	Final       Kind = "final"
)

// Due is one settlement of a contract's calendar.
type Due struct {
	Kind            Kind
	Through, CutOff calendar.Date
	At              time.Time // when it falls due
}

// Calendar is when a contract is settled.
//
// Each period of the contract's settle series is settled through its last day. Its cut-off is the contract's, in working
// days, bank holidays and month-ends as the contract has them; the cut-off day counts to its end, in the contract's zone.
// The final run is due at the contract's first time after that. Where the contract has a time before, but after the
// period has ended, then a provisional run is due at the first.
type Calendar struct {
	terms *contracts.Contract
	times *Times
}

// NewCalendar reads when a contract is settled, or says what cannot be scheduled.
func NewCalendar(c *contracts.Contract) (*Calendar, error) {
	times, err := ParseTimes(c.Calendar.Run, c.Calendar.Zone)
	if err != nil {
		return nil, fmt.Errorf("contract %s, calendar: %w", c.ID, err)
	}
	return &Calendar{c, times}, nil
}

// period returns the runs of one period: the final one, and whether there is a provisional one before.
func (c *Calendar) period(number int) (final, provisional Due, both, ok bool) {
	span, ok := c.terms.Periods[c.terms.Calendar.Settle].Series.Span(number)
	if !ok || span.First > c.terms.Last {
		return final, provisional, false, false
	}
	final = Due{Kind: Final, Through: min(span.Last, c.terms.Last)}
	final.CutOff = engine.CutOff(c.terms, final.Through)
	provisional = final
	provisional.Kind = Provisional
	var early bool
	if provisional.At, early = c.times.From(final.Through.AddDays(1)); !early {
		return final, provisional, false, false
	}
	if final.At, ok = c.times.From(final.CutOff.AddDays(1)); !ok {
		return final, provisional, false, false
	}
	return final, provisional, provisional.At.Before(final.At), true
}

// Through finds the period that is settled through a day; false where none is.
func (c *Calendar) Through(day calendar.Date) (final Due, ok bool) {
	number, ok := c.terms.Periods[c.terms.Calendar.Settle].Series.Number(day)
	if !ok {
		return Due{}, false
	}
	final, _, _, ok = c.period(number)
	return final, ok && final.Through == day
}

// Coming returns the final settlements that follow the last day settled (no day for none), in order and at most so many:
// those that are overdue too.
func (c *Calendar) Coming(settled calendar.Date, most int) (coming []Due) {
	number, ok := c.terms.Periods[c.terms.Calendar.Settle].Series.Number(max(c.terms.First, settled+1))
	for ; ok && settled < c.terms.Last && len(coming) < most; number++ {
		var final Due
		if final, _, _, ok = c.period(number); ok {
			coming = append(coming, final)
		}
	}
	return coming
}

// Due returns what is due now and not yet noted, in the order in which it is to be done, and when something is next; the
// zero time when nothing ever is. Settled is the last day that is settled for good, no day for none; noted tells which
// runs there are, of days after it.
func (c *Calendar) Due(settled calendar.Date, noted func(Kind, calendar.Date) bool, now time.Time) (due []Due, next time.Time) {
	series := &c.terms.Periods[c.terms.Calendar.Settle].Series
	number, ok := series.Number(max(c.terms.First, settled+1))
	if !ok || settled >= c.terms.Last {
		return nil, time.Time{}
	}
	for ; ; number++ {
		final, provisional, both, ok := c.period(number)
		if !ok {
			break
		}
		runs := []Due{provisional, final}
		if !both {
			runs = runs[1:]
		}
		for _, run := range runs {
			switch {
			case noted(run.Kind, run.Through):
			case !run.At.After(now):
				due = append(due, run)
			case next.IsZero() || run.At.Before(next):
				next = run.At
			}
		}
		if runs[0].At.After(now) {
			break // what follows is later still
		}
	}
	slices.SortStableFunc(due, Due.compare)
	return due, next
}

// compare orders runs by when they fall due, then by what they settle; at one moment a provisional one comes first.
func (d Due) compare(e Due) int {
	return cmp.Or(d.At.Compare(e.At), cmp.Compare(d.Through, e.Through), cmp.Compare(e.Kind, d.Kind))
}
