package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"outturn/cmd/outturn/terminal"
	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/money"
	"outturn/engine/statements"
)

var update = flag.Bool("update", false, "write golden files anew; read the difference before you keep it")

// pounds is an amount of pence as a test writes it.
func pounds(t *testing.T, text string) money.Amount {
	t.Helper()
	c, _ := money.LookupCurrency("GBP")
	a, err := money.ParseAmount(c, text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// familiesView is a statement made by hand: two families attached at £3,200.00, one of them turned around for £700.00,
// which an earlier statement had paid for the other too: 6,400 + 700 - 700 = 6,400.00 due.
func familiesView(t *testing.T) view {
	t.Helper()
	gbp, _ := money.LookupCurrency("GBP")
	length, err := calendar.ParseLength("3 months")
	if err != nil {
		t.Fatal(err)
	}
	series, err := calendar.NewSeriesEvery(length, calendar.MustDate("2012-04-01"), calendar.MustDate("2015-05-31"))
	if err != nil {
		t.Fatal(err)
	}
	c := &contracts.Contract{ID: "troubled-families-1", Currency: gbp, First: calendar.MustDate("2012-04-01"), Last: calendar.MustDate("2015-05-31"),
		Parties:  []contracts.Party{{ID: "department", Name: "Communities and Local Government", Each: -1}, {ID: "council", Name: "An upper-tier council", Each: -1}},
		Periods:  []contracts.Periods{{Name: "quarter", Series: series}},
		Units:    []contracts.Unit{{Name: "family", PartOf: -1}},
		Payments: []contracts.Payment{{Name: "attachment_fee", From: contracts.Payee{Party: 0}, To: contracts.Payee{Party: 1}}, {Name: "turnaround_fee", From: contracts.Payee{Party: 0}, To: contracts.Payee{Party: 1}}}}
	p := func(text string) money.Amount { return pounds(t, text) }
	st := statements.Statement{Edition: 1, Contract: c.ID, Version: strings.Repeat("c0", 32), Currency: "GBP", Status: "final", Through: "2012-09-30", CutOff: "2012-10-15", Number: 2,
		Snapshot: statements.SnapshotSummary{Digest: strings.Repeat("e1", 32), Units: 1403, Items: 5012, Late: 12}, Prior: []string{strings.Repeat("a1", 32)},
		Due: []statements.PartySum{{Party: "department", Name: "Communities and Local Government", Settled: p("-£700.00"), Due: p("-£6400.00"), ToDate: p("-£7100.00")},
			{Party: "council", Name: "An upper-tier council", Settled: p("£700.00"), Due: p("£6400.00"), ToDate: p("£7100.00")}},
		Postings: []statements.Posting{{From: "department", To: "council", Payment: "attachment_fee", Amount: p("£6400.00")}, {From: "department", To: "council", Payment: "turnaround_fee", Amount: p("£0.00")}},
		Payments: []statements.PaymentSum{
			{Payment: "attachment_fee", Clause: "paragraph 9", Sentence: "The department pays the council, for each family that joined: its attachment price by programme year at attachment (£3,200.00, £2,400.00, £1,600.00). (paragraph 9)",
				Count: "2", Lines: 12, Settled: p("£0.00"), Due: p("£6400.00"), ToDate: p("£6400.00")},
			{Payment: "turnaround_fee", Clause: "paragraph 12", Sentence: "The department pays the council, for each family turned around, on a claim: its turnaround price (£700.00).",
				Count: "1", Lines: 1, Adjusted: 1, Settled: p("£700.00"), Due: p("£0.00"), ToDate: p("£700.00")}},
		Cohorts: []statements.CohortSum{{Cohort: "families", Clause: "paragraph 4", Counted: 1400, Excluded: []statements.ReasonCount{{Reason: "joined outside 2012-04-01 to 2015-03-31", Count: 3}}}},
		Items:   []statements.ReasonCount{{Reason: "used", Count: 5010}, {Reason: "corrected by a later item", Count: 2}},
		Waiting: []statements.WaitingSum{{Payment: "turnaround_fee", Reason: "school: a window has not ended", Count: 12}},
		Binds:   []statements.Bind{{Name: "cap 2", Clause: "paragraph 5", What: "not above £4,000.00 a family", Lines: 3, Took: p("£2100.00")}},
		Lines:   statements.Roll{Records: 4, Lines: 14, Bytes: 900, Root: strings.Repeat("f0", 32)}}
	sample := []statements.Record{
		{Unit: "F001", Lines: []statements.Line{{Payment: "attachment_fee", Period: 2, Count: "1", ToDate: p("£3200.00"), Settled: p("£0.00"), Due: p("£3200.00")},
			{Payment: "turnaround_fee", Period: 2, Count: "1", ToDate: p("£700.00"), Settled: p("£0.00"), Due: p("£700.00"), Notes: []string{"cut by cap 2"}}}},
		{Unit: "F002", Lines: []statements.Line{{Payment: "attachment_fee", Period: 2, Count: "1", ToDate: p("£3200.00"), Settled: p("£0.00"), Due: p("£3200.00")},
			{Payment: "turnaround_fee", Period: 1, ToDate: p("£0.00"), Settled: p("£700.00"), Due: p("-£700.00"), Reason: "evidence withdrawn: claim C2, learned 2012-10-01", Corrects: 1}}}}
	return view{contract: c, statement: st, digest: strings.Repeat("5d", 32), sample: sample, limit: 5, dir: "fixtures/troubled-families", width: 100}
}

func golden(t *testing.T, name, found string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(found), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if found != string(want) {
		t.Errorf("%s is not what is printed:\n%s", path, found)
	}
}

func TestStatementForPeople(t *testing.T) {
	v := familiesView(t)
	golden(t, "statement.txt", printStatement(v))
	v.width = terminal.PageWidthMin
	golden(t, "statement-narrow.txt", printStatement(v))
	v.statement.Status, v.statement.Postings = statusProvisional, nil
	v.limit, v.width = 1, terminal.PageWidthDefault
	golden(t, "statement-provisional.txt", printStatement(v))
}

// A narrow page never runs over, and no line ends in blanks.
func TestStatementKeepsToItsWidth(t *testing.T) {
	for width := terminal.PageWidthMin; width <= terminal.PageWidthMax; width++ {
		v := familiesView(t)
		v.width = width
		for line := range strings.SplitSeq(printStatement(v), "\n") {
			if terminal.Letters(line) > width && !strings.Contains(line, "statement") && !strings.Contains(line, "f0f0") && !strings.Contains(line, "c0c0") && !strings.Contains(line, "e1e1") && !strings.Contains(line, "outturn explain") {
				t.Errorf("width %d: %d letters: %s", width, terminal.Letters(line), line)
			}
			if strings.TrimRight(line, " ") != line {
				t.Errorf("width %d: ends in blanks: %q", width, line)
			}
		}
	}
}

func TestStatementHasColourOnlyWhenAsked(t *testing.T) {
	v := familiesView(t)
	if strings.Contains(printStatement(v), "\x1b") {
		t.Error("control codes without a terminal")
	}
	v.colour = true
	text := printStatement(v)
	if !strings.Contains(text, string(terminal.Red)+"-£700.00"+terminal.StyleEnd) {
		t.Error("money that comes back is not red on a terminal")
	}
	v.colour = false
	if strip(text) != printStatement(v) {
		t.Error("colour changes more than colour")
	}
}

func strip(text string) string {
	for _, code := range []terminal.Style{terminal.Bold, terminal.Dim, terminal.Red, terminal.StyleEnd} {
		text = strings.ReplaceAll(text, string(code), "")
	}
	return text
}

func TestWrap(t *testing.T) {
	for _, test := range []struct {
		text  string
		width int
		want  string
	}{
		{"", 5, ""},
		{"one two", 7, "one two"},
		{"one two", 6, "one|two"},
		{"£££££", 3, "£££|££"},
		{"a bcdef g", 3, "a|bcd|ef|g"},
	} {
		if found := strings.Join(terminal.Wrap(test.text, test.width), "|"); found != test.want {
			t.Errorf("wrap(%q, %d) is %q, expected %q", test.text, test.width, found, test.want)
		}
	}
}

func TestCountedAndGrouped(t *testing.T) {
	for n, want := range map[int]string{0: "0 lines", 1: "1 line", 999: "999 lines", 1000: "1,000 lines", 1234567: "1,234,567 lines"} {
		if found := terminal.Counted(n, "line"); found != want {
			t.Errorf("%d: %q, expected %q", n, found, want)
		}
	}
	if found := terminal.Counted(2, "party") + " " + terminal.Counted(2, "day"); found != "2 parties 2 days" {
		t.Errorf("%q", found)
	}
	if found := terminal.Grouped(-1234); found != "-1,234" {
		t.Errorf("%q", found)
	}
}
