package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"outturn/api/client"
)

// Payments: each posting of a statement is prepared by one person of its payer and released by another, or held. What
// is disputed of it is kept back: when the posting is released the rest of it becomes a payment of its own, which is
// released when the dispute is over.

func (s *Service) paymentRoutes() {
	tags := []string{"payments"}
	const base = "/v1/contracts/{contract}/statements/{statement}/payments"
	reads(s, huma.Operation{OperationID: "list-payments", Method: http.MethodGet, Path: base, Summary: "List what a statement asks to be paid, and where each stands", Tags: tags},
		func(ctx context.Context, v View, c *call, in *OnStatement) (client.List[client.Payment], error) {
			out := client.List[client.Payment]{Items: []client.Payment{}}
			if _, err := v.Statement(ctx, in.Contract, in.Statement); err != nil {
				return out, err
			}
			found, err := v.Payments(ctx, in.Contract, in.Statement)
			if err == nil {
				_, err = s.keptBack(ctx, v, found, in.Contract, in.Statement, dayOf(c)) // what is over by now is not shown as disputed
			}
			for _, p := range found {
				out.Items = append(out.Items, paymentShape(p))
			}
			return out, err
		})
	act := func(id, path, summary string, do func(c *call, p *Payment) error) {
		acts(s, huma.Operation{OperationID: id, Method: http.MethodPost, Path: base + "/{posting}" + path, Summary: summary, Tags: tags, DefaultStatus: http.StatusOK},
			func(ctx context.Context, tx Tx, c *call, in *OnPosting) (made[client.Payment], error) {
				return s.changePayment(ctx, tx, c, in, do)
			})
	}
	act("prepare-payment", "/preparation", "Prepare a payment for another person to release", func(c *call, p *Payment) error {
		if p.State != PaymentDue && p.State != PaymentHeld {
			return conflict("this payment is %s; one that is due or held is prepared", p.State)
		}
		p.State, p.Preparer, p.Why = PaymentPrepared, c.caller.ID, ""
		return nil
	})
	act("release-payment", "/release", "Release a prepared payment; whoever prepared it does not", func(c *call, p *Payment) error {
		if p.State != PaymentPrepared {
			return conflict("this payment is %s; one that is prepared is released", p.State)
		}
		if p.Part > 0 && !p.Disputed.IsZero() {
			return conflict("this was kept back because it is disputed, and still is; it is released when the dispute is over")
		}
		if p.Preparer == c.caller.ID {
			return refuse(http.StatusForbidden, "you prepared this payment; another person releases it")
		}
		p.State, p.Releaser = PaymentReleased, c.caller.ID
		return nil
	})
	acts(s, huma.Operation{OperationID: "hold-payment", Method: http.MethodPost, Path: base + "/{posting}/hold", Summary: "Hold a payment that is not released yet, and say why", Tags: tags, DefaultStatus: http.StatusOK},
		func(ctx context.Context, tx Tx, c *call, in *struct {
			OnPosting
			Body client.Hold
		}) (made[client.Payment], error) {
			return s.changePayment(ctx, tx, c, &in.OnPosting, func(_ *call, p *Payment) error {
				if p.State == PaymentReleased {
					return conflict("this payment is released, and what is released is not held")
				}
				p.State, p.Preparer, p.Why = PaymentHeld, "", in.Body.Why
				return nil
			})
		})
}

// OnPosting names a posting of a statement in a path.
type OnPosting struct {
	OnStatement
	Posting int `path:"posting" minimum:"0" maximum:"1000000" doc:"Place of the posting in the statement, from 0"`
	Part    int `query:"part" minimum:"0" maximum:"1" doc:"1 for what was kept back of it when it was released, because it was disputed"`
}

// changePayment changes a payment of the caller's own party.
func (s *Service) changePayment(ctx context.Context, tx Tx, c *call, in *OnPosting, do func(*call, *Payment) error) (made[client.Payment], error) {
	var none made[client.Payment]
	if _, err := tx.LockContract(ctx, in.Contract); err != nil {
		return none, err
	}
	if err := s.keepBack(ctx, tx, c, in.Contract, in.Statement); err != nil {
		return none, err
	}
	found, err := tx.Payments(ctx, in.Contract, in.Statement)
	if err != nil {
		return none, err
	}
	for _, p := range found {
		if p.Posting != in.Posting || p.Part != in.Part {
			continue
		}
		// What comes back is the payer's to take note of, as what goes out is its to release.
		if !c.at.speaksFor(p.From, payers...) {
			return none, forbidden()
		}
		if err := s.inOrder(ctx, tx, c, found, &p); err != nil {
			return none, err
		}
		if err := do(c, &p); err != nil {
			return none, err
		}
		p.At = c.request.at
		if p.State == PaymentReleased && p.Part == 0 && !p.Disputed.IsZero() {
			rest := Payment{Contract: p.Contract, Statement: p.Statement, Posting: p.Posting, Amount: p.Disputed, Disputed: p.Disputed, State: PaymentDue, At: p.At}
			if err := tx.AddRest(ctx, rest); err != nil {
				return none, err
			}
		}
		return made[client.Payment]{Body: paymentShape(p)}, tx.SetPayment(ctx, p)
	}
	return none, ErrUnknown
}

// inOrder holds a release to the contract's order: a party may have to wait until another has released what it pays the
// same payee on the same statement.
func (s *Service) inOrder(ctx context.Context, v View, c *call, found []Payment, p *Payment) error {
	if c.operation != "release-payment" || p.Amount.Sign() <= 0 {
		return nil
	}
	head, err := v.Statement(ctx, p.Contract, p.Statement)
	if err != nil {
		return err
	}
	_, terms, err := s.version(ctx, v, p.Contract, head.Version)
	if err != nil {
		return err
	}
	payer := partyOf(terms, p.From)
	if payer == nil || payer.ReleasesAfter < 0 {
		return nil
	}
	first := terms.Parties[payer.ReleasesAfter].ID
	for _, o := range found {
		if o.From == first && o.To == p.To && o.Part == 0 && o.State != PaymentReleased && o.Amount.Sign() > 0 {
			return conflict("the contract has what %s pays released first, and posting %d of this statement, from %s to %s, is %s", first, o.Posting, o.From, o.To, o.State)
		}
	}
	return nil
}

func paymentShape(p Payment) client.Payment {
	return client.Payment{Statement: p.Statement, Posting: p.Posting, Part: p.Part, From: p.From, To: p.To, Payment: p.Rule, Amount: p.Amount.String(), Disputed: p.Disputed.String(),
		State: p.State, Preparer: p.Preparer, Releaser: p.Releaser, Why: p.Why, At: timeOf(p.At)}
}
