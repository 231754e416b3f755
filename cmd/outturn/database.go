package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"outturn/cmd/outturn/terminal"
	"outturn/engine/store"
	"outturn/engine/store/private"
)

// databaseFlags say which database a command uses.
type databaseFlags struct {
	Data string `help:"Folder of the program's own database, where DATABASE_URL names none." env:"OUTTURN_DATA" placeholder:"FOLDER"`
}

// database is the one a command was given: somebody's, by DATABASE_URL, or our own.
type database struct {
	url    string
	owner  string // for migrations: DATABASE_OWNER_URL where migrating takes another login
	server *private.Server
}

// open finds the database, and starts our own where none is named. The caller closes it.
func (f databaseFlags) open(ctx context.Context, w terminal.World) (*database, error) {
	if url := w.Env("DATABASE_URL"); url != "" {
		d := &database{url: url, owner: w.Env("DATABASE_OWNER_URL")}
		if d.owner == "" {
			d.owner = url
		}
		return d, nil
	}
	dir := f.Data
	if dir == "" {
		var err error
		if dir, err = dataFolder(w); err != nil {
			return nil, orNamed(err)
		}
	}
	d, err := ownDatabase(ctx, dir)
	return d, orNamed(err)
}

// orNamed says of a command that reads DATABASE_URL that it is another way where no server of our own can be run, or
// nothing says where.
func orNamed(err error) error {
	var usage terminal.UsageError
	if errors.Is(err, private.ErrUnavailable) || errors.As(err, &usage) {
		return fmt.Errorf("%w; or name a database in DATABASE_URL", err)
	}
	return err
}

// ownDatabase starts our own in a folder.
func ownDatabase(ctx context.Context, dir string) (*database, error) {
	server, err := private.Start(ctx, private.Options{Dir: filepath.Join(dir, "postgresql")})
	if err != nil {
		return nil, err
	}
	url := server.URL(private.Database)
	if err := store.CreateDatabase(ctx, server.URL("postgres"), private.Database); err != nil {
		return nil, errors.Join(err, server.Stop())
	}
	return &database{url: url, owner: url, server: server}, nil
}

// dataFolder is where our own database lies when nobody says: with the system's data for root, else with the person's.
func dataFolder(w terminal.World) (string, error) {
	if os.Geteuid() == 0 {
		return "/var/lib/outturn", nil
	}
	if data := w.Env("XDG_DATA_HOME"); filepath.IsAbs(data) {
		return filepath.Join(data, "outturn"), nil
	}
	if home := w.Env("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, ".local", "share", "outturn"), nil
	}
	return "", terminal.Usage(errors.New("nothing says where to keep a database: HOME is not set; give --data FOLDER"))
}

// Close stops our own database. Somebody's is left alone.
func (d *database) Close() error { return d.server.Stop() }

// name says which database it is, without a password.
func (d *database) name() string {
	if d.server == nil {
		return "the database of DATABASE_URL"
	}
	return fmt.Sprintf("the program's own database in %s (PostgreSQL %s)", d.server.Dir, d.server.Version)
}

// migrateCmd brings the database to this release's schema.
type migrateCmd struct {
	databaseFlags
	Status bool `help:"List what was applied and when, and apply nothing."`
	JSON   bool `help:"Print one JSON document." name:"json"`
}

// migrationJSON is one file of the schema as migrate --json prints it.
type migrationJSON struct {
	Version int64  `json:"version"`
	Name    string `json:"name"`
	Applied string `json:"applied,omitempty"` // RFC 3339; absent while it is not
}

// Run applies what is missing, or lists.
func (cmd *migrateCmd) Run(w terminal.World) (err error) {
	ctx, stop := terminal.Interruptible()
	defer stop()
	db, err := cmd.open(ctx, w)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var applied []store.Migration
	if !cmd.Status {
		if applied, err = store.Migrate(ctx, db.owner); err != nil {
			return err
		}
	}
	all, err := store.Migrations(ctx, db.owner)
	if err != nil {
		return err
	}
	if cmd.JSON {
		return cmd.printJSON(w, db, applied, all)
	}
	return cmd.print(w, db, applied, all)
}

func (cmd *migrateCmd) printJSON(w terminal.World, db *database, applied, all []store.Migration) error {
	body := func(list []store.Migration) []migrationJSON {
		out := []migrationJSON{}
		for _, m := range list {
			one := migrationJSON{Version: m.Version, Name: m.Name}
			if !m.Applied.IsZero() {
				one.Applied = m.Applied.UTC().Format("2006-01-02T15:04:05Z")
			}
			out = append(out, one)
		}
		return out
	}
	return terminal.WriteJSON(w.Stdout, map[string]any{"database": db.name(), "applied": body(applied), "migrations": body(all)})
}

func (cmd *migrateCmd) print(w terminal.World, db *database, applied, all []store.Migration) error {
	if !cmd.Status {
		what := "is up to date: nothing was applied"
		if len(applied) > 0 {
			what = "is up to date: " + terminal.Counted(len(applied), "migration") + " applied"
		}
		_, err := fmt.Fprintf(w.Stdout, "%s %s, %d in all.\n", db.name(), what, len(all))
		return err
	}
	widest := 0
	for _, m := range all {
		widest = max(widest, len(m.Name))
	}
	for _, m := range all {
		when := "not applied"
		if !m.Applied.IsZero() {
			when = m.Applied.UTC().Format("2006-01-02 15:04:05 UTC")
		}
		if _, err := fmt.Fprintf(w.Stdout, "%-*s  %s\n", widest, m.Name, when); err != nil {
			return err
		}
	}
	return nil
}

// untilInterrupted opens the store, and runs what is to be done with it under a context that ends with the first
// interrupt. Everything is closed when it returns.
func (f databaseFlags) untilInterrupted(w terminal.World, do func(ctx context.Context, db *database, kept *store.Store) error) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second interrupt ends the program as usual
	db, err := f.open(ctx, w)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if db.server != nil { // somebody's database is migrated when they say so
		if _, err := store.Migrate(ctx, db.owner); err != nil {
			return err
		}
	}
	kept, err := store.Open(ctx, store.Options{URL: db.url})
	if err != nil {
		return err
	}
	defer kept.Close()
	return do(ctx, db, kept)
}

// newLog is the log of a process that serves or works.
func newLog(w terminal.World, quiet bool) *slog.Logger {
	level := slog.LevelInfo
	if quiet {
		level = slog.LevelWarn
	}
	return slog.New(slog.NewJSONHandler(w.Stderr, &slog.HandlerOptions{Level: level}))
}
