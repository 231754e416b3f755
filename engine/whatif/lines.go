package whatif

import (
	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine"
	"outturn/engine/evidence"
	"outturn/engine/ingest"
	"outturn/engine/statements"
)

// LineKey says which line of a settlement is meant: the root unit (empty for the whole), what of it, the payment and
// the settlement period.
type LineKey struct {
	Payment, Unit, Of string
	Period            int
}

// LineSum is what a line is worth to date, and of how many outcomes.
type LineSum struct {
	ToDate money.Amount
	Count  string
}

// Settled is a settlement held for comparison with another: its head, its lines by key, and what each party is due by
// its own name, units that are parties among them.
type Settled struct {
	Name      string // what was settled: "the evidence to 31 March 2017", or an example
	Contract  *contracts.Contract
	Statement statements.Statement
	Lines     map[LineKey]LineSum
	Parties   map[string]money.Amount
	More      int // lines beyond LinesMax, which are in the totals and are not held
}

// LinesMax is the most lines that are held of one settlement; the totals are of all of them.
const LinesMax = 1_000_000

// SettleLines settles with no statement before it, so that every figure is to date, and keeps the lines. The error is
// the engine's.
func SettleLines(c *contracts.Contract, on engine.Occasion, s evidence.Snapshot) (Settled, error) {
	out := Settled{Contract: c, Lines: map[LineKey]LineSum{}, Parties: map[string]money.Amount{}}
	dues := NewDues(c)
	st, err := engine.Settle(c, on, s, engine.Position{}, EachRecord(c, func(r *statements.Record) {
		dues.Take(r)
		for i := range r.Lines {
			l := &r.Lines[i]
			if len(out.Lines) >= LinesMax {
				out.More++
				continue
			}
			out.Lines[LineKey{l.Payment, r.Unit, l.Of, l.Period}] = LineSum{l.ToDate, l.Count}
		}
	}))
	if err != nil {
		return out, err
	}
	out.Statement = st
	parties, units := dues.By(st)
	for _, found := range []map[string]money.Amount{parties, units} {
		for party, amount := range found {
			out.Parties[party] = amount
		}
	}
	return out, nil
}

// SettleExample settles the evidence of an example under a contract, its own or another version of it.
func SettleExample(c *contracts.Contract, e *contracts.Example) (Settled, error) {
	snapshot, err := ingest.FromExamples(c, e.Evidence, e.AsAt)
	if err != nil {
		return Settled{Name: e.It, Contract: c}, err
	}
	settled, err := SettleLines(c, Occasion(e), snapshot)
	settled.Name = e.It
	return settled, err
}

// Total is what is received to date, net: the sum over the parties that come out with more than they pay. Money that only
// passes through a party, and what comes back from one that is paid, is not in it twice.
func (s *Settled) Total() money.Amount {
	total := money.FromMinor(s.Contract.Currency, 0)
	for _, party := range s.Statement.Due {
		if party.ToDate.Sign() > 0 {
			total = total.Add(party.ToDate)
		}
	}
	return total
}
