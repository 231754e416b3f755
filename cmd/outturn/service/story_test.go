package service_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"outturn/api/client"
	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/language"
	"outturn/engine"
	"outturn/engine/ingest"
	"outturn/engine/proof"
)

// TestStory goes the whole way over HTTP: a contract is drafted, checked, proposed, signed by two people and activated;
// evidence comes; five final statements are issued, each with the bytes that the files give; the auditor pulls them,
// explains a line, and makes each again from its bundle alone.
func TestStory(t *testing.T) {
	w := newWorld(t, nil)
	dir := filepath.Join("..", "..", "..", "fixtures", "troubled-families-1")
	document := must(t, readFile(t, filepath.Join(dir, "contract.yaml")), nil)
	terms, err := language.Decode("contract.yaml", document)
	must(t, terms, err)
	checked, err := w.person(w.organisation("Drafters"), "commissioner").CheckContract(w.ctx, document)
	if must(t, checked, err); len(checked.Payments) != 4 || len(checked.Failed) != 0 {
		t.Fatalf("checked: %d payments, %v", len(checked.Payments), checked.Failed)
	}
	_, err = w.person(w.organisation("Others"), "commissioner").CheckContract(w.ctx, bytes.Replace(document, []byte("ties: up, "), nil, 1))
	var refused *client.Problem
	if !errors.As(err, &refused) || len(refused.Errors) != 1 || len(refused.Errors[0].Options) != 3 || len(refused.Errors[0].Options[0].On) != len(terms.Examples) {
		t.Fatalf("a choice left open, with what each answer would pay: %+v", err)
	}
	c := w.contract(document, "department", "council")
	w.send(c, dir)

	var prior []*proof.Stored
	for i, through := range []string{"2012-06-30", "2012-09-30", "2012-12-31", "2013-03-31"} {
		st, err := c.payer.Settle(w.ctx, c.contract, through, "")
		if must(t, st, err); st.Number != i+1 {
			t.Fatalf("statement %d, expected %d", st.Number, i+1)
		}
		head, err := c.auditor.StatementHead(w.ctx, c.contract, st.Number)
		found := read(t, head, err)
		lines, err := c.auditor.StatementLines(w.ctx, c.contract, st.Number, "")
		records := read(t, lines, err)
		want, wantLines := fromFiles(t, terms, dir, through, prior)
		if !bytes.Equal(found, want) {
			t.Fatalf("through %s: the head is not that of the files:\n%s\n%s", through, found, want)
		}
		if !bytes.Equal(records, wantLines) {
			t.Fatalf("through %s: the lines are not those of the files", through)
		}
		stored, err := proof.Open(terms, through, want, bytes.NewReader(wantLines), int64(len(wantLines)))
		prior = append(prior, must(t, stored, err))
		bundle, err := c.auditor.Bundle(w.ctx, c.contract, st.Number)
		zip := read(t, bundle, err)
		report, err := proof.Verify(bytes.NewReader(zip), int64(len(zip)))
		if must(t, report, err); !report.OK() || report.Number != st.Number {
			t.Fatalf("statement %d is not proved: %+v", st.Number, report)
		}
	}
	w.audits(c)
}

// audits looks at the fourth statement as an auditor does. The amounts are those of the fixture's README.
func (w *world) audits(c *cast) {
	t := w.t
	why, err := c.auditor.ExplainStatement(w.ctx, c.contract, 4, "F001", "turnaround_fee")
	if must(t, why, err); len(why.Lines) != 1 || why.Lines[0].Due != "700.00" || len(why.Lines[0].Steps) == 0 {
		t.Errorf("F001 on statement 4: %+v", why.Lines)
	}
	balances, err := c.auditor.Balances(w.ctx, c.contract)
	// 12,800 + 0 + 800 + 1,500
	if must(t, balances, err); balances.Sum != "0.00" || len(balances.Parties) != 2 || balances.Parties[0] != (client.Balance{Party: "council", Amount: "15100.00"}) {
		t.Errorf("balances: %+v", balances)
	}
	rows, err := client.All(func(cursor string) (client.List[client.AuditRow], error) {
		return c.auditor.Audit(w.ctx, c.contract, cursor)
	})
	count := map[string]int{}
	for _, row := range must(t, rows, err) {
		count[row.Operation]++
	}
	for operation, n := range map[string]int{"add-grant": 2, "propose-version": 1, "sign-version": 2, "activate-version": 1, "send-batch": 6, "settle": 4} {
		if count[operation] != n {
			t.Errorf("audit log: %d of %s, expected %d", count[operation], operation, n)
		}
	}
	sample, err := c.auditor.Sample(w.ctx, c.contract, 4, "published on Monday", 2)
	first := read(t, sample, err)
	again, err := c.auditor.Sample(w.ctx, c.contract, 4, "published on Monday", 2)
	if n := bytes.Count(first, []byte("\n")); n != 2 || !bytes.Equal(first, read(t, again, err)) {
		t.Errorf("sample of 2: %d records, %s", n, first)
	}
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	return must(t, b, err)
}

// fromFiles settles a fixture's folder as outturn settle does, after the statements before it.
func fromFiles(t *testing.T, c *contracts.Contract, dir, through string, prior []*proof.Stored) (head, lines []byte) {
	t.Helper()
	day, err := calendar.ParseDate(through)
	on := engine.Occasion{Through: must(t, day, err), CutOff: engine.CutOff(c, day), Final: true}
	snapshot, err := ingest.Open(c, os.DirFS(dir), ingest.Options{CutOff: on.CutOff})
	defer must(t, snapshot, err).Close()
	position, err := proof.Position(prior)
	must(t, position, err)
	st, err := engine.Settle(c, on, snapshot, position, func(records []byte) error {
		lines = append(lines, records...)
		return nil
	})
	must(t, st, err)
	head, err = st.Bytes()
	return must(t, head, err), lines
}
