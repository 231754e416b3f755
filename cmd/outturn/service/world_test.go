package service_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"outturn/api"
	"outturn/api/client"
	"outturn/cmd/outturn/service"
	"outturn/engine/store"
	"outturn/engine/store/storetest"
)

func TestMain(m *testing.M) {
	flag.Parse()
	if flag.Lookup("test.bench").Value.String() != "" {
		storetest.Durable = true
		service.LeaveRoom()
	}
	os.Exit(storetest.Main(m))
}

// world is a running service on a database of its own, with a clock that tests set.
type world struct {
	t     testing.TB
	ctx   context.Context
	base  string
	store *store.Store
	url   string // of the database
	log   *safeBuffer
	mu    sync.Mutex
	now   time.Time
	first string // the operator's key
	http  *api.Service
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// forget gives its memory back.
func (s *safeBuffer) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.b = bytes.Buffer{}
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// newWorld serves over real HTTP on a real PostgreSQL.
func newWorld(t testing.TB, change func(*api.Options)) *world {
	t.Helper()
	w := &world{t: t, ctx: t.Context(), now: time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC), log: &safeBuffer{}}
	w.store, w.url = storetest.NewAt(t)
	level := slog.LevelInfo
	if _, timed := t.(*testing.B); timed {
		level = slog.LevelWarn // thousands of requests, of which the failures are of interest
	}
	o := api.Options{Store: service.Join(w.store), Now: w.clock, Log: slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: level})), TempDir: t.TempDir(),
		Limits: api.Limits{PerSecond: 1e6, Burst: 1e6, Strangers: 1e6}}
	if change != nil {
		change(&o)
	}
	var err error
	if w.http, err = api.New(o); err != nil {
		t.Fatal(err)
	}
	on, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.http.Serve(ctx, on) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	w.base = "http://" + on.Addr().String()
	person := api.Person{ID: "person-operator", Organisation: "org-operator", Name: "Operator", Roles: []string{api.RoleOperator}, Active: true, Created: w.now}
	key, secret, err := api.MintKey(rand.Reader, person, w.now, 90)
	if err != nil {
		t.Fatal(err)
	}
	begun, err := o.Store.Begin(w.ctx, w.now, api.Organisation{ID: "org-operator", Name: "Operator", Created: w.now}, person, key)
	if err != nil || !begun {
		t.Fatalf("begun %t, %v", begun, err)
	}
	w.first = secret
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(w.log)
		}
	})
	return w
}

func (w *world) as(key string) *client.Client { return &client.Client{Base: w.base, Key: key} }

// actor is a person with a key.
type actor struct {
	*client.Client
	id, organisation, keyID string
}

// must ends the test at an error.
func must[T any](t testing.TB, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (w *world) organisation(name string) string {
	w.t.Helper()
	o, err := w.as(w.first).AddOrganisation(w.ctx, name)
	return must(w.t, o, err).ID
}

func (w *world) person(organisation string, roles ...string) *actor {
	w.t.Helper()
	p, err := w.as(w.first).AddPerson(w.ctx, organisation, client.NewPerson{Name: "Staff", Roles: roles})
	must(w.t, p, err)
	k, err := w.as(w.first).AddKey(w.ctx, p.ID, 30)
	must(w.t, k, err)
	return &actor{w.as(k.Secret), p.ID, organisation, k.ID}
}

// cast is everybody in a contract.
type cast struct {
	speaks                      map[string]*actor // payers that tell something of themselves
	contract                    string
	payer, second               *actor
	provider, auditor, stranger *actor
}

// contract drafts, proposes, signs and activates a contract, and lets everybody in.
func (w *world) contract(document []byte, payer, provider string) *cast {
	w.t.Helper()
	c := &cast{}
	department := w.organisation("A department")
	c.payer, c.second = w.person(department, api.RoleCommissioner), w.person(department, api.RoleCommissioner)
	c.provider = w.person(w.organisation("A provider"), api.RoleProvider)
	c.auditor = w.person(w.organisation("An audit office"), api.RoleAuditor)
	c.stranger = w.person(w.organisation("Somebody else"), api.RoleCommissioner, api.RoleProvider, api.RoleAuditor)
	v, err := c.payer.AddContract(w.ctx, payer, document)
	c.contract = must(w.t, v, err).Contract
	for _, g := range []client.Grant{{Organisation: c.provider.organisation, Role: api.RoleProvider, Party: provider}, {Organisation: c.auditor.organisation, Role: api.RoleAuditor}} {
		_, err := c.payer.AddGrant(w.ctx, c.contract, g)
		must(w.t, g, err)
	}
	w.activate(c, 1, payer)
	return c
}

func (w *world) activate(c *cast, version int, payer string) {
	w.t.Helper()
	v, err := c.payer.Propose(w.ctx, c.contract, version)
	must(w.t, v, err)
	for _, signer := range []*actor{c.payer, c.second} {
		v, err = signer.Sign(w.ctx, c.contract, version, payer)
		must(w.t, v, err)
	}
	v, err = c.payer.Activate(w.ctx, c.contract, version)
	if must(w.t, v, err).State != "active" {
		w.t.Fatalf("state %s", v.State)
	}
}

// send sends every evidence file of a fixture, in the order of their names.
func (w *world) send(c *cast, dir string) {
	w.t.Helper()
	files := must(w.t, filesOf(dir), nil)
	for _, name := range files {
		media := "text/csv"
		if filepath.Ext(name) == ".ndjson" {
			media = "application/x-ndjson"
		}
		body, err := os.Open(name)
		must(w.t, body, err)
		b, err := c.provider.SendBatch(w.ctx, c.contract, client.Evidence{Name: filepath.Base(name), ContentType: media, Body: body})
		if must(w.t, b, err); b.State != "accepted" {
			w.t.Fatalf("%s: %+v", name, b)
		}
		body.Close()
	}
}

func filesOf(dir string) []string {
	var files []string
	for _, pattern := range []string{"*.csv", "*.ndjson"} {
		found, _ := filepath.Glob(filepath.Join(dir, "evidence", pattern))
		files = append(files, found...)
	}
	sort.Strings(files)
	return files
}

func read(t testing.TB, from io.ReadCloser, err error) []byte {
	t.Helper()
	must(t, from, err)
	defer from.Close()
	b, err := io.ReadAll(from)
	return must(t, b, err)
}

func (w *world) joined() api.Store { return service.Join(w.store) }

// count says how many rows each table of the contract's holds, as somebody who is shown all.
func (w *world) count() []byte {
	w.t.Helper()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, w.url)
	defer must(w.t, c, err).Close(ctx)
	var b bytes.Buffer
	for _, table := range []string{"contracts", "grants", "versions", "signatures", "batches", "items", "statements", "postings", "entries", "payments", "disputes", "runs", "sources", "attachments", "overrides", "override_signatures"} {
		var n int
		if err := c.QueryRow(ctx, "select count(*) from outturn."+table).Scan(&n); err != nil {
			w.t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s %d\n", table, n)
	}
	return b.Bytes()
}

// dump is every text in the database, as somebody who is shown all.
func (w *world) dump() []byte { return w.dumpWithout("") }

// dumpWithout leaves one table out.
func (w *world) dumpWithout(table string) []byte {
	w.t.Helper()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, w.url)
	defer must(w.t, c, err).Close(ctx)
	tables, err := c.Query(ctx, "select table_name from information_schema.tables where table_schema = 'outturn'")
	names, err2 := pgx.CollectRows(tables, pgx.RowTo[string])
	must(w.t, names, errors.Join(err, err2))
	var b bytes.Buffer
	for _, name := range names {
		if name == table {
			continue
		}
		text := "t::text"
		if slices.Contains([]string{"idempotency", "attachments", "overrides"}, name) { // their bodies are bytes
			text += " || encode(t.body, 'escape')"
		}
		rows, err := c.Query(ctx, fmt.Sprintf("select %s from outturn.%q t", text, name))
		texts, err2 := pgx.CollectRows(rows, pgx.RowTo[*string])
		if errors.Join(err, err2) != nil {
			w.t.Fatal(name, err, err2)
		}
		for _, text := range texts {
			if text != nil {
				b.WriteString(*text)
			}
		}
	}
	return b.Bytes()
}
