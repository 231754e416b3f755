package main

import (
	"strings"
	"testing"

	"outturn/engine/statements"
)

// sharedView is a statement with a basket, what others paid, and days in the shadow.
func sharedView(t *testing.T) view {
	t.Helper()
	v := workedView(t)
	v.statement.Overlaps = []statements.OverlapSum{{Name: "basket", Clause: "schedule 3", Per: []string{"family", "contract_year"}, Payments: []statements.OverlapLine{
		{Payment: "child_fee", With: []int{2410, 7}, Sum: pounds(t, "£0.00")}, {Payment: "work_fee", With: []int{7, 38}, Refused: 5, Sum: pounds(t, "£7500.00")}}}}
	v.statement.Elsewhere = []statements.ElsewhereSum{{Register: "european_fund", Payment: "work_fee", Outcomes: 3, Sum: pounds(t, "£4500.00")}}
	v.statement.Shadow = &statements.ShadowSum{Payments: []statements.ShadowPayment{{Payment: "job_fee", Clause: "schedule 4", Count: "1200", WouldBe: pounds(t, "£900.00"), ToDate: pounds(t, "£600.00"), Shadow: pounds(t, "£300.00")}},
		Due: []statements.ShadowParty{{Party: "council", WouldBe: pounds(t, "-£900.00"), ToDate: pounds(t, "-£600.00"), Shadow: pounds(t, "-£300.00")}, {Party: "charity", WouldBe: pounds(t, "£0.00"), ToDate: pounds(t, "£0.00"), Shadow: pounds(t, "£0.00")}}}
	return v
}

// Overlaps, what others paid and the shadow stand on the statement and on its page.
func TestStatementSaysWhatIsClaimedTogetherAndInTheShadow(t *testing.T) {
	text := strings.Join(strings.Fields(printStatement(sharedView(t))), " ")
	for _, want := range []string{"Claimed together, each family and contract year (basket, schedule 3)", "1 child fee 2,410 7 0 £0.00", "2 work fee 7 38 5 £7,500.00",
		"european fund work fee 3 £4,500.00", "In the shadow: shown, and paid by nobody", "job fee 1,200 £900.00 £600.00 £300.00", "council -£900.00 -£600.00 -£300.00"} {
		if !strings.Contains(text, want) {
			t.Errorf("the statement does not say %q", want)
		}
	}
	if strings.Contains(text, "charity £0.00 £0.00 £0.00") {
		t.Error("the statement says of a party that nothing of it is in the shadow")
	}
	page := htmlOf(t, sharedView(t))
	wellFormed(t, page)
	for _, want := range []string{"Claimed together, each family and contract year", `<tr><th scope="row">2 work fee</th><td class="n">7</td><td class="n">38</td><td class="n">5</td><td class="n">£7,500.00</td></tr>`,
		`<tr><th scope="row">european fund</th><td>work fee</td><td class="n">3</td><td class="n">£4,500.00</td></tr>`,
		`<tr><th scope="row">job fee</th><td class="n">1,200</td><td class="n">£900.00</td><td class="n">£600.00</td><td class="n">£300.00</td></tr>`,
		`<tr><th scope="row">council</th><td class="n back">-£900.00</td><td class="n back">-£600.00</td><td class="n back">-£300.00</td></tr>`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}
