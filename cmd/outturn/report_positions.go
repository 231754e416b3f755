package main

import (
	"fmt"
	"math/big"
	"strings"

	"outturn/cmd/outturn/terminal"
	"outturn/contracts/money"
	"outturn/engine/report"
)

// This file prints who invests and who benefits, when it comes back, and the same money as each sees it.

func (v reportView) printMatrix(p *terminal.Sheet) {
	x := v.Board.Matrix
	if x == nil {
		return
	}
	p.Heading("Who invests and who benefits, to " + terminal.Long(v.Through))
	v.printPositions(p, append(append([]report.Position{}, x.Partners...), x.Sides...))
	if x.Hidden {
		p.Line("Benefits are not shown: a saving by which partners benefit counts few.", terminal.Plain)
		return
	}
	p.Line("Everybody else has "+v.money(x.Others)+" in cash, so that all the cash comes to nought.", terminal.Dim)
	for _, waits := range x.Waits {
		p.Line("Not counted: "+terminal.Words(waits)+".", terminal.Plain)
	}
	for _, one := range x.Partners {
		if text := v.madeGoodText(nameOr(one.Name, one.Party), one.MadeGood); text != "" {
			p.Line(text, terminal.Plain)
		}
	}
	for _, one := range x.Partners {
		if one.Short != nil {
			p.Line(nameOr(one.Name, one.Party)+" loses "+v.money(one.Net.Neg())+", and signed for "+v.lossWords(one.LossLimit)+": "+v.money(*one.Short)+" more.", terminal.Bold)
		}
	}
	for _, pay := range x.Cure {
		p.Line("It would be cured by "+v.money(pay.Amount)+" from "+v.partyName(pay.From)+" to "+v.partyName(pay.To)+".", terminal.Plain)
	}
	if x.Uncured != nil && !x.Uncured.IsZero() {
		p.Line("The gains of the others do not cover "+v.money(*x.Uncured)+" of it: the partnership loses, and not one partner only.", terminal.Bold)
	}
	if x.Rate != "" {
		p.Line("Discounted figures are an appraisal's and settle nothing. ("+x.Rate+")", terminal.Dim)
	}
}

// printPositions writes two tables: what each put in and had, and what came back of it and when.
func (v reportView) printPositions(p *terminal.Sheet, rows []report.Position) {
	t := terminal.Table{Columns: []terminal.Column{{Title: "partner", Flex: true}, {Title: "side"}, {Title: "paid", Right: true}, {Title: "in kind", Right: true}, {Title: "received", Right: true}, {Title: "benefit", Right: true}, {Title: "net", Right: true}}}
	back := terminal.Table{Columns: []terminal.Column{{Title: "partner", Flex: true}, {Title: "for each " + v.contract.Currency.Symbol + "1 put in", Right: true}, {Title: "came back", Flex: true}, {Title: "put in, discounted", Right: true}, {Title: "had, discounted", Right: true}, {Title: "came back, discounted", Flex: true}}}
	for _, one := range rows {
		name := v.positionName(one)
		t.Add(name, one.Side, v.money(one.Paid), v.money(one.InKind), v.money(one.Received), v.amount(one.Benefit, one.Benefit == nil), v.amount(one.Net, one.Net == nil))
		if one.Return != "" || one.Payback != nil {
			back.Add(name, returnText(one.Return), paybackText(one.Payback), optionalMoney(v, one.PutDiscounted), optionalMoney(v, one.HadDiscounted), paybackText(one.PaybackDiscounted))
		}
	}
	p.Write(t)
	p.Write(back)
}

func (v reportView) positionName(one report.Position) string {
	switch {
	case one.Party != "":
		return nameOr(one.Name, one.Party)
	case one.Side == "taxpayer":
		return "the taxpayer"
	}
	return "together, " + one.Side
}

func optionalMoney(v reportView, a *money.Amount) string {
	if a == nil {
		return ""
	}
	return v.money(*a)
}

// returnText writes an exact return to two places, cut, so that it is never said to be more than it is: 19/12 is 1.58.
func returnText(text string) string {
	x, err := money.ParseExact(text)
	if err != nil {
		return ""
	}
	r := x.Abs().Mul(money.Int(100)).Rat()
	hundredths := new(big.Int).Quo(r.Num(), r.Denom()).Int64()
	sign := ""
	if x.Sign() < 0 {
		sign = "-"
	}
	return fmt.Sprintf("%s%d.%02d", sign, hundredths/100, hundredths%100)
}

func paybackText(p *report.Payback) string {
	if p == nil {
		return ""
	}
	switch p.State {
	case report.PaidBack:
		_, last, _ := strings.Cut(p.In, " to ")
		return "by " + terminal.Long(last)
	case report.PaybackNotYet:
		switch _, last, days := strings.Cut(p.AtPace, " to "); {
		case days:
			return "not yet; at the last pace by " + terminal.Long(last)
		case p.AtPace != "":
			return "not yet; at the last pace " + p.AtPace
		}
		return "not yet"
	case report.PaybackNever:
		return "never"
	}
	return "nothing was put in"
}

func (v reportView) printPerspectives(p *terminal.Sheet) {
	if len(v.Board.Perspectives) == 0 {
		return
	}
	p.Heading("The same money, as each sees it")
	t := terminal.Table{Columns: []terminal.Column{{Title: "seen by", Flex: true}, {Title: "paid out", Right: true}, {Title: "received", Right: true}, {Title: "moved within", Right: true}, {Title: "in kind", Right: true}, {Title: "benefit", Right: true}, {Title: "net", Right: true}}}
	for _, one := range v.Board.Perspectives {
		t.Add(v.viewName(one), v.money(one.Paid), v.money(one.Received), v.money(one.Within), v.money(one.InKind), v.amount(one.Benefit, one.Benefit == nil), v.amount(one.Net, one.Net == nil))
	}
	p.Write(t)
	p.Line("Paid to and received from others than those who see it; what moves within changes nobody's net but its own parts'. The nets of agencies make those of local bodies and of the Exchequer, and these the taxpayer's.", terminal.Dim)
}

func (v reportView) viewName(one report.Perspective) string {
	switch one.View {
	case "agency":
		return v.partyName(one.Party)
	case "local":
		return "local bodies"
	case "exchequer":
		return "the Exchequer"
	}
	return "the taxpayer"
}

// printWithout says what would be left without a party.
func (v reportView) printWithout(p *terminal.Sheet, left *report.Withdrawal) {
	who := v.partyName(left.Party)
	p.Heading("Without " + who + ", to " + terminal.Long(v.Through))
	if left.ToBear.IsZero() {
		p.Line("Nothing would have to be borne by others: it puts no more in than it has.", terminal.Plain)
	} else {
		p.Line("The others would have to bear "+v.money(left.ToBear)+", by "+map[report.Bear]string{report.BearBenefit: "what each benefits", report.BearContribution: "what each puts in"}[left.By]+".", terminal.Plain)
	}
	t := terminal.Table{Columns: []terminal.Column{{Title: "who stays", Flex: true}, {Title: "would bear", Right: true}, {Title: "would lose", Right: true}, {Title: "net now", Right: true}, {Title: "net then", Right: true}}}
	for _, one := range left.Stay {
		t.Add(nameOr(one.Name, one.Party), v.money(one.Bears), v.money(one.Lost), v.money(one.Was), v.money(one.Net))
	}
	p.Write(t)
	p.Line("What each would lose is what it is paid by "+who+", less what it pays it.", terminal.Dim)
	for _, one := range left.Stay {
		if one.Short != nil {
			p.Line(nameOr(one.Name, one.Party)+" would lose "+v.money(one.Net.Neg())+": "+v.money(*one.Short)+" more than it signed for.", terminal.Bold)
		}
	}
	verdict := "What those who stay have, " + v.money(left.Had) + ", would still cover what they put in, " + v.money(left.Put) + "."
	if !left.Exceeds {
		verdict = "What those who stay have, " + v.money(left.Had) + ", would no longer cover what they put in, " + v.money(left.Put) + "."
	}
	p.Line(verdict, terminal.Bold)
	if !left.Free.IsZero() {
		p.Line(who+" would have its benefit of "+v.money(left.Free)+" for nothing.", terminal.Plain)
	}
}
