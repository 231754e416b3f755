package client

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// Override is evidence that a payer puts on record though it would come from somebody else.
type Override struct {
	ID           string            `json:"id"`
	Organisation string            `json:"organisation"`
	Person       string            `json:"person" doc:"Who proposed it"`
	Reason       string            `json:"reason"`
	Clause       string            `json:"clause,omitempty"`
	Items        []json.RawMessage `json:"items" doc:"Its rows, in the contract's own words; on record their source names the override"`
	State        string            `json:"state" enum:"proposed,applied,withdrawn"`
	Batch        string            `json:"batch,omitempty" doc:"By which its items are on record"`
	Signatures   []Signature       `json:"signatures,omitempty"`
	Wanting      []Wanting         `json:"wanting,omitempty" doc:"Signatures that are still needed before its items are on record: two of every payer whose money it can move"`
	At           time.Time         `json:"at"`
	Changed      time.Time         `json:"changed"`
}

// NewOverride proposes an override.
type NewOverride struct {
	Reason string            `json:"reason" minLength:"1" maxLength:"2000"`
	Clause string            `json:"clause,omitempty" maxLength:"200" doc:"Under which it is done"`
	Items  []json.RawMessage `json:"items" minItems:"1" maxItems:"1000" doc:"Rows of evidence in the contract's own words, of whatever kind; corrections and withdrawals of anybody's items too"`
}

// ProposeOverride proposes an override.
func (c *Client) ProposeOverride(ctx context.Context, contract string, o NewOverride) (Override, error) {
	return send[Override](ctx, c, http.MethodPost, at("contracts", contract, "overrides"), o)
}

// Overrides lists the overrides of a contract.
func (c *Client) Overrides(ctx context.Context, contract, cursor string) (List[Override], error) {
	return get[List[Override]](ctx, c, at("contracts", contract, "overrides"), values("cursor", cursor))
}

// Override looks at an override.
func (c *Client) Override(ctx context.Context, contract, override string) (Override, error) {
	return get[Override](ctx, c, at("contracts", contract, "overrides", override), nil)
}

// SignOverride signs an override for a payer; with the last signature that is wanting its items are on record.
func (c *Client) SignOverride(ctx context.Context, contract, override, party string) (Override, error) {
	return send[Override](ctx, c, http.MethodPost, at("contracts", contract, "overrides", override, "signatures"), Sign{Party: party})
}

// WithdrawOverride takes a proposed override back.
func (c *Client) WithdrawOverride(ctx context.Context, contract, override string) (Override, error) {
	return send[Override](ctx, c, http.MethodPost, at("contracts", contract, "overrides", override, "withdrawal"), nil)
}
