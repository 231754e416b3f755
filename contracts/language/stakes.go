package language

import (
	"fmt"
	"slices"

	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/formula"
	"outturn/contracts/sentences"
	"outturn/contracts/wording"
)

// This file holds stakes: what investors have in a contract. A stake is what was put in, grown at the agreed rate, less
// what it has had; its balance is the cap on its return, worked out period by period and never a rate solved for.

var stakeShape = mapOf("per, grows, compounds, days, rounded, had_by and clause",
	may("called", "how sentences name it", calledShape),
	must("per", "the period series it stands per", nameShape),
	may("opens_with", "what was put in before the first period", formulaShape),
	may("puts_in", "what is put in in each period", formulaShape),
	may("put_in_on", "from when on what is put in grows", words("a day of the period",
		option("first_day", "it grows in its own period"), option("last_day", "it grows from the next period on"))),
	must("grows", "the rate of return a year", formulaShape),
	must("compounds", "whether growth grows", words("a word",
		option("each_period", "growth is added at the end of each period and grows"), option("never", "only what was put in grows, and what is paid meets the growth first"))),
	must("days", "what part of a year a period is", words("a day count",
		option("actual_365", "its days over 365"), option("actual_360", "its days over 360"), option("thirty_360", "months of 30 days over 360"))),
	must("rounded", "how the growth of each period is rounded", roundedShape),
	must("had_by", "the payments by which it has its return", listOf("a list of payments", nameShape)),
	must("clause", "where in the signed contract the term stands", clauseShape))

// startStakes reads what other sections need of the stakes: the periods they stand per.
func (d *decoder) startStakes() {
	for i, n := range d.stakes {
		s := &d.c.Stakes[i]
		s.Called, s.Clause = n.Value("called"), n.Value("clause")
		at, ok := d.find(n.Get("per"), "stake "+s.Name+", per", periodThing)
		if n.Bad = n.Bad || !ok; ok {
			s.Period = at
		}
	}
}

// readStakes reads the stakes, after the payments by which they have their return.
func (d *decoder) readStakes() {
	for i, n := range d.stakes {
		if n.Bad {
			continue
		}
		s := &d.c.Stakes[i]
		who := "stake " + s.Name
		per := contracts.ContractLevel()
		r := &reader{who: who + ", opens_with", self: thing{stakeThing, i}, levels: []contracts.Level{per}, hand: -1}
		s.OpensWith = d.formula(r, n.Get("opens_with"), formula.Money)
		per.Periods = []int{s.Period}
		r.levels = []contracts.Level{per}
		r.who = who + ", puts_in"
		s.PutsIn = d.formula(r, n.Get("puts_in"), formula.Money)
		r.who = who + ", grows"
		s.Rate = d.formula(r, n.Get("grows"), formula.Rate)
		s.OnFirstDay, s.Compounds = n.Value("put_in_on") == "first_day", n.Value("compounds") == "each_period"
		s.Days = map[string]contracts.DayCount{"actual_365": contracts.Actual365, "actual_360": contracts.Actual360, "thirty_360": contracts.Thirty360}[n.Value("days")]
		s.Rounded = d.rounded(n.Get("rounded"), who+", rounded", formula.Money)
		switch {
		case n.Has("puts_in") && !n.Has("put_in_on"):
			d.missing(n, who, "put_in_on", "what is put in in a period grows from a day on", slicesKey(stakeShape, "put_in_on").takes)
		case !n.Has("puts_in") && !n.Has("opens_with"):
			d.Fault(n.Place(), document.Fault{Message: who + ": nothing is put in", Expected: "opens_with, puts_in or both"})
		}
		d.readHadBy(n.Get("had_by"), s, who+", had_by")
	}
}

// readHadBy reads the payments that a stake has its return by: each stands per the stake's periods and under no cap.
func (d *decoder) readHadBy(n *document.Node, s *contracts.Stake, who string) {
	for _, item := range n.Texts() {
		at, ok := d.find(item, who, paymentThing)
		if !ok {
			continue
		}
		p := &d.c.Payments[at]
		if !slices.Contains(p.Per.Periods, s.Period) || p.Per.Unit >= 0 {
			d.Bad(item, document.Fault{Message: fmt.Sprintf("%s: the stake stands per %s, and the payment per %s", who, wording.Spaced(d.c.Periods[s.Period].Name), sentences.Level(d.c, p.Per)),
				Remedy: "let the payment stand per " + d.c.Periods[s.Period].Name})
			continue
		}
		s.HadBy = append(s.HadBy, at)
	}
}

// checkStakes refuses caps over what a stake has: its balance would be worked out before the cap.
func (d *decoder) checkStakes() {
	for i := range d.c.Stakes {
		for _, p := range d.c.Stakes[i].HadBy {
			if slices.ContainsFunc(d.c.Caps, func(k contracts.Cap) bool { return slices.Contains(k.Over, p) }) {
				d.Fault(d.stakes[i].Place(), document.Fault{Message: fmt.Sprintf("stake %s has its return by %s, which stands under a cap", d.c.Stakes[i].Name, d.c.Payments[p].Name),
					Remedy: "limit the payment by a not_above step"})
			}
		}
	}
}
