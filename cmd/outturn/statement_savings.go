package main

import (
	"strings"

	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine"
)

// printSavings shows what was saved: each saving's chain, so that a clerk can do it again, what it comes to and whose it
// is, and beside a total of unlike savings in what they differ and who answers for adding them.
func (v view) printSavings(p *page) {
	if len(v.statement.Savings) == 0 {
		return
	}
	p.heading("Savings")
	p.line(2, "What is shown here moves no money: a payment does. Values are of their day, never discounted.", dim)
	for _, s := range v.statement.Savings {
		p.blank()
		p.line(2, s.Sentence, plain)
		if s.Counterfactual != "" {
			p.line(4, "what would have happened anyway: "+s.Counterfactual, dim)
		}
		if v.unitCost(s.Saving) {
			p.line(4, contracts.UnitCostSource, dim)
		}
		if s.Headline != "" {
			p.line(4, s.Headline, dim)
		}
		left := 0
		for i, f := range s.Figures {
			if i < len(s.Figures)-v.limit {
				left++ // the latest are shown
				continue
			}
			v.printSaving(p, f)
		}
		if left > 0 {
			p.line(4, "and "+counted(left, "earlier figure")+" (--lines N shows more)", dim)
		}
		for i, d := range s.Despite {
			if i == 0 {
				p.line(4, "unlike, and added on the word of "+v.party(s.AgreedBy)+":", bold)
			}
			p.line(6, d.Trait+": "+d.Is, plain)
		}
	}
}

// unitCost reports whether a saving is worth a unit cost that was checked, whose source is then named.
func (v view) unitCost(saving string) bool {
	for i := range v.contract.Savings {
		if s := &v.contract.Savings[i]; s.Name == saving {
			return s.UnitCost != nil
		}
	}
	return false
}

func (v view) printSaving(p *page, f engine.SavingFigure) {
	if f.Of != "" {
		p.line(4, "for "+f.Of, dim)
	}
	tape(p, 4, f.Steps)
	printTests(p, f)
	if f.ComesTo == nil {
		p.line(4, words(f.Last)+": "+f.Why, plain)
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
	p.write(4, t)
}

// printTests says how a saving is rated, test by test.
func printTests(p *page, f engine.SavingFigure) {
	if f.Rating == "" {
		return
	}
	p.line(4, "rated "+f.Rating+", "+contracts.SavingTestsSource, dim)
	t := table{columns: []column{{title: "test"}, {title: "passed"}, {title: "why", flex: true}}}
	for _, test := range f.Tests {
		t.add(words(test.Test), map[bool]string{true: "yes", false: "no"}[test.Passed], test.Why)
	}
	p.write(4, t)
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
