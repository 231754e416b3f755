package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"outturn/api"
	"outturn/api/client"
	"outturn/cmd/outturn/expectation"
	"outturn/cmd/outturn/service"
	"outturn/cmd/outturn/terminal"
	"outturn/contracts"
	"outturn/contracts/language"
	"outturn/engine/schedule"
	"outturn/engine/store"
	"outturn/engine/store/private"
	"outturn/fixtures"
)

// demoCmd tells the whole story of a contract, by the service itself, on a database of the program's own.
type demoCmd struct {
	Data   string `help:"Folder below which the demo keeps its database, in a folder demo of its own." env:"OUTTURN_DATA" placeholder:"FOLDER"`
	Serve  bool   `help:"Serve the database of the last demo, with a key for each role, until interrupted."`
	Listen string `help:"With --serve: address to answer on." default:"127.0.0.1:8080" env:"OUTTURN_LISTEN"`
	JSON   bool   `help:"Print one JSON document." name:"json"`
}

// Run tells the story, or serves what it left.
func (cmd *demoCmd) Run(w terminal.World) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second interrupt ends the program as usual
	if cmd.Serve && cmd.JSON {
		return terminal.Usage(errors.New("--json is the story's; --serve prints its addresses and keys"))
	}
	if cmd.Serve {
		return cmd.serve(ctx, w)
	}
	return cmd.tell(ctx, w)
}

// demoBegins is the day on which the story begins by the demo's clock; its contract's quarters are those of 2025.
var demoBegins = time.Date(2024, 12, 9, 9, 0, 0, 0, time.UTC)

// demo is the story under way.
type demo struct {
	*teller
	base   string // of the service
	worker *schedule.Worker
	files  fs.FS // the story's own contract and evidence
	worked *expectation.Expected
	cast

	contract string // the service's key for it
	document []byte
	terms    *contracts.Contract

	mu  sync.Mutex
	now time.Time
}

// tell tells the story from its beginning, on an empty database.
func (cmd *demoCmd) tell(ctx context.Context, w terminal.World) (err error) {
	t := newTeller(w, cmd.JSON)
	t.opening()
	t.wait("starting PostgreSQL")
	db, err := cmd.open(ctx, w)
	if err != nil {
		t.show()
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	t.wait("making an empty database")
	if err := db.renew(ctx); err != nil {
		return err
	}
	if _, err := store.Migrate(ctx, db.owner); err != nil {
		return err
	}
	kept, err := store.Open(ctx, store.Options{URL: db.url})
	if err != nil {
		return err
	}
	defer kept.Close()
	t.aside("PostgreSQL %s runs in %s; its database is empty.", db.server.Version, db.server.Dir)
	d := &demo{teller: t, now: demoBegins}
	if err := d.begin(); err != nil {
		return err
	}
	finish, err := d.answer(ctx, kept)
	if err != nil {
		return err
	}
	if err = errors.Join(d.story(ctx), finish()); err != nil {
		return err
	}
	if cmd.JSON {
		return terminal.WriteJSON(w.Stdout, map[string]any{"steps": t.steps, "database": db.server.Dir})
	}
	t.closing()
	return nil
}

func (t *teller) opening() {
	t.page.Rule("━")
	t.page.Ends("Outturn", "a contract, from its draft to its audit", terminal.Bold)
	t.page.Rule("━")
	for _, text := range []string{
		"A council and a ministry pay a charity to help young people who have been before a court into work. Everybody here is invented, and everything is " +
			"done by the service itself, over HTTP. Its clock is the story's: it begins in December 2024.",
	} {
		t.page.Line(0, text, terminal.Plain)
	}
	t.show()
}

func (t *teller) closing() {
	t.page.Text.WriteString("\n")
	t.page.Rule("━")
	t.page.Line(0, "That was all of it, in "+t.seconds()+". The database is stopped, and kept until the next demo.", terminal.Bold)
	rows := terminal.Table{Columns: []terminal.Column{{}, {Flex: true}}}
	rows.Add("make serve", "(outturn demo --serve) keeps it up, and prints its address, the API's document and a key for each role")
	rows.Add("fixtures/demonstration/README.md", "the same sums by hand")
	rows.Add("README.md", "where to go on")
	t.page.Write(2, rows)
	t.show()
}

// begin reads what the story is of.
func (d *demo) begin() (err error) {
	if d.files, err = fs.Sub(fixtures.Demo, "demonstration"); err != nil {
		return err
	}
	if d.document, err = fs.ReadFile(d.files, contractNames[0]); err != nil {
		return err
	}
	if d.terms, err = language.Decode(contractNames[0], d.document); err != nil {
		return err
	}
	d.worked, err = expectation.Read(d.files)
	return err
}

// open starts the demo's own PostgreSQL, which nobody else may have running.
func (cmd *demoCmd) open(ctx context.Context, w terminal.World) (*database, error) {
	dir := cmd.Data
	if dir == "" {
		var err error
		if dir, err = dataFolder(w); err != nil {
			return nil, err
		}
	}
	db, err := ownDatabase(ctx, filepath.Join(dir, "demo"))
	if err == nil && db.server.Joined {
		return nil, fmt.Errorf("another demo, or make serve, has the database in %s open; stop it first, or name another folder with --data", db.server.Dir)
	}
	return db, err
}

// renew empties our own database.
func (d *database) renew(ctx context.Context) error {
	at := d.server.URL("postgres")
	if err := store.DropDatabase(ctx, at, private.Database); err != nil {
		return err
	}
	return store.CreateDatabase(ctx, at, private.Database)
}

// clock is the story's.
func (d *demo) clock() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

// passTo lets time pass.
func (d *demo) passTo(year int, month time.Month, day, hour int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = time.Date(year, month, day, hour, 0, 0, 0, time.UTC)
}

// answer starts the service, as outturn serve does, by the story's clock, with a schedule that looks when it is told to.
func (d *demo) answer(ctx context.Context, kept *store.Store) (finish func() error, err error) {
	joined := service.Join(kept)
	served, err := api.New(api.Options{Store: joined, Now: d.clock, Limits: api.Limits{PerSecond: 1e6, Burst: 1e6}})
	if err != nil {
		return nil, err
	}
	on, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	d.base = "http://" + on.Addr().String()
	first, err := firstKey(ctx, joined, d.clock())
	if err != nil {
		return nil, errors.Join(err, on.Close())
	}
	d.operator = &client.Client{Base: d.base, Key: first}
	d.worker, err = schedule.New(ctx, schedule.Options{Store: kept, Now: d.clock, Name: fmt.Sprintf("demo, process %d", os.Getpid()), Poll: time.Hour, SkewMax: -1, Admit: service.Admit(kept, d.clock)})
	if err != nil {
		return nil, errors.Join(err, on.Close())
	}
	if err := d.worker.Start(context.WithoutCancel(ctx)); err != nil {
		return nil, errors.Join(err, on.Close())
	}
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() { ended <- served.Serve(serving, on) }()
	return func() error {
		stop()
		err := <-ended
		waiting, cancel := context.WithTimeout(context.Background(), stopWait)
		defer cancel()
		return errors.Join(err, d.worker.Stop(waiting))
	}, nil
}
