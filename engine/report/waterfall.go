package report

import (
	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine/statements"
)

// Waterfall is how a saving comes down from what all outcomes were worth to what each beneficiary has of it, one bar a step.
type Waterfall struct {
	Saving string `json:"saving"`
	Bars   []Bar  `json:"bars"`
}

// Bar is one bar: a sum that stands, what comes off it on the way to the next (below nought where something comes on), or a
// beneficiary's part of the last. The parts make the last sum, and each sum is the one before it less what comes off.
type Bar struct {
	Kind   string       `json:"kind"` // sum, less or share
	Step   string       `json:"step,omitempty"`
	Party  string       `json:"party,omitempty"`
	Called string       `json:"called"`
	Amount money.Amount `json:"amount"`
}

// stepWords say what a step of a chain is, and what comes off on the way to it.
var stepWords = map[string]struct{ sum, less string }{
	grossStep:   {"all outcomes", ""},
	"value":     {"net outcomes", "would have come anyway"},
	"corrected": {"corrected", "for the grade of evidence"},
	"lasting":   {"in these periods", "not yet come, or faded"},
	"fiscal":    {"fiscal", "not public spending"},
	"validated": {"validated", "not validated"},
	"cashable":  {"cashable", "no budget can give it up"},
	"cashed":    {"cashed", "awaits the holder's word"},
	"net":       {"net of costs", "what it cost"},
	"rated":     {"as it is rated", "what its rating leaves out"},
}

// Waterfalls are those of one statement, in its savings' order, whether it is final or not. It hides no count: they are for
// those who may read the statement.
func Waterfalls(c *contracts.Contract, st *statements.Statement) ([]Waterfall, error) {
	if len(st.Savings) == 0 {
		return nil, nil
	}
	last, err := inCurrency(st, c.Currency)
	if err != nil {
		return nil, err
	}
	m := &maker{c: c, last: last}
	if m.savings, err = m.readSavings(); err != nil {
		return nil, err
	}
	return m.waterfalls(), nil
}

// waterfalls are of the savings that are shown and have steps.
func (m *maker) waterfalls() []Waterfall {
	all := []Waterfall{}
	for i := range m.savings {
		if s := &m.savings[i]; !s.Hidden && len(s.steps) > 0 {
			all = append(all, m.waterfall(s))
		}
	}
	return all
}

func (m *maker) waterfall(s *saving) Waterfall {
	w := Waterfall{Saving: s.Saving.Saving, Bars: []Bar{}}
	for i, one := range ordered(s.steps) {
		words := stepWords[one.name]
		if i > 0 {
			before := w.Bars[len(w.Bars)-1].Amount
			w.Bars = append(w.Bars, Bar{Kind: "less", Step: one.name, Called: words.less, Amount: before.Sub(one.amount)})
		}
		w.Bars = append(w.Bars, Bar{Kind: "sum", Step: one.name, Called: words.sum, Amount: one.amount})
	}
	if len(s.shares) > 1 {
		for _, share := range s.shares {
			w.Bars = append(w.Bars, Bar{Kind: "share", Party: share.Party, Called: share.Party, Amount: *share.Amount})
		}
	}
	return w
}

// ordered puts what stands above the chain first.
func ordered(steps []step) []step {
	var out []step
	for _, one := range steps {
		if one.name == grossStep {
			out = append(out, one)
		}
	}
	for _, one := range steps {
		if one.name != grossStep {
			out = append(out, one)
		}
	}
	return out
}
