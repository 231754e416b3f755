package language

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/formula"
	"outturn/contracts/sentences"
	"outturn/contracts/wording"
)

// reader is whoever reads a figure: what an error calls it, what circles know it as, and what it stands per.
type reader struct {
	who    string
	self   thing
	levels []contracts.Level // a figure may be read when one of these settles it
	infer  *contracts.Level  // instead: the level is found out, by joining what is read into it
	hand   int               // the kind of the item in hand, or -1: its fields are read bare
	met    bool              // an outcome or item is in hand: met and learned have a meaning
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
func (d *decoder) resolve(r *reader, name, column string, at document.Place, as use) (int, bool) {
	refuse := func(message, remedy string) (int, bool) {
		d.Fault(at, document.Fault{Message: r.who + ": " + message, Remedy: remedy})
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
	if ref.Kind == contracts.RefField && column == "" && len(d.fields[name]) > 1 {
		ref.Name = d.c.Evidence[ref.Index].Name + "." + name // read bare of the item in hand: others have the name too
	}
	d.note(r, d.thingOf(ref))
	if !d.typed(&ref) {
		return -1, false
	}
	if as == inFormula {
		switch ref.Kind {
		case contracts.RefCohort:
			return refuse(fmt.Sprintf("%s is a cohort, which is yes once a unit has joined", written), fmt.Sprintf("gather it first: a quantity such as {count: %s, per: contract}", written))
		case contracts.RefUnitKey, contracts.RefRole:
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
func (d *decoder) slot(ref contracts.Ref) int {
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
func (d *decoder) thingOf(ref contracts.Ref) thing {
	switch ref.Kind {
	case contracts.RefQuantity:
		return thing{quantityThing, ref.Index}
	case contracts.RefTable:
		return thing{tableThing, ref.Index}
	case contracts.RefMeasure, contracts.RefMeasureDay:
		return thing{measureThing, ref.Index}
	case contracts.RefCohort:
		return thing{cohortThing, ref.Index}
	case contracts.RefComparison:
		return thing{comparisonThing, ref.Index}
	case contracts.RefCheck:
		return thing{checkThing, ref.Index}
	case contracts.RefPayment:
		return thing{paidThing, ref.Index}
	case contracts.RefAccount:
		return thing{accountThing, ref.Index}
	case contracts.RefStake:
		return thing{stakeThing, ref.Index}
	default: // what evidence, units, periods and roles say is read and not worked out, so no circle passes through it
		return thing{}
	}
}

// lookUp finds what a name stands for, without its type. A message says why it stands for nothing here.
func (d *decoder) lookUp(r *reader, name, column string, as use) (ref contracts.Ref, message, remedy string) {
	t, known := d.things[name]
	if word, is := d.standingColumn(t, column); known && is {
		return contracts.Ref{Kind: contracts.RefQuantity, Index: word}, "", ""
	}
	if known {
		return d.lookUpThing(t, name, column, as)
	}
	if column == "" {
		if r.hand >= 0 {
			if at := fieldIndex(d.c.Evidence[r.hand].Says, name); at >= 0 {
				return contracts.Ref{Kind: contracts.RefField, Index: r.hand, Field: at}, "", ""
			}
		}
		facts, fields := d.facts[name], d.fields[name]
		switch {
		case len(facts) == 1:
			return contracts.Ref{Kind: contracts.RefFact, Index: facts[0].owner, Field: facts[0].field}, "", ""
		case len(fields) == 1:
			return contracts.Ref{Kind: contracts.RefField, Index: fields[0].owner, Field: fields[0].field}, "", ""
		case len(facts)+len(fields) > 1:
			return contracts.Ref{}, fmt.Sprintf("several have a field or fact %s", name), "say whose: " + wording.Enumerate(d.owners(facts, fields, name), "or")
		case as != inFormula && d.isRole(name):
			return contracts.Ref{Kind: contracts.RefRole}, "", ""
		}
	}
	return contracts.Ref{}, fmt.Sprintf("there is no figure named %q", name), document.Meant(name, d.figureNames())
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
func (d *decoder) lookUpThing(t thing, name, column string, as use) (ref contracts.Ref, message, remedy string) {
	var columns []string
	ref.Index = t.index
	switch t.kind {
	case quantityThing:
		ref.Kind = contracts.RefQuantity
	case tableThing:
		ref.Kind = contracts.RefTable
		gives := d.c.Tables[t.index].Gives
		if len(gives) != 1 || gives[0].Name != "is" {
			columns = fieldNames(gives)
		}
	case kindThing:
		ref.Kind = contracts.RefItemDay
		if column != "" {
			ref.Kind, columns = contracts.RefField, fieldNames(d.c.Evidence[t.index].Says)
		}
	case measureThing:
		ref.Kind = contracts.RefMeasure
		if column == "day" {
			return contracts.Ref{Kind: contracts.RefMeasureDay, Index: t.index}, "", ""
		}
	case unitThing:
		ref.Kind = contracts.RefUnitKey
		if column != "" {
			ref.Kind, columns = contracts.RefFact, fieldNames(d.c.Units[t.index].Facts)
		}
	case cohortThing:
		ref.Kind = contracts.RefCohort
	case periodThing:
		ref.Kind = contracts.RefPeriod
	case comparisonThing:
		ref.Kind, columns = contracts.RefComparison, contracts.ComparisonColumns
	case checkThing:
		ref.Kind, columns = contracts.RefCheck, checkColumns
	case paymentThing:
		ref.Kind = contracts.RefPayment
	case accountThing:
		ref.Kind, columns = contracts.RefAccount, accountColumns
	case stakeThing:
		ref.Kind, columns = contracts.RefStake, contracts.StakeColumns
	case savingThing:
		ref.Kind, columns = contracts.RefQuantity, d.c.Savings[t.index].Columns()
	case baselineThing:
		ref.Kind, columns = contracts.RefQuantity, d.c.Baselines[t.index].Columns()
	default:
		return contracts.Ref{}, fmt.Sprintf("%s is %s and no figure", name, t.kind.words()), ""
	}
	switch {
	case columns == nil && column != "":
		return contracts.Ref{}, fmt.Sprintf("%s is %s and has no column %q", name, t.kind.words(), column), "write " + name
	case columns != nil && column == "":
		return contracts.Ref{}, fmt.Sprintf("%s is %s: it does not say which of its figures", name, t.kind.words()), "write " + wording.Enumerate(prefixed(name, columns), "or")
	case columns != nil:
		if ref.Field = slices.Index(columns, column); ref.Field < 0 {
			if remedy = document.Meant(column, columns); strings.HasPrefix(remedy, "the names") {
				remedy = "write " + wording.Enumerate(prefixed(name, columns), "or")
			}
			return contracts.Ref{}, fmt.Sprintf("%s is %s and has no column %q", name, t.kind.words(), column), remedy
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
func (d *decoder) typed(ref *contracts.Ref) bool {
	field := func(f contracts.Field) bool {
		ref.Type, ref.Choices = f.Type, f.Choices
		return f.Type != formula.None
	}
	switch ref.Kind {
	case contracts.RefQuantity:
		if !d.quantity(ref.Index) {
			return false
		}
		ref.Type = d.c.Quantities[ref.Index].Type
		ref.Choices = d.choicesOf(&d.c.Quantities[ref.Index])
	case contracts.RefTable:
		gives := d.c.Tables[ref.Index].Gives
		return len(gives) > 0 && field(gives[ref.Field])
	case contracts.RefField:
		return field(d.c.Evidence[ref.Index].Says[ref.Field])
	case contracts.RefFact:
		return field(d.c.Units[ref.Index].Facts[ref.Field])
	case contracts.RefMeasure, contracts.RefPeriod:
		ref.Type = formula.Number
	case contracts.RefCohort:
		ref.Type = formula.YesNo
	case contracts.RefComparison:
		if ref.Type = d.comparedType(ref.Index, contracts.CompareField(ref.Field)); ref.Type == formula.None {
			return false
		}
	case contracts.RefCheck:
		ref.Type = formula.Rate
		if contracts.CheckField(ref.Field) == contracts.CheckUnchecked {
			ref.Type = formula.Money
		}
	case contracts.RefPayment, contracts.RefAccount, contracts.RefStake:
		ref.Type = formula.Money
	case contracts.RefItemDay, contracts.RefMeasureDay:
		ref.Type = formula.Date
	case contracts.RefUnitKey, contracts.RefRole:
		ref.Type = formula.Text
	}
	return ref.Type != formula.None
}

// choicesOf returns the choices of a quantity that is one: those of the field it is the latest of.
func (d *decoder) choicesOf(q *contracts.Quantity) []string {
	switch {
	case q.Type != formula.Choice:
		return nil
	case q.Head == contracts.StandingWord:
		return contracts.Standings
	case q.Source.Kind == contracts.FromItems && q.Source.Field >= 0:
		return d.c.Evidence[q.Source.Index].Says[q.Source.Field].Choices
	case q.Source.Slot >= 0:
		return d.c.Refs[q.Source.Slot].Choices
	case q.Is != nil && q.Is.Op == formula.OpRef:
		return d.c.Refs[q.Is.Slot].Choices
	}
	return nil
}

// reach reports whether a reader's level settles what it reads, or joins it into the level that is found out.
func (d *decoder) reach(r *reader, ref contracts.Ref, at document.Place) bool {
	if ref.Kind == contracts.RefPayment || ref.Kind == contracts.RefField && ref.Index == r.hand {
		return true
	}
	if ref.Kind == contracts.RefField && !d.standsAlone(ref.Index) {
		kind := d.c.Evidence[ref.Index].Name
		full := kind + "." + d.c.Evidence[ref.Index].Says[ref.Field].Name
		d.Fault(at, document.Fault{Message: fmt.Sprintf("%s: %s may have several items, each with its own %s", r.who, kind, ref.Name),
			Remedy: fmt.Sprintf("gather it first: a quantity such as {latest: %s, in: ..., per: ...}, or say each: PERIODS on %s", full, kind)})
		return false
	}
	l, ok := d.refLevel(ref)
	if !ok {
		return false
	}
	if ref.Kind == contracts.RefTable && !r.met {
		if day := d.c.Tables[ref.Index].Dated; day != nil && (day.Kind == contracts.DayMet || day.Kind == contracts.DayLearned) {
			d.Fault(at, document.Fault{Message: fmt.Sprintf("%s: the table of %s is dated %s, and no outcome is in hand here", r.who, ref.Name, day.Name),
				Remedy: "read it in the price of a payment for a measure or a cohort, or date it by a kind of evidence"})
			return false
		}
	}
	return d.withinAs(r, l, ref.Name, d.gatherWords(ref), at)
}

// gatherWords is the head by which a figure is gathered, as a remedy writes it.
func (d *decoder) gatherWords(ref contracts.Ref) string {
	switch {
	case ref.Kind == contracts.RefField:
		return "latest: " + d.c.Evidence[ref.Index].Name + "." + d.c.Evidence[ref.Index].Says[ref.Field].Name
	case ref.Kind == contracts.RefMeasure || ref.Type == formula.YesNo:
		return "count: " + ref.Name
	case ref.Type == formula.Choice || ref.Type == formula.Date || ref.Type == formula.Length:
		return "latest: " + ref.Name
	}
	return "total: " + ref.Name
}

// atFault reports whether what a reference stands for could not be read: that has been reported.
func (d *decoder) atFault(ref contracts.Ref) bool {
	switch ref.Kind {
	case contracts.RefMeasure, contracts.RefMeasureDay:
		return d.measures[ref.Index].Bad
	case contracts.RefComparison:
		return d.comparisons[ref.Index].Bad
	case contracts.RefCheck:
		return d.checks[ref.Index].Bad
	case contracts.RefPayment:
		return d.payments[ref.Index].Bad
	case contracts.RefAccount:
		return d.accounts[ref.Index].Bad
	case contracts.RefStake:
		return d.stakes[ref.Index].Bad
	case contracts.RefCohort:
		return d.cohorts[ref.Index].Bad
	case contracts.RefField, contracts.RefItemDay:
		return d.evidence[ref.Index].Bad
	default: // quantities and tables are resolved when first needed, and say so then; the rest cannot be at fault
		return false
	}
}

// within reports whether the reader's level settles l; what stands per l is named for the error.
func (d *decoder) within(r *reader, l contracts.Level, name string, at document.Place) bool {
	return d.withinAs(r, l, name, "total: "+name, at)
}

// withinAs is within, with the head by which a remedy gathers the figure.
func (d *decoder) withinAs(r *reader, l contracts.Level, name, head string, at document.Place) bool {
	if r.infer != nil {
		joined, ok := d.join(*r.infer, l)
		if !ok {
			d.Fault(at, document.Fault{Message: fmt.Sprintf("%s: it reads figures per %s and %s, which stands per %s: neither settles the other",
				r.who, sentences.Level(d.c, *r.infer), name, sentences.Level(d.c, l)), Remedy: gatherFirst(head, "...")})
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
	own := contracts.ContractLevel()
	if len(r.levels) > 0 {
		own = r.levels[len(r.levels)-1]
	}
	d.Fault(at, document.Fault{Message: fmt.Sprintf("%s: it stands per %s and may not use %s, which stands per %s", r.who, sentences.Level(d.c, own), name, sentences.Level(d.c, l)),
		Remedy: d.reachRemedy(name, head, own, l)})
	return false
}

// reachRemedy says how a figure per l may be had per own.
func (d *decoder) reachRemedy(name, head string, own, l contracts.Level) string {
	var open []string
	for _, p := range l.Periods {
		if !slices.Contains(own.Periods, p) {
			open = append(open, d.c.Periods[p].Name)
		}
	}
	rest := l
	rest.Periods = nil
	if len(open) > 0 && d.settles(own, rest) {
		return fmt.Sprintf("say which %s is meant: add %s to the per, or, if %s is a table, say by which day it is dated", wording.List(open), wording.List(open), name)
	}
	per := strings.ReplaceAll(strings.Join(sentences.LevelParts(d.c, own), ", "), " ", "_")
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
	return d.c.Evidence[kind].Each >= 0 || slices.ContainsFunc(d.c.Cohorts, func(c contracts.Cohort) bool { return c.JoinedBy == kind })
}

// refLevel returns what a reference stands per; false when that is at fault.
func (d *decoder) refLevel(ref contracts.Ref) (contracts.Level, bool) {
	switch ref.Kind {
	case contracts.RefQuantity:
		return d.c.Quantities[ref.Index].Per, d.quantity(ref.Index)
	case contracts.RefTable:
		return d.c.Tables[ref.Index].Per, d.table(ref.Index)
	case contracts.RefField:
		l := d.kindLevel(ref.Index)
		if each := d.c.Evidence[ref.Index].Each; each >= 0 {
			l.Periods = []int{each}
		}
		return l, true
	case contracts.RefFact:
		if !d.c.Units[ref.Index].Facts[ref.Field].Groups() {
			return unitLevel(ref.Index), true // each unit has its own, so it stands per unit
		}
		l := contracts.ContractLevel()
		l.FactOf, l.Facts = ref.Index, []int{ref.Field}
		return l, true
	case contracts.RefMeasure, contracts.RefMeasureDay:
		return d.c.Measures[ref.Index].Per, true
	case contracts.RefCohort:
		return unitLevel(d.c.Cohorts[ref.Index].Unit), d.c.Cohorts[ref.Index].Unit >= 0
	case contracts.RefPeriod:
		l := contracts.ContractLevel()
		l.Periods = []int{ref.Index}
		return l, true
	case contracts.RefComparison:
		return d.c.Comparisons[ref.Index].Per, true
	case contracts.RefCheck:
		return d.c.Checks[ref.Index].Per, true
	case contracts.RefAccount:
		l := contracts.ContractLevel()
		l.Periods = []int{d.c.Accounts[ref.Index].Period}
		return l, d.c.Accounts[ref.Index].Owner >= 0
	case contracts.RefStake:
		l := contracts.ContractLevel()
		l.Periods = []int{d.c.Stakes[ref.Index].Period}
		return l, true
	case contracts.RefItemDay:
		return d.kindLevel(ref.Index), true
	case contracts.RefUnitKey:
		return unitLevel(ref.Index), true
	case contracts.RefRole:
		l := contracts.ContractLevel()
		l.Role = ref.Name
		return l, true
	default: // a payment's total, whatever the payment is per
		return contracts.ContractLevel(), true
	}
}
