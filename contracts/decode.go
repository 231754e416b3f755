package contracts

import (
	"bytes"
	"strconv"
)

// Decode reads a contract: one YAML document, JSON accepted. It checks the whole of it and returns either the resolved
// contract or *Faults with every fault it found; name is where the document was read from, for the faults. Only faults
// of YAML itself end it early.
func Decode(name string, document []byte) (*Contract, error) {
	d := &decoder{
		reading:       readingOf(name, document),
		c:             &Contract{Edition: Edition, Source: bytes.Clone(document), File: name},
		things:        map[string]thing{},
		refs:          map[string]int{},
		reads:         map[thing][]thing{},
		derived:       map[int]derivation{},
		standingOf:    map[int]int{},
		gifts:         map[int]int{},
		baselineSteps: map[int]stepOf{},
	}
	ended := d.read(document, "a contract begins with outturn: "+strconv.Itoa(Edition), d.contract)
	if len(d.faults) > 0 {
		return nil, d.sorted(ended)
	}
	return d.c, nil
}

// decoder holds a document while it is read. Everything of it is thrown away but the contract.
type decoder struct {
	reading

	c      *Contract
	root   *node
	things map[string]thing      // one name, one thing
	facts  map[string][]position // where each fact's name stands among units
	fields map[string][]position // where each field's name stands among kinds
	refs   map[string]int        // name as written to its index in Contract.Refs
	reads  map[thing][]thing     // what each thing reads, for circles

	units, evidence, cohorts, tables, quantities, measures      []*node
	comparisons, payments, divisions, checks, accounts, periods []*node
	savings, stakes, baselines, adjustments                     []*node // adjustments: of all baselines in order

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
func (d *decoder) contract(root *node) {
	d.root = root
	if !d.edition(root) {
		return
	}
	d.conform(root, topShape, topWho)
	if root.bad || root.kind != mapNode || !d.head(root.get("contract")) {
		return
	}
	d.declare()
	d.readPeriods()
	d.readUnits()
	d.readParties(root.get("parties"))
	d.readCalendar(root.get("calendar"))
	d.readSumRounding(root.get("rounding"))
	d.startCohorts()
	d.readEvidence()
	d.readToldBy(root.get("contract").get("told_by"))
	d.readExclusive(root.get("contract"))
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
	d.readPartnership(root.get("partnership"))
	d.readCaps(root.get("caps"))
	d.readChecks()
	d.comparedFigures()
	d.citeAssumptions()
	d.checkBaselines()
	d.checkSavings()
	d.checkStakes()
	d.readExamples(root.get("examples"))
	d.circles()
	if len(d.faults) == 0 {
		Write(d.c)
	}
}

// edition reports whether the document is of an edition that this release reads.
func (d *decoder) edition(root *node) bool {
	if root.kind != mapNode || !root.has("outturn") {
		return true // the shape will say so
	}
	text := root.value("outturn")
	if text == strconv.Itoa(Edition) {
		return true
	}
	at := root.place()
	for i, k := range root.keys {
		if k.text == "outturn" {
			at = root.items[i].place()
		}
	}
	d.fault(at, Fault{Message: "outturn, the edition of the contract language", Expected: strconv.Itoa(Edition), Found: strconv.Quote(text),
		Remedy: "this release reads edition 1 only; a contract of a later edition needs a later release"})
	return false
}
