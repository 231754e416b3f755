package api

import (
	"context"
	"net/http"
	"time"

	"outturn/api/client"
	"outturn/contracts"
	"outturn/contracts/calendar"
)

// What stood at the end of a day of the past. Nothing on record is ever changed, so that whoever asks what was known then
// is told what would have been told then: those statements, those items, that version of the contract.

// AsKnown is put in the input of what can be asked as it stood on a day.
type AsKnown struct {
	Known string `query:"known" format:"date" doc:"As it stood at the end of this day (UTC); left out for now"`
}

// before is the moment before which something had to be on record; zero for now.
func (k AsKnown) before() (time.Time, error) {
	if k.Known == "" {
		return time.Time{}, nil
	}
	day, err := calendar.ParseDate(k.Known)
	if err != nil {
		return time.Time{}, faulty(http.StatusUnprocessableEntity, "the request is not as the API's document says",
			client.Fault{Parameter: "known", Found: k.Known, Message: err.Error(), Remedy: "write a day: 2013-03-31"})
	}
	year, month, of := day.AddDays(1).Civil()
	return time.Date(year, time.Month(month), of, 0, 0, 0, 0, time.UTC), nil
}

// was reports whether something of a moment was on record.
func was(at, before time.Time) bool { return before.IsZero() || at.Before(before) }

// inForce finds the version that settled before a moment, the active one for now.
func (s *Service) inForce(ctx context.Context, v View, contract string, before time.Time) (Version, *contracts.Contract, error) {
	if before.IsZero() {
		return s.active(ctx, v, contract)
	}
	versions, err := v.Versions(ctx, contract)
	if err != nil {
		return Version{}, nil, err
	}
	at := 0
	for _, version := range versions {
		if !version.Activated.IsZero() && was(version.Activated, before) {
			at = version.Number // a later number was activated later
		}
	}
	if at == 0 {
		return Version{}, nil, conflict("no version of this contract was active then")
	}
	return s.version(ctx, v, contract, at)
}

// standing fetches where a settlement would have started from before a moment: the last item on record, and the number
// of the first statement that was not issued yet; 0 for now.
func standingBefore(ctx context.Context, v View, contract string, before time.Time) (sequence int64, number int, err error) {
	if before.IsZero() {
		sequence, err = v.Sequence(ctx, contract)
		return sequence, 0, err
	}
	if sequence, err = v.SequenceAt(ctx, contract, before); err != nil {
		return 0, 0, err
	}
	number = 1
	for p := (Page{Limit: 1000}); ; {
		heads, err := v.Statements(ctx, contract, p)
		if err != nil {
			return 0, 0, err
		}
		for _, head := range heads {
			if was(head.At, before) {
				number = head.Number + 1
			}
			p.After = int64(head.Number)
		}
		if len(heads) < p.Limit {
			return sequence, number, nil
		}
	}
}
