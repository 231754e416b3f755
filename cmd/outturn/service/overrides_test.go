package service_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"outturn/api/client"
)

// TestAnUpheldDisputeMovesMoney disputes one of two lines of £400.00, upholds it with an override that adds whom the
// register had left out, and pays: £400.00 at once, £400.00 when the next statement has put it right.
func TestAnUpheldDisputeMovesMoney(t *testing.T) {
	w := newWorld(t, nil)
	c := w.weekly()
	w.joins(c, "2026-03-03", "2026-03-04")
	st, err := c.payer.Settle(w.ctx, c.contract, "2026-03-08", "")
	must(t, st, err)
	d, err := c.provider.RaiseDispute(w.ctx, c.contract, 1, client.NewDispute{Unit: "P1", Payment: "attachment_fee", Period: 1, Reason: "P1 came with P5, whom the register has not"})
	must(t, d, err)
	pays := func() []client.Payment {
		t.Helper()
		list, err := c.provider.Payments(w.ctx, c.contract, 1)
		return must(t, list, err).Items
	}
	p, err := c.payer.PreparePayment(w.ctx, c.contract, 1, 0)
	must(t, p, err)
	p, err = c.second.ReleasePayment(w.ctx, c.contract, 1, 0)
	if must(t, p, err); p.Amount != "800.00" || p.Disputed != "400.00" {
		t.Errorf("%+v", p)
	}
	rest := pays()[1]
	if rest.Part != 1 || rest.Amount != "400.00" || rest.Disputed != "400.00" || rest.State != "due" {
		t.Errorf("what was kept back: %+v", rest)
	}

	w.pass(24 * time.Hour)
	for what, r := range map[string]client.Ruling{
		"with nothing that mends it":             {Upheld: true, Answer: "yes"},
		"by a batch that there is not":           {Upheld: true, Answer: "yes", Batch: "batch-none"},
		"by an override that there is not":       {Upheld: true, Answer: "yes", Override: "override-none"},
		"rejected and mended":                    {Answer: "no", Batch: "batch-none"},
		"by a batch and an override at one time": {Upheld: true, Answer: "yes", Batch: "a", Override: "b"},
	} {
		if _, err := c.payer.AnswerDispute(w.ctx, c.contract, d.ID, r); status(err) != 422 {
			t.Errorf("%s: %v", what, err)
		}
	}
	o := w.override(c, `{"attachment":"2026-03-04","participant":"P5"}`)
	d, err = c.payer.AnswerDispute(w.ctx, c.contract, d.ID, client.Ruling{Upheld: true, Answer: "P5 was there", Override: o.ID})
	if must(t, d, err); d.State != "upheld" || d.Override != o.ID {
		t.Errorf("%+v", d)
	}
	part := func(by *actor, act string) answer {
		return w.sendRaw(by.Key, http.MethodPost, "/v1/contracts/"+c.contract+"/statements/1/payments/0/"+act+"?part=1", client.NewKeyName(), "", nil)
	}
	if a := part(c.payer, "preparation"); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := part(c.second, "release"); a.status != 409 || !strings.Contains(a.body, "disputed") {
		t.Errorf("released before it is put right: %d %s", a.status, a.body)
	}
	st, err = c.payer.Settle(w.ctx, c.contract, "2026-03-15", "")
	must(t, st, err)
	lines, err := c.auditor.StatementLines(w.ctx, c.contract, 2, "P5")
	if got := string(read(t, lines, err)); !strings.Contains(got, `"due":"400.00"`) || !strings.Contains(got, `"period":1`) {
		t.Errorf("statement 2 of P5: %s", got)
	}
	page, err := client.All(func(cursor string) (client.List[client.Dispute], error) {
		a := w.sendRaw(c.auditor.Key, http.MethodGet, "/v1/contracts/"+c.contract+"/disputes/"+d.ID, "", "", nil)
		return client.List[client.Dispute]{Items: []client.Dispute{must(t, d, json.Unmarshal([]byte(a.body), &d))}}, nil
	})
	if must(t, page, err)[0].State != "upheld" || d.Mended != 2 {
		t.Errorf("%+v", d)
	}
	if rest := pays()[1]; rest.Disputed != "0.00" || rest.State != "prepared" {
		t.Errorf("once it was put right: %+v", rest)
	}
	if a := part(c.second, "release"); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := part(c.payer, "hold"); a.status != 400 && a.status != 409 && a.status != 422 {
		t.Errorf("held after it was released: %d %s", a.status, a.body)
	}
}

// override proposes rows and has both people of the payer sign them.
func (w *world) override(c *cast, rows ...string) client.Override {
	w.t.Helper()
	n := client.NewOverride{Reason: "the register was closed on that day", Clause: "schedule 3"}
	for _, row := range rows {
		n.Items = append(n.Items, json.RawMessage(row))
	}
	o, err := c.payer.ProposeOverride(w.ctx, c.contract, n)
	must(w.t, o, err)
	for _, signer := range []*actor{c.payer, c.second} {
		o, err = signer.SignOverride(w.ctx, c.contract, o.ID, "council")
		must(w.t, o, err)
	}
	if o.State != "applied" || o.Batch == "" || len(o.Signatures) != 2 {
		w.t.Fatalf("%+v", o)
	}
	return o
}

// TestOverrides takes two people and a reason, shows itself wherever its evidence is shown, and is refused to others.
func TestOverrides(t *testing.T) {
	w := newWorld(t, nil)
	c := w.weekly()
	b := w.tells(c.provider, c.contract, `{"attachment":"2026-03-03","participant":"P1","id":"a-1"}`)
	row := json.RawMessage(`{"withdraws":"a-1","participant":"P1","learned":"2026-03-20"}`)
	if _, err := c.payer.SendBatch(w.ctx, c.contract, client.Evidence{ContentType: "application/x-ndjson", Body: bytes.NewReader(append(row, '\n'))}); status(err) != 422 {
		t.Errorf("the payer withdraws what the provider sent, in a batch: %v", err)
	}
	propose := func(by *actor, items ...string) (client.Override, error) {
		n := client.NewOverride{Reason: "sent in error, and the provider has left", Items: []json.RawMessage{}}
		for _, i := range items {
			n.Items = append(n.Items, json.RawMessage(i))
		}
		return by.ProposeOverride(w.ctx, c.contract, n)
	}
	for what, refused := range map[string]struct {
		by    *actor
		items []string
		want  int
	}{"by the provider": {c.provider, []string{string(row)}, 403}, "by the auditor": {c.auditor, []string{string(row)}, 403}, "by a stranger": {c.stranger, []string{string(row)}, 404},
		"of nothing": {c.payer, nil, 422}, "at fault": {c.payer, []string{`{"attachment":"2026-13-01","participant":"P2"}`}, 422}, "that names somebody": {c.payer, []string{`{"attachment":"2026-03-03","participant":"Jane Doe"}`}, 422},
		"of a day that has not come": {c.payer, []string{`{"attachment":"2026-04-02","participant":"P2"}`}, 422}} {
		if _, err := propose(refused.by, refused.items...); status(err) != refused.want {
			t.Errorf("%s: %v", what, err)
		}
	}
	o, err := propose(c.payer, string(row))
	if must(t, o, err); o.State != "proposed" || o.Batch != "" || len(o.Items) != 1 {
		t.Errorf("%+v", o)
	}
	o, err = c.payer.SignOverride(w.ctx, c.contract, o.ID, "council")
	if must(t, o, err); o.State != "proposed" || len(o.Signatures) != 1 {
		t.Errorf("signed by one: %+v", o)
	}
	if _, err := c.payer.SignOverride(w.ctx, c.contract, o.ID, "council"); status(err) != 409 {
		t.Errorf("one person signed twice: %v", err)
	}
	if _, err := c.provider.SignOverride(w.ctx, c.contract, o.ID, "council"); status(err) != 403 {
		t.Errorf("signed by the provider: %v", err)
	}
	items, err := c.auditor.Items(w.ctx, c.contract, "", "P1", "")
	if must(t, items, err); len(items.Items) != 1 || items.Items[0].Batch != b.ID {
		t.Errorf("with one signature: %+v", items)
	}
	o, err = c.second.SignOverride(w.ctx, c.contract, o.ID, "council")
	if must(t, o, err); o.State != "applied" {
		t.Errorf("%+v", o)
	}
	if items, err = c.auditor.Items(w.ctx, c.contract, o.Batch, "", ""); must(t, items, err).Items[0].Source != "override "+o.ID || items.Items[0].Points != "a-1" {
		t.Errorf("%+v", items)
	}
	if _, err := c.payer.WithdrawOverride(w.ctx, c.contract, o.ID); status(err) != 409 {
		t.Errorf("taken back after it was applied: %v", err)
	}
	st, err := c.payer.Settle(w.ctx, c.contract, "2026-03-22", "")
	must(t, st, err)
	if a := w.sendRaw(c.provider.Key, http.MethodGet, "/v1/contracts/"+c.contract+"/statements/1", "", "", nil); !strings.Contains(a.body, `"overrides":["`+o.ID+`"]`) {
		t.Errorf("the statement does not say that an override is in it: %s", a.body)
	}
	seen, err := c.provider.Override(w.ctx, c.contract, o.ID)
	if must(t, seen, err); seen.Reason == "" || len(seen.Signatures) != 2 {
		t.Errorf("the provider sees why: %+v", seen)
	}
	other, err := propose(c.payer, `{"attachment":"2026-03-03","participant":"P2"}`)
	must(t, other, err)
	if other, err = c.payer.WithdrawOverride(w.ctx, c.contract, other.ID); must(t, other, err).State != "withdrawn" {
		t.Errorf("%+v", other)
	}
	if _, err := c.second.SignOverride(w.ctx, c.contract, other.ID, "council"); status(err) != 409 {
		t.Errorf("signed after it was taken back: %v", err)
	}
	if list, err := c.auditor.Overrides(w.ctx, c.contract, ""); len(must(t, list, err).Items) != 2 {
		t.Errorf("%+v", list)
	}
}

// TestAnOverrideTakesEveryPayerThatItCosts has the council and the fund pay for jobs, and the council alone for what the
// evaluator certifies: an override is signed by two people of each whose money it can move, and of no other.
func TestAnOverrideTakesEveryPayerThatItCosts(t *testing.T) {
	w := newWorld(t, nil)
	c := w.hands()
	propose := func(row string) client.Override {
		t.Helper()
		o, err := c.payer.ProposeOverride(w.ctx, c.contract, client.NewOverride{Reason: "the register was closed", Items: []json.RawMessage{json.RawMessage(row)}})
		return must(t, o, err)
	}
	sign := func(by *actor, o client.Override, party string) (client.Override, error) {
		return by.SignOverride(w.ctx, c.contract, o.ID, party)
	}
	job := propose(`{"job_start":"2026-01-12","participant":"P1"}`)
	if len(job.Wanting) != 2 || job.Wanting[0] != (client.Wanting{Party: "council", Signatures: 2}) || job.Wanting[1] != (client.Wanting{Party: "fund", Signatures: 2}) {
		t.Errorf("wanting: %+v", job.Wanting)
	}
	for _, by := range []*actor{c.payer, c.second} {
		o, err := sign(by, job, "council")
		if must(t, o, err); o.State != "proposed" || o.Batch != "" {
			t.Errorf("the council's signatures move the fund's money: %+v", o)
		}
	}
	for what, refused := range map[string]struct {
		by    *actor
		party string
		want  int
	}{"the council signs for the fund": {c.payer, "fund", 403}, "the fund for the council": {c.fund, "council", 403}, "the provider for itself": {c.provider, "charity", 409}, "the evaluator": {c.evaluator, "council", 403},
		"the fund for nobody": {c.fund, "nobody", 403}} {
		if _, err := sign(refused.by, job, refused.party); status(err) != refused.want {
			t.Errorf("%s: %v", what, err)
		}
	}
	o, err := sign(c.fund, job, "fund")
	if must(t, o, err); len(o.Wanting) != 1 || o.Wanting[0].Party != "fund" || o.Wanting[0].Signatures != 1 {
		t.Errorf("wanting: %+v", o.Wanting)
	}
	o, err = sign(c.fundSecond, job, "fund")
	if must(t, o, err); o.State != "applied" || o.Batch == "" || len(o.Signatures) != 4 || len(o.Wanting) != 0 {
		t.Errorf("%+v", o)
	}
	signed := map[string]int{}
	for _, one := range o.Signatures {
		signed[one.Party]++
	}
	if signed["council"] != 2 || signed["fund"] != 2 {
		t.Errorf("%+v", signed)
	}
	certified := propose(`{"evaluation":"2026-01-20","treated":"1.39","comparison":"1.55","units":"1000"}`)
	if _, err := sign(c.fund, certified, "fund"); status(err) != 409 || !strings.Contains(err.Error(), "council") {
		t.Errorf("the fund signs what costs it nothing: %v", err)
	}
	for _, by := range []*actor{c.payer, c.second} {
		o, err = sign(by, certified, "council")
		must(t, o, err)
	}
	if o.State != "applied" {
		t.Errorf("%+v", o)
	}
}

// TestAsItWasKnown asks on the third day what stood on the first: the statements, the items, the balances, and what a
// preview said then, byte for byte.
func TestAsItWasKnown(t *testing.T) {
	w := newWorld(t, nil)
	c := w.weekly()
	w.joins(c, "2026-03-03", "2026-03-10")
	st, err := c.payer.Settle(w.ctx, c.contract, "2026-03-08", "")
	must(t, st, err)
	path := "/v1/contracts/" + c.contract
	ask := func(what string) string {
		t.Helper()
		a := w.sendRaw(c.auditor.Key, http.MethodGet, path+what, "", "", nil)
		if a.status != 200 {
			t.Fatalf("%s: %d %s", what, a.status, a.body)
		}
		return a.body
	}
	questions := []string{"/preview?through=2026-03-15", "/preview/explanation?through=2026-03-15&unit=P2", "/missing?through=2026-03-15", "/statements?limit=10", "/items?limit=10", "/ledger?limit=10", "/balances?"}
	first := map[string]string{}
	for _, q := range questions {
		first[q] = ask(q)
	}
	w.pass(24 * time.Hour)
	w.tells(c.provider, c.contract, `{"attachment":"2026-03-11","participant":"P3"}`)
	st, err = c.payer.Settle(w.ctx, c.contract, "2026-03-22", "")
	must(t, st, err)
	changed := strings.Replace(string(readFile(t, "testdata/weekly.yaml")), "£400.00, due", "£500.00, due", 1)
	v, err := c.payer.AddVersion(w.ctx, c.contract, []byte(changed))
	must(t, v, err)
	w.activate(c, 2, "council")
	w.pass(24 * time.Hour)
	for _, q := range questions {
		if strings.Contains(q, "03-15") == false && ask(q) == first[q] {
			t.Errorf("%s says the same as on the first day: the test proves nothing", q)
		}
		if then := ask(q + "&known=2026-04-01"); then != first[q] {
			t.Errorf("%s, as known on the first day:\n%s\nexpected:\n%s", q, then, first[q])
		}
	}
	if a := w.sendRaw(c.auditor.Key, http.MethodGet, path+"/preview?through=2026-03-15&known=2026-03-01", "", "", nil); a.status != 409 {
		t.Errorf("before there was a contract: %d %s", a.status, a.body)
	}
	if a := w.sendRaw(c.auditor.Key, http.MethodGet, path+"/statements?known=yesterday", "", "", nil); a.status != 422 {
		t.Errorf("%d %s", a.status, a.body)
	}
}
