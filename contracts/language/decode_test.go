package language

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/document"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/contracts/sentences"
)

// good returns the contracts that must decode without a fault, by their files.
func good(t testing.TB) map[string][]byte {
	files, err := filepath.Glob("testdata/good/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no good contracts: %v", err)
	}
	all := map[string][]byte{}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[file] = b
	}
	return all
}

func decoded(t *testing.T, name string) *contracts.Contract {
	t.Helper()
	c, err := Decode(name, good(t)["testdata/good/"+name+".yaml"])
	if err != nil {
		t.Fatalf("%s", err)
	}
	return c
}

func TestGoodContractsDecode(t *testing.T) {
	for file, document := range good(t) {
		if _, err := Decode(filepath.Base(file), document); err != nil {
			t.Errorf("%s", err)
		}
	}
}

// JSON is a subset: the same contract written as JSON is the same model.
func TestJSONIsAccepted(t *testing.T) {
	document := good(t)["testdata/good/work-programme.yaml"]
	asJSON, err := json.Marshal(valuesOf(document))
	if err != nil {
		t.Fatal(err)
	}
	a, err := Decode("a", document)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Decode("b", asJSON)
	if err != nil {
		t.Fatal(err)
	}
	// A map has no order, so only what has one is compared: the parties, and the money of the rows.
	if len(a.Parties) != 2 || a.Parties[0] != b.Parties[0] || a.Parties[1] != b.Parties[1] || len(a.Refs) != len(b.Refs) {
		t.Errorf("the JSON contract differs: %+v %+v", a.Parties, b.Parties)
	}
}

func TestWorkProgrammeModel(t *testing.T) {
	c := decoded(t, "work-programme")
	if c.ID != "work-programme" || c.Currency.Code != "GBP" || c.PaidElsewhere != contracts.ElsewhereRefuse || c.Spare.Party != -1 {
		t.Errorf("the head: %s %s %d %d", c.ID, c.Currency.Code, c.PaidElsewhere, c.Spare.Party)
	}
	if want := (money.Rounding{Mode: money.Nearest, Ties: money.TiesUp, Unit: money.Frac(1, 100)}); c.Rounding.String() != want.String() {
		t.Errorf("rounding %s, expected %s", c.Rounding, want)
	}
	if c.Calendar.CutOff != (calendar.Length{N: 10}) || c.Calendar.LastCutOff != calendar.MustDate("2019-09-30") || c.Periods[c.Calendar.Settle].Name != "month" {
		t.Errorf("the calendar: %+v", c.Calendar)
	}
	// The eighth contract year begins on 2018-04-01 and ends with the contract.
	if s, ok := c.Periods[1].Series.Span(8); !ok || s.String() != "2018-04-01 to 2019-03-31" {
		t.Errorf("contract year 8 is %s", s)
	}
	job := c.Measures[0]
	if job.Form != contracts.AsSoonAs || job.When.Test != contracts.AtLeast || c.Refs[job.When.Slot].Name != "time_worked" || job.When.Bound.String() != "rate_card.weeks_needed" ||
		*job.In.Length != (calendar.Length{N: 104, Unit: calendar.Week}) || job.In.Edge != contracts.BeginningWith || job.In.Day.Kind != contracts.DayItem {
		t.Errorf("job_outcome: %+v", job)
	}
	sustained := c.Measures[1]
	if sustained.Form != contracts.EveryRun || sustained.Every.N != 4 || c.Quantities[sustained.Run].Name != "off_benefit_work" || sustained.In.Edge != contracts.After ||
		sustained.In.Day.Kind != contracts.DayMeasure || sustained.Until.Kind != contracts.DayQuantity || c.Quantities[sustained.Until.Index].Name != "last_break" {
		t.Errorf("sustained: %+v", sustained)
	}
	threshold := c.Quantities[6]
	if threshold.Type != formula.Number || threshold.Rounded.Mode != money.Up || threshold.Per.FactOf != 0 || len(threshold.Per.Periods) != 1 {
		t.Errorf("threshold: %+v", threshold)
	}
	incentive := c.Payments[3]
	if incentive.For != contracts.ForFigure || incentive.Hurdle.PaysOn != contracts.PaysExcess || incentive.Hurdle.Test.Test != contracts.MoreThan || incentive.When.Op != contracts.AllOf || len(incentive.When.Parts) != 2 {
		t.Errorf("incentive: %+v", incentive)
	}
	price := c.Tables[0]
	if len(price.Rows) != 6 || price.Otherwise == nil || price.Dated.Kind != contracts.DayItem || price.Per.Unit != 0 || len(price.Per.Periods) != 0 {
		t.Errorf("attachment_price: %+v", price)
	}
	if m := price.Rows[1].Match; m[0].Values[0].Num.String() != "1" || len(m[1].Values) != 2 || m[1].Values[0].Num.String() != "5" {
		t.Errorf("the second row matches %+v", m) // esa_new is the sixth choice
	}
}

func TestMedicareModel(t *testing.T) {
	c := decoded(t, "medicare")
	shared := c.Payments[0]
	if shared.For != contracts.ForSum || shared.Of.String() != "saving" || c.Parties[shared.To.Party].Each != 0 || shared.Rest == nil || shared.Rest.Party != 0 {
		t.Errorf("shared_saving: %+v", shared)
	}
	var ops []string
	for _, s := range shared.Then {
		ops = append(ops, fmt.Sprint(s.Op)+" "+s.By.String())
	}
	if got := strings.Join(ops, "; "); got != "1 terms.savings_share; 1 quality; 2 2%; 3 terms.savings_cap * benchmark" {
		t.Errorf("the steps are %s", got)
	}
	if l := c.Quantities[0].Per; l.Unit != 0 || len(l.Periods) != 1 { // loss reads a field of one reading a year
		t.Errorf("loss stands per %+v", l)
	}
	if q := c.Quantities[1]; q.Type != formula.Rate || q.Rounded.Unit.String() != "0.0001" {
		t.Errorf("saving_rate: %+v", q)
	}
	if due := c.Examples[0].Due; due[1].Party != "A1539" || due[1].Amount.String() != "-894285.00" {
		t.Errorf("the example is due %+v", due)
	}
}

func TestPeterboroughModel(t *testing.T) {
	c := decoded(t, "peterborough")
	re, all := c.Comparisons[0], c.Comparisons[1]
	if re.Estimator != contracts.EstimatorCertified || re.Per.Cohort != 0 || re.CertifiedBy != 2 || re.Settles[contracts.CompareEffect].Unit.String() != "0.0001" {
		t.Errorf("reconvictions: %+v", re)
	}
	if all.Pools != 0 || all.Covers != contracts.CoversAll || all.Treated != 0 || all.Per.Cohort != -1 {
		t.Errorf("overall: %+v", all)
	}
	if c.Evidence[2].Of != contracts.OfCohort || c.Cohorts[0].CloseAt != 1000 || c.Cohorts[0].CloseAfter.N != 24 || !c.Cohorts[0].NextOpens || c.Cohorts[1].Counts != contracts.CountsComparedOnly {
		t.Errorf("the cohorts: %+v", c.Cohorts)
	}
	if p := c.Payments[0]; p.From.Division != 0 || p.Per.Cohort != 0 || p.Hurdle.Test.Bound.String() != "10%" {
		t.Errorf("cohort_reduction: %+v", p)
	}
	if tr := c.Divisions[0].Tranches[0]; len(tr.Parties) != 2 || tr.Weights[1].String() != "37.5%" {
		t.Errorf("outcome_payers: %+v", tr)
	}
	if g := c.Examples[0].Given; len(g) != 2 || g[1].Cohort != 2 || g[1].Figures[contracts.CompareTreated].Num.String() != "1.4" || len(g[1].Figures) != 3 {
		t.Errorf("given: %+v", g)
	}
}

func TestSentences(t *testing.T) {
	var printed strings.Builder
	for _, name := range []string{"troubled-families", "work-programme", "medicare", "peterborough"} {
		c := decoded(t, name)
		printed.WriteString("== " + name + "\n")
		for _, p := range c.Payments {
			printed.WriteString(p.Sentence + "\n")
		}
		printed.WriteString("-- beside the payments\n" + strings.Join(sentences.Of(c), "\n") + "\n-- choices\n")
		for _, choice := range sentences.Choices(c) {
			fmt.Fprintf(&printed, "%s: %s: %s\n", choice.Where, choice.Choice, choice.Stated)
		}
		printed.WriteString("\n")
	}
	golden(t, "testdata/sentences.txt", printed.String())
}

// Each document costs little, whatever it holds: limits are hit, not time.
func TestLimits(t *testing.T) {
	deep := strings.Repeat("[", 70) + strings.Repeat("]", 70)
	things := "outturn: 1\ncontract: {id: a, currency: GBP, first: 2020-01-01, last: 2020-12-31, paid_elsewhere: pay}\nquantities:\n"
	for i := range document.ThingsMax + 1 {
		things += fmt.Sprintf("  q%d: {is: 1}\n", i)
	}
	for _, one := range []struct{ name, document, message string }{
		{"too long", strings.Repeat("#", document.DocumentMax+1), "at most 4194304 are read"},
		{"too deep", deep, "at most 200000 values and 64 levels"},
		{"too many values", "[" + strings.Repeat("a,", document.NodesMax) + "a]", "at most 200000 values"},
		{"too many things", things, "at most 5000"},
		{"a long text", "outturn: 1\ncontract: " + strings.Repeat("x", document.TextMax+1), "more than 4000 characters"},
		{"a long name", strings.Replace(things[:strings.Index(things, "  q1:")], "q0", "q"+strings.Repeat("0", document.NameMax), 1), "at most 64 characters"},
		{"nothing", "", "the document is empty"},
		{"only a comment", "# nothing\n", "the document is empty"},
		{"a text", "hello", "expected a contract"},
		{"nothing but faults", strings.Repeat("a: 1\n", document.FaultsMax+10), "the reading ended at 500 faults"},
	} {
		_, err := Decode(one.name, []byte(one.document))
		var faults *document.Faults
		if !errors.As(err, &faults) || !strings.Contains(err.Error(), one.message) {
			t.Errorf("%s: expected %q, found %.300v", one.name, one.message, err)
		}
	}
}
