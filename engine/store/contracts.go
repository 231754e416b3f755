package store

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"outturn/contracts"
	"outturn/contracts/language"
)

// Grant lets an organisation take part in a contract in a role. Party is the contract's name of who they are there, ""
// for a role that is no party. Kinds are the kinds of evidence that come from this organisation and from nobody else.
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
	VersionDropped  = "dropped"  // a draft or a proposal taken back
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
	Number     int // from 1
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

const (
	headColumns = `c.place, c.id, c.name, c.organisation,
		coalesce((select v.number from versions v where v.contract = c.id and v.state = 'active'), 0) as active, c.created`
	versionColumns = `digest, written_by as by, created, proposed_by, coalesce(proposed, ` + noTime + `) as proposed, coalesce(activated, ` + noTime + `) as activated`
)

// What an act asks of its contract as it begins.
const (
	grantsSQL   = "select place, contract, organisation, role, party, kinds, granted_by as by, at from grants where contract = $1 order by place"
	contractSQL = "select " + headColumns + " from contracts c where c.id = $1"
	activeSQL   = "select contract, number, state, ''::bytea as document, " + versionColumns + " from versions where contract = $1 and state = 'active'"
)

// knows is what the act's first questions found of a contract, nil where they did not ask, or the act has written since.
func (v *View) knows(contract string) *known {
	if k := v.tx.known; k != nil && k.contract == contract {
		return k
	}
	return nil
}

// Contract finds a contract.
func (v *View) Contract(ctx context.Context, id string) (ContractHead, error) {
	if k := v.knows(id); k != nil {
		if len(k.heads) == 0 {
			return ContractHead{}, ErrUnknown
		}
		return k.heads[0], nil
	}
	return one[ContractHead](ctx, v, contractSQL, id)
}

// Contracts lists the contracts that the organisation takes part in.
func (v *View) Contracts(ctx context.Context, p Page) ([]ContractHead, error) {
	return collect[ContractHead](ctx, v, "select "+headColumns+" from contracts c where c.place > $1 order by c.place limit $2", p.After, p.Limit)
}

// Grants lists who takes part in a contract.
func (v *View) Grants(ctx context.Context, contract string) ([]Grant, error) {
	if k := v.knows(contract); k != nil {
		return slices.Clone(k.grants), nil
	}
	return collect[Grant](ctx, v, grantsSQL, contract)
}

// Version finds one version of a contract, with its document, which nobody may write to.
func (v *View) Version(ctx context.Context, contract string, number int) (Version, error) {
	if k := v.knows(contract); k != nil && len(k.active) == 1 && k.active[0].Number == number {
		version := k.active[0]
		if version.Document = v.store.documents.of(version.Digest); version.Document != nil {
			return version, nil
		}
	}
	version, err := one[Version](ctx, v, "select contract, number, state, document, "+versionColumns+" from versions where contract = $1 and number = $2", contract, number)
	if err == nil && version.State == VersionActive {
		v.store.documents.keep(version.Digest, version.Document)
	}
	return version, err
}

// documents are those of contracts in force that were read lately, by their digests, which the database holds them to.
type documents struct {
	mu   sync.Mutex
	read map[[32]byte][]byte
}

// documentsMax is how many documents are held.
const documentsMax = 64

func (d *documents) of(digest [32]byte) []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.read[digest]
}

func (d *documents) keep(digest [32]byte, document []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.read == nil || len(d.read) >= documentsMax {
		d.read = map[[32]byte][]byte{}
	}
	d.read[digest] = document
}

// Versions lists every version of a contract, without its document.
func (v *View) Versions(ctx context.Context, contract string) ([]Version, error) {
	return collect[Version](ctx, v, "select contract, number, state, ''::bytea as document, "+versionColumns+" from versions where contract = $1 order by number", contract)
}

// Signatures lists who signed a version.
func (v *View) Signatures(ctx context.Context, contract string, version int) ([]Signature, error) {
	return collect[Signature](ctx, v, "select contract, version, party, organisation, person, at from signatures where contract = $1 and version = $2 order by at, person",
		contract, version)
}

// AddContract makes a contract with its first version, a draft, and the grant of whoever makes it.
func (tx *Tx) AddContract(ctx context.Context, c ContractHead, v Version, g Grant) error {
	err := tx.exec(ctx, "insert into contracts (id, name, organisation, created) values ($1, $2, $3, $4)", c.ID, c.Name, c.Organisation, c.Created)
	if err != nil {
		return err
	}
	if err := tx.AddGrant(ctx, g); err != nil {
		return err
	}
	return tx.AddVersion(ctx, v)
}

// LockContract keeps other acts on the contract waiting until this one is done: batches of evidence, settlements,
// changes of its versions.
func (tx *Tx) LockContract(ctx context.Context, contract string) (ContractHead, error) {
	if err := tx.lock(ctx, contract); err != nil {
		return ContractHead{}, err
	}
	return tx.Contract(ctx, contract)
}

// lockSQL locks a contract that may be seen. The lock is on its name and not on its row, so that no trace of it stays in the table.
const lockSQL = "select pg_advisory_xact_lock(hashtextextended(id, 3)) is not null from contracts where id = $1"

// locked reads what lockSQL answers; ErrNoRows where there is no such contract.
func locked(row pgx.Row) error {
	var yes bool
	return row.Scan(&yes)
}

// lock locks the contract until this act is done.
func (tx *Tx) lock(ctx context.Context, contract string) error {
	tx.tx.known = nil // others may have changed it until now
	return told(locked(tx.tx.QueryRow(ctx, lockSQL, contract)))
}

// AddVersion adds a version, which begins as a draft.
func (tx *Tx) AddVersion(ctx context.Context, v Version) error {
	return tx.exec(ctx, "insert into versions (contract, number, state, document, digest, written_by, created) values ($1, $2, $3, $4, $5, $6, $7)",
		v.Contract, v.Number, v.State, v.Document, v.Digest[:], v.By, v.Created)
}

// SetVersion writes a draft again, proposes it, or drops it. Who pays is read from the document as it is proposed: two
// people of each payer sign before it can be active.
func (tx *Tx) SetVersion(ctx context.Context, v Version) error {
	payers := []string{}
	if v.State == VersionProposed {
		if v.Document == nil {
			had, err := tx.Version(ctx, v.Contract, v.Number)
			if err != nil {
				return err
			}
			v.Document, v.Digest = had.Document, had.Digest
		}
		c, err := language.Decode(v.Contract, v.Document)
		if err != nil {
			return err
		}
		payers = payersOf(c)
	}
	return tx.change(ctx, `update versions set state = $3,
		document = case when state = 'draft' and octet_length($4::bytea) > 0 then $4 else document end,
		digest = case when state = 'draft' and octet_length($4::bytea) > 0 then $5 else digest end,
		payers = case when state = 'draft' then $6 else payers end,
		written_by = case when state = 'draft' then $7 else written_by end,
		proposed_by = $8, proposed = $9 where contract = $1 and number = $2`,
		v.Contract, v.Number, v.State, v.Document, v.Digest[:], payers, v.By, v.ProposedBy, given(v.Proposed))
}

// payersOf are the parties whom a payment is from, in the contract's order. Where a role pays, each of its parties does.
func payersOf(c *contracts.Contract) []string {
	payers := []string{}
	for i := range c.Parties {
		if pays(c, i) {
			payers = append(payers, c.Parties[i].ID)
		}
	}
	return payers
}

// Activate makes a proposed version the one that settles; the one before is replaced.
func (tx *Tx) Activate(ctx context.Context, contract string, version int, at time.Time) error {
	if err := tx.lock(ctx, contract); err != nil {
		return err
	}
	if err := tx.exec(ctx, "update versions set state = 'replaced' where contract = $1 and state = 'active'", contract); err != nil {
		return err
	}
	return tx.change(ctx, "update versions set state = 'active', activated = $3 where contract = $1 and number = $2", contract, version, at)
}

// AddSignature signs a proposed version.
func (tx *Tx) AddSignature(ctx context.Context, s Signature) error {
	return tx.exec(ctx, "insert into signatures (contract, version, party, organisation, person, at) values ($1, $2, $3, $4, $5, $6)",
		s.Contract, s.Version, s.Party, s.Organisation, s.Person, s.At)
}

// AddGrant lets an organisation take part.
func (tx *Tx) AddGrant(ctx context.Context, g Grant) error {
	return tx.exec(ctx, "insert into grants (contract, organisation, role, party, kinds, granted_by, at) values ($1, $2, $3, $4, $5, $6, $7)",
		g.Contract, g.Organisation, g.Role, g.Party, texts(g.Kinds), g.By, g.At)
}

// DropGrant takes a grant back.
func (tx *Tx) DropGrant(ctx context.Context, g Grant) error {
	return tx.change(ctx, "delete from grants where contract = $1 and organisation = $2 and role = $3 and party = $4", g.Contract, g.Organisation, g.Role, g.Party)
}

// given is null for a time that has not come.
func given(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// pays reports whether a payment is from a party, by itself or as one of a division.
func pays(c *contracts.Contract, party int) bool {
	for i := range c.Payments {
		if slices.Contains(c.Payers(i), party) {
			return true
		}
	}
	return false
}
