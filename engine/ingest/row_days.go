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
		name = w.v.c.Evidence[e.Kind].Name
	}
	first, last, spelt := bytes.Cut(text, []byte(" to"))
	if spelt {
		last = bytes.TrimPrefix(last, []byte(" "))
		text = first
	}
	if len(text) > 0 {
		e.First = w.date(name, text, format)
	} else if e.Kind >= 0 && under == nil {
		w.fault(name, nil, "expected the day it happened", "write the day as 2012-04-01")
	}
	e.Last = e.First
	if end := w.get(until, cells); len(end) > 0 {
		if spelt {
			w.fault(nameUntil, end, "the last day is given twice", "give it once")
		}
		last, spelt, name = end, true, nameUntil
		format = until.how.format
	}
	w.until(name, last, spelt, format)
	e.Learned = e.First
	if text := w.get(w.plan.learned, cells); len(text) > 0 {
		e.Learned = w.date(w.plan.learned.name, text, w.plan.learned.how.format)
	} else if e.Withdraws && e.First == 0 {
		w.fault(nameLearned, nil, "a withdrawal says when it was learned", "write learned: and the day")
	}
}

// until reads the last day of a spell.
func (w *rower) until(name string, last []byte, given bool, format *dateFormat) {
	e := &w.e
	spell := e.Kind >= 0 && w.v.c.Evidence[e.Kind].Form == contracts.Spell
	switch {
	case given && e.Kind >= 0 && !spell:
		w.fault(name, last, w.v.c.Evidence[e.Kind].Name+" happens on one day, and a last day is given", "leave the last day out")
	case given && len(last) > 0:
		if e.Last = w.date(name, last, format); e.Last != 0 && e.First != 0 && e.Last < e.First {
			w.fault(name, last, "the last day comes before the first, "+e.First.String(), "put the days in order")
		}
	case spell && (given || !e.Withdraws):
		w.fault(name, nil, w.v.c.Evidence[e.Kind].Name+" is a spell, and its last day is not given", "give the last day known, and correct the item when it goes on")
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
