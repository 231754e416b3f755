package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"time"

	"outturn/api"
	"outturn/cmd/outturn/service"
	"outturn/cmd/outturn/terminal"
	"outturn/engine/store"
)

// serveCmd runs the service.
type serveCmd struct {
	databaseFlags
	Listen   string  `help:"Address to answer on. In front of it stands whatever ends TLS." default:"127.0.0.1:8080" env:"OUTTURN_LISTEN"`
	Issuer   string  `help:"Identity provider whose tokens are accepted beside API keys." env:"OUTTURN_OIDC_ISSUER" placeholder:"URL"`
	Audience string  `help:"Whom its tokens must be meant for." env:"OUTTURN_OIDC_AUDIENCE"`
	Rate     float64 `help:"Requests a second that one key may send." default:"100"`
	Runs     int     `help:"Settlements at once in this process; 0 leaves them to others, such as outturn work." default:"2"`
	Folders  string  `help:"Folder below which each organisation has folders of its own that are watched for evidence: FOLDER/ORGANISATION/NAME." type:"path" env:"OUTTURN_FOLDERS" placeholder:"FOLDER"`
	partFlags
	Quiet bool `help:"Log only what went wrong."`

	PrivateSources bool `help:"Fetch evidence from addresses that are not public, too."`
}

// Run serves until it is interrupted, and lets requests in flight finish.
func (cmd *serveCmd) Run(w terminal.World) error {
	if (cmd.Issuer == "") != (cmd.Audience == "") {
		return terminal.Usage(errors.New("--issuer and --audience go together: tokens that are meant for others are not accepted"))
	}
	return cmd.untilInterrupted(w, func(ctx context.Context, db *database, kept *store.Store) error {
		joined := service.Join(kept)
		return cmd.serve(ctx, w, kept, joined, func(at net.Addr) error { return cmd.welcome(ctx, w, db, kept, joined, at) })
	})
}

// serve answers until the context ends; welcome says where, as soon as it is known.
func (cmd *serveCmd) serve(ctx context.Context, w terminal.World, kept *store.Store, joined api.Store, welcome func(at net.Addr) error) error {
	log := newLog(w, cmd.Quiet)
	served, err := api.New(api.Options{Store: joined, Now: time.Now, Log: log, Folders: cmd.Folders, OIDC: api.OIDC{Issuer: cmd.Issuer, Audience: cmd.Audience},
		Limits: api.Limits{PerSecond: cmd.Rate, Burst: 2 * max(1, int(cmd.Rate))}})
	if err != nil {
		return err
	}
	on, err := net.Listen("tcp", cmd.Listen)
	if err != nil {
		return err
	}
	if err := welcome(on.Addr()); err != nil {
		return errors.Join(err, on.Close())
	}
	if cmd.Runs == 0 {
		return served.Serve(ctx, on)
	}
	service.LeaveRoom()
	finish, err := startWork(ctx, kept, log, cmd.Runs, cmd.PartRows, cmd.PrivateSources)
	if err != nil {
		return errors.Join(err, on.Close())
	}
	err = served.Serve(ctx, on)
	return errors.Join(err, finish())
}

// welcome says where the service is, and shows the operator's key on the first start.
func (cmd *serveCmd) welcome(ctx context.Context, w terminal.World, db *database, kept *store.Store, joined api.Store, at net.Addr) error {
	secret, err := firstKey(ctx, joined, time.Now())
	if err != nil {
		return err
	}
	fmt.Fprintf(w.Stdout, "Outturn answers at http://%s, on %s.\nThe API's document: http://%s/openapi.json\n", at, db.name(), at)
	if secret != "" {
		fmt.Fprintf(w.Stdout, "The operator's key, which is shown once and kept nowhere:\n  %s\n", secret)
	}
	advice, err := kept.Advice(ctx)
	for _, line := range advice {
		fmt.Fprintln(w.Stdout, line)
	}
	return err
}

// operator is the person whom the first key speaks for.
var operator = api.Person{ID: "person-operator", Organisation: "org-operator", Name: "Operator", Roles: []string{api.RoleOperator}, Active: true}

// operatorDays is how long the first key holds.
const operatorDays = 90

// firstKey makes the first organisation, person and key where there are none, and returns the key.
func firstKey(ctx context.Context, joined api.Store, at time.Time) (string, error) {
	at = at.UTC()
	o := api.Organisation{ID: operator.Organisation, Name: "Operator of this service", Created: at}
	p := operator
	p.Created = at
	k, secret, err := api.MintKey(rand.Reader, p, at, operatorDays)
	if err != nil {
		return "", err
	}
	begun, err := joined.Begin(ctx, at, o, p, k)
	if err != nil || !begun {
		return "", err
	}
	return secret, nil
}
