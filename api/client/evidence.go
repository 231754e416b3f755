package client

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Attachment is a document that proves what items say. An item names it in its source: sha256: and the digest.
type Attachment struct {
	Digest       string    `json:"digest" doc:"SHA-256 of its bytes"`
	Organisation string    `json:"organisation"`
	Person       string    `json:"person"`
	Name         string    `json:"name,omitempty"`
	Media        string    `json:"media" doc:"What its sender says that it is; it is handed out as application/octet-stream"`
	Size         int64     `json:"size" doc:"In bytes"`
	At           time.Time `json:"at"`
}

// MissingAttachment is an item whose document was named and not sent.
type MissingAttachment struct {
	Digest       string `json:"digest"`
	Organisation string `json:"organisation" doc:"Who named it, and is to send it"`
	Sequence     int64  `json:"sequence" doc:"Of the item"`
	Batch        string `json:"batch"`
	Line         int    `json:"line"`
	Root         string `json:"root,omitempty"`
	UnitType     string `json:"unit_type,omitempty"`
	Kind         string `json:"kind,omitempty"`
}

// Missing is one thing that a payment waits for: a record of the stream of what is missing.
type Missing struct {
	Root    string  `json:"root" doc:"Key of the root unit"`
	Unit    string  `json:"unit"`
	Payment string  `json:"payment"`
	Clause  string  `json:"clause"`
	Reason  string  `json:"reason"`
	Day     string  `json:"day,omitempty" doc:"Of the outcome that it is about"`
	Wants   []Wants `json:"wants" doc:"The evidence that was looked for in vain"`
}

// Wants is a kind of evidence that was looked for in vain.
type Wants struct {
	Kind  string `json:"kind"`
	Until string `json:"until,omitempty" doc:"The last day that such evidence may be of"`
}

// Exclusion is one unit that does not count in a cohort, or one item that was not used, with its one reason: a record of
// the stream of exclusions.
type Exclusion struct {
	Root   string `json:"root,omitempty" doc:"Key of the root unit; absent for items of the whole"`
	Unit   string `json:"unit,omitempty"`
	Cohort string `json:"cohort,omitempty" doc:"In which the unit does not count"`
	Clause string `json:"clause,omitempty"`
	Kind   string `json:"kind,omitempty" doc:"Of the item that was not used"`
	ID     string `json:"id,omitempty"`
	First  string `json:"first,omitempty"`
	Reason string `json:"reason"`
}

// ItemStatus is one item on record and what became of it.
type ItemStatus struct {
	Item      Item     `json:"item"`
	Status    string   `json:"status" enum:"final,provisional" doc:"Whether it is said of a final statement, or of what one would say now"`
	Statement int      `json:"statement,omitzero" doc:"Number of the statement that it is said of"`
	Through   string   `json:"through"`
	CutOff    string   `json:"cut_off"`
	Use       string   `json:"use" doc:"What became of it: used, or the one reason why not"`
	Document  string   `json:"document,omitempty" enum:"kept,missing" doc:"Of an item that names one"`
	Payments  []ItemBy `json:"payments" doc:"The payments that read it"`
	Excluded  []string `json:"excluded,omitempty" doc:"Cohorts in which its unit does not count, and why"`
}

// ItemBy is a payment that read an item, and what it comes to for the item's unit.
type ItemBy struct {
	Unit    string   `json:"unit"`
	Payment string   `json:"payment"`
	Clause  string   `json:"clause"`
	Earned  string   `json:"earned" doc:"To date, by the unit"`
	Waits   []string `json:"waits,omitempty" doc:"Why some or all of it is not paid"`
}

// Found is a part of what a statement would say now.
type Found struct {
	Status  string          `json:"status" enum:"provisional"`
	Through string          `json:"through"`
	CutOff  string          `json:"cut_off"`
	Found   json.RawMessage `json:"found" doc:"As the statement's head has it"`
}

// NewAttachment is a document to send.
type NewAttachment struct {
	Name        string
	ContentType string
	SHA256      string // what it must be; "" for no matter
	Body        io.Reader
}

// SendAttachment sends a document that items name.
func (c *Client) SendAttachment(ctx context.Context, contract string, a NewAttachment) (Attachment, error) {
	return answered[Attachment](ctx, c, Request{Method: http.MethodPost, Path: at("contracts", contract, "attachments"), Query: values("name", a.Name, "sha256", a.SHA256), Body: a.Body, ContentType: a.ContentType, Key: NewKeyName()})
}

// SendValidations sends the results of checks, as SendBatch does; SendCertified and SendPartnerFigures likewise what the
// evaluator certifies and what a partner tells of itself.
func (c *Client) SendValidations(ctx context.Context, contract string, e Evidence) (Batch, error) {
	return c.sendThrough(ctx, contract, "validations", e)
}

// SendCertified sends figures that the evaluator certifies.
func (c *Client) SendCertified(ctx context.Context, contract string, e Evidence) (Batch, error) {
	return c.sendThrough(ctx, contract, "certified-figures", e)
}

// SendPartnerFigures sends what a partner tells of itself.
func (c *Client) SendPartnerFigures(ctx context.Context, contract string, e Evidence) (Batch, error) {
	return c.sendThrough(ctx, contract, "partner-figures", e)
}

// Claims streams the claims that wait for a check, a Missing a line.
func (c *Client) Claims(ctx context.Context, contract, through string) (io.ReadCloser, error) {
	return c.raw(ctx, at("contracts", contract, "claims"), values("through", through))
}

// Comparisons says what the comparisons of a contract find now.
func (c *Client) Comparisons(ctx context.Context, contract, through string) (Found, error) {
	return get[Found](ctx, c, at("contracts", contract, "comparisons"), values("through", through))
}

// Savings says how the savings of a contract and its partners stand now.
func (c *Client) Savings(ctx context.Context, contract, through string) (Found, error) {
	return get[Found](ctx, c, at("contracts", contract, "savings"), values("through", through))
}

// Attachments lists the documents that were sent.
func (c *Client) Attachments(ctx context.Context, contract, cursor string) (List[Attachment], error) {
	return get[List[Attachment]](ctx, c, at("contracts", contract, "attachments"), values("cursor", cursor))
}

// Attachment returns a document as it was sent.
func (c *Client) Attachment(ctx context.Context, contract, digest string) (io.ReadCloser, error) {
	return c.raw(ctx, at("contracts", contract, "attachments", digest), nil)
}

// MissingAttachments lists the items whose document was not sent.
func (c *Client) MissingAttachments(ctx context.Context, contract, cursor string) (List[MissingAttachment], error) {
	return get[List[MissingAttachment]](ctx, c, at("contracts", contract, "missing-attachments"), values("cursor", cursor))
}

// Missing streams what payments wait for, a Missing a line; of one root unit where it is not "".
func (c *Client) Missing(ctx context.Context, contract, through, unit string) (io.ReadCloser, error) {
	return c.raw(ctx, at("contracts", contract, "missing"), values("through", through, "unit", unit))
}

// Exclusions streams what a statement left out, an Exclusion a line.
func (c *Client) Exclusions(ctx context.Context, contract string, statement int) (io.ReadCloser, error) {
	return c.raw(ctx, at("contracts", contract, "statements", statement, "exclusions"), nil)
}

// ItemStatus says what became of an item: on a statement, or, where statement is 0, on the last that it could be on, or now.
func (c *Client) ItemStatus(ctx context.Context, contract string, sequence int64, statement int) (ItemStatus, error) {
	q := values()
	if statement > 0 {
		q.Set("statement", strconv.Itoa(statement))
	}
	return get[ItemStatus](ctx, c, at("contracts", contract, "items", sequence), q)
}
