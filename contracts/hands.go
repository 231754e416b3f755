package contracts

import (
	"fmt"
	"slices"
	"strings"
)

// Through whose hands things go: who tells a kind of evidence, and whose payment waits for whose. Settling does nothing
// with either; the service that takes evidence in and has payments released holds people to them.

// tellers are who may tell a kind of evidence, as the service knows those who send.
var tellers = []Option{
	{"provider", "who delivers"}, {"commissioner", "who pays"}, {"verifier", "the payer's own records, and the answers to claims"},
	{"evaluator", "comparison data and certified figures"}, {"partner_finance", "the finance of a partner: in kind, savings cashed"},
}

// readTellers reads who tells a kind of evidence.
func (d *decoder) readTellers(k *Kind, n *node, who string) {
	for _, item := range n.texts() {
		if slices.Contains(k.ToldBy, item.text) {
			d.bad(item, Fault{Message: fmt.Sprintf("%s, told_by: %s stands twice", who, item.text), Remedy: "name each once"})
			continue
		}
		k.ToldBy = append(k.ToldBy, item.text)
	}
}

// readReleases reads whose payments wait for whose, once every party is known.
func (d *decoder) readReleases(n *node) {
	if n == nil {
		return
	}
	for _, item := range n.items {
		after, id := item.get("releases_after"), item.get("party")
		if after == nil || id == nil {
			continue
		}
		at, first := d.party(id.text), d.party(after.text)
		who := "party " + id.text + ", releases_after"
		switch {
		case at < 0:
		case first < 0:
			d.bad(after, Fault{Message: fmt.Sprintf("%s: %q is no party", who, after.text), Remedy: "the parties are " + strings.Join(d.partyNames(), ", ")})
		case d.waitsFor(first, at):
			d.bad(after, Fault{Message: who + ": each would wait for the other", Remedy: "let one of them release first"})
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
