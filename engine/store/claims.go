package store

import (
	"context"
	"fmt"
)

// Claim is one unit of a contract and the matching token of the person behind it.
type Claim struct{ Key, Token string }

// Answer is what the register of claims says of one.
type Answer struct {
	Elsewhere bool // somebody else was first
	Fresh     bool // it was not asked before
}

// Claims asks the register of claims, in which nobody can look, for units of a contract: excludes are the contracts that
// this one excludes, by what they call themselves. A claim that is first holds from then on. Others who claim wait until
// this transaction ends.
func (tx *Tx) Claims(ctx context.Context, contract, unitType string, excludes []string, list []Claim) ([]Answer, error) {
	keys, tokens := make([]string, len(list)), make([]string, len(list))
	for i, c := range list {
		keys[i], tokens[i] = c.Key, c.Token
	}
	found, err := collect[struct {
		At               int
		Elsewhere, Fresh bool
	}](ctx, &tx.View, "select at, elsewhere, fresh from claim($1, $2, $3, $4, $5)", contract, unitType, excludes, keys, tokens)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 && len(list) > 0 {
		return nil, ErrUnknown
	}
	answers := make([]Answer, len(list))
	for i, f := range found {
		if f.At != i+1 {
			return nil, fmt.Errorf("the register answered %d where %d was asked", f.At, i+1)
		}
		answers[i] = Answer{f.Elsewhere, f.Fresh}
	}
	return answers, nil
}
