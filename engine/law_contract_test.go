package engine_test

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"outturn/contracts"
)

// Contracts drawn at random, as documents: each construct is written with random terms, and brings with it what it
// reads. The decoder must take every one of them, so the laws prove it too.

// draft is a contract while it is drawn.
type draft struct {
	t        *rapid.T
	p, r     string // the unit paid for, and the root it is part of or is
	settle   string // the period series that statements cover
	sections map[string][]string
	done     map[string]bool
	measures []string
	payments []drawnPayment
	caps     []drawnCap
	stands   bool // some cap lets settled places stand
	site     bool
}

// drawnPayment is what the laws must know of a payment: whether it stands per a unit, and of which type.
type drawnPayment struct {
	name string
	unit string // unit type, or "" for the whole
}

// drawnCap is a cap as the laws work it out again.
type drawnCap struct {
	over     []string
	per      string // contract, year, the settlement series, or a unit type
	counting string
	limit    int64 // minor units, or places
}

var draftSections = []string{"periods", "units", "evidence", "cohorts", "tables", "quantities", "measures", "comparisons", "payments", "divisions", "checks"}

func (d *draft) n(lo, hi int) int      { return uniform(d.t, lo, hi, "term") }
func (d *draft) yes() bool             { return rapid.Bool().Draw(d.t, "yes") }
func (d *draft) of(s ...string) string { return oneOf(d.t, "term", s...) }
func (d *draft) put(section, name, body string) string {
	d.sections[section] = append(d.sections[section], "  "+name+": "+body)
	return name
}

// once writes a construct the first time its name is needed.
func (d *draft) once(name string, write func()) string {
	if !d.done[name] {
		d.done[name] = true
		write()
	}
	return name
}

// drawContract draws a contract, and what the laws must know of it.
func drawContract(t *rapid.T) (*contracts.Contract, *draft) {
	d := &draft{t: t, sections: map[string][]string{}, done: map[string]bool{}}
	d.base()
	for range d.n(1, 5) {
		d.payment()
	}
	d.drawCaps()
	text := d.text()
	c, err := contracts.Decode("drawn.yaml", []byte(text))
	if err != nil {
		t.Fatalf("the decoder refuses a drawn contract: %v\n%s", err, text)
	}
	return c, d
}

// base writes what every contract has: periods, units, kinds of evidence and the cohort.
func (d *draft) base() {
	d.p, d.r, d.settle = "person", "person", d.of("quarter", "month", "half")
	if d.yes() {
		d.r = "family"
	}
	every := map[string]string{"month": "1 month", "quarter": "3 months", "half": "6 months"}
	d.put("periods", d.settle, "{every: "+every[d.settle]+", beginning: 2020-01-01}")
	d.put("periods", "year", "{every: 12 months, beginning: 2020-01-01}")
	d.put("periods", "term", "{begins: [2019-09-01, 2020-01-06, 2020-04-20, 2020-09-01, 2021-01-04, 2021-04-19, 2021-09-01, 2022-01-04, 2022-04-25, 2022-09-01]}")
	facts := "facts: {band: [a, b, c], veteran: yes/no}"
	if d.r != d.p {
		d.put("units", d.r, "{}")
		d.put("units", d.p, "{part_of: family, "+facts+"}")
	} else {
		d.put("units", d.p, "{"+facts+"}")
	}
	if d.site = d.n(1, 4) == 1; d.site {
		d.put("units", "area", "{}") // a second root, named before the first and written after it
		d.put("evidence", "visit", "{of: area, as: event, if_none: nought, says: {hours_there: number}}")
	}
	d.put("evidence", "joined", "{of: person, as: event}")
	d.put("evidence", "started", "{of: person, as: event, if_none: nought}")
	d.put("evidence", "job", "{of: person, as: event, says: {wage: {type: money, optional: yes}, hours: number}, if_none: "+d.of("nought", "nought", "nought", "unknown")+"}")
	d.put("evidence", "work", "{of: person, as: spell, if_none: nought}")
	d.put("evidence", "benefit", "{of: person, as: spell, if_none: nought}")
	d.put("evidence", "review", "{of: person, as: reading, each: "+d.settle+", says: {score: number, grade: [low, middle, high], share: rate, held: yes/no}, if_none: unknown}")
	d.put("evidence", "claim", "{of: person, as: event, if_none: nought}")
	d.put("evidence", "incident", "{of: person, as: event, if_none: nought}")
	d.put("evidence", "budget", "{of: contract, as: reading, says: {places: number, pot: money}, if_none: unknown}")
	d.put("evidence", "saving", "{of: fund, as: event, says: {taken: money}, if_none: nought}")
	where := d.of("", "", "", "where: {band: [a, b]}, ", "where: {veteran: yes}, ", "where: {any_of: [{band: a}, {veteran: no}]}, ")
	between := d.of("", "", "between: 2020-02-01 to 2021-06-30, ")
	closes := d.of("", "", "closes: {at: 2, then: next_opens}, ", "closes: {at: 3}, ", "closes: {or_after: 6 months, then: next_opens}, ", "closes: {at: 3, or_after: 9 months, then: next_opens}, ")
	counts := d.of("everyone_who_joined", "everyone_who_joined", "everyone_who_joined", "{band: [a, c]}")
	d.put("cohorts", "people", "{unit: person, joined_by: joined, "+where+between+closes+"counts: "+counts+", clause: 1}")
}

// window draws a window that a figure of a person may have.
func (d *draft) window() string {
	return d.of("beginning with joined", "after joined", fmt.Sprintf("%d %s beginning with joined", d.n(1, 12), d.of("months", "weeks")),
		fmt.Sprintf("%d days after joined", d.n(1, 200)), "2020-03-01 to 2021-05-31", "1 year after started", "26 weeks before claim", "2 terms before claim", "6 months ending with claim")
}

func (d *draft) in() string { return d.of("", "in: "+d.window()+", ") }

func (d *draft) jobs() string {
	return d.once("jobs", func() {
		d.put("quantities", "jobs", "{count: job, "+d.in()+d.of("", "where: {wage: {more_than: £250.00}}, ", "where: {hours: {at_least: 10}}, ")+"per: person}")
	})
}

func (d *draft) earned() string {
	return d.once("earned", func() {
		d.put("quantities", "earned", "{"+d.of("total", "highest", "lowest", "latest", "mean")+": job.wage, "+d.in()+
			d.of("", "if_unknown: left_out, ", "not_below: £10.00, ", "not_above: £900.00, ")+"rounded: "+d.of("exact", "{nearest: £1, ties: up}")+", per: person}")
	})
}

func (d *draft) cover() string {
	return d.once("cover", func() {
		d.put("quantities", "cover", "{spells: work, "+d.of("", "except: benefit, ")+d.of("", "bridging: 7 days, ", "bridging: 4 weeks, ")+"per: person}")
	})
}

func (d *draft) days() string {
	d.cover()
	return d.once("days_worked", func() { d.put("quantities", "days_worked", "{days: cover, in: "+d.window()+", per: person}") })
}

func (d *draft) stretch() string {
	d.cover()
	return d.once("stretch", func() {
		d.put("quantities", "stretch", "{run: cover, in: "+d.of("beginning with joined", d.window())+", per: person}")
	})
}

func (d *draft) gap() string {
	d.cover()
	return d.once("gap", func() {
		d.put("quantities", "help_ends", fmt.Sprintf("{is: joined + %d weeks}", d.n(0, 60)))
		d.put("quantities", "gap", "{first_gap: cover, in: beginning with help_ends, per: person}")
	})
}

func (d *draft) fall() string {
	return d.once("fall", func() {
		d.put("quantities", "before", "{count: incident, in: 12 months before joined, per: person}")
		d.put("quantities", "since", "{count: incident, in: 12 months beginning with joined, per: person}")
		d.put("quantities", "fall", "{is: (before + 1 - since) / (before + 1), rounded: "+d.of("exact", "{nearest: 1%, ties: even}", "{down: 5%}")+"}")
	})
}

func (d *draft) good() string {
	first, second := d.condition(1), d.condition(1)
	return d.once("good", func() {
		d.put("quantities", "good", "{met_when: {"+first+"}"+d.of("", ", neutral_if: {"+second+"}")+", per: person}")
	})
}

// condition draws one test of a person, or some together.
func (d *draft) condition(depth int) string {
	kind := d.n(0, 9)
	if depth > 1 && kind > 6 {
		kind = 0
	}
	switch kind {
	case 0:
		return d.of("band: a", "band: [a, b]", "veteran: yes", "people: yes")
	case 1:
		return d.jobs() + ": {" + d.of("at_least: 1", "more_than: 1", "at_most: 2", "less_than: 2") + "}"
	case 2:
		return d.earned() + ": {" + d.of("at_least: £300.00", "observed: yes", "observed: no", "more_than: £0.00") + "}"
	case 3:
		return d.days() + ": {at_least: " + d.of("28 days", "13 weeks", "26 weeks") + "}"
	case 4:
		return d.fall() + ": {" + d.of("at_least: 50%", "more_than: 0%") + "}"
	case 5:
		return d.stretch() + ": {" + d.of("at_least: 6 months", "at_least: 13 weeks", "less_than: 3 months") + "}"
	case 6:
		return "not: {" + d.condition(depth+1) + "}"
	case 7:
		return "any_of: [{" + d.condition(depth+1) + "}, {" + d.condition(depth+1) + "}]"
	case 8:
		return "all_of: [{" + d.condition(depth+1) + "}, {" + d.condition(depth+1) + "}]"
	}
	return d.good() + ": yes"
}

// measure draws an outcome.
func (d *draft) measure() string {
	if len(d.measures) > 0 && d.yes() {
		return d.of(d.measures...)
	}
	name := fmt.Sprintf("outcome_%d", len(d.measures)+1)
	in := d.in()
	above := d.of("", "not_above: 2, ", "not_above: 1, ")
	var body string
	switch d.n(0, 5) {
	case 0:
		body = "on: claim, when: {" + d.condition(0) + "}, if_all_neutral: " + d.of("met", "not_met") + ", "
	case 1:
		body = "as_soon_as: {" + d.days() + ": {" + d.of("at_least", "more_than") + ": " + d.of("13 weeks", "28 days", "26 weeks") + "}}, if_all_neutral: not_met, "
	case 2:
		body = "as_soon_as: {" + d.stretch() + ": {at_least: " + d.of("3 months", "13 weeks", "90 days") + "}}, "
	case 3:
		body = "first: [started, job], "
	case 4:
		body = "each: [" + d.of("job", "started, claim") + "], "
	case 5:
		body = "every: " + d.of("4 weeks", "1 month", "13 weeks") + ", run: " + d.cover() + ", " + d.of("", "until: "+d.gap()+", ")
	}
	d.measures = append(d.measures, name)
	return d.put("measures", name, "{per: person, "+body+in+above+"clause: 2}")
}

// price draws what an outcome is worth.
func (d *draft) price(outcome string) string {
	switch d.n(0, 4) {
	case 0:
		return d.once("yearly", func() {
			d.put("tables", "yearly", "{by: [year, band], dated: joined, gives: money, clause: 3, rows: [{year: 1, is: £400.00}, {year: 1, band: [b, c], is: £600.10}, {year: 2, is: £300.05}, {otherwise: £99.99}]}")
		})
	case 1:
		d.once("card", func() {
			d.put("tables", "card", "{by: [band], gives: {each_price: money, most: number}, clause: 3, rows: [{band: a, each_price: £120.00, most: 2}, {band: [b, c], each_price: £77.77, most: 3}]}")
		})
		return "card.each_price"
	case 2:
		if outcome == "people" {
			break
		}
		return d.once("varied", func() {
			d.put("tables", "varied", "{by: [], dated: met, gives: money, clause: 3, rows: [{from: 2019-01-01, is: £50.00}, {from: 2021-01-01, is: £55.55}, {from: 2022-01-01, is: £60.00}]}")
		})
	case 3:
		d.jobs()
		return d.once("sliced", func() {
			d.put("tables", "sliced", "{by: [jobs], gives: money, reads: "+d.of("slice", "straight_line")+", clause: 3, rows: [{up_to: 1, is: £10.00}, {up_to: 3, is: £25.50}, {up_to: 50, is: £5.01}]}")
		})
	}
	return d.of("£100.00", "£33.33", "£0.01", "£1250.00 * 33%")
}

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
	return d.of("", "", "when: {"+d.condition(0)+"}, ", "unless: {"+d.condition(0)+"}, ")
}

func (d *draft) steps() string {
	var s []string
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
	switch d.n(0, 4) {
	case 0:
		return d.once("shared", func() {
			d.put("divisions", "shared", "{tranches: [{among: {payer: 62.5%, lottery: 37.5%}}], clause: 4}")
		})
	case 1:
		return d.once("topped", func() {
			d.put("quantities", "taken_out", "{total: saving.taken, in: beginning with 2020-01-01, per: fund}")
			d.put("divisions", "topped", "{tranches: [{among: fund, claim: 10% * taken_out}, {among: {payer: 50%, council: 30%, lottery: 20%}}], clause: 4}")
		})
	}
	return "payer"
}

// payment draws one payment.
func (d *draft) payment() {
	name := fmt.Sprintf("payment_%d", len(d.payments)+1)
	from, unit := d.from(), "person"
	head := "{from: " + from + ", to: provider, "
	var body string
	switch d.n(0, 9) {
	case 0:
		body = "per: person, for: people, price: " + d.price("people") + ", " + d.conditions() + d.steps() + "due: " + d.due()
	case 1, 2, 3:
		m := d.measure()
		body = "per: person, for: " + m + ", price: " + d.price(m) + ", " + d.conditions() + d.steps() + "due: " + d.due()
	case 4:
		body = "per: person, for: " + d.jobs() + ", price: " + d.price("people") + ", " + d.of("", "hurdle: {jobs: {more_than: 1}, pays_on: excess}, ") + "due: on_evidence"
	case 5:
		d.once("worth", func() {
			d.put("quantities", "worth", "{is: score * £12.35 - £20.00, "+d.of("", "not_below: £0.00, ", "rounded: {nearest: £5, ties: down}, ")+"per: [person, "+d.settle+"]}")
		})
		body = "per: [person, " + d.settle + "], of: worth, rest: payer, " + d.of("", "when: {grade: [middle, high]}, ", "unless: {held: no}, ") +
			d.of("", "hurdle: {score: {at_least: 3}, pays_on: whole}, ") + d.steps() + "due: on_evidence"
	case 6:
		body, unit = d.wholePayment(), ""
	case 7:
		d.once("most_jobs", func() { d.put("quantities", "most_jobs", "{"+d.of("highest", "total")+": "+d.jobs()+", per: "+d.r+"}") })
		body, unit = "per: "+d.r+", for: most_jobs, price: £15.15, due: on_evidence", d.r
	case 8:
		if !d.site {
			d.payment()
			return
		}
		d.once("visits", func() {
			d.put("quantities", "visits", "{"+d.of("count: visit", "total: visit.hours_there")+", per: area}")
		})
		body, unit = "per: area, for: visits, price: £3.21, due: on_evidence", "area"
	case 9:
		m := d.measure()
		name := "recovery_" + m
		if d.done[name] || len(d.payments) == 0 || d.payments[len(d.payments)-1].unit != "person" {
			d.payment()
			return
		}
		d.done[name] = true
		last := d.payments[len(d.payments)-1].name
		d.once("audit", func() { d.put("evidence", "audit", "{of: person, as: check}") })
		d.put("checks", "check_"+m, "{over: ["+last+"], per: year, dated: "+d.of("joined", "met")+", found_by: audit, sample: {share: 5%, at_least: 1, drawn: by seed}, error: by_claims, recovers: "+d.of("extrapolated", "found_only")+", clause: 5}")
		head, unit = "{from: provider, to: payer, ", ""
		body = "per: year, of: check_" + m + ".error_rate * check_" + m + ".unchecked, due: on_evidence"
	}
	d.payments = append(d.payments, drawnPayment{name, unit})
	d.put("payments", name, head+body+", clause: 6}")
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
		whole := d.n(0, 3) == 0
		var over []string
		units := map[string]bool{}
		for _, p := range d.payments {
			if whole == (p.unit == "") && (len(over) == 0 || d.yes()) {
				over = append(over, p.name)
				units[p.unit] = true
			}
		}
		if len(over) > 0 {
			d.cap(over, units, whole)
		}
	}
}

func (d *draft) cap(over []string, units map[string]bool, whole bool) {
	k := drawnCap{over: over, per: "contract"}
	places, dated := "", ""
	order := d.of("as_listed", "pro_rata")
	people := !whole && len(units) == 1 && units["person"]
	if people {
		k.per = d.of("contract", "year", d.settle, "person", d.r)
		if d.yes() {
			order, places = "[joined]", ", places: "+d.of("stand", "move")
		}
	}
	if k.per == "year" || k.per == d.settle {
		dated = ", dated: met"
	}
	minor := int64(d.n(0, 1500) * d.n(0, 200))
	limit := fmt.Sprintf("£%d.%02d", minor/100, minor%100)
	k.limit = minor
	counting := ""
	if people && k.per != "person" && k.per != d.r && order != "pro_rata" && d.n(0, 2) == 0 {
		k.counting, k.limit = "person", int64(d.n(0, 6))
		counting, limit = ", counting: person", fmt.Sprint(k.limit)
	}
	d.stands = d.stands || strings.Contains(places, "stand")
	d.caps = append(d.caps, k)
	d.sections["caps"] = append(d.sections["caps"], fmt.Sprintf("  - {over: [%s], per: %s%s, not_above: %s, in_order_of: %s%s, beyond: %s%s, clause: 7}",
		strings.Join(over, ", "), k.per, counting, limit, order, places, d.of("cut", "refuse"), dated))
}

// text writes the document.
func (d *draft) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "outturn: 1\ncontract: {id: drawn, currency: GBP, first: 2020-01-01, last: 2022-12-31, paid_elsewhere: pay}\n")
	fmt.Fprintf(&b, "parties:\n  - {party: payer, role: exchequer, name: The payer}\n  - {party: council, role: fund, name: A council}\n  - {party: lottery, role: fund, name: A fund}\n  - {party: provider, role: provider, name: A provider}\n")
	fmt.Fprintf(&b, "calendar: {settle: %s, cut_off: 30 days after, last_cut_off: 2023-12-31, run: \"0 6 1 * *\", zone: Europe/London, holidays: [2020-12-25, 2021-12-27]}\n", d.settle)
	rounding := d.of("nearest: £0.01, ties: up", "nearest: £0.01, ties: even", "down: £0.01", "up: £1", "nearest: £1, ties: down")
	fmt.Fprintf(&b, "rounding: {%s, spare: %s}\n", rounding, d.of("largest_remainder", "lottery", "payer"))
	for _, s := range draftSections {
		if len(d.sections[s]) > 0 {
			fmt.Fprintf(&b, "%s:\n%s\n", s, strings.Join(d.sections[s], "\n"))
		}
	}
	if len(d.sections["caps"]) > 0 {
		fmt.Fprintf(&b, "caps:\n%s\n", strings.Join(d.sections["caps"], "\n"))
	}
	return b.String()
}

// isOver says whether a cap stands over a payment.
func (k *drawnCap) isOver(payment string) bool { return slices.Contains(k.over, payment) }
