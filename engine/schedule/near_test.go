package schedule

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"outturn/contracts/calendar"
	"outturn/engine/evidence"
	"outturn/engine/store"
)

// Week after week little is told of many: each run reads what was kept of the roots that stand near those that changed, and its
// statement has the bytes of one made in full. It reads all where somebody is new, and where much changed since every root was
// kept, which is then gathered up.
func TestARunReadsWhatStandsNear(t *testing.T) {
	const people = 2000
	w := newWorld(t)
	now := at(t, "1980-01-01T12:00:00Z")
	full := w.worker(&now, func(o *Options) { o.KeepRoots = -1 })
	renewing := w.worker(&now, func(o *Options) { o.KeepRoots = 100 })
	c := w.weekly(12)
	var csv strings.Builder
	csv.WriteString("id,kind,participant,day\n")
	for n := range people {
		day := calendar.MustDate("2024-01-02")
		if n >= people-5 { // in the fifth week, which is known at the fourth's cut-off
			day = day.AddDays(28)
		}
		fmt.Fprintf(&csv, "a%d,attachment,P%04d,%s\n", n, n, day)
	}
	both := func(do func(id string, s *Worker)) {
		do("ctr_1", full)
		do("ctr_2", renewing)
	}
	both(func(id string, _ *Worker) {
		w.bring(id, 1, c, w.at)
		w.send(id, "bat_0", c, csv.String())
	})
	// near says whether the next run would read some roots alone, of which nothing is told or of those that are named.
	near := func(through calendar.Date, names ...string) (near bool) {
		t.Helper()
		var told []evidence.Unit
		for _, name := range names {
			told = append(told, evidence.Unit{Key: name})
		}
		err := w.SystemRead(context.Background(), func(v *store.View) error {
			base, err := v.LastFinal(context.Background(), "ctr_2")
			if err != nil {
				return err
			}
			k, err := v.Kept(context.Background(), "ctr_2", base.Place)
			if err != nil {
				return err
			}
			var r keptRoots
			_, err = r.read(c, v.KeptRoots(context.Background(), "ctr_2", k), evidence.RootsNamed(c, told), through)
			near = r.touched != nil
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return near
	}
	for _, week := range []struct {
		number int
		told   []string // of whom more is told before its cut-off
		known  []string // of whom what was told is known from its cut-off on
		near   bool
		kept   int // how many statements' roots there are then
	}{
		{1, nil, nil, false, 1},
		{2, []string{"P0100", "P0101", "P0900", "P1994"}, nil, true, 2},
		{3, nil, nil, true, 3},
		{4, []string{"P0000", "P0500"}, many(people-5, people, 1), false, 4}, // five are new
		{5, nil, nil, true, 5}, // their day has come
		{6, []string{"N0001", "P0700"}, nil, false, 6},
		{7, []string{"P0701", "N0001"}, nil, true, 7},
		{8, many(0, people, 8), nil, false, 1}, // they are gathered up
		{9, []string{"P1000"}, nil, true, 2},
	} {
		through := calendar.MustDate("2023-12-31").AddDays(7 * week.number)
		if week.number > 1 {
			if got := near(through, append(week.known, week.told...)...); got != week.near {
				t.Errorf("week %d: it reads what stands near: %v", week.number, got)
			}
		}
		if len(week.told) > 0 {
			more := "id,kind,participant,day,learned\n"
			for i, name := range week.told {
				more += fmt.Sprintf("w%d-%d,attachment,%s,2024-01-02,%s\n", week.number, i, name, through)
			}
			both(func(id string, _ *Worker) { w.send(id, fmt.Sprint("bat_", week.number), c, more) })
		}
		both(func(id string, s *Worker) {
			if run := w.settleNow(s, id, c, through, Final); run.State != store.RunDone {
				t.Fatalf("%s week %d: %+v", id, week.number, run)
			}
		})
		w.alike("ctr_1", "ctr_2")
		if n := w.count("select count(*) from kept where contract = 'ctr_2'"); n != week.kept {
			t.Errorf("week %d: the roots of %d statements are kept, expected %d", week.number, n, week.kept)
		}
	}
	if n := w.count("select count(*) from audit where contract = 'ctr_2' and subject like '%roots were not what they were'"); n != 8 {
		t.Errorf("%d runs were made of what changed, expected 8", n)
	}
	// What was kept of the roots is held to the index, and where it is not what was written, the run is in full.
	w.count("with bad as (update kept_roots set bytes = set_byte(bytes, 20, 255 - get_byte(bytes, 20)) where statement = (select min(statement) from kept) returning 1) select count(*) from bad")
	both(func(id string, s *Worker) {
		if run := w.settleNow(s, id, c, calendar.MustDate("2023-12-31").AddDays(70), Final); run.State != store.RunDone {
			t.Fatalf("%s: %+v", id, run)
		}
	})
	w.alike("ctr_1", "ctr_2")
}

// What was kept of a unit that the contract does not have is refused.
func TestARootOfNoUnitIsRefused(t *testing.T) {
	list := evidence.Roots(nil).Append([]byte("\x01P0001"), make([]byte, 32), 0, nil)
	var root evidence.RootAt
	if there, err := list.Next(&root); err != nil || !there {
		t.Fatal(err)
	}
	f, err := newFinder([]int{0}, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	if is, err := f.find(&root); err == nil {
		t.Errorf("it is what it was: %v", is)
	}
}

// many names every so manieth of the people.
func many(from, to, every int) (list []string) {
	for n := from; n < to; n += every {
		list = append(list, fmt.Sprintf("P%04d", n))
	}
	return list
}

// What was prepared from one final statement is not made into a run once another stands: the run comes again.
func TestWhatWasPreparedIsOfTheLastStatement(t *testing.T) {
	w := newWorld(t)
	now := at(t, "1980-01-01T12:00:00Z")
	w.told("ctr_1", 200)
	c := w.weekly(52)
	s := w.worker(&now, func(o *Options) { o.KeepRoots = 1 })
	settled := w.settleNow(s, "ctr_1", c, weekEnd(40), Final)
	if settled.State != store.RunDone {
		t.Fatalf("%+v", settled)
	}
	run := settled
	run.Kind, run.Through, run.CutOff = store.RunProvisional, weekEnd(42), weekEnd(42)
	prepared, why, err := s.renewal(context.Background(), run)
	if prepared == nil || err != nil {
		t.Fatalf("nothing was prepared: %s: %v", why, err)
	}
	made := func() (err error) {
		w.system(func(tx *store.Tx) error {
			terms, version, read := inForce(context.Background(), &tx.View, &s.documents, "ctr_1")
			if read != nil {
				return read
			}
			_, _, err = prepared.make(context.Background(), tx, terms, version, run, nil)
			return nil
		})
		return err
	}
	if err := made(); err != nil {
		t.Errorf("nothing came between: %v", err)
	}
	if other := w.settleNow(s, "ctr_1", c, weekEnd(41), Final); other.State != store.RunDone {
		t.Fatalf("%+v", other)
	}
	if err := made(); !errors.Is(err, store.ErrBusy) {
		t.Errorf("another statement came between: %v", err)
	}
}
