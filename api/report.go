package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"outturn/engine/report"
)

// The board's report and a statement for each accounting officer. Whoever may not see units is shown no count small
// enough to be somebody.

// smallNumbers is the count below which none is shown to those who may not see units, whatever they ask for.
const smallNumbers = 10

func (s *Service) reportRoutes() {
	streams(s, huma.Operation{OperationID: "get-report", Method: http.MethodGet, Path: "/v1/contracts/{contract}/statements/{statement}/report", Summary: "The board's report on a statement, and one for each accounting officer, reconciled to it; small numbers are kept out of it",
		Tags: []string{"statements"}, Metadata: map[string]any{"bulk": true}}, "application/json", s.boardReport)
}

func (s *Service) boardReport(ctx context.Context, v View, c *call, in *struct {
	OnStatement
	Small int `query:"small" minimum:"0" maximum:"1000" default:"10" doc:"No count below it is shown, other than nought; those who may not see units are shown none below 10, whatever they ask for"`
}, to *outlet) error {
	made := report.Input{Disputable: true, Small: in.Small}
	if !c.at.holds(parties...) {
		made.Small = max(made.Small, smallNumbers)
	}
	for number := 1; number <= in.Statement; number++ {
		st, terms, err := s.stored(ctx, v, in.Contract, number)
		if err != nil {
			return err
		}
		made.Contract = terms
		made.Statements = append(made.Statements, st.Statement)
	}
	var err error
	if made.Disputes, err = disputesUpTo(ctx, v, in.Contract, in.Statement); err != nil {
		return err
	}
	found, err := v.Payments(ctx, in.Contract, in.Statement)
	if err == nil {
		_, err = s.keptBack(ctx, v, found, in.Contract, in.Statement, dayOf(c))
	}
	if err != nil {
		return err
	}
	for _, p := range found {
		if p.Part == 0 {
			made.Payments = append(made.Payments, report.Payment{From: p.From, To: p.To, Payment: p.Rule, State: p.State, Amount: p.Amount, Disputed: p.Disputed})
		}
	}
	r, err := report.New(made)
	if err != nil {
		return unsettled(err)
	}
	return to.line(r)
}

// disputesUpTo are the disputes of the first so many statements, as a report names them.
func disputesUpTo(ctx context.Context, v View, contract string, statement int) (list []report.Dispute, err error) {
	for p := (Page{Limit: 1000}); ; {
		found, err := v.Disputes(ctx, contract, p)
		if err != nil {
			return nil, err
		}
		for _, d := range found {
			if p.After = d.Place; d.Statement <= statement {
				list = append(list, report.Dispute{Dispute: d.ID, Statement: d.Statement, Payment: d.Payment, Amount: d.Amount, State: d.State, Due: dayText(d.Due)})
			}
		}
		if len(found) < p.Limit {
			return list, nil
		}
	}
}
