package schedule

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"outturn/contracts/calendar"
	"outturn/engine/store"
)

// A contract comes into force, is settled as its weeks end, sleeps through three of them, and catches up in order.
func TestWeeksAreSettledAsTheyEnd(t *testing.T) {
	w := newWorld(t)
	c := w.weekly(6)
	w.bring("ctr_1", 1, c, w.at)
	w.send("ctr_1", "bat_1", c, joined(6))
	now := w.at
	s := w.worker(&now)
	expect := func(day string, want int) {
		t.Helper()
		now = at(t, day)
		w.look(s)
		if got := len(w.runs("ctr_1")); got != want {
			t.Errorf("on %s there are %d runs, expected %d", day, got, want)
		}
	}
	expect("2024-01-07T23:59:59Z", 0)
	expect("2024-01-08T05:59:59Z", 0)
	expect("2024-01-08T06:00:00Z", 1) // the week ended on the 7th
	expect("2024-01-10T05:59:59Z", 1)
	expect("2024-01-10T06:00:00Z", 2) // its cut-off was the 9th
	expect("2024-01-10T06:00:00Z", 2)
	expect("2024-02-05T12:00:00Z", 9) // provisional through 14, 21, 28 January and 4 February, final through the first three
	expect("2024-12-31T12:00:00Z", 12)
	w.whole("ctr_1", 6)
	var order []string
	for _, r := range w.runs("ctr_1") {
		order = append(order, r.ID)
	}
	if want := "provisional-2024-01-07 final-2024-01-07 provisional-2024-01-14 final-2024-01-14 provisional-2024-01-21 final-2024-01-21 " +
		"provisional-2024-01-28 final-2024-01-28 provisional-2024-02-04 final-2024-02-04 provisional-2024-02-11 final-2024-02-11"; strings.Join(order, " ") != want {
		t.Errorf("in this order: %v", order)
	}
	w.system(func(tx *store.Tx) error {
		list, err := tx.Schedules(context.Background(), "ctr_1")
		if len(list) != 1 || !list[0].Next.IsZero() || list[0].Why != "" {
			t.Errorf("a contract that is over still waits: %+v", list)
		}
		return err
	})
}

// Terms that give no answer stop the contract's final runs with the reason, leave nothing behind, and let the rest go on;
// a version that mends them is enough to go on from there.
func TestARunThatCannotBeSettledSaysWhy(t *testing.T) {
	w := newWorld(t)
	c := w.weekly(3)
	// A share of what nobody asked: nought over nought.
	broken := w.decode(strings.Replace(string(c.Source), "payments:\n", `quantities:
  all_asked: {total: survey.asked, in: beginning with 2024-01-01, per: contract}
  all_answered: {total: survey.answered, in: beginning with 2024-01-01, per: contract}
  answer_share: {is: all_answered / all_asked}
payments:
  answer_fee: {from: council, to: prime, per: contract, of: £1000.00 * answer_share, due: on_evidence, clause: "3"}
`, 1))
	w.bring("ctr_1", 1, broken, w.at)
	w.send("ctr_1", "bat_1", broken, joined(3))
	now := at(t, "2024-03-01T12:00:00Z")
	s := w.worker(&now)
	w.look(s)
	states := func() (out string) {
		for _, r := range w.runs("ctr_1") {
			out += r.State + " "
		}
		return strings.TrimSpace(out)
	}
	if got := states(); got != "failed failed failed due failed due" {
		t.Errorf("states: %s", got)
	}
	first := w.runs("ctr_1")[1]
	if !strings.Contains(first.Why, "division by nought") && !strings.Contains(first.Why, "nought") || first.Attempts != 1 {
		t.Errorf("%+v", first)
	}
	if n := w.count("select (select count(*) from statements) + (select count(*) from chunks) + (select count(*) from entries)"); n != 0 {
		t.Errorf("%d rows are left of runs that failed", n)
	}
	now = now.Add(time.Minute)
	w.bring("ctr_1", 2, c, now)
	w.look(s)
	if got := states(); got != "done done done done done done" {
		t.Errorf("states: %s; %+v", got, w.runs("ctr_1"))
	}
}

// A contract whose times cannot be read rests and says why, until a version that mends it comes into force.
func TestAContractThatCannotBeScheduledSaysWhy(t *testing.T) {
	w := newWorld(t)
	c := w.weekly(1)
	w.bring("ctr_1", 1, w.decode(strings.Replace(string(c.Source), "0 6 * * *", "0 6 * * 7", 1)), w.at)
	w.bring("ctr_2", 1, c, w.at)
	now := at(t, "2024-03-01T12:00:00Z")
	s := w.worker(&now)
	w.look(s)
	schedule := func() (found store.Schedule) {
		w.system(func(tx *store.Tx) error {
			list, err := tx.Schedules(context.Background(), "ctr_1")
			found = list[0]
			return err
		})
		return found
	}
	if got := schedule(); !strings.Contains(got.Why, "above maximum") || !got.Next.IsZero() {
		t.Errorf("%+v", got)
	}
	if a, b := len(w.runs("ctr_1")), len(w.runs("ctr_2")); a != 0 || b != 2 {
		t.Errorf("%d and %d runs", a, b)
	}
	w.bring("ctr_1", 2, c, now)
	w.look(s)
	if got := schedule(); got.Why != "" || len(w.runs("ctr_1")) != 2 {
		t.Errorf("%+v, %d runs", got, len(w.runs("ctr_1")))
	}
}

// People ask for a run before its time, and again; a final one comes after its cut-off, and once.
func TestAsk(t *testing.T) {
	w := newWorld(t)
	c := w.weekly(2)
	w.bring("ctr_1", 1, c, w.at)
	w.send("ctr_1", "bat_1", c, joined(2))
	now := at(t, "2024-01-08T03:00:00Z") // before the first time of that day
	s := w.worker(&now)
	through := calendar.MustDate("2024-01-07")
	ask := func(kind Kind, through calendar.Date) (err error) {
		_, _, err = w.Act(context.Background(), officer, store.Act{Operation: "ask", Contract: "ctr_1", At: now}, func(tx *store.Tx) (store.Reply, error) {
			_, err := Ask(context.Background(), tx, "ctr_1", kind, through, now)
			return store.Reply{Status: 202}, err
		})
		return err
	}
	refused := func(err error, says string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, expected to hear: %s", err, says)
		}
	}
	w.look(s)
	refused(ask(Final, through), "final run comes after its cut-off")
	refused(ask(Provisional, through+7), "the period ends on 2024-01-14")
	refused(ask(Provisional, through-1), "no period of the contract ends on 2024-01-06")
	for n := 1; n <= 2; n++ {
		if err := ask(Provisional, through); err != nil {
			t.Fatal(err)
		}
		w.look(s)
		w.system(func(tx *store.Tx) error {
			list, err := tx.Provisionals(context.Background(), "ctr_1", store.Page{Limit: 10})
			if len(list) != n || len(w.runs("ctr_1")) != 1 {
				t.Errorf("asked %d times: %d provisional statements, %d runs", n, len(list), len(w.runs("ctr_1")))
			}
			return err
		})
	}
	now = at(t, "2024-01-10T03:00:00Z")
	if err := ask(Final, through); err != nil {
		t.Fatal(err)
	}
	w.look(s)
	refused(ask(Final, through), "a statement is never changed")
	now = at(t, "2024-01-10T12:00:00Z")
	w.look(s)
	if got := len(w.runs("ctr_1")); got != 2 {
		t.Errorf("%d runs after a final one that was asked for", got)
	}
	now = at(t, "2024-02-10T12:00:00Z")
	w.look(s)
}

// A person settles a period through the API before its runs come to it: they find that statement and make none.
func TestARunFindsWhatSomebodySettled(t *testing.T) {
	w := newWorld(t)
	c := w.weekly(2)
	w.bring("ctr_1", 1, c, w.at)
	w.send("ctr_1", "bat_1", c, joined(2))
	now := at(t, "2024-01-10T12:00:00Z")
	ctx := context.Background()
	through := calendar.MustDate("2024-01-07")
	// The runs are noted, but before anybody takes them up the period is settled.
	w.system(func(tx *store.Tx) error {
		_, err := tx.AddRun(ctx, runOf("ctr_1", Due{Provisional, through, through + 2, now}))
		_, also := tx.AddRun(ctx, runOf("ctr_1", Due{Final, through, through + 2, now}))
		return errors.Join(err, also)
	})
	w.act("ctr_1", func(tx *store.Tx) error {
		writer, err := tx.Settle(ctx, "ctr_1")
		if err != nil {
			return err
		}
		sequence, err := tx.Sequence(ctx, "ctr_1")
		if err != nil {
			return err
		}
		run := store.Run{Contract: "ctr_1", Kind: store.RunFinal, Through: through, CutOff: through + 2, Sequence: sequence}
		st, err := settleOn(ctx, &tx.View, c, run, writer.Sink)
		if err != nil {
			return err
		}
		return writer.Commit(store.StatementHead{Version: 1, Sequence: sequence, By: "per_1", At: now}, st)
	})
	w.look(w.worker(&now))
	for _, r := range w.runs("ctr_1") {
		if r.State != store.RunDone || r.Number != 1 || r.Attempts != 1 {
			t.Errorf("%+v", r)
		}
	}
	if len(w.runs("ctr_1")) < 2 {
		t.Errorf("%+v", w.runs("ctr_1"))
	}
	w.system(func(tx *store.Tx) error {
		list, err := tx.Statements(ctx, "ctr_1", store.Page{Limit: 10})
		if len(list) != 1 || list[0].By != "per_1" {
			t.Errorf("%+v", list)
		}
		return err
	})
}

// A run that ends badly because somebody settled its period meanwhile is begun again, and is no failure; nor is another's failure
// taken for that, nor a final run's that can never be.
func TestAnOvertakenRunIsBegunAgain(t *testing.T) {
	w := newWorld(t)
	c := w.weekly(2)
	w.bring("ctr_1", 1, c, w.at)
	w.send("ctr_1", "bat_1", c, joined(2))
	now := at(t, "2024-01-10T12:00:00Z")
	s := w.worker(&now)
	first, second := calendar.MustDate("2024-01-07"), calendar.MustDate("2024-01-14")
	if run := w.settleNow(s, "ctr_1", c, first, Final); run.State != store.RunDone {
		t.Fatalf("%+v", run)
	}
	broken := errors.New("it cannot be settled")
	for _, k := range []struct {
		through calendar.Date
		why     error
		again   bool
	}{{first, broken, true}, {second, broken, false}, {first, errLate, false}} {
		got := s.overtaken(context.Background(), store.Run{Contract: "ctr_1", Kind: store.RunProvisional, Through: k.through}, k.why)
		if store.Passing(got) != k.again || !errors.Is(got, k.why) {
			t.Errorf("%s, %v: %v", k.through, k.why, got)
		}
	}
}

// A clock that is not the database's settles nothing.
func TestNothingIsSettledByAWrongClock(t *testing.T) {
	w := newWorld(t)
	now := at(t, "2024-01-10T12:00:00Z")
	s := w.worker(&now, func(o *Options) { o.SkewMax = 5 * time.Second })
	if err := s.Look(context.Background()); err == nil || !strings.Contains(err.Error(), "clock is") {
		t.Error(err)
	}
	right, err := w.Clock(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	now = right
	if err := s.Look(context.Background()); err != nil {
		t.Error(err)
	}
}

// Whoever was superseded keeps nothing: the run's number of attempts is not the one it was taken up with.
func TestASupersededRunKeepsNothing(t *testing.T) {
	w := newWorld(t)
	c := w.weekly(1)
	w.bring("ctr_1", 1, c, w.at)
	w.send("ctr_1", "bat_1", c, joined(1))
	ctx := context.Background()
	through := calendar.MustDate("2024-01-07")
	now := at(t, "2024-01-10T12:00:00Z")
	var old store.Run
	w.system(func(tx *store.Tx) error {
		r := runOf("ctr_1", Due{Final, through, through + 2, now})
		if _, err := tx.AddRun(ctx, r); err != nil {
			return err
		}
		var err error
		old, err = tx.TakeUp(ctx, "ctr_1", r.ID, "old", now, time.Millisecond)
		return err
	})
	w.system(func(tx *store.Tx) error {
		if _, err := tx.TakeUp(ctx, "ctr_1", old.ID, "new", now, time.Minute); !errors.Is(err, store.ErrBusy) {
			t.Errorf("a run was taken from its holder: %v", err)
		}
		return nil
	})
	for lapsed := ""; lapsed == ""; {
		w.system(func(tx *store.Tx) (err error) {
			if lapsed, err = tx.Lapsed(ctx); errors.Is(err, store.ErrUnknown) {
				return nil
			}
			return err
		})
	}
	w.system(func(tx *store.Tx) error {
		if err := tx.TakeBack(ctx, "ctr_1"); err != nil {
			return err
		}
		_, err := tx.TakeUp(ctx, "ctr_1", old.ID, "new", now, time.Minute)
		return err
	})
	if err := w.KeepLease(ctx, old, time.Minute); !errors.Is(err, store.ErrSuperseded) {
		t.Errorf("an old holder keeps its lease: %v", err)
	}
	s := w.worker(&now)
	err := s.settle(ctx, old, store.RunJob{Contract: "ctr_1", Run: old.ID, Done: func(context.Context, *store.Tx) error { return nil }})
	if !errors.Is(err, store.ErrSuperseded) {
		t.Errorf("an old holder settled: %v", err)
	}
	w.system(func(tx *store.Tx) error {
		list, err := tx.Statements(ctx, "ctr_1", store.Page{Limit: 10})
		if len(list) != 0 {
			t.Errorf("%+v", list)
		}
		return err
	})
}
