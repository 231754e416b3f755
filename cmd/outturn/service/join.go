// Package service joins the API to the store: neither knows the other, and here each one's words are put into the
// other's. It decides nothing.
package service

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"outturn/api"
	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine/proof"
	"outturn/engine/statements"
	"outturn/engine/store"
)

// Join lets the API speak to a store.
func Join(s *store.Store) api.Store { return joined{s} }

type joined struct{ s *store.Store }

// told puts a store's error into the API's words.
func told(err error) error {
	var refused *store.Conflict
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused):
		return errors.Join(&api.ErrConflict{Why: refused.Why}, err) // by the database's own error the store knows what to begin again
	}
	for _, pair := range [][2]error{{store.ErrUnknown, api.ErrUnknown}, {store.ErrInFlight, api.ErrInFlight}, {store.ErrMismatch, api.ErrMismatch},
		{store.ErrBusy, api.ErrBusy}, {store.ErrUnavailable, api.ErrUnavailable}} {
		if errors.Is(err, pair[0]) {
			return fmt.Errorf("%w: %w", pair[1], err)
		}
	}
	return err
}

// each puts every row of a list into the other's words.
func each[A, B any](list []A, err error, one func(A) B) ([]B, error) {
	if err != nil {
		return nil, told(err)
	}
	out := make([]B, 0, len(list))
	for _, a := range list {
		out = append(out, one(a))
	}
	return out, nil
}

func (j joined) Ready(ctx context.Context) error { return told(j.s.Ready(ctx)) }

func (j joined) Credential(ctx context.Context, prefix string) (api.Credential, error) {
	c, err := j.s.Credential(ctx, prefix)
	return api.Credential{Key: api.Key(c.Key), Person: api.Person(c.Person)}, told(err)
}

func (j joined) Subject(ctx context.Context, issuer, subject string) (api.Person, error) {
	p, err := j.s.Subject(ctx, issuer, subject)
	return api.Person(p), told(err)
}

func (j joined) Refused(ctx context.Context, by api.Person, act api.Act, why string) error {
	return told(j.s.Refused(ctx, store.Person(by), actOf(act), why))
}

func (j joined) Begin(ctx context.Context, at time.Time, o api.Organisation, p api.Person, k api.Key) (bool, error) {
	begun, err := j.s.Begin(ctx, at, store.Organisation(o), store.Person(p), store.Key(k))
	return begun, told(err)
}

// actOf is an act as the store records it. Whether what is paid hangs on it the store finds out by itself; that a
// settlement does, or an override, is said at once, so that evidence is not read twice.
func actOf(a api.Act) store.Act {
	return store.Act{Operation: a.Operation, Contract: a.Contract, Key: a.Key, Digest: a.Digest, RequestID: a.RequestID, At: a.At, Decides: a.Operation == "settle" || a.Operation == "sign-override"}
}

// Act hands an error of do through as it is: it is the API's own. But where the store knows better, because the
// database undid the transaction, the error is the store's.
func (j joined) Act(ctx context.Context, by api.Person, act api.Act, do func(tx api.Tx) (api.Reply, error)) (api.Reply, bool, error) {
	reply, replayed, err := j.s.Act(ctx, store.Person(by), actOf(act), func(t *store.Tx) (store.Reply, error) {
		r, err := do(tx{view{&t.View}, t})
		return store.Reply(r), err
	})
	return api.Reply(reply), replayed, told(err)
}

func (j joined) Read(ctx context.Context, by api.Person, look func(v api.View) error) error {
	return told(j.s.Read(ctx, store.Person(by), func(v *store.View) error { return look(view{v}) }))
}

// view is a store's view in the API's words.
type view struct{ v *store.View }

func (w view) Organisation(ctx context.Context, id string) (api.Organisation, error) {
	o, err := w.v.Organisation(ctx, id)
	return api.Organisation(o), told(err)
}

func (w view) Organisations(ctx context.Context, p api.Page) ([]api.Organisation, error) {
	list, err := w.v.Organisations(ctx, store.Page(p))
	return each(list, err, func(o store.Organisation) api.Organisation { return api.Organisation(o) })
}

func (w view) Person(ctx context.Context, id string) (api.Person, error) {
	p, err := w.v.Person(ctx, id)
	return api.Person(p), told(err)
}

func (w view) People(ctx context.Context, organisation string, p api.Page) ([]api.Person, error) {
	list, err := w.v.People(ctx, organisation, store.Page(p))
	return each(list, err, func(p store.Person) api.Person { return api.Person(p) })
}

func (w view) Keys(ctx context.Context, person string, p api.Page) ([]api.Key, error) {
	list, err := w.v.Keys(ctx, person, store.Page(p))
	return each(list, err, func(k store.Key) api.Key { return api.Key(k) })
}

func (w view) Contract(ctx context.Context, id string) (api.ContractHead, error) {
	c, err := w.v.Contract(ctx, id)
	return api.ContractHead(c), told(err)
}

func (w view) Contracts(ctx context.Context, p api.Page) ([]api.ContractHead, error) {
	list, err := w.v.Contracts(ctx, store.Page(p))
	return each(list, err, func(c store.ContractHead) api.ContractHead { return api.ContractHead(c) })
}

func (w view) Grants(ctx context.Context, contract string) ([]api.Grant, error) {
	list, err := w.v.Grants(ctx, contract)
	return each(list, err, func(g store.Grant) api.Grant { return api.Grant(g) })
}

func (w view) Version(ctx context.Context, contract string, number int) (api.Version, error) {
	v, err := w.v.Version(ctx, contract, number)
	return api.Version(v), told(err)
}

func (w view) Versions(ctx context.Context, contract string) ([]api.Version, error) {
	list, err := w.v.Versions(ctx, contract)
	return each(list, err, func(v store.Version) api.Version { return api.Version(v) })
}

func (w view) Signatures(ctx context.Context, contract string, version int) ([]api.Signature, error) {
	list, err := w.v.Signatures(ctx, contract, version)
	return each(list, err, func(s store.Signature) api.Signature { return api.Signature(s) })
}

func (w view) Batch(ctx context.Context, contract, id string) (api.Batch, error) {
	b, err := w.v.Batch(ctx, contract, id)
	return api.Batch(b), told(err)
}

func (w view) Batches(ctx context.Context, contract string, p api.Page) ([]api.Batch, error) {
	list, err := w.v.Batches(ctx, contract, store.Page(p))
	return each(list, err, func(b store.Batch) api.Batch { return api.Batch(b) })
}

func (w view) Items(ctx context.Context, contract string, f api.ItemFilter, p api.Page) ([]api.Item, error) {
	list, err := w.v.Items(ctx, contract, store.ItemFilter(f), store.Page(p))
	return each(list, err, func(i store.Item) api.Item { return api.Item(i) })
}

func (w view) Sequence(ctx context.Context, contract string) (int64, error) {
	n, err := w.v.Sequence(ctx, contract)
	return n, told(err)
}

func (w view) Snapshot(ctx context.Context, c *contracts.Contract, contract string, upTo int64, cutOff calendar.Date) (api.Snapshot, error) {
	s, err := w.v.Snapshot(ctx, c, contract, upTo, cutOff)
	if err != nil {
		return nil, told(err)
	}
	return s, nil
}

func headOf(h store.StatementHead) api.StatementHead {
	return api.StatementHead{Contract: h.Contract, Number: h.Number, Version: h.Version, Through: h.Through, CutOff: h.CutOff, Digest: h.Digest, Sequence: h.Sequence, By: h.By, At: h.At}
}

func (w view) Statement(ctx context.Context, contract string, number int) (api.StatementHead, error) {
	h, err := w.v.Statement(ctx, contract, number)
	return headOf(h), told(err)
}

func (w view) Statements(ctx context.Context, contract string, p api.Page) ([]api.StatementHead, error) {
	list, err := w.v.Statements(ctx, contract, store.Page(p))
	return each(list, err, headOf)
}

func (w view) Stored(ctx context.Context, c *contracts.Contract, contract string, number int) (*proof.Stored, error) {
	s, err := w.v.Stored(ctx, c, contract, number)
	return s, told(err)
}

func (w view) Record(ctx context.Context, contract string, number int) iter.Seq2[[]byte, error] {
	return w.v.Record(ctx, contract, number)
}

func (w view) Ledger(ctx context.Context, contract string, p api.Page) ([]api.LedgerEntry, error) {
	list, err := w.v.Ledger(ctx, contract, store.Page(p))
	return each(list, err, func(e store.LedgerEntry) api.LedgerEntry { return api.LedgerEntry(e) })
}

func (w view) Balances(ctx context.Context, contract string, before time.Time) ([]api.Balance, error) {
	list, err := w.v.Balances(ctx, contract, before)
	return each(list, err, func(b store.Balance) api.Balance { return api.Balance(b) })
}

func (w view) Payments(ctx context.Context, contract string, statement int) ([]api.Payment, error) {
	list, err := w.v.Payments(ctx, contract, statement)
	return each(list, err, func(p store.Payment) api.Payment { return api.Payment(p) })
}

func (w view) Dispute(ctx context.Context, contract, id string) (api.Dispute, error) {
	d, err := w.v.Dispute(ctx, contract, id)
	return api.Dispute(d), told(err)
}

func (w view) Disputes(ctx context.Context, contract string, p api.Page) ([]api.Dispute, error) {
	list, err := w.v.Disputes(ctx, contract, store.Page(p))
	return each(list, err, func(d store.Dispute) api.Dispute { return api.Dispute(d) })
}

func (w view) Audit(ctx context.Context, contract string, p api.Page) ([]api.AuditRow, error) {
	list, err := w.v.Log(ctx, contract, store.Page(p))
	return each(list, err, func(a store.AuditRow) api.AuditRow { return api.AuditRow(a) })
}

// tx is a store's transaction in the API's words.
type tx struct {
	view
	t *store.Tx
}

func (x tx) AddOrganisation(ctx context.Context, o api.Organisation) error {
	return told(x.t.AddOrganisation(ctx, store.Organisation(o)))
}
func (x tx) AddPerson(ctx context.Context, p api.Person) error {
	return told(x.t.AddPerson(ctx, store.Person(p)))
}
func (x tx) SetPerson(ctx context.Context, p api.Person) error {
	return told(x.t.SetPerson(ctx, store.Person(p)))
}
func (x tx) AddKey(ctx context.Context, k api.Key) error { return told(x.t.AddKey(ctx, store.Key(k))) }
func (x tx) RevokeKey(ctx context.Context, id string, at time.Time) error {
	return told(x.t.RevokeKey(ctx, id, at))
}

func (x tx) AddContract(ctx context.Context, c api.ContractHead, v api.Version, g api.Grant) error {
	return told(x.t.AddContract(ctx, store.ContractHead(c), store.Version(v), store.Grant(g)))
}

func (x tx) LockContract(ctx context.Context, contract string) (api.ContractHead, error) {
	c, err := x.t.LockContract(ctx, contract)
	return api.ContractHead(c), told(err)
}

func (x tx) AddVersion(ctx context.Context, v api.Version) error {
	return told(x.t.AddVersion(ctx, store.Version(v)))
}
func (x tx) SetVersion(ctx context.Context, v api.Version) error {
	return told(x.t.SetVersion(ctx, store.Version(v)))
}
func (x tx) Activate(ctx context.Context, contract string, version int, at time.Time) error {
	return told(x.t.Activate(ctx, contract, version, at))
}
func (x tx) AddSignature(ctx context.Context, s api.Signature) error {
	return told(x.t.AddSignature(ctx, store.Signature(s)))
}
func (x tx) AddGrant(ctx context.Context, g api.Grant) error {
	return told(x.t.AddGrant(ctx, store.Grant(g)))
}
func (x tx) DropGrant(ctx context.Context, g api.Grant) error {
	return told(x.t.DropGrant(ctx, store.Grant(g)))
}

func (x tx) Receive(ctx context.Context, r api.Receipt) (api.Batch, error) {
	b, err := x.t.Receive(ctx, store.Receipt{Batch: store.Batch(r.Batch), Terms: r.Terms, Sound: r.Sound, Rows: r.Rows, Place: r.Place, Refused: r.Refused})
	return api.Batch(b), told(err)
}

func (x tx) Claims(ctx context.Context, contract, unitType string, excludes []string, list []api.Claim) ([]api.ClaimAnswer, error) {
	claims := make([]store.Claim, len(list))
	for i, c := range list {
		claims[i] = store.Claim(c)
	}
	found, err := x.t.Claims(ctx, contract, unitType, excludes, claims)
	return each(found, err, func(a store.Answer) api.ClaimAnswer { return api.ClaimAnswer(a) })
}

func (x tx) Settle(ctx context.Context, contract string) (api.StatementWriter, error) {
	w, err := x.t.Settle(ctx, contract)
	return writer{w}, told(err)
}

// writer takes a statement.
type writer struct{ w *store.StatementWriter }

func (w writer) Sink(records []byte) error { return told(w.w.Sink(records)) }

func (w writer) Commit(h api.StatementHead, s statements.Statement) error {
	return told(w.w.Commit(store.StatementHead{Contract: h.Contract, Version: h.Version, Sequence: h.Sequence, By: h.By, At: h.At}, s))
}

func (x tx) SetPayment(ctx context.Context, p api.Payment) error {
	return told(x.t.SetPayment(ctx, store.Payment(p)))
}
func (x tx) AddRest(ctx context.Context, p api.Payment) error {
	return told(x.t.AddRest(ctx, store.Payment(p)))
}
func (x tx) AddDispute(ctx context.Context, d api.Dispute) error {
	return told(x.t.AddDispute(ctx, store.Dispute(d)))
}
func (x tx) SetDispute(ctx context.Context, d api.Dispute) error {
	return told(x.t.SetDispute(ctx, store.Dispute(d)))
}
