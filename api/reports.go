package api

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"outturn/api/client"
	"outturn/engine/report"
)

// Reports of a statement as it was issued: what the partnership's board reads, and what each party's accounting officer
// does, with the disputes and payments that the service keeps. Neither shows a small count to anybody here: whoever may see
// units has the statement.

// SmallNumbers is the least count that reports show where a contract says no higher one.
const SmallNumbers = 5

func (s *Service) reportRoutes() {
	tags := []string{"reports"}
	const base = "/v1/contracts/{contract}/statements/{statement}"
	reads(s, huma.Operation{OperationID: "get-board-report", Method: http.MethodGet, Path: base + "/report", Summary: "What the partnership's board reads of a statement, as outturn report --json prints it, without small counts", Tags: tags},
		func(ctx context.Context, v View, c *call, in *OnStatement) (client.BoardReport, error) {
			r, err := s.reported(ctx, v, c, in)
			if err != nil {
				return client.BoardReport{}, err
			}
			return reportShape[client.BoardReport](struct {
				report.Head
				Board report.Board `json:"board"`
			}{r.Head, r.Board})
		})
	reads(s, huma.Operation{OperationID: "get-officer-statement", Method: http.MethodGet, Path: base + "/officers/{party}", Summary: "The statement of one's own party's accounting officer; of every party's for an auditor", Tags: tags},
		s.officer)
}

// reportShape writes a report in the shapes of the wire, which have its names and its amounts as texts.
func reportShape[T any](of any) (shape T, err error) {
	body, err := json.Marshal(of)
	if err == nil {
		err = json.Unmarshal(body, &shape)
	}
	return shape, err
}

func (s *Service) officer(ctx context.Context, v View, c *call, in *struct {
	OnStatement
	Party string `path:"party" minLength:"1" maxLength:"128" doc:"The party, by its name in the contract"`
}) (client.OfficerStatement, error) {
	var none client.OfficerStatement
	if !c.at.holds(RoleAuditor) && !c.at.speaksFor(in.Party, roles...) {
		return none, forbidden()
	}
	r, err := s.reported(ctx, v, c, &in.OnStatement)
	if err != nil {
		return none, err
	}
	at := slices.IndexFunc(r.Officers, func(o report.Officer) bool { return o.Party == in.Party })
	if at < 0 {
		return none, ErrUnknown
	}
	return reportShape[client.OfficerStatement](struct {
		report.Head
		Officer report.Officer `json:"officer"`
	}{r.Head, r.Officers[at]})
}

// reported makes the reports of a statement from it and those before it.
func (s *Service) reported(ctx context.Context, v View, c *call, in *OnStatement) (*report.Report, error) {
	input := report.Input{Small: SmallNumbers, Disputable: true}
	for number := 1; number <= in.Statement; number++ {
		st, terms, err := s.stored(ctx, v, in.Contract, number)
		if err != nil {
			return nil, err
		}
		input.Contract, input.Statements = terms, append(input.Statements, st.Statement)
	}
	if err := s.reportedDisputes(ctx, v, c, in, &input); err != nil {
		return nil, err
	}
	found, err := v.Payments(ctx, in.Contract, in.Statement)
	if err == nil {
		_, err = s.keptBack(ctx, v, found, in.Contract, in.Statement, dayOf(c))
	}
	if err != nil {
		return nil, err
	}
	for _, p := range found {
		if p.Part > 0 { // it is in the posting's amount already
			continue
		}
		input.Payments = append(input.Payments, report.Payment{From: p.From, To: p.To, Payment: p.Rule, State: p.State, Amount: p.Amount, Disputed: p.Disputed})
	}
	r, err := report.New(input)
	if err != nil {
		return nil, conflict("the report cannot be made: %v", err)
	}
	return r, nil
}

// reportedDisputes are those that the caller may see of the statement and those before it, without whose line each is.
func (s *Service) reportedDisputes(ctx context.Context, v View, c *call, in *OnStatement, input *report.Input) error {
	for p := (Page{Limit: 1000}); ; {
		found, err := v.Disputes(ctx, in.Contract, p)
		if err != nil {
			return err
		}
		for _, d := range found {
			if d.Statement <= in.Statement && c.mayRead(d.Organisation) {
				shape := disputeShape(d)
				input.Disputes = append(input.Disputes, report.Dispute{Dispute: d.ID, Statement: d.Statement, Payment: d.Payment, Amount: d.Amount, State: d.State, Due: shape.Due})
			}
			p.After = d.Place
		}
		if len(found) < p.Limit {
			return nil
		}
	}
}
