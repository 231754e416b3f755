package main

import (
	"html"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"outturn/cmd/outturn/terminal"
	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine/statements"
)

// The fixtures whose statements have between them all that a page shows of savings and partners, and the days of their
// settlements.
var workedFixtures = map[string][]string{
	"west-cheshire-safer-communities": {"2014-03-31", "2015-03-31", "2016-03-31"},
	"west-cheshire-assets":            {"2014-03-31"},                             // ratings
	"west-cheshire-early-support":     {"2014-03-31", "2015-03-31", "2016-03-31"}, // baselines
	"total-place":                     {"2011-03-31", "2012-03-31"},               // the register, figures in three states
	"life-programme":                  {"2012-03-31", "2013-03-31", "2014-03-31"}, // in kind, streams, partners
}

func workedViewOf(t *testing.T, fixture string) view {
	t.Helper()
	f, statements := settled(t, fixture, workedFixtures[fixture]...)
	return view{contract: f.contract, statement: statements[len(statements)-1], limit: 100, width: terminal.PageWidthDefault}
}

// cellsOf are the cells of a page as a reader sees them, each as often as it stands there.
func cellsOf(page string) map[string]int {
	cells := map[string]int{}
	for _, open := range []string{"<td", "<th"} {
		for _, rest := range strings.Split(page, open)[1:] {
			_, text, _ := strings.Cut(rest, ">")
			text, _, _ = strings.Cut(text, "</t")
			text, _, _ = strings.Cut(text, "<br>")
			cells[html.UnescapeString(text)]++
		}
	}
	return cells
}

// Every figure that a statement has of its savings, baselines, register, streams and partners stands on its page, as it was
// settled.
func TestPageShowsEveryFigureThatWasWorkedOut(t *testing.T) {
	for fixture := range workedFixtures {
		t.Run(fixture, func(t *testing.T) {
			v := workedViewOf(t, fixture)
			page := htmlOf(t, v)
			wellFormed(t, page)
			cells := cellsOf(page)
			for _, want := range v.wanted() {
				if cells[want] == 0 {
					t.Errorf("no cell says %q", want)
				}
			}
			if strings.Contains(page, "ZgotmplZ") || strings.Contains(page, "<script") {
				t.Error("the page holds what was refused, or a script")
			}
		})
	}
}

// wanted are the figures that must stand in cells: all that is worked out beside payments and comparisons.
func (v view) wanted() []string {
	var all []string
	amounts := func(of any) {
		each := reflect.ValueOf(of)
		for i := range each.NumField() {
			if a, ok := each.Field(i).Interface().(money.Amount); ok {
				all = append(all, v.money(a))
			}
		}
	}
	steps := func(steps []statements.Step) {
		for _, s := range terminal.Folded(steps) {
			all = append(all, terminal.Words(s.Name), s.Text, s.Value, s.Clause)
		}
	}
	st := v.statement
	for _, s := range st.Savings {
		for _, f := range s.Figures {
			steps(f.Steps)
			for _, test := range f.Tests {
				all = append(all, terminal.Words(test.Test), test.Why)
			}
			for _, share := range f.Shares {
				all = append(all, v.money(share.Amount))
			}
			if f.ComesTo != nil {
				all = append(all, v.money(*f.ComesTo))
			}
		}
	}
	for _, b := range st.Baselines {
		for _, f := range b.Figures {
			steps(f.Steps)
		}
	}
	for _, f := range st.Figures {
		for _, one := range f.Values {
			all = append(all, one.Standing, one.Is)
		}
	}
	for _, a := range st.Assumptions {
		for _, one := range a.Versions {
			all = append(all, one.Is, one.Source)
		}
	}
	for _, k := range st.InKind {
		for _, f := range k.Figures {
			all = append(all, f.Offered, f.Accepted, f.Price, v.money(f.Value))
		}
	}
	for _, s := range st.Streams {
		all = append(all, v.money(s.PutIn), v.money(s.PaidIn), v.money(s.Paid), v.money(s.Holds))
	}
	if st.Partnership != nil {
		for _, one := range append(st.Partnership.Partners, st.Partnership.Sides...) {
			amounts(one)
		}
	}
	out := all[:0]
	for _, text := range all {
		if text != "" {
			out = append(out, text)
		}
	}
	return out
}

// What was worked out by hand in the fixtures' READMEs stands where a reader looks for it.
func TestPageOfSavingsAndPartners(t *testing.T) {
	for fixture, wants := range map[string][]string{
		"west-cheshire-safer-communities": {`<h4>for financial year 2, 1 April 2014 to 31 March 2015</h4>`, `<td>violence.corrected * 40% = £151,164.00 * 40%</td><td class="n">£60,465.60</td>`,
			`<tfoot><tr><th scope="row">cashable</th><td class="n">£60,465.60</td></tr></tfoot>`, `<tr><th scope="row">origin</th><td>prevention</td></tr>`,
			// £78,302.95 and £60,465.60, and what came off on the way
			`id="waterfall-1-title">violence: from all outcomes to whose it is`, "cashable £138,768.55", "Unit Cost Database v1.4"},
		"west-cheshire-assets":        {"rated partial", `<tr><th scope="row">impact on services</th><td class="missed">no</td>`, `<tr><th scope="row">realised</th><td class="passed">yes</td>`},
		"west-cheshire-early-support": {`<section id="baselines">`, "universal credit: approved by The council", "evidence of grade 4 of 6"},
		"total-place":                 {`<section id="figures">`, `<section id="assumptions">`, `<td>certified</td><td class="n">£19,400,000.00</td>`},
		"life-programme": {`<section id="in-kind">`, `<section id="streams">`, "Blocked: £60,000.00 of from setup", `id="flows-title"`,
			`<tfoot><tr><th scope="row">taxpayer</th>`, `<td class="n back">-£17,400.00</td>`},
	} {
		page := htmlOf(t, workedViewOf(t, fixture))
		for _, want := range wants {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page does not say %q", fixture, want)
			}
		}
		if fixture != "life-programme" && strings.Contains(page, `id="partnership"`) {
			t.Errorf("%s has no partners, and its page a section of them", fixture)
		}
	}
}

// Text of a contract or of evidence stays text in these sections too.
func TestPageOfSavingsEscapes(t *testing.T) {
	const evil = `"'><script>alert(1)</script><img src=x onerror=alert(1)></h4></td>{{.}}`
	for fixture := range workedFixtures {
		v := workedViewOf(t, fixture)
		poison(reflect.ValueOf(&v.statement).Elem(), evil)
		for i := range v.contract.Parties {
			v.contract.Parties[i].Name = evil
		}
		page := htmlOf(t, v)
		wellFormed(t, page)
		for _, tag := range []string{"<script", "<img"} {
			if strings.Contains(page, tag) {
				t.Errorf("%s: %s came through as it was", fixture, tag)
			}
		}
	}
}

// TestPagesOfSavingsInABrowser opens them as people do.
func TestPagesOfSavingsInABrowser(t *testing.T) {
	ctx := browser(t)
	for fixture, want := range map[string]seenPage{
		"west-cheshire-assets":        {Title: "Settlement statement 1, west-cheshire-assets"},
		"west-cheshire-early-support": {Title: "Settlement statement 3, west-cheshire-early-support"},
		"total-place":                 {Title: "Settlement statement 2, total-place"},
		"life-programme":              {Title: "Settlement statement 3, life-programme"},
	} {
		page := htmlOf(t, workedViewOf(t, fixture))
		want.Plots, want.Tables = strings.Count(page, `<svg class="plot"`), strings.Count(page, "<table")
		file := filepath.Join(t.TempDir(), "statement.html")
		if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
		lookAtWidths(t, ctx, file, fixture, want)
	}
}

// Admissions would have been 445, 450, 455 and 460 a quarter on the line of the eight before, as the fixture's README works
// out; what came, less that, is -26 on average, which is the effect.
func TestPageDrawsTheLineBeforeCarriedOn(t *testing.T) {
	f, statements := settled(t, "admissions-trend", "2015-12-31", "2016-03-31")
	v := view{contract: f.contract, statement: statements[1], limit: 100, width: terminal.PageWidthDefault}
	page := htmlOf(t, v)
	wellFormed(t, page)
	for _, want := range []string{`<th scope="col" class="n">line before</th>`, `<polyline class="line"`, "the line before, carried on",
		`<td class="n">427</td><td class="n">445</td><td>after</td>`, `<td class="n">430</td><td class="n">460</td><td>after</td>`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	c := v.comparisons()[0]
	var after, apart money.Exact
	for i, row := range c.Trend {
		came, err := money.ParseExact(row.Treated)
		if err != nil {
			t.Fatal(err)
		}
		line, err := money.ParseExact(c.line[i])
		if err != nil {
			t.Fatal(err)
		}
		if row.After {
			after, apart = after.Add(money.Int(1)), apart.Add(came.Sub(line))
		}
	}
	if mean, _ := apart.Quo(after); mean.String() != c.found() || mean.Cmp(money.Int(-26)) != 0 {
		t.Errorf("what came is %s from the line, and the effect %s", mean, c.found())
	}
	// With a season there is no such line, nor in a panel.
	for i := range v.contract.Comparisons {
		v.contract.Comparisons[i].Options = append(v.contract.Comparisons[i].Options, contracts.CompareOption{Name: "season", Figures: []money.Exact{money.Int(4)}})
	}
	if page := htmlOf(t, v); strings.Contains(page, `class="line"`) || strings.Contains(page, "line before") {
		t.Error("a line is drawn where the comparison has none")
	}
	if page := htmlOf(t, comparedView(t)); strings.Contains(page, "line before") {
		t.Error("a line is drawn beside a panel")
	}
}
