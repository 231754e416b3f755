package language

import (
	"fmt"
	"slices"
	"strconv"

	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/formula"
	"outturn/contracts/sentences"
	"outturn/contracts/wording"
)

// This file reads baselines: what they stand per, the sample they were read from, and what is done to them afterwards.
// Their steps are quantities of the contract, named baseline.step, as those of savings are.

// gradeSampled and gradeChosen are the best grades of a baseline from a sample, drawn by lot or chosen: grade 1 is of
// data that hold every case.
const (
	gradeSampled = 2
	gradeChosen  = 3
)

// sampleSteps are the steps of a baseline from a sample before it is adjusted.
var sampleSteps = []string{"read", "mean", "variance", "se", "total", "margin", "low", "high", "error", "grade"}

// stepOf is which step of which baseline a quantity works out.
type stepOf struct{ baseline, step int }

// declareBaselines declares the baselines, and a quantity for each step.
func (d *decoder) declareBaselines() {
	d.baselines = d.section("baselines", baselineThing, func(name string) {
		d.c.Baselines = append(d.c.Baselines, contracts.Baseline{Name: name, Per: contracts.ContractLevel()})
	})
	for i, n := range d.baselines {
		b := &d.c.Baselines[i]
		steps := []string{"stated"}
		if n.Has("sample") {
			steps = sampleSteps
		}
		for _, name := range append(steps[:len(steps):len(steps)], append(d.adjustmentNames(n, b), "expected")...) {
			d.baselineSteps[len(d.quantities)] = stepOf{i, len(b.Steps)}
			b.Steps = append(b.Steps, contracts.SavingStep{Name: name, Quantity: len(d.quantities)})
			d.c.Quantities = append(d.c.Quantities, contracts.Quantity{Name: b.Name + "." + name, Except: -1, Per: contracts.ContractLevel(), Source: contracts.Source{Index: -1, Field: -1, Slot: -1}})
			d.quantities = append(d.quantities, n)
		}
	}
}

// adjustmentNames reads what a baseline's adjustments are called and whether each is routine.
func (d *decoder) adjustmentNames(n *document.Node, b *contracts.Baseline) []string {
	list := n.Get("adjustments")
	if list == nil {
		return nil
	}
	taken := append(append([]string{"stated", "expected"}, sampleSteps...), reserved...)
	var names []string
	for _, item := range list.Items {
		if item.Bad || item.Kind != document.Map {
			continue
		}
		name := item.Get("routine")
		if item.Has("routine") == item.Has("non_routine") {
			d.Bad(item, document.Fault{Message: fmt.Sprintf("baseline %s, adjustments: one is either routine or not", b.Name), Options: []document.Option{
				{Word: "routine: NAME", Means: "a rule of the contract applies it, and nobody decides"}, {Word: "non_routine: NAME", Means: "it stands only once it is approved: say approved_by and told_by"}}})
			continue
		} else if name == nil {
			name = item.Get("non_routine")
		}
		if name == nil || !d.nameFits(name, "baseline "+b.Name+", adjustment", taken) {
			item.Bad = true
			continue
		}
		names, taken = append(names, name.Text), append(taken, name.Text)
		b.Adjustments = append(b.Adjustments, contracts.Adjustment{Name: name.Text, Clause: item.Value("clause")})
		d.adjustments = append(d.adjustments, item)
	}
	return names
}

// startBaselines reads what every baseline is, before any figure reads one.
func (d *decoder) startBaselines() {
	at := 0
	for i, n := range d.baselines {
		b := &d.c.Baselines[i]
		own := at
		at += len(b.Adjustments)
		b.Called, b.Clause, b.Source = n.Value("called"), n.Value("clause"), n.Value("source")
		if n.Bad {
			continue
		}
		who, before := "baseline "+b.Name, len(d.Faults)
		if l, ok := d.level(n.Get("per"), who, -1); ok {
			b.Per = l
			if l.Unit >= 0 || l.Cohort >= 0 {
				d.Bad(n.Get("per"), document.Fault{Message: who + ", per: a baseline stands for the whole, and not per " + sentences.Level(d.c, l), Expected: "the contract or period series"})
			}
		}
		if n.Has("stated") == n.Has("sample") {
			d.Fault(n.Place(), document.Fault{Message: who + " is either stated or read from a sample", Options: []document.Option{{Word: "stated: FIGURE", Means: "the contract states it, or a formula of what was counted"},
				{Word: "sample: {cohort: ..., mean_of: ...}", Means: "so many cases were read and stand for the rest"}}})
		}
		b.Grade, _ = strconv.Atoi(n.Value("grade"))
		b.FixedOn = d.date(n.Get("fixed_on"), who+", fixed_on")
		d.readSample(n, b, who)
		for k := range b.Adjustments {
			d.startAdjustment(d.adjustments[own+k], b, &b.Adjustments[k])
		}
		n.Bad = n.Bad || len(d.Faults) > before // its figures are not judged, nor what reads them
	}
}

// readSample reads the sample but for its figures, which are resolved when they are needed.
func (d *decoder) readSample(n *document.Node, b *contracts.Baseline, who string) {
	v := n.Get("sample")
	if v == nil {
		return
	}
	who += ", sample"
	s := &contracts.Sample{Cohort: -1, Slot: -1, ByLot: v.Value("drawn") == "by_lot", Finite: v.Value("correction") == "finite_population", Takes: contracts.Takes(v.Value("takes"))}
	b.Sample = s
	if at, ok := d.find(v.Get("cohort"), who+", cohort", cohortThing); ok {
		s.Cohort = at
	}
	if s.AtLeast = d.whole1(v.Get("at_least"), who+", at_least"); s.AtLeast == 1 {
		d.Bad(v.Get("at_least"), document.Fault{Message: who + ", at_least: one case has no spread, and so no error", Expected: "2 or more"})
	}
	if c := v.Get("critical"); c != nil {
		if f, ok := d.literal(c, who+", critical", formula.Number, nil); ok {
			if s.Critical = f.Num; f.Num.Sign() <= 0 {
				d.Bad(c, document.Fault{Message: who + ", critical", Expected: "more than nought, such as 1.96", Found: c.Text})
			}
		}
	}
	best, how := gradeChosen, "chosen"
	if s.ByLot {
		best, how = gradeSampled, "drawn by lot"
	}
	if g := n.Get("grade"); g != nil && b.Grade < best && v.Has("drawn") {
		d.Bad(g, document.Fault{Message: fmt.Sprintf("%s: cases that were %s stand for the rest, and a sample is no count of all", who, how), Expected: fmt.Sprintf("grade %d to 6", best), Found: g.Text})
	}
}

// startAdjustment reads how an adjustment is applied, and by whom one is approved that is not routine.
func (d *decoder) startAdjustment(n *document.Node, b *contracts.Baseline, a *contracts.Adjustment) {
	who := "baseline " + b.Name + ", " + a.Name
	var said []string
	for _, k := range adjustmentOps {
		if n.Has(k.key) {
			said, a.Op = append(said, k.key), k.op
		}
	}
	if len(said) != 1 {
		d.Fault(n.Place(), document.Fault{Message: who + ": an adjustment does one thing", Expected: "times, plus or less", Found: wording.List(said)})
	}
	routine := n.Has("routine")
	for _, key := range []string{"approved_by", "told_by"} {
		switch {
		case routine && n.Has(key):
			d.Fault(n.Place(), document.Fault{Message: fmt.Sprintf("%s is routine and has the key %q", who, key), Remedy: "what is routine needs no approval: leave it out, or call the adjustment non_routine"})
		case !routine && !n.Has(key):
			at := slicesKey(adjustmentShape, key)
			d.missing(n, who, key, at.says, at.takes)
		}
	}
	if !routine {
		d.readApproval(n, a, who)
	}
}

var adjustmentOps = []struct {
	key string
	op  contracts.StepOp
}{{"times", contracts.StepTimes}, {"plus", contracts.StepPlus}, {"less", contracts.StepLess}}

// readApproval reads who approves an adjustment: parties of the contract that the kind of evidence can be told by.
func (d *decoder) readApproval(n *document.Node, a *contracts.Adjustment, who string) {
	a.Approval = &contracts.Approval{Kind: -1, Amount: -1}
	told := n.Get("told_by")
	if at, ok := d.find(told, who+", told_by", kindThing); ok {
		k := &d.c.Evidence[at]
		a.Approval.Kind, a.Approval.Amount = at, fieldIndex(k.Says, "amount")
		if k.Of != contracts.OfRole || k.Form != contracts.Event || k.Each >= 0 {
			d.Bad(told, document.Fault{Message: who + ", told_by: an approval is an event of a party, and " + told.Text + " is not", Remedy: "let it be evidence such as {of: ROLE, as: event, if_none: nought}"})
			return
		}
		d.gathered(at, who)
	}
	by := n.Get("approved_by")
	if by != nil && len(by.Items) == 0 {
		d.Bad(by, document.Fault{Message: who + ", approved_by: it names nobody", Expected: "a list of parties"})
	}
	for _, item := range by.Texts() {
		at := d.party(item.Text)
		switch {
		case at < 0:
			d.Bad(item, document.Fault{Message: fmt.Sprintf("%s, approved_by: there is no party %q", who, item.Text), Remedy: document.Meant(item.Text, d.partyNames())})
		case slices.Contains(a.Approval.Parties, at):
			d.Bad(item, document.Fault{Message: fmt.Sprintf("%s, approved_by: %s stands twice", who, item.Text)})
		case a.Approval.Kind >= 0 && d.c.Evidence[a.Approval.Kind].Role != d.c.Parties[at].Role:
			d.Bad(item, document.Fault{Message: fmt.Sprintf("%s, approved_by: %s is a %s, and %s is told by a %s", who, item.Text, wording.Spaced(d.c.Parties[at].Role), told.Text, wording.Spaced(d.c.Evidence[a.Approval.Kind].Role)),
				Remedy: "let it be evidence of the role that those have who approve"})
		default:
			a.Approval.Parties = append(a.Approval.Parties, at)
		}
	}
	slices.Sort(a.Approval.Parties) // in the order of the contract's parties
}

// checkBaselines holds each baseline to having been agreed before what it is to judge.
func (d *decoder) checkBaselines() {
	for i, n := range d.baselines {
		b := &d.c.Baselines[i]
		first, what := d.c.First, "the contract began"
		if b.Sample != nil && b.Sample.Cohort >= 0 {
			first, what = d.c.Cohorts[b.Sample.Cohort].Between.First, "the first case could be drawn"
		}
		if at := n.Get("fixed_on"); at != nil && first != 0 && b.FixedOn > first {
			d.Fault(at.Place(), document.Fault{Message: "baseline " + b.Name + ", fixed_on: how it is found was agreed after " + what, Expected: "a day up to " + first.String(), Found: b.FixedOn.String(),
				Remedy: "a baseline that is chosen when the outcome may be known proves nothing: what changes later is an adjustment"})
		}
	}
}
