package language

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/document"
	"outturn/contracts/formula"
)

// edges are the words by which a window stands to its day.
var edges = []struct {
	words string
	edge  contracts.Edge
}{
	{"beginning with ", contracts.BeginningWith}, {"ending with ", contracts.EndingWith}, {"after ", contracts.After}, {"before ", contracts.Before},
}

// edgeOptions is what an error lists when a window does not say how it stands to its day.
var edgeOptions = []document.Option{
	{Word: "beginning with DAY", Means: "that day is the first that counts"}, {Word: "after DAY", Means: "the day after it is the first"},
	{Word: "ending with DAY", Means: "that day is the last that counts"}, {Word: "before DAY", Means: "the day before it is the last"},
	{Word: "DATE to DATE", Means: "both days count"},
}

// window reads a stretch of time; nil when the node is absent or at fault.
func (d *decoder) window(r *reader, n *document.Node) *contracts.Window {
	if n == nil || n.Bad || n.Kind != document.Scalar {
		return nil
	}
	w := &contracts.Window{Series: -1, Text: n.Text}
	if first, _, dates := strings.Cut(n.Text, " to "); dates && strings.Contains(first, "-") {
		s, err := calendar.ParseSpan(n.Text)
		if err != nil {
			d.Bad(n, document.Fault{Message: r.who + ": " + err.Error()})
			return nil
		}
		w.Edge, w.Fixed, w.Day = contracts.FixedWindow, s, contracts.DayRef{Kind: contracts.DayFixed, Fixed: s.First, Name: s.First.String()}
		return w
	}
	at, found := -1, 0
	for i, e := range edges {
		if p := strings.Index(" "+n.Text, " "+e.words); p >= 0 && (at < 0 || p < at) {
			at, found = p, i
		}
	}
	if at < 0 {
		d.Bad(n, document.Fault{Message: r.who + ": the window does not say how it stands to a day", Found: fmt.Sprintf("%q", n.Text), Options: edgeOptions})
		return nil
	}
	w.Edge = edges[found].edge
	day := n.Text[at+len(edges[found].words):]
	if at > 0 && !d.windowLength(r, n, w, n.Text[:at-1]) {
		return nil
	}
	if at == 0 && (w.Edge == contracts.Before || w.Edge == contracts.EndingWith) {
		d.Bad(n, document.Fault{Message: r.who + ": the window does not say how long it is", Found: fmt.Sprintf("%q", n.Text), Remedy: "write its length first: 6 months " + n.Text})
		return nil
	}
	ref, ok := d.day(r, strings.TrimSpace(day), n.Within(at+len(edges[found].words)))
	if !ok {
		n.Bad = true
		return nil
	}
	w.Day = ref
	return w
}

// windowLength reads what stands before the edge: a length of time, or a number of a period series.
func (d *decoder) windowLength(r *reader, n *document.Node, w *contracts.Window, text string) bool {
	digits, word, _ := strings.Cut(text, " ")
	for _, name := range []string{word, strings.TrimSuffix(word, "s")} {
		t, known := d.things[name]
		if !known || t.kind != periodThing {
			continue
		}
		if _, err := calendar.ParseLength(text); err == nil {
			break // a series called month does not change what a month is
		}
		count, err := strconv.Atoi(digits)
		if err != nil || count < 1 || count > calendar.PeriodsMax {
			break
		}
		if w.Edge != contracts.Before {
			d.Bad(n, document.Fault{Message: fmt.Sprintf("%s: %s are counted only before a day", r.who, word), Found: fmt.Sprintf("%q", n.Text),
				Remedy: "write " + text + " before DAY: the last that had ended then"})
			return false
		}
		w.Series, w.Count = t.index, count
		return true
	}
	l, err := calendar.ParseLength(text)
	if err != nil {
		f := document.Fault{Message: r.who + ": " + err.Error()}
		f.Remedy = near2(strings.TrimSuffix(word, "s"), append(d.names(periodThing), "day", "week", "month", "year"))
		d.Bad(n, f)
		return false
	}
	if l.N == 0 {
		d.Bad(n, document.Fault{Message: r.who + ": the window holds no day", Found: fmt.Sprintf("%q", n.Text)})
		return false
	}
	w.Length = &l
	return true
}

// day reads what a window or a dated term looks at.
func (d *decoder) day(r *reader, text string, at document.Place) (contracts.DayRef, bool) {
	ref := contracts.DayRef{Index: -1, Name: text}
	refuse := func(message, remedy string) (contracts.DayRef, bool) {
		d.Fault(at, document.Fault{Message: fmt.Sprintf("%s: %s", r.who, message), Remedy: remedy})
		return ref, false
	}
	if text != "" && text[0] >= '0' && text[0] <= '9' {
		day, err := calendar.ParseDate(text)
		if err != nil {
			return refuse(err.Error(), "")
		}
		ref.Kind, ref.Fixed = contracts.DayFixed, day
		return ref, true
	}
	if text == "met" || text == "learned" {
		if !r.met && (text == "met" || r.hand < 0) {
			return refuse(text+" means an outcome or item in hand, and there is none", "name the kind of evidence, the measure or the period whose day it is")
		}
		ref.Kind = map[string]contracts.DayKind{"met": contracts.DayMet, "learned": contracts.DayLearned}[text]
		return ref, true
	}
	t, known := d.things[text]
	if !known {
		if len(d.fields[text]) > 0 {
			return refuse(fmt.Sprintf("%s is a field of evidence", text), "make it a date quantity: {latest: "+d.c.Evidence[d.fields[text][0].owner].Name+"."+text+", ...}")
		}
		return refuse(fmt.Sprintf("there is no day named %q", text), document.Meant(text, append(d.names(kindThing, measureThing, cohortThing, quantityThing, periodThing), "learned", "met")))
	}
	ref.Index = t.index
	level := contracts.ContractLevel()
	switch t.kind {
	case kindThing:
		ref.Kind, level = contracts.DayItem, d.kindLevel(t.index)
	case measureThing:
		ref.Kind, level = contracts.DayMeasure, d.c.Measures[t.index].Per
		d.note(r, t)
	case cohortThing:
		ref.Kind, level = contracts.DayCohort, unitLevel(d.c.Cohorts[t.index].Unit)
		d.note(r, t)
	case quantityThing:
		d.note(r, t)
		if !d.quantity(t.index) {
			return ref, false
		}
		if d.c.Quantities[t.index].Type != formula.Date {
			return refuse(fmt.Sprintf("%s is %s, not a date", text, d.c.Quantities[t.index].Type), "")
		}
		ref.Kind, level = contracts.DayQuantity, d.c.Quantities[t.index].Per
	case periodThing:
		ref.Kind, level.Periods = contracts.DayPeriod, []int{t.index}
	default:
		return refuse(fmt.Sprintf("%s is %s, not a day", text, t.kind.words()), "")
	}
	if ref.Kind == contracts.DayItem && ref.Index == r.hand {
		return ref, true
	}
	return ref, d.within(r, level, text, at)
}

// dated reads the day by which something gathered or charged falls into a period.
func (d *decoder) dated(r *reader, n *document.Node) *contracts.DayRef {
	if n == nil || n.Bad || n.Kind != document.Scalar {
		return nil
	}
	ref, ok := d.day(r, n.Text, n.Place())
	if !ok {
		n.Bad = true
		return nil
	}
	return &ref
}

// needsDated reports whether a level holds a period that none of the given levels brings of itself, and names it.
func (d *decoder) needsDated(per contracts.Level, from ...contracts.Level) (string, bool) {
	for _, p := range per.Periods {
		for _, l := range from {
			if !slices.Contains(l.Periods, p) {
				return d.c.Periods[p].Name, true
			}
		}
	}
	return "", false
}
