package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"outturn/contracts/calendar"
	"outturn/contracts/money"
)

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

// Payments lists the payments that a final statement asks for.
func (v *View) Payments(ctx context.Context, contract string, statement int) ([]Payment, error) {
	rows, err := v.tx.Query(ctx, `select p.contract, s.number, p.posting, p.part, o.payer, o.payee, o.payment, coalesce(p.rest, o.amount)::text, p.disputed::text, s.currency,
			p.state, p.preparer, p.releaser, p.why, p.changed
		from payments p join statements s on s.contract = p.contract and s.place = p.statement
			join postings o on o.contract = p.contract and o.statement = p.statement and o.number = p.posting
		where p.contract = $1 and s.number = $2 and s.status = 'final' order by p.posting, p.part`, contract, statement)
	if err != nil {
		return nil, told(err)
	}
	list, err := pgx.CollectRows(rows, paymentFromRow)
	return list, told(err)
}

func paymentFromRow(row pgx.CollectableRow) (p Payment, err error) {
	var amount, disputed, currency string
	err = row.Scan(&p.Contract, &p.Statement, &p.Posting, &p.Part, &p.From, &p.To, &p.Rule, &amount, &disputed, &currency, &p.State, &p.Preparer, &p.Releaser, &p.Why, &p.At)
	if err != nil {
		return p, err
	}
	if p.Amount, err = amountOf(amount, currency); err != nil {
		return p, err
	}
	p.Disputed, err = amountOf(disputed, currency)
	return p, err
}

// SetPayment changes the state of a payment, and how much of it is kept back.
func (tx *Tx) SetPayment(ctx context.Context, p Payment) error {
	if err := tx.decides(); err != nil {
		return err
	}
	return tx.change(ctx, `update payments p set state = $4, preparer = $5, releaser = $6, disputed = $7::text::numeric, why = $8, changed = $9
		from statements s where s.contract = p.contract and s.place = p.statement and s.status = 'final'
			and p.contract = $1 and s.number = $2 and p.posting = $3 and p.part = $10`,
		p.Contract, p.Statement, p.Posting, p.State, p.Preparer, p.Releaser, p.Disputed.String(), p.Why, p.At, p.Part)
}

// AddRest adds what was kept back of a posting when it was released, as a payment of its own.
func (tx *Tx) AddRest(ctx context.Context, p Payment) error {
	if err := tx.decides(); err != nil {
		return err
	}
	return tx.change(ctx, `insert into payments (contract, statement, posting, part, rest, state, disputed, changed)
		select s.contract, s.place, $3, 1, $4::text::numeric, $5, $6::text::numeric, $7 from statements s where s.contract = $1 and s.number = $2 and s.status = 'final'`,
		p.Contract, p.Statement, p.Posting, p.Amount.String(), p.State, p.Disputed.String(), p.At)
}

const disputeSQL = `select d.place, d.id, d.contract, d.organisation, d.person, s.number, d.unit, d.of, d.payment, d.period, d.amount::text, s.currency,
	d.state, d.reason, d.answer, coalesce(d.batch, ''), coalesce(d.override, ''), coalesce(d.due - date '0001-01-01' + 1, 0), d.at, d.changed
	from disputes d join statements s on s.contract = d.contract and s.place = d.statement where d.contract = $1`

func disputeFromRow(row pgx.CollectableRow) (d Dispute, err error) {
	var amount, currency string
	err = row.Scan(&d.Place, &d.ID, &d.Contract, &d.Organisation, &d.Person, &d.Statement, &d.Unit, &d.Of, &d.Payment, &d.Period, &amount, &currency,
		&d.State, &d.Reason, &d.Answer, &d.Batch, &d.Override, &d.Due, &d.At, &d.Changed)
	if err != nil {
		return d, err
	}
	d.Amount, err = amountOf(amount, currency)
	return d, err
}

// Dispute finds a dispute.
func (v *View) Dispute(ctx context.Context, contract, id string) (Dispute, error) {
	rows, err := v.tx.Query(ctx, disputeSQL+" and d.id = $2", contract, id)
	if err != nil {
		return Dispute{}, told(err)
	}
	d, err := pgx.CollectExactlyOneRow(rows, disputeFromRow)
	return d, told(err)
}

// Disputes lists the disputes of a contract.
func (v *View) Disputes(ctx context.Context, contract string, p Page) ([]Dispute, error) {
	rows, err := v.tx.Query(ctx, disputeSQL+" and d.place > $2 order by d.place limit $3", contract, p.After, p.Limit)
	if err != nil {
		return nil, told(err)
	}
	list, err := pgx.CollectRows(rows, disputeFromRow)
	return list, told(err)
}

// AddDispute raises a dispute. One line has one open dispute.
func (tx *Tx) AddDispute(ctx context.Context, d Dispute) error {
	return tx.change(ctx, `insert into disputes (contract, id, statement, organisation, person, unit, of, payment, period, amount, state, reason, answer, due, at, changed)
		select s.contract, $3, s.place, $4, $5, $6, $7, $8, $9, $10::text::numeric, $11, $12, $13, date '0001-01-01' + (nullif($14::int, 0) - 1), $15, $16
		from statements s where s.contract = $1 and s.number = $2 and s.status = 'final'`,
		d.Contract, d.Statement, d.ID, d.Organisation, d.Person, d.Unit, d.Of, d.Payment, d.Period, d.Amount.String(), d.State, d.Reason, d.Answer,
		int32(d.Due), d.At, d.Changed)
}

// SetDispute changes a dispute's state, answer and the day by which the other side must act.
func (tx *Tx) SetDispute(ctx context.Context, d Dispute) error {
	return tx.change(ctx, `update disputes set state = $3, answer = $4, due = date '0001-01-01' + (nullif($5::int, 0) - 1), changed = $6, batch = nullif($7, ''), override = nullif($8, '')
		where contract = $1 and id = $2`, d.Contract, d.ID, d.State, d.Answer, int32(d.Due), d.Changed, d.Batch, d.Override)
}
