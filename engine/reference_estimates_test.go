package engine_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"outturn/contracts/calendar"
	"outturn/contracts/estimators"
	"outturn/contracts/language"
	"outturn/contracts/money"
	"outturn/engine"
	"outturn/engine/ingest"
)

// The reference cases of the estimators, answered by R, are settled here as contracts: every row of a case becomes a
// unit with its evidence, every option a term, and what the statement says the contract uses must be the text that the
// case settles to. So the road from evidence to estimate is held to the same answers as the estimators themselves.

const referenceFolder = "../fixtures/estimates"

// referenceCase is one case of cases.json, as it is written.
type referenceCase struct {
	ID, Estimator string
	Options       map[string]any
	Data          struct {
		File      string
		Columns   map[string]string
		Inline    map[string]json.RawMessage
		Benchmark string
	}
	Settle struct {
		Decimals int
		Estimate string
	}
}

// asContract is a case turned into a contract and its evidence.
type asContract struct {
	facts, evidence, quantities, extra []string
	of, columns, options               string
	csv                                strings.Builder
	header                             []string
	sides                              bool
}

func TestReferenceEstimatesThroughContracts(t *testing.T) {
	text, err := os.ReadFile(path.Join(referenceFolder, "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []referenceCase }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	done := map[string]bool{}
	for i := range file.Cases {
		c := &file.Cases[i]
		a := turned(t, c)
		if a == nil {
			continue // of repeated cross-sections, or of cohorts already estimated
		}
		done[c.Estimator] = true
		t.Run(c.ID, func(t *testing.T) { a.settles(t, c) })
	}
	for _, e := range estimators.Rows() {
		if name := e.Name; !done[name] && name != "did_cells" { // whose cells are different people: TestEdgesOfEstimates
			t.Errorf("no case of %s was settled as a contract", name)
		}
	}
}

// settles settles the contract and holds what it uses against the case.
func (a *asContract) settles(t *testing.T, c *referenceCase) {
	document := a.document(c)
	k, err := language.Decode("contract.yaml", []byte(document))
	if err != nil {
		t.Fatalf("%v\n%s", err, document)
	}
	s, err := ingest.Open(k, fstest.MapFS{"evidence.csv": {Data: []byte(strings.Join(a.header, ",") + "\n" + a.csv.String())}}, ingest.Options{TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	day := k.Last
	st, err := engine.Settle(k, engine.Occasion{Through: day, CutOff: day, Final: true}, s, engine.Position{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	sum := st.Comparisons[0]
	if sum.State != "known" {
		t.Fatalf("the comparison is %s", sum.State)
	}
	if got, want := plainFigure(t, sum.Figures[0].Used), plainFigure(t, c.Settle.Estimate); !got.Equal(want) {
		t.Errorf("used %s, expected %s", sum.Figures[0].Used, c.Settle.Estimate)
	}
}

// plainFigure reads a figure as the statement prints it: 8.40% is 0.084, and so are 8.40 points.
func plainFigure(t *testing.T, text string) money.Exact {
	t.Helper()
	scale := money.Int(1)
	for _, unit := range []string{"%", " points", " point"} {
		if bare, is := strings.CutSuffix(text, unit); is {
			text, scale = bare, money.Frac(1, 100)
		}
	}
	x, err := money.ParseExact(strings.ReplaceAll(text, ",", ""))
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return x.Mul(scale)
}

// document writes the contract.
func (a *asContract) document(c *referenceCase) string {
	unit := "0." + strings.Repeat("0", c.Settle.Decimals-1) + "1"
	switch {
	case slices.Contains([]string{"prop_ratio", "rate_ratio", "count_model", "baseline_rate"}, c.Estimator), c.Options["measure"] != nil && c.Options["measure"] != "difference":
		unit = "0." + strings.Repeat("0", c.Settle.Decimals-3) + "1%"
	case slices.Contains([]string{"prop_diff", "did_cells", "baseline_prop"}, c.Estimator), c.Options["method"] == "mh_rd", c.Options["method"] == "post_stratified":
		unit = "0." + strings.Repeat("0", c.Settle.Decimals-3) + "1 points"
	}
	against, cohort := "", "  others: {unit: person, joined_by: joined, where: {side: control}, counts: compared_only, clause: c}\n"
	if a.sides {
		against = ", against: others"
	}
	return `outturn: 1
contract: {id: reference, currency: GBP, first: 1950-01-01, last: 2070-12-31, paid_elsewhere: pay}
parties: [{party: payer, role: payer, name: A payer}, {party: provider, role: provider, name: A provider}]
calendar: {settle: year, cut_off: 1 day after, last_cut_off: 2071-12-31, run: "0 6 1 1 *", zone: Europe/London}
rounding: {nearest: £0.01, ties: up, spare: largest_remainder}
periods: {year: {every: 12 months, beginning: 1950-01-01}, month: {every: 1 month, beginning: 1950-01-01}}
units: {cluster_of: {}, person: {part_of: cluster_of, facts: {side: [treated, control], ` + strings.Join(a.facts, ", ") + `}}}
evidence:
  joined: {of: person, as: event}
` + strings.Join(a.evidence, "") + `cohorts:
  ours: {unit: person, joined_by: joined, where: {side: treated}, counts: everyone_who_joined, clause: c}
` + cohort + `quantities:
` + strings.Join(a.quantities, "") + `comparisons:
  found: {estimator: ` + c.Estimator + `, treated: ours` + against + `, of: ` + a.of + strings.Join(a.extra, "") + `, columns: {` + a.columns + `}, options: {` + a.options + `},
    selection: ` + map[bool]string{true: "matched", false: "earlier"}[a.sides] + `, per: contract, fixed_on: 1949-12-31, settles: {effect: {nearest: ` + unit + `, ties: even}}, clause: c}
payments:
  fee: {from: payer, to: provider, per: contract, of: £1.00, when: {found.effect: {observed: yes}}, due: on_evidence, clause: c}
`
}

// turned turns a case into a contract; nil for one whose shape no contract has.
func turned(t *testing.T, c *referenceCase) *asContract {
	t.Helper()
	a := &asContract{of: "outcome_of", sides: true}
	switch {
	case c.Estimator == "pooled", strings.HasPrefix(c.ID, "did_2x2-injury"), c.ID == "did_2x2-panel-cr1":
		return nil
	case c.Data.Inline != nil:
		return a.counts(t, c)
	case c.Estimator == "its", c.Estimator == "did_panel":
		return a.overTime(t, c)
	}
	return a.rows(t, c)
}

// optionsOf writes the options that are stated, but for the names given.
func (a *asContract) optionsOf(c *referenceCase, but ...string) {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(c.Options)) {
		v := c.Options[name]
		if v == nil || slices.Contains(but, name) {
			continue
		}
		switch v := v.(type) {
		case bool:
			parts = append(parts, name+": "+map[bool]string{true: "yes", false: "no"}[v])
		case []any:
			var names []string
			for _, one := range v {
				text := fmt.Sprint(one)
				if name != "trim" {
					text = "x_" + text
				} else {
					text = percent(one.(float64))
				}
				names = append(names, text)
			}
			parts = append(parts, name+": ["+strings.Join(names, ", ")+"]")
		case float64:
			text := strconv.FormatFloat(v, 'f', -1, 64)
			if name == "conf_level" || name == "null_value" && strings.HasPrefix(c.Estimator, "prop_diff") {
				text = percent(v)
				if name == "null_value" {
					text = strings.TrimSuffix(text, "%") + " points"
				}
			}
			parts = append(parts, name+": "+text)
		default:
			parts = append(parts, fmt.Sprintf("%s: %v", name, v))
		}
	}
	a.options = strings.Join(parts, ", ")
}

func percent(v float64) string { return strconv.FormatFloat(v*100, 'f', 6, 64) + "%" }

// table reads a case's data.
func (c *referenceCase) table(t *testing.T) (header []string, rows [][]string) {
	t.Helper()
	text, err := os.ReadFile(path.Join(referenceFolder, c.Data.File))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for _, line := range lines[1:] {
		rows = append(rows, strings.Split(line, ","))
	}
	return strings.Split(lines[0], ","), rows
}

// rows makes a unit of every row: what the estimator reads of it are facts.
func (a *asContract) rows(t *testing.T, c *referenceCase) *asContract {
	header, rows := c.table(t)
	if c.Estimator == "did_2x2" { // two rows a person: after and before
		header, rows = (&referenceCase{Data: struct {
			File      string
			Columns   map[string]string
			Inline    map[string]json.RawMessage
			Benchmark string
		}{File: "data/anorexia_ft.csv"}}).table(t)
		c.Data.Columns = map[string]string{"outcome": "post", "before": "pre", "treat": "treat"}
	}
	treat := c.Data.Columns["treat"] + c.Data.Columns["assigned"]
	a.sides = treat != ""
	a.header = []string{"kind", "day", "cluster_of", "person", "side"}
	var used []int
	for i, name := range header {
		if name == treat || name == c.Data.Columns["id"] || name == c.Data.Columns["cluster"] {
			continue
		}
		if !slices.Contains(slices.Collect(maps.Values(c.Data.Columns)), name) && !named(c, name) {
			continue
		}
		kind := "number"
		if name == c.Data.Columns["received"] {
			kind = "yes/no"
		}
		used = append(used, i)
		a.facts = append(a.facts, "x_"+name+": "+kind)
		a.header = append(a.header, "x_"+name)
	}
	var columns []string
	for role, name := range c.Data.Columns {
		switch role {
		case "outcome":
			a.quantities = append(a.quantities, "  outcome_of: {is: x_"+name+", per: person}\n")
		case "pre":
			columns = append(columns, "before: x_"+name)
		case "cluster":
			columns = append(columns, "cluster: cluster_of")
		case "exposure", "received", "expected", "before":
			columns = append(columns, role+": x_"+name)
		}
	}
	slices.Sort(columns)
	a.columns = strings.Join(columns, ", ")
	if c.Data.Benchmark != "" {
		a.extra = append(a.extra, ", benchmark: "+c.Data.Benchmark)
	}
	a.optionsOf(c)
	at := func(name string) int { return slices.Index(header, name) }
	for n, row := range rows {
		key, cluster, side := fmt.Sprintf("P%06d", n), fmt.Sprintf("C%06d", n), "treated"
		if i := at(c.Data.Columns["id"]); i >= 0 {
			id, _ := strconv.Atoi(row[i])
			key, cluster = fmt.Sprintf("P%06d", id), fmt.Sprintf("C%06d", id)
		}
		if i := at(c.Data.Columns["cluster"]); i >= 0 {
			cluster = "C" + row[i]
		}
		if a.sides && row[at(treat)] == "0" {
			side = "control"
		}
		cells := []string{"joined", "1950-01-02", cluster, key, side}
		for _, i := range used {
			text := row[i]
			if header[i] == c.Data.Columns["received"] {
				text = map[string]string{"0": "no", "1": "yes"}[text]
			}
			cells = append(cells, text)
		}
		a.csv.WriteString(strings.Join(cells, ",") + "\n")
	}
	return a
}

// named says whether an option names a column.
func named(c *referenceCase, column string) bool {
	for _, name := range []string{"covariates", "factors", "exact"} {
		if list, ok := c.Options[name].([]any); ok && slices.Contains(list, any(column)) {
			return true
		}
	}
	return false
}

// overTime makes a panel or a series: a reading for each unit and period.
func (a *asContract) overTime(t *testing.T, c *referenceCase) *asContract {
	header, rows := c.table(t)
	at := func(role string) int { return slices.Index(header, c.Data.Columns[role]) }
	if c.Estimator == "its" {
		a.sides = false
		a.evidence = []string{"  seen: {of: contract, as: reading, each: month, says: {y: number}, if_none: unknown}\n"}
		a.quantities = []string{"  outcome_of: {latest: seen.y, per: month}\n"}
		a.optionsOf(c, "season_column", "harmonics", "start")
		start := int(c.Options["start"].(float64))
		a.options += ", start: " + monthOf(start)
		if c.Options["season_column"] != nil {
			a.options += ", season: 12"
		}
		if h, ok := c.Options["harmonics"].(map[string]any); ok {
			a.options += fmt.Sprintf(", harmonics: %v, harmonics_period: %v", h["count"], h["period"])
		}
		a.extra = []string{", in: 1950-01-01 to " + lastOf(len(rows))}
		a.header = []string{"kind", "day", "y"}
		for _, row := range rows {
			n, _ := strconv.Atoi(row[at("time")])
			a.csv.WriteString("seen," + monthOf(n) + "," + row[at("outcome")] + "\n")
		}
		// One treated person stands for the place whose series it is.
		a.header = []string{"kind", "day", "y", "cluster_of", "person", "side"}
		padded := strings.ReplaceAll(a.csv.String(), "\n", ",,,\n")
		a.csv.Reset()
		a.csv.WriteString(padded + "joined,1950-01-02,,C1,P1,treated\n")
		return a
	}
	return a.panel(c, header, rows, at)
}

// monthOf is the first day of the month of a number, from January 1950.
func monthOf(n int) string { return fmt.Sprintf("%04d-%02d-01", 1950+(n-1)/12, (n-1)%12+1) }

func lastOf(n int) string {
	return (calendar.MustDate(monthOf(n+1)) - 1).String()
}

// panel makes a person of each unit of a panel, the year of each time, and a reading for both.
func (a *asContract) panel(c *referenceCase, header []string, rows [][]string, at func(string) int) *asContract {
	a.evidence = []string{"  seen: {of: person, as: reading, each: month, says: {y: number, now: yes/no, x: {type: number, optional: yes}}, if_none: unknown}\n"}
	a.quantities = []string{"  outcome_of: {latest: seen.y, in: beginning with joined, per: [person, month], dated: seen}\n", "  now_of: {latest: seen.now, in: beginning with joined, per: [person, month], dated: seen}\n", "  x_x: {latest: seen.x, in: beginning with joined, per: [person, month], dated: seen}\n"}
	a.columns = "treated_now: now_of"
	if at("cluster") >= 0 {
		a.columns += ", cluster: cluster_of"
	}
	a.optionsOf(c)
	var times []int
	ever := map[string]bool{}
	for _, row := range rows {
		n, _ := strconv.Atoi(row[at("time")])
		times = append(times, n)
		ever[row[at("unit")]] = ever[row[at("unit")]] || row[at("treated_now")] == "1"
	}
	least, most := slices.Min(times), slices.Max(times)
	a.extra = []string{", in: 1950-01-01 to " + lastOf(most-least+1)}
	a.header = []string{"kind", "day", "cluster_of", "person", "side", "y", "now", "x"}
	joined := map[string]bool{}
	for i, row := range rows {
		unit := row[at("unit")]
		key, cluster := "P"+unit, "C"+unit
		if at("cluster") >= 0 {
			cluster = "C" + row[at("cluster")]
		}
		if !joined[unit] {
			joined[unit] = true
			a.csv.WriteString("joined,1950-01-01," + cluster + "," + key + "," + map[bool]string{true: "treated", false: "control"}[ever[unit]] + ",,,\n")
		}
		x := ""
		if named(c, "x") {
			x = row[slices.Index(header, "x")]
		}
		a.csv.WriteString("seen," + monthOf(times[i]-least+1) + "," + cluster + "," + key + ",," + row[at("outcome")] + "," + yesText(row[at("treated_now")] == "1") + "," + x + "\n")
	}
	return a
}

// inlineArm is one arm of counts.
type inlineArm struct{ Events, N, Exposure json.Number }

// counts makes people of one side and states the other as counts, or makes people of all strata.
func (a *asContract) counts(t *testing.T, c *referenceCase) *asContract {
	arm := func(name string) (out inlineArm, is bool) {
		raw, is := c.Data.Inline[name]
		if is {
			if err := json.Unmarshal(raw, &out); err != nil {
				t.Fatal(err)
			}
		}
		return out, is
	}
	a.optionsOf(c)
	a.facts = []string{"y: number", "yes_y: yes/no", "before_y: yes/no", "time_at_risk: number", "stratum: number"}
	a.header = []string{"kind", "day", "cluster_of", "person", "side", "y", "yes_y", "before_y", "time_at_risk", "stratum"}
	exposed := strings.Contains(c.Estimator, "rate") || c.Options["method"] == "mh_irr" || c.Options["method"] == "mh_ird"
	a.quantities = []string{"  outcome_of: {is: " + map[bool]string{true: "y", false: "yes_y"}[exposed] + ", per: person}\n"}
	if exposed {
		a.columns = "exposure: time_at_risk"
	}
	n := 0
	people := func(side string, of inlineArm, before int64, stratum int) bool {
		if exposed { // one person who had them all, over all the time
			n++
			fmt.Fprintf(&a.csv, "joined,1950-01-02,C%d,P%06d,%s,%s,no,no,%s,%d\n", n, n, side, of.Events, of.Exposure, stratum)
			return true
		}
		events, _ := of.Events.Int64()
		size, _ := of.N.Int64()
		if size > 10_000 {
			return false
		}
		for i := range size {
			n++
			fmt.Fprintf(&a.csv, "joined,1950-01-02,C%d,P%06d,%s,0,%s,%s,0,%d\n", n, n, side, yesText(i < events), yesText(i < before), stratum)
		}
		return true
	}
	if raw, is := c.Data.Inline["benchmark"]; is {
		text := strings.Trim(string(raw), `"`)
		if !exposed {
			text = percentText(t, text)
		}
		a.extra, a.sides = []string{", benchmark: " + text}, false
	}
	switch treated, is := arm("treated"); {
	case is:
		control, both := arm("control")
		if !people("treated", treated, 0, 0) {
			return nil
		}
		if both {
			a.sides = false
			over := "n: " + string(control.N)
			if exposed {
				over = "exposure: " + string(control.Exposure)
			}
			a.extra = []string{", control: {events: " + string(control.Events) + ", " + over + "}"}
		}
		return a
	case c.Estimator == "stratified":
		return a.strata(t, c, people)
	}
	return nil
}

func yesText(yes bool) string { return map[bool]string{true: "yes", false: "no"}[yes] }

func percentText(t *testing.T, text string) string {
	x, err := money.ParseExact(text)
	if err != nil {
		t.Fatal(err)
	}
	return x.Mul(money.Int(100)).String() + "%"
}

func (a *asContract) strata(t *testing.T, c *referenceCase, people func(string, inlineArm, int64, int) bool) *asContract {
	var strata []struct{ Treated, Control inlineArm }
	if err := json.Unmarshal(c.Data.Inline["strata"], &strata); err != nil {
		t.Fatal(err)
	}
	a.columns = strings.TrimPrefix(a.columns+", stratum: stratum", ", ")
	for i, s := range strata {
		if !people("treated", s.Treated, 0, i) || !people("control", s.Control, 0, i) {
			return nil
		}
	}
	return a
}
