package language

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/formula"
	"outturn/contracts/wording"
)

// This file refuses to add unlike savings, wherever it might be done: in a saving that adds others and in any formula.

// total adds figures of other savings, which must be alike but for what the contract says they may differ in.
func (b *step) total() *formula.Expr {
	var sum *formula.Expr
	who := b.r.who + ", adds"
	for _, item := range b.n.Get("adds").Texts() {
		name, column := cutName(item.Text)
		t, known := b.d.things[name]
		if !known || t.kind != savingThing {
			b.d.Bad(item, document.Fault{Message: fmt.Sprintf("%s: %q is no figure of a saving", who, item.Text), Remedy: document.Meant(name, b.d.names(savingThing))})
			return nil
		}
		r := *b.r
		r.who = who
		slot, ok := b.d.resolve(&r, name, column, item.Place(), inFormula)
		if !ok {
			return nil
		}
		e := &formula.Expr{Op: formula.OpRef, Name: name, Column: column, Slot: slot, Type: b.d.c.Refs[slot].Type}
		if e.Type != formula.Money {
			b.d.Bad(item, document.Fault{Message: who + ": " + item.Text + " is " + e.Type.String(), Expected: "money"})
			return nil
		}
		of := &b.d.c.Savings[t.index]
		b.s.Adds = append(b.s.Adds, contracts.SavingPart{Saving: t.index, Step: slices.Index(of.Columns(), column)})
		if sum == nil {
			sum = e
		} else {
			sum = join(formula.OpAdd, sum, e, formula.Money)
		}
	}
	if sum == nil {
		b.d.Fault(b.n.Place(), document.Fault{Message: who + ": it adds nothing"})
		return nil
	}
	b.readDespite()
	b.unite(who)
	return sum
}

func (b *step) readDespite() {
	for _, item := range b.n.Get("despite").Texts() {
		b.s.Despite = append(b.s.Despite, contracts.Trait(slices.Index(contracts.TraitNames[:], item.Text)))
	}
	by := b.n.Get("agreed_by")
	switch {
	case by != nil:
		if b.s.AgreedBy = b.d.party(by.Text); b.s.AgreedBy < 0 {
			b.d.Bad(by, document.Fault{Message: fmt.Sprintf("%s, agreed_by: there is no party %q", b.r.who, by.Text), Remedy: document.Meant(by.Text, b.d.partyNames())})
		}
	case b.n.Has("despite"):
		b.d.missing(b.n, b.r.who, "agreed_by", "it adds what is unlike, and somebody answers for it", nameShape)
	}
}

// unite gives a total the traits of what it adds, and reports those in which its parts differ and may not.
func (b *step) unite(who string) {
	var parts []figureOf
	for _, p := range b.s.Adds {
		parts = append(parts, figureOf{p.Saving, p.Step})
	}
	unlike := unlike(b.d.c, parts)
	for at := range contracts.TraitCount {
		var all []string
		for _, p := range parts {
			t := b.d.c.TraitsOf(&b.d.c.Savings[p.saving], p.step)
			all = append(all, t[at]...)
		}
		slices.Sort(all)
		b.s.Traits[at] = slices.Compact(all)
		says, differs := slices.Contains(b.s.Despite, at), slices.Contains(unlike, at)
		if says && !differs {
			b.d.Fault(b.n.Place(), document.Fault{Message: who + ": what it adds does not differ in " + at.String(), Remedy: "leave it out of despite"})
		}
	}
	unlike = slices.DeleteFunc(unlike, func(t contracts.Trait) bool { return slices.Contains(b.s.Despite, t) })
	if len(unlike) > 0 {
		b.d.Fault(b.n.Place(), b.d.unlikeFault(who+" what is unlike", parts, unlike))
	}
}

// figureOf is one figure of one saving.
type figureOf struct{ saving, step int }

// unlike returns the traits in which any two of the figures differ, or of which one's source says nothing.
func unlike(c *contracts.Contract, parts []figureOf) []contracts.Trait {
	var all []contracts.Trait
	for i := 1; i < len(parts); i++ {
		first, own := c.TraitsOf(&c.Savings[parts[0].saving], parts[0].step), c.TraitsOf(&c.Savings[parts[i].saving], parts[i].step)
		all = append(all, first.Unlike(&own)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// unlikeFault lists what differs, trait by trait, with whose it is.
func (d *decoder) unlikeFault(message string, parts []figureOf, unlike []contracts.Trait) document.Fault {
	var differ, names []string
	for _, at := range unlike {
		names = append(names, at.String())
		var words []string
		whose := map[string][]string{}
		for _, p := range parts {
			t := d.c.TraitsOf(&d.c.Savings[p.saving], p.step)
			word := wording.List(t[at])
			if whose[word] == nil {
				words = append(words, word)
			}
			whose[word] = append(whose[word], wording.Spaced(d.c.Savings[p.saving].Name))
		}
		var each []string
		for _, w := range words {
			each = append(each, fmt.Sprintf("%s (%s)", w, strings.Join(whose[w], ", ")))
		}
		differ = append(differ, at.String()+": "+strings.Join(each, "; "))
	}
	f := document.Fault{Message: message + ":\n      " + strings.Join(differ, "\n      "), Remedy: "add only what is alike; to add them all the same, a saving of its own says so and stands beside the sum:"}
	f.Options = []document.Option{{Word: "despite: [" + strings.Join(names, ", ") + "], agreed_by: PARTY", Means: "the statement prints what differs and who answers for it"}}
	return f
}

// checkSavings refuses formulas that add unlike savings, deadweight on top of a comparison, and payments on what
// cannot be paid.
func (d *decoder) checkSavings() {
	if len(d.c.Savings) == 0 || len(d.Faults) > 0 {
		return
	}
	d.rateSavings()
	for i := range d.c.Quantities {
		if _, step := d.derived[i]; !step {
			d.addsUnlike(d.c.Quantities[i].Is, d.quantities[i], "quantity "+d.c.Quantities[i].Name)
		}
	}
	for i := range d.c.Payments {
		p := &d.c.Payments[i]
		who := "payment " + p.Name
		exprs := []*formula.Expr{p.Of, p.Price}
		for _, s := range p.Then {
			exprs = append(exprs, s.By)
		}
		for _, e := range exprs {
			d.addsUnlike(e, d.payments[i], who)
			for _, f := range made(d.c, e) {
				d.payable(i, f, who)
			}
		}
	}
	for i := range d.c.Savings {
		s := &d.c.Savings[i]
		d.gradeFits(i, s)
		d.checkGrades(i, s)
		if (s.Mode == contracts.ModeDeadweight || s.Mode == contracts.ModeWouldHave) && d.readsComparison(thing{quantityThing, s.Steps[0].Quantity}, map[thing]bool{}) {
			d.Fault(d.savings[i].Place(), document.Fault{Message: "saving " + s.Name + ": the number it begins with comes from a comparison, which has taken off what would have happened anyway, and its counterfactual takes it off again",
				Remedy: "write counterfactual: {comparison: NAME, counting: fewer}, and leave of out"})
		}
	}
}

// gradeFits refuses a saving whose evidence is graded better than the comparison that it rests on.
func (d *decoder) gradeFits(i int, s *contracts.Saving) {
	name := d.savings[i].Get("counterfactual").Value("comparison")
	t, known := d.things[name]
	if s.Mode != contracts.ModeCompared || !known || len(s.Traits[contracts.TraitGrade]) == 0 {
		return
	}
	if c := &d.c.Comparisons[t.index]; c.Grade > 0 && s.Traits[contracts.TraitGrade][0] < strconv.Itoa(c.Grade) { // digits sort before names
		d.Fault(d.savings[i].Place(), document.Fault{Message: fmt.Sprintf("saving %s: its evidence is of grade %s, and %s, on which it rests, of grade %d", s.Name, s.Traits[contracts.TraitGrade][0], c.Name, c.Grade),
			Remedy: "a saving is no surer than what shows it"})
	}
}

// readsComparison reports whether a thing reads a comparison, however far down.
func (d *decoder) readsComparison(t thing, seen map[thing]bool) bool {
	if t.kind == comparisonThing {
		return true
	}
	if seen[t] {
		return false
	}
	seen[t] = true
	return slices.ContainsFunc(d.reads[t], func(read thing) bool { return d.readsComparison(read, seen) })
}

// addsUnlike reports it when a sum or difference within a formula is of unlike savings.
func (d *decoder) addsUnlike(e *formula.Expr, n *document.Node, who string) {
	if e == nil || e.Left == nil {
		return
	}
	if e.Op == formula.OpAdd || e.Op == formula.OpSub {
		parts := made(d.c, e)
		if unlike := unlike(d.c, parts); len(unlike) > 0 {
			d.Fault(n.Place(), d.unlikeFault(fmt.Sprintf("%s: %s adds what is unlike", who, e), parts, unlike))
			return
		}
	}
	d.addsUnlike(e.Left, n, who)
	d.addsUnlike(e.Right, n, who)
}

// made returns the figures of savings that a sum of money is made of: what a rate was made of is not money any more.
func made(c *contracts.Contract, e *formula.Expr) []figureOf {
	var parts []figureOf
	madeOf(c, e, map[int]bool{}, &parts)
	return parts
}

func madeOf(c *contracts.Contract, e *formula.Expr, seen map[int]bool, parts *[]figureOf) {
	switch {
	case e == nil || e.Type != formula.Money:
	case e.Op != formula.OpRef:
		madeOf(c, e.Left, seen, parts)
		madeOf(c, e.Right, seen, parts)
	case seen[e.Slot]:
	default:
		seen[e.Slot] = true
		madeOfRef(c, &c.Refs[e.Slot], seen, parts)
	}
}

func madeOfRef(c *contracts.Contract, ref *contracts.Ref, seen map[int]bool, parts *[]figureOf) {
	switch ref.Kind {
	case contracts.RefQuantity:
		for i := range c.Savings {
			for at, step := range c.Savings[i].Steps {
				if step.Quantity == ref.Index {
					*parts = append(*parts, figureOf{i, at})
					return
				}
			}
		}
		q := &c.Quantities[ref.Index]
		madeOf(c, q.Is, seen, parts)
		if q.Source.Kind == contracts.FromFigure && q.Type == formula.Money && !seen[q.Source.Slot] {
			seen[q.Source.Slot] = true
			madeOfRef(c, &c.Refs[q.Source.Slot], seen, parts)
		}
	case contracts.RefTable:
		for _, row := range c.Tables[ref.Index].Rows {
			madeOf(c, row.Values[ref.Field], seen, parts)
		}
	default: // nothing else is worked out from savings: what a payment or an account comes to has been paid
	}
}

// payable refuses a payment of what no budget holds, of what only a plan says, and of an AME saving without the terms
// that a payment out of one needs.
func (d *decoder) payable(payment int, f figureOf, who string) {
	p, s := &d.c.Payments[payment], &d.c.Savings[f.saving]
	n := d.payments[payment]
	name := s.Name + "." + s.Steps[f.step].Name
	t := d.c.TraitsOf(s, f.step)
	switch {
	case s.Form == contracts.SavingStated:
		d.Fault(n.Place(), document.Fault{Message: who + " pays on " + name + ", which is what a plan says and nobody has verified", Remedy: "pay on a chain; a stated figure may weigh a share"})
	case s.Rating != nil && s.Steps[f.step].Name != "rated":
		d.Fault(n.Place(), document.Fault{Message: who + " pays on " + name + ", and the saving is rated", Remedy: "pay on " + s.Name + ".rated, which is what its rating lets through"})
	case len(s.Despite) > 0:
		d.Fault(n.Place(), document.Fault{Message: who + " pays on " + name + ", which adds what is unlike", Remedy: "pay on each of its parts"})
	case !slices.Equal(t[contracts.TraitClass], []string{"fiscal"}) && !slices.ContainsFunc(s.Steps[:f.step+1], func(one contracts.SavingStep) bool { return one.Name == "fiscal" }):
		d.Fault(n.Place(), document.Fault{Message: who + " pays on " + name + ", which is " + wording.List(t[contracts.TraitClass]) + ": only what is fiscal is in a budget", Remedy: "say fiscal_share, and pay on what follows it"})
	case t[contracts.TraitPrices][0] != "nominal":
		d.Fault(n.Place(), document.Fault{Message: who + " pays on " + name + ", which is in prices of " + wording.List(t[contracts.TraitPrices]) + ": money is paid in that of its day", Remedy: "say uprated, and prices: nominal"})
	case slices.Contains(t[contracts.TraitBudget], "ame"):
		d.shareBack(payment, p, s, name, who)
	}
}

// shareBack holds a payment out of an AME saving against what one needs: the Exchequer has the saving, so that a share
// of it is a new liability of whoever has it, with a cap.
func (d *decoder) shareBack(payment int, p *contracts.Payment, s *contracts.Saving, name, who string) {
	for _, payer := range d.c.Payers(payment) {
		if !slices.ContainsFunc(s.Beneficiaries, func(b contracts.Beneficiary) bool { return b.Party == payer }) {
			d.Fault(d.payments[payment].Place(), document.Fault{Message: who + " pays on " + name + ", an AME saving, and whoever pays has no part of it",
				Remedy: "a share of an AME saving is paid by a beneficiary, as a new liability of its own"})
			return
		}
	}
	if !slices.ContainsFunc(d.c.Caps, func(k contracts.Cap) bool { return slices.Contains(k.Over, payment) }) {
		d.Fault(d.payments[payment].Place(), document.Fault{Message: who + " pays on " + name + ", an AME saving, and no cap limits it",
			Remedy: "a share of an AME saving is a new liability: put the payment under a cap"})
	}
}
