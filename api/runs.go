package api

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"outturn/api/client"
	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine"
	"outturn/engine/ingest"
	"outturn/engine/proof"
	"outturn/engine/schedule"
	"outturn/engine/statements"
	"outturn/engine/whatif"
)

// Settlements: what a contract would pay on evidence that is tried, what it would pay now, and the final run. Each is
// engine.Settle on its four arguments; here they are fetched.

func (s *Service) runRoutes() {
	tags := []string{"settlements"}
	bulk := map[string]any{"bulk": true}
	try := map[string]any{"raw": true, "bulk": true}
	reads(s, huma.Operation{OperationID: "try-version", Method: http.MethodPost, Path: "/v1/contracts/{contract}/versions/{version}/tries", Summary: "What a version would pay on evidence that is sent with the question, or made up; nothing is kept",
		Tags: []string{"contracts"}, RequestBody: optional(evidenceBody()), MaxBodyBytes: tryBytesMax, Metadata: try}, s.tryVersion)
	streams(s, huma.Operation{OperationID: "preview-settlement", Method: http.MethodGet, Path: "/v1/contracts/{contract}/preview", Summary: "The provisional statement: what would be due now, which posts nothing and is not kept", Tags: tags, Metadata: bulk}, "application/json", s.preview)
	reads(s, huma.Operation{OperationID: "explain-preview", Method: http.MethodGet, Path: "/v1/contracts/{contract}/preview/explanation", Summary: "What each item of a unit would earn now or why not, with the working of every line", Tags: tags, Metadata: bulk}, s.explainPreview)
	acts(s, huma.Operation{OperationID: "settle", Method: http.MethodPost, Path: "/v1/contracts/{contract}/statements", Summary: "Settle: issue the next final statement; 200 with the one that stands where the same was settled already", Tags: tags, DefaultStatus: http.StatusCreated,
		Metadata: map[string]any{"bulk": true, "also": http.StatusOK}}, s.settle)
}

// The limits of what is tried.
const (
	tryBytesMax = 64 << 20
	tryMemory   = 64 << 20
	tryUnitsMax = 10_000
)

func optional(body *huma.RequestBody) *huma.RequestBody {
	body.Required = false
	return body
}

// OccasionQuery says which settlement is asked about.
type OccasionQuery struct {
	Through string `query:"through" required:"true" format:"date" doc:"Last day settled"`
	CutOff  string `query:"cut_off" format:"date" doc:"Last day on which evidence could be learned; as long after as the contract says when left out"`
}

// occasion reads the days of a settlement.
func occasion(c *contracts.Contract, through, cutOff string, final bool) (engine.Occasion, error) {
	on := engine.Occasion{Final: final}
	var faults []client.Fault
	read := func(name, text string) calendar.Date {
		day, err := calendar.ParseDate(text)
		if err != nil {
			faults = append(faults, client.Fault{Pointer: "/" + name, Found: text, Message: err.Error(), Remedy: "write a day: 2013-03-31"})
		}
		return day
	}
	on.Through = read("through", through)
	if cutOff != "" {
		on.CutOff = read("cut_off", cutOff)
	} else if len(faults) == 0 {
		on.CutOff = engine.CutOff(c, on.Through)
	}
	if len(faults) > 0 {
		return on, faulty(http.StatusUnprocessableEntity, "the request is not as the API's document says", faults...)
	}
	return on, nil
}

// settling is the four arguments of a settlement as they were fetched.
type settling struct {
	version  Version
	terms    *contracts.Contract
	on       engine.Occasion
	snapshot Snapshot
	sequence int64
	prior    []*proof.Stored
	position engine.Position
	before   time.Time // what had to be on record; zero for now
}

func (g *settling) close() { _ = g.snapshot.Close() } // temporary files, of which nothing is lost

// about finds what is in force and which settlement is meant.
func (s *Service) about(ctx context.Context, v View, contract string, through, cutOff string, final bool, known AsKnown) (*settling, error) {
	g := &settling{}
	var err error
	if g.before, err = known.before(); err != nil {
		return nil, err
	}
	if g.version, g.terms, err = s.inForce(ctx, v, contract, g.before); err != nil {
		return nil, err
	}
	g.on, err = occasion(g.terms, through, cutOff, final)
	return g, err
}

// gather fetches what a settlement is made of: the evidence on record up to now, or then, and the final statements before it.
func (g *settling) gather(ctx context.Context, v View, contract string) error {
	sequence, number, err := standingBefore(ctx, v, contract, g.before)
	if err != nil {
		return err
	}
	g.sequence = sequence
	return g.fetch(ctx, v, contract, number)
}

// fetch opens the snapshot, and the statements before a number, 0 for all.
func (g *settling) fetch(ctx context.Context, v View, contract string, before int) (err error) {
	if g.position, g.prior, err = v.Position(ctx, g.terms, contract, before); err != nil {
		return err
	}
	g.snapshot, err = v.Snapshot(ctx, g.terms, contract, g.sequence, g.on.CutOff)
	return err
}

// provisional settles on the evidence up to the sequence and the position that were fetched.
func (g *settling) provisional(ctx context.Context, v View, contract string) (statements.Statement, error) {
	var err error
	if g.snapshot, err = v.Snapshot(ctx, g.terms, contract, g.sequence, g.on.CutOff); err != nil {
		return statements.Statement{}, err
	}
	defer g.close()
	return schedule.Settle(ctx, g.terms, g.on, g.snapshot, g.position, nil)
}

// issued fetches what an issued statement was made of.
func (s *Service) issued(ctx context.Context, v View, contract string, number int) (*settling, StatementHead, error) {
	head, err := v.Statement(ctx, contract, number)
	if err != nil {
		return nil, head, err
	}
	g := &settling{on: engine.Occasion{Through: head.Through, CutOff: head.CutOff, Final: true}, sequence: head.Sequence}
	if g.version, g.terms, err = s.version(ctx, v, contract, head.Version); err != nil {
		return nil, head, err
	}
	return g, head, g.fetch(ctx, v, contract, number)
}

// unsettled says an error of the engine: the contract and the evidence together give no answer.
func unsettled(err error) error {
	var p *problem
	if err == nil || errors.As(err, &p) || errors.Is(err, ErrUnavailable) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return err
	}
	return &problem{Problem: refuse(http.StatusUnprocessableEntity, "this cannot be settled: %s", err).Problem, cause: err}
}

func (s *Service) preview(ctx context.Context, v View, _ *call, in *struct {
	OnContract
	OccasionQuery
	AsKnown
}, to *outlet) error {
	g, err := s.about(ctx, v, in.Contract, in.Through, in.CutOff, false, in.AsKnown)
	if err == nil {
		err = g.gather(ctx, v, in.Contract)
	}
	if err != nil {
		return err
	}
	defer g.close()
	st, err := schedule.Settle(ctx, g.terms, g.on, g.snapshot, g.position, nil)
	if err != nil {
		return unsettled(err)
	}
	head, err := st.Bytes()
	if err == nil {
		_, err = to.Write(head)
	}
	return err
}

func (s *Service) explainPreview(ctx context.Context, v View, c *call, in *struct {
	OnContract
	OccasionQuery
	ExplainQuery
	AsKnown
}) (client.Explained, error) {
	g, err := s.about(ctx, v, in.Contract, in.Through, in.CutOff, false, in.AsKnown)
	if err == nil {
		err = g.gather(ctx, v, in.Contract)
	}
	if err != nil {
		return client.Explained{}, err
	}
	defer g.close()
	return explain(ctx, g, in.ExplainQuery)
}

func (s *Service) settle(ctx context.Context, tx Tx, c *call, in *struct {
	OnContract
	Body client.NewStatement
}) (made[client.Statement], error) {
	var none made[client.Statement]
	g, err := s.about(ctx, tx, in.Contract, in.Body.Through, in.Body.CutOff, true, AsKnown{})
	if err != nil {
		return none, err
	}
	if today := dayOf(c); g.on.CutOff >= today {
		return none, conflict("evidence can be learned until %s, and today is %s; a final statement is issued after its cut-off", g.on.CutOff, today)
	}
	// No other statement is settled meanwhile; evidence may come, and is in the next.
	writer, err := tx.Settle(ctx, in.Contract)
	if err != nil {
		return none, err
	}
	// Whoever else settled the same, such as the scheduler a moment before, has made the answer to this too.
	head, found, err := recorded(ctx, tx, in.Contract, g.on)
	if found || err != nil {
		return statementMade(head, http.StatusOK), err
	}
	if err := g.gather(ctx, tx, in.Contract); err != nil {
		return none, err
	}
	defer g.close()
	st, err := schedule.Settle(ctx, g.terms, g.on, g.snapshot, g.position, writer.Sink)
	if err != nil {
		return none, unsettled(err)
	}
	digest, err := st.Digest()
	if err != nil {
		return none, err
	}
	head = StatementHead{Contract: in.Contract, Number: st.Number, Version: g.version.Number, Through: g.on.Through, CutOff: g.on.CutOff, Digest: digest, Sequence: g.sequence, By: c.caller.ID, At: c.request.at}
	if err := writer.Commit(head, st); err != nil {
		return none, err
	}
	return statementMade(head, http.StatusCreated), nil
}

// recorded finds the final statement of an occasion, where it was issued.
func recorded(ctx context.Context, v View, contract string, on engine.Occasion) (head StatementHead, found bool, err error) {
	for p := (Page{Limit: 1000}); ; {
		heads, err := v.Statements(ctx, contract, p)
		if err != nil {
			return head, false, err
		}
		for _, head := range heads {
			if head.Through == on.Through && head.CutOff == on.CutOff {
				return head, true, nil
			}
			p.After = int64(head.Number)
		}
		if len(heads) < p.Limit {
			return head, false, nil
		}
	}
}

func statementMade(head StatementHead, status int) made[client.Statement] {
	return made[client.Statement]{Body: statementShape(head), Status: status, Location: "/v1/contracts/" + head.Contract + "/statements/" + strconv.Itoa(head.Number), ETag: `"` + head.Digest.String() + `"`}
}

func (s *Service) tryVersion(ctx context.Context, v View, c *call, in *struct {
	OnVersion
	OccasionQuery
	Units       int    `query:"units" minimum:"1" maximum:"10000" doc:"Make up evidence of so many units; without a body"`
	Seed        uint64 `query:"seed" minimum:"0" maximum:"9007199254740991" default:"1" doc:"The same seed makes up the same evidence"`
	ContentType string `header:"Content-Type"`
}) (client.Tried, error) {
	var out client.Tried
	_, terms, err := s.version(ctx, v, in.Contract, in.Version)
	if err != nil {
		return out, err
	}
	on, err := occasion(terms, in.Through, in.CutOff, false)
	if err != nil {
		return out, err
	}
	from, err := tried(c, terms, in.Units, in.Seed, in.ContentType)
	if err != nil {
		return out, err
	}
	snapshot, err := ingest.Open(terms, from, ingest.Options{CutOff: on.CutOff, Memory: tryMemory, TempDir: s.o.TempDir})
	if err != nil {
		return out, err
	}
	defer snapshot.Close()
	st, err := schedule.Settle(ctx, terms, on, snapshot, engine.Position{}, nil)
	if err != nil {
		return out, unsettled(err)
	}
	head, err := st.Bytes()
	return client.Tried{Through: on.Through.String(), CutOff: on.CutOff.String(), Statement: head}, err
}

// tried is the evidence to try: what was sent, or what is made up.
func tried(c *call, terms *contracts.Contract, units int, seed uint64, contentType string) (*sentEvidence, error) {
	if (units > 0) == (c.body.size > 0) {
		return nil, refuse(http.StatusUnprocessableEntity, "send evidence to try, or say with units how much is to be made up; one of the two")
	}
	if units == 0 {
		return evidenceOf(c.request, contentType, "")
	}
	var b bytes.Buffer
	if _, err := whatif.Generate(&b, terms, whatif.Generated{Units: min(units, tryUnitsMax), Seed: seed}); err != nil {
		return nil, unsettled(err)
	}
	c.body = &spool{small: b.Bytes(), size: int64(b.Len())}
	return evidenceOf(c.request, mediaCSV, "")
}
