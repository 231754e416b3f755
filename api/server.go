package api

import (
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"outturn/api/client"
	"outturn/contracts/language"
)

// DocumentVersion is the version of the API and its document.
const DocumentVersion = "1.0.0"

// keyLengthMax is the most letters of an idempotency key.
const keyLengthMax = 255

// Options are what a service is made of.
type Options struct {
	Store   Store
	Now     func() time.Time // the service's one clock
	Random  io.Reader        // of keys and names; the system's when nil
	Log     *slog.Logger     // discarded when nil
	OIDC    OIDC
	Limits  Limits
	TempDir string // for bodies that do not fit in memory; the system's when ""
	Folders string // below which each organisation has folders that are watched for evidence; "" for none
}

// Service is the API.
type Service struct {
	o        Options
	echo     *echo.Echo
	api      huma.API
	identity *identity
	senders  *limiter
	strange  *limiter
	metrics  *metrics
	read     language.Documents
	document []byte
	stopping atomic.Bool
}

// New makes the service with all its routes.
func New(o Options) (*Service, error) {
	if o.Store == nil || o.Now == nil {
		return nil, errors.New("api: a service needs a store and a clock")
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Limits = o.Limits.withDefaults()
	s := &Service{o: o, echo: echo.New(), metrics: newMetrics()}
	s.identity = &identity{store: o.Store, oidc: o.OIDC, now: o.Now}
	s.senders = newLimiter(o.Limits.PerSecond, o.Limits.Burst)
	s.strange = newLimiter(o.Limits.Strangers, int(o.Limits.Strangers)*2+1)
	s.echo.HideBanner, s.echo.HidePort = true, true
	s.echo.HTTPErrorHandler = s.echoError
	s.echo.Use(s.observe, middleware.RecoverWithConfig(middleware.RecoverConfig{LogErrorFunc: s.panicked}),
		middleware.GzipWithConfig(middleware.GzipConfig{MinLength: 1 << 10, Skipper: isAct}))
	s.api = humaecho.New(s.echo, s.config())
	s.api.UseMiddleware(s.gate)
	s.routes()
	var err error
	s.document, err = s.api.OpenAPI().MarshalJSON()
	if err == nil {
		s.document, err = indented(s.document)
	}
	return s, err
}

// isAct passes over what changes something: its answer is short, and what packs answers is large to make ready.
func isAct(c echo.Context) bool { return c.Request().Header.Get("Idempotency-Key") != "" }

func (s *Service) routes() {
	s.serviceRoutes()
	s.peopleRoutes()
	s.contractRoutes()
	s.versionRoutes()
	s.signingRoutes()
	s.evidenceRoutes()
	s.claimRoutes()
	s.sourceRoutes()
	s.attachmentRoutes()
	s.trailRoutes()
	s.runRoutes()
	s.scheduleRoutes()
	s.forecastRoutes()
	s.statementRoutes()
	s.paymentRoutes()
	s.disputeRoutes()
	s.overrideRoutes()
	s.handRoutes()
	s.reportRoutes()
}

// config is huma's, without the routes that it would add and with our JSON.
func (s *Service) config() huma.Config {
	c := huma.DefaultConfig("Outturn", DocumentVersion)
	c.Info.Description = "Settles outcomes contracts: contracts in, evidence in, statements out. Amounts are texts at the currency's places, days are 2013-03-31, " +
		"times are UTC. Everything that is refused is refused as problem+json with every fault found. What is not yours to see is answered as what does not exist."
	c.Info.License = &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}
	c.OpenAPIPath, c.DocsPath, c.SchemasPath, c.CreateHooks = "", "", "", nil
	c.Formats = map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat}
	c.DefaultFormat = "application/json"
	c.RejectUnknownQueryParameters = true
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"bearer": {Type: "http", Scheme: "bearer",
		Description: "An API key (ot_...), or a token of the identity provider"}}
	return c
}

// Document returns the API's document, OpenAPI 3.1, as it is served and committed.
func (s *Service) Document() []byte { return s.document }

// Handler returns the service as a handler.
func (s *Service) Handler() http.Handler { return s.echo }

// Serve answers requests until the context ends, and then lets those in flight finish.
func (s *Service) Serve(ctx context.Context, on net.Listener) error {
	server := &http.Server{Handler: s.echo, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(s.o.Log.Handler(), slog.LevelWarn)}
	done := make(chan error, 1)
	go func() { done <- server.Serve(on) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	s.stopping.Store(true)
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.o.Limits.Grace)
	defer cancel()
	if err := server.Shutdown(stop); err != nil {
		return errors.Join(fmt.Errorf("requests were still in flight after %s: %w", s.o.Limits.Grace, err), server.Close())
	}
	return nil
}

// observe gives every request its id, counts it and logs it, without anything of it that could be a secret.
func (s *Service) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := s.o.Now()
		id := requestID(c.Request().Header.Get("X-Request-Id"), s.o.Random)
		h := c.Response().Header()
		h.Set("X-Request-Id", id)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		c.Set("id", id)
		leave := s.metrics.enter()
		defer leave()
		if err := next(c); err != nil {
			c.Error(err)
		}
		operation, _ := c.Get("operation").(string)
		caller, _ := c.Get("caller").(string)
		took := s.o.Now().Sub(began)
		s.metrics.done(operation, c.Response().Status, took)
		s.o.Log.InfoContext(c.Request().Context(), "request", "request", id, "operation", operation, "person", caller, "status", c.Response().Status, "bytes", c.Response().Size, "seconds", took.Seconds())
		return nil
	}
}

// requestID is the sender's id for a request where it is a plain short name, else one of ours.
func requestID(theirs string, random io.Reader) string {
	plain := func(r rune) bool {
		return r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	if len(theirs) >= 8 && len(theirs) <= 64 && strings.IndexFunc(theirs, func(r rune) bool { return !plain(r) }) < 0 {
		return theirs
	}
	var raw [12]byte
	if _, err := io.ReadFull(random, raw[:]); err != nil {
		return "none"
	}
	return hex.EncodeToString(raw[:])
}

// panicked turns a panic into an error, and logs where it happened.
func (s *Service) panicked(c echo.Context, err error, stack []byte) error {
	s.o.Log.ErrorContext(c.Request().Context(), "panic", "request", c.Get("id"), "error", err, "stack", string(stack))
	return err
}

// echoError says what echo itself refuses, such as an unknown path or method, as a problem.
func (s *Service) echoError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	var p *problem
	var he *echo.HTTPError
	switch {
	case errors.As(err, &he) && he.Code == http.StatusNotFound:
		p = unknown()
	case errors.As(err, &he) && he.Code == http.StatusMethodNotAllowed:
		p = refuse(http.StatusMethodNotAllowed, "this path does not take %s; it takes %s", c.Request().Method, c.Response().Header().Get(echo.HeaderAllow))
	case errors.As(err, &he):
		p = refuse(he.Code, "%s", strings.ToLower(http.StatusText(he.Code)))
	default:
		p = problemOf(err)
	}
	body, _ := encode(p.Problem)
	for name, values := range p.GetHeaders() {
		c.Response().Header()[name] = values
	}
	_ = c.Blob(p.Status, p.ContentType(""), body) // the sender has gone
}

// gate stands before every operation: who sends it, whether they may, how often, under which key, and its body.
func (s *Service) gate(hc huma.Context, next func(huma.Context)) {
	c := humaecho.Unwrap(hc)
	op := hc.Operation()
	r := &request{op: op, operation: op.OperationID, may: permissions[op.OperationID], at: s.o.Now().UTC().Truncate(time.Microsecond)}
	r.id, _ = c.Get("id").(string)
	c.Set("operation", r.operation)
	limit := s.o.Limits.Deadline
	if op.Metadata["bulk"] == true {
		limit = s.o.Limits.Bulk
	}
	ctx, cancel := context.WithTimeout(hc.Context(), limit)
	defer cancel()
	control := http.NewResponseController(c.Response())
	until, _ := ctx.Deadline()         // the machine's clock, which is not always the service's
	_ = control.SetReadDeadline(until) // not every connection has deadlines; the context's holds
	_ = control.SetWriteDeadline(until.Add(5 * time.Second))
	ctx = context.WithValue(ctx, requestKey{}, r)
	hc = huma.WithContext(hc, ctx)
	if err := s.identify(ctx, hc, r); err != nil {
		s.write(hc, s.refused(ctx, err, ""))
		return
	}
	c.Set("caller", r.caller.ID)
	err := legible(c.Request().URL)
	if err == nil {
		err = s.take(hc, c, r)
	}
	if err != nil {
		s.write(hc, s.refused(ctx, err, ""))
		return
	}
	defer func() { _ = r.body.close() }() // a file that has no name any more
	next(hc)
}

// legible refuses an address that holds no text: nothing has such a name, and the database has no place for it.
func legible(u *url.URL) error {
	text := func(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }
	if !text(u.Path) {
		return unknown()
	}
	if query, err := url.QueryUnescape(u.RawQuery); err != nil || !text(query) {
		return faulty(http.StatusUnprocessableEntity, "the request is not as the API's document says",
			client.Fault{Message: "the query is not UTF-8 without NUL, percent-encoded", Remedy: "encode it as application/x-www-form-urlencoded"})
	}
	return nil
}

// identify finds the caller and looks at the roles and the rate.
func (s *Service) identify(ctx context.Context, hc huma.Context, r *request) error {
	if r.may.open {
		return nil
	}
	person, credential, err := s.identity.caller(ctx, hc.Header("Authorization"))
	if err != nil {
		host, _, splitting := net.SplitHostPort(hc.RemoteAddr())
		if splitting != nil {
			host = hc.RemoteAddr()
		}
		if wait := s.strange.take(host, r.at); wait > 0 {
			return tooMany(wait)
		}
		return err
	}
	r.caller = person
	if wait := s.senders.take(credential, r.at); wait > 0 {
		return tooMany(wait)
	}
	if !r.may.anybody && !slices.ContainsFunc(r.may.roles, func(role string) bool { return slices.Contains(person.Roles, role) }) {
		return forbidden()
	}
	return nil
}

func tooMany(wait int) *problem {
	p := refuse(http.StatusTooManyRequests, "too many requests; send them slower")
	p.retryAfter = wait
	return p
}

// take reads the idempotency key and the body of a request that has one, and looks at a JSON body strictly.
func (s *Service) take(hc huma.Context, c echo.Context, r *request) error {
	if !writes(hc.Method()) {
		return nil
	}
	if needsKey(r.op) {
		if r.key = hc.Header("Idempotency-Key"); !validKey(r.key) {
			return faulty(http.StatusBadRequest, "a request that changes something names itself in Idempotency-Key, so that it can be sent again and is done once",
				problemFault("Idempotency-Key", "expected 1 to 255 visible letters", "send a new key for each new request, and the same one to repeat it"))
		}
	}
	body := io.Reader(c.Request().Body)
	switch encoding := hc.Header("Content-Encoding"); encoding {
	case "", "identity":
	case "gzip":
		unpacked, err := gzip.NewReader(body)
		if err != nil {
			return failed(err, 0)
		}
		body = unpacked
	default:
		return refuse(http.StatusUnsupportedMediaType, "Content-Encoding %.40q is not read here; send the body as it is, or gzip", encoding)
	}
	target := c.Request().URL
	sum := digestOf(hc.Method(), target.EscapedPath()+"?"+target.Query().Encode(), hc.Header("Content-Type")+"\n"+hc.Header("If-Match"))
	limit := r.op.MaxBodyBytes
	var err error
	if r.body, err = readSpool(body, limit, s.o.TempDir, sum); err != nil {
		return failed(err, limit)
	}
	sum.Sum(r.digest[:0])
	c.Request().Body = r.body.open()
	return s.strictly(r, hc.Header("Content-Type"))
}

// strictly looks at the body of an operation whose body is JSON.
func (s *Service) strictly(r *request, contentType string) error {
	if r.op.RequestBody == nil || r.op.RequestBody.Content["application/json"] == nil || r.op.Metadata["raw"] == true {
		return nil
	}
	if media, _, err := mime.ParseMediaType(contentType); err != nil && contentType != "" || err == nil && media != "application/json" {
		return refuse(http.StatusUnsupportedMediaType, "the body is read as application/json; send it so, and say so in Content-Type")
	}
	if r.body.size == 0 {
		return faulty(http.StatusBadRequest, "the body is not JSON as it is read here", client.Fault{Message: "the body is empty", Remedy: "send one JSON document"})
	}
	data, err := r.body.bytes()
	if err != nil {
		return err
	}
	if faults := strictFaults(data); len(faults) > 0 {
		return faulty(http.StatusBadRequest, "the body is not JSON as it is read here", faults...)
	}
	return nil
}

// needsKey reports whether an operation takes an idempotency key.
func needsKey(op *huma.Operation) bool {
	return slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.Name == "Idempotency-Key" })
}

func validKey(key string) bool {
	return key != "" && len(key) <= keyLengthMax && strings.IndexFunc(key, func(r rune) bool { return r < 0x21 || r > 0x7e }) < 0
}
