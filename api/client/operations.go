package client

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
)

// A method for each operation. Those that change something send a new idempotency key; Do sends one of your own.

// Me asks who the key speaks for.
func (c *Client) Me(ctx context.Context) (Me, error) { return get[Me](ctx, c, "/v1/me", nil) }

// AddOrganisation adds an organisation.
func (c *Client) AddOrganisation(ctx context.Context, name string) (Organisation, error) {
	return send[Organisation](ctx, c, http.MethodPost, "/v1/organisations", NewOrganisation{Name: name})
}

// AddPerson adds a person to an organisation.
func (c *Client) AddPerson(ctx context.Context, organisation string, p NewPerson) (Person, error) {
	return send[Person](ctx, c, http.MethodPost, at("organisations", organisation, "people"), p)
}

// SetPerson says what a person is from now on.
func (c *Client) SetPerson(ctx context.Context, person string, p NewPerson) (Person, error) {
	return send[Person](ctx, c, http.MethodPut, at("people", person), p)
}

// AddKey makes a key for a person, shown once.
func (c *Client) AddKey(ctx context.Context, person string, days int) (ShownKey, error) {
	return send[ShownKey](ctx, c, http.MethodPost, at("people", person, "keys"), NewKey{Days: days})
}

// RotateKey makes a key in place of another, which is revoked.
func (c *Client) RotateKey(ctx context.Context, person, key string) (ShownKey, error) {
	return send[ShownKey](ctx, c, http.MethodPost, at("people", person, "keys", key, "rotation"), nil)
}

// RevokeKey revokes a key.
func (c *Client) RevokeKey(ctx context.Context, person, key string) (Key, error) {
	return send[Key](ctx, c, http.MethodDelete, at("people", person, "keys", key), nil)
}

// CheckContract checks a document without keeping it. Where it is at fault the error is a *Problem.
func (c *Client) CheckContract(ctx context.Context, document []byte) (Checked, error) {
	return answered[Checked](ctx, c, Request{Method: http.MethodPost, Path: "/v1/checks", Body: bytes.NewReader(document), ContentType: "application/yaml"})
}

// AddContract drafts a contract as one of its payers.
func (c *Client) AddContract(ctx context.Context, party string, document []byte) (Version, error) {
	return answered[Version](ctx, c, Request{Method: http.MethodPost, Path: "/v1/contracts", Query: values("party", party), Body: bytes.NewReader(document), ContentType: "application/yaml", Key: NewKeyName()})
}

// Contracts lists the contracts in which the caller's organisation takes part.
func (c *Client) Contracts(ctx context.Context, cursor string) (List[Contract], error) {
	return get[List[Contract]](ctx, c, "/v1/contracts", values("cursor", cursor))
}

// AddGrant lets an organisation take part in a contract.
func (c *Client) AddGrant(ctx context.Context, contract string, g Grant) (Grant, error) {
	type asked struct {
		Organisation string   `json:"organisation"`
		Role         string   `json:"role"`
		Party        string   `json:"party,omitempty"`
		Kinds        []string `json:"kinds,omitempty"`
	}
	return send[Grant](ctx, c, http.MethodPost, at("contracts", contract, "grants"), asked{g.Organisation, g.Role, g.Party, g.Kinds})
}

// AddVersion drafts a variation.
func (c *Client) AddVersion(ctx context.Context, contract string, document []byte) (Version, error) {
	return answered[Version](ctx, c, Request{Method: http.MethodPost, Path: at("contracts", contract, "versions"), Body: bytes.NewReader(document), ContentType: "application/yaml", Key: NewKeyName()})
}

// Version looks at a version, and says which ETag it has.
func (c *Client) Version(ctx context.Context, contract string, number int) (v Version, etag string, err error) {
	return tagged[Version](ctx, c, at("contracts", contract, "versions", number))
}

// WriteDraft writes a draft again, over what its ETag names.
func (c *Client) WriteDraft(ctx context.Context, contract string, number int, etag string, document []byte) (Version, error) {
	return answered[Version](ctx, c, Request{Method: http.MethodPut, Path: at("contracts", contract, "versions", number, "document"), Body: bytes.NewReader(document), ContentType: "application/yaml", Key: NewKeyName(), IfMatch: etag})
}

// CheckVersion says what a version says.
func (c *Client) CheckVersion(ctx context.Context, contract string, number int) (Checked, error) {
	return get[Checked](ctx, c, at("contracts", contract, "versions", number, "check"), nil)
}

// Differences says what two versions say differently.
func (c *Client) Differences(ctx context.Context, contract string, from, to int) (Differences, error) {
	return get[Differences](ctx, c, at("contracts", contract, "differences"), values("from", strconv.Itoa(from), "to", strconv.Itoa(to)))
}

// Try asks what a version would pay on evidence, or, where e has no body, on so many units made up from a seed.
func (c *Client) Try(ctx context.Context, contract string, number int, through string, e Evidence, units int, seed uint64) (Tried, error) {
	r := Request{Method: http.MethodPost, Path: at("contracts", contract, "versions", number, "tries"), Query: values("through", through), Body: e.Body, ContentType: e.ContentType}
	if e.Body == nil {
		r.Query.Set("units", strconv.Itoa(units))
		r.Query.Set("seed", strconv.FormatUint(seed, 10))
	}
	return answered[Tried](ctx, c, r)
}

// Propose proposes a draft, Activate activates a proposal that every payer has signed, Drop takes one back.
func (c *Client) Propose(ctx context.Context, contract string, number int) (Version, error) {
	return send[Version](ctx, c, http.MethodPost, at("contracts", contract, "versions", number, "proposal"), nil)
}

// Activate lets a version settle.
func (c *Client) Activate(ctx context.Context, contract string, number int) (Version, error) {
	return send[Version](ctx, c, http.MethodPost, at("contracts", contract, "versions", number, "activation"), nil)
}

// Drop takes a draft or proposal back.
func (c *Client) Drop(ctx context.Context, contract string, number int) (Version, error) {
	return send[Version](ctx, c, http.MethodPost, at("contracts", contract, "versions", number, "withdrawal"), nil)
}

// Sign signs a proposed version for a payer.
func (c *Client) Sign(ctx context.Context, contract string, number int, party string) (Version, error) {
	return send[Version](ctx, c, http.MethodPost, at("contracts", contract, "versions", number, "signatures"), Sign{Party: party})
}

// SendTokens claims people under a contract that excludes others, by the file that outturn pseudonymise --tokens writes.
func (c *Client) SendTokens(ctx context.Context, contract string, tokens io.Reader) (Claims, error) {
	return answered[Claims](ctx, c, Request{Method: http.MethodPost, Path: at("contracts", contract, "tokens"), Body: tokens, ContentType: "text/csv", Key: NewKeyName()})
}

// Batch says what became of a batch.
func (c *Client) Batch(ctx context.Context, contract, batch string) (Batch, error) {
	return get[Batch](ctx, c, at("contracts", contract, "batches", batch), nil)
}

// Items lists items on record; of one batch or one root unit where they are not "".
func (c *Client) Items(ctx context.Context, contract, batch, unit, cursor string) (List[Item], error) {
	return get[List[Item]](ctx, c, at("contracts", contract, "items"), values("batch", batch, "unit", unit, "cursor", cursor))
}

// Preview returns the head of the provisional statement.
func (c *Client) Preview(ctx context.Context, contract, through string) (io.ReadCloser, error) {
	return c.raw(ctx, at("contracts", contract, "preview"), values("through", through))
}

// ExplainPreview says what a unit's items would earn now.
func (c *Client) ExplainPreview(ctx context.Context, contract, through, unit string) (Explained, error) {
	return get[Explained](ctx, c, at("contracts", contract, "preview", "explanation"), values("through", through, "unit", unit))
}

// Settle issues the next final statement.
func (c *Client) Settle(ctx context.Context, contract, through, cutOff string) (Statement, error) {
	return send[Statement](ctx, c, http.MethodPost, at("contracts", contract, "statements"), NewStatement{Through: through, CutOff: cutOff})
}

// Statements lists the final statements of a contract.
func (c *Client) Statements(ctx context.Context, contract, cursor string) (List[Statement], error) {
	return get[List[Statement]](ctx, c, at("contracts", contract, "statements"), values("cursor", cursor))
}

// StatementHead returns a statement as it was issued.
func (c *Client) StatementHead(ctx context.Context, contract string, number int) (io.ReadCloser, error) {
	return c.raw(ctx, at("contracts", contract, "statements", number, "head"), nil)
}

// StatementLines returns the lines of a statement, one root unit's where it is not "".
func (c *Client) StatementLines(ctx context.Context, contract string, number int, unit string) (io.ReadCloser, error) {
	return c.raw(ctx, at("contracts", contract, "statements", number, "lines"), values("unit", unit))
}

// ExplainStatement says how the lines of a unit came about, and what became of its items.
func (c *Client) ExplainStatement(ctx context.Context, contract string, number int, unit, payment string) (Explained, error) {
	return get[Explained](ctx, c, at("contracts", contract, "statements", number, "explanation"), values("unit", unit, "payment", payment))
}

// BoardReport returns what the partnership's board reads of a statement.
func (c *Client) BoardReport(ctx context.Context, contract string, number int) (BoardReport, error) {
	return get[BoardReport](ctx, c, at("contracts", contract, "statements", number, "report"), nil)
}

// OfficerStatement returns the statement of a party's accounting officer: one's own, or any for an auditor.
func (c *Client) OfficerStatement(ctx context.Context, contract string, number int, party string) (OfficerStatement, error) {
	return get[OfficerStatement](ctx, c, at("contracts", contract, "statements", number, "officers", party), nil)
}

// Sample draws records of a statement from a seed.
func (c *Client) Sample(ctx context.Context, contract string, number int, seed string, size int) (io.ReadCloser, error) {
	return c.raw(ctx, at("contracts", contract, "statements", number, "sample"), values("seed", seed, "size", strconv.Itoa(size)))
}

// Bundle returns the auditor's bundle.
func (c *Client) Bundle(ctx context.Context, contract string, number int) (io.ReadCloser, error) {
	return c.raw(ctx, at("contracts", contract, "statements", number, "bundle"), nil)
}

// Ledger lists the entries of the ledger.
func (c *Client) Ledger(ctx context.Context, contract, cursor string) (List[Entry], error) {
	return get[List[Entry]](ctx, c, at("contracts", contract, "ledger"), values("cursor", cursor))
}

// Balances says what each party has received.
func (c *Client) Balances(ctx context.Context, contract string) (Balances, error) {
	return get[Balances](ctx, c, at("contracts", contract, "balances"), nil)
}

// Audit lists every act on a contract.
func (c *Client) Audit(ctx context.Context, contract, cursor string) (List[AuditRow], error) {
	return get[List[AuditRow]](ctx, c, at("contracts", contract, "audit"), values("cursor", cursor))
}

// Payments lists what a statement asks to be paid.
func (c *Client) Payments(ctx context.Context, contract string, statement int) (List[Payment], error) {
	return get[List[Payment]](ctx, c, at("contracts", contract, "statements", statement, "payments"), nil)
}

// PreparePayment prepares a payment for another person to release.
func (c *Client) PreparePayment(ctx context.Context, contract string, statement, posting int) (Payment, error) {
	return send[Payment](ctx, c, http.MethodPost, at("contracts", contract, "statements", statement, "payments", posting, "preparation"), nil)
}

// ReleasePayment releases a prepared payment.
func (c *Client) ReleasePayment(ctx context.Context, contract string, statement, posting int) (Payment, error) {
	return send[Payment](ctx, c, http.MethodPost, at("contracts", contract, "statements", statement, "payments", posting, "release"), nil)
}

// HoldPayment holds a payment, and says why.
func (c *Client) HoldPayment(ctx context.Context, contract string, statement, posting int, why string) (Payment, error) {
	return send[Payment](ctx, c, http.MethodPost, at("contracts", contract, "statements", statement, "payments", posting, "hold"), Hold{Why: why})
}

// RaiseDispute disputes a line of a statement.
func (c *Client) RaiseDispute(ctx context.Context, contract string, statement int, d NewDispute) (Dispute, error) {
	return send[Dispute](ctx, c, http.MethodPost, at("contracts", contract, "statements", statement, "disputes"), d)
}

// AnswerDispute upholds a dispute or rejects it.
func (c *Client) AnswerDispute(ctx context.Context, contract, dispute string, r Ruling) (Dispute, error) {
	return send[Dispute](ctx, c, http.MethodPost, at("contracts", contract, "disputes", dispute, "answer"), r)
}

// EscalateDispute takes a dispute further.
func (c *Client) EscalateDispute(ctx context.Context, contract, dispute string) (Dispute, error) {
	return send[Dispute](ctx, c, http.MethodPost, at("contracts", contract, "disputes", dispute, "escalation"), nil)
}

// WithdrawDispute takes a dispute back.
func (c *Client) WithdrawDispute(ctx context.Context, contract, dispute string) (Dispute, error) {
	return send[Dispute](ctx, c, http.MethodPost, at("contracts", contract, "disputes", dispute, "withdrawal"), nil)
}
