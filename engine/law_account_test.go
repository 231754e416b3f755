package engine_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"outturn/contracts"
	"outturn/contracts/language"
	"outturn/contracts/money"
	"outturn/engine"
	"outturn/engine/statements"
)

// Accounts drawn at random, money held back, and the laws of both.

// drawnAccount is what the laws must know of an account.
type drawnAccount struct {
	name     string
	per      string // the period series it stands per
	opens    int64  // minor units
	receives string // the payment that shows what comes in by a formula, or ""
	into     []string
	from     []string // its payments in their order, the one of what is left last
	leftOver string   // "carried", "each_period" or "last_period"
	final    bool
	last     int // the last period in which a stream may be spent; 0 of an account that is none, or to the end
}

// account draws an account with what comes into it and what it pays.
func (d *draft) account() {
	a := &drawnAccount{name: fmt.Sprintf("pot_%d", len(d.accounts)+1), per: d.of(d.settle, d.settle, "year")}
	joinedIn := d.joinedIn(a.per)
	between := ""
	stream, purpose := d.stream(a, joinedIn, &between)
	body := "{owner: keeper, per: " + a.per + ", "
	switch d.n(0, 3) {
	case 0:
		a.opens = int64(d.n(0, 40) * d.n(0, 999))
		body += fmt.Sprintf("opens_with: £%d.%02d, ", a.opens/100, a.opens%100)
	case 1:
		a.opens = 100000
		body += "opens_with: £1000.00, "
	}
	if d.yes() || a.opens == 0 {
		formula := d.of("£25.00", "£8.00 * "+joinedIn, "£20.00 * "+joinedIn)
		body += "receives: " + formula + ", "
		a.receives = "shows_" + a.name
		d.addWhole(a.receives, "{from: lottery, to: provider, per: "+a.per+", of: "+formula+", "+between+"due: on_evidence, clause: 9}")
	}
	a.leftOver = d.of("carried", "carried", "each_period", "last_period")
	if a.leftOver == "carried" {
		body += "left_over: carried, "
	} else {
		body += "left_over: {to: lottery, at: " + a.leftOver + "}, "
	}
	if d.n(0, 2) == 0 {
		a.final, d.final = true, true
		body += "final: once_paid, "
	}
	d.put("accounts", a.name, body+stream+"clause: 9}")
	if d.yes() {
		a.into = append(a.into, "into_"+a.name)
		d.addWhole(a.into[0], "{from: "+d.of("payer", d.dividedPayer())+", to: "+a.name+", per: "+a.per+", of: £6.66 * "+joinedIn+", "+
			d.of("", "then: [{not_above: £15.00}], ")+"due: on_evidence, clause: 9}")
	}
	for n := range d.n(1, 2) {
		name := fmt.Sprintf("from_%s_%d", a.name, n+1)
		a.from = append(a.from, name)
		d.addWhole(name, d.paymentFrom(a, joinedIn, purpose))
	}
	if a.leftOver != "carried" {
		a.from = append(a.from, a.name+"_left_over")
	}
	d.accounts = append(d.accounts, a)
}

// stream draws what an account's money may be spent on: the keys, and those of a payment by which it stays restricted.
// What shows what comes in has the same days.
func (d *draft) stream(a *drawnAccount, joinedIn string, between *string) (keys, restricted string) {
	if d.yes() {
		return "", ""
	}
	purpose := d.of("nothing", "training", "housing")
	keys = "restricted_to: " + purpose + ", "
	if d.yes() {
		a.last = map[string]int{"month": 12, "quarter": 4, "half": 2, "year": 1}[a.per]
		*between = "between: 2020-01-01 to 2020-12-31, "
		keys += *between
	}
	if d.yes() {
		keys += "eligible: {" + joinedIn + ": {" + d.of("at_least: 1", "at_most: 2") + "}}, "
	}
	if purpose != "nothing" && d.yes() {
		restricted = "restricted_to: " + purpose + ", "
	}
	return keys, restricted
}

// paymentFrom draws a payment from an account.
func (d *draft) paymentFrom(a *drawnAccount, joinedIn, restricted string) string {
	to := d.of("provider", "provider", d.dividedPayee())
	reached := d.once("found_"+a.per, func() {
		d.put("quantities", "found_"+a.per, "{count: job, dated: job, per: "+a.per+"}")
		d.put("quantities", "net_"+a.per, "{is: "+joinedIn+" - found_"+a.per+"}")
		d.put("quantities", "net_to_date_"+a.per, "{total: net_"+a.per+", per: "+a.per+", to_date: yes}")
	})
	per, sum := a.per, d.of("£7.77 * "+joinedIn, "£14.90 * "+reached, "£33.33", a.name+".balance * 50%", a.name+".received * 40%")
	then := d.of("", "", "then: [{not_above: "+a.name+".balance * 75%}], ", "then: [{less: "+a.name+".paid}], ")
	switch d.n(0, 4) {
	case 0: // a bad period is caught up
		sum, then = "net_to_date_"+a.per+" * £14.90", "then: [{less: "+a.name+".paid}], "
	case 1:
		d.once("banded_"+a.per, func() {
			d.put("quantities", "banded_"+a.per, "{count: people, per: [band, "+a.per+"], dated: joined}")
		})
		per, sum = "[band, "+a.per+"]", "banded_"+a.per+" * £21.05"
	case 2:
		then = d.of("", "when: {"+reached+": {at_least: 1}}, ", "hurdle: {"+joinedIn+": {at_least: 2}, pays_on: whole}, rest: payer, ")
	}
	return "{from: " + a.name + ", to: " + to + ", per: " + per + ", of: " + sum + ", " + then + restricted + d.held(false) + "due: on_evidence, clause: 9}"
}

// joinedIn is how many people joined in a period.
func (d *draft) joinedIn(per string) string {
	return d.once("joined_in_"+per, func() {
		d.put("quantities", "joined_in_"+per, "{count: people, per: "+per+", dated: joined}")
	})
}

// addWhole adds a payment for the whole that no cap may stand over.
func (d *draft) addWhole(name, body string) {
	d.payments = append(d.payments, drawnPayment{name: name, part: true})
	d.put("payments", name, body)
}

// held draws what part of a payment is kept back, and until when: of a unit's payment, or of one for the whole.
func (d *draft) held(ofUnit bool) string {
	if d.n(0, 2) > 0 {
		return ""
	}
	share := d.of("20%", "33.3%", "60%", "100%", "1/3")
	if !ofUnit {
		return "held: {share: " + share + ", released_on: " + d.of("2021-06-30", "2022-03-31", "2020-01-01") + "}, "
	}
	d.once("a_while_on", func() { d.put("quantities", "a_while_on", "{is: joined + 6 months}") })
	until := d.of("released_on: a_while_on", "released_on: 2021-06-30", "released_on: joined", "released_when: {"+d.condition(0)+"}", "released_on: a_while_on, released_when: {"+d.condition(0)+"}")
	return "held: {share: " + share + ", " + until + "}, "
}

// heldText finds what a document holds back.
var heldText = regexp.MustCompile(`held: \{share: .*?\}, due`)

// Held and to date make what was earned: what the same contract pays when it keeps nothing back.
func TestLawHeldIsEarned(t *testing.T) {
	law(t, func(t *rapid.T, w *drawn) {
		if !strings.Contains(string(w.c.Source), "held: {share") {
			t.Skip("nothing is held")
		}
		bare, err := language.Decode("drawn.yaml", heldText.ReplaceAll(w.c.Source, []byte("due")))
		if err != nil {
			t.Fatal(err)
		}
		other := &drawn{c: bare, told: w.told}
		kept, whole := w.settle(t, w.on, w.told, engine.Position{}), other.settle(t, w.on, w.told, engine.Position{})
		for i := range kept.statement.Payments {
			a, b := &kept.statement.Payments[i], &whole.statement.Payments[i]
			if minor(a.Held)+minor(a.ToDate) != minor(b.ToDate) || !b.Held.IsZero() || a.Held.Sign() < 0 {
				t.Fatalf("payment %s: %s held and %s to date, of %s earned\n%s", a.Payment, a.Held, a.ToDate, b.ToDate, w.c.Source)
			}
		}
		earned := map[lineAt]int64{}
		whole.dues(earned, false)
		for i := range kept.records {
			r := &kept.records[i]
			for j := range r.Lines {
				l := &r.Lines[j]
				at := lineAt{unitType: r.UnitType, unit: r.Unit, payment: l.Payment, of: l.Of, period: l.Period}
				if minor(l.ToDate)+minor(l.Held) != earned[at] {
					t.Fatalf("%+v: %s to date and %s held, of %d earned\n%s", at, l.ToDate, l.Held, earned[at], w.c.Source)
				}
			}
		}
	})
}

// An account never pays more than it holds, and what it paid, what is left and what is carried are what it opened with
// and received.
func TestLawAccountsBalance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, d := drawContractWith(rapidChoice{t}, uniform(t, 1, 2, "accounts"), false)
		// Of lines from which a part is held the account has paid the whole: the books are kept on what is earned.
		bare, err := language.Decode("drawn.yaml", heldText.ReplaceAll(c.Source, []byte("due")))
		if err != nil {
			t.Fatal(err)
		}
		w := &drawn{c: bare, draft: d, told: drawEvidence(rapidChoice{t}, bare)}
		chain := w.chain(t)
		for _, a := range w.draft.accounts {
			for n := range chain {
				if fault := balanced(w.c, a, chain[:n+1]); fault != "" {
					t.Fatalf("statement %d: %s\n%s%s", n+1, fault, w.c.Source, chain[n].text())
				}
			}
		}
	})
}

// balanced checks an account's books period by period, from the lines of a chain of statements alone.
func balanced(c *contracts.Contract, a *drawnAccount, chain []*settled) string {
	last := len(chain) - 1
	now, before := a.books(c, chain), a.books(c, chain[:last])
	for at, n := range before.lines {
		if a.final && now.lines[at] < n {
			return fmt.Sprintf("account %s: %+v was paid %d and is now %d, and what it paid is not taken back", a.name, at, n, now.lines[at])
		}
	}
	unit := int64(1)
	if c.Rounding.Unit.Cmp(money.Int(1)) == 0 {
		unit = 100
	}
	series := &c.Periods[slices.IndexFunc(c.Periods, func(p contracts.Periods) bool { return p.Name == a.per })].Series
	balance, paid, paidBefore := a.opens, int64(0), int64(0)
	for n := 1; n <= series.Len(); n++ {
		span, _ := series.Span(n)
		if span.Last.String() > chain[last].statement.Through {
			break
		}
		balance, paid, paidBefore = balance+now.in[n]-now.out[n], paid+now.out[n], paidBefore+before.out[n]
		// What a final account paid stands though what came in is corrected; it pays no more then.
		if balance < 0 && !(a.final && paid <= paidBefore) {
			return fmt.Sprintf("account %s paid %d more than it held by the end of period %d", a.name, -balance, n)
		}
		end := series.Len()
		if a.last > 0 {
			end = a.last
		}
		cleared := a.leftOver == "each_period" || a.leftOver == "last_period" && n == end
		cleared = cleared && !slices.ContainsFunc(chain[last].statement.Waiting, func(s statements.WaitingSum) bool { return s.Payment == a.name+"_left_over" })
		if cleared && balance >= unit && !(a.final && last > 0) {
			return fmt.Sprintf("account %s holds %d at the end of period %d, when what is left goes to a party", a.name, balance, n)
		}
		if a.leftOver == "last_period" && n != end && now.left[n] != 0 {
			return fmt.Sprintf("account %s gave away what was left in period %d of %d", a.name, n, end)
		}
		if a.last > 0 && n > a.last && now.out[n] != now.left[n] && !(a.final && last > 0) {
			return fmt.Sprintf("stream %s paid %d in period %d, and ended with period %d", a.name, now.out[n]-now.left[n], n, a.last)
		}
	}
	return ""
}

// books are what came into an account and went out of it, by its periods, as the lines of a chain have it.
type books struct {
	in, out, left map[int]int64
	lines         map[lineAt]int64 // what it paid
}

func (a *drawnAccount) books(c *contracts.Contract, chain []*settled) books {
	toDate := map[lineAt]int64{}
	for _, s := range chain {
		s.dues(toDate, false)
	}
	b := books{map[int]int64{}, map[int]int64{}, map[int]int64{}, map[lineAt]int64{}}
	for at, n := range toDate {
		period := periodOfAccount(c, a, at)
		switch {
		case at.payment == a.receives || slices.Contains(a.into, at.payment):
			b.in[period] += n
		case slices.Contains(a.from, at.payment):
			b.out[period] += n
			b.lines[at] = n
			if at.payment == a.name+"_left_over" {
				b.left[period] += n
			}
		}
	}
	return b
}

// periodOfAccount is the period of an account in which a line of it stands.
func periodOfAccount(c *contracts.Contract, a *drawnAccount, at lineAt) int {
	if a.per == c.Periods[c.Calendar.Settle].Name {
		return at.period
	}
	parts := strings.Split(at.of, " / ")
	n, _ := strconv.Atoi(parts[len(parts)-1])
	return n
}
