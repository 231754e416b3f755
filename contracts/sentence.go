package contracts

import (
	"fmt"
	"strings"

	"outturn/contracts/calendar"
	"outturn/contracts/formula"
)

// Write gives every payment and comparison of a checked contract its sentence.
func Write(c *Contract) {
	for i := range c.Payments {
		c.Payments[i].Sentence = c.paymentSentence(i)
	}
	for i := range c.Comparisons {
		c.Comparisons[i].Sentence = c.comparisonSentence(&c.Comparisons[i])
	}
}

// paymentSentence says a payment in the fixed order: from pays to, for each per and for, when, unless, where: the sum,
// then as listed; caps; due; rest. (clause)
func (c *Contract) paymentSentence(i int) string {
	p := &c.Payments[i]
	if p.For == ForLeftOver {
		return c.leftOverSentence(p)
	}
	var b strings.Builder
	pays := " pays "
	if p.From.Division >= 0 {
		pays = " pay "
	}
	b.WriteString(capital(c.payeeWords(p.From)) + pays + c.payeeWords(p.To))
	b.WriteString(c.forWords(p))
	if p.When != nil {
		b.WriteString(", when " + c.conditionWords(p.When, " is "))
	}
	if p.Unless != nil {
		b.WriteString(", unless " + c.conditionWords(p.Unless, " "))
	}
	if p.Hurdle != nil {
		b.WriteString(", where " + c.conditionWords(&p.Hurdle.Test, " is "))
	}
	if p.Between != (calendar.Span{First: c.First, Last: c.Last}) {
		b.WriteString(", from " + p.Between.First.Long() + " to " + p.Between.Last.Long())
	}
	b.WriteString(": " + c.sumWords(p))
	for _, s := range p.Then {
		b.WriteString(", " + s.Text)
	}
	for at := range c.Caps {
		for _, over := range c.Caps[at].Over {
			if over == i {
				b.WriteString("; " + c.capWords(&c.Caps[at]))
			}
		}
	}
	b.WriteString("; " + c.dueWords(p.Due))
	if p.Held != nil {
		b.WriteString("; " + c.heldWords(p.Held))
	}
	if p.RestrictedTo != "" {
		b.WriteString("; to be spent on " + spaced(p.RestrictedTo) + " alone")
	}
	if !p.Shadow.First.IsZero() {
		b.WriteString("; " + shadowWords(p.Shadow) + " it is worked out and shown, and not paid")
	}
	if p.Rest != nil {
		b.WriteString("; the rest stays with " + c.payeeWords(*p.Rest))
	}
	b.WriteString(". (" + p.Clause + ")")
	return b.String()
}

// leftOverSentence says who has what is left in an account, and when.
func (c *Contract) leftOverSentence(p *Payment) string {
	a := &c.Accounts[p.Index]
	when := "each " + spaced(c.Periods[a.Period].Name)
	if a.LeftOver == LeftAtEnd {
		when = "the last " + spaced(c.Periods[a.Period].Name)
		if a.Between.Last > 0 && a.Between.Last < c.Last {
			when = a.Between.Last.Long()
		}
	}
	return "What is left in the " + orName(a.Called, a.Name) + " at the end of " + when + " goes to " + c.payeeWords(p.To) + finalWords(a) + ". (" + p.Clause + ")"
}

func finalWords(a *Account) string {
	if a.Final {
		return ", and is not taken back"
	}
	return ""
}

// heldWords says what part is kept back, and until when.
func (c *Contract) heldWords(h *Held) string {
	text := c.formulaWords(h.Share) + " held"
	if h.ReleasedOn != nil {
		text += " until " + spaced(h.ReleasedOn.Name)
	}
	if h.ReleasedWhen != nil {
		text += " until " + c.conditionWords(h.ReleasedWhen, " is ")
	}
	return text
}

// payeeWords says one end of a payment.
func (c *Contract) payeeWords(p Payee) string {
	switch {
	case p.Account >= 0:
		return "the " + orName(c.Accounts[p.Account].Called, c.Accounts[p.Account].Name)
	case p.Division >= 0:
		return c.divisionWords(&c.Divisions[p.Division])
	case p.Party >= 0 && c.Parties[p.Party].Each >= 0:
		return "each " + spaced(c.Units[c.Parties[p.Party].Each].Name)
	case p.Party >= 0:
		return "the " + spaced(c.Parties[p.Party].ID)
	}
	return "each " + spaced(p.Name)
}

// divisionWords says how a sum falls: "ministry 62.5%, lottery 37.5%"; "first ..., then ...".
func (c *Contract) divisionWords(v *Division) string {
	var tranches []string
	for _, t := range v.Tranches {
		var parts []string
		for i, p := range t.Parties {
			part := spaced(c.Parties[p].ID)
			switch {
			case len(t.Weights) <= i:
			case t.Weights[i].Op == formula.OpLiteral:
				part += " " + c.formulaWords(t.Weights[i])
			case !t.oneFigure():
				part += " by " + c.formulaWords(t.Weights[i])
			}
			parts = append(parts, part)
		}
		text := list(parts)
		switch {
		case t.Claim != nil:
			text += ", up to " + c.formulaWords(t.Claim) + " each"
		case t.oneFigure():
			text += ", by " + c.formulaWords(t.Weights[0])
		}
		tranches = append(tranches, text)
	}
	text := strings.Join(tranches, ", then ")
	if len(tranches) > 1 {
		text = "first " + text
	}
	return orName(v.Called, v.Name) + " (" + text + ")"
}

// forWords says for each what, and what it is paid for.
func (c *Contract) forWords(p *Payment) string {
	parts := c.levelParts(p.Per)
	if p.Per.Unit >= 0 && (c.eachUnit(p.From) == p.Per.Unit || c.eachUnit(p.To) == p.Per.Unit) && p.For != ForMeasure && p.For != ForCohort {
		parts = parts[1:] // "pays each organisation" has said it
	}
	switch p.For {
	case ForMeasure:
		m := &c.Measures[p.Index]
		if p.Per.Unit >= 0 {
			parts = parts[1:]
		}
		text := ", for each " + spaced(c.Units[m.Per.Unit].Name) + " " + c.measureWords(m)
		if len(parts) > 0 {
			text += ", for each " + list(parts)
		}
		return text
	case ForCohort:
		k := &c.Cohorts[p.Index]
		text := ", for each " + spaced(c.Units[k.Unit].Name) + " that joined " + c.joinedWords(k)
		if p.Per.Unit >= 0 {
			parts = parts[1:]
		}
		if len(parts) > 0 {
			text += ", for each " + list(parts)
		}
		return text
	default: // a figure, a sum and what is left over are said with the price
	}
	if len(parts) == 0 {
		return ""
	}
	return ", for each " + list(parts)
}

// eachUnit returns the unit type whose every unit is the party, or -1.
func (c *Contract) eachUnit(p Payee) int {
	if p.Party < 0 {
		return -1
	}
	return c.Parties[p.Party].Each
}

// joinedWords says whose joining counts: "by attachment from 1 April 2012 to 31 March 2015".
func (c *Contract) joinedWords(k *Cohort) string {
	text := "by " + spaced(c.Evidence[k.JoinedBy].Name) + " from " + k.Between.First.Long() + " to " + k.Between.Last.Long()
	if k.Where != nil {
		text += ", where " + c.conditionWords(k.Where, " is ")
	}
	if k.CountsWhere != nil {
		text += ", and counts when " + c.conditionWords(k.CountsWhere, " is ")
	}
	return text
}

// measureWords says how an outcome is met: "turned around, on a claim, with school (...), once".
func (c *Contract) measureWords(m *Measure) string {
	text := orName(m.Called, m.Name)
	kinds := make([]string, len(m.Kinds))
	for i, k := range m.Kinds {
		kinds[i] = spaced(c.Evidence[k].Name)
	}
	switch m.Form {
	case OnItem:
		text += ", on " + article(list(kinds)) + ", with " + c.conditionWords(m.When, " is ")
	case AsSoonAs:
		text += ", as soon as " + c.conditionWords(m.When, " is ")
	case FirstItem:
		text += ", on the first " + enumerate(kinds, "or")
	case EachItem:
		text += ", on each " + enumerate(kinds, "or")
	case EveryRun:
		text += ", at every further " + m.Every.String() + " of unbroken " + spaced(c.Quantities[m.Run].Name)
		if m.RestartsOn >= 0 {
			text += ", counted anew from " + article(spaced(c.Evidence[m.RestartsOn].Name))
			if m.RestartsFrom.N > 0 {
				text += " in or after " + m.RestartsFrom.String()
			}
		}
	}
	switch m.IfAllNeutral {
	case NeutralMet:
		text += " (met if all are neutral)"
	case NeutralNotMet:
		text += " (not met if all are neutral)"
	case NeutralUnsaid:
	}
	if m.In != nil {
		text += ", " + c.windowWords(m.In)
	}
	if m.Until != nil {
		text += ", until " + m.Until.words()
	}
	if m.NotAbove != nil {
		if f, ok := c.constant(m.NotAbove); ok && f.Num.IsInt() && f.Num.String() == "1" {
			return text + ", once"
		}
		text += ", at most " + c.formulaWords(m.NotAbove) + " times"
	}
	return text
}

// sumWords says the sum before its steps.
func (c *Contract) sumWords(p *Payment) string {
	part := ""
	if p.Hurdle != nil && p.Hurdle.PaysOn == PaysExcess {
		part = ", for what is beyond " + c.boundWords(&p.Hurdle.Test) + " only"
	}
	switch p.For {
	case ForMeasure, ForCohort:
		return c.priceWords(p.Price) + part
	case ForFigure:
		return c.priceWords(p.Price) + " for each of " + c.formulaWords(p.Figure) + part
	case ForSum, ForLeftOver: // a formula, below
	}
	if p.Hurdle != nil && part == "" {
		whole := c.formulaWords(p.Of)
		if p.Of.Op == formula.OpRef {
			whole = "the " + strings.TrimPrefix(whole, "its ")
		}
		return "the whole of " + whole
	}
	return c.formulaWords(p.Of) + part
}

func (c *Contract) boundWords(test *Condition) string {
	if test.Bound == nil {
		return test.Text
	}
	return c.formulaWords(test.Bound)
}

// dueWords says when a payment falls due.
func (c *Contract) dueWords(due Due) string {
	text := "due on evidence"
	if due.ClaimedBy >= 0 {
		text = "due on " + article(spaced(c.Evidence[due.ClaimedBy].Name))
		if due.Within != nil {
			text += " made " + c.windowWords(due.Within)
		}
	}
	if due.ValidatedBy >= 0 {
		text += ", once " + spaced(c.Evidence[due.ValidatedBy].Name) + " has passed it"
	}
	if due.Wait != nil {
		text += ", " + due.Wait.String() + " after"
	}
	return text
}

// Sentences says everything beside the payments that decides money, one sentence each, in document order: cohorts,
// measures, tables, comparisons, baselines, savings, contributions in kind, divisions, accounts, caps and checks. The payments' own sentences stand on them.
func (c *Contract) Sentences() []string {
	var all []string
	if !c.Shadow.First.IsZero() {
		all = append(all, capital(shadowWords(c.Shadow))+" everything is worked out and shown, and nobody pays.")
	}
	for i := range c.Parties {
		if c.Parties[i].SucceededBy >= 0 {
			all = append(all, c.successionSentence(&c.Parties[i]))
		}
	}
	for i := range c.Cohorts {
		all = append(all, c.cohortSentence(&c.Cohorts[i]))
	}
	for i := range c.Measures {
		m := &c.Measures[i]
		all = append(all, fmt.Sprintf("Each %s: %s.%s", spaced(c.Units[m.Per.Unit].Name), c.measureWords(m), clauseWords(m.Clause)))
	}
	for i := range c.Tables {
		if a := c.AssumptionOf(i); a != nil {
			all = append(all, c.assumptionSentence(a))
			continue
		}
		all = append(all, c.tableSentence(&c.Tables[i]))
	}
	for i := range c.Comparisons {
		all = append(all, c.comparisonSentence(&c.Comparisons[i]))
	}
	for i := range c.Baselines {
		all = append(all, c.Baselines[i].Sentence(c))
	}
	for i := range c.Savings {
		all = append(all, c.Savings[i].Sentence(c))
	}
	for i := range c.InKind {
		all = append(all, c.InKindSentence(&c.InKind[i]))
	}
	for i := range c.Divisions {
		all = append(all, capital(c.divisionWords(&c.Divisions[i]))+"."+clauseWords(c.Divisions[i].Clause))
	}
	for i := range c.Accounts {
		all = append(all, c.accountSentence(&c.Accounts[i]))
	}
	for i := range c.Stakes {
		all = append(all, c.stakeSentence(&c.Stakes[i]))
	}
	if c.Partnership != nil {
		all = append(all, c.partnershipSentence())
	}
	for i := range c.Caps {
		all = append(all, c.capSentence(&c.Caps[i]))
	}
	for i := range c.Checks {
		all = append(all, c.checkSentence(&c.Checks[i]))
	}
	return append(all, c.handSentences()...)
}

// accountSentence says whose an account is, what comes into it, and what becomes of what it has not paid.
func (c *Contract) accountSentence(a *Account) string {
	each := "each " + spaced(c.Periods[a.Period].Name)
	text := "The " + orName(a.Called, a.Name) + " is the " + spaced(c.Parties[a.Owner].ID) + "'s"
	if a.OpensWith != nil {
		text += ", opens with " + c.formulaWords(a.OpensWith)
	}
	if a.Receives != nil {
		text += ", receives " + c.formulaWords(a.Receives) + " " + each
	}
	if a.Stream {
		text += c.streamWords(a)
	}
	if a.LeftOver == LeftCarried {
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

func (c *Contract) cohortSentence(k *Cohort) string {
	text := capital(k.words()) + " are each " + spaced(c.Units[k.Unit].Name) + " that joined " + c.joinedWords(k)
	if k.CloseAt > 0 {
		text += ", closing at " + thousands(fmt.Sprint(k.CloseAt)) + " members"
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
	case CountsEveryone:
		text += "; everyone who joined counts"
	case CountsComparedOnly:
		text += "; they are only compared with"
	case CountsCondition: // said with who joined
	}
	return text + "." + clauseWords(k.Clause)
}

func (c *Contract) paymentNames(over []int) string {
	if len(over) == len(c.Payments) {
		return "all payments"
	}
	names := make([]string, len(over))
	for i, p := range over {
		names[i] = orName(c.Payments[p].Called, c.Payments[p].Name)
	}
	return list(names)
}

func (c *Contract) checkSentence(k *Check) string {
	text := fmt.Sprintf("%s examines %s by %s, per %s: at least %s of the claims and at least %d, drawn %s; the error rate is %s; it recovers %s",
		capital(orName(k.Called, k.Name)), c.paymentNames(k.Over), spaced(c.Evidence[k.FoundBy].Name), c.levelWords(k.Per),
		k.SampleShare.Format(c.Currency), k.SampleAtLeast, k.Drawn,
		map[ErrorBy]string{ErrorByClaims: "failed claims over examined claims", ErrorByMoney: "money on failed claims over money examined"}[k.Error],
		map[Recovers]string{RecoversFound: "only what was found", RecoversExtrapolated: "by the rate carried over to what was not examined"}[k.Recovers])
	return text + "." + clauseWords(k.Clause)
}

// stepNamed is the quantity of a saving's step, or -1.
func stepNamed(s *Saving, name string) int {
	for _, one := range s.Steps {
		if one.Name == name {
			return one.Quantity
		}
	}
	return -1
}
