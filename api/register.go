package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// How an operation is declared: once, with its shapes, its permission looked up in the table and its doors to the store
// chosen by what it does. reads looks at the store, streams looks and hands out bytes as they come, acts changes it.

// OnContract is put in the input of every operation on a contract.
type OnContract struct {
	Contract string `path:"contract" maxLength:"64" doc:"The service's key for the contract"`
}

func (c *OnContract) contractKey() string { return c.Contract }

// Paged is put in the input of every list.
type Paged struct {
	Cursor string `query:"cursor" maxLength:"64" doc:"What next said on the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

// standing is what the caller's organisation is to a contract, in the roles that the caller has too.
type standing struct {
	contract string
	grants   []Grant
	others   []Grant // of everybody
}

// holds reports whether the caller acts in one of these roles.
func (s *standing) holds(roles ...string) bool {
	return slices.ContainsFunc(s.grants, func(g Grant) bool { return slices.Contains(roles, g.Role) })
}

// speaksFor reports whether the caller acts for a party of the contract in one of these roles.
func (s *standing) speaksFor(party string, roles ...string) bool {
	return slices.ContainsFunc(s.grants, func(g Grant) bool { return g.Party == party && slices.Contains(roles, g.Role) })
}

// admit finds what the caller is to a contract. Whoever is nothing to it learns nothing of it.
func (s *Service) admit(ctx context.Context, v View, r *request, contract string) (*standing, error) {
	all, err := v.Grants(ctx, contract)
	if err != nil {
		return nil, err
	}
	at := &standing{contract: contract, others: all}
	member := false
	for _, g := range all {
		if g.Organisation != r.caller.Organisation {
			continue
		}
		member = true
		if slices.Contains(r.caller.Roles, g.Role) {
			at.grants = append(at.grants, g)
		}
	}
	switch {
	case !member:
		return nil, ErrUnknown
	case !at.holds(r.may.roles...):
		return nil, forbidden()
	}
	return at, nil
}

// call is what a handler is given beside its input.
type call struct {
	*request
	at *standing // on a contract
}

// enter makes the call of a handler, admitted to the contract that the input names.
func (s *Service) enter(ctx context.Context, v View, in any) (*call, error) {
	c := &call{request: requestOf(ctx)}
	if !c.may.contract {
		return c, nil
	}
	var err error
	c.at, err = s.admit(ctx, v, c.request, in.(interface{ contractKey() string }).contractKey())
	return c, err
}

// refused notes a refusal in the audit log and says any error as a problem.
func (s *Service) refused(ctx context.Context, err error, contract string) *problem {
	p := problemOf(err)
	r := requestOf(ctx)
	if p.Status == http.StatusForbidden && r.caller.ID != "" {
		if err := s.o.Store.Refused(context.WithoutCancel(ctx), r.caller, r.act(contract), p.Detail); err != nil {
			p = problemOf(err) // what cannot be recorded is not answered as if it had been
		}
	}
	if p.Status >= http.StatusInternalServerError {
		s.o.Log.ErrorContext(ctx, "request failed", "request", r.id, "operation", r.operation, "error", p.cause)
	}
	return p
}

// contractIn returns the contract that an input names, "" for none.
func contractIn(in any) string {
	if on, ok := in.(interface{ contractKey() string }); ok {
		return on.contractKey()
	}
	return ""
}

// declare fills in what every operation has, and refuses one without a permission.
func (s *Service) declare(op *huma.Operation) {
	may, ok := permissions[op.OperationID]
	if !ok {
		panic("api: operation " + op.OperationID + " is not in the table of permissions")
	}
	if op.Responses == nil {
		op.Responses = map[string]*huma.Response{}
	}
	op.Responses["default"] = &huma.Response{Description: "Refused, and why", Content: map[string]*huma.MediaType{
		"application/problem+json": {Schema: s.schema(reflect.TypeFor[problem](), "Problem")}}}
	op.RejectUnknownQueryParameters = true
	if op.MaxBodyBytes == 0 {
		op.MaxBodyBytes = bodyBytesMax
	}
	op.BodyReadTimeout = -1 // the deadline of the whole request is set before
	if !may.open {
		op.Security = []map[string][]string{{"bearer": may.roles}}
		op.Extensions = map[string]any{"x-roles": allowed(may)}
	}
}

// register declares an operation to huma. A body that a handler reads itself stands in the document alone: huma would
// read it all and decode it.
func register[I, O any](s *Service, op huma.Operation, do func(context.Context, *I) (*O, error)) {
	body := op.RequestBody
	if op.Metadata["raw"] == true {
		op.RequestBody = nil
	}
	huma.Register(s.api, op, do)
	if op.Metadata["raw"] != true {
		return
	}
	item := s.api.OpenAPI().Paths[op.Path]
	for _, declared := range []*huma.Operation{item.Post, item.Put} {
		if declared != nil && declared.OperationID == op.OperationID {
			declared.RequestBody = body
		}
	}
}

// allowed are the roles of a permission, for the API's document.
func allowed(may permission) []string {
	if may.anybody {
		return roles
	}
	return may.roles
}

func (s *Service) schema(of reflect.Type, hint string) *huma.Schema {
	return s.api.OpenAPI().Components.Schemas.Schema(of, true, hint)
}

// reads declares an operation that looks at the store and answers with JSON.
func reads[I, O any](s *Service, op huma.Operation, do func(ctx context.Context, v View, c *call, in *I) (O, error)) {
	type output struct{ Body O }
	s.declare(&op)
	register(s, op, func(ctx context.Context, in *I) (*output, error) {
		var out output
		err := s.o.Store.Read(ctx, requestOf(ctx).caller, func(v View) error {
			c, err := s.enter(ctx, v, in)
			if err == nil {
				out.Body, err = do(ctx, v, c, in)
			}
			return err
		})
		if err != nil {
			return nil, s.refused(ctx, err, contractIn(in))
		}
		return &out, nil
	})
}

// outlet is where a streamed answer goes. Until the first byte is written the answer may still become a problem.
type outlet struct {
	ctx      huma.Context
	media    string
	etag     string
	filename string
	begun    bool
}

// Write begins the answer if need be.
func (o *outlet) Write(b []byte) (int, error) {
	o.begin()
	return o.ctx.BodyWriter().Write(b)
}

func (o *outlet) begin() {
	if o.begun {
		return
	}
	o.begun = true
	o.ctx.SetHeader("Content-Type", o.media)
	if o.etag != "" {
		o.ctx.SetHeader("ETag", o.etag)
	}
	if o.filename != "" {
		o.ctx.SetHeader("Content-Disposition", `attachment; filename="`+o.filename+`"`)
	}
	o.ctx.SetStatus(http.StatusOK)
}

// unchanged answers 304 where the sender has what there is, and reports whether it did.
func (o *outlet) unchanged(etag string) bool {
	o.etag = etag
	if o.ctx.Header("If-None-Match") != etag {
		return false
	}
	o.begun = true
	o.ctx.SetHeader("ETag", etag)
	o.ctx.SetStatus(http.StatusNotModified)
	return true
}

// streamed is the output of an operation that writes its answer itself.
type streamed struct{ Body func(huma.Context) }

// streams declares an operation that looks at the store and writes its answer as it goes. A failure after the first
// byte breaks the connection, so that nobody takes a part for the whole.
func streams[I any](s *Service, op huma.Operation, media string, do func(ctx context.Context, v View, c *call, in *I, to *outlet) error) {
	op.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{media: {}}}}
	s.declare(&op)
	register(s, op, func(ctx context.Context, in *I) (*streamed, error) {
		return &streamed{func(hc huma.Context) {
			to := &outlet{ctx: hc, media: media}
			err := s.o.Store.Read(ctx, requestOf(ctx).caller, func(v View) error {
				c, err := s.enter(ctx, v, in)
				if err == nil {
					err = do(ctx, v, c, in, to)
				}
				return err
			})
			switch {
			case err == nil:
				to.begin()
			case to.begun:
				s.o.Log.ErrorContext(ctx, "answer broken off", "request", requestOf(ctx).id, "error", err)
				panic(http.ErrAbortHandler)
			default:
				s.write(hc, s.refused(ctx, err, contractIn(in)))
			}
		}}, nil
	})
}

// made is what an act answers.
type made[O any] struct {
	Body     O
	Once     *O       // what is sent instead of Body the first time, and never kept or sent again: a secret
	Refused  *problem // what is answered instead: a refusal that is kept, with what was done about it
	Status   int      // the operation's own when 0
	Location string   // where what was made stands
	ETag     string
}

// acts declares an operation that changes something, under its idempotency key.
func acts[I, O any](s *Service, op huma.Operation, do func(ctx context.Context, tx Tx, c *call, in *I) (made[O], error)) {
	status := op.DefaultStatus
	op.Parameters = append(op.Parameters, &huma.Param{Name: "Idempotency-Key", In: "header", Required: true, Schema: &huma.Schema{Type: "string", MinLength: new(1), MaxLength: new(keyLengthMax)},
		Description: "A name of your own for this request, kept as long as the contract: the same request sent again is answered with the same bytes and done once"})
	answer := &huma.Response{Description: http.StatusText(status), Content: map[string]*huma.MediaType{"application/json": {Schema: s.schema(reflect.TypeFor[O](), op.OperationID)}}}
	op.Responses = map[string]*huma.Response{strconv.Itoa(status): answer}
	if also, ok := op.Metadata["also"].(int); ok { // where what is asked for may stand already, or not yet
		op.Responses[strconv.Itoa(also)] = &huma.Response{Description: http.StatusText(also), Content: answer.Content}
	}
	s.declare(&op)
	register(s, op, func(ctx context.Context, in *I) (*streamed, error) {
		r := requestOf(ctx)
		var once []byte
		reply, replayed, err := s.o.Store.Act(ctx, r.caller, r.act(contractIn(in)), func(tx Tx) (Reply, error) {
			c, err := s.enter(ctx, tx, in)
			if err != nil {
				return Reply{}, err
			}
			m, err := do(ctx, tx, c, in)
			if err != nil {
				return Reply{}, err
			}
			if p := m.Refused; p != nil {
				body, err := encode(p.Problem)
				return Reply{Status: p.Status, ContentType: p.ContentType(""), Location: m.Location, Body: body}, err
			}
			body, err := encode(m.Body)
			if m.Status == 0 {
				m.Status = status
			}
			if once = nil; err == nil && m.Once != nil {
				once, err = encode(*m.Once)
			}
			return Reply{Status: m.Status, ContentType: "application/json", Location: m.Location, ETag: m.ETag, Body: body}, err
		})
		if err != nil {
			return nil, s.refused(ctx, err, contractIn(in))
		}
		if !replayed && once != nil {
			reply.Body = once
		}
		return &streamed{func(hc huma.Context) { sendReply(hc, reply, replayed) }}, nil
	})
}

// sendReply writes an answer as it is kept.
func sendReply(hc huma.Context, reply Reply, replayed bool) {
	set := func(name, value string) {
		if value != "" {
			hc.SetHeader(name, value)
		}
	}
	set("Content-Type", reply.ContentType)
	set("Location", reply.Location)
	set("ETag", reply.ETag)
	if replayed {
		set("Idempotency-Replayed", "true")
	}
	hc.SetStatus(reply.Status)
	_, _ = hc.BodyWriter().Write(reply.Body) // the sender has gone: the answer is kept for when it asks again
}

// write answers with a problem.
func (s *Service) write(hc huma.Context, p *problem) {
	for name, values := range p.GetHeaders() {
		for _, value := range values {
			hc.SetHeader(name, value)
		}
	}
	body, err := encode(p.Problem)
	if err != nil {
		panic("api: a problem that cannot be written: " + err.Error())
	}
	hc.SetHeader("Content-Type", p.ContentType(""))
	hc.SetStatus(p.Status)
	_, _ = hc.BodyWriter().Write(body) // the sender has gone
}

// failed reports whether reading a body failed because of its sender, and how to say so.
func failed(err error, limit int64) *problem {
	if errors.Is(err, errTooLarge) {
		return refuse(http.StatusRequestEntityTooLarge, "the body has more than %d bytes, which is the most that this operation takes", limit)
	}
	var wait interface{ Timeout() bool }
	if errors.As(err, &wait) && wait.Timeout() {
		return refuse(http.StatusRequestTimeout, "the body did not come in time")
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return refuse(http.StatusBadRequest, "the body broke off")
	}
	return refuse(http.StatusBadRequest, "the body cannot be read: send it whole, and gzip only where Content-Encoding says so")
}

// timeOf returns a time for a shape where nought is nothing.
func timeOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
