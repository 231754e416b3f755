package contracts

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"outturn/contracts/calendar"
	"outturn/contracts/formula"
)

// edges are the words by which a window stands to its day.
var edges = []struct {
	words string
	edge  Edge
}{
	{"beginning with ", BeginningWith}, {"ending with ", EndingWith}, {"after ", After}, {"before ", Before},
}

// edgeOptions is what an error lists when a window does not say how it stands to its day.
var edgeOptions = []Option{
	{"beginning with DAY", "that day is the first that counts"}, {"after DAY", "the day after it is the first"},
	{"ending with DAY", "that day is the last that counts"}, {"before DAY", "the day before it is the last"},
	{"DATE to DATE", "both days count"},
}

// window reads a stretch of time; nil when the node is absent or at fault.
func (d *decoder) window(r *reader, n *node) *Window {
	if n == nil || n.bad || n.kind != scalarNode {
		return nil
	}
	w := &Window{Series: -1, Text: n.text}
	if first, _, dates := strings.Cut(n.text, " to "); dates && strings.Contains(first, "-") {
		s, err := calendar.ParseSpan(n.text)
		if err != nil {
			d.bad(n, Fault{Message: r.who + ": " + err.Error()})
			return nil
		}
		w.Edge, w.Fixed, w.Day = FixedWindow, s, DayRef{Kind: DayFixed, Fixed: s.First, Name: s.First.String()}
		return w
	}
	at, found := -1, 0
	for i, e := range edges {
		if p := strings.Index(" "+n.text, " "+e.words); p >= 0 && (at < 0 || p < at) {
			at, found = p, i
		}
	}
	if at < 0 {
		d.bad(n, Fault{Message: r.who + ": the window does not say how it stands to a day", Found: fmt.Sprintf("%q", n.text), Options: edgeOptions})
		return nil
	}
	w.Edge = edges[found].edge
	day := n.text[at+len(edges[found].words):]
	if at > 0 && !d.windowLength(r, n, w, n.text[:at-1]) {
		return nil
	}
	if at == 0 && (w.Edge == Before || w.Edge == EndingWith) {
		d.bad(n, Fault{Message: r.who + ": the window does not say how long it is", Found: fmt.Sprintf("%q", n.text), Remedy: "write its length first: 6 months " + n.text})
		return nil
	}
	ref, ok := d.day(r, strings.TrimSpace(day), n.within(at+len(edges[found].words)))
	if !ok {
		n.bad = true
		return nil
	}
	w.Day = ref
	return w
}

// windowLength reads what stands before the edge: a length of time, or a number of a period series.
func (d *decoder) windowLength(r *reader, n *node, w *Window, text string) bool {
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
		if w.Edge != Before {
			d.bad(n, Fault{Message: fmt.Sprintf("%s: %s are counted only before a day", r.who, word), Found: fmt.Sprintf("%q", n.text),
				Remedy: "write " + text + " before DAY: the last that had ended then"})
			return false
		}
		w.Series, w.Count = t.index, count
		return true
	}
	l, err := calendar.ParseLength(text)
	if err != nil {
		f := Fault{Message: r.who + ": " + err.Error()}
		f.Remedy = near2(strings.TrimSuffix(word, "s"), append(d.names(periodThing), "day", "week", "month", "year"))
		d.bad(n, f)
		return false
	}
	if l.N == 0 {
		d.bad(n, Fault{Message: r.who + ": the window holds no day", Found: fmt.Sprintf("%q", n.text)})
		return false
	}
	w.Length = &l
	return true
}

// day reads what a window or a dated term looks at.
func (d *decoder) day(r *reader, text string, at place) (DayRef, bool) {
	ref := DayRef{Index: -1, Name: text}
	refuse := func(message, remedy string) (DayRef, bool) {
		d.fault(at, Fault{Message: fmt.Sprintf("%s: %s", r.who, message), Remedy: remedy})
		return ref, false
	}
	if text != "" && text[0] >= '0' && text[0] <= '9' {
		day, err := calendar.ParseDate(text)
		if err != nil {
			return refuse(err.Error(), "")
		}
		ref.Kind, ref.Fixed = DayFixed, day
		return ref, true
	}
	if text == "met" || text == "learned" {
		if !r.met && (text == "met" || r.hand < 0) {
			return refuse(text+" means an outcome or item in hand, and there is none", "name the kind of evidence, the measure or the period whose day it is")
		}
		ref.Kind = map[string]DayKind{"met": DayMet, "learned": DayLearned}[text]
		return ref, true
	}
	t, known := d.things[text]
	if !known {
		if len(d.fields[text]) > 0 {
			return refuse(fmt.Sprintf("%s is a field of evidence", text), "make it a date quantity: {latest: "+d.c.Evidence[d.fields[text][0].owner].Name+"."+text+", ...}")
		}
		return refuse(fmt.Sprintf("there is no day named %q", text), meant(text, append(d.names(kindThing, measureThing, cohortThing, quantityThing, periodThing), "learned", "met")))
	}
	ref.Index = t.index
	level := ContractLevel()
	switch t.kind {
	case kindThing:
		ref.Kind, level = DayItem, d.kindLevel(t.index)
	case measureThing:
		ref.Kind, level = DayMeasure, d.c.Measures[t.index].Per
		d.note(r, t)
	case cohortThing:
		ref.Kind, level = DayCohort, unitLevel(d.c.Cohorts[t.index].Unit)
		d.note(r, t)
	case quantityThing:
		d.note(r, t)
		if !d.quantity(t.index) {
			return ref, false
		}
		if d.c.Quantities[t.index].Type != formula.Date {
			return refuse(fmt.Sprintf("%s is %s, not a date", text, d.c.Quantities[t.index].Type), "")
		}
		ref.Kind, level = DayQuantity, d.c.Quantities[t.index].Per
	case periodThing:
		ref.Kind, level.Periods = DayPeriod, []int{t.index}
	default:
		return refuse(fmt.Sprintf("%s is %s, not a day", text, t.kind.words()), "")
	}
	if ref.Kind == DayItem && ref.Index == r.hand {
		return ref, true
	}
	return ref, d.within(r, level, text, at)
}

// dated reads the day by which something gathered or charged falls into a period.
func (d *decoder) dated(r *reader, n *node) *DayRef {
	if n == nil || n.bad || n.kind != scalarNode {
		return nil
	}
	ref, ok := d.day(r, n.text, n.place())
	if !ok {
		n.bad = true
		return nil
	}
	return &ref
}

// needsDated reports whether a level holds a period that none of the given levels brings of itself, and names it.
func (d *decoder) needsDated(per Level, from ...Level) (string, bool) {
	for _, p := range per.Periods {
		for _, l := range from {
			if !slices.Contains(l.Periods, p) {
				return d.c.Periods[p].Name, true
			}
		}
	}
	return "", false
}
