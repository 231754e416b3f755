package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"outturn/api"
	"outturn/api/client"
	"outturn/cmd/outturn/service"
	"outturn/cmd/outturn/terminal"
	"outturn/engine/store"
	"outturn/engine/store/private"
)

// remoteWorld is a service on a database of its own, and people with keys in files.
type remoteWorld struct {
	*testing.T
	dir, base string
	operator  *client.Client
}

func newRemoteWorld(t *testing.T) *remoteWorld {
	t.Helper()
	r := &remoteWorld{T: t, dir: demoFolder(t)}
	ctx := t.Context()
	server, err := private.Start(ctx, private.Options{Dir: filepath.Join(r.dir, "data"), Forgetful: true})
	r.must(err)
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	r.must(store.CreateDatabase(ctx, server.URL("postgres"), private.Database))
	_, err = store.Migrate(ctx, server.URL(private.Database))
	r.must(err)
	kept, err := store.Open(ctx, store.Options{URL: server.URL(private.Database), Forgetful: true})
	r.must(err)
	t.Cleanup(kept.Close)
	joined := service.Join(kept)
	secret, err := firstKey(ctx, joined, time.Now())
	r.must(err)
	served, err := api.New(api.Options{Store: joined, Now: time.Now})
	r.must(err)
	on, err := net.Listen("tcp", "127.0.0.1:0")
	r.must(err)
	serving, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- served.Serve(serving, on) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	r.base = "http://" + on.Addr().String()
	r.operator = &client.Client{Base: r.base, Key: secret}
	return r
}

func (r *remoteWorld) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

// person makes somebody, and a file with their key.
func (r *remoteWorld) person(organisation, name string, roles ...string) {
	r.Helper()
	p, err := r.operator.AddPerson(r.Context(), organisation, client.NewPerson{Name: name, Roles: roles})
	r.must(err)
	k, err := r.operator.AddKey(r.Context(), p.ID, 30)
	r.must(err)
	r.must(os.WriteFile(filepath.Join(r.dir, name), []byte(k.Secret+"\n"), 0o600))
}

// as runs a remote command with somebody's key, and expects an exit status and words in what it printed.
func (r *remoteWorld) as(who string, status int, says string, args ...string) string {
	r.Helper()
	var out, errs bytes.Buffer
	w := terminal.World{Stdout: &out, Stderr: &errs, Env: func(string) string { return "" }}
	args = append([]string{"remote", "--server", r.base, "--key-file", filepath.Join(r.dir, who)}, args...)
	if got := run(args, w); got != status || !strings.Contains(out.String()+errs.String(), says) {
		r.Fatalf("outturn %s: exit status %d, expected %d and %q\n%s%s", strings.Join(args[5:], " "), got, status, says, out.String(), errs.String())
	}
	return out.String()
}

// A contract is drafted, signed, settled, paid and audited by people who have the program and a key. The sums are the fixture's.
func TestRemote(t *testing.T) {
	r := newRemoteWorld(t)
	department, err := r.operator.AddOrganisation(r.Context(), "A department")
	r.must(err)
	council, err := r.operator.AddOrganisation(r.Context(), "A council")
	r.must(err)
	r.person(department.ID, "officer", api.RoleCommissioner)
	r.person(department.ID, "director", api.RoleCommissioner)
	r.person(council.ID, "coordinator", api.RoleProvider)

	r.as("officer", exitWell, "officer, of A department: commissioner.", "me")
	r.as("officer", exitWell, "takes part in no contract", "contracts")
	fixture := filepath.Join("..", "..", "fixtures", "troubled-families-1")
	draft := filepath.Join(fixture, "contract.yaml")
	bad := filepath.Join(r.dir, "bad.yaml")
	r.must(os.WriteFile(bad, []byte("outturn: 1\ncontract: {id: x}\n"), 0o600))
	r.as("officer", exitFinding, "line 2", "draft", bad, "--party", "department")
	r.as("officer", exitUsage, "give one of them", "draft", draft)
	var v client.Version
	r.must(json.Unmarshal([]byte(r.as("officer", exitWell, "draft", "--json", "draft", draft, "--party", "department")), &v))
	r.as("officer", exitWell, "takes part", "grant", v.Contract, council.ID, "--role", "provider", "--party", "council")
	r.as("officer", exitWell, "wanted for department: 2 signatures", "propose", v.Contract)
	r.as("officer", exitWell, "wanted for department: 1 signature", "sign", v.Contract, "--party", "department")
	r.as("officer", exitFinding, "was refused", "activate", v.Contract)
	r.as("director", exitWell, "is proposed", "sign", v.Contract, "--party", "department")
	r.as("officer", exitWell, "is active", "activate", v.Contract)
	r.as("officer", exitWell, "version 1", "contracts")

	wrong := filepath.Join(r.dir, "wrong.csv")
	r.must(os.WriteFile(wrong, []byte("kind,family,day\nattachment,F900,2012-02-30\n"), 0o600))
	r.as("coordinator", exitFinding, "line 2", "send", v.Contract, wrong)
	files, err := filepath.Glob(filepath.Join(fixture, "evidence", "*.csv"))
	r.must(err)
	slices.Sort(files)
	sent := r.as("coordinator", exitWell, "accepted", append([]string{"send", v.Contract}, files...)...)
	if again := r.as("coordinator", exitWell, "accepted", append([]string{"send", v.Contract}, files...)...); again != sent {
		t.Errorf("sent again, it is another batch:\n%s\n%s", sent, again)
	}
	r.as("officer", exitWell, "Statement 1", "settle", v.Contract, "--through", "2012-06-30")
	r.as("officer", exitWell, "30 June 2012", "statements", v.Contract)
	r.as("officer", exitWell, "together", "balances", v.Contract)
	r.as("coordinator", exitWell, "attachment fee", "explain", v.Contract, "F001", "--number", "1")
	r.as("coordinator", exitUsage, "--number", "explain", v.Contract, "F001")
	r.as("officer", exitWell, "is prepared", "pay", "prepare", v.Contract, "1", "0")
	r.as("officer", exitFinding, "was refused", "pay", "release", v.Contract, "1", "0")
	r.as("director", exitWell, "is released", "pay", "release", v.Contract, "1", "0")
	r.as("coordinator", exitWell, "released", "payments", v.Contract, "1")

	bundle := filepath.Join(r.dir, "one.zip")
	r.as("director", exitWell, "makes it again", "fetch", v.Contract, "1", "--out", bundle)
	r.as("director", exitUsage, "exists", "fetch", v.Contract, "1", "--out", bundle)
	var out bytes.Buffer
	if status := run([]string{"verify", bundle}, terminal.World{Stdout: &out, Stderr: &out, Env: func(string) string { return "" }}); status != exitWell {
		t.Errorf("the bundle does not verify: %s", out.String())
	}
	r.as("nobody", exitUsage, "no such file", "me")
	r.must(os.WriteFile(filepath.Join(r.dir, "forged"), []byte("ot_forged_key"), 0o600))
	r.as("forged", exitFinding, "was refused", "me")
}
