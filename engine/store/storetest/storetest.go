// Package storetest gives each test a database of its own: a copy of one that was migrated once, on one private server
// for all the tests of a package.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"outturn/engine/store"
	"outturn/engine/store/private"
)

var (
	start  sync.Once
	server *private.Server
	folder string
	failed error
	number atomic.Int64
)

const template = "template_outturn"

// Durable makes the server keep what it acknowledged, as one that serves does. It is set before the first test: for benchmarks
// of what waits for the disk.
var Durable bool

// Main runs a package's tests, and stops the server when they have ended.
func Main(m *testing.M) int {
	code := m.Run()
	err := server.Stop()
	if folder != "" {
		err = errors.Join(err, os.RemoveAll(folder))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// Server starts the tests' server, or returns the one that runs.
func Server(t testing.TB) *private.Server {
	t.Helper()
	start.Do(func() { failed = begin() })
	if failed != nil {
		t.Fatal(failed)
	}
	return server
}

// begin starts the server and migrates the template.
func begin() (err error) {
	if folder, err = os.MkdirTemp("", "outturn-tests-"); err != nil {
		return err
	}
	// The server's user, who is not root, must get through.
	if err := os.Chmod(folder, 0o755); err != nil {
		return err
	}
	ctx := context.Background()
	server, err = private.Start(ctx, private.Options{Dir: filepath.Join(folder, "data"), Forgetful: !Durable})
	if err != nil {
		return err
	}
	if err := execute(ctx, "postgres", "create database "+template); err != nil {
		return err
	}
	_, err = store.Migrate(ctx, server.URL(template))
	return err
}

// URL makes a database for a test, migrated, and names it. It is dropped when the test ends.
func URL(t testing.TB) string { return database(t, template) }

// Empty makes a database with nothing in it.
func Empty(t testing.TB) string { return database(t, "template0") }

func database(t testing.TB, from string) string {
	t.Helper()
	s := Server(t)
	name := fmt.Sprintf("test_%d", number.Add(1))
	if err := execute(context.Background(), "postgres", "create database "+name+" template "+from); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := execute(context.Background(), "postgres", "drop database "+name+" with (force)"); err != nil {
			t.Error(err)
		}
	})
	return s.URL(name)
}

// connections are few, as tests open many stores.
const connections = 8

// New opens a store on a database of the test's own.
func New(t testing.TB) *store.Store {
	t.Helper()
	s, _ := NewAt(t)
	return s
}

// NewAt is New, and the address of the database, for looking at it from outside.
func NewAt(t testing.TB) (*store.Store, string) {
	t.Helper()
	url := URL(t)
	o := store.Options{URL: url, Connections: connections, Forgetful: !Durable}
	if _, timed := t.(*testing.B); timed {
		o.Connections = 0 // as many as one that serves has
	}
	s, err := store.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, url
}

func execute(ctx context.Context, database, sql string) error {
	c, err := pgx.Connect(ctx, server.URL(database))
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, sql)
	return errors.Join(err, c.Close(ctx))
}
