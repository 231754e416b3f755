package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"outturn/cmd/outturn/terminal"
	"outturn/contracts/money"
	"outturn/engine/report"
)

// reportView is a report and what of it is shown to a person.
type reportView struct {
	view
	*report.Report
}

// notKnown stands for what is not there.
const notKnown = "—"

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
		return terminal.NotShown
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
		return terminal.NotShown
	}
	return ""
}

func named(names []string) string { return terminal.Words(strings.Join(names, ", ")) }

func (v reportView) smallWords() string {
	return fmt.Sprintf("No count below %d is shown, other than nought, nor what would say it: such payments stand together, and such savings are left out.", v.SmallNumbers)
}

// board lays the board's report out.
func (v reportView) board() (*terminal.Sheet, error) {
	p := &terminal.Sheet{Title: "Report to the partnership board"}
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

func (v reportView) printContributions(p *terminal.Sheet) {
	p.Heading("Contributions")
	t := terminal.Table{Columns: []terminal.Column{{Title: "from", Flex: true}, {Title: "cash due now", Right: true}, {Title: "due to date", Right: true}, {Title: "came in", Right: true}, {Title: "outstanding", Right: true},
		{Title: "in kind", Right: true}, {Title: "promised", Right: true}, {Title: "together", Right: true}}}
	add := func(name string, c report.Contribution) []string {
		return []string{name, v.money(c.DueNow), v.money(c.Due), v.amount(c.Received, false), v.amount(c.Outstanding, false), v.money(c.InKind), v.amount(c.Promised, false), v.money(c.Total)}
	}
	for _, c := range v.Board.Contributions {
		t.Add(add(nameOr(c.Name, c.Party), c)...)
	}
	t.Total = add("together", v.Board.Contributed)
	p.Write(t)
	p.Line("What is in kind counts and is never paid. "+notKnown+" where nobody tells.", terminal.Dim)
}

// nameOr is a party's name, or its id where it has none.
func nameOr(name, id string) string {
	if name != "" {
		return name
	}
	return terminal.Words(id)
}

func (v reportView) printOutcomes(p *terminal.Sheet) {
	p.Heading("Outcomes and payments")
	t := terminal.Table{Columns: []terminal.Column{{Title: "payment", Flex: true}, {Title: "counted", Right: true}, {Title: "due now", Right: true}, {Title: "to date", Right: true}, {Title: "held back", Right: true}}}
	for _, o := range v.Board.Outcomes {
		held := ""
		if !o.Held.IsZero() {
			held = v.money(o.Held)
		}
		t.Add(named(o.Payments), countText(o.Count, o.Hidden), v.money(o.Due), v.money(o.ToDate), held)
	}
	p.Write(t)
	for _, k := range v.Board.Cohorts {
		p.Line(terminal.Words(k.Cohort)+": "+v.partsText(k.Parts)+".", terminal.Plain)
	}
	if d := v.Board.Duplication; len(d.Parts) > 0 {
		p.Line("Found twice, and not paid: "+v.partsText(d.Parts)+".", terminal.Plain)
	} else {
		p.Line("Nothing was found to be claimed twice, or paid for by another scheme.", terminal.Plain)
	}
}

func (v reportView) partsText(parts []report.CountPart) string {
	var texts []string
	for _, part := range parts {
		count := countText(part.Count, part.Hidden)
		text := count + " " + terminal.Words(strings.Join(part.What, ", and ")) + v.priced(part)
		if part.Hidden && len(part.What) > 1 {
			text = count + " together: " + terminal.Words(strings.Join(part.What, ", and "))
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

func (v reportView) printReportSavings(p *terminal.Sheet) {
	b := v.Board
	if len(b.Savings) == 0 {
		return
	}
	p.Heading("Savings by class")
	p.Line("Parted by how far each has come and no further: what is cashable here is not cashed. Unlike savings are not added.", terminal.Dim)
	t := terminal.Table{Columns: []terminal.Column{{Title: "saving", Flex: true}, {Title: "class", Flex: true}, {Title: "counted", Right: true}, {Title: "worth", Right: true}, {Title: "avoided", Right: true}, {Title: "validated", Right: true},
		{Title: "cashable", Right: true}, {Title: "cashed", Right: true}, {Title: "comes to", Right: true}}}
	optional := func(a *money.Amount) string {
		if a == nil {
			return ""
		}
		return v.money(*a)
	}
	for _, s := range b.Savings {
		class := terminal.Words(strings.Join([]string{s.Class, s.Budget, s.Origin}, " / "))
		if s.Hidden {
			t.Add(terminal.Words(s.Saving), class, terminal.NotShown, "", "", "", "", "", terminal.NotShown)
			continue
		}
		note := ""
		if len(s.NotCounted) > 0 {
			note = "not counted: " + strings.Join(s.NotCounted, "; ")
		}
		t.Add(terminal.Words(s.Saving), class, countText(s.Count, false), optional(s.Worth), optional(s.Avoided), optional(s.Validated), optional(s.Cashable), optional(s.Cashed), v.amount(s.ComesTo, false), note)
	}
	p.Write(t)
	for _, c := range b.Classes {
		if len(c.Savings) < 2 {
			continue
		}
		class := terminal.Words(strings.Join([]string{c.Class, c.Budget, c.Origin}, " / "))
		switch {
		case c.Hidden:
			p.Line(class+": what its savings come to together is not shown.", terminal.Plain)
		case len(c.Unlike) > 0:
			p.Line(class+": not added, since they differ in "+strings.Join(c.Unlike, ", ")+": "+named(c.Savings)+".", terminal.Plain)
		default:
			p.Line(class+": "+named(c.Savings)+" come to "+v.amount(c.ComesTo, false)+" together.", terminal.Plain)
		}
	}
	if len(b.Shares) == 0 {
		return
	}
	shares := terminal.Table{Columns: []terminal.Column{{Title: "saving"}, {Title: "had by", Flex: true}, {Title: "part", Right: true}, {Title: "awaits its word", Right: true}}}
	for _, s := range b.Shares {
		awaits := ""
		if s.Awaits != nil {
			awaits = v.money(*s.Awaits)
		}
		shares.Add(terminal.Words(s.Saving), v.partyName(s.Party), v.amount(s.Amount, s.Hidden), awaits)
	}
	p.Write(shares)
}

// partyName is the name of a party of the contract.
func (v view) partyName(id string) string {
	for _, party := range v.contract.Parties {
		if party.ID == id {
			return nameOr(party.Name, id)
		}
	}
	return terminal.Words(id)
}

func (v reportView) printBeside(p *terminal.Sheet) {
	b := v.Board
	if len(b.Spend) > 0 {
		p.Heading("Spending on mending and on preventing")
		t := terminal.Table{Columns: []terminal.Column{{Title: "of"}, {Title: "reactive", Right: true}, {Title: "change", Right: true}, {Title: "preventative", Right: true}, {Title: "change", Right: true}, {Title: "share", Right: true}, {Title: "change", Right: true}}}
		for _, s := range b.Spend {
			t.Add(s.Of, v.amount(s.Reactive, false), v.amount(s.ReactiveChange, false), v.amount(s.Preventative, false), v.amount(s.PreventativeChange, false), s.Share, s.ShareChange)
		}
		p.Write(t)
	}
	if len(b.Indicators) > 0 {
		p.Heading("What moves no money")
		t := terminal.Table{Columns: []terminal.Column{{Title: "indicator", Flex: true}, {Title: "of"}, {Title: "is", Right: true}}}
		for _, i := range b.Indicators {
			value := terminal.NotShown
			if i.Value != nil {
				value = groupedText(*i.Value)
			}
			t.Add(nameOr(i.Called, i.Indicator), i.Of, value)
		}
		p.Write(t)
	}
}

func (v reportView) printDisputes(p *terminal.Sheet, rows []report.Dispute) {
	p.Heading("Disputes")
	switch {
	case !v.Board.Disputes.Kept:
		p.Line("The service keeps disputes; a folder holds none.", terminal.Dim)
	case len(rows) == 0:
		p.Line("None.", terminal.Plain)
	}
	t := terminal.Table{Columns: []terminal.Column{{Title: "dispute"}, {Title: "statement", Right: true}, {Title: "payment"}, {Title: "amount", Right: true}, {Title: "state"}, {Title: "due"}}}
	for _, d := range rows {
		t.Add(d.Dispute, strconv.Itoa(d.Statement), terminal.Words(d.Payment), v.money(d.Amount), d.State, d.Due)
	}
	p.Write(t)
}

func (v reportView) printAgreements(p *terminal.Sheet, rows []report.Agreement) {
	p.Heading("Reconciliation")
	t := terminal.Table{Columns: []terminal.Column{{Title: "what", Flex: true}, {Title: "here", Right: true}, {Title: "there", Right: true}, {Title: "of", Flex: true}, {Title: ""}}}
	for _, a := range rows {
		agrees := terminal.AgreesText
		if !a.Agrees {
			agrees = terminal.DiffersText + v.money(a.Difference)
		}
		t.Add(terminal.Words(a.What), v.amount(a.Here, a.Here == nil), v.amount(a.There, a.There == nil), a.Of, agrees)
	}
	p.Write(t)
	p.Line("From statement "+strconv.Itoa(v.Statement)+", "+v.Digest+".", terminal.Dim)
}

// officerSheet lays an accounting officer's statement out.
func (v reportView) officerSheet(o *report.Officer) *terminal.Sheet {
	p := &terminal.Sheet{Title: "Statement of the accounting officer: " + nameOr(o.Name, o.Party)}
	p.Heading("Owed and owing, now")
	t := terminal.Table{Columns: []terminal.Column{{Title: ""}, {Title: "party", Flex: true}, {Title: "payment", Flex: true}, {Title: "amount", Right: true}}}
	for _, d := range o.Owes {
		t.Add("owes", v.partyName(d.Party), named(d.Payments), v.money(d.Amount))
	}
	for _, d := range o.Owed {
		t.Add("is owed by", v.partyName(d.Party), named(d.Payments), v.money(d.Amount))
	}
	if len(t.Lines) > 0 {
		t.Total = []string{"owed less owes", "", "", v.money(o.NetNow)}
	} else {
		p.Line("Nothing.", terminal.Plain)
	}
	p.Write(t)
	p.Line("Owed less owes, by all statements to date: "+v.money(o.NetToDate)+".", terminal.Plain)
	c := o.Contribution
	p.Heading("Its contribution")
	t = terminal.Table{Columns: []terminal.Column{{}, {Right: true}}}
	t.Add("cash due now", v.money(c.DueNow))
	t.Add("cash due to date", v.money(c.Due))
	t.Add("of that came in", v.amount(c.Received, false))
	t.Add("outstanding", v.amount(c.Outstanding, false))
	t.Add("in kind", v.money(c.InKind))
	t.Add("promised in kind", v.amount(c.Promised, false))
	t.Total = []string{"cash due and in kind", v.money(c.Total)}
	p.Write(t)
	v.printOwnSavings(p, o)
	if o.Position != nil {
		p.Heading("Its position")
		v.printPositions(p, []report.Position{*o.Position})
	}
	p.Heading("Its accounts")
	t = terminal.Table{Columns: []terminal.Column{{Title: "account"}, {Title: "for", Flex: true}, {Title: "opening", Right: true}, {Title: "movement", Right: true}, {Title: "closing", Right: true}}}
	for _, a := range o.Ledger {
		account := terminal.Words(a.Account)
		if a.Stream != "" {
			account += ", " + terminal.Words(a.Stream)
		}
		t.Add(account, terminal.Words(a.Purpose), v.money(a.Opening), v.money(a.Movement), v.money(a.Closing))
	}
	p.Write(t)
	p.Heading("What waits for its word")
	t = terminal.Table{Columns: []terminal.Column{{Title: "what", Flex: true}, {Title: "amount", Right: true}, {Title: "why", Flex: true}}}
	for _, a := range o.Awaits {
		t.Add(terminal.Words(a.What), v.amount(a.Amount, false), a.Why)
	}
	if len(o.Awaits) == 0 {
		p.Line("Nothing.", terminal.Plain)
	}
	p.Write(t)
	v.printDisputes(p, o.Disputes)
	v.printAgreements(p, o.Reconciliation)
	return p
}

func (v reportView) printOwnSavings(p *terminal.Sheet, o *report.Officer) {
	if len(o.Savings) == 0 {
		return
	}
	p.Heading("Its part of what was saved")
	t := terminal.Table{Columns: []terminal.Column{{Title: "saving", Flex: true}, {Title: "class", Flex: true}, {Title: "state"}, {Title: "part", Right: true}, {Title: "awaits its word", Right: true}}}
	for _, s := range o.Savings {
		awaits := ""
		if s.Awaits != nil {
			awaits = v.money(*s.Awaits)
		}
		t.Add(terminal.Words(s.Saving), terminal.Words(strings.Join([]string{s.Class, s.Budget, s.Origin}, " / ")), s.State, v.amount(s.Amount, s.Hidden), awaits)
	}
	p.Write(t)
}
