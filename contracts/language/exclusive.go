package language

import (
	"fmt"
	"slices"
	"strconv"

	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/wording"
)

// Contracts that exclude one another: whoever was claimed first under one of them is not paid for under the others. A
// register that they share answers, and its answers are evidence.

// claimedChoices are what the register answers.
var claimedChoices = []string{"here", "elsewhere"}

// exclusiveMax is the most contracts that one excludes.
const exclusiveMax = 100

// readExclusive reads which contracts share a register of claims with this one.
func (d *decoder) readExclusive(head *document.Node) {
	n := head.Get("exclusive_with")
	if n == nil || n.Bad {
		return
	}
	const who = "contract, exclusive_with"
	for _, id := range n.Items {
		switch {
		case id.Text == d.c.ID:
			d.Bad(id, document.Fault{Message: who + ": a contract does not exclude itself", Remedy: "name the others"})
		case !isID(id.Text):
			d.Bad(id, document.Fault{Message: who, Expected: fmt.Sprintf("contracts' ids: small letters, digits and hyphens, at most %d of them", document.NameMax), Found: strconv.Quote(id.Text)})
		case slices.Contains(d.c.ExclusiveWith, id.Text):
			d.Bad(id, document.Fault{Message: who + ": " + id.Text + " stands twice"})
		default:
			d.c.ExclusiveWith = append(d.c.ExclusiveWith, id.Text)
		}
	}
	k := -1
	if n := head.Get("told_by"); n != nil {
		k, _ = d.find(n, who, kindThing)
	}
	switch {
	case len(n.Items) == 0 || len(n.Items) > exclusiveMax:
		d.Bad(n, document.Fault{Message: who, Expected: fmt.Sprintf("from 1 to %d contracts' ids", exclusiveMax), Found: strconv.Itoa(len(n.Items))})
	case d.c.PaidElsewhere != contracts.ElsewhereRefuse:
		d.Bad(n, document.Fault{Message: who + ": who was claimed first under another contract is not paid for here", Expected: "paid_elsewhere: refuse"})
	case k < 0 || d.evidence[k].Bad:
		d.Bad(n, document.Fault{Message: who + ": nothing tells what the register of claims answered", Expected: "told_by: an event of a unit with says: {claimed: [here, elsewhere]}"})
	default:
		d.registerAnswers(n, &d.c.Evidence[k], who)
	}
}

// registerAnswers holds the kind of the register's answers to what it answers.
func (d *decoder) registerAnswers(n *document.Node, k *contracts.Kind, who string) {
	at := fieldIndex(k.Says, contracts.ClaimedField)
	if len(k.Says) != 1 || at < 0 || !slices.Equal(k.Says[at].Choices, claimedChoices) || k.Says[at].Optional {
		d.Bad(n, document.Fault{Message: who + ": " + k.Name + " must say what the register answers, and nothing else", Expected: "says: {claimed: [here, elsewhere]}"})
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
		if unit < 0 && !n.Bad {
			d.Bad(n, document.Fault{Message: "payment " + p.Name + ": the contract excludes others, and what is paid here does not stand per " + wording.Spaced(d.c.Units[claimed].Name) + ", so that the part of one who is claimed elsewhere cannot be left out",
				Remedy: "let it stand per " + d.c.Units[claimed].Name + ", or put it into a contract of its own"})
		}
	}
}
