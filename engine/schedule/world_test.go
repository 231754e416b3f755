package schedule

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/language"
	"outturn/engine/evidence"
	"outturn/engine/ingest"
	"outturn/engine/store"
	"outturn/engine/store/storetest"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(childURL); url != "" {
		os.Exit(child(url))
	}
	os.Exit(storetest.Main(m))
}

// world is a service with contracts in it.
type world struct {
	testing.TB
	*store.Store
	url string
	at  time.Time // when contracts come into force

	owner *pgx.Conn // of the tables
}

var officer = store.Person{ID: "per_1", Organisation: "org_1", Name: "C", Roles: []string{"commissioner"}, Active: true}

func newWorld(t testing.TB) *world {
	t.Helper()
	s, url := storetest.NewAt(t)
	w := &world{TB: t, Store: s, url: url, at: at(t, "2024-01-01T00:00:00Z")}
	begun, err := s.Begin(context.Background(), w.at, store.Organisation{ID: "org_1", Name: "Council", Created: w.at}, officer,
		store.Key{ID: "key_1", Organisation: "org_1", Person: "per_1", Prefix: "ot_1", Created: w.at, Expires: w.at.AddDate(1, 0, 0)})
	if err != nil || !begun {
		t.Fatalf("begun %v: %v", begun, err)
	}
	return w
}

func (w *world) act(contract string, do func(tx *store.Tx) error) {
	w.Helper()
	_, _, err := w.Act(context.Background(), officer, store.Act{Operation: "test", Contract: contract, At: w.at}, func(tx *store.Tx) (store.Reply, error) {
		return store.Reply{Status: 200}, do(tx)
	})
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) system(do func(tx *store.Tx) error) {
	w.Helper()
	if err := w.System(context.Background(), w.at, do); err != nil {
		w.Fatal(err)
	}
}

// count asks the database itself, past every door.
func (w *world) count(sql string) (n int) {
	w.Helper()
	if err := w.tables().QueryRow(context.Background(), sql).Scan(&n); err != nil {
		w.Fatal(err)
	}
	return n
}

// change has the database do something, past every door.
func (w *world) change(sql string) {
	w.Helper()
	if _, err := w.tables().Exec(context.Background(), sql); err != nil {
		w.Fatal(err)
	}
}

// tables is a connection of the tables' owner.
func (w *world) tables() *pgx.Conn {
	w.Helper()
	if w.owner == nil {
		c, err := pgx.Connect(context.Background(), w.url+" search_path="+store.Schema)
		if err != nil {
			w.Fatal(err)
		}
		w.owner = c
		w.Cleanup(func() {
			if err := c.Close(context.Background()); err != nil {
				w.Error(err)
			}
		})
	}
	return w.owner
}

// weekly is a contract of so many weeks from 1 January 2024, a Monday.
func (w *world) weekly(weeks int) *contracts.Contract {
	w.Helper()
	document, err := os.ReadFile("testdata/weekly.yaml")
	if err != nil {
		w.Fatal(err)
	}
	last := calendar.MustDate("2024-01-01").AddDays(7*weeks - 1)
	return w.decode(strings.Replace(string(document), "LAST", last.String(), 1))
}

func (w *world) decode(document string) *contracts.Contract {
	w.Helper()
	c, err := language.Decode("contract.yaml", []byte(document))
	if err != nil {
		w.Fatal(err)
	}
	return c
}

// bring brings a version of a contract into force, signed by two of its payer. Version 1 makes the contract.
func (w *world) bring(id string, number int, c *contracts.Contract, at time.Time) {
	w.Helper()
	ctx := context.Background()
	v := store.Version{Contract: id, Number: number, State: store.VersionDraft, Document: c.Source, Digest: sha256.Sum256(c.Source), By: "per_1", Created: w.at}
	w.act(id, func(tx *store.Tx) error {
		if number > 1 {
			return tx.AddVersion(ctx, v)
		}
		return tx.AddContract(ctx, store.ContractHead{ID: id, Name: c.ID, Organisation: "org_1", Created: w.at}, v,
			store.Grant{Contract: id, Organisation: "org_1", Role: "commissioner", By: "per_1", At: w.at})
	})
	w.act(id, func(tx *store.Tx) error {
		v.State, v.ProposedBy, v.Proposed = store.VersionProposed, "per_1", w.at
		if err := tx.SetVersion(ctx, v); err != nil {
			return err
		}
		for _, party := range c.Parties {
			for _, person := range []string{"a", "b"} {
				if err := tx.AddSignature(ctx, store.Signature{Contract: id, Version: number, Party: party.ID, Organisation: "org_1", Person: person + party.ID, At: w.at}); err != nil {
					return err
				}
			}
		}
		return tx.Activate(ctx, id, number, at)
	})
}

// joined says that one participant joined in each week, on its Wednesday.
func joined(weeks int) string {
	var b strings.Builder
	b.WriteString("kind,participant,day\n")
	for n := range weeks {
		fmt.Fprintf(&b, "attachment,P%d,%s\n", n+1, calendar.MustDate("2024-01-03").AddDays(7*n))
	}
	return b.String()
}

// send sends evidence as the API takes it in.
func (w *world) send(id, batch string, c *contracts.Contract, csv string) {
	w.Helper()
	files := fstest.MapFS{"evidence.csv": {Data: []byte(csv)}}
	w.act(id, func(tx *store.Tx) error {
		b, err := tx.Receive(context.Background(), store.Receipt{
			Batch: store.Batch{ID: batch, Contract: id, Organisation: "org_1", Person: "per_1", Format: "csv", Digest: sha256.Sum256([]byte(csv)), At: w.at},
			Terms: c, Rows: func(take func(*evidence.Row) error) error {
				return ingest.Rows(c, files, ingest.Options{}, take)
			}})
		if err == nil && b.State != store.BatchAccepted {
			w.Fatalf("%+v", b)
		}
		return err
	})
}

// worker is one that looks when it is told to, by a clock that stands still.
func (w *world) worker(now *time.Time, set ...func(*Options)) *Worker {
	w.Helper()
	o := Options{Store: w.Store, Now: func() time.Time { return *now }, Name: "test", SkewMax: -1, Poll: time.Hour, Lease: 2 * time.Second, Grace: 5 * time.Second}
	for _, f := range set {
		f(&o)
	}
	s, err := New(context.Background(), o)
	if err != nil {
		w.Fatal(err)
	}
	if err := s.Start(context.Background()); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			w.Error(err)
		}
	})
	return s
}

// look looks once, and waits until nothing is due or under way.
func (w *world) look(s *Worker) {
	w.Helper()
	if err := s.Look(context.Background()); err != nil {
		w.Fatal(err)
	}
	due := fmt.Sprintf("select count(*) from schedules where next_at <= '%s'", s.o.Now().Format(time.RFC3339))
	for w.count(due) > 0 {
		time.Sleep(10 * time.Millisecond) // the look with which the worker began has it
	}
	w.settled()
}

func (w *world) settled() {
	w.Helper()
	for waited := 0; ; waited++ {
		open := 0
		w.system(func(tx *store.Tx) error {
			heads, err := tx.ActiveContracts(context.Background(), store.Page{Limit: 1000})
			for _, h := range heads {
				runs, err := tx.Runs(context.Background(), h.ID, store.Page{Limit: 10000})
				if err != nil {
					return err
				}
				blocked := false
				for _, r := range runs {
					blocked = blocked || r.Kind == store.RunFinal && r.State == store.RunFailed
					if r.State == store.RunRunning || r.State == store.RunDue && !(blocked && r.Kind == store.RunFinal) {
						open++
					}
				}
			}
			return err
		})
		if open == 0 {
			return
		}
		if waited > 3000 {
			w.Fatalf("%d runs are still to be done", open)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// runs lists the runs of a contract as text, in the order in which they ended.
func (w *world) runs(id string) (list []store.Run) {
	w.Helper()
	w.system(func(tx *store.Tx) (err error) {
		list, err = tx.Runs(context.Background(), id, store.Page{Limit: 10000})
		return err
	})
	return list
}

// whole checks that a contract was settled to its last week, once each, in order, and that its accounts are right: each
// final statement moved £400.00, and nothing else was ever moved.
func (w *world) whole(id string, weeks int) {
	w.Helper()
	ctx := context.Background()
	w.system(func(tx *store.Tx) error {
		finals, err := tx.Statements(ctx, id, store.Page{Limit: 10000})
		if err != nil {
			return err
		}
		if len(finals) != weeks {
			w.Errorf("%s: %d final statements for %d weeks", id, len(finals), weeks)
		}
		for i, f := range finals {
			if end := calendar.MustDate("2024-01-07").AddDays(7 * i); f.Number != i+1 || f.Through != end {
				w.Errorf("%s: statement %d settles through %s, expected %d through %s", id, f.Number, f.Through, i+1, end)
			}
			postings, err := tx.Payments(ctx, id, f.Number)
			if err != nil || len(postings) != 1 || postings[0].Amount.String() != "400.00" {
				w.Errorf("%s: statement %d moves %v: %v", id, f.Number, postings, err)
			}
		}
		provisional, err := tx.Provisionals(ctx, id, store.Page{Limit: 10000})
		if err != nil || len(provisional) != weeks {
			w.Errorf("%s: %d provisional statements for %d weeks: %v", id, len(provisional), weeks, err)
		}
		entries, err := tx.Ledger(ctx, id, store.Page{Limit: 100000})
		if err != nil || len(entries) != 2*weeks {
			w.Errorf("%s: %d entries for %d weeks: %v", id, len(entries), weeks, err)
		}
		balances, err := tx.Balances(ctx, id, time.Time{})
		if want := fmt.Sprintf("%d.00", 400*weeks); err != nil || len(balances) != 2 || balances[0].Amount.String() != "-"+want || balances[1].Amount.String() != want {
			w.Errorf("%s: balances %v, expected %s: %v", id, balances, want, err)
		}
		log, err := tx.Log(ctx, id, store.Page{Limit: 100000})
		acts := map[string]int{}
		for _, a := range log {
			acts[a.Operation]++
		}
		if err != nil || acts["run-final"] != weeks || acts["run-provisional"] != weeks {
			w.Errorf("%s: the log has %d final and %d provisional runs for %d weeks: %v", id, acts["run-final"], acts["run-provisional"], weeks, err)
		}
		return err
	})
	for _, r := range w.runs(id) {
		if r.State != store.RunDone || r.Why != "" || r.Holder != "" {
			w.Errorf("%s: %+v", id, r)
		}
	}
}
