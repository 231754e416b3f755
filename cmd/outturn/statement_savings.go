package main

import (
	"strconv"
	"strings"

	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine"
)

// printSavings shows what was saved: each saving's chain, so that a clerk can do it again, what it comes to and whose it
// is, and beside a total of unlike savings in what they differ and who answers for adding them.
func (v view) printSavings(p *sheet, drawn pictures) {
	if len(v.statement.Savings) == 0 {
		return
	}
	p.named("savings", "Savings")
	p.line("What is shown here moves no money: a payment does. Values are of their day, never discounted.", dim)
	for _, s := range v.statement.Savings {
		p.head(words(s.Saving), s.Clause)
		p.line(s.Sentence, plain)
		p.beside(drawn.savings[s.Saving], waterfallCaption(s.Saving), traits(s.Traits))
		if s.Counterfactual != "" {
			p.lineAt(4, "what would have happened anyway: "+s.Counterfactual, dim)
		}
		terms := v.terms(s.Saving)
		if terms != nil && terms.UnitCost != nil {
			p.lineAt(4, contracts.UnitCostSource, dim)
		}
		if s.Headline != "" {
			p.lineAt(4, s.Headline, dim)
		}
		left := 0
		for i, f := range s.Figures {
			if i < len(s.Figures)-v.limit {
				left++ // the latest are shown
				continue
			}
			v.printSaving(p, terms, f)
		}
		p.earlier(4, left)
		for i, d := range s.Despite {
			if i == 0 {
				p.lineAt(4, "unlike, and added on the word of "+v.party(s.AgreedBy)+":", bold)
			}
			p.lineAt(6, d.Trait+": "+d.Is, plain)
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
func (v view) underOf(p *sheet, per contracts.Level, of string) {
	if of == "" {
		return
	}
	if n, err := strconv.Atoi(of); err == nil && len(per.Periods) == 1 {
		periods := v.contract.Periods[per.Periods[0]]
		if span, ok := periods.Series.Span(n); ok {
			of = words(periods.Name) + " " + of + ", " + span.First.Long() + " to " + span.Last.Long()
		}
	}
	p.under(4, "for "+of)
}

// traits are what a saving is: what kind of value, how far it has come, whose and on what basis.
func traits(all []engine.TraitWords) table {
	t := table{columns: []column{{}, {}}}
	for _, one := range all {
		t.add(words(one.Trait), one.Is)
	}
	return t
}

func (v view) printSaving(p *sheet, terms *contracts.Saving, f engine.SavingFigure) {
	per := contracts.ContractLevel()
	if terms != nil {
		per = terms.Per
	}
	v.underOf(p, per, f.Of)
	p.writeAt(4, tapeOf(f.Steps))
	printTests(p, f)
	if f.ComesTo == nil {
		p.lineAt(4, words(f.Last)+": "+f.Why, plain)
		return
	}
	t := table{columns: []column{{}, {right: true}}}
	if len(f.Shares) > 1 {
		for _, share := range f.Shares {
			t.add(v.party(share.Party), v.money(share.Amount))
		}
		t.total = []string{words(f.Last), v.money(*f.ComesTo)}
	} else {
		t.add(words(f.Last), v.money(*f.ComesTo))
	}
	p.writeAt(4, t)
}

// printTests says how a saving is rated, test by test.
func printTests(p *sheet, f engine.SavingFigure) {
	if f.Rating == "" {
		return
	}
	p.lineAt(4, "rated "+f.Rating+", "+contracts.SavingTestsSource, dim)
	t := table{columns: []column{{title: "test"}, {title: "passed", tests: true}, {title: "why", flex: true}}}
	for _, test := range f.Tests {
		t.add(words(test.Test), map[bool]string{true: "yes", false: "no"}[test.Passed], test.Why)
	}
	p.writeAt(4, t)
}

// expectedSaving is what somebody worked out of a saving: at one value of what it stands per ("" for the contract), what
// it comes to and what each beneficiary has of it.
type expectedSaving struct {
	Saving  string            `yaml:"saving"`
	Of      string            `yaml:"of"`
	ComesTo string            `yaml:"comes_to"`
	Steps   map[string]string `yaml:"steps"`
	Shares  map[string]string `yaml:"shares"`
	Rating  string            `yaml:"rating"`
	Tests   map[string]string `yaml:"tests"` // passed: yes or no
}

// saving compares one saving with what was expected of it.
func (d *comparer) saving(want expectedSaving, st engine.Statement) {
	of := strings.TrimSpace("saving " + words(want.Saving) + " " + want.Of)
	for _, s := range st.Savings {
		for _, f := range s.Figures {
			if s.Saving == want.Saving && f.Of == want.Of {
				d.savingFigure(of, want, s.Saving, f)
				return
			}
		}
	}
	d.text(of, want.ComesTo, "no such saving")
}

func (d *comparer) savingFigure(of string, want expectedSaving, name string, f engine.SavingFigure) {
	switch {
	case f.ComesTo == nil:
		d.text(of, want.ComesTo, f.Why)
	case want.ComesTo != "":
		d.amount(of, want.ComesTo, *f.ComesTo)
	}
	if want.Rating != "" {
		d.text(of+", rating", want.Rating, f.Rating)
	}
	for _, test := range sortedKeys(want.Tests) {
		found := "no such test"
		for _, one := range f.Tests {
			if one.Test == test {
				found = map[bool]string{true: "yes", false: "no"}[one.Passed]
			}
		}
		d.text(of+", "+words(test), want.Tests[test], found)
	}
	d.steps(of, name, want.Steps, f.Steps)
	for _, party := range sortedKeys(want.Shares) {
		found := money.FromMinor(d.currency, 0)
		for _, share := range f.Shares {
			if share.Party == party {
				found = share.Amount
			}
		}
		d.amount(of+", "+party, want.Shares[party], found)
	}
}

// steps compares steps of a saving or a baseline with what was expected of them.
func (d *comparer) steps(of, name string, want map[string]string, steps []engine.Step) {
	for _, step := range sortedKeys(want) {
		found := "no such step"
		for _, s := range steps {
			if called, _, _ := strings.Cut(s.Name, " ("); called == name+"."+step {
				found = s.Value
			}
		}
		d.text(of+", "+words(step), want[step], found)
	}
}
