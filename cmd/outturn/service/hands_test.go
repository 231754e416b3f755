package service_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"outturn/api"
	"outturn/api/client"
)

// troupe is everybody beside payer, provider and auditor on the contract of testdata/hands.yaml.
type troupe struct {
	*cast
	fund, fundSecond, verifier, evaluator, health *actor
}

// hands brings the contract into force with everybody in it.
func (w *world) hands() *troupe {
	w.t.Helper()
	t := &troupe{cast: &cast{}}
	department, fund := w.organisation("A council"), w.organisation("A central fund")
	t.payer, t.second = w.person(department, api.RoleCommissioner), w.person(department, api.RoleCommissioner)
	t.fund, t.fundSecond = w.person(fund, api.RoleCommissioner), w.person(fund, api.RoleCommissioner)
	t.provider = w.person(w.organisation("A charity"), api.RoleProvider)
	t.auditor = w.person(w.organisation("An audit office"), api.RoleAuditor)
	t.verifier = w.person(w.organisation("The payer's verifiers"), api.RoleVerifier)
	t.evaluator = w.person(w.organisation("An evaluator"), api.RoleEvaluator)
	t.health = w.person(w.organisation("A health body"), api.RolePartnerFinance)
	v, err := t.payer.AddContract(w.ctx, "council", readFile(w.t, filepath.Join("testdata", "hands.yaml")))
	t.contract = must(w.t, v, err).Contract
	for _, g := range []client.Grant{{Organisation: fund, Role: api.RoleCommissioner, Party: "fund"}, {Organisation: t.provider.organisation, Role: api.RoleProvider, Party: "charity"},
		{Organisation: t.auditor.organisation, Role: api.RoleAuditor}, {Organisation: t.verifier.organisation, Role: api.RoleVerifier},
		{Organisation: t.evaluator.organisation, Role: api.RoleEvaluator}, {Organisation: t.health.organisation, Role: api.RolePartnerFinance, Party: "health"}} {
		_, err := t.payer.AddGrant(w.ctx, t.contract, g)
		must(w.t, g, err)
	}
	v, err = t.payer.Propose(w.ctx, t.contract, 1)
	must(w.t, v, err)
	for party, signers := range map[string][]*actor{"council": {t.payer, t.second}, "fund": {t.fund, t.fundSecond}} {
		for _, signer := range signers {
			v, err = signer.Sign(w.ctx, t.contract, 1, party)
			must(w.t, v, err)
		}
	}
	v, err = t.payer.Activate(w.ctx, t.contract, 1)
	must(w.t, v, err)
	return t
}

// TestEachTellsItsOwn sends one row of every kind as everybody, through every door: each kind comes from those alone whom
// the contract names, and each door takes what it is for.
func TestEachTellsItsOwn(t *testing.T) {
	w := newWorld(t, nil)
	c := w.hands()
	rows := map[string]string{
		"attachment": `{"attachment":"2026-01-05","participant":"P%d"}`,
		"job_start":  `{"job_start":"2026-01-12","participant":"P%d"}`,
		"job_claim":  `{"job_claim":"2026-01-13","participant":"P%d"}`,
		"job_check":  `{"job_check":"2026-01-14","participant":"P%d","found":"passed"}`,
		"survey":     `{"survey":"2026-01-14","participant":"P%d","score":"3"}`,
		"evaluation": `{"evaluation":"2026-03-14","treated":"1.39","comparison":"1.55","units":"10%d"}`,
		"cashed":     `{"cashed":"2026-01-14","party":"health","amount":"100%d.00"}`,
	}
	tells := map[string]string{"attachment": "provider", "job_start": "verifier", "job_claim": "provider", "job_check": "verifier", "survey": "evaluator", "evaluation": "evaluator", "cashed": "partner finance"}
	through := map[string]map[string]bool{"batches": {"attachment": true, "job_start": true, "job_claim": true, "job_check": true, "survey": true, "evaluation": true, "cashed": true},
		"validations": {"job_check": true}, "certified-figures": {"evaluation": true}, "partner-figures": {"cashed": true}}
	opens := map[string][]string{"batches": {"provider", "verifier", "evaluator", "partner finance", "payer"}, "validations": {"verifier", "payer"},
		"certified-figures": {"evaluator"}, "partner-figures": {"partner finance"}}
	n := 0
	for who, by := range map[string]*actor{"payer": c.payer, "provider": c.provider, "auditor": c.auditor, "verifier": c.verifier, "evaluator": c.evaluator, "partner finance": c.health} {
		for door, kinds := range through {
			for kind, row := range rows {
				n++
				a := w.sendRaw(by.Key, "POST", "/v1/contracts/"+c.contract+"/"+door, fmt.Sprint("row-", n), "application/x-ndjson", strings.NewReader(fmt.Sprintf(row, n)+"\n"))
				want := 422
				switch {
				case !strings.Contains(strings.Join(opens[door], ";")+";", who+";"):
					want = 403
				case kinds[kind] && tells[kind] == who:
					want = 201
				}
				if a.status != want {
					t.Errorf("%s sends %s through %s: %d, expected %d: %.300s", who, kind, door, a.status, want, a.body)
				}
			}
		}
	}
	// A grant cannot give away what the contract gives to others.
	if _, err := c.payer.AddGrant(w.ctx, c.contract, client.Grant{Organisation: w.organisation("Another"), Role: api.RoleVerifier, Kinds: []string{"attachment"}}); status(err) != 422 {
		t.Errorf("a grant against the contract: %v", err)
	}
}

// TestAToppingUpWaits settles a job of £1,000.00: the council's £800.00 are released before the fund's £200.00; and each
// of those beside them sees what it needs and nothing else.
func TestAToppingUpWaits(t *testing.T) {
	w := newWorld(t, nil)
	c := w.hands()
	w.tells(c.provider, c.contract, `{"attachment":"2026-01-05","participant":"P1"}`, `{"job_claim":"2026-01-13","participant":"P1"}`)
	w.tells(c.verifier, c.contract, `{"job_start":"2026-01-12","participant":"P1"}`)
	stream, err := c.verifier.Claims(w.ctx, c.contract, "2026-01-31")
	waiting := records[client.Missing](t, read(t, stream, err))
	if len(waiting) != 1 || waiting[0].Unit != "P1" || waiting[0].Wants[0].Kind != "job_check" {
		t.Fatalf("claims to be checked: %+v", waiting)
	}
	b, err := c.verifier.SendValidations(w.ctx, c.contract, client.Evidence{ContentType: "application/x-ndjson", Body: strings.NewReader(`{"job_check":"2026-01-14","participant":"P1","found":"passed"}` + "\n")})
	must(t, b, err)
	b, err = c.evaluator.SendCertified(w.ctx, c.contract, client.Evidence{ContentType: "application/x-ndjson", Body: strings.NewReader(`{"evaluation":"2026-01-20","treated":"1.39","comparison":"1.55","units":"1000"}` + "\n")})
	must(t, b, err)
	b, err = c.health.SendPartnerFigures(w.ctx, c.contract, client.Evidence{ContentType: "application/x-ndjson", Body: strings.NewReader(`{"cashed":"2026-01-20","party":"health","amount":"50.00"}` + "\n")})
	must(t, b, err)
	found, err := c.evaluator.Comparisons(w.ctx, c.contract, "2026-01-31")
	if must(t, found, err); !strings.Contains(string(found.Found), "10.32") && !strings.Contains(string(found.Found), "0.1032") {
		t.Errorf("the effect, 1 less 1.39 over 1.55, is 10.32%%: %s", found.Found)
	}
	// It is of 1,000, and shown to all. Of 4 the effect is shown to those alone who may see each of them.
	w.tells(c.evaluator, c.contract, `{"evaluation":"2026-01-21","treated":"1.39","comparison":"1.55","units":"4"}`)
	for who, reads := range map[string]*actor{"evaluator": c.evaluator, "payer": c.payer, "provider": c.provider, "auditor": c.auditor} {
		found, err := reads.Comparisons(w.ctx, c.contract, "2026-01-31")
		text := string(must(t, found, err).Found)
		if hidden := strings.Contains(text, `"hidden":true`) && !strings.Contains(text, `"units":"4"`) && !strings.Contains(text, "10.32") && !strings.Contains(text, "1.39"); hidden != (who == "evaluator") {
			t.Errorf("the %s is shown %s", who, text)
		}
	}
	w.tells(c.evaluator, c.contract, `{"evaluation":"2026-01-22","treated":"1.39","comparison":"1.55","units":"1000"}`)
	saved, err := c.auditor.Savings(w.ctx, c.contract, "2026-01-31")
	if must(t, saved, err); saved.Status != "provisional" {
		t.Errorf("%+v", saved)
	}
	st, err := c.payer.Settle(w.ctx, c.contract, "2026-01-31", "")
	must(t, st, err)
	list, err := c.health.Payments(w.ctx, c.contract, 1)
	at := map[string]int{}
	for _, p := range must(t, list, err).Items {
		at[p.From+" "+p.Payment] = p.Posting
		if want := map[string]string{"council job_fee": "800.00", "fund job_fee": "200.00", "council reduction": "112000.00"}[p.From+" "+p.Payment]; p.Amount != want {
			t.Errorf("%+v, expected %s", p, want)
		}
	}
	// Who may see no unit is shown no count that is one unit's.
	board, err := c.health.BoardReport(w.ctx, c.contract, 1)
	if must(t, board, err); board.SmallNumbers != 5 || !board.Board.Outcomes[0].Hidden || strings.Contains(fmt.Sprintf("%+v", board), "P1") {
		t.Errorf("the report for the health body: %+v", board)
	}
	prepare := func(by *actor, what string) {
		t.Helper()
		p, err := by.PreparePayment(w.ctx, c.contract, 1, at[what])
		must(t, p, err)
	}
	prepare(c.fund, "fund job_fee")
	if _, err := c.fundSecond.ReleasePayment(w.ctx, c.contract, 1, at["fund job_fee"]); status(err) != 409 || !strings.Contains(err.Error(), "council") {
		t.Errorf("the fund releases before the council: %v", err)
	}
	for _, what := range []string{"council job_fee", "council reduction"} {
		if _, err := c.fund.PreparePayment(w.ctx, c.contract, 1, at[what]); status(err) != 403 {
			t.Errorf("the fund prepares the council's: %v", err)
		}
		prepare(c.payer, what)
		if _, err := c.fundSecond.ReleasePayment(w.ctx, c.contract, 1, at["fund job_fee"]); status(err) != 409 {
			t.Errorf("the fund releases before the council has released all: %v", err)
		}
		p, err := c.second.ReleasePayment(w.ctx, c.contract, 1, at[what])
		must(t, p, err)
	}
	p, err := c.fundSecond.ReleasePayment(w.ctx, c.contract, 1, at["fund job_fee"])
	if must(t, p, err); p.State != "released" {
		t.Errorf("%+v", p)
	}
	for what, refused := range map[string]struct {
		by   *actor
		path string
		want int
	}{
		"the evaluator looks at lines":          {c.evaluator, "/statements/1/lines", 403},
		"the health body looks at lines":        {c.health, "/statements/1/lines", 403},
		"the health body looks at statements":   {c.health, "/statements/1", 200},
		"the health body looks at balances":     {c.health, "/balances", 200},
		"the verifier looks at the ledger":      {c.verifier, "/ledger", 403},
		"the verifier looks at comparisons":     {c.verifier, "/comparisons?through=2026-01-31", 403},
		"the provider looks at claims to check": {c.provider, "/claims?through=2026-01-31", 403},
		"the evaluator looks at savings":        {c.evaluator, "/savings?through=2026-01-31", 403},
		"the health body looks at savings":      {c.health, "/savings?through=2026-01-31", 403},
		"a stranger looks at comparisons":       {c.payerElsewhere(w), "/comparisons?through=2026-01-31", 404},
	} {
		if a := w.sendRaw(refused.by.Key, "GET", "/v1/contracts/"+c.contract+refused.path, "", "", nil); a.status != refused.want {
			t.Errorf("%s: %d, expected %d: %.200s", what, a.status, refused.want, a.body)
		}
	}
}

// payerElsewhere is a commissioner of nothing here.
func (t *troupe) payerElsewhere(w *world) *actor {
	return w.person(w.organisation("Elsewhere"), api.RoleCommissioner)
}
