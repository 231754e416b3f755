package api

import (
	"context"
	"errors"
	"io"
	"iter"
	"time"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/money"
	"outturn/engine/evidence"
	"outturn/engine/proof"
	"outturn/engine/statements"
)

// What the API asks of whoever keeps its state. Everything goes through two doors: Act, which is one transaction that
// changes something, and Read, which is one that does not. Both run as the person's organisation, so that row-level
// security hides what is not theirs even where a handler forgets to ask. A contract and all that hangs on it is seen by
// the organisations that hold a grant on it; organisations, people and keys by the organisation itself and by a person
// whose roles include "operator", who sees no contract.

// The errors a store answers with. They may be wrapped.
var (
	// ErrUnknown: there is no such thing, or it is not the caller's to see. The two are never told apart.
	ErrUnknown = errors.New("there is no such thing")
	// ErrInFlight: a request with the same idempotency key is being worked on.
	ErrInFlight = errors.New("a request with this idempotency key is being worked on")
	// ErrMismatch: the idempotency key was used for another request.
	ErrMismatch = errors.New("this idempotency key was used for another request")
	// ErrBusy: another act holds what this one needs. Asking again later may succeed.
	ErrBusy = errors.New("another act holds what this one needs")
	// ErrUnavailable: the database does not answer. Nothing is known of what the request did.
	ErrUnavailable = errors.New("the database does not answer")
)

// ErrConflict says that the state does not allow the act: a constraint of the database, or a rule of the store, refused it.
// Why is for people.
type ErrConflict struct{ Why string }

// Error returns Why.
func (e *ErrConflict) Error() string { return e.Why }

// Store keeps everything the service knows.
type Store interface {
	// Ready reports whether the database answers and its schema is this release's.
	Ready(ctx context.Context) error
	// Credential finds an API key by its prefix, spent ones too. It is asked before anybody is known, so it is not
	// restricted to an organisation. ErrUnknown where there is none.
	Credential(ctx context.Context, prefix string) (Credential, error)
	// Subject finds the person behind an identity provider's subject. ErrUnknown where there is none.
	Subject(ctx context.Context, issuer, subject string) (Person, error)
	// Refused notes in the audit log a request that was refused for want of permission.
	Refused(ctx context.Context, by Person, act Act, why string) error
	// Begin makes the first organisation, person and key, all or none, and reports whether it did: it does nothing
	// where any organisation stands.
	Begin(ctx context.Context, at time.Time, o Organisation, p Person, k Key) (bool, error)
	// Act runs do in one transaction, as the person's organisation, under the act's idempotency key:
	//   - the key (contract, organisation, key) was answered before: do is not run, and the answer is that one, byte
	//     for byte, with replayed set; ErrMismatch where the request's digest differs;
	//   - it is held by a request in flight: ErrInFlight, without waiting (a transaction's advisory lock, tried);
	//   - else do runs, and its reply, with the audit row, is committed with all it did.
	// do may run again after a serialisation failure or a deadlock, so it keeps nothing outside Tx. An error of do
	// rolls everything back and is returned as it is.
	Act(ctx context.Context, by Person, act Act, do func(tx Tx) (Reply, error)) (reply Reply, replayed bool, err error)
	// Read runs look in one read-only transaction, repeatable, as the person's organisation.
	Read(ctx context.Context, by Person, look func(v View) error) error
}

// Act is a request that changes something: what the idempotency key and the audit log say of it.
type Act struct {
	Operation string    // the operation's name in the API's document: "propose-contract"
	Contract  string    // the contract's key in the service; "" for acts about organisations
	Key       string    // the sender's idempotency key
	Digest    [32]byte  // SHA-256 over method, path, content type and body
	RequestID string    // for the log
	At        time.Time // the service's clock, UTC
}

// Reply is an answer as it is kept for the idempotency key and sent again.
type Reply struct {
	Status      int
	ContentType string
	Location    string // "" where nothing was made
	ETag        string
	Body        []byte
}

// Page asks for part of a list. Lists stand in the order in which things were recorded; the Place of a row is where it
// stands in its list, never changes, and is no count.
type Page struct {
	After int64 // the place of the last one seen; 0 from the beginning
	Limit int   // at least 1
}

// Organisation is a public body, provider, evaluator or auditor that uses the service.
type Organisation struct {
	Place    int64
	ID, Name string
	Created  time.Time
}

// Person is somebody who acts for an organisation, in some of the roles of the permission table.
type Person struct {
	Place                  int64
	ID, Organisation, Name string
	Roles                  []string
	Issuer, Subject        string // of the identity provider; both "" without one
	Active                 bool
	Created                time.Time
}

// Key is an API key. Only its prefix and its digest are kept.
type Key struct {
	Place                    int64
	ID, Organisation, Person string
	Prefix                   string   // the first letters, by which it is found: unique
	Hash                     [32]byte // SHA-256 of the whole key
	Created, Expires         time.Time
	Revoked                  time.Time // zero while it holds
}

// Credential is a key with the person it speaks for, as they stand now.
type Credential struct {
	Key    Key
	Person Person
}

// Grant lets an organisation take part in a contract in a role. Party is the contract's name of who they are there, ""
// for a role that is no party (auditor, evaluator, verifier). Kinds are the kinds of evidence that come from this
// organisation and from nobody without them; a kind that no grant names comes from providers.
type Grant struct {
	Place                               int64
	Contract, Organisation, Role, Party string
	Kinds                               []string
	By                                  string // person
	At                                  time.Time
}

// The states of a version of a contract.
const (
	VersionDraft    = "draft"    // can be written again
	VersionProposed = "proposed" // fixed, gathering signatures
	VersionActive   = "active"   // settles; one at a time
	VersionReplaced = "replaced" // by a later one
	VersionDropped  = "dropped"  // a proposal taken back
)

// ContractHead is a contract as the service keeps it. ID is the service's key; Name is what its document calls itself.
type ContractHead struct {
	Place                  int64
	ID, Name, Organisation string
	Active                 int // number of the version that settles; 0: none
	Created                time.Time
}

// Version is one version of a contract's document.
type Version struct {
	Contract   string
	Number     int // from 1, without a gap
	State      string
	Document   []byte
	Digest     [32]byte // SHA-256 of Document
	By         string   // person who wrote it last
	Created    time.Time
	ProposedBy string
	Proposed   time.Time
	Activated  time.Time
}

// Signature is one person's signature of a proposed version for a payer. A person signs a version once, for one party.
type Signature struct {
	Contract                    string
	Version                     int
	Party, Organisation, Person string
	At                          time.Time
}

// Batch is a body of evidence as it was received.
type Batch struct {
	Place                              int64
	ID, Contract, Organisation, Person string
	Format                             string // "ndjson", "csv", "json"
	Name                               string // what the sender calls it
	Digest                             [32]byte
	State                              string // "accepted", "part" (its sound part), "refused"
	Rows, Accepted, Refused            int
	First, Last                        int64 // sequences of its items; both 0 where none were accepted
	Faults                             []evidence.Fault
	MoreFaults                         int
	At                                 time.Time
}

// Receipt asks for a body of evidence to be taken in.
type Receipt struct {
	Batch Batch // ID, Contract, Organisation, Person, Format, Name, Digest and At are filled in
	Terms *contracts.Contract
	Sound bool // take the sound rows of a body with faults; else all or none
	// Rows hands on each row of the body that is sound in itself, as ingest.Rows does, and returns *evidence.Faults for
	// the others. It may be called several times.
	Rows func(take func(*evidence.Row) error) error
	// Place says in which file and line the row of a sequence stands, for faults.
	Place func(sequence uint64) (file string, line int)
	// Refused is how many rows were refused before they came here.
	Refused func() int
}

// Claim is one unit of a contract and the matching token of the person behind it.
type Claim struct{ Key, Token string }

// ClaimAnswer is what the register of claims says of one.
type ClaimAnswer struct {
	Elsewhere bool // somebody else was first
	Fresh     bool // it was not asked before
}

// Item is one accepted item as it stands in the record.
type Item struct {
	Sequence           int64
	Batch              string
	Line               int
	Root, RootType     string // the root unit's key, and its type's name; "" for items of the whole
	Unit, UnitType     string
	Kind               string // "" for one that only declares
	First, Last        calendar.Date
	Learned            calendar.Date
	ID, Points, Source string
	Organisation       string
	Body               []byte // the item as one line of native NDJSON
	At                 time.Time
}

// ItemFilter narrows a list of items. What is empty narrows nothing.
type ItemFilter struct{ Batch, Root, ID string }

// Snapshot is evidence read from the store.
type Snapshot interface {
	evidence.Snapshot
	io.Closer
}

// StatementHead is what the store says of a statement beside its bytes.
type StatementHead struct {
	Contract        string
	Number          int
	Version         int // of the contract
	Through, CutOff calendar.Date
	Digest          evidence.Digest
	Sequence        int64 // the last item of its snapshot
	By              string
	At              time.Time
}

// StatementWriter takes one final statement as it is settled: its lines by Sink, then its head.
type StatementWriter interface {
	Sink(records []byte) error
	// Commit keeps the statement, its postings and their entries in the ledger with the transaction. It is ErrConflict
	// where a statement of that number or period stands already.
	Commit(head StatementHead, s statements.Statement) error
}

// LedgerEntry is one side of a posting: what a party's account moved by. The entries of a statement sum to nought.
type LedgerEntry struct {
	Place                    int64
	Contract, Party, Payment string
	Statement                int
	Amount                   money.Amount // below nought it pays
	At                       time.Time
}

// Balance is a party's entries summed.
type Balance struct {
	Party  string
	Amount money.Amount
}

// The states of a payment.
const (
	PaymentDue      = "due"      // nobody has prepared it
	PaymentPrepared = "prepared" // by one person, for another to release
	PaymentReleased = "released"
	PaymentHeld     = "held"
)

// Payment is one posting of a statement on its way to being paid. Prepared and released are never by one person.
type Payment struct {
	Contract                       string
	Statement, Posting, Part       int // the posting's place in the statement, from 0; part 1 is what was kept back of it when it was released
	From, To, Rule                 string
	Amount, Disputed               money.Amount // of the part; Disputed of it is kept back
	State, Preparer, Releaser, Why string
	At                             time.Time // of the last change
}

// Dispute is a disagreement about one line of a statement. Only its amount is held back.
type Dispute struct {
	Place                              int64
	ID, Contract, Organisation, Person string
	Statement                          int
	Unit, Of, Payment                  string // the line: root unit ("" for the whole), what of it, which payment
	Period                             int
	Amount                             money.Amount // of the line, and held
	State                              string       // "raised", "answered", "escalated", "upheld", "rejected", "withdrawn"
	Reason, Answer                     string
	Batch, Override                    string        // by which an upheld one is mended
	Due                                calendar.Date // the day by which the other side must act
	At, Changed                        time.Time
}

// AuditRow is one act, or one refusal, as it was recorded.
type AuditRow struct {
	Place                                                int64
	Contract, Organisation, Person, Operation, RequestID string
	Status                                               int
	Subject                                              string // where what was made stands, or why it was refused
	At                                                   time.Time
}

// View reads. Every method answers ErrUnknown for what the person's organisation may not see. Lists come in pages.
type View interface {
	ScheduleView
	AttachmentView
	OverrideView
	Organisation(ctx context.Context, id string) (Organisation, error)
	Organisations(ctx context.Context, p Page) ([]Organisation, error)
	Person(ctx context.Context, id string) (Person, error)
	People(ctx context.Context, organisation string, p Page) ([]Person, error)
	Keys(ctx context.Context, person string, p Page) ([]Key, error)

	Contract(ctx context.Context, id string) (ContractHead, error)
	Contracts(ctx context.Context, p Page) ([]ContractHead, error)
	Grants(ctx context.Context, contract string) ([]Grant, error)
	Version(ctx context.Context, contract string, number int) (Version, error)
	Versions(ctx context.Context, contract string) ([]Version, error) // without Document
	Signatures(ctx context.Context, contract string, version int) ([]Signature, error)

	Batch(ctx context.Context, contract, id string) (Batch, error)
	Batches(ctx context.Context, contract string, p Page) ([]Batch, error) // without Faults
	Items(ctx context.Context, contract string, f ItemFilter, p Page) ([]Item, error)
	// Sequence is the number of the last item that no open batch can still come before.
	Sequence(ctx context.Context, contract string) (int64, error)
	// Snapshot is the evidence up to a sequence, as known at a cut-off. It is read in this transaction.
	Snapshot(ctx context.Context, c *contracts.Contract, contract string, upTo int64, cutOff calendar.Date) (Snapshot, error)

	Statement(ctx context.Context, contract string, number int) (StatementHead, error)
	Statements(ctx context.Context, contract string, p Page) ([]StatementHead, error) // Page.After is a number
	// Stored opens a statement to read its lines, checked against its head.
	Stored(ctx context.Context, c *contracts.Contract, contract string, number int) (*proof.Stored, error)
	// Record yields what is kept of the lines of a statement, as bytes, for streaming.
	Record(ctx context.Context, contract string, number int) iter.Seq2[[]byte, error]

	Ledger(ctx context.Context, contract string, p Page) ([]LedgerEntry, error)
	Balances(ctx context.Context, contract string, before time.Time) ([]Balance, error) // zero: so far
	Payments(ctx context.Context, contract string, statement int) ([]Payment, error)
	Dispute(ctx context.Context, contract, id string) (Dispute, error)
	Disputes(ctx context.Context, contract string, p Page) ([]Dispute, error)
	Audit(ctx context.Context, contract string, p Page) ([]AuditRow, error) // "" for acts about the organisation
}

// Tx reads and writes, in one transaction. Rows are locked as an act needs them; what the core promises stands as a
// constraint, so that a wrong write is *ErrConflict whoever asks.
type Tx interface {
	View
	ScheduleTx
	AttachmentTx
	OverrideTx
	AddOrganisation(ctx context.Context, o Organisation) error
	AddPerson(ctx context.Context, p Person) error
	SetPerson(ctx context.Context, p Person) error // roles, name, subject and whether active
	AddKey(ctx context.Context, k Key) error
	RevokeKey(ctx context.Context, id string, at time.Time) error

	// AddContract makes a contract with its first version, a draft, and the grant of whoever makes it.
	AddContract(ctx context.Context, c ContractHead, v Version, g Grant) error
	// LockContract keeps other acts on the contract waiting until this one is done.
	LockContract(ctx context.Context, contract string) (ContractHead, error)
	AddVersion(ctx context.Context, v Version) error
	SetVersion(ctx context.Context, v Version) error // document while a draft; state, and who proposed it
	// Activate makes a proposed version the one that settles; the one before is replaced.
	Activate(ctx context.Context, contract string, version int, at time.Time) error
	AddSignature(ctx context.Context, s Signature) error
	AddGrant(ctx context.Context, g Grant) error
	DropGrant(ctx context.Context, g Grant) error

	// Receive takes in a body of evidence and keeps its batch, whatever became of it. What is wrong with the body is in
	// the batch, and no error.
	Receive(ctx context.Context, r Receipt) (Batch, error)
	// Claims asks the register of claims for units of a contract that excludes others, by what those call themselves. What
	// is claimed first is claimed from then on; one asks while others wait. Nobody can look into the register.
	Claims(ctx context.Context, contract, unitType string, excludes []string, list []Claim) ([]ClaimAnswer, error)
	// Settle begins a final statement.
	Settle(ctx context.Context, contract string) (StatementWriter, error)
	SetPayment(ctx context.Context, p Payment) error
	// AddRest adds what was kept back of a posting when it was released.
	AddRest(ctx context.Context, p Payment) error
	AddDispute(ctx context.Context, d Dispute) error
	SetDispute(ctx context.Context, d Dispute) error
}
