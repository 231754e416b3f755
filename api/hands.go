package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"outturn/api/client"
	"outturn/contracts"
	"outturn/engine"
	"outturn/engine/report"
	"outturn/engine/statements"
)

// Those beside payer, provider and auditor: the payer's verifiers, the independent evaluator, the finance of partners. Each
// has a door of its own, through which comes what they tell and nothing else, and sees what their work needs.

// The doors, by what comes through them.
const (
	doorValidations = "send-validations"
	doorCertified   = "send-certified-figures"
	doorPartners    = "send-partner-figures"
)

func (s *Service) handRoutes() {
	bulk := map[string]any{"bulk": true}
	raw := map[string]any{"raw": true, "bulk": true}
	door := func(id, path, summary string) {
		acts(s, huma.Operation{OperationID: id, Method: http.MethodPost, Path: "/v1/contracts/{contract}/" + path, Summary: summary, Tags: []string{"evidence"}, DefaultStatus: http.StatusCreated,
			RequestBody: evidenceBody(), MaxBodyBytes: s.o.Limits.Evidence, Metadata: raw}, s.sendBatch)
	}
	door(doorValidations, "validations", "Send the results of checks of claims, and no other evidence")
	door(doorCertified, "certified-figures", "Send figures that the evaluator certifies, and no other evidence")
	door(doorPartners, "partner-figures", "Send what a partner tells of itself, such as savings cashed and what was put in in kind, and no other evidence")
	streams(s, huma.Operation{OperationID: "list-claims", Method: http.MethodGet, Path: "/v1/contracts/{contract}/claims", Summary: "The claims that wait for a check, a record a line", Tags: []string{"evidence"}, Metadata: bulk}, mediaNDJSON, s.claims)
	reads(s, huma.Operation{OperationID: "get-comparisons", Method: http.MethodGet, Path: "/v1/contracts/{contract}/comparisons", Summary: "What would have happened anyway, as the comparisons find it now, with gates, balance and certified figures; without small counts for who may see no unit", Tags: []string{"settlements"}, Metadata: bulk},
		func(ctx context.Context, v View, c *call, in *asked) (client.Found, error) {
			return s.found(ctx, v, in, func(terms *contracts.Contract, st *statements.Statement) any {
				return report.Comparisons(st.Comparisons, c.smallest(terms))
			})
		})
	reads(s, huma.Operation{OperationID: "get-savings", Method: http.MethodGet, Path: "/v1/contracts/{contract}/savings", Summary: "The chains of savings, and what each partner puts in and has, as they stand now", Tags: []string{"settlements"}, Metadata: bulk},
		func(ctx context.Context, v View, _ *call, in *asked) (client.Found, error) {
			return s.found(ctx, v, in, func(_ *contracts.Contract, st *statements.Statement) any {
				return map[string]any{"savings": append([]statements.SavingSum{}, st.Savings...), "partnership": st.Partnership}
			})
		})
}

// asked is a question about what would be settled now.
type asked struct {
	OnContract
	OccasionQuery
	AsKnown
}

// smallest is the least count that the caller is shown on a contract: of whoever may see lines, every one.
func (c *call) smallest(terms *contracts.Contract) int {
	if c.at.holds(permissions["get-statement-lines"].roles...) {
		return 0
	}
	return report.Threshold(terms, SmallNumbers)
}

// found settles provisionally and answers with a part of the statement.
func (s *Service) found(ctx context.Context, v View, in *asked, part func(*contracts.Contract, *statements.Statement) any) (client.Found, error) {
	g, err := s.about(ctx, v, in.Contract, in.Through, in.CutOff, false, in.AsKnown)
	if err == nil {
		err = g.gather(ctx, v, in.Contract)
	}
	if err != nil {
		return client.Found{}, err
	}
	g.close()
	st, err := g.provisional(ctx, v, in.Contract)
	if err != nil {
		return client.Found{}, unsettled(err)
	}
	body, err := encode(part(g.terms, &st))
	return client.Found{Status: st.Status, Through: st.Through, CutOff: st.CutOff, Found: body}, err
}

func (s *Service) claims(ctx context.Context, v View, _ *call, in *asked, to *outlet) error {
	g, err := s.about(ctx, v, in.Contract, in.Through, in.CutOff, false, in.AsKnown)
	if err == nil {
		err = g.gather(ctx, v, in.Contract)
	}
	if err != nil {
		return err
	}
	defer g.close()
	return unsettled(g.waits(ctx, "", to, func(w *engine.Wait) bool { return w.Reason == statements.ToBeChecked }))
}

// admitted says why a kind does not come through the door of an operation, "" where it does.
func admitted(operation string, c *contracts.Contract, kind int) string {
	k := &c.Evidence[kind]
	switch operation {
	case doorValidations:
		if k.Form != contracts.ExaminedClaim {
			return k.Name + " is no check of a claim; send it as a batch"
		}
	case doorCertified:
		if !slices.ContainsFunc(c.Comparisons, func(one contracts.Comparison) bool { return one.CertifiedBy == kind }) {
			return k.Name + " certifies no comparison; send it as a batch"
		}
	case doorPartners:
		if k.Of != contracts.OfRole {
			return k.Name + " is nothing that a partner tells of itself; send it as a batch"
		}
	}
	return ""
}
