package sentences

import (
	"fmt"
	"strings"

	"outturn/contracts"
	"outturn/contracts/estimators"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/contracts/wording"
)

// Choice is one choice that a contract made: where, which, and what it stated.
type Choice struct {
	Where, Choice, Stated string
}

// roundingWords says a rounding of figures of a type; the zero rounding is "exact".
func roundingWords(c *contracts.Contract, r money.Rounding, t formula.Type) string {
	unit := figureWords(c, formula.Figure{Type: t, Num: r.Unit}, nil)
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
func Choices(c *contracts.Contract) []Choice {
	var all []Choice
	add := func(where, choice, stated string) {
		if stated != "" {
			all = append(all, Choice{where, choice, stated})
		}
	}
	add("contract", "an outcome that another scheme has paid for", map[contracts.PaidElsewhere]string{contracts.ElsewhereRefuse: "is refused",
		contracts.ElsewherePay: "is paid in full", contracts.ElsewhereDifference: "is paid the difference"}[c.PaidElsewhere])
	if len(c.ExclusiveWith) > 0 {
		add("contract", "whoever was claimed first under "+wording.Enumerate(c.ExclusiveWith, "or"), "is not paid for, and nobody before the register has answered")
	}
	add("calendar", "evidence is counted until", c.Calendar.CutOff.String()+" after the last day settled, and never after "+c.Calendar.LastCutOff.Long())
	add("rounding", "each line is rounded", roundingWords(c, c.Rounding, formula.Money))
	spare := "largest remainder, ties in the order of the parties"
	if c.Spare.Party >= 0 {
		spare = "to the " + wording.Spaced(c.Parties[c.Spare.Party].ID)
	}
	add("rounding", "spare pennies", spare)
	gatheringChoices(c, add)
	baselineChoices(c, add)
	savingChoices(c, add)
	moneyChoices(c, add)
	return all
}

// gatheringChoices adds the choices of evidence, cohorts, tables, quantities and measures.
func gatheringChoices(c *contracts.Contract, add func(where, choice, stated string)) {
	for i := range c.Evidence {
		k := &c.Evidence[i]
		add("evidence "+k.Name, "no item means", map[contracts.Silence]string{contracts.SilenceNought: "none happened", contracts.SilenceUnknown: "nothing is known"}[k.IfNone])
	}
	for i := range c.Cohorts {
		k := &c.Cohorts[i]
		counts := map[contracts.Counts]string{contracts.CountsEveryone: "everyone who joined", contracts.CountsComparedOnly: "nobody: they are only compared with"}[k.Counts]
		if k.CountsWhere != nil {
			counts = "those for whom " + conditionWords(c, k.CountsWhere, " is ")
		}
		add("cohort "+k.Name, "who counts", counts)
	}
	for i := range c.Tables {
		t := &c.Tables[i]
		if t.Dated != nil {
			add("table "+t.Name, "the day that selects a row", dayWords(t.Dated))
		}
		standingRows(c, t, add)
		add("table "+t.Name, "a figure finds its row", map[contracts.Reads]string{contracts.ReadsStep: "by the row it falls in, for the whole",
			contracts.ReadsSlice: "slice by slice, each at its own rate", contracts.ReadsStraightLine: "in proportion between the rows"}[t.Reads])
	}
	for i := range c.Quantities {
		quantityChoices(c, &c.Quantities[i], add)
	}
	for i := range c.Measures {
		m := &c.Measures[i]
		if m.In != nil {
			add("measure "+m.Name, "its window", wording.Spaced(m.In.Text))
		}
		add("measure "+m.Name, "every limb left out", map[contracts.AllNeutral]string{contracts.NeutralMet: "met", contracts.NeutralNotMet: "not met"}[m.IfAllNeutral])
	}
}

// standingRows adds the older particular rows that a later general row leaves standing: a variation must mean it.
func standingRows(c *contracts.Contract, t *contracts.Table, add func(where, choice, stated string)) {
	for i := range t.Rows {
		for j := range t.Rows {
			general, old := &t.Rows[i], &t.Rows[j]
			if general.From > old.From && contracts.MoreParticular(old, general) && contracts.RowsMeet(old, general) {
				add("table "+t.Name, fmt.Sprintf("the row on line %d, from %s,", general.Line, general.From.Long()),
					fmt.Sprintf("leaves the more particular row on line %d standing", old.Line))
			}
		}
	}
}

func quantityChoices(c *contracts.Contract, q *contracts.Quantity, add func(where, choice, stated string)) {
	where := "quantity " + q.Name
	if q.In != nil {
		add(where, "its window", wording.Spaced(q.In.Text))
	}
	if q.RunOut != nil {
		add(where, "evidence may still come", q.RunOut.String()+" after the window")
	}
	if q.Dated != nil {
		add(where, "the day that says in which period", dayWords(q.Dated))
	}
	if q.NeutralIf != nil {
		add(where, "left out of its test if", conditionWords(c, q.NeutralIf, " is "))
	}
	if q.IfUnknown == contracts.UnknownLeftOut {
		add(where, "a part not observed", "leaves it out")
	}
	if q.Rounded.Mode != money.NoRounding || q.SaidExact {
		add(where, "rounded", roundingWords(c, q.Rounded, q.Type))
	}
}

// moneyChoices adds the choices of comparisons, payments, caps and checks.
func moneyChoices(c *contracts.Contract, add func(where, choice, stated string)) {
	for i := range c.Comparisons {
		k := &c.Comparisons[i]
		where := "comparison " + k.Name
		add(where, "how it is estimated", string(k.Estimator))
		add(where, "how it came about who was treated", string(k.Selection))
		add(where, "cohorts taken together", map[contracts.PoolCovers]string{contracts.CoversAll: "all, paid on their own or not", contracts.CoversUnpaid: "those not paid on their own"}[k.Covers])
		if k.PaysOn == contracts.PaysCertified {
			add(where, "it pays on", "what is certified, whatever is worked out")
		} else if k.CertifiedBy >= 0 && k.Estimator != contracts.EstimatorCertified {
			add(where, "it pays on", "what is worked out, whatever is certified")
		}
		for j := range k.Options {
			add(where, wording.Spaced(k.Options[j].Name), optionText(c, &k.Options[j]))
		}
		for _, f := range contracts.SettledFields {
			if k.SaidSettles[f] {
				add(where, "the "+contracts.ComparisonColumns[f]+" is used", roundingWords(c, k.Settles[f], estimators.TypeOf(c, k, f)))
			}
		}
	}
	for i := range c.Payments {
		p := &c.Payments[i]
		where := "payment " + p.Name
		if p.For == contracts.ForLosses {
			continue // said with the partnership
		}
		if p.Hurdle != nil {
			add(where, "the hurdle", conditionWords(c, &p.Hurdle.Test, " is "))
			add(where, "beyond the hurdle is paid", map[contracts.PaysOn]string{contracts.PaysWhole: "the whole", contracts.PaysExcess: "the excess"}[p.Hurdle.PaysOn])
		}
		add(where, "it falls", dueWords(c, p.Due))
		if p.Rest != nil {
			add(where, "what is not earned stays with", payeeWords(c, *p.Rest))
		}
	}
	for i := range c.Caps {
		k := &c.Caps[i]
		add(k.Name, "filled", map[contracts.CapOrder]string{contracts.OrderDays: "by day", contracts.OrderListed: "in the order listed", contracts.OrderProRata: "in proportion", contracts.OrderLargest: "the largest first"}[k.Order])
		add(k.Name, "beyond it", strings.TrimPrefix(beyondWords(c, k), "is "))
		add(k.Name, "settled places", map[contracts.Places]string{contracts.PlacesStand: "stand", contracts.PlacesMove: "move"}[k.Places])
		if k.Dated != nil {
			add(k.Name, "charged by", dayWords(k.Dated))
		}
	}
	if c.Partnership != nil {
		add("partnership", "what a partner loses beyond its limit", strings.TrimPrefix(limitWords(c), "; what one loses beyond its limit "))
	}
	for i := range c.Checks {
		k := &c.Checks[i]
		where := "check " + k.Name
		add(where, "sample", fmt.Sprintf("%s, at least %d, drawn %s", k.SampleShare.Format(c.Currency), k.SampleAtLeast, k.Drawn))
		add(where, "error rate", map[contracts.ErrorBy]string{contracts.ErrorByClaims: "by claims", contracts.ErrorByMoney: "by money"}[k.Error])
		add(where, "recovers", map[contracts.Recovers]string{contracts.RecoversFound: "found only", contracts.RecoversExtrapolated: "extrapolated"}[k.Recovers])
	}
}
