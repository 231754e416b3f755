package schedule

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"outturn/contracts/calendar"
	"outturn/engine/store"
)

// Every fixture settles to the same bytes, one period after the other, whether each run is in full or made of what changed.
func TestFixturesSettleAlikeRenewedOrNot(t *testing.T) {
	w := newWorld(t)
	now := at(t, "1980-01-01T12:00:00Z") // nothing is due by itself
	full := w.worker(&now, func(o *Options) { o.KeepRoots = -1 })
	renewing := w.worker(&now, func(o *Options) { o.KeepRoots = 1 })
	renewing.share = 1
	entries, err := os.ReadDir(filepath.Join("..", "..", "fixtures"))
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, entry := range entries {
		dir := filepath.Join("..", "..", "fixtures", entry.Name())
		document, err := os.ReadFile(filepath.Join(dir, "contract.yaml"))
		if err != nil {
			continue
		}
		c := w.decode(string(document))
		ids := []string{entry.Name() + "-1", entry.Name() + "-2"}
		for _, id := range ids {
			w.bring(id, 1, c, w.at)
			w.sendFolder(id, c, dir)
		}
		series := &c.Periods[c.Calendar.Settle].Series
		for n := max(1, series.Len()-4); n <= series.Len(); n++ {
			span, _ := series.Span(n)
			through := min(span.Last, c.Last)
			one, two := w.settleNow(full, ids[0], c, through, Final), w.settleNow(renewing, ids[1], c, through, Final)
			if one.State != two.State || one.Why != two.Why {
				t.Errorf("%s through %s: %s %s, renewed %s %s", entry.Name(), through, one.State, one.Why, two.State, two.Why)
			}
			compared++
		}
		w.alike(ids[0], ids[1])
	}
	renewed := w.count("select count(*) from audit where subject like '%roots were not what they were'")
	why := w.count("select count(*) from audit where subject like '%; in full, since%'")
	t.Logf("%d runs, %d made of what changed, %d in full for a reason", compared, renewed, why)
	if compared < 100 || renewed < 20 || why < 20 {
		t.Error("too few to show anything")
	}
}

// alike holds the statements of one contract against another's, byte for byte.
func (w *world) alike(one, two string) {
	w.Helper()
	const of = `(select status, number, digest, head, size, (select string_agg(bytes, '' order by number) from chunks k where k.contract = s.contract and k.statement = s.place) as lines
		from statements s where contract = '%s')`
	if n := w.count(fmt.Sprintf("select count(*) from "+of+" one full join "+of+" two using (number) where one is distinct from two", one, two)); n != 0 {
		w.Errorf("%s: %d statements are unlike", one, n)
	}
}

// Of three hundred people the next week's run goes over those alone of whom something was told, or whose day has come.
func TestARunGoesOverWhatChanged(t *testing.T) {
	const people = 300
	w := newWorld(t)
	now := at(t, "1980-01-01T12:00:00Z")
	full := w.worker(&now, func(o *Options) { o.KeepRoots = -1 })
	renewing := w.worker(&now, func(o *Options) { o.KeepRoots = 100 })
	c := w.weekly(5)
	var csv strings.Builder
	csv.WriteString("id,kind,participant,day\n")
	for n := range people {
		day := calendar.MustDate("2024-01-02")
		if n >= people-6 { // in the third week
			day = day.AddDays(14)
		}
		fmt.Fprintf(&csv, "a%d,attachment,P%04d,%s\n", n, n, day)
	}
	for _, id := range []string{"ctr_1", "ctr_2"} {
		w.bring(id, 1, c, w.at)
		w.send(id, "bat_1", c, csv.String())
	}
	made := func(week int) string {
		t.Helper()
		through := calendar.MustDate("2023-12-31").AddDays(7 * week)
		for id, s := range map[string]*Worker{"ctr_1": full, "ctr_2": renewing} {
			if run := w.settleNow(s, id, c, through, Final); run.State != store.RunDone {
				t.Fatalf("%s week %d: %+v", id, week, run)
			}
		}
		w.alike("ctr_1", "ctr_2")
		how := ""
		w.system(func(tx *store.Tx) error {
			log, err := tx.Log(t.Context(), "ctr_2", store.Page{Limit: 10000})
			for _, a := range log {
				if a.Operation == "run-final" {
					_, how, _ = strings.Cut(a.Subject, "; ")
				}
			}
			return err
		})
		return how
	}
	if got := made(1); got != "" {
		t.Errorf("week 1: %q", got)
	}
	// The six joined on the 16th, which is the second week's cut-off: they are known, and join in the third.
	if got := made(2); got != "6 of 300 roots were not what they were" {
		t.Errorf("week 2: %q", got)
	}
	// Two are withdrawn and one comes: with the six whose day has come, nine.
	for _, id := range []string{"ctr_1", "ctr_2"} {
		w.send(id, "bat_2", c, "id,kind,participant,day,withdraws,learned\nw1,attachment,P0001,2024-01-02,a1,2024-01-17\nw2,attachment,P0007,2024-01-02,a7,2024-01-17\nn1,attachment,P9999,2024-01-09,,2024-01-17\n")
	}
	if got := made(3); got != "9 of 301 roots were not what they were" {
		t.Errorf("week 3: %q", got)
	}
	if n := w.count("select count(*) from kept"); n != 3 {
		t.Errorf("%d statements have left something, expected 3", n)
	}
	// Of one who would be new nothing is known yet at the cut-off: it is looked at, counted as late, and not there.
	for _, id := range []string{"ctr_1", "ctr_2"} {
		w.send(id, "bat_3", c, "id,kind,participant,day,learned\nn2,attachment,P0000,2024-01-17,2024-06-01\nn3,attachment,P0000x,2024-01-17,2024-06-01\nn4,attachment,P0003,2024-01-02,2024-01-24\n")
	}
	if got := made(4); got != "3 of 301 roots were not what they were" {
		t.Errorf("week 4: %q", got)
	}
	// What another release kept is not read: the run is in full, and says why.
	if n := w.count("with other as (update kept set found = set_byte(found, 0, 126) where contract = 'ctr_2' returning 1) select count(*) from other"); n != 4 {
		t.Fatalf("%d were changed", n)
	}
	if got := made(5); got != "in full, since what was kept is another release's" {
		t.Errorf("week 5: %q", got)
	}
}
