package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/money"
	"outturn/engine"
	"outturn/engine/evidence"
	"outturn/engine/proof"
	"outturn/engine/statements"
)

// StatementHead is what the store says of a statement beside its bytes.
type StatementHead struct {
	Contract        string
	Place           int64 // by which a provisional statement is found
	Status          string
	Number          int
	Version         int // of the contract
	Through, CutOff calendar.Date
	Digest          evidence.Digest
	Sequence        int64 // the last item of its snapshot
	By              string
	At              time.Time
}

// Settle begins a statement, and keeps others from settling the contract until the transaction ends. Nobody else waits: evidence
// that comes meanwhile is in the next statement.
func (tx *Tx) Settle(ctx context.Context, contract string) (*StatementWriter, error) {
	if err := tx.decides(); err != nil {
		return nil, err
	}
	const lock = "(hashtextextended($1, 2))"
	var free bool
	err := tx.tx.QueryRow(ctx, "select pg_try_advisory_xact_lock"+lock, contract).Scan(&free)
	if err == nil && !free {
		// What this transaction sees is from before the other's end, so it is begun again after that.
		if _, err = tx.tx.Exec(ctx, "select pg_advisory_xact_lock"+lock, contract); err == nil {
			err = errWaited
		}
	}
	if err != nil {
		return nil, told(err)
	}
	return tx.Issue(ctx, contract)
}

// errWaited ends a transaction that waited for another to settle the same contract.
var errWaited = errors.New("another settlement of the contract ended meanwhile")

// Commit keeps the statement, its postings, their entries in the ledger and the payments they ask for, with the
// transaction. It is a *Conflict where a final statement of that number or period stands already. Of the head, Contract,
// Version, Sequence, By and At are read.
func (w *StatementWriter) Commit(head StatementHead, s statements.Statement) error {
	if len(w.b) > 0 {
		if err := w.page(w.b); err != nil {
			return err
		}
		w.b = nil
	}
	if s.Lines.Bytes != w.size {
		return fmt.Errorf("the statement has %d bytes of lines and %d were written", s.Lines.Bytes, w.size)
	}
	b, err := s.Bytes()
	if err != nil {
		return err
	}
	digest := sha256.Sum256(b)
	err = w.tx.exec(w.ctx, `insert into statements (contract, place, status, number, version, through, cut_off, sequence, digest, head, size, chunk, currency, made_by, at)
		overriding system value values ($1, $2, $3, $4, $5, $6::text::date, $7::text::date, $8, $9, $10, $11, $12, $13, $14, $15)`,
		w.contract, w.place, s.Status, s.Number, head.Version, s.Through, s.CutOff, head.Sequence, digest[:], b, w.size, lineRow, s.Currency, head.By, head.At)
	if err != nil {
		return err
	}
	return w.post(s.Postings, head.At)
}

// post writes the postings of a statement, what each moves for both its parties, and a payment for each.
func (w *StatementWriter) post(postings []statements.Posting, at time.Time) error {
	batch := &pgx.Batch{}
	for i, p := range postings {
		amount := p.Amount.String()
		batch.Queue("insert into postings (contract, statement, number, payer, payee, payment, amount) values ($1, $2, $3, $4, $5, $6, $7::text::numeric)",
			w.contract, w.place, i, p.From, p.To, p.Payment, amount)
		batch.Queue(`insert into entries (contract, statement, number, party, payment, amount, at)
			values ($1, $2, $3, $4, $6, - $7::text::numeric, $8), ($1, $2, $3 + 1, $5, $6, $7::text::numeric, $8)`,
			w.contract, w.place, 2*i, p.From, p.To, p.Payment, amount, at)
		batch.Queue("insert into payments (contract, statement, posting, state, changed) values ($1, $2, $3, 'due', $4)", w.contract, w.place, i, at)
	}
	return told(w.tx.tx.SendBatch(w.ctx, batch).Close())
}

const statementColumns = "contract, place, status, number, version, through - date '0001-01-01' + 1 as through, cut_off - date '0001-01-01' + 1 as cut_off, digest, sequence, made_by as by, at"

// Statement finds a final statement by its number.
func (v *View) Statement(ctx context.Context, contract string, number int) (StatementHead, error) {
	return one[StatementHead](ctx, v, "select "+statementColumns+" from statements where contract = $1 and number = $2 and status = 'final'", contract, number)
}

// Statements lists the final statements of a contract after a number.
func (v *View) Statements(ctx context.Context, contract string, p Page) ([]StatementHead, error) {
	return collect[StatementHead](ctx, v, "select "+statementColumns+" from statements where contract = $1 and status = 'final' and number > $2 order by number limit $3",
		contract, p.After, p.Limit)
}

// HeadAt returns the head of a statement, final or provisional, by its place, as it was issued.
func (v *View) HeadAt(ctx context.Context, contract string, place int64) (head []byte, digest evidence.Digest, err error) {
	err = v.tx.QueryRow(ctx, "select head, digest from statements where contract = $1 and place = $2", contract, place).Scan(&head, &digest)
	return head, digest, told(err)
}

// Provisionals lists the provisional statements of a contract after a place.
func (v *View) Provisionals(ctx context.Context, contract string, p Page) ([]StatementHead, error) {
	return collect[StatementHead](ctx, v, "select "+statementColumns+" from statements where contract = $1 and status = 'provisional' and place > $2 order by place limit $3",
		contract, p.After, p.Limit)
}

// Stored opens a final statement, checked against its head. Its lines are read from the database as they are asked for,
// in this transaction, also by several goroutines at once.
func (v *View) Stored(ctx context.Context, c *contracts.Contract, contract string, number int) (*proof.Stored, error) {
	return v.open(ctx, c, contract, number, proof.Open)
}

func (v *View) open(ctx context.Context, c *contracts.Contract, contract string, number int, open opener) (*proof.Stored, error) {
	var place, size, row int64
	var head []byte
	err := v.tx.QueryRow(ctx, "select place, size, chunk, head from statements where contract = $1 and number = $2 and status = 'final'", contract, number).Scan(&place, &size, &row, &head)
	if err != nil {
		return nil, told(err)
	}
	return open(c, fmt.Sprintf("statement %d", number), head, newLines(ctx, v, contract, place, row), size)
}

// opener opens a statement, and checks its lines or not.
type opener func(c *contracts.Contract, name string, head []byte, lines io.ReaderAt, size int64) (*proof.Stored, error)

// Position opens the final statements of a contract before a number (0: all), as the position that a settlement starts
// from.
func (v *View) Position(ctx context.Context, c *contracts.Contract, contract string, before int) (engine.Position, []*proof.Stored, error) {
	return v.position(ctx, c, contract, before, proof.Open)
}

// PositionUnread is Position of all without reading every line from end to end: for whoever takes part in a settlement that
// somebody else checks.
func (v *View) PositionUnread(ctx context.Context, c *contracts.Contract, contract string) (engine.Position, error) {
	p, _, err := v.position(ctx, c, contract, 0, proof.OpenHead)
	return p, err
}

// PositionOfWhole is Position of all without the records of roots: for whoever has what was settled of these.
func (v *View) PositionOfWhole(ctx context.Context, c *contracts.Contract, contract string) (engine.Position, error) {
	_, stored, err := v.position(ctx, c, contract, 0, proof.OpenHead)
	var p engine.Position
	for _, s := range stored {
		var prior engine.Prior
		if err == nil {
			prior, err = s.PriorWhole()
		}
		p.Prior = append(p.Prior, prior)
	}
	return p, err
}

func (v *View) position(ctx context.Context, c *contracts.Contract, contract string, before int, open opener) (engine.Position, []*proof.Stored, error) {
	var stored []*proof.Stored
	for number := 1; before == 0 || number < before; number++ {
		s, err := v.open(ctx, c, contract, number, open)
		if errors.Is(err, ErrUnknown) {
			break
		}
		if err != nil {
			return engine.Position{}, nil, err
		}
		stored = append(stored, s)
	}
	position, err := proof.Position(stored)
	return position, stored, err
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

// Ledger lists the entries of a contract.
func (v *View) Ledger(ctx context.Context, contract string, p Page) ([]LedgerEntry, error) {
	rows, err := v.tx.Query(ctx, `select e.place, e.contract, e.party, e.payment, s.number, e.amount::text, s.currency, e.at
		from entries e join statements s on s.contract = e.contract and s.place = e.statement
		where e.contract = $1 and e.place > $2 order by e.place limit $3`, contract, p.After, p.Limit)
	if err != nil {
		return nil, told(err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e LedgerEntry, err error) {
		var amount, currency string
		if err := row.Scan(&e.Place, &e.Contract, &e.Party, &e.Payment, &e.Statement, &amount, &currency, &e.At); err != nil {
			return e, err
		}
		e.Amount, err = amountOf(amount, currency)
		return e, err
	})
	return list, told(err)
}

// Balances sums what each party received before a moment (zero: so far), below nought where it paid.
func (v *View) Balances(ctx context.Context, contract string, before time.Time) ([]Balance, error) {
	rows, err := v.tx.Query(ctx, `select e.party, sum(e.amount)::text, s.currency
		from entries e join statements s on s.contract = e.contract and s.place = e.statement
		where e.contract = $1 and ($2::timestamptz is null or e.at < $2) group by e.party, s.currency order by e.party`, contract, given(before))
	if err != nil {
		return nil, told(err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (b Balance, err error) {
		var amount, currency string
		if err := row.Scan(&b.Party, &amount, &currency); err != nil {
			return b, err
		}
		b.Amount, err = amountOf(amount, currency)
		return b, err
	})
	return list, told(err)
}

// amountOf reads an amount of a row.
func amountOf(text, currency string) (money.Amount, error) {
	c, known := money.LookupCurrency(currency)
	if !known {
		return money.Amount{}, fmt.Errorf("the database holds an amount in %q, which is no currency of ours", currency)
	}
	return money.ParseAmount(c, text)
}
