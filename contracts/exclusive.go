package contracts

import (
	"fmt"
	"slices"
	"strconv"
)

// Contracts that exclude one another: whoever was claimed first under one of them is not paid for under the others. A
// register that they share answers, and its answers are evidence.

// claimedChoices are what the register answers.
var claimedChoices = []string{"here", "elsewhere"}

// exclusiveMax is the most contracts that one excludes.
const exclusiveMax = 100

// readExclusive reads which contracts share a register of claims with this one.
func (d *decoder) readExclusive(head *node) {
	n := head.get("exclusive_with")
	if n == nil || n.bad {
		return
	}
	const who = "contract, exclusive_with"
	for _, id := range n.items {
		switch {
		case id.text == d.c.ID:
			d.bad(id, Fault{Message: who + ": a contract does not exclude itself", Remedy: "name the others"})
		case !isID(id.text):
			d.bad(id, Fault{Message: who, Expected: fmt.Sprintf("contracts' ids: small letters, digits and hyphens, at most %d of them", NameMax), Found: strconv.Quote(id.text)})
		case slices.Contains(d.c.ExclusiveWith, id.text):
			d.bad(id, Fault{Message: who + ": " + id.text + " stands twice"})
		default:
			d.c.ExclusiveWith = append(d.c.ExclusiveWith, id.text)
		}
	}
	k := -1
	if n := head.get("told_by"); n != nil {
		k, _ = d.find(n, who, kindThing)
	}
	switch {
	case len(n.items) == 0 || len(n.items) > exclusiveMax:
		d.bad(n, Fault{Message: who, Expected: fmt.Sprintf("from 1 to %d contracts' ids", exclusiveMax), Found: strconv.Itoa(len(n.items))})
	case d.c.PaidElsewhere != ElsewhereRefuse:
		d.bad(n, Fault{Message: who + ": who was claimed first under another contract is not paid for here", Expected: "paid_elsewhere: refuse"})
	case k < 0 || d.evidence[k].bad:
		d.bad(n, Fault{Message: who + ": nothing tells what the register of claims answered", Expected: "told_by: an event of a unit with says: {claimed: [here, elsewhere]}"})
	default:
		d.registerAnswers(n, &d.c.Evidence[k], who)
	}
}

// registerAnswers holds the kind of the register's answers to what it answers.
func (d *decoder) registerAnswers(n *node, k *Kind, who string) {
	at := fieldIndex(k.Says, ClaimedField)
	if len(k.Says) != 1 || at < 0 || !slices.Equal(k.Says[at].Choices, claimedChoices) || k.Says[at].Optional {
		d.bad(n, Fault{Message: who + ": " + k.Name + " must say what the register answers, and nothing else", Expected: "says: {claimed: [here, elsewhere]}"})
	}
}

// exclusivePayments refuses payments of which one unit's part cannot be left out: those that stand per anything but the
// units that are claimed, or their members.
func (d *decoder) exclusivePayments() {
	if len(d.c.ExclusiveWith) == 0 || d.c.ToldBy < 0 {
		return
	}
	claimed := d.c.Evidence[d.c.ToldBy].Unit
	for i := range d.c.Payments {
		p, n := &d.c.Payments[i], d.payments[i]
		unit := p.Per.Unit
		for unit >= 0 && unit != claimed {
			unit = d.c.Units[unit].PartOf
		}
		if unit < 0 && !n.bad {
			d.bad(n, Fault{Message: "payment " + p.Name + ": the contract excludes others, and what is paid here does not stand per " + spaced(d.c.Units[claimed].Name) + ", so that the part of one who is claimed elsewhere cannot be left out",
				Remedy: "let it stand per " + d.c.Units[claimed].Name + ", or put it into a contract of its own"})
		}
	}
}
