// Package evidence is the frozen evidence snapshot: units, what was observed of them, and the digest of it all.
//
// A Snapshot is what Settle reads: every item known at the cut-off, corrections and withdrawals resolved, in canonical
// unit order, with a Merkle root over the digests of its units. It is a value that can be read again and again and
// gives the same units each time.
package evidence

import (
	"iter"

	"outturn/contracts/calendar"
	"outturn/contracts/formula"
)

// Standing says whether an item of the snapshot still speaks, and if not, why. Every item has exactly one.
type Standing uint8

// Stands: it speaks. Corrected: a later item took its place. Withdrawn: a later item took it back. Duplicate: an equal
// item of the same unit, kind and day stands already. Correction and Withdrawal items that only point elsewhere stand
// as what they put in place: a correction is itself an item that Stands; a withdrawal is Withdrawing and never read.
const (
	Stands Standing = iota
	Corrected
	Withdrawn
	Duplicate
	Withdrawing
)

// Item is one thing somebody told: an observation, a claim, the answer to an examined claim. The slices of an Item
// belong to the snapshot and are valid only until the next unit is asked for.
type Item struct {
	Kind     int           // index into the contract's Evidence
	First    calendar.Date // when it happened, or the first day of a spell
	Last     calendar.Date // the last day of a spell; First for everything else
	Learned  calendar.Date // when it became known; First when nobody said
	Sequence uint64        // order of arrival while a snapshot is made (file, then line); in a finished one the place in its tree, from 1
	Standing Standing
	Values   []formula.Figure // one per field the kind says, State Unknown where not observed or withheld
	Withheld bool             // at least one value was withheld (suppressed), not merely missing
	ID       string           // the sender's name for it, "" when it has none
	Points   string           // the ID it corrects or withdraws, "" when neither
	Source   string           // who said so, "" when the file does not say
	Party    string           // items of a role: whose
	Cohort   int              // items of a cohort: its number from 1
}

// Unit is one thing counted, with its facts frozen at entry and its items in canonical order: by first day, kind, last
// day, learned day, sequence.
type Unit struct {
	Type   int // index into the contract's Units
	Key    string
	Parent int              // position in the Tree of the unit it is part of; -1 for the root
	Facts  []formula.Figure // one per fact of the type, State Unknown where not observed
	Items  []Item
}

// Tree is a unit that is part of no other, with its members: Units[0] is the root, the members follow by type and key,
// each after the unit it is part of. It is reused: valid only until the next one is asked for.
type Tree struct {
	Units []Unit
}

// Digest is a SHA-256 digest.
type Digest [32]byte

// Summary is what a statement says of the snapshot it was made from.
type Summary struct {
	Digest   Digest // Merkle root over the whole-contract items and then the units
	Units    int    // roots and members
	Items    int    // all items, standing or not
	CutOff   calendar.Date
	Standing [5]int // items by Standing
	Late     int    // items that were left out because they were learned after the cut-off
}

// Snapshot is all the evidence known at a cut-off, frozen. Shards divide the roots, in order: every root of shard i
// comes before every root of shard i+1, and together they are all. Units may be called any number of times, also at
// once for different shards; it yields roots in canonical order (by type, then key, compared as bytes). An error ends it.
type Snapshot interface {
	Shards() int
	Roots(shard int) int // how many the shard has
	Units(shard int) iter.Seq2[*Tree, error]
	Whole() []Item // items about the contract, a role or a cohort, in canonical order
	Summary() Summary
}
