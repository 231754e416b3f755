package whatif

import (
	"strconv"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
)

// columns are the columns of the native CSV that a contract's evidence needs, in the order written.
type columns struct {
	names  []string
	units  []int          // by unit type: its column
	party  int            // column, or -1
	cohort int            // column, or -1
	until  int            // column, or -1
	fields map[string]int // facts and what kinds say, by name
}

func newColumns(c *contracts.Contract) columns {
	cols := columns{names: []string{"kind"}, units: make([]int, len(c.Units)), party: -1, cohort: -1, until: -1, fields: map[string]int{}}
	add := func(name string) int {
		cols.names = append(cols.names, name)
		return len(cols.names) - 1
	}
	for t := range c.Units {
		cols.units[t] = add(c.Units[t].Name)
	}
	add("day")
	for _, kind := range c.Evidence {
		if kind.Form == contracts.Spell && cols.until < 0 {
			cols.until = add("until")
		}
		if kind.Of == contracts.OfRole && cols.party < 0 {
			cols.party = add("party")
		}
		if kind.Of == contracts.OfCohort && cols.cohort < 0 {
			cols.cohort = add("cohort")
		}
	}
	named := func(fields []contracts.Field) {
		for _, f := range fields {
			if _, ok := cols.fields[f.Name]; !ok {
				cols.fields[f.Name] = add(f.Name)
			}
		}
	}
	for t := range c.Units {
		named(c.Units[t].Facts)
	}
	for _, kind := range c.Evidence {
		named(kind.Says)
	}
	return cols
}

// role is what a kind of item is to a contract, where the generator minds.
type role uint8

const (
	gathered   role = iota // spells of which days are counted
	other                  // everything else
	claim                  // without it a payment does not fall due
	validation             // the check that a claim must pass
	audit                  // the examination of claims by sample
)

// roles finds each kind's role.
func roles(c *contracts.Contract) []role {
	found := make([]role, len(c.Evidence))
	for k := range found {
		if found[k] = other; gathersSpells(c, k) {
			found[k] = gathered
		}
	}
	for _, check := range c.Checks {
		found[check.FoundBy] = audit
	}
	for _, payment := range c.Payments {
		if k := payment.Due.ClaimedBy; k >= 0 {
			found[k] = claim
		}
		if k := payment.Due.ValidatedBy; k >= 0 {
			found[k] = validation
		}
	}
	return found
}

const million = 1_000_000

// means works out how many items of each kind a unit has, in millionths: spells that are gathered two, everything else
// one, scaled to the number asked for; claims for three units in five, each checked; answers to one claim in ten. Those
// are never scaled, nor are the readings of every period.
func means(c *contracts.Contract, perUnit int, m *maker) []mean {
	const perUnitUsual, claims, audits = 5, million * 3 / 5, million / 10
	if perUnit == 0 {
		perUnit = perUnitUsual
	}
	weights := make([]int64, len(c.Evidence))
	total, room := int64(0), int64(perUnit-1)*million // one is the joining item
	for k, kind := range c.Evidence {
		if kind.Of != contracts.OfUnit || kind.Each >= 0 || m.joins[kind.Unit] == k {
			continue
		}
		members := int64(membersOf(c, kind.Unit))
		switch m.roles[k] {
		case claim, validation:
			weights[k] = claims
			room -= claims * members
		case audit:
			weights[k] = audits
		case gathered:
			weights[k] = 2 * million
			total += weights[k] * members
		case other:
			weights[k] = million
			total += weights[k] * members
		}
	}
	scaled := make([]mean, len(c.Evidence))
	for k, n := range weights {
		if m.roles[k] <= other && total > 0 {
			n = n * (max(room, 0) / 1000) / (total / 1000)
		}
		scaled[k] = mean{int(n / million), int(n % million)}
	}
	return scaled
}

// membersOf is how many units of a type one root has, about.
func membersOf(c *contracts.Contract, t int) int {
	n := 1
	for ; c.Units[t].PartOf >= 0; t = c.Units[t].PartOf {
		n *= 2
	}
	return n
}

func gathersSpells(c *contracts.Contract, kind int) bool {
	for _, q := range c.Quantities {
		if q.Head == contracts.SpellsOf && q.Source.Kind == contracts.FromItems && q.Source.Index == kind {
			return true
		}
	}
	return false
}

// header is the first line.
func (m *maker) header() []byte {
	var b []byte
	for i, name := range m.cols.names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, name...)
	}
	return append(b, '\n')
}

// whole draws what is said of the contract itself, of the parties of a role, and of the first cohort.
func (m *maker) whole() {
	for k := range m.c.Evidence {
		kind := &m.c.Evidence[k]
		term := calendar.Span{First: m.c.First, Last: m.c.Last}
		switch kind.Of {
		case contracts.OfContract:
			if kind.Each >= 0 {
				m.readings(k, nil, m.c.First)
			} else {
				m.row(k, nil, m.c.First, 0, false)
			}
		case contracts.OfRole:
			for p := range m.c.Parties {
				if m.c.Parties[p].Role == kind.Role {
					m.partyRow(k, m.c.Parties[p].ID, m.dayIn(term))
				}
			}
		case contracts.OfCohort:
			m.partyRow(k, "", m.c.Last)
		case contracts.OfUnit: // drawn with its unit
		}
	}
}

// item draws one item of a kind about a unit: on the day it joined, or later.
func (m *maker) item(k int, chain []named, joined calendar.Date, joins bool) {
	first, last := joined, calendar.Date(0)
	kind := &m.c.Evidence[k]
	const reach, longest, notice = 2 * 365, 140, 14
	if !joins {
		until := min(m.c.Last, joined.AddDays(reach))
		first = m.dayIn(calendar.Span{First: joined, Last: max(joined, until)})
	}
	if kind.Form == contracts.Spell {
		length := m.draw.IntN(longest) // most spells are short, some are long
		length = notice + length*length/longest
		last = min(max(m.c.Last, first), first.AddDays(length))
		if m.roles[k] == gathered && length > m.longest {
			m.ended, m.longest = last, length
		}
	}
	m.row(k, chain, first, last, joins)
}

// row writes one item. A joining item carries the unit's facts.
func (m *maker) row(k int, chain []named, first, last calendar.Date, joins bool) {
	m.items++
	kind := &m.c.Evidence[k]
	m.begin(kind.Name, chain)
	m.rows = append(m.rows, ',')
	m.rows = first.Append(m.rows)
	if m.cols.until >= 0 {
		m.rows = append(m.rows, ',')
		m.rows = last.Append(m.rows)
	}
	m.rest(kind.Says, first, "", chain, joins)
}

// partyRow writes one item of a role's party or, with no party, of cohort 1.
func (m *maker) partyRow(k int, party string, day calendar.Date) {
	m.items++
	kind := &m.c.Evidence[k]
	m.begin(kind.Name, nil)
	m.rows = append(m.rows, ',')
	m.rows = day.Append(m.rows)
	if m.cols.until >= 0 {
		m.rows = append(m.rows, ',')
	}
	if party == "" {
		party = "1"
	}
	m.rest(kind.Says, day, party, nil, false)
}

// declare writes a row that only says that a unit exists, of what it is part and what its facts are.
func (m *maker) declare(chain []named) {
	m.begin("", chain)
	m.rows = append(m.rows, ',')
	if m.cols.until >= 0 {
		m.rows = append(m.rows, ',')
	}
	m.rest(nil, m.c.First, "", chain, true)
}

// begin writes the kind and the units that a row names.
func (m *maker) begin(kind string, chain []named) {
	m.rows = append(m.rows, kind...)
	for t := range m.cols.units {
		m.rows = append(m.rows, ',')
		for _, u := range chain {
			if u.unitType == t {
				m.rows = append(m.rows, u.key...)
			}
		}
	}
}

// rest writes the columns after the days: party or cohort, then facts and what the kind says, in the order of columns.
func (m *maker) rest(says []contracts.Field, day calendar.Date, about string, chain []named, facts bool) {
	from := len(m.cols.units) + 2
	if m.cols.until >= 0 {
		from++
	}
	var frozen []contracts.Field
	if facts && len(chain) > 0 {
		frozen = m.c.Units[chain[len(chain)-1].unitType].Facts
	}
	for at := from; at < len(m.cols.names); at++ {
		m.rows = append(m.rows, ',')
		switch name := m.cols.names[at]; at {
		case m.cols.party, m.cols.cohort:
			m.rows = append(m.rows, about...)
		default:
			for i := range says {
				if says[i].Name == name {
					m.value(&says[i], day)
				}
			}
			for i := range frozen {
				if frozen[i].Name == name {
					m.value(&frozen[i], day)
				}
			}
		}
	}
	m.rows = append(m.rows, '\n')
	m.ends = append(m.ends, uint32(len(m.rows)))
}

// value draws a figure of a field's type, as native evidence writes it.
func (m *maker) value(f *contracts.Field, day calendar.Date) {
	number := func(n int, after string) {
		m.rows = strconv.AppendInt(m.rows, int64(n), 10)
		m.rows = append(m.rows, after...)
	}
	const counts, pence, weeks = 20, 1_000_000, 52
	if f.Optional && f.Type == formula.Date { // the day of the outcome a check is about: any
		return
	}
	switch f.Type {
	case formula.Money:
		n := m.draw.IntN(pence)
		number(n/100, "")
		if m.c.Currency.Places == 2 {
			m.rows = append(m.rows, '.', byte('0'+n/10%10), byte('0'+n%10))
		}
	case formula.Rate:
		number(m.draw.IntN(101), "%")
	case formula.Points:
		number(m.draw.IntN(101), " points")
	case formula.Length, formula.Run:
		number(m.draw.IntN(weeks)+1, " weeks")
	case formula.Date:
		m.rows = day.Append(m.rows)
	case formula.YesNo:
		m.rows = append(m.rows, []string{"no", "yes"}[m.draw.IntN(2)]...)
	case formula.Choice:
		if f.Name == "found" { // answers to claims mostly bear them out
			m.rows = append(m.rows, f.Choices[min(1, m.draw.IntN(10)/9)]...)
			return
		}
		m.rows = append(m.rows, f.Choices[m.draw.IntN(len(f.Choices))]...)
	default:
		number(m.draw.IntN(counts), "")
	}
}

// appendKey writes a unit's key: the first letter of its type and a number of at least seven digits, "P0000042".
func appendKey(b []byte, unitType string, number int) []byte {
	b = append(b, unitType[0]-'a'+'A')
	for limit := 1_000_000; limit > max(number, 1); limit /= 10 {
		b = append(b, '0')
	}
	return strconv.AppendInt(b, int64(number), 10)
}
