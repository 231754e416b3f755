package main

import (
	"context"
	"fmt"
	"io"

	"outturn/api"
	"outturn/api/client"
)

// player is somebody of the story, with a key.
type player struct {
	*client.Client
	post, organisation string
}

// cast is everybody in the story.
type cast struct {
	operator                    *client.Client
	officer, director           player // of the council
	adviser, secretary          player // of the ministry
	charity, evaluator, auditor player
	payments, accounts          player // of a payer abroad, for the published scheme
	results, finance            player // of those it pays
}

// keyDays is how long the keys of the story hold, by its clock: to its end.
const keyDays = 366

// hire adds the organisations and their people. People have posts, and no names.
func (d *demo) hire(ctx context.Context) error {
	organisations := map[string]string{}
	for _, p := range []struct {
		organisation, role, post string
		is                       *player
	}{
		{"The council", api.RoleCommissioner, "Contracts officer", &d.officer},
		{"The council", api.RoleCommissioner, "Director of finance", &d.director},
		{"The ministry", api.RoleCommissioner, "Policy adviser", &d.adviser},
		{"The ministry", api.RoleCommissioner, "Head of payments", &d.secretary},
		{"The charity", api.RoleProvider, "Data officer", &d.charity},
		{"A university", api.RoleEvaluator, "Evaluator", &d.evaluator},
		{"The audit office", api.RoleAuditor, "Auditor", &d.auditor},
		{"Medicare's payer", api.RoleCommissioner, "Payments officer", &d.payments},
		{"Medicare's payer", api.RoleCommissioner, "Accounts officer", &d.accounts},
		{"The organisations it pays", api.RoleProvider, "Results officer", &d.results},
		{"The organisations it pays", api.RoleProvider, "Finance officer", &d.finance},
	} {
		id, known := organisations[p.organisation]
		if !known {
			o, err := d.operator.AddOrganisation(ctx, p.organisation)
			if err != nil {
				return err
			}
			id = o.ID
			organisations[p.organisation] = id
		}
		person, err := d.operator.AddPerson(ctx, id, client.NewPerson{Name: p.post, Roles: []string{p.role}})
		if err != nil {
			return err
		}
		key, err := d.operator.AddKey(ctx, person.ID, keyDays)
		if err != nil {
			return err
		}
		*p.is = player{&client.Client{Base: d.base, Key: key.Secret}, p.post, id}
	}
	return nil
}

// enact drafts a contract as the first signer's, lets others in, and has two people of every payer sign it.
func enact(ctx context.Context, document []byte, party string, grants []client.Grant, signers []signer) (contract string, err error) {
	drafter := signers[0].by
	v, err := drafter.AddContract(ctx, party, document)
	if err != nil {
		return "", err
	}
	for _, g := range grants {
		if _, err := drafter.AddGrant(ctx, v.Contract, g); err != nil {
			return "", err
		}
	}
	if _, err := drafter.Propose(ctx, v.Contract, 1); err != nil {
		return "", err
	}
	for _, s := range signers {
		if _, err := s.by.Sign(ctx, v.Contract, 1, s.party); err != nil {
			return "", err
		}
	}
	_, err = drafter.Activate(ctx, v.Contract, 1)
	return v.Contract, err
}

// signer signs for a payer.
type signer struct {
	by    player
	party string
}

// body reads an answer to its end.
func body(from io.ReadCloser, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	defer from.Close()
	return io.ReadAll(from)
}

// refused is the refusal that the story expects; anything else ends it.
func refused(what string, status int, err error) (*client.Problem, error) {
	if p := client.IsProblem(err); p != nil && p.Status == status {
		return p, nil
	}
	if err == nil {
		return nil, fmt.Errorf("%s was not refused", what)
	}
	return nil, fmt.Errorf("%s: expected a refusal with status %d: %w", what, status, err)
}
