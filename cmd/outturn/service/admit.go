package service

import (
	"context"
	"slices"
	"time"

	"outturn/api"
	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine/evidence"
	"outturn/engine/schedule"
	"outturn/engine/store"
)

// Admit lets evidence that the scheduler fetches in by the API's own door: what may not come from an organisation in a
// request may not come from its folder, and items are corrected and withdrawn by whoever sent them.
func Admit(s *store.Store, now func() time.Time) schedule.Admit {
	return func(ctx context.Context, v *store.View, from store.Source, terms *contracts.Contract) (func(*evidence.Row) ([]evidence.Fault, error), error) {
		grants, err := view{v}.Grants(ctx, from.Contract)
		if err != nil {
			return nil, err
		}
		year, month, of := now().UTC().Date()
		today, err := calendar.NewDate(year, int(month), of)
		if err != nil {
			return nil, err
		}
		admit := api.Admission(terms, grants, from.Organisation, today)
		return func(row *evidence.Row) ([]evidence.Fault, error) {
			faults := admit(row)
			if len(row.Points) == 0 || len(faults) > 0 {
				return faults, nil
			}
			// The transaction that takes the file in is busy with its rows: this is asked in another.
			own, err := pointsAtOwn(ctx, s, from, row)
			if err == nil && !own {
				faults = append(faults, evidence.Fault{Field: "corrects", Value: string(row.Points), Rule: "the item that this one points at came from another organisation", Remedy: "ask its sender, or raise a dispute"})
			}
			return faults, err
		}, nil
	}
}

// pointsAtOwn reports whether a row points at nothing that another organisation sent.
func pointsAtOwn(ctx context.Context, s *store.Store, from store.Source, row *evidence.Row) (own bool, err error) {
	filter := store.ItemFilter{ID: string(row.Points)}
	if len(row.Path) > 0 {
		filter.Root = string(row.Path[0])
	}
	err = s.SystemRead(ctx, func(v *store.View) error {
		items, err := v.Items(ctx, from.Contract, filter, store.Page{Limit: 100})
		own = !slices.ContainsFunc(items, func(i store.Item) bool { return i.Organisation != from.Organisation })
		return err
	})
	return own, err
}
