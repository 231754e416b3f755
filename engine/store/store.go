// Package store keeps everything the service knows in PostgreSQL, and holds all the SQL there is.
//
// What people do goes through two doors: Act, one transaction that changes something and is recorded in the audit log,
// and Read, one that does not. Both run as a person's organisation, so that row-level security hides what is not theirs
// even where a caller forgets to ask. System is the same for what nobody asks for: schedules, settlements, signing in.
package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Options says which database, and how to use it.
type Options struct {
	URL string // as pgx and libpq read it
	// Connections is the most connections, half for people and half for the engine: 20 when nought. A tenth as many again find
	// out who people are.
	Connections int32
	// Forgetful lets a server be used that may lose what it acknowledged: for tests alone.
	Forgetful bool
	// Memory is how many bytes a snapshot may hold before it goes to temporary files: 256 MiB when nought.
	Memory int64
}

// Schema is the schema of the database in which everything stands.
const Schema = "outturn"

// The roles of the database, which migrations make.
const (
	roleApp    = "outturn_app"
	roleEngine = "outturn_engine"
)

const connectionsDefault = 20

// readAtOnce is how many bytes are read of a connection at once, if so many are there: when millions of rows are read the
// database is ahead, and every read costs as much whatever it brings.
const readAtOnce = 64 << 10

// Store is a database with this release's schema. It serves any number of goroutines.
type Store struct {
	app, engine *pgxpool.Pool
	door        *pgxpool.Pool // who somebody is: a request waits for no run
	memory      int64
	documents   documents
	few         int // rows of a small body, at most
}

// Open connects, and refuses a database that was not migrated to this release or that may lose what it acknowledged.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Connections <= 0 {
		o.Connections = connectionsDefault
	}
	s := &Store{memory: o.Memory, few: fewRows}
	var err error
	for _, pool := range []struct {
		to    **pgxpool.Pool
		role  string
		share int32
	}{{&s.app, roleApp, 2}, {&s.engine, roleEngine, 2}, {&s.door, roleEngine, 10}} {
		if *pool.to, err = connect(ctx, o.URL, pool.role, max(2, o.Connections/pool.share)); err != nil {
			s.Close()
			return nil, err
		}
	}
	err = s.Ready(ctx)
	if err == nil && !o.Forgetful {
		err = durable(ctx, s.engine)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// connect makes a pool whose every connection speaks as one role from its beginning to its end: plans are kept a
// connection, and a plan made for one role must not serve another.
func connect(ctx context.Context, url, role string, most int32) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("the database's address cannot be read: %w", err)
	}
	config.MaxConns = most
	config.ConnConfig.RuntimeParams["search_path"] = Schema
	config.ConnConfig.RuntimeParams["timezone"] = "UTC"
	config.ConnConfig.RuntimeParams["application_name"] = role
	config.ConnConfig.RuntimeParams["lock_timeout"] = "10s"
	config.ConnConfig.RuntimeParams["jit"] = "off" // it compiles for longer than what is asked for takes
	config.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = "300s"
	config.ConnConfig.BuildFrontend = func(r io.Reader, w io.Writer) *pgproto3.Frontend {
		return pgproto3.NewFrontend(bufio.NewReaderSize(r, readAtOnce), w)
	}
	config.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		if _, err := c.Exec(ctx, "set role "+role); err != nil {
			return notMigrated(err)
		}
		registerTypes(c)
		return nil
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, told(err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, told(err)
	}
	return pool, nil
}

// EngineConnections is how many connections are the engine's at most. What people ask waits for none of them.
func (s *Store) EngineConnections() int { return int(s.engine.Config().MaxConns) }

// Close lets every connection go, once what is under way has ended.
func (s *Store) Close() {
	for _, pool := range []*pgxpool.Pool{s.app, s.engine, s.door} {
		if pool != nil {
			pool.Close()
		}
	}
}

// Ready reports whether the database answers and its schema is this release's.
func (s *Store) Ready(ctx context.Context) error {
	var version int64
	if err := s.door.QueryRow(ctx, "select coalesce(max(version_id), 0) from goose_db_version where is_applied").Scan(&version); err != nil {
		return notMigrated(told(err))
	}
	latest, err := latestVersion()
	switch {
	case err != nil:
		return err
	case version < latest:
		return fmt.Errorf("the database is at version %d and this release needs %d; run outturn migrate", version, latest)
	case version > latest:
		return fmt.Errorf("the database is at version %d, made by a later release than this one, which knows %d; run that release", version, latest)
	}
	return nil
}

// notMigrated says what to do where a role or a table is not there.
func notMigrated(err error) error {
	switch code(err) {
	case "42P01", "42704", "22023", "3F000":
		return fmt.Errorf("the database has not been prepared for this release; run outturn migrate (%w)", err)
	}
	return err
}

// durable refuses a server that may lose what it acknowledged, or not notice that it was damaged.
func durable(ctx context.Context, pool *pgxpool.Pool) error {
	var faults []error
	for _, setting := range []struct{ name, so string }{
		{"fsync", "so a crash could lose payments that were acknowledged; set it on and restart PostgreSQL"},
		{"full_page_writes", "so a crash could leave a page half written; set it on and restart PostgreSQL"},
		{"synchronous_commit", "so a crash could lose payments that were acknowledged; set it on"},
		{"data_checksums", "so a damaged page would not be noticed; stop PostgreSQL and run pg_checksums --enable on its data directory"},
	} {
		var value string
		if err := pool.QueryRow(ctx, "select current_setting($1)", setting.name).Scan(&value); err != nil {
			return told(err)
		}
		if value == "off" {
			faults = append(faults, fmt.Errorf("the database runs with %s = off, %s", setting.name, setting.so))
		}
	}
	return errors.Join(faults...)
}

// Advice says what is well to know of the server, in sentences for its operator: nothing when all is well.
func (s *Store) Advice(ctx context.Context) ([]string, error) {
	var version int
	if err := s.engine.QueryRow(ctx, "select current_setting('server_version_num')::int").Scan(&version); err != nil {
		return nil, told(err)
	}
	var advice []string
	if fixed, behind := fixedRelease(version); behind {
		advice = append(advice, fmt.Sprintf("PostgreSQL %d.%d lets some conflicting transactions through that %s stops; what is paid rests on constraints and locks that hold on both, but upgrade the server to %s",
			version/10000, version%10000, fixed, fixed))
	}
	return advice, nil
}

// fixedReleases are the first releases of each major version without the faults of serialisable transactions and of
// row-level security that the releases of August and November 2026 mended.
var fixedReleases = map[int]int{14: 25, 15: 20, 16: 16, 17: 12, 18: 6}

// fixedRelease names the release to run, and whether the server is behind it.
func fixedRelease(version int) (fixed string, behind bool) {
	major, minor := version/10000, version%10000
	least, known := fixedReleases[major]
	return fmt.Sprintf("%d.%d", major, least), known && minor < least
}

// attemptsMax is how often a transaction is tried that the database undid for the sake of another, and waitMax the
// longest wait between two.
const (
	attemptsMax = 16
	waitMax     = 64 * time.Millisecond
)

// transact runs do in one transaction, which begins with what first asks, and again where the database undid it because of another one, or where it turns
// out that it must run as if it were alone.
func transact(ctx context.Context, pool *pgxpool.Pool, o pgx.TxOptions, first func(b *pgx.Batch), do func(t *turn, serial bool) error) error {
	var err error
	for attempt := 0; attempt < attemptsMax; attempt++ {
		if attempt > 0 {
			select {
			case <-time.After(min(time.Millisecond<<attempt, waitMax)):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		serial := o.IsoLevel == pgx.Serializable
		err = inTurn(ctx, pool, o, first, func(t *turn) error { return do(t, serial) })
		switch {
		case errors.Is(err, errDecides) && !serial:
			o.IsoLevel, attempt = pgx.Serializable, -1
		case !undone(err, serial):
			return told(err)
		}
	}
	return errors.Join(ErrBusy, err)
}

// undone reports whether the database undid a transaction for the sake of another, so that it may do well the next time. An act
// that runs as if it were alone does not see the answer that was given under its key a moment after it began; releases
// before 15.19 may tell it so by the key that is taken. A settlement that somebody asked for while another was recorded is
// begun again too; one that holds a lease is not, and is looked at by its scheduler.
func undone(err error, serial bool) bool {
	switch code(err) {
	case "":
		return errors.Is(err, errWaited)
	case "40001", "40P01":
		return true
	case "23505":
		switch constraint(err) {
		case "idempotency_pkey":
			return true
		case "statements_follow", "statements_one_per_number", "statements_one_per_period", "items_pkey", "batches_once":
			return serial // the next time it begins from the statement that was recorded, or the evidence that came, meanwhile
		}
	}
	return false
}
