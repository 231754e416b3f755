package main

import (
	"fmt"
	"math/big"
	"strings"

	"outturn/contracts/money"
	"outturn/engine/report"
)

// This file prints who invests and who benefits, when it comes back, and the same money as each sees it.

func (v reportView) printMatrix(p *sheet) {
	x := v.Board.Matrix
	if x == nil {
		return
	}
	p.heading("Who invests and who benefits, to " + long(v.Through))
	v.printPositions(p, append(append([]report.Position{}, x.Partners...), x.Sides...))
	if x.Hidden {
		p.line("Benefits are not shown: a saving by which partners benefit counts few.", plain)
		return
	}
	p.line("Everybody else has "+v.money(x.Others)+" in cash, so that all the cash comes to nought.", dim)
	for _, waits := range x.Waits {
		p.line("Not counted: "+words(waits)+".", plain)
	}
	for _, one := range x.Partners {
		if text := v.madeGoodText(nameOr(one.Name, one.Party), one.MadeGood); text != "" {
			p.line(text, plain)
		}
	}
	for _, one := range x.Partners {
		if one.Short != nil {
			p.line(nameOr(one.Name, one.Party)+" loses "+v.money(one.Net.Neg())+", and signed for "+v.lossWords(one.LossLimit)+": "+v.money(*one.Short)+" more.", bold)
		}
	}
	for _, pay := range x.Cure {
		p.line("It would be cured by "+v.money(pay.Amount)+" from "+v.partyName(pay.From)+" to "+v.partyName(pay.To)+".", plain)
	}
	if x.Uncured != nil && !x.Uncured.IsZero() {
		p.line("The gains of the others do not cover "+v.money(*x.Uncured)+" of it: the partnership loses, and not one partner only.", bold)
	}
	if x.Rate != "" {
		p.line("Discounted figures are an appraisal's and settle nothing. ("+x.Rate+")", dim)
	}
}

// printPositions writes two tables: what each put in and had, and what came back of it and when.
func (v reportView) printPositions(p *sheet, rows []report.Position) {
	t := table{columns: []column{{title: "partner", flex: true}, {title: "side"}, {title: "paid", right: true}, {title: "in kind", right: true}, {title: "received", right: true}, {title: "benefit", right: true}, {title: "net", right: true}}}
	back := table{columns: []column{{title: "partner", flex: true}, {title: "for each " + v.contract.Currency.Symbol + "1 put in", right: true}, {title: "came back", flex: true}, {title: "put in, discounted", right: true}, {title: "had, discounted", right: true}, {title: "came back, discounted", flex: true}}}
	for _, one := range rows {
		name := v.positionName(one)
		t.add(name, one.Side, v.money(one.Paid), v.money(one.InKind), v.money(one.Received), v.amount(one.Benefit, one.Benefit == nil), v.amount(one.Net, one.Net == nil))
		if one.Return != "" || one.Payback != nil {
			back.add(name, returnText(one.Return), paybackText(one.Payback), optionalMoney(v, one.PutDiscounted), optionalMoney(v, one.HadDiscounted), paybackText(one.PaybackDiscounted))
		}
	}
	p.write(t)
	p.write(back)
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
		return "by " + long(last)
	case report.PaybackNotYet:
		return "not yet"
	case report.PaybackNever:
		return "never"
	}
	return "nothing was put in"
}

func (v reportView) printPerspectives(p *sheet) {
	if len(v.Board.Perspectives) == 0 {
		return
	}
	p.heading("The same money, as each sees it")
	t := table{columns: []column{{title: "seen by", flex: true}, {title: "paid out", right: true}, {title: "received", right: true}, {title: "moved within", right: true}, {title: "in kind", right: true}, {title: "benefit", right: true}, {title: "net", right: true}}}
	for _, one := range v.Board.Perspectives {
		t.add(v.viewName(one), v.money(one.Paid), v.money(one.Received), v.money(one.Within), v.money(one.InKind), v.amount(one.Benefit, one.Benefit == nil), v.amount(one.Net, one.Net == nil))
	}
	p.write(t)
	p.line("Paid to and received from others than those who see it; what moves within changes nobody's net but its own parts'. The nets of agencies make those of local bodies and of the Exchequer, and these the taxpayer's.", dim)
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
func (v reportView) printWithout(p *sheet, left *report.Withdrawal) {
	who := v.partyName(left.Party)
	p.heading("Without " + who + ", to " + long(v.Through))
	if left.ToBear.IsZero() {
		p.line("Nothing would have to be borne by others: it puts no more in than it has.", plain)
	} else {
		p.line("The others would have to bear "+v.money(left.ToBear)+", by "+map[report.Bear]string{report.BearBenefit: "what each benefits", report.BearContribution: "what each puts in"}[left.By]+".", plain)
	}
	t := table{columns: []column{{title: "who stays", flex: true}, {title: "would bear", right: true}, {title: "would lose", right: true}, {title: "net now", right: true}, {title: "net then", right: true}}}
	for _, one := range left.Stay {
		t.add(nameOr(one.Name, one.Party), v.money(one.Bears), v.money(one.Lost), v.money(one.Was), v.money(one.Net))
	}
	p.write(t)
	p.line("What each would lose is what it is paid by "+who+", less what it pays it.", dim)
	for _, one := range left.Stay {
		if one.Short != nil {
			p.line(nameOr(one.Name, one.Party)+" would lose "+v.money(one.Net.Neg())+": "+v.money(*one.Short)+" more than it signed for.", bold)
		}
	}
	verdict := "What those who stay have, " + v.money(left.Had) + ", would still cover what they put in, " + v.money(left.Put) + "."
	if !left.Exceeds {
		verdict = "What those who stay have, " + v.money(left.Had) + ", would no longer cover what they put in, " + v.money(left.Put) + "."
	}
	p.line(verdict, bold)
	if !left.Free.IsZero() {
		p.line(who+" would have its benefit of "+v.money(left.Free)+" for nothing.", plain)
	}
}
