package language

import (
	"fmt"
	"slices"

	"outturn/contracts/document"
)

// readSuccession reads who takes whose place: a reorganised body's successor has all that it held and owed.
func (d *decoder) readSuccession(n *document.Node) {
	for _, item := range n.Items {
		id, by, on := item.Get("party"), item.Get("succeeded_by"), item.Get("succeeded_on")
		if item.Bad || id == nil || by == nil && on == nil {
			continue
		}
		at := d.party(id.Text)
		if at < 0 {
			continue
		}
		who, p := "party "+id.Text, &d.c.Parties[at]
		if by == nil || on == nil {
			d.Fault(item.Place(), document.Fault{Message: who + " does not say by whom and from which day on it is succeeded", Expected: "succeeded_by and succeeded_on, both"})
			continue
		}
		to, day := d.party(by.Text), d.date(on, who+", succeeded_on")
		switch {
		case to < 0:
			d.Bad(by, document.Fault{Message: fmt.Sprintf("%s, succeeded_by: there is no party %q", who, by.Text), Remedy: document.Meant(by.Text, d.partyNames())})
		case p.Each >= 0 || d.c.Parties[to].Each >= 0:
			d.Bad(by, document.Fault{Message: who + ", succeeded_by: a party that stands for many units has no successor, and is none"})
		case day > 0 && !d.term().Contains(day):
			d.Bad(on, document.Fault{Message: who + ", succeeded_on: it is not in the contract's term", Expected: "a day within " + d.term().String(), Found: day.String()})
		case day > 0:
			p.SucceededBy, p.SucceededOn = to, day
		}
		if d.circular(at) {
			p.SucceededBy = -1
			d.Bad(by, document.Fault{Message: who + ", succeeded_by: it comes to succeed itself"})
		}
	}
}

// circular says whether a party comes to stand in its own place.
func (d *decoder) circular(party int) bool {
	seen := []int{party}
	for at := d.c.Parties[party].SucceededBy; at >= 0; at = d.c.Parties[at].SucceededBy {
		if slices.Contains(seen, at) {
			return true
		}
		seen = append(seen, at)
	}
	return false
}
