package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"outturn/engine/store"
	"outturn/engine/store/storetest"
)

// One key makes one change, however often and from however many places it is sent; its answer is the same bytes each
// time, and another request under it is refused.
func TestOneKeyMakesOneChange(t *testing.T) {
	s := storetest.New(t)
	begin(t, s)
	ctx := context.Background()
	request := store.Act{Operation: "add-person", Key: "k1", Digest: [32]byte{1}, At: noon}
	var ran, made, replays, busy atomic.Int64
	send := func() {
		id := fmt.Sprintf("per_n%d", ran.Load())
		reply, replayed, err := s.Act(ctx, commissioner, request, func(tx *store.Tx) (store.Reply, error) {
			ran.Add(1)
			for began := time.Now(); busy.Load() == 0 && time.Since(began) < 5*time.Second; { // others come while it runs
				time.Sleep(time.Millisecond)
			}
			err := tx.AddPerson(ctx, store.Person{ID: id, Organisation: "org_1", Name: "N", Created: noon})
			return store.Reply{Status: 201, ContentType: "application/json", Location: "/people/n", ETag: `"1"`, Body: []byte(`{"n":1}`)}, err
		})
		switch {
		case errors.Is(err, store.ErrInFlight):
			busy.Add(1)
		case err != nil:
			t.Error(err)
		case replayed:
			replays.Add(1)
		default:
			made.Add(1)
		}
		if err == nil && (reply.Status != 201 || string(reply.Body) != `{"n":1}` || reply.ETag != `"1"` || reply.Location != "/people/n") {
			t.Errorf("answer %+v", reply)
		}
	}
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			for range 5 {
				send()
			}
		})
	}
	wait.Wait()
	if made.Load() != 1 || ran.Load() != 1 || replays.Load()+busy.Load() != 99 || replays.Load() == 0 {
		t.Errorf("made %d, ran %d, replays %d, in flight %d", made.Load(), ran.Load(), replays.Load(), busy.Load())
	}
	request.Digest = [32]byte{2}
	if _, _, err := s.Act(ctx, commissioner, request, nil); !errors.Is(err, store.ErrMismatch) {
		t.Errorf("another request under the key: %v", err)
	}
	// The key is the sender's own: another organisation's is another key.
	other := store.Person{ID: "per_9", Organisation: "org_9"}
	_, replayed, err := s.Act(ctx, other, request, func(*store.Tx) (store.Reply, error) { return store.Reply{Status: 204}, nil })
	if err != nil || replayed {
		t.Errorf("another organisation's key: replayed %v, %v", replayed, err)
	}
}

// An act that cannot be written into the audit log does not happen, and one that fails leaves nothing.
func TestNothingHappensUnrecorded(t *testing.T) {
	s, url := storetest.NewAt(t)
	begin(t, s)
	ctx := context.Background()
	owner, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close(ctx)
	people := func() (n int) {
		t.Helper()
		if err := owner.QueryRow(ctx, "select count(*) from outturn.people").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	add := func(id string) error {
		return tryAct(s, commissioner, "", func(tx *store.Tx) error {
			return tx.AddPerson(ctx, store.Person{ID: id, Organisation: "org_1", Name: "N", Created: noon})
		})
	}
	if err := add("per_5"); err != nil || people() != 2 {
		t.Fatalf("%v, %d people", err, people())
	}
	if _, err := owner.Exec(ctx, "alter table outturn.audit add constraint full_log check (false) not valid"); err != nil {
		t.Fatal(err)
	}
	if err := add("per_6"); err == nil || people() != 2 {
		t.Errorf("the audit log was full: %v, %d people", err, people())
	}
	if _, err := owner.Exec(ctx, "alter table outturn.audit drop constraint full_log"); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	err = tryAct(s, commissioner, "", func(tx *store.Tx) error {
		return errors.Join(tx.AddPerson(ctx, store.Person{ID: "per_7", Organisation: "org_1", Name: "N", Created: noon}), broken)
	})
	if !errors.Is(err, broken) || people() != 2 {
		t.Errorf("an act that fails: %v, %d people", err, people())
	}
	var acts int
	if err := owner.QueryRow(ctx, "select count(*) from outturn.audit where operation = 'test'").Scan(&acts); err != nil || acts != 1 {
		t.Errorf("%d acts in the log: %v", acts, err)
	}
}

// Two transactions that the database cannot put in an order are run again, whole.
func TestDeadlocksAreRunAgain(t *testing.T) {
	s := storetest.New(t)
	begin(t, s)
	c, _ := fixture(t, "newpin")
	addContract(t, s, "ctr_1", c)
	addContract(t, s, "ctr_2", c)
	ctx := context.Background()
	var met sync.WaitGroup
	met.Add(2)
	var tries atomic.Int64
	both := func(first, second string) error {
		once := false
		return tryAct(s, commissioner, first, func(tx *store.Tx) error {
			tries.Add(1)
			if _, err := tx.LockContract(ctx, first); err != nil {
				return err
			}
			if !once { // both hold their first lock before either asks for its second
				once = true
				met.Done()
				met.Wait()
			}
			_, err := tx.LockContract(ctx, second)
			return err
		})
	}
	errs := make(chan error, 2)
	go func() { errs <- both("ctr_1", "ctr_2") }()
	go func() { errs <- both("ctr_2", "ctr_1") }()
	for range 2 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if tries.Load() < 3 { // more where the one that was run again came before the other had gone on
		t.Errorf("%d tries: expected three, one of them a second", tries.Load())
	}
}

// A key speaks for its person until it is revoked, and signing in asks nobody's leave.
func TestCredentials(t *testing.T) {
	s := storetest.New(t)
	begin(t, s)
	ctx := context.Background()
	got, err := s.Credential(ctx, "ot_1")
	if err != nil || got.Person.ID != "per_1" || got.Person.Roles[0] != "commissioner" || !got.Key.Revoked.IsZero() || !got.Key.Created.Equal(noon) {
		t.Errorf("%+v: %v", got, err)
	}
	act(t, s, "", func(tx *store.Tx) error { return tx.RevokeKey(ctx, "key_1", noon) })
	if got, err := s.Credential(ctx, "ot_1"); err != nil || !got.Key.Revoked.Equal(noon) {
		t.Errorf("%+v: %v", got, err)
	}
	if _, err := s.Credential(ctx, "ot_none"); !errors.Is(err, store.ErrUnknown) {
		t.Error(err)
	}
	if begun, err := s.Begin(ctx, noon, store.Organisation{ID: "org_2", Name: "x"}, store.Person{}, store.Key{}); begun || err != nil {
		t.Errorf("begun a second time: %v, %v", begun, err)
	}
	// A person of an organisation is nobody of another's to change, and an operator's to.
	err = s.System(ctx, noon, func(tx *store.Tx) error {
		return errors.Join(tx.AddOrganisation(ctx, store.Organisation{ID: "org_2", Name: "S", Created: noon}), tx.AddPerson(ctx, stranger))
	})
	if err != nil {
		t.Fatal(err)
	}
	change := func(by store.Person) error {
		return tryAct(s, by, "", func(tx *store.Tx) error { return tx.SetPerson(ctx, stranger) })
	}
	if err := change(commissioner); !errors.Is(err, store.ErrUnknown) {
		t.Error(err)
	}
	operator := commissioner
	operator.Roles = []string{"operator"}
	if err := change(operator); err != nil {
		t.Error(err)
	}
}
