package engine_test

import (
	"fmt"
	"slices"
	"strings"

	"outturn/contracts"
	"outturn/contracts/language"
)

// Contracts drawn at random, as documents: each construct is written with random terms, and brings with it what it
// reads. The decoder must take every one of them, so the laws prove it too.

// draft is a contract while it is drawn.
type draft struct {
	t         chooser
	p, r      string // the unit paid for, and the root it is part of or is
	settle    string // the period series that statements cover
	sections  map[string][]string
	done      map[string]bool
	measures  []string
	payments  []drawnPayment
	caps      []drawnCap
	accounts  []*drawnAccount
	itemOf    map[string]string // the kind of item that a measure is met on, where it is one
	final     bool              // some account is final: what it paid is not taken back
	stands    bool              // some cap lets settled places stand
	site      bool
	apart     bool // what its units come to can be told apart
	elsewhere string
}

// drawnPayment is what the laws must know of a payment: whether it stands per a unit, and of which type.
type drawnPayment struct {
	name string
	unit string // unit type, or "" for the whole
	part bool   // it is a part of what another comes to, so no cap can stand over both
	ends string // "from: ..., to: ..."
	late bool   // it turns on what is left of units' payments after their caps, so no cap can stand over both
}

// paidBy says whether a party pays the payment or a part of it.
func (p *drawnPayment) paidBy(party string) bool {
	from, _, _ := strings.Cut(strings.TrimPrefix(p.ends, "from: "), ",")
	return slices.Contains(map[string][]string{"shared": {"payer", "lottery"}, "topped": {"payer", "council", "lottery"}, "weighed": {"payer", "council", "lottery"}, "yearly_shares": {"council", "lottery"},
		"fund": {"council", "lottery"}}[from], party) || from == party
}

// drawnCap is a cap as the laws work it out again.
type drawnCap struct {
	over     []string
	per      string // contract, year, the settlement series, or a unit type
	counting string
	payer    string // whose payments and parts it limits, or ""
	limit    int64  // minor units, or places
}

var draftSections = []string{"periods", "units", "evidence", "cohorts", "tables", "quantities", "measures", "comparisons", "payments", "accounts", "divisions", "checks"}

func (d *draft) n(lo, hi int) int      { return d.t.choose(lo, hi, "term") }
func (d *draft) yes() bool             { return d.n(0, 1) == 1 }
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
func drawContract(t chooser) (*contracts.Contract, *draft) {
	return drawContractWith(t, t.choose(0, 4, "account")/3, false)
}

// drawContractWith draws a contract with so many accounts, or one whose units can be told apart.
func drawContractWith(t chooser, accounts int, apart bool) (*contracts.Contract, *draft) {
	d := &draft{t: t, apart: apart, sections: map[string][]string{}, done: map[string]bool{}, itemOf: map[string]string{}}
	d.base()
	for range d.n(1, 5) {
		d.payment()
	}
	for range accounts {
		d.account()
	}
	d.drawCaps()
	text := d.text()
	c, err := language.Decode("drawn.yaml", []byte(text))
	// Caps can lead in a circle: those on a payer, which say what another pays, and, through a payment that reads the check of
	// another, those that have a payment in common.
	for _, leads := range []func(k drawnCap) bool{func(k drawnCap) bool { return k.payer != "" }, func(drawnCap) bool { return true }} {
		if err != nil && strings.Contains(err.Error(), "is worked out from itself") {
			text = d.withoutCaps(text, leads)
			c, err = language.Decode("drawn.yaml", []byte(text))
		}
	}
	if err != nil {
		t.Fatalf("the decoder refuses a drawn contract: %v\n%s", err, text)
	}
	return c, d
}

// withoutCaps is the text without some caps.
func (d *draft) withoutCaps(text string, these func(k drawnCap) bool) string {
	var caps []drawnCap
	var written []string
	for i, k := range d.caps {
		if !these(k) {
			caps, written = append(caps, k), append(written, d.sections["caps"][i])
			continue
		}
		text = strings.Replace(text, d.sections["caps"][i]+"\n", "", 1)
	}
	d.sections["caps"] = written
	if d.caps = caps; len(caps) == 0 {
		text = strings.Replace(text, "caps:\n", "", 1)
	}
	return text
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
	d.put("evidence", "claim", "{of: person, as: event, says: {asked: money}, if_none: nought}")
	d.put("evidence", "incident", "{of: person, as: event, if_none: nought}")
	d.put("evidence", "budget", "{of: contract, as: reading, says: {places: number, pot: money}, if_none: unknown}")
	d.elsewhere = d.of("pay", "pay", "refuse, told_by: other_scheme", "pay_the_difference, told_by: other_scheme")
	if d.elsewhere != "pay" {
		says := d.of(", says: {outcome: {type: date, optional: yes}, amount: {type: money, optional: yes}}", ", says: {amount: money}")
		if strings.HasPrefix(d.elsewhere, "refuse") {
			says = d.of(says, "", ", says: {outcome: date}")
		}
		d.put("evidence", "other_scheme", "{of: person, as: event"+says+"}")
	}
	d.put("evidence", "target", "{of: contract, as: reading, each: year, says: {goal: number}, if_none: unknown}")
	d.put("evidence", "saving", "{of: fund, as: event, says: {taken: money}, if_none: nought}")
	where := d.of("", "", "", "where: {band: [a, b]}, ", "where: {veteran: yes}, ", "where: {any_of: [{band: a}, {veteran: no}]}, ")
	between := d.of("", "", "between: 2020-02-01 to 2021-06-30, ")
	closes := d.of("", "", "closes: {at: 2, then: next_opens}, ", "closes: {at: 3}, ", "closes: {or_after: 6 months, then: next_opens}, ", "closes: {at: 3, or_after: 9 months, then: next_opens}, ")
	if d.apart {
		closes = ""
	}
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
		if len(d.measures) > 0 && d.yes() {
			return d.of(d.measures...) + ": " + d.of("yes", "no", "{at_least: 2}")
		}
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
		d.itemOf[name] = "claim"
		body = "on: claim, when: {" + d.condition(0) + "}, if_all_neutral: " + d.of("met", "not_met") + ", "
	case 1:
		body = "as_soon_as: {" + d.days() + ": {" + d.of("at_least", "more_than") + ": " + d.of("13 weeks", "28 days", "26 weeks") + "}}, if_all_neutral: not_met, "
	case 2:
		body = "as_soon_as: {" + d.stretch() + ": {at_least: " + d.of("3 months", "13 weeks", "90 days") + "}}, "
	case 3:
		body = "first: [started, job], "
	case 4:
		kinds := d.of("job", "started, claim")
		if kinds == "job" {
			d.itemOf[name] = kinds
		}
		body = "each: [" + kinds + "], "
	case 5:
		body = "every: " + d.of("4 weeks", "1 month", "13 weeks") + ", run: " + d.cover() + ", " + d.of("", "until: "+d.gap()+", ") +
			d.of("", "restarts_on: {item: incident}, ", "restarts_on: {item: incident, from: 2 weeks}, ", "restarts_on: {item: claim, from: 1 month}, ")
	}
	d.measures = append(d.measures, name)
	return d.put("measures", name, "{per: person, "+body+in+above+"clause: 2}")
}

// price draws what an outcome is worth.
func (d *draft) price(outcome string) string {
	if kind := d.itemOf[outcome]; kind != "" && d.yes() { // what the item in hand says
		if kind == "claim" {
			return d.of("asked", "90% * asked", "£500.00 - asked")
		}
		return d.of("£1.11 * hours", "wage * 1/3", "£5.00 + 10% * wage")
	}
	switch d.n(0, 6) {
	case 3, 6:
		return d.banded()
	case 5:
		return d.once("all_told", func() { d.put("quantities", "all_told", "{total: "+d.jobs()+", per: contract}") }) + " * £1.25"
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
	}
	return d.of("£100.00", "£33.33", "£0.01", "£1250.00 * 33%")
}

// banded draws a table by a number: by step, by slice or along a line, perhaps with a further column and dated rows.
func (d *draft) banded() string {
	jobs := d.jobs()
	return d.once("banded", func() {
		reads, edge := d.of("step", "slice", "straight_line"), "up_to"
		if reads == "step" && d.yes() { // on a line or at the end of a slice both words would say the same
			edge = "below"
		}
		rows := "{" + edge + ": 1, is: £10.00}, {" + edge + ": 3, is: £25.50}, {" + d.of("otherwise: £7.70", "otherwise: £0.00", edge+": 500, is: £5.01") + "}"
		by, dated := "["+jobs+"]", ""
		if d.yes() {
			by = "[" + jobs + ", band]"
			rows += ", {band: c, " + edge + ": 2, is: £1.01}, {band: c, " + edge + ": 600, is: £30.00}"
		}
		if d.yes() {
			dated = "dated: joined, "
			rows += ", {from: 2020-03-01, " + edge + ": 2, is: £8.08}, {from: 2020-03-01, " + edge + ": 700, is: £9.90}"
		}
		d.put("tables", "banded", "{by: "+by+", "+dated+"gives: money, reads: "+reads+", clause: 3, rows: ["+rows+"]}")
	})
}

// text writes the document.
func (d *draft) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "outturn: 1\ncontract: {id: drawn, currency: GBP, first: 2020-01-01, last: 2022-12-31, paid_elsewhere: %s}\n", d.elsewhere)
	fmt.Fprintf(&b, "parties:\n  - {party: payer, role: exchequer, name: The payer}\n  - {party: council, role: fund, name: A council}\n  - {party: lottery, role: fund, name: A fund}\n  - {party: provider, role: provider, name: A provider}\n  - {party: lender, role: investor, name: A lender}\n  - {party: keeper, role: keeper, name: Who keeps the accounts}\n")
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
