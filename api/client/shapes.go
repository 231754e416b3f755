// Package client speaks to Outturn's API from Go: a method for each operation, and the shapes of what goes over the wire.
//
// The shapes are the API's own, so what the client reads is what the service writes. Amounts are texts at the currency's
// places, days are texts such as 2013-03-31, times are UTC.
package client

import (
	"encoding/json"
	"time"
)

// List is one page of a list. Next asks for the page after it; "" on the last.
type List[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty" doc:"Cursor of the next page; absent on the last"`
}

// Organisation is a body that uses the service.
type Organisation struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
}

// NewOrganisation asks for an organisation.
type NewOrganisation struct {
	Name string `json:"name" minLength:"1" maxLength:"200" doc:"What the organisation calls itself"`
}

// Person is somebody who acts for an organisation.
type Person struct {
	ID           string    `json:"id"`
	Organisation string    `json:"organisation"`
	Name         string    `json:"name"`
	Roles        []string  `json:"roles"`
	Issuer       string    `json:"issuer,omitempty" doc:"Identity provider that knows them"`
	Subject      string    `json:"subject,omitempty" doc:"Their name at the identity provider"`
	Active       bool      `json:"active"`
	Created      time.Time `json:"created"`
}

// NewPerson asks for a person, and SetPerson says what they are from now on.
type NewPerson struct {
	Name    string   `json:"name" minLength:"1" maxLength:"200" doc:"A job title or staff number will do"`
	Roles   []string `json:"roles" minItems:"1" maxItems:"8" enum:"operator,administrator,commissioner,provider,auditor,verifier,evaluator,partner_finance"`
	Issuer  string   `json:"issuer,omitempty" maxLength:"500"`
	Subject string   `json:"subject,omitempty" maxLength:"500"`
	Active  *bool    `json:"active,omitzero" doc:"false: every key and token of theirs is refused from the next request on"`
}

// Key is an API key, without its secret.
type Key struct {
	ID      string     `json:"id"`
	Person  string     `json:"person"`
	Prefix  string     `json:"prefix" doc:"The letters with which the key begins"`
	Created time.Time  `json:"created"`
	Expires time.Time  `json:"expires"`
	Revoked *time.Time `json:"revoked,omitempty"`
}

// NewKey asks for an API key.
type NewKey struct {
	Days int `json:"days,omitzero" minimum:"1" maximum:"366" doc:"Days until it expires; 90 when left out"`
}

// ShownKey is an API key as it is shown, once.
type ShownKey struct {
	Key
	Secret string `json:"secret,omitempty" doc:"The whole key. It is kept nowhere and not shown again: an answer that is replayed leaves it out"`
}

// Me is who the caller is.
type Me struct {
	Person       Person       `json:"person"`
	Organisation Organisation `json:"organisation"`
}

// Contract is a contract and who takes part in it.
type Contract struct {
	ID           string    `json:"id" doc:"The service's key for it"`
	Name         string    `json:"name" doc:"What its document calls it"`
	Organisation string    `json:"organisation" doc:"Who drafted it"`
	Active       int       `json:"active" doc:"The version that settles; 0 for none"`
	Created      time.Time `json:"created"`
}

// Grant lets an organisation take part in a contract.
type Grant struct {
	Organisation string    `json:"organisation" maxLength:"64"`
	Role         string    `json:"role" enum:"commissioner,provider,auditor,verifier,evaluator,partner_finance"`
	Party        string    `json:"party,omitempty" maxLength:"128" doc:"Who they are in the contract; needed of a commissioner, provider and partner"`
	Kinds        []string  `json:"kinds,omitempty" maxItems:"200" doc:"Kinds of evidence that come from them and from nobody else without them"`
	By           string    `json:"by,omitempty" readOnly:"true"`
	At           time.Time `json:"at,omitzero" readOnly:"true"`
}

// Version is one version of a contract.
type Version struct {
	Contract   string      `json:"contract"`
	Number     int         `json:"number"`
	State      string      `json:"state" enum:"draft,proposed,active,replaced,dropped"`
	Digest     string      `json:"digest" doc:"SHA-256 of its document"`
	By         string      `json:"by"`
	Created    time.Time   `json:"created"`
	ProposedBy string      `json:"proposed_by,omitempty"`
	Proposed   *time.Time  `json:"proposed,omitempty"`
	Activated  *time.Time  `json:"activated,omitempty"`
	Signatures []Signature `json:"signatures,omitempty"`
	Wanting    []Wanting   `json:"wanting,omitempty" doc:"Signatures that are still needed before it can be activated"`
}

// Signature is one person's, for one payer.
type Signature struct {
	Party        string    `json:"party"`
	Organisation string    `json:"organisation"`
	Person       string    `json:"person"`
	At           time.Time `json:"at"`
}

// Wanting is how many signatures a payer still owes.
type Wanting struct {
	Party      string `json:"party"`
	Signatures int    `json:"signatures"`
}

// Sign names the payer that is signed for.
type Sign struct {
	Party string `json:"party" minLength:"1" maxLength:"128"`
}

// Checked is what a sound contract says.
type Checked struct {
	Contract string    `json:"contract"`
	Edition  int       `json:"outturn"`
	Currency string    `json:"currency"`
	First    string    `json:"first"`
	Last     string    `json:"last"`
	Payments []Rule    `json:"payments"`
	Rules    []string  `json:"rules"`
	Choices  []Choice  `json:"choices"`
	Warnings []Warning `json:"warnings"`
	Examples int       `json:"examples" doc:"How many worked examples it carries"`
	Failed   []Failed  `json:"failed" doc:"Its worked examples that come out otherwise than it says"`
}

// Rule is a payment as one sentence.
type Rule struct {
	Payment  string `json:"payment"`
	Clause   string `json:"clause"`
	Sentence string `json:"sentence"`
}

// Choice is one thing that a contract has to say, and what it says.
type Choice struct {
	Where  string `json:"where"`
	Choice string `json:"choice"`
	Stated string `json:"stated"`
}

// Warning is what a sound contract says and its parties may not have meant.
type Warning struct {
	Kind     string `json:"kind"`
	Where    string `json:"where"`
	Clause   string `json:"clause,omitempty"`
	What     string `json:"what"`
	WhatToDo string `json:"what_to_do"`
}

// Failed is a worked example that does not come out.
type Failed struct {
	It   string `json:"it"`
	Line int    `json:"line"`
	Why  string `json:"why"`
}

// Differences are what two versions say differently.
type Differences struct {
	From        int          `json:"from"`
	To          int          `json:"to"`
	Differences []Difference `json:"differences"`
}

// Difference is one of them, in sentences or values.
type Difference struct {
	Section string `json:"section"`
	Kind    string `json:"kind" enum:"added,removed,changed"`
	Where   string `json:"where,omitempty"`
	Old     string `json:"old,omitempty"`
	New     string `json:"new,omitempty"`
}

// Batch is a body of evidence and what became of it.
type Batch struct {
	ID           string    `json:"id"`
	Contract     string    `json:"contract"`
	Organisation string    `json:"organisation"`
	Person       string    `json:"person"`
	Name         string    `json:"name,omitempty"`
	Format       string    `json:"format" enum:"ndjson,csv,json"`
	Digest       string    `json:"digest" doc:"SHA-256 of the body"`
	State        string    `json:"state" enum:"accepted,part,refused"`
	Rows         int       `json:"rows"`
	Accepted     int       `json:"accepted"`
	Refused      int       `json:"refused"`
	Faults       []Fault   `json:"faults,omitempty"`
	MoreFaults   int       `json:"more_faults,omitzero" doc:"Faults beyond those listed"`
	At           time.Time `json:"at"`
}

// Claims are what the register of claims answered.
type Claims struct {
	Here      int    `json:"here" doc:"Units that are claimed under this contract"`
	Elsewhere int    `json:"elsewhere" doc:"Units that were claimed first under a contract which excludes this one"`
	Repeated  int    `json:"repeated" doc:"Of both: units that were asked for before, and answered as then"`
	Batch     string `json:"batch,omitempty" doc:"The evidence in which the new answers are kept"`
}

// Fault is one thing wrong with a request: where it stands, what was found, what was expected and what to do.
type Fault struct {
	Pointer   string `json:"pointer,omitempty" doc:"JSON pointer into the body"`
	Parameter string `json:"parameter,omitempty" doc:"Parameter or header"`
	File      string `json:"file,omitempty"`
	Line      int    `json:"line,omitzero"`
	Column    int    `json:"column,omitzero"`
	Field     string `json:"field,omitempty"`
	Found     string `json:"found,omitempty"`
	Message   string `json:"message"`
	Expected  string `json:"expected,omitempty"`
	Remedy    string `json:"remedy,omitempty"`

	Options []FaultOption `json:"options,omitempty" doc:"Of a choice that a contract leaves open, when it is checked: what each answer would pay on its own examples"`
}

// FaultOption is one answer to a choice that a contract leaves open, and what it would pay.
type FaultOption struct {
	Option string      `json:"option"`
	Others []string    `json:"others,omitempty" doc:"How other open choices were answered for it"`
	On     []OptionDue `json:"on,omitempty"`
	Why    string      `json:"why,omitempty" doc:"Why it was not settled"`
}

// OptionDue is what an answer would pay on one example.
type OptionDue struct {
	It    string            `json:"it"`
	Due   map[string]string `json:"due" doc:"By party, below nought when it pays"`
	Error string            `json:"error,omitempty"`
}

// Problem is how the service says no (RFC 9457). It is an error.
type Problem struct {
	Type   string  `json:"type"`
	Title  string  `json:"title"`
	Status int     `json:"status"`
	Detail string  `json:"detail"`
	Errors []Fault `json:"errors,omitempty"`
	More   int     `json:"more,omitzero" doc:"Faults beyond those listed"`
}

// Item is one item of evidence on record.
type Item struct {
	Sequence     int64           `json:"sequence"`
	Batch        string          `json:"batch"`
	Line         int             `json:"line"`
	Organisation string          `json:"organisation"`
	Unit         string          `json:"unit,omitempty"`
	UnitType     string          `json:"unit_type,omitempty"`
	Root         string          `json:"root,omitempty"`
	Kind         string          `json:"kind,omitempty"`
	ID           string          `json:"id,omitempty"`
	Points       string          `json:"points,omitempty" doc:"The item that it corrects or withdraws"`
	Source       string          `json:"source,omitempty"`
	Document     string          `json:"document,omitempty" doc:"SHA-256 of the document that it names in its source"`
	First        string          `json:"first,omitempty"`
	Last         string          `json:"last,omitempty"`
	Learned      string          `json:"learned,omitempty"`
	Row          json.RawMessage `json:"row,omitempty" doc:"The item in the contract's own words"`
	At           time.Time       `json:"at"`
}

// NewStatement asks for a final settlement.
type NewStatement struct {
	Through string `json:"through" format:"date" doc:"Last day settled"`
	CutOff  string `json:"cut_off,omitempty" format:"date" doc:"Last day on which evidence could be learned; as long after as the contract says when left out"`
}

// Statement is what the service says of a statement beside the statement itself.
type Statement struct {
	Contract string    `json:"contract"`
	Number   int       `json:"number"`
	Version  int       `json:"version"`
	Through  string    `json:"through"`
	CutOff   string    `json:"cut_off"`
	Digest   string    `json:"digest" doc:"SHA-256 of the statement's head as issued"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`

	Overrides []string `json:"overrides,omitempty" doc:"Overrides among whose evidence it was made; said where one statement is looked at"`
}

// Explained is the lines of a unit, or of the whole, each with its working, and what became of each item.
type Explained struct {
	Through string  `json:"through"`
	CutOff  string  `json:"cut_off"`
	Status  string  `json:"status" enum:"final,provisional"`
	Unit    string  `json:"unit,omitempty"`
	Lines   []Line  `json:"lines"`
	Items   []Usage `json:"items"`
}

// Line is one line with its working.
type Line struct {
	Payment  string   `json:"payment"`
	Of       string   `json:"of,omitempty"`
	Period   int      `json:"period"`
	Count    string   `json:"count,omitempty"`
	ToDate   string   `json:"to_date"`
	Settled  string   `json:"settled"`
	Due      string   `json:"due"`
	Held     string   `json:"held"`
	Reason   string   `json:"reason,omitempty"`
	Corrects int      `json:"corrects,omitzero"`
	Notes    []string `json:"notes,omitempty"`
	Steps    []Step   `json:"steps"`
}

// Step is one figure on the way to a line.
type Step struct {
	Depth  int    `json:"depth"`
	Name   string `json:"name"`
	Text   string `json:"text"`
	Value  string `json:"value"`
	Clause string `json:"clause,omitempty"`
}

// Usage is an item and the one thing that became of it.
type Usage struct {
	Unit    string `json:"unit,omitempty"`
	Kind    string `json:"kind,omitempty"`
	First   string `json:"first,omitempty"`
	Last    string `json:"last,omitempty"`
	Learned string `json:"learned,omitempty"`
	ID      string `json:"id,omitempty"`
	Points  string `json:"points,omitempty"`
	Use     string `json:"use"`

	Payments []string `json:"payments,omitempty" doc:"The payments that read it"`
}

// Tried is what evidence would pay under a version of a contract.
type Tried struct {
	Through   string          `json:"through"`
	CutOff    string          `json:"cut_off"`
	Statement json.RawMessage `json:"statement" doc:"Head of the provisional statement"`
}

// Entry is one side of a posting in the ledger.
type Entry struct {
	Statement int       `json:"statement"`
	Party     string    `json:"party"`
	Payment   string    `json:"payment"`
	Amount    string    `json:"amount" doc:"Below nought it pays"`
	At        time.Time `json:"at"`
}

// Balances are what each party has received so far, below nought when it paid.
type Balances struct {
	Currency string    `json:"currency"`
	Parties  []Balance `json:"parties"`
	Sum      string    `json:"sum" doc:"Of all parties: always nought"`
}

// Balance is one party's.
type Balance struct {
	Party  string `json:"party"`
	Amount string `json:"amount"`
}

// Payment is one posting of a statement on its way to being paid.
type Payment struct {
	Statement int        `json:"statement"`
	Posting   int        `json:"posting" doc:"Its place in the statement's postings, from 0"`
	Part      int        `json:"part,omitzero" doc:"1: what was kept back of the posting when it was released, because it was disputed"`
	From      string     `json:"from"`
	To        string     `json:"to"`
	Payment   string     `json:"payment"`
	Amount    string     `json:"amount"`
	Disputed  string     `json:"disputed" doc:"Of the amount: kept back while it is disputed"`
	State     string     `json:"state" enum:"due,prepared,released,held"`
	Preparer  string     `json:"preparer,omitempty"`
	Releaser  string     `json:"releaser,omitempty"`
	Why       string     `json:"why,omitempty"`
	At        *time.Time `json:"at,omitempty"`
}

// Hold says why a payment is held.
type Hold struct {
	Why string `json:"why" minLength:"1" maxLength:"2000"`
}

// NewDispute names a line of a statement and says what is wrong with it.
type NewDispute struct {
	Unit    string `json:"unit,omitempty" maxLength:"128" doc:"Root unit of the line; left out for a line of the whole"`
	Of      string `json:"of,omitempty" maxLength:"1000"`
	Payment string `json:"payment" minLength:"1" maxLength:"128"`
	Period  int    `json:"period" minimum:"0"`
	Reason  string `json:"reason" minLength:"1" maxLength:"2000"`
}

// Dispute is a disagreement about one line.
type Dispute struct {
	ID           string    `json:"id"`
	Organisation string    `json:"organisation"`
	Person       string    `json:"person"`
	Statement    int       `json:"statement"`
	Unit         string    `json:"unit,omitempty"`
	Of           string    `json:"of,omitempty"`
	Payment      string    `json:"payment"`
	Period       int       `json:"period"`
	Amount       string    `json:"amount"`
	State        string    `json:"state" enum:"raised,rejected,upheld,escalated,withdrawn"`
	Reason       string    `json:"reason"`
	Answer       string    `json:"answer,omitempty"`
	Batch        string    `json:"batch,omitempty" doc:"The batch that mends an upheld one"`
	Override     string    `json:"override,omitempty" doc:"Or the override that does"`
	Mended       int       `json:"mended,omitzero" doc:"The statement with the line that puts it right; said where one dispute is looked at"`
	Due          string    `json:"due,omitempty" doc:"The day by which the other side must act"`
	At           time.Time `json:"at"`
	Changed      time.Time `json:"changed"`
}

// Ruling answers a dispute.
type Ruling struct {
	Upheld bool   `json:"upheld"`
	Answer string `json:"answer" minLength:"1" maxLength:"2000"`

	Batch    string `json:"batch,omitempty" maxLength:"64" doc:"The batch of corrected evidence that mends it, where it is upheld"`
	Override string `json:"override,omitempty" maxLength:"64" doc:"Or the override that does; one of the two"`
}

// AuditRow is one act, or one refusal.
type AuditRow struct {
	Contract     string    `json:"contract,omitempty"`
	Organisation string    `json:"organisation"`
	Person       string    `json:"person"`
	Operation    string    `json:"operation"`
	RequestID    string    `json:"request_id"`
	Status       int       `json:"status"`
	Subject      string    `json:"subject,omitempty"`
	At           time.Time `json:"at"`
}

// Health says how the service is.
type Health struct {
	Status string `json:"status" enum:"ok"`
}
