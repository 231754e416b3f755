package main

import (
	"strconv"

	"outturn/cmd/outturn/terminal"
	"outturn/contracts"
	"outturn/engine/statements"
)

// printSavings shows what was saved: each saving's chain, so that a clerk can do it again, what it comes to and whose it
// is, and beside a total of unlike savings in what they differ and who answers for adding them.
func (v view) printSavings(p *terminal.Sheet, drawn pictures) {
	if len(v.statement.Savings) == 0 {
		return
	}
	p.Named("savings", "Savings")
	p.Line("What is shown here moves no money: a payment does. Values are of their day, never discounted.", terminal.Dim)
	for _, s := range v.statement.Savings {
		p.Head(terminal.Words(s.Saving), s.Clause)
		p.Line(s.Sentence, terminal.Plain)
		p.Beside(drawn.savings[s.Saving], waterfallCaption(s.Saving), traits(s.Traits))
		if s.Counterfactual != "" {
			p.LineAt(4, "what would have happened anyway: "+s.Counterfactual, terminal.Dim)
		}
		terms := v.terms(s.Saving)
		if terms != nil && terms.UnitCost != nil {
			p.LineAt(4, contracts.UnitCostSource, terminal.Dim)
		}
		if s.Headline != "" {
			p.LineAt(4, s.Headline, terminal.Dim)
		}
		left := 0
		for i, f := range s.Figures {
			if i < len(s.Figures)-v.limit {
				left++ // the latest are shown
				continue
			}
			v.printSaving(p, terms, f)
		}
		p.Earlier(4, left)
		for i, d := range s.Despite {
			if i == 0 {
				p.LineAt(4, "unlike, and added on the word of "+v.party(s.AgreedBy)+":", terminal.Bold)
			}
			p.LineAt(6, d.Trait+": "+d.Is, terminal.Plain)
		}
	}
}

// terms are what the contract says of a saving; nil where a variation took it out.
func (v view) terms(saving string) *contracts.Saving {
	for i := range v.contract.Savings {
		if s := &v.contract.Savings[i]; s.Name == saving {
			return s
		}
	}
	return nil
}

// underOf says for which value of what a figure stands per the next parts are: of a period, which days it has.
func (v view) underOf(p *terminal.Sheet, per contracts.Level, of string) {
	if of == "" {
		return
	}
	if n, err := strconv.Atoi(of); err == nil && len(per.Periods) == 1 {
		periods := v.contract.Periods[per.Periods[0]]
		if span, ok := periods.Series.Span(n); ok {
			of = terminal.Words(periods.Name) + " " + of + ", " + span.First.Long() + " to " + span.Last.Long()
		}
	}
	p.Under(4, "for "+of)
}

// traits are what a saving is: what kind of value, how far it has come, whose and on what basis.
func traits(all []statements.TraitWords) terminal.Table {
	t := terminal.Table{Columns: []terminal.Column{{}, {}}}
	for _, one := range all {
		t.Add(terminal.Words(one.Trait), one.Is)
	}
	return t
}

func (v view) printSaving(p *terminal.Sheet, terms *contracts.Saving, f statements.SavingFigure) {
	per := contracts.ContractLevel()
	if terms != nil {
		per = terms.Per
	}
	v.underOf(p, per, f.Of)
	p.WriteAt(4, terminal.TapeOf(f.Steps))
	printTests(p, f)
	if f.ComesTo == nil {
		p.LineAt(4, terminal.Words(f.Last)+": "+f.Why, terminal.Plain)
		return
	}
	t := terminal.Table{Columns: []terminal.Column{{}, {Right: true}}}
	if len(f.Shares) > 1 {
		for _, share := range f.Shares {
			t.Add(v.party(share.Party), v.money(share.Amount))
		}
		t.Total = []string{terminal.Words(f.Last), v.money(*f.ComesTo)}
	} else {
		t.Add(terminal.Words(f.Last), v.money(*f.ComesTo))
	}
	p.WriteAt(4, t)
}

// printTests says how a saving is rated, test by test.
func printTests(p *terminal.Sheet, f statements.SavingFigure) {
	if f.Rating == "" {
		return
	}
	p.LineAt(4, "rated "+f.Rating+", "+contracts.SavingTestsSource, terminal.Dim)
	t := terminal.Table{Columns: []terminal.Column{{Title: "test"}, {Title: "passed", Tests: true}, {Title: "why", Flex: true}}}
	for _, test := range f.Tests {
		t.Add(terminal.Words(test.Test), map[bool]string{true: "yes", false: "no"}[test.Passed], test.Why)
	}
	p.WriteAt(4, t)
}
