// Package statements is what a settlement writes: the statement, its records and lines, and what it says of payments,
// comparisons, savings, partnerships and the rest, each under the names by which it is written. Nothing is settled here.
package statements

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"outturn/contracts/money"
	"outturn/engine/evidence"
)

// Statement is the unchanging head of a settlement: what is due, from whom to whom, and everything it came from. Its
// lines are the records handed to the sink while it was made, in canonical order; Roll commits to them.
type Statement struct {
	Edition  int             `json:"outturn"`
	Contract string          `json:"contract"`
	Version  string          `json:"version"` // SHA-256 of the contract document, hex
	Currency string          `json:"currency"`
	Status   string          `json:"status"` // "final" or "provisional"
	Through  string          `json:"through"`
	CutOff   string          `json:"cut_off"`
	Number   int             `json:"number"` // 1 for the first final statement of the contract, and so on
	Snapshot SnapshotSummary `json:"snapshot"`
	Prior    []string        `json:"prior"` // digests of the prior final statements, hex, in order
	Due      []PartySum      `json:"due"`   // by party, in the contract's order
	Postings []Posting       `json:"postings"`
	Payments []PaymentSum    `json:"payments"`
	Cohorts  []CohortSum     `json:"cohorts"`

	// What would have happened anyway: each comparison, in the contract's order.
	Comparisons []ComparisonSum `json:"comparisons,omitempty"`

	// What was expected if nothing changed: each baseline, in the contract's order.
	Baselines []BaselineSum `json:"baselines,omitempty"`

	// What was saved: each saving, its chain and whose it is, in the contract's order.
	Savings []SavingSum `json:"savings,omitempty"`

	// Streams of money: what each holds, and what it was asked for and may not pay.
	Streams []StreamSum `json:"streams,omitempty"`

	// What parties gave each other in kind: counted, and never paid.
	InKind []InKindSum `json:"in_kind,omitempty"`

	// Figures of which there is a provisional, a certified and a reconciled one, and how each stands.
	Figures []StandingSum `json:"figures,omitempty"`

	// The assumptions of the register, with the versions that were used.
	Assumptions []AssumptionSum `json:"assumptions,omitempty"`

	// What is worked out and shown, and paid by nobody.
	Shadow *ShadowSum `json:"shadow,omitempty"`

	// Who invests and who benefits, where the contract has a partnership.
	Partnership *PartnershipSum `json:"partnership,omitempty"`

	Items   []ReasonCount `json:"items"`   // every item, by what became of it
	Waiting []WaitingSum  `json:"waiting"` // what neither paid nor failed: not yet, not observed, not claimed
	Binds   []Bind        `json:"binds"`   // caps and gates that changed what is paid

	// Who is claimed under several payments of which only so many are paid, and what other schemes paid already.
	Overlaps  []OverlapSum   `json:"overlaps,omitempty"`
	Elsewhere []ElsewhereSum `json:"elsewhere,omitempty"`

	Lines Roll `json:"lines"`
}

// The two states of a statement.
const (
	StatusFinal       = "final"
	StatusProvisional = "provisional"
)

// SnapshotSummary is the snapshot as a statement names it.
type SnapshotSummary struct {
	Digest string `json:"digest"`
	Units  int    `json:"units"`
	Items  int    `json:"items"`
	Late   int    `json:"late"` // learned after the cut-off and left out
}

// PartySum is what a party receives, below nought when it pays. ToDate = Settled + Due.
type PartySum struct {
	Party   string       `json:"party"`
	Name    string       `json:"name,omitempty"`
	Settled money.Amount `json:"settled"`
	Due     money.Amount `json:"due"`
	ToDate  money.Amount `json:"to_date"`

	// Those in whose place it stands, with all that was settled of them.
	Succeeds []string `json:"succeeds,omitempty"`
}

// Posting is what one party now pays another under one payment; below nought it comes back. A provisional statement
// has none.
type Posting struct {
	From    string       `json:"from"`
	To      string       `json:"to"`
	Payment string       `json:"payment"`
	Amount  money.Amount `json:"amount"`
}

// PaymentSum is one rule of payment over all its lines.
type PaymentSum struct {
	Payment  string       `json:"payment"`
	Clause   string       `json:"clause"`
	Sentence string       `json:"sentence"`
	Count    string       `json:"count"` // outcomes paid for to date, exact; "" where a sum is paid
	Lines    int          `json:"lines"` // lines with an entitlement to date
	Adjusted int          `json:"adjusted"`
	Held     money.Amount `json:"held"` // earned and kept back, not yet due
	Settled  money.Amount `json:"settled"`
	Due      money.Amount `json:"due"`
	ToDate   money.Amount `json:"to_date"`
}

// CohortSum counts the members of a cohort: every unit of its type is counted or excluded with one reason.
type CohortSum struct {
	Cohort   string        `json:"cohort"`
	Clause   string        `json:"clause"`
	Counted  int           `json:"counted"`
	Excluded []ReasonCount `json:"excluded"`
	Numbered []CohortSpan  `json:"numbered,omitempty"` // where cohorts close and follow one another
}

// CohortSpan is one numbered cohort.
type CohortSpan struct {
	Number int    `json:"number"`
	First  string `json:"first"`
	Closed string `json:"closed"` // "" while it is open
	Units  int    `json:"units"`
}

// ReasonCount is how many for one reason.
type ReasonCount struct {
	Reason string `json:"reason"`
	Count  int    `json:"count"`
}

// WaitingSum counts, for a payment, what is neither paid nor refused.
type WaitingSum struct {
	Payment string `json:"payment"`
	Reason  string `json:"reason"`
	Count   int    `json:"count"`

	// Sum is what is not paid to date, before caps, where somebody else claimed first; nil for other reasons.
	Sum *money.Amount `json:"sum,omitempty"`
}

// Bind is a cap or a gate that changed what is paid.
type Bind struct {
	Name   string       `json:"name"`
	Clause string       `json:"clause"`
	What   string       `json:"what"`  // in words, with the figures
	Lines  int          `json:"lines"` // lines it touched
	Took   money.Amount `json:"took"`  // what it took off, to date
}

// Roll commits to the lines of a statement: the Merkle root over its records in canonical order.
type Roll struct {
	Records int    `json:"records"`
	Units   int    `json:"units"` // records of units; one more is of the whole
	Lines   int    `json:"lines"`
	Bytes   int64  `json:"bytes"`
	Root    string `json:"root"`
}

// Record is the lines of one root unit and its members, or of the whole (Unit "", after all units).
type Record struct {
	UnitType int    // index into the contract's Units; len(Units) for the record of the whole, which comes last
	Unit     string // the root unit's key
	Lines    []Line
}

// Line is what one payment comes to for one unit (or level) and one settlement period: what it is worth to date on
// what is known, what earlier statements settled of it, and the difference, which is due.
type Line struct {
	Payment  string
	Of       string // member's key, or the level's values ("jsa_18_24 / 4", "cohort 1"); "" for the root unit itself or the contract
	Period   int    // number of the settlement period into which the outcome falls
	Count    string // outcomes to date, exact; "" where a sum is paid
	ToDate   money.Amount
	Settled  money.Amount
	Due      money.Amount
	Held     money.Amount // earned and kept back: not in ToDate until it is released
	From     string       // payer, when the payment does not name one party
	To       string       // payee, likewise
	Legs     []Leg        // when the line is divided among several
	Reason   string       // why it differs from what was settled: "" on a first payment
	Corrects int          // number of the statement that last settled it, 0 when none did
	Notes    []string
	Working  []Step // lines of the whole carry their working; a unit's is worked out again by Explain
}

// Leg is one party's part of a divided line.
type Leg struct {
	Side                 string // "from" or "to": which end of the payment is divided
	Party                string
	ToDate, Settled, Due money.Amount
}

// Step is one figure on the way to a line.
type Step struct {
	Depth  int    `json:"depth"`
	Name   string `json:"name"`
	Text   string `json:"text"`  // how it was worked out, with the figures put in
	Value  string `json:"value"` // exact
	Clause string `json:"clause,omitempty"`
}

// The reasons by which a statement counts what was found twice.
const (
	ReasonClaimed   = "claimed first under a contract that excludes this one"
	ReasonDuplicate = "duplicate of an item that stands"
)

// ToBeChecked is the reason of a claim that waits for its check.
const ToBeChecked = "claimed, not yet validated"

// Bytes are the canonical bytes of the head of a statement.
func (s Statement) Bytes() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(s); err != nil {
		return nil, fmt.Errorf("statement of %s: %w", s.Contract, err)
	}
	return b.Bytes(), nil
}

// Digest is the SHA-256 digest of Bytes, by which later statements name this one.
func (s Statement) Digest() (evidence.Digest, error) {
	b, err := s.Bytes()
	return sha256.Sum256(b), err
}
