package report

import (
	"strconv"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/engine/disclosure"
	"outturn/engine/statements"
)

// This file keeps small counts out of reports, with whatever would say them: a sum of money that is so many times a price,
// or the one part of a total that is not there. Rows of money that do stand together, so that sums are still sums; what
// stands with nothing is left out. What a party owes another is always shown: it has to be paid.

// Cohort says how many count and how many do not; parts that are not shown stand together.
type Cohort struct {
	Cohort string      `json:"cohort"`
	Parts  []CountPart `json:"parts"`
	Total  *string     `json:"total,omitempty"`
}

// CountPart is how many for one reason, or for several together.
type CountPart struct {
	What   []string `json:"what"`
	Count  *string  `json:"count,omitempty"`
	Hidden bool     `json:"hidden,omitempty"`

	Price *money.Amount `json:"price,omitempty"` // what would have been paid for them
}

// Duplication is what was found to be claimed twice or paid for by somebody else, and is not paid.
type Duplication struct {
	Parts []CountPart `json:"parts"`
	Total *string     `json:"total,omitempty"`
}

// Indicator is a figure that moves no money.
type Indicator struct {
	Indicator string  `json:"indicator"`
	Called    string  `json:"called,omitempty"`
	Of        string  `json:"of,omitempty"`
	Value     *string `json:"value,omitempty"`
	Hidden    bool    `json:"hidden,omitempty"`
}

// Spend is spending on what went wrong and on keeping it from going wrong, of one period or other thing it stands per. The
// changes are since the first. Share is the preventative part of both, exact.
type Spend struct {
	Of                 string        `json:"of,omitempty"`
	Reactive           *money.Amount `json:"reactive,omitempty"`
	Preventative       *money.Amount `json:"preventative,omitempty"`
	Share              string        `json:"share,omitempty"`
	ReactiveChange     *money.Amount `json:"reactive_change,omitempty"`
	PreventativeChange *money.Amount `json:"preventative_change,omitempty"`
	ShareChange        string        `json:"share_change,omitempty"`
}

// hiddenPayments are the payments whose counts are not shown.
type hiddenPayments struct {
	payments map[string]bool
	together money.Exact // what they count
	total    bool        // which is not shown either
}

func (m *maker) hiddenPayments() hiddenPayments {
	out := hiddenPayments{payments: map[string]bool{}}
	var names []string
	var counts []money.Exact
	for _, p := range m.last.Payments {
		if count, ok := m.counted(&p); ok {
			names, counts = append(names, p.Payment), append(counts, count)
		}
	}
	h := disclosure.Hide(m.small, counts)
	out.total = h.Total
	for i, name := range names {
		if h.Parts[i] {
			out.payments[name], out.together = true, out.together.Add(counts[i])
		}
	}
	return out
}

// counted is how many a payment is for: its outcomes, or the lines of a sum by unit; false where it is a sum for the whole.
func (m *maker) counted(p *statements.PaymentSum) (money.Exact, bool) {
	if p.Count != "" {
		count, err := money.ParseExact(p.Count)
		return count, err == nil
	}
	for i := range m.c.Payments {
		if pay := &m.c.Payments[i]; pay.Name == p.Payment && pay.Per.Unit >= 0 {
			return money.Int(int64(p.Lines)), true
		}
	}
	return money.Exact{}, false
}

// partsOf lays counts out so that no small one is said.
func (m *maker) partsOf(what []string, counts []int) (parts []CountPart, total *string) {
	exact := make([]money.Exact, len(counts))
	all, together := 0, 0
	for i, n := range counts {
		exact[i], all = money.Int(int64(n)), all+n
	}
	h := disclosure.Hide(m.small, exact)
	parts = []CountPart{}
	at := -1
	for i, n := range counts {
		if !h.Parts[i] {
			text := strconv.Itoa(n)
			parts = append(parts, CountPart{What: []string{what[i]}, Count: &text})
			continue
		}
		if at < 0 {
			at, parts = len(parts), append(parts, CountPart{What: []string{}, Hidden: true})
		}
		parts[at].What, together = append(parts[at].What, what[i]), together+n
	}
	if h.Total {
		return parts, nil
	}
	if at >= 0 {
		text := strconv.Itoa(together)
		parts[at].Count = &text
	}
	text := strconv.Itoa(all)
	return parts, &text
}

func (m *maker) cohorts(b *Board) {
	b.Cohorts = []Cohort{}
	for _, k := range m.last.Cohorts {
		what, counts := []string{"counted"}, []int{k.Counted}
		for _, e := range k.Excluded {
			what, counts = append(what, e.Reason), append(counts, e.Count)
		}
		one := Cohort{Cohort: k.Cohort}
		one.Parts, one.Total = m.partsOf(what, counts)
		b.Cohorts = append(b.Cohorts, one)
	}
}

// duplication is what another scheme paid for, what a cap refused since another payment was made for the same unit, and items
// that were found twice. What stands together with a hidden count has no price: so many times one would say it.
func (m *maker) duplication(b *Board) {
	var what []string
	var counts []int
	prices := map[string]money.Amount{}
	for _, w := range m.last.Waiting {
		if w.Reason == statements.ReasonClaimed {
			name := w.Payment + ": " + w.Reason
			what, counts, prices[name] = append(what, name), append(counts, w.Count), *w.Sum
		}
	}
	for _, e := range m.last.Elsewhere {
		name := e.Payment + ": paid by another scheme, " + e.Register
		what, counts, prices[name] = append(what, name), append(counts, e.Outcomes), e.Sum
	}
	for _, o := range m.last.Overlaps {
		for _, line := range o.Payments {
			if line.Refused > 0 {
				name := line.Payment + ": paid under another payment, " + o.Name
				what, counts, prices[name] = append(what, name), append(counts, line.Refused), line.Sum
			}
		}
	}
	for _, i := range m.last.Items {
		if i.Reason == statements.ReasonDuplicate {
			what, counts = append(what, "items: "+i.Reason), append(counts, i.Count)
		}
	}
	b.Duplication.Parts, b.Duplication.Total = m.partsOf(what, counts)
	for i := range b.Duplication.Parts {
		part := &b.Duplication.Parts[i]
		if price, priced := prices[part.What[0]]; priced && !part.Hidden {
			part.Price = &price
		}
	}
}

func (m *maker) indicators(b *Board) {
	b.Indicators = []Indicator{}
	if m.last.Partnership == nil {
		return
	}
	for _, i := range m.last.Partnership.Indicators {
		for _, f := range i.Figures {
			one := Indicator{Indicator: i.Indicator, Called: i.Called, Of: m.periodWords(i.Indicator, f.Of), Value: &f.Value}
			if f.Count != nil && disclosure.Small(m.small, money.Int(*f.Count)) {
				one.Value, one.Hidden = nil, true
			}
			b.Indicators = append(b.Indicators, one)
		}
	}
}

// periodWords says the days of a quantity's period where it stands per one series, and else what it is of.
func (m *maker) periodWords(quantity, of string) string {
	for i := range m.c.Quantities {
		if q := &m.c.Quantities[i]; q.Name == quantity {
			return m.levelWords(q.Per, of)
		}
	}
	return of
}

func (m *maker) levelWords(per contracts.Level, of string) string {
	n, err := strconv.Atoi(of)
	if err != nil || len(per.Periods) != 1 {
		return of
	}
	if span, ok := m.c.Periods[per.Periods[0]].Series.Span(n); ok {
		return span.String()
	}
	return of
}

func (m *maker) spend(b *Board) {
	b.Spend = []Spend{}
	if m.last.Partnership == nil || m.c.Partnership == nil || m.c.Partnership.Spend.Reactive < 0 {
		return
	}
	per := m.c.Quantities[m.c.Partnership.Spend.Reactive].Per
	var first *statements.SpendSum
	var before money.Exact
	for i := range m.last.Partnership.Spend {
		s := &m.last.Partnership.Spend[i]
		row := Spend{Of: m.levelWords(per, s.Of), Reactive: s.Reactive, Preventative: s.Preventative}
		if s.Reactive == nil || s.Preventative == nil {
			b.Spend = append(b.Spend, row)
			continue
		}
		share, known := s.Preventative.Exact().Quo(s.Reactive.Add(*s.Preventative).Exact())
		if known {
			row.Share = formula.Figure{Type: formula.Rate, Num: share}.Format(m.c.Currency)
		}
		if first == nil {
			first, before = s, share
		} else {
			reactive, preventative := s.Reactive.Sub(*first.Reactive), s.Preventative.Sub(*first.Preventative)
			row.ReactiveChange, row.PreventativeChange = &reactive, &preventative
			if known {
				row.ShareChange = formula.Figure{Type: formula.Points, Num: share.Sub(before)}.Format(m.c.Currency)
			}
		}
		b.Spend = append(b.Spend, row)
	}
}
