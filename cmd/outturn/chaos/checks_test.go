package chaos_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// alone are the rules that hold where nobody settles beside the scheduler. What somebody settles is of no run, and a run that
// had come further by then is begun again, and finds it.
var alone = []string{"every final statement is of one run", "no run was begun in vain"}

// rules are what must hold in the database at every moment: each is a query that counts what breaks it.
var rules = map[string]string{
	"the entries of every statement sum to nought":    "select count(*) from (select from entries group by contract, statement having sum(amount) <> 0) x",
	"every posting has its two entries":               "select count(*) from postings p where (select count(*) from entries e where e.contract = p.contract and e.statement = p.statement) <> 2 * (select count(*) from postings q where q.contract = p.contract and q.statement = p.statement)",
	"no person is recorded twice":                     "select count(*) - count(distinct (contract, root_key)) from items",
	"every batch has all its items":                   "select count(*) from batches b left join (select contract, batch, count(*) n from items group by 1, 2) i on i.contract = b.contract and i.batch = b.id where coalesce(i.n, 0) <> b.accepted",
	"every batch has one row in the audit log":        "select abs((select count(*) from batches) - (select count(*) from audit where operation = 'send-batch' and status = 201))",
	"every batch has the answer that was given to it": "select abs((select count(*) from batches) - (select count(*) from idempotency where location like '%/batches/%'))",
	"every final statement is of one run":             "select abs((select count(*) from statements where status = 'final') - (select count(*) from runs where kind = 'final' and state = 'done'))",
	"every run that ended is in the audit log":        "select abs((select count(*) from runs where state = 'done') - (select count(*) from audit where operation in ('run-final', 'run-provisional')))",
	"no run failed":                            "select count(*) from runs where state = 'failed'",
	"no run was begun in vain":                 "select count(*) from runs where why <> ''",
	"no period was settled twice":              "select count(*) - count(distinct (contract, through)) from statements where status = 'final'",
	"a statement moves nothing but whole fees": fmt.Sprintf("select count(*) from postings where amount <= 0 or amount %% %d <> 0", perPerson),
	"nobody was paid for who is not recorded":  fmt.Sprintf("select count(*) from (select contract, sum(amount) / %d paid from postings group by 1) p where paid > (select count(*) from items i where i.contract = p.contract)", perPerson),
}

// check holds the rules against one picture of the database, and what clients were told against what is recorded.
func (w *world) check(l *load) {
	w.Helper()
	least := l.acked.Load() // what is acknowledged from now on may not be in the picture
	if w.owner.IsClosed() {
		w.count("select 0")
	}
	err := pgx.BeginTxFunc(w.ctx, w.owner, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		for rule, sql := range rules {
			if w.together && slices.Contains(alone, rule) {
				continue
			}
			var n int
			if err := tx.QueryRow(w.ctx, sql).Scan(&n); err != nil {
				return fmt.Errorf("%s: %w", rule, err)
			}
			if n != 0 {
				w.Errorf("%s: broken %d times", rule, n)
			}
		}
		var items int64
		err := tx.QueryRow(w.ctx, "select count(*) from items").Scan(&items)
		if items < least {
			w.Errorf("%d people are recorded, and %d were acknowledged", items, least)
		}
		return err
	})
	w.must(err)
	if w.Failed() {
		w.FailNow()
	}
}

// reconcile holds everything that clients sent against what is recorded at the end, and what was paid against that.
func (w *world) reconcile(sent []*submission) {
	w.Helper()
	rows, err := w.owner.Query(w.ctx, "select contract || ' ' || root_key from items")
	w.must(err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	w.must(err)
	recorded := make(map[string]int, len(list))
	for _, name := range list {
		recorded[name]++
	}
	people := map[string]int{} // of a contract, of whom the records know
	lost, twice, part, found := 0, 0, 0, 0
	for _, s := range sent {
		here := 0
		for _, p := range s.people {
			n := recorded[s.contract+" "+p]
			delete(recorded, s.contract+" "+p)
			if n > 1 {
				twice++
			}
			here += n
		}
		switch {
		case s.outcome == acknowledged && here < len(s.people):
			lost++
		case s.outcome == unknown && here > 0 && here < len(s.people):
			part++
		case s.outcome == unknown && here > 0:
			found++
		case s.outcome == refused && here > 0:
			w.Errorf("%s was refused, and is recorded", s.key)
		}
		people[s.contract] += here
	}
	if lost+twice+part > 0 || len(recorded) > 0 {
		w.Errorf("%d acknowledged submissions are lost, %d people are recorded twice, %d submissions in part, %d people whom nobody sent", lost, twice, part, len(recorded))
	}
	for _, contract := range w.contracts {
		if n := w.count("select count(*) from statements where contract = $1 and status = 'final'", contract); n != weeks {
			w.Errorf("%s: %d final statements for %d weeks", contract, n, weeks)
		}
		if n := w.count("select count(*) from statements where contract = $1 and status = 'provisional'", contract); n != weeks && (!w.together || n > weeks) {
			w.Errorf("%s: %d provisional statements for %d weeks", contract, n, weeks)
		}
		if paid := w.count("select coalesce(sum(amount), 0)::bigint from entries where contract = $1 and party = 'prime'", contract); paid != perPerson*people[contract] {
			w.Errorf("%s: £%d is paid for %d people, expected £%d", contract, paid, people[contract], perPerson*people[contract])
		}
	}
	w.Logf("%d submissions without an answer were recorded after all", found)
}

// settleAll takes the processes to a day after everything is due, and waits until it is done.
func (w *world) settleAll() {
	w.Helper()
	for i := range w.processes {
		w.kill(i)
	}
	w.startAll(clock{began: time.Now(), says: time.Date(2024, 12, 1, 0, 0, 0, 0, time.UTC)})
	if w.owner == nil || w.owner.IsClosed() {
		w.count("select 0")
	}
	for waited := 0; ; waited++ {
		done, expected := w.count("select count(*) from runs where state = 'done'"), 2*weeks*len(w.contracts)
		if w.together { // a week that somebody settled before it was due has no run
			done, expected = w.count("select count(*) from statements where status = 'final'"), weeks*len(w.contracts)
		}
		if done == expected && w.count("select count(*) from runs where state in ('due', 'running')") == 0 {
			return
		}
		if waited > 2400 {
			w.Fatalf("%d of %d are done", done, expected)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// again says how often a run was taken up that another process had begun.
func (w *world) again() int {
	return w.count("select coalesce(sum(attempts - 1), 0) from runs where state = 'done'")
}
