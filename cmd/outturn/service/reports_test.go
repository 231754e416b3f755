package service_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"outturn/api"
	"outturn/api/client"
	"outturn/contracts/language"
)

// TestReportsThroughTheAPI settles the fixture of a board over HTTP: the board's report says what its README works out, each
// accounting officer reads its own statement and nobody else's, an auditor reads all, and a dispute shows to those who may
// see it.
func TestReportsThroughTheAPI(t *testing.T) {
	w := newWorld(t, nil)
	w.pass(20 * 366 * 24 * time.Hour)
	w.first = w.operator()
	dir := filepath.Join("..", "..", "..", "fixtures", "partnership-board")
	document := readFile(t, filepath.Join(dir, "contract.yaml"))
	terms, err := language.Decode("contract.yaml", document)
	c := w.everybody(t, document, must(t, terms, err))
	w.sendAll(t, c, dir)
	for _, through := range []string{"2014-03-31", "2015-03-31", "2016-03-31"} {
		st, err := c.payer.Settle(w.ctx, c.contract, through, "")
		must(t, st, err)
	}
	health := c.speaks["health"]
	finance, auditor := w.person(health.organisation, api.RolePartnerFinance), w.person(w.organisation("Audits"), api.RoleAuditor)
	for _, g := range []client.Grant{{Organisation: finance.organisation, Role: api.RolePartnerFinance, Party: "health"}, {Organisation: auditor.organisation, Role: api.RoleAuditor}} {
		_, err := c.payer.AddGrant(w.ctx, c.contract, g)
		must(t, g, err)
	}
	d, err := c.provider.RaiseDispute(w.ctx, c.contract, 3, client.NewDispute{Payment: "contribution", Period: 3, Reason: "it cost more"})
	must(t, d, err)

	board, err := auditor.BoardReport(w.ctx, c.contract, 3)
	must(t, board, err)
	if b := board.Board; board.Statement != 3 || b.Contributed.Due != "191500.00" || b.Matrix.Sides[2].Net != "22000.00" || !b.Disputes.Kept || len(b.Disputes.Rows) != 1 || b.Disputes.Rows[0].Amount != "20000.00" {
		t.Errorf("the board reads %+v", board)
	}
	for _, a := range board.Board.Reconciliation {
		if !a.Agrees {
			t.Errorf("%+v", a)
		}
	}
	text := w.sendRaw(auditor.Key, http.MethodGet, "/v1/contracts/"+c.contract+"/statements/3/report", "", "", nil).body
	for _, kept := range []string{`"1200.00"`, `"1500.00"`, `"10000.00"`, `"count":"4"`, `"count":"3"`} { // what would say four visits, and three housed
		if strings.Contains(text, kept) {
			t.Errorf("the board's report says %s", kept)
		}
	}
	if again, err := json.Marshal(board); err != nil || strings.TrimSpace(text) != string(again) {
		t.Errorf("what a program reads is not what was sent: %v\n%s\n%s", err, text, again)
	}
	board, err = finance.BoardReport(w.ctx, c.contract, 3)
	if must(t, board, err); len(board.Board.Disputes.Rows) != 0 {
		t.Error("a partner sees another's dispute")
	}

	for who, reads := range map[string]*actor{"health": finance, "council": c.payer, "provider": c.provider, "police": auditor} {
		one, err := reads.OfficerStatement(w.ctx, c.contract, 3, who)
		must(t, one, err)
		if one.Officer.Party != who || len(one.Officer.Reconciliation) == 0 {
			t.Errorf("%s reads %+v", who, one)
		}
		waits := slices.ContainsFunc(one.Officer.Awaits, func(a client.ReportAwaits) bool { return strings.Contains(a.What, "payment contribution to provider") })
		if waits != (who != "provider") {
			t.Errorf("%s: a payment waits for its word: %t", who, waits)
		}
	}
	for who, reads := range map[string]*actor{"council": finance, "police": c.payer, "health": c.provider} {
		_, err := reads.OfficerStatement(w.ctx, c.contract, 3, who)
		var problem *client.Problem
		if !errors.As(err, &problem) || problem.Status != http.StatusForbidden {
			t.Errorf("somebody else reads the statement of %s: %v", who, err)
		}
	}
	if _, err := auditor.OfficerStatement(w.ctx, c.contract, 3, "nobody"); err == nil {
		t.Error("nobody has a statement")
	}
	if _, err := auditor.BoardReport(w.ctx, c.contract, 4); err == nil {
		t.Error("a statement that was not issued is reported")
	}
}
