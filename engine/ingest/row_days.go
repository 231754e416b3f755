package ingest

import (
	"bytes"

	"outturn/contracts"
	"outturn/contracts/calendar"
)

// days reads when it happened and when it was learned.
func (w *rower) days(cells [][]byte, under []byte) {
	e := &w.e
	day, until := w.plan.day, w.plan.until
	text := under
	var format *dateFormat
	name := nameDay
	if under == nil {
		text = w.get(day, cells)
		if day != nil {
			format, name = day.how.format, day.name
		}
	} else {
		name = w.v.c.Evidence[e.kind].Name
	}
	first, last, spelt := bytes.Cut(text, []byte(" to"))
	if spelt {
		last = bytes.TrimPrefix(last, []byte(" "))
		text = first
	}
	if len(text) > 0 {
		e.first = w.date(name, text, format)
	} else if e.kind >= 0 && under == nil {
		w.fault(name, nil, "expected the day it happened", "write the day as 2012-04-01")
	}
	e.last = e.first
	if end := w.get(until, cells); len(end) > 0 {
		if spelt {
			w.fault(nameUntil, end, "the last day is given twice", "give it once")
		}
		last, spelt, name = end, true, nameUntil
		format = until.how.format
	}
	w.until(name, last, spelt, format)
	e.learned = e.first
	if text := w.get(w.plan.learned, cells); len(text) > 0 {
		e.learned = w.date(w.plan.learned.name, text, w.plan.learned.how.format)
	} else if e.flags&flagWithdrawal != 0 && e.first == 0 {
		w.fault(nameLearned, nil, "a withdrawal says when it was learned", "write learned: and the day")
	}
}

// until reads the last day of a spell.
func (w *rower) until(name string, last []byte, given bool, format *dateFormat) {
	e := &w.e
	spell := e.kind >= 0 && w.v.c.Evidence[e.kind].Form == contracts.Spell
	switch {
	case given && e.kind >= 0 && !spell:
		w.fault(name, last, w.v.c.Evidence[e.kind].Name+" happens on one day, and a last day is given", "leave the last day out")
	case given && len(last) > 0:
		if e.last = w.date(name, last, format); e.last != 0 && e.first != 0 && e.last < e.first {
			w.fault(name, last, "the last day comes before the first, "+e.first.String(), "put the days in order")
		}
	case spell && (given || e.flags&flagWithdrawal == 0):
		w.fault(name, nil, w.v.c.Evidence[e.kind].Name+" is a spell, and its last day is not given", "give the last day known, and correct the item when it goes on")
	}
}

func (w *rower) date(name string, text []byte, format *dateFormat) calendar.Date {
	if format == nil {
		if d, ok := calendar.ParseDateBytes(text); ok {
			return d
		}
	}
	d, rule, remedy := readDate(text, format)
	if rule != "" {
		w.fault(name, text, rule, remedy)
	}
	return d
}
