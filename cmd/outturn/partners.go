package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"outturn/cmd/outturn/terminal"
	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine/report"
	"outturn/engine/statements"
)

// partnersCmd prints who invests and who benefits, from one settlement, or what would be left without one of them.
type partnersCmd struct {
	Dir     string      `arg:"" help:"Folder with contract.yaml, evidence, and the statements issued before."`
	Without string      `help:"What would be left if this party put nothing in any more: what each other partner would have to bear, and whether benefits still cover it." placeholder:"PARTY"`
	Bear    report.Bear `help:"By what the others would bear it: benefit or contribution." enum:"benefit,contribution" default:"benefit"`
	AsAt    day         `help:"Last day settled. Usually the end of the latest settlement period with evidence." placeholder:"DAY"`
	KnownAt day         `help:"Last day on which evidence could be learned. Usually as long after as the contract says." placeholder:"DAY"`
	Memory  size        `help:"Memory for sorting evidence; beyond it, temporary files." default:"256MiB" placeholder:"SIZE"`
	JSON    bool        `help:"Print one JSON document." name:"json"`
}

// Run prints the matrix, and finds something when a partner loses more than it signed for.
func (cmd *partnersCmd) Run(w terminal.World) error {
	return finding(w, cmd.run(w), cmd.JSON)
}

func (cmd *partnersCmd) run(w terminal.World) error {
	f, err := openFolder(cmd.Dir, "", cmd.Memory)
	if err != nil {
		return err
	}
	if streams := slices.ContainsFunc(f.contract.Accounts, func(a contracts.Account) bool { return a.Stream }); f.contract.Partnership == nil && (!streams || cmd.Without != "") {
		return terminal.Usage(fmt.Errorf("%s has no partnership and no streams: a contract names its partners, and by which savings they benefit, under partnership; "+
			"an account that says what it is restricted_to is a stream", cmd.Dir))
	}
	if cmd.Without != "" && !slices.Contains(partyIDs(f), cmd.Without) {
		return terminal.Usage(fmt.Errorf("--without %s: there is no such party in %s; the parties are %s", cmd.Without, f.contract.ID, strings.Join(partyIDs(f), ", ")))
	}
	issued, err := f.reported(w, 0, occasion{cmd.AsAt.Date, cmd.KnownAt.Date, false})
	if err != nil {
		return err
	}
	in := report.Input{Contract: f.contract, Statements: issued}
	r, err := report.New(in)
	if err != nil {
		return err
	}
	v := reportView{view: view{contract: f.contract, statement: issued[len(issued)-1], limit: 10, width: w.Width(), colour: w.Colour()}, Report: r}
	document := map[string]any{"contract": r.Contract, "through": r.Through, "cut_off": r.CutOff, "partnership": v.statement.Partnership, "matrix": r.Board.Matrix, "perspectives": r.Board.Perspectives,
		"in_kind": v.statement.InKind, "streams": v.statement.Streams}
	s := &terminal.Sheet{}
	if cmd.Without != "" {
		left, err := report.Without(in, cmd.Without, cmd.Bear)
		if err != nil {
			return err
		}
		document["without"] = left
		v.printWithout(s, left)
	} else {
		v.printMatrix(s)
		v.printPerspectives(s)
		v.printInKind(s)
		v.printStreams(s)
		v.printForecast(s)
	}
	if cmd.JSON {
		err = terminal.WriteJSON(w.Stdout, document)
	} else {
		p := &terminal.Page{Width: v.width, Colour: v.colour}
		s.PrintSections(p)
		_, err = io.WriteString(w.Stdout, p.Text.String())
	}
	if s := v.statement.Partnership; s != nil && err == nil && cmd.Without == "" && slices.ContainsFunc(s.Partners, func(one statements.PartnerSum) bool { return one.Short != nil }) {
		return terminal.ErrFound
	}
	return err
}

// printPartnership shows what each partner put in beside what it had of it, and who loses by taking part.
func (v view) printPartnership(p *terminal.Sheet, drawn pictures) {
	s := v.statement.Partnership
	if s == nil {
		return
	}
	p.Named("partnership", "Who invests and who benefits, to "+terminal.Long(v.statement.Through))
	p.Line("Benefits are by "+terminal.Words(strings.Join(s.Benefits, ", "))+". What is in kind counts and is never paid. ("+s.Clause+")", terminal.Dim)
	t := terminal.Table{Columns: []terminal.Column{{Title: "partner", Flex: true}, {Title: "side"}, {Title: "paid", Right: true}, {Title: "in kind", Right: true},
		{Title: "received", Right: true}, {Title: "benefit", Right: true}, {Title: "net", Right: true}}}
	add := func(name string, one statements.PartnerSum) {
		t.Add(name, one.Side, v.money(one.Paid), v.money(one.InKind), v.money(one.Received), v.money(one.Benefit), v.money(one.Net))
	}
	for _, one := range s.Partners {
		add(v.party(one.Party), one)
	}
	for _, side := range s.Sides {
		if side.Side != "taxpayer" {
			add("together, "+side.Side, side)
			continue
		}
		t.Total = []string{"taxpayer", "", v.money(side.Paid), v.money(side.InKind), v.money(side.Received), v.money(side.Benefit), v.money(side.Net)}
	}
	p.Write(t)
	if drawn.flows != "" {
		p.Picture(drawn.flows, flowsCaption)
	}
	p.Line("Everybody else has "+v.money(s.Others)+" in cash, so that all the cash comes to nought.", terminal.Dim)
	for _, waits := range s.Waits {
		p.Line("Not counted: "+terminal.Words(waits)+".", terminal.Plain)
	}
	for _, one := range s.Partners {
		if text := v.madeGoodText(v.party(one.Party), one.MadeGood); text != "" {
			p.Line(text, terminal.Plain)
		}
	}
	for _, one := range s.Partners {
		if one.Short != nil {
			p.Line(fmt.Sprintf("%s loses %s, and signed for %s: %s more.", v.party(one.Party), v.money(one.Net.Neg()), v.lossWords(one.LossLimit), v.money(*one.Short)), terminal.Bold)
		}
	}
	for _, pay := range s.Cure {
		p.Line(fmt.Sprintf("It would be cured by %s from %s to %s.", v.money(pay.Amount), v.party(pay.From), v.party(pay.To)), terminal.Plain)
	}
	if !s.Uncured.IsZero() {
		p.Line("The gains of the others do not cover "+v.money(s.Uncured)+" of it: the partnership loses, and not one partner only.", terminal.Bold)
	}
}

// madeGoodText says what a partner had, or paid, so that losses were made good.
func (v view) madeGoodText(name string, sum *money.Amount) string {
	switch {
	case sum == nil || sum.IsZero():
		return ""
	case sum.Sign() > 0:
		return name + " has had " + v.money(*sum) + " of what it received to make its loss good."
	}
	return name + " has paid " + v.money(sum.Neg()) + " of what it paid to make others' losses good."
}

func (v view) lossWords(a *money.Amount) string {
	if a.IsZero() {
		return "no loss"
	}
	return v.money(*a)
}
