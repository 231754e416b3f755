package main

import (
	"fmt"
	"strconv"
	"strings"

	"outturn/cmd/outturn/terminal"
	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine/statements"
)

// view is a settled statement and what of it is shown to a person.
type view struct {
	contract  *contracts.Contract
	statement statements.Statement
	digest    string
	sample    []statements.Record // some of its records: the lines that are shown
	limit     int                 // lines a payment, rows a list
	dir       string              // the folder, for the hint at the end; "" gives none
	recorded  string              // where it was recorded, or ""
	paged     string              // the file its page was written to, or ""
	width     int
	colour    bool
}

// printStatement lays a statement out for people, from who pays whom down to what it was made from. It is a pure
// function of its argument; every amount is at its currency's places and right-aligned.
func printStatement(v view) string {
	p := &terminal.Page{Width: v.width, Colour: v.colour}
	v.printHeading(p)
	v.printPostings(p)
	v.printParties(p)
	v.printPayments(p)
	v.workedOut(pictures{}).PrintSections(p)
	v.printLines(p)
	v.printAdjustments(p)
	v.printComparisons(p)
	v.printCohorts(p)
	v.printBinds(p)
	v.foundTwice().PrintSections(p)
	v.printWaiting(p)
	v.printItems(p)
	v.printProof(p)
	return p.Text.String()
}

// workedOut lays out what the statement says of why so much is due, and who has what of it.
func (v view) workedOut(drawn pictures) *terminal.Sheet {
	s := &terminal.Sheet{}
	v.printShadow(s)
	v.printBaselines(s)
	v.printSavings(s, drawn)
	v.printInKind(s)
	v.printStreams(s)
	v.printForecast(s)
	v.printStandings(s)
	v.printAssumptions(s)
	v.printPartnership(s, drawn)
	return s
}

// foundTwice lays out what was claimed or paid for more than once.
func (v view) foundTwice() *terminal.Sheet {
	s := &terminal.Sheet{}
	v.printOverlaps(s)
	v.printElsewhere(s)
	return s
}

func (v view) money(a money.Amount) string { return a.Format(v.contract.Currency) }

func (v view) printHeading(p *terminal.Page) {
	s := v.statement
	p.Rule("━")
	p.Ends(v.title(), strings.ToUpper(s.Status), terminal.Bold)
	p.Line(0, s.Contract, terminal.Plain)
	p.Line(0, v.through(), terminal.Plain)
	p.Line(0, v.upTo(), terminal.Plain)
	if s.Status != statusFinal {
		p.Line(0, provisionalNote, terminal.Dim)
	}
	p.Rule("━")
}

const provisionalNote = "A provisional statement posts nothing: nobody pays on it, and no later statement takes it off."

func (v view) title() string {
	if v.statement.Status != statusFinal {
		return "Settlement statement"
	}
	return "Settlement statement " + strconv.Itoa(v.statement.Number)
}

// through says the last day settled, and where in the settlement periods it lies.
func (v view) through() string {
	text := "settled through " + terminal.Long(v.statement.Through)
	day := terminal.DateOf(v.statement.Through)
	series := &v.contract.Periods[v.contract.Calendar.Settle].Series
	n, ok := series.Number(day)
	if !ok {
		return text
	}
	where := "in"
	if whole, _ := series.Span(n); whole.Last == day {
		where = "the end of"
	}
	return fmt.Sprintf("%s, %s %s %d", text, where, terminal.Words(v.settlePeriod()), n)
}

func (v view) upTo() string { return "on evidence learned up to " + terminal.Long(v.statement.CutOff) }

// paid is what one party pays another, payment by payment.
type paid struct {
	From, To string // as a reader would name them
	Postings []statements.Posting
	Total    money.Amount
}

// paid groups postings by payer and payee, in the order in which they first come, without those of nought.
func (v view) paid() []*paid {
	type pair struct{ from, to string }
	var order []*paid
	by := map[pair]*paid{}
	for _, posting := range v.statement.Postings {
		if posting.Amount.IsZero() {
			continue
		}
		k := pair{posting.From, posting.To}
		if by[k] == nil {
			by[k] = &paid{From: v.party(k.from), To: v.party(k.to), Total: v.none()}
			order = append(order, by[k])
		}
		by[k].Postings = append(by[k].Postings, posting)
		by[k].Total = by[k].Total.Add(posting.Amount)
	}
	return order
}

// none is nought in the contract's currency.
func (v view) none() money.Amount { return money.FromMinor(v.contract.Currency, 0) }

// nobodyPays is said where a final statement moves nothing.
const nobodyPays = "Nobody pays anybody: nothing is due."

// printPostings says who pays whom.
func (v view) printPostings(p *terminal.Page) {
	all := v.paid()
	if v.statement.Status == statusFinal {
		p.Heading("Who pays whom")
		if len(all) == 0 {
			p.Line(2, nobodyPays, terminal.Plain)
		}
	}
	for i, one := range all {
		if i == v.limit {
			p.Line(2, more(len(all)-i, "more pair", " of parties"), terminal.Dim)
			break
		}
		p.Line(2, one.From+" pays "+one.To, terminal.Plain)
		t := terminal.Table{Columns: []terminal.Column{{}, {Right: true}}}
		for _, posting := range one.Postings {
			t.Add(terminal.Words(posting.Payment), v.money(posting.Amount))
		}
		if len(one.Postings) > 1 {
			t.Total = []string{"in all", v.money(one.Total)}
		}
		p.Write(6, t)
	}
}

// party names a party as a reader would: its name, and its id when the two differ.
func (v view) party(id string) string {
	for _, party := range v.contract.Parties {
		if party.ID == id && party.Name != "" && party.Name != id {
			return party.Name + " (" + terminal.Words(id) + ")"
		}
	}
	return id
}

func (v view) printParties(p *terminal.Page) {
	p.Heading("By party")
	t := terminal.Table{Columns: []terminal.Column{{Title: "receives, or pays (-)", Flex: true}, {Title: "settled before", Right: true},
		{Title: "due now", Right: true}, {Title: "to date", Right: true}}}
	shown, left := 0, 0
	for _, sum := range v.statement.Due {
		if shown >= v.limit && len(v.statement.Due) > v.limit+1 {
			left++
			continue
		}
		name := terminal.Words(sum.Party)
		if sum.Name != "" && sum.Name != sum.Party {
			name += ", " + sum.Name
		}
		t.Add(name, v.money(sum.Settled), v.money(sum.Due), v.money(sum.ToDate))
		shown++
	}
	p.Write(2, t)
	if left > 0 {
		p.Line(2, v.restOfParties(shown, left), terminal.Dim)
	}
}

// restOfParties sums the parties that are not shown, so that the table still foots.
func (v view) restOfParties(shown, left int) string {
	receive, pay := v.none(), v.none()
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
	return fmt.Sprintf("and %s more %s, due %s and paying %s (--lines N shows more)", terminal.Grouped(left), noun, v.money(receive), v.money(pay))
}

func (v view) printPayments(p *terminal.Page) {
	p.Heading("Payments")
	t := terminal.Table{Columns: []terminal.Column{{Title: "payment"}, {Title: "counted", Right: true}, {Title: "lines", Right: true},
		{Title: "to date", Right: true}, {Title: "settled before", Right: true}, {Title: "due now", Right: true}}}
	for _, sum := range v.statement.Payments {
		t.Add(terminal.Words(sum.Payment), groupedText(sum.Count), terminal.Grouped(sum.Lines), v.money(sum.ToDate), v.money(sum.Settled), v.money(sum.Due))
	}
	if v.oneWay() {
		all := v.allPayments()
		t.Total = []string{"total", "", "", v.money(all.ToDate), v.money(all.Settled), v.money(all.Due)}
	}
	p.Write(2, t)
	for _, sum := range v.statement.Payments {
		if !sum.Held.IsZero() {
			p.Line(2, terminal.Words(sum.Payment)+": "+v.held(sum), terminal.Plain)
		}
	}
	for _, sum := range v.statement.Payments {
		p.Blank()
		p.Line(2, v.sentence(sum), terminal.Dim)
	}
}

func (v view) held(sum statements.PaymentSum) string {
	return v.money(sum.Held) + " earned and held back, not yet due"
}

// allPayments adds the payments up.
func (v view) allPayments() statements.PaymentSum {
	all := statements.PaymentSum{Settled: v.none(), Due: v.none(), ToDate: v.none()}
	for _, sum := range v.statement.Payments {
		all.Settled, all.Due, all.ToDate = all.Settled.Add(sum.Settled), all.Due.Add(sum.Due), all.ToDate.Add(sum.ToDate)
	}
	return all
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
func (v view) sentence(sum statements.PaymentSum) string {
	return terminal.Words(sum.Payment) + ": " + cited(sum.Sentence, sum.Clause)
}

// cited puts a clause behind words that do not hold it already.
func cited(text, clause string) string {
	if clause == "" || strings.Contains(text, clause) {
		return text
	}
	return text + " (" + clause + ")"
}

// more says how many more there are; "" for none.
func more(n int, noun, after string) string {
	if n <= 0 {
		return ""
	}
	return "and " + terminal.Counted(n, noun) + after
}

// groupedText puts commas into a whole number and leaves everything else, such as a fraction, as it stands.
func groupedText(text string) string {
	if n, err := strconv.Atoi(text); err == nil {
		return terminal.Grouped(n)
	}
	return text
}
