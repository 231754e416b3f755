package language

import (
	"fmt"
	"slices"
	"strings"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/document"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// head reads the contract's head; false when nothing can be read without it.
func (d *decoder) head(n *document.Node) bool {
	if n == nil {
		return false
	}
	code := n.Get("currency")
	if code == nil {
		return false
	}
	currency, known := money.LookupCurrency(code.Text)
	if !known {
		d.Bad(code, document.Fault{Message: "contract, currency", Expected: "a currency's code such as GBP, EUR or USD", Found: fmt.Sprintf("%q", code.Text)})
		return false
	}
	d.c.Currency = currency
	if id := n.Get("id"); id != nil {
		d.c.ID = id.Text
		if !isID(id.Text) {
			d.Bad(id, document.Fault{Message: "contract, id", Expected: fmt.Sprintf("small letters, digits and hyphens, at most %d of them", document.NameMax), Found: fmt.Sprintf("%q", id.Text)})
		}
	}
	d.c.First, d.c.Last = d.date(n.Get("first"), "contract, first"), d.date(n.Get("last"), "contract, last")
	if d.c.First > 0 && d.c.Last > 0 && d.c.Last < d.c.First {
		d.Fault(n.Get("last").Place(), document.Fault{Message: "contract: the last day comes before the first", Found: d.c.First.String() + " to " + d.c.Last.String()})
		return false
	}
	switch n.Value("paid_elsewhere") {
	case "refuse":
		d.c.PaidElsewhere = contracts.ElsewhereRefuse
	case "pay":
		d.c.PaidElsewhere = contracts.ElsewherePay
	case "pay_the_difference":
		d.c.PaidElsewhere = contracts.ElsewhereDifference
	}
	d.c.ToldBy = -1
	d.c.Shadow = d.shadow(n.Get("shadow"), "contract, shadow")
	return d.c.First > 0 && d.c.Last > 0
}

// shadow reads the days that are worked out and not paid, within the contract's term.
func (d *decoder) shadow(n *document.Node, who string) calendar.Span {
	if n == nil || n.Bad {
		return calendar.Span{}
	}
	days := d.span(n, who, calendar.Span{})
	if !n.Bad && days.Intersect(d.term()) != days {
		d.Bad(n, document.Fault{Message: who + ": it reaches beyond the contract's term", Expected: "days within " + d.term().String(), Found: days.String()})
	}
	return days
}

// isID reports whether s is letters, digits and hyphens, as a contract's id is.
func isID(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && (c != '-' || i == 0) {
			return false
		}
	}
	return s != "" && len(s) <= document.NameMax
}

// term is the contract's term.
func (d *decoder) term() calendar.Span { return calendar.Span{First: d.c.First, Last: d.c.Last} }

func (d *decoder) readPeriods() {
	for i, n := range d.periods {
		who := "period series " + d.c.Periods[i].Name
		every, begins := n.Has("every") || n.Has("beginning"), n.Has("begins")
		if n.Bad {
			continue
		}
		if every == begins {
			d.Fault(n.Place(), document.Fault{Message: who + " does not say its periods", Options: []document.Option{
				{Word: "every, beginning", Means: "periods of one length from a day on"}, {Word: "begins", Means: "a list of the days each begins on"}}})
			continue
		}
		if begins {
			d.readBegins(i, n.Get("begins"), who)
			continue
		}
		if !n.Has("every") || !n.Has("beginning") {
			d.Fault(n.Place(), document.Fault{Message: who, Expected: "every and beginning, both"})
			continue
		}
		l, beginning := d.length(n.Get("every"), who+", every"), d.date(n.Get("beginning"), who+", beginning")
		if l == nil || beginning == 0 {
			continue
		}
		series, err := calendar.NewSeriesEvery(*l, beginning, d.c.Last)
		if err != nil {
			d.Fault(n.Place(), document.Fault{Message: who + ": " + err.Error()})
			continue
		}
		d.c.Periods[i].Series = series
	}
}

func (d *decoder) readBegins(i int, n *document.Node, who string) {
	var days []calendar.Date
	for _, item := range n.Texts() {
		day := d.date(item, who+", begins")
		if day == 0 {
			return
		}
		days = append(days, day)
	}
	if n == nil {
		return
	}
	series, err := calendar.NewSeriesBegins(days, d.c.Last)
	if err != nil {
		d.Bad(n, document.Fault{Message: who + ": " + err.Error()})
		return
	}
	d.c.Periods[i].Series = series
}

func (d *decoder) readUnits() {
	for i, n := range d.units {
		u := &d.c.Units[i]
		who := "unit type " + u.Name
		if part := n.Get("part_of"); part != nil {
			if of, ok := d.find(part, who+", part_of", unitThing); ok {
				u.PartOf = of
			}
		}
		u.Facts = d.readFields(n.Get("facts"), who+", facts", d.facts, i)
	}
	for i := range d.c.Units {
		at, steps := i, 0
		for at >= 0 && steps <= len(d.c.Units) {
			at, steps = d.c.Units[at].PartOf, steps+1
		}
		if at >= 0 {
			d.Fault(d.units[i].Place(), document.Fault{Message: "unit type " + d.c.Units[i].Name + ": it is part of itself", Remedy: "let one of them be part of nothing"})
			d.c.Units[i].PartOf = -1
		}
	}
}

// readFields reads typed fields by name and notes where each name stands.
func (d *decoder) readFields(n *document.Node, who string, into map[string][]position, owner int) []contracts.Field {
	if n == nil || n.Kind != document.Map {
		return nil
	}
	var fields []contracts.Field
	for i, k := range n.Keys {
		v := n.Items[i]
		if !d.nameFits(k, who, reserved) || v.Bad {
			continue
		}
		if t, taken := d.things[k.Text]; taken {
			d.Fault(k.Place(), document.Fault{Message: fmt.Sprintf("%s %s: the name already stands for %s", who, k.Text, t.kind.words()),
				Remedy: "one name stands for one thing in the whole contract; rename one of them"})
			continue
		}
		f := contracts.Field{Name: k.Text}
		typed := v
		if v.Kind == document.Map {
			f.Optional = v.Value("optional") == "yes"
			typed = v.Get("type")
		}
		f.Type, f.Choices = d.readType(typed, who+" "+k.Text)
		into[k.Text] = append(into[k.Text], position{owner, len(fields)})
		fields = append(fields, f)
	}
	return fields
}

var typeNames = map[string]formula.Type{"money": formula.Money, "number": formula.Number, "rate": formula.Rate, "points": formula.Points,
	"date": formula.Date, "days": formula.Days, "length": formula.Length, "yes/no": formula.YesNo}

// readType reads a type, or a list of choices.
func (d *decoder) readType(n *document.Node, who string) (formula.Type, []string) {
	if n == nil || n.Bad {
		return formula.None, nil
	}
	if n.Kind == document.Scalar {
		return typeNames[n.Text], nil
	}
	var choices []string
	for _, item := range n.Texts() {
		if item.Text == "yes/no" && len(n.Items) == 1 {
			return formula.YesNo, nil
		}
		if slices.Contains(choices, item.Text) {
			d.Bad(item, document.Fault{Message: fmt.Sprintf("%s: the choice %q stands twice", who, item.Text)})
			continue
		}
		choices = append(choices, item.Text)
	}
	if len(choices) == 0 {
		d.Bad(n, document.Fault{Message: who + ": it lists no choices", Expected: "at least one"})
		return formula.None, nil
	}
	return formula.Choice, choices
}

func (d *decoder) readParties(n *document.Node) {
	if n == nil {
		return
	}
	for _, item := range n.Items {
		id := item.Get("party")
		if item.Bad || id == nil || !d.nameFits(id, "party", reserved) {
			continue
		}
		p := contracts.Party{ID: id.Text, Role: item.Value("role"), Name: item.Value("name"), Each: -1, ReleasesAfter: -1, SucceededBy: -1}
		who := "party " + p.ID
		if slices.ContainsFunc(d.c.Parties, func(o contracts.Party) bool { return o.ID == p.ID }) {
			d.Bad(id, document.Fault{Message: who + " stands twice", Remedy: "each party has its own name"})
			continue
		}
		if each := item.Get("each"); each != nil {
			if unit, ok := d.find(each, who+", each", unitThing); ok {
				p.Each = unit
			}
		}
		if t, taken := d.things[p.ID]; taken && (t.kind != unitThing || t.index != p.Each) {
			d.Bad(id, document.Fault{Message: fmt.Sprintf("%s: the name already stands for %s", who, t.kind.words()), Remedy: "rename one of them"})
			continue
		}
		d.c.Parties = append(d.c.Parties, p)
	}
	d.readReleases(n)
	d.readSuccession(n)
	if len(d.c.Parties) < 2 && !slices.ContainsFunc(n.Items, func(i *document.Node) bool { return i.Bad }) {
		d.Fault(n.Place(), document.Fault{Message: "parties", Expected: "at least two, one to pay and one to be paid"})
	}
}

// party returns the index of a party, or -1.
func (d *decoder) party(id string) int {
	return slices.IndexFunc(d.c.Parties, func(p contracts.Party) bool { return p.ID == id })
}

func (d *decoder) partyNames() []string {
	names := make([]string, len(d.c.Parties))
	for i, p := range d.c.Parties {
		names[i] = p.ID
	}
	return names
}

// isRole reports whether some party has the role.
func (d *decoder) isRole(role string) bool {
	return slices.ContainsFunc(d.c.Parties, func(p contracts.Party) bool { return p.Role == role })
}

// roles returns the roles, each once, in the order of the parties.
func (d *decoder) roles() []string {
	var all []string
	for _, p := range d.c.Parties {
		if !slices.Contains(all, p.Role) {
			all = append(all, p.Role)
		}
	}
	return all
}

// partiesOf returns the parties of a role, in the order of the contract.
func (d *decoder) partiesOf(role string) []int {
	var all []int
	for i, p := range d.c.Parties {
		if p.Role == role {
			all = append(all, i)
		}
	}
	return all
}

// roleUnit returns the unit type whose units are the parties of a role, or -1.
func (d *decoder) roleUnit(role string) int {
	for _, p := range d.c.Parties {
		if p.Role == role && p.Each >= 0 {
			return p.Each
		}
	}
	return -1
}

func (d *decoder) readCalendar(n *document.Node) {
	if n == nil {
		return
	}
	c := &d.c.Calendar
	c.Settle = -1
	if settle := n.Get("settle"); settle != nil {
		if at, ok := d.find(settle, "calendar, settle", periodThing); ok {
			c.Settle = at
			if _, holds := d.c.Periods[at].Series.Number(d.c.First); !holds && d.c.Periods[at].Series.Len() > 0 {
				d.Bad(settle, document.Fault{Message: fmt.Sprintf("calendar, settle: no %s holds the contract's first day, %s", settle.Text, d.c.First), Remedy: "let the series begin with it or earlier"})
			}
		}
	}
	if cut := n.Get("cut_off"); cut != nil {
		l, err := calendar.ParseLength(strings.TrimSuffix(cut.Text, " after"))
		if err != nil || !strings.HasSuffix(cut.Text, " after") {
			d.Bad(cut, document.Fault{Message: "calendar, cut_off", Expected: "a length of time and after, such as 15 days after", Found: fmt.Sprintf("%q", cut.Text)})
		}
		c.CutOff = l
	}
	c.LastCutOff = d.date(n.Get("last_cut_off"), "calendar, last_cut_off")
	if c.LastCutOff > 0 && c.LastCutOff < d.c.Last {
		d.Bad(n.Get("last_cut_off"), document.Fault{Message: fmt.Sprintf("calendar, last_cut_off: it comes before the contract's last day, %s", d.c.Last), Found: c.LastCutOff.String()})
	}
	if run := n.Get("run"); run != nil {
		c.Run = run.Text
		if !isCron(run.Text) {
			d.Bad(run, document.Fault{Message: "calendar, run", Expected: "a cron expression of five fields: minute, hour, day, month, day of the week, such as \"0 6 16 1,4,7,10 *\"", Found: fmt.Sprintf("%q", run.Text)})
		}
	}
	if zone := n.Get("zone"); zone != nil {
		c.Zone = zone.Text
		if strings.ContainsAny(zone.Text, " .\\") || !strings.Contains(zone.Text, "/") && zone.Text != "UTC" {
			d.Bad(zone, document.Fault{Message: "calendar, zone", Expected: "a time zone such as Europe/London", Found: fmt.Sprintf("%q", zone.Text)})
		}
	}
	var days []calendar.Date
	for _, item := range n.Get("holidays").Texts() {
		if day := d.date(item, "calendar, holidays"); day > 0 {
			days = append(days, day)
		}
	}
	c.Holidays = calendar.NewHolidays(days)
}

// isCron reports whether text has the shape of a cron expression; whoever schedules reads it in full.
func isCron(text string) bool {
	fields := strings.Fields(text)
	if len(fields) != 5 {
		return false
	}
	for _, f := range fields {
		if strings.Trim(f, "0123456789*,-/") != "" {
			return false
		}
	}
	return true
}

// readSumRounding reads how every sum of money becomes an amount, and who has the spare pennies.
func (d *decoder) readSumRounding(n *document.Node) {
	d.c.Spare.Party = -1
	if n == nil {
		return
	}
	if r, ok := d.rounding(n, "rounding", formula.Money); ok {
		d.c.Rounding = r
	}
	spare := n.Get("spare")
	if spare == nil || spare.Text == "largest_remainder" {
		return
	}
	if d.c.Spare.Party = d.party(spare.Text); d.c.Spare.Party < 0 {
		d.Bad(spare, document.Fault{Message: fmt.Sprintf("rounding, spare: there is no party %q", spare.Text), Remedy: near2(spare.Text, append(d.partyNames(), "largest_remainder")),
			Options: []document.Option{{Word: "largest_remainder", Means: "to the parts with the largest remainders, ties in the order of the parties"}, {Word: "PARTY", Means: "all to the party named"}}})
	}
}
