package store_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"outturn/contracts"
	"outturn/contracts/language"
	"outturn/engine/store"
	"outturn/engine/store/storetest"
)

// as opens a connection that speaks as a role and an organisation, beneath all of the store's own checks.
func as(t *testing.T, url, role, organisation string) *pgx.Conn {
	t.Helper()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(ctx) })
	for _, sql := range []string{"set search_path = outturn", "set role " + role} {
		if _, err := c.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Exec(ctx, "select set_config('outturn.organisation', $1, false)", organisation); err != nil {
		t.Fatal(err)
	}
	return c
}

// refused runs SQL that the database must refuse with a code, and by a constraint where one is named.
func refused(t *testing.T, c *pgx.Conn, code, sql string, constraint ...string) {
	t.Helper()
	_, err := c.Exec(context.Background(), sql)
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.Code != code {
		t.Errorf("%s\n gave %v: expected the database to refuse it with %s", sql, err, code)
	} else if len(constraint) > 0 && pg.ConstraintName != constraint[0] {
		t.Errorf("%s\n was refused by %s: expected %s", sql, pg.ConstraintName, constraint[0])
	}
}

func fixture(t testing.TB, name string) (*contracts.Contract, string) {
	t.Helper()
	dir := filepath.Join("..", "..", "fixtures", name)
	document, err := os.ReadFile(filepath.Join(dir, "contract.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := language.Decode("contract.yaml", document)
	if err != nil {
		t.Fatal(err)
	}
	return c, dir
}

// stranger works for an organisation that takes part in nothing.
var stranger = store.Person{ID: "per_2", Organisation: "org_2", Name: "S", Roles: []string{"provider"}, Active: true, Created: noon}

// settled is a database in which one contract was settled by the commissioner, and a stranger exists.
func settled(t *testing.T) (*store.Store, string) {
	t.Helper()
	s, url := storetest.NewAt(t)
	begin(t, s)
	c, dir := fixture(t, "newpin")
	addContract(t, s, "ctr_1", c)
	receive(t, s, "ctr_1", c, dir)
	if n := settleBoth(t, s, "ctr_1", c, dir); n == 0 {
		t.Fatal("nothing was settled")
	}
	err := s.System(context.Background(), noon, func(tx *store.Tx) error {
		return errors.Join(tx.AddOrganisation(context.Background(), store.Organisation{ID: "org_2", Name: "Stranger", Created: noon}),
			tx.AddPerson(context.Background(), stranger))
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, url
}

// ofContracts are the tables whose rows belong to a contract.
var ofContracts = []string{"contracts", "grants", "versions", "signatures", "batches", "items", "members", "runs", "statements",
	"chunks", "postings", "entries", "payments", "disputes", "schedules", "sources", "attachments", "overrides", "override_signatures"}

// Without any check of ours, an organisation sees no row of a contract it takes no part in, and nobody sees anything who
// does not say for whom.
func TestAnotherOrganisationSeesNothing(t *testing.T) {
	s, url := settled(t)
	for _, organisation := range []string{"org_2", "", "org_1' or true --"} {
		c := as(t, url, "outturn_app", organisation)
		for _, table := range slices.Concat(ofContracts, []string{"audit", "idempotency"}) {
			var n int
			if err := c.QueryRow(context.Background(), "select count(*) from "+table).Scan(&n); err != nil || n != 0 {
				t.Errorf("%q sees %d rows of %s: %v", organisation, n, table, err)
			}
		}
	}
	mine, filled := as(t, url, "outturn_app", "org_1"), 0
	for _, table := range ofContracts {
		var n int
		if err := mine.QueryRow(context.Background(), "select count(*) from "+table).Scan(&n); err != nil {
			t.Error(err)
		}
		if n > 0 {
			filled++
		}
	}
	if filled < 9 {
		t.Errorf("its own organisation sees rows in %d tables: the test proves nothing", filled)
	}
	// A foreign id answers as an unknown one, to the letter.
	answer := func(id string) string {
		err := s.Read(context.Background(), stranger, func(v *store.View) error {
			_, err := v.Contract(context.Background(), id)
			_, err2 := v.Statement(context.Background(), id, 1)
			_, err3 := v.Batch(context.Background(), id, "bat_1")
			return errors.Join(err, err2, err3)
		})
		return err.Error()
	}
	if answer("ctr_1") != answer("ctr_unknown") || !strings.Contains(answer("ctr_1"), store.ErrUnknown.Error()) {
		t.Errorf("a foreign contract answers %q and an unknown one %q", answer("ctr_1"), answer("ctr_unknown"))
	}
	// Nor does a duplicate key tell: the same batch id under a contract that is not seen is refused for want of the contract.
	foreign := as(t, url, "outturn_app", "org_2")
	refused(t, foreign, "42501", `insert into batches (contract, id, organisation, person, format, name, digest, state, rows, accepted, refused, first, last, at)
		values ('ctr_1', 'bat_1', 'org_2', 'p', 'csv', '', sha256('a'), 'refused', 0, 0, 0, 0, 0, now())`)
	refused(t, foreign, "42501", `insert into batches (contract, id, organisation, person, format, name, digest, state, rows, accepted, refused, first, last, at)
		values ('ctr_none', 'bat_1', 'org_2', 'p', 'csv', '', sha256('a'), 'refused', 0, 0, 0, 0, 0, now())`)
}

// What is append-only cannot be changed by the roles that serve people and the engine; the auditor changes nothing at all
// and does not see the digests of keys.
func TestWhatIsAppendOnlyStays(t *testing.T) {
	_, url := settled(t)
	appendOnly := []string{"batches", "items", "members", "statements", "chunks", "postings", "entries", "audit", "idempotency", "signatures", "organisations"}
	for _, role := range []string{"outturn_app", "outturn_engine"} {
		c := as(t, url, role, "org_1")
		for _, table := range appendOnly {
			column := "contract"
			if table == "organisations" {
				column = "name"
			}
			refused(t, c, "42501", "update "+table+" set "+column+" = 'x'")
			refused(t, c, "42501", "delete from "+table)
			refused(t, c, "42501", "truncate "+table)
		}
		refused(t, c, "42501", "delete from versions")
		refused(t, c, "42501", "update payments set statement = 1")
		refused(t, c, "42501", "create table mine (a int)")
		refused(t, c, "42501", "alter table items disable row level security")
	}
	auditor := as(t, url, "outturn_auditor", "")
	for _, table := range ofContracts {
		refused(t, auditor, "42501", "insert into "+table+" default values")
		refused(t, auditor, "42501", "delete from "+table)
		if _, err := auditor.Exec(context.Background(), "select count(*) from "+table); err != nil {
			t.Errorf("the auditor cannot read %s: %v", table, err)
		}
	}
	refused(t, auditor, "42501", "select * from api_keys")
	var n int
	if err := auditor.QueryRow(context.Background(), "select count(*) from statements").Scan(&n); err != nil || n == 0 {
		t.Errorf("the auditor sees %d statements: %v", n, err)
	}
}

// The roles own nothing and cannot step around row-level security, and no table is without it.
func TestRolesAndTables(t *testing.T) {
	url := storetest.URL(t)
	c, err := pgx.Connect(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	for _, q := range []struct{ what, sql string }{
		{"tables without row-level security", `select count(*) from pg_class where relnamespace = 'outturn'::regnamespace and relkind = 'r'
			and not relrowsecurity and relname not in ('goose_db_version', 'applied_files')`},
		{"things owned by a role of ours", `select count(*) from pg_shdepend d join pg_roles r on r.oid = d.refobjid where r.rolname like 'outturn_%' and d.deptype = 'o'
			and d.dbid = (select oid from pg_database where datname = current_database())`},
		{"roles with too much power", `select count(*) from pg_roles where rolname in ('outturn_app', 'outturn_engine', 'outturn_auditor')
			and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolcanlogin or rolreplication)`},
		{"unique keys of contracts' tables that do not begin with the contract", `select count(*) from pg_index i join pg_class c on c.oid = i.indrelid
			join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
			where c.relnamespace = 'outturn'::regnamespace and i.indisunique and a.attname <> 'contract'
			and c.relname not in ('contracts', 'organisations', 'people', 'api_keys', 'goose_db_version', 'applied_files')`},
	} {
		var n int
		if err := c.QueryRow(context.Background(), q.sql).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d %s: %v", n, q.what, err)
		}
	}
}

// The database refuses what the core promises not to do, whoever asks and in whatever order.
func TestTheDatabaseKeepsThePromises(t *testing.T) {
	_, url := settled(t)
	c := as(t, url, "outturn_engine", "")
	exec := func(sql string) {
		t.Helper()
		if _, err := c.Exec(context.Background(), sql); err != nil {
			t.Fatal(err)
		}
	}
	refused(t, c, "23514", "begin; insert into entries (contract, statement, number, party, payment, amount, at) select contract, place, 9001, 'x', 'p', 0.01, now() from statements limit 1; commit",
		"entries_sum_to_nought")
	exec("rollback")
	// Entries that sum to nought and are no posting's.
	refused(t, c, "23514", `begin; insert into entries (contract, statement, number, party, payment, amount, at)
		select contract, place, 9001 + n, 'x' || n, 'p', case n when 0 then 1 else -1 end, now() from (select contract, place from statements limit 1) s, generate_series(0, 1) n; commit`, "entries_are_the_postings")
	exec("rollback")
	refused(t, c, "23514", "insert into postings (contract, statement, number, payer, payee, payment, amount) select contract, place, 99, 'a', 'b', 'p', 'NaN' from statements limit 1")
	refused(t, c, "23514", "begin; insert into postings (contract, statement, number, payer, payee, payment, amount) select contract, place, 99, 'a', 'b', 'p', 5 from statements limit 1; commit")
	exec("rollback")
	again := `insert into statements (contract, status, number, version, through, cut_off, sequence, digest, head, size, currency, made_by, at)
		select contract, status, %, version, through, cut_off, sequence, digest, head, size, currency, made_by, at from statements order by number desc limit 1`
	refused(t, c, "23505", strings.Replace(again, "%", "number", 1))
	refused(t, c, "23505", strings.Replace(again, "%", "number + 1", 1)) // the same period
	refused(t, c, "23505", strings.Replace(again, "%", "number + 2", 1)) // a gap
	refused(t, c, "23514", "insert into runs (contract, id, kind, through, cut_off, sequence, state, due) values ('ctr_1', 'r', 'final', '2020-01-02', '2020-01-01', 0, 'due', now())")
	exec("insert into runs (contract, id, kind, through, cut_off, sequence, state, due) values ('ctr_1', 'r1', 'final', '2020-01-01', '2020-01-01', 0, 'due', now())")
	refused(t, c, "23505", "insert into runs (contract, id, kind, through, cut_off, sequence, state, due) values ('ctr_1', 'r2', 'final', '2020-01-01', '2020-01-01', 0, 'due', now())")
	refused(t, c, "23503", `insert into items (contract, sequence, root_type, root_key, batch, line, leaf, is_item, withdraws, withheld)
		values ('ctr_1', 999999, 'a', 'b', 'bat_none', 1, 'a', false, false, false)`)
}

// A payment is released after it was prepared, by somebody else, once.
func TestPaymentsTakeTwoPeople(t *testing.T) {
	s, _ := settled(t)
	ctx := context.Background()
	set := func(state, preparer, releaser string) error {
		return tryAct(s, commissioner, "ctr_1", func(tx *store.Tx) error {
			list, err := tx.Payments(ctx, "ctr_1", 1)
			if err != nil || len(list) == 0 {
				t.Fatalf("%d payments: %v", len(list), err)
			}
			p := list[0]
			p.State, p.Preparer, p.Releaser, p.At = state, preparer, releaser, noon
			return tx.SetPayment(ctx, p)
		})
	}
	conflict := func(name string, err error) {
		t.Helper()
		var c *store.Conflict
		if !errors.As(err, &c) || c.Constraint != name {
			t.Errorf("%v: expected %s", err, name)
		}
	}
	conflict("payments_prepared_before_released", set("released", "per_1", "per_3"))
	if err := set("prepared", "per_1", ""); err != nil {
		t.Fatal(err)
	}
	conflict("payments_released_by_another", set("released", "per_1", "per_1"))
	if err := set("released", "per_1", "per_3"); err != nil {
		t.Fatal(err)
	}
	conflict("payments_once_released", set("held", "per_1", "per_3"))
}

// A version is active only when two people of each payer have signed what was proposed.
func TestVersionsAreSignedByTwoOfEachPayer(t *testing.T) {
	s := storetest.New(t)
	begin(t, s)
	c, _ := fixture(t, "peterborough") // two payers
	addContract(t, s, "ctr_1", c)
	ctx := context.Background()
	one := store.Version{Contract: "ctr_1", Number: 1, State: store.VersionProposed, Document: c.Source, Digest: sha256.Sum256(c.Source), By: "per_1", ProposedBy: "per_1", Proposed: noon}
	activate := func() error {
		return tryAct(s, commissioner, "ctr_1", func(tx *store.Tx) error { return tx.Activate(ctx, "ctr_1", 1, noon) })
	}
	sign := func(party, person string) error {
		return tryAct(s, commissioner, "ctr_1", func(tx *store.Tx) error {
			return tx.AddSignature(ctx, store.Signature{Contract: "ctr_1", Version: 1, Party: party, Organisation: "org_1", Person: person, At: noon})
		})
	}
	conflict := func(name string, err error) {
		t.Helper()
		var c *store.Conflict
		if !errors.As(err, &c) || c.Constraint != name {
			t.Errorf("%v: expected %s", err, name)
		}
	}
	conflict("versions_go_forward", activate())
	conflict("signatures_are_of_the_proposed", sign("x", "per_1"))
	act(t, s, "ctr_1", func(tx *store.Tx) error { return tx.SetVersion(ctx, one) })
	conflict("versions_signed_by_two_of_each_payer", activate())
	var payers []string
	for _, p := range c.Parties {
		payers = append(payers, p.ID)
	}
	for i, party := range payers {
		if err := sign(party, "a"+party); err != nil {
			t.Fatal(err)
		}
		conflict("signatures_pkey", sign(party, "a"+party))
		conflict("versions_signed_by_two_of_each_payer", activate())
		if i < len(payers)-1 {
			continue
		}
	}
	for _, party := range payers {
		if err := sign(party, "b"+party); err != nil {
			t.Fatal(err)
		}
	}
	if err := activate(); err != nil {
		t.Fatal(err)
	}
	one.State, one.Document = store.VersionDraft, []byte("other")
	conflict("versions_go_forward", tryAct(s, commissioner, "ctr_1", func(tx *store.Tx) error { return tx.SetVersion(ctx, one) }))
	err := s.Read(ctx, commissioner, func(v *store.View) error {
		head, err := v.Contract(ctx, "ctr_1")
		if head.Active != 1 {
			t.Errorf("active: %d", head.Active)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
