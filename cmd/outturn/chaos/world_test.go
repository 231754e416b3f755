// Package chaos kills processes of the service, and its database, in the middle of everything, and looks for what was lost,
// done twice, or left out of balance. It has tests only; `make test` runs them at the figures of every change, and `make
// chaos` at those of a release.
//
// Everything that can be asked for is drawn from one seed, which is printed. What the processes do meanwhile is as the
// machine has it: a seed repeats the load and the moments of the kills, not the interleaving.
package chaos_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	cryptorand "crypto/rand"

	"github.com/jackc/pgx/v5"

	"outturn/api"
	"outturn/api/client"
	"outturn/cmd/outturn/service"
	"outturn/engine/store"
	"outturn/engine/store/private"
)

const (
	chaosEnv = "OUTTURN_CHAOS"      // "full": the figures of a release
	seedEnv  = "OUTTURN_CHAOS_SEED" // to do it again
)

// figures picks those of every change, or of a release where they are asked for, or a sixth of the former with -short.
func figures(push, release int) int {
	switch {
	case os.Getenv(chaosEnv) == "full":
		return release
	case testing.Short():
		return max(1, push/6)
	}
	return push
}

// seeded is a source of randomness, which says how to have it again.
func seeded(t *testing.T) *rand.Rand {
	t.Helper()
	seed := uint64(20240101)
	if text := os.Getenv(seedEnv); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("seed %d: set %s to it to do this again", seed, seedEnv)
	return rand.New(rand.NewPCG(seed, 7))
}

// The contracts are of so many weeks, and pay £400.00 for each who joined in a week.
const (
	weeks     = 40
	perPerson = 400
)

// world is a durable PostgreSQL, processes that serve on it, and contracts that they settle.
type world struct {
	*testing.T
	ctx       context.Context
	random    *rand.Rand
	options   private.Options
	server    *private.Server
	socket    string // a name for the folder of the server's socket that stays when the server is started again
	clock     clock
	addresses []string
	processes []*exec.Cmd
	owner     *pgx.Conn
	provider  string // the key of who sends evidence
	payer     string // the key of who pays for it
	contracts []string
	together  bool // people settle beside the scheduler: what they settle is of no run
}

// newWorld starts a database, brings contracts into force through the API, and starts so many processes.
func newWorld(t *testing.T, contracts, processes int) *world {
	t.Helper()
	folder := t.TempDir()
	for dir := folder; len(dir) > len(os.TempDir()); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil { // the server's user, who is not root, must get through
			t.Fatal(err)
		}
	}
	w := &world{T: t, ctx: context.Background(), random: seeded(t), options: private.Options{Dir: filepath.Join(folder, "data")}, socket: filepath.Join(folder, "socket"),
		// A week goes by in two seconds.
		clock: clock{began: time.Now(), says: time.Date(2024, 1, 1, 9, 0, 0, 0, time.UTC), rate: 0}}
	w.startDatabase()
	t.Cleanup(func() {
		if err := w.server.Stop(); err != nil {
			t.Error(err)
		}
	})
	if err := store.CreateDatabase(w.ctx, w.url("postgres"), private.Database); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Migrate(w.ctx, w.url(private.Database)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, p := range w.processes {
			if p != nil && p.ProcessState == nil {
				_ = p.Process.Kill() // the test is over
				_ = p.Wait()
			}
		}
	})
	for range processes {
		on, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		w.addresses = append(w.addresses, on.Addr().String())
		w.processes = append(w.processes, nil)
		on.Close()
	}
	w.bring(contracts)
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// startDatabase starts the server, and again while what is left of the last one holds its memory.
func (w *world) startDatabase() {
	w.Helper()
	var err error
	for range 100 {
		if w.server, err = private.Start(w.ctx, w.options); err == nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	w.must(err)
	_ = os.Remove(w.socket)
	w.must(os.Symlink(w.server.Socket, w.socket))
}

func (w *world) url(database string) string {
	return fmt.Sprintf("host=%s user=%s dbname=%s sslmode=disable", w.socket, private.User, database)
}

// bring brings contracts into force, each drafted, proposed and signed through the API.
func (w *world) bring(contracts int) {
	w.Helper()
	document, err := os.ReadFile("testdata/weekly.yaml")
	w.must(err)
	kept, err := store.Open(w.ctx, store.Options{URL: w.url(private.Database), Connections: 4})
	w.must(err)
	joined := service.Join(kept)
	operator := api.Person{ID: "person-operator", Organisation: "org-operator", Name: "Operator", Roles: []string{api.RoleOperator}, Active: true, Created: w.clock.now()}
	key, secret, err := api.MintKey(cryptorand.Reader, operator, w.clock.now(), 30)
	w.must(err)
	_, err = joined.Begin(w.ctx, w.clock.now(), api.Organisation{ID: operator.Organisation, Name: "Operator", Created: w.clock.now()}, operator, key)
	w.must(err)
	kept.Close()

	w.start(0)
	first := w.as(secret)
	person := func(organisation string, role string) (string, *client.Client) {
		p, err := first.AddPerson(w.ctx, organisation, client.NewPerson{Name: "Staff", Roles: []string{role}})
		w.must(err)
		k, err := first.AddKey(w.ctx, p.ID, 30)
		w.must(err)
		return k.Secret, w.as(k.Secret)
	}
	council, err := first.AddOrganisation(w.ctx, "A council")
	w.must(err)
	prime, err := first.AddOrganisation(w.ctx, "A provider")
	w.must(err)
	payer, a := person(council.ID, api.RoleCommissioner)
	w.payer = payer
	_, b := person(council.ID, api.RoleCommissioner)
	w.provider, _ = person(prime.ID, api.RoleProvider)
	for n := range contracts {
		v, err := a.AddContract(w.ctx, "council", []byte(strings.Replace(string(document), "id: weekly", fmt.Sprintf("id: weekly-%d", n+1), 1)))
		w.must(err)
		_, err = a.AddGrant(w.ctx, v.Contract, client.Grant{Organisation: prime.ID, Role: api.RoleProvider, Party: "prime"})
		w.must(err)
		_, err = a.Propose(w.ctx, v.Contract, 1)
		w.must(err)
		for _, signer := range []*client.Client{a, b} {
			_, err = signer.Sign(w.ctx, v.Contract, 1, "council")
			w.must(err)
		}
		_, err = a.Activate(w.ctx, v.Contract, 1)
		w.must(err)
		w.contracts = append(w.contracts, v.Contract)
	}
	w.kill(0)
	w.owner, err = pgx.Connect(w.ctx, w.url(private.Database)+" search_path="+store.Schema)
	w.must(err)
	_, err = w.owner.Exec(w.ctx, "update api_keys set expires = '2100-01-01'") // the clock runs fast
	w.must(err)
	w.must(w.owner.Close(w.ctx))
}

func (w *world) as(key string) *client.Client {
	return &client.Client{Base: "http://" + w.addresses[0], Key: key}
}

// startAll sets the clock going and starts every process.
func (w *world) startAll(c clock) {
	w.Helper()
	w.clock = c
	for i := range w.processes {
		w.start(i)
	}
}

func (w *world) start(i int) {
	w.Helper()
	p, err := w.launch(i)
	if err == nil {
		w.processes[i] = p
		return
	}
	w.Fatalf("process %d did not start: %v", i, err)
}

// launch starts a process and waits until it answers.
func (w *world) launch(i int) (*exec.Cmd, error) {
	p := exec.Command(os.Args[0])
	p.Env = append(os.Environ(), childURL+"="+w.url(private.Database), childListen+"="+w.addresses[i], childClock+"="+w.clock.String())
	p.Stderr = os.Stderr
	out, err := p.StdoutPipe()
	if err == nil {
		err = p.Start()
	}
	if err != nil {
		return nil, err
	}
	ready := make([]byte, 5)
	if _, err := out.Read(ready); err != nil {
		return nil, fmt.Errorf("%w, %w", err, p.Wait())
	}
	return p, nil
}

func (w *world) kill(i int) {
	w.Helper()
	w.must(w.processes[i].Process.Signal(syscall.SIGKILL))
	_ = w.processes[i].Wait() // it was killed
}

// count asks the database itself, past every door.
func (w *world) count(sql string, args ...any) (n int) {
	w.Helper()
	if w.owner.IsClosed() {
		var err error
		w.owner, err = pgx.Connect(w.ctx, w.url(private.Database)+" search_path="+store.Schema)
		w.must(err)
		owner := w.owner
		w.Cleanup(func() { _ = owner.Close(w.ctx) }) // it may have gone with its server
	}
	w.must(w.owner.QueryRow(w.ctx, sql, args...).Scan(&n))
	return n
}
