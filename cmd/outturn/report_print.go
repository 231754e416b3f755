package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"outturn/contracts/money"
	"outturn/engine/report"
)

// reportView is a report and what of it is shown to a person.
type reportView struct {
	view
	*report.Report
}

// The words for what is not there: not shown, since it would say a small count; and not known.
const (
	notShown = "not shown"
	notKnown = "—"
)

// The words for whether two sums are the same.
const (
	agreesText  = "agrees"
	differsText = "differs by "
)

// of, head and note are what stands above a report.
func (v reportView) of() string { return "of statement " + strconv.Itoa(v.Statement) }

func (v reportView) head() []string { return []string{v.Contract, v.through(), v.upTo()} }

func (v reportView) note() string {
	if v.SmallNumbers == 0 {
		return ""
	}
	return v.smallWords()
}

// officer is the statement of one party's accounting officer.
func (v reportView) officer(party string) *report.Officer {
	at := slices.IndexFunc(v.Officers, func(o report.Officer) bool { return o.Party == party })
	return &v.Officers[at]
}

// amount writes a sum that may not be there.
func (v reportView) amount(a *money.Amount, hidden bool) string {
	switch {
	case hidden:
		return notShown
	case a == nil:
		return notKnown
	}
	return v.money(*a)
}

func countText(count *string, hidden bool) string {
	switch {
	case count != nil:
		return groupedText(*count)
	case hidden:
		return notShown
	}
	return ""
}

func named(names []string) string { return words(strings.Join(names, ", ")) }

func (v reportView) smallWords() string {
	return fmt.Sprintf("No count below %d is shown, other than nought, nor what would say it: such payments stand together, and such savings are left out.", v.SmallNumbers)
}

// board lays the board's report out.
func (v reportView) board() (*sheet, error) {
	p := &sheet{title: "Report to the partnership board"}
	v.printContributions(p)
	v.printOutcomes(p)
	v.printReportSavings(p)
	if err := v.waterfalls(p); err != nil {
		return nil, err
	}
	v.printMatrix(p)
	if err := v.flowChart(p); err != nil {
		return nil, err
	}
	v.printPerspectives(p)
	v.printBeside(p)
	v.printDisputes(p, v.Board.Disputes.Rows)
	v.printAgreements(p, v.Board.Reconciliation)
	return p, nil
}

func (v reportView) printContributions(p *sheet) {
	p.heading("Contributions")
	t := table{columns: []column{{title: "from", flex: true}, {title: "cash due now", right: true}, {title: "due to date", right: true}, {title: "came in", right: true}, {title: "outstanding", right: true},
		{title: "in kind", right: true}, {title: "promised", right: true}, {title: "together", right: true}}}
	add := func(name string, c report.Contribution) []string {
		return []string{name, v.money(c.DueNow), v.money(c.Due), v.amount(c.Received, false), v.amount(c.Outstanding, false), v.money(c.InKind), v.amount(c.Promised, false), v.money(c.Total)}
	}
	for _, c := range v.Board.Contributions {
		t.add(add(nameOr(c.Name, c.Party), c)...)
	}
	t.total = add("together", v.Board.Contributed)
	p.write(t)
	p.line("What is in kind counts and is never paid. "+notKnown+" where nobody tells.", dim)
}

// nameOr is a party's name, or its id where it has none.
func nameOr(name, id string) string {
	if name != "" {
		return name
	}
	return words(id)
}

func (v reportView) printOutcomes(p *sheet) {
	p.heading("Outcomes and payments")
	t := table{columns: []column{{title: "payment", flex: true}, {title: "counted", right: true}, {title: "due now", right: true}, {title: "to date", right: true}, {title: "held back", right: true}}}
	for _, o := range v.Board.Outcomes {
		held := ""
		if !o.Held.IsZero() {
			held = v.money(o.Held)
		}
		t.add(named(o.Payments), countText(o.Count, o.Hidden), v.money(o.Due), v.money(o.ToDate), held)
	}
	p.write(t)
	for _, k := range v.Board.Cohorts {
		p.line(words(k.Cohort)+": "+v.partsText(k.Parts)+".", plain)
	}
	if d := v.Board.Duplication; len(d.Parts) > 0 {
		p.line("Found twice, and not paid: "+v.partsText(d.Parts)+".", plain)
	} else {
		p.line("Nothing was found to be claimed twice, or paid for by another scheme.", plain)
	}
}

func (v reportView) partsText(parts []report.CountPart) string {
	var texts []string
	for _, part := range parts {
		count := countText(part.Count, part.Hidden)
		text := count + " " + words(strings.Join(part.What, ", and ")) + v.priced(part)
		if part.Hidden && len(part.What) > 1 {
			text = count + " together: " + words(strings.Join(part.What, ", and "))
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, "; ")
}

// priced says what would have been paid for what was found twice.
func (v reportView) priced(part report.CountPart) string {
	if part.Price == nil {
		return ""
	}
	return ", " + v.money(*part.Price) + " at their prices"
}

func (v reportView) printReportSavings(p *sheet) {
	b := v.Board
	if len(b.Savings) == 0 {
		return
	}
	p.heading("Savings by class")
	p.line("Parted by how far each has come and no further: what is cashable here is not cashed. Unlike savings are not added.", dim)
	t := table{columns: []column{{title: "saving", flex: true}, {title: "class", flex: true}, {title: "counted", right: true}, {title: "worth", right: true}, {title: "avoided", right: true}, {title: "validated", right: true},
		{title: "cashable", right: true}, {title: "cashed", right: true}, {title: "comes to", right: true}}}
	optional := func(a *money.Amount) string {
		if a == nil {
			return ""
		}
		return v.money(*a)
	}
	for _, s := range b.Savings {
		class := words(strings.Join([]string{s.Class, s.Budget, s.Origin}, " / "))
		if s.Hidden {
			t.add(words(s.Saving), class, notShown, "", "", "", "", "", notShown)
			continue
		}
		note := ""
		if len(s.NotCounted) > 0 {
			note = "not counted: " + strings.Join(s.NotCounted, "; ")
		}
		t.add(words(s.Saving), class, countText(s.Count, false), optional(s.Worth), optional(s.Avoided), optional(s.Validated), optional(s.Cashable), optional(s.Cashed), v.amount(s.ComesTo, false), note)
	}
	p.write(t)
	for _, c := range b.Classes {
		if len(c.Savings) < 2 {
			continue
		}
		class := words(strings.Join([]string{c.Class, c.Budget, c.Origin}, " / "))
		switch {
		case c.Hidden:
			p.line(class+": what its savings come to together is not shown.", plain)
		case len(c.Unlike) > 0:
			p.line(class+": not added, since they differ in "+strings.Join(c.Unlike, ", ")+": "+named(c.Savings)+".", plain)
		default:
			p.line(class+": "+named(c.Savings)+" come to "+v.amount(c.ComesTo, false)+" together.", plain)
		}
	}
	if len(b.Shares) == 0 {
		return
	}
	shares := table{columns: []column{{title: "saving"}, {title: "had by", flex: true}, {title: "part", right: true}, {title: "awaits its word", right: true}}}
	for _, s := range b.Shares {
		awaits := ""
		if s.Awaits != nil {
			awaits = v.money(*s.Awaits)
		}
		shares.add(words(s.Saving), v.partyName(s.Party), v.amount(s.Amount, s.Hidden), awaits)
	}
	p.write(shares)
}

// partyName is the name of a party of the contract.
func (v view) partyName(id string) string {
	for _, party := range v.contract.Parties {
		if party.ID == id {
			return nameOr(party.Name, id)
		}
	}
	return words(id)
}

func (v reportView) printBeside(p *sheet) {
	b := v.Board
	if len(b.Spend) > 0 {
		p.heading("Spending on mending and on preventing")
		t := table{columns: []column{{title: "of"}, {title: "reactive", right: true}, {title: "change", right: true}, {title: "preventative", right: true}, {title: "change", right: true}, {title: "share", right: true}, {title: "change", right: true}}}
		for _, s := range b.Spend {
			t.add(s.Of, v.amount(s.Reactive, false), v.amount(s.ReactiveChange, false), v.amount(s.Preventative, false), v.amount(s.PreventativeChange, false), s.Share, s.ShareChange)
		}
		p.write(t)
	}
	if len(b.Indicators) > 0 {
		p.heading("What moves no money")
		t := table{columns: []column{{title: "indicator", flex: true}, {title: "of"}, {title: "is", right: true}}}
		for _, i := range b.Indicators {
			value := notShown
			if i.Value != nil {
				value = groupedText(*i.Value)
			}
			t.add(nameOr(i.Called, i.Indicator), i.Of, value)
		}
		p.write(t)
	}
}

func (v reportView) printDisputes(p *sheet, rows []report.Dispute) {
	p.heading("Disputes")
	switch {
	case !v.Board.Disputes.Kept:
		p.line("The service keeps disputes; a folder holds none.", dim)
	case len(rows) == 0:
		p.line("None.", plain)
	}
	t := table{columns: []column{{title: "dispute"}, {title: "statement", right: true}, {title: "payment"}, {title: "amount", right: true}, {title: "state"}, {title: "due"}}}
	for _, d := range rows {
		t.add(d.Dispute, strconv.Itoa(d.Statement), words(d.Payment), v.money(d.Amount), d.State, d.Due)
	}
	p.write(t)
}

func (v reportView) printAgreements(p *sheet, rows []report.Agreement) {
	p.heading("Reconciliation")
	t := table{columns: []column{{title: "what", flex: true}, {title: "here", right: true}, {title: "there", right: true}, {title: "of", flex: true}, {title: ""}}}
	for _, a := range rows {
		agrees := agreesText
		if !a.Agrees {
			agrees = differsText + v.money(a.Difference)
		}
		t.add(words(a.What), v.amount(a.Here, a.Here == nil), v.amount(a.There, a.There == nil), a.Of, agrees)
	}
	p.write(t)
	p.line("From statement "+strconv.Itoa(v.Statement)+", "+v.Digest+".", dim)
}

// officerSheet lays an accounting officer's statement out.
func (v reportView) officerSheet(o *report.Officer) *sheet {
	p := &sheet{title: "Statement of the accounting officer: " + nameOr(o.Name, o.Party)}
	p.heading("Owed and owing, now")
	t := table{columns: []column{{title: ""}, {title: "party", flex: true}, {title: "payment", flex: true}, {title: "amount", right: true}}}
	for _, d := range o.Owes {
		t.add("owes", v.partyName(d.Party), named(d.Payments), v.money(d.Amount))
	}
	for _, d := range o.Owed {
		t.add("is owed by", v.partyName(d.Party), named(d.Payments), v.money(d.Amount))
	}
	if len(t.rows) > 0 {
		t.total = []string{"owed less owes", "", "", v.money(o.NetNow)}
	} else {
		p.line("Nothing.", plain)
	}
	p.write(t)
	p.line("Owed less owes, by all statements to date: "+v.money(o.NetToDate)+".", plain)
	c := o.Contribution
	p.heading("Its contribution")
	t = table{columns: []column{{}, {right: true}}}
	t.add("cash due now", v.money(c.DueNow))
	t.add("cash due to date", v.money(c.Due))
	t.add("of that came in", v.amount(c.Received, false))
	t.add("outstanding", v.amount(c.Outstanding, false))
	t.add("in kind", v.money(c.InKind))
	t.add("promised in kind", v.amount(c.Promised, false))
	t.total = []string{"cash due and in kind", v.money(c.Total)}
	p.write(t)
	v.printOwnSavings(p, o)
	if o.Position != nil {
		p.heading("Its position")
		v.printPositions(p, []report.Position{*o.Position})
	}
	p.heading("Its accounts")
	t = table{columns: []column{{title: "account"}, {title: "for", flex: true}, {title: "opening", right: true}, {title: "movement", right: true}, {title: "closing", right: true}}}
	for _, a := range o.Ledger {
		account := words(a.Account)
		if a.Stream != "" {
			account += ", " + words(a.Stream)
		}
		t.add(account, words(a.Purpose), v.money(a.Opening), v.money(a.Movement), v.money(a.Closing))
	}
	p.write(t)
	p.heading("What waits for its word")
	t = table{columns: []column{{title: "what", flex: true}, {title: "amount", right: true}, {title: "why", flex: true}}}
	for _, a := range o.Awaits {
		t.add(words(a.What), v.amount(a.Amount, false), a.Why)
	}
	if len(o.Awaits) == 0 {
		p.line("Nothing.", plain)
	}
	p.write(t)
	v.printDisputes(p, o.Disputes)
	v.printAgreements(p, o.Reconciliation)
	return p
}

func (v reportView) printOwnSavings(p *sheet, o *report.Officer) {
	if len(o.Savings) == 0 {
		return
	}
	p.heading("Its part of what was saved")
	t := table{columns: []column{{title: "saving", flex: true}, {title: "class", flex: true}, {title: "state"}, {title: "part", right: true}, {title: "awaits its word", right: true}}}
	for _, s := range o.Savings {
		awaits := ""
		if s.Awaits != nil {
			awaits = v.money(*s.Awaits)
		}
		t.add(words(s.Saving), words(strings.Join([]string{s.Class, s.Budget, s.Origin}, " / ")), s.State, v.amount(s.Amount, s.Hidden), awaits)
	}
	p.write(t)
}
