package service_test

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"outturn/api"
	"outturn/api/client"
	"outturn/cmd/outturn/service"
	"outturn/contracts/calendar"
	"outturn/contracts/language"
	"outturn/engine"
	"outturn/engine/schedule"
	"outturn/engine/statements"
	"outturn/engine/store"
)

// weekly is the contract of testdata: £400.00 for each who joins, settled every week on the Wednesday after it. It is
// Wednesday 1 April 2026, 10:00 in London, so that the weeks through 8, 15, 22 and 29 March are overdue.
func (w *world) weekly(change ...string) *cast {
	w.t.Helper()
	document := string(readFile(w.t, filepath.Join("testdata", "weekly.yaml")))
	return w.contract([]byte(strings.NewReplacer(change...).Replace(document)), "council", "prime")
}

// joins sends that so many joined, on these days.
func (w *world) joins(c *cast, days ...string) client.Batch {
	w.t.Helper()
	var b strings.Builder
	b.WriteString("kind,participant,day\n")
	for i, day := range days {
		b.WriteString("attachment,P" + string(rune('1'+i)) + "," + day + "\n")
	}
	got, err := c.provider.SendBatch(w.ctx, c.contract, client.Evidence{ContentType: "text/csv", Body: strings.NewReader(b.String())})
	if must(w.t, got, err).State != "accepted" {
		w.t.Fatalf("%+v", got)
	}
	return got
}

// works settles what is due, as outturn work does, until no run is open.
func (w *world) works(c *cast) []client.Run {
	return w.worksAs(c, func(*schedule.Options) {})
}

func (w *world) worksAs(c *cast, change func(o *schedule.Options)) []client.Run {
	w.t.Helper()
	o := schedule.Options{Store: w.store, Now: w.clock, Name: "test", SkewMax: -1, Poll: 20 * time.Millisecond, Lease: 2 * time.Second, Grace: 5 * time.Second,
		Admit: service.Admit(w.store, w.clock)}
	change(&o)
	worker, err := schedule.New(w.ctx, o)
	must(w.t, worker, err)
	must(w.t, worker, worker.Start(context.Background()))
	defer func() {
		if err := worker.Stop(context.Background()); err != nil {
			w.t.Error(err)
		}
	}()
	for range 500 {
		time.Sleep(20 * time.Millisecond)
		s, err := c.payer.Schedule(w.ctx, c.contract) // first: what is noted meanwhile is then among the runs
		must(w.t, s, err)
		runs, err := c.payer.Runs(w.ctx, c.contract, "")
		must(w.t, runs, err)
		open, blocked := s.Next != nil && !s.Next.After(w.clock()), false
		for _, r := range runs.Items {
			blocked = blocked || r.Kind == "final" && r.State == "failed"
			open = open || r.State == "running" || r.State == "due" && !(blocked && r.Kind == "final")
		}
		if !open {
			return runs.Items
		}
	}
	list, err := c.payer.Runs(w.ctx, c.contract, "")
	w.t.Fatalf("runs are still open: %+v %v", list, err)
	return nil
}

// TestForecast looks ahead by hand: P1 joined in the first week, P2 and P3 in the second, P4 in the fifth, which is under
// way. £400.00, £800.00, nothing, nothing, £400.00, nothing fall due.
func TestForecast(t *testing.T) {
	w := newWorld(t, nil)
	c := w.weekly()
	w.joins(c, "2026-03-03", "2026-03-10", "2026-03-11", "2026-03-31")
	says := func(from int, dues ...string) {
		t.Helper()
		f, err := c.payer.Forecast(w.ctx, c.contract, len(dues))
		if must(t, f, err); f.Status != "forecast" || f.Known != "2026-04-01" || len(f.Occasions) != len(dues) {
			t.Fatalf("%+v", f)
		}
		for i, o := range f.Occasions {
			through := calendar.MustDate("2026-03-08").AddDays(7 * (from + i))
			if o.Through != through.String() || o.CutOff != through.AddDays(2).String() || o.Payments[0].Due != dues[i] || o.Parties[1].Due != dues[i] || o.Why != "" {
				t.Errorf("%d: %+v, expected %s due", i, o, dues[i])
			}
		}
		if last := f.Occasions[len(dues)-1]; last.Parties[0].ToDate != "-1600.00" || last.Parties[1].ToDate != "1600.00" || last.Payments[0].Clause != "2" {
			t.Errorf("to date: %+v", last)
		}
	}
	says(0, "400.00", "800.00", "0.00", "0.00", "400.00", "0.00")
	s, err := c.auditor.Schedule(w.ctx, c.contract)
	if must(t, s, err); len(s.Coming) != 8 || s.Coming[4].Through != "2026-04-05" || !s.Coming[4].At.Equal(time.Date(2026, 4, 8, 5, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", s)
	}
	st, err := c.payer.Settle(w.ctx, c.contract, "2026-03-15", "")
	must(t, st, err)
	says(2, "0.00", "0.00", "400.00", "0.00")
	if list, err := c.payer.Statements(w.ctx, c.contract, ""); must(t, list, err).Items[0].Number != 1 || len(list.Items) != 1 {
		t.Errorf("a forecast was kept: %+v", list)
	}
}

// TestForecastSaysWhatItCannotWorkOut goes on over a settlement that has no answer.
func TestForecastSaysWhatItCannotWorkOut(t *testing.T) {
	w := newWorld(t, nil)
	c := w.weekly("payments:\n", brokenTerms)
	w.joins(c, "2026-03-03")
	f, err := c.payer.Forecast(w.ctx, c.contract, 2)
	if must(t, f, err); len(f.Occasions) != 2 || !strings.Contains(f.Occasions[0].Why, "nought") {
		t.Errorf("%+v", f)
	}
}

// brokenTerms ask for a share of what nobody asked: nought over nought.
const brokenTerms = `quantities:
  all_asked: {total: survey.asked, in: beginning with 2026-03-02, per: contract}
  all_answered: {total: survey.answered, in: beginning with 2026-03-02, per: contract}
  answer_share: {is: all_answered / all_asked}
payments:
  answer_fee: {from: council, to: prime, per: contract, of: £1000.00 * answer_share, due: on_evidence, clause: "3"}
`

// TestRuns follows runs from what is due over one that fails to one that is asked for again.
func TestRuns(t *testing.T) {
	w := newWorld(t, nil)
	c := w.weekly("payments:\n", brokenTerms)
	w.joins(c, "2026-03-03", "2026-03-10")
	failed := 0
	for _, r := range w.works(c) {
		if r.State == "failed" {
			failed++
			if !strings.Contains(r.Why, "nought") || r.Statement != 0 {
				t.Errorf("%+v", r)
			}
		}
	}
	if failed == 0 {
		t.Error("no run failed")
	}
	if _, err := c.payer.RunStatement(w.ctx, c.contract, "final-2026-03-08"); status(err) != 409 {
		t.Errorf("the statement of a run that failed: %v", err)
	}
	// Somebody answered: the evidence mends it, and a person asks for the run again.
	b, err := c.provider.SendBatch(w.ctx, c.contract, client.Evidence{ContentType: "text/csv", Body: strings.NewReader("kind,day,asked,answered\nsurvey,2026-03-02,10,5\n")})
	must(t, b, err)
	r, err := c.payer.AskRun(w.ctx, c.contract, client.NewRun{Kind: "final", Through: "2026-03-08"})
	if must(t, r, err); r.ID != "final-2026-03-08" || r.State != "due" {
		t.Errorf("%+v", r)
	}
	done := map[string]int{}
	for _, r := range w.works(c) {
		done[r.Kind+" "+r.State]++
	}
	if done["final done"] != 4 {
		t.Errorf("%v: expected four final runs to be done", done)
	}
	// The statement of a run is the one that was issued: £400.00 and half of £1,000.00.
	head, err := c.auditor.StatementHead(w.ctx, c.contract, 1)
	want := read(t, head, err)
	ran, err := c.auditor.RunStatement(w.ctx, c.contract, "final-2026-03-08")
	if got := read(t, ran, err); !bytes.Equal(got, want) || !strings.Contains(string(got), `"900.00"`) {
		t.Errorf("%s", got)
	}
	for _, refused := range []client.NewRun{{Kind: "final", Through: "2026-03-08"}, {Kind: "final", Through: "2026-04-05"}, {Kind: "final", Through: "2026-03-09"}, {Kind: "provisional", Through: "2026-04-05"}} {
		if _, err := c.payer.AskRun(w.ctx, c.contract, refused); status(err) != 409 {
			t.Errorf("%+v: %v", refused, err)
		}
	}
	if _, err := c.provider.AskRun(w.ctx, c.contract, client.NewRun{Kind: "final", Through: "2026-03-08"}); status(err) != 403 {
		t.Errorf("asked for by the provider: %v", err)
	}
	if _, err := c.payer.Run(w.ctx, c.contract, "final-2030-01-01"); status(err) != 404 {
		t.Errorf("a run that there is not: %v", err)
	}
}

// TestASettlementFindsTheOneRecordedMeanwhile settles by hand what the scheduler is about to record: the person waits, and
// is answered with the scheduler's statement.
func TestASettlementFindsTheOneRecordedMeanwhile(t *testing.T) {
	w := newWorld(t, nil)
	c := w.weekly()
	w.joins(c, "2026-03-03", "2026-03-10")
	through := calendar.MustDate("2026-03-08")
	written, release := make(chan struct{}), make(chan struct{})
	var scheduled sync.WaitGroup
	scheduled.Go(func() {
		err := w.store.System(context.Background(), w.clock(), func(tx *store.Tx) error {
			st, writer, err := issued(w.ctx, tx, c.contract, engine.Occasion{Through: through, CutOff: through + 2, Final: true})
			if err != nil {
				return err
			}
			if err := writer.Commit(store.StatementHead{Contract: c.contract, Version: 1, Sequence: 2, By: "schedule", At: w.clock()}, st); err != nil {
				return err
			}
			close(written)
			<-release
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-written
	answers := make(chan client.Statement, 2)
	var asked sync.WaitGroup
	for _, who := range []*actor{c.payer, c.second} {
		asked.Go(func() {
			st, err := who.Settle(w.ctx, c.contract, "2026-03-08", "")
			if err != nil {
				t.Error(err)
			}
			answers <- st
		})
	}
	time.Sleep(300 * time.Millisecond) // both are at it, and wait for what the scheduler has written
	close(release)
	scheduled.Wait()
	asked.Wait()
	for range 2 {
		if st := <-answers; st.Number != 1 || st.By != "schedule" {
			t.Errorf("%+v", st)
		}
	}
	if a := w.sendRaw(c.payer.Key, http.MethodPost, "/v1/contracts/"+c.contract+"/statements", "again", "application/json", strings.NewReader(`{"through":"2026-03-08"}`)); a.status != 200 || a.header.Get("Location") == "" {
		t.Errorf("%d %s", a.status, a.body)
	}
	// Another cut-off is another settlement, and this one is over.
	if _, err := c.payer.Settle(w.ctx, c.contract, "2026-03-08", "2026-03-09"); status(err) != 422 {
		t.Errorf("with an earlier cut-off: %v", err)
	}
	if list, err := c.payer.Statements(w.ctx, c.contract, ""); len(must(t, list, err).Items) != 1 {
		t.Errorf("%+v", list)
	}
}

// issued settles as a run does.
func issued(ctx context.Context, tx *store.Tx, contract string, on engine.Occasion) (st statements.Statement, writer *store.StatementWriter, err error) {
	v, err := tx.Version(ctx, contract, 1)
	if err != nil {
		return st, nil, err
	}
	terms, err := language.Decode("contract.yaml", v.Document)
	if err != nil {
		return st, nil, err
	}
	if writer, err = tx.Issue(ctx, contract); err != nil {
		return st, nil, err
	}
	snapshot, err := tx.Snapshot(ctx, terms, contract, 2, on.CutOff)
	if err != nil {
		return st, nil, err
	}
	defer snapshot.Close()
	st, err = schedule.Settle(ctx, terms, on, snapshot, engine.Position{}, writer.Sink)
	return st, writer, err
}

// TestSources names a folder that is watched, whose files come in by the API's door, and refuses what must not be read.
func TestSources(t *testing.T) {
	root := t.TempDir()
	w := newWorld(t, func(o *api.Options) { o.Folders = root })
	c := w.weekly()
	folder := client.NewSource{Kind: "directory", Location: "in", Cron: "* * * * *", Zone: "Europe/London", Take: "sound"}
	made, err := c.provider.SetSource(w.ctx, c.contract, "post", "", folder)
	if must(t, made, err); made.Location != "in" || made.Organisation != c.provider.organisation || made.Next == nil {
		t.Errorf("%+v", made)
	}
	if _, err := c.provider.SetSource(w.ctx, c.contract, "post", "", folder); status(err) != 428 {
		t.Errorf("written over unseen: %v", err)
	}
	_, etag, err := c.provider.Source(w.ctx, c.contract, "post")
	must(t, etag, err)
	folder.Cron = "*/5 * * * *"
	changed, err := c.provider.SetSource(w.ctx, c.contract, "post", etag, folder)
	must(t, changed, err)
	if _, err := c.provider.SetSource(w.ctx, c.contract, "post", etag, folder); status(err) != 412 {
		t.Errorf("written over what is not there any more: %v", err)
	}
	if _, err := c.payer.SetSource(w.ctx, c.contract, "post", etag, folder); status(err) != 409 {
		t.Errorf("another organisation's name: %v", err)
	}
	for what, bad := range map[string]client.NewSource{
		"a folder above":      {Kind: "directory", Location: "../other", Cron: "0 6 * * *", Zone: "Europe/London"},
		"a folder from root":  {Kind: "directory", Location: "/etc", Cron: "0 6 * * *", Zone: "Europe/London"},
		"plain http":          {Kind: "https", Location: "http://example.org/a.csv", Cron: "0 6 * * *", Zone: "Europe/London"},
		"a password":          {Kind: "https", Location: "https://a:b@example.org/a.csv", Cron: "0 6 * * *", Zone: "Europe/London"},
		"no times":            {Kind: "https", Location: "https://example.org/a.csv", Cron: "every noon", Zone: "Europe/London"},
		"a zone that is none": {Kind: "https", Location: "https://example.org/a.csv", Cron: "0 6 * * *", Zone: "Atlantis"},
	} {
		if _, err := c.provider.SetSource(w.ctx, c.contract, "other", "", bad); status(err) != 422 || strings.Contains(err.Error(), "a:b@") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := c.auditor.SetSource(w.ctx, c.contract, "other", "", folder); status(err) != 403 {
		t.Errorf("by the auditor: %v", err)
	}
	// A verifier on the same contract does not see the provider's.
	verifier := w.person(w.organisation("The payer's verifiers"), api.RoleVerifier)
	_, err = c.payer.AddGrant(w.ctx, c.contract, client.Grant{Organisation: verifier.organisation, Role: api.RoleVerifier})
	must(t, verifier, err)
	if _, _, err := verifier.Source(w.ctx, c.contract, "post"); status(err) != 404 {
		t.Errorf("seen by the verifiers: %v", err)
	}

	in := filepath.Join(root, c.provider.organisation, "in")
	must(t, in, os.MkdirAll(in, 0o755))
	file := filepath.Join(in, "week-1.csv")
	must(t, in, os.WriteFile(file, []byte("kind,participant,day\nattachment,P1,2026-03-03\nattachment,Jane Doe,2026-03-04\n"), 0o644))
	must(t, in, os.Chtimes(file, w.clock().Add(-time.Hour), w.clock().Add(-time.Hour)))
	w.pass(10 * time.Minute)
	var files []client.SourceFile
	for range 20 {
		w.works(c)
		list, err := c.provider.SourceFiles(w.ctx, c.contract, "post", "")
		if files = must(t, list, err).Items; len(files) > 0 {
			break
		}
	}
	if len(files) != 1 || files[0].State != "part" || files[0].Batch == "" {
		t.Fatalf("%+v", files)
	}
	batch, err := c.provider.Batch(w.ctx, c.contract, files[0].Batch)
	if must(t, batch, err); batch.Accepted != 1 || batch.Refused != 1 {
		t.Errorf("%+v", batch)
	}
	dropped, err := c.provider.DropSource(w.ctx, c.contract, "post")
	must(t, dropped, err)
	if list, err := c.payer.Sources(w.ctx, c.contract); len(must(t, list, err).Items) != 0 {
		t.Errorf("%+v", list)
	}
}
