package report

import (
	"slices"
	"strings"

	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine/disclosure"
	"outturn/engine/statements"
)

// This file adds the savings of a statement up by class: what kind of value, how far it has come, in which budget, and what
// it comes from. Unlike savings are never added. The statement has every step of every chain, exact; here each is rounded
// by the contract's rule and then added over what the saving stands per, as the statement's own figures are.

// Saving is one saving to date. Avoided, Validated, Cashable and Cashed part what it is worth before costs by how far it has
// come and no further: so Cashable is what a budget could give up and nobody says that it did. Validated is there where the
// contract has somebody validate it. Of a saving that is only stated, or added up of others, only what it comes to is known.
type Saving struct {
	Saving     string        `json:"saving"`
	Class      string        `json:"class"`
	Budget     string        `json:"budget"`
	Origin     string        `json:"origin"`
	State      string        `json:"state"` // of what it comes to: avoided, cashable or cashed
	Count      *string       `json:"count,omitempty"`
	Gross      *money.Amount `json:"gross,omitempty"` // with what would have come anyway
	Worth      *money.Amount `json:"worth,omitempty"` // corrected, as much of it as is fiscal, before costs
	Avoided    *money.Amount `json:"avoided,omitempty"`
	Validated  *money.Amount `json:"validated,omitempty"`
	Cashable   *money.Amount `json:"cashable,omitempty"`
	Cashed     *money.Amount `json:"cashed,omitempty"`
	Cost       *money.Amount `json:"cost,omitempty"`
	ComesTo    *money.Amount `json:"comes_to,omitempty"`
	Hidden     bool          `json:"hidden,omitempty"`      // its count is small, or would say a small one
	NotCounted []string      `json:"not_counted,omitempty"` // what it stands per where it is not known, and why
}

// Class is the savings of one class, budget and origin. Unlike says in what else they differ, where they therefore are not
// added.
type Class struct {
	Class     string        `json:"class"`
	Budget    string        `json:"budget"`
	Origin    string        `json:"origin"`
	Savings   []string      `json:"savings"`
	Worth     *money.Amount `json:"worth,omitempty"`
	Avoided   *money.Amount `json:"avoided,omitempty"`
	Validated *money.Amount `json:"validated,omitempty"`
	Cashable  *money.Amount `json:"cashable,omitempty"`
	Cashed    *money.Amount `json:"cashed,omitempty"`
	ComesTo   *money.Amount `json:"comes_to,omitempty"`
	Unlike    []string      `json:"unlike,omitempty"`
	Hidden    bool          `json:"hidden,omitempty"`
}

// Share is a beneficiary's part of what a saving comes to, and what of the rest of it waits for the word of whoever holds
// the budget.
type Share struct {
	Saving string        `json:"saving"`
	Party  string        `json:"party"`
	Amount *money.Amount `json:"amount,omitempty"`
	Awaits *money.Amount `json:"awaits,omitempty"`
	Hidden bool          `json:"hidden,omitempty"`
}

// step is one money figure of a chain, added up.
type step struct {
	name   string
	amount money.Amount
}

// saving is a saving while its report is made.
type saving struct {
	Saving
	terms   *contracts.Saving
	sum     *statements.SavingSum
	steps   []step // of money, in order; the last is what it comes to
	shares  []Share
	count   money.Exact
	counted bool
	cashing bool // its chain says what was cashed

	ungrossed bool // what all outcomes would have been worth cannot be said of some
}

// step returns a step's sum by name, nil where the chain has none.
func (s *saving) step(names ...string) *money.Amount {
	for _, name := range names {
		for i := range s.steps {
			if s.steps[i].name == name {
				return &s.steps[i].amount
			}
		}
	}
	return nil
}

// readSavings reads every saving of the statement.
func (m *maker) readSavings() ([]saving, error) {
	var all []saving
	for i := range m.last.Savings {
		sum := &m.last.Savings[i]
		at := slices.IndexFunc(m.c.Savings, func(s contracts.Saving) bool { return s.Name == sum.Saving })
		if at < 0 {
			continue // a saving that a variation took out stands on the statements made before
		}
		s := saving{terms: &m.c.Savings[at], sum: sum, Saving: Saving{Saving: sum.Saving}}
		for _, t := range sum.Traits {
			switch t.Trait {
			case contracts.TraitClass.String():
				s.Class = t.Is
			case contracts.TraitBudget.String():
				s.Budget = t.Is
			case contracts.TraitOrigin.String():
				s.Origin = t.Is
			case contracts.TraitState.String():
				s.State = t.Is
			}
		}
		for f := range sum.Figures {
			if err := m.takeFigure(&s, &sum.Figures[f]); err != nil {
				return nil, err
			}
		}
		s.states()
		all = append(all, s)
	}
	m.hideSavings(all)
	return all, nil
}

// takeFigure adds one figure of a saving, where all of it is known.
func (m *maker) takeFigure(s *saving, f *statements.SavingFigure) error {
	if f.ComesTo == nil {
		s.NotCounted = append(s.NotCounted, strings.TrimSpace(m.levelWords(s.terms.Per, f.Of)+": "+f.Why))
		return nil
	}
	s.ComesTo = plus(s.ComesTo, f.ComesTo)
	exact := map[string]money.Exact{}
	for _, one := range f.Steps {
		name, of, _ := strings.Cut(one.Name, " (")
		step, own := strings.CutPrefix(name, s.Saving.Saving+".")
		if !own || strings.TrimSuffix(of, ")") != f.Of {
			continue
		}
		if x, ok := m.exactOf(one.Value); ok {
			exact[step] = x
		}
	}
	if s.terms.Form != contracts.SavingChain {
		return m.takeShares(s, f, nil)
	}
	last := money.Exact{}
	counted := false
	for i := range s.terms.Steps {
		name := s.terms.Steps[i].Name
		x, known := exact[name]
		switch {
		case !known || slices.Contains(betweenSteps, name):
			continue
		case !m.c.Money(s.terms.Steps[i]):
			last, counted = x, true
			continue
		case name == "value" && counted:
			s.count, s.counted = s.count.Add(last), true
			if err := m.takeGross(s, exact, x, last); err != nil {
				return err
			}
		}
		if err := m.takeStep(s, name, x); err != nil {
			return err
		}
	}
	return m.takeShares(s, f, exact)
}

// betweenSteps stand between two figures of a chain and are none of a saving by themselves.
var betweenSteps = []string{"found_valid", "saved", "steps_freed", "told"}

func (m *maker) takeStep(s *saving, name string, x money.Exact) error {
	amount, err := m.round(x)
	if err != nil {
		return err
	}
	for i := range s.steps {
		if s.steps[i].name == name {
			s.steps[i].amount = s.steps[i].amount.Add(amount)
			return nil
		}
	}
	s.steps = append(s.steps, step{name, amount})
	return nil
}

// takeGross works out what all outcomes would have been worth, had none come anyway: as many more as there were before that
// was taken off. Where nothing was left of some that cannot be said, and is not said of any.
func (m *maker) takeGross(s *saving, exact map[string]money.Exact, value, last money.Exact) error {
	before, stated := exact["outcomes"]
	_, net := exact["net_outcomes"]
	if _, further := exact["additional"]; !stated || !net && !further {
		return nil
	}
	gross, ok := value.Mul(before).Quo(last)
	s.ungrossed = s.ungrossed || !ok && !before.IsZero()
	return m.takeStep(s, grossStep, gross)
}

// grossStep is the name of what stands above a chain's value: it is no step of the chain.
const grossStep = "gross"

// takeShares adds each beneficiary's part, and its part of what could be cashed and is not.
func (m *maker) takeShares(s *saving, f *statements.SavingFigure, exact map[string]money.Exact) error {
	open := make([]money.Amount, len(f.Shares))
	cashable, can := exact["cashable"]
	cashed, told := exact["cashed"]
	if s.cashing = s.cashing || told; can && told {
		a, err := m.round(cashable)
		if err != nil {
			return err
		}
		b, err := m.round(cashed)
		if err != nil {
			return err
		}
		if open, err = statements.SharesOf(m.c, s.terms, a.Sub(b)); err != nil {
			return err
		}
	}
	for i, part := range f.Shares {
		at := slices.IndexFunc(s.shares, func(o Share) bool { return o.Party == part.Party })
		if at < 0 {
			at, s.shares = len(s.shares), append(s.shares, Share{Saving: s.Saving.Saving, Party: part.Party})
		}
		s.shares[at].Amount = plus(s.shares[at].Amount, &part.Amount)
		if can && told {
			s.shares[at].Awaits = plus(s.shares[at].Awaits, &open[i])
		}
	}
	return nil
}

// states parts what the saving is worth by how far it has come.
func (s *saving) states() {
	if s.ungrossed {
		s.steps = slices.DeleteFunc(s.steps, func(o step) bool { return o.name == grossStep })
	}
	s.Gross, s.Worth = s.step(grossStep), s.step("fiscal", "lasting", "corrected")
	if s.Worth == nil {
		return
	}
	none := s.Worth.Sub(*s.Worth)
	cashable, cashed := none, none
	if a := s.step("cashable"); a != nil {
		cashable = *a
	}
	if a := s.step("cashed"); a != nil {
		cashed = *a
	}
	further := cashable
	if a := s.step("validated"); a != nil {
		validated := a.Sub(cashable)
		s.Validated, further = &validated, *a
	}
	avoided, open := s.Worth.Sub(further), cashable.Sub(cashed)
	s.Avoided, s.Cashable, s.Cashed = &avoided, &open, &cashed
	if net := s.step("net"); net != nil {
		before := s.step("cashed", "cashable", "validated", "fiscal", "lasting", "corrected")
		cost := before.Sub(*net)
		s.Cost = &cost
	}
	if s.counted {
		text := s.count.String()
		s.Count = &text
	}
}

// exactOf reads the value of a step as the statement writes it: "£1,234.50", "13/155 (£0.083...)", "94.5".
func (m *maker) exactOf(text string) (money.Exact, bool) {
	text, _, _ = strings.Cut(text, " (")
	bare, negative := strings.CutPrefix(text, "-")
	bare = strings.ReplaceAll(strings.TrimPrefix(bare, m.c.Currency.Symbol), ",", "")
	x, err := money.ParseExact(bare)
	if negative {
		x = x.Neg()
	}
	return x, err == nil
}

// hideSavings keeps the savings of small counts out, and of the others of a class one that would otherwise say them from
// what the class comes to. Savings of different classes are never added, so that nothing of one is said by another.
func (m *maker) hideSavings(all []saving) {
	for i := range all {
		var members []int
		var counts []money.Exact
		for j := range all {
			if all[j].counted && all[j].key() == all[i].key() {
				members, counts = append(members, j), append(counts, all[j].count)
			}
		}
		if len(members) == 0 || members[0] != i {
			continue
		}
		h := disclosure.Hide(m.small, counts)
		for n, j := range members {
			all[j].Hidden = h.Parts[n]
		}
	}
	for i := range all { // what is added up of a hidden one is hidden with it
		for _, part := range all[i].terms.Adds {
			name := m.c.Savings[part.Saving].Name
			all[i].Hidden = all[i].Hidden || slices.ContainsFunc(all, func(o saving) bool { return o.Saving.Saving == name && o.Hidden })
		}
	}
}

// key is what savings are added by.
func (s *saving) key() [3]string { return [3]string{s.Class, s.Budget, s.Origin} }

// shown is a saving as it is reported.
func (s *saving) shown() Saving {
	if !s.Hidden {
		return s.Saving
	}
	return Saving{Saving: s.Saving.Saving, Class: s.Class, Budget: s.Budget, Origin: s.Origin, State: s.State, Hidden: true}
}

// boardSavings fills in the savings, their classes and shares, and what a waterfall is drawn from.
func (m *maker) boardSavings(b *Board) {
	b.Savings, b.Classes, b.Shares, b.Waterfalls = []Saving{}, []Class{}, []Share{}, m.waterfalls()
	for i := range m.savings {
		s := &m.savings[i]
		b.Savings = append(b.Savings, s.shown())
		for _, share := range s.shares {
			b.Shares = append(b.Shares, share.shown(s.Hidden))
		}
	}
	m.classes(b)
}

func (s Share) shown(hidden bool) Share {
	if hidden {
		return Share{Saving: s.Saving, Party: s.Party, Hidden: true}
	}
	return s
}

// classes adds the savings of each class, where they are alike in all but whose they are and the grade of the evidence. A
// total of others is in none: its parts are.
func (m *maker) classes(b *Board) {
	for i := range m.savings {
		s := &m.savings[i]
		if s.terms.Form == contracts.SavingAdds || slices.ContainsFunc(m.savings[:i], func(o saving) bool { return o.key() == s.key() && o.terms.Form != contracts.SavingAdds }) {
			continue
		}
		row := Class{Class: s.Class, Budget: s.Budget, Origin: s.Origin, Savings: []string{}}
		var members []*saving
		for j := range m.savings {
			if o := &m.savings[j]; o.key() == s.key() && o.terms.Form != contracts.SavingAdds {
				members, row.Savings = append(members, o), append(row.Savings, o.Saving.Saving)
			}
		}
		row.Unlike = m.unlike(members)
		row.Hidden = m.classHidden(members)
		if len(row.Unlike) == 0 && !row.Hidden {
			for _, o := range members {
				row.Worth, row.Avoided, row.Validated, row.Cashable = plus(row.Worth, o.Worth), plus(row.Avoided, o.Avoided), plus(row.Validated, o.Validated), plus(row.Cashable, o.Cashable)
				row.Cashed, row.ComesTo = plus(row.Cashed, o.Cashed), plus(row.ComesTo, o.ComesTo)
			}
		}
		b.Classes = append(b.Classes, row)
	}
}

// unlike lists in what the savings of a class differ beside whose they are and the grade of the evidence.
func (m *maker) unlike(members []*saving) []string {
	var all []string
	for trait := range contracts.TraitCount {
		if trait == contracts.TraitBeneficiary || trait == contracts.TraitGrade {
			continue
		}
		first := m.c.TraitsOf(members[0].terms, len(members[0].terms.Steps)-1)
		for _, o := range members[1:] {
			traits := m.c.TraitsOf(o.terms, len(o.terms.Steps)-1)
			if slices.Contains(first.Unlike(&traits), trait) {
				all = append(all, trait.String())
				break
			}
		}
	}
	return all
}

// classHidden reports whether what a class comes to would say a small count: all its parts together leave too little open.
func (m *maker) classHidden(members []*saving) bool {
	var counts []money.Exact
	for _, o := range members {
		if o.counted {
			counts = append(counts, o.count)
		}
	}
	return disclosure.Hide(m.small, counts).Total
}
