package whatif

import (
	"errors"
	"slices"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/document"
	"outturn/contracts/money"
	"outturn/engine"
	"outturn/engine/ingest"
)

// This file says what each answer to an open choice would pay: a contract that leaves one open is refused, and its own
// examples are settled under every answer, so that whoever has to choose sees what hangs on it.

// Limits of what is worked out for a document that is not yet sound: answers to one choice, and for all of them together
// documents read, bytes of these, and examples settled.
const (
	PricedAnswersMax = 24
	pricedReadMax    = 400
	pricedBytesMax   = 8 << 20
	pricedSettledMax = 600
)

// Priced is one choice that a contract leaves open, with what each answer to it would pay.
type Priced struct {
	Fault         int // which of the contract's faults reports it
	Line          int
	Where, Choice string
	Currency      money.Currency
	Options       []PricedOption
}

// PricedOption is one answer. Others says how the other choices that are open were answered for it. Why says why it was
// not settled, "" where it was.
type PricedOption struct {
	Word   string
	Others []Answer
	Pays   []PricedExample
	Why    string
}

// PricedExample is what one example pays under an answer, or why it cannot be settled.
type PricedExample struct {
	It      string
	Parties []PartyAmount
	Err     string
}

// PartyAmount is what is due to a party, below nought when it pays.
type PartyAmount struct {
	Party  string
	Amount money.Amount
}

// OpenFaults are the faults of a contract that leaves choices open, with what each answer to each would pay on its own
// examples. Where it has faults of another kind too nothing of it can be settled, and there are no choices.
type OpenFaults struct {
	*document.Faults
	Choices []Priced
}

// Unwrap returns the faults.
func (f *OpenFaults) Unwrap() error { return f.Faults }

// PriceChoices adds to the error of a contract that was refused what each answer to the choices that it leaves open would
// pay on its examples, the other choices answered in the first way that is sound: it is then *OpenFaults. Any other error
// is returned as it came.
func PriceChoices(name string, text []byte, refused error) error {
	var faults *document.Faults
	if !errors.As(refused, &faults) || !slices.ContainsFunc(faults.List, isOpen) {
		return refused
	}
	out := &OpenFaults{Faults: faults}
	if slices.ContainsFunc(faults.List, func(f document.Fault) bool { return !isOpen(f) }) || faults.Ended {
		return out
	}
	p := &pricer{name: name, prefer: map[OpenAt]string{}, most: min(pricedReadMax, pricedBytesMax/max(len(text), 1))}
	for i, f := range faults.List {
		one := p.choice(f, text)
		one.Fault = i
		out.Choices = append(out.Choices, one)
	}
	return out
}

// pricer goes through the choices. What it answered once it answers alike wherever it can, so that only one choice
// differs between the answers to it.
type pricer struct {
	name                string
	read, settled, most int
	prefer              map[OpenAt]string
}

func (p *pricer) choice(f document.Fault, text []byte) Priced {
	open := openChoice(f)
	out := Priced{Line: f.Line, Where: open.Where, Choice: open.Choice}
	answers := answersTo(f, text)
	for _, a := range answers {
		if len(out.Options) >= PricedAnswersMax || p.read >= p.most || p.settled >= pricedSettledMax {
			out.Options = append(out.Options, PricedOption{Word: a.word, Why: "there are more than are worked out"})
			break
		}
		option, sound := p.option(open, a, &out.Currency)
		if !sound && a.filled {
			continue
		}
		out.Options = append(out.Options, option)
	}
	for _, o := range f.Options {
		if placeholder.MatchString(o.Word) && len(fill(o.Word, text)) == 0 {
			out.Options = append(out.Options, PricedOption{Word: o.Word, Why: "it needs names and figures of its own"})
		}
	}
	return out
}

// option settles the examples with one answer; false where the contract is not sound with it.
func (p *pricer) option(open OpenAt, a answer, currency *money.Currency) (PricedOption, bool) {
	out := PricedOption{Word: a.word}
	k := &completer{name: p.name, most: 1, prefer: p.prefer, tried: ReadingsTried - max(p.most-p.read, 0)}
	begun := k.tried
	err := k.complete(a.document, nil)
	p.read += k.tried - begun
	switch {
	case len(k.out.List) == 0 && len(k.out.Refused) > 0:
		out.Why = k.out.Refused[0].Why
		return out, false
	case len(k.out.List) == 0:
		out.Why = firstFault(err)
		return out, false
	}
	reading := k.out.List[0]
	out.Others = reading.Answers
	for _, other := range reading.Answers {
		if at := (OpenAt{other.Where, other.Choice}); p.prefer[at] == "" {
			p.prefer[at] = other.Word
		}
	}
	c := reading.Contract
	*currency = c.Currency
	for i := range c.Examples {
		if p.settled++; p.settled > pricedSettledMax {
			out.Why = "there are more than are worked out"
			break
		}
		e := &c.Examples[i]
		cutOff := e.AsAt
		if open.Choice == "cut_off" {
			cutOff = c.Calendar.CutOff.AddTo(e.AsAt, c.Calendar.Holidays)
		}
		out.Pays = append(out.Pays, examplePays(c, e, cutOff))
	}
	return out, true
}

func firstFault(err error) string {
	var faults *document.Faults
	switch {
	case errors.As(err, &faults) && len(faults.List) > 0:
		return faults.List[0].Message
	case err != nil:
		return err.Error()
	}
	return "the contract is not sound with it"
}

// examplePays settles one example and lists what is due to each party, in the contract's order, then to units that are
// parties.
func examplePays(c *contracts.Contract, e *contracts.Example, cutOff calendar.Date) PricedExample {
	out := PricedExample{It: e.It}
	snapshot, err := ingest.FromExamples(c, e.Evidence, cutOff)
	if err == nil {
		var settled Settled
		settled, err = SettleLines(c, engine.Occasion{Through: e.AsAt, CutOff: cutOff, Final: true, Given: e.Given}, snapshot)
		if err == nil {
			for _, change := range Compare(&settled, &settled).Parties {
				if !change.Before.IsZero() {
					out.Parties = append(out.Parties, PartyAmount{change.Name, change.Before})
				}
			}
			return out
		}
	}
	out.Err = err.Error()
	return out
}
