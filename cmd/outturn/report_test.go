package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"outturn/cmd/outturn/terminal"
	"outturn/engine/report"
	"outturn/engine/statements"
)

// settled settles a fixture, from its first statement to its last.
func settled(t *testing.T, fixture string, days ...string) (*folder, []statements.Statement) {
	t.Helper()
	f, err := openFolder(filepath.Join("..", "..", "fixtures", fixture), "", 0)
	if err != nil {
		t.Fatal(err)
	}
	c := &chain{folder: f}
	defer c.close()
	var issued []statements.Statement
	for _, asAt := range days {
		st, err := c.run(occasion{asAt: terminal.DateOf(asAt)}, asAt, func(*statements.Record) {})
		if err != nil {
			t.Fatal(err)
		}
		issued = append(issued, st)
	}
	return f, issued
}

// boardView is the report on the three settlements of the fixture of a board.
func boardView(t *testing.T) reportView {
	t.Helper()
	f, issued := settled(t, "partnership-board", "2014-03-31", "2015-03-31", "2016-03-31")
	r, err := report.New(report.Input{Contract: f.contract, Statements: issued, Small: 5})
	if err != nil {
		t.Fatal(err)
	}
	return reportView{view: view{contract: f.contract, statement: issued[2], width: terminal.PageWidthDefault}, Report: r}
}

func reportPage(t *testing.T, officer string) []byte {
	t.Helper()
	v := boardView(t)
	s, err := v.board()
	if officer != "" {
		s = v.officerSheet(v.officer(officer))
	}
	if err != nil {
		t.Fatal(err)
	}
	page, err := htmlReport(v, s)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func TestReportPageSaysWhatTheReportSays(t *testing.T) {
	page := string(reportPage(t, ""))
	wellFormed(t, page)
	for _, want := range []string{
		"No count below 5 is shown", `<th scope="row">The council</th><td class="n">£8,000.00</td><td class="n">£83,500.00</td>`, `<th scope="row">work fee, home fee</th><td class="n">13</td>`,
		"7 together", "20 together", `<td class="n hidden">not shown</td>`, "It would be cured by £17,294.12 from Health to The council", `<p class="loud">The council loses £49,400.00`,
		"by 31 March 2015", `<td class="n">0.48</td>`, "10 points", "hours given by volunteers", `<td class="passed">agrees</td>`,
		`id="waterfall-1-title">crises: from all outcomes to whose it is`, "would have come anyway -£60,000.00", `id="flows-title"`, "The provider has £191,500.00 cash",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, kept := range []string{"£1,200.00", "£1,500.00", "£10,000.00", "ZgotmplZ", "http://", "https://", "<script"} {
		if strings.Contains(page, kept) {
			t.Errorf("the page says %q", kept)
		}
	}
	if again := reportPage(t, ""); !bytes.Equal(again, []byte(page)) {
		t.Error("the same report makes another page")
	}
	officer := string(reportPage(t, "council"))
	wellFormed(t, officer)
	for _, want := range []string{"Statement of the accounting officer: The council", "-£83,500.00", "could be taken out of its budget, and it has not said that it was", "£7,680.00"} {
		if !strings.Contains(officer, want) {
			t.Errorf("the officer's page does not say %q", want)
		}
	}
}
