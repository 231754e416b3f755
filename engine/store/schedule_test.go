package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"outturn/contracts/calendar"
	"outturn/engine/store"
	"outturn/engine/store/storetest"
)

// Two processes that look for what is due at once get it once between them, and a run is one process's at a time.
func TestWhatIsDueIsTakenOnce(t *testing.T) {
	s := storetest.New(t)
	begin(t, s)
	c, _ := fixture(t, "newpin")
	ctx := context.Background()
	for _, id := range []string{"ctr_1", "ctr_2", "ctr_3"} {
		addContract(t, s, id, c)
	}
	through := calendar.MustDate("2013-06-30")
	err := s.System(ctx, noon, func(tx *store.Tx) error {
		for i, id := range []string{"ctr_1", "ctr_2", "ctr_3"} {
			next := noon.Add(time.Duration(i-1) * time.Hour)
			if err := tx.SetSchedule(ctx, store.Schedule{Contract: id, Name: "settle", Cron: "0 6 * * *", Zone: "Europe/London", Next: next}); err != nil {
				return err
			}
			if err := tx.SetSource(ctx, store.Source{Contract: id, Name: "post", Kind: "directory", Location: "/in", Cron: "0 * * * *", Zone: "UTC", Next: next, Organisation: "org_1"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	run := store.Run{Contract: "ctr_1", ID: "run_1", Kind: store.RunFinal, Through: through, CutOff: through, Due: noon}
	err = s.System(ctx, noon, func(first *store.Tx) error {
		due, err := first.DueSchedules(ctx, noon, 10)
		if err != nil || len(due) != 2 || due[0].Contract != "ctr_1" || due[1].Contract != "ctr_2" {
			t.Errorf("%v: %v", due, err)
		}
		if added, err := first.AddRun(ctx, run); err != nil || !added {
			t.Errorf("added %v: %v", added, err)
		}
		return s.System(ctx, noon, func(second *store.Tx) error {
			if due, err := second.DueSchedules(ctx, noon, 10); err != nil || len(due) != 0 {
				t.Errorf("two processes took %v: %v", due, err)
			}
			due, err := second.DueSources(ctx, noon.Add(2*time.Hour), 10)
			if len(due) != 3 {
				t.Errorf("%d sources are due", len(due))
			}
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	again := run
	again.ID = "run_2"
	err = s.System(ctx, noon, func(first *store.Tx) error {
		if added, err := first.AddRun(ctx, again); err != nil || added {
			t.Errorf("a second run of the same day: added %v, %v", added, err)
		}
		got, err := first.TakeRun(ctx, "ctr_1", "run_1")
		if err != nil || got.State != store.RunDue || got.Through != through || !got.Began.IsZero() {
			t.Errorf("%+v: %v", got, err)
		}
		if err := s.System(ctx, noon, func(second *store.Tx) error {
			_, err := second.TakeRun(ctx, "ctr_1", "run_1")
			return err
		}); !errors.Is(err, store.ErrBusy) {
			t.Errorf("two processes took one run: %v", err)
		}
		got.State, got.Why, got.Attempts, got.Began = store.RunFailed, "no evidence", 1, noon
		return first.SetRun(ctx, got)
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.System(ctx, noon, func(tx *store.Tx) error {
		if _, err := tx.TakeRun(ctx, "ctr_1", "run_none"); !errors.Is(err, store.ErrUnknown) {
			t.Error(err)
		}
		got, err := tx.Run(ctx, "ctr_1", store.RunFinal, through)
		if got.Why != "no evidence" || got.Attempts != 1 || !got.Began.Equal(noon) {
			t.Errorf("%+v", got)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.System(ctx, noon, func(tx *store.Tx) error {
		got, err := tx.TakeRun(ctx, "ctr_1", "run_1")
		if err != nil {
			return err
		}
		got.State = store.RunDone // without a statement
		return tx.SetRun(ctx, got)
	})
	var conflict *store.Conflict
	if !errors.As(err, &conflict) || conflict.Constraint != "runs_done_have_a_statement" {
		t.Errorf("done without a statement: %v", err)
	}
}
