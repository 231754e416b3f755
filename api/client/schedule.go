package client

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Run is one settlement of a contract's calendar: due, under way, done, or failed and why.
type Run struct {
	ID        string     `json:"id"`
	Kind      string     `json:"kind" enum:"provisional,final"`
	Through   string     `json:"through"`
	CutOff    string     `json:"cut_off"`
	State     string     `json:"state" enum:"due,running,done,failed"`
	Why       string     `json:"why,omitempty" doc:"Why it failed, or was put off"`
	Attempts  int        `json:"attempts" doc:"How often it was taken up"`
	Statement int        `json:"statement,omitzero" doc:"Number of the statement that it made"`
	Due       time.Time  `json:"due"`
	Began     *time.Time `json:"began,omitempty"`
	Ended     *time.Time `json:"ended,omitempty"`
}

// NewRun asks for a run.
type NewRun struct {
	Kind    string `json:"kind" enum:"provisional,final"`
	Through string `json:"through" format:"date" doc:"Last day of the period"`
}

// Schedule is when a contract is settled.
type Schedule struct {
	Cron   string     `json:"cron"`
	Zone   string     `json:"zone"`
	Next   *time.Time `json:"next,omitempty" doc:"When it is next looked at; absent where it rests"`
	Why    string     `json:"why,omitempty" doc:"Why nothing can be scheduled"`
	Coming []Occasion `json:"coming" doc:"The final settlements that come next, the overdue ones first"`
}

// Occasion is a settlement that is to come.
type Occasion struct {
	Through string    `json:"through"`
	CutOff  string    `json:"cut_off"`
	At      time.Time `json:"at" doc:"When it falls due by the contract's calendar"`
}

// Forecast is what would fall due at the settlements that come next, were the evidence to stand as it is. It is no
// statement: nothing of it is recorded, and evidence that comes changes it.
type Forecast struct {
	Status    string             `json:"status" enum:"forecast"`
	Known     string             `json:"known" doc:"The day up to whose evidence it stands"`
	Version   int                `json:"version"`
	Currency  string             `json:"currency"`
	Occasions []ForecastOccasion `json:"occasions"`
}

// ForecastOccasion is one settlement of a forecast.
type ForecastOccasion struct {
	Occasion
	Parties  []ForecastParty   `json:"parties"`
	Payments []ForecastPayment `json:"payments"`
	Why      string            `json:"why,omitempty" doc:"Why it cannot be worked out; what is known then is left out"`
}

// ForecastParty is what one party would receive at a settlement, below nought when it would pay.
type ForecastParty struct {
	Party  string `json:"party"`
	Due    string `json:"due" doc:"At this settlement"`
	ToDate string `json:"to_date"`
}

// ForecastPayment is what one rule of payment would come to at a settlement.
type ForecastPayment struct {
	Payment string    `json:"payment"`
	Clause  string    `json:"clause"`
	Due     string    `json:"due"`
	ToDate  string    `json:"to_date"`
	Held    string    `json:"held" doc:"Earned and kept back"`
	Waiting []Waiting `json:"waiting" doc:"What neither pays nor fails, by reason"`
}

// Waiting is how many wait for one reason.
type Waiting struct {
	Reason string `json:"reason"`
	Count  int    `json:"count"`
}

// Source is where evidence is fetched from on behalf of an organisation.
type Source struct {
	Name         string     `json:"name"`
	Organisation string     `json:"organisation"`
	Kind         string     `json:"kind" enum:"directory,https"`
	Location     string     `json:"location"`
	Cron         string     `json:"cron"`
	Zone         string     `json:"zone"`
	Take         string     `json:"take" enum:"all,sound"`
	Next         *time.Time `json:"next,omitempty" doc:"When it is next looked at; absent where it rests"`
	Looked       *time.Time `json:"looked,omitempty"`
	Why          string     `json:"why,omitempty" doc:"Why it could not be read when it was looked at last"`
}

// NewSource says where evidence is fetched from, and when.
type NewSource struct {
	Kind     string `json:"kind" enum:"directory,https"`
	Location string `json:"location" minLength:"1" maxLength:"1000" doc:"https: an address. directory: the name of a folder that the operator keeps for the organisation"`
	Cron     string `json:"cron" minLength:"9" maxLength:"100" doc:"When it is looked at: minute, hour, day, month, weekday"`
	Zone     string `json:"zone" minLength:"1" maxLength:"64" doc:"Of these times: Europe/London"`
	Take     string `json:"take,omitempty" enum:"all,sound" doc:"all, the usual: nothing of a file is taken where anything is at fault; sound: what is sound is taken"`
}

// SourceFile is what became of one file of a source.
type SourceFile struct {
	Name   string    `json:"name"`
	Digest string    `json:"digest,omitempty"`
	State  string    `json:"state" enum:"accepted,part,refused"`
	Batch  string    `json:"batch,omitempty" doc:"Which lists its faults"`
	Why    string    `json:"why,omitempty"`
	At     time.Time `json:"at"`
}

// Runs lists the runs of a contract.
func (c *Client) Runs(ctx context.Context, contract, cursor string) (List[Run], error) {
	return get[List[Run]](ctx, c, at("contracts", contract, "runs"), values("cursor", cursor))
}

// Run looks at a run.
func (c *Client) Run(ctx context.Context, contract, run string) (Run, error) {
	return get[Run](ctx, c, at("contracts", contract, "runs", run), nil)
}

// RunStatement returns the head of the statement that a run made.
func (c *Client) RunStatement(ctx context.Context, contract, run string) (io.ReadCloser, error) {
	return c.raw(ctx, at("contracts", contract, "runs", run, "statement"), nil)
}

// AskRun has the scheduler settle a period now.
func (c *Client) AskRun(ctx context.Context, contract string, r NewRun) (Run, error) {
	return send[Run](ctx, c, http.MethodPost, at("contracts", contract, "runs"), r)
}

// Schedule says when a contract is settled.
func (c *Client) Schedule(ctx context.Context, contract string) (Schedule, error) {
	return get[Schedule](ctx, c, at("contracts", contract, "schedule"), nil)
}

// Forecast says what would fall due at so many settlements that come next.
func (c *Client) Forecast(ctx context.Context, contract string, occasions int) (Forecast, error) {
	return get[Forecast](ctx, c, at("contracts", contract, "forecast"), values("occasions", strconv.Itoa(occasions)))
}

// Sources lists the sources of a contract.
func (c *Client) Sources(ctx context.Context, contract string) (List[Source], error) {
	return get[List[Source]](ctx, c, at("contracts", contract, "sources"), nil)
}

// Source looks at a source, and says which ETag it has.
func (c *Client) Source(ctx context.Context, contract, name string) (Source, string, error) {
	return tagged[Source](ctx, c, at("contracts", contract, "sources", name))
}

// SetSource writes a source: a new one where etag is "", else over what it names.
func (c *Client) SetSource(ctx context.Context, contract, name, etag string, s NewSource) (Source, error) {
	return sendOver[Source](ctx, c, http.MethodPut, at("contracts", contract, "sources", name), etag, s)
}

// DropSource stops reading a source. What it gave stays.
func (c *Client) DropSource(ctx context.Context, contract, name string) (Source, error) {
	return send[Source](ctx, c, http.MethodDelete, at("contracts", contract, "sources", name), nil)
}

// SourceFiles lists what became of the files of a source.
func (c *Client) SourceFiles(ctx context.Context, contract, name, cursor string) (List[SourceFile], error) {
	return get[List[SourceFile]](ctx, c, at("contracts", contract, "sources", name, "files"), values("cursor", cursor))
}
