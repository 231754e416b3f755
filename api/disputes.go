package api

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"outturn/api/client"
	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/money"
	"outturn/engine/statements"
)

// Disputes: a provider says what is wrong with one line, the payer answers within its days, the provider takes the
// answer further or lets it be. Only the line's own amount is kept back meanwhile. A dispute that is upheld changes no
// statement: whoever upholds it names the evidence that mends it, a batch or an override, and the next statement that
// knows of it has the line that puts it right. Until then the disputed part is kept back.

// The states of a dispute.
const (
	disputeRaised    = "raised"
	disputeRejected  = "rejected"
	disputeUpheld    = "upheld"
	disputeEscalated = "escalated"
	disputeWithdrawn = "withdrawn"
)

// OnDispute names a dispute in a path.
type OnDispute struct {
	OnContract
	Dispute string `path:"dispute" maxLength:"64"`
}

func (s *Service) disputeRoutes() {
	tags := []string{"disputes"}
	const base = "/v1/contracts/{contract}/disputes"
	acts(s, huma.Operation{OperationID: "raise-dispute", Method: http.MethodPost, Path: "/v1/contracts/{contract}/statements/{statement}/disputes", Summary: "Dispute a line of a statement; what it is due is kept back", Tags: tags, DefaultStatus: http.StatusCreated}, s.raiseDispute)
	reads(s, huma.Operation{OperationID: "list-disputes", Method: http.MethodGet, Path: base, Summary: "List the disputes of a contract", Tags: tags},
		func(ctx context.Context, v View, c *call, in *struct {
			OnContract
			Paged
		}) (client.List[client.Dispute], error) {
			return list(&in.Paged, func(p Page) ([]Dispute, error) {
				return visible(p, func(p Page) ([]Dispute, error) { return v.Disputes(ctx, in.Contract, p) }, func(d Dispute) bool { return c.mayRead(d.Organisation) })
			}, disputeShape) // on which statement an upheld one is mended is said where it is looked at
		})
	reads(s, huma.Operation{OperationID: "get-dispute", Method: http.MethodGet, Path: base + "/{dispute}", Summary: "Look at a dispute", Tags: tags},
		func(ctx context.Context, v View, c *call, in *OnDispute) (client.Dispute, error) {
			d, err := v.Dispute(ctx, in.Contract, in.Dispute)
			if err == nil && !c.mayRead(d.Organisation) {
				err = ErrUnknown
			}
			if err != nil {
				return client.Dispute{}, err
			}
			shape := disputeShape(d)
			shape.Mended, err = mendedOn(ctx, v, &d)
			return shape, err
		})
	acts(s, huma.Operation{OperationID: "answer-dispute", Method: http.MethodPost, Path: base + "/{dispute}/answer", Summary: "Answer a dispute: uphold it or reject it", Tags: tags, DefaultStatus: http.StatusOK},
		func(ctx context.Context, tx Tx, c *call, in *struct {
			OnDispute
			Body client.Ruling
		}) (made[client.Dispute], error) {
			if err := mends(ctx, tx, in.Contract, in.Body); err != nil {
				return made[client.Dispute]{}, err
			}
			return s.changeDispute(ctx, tx, c, &in.OnDispute, []string{disputeRaised, disputeEscalated}, func(d *Dispute) {
				further := d.State == disputeEscalated
				d.Batch, d.Override = in.Body.Batch, in.Body.Override
				d.Answer, d.State = in.Body.Answer, disputeRejected
				if in.Body.Upheld {
					d.State = disputeUpheld
				}
				d.Due = 0
				if !in.Body.Upheld && !further {
					d.Due = dayOf(c).AddDays(s.o.Limits.DisputeDays)
				}
			})
		})
	move := func(id, path, summary string, from []string, do func(c *call, d *Dispute)) {
		acts(s, huma.Operation{OperationID: id, Method: http.MethodPost, Path: base + "/{dispute}" + path, Summary: summary, Tags: tags, DefaultStatus: http.StatusOK},
			func(ctx context.Context, tx Tx, c *call, in *OnDispute) (made[client.Dispute], error) {
				return s.changeDispute(ctx, tx, c, in, from, func(d *Dispute) { do(c, d) })
			})
	}
	move("escalate-dispute", "/escalation", "Take a dispute further: one rejected within its days, or not answered in time", []string{disputeRejected, disputeRaised}, func(c *call, d *Dispute) {
		d.State, d.Due = disputeEscalated, dayOf(c).AddDays(s.o.Limits.DisputeDays)
	})
	move("withdraw-dispute", "/withdrawal", "Take a dispute back", []string{disputeRaised, disputeRejected, disputeEscalated}, func(_ *call, d *Dispute) { d.State, d.Due = disputeWithdrawn, 0 })
}

func (s *Service) raiseDispute(ctx context.Context, tx Tx, c *call, in *struct {
	OnStatement
	Body client.NewDispute
}) (made[client.Dispute], error) {
	var none made[client.Dispute]
	if _, err := tx.LockContract(ctx, in.Contract); err != nil {
		return none, err
	}
	line, _, err := s.disputed(ctx, tx, in.Contract, in.Statement, in.Body)
	if err != nil {
		return none, err
	}
	open, err := openDisputes(ctx, tx, in.Contract, in.Statement, dayOf(c))
	if err != nil {
		return none, err
	}
	b := in.Body
	for _, d := range open {
		if d.Unit == b.Unit && d.Of == b.Of && d.Payment == b.Payment && d.Period == b.Period {
			return none, conflict("this line is disputed already")
		}
	}
	id, err := s.newID("dispute")
	if err != nil {
		return none, err
	}
	d := Dispute{ID: id, Contract: in.Contract, Organisation: c.caller.Organisation, Person: c.caller.ID, Statement: in.Statement, Unit: b.Unit, Of: b.Of, Payment: b.Payment, Period: b.Period,
		Amount: line.Due, State: disputeRaised, Reason: b.Reason, Due: dayOf(c).AddDays(s.o.Limits.DisputeDays), At: c.request.at, Changed: c.request.at}
	if err := tx.AddDispute(ctx, d); err != nil {
		return none, err
	}
	return made[client.Dispute]{Body: disputeShape(d), Location: "/v1/contracts/" + in.Contract + "/disputes/" + id}, s.keepBack(ctx, tx, c, in.Contract, in.Statement)
}

// disputed finds the line of a statement that is meant.
func (s *Service) disputed(ctx context.Context, v View, contract string, statement int, b client.NewDispute) (statements.Line, *contracts.Contract, error) {
	st, terms, err := s.stored(ctx, v, contract, statement)
	if err != nil {
		return statements.Line{}, nil, err
	}
	for t := range len(terms.Units) + 1 {
		if whole := t == len(terms.Units); whole != (b.Unit == "") || !whole && terms.Units[t].PartOf >= 0 {
			continue
		}
		for r, err := range st.Lines(t, b.Unit) {
			if err != nil {
				return statements.Line{}, nil, err
			}
			if r.UnitType != t || r.Unit != b.Unit {
				break
			}
			for _, line := range r.Lines {
				if line.Payment == b.Payment && line.Of == b.Of && line.Period == b.Period {
					return line, terms, nil
				}
			}
			break
		}
	}
	return statements.Line{}, nil, faulty(http.StatusUnprocessableEntity, "the statement has no such line",
		client.Fault{Pointer: "/payment", Found: b.Payment, Message: "no line of this payment, unit, part and period moves money on this statement", Remedy: "name the line as the statement's lines do"})
}

// openDisputes are those of a statement for which money is kept back.
func openDisputes(ctx context.Context, v View, contract string, statement int, today calendar.Date) (open []Dispute, err error) {
	for p := (Page{Limit: 1000}); ; {
		found, err := v.Disputes(ctx, contract, p)
		if err != nil {
			return nil, err
		}
		for i := range found {
			d := &found[i]
			p.After = d.Place
			if d.Statement != statement {
				continue
			}
			keeps := d.State == disputeRaised || d.State == disputeEscalated || d.State == disputeRejected && !d.Due.IsZero() && d.Due >= today
			if d.State == disputeUpheld {
				mended, err := mendedOn(ctx, v, d)
				if err != nil {
					return nil, err
				}
				keeps = mended == 0
			}
			if keeps {
				open = append(open, *d)
			}
		}
		if len(found) < p.Limit {
			return open, nil
		}
	}
}

// mends holds a ruling to what it must name: one that upholds names the evidence that puts the line right, on record.
func mends(ctx context.Context, v View, contract string, r client.Ruling) error {
	fault := func(pointer, found, message, remedy string) error {
		return faulty(http.StatusUnprocessableEntity, "a dispute is upheld together with what mends it", client.Fault{Pointer: pointer, Found: found, Message: message, Remedy: remedy})
	}
	switch {
	case !r.Upheld && (r.Batch != "" || r.Override != ""):
		return fault("/upheld", "", "a dispute that is rejected is mended by nothing", "uphold it, or leave batch and override out")
	case !r.Upheld:
		return nil
	case (r.Batch == "") == (r.Override == ""):
		return fault("/batch", "", "no statement changes by a dispute alone", "name the batch of corrected evidence, or the override, that mends it: one of the two")
	case r.Batch != "":
		b, err := v.Batch(ctx, contract, r.Batch)
		if errors.Is(err, ErrUnknown) || err == nil && b.Accepted == 0 {
			return fault("/batch", r.Batch, "no batch of this contract of which anything is on record", "name the batch of the corrected evidence")
		}
		return err
	}
	o, err := v.Override(ctx, contract, r.Override)
	if errors.Is(err, ErrUnknown) || err == nil && o.State != OverrideApplied {
		return fault("/override", r.Override, "no override of this contract that was applied", "have it signed by two people first")
	}
	return err
}

// mendedOn is the number of the first statement after the disputed one that knew of what mends it; 0 while there is none.
func mendedOn(ctx context.Context, v View, d *Dispute) (int, error) {
	batch := d.Batch
	if d.Override != "" {
		o, err := v.Override(ctx, d.Contract, d.Override)
		if err != nil {
			return 0, err
		}
		batch = o.Batch
	}
	if d.State != disputeUpheld || batch == "" {
		return 0, nil
	}
	b, err := v.Batch(ctx, d.Contract, batch)
	if err != nil {
		return 0, err
	}
	for p := (Page{After: int64(d.Statement), Limit: 1000}); ; {
		heads, err := v.Statements(ctx, d.Contract, p)
		if err != nil {
			return 0, err
		}
		for _, head := range heads {
			if head.Sequence >= b.Last {
				return head.Number, nil
			}
			p.After = int64(head.Number)
		}
		if len(heads) < p.Limit {
			return 0, nil
		}
	}
}

// changeDispute moves a dispute from one of some states to another. The provider's own moves are the sender's.
func (s *Service) changeDispute(ctx context.Context, tx Tx, c *call, in *OnDispute, from []string, do func(d *Dispute)) (made[client.Dispute], error) {
	var none made[client.Dispute]
	if _, err := tx.LockContract(ctx, in.Contract); err != nil {
		return none, err
	}
	d, err := tx.Dispute(ctx, in.Contract, in.Dispute)
	if err != nil {
		return none, err
	}
	provider := c.operation != "answer-dispute"
	if provider && d.Organisation != c.caller.Organisation {
		return none, ErrUnknown
	}
	today := dayOf(c)
	switch {
	case !slices.Contains(from, d.State):
		return none, conflict("this dispute is %s", d.State)
	case c.operation == "escalate-dispute" && d.State == disputeRaised && today <= d.Due:
		return none, conflict("the payer answers by %s; until then a dispute is not taken further", d.Due)
	case c.operation == "escalate-dispute" && d.State == disputeRejected && (d.Due.IsZero() || today > d.Due):
		return none, conflict("the days for taking this dispute further are over")
	}
	do(&d)
	d.Changed = c.request.at
	if err := tx.SetDispute(ctx, d); err != nil {
		return none, err
	}
	return made[client.Dispute]{Body: disputeShape(d)}, s.keepBack(ctx, tx, c, in.Contract, d.Statement)
}

// keepBack works out anew how much of each payment of a statement is disputed. What was released stays released; what was
// kept back of it then is a payment of its own.
func (s *Service) keepBack(ctx context.Context, tx Tx, c *call, contract string, statement int) error {
	found, err := tx.Payments(ctx, contract, statement)
	if err != nil {
		return err
	}
	changed, err := s.keptBack(ctx, tx, found, contract, statement, dayOf(c))
	if err != nil {
		return err
	}
	for _, i := range changed {
		found[i].At = c.request.at
		if err := tx.SetPayment(ctx, found[i]); err != nil {
			return err
		}
	}
	return nil
}

// keptBack puts into payments of a statement how much of each is disputed by now, and returns which of them changed.
func (s *Service) keptBack(ctx context.Context, v View, found []Payment, contract string, statement int, today calendar.Date) (changed []int, err error) {
	open, err := openDisputes(ctx, v, contract, statement, today)
	if err != nil || len(open) == 0 && !slices.ContainsFunc(found, func(p Payment) bool { return !p.Disputed.IsZero() }) {
		return nil, err
	}
	_, terms, err := s.stored(ctx, v, contract, statement)
	if err != nil {
		return nil, err
	}
	kept := make([]money.Amount, len(found))
	for i := range kept {
		kept[i] = money.FromMinor(terms.Currency, 0)
	}
	for _, d := range open {
		line, _, err := s.disputed(ctx, v, contract, statement, client.NewDispute{Unit: d.Unit, Of: d.Of, Payment: d.Payment, Period: d.Period})
		if err != nil {
			return nil, err
		}
		for i := range found {
			kept[i] = kept[i].Add(partIn(terms, &line, &found[i]))
		}
	}
	for i := range found {
		p := &found[i]
		if p.Part > 0 && !kept[i].IsZero() {
			kept[i] = p.Amount // it is paid when nothing of the posting is disputed any more
		}
		if p.State != PaymentReleased && !kept[i].Equal(p.Disputed) {
			p.Disputed = kept[i]
			changed = append(changed, i)
		}
	}
	return changed, nil
}

// partIn is how much of a line is in one posting: its own leg where the line is divided.
func partIn(c *contracts.Contract, line *statements.Line, p *Payment) money.Amount {
	none := money.FromMinor(c.Currency, 0)
	if line.Payment != p.Rule {
		return none
	}
	if len(line.Legs) > 0 {
		for _, leg := range line.Legs {
			if leg.Side == "from" && leg.Party == p.From || leg.Side == "to" && leg.Party == p.To {
				return leg.Due
			}
		}
		return none
	}
	if line.From != "" && line.From != p.From || line.To != "" && line.To != p.To {
		return none
	}
	return line.Due
}

func disputeShape(d Dispute) client.Dispute {
	due := ""
	if d.Due != calendar.Date(0) {
		due = d.Due.String()
	}
	return client.Dispute{ID: d.ID, Organisation: d.Organisation, Person: d.Person, Statement: d.Statement, Unit: d.Unit, Of: d.Of, Payment: d.Payment, Period: d.Period,
		Amount: d.Amount.String(), State: d.State, Reason: d.Reason, Answer: d.Answer, Batch: d.Batch, Override: d.Override, Due: due, At: d.At.UTC(), Changed: d.Changed.UTC()}
}
