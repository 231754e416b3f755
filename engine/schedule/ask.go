package schedule

import (
	"context"
	"errors"
	"fmt"
	"time"

	"outturn/contracts/calendar"
	"outturn/contracts/language"
	"outturn/engine/store"
)

// What people ask of the scheduler: a run now, a run again; and what comes next.

// ErrAsked says why a run that somebody asks for cannot be done. It is for people.
type ErrAsked struct{ Why string }

// Error returns Why.
func (e *ErrAsked) Error() string { return e.Why }

// Ask has a period settled without waiting for its time: a run that was never done, that failed, or a provisional one once
// more. A final run is not done before its cut-off is over, and never twice. The run is done by whoever looks next.
func Ask(ctx context.Context, tx *store.Tx, contract string, kind Kind, through calendar.Date, now time.Time) (store.Run, error) {
	k, err := calendarInForce(ctx, &tx.View, contract)
	if err != nil {
		return store.Run{}, err
	}
	d, ok := k.Through(through)
	if !ok {
		return store.Run{}, &ErrAsked{fmt.Sprintf("no period of the contract ends on %s; a run settles through the last day of one", through)}
	}
	today, err := k.times.Day(now)
	if err != nil {
		return store.Run{}, err
	}
	d.Kind, d.At = kind, now
	switch {
	case kind == Final && today <= d.CutOff:
		return store.Run{}, &ErrAsked{fmt.Sprintf("evidence can be learned until the end of %s, and today is %s; a final run comes after its cut-off", d.CutOff, today)}
	case today <= through:
		return store.Run{}, &ErrAsked{fmt.Sprintf("the period ends on %s, and today is %s; ask for a preview", through, today)}
	}
	return tx.AskRun(ctx, runOf(contract, d), now)
}

func calendarInForce(ctx context.Context, v *store.View, contract string) (*Calendar, error) {
	terms, _, err := inForce(ctx, v, new(language.Documents), contract)
	if err != nil {
		return nil, errors.Join(&ErrAsked{"the contract cannot be settled: " + err.Error()}, err)
	}
	return NewCalendar(terms)
}
