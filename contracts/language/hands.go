package language

import (
	"fmt"
	"slices"
	"strings"

	"outturn/contracts"
	"outturn/contracts/document"
)

// Through whose hands things go: who tells a kind of evidence, and whose payment waits for whose. Settling does nothing
// with either; the service that takes evidence in and has payments released holds people to them.

// tellers are who may tell a kind of evidence, as the service knows those who send.
var tellers = []document.Option{
	{Word: "provider", Means: "who delivers"}, {Word: "commissioner", Means: "who pays"}, {Word: "verifier", Means: "the payer's own records, and the answers to claims"},
	{Word: "evaluator", Means: "comparison data and certified figures"}, {Word: "partner_finance", Means: "the finance of a partner: in kind, savings cashed"},
}

// readTellers reads who tells a kind of evidence.
func (d *decoder) readTellers(k *contracts.Kind, n *document.Node, who string) {
	for _, item := range n.Texts() {
		if slices.Contains(k.ToldBy, item.Text) {
			d.Bad(item, document.Fault{Message: fmt.Sprintf("%s, told_by: %s stands twice", who, item.Text), Remedy: "name each once"})
			continue
		}
		k.ToldBy = append(k.ToldBy, item.Text)
	}
}

// readReleases reads whose payments wait for whose, once every party is known.
func (d *decoder) readReleases(n *document.Node) {
	if n == nil {
		return
	}
	for _, item := range n.Items {
		after, id := item.Get("releases_after"), item.Get("party")
		if after == nil || id == nil {
			continue
		}
		at, first := d.party(id.Text), d.party(after.Text)
		who := "party " + id.Text + ", releases_after"
		switch {
		case at < 0:
		case first < 0:
			d.Bad(after, document.Fault{Message: fmt.Sprintf("%s: %q is no party", who, after.Text), Remedy: "the parties are " + strings.Join(d.partyNames(), ", ")})
		case d.waitsFor(first, at):
			d.Bad(after, document.Fault{Message: who + ": each would wait for the other", Remedy: "let one of them release first"})
		default:
			d.c.Parties[at].ReleasesAfter = first
		}
	}
}

// waitsFor reports whether a party's payments wait, at the end of however long a chain, for another's.
func (d *decoder) waitsFor(party, other int) bool {
	for ; party >= 0; party = d.c.Parties[party].ReleasesAfter {
		if party == other {
			return true
		}
	}
	return false
}
