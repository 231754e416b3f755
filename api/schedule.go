package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"outturn/api/client"
	"outturn/contracts/calendar"
	"outturn/engine/schedule"
)

// Runs: what the scheduler settled, what it is at, what failed and why; and a run that somebody asks for. The scheduler
// does it; settling at once, while the request waits, is runs.go.

// OnRun names a run in a path.
type OnRun struct {
	OnContract
	Run string `path:"run" maxLength:"64" doc:"Its kind and the last day it settles: final-2012-06-30"`
}

func (s *Service) scheduleRoutes() {
	tags := []string{"settlements"}
	const base = "/v1/contracts/{contract}/runs"
	reads(s, huma.Operation{OperationID: "list-runs", Method: http.MethodGet, Path: base, Summary: "List the runs of a contract: what was settled by its calendar, what is due, what failed and why", Tags: tags},
		func(ctx context.Context, v View, _ *call, in *struct {
			OnContract
			Paged
		}) (client.List[client.Run], error) {
			return list(&in.Paged, func(p Page) ([]Run, error) { return v.Runs(ctx, in.Contract, p) }, runShape)
		})
	reads(s, huma.Operation{OperationID: "get-run", Method: http.MethodGet, Path: base + "/{run}", Summary: "Look at a run", Tags: tags},
		func(ctx context.Context, v View, _ *call, in *OnRun) (client.Run, error) {
			r, err := v.Run(ctx, in.Contract, in.Run)
			return runShape(r), err
		})
	streams(s, huma.Operation{OperationID: "get-run-statement", Method: http.MethodGet, Path: base + "/{run}/statement", Summary: "The statement that a run made, provisional or final, byte for byte", Tags: tags}, "application/json", runStatement)
	acts(s, huma.Operation{OperationID: "ask-run", Method: http.MethodPost, Path: base, Summary: "Have the scheduler settle a period now: one that was not settled yet, one whose run failed, or a provisional one again", Tags: tags, DefaultStatus: http.StatusAccepted}, s.askRun)
	reads(s, huma.Operation{OperationID: "get-schedule", Method: http.MethodGet, Path: "/v1/contracts/{contract}/schedule", Summary: "When a contract is next looked at, and which final settlements come next", Tags: tags}, s.getSchedule)
}

func runStatement(ctx context.Context, v View, _ *call, in *OnRun, to *outlet) error {
	r, err := v.Run(ctx, in.Contract, in.Run)
	if err != nil {
		return err
	}
	if r.Statement == 0 {
		return conflict("this run is %s, and has made no statement", r.State)
	}
	head, digest, err := v.RunHead(ctx, r)
	if err != nil || to.unchanged(`"`+digest.String()+`"`) {
		return err
	}
	_, err = to.Write(head)
	return err
}

func (s *Service) askRun(ctx context.Context, tx Tx, c *call, in *struct {
	OnContract
	Body client.NewRun
}) (made[client.Run], error) {
	var none made[client.Run]
	if _, _, err := s.active(ctx, tx, in.Contract); err != nil {
		return none, err
	}
	through, err := calendar.ParseDate(in.Body.Through)
	if err != nil {
		return none, faulty(http.StatusUnprocessableEntity, "the request is not as the API's document says", client.Fault{Pointer: "/through", Found: in.Body.Through, Message: err.Error(), Remedy: "write a day: 2013-03-31"})
	}
	r, err := tx.AskRun(ctx, in.Contract, in.Body.Kind, through, c.request.at)
	return made[client.Run]{Body: runShape(r), Location: "/v1/contracts/" + in.Contract + "/runs/" + r.ID}, err
}

// comingMax is how many settlements are shown that come next.
const comingMax = 12

func (s *Service) getSchedule(ctx context.Context, v View, _ *call, in *OnContract) (client.Schedule, error) {
	out := client.Schedule{Coming: []client.Occasion{}}
	_, terms, err := s.active(ctx, v, in.Contract)
	if err != nil {
		return out, err
	}
	out.Cron, out.Zone = terms.Calendar.Run, terms.Calendar.Zone
	found, err := v.Schedules(ctx, in.Contract)
	if err != nil {
		return out, err
	}
	for _, one := range found {
		out.Next, out.Why = timeOf(one.Next), one.Why
	}
	settled, err := v.SettledThrough(ctx, in.Contract)
	if err != nil {
		return out, err
	}
	k, err := schedule.NewCalendar(terms)
	if err == nil {
		for _, due := range k.Coming(settled, comingMax) {
			out.Coming = append(out.Coming, occasionShape(due))
		}
	} else {
		out.Why = err.Error() // which is what was asked for
	}
	return out, nil
}

func occasionShape(d schedule.Due) client.Occasion {
	return client.Occasion{Through: d.Through.String(), CutOff: d.CutOff.String(), At: d.At.UTC()}
}

func (r Run) place() int64 { return r.Place }

func runShape(r Run) client.Run {
	return client.Run{ID: r.ID, Kind: r.Kind, Through: r.Through.String(), CutOff: r.CutOff.String(), State: r.State, Why: r.Why, Attempts: r.Attempts, Statement: r.Number,
		Due: r.Due.UTC(), Began: timeOf(r.Began), Ended: timeOf(r.Ended)}
}
