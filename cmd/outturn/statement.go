package main

import (
	"fmt"
	"strconv"
	"strings"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/money"
	"outturn/engine"
)

// view is a settled statement and what of it is shown to a person.
type view struct {
	contract  *contracts.Contract
	statement engine.Statement
	digest    string
	sample    []engine.Record // some of its records: the lines that are shown
	limit     int             // lines a payment, rows a list
	dir       string          // the folder, for the hint at the end; "" gives none
	recorded  string          // where it was recorded, or ""
	width     int
	colour    bool
}

// printStatement lays a statement out for people, from who pays whom down to what it was made from. It is a pure
// function of its argument; every amount is at its currency's places and right-aligned.
func printStatement(v view) string {
	p := &page{width: v.width, colour: v.colour}
	v.printHeading(p)
	v.printPostings(p)
	v.printParties(p)
	v.printPayments(p)
	v.printLines(p)
	v.printAdjustments(p)
	v.printCohorts(p)
	v.printBinds(p)
	v.printWaiting(p)
	v.printItems(p)
	v.printProof(p)
	return p.text.String()
}

func (v view) money(a money.Amount) string { return a.Format(v.contract.Currency) }

func (v view) printHeading(p *page) {
	s := v.statement
	p.rule("━")
	title := "Settlement statement"
	if s.Status == statusFinal {
		title += " " + strconv.Itoa(s.Number)
	}
	p.ends(title, strings.ToUpper(s.Status), bold)
	p.line(0, s.Contract, plain)
	span := ""
	series := &v.contract.Periods[v.contract.Calendar.Settle].Series
	if n, ok := series.Number(dateOf(s.Through)); ok {
		span = fmt.Sprintf(", in %s %d", words(v.settlePeriod()), n)
		if whole, _ := series.Span(n); whole.Last == dateOf(s.Through) {
			span = strings.Replace(span, "in", "the end of", 1)
		}
	}
	p.line(0, "settled through "+long(s.Through)+span, plain)
	p.line(0, "on evidence learned up to "+long(s.CutOff), plain)
	if s.Status != statusFinal {
		p.line(0, "A provisional statement posts nothing: nobody pays on it, and no later statement takes it off.", dim)
	}
	p.rule("━")
}

func dateOf(text string) calendar.Date {
	d, err := calendar.ParseDate(text)
	if err != nil {
		return 0
	}
	return d
}

// long writes a statement's day for reading; a day that is none stays as it stands.
func long(text string) string {
	if d := dateOf(text); !d.IsZero() {
		return d.Long()
	}
	return text
}

// printPostings says who pays whom: postings grouped by payer and payee, in the order in which they first come.
func (v view) printPostings(p *page) {
	type pair struct{ from, to string }
	var order []pair
	by := map[pair][]engine.Posting{}
	for _, posting := range v.statement.Postings {
		if posting.Amount.IsZero() {
			continue
		}
		k := pair{posting.From, posting.To}
		if by[k] == nil {
			order = append(order, k)
		}
		by[k] = append(by[k], posting)
	}
	if v.statement.Status == statusFinal {
		p.heading("Who pays whom")
		if len(order) == 0 {
			p.line(2, "Nobody pays anybody: nothing is due.", plain)
		}
	}
	for i, k := range order {
		if i == v.limit {
			p.line(2, fmt.Sprintf("and %s more", counted(len(order)-i, "pair of parties")), dim)
			break
		}
		p.line(2, v.party(k.from)+" pays "+v.party(k.to), plain)
		t := table{columns: []column{{}, {right: true}}}
		total := money.FromMinor(v.contract.Currency, 0)
		for _, posting := range by[k] {
			t.add(words(posting.Payment), v.money(posting.Amount))
			total = total.Add(posting.Amount)
		}
		if len(by[k]) > 1 {
			t.total = []string{"in all", v.money(total)}
		}
		p.write(6, t)
	}
}

// party names a party as a reader would: its name, and its id when the two differ.
func (v view) party(id string) string {
	for _, party := range v.contract.Parties {
		if party.ID == id && party.Name != "" && party.Name != id {
			return party.Name + " (" + words(id) + ")"
		}
	}
	return id
}

func (v view) printParties(p *page) {
	p.heading("By party")
	t := table{columns: []column{{title: "receives, or pays (-)", flex: true}, {title: "settled before", right: true},
		{title: "due now", right: true}, {title: "to date", right: true}}}
	shown, left := 0, 0
	for _, sum := range v.statement.Due {
		if shown >= v.limit && len(v.statement.Due) > v.limit+1 {
			left++
			continue
		}
		name := words(sum.Party)
		if sum.Name != "" && sum.Name != sum.Party {
			name += ", " + sum.Name
		}
		t.add(name, v.money(sum.Settled), v.money(sum.Due), v.money(sum.ToDate))
		shown++
	}
	p.write(2, t)
	if left > 0 {
		p.line(2, v.restOfParties(shown, left), dim)
	}
}

// restOfParties sums the parties that are not shown, so that the table still foots.
func (v view) restOfParties(shown, left int) string {
	none := money.FromMinor(v.contract.Currency, 0)
	receive, pay := none, none
	for _, sum := range v.statement.Due[shown:] {
		if sum.Due.Sign() > 0 {
			receive = receive.Add(sum.Due)
		} else {
			pay = pay.Sub(sum.Due)
		}
	}
	noun := "parties"
	if left == 1 {
		noun = "party"
	}
	return fmt.Sprintf("and %s more %s, due %s and paying %s (--lines N shows more)", grouped(left), noun, v.money(receive), v.money(pay))
}

func (v view) printPayments(p *page) {
	p.heading("Payments")
	t := table{columns: []column{{title: "payment"}, {title: "counted", right: true}, {title: "lines", right: true},
		{title: "to date", right: true}, {title: "settled before", right: true}, {title: "due now", right: true}}}
	none := money.FromMinor(v.contract.Currency, 0)
	settled, due, toDate := none, none, none
	for _, sum := range v.statement.Payments {
		t.add(words(sum.Payment), groupedText(sum.Count), grouped(sum.Lines), v.money(sum.ToDate), v.money(sum.Settled), v.money(sum.Due))
		settled, due, toDate = settled.Add(sum.Settled), due.Add(sum.Due), toDate.Add(sum.ToDate)
	}
	if v.oneWay() {
		t.total = []string{"total", "", "", v.money(toDate), v.money(settled), v.money(due)}
	}
	p.write(2, t)
	for _, sum := range v.statement.Payments {
		if !sum.Held.IsZero() {
			p.line(2, fmt.Sprintf("%s: %s earned and held back, not yet due", words(sum.Payment), v.money(sum.Held)), plain)
		}
	}
	for _, sum := range v.statement.Payments {
		p.blank()
		p.line(2, v.sentence(sum), dim)
	}
}

// oneWay reports whether all payments run from the same end to the same end, so that a total of them means something.
func (v view) oneWay() bool {
	payments := v.contract.Payments
	for _, payment := range payments {
		if payment.From != payments[0].From || payment.To != payments[0].To {
			return false
		}
	}
	return len(payments) > 1
}

// sentence is the rule of a payment, with its clause at the end when the sentence does not hold it already.
func (v view) sentence(sum engine.PaymentSum) string {
	text := words(sum.Payment) + ": " + sum.Sentence
	if sum.Clause != "" && !strings.Contains(sum.Sentence, sum.Clause) {
		text += " (" + sum.Clause + ")"
	}
	return text
}

// groupedText puts commas into a whole number and leaves everything else, such as a fraction, as it stands.
func groupedText(text string) string {
	if n, err := strconv.Atoi(text); err == nil {
		return grouped(n)
	}
	return text
}
