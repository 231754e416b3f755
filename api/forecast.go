package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"outturn/api/client"
	"outturn/contracts/money"
	"outturn/engine"
	"outturn/engine/schedule"
	"outturn/engine/statements"
)

// The forecast: what would fall due at the settlements that come next, were the evidence to stand as it is. Each is
// settled provisionally through its own last day, so that windows end, waits pass and holds are released as the contract
// has it; what is due at each is what it comes to beyond the one before.

const forecastMax = 12

func (s *Service) forecastRoutes() {
	reads(s, huma.Operation{OperationID: "forecast", Method: http.MethodGet, Path: "/v1/contracts/{contract}/forecast", Summary: "What would fall due at the settlements that come next, were the evidence to stand as it is; no statement, and nothing is kept",
		Tags: []string{"settlements"}, Metadata: map[string]any{"bulk": true}}, s.forecast)
}

func (s *Service) forecast(ctx context.Context, v View, c *call, in *struct {
	OnContract
	Occasions int `query:"occasions" minimum:"1" maximum:"12" default:"4" doc:"How many settlements to look ahead"`
}) (client.Forecast, error) {
	out := client.Forecast{Status: "forecast", Known: dayOf(c).String(), Occasions: []client.ForecastOccasion{}}
	version, terms, err := s.active(ctx, v, in.Contract)
	if err != nil {
		return out, err
	}
	out.Version, out.Currency = version.Number, terms.Currency.Code
	k, err := schedule.NewCalendar(terms)
	if err != nil {
		return out, unsettled(err)
	}
	settled, err := v.SettledThrough(ctx, in.Contract)
	if err != nil {
		return out, err
	}
	g := &settling{version: version, terms: terms}
	if g.sequence, err = v.Sequence(ctx, in.Contract); err != nil {
		return out, err
	}
	if g.position, _, err = v.Position(ctx, terms, in.Contract, 0); err != nil {
		return out, err
	}
	var before *statements.Statement
	for _, due := range k.Coming(settled, min(in.Occasions, forecastMax)) {
		one := client.ForecastOccasion{Occasion: occasionShape(due), Parties: []client.ForecastParty{}, Payments: []client.ForecastPayment{}}
		g.on = engine.Occasion{Through: due.Through, CutOff: due.CutOff}
		st, err := g.provisional(ctx, v, in.Contract)
		switch {
		case err == nil:
			forecastOf(&one, before, &st)
			before = &st
		case problemOf(unsettled(err)).Status == http.StatusUnprocessableEntity:
			one.Why = err.Error()
		default:
			return out, err
		}
		out.Occasions = append(out.Occasions, one)
	}
	return out, nil
}

// forecastOf says what a settlement would come to beyond the one before it; beyond what is settled where there is none.
func forecastOf(one *client.ForecastOccasion, before, st *statements.Statement) {
	parties, payments := map[string]money.Amount{}, map[string]money.Amount{}
	if before != nil {
		for _, p := range before.Due {
			parties[p.Party] = p.ToDate
		}
		for _, p := range before.Payments {
			payments[p.Payment] = p.ToDate
		}
	}
	for _, p := range st.Due {
		due := p.Due
		if had, ok := parties[p.Party]; ok {
			due = p.ToDate.Sub(had)
		}
		one.Parties = append(one.Parties, client.ForecastParty{Party: p.Party, Due: due.String(), ToDate: p.ToDate.String()})
	}
	for _, p := range st.Payments {
		due := p.Due
		if had, ok := payments[p.Payment]; ok {
			due = p.ToDate.Sub(had)
		}
		payment := client.ForecastPayment{Payment: p.Payment, Clause: p.Clause, Due: due.String(), ToDate: p.ToDate.String(), Held: p.Held.String(), Waiting: []client.Waiting{}}
		for _, w := range st.Waiting {
			if w.Payment == p.Payment {
				payment.Waiting = append(payment.Waiting, client.Waiting{Reason: w.Reason, Count: w.Count})
			}
		}
		one.Payments = append(one.Payments, payment)
	}
}
