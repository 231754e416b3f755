package service_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"outturn/api"
	"outturn/api/client"
	"outturn/cmd/outturn/service"
	"outturn/engine/store/storetest"
)

// status is that of a refusal, 0 where there was none.
func status(err error) int {
	if p := client.IsProblem(err); p != nil {
		return p.Status
	}
	if err != nil {
		return -1
	}
	return 0
}

// TestTwoPeoplePay goes through preparing, releasing and holding, with a dispute about one line of four: £3,200.00 of
// the £12,800.00 that statement 1 of the fixture is due.
func TestTwoPeoplePay(t *testing.T) {
	w := newWorld(t, nil)
	c, ids := w.settled() // F002 is disputed
	pays := func() client.Payment {
		t.Helper()
		list, err := c.provider.Payments(w.ctx, c.contract, 1)
		if must(t, list, err); len(list.Items) != 1 {
			t.Fatalf("payments: %+v", list)
		}
		return list.Items[0]
	}
	if p := pays(); p.Amount != "12800.00" || p.Disputed != "3200.00" || p.State != "due" || p.From != "department" {
		t.Errorf("before: %+v", p)
	}
	if _, err := c.payer.ReleasePayment(w.ctx, c.contract, 1, 0); status(err) != 409 {
		t.Errorf("released before it was prepared: %v", err)
	}
	p, err := c.payer.PreparePayment(w.ctx, c.contract, 1, 0)
	if must(t, p, err); p.State != "prepared" {
		t.Errorf("%+v", p)
	}
	if _, err := c.payer.ReleasePayment(w.ctx, c.contract, 1, 0); status(err) != 403 {
		t.Errorf("released by whoever prepared it: %v", err)
	}
	if _, err := c.provider.ReleasePayment(w.ctx, c.contract, 1, 0); status(err) != 403 {
		t.Errorf("released by whoever is paid: %v", err)
	}
	p, err = c.second.HoldPayment(w.ctx, c.contract, 1, 0, "a question to the provider")
	if must(t, p, err); p.State != "held" || p.Why == "" {
		t.Errorf("%+v", p)
	}
	p, err = c.payer.PreparePayment(w.ctx, c.contract, 1, 0)
	must(t, p, err)
	if _, err := c.provider.RaiseDispute(w.ctx, c.contract, 1, client.NewDispute{Unit: "F002", Payment: "attachment_fee", Period: 1, Reason: "again"}); status(err) != 409 {
		t.Errorf("disputed twice: %v", err)
	}
	if _, err := c.provider.RaiseDispute(w.ctx, c.contract, 1, client.NewDispute{Unit: "F001", Payment: "attachment_fee", Period: 9, Reason: "no such line"}); status(err) != 422 {
		t.Errorf("a line that there is not: %v", err)
	}
	if _, err := c.provider.EscalateDispute(w.ctx, c.contract, ids["dispute"]); status(err) != 409 {
		t.Errorf("taken further before the payer's days are over: %v", err)
	}
	d, err := c.payer.AnswerDispute(w.ctx, c.contract, ids["dispute"], client.Ruling{Answer: "the date is right"})
	if must(t, d, err); d.State != "rejected" || d.Due != "2026-04-29" { // 28 days after 1 April
		t.Errorf("%+v", d)
	}
	if p := pays(); p.Disputed != "3200.00" {
		t.Errorf("within the days for taking it further: %+v", p)
	}
	if d, err = c.provider.EscalateDispute(w.ctx, c.contract, d.ID); must(t, d, err).State != "escalated" {
		t.Errorf("%+v", d)
	}
	if d, err = c.provider.WithdrawDispute(w.ctx, c.contract, d.ID); must(t, d, err).State != "withdrawn" {
		t.Errorf("%+v", d)
	}
	if p := pays(); p.Disputed != "0.00" || p.State != "prepared" {
		t.Errorf("after the dispute: %+v", p)
	}
	p, err = c.second.ReleasePayment(w.ctx, c.contract, 1, 0)
	if must(t, p, err); p.State != "released" || p.Preparer != c.payer.id || p.Releaser != c.second.id {
		t.Errorf("%+v", p)
	}
	if _, err := c.payer.HoldPayment(w.ctx, c.contract, 1, 0, "too late"); status(err) != 409 {
		t.Errorf("held after it was released: %v", err)
	}
}

// TestVarying signs a variation, compares it with what stood, tries it, and settles on.
func TestVarying(t *testing.T) {
	w := newWorld(t, nil)
	c, ids := w.settled()
	changed := strings.Replace(ids["document"], "attachment_price: £2400.00", "attachment_price: £2500.00", 1)
	v, err := c.payer.AddVersion(w.ctx, c.contract, []byte(changed))
	if must(t, v, err); v.Number != 2 {
		t.Errorf("%+v", v)
	}
	d, err := c.auditor.Differences(w.ctx, c.contract, 1, 2)
	if must(t, d, err); len(d.Differences) == 0 || !strings.Contains(d.Differences[0].New, "£2,500.00") || !strings.Contains(d.Differences[0].Old, "£2,400.00") {
		t.Errorf("%+v", d)
	}
	tried, err := c.payer.Try(w.ctx, c.contract, 2, "2012-06-30", client.Evidence{ContentType: "text/csv",
		Body: strings.NewReader("kind,family,day,agreed\nagreement,,2012-04-01,14\nattachment,F1,2012-04-16,\n")}, 0, 0)
	if must(t, tried, err); !strings.Contains(string(tried.Statement), `"3200.00"`) {
		t.Errorf("one family tried: %s", tried.Statement)
	}
	for range 2 {
		again, err := c.payer.Try(w.ctx, c.contract, 2, "2013-06-30", client.Evidence{}, 30, 7)
		if must(t, again, err); len(tried.Statement) == 0 || bytes.Equal(again.Statement, tried.Statement) {
			t.Errorf("30 families made up: %s", again.Statement)
		}
	}
	if _, err := c.payer.Activate(w.ctx, c.contract, 2); status(err) != 409 {
		t.Errorf("activated before it was proposed: %v", err)
	}
	v, err = c.payer.Propose(w.ctx, c.contract, 2)
	if must(t, v, err); len(v.Wanting) != 1 || v.Wanting[0].Signatures != 2 {
		t.Errorf("%+v", v)
	}
	v, err = c.payer.Sign(w.ctx, c.contract, 2, "department")
	must(t, v, err)
	if _, err = c.payer.Sign(w.ctx, c.contract, 2, "department"); status(err) != 409 {
		t.Errorf("one person signed twice: %v", err)
	}
	if _, err = c.payer.Activate(w.ctx, c.contract, 2); status(err) != 409 {
		t.Errorf("activated with one signature: %v", err)
	}
	if _, err = c.provider.Sign(w.ctx, c.contract, 2, "department"); status(err) != 403 {
		t.Errorf("signed by the provider for the payer: %v", err)
	}
	v, err = c.second.Sign(w.ctx, c.contract, 2, "department")
	must(t, v, err)
	v, err = c.payer.Activate(w.ctx, c.contract, 2)
	must(t, v, err)
	st, err := c.payer.Settle(w.ctx, c.contract, "2012-09-30", "")
	if must(t, st, err); st.Version != 2 || st.Number != 2 {
		t.Errorf("%+v", st)
	}
	first, err := c.auditor.ExplainStatement(w.ctx, c.contract, 1, "F001", "")
	if must(t, first, err); len(first.Lines) == 0 || len(first.Items) == 0 {
		t.Errorf("statement 1 is explained under its own version: %+v", first)
	}
	again, err := c.second.Settle(w.ctx, c.contract, "2012-09-30", "")
	if must(t, again, err); again != st {
		t.Errorf("settled twice: %+v, expected the statement that stands: %+v", again, st)
	}
	if _, err := c.payer.Settle(w.ctx, c.contract, "2026-03-31", "2026-04-30"); status(err) != 409 {
		t.Errorf("settled before its cut-off: %v", err)
	}
}

// provider of identities, as far as a token needs one.
type identities struct {
	key    *rsa.PrivateKey
	server *httptest.Server
}

func newIdentities(t *testing.T) *identities {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	p := &identities{key: must(t, key, err)}
	mux := http.NewServeMux()
	p.server = httptest.NewServer(mux)
	t.Cleanup(p.server.Close)
	mux.HandleFunc("/.well-known/openid-configuration", func(rw http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(rw).Encode(map[string]any{"issuer": p.server.URL, "jwks_uri": p.server.URL + "/keys", "authorization_endpoint": p.server.URL + "/a", "token_endpoint": p.server.URL + "/t",
			"id_token_signing_alg_values_supported": []string{"RS256"}})
	})
	mux.HandleFunc("/keys", func(rw http.ResponseWriter, _ *http.Request) {
		n := base64.RawURLEncoding.EncodeToString(key.N.Bytes())
		e := base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes())
		_ = json.NewEncoder(rw).Encode(map[string]any{"keys": []any{map[string]string{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1", "n": n, "e": e}}})
	})
	return p
}

func (p *identities) token(t *testing.T, subject, audience string, expires time.Time) string {
	t.Helper()
	part := func(v any) string {
		b, err := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(must(t, b, err))
	}
	signed := part(map[string]string{"alg": "RS256", "kid": "1"}) + "." + part(map[string]any{"iss": p.server.URL, "sub": subject, "aud": audience, "exp": expires.Unix()})
	sum := sha256.Sum256([]byte(signed))
	sig, err := rsa.SignPKCS1v15(rand.Reader, p.key, crypto.SHA256, sum[:])
	return signed + "." + base64.RawURLEncoding.EncodeToString(must(t, sig, err))
}

// TestTokensOfAnIdentityProvider accepts a token that was made for this service and for somebody known here, and no other.
func TestTokensOfAnIdentityProvider(t *testing.T) {
	p := newIdentities(t)
	w := newWorld(t, func(o *api.Options) { o.OIDC = api.OIDC{Issuer: p.server.URL, Audience: "outturn"} })
	organisation := w.organisation("A department")
	known, err := w.as(w.first).AddPerson(w.ctx, organisation, client.NewPerson{Name: "Staff", Roles: []string{api.RoleCommissioner}, Issuer: p.server.URL, Subject: "subject-1"})
	must(t, known, err)
	later := w.clock().Add(time.Hour)
	for what, c := range map[string]struct {
		token string
		want  int
	}{
		"one that holds":             {p.token(t, "subject-1", "outturn", later), 200},
		"one for another service":    {p.token(t, "subject-1", "payroll", later), 401},
		"one that has expired":       {p.token(t, "subject-1", "outturn", w.clock().Add(-time.Minute)), 401},
		"one of nobody known":        {p.token(t, "subject-2", "outturn", later), 401},
		"one that another signed":    {newIdentities(t).token(t, "subject-1", "outturn", later), 401},
		"one with a letter changed":  {p.token(t, "subject-1", "outturn", later) + "x", 401},
		"nothing that is any token":  {"abc", 401},
		"one that is longer than is": {strings.Repeat("a", 20<<10), 401},
	} {
		if a := w.sendRaw(c.token, http.MethodGet, "/v1/me", "", "", nil); a.status != c.want {
			t.Errorf("%s: %d %s", what, a.status, a.body)
		}
	}
}

// slow is a store that answers when it is let.
type slow struct {
	api.Store
	begun, let chan struct{}
	once       *sync.Once
}

func (s slow) Read(ctx context.Context, by api.Person, look func(api.View) error) error {
	s.once.Do(func() { close(s.begun); <-s.let })
	return s.Store.Read(ctx, by, look)
}

// TestStopping lets a request in flight finish before the service ends, and takes no new one.
func TestStopping(t *testing.T) {
	kept := storetest.New(t)
	begun, let := make(chan struct{}), make(chan struct{})
	o := api.Options{Store: slow{service.Join(kept), begun, let, new(sync.Once)}, Now: time.Now}
	s, err := api.New(o)
	must(t, s, err)
	p := api.Person{ID: "person", Organisation: "org", Name: "Operator", Roles: []string{api.RoleOperator}, Active: true}
	key, secret, err := api.MintKey(rand.Reader, p, time.Now(), 1)
	must(t, key, err)
	if _, err := o.Store.Begin(t.Context(), time.Now(), api.Organisation{ID: "org", Name: "Operator"}, p, key); err != nil {
		t.Fatal(err)
	}
	on, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, on, err)
	ctx, stop := context.WithCancel(t.Context())
	served, asked := make(chan error, 1), make(chan error, 1)
	go func() { served <- s.Serve(ctx, on) }()
	go func() {
		_, err := (&client.Client{Base: "http://" + on.Addr().String(), Key: secret}).Me(t.Context())
		asked <- err
	}()
	<-begun
	stop()
	for { // once stopping has begun, no connection is taken
		c, err := net.Dial("tcp", on.Addr().String())
		if err != nil {
			break
		}
		c.Close()
	}
	select {
	case err := <-served:
		t.Fatalf("the service ended before its request: %v", err)
	default:
	}
	close(let)
	if err := <-asked; err != nil {
		t.Errorf("the request in flight: %v", err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}

// panics is a store that breaks its promises.
type panics struct{ api.Store }

func (panics) Read(context.Context, api.Person, func(api.View) error) error { panic("planted") }

// TestAPanicIsAProblem answers a fault of ours as a problem that tells nothing, and goes on.
func TestAPanicIsAProblem(t *testing.T) {
	w := newWorld(t, func(o *api.Options) { o.Store = panics{o.Store} })
	for range 3 {
		a := w.sendRaw(w.first, http.MethodGet, "/v1/me", "", "", nil)
		if a.status != 500 || a.header.Get("Content-Type") != "application/problem+json" || strings.Contains(a.body, "planted") {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	if !strings.Contains(w.log.String(), "planted") {
		t.Error("the log says nothing of the panic")
	}
}

// TestWhatIsMeasured reads the metrics as a monitor does.
func TestWhatIsMeasured(t *testing.T) {
	w := newWorld(t, nil)
	w.organisation("Counted")
	a := w.sendRaw(w.first, http.MethodGet, "/metrics", "", "", nil)
	for _, line := range []string{`outturn_requests_total{operation="add-organisation",status="201"} 1`, `outturn_request_seconds_count{operation="add-organisation"} 1`, "outturn_requests_in_flight 1"} {
		if !strings.Contains(a.body, line+"\n") {
			t.Errorf("no %s in\n%s", line, a.body)
		}
	}
	d := w.sendRaw("", http.MethodGet, "/openapi.json", "", "", nil)
	if d.status != 200 || d.body != string(w.http.Document()) {
		t.Errorf("the document as served: %d, %d bytes", d.status, len(d.body))
	}
	for _, o := range []struct {
		method, path string
		want         int
	}{{"GET", "/v2/nothing", 404}, {"PATCH", "/v1/me", 405}, {"GET", "/v1/contracts/" + strings.Repeat("a", 100), 401}} {
		if a := w.sendRaw("", o.method, o.path, "", "", nil); a.status != o.want || a.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s: %d %v %s", o.method, o.path, a.status, a.header, a.body)
		}
	}
}
