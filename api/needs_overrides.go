package api

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

// OverrideSignature is one person's signature of an override, for a payer.
type OverrideSignature struct {
	Contract, Override, Party, Organisation, Person string
	At                                              time.Time
}

// OverrideView reads overrides, and what was known at a moment of the past.
type OverrideView interface {
	Override(ctx context.Context, contract, id string) (Override, error)
	Overrides(ctx context.Context, contract string, p Page) ([]Override, error)
	// OverridesKnown names those whose items stand up to a sequence.
	OverridesKnown(ctx context.Context, contract string, sequence int64) ([]string, error)
	OverrideSignatures(ctx context.Context, contract, id string) ([]OverrideSignature, error)
	// SequenceAt is the number of the last item that was on record before a moment.
	SequenceAt(ctx context.Context, contract string, at time.Time) (int64, error)
}

// OverrideTx changes them.
type OverrideTx interface {
	AddOverride(ctx context.Context, o Override) error
	SetOverride(ctx context.Context, o Override) error
	AddOverrideSignature(ctx context.Context, s OverrideSignature) error
}
