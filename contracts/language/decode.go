// Package language reads the contract language, which contracts/README.md describes: its keys, what each takes, every
// check on what they say together, and the JSON Schema that is printed from the same tables. Its whole surface is Decode.
package language

import (
	"bytes"
	"strconv"

	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/sentences"
)

// Decode reads a contract: one YAML document, JSON accepted. It checks the whole of it and returns either the resolved
// contract or *document.Faults with every fault it found; name is where the document was read from, for the faults. Only faults
// of YAML itself end it early.
func Decode(name string, text []byte) (*contracts.Contract, error) {
	d := &decoder{
		Reader:        document.NewReader(name, text),
		c:             &contracts.Contract{Edition: contracts.Edition, Source: bytes.Clone(text), File: name},
		things:        map[string]thing{},
		refs:          map[string]int{},
		reads:         map[thing][]thing{},
		derived:       map[int]derivation{},
		standingOf:    map[int]int{},
		gifts:         map[int]int{},
		baselineSteps: map[int]stepOf{},
	}
	ended := d.Read(text, "a contract begins with outturn: "+strconv.Itoa(contracts.Edition), d.contract)
	if len(d.Faults) > 0 {
		return nil, d.Sorted(ended)
	}
	return d.c, nil
}

// decoder holds a document while it is read. Everything of it is thrown away but the contract.
type decoder struct {
	document.Reader

	c       *contracts.Contract
	root    *document.Node
	things  map[string]thing      // one name, one thing
	facts   map[string][]position // where each fact's name stands among units
	fields  map[string][]position // where each field's name stands among kinds
	refs    map[string]int        // name as written to its index in Contract.Refs
	reads   map[thing][]thing     // what each thing reads, for circles
	placeOf []int                 // the cap of each place under one

	units, evidence, cohorts, tables, quantities, measures      []*document.Node
	comparisons, payments, divisions, checks, accounts, periods []*document.Node
	savings, stakes, baselines, adjustments                     []*document.Node // adjustments: of all baselines in order

	quantityState, tableState []progress
	roundingSaid              []bool             // quantities that say how they are rounded, exact among the answers
	derived                   map[int]derivation // quantities that are steps of a saving
	gifts                     map[int]int        // quantities that are contributions in kind
	standingOf                map[int]int        // quantities that say how another stands, by that other
	baselineSteps             map[int]stepOf     // and of a baseline
}

// position is one field or fact: of which kind or unit type, and which.
type position struct{ owner, field int }

// progress is how far a quantity or table has been resolved.
type progress uint8

const (
	untouched progress = iota
	underway
	resolved
	faulty
)

// contract reads the document in the order in which its parts need one another: names first, then what their types and
// levels stand on, then figures, then money.
func (d *decoder) contract(root *document.Node) {
	d.root = root
	if !d.edition(root) {
		return
	}
	d.conform(root, topShape, topWho)
	if root.Bad || root.Kind != document.Map || !d.head(root.Get("contract")) {
		return
	}
	d.declare()
	d.readPeriods()
	d.readUnits()
	d.readParties(root.Get("parties"))
	d.readCalendar(root.Get("calendar"))
	d.readSumRounding(root.Get("rounding"))
	d.startCohorts()
	d.readEvidence()
	d.readToldBy(root.Get("contract").Get("told_by"))
	d.readExclusive(root.Get("contract"))
	d.startAccounts()
	d.startStakes()
	d.startFigures()
	d.startBaselines()
	d.startSavings()
	d.readCohorts()
	for i := range d.c.Tables {
		d.table(i)
	}
	for i := range d.c.Quantities {
		d.quantity(i)
	}
	d.readMeasures()
	d.readComparisons()
	d.readPayments()
	d.exclusivePayments()
	d.readDivisions()
	d.readAccounts()
	d.readStakes()
	d.inKindEnds()
	d.readPartnership(root.Get("partnership"))
	d.readCaps(root.Get("caps"))
	d.readChecks()
	d.comparedFigures()
	d.citeAssumptions()
	d.checkBaselines()
	d.checkSavings()
	d.checkStakes()
	d.readExamples(root.Get("examples"))
	d.circles()
	if len(d.Faults) == 0 {
		sentences.Write(d.c)
	}
}

// edition reports whether the document is of an edition that this release reads.
func (d *decoder) edition(root *document.Node) bool {
	if root.Kind != document.Map || !root.Has("outturn") {
		return true // the shape will say so
	}
	text := root.Value("outturn")
	if text == strconv.Itoa(contracts.Edition) {
		return true
	}
	at := root.Place()
	for i, k := range root.Keys {
		if k.Text == "outturn" {
			at = root.Items[i].Place()
		}
	}
	d.Fault(at, document.Fault{Message: "outturn, the edition of the contract language", Expected: strconv.Itoa(contracts.Edition), Found: strconv.Quote(text),
		Remedy: "this release reads edition 1 only; a contract of a later edition needs a later release"})
	return false
}
