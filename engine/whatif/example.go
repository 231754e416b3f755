package whatif

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine"
	"outturn/engine/evidence"
	"outturn/engine/statements"
)

// Result is what a contract's example came to.
type Result struct {
	It        string
	Line      int // where the example stands in the contract
	Due       []PartyDue
	Statement statements.Statement
}

// PartyDue is what an example says is due to a party beside what was found, below nought when it pays. Expected is nil
// for a party that is due something and that the example does not name, which agrees where an example shows one side only.
type PartyDue struct {
	Party    string
	Expected *money.Amount
	Found    money.Amount
}

// Agrees reports whether what was found is what the example says.
func (d PartyDue) Agrees() bool { return d.Expected == nil || d.Expected.Cmp(d.Found) == 0 }

// Agrees reports whether every party that the example names is due what it says.
func (r Result) Agrees() bool {
	for _, due := range r.Due {
		if !due.Agrees() {
			return false
		}
	}
	return true
}

// Dues adds up what is due to each party by its own name: the contract's parties, and each unit that is a party. A
// statement's head adds such units together, so their own sums come from its lines.
type Dues struct {
	contract *contracts.Contract
	units    map[string]money.Amount
}

// NewDues begins with nothing.
func NewDues(c *contracts.Contract) *Dues {
	return &Dues{contract: c, units: map[string]money.Amount{}}
}

// Take adds the lines of one record.
func (d *Dues) Take(r *statements.Record) {
	for i := range r.Lines {
		l := &r.Lines[i]
		d.add(l.From, l.Due.Neg())
		d.add(l.To, l.Due)
		for _, leg := range l.Legs {
			if leg.Side == "from" {
				d.add(leg.Party, leg.Due.Neg())
			} else {
				d.add(leg.Party, leg.Due)
			}
		}
	}
}

func (d *Dues) add(party string, amount money.Amount) {
	if party == "" || amount.IsZero() {
		return
	}
	for i := range d.contract.Parties {
		if d.contract.Parties[i].ID == party {
			return // the statement's head has it
		}
	}
	d.units[party] = d.units[party].Add(amount)
}

// By returns what is due by party: each of the contract's parties but those that stand for many units, from the
// statement, and each unit that is a party, from its lines. A party that is due nothing may be missing.
func (d *Dues) By(st statements.Statement) (parties, units map[string]money.Amount) {
	parties = map[string]money.Amount{}
	for i, sum := range st.Due {
		if i >= len(d.contract.Parties) || d.contract.Parties[i].Each < 0 {
			parties[sum.Party] = sum.Due
		}
	}
	return parties, d.units
}

// Occasion is how an example is settled: its day is the last day settled and the cut-off, and it is final, with no
// statement before it.
func Occasion(e *contracts.Example) engine.Occasion {
	return engine.Occasion{Through: e.AsAt, CutOff: e.AsAt, Final: true, Given: e.Given}
}

// RunExample settles one of a contract's examples on its own evidence, read as a snapshot as at the example's day, and
// sets what is due beside what the example says. An error is an example that cannot be settled.
func RunExample(c *contracts.Contract, e *contracts.Example, s evidence.Snapshot) (Result, error) {
	r := Result{It: e.It, Line: e.Line}
	dues := NewDues(c)
	st, err := engine.Settle(c, Occasion(e), s, engine.Position{}, EachRecord(c, dues.Take))
	if err != nil {
		return r, fmt.Errorf("example %q (line %d): %w", e.It, e.Line, err)
	}
	r.Statement = st
	parties, units := dues.By(st)
	named := map[string]bool{}
	none := money.FromMinor(c.Currency, 0)
	left := none
	for i := range e.Due {
		left = left.Add(e.Due[i].Amount)
		due := PartyDue{Party: e.Due[i].Party, Expected: &e.Due[i].Amount, Found: money.FromMinor(c.Currency, 0)}
		for _, found := range []map[string]money.Amount{units, parties} {
			if amount, ok := found[due.Party]; ok {
				due.Found = amount
			}
		}
		named[due.Party] = true
		r.Due = append(r.Due, due)
	}
	for _, sum := range st.Due {
		if amount, ok := parties[sum.Party]; ok && !named[sum.Party] && !amount.IsZero() {
			r.Due = append(r.Due, unnamed(sum.Party, amount, left))
		}
	}
	for _, unit := range slices.Sorted(maps.Keys(units)) {
		if !named[unit] && !units[unit].IsZero() && left.IsZero() {
			r.Due = append(r.Due, unnamed(unit, units[unit], left))
		}
	}
	return r, nil
}

// unnamed is what is due to a party that an example does not name. Where the amounts it names come to nought they are
// all there is, and nothing may be due to anybody else; {} says that nothing is due at all.
func unnamed(party string, found, left money.Amount) PartyDue {
	d := PartyDue{Party: party, Found: found}
	if left.IsZero() {
		d.Expected = &left
	}
	return d
}

// EachRecord makes a sink that reads every record and hands it on, valid only during the call.
func EachRecord(c *contracts.Contract, take func(*statements.Record)) engine.Sink {
	return func(records []byte) error {
		for len(records) > 0 {
			end := bytes.IndexByte(records, '\n') + 1
			if end == 0 {
				return errors.New("a record of the statement without its end")
			}
			var r statements.Record
			if err := engine.ParseRecord(records[:end], c, &r); err != nil {
				return err
			}
			take(&r)
			records = records[end:]
		}
		return nil
	}
}
