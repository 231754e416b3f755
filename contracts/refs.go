package contracts

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"outturn/contracts/formula"
)

// reader is whoever reads a figure: what an error calls it, what circles know it as, and what it stands per.
type reader struct {
	who    string
	self   thing
	levels []Level // a figure may be read when one of these settles it
	infer  *Level  // instead: the level is found out, by joining what is read into it
	hand   int     // the kind of the item in hand, or -1: its fields are read bare
	met    bool    // an outcome or item is in hand: met and learned have a meaning
}

// errReported says that a fault has been reported already, where a library asks for an error.
var errReported = errors.New("reported")

// use is what a name is read for.
type use uint8

const (
	inFormula use = iota + 1
	inCondition
	inColumn
)

// resolve returns the slot of what a name stands for to this reader. Faults are reported at the place.
func (d *decoder) resolve(r *reader, name, column string, at place, as use) (int, bool) {
	refuse := func(message, remedy string) (int, bool) {
		d.fault(at, Fault{Message: r.who + ": " + message, Remedy: remedy})
		return -1, false
	}
	written := name
	if column != "" {
		written += "." + column
	}
	if t := d.things[name]; t.kind == savingThing && column == "" && len(d.c.Savings[t.index].Steps) > 0 {
		d.stepUnsaid(r.who, &d.c.Savings[t.index], at)
		return -1, false
	}
	ref, message, remedy := d.lookUp(r, name, column, as)
	if message != "" {
		return refuse(message, remedy)
	}
	if d.atFault(ref) {
		return -1, false
	}
	ref.Name = written
	if ref.Kind == RefField && column == "" && len(d.fields[name]) > 1 {
		ref.Name = d.c.Evidence[ref.Index].Name + "." + name // read bare of the item in hand: others have the name too
	}
	d.note(r, d.thingOf(ref))
	if !d.typed(&ref) {
		return -1, false
	}
	if as == inFormula {
		switch ref.Kind {
		case RefCohort:
			return refuse(fmt.Sprintf("%s is a cohort, which is yes once a unit has joined", written), fmt.Sprintf("gather it first: a quantity such as {count: %s, per: contract}", written))
		case RefUnitKey, RefRole:
			return refuse(fmt.Sprintf("%s is a key and no figure", written), "test it in a condition or a table")
		default: // the others are figures
		}
	}
	if !d.reach(r, ref, at) {
		return -1, false
	}
	return d.slot(ref), true
}

// slot returns the index of a reference; equal names have one.
func (d *decoder) slot(ref Ref) int {
	if slot, known := d.refs[ref.Name]; known {
		return slot
	}
	d.c.Refs = append(d.c.Refs, ref)
	d.refs[ref.Name] = len(d.c.Refs) - 1
	return len(d.c.Refs) - 1
}

// note records for the search for circles that a reader reads a thing.
func (d *decoder) note(r *reader, read thing) {
	if r.self.kind == 0 || read.kind == 0 || slices.Contains(d.reads[r.self], read) {
		return
	}
	d.reads[r.self] = append(d.reads[r.self], read)
}

// thingOf returns what a reference stands for as circles know it.
func (d *decoder) thingOf(ref Ref) thing {
	switch ref.Kind {
	case RefQuantity:
		return thing{quantityThing, ref.Index}
	case RefTable:
		return thing{tableThing, ref.Index}
	case RefMeasure, RefMeasureDay:
		return thing{measureThing, ref.Index}
	case RefCohort:
		return thing{cohortThing, ref.Index}
	case RefComparison:
		return thing{comparisonThing, ref.Index}
	case RefCheck:
		return thing{checkThing, ref.Index}
	case RefPayment:
		return thing{paidThing, ref.Index}
	case RefAccount:
		return thing{accountThing, ref.Index}
	case RefStake:
		return thing{stakeThing, ref.Index}
	default: // what evidence, units, periods and roles say is read and not worked out, so no circle passes through it
		return thing{}
	}
}

// lookUp finds what a name stands for, without its type. A message says why it stands for nothing here.
func (d *decoder) lookUp(r *reader, name, column string, as use) (ref Ref, message, remedy string) {
	t, known := d.things[name]
	if word, is := d.standingColumn(t, column); known && is {
		return Ref{Kind: RefQuantity, Index: word}, "", ""
	}
	if known {
		return d.lookUpThing(t, name, column, as)
	}
	if column == "" {
		if r.hand >= 0 {
			if at := fieldIndex(d.c.Evidence[r.hand].Says, name); at >= 0 {
				return Ref{Kind: RefField, Index: r.hand, Field: at}, "", ""
			}
		}
		facts, fields := d.facts[name], d.fields[name]
		switch {
		case len(facts) == 1:
			return Ref{Kind: RefFact, Index: facts[0].owner, Field: facts[0].field}, "", ""
		case len(fields) == 1:
			return Ref{Kind: RefField, Index: fields[0].owner, Field: fields[0].field}, "", ""
		case len(facts)+len(fields) > 1:
			return Ref{}, fmt.Sprintf("several have a field or fact %s", name), "say whose: " + enumerate(d.owners(facts, fields, name), "or")
		case as != inFormula && d.isRole(name):
			return Ref{Kind: RefRole}, "", ""
		}
	}
	return Ref{}, fmt.Sprintf("there is no figure named %q", name), meant(name, d.figureNames())
}

// owners returns the full names of the fields and facts of one name.
func (d *decoder) owners(facts, fields []position, name string) []string {
	var all []string
	for _, f := range facts {
		all = append(all, d.c.Units[f.owner].Name+"."+name)
	}
	for _, f := range fields {
		all = append(all, d.c.Evidence[f.owner].Name+"."+name)
	}
	return all
}

// figureNames returns every name that a formula or condition may hold.
func (d *decoder) figureNames() []string {
	all := d.names(quantityThing, tableThing, measureThing, cohortThing, comparisonThing, checkThing, accountThing, savingThing, baselineThing, stakeThing, paymentThing, kindThing, periodThing, unitThing)
	for name := range d.facts {
		all = append(all, name)
	}
	for name := range d.fields {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// lookUpThing finds what a named thing stands for, and which column of it is meant.
func (d *decoder) lookUpThing(t thing, name, column string, as use) (ref Ref, message, remedy string) {
	var columns []string
	ref.Index = t.index
	switch t.kind {
	case quantityThing:
		ref.Kind = RefQuantity
	case tableThing:
		ref.Kind = RefTable
		gives := d.c.Tables[t.index].Gives
		if len(gives) != 1 || gives[0].Name != "is" {
			columns = fieldNames(gives)
		}
	case kindThing:
		ref.Kind = RefItemDay
		if column != "" {
			ref.Kind, columns = RefField, fieldNames(d.c.Evidence[t.index].Says)
		}
	case measureThing:
		ref.Kind = RefMeasure
		if column == "day" {
			return Ref{Kind: RefMeasureDay, Index: t.index}, "", ""
		}
	case unitThing:
		ref.Kind = RefUnitKey
		if column != "" {
			ref.Kind, columns = RefFact, fieldNames(d.c.Units[t.index].Facts)
		}
	case cohortThing:
		ref.Kind = RefCohort
	case periodThing:
		ref.Kind = RefPeriod
	case comparisonThing:
		ref.Kind, columns = RefComparison, comparisonColumns
	case checkThing:
		ref.Kind, columns = RefCheck, checkColumns
	case paymentThing:
		ref.Kind = RefPayment
	case accountThing:
		ref.Kind, columns = RefAccount, accountColumns
	case stakeThing:
		ref.Kind, columns = RefStake, stakeColumns
	case savingThing:
		ref.Kind, columns = RefQuantity, d.c.Savings[t.index].columns()
	case baselineThing:
		ref.Kind, columns = RefQuantity, d.c.Baselines[t.index].columns()
	default:
		return Ref{}, fmt.Sprintf("%s is %s and no figure", name, t.kind.words()), ""
	}
	switch {
	case columns == nil && column != "":
		return Ref{}, fmt.Sprintf("%s is %s and has no column %q", name, t.kind.words(), column), "write " + name
	case columns != nil && column == "":
		return Ref{}, fmt.Sprintf("%s is %s: it does not say which of its figures", name, t.kind.words()), "write " + enumerate(prefixed(name, columns), "or")
	case columns != nil:
		if ref.Field = slices.Index(columns, column); ref.Field < 0 {
			if remedy = meant(column, columns); strings.HasPrefix(remedy, "the names") {
				remedy = "write " + enumerate(prefixed(name, columns), "or")
			}
			return Ref{}, fmt.Sprintf("%s is %s and has no column %q", name, t.kind.words(), column), remedy
		}
	}
	switch t.kind {
	case savingThing:
		ref.Index, ref.Field = d.c.Savings[t.index].Steps[ref.Field].Quantity, 0
	case baselineThing:
		ref.Index, ref.Field = d.c.Baselines[t.index].Steps[ref.Field].Quantity, 0
	default: // what it stands for itself
	}
	return ref, "", ""
}

// typed fills in the type of a reference, resolving what it stands for if need be; false when that is at fault.
func (d *decoder) typed(ref *Ref) bool {
	field := func(f Field) bool {
		ref.Type, ref.Choices = f.Type, f.Choices
		return f.Type != formula.None
	}
	switch ref.Kind {
	case RefQuantity:
		if !d.quantity(ref.Index) {
			return false
		}
		ref.Type = d.c.Quantities[ref.Index].Type
		ref.Choices = d.choicesOf(&d.c.Quantities[ref.Index])
	case RefTable:
		gives := d.c.Tables[ref.Index].Gives
		return len(gives) > 0 && field(gives[ref.Field])
	case RefField:
		return field(d.c.Evidence[ref.Index].Says[ref.Field])
	case RefFact:
		return field(d.c.Units[ref.Index].Facts[ref.Field])
	case RefMeasure, RefPeriod:
		ref.Type = formula.Number
	case RefCohort:
		ref.Type = formula.YesNo
	case RefComparison:
		if ref.Type = d.comparedType(ref.Index, CompareField(ref.Field)); ref.Type == formula.None {
			return false
		}
	case RefCheck:
		ref.Type = formula.Rate
		if CheckField(ref.Field) == CheckUnchecked {
			ref.Type = formula.Money
		}
	case RefPayment, RefAccount, RefStake:
		ref.Type = formula.Money
	case RefItemDay, RefMeasureDay:
		ref.Type = formula.Date
	case RefUnitKey, RefRole:
		ref.Type = formula.Text
	}
	return ref.Type != formula.None
}

// choicesOf returns the choices of a quantity that is one: those of the field it is the latest of.
func (d *decoder) choicesOf(q *Quantity) []string {
	switch {
	case q.Type != formula.Choice:
		return nil
	case q.Head == StandingWord:
		return Standings
	case q.Source.Kind == FromItems && q.Source.Field >= 0:
		return d.c.Evidence[q.Source.Index].Says[q.Source.Field].Choices
	case q.Source.Slot >= 0:
		return d.c.Refs[q.Source.Slot].Choices
	case q.Is != nil && q.Is.Op == formula.OpRef:
		return d.c.Refs[q.Is.Slot].Choices
	}
	return nil
}

// reach reports whether a reader's level settles what it reads, or joins it into the level that is found out.
func (d *decoder) reach(r *reader, ref Ref, at place) bool {
	if ref.Kind == RefPayment || ref.Kind == RefField && ref.Index == r.hand {
		return true
	}
	if ref.Kind == RefField && !d.standsAlone(ref.Index) {
		kind := d.c.Evidence[ref.Index].Name
		full := kind + "." + d.c.Evidence[ref.Index].Says[ref.Field].Name
		d.fault(at, Fault{Message: fmt.Sprintf("%s: %s may have several items, each with its own %s", r.who, kind, ref.Name),
			Remedy: fmt.Sprintf("gather it first: a quantity such as {latest: %s, in: ..., per: ...}, or say each: PERIODS on %s", full, kind)})
		return false
	}
	l, ok := d.refLevel(ref)
	if !ok {
		return false
	}
	if ref.Kind == RefTable && !r.met {
		if day := d.c.Tables[ref.Index].Dated; day != nil && (day.Kind == DayMet || day.Kind == DayLearned) {
			d.fault(at, Fault{Message: fmt.Sprintf("%s: the table of %s is dated %s, and no outcome is in hand here", r.who, ref.Name, day.Name),
				Remedy: "read it in the price of a payment for a measure or a cohort, or date it by a kind of evidence"})
			return false
		}
	}
	return d.withinAs(r, l, ref.Name, d.gatherWords(ref), at)
}

// gatherWords is the head by which a figure is gathered, as a remedy writes it.
func (d *decoder) gatherWords(ref Ref) string {
	switch {
	case ref.Kind == RefField:
		return "latest: " + d.c.Evidence[ref.Index].Name + "." + d.c.Evidence[ref.Index].Says[ref.Field].Name
	case ref.Kind == RefMeasure || ref.Type == formula.YesNo:
		return "count: " + ref.Name
	case ref.Type == formula.Choice || ref.Type == formula.Date || ref.Type == formula.Length:
		return "latest: " + ref.Name
	}
	return "total: " + ref.Name
}

// atFault reports whether what a reference stands for could not be read: that has been reported.
func (d *decoder) atFault(ref Ref) bool {
	switch ref.Kind {
	case RefMeasure, RefMeasureDay:
		return d.measures[ref.Index].bad
	case RefComparison:
		return d.comparisons[ref.Index].bad
	case RefCheck:
		return d.checks[ref.Index].bad
	case RefPayment:
		return d.payments[ref.Index].bad
	case RefAccount:
		return d.accounts[ref.Index].bad
	case RefStake:
		return d.stakes[ref.Index].bad
	case RefCohort:
		return d.cohorts[ref.Index].bad
	case RefField, RefItemDay:
		return d.evidence[ref.Index].bad
	default: // quantities and tables are resolved when first needed, and say so then; the rest cannot be at fault
		return false
	}
}

// within reports whether the reader's level settles l; what stands per l is named for the error.
func (d *decoder) within(r *reader, l Level, name string, at place) bool {
	return d.withinAs(r, l, name, "total: "+name, at)
}

// withinAs is within, with the head by which a remedy gathers the figure.
func (d *decoder) withinAs(r *reader, l Level, name, head string, at place) bool {
	if r.infer != nil {
		joined, ok := d.join(*r.infer, l)
		if !ok {
			d.fault(at, Fault{Message: fmt.Sprintf("%s: it reads figures per %s and %s, which stands per %s: neither settles the other",
				r.who, d.c.levelWords(*r.infer), name, d.c.levelWords(l)), Remedy: gatherFirst(head, "...")})
			return false
		}
		*r.infer = joined
		return true
	}
	for _, own := range r.levels {
		if d.settles(own, l) {
			return true
		}
	}
	own := ContractLevel()
	if len(r.levels) > 0 {
		own = r.levels[len(r.levels)-1]
	}
	d.fault(at, Fault{Message: fmt.Sprintf("%s: it stands per %s and may not use %s, which stands per %s", r.who, d.c.levelWords(own), name, d.c.levelWords(l)),
		Remedy: d.reachRemedy(name, head, own, l)})
	return false
}

// reachRemedy says how a figure per l may be had per own.
func (d *decoder) reachRemedy(name, head string, own, l Level) string {
	var open []string
	for _, p := range l.Periods {
		if !slices.Contains(own.Periods, p) {
			open = append(open, d.c.Periods[p].Name)
		}
	}
	rest := l
	rest.Periods = nil
	if len(open) > 0 && d.settles(own, rest) {
		return fmt.Sprintf("say which %s is meant: add %s to the per, or, if %s is a table, say by which day it is dated", list(open), list(open), name)
	}
	per := strings.ReplaceAll(strings.Join(d.c.levelParts(own), ", "), " ", "_")
	if per == "" {
		per = "contract"
	}
	if strings.Contains(per, ",") {
		per = "[" + strings.ReplaceAll(per, ",_", ", ") + "]"
	}
	return gatherFirst(head, per)
}

// standsAlone reports whether one item of a kind stands where its field is read bare: there is one a period, or the
// item is the joining.
func (d *decoder) standsAlone(kind int) bool {
	return d.c.Evidence[kind].Each >= 0 || slices.ContainsFunc(d.c.Cohorts, func(c Cohort) bool { return c.JoinedBy == kind })
}

// refLevel returns what a reference stands per; false when that is at fault.
func (d *decoder) refLevel(ref Ref) (Level, bool) {
	switch ref.Kind {
	case RefQuantity:
		return d.c.Quantities[ref.Index].Per, d.quantity(ref.Index)
	case RefTable:
		return d.c.Tables[ref.Index].Per, d.table(ref.Index)
	case RefField:
		l := d.kindLevel(ref.Index)
		if each := d.c.Evidence[ref.Index].Each; each >= 0 {
			l.Periods = []int{each}
		}
		return l, true
	case RefFact:
		if !d.c.Units[ref.Index].Facts[ref.Field].groups() {
			return unitLevel(ref.Index), true // each unit has its own, so it stands per unit
		}
		l := ContractLevel()
		l.FactOf, l.Facts = ref.Index, []int{ref.Field}
		return l, true
	case RefMeasure, RefMeasureDay:
		return d.c.Measures[ref.Index].Per, true
	case RefCohort:
		return unitLevel(d.c.Cohorts[ref.Index].Unit), d.c.Cohorts[ref.Index].Unit >= 0
	case RefPeriod:
		l := ContractLevel()
		l.Periods = []int{ref.Index}
		return l, true
	case RefComparison:
		return d.c.Comparisons[ref.Index].Per, true
	case RefCheck:
		return d.c.Checks[ref.Index].Per, true
	case RefAccount:
		l := ContractLevel()
		l.Periods = []int{d.c.Accounts[ref.Index].Period}
		return l, d.c.Accounts[ref.Index].Owner >= 0
	case RefStake:
		l := ContractLevel()
		l.Periods = []int{d.c.Stakes[ref.Index].Period}
		return l, true
	case RefItemDay:
		return d.kindLevel(ref.Index), true
	case RefUnitKey:
		return unitLevel(ref.Index), true
	case RefRole:
		l := ContractLevel()
		l.Role = ref.Name
		return l, true
	default: // a payment's total, whatever the payment is per
		return ContractLevel(), true
	}
}
