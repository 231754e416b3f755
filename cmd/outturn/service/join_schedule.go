package service

import (
	"context"
	"errors"
	"time"

	"outturn/api"
	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine"
	"outturn/engine/evidence"
	"outturn/engine/proof"
	"outturn/engine/schedule"
	"outturn/engine/store"
)

func (w view) Runs(ctx context.Context, contract string, p api.Page) ([]api.Run, error) {
	list, err := w.v.Runs(ctx, contract, store.Page(p))
	return each(list, err, func(r store.Run) api.Run { return api.Run(r) })
}

func (w view) Run(ctx context.Context, contract, id string) (api.Run, error) {
	r, err := w.v.RunOf(ctx, contract, id)
	return api.Run(r), told(err)
}

func (w view) RunHead(ctx context.Context, r api.Run) ([]byte, evidence.Digest, error) {
	head, digest, err := w.v.HeadAt(ctx, r.Contract, r.Statement)
	return head, digest, told(err)
}

func (w view) Schedules(ctx context.Context, contract string) ([]api.Schedule, error) {
	list, err := w.v.Schedules(ctx, contract)
	return each(list, err, func(s store.Schedule) api.Schedule { return api.Schedule(s) })
}

func (w view) SettledThrough(ctx context.Context, contract string) (calendar.Date, error) {
	day, err := w.v.SettledThrough(ctx, contract)
	return day, told(err)
}

func (w view) Position(ctx context.Context, c *contracts.Contract, contract string, before int) (engine.Position, []*proof.Stored, error) {
	position, stored, err := w.v.Position(ctx, c, contract, before)
	return position, stored, told(err)
}

func (w view) Source(ctx context.Context, contract, name string) (api.Source, error) {
	s, err := w.v.Source(ctx, contract, name)
	return api.Source(s), told(err)
}

func (w view) Sources(ctx context.Context, contract string) ([]api.Source, error) {
	list, err := w.v.Sources(ctx, contract)
	return each(list, err, func(s store.Source) api.Source { return api.Source(s) })
}

func (w view) SourceFiles(ctx context.Context, contract, source string, p api.Page) ([]api.SourceFile, error) {
	list, err := w.v.SourceFiles(ctx, contract, source, store.Page(p))
	return each(list, err, func(f store.SourceFile) api.SourceFile { return api.SourceFile(f) })
}

func (x tx) AskRun(ctx context.Context, contract, kind string, through calendar.Date, now time.Time) (api.Run, error) {
	r, err := schedule.Ask(ctx, x.t, contract, schedule.Kind(kind), through, now)
	var asked *schedule.ErrAsked
	if errors.As(err, &asked) {
		return api.Run{}, &api.ErrConflict{Why: asked.Why}
	}
	return api.Run(r), told(err)
}

func (x tx) SetSource(ctx context.Context, s api.Source) error {
	return told(x.t.SetSource(ctx, store.Source(s)))
}

func (x tx) DropSource(ctx context.Context, contract, name string) error {
	return told(x.t.DropSource(ctx, contract, name))
}
