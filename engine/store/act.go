package store

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Act is a request that changes something: what the idempotency key and the audit log say of it.
type Act struct {
	Operation string    // the operation's name: "propose-contract"
	Contract  string    // the contract's key; "" for acts about organisations
	Key       string    // the sender's idempotency key; "" for an act of our own, of which no answer is kept
	Digest    [32]byte  // SHA-256 over the request
	RequestID string    // for the log
	At        time.Time // the service's clock
	// Decides says that what is paid hangs on the act. It runs as if it were alone: the second fence, behind constraints and
	// row locks. Left out, what decides money is found out when it asks for that, and the act begun again.
	Decides bool
}

// Reply is an answer as it is kept for the idempotency key and sent again.
type Reply struct {
	Status      int
	ContentType string
	Location    string // "" where nothing was made
	ETag        string
	Body        []byte
}

// View reads, in one transaction. Every method answers ErrUnknown for what the organisation may not see.
type View struct {
	tx    *turn
	store *Store
	mu    *sync.Mutex // held by what may run while a settlement reads and writes at once
	wrote bool        // evidence that nobody else can see yet
}

func newView(tx *turn, s *Store) View { return View{tx: tx, store: s, mu: &sync.Mutex{}} }

// Tx reads and writes, in one transaction.
type Tx struct {
	View
	by Person
	at time.Time

	serial  bool // it runs as if it were alone
	decided bool // it did not, and what is paid hangs on it: it is begun again
}

// errDecides ends a transaction that does what only a serialisable one may.
var errDecides = errors.New("what is paid hangs on this act, and it did not run as if it were alone")

// decides must be asked by whatever decides what is paid.
func (tx *Tx) decides() error {
	if tx.serial {
		return nil
	}
	tx.decided = true
	return errDecides
}

// do runs what a caller wants done.
func (tx *Tx) do(do func(tx *Tx) error) error {
	err := do(tx)
	if tx.decided { // whatever the caller made of the error
		return errDecides
	}
	return err
}

// roleOperator is the role of a person who runs the service: they see every organisation and no contract.
const roleOperator = "operator"

// Act runs do in one transaction as the person's organisation, under the act's idempotency key. Where the key was
// answered before, do is not run and the answer is that one, with replayed set; ErrMismatch where the request differs;
// ErrInFlight where it is being worked on. Else do runs, and its reply and the audit row are committed with all it did.
// do may run again when the database undid it for the sake of another, so it keeps nothing outside the Tx. An error of
// do rolls everything back and is returned.
func (s *Store) Act(ctx context.Context, by Person, act Act, do func(tx *Tx) (Reply, error)) (reply Reply, replayed bool, err error) {
	var begin opening
	first := func(b *pgx.Batch) {
		speakFor(b, by)
		begin = opening{known: &known{contract: act.Contract}}
		begin.ask(b, by, act)
	}
	err = transact(ctx, s.app, alone(act.Decides), first, func(t *turn, serial bool) error {
		replayed = false
		tx := &Tx{View: newView(t, s), by: by, at: act.At, serial: serial}
		if act.Contract != "" {
			t.known = begin.known
		}
		if act.Key != "" {
			var err error
			if reply, replayed, err = begin.answered(act); err != nil || replayed {
				return err
			}
		}
		err := tx.do(func(tx *Tx) (err error) {
			reply, err = do(tx)
			return err
		})
		if err != nil {
			return err
		}
		tx.answer(act, reply)
		return nil
	})
	return reply, replayed, err
}

// Read runs look in one read-only transaction, repeatable, as the person's organisation.
func (s *Store) Read(ctx context.Context, by Person, look func(v *View) error) error {
	return transact(ctx, s.app, readOnly, func(b *pgx.Batch) { speakFor(b, by) }, func(t *turn, _ bool) error {
		v := newView(t, s)
		return look(&v)
	})
}

// alone asks for a transaction that runs as if it were alone, where one is wanted.
func alone(wanted bool) (o pgx.TxOptions) {
	if wanted {
		o.IsoLevel = pgx.Serializable
	}
	return o
}

var readOnly = pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}

// System runs do in one transaction of the engine's own, which sees every organisation. The audit log says nothing of
// it but what do writes there.
func (s *Store) System(ctx context.Context, at time.Time, do func(tx *Tx) error) error {
	return s.system(ctx, s.engine, at, do)
}

func (s *Store) system(ctx context.Context, pool *pgxpool.Pool, at time.Time, do func(tx *Tx) error) error {
	return transact(ctx, pool, pgx.TxOptions{}, nil, func(t *turn, serial bool) error {
		tx := &Tx{View: newView(t, s), at: at, serial: serial}
		return tx.do(do)
	})
}

// SystemRead is System for what changes nothing: repeatable, and nothing can be written.
func (s *Store) SystemRead(ctx context.Context, look func(v *View) error) error {
	return transact(ctx, s.engine, readOnly, nil, func(t *turn, _ bool) error {
		v := newView(t, s)
		return look(&v)
	})
}

// speakFor names, for one transaction, whose rows it may see.
func speakFor(b *pgx.Batch, by Person) {
	operator := "off"
	if slices.Contains(by.Roles, roleOperator) {
		operator = "on"
	}
	b.Queue("select set_config('outturn.organisation', $1, true), set_config('outturn.operator', $2, true)", by.Organisation, operator)
}

// opening is what an act asks as it begins: the answer that was given under its key, and what is known of its contract.
type opening struct {
	free   bool // nobody works on the same
	there  bool // it was answered
	digest []byte
	reply  Reply
	known  *known
}

func (o *opening) ask(b *pgx.Batch, by Person, act Act) {
	if act.Key != "" {
		// The lock is let go when the transaction ends, however it ends.
		b.Queue("select pg_try_advisory_xact_lock(hashtextextended(concat_ws(chr(31), $1::text, $2::text, $3::text), 1))", act.Contract, by.Organisation, act.Key).
			QueryRow(func(row pgx.Row) error { return row.Scan(&o.free) })
		r := &o.reply
		queueOne(b, &o.there, []any{&o.digest, &r.Status, &r.ContentType, &r.Location, &r.ETag, &r.Body},
			"select digest, status, content_type, location, etag, body from idempotency where contract = $1 and organisation = $2 and key = $3",
			act.Contract, by.Organisation, act.Key)
	}
	if act.Contract != "" {
		o.known.ask(b)
	}
}

// answered is the answer that was given under the act's key.
func (o *opening) answered(act Act) (reply Reply, found bool, err error) {
	switch {
	case !o.free:
		return reply, false, ErrInFlight
	case o.there && !bytes.Equal(o.digest, act.Digest[:]):
		return reply, false, ErrMismatch
	}
	return o.reply, o.there, nil
}

// answer keeps the answer, and writes the act into the audit log.
func (tx *Tx) answer(act Act, reply Reply) {
	tx.note(AuditRow{Contract: act.Contract, Organisation: tx.by.Organisation, Person: tx.by.ID, Operation: act.Operation,
		RequestID: act.RequestID, Status: reply.Status, Subject: reply.Location, At: act.At})
	if act.Key == "" {
		return
	}
	if reply.Body == nil {
		reply.Body = []byte{}
	}
	tx.tx.later(`insert into idempotency (contract, organisation, key, digest, status, content_type, location, etag, body, at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		act.Contract, tx.by.Organisation, act.Key, act.Digest[:], reply.Status, reply.ContentType, reply.Location, reply.ETag, reply.Body, act.At)
}

// AuditRow is one act, or one refusal, as it was recorded.
type AuditRow struct {
	Place                                                int64
	Contract, Organisation, Person, Operation, RequestID string
	Status                                               int
	Subject                                              string // where what was made stands, or why it was refused
	At                                                   time.Time
}

// Audit writes one row of the audit log.
func (tx *Tx) Audit(ctx context.Context, a AuditRow) error {
	tx.note(a)
	return tx.tx.send(ctx)
}

func (tx *Tx) note(a AuditRow) {
	tx.tx.later(`insert into audit (contract, organisation, person, operation, request_id, status, subject, at)
		values ($1, $2, $3, $4, $5, $6, $7, $8)`, a.Contract, a.Organisation, a.Person, a.Operation, a.RequestID, a.Status, a.Subject, a.At)
}

// Refused notes in the audit log a request that was refused for want of permission.
func (s *Store) Refused(ctx context.Context, by Person, act Act, why string) error {
	const forbidden = 403
	return s.system(ctx, s.door, act.At, func(tx *Tx) error {
		return tx.Audit(ctx, AuditRow{Contract: act.Contract, Organisation: by.Organisation, Person: by.ID, Operation: act.Operation,
			RequestID: act.RequestID, Status: forbidden, Subject: why, At: act.At})
	})
}

// Log returns the audit log of a contract, "" for acts about the organisation, in the order in which things were done.
func (v *View) Log(ctx context.Context, contract string, p Page) ([]AuditRow, error) {
	return collect[AuditRow](ctx, v, `select place, contract, organisation, person, operation, request_id, status, subject, at from audit
		where contract = $1 and place > $2 order by place limit $3`, contract, p.After, p.Limit)
}

// Page asks for part of a list. Lists stand in the order in which things were recorded.
type Page struct {
	After int64 // the place of the last one seen; 0 from the beginning
	Limit int   // at least 1
}

// collect reads rows into structs whose fields stand in the order of the columns.
func collect[T any](ctx context.Context, v *View, sql string, args ...any) ([]T, error) {
	rows, err := v.tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, told(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[T])
	return list, told(err)
}

// one reads one row; ErrUnknown when there is none.
func one[T any](ctx context.Context, v *View, sql string, args ...any) (T, error) {
	rows, err := v.tx.Query(ctx, sql, args...)
	if err != nil {
		var none T
		return none, told(err)
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[T])
	return row, told(err)
}
