package store

import (
	"context"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"outturn/migrations"
)

// fresh is a database with nothing in it. It is filled in by main_test.go, as storetest imports this package.
var fresh func(t testing.TB) string

// FreshForTests lets the package's outer tests hand in where empty databases come from.
func FreshForTests(make func(t testing.TB) string) { fresh = make }

// shipped is the release's migrations as a map, to change.
func shipped(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("%d migrations: %v", len(names), err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(migrations.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: text}
	}
	return files
}

// Programs that start at once migrate once; a second time nothing is applied.
func TestMigrateOnce(t *testing.T) {
	url := fresh(t)
	ctx := context.Background()
	if _, err := Open(ctx, Options{URL: url, Forgetful: true}); err == nil || !strings.Contains(err.Error(), "outturn migrate") {
		t.Errorf("a database that was not migrated: %v", err)
	}
	list, err := Migrations(ctx, url)
	if err != nil || len(list) != len(shipped(t)) || slices.ContainsFunc(list, func(m Migration) bool { return !m.Applied.IsZero() }) {
		t.Errorf("of an empty database it says %v: %v", list, err)
	}
	var mu sync.Mutex
	var wait sync.WaitGroup
	applied := 0
	for range 3 {
		wait.Go(func() {
			list, err := Migrate(ctx, url)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			applied += len(list)
		})
	}
	wait.Wait()
	if want := len(shipped(t)); applied != want {
		t.Errorf("%d files were applied of %d", applied, want)
	}
	if list, err := Migrate(ctx, url); err != nil || len(list) != 0 {
		t.Errorf("a second time: %v, %v", list, err)
	}
	list, err = Migrations(ctx, url)
	if err != nil || len(list) != applied {
		t.Fatalf("%v: %v", list, err)
	}
	for _, m := range list {
		if m.Applied.IsZero() {
			t.Errorf("%s is not applied", m.Name)
		}
	}
}

// A file that was changed after it was applied, or taken away, is refused by name and nothing is applied; a database of a
// later release is not served.
func TestMigrationsStayAsApplied(t *testing.T) {
	url := fresh(t)
	ctx := context.Background()
	if _, err := Migrate(ctx, url); err != nil {
		t.Fatal(err)
	}
	next := &fstest.MapFile{Data: []byte("-- +goose Up\ncreate table next_thing (contract text primary key);\n")}
	changed := shipped(t)
	changed["0003_evidence.sql"] = &fstest.MapFile{Data: append([]byte("-- changed\n"), changed["0003_evidence.sql"].Data...)}
	changed["0999_next.sql"] = next
	if list, err := migrate(ctx, url, changed); err == nil || len(list) != 0 || !strings.Contains(err.Error(), "0003_evidence.sql is not what was applied") {
		t.Errorf("a changed file: %v, %v", list, err)
	}
	fewer := shipped(t)
	maps.DeleteFunc(fewer, func(name string, _ *fstest.MapFile) bool { return name == "0002_people.sql" })
	if _, err := migrate(ctx, url, fewer); err == nil || !strings.Contains(err.Error(), "0002_people.sql") {
		t.Errorf("a file taken away: %v", err)
	}
	more := shipped(t)
	more["0999_next.sql"] = next
	if list, err := migrate(ctx, url, more); err != nil || len(list) != 1 {
		t.Errorf("a further file: %v, %v", list, err)
	}
	if _, err := Open(ctx, Options{URL: url, Forgetful: true}); err == nil || !strings.Contains(err.Error(), "later release") {
		t.Errorf("a database of a later release: %v", err)
	}
	if _, err := Migrate(ctx, url); err == nil || !strings.Contains(err.Error(), "0999_next.sql") {
		t.Errorf("this release on a later database: %v", err)
	}
}

// A server that may lose what it acknowledged is not served from.
func TestForgetfulServersAreRefused(t *testing.T) {
	url := fresh(t)
	ctx := context.Background()
	if _, err := Migrate(ctx, url); err != nil {
		t.Fatal(err)
	}
	s, err := Open(ctx, Options{URL: url})
	if err == nil {
		s.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "fsync = off") {
		t.Errorf("served from a server without fsync: %v", err)
	}
}

// The releases that mended serialisable transactions, and what is said of a server behind them.
func TestFixedReleases(t *testing.T) {
	for _, one := range []struct {
		version int
		fixed   string
		behind  bool
	}{{150018, "15.20", true}, {150019, "15.20", true}, {150020, "15.20", false}, {160015, "16.16", true}, {190000, "19.0", false}} {
		if fixed, behind := fixedRelease(one.version); behind != one.behind || behind && fixed != one.fixed {
			t.Errorf("%d: behind %v, fixed in %s", one.version, behind, fixed)
		}
	}
}
