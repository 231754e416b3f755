package service

import (
	"context"
	"time"

	"outturn/api"
	"outturn/engine/store"
)

func (w view) Override(ctx context.Context, contract, id string) (api.Override, error) {
	o, err := w.v.Override(ctx, contract, id)
	return api.Override(o), told(err)
}

func (w view) Overrides(ctx context.Context, contract string, p api.Page) ([]api.Override, error) {
	list, err := w.v.Overrides(ctx, contract, store.Page(p))
	return each(list, err, func(o store.Override) api.Override { return api.Override(o) })
}

func (w view) OverridesKnown(ctx context.Context, contract string, sequence int64) ([]string, error) {
	ids, err := w.v.OverridesKnown(ctx, contract, sequence)
	return ids, told(err)
}

func (w view) OverrideSignatures(ctx context.Context, contract, id string) ([]api.OverrideSignature, error) {
	list, err := w.v.OverrideSignatures(ctx, contract, id)
	return each(list, err, func(s store.OverrideSignature) api.OverrideSignature { return api.OverrideSignature(s) })
}

func (w view) SequenceAt(ctx context.Context, contract string, at time.Time) (int64, error) {
	n, err := w.v.SequenceAt(ctx, contract, at)
	return n, told(err)
}

func (x tx) AddOverride(ctx context.Context, o api.Override) error {
	return told(x.t.AddOverride(ctx, store.Override(o)))
}

func (x tx) SetOverride(ctx context.Context, o api.Override) error {
	return told(x.t.SetOverride(ctx, store.Override(o)))
}

func (x tx) AddOverrideSignature(ctx context.Context, s api.OverrideSignature) error {
	return told(x.t.AddOverrideSignature(ctx, store.OverrideSignature(s)))
}
