package ingest

import (
	"strings"
	"testing"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine/evidence"
)

// written returns the canonical text of a snapshot: the whole-contract items, then the trees.
func written(t *testing.T, c *contracts.Contract, s evidence.Snapshot) string {
	t.Helper()
	b := evidence.AppendItems(nil, c, s.Whole())
	for shard := range s.Shards() {
		for tree, err := range s.Units(shard) {
			if err != nil {
				t.Fatal(err)
			}
			b = evidence.AppendTree(b, c, tree)
		}
	}
	return string(b)
}

func lines(text ...string) string { return strings.Join(text, "\n") + "\n" }

func TestFromExamplesReadsTheDocumentsOwnExample(t *testing.T) {
	c := families()
	m, err := FromExamples(c, []contracts.ExampleItem{
		item(1, "adult", "M", "family", "F"),
		item(2, "attachment", "2012-06-01", "family", "F", "area", "south"),
		item(3, "employment", "2012-09-03 to 2013-02-01", "adult", "M"),
		item(4, "attendance", "2013-01-07", "pupil", "K", "attended", "85.50%", "family", "F"),
		item(5, "confirmation", "2015-03-01", "partner", "nhs", "taken_out", "£48,000.00"),
		item(6, "evaluation", "2014-01-01", "cohort", "2", "treated", "1.420"),
	}, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := lines(
		"\tevaluation\t2014-01-01\t\t1.42\tcohort=2",
		"\tconfirmation\t2015-03-01\t\t48000\tparty=nhs",
		"family\tF\t\tsouth\t",
		"\tattachment\t2012-06-01\t",
		"adult\tM\t0",
		"\temployment\t2012-09-03\t2013-02-01",
		"pupil\tK\t0\t",
		"\tattendance\t2013-01-07\t\t0.855")
	if got := written(t, c, m); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if s := m.Summary(); s.Units != 3 || s.Items != 5 || s.Late != 0 || s.Standing[evidence.Stands] != 5 {
		t.Errorf("summary %+v", s)
	}
}

func TestFromExamplesLeavesOutWhatWasLearnedAfterTheCutOff(t *testing.T) {
	c := families()
	m, err := FromExamples(c, []contracts.ExampleItem{
		item(1, "attachment", "2012-06-01", "family", "F"),
		item(2, "exclusion", "2012-06-01", "pupil", "K", "family", "F", "learned", "2012-07-02"),
		item(3, "exclusion", "2012-06-02", "pupil", "K", "family", "F", "learned", "2012-07-01"),
	}, calendar.MustDate("2012-07-01"))
	if err != nil {
		t.Fatal(err)
	}
	if s := m.Summary(); s.Late != 1 || s.Items != 2 {
		t.Errorf("summary %+v: one item was learned a day too late", s)
	}
}

func TestWithdrawalTakesBackACorrectionAndNothingComesBack(t *testing.T) {
	c := families()
	m, err := FromExamples(c, []contracts.ExampleItem{
		item(1, "attachment", "2012-06-01", "family", "F", "id", "a"),
		item(2, "attachment", "2012-06-05", "family", "F", "id", "b", "corrects", "a", "learned", "2012-07-01"),
		item(3, "withdraws", "b", "family", "F", "learned", "2012-08-01"),
	}, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := lines("family\tF\t\t\t",
		"\tattachment\t2012-06-01\t\tid=a\tcorrected",
		"\tattachment\t2012-06-05\t\tlearned=2012-07-01\tid=b\tpoints=a\twithdrawn",
		"\tattachment\t2012-06-05\t\tlearned=2012-08-01\tpoints=b\twithdrawing")
	if got := written(t, c, m); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestExampleFaultsAreAllReportedWithTheirLines(t *testing.T) {
	_, err := FromExamples(families(), []contracts.ExampleItem{
		item(7, "atachment", "2012-06-01", "family", "F"),
		item(8, "attachment", "2012-06-31", "family", "F"),
		item(9, "employment", "2012-09-03 to", "adult", "M", "family", "F"),
		item(10, "exclusion", "2012-09-03", "pupil", "Z"),
		item(11, "confirmation", "2015-03-01", "partner", "nsh", "taken_out", "1e5"),
		item(12, "attachment", "2012-06-01", "family", "F", "corrects", "q"),
	}, 0)
	if err == nil {
		t.Fatal("no fault")
	}
	for _, want := range []string{"line 7, atachment", "did you mean attachment?", "line 8, attachment", "June 2012 has days 1 to 30",
		"line 9, employment", "its last day is not given", "line 10, pupil: \"Z\"", "no row says which family",
		"line 11, partner: \"nsh\"", "write nhs or police", "line 11, taken_out: \"1e5\": an exponent is not read", "line 12", "points at the id \"q\""} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("missing %q in\n%s", want, err)
		}
	}
}
