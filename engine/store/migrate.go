package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"outturn/migrations"
)

// Migration is one numbered file of the schema.
type Migration struct {
	Version int64
	Name    string
	Applied time.Time // zero while it is not
}

// Migrate brings a database to this release's schema and returns what it applied. Any number of programs may ask at
// once: one does it, the others wait. A file that was changed after it was applied is refused, and so is a database that
// a later release has migrated.
func Migrate(ctx context.Context, url string) ([]Migration, error) {
	applied, err := migrate(ctx, url, migrations.Files)
	if err == nil {
		err = migrateJobs(ctx, url)
	}
	return applied, err
}

func migrate(ctx context.Context, url string, files fs.FS) (applied []Migration, err error) {
	provider, db, err := open(ctx, url, files)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var there, mine bool
	err = db.QueryRowContext(ctx, "select count(*) > 0, coalesce(bool_or(has_schema_privilege(oid, 'create')), false) from pg_namespace where nspname = $1", Schema).
		Scan(&there, &mine)
	switch {
	case err != nil:
		return nil, told(err)
	case there && !mine:
		return nil, errNotOwner
	case !there:
		if _, err := db.ExecContext(ctx, "create schema if not exists "+Schema); err != nil && code(err) != "23505" {
			return nil, notOwner(told(err)) // 23505: another program made it at the same moment
		}
	}
	if err := unchanged(ctx, db, files); err != nil {
		return nil, err
	}
	results, err := provider.Up(ctx)
	for _, r := range results {
		applied = append(applied, Migration{Version: r.Source.Version, Name: r.Source.Path})
	}
	if err != nil {
		return applied, fmt.Errorf("the database could not be migrated: %w", told(err))
	}
	return applied, remember(ctx, db, files, provider)
}

// Migrations lists every file of this release, and when each was applied.
func Migrations(ctx context.Context, url string) (list []Migration, err error) {
	provider, db, err := open(ctx, url, migrations.Files)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var begun bool
	if err := db.QueryRowContext(ctx, "select to_regnamespace($1) is not null", Schema).Scan(&begun); err != nil {
		return nil, told(err)
	}
	if !begun { // goose would make its table to say that it is empty
		for _, s := range provider.ListSources() {
			list = append(list, Migration{Version: s.Version, Name: s.Path})
		}
		return list, nil
	}
	status, err := provider.Status(ctx)
	if err != nil {
		return nil, told(err)
	}
	if err := unchanged(ctx, db, migrations.Files); err != nil {
		return nil, err
	}
	for _, s := range status {
		list = append(list, Migration{Version: s.Source.Version, Name: s.Source.Path, Applied: s.AppliedAt})
	}
	return list, nil
}

// errNotOwner says what to do where a login may not change the schema.
var errNotOwner = errors.New("this login may not change the schema; name the owner's in DATABASE_OWNER_URL")

func notOwner(err error) error {
	if code(err) == "42501" {
		return errors.Join(errNotOwner, err)
	}
	return err
}

// CreateDatabase makes a database on a server, if it is not there. The address is of any database of the server.
func CreateDatabase(ctx context.Context, url, name string) error {
	err := onServer(ctx, url, "create database "+quoted(name))
	if code(err) == "42P04" || code(err) == "23505" {
		return nil // it is there, or another program makes it at this moment
	}
	return told(err)
}

// DropDatabase drops a database and all that is in it, if it is there, whoever uses it.
func DropDatabase(ctx context.Context, url, name string) error {
	return told(onServer(ctx, url, "drop database if exists "+quoted(name)+" with (force)"))
}

// quoted is a name as SQL has it.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func onServer(ctx context.Context, url, sql string) (err error) {
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close(ctx)) }()
	_, err = c.Exec(ctx, sql)
	return err
}

func open(ctx context.Context, url string, files fs.FS) (*goose.Provider, *sql.DB, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, nil, fmt.Errorf("the database's address cannot be read: %w", err)
	}
	config.RuntimeParams["search_path"] = Schema
	config.RuntimeParams["application_name"] = "outturn migrate"
	db := stdlib.OpenDB(*config)
	if err := db.PingContext(ctx); err != nil {
		return nil, nil, errors.Join(told(err), db.Close())
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return provider, db, nil
}

// latestVersion is the number of the last file of this release.
func latestVersion() (int64, error) {
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil || len(names) == 0 {
		return 0, errors.Join(err, errors.New("this release holds no migrations"))
	}
	return goose.NumericComponent(names[len(names)-1])
}

// unchanged refuses files that differ from what was applied under their names, and names that this release lacks.
func unchanged(ctx context.Context, db *sql.DB, files fs.FS) error {
	rows, err := db.QueryContext(ctx, "select name, digest from applied_files order by name")
	if code(err) == "42P01" || code(err) == "3F000" {
		return nil // nothing was ever applied
	}
	if err != nil {
		return told(err)
	}
	defer rows.Close()
	var faults []error
	for rows.Next() {
		var name string
		var digest []byte
		if err := rows.Scan(&name, &digest); err != nil {
			return err
		}
		text, err := fs.ReadFile(files, name)
		switch found := sha256.Sum256(text); {
		case errors.Is(err, fs.ErrNotExist):
			faults = append(faults, fmt.Errorf("%s was applied to the database and this release does not have it; run the release that does, or a later one", name))
		case err != nil:
			faults = append(faults, err)
		case string(found[:]) != string(digest):
			faults = append(faults, fmt.Errorf("%s is not what was applied to the database (SHA-256 %x, expected %x); put the file back and write what is new in a file of its own", name, found, digest))
		}
	}
	return errors.Join(append(faults, rows.Err())...)
}

// remember notes the digest of each file that was applied.
func remember(ctx context.Context, db *sql.DB, files fs.FS, provider *goose.Provider) error {
	for _, source := range provider.ListSources() {
		text, err := fs.ReadFile(files, source.Path)
		if err != nil {
			return err
		}
		digest := sha256.Sum256(text)
		_, err = db.ExecContext(ctx, "insert into applied_files (name, digest) values ($1, $2) on conflict (name) do nothing", source.Path, digest[:])
		if err != nil {
			return told(err)
		}
	}
	return nil
}
