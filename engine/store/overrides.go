package store

import (
	"context"
	"time"
)

// The states of an override.
const (
	OverrideProposed  = "proposed"
	OverrideApplied   = "applied"
	OverrideWithdrawn = "withdrawn"
)

// Override is evidence that a payer puts on record though it would come from somebody else, with its reason.
type Override struct {
	Place                              int64
	Contract, ID, Organisation, Person string
	Reason, Clause                     string
	Body                               []byte // the rows as they were proposed
	Digest                             [32]byte
	State                              string
	Batch                              string // by which it was applied; "" until then
	At, Changed                        time.Time
}

const overrideColumns = "place, contract, id, organisation, person, reason, clause, body, digest, state, coalesce(batch, '') as batch, at, changed"

// OverrideSignature is one person's signature of an override, for a payer; "" of before that was said.
type OverrideSignature struct {
	Contract, Override, Party, Organisation, Person string
	At                                              time.Time
}

// Override finds an override.
func (v *View) Override(ctx context.Context, contract, id string) (Override, error) {
	return one[Override](ctx, v, "select "+overrideColumns+" from overrides where contract = $1 and id = $2", contract, id)
}

// Overrides lists the overrides of a contract.
func (v *View) Overrides(ctx context.Context, contract string, p Page) ([]Override, error) {
	return collect[Override](ctx, v, "select "+overrideColumns+" from overrides where contract = $1 and place > $2 order by place limit $3", contract, p.After, p.Limit)
}

// OverridesKnown names the overrides whose items stand up to a sequence, in the order in which they were applied.
func (v *View) OverridesKnown(ctx context.Context, contract string, sequence int64) (ids []string, err error) {
	type row struct{ ID string }
	list, err := collect[row](ctx, v, `select o.id from overrides o join batches b on b.contract = o.contract and b.id = o.batch
		where o.contract = $1 and b.last <= $2 order by b.last`, contract, sequence)
	for _, r := range list {
		ids = append(ids, r.ID)
	}
	return ids, err
}

// OverrideSignatures lists who signed an override.
func (v *View) OverrideSignatures(ctx context.Context, contract, id string) ([]OverrideSignature, error) {
	return collect[OverrideSignature](ctx, v, "select contract, override, party, organisation, person, at from override_signatures where contract = $1 and override = $2 order by at, person", contract, id)
}

// AddOverride proposes an override.
func (tx *Tx) AddOverride(ctx context.Context, o Override) error {
	return tx.change(ctx, `insert into overrides (contract, id, organisation, person, reason, clause, body, digest, state, at, changed)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, o.Contract, o.ID, o.Organisation, o.Person, o.Reason, o.Clause, o.Body, o.Digest[:], o.State, o.At, o.Changed)
}

// SetOverride changes an override's state: applied, by a batch, once two people have signed it; or withdrawn.
func (tx *Tx) SetOverride(ctx context.Context, o Override) error {
	if err := tx.decides(); err != nil {
		return err
	}
	return tx.change(ctx, "update overrides set state = $3, batch = nullif($4, ''), changed = $5 where contract = $1 and id = $2", o.Contract, o.ID, o.State, o.Batch, o.Changed)
}

// AddOverrideSignature signs an override for a payer. A person signs one once.
func (tx *Tx) AddOverrideSignature(ctx context.Context, s OverrideSignature) error {
	return tx.change(ctx, "insert into override_signatures (contract, override, party, organisation, person, at) values ($1, $2, $3, $4, $5, $6)", s.Contract, s.Override, s.Party, s.Organisation, s.Person, s.At)
}
