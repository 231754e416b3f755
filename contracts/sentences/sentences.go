// Package sentences is a contract in words: a sentence for each payment, cohort, comparison, saving and cap, by which a
// lawyer can hold it against the signed text, and the choices that it made. It says; what it says is settled elsewhere.
package sentences

import (
	"fmt"
	"strings"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/wording"
)

// Write gives every payment and comparison of a checked contract its sentence.
func Write(c *contracts.Contract) {
	for i := range c.Payments {
		c.Payments[i].Sentence = paymentSentence(c, i)
	}
	for i := range c.Comparisons {
		c.Comparisons[i].Sentence = comparisonSentence(c, &c.Comparisons[i])
	}
}

// paymentSentence says a payment in the fixed order: from pays to, for each per and for, when, unless, where: the sum,
// then as listed; caps; due; rest. (clause)
func paymentSentence(c *contracts.Contract, i int) string {
	p := &c.Payments[i]
	if p.For == contracts.ForLeftOver {
		return leftOverSentence(c, p)
	}
	if p.For == contracts.ForLosses {
		return lossesSentence(c, p)
	}
	var b strings.Builder
	pays := " pays "
	if p.From.Division >= 0 {
		pays = " pay "
	}
	b.WriteString(wording.Capital(payeeWords(c, p.From)) + pays + payeeWords(c, p.To))
	b.WriteString(forWords(c, p))
	if p.When != nil {
		b.WriteString(", when " + conditionWords(c, p.When, " is "))
	}
	if p.Unless != nil {
		b.WriteString(", unless " + conditionWords(c, p.Unless, " "))
	}
	if p.Hurdle != nil {
		b.WriteString(", where " + conditionWords(c, &p.Hurdle.Test, " is "))
	}
	if p.Between != (calendar.Span{First: c.First, Last: c.Last}) {
		b.WriteString(", from " + p.Between.First.Long() + " to " + p.Between.Last.Long())
	}
	b.WriteString(": " + sumWords(c, p))
	for _, s := range p.Then {
		b.WriteString(", " + s.Text)
	}
	for at := range c.Caps {
		for _, over := range c.Caps[at].Over {
			if over == i {
				b.WriteString("; " + capWords(c, &c.Caps[at]))
			}
		}
	}
	b.WriteString("; " + dueWords(c, p.Due))
	if p.Held != nil {
		b.WriteString("; " + heldWords(c, p.Held))
	}
	if p.RestrictedTo != "" {
		b.WriteString("; to be spent on " + wording.Spaced(p.RestrictedTo) + " alone")
	}
	if !p.Shadow.First.IsZero() {
		b.WriteString("; " + shadowWords(p.Shadow) + " it is worked out and shown, and not paid")
	}
	if p.Rest != nil {
		b.WriteString("; the rest stays with " + payeeWords(c, *p.Rest))
	}
	b.WriteString(". (" + p.Clause + ")")
	return b.String()
}

// leftOverSentence says who has what is left in an account, and when.
func leftOverSentence(c *contracts.Contract, p *contracts.Payment) string {
	a := &c.Accounts[p.Index]
	when := "each " + wording.Spaced(c.Periods[a.Period].Name)
	if a.LeftOver == contracts.LeftAtEnd {
		when = "the last " + wording.Spaced(c.Periods[a.Period].Name)
		if a.Between.Last > 0 && a.Between.Last < c.Last {
			when = a.Between.Last.Long()
		}
	}
	return "What is left in the " + wording.OrName(a.Called, a.Name) + " at the end of " + when + " goes to " + payeeWords(c, p.To) + finalWords(a) + ". (" + p.Clause + ")"
}

func finalWords(a *contracts.Account) string {
	if a.Final {
		return ", and is not taken back"
	}
	return ""
}

// heldWords says what part is kept back, and until when.
func heldWords(c *contracts.Contract, h *contracts.Held) string {
	text := Formula(c, h.Share) + " held"
	if h.ReleasedOn != nil {
		text += " until " + wording.Spaced(h.ReleasedOn.Name)
	}
	if h.ReleasedWhen != nil {
		text += " until " + conditionWords(c, h.ReleasedWhen, " is ")
	}
	return text
}

// payeeWords says one end of a payment.
func payeeWords(c *contracts.Contract, p contracts.Payee) string {
	switch {
	case p.Account >= 0:
		return "the " + wording.OrName(c.Accounts[p.Account].Called, c.Accounts[p.Account].Name)
	case p.Division >= 0:
		return divisionWords(c, &c.Divisions[p.Division])
	case p.Party >= 0 && c.Parties[p.Party].Each >= 0:
		return "each " + wording.Spaced(c.Units[c.Parties[p.Party].Each].Name)
	case p.Party >= 0:
		return "the " + wording.Spaced(c.Parties[p.Party].ID)
	}
	return "each " + wording.Spaced(p.Name)
}

// divisionWords says how a sum falls: "ministry 62.5%, lottery 37.5%"; "first ..., then ...".
func divisionWords(c *contracts.Contract, v *contracts.Division) string {
	var tranches []string
	for _, t := range v.Tranches {
		var parts []string
		for i, p := range t.Parties {
			part := wording.Spaced(c.Parties[p].ID)
			switch {
			case len(t.Weights) <= i:
			case t.Weights[i].Op == formula.OpLiteral:
				part += " " + Formula(c, t.Weights[i])
			case !t.OneFigure():
				part += " by " + Formula(c, t.Weights[i])
			}
			parts = append(parts, part)
		}
		text := wording.List(parts)
		switch {
		case t.Claim != nil:
			text += ", up to " + Formula(c, t.Claim) + " each"
		case t.OneFigure():
			text += ", by " + Formula(c, t.Weights[0])
		}
		tranches = append(tranches, text)
	}
	text := strings.Join(tranches, ", then ")
	if len(tranches) > 1 {
		text = "first " + text
	}
	return wording.OrName(v.Called, v.Name) + " (" + text + ")"
}

// forWords says for each what, and what it is paid for.
func forWords(c *contracts.Contract, p *contracts.Payment) string {
	parts := LevelParts(c, p.Per)
	if p.Per.Unit >= 0 && (eachUnit(c, p.From) == p.Per.Unit || eachUnit(c, p.To) == p.Per.Unit) && p.For != contracts.ForMeasure && p.For != contracts.ForCohort {
		parts = parts[1:] // "pays each organisation" has said it
	}
	switch p.For {
	case contracts.ForMeasure:
		m := &c.Measures[p.Index]
		if p.Per.Unit >= 0 {
			parts = parts[1:]
		}
		text := ", for each " + wording.Spaced(c.Units[m.Per.Unit].Name) + " " + measureWords(c, m)
		if len(parts) > 0 {
			text += ", for each " + wording.List(parts)
		}
		return text
	case contracts.ForCohort:
		k := &c.Cohorts[p.Index]
		text := ", for each " + wording.Spaced(c.Units[k.Unit].Name) + " that joined " + joinedWords(c, k)
		if p.Per.Unit >= 0 {
			parts = parts[1:]
		}
		if len(parts) > 0 {
			text += ", for each " + wording.List(parts)
		}
		return text
	default: // a figure, a sum and what is left over are said with the price
	}
	if len(parts) == 0 {
		return ""
	}
	return ", for each " + wording.List(parts)
}

// eachUnit returns the unit type whose every unit is the party, or -1.
func eachUnit(c *contracts.Contract, p contracts.Payee) int {
	if p.Party < 0 {
		return -1
	}
	return c.Parties[p.Party].Each
}

// joinedWords says whose joining counts: "by attachment from 1 April 2012 to 31 March 2015".
func joinedWords(c *contracts.Contract, k *contracts.Cohort) string {
	text := "by " + wording.Spaced(c.Evidence[k.JoinedBy].Name) + " from " + k.Between.First.Long() + " to " + k.Between.Last.Long()
	if k.Where != nil {
		text += ", where " + conditionWords(c, k.Where, " is ")
	}
	if k.CountsWhere != nil {
		text += ", and counts when " + conditionWords(c, k.CountsWhere, " is ")
	}
	return text
}

// measureWords says how an outcome is met: "turned around, on a claim, with school (...), once".
func measureWords(c *contracts.Contract, m *contracts.Measure) string {
	text := wording.OrName(m.Called, m.Name)
	kinds := make([]string, len(m.Kinds))
	for i, k := range m.Kinds {
		kinds[i] = wording.Spaced(c.Evidence[k].Name)
	}
	switch m.Form {
	case contracts.OnItem:
		text += ", on " + wording.Article(wording.List(kinds)) + ", with " + conditionWords(c, m.When, " is ")
	case contracts.AsSoonAs:
		text += ", as soon as " + conditionWords(c, m.When, " is ")
	case contracts.FirstItem:
		text += ", on the first " + wording.Enumerate(kinds, "or")
	case contracts.EachItem:
		text += ", on each " + wording.Enumerate(kinds, "or")
	case contracts.EveryRun:
		text += ", at every further " + m.Every.String() + " of unbroken " + wording.Spaced(c.Quantities[m.Run].Name)
		if m.RestartsOn >= 0 {
			text += ", counted anew from " + wording.Article(wording.Spaced(c.Evidence[m.RestartsOn].Name))
			if m.RestartsFrom.N > 0 {
				text += " in or after " + m.RestartsFrom.String()
			}
		}
	}
	switch m.IfAllNeutral {
	case contracts.NeutralMet:
		text += " (met if all are neutral)"
	case contracts.NeutralNotMet:
		text += " (not met if all are neutral)"
	case contracts.NeutralUnsaid:
	}
	if m.In != nil {
		text += ", " + windowWords(c, m.In)
	}
	if m.Until != nil {
		text += ", until " + dayWords(m.Until)
	}
	if m.NotAbove != nil {
		if f, ok := constant(c, m.NotAbove); ok && f.Num.IsInt() && f.Num.String() == "1" {
			return text + ", once"
		}
		text += ", at most " + Formula(c, m.NotAbove) + " times"
	}
	return text
}

// sumWords says the sum before its steps.
func sumWords(c *contracts.Contract, p *contracts.Payment) string {
	part := ""
	if p.Hurdle != nil && p.Hurdle.PaysOn == contracts.PaysExcess {
		part = ", for what is beyond " + boundWords(c, &p.Hurdle.Test) + " only"
	}
	switch p.For {
	case contracts.ForMeasure, contracts.ForCohort:
		return priceWords(c, p.Price) + part
	case contracts.ForFigure:
		return priceWords(c, p.Price) + " for each of " + Formula(c, p.Figure) + part
	case contracts.ForSum, contracts.ForLeftOver, contracts.ForLosses: // a formula, below, or a sentence of its own
	}
	if p.Hurdle != nil && part == "" {
		whole := Formula(c, p.Of)
		if p.Of.Op == formula.OpRef {
			whole = "the " + strings.TrimPrefix(whole, "its ")
		}
		return "the whole of " + whole
	}
	return Formula(c, p.Of) + part
}

func boundWords(c *contracts.Contract, test *contracts.Condition) string {
	if test.Bound == nil {
		return test.Text
	}
	return Formula(c, test.Bound)
}

// dueWords says when a payment falls due.
func dueWords(c *contracts.Contract, due contracts.Due) string {
	text := "due on evidence"
	if due.ClaimedBy >= 0 {
		text = "due on " + wording.Article(wording.Spaced(c.Evidence[due.ClaimedBy].Name))
		if due.Within != nil {
			text += " made " + windowWords(c, due.Within)
		}
	}
	if due.ValidatedBy >= 0 {
		text += ", once " + wording.Spaced(c.Evidence[due.ValidatedBy].Name) + " has passed it"
	}
	if due.Wait != nil {
		text += ", " + due.Wait.String() + " after"
	}
	return text
}

// Of says everything beside the payments that decides money, one sentence each, in document order: cohorts,
// measures, tables, comparisons, baselines, savings, contributions in kind, divisions, accounts, caps and checks. The payments' own sentences stand on them.
func Of(c *contracts.Contract) []string {
	var all []string
	if !c.Shadow.First.IsZero() {
		all = append(all, wording.Capital(shadowWords(c.Shadow))+" everything is worked out and shown, and nobody pays.")
	}
	for i := range c.Parties {
		if c.Parties[i].SucceededBy >= 0 {
			all = append(all, successionSentence(c, &c.Parties[i]))
		}
	}
	for i := range c.Cohorts {
		all = append(all, cohortSentence(c, &c.Cohorts[i]))
	}
	for i := range c.Measures {
		m := &c.Measures[i]
		all = append(all, fmt.Sprintf("Each %s: %s.%s", wording.Spaced(c.Units[m.Per.Unit].Name), measureWords(c, m), clauseWords(m.Clause)))
	}
	for i := range c.Tables {
		if a := c.AssumptionOf(i); a != nil {
			all = append(all, assumptionSentence(c, a))
			continue
		}
		all = append(all, tableSentence(c, &c.Tables[i]))
	}
	for i := range c.Comparisons {
		all = append(all, comparisonSentence(c, &c.Comparisons[i]))
	}
	for i := range c.Baselines {
		all = append(all, Baseline(c, &c.Baselines[i]))
	}
	for i := range c.Savings {
		all = append(all, Saving(c, &c.Savings[i]))
	}
	for i := range c.InKind {
		all = append(all, InKind(c, &c.InKind[i]))
	}
	for i := range c.Divisions {
		all = append(all, wording.Capital(divisionWords(c, &c.Divisions[i]))+"."+clauseWords(c.Divisions[i].Clause))
	}
	for i := range c.Accounts {
		all = append(all, accountSentence(c, &c.Accounts[i]))
	}
	for i := range c.Stakes {
		all = append(all, stakeSentence(c, &c.Stakes[i]))
	}
	if c.Partnership != nil {
		all = append(all, partnershipSentence(c))
	}
	for i := range c.Caps {
		all = append(all, capSentence(c, &c.Caps[i]))
	}
	for i := range c.Checks {
		all = append(all, checkSentence(c, &c.Checks[i]))
	}
	return append(all, handSentences(c)...)
}

// accountSentence says whose an account is, what comes into it, and what becomes of what it has not paid.
func accountSentence(c *contracts.Contract, a *contracts.Account) string {
	each := "each " + wording.Spaced(c.Periods[a.Period].Name)
	text := "The " + wording.OrName(a.Called, a.Name) + " is the " + wording.Spaced(c.Parties[a.Owner].ID) + "'s"
	if a.OpensWith != nil {
		text += ", opens with " + Formula(c, a.OpensWith)
	}
	if a.Receives != nil {
		text += ", receives " + Formula(c, a.Receives) + " " + each
	}
	if a.Stream {
		text += streamWords(c, a)
	}
	if a.LeftOver == contracts.LeftCarried {
		text += ", and carries what is left from " + each + " to the next"
	}
	if a.Final {
		text += "; what it paid is not taken back"
	}
	return text + ". (" + a.Clause + ")"
}

func shadowWords(days calendar.Span) string {
	return "from " + days.First.Long() + " to " + days.Last.Long()
}

func clauseWords(clause string) string {
	if clause == "" {
		return ""
	}
	return " (" + clause + ")"
}

func cohortSentence(c *contracts.Contract, k *contracts.Cohort) string {
	text := wording.Capital(cohortWords(k)) + " are each " + wording.Spaced(c.Units[k.Unit].Name) + " that joined " + joinedWords(c, k)
	if k.CloseAt > 0 {
		text += ", closing at " + wording.Thousands(fmt.Sprint(k.CloseAt)) + " members"
	}
	if k.CloseAfter != nil {
		if text += ", closing "; k.CloseAt > 0 {
			text = strings.TrimSuffix(text, ", closing ") + " or "
		}
		text += "after " + k.CloseAfter.String()
	}
	if k.NextOpens {
		text += ", when the next opens"
	}
	switch k.Counts {
	case contracts.CountsEveryone:
		text += "; everyone who joined counts"
	case contracts.CountsComparedOnly:
		text += "; they are only compared with"
	case contracts.CountsCondition: // said with who joined
	}
	return text + "." + clauseWords(k.Clause)
}

// PaymentNames lists payments by their names; all of them are "all payments".
func PaymentNames(c *contracts.Contract, over []int) string {
	if len(over) == len(c.AllPayments()) {
		return "all payments"
	}
	names := make([]string, len(over))
	for i, p := range over {
		names[i] = wording.OrName(c.Payments[p].Called, c.Payments[p].Name)
	}
	return wording.List(names)
}

func checkSentence(c *contracts.Contract, k *contracts.Check) string {
	text := fmt.Sprintf("%s examines %s by %s, per %s: at least %s of the claims and at least %d, drawn %s; the error rate is %s; it recovers %s",
		wording.Capital(wording.OrName(k.Called, k.Name)), PaymentNames(c, k.Over), wording.Spaced(c.Evidence[k.FoundBy].Name), Level(c, k.Per),
		k.SampleShare.Format(c.Currency), k.SampleAtLeast, k.Drawn,
		map[contracts.ErrorBy]string{contracts.ErrorByClaims: "failed claims over examined claims", contracts.ErrorByMoney: "money on failed claims over money examined"}[k.Error],
		map[contracts.Recovers]string{contracts.RecoversFound: "only what was found", contracts.RecoversExtrapolated: "by the rate carried over to what was not examined"}[k.Recovers])
	return text + "." + clauseWords(k.Clause)
}

// StepNamed is the quantity of a saving's step, or -1.
func StepNamed(s *contracts.Saving, name string) int {
	for _, one := range s.Steps {
		if one.Name == name {
			return one.Quantity
		}
	}
	return -1
}
