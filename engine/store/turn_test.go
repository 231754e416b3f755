package store_test

import (
	"context"
	"errors"
	"testing"

	"outturn/engine/store"
	"outturn/engine/store/storetest"
)

// What is written with the last word of an act is undone with it, seen by the act's own questions, and refused as if it had been
// written at once.
func TestWhatIsWrittenLast(t *testing.T) {
	s, c := familiesStore(t)
	ctx := context.Background()
	body := func(id, family string) store.Receipt {
		return bodyReceipt("ctr_1", id, c, soundRow(t, c, family, "2012-05-01", ""), false)
	}
	batches := func() (ids []string) {
		err := s.Read(ctx, commissioner, func(v *store.View) error {
			list, err := v.Batches(ctx, "ctr_1", store.Page{Limit: 100})
			for _, b := range list {
				ids = append(ids, b.ID)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return ids
	}
	broken := errors.New("broken")
	err := tryAct(s, commissioner, "ctr_1", func(tx *store.Tx) error {
		if _, err := tx.Receive(ctx, body("b1", "F1")); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) || len(batches()) != 0 {
		t.Errorf("%v, and kept is %v", err, batches())
	}
	act(t, s, "ctr_1", func(tx *store.Tx) error {
		if _, err := tx.Receive(ctx, body("b1", "F1")); err != nil {
			return err
		}
		if b, err := tx.Batch(ctx, "ctr_1", "b1"); err != nil || b.Accepted != 1 {
			t.Errorf("the act does not see what it wrote: %+v, %v", b, err)
		}
		b, err := tx.Receive(ctx, body("b2", "F2"))
		if b.First != 2 {
			t.Errorf("a second body of one act: %+v", b)
		}
		return err
	})
	var refused *store.Conflict
	err = tryAct(s, commissioner, "ctr_1", func(tx *store.Tx) error {
		_, err := tx.Receive(ctx, body("b2", "F3")) // whose name is taken
		return err
	})
	if !errors.As(err, &refused) || refused.Constraint != "batches_pkey" || len(batches()) != 2 {
		t.Errorf("%v, and kept is %v", err, batches())
	}
	if last := receiveBody(t, s, body("b3", "F3")); last.First != 3 {
		t.Errorf("numbers have a gap: %+v", last)
	}
}

// What an act learned of its contract as it began is not what it reads once it has written, or waited for a lock.
func TestAnActSeesWhatItWrote(t *testing.T) {
	s := storetest.New(t)
	begin(t, s)
	c, _ := fixture(t, "newpin")
	addContract(t, s, "ctr_1", c)
	ctx := context.Background()
	count := func(tx *store.Tx, want int) {
		t.Helper()
		if grants, err := tx.Grants(ctx, "ctr_1"); err != nil || len(grants) != want {
			t.Errorf("%d grants, expected %d: %v", len(grants), want, err)
		}
	}
	add := func(tx *store.Tx, role string) error {
		return tx.AddGrant(ctx, store.Grant{Contract: "ctr_1", Organisation: "org_1", Role: role, By: "per_1", At: noon})
	}
	act(t, s, "ctr_1", func(tx *store.Tx) error {
		count(tx, 1)
		if err := add(tx, "auditor"); err != nil {
			return err
		}
		count(tx, 2)
		return nil
	})
	act(t, s, "ctr_1", func(tx *store.Tx) error {
		count(tx, 2)
		act(t, s, "ctr_1", func(tx *store.Tx) error { return add(tx, "verifier") }) // another's, meanwhile
		if _, err := tx.LockContract(ctx, "ctr_1"); err != nil {
			return err
		}
		count(tx, 3)
		return nil
	})
}
