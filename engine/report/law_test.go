package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/language"
	"outturn/contracts/money"
	"outturn/engine"
	"outturn/engine/ingest"
	"outturn/engine/proof"
	"outturn/engine/report"
	"outturn/engine/statements"
)

// agreement is a drawn partnership of three years: partners who pay a fund by weights and each other, two chains of savings
// and one that is stated, fees by the person, and evidence of each year.
type agreement struct {
	document string
	evidence string
	partners []string
	years    int
	fee      int64 // pounds, for a job
}

func drawAgreement(t *rapid.T) agreement {
	a := agreement{partners: []string{"council", "health", "police", "ministry"}[:rapid.IntRange(2, 4).Draw(t, "partners")], years: rapid.IntRange(1, 3).Draw(t, "years"), fee: rapid.Int64Range(1, 1000).Draw(t, "fee")}
	n := func(label string, most int) int { return rapid.IntRange(0, most).Draw(t, label) }
	weights := func(least int) string {
		var parts []string
		for i, p := range a.partners {
			parts = append(parts, fmt.Sprintf("%s: %d", p, n("weight", 9)+max(least-i, 0)))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	var b strings.Builder
	b.WriteString(agreementHead)
	for _, p := range a.partners {
		fmt.Fprintf(&b, "  - {party: %s, role: partner, name: %s}\n", p, strings.ToUpper(p[:1])+p[1:])
	}
	b.WriteString(agreementBody)
	fmt.Fprintf(&b, "savings:\n  crises: {per: year, class: fiscal, budget: local, origin: prevention, prices: nominal, beneficiaries: %s, of: families, counterfactual: {deadweight: 1/%d}, worth: £%d.00, grade: %d, cashable: %d%%, cashed: taken, clause: 1}\n",
		weights(1), n("deadweight", 5)+2, n("worth", 900)+1, n("grade", 5)+1, n("cashable", 100))
	fmt.Fprintf(&b, "  visits: {per: year, class: fiscal, budget: %s, origin: prevention, prices: nominal, beneficiaries: %s, of: seen, counterfactual: gross, worth: £%d.00, grade: 2, cashable: nought, clause: 1}\n",
		rapid.SampledFrom([]string{"local", "del"}).Draw(t, "budget"), weights(1), n("worth", 900)+1)
	fmt.Fprintf(&b, "  plan: {stated: £%d.00, source: a plan, class: fiscal, state: avoided, budget: local, origin: prevention, basis: net, horizon: 5 years, prices: nominal, beneficiaries: %s, grade: 4, clause: 1}\n", n("plan", 99_999), weights(1))
	b.WriteString("divisions:\n  shared: {tranches: [{among: crises}], clause: 2}\npayments:\n")
	b.WriteString("  contribution: {from: shared, to: fund, per: year, of: cost, due: on_evidence, clause: 3}\n  delivery: {from: fund, to: provider, per: year, of: 80% * cost, due: on_evidence, clause: 3}\n")
	fmt.Fprintf(&b, "  back: {from: %s, to: %s, per: year, of: %d%% * crises.corrected, due: on_evidence, clause: 4}\n", a.partners[len(a.partners)-1], a.partners[0], n("back", 100))
	fmt.Fprintf(&b, "  job_fee: {from: %s, to: provider, per: person, for: into_work, price: £%d.00, due: on_evidence, clause: 5}\n", a.partners[0], a.fee)
	fmt.Fprintf(&b, "  home_fee: {from: %s, to: provider, per: person, for: housed, price: £%d.00, due: on_evidence, clause: 5}\n", rapid.SampledFrom(a.partners).Draw(t, "payer"), n("fee", 999)+1)
	b.WriteString("partnership:\n  partners:\n")
	for i, p := range a.partners {
		limit := rapid.SampledFrom([]string{"any", "£0.00", "£250.00"}).Draw(t, "limit")
		fmt.Fprintf(&b, "    - {party: %s, side: %s, in_kind: staff, in_kind_promised: £%d.00, paid_in: came_from, loss_limit: %s}\n", p, []string{"local", "exchequer"}[i%2], n("promised", 500), limit)
	}
	if strings.Contains(b.String(), "loss_limit: £") {
		below := []string{"shown", "{made_good: pro_rata, from: 2024-01-01}", "{made_good: as_listed, from: 2025-12-31}"}
		fmt.Fprintf(&b, "  below_limit: %s\n", rapid.SampledFrom(below).Draw(t, "below limit"))
	}
	fmt.Fprintf(&b, "  by: year\n  benefits: [%s]\n  spend: {reactive: mending, preventative: preventing}\n  indicators: [hours]\n  small_numbers: %d\n  clause: 6\n",
		rapid.SampledFrom([]string{"crises.corrected", "crises.corrected, visits.corrected", "visits.corrected"}).Draw(t, "benefits"), n("small", 6)+3)
	a.document = b.String()
	a.evidence = a.draw(t)
	return a
}

// draw writes evidence of each year; some of a year's is restated in the next.
func (a *agreement) draw(t *rapid.T) string {
	n := func(label string, most int) int { return rapid.IntRange(0, most).Draw(t, label) }
	var b strings.Builder
	b.WriteString("kind,day,party,person,families,seen,cost,staff_value,amount,cash,spent,saved,given,learned,id,corrects\n")
	for year := range a.years {
		day, learned := fmt.Sprintf("%d-12-31", 2024+year), fmt.Sprintf("%d-01-05", 2025+year)
		fmt.Fprintf(&b, "told,%s,,,%d,%d,%d.%02d,,,,%d.00,%d.00,%d,%s,t%d,\n", day, n("families", 40), n("visits", 12), n("cost", 9999), n("pence", 99), n("reactive", 999), n("preventing", 999), n("hours", 9), learned, year)
		if year > 0 && rapid.Bool().Draw(t, "restated") {
			fmt.Fprintf(&b, "told,%d-12-31,,,%d,%d,%d.00,,,,1.00,1.00,1,%s,r%d,t%d\n", 2023+year, n("families", 40), n("visits", 12), n("cost", 9999), learned, year, year-1)
		}
		for _, p := range a.partners {
			fmt.Fprintf(&b, "in_kind,%s,%s,,,,,%d.00,,,,,,%s,,\n", day, p, n("staff", 400), learned)
			fmt.Fprintf(&b, "taken,%s,%s,,,,,,%d.00,,,,,%s,,\n", day, p, n("taken", 4000), learned)
			fmt.Fprintf(&b, "came_in,%s,%s,,,,,,,%d.00,,,,%s,,\n", day, p, n("cash", 4000), learned)
		}
		for i := range n("people", 9) {
			key := fmt.Sprintf("P%d%02d", year, i)
			fmt.Fprintf(&b, "joined,%d-03-01,,%s,,,,,,,,,,,,\n", 2024+year, key)
			for _, kind := range []string{"job", "home", "elsewhere"} {
				if rapid.Bool().Draw(t, kind) {
					fmt.Fprintf(&b, "%s,%d-05-01,,%s,,,,,,,,,,,,\n", kind, 2024+year, key)
				}
			}
		}
	}
	return b.String()
}

// settle settles each year in turn.
func (a *agreement) settle(t *rapid.T) (*contracts.Contract, []statements.Statement) {
	c, err := language.Decode("drawn.yaml", []byte(a.document))
	if err != nil {
		t.Fatalf("%v\n%s", err, a.document)
	}
	files := fstest.MapFS{"evidence.csv": &fstest.MapFile{Data: []byte(a.evidence)}}
	var stored []*proof.Stored
	var all []statements.Statement
	for year := range a.years {
		on := engine.Occasion{Through: date(t, fmt.Sprintf("%d-12-31", 2024+year)), CutOff: date(t, fmt.Sprintf("%d-01-30", 2025+year)), Final: true}
		snapshot, err := ingest.Open(c, files, ingest.Options{CutOff: on.CutOff})
		if err != nil {
			t.Fatalf("%v\n%s", err, a.evidence)
		}
		position, err := proof.Position(stored)
		if err != nil {
			t.Fatal(err)
		}
		var lines bytes.Buffer
		st, err := engine.Settle(c, on, snapshot, position, func(b []byte) error { lines.Write(b); return nil })
		if err == nil {
			err = snapshot.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		head, err := st.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		kept, err := proof.Open(c, "drawn", head, bytes.NewReader(lines.Bytes()), int64(lines.Len()))
		if err != nil {
			t.Fatal(err)
		}
		stored, all = append(stored, kept), append(all, st)
	}
	return c, all
}

func date(t *rapid.T, text string) calendar.Date {
	d, err := calendar.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestLawReportsReconcile holds every drawn agreement's reports to its statements, in pence that are added up here: what
// officers owe is what officers are owed, and each one's is what the statement has due; the parts of a saving are the
// saving; contributions are what was posted; whoever stays without a party, and what it has for nothing, have together what
// the taxpayer has; and nothing shown says a small count.
func TestLawReportsReconcile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawAgreement(t)
		c, issued := a.settle(t)
		for _, small := range []int{0, 5} {
			in := report.Input{Contract: c, Statements: issued, Small: small}
			r, err := report.New(in)
			if err != nil {
				t.Fatal(err)
			}
			last := &issued[len(issued)-1]
			sumsAgree(t, r, last)
			suppressedIsPriced(t, r, last, a.fee)
			shownAreLarge(t, r, last)
			if again := readBack(t, issued); !bytes.Equal(printed(t, r), printed(t, made(t, report.Input{Contract: c, Statements: again, Small: small}))) {
				t.Fatal("statements that were read back make other reports")
			}
			for _, party := range a.partners {
				withoutAgrees(t, in, r, party)
			}
		}
	})
}

func made(t *rapid.T, in report.Input) *report.Report {
	r, err := report.New(in)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func printed(t *rapid.T, r *report.Report) []byte {
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func readBack(t *rapid.T, issued []statements.Statement) []statements.Statement {
	out := make([]statements.Statement, len(issued))
	for i := range issued {
		b, err := issued[i].Bytes()
		if err == nil {
			err = json.Unmarshal(b, &out[i])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func sumsAgree(t *rapid.T, r *report.Report, last *statements.Statement) {
	var owes, owed, contributed, inKind, ledger int64
	due := map[string]int64{}
	for _, p := range last.Due {
		due[p.Party] = pence(p.Due)
	}
	parts, whole := map[string]int64{}, map[string]int64{}
	for _, o := range r.Officers {
		owes, owed, contributed, inKind = owes+pence(o.OwesNow), owed+pence(o.OwedNow), contributed+pence(o.Contribution.Due), inKind+pence(o.Contribution.InKind)
		if pence(o.NetNow) != due[o.Party] {
			t.Fatalf("%s has %s now, and the statement %d pence", o.Party, o.NetNow, due[o.Party])
		}
		for _, row := range o.Ledger {
			if ledger += pence(row.Movement); pence(row.Opening)+pence(row.Movement) != pence(row.Closing) {
				t.Fatalf("the account of %s does not add up: %+v", o.Party, row)
			}
		}
		for _, s := range o.Savings {
			if s.Amount != nil {
				parts[s.Saving] += pence(*s.Amount)
			}
		}
		for _, agreed := range o.Reconciliation {
			if !agreed.Agrees {
				t.Fatalf("%s: %+v", o.Party, agreed)
			}
		}
	}
	if owes != owed || ledger != 0 {
		t.Fatalf("officers owe %d and are owed %d, and their accounts move by %d", owes, owed, ledger)
	}
	if contributed != pence(r.Board.Contributed.Due) || inKind != pence(r.Board.Contributed.InKind) {
		t.Fatalf("officers put in %d and %d, and the board reads %s and %s", contributed, inKind, r.Board.Contributed.Due, r.Board.Contributed.InKind)
	}
	for _, s := range last.Savings {
		for _, f := range s.Figures {
			if f.ComesTo != nil {
				whole[s.Saving] += pence(*f.ComesTo)
			}
		}
	}
	for _, s := range r.Board.Savings {
		if !s.Hidden && (parts[s.Saving] != whole[s.Saving] || s.ComesTo != nil && pence(*s.ComesTo) != whole[s.Saving]) {
			t.Fatalf("the parts of %s make %d of %d, and the board reads %s", s.Saving, parts[s.Saving], whole[s.Saving], s.ComesTo)
		}
	}
	for _, agreed := range r.Board.Reconciliation {
		if !agreed.Agrees {
			t.Fatalf("the board: %+v", agreed)
		}
	}
}

// suppressedIsPriced holds that what another scheme paid for is told with its price, unless its count is not shown.
func suppressedIsPriced(t *rapid.T, r *report.Report, last *statements.Statement, fee int64) {
	for _, e := range last.Elsewhere {
		if e.Payment != "job_fee" {
			continue
		}
		if pence(e.Sum) != fee*100*int64(e.Outcomes) {
			t.Fatalf("%d outcomes at £%d are worth %s", e.Outcomes, fee, e.Sum)
		}
		for _, part := range r.Board.Duplication.Parts {
			if strings.HasPrefix(part.What[0], "job_fee") && part.Hidden == (part.Price != nil) || part.Price != nil && !part.Price.Equal(e.Sum) && len(last.Elsewhere) == 1 {
				t.Fatalf("%+v shows a price and no count, or the other way", part)
			}
		}
	}
}

// shownAreLarge holds that no count that is shown is small, and that no sum stands alone for one that is not shown.
func shownAreLarge(t *rapid.T, r *report.Report, last *statements.Statement) {
	small := func(text string) bool {
		x, err := money.ParseExact(text)
		return err == nil && x.Sign() > 0 && x.Cmp(money.Int(int64(r.SmallNumbers))) < 0
	}
	few := map[string]bool{}
	for _, p := range last.Payments {
		few[p.Payment] = p.Count != "" && small(p.Count)
	}
	var rows, payments int64
	alone := 0
	for _, o := range r.Board.Outcomes {
		rows += pence(o.ToDate)
		if o.Count != nil && small(*o.Count) {
			t.Fatalf("%v shows %s", o.Payments, *o.Count)
		}
		if len(o.Payments) == 1 && few[o.Payments[0]] {
			alone++
		}
	}
	for _, p := range last.Payments {
		payments += pence(p.ToDate)
	}
	if rows != payments {
		t.Fatalf("outcomes come to %d, and payments to %d", rows, payments)
	}
	counted := 0
	for _, p := range last.Payments {
		if p.Count != "" && p.Count != "0" {
			counted++
		}
	}
	if alone > 0 && counted > 1 {
		t.Fatalf("a small payment stands alone though there are %d: %+v", counted, r.Board.Outcomes)
	}
	for _, k := range r.Board.Cohorts {
		for _, part := range k.Parts {
			if part.Count != nil && small(*part.Count) || part.Hidden && len(part.What) == 1 && part.Count != nil {
				t.Fatalf("%s shows %+v", k.Cohort, part)
			}
		}
	}
	for _, s := range r.Board.Savings {
		if s.Count != nil && small(*s.Count) || s.Hidden && (s.ComesTo != nil || s.Worth != nil || s.Count != nil) {
			t.Fatalf("%s is shown: %+v", s.Saving, s)
		}
	}
}

func withoutAgrees(t *rapid.T, in report.Input, r *report.Report, party string) {
	for _, by := range []report.Bear{report.BearBenefit, report.BearContribution} {
		left, err := report.Without(in, party, by)
		if err != nil {
			if !strings.Contains(err.Error(), "nobody who stays has any") {
				t.Fatal(err)
			}
			continue
		}
		var bears, nets int64
		for _, one := range left.Stay {
			bears, nets = bears+pence(one.Bears), nets+pence(one.Net)
		}
		if bears != pence(left.ToBear) {
			t.Fatalf("without %s they bear %d of %s", party, bears, left.ToBear)
		}
		if left.Exceeds != (pence(left.Had) >= pence(left.Put)) || pence(left.Had)-pence(left.Put) != nets {
			t.Fatalf("without %s those who stay had %s and put %s, and their nets make %d", party, left.Had, left.Put, nets)
		}
		if x := r.Board.Matrix; !x.Hidden {
			if taxpayer := pence(*x.Sides[len(x.Sides)-1].Net); nets+pence(left.Free) != taxpayer {
				t.Fatalf("without %s they have %d and it %s, and the taxpayer %d", party, nets, left.Free, taxpayer)
			}
		}
	}
}

func pence(a money.Amount) int64 {
	n, _ := a.Minor()
	return n
}

const agreementHead = `outturn: 1
contract: {id: drawn, currency: GBP, first: 2024-01-01, last: 2026-12-31, paid_elsewhere: refuse, told_by: elsewhere}
calendar: {settle: year, cut_off: 30 days after, last_cut_off: 2027-12-31, run: "0 6 1 2 *", zone: Europe/London}
rounding: {nearest: £0.01, ties: up, spare: largest_remainder}
periods: {year: {every: 12 months, beginning: 2024-01-01}}
units: {person: {}}
parties:
  - {party: fund, role: fund, name: The fund}
  - {party: provider, role: provider, name: The provider}
`

const agreementBody = `evidence:
  joined: {of: person, as: event}
  job: {of: person, as: event}
  home: {of: person, as: event}
  elsewhere: {of: person, as: event}
  told: {of: contract, as: reading, each: year, says: {families: number, seen: number, cost: money, spent: money, saved: money, given: number}, if_none: unknown}
  in_kind: {of: partner, as: reading, each: year, says: {staff_value: money}, if_none: nought}
  taken: {of: partner, as: event, says: {amount: money}, if_none: nought}
  came_in: {of: partner, as: event, says: {cash: money}, if_none: nought}
cohorts: {people: {unit: person, joined_by: joined, counts: everyone_who_joined, clause: 1}}
quantities:
  staff: {total: in_kind.staff_value, per: [partner, year], dated: year}
  came_from: {total: came_in.cash, in: 2024-01-01 to 2026-12-31, per: partner}
  mending: {total: told.spent, per: year, dated: year}
  preventing: {total: told.saved, per: year, dated: year}
  hours: {total: told.given, per: year, dated: year}
measures:
  into_work: {per: person, first: [job], in: beginning with joined, clause: 5}
  housed: {per: person, first: [home], in: beginning with joined, clause: 5}
`
