package engine_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Payments drawn at random: of every form, due in every way, divided and capped.

// due draws when a payment for an outcome falls due.
func (d *draft) due() string {
	if d.n(0, 3) < 2 {
		return "on_evidence"
	}
	by := ""
	if d.yes() {
		d.once("answer", func() { d.put("evidence", "answer", "{of: person, as: check}") })
		by = ", validated_by: answer"
	}
	wait := d.of("", ", wait: 15 working days", ", wait: 1 month")
	if d.yes() {
		return "{on: evidence" + by + wait + "}"
	}
	return "{on: claim, within: " + d.of("26 weeks after met", "3 months beginning with met", "after met") + by + wait + "}"
}

func (d *draft) conditions() string {
	return d.of("", "", "when: {"+d.condition(0)+"}, ", "unless: {"+d.condition(0)+"}, ") + d.of("", "", "", "shadow: 2020-07-15 to 2021-03-31, ")
}

func (d *draft) steps() string {
	var s []string
	if d.n(0, 4) == 0 {
		d.once("pot_now", func() {
			d.put("quantities", "pot_now", "{latest: budget.pot, in: beginning with 2020-01-01, "+d.of("", "if_unknown: left_out, ")+"per: contract}")
		})
		s = append(s, "{not_above: pot_now}")
	}
	for range d.n(0, 3) {
		s = append(s, d.of("{times: 50%}", "{times: 1.3}", "{less: 2%}", "{less: £7.00}", "{not_above: £80.00}", "{not_below: £20.00}", "{plus: £0.50}"))
	}
	if len(s) == 0 {
		return ""
	}
	return "then: [" + strings.Join(s, ", ") + "], "
}

// from draws who pays: a party, or a division among several.
func (d *draft) from() string {
	if d.n(0, 4) < 2 {
		return d.dividedPayer()
	}
	return "payer"
}

// dividedPayer draws a division among payers.
func (d *draft) dividedPayer() string {
	switch d.n(0, 3) {
	case 0:
		return d.once("weighed", func() { // by what is counted of all people, and by an answer of the whole
			d.put("quantities", "all_people", "{count: people, per: contract}")
			d.put("divisions", "weighed", "{tranches: [{among: [payer, council, lottery], by: {payer: all_people, council: 3, lottery: 1 + all_people}}], clause: 4}")
		})
	case 1, 2:
		return d.once("shared", func() {
			d.put("divisions", "shared", "{tranches: [{among: {payer: 62.5%, lottery: 37.5%}}], clause: 4}")
		})
	}
	return d.once("topped", func() {
		d.put("quantities", "taken_out", "{total: saving.taken, in: beginning with 2020-01-01, per: fund}")
		d.put("divisions", "topped", "{tranches: [{among: fund, claim: 10% * taken_out}, {among: {payer: 50%, council: 30%, lottery: 20%}}], clause: 4}")
	})
}

// dividedPayee draws a division among payees.
func (d *draft) dividedPayee() string {
	return d.once("waterfall", func() {
		d.put("divisions", "waterfall", "{tranches: [{among: [lender], claim: "+d.of("£4.00", "£50.01")+"}, {among: {provider: "+d.of("50%, lender: 50%", "2/3, lender: 1/3")+"}}], clause: 4}")
	})
}

// form is a payment while it is drawn: who pays whom, for what, and the unit type it stands per, or none for the whole.
type form struct{ ends, body, unit string }

// payment draws one payment.
func (d *draft) payment() {
	name := fmt.Sprintf("payment_%d", len(d.payments)+1)
	f := form{body: ""}
	for f.body == "" {
		ends := "from: " + d.from() + ", to: " + d.of("provider", "provider", "provider", d.dividedPayee())
		f = form{ends: ends, unit: "person"}
		n := d.n(0, 15)
		if d.apart {
			n = [...]int{0, 1, 2, 3, 4, 5, 7, 8, 10, 13}[n%10]
		}
		switch n {
		case 0, 1, 2, 3, 4, 5:
			f.body = d.unitPayment(n)
		case 6, 7, 8, 9:
			d.widerPayment(&f, n)
		default:
			d.otherPayment(&f, n)
		}
	}
	d.payments = append(d.payments, drawnPayment{name, f.unit, strings.Contains(f.body, "* 10%, due"), f.ends, strings.Contains(f.body, "of: check_")})
	d.put("payments", name, "{"+f.ends+", "+f.body+", clause: 6}")
}

// unitPayment draws a payment per person: for joining, for outcomes, for a count, or of a sum each period.
func (d *draft) unitPayment(n int) string {
	switch n {
	case 0:
		return "per: person, for: people, price: " + d.price("people") + ", " + d.conditions() + d.steps() + d.held(true) + "due: " + d.due()
	case 4:
		return "per: person, for: " + d.jobs() + ", price: " + d.price("people") + ", " + d.of("", "hurdle: {jobs: {more_than: 1}, pays_on: excess}, ") + d.held(true) + "due: on_evidence"
	case 5:
		d.once("worth", func() {
			d.put("quantities", "worth", "{is: score * £12.35 - £20.00, "+d.of("", "not_below: £0.00, ", "rounded: {nearest: £5, ties: down}, ")+"per: [person, "+d.settle+"]}")
		})
		return "per: [person, " + d.settle + "], of: worth, rest: payer, " + d.of("", "when: {grade: [middle, high]}, ", "unless: {held: no}, ") +
			d.of("", "hurdle: {score: {at_least: 3}, pays_on: whole}, ") + d.steps() + d.held(true) + "due: on_evidence"
	}
	m := d.measure()
	return "per: person, for: " + m + ", price: " + d.price(m) + ", " + d.conditions() + d.steps() + d.held(true) + "due: " + d.due()
}

// widerPayment draws a payment per a root or for the whole, of what is gathered from people.
func (d *draft) widerPayment(f *form, n int) {
	f.unit = d.r
	switch n {
	case 6:
		f.body, f.unit = d.wholePayment(), ""
	case 7:
		d.once("heads", func() {
			d.put("quantities", "heads", "{count: "+d.of("person, where: {band: [a, b]}", "people", d.measure(), d.good())+", per: "+d.r+"}")
		})
		f.body = "per: " + d.r + ", for: heads, price: £9.99, due: on_evidence"
	case 8:
		d.once("most_jobs", func() {
			d.put("quantities", "most_jobs", "{"+d.finer()+", per: "+d.r+"}")
		})
		f.body = "per: " + d.r + ", for: most_jobs, price: £15.15, due: on_evidence"
	case 9:
		per := d.of("contract", "[band]", "contract")
		name := fmt.Sprintf("finer_%d", len(d.payments)+1)
		d.put("quantities", name, "{"+d.of(d.finer(), "count: "+d.good())+", per: "+per+"}")
		f.body, f.unit = "per: "+per+", for: "+name+", price: £30.30, due: on_evidence", ""
	}
}

// finer draws what is gathered of a figure that stands per person.
func (d *draft) finer() string {
	silence := ", if_none: " + d.of("nought", "unknown")
	return d.of("highest: "+d.jobs()+silence, "lowest: "+d.jobs()+silence, "latest: "+d.jobs()+silence, "mean: "+d.jobs()+silence+", rounded: exact", "total: "+d.jobs())
}

// otherPayment draws what is left: of areas, of periods, of other payments, of a comparison, of a role, of a check.
func (d *draft) otherPayment(f *form, n int) {
	switch n {
	case 10:
		d.once("quarterly", func() {
			d.put("quantities", "quarterly", "{"+d.of("count: job", "total: job.hours", "days: "+d.cover())+", dated: job, "+d.of("", "to_date: yes, ")+"per: [person, "+d.settle+"]}")
		})
		f.body = "per: [person, " + d.settle + "], for: quarterly, price: £1.15, " + d.held(true) + "due: on_evidence"
	case 11:
		if len(d.payments) > 0 { // a part of what others come to, after their caps
			f.body, f.unit = "per: "+d.of("contract", "year")+", of: "+d.payments[d.n(0, len(d.payments)-1)].name+" * 10%, due: on_evidence", ""
		}
	case 12:
		f.body, f.unit = d.compared(), ""
	case 13, 14:
		d.once("taken_yearly", func() { d.put("quantities", "taken_yearly", "{total: saving.taken, per: [fund, year], dated: saving}") })
		f.ends, f.unit = d.of("from: fund, to: provider", "from: payer, to: fund", "from: fund, to: "+d.dividedPayee()), ""
		f.body = "per: [fund, year], of: taken_yearly * 25%, " + d.held(false) + "due: on_evidence"
	case 15:
		if d.yes() && d.site {
			d.once("visits", func() {
				d.put("quantities", "visits", "{"+d.of("count: visit", "total: visit.hours_there")+", per: area}")
			})
			f.body, f.unit = "per: area, for: visits, price: £3.21, due: on_evidence", "area"
		} else if d.yes() {
			f.body, f.unit = "per: year, for: goal, price: £1.11, due: on_evidence", ""
		} else {
			d.recovery(f)
		}
	}
}

// recovery draws what a check of the last payment's claims takes back.
func (d *draft) recovery(f *form) {
	m := d.measure()
	if d.done["recovery_"+m] || len(d.payments) == 0 || d.payments[len(d.payments)-1].unit != "person" {
		return
	}
	d.done["recovery_"+m] = true
	last := d.payments[len(d.payments)-1].name
	d.once("audit", func() { d.put("evidence", "audit", "{of: person, as: check}") })
	d.put("checks", "check_"+m, "{over: ["+last+"], per: year, dated: "+d.of("joined", "met")+", found_by: audit, sample: {share: 5%, at_least: 1, drawn: by seed}, error: by_claims, recovers: "+d.of("extrapolated", "found_only")+", clause: 5}")
	f.ends, f.unit = "from: provider, to: payer", ""
	f.body = "per: year, of: check_" + m + ".error_rate * check_" + m + ".unchecked, due: on_evidence"
}

// compared draws a payment for what a cohort does better than another, cohort by cohort or all together.
func (d *draft) compared() string {
	d.once("reoffending", func() {
		d.put("cohorts", "others", "{unit: person, joined_by: started, where: {band: c}, counts: compared_only, clause: 1}")
		d.put("quantities", "offences", "{count: incident, in: 6 months beginning with started, run_out: 1 month, per: person}")
		d.put("comparisons", "by_cohort", "{treated: people, against: others, of: offences, per: cohort, estimator: means, selection: matched, fixed_on: 2020-01-01, settles: {effect: {nearest: 0.01%, ties: even}, treated: exact, comparison: {nearest: 0.001, ties: up}}, clause: 8}")
		d.put("comparisons", "together", "{pools: by_cohort, covers: "+d.of("all_cohorts", "cohorts_not_paid")+", per: contract, estimator: pooled, fixed_on: 2020-01-01, settles: {effect: exact, treated: exact, comparison: exact}, clause: 8}")
		d.put("quantities", "avoided", "{is: (by_cohort.comparison - by_cohort.treated) * by_cohort.units, rounded: {nearest: 1, ties: down}}")
		d.put("quantities", "all_avoided", "{is: (together.comparison - together.treated) * together.units, rounded: {down: 0.1}}")
	})
	switch d.of("all_avoided", "avoided", "fewer", "fewer_in_all", "certified_fewer") {
	case "all_avoided":
		return "per: contract, for: all_avoided, price: £70.00, due: on_evidence"
	case "avoided":
		return "per: cohort, for: avoided, price: £70.00, due: on_evidence"
	case "fewer":
		d.estimated()
		return "per: cohort, for: fewer, price: £70.00, due: on_evidence"
	case "fewer_in_all":
		d.estimated()
		return "per: contract, for: fewer_in_all, price: £70.00, due: on_evidence"
	}
	d.estimated()
	return "per: contract, for: certified_fewer, price: £70.00, due: on_evidence"
}

// estimated draws comparisons by estimators that have an answer whatever is drawn: shares by exact tests, and a match
// beside a certified figure, which is paid on.
func (d *draft) estimated() {
	d.once("estimated", func() {
		d.put("quantities", "offended", "{met_when: {offences: {at_least: 1}}, per: person}")
		d.put("comparisons", "by_share", "{treated: people, against: others, of: offended, per: cohort, estimator: prop_diff, options: {alternative: less, conf_level: 95%, ci: newcombe, test: fisher}, selection: "+
			d.of("randomised", "matched, grade: 3", "volunteered")+", fixed_on: 2020-01-01, settles: {effect: "+d.of("exact", "{nearest: 1 points, ties: even}", "{up: 0.1 points}")+"}, clause: 8}")
		d.put("comparisons", "shares_together", "{pools: by_share, covers: all_cohorts, per: contract, estimator: pooled, options: {method: n_weighted, alternative: less, conf_level: 90%}, fixed_on: 2020-01-01, settles: {effect: exact}, clause: 8}")
		d.put("evidence", "evaluation", "{of: contract, as: reading, says: {effect: number, units: number}, if_none: unknown}")
		d.put("comparisons", "by_match", "{treated: people, against: others, of: offences, per: contract, estimator: psm, options: {alternative: less, conf_level: 95%, score: logit, score_decimals: 6, covariates: [veteran], "+
			"ratio: 2, replace: yes, order: id, measure: difference}, certified_by: evaluation, pays_on: certified, selection: matched, fixed_on: 2020-01-01, settles: {effect: exact}, clause: 8}")
		d.put("quantities", "fewer", "{is: (0 points - by_share.effect) * by_share.units, rounded: {nearest: 1, ties: down}}")
		d.put("quantities", "fewer_in_all", "{is: (0 points - shares_together.effect) * shares_together.units, rounded: {nearest: 1, ties: down}}")
		d.put("quantities", "certified_fewer", "{is: (0 - by_match.effect) * by_match.units, rounded: exact}")
	})
}

// wholePayment draws a payment that stands per something wider than a unit.
func (d *draft) wholePayment() string {
	per := d.of("contract", "year", "[band, year]", d.settle, "[band]")
	dated := func(day string) string {
		if strings.Contains(per, "year") || per == d.settle {
			return ", dated: " + day
		}
		return ""
	}
	i := len(d.payments) + 1
	m := d.measure()
	reached, joiners := fmt.Sprintf("reached_%d", i), fmt.Sprintf("joiners_%d", i)
	d.put("quantities", reached, "{count: "+m+", per: "+per+dated(m)+"}")
	d.put("quantities", joiners, "{count: people, per: "+per+dated("joined")+"}")
	d.put("quantities", joiners+"_part", "{is: 30% * "+joiners+", rounded: {up: 1}}")
	return "per: " + per + ", for: " + reached + ", price: £250.25, " +
		d.of("", "hurdle: {"+reached+": {more_than: "+joiners+"_part}, pays_on: "+d.of("whole", "excess")+"}, ") + "due: on_evidence"
}

// drawCaps draws caps over payments of one sort.
func (d *draft) drawCaps() {
	for range d.n(0, 3) {
		sort := d.n(0, 5) // of the whole, of both sorts, or of units
		var over []drawnPayment
		units := map[string]bool{}
		for _, p := range d.payments {
			if (sort == 1 || (sort == 0) == (p.unit == "")) && !p.part && !(p.late && sort == 1) && (len(over) == 0 || d.yes()) {
				over = append(over, p)
				units[p.unit] = true
			}
		}
		if len(over) > 0 {
			d.cap(over, units, units[""])
		}
	}
}

// capPayer draws whose payments a cap limits, and who pays what is beyond.
func (d *draft) capPayer(over []drawnPayment) (payer, beyond string) {
	payer, beyond = d.of("", "payer", "lottery"), d.of("cut", "refuse")
	if payer == "" || !slices.ContainsFunc(over, func(p drawnPayment) bool { return p.paidBy(payer) }) {
		return "", beyond
	}
	if d.yes() && !slices.ContainsFunc(over, func(p drawnPayment) bool { return strings.HasSuffix(p.ends, "to: fund") }) {
		beyond = "{to: council}"
	}
	return payer, beyond
}

func (d *draft) cap(payments []drawnPayment, units map[string]bool, whole bool) {
	var over []string
	for _, p := range payments {
		over = append(over, p.name)
	}
	k := drawnCap{over: over, per: "contract"}
	if d.apart && (whole || len(units) != 1 || !units["person"]) {
		return
	}
	places, dated := "", ""
	order := d.of("as_listed", "as_listed", "pro_rata", "pro_rata", "largest")
	people := !whole && len(units) == 1 && units["person"]
	if people {
		k.per = d.of("contract", "year", d.settle, "person", d.r)
		if d.apart {
			k.per = d.of("person", d.r)
		}
		if d.yes() {
			order, places = "[joined]", ", places: "+d.of("stand", "move")
			if d.apart {
				places = ", places: move"
			}
		}
	}
	if k.per == "year" || k.per == d.settle {
		dated = ", dated: met"
	}
	minor := int64(d.n(0, 1500) * d.n(0, 200))
	limit := fmt.Sprintf("£%d.%02d", minor/100, minor%100)
	k.limit = minor
	if !whole && d.n(0, 4) == 0 && !d.apart { // worked out from the whole: the laws know only that it is not above this
		d.once("found", func() { d.put("quantities", "found", "{count: incident, not_above: 10, per: contract}") })
		limit, k.limit = limit+" * found", minor*10
	}
	counting := ""
	of := ""
	if people && (k.per == "person" || k.per == d.r) && order != "pro_rata" && d.n(0, 2) == 0 {
		k.counting, k.limit, of = "payments", int64(d.n(0, 3)), "refuse"
		counting, limit = ", counting: payments", fmt.Sprint(k.limit)
	} else if people && k.per != "person" && order != "pro_rata" && order != "largest" && d.n(0, 2) == 0 {
		k.counting, k.limit = "person", int64(d.n(0, 6))
		counting, limit = ", counting: person", fmt.Sprint(k.limit)
	}
	payer, beyond := "", cmp.Or(of, d.of("cut", "refuse"))
	if counting == "" {
		if k.payer, beyond = d.capPayer(payments); k.payer != "" {
			payer = ", payer: " + k.payer
		}
	}
	d.stands = d.stands || strings.Contains(places, "stand")
	d.caps = append(d.caps, k)
	d.sections["caps"] = append(d.sections["caps"], fmt.Sprintf("  - {over: [%s], per: %s%s%s, not_above: %s, in_order_of: %s%s, beyond: %s%s, clause: 7}",
		strings.Join(over, ", "), k.per, counting, payer, limit, order, places, beyond, dated))
}
