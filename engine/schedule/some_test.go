package schedule

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"outturn/engine/evidence"
	"outturn/engine/statements"
	"outturn/engine/store"
)

// Statements of before stand in large rows: their records are read as those in small ones.
func TestStatementsInLargeRowsAreRead(t *testing.T) {
	const people = 9000
	w := newWorld(t)
	now := at(t, "1980-01-01T12:00:00Z")
	w.told("ctr_1", people)
	c := w.weekly(52)
	s := w.worker(&now)
	for _, week := range []int{3, 30} {
		if run := w.settleNow(s, "ctr_1", c, weekEnd(week), Final); run.State != store.RunDone {
			t.Fatalf("%+v", run)
		}
	}
	if n := w.count("select max(size) from statements"); n < 600_000 {
		t.Fatalf("a statement has %d bytes", n)
	}
	records := func(from string) (list []statements.Record) {
		t.Helper()
		err := w.SystemRead(context.Background(), func(v *store.View) error {
			p, err := v.PositionUnread(context.Background(), c, "ctr_1")
			for i := range p.Prior {
				for record, err := range p.Prior[i].Lines(0, from) {
					if err != nil {
						return err
					}
					list = append(list, record)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	all, some := records(""), records("P0007000-of-the-register")
	if len(all) != people || len(some) != 2000 {
		t.Fatalf("%d records of %d, and %d of 2000", len(all), people, len(some))
	}
	for _, sql := range []string{
		"create temporary table whole as select contract, statement, string_agg(bytes, '' order by number) as b from chunks group by contract, statement",
		"delete from chunks",
		"insert into chunks (contract, statement, number, bytes) select contract, statement, n, substring(b from n * 262144 + 1 for 262144) from whole, generate_series(0, (length(b) - 1) / 262144) n",
		"update statements set chunk = 262144",
	} {
		w.change(sql)
	}
	if !reflect.DeepEqual(records(""), all) || !reflect.DeepEqual(records("P0007000-of-the-register"), some) {
		t.Error("in large rows other records are read")
	}
}

// A renewed run takes a second connection where there is one, and waits for none; and where what was kept is another
// statement's by the time that it is read, the run comes again.
func TestRootsAreReadWithoutAnotherConnection(t *testing.T) {
	const people = 1200
	w := newWorld(t)
	now := at(t, "1980-01-01T12:00:00Z")
	w.told("ctr_1", people)
	c := w.weekly(52)
	s := w.worker(&now, func(o *Options) { o.KeepRoots = 1 })
	if run := w.settleNow(s, "ctr_1", c, weekEnd(40), Final); run.State != store.RunDone {
		t.Fatalf("%+v", run)
	}
	ctx := context.Background()
	known := []evidence.Unit{{Key: "P0000007-of-the-register"}}
	read := func(v *store.View, k store.Keeping, other string) (roots int, err error) {
		m := store.Moment{Sequence: 5 * people}
		old, is, err := v.SnapshotsOfRoots(ctx, c, "ctr_1", m, m, known, func(v *store.View) ([]evidence.Unit, error) {
			lists, err := v.KeptRoots(ctx, "ctr_1", k).All()
			if err == nil {
				err = evidence.MergeRoots(lists, func(*evidence.RootAt) error { roots++; return nil })
			}
			return []evidence.Unit{{Key: other}}, err
		})
		if err != nil {
			return 0, err
		}
		if n := len(is.Stretch().Leaves); n != 2 || len(old.Stretch().Leaves) != 2 {
			t.Errorf("%d roots were read, expected 2", n)
		}
		return roots, errors.Join(old.Close(), is.Close())
	}
	busy, free := make(chan struct{}), make(chan struct{})
	others := w.EngineConnections() - 1
	for range others {
		go func() {
			_ = w.SystemRead(ctx, func(*store.View) error { busy <- struct{}{}; <-free; return nil })
		}()
	}
	look := func(do func(v *store.View, k store.Keeping) error) {
		t.Helper()
		err := w.SystemRead(ctx, func(v *store.View) error {
			base, err := v.LastFinal(ctx, "ctr_1")
			if err != nil {
				return err
			}
			k, err := v.Kept(ctx, "ctr_1", base.Place)
			if err != nil {
				return err
			}
			return do(v, k)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	look(func(v *store.View, k store.Keeping) error {
		for range others {
			<-busy
		}
		roots, err := read(v, k, "P0000001-of-the-register")
		if roots != people {
			t.Errorf("%d roots were kept, expected %d", roots, people)
		}
		return err
	})
	close(free)
	look(func(v *store.View, k store.Keeping) error {
		if n := w.count("with gone as (delete from kept where contract = 'ctr_1' returning 1) select count(*) from gone"); n != 1 {
			t.Fatal(n)
		}
		if _, err := read(v, k, "P0000001-of-the-register"); !store.Passing(err) {
			t.Errorf("read %v", err)
		}
		return nil
	})
}
