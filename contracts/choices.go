package contracts

import (
	"fmt"
	"strings"

	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// Choice is one choice that a contract made: where, which, and what it stated.
type Choice struct {
	Where, Choice, Stated string
}

// roundingWords says a rounding of figures of a type; the zero rounding is "exact".
func (c *Contract) roundingWords(r money.Rounding, t formula.Type) string {
	unit := c.figureWords(formula.Figure{Type: t, Num: r.Unit}, nil)
	ties := map[money.Ties]string{money.TiesUp: ", ties up", money.TiesDown: ", ties down", money.TiesEven: ", ties even"}[r.Ties]
	switch r.Mode {
	case money.Nearest:
		return "to the nearest " + unit + ties
	case money.Up:
		return "up to a multiple of " + unit
	case money.Down:
		return "down to a multiple of " + unit
	default:
		return "exact"
	}
}

// Choices lists every choice that the contract made on the points that move money, in document order, so that a reader
// can go down the list and agree or not.
func (c *Contract) Choices() []Choice {
	var all []Choice
	add := func(where, choice, stated string) {
		if stated != "" {
			all = append(all, Choice{where, choice, stated})
		}
	}
	add("contract", "an outcome that another scheme has paid for", map[PaidElsewhere]string{ElsewhereRefuse: "is refused",
		ElsewherePay: "is paid in full", ElsewhereDifference: "is paid the difference"}[c.PaidElsewhere])
	if len(c.ExclusiveWith) > 0 {
		add("contract", "whoever was claimed first under "+enumerate(c.ExclusiveWith, "or"), "is not paid for, and nobody before the register has answered")
	}
	add("calendar", "evidence is counted until", c.Calendar.CutOff.String()+" after the last day settled, and never after "+c.Calendar.LastCutOff.Long())
	add("rounding", "each line is rounded", c.roundingWords(c.Rounding, formula.Money))
	spare := "largest remainder, ties in the order of the parties"
	if c.Spare.Party >= 0 {
		spare = "to the " + spaced(c.Parties[c.Spare.Party].ID)
	}
	add("rounding", "spare pennies", spare)
	c.gatheringChoices(add)
	c.baselineChoices(add)
	c.savingChoices(add)
	c.moneyChoices(add)
	return all
}

// gatheringChoices adds the choices of evidence, cohorts, tables, quantities and measures.
func (c *Contract) gatheringChoices(add func(where, choice, stated string)) {
	for i := range c.Evidence {
		k := &c.Evidence[i]
		add("evidence "+k.Name, "no item means", map[Silence]string{SilenceNought: "none happened", SilenceUnknown: "nothing is known"}[k.IfNone])
	}
	for i := range c.Cohorts {
		k := &c.Cohorts[i]
		counts := map[Counts]string{CountsEveryone: "everyone who joined", CountsComparedOnly: "nobody: they are only compared with"}[k.Counts]
		if k.CountsWhere != nil {
			counts = "those for whom " + c.conditionWords(k.CountsWhere, " is ")
		}
		add("cohort "+k.Name, "who counts", counts)
	}
	for i := range c.Tables {
		t := &c.Tables[i]
		if t.Dated != nil {
			add("table "+t.Name, "the day that selects a row", t.Dated.words())
		}
		c.standingRows(t, add)
		add("table "+t.Name, "a figure finds its row", map[Reads]string{ReadsStep: "by the row it falls in, for the whole",
			ReadsSlice: "slice by slice, each at its own rate", ReadsStraightLine: "in proportion between the rows"}[t.Reads])
	}
	for i := range c.Quantities {
		c.quantityChoices(&c.Quantities[i], add)
	}
	for i := range c.Measures {
		m := &c.Measures[i]
		if m.In != nil {
			add("measure "+m.Name, "its window", spaced(m.In.Text))
		}
		add("measure "+m.Name, "every limb left out", map[AllNeutral]string{NeutralMet: "met", NeutralNotMet: "not met"}[m.IfAllNeutral])
	}
}

// standingRows adds the older particular rows that a later general row leaves standing: a variation must mean it.
func (c *Contract) standingRows(t *Table, add func(where, choice, stated string)) {
	for i := range t.Rows {
		for j := range t.Rows {
			general, old := &t.Rows[i], &t.Rows[j]
			if general.From > old.From && moreParticular(old, general) && common(old, general) {
				add("table "+t.Name, fmt.Sprintf("the row on line %d, from %s,", general.Line, general.From.Long()),
					fmt.Sprintf("leaves the more particular row on line %d standing", old.Line))
			}
		}
	}
}

func (c *Contract) quantityChoices(q *Quantity, add func(where, choice, stated string)) {
	where := "quantity " + q.Name
	if q.In != nil {
		add(where, "its window", spaced(q.In.Text))
	}
	if q.RunOut != nil {
		add(where, "evidence may still come", q.RunOut.String()+" after the window")
	}
	if q.Dated != nil {
		add(where, "the day that says in which period", q.Dated.words())
	}
	if q.NeutralIf != nil {
		add(where, "left out of its test if", c.conditionWords(q.NeutralIf, " is "))
	}
	if q.IfUnknown == UnknownLeftOut {
		add(where, "a part not observed", "leaves it out")
	}
	if q.Rounded.Mode != money.NoRounding || q.saidExact {
		add(where, "rounded", c.roundingWords(q.Rounded, q.Type))
	}
}

// moneyChoices adds the choices of comparisons, payments, caps and checks.
func (c *Contract) moneyChoices(add func(where, choice, stated string)) {
	for i := range c.Comparisons {
		k := &c.Comparisons[i]
		where := "comparison " + k.Name
		add(where, "how it is estimated", string(k.Estimator))
		add(where, "how it came about who was treated", string(k.Selection))
		add(where, "cohorts taken together", map[PoolCovers]string{CoversAll: "all, paid on their own or not", CoversUnpaid: "those not paid on their own"}[k.Covers])
		if k.PaysOn == PaysCertified {
			add(where, "it pays on", "what is certified, whatever is worked out")
		} else if k.CertifiedBy >= 0 && k.Estimator != EstimatorCertified {
			add(where, "it pays on", "what is worked out, whatever is certified")
		}
		for j := range k.Options {
			add(where, spaced(k.Options[j].Name), c.optionText(&k.Options[j]))
		}
		for _, f := range settledFields {
			if k.saidSettles[f] {
				add(where, "the "+comparisonColumns[f]+" is used", c.roundingWords(k.Settles[f], c.comparedType(k, f)))
			}
		}
	}
	for i := range c.Payments {
		p := &c.Payments[i]
		where := "payment " + p.Name
		if p.Hurdle != nil {
			add(where, "the hurdle", c.conditionWords(&p.Hurdle.Test, " is "))
			add(where, "beyond the hurdle is paid", map[PaysOn]string{PaysWhole: "the whole", PaysExcess: "the excess"}[p.Hurdle.PaysOn])
		}
		add(where, "it falls", c.dueWords(p.Due))
		if p.Rest != nil {
			add(where, "what is not earned stays with", c.payeeWords(*p.Rest))
		}
	}
	for i := range c.Caps {
		k := &c.Caps[i]
		add(k.Name, "filled", map[CapOrder]string{OrderDays: "by day", OrderListed: "in the order listed", OrderProRata: "in proportion", OrderLargest: "the largest first"}[k.Order])
		add(k.Name, "beyond it", strings.TrimPrefix(c.beyondWords(k), "is "))
		add(k.Name, "settled places", map[Places]string{PlacesStand: "stand", PlacesMove: "move"}[k.Places])
		if k.Dated != nil {
			add(k.Name, "charged by", k.Dated.words())
		}
	}
	for i := range c.Checks {
		k := &c.Checks[i]
		where := "check " + k.Name
		add(where, "sample", fmt.Sprintf("%s, at least %d, drawn %s", k.SampleShare.Format(c.Currency), k.SampleAtLeast, k.Drawn))
		add(where, "error rate", map[ErrorBy]string{ErrorByClaims: "by claims", ErrorByMoney: "by money"}[k.Error])
		add(where, "recovers", map[Recovers]string{RecoversFound: "found only", RecoversExtrapolated: "extrapolated"}[k.Recovers])
	}
}
