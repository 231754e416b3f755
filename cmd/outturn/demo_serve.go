package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"outturn/api"
	"outturn/cmd/outturn/service"
	"outturn/cmd/outturn/terminal"
	"outturn/engine/store"
)

// shownDays is how long the keys hold that are shown with the database of a demo.
const shownDays = 1

// serve answers on the database of the last demo until the context ends. Where there is none it tells the story first.
func (cmd *demoCmd) serve(ctx context.Context, w terminal.World) error {
	db, kept, contract, err := cmd.last(ctx, w)
	if errors.Is(err, errNoDemo) {
		fmt.Fprintln(w.Stdout, "No demo has been told here yet: this is it.")
		if err := cmd.tell(ctx, w); err != nil {
			return err
		}
		db, kept, contract, err = cmd.last(ctx, w)
	}
	if err != nil {
		return err
	}
	defer kept.Close()
	joined := service.Join(kept)
	as := &serveCmd{Listen: cmd.Listen, Rate: 100, Runs: 2, Quiet: true}
	err = as.serve(ctx, w, kept, joined, func(at net.Addr) error { return lookAround(ctx, w, db, joined, contract, at) })
	kept.Close()
	return errors.Join(err, db.Close())
}

// errNoDemo says that there is nothing to serve.
var errNoDemo = errors.New("no demo has been told here")

// last opens what the last demo left, and finds its contract. The caller closes both.
func (cmd *demoCmd) last(ctx context.Context, w terminal.World) (db *database, kept *store.Store, contract string, err error) {
	if db, err = cmd.open(ctx, w); err != nil {
		return nil, nil, "", err
	}
	if _, err = store.Migrate(ctx, db.owner); err == nil {
		kept, err = store.Open(ctx, store.Options{URL: db.url})
	}
	if err == nil {
		if contract, err = toldHere(ctx, kept); err != nil {
			kept.Close()
		}
	}
	if err != nil {
		return nil, nil, "", errors.Join(err, db.Close())
	}
	return db, kept, contract, nil
}

// toldHere finds the story's contract in a database in which it was told to its end.
func toldHere(ctx context.Context, kept *store.Store) (contract string, err error) {
	err = kept.System(ctx, time.Now(), func(tx *store.Tx) error {
		heads, err := tx.ActiveContracts(ctx, store.Page{Limit: 2})
		if err == nil && len(heads) < 2 { // the published scheme is the last
			err = errNoDemo
		}
		if err == nil {
			contract = heads[0].ID
		}
		return err
	})
	return contract, err
}

// shown is a key that is shown.
type shown struct{ role, who, secret string }

// lookAround prints where the service is, a new key for each role, and what to ask with them.
func lookAround(ctx context.Context, w terminal.World, db *database, joined api.Store, contract string, at net.Addr) error {
	keys, err := newKeys(ctx, joined, time.Now().UTC().Truncate(time.Microsecond))
	if err != nil {
		return err
	}
	p := &terminal.Page{Width: w.Width(), Colour: w.Colour()}
	p.Line(0, fmt.Sprintf("Outturn answers at http://%s, on %s.", at, db.name()), terminal.Bold)
	p.Line(0, fmt.Sprintf("The API's document: http://%s/openapi.json", at), terminal.Plain)
	p.Heading(fmt.Sprintf("A key for each, new, for %s; those of the time before are revoked", terminal.Counted(shownDays, "day")))
	rows := terminal.Table{Columns: []terminal.Column{{Title: "role"}, {Title: "who"}}}
	example := ""
	for _, k := range keys {
		rows.Add(k.role, k.who, k.secret) // the key stands on a line of its own
		if k.role == api.RoleAuditor {
			example = k.secret
		}
	}
	p.Write(2, rows)
	p.Heading("To begin with, as the auditor")
	for _, line := range []string{
		"AUDITOR=" + example,
		fmt.Sprintf(`curl -s http://%s/v1/contracts -H "Authorization: Bearer $AUDITOR"`, at),
		fmt.Sprintf(`curl -s http://%s/v1/contracts/%s/statements -H "Authorization: Bearer $AUDITOR"`, at, contract),
		fmt.Sprintf(`curl -s http://%s/v1/contracts/%s/statements/3/bundle -H "Authorization: Bearer $AUDITOR" -o three.zip`, at, contract),
		"outturn verify three.zip",
	} {
		p.Raw(2, line)
	}
	p.Blank()
	p.Line(0, "Interrupt it (Ctrl-C) to stop. make demo begins again from an empty database.", terminal.Dim)
	_, err = io.WriteString(w.Stdout, p.Text.String())
	return err
}

// newKeys revokes everybody's keys and makes each a new one.
func newKeys(ctx context.Context, joined api.Store, now time.Time) (keys []shown, err error) {
	most := api.Page{Limit: 1000} // the story has a dozen of each
	_, _, err = joined.Act(ctx, operator, api.Act{Operation: "add-key", RequestID: "demo", At: now}, func(tx api.Tx) (api.Reply, error) {
		keys = nil
		organisations, err := tx.Organisations(ctx, most)
		if err != nil {
			return api.Reply{}, err
		}
		for _, o := range organisations {
			people, err := tx.People(ctx, o.ID, most)
			if err != nil {
				return api.Reply{}, err
			}
			for _, person := range people {
				secret, err := renew(ctx, tx, person, now)
				if err != nil {
					return api.Reply{}, err
				}
				keys = append(keys, shown{strings.Join(person.Roles, ", "), o.Name + ", " + person.Name, secret})
			}
		}
		return api.Reply{Status: 201}, nil
	})
	return keys, err
}

// renew makes a key in place of all that a person has.
func renew(ctx context.Context, tx api.Tx, person api.Person, now time.Time) (string, error) {
	old, err := tx.Keys(ctx, person.ID, api.Page{Limit: 1000})
	if err != nil {
		return "", err
	}
	for _, k := range old {
		if k.Revoked.IsZero() {
			if err := tx.RevokeKey(ctx, k.ID, now); err != nil {
				return "", err
			}
		}
	}
	k, secret, err := api.MintKey(rand.Reader, person, now, shownDays)
	if err != nil {
		return "", err
	}
	return secret, tx.AddKey(ctx, k)
}
